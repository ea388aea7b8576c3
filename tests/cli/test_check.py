"""`intimacy-scales check`: findings by item, reasons once, exit statuses."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales.checking import RULES
from tests.shared import commands
from tests.shared.bank_documents import GOOD, document

run = partial(commands.run, "check", columns=200)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A bank with warnings but no error, one of them in brackets that are no markup."""
    return written(
        tmp_path, "I trust my partner completely.", "I like [all] of my partner and us.", *GOOD[2:6]
    )


def written(folder: Path, *texts: str, **changes: Any) -> Path:
    path = folder / f"bank{len(list(folder.iterdir()))}.json"
    labels = {"minimum": 1, "maximum": 3, "labels": {"1": "No", "2": "Partly", "3": "Yes"}}
    path.write_text(json.dumps(document(*texts, response_scale=labels, **changes)), encoding="utf-8")
    return path


def test_everything_shipped_passes_strictly():
    result = run("--all", "--strict")
    assert result.exit_code == 0, result.output
    assert "bank mutuality 0.2.0: no findings" in result.output
    assert "explained: No day need bring a weak side" in result.output
    assert "Why" not in result.output.splitlines()


def test_findings_stand_under_their_item_and_reasons_once(file: Path):
    result = run(file)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "bank mine 1: 4 warnings"
    assert lines[1] == "x00"
    assert (
        "  warning text: 'completely' allows no exception: use a milder word, or leave it out "
        "(absolute)" in lines
    )
    assert lines.index("x00") < lines.index("x01") < lines.index("Why")
    assert result.output.count(RULES["absolute"].why) == 1
    assert RULES["two-ideas"].source in result.output


def test_strict_fails_on_warnings_and_errors_fail_anyway(file: Path, tmp_path: Path):
    assert run(file, "--strict").exit_code == 1
    assert run("trust", file, "--strict").exit_code == 1
    assert run(written(tmp_path, "I am not unhappy with my partner.", *GOOD[1:6])).exit_code == 1


def test_what_is_explained_does_not_count(tmp_path: Path):
    reason = {"rule": "absolute", "because": "Meant [so]."}
    result = run(
        written(tmp_path, "I trust my partner completely.", *GOOD[1:6], accepted=[reason]), "--strict"
    )
    assert result.exit_code == 0
    assert "explained: Meant [so]." in result.output


def test_json(file: Path):
    result = run(file, "mutuality", "--json", "--strict")
    assert result.exit_code == 1
    mine, mutuality = json.loads(result.stdout)
    assert [f["item"] for f in mine["findings"]] == ["x00", "x00", "x01", "x01"]
    assert (mutuality["id"], mutuality["passed_strict"], mutuality["findings"]) == ("mutuality", True, [])


def test_against(tmp_path: Path):
    path = written(tmp_path, "I know what scares my partner most.", *GOOD[1:6])
    assert "says nearly the same as kno08 of knowledge" in run(path).output
    assert "no findings" in run(path, "--against", "trust").output
    assert "kno08" in run(path, "--against", "trust", "--against", "knowledge").output


@pytest.mark.parametrize("args", [[], ["trsut"], ["nowhere.toml"], ["trust", "--against", "nothing"]])
def test_wrong_use_is_told(args: list[str]):
    result = run(*args)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
