"""What least squares of complete moments have in common: a quadratic form of what a model leaves of them.

``F = ½ (n - 1) / n r' V r`` of one group, with r the variances and covariances (divisor n - 1), and the means
if the model has them, less what the model implies. Estimators differ in the weights V.
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

    def lacking(self, sample: SampleMoments) -> str:
        """Say that complete answers are needed."""
        return needs_complete(self.name)

    def observed_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return the Hessian: what is expected, and the model's own curvature weighted by residuals."""
        mean_weights = fit.mean_weights if moments.with_means else None
        total = self.expected_information(structure, basis, moments, fit)
        total = total + structure.curvature(basis, fit.weights, mean_weights)
        symmetric: Floats = (total + total.T) / 2
        return symmetric

    def saturated(self, moments: MeanCovariance, where: str = "") -> Saturated:
        """Return the moments themselves, of which nothing is left; divisor n - 1."""
        return Saturated(means=moments.patterns[0].means, covariances=moments.unbiased, value=0.0)

    def persons_in_test(self, problem: Problem) -> int:
        """Return n - 1 of each group."""
        return problem.n - len(problem.groups)

    def known_moments(self, sample: SampleMoments) -> tuple[Floats, Floats]:
        """Return covariances (divisor n - 1) and means that are fixed as they were observed."""
        return sample.covariances, sample.means

    def independence(self, moments: MeanCovariance, exogenous: Exogenous = NO_EXOGENOUS) -> Independence:
        """Return the least that generalized least squares leave where nothing is related.

        With P the inverse covariances, ``½ tr((P (S - Theta))²)`` is a sum of squares in the entries t that
        Theta is free in: ``½ (tr((P S)²) - 2 b't + t'At)``, ``b_k = tr(P E_k P S)`` and ``A_kl = tr(P E_k P
        E_l)`` with E_k the matrix of ones at entry k. Its least value is ``½ (tr((P S)²) - b' A^-1 b)``.
        """
        inverse, left = moments.precision, moments.unbiased.copy()
        p, x = len(left), exogenous.positions
        free = [(i, i) for i in range(p) if not (exogenous.fixed and i in x)]
        if exogenous.fixed:
            left[np.ix_(x, x)] = 0.0
        else:
            free += [(int(i), int(j)) for i in x for j in x if i < j]
        ones = np.zeros((len(free), p, p))
        for k, (i, j) in enumerate(free):
            ones[k, i, j] = ones[k, j, i] = 1.0
        weighted = (inverse @ ones @ inverse).reshape(len(free), -1)
        b, a = weighted @ left.ravel(), weighted @ ones.reshape(len(free), -1).T
        product = inverse @ left
        least = (float(np.sum(product * product.T)) - float(b @ np.linalg.solve(a, b))) / 2
        return Independence(value=moments.shrinkage * least / 2)


def needs_complete(estimator: str) -> str:
    """Say that an estimator is of complete answers, and what to do."""
    return (
        f"estimator={estimator!r} needs complete answers: use missing='listwise', which keeps persons who "
        "answered every item, or estimator='ML' with missing='fiml', which uses every answer"
    )
