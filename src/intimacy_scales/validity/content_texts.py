"""Tables and sentences of content validity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from intimacy_scales.results.tables import TextTable
from intimacy_scales.results.wording import apa, counted, p_shown, percent, shown

if TYPE_CHECKING:
    from intimacy_scales.validity.content_validity_result import ContentValidity, RatedItem


def tables_of(result: ContentValidity) -> tuple[TextTable, ...]:
    """Return a table for each kind of judgement."""
    return tuple(_tables(result))


def _tables(result: ContentValidity) -> Iterator[TextTable]:
    if result.items:
        yield _rated("Relevance", result, result.items)
    if result.clarity:
        yield _rated("Clarity", result, result.clarity)
    if result.essential:
        yield TextTable(
            title="Essential items",
            columns={
                "Item": [row.item for row in result.essential],
                "n": [str(row.n) for row in result.essential],
                "Essential": [str(row.n_essential) for row in result.essential],
                "CVR": [apa(row.cvr) for row in result.essential],
                "Critical CVR": [apa(row.critical) for row in result.essential],
            },
            note="CVR: content validity ratio (Lawshe, 1975). Critical: its least value beyond chance, "
            f"one-sided {percent(result.level)}, exact binomial (Ayre & Scally, 2014).",
        )
    if result.sorted_items:
        yield TextTable(
            title="Sorting into facets",
            columns={
                "Item": [row.item for row in result.sorted_items],
                "Facet": [row.facet for row in result.sorted_items],
                "n": [str(row.n) for row in result.sorted_items],
                "Into it": [str(row.n_intended) for row in result.sorted_items],
                "Most into another": [_other(row.other, row.n_other) for row in result.sorted_items],
                "p_sa": [apa(row.p_sa) for row in result.sorted_items],
                "c_sv": [apa(row.c_sv) for row in result.sorted_items],
            },
            note="p_sa: proportion of substantive agreement; c_sv: coefficient of substantive validity "
            "(Anderson & Gerbing, 1991).",
        )


def _other(facet: str, n: int) -> str:
    return f"{facet} {n}" if n else ""


def _rated(title: str, result: ContentValidity, rows: Sequence[RatedItem]) -> TextTable:
    level = percent(result.confidence_level)
    return TextTable(
        title=title,
        columns={
            "Item": [row.item for row in rows],
            "n": [str(row.n) for row in rows],
            "I-CVI": [apa(row.i_cvi) for row in rows],
            f"{level} interval": [row.i_cvi_interval.ends(2) for row in rows],
            "Kappa": [apa(row.kappa) for row in rows],
            "M": [shown(row.mean, 2) for row in rows],
            "Aiken's V": [apa(row.v) for row in rows],
            f"{level} interval of V": [row.v_interval.ends(2) for row in rows],
            "p of V": [p_shown(row.v_p) for row in rows],
        },
        note=f"Ratings from {result.scale[0]} to {result.scale[1]}; {result.relevant} or more counts for "
        "I-CVI. Kappa: modified kappa (Polit, Beck & Owen, 2007). Intervals: score intervals (Wilson, 1927; "
        "Penfield & Giacobbi, 2004). p: exact, if every rating were as likely (Aiken, 1985).",
    )


def sentence_of(result: ContentValidity) -> str:
    """Return the figures as text for a Method section."""
    return " ".join(_sentences(result))


def _sentences(result: ContentValidity) -> Iterator[str]:
    if result.items:
        cvis = [row.i_cvi for row in result.items]
        yield (
            f"Experts (n = {result.n_experts}) rated the relevance of {counted(len(cvis), 'item')} from "
            f"{result.scale[0]} to {result.scale[1]}. With ratings of {result.relevant} or more as relevant, "
            f"I-CVI was between {apa(min(cvis))} and {apa(max(cvis))}, S-CVI/Ave {apa(result.s_cvi_ave)} and "
            f"S-CVI/UA {apa(result.s_cvi_ua)} (Polit & Beck, 2006)."
        )
    if result.clarity:
        yield f"For clarity, S-CVI/Ave was {apa(result.clarity_ave)}."
    if result.essential:
        reached = sum(bool(row.beyond_chance) for row in result.essential)
        yield (
            "Lawshe's content validity ratio reached its exact critical value (one-sided "
            f"{percent(result.level)}; Ayre & Scally, 2014) for {reached} of {len(result.essential)} items."
        )
    if result.sorted_items:
        reached = sum(bool(row.beyond_chance) for row in result.sorted_items)
        yield (
            f"Experts sorted {reached} of {len(result.sorted_items)} items into the intended facet more "
            "often than by chance (exact binomial, one-sided "
            f"{percent(result.level)}; Anderson & Gerbing, 1991)."
        )
