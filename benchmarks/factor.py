"""Speed of factor models against lavaan, psych and semopy, in the same run.

Run from the root of a checkout: python -m benchmarks.factor [--size smallest|full]

lavaan, psych and semopy are compared where they are installed; nothing else needs them. R's start-up
is not counted. The answers of 2,800 persons to 25 items are read from ../shared/oracles/data/bfi.csv
where that is, and simulated otherwise.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks.paired import HEADER, Pair, line, paired
from intimacy_scales import encode, item_moments, simulate
from intimacy_scales.factor import Model, cfa, efa
from intimacy_scales.reliability import mcdonald_omega

BFI = Path(__file__).parents[2] / "shared" / "oracles" / "data" / "bfi.csv"
TRAITS = ("A", "C", "E", "N", "O")
REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")
SIZES = {"smallest": 500, "full": 5_000}
FIML_BAR = 11  # a fifth of 56, see `fiml_of_sixty`

R_HEAD = """
suppressPackageStartupMessages({library(lavaan); library(psych)})
times <- function(n, f) { f(); for (i in 1:n) cat(system.time(f())[["elapsed"]], ""); cat("\\n") }
a <- commandArgs(TRUE); n <- as.integer(a[1])
"""
R_CFA = (
    R_HEAD
    + """
d <- read.csv("answers.csv"); model <- paste(readLines("model.txt"), collapse = "\\n")
f <- function() { x <- cfa(model, data = d, missing = a[2]); fitMeasures(x, c("chisq", "cfi", "rmsea")) }
times(n, f); cat(f()[["chisq"]], "\\n")
"""
)
R_OMEGA = (
    R_HEAD
    + """
d <- read.csv("answers.csv"); model <- paste(readLines("model.txt"), collapse = "\\n")
s <- cov(d); m <- nrow(d)
f <- function() { x <- cfa(model, sample.cov = s, sample.nobs = m, std.lv = TRUE)
  l <- lavInspect(x, "est"); sum(l$lambda)^2 / (sum(l$lambda)^2 + sum(diag(l$theta))) }
times(n, f); cat(format(f(), digits = 12), "\\n")
"""
)
R_EFA = (
    R_HEAD
    + """
