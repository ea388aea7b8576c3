"""Descriptive statistics of scores of couples."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import TextTable
from intimacy_scales.results.wording import counted, digits_with_spread, shown

if TYPE_CHECKING:
    import pandas as pd

    from intimacy_scales.dyads.scores_of_couples.scores import ScaleOfCouples
else:
    pd = late_module("pandas")

_FIGURES = (
    "mean", "sd", "first_mean", "second_mean", "difference_mean", "difference_sd", "absolute_mean",
    "lower_mean", "higher_mean",
)  # fmt: skip


@result_class
class ScaleOfCouplesSummary(Result):
    """Descriptive statistics of couples' scores on one scale; standard deviations have divisor n - 1.

    Attributes
    ----------
    scale
        The scale's id.
    n
        Couples with both scores, on which all figures rest.
    n_one, n_neither
        Couples with the score of one partner, and with no score.
    mean, sd
        Of the couples' means.
    first_mean, second_mean, difference_mean, difference_sd
        Of both partners and of their difference; nan if partners are exchangeable.
    absolute_mean
        Mean difference without its sign.
    lower_mean, higher_mean
        Of the partners with the lower, and with the higher score.

    Examples
    --------
    >>> from intimacy_scales.dyads import Dyads, couple_scores
    >>> table = [{"a": 5.0, "b": 6.0}, {"a": 4.0, "b": 3.0}, {"a": 2.0, "b": None}]
    >>> dyads = Dyads.of_scores(table, {"trust": {"a": "a", "b": "b"}})
    >>> trust = couple_scores(dyads).summary().scales[0]
    >>> trust.n, trust.n_one, trust.mean, trust.absolute_mean
    (2, 1, 4.5, 1.0)
    """

    scale: str
    n: int
    n_one: int
    n_neither: int
    mean: float
    sd: float
    first_mean: float
    second_mean: float
    difference_mean: float
    difference_sd: float
    absolute_mean: float
    lower_mean: float
    higher_mean: float

    def digits(self, least: int = 2) -> int:
        """Return how many decimals its means and standard deviations are shown with."""
        return digits_with_spread(self.mean, self.sd, self.difference_sd, least=least)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values; None where undefined."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


@result_class
class CoupleScoreSummary(Result):
    """Descriptive statistics of couples' scores.

    Attributes
    ----------
    instrument
        What was answered; None for scores without an instrument.
    partners
        Names of the two partners.
    scales
        One `ScaleOfCouplesSummary` for each scale.

    Examples
    --------
    >>> from intimacy_scales.dyads import Dyads, couple_scores
    >>> table = [{"trust_w": 5.5, "trust_h": 6.0}, {"trust_w": 4.0, "trust_h": 5.0}, {"trust_w": 3.0}]
    >>> dyads = Dyads.of_scores(table, {"trust": {"w": "trust_w", "h": "trust_h"}}, role=True)
    >>> print(couple_scores(dyads).summary())
    Scores of couples
    scale  n  one score  no score  mean (SD)      w      h      difference (SD)  absolute  lower  higher
    trust  2  1          0         5.125 (0.884)  4.750  5.500  -0.750 (0.354)   0.750     4.750  5.500
    """

    instrument: InstrumentRef | None
    partners: tuple[str, str]
    scales: tuple[ScaleOfCouplesSummary, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with one row for each scale."""
        from intimacy_scales.results.frames import pandas_frame

        names = ("scale", "n", "n_one", "n_neither", *_FIGURES)
        return pandas_frame({name: [getattr(row, name) for row in self.scales] for name in names})

    def table(self) -> TextTable:
        """Return the table that is displayed, without differences if partners are exchangeable."""
        first, second = self.partners
        counts = {"n": "n", "one score": "n_one", "no score": "n_neither"}
        columns = {"scale": [row.scale for row in self.scales]}
        columns |= {head: [str(getattr(row, name)) for row in self.scales] for head, name in counts.items()}
        columns |= {
            "mean (SD)": [f"{_text(row, 'mean')} ({_text(row, 'sd')})" for row in self.scales],
            first: [_text(row, "first_mean") for row in self.scales],
            second: [_text(row, "second_mean") for row in self.scales],
            "difference (SD)": [
                f"{_text(row, 'difference_mean')} ({_text(row, 'difference_sd')})" for row in self.scales
            ],
            "absolute": [_text(row, "absolute_mean") for row in self.scales],
            "lower": [_text(row, "lower_mean") for row in self.scales],
            "higher": [_text(row, "higher_mean") for row in self.scales],
        }
        if all(math.isnan(row.difference_mean) for row in self.scales):
            columns = {
                head: texts
                for head, texts in columns.items()
                if head not in (first, second, "difference (SD)")
            }
        return TextTable(title="Scores of couples", columns=columns)

    def __str__(self) -> str:
        table = self.table()
        lines = [tuple(table.columns), *table.rows]
        widths = [max(map(len, texts)) for texts in zip(*lines, strict=True)]
        rows = ["  ".join(t.ljust(w) for t, w in zip(line, widths, strict=True)).rstrip() for line in lines]
        return "\n".join([table.title, *rows])

    def __repr__(self) -> str:
        most = max((row.n for row in self.scales), default=0)
        what = f" {self.instrument}" if self.instrument is not None else ""
        return (
            f"<CoupleScoreSummary{what}: {counted(len(self.scales), 'scale')}, "
            f"up to {counted(most, 'couple')} with both scores>"
        )


def _text(row: ScaleOfCouplesSummary, name: str) -> str:
    return shown(getattr(row, name), row.digits(3))


def summary_of(
    instrument: InstrumentRef | None, partners: tuple[str, str], scales: Iterable[ScaleOfCouples]
) -> CoupleScoreSummary:
    """Return descriptive statistics of the scores of each scale."""
    return CoupleScoreSummary(
        instrument=instrument, partners=partners, scales=tuple(_of_scale(scale) for scale in scales)
    )


def _of_scale(scores: ScaleOfCouples) -> ScaleOfCouplesSummary:
    n_scores = (~np.isnan(scores.both)).sum(axis=1)
    both = n_scores == 2
    signed = scores.signed
    means = {
        "mean": scores.mean,
        "difference_mean": scores.difference,
        "absolute_mean": scores.absolute_difference,
        "lower_mean": scores.lower,
        "higher_mean": scores.higher,
    }
    if signed:
        means |= {"first_mean": scores.first, "second_mean": scores.second}
    figures = {"first_mean": math.nan, "second_mean": math.nan}
    figures |= {name: _mean(values[both]) for name, values in means.items()}
    return ScaleOfCouplesSummary(
        scale=scores.scale,
        n=int(np.count_nonzero(both)),
        n_one=int(np.count_nonzero(n_scores == 1)),
        n_neither=int(np.count_nonzero(n_scores == 0)),
        sd=_sd(scores.mean[both]),
        difference_sd=_sd(scores.difference[both]),
        **figures,
    )


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else math.nan


def _sd(values: NDArray[np.float64]) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else math.nan
