"""Limits of agreement: between which differences of two occasions lie (Bland & Altman, 1986)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.late import late_module
from intimacy_scales.reliability.consistency.conditions import few_persons
from intimacy_scales.reliability.consistency.intervals import fisher_z, normal_quantile
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval, check_level
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import percent, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_SLOPED = 0.05  # p of the correlation of differences with means


@result_class
class LimitsOfAgreement(Result):
    """Between which differences of two occasions lie, with intervals of the limits.

    Attributes
    ----------
    bias, bias_interval
        Mean difference, after less before, and its interval (t).
    lower, upper
        ``bias ± z sd`` of the differences.
    lower_interval, upper_interval
        Of the limits in the population.
    level
        Share of differences that the limits enclose, if these are normal.
    sd
        Standard deviation of the differences.
    r_with_mean
        Correlation of a person's difference with the mean of both scores. Away from 0, persons with high
        scores change more or less than others, and one pair of limits does not suit all.
    n
        Persons.
    definition
        How they were made.
    """

    title: ClassVar[str] = "Limits of agreement"

    bias: float
    bias_interval: Interval
    lower: float
    lower_interval: Interval
    upper: float
    upper_interval: Interval
    level: float
    sd: float
    r_with_mean: float
    n: int
    definition: str

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before they are used."""
        told = few_persons(self.n)
        if not math.isnan(self.r_with_mean) and 0 not in fisher_z_interval(self.r_with_mean, self.n):
            told.append(
                f"differences correlate {self.r_with_mean:.2f} with means: one pair of limits does not suit "
                "low and high scores alike"
            )
        return tuple(told)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        fields: dict[str, Any] = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {"warnings": [*self.warnings]}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, warnings=Sequence[str])

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table: a row each for the bias and the two limits, with intervals."""
        from intimacy_scales.results.frames import pandas_frame

        rows = ("lower", "bias", "upper")
        intervals = [getattr(self, f"{name}_interval") for name in rows]
        columns = {
            "": list(rows),
            "estimate": [getattr(self, name) for name in rows],
            "low": [made.low for made in intervals],
            "high": [made.high for made in intervals],
        }
        return pandas_frame(columns).set_index("").rename_axis(None)

    def __repr__(self) -> str:
        told = "".join(f"\n ! {text}" for text in self.warnings)
        return (
            f"<{self.title}, {percent(self.level)}: {shown(self.lower)} {self.lower_interval} to "
            f"{shown(self.upper)} {self.upper_interval}; bias {shown(self.bias)} {self.bias_interval}; "
            f"n = {self.n}{told}>"
        )


def fisher_z_interval(r: float, n: int) -> Interval:
    """Return the 95 % interval of a correlation."""
    low, high = fisher_z(r, n, 1 - _SLOPED)
    return Interval(low=low, high=high, confidence_level=1 - _SLOPED, method="Fisher z", n=n)


def limits_of_agreement(
    pairs: NDArray[np.float64], level: float, confidence_level: float
) -> LimitsOfAgreement:
    """Return the limits of the differences of pairs of scores (n, 2)."""
    from scipy.special import stdtrit

    z = normal_quantile(check_level(level))
    check_level(confidence_level)
    change, means = pairs[:, 1] - pairs[:, 0], pairs.mean(axis=1)
    n, bias, sd = len(change), float(change.mean()), float(change.std(ddof=1))
    half = float(stdtrit(n - 1, (1 + confidence_level) / 2)) * sd / math.sqrt(n)
    near, far = exact_limit(n, z, confidence_level)

    def made(low: float, high: float, method: str) -> Interval:
        return Interval(low=low, high=high, confidence_level=confidence_level, method=method, n=n)

    flat = sd > 0 and float(means.std()) > 0
    return LimitsOfAgreement(
        bias=bias,
        bias_interval=made(bias - half, bias + half, "t"),
        lower=bias - z * sd,
        lower_interval=made(bias - far * sd, bias - near * sd, "noncentral t"),
        upper=bias + z * sd,
        upper_interval=made(bias + near * sd, bias + far * sd, "noncentral t"),
        level=level,
        sd=sd,
        r_with_mean=float(np.corrcoef(change, means)[0, 1]) if flat else math.nan,
        n=n,
        definition=f"mean difference ± {z:.4g} sd (Bland & Altman, 1986); noncentral t (Carkeet, 2015)",
    )


def exact_limit(n: int, z: float, confidence_level: float) -> tuple[float, float]:
    """Return how many sds from the mean difference the ends of the interval of a limit lie.

    ``sqrt(n) (mean + k sd - limit) / sd`` has a noncentral t distribution with the noncentrality
    ``z sqrt(n)`` for normal differences, so that both ends are exact (Carkeet, 2015).
    """
    from scipy.special import nctdtrit

    tail = (1 - confidence_level) / 2
    root = math.sqrt(n)
    near, far = (float(nctdtrit(n - 1, z * root, share)) / root for share in (tail, 1 - tail))
    return near, far
