"""Composites of whole columns: sums of fractions, exact, and one division.

Where somebody answered every item, a composite is a weighted sum of its scales' numerators over one
denominator. Where items were skipped, denominators differ between persons; every score of a scale is then
put over a common multiple of all that there can be (of 4 to 8 answers: 840), so that what is added up are
whole numbers again. All are below 2**53 and so exact as floats; of instruments that need larger ones,
each person's fractions are added in Python's whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.scoring.planned import Plan, PlannedComposite, PlannedScale

EXACT = 2**53

Rows = slice | NDArray[np.intp]


class Numerators(NamedTuple):
    """What a scale of items came to, in a chunk of persons.

    Attributes
    ----------
    values
        Numerators of scores.
    weights
        Sums of the weights of what was answered: denominators are ``PlannedScale.divisor`` times these.
    everyone
        Whether nobody is known to have skipped any.
    """

    values: NDArray[Any]
    weights: NDArray[Any]
    everyone: bool


@dataclass(frozen=True, slots=True)
class _Multiples:
    """How numerators of one scale are put over its common denominator, in floats.

    Attributes
    ----------
    by_count
        What a sum is multiplied by, for each number of answered items, or of parts with a score; 0 where
        that is too little.
    bound
        No number on the way is larger.
    """

    by_count: NDArray[np.float64]
    bound: int


def _multiples_of_items(scale: PlannedScale) -> _Multiples | None:
    """Return how it is done for a scale of items; None where a denominator is no part of the common one."""
    if scale.weight != scale.size and scale.required < scale.size:
        return None
    shares = scale.common // scale.divisor
    if shares >= EXACT:
        return None
    by_count = np.zeros(scale.size + 1)
    for n in range(scale.required, scale.size + 1):
        by_count[n] = shares // (n if scale.weight == scale.size else scale.weight)
    largest = (abs(scale.base) + scale.span) * scale.times + abs(scale.plus) * scale.weight
    return _Multiples(by_count, largest * int(by_count.max()))


def _multiples_of_parts(scale: PlannedComposite, parts: Sequence[_Multiples | None]) -> _Multiples | None:
    """Return how it is done for a composite; None where numbers are too large to be exact."""
    total = 0
    for factor, part in zip(scale.factors, parts, strict=True):
        if part is None:
            return None
        total += abs(factor) * part.bound
    bound = max(total, max(scale.multiples) * total + abs(scale.shift), scale.common)
    return _Multiples(np.array(scale.multiples, dtype=np.float64), bound) if bound < EXACT else None


def _largest_whole(plan: Plan, scale: PlannedComposite) -> int:
    """Return a bound of the whole numbers that a composite of complete answers is made of."""
    bound = abs(scale.offset)
    for leaf, weight in zip(scale.leaves, scale.weights, strict=True):
        own = plan.scales[leaf]
        assert isinstance(own, PlannedScale)
        bound += abs(weight) * max(abs(own.whole(own.base)), abs(own.whole(own.base + own.span)))
    return max(bound, scale.denominator)


class CompositeKernel:
    """Scores one composite, in chunks of persons.

    Parameters
    ----------
    plan, position
        The instrument's plan, and the position of the composite in it.
    """

    def __init__(self, plan: Plan, position: int) -> None:
        scale = plan.scales[position]
        assert isinstance(scale, PlannedComposite)
        self.plan, self.position, self.scale = plan, position, scale
        self._whole_is_exact = _largest_whole(plan, scale) < EXACT
        self._multiples: dict[int, _Multiples] = {}
        self._gaps_are_exact = self._find_multiples(position) is not None

    def _find_multiples(self, position: int) -> _Multiples | None:
        """Work out how a scale, and all it is made of, is put over one denominator, and keep it."""
        if position not in self._multiples:
            scale = self.plan.scales[position]
            found = (
                _multiples_of_parts(scale, [self._find_multiples(part) for part in scale.parts])
                if isinstance(scale, PlannedComposite)
                else _multiples_of_items(scale)
            )
            if found is None:
                return None
            self._multiples[position] = found
        return self._multiples[position]

    def score(
        self,
        numerators: Mapping[int, Numerators],
        answered: NDArray[np.unsignedinteger[Any]],
        scores: NDArray[np.float64],
    ) -> None:
        """Score a chunk of persons.

        Parameters
        ----------
        numerators
            Position of a scale of items → what it came to.
        answered
            (n_scales, n): of items, how many were answered. That of the composite is written here.
        scores
            (n,), written here.
        """
        own, scales = answered[self.position], self.plan.scales
        for part in self.scale.parts:
            own += (answered[part] >= scales[part].required).view(np.uint8)
        somewhere = [leaf for leaf in self.scale.leaves if not numerators[leaf].everyone]
        skipped = np.zeros(len(scores), dtype=np.bool_)
        for leaf in somewhere:
            skipped |= answered[leaf] < scales[leaf].size
        if self._whole_is_exact:
            self._score_whole(numerators, scores)
        else:
            skipped[:] = True
        if not skipped.any():
            return
        scores[skipped] = np.nan
        skipped &= own >= self.scale.required
        n_rows = int(np.count_nonzero(skipped))
        if n_rows and self._gaps_are_exact:
            rows: Rows = slice(None) if 2 * n_rows > len(scores) else np.flatnonzero(skipped)
            found = self._over_common(self.position, rows, numerators, answered)
            found /= self.scale.common
            np.copyto(scores, found, where=skipped) if isinstance(rows, slice) else scores.put(rows, found)
        elif n_rows:
            for row in np.flatnonzero(skipped).tolist():
                exact = self._numerator(self.position, row, numerators, answered)
                assert exact is not None
                scores[row] = float(Fraction(exact) / self.scale.common)

    def _score_whole(self, numerators: Mapping[int, Numerators], scores: NDArray[np.float64]) -> None:
        """Score everybody as if no item were skipped."""
        scores[:] = self.scale.offset
        for leaf, weight in zip(self.scale.leaves, self.scale.weights, strict=True):
            values = numerators[leaf].values
            scores += values if weight == 1 else np.multiply(values, weight, dtype=np.float64)
        scores /= self.scale.denominator

    def _over_common(
        self,
        position: int,
        rows: Rows,
        numerators: Mapping[int, Numerators],
        answered: NDArray[np.unsignedinteger[Any]],
    ) -> NDArray[np.float64]:
        """Return numerators of scores over the common denominator; 0 where there is no score."""
        scale, by_count = self.plan.scales[position], self._multiples[position].by_count
        counts = answered[position, rows]
        if isinstance(scale, PlannedScale):
            found: NDArray[np.float64] = by_count.take(counts)
            found *= numerators[position].values[rows]
            return found
        total = np.zeros(len(counts))
        for factor, part in zip(scale.factors, scale.parts, strict=True):
            found = self._over_common(part, rows, numerators, answered)
            if factor != 1:
                found *= factor
            total += found
        total *= by_count.take(counts)
        if scale.shift:
            total += np.where(counts >= scale.required, float(scale.shift), 0.0)
        return total

    def _numerator(
        self,
        position: int,
        row: int,
        numerators: Mapping[int, Numerators],
        answered: NDArray[np.unsignedinteger[Any]],
    ) -> int | Fraction | None:
        """Return the numerator of one person's score over the common denominator; None for no score."""
        scale, n = self.plan.scales[position], int(answered[position, row])
        if n < scale.required:
            return None
        if isinstance(scale, PlannedComposite):
            parts = [self._numerator(part, row, numerators, answered) for part in scale.parts]
            return scale.numerator(parts, n)
        values, weights, _ = numerators[position]
        return Fraction(int(values[row]) * scale.common, scale.divisor * int(weights[row]))
