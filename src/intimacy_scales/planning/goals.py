"""A plan for each goal: check the wish, search the smallest sample, say what is assumed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, get_args

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument.norm import MIN_PERSONS
from intimacy_scales.planning import wishes
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
_ROUNDING = 1e-12
_PAIR = 2
_NORMS: dict[str, tuple[str, Callable[[float, float], tuple[float, float]]]] = {
    "mean": ("the mean", mean_variance),
    "norm_score": ("the norm score", norm_score_variance),
    "percentile_rank": ("the percentile rank", rank_variance),
}
_INDEPENDENT = "persons answer independently"
_POINTS = "it is in standard deviations, of which a point of a T score is 0.1"


def _smallest_for(
    design: IntervalDesign, width: Any, assurance: Any, unit: str
) -> tuple[int, float, float | None]:
    """Return the smallest sample, and the wish in numbers."""
    wish = wishes.above_zero(width, "width", "the full width of the interval")
    sure = wishes.assurance(assurance)
    fewest = 1
    while not design.enough(fewest):
        fewest += 1

    def fits(units: int) -> bool:
        narrow = design.width(units) <= wish * (1 + _ROUNDING)
        return narrow and (sure is None or design.probability(units, wish) >= sure * (1 - _ROUNDING))

    said = f"width={width!r}" + ("" if sure is None else f" with assurance={assurance!r}")
    return wishes.smallest(fits, fewest, said, unit), wish, sure


def _interval_of(design: IntervalDesign, units: int, method: str) -> Interval:
    low, high = design.ends(units)
    n = design.independent(units)
    return Interval(low=low, high=high, confidence_level=design.confidence_level, method=method, n=n)


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
        raise EstimationError(
            f"method={method!r}: {', '.join(get_args(PlannedInterval))} can be planned for; the width of the "
            "others depends on the answers, so look at some of simulate()"
        )
    r = (
        None
        if partner_correlation is None
        else wishes.correlation(partner_correlation, "partner_correlation")
    )
    design = AlphaDesign(
        expected=wishes.alpha(expected),
        confidence_level=check_level(confidence_level),
        n_items=wishes.number_of_items(n_items),
        method=method,
        partner_correlation=r,
    )
    lost = wishes.attrition(attrition)
    n, wish, sure = _smallest_for(design, width, assurance, "person" if r is None else "couple")
    return SamplePlan(
        goal="alpha",
        n_persons=n if r is None else 2 * n,
        n_couples=None if r is None else n,
        invite=invited(n, lost),
        interval=_interval_of(design, n, method),
        probability=design.probability(n, wish),
        standard_error=None,
        design_effect=None if r is None else design.design_effect,
        method=method,
        assumptions=_alpha_assumptions(r),
        request={
            "expected": design.expected,
            "n_items": design.n_items,
            "width": wish,
            "confidence_level": design.confidence_level,
            "assurance": sure,
            "attrition": lost,
            "method": method,
            "partner_correlation": r,
        },
    )


def _alpha_assumptions(partner_correlation: float | None) -> tuple[str, ...]:
    answers = (
        "answers are normal, and items have equal variances and equal covariances; skewed answers need more "
        "persons (docs/explanation/alpha-intervals.md)",
        "nobody skips an item",
    )
    if partner_correlation is None:
        return (*answers, _INDEPENDENT)
    return (
        *answers,
        "couples are independent, and nothing but their true scores ties the answers of partners",
        "the interval will be made with the couples as clusters: method='adf', clusters=",
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
        expected=wishes.correlation(expected, "expected"), confidence_level=check_level(confidence_level)
    )
    lost = wishes.attrition(attrition)
    n, wish, sure = _smallest_for(design, width, assurance, "couple")
    return SamplePlan(
        goal="partner_correlation",
        n_persons=2 * n,
        n_couples=n,
        invite=invited(n, lost),
        interval=_interval_of(design, n, "Fisher z"),
        probability=design.probability(n, wish),
        standard_error=None,
        design_effect=None,
        method="Fisher z",
        assumptions=(
            "both partners' scores are normal together",
            "couples are independent",
            "the expected correlation is that of scores as they are measured, with their error",
        ),
        request={
            "expected": design.expected,
            "width": wish,
            "confidence_level": design.confidence_level,
            "assurance": sure,
            "attrition": lost,
        },
    )


def _statistic(of: Any, percentile: Any) -> tuple[str, float | None]:
    """Return which figure of a norm is meant, and its percentile."""
    if of is None:
        of = "mean" if percentile is None else "norm_score"
    if of not in _NORMS:
        raise EstimationError(f"of={of!r}: {', '.join(_NORMS)}")
    if of == "mean":
        if percentile is not None:
            raise EstimationError(
                f"percentile={percentile!r}: a mean has none; leave it out, or pass of='norm_score' or "
                "of='percentile_rank'"
            )
        return of, None
    if percentile is None:
        raise EstimationError(f"of={of!r} depends on the percentile; pass percentile=, such as 5")
    return of, wishes.percentile(percentile)


def plan_norm(
    *,
    standard_error: float,
    percentile: float | None = None,
    of: NormStatistic | None = None,
    partner_correlation: float | None = None,
    attrition: float = 0.0,
) -> SamplePlan:
    """Plan for the standard error of a norm; the options of `plan_sample_size`."""
    figure, at = _statistic(of, percentile)
    wish = wishes.above_zero(standard_error, "standard_error", "how exact the norm should be")
    r = (
        None
        if partner_correlation is None
        else wishes.correlation(partner_correlation, "partner_correlation")
    )
    lost = wishes.attrition(attrition)
    what, variance_of = _NORMS[figure]
    variance, effect = variance_of(math.nan if at is None else at / 100, r or 0.0)
    size, unit, fewest = (1, "person", _PAIR) if r is None else (_PAIR, "couple", 1)

    def fits(units: int) -> bool:
        return math.sqrt(variance / (size * units)) <= wish * (1 + _ROUNDING)

    points = "" if figure == "percentile_rank" else _POINTS
    asked = wishes.smallest(fits, fewest, f"standard_error={standard_error!r}", unit, points)
    n = max(asked, math.ceil(MIN_PERSONS / size))
    return SamplePlan(
        goal="norm",
        n_persons=size * n,
        n_couples=None if r is None else n,
        invite=invited(n, lost),
        interval=None,
        probability=None,
        standard_error=math.sqrt(variance / (size * n)),
        design_effect=None if r is None else effect,
        method=what if at is None else f"{what} at percentile {at:g}",
        assumptions=_norm_assumptions(figure, r),
        note=None if n == asked else _fewest_note(counted(asked, unit), points),
        request={
            "standard_error": wish,
            "percentile": at,
            "of": figure,
            "partner_correlation": r,
            "attrition": lost,
        },
    )


def _fewest_note(asked: str, points: str) -> str:
    unit = f"; {points}" if points else ""
    return f"norms are made of at least {MIN_PERSONS} persons, where this wish alone would take {asked}{unit}"


def _norm_assumptions(figure: str, partner_correlation: float | None) -> tuple[str, ...]:
    parts = ["the sample is drawn at random from those whom the norm is for"]
    if figure == "norm_score":
        parts.append("scores are normal, and norm scores are made with the mean and standard deviation")
    elif figure == "percentile_rank":
        parts.append("percentile ranks are counted in the sample")
    if partner_correlation is None:
        parts.append(_INDEPENDENT)
    elif figure == "mean":
        parts.append("both partners of every couple are in it, and couples are independent")
    else:
        parts.append(
            "both partners of every couple are in it, with scores that are normal together, and couples are "
            "independent"
        )
    return tuple(parts)
