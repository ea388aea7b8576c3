"""Base class of the coefficients of a scale."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.results.default_page import frame_table
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import apa, counted

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
        Id of the scale.
    estimate
        The value; nan if it is undefined for these answers.
    definition
        The definition that was used, with its source.
    n
        Number of persons that it is based on; with pairwise deletion, the harmonic mean over pairs of items.
    n_persons
        Number of rows of the table.
    n_items
        Number of items.
    missing
        ``pairwise`` or ``listwise``.
    reason
        Why it is undefined; None if it is defined.
    warnings
        Cautions about using it: items that run against their keys, few persons, covariances that are not
        positive semidefinite, answers for which its intervals are too narrow.

    Examples
    --------
    >>> from intimacy_scales import cronbach_alpha, simulate
    >>> alpha = cronbach_alpha("scii-12", simulate("scii-12", 200, rng=1).answers, scale="total")
    >>> isinstance(alpha, Coefficient), alpha.title, alpha.n_items, alpha.n
    (True, "Cronbach's alpha", 12, 200)
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
        """Return the further figures of this kind of coefficient."""
        return {}

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values; None for undefined values."""
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
        cautions = {"warnings": "; ".join(self.warnings)} if self.warnings else {}
        numbers = {name: value for name, value in self._extra().items() if isinstance(value, int | float)}
        columns = {name: [value] for name, value in (row | numbers | cautions).items()}
        return pandas_frame({"scale": [self.scale], **columns}).set_index("scale")

    def _lines(self) -> list[str]:
        """Return the lines of the display, the first without the instrument."""
        value = f" = {apa(self.estimate, 3)}" if self.reason is None else f" is not defined: {self.reason}"
        return [
            f"{self.title} of {self.scale}{value}{self._mark()}",
            f"{counted(self.n_items, 'item')}, n = {self.n}, {self.missing}",
        ]

    def _mark(self) -> str:
        """Return a mark that follows the estimate wherever it is shown, for example that it is improper."""
        return ""

    def __repr__(self) -> str:
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return f"<{'; '.join(self._lines())}; {self.instrument}{cautions}>"

    def page(self) -> Page:
        """Return what is displayed as data: the figures, with the definition below them."""
        first, *rest = self._lines()
        table = frame_table(
            self.to_frame(),
            note=f"{self.definition}. {self.instrument}.",
            bounded=("estimate", "min", "median", "max"),
        )
        return Page(title=first, facts=tuple(rest), tables=(table,), warnings=tuple(self.warnings))

    def _repr_html_(self) -> str:
        first, *rest = map(escape, (*self._lines(), *(f"! {text}" for text in self.warnings)))
        more = "".join(f"<br>{line}" for line in rest)
        return (
            f"<div><b>{first}</b>{more}<br><small>{escape(self.definition)}; "
            f"{escape(str(self.instrument))}</small></div>"
        )
