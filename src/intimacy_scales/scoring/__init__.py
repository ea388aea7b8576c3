"""Scale scores: one plan of an instrument, and two equal ways through it."""

from typing import TYPE_CHECKING, Any

from intimacy_scales.scoring.entry import score, score_stream
from intimacy_scales.scoring.person import PersonScores

if TYPE_CHECKING:
    from intimacy_scales.scoring.scores import Scores

__all__ = ["PersonScores", "Scores", "score", "score_stream"]


def __getattr__(name: str) -> Any:
    if name == "Scores":
        from intimacy_scales.scoring.scores import Scores

        return Scores
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
