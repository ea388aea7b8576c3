"""Generalized least squares with the weights of normal answers (Browne, 1974)."""

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

    Estimates are efficient where answers are normal, as those of maximum likelihood are, so that 2 n times
    the least value is a chi-square and standard errors follow from the expected information. lavaan's
    ``estimator = "GLS"``; in groups of different sizes its standard errors count ``n_g / n (n - G)`` persons
    of a group, and these the ``n_g - 1`` that the discrepancy of both counts. Its observed information and
    its modification indices are ``(n - 1) / n`` of these.
    """

    name: ClassVar[Estimator] = "GLS"
    title: ClassVar[str] = "generalized least squares"

    def fitted(self, moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
        """Return the value and its derivatives, ``-½ k S^-1 (S - Sigma) S^-1`` and ``-k S^-1 (m - mu)``."""
        inverse, k = moments.precision, moments.shrinkage
        product = inverse @ (moments.unbiased - covariances)
        value = float(np.sum(product * product.T)) / 2
        mean_weights = np.zeros(len(inverse))
        if moments.with_means:
            deviation = moments.patterns[0].means - means
            pull = inverse @ deviation
            value += float(deviation @ pull)
            mean_weights = -k * pull
        if not math.isfinite(value):
            return None
        weights = product @ inverse
        weights = -k / 4 * (weights + weights.T)
        return Fitted(value=k / 2 * value, weights=weights, mean_weights=mean_weights)

    def expected_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return ``k Delta' V Delta``: that of normal answers whose covariances are the observed ones."""
        information: Floats = moments.shrinkage * structure.information(basis, moments.precision)
        return information

    def information_beside(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted, n_own: int
    ) -> tuple[Floats, Floats]:
        """Return the same of later parameters."""
        beside, own = structure.information_beside(basis, moments.precision, n_own)
        return moments.shrinkage * beside, moments.shrinkage * own
