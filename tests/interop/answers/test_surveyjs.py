"""SurveyJS: real surveys and answers, nested matrices, options of other questions, and formulas."""

import json

import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, ResponseError
from intimacy_scales.interop.answers import open_file, read_answers
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.samples import REAL_FILES, needs_samples

SAMPLES = REAL_FILES / "surveyjs"
OFTEN = {0: "Not at all", 1: "Several days", 2: "More than half the days", 3: "Nearly every day"}
MATRIX = {
    "type": "matrix",
    "name": "m",
    "title": {"default": "How true?", "de": "Wie wahr?"},
    "columns": [
        {"value": "a", "text": {"default": "never", "de": "nie"}},
        {"value": "b", "text": {"default": "always", "de": "immer"}},
    ],
    "rows": ["happy", {"value": "sad", "text": "Sad"}],
}
TRUE = {"minimum": 1, "maximum": 2, "labels": {1: "never", 2: "always"}}


def survey_of(*elements, **properties):
    return {
        "pages": [{"name": "p", "elements": [{"type": "panel", "name": "in", "elements": list(elements)}]}]
    } | (properties)


@pytest.fixture
def written(tmp_path):
    def write(content, name="answers.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    return write


def nine_items(high=3, labels=OFTEN):
    names = " ".join(f"q{n}" for n in range(1, 10))
    scale = {"minimum": 0, "maximum": high, "labels": labels}
    return form_of({"t": {"items": names.split(), "method": "sum"}}, response_scale=scale, evidence=PUBLISHED)


@needs_samples
def test_options_of_another_question_and_values_that_are_texts(written):
    survey = SAMPLES / "phq9_choicesFromQuestion_string_values.json"
    rows = [{f"q{n}": str(n % 4) for n in range(1, 10)} | {"totalScoreInfo": 99}, {"q1": "3", "q9": 2}]
    answers = read_answers(written(rows), nine_items(), structure=survey)
    assert answers.report.platform == "SurveyJS"
    assert answers.columns["q9"].labels == tuple((str(code), text) for code, text in OFTEN.items())
    assert answers.columns["q9"].question.startswith("Thoughts that you would be better off dead")
    assert [item.how for item in answers.report.items] == ["codes as they are; labels of the file agree"] * 9
    scores = score(nine_items(), answers)
    assert scores["t"][0] == sum(n % 4 for n in range(1, 10))
    assert answers.columns["totalScoreInfo"].formula.startswith("{q1} + {q2}")
    assert any("computes totalScoreInfo itself" in note for note in answers.report.notes)
    assert not any("differently" in note for note in answers.report.notes)
    assert answers.report.n_mapped == 9


def test_a_formula_that_contradicts_the_key_is_reported_and_not_used(written):
    formula = {"type": "expression", "name": "total", "expression": "{a} + {b}"}
    survey = survey_of({"type": "rating", "name": "a"}, {"type": "rating", "name": "b"}, formula)
    form = form_of({"t": {"items": ["a", "-b"], "method": "sum"}}, evidence=PUBLISHED)
    path = written([{"a": 5, "b": 1, "total": 6}])
    answers = read_answers(path, form, structure=written(survey, "survey.json"))
    assert any("differently from scale t: does not reverse b" in note for note in answers.report.notes)
    assert score(form, answers)["t"].tolist() == [10.0]


@needs_samples
def test_labels_that_stand_for_other_codes_decide(written):
    survey = SAMPLES / "phq9_choicesFromQuestion_string_values.json"
    from_one = {value + 1: text for value, text in OFTEN.items()}
    names = [f"q{n}" for n in range(1, 10)]
    form = form_of(
        {"t": {"items": names, "method": "sum"}},
        response_scale={"minimum": 1, "maximum": 4, "labels": from_one},
        evidence=PUBLISHED,
    )
    answers = read_answers(written([dict.fromkeys(names, "2")]), form, structure=survey)
    assert score(form, answers)["t"].tolist() == [27.0]  # "More than half the days" is 3 in the instrument


@needs_samples
def test_every_type_of_question_of_a_real_survey():
    answers = read_answers(
        SAMPLES / "all_question_types_response.json", structure=SAMPLES / "all_question_types.json"
    )
    known = answers.columns
    assert (len(answers), answers.report.platform) == (1, "SurveyJS")
    assert all(facts.question or name == "fullName" for name, facts in known.items())
    assert known["qualityMatrix.product"].labels[-1] == ("excellent", "Excellent")
    assert known["qualityMatrix.product"].group == "Rate the quality"
    assert known["budgetMatrix.marketing.status"].labels[0] == ("planned", "planned")
    assert known["agreeTerms"].labels == (("agreed", "Yes"), ("declined", "No"))
    assert known["satisfaction"].labels == ((1, "Very Bad"), (10, "Excellent"))
    assert (known["hobbies"].role, known["fullName"].role) == ("choice", "calculated")
    assert answers.table.column("hobbies") == ['["reading", "music", "travel"]']
    assert not any("are not among" in note for note in answers.report.notes)
    assert any(
        note.startswith("3 columns (resume, employeeList, education)") for note in answers.report.notes
    )


@needs_samples
@pytest.mark.parametrize("name", ["all_question_types", "phq9_choicesFromQuestion_string_values"])
def test_a_survey_is_not_answers(name):
    with pytest.raises(ResponseError, match=r"definition of a survey .* has questions and no answers"):
        read_answers(SAMPLES / f"{name}.json")


@pytest.mark.parametrize("shape", ["list", "object", "lines"])
def test_rows_of_matrices_are_items(written, shape):
    rows = [{"m": {"happy": "b", "sad": "a"}}, {"m": {"happy": "a"}, "m-Comment": "no"}]
    text = {
        "list": json.dumps(rows),
        "object": json.dumps(rows[0]),
        "lines": "\n".join(map(json.dumps, rows)),
    }
    form = form_of({"t": "happy -sad"}, response_scale=TRUE, evidence=PUBLISHED)
    answers = read_answers(written(text[shape]), form, structure=written(survey_of(MATRIX), "survey.json"))
    expected = [2.0] if shape == "object" else [2.0, 1.0]
    assert [item.column for item in answers.report.items] == ["m.happy", "m.sad"]
    assert score(form, answers)["t"].tolist() == expected
    assert answers.columns["m.sad"].labels == (("a", "never"), ("a", "nie"), ("b", "always"), ("b", "immer"))


def test_a_table_with_titles_in_its_header(written):
    survey = written(survey_of(MATRIX, {"type": "rating", "name": "r", "title": "Rate"}), "survey.json")
    path = written("Wie wahr? - happy,How true? - Sad,Rate,id\nimmer,never,9,x\n", "answers.csv")
    form = form_of({"t": "happy -sad"}, response_scale=TRUE, evidence=PUBLISHED)
    answers = read_answers(path, form, structure=survey)  # "immer" is the text of the same option as "always"
    assert score(form, answers)["t"].tolist() == [2.0]
    assert answers.columns["Rate"].name == "r"
    assert (
        "Rate: 1 answer is not among its options ('9'); the options are 1, 2, 3, 4, 5" in answers.report.notes
    )


@pytest.mark.parametrize(
    ("element", "labels", "missing"),
    [
        ({"type": "rating", "rateValues": [1, {"value": 3, "text": "most"}]}, ((3, "most"),), ()),
        ({"type": "rating", "rateMin": 0, "minRateDescription": "least"}, ((0, "least"),), ()),
        ({"type": "rating", "rateMax": 10**9}, (), ()),
        ({"type": "boolean"}, (("true", "Yes"), ("false", "No")), ()),
        (
            {
                "type": "dropdown",
                "choices": [2],
                "showRefuseItem": True,
                "hasOther": True,
                "otherText": "else",
            },
            (("other", "else"),),
            (("refused", "Refuse to answer"),),
        ),
        ({"type": "radiogroup", "choices": [1, 2], "choicesFromQuestion": "q"}, (), ()),
        (
            {"type": "radiogroup", "choices": [{"value": 1, "text": "<b>a</b>"}], "valueName": "q"},
            ((1, "a"),),
            (),
        ),
    ],
)
def test_options_of_each_type(written, element, labels, missing):
    survey = written(survey_of({"name": "q", **element}), "survey.json")
    facts = read_answers(written([{"q": 1}]), structure=survey).columns["q"]
    assert (facts.labels, facts.missing) == (labels, missing)


def test_truth_values_are_texts_that_can_be_recoded(written):
    form = form_of({"t": "q1 q2"}, low=0, high=1, evidence=PUBLISHED)
    path = written([{"q1": True, "q2": False}])
    with pytest.raises(InvalidResponsesError, match="true"):
        score(form, read_answers(path, form))
    assert score(form, read_answers(path, form, recode={"true": 1, "false": 0}))["t"].tolist() == [0.5]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"pages": [{"elements": [', "is not JSON .*cut off"),
        ('{"pages": [], "elements": 3}', "was not written by a platform whose structure is read"),
        (survey_of({"type": "text", "name": "x"}), "none of its questions has a column"),
        ([], "was not written by a platform"),
    ],
)
def test_a_wrong_survey_is_refused(written, content, words):
    with pytest.raises(ResponseError, match=words):
        read_answers(written([{"q": 1}]), structure=written(content, "survey.json"))


def test_comments_show_that_surveyjs_wrote_it(written):
    with open_file(written([{"q1": "other", "q1-Comment": "so"}])) as file:
        assert file.facts.platform == "SurveyJS"
        assert file.facts.of("q1-Comment").role == "text"
    with open_file(written([{"q1": 1, "Comment": "so"}])) as file:
        assert file.facts.platform == "JSON"


@pytest.mark.parametrize("n", [2, 30_000])
def test_results_of_the_service_are_those_of_its_list(written, n):
    results = [{"a": 1 + i % 5, "b": 2, "HappendAt": "2026-01-01", "InstanceId": str(i)} for i in range(n)]
    answers = read_answers(written({"ResultCount": n, "Data": results}))
    assert (answers.report.platform, len(answers)) == ("SurveyJS", n)
    assert answers.metadata.columns.tolist() == ["HappendAt", "InstanceId"]
    assert score(form_of({"t": "a b"}, evidence=PUBLISHED), answers)["t"][:2].tolist() == [1.5, 2.0]


@pytest.mark.parametrize(
    ("question", "allowed"),
    [
        ({"type": "rating", "rateMin": 0, "rateMax": 4}, "0 to 4"),
        ({"type": "rating", "rateMin": 0}, "0 to 5"),
        ({"type": "rating", "rateMax": 10}, "1 to 10"),
        ({"type": "rating", "rateValues": [2, 3, 4]}, "2 to 4"),
        ({"type": "radiogroup", "choices": [0, 1, 2, 3, 4]}, "0 to 4"),
        ({"type": "dropdown", "choices": ["0", "1", "2", "3", "4"]}, "0 to 4"),
        ({"type": "rating"}, None),
        ({"type": "rating", "rateMin": 1, "rateMax": 5}, None),
        ({"type": "radiogroup", "choices": [5, 4, 3, 2, 1]}, None),
    ],
)
def test_numbers_other_than_those_of_the_instrument_are_a_caution(tmp_path, question, allowed):
    form = form_of({"t": "a b"}, low=1, high=5, evidence=PUBLISHED)
    survey, answers = tmp_path / "survey.json", tmp_path / "answers.json"
    survey.write_text(json.dumps({"pages": [{"elements": [{"name": name, **question} for name in "ab"]}]}))
    answers.write_text(json.dumps([{"a": 3, "b": 4, "a-Comment": "x"}]))
    cautions = read_answers(answers, form, structure=survey).report.cautions
    if allowed is None:
        assert cautions == ()
    else:
        assert f"a, b: its question allows {allowed} (allowed by the instrument: " in cautions[0]
        recode = {n: min(5, n + 1) for n in range(5)}
        assert read_answers(answers, form, structure=survey, recode=recode).report.cautions == ()


@pytest.mark.parametrize(
    "said",
    [{"recode": {"9": 3}}, {"recode": {"a": {9: 3}}}, {"missing_codes": [9]}, {"missing_codes": {"a": [9]}}],
)
def test_values_that_were_recoded_or_declared_are_not_noted_again(tmp_path, said):
    form = form_of({"t": "a b"}, low=1, high=5, evidence=PUBLISHED)
    survey, answers = tmp_path / "survey.json", tmp_path / "answers.json"
    question = {
        "type": "radiogroup",
        "choices": [*({"value": n, "text": f"level {n}"} for n in range(1, 6)), 0],
    }
    survey.write_text(json.dumps({"pages": [{"elements": [{"name": name, **question} for name in "ab"]}]}))
    answers.write_text(json.dumps([{"a": 9, "b": 4, "a-Comment": "x"}, {"a": 8, "b": 4}]))
    before = read_answers(answers, form, structure=survey).report
    assert "a: 2 answers are not among its options (9, 8); the options are 1, 2, 3, 4, 5, 0" in before.notes
    after = read_answers(answers, form, structure=survey, **said).report
    assert "a: 1 answer is not among its options (8); the options are 1, 2, 3, 4, 5, 0" in after.notes


def test_an_option_that_was_declared_missing_is_no_caution(tmp_path):
    form = form_of({"t": "a b"}, low=1, high=5, evidence=PUBLISHED)
    survey, answers = tmp_path / "survey.json", tmp_path / "answers.json"
    choices = [{"value": n, "text": f"level {n}"} for n in (1, 2, 3, 4, 5, 9)]
    elements = [{"name": name, "type": "radiogroup", "choices": choices} for name in "ab"]
    survey.write_text(json.dumps({"pages": [{"elements": elements}]}))
    answers.write_text(json.dumps([{"a": 9, "b": 4, "a-Comment": "x"}]))
    before = read_answers(answers, form, structure=survey).report.cautions
    assert any("option 9 of the file is not an answer" in caution for caution in before)
    for said in ({"missing_codes": [9]}, {"recode": {9: None}}):
        assert read_answers(answers, form, structure=survey, **said).report.cautions == ()
