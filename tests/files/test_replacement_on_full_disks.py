"""A full disk, a folder or a file that may not be written: told by name, and nothing is lost or left."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales import ResponseError
from intimacy_scales.files import delimited
from intimacy_scales.jobs import reliability_file, score_file
from tests.shared.answer_files import IDS
from tests.shared.commands import names_in
from tests.shared.fault_files import OLD, OUTPUTS, files_no_longer_than

pytest.importorskip("resource", reason="limits of a process are those of POSIX systems")


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_full_disk_is_told_with_the_name_of_the_file(answers: Path, kind_of_file: str, output: str) -> None:
    path = answers.with_name(output)
    path.write_text(OLD)
    with pytest.raises(ResponseError) as caught, files_no_longer_than(500):
        score_file("ras", answers, output=path)
    assert str(caught.value).startswith(f"{path}: cannot be written: ")
    assert names_in(answers.parent) == ["a.csv", output]
    assert path.read_text() == OLD


def test_a_full_disk_under_problems_and_reports(answers: Path, kind_of_file: str) -> None:
    bad = answers.with_name("b.csv")
    bad.write_text(",".join(IDS) + "\n" + "9,9,9,9,9,9,9\n" * 50)
    problems, report = answers.with_name("p.csv"), answers.with_name("r.html")
    with pytest.raises(ResponseError, match=r"p\.csv: cannot be written"), files_no_longer_than(1000):
        score_file("ras", bad, problems=problems)
    with pytest.raises(ResponseError, match=r"r\.html: cannot be written"), files_no_longer_than(1000):
        reliability_file("ras", answers, output=report)
    assert names_in(answers.parent) == ["a.csv", "b.csv"]


@pytest.mark.parametrize("output", [*OUTPUTS, "p.csv", "r.md"])
def test_a_folder_that_cannot_be_written_is_told(answers: Path, output: str) -> None:
    """Tests may run as root, who writes everywhere but where the system itself makes the files."""
    folder = Path("/proc/self")
    if not folder.is_dir():
        pytest.skip("this system has no /proc")
    with pytest.raises(ResponseError, match=f"{folder / output}: cannot be written: ") as caught:
        if output == "p.csv":
            score_file("ras", answers, problems=folder / output)
        else:
            job: Callable[..., Any] = reliability_file if output == "r.md" else score_file
            job("ras", answers, output=folder / output)
    assert names_in(answers.parent) == ["a.csv"]
    assert "[Errno" not in str(caught.value)


@pytest.mark.parametrize("output", ["o.csv", "p.csv"])
def test_a_file_that_may_not_be_written_is_not_replaced(
    answers: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    """Its folder would allow it; root may write everything, so the answer of the system is played."""
    path = answers.with_name(output)
    path.write_text(OLD)
    path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda name, _how: Path(name) != path)
    with pytest.raises(ResponseError, match=f"{path}: cannot be written: Permission denied"):
        score_file("ras", answers, **{"problems" if output == "p.csv" else "output": path})
    assert path.read_text() == OLD


@pytest.mark.parametrize("command", [["show", "ras"], ["--help"], ["check", "trust", "--json"]])
def test_output_that_cannot_be_printed_is_told(command: list[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "intimacy_scales", *command],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.stderr == "error: standard output: No space left on device\n"
    assert ran.returncode == 2


@pytest.mark.parametrize("how", ["bad answers", "an exception", "a full disk", "all went well"])
def test_a_workbook_leaves_no_temporary_file(
    answers: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    elsewhere = answers.parent / "tmp"
    elsewhere.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    source, seen = answers, []
    if how == "bad answers":
        source = answers.with_name("b.csv")
        source.write_text(answers.read_text() + "x,9,9,9,9,9,9,9\n")
        monkeypatch.setattr(delimited, "BATCH_ROWS", 100)

    def look(_done: int, _all: int) -> None:
        seen.extend(names_in(elsewhere))
        if how == "an exception":
            raise RuntimeError

    limit = files_no_longer_than(2000) if how == "a full disk" else contextlib.nullcontext()
    with contextlib.suppress(ResponseError, RuntimeError), limit:
        score_file("ras", source, output=answers.with_name("o.xlsx"), progress=look)
    assert names_in(elsewhere) == []
    assert seen or how == "a full disk"
    assert answers.with_name("o.xlsx").exists() == (how == "all went well")
