"""Symbols of statistics are italic, by one rule, and names that look like them are not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from intimacy_scales.results.html import html_page, html_table
from intimacy_scales.results.symbols import Run, figure_cell, heading_runs, text_runs, with_minus
from intimacy_scales.results.tables import Page, TextTable


def italic(runs: Iterable[Run]) -> list[str]:
    return [run.text for run in runs if run.italic]


@pytest.mark.parametrize(
    ("heading", "symbols"),
    [
        ("M", ["M"]),
        ("SD wife", ["SD"]),
        ("r [95% CI]", ["r"]),
        ("CFI", []),
        ("ICC(2,1)", []),
        ("Alpha if dropped", []),
        ("p of it", ["p"]),
        ("r-score", []),
    ],
)
def test_letters_of_statistics_are_italic_in_headings(heading: str, symbols: list[str]) -> None:
    assert italic(heading_runs(heading)) == symbols


def test_in_texts_only_letters_with_a_figure_are() -> None:
    text = "Partner B and item n: t(29) = -0.47, p < .001, N = 30 and F(2, 40) = 3.1; M = mean; group p."
    assert italic(text_runs(text)) == ["t", "p", "N", "F", "M"]
    assert "".join(run.text for run in text_runs(text)) == text.replace("-0.47", "\N{MINUS SIGN}0.47")


@pytest.mark.parametrize("text", ["2020-05-01", "items 1-4", "a-1", "1e-05", "--5", "csi-16"])
def test_hyphens_stay(text: str) -> None:
    assert with_minus(text) == text


def test_cells_of_figures_have_minus_signs_and_dashes() -> None:
    assert [figure_cell(text) for text in ("-", "-.20", "[-.31, .20]")] == [
        "\N{EM DASH}",
        "\N{MINUS SIGN}.20",
        "[\N{MINUS SIGN}.31, .20]",
    ]


def test_html_has_them_and_escapes_everything_else() -> None:
    table = TextTable(
        title="<b>",
        columns={"<i>": ["<script>", "x-1"], "M": ["-1.00", "-"]},
        note="p < .001 & <b>",
        above={"M": "<u>"},
    )
    html = html_table(table)
    assert '<th scope="col">&lt;i&gt;</th><th scope="col"><i>M</i></th>' in html
    assert '<th scope="row">&lt;script&gt;</th><td>\N{MINUS SIGN}1.00</td>' in html
    assert '<th scope="row">x-1</th>' in html  # a name, not a figure
    assert '<i>p</i> <span class="figure">&lt; .001</span> &amp; &lt;b&gt;' in html
    page = html_page(Page(title="", tables=(table,)))
    assert "<title>&lt;b&gt;</title>" in page
    assert "<b>" not in page.replace("<b>Table", "")
