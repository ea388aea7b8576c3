"""The public names of `files` and `jobs`: files of answers, and statistics computed from them."""

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
