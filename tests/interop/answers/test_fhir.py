"""FHIR responses: real files, and the traps of codes, weights, nesting and status."""

import json
import time

import pytest

from intimacy_scales import score
from intimacy_scales.errors import MissingColumnsError, ResponseError
from intimacy_scales.interop.answers import fhir_columns, json_source, open_file, read_answers
from intimacy_scales.jobs import score_file
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLES = REAL_FILES / "fhir"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
PHQ = (
    "LittleInterest FeelingDown TroubleSleeping FeelingTired BadAppetite FeelingBadAboutSelf "
    "TroubleConcentrating MovingSpeaking"
)
FREQUENCY = ("Never", "Sometimes", "Often", "Always")


def coding(code, display=None, number=None):
    """Return a coding; with a number, it carries its weight."""
    extension = [{"url": ORDINAL, "valueDecimal": number}]
    return (
        {"system": "http://loinc.org", "code": code}
        | ({} if display is None else {"display": display})
        | ({} if number is None else {"extension": extension})
    )


def item(link, *answers, nested=()):
    """Return an item of a response; answers are values or elements."""
    kinds = {int: "valueInteger", float: "valueDecimal", str: "valueString", bool: "valueBoolean"}
    elements = [
        {"valueCoding": a} if isinstance(a, dict) and "code" in a
        else a if isinstance(a, dict) else {kinds[type(a)]: a}
        for a in answers
    ]  # fmt: skip
    return (
        {"linkId": link}
        | ({"answer": elements} if elements else {})
        | ({"item": list(nested)} if nested else {})
    )


def response(*items, **fields):
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": list(items)} | fields


def bundle(*resources, **fields):
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries} | fields


def options(*weights, url=WEIGHT, labels=FREQUENCY):
    """Return options LA0, LA1 …, with weights unless these are None."""
    return [
        {"valueCoding": coding(f"LA{n}", label)}
        | ({} if weight is None else {"extension": [{"url": url, "valueDecimal": weight}]})
        for n, (weight, label) in enumerate(zip(weights, labels, strict=False))
    ]


def questionnaire(links, **fields):
    """Return a Questionnaire of choices, from linkId → options."""
    items = [
        {"linkId": link, "type": "choice", "text": f"Question {link}?", "answerOption": listed}
        for link, listed in links.items()
    ]
    return {"resourceType": "Questionnaire", "status": "active", "item": items} | fields


