"""Files of reports: Word and PDF with pictures, the report of scoring, what is missing is said first."""

from __future__ import annotations

import builtins
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from intimacy_scales import simulate
from intimacy_scales.errors import MissingDependencyError, ResponseError
from intimacy_scales.jobs import couple_report_file, reliability_file, score_file, scoring_report
from intimacy_scales.jobs.report_file import ENDINGS, check_report_path, report_content
from intimacy_scales.jobs.report_of_scores import ScoringReport
from intimacy_scales.results.pdf import weasyprint
from tests.shared.commands import names_in, printed, run
from tests.shared.html_pages import HtmlPage
from tests.shared.sample_reports import sample_report

docx = pytest.importorskip("docx", reason="python-docx is not installed")


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.csv"
    frame = simulate("kmss", 40, couples=0.5, missing=0.05, rng=1).answers
    frame.assign(id=[f"person-{n}" for n in range(40)]).to_csv(path, index=False)
    return path


@pytest.mark.parametrize("kind", ["score", "reliability", "structure", "couples"])
@pytest.mark.parametrize("ending", [".json", ".csv", ".md", ".docx"])
def test_every_report_is_written_to_every_ending(kind: str, ending: str) -> None:
    report, pictures = sample_report(kind)
    content = report_content(report, ending, lambda _: pictures)
    if ending == ".docx":
        document = docx.Document(BytesIO(content))
        assert len(document.inline_shapes) == len(pictures) > 0
        alts = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
        assert alts == [picture.alt_text for picture in pictures]
        assert pictures[0].caption in [p.text for p in document.paragraphs]
    else:
        expected = {
            ".json": report.to_json(indent=2) + "\n",
            ".csv": report.to_csv(),
            ".md": report.to_markdown(),
        }
        assert content.decode() == expected[ending]


def test_word_refuses_svg() -> None:
    report, _ = sample_report("score")
    with pytest.raises(ResponseError, match="picture 1 is SVG, which Word does not display; pass"):
        report.to_docx(BytesIO(), [("<svg/>", "A.", "")])


@pytest.mark.parametrize(
    ("missing", "ending", "words"),
    [
        ("docx", ".docx", "intimacy-scales\\[word\\]"),
        ("weasyprint", ".pdf", "intimacy-scales\\[pdf\\].*Pango"),
    ],
)
def test_what_is_missing_is_said_before_answers_are_read(
    missing: str, ending: str, words: str, answers: Path
) -> None:
    with mock.patch.dict(sys.modules, {missing: None}), pytest.raises(MissingDependencyError, match=words):
        reliability_file(
            "kmss", answers.with_name("there-is-no-such.csv"), output=answers.with_suffix(ending)
        )


def test_pango_that_is_missing_is_said_with_what_to_install() -> None:
    real = builtins.__import__

    def without(name: str, *options: Any, **more: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'\nmore")
        return real(name, *options, **more)

    with (
        mock.patch.object(builtins, "__import__", without),
        pytest.raises(
            MissingDependencyError, match=r"'libpango-1.0-0'.*apt install libpango.*brew install pango"
        ),
    ):
        weasyprint()


def test_endings_that_are_not_valid(tmp_path: Path) -> None:
    with pytest.raises(ResponseError, match=r"allowed for reports: .json, .csv, .md, .html, .docx, .pdf"):
        check_report_path(tmp_path / "report.odt")
    for ending in set(ENDINGS) - {".pdf"}:
        check_report_path(tmp_path / f"report{ending}")


def test_paper_that_is_not_valid() -> None:
    with pytest.raises(ResponseError, match=r"paper.*A5"):
        sample_report("score")[0].to_pdf(BytesIO(), paper="A5")


def test_scoring_report_of_the_command_next_to_the_scores(answers: Path) -> None:
    page_path = answers.with_name("report.html")
    options = ("-i", "kmss", "--person", "id", "-o", answers.with_name("scores.csv"), "--report", page_path)
    assert "Report written to" in printed("score", answers, *options)
    page = HtmlPage(page_path.read_text(encoding="utf-8"))
    assert len(page.all("img")) == 1
    found = ScoringReport.from_dict(page.results)
    assert (found.n_persons, found.mapping.n_mapped) == (40, 3)  # type: ignore[union-attr]
    assert "person-" not in page.source
    printed("score", answers, *options, "--no-pictures")
    assert HtmlPage(page_path.read_text(encoding="utf-8")).all("img") == []


def test_score_writes_no_report_of_bad_answers(answers: Path) -> None:
    answers.write_text(answers.read_text(encoding="utf-8").replace("\n", "\n,,99,,,\n", 1), encoding="utf-8")
    report = answers.with_name("report.md")
    assert run("score", answers, "-i", "kmss", "--report", report).exit_code == 1
    assert not report.exists()
    printed("score", answers, "-i", "kmss", "--report", report, "--on-invalid", "missing")
    assert "1 answer not valid, counted as missing" in report.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "words"), [("answers.csv", "would replace"), ("report.odt", "allowed for reports: .json")]
)
def test_reports_that_cannot_be_written_are_refused_first(answers: Path, name: str, words: str) -> None:
    before = answers.read_bytes()
    assert words in printed("score", answers, "-i", "kmss", "--report", answers.with_name(name), code=2)
    assert (answers.read_bytes(), names_in(answers.parent)) == (before, ["answers.csv"])


