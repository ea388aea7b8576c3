"""How far what a model implies is from what was observed, and what follows for errors and tests.

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
    from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem

Estimator = Literal["ML", "MLR", "GLS", "ULS"]
Information = Literal["expected", "observed"]
Scaling = Literal["yuan_bentler", "satorra_bentler"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """How uncertain estimates are, and what chi-squares are to be expected.

    Attributes
    ----------
    covariance
        (n_free, n_free): of the estimates.
    excess, baseline_excess
        What chi-square of the model, and of the one without relations, is to be expected where the
        model holds; nan where that is their degrees of freedom, so that nothing is scaled.
    scaling
        By which of the two definitions.
    scores
        (n_free, n_free): how persons' (or clusters') scores vary, which a scaled difference rests on; None
        where nothing is scaled.
    """

    covariance: Floats
    excess: float = math.nan
    baseline_excess: float = math.nan
    scaling: Scaling = "yuan_bentler"
    scores: Floats | None = None


class Discrepancy(ABC):
    """What an estimator minimizes, what it needs of a sample, and how it tests.

    Methods that take ``moments`` are of one group, those that take a ``problem`` of all of them. Values are
    of one person on average: 2 n times the value at the estimates, less that of the model that says nothing,
    is a chi-square where answers are normal and the estimator efficient.

    Attributes
    ----------
    name, title
        What `cfa` knows it by, and what it is called in a sentence.
    missing
        Which rules of missing answers it can do with.
    needs_answers
        Whether it needs each person's answers, not only moments.
    needs_means
        Whether means must be part of the model.
    counts_clusters
        Whether it can count clusters, not persons, as independent.
    is_likelihood
        Whether it is minus a log likelihood.
    is_scaled
        Whether its test is corrected for answers that are not normal.
    information
        What standard errors rest on by default.
    sought, several
        What a search looks for, and what to say where there are several of these, in words.
    difference
        What the difference of two nested models' chi-squares is called.
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
        "higher ones, where estimates differ"
    )
    difference: ClassVar[str] = "difference of chi-squares"

    # ------------------------------------------------------------------ what it needs

    def lacking(self, sample: SampleMoments) -> str:
        """Say what a sample lacks that `check` refuses, and what to do."""
        return f"estimator={self.name!r} with missing={sample.missing!r}: use missing={self.missing[0]!r}"

    def check(self, sample: SampleMoments) -> None:
        """Raise where a sample does not have what is needed."""
        if (self.needs_answers and sample.rows is None) or sample.missing not in self.missing:
            raise EstimationError(self.lacking(sample))

    def observed(self, sample: SampleMoments, *, with_means: bool) -> MeanCovariance:
        """Return what is fitted in one group."""
        return mean_covariance_of(sample, with_means=with_means)

    def known_moments(self, sample: SampleMoments) -> tuple[Floats, Floats]:
        """Return covariances and means that are fixed as they were observed."""
        return sample.ml_covariances, sample.means

    def for_groups(self, groups: Sequence[MeanCovariance]) -> Discrepancy:
        """Return this discrepancy in units of what was observed, if it has units."""
        return self

    # ------------------------------------------------------------------ one group

    @abstractmethod
    def fitted(self, moments: MeanCovariance, covariances: Floats, means: Floats) -> Fitted | None:
        """Return the value and its derivatives by implied moments, or None where these are not possible."""

    @abstractmethod
    def expected_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return the second derivatives by the parameters that are expected where the model holds."""

    @abstractmethod
    def observed_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return the second derivatives by the parameters."""

    def average_information(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted
    ) -> Floats:
        """Return what stands for the expected information where that takes long; else that itself."""
        return self.expected_information(structure, basis, moments, fit)

    def information_beside(
        self, structure: Structure, basis: Basis, moments: MeanCovariance, fit: Fitted, n_own: int
    ) -> tuple[Floats, Floats]:
        """Return the expected information of parameters after the first ``n_own``.

        Beside these (n - n_own, n_own), and of themselves (n - n_own,), without the pairs of later ones.
        """
        whole = self.expected_information(structure, basis, moments, fit)
        return whole[n_own:, :n_own], whole.diagonal()[n_own:]

    @abstractmethod
    def saturated(self, moments: MeanCovariance, where: str = "") -> Saturated:
        """Return means and covariances without any model."""

    @abstractmethod
    def independence(self, moments: MeanCovariance, exogenous: Exogenous = NO_EXOGENOUS) -> Independence:
        """Return the model in which nothing is related but exogenous variables, as its test has it."""

    # ------------------------------------------------------------------ all groups

    def testing(self) -> Discrepancy:
        """Return the discrepancy whose fall is a chi-square: this one, if its estimates are efficient."""
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
            Inverse (n_free, n_free) of the information that was asked for.
        hessian
            The observed information.
        saturated, baseline
            What is compared with, in each group.
        exogenous
            The variables that only predict.
        """
        return Inference(covariance=bread / problem.n)

    def chi_square(self, problem: Problem, at: Evaluation, saturated: Sequence[Saturated]) -> float:
        """Return the test of a model, not scaled."""
        return 2 * problem.n * (at.value - problem.average([one.value for one in saturated]))

    def baseline_chi_square(
        self, problem: Problem, baseline: Sequence[Independence], saturated: Sequence[Saturated]
    ) -> float:
        """Return the test of the model in which nothing is related, not scaled."""
        base, whole = (problem.average([one.value for one in every]) for every in (baseline, saturated))
        return 2 * problem.n * (base - whole)

    def persons_in_test(self, problem: Problem) -> int | None:
        """Return how many persons chi-square counts, where these are not all."""
        return None

    def log_likelihood(self, problem: Problem, value: float) -> float:
        """Return the log likelihood, constants included, where the discrepancy is this; nan if it is none."""
        return math.nan
