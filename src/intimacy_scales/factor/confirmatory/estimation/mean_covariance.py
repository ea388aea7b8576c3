"""What is fitted: means and covariances of one group's answers (arrays only).

Persons are grouped by which variables they answered; complete answers are one pattern.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.factor.confirmatory.estimation.pattern_likelihood import Stack, Stacked, stack_of
from intimacy_scales.factor.confirmatory.estimation.patterns import Pattern, Patterns, patterns_of
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.moments.clusters import sum_by_cluster


@dataclass(frozen=True, kw_only=True)
class MeanCovariance:
    """Means and covariances of one group, as `Discrepancy` fits them.

    Attributes
    ----------
    patterns
        Persons by which variables they answered.
    n
        Persons in all.
    with_means
        Whether means are part of the model.
    clusters
        (n,): who belongs together, in the order of the patterns' rows; None where each stands alone.
    stack
        Many patterns as arrays; None where they are taken one by one.
    """

    patterns: Sequence[Pattern]
    n: int
    with_means: bool
    clusters: Positions | None = None
    stack: Stack | None = None

    @cached_property
    def shrinkage(self) -> float:
        """(n - 1) / n: what least squares count of a group."""
        return (self.n - 1) / self.n

    @cached_property
    def unbiased(self) -> Floats:
        """Covariances of complete answers, divisor n - 1 (p, p)."""
        covariances: Floats = self.patterns[0].covariances / self.shrinkage
        return covariances

    @cached_property
    def precision(self) -> Floats:
        """Inverse of `unbiased` (p, p)."""
        inverse = np.linalg.inv(self.unbiased)
        symmetric: Floats = (inverse + inverse.T) / 2
        return symmetric

    @property
    def correction(self) -> float:
        """What sums of squares of clusters are multiplied by, J / (J - 1); 1 without clusters."""
        if self.clusters is None:
            return 1.0
        n_clusters = len(np.unique(self.clusters))
        return n_clusters / (n_clusters - 1) if n_clusters > 1 else math.nan

    @property
    def counts(self) -> Floats:
        """How many persons answered each variable (p,)."""
        if isinstance(self.patterns, Patterns):
            return self.patterns.persons.astype(np.float64) @ self.patterns.there
        return np.full(len(self.patterns[0].means), float(self.n))

    def own_moments(self) -> tuple[Floats, Floats]:
        """Return mean and variance (divisor n) of each variable, of all who answered it (p,)."""
        if not isinstance(self.patterns, Patterns):
            return self.patterns[0].means, self.patterns[0].covariances.diagonal()
        patterns, counts = self.patterns, self.counts
        persons = patterns.persons.astype(np.float64)
        means = persons @ patterns.means / counts
        squares = persons @ np.where(patterns.there, patterns.means - means, 0.0) ** 2
        for n, covariances in patterns.covariances.items():
            squares[patterns.there[n]] += persons[n] * covariances.diagonal()
        return means, squares / counts

    def of(self, variables: Positions) -> MeanCovariance:
        """Return what was observed of some variables, in ascending order, of who answered any."""
        if self.complete:
            only, square = self.patterns[0], np.ix_(variables, variables)
            part = Pattern(
                n=only.n,
                observed=None,
                means=only.means[variables],
                covariances=only.covariances[square],
                rows=None if only.rows is None else only.rows[:, variables],
            )
            return replace(self, patterns=(part,))
        assert isinstance(self.patterns, Patterns)
        rows = self.patterns.rows
        assert rows is not None
        there = ~np.isnan(rows[:, variables]).all(axis=1)
        patterns, order = patterns_of(rows[np.ix_(there, variables)])
        return MeanCovariance(
            patterns=patterns,
            n=int(there.sum()),
            with_means=self.with_means,
            clusters=None if self.clusters is None else self.clusters[there][order],
            stack=stack_of(patterns),
        )

    def summed(self, persons: Floats) -> Floats:
        """Return what persons add to a sum, added up within clusters where there are any."""
        return persons if self.clusters is None else sum_by_cluster(persons, self.clusters)

    def together(self, p: int) -> NDArray[np.bool_]:
        """Return whether anyone answered both of two variables (p, p)."""
        if not isinstance(self.patterns, Patterns):
            return np.ones((p, p), dtype=np.bool_)
        there = self.patterns.there.astype(np.float64)
        found: NDArray[np.bool_] = there.T @ there > 0
        return found

    @property
    def has_rows(self) -> bool:
        """Whether each person's answers are known."""
        if isinstance(self.patterns, Patterns):
            return self.patterns.rows is not None
        return all(pattern.rows is not None for pattern in self.patterns)

    @property
    def complete(self) -> bool:
        """Whether there is one pattern, with every variable."""
        return len(self.patterns) == 1 and self.patterns[0].observed is None

    def without_rows(self) -> MeanCovariance:
        """Return the same moments without each person's answers."""
        patterns = self.patterns
        bare = (
            patterns.without_rows()
            if isinstance(patterns, Patterns)
            else tuple(replace(pattern, rows=None) for pattern in patterns)
        )
        return MeanCovariance(patterns=bare, n=self.n, with_means=self.with_means)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One group's discrepancy at some implied moments.

    Attributes
    ----------
    value
        Of one person on average; of a likelihood -logL / n without the constant.
    weights, mean_weights
        Its derivatives by the covariances (symmetric, (p, p)) and means (p,).
    inverses
        Of a likelihood: inverse implied covariances of each pattern; none where the patterns are stacked.
    deviations
        Of a likelihood: m - mu of each pattern; none where the patterns are stacked.
    stacked
        What stands for both where patterns are stacked.
    """

    value: float
    weights: Floats
    mean_weights: Floats
    inverses: tuple[Floats, ...] = ()
    deviations: tuple[Floats, ...] = ()
    stacked: Stacked | None = None

    def inverses_of(self, moments: MeanCovariance) -> Iterator[tuple[Pattern, Floats]]:
        """Yield each pattern with its inverse implied covariances."""
        if self.stacked is None:
            yield from zip(moments.patterns, self.inverses, strict=True)
        else:
            pairs = zip(moments.patterns, self.stacked.each_precision(), strict=True)
            yield from ((pattern, pattern.part(matrix)) for pattern, matrix in pairs)


def mean_covariance_of(sample: SampleMoments, *, with_means: bool) -> MeanCovariance:
    """Return one group's moments as patterns; several only with FIML."""
    if sample.missing != "fiml" or sample.rows is None or not np.isnan(sample.rows).any():
        whole = Pattern(
            n=sample.n,
            observed=None,
            means=sample.means,
            covariances=sample.ml_covariances,
            rows=sample.rows if sample.missing != "pairwise" else None,
        )
        return MeanCovariance(patterns=(whole,), n=sample.n, with_means=with_means, clusters=sample.clusters)
    patterns, order = patterns_of(sample.rows)
    clusters = None if sample.clusters is None else sample.clusters[order]
    return MeanCovariance(
        patterns=patterns,
        n=len(sample.rows),
        with_means=True,
        clusters=clusters,
        stack=stack_of(patterns),
    )
