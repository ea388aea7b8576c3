"""What is said of answers when they are read holds when they are scored, with any instrument."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from intimacy_scales import score
from intimacy_scales.errors import ResponseError
from intimacy_scales.interop import save_mapping
from intimacy_scales.interop.answers import read_answers
from intimacy_scales.jobs import score_column_sets
from intimacy_scales.jobs.couples import read_couples
from tests.shared.instruments import PUBLISHED, form_of

FORM = form_of({"t": "a b"}, low=1, high=5, evidence=PUBLISHED)
OTHER = form_of({"t": "a b", "u": "b"}, low=1, high=5, evidence=PUBLISHED)
TURNED = {n: 6 - n for n in range(1, 6)}


def written(folder: Path, text: str, name: str = "answers.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("read_for", [None, FORM, OTHER])
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"recode": TURNED}, [5.0, 3.0]),
        ({"columns": "x{n}"}, [2.0, 3.0]),
        ({"missing_codes": ["5"], "recode": {"a": TURNED}}, None),
        ({"missing_codes": {"b": [7]}}, [1.0, 3.0]),
    ],
)
def test_of_another_instrument(tmp_path: Path, read_for: Any, options: Any, expected: Any) -> None:
    path = written(tmp_path, "a,b,x1,x2\n1,1,2,2\n1,5,3,3\n")
    if expected is None:
        with pytest.raises(ResponseError, match="missing code '5' is an answer"):
            score(FORM, read_answers(path, read_for, **options))
        return
    assert score(FORM, read_answers(path, read_for, **options))["t"].tolist() == expected


def test_more_is_said_of_other_values(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,9\n2,5\n")
    answers = read_answers(path, FORM, recode={"a": TURNED})
    assert score(FORM, answers, missing_codes={"b": [9]})["t"].tolist() == [5.0, 4.5]
    assert score(FORM, answers, missing_codes=[9])["t"].tolist() == [5.0, 4.5]
    assert score(FORM, answers, missing_codes=[9], recode={"a": {1: 3}})["t"].tolist() == [3.0, 4.5]


@pytest.mark.parametrize("later", [{}, {"missing_codes": [99]}, {"missing_codes": {"b": [99]}}])
def test_after_a_mapping_file(tmp_path: Path, later: Any) -> None:
    path = written(tmp_path, "x1,x2,a,b\n1,5,3,3\n2,2,3,3\n")
    save_mapping(read_answers(path, FORM, columns="x{n}", recode=TURNED).report, tmp_path / "map.toml")
    answers = read_answers(path, FORM, mapping=tmp_path / "map.toml")
    assert score(FORM, answers, **later)["t"].tolist() == [3.0, 4.0]


def test_of_an_instrument_that_is_named_later(tmp_path: Path) -> None:
    path = written(tmp_path, "x1,x2,a,b\n1,5,3,3\n2,2,3,3\n")
    save_mapping(read_answers(path, FORM, columns="x{n}", recode=TURNED).report, tmp_path / "map.toml")
    answers = read_answers(path, mapping=tmp_path / "map.toml")
    assert score(FORM, answers)["t"].tolist() == [3.0, 4.0]


def test_a_mapping_without_columns_leaves_these_to_the_file(tmp_path: Path) -> None:
    form = form_of(
        {"t": "a b"},
        items=[{"id": "a", "text": "I sing."}, {"id": "b", "text": "I dance."}],
        low=1,
        high=5,
        evidence=PUBLISHED,
    )
    path = written(tmp_path, "I sing.,I dance.\n0,4\n1,-9\n")
    mapping = tmp_path / "map.toml"
    mapping.write_text("[recode]\n0 = 1\n1 = 2\n4 = 5\n[missing_codes]\nb = [-9]\n")
    expected = [3.0, 2.0]
    assert score(form, read_answers(path, form, mapping=mapping))["t"].tolist() == expected
    assert score(form, read_answers(path, mapping=mapping))["t"].tolist() == expected


def test_a_set_without_a_column_does_not_take_one_that_is_anybodys(tmp_path: Path) -> None:
    path = written(tmp_path, "a_1,b_1,a_2,b\n1,1,5,1\n2,2,4,1\n")
    sets = {"one": "{item}_1", "two": {"a": "a_2"}}
    with pytest.raises(ResponseError, match="'two' names no column for b, and column 'b' may be anybody's"):
        score_column_sets(FORM, path, sets)
    with pytest.raises(ResponseError, match="'two' names no column for b"):
        read_couples(FORM, path, partners=sets)
    named = {**sets, "two": {"a": "a_2", "b": "b"}}
    reports = score_column_sets(FORM, path, named)
    assert {name: report.n_problems for name, report in reports.items()} == {"one": 0, "two": 0}
    assert len(read_couples(FORM, path, partners=named).dyads) == 2
