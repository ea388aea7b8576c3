"""Answers in files, tables out to files: one short module a format."""

from intimacy_scales.files.formats import endings, open_answers, open_output

__all__ = ["endings", "open_answers", "open_output"]
