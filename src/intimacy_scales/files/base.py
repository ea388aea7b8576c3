"""Base classes of file formats: a reader that yields batches, and a writer of whole files."""

from __future__ import annotations

import contextlib
import math
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import FileFacts
from intimacy_scales.files.head import Head
from intimacy_scales.files.layout_hints import ROW_NAMES, layout_hint
from intimacy_scales.files.replacement import Replacement, writing
from intimacy_scales.instrument import as_number
from intimacy_scales.reading.columns import as_spelled
from intimacy_scales.reading.frames import ListTable, Table

_MOST_BLANK = 100_000  # consecutive rows
BATCH_ROWS = 10_000
BATCH_CHARACTERS = 1 << 25  # a limit too, because rows may be long


FilePath = str | os.PathLike[str]


def as_path(given: FilePath, option: str) -> Path:
    """Return the path of a file.

    Raises
    ------
    ResponseError
        ``given`` is not a path.
    """
    if isinstance(given, str | os.PathLike) and isinstance(os.fspath(given), str):
        return Path(given)
    raise ResponseError(
        f"{option}: a value of type {type(given).__name__} is not valid; pass the path of a file, such as "
        "'answers.csv'; a table in memory is for score()"
    )


def is_empty(cell: object) -> bool:
    """Tell whether a cell is empty or blank; 0 and False are values.

    Examples
    --------
    >>> [is_empty(cell) for cell in (None, " ", 0, False, "0")]
    [True, True, False, False, False]
    """
    return cell is None or (isinstance(cell, str) and not cell.strip())


