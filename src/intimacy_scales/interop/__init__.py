"""Answers in files, scores out to files: one short module a format."""

from intimacy_scales.interop.formats import endings, open_answers, open_output
from intimacy_scales.interop.score_file import FileReport, score_file

__all__ = ["FileReport", "endings", "open_answers", "open_output", "score_file"]
