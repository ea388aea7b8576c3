"""Columns are matched by the texts of items: whole questions, rows of grids, and headers of plain tables."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from intimacy_scales import score
from intimacy_scales.errors import MissingColumnsError, ResponseError
from intimacy_scales.files.facts import ColumnFacts
from intimacy_scales.interop import recognize
from intimacy_scales.interop.answers import read_answers
from intimacy_scales.interop.answers.item_groups import Place, check_one_group
from intimacy_scales.interop.answers.questions import (
    Question,
    columns_by_text,
    is_marked_reversed,
    matching_questions,
    question_text,
    questions_of,
)
from tests.shared.instruments import PUBLISHED, form_of

TEXTS = ["I like my desk.", "I lose my pens - often", "Paper piles up"]
FORM = form_of(
    {"t": "a -b c"},
    items=[{"id": name, "text": text} for name, text in zip("abc", TEXTS, strict=True)],
    low=1,
    high=5,
    evidence=PUBLISHED,
)


def written(folder: Path, header: list[str]) -> Path:
    path = folder / "answers.csv"
    path.write_text("\t".join(header) + "\n5\t1\t4\n2\t2\t2\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "pattern",
    [
        "{}",
        "3. {}",
        "Think of your desk: how true is it? [{}]",
        "How true - on most days? - {}",
        "Desk/{}",
        "Work/Desk/{}",
        "{} (R)",
    ],
)
def test_an_item_is_recognised_by_its_text(tmp_path: Path, pattern: str) -> None:
    path = written(tmp_path, [pattern.format(text) for text in TEXTS])
    assert score(FORM, read_answers(path, FORM))["t"].round(6).tolist() == [4.666667, 2.666667]
    best = recognize(path, [FORM]).best
    assert best is not None
    assert best.instrument.id == FORM.id


def test_two_columns_with_the_text_of_an_item_are_not_chosen_from(tmp_path: Path) -> None:
    header = ["You [Paper piles up]", "Your partner [Paper piles up]", "I like my desk."]
    with pytest.raises(MissingColumnsError, match="2 of 3 items"):
        read_answers(written(tmp_path, header), FORM)


@pytest.mark.parametrize(
    "header",
    [
        ["I like my desk.", "I lose my pens - often", "Your partner [Paper piles up]"],
        ["You [I like my desk.]", "You [I lose my pens - often]", "Your partner [Paper piles up]"],
        ["you/I like my desk.", "you/I lose my pens - often", "your partner/Paper piles up"],
    ],
)
def test_rows_of_different_grids_are_not_put_together(tmp_path: Path, header: list[str]) -> None:
    with pytest.raises(
        ResponseError, match=r"different groups of questions: a in .*'c': '.our partner.{1,2}Paper"
    ):
        read_answers(written(tmp_path, header), FORM)


@pytest.mark.parametrize("stems", [("You", "You", "Your partner"), ("You", "", "You"), ("", "", "Partner")])
def test_rows_of_different_grids_of_google_forms_are_not_put_together(
    tmp_path: Path, stems: tuple[str, ...]
) -> None:
    names = [f"{stem} [{text}]" if stem else text for stem, text in zip(stems, TEXTS, strict=True)]
    path = written(tmp_path, ["Timestamp", *names])
    path.write_text(path.read_text().replace("\n", "\nx\t", 2))
    with pytest.raises(ResponseError, match="different groups of questions: a in"):
        read_answers(path, FORM)
    columns = dict(zip("abc", names, strict=True))
    assert score(FORM, read_answers(path, FORM, columns=columns))["t"].round(6).tolist() == [
        4.666667,
        2.666667,
    ]


def test_matching_questions_have_the_groups_that_a_file_declares() -> None:
    columns = {
        "q1": ColumnFacts(question=TEXTS[0], group="About you"),
        "q2": ColumnFacts(question=TEXTS[2], group="About your partner:"),
    }
    texts = {"a": TEXTS[0], "c": TEXTS[2]}
    matched = matching_questions(texts, questions_of(list(columns), columns))
    assert [question.place for question in matched.values()] == [
        ("q1", "about you"),
        ("q2", "about your partner"),
    ]
    assert columns_by_text(texts, questions_of(list(columns), columns)) == {}
    same = {name: replace(facts, group="How true?") for name, facts in columns.items()}
    assert len(columns_by_text(texts, questions_of(list(same), same))) == 2


def test_check_one_group() -> None:
    check_one_group("x", {"a": Place("p/a", "p/"), "b": Place("p/b", "p/")})
    with pytest.raises(
        ResponseError, match=r"the items of x are in different groups of questions: a in 'p/', b in no group"
    ):
        check_one_group("x", {"a": Place("p/a", "p/"), "b": Place("b", "")})


def test_columns_named_like_items_come_first(tmp_path: Path) -> None:
    path = written(tmp_path, ["a", "b", "c"])
    path.write_text(path.read_text().replace("a\tb\tc", "a\tb\tI like my desk."))
    with pytest.raises(MissingColumnsError, match="1 of 3 items"):
        read_answers(path, FORM)


def test_a_question_that_is_a_text_is_preferred_to_one_that_ends_with_it() -> None:
    names = ["Paper piles up", "At home [Paper piles up]"]
    questions = questions_of(names, {})
    assert questions["paper piles up"] == Question(names[0], None)
    why = "its question is the text of the item"
    assert columns_by_text({"c": "Paper piles up"}, questions) == {"c": (names[0], why)}


def test_columns_that_hold_no_answers_are_no_questions() -> None:
    names = ["start of it", "end of it"]
    columns = {"start of it": ColumnFacts(role="time")}
    assert set(questions_of(names, columns)) == {"end of it"}


@pytest.mark.parametrize("text", ["1) I like it. (R)", "I like it", "(3) i LIKE it!", "Item 12: I like it ."])
def test_question_text(text: str) -> None:
    assert question_text(text) == "i like it"
    assert is_marked_reversed(text) == text.endswith("(R)")


def test_a_column_that_was_named_and_is_missing_is_the_one_in_the_message(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    trials = [
        {"trial_type": "survey-likert", "trial_index": number, "time_elapsed": number, "response": response}
        for number, response in enumerate([{"Q0": 1, "Q1": 2}, {"Q0": 3}])
    ]
    path.write_text(json.dumps(trials))
    form = form_of({"t": "a b"}, low=0, high=4)
    with pytest.raises(MissingColumnsError, match=r"a \(looked for as 'Q0'\); did you mean 'Q0 \(trial 0\)'"):
        read_answers(path, form, columns={"a": "Q0", "b": "Q1"})
