"""The moments that are fitted: means and covariances of one group's answers (arrays only).

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
        Number of persons.
    with_means
        Whether means are part of the model.
    clusters
        (n,): the cluster of each person, in the order of the patterns' rows; None if persons are independent.
    stack
        Many patterns as arrays; None if they are few and taken one by one.
    """

    patterns: Sequence[Pattern]
    n: int
    with_means: bool
    clusters: Positions | None = None
    stack: Stack | None = None

    @cached_property
    def shrinkage(self) -> float:
        """The weight of a group in least squares, (n - 1) / n."""
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
        """The factor of sums of squares over J clusters, J / (J - 1); 1 without clusters."""
        if self.clusters is None:
            return 1.0
        n_clusters = len(np.unique(self.clusters))
        return n_clusters / (n_clusters - 1) if n_clusters > 1 else math.nan

    @property
    def counts(self) -> Floats:
        """Numbers of persons who answered each variable (p,)."""
        if isinstance(self.patterns, Patterns):
            return self.patterns.persons.astype(np.float64) @ self.patterns.answered
        return np.full(len(self.patterns[0].means), float(self.n))

    def item_moments(self) -> tuple[Floats, Floats]:
        """Return mean and variance (divisor n) of each variable, from everyone who answered it (p,)."""
        if not isinstance(self.patterns, Patterns):
            return self.patterns[0].means, self.patterns[0].covariances.diagonal()
        patterns, counts = self.patterns, self.counts
        persons = patterns.persons.astype(np.float64)
        means = persons @ patterns.means / counts
        squares = persons @ np.where(patterns.answered, patterns.means - means, 0.0) ** 2
        for n, covariances in patterns.covariances.items():
            squares[patterns.answered[n]] += persons[n] * covariances.diagonal()
        return means, squares / counts

    def subset(self, variables: Positions) -> MeanCovariance:
        """Return the moments of some variables (ascending), from everyone who answered any of them."""
        if self.complete:
            pattern, square = self.patterns[0], np.ix_(variables, variables)
            part = Pattern(
                n=pattern.n,
                observed=None,
                means=pattern.means[variables],
                covariances=pattern.covariances[square],
                rows=None if pattern.rows is None else pattern.rows[:, variables],
            )
            return replace(self, patterns=(part,))
        assert isinstance(self.patterns, Patterns)
        rows = self.patterns.rows
        assert rows is not None
        answered_any = ~np.isnan(rows[:, variables]).all(axis=1)
        patterns, order = patterns_of(rows[np.ix_(answered_any, variables)])
        return MeanCovariance(
            patterns=patterns,
            n=int(answered_any.sum()),
            with_means=self.with_means,
            clusters=None if self.clusters is None else self.clusters[answered_any][order],
            stack=stack_of(patterns),
        )

    def cluster_sums(self, terms: Floats) -> Floats:
        """Return persons' terms of a sum, added up within clusters if there are any."""
        return terms if self.clusters is None else sum_by_cluster(terms, self.clusters)

    def answered_together(self, p: int) -> NDArray[np.bool_]:
        """Return whether anyone answered both of two variables (p, p)."""
        if not isinstance(self.patterns, Patterns):
            return np.ones((p, p), dtype=np.bool_)
        answered = self.patterns.answered.astype(np.float64)
        together: NDArray[np.bool_] = answered.T @ answered > 0
        return together

    @property
    def has_rows(self) -> bool:
        """Whether each person's answers are known."""
        if isinstance(self.patterns, Patterns):
            return self.patterns.rows is not None
        return all(pattern.rows is not None for pattern in self.patterns)

    @property
    def complete(self) -> bool:
        """Whether everyone answered every variable, so that there is one pattern."""
        return len(self.patterns) == 1 and self.patterns[0].observed is None

    def without_rows(self) -> MeanCovariance:
        """Return the same moments without each person's answers."""
        patterns = (
            self.patterns.without_rows()
            if isinstance(self.patterns, Patterns)
            else tuple(replace(pattern, rows=None) for pattern in self.patterns)
        )
        return MeanCovariance(patterns=patterns, n=self.n, with_means=self.with_means)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One group's discrepancy at some implied moments.

    Attributes
    ----------
    value
        The average over persons; of a likelihood -logL / n without the constant.
    weights, mean_weights
        Its derivatives by the implied covariances (symmetric, (p, p)) and means (p,).
    inverses
        Of a likelihood: inverse implied covariances of each pattern; empty if the patterns are stacked.
    deviations
        Of a likelihood: m - mu of each pattern; empty if the patterns are stacked.
    stacked
        Both of these for stacked patterns.
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
    """Return one group's moments as patterns; there are several only with FIML."""
    if sample.missing != "fiml" or sample.rows is None or not np.isnan(sample.rows).any():
        pattern = Pattern(
            n=sample.n,
            observed=None,
            means=sample.means,
            covariances=sample.ml_covariances,
            rows=sample.rows if sample.missing != "pairwise" else None,
        )
        return MeanCovariance(
            patterns=(pattern,), n=sample.n, with_means=with_means, clusters=sample.clusters
        )
    patterns, order = patterns_of(sample.rows)
    clusters = None if sample.clusters is None else sample.clusters[order]
    return MeanCovariance(
        patterns=patterns,
        n=len(sample.rows),
        with_means=True,
        clusters=clusters,
        stack=stack_of(patterns),
    )
