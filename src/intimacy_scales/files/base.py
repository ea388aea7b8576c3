"""What a format is: a reader that yields batches, and a writer that leaves all or nothing."""

from __future__ import annotations

import contextlib
import math
import os
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.head import Head
from intimacy_scales.files.replacement import Replacement, writing
from intimacy_scales.instrument import as_number
from intimacy_scales.reading.columns import as_spelled
from intimacy_scales.reading.frames import ListTable, Table

_MOST_BLANK = 100_000  # rows between others
BATCH_ROWS = 10_000
BATCH_CHARACTERS = 1 << 25  # of which there may be many in a row
_SIGNS, _BREAKS = ("=", "+", "-", "@"), ("\t", "\r", "\n")
_NOT_SEEN = ("Cc", "Cf", "Zl", "Zp", "Zs")  # control characters, formats such as zero-width spaces, blanks
_NUMBER = re.compile(r"\s*[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?\s*", re.ASCII)


FilePath = str | os.PathLike[str]


def as_path(given: FilePath, option: str) -> Path:
    """Return the path of a file.

    Raises
    ------
    ResponseError
        It is no path.
    """
    if isinstance(given, str | os.PathLike) and isinstance(os.fspath(given), str):
        return Path(given)
    raise ResponseError(
        f"{option}: a file is named by its path, such as 'answers.csv', not by a {type(given).__name__}; "
        "give tables that were read before to score()"
    )


def is_empty(cell: object) -> bool:
    """Tell whether nothing stands in a cell: 0 and False are values.

    Examples
    --------
    >>> [is_empty(cell) for cell in (None, " ", 0, False, "0")]
    [True, True, False, False, False]
    """
    return cell is None or (isinstance(cell, str) and not cell.strip())


