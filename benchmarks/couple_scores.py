"""Speed of the scores of couples against scoring their answers, in CPU time.

Run from the root of a checkout: python -m benchmarks.couple_scores [--size smallest|full]

The couples are paired beforehand; what is timed begins with checked answers and ends with all scores of
couples, as arrays or as a frame. The peer, `score`, checks the answers of both partners too.
"""

from __future__ import annotations

import argparse
import time
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.paired import HEADER, line, paired
from intimacy_scales import score, simulate
from intimacy_scales.dyads import Dyads, couple_scores

SIZES = {"smallest": 20_000, "full": 1_000_000}
FORM = "scii-24"
DRAWN = 20_000  # persons, repeated as often as needed


def answers_of(n_couples: int) -> pd.DataFrame:
    """Return simulated answers of both partners, one row for each person."""
    drawn = simulate(FORM, DRAWN, couples=0.5, rng=1).answers.drop(columns=["couple", "partner"])
    times = -(-2 * n_couples // DRAWN)
    values = np.tile(drawn.to_numpy(dtype=float), (times, 1))[: 2 * n_couples]
    couple, partner = np.repeat(np.arange(n_couples), 2), np.tile([1, 2], n_couples)
    return pd.DataFrame(values, columns=drawn.columns).assign(couple=couple, partner=partner)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    options = parser.parse_args()
    full = options.size == "full"
    warnings.simplefilter("ignore")
    n, rounds = SIZES[options.size], 7 if full else 3
    table = answers_of(n)
    dyads = Dyads.from_long(FORM, table, couple="couple", person="partner")
    answers = table.drop(columns=["couple", "partner"])
    print(f"{n:,} couples, 24 items, 7 scales\n\n{HEADER}")
    for job, bar, ours in (
        ("scores of couples, as arrays", 3, lambda: couple_scores(replace(dyads)).columns()),
        ("scores of couples, as a pandas frame", 3, lambda: couple_scores(replace(dyads)).to_frame()),
    ):  # `replace`, since couples keep the scores that they were asked for
        pair = paired(ours, lambda: score(FORM, answers), repetitions=rounds, clock=time.process_time)
        print(line(job, "score", pair, bar, judged=full), flush=True)


if __name__ == "__main__":
    main()
