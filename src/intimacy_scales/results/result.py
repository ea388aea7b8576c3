"""What coefficients and their intervals have in common."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.results.frozen import freeze

if TYPE_CHECKING:
    import pandas as pd


def plain(value: Any) -> Any:
    """Return a value as JSON has it: arrays as lists, nan as None."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


def shown(value: float | None, digits: int = 3) -> str:
    """Write a figure as it is shown, a dash where there is none.

    Examples
    --------
    >>> shown(0.70306), shown(float("nan"))
    ('0.703', '-')
    """
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:.{digits}f}"


def apa(value: float) -> str:
    """Write a coefficient with two decimals and no zero before the point.

    Examples
    --------
    >>> apa(0.846), apa(-0.2), apa(1.0)
    ('.85', '-.20', '1.00')
    """
    text = f"{value + 0.0:.2f}".replace("-0.00", "0.00")
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def percent(level: float) -> str:
    """Write a confidence level.

    Examples
    --------
    >>> percent(0.95), percent(0.975)
    ('95%', '97.5%')
    """
    return f"{100 * level:.10g}%"


def counted(n: int, what: str) -> str:
    """Write how many there are.

    Examples
    --------
    >>> counted(1, "person"), counted(2, "person")
    ('1 person', '2 persons')
    """
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def generator(rng: int | np.random.Generator | None) -> np.random.Generator:
    """Return a Generator, or raise where a seed is none."""
    whole = isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0
    if not whole and rng is not None and not isinstance(rng, np.random.Generator):
        raise EstimationError(f"rng={rng!r}: a whole number from 0, or a numpy Generator")
    return np.random.default_rng(rng)


def check_level(confidence_level: float) -> float:
    """Return a confidence level, or raise where it is none."""
    number = isinstance(confidence_level, int | float) and not isinstance(confidence_level, bool)
    if not number or not 0 < confidence_level < 1:
        raise EstimationError(f"confidence_level={confidence_level!r}: a share between 0 and 1, such as 0.95")
    return float(confidence_level)


class Result(ABC):
    """What every result can do: be frozen, and be written as JSON or shown in a notebook."""

    __slots__ = ("__weakref__",)

    def __post_init__(self) -> None:
        freeze(self)

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""

    def to_json(self) -> str:
        """Return `to_dict` as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    def _repr_html_(self) -> str:
        first, *rest = escape(repr(self)[1:-1]).split("; ")
        return f"<div><b>{first}</b>{''.join(f'<br>{line}' for line in rest)}</div>"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
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
    """

    low: float
    high: float
    confidence_level: float
    method: str
    n: int
    reason: str | None = None

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
        return f"<{percent(self.confidence_level)} interval {self}, {self.method}{why}>"


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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Coefficient(Result):
    """One coefficient of one scale; ``float(result)`` gives the estimate.

    Attributes
    ----------
    instrument
        Id, version, digest and evidence status of the instrument.
    scale
        The scale's id.
    estimate
        The value; nan where it is not defined for these answers.
    definition
        Which definition it is.
    n
        Persons that it counts on: with pairwise deletion, the harmonic mean over pairs of items.
    n_persons
        Rows of the table.
    n_items
        Number of items.
    missing
        ``pairwise`` or ``listwise``.
    reason
        Why it is not defined; None where it is.
    """

    title: ClassVar[str] = "coefficient"

    instrument: InstrumentRef
    scale: str
    estimate: float
    definition: str
    n: int
    n_persons: int
    n_items: int
    missing: str
    reason: str | None = None

    def __float__(self) -> float:
        return self.estimate

    def _extra(self) -> dict[str, Any]:
        """Return what this coefficient has beside the common fields."""
        return {}

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values; None for what is not defined."""
        names = ("scale", "estimate", "definition", "n", "n_persons", "n_items", "missing", "reason")
        fields = {name: plain(getattr(self, name)) for name in names}
        return {
            "coefficient": self.title,
            "instrument": self.instrument.to_dict(),
            **fields,
            **plain(self._extra()),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of one row."""
        from intimacy_scales.reading.frames import pandas_frame

        row = {"coefficient": self.title, "estimate": self.estimate, "n": self.n, "items": self.n_items}
        singles = {name: v for name, v in self._extra().items() if isinstance(v, int | float)}
        columns = {name: [value] for name, value in (row | singles).items()}
        return pandas_frame({"scale": [self.scale], **columns}).set_index("scale")

    def _lines(self) -> list[str]:
        """Return the lines of the display, the first without the instrument."""
        value = f" = {shown(self.estimate)}" if self.reason is None else f" is not defined: {self.reason}"
        return [
            f"{self.title} of {self.scale}{value}",
            f"{counted(self.n_items, 'item')}, n = {self.n}, {self.missing}",
        ]

    def __repr__(self) -> str:
        return f"<{'; '.join(self._lines())}; {self.instrument}>"

    def _repr_html_(self) -> str:
        first, *rest = map(escape, self._lines())
        more = "".join(f"<br>{line}" for line in rest)
        return (
            f"<div><b>{first}</b>{more}<br><small>{escape(self.definition)}; "
            f"{escape(str(self.instrument))}</small></div>"
        )