suppressPackageStartupMessages(library(GPArotation)); d <- read.csv("answers.csv")
f <- function() fa(d, nfactors = 5, fm = "minres", rotate = "oblimin")
times(n, f); cat(format(sum(f()$communality), digits = 12), "\\n")
"""
)


def five_traits(n: int | None) -> tuple[pd.DataFrame, bool]:
    """Return answers to 25 items of five traits, reverse-keyed ones turned, and whether they are real."""
    names = [f"{trait}{i}" for trait in TRAITS for i in range(1, 6)]
    if BFI.is_file():
        table = pd.read_csv(BFI)[names]
        for name in REVERSED:
            table[name] = 7 - table[name]
        return (table if n is None else table.head(n)), True
    rng = np.random.default_rng(1)
    factors = rng.multivariate_normal(np.zeros(5), 0.3 + 0.7 * np.eye(5), n or 2_800)
    latent = 0.6 * np.repeat(factors, 5, axis=1) + 0.8 * rng.standard_normal((n or 2_800, 25))
    answers = np.digitize(latent, [-1.5, -0.8, -0.2, 0.4, 1.1]) + 1.0
    answers[rng.random(answers.shape) < 0.007] = np.nan
    return pd.DataFrame(answers, columns=names), False


def five_factors() -> str:
    """Return the model of five traits."""
    return "\n".join(f"{t} =~ {' + '.join(f'{t}{i}' for i in range(1, 6))}" for t in TRAITS)


def from_r(script: str, table: pd.DataFrame, model: str, *arguments: str) -> tuple[list[float], float] | str:
    """Run a script in R; return seconds and its result, or why there are none."""
    if not shutil.which("Rscript"):
        return "Rscript is not installed"
    with tempfile.TemporaryDirectory() as folder:
        table.to_csv(Path(folder) / "answers.csv", index=False)
        (Path(folder) / "model.txt").write_text(model, encoding="utf-8")
        (Path(folder) / "peer.R").write_text(script, encoding="utf-8")
        run = subprocess.run(
            ["Rscript", "peer.R", *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
    if run.returncode:
        return f"R: {run.stderr.strip()[:60]}"
    *_, seconds, result = run.stdout.strip().splitlines()
    return [float(s) for s in seconds.split()], float(result)


def against_r(
    what: str,
    peer: str,
    ours: Callable[[], float],
    theirs: tuple[list[float], float] | str,
    bar: float,
    *,
    judged: bool,
    tolerance: float = 1e-4,
) -> str:
    """Time a job against R, after comparing the results."""
    if isinstance(theirs, str):
        return f"| {what} | | {theirs} | | {bar} | not compared |"
    seconds, result = theirs
    np.testing.assert_allclose(ours(), result, rtol=tolerance)
    own = paired(ours, lambda: None, repetitions=max(len(seconds), 5)).ours
    return line(what, peer, Pair(own, [median(seconds)] * len(own)), bar, judged=judged)


def cfa_of_five(n: int | None, repetitions: int, *, judged: bool) -> list[str]:
    """Time the model of five traits by ML and by FIML against lavaan and semopy."""
    table, real = five_traits(n)
    what = f"{'bfi' if real else 'simulated'}, 25 items, 5 factors, n = {len(table):,}"
    model, lines = five_factors(), []

    def ml() -> float:
        return cfa(model, table).fit.chi_square

    def fiml() -> float:
        return cfa(model, table, missing="fiml").fit.chi_square

    r = from_r(R_CFA, table, model, str(repetitions), "listwise")
    lines.append(against_r(f"{what}: ML with SEs and fit", "lavaan", ml, r, 0.3, judged=judged))
    lines.append(
        against_semopy(f"{what}: ML with SEs and fit", table.dropna(), model, ml, repetitions, judged=judged)
    )
    r = from_r(R_CFA, table, model, "1", "fiml")
    lines.append(against_r(f"{what}: FIML", "lavaan", fiml, r, 0.1, judged=judged))
    return lines


def against_semopy(
    what: str, table: pd.DataFrame, model: str, ours: Callable[[], float], repetitions: int, *, judged: bool
) -> str:
    """Time a job against semopy."""
    if not find_spec("semopy"):
        return f"| {what} | | semopy is not installed | | 0.3 | not compared |"
    semopy: Any = importlib.import_module("semopy")

    def theirs() -> Any:
        fitted = semopy.Model(model)
        fitted.fit(table)
        return fitted.inspect(), semopy.calc_stats(fitted)

    _, stats = theirs()
    np.testing.assert_allclose(ours(), float(stats["chi2"].iloc[0]), rtol=1e-2)
    return line(what, "semopy", paired(ours, theirs, repetitions=repetitions), 0.3, judged=judged)


def cfa_of_six(n: int, repetitions: int, *, judged: bool) -> str:
    """Time the six scales of the full form against lavaan."""
    answers = simulate("scii-48", n, rng=1).answers
    codes = encode("scii-48", answers)
    model = Model.from_instrument("scii-48")
    keyed = answers.copy()
    for key in (key for scale in codes.instrument.scales for key in scale.keys if key.reverse):
        keyed[key.item] = 8 - keyed[key.item]
    what = f"scii-48 simulated, 6 factors, n = {n:,}: ML"
    r = from_r(R_CFA, keyed, str(model), str(repetitions), "listwise")
    return against_r(what, "lavaan", lambda: cfa(model, codes).fit.chi_square, r, 0.3, judged=judged)


def omega_of_eight(n: int, repetitions: int, *, judged: bool) -> str:
    """Time omega total of one scale from moments against a one-factor model in lavaan."""
    form = "scii-48"
    answers = simulate(form, n, rng=1).answers
    codes = encode(form, answers)
    moments = item_moments(form, codes)
    keys = codes.instrument.scale("trust").keys
    keyed = pd.DataFrame({k.item: 8 - answers[k.item] if k.reverse else answers[k.item] for k in keys})
    model = Model.one_factor(tuple(keyed.columns))
    r = from_r(R_OMEGA, keyed, str(model), str(repetitions))

    def ours() -> float:
        return mcdonald_omega(moments, scale="trust").estimate

    return against_r(
        "omega total of 8 items from moments", "lavaan, from covariances", ours, r, 0.1, judged=judged
    )


def fiml_of_sixty(n: int, repetitions: int, *, judged: bool) -> str:
    """Time FIML of 60 items, where nearly each person lacks other answers, against eigenvectors of a matrix.

    No peer does this in seconds. The bar is a fifth of what the first version of the likelihood of many
    patterns took compared with the same matrix.
    """
    rng = np.random.default_rng(1)
    factors = rng.multivariate_normal(np.zeros(6), 0.3 + 0.7 * np.eye(6), n)
    x = 0.7 * np.repeat(factors, 10, axis=1) + 0.7 * rng.standard_normal((n, 60))
    x[rng.random(x.shape) < 0.1] = np.nan
    table = pd.DataFrame(x, columns=[f"x{i}" for i in range(60)])
    model = "\n".join(f"f{k} =~ " + " + ".join(f"x{i}" for i in range(10 * k, 10 * k + 10)) for k in range(6))
    matrix = rng.standard_normal((400, 400))
    matrix = matrix + matrix.T
    with threadpool_limits(1):
        pair = paired(
            lambda: cfa(model, table, missing="fiml").fit.chi_square,
            lambda: np.linalg.eigh(matrix),
            repetitions=repetitions,
        )
    what = f"60 items, 6 factors, n = {n:,}, 10 % missing: FIML"
    return line(what, "numpy.linalg.eigh of 400 x 400", pair, FIML_BAR, judged=judged)


def efa_of_five(n: int | None, repetitions: int, *, judged: bool) -> str:
    """Time exploratory factors with ten random starts against psych with one."""
    table, real = five_traits(n)
    what = f"{'bfi' if real else 'simulated'}: EFA minres + oblimin, 10 random starts"
    r = from_r(R_EFA, table, "", str(repetitions))

    def ours() -> float:
        return float(efa(table, 5, n_starts=10).communalities.sum())

    return against_r(what, "psych::fa, 1 start", ours, r, 0.5, judged=judged, tolerance=1e-3)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    size = parser.parse_args().size
    full = size == "full"
    repetitions = 9 if full else 2
    warnings.simplefilter("ignore")
    print(f"Medians of {repetitions} runs, of FIML in lavaan of one\n")
    print(HEADER)
    for text in cfa_of_five(None if full else 400, repetitions, judged=full):
        print(text, flush=True)
    print(cfa_of_six(SIZES[size], repetitions, judged=full), flush=True)
    print(omega_of_eight(SIZES[size], repetitions, judged=full), flush=True)
    print(fiml_of_sixty(500 if full else 250, repetitions, judged=full), flush=True)
    print(efa_of_five(None if full else 400, repetitions, judged=full), flush=True)


if __name__ == "__main__":
    main()
