"""One hostile input in a process of its own: how long it takes, what it holds, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

MOST_SECONDS, MOST_MB = 2.0, 300
MOST_OF_PLATFORMS = (10.0, 500)  # of files that have to be recognised, and opened by other libraries
_GIVE_UP, _MOST_BYTES = 200, 4 << 30
_KB, _LONGEST = 1024, 1000
_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_READ, DOOR = "files", "platforms"
ROOMS = ("instruments", "answers", _READ, DOOR)
Tried = Callable[[], Any]


def inputs(room: str, folder: Path) -> dict[str, Callable[[], Tried]]:
    """Return the inputs of a room by name: what makes each, and gives back what is to be tried."""
    from benchmarks.hostile import answers, files, instruments, platforms

    found: dict[str, Callable[[], Tried]] = {
        "instruments": lambda: instruments.inputs(folder),
        "answers": answers.inputs,
        _READ: lambda: files.inputs(folder),
        DOOR: lambda: platforms.inputs(folder),
    }[room]()
    return found


def attempt(room: str, name: str, folder: Path) -> dict[str, Any]:
    """Try an input in a process of its own."""
    if room in (_READ, DOOR):
        inputs(room, folder)[name]()  # made here, so that the other process has seen nothing of it
    command = [sys.executable, "-m", "benchmarks.hostile.trying", room, name, str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_GIVE_UP, check=False)
    except subprocess.TimeoutExpired:
        return _told("TIMEOUT", seconds=_GIVE_UP)
    if done.returncode:
        return _told("DIED", (done.stderr.strip().splitlines() or [""])[-1])
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def passes(room: str, told: dict[str, Any], *, timed: bool) -> bool:
    """Tell whether an input ended well, and cost little memory and, if timed, little time."""
    seconds, mb = MOST_OF_PLATFORMS if room == DOOR else (MOST_SECONDS, MOST_MB)
    quick = told["seconds"] <= seconds and told["wall"] <= 10 * seconds
    return (quick or not timed) and told["mb"] <= mb and told["kind"] in ("scores", "error")


def try_here(tried: Tried) -> dict[str, Any]:
    """Try an input in this process, whose highest memory so far is forgotten."""
    from pydantic import ValidationError

    from intimacy_scales.errors import IntimacyScalesError

    kind, words = "scores", ""
    before = _memory_begun()
    wall, start = time.perf_counter(), time.process_time()
    try:
        tried()
    except (IntimacyScalesError, ValidationError) as error:
        kind, words = "error", f"{type(error).__name__}: {error}"
    except Exception as error:
        kind, words = "TRACEBACK", f"{type(error).__name__}: {error}"
    seconds, wall = time.process_time() - start, time.perf_counter() - wall
    return _told(kind, words, seconds=seconds, wall=wall, mb=_peak() - before)


def worst(told: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what came of an input that was tried in several ways: the worst end, and the highest costs."""
    ends = sorted(
        told, key=lambda one: ("scores", "error").index(one["kind"]) if one["kind"] != "TRACEBACK" else 2
    )
    return ends[-1] | {what: max(one[what] for one in told) for what in ("seconds", "wall", "mb")}


def _told(kind: str, words: str = "", **figures: float) -> dict[str, Any]:
    short = words[:_LONGEST]
    return {
        "kind": kind,
        "words": short,
        "length": len(words),
        "seconds": 0.0,
        "wall": 0.0,
        "mb": 0.0,
    } | figures


def _memory_begun() -> float:
    """Return the memory of this process in MB, from which its peak is counted anew."""
    _RESET.write_text("5")
    return _of_status("VmRSS")


def _peak() -> float:
    return _of_status("VmHWM")


def _of_status(field: str) -> float:
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / _KB for line in lines if line.startswith(field))


def main() -> None:
    """Try the input that the arguments name, and print what came of it as JSON."""
    import resource

    from benchmarks.hostile import files, platforms

    room, name, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    warnings.simplefilter("ignore")
    if room == DOOR:
        ways = platforms.ways(folder)
    else:
        ways = [files.reading(folder) if room == _READ else inputs(room, folder)[name]()]
    files.warm()  # imports are no part of what an input costs
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    print(json.dumps(worst([try_here(tried) for tried in ways])))


if __name__ == "__main__":
    main()
