"""Markdown reads well as plain text, and holds no HTML but its own."""

from __future__ import annotations

import pytest

from intimacy_scales.results.markdown import markdown_table, one_line
from intimacy_scales.results.tables import TextTable


@pytest.mark.parametrize("text", ["Hu & Bentler, 1999", "p < .001", "n > 30 & k < 5", "AT&T", "a <- b"])
def test_what_is_not_a_html_stays_as_it_is(text):
    assert one_line(text) == text
    assert f"| {text} |" in markdown_table(TextTable(title="t", columns={"x": [text]}))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("<b>bold</b>", "&lt;b>bold&lt;/b>"),
        ("&lt;", "&amp;lt;"),
        ("&#60;script", "&amp;#60;script"),
        ("<!-- hidden -->", "&lt;!-- hidden -->"),
        ("> quoted", "&gt; quoted"),
        ("two\nlines\n# and a heading", "two lines # and a heading"),
    ],
)
def test_what_could_be_html_or_a_block_is_escaped(text, written):
    assert one_line(text) == written
