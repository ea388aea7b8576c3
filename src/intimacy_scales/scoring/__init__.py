"""Scale scores: one plan of each instrument, and two ways of applying it that give equal scores."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from intimacy_scales.scoring.entry import score, score_stream
from intimacy_scales.scoring.many import score_many
from intimacy_scales.scoring.person import PersonScores
from intimacy_scales.scoring.sheet_problems import SheetProblems

if TYPE_CHECKING:
    from intimacy_scales.scoring.interpretation import PersonInterpretation
    from intimacy_scales.scoring.interpretations import Interpretation
    from intimacy_scales.scoring.norm_tables import StandardScores
    from intimacy_scales.scoring.norms import PersonStandardScores
    from intimacy_scales.scoring.scores import Scores
    from intimacy_scales.scoring.summary import ScoreSummary

_HOME = {
    "Interpretation": "interpretations", "PersonInterpretation": "interpretation",
    "PersonStandardScores": "norms", "ScoreSummary": "summary", "Scores": "scores",
    "StandardScores": "norm_tables",
}  # fmt: skip

__all__ = [
    "Interpretation", "PersonInterpretation", "PersonScores", "PersonStandardScores", "ScoreSummary",
    "Scores", "SheetProblems", "StandardScores", "score", "score_many", "score_stream",
]  # fmt: skip


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
