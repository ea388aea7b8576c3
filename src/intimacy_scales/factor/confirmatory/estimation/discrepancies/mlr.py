"""Robust maximum likelihood: standard errors and tests that do not assume normality.

The sandwich (Huber, 1967; White, 1982), with the test of Yuan and Bentler (2000) in the form of Mplus, or of
Satorra and Bentler (1994).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.discrepancies.ml import ML
from intimacy_scales.factor.confirmatory.estimation.discrepancy import (
    Estimator,
    Inference,
    Information,
    Scaling,
)
from intimacy_scales.factor.confirmatory.estimation.likelihood import person_scores
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import MeanCovariance
from intimacy_scales.factor.confirmatory.estimation.missing_correction import (
    MissingCorrection,
    missing_correction,
)
from intimacy_scales.factor.confirmatory.estimation.reference_models import (
    NO_EXOGENOUS,
    Exogenous,
    Independence,
    Saturated,
    independence,
    saturated,
)
from intimacy_scales.factor.confirmatory.estimation.satorra_bentler import (
    expected_misfit,
    expected_misfit_of_independence,
    score_covariances,
)
from intimacy_scales.factor.confirmatory.estimation.saturated_information import (
    NOTHING,
    saturated_matrices,
    score_to_information,
)
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions
from intimacy_scales.factor.sample import MissingAnswers, SampleMoments
from intimacy_scales.numerics.scaled_matrices import trace_of_ratio

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem


@dataclass(frozen=True, kw_only=True)
class MLR(ML):
    """The likelihood of `ML`, with standard errors and tests from each person's scores.

    Attributes
    ----------
    scaling
        The definition of the scaled test: that of Yuan and Bentler, or of Satorra and Bentler.
    """

    name: ClassVar[Estimator] = "MLR"
    title: ClassVar[str] = "robust maximum likelihood"
    missing: ClassVar[tuple[MissingAnswers, ...]] = ("listwise",)
    needs_answers: ClassVar[bool] = True
    counts_clusters: ClassVar[bool] = True
    is_scaled: ClassVar[bool] = True
    information: ClassVar[Information] = "observed"

    scaling: Scaling = "yuan_bentler"

    def requirement(self, sample: SampleMoments) -> str:
        """Return the message that each person's answers are needed."""
        instead = "use missing='fiml'" if sample.rows is not None else "pass encode(instrument, table)"
        return f"estimator='MLR' needs each person's answers to all items it uses: {instead}"

    def independence(self, moments: MeanCovariance, exogenous: Exogenous = NO_EXOGENOUS) -> Independence:
        """Return the likelihood of the independence model, with the trace that its scaled test needs."""
        return replace(
            independence(moments, exogenous), score_to_information=_score_to_information(moments, exogenous)
        )

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
        """Return the sandwich ``A^-1 B A^-1 / n``, and the expected values of the chi-squares.

        B is the mean product of scores, A the information. The expected value of chi-square is, for Yuan and
        Bentler (2000) in the form of Mplus, ``tr(B A^-1)`` of the saturated model less that of the model, and
        for Satorra and Bentler (1994) ``tr(U Gamma)``.
        """
        b = first_order_information(problem, at)
        corrected = None
        groups = [group.moments for group in problem.groups]
        if self.scaling == "satorra_bentler":
            expected = expected_misfit(problem, at)
            baseline_expected = expected_misfit_of_independence(groups, exogenous.positions)
            scores = score_covariances(problem, at)
        else:
            trace, corrected = _of_saturated(problem, at, saturated, exogenous)
            expected = trace - trace_of_ratio(hessian, b)
            baseline_expected = trace - sum(model.score_to_information for model in baseline)
            scores = b
        return Inference(
            covariance=bread @ b @ bread / problem.n,
            expected_chi_square=expected,
            baseline_expected_chi_square=baseline_expected,
            scaling=self.scaling,
            scores=scores,
            missing_correction=corrected,
        )


def _of_saturated(
    problem: Problem, at: Evaluation, models: Sequence[Saturated], exogenous: Exogenous
) -> tuple[float, MissingCorrection | None]:
    """Return tr(B A^-1) of the saturated model, and with missing answers the complete-data chi-squares.

    These need every covariance, so that there are none where nobody answered two of the variables together.
    """
    given = exogenous.positions if exogenous.fixed else NOTHING
    pairs = list(zip([group.moments for group in problem.groups], models, strict=True))
    if all(moments.complete for moments, _ in pairs):
        return sum(score_to_information(moments, model, given) for moments, model in pairs), None
    matrices = [saturated_matrices(moments, model, given) for moments, model in pairs]
    trace = sum(
        score_to_information(moments, model, given) if moments.complete else float(np.trace(of_group.ratio))
        for (moments, model), of_group in zip(pairs, matrices, strict=True)
    )
    if not all(moments.answered_together(len(model.means)).all() for moments, model in pairs):
        return trace, None
    return trace, missing_correction(problem, at, models, matrices, exogenous)


class RobustFIML(MLR):
    """`MLR` with the likelihood of `FIML`."""

    missing: ClassVar[tuple[MissingAnswers, ...]] = ("fiml", "listwise")
    needs_means: ClassVar[bool] = True


def first_order_information(problem: Problem, at: Evaluation) -> Floats:
    """Return B, the mean product of persons' (or clusters') scores (n_free, n_free)."""
    total = np.zeros((problem.n_free, problem.n_free))
    for group, basis, fit in zip(problem.groups, at.bases, at.fits, strict=True):
        scores = group.moments.cluster_sums(person_scores(group.structure, basis, group.moments, fit))
        products = group.moments.correction / problem.n * (scores.T @ scores)
        total += group.collect_square(products, problem.n_free)
    return total


def _score_to_information(moments: MeanCovariance, exogenous: Exogenous) -> float:
    """Return tr(B A^-1) of the independence model, from each person's answers."""
    means, variances = moments.item_moments()
    x = exogenous.positions
    trace = _trace_of_single_items(moments, means, variances, x)
    if len(x) and not exogenous.fixed:
        part = moments.subset(x)
        trace += score_to_information(part, saturated(part))
    return trace


def _trace_of_single_items(
    moments: MeanCovariance, means: Floats, variances: Floats, left_out: Positions
) -> float:
    """Return tr(B A^-1) of each item's mean and variance alone, summed over items.

    For standardized answers z of an item it is the mean of ``½ (z² - 1)² + z²``.
    """
    standardized = np.zeros((moments.n, len(means)))
    squares = np.zeros_like(standardized)
    counts, start = np.zeros(len(means)), 0
    for pattern in moments.patterns:
        assert pattern.rows is not None
        items = np.arange(len(means)) if pattern.observed is None else pattern.observed
        z = (pattern.rows - means[items]) / np.sqrt(variances[items])
        persons = slice(start, start + pattern.n)
        standardized[persons, items], squares[persons, items] = z, z**2 - 1
        counts[items] += pattern.n
        start += pattern.n
    terms = np.sum(moments.cluster_sums(squares) ** 2, axis=0) / 2
    if moments.with_means:
        terms += np.sum(moments.cluster_sums(standardized) ** 2, axis=0)
    return moments.correction * float(np.sum(np.delete(terms / counts, left_out)))
