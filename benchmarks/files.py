"""Speed and memory from a file of answers to a file of scores, against scripts that people write by hand.

Run from the root of a checkout: python -m benchmarks.files [--size smallest|full] [--rounds N]

Every job is a process of its own, from its start to its end, in turn with its peers. The peers check nothing;
ours is the command line, which checks every cell and names those that are not valid answers. This process stays
small: what it held when it started another would count as that one's.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

SIZES = {"smallest": 20_000, "full": 1_000_000}
FORM = "scii-24"
MIB = 1 << 20


PANDAS = """
import sys
import pandas as pd
scales, least = {scales!r}, {least!r}
answers = {read}
scores = pd.DataFrame({{"id": answers["id"]}})
for scale, keys in scales.items():
    part = answers[[item for item, _ in keys]]
    minus = [item for item, reverse in keys if reverse]
    part[minus] = 8 - part[minus]
    scores[scale] = part.mean(axis=1).where(part.count(axis=1) >= least[scale])
scores["total"] = scores[list(scales)].mean(axis=1, skipna=False)
{write}
"""

POLARS = """
import sys
import polars as pl
scales, least = {scales!r}, {least!r}
answers = {read}
means = []
for scale, keys in scales.items():
    keyed = [8 - pl.col(item) if reverse else pl.col(item) for item, reverse in keys]
    n = pl.sum_horizontal(pl.col(item).is_not_null() for item, _ in keys)
    means.append(pl.when(n >= least[scale]).then(pl.mean_horizontal(keyed)).alias(scale))
