"""Tests of figures of agreement, with their degrees of freedom (arrays only)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from intimacy_scales.dyads.agreement.couple_squares import CoupleSquares
from intimacy_scales.dyads.agreement.figure_kinds import (
    double_entry_r,
    pearson_r,
    standardized_difference,
)
from intimacy_scales.numerics.tolerances import ROUNDING

NO_VARIANCE_WITHIN = "both partners of every couple have the same score: nothing varies within couples"
NO_VARIANCE_BETWEEN = "the sum of both scores is the same in every couple: nothing varies between couples"
ONE_DIFFERENCE = "the difference between the partners is the same in every couple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Significance:
    """Test that a figure is 0 (a variance ratio: that it is 1).

    Attributes
    ----------
    statistic_name
        ``t``, ``F``, ``z``; empty without a test.
    statistic, df, p_value
        Its value, degrees of freedom, and p value, two-sided.
    p_one_sided
        p value against positive values alone, of F tests; nan for others.
    standard_error
        What t and z are based on, or the interval; nan for F tests and the Pitman-Morgan test.
    reason
        Why the test is undefined; None if it is defined.
    """

    statistic_name: str
    statistic: float = math.nan
    df: tuple[float, ...] = ()
    p_value: float = math.nan
    p_one_sided: float = math.nan
    standard_error: float = math.nan
    reason: str | None = None


def is_perfect(r: float) -> bool:
    """Return whether a correlation is 1 or -1 but for rounding."""
    return 1 - abs(r) <= ROUNDING


def _two_sided_t(t: float, df: int) -> float:
    from scipy.special import stdtr

    return 2 * float(stdtr(df, -abs(t)))


def _correlation(squares: CoupleSquares) -> Significance:
    return _t_of_correlation(float(pearson_r(squares)), squares.n)


def _t_of_correlation(r: float, n: int) -> Significance:
    """Return the t test of a correlation, ``r sqrt((n - 2) / (1 - r²))``; there is none of 1 and -1."""
    if is_perfect(r):
        reason = f"no test: the scores lie on a line, r = {r:.0f}"
        return Significance(statistic_name="t", df=(n - 2,), standard_error=0.0, reason=reason)
    error = math.sqrt((1 - r * r) / (n - 2))
    statistic = r / error
    return Significance(
        statistic_name="t",
        statistic=statistic,
        df=(n - 2,),
        p_value=_two_sided_t(statistic, n - 2),
        standard_error=error,
    )


def _one_way(squares: CoupleSquares) -> Significance:
    return _f_test(squares.between, squares.within, (squares.n - 1, squares.n), NO_VARIANCE_WITHIN)


def _two_way(squares: CoupleSquares) -> Significance:
    return _f_test(squares.between, squares.error, (squares.n - 1, squares.n - 1), ONE_DIFFERENCE)


def _f_test(between: float, error: float, df: tuple[int, int], without_error: str) -> Significance:
    """Return the F test; p is twice the smaller tail, as partners may also be less alike than by chance."""
    from scipy.special import fdtr, fdtrc

    if not (error > 0 and between > 0):
        reason = NO_VARIANCE_BETWEEN if error > 0 else without_error
        return Significance(statistic_name="F", df=df, reason=f"no test: {reason}")
    statistic = between / error
    upper, lower = float(fdtrc(*df, statistic)), float(fdtr(*df, statistic))
    return Significance(
        statistic_name="F",
        statistic=float(statistic),
        df=df,
        p_value=2 * min(upper, lower),
        p_one_sided=upper,
    )


def _double_entry(squares: CoupleSquares) -> Significance:
    """Return the large-sample test of Griffin and Gonzalez (1995): the n couples count, not the 2 n rows."""
    from scipy.special import ndtr

    error = 1 / math.sqrt(squares.n)
    z = float(double_entry_r(squares)) / error
    return Significance(
        statistic_name="z", statistic=z, p_value=2 * float(ndtr(-abs(z))), standard_error=error
    )


def _paired_t(squares: CoupleSquares) -> Significance:
    n = squares.n
    if not squares.differences > 0:
        return Significance(
            statistic_name="t", df=(n - 1,), standard_error=0.0, reason=f"no test: {ONE_DIFFERENCE}"
        )
    error = math.sqrt(squares.differences / (n - 1) / n)
    t = squares.mean_difference / error
    return Significance(
        statistic_name="t", statistic=t, df=(n - 1,), p_value=_two_sided_t(t, n - 1), standard_error=error
    )


def _standardized(squares: CoupleSquares) -> Significance:
    return Significance(statistic_name="", standard_error=standardized_difference_error(squares))


def standardized_difference_error(squares: CoupleSquares) -> float:
    """Return the standard error of d_av (Bonett, 2008, for two dependent samples).

    With the variances v1, v2 and the covariance c, ``s² = (v1 + v2) / 2`` and the variance of differences
    v_d: ``sqrt(d² (v1² + v2² + 2 c²) / (8 (n - 1) s⁴) + v_d / ((n - 1) s²))``.
    """
    df = squares.n - 1
    v1, v2, c = squares.first / df, squares.second / df, squares.products / df
    s2, d = (v1 + v2) / 2, standardized_difference(squares)
    of_sd = d * d * (v1 * v1 + v2 * v2 + 2 * c * c) / (8 * df * s2 * s2)
    return math.sqrt(of_sd + squares.differences / df / (df * s2))


def _pitman_morgan(squares: CoupleSquares) -> Significance:
    """Return the test of equal variances: sums and differences then correlate 0 (Pitman, 1939; Morgan, 1939).

    Their sum of products is the difference between the two partners' sums of squares.
    """
    n = squares.n
    if not (squares.sums > 0 and squares.differences > 0):
        reason = NO_VARIANCE_BETWEEN if squares.differences > 0 else ONE_DIFFERENCE
        return Significance(statistic_name="t", df=(n - 2,), reason=f"no test: {reason}")
    r = (squares.first - squares.second) / math.sqrt(squares.sums * squares.differences)
    test = _t_of_correlation(max(-1.0, min(1.0, r)), n)
    return replace(test, standard_error=math.nan)


_TESTS: dict[str, Callable[[CoupleSquares], Significance]] = {
    "pearson_r": _correlation,
    "icc": _one_way,
    "icc_couple_mean": _one_way,
    "double_entry_r": _double_entry,
    "icc_agreement": _two_way,
    "icc_consistency": _two_way,
    "mean_difference": _paired_t,
    "standardized_difference": _standardized,
    "variance_ratio": _pitman_morgan,
}


def significance_of(name: str, squares: CoupleSquares) -> Significance:
    """Return the test of a figure that is defined."""
    return _TESTS[name](squares)
