"""What starting costs: processes that do one thing and end, against importing what they cannot do without.

Run from the root of a checkout: python -m benchmarks.starting [--size smallest|full]

Every process is new, in turn with its peer. Counted is the time of processors above that of a Python which
does nothing, run in turn too.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

ROUNDS = {"smallest": 2, "full": 15}
NOTHING = ("-c", "pass")
REPORT = "from intimacy_scales import reliability_report"


@dataclass(frozen=True)
class Start:
    """What is started, what it is compared with, and the bar of the ratio."""

    job: str
    ours: Sequence[str]
    peer_job: str
    peer: Sequence[str]
    bar: float


STARTS = (
    Start(
        "first score of one mapping",
        (
            "-W",
            "ignore",
            "-c",
            "from intimacy_scales import score\nscore('ras', {f'ras_{n}': 4 for n in range(1, 8)})",
        ),
        "importing pydantic, one model",
        ("-c", "import pydantic\nclass Answer(pydantic.BaseModel):\n    value: int = 1\nAnswer(value=3)"),
        1.1,
    ),
    Start(
        "intimacy-scales --help",
        ("-m", "intimacy_scales", "--help"),
        "importing typer",
        ("-c", "import typer"),
        2.0,
    ),
    Start(
        "importing intimacy_scales.plots",
        ("-c", "import intimacy_scales.plots"),
        "importing matplotlib's Figure",
        ("-c", "from matplotlib.figure import Figure"),
        1.2,
    ),
    Start(
        "importing a report and its plot",
        ("-c", f"{REPORT}\nfrom intimacy_scales.plots import reliability_forest"),
        "importing the report and matplotlib's Figure",
        ("-c", f"{REPORT}\nfrom matplotlib.figure import Figure"),
        1.2,
    ),
)


def seconds(given: Sequence[str]) -> float:
    """Run a Python to its end and return the time that processors spent on it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *given], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measure(start: Start, rounds: int) -> tuple[float, float, float]:
    """Return the medians of both above a Python that does nothing, and of their ratio."""
    for given in (start.ours, start.peer):
        seconds(given)  # so that everything was compiled, and read from the disk once
    ours, peer = [], []
    for _ in range(rounds):
        nothing = seconds(NOTHING)
        ours.append(seconds(start.ours) - nothing)
        peer.append(seconds(start.peer) - nothing)
    ratio = statistics.median(a / b for a, b in zip(ours, peer, strict=True))
    return statistics.median(ours), statistics.median(peer), ratio


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=ROUNDS, default="full")
    size = parser.parse_args().size
    print(f"processor time above a Python that does nothing; medians of {ROUNDS[size]} rounds in turn\n")
    print("| job | ours | peer | ratio | bar | |\n|---|---|---|---|---|---|")
    for start in STARTS:
        ours, peer, ratio = measure(start, ROUNDS[size])
        met = "not judged" if size != "full" else "met" if ratio <= start.bar else "MISSED"
        print(
            f"| {start.job} | {ours * 1e3:.0f} ms | {start.peer_job}: {peer * 1e3:.0f} ms | {ratio:.2f} | "
            f"{start.bar} | {met} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
