"""The result of content validity: figures of each item, and of all items together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from intimacy_scales.errors import DocumentError, EstimationError, UnknownNameError
from intimacy_scales.instrument.evidence import Finding
from intimacy_scales.late import late_module
from intimacy_scales.messages import suggest
from intimacy_scales.numerics.arguments import as_different_names
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page
from intimacy_scales.results.wording import apa, counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_MANY_EXPERTS, _LEAST_OF_MANY = 6, 0.78  # Lynn (1986), as Polit, Beck & Owen (2007) restate it
_EXCELLENT, _GOOD, _FAIR = 0.74, 0.60, 0.40  # of kappa: Cicchetti & Sparrow (1981)


_FIELDS = {"relevance": "items", "clarity": "clarity", "essential": "essential", "facet": "sorted_items"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedItem:
    """How experts rated one item, in relevance or clarity.

    Attributes
    ----------
    item
        Its id.
    n, n_relevant
        Experts who rated it, and those who rated it as relevant (or clear).
    i_cvi, i_cvi_interval
        Their share, the item content validity index, and its score interval (Wilson, 1927).
    kappa
        Modified kappa: the agreement beyond chance (Polit, Beck & Owen, 2007).
    mean
        Mean rating.
    v, v_interval
        Aiken's V, and its score interval (Penfield & Giacobbi, 2004).
    v_p
        Exact probability of a V as high, if every rating were as likely (Aiken, 1985).

    Examples
    --------
    >>> from intimacy_scales.validity import content_validity
    >>> row = content_validity({"a": [4, 4, 3, 4, 3, 2]})["a"]
    >>> row.n_relevant, round(row.v, 3), row.kappa_guide, row.suffices
    (5, 0.778, 'excellent', True)
    """

    item: str
    n: int
    n_relevant: int
    i_cvi: float
    i_cvi_interval: Interval
    kappa: float
    mean: float
    v: float
    v_interval: Interval
    v_p: float

    @property
    def suffices(self) -> bool:
        """Whether the I-CVI is as high as Lynn (1986) asks: 1 of up to five experts, .78 of six or more."""
        return self.i_cvi >= (_LEAST_OF_MANY if self.n >= _MANY_EXPERTS else 1.0)

    @property
    def kappa_guide(self) -> str:
        """Reading of kappa by Cicchetti and Sparrow (1981): excellent, good, fair or poor."""
        if self.kappa > _EXCELLENT:
            return "excellent"
        return "good" if self.kappa >= _GOOD else "fair" if self.kappa >= _FAIR else "poor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Essential:
    """How many experts called one item essential.

    Attributes
    ----------
    item
        Its id.
    n, n_essential
        Experts who judged it, and those who called it essential.
    cvr, critical
        Lawshe's content validity ratio, and its least value beyond chance (exact binomial; Ayre & Scally,
        2014); nan where even all experts would be too few.

    Examples
    --------
    >>> from intimacy_scales.validity import content_validity, read_expert_sheets
    >>> sheet = [{"item": "tru01", "essential": "yes"}]
    >>> row = content_validity(read_expert_sheets([sheet] * 5, "trust")).essential[0]
    >>> row.cvr, row.critical, row.beyond_chance
    (1.0, 1.0, True)
    """

    item: str
    n: int
    n_essential: int
    cvr: float
    critical: float

    @property
    def beyond_chance(self) -> bool | None:
        """Whether the ratio reaches its critical value; None where there is none."""
        return None if math.isnan(self.critical) else self.cvr >= self.critical


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedItem:
    """How experts sorted one item into facets.

    Attributes
    ----------
    item, facet
        Its id, and its facet in the bank.
    n, n_intended
        Experts who sorted it, and those who chose that facet.
    other, n_other
        The facet that was chosen most among the others, and by how many; empty and 0 if none was.
    p_sa, c_sv
        Proportion of substantive agreement, and coefficient of substantive validity (Anderson & Gerbing,
        1991).
    beyond_chance
        Whether more chose the facet than by chance (exact binomial); None where even all are too few.

    Examples
    --------
    >>> from intimacy_scales.validity import content_validity, read_expert_sheets
    >>> sheets = [[{"item": "tru01", "facet": facet}] for facet in ["security"] * 5 + ["discretion"]]
    >>> row = content_validity(read_expert_sheets(sheets, "trust")).sorted_items[0]
    >>> row.n_intended, row.other, round(row.c_sv, 3)
    (5, 'discretion', 0.667)
    """

    item: str
    facet: str
    n: int
    n_intended: int
    other: str
    n_other: int
    p_sa: float
    c_sv: float
    beyond_chance: bool | None


@result_class
class ContentValidity(Result):
    """How far experts agree on the content of items; ``result["tru01"]`` is the row of one item.

    Attributes
    ----------
    of, version
        Id and version of the bank; empty for a table of ratings.
    n_experts
        Number of experts.
    scale, relevant
        Lowest and highest rating, and the lowest that counts as relevant.
    confidence_level, level
        Of the intervals; one-sided significance level of critical values.
    items, clarity
        A row for each item that was rated in relevance, and in clarity.
    essential
        A row for each item, where experts said what is essential.
    sorted_items
        A row for each item, where experts sorted the items into facets.
    facet_of
        Item → its facet.
    left_out
        Items of the bank that no sheet has.
    without_judgement
        Experts who judged nothing; they are not counted.

    Examples
    --------
    >>> from intimacy_scales.validity import content_validity
    >>> content_validity({"a": [4, 4, 3, 4, 3, 4], "b": [4, 2, 3, 1, 3, 4]})
    <Content validity: 6 experts, 2 items; relevance: S-CVI/Ave .83, S-CVI/UA .50, I-CVI .67 to 1.00
     ! I-CVI below .78 (six experts or more): b .67>
    """

    title: ClassVar[str] = "Content validity"

    of: str
    version: str
    n_experts: int
    scale: tuple[int, int]
    relevant: int
    confidence_level: float
    level: float
    items: tuple[RatedItem, ...]
    clarity: tuple[RatedItem, ...] = ()
    essential: tuple[Essential, ...] = ()
    sorted_items: tuple[SortedItem, ...] = ()
    facet_of: Mapping[str, str]
    left_out: tuple[str, ...] = ()
    without_judgement: tuple[str, ...] = ()

    def __getitem__(self, item: str) -> RatedItem:
        rows = {row.item: row for row in self.items}
        if item not in rows:
            raise UnknownNameError(f"{item!r} is not an item that was rated{suggest(item, rows)}")
        return rows[item]

    @property
    def judged_rows(self) -> dict[str, Sequence[RatedItem | Essential | SortedItem]]:
        """Kind of judgement → its rows, for each kind that was made."""
        kinds: dict[str, Sequence[RatedItem | Essential | SortedItem]] = {
            "relevance": self.items,
            "clarity": self.clarity,
            "essential": self.essential,
            "facet": self.sorted_items,
        }
        return {kind: rows for kind, rows in kinds.items() if rows}

    def of_items(self, items: Iterable[str]) -> ContentValidity:
        """Return the result for some of the items, in this order, as if experts had judged only these.

        Parameters
        ----------
        items
            Ids of items that were judged, such as those of a form.

        Raises
        ------
        UnknownNameError
            An item that was not judged.

        Examples
        --------
        >>> from intimacy_scales.validity import content_validity
        >>> result = content_validity({"a": [4, 4, 3], "b": [1, 2, 3], "c": [4, 4, 2]})
        >>> round(result.s_cvi_ave, 2), round(result.of_items(["c", "a"]).s_cvi_ave, 2)
        (0.67, 0.83)
        """
        chosen = as_different_names("items", items, "items")
        if not chosen:
            raise EstimationError("items is empty; name at least one item")
        made: dict[str, Any] = {}
        for kind, rows in self.judged_rows.items():
            by_item = {row.item: row for row in rows}
            for item in chosen:
                if item not in by_item:
                    raise UnknownNameError(f"{item!r} is not an item that was judged{suggest(item, by_item)}")
            made[_FIELDS[kind]] = tuple(by_item[item] for item in chosen)
        return replace(
            self,
            **made,
            facet_of={item: self.facet_of[item] for item in chosen if item in self.facet_of},
            left_out=(),
        )

    @property
    def s_cvi_ave(self) -> float:
        """S-CVI/Ave: mean of the items' I-CVI (Polit & Beck, 2006); nan without ratings of relevance."""
        return average_cvi(self.items)

    @property
    def s_cvi_ua(self) -> float:
        """S-CVI/UA: share of items that all their experts rate as relevant; nan without ratings."""
        return (
            sum(row.n_relevant == row.n for row in self.items) / len(self.items) if self.items else math.nan
        )

    @property
    def clarity_ave(self) -> float:
        """S-CVI/Ave of the ratings of clarity; nan without any."""
        return average_cvi(self.clarity)

    @property
    def by_facet(self) -> dict[str, float]:
        """Facet → mean of its items' I-CVI, where the facets are known."""
        facets = dict.fromkeys(self.facet_of[row.item] for row in self.items if row.item in self.facet_of)
        return {
            facet: average_cvi([row for row in self.items if self.facet_of.get(row.item) == facet])
            for facet in facets
        }

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions: items that too few experts agree on, missing judgements, few experts."""
        from intimacy_scales.validity.content_cautions import cautions_of

        return cautions_of(self)

    def findings(self, *, sample: str, source: str) -> tuple[Finding, ...]:
        """Return the figures in the form of an instrument's evidence, rounded to three decimals.

        Parameters
        ----------
        sample, source
            Description of the experts, and citation of the study.
        """
        bank = f" ({self.of} {self.version})" if self.of else ""
        figures: list[tuple[str, float, str]] = []
        if self.items:
            figures += [
                ("S-CVI/Ave", self.s_cvi_ave, "relevance"),
                ("S-CVI/UA", self.s_cvi_ua, "relevance"),
                ("lowest I-CVI", min(row.i_cvi for row in self.items), "relevance"),
            ]
        if self.clarity:
            figures.append(("S-CVI/Ave", self.clarity_ave, "clarity"))
        if self.essential:
            figures.append(
                ("mean CVR", math.fsum(row.cvr for row in self.essential) / len(self.essential), "items")
            )
        if self.sorted_items:
            mean = math.fsum(row.p_sa for row in self.sorted_items) / len(self.sorted_items)
            figures.append(("mean p_sa", mean, "sorting into facets"))
        return tuple(
            Finding(
                step="content", statistic=name, value=round(value, 3), of=what + bank, sample=sample,
                n=self.n_experts, source=source,
            )
            for name, value, what in figures
            if not math.isnan(value)
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {"s_cvi_ave": plain(self.s_cvi_ave), "s_cvi_ua": plain(self.s_cvi_ua)}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, s_cvi_ave=float, s_cvi_ua=float)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> ContentValidity:
        parts = [values[name] for name in ("items", "clarity", "essential", "sorted_items") if values[name]]
        if len({tuple(row.item for row in rows) for rows in parts}) > 1:
            raise DocumentError(f"{cls.__name__}: what experts judged must be of the same items everywhere")
        return made_of(cls, values)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each item: relevance, then what else was judged."""
        from intimacy_scales.results.frames import pandas_frame

        names = [row.item for row in self.items or self.clarity or self.essential or self.sorted_items]
        columns: dict[str, list[Any]] = {"item": names}
        for rows, prefix in ((self.items, ""), (self.clarity, "clarity_")):
            for name in ("n", "i_cvi", "kappa", "mean", "v", "v_p") if rows else ():
                columns[prefix + name] = [getattr(row, name) for row in rows]
            if rows:
                columns[f"{prefix}i_cvi_low"] = [row.i_cvi_interval.low for row in rows]
                columns[f"{prefix}i_cvi_high"] = [row.i_cvi_interval.high for row in rows]
                columns[f"{prefix}v_low"] = [row.v_interval.low for row in rows]
                columns[f"{prefix}v_high"] = [row.v_interval.high for row in rows]
        if self.essential:
            columns["n_essential"] = [row.n_essential for row in self.essential]
            columns["cvr"] = [row.cvr for row in self.essential]
            columns["cvr_critical"] = [row.critical for row in self.essential]
        if self.sorted_items:
            columns["facet"] = [row.facet for row in self.sorted_items]
            columns["other_facet"] = [row.other for row in self.sorted_items]
            columns["p_sa"] = [row.p_sa for row in self.sorted_items]
            columns["c_sv"] = [row.c_sv for row in self.sorted_items]
        return pandas_frame(columns).set_index("item")

    def sentence(self) -> str:
        """Return the figures as text for a Method section."""
        from intimacy_scales.validity.content_texts import sentence_of

        return sentence_of(self)

    def page(self) -> Page:
        """Return what is displayed as data: a table for each kind of judgement."""
        from intimacy_scales.validity.content_texts import tables_of

        return Page(
            title=self._lines()[0],
            facts=tuple(self._lines()[1:]),
            tables=tables_of(self),
            warnings=self.warnings,
            sentence=self.sentence(),
        )

    def _lines(self) -> list[str]:
        n_items = len(self.items or self.clarity or self.essential or self.sorted_items)
        bank = f" of {self.of} {self.version}" if self.of else ""
        lines = [f"Content validity{bank}: {counted(self.n_experts, 'expert')}, {counted(n_items, 'item')}"]
        if self.items:
            cvis = [row.i_cvi for row in self.items]
            lines.append(
                f"relevance: S-CVI/Ave {apa(self.s_cvi_ave)}, S-CVI/UA {apa(self.s_cvi_ua)}, I-CVI "
                f"{apa(min(cvis))} to {apa(max(cvis))}"
            )
        if self.clarity:
            lines.append(f"clarity: S-CVI/Ave {apa(self.clarity_ave)}")
        if self.essential:
            reached = sum(bool(row.beyond_chance) for row in self.essential)
            lines.append(f"essential beyond chance: {reached} of {len(self.essential)}")
        if self.sorted_items:
            reached = sum(bool(row.beyond_chance) for row in self.sorted_items)
            lines.append(f"sorted as intended beyond chance: {reached} of {len(self.sorted_items)}")
        return lines

    def __repr__(self) -> str:
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return f"<{'; '.join(self._lines())}{cautions}>"


def average_cvi(rows: Sequence[RatedItem]) -> float:
    """Return the mean of the items' I-CVI; nan without items."""
    return math.fsum(row.i_cvi for row in rows) / len(rows) if rows else math.nan
