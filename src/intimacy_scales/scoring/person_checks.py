"""Checks of a document of one person's scores, when it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from intimacy_scales.errors import DocumentError
from intimacy_scales.messages import shortened
from intimacy_scales.numerics.tolerances import DOCUMENT_ROUNDING as ROUNDING
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.planned import PlannedComposite

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument
    from intimacy_scales.scoring.planned import PlannedScale
    from intimacy_scales.scoring.scale_score import ScaleScore


def not_applicable_of(form: Instrument, items: tuple[str, ...]) -> tuple[str, ...]:
    """Return the items that do not apply, checked against the instrument.

    Raises
    ------
    DocumentError
        An item is unknown, always applies, or is listed twice.
    """
    for item in items:
        if item not in form.item_ids or not form.item(item).response_scale.not_applicable:
            raise DocumentError(
                f"PersonScores.not_applicable: {form.ref.named} has no item {shortened(item)} with that "
                "answer"
            )
        if items.count(item) > 1:
            raise DocumentError(f"PersonScores.not_applicable: {item} is listed twice; list it once")
    return items


def counted_blanks_of(form: Instrument, items: tuple[str, ...]) -> tuple[str, ...]:
    """Return the items whose blanks count as 0, checked against the instrument.

    Raises
    ------
    DocumentError
        An item cannot count as 0 when blank, or is listed twice.
    """
    boxes = {item for question in form.choose_all for item in question.items}
    for item in items:
        if item not in boxes:
            raise DocumentError(
                f"PersonScores.counted_blanks: {form.ref.named} has no box {shortened(item)} that may "
                "be left blank"
            )
        if items.count(item) > 1:
            raise DocumentError(f"PersonScores.counted_blanks: {item} is listed twice; list it once")
    return items


def check_rows(
    form: Instrument,
    rows: Sequence[ScaleScore],
    *,
    needed: Mapping[str, int],
    ranges: Mapping[str, tuple[float, float]],
) -> None:
    """Raise if the scores of a document are impossible for the instrument.

    Parameters
    ----------
    form, rows
        The instrument, and the document's scores of its scales.
    needed, ranges
        The document's numbers of answers that scores need, and ranges of possible scores.
    """
    plan = plan_of(form)
    for position, scale in enumerate(plan.scales):
        parts = [rows[part] for part in scale.parts] if isinstance(scale, PlannedComposite) else []
        difference = max(abs(a - b) for a, b in zip(ranges[scale.id], (scale.low, scale.high), strict=True))
        if needed[scale.id] != scale.required or not difference <= ROUNDING * max(1.0, abs(scale.high)):
            raise DocumentError(
                f"PersonScores.needed, ranges ({scale.id}): {needed[scale.id]} and {ranges[scale.id]}; this "
                f"instrument has {scale.required} and {(scale.low, scale.high)}"
            )
        has_pomp = not (isinstance(scale, PlannedComposite) and scale.difference)
        _check_row(scale, rows[position], has_pomp=has_pomp, parts=parts)


def _check_row(
    scale: PlannedScale | PlannedComposite, row: ScaleScore, *, has_pomp: bool, parts: Sequence[ScaleScore]
) -> None:
    """Raise if the figures of one scale are impossible, or contradict each other.

    Parameters
    ----------
    scale
        The plan of the scale.
    row
        The document's figures.
    has_pomp
        Whether the scale has a POMP.
    parts
        The document's figures of the scales of a composite; empty for a scale of items.
    """
    _check_score(scale.id, row.score, row.pomp, (scale.low, scale.high), has_pomp=has_pomp)
    expected = sum(part.score is not None for part in parts) if parts else row.answered
    if row.answered != expected or not 0 <= row.answered <= scale.size:
        allowed = f"{expected}, by the scores of its scales" if parts else f"0 to {scale.size}"
        raise DocumentError(
            f"PersonScores.answered.{scale.id}: {row.answered} is not valid; allowed: {allowed}"
        )
    if (row.score is not None) != (row.answered >= scale.required):
        score = "a score" if row.score is not None else "no score"
        raise DocumentError(
            f"PersonScores.scores.{scale.id}: {score} with {row.answered} of {scale.size} answered; a score "
            f"needs {scale.required}"
        )
    partly = row.answered < scale.size or any(part.prorated for part in parts)
    if row.prorated != (row.score is not None and partly):
        raise DocumentError(
            f"PersonScores.prorated.{scale.id}: {row.prorated} contradicts the number of answers"
        )
    low, high = row.low, row.high
    inside = low <= high and scale.low - ROUNDING <= low and high <= scale.high + ROUNDING
    # a composite with a part that has no score may lie outside the bounds
    if not inside or (
        not parts and row.score is not None and not low - ROUNDING <= row.score <= high + ROUNDING
    ):
        raise DocumentError(
            f"PersonScores.bounds.{scale.id}: {low:g} to {high:g} is impossible for the score {row.score} on "
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
    """Raise if a score is outside the range of its scale, or its POMP does not follow from it."""
    low, high = ends
    if score is not None and not low - ROUNDING <= score <= high + ROUNDING:
        raise DocumentError(f"PersonScores.scores.{scale}: {score} is outside {low:g} to {high:g}")
    expected = None if score is None or not has_pomp else 100 * (score - low) / (high - low)
    if (pomp is None) != (expected is None) or (
        pomp is not None and expected is not None and abs(pomp - expected) > ROUNDING
    ):
        raise DocumentError(
            f"PersonScores.pomp.{scale}: {pomp} does not follow from the score, which gives {expected}"
        )
