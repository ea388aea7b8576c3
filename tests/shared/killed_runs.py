"""Runs over many files that are killed, again and again, at a random moment; in a process of its own.

``python -m tests.shared.killed_runs FOLDER KILLS SEED [PARTS]``: score the files in FOLDER/answers to
FOLDER/scores, kill the run by SIGKILL after up to so many parts (2), go on, and so on; then let it end. It
prints how many parts were done each time.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any

from intimacy_scales.jobs import score_folder

OPTIONS: dict[str, Any] = {"keep": ["id"], "on_invalid": "missing", "answered": True}


def run(folder: Path, scores: str) -> int:
    """Score all files that are not done; return how many were done before."""
    warnings.simplefilter("ignore")
    source, output = folder / "answers", folder / scores
    return score_folder("ras", source, output=output, problems=folder / "problems", **OPTIONS).n_done_before


def killed(folder: Path, draw: random.Random, most: int) -> None:
    """Begin a run in a process that is killed once a few more parts are done, at any moment after it."""
    accounts = folder / "scores" / "_parts"
    goal = sum(1 for _ in accounts.rglob("*.json")) + draw.randint(0, most)
    child = os.fork()
    if not child:
        run(folder, "scores")
        os._exit(0)
    while sum(1 for _ in accounts.rglob("*.json")) < goal and os.waitpid(child, os.WNOHANG) == (0, 0):
        time.sleep(0.0005)
    time.sleep(draw.random() / 50)
    try:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    except (ProcessLookupError, ChildProcessError):
        pass  # it was done


def main() -> None:
    folder, kills, draw = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
    most = int(sys.argv[4]) if len(sys.argv) > 4 else 2
    for _ in range(kills):
        killed(folder, draw, most)
        print(sum(1 for _ in (folder / "scores" / "_parts").rglob("*.json")), end=" ")
    print("then", run(folder, "scores"))
    print("whole", run(folder, "whole"))


if __name__ == "__main__":
    main()
