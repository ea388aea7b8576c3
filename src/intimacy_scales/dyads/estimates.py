"""One estimated figure of couples, with its standard error, test and interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from intimacy_scales.late import late_module
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa_p, digits_with_error, p_shown, percent, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

NO_ERROR = "its standard error is 0: it is the same in all couples, or no couple shows how precise it is"


def statistic_of(estimate: float, se: float) -> float:
    """Return an estimate divided by its standard error; nan where that is not positive."""
    return estimate / se if se > 0 else math.nan


def two_sided_p(estimate: float, se: float, df: float = math.inf) -> float:
    """Return the probability of an estimate as far from 0 by t, or with infinite ``df`` by the normal."""
    from scipy.special import ndtr, stdtr

    if not se > 0:
        return math.nan
    distance = -abs(estimate / se)
    return 2 * float(ndtr(distance) if math.isinf(df) else stdtr(df, distance))


def interval_by_error(
    estimate: float,
    se: float,
    confidence_level: float,
    *,
    n: int,
    df: float = math.inf,
    reason: str | None = None,
) -> Interval:
    """Return the interval ``estimate ± q se`` with the quantile of t, or of the normal distribution.

    Parameters
    ----------
    estimate, se
        The estimate and its standard error.
    confidence_level
        For example 0.95.
    n
        Number of couples.
    df
        Degrees of freedom of t; infinite where a normal distribution is used.
    reason
        Why the interval is undefined; None if it is defined.
    """
    from scipy.special import ndtri, stdtrit

    level, kind = check_level(confidence_level), "wald" if math.isinf(df) else "t"
    if reason is not None:
        return undefined_interval(level, kind, n, reason)
    share = (1 + level) / 2
    half = se * float(ndtri(share) if math.isinf(df) else stdtrit(df, share))
    return Interval(low=estimate - half, high=estimate + half, confidence_level=level, method=kind, n=n)


class TestedFigure:
    """Base of an estimated figure with its standard error: its test and its interval.

    Attributes
    ----------
    estimate, se
        Estimate and standard error.
    df
        Degrees of freedom of its t test; infinite where a normal distribution is used.
    n
        Number of couples.

    Examples
    --------
    >>> path = CoupleEstimate(name="a1", partner=None, estimate=0.3, se=0.1, df=math.inf, n=90, method="ML")
    >>> isinstance(path, TestedFigure), round(path.statistic, 1), round(path.p, 4)
    (True, 3.0, 0.0027)
    """

    __slots__: tuple[str, ...] = ()

    estimate: float
    se: float
    df: float
    n: int

    def __float__(self) -> float:
        return float(self.estimate)

    @property
    def statistic(self) -> float:
        """The estimate divided by its standard error: t, or z where `df` is infinite."""
        return statistic_of(self.estimate, self.se)

    @property
    def p(self) -> float:
        """Two-sided p value of the hypothesis that the figure is 0."""
        return two_sided_p(self.estimate, self.se, self.df)

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval:
        """Return the interval ``estimate ± q se`` with the quantile of t, or of the normal distribution."""
        reason = self._undefined_because()
        return interval_by_error(
            self.estimate, self.se, confidence_level, df=self.df, n=self.n, reason=reason
        )

    def digits(self, least: int = 3) -> int:
        """Return how many decimals the estimate and its standard error are shown with."""
        return digits_with_error(self.estimate, self.se, least)

    def interval_text(self, confidence_level: float = 0.95, *, least: int = 2) -> str:
        """Return the interval as in a paper: ``95% CI [0.05, 0.45]``; the reason where it is undefined."""
        interval = self.confidence_interval(confidence_level)
        if interval.reason is not None:
            return f"no interval ({interval.reason})"
        return f"{percent(confidence_level)} CI {interval.ends(self.digits(least))}"

    def test_text(self) -> str:
        """Return the test as in a paper: ``t(145) = 2.50, p = .014``, or z where `df` is infinite."""
        kind = "z" if math.isinf(self.df) else f"t({self.df:.4g})"
        return f"{kind} = {shown(self.statistic, 2)}, {apa_p(self.p)}"

    def tested_text(self, confidence_level: float = 0.95) -> str:
        """Return interval and test as in a paper; the reason where they are undefined."""
        reason = self._undefined_because()
        if reason is not None:
            return f"no interval and no test ({reason})"
        return f"{self.interval_text(confidence_level)}, {self.test_text()}"

    def _undefined_because(self) -> str | None:
        """Return why there is no interval, or None."""
        return None if self.se > 0 else "the standard error is undefined"


@result_class
class CoupleEstimate(TestedFigure, Result):
    """An estimated figure of couples; ``float(result)`` gives the estimate.

    Attributes
    ----------
    name
        What was estimated, such as ``truth`` or ``a4``.
    partner
        Whose it is: a partner's name; None for both alike, and for differences between partners.
    estimate, se
        Estimate and standard error. Where the error is 0, test and interval are undefined.
    df
        Degrees of freedom of its t test; infinite where a normal distribution is used.
    n
        Number of couples.
    method
        The rule of the standard error: ``ML``, ``MLR``, ``REML``, or ``delta`` with one of these.
    reason
        Why it is undefined; None if it is defined.

    Examples
    --------
    >>> path = CoupleEstimate(
    ...     name="truth", partner="wife", estimate=0.25, se=0.1, df=145.0, n=148, method="REML"
    ... )
    >>> path
    <truth (wife): 0.250, SE 0.100, t(145) = 2.50, p = .014>
    >>> path.confidence_interval()
    <95% interval [0.052, 0.448], t, n = 148>
    """

    name: str
    partner: str | None
    estimate: float
    se: float
    df: float
    n: int
    method: str
    reason: str | None = None

    def p_of(self, value: float) -> float:
        """Return the two-sided p value of the hypothesis that the figure is some value."""
        return two_sided_p(self.estimate - value, self.se, self.df)

    def _undefined_because(self) -> str | None:
        return self.reason if self.reason is not None or self.se > 0 else NO_ERROR

    def to_dict(self) -> dict[str, Any]:
        """Return the figures with statistic, p value and 95 % interval, as plain values."""
        fields: dict[str, Any] = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {
            "statistic": plain(self.statistic),
            "p": plain(self.p),
            "interval": self.confidence_interval().to_dict(),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, statistic=float, p=float, interval=Interval)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of one row."""
        return estimates_frame((self,))

    def __repr__(self) -> str:
        whose = f" ({self.partner})" if self.partner is not None else ""
        if self.reason is not None:
            return f"<{self.name}{whose} is not defined: {self.reason}>"
        digits = self.digits()
        return (
            f"<{self.name}{whose}: {shown(self.estimate, digits)}, SE {shown(self.se, digits)}, "
            f"{self.test_text()}>"
        )


