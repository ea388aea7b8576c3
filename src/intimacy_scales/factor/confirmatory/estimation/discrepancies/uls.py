"""Unweighted least squares (Jöreskog, 1977; Browne, 1984)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

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

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem


@dataclass(frozen=True, kw_only=True)
class ULS(LeastSquares):
    """``½ (n - 1) / n`` times the sum of squared residuals: each variance, covariance and mean counts once.

    Estimates are lavaan's (``estimator = "ULS"``). ``½ tr((S - Sigma)²)`` of Jöreskog (1977) counts each
    covariance twice; where residual variances are free, and variances are met, both have the same estimates.

    They are not efficient, so the least value is no chi-square, and standard errors do not follow from second
    derivatives. Both are what normal answers imply (Browne, 1984): standard errors from ``Gamma``, the
    sampling covariances of the moments, and his residual-based test. lavaan has these with ``Gamma`` of
    normal answers as ``NACOV`` and ``se = "robust.sem"``, and as ``test = "browne.residual.nt"``. Its default
    for ULS, ``se = "standard"``, puts the identity matrix for ``Gamma``: answers in units ten times as fine
    then have standard errors of loadings a tenth as large.

    Attributes
    ----------
    unit
        The mean variance, in squares of which the sum is taken, so that a search needs no other steps for
        answers in other units.
    """

    name: ClassVar[Estimator] = "ULS"
    title: ClassVar[str] = "unweighted least squares (residual-based test of Browne, 1984)"

    unit: float = 1.0

    def for_groups(self, groups: Sequence[MeanCovariance]) -> ULS:
        """Return the sum of squares in units of the mean variance of all groups."""
        n = sum(one.n for one in groups)
        return ULS(unit=sum(one.n / n * float(one.unbiased.diagonal().mean()) for one in groups))

    def _scale(self, moments: MeanCovariance) -> float:
        return moments.shrinkage / self.unit**2

    def fitted(self, moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
        """Return the value and its derivatives: with R the residuals, ``-½ k (R + diag R)`` by Sigma."""
        residuals, k = moments.unbiased - covariances, self._scale(moments)
        halved = (residuals + np.diag(residuals.diagonal())) / 2  # each pair stands there twice
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
        """Return ``k Delta' Delta``, Delta the derivatives of the moments."""
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
        """Return generalized least squares, whose weights are those of normal answers."""
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
        """Return ``A^-1 (Delta' Gamma Delta) A^-1 / n`` with Gamma of normal answers (Browne, 1984)."""
        given = exogenous.positions if exogenous.fixed else NO_EXOGENOUS.positions
        spread = np.zeros((problem.n_free, problem.n_free))
        for group, basis in zip(problem.groups, at.bases, strict=True):
            own = _spread(group.structure, basis, group.moments, given)
            own *= self._scale(group.moments) / self.unit**2
            spread += group.moments.n / problem.n * group.collect_square(own, problem.n_free)
        return Inference(covariance=bread @ spread @ bread / problem.n)

    def chi_square(self, problem: Problem, at: Evaluation, saturated: Sequence[Saturated]) -> float:
        """Return Browne's residual-based test.

        What generalized least squares leave at these estimates, less what one step of theirs would gain: the
        part of the residuals that other values of the parameters would take up.
        """
        tested = problem.under(self.testing())
        here = tested.evaluate(at.values)
        assert here is not None  # finite residuals have finite squares
        step = np.linalg.solve(tested.expected_information(here), here.gradient)
        return 2 * problem.n * (here.value - float(here.gradient @ step) / 2)


def _spread(structure: Structure, basis: Basis, moments: MeanCovariance, given: Positions) -> Floats:
    """Return ``Delta' Gamma Delta`` of normal answers: the covariances of ``r' Delta``, times n - 1.

    ``r' Delta_j = tr(R M_j)`` with ``M_j`` half of ``dSigma_j`` and of its diagonal, and ``tr(S M_i)`` of
    normal answers has covariances ``2 tr(M_i S M_j S) / (n - 1)``. Where moments of exogenous variables x are
    given, what these tell of others is taken away: M_j is less ``S_xx^-1 (S M_j S)_xx S_xx^-1`` at x.
    """
    s, columns = moments.unbiased, basis.columns
    x, y = columns[:, structure.x].T, columns[:, structure.y].T
    products = basis.coefficients[:, None, None] * x[:, :, None] * y[:, None, :]
    moves = (products + products.transpose(0, 2, 1)) / 2
    diagonal = np.arange(structure.p)
    moves[:, diagonal, diagonal] *= 2
    if len(given):
        square = np.ix_(given, given)
        inverse = np.linalg.inv(s[square])
        told = (s @ moves @ s)[:, given[:, None], given]
        moves[:, given[:, None], given] -= inverse @ told @ inverse
    moved = moves @ s
    n = len(moved)
    spread: Floats = 2 * moved.reshape(n, -1) @ moved.transpose(0, 2, 1).reshape(n, -1).T
    if moments.with_means:
        slopes = basis.slopes[:, None] * x
        if len(given):
            slopes[:, given] -= (slopes @ s)[:, given] @ inverse
        spread += slopes @ s @ slopes.T
    return spread
