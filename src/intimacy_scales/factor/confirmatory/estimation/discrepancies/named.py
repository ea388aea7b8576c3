"""Estimators by the values of ``estimator`` in `cfa`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.discrepancies.fiml import FIML
from intimacy_scales.factor.confirmatory.estimation.discrepancies.gls import GLS
from intimacy_scales.factor.confirmatory.estimation.discrepancies.least_squares import needs_complete
from intimacy_scales.factor.confirmatory.estimation.discrepancies.ml import ML
from intimacy_scales.factor.confirmatory.estimation.discrepancies.mlr import MLR, RobustFIML
from intimacy_scales.factor.confirmatory.estimation.discrepancies.uls import ULS
from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy, Estimator, Scaling
from intimacy_scales.factor.sample import MissingAnswers, SampleMoments
from intimacy_scales.messages import not_one_of

_NAMED: dict[str, tuple[Discrepancy, ...]] = {
    "ML": (ML(), FIML()),
    "MLR": (MLR(), RobustFIML()),
    "GLS": (GLS(),),
    "ULS": (ULS(),),
}
_RULES: tuple[MissingAnswers, ...] = ("fiml", "listwise", "pairwise")


def check_estimator(estimator: str) -> None:
    """Raise if there is no such estimator."""
    if estimator not in tuple(_NAMED):
        titles = {name: kinds[0].title for name, kinds in _NAMED.items()}
        note = (
            "for the test of MLM use 'MLR' with scaling='satorra_bentler'; estimators for ordered "
            "categories, such as WLSMV, are not available"
        )  # only a name in another case was probably meant: WLS is not ULS
        raise EstimationError(not_one_of("estimator", estimator, titles, note=note, alike=1.0))


def rule_of(samples: Sequence[SampleMoments]) -> MissingAnswers:
    """Return the rule of missing answers for groups that are fitted together."""
    return "fiml" if any(sample.missing == "fiml" for sample in samples) else samples[0].missing


def discrepancy_of(
    estimator: Estimator, missing: MissingAnswers = "listwise", *, scaling: Scaling = "yuan_bentler"
) -> Discrepancy:
    """Return the discrepancy of an estimator under a rule of missing answers.

    If it cannot handle this rule, `Discrepancy.check` of the one returned says what to do instead.
    """
    kinds = _NAMED[estimator]
    chosen = next((kind for kind in kinds if missing in kind.missing), kinds[0])
    return replace(chosen, scaling=scaling) if isinstance(chosen, MLR) else chosen


def missing_rules(estimator: Estimator) -> tuple[MissingAnswers, ...]:
    """Return the rules of missing answers that an estimator can handle, the best one first."""
    kinds = _NAMED[estimator]
    return tuple(rule for rule in _RULES if any(rule in kind.missing for kind in kinds))


def check_completeness(estimator: Estimator, missing: MissingAnswers) -> None:
    """Raise if an estimator needs complete answers, and another rule is requested."""
    if missing_rules(estimator) == ("listwise",) and missing != "listwise":
        raise EstimationError(needs_complete(estimator))
