"""REDCap exports: real files, and the traps of events, repeated forms, boxes, labels and conditions."""

import csv

import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, ResponseError
from intimacy_scales.interop.answers import open_file, read_answers
from intimacy_scales.jobs import score_file
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.platform_exports import dictionary_text, table_text
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLES = REAL_FILES / "redcap"
OPTIONS = {1: "Never", 2: "Rarely", 3: "Often", 4: "Always"}
CHOICES = " | ".join(f"{code}, {text}" for code, text in OPTIONS.items())
ITEMS = {"q1": "Do you talk?", "q2": "Do you laugh?"}


def survey(**fields):
    """Return two items on one scale, answered with the options of `OPTIONS`."""
    return form_of({"t": " ".join(ITEMS)}, high=4, evidence=PUBLISHED, **fields)


def labelled(options=OPTIONS):
    scale = {"minimum": 1, "maximum": 4, "labels": options}
    items = [{"id": name, "text": text} for name, text in ITEMS.items()]
    return form_of({"t": " ".join(ITEMS)}, items=items, response_scale=scale, evidence=PUBLISHED)


def dictionary(*more, branching=""):
    fields = [{"name": "study_id", "form": "intro", "kind": "text", "label": "Study ID"}]
    fields += [
        {"name": name, "form": "talk", "kind": "radio", "label": text, "choices": CHOICES}
        for name, text in ITEMS.items()
    ]
    fields[-1]["branching"] = branching
    return dictionary_text(*fields, *more)


@pytest.fixture
def written(tmp_path):
    def write(content, name="data.csv", encoding="utf-8"):
        path = tmp_path / name
        text = content if isinstance(content, str) else table_text(content)
        path.write_text(text, encoding=encoding, newline="")
        return path

    return write


@pytest.fixture
def described(written):
    def write(*more, **fields):
        return written(dictionary(*more, **fields), "dictionary.csv")

    return write


LONGITUDINAL = [
    ["study_id", "redcap_event_name", "intro_complete", "q1", "q2", "talk_complete"],
    ["1", "start_arm_1", "2", "", "", ""],
    ["1", "week_1_arm_1", "", "1", "3", "2"],
    ["1", "week_2_arm_1", "", "", "", "0"],
    ["2", "start_arm_1", "2", "", "", ""],
    ["2", "week_1_arm_1", "", "", "", ""],
    ["2", "week_2_arm_1", "", "", "", "0"],
]


@needs_samples
@pytest.mark.parametrize("structure", [None, "longitudinal_dictionary.csv"])
def test_longitudinal_rows_of_other_events_are_not_persons(structure):
    form = form_of({"pmq": "pmq1 pmq2 pmq3 pmq4"}, low=0, high=5, evidence=PUBLISHED)
    described_by = None if structure is None else SAMPLES / structure
    answers = read_answers(SAMPLES / "longitudinal_data.csv", form, structure=described_by)
    with (SAMPLES / "longitudinal_data.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    means = {
        n: sum(float(row[f"pmq{k}"]) for k in range(1, 5)) / 4
        for n, row in enumerate(rows, start=1)
        if all(row[f"pmq{k}"] for k in range(1, 5))
    }
    scores = score(form, answers)
    assert dict(zip(answers.rows.tolist(), scores["pmq"].tolist(), strict=True)) == means
    assert sum(part.n for part in answers.report.left_out) == len(rows) - len(means) == 8
    assert "event final_visit_arm_1: nobody answered these items there" in str(answers.report)
    assert answers.report.row_id == "study_id"
    everyone = read_answers(SAMPLES / "longitudinal_data.csv", form, structure=described_by, all_rows=True)
    assert len(everyone) == len(rows) == 18 and not everyone.report.left_out


