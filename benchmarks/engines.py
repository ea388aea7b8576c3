"""Speed and memory of engines on many simulated persons, against the same engine passing the answers through.

Run from the root of a checkout: python -m benchmarks.engines [--size smallest|full] [--rounds N] [--way NAME]

Answers lie in Parquet files of equal size. Each way reads them, scores them and writes Parquet; its peer
reads the same columns and writes them as they are, by the same engine. Every run is a process of its own.
Memory is the peak of the process, and its bar the ratio to that of a tenth of the persons; what a million
persons more cost is the difference of both in seconds of processors.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.files import Run, elsewhere, run, verdict

FORM = "scii-24"
SIZES = {"smallest": (10_000, 2_000), "full": (10_000_000, 100_000)}  # persons, and those of a file
TENTH = 10
MEMORY_BAR, SPEED_BAR = 1.2, 3.0

BEGIN = """
import sys, warnings
warnings.simplefilter("ignore")
from pathlib import Path
from intimacy_scales import load
answers, target = sys.argv[1], sys.argv[2]
columns = ["id", *load({form!r}).item_ids]
"""
DUCKDB = """
import duckdb
duckdb.sql("set preserve_insertion_order = false")
frame = duckdb.read_parquet(answers + "/*.parquet")
"""
DASK = """
import dask.dataframe as dd
frame = dd.read_parquet(answers)
"""
POLARS = """
import polars as pl
frame = pl.scan_parquet(answers + "/*.parquet")
"""
SCORE = """
from intimacy_scales import engines
frame = engines.score({form!r}, frame, keep=["id"])
"""
SUMS = """
from intimacy_scales import engines
Path(target).write_bytes(engines.summarize({form!r}, frame).to_bytes())
"""
BY_FILE = """
import pyarrow.parquet as pq
Path(target).mkdir()
for file in sorted(Path(answers).glob("*.parquet")):
    source = pq.ParquetFile(file)
    with pq.ParquetWriter(Path(target) / file.name, source.schema_arrow) as writer:
        for batch in source.iter_batches(131_072, columns=columns):
            writer.write_batch(batch)
"""
WRITE = {
    "duckdb": "frame.write_parquet(target)\n",
    "dask": "frame.to_parquet(target)\n",
    "polars": "frame.sink_parquet(target)\n",
}
PASS = {
    "duckdb": 'frame = frame.project(", ".join(columns))\n',
    "dask": "frame = frame[columns]\n",
    "polars": "frame = frame.select(columns)\n",
}
READ = {"duckdb": DUCKDB, "dask": DASK, "polars": POLARS}


@dataclass(frozen=True)
class Way:
    """What is run, and its peer: scripts, or the command line."""

    name: str
    ours: str | None
    peer: str


def ways() -> list[Way]:
    """Return all ways."""
    found = [Way("the command line, a file each", None, BEGIN + BY_FILE)]
    for engine, read in READ.items():
        through = BEGIN + read + PASS[engine] + WRITE[engine]
        found.append(Way(f"{engine}, scores", BEGIN + read + SCORE + WRITE[engine], through))
        found.append(Way(f"{engine}, sums", BEGIN + read + SUMS, through))
    return found


def write_answers(folder: str, n: int, rows: int) -> None:
    """Write files of simulated answers: ten times the same hundred thousand or so, with ids of their own."""
    import polars as pl

    from intimacy_scales import simulate

    warnings.simplefilter("ignore")
    drawn = pl.from_pandas(simulate(FORM, n // TENTH, missing=0.03, rng=1).answers)
    whole = drawn.with_columns(pl.all().fill_nan(None).cast(pl.Int8))
    Path(folder).mkdir()
    for part in range(n // rows):
        start = part * rows % len(whole)
        table = whole.slice(start, rows)
        table.insert_column(0, pl.Series("id", range(part * rows, part * rows + len(table))))
        table.write_parquet(f"{folder}/part-{part:04d}.parquet")


def measure(way: Way, answers: Path, target: Path, rounds: int) -> tuple[list[Run], list[Run]]:
    """Run a way and its peer in turn."""
    commands = []
    for script in (way.ours, way.peer):
        if script is None:
            given = ["score", str(answers), "--instrument", FORM, "--keep", "id", "-o", str(target)]
            commands.append([sys.executable, "-m", "intimacy_scales", *given])
        else:
            text = script.format(form=FORM)
            commands.append([sys.executable, "-W", "ignore", "-c", text, str(answers), str(target)])
    found: tuple[list[Run], list[Run]] = ([], [])
    for _ in range(rounds):
        for runs, command in zip(found, commands, strict=True):
            remove(target)
            runs.append(run(command))
    return found


def remove(target: Path) -> None:
    """Remove what the run before has written."""
    if target.is_dir():
        shutil.rmtree(target)
    target.unlink(missing_ok=True)


def figures(runs: Sequence[Run]) -> str:
    """Return medians of seconds, and the highest memory."""
    wall, cpu = (statistics.median(getattr(one, what) for one in runs) for what in ("wall", "cpu"))
    return f"{wall:.1f}, {cpu:.1f}, {max(one.memory for one in runs):.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--way", choices=[way.name for way in ways()])
    given = parser.parse_args()
    (n, rows), judged = SIZES[given.size], given.size == "full"
    rounds = given.rounds or (3 if judged else 1)
    print(
        f"{n:,} simulated persons x 24 in files of {rows:,}; medians of {rounds} rounds in turn; seconds, of"
    )
    print("processors, peak MiB\n")
    print(
        "| way | ours | passed through | ratio | bar | | of a tenth, MiB | ratio | bar | | a million more |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        elsewhere(write_answers, str(folder / "all"), n, rows)
        elsewhere(write_answers, str(folder / "tenth"), n // TENTH, rows // (1 if judged else TENTH))
        for way in ways():
            if given.way in (None, way.name):
                ours, peer = measure(way, folder / "all", folder / "out", rounds)
                few, _ = measure(way, folder / "tenth", folder / "out", 1)
                print_line(way, ours, peer, few[0], n, judged=judged)


def print_line(way: Way, ours: Sequence[Run], peer: Sequence[Run], few: Run, n: int, *, judged: bool) -> None:
    """Print what was measured of a way."""
    speed = statistics.median(a.wall / b.wall for a, b in zip(ours, peer, strict=True))
    memory = max(one.memory for one in ours) / few.memory
    more = (statistics.median(one.cpu for one in ours) - few.cpu) / (n * (1 - 1 / TENTH) / 1e6)
    print(
        f"| {way.name} | {figures(ours)} | {figures(peer)} | {speed:.2f} | "
        f"{verdict(speed, SPEED_BAR, judged=judged)} | {few.memory:.0f} | {memory:.2f} | "
        f"{verdict(memory, MEMORY_BAR, judged=judged)} | {more:.2f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
