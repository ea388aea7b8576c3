"""Who may read a file does not change when it is replaced, nor while it is written."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales.files import open_output, replacement
from intimacy_scales.files.replacement import Replacement, write_text
from intimacy_scales.jobs import reliability_file, score_file
from tests.shared.answer_files import read_scores
from tests.shared.commands import names_in
from tests.shared.fault_files import OLD, OUTPUTS

pytest.importorskip("resource", reason="limits of a process are those of POSIX systems")


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o660, 0o604])
@pytest.mark.parametrize("output", ["o.csv", "o.parquet", "o.xlsx", "r.json", "p.csv"])
def test_a_file_keeps_its_permissions(answers: Path, kind_of_file: str, mode: int, output: str) -> None:
    path = answers.with_name(output)
    path.write_text(OLD)
    path.chmod(mode)
    if output == "r.json":
        reliability_file("ras", answers, output=path)
    else:
        score_file("ras", answers, **{"problems" if output == "p.csv" else "output": path})
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.read_bytes() != OLD.encode()


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o027, 0o002])
def test_a_new_file_has_the_permissions_that_the_umask_leaves(
    answers: Path, kind_of_file: str, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    before = os.umask(umask)
    try:
        monkeypatch.setattr(os, "umask", None)  # nobody may change it, not for a moment
        score_file("ras", answers, output=answers.with_name("o.csv"))
    finally:
        monkeypatch.undo()
        os.umask(before)
    assert stat.S_IMODE(answers.with_name("o.csv").stat().st_mode) == 0o666 & ~umask


def test_nobody_else_can_read_it_while_it_is_written(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = answers.with_name("o.csv")
    path.write_text(OLD)
    path.chmod(0o600)
    seen = []

    def look(_done: int, _all: int) -> None:
        (part,) = answers.parent.glob(".*.part")
        seen.append(stat.S_IMODE(part.stat().st_mode))

    score_file("ras", answers, output=path, progress=look)
    assert set(seen) == {0o600}


def test_files_are_synced_before_they_take_their_place(
    answers: Path, kind_of_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, synced = answers.with_name("o.csv"), []
    path.write_text(OLD)

    def note(handle: int) -> None:
        synced.append((stat.S_ISREG(os.fstat(handle).st_mode), path.read_text() == OLD))

    monkeypatch.setattr(os, "fsync", note)
    score_file("ras", answers, output=path)
    assert synced == [(True, True), (False, False)]  # the file before, its folder after


def test_a_file_system_without_links_to_open_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_given: Any, **_how: Any) -> None:
        raise OSError("not here")

    monkeypatch.setattr(os, "link", refuse)
    for mode in (0o600, 0o644):
        path = tmp_path / f"{mode}.txt"
        path.write_text(OLD)
        path.chmod(mode)
        write_text(path, "new\n" * 100_000)
        assert path.read_text() == "new\n" * 100_000
        assert stat.S_IMODE(path.stat().st_mode) == mode
    assert names_in(tmp_path) == ["384.txt", "420.txt"]


def test_a_file_without_a_name_gets_one_and_is_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(os, "O_TMPFILE"):
        pytest.skip("this system has none")
    monkeypatch.setattr(replacement.shutil, "copyfileobj", None)
    with Replacement(tmp_path / "a.txt") as new:
        if names_in(tmp_path):
            pytest.skip("this file system has none")
        inode = os.fstat(new.file.fileno()).st_ino
        replacement.put_text(new, OLD)
    assert (tmp_path / "a.txt").stat().st_ino == inode
    assert (tmp_path / "a.txt").read_text() == OLD


def test_a_file_system_without_unnamed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(os, "O_TMPFILE"):
        pytest.skip("this system has none")
    monkeypatch.setattr(replacement.os, "O_TMPFILE", 1 << 30)
    with Replacement(tmp_path / "a.txt") as new:
        assert len(names_in(tmp_path)) == 1
        replacement.put_text(new, OLD)
    assert names_in(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_long_name_is_fine(answers: Path, kind_of_file: str, output: str) -> None:
    path = answers.with_name("n" * 240 + output)
    score_file("ras", answers, output=path)
    assert len(read_scores(path)) == 400


def test_an_output_of_nobody_leaves_nothing(tmp_path: Path, kind_of_file: str) -> None:
    for output in OUTPUTS:
        with open_output(tmp_path / output):
            pass
    assert names_in(tmp_path) == []
