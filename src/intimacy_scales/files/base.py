"""What a format is: a reader that yields batches, and a writer that leaves all or nothing."""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.head import Head
from intimacy_scales.reading.frames import ListTable, Table

BATCH_ROWS = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


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
        self.position = 0
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

    @abstractmethod
    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield columns of items, and others as they are, some rows at a time."""

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

    def hint(self) -> str:
        """Return what may explain that columns are missing; nothing where nothing does."""
        return ""

    def table(self, rows: Sequence[Sequence[Any]], wanted: Sequence[Hashable]) -> ListTable:
        """Return rows of fields as a table of the wanted columns."""
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(self.names)
        return ListTable({name: list(columns[self.names.index(str(name))]) for name in wanted}, len(rows))


class ScoreFile(ABC):
    """A file being written: under another name beside its own, until it is whole.

    Parameters
    ----------
    path
        Where it will stand after `commit`. Without `commit`, nothing is left.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.parent.is_dir():
            raise ResponseError(f"{path}: there is no folder {path.parent}")
        if path.is_dir():
            raise ResponseError(f"{path}: is a folder")
        self.partial = _begin_beside(path)

    @abstractmethod
    def write(self, table: Table, keep: Sequence[Hashable], columns: Mapping[str, NDArray[Any]]) -> None:
        """Append a batch: kept columns of its table, then columns of scores."""

    @abstractmethod
    def close(self) -> None:
        """Finish writing and close."""

    def commit(self) -> None:
        """Put the finished file in its place, over any that stood there."""
        self.close()
        _put_in_place(self.partial, self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def discard(self) -> None:
        """Leave nothing, unless the file was committed."""
        if self.partial.exists():
            with contextlib.suppress(Exception):
                self.close()
            self.partial.unlink(missing_ok=True)


def _begin_beside(path: Path) -> Path:
    """Create an empty file of another name beside the one that is to be written."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise ResponseError(f"{path}: cannot be written: {error.strerror}") from None
    os.close(handle)
    return Path(name)


def _put_in_place(partial: Path, path: Path) -> None:
    """Give a finished file its name and the usual permissions."""
    mask = os.umask(0)
    os.umask(mask)
    partial.chmod(0o666 & ~mask)
    partial.replace(path)


def write_text(path: Path, text: str) -> None:
    """Write a text file, or leave what stood there.

    Raises
    ------
    ResponseError
        It cannot be written.
    """
    partial = _begin_beside(path)
    try:
        partial.write_text(text, encoding="utf-8", newline="")
        _put_in_place(partial, path)
    except OSError as error:
        raise ResponseError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)


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
    table: Table, keep: Sequence[Hashable], columns: Mapping[str, NDArray[Any]]
) -> dict[str, list[Any]]:
    """Return kept columns and scores as lists of Python values."""
    kept = {str(name): python_values(table.values(name, "keep")) for name in keep}
    return kept | {name: python_values(values) for name, values in columns.items()}


def without_formula(value: Any) -> Any:
    """Return a text that a spreadsheet would run as a formula with an apostrophe before it.

    Examples
    --------
    >>> without_formula("=1+1"), without_formula("-3.5"), without_formula("Kim")
    ("'=1+1", '-3.5', 'Kim')
    """
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    try:
        float(value.replace(",", "."))
    except ValueError:
        return f"'{value}"
    return value
