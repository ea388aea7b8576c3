"""Cautions about experts' judgements: what too few agree on, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from intimacy_scales.results.wording import apa, counted, percent

if TYPE_CHECKING:
    from intimacy_scales.validity.content_validity_result import ContentValidity, RatedItem

_LISTED = 6  # items in a caution
_FEW = 3  # experts: fewer than Lynn (1986) asks for
_MANY = 6  # experts, of whom not all need to agree


def cautions_of(result: ContentValidity) -> tuple[str, ...]:
    """Return the cautions of a result."""
    return tuple(_cautions(result))


def _cautions(result: ContentValidity) -> Iterator[str]:
    if result.n_experts < _FEW:
        yield f"only {counted(result.n_experts, 'expert')}; Lynn (1986) asks for three or more"
    for what, rows in (("", result.items), ("clarity: ", result.clarity)):
        yield from _low(what, rows)
        missing = [row for row in rows if row.n < result.n_experts]
        if missing:
            names = _names([f"{row.item} {row.n}" for row in missing])
            yield f"{what}not all {result.n_experts} experts rated every item; number by item: {names}"
    chance = [row for row in result.essential if row.beyond_chance is False]
    if chance:
        yield f"CVR not beyond chance: {_names([f'{row.item} {apa(row.cvr)}' for row in chance])}"
    beyond = [row.beyond_chance for row in result.essential]
    beyond += [row.beyond_chance for row in result.sorted_items]
    if None in beyond:
        yield (
            "some items were judged by so few experts that even full agreement is not beyond chance at "
            f"{percent(result.level)}"
        )
    misplaced = [row for row in result.sorted_items if row.n_other >= row.n_intended and row.n]
    if misplaced:
        names = _names([f"{row.item} (meant for {row.facet}, put into {row.other})" for row in misplaced])
        yield f"sorted into another facet as often, or more often: {names}"
    if result.without_judgement:
        yield f"judged nothing, and not counted: {_names(result.without_judgement)}"
    if result.left_out:
        yield f"in no sheet: {_names(result.left_out)}"


def _low(what: str, rows: Sequence[RatedItem]) -> Iterator[str]:
    """Yield the items whose I-CVI is lower than Lynn (1986) asks."""
    few = [row for row in rows if not row.suffices and row.n < _MANY]
    many = [row for row in rows if not row.suffices and row.n >= _MANY]
    if few:
        yield f"{what}I-CVI below 1 (five experts or fewer): {_names([_cvi(row) for row in few])}"
    if many:
        yield f"{what}I-CVI below .78 (six experts or more): {_names([_cvi(row) for row in many])}"


def _cvi(row: RatedItem) -> str:
    return f"{row.item} {apa(row.i_cvi)}"


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