@needs_samples
@pytest.mark.parametrize(("items", "rows"), [("bp_systolic", [2, 3, 4, 6]), ("sex", [1, 5, 7, 8, 9])])
def test_repeated_forms_and_other_rows_are_neither_merged_nor_lost(items, rows):
    form = form_of({"t": items}, low=0, high=300, evidence=PUBLISHED)
    data = SAMPLES / "repeating-instruments-sparse_data.csv"
    for structure in (None, SAMPLES / "repeating-instruments-sparse_dictionary.csv"):
        answers = read_answers(data, form, structure=structure)
        assert answers.rows.tolist() == rows
        assert sum(part.n for part in answers.report.left_out) == 9 - len(rows)
    assert answers.metadata["redcap_repeat_instance"].tolist()[:2] == (
        ["1", "2"] if len(rows) == 4 else ["", ""]
    )
    assert len(read_answers(data)) == 9


@needs_samples
def test_boxes_of_zeros_may_be_no_answer_and_are_said_to():
    answers = read_answers(
        SAMPLES / "checkboxes-1_data.csv", structure=SAMPLES / "checkboxes-1_dictionary.csv"
    )
    assert len(answers) == 4
    known = answers.columns["check_two___b"]
    assert (known.role, known.question, known.group) == ("choice", "B", "check two")
    assert answers.labels["check_one___1"].tolist() == ["Checked", "Unchecked", "Checked", "Unchecked"]
    assert any(note.startswith("check_one, check_two: REDCap writes 0") for note in answers.report.notes)


@needs_samples
def test_decimal_commas_are_read_where_the_dictionary_declares_them():
    data, form = SAMPLES / "decimal-comma-and-dot_data.csv", None
    for column in ("height_dot", "height_comma"):
        form = form_of({"t": column}, low=0, high=3, step=0.01, evidence=PUBLISHED)
        answers = read_answers(data, form, structure=SAMPLES / "decimal-comma-and-dot_dictionary.csv")
        assert score(form, answers)["t"].tolist() == [1.54, 1.84, 1.95, 1.61]
    assert answers.columns["bmi"].role == "calculated"
    assert answers.columns["bmi"].formula == "round(([weight_dot])/(([height_dot])^(2)),1)"
    without = read_answers(data, form)
    with pytest.raises(InvalidResponsesError, match="decimal comma"):
        score(form, without)
    assert any("structure= (the data dictionary)" in note for note in without.report.notes)


@needs_samples
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*_dictionary.csv")), ids=lambda path: path.stem)
def test_a_dictionary_given_as_answers_is_refused_as_such(path):
    with pytest.raises(ResponseError, match=r"is a data dictionary of REDCap, not answers; .* structure="):
        read_answers(path, "ras")


@needs_samples
def test_a_list_of_events_given_as_answers_is_refused_as_such():
    with pytest.raises(ResponseError, match="list of events"):
        read_answers(SAMPLES / "longitudinal_event.csv", "ras")


def test_rows_in_which_the_form_could_be_answered_are_kept(written):
    answers = read_answers(written(LONGITUDINAL), survey())
    assert answers.rows.tolist() == [2, 3, 5, 6]  # week 1 was answered; in week 2 the form has a status
    assert [(part.why, part.first) for part in answers.report.left_out] == [
        ("event start_arm_1: nobody answered these items there", (1, 4))
    ]


def test_without_statuses_events_that_nobody_answered_are_left_out(written):
    rows = [[row[0], row[1], row[3], row[4]] for row in LONGITUDINAL]
    answers = read_answers(written(rows), survey())
    assert answers.rows.tolist() == [2, 5]


def test_scores_of_events_are_written_with_the_rows_of_the_file(written, tmp_path):
    report = score_file(
        survey(), written(LONGITUDINAL), output=tmp_path / "s.csv", keep=["study_id", "redcap_event_name"]
    )
    assert report.n_persons == 4 and report.mapping.left_out[0].n == 2
    with (tmp_path / "s.csv").open() as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    assert rows == [
        ("2", "1", "week_1_arm_1", "2.0"),
        ("3", "1", "week_2_arm_1", ""),
        ("5", "2", "week_1_arm_1", ""),
        ("6", "2", "week_2_arm_1", ""),
    ]


