"""Composites, whole columns at a time: exact sums of fractions, and one division.

For a person who answered every item, a composite is a weighted sum of its scales' numerators over one
denominator. Skipped items make denominators differ between persons. Every score is then expanded to the
common multiple of all denominators that its scale can have (840 for 4 to 8 answers), so that whole numbers
are added again. All are below 2**53 and so exact as floats; for instruments that need larger numbers, each
person's fractions are added as Python integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.scoring.planned import MAX_EXACT, Plan, PlannedComposite, PlannedScale

Rows = slice | NDArray[np.intp]


class Numerators(NamedTuple):
    """The scores of a chunk of persons on a scale of items, as fractions.

    Attributes
    ----------
    values
        Numerators of scores.
    weights
        Sums of the weights of the answered items: denominators are ``PlannedScale.divisor`` times these.
    all_complete
        Whether it is known that nobody skipped an item.
    """

    values: NDArray[Any]
    weights: NDArray[Any]
    all_complete: bool


@dataclass(frozen=True, slots=True)
class _Multiples:
    """Factors that expand the numerators of one scale to its common denominator, in floats.

    Attributes
    ----------
    by_count
        The factor for each number of answered items, or of parts with a score; 0 if these are too few.
    bound
        Upper bound of all numbers in the computation.
    """

    by_count: NDArray[np.float64]
    bound: int


def _multiples_of_items(scale: PlannedScale) -> _Multiples | None:
    """Return the factors for a scale of items; None if a denominator may not divide the common one."""
    if scale.weight != scale.size and scale.required < scale.size:
        return None
    shares = scale.common // scale.divisor
    if shares >= MAX_EXACT:
        return None
    by_count = np.zeros(scale.size + 1)
    for n in range(scale.required, scale.size + 1):
        by_count[n] = shares // (n if scale.weight == scale.size else scale.weight)
    largest = (abs(scale.base) + scale.span) * scale.times + abs(scale.plus) * scale.weight
    return _Multiples(by_count, largest * int(by_count.max()))


def _multiples_of_parts(scale: PlannedComposite, parts: Sequence[_Multiples | None]) -> _Multiples | None:
    """Return the factors for a composite; None if numbers are too large to be exact."""
    total = 0
    for factor, part in zip(scale.factors, parts, strict=True):
        if part is None:
            return None
        total += abs(factor) * part.bound
    bound = max(total, max(scale.multiples) * total + abs(scale.shift), scale.common)
    return _Multiples(np.array(scale.multiples, dtype=np.float64), bound) if bound < MAX_EXACT else None


def _largest_number(plan: Plan, scale: PlannedComposite) -> int:
    """Return an upper bound of the whole numbers that a composite of complete answers is computed from."""
    bound = abs(scale.offset)
    for leaf, weight in zip(scale.leaves, scale.weights, strict=True):
        part = plan.scales[leaf]
        assert isinstance(part, PlannedScale)
        lowest, highest = part.numerator(part.base), part.numerator(part.base + part.span)
        bound += abs(weight) * max(abs(lowest), abs(highest))
    return max(bound, scale.denominator)


class CompositeKernel:
    """The computation of one composite, in chunks of persons.

    Parameters
    ----------
    plan, position
        The instrument's plan, and the position of the composite in it.
    """

    def __init__(self, plan: Plan, position: int) -> None:
        scale = plan.scales[position]
        assert isinstance(scale, PlannedComposite)
        self.plan, self.position, self.scale = plan, position, scale
        self._complete_is_exact = _largest_number(plan, scale) < MAX_EXACT
        self._multiples: dict[int, _Multiples] = {}
        self._incomplete_is_exact = self._find_multiples(position) is not None

    def _find_multiples(self, position: int) -> _Multiples | None:
        """Return the factors of a scale, computed once; None if numbers would not be exact."""
        if position not in self._multiples:
            scale = self.plan.scales[position]
            multiples = (
                _multiples_of_parts(scale, [self._find_multiples(part) for part in scale.parts])
                if isinstance(scale, PlannedComposite)
                else _multiples_of_items(scale)
            )
            if multiples is None:
                return None
            self._multiples[position] = multiples
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
            Position of a scale of items → its scores as fractions.
        answered
            (n_scales, n): number of answered items, or of parts with a score. The row of the composite is
            written here.
        scores
            (n,): the scores, written here.
        """
        n_parts, scales = answered[self.position], self.plan.scales
        for part in self.scale.parts:
            n_parts += (answered[part] >= scales[part].required).view(np.uint8)
        skipped = np.zeros(len(scores), dtype=np.bool_)
        for leaf in self.scale.leaves:
            if not numerators[leaf].all_complete:
                skipped |= answered[leaf] < scales[leaf].size
        if self._complete_is_exact:
            self._score_complete(numerators, scores)
        else:
            skipped[:] = True
        if not skipped.any():
            return
        scores[skipped] = np.nan
        skipped &= n_parts >= self.scale.required
        n_rows = int(np.count_nonzero(skipped))
        if n_rows and self._incomplete_is_exact:
            rows: Rows = slice(None) if 2 * n_rows > len(scores) else np.flatnonzero(skipped)
            values = self._over_common(self.position, rows, numerators, answered)
            values /= self.scale.common
            np.copyto(scores, values, where=skipped) if isinstance(rows, slice) else scores.put(rows, values)
        elif n_rows:
            for row in np.flatnonzero(skipped).tolist():
                exact = self._numerator(self.position, row, numerators, answered)
                assert exact is not None
                scores[row] = float(Fraction(exact) / self.scale.common)

    def _score_complete(self, numerators: Mapping[int, Numerators], scores: NDArray[np.float64]) -> None:
        """Score all persons as if no item were skipped."""
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
        """Return the numerators of scores over the common denominator; 0 if there is no score."""
        scale, by_count = self.plan.scales[position], self._multiples[position].by_count
        counts = answered[position, rows]
        if isinstance(scale, PlannedScale):
            expanded: NDArray[np.float64] = by_count.take(counts)
            expanded *= numerators[position].values[rows]
            return expanded
        total = np.zeros(len(counts))
        for factor, part in zip(scale.factors, scale.parts, strict=True):
            expanded = self._over_common(part, rows, numerators, answered)
            if factor != 1:
                expanded *= factor
            total += expanded
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
        """Return the numerator of one person's score over the common denominator; None without a score."""
        scale, n = self.plan.scales[position], int(answered[position, row])
        if n < scale.required:
            return None
        if isinstance(scale, PlannedComposite):
            parts = [self._numerator(part, row, numerators, answered) for part in scale.parts]
            return scale.numerator(parts, n)
        values, weights, _ = numerators[position]
        return Fraction(int(values[row]) * scale.common, scale.divisor * int(weights[row]))
