"""What scaled tests need of the model that says nothing.

P of a pattern are the inverse covariances of the variables that its persons answered, with zeros for the
others. Sums over patterns of products of entries of P and of sums of products are products of two tall
matrices, a row for each pattern and a column for each pair of variables.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.likelihood import invert
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.patterns import Pattern
from intimacy_scales.factor.confirmatory.estimation.reference_models import Saturated
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions

_AT_ONCE = 1024  # patterns
NOTHING = np.zeros(0, dtype=np.intp)


def _precisions(moments: MeanCovariance, whole: Saturated) -> Iterator[tuple[Pattern, Positions, Floats]]:
    """Yield each pattern, the variables of it, and their inverse covariances."""
    for pattern in moments.patterns:
        observed = np.arange(len(whole.means)) if pattern.observed is None else pattern.observed
        found = invert(whole.covariances[np.ix_(observed, observed)])
        assert found is not None  # where the likelihood has its maximum
        yield pattern, observed, found[0]


class PersonTerms:
    """What each person adds to sums of products of inverse covariances.

    Parameters
    ----------
    moments
        Answers, with each person's rows.
    whole
        Most likely means and covariances.
    """

    def __init__(self, moments: MeanCovariance, whole: Saturated) -> None:
        self.n, self.p = moments.n, len(whole.means)
        self.rows = np.array(np.nonzero(np.tril(moments.together(self.p))), dtype=np.intp)
        self._moments, self._whole = moments, whole
        self._lower = np.tril_indices(self.p)
        self._fill()

    def _fill(self) -> None:
        """Gather P of each pattern, sums of (P d)(P d)' over its persons, and each person's score."""
        n_patterns, pairs = len(self._moments.patterns), len(self._lower[0])
        i, j = self.rows
        c = np.where(i == j, 0.5, 1.0)
        self.precisions, self.sums = np.zeros((n_patterns, pairs)), np.zeros((n_patterns, pairs))
        self.reaches, self.persons = np.zeros((n_patterns, self.p)), np.zeros(n_patterns)
        self.scores = np.empty((self.n, len(i) + self.p))
        start = 0
        for k, (pattern, observed, inverse) in enumerate(_precisions(self._moments, self._whole)):
            assert pattern.rows is not None
            precision, reach = np.zeros((self.p, self.p)), np.zeros((pattern.n, self.p))
            precision[np.ix_(observed, observed)] = inverse
            reach[:, observed] = (pattern.rows - self._whole.means[observed]) @ inverse
            self.precisions[k], self.sums[k] = precision[self._lower], (reach.T @ reach)[self._lower]
            self.reaches[k], self.persons[k] = reach.sum(axis=0), pattern.n
            own = self.scores[start : start + pattern.n]
            own[:, : len(i)] = c * (reach[:, i] * reach[:, j] - precision[i, j])
            own[:, len(i) :] = reach
            start += pattern.n

    def information(self) -> Floats:
        """Return the Hessian of -logL / n by covariances (pairs of `rows`), then means."""
        i, j = self.rows
        c, p = np.where(i == j, 0.5, 1.0), self.p
        position = np.empty((p, p), dtype=np.intp)
        position[self._lower] = position[self._lower[::-1]] = np.arange(len(self._lower[0]))
        # sum of P[a, b] (K[d, e] - P[d, e] / 2), K = (P d)(P d)'
        both = np.zeros((len(self._lower[0]),) * 2)
        crossed = np.zeros((len(self._lower[0]), p))
        for start in range(0, len(self.persons), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            own = self.precisions[part]
            both += own.T @ (self.sums[part] - own * (self.persons[part] / 2)[:, None])
            crossed += own.T @ self.reaches[part]
        both /= self.n
        both += both.T
        x, y = i[:, None], j[:, None]
        yj, xi, yi, xj = (position[one, other] for one, other in ((y, j), (x, i), (y, i), (x, j)))
        covariances = np.outer(c, c) * (both[xi, yj] + both[yi, xj])
        crossed /= self.n
        every = np.arange(p)[:, None]
        mixed = c * (crossed[position[every, i], j] + crossed[position[every, j], i])
        means = (self.persons @ self.precisions / self.n)[position]
        return np.block([[covariances, mixed.T], [mixed, means]])


def score_to_information(moments: MeanCovariance, whole: Saturated, given: Positions = NOTHING) -> float:
    """Return tr(B A^-1) of the model that says nothing, B from persons' scores, A observed.

    For complete answers of persons who stand alone, with ``b`` the multivariate kurtosis of Mardia
    (1970): ``(b - p) / 2``, and p more where means are part of the model. The moments of exogenous variables
    are ``given`` and not among its parameters.
    """
    p = len(whole.means)
    if len(given):
        return _beside_given(moments, whole, given)
    if not moments.complete:
        terms = PersonTerms(moments, whole)
        scores = moments.summed(terms.scores)
        products = moments.correction / terms.n * (scores.T @ scores)
        return float(np.trace(np.linalg.solve(terms.information(), products)))
    only = moments.patterns[0]
    assert only.rows is not None
    centred = only.rows - only.means
    if moments.clusters is not None:
        return _of_complete_clusters(moments, centred, only.covariances)
    distances = np.einsum("ij,ij->i", centred @ np.linalg.inv(only.covariances), centred)
    return (p if moments.with_means else 0) + (float(np.mean(distances**2)) - p) / 2


def _of_complete_clusters(moments: MeanCovariance, centred: Floats, covariances: Floats) -> float:
    """Return ``sum_c (½ |T_c|² + |t_c|²) / n``, of the sums T of ``z z' - I`` and t of z in each cluster.

    z are answers of covariance 1; t counts where means are part of the model.
    """
    n, p = centred.shape
    z = np.linalg.solve(np.linalg.cholesky(covariances), centred.T).T
    i, j = np.tril_indices(p)
    products = z[:, i] * z[:, j] - (i == j)
    squares = moments.summed(products) ** 2
    total = float(np.sum(squares * np.where(i == j, 0.5, 1.0)))
    if moments.with_means:
        total += float(np.sum(moments.summed(z) ** 2))
    return float(moments.correction * total / n)


def _beside_given(moments: MeanCovariance, whole: Saturated, given: Positions) -> float:
    """Return tr(B A^-1) of all moments but those of exogenous variables."""
    terms = PersonTerms(moments, whole)
    exogenous = np.zeros(terms.p, dtype=np.bool_)
    exogenous[given] = True
    i, j = terms.rows
    means = ~exogenous if moments.with_means else np.zeros(terms.p, dtype=np.bool_)
    free = np.flatnonzero(np.concatenate([~(exogenous[i] & exogenous[j]), means]))
    scores = moments.summed(terms.scores[:, free])
    products = moments.correction / terms.n * (scores.T @ scores)
    information = terms.information()[np.ix_(free, free)]
    return float(np.trace(np.linalg.solve(information, products)))