def test_a_large_file_has_the_rows_of_a_small_one(written):
    events = ["start", "week_1", "week_2"]
    rows = [
        [n, f"{events[n % 3]}_arm_1", "", *([n % 4 + 1, 2] if n % 3 == 1 else ["", ""]), ""]
        for n in range(40_000)
    ]
    path = written([LONGITUDINAL[0], *rows])
    assert path.stat().st_size > 1 << 19  # so that Arrow reads it
    answers = read_answers(path, survey())
    assert answers.rows.tolist() == [n + 1 for n in range(40_000) if n % 3 == 1]
    assert score(survey(), answers)["t"].tolist() == [(n % 4 + 3) / 2 for n in range(40_000) if n % 3 == 1]


def test_very_many_events_share_one_reason(written):
    rows = [[n, f"event_{n}", "", "", "", ""] for n in range(300)]
    answers = read_answers(written([*LONGITUDINAL, *rows]), survey())
    assert len(answers.report.left_out) == 101
    assert sum(part.n for part in answers.report.left_out) == 302


def test_options_of_the_dictionary_decide_what_codes_mean(written, described):
    rows = [["study_id", "q1", "q2", "talk_complete"], ["1", "1", "3", "2"]]
    reverse = {1: "Always", 2: "Often", 3: "Rarely", 4: "Never"}
    answers = read_answers(written(rows), labelled(reverse), structure=described())
    assert score(labelled(reverse), answers)["t"].tolist() == [3.0]
    assert answers.report.items[0].how.startswith("recoded by label: 1 → 4")
    assert answers.labels["q2"].tolist() == ["Often"]


def test_an_export_by_label_is_named_by_the_dictionary(written, described):
    rows = [
        ["Study ID", "Event Name", "Complete?", "Do you talk?", "Do you laugh?", "Complete?"],
        ["1", "Week 1", "Complete", "Never", "Often", "Complete"],
    ]
    answers = read_answers(written(rows), labelled(), structure=described())
    names = [str(name) for name in answers.table.names]
    assert set(names) == {"study_id", "redcap_event_name", "intro_complete", "q1", "q2", "talk_complete"}
    assert score(labelled(), answers)["t"].tolist() == [2.0]
    assert any(d.what == "answers" and d.value == "labels" for d in answers.report.decisions)
    assert answers.columns["q1"].holds_labels


def test_an_export_by_label_is_matched_by_questions_without_the_dictionary(written):
    rows = [
        ["Study ID", "Complete?", "Do you talk?", "Do you laugh?", "Pets (choice=Cat)", "Complete?"],
        ["1", "Complete", "Never", "Often", "Checked", "Incomplete"],
    ]
    answers = read_answers(written(rows), labelled())
    assert score(labelled(), answers)["t"].tolist() == [2.0]
    assert {"Complete? (1)", "Complete? (2)"} <= set(map(str, answers.table.names))
    known = answers.columns["Pets (choice=Cat)"]
    assert (known.question, known.group, known.role) == ("Cat", "Pets", "choice")


def test_boxes_of_an_export_by_label_are_scored_as_ticked_or_not(written):
    rows = [["record_id", "pets___1", "pets___2", "pets_complete"], ["1", "Checked", "Unchecked", "Complete"]]
    form = form_of({"t": "pets___1 pets___2"}, low=0, high=1, evidence=PUBLISHED)
    assert score(form, read_answers(written(rows), form))["t"].tolist() == [0.5]


def test_questions_that_were_not_shown_have_their_reason(written, described):
    more = {
        "name": "q3",
        "form": "talk",
        "kind": "text",
        "label": "How?",
        "branching": "datediff([a],[b]) > 1",
    }
    structure = described(more, branching="[q1] = '3' or [q1] = '4'")
    rows = [["study_id", "q1", "q2", "q3", "talk_complete"], ["1", "1", "", "", "2"], ["2", "4", "", "", "2"]]
    rows.append(["3", "", "", "", ""])  # a form that was not opened says nothing
    answers = read_answers(written(rows), survey(), structure=structure)
    assert answers.missing_reasons["q2"].dropna().to_dict() == {1: "not shown (branching)"}
    assert "q3" not in answers.missing_reasons
    assert any(
        note.startswith("q3: shown on a condition that is not evaluated") for note in answers.report.notes
    )