def estimates_frame(estimates: tuple[CoupleEstimate, ...], confidence_level: float = 0.95) -> pd.DataFrame:
    """Return estimates as a pandas table, one row each."""
    from intimacy_scales.results.frames import pandas_frame

    intervals = [estimate.confidence_interval(confidence_level) for estimate in estimates]
    names = ("name", "partner", "estimate", "se", "statistic", "df", "p")
    columns = {name: [getattr(estimate, name) for estimate in estimates] for name in names}
    return pandas_frame(
        columns
        | {"low": [interval.low for interval in intervals], "high": [interval.high for interval in intervals]}
        | {"n": [estimate.n for estimate in estimates]}
    )


def cells_of(estimates: tuple[CoupleEstimate, ...], confidence_level: float) -> dict[str, list[str]]:
    """Return the columns of a displayed table of estimates, apart from its first."""
    intervals = [estimate.confidence_interval(confidence_level) for estimate in estimates]
    kinds = {"z" if math.isinf(estimate.df) else "t" for estimate in estimates}
    return {
        "estimate": [shown(estimate.estimate, estimate.digits()) for estimate in estimates],
        "SE": [shown(estimate.se, estimate.digits()) for estimate in estimates],
        f"{percent(confidence_level)} CI": [
            interval.ends(estimate.digits()) for estimate, interval in zip(estimates, intervals, strict=True)
        ],
        "/".join(sorted(kinds)): [shown(estimate.statistic, 2) for estimate in estimates],
        "p": [p_shown(estimate.p) for estimate in estimates],
    }
