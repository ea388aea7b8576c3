"""What messages advise about bad answers helps, and throws none of them away: all of it is followed here."""

from __future__ import annotations

import ast
import re
import shlex
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from intimacy_scales import AnotherRangeWarning, Instrument, InvalidResponsesError, encode, load, score
from intimacy_scales.cli import app
from tests.shared.instruments import PUBLISHED, form_of

IDS = ["a", "b", "c", "d"]


def form(low: int, high: int, labels: Any = ()) -> Instrument:
    points = {"minimum": low, "maximum": high, "labels": dict(labels)}
    return form_of({"s": " ".join(IDS)}, id="form", title="Form", response_scale=points, evidence=PUBLISHED)


AGREE = form(
    1, 5, {"1": "Strongly disagree", "2": "Disagree", "3": "Neither", "4": "Agree", "5": "Strongly agree"}
)


def refused(instrument: Instrument, table: Any, **options: Any) -> str:
    with pytest.raises(InvalidResponsesError) as caught:
        score(instrument, table, **options)
    return str(caught.value)


def table(*values: Any, rest: Any = 1) -> pd.DataFrame:
    return pd.DataFrame({"a": list(values), "b": rest, "c": rest, "d": rest}, dtype=object)


# value that is repeated, as a number and as text; the ranges on which it is not an answer
PLAUSIBLE = [6, 7, 8, 10, 12, 20, 25, 40, 50, 60, 70, 75, 80, 90, 100, 101, 110]


@pytest.mark.parametrize("value", PLAUSIBLE)
@pytest.mark.parametrize("kind", [int, float, str])
def test_a_number_that_people_answer_with_is_never_called_missing(value: int, kind: Any) -> None:
    text = refused(form(1, 5), table(*[kind(value)] * 6))
    assert "missing_codes" not in text and "missing answer" not in text
    assert "recode={stored: answer, …}" in text
    assert 'on_invalid="missing" would score without them' in text
    assert encode(form(1, 5), table(*[kind(value)] * 6), recode={value: 5}).codes[:, 0].tolist() == [5] * 6


@pytest.mark.parametrize(
    "code", [-9, -99, -999, -1, 77, 88, 99, 97, 98, 999, 9999, "-99", "999", "99", -99.0]
)
def test_a_usual_code_is_called_missing_and_the_advice_works(code: Any) -> None:
    answers = table(code, code, code, 6 if isinstance(code, int) else 4)
    advised = re.search(r"pass missing_codes=(\[.*\])\.", refused(form(1, 5), answers))
    assert advised is not None
    codes = eval(advised[1])
    assert len(encode(form(1, 5), answers, missing_codes=codes, on_invalid="missing").problems) < 2


def test_a_code_among_percentages_is_an_answer() -> None:
    assert "missing_codes" not in refused(form(1, 5), table(99, 99, 99, 99, 99, 20, 50, 70, 80))


MARKS = {
    "SAS": (".", "."),
    "SPSS": ("#NULL!", "#NULL!", "."),
    "Excel": ("#N/A", "N/A", "#N/A"),
    "databases": ("NULL", "null", "None"),
    "a dash": ("-", "\u2014", "-"),
}


@pytest.mark.parametrize("name", MARKS)
def test_marks_of_missing_answers_are_all_named(name: str) -> None:
    answers = table(*MARKS[name], 3)
    text = refused(form(1, 5), answers)
    codes = eval(re.search(r"pass missing_codes=(\[.*\])\.", text)[1])  # type: ignore[index]
    assert set(codes) == set(MARKS[name])
    assert score(form(1, 5), answers, missing_codes=codes).answered[:, 0].tolist()[0] == 3


