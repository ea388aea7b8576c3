"""Result of `partner_agreement`: agreement of partners on every scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from intimacy_scales.dyads.agreement.compositions import CompositionComparison
from intimacy_scales.dyads.agreement.rendering import agreement_columns, agreement_tables, legend
from intimacy_scales.dyads.agreement.scale_agreement import ScaleAgreement
from intimacy_scales.dyads.agreement.sentence import agreement_sentence
from intimacy_scales.errors import UnknownNameError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import shortened, suggest
from intimacy_scales.results.csv_text import csv_text
from intimacy_scales.results.default_page import frame_text
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.html import html_fragment
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


@result_class
class PartnerAgreement(Result):
    """Agreement of partners on every scale; ``result["trust"]`` gives all figures of one.

    For mixed couples, ``result["trust", "f-m"]`` gives those of one composition.

    Attributes
    ----------
    instrument
        Id, version, digest and evidence status of the instrument; None for couples made of scores.
    scales
        One `ScaleAgreement` for each scale; for mixed couples, for each scale and composition.
    n_couples
        Number of couples, including those without both scores.
    mixed
        Whether couples are reported by composition, such as f-f, f-m and m-m.
    confidence_level
        Of the intervals.
    comparisons
        For mixed couples, the test of each scale that the correlation is the same in all compositions.
    notes
        Cautions that apply to all scales.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, partner_agreement
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> result = partner_agreement(dyads)
    >>> len(result), result["trust"].n_couples, round(float(result["trust"]), 3)
    (7, 200, 0.343)
    """

    instrument: InstrumentRef | None
    scales: tuple[ScaleAgreement, ...]
    n_couples: int
    mixed: bool
    confidence_level: float
    comparisons: tuple[CompositionComparison, ...]
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str | tuple[str, str]) -> ScaleAgreement:
        """Return the agreement on one scale; for mixed couples, of a scale and a composition."""
        scale, composition = name if isinstance(name, tuple) else (name, None)
        for part in self.scales:
            if part.scale == scale and part.composition == composition:
                return part
        known = list(dict.fromkeys(part.scale for part in self.scales))
        if scale not in known:
            raise UnknownNameError(
                f"there is no scale {shortened(scale)} in this result; allowed: {', '.join(known)}"
                f"{suggest(scale, known)}"
            )
        if not self.mixed:
            raise UnknownNameError(
                f"these couples are not reported by composition; use result[{scale!r}] without "
                f"{shortened(composition)}"
            )
        compositions = [part.composition for part in self.scales if part.scale == scale]
        listed = " or ".join(f"result[{scale!r}, {text!r}]" for text in compositions)
        raise UnknownNameError(
            f"these couples are mixed, and {shortened(composition)} is not one of their compositions; use "
            f"{listed}"
        )

    def __iter__(self) -> Iterator[ScaleAgreement]:
        return iter(self.scales)

    def __len__(self) -> int:
        return len(self.scales)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using these figures, each with its scale."""
        cautions = list(self.notes)
        for part in self.scales:
            main = part.main
            if main.reason is not None:
                cautions.append(f"{part.name}: {main.title} is not defined: {main.reason}")
                continue
            cautions += [f"{part.name}: {text}" for text in part.warnings]
            if main.interval.reason is not None:
                cautions.append(f"{part.name}: {main.interval.reason}")
        for comparison in self.comparisons:
            if comparison.reason is not None:
                cautions.append(f"{comparison.scale}: correlations are not compared: {comparison.reason}")
            else:
                cautions += [
                    f"{comparison.scale}: {name} couples are not compared: {why}"
                    for name, why in comparison.left_out.items()
                ]
        return tuple(cautions)

    @property
    def title(self) -> str:
        """Heading of the page."""
        instrument = f" on {self.instrument}" if self.instrument is not None else ""
        return f"Agreement of partners{instrument}, {counted(self.n_couples, 'couple')}"

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each scale: n, means, the correlation with its interval.

        Where partners have roles, it has the mean difference, too. For mixed couples, rows are named by scale
        and composition. For all figures of one scale, see `ScaleAgreement.to_frame`.
        """
        from intimacy_scales.results.frames import pandas_frame

        index = ["scale", "composition"] if self.mixed else ["scale"]
        return pandas_frame(agreement_columns(self.scales, mixed=self.mixed)).set_index(index)

    def page(self) -> Page:
        """Return the page that `to_markdown` and `to_html` write, as data."""
        return Page(
            title=self.title,
            tables=agreement_tables(self.scales, self.comparisons, self.confidence_level, mixed=self.mixed),
            warnings=self.warnings,
            sentence=self.sentence(),
            legend=legend(self.scales),
        )

    def to_csv(self) -> str:
        """Return `to_frame` as CSV text; undefined values are empty."""
        return csv_text(self.to_frame(), index=True)

    def sentence(self) -> str:
        """Return sentences for a Results section: correlations, differences, intervals and n."""
        return agreement_sentence(self.scales, self.comparisons, self.confidence_level)

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain values; None for undefined values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {"warnings": [*self.warnings], "sentence": self.sentence()}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, warnings=Sequence[str], sentence=str)

    def __repr__(self) -> str:
        frame = self.to_frame()
        table = frame_text(frame, bounded=("estimate",))
        cautions = "".join(f"\n! {text}" for text in self.warnings)
        return f"<{self.title}\n{table}{cautions}>"

    def _repr_html_(self) -> str:
        return html_fragment(self.page(), main_only=True)
