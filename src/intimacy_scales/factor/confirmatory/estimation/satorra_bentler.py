"""Expected values of chi-squares without normality, after Satorra and Bentler (1994); arrays only.

It is ``tr(U Gamma)``. Gamma are the sampling covariances of the observed means and covariances, V their
normal-theory weights, D the derivatives of the implied moments, and ``U = V - V D (D' V D)^-1 D' V``, so that

    tr(U Gamma) = tr(V Gamma) - tr((D' V D)^-1 D' V Gamma V D).

Both terms are means over persons. So Gamma, with a row and a column for each pair of items, is never formed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.mean_covariance import MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions
from intimacy_scales.numerics.scaled_matrices import trace_of_ratio


def _trace_of_weights(moments: MeanCovariance, inverse: Floats) -> float:
    """Return tr(V Gamma), V normal-theory weights with ``inverse`` in place of Sigma^-1.

    With M that inverse and d a person's deviations it is ``½ (mean (d' M d)² - tr(M S M S))``, plus tr(M S)
    if means are modelled.
    """
    pattern = moments.patterns[0]
    assert pattern.rows is not None
    centred = pattern.rows - pattern.means
    distances = np.einsum("ij,ij->i", centred @ inverse, centred)
    product = inverse @ pattern.covariances
    total = (float(np.mean(distances**2)) - float(np.sum(product * product.T))) / 2
    return total + (float(product.trace()) if moments.with_means else 0.0)


def expected_misfit(problem: Problem, at: Evaluation) -> float:
    """Return tr(U Gamma) of a model, from complete answers."""
    pairs = zip(problem.groups, at.fits, strict=True)
    trace = sum(_trace_of_weights(group.moments, fit.inverses[0]) for group, fit in pairs)
    spread = score_covariances(problem, at)
    return trace - trace_of_ratio(problem.expected_information(at), spread)


def score_covariances(problem: Problem, at: Evaluation) -> Floats:
    """Return D' V Gamma V D (n_free, n_free), the covariances of scores, from complete answers.

    With P = Sigma^-1, a person with deviations r has the scores ``c (x' P r) (y' P r) + s x' P r``.
    """
    total = np.zeros((problem.n_free, problem.n_free))
    for group, basis, fit in zip(problem.groups, at.bases, at.fits, strict=True):
        pattern, structure = group.moments.patterns[0], group.structure
        assert pattern.rows is not None
        projected = (pattern.rows - pattern.means) @ fit.inverses[0] @ basis.columns
        scores = basis.coefficients * projected[:, structure.x] * projected[:, structure.y]
        scores -= scores.mean(axis=0)
        if group.moments.with_means:
            scores += basis.slopes * projected[:, structure.x]
        total += group.collect_square(scores.T @ scores / problem.n, problem.n_free)
    return total


def expected_misfit_of_independence(groups: Sequence[MeanCovariance], related: Positions) -> float:
    """Return tr(U Gamma) of the independence model, in which only the ``related`` variables covary."""
    total = 0.0
    for moments in groups:
        pattern = moments.patterns[0]
        assert pattern.rows is not None
        variances = pattern.covariances.diagonal()
        standardized = (pattern.rows - pattern.means) / np.sqrt(variances)
        # tr((D' V D)^-1 D' V Gamma V D), as D takes one variance or mean each
        fitted = float(np.sum(np.delete(np.mean(standardized**4, axis=0) - 1, related))) / 2
        fitted += len(variances) - len(related) if moments.with_means else 0
        weights = np.diag(1 / variances)
        if len(related):
            part = moments.subset(related)
            inverse: Floats = np.linalg.inv(part.patterns[0].covariances).astype(np.float64)
            weights[np.ix_(related, related)] = inverse
            fitted += _trace_of_weights(part, inverse)
        total += _trace_of_weights(moments, weights) - fitted
    return total
