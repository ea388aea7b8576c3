"""Limits of agreement between the scores of two occasions (Bland & Altman, 1986)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.late import late_module
from intimacy_scales.reliability.consistency.conditions import few_persons
from intimacy_scales.reliability.consistency.intervals import fisher_z, normal_quantile
from intimacy_scales.reliability.consistency.shape import shape_of_columns
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval, check_level
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, percent, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_SIGNIFICANCE_LEVEL = 0.05  # of the correlation of differences with means


@result_class
class LimitsOfAgreement(Result):
    """Limits that enclose most differences between two occasions, with their confidence intervals.

    Attributes
    ----------
    bias, bias_interval
        Mean difference, after minus before, and its interval (t).
    lower, upper
        ``bias ± z sd`` of the differences.
    lower_interval, upper_interval
        Confidence intervals of the two limits in the population.
    level
        Share of the differences that the limits enclose if differences are normal.
    sd
        Standard deviation of the differences.
    r_with_mean
        Correlation of a person's difference with the mean of both scores. If it differs from 0, persons with
        high scores change more or less than others, and one pair of limits does not suit all.
    n
        Number of persons.
    definition
        Formulas of the limits and of their intervals, with sources.

    Examples
    --------
    >>> from intimacy_scales.reliability import test_retest
    >>> limits = test_retest([3, 5, 2, 4, 6, 1], [3, 4, 2, 5, 6, 2]).limits_of_agreement()
    >>> round(limits.lower, 2), round(limits.bias, 2), round(limits.upper, 2)
    (-1.31, 0.17, 1.64)
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
        """Cautions about using the limits."""
        cautions = few_persons(self.n)
        if not math.isnan(self.r_with_mean) and 0 not in fisher_z_interval(self.r_with_mean, self.n):
            cautions.append(
                f"differences correlate {apa(self.r_with_mean)} with means: one pair of limits does not suit "
                "low and high scores alike"
            )
        return (*cautions, *self.lower_interval.warnings)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        fields: dict[str, Any] = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {"warnings": [*self.warnings]}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, warnings=Sequence[str])

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for the bias and for each limit, and their intervals."""
        from intimacy_scales.results.frames import pandas_frame

        rows = ("lower", "bias", "upper")
        intervals = [getattr(self, f"{name}_interval") for name in rows]
        columns = {
            "": list(rows),
            "estimate": [getattr(self, name) for name in rows],
            "low": [interval.low for interval in intervals],
            "high": [interval.high for interval in intervals],
        }
        return pandas_frame(columns).set_index("").rename_axis(None)

    def __repr__(self) -> str:
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return (
            f"<{self.title}, {percent(self.level)}: {shown(self.lower)} {self.lower_interval} to "
            f"{shown(self.upper)} {self.upper_interval}; bias {shown(self.bias)} {self.bias_interval}; "
            f"n = {self.n}{cautions}>"
        )


def fisher_z_interval(r: float, n: int) -> Interval:
    """Return the 95 % confidence interval of a correlation."""
    confidence_level = 1 - _SIGNIFICANCE_LEVEL
    low, high = fisher_z(r, n, confidence_level)
    return Interval(
        low=low, high=high, confidence_level=confidence_level, method="Fisher z", n=n, bounded=True
    )


def limits_of_agreement(
    pairs: NDArray[np.float64], level: float, confidence_level: float
) -> LimitsOfAgreement:
    """Return the limits of agreement of pairs of scores (n, 2)."""
    from scipy.special import stdtrit

    z = normal_quantile(check_level(level, "level"))
    check_level(confidence_level)
    change, means = pairs[:, 1] - pairs[:, 0], pairs.mean(axis=1)
    n, bias, sd = len(change), float(change.mean()), float(change.std(ddof=1))
    half_width = float(stdtrit(n - 1, (1 + confidence_level) / 2)) * sd / math.sqrt(n)
    near, far = exact_limit(n, z, confidence_level)

    narrow = shape_of_columns(change[:, None]).narrows_agreement("differences")

    def interval(low: float, high: float, method: str, warnings: tuple[str, ...] = narrow) -> Interval:
        return Interval(
            low=low, high=high, confidence_level=confidence_level, method=method, n=n, warnings=warnings
        )

    both_vary = sd > 0 and float(means.std()) > 0
    return LimitsOfAgreement(
        bias=bias,
        bias_interval=interval(bias - half_width, bias + half_width, "t", ()),
        lower=bias - z * sd,
        lower_interval=interval(bias - far * sd, bias - near * sd, "noncentral t"),
        upper=bias + z * sd,
        upper_interval=interval(bias + near * sd, bias + far * sd, "noncentral t"),
        level=level,
        sd=sd,
        r_with_mean=float(np.corrcoef(change, means)[0, 1]) if both_vary else math.nan,
        n=n,
        definition=f"mean difference ± {z:.4g} sd (Bland & Altman, 1986); noncentral t (Carkeet, 2015)",
    )


def exact_limit(n: int, z: float, confidence_level: float) -> tuple[float, float]:
    """Return both ends of a limit's confidence interval, as distances from the mean difference in sds.

    With normal differences d, the upper limit ``mu + z sigma`` is at most ``mean(d) + k sd(d)`` with the
    probability that a noncentral t with n - 1 degrees of freedom and noncentrality ``z sqrt(n)`` is at
    most ``k sqrt(n)``. Both ends are therefore exact (Carkeet, 2015).
    """
    from scipy.special import nctdtrit

    tail = (1 - confidence_level) / 2
    root_n = math.sqrt(n)
    near, far = (float(nctdtrit(n - 1, z * root_n, p)) / root_n for p in (tail, 1 - tail))
    return near, far
