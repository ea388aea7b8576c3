"""HTML text of tables and pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from intimacy_scales.results.html_style import page_style, size_class
from intimacy_scales.results.paper_layout import Layout, is_broken, paper_layout
from intimacy_scales.results.pictures import Picture
from intimacy_scales.results.symbols import Run, figure_cell, heading_runs, text_runs, unbroken_parts
from intimacy_scales.results.tables import Page, TextTable

PAPER, PICTURES, LEGEND = "For a paper", "Pictures", "What the columns say"
_ON_A_LINE = 2  # pictures next to each other on paper
_SHORT = 12  # rows of a table that stays on one sheet
_IN_JSON = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def html_table(table: TextTable, caption: str = "") -> str:
    """Return a table as HTML with its note, without its title.

    Parameters
    ----------
    table
        The table.
    caption
        What stands in its caption, as HTML; empty for none.
    """
    sides = [' class="text"' if wordy else "" for wordy in table.wordy]
    head = "".join(
        f'<th scope="col"{side}>{set_runs(heading_runs(text))}</th>' if text else "<td></td>"
        for text, side in zip(table.shown_headings, sides, strict=True)
    )
    write = _cell_writers(table)
    body = "".join(
        f"<tr>{''.join(as_cell(text) for as_cell, text in zip(write, row, strict=True))}</tr>"
        for row in table.rows
    )
    note = f'<p class="note"><i>Note.</i> {set_runs(text_runs(table.note))}</p>' if table.note else ""
    title = f"<caption>{caption}</caption>" if caption else ""
    return f"<table>{title}<thead>{_spans(table)}<tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}"


def _cell_writers(table: TextTable) -> list[Callable[[str], str]]:
    """Return a function for each column that writes a cell; the first column names the rows."""
    return [
        _cell_writer(first=place == 0, wordy=wordy, broken=broken)
        for place, (wordy, broken) in enumerate(zip(table.wordy, is_broken(table), strict=True))
    ]


def _cell_writer(*, first: bool, wordy: bool, broken: bool) -> Callable[[str], str]:
    names = [name for name, has_it in (("text", wordy), ("words", broken)) if has_it]
    side = f' class="{" ".join(names)}"' if names else ""
    start, end = (f'<th scope="row"{side}>', "</th>") if first else (f"<td{side}>", "</td>")
    show = str if first or wordy else figure_cell
    write = _unbroken if broken else escape
    return lambda text: f"{start}{write(show(text))}{end}"


def titled_table(table: TextTable) -> str:
    """Return a table as HTML with its number, its title and its note."""
    number = "" if table.number is None else f"<b>Table {table.number}</b><br>"
    return html_table(table, f"{number}<i>{escape(table.title)}</i>" if number or table.title else "")


def set_runs(runs: Iterable[Run]) -> str:
    """Return parts of a text as HTML, symbols of statistics in italics, figures and intervals unbroken."""
    return "".join(f"<i>{escape(run.text)}</i>" if run.italic else _unbroken(run.text) for run in runs)


def _unbroken(text: str) -> str:
    """Return a text as HTML in which no line ends within a figure or an interval."""
    return "".join(
        f'<span class="figure">{escape(part)}</span>' if whole else escape(part)
        for part, whole in unbroken_parts(text)
    )


def _spans(table: TextTable) -> str:
    """Return the row of headings above others."""
    cells = "".join(
        f'<th colspan="{n}" scope="colgroup" class="above">{set_runs(heading_runs(text))}</th>'
        if text
        else "<td></td>" * n
        for text, n in table.spans
    )
    return f"<tr>{cells}</tr>" if cells else ""


def html_picture(picture: Picture) -> str:
    """Return a picture as HTML that loads nothing."""
    caption = f"<figcaption>{escape(picture.caption)}</figcaption>" if picture.caption else ""
    return f'<figure><img src="{picture.address}" alt="{escape(picture.alt_text)}">{caption}</figure>'


def html_fragment(page: Page, *, main_only: bool = False, pictures: Sequence[Picture] = ()) -> str:
    """Return a page as HTML for a notebook: all of it, or only what comes before the further tables."""
    first, rest = page.tables[:1], page.tables[1:]
    facts = "".join(f"<br>{set_runs(text_runs(fact))}" for fact in page.facts)
    sentence = f"<p>{set_runs(text_runs(page.sentence))}</p>" if page.sentence else ""
    title = f"<p><b>{escape(page.title)}</b>{facts}</p>" if page.title or facts else ""
    if page.sections:  # a text, whose headings are below its title
        title = f"<h1>{escape(page.title)}</h1>"
    tables = "".join(
        titled_table(table) if table.number is not None else html_table(table) for table in first
    )
    head = f"{title}{_sections(page)}{tables}{_cautions(page)}{sentence}{_pictures(pictures)}"
    if main_only or not rest:
        return head
    legend = f"<p>{set_runs(text_runs(page.legend))}</p>" if page.legend else ""
    more = "".join(f"<h2>{escape(table.title)}</h2>{html_table(table)}" for table in rest)
    return head + legend + more


def html_page(
    page: Page,
    pictures: Sequence[Picture] = (),
    data: Mapping[str, Any] | None = None,
    paper: str = "",
) -> str:
    """Return a page as a self-contained HTML document, which loads nothing.

    Parameters
    ----------
    page
        The page.
    pictures
        They follow the sentence.
    data
        The figures as plain values, as of ``to_dict``, for programs that read the page; None: without.
    paper
        Name of the paper, such as ``A4``; empty: the reader chooses it.

    Notes
    -----
    The document has one ``main``, headings without gaps, and tables with captions. On paper, A4 or Letter,
    nothing is cut off: pages are turned, tables have smaller texts, or are split.
    """
    layout = paper_layout(page.tables)
    body = _body(page, layout, pictures)
    return _document(_name_of(page), body, layout, paper, data)


def html_document(pages: Sequence[Page], title: str, paper: str = "") -> str:
    """Return several pages as one self-contained HTML document; ``paper`` as of `html_page`."""
    body, turned = "", False
    for page in pages:
        layout = paper_layout(page.tables)
        body += _body(page, layout, ())
        turned = turned or layout.landscape
    return _document(title, body, Layout(turned, ()), paper, None)


def _body(page: Page, layout: Layout, pictures: Sequence[Picture]) -> str:
    """Return what a page has in the body of a document."""
    level = "h2" if page.title else "h1"
    tables = ["".join(_table_of_page(part, size, level) for part in parts) for parts, size in layout.parts]
    first, rest = tables[:1], tables[1:]
    name = _name_of(page)
    facts = "<br>".join(set_runs(text_runs(fact)) for fact in page.facts)
    cautions, sentence = _cautions(page), set_runs(text_runs(page.sentence))
    drawn = _pictures(pictures, f"<h2>{PICTURES}</h2>")
    parts = [
        f"<h1>{escape(name)}</h1>" if page.title or not first else "",
        f"<p>{facts}</p>" if facts else "",
        _sections(page),
        *first,
        f"<h2>{escape(page.cautions_heading)}</h2>{cautions}" if cautions else "",
        f"<h2>{PAPER}</h2><p>{sentence}</p>" if sentence else "",
        drawn,
        f"<h2>{LEGEND}</h2><p>{set_runs(text_runs(page.legend))}</p>" if page.legend and rest else "",
        *rest,
    ]
    return "".join(parts)


def _document(name: str, body: str, layout: Layout, paper: str, data: Mapping[str, Any] | None) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(name)}</title>\n"
        f"<style>{page_style(landscape=layout.landscape, paper=paper)}</style>\n</head>\n<body>\n"
        f"<main>{body}</main>\n{'' if data is None else json_block(data)}</body>\n</html>\n"
    )


def json_block(data: Mapping[str, Any]) -> str:
    r"""Return figures as JSON in a block that no browser displays, and that no text in it can close.

    Examples
    --------
    >>> print(json_block({"title": "</script>"}), end="")
    <script type="application/json" id="results">{"title": "\u003c/script\u003e"}</script>
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    for sign, code in _IN_JSON.items():
        text = text.replace(sign, code)
    return f'<script type="application/json" id="results">{text}</script>\n'


