"""Search for the items of a scale that run against the others (arrays only)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.direction import DirectionEvidence, direction_evidence
from intimacy_scales.numerics.ties import directions, eigenvectors, first_highest

Floats = NDArray[np.float64]
Sets = NDArray[np.bool_]

_SLIGHT = (0.1, 0.5)  # of the largest weight in a component: a smaller one has no side
_FEWEST = 3  # items that vary
_ALIKE = 0.4  # of the highest correlation: where the lowest is above it, no set goes against the others
_HOPELESS = -3.0  # log10, below which sets that differ by one item are not tried
_NAMED_COST = 0.7  # log10, of the set of all reverse-keyed items: one fault in five of a whole scale
_FAR = 3.0  # standard errors of a correlation
_NOTABLE_BY_MEANS = 0.5  # log10, from which means of items speak for a direction


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsAgainst:
    """A set of items that runs against the others of its scale, or does not go with them.

    Attributes
    ----------
    items
        (m,): which items.
    rho, se
        Correlation of what they and the others measure, as keyed, and its sampling error.
    relation, means
        log10 Bayes factors of "reversed" over "as keyed" by correlations and by means of items.
    unrelated
        log10 Bayes factor of "unrelated" over "as keyed" by correlations.
    cost
        log10 of the number of sets of its kind.
    published
        log10 likelihood ratio of "reversed" over "as keyed" by published figures.
    """

    items: Sets
    rho: float
    se: float
    relation: float
    means: float
    unrelated: float
    cost: float
    published: float = 0.0

    @property
    def evidence(self) -> tuple[tuple[str, float], ...]:
        """What `log10` is the sum of."""
        return self._with(("correlations of items", self.relation))

    @property
    def unclear_evidence(self) -> tuple[tuple[str, float], ...]:
        """What `misfit` is the sum of."""
        return self._with(("correlations of items", self.misfit - self.means - self.published + self.cost))

    def _with(self, correlations: tuple[str, float]) -> tuple[tuple[str, float], ...]:
        published = (("published figures", self.published),) if self.published else ()
        return (correlations, ("means of items", self.means), *published, ("sets of this kind", -self.cost))

    @property
    def log10(self) -> float:
        """log10 Bayes factor of "reversed" over "as keyed", less the cost of having searched."""
        return self.relation + self.means + self.published - self.cost

    @property
    def misfit(self) -> float:
        """The same of "reversed or unrelated", half and half, over "as keyed"."""
        either = float(np.logaddexp2(self.relation / _LOG2, self.unrelated / _LOG2) - 1) * _LOG2
        return either + self.means + self.published - self.cost


_LOG2 = math.log10(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The items of a scale, and the evidence on each set of them that may run against the others.

    Attributes
    ----------
    correlations, n, means
        As in `direction_evidence`.
    reverse
        (m,): which items are reverse-keyed.
    sets, costs
        (B, m): sets of items, and (B,): log10 of the number of sets of their kind.
    evidence
        The evidence on them.
    """

    correlations: Floats
    n: Floats
    means: Floats
    reverse: Sets
    sets: Sets
    costs: Floats
    evidence: DirectionEvidence


def sides_of(correlations: Floats, n: Floats, means: Floats, reverse: Sets) -> Sides | None:
    """Return the evidence on the sets of items that may run against the others of a scale.

    None where no set can: where too few items vary, or the lowest correlation of two items is at least 0.4 of
    the highest, so that rho is above 0.4 for every set.
    """
    m = len(correlations)
    if m < _FEWEST or np.count_nonzero(np.abs(correlations).sum(axis=1) > 1) < _FEWEST:
        return None
    pairs = correlations[np.triu_indices(m, 1)]
    if pairs.min() >= _ALIKE * pairs.max():
        return None
    sets, costs = _candidates(correlations, reverse)
    return Sides(
        correlations=correlations,
        n=n,
        means=means,
        reverse=reverse,
        sets=sets,
        costs=costs,
        evidence=direction_evidence(correlations, n, means, sets),
    )


