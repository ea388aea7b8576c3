"""Whether answers are so skewed or peaked that intervals for normal answers are too narrow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from intimacy_scales.moments.answers import Answers
from intimacy_scales.moments.cross_products import Integers, code_frequencies
from intimacy_scales.moments.item_moments import ItemMoments, highest_code
from intimacy_scales.moments.keyed import Floats, KeyedMoments, items_of, scale_codes

_MOST = 1.0
_BEGINS = "answers are skewed or peaked"


def distribution(counts: Integers) -> tuple[Floats, Floats, Floats]:
    """Return median (in steps), skew and excess kurtosis of counts of the options (k, points), each (k,)."""
    n = counts.sum(axis=1)
    steps = np.arange(counts.shape[1])
    below = np.cumsum(counts, axis=1)
    middle = [np.sum(below <= position[:, None], axis=1) for position in ((n - 1) // 2, n // 2)]
    with np.errstate(invalid="ignore", divide="ignore"):
        median = np.where(n > 0, (middle[0] + middle[1]) / 2, np.nan)
        apart = steps - (counts @ steps / n)[:, None]
        square = apart**2
        sd = np.sqrt(np.sum(counts * square, axis=1) / (n - 1))
        varied = (n > 1) & (np.count_nonzero(counts, axis=1) > 1)
        skew = np.where(varied, np.sum(counts * square * apart, axis=1) / n / sd**3, np.nan)
        kurtosis = np.where(varied, np.sum(counts * square**2, axis=1) / n / sd**4 - 3, np.nan)
    return median, skew, kurtosis


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How far the answers to the items of a scale are from normal.

    Attributes
    ----------
    skewness
        Mean absolute skewness of the items that vary; 0 where none does.
    kurtosis
        Their mean excess kurtosis.
    """

    skewness: float
    kurtosis: float

    @classmethod
    def of(cls, skewness: Floats, kurtosis: Floats) -> Shape:
        """Return the shape of items with these, nan for those that do not vary."""
        return cls(skewness=_mean(np.abs(skewness)), kurtosis=_mean(kurtosis))

    def narrows(self, intervals: str, remedy: str) -> list[str]:
        """Say so where intervals for normal answers are too narrow.

        One rule for alpha and omega. Their variance rests on how squares and products of answers vary
        together. Kurtosis moves that, and so does skewness alone: answers of yes and no have no other
        shape. Where either is above 1, intervals hold some 83 to 93 % where they say 95 %
        (docs/explanation/improper-figures.md).

        Parameters
        ----------
        intervals
            Which intervals.
        remedy
            The option that takes the distribution-free one.
        """
        if not (self.skewness > _MOST or self.kurtosis > _MOST):
            return []
        return [
            f"{_BEGINS} (mean absolute skewness {self.skewness:.1f}, mean excess kurtosis "
            f"{self.kurtosis:.1f}), for which {intervals} intervals are too narrow; {remedy} holds better "
            "from some 200 persons on"
        ]

    def narrows_alpha(self) -> tuple[str, ...]:
        """Say so of the closed forms of alpha."""
        return tuple(self.narrows("bonett, feldt and duhachek", "method='adf'"))

    def narrows_omega(self, remedy: str = "adf") -> tuple[str, ...]:
        """Say so of the closed forms of omega."""
        return tuple(self.narrows("logit and delta", f"method={remedy!r}"))


def shape_of(answers: Answers, moments: KeyedMoments) -> Shape:
    """Return the shape of the answers to a scale's items."""
    _, items = items_of(answers, moments.scale)
    if isinstance(answers, ItemMoments):
        counts = answers.frequencies[items.columns, 1:]
    else:
        highest = highest_code(answers.instrument)
        counts = code_frequencies(scale_codes(answers, items), highest)[:, 1:]
    return Shape.of(*distribution(counts)[1:])


def beside_intervals(warnings: Iterable[str]) -> tuple[str, ...]:
    """Return those warnings that are about a coefficient itself, not about its intervals."""
    return tuple(text for text in warnings if not text.startswith(_BEGINS))


def _mean(values: Floats) -> float:
    """Return the mean of what is finite; 0 where nothing is."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else 0.0
