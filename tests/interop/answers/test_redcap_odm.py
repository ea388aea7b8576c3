"""The XML of REDCap projects: a real one, events and repeated forms, and files that must be refused."""

import pytest

from intimacy_scales import score
from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers import open_file, read_answers, redcap_odm, xml_parts
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.platform_exports import odm_form, odm_text, table_text
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLE = REAL_FILES / "redcap" / "simple_project_odm.xml"
FIELDS = {"record_id": "intro", "q1": "talk", "q2": "talk"}
DOCTYPE = '<!DOCTYPE ODM [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def form():
    return form_of({"t": "q1 q2"}, high=7, evidence=PUBLISHED)


def record(number, *forms, event=None, repetition=1):
    inside = "".join(forms)
    if event is not None:
        inside = (
            f'<StudyEventData StudyEventOID="Event.{event}" StudyEventRepeatKey="{repetition}" '
            f'redcap:UniqueEventName="{event}">{inside}</StudyEventData>'
        )
    return f'<SubjectData SubjectKey="{number}" redcap:RecordIdField="record_id">{inside}</SubjectData>'


@pytest.fixture
def written(tmp_path):
    def write(text, name="project.xml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@needs_samples
def test_the_real_project_is_read_with_its_own_code_lists():
    answers = read_answers(SAMPLE)
    assert (answers.report.version, len(answers)) == ("ODM XML of REDCap 14.7.3", 5)
    assert answers.labels["sex"].tolist()[:2] == ["Female", "Male"]
    assert answers.columns["race___5"].question == "White"
    assert answers.columns["bmi"].formula == "round(([weight]*10000)/(([height])^(2)),1)"
    assert answers.to_frame()["mugshot"].tolist()[0] == "mugshot-1.jpg"
    assert answers.report.row_id == "record_id"


@needs_samples
def test_the_real_project_scores_an_item():
    race = form_of({"t": "race___1 race___5"}, low=0, high=1, evidence=PUBLISHED)
    assert score(race, read_answers(SAMPLE, race))["t"].tolist()[0] == 0.5


def test_events_and_repeated_forms_have_the_rows_of_the_export_by_csv(written):
    xml = odm_text(
        FIELDS,
        record(1, odm_form("intro", record_id=1, intro_complete=2), event="start_arm_1")
        + record(1, odm_form("talk", q1=3, q2=5, talk_complete=2), event="week_arm_1")
        + record(1, odm_form("talk", 2, q1=4, q2=6, talk_complete=2), event="week_arm_1")
        + record(2, odm_form("talk", q1=1, q2=1, talk_complete=2), event="week_arm_1")
        + record(3, event="week_arm_1"),
        repeated=["talk"],
    )
    answers = read_answers(written(xml), form())
    frame = answers.to_frame()
    assert frame["record_id"].tolist() == ["1", "1", "2"]
    assert frame["redcap_repeat_instrument"].tolist() == ["talk"] * 3
    assert frame["redcap_repeat_instance"].tolist() == ["1", "2", "1"]
    assert score(form(), answers)["t"].tolist() == [4.0, 5.0, 1.0]
    assert len(read_answers(written(xml), form(), all_rows=True)) == 5


def test_repeated_events_and_forms_that_are_not_declared_are_seen_by_their_numbers(written):
    xml = odm_text(
        FIELDS,
        record(1, odm_form("talk", q1=1, q2=1), event="day_arm_1")
        + record(1, odm_form("talk", q1=2, q2=2), event="day_arm_1", repetition=2),
    )
    answers = read_answers(written(xml), form())
    assert answers.to_frame()["redcap_repeat_instance"].tolist() == ["1", "2"]
    assert score(form(), answers)["t"].tolist() == [1.0, 2.0]


def test_a_record_without_forms_is_a_row(written):
    answers = read_answers(
        written(odm_text(FIELDS, record(1, odm_form("talk", q1=3, q2=5)) + record(2))), form()
    )
    assert score(form(), answers)["t"].tolist()[0] == 4.0
    assert answers.to_frame()["record_id"].tolist() == ["1", "2"]


@pytest.mark.parametrize("codes", ["-999, Refused | UNK, Unknown", "-999, Refused\nUNK, Unknown"])
def test_missing_data_codes_of_the_project_are_missing_with_their_reasons(written, codes):
    xml = odm_text(
        FIELDS,
        record(1, odm_form("talk", q1=-999, q2=5)) + record(2, odm_form("talk", q1="UNK", q2=3)),
        missing=codes,
    )
    answers = read_answers(written(xml), form())
    assert answers.missing_reasons["q1"].tolist() == ["Refused", "Unknown"]
    assert score(form(), answers).answered[:, 0].tolist() == [1, 1]


def test_the_xml_describes_an_export_by_csv(written):
    structure = written(odm_text(FIELDS, "", missing="-999, Refused"))
    rows = [["record_id", "q1", "q2", "talk_complete"], ["1", "-999", "4", "2"]]
    answers = read_answers(written(table_text(rows), "data.csv"), form(), structure=structure)
    assert answers.missing_reasons["q1"].tolist() == ["Refused"]
    assert answers.columns["q2"].labels[3] == (4, "Option 4")


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (odm_text(FIELDS, ""), "holds no answers, only the fields"),
        (odm_text(FIELDS, record(1, odm_form("talk", q1=1)), head=DOCTYPE), r"declares a document type"),
        (odm_text(FIELDS, record(1, odm_form("talk", q1=1)))[:-30], "is damaged: line"),
        (odm_text(FIELDS, "<a>" * 100_000), "nested more than 64 levels"),
        (odm_text(FIELDS, record(1, odm_form("talk", q1=1), odm_form("talk", q1=2))), "two values in one"),
    ],
    ids=["no data", "document type", "cut off", "deep", "two values"],
)  # fmt: skip
def test_damaged_and_hostile_files_are_refused(written, xml, words):
    with pytest.raises(ResponseError, match=words):
        read_answers(written(xml), form())


def test_very_large_files_are_refused(written, monkeypatch):
    wide = odm_text(FIELDS, record(1, odm_form("talk", **{f"i{n}": 1 for n in range(400)})))
    path = written(wide)
    for module, name, words in (
        (xml_parts, "_MOST_ELEMENTS", "holds more than 300 elements"),
        (redcap_odm, "_MOST_VALUES", "holds more than 300 values"),
        (redcap_odm, "_MOST_CELLS", "at most 300 cells"),
    ):
        with monkeypatch.context() as patch, pytest.raises(ResponseError, match=words):
            patch.setattr(module, name, 300)
            read_answers(path, form())


def test_a_document_type_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "project.xml"
    path.write_bytes(odm_text(FIELDS, record(1), head=DOCTYPE).encode("utf-16"))
    with pytest.raises(ResponseError, match="declares a document type"):
        read_answers(path, form())


def test_other_xml_is_not_taken_for_a_project(written):
    with pytest.raises(ResponseError, match="a web page or XML"):
        open_file(written('<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" SourceSystem="Other"><a/></ODM>'))