@pytest.fixture
def written(tmp_path):
    def write(content, name="export.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def form(items="q1 q2", **fields):
    return form_of(
        {"t": {"items": items.split(), "method": "sum"}},
        **{"low": 0, "high": 3, "evidence": PUBLISHED} | fields,
    )


@needs_samples
def test_real_answers_below_answers_have_columns():
    answers = read_answers(SAMPLES / "R4" / "hl7_core_example_response_nested_answers.json")
    row = answers.to_frame().loc[1]
    assert answers.report.platform == "FHIR"
    assert row["vitaminKgiven"] == "INJECTION"
    assert (row["vitaminKDose2"], row["hepBgiven"], row["birthWeight"]) == ("1972-12-11", "true", 3.25)
    assert row["QuestionnaireResponse.subject"] == "http://hl7.org/fhir/Patient/1"
    assert answers.columns["vitaminKDose1"].question == "1st dose"


@needs_samples
def test_real_weights_come_from_where_the_weight_function_takes_them():
    """The expected numbers are those that the authors' own tests state in the texts of the questions."""
    answers = read_answers(
        SAMPLES / "R4" / "weight_response.json", structure=SAMPLES / "R4" / "weight_questionnaire.json"
    )
    row = answers.to_frame().loc[1]
    numbers = [dict(answers.columns[f"link-1.1.{n}"].numbers)[row[f"link-1.1.{n}"]] for n in range(1, 9)]
    assert numbers == [1, 10, 200, 2000, 30000, 400000, 60000000, 5000000]
    assert any("where the Questionnaire has 2" in note for note in answers.report.notes)


@needs_samples
def test_real_codes_of_an_external_value_set_need_a_map():
    path, structure = (SAMPLES / "R4" / f"phq9_external_valueset{end}.json" for end in ("_response", ""))
    with pytest.raises(ResponseError, match="no numbers for the options of LittleInterest") as caught:
        read_answers(path, form(PHQ), structure=structure)
    assert "recode={'LA6568-5': …, 'LA6569-3': …}" in str(caught.value)
    answers = read_answers(path, form(PHQ), structure=structure, recode={"LA6568-5": 0, "LA6569-3": 1})
    assert score(form(PHQ), answers)["t"].tolist() == [answers.to_frame().loc[1, "TotalScore"]] == [3.0]
    assert answers.columns["TotalScore"].role == "calculated"
    assert any("http://loinc.org/vs/LL358-3" in note for note in answers.report.notes)


@needs_samples
def test_real_codes_are_read_by_labels_of_the_instrument():
    scale = {"minimum": 0, "maximum": 3, "labels": {0: "Not at all", 1: "Several days"}}
    answers = read_answers(
        SAMPLES / "R4" / "phq9_external_valueset_response.json", form(PHQ, response_scale=scale)
    )
    assert score(answers.instrument, answers)["t"].tolist() == [3.0]
    assert answers.report.items[0].how == "recoded by label: 'LA6568-5' → 0"


@needs_samples
@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.json")), ids=lambda path: path.stem)
def test_real_questionnaires_are_not_answers(path):
    if "response" in path.stem:
        assert len(read_answers(path)) == 1
        return
    with pytest.raises(ResponseError, match="is a FHIR Questionnaire, which has questions and no answers"):
        read_answers(path)


@needs_samples
@pytest.mark.parametrize(
    ("name", "link", "version", "numbers"),
    [
        ("R4/phq9_ordinalValue_weight_function", "/44250-9", "R4 or R4B", [0, 1, 2, 3]),
        ("R4/gad7_sdc", "gad7.difficulty", "R4 or R4B", [0, 1, 2, 3]),
        ("R4/epds_direction_in_weights", "epds.q3", "R4 or R4B", [0, 1, 2, 3]),
        ("R4/contained_valueset_itemWeight", "link-1.1.1", "R4 or R4B", [1, 10, 2, 20]),
        ("R5/coding_optionsOrString", "valueCoding-group1-item1", "R5", []),
    ],
)
def test_real_questionnaires_describe_options(written, name, link, version, numbers):
    answers = read_answers(written(response(item(link, "x"))), structure=SAMPLES / f"{name}.json")
    assert [number for _, number in answers.columns[link].numbers] == numbers
    assert answers.report.version == version
    assert answers.columns[link].labels


@needs_samples
def test_real_scores_of_a_contained_value_set(written):
    structure = SAMPLES / "R4" / "phq9_argonaut_contained_valueset.json"
    document = json.loads(structure.read_text(encoding="utf-8"))
    links = [
        i["linkId"] for group in document["item"] for i in group.get("item", []) if i["type"] == "choice"
    ]
    answers = read_answers(written(response(item(links[0], coding("LA6570-1")))), structure=structure)
    assert dict(answers.columns[links[0]].numbers)["LA6570-1"] == 2


def test_one_row_for_each_response_however_it_is_packed(written):
    both = [response(item("q1", n), item("q2", 3), id=f"r{n}") for n in (1, 2)]
    lines = "\n".join(map(json.dumps, both))
    patient = {"resourceType": "Patient", "id": "p"}
    for number, content in enumerate(
        [both, lines, bundle(*both, patient), bundle(bundle(*both)), lines + "\n\n"]
    ):
        answers = read_answers(written(content, f"{number}.json"), form())
        assert score(form(), answers)["t"].tolist() == [4.0, 5.0]
        assert answers.report.row_id == "QuestionnaireResponse.id"
    notes = read_answers(written(bundle(*both, patient), "again.json")).report.notes
    assert "other resources were left alone: 1 Patient" in notes


def test_the_subject_identifies_rows_if_it_is_unique(written):
    rows = [response(item("q1", 1), subject={"reference": f"Patient/{n}"}, id=str(n)) for n in (1, 2)]
    answers = read_answers(written(rows))
    assert answers.report.row_id == "QuestionnaireResponse.subject"
    again = read_answers(written([*rows, rows[0]]))
    assert len(again) == 3
    assert again.report.row_id == "QuestionnaireResponse.subject"
    assert any("1 subjects have several responses" in note for note in again.report.notes)


def test_status_decides_what_is_left_out(written):
    states = ("completed", "entered-in-error", "in-progress", "amended", "stopped")
    path = written([response(item("q1", n), status=status) for n, status in enumerate(states)])
    answers = read_answers(path)
    assert answers.rows.tolist() == [1, 3, 4, 5]
    assert [(part.why, part.first) for part in answers.report.left_out] == [("status entered-in-error", (2,))]
    assert any("1 response with status in-progress (not finished)" in note for note in answers.report.notes)
    assert len(read_answers(path, all_rows=True)) == 5


def test_repeated_groups_have_paths_and_keep_their_places(written):
    groups = [item("g", nested=[item("a", 1), item("b", 2)]), item("g", nested=[item("b", 3)])]
    row = read_answers(written(response(*groups))).to_frame().loc[1]
    assert row.filter(regex="^(a|b|g)").to_dict() == {"a": 1, "b": 2, "g[2]/b": 3}


def test_a_link_id_in_two_groups_is_two_columns(written):
    """FHIR does not allow it; forms that were put together from others have it."""
    groups = ("phq", "gad")
    rows = [
        response(item("phq", nested=[item("1", 1)]), item("gad", nested=[item("1", 2)])),
        response(item("gad", nested=[item("1", 3)])),
    ]
    inner = questionnaire({"1": options(0, 1)})["item"]
    asked = {"resourceType": "Questionnaire", "item": [
        {"linkId": name, "type": "group", "item": [inner[0] | {"text": name}]} for name in groups
    ]}  # fmt: skip
    structure = written(asked, "q.json")
    for how, content in (({}, rows), ({"structure": structure}, rows), ({"structure": structure}, rows[1:])):
        answers = read_answers(written(content), **how)
        assert answers.to_frame()["gad/1"].tolist() == [2, 3][-len(content) :]
        assert how == {} or answers.columns["gad/1"].question == "gad"
        assert answers.report.decisions[0].value == "named by path"


def test_several_answers_to_a_question_are_never_one_number(written):
    answers = read_answers(written([response(item("q1", 1, 2), item("q2", 1))]), form())
    assert answers.to_frame().loc[1, "q1"] == "1|2"
    assert any("q1: 1 responses have several answers" in note for note in answers.report.notes)
    with pytest.raises(ResponseError, match="q1"):
        score(form(), answers)


def test_weights_are_the_answers(written):
    structure = written(questionnaire({"q1": options(0, 1, 2, 3), "q2": options(3, 2, 1, 0)}), "q.json")
    path = written(response(item("q1", coding("LA1")), item("q2", coding("LA1"))))
    answers = read_answers(path, form(), structure=structure)
    assert score(form(), answers)["t"].tolist() == [3.0]
    assert answers.labels.loc[1].tolist() == ["Sometimes", "Sometimes"]
    assert answers.report.cautions == ()


def test_weights_are_not_reversed_again_without_a_word(written):
    """As in the EPDS of a real server, whose numbers are high where the answer is worse, in all items."""
    structure = written(questionnaire({"q1": options(0, 1, 2, 3), "q2": options(3, 2, 1, 0)}), "q.json")
    path = written(response(item("q1", coding("LA1")), item("q2", coding("LA1"))))
    keyed = form("q1 -q2")
    answers = read_answers(path, keyed, structure=structure)
    (caution,) = answers.report.cautions
    assert "scale t reverses it; if the numbers that the file counts are reversed already" in caution
    undo = {"q2": {"LA0": 0, "LA1": 1, "LA2": 2, "LA3": 3}}
    assert f"recode={undo}" in caution
    undone = read_answers(path, keyed, structure=structure, recode=undo)
    assert score(keyed, undone)["t"].tolist() == [1.0 + (3 - 1)]
    assert undone.report.cautions == ()


def test_labels_of_the_instrument_come_before_weights(written):
    scale = {"minimum": 0, "maximum": 3, "labels": dict(enumerate(FREQUENCY))}
    structure = written(questionnaire({"q1": options(0, 1, 2, 3), "q2": options(3, 2, 1, 0)}), "q.json")
    path = written(response(item("q1", coding("LA1")), item("q2", coding("LA1"))))
    keyed = form("q1 -q2", response_scale=scale)
    answers = read_answers(path, keyed, structure=structure)
    assert score(keyed, answers)["t"].tolist() == [1.0 + (3 - 1)]
    assert "the label decided" in answers.report.cautions[0]


@needs_samples
def test_real_weights_of_the_epds_meet_a_key_that_reverses(written):
    """Of a key for answers as they are printed, whose items 3 and 5 to 10 start with the worst answer."""
    ids = {f"epds_{n}": f"epds.q{n}" for n in range(1, 11)}
    path = written(response(*(item(link, coding("3")) for link in ids.values())))
    structure = SAMPLES / "R4" / "epds_direction_in_weights.json"
    reversing = [3, *range(5, 11)]
    printed = form(
        " ".join("-" * (n in reversing) + f"epds_{n}" for n in range(1, 11)), title="Edinburgh Scale"
    )
    answers = read_answers(path, printed, structure=structure, columns=ids)
    assert {item.item for item in answers.report.items if item.cautions} == {f"epds_{n}" for n in reversing}
    plain = form(" ".join(ids), title="Edinburgh Scale")
    answers = read_answers(path, plain, structure=structure, columns=ids)
    assert score(plain, answers)["t"].tolist() == [30.0]
    assert answers.report.cautions == ()


def test_weights_outside_the_scale_are_refused(written):
    structure = written(questionnaire({"q1": options(0, 10, 20, 30)}), "q.json")
    with pytest.raises(ResponseError, match=r"counts 10 for 'LA1', which is not an answer to q1 .*recode="):
        read_answers(written(response(item("q1", coding("LA1")))), form(), structure=structure)


def test_answers_that_carry_different_numbers_for_a_code_are_not_counted(written):
    rows = [response(item("q1", coding("a", "A", number)), item("q2", 1)) for number in (1, 2)]
    answers = read_answers(written(rows))
    assert answers.columns["q1"].numbers == ()
    assert "different numbers for 'a'" in answers.report.notes[0]
    with pytest.raises(ResponseError, match="no numbers for the options of q1"):
        read_answers(written(rows), form())


def test_one_code_of_two_systems_is_two_codes(written):
    codings = [{"system": f"http://{name}", "code": "1", "display": name} for name in "ab"]
    answers = read_answers(written([response(item("q1", c)) for c in codings]))
    assert answers.to_frame()["q1"].tolist() == ["http://a|1", "http://b|1"]
    assert answers.labels["q1"].tolist() == ["a", "b"]


def test_yes_and_no_are_not_numbers(written):
    path = written(response(item("q1", True), item("q2", False)))
    with pytest.raises(ResponseError, match=r"recode=\{'true': …, 'false': …\}"):
        read_answers(path, form())
    answers = read_answers(path, form(), recode={"true": 1, "false": 0})
    assert score(form(), answers)["t"].tolist() == [1.0]


def test_reasons_of_missing_answers_are_kept(written):
    absent = {"extension": [{"url": ABSENT, "valueCode": "asked-declined"}]}
    rows = [
        response(item("q1", {"_valueInteger": absent}), item("q2", 2)),
        response(item("q1", {"valueCoding": {"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason",
                                             "code": "unknown", "display": "Unknown"}}), item("q2", 2)),
        response(item("q1", 1), item("q2", 2)),
    ]  # fmt: skip
    answers = read_answers(written(rows), form())
    assert answers.missing_reasons["q1"].tolist()[:2] == ["asked-declined", "Unknown"]
    assert score(form(), answers).answered.ravel().tolist() == [1, 1, 2]


def test_link_ids_that_do_not_match_are_named(written):
    structure = written(questionnaire({"q1": options(0, 1, 2, 3)}), "q.json")
    answers = read_answers(written(response(item("q1", coding("LA1")), item("Q-2", 1))), structure=structure)
    assert "linkIds with answers that are not in the Questionnaire: Q-2" in answers.report.notes
    with pytest.raises(ResponseError, match="none of its linkIds"):
        read_answers(written(response(item("x", 1))), structure=structure)


def test_a_questionnaire_in_the_bundle_is_used(written):
    asked = questionnaire(
        {"q1": options(0, 1, 2, 3), "q2": options(0, 1, 2, 3)}, url="http://x/Questionnaire/a"
    )
    answered = response(
        item("q1", coding("LA2")), item("q2", coding("LA3")), questionnaire=asked["url"] + "|1.0"
    )
    for content in (
        bundle(asked, answered),
        answered | {"contained": [asked | {"id": "a"}], "questionnaire": "#a"},
    ):
        answers = read_answers(written(content), form())
        assert score(form(), answers)["t"].tolist() == [5.0]
        assert answers.columns["q1"].question == "Question q1?"


def test_responses_to_several_questionnaires_are_not_mixed(written):
    rows = [
        response(item("q1", n), item("q2", 1), questionnaire=f"http://x/Questionnaire/{n}") for n in (1, 2)
    ]
    with pytest.raises(ResponseError, match=r"2 questionnaires .*linkId 'q1' occurs in more than one"):
        read_answers(written(rows))
    structure = written(questionnaire({"q1": []}, url="http://x/Questionnaire/2"), "q.json")
    answers = read_answers(written(rows), form(), structure=structure)
    assert (answers.rows.tolist(), score(form(), answers)["t"].tolist()) == ([2], [3.0])
    other = written(questionnaire({"q1": []}, url="http://x/Questionnaire/3"), "q3.json")
    with pytest.raises(ResponseError, match="no response to the Questionnaire that was passed"):
        read_answers(written(rows), form(), structure=other)


@pytest.mark.parametrize("most_held", [3_000_000, 2])
@pytest.mark.parametrize("other", [{"questionnaire": "http://x/Questionnaire/b|2"}, {}])
def test_responses_to_another_questionnaire_are_not_persons(written, tmp_path, monkeypatch, other, most_held):
    monkeypatch.setattr(fhir_columns, "_MOST_HELD", most_held)
    mine, url = (
        {"questionnaire": "http://x/Questionnaire/a|1"},
        other.get("questionnaire", "").partition("|")[0],
    )
    rows = [
        response(item("mood", 9), id="r0", **other),
        response(item("q1", 1), item("q2", 2), id="r1", **mine),
        response(item("mood", 8), id="r2", **other),
        response(id="r3", **mine),
        response(item("q1", 3), item("q2", 3), id="r4", status="entered-in-error", **mine),
        response(item("q1", 3), item("q2", 3), id="r5", **mine),
    ]
    path = written("".join(json.dumps(row) + "\n" for row in rows))
    answers = read_answers(path, form())
    assert answers.rows.tolist() == [2, 4, 6]
    assert [(part.why, part.first) for part in answers.report.left_out] == [
        (f"answers another questionnaire, {url or 'which is not named'}", (1, 3)),
        ("status entered-in-error", (5,)),
    ]
    report = score_file(form(), path, output=tmp_path / "o.csv")
    assert (report.n_persons, report.mapping.left_out) == (3, answers.report.left_out)
    assert (tmp_path / "o.csv").read_text().splitlines()[1:] == ["2,r1,3.0", "4,r3,", "6,r5,6.0"]
    assert read_answers(path).rows.tolist() == [1, 2, 3, 4, 6]
    with pytest.raises(MissingColumnsError):
        read_answers(path, form("x1 x2"))


def test_a_page_of_a_bundle_is_named(written):
    page = bundle(response(item("q1", 1)), total=90, link=[{"relation": "next", "url": "http://x"}])
    assert "one page of several (1 of 90 entries" in read_answers(written(page)).report.notes[0]


def test_releases_of_fhir(written):
    profile = {"profile": ["http://hl7.org/fhir/4.3/StructureDefinition/QuestionnaireResponse"]}
    assert read_answers(written(response(item("q", 1), meta=profile))).report.version == "R4B"
    reference = {"reference": "Questionnaire/a"}
    assert read_answers(written(response(item("q", 1), questionnaire=reference))).report.version == "STU3"
    old = questionnaire({"q": []}) | {
        "item": [{"linkId": "q", "type": "choice", "option": options(0, 1, url=ORDINAL)}]
    }
    answers = read_answers(written(response(item("q", coding("LA1")))), structure=written(old, "q.json"))
    assert (answers.report.version, answers.columns["q"].numbers) == ("STU3", (("LA0", 0), ("LA1", 1)))


XML = """<?xml version="1.0"?>
<QuestionnaireResponse xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div>
</text><status value="completed"/><subject><reference value="Patient/1"/></subject>
<item><linkId value="g"/><item><linkId value="q1"/><text id="t" value="How?"/><answer><valueCoding>
<extension url="http://hl7.org/fhir/StructureDefinition/ordinalValue"><valueDecimal value="3"/></extension>
<code value="a3"/><display value="Much"/></valueCoding></answer></item><item><linkId value="q2"/>
<answer><valueInteger value="2"/><item><linkId value="q2a"/><answer><valueBoolean value="true"/></answer>
</item></answer></item></item></QuestionnaireResponse>"""


MUCH = {"extension": [{"url": ORDINAL, "valueDecimal": 3}], "code": "a3", "display": "Much"}


def test_xml_is_read_like_json(written):
    as_json = response(
        item("g", nested=[
            item("q1", {"valueCoding": MUCH}),
            item("q2", {"valueInteger": 2, "item": [item("q2a", True)]}),
        ]),
        subject={"reference": "Patient/1"},
    )  # fmt: skip
    as_json["item"][0]["item"][0]["text"] = "How?"
    first, second = read_answers(written(XML, "a.xml"), form()), read_answers(written(as_json), form())
    assert first.to_frame().to_dict() == second.to_frame().to_dict()
    assert first.columns == second.columns
    assert score(form(), first)["t"].tolist() == [5.0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (XML.replace("<Quest", '<!DOCTYPE x [<!ENTITY a "b">]><Quest', 1), "document type"),
        (XML.replace('"1.0"', '"1.0" encoding="UTF-O"'), "encoding that is not known"),
        (XML[:400], "not well-formed XML .* cut off"),
        (XML.replace("QuestionnaireResponse", "Questionnaire"), "is a FHIR Questionnaire"),
    ],
)
def test_xml_that_cannot_be_read_is_refused(written, content, words):
    with pytest.raises(ResponseError, match=words):
        read_answers(written(content, "a.xml"))


