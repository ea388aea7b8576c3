"""Speed of the ladder of invariance across partners against lavaan, in the same run.

Run from the root of a checkout: python -m benchmarks.couples

lavaan fits the six models that `dyadic_invariance` writes, with fit measures and difference tests, after
their chi-squares were compared; the start of R is not counted. Both are timed in CPU time. The answers of 118
couples to five items are read from ../shared/oracles/data/commitmentQ.csv where that is, and simulated
otherwise.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.paired import Pair, line, paired
from intimacy_scales import Instrument
from intimacy_scales.dyads import DyadicInvariance, Dyads, dyadic_invariance

COUPLES = Path(__file__).parents[2] / "shared" / "oracles" / "data" / "commitmentQ.csv"
REPETITIONS = {"smallest": 2, "full": 9}
BAR = 0.2
OPTIONS: tuple[dict[str, Any], ...] = ({}, {"estimator": "MLR"}, {"missing": "fiml"})

R_LADDER = """
suppressPackageStartupMessages(library(lavaan))
a <- commandArgs(TRUE); n <- as.integer(a[1]); d <- read.csv("answers.csv", check.names = FALSE)
m <- lapply(sprintf("model%d.txt", 1:as.integer(a[4])), function(f) paste(readLines(f), collapse = "\\n"))
ladder <- function() {
  fits <- lapply(m, cfa, data = d, estimator = a[2], missing = a[3], meanstructure = TRUE,
                 auto.fix.first = FALSE)
  lapply(fits, fitMeasures); do.call(lavTestLRT, fits); fits }
ladder()
for (i in 1:n) { t <- system.time(f <- ladder()); cat(t[["user.self"]] + t[["sys.self"]], "") }
cat("\\n", sapply(f, function(x) fitMeasures(x, "chisq")), "\\n")
"""


def couples() -> tuple[Dyads, bool]:
    """Return couples with answers to five items, and whether they are real."""
    items = [f"item{n}" for n in range(1, 6)]
    form = Instrument.model_validate(
        {
            "id": "five", "version": "1", "title": "Five items", "evidence": {"status": "published"},
            "response_scale": {"minimum": 1, "maximum": 9}, "items": [{"id": item} for item in items],
            "scales": [{"id": "five", "items": items}],
        }
    )  # fmt: skip
    columns = {p: {f"item{n}": f"sat.g.{k}_{n}" for n in range(1, 6)} for k, p in ((1, "a"), (2, "b"))}
    names = [name for partner in columns.values() for name in partner.values()]
    if COUPLES.is_file():
        return Dyads.from_wide(form, pd.read_csv(COUPLES)[names], columns=columns, role=True), True
    rng = np.random.default_rng(1)
    factors = np.repeat(rng.multivariate_normal([6, 6], [[3, 2], [2, 3]], 118), 5, axis=1)
    answers = np.clip(np.rint(factors + rng.normal(size=factors.shape)), 1, 9)
    answers[rng.random(answers.shape) < 0.01] = np.nan
    return Dyads.from_wide(form, pd.DataFrame(answers, columns=names), columns=columns, role=True), False


def from_r(dyads: Dyads, tested: DyadicInvariance, repetitions: int) -> tuple[list[float], list[float]] | str:
    """Return lavaan's seconds and the chi-squares of its models, or why there are none."""
    if not shutil.which("Rscript"):
        return "Rscript is not installed"
    first = next(iter(tested.models.values()))
    with tempfile.TemporaryDirectory() as folder:
        dyads.to_wide(keyed=True).to_csv(Path(folder) / "answers.csv", index=False)
        for n, model in enumerate(tested.models.values(), 1):
            (Path(folder) / f"model{n}.txt").write_text(str(model.model) + "\n", encoding="utf-8")
        (Path(folder) / "peer.R").write_text(R_LADDER, encoding="utf-8")
        options = [str(repetitions), first.estimator, first.missing, str(len(tested.models))]
        run = subprocess.run(
            ["Rscript", "peer.R", *options], cwd=folder, capture_output=True, text=True, check=False
        )
    if run.returncode:
        return f"R: {run.stderr.strip()[:60]}"
    *_, seconds, values = run.stdout.strip().splitlines()
    return [float(s) for s in seconds.split()], [float(v) for v in values.split()]


def ladder(repetitions: int, *, judged: bool) -> list[str]:
    """Time the whole ladder, after comparing the chi-squares."""
    dyads, real = couples()
    lines = []
    for options in OPTIONS:
        tested = dyadic_invariance(dyads, "five", **options)
        named = " ".join(options.values()) or "ML"
        what = f"{'real' if real else 'simulated'} couples, {tested.n_couples} x 5 items, six models: {named}"
        theirs = from_r(dyads, tested, repetitions)
        if isinstance(theirs, str):
            lines.append(f"| {what} | | {theirs} | | {BAR} | not compared |")
            continue
        seconds, values = theirs
        ours = [model.fit.chi_square for model in tested.models.values()]
        np.testing.assert_allclose(ours, values, rtol=1e-4)
        with threadpool_limits(1):
            timed = paired(
                lambda options=options: dyadic_invariance(dyads, "five", **options),
                lambda: None,
                repetitions=max(repetitions, 5),
                clock=time.process_time,
            ).ours
        lines.append(line(what, "lavaan", Pair(timed, [median(seconds)] * len(timed)), BAR, judged=judged))
    return lines
