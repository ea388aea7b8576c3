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
    spread_of_scores,
)
from intimacy_scales.factor.confirmatory.estimation.saturated_information import (
    NOTHING,
    score_to_information,
)
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions
from intimacy_scales.factor.sample import MissingAnswers, SampleMoments

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.estimation.problem import Evaluation, Problem


@dataclass(frozen=True, kw_only=True)
class MLR(ML):
    """The likelihood of `ML` and `FIML`; what follows from it rests on each person's scores.

    Attributes
    ----------
    scaling
        Whose test.
    """

    name: ClassVar[Estimator] = "MLR"
    title: ClassVar[str] = "robust maximum likelihood"
    missing: ClassVar[tuple[MissingAnswers, ...]] = ("listwise",)
    needs_answers: ClassVar[bool] = True
    counts_clusters: ClassVar[bool] = True
    is_scaled: ClassVar[bool] = True
    information: ClassVar[Information] = "observed"

    scaling: Scaling = "yuan_bentler"

    def lacking(self, sample: SampleMoments) -> str:
        """Say that each person's answers are needed."""
        instead = "use missing='fiml'" if sample.rows is not None else "pass encode(instrument, table)"
        return f"estimator='MLR' needs each person's answers to all items it uses: {instead}"

    def independence(self, moments: MeanCovariance, exogenous: Exogenous = NO_EXOGENOUS) -> Independence:
        """Return the likelihood of means and variances alone, with what its scaled test needs."""
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
        """Return the sandwich, and what the chi-squares are to be expected."""
        b = first_order_information(problem, at)
        groups = [group.moments for group in problem.groups]
        if self.scaling == "satorra_bentler":
            excess = expected_misfit(problem, at)
            base = expected_misfit_of_independence(groups, exogenous.positions)
            scores = spread_of_scores(problem, at)
        else:
            given = exogenous.positions if exogenous.fixed else NOTHING
            pairs = zip(groups, saturated, strict=True)
            whole = sum(score_to_information(one, own, given) for one, own in pairs)
            excess = whole - float(np.trace(np.linalg.solve(hessian, b)))
            base, scores = whole - sum(one.score_to_information for one in baseline), b
        return Inference(
            covariance=bread @ b @ bread / problem.n,
            excess=excess,
            baseline_excess=base,
            scaling=self.scaling,
            scores=scores,
        )


class RobustFIML(MLR):
    """The same of every answer."""

    missing: ClassVar[tuple[MissingAnswers, ...]] = ("fiml", "listwise")
    needs_means: ClassVar[bool] = True


def first_order_information(problem: Problem, at: Evaluation) -> Floats:
    """Return the mean product of persons' (or clusters') scores (n_free, n_free)."""
    total = np.zeros((problem.n_free, problem.n_free))
    for group, basis, fit in zip(problem.groups, at.bases, at.fits, strict=True):
        scores = group.moments.summed(person_scores(group.structure, basis, group.moments, fit))
        products = group.moments.correction / problem.n * (scores.T @ scores)
        total += group.collect_square(products, problem.n_free)
    return total


def _score_to_information(moments: MeanCovariance, exogenous: Exogenous) -> float:
    """Return tr(B A^-1) of the model in which nothing is related, from each person's answers."""
    means, variances = moments.own_moments()
    x = exogenous.positions
    trace = _scores_of_single_items(moments, means, variances, x)
    if len(x) and not exogenous.fixed:
        part = moments.of(x)
        trace += score_to_information(part, saturated(part))
    return trace


def _scores_of_single_items(
    moments: MeanCovariance, means: Floats, variances: Floats, without: Positions
) -> float:
    """Return tr(B A^-1) of means and variances of single items: of standardized z, ``½ (z² - 1)² + z²``."""
    standardized = np.zeros((moments.n, len(means)))
    squares = np.zeros_like(standardized)
    counts, start = np.zeros(len(means)), 0
    for q in moments.patterns:
        assert q.rows is not None
        own = np.arange(len(means)) if q.observed is None else q.observed
        z = (q.rows - means[own]) / np.sqrt(variances[own])
        standardized[start : start + q.n, own], squares[start : start + q.n, own] = z, z**2 - 1
        counts[own] += q.n
        start += q.n
    terms = np.sum(moments.summed(squares) ** 2, axis=0) / 2
    if moments.with_means:
        terms += np.sum(moments.summed(standardized) ** 2, axis=0)
    return moments.correction * float(np.sum(np.delete(terms / counts, without)))
