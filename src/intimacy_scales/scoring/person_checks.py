"""Whether what a document says of one person's scores can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intimacy_scales.errors import DocumentError, shortened
from intimacy_scales.results.document_checks import ROUNDING

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument


def not_applicable_of(form: Instrument, items: tuple[str, ...]) -> tuple[str, ...]:
    """Return the items that do not apply, as a document tells them.

    Raises
    ------
    DocumentError
        There is no such item, one that always applies, or one stands there twice.
    """
    for item in items:
        if item not in form.item_ids or not form.item(item).response_scale.not_applicable:
            raise DocumentError(
                f"PersonScores.not_applicable: {form.ref.named} has no item {shortened(item)} with that "
                "answer"
            )
        if items.count(item) > 1:
            raise DocumentError(f"PersonScores.not_applicable: {item} stands there twice")
    return items


def check_score(
    scale: str,
    score: float | None,
    pomp: float | None,
    ends: tuple[float, float],
    *,
    has_pomp: bool,
) -> None:
    """Raise where the score of a document is none of its scale, or its percentage another."""
    low, high = ends
    if score is not None and not low - ROUNDING <= score <= high + ROUNDING:
        raise DocumentError(f"PersonScores.scores.{scale}: {score} is outside {low:g} to {high:g}")
    follows = None if score is None or not has_pomp else 100 * (score - low) / (high - low)
    if (pomp is None) != (follows is None) or (
        pomp is not None and follows is not None and abs(pomp - follows) > ROUNDING
    ):
        raise DocumentError(
            f"PersonScores.pomp.{scale}: {pomp} does not follow from the score, which gives {follows}"
        )
