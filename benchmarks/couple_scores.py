"""Speed of the scores of couples against scoring their answers, in CPU time.

Run from the root of a checkout: python -m benchmarks.couples

The couples are paired beforehand; what is timed begins with checked answers and ends with all scores of
couples, as arrays or as a frame. The peer, `score`, checks the answers of both partners too.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks.paired import line, paired
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


def lines(n: int, repetitions: int, *, judged: bool) -> list[str]:
    """Time the scores of n couples of 24 items on 7 scales."""
    table = answers_of(n)
    dyads = Dyads.from_long(FORM, table, couple="couple", person="partner")
    answers = table.drop(columns=["couple", "partner"])
    texts = []
    for what, ours in (
        ("arrays", lambda: couple_scores(replace(dyads)).columns()),
        ("a pandas frame", lambda: couple_scores(replace(dyads)).to_frame()),
    ):  # `replace`, since couples keep the scores that they were asked for
        pair = paired(ours, lambda: score(FORM, answers), repetitions=repetitions, clock=time.process_time)
        job = f"scores of {n:,} couples on 7 scales, as {what}"
        texts.append(line(job, f"score of {2 * n:,} persons", pair, 3, judged=judged))
    return texts