def best_set(sides: Sides) -> RunsAgainst:
    """Return the set of items for which "reversed" is best supported."""
    sets, costs, evidence = sides.sets, sides.costs, sides.evidence
    best = first_highest(evidence.reversed - costs)
    chosen = _of(evidence, sets, costs, best)
    m = sets.shape[1]
    for _ in range(m if chosen.log10 > _HOPELESS else 0):  # one item more, or one less, if that is better
        near = sets[best] ^ np.eye(m, dtype=np.bool_)
        near = near[(near.sum(axis=1) > 0) & (near.sum(axis=1) <= m // 2)]
        if not len(near):
            break
        near_costs = np.array([_cost(one, sides.reverse) for one in near])
        near_evidence = direction_evidence(sides.correlations, sides.n, sides.means, near)
        at = first_highest(near_evidence.reversed - near_costs)
        if near_evidence.reversed[at] - near_costs[at] <= chosen.log10:
            break
        sets, costs, best = near, near_costs, at
        chosen = _of(near_evidence, near, near_costs, at)
    return chosen


def unclear_set(sides: Sides, *, whatever_means: bool = False) -> RunsAgainst | None:
    """Return the set of items that least goes with the others while its means speak for "reversed".

    None where there is no such set. With ``whatever_means``, means do not count.
    """
    listed = [_of(sides.evidence, sides.sets, sides.costs, number) for number in range(len(sides.sets))]
    if whatever_means:
        listed = [replace(one, means=0.0) for one in listed]
    else:
        listed = [one for one in listed if one.means >= _NOTABLE_BY_MEANS]
    best = max(listed, key=lambda one: one.misfit, default=None)
    return None if best is None else _with_companions(best, sides.correlations, sides.n)


def _with_companions(one: RunsAgainst, correlations: Floats, n: Floats) -> RunsAgainst:
    """Return a set together with the items that surely go with it rather than with the others."""
    inside = one.items
    with_set = correlations[:, inside].mean(axis=1)
    with_others = (correlations[:, ~inside].sum(axis=1) - 1) / max(np.count_nonzero(~inside) - 1, 1)
    companions = ~inside & (with_set - with_others > _FAR / np.sqrt(n))
    items = inside | companions
    return one if np.count_nonzero(items) > len(items) // 2 else replace(one, items=items)


def _of(evidence: DirectionEvidence, sets: Sets, costs: Floats, number: int) -> RunsAgainst:
    return RunsAgainst(
        items=sets[number],
        rho=float(evidence.rho[number]),
        se=float(evidence.se[number]),
        relation=float(evidence.relation[number]),
        means=float(evidence.means[number]),
        unrelated=float(evidence.unrelated[number]),
        cost=float(costs[number]),
    )


def _candidates(correlations: Floats, reverse: Sets) -> tuple[Sets, Floats]:
    """Return sets of items that may run against the others, and the log10 of the number of sets of each kind.

    They are single items, the reverse-keyed items, and both sides of the first two components of the
    correlations where they are not the larger half.
    """
    m = len(correlations)
    known = [reverse] if 0 < np.count_nonzero(reverse) < m else []
    sets = [*known, *np.eye(m, dtype=np.bool_)]
    vectors = eigenvectors(correlations)[1][:, -2:]
    for vector in (vectors * directions(vectors)).T:
        for slight in _SLIGHT:
            least = slight * float(np.abs(vector).max())
            sides = (vector <= -least, vector >= least)
            sets += [side for side in sides if 1 < np.count_nonzero(side) <= m // 2]
    return np.array(sets), np.array([_cost(one, reverse) for one in sets])


def _cost(items: Sets, reverse: Sets) -> float:
    """Return log10 of the number of sets of the same size; of reverse-keyed items, if that is less in all."""
    size = int(np.count_nonzero(items))
    cost = math.log10(math.comb(len(items), size))
    if np.any(items & ~reverse):
        return cost
    return min(cost, _NAMED_COST + math.log10(math.comb(int(np.count_nonzero(reverse)), size)))
