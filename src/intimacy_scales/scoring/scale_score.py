"""One score of one person, with the number of answers and bounds for skipped items."""

from __future__ import annotations

from typing import NamedTuple


class ScaleScore(NamedTuple):
    """One person on one scale.

    Attributes
    ----------
    score
        None if too few items were answered.
    pomp
        The score as percent of the maximum possible.
    answered
        Number of answered items; for a composite, of its scales that have a score.
    low, high
        Bounds: lowest and highest score possible, whatever the answers to skipped items.
    prorated
        Whether the score was made from fewer answers than the scale has items.
    """

    score: float | None
    pomp: float | None
    answered: int
    low: float
    high: float
    prorated: bool
