"""Qualtrics exports: real files, and the traps of their layout."""

import csv
import io

import numpy as np
import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, ResponseError
from intimacy_scales.interop.answers import open_file, read_answers
from intimacy_scales.interop.answers.qualtrics_survey import survey_columns
from intimacy_scales.jobs import score_file
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.qualtrics_exports import AGREE, export, survey_of, with_channel
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLES = REAL_FILES / "qualtrics"
MISSPELT = {"stronlgy disagree": 1}


def legitimacy():
    scale = {"minimum": 1, "maximum": 5, "labels": AGREE}
    parts = {f"leg{part}": " ".join(f"legitimacy_{part}_{n}" for n in range(1, 5)) for part in (1, 2)}
    return form_of(parts, response_scale=scale, evidence=PUBLISHED)


@pytest.fixture
def written(tmp_path):
    def write(text, name="export.csv", **how):
        path = tmp_path / name
        path.write_text(text, encoding=how.get("encoding", "utf-8"), newline="")
        return path

    return write


@needs_samples
def test_the_twin_of_texts_has_the_means_of_its_authors():
    answers = read_answers(
        SAMPLES / "legitimacy_choice_text.csv",
        legitimacy(),
        recode=MISSPELT | {text: value for value, text in AGREE.items()},
    )
    scores = score(legitimacy(), answers)
    assert len(scores) == 156
    assert [round(float(np.nanmean(scores[part])), 2) for part in ("leg1", "leg2")] == [3.69, 3.59]


@needs_samples
def test_a_misspelt_label_is_named_and_nothing_is_written(tmp_path):
    report = score_file(legitimacy(), SAMPLES / "legitimacy_choice_text.csv", output=tmp_path / "scores.csv")
    assert (report.n_problems, report.written, report.n_persons) == (76, False, 156)
    assert report.first_problems[0].suggestion == "did you mean 'strongly disagree'?"
    assert report.likely_missing_code is None


@needs_samples
@pytest.mark.parametrize(
    ("name", "version", "n_rows", "n_left_out"),
    [
        ("modern_3_header_rows_german_labels", "3 header rows (since 2017)", 1, 0),
        ("legacy_2_header_rows_bom", "2 header rows (before 2017)", 1, 0),
        ("legitimacy_choice_text", "3 header rows (since 2017)", 156, 0),
        ("matrix_single_answer_insights", "3 header rows (since 2017)", 0, 5),
        ("matrix_single_answer_legacy_bom_duplicate_names", "2 header rows (before 2017)", 0, 5),
        ("no_basis_for_evaluation_insights", "3 header rows (since 2017)", 0, 15),
    ],
)
def test_real_exports_are_recognised(name, version, n_rows, n_left_out):
    answers = read_answers(SAMPLES / f"{name}.csv")
    report = answers.report
    assert (report.platform, report.version, report.n_rows) == ("Qualtrics", version, n_rows)
    assert sum(part.n for part in report.left_out) == n_left_out
    everyone = read_answers(SAMPLES / f"{name}.csv", all_rows=True)
    assert len(everyone) == n_rows + n_left_out
    assert bool(n_rows) or "--all-rows" in report.notes[0]


@needs_samples
def test_a_survey_file_names_options_and_those_that_mean_no_answer():
    answers = read_answers(
        SAMPLES / "no_basis_for_evaluation_insights.csv",
        structure=SAMPLES / "no_basis_for_evaluation.qsf",
        all_rows=True,
    )
    known = answers.columns["Q3_1"]
    assert known.labels == ((1, "Like"), (2, "Neither like nor dislike"), (3, "Dislike"))
    assert (-1, "No Opinion") in known.missing
    assert answers.columns["Q2_1"].role == "choice"
    assert set(answers.missing_reasons["Q3_1"].dropna()) <= {"No Opinion", "seen, and not answered"}


def test_header_rows_are_not_persons(written):
    answers = read_answers(written(export((6, 5, 6), (7, 7, 7))), "kmss")
    assert score("kmss", answers)["total"].tolist() == [17.0, 21.0]
    assert answers.metadata.columns.tolist() == ["StartDate", "Status", "ResponseId", "p1_Page Submit"]


