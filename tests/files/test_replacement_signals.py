"""Whatever ends a run: the old file stands or the new one does, whole, and nothing else is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from intimacy_scales.cli import commands
from intimacy_scales.jobs import score_file
from tests.shared.commands import names_in
from tests.shared.fault_files import OLD, OUTPUTS, answers_of

pytest.importorskip("resource", reason="limits of a process are those of POSIX systems")

RUNS = """
import json, os, signal, sys, time
from intimacy_scales.cli import app
from intimacy_scales import jobs, load

load("ras")
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever nohup, or a shell in the background, told this suite
signal.signal(signal.SIGINT, signal.default_int_handler)
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
    assert names_in(folder) == ["a.csv", "o.csv"]
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
    assert names_in(answers.parent) == ["a.csv", output]
    assert path.read_text() == OLD
