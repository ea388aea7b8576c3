"""Links, pipes and devices as outputs; the answers, or the other output, under another name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from intimacy_scales import ResponseError
from intimacy_scales.jobs import score_file
from tests.shared.answer_files import read_scores
from tests.shared.fault_files import OLD

pytest.importorskip("resource", reason="limits of a process are those of POSIX systems")


@pytest.mark.parametrize("to", ["there", "not yet there", "over two links", "in another folder"])
def test_a_symbolic_link_is_followed(answers: Path, kind_of_file: str, to: str) -> None:
    """It stays a link, and what it points to is replaced, as a shell's > would do."""
    (answers.parent / "elsewhere").mkdir()
    target = answers.parent / ("elsewhere" if to == "in another folder" else ".") / "target.csv"
    link = answers.with_name("o.csv")
    if to != "not yet there":
        target.write_text(OLD)
        target.chmod(0o600)
    middle = answers.with_name("m.csv") if to == "over two links" else target
    if middle != target:
        middle.symlink_to(target)
    link.symlink_to(middle)
    score_file("ras", answers, output=link)
    assert link.is_symlink()
    assert not target.is_symlink()
    assert len(read_scores(target)) == 400
    if to != "not yet there":
        assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize("option", ["output", "problems"])
def test_a_link_to_the_answers_is_refused(answers: Path, option: str) -> None:
    link, before = answers.with_name("o.csv"), answers.read_bytes()
    link.symlink_to(answers)
    with pytest.raises(ResponseError, match="would overwrite the answers"):
        score_file("ras", answers, **{option: link})
    assert answers.read_bytes() == before


def test_a_link_to_the_other_output_is_refused(answers: Path) -> None:
    link = answers.with_name("p.csv")
    link.symlink_to(answers.with_name("o.csv"))
    with pytest.raises(ResponseError, match="would overwrite the problems"):
        score_file("ras", answers, output=answers.with_name("o.csv"), problems=link)


@pytest.mark.parametrize("option", ["output", "problems"])
def test_a_link_that_leads_to_itself_is_told(answers: Path, option: str) -> None:
    (answers.with_name("o.csv")).symlink_to(answers.with_name("q.csv"))
    (answers.with_name("q.csv")).symlink_to(answers.with_name("o.csv"))
    with pytest.raises(ResponseError, match=r"o\.csv: is a symbolic link that leads to itself"):
        score_file("ras", answers, **{option: answers.with_name("o.csv")})


@pytest.mark.parametrize("what", ["a pipe", "/dev/null", "/dev/full", "a folder", "a link into no folder"])
def test_what_is_not_a_file_is_never_replaced(answers: Path, what: str) -> None:
    path = answers.with_name("o.csv")
    words = "is a device or a pipe"
    if what == "a pipe":
        os.mkfifo(path)
    elif what == "a folder":
        path.mkdir()
        words = "is a folder"
    elif what == "a link into no folder":
        path.symlink_to(answers.parent / "none" / "o.csv")
        words = f"there is no folder {answers.parent / 'none'}"
    elif not Path(what).exists():
        pytest.skip("this system has no such device")
    else:
        path.symlink_to(what)
    before = path.lstat().st_mode
    with pytest.raises(ResponseError, match=f"o.csv: {words}"):
        score_file("ras", answers, output=path)
    assert path.lstat().st_mode == before
    assert not what.startswith("/dev") or stat.S_ISCHR(Path(what).stat().st_mode)


def test_a_hard_link_of_the_answers_is_another_file(answers: Path) -> None:
    link, before = answers.with_name("o.csv"), answers.read_bytes()
    link.hardlink_to(answers)
    score_file("ras", answers, output=link)
    assert answers.read_bytes() == before
    assert len(read_scores(link)) == 400
