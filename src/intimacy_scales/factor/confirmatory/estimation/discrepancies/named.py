"""Estimators by the names that `cfa` knows them by."""

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

_NAMED: dict[str, tuple[Discrepancy, ...]] = {
    "ML": (ML(), FIML()),
    "MLR": (MLR(), RobustFIML()),
    "GLS": (GLS(),),
    "ULS": (ULS(),),
}
_RULES: tuple[MissingAnswers, ...] = ("fiml", "listwise", "pairwise")


def check_estimator(estimator: str) -> None:
    """Raise where there is no such estimator."""
    if estimator not in _NAMED:
        known = ", ".join(f"{name!r} ({kinds[0].title})" for name, kinds in _NAMED.items())
        raise EstimationError(
            f"estimator={estimator!r}: one of {known}. The test of 'MLR' with scaling='satorra_bentler' is "
            "that of MLM. Estimators for ordered categories, such as WLSMV, are not there"
        )


def rule_of(samples: Sequence[SampleMoments]) -> MissingAnswers:
    """Return the rule of missing answers under which groups are fitted together."""
    return "fiml" if any(sample.missing == "fiml" for sample in samples) else samples[0].missing


def discrepancy_of(
    estimator: Estimator, missing: MissingAnswers = "listwise", *, scaling: Scaling = "yuan_bentler"
) -> Discrepancy:
    """Return what an estimator minimizes under a rule of missing answers.

    Where it has none for this rule, the one whose `Discrepancy.check` says what to do instead.
    """
    kinds = _NAMED[estimator]
    found = next((kind for kind in kinds if missing in kind.missing), kinds[0])
    return replace(found, scaling=scaling) if isinstance(found, MLR) else found


def missing_rules(estimator: Estimator) -> tuple[MissingAnswers, ...]:
    """Return the rules of missing answers that an estimator can do with, the best one first."""
    kinds = _NAMED[estimator]
    return tuple(rule for rule in _RULES if any(rule in kind.missing for kind in kinds))


def check_completeness(estimator: Estimator, missing: MissingAnswers) -> None:
    """Raise where an estimator needs complete answers, and another rule is asked for."""
    if missing_rules(estimator) == ("listwise",) and missing != "listwise":
        raise EstimationError(needs_complete(estimator))
