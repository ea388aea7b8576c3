"""ReproSchema: responses of its web page, activities, and an abbreviation that two questionnaires share."""

import json
import shutil

import pytest

from intimacy_scales import score
from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers import open_file, read_answers
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLES = REAL_FILES / "reproschema"
CONTEXT = "https://raw.githubusercontent.com/ReproNim/reproschema/1.0.0/contexts/reproschema"
LIBRARY = "https://raw.githubusercontent.com/ReproNim/reproschema-library/8c11e4f/activities"


def answer(item, value, person="p1", time="10:00", activity="small", language="en"):
    """Return the two parts of one answer as the web page stores them."""
    identifier, address = f"uuid:{item}-{person}-{time}", f"{LIBRARY}/{activity}/items/{item}"
    return [
        {"@context": CONTEXT, "@type": "reproschema:ResponseActivity", "@id": f"{identifier}-a",
         "used": [address], "inLanguage": language, "startedAtTime": f"2026-01-01T{time}:00Z",
         "endedAtTime": f"2026-01-01T{time}:30Z", "generated": identifier},
        {"@context": CONTEXT, "@type": "reproschema:Response", "@id": identifier, "isAbout": address,
         "wasAttributedTo": {"@id": person}, "value": value},
    ]  # fmt: skip


@pytest.fixture
def written(tmp_path):
    def write(*answers, name="responses.jsonld"):
        path = tmp_path / name
        path.write_text(json.dumps([part for parts in answers for part in parts]))
        return path

    return write


@pytest.fixture
def activity(tmp_path):
    """Return the folder of an activity with two items in two languages, made for these tests."""
    folder = tmp_path / "activities" / "small"
    (folder / "items").mkdir(parents=True)

    def write(name, **fields):
        (folder / name).write_text(json.dumps({"@context": CONTEXT} | fields))

    properties = [{"isAbout": f"items/{name}", "variableName": name} for name in ("q1", "q2", "total")]
    compute = [{"variableName": "total", "jsExpression": "q1 + q2"}]
    write("small_schema", category="Activity", prefLabel={"en": "Small Scale Assessment"}, compute=compute,
          ui={"addProperties": properties})  # fmt: skip
    choices = [
        {"name": {"de": de, "en": en}, "value": n}
        for n, (de, en) in enumerate([("nie", "never"), ("oft", "often")])
    ]
    write("valueConstraints", category="ResponseOption", choices=choices)
    for name in ("q1", "q2"):
        question = {"de": f"Frage {name}", "en": f"Question {name}"}
        write(f"items/{name}", category="Item", question=question, responseOptions="../valueConstraints")
    write("items/total", category="Item", ui={"readonlyValue": True}, responseOptions={})
    return folder


def form(items="q1 q2", **fields):
    scales = {"t": {"items": items.split(), "method": "sum"}}
    return form_of(scales, **{"low": 0, "high": 1, "evidence": PUBLISHED} | fields)


@needs_samples
def test_real_responses_and_their_activity():
    gad = form_of({"t": {"items": [f"gad7_{n}" for n in range(1, 8)], "method": "sum"}}, low=0, high=3,
                  evidence=PUBLISHED)  # fmt: skip
    path = SAMPLES / "responses" / "activity_0.jsonld"
    answers = read_answers(path, gad, structure=SAMPLES / "activities" / "GAD7")
    assert (answers.report.platform, answers.report.n_rows, answers.report.n_mapped) == ("ReproSchema", 1, 7)
    assert score(gad, answers)["t"].tolist() == [9.0]
    assert answers.labels.loc[1].tolist()[:2] == ["Several days", "Not at all"]
    assert len(answers.columns["gad7_1"].labels) == 4 * 23
    assert answers.columns["gad7_1"].question == "Feeling nervous, anxious or on edge"
    assert answers.metadata.loc[1, "startedAtTime"] == "2025-02-24T16:55:03.139Z"
    assert any("the activity computes gad7_total_score" in note for note in answers.report.notes)


@needs_samples
@pytest.mark.parametrize("name", ["GAD7/GAD7_schema", "DAS/items/DAS_1", "DAS/valueConstraints"])
def test_real_parts_of_activities_are_not_answers(name):
    with pytest.raises(ResponseError, match=r"of ReproSchema, which has questions and no answers"):
        read_answers(SAMPLES / "activities" / name)


def das_answers(written):
    return written(*(answer(f"DAS_{n}", 4, activity="DAS") for n in range(1, 21)))


def test_the_daily_affect_scale_is_not_the_dyadic_adjustment_scale(written):
    path = das_answers(written)
    for missing in (False, True):
        with pytest.raises(ResponseError, match=r"Daily Affect Scale.*Dyadic Adjustment Scale.*abbreviation"):
            read_answers(path, "das", allow_missing_items=missing)
    columns = {f"das_{n}": f"DAS_{n}" for n in range(1, 21)}
    answers = read_answers(path, "das", columns=columns, allow_missing_items=True)  # as the message advises
    assert answers.report.n_mapped == 20
    assert any("Daily Affect Scale" in note for note in answers.report.notes)