class AnswerFile(ABC):
    """A file of answers, read in batches; used in a ``with``, it is closed whatever happens.

    Attributes
    ----------
    path
        The file.
    names
        Its columns, in order; a name that stands twice is there twice.
    size
        How much there is to read, in the units of ``position``.
    n_blank
        Rows that were read so far and in which nothing stands, though others follow: blank lines, empty
        rows of a sheet. They are persons without answers, so that nobody else changes place.
    looked_for
        Columns that the file need not have: names like theirs may be misspelt.
    show_values
        Whether messages about cells may hold them, as in `Reading`.
    allowed
        Column of an item → whether a text is an answer to it, or means none.
    """

    _why_too_long = "is this the right separator, or did an unquoted one slip into a text?"

    @classmethod
    @abstractmethod
    def detect(cls, head: Head) -> bool:
        """Whether a file that begins so is of this format."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names: list[str] = []
        self.size = path.stat().st_size
        self.position = self.n_blank = 0
        self.looked_for: Sequence[Hashable] = ()
        self.show_values: bool | None = None
        self.allowed: Mapping[Hashable, Callable[[str], bool]] = {}
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; nothing more can be read from it."""
        self._held.close()

    def look_for(self, wanted: Collection[Hashable]) -> None:  # noqa: B027 - most know all names at once
        """Tell which names are wanted before `names` are asked for: those at the beginning may do."""

    @abstractmethod
    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield columns of items, and others as they are, some rows at a time."""

    def blank_rows(self, n: int) -> range:
        """Return so many rows without an answer that stand between others; they are counted.

        Raises
        ------
        ResponseError
            They are more than anybody leaves blank: a small file would be millions of persons.
        """
        if n > _MOST_BLANK:
            raise ResponseError(
                f"{self.path}: {n:,} rows one after another are blank, and others follow; at most "
                f"{_MOST_BLANK:,} are read as persons without answers: delete them"
            )
        self.n_blank += n
        return range(n)

    def check_row(self, row: Sequence[Any], line: int) -> Sequence[Any]:
        """Return a row of as many fields as there are columns; empty fields at its end may be more."""
        n = len(self.names)
        if len(row) == n:
            return row
        if len(row) > n and all(map(is_empty, row[n:])):
            return row[:n]
        raise ResponseError(
            f"{self.path}: line {line} has {len(row)} fields, the header {n}; {self._why_too_long}"
        )

    def first_rows(self) -> Iterable[tuple[int, Sequence[Any]]]:
        """Return the first few rows below the names, numbered from 1: what was read as names may be none."""
        return ()

    def hint(self, wanted: Sequence[Hashable] = ()) -> str:
        """Return what may explain that some of the wanted columns are missing; nothing where nothing does."""
        if not wanted or not set(self.names).isdisjoint(map(str, wanted)):
            return ""
        for number, row in self.first_rows():
            names = [str(cell).strip() for cell in row if not is_empty(cell)]
            there = set(names).intersection(as_spelled([str(name) for name in wanted], names))
            if 2 * len(there) > len(wanted):
                above = "row" if number == len(("the first", "the names")) else f"{number - 1} rows"
                return f"The names of the columns seem to stand in row {number}: delete the {above} above it."
        if all(is_empty(name) or as_number(name.replace(",", ".")) is not None for name in self.names):
            return (
                "The first row holds numbers: if these are answers, put a row with the names of the columns "
                "above it."
            )
        return ""

    def places(self, wanted: Iterable[Hashable]) -> list[int]:
        """Return where each wanted column stands in the file; of a name that stands twice, the first."""
        place_of = {name: place for place, name in reversed(list(enumerate(self.names)))}
        return [place_of[str(name)] for name in wanted]

    def picker(self, wanted: Sequence[Hashable]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
        """Return what takes the wanted fields from a row: others are let go at once, however long."""
        places = self.places(wanted)
        if len(places) > 1:
            return itemgetter(*places)
        return lambda row: tuple(row[place] for place in places)

    @staticmethod
    def table(rows: Sequence[tuple[Any, ...]], wanted: Sequence[Hashable]) -> ListTable:
        """Return rows of the wanted fields as a table."""
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(wanted)
        return ListTable(
            {name: list(column) for name, column in zip(wanted, columns, strict=True)}, len(rows)
        )


class ScoreFile(ABC):
    """A file being written, which takes its place when it is whole (see `Replacement`).

    Parameters
    ----------
    path
        Where it will stand after `commit`. Without `commit`, nothing is left.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.new = Replacement(path)

    def write(
        self,
        table: Table,
        keep: Sequence[Hashable],
        columns: Mapping[str, NDArray[Any]],
        first: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:
        """Append a batch: first columns, kept ones of its table, and columns of scores.

        Raises
        ------
        ResponseError
            It cannot be written.
        """
        with writing(self.path):
            self._write(table, keep, columns, first or {})

    def commit(self) -> None:
        """Put the finished file in its place, over any that stood there.

        Raises
        ------
        ResponseError
            It cannot be written.
        """
        with writing(self.path):
            self._finish()
        self.new.put_in_place()

    @abstractmethod
    def _write(
        self,
        table: Table,
        keep: Sequence[Hashable],
        columns: Mapping[str, NDArray[Any]],
        first: Mapping[str, NDArray[Any]],
    ) -> None:
        """Append a batch."""

    @abstractmethod
    def _finish(self) -> None:
        """Write what is left to write."""

    def _abandon(self) -> None:
        """Let go of what was to be written."""
        self._finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def discard(self) -> None:
        """Leave nothing, unless the file was committed."""
        if not self.new.file.closed:
            with contextlib.suppress(Exception):
                self._abandon()
            self.new.discard()


def python_values(values: Sequence[Any] | NDArray[Any]) -> list[Any]:
    """Return a column as Python values, None for nan."""
    if not isinstance(values, np.ndarray) or values.dtype.kind == "O":
        return [None if isinstance(v, float) and math.isnan(v) else v for v in values]
    listed: list[Any] = values.tolist()
    if values.dtype.kind != "f":
        return listed
    gaps = np.flatnonzero(np.isnan(values))
    for row in gaps:
        listed[row] = None
    return listed


def output_columns(
    table: Table,
    keep: Sequence[Hashable],
    columns: Mapping[str, NDArray[Any]],
    first: Mapping[str, NDArray[Any]],
) -> dict[str, list[Any]]:
    """Return first columns, kept ones and scores as lists of Python values."""
    kept = {str(name): python_values(table.values(name, "keep")) for name in keep}
    before, after = ({name: python_values(x) for name, x in some.items()} for some in (first, columns))
    return before | kept | after


def without_formula(value: Any) -> Any:
    """Return a text that a spreadsheet might run as a formula with an apostrophe before it.

    Blanks and characters that are not seen may stand before a formula, and its sign may be a wide one.

    Examples
    --------
    >>> without_formula("=1+1"), without_formula("-3.5"), without_formula("Kim"), without_formula(" =1")
    ("'=1+1", '-3.5', 'Kim', "' =1")
    """
    if not isinstance(value, str) or not value or value[0].isalnum() or _NUMBER.fullmatch(value):
        return value
    first = next((character for character in value if unicodedata.category(character) not in _NOT_SEEN), "")
    runs = value.startswith(_BREAKS) or unicodedata.normalize("NFKC", first) in _SIGNS
    return f"'{value}" if runs else value
