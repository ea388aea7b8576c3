"""Speed of reliability against what people use, in the same run.

Run from the root of a checkout: python -m benchmarks.reliability [--size smallest|full]

pingouin and psych are compared where they are installed; nothing else needs them.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.paired import HEADER, Pair, line, paired
from intimacy_scales import Instrument, encode, load, simulate
from intimacy_scales.reliability import cronbach_alpha, item_analysis, item_moments, reliability_report

SIZES = {"smallest": 20_000, "full": 1_000_000}

R_SCRIPT = """
suppressPackageStartupMessages(library(psych))
answers <- read.csv("answers.csv")
scales <- split(names(answers), rep(1:5, each = 5))
one <- function() for (items in scales) alpha(answers[, items], check.keys = FALSE, warnings = FALSE)
invisible(one())
for (i in 1:as.integer(commandArgs(TRUE)[1])) cat(system.time(one())[["elapsed"]], "\\n")
raw <- function(items) alpha(answers[, items], check.keys = FALSE, warnings = FALSE)$total$raw_alpha
alphas <- sapply(scales, raw)
cat(format(alphas, digits = 15), "\\n")
"""


def a_form(n_scales: int, n_items: int, points: int) -> Instrument:
    """Return an instrument of so many scales of so many items, all keyed forward."""
    names = [[f"s{s}i{i}" for i in range(n_items)] for s in range(n_scales)]
    return Instrument.model_validate(
        {
            "id": "benchmark",
            "version": "1",
            "title": "For timing",
            "response_scale": {"minimum": 1, "maximum": points},
            "items": [{"id": name} for scale in names for name in scale],
            "scales": [{"id": f"s{s}", "items": scale} for s, scale in enumerate(names)],
        }
    )


def alpha_of_many(n: int, repetitions: int, *, judged: bool) -> str:
    """Time alpha from codes against numpy.cov of ready floats, in whichever order it is faster."""
    form = a_form(1, 8, 7)
    codes = encode(form, simulate(form, n, missing=0.03, rng=1).answers)
    ready = simulate(form, n, rng=1).answers.to_numpy(dtype=np.float64)
    by_column = np.asfortranarray(ready)

    def covariances() -> Any:
        return np.cov(by_column, rowvar=False)

    pair = paired(lambda: cronbach_alpha(codes), covariances, repetitions=repetitions)
    return line(f"alpha, pairwise, {n:,} x 8, from codes", "numpy.cov of float64", pair, 0.8, judged=judged)


def bootstrap(repetitions: int, *, judged: bool, n_resamples: int) -> str:
    """Time a bootstrap of alpha against a loop over pingouin."""
    if not find_spec("pingouin"):
        return "| bootstrap of alpha | | pingouin is not installed | | 0.04 | not compared |"
    import pingouin

    form = a_form(1, 5, 6)
    answers = simulate(form, 2_800, missing=0.01, rng=1).answers
    alpha = cronbach_alpha(encode(form, answers))

    def ours() -> Any:
        return alpha.confidence_interval(method="bootstrap", n_resamples=n_resamples, rng=1)

    def loop() -> Any:
        rng = np.random.default_rng(1)
        draws = (answers.iloc[rng.integers(0, len(answers), len(answers))] for _ in range(n_resamples))
        return np.quantile([pingouin.cronbach_alpha(draw)[0] for draw in draws], [0.025, 0.975])

    np.testing.assert_allclose([*ours()], loop(), atol=0.02)
    pair = paired(ours, loop, repetitions=repetitions)
    return line(
        f"{n_resamples:,} bootstrap alphas, 2,800 x 5", "pingouin in a loop", pair, 0.04, judged=judged
    )


def whole_report(n: int, repetitions: int, *, judged: bool) -> str:
    """Time a report of the full form against only checking the same table."""
    form = load("scii-48")
    answers = simulate(form, n, missing=0.03, rng=1).answers

    def check() -> Any:
        return encode(form, answers)

    pair = paired(lambda: reliability_report(form, answers), check, repetitions=repetitions)
    return line(f"whole report of scii-48, {n:,} persons", "encode of the same frame", pair, 5, judged=judged)


def answers_without_a_factor(n_scales: int, n: int, repetitions: int, *, judged: bool) -> str:
    """Time a report of answers that have nothing in common against one of answers with a factor."""
    form = a_form(n_scales, 6, 5)
    with_factor = simulate(form, n, rng=1).answers
    drawn = np.random.default_rng(1).integers(1, 6, with_factor.shape)
    without = pd.DataFrame(drawn, columns=with_factor.columns)
    pair = paired(
        lambda: reliability_report(form, without),
        lambda: reliability_report(form, with_factor),
        repetitions=repetitions,
    )
    what = f"report of {n_scales} scales of 6 items without a common factor, {n:,} persons"
    return line(what, "the same with a factor", pair, 2, judged=judged)


def against_psych(repetitions: int, *, judged: bool) -> str:
    """Time item analysis and alpha of five scales against psych::alpha, R's start-up not counted."""
    if not shutil.which("Rscript"):
        return "| items and alpha of 5 x 5 items | | Rscript is not installed | | 0.05 | not compared |"
    form = a_form(5, 5, 6)
    answers = simulate(form, 2_800, missing=0.007, rng=1).answers
    with tempfile.TemporaryDirectory() as folder:
        answers.to_csv(Path(folder) / "answers.csv", index=False)
        (Path(folder) / "peer.R").write_text(R_SCRIPT, encoding="utf-8")
        run = subprocess.run(
            ["Rscript", "peer.R", str(repetitions)], cwd=folder, capture_output=True, text=True, check=False
        )
    if run.returncode:
        return (
            f"| items and alpha of 5 x 5 items | | psych: {run.stderr.strip()[:60]} | | 0.05 | not compared |"
        )
    *seconds, alphas = run.stdout.strip().splitlines()

    codes = encode(form, answers)

    def from_answers(checked: Any) -> list[float]:
        moments = item_moments(form, checked)
        for scale in form.scale_ids:
            item_analysis(moments, scale=scale)
        return [float(cronbach_alpha(moments, scale=scale)) for scale in form.scale_ids]

    np.testing.assert_allclose(from_answers(codes), [float(a) for a in alphas.split()], atol=1e-10)
    theirs = [median(map(float, seconds))] * len(seconds)
    lines = []
    for job, given in (("from checked answers", codes), ("checking the table too", answers)):
        pair = Pair(_timed(partial(from_answers, given), len(seconds)), theirs)
        what = f"items and alpha of 5 x 5 items, 2,800 persons, {job}"
        lines.append(line(what, "psych::alpha", pair, 0.05, judged=judged))
    return "\n".join(lines)


def _timed(job: Callable[[], Any], repetitions: int) -> list[float]:
    """Return seconds of each run after one to warm up, without the garbage collector."""
    pair = paired(job, lambda: None, repetitions=repetitions)
    return pair.ours


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    size = parser.parse_args().size
    full = size == "full"
    repetitions = 9 if full else 3
    warnings.simplefilter("ignore")
    print(
        f"Simulated answers; medians of {repetitions} pairs (of the loop over pingouin: {3 if full else 1})\n"
    )
    print(HEADER)
    print(alpha_of_many(SIZES[size], repetitions, judged=full))
    print(bootstrap(3 if full else 1, judged=full, n_resamples=2_000 if full else 100))
    print(whole_report(SIZES[size] // 10, repetitions, judged=full))
    for n_scales in (2, 4, 16) if full else (4,):
        print(answers_without_a_factor(n_scales, 1_000, repetitions, judged=full))
    print(against_psych(repetitions, judged=full))


if __name__ == "__main__":
    main()
