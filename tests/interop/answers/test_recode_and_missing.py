"""A recoding by the user next to what the file declares as missing: what the recoding names comes first."""

import json
from math import isnan

import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError, ResponseError
from intimacy_scales.files.facts import ColumnFacts
from intimacy_scales.interop import read_answers, save_mapping
from intimacy_scales.interop.answers.option_meanings import read_options
from tests.shared.instruments import PUBLISHED, form_of

SCALE = {"minimum": 1, "maximum": 5}
FORM = form_of({"t": "q1 q2"}, response_scale=SCALE, evidence=PUBLISHED)
LABELS = {0.0: "never", 9.0: "refused", 8.0: "does not apply"}
FROM_ZERO = {0: 1, 1: 2, 2: 3, 3: 4, 4: 5}


def sav(folder, values, missing=((8, 9),), labels=LABELS):
    """Write an SPSS file with two equal columns, whose missing values are ranges or codes."""
    pd, pyreadstat = pytest.importorskip("pandas"), pytest.importorskip("pyreadstat")
    ranges = [{"lo": part[0], "hi": part[1]} if isinstance(part, tuple) else part for part in missing]
    path = folder / "f.sav"
    pyreadstat.write_sav(
        pd.DataFrame({name: [float(v) for v in values] for name in ("q1", "q2")}),
        path,
        missing_ranges=dict.fromkeys(("q1", "q2"), ranges),
        variable_value_labels=dict.fromkeys(("q1", "q2"), labels),
    )
    return path


def reasons(answers):
    """Return the reasons of the first item, None where there is none."""
    return [reason if isinstance(reason, str) else None for reason in answers.missing_reasons["q1"]]


def read(answers):
    """Return the answers to the first item as they count, None where there is none."""
    return [
        None if isnan(value) else value for value in score(FORM, answers, on_invalid="raise")["t"].tolist()
    ]


BOTH_WAYS = [FROM_ZERO, {"q1": FROM_ZERO, "q2": FROM_ZERO}]


@pytest.mark.parametrize("recode", BOTH_WAYS)
@pytest.mark.parametrize("missing", [((8, 9),), (8, 9), ((5.5, float("inf")),)])
def test_what_the_file_declares_stays_missing_with_its_reason(tmp_path, recode, missing):
    answers = read_answers(sav(tmp_path, [0, 4, 9, 8], missing), FORM, recode=recode)
    assert read(answers) == [1, 5, None, None]
    assert reasons(answers) == [None, None, "refused", "does not apply"]


@pytest.mark.parametrize("of_item", [False, True])
def test_a_recoding_that_names_the_value_comes_first(tmp_path, of_item):
    recode = {**FROM_ZERO, 9: 5}
    given = {"q1": recode, "q2": recode} if of_item else recode
    answers = read_answers(sav(tmp_path, [0, 4, 9, 8]), FORM, recode=given)
    assert read(answers) == [1, 5, 5, None]
    assert reasons(answers) == [None, None, None, "does not apply"]
    assert "the file declares 9 as missing, which is 5 by your recoding" in answers.report.cautions[0]
    save_mapping(answers.report, tmp_path / "map.toml")
    again = read_answers(tmp_path / "f.sav", FORM, mapping=tmp_path / "map.toml")
    assert read(again) == [1, 5, 5, None]
    assert reasons(again) == [None, None, None, "does not apply"]


def test_a_recoding_to_no_answer_keeps_the_reason(tmp_path):
    answers = read_answers(sav(tmp_path, [0, 9]), FORM, recode={**FROM_ZERO, 9: None})
    assert read(answers) == [1, None]
    assert reasons(answers) == [None, "refused"]
    assert not answers.report.cautions


def test_values_that_neither_names_are_refused(tmp_path):
    answers = read_answers(sav(tmp_path, [0, 7]), FORM, recode=FROM_ZERO)
    with pytest.raises(InvalidResponsesError, match="7"):
        read(answers)


@pytest.mark.parametrize("of_item", [False, True])
def test_missing_codes_of_the_user_are_added(tmp_path, of_item):
    given = {"q1": [7], "q2": [7]} if of_item else [7]
    answers = read_answers(sav(tmp_path, [0, 7, 9]), FORM, recode=FROM_ZERO, missing_codes=given)
    assert read(answers) == [1, None, None]
    answers = read_answers(sav(tmp_path, [0, 9]), FORM, recode=FROM_ZERO, missing_codes=[9])
    assert read(answers) == [1, None]
    assert reasons(answers) == [None, "refused"]


