"""What every kind of table has in common: columns by name, and a way to answer in the same kind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.errors import MissingDependencyError, ResponseError, shortened, values_shown
from intimacy_scales.reading.columns import as_spelled
from intimacy_scales.results.frozen import alike

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHOWN = 8
_FEW_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers, some of which may be null.

    Attributes
    ----------
    values
        (n,); anything where null.
    validity
        One bit for each row from bit ``offset`` on, lowest bit first, 0 where null (the layout of
        Arrow); None where nothing is null.
    offset
        Bits before the first row's.
    """

    values: NDArray[Any]
    validity: NDArray[np.uint8] | None = None
    offset: int = 0

    def present(self, start: int, stop: int) -> NDArray[np.uint8] | None:
        """Return 1 where a row is not null and 0 where it is, or None where no row is."""
        if self.validity is None:
            return None
        first, last = self.offset + start, self.offset + stop
        bits = np.unpackbits(self.validity[first // 8 : -(-last // 8)], bitorder="little")
        return bits[first % 8 : first % 8 + stop - start]

    def are_null_at_zeros(self, start: int, codes: NDArray[np.unsignedinteger[Any]]) -> bool:
        """Tell whether rows from ``start`` on are null just where their codes are 0; False where unsure.

        Many libraries keep a 0 where a number is null: then there is nothing to be taken away. Others keep
        some number or other, as a few rows show.
        """
        first, n = self.offset + start, len(codes)
        if self.validity is None or first % 8 or n % 8:
            return False
        there = self.validity[first // 8 : (first + n) // 8]
        glances = (np.packbits(part, bitorder="little") for part in (codes[:_FEW_ROWS], codes))
        return all(np.array_equal(packed, there[: len(packed)]) for packed in glances)


@dataclass(frozen=True, slots=True)
class Distinct:
    """A column in which a few values stand again and again.

    Attributes
    ----------
    values
        These values; some may be alike.
    positions
        (n,) where each row's value stands among them; -1 where null.
    """

    values: list[Any]
    positions: NDArray[np.signedinteger[Any]]


Column = Numbers | list[Any]


def check_unique(names: Sequence[Hashable], wanted: Iterable[Hashable]) -> None:
    """Raise where a wanted column occurs twice: which of them is meant cannot be known."""
    counts = Counter(names)
    for name in wanted:
        if counts[name] > 1:
            raise ResponseError(
                f"the table has {counts[name]} columns named {shortened(name)}; rename or drop all but one "
                "of them"
            )


class Table(ABC):
    """A caller's table: columns by name, and a way to answer in the same kind.

    Attributes
    ----------
    names
        Its columns.
    from_mappings
        Whether its rows were mappings, some of which may lack a name that others have.
    """

    names: Sequence[Hashable]
    from_mappings = False

    def __eq__(self, other: object) -> bool:
        """Whether two tables hold the same columns; without any, the same number of rows."""
        if not isinstance(other, Table):
            return NotImplemented
        same = list(self.names) == list(other.names) and len(self) == len(other)
        return same and all(alike(_listed(self, name), _listed(other, name)) for name in self.names)

    __hash__ = None  # type: ignore[assignment]  # equal by value, not hashable

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of rows."""

    @abstractmethod
    def column(self, name: Hashable) -> Column:
        """Return one column as numbers, or as a list of whatever stands in it."""

    def answers(self, name: Hashable) -> Column | Distinct:
        """Return one column as answers are read from it: each value once, where the table has them so."""
        return self.column(name)

    @abstractmethod
    def frame(self, columns: Mapping[str, NDArray[Any]], keep: Sequence[Hashable]) -> Any:
        """Return new columns after kept ones, as the caller's own kind of table."""

    @abstractmethod
    def only(self, names: Sequence[Hashable]) -> Table:
        """Return a table of the same kind and rows with some of the columns.

        What is done to the caller's table afterwards does not change it.
        """

    def declared_order(self, name: Hashable) -> list[Any] | None:
        """Return the order that a column's labels were declared to have, lowest first."""
        return None

    def spelled(self, name: Hashable) -> Hashable:
        """Return a column's name as it is spelled in the table; one that is not there as it is."""
        return name if name in self.names else as_spelled((name,), self.names)[0]

    def check(self, name: Hashable, purpose: str) -> Hashable:
        """Return a column's name as it is spelled in the table; raise where it is not there, or twice."""
        name = self.spelled(name)
        if name not in self.names:
            shown = ", ".join(map(shortened, self.names[:_SHOWN])) + (
                ", …" if len(self.names) > _SHOWN else ""
            )
            if not values_shown():  # without a header, answers stand there
                shown = f"{len(self.names):,} columns of other names"
            raise ResponseError(f"{purpose}: the table has no column {shortened(name)}; it has {shown}")
        check_unique(self.names, [name])
        return name

    def values(self, name: Hashable, purpose: str) -> Sequence[Any] | NDArray[Any]:
        """Return a column's values as they are, for ``person=`` or ``keep=``."""
        column = self.column(self.check(name, purpose))
        if isinstance(column, list):
            return column
        present = column.present(0, len(self))
        if present is None:
            return column.values
        return [v if p else None for v, p in zip(column.values.tolist(), present.tolist(), strict=True)]


def _listed(table: Table, name: Hashable) -> list[Any]:
    values = table.values(name, "keep")
    return list(values.tolist()) if isinstance(values, np.ndarray) else list(values)


def needs(module: str, extra: str) -> Any:
    """Import an optional library, or say which extra brings it."""
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError:
        raise MissingDependencyError(
            f"{module.partition('.')[0]} is not installed: pip install 'intimacy-scales[{extra}]'"
        ) from None
