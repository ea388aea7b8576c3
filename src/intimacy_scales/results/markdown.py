"""Markdown text of tables and pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from intimacy_scales.results.tables import Page, TextTable

_HTML_SYNTAX = re.compile(r"&(?=#?\w+;)|<(?=[a-zA-Z/!?])|^>")


def one_line(text: str) -> str:
    """Return a text that neither begins a block of Markdown nor contains HTML.

    Signs that are not HTML stay as they are, as in "Hu & Bentler" and "p < .001", since Markdown is often
    read as plain text.
    """
    return _HTML_SYNTAX.sub(lambda match: escape(match[0]), " ".join(text.split()))


def markdown_table(table: TextTable) -> str:
    """Return a table as Markdown, without its title."""

    def line(texts: Sequence[str]) -> str:
        return "| " + " | ".join(one_line(text).replace("|", "\\|") for text in texts) + " |"

    is_left_aligned = [number == 0 or wordy for number, wordy in enumerate(table.wordy)]
    rule = "|" + "|".join("---" if is_left else "---:" for is_left in is_left_aligned) + "|"
    return "\n".join([line(list(table.columns)), rule, *map(line, table.rows)])


def markdown_page(page: Page) -> str:
    """Return a page as Markdown: main table, warnings, sentence, further tables."""
    warnings = "\n".join(f"- {one_line(text)}" for text in page.warnings)
    first, *rest = page.tables
    parts = [f"# {one_line(page.title)}", markdown_table(first)]
    parts += [f"## Before you use these figures\n\n{warnings}"] if warnings else []
    parts += [one_line(page.sentence)]
    parts += [page.legend] if page.legend and rest else []
    for table in rest:
        parts += [f"## {one_line(table.title)}", markdown_table(table)]
    return "\n\n".join(parts) + "\n"