def test_a_value_that_is_said_to_be_both_is_refused(tmp_path):
    with pytest.raises(ResponseError, match="7 already means no answer, as it is declared"):
        read_answers(sav(tmp_path, [0, 9]), FORM, recode={**FROM_ZERO, 7: 5}, missing_codes=[7])


@pytest.mark.parametrize(
    ("recode", "counted"), [({6: 4}, None), ({1: 1, 2: 2, 6: 4}, None), ({5: 3, 6: 4, 1: 1}, 3)]
)
def test_a_point_of_the_scale_that_the_file_declares(tmp_path, recode, counted):
    labels = {5.0: "not sure", 6.0: "often"}
    path = sav(tmp_path, [1, 6, 5], (5,), labels)
    for given in (recode, {"q1": recode, "q2": recode}):
        answers = read_answers(path, FORM, recode=given)
        assert read(answers) == [1, 4, counted]
        assert reasons(answers) == [None, None, "not sure" if counted is None else None]


def test_a_recoding_of_other_items_leaves_this_one_to_the_file(tmp_path):
    answers = read_answers(sav(tmp_path, [1, 9]), FORM, recode={"q2": {1: 2}})
    frame = score(FORM, answers)
    assert frame["t"].tolist()[0] == 1.5
    assert frame.answered[:, 0].tolist() == [2, 0]
    mixed = form_of(
        {"a": "q1", "b": "q2"},
        response_scale=SCALE,
        evidence=PUBLISHED,
        items=[{"id": "q1"}, {"id": "q2", "response_scale": {"minimum": 1, "maximum": 8}}],
    )
    labels = {9.0: "refused"}
    answers = read_answers(sav(tmp_path, [1, 9], labels=labels), mixed, recode={9: 8})  # 8 is for q2 alone
    scores = score(mixed, answers)
    assert [scores["a"].tolist()[0], scores.answered[1, 0], scores["b"].tolist()[1]] == [1, 0, 8]
    assert answers.missing_reasons.iloc[1].isna().tolist() == [False, True]


def levels(folder, cells, recode=None):
    """Write a table of texts whose description has the options."""
    column = {"Levels": {"1": "rarely", "5": "often"}}
    (folder / "f.json").write_text(json.dumps({"q1": column, "q2": column}))
    lines = "".join(f"{n}\t{cell}\t{cell}\n" for n, cell in enumerate(cells))
    (folder / "f.tsv").write_text("participant_id\tq1\tq2\n" + lines)
    return read_answers(folder / "f.tsv", FORM, recode=recode)


def test_labels_in_cells(tmp_path):
    assert read(levels(tmp_path, ["rarely", "often"])) == [1, 5]
    # a recoding that names a label alone leaves the numbers as they are
    assert read(levels(tmp_path, ["rarely", "2"], {"rarely": 3})) == [3, 2]


def test_the_text_of_a_missing_value_is_missing_unless_the_recoding_names_it():
    facts = ColumnFacts(labels=((1, "rarely"), (9, "refused")), missing=((9, "refused"),), holds_labels=True)
    item = FORM.items[0]
    assert read_options(item, facts, "q1").meaning.missing_codes == (9, "refused")
    assert read_options(item, facts, "q1", recode=(("rarely", 3),)).meaning.missing_codes == (9, "refused")
    assert read_options(item, facts, "q1", recode=(("Refused", 3),)).meaning.missing_codes == (9,)


def test_a_missing_code_of_the_user_comes_before_an_option_of_the_file(tmp_path):
    labels = {0.0: "seldom", 1.0: "often"}
    form = form_of(
        {"t": "q1 q2"}, response_scale={**SCALE, "labels": {1: "seldom", 5: "often"}}, evidence=PUBLISHED
    )
    path = sav(tmp_path, [0, 0], (), labels)
    assert score(form, read_answers(path, form))["t"].tolist() == [1, 1]
    answers = read_answers(path, form, missing_codes=[0])
    assert score(form, answers).answered[:, 0].tolist() == [0, 0]
    assert "you declared 0 as missing, an option of the file" in answers.report.cautions[0]
