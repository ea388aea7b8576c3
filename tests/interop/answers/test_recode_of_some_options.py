"""A recoding of a stray value leaves the other options to the file; options of the file stay apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from intimacy_scales import score
from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers import read_answers
from tests.shared.instruments import PUBLISHED, form_of

pyreadstat = pytest.importorskip("pyreadstat")
LABELS = {1: "never", 2: "rarely", 3: "sometimes", 4: "often", 5: "always"}
FORM = form_of(
    {"t": "a b"}, response_scale={"minimum": 1, "maximum": 5, "labels": LABELS}, evidence=PUBLISHED
)
PLAIN = form_of({"t": "a b"}, low=1, high=5, evidence=PUBLISHED)


def saved(folder: Path, labels: dict[int, str], a: list[int], b: list[int]) -> Path:
    path = folder / "answers.sav"
    of_both = {"a": labels, "b": labels}
    pyreadstat.write_sav(pd.DataFrame({"a": a, "b": b}, dtype=float), path, variable_value_labels=of_both)
    return path


@pytest.mark.parametrize(
    "recode", [{99: None}, {"N/A": None}, {"always": 5}, {"a": {99: None}}, {99: None, "x": 3}]
)
def test_a_recode_of_a_stray_value_leaves_options_to_the_file(tmp_path: Path, recode: Any) -> None:
    reverse = {6 - n: text for n, text in LABELS.items()}
    path = saved(tmp_path, reverse, [1, 2, 99 if 99 in recode or "a" in recode else 3], [1, 5, 5])
    scores = score(FORM, read_answers(path, FORM, recode=recode))["t"].tolist()
    assert scores == [5.0, 2.5, 1.0 if 99 in recode or "a" in recode else 2.0]


def test_a_recode_of_all_options_is_the_whole_code_book(tmp_path: Path) -> None:
    path = saved(tmp_path, {6 - n: text for n, text in LABELS.items()}, [1, 2], [1, 5])
    same = {n: n for n in LABELS}
    assert score(FORM, read_answers(path, FORM, recode=same))["t"].tolist() == [1.0, 3.5]


@pytest.mark.parametrize("recode", [{0: 1}, {"a": {0: 1}}])
def test_two_options_of_a_file_do_not_become_one(tmp_path: Path, recode: Any) -> None:
    path = saved(tmp_path, {n - 1: text for n, text in LABELS.items()}, [0, 1, 4], [0, 1, 4])
    with pytest.raises(ResponseError, match=r"reads 0 as 1, as which the file's option 1 .* is read too"):
        read_answers(path, PLAIN, recode=recode)
    whole = {n - 1: n for n in LABELS}
    assert score(PLAIN, read_answers(path, PLAIN, recode=whole))["t"].tolist() == [1.0, 2.0, 5.0]


def test_options_may_be_put_together_in_so_many_words(tmp_path: Path) -> None:
    path = saved(tmp_path, {0: "not at all", **LABELS}, [0, 1, 5], [0, 1, 5])
    together = {0: 1, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
    assert score(PLAIN, read_answers(path, PLAIN, recode=together))["t"].tolist() == [1.0, 1.0, 5.0]
