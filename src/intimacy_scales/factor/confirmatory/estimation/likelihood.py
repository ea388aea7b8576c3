"""The normal likelihood of one group's answers under implied moments (arrays only).

Persons are grouped by which variables they answered; complete answers are one pattern. For a pattern
with mean m, covariances S (divisor n) and implied mu and Sigma of its variables,
``-logL / n = ½ (log|Sigma| + tr(Sigma^-1 (S + d d')) + q log 2 pi)`` with d = m - mu.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri

from intimacy_scales.factor.confirmatory.estimation.gap_information import StackInformation
from intimacy_scales.factor.confirmatory.estimation.gaps import Stack, Stacked, likelihood_of, stack_of
from intimacy_scales.factor.confirmatory.estimation.patterns import Pattern, Patterns, patterns_of
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Positions, Structure
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.moments.clusters import sum_by_cluster

_LOG_2PI = math.log(2 * math.pi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was observed in one group.

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

    def of(self, variables: Positions) -> Evidence:
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
        return Evidence(
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One group's likelihood at some implied moments.

    Attributes
    ----------
    value
        -logL / n without the constant.
    weights, mean_weights
        Its derivatives by the covariances (symmetric, (p, p)) and means (p,).
    inverses
        Inverse implied covariances of each pattern; none where the patterns are stacked.
    deviations
        m - mu of each pattern; none where the patterns are stacked.
    stacked
        What stands for both where patterns are stacked.
    """

    value: float
    weights: Floats
    mean_weights: Floats
    inverses: tuple[Floats, ...]
    deviations: tuple[Floats, ...]
    stacked: Stacked | None = None

    def inverses_of(self, evidence: Evidence) -> Iterator[tuple[Pattern, Floats]]:
        """Yield each pattern with its inverse implied covariances."""
        if self.stacked is None:
            yield from zip(evidence.patterns, self.inverses, strict=True)
        else:
            pairs = zip(evidence.patterns, self.stacked.each_precision(), strict=True)
            yield from ((pattern, pattern.part(matrix)) for pattern, matrix in pairs)


def evidence_of(sample: SampleMoments, *, with_means: bool) -> Evidence:
    """Return one group's moments as patterns; several only with FIML."""
    if sample.missing != "fiml" or sample.rows is None or not np.isnan(sample.rows).any():
        whole = Pattern(
            n=sample.n,
            observed=None,
            means=sample.means,
            covariances=sample.ml_covariances,
            rows=sample.rows if sample.missing != "pairwise" else None,
        )
        return Evidence(patterns=(whole,), n=sample.n, with_means=with_means, clusters=sample.clusters)
    patterns, order = patterns_of(sample.rows)
    clusters = None if sample.clusters is None else sample.clusters[order]
    return Evidence(
        patterns=patterns,
        n=len(sample.rows),
        with_means=True,
        clusters=clusters,
        stack=stack_of(patterns),
    )


def invert(matrix: Floats) -> tuple[Floats, float] | None:
    """Return inverse and log determinant of a positive definite matrix, or None where it is not."""
    factor, failed = dpotrf(matrix, lower=1, clean=1)
    if failed:
        return None
    diagonal = factor.diagonal()
    inverse, failed = dpotri(factor, lower=1)
    if failed:
        return None
    full: Floats = inverse + inverse.T
    np.fill_diagonal(full, inverse.diagonal())
    return full, 2 * float(np.log(diagonal).sum())


def is_positive_definite(matrix: Floats) -> bool:
    """Whether a symmetric matrix is positive definite."""
    return not dpotrf(matrix, lower=1, clean=0)[1]


def fitted(evidence: Evidence, covariances: Floats, means: Floats) -> Fitted | None:
    """Return the likelihood at these implied moments, or None where they are no covariances."""
    if evidence.stack is not None:
        whole = invert(covariances)
        found = None if whole is None else likelihood_of(evidence.stack, *whole, covariances, means)
        if found is not None and math.isfinite(found[0]):
            value, weights, mean_weights, stacked = found
            return Fitted(
                value=value,
                weights=weights,
                mean_weights=mean_weights,
                inverses=(),
                deviations=(),
                stacked=stacked,
            )
    return _one_by_one(evidence, covariances, means)


def _one_by_one(evidence: Evidence, covariances: Floats, means: Floats) -> Fitted | None:
    """Return the likelihood pattern by pattern: few ones, or such as have covariances where all have none."""
    value = 0.0
    weights, mean_weights = np.zeros_like(covariances), np.zeros(len(covariances))
    inverses, deviations = [], []
    for pattern in evidence.patterns:
        found = invert(pattern.part(covariances))
        if found is None:
            return None
        inverse, log_determinant = found
        share = pattern.n / evidence.n
        observed = pattern.covariances
        if evidence.with_means:
            d = pattern.means - pattern.rows_of(means)
            observed = observed + d[:, None] * d
            pull = inverse @ d
        else:
            d = pull = np.zeros(len(inverse))
        product = inverse @ observed
        value += share / 2 * (log_determinant + float(product.trace()))
        slope = (share / 2) * (inverse - product @ inverse)
        if pattern.observed is None:
            weights += slope
            mean_weights -= share * pull
        else:
            weights[np.ix_(pattern.observed, pattern.observed)] += slope
            mean_weights[pattern.observed] -= share * pull
        inverses.append(inverse)
        deviations.append(d)
    if not math.isfinite(value):
        return None
    return Fitted(
        value=value,
        weights=weights,
        mean_weights=mean_weights,
        inverses=tuple(inverses),
        deviations=tuple(deviations),
    )


