"""Figures of agreement: what each is, its formula, and the intervals it has (arrays only)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.dyads.agreement.couple_squares import CoupleSquares, Number

FigureName = Literal[
    "pearson_r",
    "icc",
    "double_entry_r",
    "icc_couple_mean",
    "icc_agreement",
    "icc_consistency",
    "mean_difference",
    "standardized_difference",
    "variance_ratio",
]
AgreementInterval = Literal[
    "fisher-z", "F", "lin", "generalized", "shrout-fleiss", "t", "bonett", "pitman", "bootstrap", "bca"
]
RESAMPLING = ("bootstrap", "bca")


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureKind:
    """What a figure of agreement is.

    Attributes
    ----------
    title
        Its name in tables and sentences.
    definition
        Its formula and test, with their sources.
    value
        The figure as a function of sums of squares.
    closed_forms
        Methods of its intervals that need no resampling; the first is the usual one.
    needs_roles
        Whether it depends on which partner comes first.
    holds_for_any_shape
        Whether its closed forms hold approximately for scores of any shape, as those of means do
        (benchmarks/couple_agreement.py).
    bounded
        Whether it cannot exceed 1, so that no zero stands before its decimal point.
    """

    title: str
    definition: str
    value: Callable[[CoupleSquares], Number]
    closed_forms: tuple[AgreementInterval, ...]
    needs_roles: bool = False
    holds_for_any_shape: bool = False
    bounded: bool = True

    @property
    def methods(self) -> tuple[str, ...]:
        """All methods of its intervals."""
        return (*self.closed_forms, *RESAMPLING)


def pearson_r(squares: CoupleSquares) -> Number:
    """Return the correlation of the first partner's scores with the second one's."""
    return np.clip(squares.products / np.sqrt(squares.first * squares.second), -1, 1)


def one_way_icc(squares: CoupleSquares) -> Number:
    """Return ``(MSB - MSW) / (MSB + MSW)``."""
    return (squares.between - squares.within) / (squares.between + squares.within)


def double_entry_r(squares: CoupleSquares) -> Number:
    """Return the correlation over both orders of every couple.

    About the mean of all scores, the sum of products of partners is ``(S - D) / 4`` and the sum of squares
    ``(S + D) / 2``, with S the sum of squares of the couples' sums, and D that of their differences about 0.
    """
    return (squares.sums - squares.raw_differences) / (squares.sums + squares.raw_differences)


def icc_of_couple_mean(squares: CoupleSquares) -> Number:
    """Return ``(MSB - MSW) / MSB``."""
    return (squares.between - squares.within) / squares.between


def icc_agreement(squares: CoupleSquares) -> Number:
    """Return ``(b - e) / (b + e + 2 (r - e) / n)``, with r the mean square between the partners' means."""
    b, e = squares.between, squares.error
    return (b - e) / (b + e + 2 * (squares.partners - e) / squares.n)


def icc_consistency(squares: CoupleSquares) -> Number:
    """Return ``(b - e) / (b + e)``."""
    return (squares.between - squares.error) / (squares.between + squares.error)


def mean_difference(squares: CoupleSquares) -> Number:
    """Return the mean of the first partner's score minus the second one's."""
    return squares.mean_difference


def standardized_difference(squares: CoupleSquares) -> Number:
    """Return ``mean difference / sqrt((sd1² + sd2²) / 2)``."""
    return squares.mean_difference / np.sqrt((squares.first + squares.second) / (2 * (squares.n - 1)))


def variance_ratio(squares: CoupleSquares) -> Number:
    """Return ``sd1² / sd2²``."""
    return squares.first / squares.second


_TWO_SIDED = (
    "F = MSB / MSW with n - 1 and n degrees of freedom; p is two-sided, as partners may differ more than by "
    "chance (Kenny, Kashy & Cook, 2006)"
)
KINDS: dict[str, FigureKind] = {
    "pearson_r": FigureKind(
        title="Pearson r",
        definition="correlation of both partners' scores; t with n - 2 degrees of freedom",
        value=pearson_r,
        closed_forms=("fisher-z",),
        needs_roles=True,
    ),
    "icc": FigureKind(
        title="ICC",
        definition=f"ICC(1,1) = (MSB - MSW) / (MSB + MSW), whichever partner comes first; {_TWO_SIDED}",
        value=one_way_icc,
        closed_forms=("F", "fisher-z"),
    ),
    "double_entry_r": FigureKind(
        title="Double-entry r",
        definition=(
            "correlation over both orders of every couple (pairwise intraclass correlation); z = r sqrt(n) "
            "with n couples, and the standard error 1 / sqrt(n) of independent partners (Griffin & Gonzalez, "
            "1995)"
        ),
        value=double_entry_r,
        closed_forms=("fisher-z", "F"),
    ),
    "icc_couple_mean": FigureKind(
        title="ICC of the couple mean",
        definition=(
            "ICC(1,2) = (MSB - MSW) / MSB, how consistently the mean of both partners tells couples apart; "
            f"{_TWO_SIDED}"
        ),
        value=icc_of_couple_mean,
        closed_forms=("F",),
    ),
    "icc_agreement": FigureKind(
        title="ICC(A,1)",
        definition=(
            "absolute agreement: a difference between the partners' means counts as disagreement "
            "(McGraw & Wong, 1996); F of couples over error, n - 1 and n - 1 degrees of freedom, two-sided"
        ),
        value=icc_agreement,
        closed_forms=("lin", "generalized", "shrout-fleiss"),
        needs_roles=True,
    ),
    "icc_consistency": FigureKind(
        title="ICC(C,1)",
        definition=(
            "consistency: a difference between the partners' means does not count (McGraw & Wong, 1996); F "
            "of couples over error, n - 1 and n - 1 degrees of freedom, two-sided"
        ),
        value=icc_consistency,
        closed_forms=("F",),
        needs_roles=True,
    ),
    "mean_difference": FigureKind(
        title="Mean difference",
        definition="mean of first minus second partner; paired t with n - 1 degrees of freedom",
        value=mean_difference,
        bounded=False,
        closed_forms=("t",),
        needs_roles=True,
        holds_for_any_shape=True,
    ),
    "standardized_difference": FigureKind(
        title="d",
        definition=(
            "d_av = mean difference / sqrt((sd1² + sd2²) / 2) (Cumming, 2012), not corrected for bias; "
            "standard error of Bonett (2008)"
        ),
        value=standardized_difference,
        bounded=False,
        closed_forms=("bonett",),
        needs_roles=True,
        holds_for_any_shape=True,
    ),
    "variance_ratio": FigureKind(
        title="Variance ratio",
        definition=(
            "sd1² / sd2²; Pitman-Morgan test: t of the correlation of sums with differences, n - 2 degrees "
            "of freedom (Pitman, 1939; Morgan, 1939)"
        ),
        value=variance_ratio,
        bounded=False,
        closed_forms=("pitman",),
        needs_roles=True,
    ),
}
