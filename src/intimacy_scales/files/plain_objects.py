"""Fast reading of JSON lines that can be read in only one way.

The reader of single lines (`files.jsonlines`) defines the result. Here a chunk of lines is read only if both
must agree (`files.json_members`); from the first ambiguous chunk on, that reader reads the rest of the file.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from intimacy_scales.files.json_members import Members
from intimacy_scales.files.read_ahead import Parsed, Rest, parsed_ahead, whole_records
from intimacy_scales.reading.frames import RepeatedTable, Table

CHUNK = 1 << 21  # bytes that are read at a time
_LEAST = 1 << 19  # bytes; importing Arrow takes longer than reading a smaller file


class PlainObjects:
    """A reader of UTF-8 text with an object on each line, up to the first ambiguous chunk.

    Parameters
    ----------
    path
        The file.
    skips_mark
        Whether to skip a byte-order mark at the beginning.
    is_wanted
        Function that tells whether the values of a name are wanted.

    Attributes
    ----------
    names
        Names that occurred so far, in order.
    rest
        The part that was not read; None if nothing was read.
    n_blank
        Number of objects without any name.
    is_done
        Whether the whole file was read.
    """

    def __init__(self, path: Path, *, skips_mark: bool, is_wanted: Callable[[str], bool]) -> None:
        self.path = path
        self.names: dict[str, None] = {}
        self.rest: Rest | None = None
        self.n_blank = 0
        self.is_done = False
        self._skips_mark = skips_mark
        self._members = Members(is_wanted)

    @classmethod
    def can_read(cls, path: Path) -> bool:
        """Tell whether this reader can be used and is faster."""
        return path.stat().st_size >= _LEAST and find_spec("pyarrow") is not None

    def begins(self) -> bool:
        """Read the names of the first chunk, and return whether it is unambiguous."""
        with self.path.open("rb") as file:
            file.seek(self._begin(file))
            part = self._parsed(next(whole_records(file, CHUNK, _end_of_line), b""))
        self.names.update({} if part is None else dict.fromkeys(part.names))
        return part is not None

    def tables(self) -> Iterator[tuple[Table, int]]:
        """Yield some rows at a time, and the position in the file after them."""
        with self.path.open("rb") as file:
            rest = Rest(self._begin(file), 0)
            file.seek(rest.offset)
            for part in parsed_ahead(self._parsed, whole_records(file, CHUNK, _end_of_line)):
                self.n_blank += part.n_blank
                self.names.update(dict.fromkeys(part.names))
                self.rest = rest = Rest(rest.offset + part.n_bytes, rest.n_lines + part.n_lines)
                yield part.table, rest.offset
        self.is_done = self.rest is not None and self.rest.offset >= self.path.stat().st_size

    def _begin(self, file: IO[bytes]) -> int:
        """Return the position of the first byte after a byte-order mark."""
        mark = codecs.BOM_UTF8 if self._skips_mark else b""
        return len(mark) if file.read(len(mark)) == mark else 0

    def _parsed(self, data: bytes) -> Parsed | None:
        objects = self._members.objects(data)
        if objects is None:
            return None
        table = RepeatedTable(objects.columns, objects.n_rows)
        return Parsed(table, len(data), data.count(b"\n"), objects.n_blank, objects.names)


def _end_of_line(data: bytes) -> int:
    return data.rfind(b"\n") + 1