SLIPS = {
    "as it came in an export": ("stronlgy disagree", "Strongly disagree"),
    "a letter": ("Agre", "Agree"),
    "two letters": ("Disagreee", "Disagree"),
    "a letter in the middle": ("Neithr", "Neither"),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_text_that_is_nearly_a_label_is_recoded_to_it(name: str) -> None:
    slip, meant = SLIPS[name]
    answers = table(slip, slip, slip, "Agree")
    text = refused(AGREE, answers)
    assert "missing_codes" not in text and f"did you mean {meant!r}?" in text
    recode = eval(re.search(r"pass recode=(\{.*\})\.", text)[1])  # type: ignore[index]
    assert recode == {slip: meant}
    label = {text: value for value, text in AGREE.items[0].response_scale.labels}
    assert encode(AGREE, answers, recode=recode).codes[0, 0] == label[meant]


def test_a_text_like_no_label_may_be_an_answer_or_none() -> None:
    answers = table("no opinion", "no opinion", "Agree")
    text = refused(AGREE, answers)
    assert "if it stands for an answer, pass recode={'no opinion': ANSWER}" in text
    assert "if for no answer, missing_codes=['no opinion']" in text
    for options in ({"recode": {"no opinion": 3}}, {"missing_codes": ["no opinion"]}):
        assert not encode(AGREE, answers, **options).problems


TRUTHS = {
    "bool columns": lambda: pd.DataFrame({name: [True, False] for name in IDS}),
    "next to texts": lambda: pd.DataFrame({"who": ["x", "y"], **{name: [True, False] for name in IDS}}),
    "one column": lambda: pd.DataFrame({"a": [True, False], "b": [1, 0], "c": [1, 0], "d": [1, 0]}),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_truth_values_on_a_yes_or_no_form_are_made_numbers(name: str) -> None:
    yes_or_no, answers = form(0, 1), TRUTHS[name]()
    text = refused(yes_or_no, answers)
    assert "table.astype(int) in pandas" in text
    assert "would score without them" in text
    advised = re.search(r"table\.astype\(dict.*?\)\)", text.replace("int);", "int));"))
    assert advised is not None
    numbers = answers.astype(dict.fromkeys(answers.select_dtypes("bool"), int))
    assert score(yes_or_no, numbers)["s"].tolist() == [1, 0]
    assert "astype" not in refused(form(1, 5), answers)  # True is not an answer there, whatever it is made


@pytest.mark.parametrize("texts", [("True", "False"), ("TRUE", "FALSE"), ("true", "false")])
def test_truth_values_as_texts_are_recoded(texts: tuple[str, str]) -> None:
    answers = pd.DataFrame({name: list(texts) for name in IDS})
    recode = eval(re.search(r"pass recode=(\{.*\})\.", refused(form(0, 1), answers))[1])  # type: ignore[index]
    assert score(form(0, 1), answers, recode=recode)["s"].tolist() == [1, 0]


@pytest.mark.parametrize("values", [("3,0", "2,0"), ("1,00", "5,0"), ("4,0",)])
def test_a_decimal_comma_gets_the_one_advice_that_helps(values: tuple[str, ...]) -> None:
    answers = table(*values)
    text = refused(form(1, 5), answers)
    assert "missing_codes" not in text and "recode" not in text
    assert "table.replace(',', '.', regex=True)" in text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of pandas 2, that columns will stay objects
        fixed = answers.replace(",", ".", regex=True)
    assert encode(form(1, 5), fixed).codes[:, 0].tolist() == [int(v[0]) for v in values]


SHIFTS = {"from 1": (0, 4, 1), "from 0": (1, 5, -1), "from 1, wide": (0, 10, 1), "from 0, narrow": (1, 3, -1)}


@pytest.mark.parametrize("name", SHIFTS)
@pytest.mark.parametrize("as_text", [False, True])
def test_options_stored_from_another_number_are_recoded(name: str, as_text: bool) -> None:
    low, high, shift = SHIFTS[name]
    meant = pd.DataFrame(np.random.default_rng(1).integers(low, high + 1, size=(25, 4)), columns=IDS)
    stored = meant + shift
    text = refused(form(low, high), stored.astype(str) if as_text else stored)
    assert f"Were the options stored {name.partition(',')[0]}?" in text
    recode = eval(re.search(r"pass recode=(\{.*\})\.", text)[1])  # type: ignore[index]
    assert (score(form(low, high), stored, recode=recode)["s"] == score(form(low, high), meant)["s"]).all()


def test_the_case_of_options_stored_from_one(shared: Any) -> None:
    stored = pd.read_csv(shared / "cases" / "csi4_stored_from_1.csv")
    text = refused(load("csi-4"), stored)
    assert "Were the options stored from 1? Then pass recode={n + 1: n for n in range(7)}" in text
    assert score("csi-4", stored, recode={n + 1: n for n in range(7)})["total"].tolist() == [20, 4]


def test_the_case_of_true_and_false(shared: Any) -> None:
    answers = pd.read_csv(shared / "cases" / "true_false_columns.csv")
    assert "table.astype(int)" in refused(form(0, 1), answers)
    assert score(form(0, 1), answers.astype(int))["s"].tolist() == [1, 0]


def test_nothing_is_advised_of_values_of_many_kinds() -> None:
    text = refused(AGREE, table(6, "no opinion", -99, "3,0"))
    assert "missing_codes" not in text and "recode" not in text


COUNTING = Instrument.model_validate(
    form(1, 4).to_dict()
    | {
        "response_scales": {
            "scale": {"minimum": 1, "maximum": 4, "scores": {"1": 0, "2": 3, "3": 8, "4": 15}}
        }
    }
    | {"response_scale": "scale"}
)


@pytest.mark.parametrize("kind", [int, float, str])
def test_what_options_count_is_not_an_other_range(kind: Any) -> None:
    """Counts that are not the number of an option are told; those that are one would count something else."""
    stored = table(*map(kind, [15, 8, 0, 3, 15]), rest=kind(8))
    text = refused(COUNTING, stored)
    assert "is this the score of an option instead of its number?" in text
    assert "make up 19 of 19 problems: if they stand for the score of an option" in text
    assert "recode" not in text and "missing_codes" not in text and "stored from" not in text
    numbers = stored.map(lambda value: {15: 4, 8: 3, 3: 2, 0: 1}[int(float(value))])
    assert score(COUNTING, numbers)["s"].tolist() == [9.75, 8, 6, 6.75, 9.75]


def test_zeros_alone_have_two_explanations() -> None:
    text = refused(COUNTING, table(0, 0, 1, 2, rest=2))
    assert "Were the options stored from 0, and not their scores? Then pass recode=" in text
    assert "is this the score of an option" not in refused(form(1, 4), table(0, 8, 15))
    assert "is this the score of an option" not in refused(COUNTING, table(7, 9))


# ------------------------------------------------------------------ the command line

FILES = {
    "a real 6": ("a,b,c,d\n1,2,3,6\n2,2,2,6\n3,2,1,6\n", form(1, 5), None),
    "stored from 1": ("a,b,c,d\n1,2,3,6\n2,6,2,6\n3,2,1,6\n", form(0, 5), [3, 4, 3]),
    "misspelt": ("a,b,c,d\nagre,agree,agree,agree\nagre,agree,agree,Disagree\n", AGREE, [4, 3.5]),
    "marks": ("a,b,c,d\n.,2,2,2\n.,4,4,#NULL!\n", form(1, 5), [2, 4]),
    "codes": ("a,b,c,d\n-99,2,2,2\n-99,4,4,4\n", form(1, 5), [2, 4]),
}


@pytest.mark.parametrize("name", FILES)
def test_the_command_line_advises_what_helps(tmp_path: Path, name: str) -> None:
    content, instrument, means = FILES[name]
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    (tmp_path / "f.toml").write_text(instrument.to_toml(), encoding="utf-8")
    call = ["score", str(tmp_path / "a.csv"), "-i", str(tmp_path / "f.toml"), "-o", str(tmp_path / "o.csv")]
    first = CliRunner().invoke(app, call)
    assert first.exit_code == 1
    if means is None:
        assert "--missing-code" not in first.output and "--recode STORED=ANSWER" in first.output
        return
    (line,) = [line for line in first.output.splitlines() if " pass --" in line]
    options = shlex.split(line[line.index("--") :])
    second = CliRunner().invoke(app, [*call, *options])
    assert second.exit_code == 0, second.output
    if name != "stored from 1":
        assert pd.read_csv(tmp_path / "o.csv")["s"].tolist() == means


def _strays() -> Any:
    rows = [{"a": "x", "B": 2, "c": 1}]
    return encode(form(1, 5), rows, on_invalid="missing", allow_missing_items=True).problems


def test_each_problem_has_a_code_in_addition_to_words() -> None:
    cells = {
        6: "range",
        2.5: "step",
        float("inf"): "infinite",
        "Agre": "label",
        True: "boolean",
        (1, 2): "type",
    }
    bad = encode(
        AGREE, [{"a": value, "b": 1} for value in cells], on_invalid="missing", allow_missing_items=True
    )
    assert [p.code for p in bad.problems] == list(cells.values())
    assert [p["code"] for p in bad.problems.to_dict()] == list(cells.values())
    assert bad.problems.to_frame()["code"].tolist() == list(cells.values())
    assert [p.code for p in _strays()] == [
        "number",
        "name",
    ]
    recoded = encode(AGREE, table(4), recode={1: 2}, on_invalid="missing").problems
    assert [p.code for p in recoded] == ["recode"]


def test_problem_files_hold_the_code(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b,c,d\n6,x,1,1\n", encoding="utf-8")
    (tmp_path / "f.toml").write_text(form(1, 5).to_toml(), encoding="utf-8")
    call = [
        "score",
        str(tmp_path / "a.csv"),
        "-i",
        str(tmp_path / "f.toml"),
        "--problems",
        str(tmp_path / "p.csv"),
    ]
    assert CliRunner().invoke(app, call).exit_code == 1
    assert pd.read_csv(tmp_path / "p.csv")["code"].tolist() == ["range", "number"]


def answered(low: int, high: int, n: int = 60) -> pd.DataFrame:
    """Answers to the form that use the whole range, each point equally often."""
    points = np.arange(n * len(IDS)) % (high - low + 1) + low
    return pd.DataFrame(points.reshape(n, len(IDS)), columns=IDS).astype(object)


ODD = {"a zero": [0], "a nine": [9], "8 and 9": [8, 9, 9], "a ten": [10], "as text": ["0", "0"]}


@pytest.mark.parametrize("name", ODD)
def test_odd_numbers_are_not_another_range(name: str) -> None:
    """Two zeros among 720 answers on 1 to 7 were "stored from 0?"; the advice then cost every 7."""
    x = answered(1, 7)
    for row, value in enumerate(ODD[name]):
        x.iloc[row, 1] = value
    text = refused(form(1, 7), x)
    assert "stored from" not in text and "with_response_scale" not in text
    assert "the other answers use the whole range from 1 to 7: look up what" in text
    code = re.search(r"missing_codes=(\[.*?\])", text)
    assert code is not None
    scored = score(form(1, 7), x, missing_codes=ast.literal_eval(code[1]))
    kept = score(form(1, 7), answered(1, 7)).values[len(ODD[name]) :]
    assert np.array_equal(scored.values[len(ODD[name]) :], kept)


@pytest.mark.parametrize(("low", "high", "shift"), [(1, 7, -1), (0, 5, 1), (1, 5, -1), (0, 6, 1)])
def test_options_stored_from_another_number_are_still_told(low: int, high: int, shift: int) -> None:
    text = refused(form(low, high), answered(low, high) + shift)
    assert f"Were the options stored from {low + shift}?" in text


def test_a_wider_range_is_still_told_where_many_answers_lie_beyond() -> None:
    text = refused(form(1, 7), answered(1, 9))
    assert "instrument.with_response_scale(LOWEST, HIGHEST)" in text


def test_files_tell_odd_numbers_from_another_range_too(tmp_path: Path) -> None:
    x = answered(1, 7)
    x.iloc[3, 2] = 0
    x.to_csv(tmp_path / "answers.csv", index=False)
    (tmp_path / "form.json").write_text(form(1, 7).to_json())
    told = CliRunner().invoke(
        app, ["score", str(tmp_path / "answers.csv"), "-i", str(tmp_path / "form.json")]
    )
    assert told.exit_code == 1
    text = " ".join(told.output.split())
    assert "For an answer, pass --recode 0=ANSWER; for no answer, --missing-code '0'" in text


SIGNED = {
    "-2 to 2 on 1 to 5": (1, 5, (-2, 3)),
    "-3 to 3 on 1 to 7": (1, 7, (-3, 4)),
    "-3 to 3 on 0 to 6": (0, 6, (-3, 4)),
    "-4 to 4 on 1 to 9": (1, 9, (-4, 5)),
    "-1 to 1 on 1 to 3": (1, 3, (-1, 2)),
}


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("as_text", [False, True])
def test_answers_around_zero_are_not_missing_codes(name: str, as_text: bool) -> None:
    """-1 and -2 were proposed as missing codes, then a shift of what was left: 40 % of scores were lost."""
    low, high, ends = SIGNED[name]
    points = np.arange(*ends)
    x = pd.DataFrame(points[np.arange(120) % len(points)].reshape(30, 4), columns=IDS)
    text = refused(form(low, high), x.astype(str) if as_text else x)
    assert "missing_codes" not in text and "stored from 0" not in text
    assert "recode={stored: answer, …} with every answer" in text
    recode = dict(zip(points.tolist(), range(low, high + 1), strict=True))
    assert score(form(low, high), x, recode=recode)["s"].tolist() == (x + low - ends[0]).mean(axis=1).tolist()


@pytest.mark.parametrize(
    ("low", "high", "value"), [(0, 60, 66), (0, 70, 77), (0, 90, 99), (0, 90, 97), (-3, 3, -4), (0, 100, 111)]
)
def test_a_usual_code_near_the_range_may_be_an_answer(low: int, high: int, value: int) -> None:
    text = refused(form(low, high), table(*[value] * 6))
    assert "missing_codes" not in text


@pytest.mark.parametrize("value", [-9, -99, 999, -8])
def test_a_usual_code_far_from_the_range_is_still_one(value: int) -> None:
    assert f"missing_codes=[{value}]" in refused(form(0, 100), table(*[value] * 6))


def mixed() -> Instrument:
    document = form(0, 4).model_dump(mode="json", exclude_defaults=True)
    for item in document["items"][2:]:
        item["response_scale"] = {"minimum": 1, "maximum": 7}
    document["scales"] = [{"id": "x", "items": IDS[:2]}, {"id": "y", "items": IDS[2:]}]
    return Instrument.model_validate(document)


def test_a_shift_is_of_the_items_that_it_is_of() -> None:
    """recode= for items stored from 1 took 1 off the items on 1 to 7 too."""
    x = pd.DataFrame(np.arange(160).reshape(40, 4) % 5 + 1, columns=IDS)
    text = refused(mixed(), x)
    assert "recode" not in text
    assert "subtract 1 in the columns of the items on 0 to 4 alone: table[columns] -= 1" in text
    right = x[:20].copy()
    right[["a", "b"]] -= 1
    assert score(mixed(), right)["y"].tolist() == right[["c", "d"]].mean(axis=1).tolist()
    low = (x % 4 + 1).assign(c=x["c"] + 2, d=x["d"])  # nobody answers 0, and nothing is out of range
    with pytest.warns(AnotherRangeWarning) as caught:
        score(mixed(), low)
    told = " ".join(str(warning.message) for warning in caught)
    assert "recode" not in told
    assert "table[['a', 'b']] -= 1, and leave the other items as they are" in told


@pytest.mark.parametrize("kind", [int, str])
def test_as_many_numbers_as_options_are_proposed_as_these(kind: Any) -> None:
    stored = [kind(value) for value in (23, 25, 27, 24, 26)]
    frame = pd.DataFrame({name: stored[k:] + stored[:k] for k, name in enumerate(IDS)}, dtype=object)
    text = refused(form(1, 5), frame)
    advised = re.search(r"If they are the 5 options in their order, pass recode=(\{.*\})\.", text)
    assert advised is not None
    assert encode(form(1, 5), frame, recode=ast.literal_eval(advised[1])).codes[:, 0].tolist() == [
        1,
        3,
        5,
        2,
        4,
    ]


@pytest.mark.parametrize(
    "values", [[6, 7, 8, 9, 10], [23, 24, 25, 26], [23, 24, 25, 26, 28], [23, 24, 25, 26, 27, 28], [23]]
)
def test_other_numbers_are_not_proposed_as_options(values: list[int]) -> None:
    assert "options in their order" not in refused(form(1, 5), table(*values, 1, 2, 3))
