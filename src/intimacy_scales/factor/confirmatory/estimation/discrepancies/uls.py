"""Unweighted least squares (Jöreskog, 1977; Browne, 1984)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.discrepancies.gls import GLS
from intimacy_scales.factor.confirmatory.estimation.discrepancies.least_squares import LeastSquares
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy, Estimator, Inference
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import Fitted, MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.reference_models import (
    NO_EXOGENOUS,
    Exogenous,
    Independence,
    Saturated,
)
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Positions, Structure
from intimacy_scales.numerics.scaled_matrices import scaled_solve

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem

_SMALLEST_SD = 0.01  # below it, standard errors lose more than half of their digits


@dataclass(frozen=True, kw_only=True)
class ULS(LeastSquares):
    """``½ (n - 1) / n`` times the sum of squared residuals: each variance, covariance and mean counts once.

    Estimates are lavaan's (``estimator = "ULS"``). ``½ tr((S - Sigma)²)`` of Jöreskog (1977) counts each
    covariance twice; if residual variances are free, so that variances are reproduced, the estimates of both
    are the same.

    They are not efficient. So the minimum is not a chi-square, and standard errors do not follow from second
    derivatives. Both assume normality instead (Browne, 1984): standard errors rest on ``Gamma``, the sampling
    covariances of the moments, and the test is the residual-based one. lavaan 0.7-2 gives the same by
    default; lavaan 0.6-14 does so with a normal-theory ``NACOV``, ``se = "robust.sem"`` and
    ``test = "browne.residual.nt"``. The default of 0.6-14, ``se = "standard"``, takes the identity matrix as
    ``Gamma``: for answers in units ten times as fine, standard errors of loadings are then a tenth as large.

    Attributes
    ----------
    unit
        The mean variance. Residuals are in this unit, so that the search does not depend on the units of
        the answers.
    """

    name: ClassVar[Estimator] = "ULS"
    title: ClassVar[str] = "unweighted least squares (residual-based test of Browne, 1984)"

    unit: float = 1.0

    def for_groups(self, groups: Sequence[MeanCovariance]) -> ULS:
        """Return the sum of squares in units of the mean variance of all groups."""
        n = sum(group.n for group in groups)
        unit = sum(group.n / n * float(group.unbiased.diagonal().mean()) for group in groups)
        if unit < _SMALLEST_SD**2 and any(group.with_means for group in groups):
            raise EstimationError(
                f"estimator='ULS' with means: the mean standard deviation of variables is {unit**0.5:.2g}, "
                "so that residuals of means outweigh those of covariances by far; multiply all variables by "
                "one number, so that standard deviations are near 1"
            )
        return ULS(unit=unit)

    def _scale(self, moments: MeanCovariance) -> float:
        return moments.shrinkage / self.unit**2

    def fitted(self, moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
        """Return the value and its derivatives; by Sigma, with residuals R, ``-½ k (R + diag R)``."""
        residuals, k = moments.unbiased - covariances, self._scale(moments)
        halved = (residuals + np.diag(residuals.diagonal())) / 2  # the matrix holds each covariance twice
        value = float(np.sum(halved * residuals))
        mean_weights = np.zeros(len(residuals))
        if moments.with_means:
            deviation = moments.patterns[0].means - means
            value += float(deviation @ deviation)
            mean_weights = -k * deviation
        if not (math.isfinite(value) and (covariances.diagonal() > 0).all()):
            return None
        return Fitted(value=k / 2 * value, weights=-k * halved, mean_weights=mean_weights)

    def expected_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return ``k Delta' Delta`` with Delta the derivatives of the implied moments."""
        i, j = np.tril_indices(structure.p)
        x, y = (basis.columns[:, ends] for ends in (structure.x, structure.y))
        delta = basis.coefficients * (x[i] * y[j] + y[i] * x[j])
        total = delta.T @ delta
        if moments.with_means:
            slopes = basis.slopes * x
            total += slopes.T @ slopes
        information: Floats = self._scale(moments) * total
        return information

    def testing(self) -> Discrepancy:
        """Return generalized least squares, whose normal-theory weights make a chi-square."""
        return GLS()

    def inference(
        self,
        problem: Problem,
        at: Evaluation,
        bread: Floats,
        hessian: Floats,
        saturated: Sequence[Saturated],
        baseline: Sequence[Independence],
        exogenous: Exogenous = NO_EXOGENOUS,
    ) -> Inference:
        """Return ``A^-1 (Delta' Gamma Delta) A^-1 / n`` with the normal-theory Gamma (Browne, 1984)."""
        given = exogenous.positions if exogenous.fixed else NO_EXOGENOUS.positions
        spread = np.zeros((problem.n_free, problem.n_free))
        for group, basis in zip(problem.groups, at.bases, strict=True):
            of_group = _spread(group.structure, basis, group.moments, given)
            of_group *= self._scale(group.moments) / self.unit**2
            spread += group.moments.n / problem.n * group.collect_square(of_group, problem.n_free)
        return Inference(covariance=bread @ spread @ bread / problem.n)

    def chi_square(self, problem: Problem, at: Evaluation, saturated: Sequence[Saturated]) -> float:
        """Return the residual-based test with normal-theory weights (Browne, 1984).

        With V those weights, ``n r' [V - V Delta (Delta' V Delta)^-1 Delta' V] r``: the discrepancy of
        generalized least squares at these estimates, less what one Gauss-Newton step would gain.
        """
        weighted = problem.under(self.testing())
        at_estimates = weighted.evaluate(at.values)
        assert at_estimates is not None  # finite residuals have finite squares
        gradient = at_estimates.gradient
        step = scaled_solve(weighted.expected_information(at_estimates), gradient)
        return 2 * problem.n * (at_estimates.value - float(gradient @ step) / 2)


def _spread(structure: Structure, basis: Basis, moments: MeanCovariance, given: Positions) -> Floats:
    """Return ``Delta' Gamma Delta`` under normality: the covariances of ``r' Delta``, times n - 1.

    ``r' Delta_j = tr(R M_j)`` with ``M_j = ½ (dSigma_j + diag dSigma_j)``, and under normality ``tr(S M_i)``
    and ``tr(S M_j)`` have the covariance ``2 tr(M_i S M_j S) / (n - 1)``. If the moments of exogenous
    variables x are fixed, the part that they predict is removed: ``S_xx^-1 (S M_j S)_xx S_xx^-1`` is
    subtracted from M_j at x.
    """
    s, columns = moments.unbiased, basis.columns
    x, y = columns[:, structure.x].T, columns[:, structure.y].T
    products = basis.coefficients[:, None, None] * x[:, :, None] * y[:, None, :]
    m = (products + products.transpose(0, 2, 1)) / 2
    diagonal = np.arange(structure.p)
    m[:, diagonal, diagonal] *= 2
    if len(given):
        square = np.ix_(given, given)
        inverse = np.linalg.inv(s[square])
        predicted = (s @ m @ s)[:, given[:, None], given]
        m[:, given[:, None], given] -= inverse @ predicted @ inverse
    ms = m @ s
    n = len(ms)
    spread: Floats = 2 * ms.reshape(n, -1) @ ms.transpose(0, 2, 1).reshape(n, -1).T
    if moments.with_means:
        slopes = basis.slopes[:, None] * x
        if len(given):
            slopes[:, given] -= (slopes @ s)[:, given] @ inverse
        spread += slopes @ s @ slopes.T
    return spread