def test_a_report_is_of_one_file(answers: Path) -> None:
    words = printed("score", answers.parent, "-i", "kmss", "--report", "a.html", "-o", "b", code=2)
    assert "--report: allowed for one file only; leave it out" in words


def test_reliability_draws_pictures_unless_told_not_to(answers: Path) -> None:
    page = answers.with_name("page.html")
    printed("reliability", answers, "-i", "kmss", "-o", page)
    assert len(HtmlPage(page.read_text(encoding="utf-8")).all("img")) == 3
    printed("reliability", answers, "-i", "kmss", "-o", page, "--no-pictures")
    assert HtmlPage(page.read_text(encoding="utf-8")).all("img") == []


def test_without_matplotlib_a_report_says_what_to_install(answers: Path) -> None:
    page = answers.with_name("page.html")
    with mock.patch.dict(sys.modules, {"intimacy_scales.plots": None}):
        assert "There are no pictures: " in printed("reliability", answers, "-i", "kmss", "-o", page)
    assert HtmlPage(page.read_text(encoding="utf-8")).all("img") == []


def test_a_folder_of_couples_has_word_files_that_were_asked_for(answers: Path) -> None:
    folder = answers.with_name("folder")
    couples = {"couple": "couple", "person": "partner"}
    couple_report_file("kmss", answers, output=folder, also=["docx"], **couples)  # type: ignore[arg-type]
    assert docx.Document(folder / "report.docx").tables
    couple_report_file("kmss", answers, output=folder, **couples)  # type: ignore[arg-type]
    assert "report.docx" not in names_in(folder)
    wrong: Any = ["odt"]
    with pytest.raises(ResponseError, match=r"also.*odt"):
        couple_report_file("kmss", answers, output=folder, also=wrong, **couples)  # type: ignore[arg-type]
    columns = ("--couple", "couple", "--person", "partner")
    assert "-o FOLDER" in printed("couples", answers, "-i", "kmss", *columns, "--also", "docx", code=2)


def test_scoring_report_says_what_was_left_out_and_holds_no_person(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(
        "id,kmss_1,kmss_2,kmss_3,age\nann,6,5,6,30\nbob,7,99,7,31\ncid,7,,,32\n,,,,\n", encoding="utf-8"
    )
    scored = score_file("kmss", path, person="id", on_invalid="missing")
    report = scoring_report("kmss", scored)
    assert (report.n_persons, report.n_problems, report.n_blank_rows) == (4, 1, 1)
    page = report.page()
    assert page.tables[0].columns["Scale"] == ["Total"]
    assert page.tables[0].columns["n"] == [str(scored.summary.scales[0].n)] == ["2"]
    assert {"1 row blank: without a score.", "1 score prorated."} <= set(page.facts)
    assert report.warnings == ("1 answer not valid, counted as missing",)
    assert [table.title for table in page.tables[1:]] == [
        "How the file was read", "Columns of items", "Other columns",
    ]  # fmt: skip
    for text in (report.to_html(), report.to_markdown(), report.to_json()):
        assert not any(name in text for name in ("ann", "bob", "cid"))
