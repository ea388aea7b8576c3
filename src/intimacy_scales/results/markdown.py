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
    """Return a table as Markdown with its note, without its title."""

    def line(texts: Sequence[str]) -> str:
        return "| " + " | ".join(one_line(text).replace("|", "\\|") for text in texts) + " |"

    is_left_aligned = [number == 0 or wordy for number, wordy in enumerate(table.wordy)]
    rule = "|" + "|".join("---" if is_left else "---:" for is_left in is_left_aligned) + "|"
    lines = [line(_headings(table)), rule, *map(line, table.rows)]
    return "\n".join([*lines, *(["", f"*Note.* {one_line(table.note)}"] if table.note else [])])


def titled_table(table: TextTable) -> str:
    """Return a table as Markdown with its number, its title and its note."""
    number = [] if table.number is None else [f"**Table {table.number}**"]
    title = [f"*{one_line(table.title)}*"] if table.title else []
    return "\n\n".join([*number, *title, markdown_table(table)])


def _headings(table: TextTable) -> list[str]:
    """Return the headings; Markdown has one row of them, so those above others come first in each."""
    over = [table.above.get(name, "") for name in table.columns]
    return [
        f"{above}: {text}" if above else text for above, text in zip(over, table.shown_headings, strict=True)
    ]


def markdown_page(page: Page) -> str:
    """Return a page as Markdown: facts, main table, warnings, sentence, further tables."""
    warnings = "\n".join(f"- {one_line(text)}" for text in page.warnings)
    first, rest = page.tables[:1], page.tables[1:]
    parts = [f"# {one_line(page.title)}"] if page.title else []
    parts += ["\n".join(f"- {one_line(fact)}" for fact in page.facts)] if page.facts else []
    for section in page.sections:
        parts += [f"## {one_line(section.heading)}", *map(one_line, section.paragraphs)]
    parts += [titled_table(t) if t.number is not None else markdown_table(t) for t in first]
    parts += [f"## {one_line(page.cautions_heading)}\n\n{warnings}"] if warnings else []
    parts += [one_line(page.sentence)] if page.sentence else []
    parts += [page.legend] if page.legend and rest else []
    for table in rest:
        parts += [f"## {one_line(table.title)}", markdown_table(table)]
    return "\n\n".join(parts) + "\n"
