"""Columns of the caller's table that stay with couples: labels and covariates, of partners or of couples."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError, LikelyMissingCodeWarning
from intimacy_scales.instrument import as_number
from intimacy_scales.messages import level_outside, suggest, values_shown
from intimacy_scales.reading.answers import MissingCode
from intimacy_scales.reading.frames import Table, number_column
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.reading.undeclared_codes import undeclared_codes
from intimacy_scales.results.frozen import Frozen
from intimacy_scales.results.wording import counted


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
    missing_codes
        Values that mean "no answer", as in `Reading`; in columns of numbers they are missing too. None for
        tables of scores, which have no such option.
    on_invalid
        ``"accept"``: other numbers that look like such codes are taken as they are, without a warning.
    """

    table: Table
    rows: NDArray[np.intp]
    of_couples: frozenset[str] = frozenset()
    missing_codes: tuple[MissingCode, ...] | None = ()
    on_invalid: OnInvalid = "raise"

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

        Warns
        -----
        LikelyMissingCodeWarning
            Some numbers look like codes for missing ones that were not declared.
        """
        column = self.column(name)
        if column is None:
            raise EstimationError(
                f"column {name!r} was not kept{suggest(name, self.names)}; keep it when couples are paired: "
                f"keep=[{name!r}]"
            )
        persons = number_column(self.table.column(column), name)
        persons[np.isin(persons, _numeric(self.missing_codes or ()))] = np.nan
        if self.on_invalid != "accept":
            _warn_of_codes(name, persons, of_scores=self.missing_codes is None)
        numbers: NDArray[np.float64] = np.where(self.rows < 0, np.nan, persons[self.rows])
        return numbers

    def chosen(self, places: NDArray[np.intp]) -> KeptColumns:
        """Return the columns of some couples."""
        return replace(self, rows=self.rows[places])


def _numeric(codes: Sequence[MissingCode]) -> list[float]:
    """Return the codes that are numbers, or texts of numbers."""
    numbers = []
    for code in codes:
        number = as_number(code) if isinstance(code, str) else code
        numbers += [] if number is None else [float(number)]
    return numbers


def _warn_of_codes(name: str, values: NDArray[np.float64], *, of_scores: bool) -> None:
    """Warn where numbers look like codes for missing ones."""
    codes = undeclared_codes(values, scores=True)
    if not codes:
        return
    n = int(np.count_nonzero(np.isin(values, codes)))
    named = " and ".join(f"{code:g}" for code in codes) if values_shown() else "some of them"
    advice = "pass missing_codes= when couples are paired"
    if of_scores:
        advice = 'make them missing in the table; if they are values, pass on_invalid="accept"'
    those = f"{counted(n, 'value')} ({named}) {'looks' if n == 1 else 'look'}"
    warnings.warn(
        f"kept column {name!r}: {those} like codes for missing ones, and count as numbers. If they mean that "
        f"there is no value, {advice}",
        LikelyMissingCodeWarning,
        stacklevel=level_outside(),
    )
