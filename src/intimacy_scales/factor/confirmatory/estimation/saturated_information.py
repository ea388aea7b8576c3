"""The trace tr(B A^-1) of the saturated model, which scaled tests need.

A is the observed information and B the mean product of persons' scores. For each pattern, P is the inverse of
the covariances of its variables, with zeros for the others, and a person with deviations d from the means has
the scores

    c ((P d)_i (P d)_j - P_ij)  of the covariance of i and j (c = ½ if i = j, else 1),  (P d)_i  of the mean.

A holds sums over patterns of products of entries of P and of (P d)(P d)'. They are products of two tall
matrices, with a row for each pattern and a column for each pair of variables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.likelihood import invert
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.patterns import Pattern
from intimacy_scales.factor.confirmatory.estimation.reference_models import Saturated
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions
from intimacy_scales.numerics.scaled_matrices import scaled_solve

_AT_ONCE = 1024  # patterns
NOTHING = np.zeros(0, dtype=np.intp)


def _precisions(moments: MeanCovariance, saturated: Saturated) -> Iterator[tuple[Pattern, Positions, Floats]]:
    """Yield each pattern with its variables and their inverse covariances."""
    for pattern in moments.patterns:
        observed = np.arange(len(saturated.means)) if pattern.observed is None else pattern.observed
        inverted = invert(saturated.covariances[np.ix_(observed, observed)])
        assert inverted is not None  # at the maximum of the likelihood
        yield pattern, observed, inverted[0]


class PersonTerms:
    """Each person's scores in the saturated model, and the terms of its information.

    Parameters
    ----------
    moments
        Answers, with each person's rows.
    saturated
        Maximum likelihood estimates of means and covariances.
    """

    def __init__(self, moments: MeanCovariance, saturated: Saturated) -> None:
        self.n, self.p = moments.n, len(saturated.means)
        self.rows = np.array(np.nonzero(np.tril(moments.answered_together(self.p))), dtype=np.intp)
        self._moments, self._saturated = moments, saturated
        self._lower = np.tril_indices(self.p)
        self._fill()

    def _fill(self) -> None:
        """Gather P of each pattern, sums of P d and (P d)(P d)' over its persons, and persons' scores."""
        n_patterns, n_pairs = len(self._moments.patterns), len(self._lower[0])
        i, j = self.rows
        c = np.where(i == j, 0.5, 1.0)
        self.precisions, self.sums = np.zeros((n_patterns, n_pairs)), np.zeros((n_patterns, n_pairs))
        self.mean_sums, self.persons = np.zeros((n_patterns, self.p)), np.zeros(n_patterns)
        self.scores = np.empty((self.n, len(i) + self.p))
        start = 0
        for k, (pattern, observed, inverse) in enumerate(_precisions(self._moments, self._saturated)):
            assert pattern.rows is not None
            precision, pd = np.zeros((self.p, self.p)), np.zeros((pattern.n, self.p))
            precision[np.ix_(observed, observed)] = inverse
            pd[:, observed] = (pattern.rows - self._saturated.means[observed]) @ inverse
            self.precisions[k], self.sums[k] = precision[self._lower], (pd.T @ pd)[self._lower]
            self.mean_sums[k], self.persons[k] = pd.sum(axis=0), pattern.n
            scores = self.scores[start : start + pattern.n]
            scores[:, : len(i)] = c * (pd[:, i] * pd[:, j] - precision[i, j])
            scores[:, len(i) :] = pd
            start += pattern.n

    def information(self) -> Floats:
        """Return A, the Hessian of -logL / n by covariances (pairs of `rows`), then means.

        With K the sum of (P d)(P d)' over the m persons of a pattern, the derivative by the covariances of
        i, j and of x, y is ``c c' / n`` times the sum over patterns of
        ``P_xi K_yj + P_yj K_xi - m P_xi P_yj`` and of the same with x and y exchanged.
        """
        i, j = self.rows
        c, p = np.where(i == j, 0.5, 1.0), self.p
        position = np.empty((p, p), dtype=np.intp)
        position[self._lower] = position[self._lower[::-1]] = np.arange(len(self._lower[0]))
        # sums over patterns of P[a, b] (K[d, e] - n P[d, e] / 2), and of P[a, b] times sums of P d
        products = np.zeros((len(self._lower[0]),) * 2)
        crossed = np.zeros((len(self._lower[0]), p))
        for start in range(0, len(self.persons), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            block = self.precisions[part]
            products += block.T @ (self.sums[part] - block * (self.persons[part] / 2)[:, None])
            crossed += block.T @ self.mean_sums[part]
        products /= self.n
        products += products.T
        x, y = i[:, None], j[:, None]
        yj, xi, yi, xj = position[y, j], position[x, i], position[y, i], position[x, j]
        covariances = np.outer(c, c) * (products[xi, yj] + products[yi, xj])
        crossed /= self.n
        every = np.arange(p)[:, None]
        mixed = c * (crossed[position[every, i], j] + crossed[position[every, j], i])
        means = (self.persons @ self.precisions / self.n)[position]
        return np.block([[covariances, mixed.T], [mixed, means]])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SaturatedMatrices:
    """Information and scores of the saturated model.

    Attributes
    ----------
    first, second
        (k,): the two variables of each covariance; of a mean its variable and -1.
    information, products
        (k, k): A, and B.
    ratio
        (k, k): ``A^-1 B``.
    """

    first: Positions
    second: Positions
    information: Floats
    products: Floats
    ratio: Floats


def saturated_matrices(
    moments: MeanCovariance, saturated: Saturated, given: Positions = NOTHING
) -> SaturatedMatrices:
    """Return information and scores of the saturated model, from each person's answers.

    The moments of exogenous variables are ``given``, and not among its parameters.
    """
    terms = PersonTerms(moments, saturated)
    every = np.arange(terms.p)
    first, second = np.concatenate([terms.rows, [every, np.full(terms.p, -1)]], axis=1)
    information, scores = terms.information(), terms.scores
    if len(given) or not moments.with_means:
        exogenous = np.zeros(terms.p + 1, dtype=np.bool_)
        exogenous[given] = True
        exogenous[-1] = True  # position -1: means
        kept = ~(exogenous[first] & exogenous[second]) & (moments.with_means | (second >= 0))
        free = np.flatnonzero(kept)
        first, second, scores = first[free], second[free], scores[:, free]
        information = information[np.ix_(free, free)]
    sums = moments.cluster_sums(scores)
    products = moments.correction / terms.n * (sums.T @ sums)
    ratio = scaled_solve(information, products)
    return SaturatedMatrices(
        first=first,
        second=second,
        information=information,
        products=products,
        ratio=ratio,
    )


def score_to_information(moments: MeanCovariance, saturated: Saturated, given: Positions = NOTHING) -> float:
    """Return tr(B A^-1) of the saturated model.

    For complete answers of independent persons, with ``b`` the multivariate kurtosis of Mardia (1970), it is
    ``(b - p) / 2``, plus p if means are part of the model. The moments of exogenous variables are ``given``
    and not among its parameters.
    """
    p = len(saturated.means)
    if len(given) or not moments.complete:
        return float(np.trace(saturated_matrices(moments, saturated, given).ratio))
    pattern = moments.patterns[0]
    assert pattern.rows is not None
    centred = pattern.rows - pattern.means
    if moments.clusters is not None:
        return _trace_of_complete_clusters(moments, centred, pattern.covariances)
    distances = np.einsum("ij,ij->i", centred @ np.linalg.inv(pattern.covariances), centred)
    return (p if moments.with_means else 0) + (float(np.mean(distances**2)) - p) / 2


def _trace_of_complete_clusters(moments: MeanCovariance, centred: Floats, covariances: Floats) -> float:
    """Return ``sum_c (½ |T_c|² + |t_c|²) / n``, with T and t the sums of ``z z' - I`` and z in a cluster.

    z are answers transformed to unit covariances; t counts only if means are part of the model.
    """
    n, p = centred.shape
    z = np.linalg.solve(np.linalg.cholesky(covariances), centred.T).T
    i, j = np.tril_indices(p)
    products = z[:, i] * z[:, j] - (i == j)
    squares = moments.cluster_sums(products) ** 2
    total = float(np.sum(squares * np.where(i == j, 0.5, 1.0)))
    if moments.with_means:
        total += float(np.sum(moments.cluster_sums(z) ** 2))
    return float(moments.correction * total / n)
