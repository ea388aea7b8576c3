"""The discrepancy between observed and implied moments, and what follows for standard errors and tests.

An estimator is a `Discrepancy`: a file in `discrepancies/`, and a line in `discrepancies/named.py`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import (
    Fitted,
    MeanCovariance,
    mean_covariance_of,
)
from intimacy_scales.factor.confirmatory.estimation.reference_models import (
    NO_EXOGENOUS,
    Exogenous,
    Independence,
    Saturated,
)
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Structure
from intimacy_scales.factor.sample import MissingAnswers, SampleMoments

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.estimation.missing_correction import MissingCorrection
    from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem

Estimator = Literal["ML", "MLR", "GLS", "ULS"]
Information = Literal["expected", "observed"]
Scaling = Literal["yuan_bentler", "satorra_bentler"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """The uncertainty of estimates, and the expected values of chi-squares.

    Attributes
    ----------
    covariance
        (n_free, n_free): of the estimates.
    expected_chi_square, baseline_expected_chi_square
        Expected value of the chi-square of the model, and of the independence model, where the model holds;
        nan for an estimator whose chi-square is not scaled, as its degrees of freedom are expected.
    scaling
        Which of the two definitions they follow.
    scores
        (n_free, n_free): mean product of persons' (or clusters') scores, on which a scaled difference rests;
        None if nothing is scaled.
    missing_correction
        Complete-data chi-squares of incomplete answers; None if answers are complete or nothing is scaled.
    """

    covariance: Floats
    expected_chi_square: float = math.nan
    baseline_expected_chi_square: float = math.nan
    scaling: Scaling = "yuan_bentler"
    scores: Floats | None = None
    missing_correction: MissingCorrection | None = None


class Discrepancy(ABC):
    """The function that an estimator minimizes, the sample that it needs, and its tests.

    Methods that take ``moments`` are about one group, those that take a ``problem`` about all groups. Values
    are averages over persons: 2 n times the value at the estimates, less that of the saturated model, is a
    chi-square if answers are normal and the estimator is efficient.

    Attributes
    ----------
    name, title
        The value of ``estimator`` in `cfa`, and the name in a sentence.
    missing
        The rules of missing answers that it can handle.
    needs_answers
        Whether it needs each person's answers, not only moments.
    needs_means
        Whether means must be part of the model.
    counts_clusters
        Whether it can treat clusters, not persons, as independent.
    is_likelihood
        Whether it is minus a log likelihood.
    is_scaled
        Whether its test is corrected for answers that are not normal.
    information
        The information that standard errors rest on by default.
    sought
        What a search looks for, in words: a minimum of the discrepancy, or a maximum of the likelihood.
    several
        The note for results where searches from different starts led to different such points.
    difference
        Name of the difference between two nested models' chi-squares.
    """

    name: ClassVar[Estimator]
    title: ClassVar[str]
    missing: ClassVar[tuple[MissingAnswers, ...]]
    needs_answers: ClassVar[bool] = False
    needs_means: ClassVar[bool] = False
    counts_clusters: ClassVar[bool] = False
    is_likelihood: ClassVar[bool] = False
    is_scaled: ClassVar[bool] = False
    information: ClassVar[Information] = "expected"
    sought: ClassVar[str] = "minimum of the discrepancy"
    several: ClassVar[str] = (
        "the discrepancy has several minima, and this is the lowest that was found: other starts led to "
        "higher ones, with other estimates"
    )
    difference: ClassVar[str] = "difference of chi-squares"

    # ------------------------------------------------------------------ the sample

    def requirement(self, sample: SampleMoments) -> str:
        """Return the message about a sample that `check` refuses: what is needed, and what to do."""
        return (
            f"estimator={self.name!r} cannot use missing={sample.missing!r}; use missing={self.missing[0]!r}"
        )

    def check(self, sample: SampleMoments) -> None:
        """Raise if a sample does not have what is needed."""
        if (self.needs_answers and sample.rows is None) or sample.missing not in self.missing:
            raise EstimationError(self.requirement(sample))

    def observed(self, sample: SampleMoments, *, with_means: bool) -> MeanCovariance:
        """Return the moments of one group that are fitted."""
        return mean_covariance_of(sample, with_means=with_means)

    def known_moments(self, sample: SampleMoments) -> tuple[Floats, Floats]:
        """Return the observed covariances and means, at which those of exogenous variables are fixed."""
        return sample.ml_covariances, sample.means

    def for_groups(self, groups: Sequence[MeanCovariance]) -> Discrepancy:
        """Return this discrepancy in units of the observed variances, if it depends on a unit."""
        return self

    # ------------------------------------------------------------------ one group

    @abstractmethod
    def fitted(self, moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
        """Return the value and its derivatives by the implied moments, or None if these are not possible."""

    @abstractmethod
    def expected_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return the expected second derivatives by the parameters, given that the model holds."""

    @abstractmethod
    def observed_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return the second derivatives by the parameters."""

    def average_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return a cheap substitute for the expected information if that is costly; else that itself."""
        return self.expected_information(structure, basis, moments, fit)

    def information_of_added(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted, n_fitted: int
    ) -> tuple[Floats, Floats]:
        """Return the expected information of the parameters after the first ``n_fitted``.

        Their rows in the columns of the first (n_added, n_fitted), and their diagonal (n_added,); pairs of
        added parameters are left out.
        """
        information = self.expected_information(structure, basis, moments, fit)
        return information[n_fitted:, :n_fitted], information.diagonal()[n_fitted:]

    @abstractmethod
    def saturated(self, moments: MeanCovariance, where: str = "") -> Saturated:
        """Return the estimates of the saturated model: means and covariances without any structure."""

    @abstractmethod
    def independence(self, moments: MeanCovariance, exogenous: Exogenous = NO_EXOGENOUS) -> Independence:
        """Return the independence model, in which only exogenous variables covary."""

    # ------------------------------------------------------------------ all groups

    def testing(self) -> Discrepancy:
        """Return the discrepancy whose decrease is a chi-square: this one, if its estimates are efficient."""
        return self

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
        """Return the uncertainty of estimates.

        Parameters
        ----------
        problem, at
            The model, at its estimates.
        bread
            Inverse (n_free, n_free) of the requested information.
        hessian
            The observed information.
        saturated, baseline
            The saturated and the independence model of each group.
        exogenous
            The exogenous variables.
        """
        return Inference(covariance=bread / problem.n)

    def chi_square(self, problem: Problem, at: Evaluation, saturated: Sequence[Saturated]) -> float:
        """Return the chi-square of a model, not scaled."""
        return 2 * problem.n * (at.value - problem.average([group.value for group in saturated]))

    def baseline_chi_square(
        self, problem: Problem, baseline: Sequence[Independence], saturated: Sequence[Saturated]
    ) -> float:
        """Return the chi-square of the independence model, not scaled."""
        independent, least = (
            problem.average([group.value for group in groups]) for groups in (baseline, saturated)
        )
        return 2 * problem.n * (independent - least)

    def persons_in_test(self, problem: Problem) -> int | None:
        """Return the number of persons that chi-square counts, or None if these are all."""
        return None

    def log_likelihood(self, problem: Problem, value: float) -> float:
        """Return the log likelihood, constants included, at this value; nan if it is not a likelihood."""
        return math.nan
