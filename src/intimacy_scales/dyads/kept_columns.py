"""Columns of the caller's table that stay with couples: labels and covariates, of partners or of couples."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field, replace
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError, LikelyMissingCodeWarning
from intimacy_scales.instrument import as_number
from intimacy_scales.instrument.numerals import as_compared
from intimacy_scales.messages import level_outside, suggest, values_shown
from intimacy_scales.moments.clusters import is_missing_label
from intimacy_scales.reading.answers import MissingCode
from intimacy_scales.reading.frames import Column, Numbers, Table, number_column
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
    labels
        Names of the columns of couples, persons, roles and occasions.
    missing_codes
        Values and texts that mean "no answer", as in `Reading`; they are missing here too. None for tables of
        scores, which have no such option.
    on_invalid
        ``"accept"``: other numbers that look like such codes are taken as they are, without a warning.
    warned_of
        Columns about whose numbers a warning was given already, also in other selections of these couples.
    """

    table: Table
    rows: NDArray[np.intp]
    of_couples: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    missing_codes: tuple[MissingCode, ...] | None = ()
    on_invalid: OnInvalid = "raise"
    warned_of: set[str] = field(default_factory=set, compare=False, repr=False)

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
            Some numbers look like codes for missing ones that were not declared; once for each column.
        """
        persons = self._of_persons(name)
        caution = None if name in self.warned_of else self._code_caution(name, persons)
        if caution is not None:
            self.warned_of.add(name)
            warnings.warn(caution, LikelyMissingCodeWarning, stacklevel=level_outside())
        numbers: NDArray[np.float64] = np.where(self.rows < 0, np.nan, persons[self.rows])
        return numbers

    def code_caution(self, name: str) -> str | None:
        """Return the warning that some numbers of a column look like undeclared codes; None: none does."""
        return self._code_caution(name, self._of_persons(name))

    def _of_persons(self, name: str) -> NDArray[np.float64]:
        """Return the numbers of a column, in the rows of the table."""
        column = self.column(name)
        if column is None:
            raise EstimationError(
                f"column {name!r} was not kept{suggest(name, self.names)}; keep it when couples are paired: "
                f"keep=[{name!r}]"
            )
        return number_column(without_codes(self.table.column(column), self.missing_codes or ()), name)

    def _code_caution(self, name: str, persons: NDArray[np.float64]) -> str | None:
        if self.on_invalid == "accept":
            return None
        if name in self.of_couples:  # it is stacked for both partners, and holds each value twice
            persons = persons[: len(persons) // 2]
        return _caution_about_codes(name, persons, of_scores=self.missing_codes is None)

    def known_of_partners(self) -> NDArray[np.bool_]:
        """Return whether each partner has a value in a column of partners that is no label (n_couples, 2)."""
        known = np.zeros(len(self.table), dtype=np.bool_)
        for column in self.table.names:
            if str(column) not in self.of_couples | self.labels:
                known |= ~_are_missing(without_codes(self.table.column(column), self.missing_codes or ()))
        return np.asarray(known[self.rows])

    def chosen(self, places: NDArray[np.intp]) -> KeptColumns:
        """Return the columns of some couples."""
        return replace(self, rows=self.rows[places])


def without_codes(column: Column, codes: Sequence[MissingCode]) -> Column:
    """Return a column in which the values that mean "no answer" are missing: numbers, and texts in any case.

    Examples
    --------
    >>> without_codes([3, "Refused", -99, "-99"], ["refused", -99])
    [3, None, None, None]
    """
    if not codes:
        return column
    numbers = _numeric(codes)
    if isinstance(column, Numbers):
        values, present = column.values, column.present(0, len(column.values))
        coded = np.isin(values, numbers)
        if not coded.any():
            return column
        values = values.astype(np.float64)
        values[coded if present is None else coded | (present == 0)] = np.nan
        return Numbers(values)
    texts = {as_compared(code) for code in codes if isinstance(code, str)}
    return [None if _is_code(value, numbers, texts) else value for value in column]


def _is_code(value: Any, numbers: Sequence[Any], texts: Collection[str]) -> bool:
    """Return whether a value of a list is a code for no answer."""
    if isinstance(value, str):
        number = as_number(value)
        return as_compared(value) in texts or (number is not None and number in numbers)
    return isinstance(value, Number) and not isinstance(value, bool) and value in numbers


def _are_missing(column: Column) -> NDArray[np.bool_]:
    """Return whether each value is missing (n,)."""
    if isinstance(column, list):
        return np.array([is_missing_label(value) for value in column], dtype=np.bool_)
    present = column.present(0, len(column.values))
    missing = (
        np.isnan(column.values) if column.values.dtype.kind == "f" else np.zeros(len(column.values), bool)
    )
    return missing if present is None else missing | (present == 0)


def _numeric(codes: Sequence[MissingCode]) -> list[float]:
    """Return the codes that are numbers, or texts of numbers."""
    numbers = []
    for code in codes:
        number = as_number(code) if isinstance(code, str) else code
        numbers += [] if number is None else [float(number)]
    return numbers


def _caution_about_codes(name: str, values: NDArray[np.float64], *, of_scores: bool) -> str | None:
    """Return a warning where numbers look like codes for missing ones."""
    codes = undeclared_codes(values, scores=True)
    if not codes:
        return None
    n = int(np.count_nonzero(np.isin(values, codes)))
    named = " and ".join(f"{code:g}" for code in codes) if values_shown() else "some of them"
    advice = "pass missing_codes= when couples are paired"
    if of_scores:
        advice = 'make them missing in the table; if they are values, pass on_invalid="accept"'
    those = f"{counted(n, 'value')} ({named}) {'looks' if n == 1 else 'look'}"
    return (
        f"kept column {name!r}: {those} like codes for missing ones, and count as numbers. If they mean that "
        f"there is no value, {advice}"
    )
