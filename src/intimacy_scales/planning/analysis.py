"""Sample sizes for all goals: `plan_sample_size`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, overload

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of
from intimacy_scales.planning.goals import NormStatistic, plan_alpha, plan_norm, plan_partner_correlation
from intimacy_scales.planning.precision import PlannedInterval
from intimacy_scales.planning.result import SamplePlan

# goal → its function, required arguments, and optional ones in addition to attrition
_GOALS: dict[str, tuple[Callable[..., SamplePlan], tuple[str, ...], tuple[str, ...]]] = {
    "alpha": (
        plan_alpha,
        ("expected", "n_items", "width"),
        ("confidence_level", "assurance", "method", "partner_correlation"),
    ),
    "partner_correlation": (
        plan_partner_correlation,
        ("expected", "width"),
        ("confidence_level", "assurance"),
    ),
    "norm": (plan_norm, ("standard_error",), ("percentile", "of", "partner_correlation")),
}


@overload
def plan_sample_size(
    goal: Literal["alpha"],
    *,
    expected: float,
    n_items: int,
    width: float,
    confidence_level: float | None = None,
    assurance: float | None = None,
    method: PlannedInterval | None = None,
    partner_correlation: float | None = None,
    attrition: float = 0.0,
) -> SamplePlan: ...


@overload
def plan_sample_size(
    goal: Literal["partner_correlation"],
    *,
    expected: float,
    width: float,
    confidence_level: float | None = None,
    assurance: float | None = None,
    attrition: float = 0.0,
) -> SamplePlan: ...


@overload
def plan_sample_size(
    goal: Literal["norm"],
    *,
    standard_error: float,
    percentile: float | None = None,
    of: NormStatistic | None = None,
    partner_correlation: float | None = None,
    attrition: float = 0.0,
) -> SamplePlan: ...


def plan_sample_size(
    goal: str,
    *,
    expected: float | None = None,
    n_items: int | None = None,
    width: float | None = None,
    confidence_level: float | None = None,
    assurance: float | None = None,
    method: PlannedInterval | None = None,
    standard_error: float | None = None,
    percentile: float | None = None,
    of: NormStatistic | None = None,
    partner_correlation: float | None = None,
    attrition: float = 0.0,
) -> SamplePlan:
    """Find the smallest number of persons or couples for an estimate of a given precision.

    Parameters
    ----------
    goal
        ``alpha``: an interval of coefficient alpha (``expected``, ``n_items``, ``width``).
        ``partner_correlation``: an interval of the correlation between partners (``expected``,
        ``width``). ``norm``: a standard error of a norm (``standard_error``).
    expected
        The expected alpha or correlation. If several values are plausible, the one nearest to 0 needs the
        largest sample.
    n_items
        Number of items of the scale.
    width
        Full width of the interval, from its lower to its upper end.
    confidence_level
        Confidence level of the interval; 0.95 by default.
    assurance
        Probability, at least 0.5, that the interval of a sample is at most this wide. Without it, the
        interval of a sample whose estimate is the expected one is; about half of all samples have a wider
        one.
    method
        Interval of alpha: ``bonett`` (default), ``bonett-wright`` or ``feldt``.
    standard_error
        In standard deviations of the score (0.1 is one point of a T score); for ``percentile_rank`` in
        percentile points. At least 30 persons are planned, since `Norm.from_scores` requires them.
    percentile
        The place on the scale at which the norm should have this standard error, between 0 and 100.
    of
        Statistic of the norm: the ``mean``; the ``norm_score`` (z or T, from the sample's mean and standard
        deviation) of persons at this percentile, the default with ``percentile``; or their
        ``percentile_rank``, counted in the sample.
    partner_correlation
        For ``alpha`` and ``norm``, if both partners answer and are analysed together: the expected
        correlation of their scores. Leave it out if one partner of each couple is analysed, as for separate
        norms of each role.
    attrition
        Expected share of those invited who are lost; with couples, share of couples that lose a partner.

    Returns
    -------
    SamplePlan
        The number of persons or couples, their interval or standard error, and the number to invite.

    Raises
    ------
    EstimationError
        Numbers out of range, options of another goal, or a precision that any sample reaches or none does.

    Notes
    -----
    The search uses the interval that the library reports, so that
    ``cronbach_alpha(...).confidence_interval()`` is exactly as wide as planned if the estimate is the
    expected one.

    *alpha*: ``ln(1 - estimate)`` with variance ``2k / ((k - 1)(n - 2))``. An approximation in closed form is
    ``n0 = 8k / (k - 1) (1 - alpha)**2 (z / width)**2 + 2``, then ``(n0 - 2)(width0 / width)**2 + 2`` with
    the width at n0 (Bonett, 2002; Bonett & Wright, 2015). By the F distribution of Feldt (1965), the mean
    width over samples is ``(n - 1) / (n - 3)`` times the planned one; the probability of a narrow interval
    comes from the same distribution. With partners, n persons count as ``n / (1 + r**2 (k - 1) / k)``.

    *partner_correlation*: Fisher's z with variance ``1 / (n - 3)``; approximately
    ``4 (1 - rho**2)**2 (z / width)**2 + 3`` (Bonett & Wright, 2000).

    *norm*: the squared standard error is ``1 / n`` for a mean, ``(1 + z**2 / 2) / n`` for a norm score at
    the normal quantile z, by the delta method for normal scores (it increases with z: Crawford &
    Garthwaite, 2008), and ``100**2 p (1 - p) / n`` for a percentile rank (Oosterhuis, van der Ark &
    Sijtsma, 2017). Partners multiply it by a design effect: ``1 + r`` for a mean (Kish, 1965), and closer to
    1 for the others.

    Examples
    --------
    >>> plan_sample_size("alpha", expected=0.85, n_items=8, width=0.10)
    <Plan for alpha: 84 persons; 95% interval [.792, .892], bonett>
    >>> plan = plan_sample_size("partner_correlation", expected=0.40, width=0.20, attrition=0.2)
    >>> plan.n_couples, plan.invite
    (273, 342)
    >>> plan_sample_size("norm", standard_error=0.1, partner_correlation=0.4)
    <Plan for norm: 70 couples (140 persons); standard error 0.100 of the mean>
    """
    if not isinstance(goal, str) or goal not in _GOALS:
        raise EstimationError(not_one_of("goal", goal, tuple(_GOALS)))
    options = {
        "expected": expected,
        "n_items": n_items,
        "width": width,
        "confidence_level": confidence_level,
        "assurance": assurance,
        "method": method,
        "standard_error": standard_error,
        "percentile": percentile,
        "of": of,
        "partner_correlation": partner_correlation,
    }
    given = {name: value for name, value in options.items() if value is not None}
    plan, required, optional = _GOALS[goal]
    missing = [name for name in required if name not in given]
    foreign = [name for name in given if name not in required + optional]
    if missing or foreign:
        fault = f"needs {', '.join(missing)}" if missing else f"does not take {', '.join(foreign)}"
        raise EstimationError(
            f"goal={goal!r} {fault}; required: {', '.join(required)}; optional: "
            f"{', '.join(optional)}, attrition"
        )
    return plan(**given, attrition=attrition)
