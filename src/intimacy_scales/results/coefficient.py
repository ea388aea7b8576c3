"""What coefficients of scales have in common."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@result_class
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
    warnings
        What to know before it is used: items that run against their keys, few persons, covariances that
        belong to no population, answers for which its intervals are too narrow.
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
    warnings: tuple[str, ...] = ()

    def __float__(self) -> float:
        return float(self.estimate)

    def _extra(self) -> dict[str, Any]:
        """Return what this coefficient has beside the common fields."""
        return {}

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values; None for what is not defined."""
        names = (
            "scale",
            "estimate",
            "definition",
            "n",
            "n_persons",
            "n_items",
            "missing",
            "reason",
            "warnings",
        )
        fields = {name: plain(getattr(self, name)) for name in names}
        return {
            "coefficient": self.title,
            "instrument": self.instrument.to_dict(),
            **fields,
            **plain(self._extra()),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, coefficient=str)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of one row."""
        from intimacy_scales.results.frames import pandas_frame

        row = {"coefficient": self.title, "estimate": self.estimate, "n": self.n, "items": self.n_items}
        told = {"warnings": "; ".join(self.warnings)} if self.warnings else {}
        singles = {name: v for name, v in self._extra().items() if isinstance(v, int | float)}
        columns = {name: [value] for name, value in (row | singles | told).items()}
        return pandas_frame({"scale": [self.scale], **columns}).set_index("scale")

    def _lines(self) -> list[str]:
        """Return the lines of the display, the first without the instrument."""
        value = f" = {shown(self.estimate)}" if self.reason is None else f" is not defined: {self.reason}"
        return [
            f"{self.title} of {self.scale}{value}{self._mark()}",
            f"{counted(self.n_items, 'item')}, n = {self.n}, {self.missing}",
        ]

    def _mark(self) -> str:
        """Return what stands behind the figure wherever it is shown, such as that it is improper."""
        return ""

    def __repr__(self) -> str:
        told = "".join(f"\n ! {text}" for text in self.warnings)
        return f"<{'; '.join(self._lines())}; {self.instrument}{told}>"

    def _repr_html_(self) -> str:
        first, *rest = map(escape, (*self._lines(), *(f"! {text}" for text in self.warnings)))
        more = "".join(f"<br>{line}" for line in rest)
        return (
            f"<div><b>{first}</b>{more}<br><small>{escape(self.definition)}; "
            f"{escape(str(self.instrument))}</small></div>"
        )
