"""What a chi-square is to be expected where answers are not normal, after Satorra and Bentler (1994).

``tr(U Gamma)``, with Gamma the sampling covariances of means and covariances and U what a model
leaves of their weights V: ``tr(V Gamma) - tr((D' V D)^-1 D' V Gamma V D)``. Both terms are means over
persons, so that no matrix of all pairs of pairs of items is made.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.mean_covariance import MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions


def _weighted_sampling(moments: MeanCovariance, inverse: Floats) -> float:
    """Return tr(V Gamma): ``½ (mean (d' M d)² - tr(M S M S))``, and tr(M S) where means are modelled."""
    only = moments.patterns[0]
    assert only.rows is not None
    centred = only.rows - only.means
    distances = np.einsum("ij,ij->i", centred @ inverse, centred)
    product = inverse @ only.covariances
    total = (float(np.mean(distances**2)) - float(np.sum(product * product.T))) / 2
    return total + (float(product.trace()) if moments.with_means else 0.0)


def expected_misfit(problem: Problem, at: Evaluation) -> float:
    """Return tr(U Gamma) of a model, from complete answers."""
    pairs = zip(problem.groups, at.fits, strict=True)
    whole = sum(_weighted_sampling(group.moments, fit.inverses[0]) for group, fit in pairs)
    spread = spread_of_scores(problem, at)
    return whole - float(np.trace(np.linalg.solve(problem.expected_information(at), spread)))


def spread_of_scores(problem: Problem, at: Evaluation) -> Floats:
    """Return D' V Gamma V D (n_free, n_free): how scores vary around their means, from complete answers."""
    spread = np.zeros((problem.n_free, problem.n_free))
    for group, basis, fit in zip(problem.groups, at.bases, at.fits, strict=True):
        only, structure = group.moments.patterns[0], group.structure
        assert only.rows is not None
        reach = (only.rows - only.means) @ fit.inverses[0] @ basis.columns
        moves = basis.coefficients * reach[:, structure.x] * reach[:, structure.y]
        moves -= moves.mean(axis=0)
        if group.moments.with_means:
            moves += basis.slopes * reach[:, structure.x]
        spread += group.collect_square(moves.T @ moves / problem.n, problem.n_free)
    return spread


def expected_misfit_of_independence(
    observed_in_groups: Sequence[MeanCovariance], related: Positions
) -> float:
    """Return tr(U Gamma) of the model in which nothing is related, but for some variables with each other."""
    total = 0.0
    for moments in observed_in_groups:
        only = moments.patterns[0]
        assert only.rows is not None
        variances = only.covariances.diagonal()
        standardized = (only.rows - only.means) / np.sqrt(variances)
        own = float(np.sum(np.delete(np.mean(standardized**4, axis=0) - 1, related))) / 2
        own += len(variances) - len(related) if moments.with_means else 0
        weights = np.diag(1 / variances)
        if len(related):
            part = moments.of(related)
            inverse: Floats = np.linalg.inv(part.patterns[0].covariances).astype(np.float64)
            weights[np.ix_(related, related)] = inverse
            own += _weighted_sampling(part, inverse)
        total += _weighted_sampling(moments, weights) - own
    return total