@needs_samples
def test_the_title_of_the_real_activity_shows_it_too(written):
    path = written(*(answer(f"DAS_{n}", 4, activity="mine") for n in range(1, 21)))
    with pytest.raises(ResponseError, match=r"Daily Affect Scale.*Dyadic Adjustment Scale"):
        read_answers(path, "das", structure=SAMPLES / "activities" / "DAS", allow_missing_items=True)


def test_a_row_for_each_person(written):
    parts = [answer(item, value, person) for person, value in (("p1", 0), ("p2", 1)) for item in ("q1", "q2")]
    answers = read_answers(written(*parts), form())
    assert score(form(), answers).to_frame().to_dict("list") == {"participant": ["p1", "p2"], "t": [0.0, 2.0]}


def test_the_last_answer_counts_and_this_is_said(written):
    path = written(answer("q1", 1, time="10:05"), answer("q1", 0, time="10:00"), answer("q2", 1))
    answers = read_answers(path, form())
    assert score(form(), answers)["t"].tolist() == [2.0]
    assert any("of which the last counts: q1" in note for note in answers.report.notes)


def test_answering_everything_again_is_another_row(written):
    parts = [
        answer(item, value, time=time)
        for time, value in (("10:00", 0), ("11:00", 1))
        for item in ("q1", "q2")
    ]
    answers = read_answers(written(*parts), form())
    assert score(form(), answers)["t"].tolist() == [0.0, 2.0]
    assert any("a row for each time" in note for note in answers.report.notes)


def test_the_same_name_in_two_activities_is_two_columns(written):
    answers = read_answers(written(answer("q1", 0, activity="a"), answer("q1", 1, activity="b")))
    assert answers.to_frame().loc[1, ["a/q1", "b/q1"]].tolist() == [0, 1]


def test_texts_are_in_the_language_of_the_responses(written, activity):
    path = written(*(answer(item, 1, language="de") for item in ("q1", "q2")))
    answers = read_answers(path, form(), structure=activity)
    assert answers.columns["q1"].question == "Frage q1"
    assert answers.labels.loc[1].tolist() == ["oft", "oft"]
    labels = {0: "often", 1: "never"}
    turned = form(response_scale={"minimum": 0, "maximum": 1, "labels": labels})
    assert score(turned, read_answers(path, turned, structure=activity))["t"].tolist() == [0.0]


def test_a_sum_that_contradicts_the_key_is_reported(written, activity):
    path = written(answer("q1", 1), answer("q2", 1))
    assert not any("differently" in n for n in read_answers(path, form(), structure=activity).report.notes)
    notes = read_answers(path, form("q1 -q2"), structure=activity).report.notes
    assert any("computes total differently from scale t: does not reverse q2" in note for note in notes)


def test_several_choices_are_never_one_number(written):
    answers = read_answers(written(answer("q1", [0, 1]), answer("q2", [1])))
    assert answers.to_frame().loc[1, ["q1", "q2"]].tolist() == ["0|1", 1]


def test_references_out_of_the_folder_are_not_read(written, activity, tmp_path):
    (tmp_path / "secret").write_text(json.dumps({"choices": [{"name": "x", "value": 7}]}))
    item = {"@context": CONTEXT, "category": "Item", "responseOptions": "../../../secret"}
    (activity / "items" / "q1").write_text(json.dumps(item))
    answers = read_answers(written(answer("q1", 1)), structure=activity)
    assert answers.columns["q1"].labels == ()
    assert "the activity refers to ../../../secret, which was not read" in answers.report.notes


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "items" / "q2").unlink(), "refers to items/q2, which is not in its folder"),
        (lambda folder: (folder / "valueConstraints").write_text("{"), "is not JSON"),
        (
            lambda folder: shutil.copy(folder / "items/q1", folder / "small_schema"),
            "is an item of ReproSchema",
        ),
        (lambda folder: shutil.copy(folder / "small_schema", folder / "b_schema"), "has several schemas"),
        (lambda folder: (folder / "small_schema").unlink(), "there is no such file"),
    ],
)
def test_a_damaged_activity_is_refused(written, activity, change, words):
    change(activity)
    with pytest.raises(ResponseError, match=words):
        read_answers(written(answer("q1", 1)), structure=activity)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (json.dumps(answer("q1", 1))[:-30], "cut off"),
        (json.dumps(answer("q1", 1)[:1]), "without a Response"),
        (json.dumps([answer("q1", 1)[1] | {"isAbout": None}]), "does not say which item"),
        (json.dumps({"@context": CONTEXT}) + "[" * 99_999, "JSON"),
    ],
)
def test_damaged_responses_are_refused(tmp_path, content, words):
    path = tmp_path / "a.jsonld"
    path.write_text(content)
    with pytest.raises(ResponseError, match=words):
        read_answers(path)


def test_another_activity_is_refused(written, activity):
    with pytest.raises(ResponseError, match="none of its items"):
        read_answers(written(answer("x", 1)), structure=activity)


def test_json_lines_that_mention_reproschema_are_plain(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"q1": 1, "note": "reproschema"}\n{"q1": 2, "note": "@context"}\n')
    with open_file(path) as file:
        assert file.facts.platform == "JSON lines"