scores = answers.select("id", *means)
total = pl.mean_horizontal(list(scales), ignore_nulls=False).alias("total")
scores = scores.with_columns(total)
{write}
"""


@dataclass(frozen=True)
class Job:
    """What is read and written, how the peers do it, and the bars of the ratios to them."""

    source: str
    target: str
    pandas: tuple[str, str]
    polars: tuple[str, str]
    bars: tuple[float | None, float]


JOBS = (
    Job(
        "csv",
        "csv",
        ("pd.read_csv(sys.argv[1])", "scores.to_csv(sys.argv[2], index=False)"),
        ("pl.read_csv(sys.argv[1])", "scores.write_csv(sys.argv[2])"),
        (0.6, 2.5),
    ),
    Job(
        "parquet",
        "parquet",
        ("pd.read_parquet(sys.argv[1])", "scores.to_parquet(sys.argv[2], index=False)"),
        ("pl.read_parquet(sys.argv[1])", "scores.write_parquet(sys.argv[2])"),
        (None, 1.5),
    ),
    Job(
        "jsonl",
        "csv",
        ("pd.read_json(sys.argv[1], lines=True)", "scores.to_csv(sys.argv[2], index=False)"),
        ("pl.read_ndjson(sys.argv[1])", "scores.write_csv(sys.argv[2])"),
        (None, 3.0),
    ),
)
MEMORY_BAR = 250  # MiB, of CSV to CSV


@dataclass(frozen=True)
class Run:
    """Seconds on the clock and of processors, and the peak of memory in MiB, of one process."""

    wall: float
    cpu: float
    memory: float


def run(command: Sequence[str]) -> Run:
    """Run a process to its end and measure it."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    told = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    if status:
        raise RuntimeError(f"{command}: {told.decode()}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / MIB)


def elsewhere(function: Callable[..., None], *given: object) -> None:
    """Call a function in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        pool.submit(function, *given).result()


def write_answers(folder: str, n: int) -> None:
    """Write simulated answers with an id in every format."""
    import polars as pl

    from intimacy_scales import simulate

    warnings.simplefilter("ignore")
    answers = pl.from_pandas(simulate(FORM, n, missing=0.03, rng=1).answers)
    whole = answers.with_columns(pl.all().fill_nan(None).cast(pl.Int8))
    whole.insert_column(0, pl.Series("id", [f"P{row:07d}" for row in range(n)]))
    whole.write_csv(f"{folder}/answers.csv")
    whole.write_parquet(f"{folder}/answers.parquet")
    whole.write_ndjson(f"{folder}/answers.jsonl")


def scripts(job: Job) -> dict[str, str]:
    """Return the scripts of the peers."""
    from intimacy_scales import load

    form = load(FORM)
    scales = {s.id: [(k.item, k.reverse) for k in s.keys] for s in form.scales if s.items}
    least = {s.id: s.required for s in form.scales}
    found = {}
    for name, script, (read, write) in (("pandas", PANDAS, job.pandas), ("polars", POLARS, job.polars)):
        found[name] = script.format(scales=scales, least=least, read=read, write=write)
    return found


def check_equal(ours: str, theirs: str) -> None:
    """Refuse to compare the speed of ways that do not agree."""
    import numpy as np
    import pandas as pd

    read = pd.read_csv if ours.endswith(".csv") else pd.read_parquet
    one, other = read(ours), read(theirs)
    names = [name for name in other.columns if name != "id"]
    np.testing.assert_allclose(
        one[names].to_numpy(float), other[names].to_numpy(float), atol=1e-12, equal_nan=True
    )


def measure(job: Job, folder: Path, rounds: int) -> dict[str, list[Run]]:
    """Run a job and its peers in turn."""
    source = folder / f"answers.{job.source}"
    targets = {name: folder / f"{name}.{job.target}" for name in ("ours", "pandas", "polars")}
    commands = {
        name: [sys.executable, "-W", "ignore", "-c", text, str(source), str(targets[name])]
        for name, text in scripts(job).items()
    }
    ours = ["score", str(source), "--instrument", FORM, "--person", "id", "-o", str(targets["ours"])]
    commands["ours"] = [sys.executable, "-m", "intimacy_scales", *ours]
    found: dict[str, list[Run]] = {name: [] for name in targets}
    for _ in range(rounds):
        for name in targets:
            found[name].append(run(commands[name]))
    for peer in ("pandas", "polars"):
        elsewhere(check_equal, str(targets["ours"]), str(targets[peer]))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--job", choices=[f"{job.source}-{job.target}" for job in JOBS])
    given = parser.parse_args()
    n, judged = SIZES[given.size], given.size == "full"
    rounds = given.rounds or (5 if judged else 1)
    print(f"{n:,} simulated persons x 24, 3 % missing; medians of {rounds} rounds in turn\n")
    print("| job | ours: seconds, of processors, MiB | peer | seconds, of processors, MiB | ratio | bar | |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        elsewhere(write_answers, name, n)
        for job in JOBS:
            if given.job in (None, f"{job.source}-{job.target}"):
                print_lines(job, measure(job, folder, rounds), judged=judged)


def print_lines(job: Job, found: dict[str, list[Run]], *, judged: bool) -> None:
    """Print a line for each peer, and one of memory where that has a bar."""
    what = f"{job.source} to {job.target}"
    for peer, bar in zip(("pandas", "polars"), job.bars, strict=True):
        ratio = statistics.median(a.wall / b.wall for a, b in zip(found["ours"], found[peer], strict=True))
        told = "no bar" if bar is None else verdict(ratio, bar, judged=judged)
        print(
            f"| {what} | {figures(found['ours'])} | {peer} script, unchecked | {figures(found[peer])} | "
            f"{ratio:.2f} | {told} |",
            flush=True,
        )
    if job.source == "csv":
        peak = max(one.memory for one in found["ours"])
        told = verdict(peak, MEMORY_BAR, judged=judged)
        print(f"| {what}, peak memory in MiB | | | | {peak:.0f} | {told} |")


def verdict(value: float, bar: float, *, judged: bool) -> str:
    """Return a bar and whether it is met."""
    return f"{bar} | {'not judged' if not judged else 'met' if value <= bar else 'MISSED'}"


def figures(runs: Sequence[Run]) -> str:
    """Return the medians."""
    wall, cpu, memory = (
        statistics.median(getattr(one, what) for one in runs) for what in ("wall", "cpu", "memory")
    )
    return f"{wall:.2f}, {cpu:.2f}, {memory:.0f}"


if __name__ == "__main__":
    main()
