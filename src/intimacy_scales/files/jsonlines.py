"""JSON lines: one person's answers a line."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import BATCH_ROWS, AnswerFile, ScoreFile, output_columns
from intimacy_scales.files.head import Head, another_encoding, marked_encoding
from intimacy_scales.reading.frames import ListTable, Table

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|[ \t]+')  # and blanks
_OBJECT = re.compile(r"""\s*\{\s*["}]""")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's fields; a name that stands twice would lose an answer."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the name {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return fields


def is_one_object(head: Head) -> bool:
    """Tell whether a file is one object that holds everything: answers are never nested, nor over lines."""
    text = (head.text or "").strip()
    first, *others = text.split("\n", maxsplit=1)
    if not _OBJECT.match(first):
        return False
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return _goes_on(text, is_cut=head.is_cut)
    return not others and any(isinstance(value, list | dict) for value in row.values())


def _goes_on(text: str, *, is_cut: bool) -> bool:
    """Tell whether text whose first line is no object is one over several lines, or beyond what was read."""
    if is_cut:
        first = _STRING.sub("", text.partition("\n")[0]).rstrip()
        is_nested = "\n" not in text and (":[" in first or ":{" in first)
        return is_nested or first.endswith(("{", "[", ","))
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


class JsonLinesFile(AnswerFile):
    """A file with one JSON object a line; an absent name is a skipped answer."""

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Whether the first line begins an object of answers, and not one that holds everything."""
        return bool(head.lines and _OBJECT.match(head.lines[0])) and not is_one_object(head)

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        super().__init__(path)
        with path.open("rb") as file:
            self.encoding = encoding or marked_encoding(file.read(4)) or "utf-8-sig"
        names: dict[str, None] = {}
        for row in self._rows():
            if not names.keys() >= row.keys():
                names.update(dict.fromkeys(row))
        self.names = list(names)
        self.position = 0

    def _rows(self) -> Iterator[dict[str, Any]]:
        try:
            with self.path.open(encoding=self.encoding, newline="\n") as file:
                self._held.callback(file.close)
                for number, line in enumerate(file, start=1):
                    self.position = file.buffer.tell()  # type: ignore[attr-defined]  # a text file has one
                    if line.strip():
                        yield self._row(line, number)
        except LookupError:
            raise ResponseError(f"{self.encoding!r} is no encoding that Python knows") from None
        except UnicodeDecodeError as error:
            raise ResponseError(
                f"{self.path}: is not {self.encoding} text: {error.reason}; name its encoding, for example "
                f"encoding={another_encoding(self.encoding)!r}"
            ) from None

    def _row(self, line: str, number: int) -> dict[str, Any]:
        try:
            row = json.loads(line, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise ResponseError(f"{self.path}: line {number} is not JSON: {error}") from None
        if not isinstance(row, dict):
            raise ResponseError(f"{self.path}: line {number} holds no object of answers by item")
        return row

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield batches of all names: one that only looks like an item's is to be found."""
        rows = self._rows()
        while batch := list(islice(rows, BATCH_ROWS)):
            columns: dict[Hashable, list[Any]] = {
                name: [row.get(name) for row in batch] for name in self.names
            }
            yield ListTable(columns, len(batch), from_mappings=True)


class JsonLinesScores(ScoreFile):
    """JSON lines of scores; null where there is none."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._file = self.partial.open("w", encoding="utf-8")

    def write(self, table: Table, keep: Sequence[Hashable], columns: Mapping[str, NDArray[Any]]) -> None:
        """Append a batch."""
        cells = output_columns(table, keep, columns)
        for values in zip(*cells.values(), strict=True):
            row = dict(zip(cells, values, strict=True))
            self._file.write(json.dumps(row, ensure_ascii=False, allow_nan=False, default=str) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
