"""Dyadic response surface analysis."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from intimacy_scales.dyads.couple_regressions import CoupleRegressions, ErrorRule
from intimacy_scales.dyads.distinguishable import as_distinguishable, check_one_composition
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.given_couples import couples_once, label_order
from intimacy_scales.dyads.surfaces.estimation import surfaces_of
from intimacy_scales.dyads.surfaces.influence import influence_of
from intimacy_scales.dyads.surfaces.polynomial import fitted_polynomial
from intimacy_scales.dyads.surfaces.result import InfluentialCouple, ResponseSurface
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of, shortened
from intimacy_scales.numerics.arguments import is_real
from intimacy_scales.numerics.tolerances import NO_VARIANCE

Floats = NDArray[np.float64]
Centre = Literal["grand_mean", "midpoint"]


def response_surface(
    dyads: Dyads,
    outcome: str,
    predictor: str,
    *,
    distinguishable: bool | None = None,
    estimator: ErrorRule = "ML",
    centre: Centre | float = "grand_mean",
) -> ResponseSurface:
    """Estimate an outcome of both partners as a quadratic function of both partners' scores.

    Parameters
    ----------
    dyads
        Couples.
    outcome, predictor
        Scales, or kept columns of numbers.
    distinguishable
        Whether each partner has a surface of their own. None: if partners have roles.
    estimator
        Rule of the standard errors; the estimates are the same. ``ML``: maximum likelihood, divisor n,
        normal tests. ``MLR``: robust (Huber-White), and too small for curvature in fewer than some hundred
        couples. ``REML``: residual degrees of freedom, t tests; of distinguishable partners these are the
        errors of ordinary least squares in each of them (R's ``lm``).
    centre
        Score from which scores of both partners are measured: ``grand_mean`` over both partners,
        ``midpoint`` of the possible scores, or a number.

    Returns
    -------
    ResponseSurface

    Raises
    ------
    EstimationError
        Too few couples, scores that do not vary or have too few different values, or options that are not
        valid.

    Notes
    -----
    ``y = b0 + b1 own + b2 partner + b3 own^2 + b4 own partner + b5 partner^2 + e`` for both partners, whose
    residuals covary (Schönbrodt, Humberg & Nestler, 2018). Along the line of congruence (both have the same
    score) the slope at the centre is ``a1 = b1 + b2`` and the curvature ``a2 = b3 + b4 + b5``; along the
    line of incongruence (scores are equally far from the centre on opposite sides) they are ``a3 = b1 -
    b2`` and ``a4 = b3 - b4 + b5``; ``a5 = b3 - b5``. Both partners' scores need one centre, as congruence
    means equal scores. The estimates are of closed form: least squares for each partner, or, of
    exchangeable partners, of couple means and half-differences. Couples with a missing score are left out;
    influential ones are reported and used.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> result = response_surface(dyads, "caring", "trust")
    >>> result.surface().estimate("a4")
    <a4: 0.007, SE 0.100, z = 0.07, p = .943>
    """
    if estimator not in get_args(ErrorRule):
        raise EstimationError(not_one_of("estimator", estimator, get_args(ErrorRule)))
    couples = couples_once(dyads)
    check_one_composition(couples, distinguishable)
    by_role = as_distinguishable(couples, distinguishable)
    y, x, places, left_out = _complete(couples, outcome, predictor)
    middle = _centre_of(couples, predictor, x, centre)
    regressions = fitted_polynomial(y, x - middle, distinguishable=by_role, name=predictor)
    partners: Sequence[str | None] = couples.partners if by_role else (None,)
    chisq, df, p = _test_of_roles(regressions, y, x - middle)
    residuals = regressions.partner_covariances(estimator)
    return ResponseSurface(
        instrument=couples.instrument,
        outcome=outcome,
        predictor=predictor,
        partners=couples.partners,
        distinguishable=by_role,
        method=estimator,
        centre=middle,
        lowest=float(x.min()),
        highest=float(x.max()),
        n_couples=len(y),
        left_out=left_out,
        surfaces=surfaces_of(regressions, y, partners, estimator, middle),
        residual_correlation=float(residuals[0, 1] / math.sqrt(residuals[0, 0] * residuals[1, 1])),
        chisq=chisq,
        df=df,
        p=p,
        share_different=_share_different(x),
        outliers=tuple(_outliers(regressions, partners, places)),
        places=places,
    )


def _complete(
    dyads: Dyads, outcome: str, predictor: str
) -> tuple[Floats, Floats, NDArray[np.intp], dict[str, int]]:
    """Return the scores of complete couples by their labels, their places, and why others are left out."""
    if outcome == predictor:
        raise EstimationError(f"outcome and predictor are both {outcome!r}; they must be two variables")
    y, x = dyads.variable(outcome), dyads.variable(predictor)
    complete = np.asarray(~np.isnan(np.hstack([y, x])).any(axis=1))
    n_others = int(np.count_nonzero(~complete))
    left_out = {"with a missing score": n_others} if n_others else {}
    order = label_order(dyads)
    places = order[complete[order]]
    y, x = y[places], x[places]
    for name, scores in ((outcome, y), (predictor, x)):
        if len(scores) and scores.var() <= NO_VARIANCE * float((scores**2).mean()):
            raise EstimationError(
                f"{name} is {scores[0, 0]:g} for everybody; a response surface needs scores that differ"
            )
    if len(x) and (x[:, 0] == x[:, 1]).all():
        raise EstimationError(
            f"both partners have the same score in {predictor} in every couple, so that own and partner's "
            "score cannot be told apart; check the columns of the two partners, or whether it is a "
            "variable of couples"
        )
    return y, x, places, left_out


def _centre_of(dyads: Dyads, predictor: str, scores: Floats, centre: Centre | float) -> float:
    """Return the score from which scores are measured.

    For the grand mean, partners are added first, so that swapping them changes no bit.
    """
    if is_real(centre) and math.isfinite(float(centre)):
        return float(centre)
    if centre == "grand_mean":
        return float(((scores[:, 0] + scores[:, 1]) / 2).mean()) if len(scores) else math.nan
    if centre == "midpoint":
        if predictor not in dyads.ranges:
            raise EstimationError(
                "centre='midpoint' needs the range of possible scores, which is not known for "
                f"{predictor!r}; use centre='grand_mean', or pass the midpoint as a number"
            )
        low, high = dyads.ranges[predictor]
        return (low + high) / 2
    allowed = ", ".join(map(repr, get_args(Centre)))
    raise EstimationError(f"centre={shortened(centre)} is not valid; allowed: {allowed}, or a number")


def _test_of_roles(regressions: CoupleRegressions, y: Floats, x: Floats) -> tuple[float, int, float]:
    """Return the test that surfaces and residual variances of both partners are equal."""
    if not regressions.distinguishable:
        return math.nan, 0, math.nan
    equal = fitted_polynomial(y, x, distinguishable=False)
    chisq = max(0.0, 2 * (regressions.log_likelihood - equal.log_likelihood))
    df = regressions.n_parameters - equal.n_parameters
    return chisq, df, float(chdtrc(df, chisq))


def _share_different(scores: Floats) -> float:
    """Return the share of couples whose partners differ by more than half a standard deviation."""
    mean = ((scores[:, 0] + scores[:, 1]) / 2).mean()
    sd = math.sqrt(float(((scores - mean) ** 2).sum(axis=1).mean()) / 2)
    return float((np.abs(scores[:, 0] - scores[:, 1]) > sd / 2).mean())


def _outliers(
    regressions: CoupleRegressions, partners: Sequence[str | None], places: NDArray[np.intp]
) -> Iterator[InfluentialCouple]:
    """Yield the couples above all limits of influence, in the order of their places."""
    influence = influence_of(regressions)
    marked = np.argwhere(influence.marked)
    for couple, surface in marked[np.argsort(places[marked[:, 0]], kind="stable")].tolist():
        yield InfluentialCouple(
            place=int(places[couple]),
            partner=partners[surface],
            cook=float(influence.cook[couple, surface]),
            dffits=float(influence.dffits[couple, surface]),
            leverage=float(influence.leverage[couple, surface]),
        )
