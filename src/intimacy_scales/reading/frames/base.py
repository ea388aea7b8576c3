"""The interface of tables of every library: columns by name, and new columns returned in the same library."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.errors import MissingDependencyError, ResponseError
from intimacy_scales.messages import shortened, values_shown
from intimacy_scales.reading.columns import as_spelled
from intimacy_scales.results.frozen import alike

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHOWN = 8  # names in a message
_FEW_ROWS = 4096  # compared first


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers, some of which may be null.

    Attributes
    ----------
    values
        (n,); arbitrary where null.
    validity
        One bit for each row from bit ``offset`` on, lowest bit first, 0 where null (the layout of
        Arrow); None if nothing is null.
    offset
        Number of bits before that of the first row.

    Examples
    --------
    >>> Numbers(np.array([4, 0, 5]), np.array([0b101], dtype=np.uint8)).present(0, 3)
    array([1, 0, 1], dtype=uint8)
    """

    values: NDArray[Any]
    validity: NDArray[np.uint8] | None = None
    offset: int = 0

    def present(self, start: int, stop: int) -> NDArray[np.uint8] | None:
        """Return 1 for each row that is not null and 0 for each null, or None if no row is null."""
        if self.validity is None:
            return None
        first, last = self.offset + start, self.offset + stop
        bits = np.unpackbits(self.validity[first // 8 : -(-last // 8)], bitorder="little")
        return bits[first % 8 : first % 8 + stop - start]

    def are_null_at_zeros(self, start: int, codes: NDArray[np.unsignedinteger[Any]]) -> bool:
        """Tell whether rows from ``start`` on are null exactly where their codes are 0; False if unsure.

        Many libraries store a 0 where a number is null, and its code needs no change. Others store any
        number, which the first rows show at little cost.
        """
        first, n = self.offset + start, len(codes)
        if self.validity is None or first % 8 or n % 8:
            return False
        validity = self.validity[first // 8 : (first + n) // 8]
        packed_parts = (np.packbits(part, bitorder="little") for part in (codes[:_FEW_ROWS], codes))
        return all(np.array_equal(packed, validity[: len(packed)]) for packed in packed_parts)


@dataclass(frozen=True, slots=True)
class Distinct:
    """A column in which a few values recur.

    Attributes
    ----------
    values
        These values; some may be equal.
    positions
        (n,) position of each row's value among them; -1 where null.

    Examples
    --------
    >>> Distinct(["never", "often"], np.array([1, 1, 0, -1])).values
    ['never', 'often']
    """

    values: list[Any]
    positions: NDArray[np.signedinteger[Any]]


Column = Numbers | list[Any]
Taken = tuple[Hashable, "NDArray[np.intp]"]


def no_column(name: Hashable) -> str:
    """Return the words that a table has no column of this name."""
    return f"the table has no column {shortened(name)}"


def check_unique(names: Sequence[Hashable], wanted: Iterable[Hashable]) -> None:
    """Raise where a wanted column occurs twice, so that it is ambiguous.

    Examples
    --------
    >>> check_unique(["a", "b", "b"], ["a"])
    """
    counts = Counter(names)
    for name in wanted:
        if counts[name] > 1:
            raise ResponseError(
                f"the table has {counts[name]} columns named {shortened(name)}; rename or drop all but one "
                "of them"
            )


class Table(ABC):
    """A caller's table: columns by name, and new columns returned as a table of the same library.

    Attributes
    ----------
    names
        Names of its columns.
    from_mappings
        Whether its rows were mappings, which need not all have the same names.
    row_numbers
        (n_rows,) position of each row in the file that it was read from; None if no row was left out.

    Examples
    --------
    >>> from intimacy_scales.reading.frames import open_table
    >>> table = open_table([{"id": "x", "a": 4}])
    >>> isinstance(table, Table), list(table.names)
    (True, ['id', 'a'])
    """

    names: Sequence[Hashable]
    from_mappings = False
    row_numbers: NDArray[np.intp] | None = None

    def __eq__(self, other: object) -> bool:
        """Return whether two tables have equal columns and the same number of rows."""
        if not isinstance(other, Table):
            return NotImplemented
        same_shape = list(self.names) == list(other.names) and len(self) == len(other)
        return same_shape and all(alike(listed(self, name), listed(other, name)) for name in self.names)

    __hash__ = None  # type: ignore[assignment]  # equal by value, not hashable

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of rows."""

    @abstractmethod
    def column(self, name: Hashable) -> Column:
        """Return one column as numbers, or as a list of its values."""

    def answers(self, name: Hashable) -> Column | Distinct:
        """Return one column in the form for reading answers: each value once if the table stores it so."""
        return self.column(name)

    @abstractmethod
    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> Any:
        """Return kept columns followed by new ones, as a table of the caller's library."""

    @abstractmethod
    def only(self, names: Sequence[Hashable]) -> Table:
        """Return a table with the same rows and some of the columns.

        Later changes of the caller's table do not affect it.
        """

    @abstractmethod
    def arranged(self, taken: Mapping[str, Taken], columns: Mapping[str, NDArray[Any]]) -> Any:
        """Return a new table of the caller's library, without its index: columns taken, then computed ones.

        Parameters
        ----------
        taken
            New name → the column of this table, and its rows in the new order; null where a row is -1.
        columns
            Name → values (as many as rows were taken); nan stands for a missing value.
        """

    @abstractmethod
    def stacked(self, columns: Mapping[str, tuple[Hashable, Hashable]]) -> Table:
        """Return a table of twice as many rows: under each new name, one column and below it another one."""

    def listed(self, name: Hashable) -> list[Any]:
        """Return a column that the table has as a list of Python values, None where it is null.

        Unlike `values` it does not look through all names, which takes long for all of many columns.
        """
        column = self.column(name)
        if isinstance(column, list):
            return list(column)
        present, values = column.present(0, len(self)), list(column.values.tolist())
        if present is None:
            return values
        return [value if p else None for value, p in zip(values, present.tolist(), strict=True)]

    def declared_order(self, name: Hashable) -> list[Any] | None:
        """Return the declared order of a column's labels, lowest first; None if none was declared."""
        return None

    def spelled(self, name: Hashable) -> Hashable:
        """Return a column's name as it is spelled in the table; an unknown name as it is."""
        return name if name in self.names else as_spelled((name,), self.names)[0]

    def check(self, name: Hashable, purpose: str) -> Hashable:
        """Return a column's name as it is spelled in the table; raise if it is missing, or occurs twice."""
        name = self.spelled(name)
        if name not in self.names:
            listed = ", ".join(map(shortened, self.names[:_SHOWN])) + (
                ", …" if len(self.names) > _SHOWN else ""
            )
            if not values_shown():  # in a table without a header, the names are answers
                listed = f"{len(self.names):,} columns of other names"
            raise ResponseError(f"{purpose}: {no_column(name)}; it has {listed}")
        check_unique(self.names, [name])
        return name

    def values(self, name: Hashable, purpose: str) -> Sequence[Any] | NDArray[Any]:
        """Return a column's values unchanged, for ``person=`` or ``keep=``."""
        column = self.column(self.check(name, purpose))
        if isinstance(column, list):
            return column
        present = column.present(0, len(self))
        if present is None:
            return column.values
        return [v if p else None for v, p in zip(column.values.tolist(), present.tolist(), strict=True)]


def listed(table: Table, name: Hashable) -> list[Any]:
    """Return a column that a table has as a list of Python values."""
    return table.listed(name)


def as_texts(values: Sequence[Any]) -> list[str | None]:
    """Return values of different types as texts, None where missing.

    Examples
    --------
    >>> as_texts([1, "x", None])
    ['1', 'x', None]
    """
    return [None if value is None else str(value) for value in values]


def needs(module: str, extra: str) -> Any:
    """Import an optional library and return it; raise an error that names the extra to install.

    Examples
    --------
    >>> needs("json", "io").dumps([1])
    '[1]'
    """
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError:
        raise MissingDependencyError(
            f"{module.partition('.')[0]} is not installed: pip install 'intimacy-scales[{extra}]'"
        ) from None
