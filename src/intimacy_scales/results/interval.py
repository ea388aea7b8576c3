"""A confidence interval, and its level."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from intimacy_scales.errors import EstimationError
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import percent, shown


def check_level(confidence_level: float) -> float:
    """Return a confidence level, or raise where it is none."""
    number = isinstance(confidence_level, int | float) and not isinstance(confidence_level, bool)
    if not number or not 0 < confidence_level < 1:
        raise EstimationError(f"confidence_level={confidence_level!r}: a share between 0 and 1, such as 0.95")
    return float(confidence_level)


@result_class
class Interval(Result):
    """A confidence interval; iterates as ``low, high``.

    Attributes
    ----------
    low, high
        Its ends; nan where it is not defined.
    confidence_level
        For example 0.95.
    method
        How it was made.
    n
        Persons (with ``clusters``: clusters) that it counts on.
    reason
        Why it is not defined; None where it is.
    n_failed
        Resamples without a figure, which were left out; at most one in twenty.
    warnings
        What to know before it is used, such as resamples left out.
    """

    low: float
    high: float
    confidence_level: float
    method: str
    n: int
    reason: str | None = None
    n_failed: int = 0
    warnings: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[float]:
        return iter((self.low, self.high))

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def to_dict(self) -> dict[str, Any]:
        """Return the fields; None for ends that are not defined."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __str__(self) -> str:
        return f"[{shown(self.low)}, {shown(self.high)}]"

    def __repr__(self) -> str:
        why = f": {self.reason}" if self.reason else f", n = {self.n}"
        told = "".join(f"; {text}" for text in self.warnings)
        return f"<{percent(self.confidence_level)} interval {self}, {self.method}{why}{told}>"


def undefined_interval(confidence_level: float, method: str, n: int, reason: str) -> Interval:
    """Return an interval that is not defined, with the reason."""
    return Interval(
        low=math.nan,
        high=math.nan,
        confidence_level=check_level(confidence_level),
        method=method,
        n=n,
        reason=reason,
    )
