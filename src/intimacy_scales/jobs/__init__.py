"""Jobs: scores or statistics from files of answers, read in one pass."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from intimacy_scales.jobs.column_sets import score_column_sets
    from intimacy_scales.jobs.couple_report import CoupleFileReport, couple_report_file
    from intimacy_scales.jobs.folder import FolderReport, score_folder
    from intimacy_scales.jobs.reliability import ReliabilityFileReport, reliability_file
    from intimacy_scales.jobs.report_of_scores import ScoringReport, scoring_report
    from intimacy_scales.jobs.scores import FileReport, score_file
    from intimacy_scales.jobs.structure import StructureFileReport, structure_file

# loaded at first use: scoring a file needs no factor analysis
_HOME = {
    "CoupleFileReport": "couple_report", "couple_report_file": "couple_report",
    "FileReport": "scores", "FolderReport": "folder", "ReliabilityFileReport": "reliability",
    "StructureFileReport": "structure", "score_folder": "folder",
    "reliability_file": "reliability", "score_column_sets": "column_sets", "score_file": "scores",
    "structure_file": "structure", "ScoringReport": "report_of_scores",
    "scoring_report": "report_of_scores",
}  # fmt: skip

__all__ = [
    "CoupleFileReport",
    "FileReport",
    "FolderReport",
    "ReliabilityFileReport",
    "ScoringReport",
    "StructureFileReport",
    "couple_report_file",
    "reliability_file",
    "score_column_sets",
    "score_file",
    "score_folder",
    "scoring_report",
    "structure_file",
]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
