"""LimeSurvey exports of responses: real files, and the traps of their headers, codes and marks."""

import csv

import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, MissingColumnsError, ResponseError
from intimacy_scales.interop.answers import open_file, read_answers
from intimacy_scales.jobs import score_file
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.platform_exports import table_text
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLES = REAL_FILES / "limesurvey"
FREQUENCY = {0: "Not at all", 1: "Several days", 2: "More than half the days", 3: "Nearly every day"}
HEAD = ["id", "submitdate", "lastpage", "startlanguage"]
PARTS = {"SQ001": "I am calm", "SQ002": "I am happy"}
STRUCTURE = [
    [
        "id",
        "related_id",
        "class",
        "type/scale",
        "name",
        "relevance",
        "text",
        "language",
        "other",
        "random_order",
    ],
    ["1", "", "G", "", "Group", "1", "", "en", "", ""],
    ["2", "", "Q", "F", "mood", "1", "<p>How is your <b>mood</b>?</p>", "en", "N", "1"],
    *(["", "", "SQ", "0", code, "1", text, "en", "", ""] for code, text in PARTS.items()),
    *(["", "", "A", "0", f"A{4 - n}", "", text, "en", "", ""] for n, text in FREQUENCY.items()),
    ["3", "", "Q", "M", "pets", "1", "Which pets?", "en", "Y", ""],
    ["", "", "SQ", "0", "cat", "", "Cat", "en", "", ""],
    ["2", "", "Q", "F", "mood", "1", "Wie geht es Ihnen?", "de", "N", "1"],
    *(["", "", "SQ", "0", code, "1", f"{text} (de)", "de", "", ""] for code, text in PARTS.items()),
    *(["", "", "A", "0", f"A{4 - n}", "", f"{text} (de)", "de", "", ""] for n, text in FREQUENCY.items()),
]


def frequencies(n=2, **fields):
    scale = {"minimum": 0, "maximum": 3, "labels": FREQUENCY}
    names = " ".join(f"q{k}" for k in range(1, n + 1))
    return form_of(
        {"t": {"items": names.split(), "method": "sum"}}, response_scale=scale, evidence=PUBLISHED, **fields
    )


def mood():
    return frequencies(
        items=[{"id": f"q{n}", "text": text} for n, text in enumerate(PARTS.values(), start=1)]
    )


@pytest.fixture
def written(tmp_path):
    def write(content, name="responses.csv", encoding="utf-8", separator=","):
        path = tmp_path / name
        text = content if isinstance(content, str) else table_text(content, separator)
        path.write_text(text, encoding=encoding, newline="")
        return path

    return write


@pytest.fixture
def structure(written):
    return written(STRUCTURE, "structure.txt", separator="\t")


def responses(*rows, names=("mood[SQ001]", "mood[SQ002]")):
    done = "2026-01-01 10:00:00"
    return [[*HEAD, *names], *([n, done, "3", "en", *row] for n, row in enumerate(rows, start=1))]


@needs_samples
def test_answer_codes_are_read_by_the_labels_of_the_survey():
    data = SAMPLES / "phd_survey_2021_answer_codes_bom.csv"
    form = frequencies(8)
    how = {"structure": SAMPLES / "phd_survey_2021_quexml.xml", "columns": "D3[SQ{n:03d}]"}
    answers = read_answers(data, form, missing_codes=["A5"], **how)
    with data.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["id"]]
    codes = [[row[f"D3[SQ{n:03d}]"] for n in range(1, 9)] for row in rows]
    points = {f"A{value + 1}": value for value in FREQUENCY}
    expected = [
        sum(points[code] for code in row) if all(code in points for code in row) else None for row in codes
    ]
    scores = score(form, answers)
    complete = scores.answered[:, 0] == 8
    assert complete.sum() > 20
    assert scores["t"][complete].tolist() == [x for x in expected if x is not None]
    assert answers.report.items[0].how.startswith("recoded by label: 'A1' → 0")
    assert not any("'A5'" in caution for caution in answers.report.cautions)  # the user said what it is
    assert "14 of 36 responses not finished (no submitdate); they are kept" in answers.report.notes


@needs_samples
def test_answer_codes_without_the_survey_are_not_guessed():
    data = SAMPLES / "phd_survey_2021_answer_codes_bom.csv"
    answers = read_answers(data, frequencies(8), columns="D3[SQ{n:03d}]")
    with pytest.raises(InvalidResponsesError, match="'A2' is not a label"):
        score(frequencies(8), answers)
    assert any("cells hold answer codes (A1," in note for note in answers.report.notes)
    assert answers.columns["groupTime71"].role == answers.columns["A00Time"].role == "time"
    assert answers.columns["A2[other]"].role == "text"


