"""How many persons or couples a study needs: the one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, overload

from intimacy_scales.errors import EstimationError
from intimacy_scales.planning.goals import NormStatistic, plan_alpha, plan_norm, plan_partner_correlation
from intimacy_scales.planning.precision import PlannedInterval
from intimacy_scales.planning.result import SamplePlan

# goal → its function, what it must be told, what it may be told beside attrition
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
    """Find the fewest persons or couples for an estimate as exact as is wished.

    Parameters
    ----------
    goal
        ``alpha``: an interval of coefficient alpha (``expected``, ``n_items``, ``width``).
        ``partner_correlation``: an interval of the correlation between partners (``expected``,
        ``width``). ``norm``: a standard error of a norm (``standard_error``).
    expected
        The alpha, or the correlation, that is expected. Of several that may be, the one nearest to 0
        needs the most.
    n_items
        Items of the scale.
    width
        Full width of the interval, from its lower to its upper end.
    confidence_level
        Of the interval; 0.95 by default.
    assurance
        Probability, at least 0.5, with which the interval of a sample shall be so narrow. Without it,
        that of a sample whose estimate is the expected one is; about every other sample has a wider one.
    method
        Which interval of alpha: ``bonett`` (default), ``bonett-wright`` or ``feldt``.
    standard_error
        In standard deviations of the score (a tenth of one is a point of a T score: for one point of T
        wish 0.1); for ``percentile_rank`` in percentile points. At least 30 persons are planned, since
        `Norm.from_scores` makes no norms of fewer.
    percentile
        Where on the scale the norm should be so exact, between 0 and 100.
    of
        Which norm: the ``mean``; the ``norm_score`` (z or T, from the sample's mean and standard
        deviation) of persons at this percentile, the default with ``percentile``; their
        ``percentile_rank``, counted in the sample.
    partner_correlation
        For ``alpha`` and ``norm``, where both partners answer and are analysed together: how their
        scores are expected to correlate. Leave it out where one partner of each couple counts, as for
        norms of each role.
    attrition
        Share of those invited who will be lost; of couples, the share of which a partner is lost.

    Returns
    -------
    SamplePlan
        With the interval or standard error that this many buy, and how many to invite.

    Raises
    ------
    EstimationError
        Numbers out of range, options of another goal, a wish that any sample or none fulfils.

    Notes
    -----
    The number is searched for with the interval that the library reports, so that
    ``cronbach_alpha(...).confidence_interval()`` of an estimate as expected is exactly as wide as planned.

    *alpha*: ``ln(1 - estimate)`` with variance ``2k / ((k - 1)(n - 2))``. Closed forms come near:
    ``n0 = 8k / (k - 1) (1 - alpha)**2 (z / width)**2 + 2``, then ``(n0 - 2)(width0 / width)**2 + 2`` with
    the width at n0 (Bonett, 2002; Bonett & Wright, 2015). Over samples the mean width is
    ``(n - 1) / (n - 3)`` times the planned one, by the F distribution of Feldt (1965), from which
    the probability of a narrow interval comes too. Partners make n persons count as
    ``n / (1 + r**2 (k - 1) / k)``.

    *partner_correlation*: Fisher's z with variance ``1 / (n - 3)``; near
    ``4 (1 - rho**2)**2 (z / width)**2 + 3`` (Bonett & Wright, 2000).

    *norm*: the squared standard error is ``1 / n`` for a mean, ``(1 + z**2 / 2) / n`` for a norm score at
    the normal quantile z, by the delta method for normal scores (that it grows with z: Crawford &
    Garthwaite, 2008), and ``100**2 p (1 - p) / n`` for a percentile rank (Oosterhuis, van der Ark &
    Sijtsma, 2017). Partners enlarge it by a design effect: ``1 + r`` for a mean (Kish, 1965), nearer to 1
    for the others.

    Examples
    --------
    >>> plan_sample_size("alpha", expected=0.85, n_items=8, width=0.10)
    <Plan for alpha: 84 persons; 95% interval [0.792, 0.892], bonett>
    >>> plan = plan_sample_size("partner_correlation", expected=0.40, width=0.20, attrition=0.2)
    >>> plan.n_couples, plan.invite
    (273, 342)
    >>> plan_sample_size("norm", standard_error=0.1, partner_correlation=0.4)
    <Plan for norm: 70 couples (140 persons); standard error 0.100 of the mean>
    """
    if not isinstance(goal, str) or goal not in _GOALS:
        raise EstimationError(f"goal={goal!r}: there are {', '.join(map(repr, _GOALS))}")
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
    plan, needed, possible = _GOALS[goal]
    missing = [name for name in needed if name not in given]
    foreign = [name for name in given if name not in needed + possible]
    if missing or foreign:
        wrong = f"needs {', '.join(missing)}" if missing else f"has no use for {', '.join(foreign)}"
        raise EstimationError(
            f"goal={goal!r} {wrong}; it takes {', '.join(needed)}, and may take "
            f"{', '.join(possible)}, attrition"
        )
    return plan(**given, attrition=attrition)
