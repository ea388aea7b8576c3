"""Plans for each goal: the target is checked, the smallest sample searched, and assumptions are listed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, get_args

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument.norm import MIN_PERSONS
from intimacy_scales.messages import not_one_of
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.planning import targets
from intimacy_scales.planning.precision import (
    AlphaDesign,
    CorrelationDesign,
    IntervalDesign,
    PlannedInterval,
    mean_variance,
    norm_score_variance,
    rank_variance,
)
from intimacy_scales.planning.result import SamplePlan, invited
from intimacy_scales.results.interval import Interval, check_level
from intimacy_scales.results.wording import counted

NormStatistic = Literal["mean", "norm_score", "percentile_rank"]
_NORMS: dict[str, tuple[str, Callable[[float, float], tuple[float, float]]]] = {
    "mean": ("the mean", mean_variance),
    "norm_score": ("the norm score", norm_score_variance),
    "percentile_rank": ("the percentile rank", rank_variance),
}
_INDEPENDENT = "persons answer independently"
_SD_UNITS = "it is in standard deviations, of which a point of a T score is 0.1"


def _smallest_for(
    design: IntervalDesign, width: Any, assurance: Any, unit: str
) -> tuple[int, float, float | None]:
    """Return the smallest sample, the target width and the required probability."""
    target_width = targets.above_zero(width, "width", "the full width of the interval")
    required = targets.assurance(assurance)
    fewest = 1
    while not design.enough(fewest):
        fewest += 1

    def suffices(units: int) -> bool:
        if not design.width(units) <= target_width * (1 + ROUNDING):
            return False
        return required is None or design.probability(units, target_width) >= required * (1 - ROUNDING)

    target = f"width={width!r}" + ("" if required is None else f" with assurance={assurance!r}")
    return targets.smallest(suffices, fewest, target, unit), target_width, required


def _interval_of(design: IntervalDesign, units: int, method: str) -> Interval:
    """Return the interval of a sample of this size whose estimate is the expected one."""
    low, high = design.ends(units)
    n = design.independent(units)
    return Interval(
        low=low, high=high, confidence_level=design.confidence_level, method=method, n=n, bounded=True
    )


def plan_alpha(
    *,
    expected: float,
    n_items: int,
    width: float,
    confidence_level: float = 0.95,
    assurance: float | None = None,
    attrition: float = 0.0,
    method: PlannedInterval = "bonett",
    partner_correlation: float | None = None,
) -> SamplePlan:
    """Plan for an interval of coefficient alpha; the options of `plan_sample_size`."""
    if method not in get_args(PlannedInterval):
        note = "the width of other intervals depends on the answers: try them on answers from simulate()"
        raise EstimationError(not_one_of("method", method, get_args(PlannedInterval), note=note))
    r = (
        None
        if partner_correlation is None
        else targets.correlation(partner_correlation, "partner_correlation")
    )
    design = AlphaDesign(
        expected=targets.alpha(expected),
        confidence_level=check_level(confidence_level),
        n_items=targets.number_of_items(n_items),
        method=method,
        partner_correlation=r,
    )
    lost = targets.attrition(attrition)
    n, target_width, required = _smallest_for(design, width, assurance, "person" if r is None else "couple")
    return SamplePlan(
        goal="alpha",
        n_persons=n if r is None else 2 * n,
        n_couples=None if r is None else n,
        invite=invited(n, lost),
        interval=_interval_of(design, n, method),
        probability=design.probability(n, target_width),
        standard_error=None,
        design_effect=None if r is None else design.design_effect,
        method=method,
        assumptions=_alpha_assumptions(r),
        request={
            "expected": design.expected,
            "n_items": design.n_items,
            "width": target_width,
            "confidence_level": design.confidence_level,
            "assurance": required,
            "attrition": lost,
            "method": method,
            "partner_correlation": r,
        },
    )


def _alpha_assumptions(partner_correlation: float | None) -> tuple[str, ...]:
    """Return the assumptions of a plan for alpha."""
    answers = (
        "answers are normal, and items have equal variances and equal covariances; skewed answers need more "
        "persons (docs/explanation/alpha-intervals.md)",
        "no answers are missing",
    )
    if partner_correlation is None:
        return (*answers, _INDEPENDENT)
    return (
        *answers,
        "couples are independent, and the answers of partners are related only through their true scores",
        "the interval will be computed with the couples as clusters: method='adf', clusters=",
    )


def plan_partner_correlation(
    *,
    expected: float,
    width: float,
    confidence_level: float = 0.95,
    assurance: float | None = None,
    attrition: float = 0.0,
) -> SamplePlan:
    """Plan for an interval of the correlation between partners; the options of `plan_sample_size`."""
    design = CorrelationDesign(
        expected=targets.correlation(expected, "expected"), confidence_level=check_level(confidence_level)
    )
    lost = targets.attrition(attrition)
    n, target_width, required = _smallest_for(design, width, assurance, "couple")
    return SamplePlan(
        goal="partner_correlation",
        n_persons=2 * n,
        n_couples=n,
        invite=invited(n, lost),
        interval=_interval_of(design, n, "Fisher z"),
        probability=design.probability(n, target_width),
        standard_error=None,
        design_effect=None,
        method="Fisher z",
        assumptions=(
            "the scores of both partners are bivariate normal",
            "couples are independent",
            "the expected correlation is that of observed scores, which contain measurement error",
        ),
        request={
            "expected": design.expected,
            "width": target_width,
            "confidence_level": design.confidence_level,
            "assurance": required,
            "attrition": lost,
        },
    )


def _statistic(requested: Any, percentile: Any) -> tuple[str, float | None]:
    """Return the statistic of a norm and its percentile, with defaults filled in."""
    default = "mean" if percentile is None else "norm_score"
    statistic = default if requested is None else requested
    if statistic not in _NORMS:
        raise EstimationError(not_one_of("of", statistic, tuple(_NORMS)))
    if statistic == "mean":
        if percentile is not None:
            raise EstimationError(
                f"percentile={percentile!r} is not valid with of='mean'; leave it out, or pass "
                "of='norm_score' or of='percentile_rank'"
            )
        return statistic, None
    if percentile is None:
        raise EstimationError(f"of={statistic!r} depends on the percentile; pass percentile=, such as 5")
    return statistic, targets.percentile(percentile)


def plan_norm(
    *,
    standard_error: float,
    percentile: float | None = None,
    of: NormStatistic | None = None,
    partner_correlation: float | None = None,
    attrition: float = 0.0,
) -> SamplePlan:
    """Plan for the standard error of a norm; the options of `plan_sample_size`."""
    statistic, at = _statistic(of, percentile)
    target = targets.above_zero(standard_error, "standard_error", "the standard error of the norm")
    r = (
        None
        if partner_correlation is None
        else targets.correlation(partner_correlation, "partner_correlation")
    )
    lost = targets.attrition(attrition)
    what, variance_of = _NORMS[statistic]
    variance, effect = variance_of(math.nan if at is None else at / 100, r or 0.0)
    persons_each, unit, fewest = (1, "person", 2) if r is None else (2, "couple", 1)

    def suffices(units: int) -> bool:
        return math.sqrt(variance / (persons_each * units)) <= target * (1 + ROUNDING)

    hint = "" if statistic == "percentile_rank" else _SD_UNITS
    required = targets.smallest(suffices, fewest, f"standard_error={standard_error!r}", unit, hint)
    n = max(required, math.ceil(MIN_PERSONS / persons_each))
    return SamplePlan(
        goal="norm",
        n_persons=persons_each * n,
        n_couples=None if r is None else n,
        invite=invited(n, lost),
        interval=None,
        probability=None,
        standard_error=math.sqrt(variance / (persons_each * n)),
        design_effect=None if r is None else effect,
        method=what if at is None else f"{what} at percentile {at:g}",
        assumptions=_norm_assumptions(statistic, r),
        note=None if n == required else _minimum_note(counted(required, unit), hint),
        request={
            "standard_error": target,
            "percentile": at,
            "of": statistic,
            "partner_correlation": r,
            "attrition": lost,
        },
    )


def _minimum_note(required: str, hint: str) -> str:
    """Return why more persons are planned than the standard error needs."""
    unit = f"; {hint}" if hint else ""
    return f"norms need at least {MIN_PERSONS} persons; this standard error alone needs {required}{unit}"


def _norm_assumptions(statistic: str, partner_correlation: float | None) -> tuple[str, ...]:
    """Return the assumptions of a plan for a norm."""
    parts = ["the sample is drawn at random from the population of the norm"]
    if statistic == "norm_score":
        parts.append("scores are normal, and norm scores are computed from the mean and standard deviation")
    elif statistic == "percentile_rank":
        parts.append("percentile ranks are counted in the sample")
    if partner_correlation is None:
        parts.append(_INDEPENDENT)
    elif statistic == "mean":
        parts.append("both partners of every couple are in the sample, and couples are independent")
    else:
        parts.append(
            "both partners of every couple are in the sample, their scores are bivariate normal, and couples "
            "are independent"
        )
    return tuple(parts)