@needs_samples
def test_headers_of_code_and_text_are_parted():
    answers = read_answers(SAMPLES / "phd_survey_codes_and_question_text.csv")
    assert (len(answers), answers.report.version) == (12, "responses with question codes and texts")
    known = answers.columns["A8[SQ002]"]
    assert (known.question, known.group) == ("Latino/Hispanic", "Which of the following best describes you?")
    assert set(answers.missing_reasons.stack().dropna()) == {"not displayed"}
    assert answers.report.row_id == "id"


@needs_samples
def test_the_survey_of_another_year_is_noticed_by_its_questions():
    answers = read_answers(
        SAMPLES / "phd_survey_codes_and_question_text.csv", structure=SAMPLES / "phd_survey_2021_quexml.xml"
    )
    assert not answers.columns["A2"].labels
    assert any("the question differs from that of structure=" in note for note in answers.report.notes)


@needs_samples
@pytest.mark.parametrize(
    "name", ["all_question_types.lss", "all_question_types_quexml.xml", "multilingual_structure.txt"]
)
def test_a_structure_given_as_answers_is_refused_as_such(name):
    with pytest.raises(ResponseError, match=r"is the structure of a LimeSurvey survey .* structure="):
        read_answers(SAMPLES / name, "ras")


@pytest.mark.parametrize(
    "cells", [("A3", "A1"), ("Several days", "Nearly every day"), ("Several days (de)", "A1")]
)
def test_codes_and_full_answers_mean_the_same(written, structure, cells):
    columns = {"q1": "mood[SQ001]", "q2": "mood[SQ002]"}
    answers = read_answers(written(responses(cells)), frequencies(), structure=structure, columns=columns)
    assert score(frequencies(), answers)["t"].tolist() == [1 + 3]


def test_labels_of_all_languages_are_kept_and_the_first_is_shown(written, structure):
    answers = read_answers(written(responses(("A3", "A1"))), structure=structure)
    assert answers.columns["mood[SQ001]"].labels[4:6] == (
        ("A4", "Not at all (de)"),
        ("A3", "Several days (de)"),
    )
    assert answers.labels["mood[SQ001]"].tolist() == ["Several days"]
    assert any(d.what == "options" and "in en, de" in d.why for d in answers.report.decisions)


def test_items_are_found_by_their_texts(written, structure):
    answers = read_answers(written(responses(("A3", "A1"))), mood(), structure=structure)
    assert [item.column for item in answers.report.items] == ["mood[SQ001]", "mood[SQ002]"]
    assert score(mood(), answers)["t"].tolist() == [4]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("is_described", [False, True])
