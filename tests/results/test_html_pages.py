"""Pages of reports in HTML: their structure, the data in them, and colours that can be read."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from intimacy_scales import cronbach_alpha, simulate
from intimacy_scales.results.html import html_page, json_block
from intimacy_scales.results.html_style import DARK, LIGHT, SIGNS_ON, TEXT_ON, contrast, page_style
from intimacy_scales.results.paper_layout import column_widths, paper_layout
from intimacy_scales.results.tables import Page, Section, TextTable
from tests.shared.html_pages import HEADINGS, HtmlPage
from tests.shared.sample_reports import KINDS, sample_report

HOSTILE = '</script><script>alert(1)</script> & "quotes" <!-- \u2028'


@cache
def page_of(kind: str) -> HtmlPage:
    report, pictures = sample_report(kind)
    return HtmlPage(report.to_html() if kind == "person" else report.to_html(pictures))


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_one_main_and_headings_without_gaps(kind: str) -> None:
    page = page_of(kind)
    assert page.all("html")[0].attributes["lang"] == "en"
    assert len(page.all("main")) == len(page.all("h1")) == len(page.all("title")) == 1
    levels = [HEADINGS.index(heading.tag) for heading in page.all(*HEADINGS)]
    assert levels[0] == 0
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert all(heading.text.strip() for heading in page.all(*HEADINGS))
    (main,) = page.all("main")
    visible = page.all("h1", "h2", "table", "p", "figure", "ul")
    assert len(list(main.all("h1", "h2", "table", "p", "figure", "ul"))) == len(visible)


@pytest.mark.parametrize("kind", KINDS)
def test_tables_have_captions_and_scopes(kind: str) -> None:
    tables = page_of(kind).all("table")
    assert tables
    for table in tables:
        (caption,) = table.all("caption")
        assert caption.text.strip()
        head, body = next(table.all("thead")), next(table.all("tbody"))
        assert {e.attributes["scope"] for e in head.all("th")} <= {"col", "colgroup"}
        rows = list(body.all("tr"))
        assert rows
        for row in rows:
            first, *others = row.all("th", "td")
            assert (first.tag, first.attributes["scope"]) == ("th", "row")
            assert {cell.tag for cell in others} <= {"td"}
            assert len(others) + 1 == len(list(list(head.all("tr"))[-1].all("th", "td")))


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_loads_nothing_and_names_nothing_twice(kind: str) -> None:
    page = page_of(kind)
    ids = [e.attributes["id"] for e in page.all() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for element in page.all():
        assert element.tag not in ("link", "iframe", "object", "embed", "base")
        for name in ("src", "href", "srcset", "action", "data"):
            assert (element.attributes.get(name) or "data:").startswith("data:")
    assert not re.search(r"@import|url\(", page.all("style")[0].text)
    assert [e.attributes.get("type") for e in page.all("script")] == ["application/json"]
    labels = [e.attributes["aria-label"] for e in page.all() if e.attributes.get("role") == "region"]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_have_alt_texts_and_captions(kind: str) -> None:
    figures = page_of(kind).all("figure")
    assert figures
    for figure in figures:
        (image,) = figure.all("img")
        assert len(image.attributes["alt"] or "") > 20
        assert next(figure.all("figcaption")).text.strip()


@pytest.mark.parametrize("kind", KINDS)
def test_the_data_in_a_page_are_those_of_the_report(kind: str) -> None:
    report, _ = sample_report(kind)
    assert page_of(kind).results == json.loads(json.dumps(report.to_dict()))


@pytest.mark.parametrize("kind", ["score", "reliability", "structure", "couples"])
def test_a_page_has_no_persons(kind: str) -> None:
    """No id of a person, and no list as long as there are persons or couples."""
    source = page_of(kind).source
    assert not re.search(r"person-\d", source)

    def lists(value: Any) -> list[int]:
        if isinstance(value, dict):
            return [n for part in value.values() for n in lists(part)]
        return [len(value), *(n for part in value for n in lists(part))] if isinstance(value, list) else []

    assert not {40, 80} & set(lists(page_of(kind).results))


def test_no_text_closes_the_data() -> None:
    data = {"a": HOSTILE, "b": [1.5, None]}
    page = HtmlPage(f"<html><body>{json_block(data)}</body></html>")
    assert page.results == data
    assert "<" not in page.all("script")[0].text
    tables = (TextTable(title=HOSTILE, columns={HOSTILE: [HOSTILE], "b": ["1"]}),)
    hostile = Page(title=HOSTILE, tables=tables, warnings=(HOSTILE,), sentence=HOSTILE, legend=HOSTILE,
                   sections=(Section(heading=HOSTILE, paragraphs=(HOSTILE,)),))  # fmt: skip
    whole = HtmlPage(html_page(hostile, data=data))
    assert [e.attributes.get("type") for e in whole.all("script")] == ["application/json"]
    assert whole.all("h1")[0].text == HOSTILE


def test_only_reports_hold_data() -> None:
    alpha = cronbach_alpha("kmss", simulate("kmss", 30, rng=1).answers)
    assert HtmlPage(alpha.to_html()).all("script") == []


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_can_be_read(scheme: dict[str, str]) -> None:
    assert all(contrast(scheme[text], scheme[behind]) >= 4.5 for text, behind in TEXT_ON)
    assert all(contrast(scheme[sign], scheme[behind]) >= 3 for sign, behind in SIGNS_ON)
    style = page_style(landscape=False)
    used = set(re.findall(r"var\(--(\w+)\)", style))
    assert used <= scheme.keys()
    assert used >= {name for pair in (*TEXT_ON, *SIGNS_ON) for name in pair}
    in_print = style.split("@media print")[1]
    assert all(f"--{name}: {colour}" in in_print for name, colour in LIGHT.items())


def test_contrast_of_known_pairs() -> None:
    assert contrast("#ffffff", "#000000") == contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#123456", "#123456") == 1


def wide(n: int, width: int = 6) -> TextTable:
    return TextTable(
        title="Wide", columns={"row": ["a"], **{f"c{k:03d}": ["9" * width] for k in range(n)}},
        above={f"c{k:03d}": "left" if k < 5 else "right" for k in range(n)}, note="N.",
    )  # fmt: skip


def test_tables_are_turned_made_smaller_and_split_by_their_width() -> None:
    small, larger, largest = (paper_layout([wide(n)]) for n in (3, 17, 60))
    assert (small.landscape, small.parts[0][1], len(small.parts[0][0])) == (False, 9.0, 1)
    assert (larger.landscape, len(larger.parts[0][0])) == (True, 1)
    parts, size = largest.parts[0]
    assert (largest.landscape, size) == (True, 6.5)
    assert len(parts) > 2
    assert [name for part in parts for name in list(part.columns)[1:]] == list(wide(60).columns)[1:]
    assert {next(iter(part.columns)) for part in parts} == {"row"}
    assert [part.note for part in parts] == [*[""] * (len(parts) - 1), "N."]
    assert all(sum(column_widths(part)) * size < 792 for part in parts)
    assert len({part.title for part in parts}) == len(parts)
    for part in parts:
        assert sum(n for _, n in part.spans) == len(part.columns)
        HtmlPage(html_page(Page(title="T", tables=(part,))))


def test_a_page_of_one_numbered_table_has_one_heading() -> None:
    table = TextTable(title="Fit", columns={"model": ["a"]}, number=1)
    page = HtmlPage(html_page(Page(title="", tables=(table,))))
    assert [(e.tag, e.text) for e in page.all(*HEADINGS)] == [("h1", "Table 1Fit")]


def test_a_table_without_a_title_has_a_caption_for_screen_readers() -> None:
    page = HtmlPage(html_page(Page(title="T", tables=(TextTable(title="", columns={"a": ["1"]}),))))
    assert page.all("caption")[0].text == "Table"