def test_missing_data_codes_can_be_told(written, described):
    rows = [["study_id", "q1", "q2", "talk_complete"], ["1", "-999", "3", "2"], ["2", "UNK", "4", "2"]]
    answers = read_answers(written(rows), survey(), structure=described(), missing_codes=[-999, "UNK"])
    assert score(survey(), answers).answered[:, 0].tolist() == [1, 1]
    with pytest.raises(InvalidResponsesError, match="-999"):
        score(survey(), read_answers(written(rows), survey(), structure=described()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_encodings_and_marks(written, encoding, separator):
    rows = [["record_id", "q1", "q2", "über", "talk_complete"], ["1", "2", "3", "ä", "2"]]
    answers = read_answers(written(table_text(rows, separator), encoding=encoding), survey())
    assert answers.report.platform == "REDCap"
    assert score(survey(), answers)["t"].tolist() == [2.5]
    assert answers.report.row_id == "record_id"


def test_a_structure_makes_a_report_without_marks_an_export_of_redcap(written, described):
    rows = [["study_id", "q1", "q2"], ["1", "2", "3"]]
    with open_file(written(rows)) as file:
        assert file.facts.platform == "delimited text"
    answers = read_answers(written(rows), survey(), structure=described())
    assert answers.report.platform == "REDCap"
    assert answers.columns["q1"].labels[0] == (1, "Never")


@pytest.mark.parametrize(
    "header",
    [
        "id,q1,q2,task_complete",
        "record_id,q1,q2,done_complete,comment",
        "study_id,q1,q2,Complete?,comment",
        "record_id,q1,q2",
    ],
)
def test_a_plain_table_is_not_taken_for_an_export(written, header):
    n = header.count(",") - 2
    with open_file(written(f"{header}\n1,2,3{',1' * n}\n")) as file:
        assert file.facts.platform == "delimited text"


def test_a_column_that_holds_more_than_a_status_is_no_sign(written):
    with open_file(written("record_id,q1,talk_complete\n1,2,87\n")) as file:
        assert file.facts.platform == "delimited text"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n1,2\n", "is not a data dictionary of REDCap: its header lacks a column"),
        ("", "is not a data dictionary of REDCap"),
        (dictionary_text({"name": "other", "form": "f", "kind": "text"}), "has no column of the project"),
    ],
)
def test_a_wrong_structure_is_refused(written, content, words):
    with pytest.raises(ResponseError, match=words):
        read_answers(written(LONGITUDINAL), survey(), structure=written(content, "dictionary.csv"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("record_id,redcap_event_name,q1,q2\n1,a,2\n", "line 2 has 3 fields"),
        ('record_id,redcap_event_name,q1,q2\n1,a,"2,3', "unexpected end of data"),
        ("record_id,redcap_event_name\n1,a\n", "have no column"),
        ("record_id,redcap_event_name,q1,q1,q2\n1,a,1,2,3\n", "2 columns named 'q1'"),
        ("record_id,redcap_event_name," + "," * 200_000 + "\n", "allowed: at most 100,000"),
    ],
)
def test_damaged_files_are_refused(written, text, words):
    with pytest.raises(ResponseError, match=words):
        read_answers(written(text), survey())


def test_an_export_without_rows_has_none(written):
    assert len(read_answers(written([LONGITUDINAL[0]]), survey())) == 0


def test_a_first_column_without_a_name_does_not_identify_rows(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text(
        '"","record_id","box___1","kmss_1","kmss_2","kmss_3","kmss_complete"\n"1","x",0,6,5,6,2\n'
    )
    answers = read_answers(path, "kmss")
    assert (answers.report.platform, answers.report.row_id) == ("REDCap", "record_id")
