"""Blanks that count as 0: boxes not chosen by persons who saw the question (plain Python, no numpy)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from intimacy_scales.reading.answers import MISSING

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument

NOT_CHOSEN = 1  # the code of 0, where answers are 0 and 1


class BlankRule(NamedTuple):
    """The condition under which blanks of a question's boxes count as 0.

    Attributes
    ----------
    boxes
        Positions of the question's items.
    witnesses
        Positions of items whose answers show that a person saw the question.
    least
        The lowest code of a witness that shows it: 1 for any answer; the highest code if the witness asks
        whether the question was shown.
    """

    boxes: tuple[int, ...]
    witnesses: tuple[int, ...]
    least: int


def blank_rules(form: Instrument) -> tuple[BlankRule, ...]:
    """Return the rules of an instrument's "choose all that apply" questions."""
    places = {item: index for index, item in enumerate(form.item_ids)}
    return tuple(
        BlankRule(
            tuple(places[item] for item in question.items),
            tuple(places[item] for item in question.witnesses),
            1 if question.shown is None else form.item(question.shown).response_scale.counted.n,
        )
        for question in form.choose_all
    )


def count_blanks(rules: Sequence[BlankRule], codes: list[int], refused: Collection[int]) -> list[int]:
    """Write the code of 0 for one person's blanks, and return their positions.

    Parameters
    ----------
    rules
        When a blank counts as 0.
    codes
        The person's codes; changed in place.
    refused
        Positions of values that were not accepted, which are not blanks.
    """
    active_rules = [rule for rule in rules if any(codes[place] >= rule.least for place in rule.witnesses)]
    blank_places = [
        place
        for rule in active_rules
        for place in rule.boxes
        if codes[place] == MISSING and place not in refused
    ]
    for place in blank_places:
        codes[place] = NOT_CHOSEN
    return sorted(blank_places)


def counted_blanks_text(counts: Mapping[str, int]) -> str:
    """Return how many blanks counted as 0, as the end of a sentence; an empty text if none did."""
    n = sum(counts.values())
    return f"; {n:,} {'blank' if n == 1 else 'blanks'} counted as not chosen" if n else ""
