"""A report as Markdown and as HTML."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from intimacy_scales.reliability.items import ItemAnalysis

_HEADINGS = {
    "scale": "Scale",
    "n": "n",
    "items": "Items",
    "alpha": "Alpha",
    "low": "CI low",
    "high": "CI high",
    "lambda2": "Lambda-2",
    "split_half": "Split-half",
    "mean_r": "Mean r",
    "stratified_alpha": "Stratified alpha",
    "mean": "M",
    "sd": "SD",
    "sem": "SEM",
}
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .7rem; text-align: right } th:first-child, td:first-child { text-align: left }
thead th { border-bottom: 2px solid #444 } tbody tr { border-bottom: 1px solid #ddd }
.warnings { background: #fff4d6; padding: .6rem 1rem .6rem 2rem }
div.wide { overflow-x: auto }
"""


def cell(value: Any) -> str:
    """Write a cell: figures with three decimals, none as a dash."""
    if isinstance(value, float):
        return f"{value:.3f}" if math.isfinite(value) else "-"
    return str(value)


def _table(columns: Mapping[str, Sequence[Any]]) -> tuple[list[str], list[list[str]]]:
    heads = [_HEADINGS.get(name, name) for name in columns]
    rows = [[cell(value) for value in row] for row in zip(*columns.values(), strict=True)]
    return heads, rows


def markdown_of(
    title: str, columns: Mapping[str, Sequence[Any]], warnings: Sequence[str], sentence: str
) -> str:
    """Return a Markdown page."""
    heads, rows = _table(columns)

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(text.replace("|", "\\|") for text in cells) + " |"

    rule = "|" + "|".join(["---"] + ["---:"] * (len(heads) - 1)) + "|"
    table = "\n".join([line(heads), rule, *map(line, rows)])
    told = "".join(f"- {text}\n" for text in warnings)
    parts = [f"# {title}", table, *([f"## Before you use these figures\n\n{told.rstrip()}"] if told else [])]
    return "\n\n".join([*parts, sentence]) + "\n"


def _html_table(columns: Mapping[str, Sequence[Any]]) -> str:
    heads, rows = _table(columns)
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def html_of(
    title: str,
    columns: Mapping[str, Sequence[Any]],
    warnings: Sequence[str],
    sentence: str,
    items: Mapping[str, ItemAnalysis],
    *,
    page: bool,
) -> str:
    """Return HTML: a fragment for notebooks, or a page that stands alone."""
    told = "".join(f"<li>{escape(text)}</li>" for text in warnings)
    parts = [_html_table(columns), f'<ul class="warnings">{told}</ul>' if told else ""]
    parts.append(f"<p>{escape(sentence)}</p>")
    for scale, analysis in items.items():
        figures = {"item": list(analysis.items), **analysis.figures()}
        parts.append(f"<h2>Items of {escape(scale)}</h2>{_html_table(figures)}")
    content = "".join(parts)
    if not page:
        return f"<p><b>{escape(title)}</b></p>{content}"
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n{content}\n</body>\n</html>\n"
    )
