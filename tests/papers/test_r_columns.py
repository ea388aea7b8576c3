"""Scripts for R name the columns of groups and clusters, and say so where a file lacks them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from intimacy_scales import cfa, encode, simulate

MODEL = "trust =~ tru01 + tru04 + tru09 + tru11"


def script(path: Path, **named: str) -> str:
    answers = simulate("scii-24", 120, couples=0.4, rng=1).answers
    answers.to_csv(path, index=False)
    coded = encode("scii-24", answers, keep=["couple"])
    return cfa(MODEL, coded, estimator="MLR", clusters="couple").to_r(str(path), **named)


def test_a_script_asks_for_the_column_of_clusters(tmp_path: Path) -> None:
    text = script(tmp_path / "a.csv")
    assert 'stop("there is no column cluster; name it: to_r(clusters=)")' in text
    named = script(tmp_path / "a.csv", clusters="couple")
    assert 'if (!"couple" %in% names(answers))' in named and 'cluster = "couple"' in named


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_says_which_column_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "a.R"
    file.write_text(script(tmp_path / "a.csv"), encoding="utf-8")
    done = subprocess.run(["Rscript", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "name it: to_r(clusters=)" in done.stderr or "there is no package called" in done.stderr