@pytest.mark.parametrize("lines", [0, 17, 18, 117, 3000])
def test_question_texts_of_many_lines(written, lines):
    text = export((6, 5, 6)).replace("How\nsatisfied?", "How" + "\n" * lines + "satisfied?")
    assert score("kmss", read_answers(written(text), "kmss"))["total"].tolist() == [17.0]


@pytest.mark.parametrize(("separator", "encoding"), [(";", "utf-8"), ("\t", "utf-16"), (",", "utf-8-sig")])
def test_other_separators_and_encodings(written, separator, encoding):
    rows = list(csv.reader(io.StringIO(export((6, 5, 6), (1, 2, 3)))))
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    path = written(text.getvalue(), encoding=encoding)
    assert score("kmss", read_answers(path, "kmss"))["total"].tolist() == [17.0, 6.0]


def test_previews_are_known_by_their_channel_where_the_status_is_in_another_language(written):
    rows = [("IP-Adresse", 6, 5, 6), ("Umfragevorschau", 1, 1, 1), ("IP-Adresse", 7, 7, 7)]
    path = written(with_channel(export(*rows), ["anonymous", "preview", "email"]))
    answers = read_answers(path, "kmss")
    assert score("kmss", answers)["total"].tolist() == [17.0, 21.0]
    assert answers.rows.tolist() == [1, 3]
    assert [(part.why, part.first) for part in answers.report.left_out] == [
        ("preview of the survey (column DistributionChannel)", (2,))
    ]
    assert len(read_answers(path, "kmss", all_rows=True)) == 3


@pytest.mark.parametrize("response_id", ["ResponseId", "ResponseID"])
def test_an_export_without_its_lower_header_rows_keeps_its_previews_out(written, response_id):
    header = f"Status,Finished,{response_id},kmss_1,kmss_2,kmss_3"
    path = written(f"{header}\n0,1,R_1,6,5,6\n1,1,R_2,1,1,1\n0,1,R_3,7,7,-99\n")
    answers = read_answers(path, "kmss")
    assert (answers.report.platform, answers.report.version) == ("Qualtrics", "1 header row")
    assert score("kmss", answers)["total"].tolist() == [17.0, 21.0]
    assert (answers.rows.tolist(), answers.report.row_id) == ([1, 3], response_id)


def test_dates_and_a_status_are_not_enough_to_be_qualtrics(written):
    path = written("StartDate,EndDate,Status,Finished,kmss_1,kmss_2,kmss_3\nx,x,1,1,6,5,6\n")
    answers = read_answers(path, "kmss")
    assert (answers.report.platform, len(answers)) == ("delimited text", 1)


def test_a_row_that_two_columns_mark_is_left_out_once(written):
    rows = [("Survey Preview", 1, 1, 1), ("Survey Preview", 2, 2, 2), (3, 3, 3)]
    answers = read_answers(written(with_channel(export(*rows), ["preview", "anonymous", "qr"])), "kmss")
    assert answers.rows.tolist() == [3]
    assert [(part.why, part.n) for part in answers.report.left_out] == [
        ("preview of the survey (column Status)", 2)
    ]


def test_previews_and_tests_are_left_out_with_their_rows(written, tmp_path):
    path = written(
        export(
            (6, 5, 6),
            ("Survey Preview", 1, 1, 1),
            (7, 7, 7),
            ("2", 1, 1, 1),
            ("spam", 2, 2, 2),
            ("16", 3, 3, 3),
        )
    )
    report = score_file("kmss", path, output=tmp_path / "scores.csv")
    assert report.n_persons == 4
    assert [(part.why.split()[0], part.first) for part in report.mapping.left_out] == [
        ("preview", (2,)),
        ("test", (4,)),
    ]
    with (tmp_path / "scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["ResponseId"], row["total"]) for row in rows] == [
        ("1", "R_0", "17.0"),
        ("3", "R_2", "21.0"),
        ("5", "R_4", "6.0"),
        ("6", "R_5", "9.0"),
    ]


