"""The six intraclass correlations and their tests, from mean squares or from variance components."""

from __future__ import annotations

import math

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.reliability.agreement.anova import MeanSquares, incomplete_mean_squares, ratio
from intimacy_scales.reliability.agreement.crossed import (
    CrossedData,
    Floats,
    one_way_components,
    two_way_components,
)
from intimacy_scales.reliability.agreement.crossed_squares import crossed_squares
from intimacy_scales.reliability.agreement.icc_result import AS_ALPHA, FORMS, IntraclassCorrelation

_NO_SHARE = "persons differ so little that the variance it is a share of is not above 0"


def icc_forms(
    squares: MeanSquares, k: int, parts: dict[str, float] | None
) -> tuple[IntraclassCorrelation, ...]:
    """Return the six forms with their tests."""
    from scipy.special import fdtrc

    values, forms = _estimates(squares, k, parts), []
    of_one_way = (_f_ratio(squares.between_alone, squares.within), squares.n - 1, squares.df_within)
    of_two_way = (_f_ratio(squares.between, squares.error), squares.df_between, squares.df_error)
    for name, (other, _, meaning) in FORMS.items():
        f, df1, df2 = of_one_way if name.startswith("ICC(1") else of_two_way
        forms.append(
            IntraclassCorrelation(
                name=name,
                mcgraw_wong=other,
                meaning=f"{meaning}{AS_ALPHA}" if name == "ICC(3,k)" and parts is None else meaning,
                estimate=values[name],
                F=f,
                df1=df1,
                df2=df2,
                p_value=float(fdtrc(df1, df2, f)) if math.isfinite(f) else 0.0 if f > 0 else math.nan,
                method="anova" if parts is None else "reml",
                n_raters=k,
                reason=_NO_SHARE if math.isnan(values[name]) else None,
                squares=squares,
            )
        )
    return tuple(forms)


def _f_ratio(between: float, error: float) -> float:
    if error > 0:
        return between / error
    return math.inf if between > 0 else math.nan


def of_incomplete(ratings: Floats) -> tuple[MeanSquares, dict[str, float]]:
    """Return mean squares of incomplete ratings by least squares, and components by restricted likelihood.

    Where nothing is left beside persons, or beside persons and raters, the likelihood rises for ever as
    the variance of it goes to 0; components are then what it leads to.
    """
    there = ~np.isnan(ratings)
    person, rater = np.nonzero(there)
    y = ratings[there][:, None]
    sums = crossed_squares(person, rater, y)
    if sums.df_rest < 1:
        raise EstimationError("so many ratings are missing that no degree of freedom is left for error")
    data, total, means = CrossedData(person, rater, y), float(y.var()), sums.person_means / (len(ratings) - 1)
    alone, within = one_way_components(data, total).tolist() if sums.within > 0 else (means, 0.0)
    if sums.rest > 0:
        persons, raters, error = two_way_components(data, total).tolist()
    elif sums.within > 0:
        persons, raters = sums.person_effects / sums.df_persons, sums.occasion_effects / sums.df_occasions
        error = 0.0
    else:
        persons, raters, error = means, 0.0, 0.0
    parts = {"person": persons, "rater": raters, "residual": error, "person alone": alone, "within": within}
    return incomplete_mean_squares(sums, there.sum(axis=1).astype(float)), parts


def _estimates(squares: MeanSquares, k: int, parts: dict[str, float] | None) -> dict[str, float]:
    """Return the six estimates, from components where there are any."""
    n = squares.n
    if parts is None:
        b, w, r, e = squares.between, squares.within, squares.raters, squares.error
        return {
            "ICC(1,1)": ratio(b - w, b + (k - 1) * w),
            "ICC(2,1)": ratio(b - e, b + (k - 1) * e + k * (r - e) / n),
            "ICC(3,1)": ratio(b - e, b + (k - 1) * e),
            "ICC(1,k)": ratio(b - w, b),
            "ICC(2,k)": ratio(b - e, b + (r - e) / n),
            "ICC(3,k)": ratio(b - e, b),
        }
    persons, raters, error = parts["person"], parts["rater"], parts["residual"]
    alone, within = parts["person alone"], parts["within"]
    return {
        "ICC(1,1)": ratio(alone, alone + within),
        "ICC(2,1)": ratio(persons, persons + raters + error),
        "ICC(3,1)": ratio(persons, persons + error),
        "ICC(1,k)": ratio(alone, alone + within / k),
        "ICC(2,k)": ratio(persons, persons + (raters + error) / k),
        "ICC(3,k)": ratio(persons, persons + error / k),
    }
