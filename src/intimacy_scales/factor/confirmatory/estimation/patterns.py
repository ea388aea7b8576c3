"""Patterns of missing answers: persons grouped by which variables they answered (arrays only)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Persons who answered the same variables.

    Attributes
    ----------
    n
        Number of persons.
    observed
        Positions of the variables they answered; None for all.
    means, covariances
        Of these persons, divisor n.
    rows
        (n, q): their answers; None if only sums are known.
    """

    n: int
    observed: Positions | None
    means: Floats
    covariances: Floats
    rows: Floats | None

    def part(self, matrix: Floats) -> Floats:
        """Return the rows and columns of a (p, p) matrix that belong to the observed variables."""
        return matrix if self.observed is None else matrix[np.ix_(self.observed, self.observed)]

    def rows_of(self, array: Floats) -> Floats:
        """Return the entries of (p,) or the rows of (p, k) that belong to the observed variables."""
        return array if self.observed is None else array[self.observed]


@dataclass(frozen=True, kw_only=True)
class Patterns(Sequence[Pattern]):
    """Patterns of missing answers as arrays; often there are as many as persons.

    Attributes
    ----------
    answered
        (N, p): which variables the persons of each pattern answered.
    persons
        (N,): numbers of persons.
    means
        (N, p): zeros where answers are missing.
    covariances
        Position of a pattern → covariances of the variables answered, divisor n; patterns of a single person
        are left out.
    rows
        (n, p): answers of the first pattern's persons, of the second's, and so on; None if only sums are
        known.
    """

    answered: NDArray[np.bool_]
    persons: Positions
    means: Floats
    covariances: Mapping[int, Floats]
    rows: Floats | None

    @cached_property
    def _ends(self) -> list[int]:
        return [0, *np.cumsum(self.persons).tolist()]

    def __len__(self) -> int:
        return len(self.persons)

    def __getitem__(self, position: int) -> Pattern:  # type: ignore[override]
        return self._patterns[position]

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def _patterns(self) -> tuple[Pattern, ...]:
        """The patterns one by one, made when the first is used."""
        return tuple(map(self._pattern, range(len(self))))

    def _pattern(self, n: int) -> Pattern:
        observed = np.flatnonzero(self.answered[n])
        q, covariances = len(observed), self.covariances.get(n)
        rows = None if self.rows is None else self.rows[self._ends[n] : self._ends[n + 1], observed]
        return Pattern(
            n=int(self.persons[n]),
            observed=None if q == self.answered.shape[1] else observed,
            means=self.means[n, observed],
            covariances=np.zeros((q, q)) if covariances is None else covariances,
            rows=rows,
        )

    def deviations(self, position: int) -> Floats:
        """Return deviations of one pattern's answers from their means (n, p), 0 where missing."""
        assert self.rows is not None
        rows = self.rows[self._ends[position] : self._ends[position + 1]]
        return np.where(self.answered[position], rows - self.means[position], 0.0)

    def without_rows(self) -> Patterns:
        """Return the same patterns without each person's answers."""
        return replace(self, rows=None)


def patterns_of(rows: Floats) -> tuple[Patterns, Positions]:
    """Return the patterns of rows (n, p) that are nan where answers are missing, and the rows in their order.

    Returns
    -------
    tuple
        The patterns, and (n,): positions of the rows, those of the first pattern's persons first.
    """
    present = ~np.isnan(rows)
    _, first, which, persons = np.unique(
        np.packbits(present, axis=1), axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(which.ravel(), kind="stable")
    answered, ordered = present[first], rows[order]
    means, covariances = np.where(answered, rows[first], 0.0), {}
    starts = np.cumsum(persons) - persons
    for n in np.flatnonzero(persons > 1).tolist():
        values = ordered[starts[n] : starts[n] + persons[n], answered[n]]
        means[n, answered[n]] = values.mean(axis=0)
        centred = values - means[n, answered[n]]
        covariances[n] = centred.T @ centred / len(values)
    patterns = Patterns(
        answered=answered, persons=persons, means=means, covariances=covariances, rows=ordered
    )
    return patterns, order