def test_headers_of_texts(written, structure, language, is_described):
    heads = {
        "en": ["Response ID", "Date submitted", "Last page", "Start language"],
        "de": ["Antwort ID", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache"],
    }
    question = {"en": "How is your mood?", "de": "Wie geht es Ihnen?"}[language]
    ending = " (de)" if language == "de" else ""
    names = [f"{question} [{text}{ending}]" for text in PARTS.values()]
    rows = [[*heads[language], *names], ["1", "", "1", language, "Several days", "Nearly every day"]]
    answers = read_answers(written(rows), structure=structure if is_described else None)
    assert list(map(str, answers.table.names))[:4] == HEAD
    if is_described:
        assert {"mood[SQ001]", "mood[SQ002]"} < set(map(str, answers.table.names))
    else:
        assert answers.columns[names[0]].question == f"I am calm{ending}"
        assert answers.columns[names[0]].group == question
    if language == "en":
        assert score(mood(), read_answers(written(rows), mood()))["t"].tolist() == [4]


def test_marks_inside_cells_and_doubled_ones_are_removed(written):
    text = table_text(responses(("\ufeff1", "2"), names=("\ufeffq1", "q2")))
    answers = read_answers(written(f"\ufeff\ufeff{text}"), frequencies())
    assert score(frequencies(), answers)["t"].tolist() == [3]


def test_marks_far_down_in_a_large_file_are_removed(written):
    rows = [("0", "3")] * 40_000 + [("\ufeff3", "1")]
    path = written(table_text(responses(*rows, names=("q1", "q2"))))
    assert path.stat().st_size > 1 << 19
    assert score(frequencies(), read_answers(path, frequencies()))["t"].tolist() == [3] * 40_000 + [4]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_responses_that_were_not_finished(written, separator, tmp_path):
    rows = responses(("1", "2"), ("3", ""), names=("q1", "q2"))
    rows[2][1] = ""
    report = score_file(frequencies(), written(rows, separator=separator), output=tmp_path / "s.csv")
    assert report.n_persons == 2
    assert report.mapping.notes == ("1 of 2 responses not finished (no submitdate); they are kept",)
    assert (tmp_path / "s.csv").read_text().splitlines()[0] == "row,id,t"


def test_questions_that_were_not_displayed_are_missing_with_their_reason(written, structure):
    answers = read_answers(written(responses(("N/A", "A1"))), mood(), structure=structure)
    assert answers.missing_reasons["mood[SQ001]"].tolist() == ["not displayed"]
    assert score(mood(), answers).answered[:, 0].tolist() == [1]


def test_random_order_and_boxes_are_known_from_the_structure(written, structure):
    names = ("mood[SQ001]", "mood[SQ002]", "pets[cat]", "pets[other]")
    answers = read_answers(written(responses(("A1", "A1", "Y", "dog"), names=names)), structure=structure)
    assert "mood[SQ001], mood[SQ002]: shown to each person in another order" in answers.report.notes[0]
    assert [answers.columns[name].role for name in names] == ["answer", "answer", "choice", "text"]


def test_an_export_for_statistics_is_noticed_and_described(written, structure):
    rows = responses(("A3", "A1"), names=("mood_SQ001", "mood_SQ002"))
    answers = read_answers(written(rows), frequencies(), structure=structure, columns="mood_SQ{n:03d}")
    assert answers.report.version == "export for R or SPSS"
    assert score(frequencies(), answers)["t"].tolist() == [4]


def test_a_vv_export_has_two_header_rows(written):
    names = ["Response ID", "Date submitted", "Last page", "Start language", "Calm?", "Happy?"]
    rows = [names, *responses(("1", "{question_not_shown}"), names=("q1", "q2"))]
    answers = read_answers(written(rows, separator="\t"), frequencies())
    assert len(answers) == 1
    assert answers.columns["q1"].question == "Calm?"
    assert answers.missing_reasons["q2"].tolist() == ["not displayed"]


def test_codes_whose_labels_the_instrument_lacks_are_to_be_recoded(written, structure):
    plain = form_of({"t": "q1 q2"}, low=0, high=3, evidence=PUBLISHED)
    how = {"structure": structure, "columns": "mood[SQ{n:03d}]"}
    with pytest.raises(ResponseError, match="no numbers for the options of q1, q2") as caught:
        read_answers(written(responses(("A3", "A1"))), plain, **how)
    assert "recode={'A4': …, 'A3': …, 'A2': …, 'A1': …}" in str(caught.value)
    recoded = read_answers(
        written(responses(("A3", "A1"))), plain, **how, recode={"A4": 0, "A3": 1, "A2": 2, "A1": 3}
    )
    assert score(plain, recoded)["t"].tolist() == [2]


def test_a_structure_makes_a_table_without_marks_an_export(written, structure):
    rows = [["person", "mood[SQ001]", "mood[SQ002]"], ["a", "A3", "A1"]]
    answers = read_answers(written(rows), mood(), structure=structure)
    assert (answers.report.platform, score(mood(), answers)["t"].tolist()) == ("LimeSurvey", [4])


@pytest.mark.parametrize("header", ["id,submitdate,score", "id,lastpage,q1", "submitdate,startdate,token"])
def test_a_plain_table_is_not_taken_for_an_export(written, header):
    with open_file(written(f"{header}\n1,2,3\n")) as file:
        assert file.facts.platform == "delimited text"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{','.join(HEAD)},q1,q2\n1,2,3\n", "line 2 has 3 fields"),
        (f'{",".join(HEAD)},q1,q2\n1,2,3,en,1,"2', "unexpected end of data"),
        (f"{','.join(HEAD)}\n1,2,3,en\n", "have no column"),
        (f"{','.join(HEAD)}{',' * 200_000}\n", "allowed: at most 100,000"),
        (f"{','.join(HEAD)},q1,q1,q2\n1,2,3,en,1,1,1\n", "2 columns named 'q1'"),
    ],
    ids=["narrow row", "cut off", "no items", "very wide", "name twice"],
)
def test_damaged_files_are_refused(written, text, words):
    with pytest.raises(ResponseError, match=words):
        read_answers(written(text), frequencies())


def test_the_structure_of_another_survey_is_refused(written, structure):
    with pytest.raises(ResponseError, match="is it the survey of these responses"):
        read_answers(written(responses(("1", "2"), names=("q1", "q2"))), structure=structure)


def test_an_export_without_responses_has_none(written):
    assert len(read_answers(written(responses(names=("q1", "q2"))), frequencies())) == 0


def test_rows_of_questions_are_found_by_their_codes_where_these_occur_once(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("person,q1[kmss_1],q1[kmss_2],q2[kmss_3]\nx,6,5,6\n")
    answers = read_answers(path, "kmss")
    assert [item.column for item in answers.report.items] == ["q1[kmss_1]", "q1[kmss_2]", "q2[kmss_3]"]
    assert score("kmss", answers)["total"].tolist() == [17.0]


def test_rows_of_the_same_code_in_two_questions_are_not_told_apart(tmp_path):
    path = tmp_path / "answers.csv"
    names = [f"{who}[kmss_{n}]" for who in ("self", "partner") for n in (1, 2, 3)]
    path.write_text(f"{','.join(names)}\n6,5,6,1,1,1\n")
    with pytest.raises(MissingColumnsError, match="columns='self"):
        score("kmss", read_answers(path, "kmss"))
