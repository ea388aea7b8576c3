"""JSON lines that can be read in one way only: many times as fast as line by line.

What counts is what the reader of lines makes of the file (`files.jsonlines`). Here a chunk of lines is
read only where both must agree (`files.members`); at the first doubt the rest of the file goes back to that
reader.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from intimacy_scales.files.ahead import Parsed, Rest, parsed_ahead, whole_records
from intimacy_scales.files.members import Members
from intimacy_scales.reading.frames import RepeatedTable, Table

CHUNK = 1 << 21  # bytes that are read at a time
_LEAST = 1 << 19  # of a smaller file, importing Arrow would take longer than reading


class PlainObjects:
    """Reads a file of UTF-8 text with an object a line, as long as there is no doubt.

    Parameters
    ----------
    path
        The file.
    skips_mark
        Whether a mark of UTF-8 at the beginning is left out.
    is_wanted
        Whether the values of a name are asked for.

    Attributes
    ----------
    names
        Names that occurred in what was read so far, in order.
    rest
        Where it stopped; None where it did not begin.
    n_blank
        Objects without any name.
    is_done
        Whether it came to the end of the file.
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
        """Tell whether it is worth while."""
        return path.stat().st_size >= _LEAST and find_spec("pyarrow") is not None

    def begins(self) -> bool:
        """Read some lines at the beginning for their names; tells whether there is no doubt of them."""
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
        """Return the position of the first byte that is not a mark."""
        mark = codecs.BOM_UTF8 if self._skips_mark else b""
        return len(mark) if file.read(len(mark)) == mark else 0

    def _parsed(self, data: bytes) -> Parsed | None:
        found = self._members.objects(data)
        if found is None:
            return None
        table = RepeatedTable(found.columns, found.n_rows)
        return Parsed(table, len(data), data.count(b"\n"), found.n_blank, found.names)


def _end_of_line(data: bytes) -> int:
    return data.rfind(b"\n") + 1
