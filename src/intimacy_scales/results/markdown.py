"""Tables and pages as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from intimacy_scales.results.tables import Page, TextTable

_TAKEN_FOR_HTML = re.compile(r"&(?=#?\w+;)|<(?=[a-zA-Z/!?])|^>")


def one_line(text: str) -> str:
    """Return a text that can neither begin a block of Markdown nor be taken for HTML.

    What is no HTML stays as it is, such as "Hu & Bentler" and "p < .001": many read Markdown as plain text.
    """
    return _TAKEN_FOR_HTML.sub(lambda found: escape(found[0]), " ".join(text.split()))


def markdown_table(table: TextTable) -> str:
    """Return a table, without its title."""

    def line(texts: Sequence[str]) -> str:
        return "| " + " | ".join(one_line(text).replace("|", "\\|") for text in texts) + " |"

    left = [number == 0 or wordy for number, wordy in enumerate(table.wordy)]
    rule = "|" + "|".join("---" if own else "---:" for own in left) + "|"
    return "\n".join([line(list(table.columns)), rule, *map(line, table.rows)])


def markdown_page(page: Page) -> str:
    """Return a page: table, warnings, sentence, further tables."""
    told = "\n".join(f"- {one_line(text)}" for text in page.warnings)
    first, *rest = page.tables
    parts = [f"# {one_line(page.title)}", markdown_table(first)]
    parts += [f"## Before you use these figures\n\n{told}"] if told else []
    parts += [one_line(page.sentence)]
    parts += [page.legend] if page.legend and rest else []
    for table in rest:
        parts += [f"## {one_line(table.title)}", markdown_table(table)]
    return "\n\n".join(parts) + "\n"
