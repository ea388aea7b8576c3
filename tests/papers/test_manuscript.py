"""Texts and tables of a paper as one document."""

from __future__ import annotations

from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest

from intimacy_scales import (
    manuscript,
    methods_section,
    paper_table,
    reliability_report,
    results_section,
    score,
    simulate,
)
from intimacy_scales.errors import MissingDependencyError, ResponseError
from intimacy_scales.papers import Manuscript


@pytest.fixture(scope="module")
def paper() -> Manuscript:
    answers = simulate("prqc", 150, rng=1).answers
    report, scores = reliability_report("prqc", answers), score("prqc", answers)
    return manuscript(
        methods_section(scores, report),
        paper_table(report, scores, number=7),
        results_section(report),
        paper_table(report, number=None, title="Reliability alone"),
    )


def test_tables_are_numbered_in_their_order(paper: Manuscript) -> None:
    numbers = [part.table.number for part in paper.parts if hasattr(part, "table")]
    assert numbers == [1, 2]
    text = str(paper)
    places = [
        text.index(words) for words in ("Method\n", "Table 1\n", "Results\n", "Table 2\nReliability alone")
    ]
    assert places == sorted(places)


def test_every_writer_has_every_part_in_order(paper: Manuscript) -> None:
    docx = pytest.importorskip("docx", reason="python-docx is not installed")
    file = BytesIO()
    paper.to_docx(file)
    document: Any = docx.Document(BytesIO(file.getvalue()))
    assert len(document.tables) == 2
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == ["Method", "Results"]
    for text in (paper.to_markdown(), paper.to_latex(), paper.to_html()):
        places = [
            text.index(words)
            for words in ("Participants", "Descriptive statistics, rel", "Reliability alone")
        ]
        assert places == sorted(places)
    assert paper.to_latex().count(r"\toprule") == 2


def test_the_page_has_one_main_and_every_table(paper: Manuscript) -> None:
    counts: dict[str, int] = {}

    class Counting(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            counts[tag] = counts.get(tag, 0) + 1

    Counting().feed(paper.to_html())
    assert (counts["main"], counts["table"], counts["title"]) == (1, 2, 1)


@pytest.mark.parametrize(("paper_size", "height"), [("A4", 842), ("letter", 792)])
def test_a_manuscript_as_pdf_has_every_part(paper: Manuscript, paper_size: Any, height: float) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf, which reads PDF files, is not installed")
    file = BytesIO()
    try:
        paper.to_pdf(file, paper=paper_size)
    except MissingDependencyError as error:
        pytest.skip(str(error))
    sheets = pypdf.PdfReader(BytesIO(file.getvalue())).pages
    assert max(float(side) for side in sheets[0].mediabox[2:]) == pytest.approx(height, abs=2)
    text = " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())
    places = [text.index(words) for words in ("Method", "Table 1", "Results", "Reliability alone")]
    assert places == sorted(places)


def test_a_paper_that_is_not_known_is_refused(paper: Manuscript) -> None:
    with pytest.raises(ResponseError, match="paper='A5' is not valid; allowed: 'A4', 'letter'"):
        paper.to_pdf(BytesIO(), paper="A5")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            (),
            r"manuscript\(\) was given nothing; pass what methods_section, results_section and",
        ),
        (("Method",), "part 1 of the manuscript is a str; allowed: what methods_section"),
    ],
)
def test_what_is_no_part_of_a_paper_is_refused(parts: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ResponseError, match=words):
        manuscript(*parts)
