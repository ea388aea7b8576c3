"""Two programs that write one file: what either wrote is whole, and nothing is lost without a word."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales import ResponseError
from intimacy_scales.jobs import score_file
from tests.shared.answer_files import read_scores
from tests.shared.commands import names_in
from tests.shared.fault_files import OLD

pytest.importorskip("resource", reason="limits of a process are those of POSIX systems")


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("how", ["another run", "another program", "deleted and made anew"])
def test_what_another_program_wrote_meanwhile_is_not_lost(
    answers: Path, kind_of_file: str, there: bool, how: str
) -> None:
    path = answers.with_name("o.csv")
    if there:
        path.write_text(OLD)

    def meanwhile(_done: int, _all: int) -> None:
        if how == "another run":
            score_file("ras", answers, output=path, answered=True)
        else:
            if how == "deleted and made anew":
                path.unlink(missing_ok=True)
            path.write_text("theirs, of today\n")

    with pytest.raises(ResponseError, match=r"o\.csv: another program wrote it in the meantime"):
        score_file("ras", answers, output=path, progress=meanwhile)
    assert names_in(answers.parent) == ["a.csv", "o.csv"]
    theirs = path.read_text()
    assert "total_answered" in theirs if how == "another run" else theirs == "theirs, of today\n"


def test_two_writers_at_once_leave_one_whole_file(answers: Path, kind_of_file: str) -> None:
    path, done = answers.with_name("o.csv"), []

    def write(options: dict[str, Any]) -> None:
        with contextlib.suppress(ResponseError):
            score_file("ras", answers, output=path, **options)
            done.append(options)

    threads = [threading.Thread(target=write, args=[{"answered": n % 2 == 0}]) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done
    rows = read_scores(path)
    assert [row["row"] for row in rows] == [str(n) for n in range(1, 401)]
    assert names_in(answers.parent) == ["a.csv", "o.csv"]


def test_one_run_after_another_replaces_the_file(answers: Path, kind_of_file: str) -> None:
    for options in ({}, {"answered": True}, {}):
        score_file("ras", answers, output=answers.with_name("o.csv"), **options)
        time.sleep(0.002)
    assert list(read_scores(answers.with_name("o.csv"))[0]) == ["row", "total"]
