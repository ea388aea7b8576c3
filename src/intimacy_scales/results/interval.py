"""Confidence intervals and their levels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, ClassVar

from intimacy_scales.errors import EstimationError
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import percent, written


def check_level(level: float, option: str = "confidence_level") -> float:
    """Return the level of an option, or raise if it is not a number between 0 and 1."""
    is_number = isinstance(level, int | float) and not isinstance(level, bool)
    if not is_number or not 0 < level < 1:
        raise EstimationError(
            f"{option}={level!r} is not valid; allowed: a share between 0 and 1, such as 0.95"
        )
    return float(level)


@result_class
class Interval(Result):
    """A confidence interval; iterates as ``low, high``.

    Attributes
    ----------
    low, high
        Its ends; nan if undefined.
    confidence_level
        For example 0.95.
    method
        Name of the method.
    n
        Number of persons (with ``clusters``: of clusters) that it is based on. Where answers are missing, it
        depends on the method: the bootstrap draws everyone who answered something, and closed forms use the
        `n` of the coefficient, with ``pairwise`` the harmonic mean over pairs of items.
    reason
        Why it is undefined; None if it is defined.
    n_failed
        Number of resamples without a figure, which were left out; at most one in twenty.
    warnings
        Cautions about using it, for example that resamples were left out.
    bounded
        Whether it is of a figure that cannot exceed 1, such as a correlation or a coefficient of reliability,
        so that its ends are displayed without a zero before the decimal point.

    Examples
    --------
    >>> interval = Interval(
    ...     low=0.71, high=0.84, confidence_level=0.95, method="delta", n=200, bounded=True
    ... )
    >>> interval, 0.8 in interval
    (<95% interval [.710, .840], delta, n = 200>, True)
    >>> low, high = interval
    """

    _gained: ClassVar[Mapping[str, Any]] = {"bounded": False}

    low: float
    high: float
    confidence_level: float
    method: str
    n: int
    reason: str | None = None
    n_failed: int = 0
    warnings: tuple[str, ...] = ()
    bounded: bool = field(default=False, compare=False)

    def __iter__(self) -> Iterator[float]:
        return iter((self.low, self.high))

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values; None for undefined ends."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def ends(self, digits: int = 3) -> str:
        """Return both ends as text, with so many decimals."""
        low, high = (written(end, digits, bounded=self.bounded) for end in self)
        return f"[{low}, {high}]"

    def __str__(self) -> str:
        return self.ends()

    def __repr__(self) -> str:
        end = f": {self.reason}" if self.reason else f", n = {self.n}"
        cautions = "".join(f"; {text}" for text in self.warnings)
        return f"<{percent(self.confidence_level)} interval {self}, {self.method}{end}{cautions}>"


def undefined_interval(confidence_level: float, method: str, n: int, reason: str) -> Interval:
    """Return an undefined interval with the reason."""
    return Interval(
        low=math.nan,
        high=math.nan,
        confidence_level=check_level(confidence_level),
        method=method,
        n=n,
        reason=reason,
    )
