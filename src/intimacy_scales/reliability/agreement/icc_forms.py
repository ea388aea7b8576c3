"""Six intraclass correlations and their tests, from mean squares or from variance components."""

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

_NO_VARIANCE = "persons differ so little that the total variance in its denominator is not above 0"


def icc_forms(
    squares: MeanSquares,
    k: int,
    variances: dict[str, float] | None,
    interval_warnings: tuple[str, ...] = (),
) -> tuple[IntraclassCorrelation, ...]:
    """Return the six forms with their tests; variance components are given for incomplete ratings only."""
    from scipy.special import fdtrc

    complete = variances is None
    estimates, forms = _estimates(squares, k, variances), []
    one_way_test = (_f_ratio(squares.between_alone, squares.within), squares.n - 1, squares.df_within)
    two_way_test = (_f_ratio(squares.between, squares.error), squares.df_between, squares.df_error)
    for name, (mcgraw_wong, _, meaning) in FORMS.items():
        f, df1, df2 = one_way_test if name.startswith("ICC(1") else two_way_test
        forms.append(
            IntraclassCorrelation(
                name=name,
                mcgraw_wong=mcgraw_wong,
                meaning=f"{meaning}{AS_ALPHA}" if name == "ICC(3,k)" and complete else meaning,
                estimate=estimates[name],
                F=f,
                df1=df1,
                df2=df2,
                p_value=float(fdtrc(df1, df2, f)) if math.isfinite(f) else 0.0 if f > 0 else math.nan,
                method="anova" if complete else "reml",
                n_raters=k,
                reason=_NO_VARIANCE if math.isnan(estimates[name]) else None,
                squares=squares,
                interval_warnings=interval_warnings,
            )
        )
    return tuple(forms)


def _f_ratio(between: float, error: float) -> float:
    """Return F; infinite without error variance, nan if nothing varies."""
    if error > 0:
        return between / error
    return math.inf if between > 0 else math.nan


def squares_and_variances(ratings: Floats) -> tuple[MeanSquares, dict[str, float]]:
    """Return mean squares of incomplete ratings (least squares) and variance components (REML).

    Where the residual sum of squares is 0, the likelihood grows without bound as the residual variance goes
    to 0. The components are then its limit: the variances of the estimated effects.
    """
    rated = ~np.isnan(ratings)
    person, rater = np.nonzero(rated)
    y = ratings[rated][:, None]
    sums = crossed_squares(person, rater, y)
    if sums.df_rest < 1:
        raise EstimationError(
            f"{sums.n_cells} ratings of {sums.n_persons} persons by {sums.n_occasions} raters leave no "
            "degrees of freedom for error; more ratings are needed, or fewer raters"
        )
    data, total = CrossedData(person, rater, y), float(y.var())
    variance_of_means = sums.person_means / (len(ratings) - 1)
    alone, within = variance_of_means, 0.0
    if sums.within > 0:
        alone, within = one_way_components(data, total).tolist()
    if sums.rest > 0:
        persons, raters, error = two_way_components(data, total).tolist()
    elif sums.within > 0:
        persons, raters = sums.person_effects / sums.df_persons, sums.occasion_effects / sums.df_occasions
        error = 0.0
    else:
        persons, raters, error = variance_of_means, 0.0, 0.0
    variances = {"person": persons, "rater": raters, "residual": error}
    variances |= {"person alone": alone, "within": within}  # of the one-way model, without raters
    return incomplete_mean_squares(sums, rated.sum(axis=1).astype(float)), variances


def _estimates(squares: MeanSquares, k: int, variances: dict[str, float] | None) -> dict[str, float]:
    """Return the six estimates, from variance components if they are given."""
    n = squares.n
    if variances is None:  # Shrout & Fleiss (1979)
        b, w, r, e = squares.between, squares.within, squares.raters, squares.error
        return {
            "ICC(1,1)": ratio(b - w, b + (k - 1) * w),
            "ICC(2,1)": ratio(b - e, b + (k - 1) * e + k * (r - e) / n),
            "ICC(3,1)": ratio(b - e, b + (k - 1) * e),
            "ICC(1,k)": ratio(b - w, b),
            "ICC(2,k)": ratio(b - e, b + (r - e) / n),
            "ICC(3,k)": ratio(b - e, b),
        }
    persons, raters, error = variances["person"], variances["rater"], variances["residual"]
    alone, within = variances["person alone"], variances["within"]
    return {  # McGraw & Wong (1996)
        "ICC(1,1)": ratio(alone, alone + within),
        "ICC(2,1)": ratio(persons, persons + raters + error),
        "ICC(3,1)": ratio(persons, persons + error),
        "ICC(1,k)": ratio(alone, alone + within / k),
        "ICC(2,k)": ratio(persons, persons + (raters + error) / k),
        "ICC(3,k)": ratio(persons, persons + error / k),
    }
