"""Whatever ends a run: the old file stands or the new one does, whole, and nothing else is left."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from answer_files import IDS, read_scores
from intimacy_scales import ResponseError
from intimacy_scales.cli import commands
from intimacy_scales.files import delimited, open_output, replacement
from intimacy_scales.files.replacement import Replacement, write_text
from intimacy_scales.jobs import reliability_file, score_file

resource = pytest.importorskip("resource", reason="limits of a process are those of POSIX systems")

OUTPUTS = ["o.csv", "o.tsv", "o.jsonl", "o.parquet", "o.xlsx"]
OLD = "of last week\n"


@pytest.fixture(params=["unnamed", "hidden"])
def kind_of_file(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """How a file is written: without a name where the system can, and as elsewhere under a hidden one."""
    if request.param == "hidden":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    elif not hasattr(os, "O_TMPFILE"):
        pytest.skip("this system has no files without a name")
    return str(request.param)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    return answers_of(tmp_path, 400)


def answers_of(folder: Path, n: int) -> Path:
    rows = [[person, *(1 + (person + person * item % 3) % 5 for item in range(7))] for person in range(n)]
    for row in rows:
        row[4], row[7] = 6 - row[4], 6 - row[7]  # which are keyed in reverse
    path = folder / "a.csv"
    path.write_text("\n".join(",".join(map(str, row)) for row in [["name", *IDS], *rows]) + "\n")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ------------------------------------------------------------------ ended by a signal

RUNS = """
import json, os, signal, sys, time
from intimacy_scales.cli import app
from intimacy_scales import jobs, load
load("ras")
cases, pids = json.loads(sys.argv[1]), []
def wait(*_):
    os.write(1, b"ready\\n")  # in one piece
    time.sleep(20)
for how, source, output in cases:
    if pid := os.fork():
        pids.append(pid)
        continue
    if how == "hidden" and hasattr(os, "O_TMPFILE"):
        del os.O_TMPFILE
    os.fsync = wait  # everything was written, and has not taken its place
    try:
        app(["score", source, "-i", "ras", "--keep", "name", "-o", output])
    except SystemExit as end:
        os._exit(end.code)
    finally:
        os._exit(99)
os.write(1, json.dumps(pids).encode() + b"\\n")
print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]), flush=True)
"""
SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"]
CASES = [
    (how, name)
    for how in ("unnamed", "hidden")
    for name in SIGNALS
    if (how, name) != ("hidden", "SIGKILL")  # nobody can clean up then
]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[Any, tuple[Path, int, str]]:
    """Let processes write scores until just before the end, end them, and return what is left of each."""
    folders = [tmp_path_factory.mktemp("ended") for _ in CASES]
    runs = []
    for (how, _), folder in zip(CASES, folders, strict=True):
        (folder / "o.csv").write_text(OLD)
        runs.append([how, str(answers_of(folder, 2000)), str(folder / "o.csv")])
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", RUNS, json.dumps(runs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(len(CASES) + 1)]
    assert lines.count("ready\n") == len(CASES), (lines, process.communicate())
    (pids,) = (json.loads(line) for line in lines if line != "ready\n")
    for pid, (_, name) in zip(pids, CASES, strict=True):
        os.kill(pid, getattr(signal, name))
    statuses, errors = process.communicate(timeout=20)
    return {
        case: (folder, status, errors)
        for case, folder, status in zip(CASES, folders, json.loads(statuses), strict=True)
    }


@pytest.mark.parametrize("case", CASES)
def test_a_signal_leaves_the_old_file_and_nothing_else(ended: Any, case: tuple[str, str]) -> None:
    if case[0] == "unnamed" and not hasattr(os, "O_TMPFILE"):
        pytest.skip("this system has no files without a name")
    folder, status, errors = ended[case]
    assert names(folder) == ["a.csv", "o.csv"]
    assert (folder / "o.csv").read_text() == OLD
    assert "Traceback" not in errors
    number = getattr(signal, case[1])
    assert status == (-number if case[1] == "SIGKILL" else 128 + number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.SIG_IGN, lambda *_: None])
def test_signals_are_handled_as_before_when_a_command_is_over(number: int, before: Any) -> None:
    """One that is ignored stays so throughout: nohup keeps a run from being ended with its terminal."""
    usual = signal.signal(number, before)
    try:
        with commands.signals_as_exits():
            during = signal.getsignal(number)
        assert (during is before) == (before is not signal.SIG_DFL)
        assert signal.getsignal(number) is before
    finally:
        signal.signal(number, usual)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, RuntimeError])
@pytest.mark.parametrize("output", OUTPUTS)
def test_an_exception_leaves_nothing(
    answers: Path, kind_of_file: str, output: str, error: type[BaseException]
) -> None:
    def stop(done: int, _all: int) -> None:
        raise error

    path = answers.with_name(output)
    path.write_text(OLD)
    with pytest.raises(error):
        score_file("ras", answers, output=path, problems=answers.with_name("p.csv"), progress=stop)
    assert names(answers.parent) == ["a.csv", output]
    assert path.read_text() == OLD


# ------------------------------------------------------------------ disks


@contextlib.contextmanager
def files_no_longer_than(n_bytes: int) -> Iterator[None]:
    """Let every write beyond a length fail, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_full_disk_is_told_with_the_name_of_the_file(answers: Path, kind_of_file: str, output: str) -> None:
    path = answers.with_name(output)
    path.write_text(OLD)
    with pytest.raises(ResponseError) as caught, files_no_longer_than(2000):
        score_file("ras", answers, output=path)
    assert str(caught.value).startswith(f"{path}: cannot be written: ")
    assert names(answers.parent) == ["a.csv", output]
    assert path.read_text() == OLD


