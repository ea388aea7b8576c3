"""The recode that check_coding prints gives a clean check, pasted as recode= or in a mapping file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import CodingCheck, Instrument, check_coding, score
from intimacy_scales.interop import read_answers
from intimacy_scales.jobs import score_file
from tests.shared.commands import run
from tests.shared.instruments import PUBLISHED
from tests.shared.stored_answers import ITEMS, options_of_ten, ten

FORM, FROM_0 = ten(evidence=PUBLISHED), ten(0, evidence=PUBLISHED)
QUALTRICS = np.array([1, 6, 2, 3, 4])


def turned(*items: int) -> np.ndarray:
    stored = options_of_ten(1)
    stored[:, items] = 4 - stored[:, items]
    return stored + 1


def out_of_order(*items: int) -> np.ndarray:
    options = options_of_ten(1, loading=0.7)
    stored = options + 1
    stored[:, items] = QUALTRICS[options[:, items]]
    return stored


STORED: dict[str, tuple[Instrument, np.ndarray]] = {
    "one item reversed": (FORM, turned(2)),
    "reverse-keyed items reversed": (FORM, turned(6, 7, 8, 9)),
    "from 0": (FORM, options_of_ten(1)),
    "from 1": (FROM_0, options_of_ten(1) + 1),
    "recodes out of order": (FORM, out_of_order(*range(10))),
    "recodes of one item out of order": (FORM, out_of_order(5)),
}


def pasted(check: CodingCheck) -> Any:
    """Evaluate the recode that the text prints last, as a user pastes it."""
    printed = re.findall(r"recode=(\{.*\}|dict\.fromkeys\(.*\))", str(check))[-1]
    value = eval(printed)
    assert value == check.recode
    return value


def as_mapping_file(recode: Mapping[Any, Any]) -> str:
    """Write a recode below [recode]: pairs of all items, or a table for each item."""
    pairs = "".join(f"{key} = {one}\n" for key, one in recode.items() if not isinstance(one, Mapping))
    tables = "".join(
        f"[recode.{item}]\n" + "".join(f"{key} = {answer}\n" for key, answer in one.items())
        for item, one in recode.items()
        if isinstance(one, Mapping)
    )
    return f"[recode]\n{pairs}{tables}"


@pytest.mark.parametrize("kind", STORED)
def test_a_pasted_recode_gives_a_clean_check(kind: str, tmp_path: Path) -> None:
    form, stored = STORED[kind]
    frame = pd.DataFrame(stored, columns=ITEMS)
    recode = pasted(check_coding(form, frame))
    clean = check_coding(form, frame, recode=recode)
    assert (clean.faults, clean.warnings, clean.recode) == ((), (), {})
    loading = 0.7 if "order" in kind else None
    low = int(form.items[0].response_scale.minimum)
    true = score(form, pd.DataFrame(options_of_ten(1, loading=loading) + low, columns=ITEMS))["total"]
    frame.to_csv(tmp_path / "answers.csv", index=False)
    assert np.array_equal(score(form, frame, recode=recode)["total"], true)
    report = score_file(form, tmp_path / "answers.csv", recode=recode)
    assert report.coding_warning is None
    assert report.summary.scales[0].mean == pytest.approx(true.mean())


@pytest.mark.parametrize("kind", STORED)
def test_a_recode_in_a_mapping_file_gives_a_clean_check(kind: str, tmp_path: Path) -> None:
    form, stored = STORED[kind]
    frame = pd.DataFrame(stored, columns=ITEMS)
    frame.to_csv(tmp_path / "answers.csv", index=False)
    (tmp_path / "form.toml").write_text(form.to_toml(), encoding="utf-8")
    recode = pasted(check_coding(form, read_answers(tmp_path / "answers.csv", form)))
    mapping = tmp_path / "map.toml"
    mapping.write_text(as_mapping_file(recode), encoding="utf-8")
    answers = read_answers(tmp_path / "answers.csv", form, mapping=mapping)
    assert check_coding(form, answers).faults == ()
    assert np.array_equal(score(form, answers)["total"], score(form, frame, recode=recode)["total"])
    given = ("score", tmp_path / "answers.csv", "-i", tmp_path / "form.toml", "--mapping", mapping)
    done = run(*given, "--save-mapping", tmp_path / "saved.toml")
    assert done.exit_code == 0
    assert done.stderr.startswith("How the file is read was written to")
    assert done.stderr.rstrip().endswith("saved.toml")  # and no warning
    saved = read_answers(tmp_path / "answers.csv", form, mapping=tmp_path / "saved.toml")
    assert np.array_equal(score(form, saved)["total"], score(form, answers)["total"])
    assert set(tomllib.loads((tmp_path / "saved.toml").read_text(encoding="utf-8"))["recode"]) <= set(ITEMS)


def test_an_order_that_answers_do_not_tell_is_not_given_as_found() -> None:
    check = check_coding(FORM, pd.DataFrame(out_of_order(0), columns=ITEMS))
    (fault,) = check.faults
    assert fault.items == ("q1",) and "belong rather between 1 and 2" in fault.text
    assert "Look up the numbers of the options. If they are in this order: recode={'q1'" in fault.text
    assert "To read it so" not in fault.text
    assert 6 in fault.look_up and check.recode == {}
