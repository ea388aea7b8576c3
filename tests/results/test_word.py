"""Word documents hold the texts of their tables, and Word's own rows, rules and italics."""

from __future__ import annotations

import io
import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.errors import MissingDependencyError
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.word import word_document

docx = pytest.importorskip("docx", reason="python-docx is not installed")

TABLE = TextTable(
    title="Scores of partners",
    columns={
        "Scale": ["Trust", "Care & <love>"],
        "w M": ["5.10", "-0.20"],
        "w SD": ["1.00", "-"],
        "h M": ["4.90", "0.30"],
        "h SD": ["0.90", "1.10"],
        "p": ["< .001", ".031"],
    },
    note="M = mean; chi-square(2) = 1.29, r = -.20.",
    number=2,
    above={"w M": "Wife", "w SD": "Wife", "h M": "Husband", "h SD": "Husband"},
    headings={"w M": "M", "w SD": "SD", "h M": "M", "h SD": "SD"},
)


def read(page: Page) -> Any:
    return docx.Document(io.BytesIO(word_document(page)))


def texts(grid: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in grid.rows]


def test_a_table_is_a_table_of_word() -> None:
    document = read(Page(title="", tables=(TABLE,)))
    (grid,) = document.tables
    above, head, first, second = texts(grid)
    assert above == [
        "",
        "Wife",
        "Wife",
        "Husband",
        "Husband",
        "",
    ]  # a merged cell is read once for each column
    assert head == ["Scale", "M", "SD", "M", "SD", "p"]
    assert first == ["Trust", "5.10", "1.00", "4.90", "0.90", "< .001"]
    assert second == ["Care & <love>", "\N{MINUS SIGN}0.20", "\N{EM DASH}", "0.30", "1.10", ".031"]
    number, title, note, *_ = [p for p in document.paragraphs if p.text]
    assert (number.text, number.runs[0].bold) == ("Table 2", True)
    assert (title.text, title.runs[0].italic) == ("Scores of partners", True)
    assert note.text == "Note. M = mean; χ²(2) = 1.29, r = \N{MINUS SIGN}.20."
    assert [run.text for run in note.runs if run.italic] == ["Note.", "M", "r"]
    italics = [cell.paragraphs[0].runs[0].italic for cell in grid.rows[1].cells]
    assert italics == [None, True, True, True, True, True]


def test_it_has_rules_and_headings_on_each_page() -> None:
    (grid,) = read(Page(title="", tables=(TABLE,))).tables
    marked = [[child.tag.split("}")[1] for child in row._tr.trPr] for row in grid.rows]
    assert ["tblHeader" in tags for tags in marked] == [True, True, False, False]
    assert all("cantSplit" in tags for tags in marked)
    ruled = [row.cells[0]._tc.xml.count('w:val="single"') for row in grid.rows]
    assert ruled == [1, 1, 0, 1]  # above the table, below its headings, and below it


def test_pages_with_wide_tables_are_turned() -> None:
    wide = TextTable(title="t", columns={f"column {n:02}": ["0.123 [0.100, 0.200]"] for n in range(9)})
    narrow = TextTable(title="t", columns={"a": ["b"], "c": ["1.00"]})
    for table, turned in ((wide, True), (narrow, False)):
        section = read(Page(title="x", tables=(table,))).sections[0]
        assert (section.page_width > section.page_height) is turned
        widths = [column.width for column in read(Page(title="x", tables=(table,))).tables[0].columns]
        assert sum(widths) <= section.page_width - section.left_margin - section.right_margin + len(widths)


def test_a_report_has_its_title_cautions_and_sentence() -> None:
    page = Page(
        title="Reliability",
        tables=(TextTable(title="Scales", columns={"x": ["1"]}), TextTable(title="Items", columns={"y": []})),
        warnings=("few persons",),
        sentence="It was so.",
        legend="x: a figure",
        facts=("n = 20",),
    )
    document = read(page)
    found = [(p.style.name, p.text) for p in document.paragraphs if p.text]
    assert found == [
        ("Heading 1", "Reliability"),
        ("Normal", "n = 20"),
        ("Normal", "Scales"),
        ("List Bullet", "few persons"),
        ("Normal", "It was so."),
        ("Normal", "x: a figure"),
        ("Normal", "Items"),
    ]
    assert [texts(grid) for grid in document.tables] == [[["x"], ["1"]], [["y"]]]


@settings(max_examples=20)
@given(st.text(st.characters(), max_size=20))
def test_any_text_can_be_written(text: str) -> None:
    table = TextTable(title=text, columns={"item": [text], text or "n": [text]}, note=text, number=1)
    (grid,) = read(Page(title=text, tables=(table,), warnings=(text,), sentence=text)).tables
    written = "".join(c if c.isprintable() else " " for c in text if not "\ud800" <= c <= "\udfff")
    assert grid.rows[1].cells[0].text == written.replace("\ufffe", "").replace("\uffff", "")


def test_without_the_library_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'intimacy-scales\[word\]'"):
        word_document(Page(title="t"))


def test_no_line_ends_within_an_interval() -> None:
    table = TextTable(
        title="Figures",
        columns={
            "scale": ["trust [1, 2]"],
            "r [95% CI]": [".30 [.12, .34]"],
            "d": ["-0.20 [-1.02, 12.30]"],
            "range": ["[1 to 5]"],
        },
    )
    page = Page(title="t", tables=(table,), sentence="It was r = .30, 95% CI [.12, .34] (n = 20, [a, b]).")
    document = read(page)
    found = [cell.text for row in document.tables[0].rows for cell in row.cells]
    found += [paragraph.text for paragraph in document.paragraphs]
    space = "\N{NO-BREAK SPACE}"
    assert f".30 [.12,{space}.34]" in found  # a line may end before an interval
    assert f"\N{MINUS SIGN}0.20 [\N{MINUS SIGN}1.02,{space}12.30]" in found
    assert f"[1{space}to{space}5]" in found
    assert f"It was r = .30, 95% CI [.12,{space}.34] (n = 20, [a, b])." in found
    assert "r [95% CI]" in found
    plain = unicodedata.normalize("NFKC", "\n".join(found))  # as searches fold spaces
    assert ".30 [.12, .34]" in plain
