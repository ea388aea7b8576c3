"""Answers in files, and what is made of them; the names of `files` and `jobs` in one place."""

from intimacy_scales.files import endings, open_answers, open_output
from intimacy_scales.jobs import (
    FileReport,
    FolderReport,
    ReliabilityFileReport,
    StructureFileReport,
    reliability_file,
    score_file,
    score_folder,
    structure_file,
)

__all__ = [
    "FileReport",
    "FolderReport",
    "ReliabilityFileReport",
    "StructureFileReport",
    "endings",
    "open_answers",
    "open_output",
    "reliability_file",
    "score_file",
    "score_folder",
    "structure_file",
]
