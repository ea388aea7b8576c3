"""Columns of the caller's table that stay with couples: labels and covariates, of partners or of couples."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import suggest
from intimacy_scales.reading.frames import Table, number_column
from intimacy_scales.results.frozen import Frozen


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptColumns(Frozen):
    """Columns that were kept with one row for each person.

    Attributes
    ----------
    table
        The columns.
    rows
        (n_couples, 2): the rows of both partners in it; -1 where there is none.
    of_couples
        Names of columns that a table with one row for each couple has once.
    """

    table: Table
    rows: NDArray[np.intp]
    of_couples: frozenset[str] = frozenset()

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return list(map(str, self.table.names))

    def column(self, name: str) -> Hashable | None:
        """Return a column's name in the table, where it may be a number or a tuple; None: not kept."""
        return next((column for column in self.table.names if str(column) == name), None)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """Return a column of numbers of both partners (n_couples, 2), nan where missing.

        Raises
        ------
        EstimationError
            It was not kept.
        ResponseError
            It does not hold numbers.
        """
        column = self.column(name)
        if column is None:
            raise EstimationError(
                f"column {name!r} was not kept{suggest(name, self.names)}; keep it when couples are paired: "
                f"keep=[{name!r}]"
            )
        persons = number_column(self.table.column(column), name)
        numbers: NDArray[np.float64] = np.where(self.rows < 0, np.nan, persons[self.rows])
        return numbers

    def chosen(self, places: NDArray[np.intp]) -> KeptColumns:
        """Return the columns of some couples."""
        return KeptColumns(table=self.table, rows=self.rows[places], of_couples=self.of_couples)
