"""Normal-theory maximum likelihood (Jöreskog, 1969), from complete answers or moments."""

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
    """``-logL / n`` of normal answers without its constant, summed over patterns of missing answers."""

    name: ClassVar[Estimator] = "ML"
    title: ClassVar[str] = "maximum likelihood"
    missing: ClassVar[tuple[MissingAnswers, ...]] = ("listwise", "pairwise")
    is_likelihood: ClassVar[bool] = True
    sought: ClassVar[str] = "maximum of the likelihood"
    several: ClassVar[str] = (
        "the likelihood has several maxima, and this is the highest that was found: other starts led to "
        "lower ones, with other estimates"
    )
    difference: ClassVar[str] = "likelihood ratio"

    def fitted(self, moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
        """Return -logL / n and its derivatives, or None if a matrix is not positive definite."""
        return likelihood.fitted(moments, covariances, means)

    def expected_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return Fisher's information per person, conditional on which items each person answered."""
        return likelihood.expected_information(structure, basis, moments, fit)

    def average_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return a cheap substitute for it if there are many patterns."""
        return likelihood.average_information(structure, basis, moments, fit)

    def observed_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return the Hessian of -logL / n."""
        return likelihood.observed_information(structure, basis, moments, fit)

    def information_of_added(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted, n_fitted: int
    ) -> tuple[Floats, Floats]:
        """Return the expected information of the parameters after the first ``n_fitted``."""
        return likelihood.information_of_added(structure, basis, moments, fit, n_fitted)

    def saturated(self, moments: MeanCovariance, where: str = "") -> Saturated:
        """Return the maximum likelihood estimates of means and covariances."""
        return reference_models.saturated(moments, where)

    def independence(self, moments: MeanCovariance, exogenous: Exogenous = NO_EXOGENOUS) -> Independence:
        """Return the likelihood of the independence model."""
        return reference_models.independence(moments, exogenous)

    def log_likelihood(self, problem: Problem, value: float) -> float:
        """Return the log likelihood from -logL / n without its constant."""
        groups = [group.moments for group in problem.groups]
        constant = sum(likelihood.constant(moments) * moments.n for moments in groups) / problem.n
        return -problem.n * (value + constant)