def test_a_full_disk_under_problems_and_reports(answers: Path, kind_of_file: str) -> None:
    bad = answers.with_name("b.csv")
    bad.write_text(",".join(IDS) + "\n" + "9,9,9,9,9,9,9\n" * 50)
    problems, report = answers.with_name("p.csv"), answers.with_name("r.html")
    with pytest.raises(ResponseError, match=r"p\.csv: cannot be written"), files_no_longer_than(1000):
        score_file("ras", bad, problems=problems)
    with pytest.raises(ResponseError, match=r"r\.html: cannot be written"), files_no_longer_than(1000):
        reliability_file("ras", answers, output=report)
    assert names(answers.parent) == ["a.csv", "b.csv"]


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
    assert names(answers.parent) == ["a.csv"]
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
            [sys.executable, "-m", "intimacy_scales.cli", *command],
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
        seen.extend(names(elsewhere))
        if how == "an exception":
            raise RuntimeError

    limit = files_no_longer_than(2000) if how == "a full disk" else contextlib.nullcontext()
    with contextlib.suppress(ResponseError, RuntimeError), limit:
        score_file("ras", source, output=answers.with_name("o.xlsx"), progress=look)
    assert names(elsewhere) == []
    assert seen or how == "a full disk"
    assert answers.with_name("o.xlsx").exists() == (how == "all went well")


# ------------------------------------------------------------------ permissions


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


def test_what_is_written_is_on_the_disk_before_it_takes_its_place(
    answers: Path, kind_of_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, synced = answers.with_name("o.csv"), []
    path.write_text(OLD)

    def note(handle: int) -> None:
        synced.append((stat.S_ISREG(os.fstat(handle).st_mode), path.read_text() == OLD))

    monkeypatch.setattr(os, "fsync", note)
    score_file("ras", answers, output=path)
    assert synced == [(True, True), (False, False)]  # the file before, its folder after


# ------------------------------------------------------------------ links, and what is no file


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
def test_what_is_no_file_is_never_replaced(answers: Path, what: str) -> None:
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


# ------------------------------------------------------------------ two writers


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
    assert names(answers.parent) == ["a.csv", "o.csv"]
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
    assert names(answers.parent) == ["a.csv", "o.csv"]


def test_one_run_after_another_replaces_the_file(answers: Path, kind_of_file: str) -> None:
    for options in ({}, {"answered": True}, {}):
        score_file("ras", answers, output=answers.with_name("o.csv"), **options)
        time.sleep(0.002)
    assert list(read_scores(answers.with_name("o.csv"))[0]) == ["row", "total"]


# ------------------------------------------------------------------ the file itself


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
    assert names(tmp_path) == ["384.txt", "420.txt"]


def test_a_file_without_a_name_gets_one_and_is_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(os, "O_TMPFILE"):
        pytest.skip("this system has none")
    monkeypatch.setattr(replacement.shutil, "copyfileobj", None)
    with Replacement(tmp_path / "a.txt") as new:
        if names(tmp_path):
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
        assert len(names(tmp_path)) == 1
        replacement.put_text(new, OLD)
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_long_name_is_no_trouble(answers: Path, kind_of_file: str, output: str) -> None:
    path = answers.with_name("n" * 240 + output)
    score_file("ras", answers, output=path)
    assert len(read_scores(path)) == 400


def test_an_output_of_nobody_leaves_nothing(tmp_path: Path, kind_of_file: str) -> None:
    for output in OUTPUTS:
        with open_output(tmp_path / output):
            pass
    assert names(tmp_path) == []
