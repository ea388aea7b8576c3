"""Tables and reports as Markdown and as HTML."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-bottom: 0 }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .6rem; text-align: right; white-space: nowrap }
th:first-child, td:first-child, .text { text-align: left }
thead th { border-bottom: 2px solid #444 } tbody tr { border-bottom: 1px solid #ddd }
.warnings { background: #fff4d6; padding: .6rem 1rem .6rem 2rem }
div.wide { overflow-x: auto }
"""

_FEW_LETTERS = 3


def cell(value: Any, digits: int = 3) -> str:
    """Write a cell: figures with some decimals, none as a dash."""
    if isinstance(value, float):
        return f"{value:.{digits}f}" if math.isfinite(value) else "-"
    return str(value)


def _is_text(texts: Sequence[str]) -> bool:
    """Whether a column holds words rather than figures."""
    return any(sum(c.isalpha() for c in text) > _FEW_LETTERS for text in texts)


def one_line(text: str) -> str:
    """Return a text that can neither begin a block of Markdown nor be taken for HTML."""
    return escape(" ".join(text.split()), quote=False)


def markdown_table(cells: Mapping[str, Sequence[str]]) -> str:
    """Return columns of texts as a Markdown table."""

    def line(texts: Sequence[str]) -> str:
        return "| " + " | ".join(one_line(text).replace("|", "\\|") for text in texts) + " |"

    sides = [
        "---" if number == 0 or _is_text(texts) else "---:" for number, texts in enumerate(cells.values())
    ]
    rule = "|" + "|".join(sides) + "|"
    return "\n".join([line(list(cells)), rule, *map(line, zip(*cells.values(), strict=True))])


def markdown_of(
    title: str, cells: Mapping[str, Sequence[str]], warnings: Sequence[str], sentence: str
) -> str:
    """Return a Markdown page."""
    told = "".join(f"- {one_line(text)}\n" for text in warnings)
    parts = [f"# {one_line(title)}", markdown_table(cells)]
    parts += [f"## Before you use these figures\n\n{told.rstrip()}"] if told else []
    return "\n\n".join([*parts, one_line(sentence)]) + "\n"


def html_table(cells: Mapping[str, Sequence[str]]) -> str:
    """Return columns of texts as an HTML table."""
    rows = zip(*cells.values(), strict=True)
    words = [number > 0 and _is_text(texts) for number, texts in enumerate(cells.values())]
    sides = [' class="text"' if own else "" for own in words]
    head = "".join(f"<th{side}>{escape(text)}</th>" for text, side in zip(cells, sides, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{side}>{escape(text)}</td>" for text, side in zip(row, sides, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def html_of(title: str, cells: Mapping[str, Sequence[str]], warnings: Sequence[str], sentence: str) -> str:
    """Return a fragment of HTML for notebooks."""
    told = "".join(f"<li>{escape(text)}</li>" for text in warnings)
    listed = f'<ul class="warnings">{told}</ul>' if told else ""
    return f"<p><b>{escape(title)}</b></p>{html_table(cells)}{listed}<p>{escape(sentence)}</p>"


def page_of(title: str, content: str) -> str:
    """Return a web page that stands alone."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{content}\n</body>\n</html>\n"
    )
