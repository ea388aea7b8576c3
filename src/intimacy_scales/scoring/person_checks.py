"""Whether what a document says of one person's scores can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from intimacy_scales.errors import DocumentError, shortened
from intimacy_scales.numerics.tolerances import DOCUMENT_ROUNDING as ROUNDING
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.planned import PlannedComposite

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument
    from intimacy_scales.scoring.planned import PlannedScale
    from intimacy_scales.scoring.scale_score import ScaleScore


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


def counted_blanks_of(form: Instrument, items: tuple[str, ...]) -> tuple[str, ...]:
    """Return the items whose blanks count as 0, as a document tells them.

    Raises
    ------
    DocumentError
        There is no such box, or one stands there twice.
    """
    boxes = {item for question in form.choose_all for item in question.items}
    for item in items:
        if item not in boxes:
            raise DocumentError(
                f"PersonScores.counted_blanks: {form.ref.named} has no box {shortened(item)} that may "
                "be left blank"
            )
        if items.count(item) > 1:
            raise DocumentError(f"PersonScores.counted_blanks: {item} stands there twice")
    return items


def check_rows(
    form: Instrument,
    rows: Sequence[ScaleScore],
    *,
    needed: Mapping[str, int],
    ranges: Mapping[str, tuple[float, float]],
) -> None:
    """Raise where what a document says of the scales of an instrument cannot be.

    Parameters
    ----------
    form, rows
        The instrument, and what the document says of each of its scales.
    needed, ranges
        How many answers it says that a score needs, and which scores it says that there can be.
    """
    plan = plan_of(form)
    for position, scale in enumerate(plan.scales):
        parts = [rows[part] for part in scale.parts] if isinstance(scale, PlannedComposite) else []
        apart = max(abs(a - b) for a, b in zip(ranges[scale.id], (scale.low, scale.high), strict=True))
        if needed[scale.id] != scale.required or not apart <= ROUNDING * max(1.0, abs(scale.high)):
            raise DocumentError(
                f"PersonScores.needed, ranges ({scale.id}): {needed[scale.id]} and {ranges[scale.id]}; of "
                f"this instrument they are {scale.required} and {(scale.low, scale.high)}"
            )
        difference = isinstance(scale, PlannedComposite) and scale.difference
        _check_row(scale, rows[position], has_pomp=not difference, parts=parts)


def _check_row(
    scale: PlannedScale | PlannedComposite, row: ScaleScore, *, has_pomp: bool, parts: Sequence[ScaleScore]
) -> None:
    """Raise where the figures of a document about one scale cannot be, or contradict each other.

    Parameters
    ----------
    scale
        The plan of the scale.
    row
        What the document says of it.
    has_pomp
        Whether the scale has a percentage of its maximum.
    parts
        What it says of the scales of a composite; empty for a scale of items.
    """
    _check_score(scale.id, row.score, row.pomp, (scale.low, scale.high), has_pomp=has_pomp)
    answered = sum(part.score is not None for part in parts) if parts else row.answered
    if row.answered != answered or not 0 <= row.answered <= scale.size:
        allowed = f"{answered}, by the scores of its scales" if parts else f"0 to {scale.size}"
        raise DocumentError(f"PersonScores.answered.{scale.id}: {row.answered}; it can be {allowed}")
    if (row.score is not None) != (row.answered >= scale.required):
        told = "a score" if row.score is not None else "no score"
        raise DocumentError(
            f"PersonScores.scores.{scale.id}: {told} with {row.answered} of {scale.size} answered, and a "
            f"score needs {scale.required}"
        )
    partly = row.answered < scale.size or any(part.prorated for part in parts)
    if row.prorated != (row.score is not None and partly):
        raise DocumentError(
            f"PersonScores.prorated.{scale.id}: {row.prorated}, which the number of answers contradicts"
        )
    low, high = row.low, row.high
    inside = low <= high and scale.low - ROUNDING <= low and high <= scale.high + ROUNDING
    # a composite without a part's score may lie beside what its scales could still be
    if not inside or (
        not parts and row.score is not None and not low - ROUNDING <= row.score <= high + ROUNDING
    ):
        raise DocumentError(
            f"PersonScores.bounds.{scale.id}: {low:g} to {high:g} cannot be, with the score {row.score} on "
            f"{scale.low:g} to {scale.high:g}"
        )


def _check_score(
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
