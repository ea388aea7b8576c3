"""Answers that hold the label of an option and its number, such as "Agree (4)" and "4 - Agree"."""

import ast
import re

import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError
from intimacy_scales.interop.answers import read_answers
from tests.shared.instruments import PUBLISHED, form_of

LABELS = {1: "disagree", 2: "rather disagree", 3: "rather agree", 4: "agree"}


def form(labels=LABELS):
    scale = {"minimum": 1, "maximum": 4} | ({"labels": labels} if labels else {})
    return form_of({"t": "a -b"}, response_scale=scale, evidence=PUBLISHED)


def written(tmp_path, *rows):
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(["a;b", *rows]) + "\n")
    return path


def refusal(path, instrument, **said):
    with pytest.raises(InvalidResponsesError) as raised:
        score(instrument, read_answers(path, instrument, **said))
    return str(raised.value)


@pytest.mark.parametrize("shape", ["{label} ({n})", "{n} - {label}", "({n}) {label}", "{n}. {label}"])
@pytest.mark.parametrize("labels", [LABELS, {}], ids=["labels", "numbers"])
def test_the_advice_makes_them_answers(tmp_path, shape, labels):
    cell = {n: shape.format(n=n, label=LABELS[n].capitalize()) for n in LABELS}
    path = written(tmp_path, f"{cell[4]};{cell[1]}", f"{cell[2]};{cell[3]}")
    meant = {cell[n]: LABELS[n] if labels else n for n in (4, 1, 2, 3)}
    advice = re.search(r"If these were meant, pass recode=(.*)\.", refusal(path, form(labels)))
    assert ast.literal_eval(advice[1]) == meant
    assert score(form(labels), read_answers(path, form(labels), recode=meant))["t"].tolist() == [4.0, 2.0]


def test_a_number_that_differs_from_that_of_the_label_is_never_proposed(tmp_path):
    path = written(tmp_path, "Agree (1);Disagree (4)", "Rather agree (2);Rather agree (2)")
    message = refusal(path, form())
    assert "'agree' is 4 in the instrument, and not 1: look up which of them was meant" in message
    assert "recode={" not in message


def test_a_number_without_a_label_is_proposed_where_it_is_an_answer(tmp_path):
    ends = {1: "disagree", 4: "agree"}
    message = refusal(written(tmp_path, "(4) agree;(2)", "3);(5)"), form(ends))
    assert "did you mean 2?" in message
    assert "did you mean 3?" in message
    assert "'(5)' is not a label of this item; allowed: 1 to 4 or a label\n" in message + "\n"


@pytest.mark.parametrize("text", ["0-3", "1 - 2", "10:00", "3/4", "agree (for 2 years)"])
def test_ranges_and_times_hold_no_number_of_an_option(tmp_path, text):
    assert "did you mean" not in refusal(written(tmp_path, f"{text};1", "2;2"), form({}))
