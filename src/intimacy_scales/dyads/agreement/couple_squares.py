"""Sums of squares of couples' sums and differences, from which all figures of agreement follow (arrays only).

With the scores x1 and x2 of both partners, the sum ``s = x1 + x2`` and the square of the difference
``d = x1 - x2`` do not depend on which partner comes first. Figures for exchangeable partners are made of
these alone, so that swapping the partners of any couple changes no bit of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import NO_RESAMPLED_VARIANCE, NO_SUM_OF_SQUARES, ROUNDING
from intimacy_scales.reliability.agreement.anova import MeanSquares
from intimacy_scales.reliability.consistency.bootstrap import Terms

Floats = NDArray[np.float64]
Number = Any  # a float, or an array with a number for each resample


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleSquares:
    """Sums of squares of couples with both scores; for resamples, arrays of them.

    Attributes
    ----------
    n
        Number of couples.
    sums
        Of the couples' sums s, about their mean.
    raw_differences
        Of the couples' differences d, about 0.
    mean_difference
        Mean of d; nan where partners are exchangeable, like the following ones.
    differences
        Of d, about their mean.
    first, second, products
        Of the scores of the first and of the second partner, about their means, and the sum of products.
    """

    n: Number
    sums: Number
    raw_differences: Number
    mean_difference: Number = math.nan
    differences: Number = math.nan
    first: Number = math.nan
    second: Number = math.nan
    products: Number = math.nan

    @property
    def between(self) -> Number:
        """Mean square between couples."""
        return self.sums / (2 * (self.n - 1))

    @property
    def within(self) -> Number:
        """Mean square within couples, whichever partner comes first."""
        return self.raw_differences / (2 * self.n)

    @property
    def error(self) -> Number:
        """Mean square within couples apart from the difference between the partners' means."""
        return self.differences / (2 * (self.n - 1))

    @property
    def partners(self) -> Number:
        """Mean square between the two partners' means."""
        return self.n * self.mean_difference**2 / 2

    def mean_squares(self) -> MeanSquares:
        """Return them as mean squares of couples ("persons") by two partners ("raters")."""
        df = self.n - 1
        return MeanSquares(
            n=self.n,
            k=2,
            per_rater=self.n,
            k_alone=2,
            between=self.between,
            between_alone=self.between,
            within=self.within,
            raters=self.partners,
            error=self.error,
            df_between=df,
            df_raters=1,
            df_error=df,
            df_within=self.n,
        )


def couple_squares(pairs: Floats, *, roles: bool) -> CoupleSquares:
    """Return the sums of squares of pairs of scores (n, 2), with n > 0.

    Parameters
    ----------
    pairs
        Scores of both partners.
    roles
        Whether the first partner of every couple has one role, and the second one the other.
    """
    least = NO_SUM_OF_SQUARES * float(np.sum(np.sort(np.square(pairs), axis=None)))

    def square_sum(deviations: Floats) -> float:
        total = float(np.sum(np.square(deviations)))
        return total if total > least else 0.0

    sums, differences = pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]
    alike = CoupleSquares(
        n=len(pairs), sums=square_sum(sums - sums.mean()), raw_differences=square_sum(differences)
    )
    if not roles:
        return alike
    first, second = (pairs - pairs.mean(axis=0)).T
    return CoupleSquares(
        n=alike.n,
        sums=alike.sums,
        raw_differences=alike.raw_differences,
        mean_difference=float(differences.mean()),
        differences=square_sum(differences - differences.mean()),
        first=square_sum(first),
        second=square_sum(second),
        products=float(first @ second),
    )


class CoupleTerms(Terms):
    """Terms that each couple adds to the sums of a figure, for resampling couples.

    Parameters
    ----------
    pairs
        Scores of both partners (n, 2).
    roles
        As in `couple_squares`.
    value
        The figure as a function of `CoupleSquares`.
    what
        Name of the figure in progress reports.
    """

    def __init__(self, pairs: Floats, *, roles: bool, value: Any, what: str) -> None:
        self.value, self.what, self.roles = value, what, roles
        sums, differences = pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]
        sums = sums - sums.mean()
        columns = [np.ones(len(pairs)), sums, sums**2, differences**2]
        if roles:
            self.mean_difference = float(differences.mean())
            x, y = (pairs - pairs.mean(axis=0)).T
            columns += [x, y, x**2, y**2, x * y, (x - y) ** 2]
        self.rows = np.column_stack(columns)

    def figures(self, sums: Floats) -> Floats:
        """Return the figure for each row of sums (rows, m); nan where it is not defined."""
        with np.errstate(invalid="ignore", divide="ignore"):
            values: Floats = np.array(self.value(self._squares(sums.T)), dtype=np.float64)
        values[~np.isfinite(values)] = np.nan
        return values

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return the figure of each resample (n_resamples,).

        Figures that equal that of all couples but for rounding are set to it: BCa counts how many are below.
        """
        values, whole = super().resampled(n_resamples, rng), self.whole()
        largest = float(np.nanmax(np.abs(values), initial=0.0))
        values[np.abs(values - whole) <= ROUNDING * largest] = whole
        return values

    def _squares(self, columns: Floats) -> CoupleSquares:
        """Return the sums of squares of each resample from columns of sums (m, rows)."""
        n, s, s_squares, raw_differences = columns[:4]
        sums = _about_mean(n, s, s_squares)
        if not self.roles:
            return CoupleSquares(n=n, sums=sums, raw_differences=raw_differences)
        x, y, x_squares, y_squares, products, d_squares = columns[4:]
        return CoupleSquares(
            n=n,
            sums=sums,
            raw_differences=raw_differences,
            mean_difference=self.mean_difference + (x - y) / n,
            differences=_about_mean(n, x - y, d_squares),
            first=_about_mean(n, x, x_squares),
            second=_about_mean(n, y, y_squares),
            products=products - x * y / n,
        )


def _about_mean(n: Floats, total: Floats, squares: Floats) -> Floats:
    """Return sums of squares about the mean; 0 where the values of a resample are equal but for rounding."""
    about = squares - total**2 / n
    return np.where(about > NO_RESAMPLED_VARIANCE * squares, about, 0.0)
