"""Closed-form confidence intervals of figures of agreement (arrays only)."""

from __future__ import annotations

import math
from collections.abc import Callable

from intimacy_scales.dyads.agreement.couple_squares import CoupleSquares
from intimacy_scales.dyads.agreement.figure_kinds import (
    icc_agreement,
    pearson_r,
    standardized_difference,
    variance_ratio,
)
from intimacy_scales.dyads.agreement.significance import (
    NO_VARIANCE_BETWEEN,
    NO_VARIANCE_WITHIN,
    ONE_DIFFERENCE,
    is_perfect,
    standardized_difference_error,
)
from intimacy_scales.reliability.agreement.anova import agreement_interval, one_way_interval, stepped_up
from intimacy_scales.reliability.agreement.generalized import generalized_agreement_interval
from intimacy_scales.reliability.consistency.intervals import fisher_z, symmetric

Ends = tuple[float, float]


def _of_pearson_r(method: str, squares: CoupleSquares, level: float) -> Ends | str:
    r, n = float(pearson_r(squares)), squares.n
    if is_perfect(r):
        return f"no interval by Fisher's z: the scores lie on a line, r = {r:.0f}"
    if n <= 3:
        return "Fisher's z needs at least four couples"
    return fisher_z(r, n, level)


def one_way_z(squares: CoupleSquares) -> float:
    """Return Fisher's z of the intraclass correlation of pairs, ``ln(F) / 2`` (Fisher, 1925).

    It equals ``atanh`` of the ANOVA ICC, and ``atanh(r) + ln(n / (n - 1)) / 2`` of the double-entry r, from
    which it removes the bias.
    """
    return 0.5 * math.log(squares.between / squares.within)


def one_way_z_variance(n: int) -> float:
    """Return the variance of `one_way_z`, ``1 / (n - 3/2)`` (Fisher, 1925)."""
    return 1 / (n - 1.5)


def _of_one_way_icc(method: str, squares: CoupleSquares, level: float) -> Ends | str:
    if not squares.within > 0:
        return f"no interval: {NO_VARIANCE_WITHIN}"
    if not squares.between > 0:
        return f"no interval: {NO_VARIANCE_BETWEEN}"
    if method == "fisher-z":
        low, high = symmetric(one_way_z(squares), one_way_z_variance(squares.n), level)
        return math.tanh(low), math.tanh(high)
    f = squares.between / squares.within
    return one_way_interval(f, 2, (squares.n - 1, squares.n), level)


def _of_couple_mean(method: str, squares: CoupleSquares, level: float) -> Ends | str:
    ends = _of_one_way_icc(method, squares, level)
    return ends if isinstance(ends, str) else (stepped_up(ends[0], 2), stepped_up(ends[1], 2))


def _no_two_way_because(squares: CoupleSquares) -> str | None:
    """Return why intraclass correlations of agreement and consistency have no interval."""
    if not squares.error > 0:
        return f"no interval: {ONE_DIFFERENCE}"
    return None if squares.between > 0 else f"no interval: {NO_VARIANCE_BETWEEN}"


def _of_consistency(method: str, squares: CoupleSquares, level: float) -> Ends | str:
    df, reason = squares.n - 1, _no_two_way_because(squares)
    return reason or one_way_interval(squares.between / squares.error, 2, (df, df), level)


def _of_agreement(method: str, squares: CoupleSquares, level: float) -> Ends | str:
    reason = _no_two_way_because(squares)
    if reason is not None:
        return reason
    if method == "lin":
        return _lin(squares, level)
    mean_squares = squares.mean_squares()
    if method == "generalized":
        ends = generalized_agreement_interval(mean_squares, level)
    else:
        ends = agreement_interval(mean_squares, float(icc_agreement(squares)), level)
    if not all(map(math.isfinite, ends)) or ends[0] > ends[1]:
        return "couples differ less than expected by chance: an end of the interval is undefined"
    return ends


def _lin(squares: CoupleSquares, level: float) -> Ends | str:
    """Return the interval of absolute agreement of two fixed partners (Lin, 1989; corrected 2000).

    In the population, ICC(A,1) of two fixed roles is the concordance correlation ``c = r b``, with ``b = 2 /
    (v + 1/v + u²)``, ``v = sd1 / sd2``, ``u = (mean1 - mean2) / sqrt(sd1 sd2)``, and variances of divisor n.
    In samples they differ by a term of order 1 / n, and only c is always within -1 and 1. The variance of
    ``atanh(c)`` is ``((1 - r²) b² / (1 - c²) + 2 b³ r² (1 - c) u² / (1 - c²)² - b⁴ r² u⁴ / (2 (1 - c²)²)) /
    (n - 2)``.
    """
    if not (squares.first > 0 and squares.second > 0):
        return "no interval: all scores of one partner are equal"
    n, r = squares.n, float(pearson_r(squares))
    v = math.sqrt(squares.first / squares.second)
    u2 = n * squares.mean_difference**2 / math.sqrt(squares.first * squares.second)
    b = 2 / (v + 1 / v + u2)
    c = r * b
    if is_perfect(c):
        return f"no interval: {ONE_DIFFERENCE if c > 0 else NO_VARIANCE_BETWEEN}"
    rest = 1 - c * c
    variance = (
        (1 - r * r) * b**2 / rest
        + 2 * b**3 * r * r * (1 - c) * u2 / rest**2
        - b**4 * r * r * u2**2 / (2 * rest**2)
    ) / (n - 2)
    low, high = symmetric(math.atanh(c), variance, level)
    return math.tanh(low), math.tanh(high)


def _of_mean_difference(method: str, squares: CoupleSquares, level: float) -> Ends | str:
    if not squares.differences > 0:
        return f"no interval: {ONE_DIFFERENCE}"
    df = squares.n - 1
    return symmetric(squares.mean_difference, squares.differences / df / squares.n, level, df=df)


def _of_standardized(method: str, squares: CoupleSquares, level: float) -> Ends | str:
    d = float(standardized_difference(squares))
    return symmetric(d, standardized_difference_error(squares) ** 2, level)


def _of_variance_ratio(method: str, squares: CoupleSquares, level: float) -> Ends | str:
    """Return Pitman's (1939) interval of a variance ratio w, exact for normal scores.

    ``w (k ± sqrt(k² - 1))`` with ``k = 1 + 2 t² (1 - r²) / (n - 2)``, t the quantile with n - 2 degrees of
    freedom, and r the correlation of both partners' scores.
    """
    from scipy.special import stdtrit

    r, df = float(pearson_r(squares)), squares.n - 2
    if is_perfect(r):
        return f"no interval: the scores lie on a line, r = {r:.0f}"
    k = 1 + 2 * float(stdtrit(df, (1 + level) / 2)) ** 2 * (1 - r * r) / df
    w, half = float(variance_ratio(squares)), math.sqrt(k * k - 1)
    return w / (k + half), w * (k + half)  # (k - h)(k + h) = 1


_FORMS: dict[str, Callable[[str, CoupleSquares, float], Ends | str]] = {
    "pearson_r": _of_pearson_r,
    "icc": _of_one_way_icc,
    "double_entry_r": _of_one_way_icc,
    "icc_couple_mean": _of_couple_mean,
    "icc_agreement": _of_agreement,
    "icc_consistency": _of_consistency,
    "mean_difference": _of_mean_difference,
    "standardized_difference": _of_standardized,
    "variance_ratio": _of_variance_ratio,
}


def closed_form(name: str, method: str, squares: CoupleSquares, level: float) -> Ends | str:
    """Return both ends of the interval of a figure that is defined, or why there is no interval."""
    return _FORMS[name](method, squares, level)
