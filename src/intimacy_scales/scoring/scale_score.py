"""One score of one person: what it is, how much was answered, and how far skipped answers could move it."""

from __future__ import annotations

from typing import NamedTuple


class ScaleScore(NamedTuple):
    """One person on one scale.

    Attributes
    ----------
    score
        None where too little was answered.
    pomp
        The score as percent of the maximum possible.
    answered
        Answered items; for a composite, its scales that have a score.
    low, high
        Bounds: lowest and highest score still attainable had the skipped items been answered.
    prorated
        Whether the score was made from fewer answers than the scale has items.
    """

    score: float | None
    pomp: float | None
    answered: int
    low: float
    high: float
    prorated: bool
