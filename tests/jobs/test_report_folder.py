"""The folder of a report: new, empty or of an earlier report, and all or nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales.errors import ResponseError
from intimacy_scales.files import replacement
from intimacy_scales.jobs.report_folder import CONTENTS, ReportFolder
from tests.shared.commands import bytes_in

FIRST = {"report.md": b"1", "tables/a.csv": b"a", "tables/b.csv": b"b"}


def test_files_are_written_and_listed(tmp_path: Path) -> None:
    paths = ReportFolder(tmp_path / "out").write(FIRST)
    assert paths == tuple(tmp_path / "out" / name for name in FIRST)
    written = bytes_in(tmp_path / "out")
    assert {name: written[name] for name in FIRST} == FIRST
    assert written[CONTENTS].decode().splitlines()[1:] == list(FIRST)
    assert set(written) == {*FIRST, CONTENTS}


def test_an_empty_folder_is_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    ReportFolder(tmp_path / "out").write(FIRST)
    assert (tmp_path / "out" / "report.md").read_bytes() == b"1"


def test_a_later_report_replaces_the_earlier_one(tmp_path: Path) -> None:
    ReportFolder(tmp_path).write(FIRST)
    ReportFolder(tmp_path).write({"report.md": b"2", "tables/c.csv": b"c"})
    written = bytes_in(tmp_path)
    assert {name: written[name] for name in written if name != CONTENTS} == {
        "report.md": b"2", "tables/c.csv": b"c",
    }  # fmt: skip
    ReportFolder(tmp_path).write({"report.md": b"2"})
    assert not (tmp_path / "tables").exists()
    ReportFolder(tmp_path).write({"report.md": b"2", "tables/c.csv": b"c"})
    assert written[CONTENTS].decode().splitlines()[1:] == ["report.md", "tables/c.csv"]


@pytest.mark.parametrize("earlier", [False, True])
def test_other_files_are_named_and_kept(tmp_path: Path, earlier: bool) -> None:
    if earlier:
        ReportFolder(tmp_path).write(FIRST)
    (tmp_path / "notes.txt").write_text("mine")
    before = bytes_in(tmp_path)
    with pytest.raises(ResponseError, match=r"holds other files \(notes\.txt\).*new or an empty folder"):
        ReportFolder(tmp_path)
    assert bytes_in(tmp_path) == before


def test_a_list_that_is_not_ours_makes_nothing_ours(tmp_path: Path) -> None:
    (tmp_path / CONTENTS).write_text("Files of a report by somebody else\nreport.md\n")
    (tmp_path / "report.md").write_text("theirs")
    with pytest.raises(ResponseError, match="holds other files"):
        ReportFolder(tmp_path)


def test_a_list_cannot_name_files_elsewhere(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ReportFolder(out).write(FIRST)
    (tmp_path / "mine.txt").write_text("mine")
    with (out / CONTENTS).open("a") as contents:
        contents.write(f"../mine.txt\n{tmp_path / 'mine.txt'}\n")
    ReportFolder(out).write(FIRST)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_files_that_must_not_lie_in_it(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for name in ("out/answers.csv", "out/tables/answers.csv"):
        with pytest.raises(ResponseError, match="lies in this folder, which is for the report alone"):
            ReportFolder(tmp_path / "out", [None, tmp_path / name])
    ReportFolder(tmp_path / "out", [tmp_path / "answers.csv"])


def test_a_file_and_a_missing_parent_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("")
    with pytest.raises(ResponseError, match="is a file, and a report is written to a folder"):
        ReportFolder(tmp_path / "a.html")
    with pytest.raises(ResponseError, match=r"there is no folder .*none; create it first"):
        ReportFolder(tmp_path / "none" / "out")


def test_an_error_leaves_the_earlier_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ReportFolder(tmp_path).write(FIRST)
    before = bytes_in(tmp_path)

    class FullDisk(replacement.Replacement):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            if path.name == "b.csv":
                self.file.close()
                raise ResponseError(f"{path}: cannot be written: {os.strerror(errno.ENOSPC)}")

    monkeypatch.setattr("intimacy_scales.jobs.report_folder.Replacement", FullDisk)
    with pytest.raises(ResponseError, match="No space left"):
        ReportFolder(tmp_path).write(dict.fromkeys(FIRST, b"new"))
    assert bytes_in(tmp_path) == before


def test_a_killed_run_is_followed_by_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it put in place is listed already, so that the next run may replace it."""

    def killed(self: Any) -> None:
        if self.path.name == "b.csv":
            raise KeyboardInterrupt
        real(self)

    real = replacement.Replacement.put_in_place
    monkeypatch.setattr(replacement.Replacement, "put_in_place", killed)
    with pytest.raises(KeyboardInterrupt):
        ReportFolder(tmp_path / "out").write(FIRST)
    monkeypatch.undo()
    assert (tmp_path / "out" / "tables" / "a.csv").exists()
    ReportFolder(tmp_path / "out").write(FIRST)
    assert set(bytes_in(tmp_path / "out")) == {*FIRST, CONTENTS}
