"""A report as Markdown and as HTML."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from intimacy_scales.reliability.items import ItemAnalysis
from intimacy_scales.results import percent

_HEADINGS = {
    "scale": "Scale",
    "items": "Items",
    "alpha": "Alpha",
    "omega": "Omega total",
    "lambda2": "Lambda-2",
    "split_half": "Split-half",
    "mean_r": "Mean r",
    "stratified_alpha": "Stratified alpha",
    "mean": "M",
    "sd": "SD",
    "sem": "SEM",
    "item": "Item",
    "median": "Median",
    "skew": "Skew",
    "kurtosis": "Kurtosis",
    "r_raw": "r raw",
    "r_std": "r std",
    "r_drop": "r drop",
    "r_cor": "r cor",
    "alpha_if_dropped": "Alpha if dropped",
}
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-bottom: 0 }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .6rem; text-align: right; white-space: nowrap }
th:first-child, td:first-child { text-align: left }
thead th { border-bottom: 2px solid #444 } tbody tr { border-bottom: 1px solid #ddd }
.warnings { background: #fff4d6; padding: .6rem 1rem .6rem 2rem }
div.wide { overflow-x: auto }
"""
_LEGEND = (
    "A minus marks reverse-keyed items; figures are of keyed answers. r raw: with the score; r std: with the "
    "sum of standardized items; r drop: with the other items; r cor: with the standardized total, the item's "
    "own part replaced by what it shares with the others."
)


def cell(value: Any, digits: int = 3) -> str:
    """Write a cell: figures with some decimals, none as a dash."""
    if isinstance(value, float):
        return f"{value:.{digits}f}" if math.isfinite(value) else "-"
    return str(value)


def report_cells(columns: Mapping[str, Sequence[Any]], confidence_level: float) -> dict[str, list[str]]:
    """Return the columns of a report as they are shown, both ends of an interval in one."""
    shown: dict[str, list[str]] = {}
    for name, values in columns.items():
        if name == "low":
            ends = zip(values, columns["high"], strict=True)
            shown[f"{percent(confidence_level)} CI"] = [
                "-" if math.isnan(low) else f"[{cell(low)}, {cell(high)}]" for low, high in ends
            ]
        elif name != "high":
            shown[_HEADINGS.get(name, name)] = [cell(value) for value in values]
    return shown


def markdown_of(
    title: str, cells: Mapping[str, Sequence[str]], warnings: Sequence[str], sentence: str
) -> str:
    """Return a Markdown page."""
    told = "".join(f"- {_one_line(text)}\n" for text in warnings)
    parts = [f"# {_one_line(title)}", _markdown_table(cells)]
    parts += [f"## Before you use these figures\n\n{told.rstrip()}"] if told else []
    return "\n\n".join([*parts, _one_line(sentence)]) + "\n"


def items_markdown(items: Mapping[str, ItemAnalysis]) -> str:
    """Return the item tables as Markdown."""
    parts = [f"\n{_LEGEND}\n"] if items else []
    for scale, analysis in items.items():
        parts.append(f"\n## Items of {_one_line(scale)}\n\n{_markdown_table(_item_cells(analysis))}\n")
    return "".join(parts)


def _one_line(text: str) -> str:
    """Return a text that can neither begin a block of Markdown nor be taken for HTML."""
    return escape(" ".join(text.split()), quote=False)


def _markdown_table(cells: Mapping[str, Sequence[str]]) -> str:
    def line(texts: Sequence[str]) -> str:
        return "| " + " | ".join(_one_line(text).replace("|", "\\|") for text in texts) + " |"

    rule = "|" + "|".join(["---"] + ["---:"] * (len(cells) - 1)) + "|"
    return "\n".join([line(list(cells)), rule, *map(line, zip(*cells.values(), strict=True))])


def _item_cells(analysis: ItemAnalysis) -> dict[str, list[str]]:
    figures = {"item": list(analysis.items), **analysis.figures()}
    return {_HEADINGS.get(n, n): [cell(v, 2) for v in values] for n, values in figures.items()}


def _html_table(cells: Mapping[str, Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in cells)
    rows = zip(*cells.values(), strict=True)
    body = "".join("<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def html_of(title: str, cells: Mapping[str, Sequence[str]], warnings: Sequence[str], sentence: str) -> str:
    """Return a fragment of HTML for notebooks."""
    told = "".join(f"<li>{escape(text)}</li>" for text in warnings)
    listed = f'<ul class="warnings">{told}</ul>' if told else ""
    return f"<p><b>{escape(title)}</b></p>{_html_table(cells)}{listed}<p>{escape(sentence)}</p>"


def items_html(items: Mapping[str, ItemAnalysis]) -> str:
    """Return the item tables as HTML."""
    parts = [f"<p>{escape(_LEGEND)}</p>"] if items else []
    for scale, analysis in items.items():
        parts.append(f"<h2>Items of {escape(scale)}</h2>{_html_table(_item_cells(analysis))}")
    return "".join(parts)


def page_of(title: str, content: str) -> str:
    """Return a web page that stands alone."""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{content}\n</body>\n</html>\n"
    )
