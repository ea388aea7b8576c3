"""HTML text of tables and pages."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from intimacy_scales.results.pictures import Picture
from intimacy_scales.results.tables import Page, TextTable

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-bottom: 0 }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums }
th, td { padding: .3rem .6rem; text-align: right; white-space: nowrap }
th:first-child, td:first-child, .text { text-align: left }
thead th { border-bottom: 2px solid #444 } tbody tr { border-bottom: 1px solid #ddd }
.warnings { background: #fff4d6; padding: .6rem 1rem .6rem 2rem }
thead th { white-space: normal; vertical-align: bottom }
td.text { white-space: normal; max-width: 40rem }
div.wide { overflow-x: auto }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem }
figure { margin: 1rem 0 } img, svg { max-width: 100%; height: auto }
figcaption { font-size: .9rem; color: #444 }
@page { size: landscape; margin: 1.5cm }
@media print {
  body { max-width: 100%; margin: 0; padding: 0; font-size: 9pt }
  div.wide { overflow: visible }
  th, td { padding: .15rem .3rem }
  tr, figure { break-inside: avoid }
}
"""


def html_table(table: TextTable) -> str:
    """Return a table as HTML, without its title."""
    sides = [' class="text"' if wordy else "" for wordy in table.wordy]
    head = "".join(f"<th{side}>{escape(text)}</th>" for text, side in zip(table.columns, sides, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{side}>{escape(text)}</td>" for text, side in zip(row, sides, strict=True))
        + "</tr>"
        for row in table.rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def html_picture(picture: Picture) -> str:
    """Return a picture as HTML that loads nothing."""
    caption = f"<figcaption>{escape(picture.caption)}</figcaption>" if picture.caption else ""
    return f'<figure><img src="{picture.address}" alt="{escape(picture.alt_text)}">{caption}</figure>'


def html_fragment(page: Page, *, main_only: bool = False, pictures: Sequence[Picture] = ()) -> str:
    """Return a page as HTML for a notebook: all of it, or only what comes before the further tables."""
    items = "".join(f"<li>{escape(text)}</li>" for text in page.warnings)
    warnings = f'<ul class="warnings">{items}</ul>' if items else ""
    first, *rest = page.tables
    head = f"<p><b>{escape(page.title)}</b></p>{html_table(first)}{warnings}<p>{escape(page.sentence)}</p>"
    if pictures:
        head += f'<div class="pictures">{"".join(map(html_picture, pictures))}</div>'
    if main_only or not rest:
        return head
    legend = f"<p>{escape(page.legend)}</p>" if page.legend else ""
    more = "".join(f"<h2>{escape(table.title)}</h2>{html_table(table)}" for table in rest)
    return head + legend + more


def html_page(page: Page, pictures: Sequence[Picture] = ()) -> str:
    """Return a page as a self-contained HTML document; pictures follow the sentence."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)}</title>\n"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"{html_fragment(page, pictures=pictures)}\n</body>\n</html>\n"
    )
