"""JSON lines: one person's answers on each line."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import BATCH_CHARACTERS, BATCH_ROWS, AnswerFile, ScoreFile, output_columns
from intimacy_scales.files.head import UTF_8, Head, another_encoding, chunks, marked_encoding
from intimacy_scales.files.plain_objects import PlainObjects
from intimacy_scales.files.read_ahead import Rest
from intimacy_scales.messages import emptied
from intimacy_scales.reading.columns import check_width, loose
from intimacy_scales.reading.frames import ListTable, Table

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"|[ \t]+')  # and blanks
_MARK = 4  # bytes of the longest byte-order mark
_OBJECT = re.compile(r"""\s*\{\s*["}]""")


def _unique_fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's fields; raise for a name that occurs twice, of which one answer would be lost."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the name {next(n for n in names if names.count(n) > 1)!r} occurs twice")
    return fields


def is_one_object(head: Head) -> bool:
    """Tell whether a file is a single JSON object, nested or over several lines, rather than JSON lines."""
    text = (head.text or "").strip()
    first, *others = text.split("\n", maxsplit=1)
    if not _OBJECT.match(first):
        return False
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return _is_longer_object(text, is_cut=head.is_cut)
    return not others and any(isinstance(value, list | dict) for value in row.values())


def _is_longer_object(text: str, *, is_cut: bool) -> bool:
    """Tell whether text whose first line is not a whole object is an object of several lines, or cut off."""
    if is_cut:
        first = _STRING.sub("", text.partition("\n")[0]).rstrip()
        is_nested = "\n" not in text and (":[" in first or ":{" in first)
        return is_nested or first.endswith(("{", "[", ","))
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


_BATCH_CELLS = 2_000_000  # a row lacks most names where each has names of its own
_MANY_NAMES, _SPARSE = 10_000, 50


class JsonLinesFile(AnswerFile):
    """A file with one JSON object on each line; an absent name is a skipped item."""

    _platform = "JSON lines"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether the first line begins an object of answers, and the file is not a single object."""
        return bool(head.lines and _OBJECT.match(head.lines[0])) and not is_one_object(head)

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        super().__init__(path)
        with path.open("rb") as file:
            marked = marked_encoding(file.read(_MARK))
        self.encoding = encoding or marked or "utf-8-sig"
        self._n_characters = 0
        self._has_enough_names = False
        plain = self._plain_objects()
        if plain is not None and plain.begins():
            self._names.update(plain.names)
        else:
            self._gather_names()

    @property
    def names(self) -> list[str]:
        """The names that occur in any line; reads all lines, unless `look_for` found enough names."""
        if not self._has_enough_names:
            self._gather_names()
        return list(self._names)

    @names.setter
    def names(self, names: list[str]) -> None:
        self._names = dict.fromkeys(names)

    def look_for(self, wanted: Collection[Hashable]) -> None:
        """Use only the names at the beginning of the file if all wanted names are among them."""
        self._has_enough_names = self._has_enough_names or self._names.keys() >= set(wanted)

    def _gather_names(self) -> None:
        """Read all lines for their names."""
        plain = self._plain_objects()
        if plain is not None:
            for _ in plain.tables():
                pass
            self._names.update(plain.names)
        if plain is None or not plain.is_done:
            self._gather_names_by_line(None if plain is None else plain.rest)
        self._has_enough_names = True

    def _gather_names_by_line(self, rest: Rest | None) -> None:
        for _ in chunks(self.path):
            pass  # raises for a line that is too long
        for row in self._rows(rest):
            if not self._names.keys() >= row.keys():
                self._names.update(dict.fromkeys(row))
        self.position = self.n_blank = 0

    def _plain_objects(
        self, wanted: Collection[Hashable] = (), looks: Collection[str] = ()
    ) -> PlainObjects | None:
        """Return a fast reader for unambiguous lines; None if it cannot be used, or would not be faster.

        It reads columns with wanted names, and with names that are loosely equal to one of ``looks``.
        """
        encoding = self.encoding.lower()
        if encoding not in UTF_8 or not PlainObjects.can_read(self.path):
            return None
        return PlainObjects(
            self.path,
            skips_mark=encoding.endswith("sig"),
            is_wanted=lambda name: name in wanted or loose(name) in looks,
        )

    def _rows(self, rest: Rest | None = None) -> Iterator[dict[str, Any]]:
        """Yield the objects of all lines, or from ``rest`` on; blank lines between others are empty ones."""
        offset, n_above = (0, 0) if rest is None else rest
        try:
            with self.path.open(encoding=self.encoding, newline="\n") as file:
                self._held.callback(file.close)
                if offset:
                    file.seek(offset)
                n_blank = 0
                for number, line in enumerate(file, start=n_above + 1):
                    self.position = file.buffer.tell()  # type: ignore[attr-defined]  # a text file has one
                    self._n_characters += len(line)
                    if not line.strip():
                        n_blank += 1
                        continue
                    for _ in self.blank_rows(n_blank):
                        yield {}
                    n_blank = 0
                    row = self._row(line, number)
                    self.n_blank += not row
                    yield row
        except LookupError:
            raise ResponseError(
                f"encoding {self.encoding!r} is not valid; allowed: one that Python knows, such as 'cp1252'"
            ) from None
        except UnicodeDecodeError as error:
            reason = error.reason
            emptied(error)
            raise ResponseError(
                f"{self.path}: is not {self.encoding} text: {reason}; pass its encoding, for example "
                f"encoding={another_encoding(self.encoding)!r}"
            ) from None

    def _row(self, line: str, number: int) -> dict[str, Any]:
        """Return the object of a line."""
        try:
            row = json.loads(line)
            if not isinstance(row, dict) or line.count(":") != len(row):  # a name may occur twice
                row = json.loads(line, object_pairs_hook=_unique_fields)
        except (ValueError, RecursionError) as error:
            reason = str(error)
            emptied(error)
            raise ResponseError(f"{self.path}: line {number} is not JSON: {reason}") from None
        if not isinstance(row, dict):
            raise ResponseError(f"{self.path}: line {number} is not an object {{item: answer}}")
        return row

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield batches of the columns, and of columns with names similar to an item's.

        The latter may hold answers. All other names are left out, because there may be as many as lines.
        """
        loose_names = {loose(str(name)) for name in (*items, *self.looked_for)}
        wanted_names = dict.fromkeys([*items, *others])
        plain = self._plain_objects(wanted_names, loose_names)
        self.n_blank = 0  # blank lines counted while gathering names do not count again
        if plain is not None:
            for table, self.position in plain.tables():
                yield table
            self._names.update(plain.names)
            if not plain.is_done:
                self._gather_names_by_line(plain.rest)
            check_width(len(self._names))
            self.n_blank = plain.n_blank
        if plain is None or not plain.is_done:
            similar = [name for name in self._names if loose(name) in loose_names]
            wanted = list(dict.fromkeys([*wanted_names, *similar]))
            yield from self._by_line(wanted, None if plain is None else plain.rest)

    def _by_line(self, wanted: Sequence[Hashable], rest: Rest | None) -> Iterator[Table]:
        known, rows = set(wanted), self._rows(rest)
        n_rows = max(1, min(BATCH_ROWS, _BATCH_CELLS // max(1, len(wanted))))
        n_cells = n_values = 0
        while batch := self._some(rows, known, n_rows):
            n_cells, n_values = n_cells + len(batch) * len(wanted), n_values + sum(map(len, batch))
            if len(wanted) > _MANY_NAMES and n_cells > _BATCH_CELLS and n_values * _SPARSE < n_cells:
                raise ResponseError(
                    f"{self.path}: its lines have {len(wanted):,} names, and each line only a few of them: "
                    "they do not make a table. Give the same question the same name in each line"
                )
            columns = {name: [row.get(name) for row in batch] for name in wanted}
            yield ListTable(columns, len(batch), from_mappings=True)

    def _some(
        self, rows: Iterator[dict[str, Any]], known: Set[Hashable], n_rows: int
    ) -> list[Mapping[Hashable, Any]]:
        """Return the rows of the next batch, with known names only."""
        batch: list[Mapping[Hashable, Any]] = []
        most = self._n_characters + BATCH_CHARACTERS
        for row in rows:
            wanted: dict[Any, Any] = row
            if not row.keys() <= known:  # drop other values at once, to save memory
                wanted = {name: value for name, value in row.items() if name in known}
            batch.append(wanted)
            if len(batch) >= n_rows or self._n_characters > most:
                break
        return batch


class JsonLinesScores(ScoreFile):
    """A file of scores as JSON lines; null where there is no score."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        # half a surrogate pair, which UTF-8 cannot encode, is escaped as in JSON
        self._file = io.TextIOWrapper(self.new.file, "utf-8", errors="backslashreplace")

    def _write(
        self,
        table: Table,
        keep: Sequence[Hashable],
        columns: Mapping[str, NDArray[Any]],
        first: Mapping[str, NDArray[Any]],
    ) -> None:
        cells = output_columns(table, keep, columns, first)
        for values in zip(*cells.values(), strict=True):
            row = dict(zip(cells, values, strict=True))
            self._file.write(json.dumps(row, ensure_ascii=False, allow_nan=False, default=str) + "\n")

    def _finish(self) -> None:
        self._file.detach()
