"""How far estimates, standard errors and tests of factor models can be trusted, on simulated answers.

Run from the root of a checkout: python -m benchmarks.factor_simulation [--size smallest|full] [--write FILE]

Nothing is judged: the tables are what docs/explanation/factor-simulation.md speaks of, and ``full``
writes them there; it takes some ten minutes. One version makes the same tables on every run.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.factor_populations import (
    CASES,
    CRITICAL,
    DF,
    MODEL,
    NAMES,
    PARTS,
    TABLES,
    Case,
    Floats,
    Population,
    followed,
    skipped,
)
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.cfa import cfa
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of, rule_of
from intimacy_scales.factor.confirmatory.estimation.solution import Solution, fit_of, solve
from intimacy_scales.factor.confirmatory.results.estimates import delta_errors
from intimacy_scales.factor.confirmatory.results.improper import improper_parts
from intimacy_scales.factor.reading import read_sample
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.moments.blas import one_blas_thread

SEED = 20_261
PAGE = Path("docs/explanation/factor-simulation.md")
BEGIN, END = "<!-- tables: benchmarks/factor_simulation.py -->\n", "<!-- end of tables -->\n"

GROUPS = 20  # of replications: leaving each out in turn tells the Monte Carlo error
KINDS = ("loadings", "correlation", "standardized loadings")
ESTIMATORS = ("ML", "MLR")
TESTS = ("ML", "MLR", "Satorra-Bentler")
FIGURES = (("mean", 0), ("% rejected", 0), ("scaling factor", 1))  # and the first test it is of


@dataclass(frozen=True)
class Effort:
    """How much is simulated: persons, replications, and how many of them with skipped answers too."""

    persons: tuple[int, ...]
    replications: int
    skipped: int


SIZES = {"smallest": Effort((200,), 12, 3), "full": Effort((200, 1_000), 2_500, 1_000)}


@dataclass(frozen=True)
class Found:
    """One sample's estimates, and errors and tests for ML and MLR.

    Attributes
    ----------
    estimates
        (17,): loadings, the factors' correlation, standardized loadings.
    errors
        (2, 17): their standard errors.
    chi_squares
        (3,): plain, scaled, and scaled as Satorra & Bentler do (nan with FIML).
    improper
        Whether the estimates are improper: covariances that are not positive semidefinite.
    """

    estimates: Floats
    errors: Floats
    chi_squares: Floats
    improper: bool


def fit_once(sample: SampleMoments) -> Found:
    """Estimate once for ML and MLR, which have the same estimates."""
    fiml = sample.missing == "fiml"
    robust = solve(TABLES[fiml], (sample,), discrepancy=discrepancy_of("MLR", rule_of([sample])))
    problem, at = robust.problem, robust.at
    information = problem.observed_information(at) if fiml else problem.expected_information(at)
    fit = fit_of(robust)
    assert fit.scaled is not None
    estimates, derivatives = followed(robust)
    plain = np.linalg.inv(information) / problem.n
    return Found(
        estimates=estimates,
        errors=np.array([delta_errors(derivatives, c) for c in (plain, robust.covariance)]),
        chi_squares=fit.chi_square
        / np.array([1.0, fit.scaled.scaling_factor, satorra_bentler(sample, robust)]),
        improper=bool(improper_parts(robust, (None,))),
    )


def satorra_bentler(sample: SampleMoments, solution: Solution) -> float:
    """Return the scaling factor of Satorra & Bentler (1994), by its formula with all pairs of pairs."""
    if sample.missing == "fiml" or sample.rows is None:
        return float("nan")
    part, basis = solution.problem.groups[0], solution.at.bases[0]
    (i, j), sigma = np.tril_indices(len(NAMES)), basis.covariances
    apart = sample.rows - sample.rows.mean(axis=0)
    fourth = np.cov((apart[:, i] * apart[:, j]).T, bias=True)
    left, right = basis.columns[:, part.structure.x], basis.columns[:, part.structure.y]
    moves = (basis.coefficients * (left[i] * right[j] + right[i] * left[j]))[:, part.chosen]
    weight = np.linalg.inv(
        sigma[np.ix_(i, i)] * sigma[np.ix_(j, j)] + sigma[np.ix_(i, j)] * sigma[np.ix_(j, i)]
    )
    pulled = weight @ moves
    residual = weight - pulled @ np.linalg.solve(moves.T @ pulled, pulled.T)
    return float(np.sum(residual * fourth)) / DF


def check_short_cut(found: Found, rows: Floats, way: str) -> None:
    """Stop where `cfa` says anything else than the short cut through it."""
    data = pd.DataFrame(rows, columns=NAMES)
    for missing in ("listwise", "fiml") if way == "complete" else (way,):
        for number, estimator in enumerate(ESTIMATORS):
            result = cfa(
                MODEL,
                data,
                estimator=estimator,  # type: ignore[arg-type]  # a plain text
                missing=missing,
                identification="fixed_factor",
                # of complete answers the tables have the expected information, whatever the rule
                information="expected" if way == "complete" and estimator == "ML" else None,
            )
            loadings = [p for p in result.parameters if p.op == "=~"]
            plain = [*loadings, result.parameters["f ~~ g"]]
            estimates = [p.estimate for p in plain] + [p.std_all for p in loadings]
            errors = [p.se for p in plain] + [p.std_all_se for p in loadings]
            test = result.fit if estimator == "ML" else result.fit.scaled
            assert test is not None
            np.testing.assert_allclose(estimates, found.estimates, rtol=1e-6)
            np.testing.assert_allclose(errors, found.errors[number], rtol=1e-6)
            np.testing.assert_allclose(test.chi_square, found.chi_squares[number], rtol=1e-6)


def measure(case: Case, n: int, effort: Effort) -> dict[str, list[Found | None]]:
    """Return what every replication gave with complete answers, listwise deletion and FIML."""
    rng = np.random.default_rng([SEED, CASES.index(case), n])
    results = defaultdict(list)
    for number in range(effort.replications):
        answers = case.draw(n, rng)
        tried = {"complete": answers}
        if case.skips and number < effort.skipped:
            tried["listwise"] = tried["fiml"] = np.where(skipped(n, rng), np.nan, answers)
        for way, rows in tried.items():
            results[way].append(attempt(rows, way, check=number == 0))
    return results


def attempt(rows: Floats, way: str, *, check: bool) -> Found | None:
    """Estimate from one sample; None where that fails."""
    data = pd.DataFrame(rows, columns=NAMES)
    try:
        found = fit_once(read_sample(data, NAMES, missing="fiml" if way == "fiml" else "listwise"))
    except EstimationError:
        return None
    if check:
        check_short_cut(found, rows, way)
    return found


@dataclass(frozen=True)
class Cell:
    """All replications of one way.

    Attributes
    ----------
    truth
        (17,): of the population.
    estimates, errors, chi_squares
        (R, 17), (R, 2, 17), (R, 3): as in `Found`.
    failed
        Replications without estimates, which are left out.
    improper
        Replications with improper estimates, which are not.
    """

    truth: Floats
    estimates: Floats
    errors: Floats
    chi_squares: Floats
    failed: int
    improper: int

    @classmethod
    def of(cls, results: list[Found | None], truth: Floats) -> Cell:
        """Put replications together."""
        there = [found for found in results if found is not None]
        return cls(
            truth,
            np.array([found.estimates for found in there]),
            np.array([found.errors for found in there]),
            np.array([found.chi_squares for found in there]),
            failed=len(results) - len(there),
            improper=sum(found.improper for found in there),
        )

    def bias(self, used: NDArray[np.bool_]) -> Floats:
        """Return bias in percent, and the empirical standard deviation, of each kind (6,)."""
        relative = 100 * (self.estimates[used].mean(axis=0) / self.truth - 1)
        return np.concatenate([by_kind(relative), by_kind(self.estimates[used].std(axis=0, ddof=1))])

    def errors_of(self, estimator: int, used: NDArray[np.bool_]) -> Floats:
        """Return mean standard error by empirical one, and coverage in percent, of each kind (6,)."""
        estimates, errors = self.estimates[used], self.errors[used, estimator]
        ratio = errors.mean(axis=0) / estimates.std(axis=0, ddof=1)
        holds = np.abs(estimates - self.truth) <= NormalDist().inv_cdf(0.975) * errors
        return np.concatenate([by_kind(ratio), by_kind(100 * holds.mean(axis=0))])

    def tests(self, used: NDArray[np.bool_]) -> Floats:
        """Return mean chi-squares, rejections in percent, and mean scaling factors (8,)."""
        chi = self.chi_squares[used]
        rejected = np.where(np.isnan(chi), np.nan, chi > CRITICAL)
        factors = chi[:, :1] / chi[:, 1:]
        return np.concatenate([chi.mean(axis=0), 100 * rejected.mean(axis=0), factors.mean(axis=0)])

    def with_error(self, figures: Callable[[NDArray[np.bool_]], Floats]) -> Iterator[tuple[float, float]]:
        """Yield figures with their Monte Carlo standard errors, by the jackknife over groups."""
        n = len(self.estimates)
        groups = min(GROUPS, n)
        ends = np.linspace(0, n, groups + 1).astype(int)
        parts = [(np.arange(n) < a) | (np.arange(n) >= b) for a, b in pairwise(ends)]
        spread = np.std([figures(part) for part in parts], axis=0) * (groups - 1) ** 0.5
        yield from zip(figures(np.ones(n, dtype=bool)).tolist(), spread.tolist(), strict=True)


def by_kind(values: Floats) -> Floats:
    """Return the mean over the parameters of each kind (3,)."""
    return np.array([values[part].mean() for part in PARTS])


def table(title: str, head: str, rows: list[list[str]]) -> str:
    """Write one table."""
    columns = head.split(" | ")
    lines = [f"### {title}\n", f"| {head} |", "|---" * len(columns) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def written(figures: Iterator[tuple[float, float]], digits: str) -> list[str]:
    """Write figures with their Monte Carlo errors, each with so many decimals."""
    pairs = zip(figures, digits, strict=True)
    return ["-" if np.isnan(x) else f"{x:.{d}f} ± {e:.{d}f}" for (x, e), d in pairs]


def populations(known: dict[str, Population], effort: Effort) -> str:
    """Write what was simulated."""
    rows = []
    for name, one in known.items():
        shape = [f"{x.min():.2f} to {x.max():.2f}" for x in (one.skewness, one.kurtosis)]
        rmsea = (one.misfit / DF) ** 0.5
        power = "; ".join(f"{n:,}: {100 * one.power(n):.1f}" for n in effort.persons)
        truth = [
            ", ".join(f"{x:.3f}" for x in one.truth[part]) for part in (slice(0, 4), PARTS[1], slice(9, 13))
        ]
        rows.append([name, *shape, *truth, f"{rmsea:.4f}", power])
    shown = "answers | skewness | excess kurtosis | loadings | correlation | standardized loadings"
    return table("Populations", f"{shown} | RMSEA | n: % rejected for it", rows)


def report(known: dict[str, Population], cells: dict[tuple[str, int, str], Cell], effort: Effort) -> str:
    """Write all tables as Markdown."""
    bias, errors, tests = [], [], []
    for (name, n, way), cell in cells.items():
        row = [name, f"{n:,}", way]
        counts = [f"{len(cell.estimates):,}", str(cell.failed), str(cell.improper)]
        bias.append([*row, *counts, *written(cell.with_error(cell.bias), "111333")])
        for number, estimator in enumerate(ESTIMATORS):
            found = cell.with_error(partial(cell.errors_of, number))
            errors.append([*row, estimator, *written(found, "222111")])
        tests.append([*row, *written(cell.with_error(cell.tests), "22211122")])
    first, kinds = "answers | n | answers used", " | ".join(KINDS)
    return "\n".join(
        [
            f"Seed {SEED}; {effort.replications:,} replications, {effort.skipped:,} with skipped answers.\n",
            populations(known, effort),
            table(
                "Bias, %, and standard deviation of estimates",
                f"{first} | replications | failed | improper | {kinds} | SD: {' | SD: '.join(KINDS)}",
                bias,
            ),
            table(
                "Mean standard error by standard deviation of estimates, and coverage of 95 % intervals, %",
                f"{first} | estimator | {kinds} | coverage: {' | coverage: '.join(KINDS)}",
                errors,
            ),
            table(
                f"Test of fit, {DF} degrees of freedom, at .05",
                " | ".join([first, *(f"{what}: {of}" for what, scaled in FIGURES for of in TESTS[scaled:])]),
                tests,
            ),
        ]
    )


def study(effort: Effort) -> str:
    """Simulate everything; return the tables."""
    known = {case.name: case.population() for case in CASES}
    cells = {
        (case.name, n, way): Cell.of(results, known[case.name].truth)
        for case in CASES
        for n in effort.persons
        for way, results in measure(case, n, effort).items()
    }
    return report(known, cells, effort)


def main() -> None:
    """Print the tables, and write them into a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a page with a place for the tables")
    given = parser.parse_args()
    if given.write and BEGIN not in (given.write.read_text(encoding="utf-8") if given.write.exists() else ""):
        parser.error(f"{given.write}: has no place for the tables, a line {BEGIN.strip()}")
    warnings.simplefilter("ignore")
    started = time.perf_counter()
    with one_blas_thread():
        text = study(SIZES[given.size])
    print(text)
    print(f"{(time.perf_counter() - started) / 60:.1f} minutes")
    page = given.write or (PAGE if given.size == "full" else None)
    if page:
        before, rest = page.read_text(encoding="utf-8").split(BEGIN)
        page.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
