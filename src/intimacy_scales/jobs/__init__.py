"""One pass over a file, for scores or for statistics."""

from intimacy_scales.jobs.reliability import ReliabilityFileReport, reliability_file
from intimacy_scales.jobs.scores import FileReport, score_file
from intimacy_scales.jobs.structure import StructureFileReport, structure_file

__all__ = [
    "FileReport",
    "ReliabilityFileReport",
    "StructureFileReport",
    "reliability_file",
    "score_file",
    "structure_file",
]
