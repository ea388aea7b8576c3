"""Try inputs that are made to exhaust or to crash, each in a process of its own.

Run from the root of a checkout: python -m benchmarks.hostile [--only WORDS]

Prints a table of seconds, peak memory and message. Ends with status 1 where a case takes more than 2
seconds or 300 MB, or ends in anything but scores or an error of the library that a reader can follow.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

_MOST_SECONDS, _MOST_MB = 2.0, 300
_GIVE_UP, _MOST_BYTES = 30, 4 << 30
_SHOWN = 110
_KB = 1024
ROOMS = ("instruments", "answers", "files")


def names(room: str) -> list[str]:
    """Return the names of a room's cases."""
    return list(_cases(room, Path()))


def _cases(room: str, folder: Path) -> dict[str, Any]:
    from benchmarks.hostile import answers, files, instruments

    found: dict[str, Any] = {
        "instruments": lambda: instruments.cases(folder),
        "answers": answers.cases,
        "files": lambda: files.made(folder),
    }[room]()
    return found


def child(room: str, name: str, folder: Path) -> None:
    """Try one case here, and print what came of it as JSON."""
    from intimacy_scales.errors import IntimacyScalesError

    warnings.simplefilter("ignore")
    case = _cases(room, folder)[name]
    if room == "files":
        from benchmarks.hostile import files

        path = folder / name
        tried: Any = lambda: files.read(next(path.iterdir()))  # noqa: E731
    else:
        tried = case
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    start, kind, words = time.perf_counter(), "scores", ""
    try:
        tried()
    except IntimacyScalesError as error:
        kind, words = "error", str(error)
    except Exception as error:
        kind, words = "TRACEBACK", f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KB
    told = {"kind": kind, "words": words[:1000], "length": len(words), "seconds": seconds, "mb": peak}
    print(json.dumps(told))


def attempt(room: str, name: str, folder: Path) -> dict[str, Any]:
    """Try one case in a process of its own."""
    if room == "files":
        place = folder / name
        place.mkdir()
        _cases(room, place)[name]()
    command = [sys.executable, "-m", "benchmarks.hostile", "--child", room, name, str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_GIVE_UP, check=False)
    except subprocess.TimeoutExpired:
        return {"kind": "TIMEOUT", "words": "", "length": 0, "seconds": _GIVE_UP, "mb": 0}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [""])[-1]
        return {"kind": "DIED", "words": last, "length": 0, "seconds": 0, "mb": 0}
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def passes(told: dict[str, Any]) -> bool:
    """Tell whether a case ended well, and cost little."""
    cheap = told["seconds"] <= _MOST_SECONDS and told["mb"] <= _MOST_MB
    return cheap and told["kind"] in ("scores", "error")


def main() -> None:
    """Try all, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="cases whose names hold these words")
    parser.add_argument("--size", choices=("smallest", "full"), default="full", help="no difference here")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        room, name, folder = arguments.child
        child(room, name, Path(folder))
        return
    failed = 0
    print("| input | seconds | MB | ends with | message |\n|---|---|---|---|---|")
    for room in ROOMS:
        for name in names(room):
            if arguments.only not in name:
                continue
            with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
                told = attempt(room, name, Path(folder))
            failed += not passes(told)
            words = " ".join(told["words"].split())[:_SHOWN].replace("|", "/")
            mark = "" if passes(told) else " **!**"
            print(
                f"| {name} | {told['seconds']:.2f} | {told['mb']:.0f} | {told['kind']}{mark} | {words} |",
                flush=True,
            )
    print(f"\n{failed} over {_MOST_SECONDS:.0f} s or {_MOST_MB} MB, or no error of the library")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
