"""Maximum likelihood of normal answers (Jöreskog, 1969), from complete answers or moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from intimacy_scales.factor.confirmatory.estimation import likelihood, reference_models
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy, Estimator
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import Fitted, MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.reference_models import (
    NO_EXOGENOUS,
    Exogenous,
    Independence,
    Saturated,
)
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Structure
from intimacy_scales.factor.sample import MissingAnswers

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.estimation.problem import Problem


class ML(Discrepancy):
    """``-logL / n`` of normal answers, without its constant; with as many patterns as there are."""

    name: ClassVar[Estimator] = "ML"
    title: ClassVar[str] = "maximum likelihood"
    missing: ClassVar[tuple[MissingAnswers, ...]] = ("listwise", "pairwise")
    is_likelihood: ClassVar[bool] = True
    sought: ClassVar[str] = "maximum of the likelihood"
    several: ClassVar[str] = (
        "the likelihood has several maxima, and this is the highest that was found: other starts led to "
        "lower ones, where estimates differ"
    )
    difference: ClassVar[str] = "likelihood ratio"

    def fitted(self, moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
        """Return -logL / n and its derivatives, or None where a matrix is no covariance matrix."""
        return likelihood.fitted(moments, covariances, means)

    def expected_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return Fisher's information per person; where answers are missing, given who answered what."""
        return likelihood.expected_information(structure, basis, moments, fit)

    def average_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return what stands for it where there are many patterns."""
        return likelihood.average_information(structure, basis, moments, fit)

    def observed_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return the Hessian of -logL / n."""
        return likelihood.observed_information(structure, basis, moments, fit)

    def information_beside(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted, n_own: int
    ) -> tuple[Floats, Floats]:
        """Return the expected information of later parameters, without that of the first."""
        return likelihood.information_beside(structure, basis, moments, fit, n_own)

    def saturated(self, moments: MeanCovariance, where: str = "") -> Saturated:
        """Return the most likely means and covariances."""
        return reference_models.saturated(moments, where)

    def independence(self, moments: MeanCovariance, exogenous: Exogenous = NO_EXOGENOUS) -> Independence:
        """Return the likelihood of means and variances alone."""
        return reference_models.independence(moments, exogenous)

    def log_likelihood(self, problem: Problem, value: float) -> float:
        """Return the log likelihood, constants included, where -logL / n without them is this."""
        groups = [group.moments for group in problem.groups]
        constant = sum(likelihood.constant(one) * one.n for one in groups) / problem.n
        return -problem.n * (value + constant)
