"""Least squares of complete moments: quadratic forms in the residuals of a model.

``F = ½ (n - 1) / n r' V r`` in one group. The residuals r are observed less implied variances and covariances
(divisor n - 1), and means if the model has them (Browne, 1974, 1984). Estimators differ in the weights V.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import Fitted, MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.reference_models import (
    NO_EXOGENOUS,
    Exogenous,
    Independence,
    Saturated,
)
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Structure
from intimacy_scales.factor.sample import MissingAnswers, SampleMoments

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.estimation.problem import Problem


class LeastSquares(Discrepancy):
    """Least squares of complete moments, with weights that do not depend on the model."""

    missing: ClassVar[tuple[MissingAnswers, ...]] = ("listwise",)

    def requirement(self, sample: SampleMoments) -> str:
        """Return the message that complete answers are needed."""
        return needs_complete(self.name)

    def observed_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return the Hessian: the expected information, and the curvature of the model times residuals."""
        mean_weights = fit.mean_weights if moments.with_means else None
        total = self.expected_information(structure, basis, moments, fit)
        total = total + structure.curvature(basis, fit.weights, mean_weights)
        symmetric: Floats = (total + total.T) / 2
        return symmetric

    def saturated(self, moments: MeanCovariance, where: str = "") -> Saturated:
        """Return the observed moments (divisor n - 1), which leave no residuals."""
        return Saturated(means=moments.patterns[0].means, covariances=moments.unbiased, value=0.0)

    def persons_in_test(self, problem: Problem) -> int:
        """Return the number of persons that chi-square counts: n - 1 of each group."""
        return problem.n - len(problem.groups)

    def known_moments(self, sample: SampleMoments) -> tuple[Floats, Floats]:
        """Return the observed covariances (divisor n - 1) and means, for exogenous variables."""
        return sample.covariances, sample.means

    def independence(self, moments: MeanCovariance, exogenous: Exogenous = NO_EXOGENOUS) -> Independence:
        """Return the minimum of generalized least squares for the independence model.

        With P = S^-1 and t the free entries of Theta, ``½ tr((P (S - Theta))²)`` is a quadratic in t:
        ``½ (tr((P S)²) - 2 b't + t'At)``, where ``b_k = tr(P E_k P S)``, ``A_kl = tr(P E_k P E_l)``, and E_k
        has ones at entry k and zeros elsewhere. Its minimum is ``½ (tr((P S)²) - b' A^-1 b)``.
        """
        inverse, covariances = moments.precision, moments.unbiased.copy()
        p, x = len(covariances), exogenous.positions
        free = [(i, i) for i in range(p) if not (exogenous.fixed and i in x)]
        if exogenous.fixed:
            covariances[np.ix_(x, x)] = 0.0
        else:
            free += [(int(i), int(j)) for i in x for j in x if i < j]
        ones = np.zeros((len(free), p, p))
        for k, (i, j) in enumerate(free):
            ones[k, i, j] = ones[k, j, i] = 1.0
        weighted = (inverse @ ones @ inverse).reshape(len(free), -1)
        b, a = weighted @ covariances.ravel(), weighted @ ones.reshape(len(free), -1).T
        product = inverse @ covariances
        minimum = (float(np.sum(product * product.T)) - float(b @ np.linalg.solve(a, b))) / 2
        return Independence(value=moments.shrinkage * minimum / 2)


def needs_complete(estimator: str) -> str:
    """Return the message that an estimator needs complete answers, and what to do."""
    return (
        f"estimator={estimator!r} needs complete answers: use missing='listwise', which keeps persons who "
        "answered every item, or estimator='ML' with missing='fiml', which uses every answer"
    )