ONE = json.dumps(response(item("q1", 1)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (ONE[:-20], r"is not JSON .*cut off"),
        (ONE.replace('"q1"', '"q1", "linkId": "q2"'), "a name occurs twice"),
        (ONE.replace('"linkId": "q1", ', ""), "an item without a linkId"),
        (
            json.dumps(response(item("a", 1), item("a", 1), item("a[2]", 1))),
            r"two questions with the path 'a\[2\]'",
        ),
        (json.dumps(bundle({"resourceType": "Patient"})), r"no QuestionnaireResponse \(1 Patient\)"),
        (json.dumps(bundle()), r"no QuestionnaireResponse \(no resource\)"),
        (ONE + "\n" + ONE[:-9], r"line 2: is not JSON"),
        (ONE.replace("[", "[" * 100_000, 1), "nested too deeply"),
    ],
)
def test_damaged_json_is_refused(written, content, words):
    with pytest.raises(ResponseError, match=words):
        read_answers(written(content))


@pytest.mark.parametrize("depth", [150, 20_000])
def test_deep_nesting_is_refused(written, depth):
    inner = '[{"linkId": "a", "item": ' * depth + "[]" + "}]" * depth
    text = '{"resourceType": "QuestionnaireResponse", "status": "completed", "item": ' + inner + "}"
    with pytest.raises(ResponseError, match="nested too deeply"):
        read_answers(written(text))


