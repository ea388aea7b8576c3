"""Answers read from files and tables written to files, with one short module for each format."""

from intimacy_scales.files.formats import endings, open_answers, open_output

__all__ = ["endings", "open_answers", "open_output"]
