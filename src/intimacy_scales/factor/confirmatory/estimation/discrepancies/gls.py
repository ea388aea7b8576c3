"""Generalized least squares with normal-theory weights (Browne, 1974)."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.discrepancies.least_squares import LeastSquares
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Estimator
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import Fitted, MeanCovariance
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Structure


class GLS(LeastSquares):
    """``½ (n - 1) / n [½ tr((S^-1 (S - Sigma))²) + (m - mu)' S^-1 (m - mu)]``.

    If answers are normal, the estimates are as efficient as those of maximum likelihood. So 2 n times the
    minimum is a chi-square, and standard errors follow from the expected information.

    This is lavaan's ``estimator = "GLS"``, with two differences. In groups of different sizes, standard
    errors of lavaan count ``n_g / n (n - G)`` persons of a group; these count ``n_g - 1``, as the discrepancy
    of both does. lavaan's observed information and modification indices are ``(n - 1) / n`` of these.
    """

    name: ClassVar[Estimator] = "GLS"
    title: ClassVar[str] = "generalized least squares"

    def fitted(self, moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
        """Return the value and its derivatives by Sigma and mu.

        With k = (n - 1) / n they are ``-½ k S^-1 (S - Sigma) S^-1`` and ``-k S^-1 (m - mu)``.
        """
        inverse, k = moments.precision, moments.shrinkage
        product = inverse @ (moments.unbiased - covariances)
        value = float(np.sum(product * product.T)) / 2
        mean_weights = np.zeros(len(inverse))
        if moments.with_means:
            deviation = moments.patterns[0].means - means
            weighted = inverse @ deviation
            value += float(deviation @ weighted)
            mean_weights = -k * weighted
        if not math.isfinite(value):
            return None
        weights = product @ inverse
        weights = -k / 4 * (weights + weights.T)
        return Fitted(value=k / 2 * value, weights=weights, mean_weights=mean_weights)

    def expected_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return ``k Delta' V Delta``: normal-theory information at the observed covariances."""
        information: Floats = moments.shrinkage * structure.information(basis, moments.precision)
        return information

    def information_of_added(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted, n_fitted: int
    ) -> tuple[Floats, Floats]:
        """Return ``k Delta' V Delta`` of the parameters after the first ``n_fitted``."""
        crossed, diagonal = structure.information_of_added(basis, moments.precision, n_fitted)
        return moments.shrinkage * crossed, moments.shrinkage * diagonal
