"""Descriptive statistics of scores that add up exactly, in any order and any number of parts.

Each score is kept as a whole number of 2**-digits, so many that scores of its scale have up to 50
binary digits, and sums and sums of squares are Python integers: means and standard deviations come
out the same to the bit for one table, a stream of batches, or a cluster.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.instrument.reference import hint_of_wordings
from intimacy_scales.late import late_module
from intimacy_scales.reading.blanks import counted_blanks_text
from intimacy_scales.results.document_types import Unless, by_name, documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.sums import Sums

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_DIGITS = 50
_HALF = 26
_PART = 32_768  # scores at a time: what is made of them stays near the core
_BLOCK = 512  # so many products of 27-bit halves add up within an int64


@result_class
class ScaleSummary(Result, Sums):
    """Exact sums of one scale's scores.

    Attributes
    ----------
    scale
        The scale's id.
    low, high
        Lowest and highest possible score.
    n, n_missing
        Persons with a score, and without.
    total, total_squares
        Sums of ``round(score * 2**digits)`` and of its square.
    minimum, maximum
        Lowest and highest score seen; None without any.
    n_floor, n_ceiling
        Persons at the lowest and at the highest possible score.
    n_prorated
        Persons whose score was made from fewer answers than the scale has items.
    """

    scale: str
    low: float
    high: float
    n: int = 0
    n_missing: int = 0
    total: int = 0
    total_squares: int = 0
    minimum: float | None = None
    maximum: float | None = None
    n_floor: int = 0
    n_ceiling: int = 0
    n_prorated: int = 0

    def __add__(self, other: ScaleSummary) -> ScaleSummary:
        """Return the summary of both parts together."""
        if (self.scale, self.low, self.high) != (other.scale, other.low, other.high):
            raise ValueError(f"summaries of {self.scale} and {other.scale} do not add up")
        lows = [x for x in (self.minimum, other.minimum) if x is not None]
        highs = [x for x in (self.maximum, other.maximum) if x is not None]
        return ScaleSummary(
            scale=self.scale,
            low=self.low,
            high=self.high,
            n=self.n + other.n,
            n_missing=self.n_missing + other.n_missing,
            total=self.total + other.total,
            total_squares=self.total_squares + other.total_squares,
            minimum=min(lows, default=None),
            maximum=max(highs, default=None),
            n_floor=self.n_floor + other.n_floor,
            n_ceiling=self.n_ceiling + other.n_ceiling,
            n_prorated=self.n_prorated + other.n_prorated,
        )

    @property
    def digits(self) -> int:
        """Binary digits after the point that are kept of each score."""
        return kept_digits(self.low, self.high)

    @property
    def mean(self) -> float:
        """Mean of the scores; nan without any."""
        return float(Fraction(self.total, self.n << self.digits)) if self.n else math.nan

    @property
    def sd(self) -> float:
        """Standard deviation of the scores with divisor n - 1; nan below two persons."""
        if self.n < 2:  # one person does not vary
            return math.nan
        squares = self.n * self.total_squares - self.total**2
        return math.sqrt(Fraction(squares, self.n * (self.n - 1) << 2 * self.digits))

    def percent(self, count: int, of: int) -> float:
        """Return a count as percent; nan of none."""
        return 100 * count / of if of else math.nan

    def to_dict(self) -> dict[str, Any]:
        """Return the figures that are shown, None for what is not defined, and the sums behind them."""
        sums = {name: getattr(self, name) for name in self.__slots__}
        return {name: plain(value) for name, value in (self.figures() | sums).items()}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        shown = ("mean", "sd", "min", "max", "% floor", "% ceiling", "% not scored")
        return documented(cls) | dict.fromkeys(shown, float) | {"n prorated": int}

    def figures(self) -> dict[str, Any]:
        """Return the figures that are shown by name; nan for what is not defined."""
        everyone = self.n + self.n_missing
        return {
            "scale": self.scale,
            "n": self.n,
            "mean": self.mean,
            "sd": self.sd,
            "min": math.nan if self.minimum is None else self.minimum,
            "max": math.nan if self.maximum is None else self.maximum,
            "% floor": self.percent(self.n_floor, self.n),
            "% ceiling": self.percent(self.n_ceiling, self.n),
            "% not scored": self.percent(self.n_missing, everyone),
            "n prorated": self.n_prorated,
        }


@result_class
class ScoreSummary(Result, Sums):
    """Descriptive statistics of a set of scores; summaries of parts add up with ``+`` and ``sum()``.

    Attributes
    ----------
    instrument
        What the scores were computed with.
    scales
        One `ScaleSummary` for each scale.
    not_applicable
        Item → to how many persons it does not apply, by their answer; in the order of their ids.
    counted_blanks
        Item → how many of its blanks counted as 0, of items where they may.
    """

    instrument: InstrumentRef
    scales: tuple[ScaleSummary, ...]
    not_applicable: Mapping[str, int] = field(default_factory=dict)
    counted_blanks: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_prorated(self) -> int:
        """Scores, of all scales, that were made from fewer answers than their scale has items."""
        return sum(scale.n_prorated for scale in self.scales)

    def __add__(self, other: ScoreSummary) -> ScoreSummary:
        """Return the summary of both parts together."""
        if self.instrument != other.instrument:
            raise ValueError(
                f"summaries of {self.instrument.told_apart} and {other.instrument.told_apart} do not add up"
                + hint_of_wordings(self.instrument, other.instrument)
            )
        scales = tuple(a + b for a, b in zip(self.scales, other.scales, strict=True))
        none = Counter(self.not_applicable) + Counter(other.not_applicable)
        blanks = {**self.counted_blanks}
        for item, n in other.counted_blanks.items():
            blanks[item] = blanks.get(item, 0) + n
        return ScoreSummary(
            instrument=self.instrument,
            scales=scales,
            not_applicable=dict(sorted(none.items())),
            counted_blanks=blanks,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table: n, mean, sd, min, max, % at floor and ceiling, % not scored, n prorated."""
        from intimacy_scales.results.frames import pandas_frame

        rows = [scale.figures() for scale in self.scales]
        return pandas_frame({name: [row[name] for row in rows] for name in rows[0]}).set_index("scale")

    def to_dict(self) -> dict[str, Any]:
        """Return instrument and figures; None where a figure is not defined."""
        return {
            "instrument": self.instrument.to_dict(),
            "scales": [scale.to_dict() for scale in self.scales],
            **({"not_applicable": dict(self.not_applicable)} if self.not_applicable else {}),
            **({"counted_blanks": dict(self.counted_blanks)} if self.counted_blanks else {}),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        counts = Unless(by_name(int), nothing={})
        return documented(cls) | {"not_applicable": counts, "counted_blanks": counts}

    def __repr__(self) -> str:
        told = f"\n{self.in_words()}" if self.not_applicable else ""
        blanks = counted_blanks_text(self.counted_blanks)
        return f"<ScoreSummary {self.instrument}{blanks}>\n{self.to_frame().round(2).to_string()}{told}"

    def _repr_html_(self) -> str:
        table = str(self.to_frame().to_html(float_format="{:.2f}".format, border=0))
        told = f"<p>{escape(self.in_words())}</p>" if self.not_applicable else ""
        return f"<p>{escape(str(self.instrument))}{counted_blanks_text(self.counted_blanks)}</p>{table}{told}"

    def in_words(self) -> str:
        """Say which items do not apply to how many persons; nothing where all apply to all."""
        told = ", ".join(f"{item} to {n:,}" for item, n in self.not_applicable.items())
        return f"Does not apply, and counts as missing: {told}" if told else ""


def kept_digits(low: float, high: float) -> int:
    """Return how many binary digits after the point are kept of scores between low and high."""
    _, exponent = math.frexp(max(abs(low), abs(high)))
    return max(0, _DIGITS - exponent)


def _exact_sums(scores: NDArray[np.float64], digits: int) -> tuple[int, int]:
    """Return the exact sums of ``round(score * 2**digits)`` and of its square.

    They are taken of some scores at a time, whose products stay near the core.
    """
    sums = [_sums_of_part(scores[at : at + _PART], digits) for at in range(0, len(scores), _PART)]
    return sum(total for total, _ in sums), sum(squares for _, squares in sums)


def _sums_of_part(scores: NDArray[np.float64], digits: int) -> tuple[int, int]:
    whole = np.rint(np.ldexp(scores, digits)).astype(np.int64)
    high, low = whole >> _HALF, whole & ((1 << _HALF) - 1)
    total = (int(high.sum()) << _HALF) + int(low.sum())
    squares = 0
    for product, shift in ((high * high, 2 * _HALF), (high * low, _HALF + 1), (low * low, 0)):
        rest = len(product) % _BLOCK
        blocks = product[: len(product) - rest].reshape(-1, _BLOCK)
        squares += (sum(blocks.sum(axis=1).tolist()) + int(product[len(product) - rest :].sum())) << shift
    return total, squares


def summarize_scale(
    scale: str, scores: NDArray[np.float64], low: float, high: float, *, n_prorated: int
) -> ScaleSummary:
    """Summarize one scale's scores (n_persons,), nan where there is none, so many of them prorated."""
    there = scores[~np.isnan(scores)]
    total, squares = _exact_sums(there, kept_digits(low, high))
    return ScaleSummary(
        scale=scale,
        low=low,
        high=high,
        n=len(there),
        n_missing=len(scores) - len(there),
        total=total,
        total_squares=squares,
        minimum=float(there.min()) if len(there) else None,
        maximum=float(there.max()) if len(there) else None,
        n_floor=int(np.count_nonzero(there == low)),
        n_ceiling=int(np.count_nonzero(there == high)),
        n_prorated=n_prorated,
    )
