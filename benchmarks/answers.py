"""Speed and memory of files as other tools write them, against `score` of the same answers as a plain table.

Run from the root of a checkout, on Linux: python -m benchmarks.answers [--size smallest|full] [--only WORDS]

The answers are simulated. The plain file has the same columns and cells as CSV, under names that no platform
has. Ratios are of CPU time, in turn with the peer. Peak memory is that of a process of its own, for a file
and for one of four times its rows.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.answer_files import FILES, FORM, FileJob, Options, simulated, write_files
from benchmarks.paired import HEADER, line, paired
from intimacy_scales import score
from intimacy_scales.jobs import FileReport, score_file

SIZES = {"smallest": 2_000, "full": 100_000}
BAR = 1.2
MEMORY_BAR = 1.2
_TIMES = 4  # rows of the larger file, of which memory is measured

_MEMORY_HEADER = "| file | peak memory | with 4 times the rows | ratio | bar | |\n|---|---|---|---|---|---|"
_MEMORY = """
import json, sys, warnings
warnings.simplefilter("ignore")
from intimacy_scales.jobs import score_file
score_file(sys.argv[1], sys.argv[2], **json.loads(sys.argv[3]))
lines = open("/proc/self/status", encoding="ascii")
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--only", default="", help="files whose names hold these words")
    parser.add_argument("--rounds", type=int)
    given = parser.parse_args()
    n, judged = SIZES[given.size], given.size == "full"
    rounds = given.rounds or (7 if judged else 1)
    chosen = [job for job in FILES if given.only.casefold() in job.name.casefold()]
    warnings.simplefilter("ignore")
    print(f"{n:,} simulated persons x 24, 3 % missing; medians of {rounds} rounds in turn\n\n{HEADER}")
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        write_files(chosen, simulated(n), Path(small))
        for job in chosen:
            print_speed(job, Path(small), rounds, judged=judged)
        print(f"\n{_MEMORY_HEADER}")
        write_files(chosen, simulated(_TIMES * n), Path(large))
        for job in chosen:
            print_memory(job, Path(small), Path(large), judged=judged)


def print_speed(job: FileJob, folder: Path, rounds: int, *, judged: bool) -> None:
    """Print a line for the plain file, and one for the script of a peer."""
    path, plain = folder / job.name / job.file, folder / job.name / job.plain
    options = as_passed(job.options, path.parent)
    ours, other = score_file(FORM, path, **options), score_file(FORM, plain, **job.plain_options)
    platform = "" if ours.mapping is None else ours.mapping.platform
    assert platform and platform in job.name, f"{job.name} is recognised as {platform}"
    assert not ours.n_problems and total(ours) == total(other), (
        f"{job.name}: not the scores of the plain file"
    )
    peers: dict[str, Callable[[], Any]] = {"plain": lambda: score_file(FORM, plain, **job.plain_options)}
    if job.peer is not None:
        read = job.peer
        peers[job.peer_name] = lambda: score(FORM, read(path))
    for name, peer in peers.items():
        pair = paired(
            lambda: score_file(FORM, path, **options), peer, repetitions=rounds, clock=time.process_time
        )
        print(line(job.name, name, pair, BAR, judged=judged), flush=True)


def total(report: FileReport) -> tuple[int, float]:
    """Return the number of persons with the last score, and its mean."""
    scale = report.summary.scales[-1]
    return scale.n, scale.mean


def as_passed(options: Options, folder: Path) -> dict[str, Any]:
    """Return options with the path of a structure."""
    return {name: str(folder / value) if name == "structure" else value for name, value in options.items()}


def print_memory(job: FileJob, small: Path, large: Path, *, judged: bool) -> None:
    """Print the peaks of memory of a file, and of one with more rows."""
    peaks = []
    for folder in (small / job.name, large / job.name):
        command = [sys.executable, "-c", _MEMORY, FORM, str(folder / job.file)]
        command.append(json.dumps(as_passed(job.options, folder)))
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        peaks.append(int(done.stdout) / 1024)
    ratio = peaks[1] / peaks[0]
    met = "not judged" if not judged else "met" if ratio <= MEMORY_BAR else "MISSED"
    print(
        f"| {job.name} | {peaks[0]:.0f} MiB | {peaks[1]:.0f} MiB | {ratio:.2f} | {MEMORY_BAR} | {met} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
