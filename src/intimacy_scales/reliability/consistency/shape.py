"""Skewness and kurtosis of answers, and warnings where normal-theory intervals are too narrow for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from intimacy_scales.moments.answers import Answers
from intimacy_scales.moments.cross_products import Integers, code_frequencies
from intimacy_scales.moments.item_moments import ItemMoments, highest_code
from intimacy_scales.moments.keyed import Floats, KeyedMoments, items_of, scale_codes
from intimacy_scales.results.wording import shown

_MOST = 1.0  # mean absolute skewness, or mean excess kurtosis, without a warning
_BEGINS = "answers are skewed or peaked"


def distribution(counts: Integers) -> tuple[Floats, Floats, Floats]:
    """Return median (in steps), skewness and excess kurtosis of counts of the options (k, points): (k,) each.

    ``m3 / sd**3`` and ``m4 / sd**4 - 3`` with central moments of divisor n and the n - 1 standard deviation.
    """
    n = counts.sum(axis=1)
    steps = np.arange(counts.shape[1])
    cumulative = np.cumsum(counts, axis=1)
    middle_answers = [np.sum(cumulative <= position[:, None], axis=1) for position in ((n - 1) // 2, n // 2)]
    with np.errstate(invalid="ignore", divide="ignore"):
        median = np.where(n > 0, (middle_answers[0] + middle_answers[1]) / 2, np.nan)
        deviations = steps - (counts @ steps / n)[:, None]
        squares = deviations**2
        sd = np.sqrt(np.sum(counts * squares, axis=1) / (n - 1))
        varies = (n > 1) & (np.count_nonzero(counts, axis=1) > 1)
        skew = np.where(varies, np.sum(counts * squares * deviations, axis=1) / n / sd**3, np.nan)
        kurtosis = np.where(varies, np.sum(counts * squares**2, axis=1) / n / sd**4 - 3, np.nan)
    return median, skew, kurtosis


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How far the answers to the items of a scale deviate from normality.

    Attributes
    ----------
    skewness
        Mean absolute skewness of the items that vary; 0 where none does. Of one column, its skewness with the
        sign.
    kurtosis
        Their mean excess kurtosis.
    single
        Whether it is the shape of one column.
    """

    skewness: float
    kurtosis: float
    single: bool

    @classmethod
    def of(cls, skewness: Floats, kurtosis: Floats) -> Shape:
        """Return the shape of items with this skewness and kurtosis; nan marks items that do not vary."""
        single = len(skewness) == 1
        values = skewness if single else np.abs(skewness)
        return cls(skewness=_mean(values), kurtosis=_mean(kurtosis), single=single)

    @property
    def normal_enough(self) -> bool:
        """Whether no warning is needed."""
        return not (abs(self.skewness) > _MOST or self.kurtosis > _MOST)

    def narrows(self, intervals: str, remedy: str) -> list[str]:
        """Return a warning where intervals that assume normality are too narrow.

        The rule is the same for alpha and omega, whose variance depends on how squares and products of
        answers covary. Kurtosis changes that, and so does skewness alone, as with yes-no items. Where either
        is above 1, intervals of nominally 95 % cover the true value in some 83 to 93 % of samples
        (docs/explanation/improper-figures.md).

        Parameters
        ----------
        intervals
            Names of the intervals.
        remedy
            The option for a distribution-free interval.
        """
        if self.normal_enough:
            return []
        return [
            f"{_BEGINS} (mean absolute skewness {shown(abs(self.skewness), 1)}, mean excess kurtosis "
            f"{shown(self.kurtosis, 1)}), for which {intervals} intervals are too narrow; from about 200 "
            f"persons, {remedy} is more accurate"
        ]

    def narrows_alpha(self) -> tuple[str, ...]:
        """Return the warning for the closed forms of alpha."""
        return tuple(self.narrows("bonett, feldt and duhachek", "method='adf'"))

    def narrows_omega(self, remedy: str = "adf") -> tuple[str, ...]:
        """Return the warning for the closed forms of omega."""
        return tuple(self.narrows("logit and delta", f"method={remedy!r}"))

    def narrows_agreement(self, values: str) -> tuple[str, ...]:
        """Return the warning for intervals of agreement of ratings, scores or differences.

        Such intervals are functions of mean squares, whose variance depends on the kurtosis. With skewed
        ratings on five points they covered 80 to 89 % (docs/explanation/intervals.md).
        """
        if self.normal_enough:
            return ()
        which = "" if self.single else "mean absolute "
        skewness, kurtosis = shown(self.skewness, 1), shown(self.kurtosis, 1)
        return (
            f"{values} are skewed or peaked ({which}skewness {skewness}, excess kurtosis {kurtosis}): the "
            "interval assumes normality and is too narrow; nominal 95 % intervals covered 80 to 89 % in "
            "simulations",
        )


def shape_of_columns(values: Floats) -> Shape:
    """Return the shape of columns of numbers (n, k), nan where there is none."""
    deviations = values - np.nanmean(values, axis=0)
    variances = np.nanmean(deviations**2, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        skewness = np.nanmean(deviations**3, axis=0) / variances**1.5
        kurtosis = np.nanmean(deviations**4, axis=0) / variances**2 - 3
    return Shape.of(skewness, kurtosis)


def shape_of(answers: Answers, moments: KeyedMoments) -> Shape:
    """Return the shape of the answers to the items of a scale."""
    _, items = items_of(answers, moments.scale)
    if isinstance(answers, ItemMoments):
        counts = answers.frequencies[items.columns, 1:]
    else:
        highest = highest_code(answers.instrument)
        counts = code_frequencies(scale_codes(answers, items), highest)[:, 1:]
    return Shape.of(*distribution(counts)[1:])


def without_interval_warnings(warnings: Iterable[str]) -> tuple[str, ...]:
    """Return the warnings about a coefficient itself, without those about its intervals."""
    return tuple(text for text in warnings if not text.startswith(_BEGINS))


def _mean(values: Floats) -> float:
    """Return the mean of the finite values; 0 without any."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else 0.0
