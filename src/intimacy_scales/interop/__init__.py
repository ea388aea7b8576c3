"""Answers in files, scores and reports out to files: one short module a format."""

from intimacy_scales.interop.formats import endings, open_answers, open_output
from intimacy_scales.interop.reliability_file import ReliabilityFileReport, reliability_file
from intimacy_scales.interop.score_file import FileReport, score_file
from intimacy_scales.interop.structure_file import StructureFileReport, structure_file

__all__ = [
    "FileReport",
    "ReliabilityFileReport",
    "StructureFileReport",
    "endings",
    "open_answers",
    "open_output",
    "reliability_file",
    "score_file",
    "structure_file",
]