class AnswerFile(ABC):
    """A file of answers, read in batches; a ``with`` statement closes it.

    Attributes
    ----------
    path
        The file.
    names
        Its columns, in order; a name that occurs twice is listed twice.
    size
        Amount to read, in the units of ``position``.
    n_blank
        Number of blank rows read so far that other rows follow: blank lines, or empty rows of a sheet. They
        count as persons without answers, so that the positions of other persons stay the same.
    looked_for
        Columns of items, of which the file may lack some; similar names may be misspelt ones.
    show_values
        Whether messages about cells may contain their values, as in `Reading`.
    allowed
        Column of an item → function that tells whether a text is an answer to it, or means no answer.
    facts
        What the file says of itself: its layout, and the questions and options of its columns.
    """

    _platform = "table"

    _why_too_long = "is this the right separator, or did an unquoted one slip into a text?"

    @classmethod
    @abstractmethod
    def detect(cls, head: Head) -> bool:
        """Tell from the beginning of a file whether it has this format."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.names: list[str] = []
        self.size = path.stat().st_size
        self.position = self.n_blank = 0
        self.looked_for: Sequence[Hashable] = ()
        self.show_values: bool | None = None
        self.allowed: Mapping[Hashable, Callable[[str], bool]] = {}
        self.facts = FileFacts(self._platform)
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; nothing more can be read from it."""
        self._held.close()

    def look_for(self, wanted: Collection[Hashable]) -> None:  # noqa: B027 - most formats know all names
        """Announce which names are wanted, so that `names` need not be collected from the whole file."""

    @abstractmethod
    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield columns of items, and other columns unchanged, some rows at a time."""

    def blank_rows(self, n: int) -> range:
        """Count blank rows between others, and return a range of their number.

        Raises
        ------
        ResponseError
            They are too many, so that a small file would become millions of persons.
        """
        if n > _MOST_BLANK:
            raise ResponseError(
                f"{self.path}: {n:,} consecutive rows are blank, and others follow; allowed: at most "
                f"{_MOST_BLANK:,}, read as persons without answers. Delete the blank rows"
            )
        self.n_blank += n
        return range(n)

    def check_row(self, row: Sequence[Any], line: int) -> Sequence[Any]:
        """Return a row with one field for each column; drop empty fields beyond these, raise for others."""
        n = len(self.names)
        if len(row) == n:
            return row
        if len(row) > n and all(map(is_empty, row[n:])):
            return row[:n]
        raise ResponseError(
            f"{self.path}: line {line} has {len(row)} fields, the header {n}; {self._why_too_long}"
            + (ROW_NAMES if len(row) == n + 1 else "")
        )

    @property
    def sheet_name(self) -> str | None:
        """Name of the sheet that is read; None for files without sheets."""
        return None

    def other_headers(self) -> Mapping[str, Sequence[str]]:
        """Return the columns of other tables in the file, by name, if the caller did not choose one."""
        return {}

    def first_rows(self) -> Iterable[tuple[int, Sequence[Any]]]:
        """Return the first few rows below the names, numbered from 1; one may be the real header."""
        return ()

    def hint(self, wanted: Sequence[Hashable] = ()) -> str:
        """Return a sentence on why wanted columns may be missing; an empty text if no reason is known."""
        if not wanted or not set(self.names).isdisjoint(map(str, wanted)):
            return ""
        for number, row in self.first_rows():
            names = [str(cell).strip() for cell in row if not is_empty(cell)]
            present = set(names).intersection(as_spelled([str(name) for name in wanted], names))
            if 2 * len(present) > len(wanted):
                return f"The names of the columns seem to be in row {number}: skip_rows={number - 1}."
        if hint_on_layout := layout_hint(self.names, self.first_rows(), list(map(str, wanted))):
            return hint_on_layout
        if all(is_empty(name) or as_number(name.replace(",", ".")) is not None for name in self.names):
            return (
                "The first row holds numbers: if these are answers, add a row with the names of the columns "
                "above it."
            )
        return ""

    def places(self, wanted: Iterable[Hashable]) -> list[int]:
        """Return the position of each wanted column in the file, the first if its name occurs twice."""
        place_of = {name: place for place, name in reversed(list(enumerate(self.names)))}
        return [place_of[str(name)] for name in wanted]

    def picker(self, wanted: Sequence[Hashable]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
        """Return a function that takes the wanted fields from a row, so that others use no memory."""
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
    """A file of scores being written, which is put in place when it is complete (see `Replacement`).

    Parameters
    ----------
    path
        Its path after `commit`. Without `commit`, no file is left.
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
        """Append a batch: first columns, kept columns of its table, and columns of scores.

        Raises
        ------
        ResponseError
            The file cannot be written.
        """
        with writing(self.path):
            self._write(table, keep, columns, first or {})

    def commit(self) -> None:
        """Put the complete file in its place, over an older one.

        Raises
        ------
        ResponseError
            The file cannot be written.
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
        """Write what remains to be written."""

    def _abandon(self) -> None:
        """Release what is held for writing."""
        self._finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def discard(self) -> None:
        """Remove the file, unless it was committed."""
        if not self.new.file.closed:
            with contextlib.suppress(Exception):
                self._abandon()
            self.new.discard()


def python_values(values: Sequence[Any] | NDArray[Any]) -> list[Any]:
    """Return a column as Python values, with None for nan."""
    if not isinstance(values, np.ndarray) or values.dtype.kind == "O":
        return [None if isinstance(v, float) and math.isnan(v) else v for v in values]
    listed: list[Any] = values.tolist()
    if values.dtype.kind != "f":
        return listed
    missing_rows = np.flatnonzero(np.isnan(values))
    for row in missing_rows:
        listed[row] = None
    return listed


def output_columns(
    table: Table,
    keep: Sequence[Hashable],
    columns: Mapping[str, NDArray[Any]],
    first: Mapping[str, NDArray[Any]],
) -> dict[str, list[Any]]:
    """Return first columns, kept columns and scores as lists of Python values."""
    kept = {str(name): python_values(table.values(name, "keep")) for name in keep}
    before, after = ({name: python_values(x) for name, x in some.items()} for some in (first, columns))
    return before | kept | after
