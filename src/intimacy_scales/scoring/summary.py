"""Descriptive statistics of scores, exact for any order and any number of parts.

Each score is rounded to a whole number of 2**-digits, chosen so that the scores of its scale have up to 50
binary digits. Sums and sums of squares are Python integers, so that means and standard deviations are the
same, to the bit, for one table, a stream of batches, or a cluster.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.instrument.reference import hint_of_wordings
from intimacy_scales.late import late_module
from intimacy_scales.reading.blanks import counted_blanks_text
from intimacy_scales.results.default_page import frame_table, frame_text
from intimacy_scales.results.document_types import Unless, by_name, documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.sums import Sums
from intimacy_scales.results.tables import Page

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_DIGITS = 50
_HALF = 26  # bits of the lower half of a score
_PART = 32_768  # scores at a time, so that intermediate arrays stay in cache
_BLOCK = 512  # sums of this many products of 27-bit halves fit into an int64


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
        Persons with and without a score.
    total, total_squares
        Sums of ``round(score * 2**digits)`` and of its square.
    minimum, maximum
        Lowest and highest observed score; None without any.
    n_floor, n_ceiling
        Persons at the lowest and at the highest possible score.
    n_prorated
        Persons whose score was made from fewer answers than the scale has items.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> answers = [{f"ras_{n}": value for n in range(1, 8)} for value in (3, 3, 1)]
    >>> of_scale = score("ras", answers).summary().scales[0]
    >>> of_scale.scale, of_scale.n, of_scale.minimum, of_scale.maximum
    ('total', 3, 2.142857142857143, 3.0)
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
        """Return the summary of both parts combined."""
        if (self.scale, self.low, self.high) != (other.scale, other.low, other.high):
            raise ValueError(
                f"summaries of {self.scale!r} ({self.low:g} to {self.high:g}) and {other.scale!r} "
                f"({other.low:g} to {other.high:g}) cannot be added: scale and range must be the same"
            )
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
        """Number of binary digits kept after the point of each score."""
        return kept_digits(self.low, self.high)

    @property
    def mean(self) -> float:
        """Mean of the scores; nan without any."""
        return float(Fraction(self.total, self.n << self.digits)) if self.n else math.nan

    @property
    def sd(self) -> float:
        """Standard deviation of the scores with divisor n - 1; nan below two persons."""
        if self.n < 2:
            return math.nan
        squares = self.n * self.total_squares - self.total**2
        return math.sqrt(Fraction(squares, self.n * (self.n - 1) << 2 * self.digits))

    def percent(self, count: int, of: int) -> float:
        """Return a count as a percentage of ``of``; nan if that is 0."""
        return 100 * count / of if of else math.nan

    def to_dict(self) -> dict[str, Any]:
        """Return the figures that are shown (None if undefined) and the sums they are computed from."""
        sums = {name: getattr(self, name) for name in self.__slots__}
        return {name: plain(value) for name, value in (self.figures() | sums).items()}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        shown = ("mean", "sd", "min", "max", "% floor", "% ceiling", "% not scored")
        return documented(cls) | dict.fromkeys(shown, float) | {"n prorated": int}

    def figures(self) -> dict[str, Any]:
        """Return the figures that are shown, by name; nan if undefined."""
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
        Item → number of persons who answered that it does not apply; in the order of item ids.
    counted_blanks
        Item → how many of its blanks counted as 0, for items where that is allowed.

    Examples
    --------
    >>> from intimacy_scales import score_stream
    >>> batches = ([{f"ras_{n}": answer for n in range(1, 8)}] for answer in (2, 5, 4))
    >>> summary = sum(scores.summary() for scores in score_stream("ras", batches))
    >>> summary.scales[0].n, summary.scales[0].mean, round(summary.scales[0].sd, 3)
    (3, 3.2857142857142847, 0.655)
    """

    instrument: InstrumentRef
    scales: tuple[ScaleSummary, ...]
    not_applicable: Mapping[str, int] = field(default_factory=dict)
    counted_blanks: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_prorated(self) -> int:
        """Number of scores, over all scales, made from fewer answers than their scale has items."""
        return sum(scale.n_prorated for scale in self.scales)

    def __add__(self, other: ScoreSummary) -> ScoreSummary:
        """Return the summary of both parts combined."""
        if self.instrument != other.instrument:
            raise ValueError(
                f"summaries of {self.instrument.told_apart} and {other.instrument.told_apart} cannot be added"
                + hint_of_wordings(self.instrument, other.instrument)
            )
        scales = tuple(a + b for a, b in zip(self.scales, other.scales, strict=True))
        not_applicable = Counter(self.not_applicable) + Counter(other.not_applicable)
        blanks = {**self.counted_blanks}
        for item, n in other.counted_blanks.items():
            blanks[item] = blanks.get(item, 0) + n
        return ScoreSummary(
            instrument=self.instrument,
            scales=scales,
            not_applicable=dict(sorted(not_applicable.items())),
            counted_blanks=blanks,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table: n, mean, sd, min, max, % at floor and ceiling, % not scored, n prorated."""
        from intimacy_scales.results.frames import pandas_frame

        rows = [scale.figures() for scale in self.scales]
        return pandas_frame({name: [row[name] for row in rows] for name in rows[0]}).set_index("scale")

    def to_dict(self) -> dict[str, Any]:
        """Return the instrument and the figures, None where a figure is undefined."""
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
        not_applicable = f"\n{self.in_words()}" if self.not_applicable else ""
        blanks = counted_blanks_text(self.counted_blanks)
        table = frame_text(self.to_frame())
        return f"<ScoreSummary {self.instrument}{blanks}>\n{table}{not_applicable}"

    def page(self) -> Page:
        """Return what is displayed as data."""
        return Page(
            title=f"{self.instrument}{counted_blanks_text(self.counted_blanks)}",
            tables=(frame_table(self.to_frame()),),
            warnings=tuple(filter(None, [self.in_words()])),
        )

    def in_words(self) -> str:
        """Describe which items do not apply to how many persons; empty if all apply to everybody."""
        items = ", ".join(f"{item} to {n:,}" for item, n in self.not_applicable.items())
        return f"Does not apply, and counts as missing: {items}" if items else ""


def kept_digits(low: float, high: float) -> int:
    """Return how many binary digits to keep after the point of scores between low and high."""
    _, exponent = math.frexp(max(abs(low), abs(high)))
    return max(0, _DIGITS - exponent)


def _exact_sums(scores: NDArray[np.float64], digits: int) -> tuple[int, int]:
    """Return the exact sums of ``round(score * 2**digits)`` and of its square, part by part."""
    sums = [_sums_of_part(scores[at : at + _PART], digits) for at in range(0, len(scores), _PART)]
    return sum(total for total, _ in sums), sum(squares for _, squares in sums)


def _sums_of_part(scores: NDArray[np.float64], digits: int) -> tuple[int, int]:
    """Return the sums over scores that fit in cache.

    A score is ``x = high * 2**h + low`` with ``h = _HALF``, so that
    ``x**2 = high**2 * 2**(2h) + high * low * 2**(h + 1) + low**2``.
    """
    x = np.rint(np.ldexp(scores, digits)).astype(np.int64)
    high, low = x >> _HALF, x & ((1 << _HALF) - 1)
    total = (int(high.sum()) << _HALF) + int(low.sum())
    squares = 0
    for product, shift in ((high * high, 2 * _HALF), (high * low, _HALF + 1), (low * low, 0)):
        n_blocked = len(product) - len(product) % _BLOCK
        blocks = product[:n_blocked].reshape(-1, _BLOCK)
        squares += (sum(blocks.sum(axis=1).tolist()) + int(product[n_blocked:].sum())) << shift
    return total, squares


def summarize_scale(
    scale: str, scores: NDArray[np.float64], low: float, high: float, *, n_prorated: int
) -> ScaleSummary:
    """Summarize the scores of one scale, (n_persons,) with nan for a missing score."""
    observed = scores[~np.isnan(scores)]
    total, squares = _exact_sums(observed, kept_digits(low, high))
    return ScaleSummary(
        scale=scale,
        low=low,
        high=high,
        n=len(observed),
        n_missing=len(scores) - len(observed),
        total=total,
        total_squares=squares,
        minimum=float(observed.min()) if len(observed) else None,
        maximum=float(observed.max()) if len(observed) else None,
        n_floor=int(np.count_nonzero(observed == low)),
        n_ceiling=int(np.count_nonzero(observed == high)),
        n_prorated=n_prorated,
    )