def test_a_million_items_are_refused_at_once(written):
    items = ",".join(["{}"] * 1_600_000)
    text = '{"resourceType": "QuestionnaireResponse", "item": [' + items + "]}"
    path, start = written(text), time.process_time()
    with pytest.raises(ResponseError, match=r"1,600,002 lists and objects .*at most 1,500,000"):
        read_answers(path)
    assert time.process_time() - start < 5


def test_questions_that_no_two_responses_share_are_refused(written, monkeypatch):
    monkeypatch.setattr(json_source, "_MOST_CELLS", 1_000)
    lines = "\n".join(json.dumps(response(item(f"q{n}", 1))) for n in range(60))
    with pytest.raises(ResponseError, match="most of them empty"):
        read_answers(written(lines, "a.ndjson"))


@pytest.mark.parametrize(
    "content",
    [
        '{"resourceType": "QuestionnaireResponse", "q1": 1, "q2": 2}\n{"resourceType": "x", "q1": 2}',
        '{"q1": 1, "note": "\\"resourceType\\": \\"Questionnaire\\""}\n{"q1": 2, "note": "item"}',
    ],
)
def test_json_lines_that_mention_fhir_are_plain(written, content):
    with open_file(written(content, "a.jsonl")) as file:
        assert file.facts.platform == "JSON lines"


def test_a_wrong_structure_is_refused(written):
    path = written(response(item("q1", 1)))
    with pytest.raises(ResponseError, match=r"has QuestionnaireResponse; allowed: one FHIR Questionnaire"):
        read_answers(path, structure=path)
    two = written(bundle(questionnaire({}), questionnaire({})), "two.json")
    with pytest.raises(ResponseError, match="has 2 Questionnaires"):
        read_answers(path, structure=two)