def test_bad_cells_are_named_by_their_row_in_the_file(written):
    path = written(export(("1", 1, 1, 1), (6, 5, 8)))
    with pytest.raises(InvalidResponsesError, match="row 1, item kmss_3") as caught:
        score("kmss", read_answers(path, "kmss"))
    assert caught.value.problems[0].row == 1
    report = score_file("kmss", path)
    assert report.first_problems[0].row == 1


def test_seen_but_not_answered_is_missing_with_its_reason(written):
    answers = read_answers(written(export((6, -99, 6), (7, 7, 7))), "kmss")
    assert answers.missing_reasons["kmss_2"].tolist()[0] == "seen, and not answered"
    assert score("kmss", answers).answered[0].tolist() == [2]


def test_legacy_exports_by_texts_of_the_second_row(written):
    head = 'V1,V2,V7,kmss_1,kmss_2,kmss_3\nResponseID,ResponseSet,Status,"A\nb",B,C\n'
    text = head + "R_1,x,0,6,5,6\nR_2,x,1,1,1,1\n"
    answers = read_answers(written(text), "kmss")
    assert score("kmss", answers).to_frame().to_dict("list") == {"V1": ["R_1"], "total": [17.0]}


def test_a_column_is_matched_by_its_question(written):
    texts = {"a": "How satisfied?", "b": "As a partner", "c": "2. With us"}
    items = [{"id": name, "text": text} for name, text in texts.items()]
    form = form_of({"t": "a b c"}, items=items, high=7, evidence=PUBLISHED)
    answers = read_answers(written(export((6, 5, 4))), form)
    assert [item.column for item in answers.report.items] == ["kmss_1", "kmss_2", "kmss_3"]
    assert score(form, answers)["t"].tolist() == [5.0]


def test_recode_values_out_of_order_are_read_by_their_labels(written):
    recodes = {1: 1, 2: 6, 3: 2, 4: 3, 5: 4}  # as in a real survey
    survey = written(survey_of(AGREE, recodes), "survey.qsf")
    scale = {"minimum": 1, "maximum": 5, "labels": AGREE}
    form = form_of({"t": "kmss_1 kmss_2 kmss_3"}, response_scale=scale, evidence=PUBLISHED)
    answers = read_answers(written(export((6, 6, 4), (1, 2, 3))), form, structure=survey)
    assert score(form, answers)["t"].tolist() == pytest.approx([(2 + 2 + 5) / 3, (1 + 3 + 4) / 3])
    assert answers.report.items[0].how.startswith("recoded by label")
    assert answers.labels.loc[1].tolist() == ["somewhat disagree", "somewhat disagree", "strongly agree"]
    with pytest.raises(InvalidResponsesError, match="5"):
        score(form, read_answers(written(export((5, 1, 1))), form, structure=survey))


def test_labels_that_contradict_the_codes_and_are_unknown_in_part_are_refused(written):
    survey = written(survey_of(AGREE | {3: "hmm"}, {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}), "survey.qsf")
    scale = {"minimum": 1, "maximum": 5, "labels": AGREE}
    form = form_of({"t": "kmss_1 kmss_2 kmss_3"}, response_scale=scale, evidence=PUBLISHED)
    path = written(export((5, 4, 3)))
    with pytest.raises(ResponseError, match=r"'hmm' .* is unknown") as caught:
        read_answers(path, form, structure=survey)
    assert "recode={'kmss_1': {" in str(caught.value)
    said = {f"kmss_{n}": {5: 1, 4: 2, 3: 3, 2: 4, 1: 5} for n in (1, 2, 3)}
    answers = read_answers(path, form, structure=survey, recode=said)
    assert score(form, answers)["t"].tolist() == [2.0]


