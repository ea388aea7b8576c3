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

    Examples
    --------
    >>> from intimacy_scales import score
    >>> score("kmss", {"kmss_1": 6, "kmss_2": 5}).rows[0]
    ScaleScore(score=16.5, pomp=75.0, answered=2, low=12.0, high=18.0, prorated=True)
    """

    score: float | None
    pomp: float | None
    answered: int
    low: float
    high: float
    prorated: bool
