"""Peak memory of score_stream over Parquet: the same for few and for many rows.

Run from the root of a checkout: python -m benchmarks.streaming [--size smallest|full]

Each size is streamed in a process of its own, whose peak resident memory the system reports.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = {"smallest": (500_000, 1_000_000), "full": (1_000_000, 20_000_000)}
BLOCK = 50_000
ROW_GROUP = 500_000  # half of what pyarrow writes by default
BAR = 1.10

STREAM = """
import resource, sys, warnings
import pyarrow.parquet as pq
from intimacy_scales import score_stream
warnings.simplefilter("ignore")
file = pq.ParquetFile(sys.argv[1], pre_buffer=False)
n, summary = 0, None
for scores in score_stream("scii-48", file.iter_batches(batch_size=50_000)):
    n += len(scores)
    part = scores.summary()
    summary = part if summary is None else summary + part
print(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, repr(summary.scales[-1].mean))
"""


def write(path: Path, n_rows: int) -> None:
    """Write one block of simulated answers again and again."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from intimacy_scales import simulate

    answers = simulate("scii-48", BLOCK, missing=0.03, rng=1).answers.astype("Int8")
    block = pa.Table.from_pandas(answers, preserve_index=False)
    group = min(n_rows, ROW_GROUP)
    table = pa.concat_tables([block] * (group // BLOCK))
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(n_rows // group):
            writer.write_table(table)


def peak(path: Path) -> tuple[int, int, str]:
    """Stream a file in a fresh process; return rows, peak memory in KiB, and the mean total."""
    run = subprocess.run(
        [sys.executable, "-c", STREAM, str(path)], check=True, capture_output=True, text=True
    )
    n, memory, mean = run.stdout.split()
    return int(n), int(memory), mean


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    size = parser.parse_args().size
    peaks, means = [], set()
    print("| rows x 48 | peak memory | mean of total |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for n_rows in SIZES[size]:
            path = Path(folder) / "answers.parquet"
            write(path, n_rows)
            n, memory, mean = peak(path)
            if n != n_rows:
                raise AssertionError(f"{n} rows came out of {n_rows}")
            peaks.append(memory)
            means.add(mean)
            print(f"| {n:,} | {memory / 1024:.0f} MiB | {mean} |")
    if len(means) != 1:
        raise AssertionError("the same answers again and again changed the mean")
    ratio = peaks[1] / peaks[0]
    print(
        f"\nratio {ratio:.2f}, bar {BAR}: {'met' if ratio <= BAR else 'MISSED'}; the mean is equal to the bit"
    )


if __name__ == "__main__":
    main()