ONE_ROW = "Status,Finished,ResponseId,kmss_1,kmss_2,kmss_3\n0,1,R_0,5,4,4\n"
UPWARDS, DOWNWARDS = {n: n for n in range(1, 6)}, {n: 6 - n for n in range(1, 6)}


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    "text", [ONE_ROW, "V1,V2,kmss_1,kmss_2,kmss_3\nResponseID,ResponseSet,a,b,c\nR_0,x,5,4,4\n"]
)
def test_two_questions_with_one_tag_are_refused_unless_import_ids_show_which(written, order, text):
    scale = {"minimum": 1, "maximum": 5, "labels": AGREE}
    form = form_of({"t": "kmss_1 kmss_2 kmss_3"}, response_scale=scale, evidence=PUBLISHED)
    first, second = (UPWARDS, DOWNWARDS)[::order]
    survey = written(survey_of(AGREE, first, ("QID9", second)), "survey.qsf")
    with pytest.raises(ResponseError, match=r"'kmss_1': the questions QID1 and QID9 .* import ids show"):
        read_answers(written(text), form, structure=survey)
    answers = read_answers(written(export((5, 4, 4))), form, structure=survey)  # QID1 by its import id
    assert score(form, answers)["t"].tolist() == pytest.approx([13 / 3 if order == 1 else 5 / 3])
    for deleted, mean in (
        ("QID1", 13 / 3 if order == -1 else 5 / 3),
        ("QID9", 13 / 3 if order == 1 else 5 / 3),
    ):
        survey = written(survey_of(AGREE, first, ("QID9", second), trash=deleted), "survey.qsf")
        answers = read_answers(written(text), form, structure=survey)
        assert score(form, answers)["t"].tolist() == pytest.approx([mean])


def test_two_questions_with_one_tag_and_the_same_options_are_read(written):
    survey = written(survey_of(AGREE, UPWARDS, ("QID9", UPWARDS)), "survey.qsf")
    answers = read_answers(written(ONE_ROW), structure=survey)
    assert answers.labels.loc[1].tolist() == ["strongly agree", "somewhat agree", "somewhat agree"]


def test_survey_columns_gives_a_deleted_question_where_no_other_one_has_the_tag(written):
    columns = survey_columns(written(survey_of(AGREE, DOWNWARDS, trash="QID1"), "survey.qsf"))
    assert dict(columns.of("kmss_1").labels)[5] == "strongly disagree"
    assert columns.of("q_2") is None
    assert columns.of("x", "QID1-2") == columns.of("QID1_2") == columns.of("kmss_2")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "has no SurveyElements"),
        ('{"SurveyElements": []}', "none of its questions"),
    ],
)
def test_a_wrong_survey_file_is_refused(written, content, words):
    survey = written(content, "survey.qsf")
    with pytest.raises(ResponseError, match=words):
        read_answers(written(export((6, 5, 4))), "kmss", structure=survey)


def test_a_structure_for_a_plain_table_is_refused(written):
    plain = written("kmss_1,kmss_2,kmss_3\n1,2,3\n", "plain.csv")
    with pytest.raises(ResponseError, match=r"allowed: .*Qualtrics"):
        read_answers(plain, "kmss", structure=plain)
    with pytest.raises(ResponseError, match="there is no such file"):
        read_answers(plain, "kmss", structure=plain.with_name("none.qsf"))


def test_open_file_takes_a_table_that_mentions_import_ids_for_a_plain_one(written):
    with open_file(written("note,kmss_1\nImportId ResponseID,4\n")) as file:
        assert file.facts.platform == "delimited text"


@pytest.mark.parametrize(("open_", "spam"), [("0", "8"), ("FALSE", "Spam")])
def test_unfinished_responses_and_spam_are_kept_and_counted(tmp_path, open_, spam):
    path = tmp_path / "export.csv"
    rows = [f"0,1,R_1,6,5,6,{open_}", f"{spam},1,R_2,7,7,7,1", f"0,{open_},R_3,7,7,7,1", "1,0,R_4,1,1,1,1"]
    path.write_text("\n".join(["Status,Finished,ResponseId,kmss_1,kmss_2,kmss_3,x", *rows]) + "\n")
    answers = read_answers(path, "kmss")
    assert score("kmss", answers)["total"].tolist() == [17.0, 21.0, 21.0]
    assert answers.report.notes == (
        "1 of 3 responses not finished (column Finished); they are kept",
        "1 of 3 responses marked as spam (column Status); they are kept",
    )
