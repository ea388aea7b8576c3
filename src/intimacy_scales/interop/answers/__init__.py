"""Files of answers as survey platforms export them, one short module for each platform."""

from intimacy_scales.interop.answers.mapping_file import save_mapping
from intimacy_scales.interop.answers.mapping_report import MappingReport
from intimacy_scales.interop.answers.opening import open_file
from intimacy_scales.interop.answers.read import FileAnswers, inspect_answers, read_answers

__all__ = ["FileAnswers", "MappingReport", "inspect_answers", "open_file", "read_answers", "save_mapping"]