def _table_of_page(table: TextTable, points: float, heading: str) -> str:
    """Return a table of a document: its caption is a heading, and a narrow screen scrolls it by keys too."""
    number = "" if table.number is None else f"<b>Table {table.number}</b><br>"
    title = table.title or "Table"
    short = " short" if len(table.rows) <= _SHORT else ""
    caption = (
        f"<{heading}>{number}{escape(title)}</{heading}>"
        if table.title
        else f'<span class="unseen">{title}</span>'
    )
    names = f"wide{short} {size_class(points)}"
    return (
        f'<div class="{names}" role="region" tabindex="0" aria-label="{escape(title)}">'
        f"{html_table(table, caption)}</div>"
    )


def _sections(page: Page) -> str:
    return "".join(
        f"<h2>{escape(section.heading)}</h2>"
        + "".join(f"<p>{set_runs(text_runs(text))}</p>" for text in section.paragraphs)
        for section in page.sections
    )


def _cautions(page: Page) -> str:
    items = "".join(f"<li>{set_runs(text_runs(text))}</li>" for text in page.warnings)
    return f'<ul class="warnings">{items}</ul>' if items else ""


def _pictures(pictures: Sequence[Picture], heading: str = "") -> str:
    """Return pictures; their heading and the first two, next to each other, are on one sheet of paper."""
    if not pictures:
        return ""
    first, others = pictures[:_ON_A_LINE], pictures[_ON_A_LINE:]
    names = "pictures" if len(pictures) > 1 else "pictures one"
    together = f'<div class="together">{heading}{"".join(map(html_picture, first))}</div>'
    return f'<div class="{names}">{together}{"".join(map(html_picture, others))}</div>'


def _name_of(page: Page) -> str:
    """Return the name of a document: the title of the page, or of its table."""
    return page.title or next((table.title for table in page.tables), "") or "Table"