def constant(evidence: Evidence) -> float:
    """Return what -logL / n has beside `Fitted.value`."""
    return float(evidence.counts.sum()) * _LOG_2PI / 2 / evidence.n


def expected_information(structure: Structure, basis: Basis, evidence: Evidence, fit: Fitted) -> Floats:
    """Return the expected information per person of one group's parameters.

    Where answers are missing, given who answered what.
    """
    if fit.stacked is not None:
        return StackInformation(structure, basis, fit.stacked).expected()
    total = np.zeros((len(structure.x), len(structure.x)))
    for pattern, inverse in fit.inverses_of(evidence):
        rows = None if pattern.observed is None else basis.columns[pattern.observed]
        share = pattern.n / evidence.n
        total += share * structure.information(basis, inverse, columns=rows)
    return total


def average_information(structure: Structure, basis: Basis, evidence: Evidence, fit: Fitted) -> Floats:
    """Return what stands for the expected information where there are many patterns; else that itself.

    As if everyone had the average of the patterns' inverse covariances. That is positive definite, so that
    only changes of parameters that change no covariance and no mean have no information; where each two
    variables were answered by someone, these are the ones of which the expected information has none.
    """
    if fit.stacked is None or not fit.stacked.stack.all_together:
        return expected_information(structure, basis, evidence, fit)
    return structure.information(basis, fit.stacked.precision)


def information_beside(
    structure: Structure, basis: Basis, evidence: Evidence, fit: Fitted, n_own: int
) -> tuple[Floats, Floats]:
    """Return the expected information of later parameters: beside the first, and of themselves."""
    m = len(structure.x) - n_own
    beside, own = np.zeros((m, n_own)), np.zeros(m)
    for pattern, inverse in fit.inverses_of(evidence):
        rows = None if pattern.observed is None else basis.columns[pattern.observed]
        found = structure.information_beside(basis, inverse, n_own, columns=rows)
        beside += pattern.n / evidence.n * found[0]
        own += pattern.n / evidence.n * found[1]
    return beside, own


def observed_information(structure: Structure, basis: Basis, evidence: Evidence, fit: Fitted) -> Floats:
    """Return the Hessian of -logL / n by one group's parameters."""
    if fit.stacked is not None:
        total = StackInformation(structure, basis, fit.stacked).observed()
    else:
        total = _hessian_one_by_one(structure, basis, evidence, fit)
    mean_weights = fit.mean_weights if evidence.with_means else None
    total += structure.curvature(basis, fit.weights, mean_weights)
    symmetric: Floats = (total + total.T) / 2
    return symmetric


def _hessian_one_by_one(structure: Structure, basis: Basis, evidence: Evidence, fit: Fitted) -> Floats:
    """Return the Hessian pattern by pattern, but for what the model's own curvature adds."""
    x, y, c, s = structure.x, structure.y, basis.coefficients, basis.slopes
    total = np.zeros((len(x), len(x)))
    cc, crossed, ss = np.outer(c, c), np.outer(s, c), np.outer(s, s)
    for pattern, inverse in fit.inverses_of(evidence):
        d = pattern.means - pattern.rows_of(basis.means) if evidence.with_means else np.zeros(len(inverse))
        z, share = pattern.rows_of(basis.columns), pattern.n / evidence.n
        lifted = inverse @ z
        g = z.T @ lifted
        h = lifted.T @ (pattern.covariances + d[:, None] * d) @ lifted
        gx, gy, hx, hy = g[x], g[y], h[x], h[y]
        gxx, gxy, gyy = gx[:, x], gx[:, y], gy[:, y]
        hxx, hxy, hyy = hx[:, x], hx[:, y], hy[:, y]
        part = gxy.T * hxy + gyy * hxx + gxx * hyy + gxy * hxy.T - (gxx * gyy + gxy * gxy.T)
        total += share * cc * part
        if evidence.with_means:
            b = d @ lifted
            mixed = crossed * (gxx * b[y] + gxy * b[x])
            total += share * (mixed + mixed.T + ss * gxx)
    return total


def person_scores(structure: Structure, basis: Basis, evidence: Evidence, fit: Fitted) -> Floats:
    """Return each person's derivative of logL by one group's parameters (n, n_parameters)."""
    parts: list[NDArray[np.float64]] = []
    x, y, c, s = structure.x, structure.y, basis.coefficients, basis.slopes
    for pattern, inverse in fit.inverses_of(evidence):
        assert pattern.rows is not None
        z = pattern.rows_of(basis.columns)
        lifted = inverse @ z
        expected = c * np.sum(z[:, x] * lifted[:, y], axis=0)
        centre = pattern.rows_of(basis.means) if evidence.with_means else pattern.means
        reach = (pattern.rows - centre) @ lifted
        # c x y is ½ tr(W dSigma), as dSigma = c (x y' + y x')
        parts.append(c * reach[:, x] * reach[:, y] - expected + s * reach[:, x])
    return np.concatenate(parts)
