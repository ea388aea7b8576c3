"""How often intervals hold what the population has, on simulated answers.

Run from the root of a checkout:
python -m benchmarks.coverage [--of WHAT] [--size smallest|full] [--write FILE]

WHAT is alpha (here), others (`benchmarks.coefficient_coverage`), agreement (`benchmarks.agreement_coverage`:
ICC, limits of agreement, HTMT), couples (`benchmarks.couple_coverage`, `benchmarks.couple_agreement`),
schmid-leiman or all. Nothing is judged: the tables are those of docs/explanation/alpha-intervals.md,
docs/explanation/intervals.md and docs/explanation/couples.md. One version makes the same tables on every run;
``full`` takes some twenty minutes for alpha, and as many for the others.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import agreement_coverage, coefficient_coverage, couple_agreement, couple_coverage
from intimacy_scales import Instrument, encode, simulate
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability import CronbachAlpha, cronbach_alpha, item_moments_stream
from intimacy_scales.reliability.consistency.alpha import METHODS

SEED = 20_260
ITEMS = 8
LEVEL = 0.95
POOL = 200_000  # persons simulated at a time, then dealt out to samples
BATCHES = 40  # of the population: their spread tells its standard error
RESAMPLING = ("bootstrap", "bca")
FROM_ANSWERS = ("adf", *RESAMPLING)
CLOSED = tuple(method for method in METHODS if method not in FROM_ANSWERS)

ALIKE = (0.6,) * ITEMS
STRONG = (0.9,) * ITEMS
UNLIKE = tuple(np.linspace(0.3, 0.8, ITEMS).tolist())
NORMAL = tuple(np.linspace(-3.5, 3.5, 100).tolist())
SHARES = (0.02, 0.04, 0.09, 0.25, 0.60)  # of the five answers, disagree strongly to agree strongly
SKEWED = tuple(NormalDist().inv_cdf(float(share)) for share in np.cumsum(SHARES)[:-1])

Samples = Iterator[tuple[CodedResponses, NDArray[Any] | None]]
Ends = dict[tuple[str, str], list[tuple[float, float]]]


@dataclass(frozen=True)
class Effort:
    """How much is simulated: sample sizes, replications (with and without resampling), population."""

    persons: tuple[int, ...]
    replications: int
    resampled: int
    resamples: int
    population: int


SIZES = {
    "smallest": Effort((50,), 60, 20, 100, 100_000),
    "full": Effort((50, 200, 1_000), 10_000, 2_000, 1_000, 4_000_000),
}


@dataclass(frozen=True)
class Case:
    """One model of answers: normal factor, cuts of the latent response, loadings, couples, missing."""

    name: str
    cuts: tuple[float, ...]
    loadings: tuple[float, ...] = ALIKE
    couples: float | None = None
    missing: float = 0.0

    @cached_property
    def form(self) -> Instrument:
        """An instrument of one scale with as many points as the cuts make."""
        items = [f"item_{number}" for number in range(1, ITEMS + 1)]
        return Instrument.model_validate(
            {
                "id": "coverage",
                "version": "1",
                "title": "Simulated scale",
                "evidence": {"status": "draft"},
                "response_scale": {"minimum": 1, "maximum": len(self.cuts) + 1},
                "items": [{"id": item} for item in items],
                "scales": [{"id": "scale", "items": items}],
            }
        )

    def answers(self, n: int, rng: np.random.Generator) -> Any:
        """Simulate a table of n persons, with a column ``couple`` where they come in couples."""
        loadings = dict(zip(self.form.item_ids, self.loadings, strict=True))
        simulated = simulate(
            self.form,
            n,
            loadings=loadings,
            thresholds=self.cuts,
            couples=self.couples,
            missing=self.missing,
            rng=rng,
        )
        return simulated.answers

    def samples(self, n: int, count: int, rng: np.random.Generator) -> Samples:
        """Yield samples of n persons and their couples; nobody is in two of them."""
        at_once = max(1, POOL // n)
        for start in range(0, count, at_once):
            size = n * min(at_once, count - start)
            table = self.answers(size, rng)
            coded = encode(self.form, table)
            couple = table["couple"].to_numpy() if self.couples is not None else None
            for first in range(0, size, n):
                rows = slice(first, first + n)
                sample = CodedResponses(instrument=self.form, codes=coded.codes[rows])
                yield sample, None if couple is None else couple[rows]

    @property
    def ways(self) -> tuple[str, ...]:
        """Every way of making intervals that is tried, one row of the tables for each."""
        if self.couples is not None:
            return ("couples ignored", "couples as clusters", "n = couples")
        if self.missing:
            return ("n = harmonic mean", "n = all rows", "n = mean of items", "n = fewest of a pair")
        return ("",)


CASES = (
    Case("normal", NORMAL),
    Case("normal, unequal loadings", NORMAL, loadings=UNLIKE),
    Case("skewed", SKEWED),
    Case("skewed, unequal loadings", SKEWED, loadings=UNLIKE),
    Case("normal, couples", NORMAL, couples=0.6),
    Case("skewed, couples", SKEWED, couples=0.6),
    Case("normal, 10 % missing", NORMAL, missing=0.1),
    Case("normal, 30 % missing", NORMAL, missing=0.3),
    Case("normal, loadings .9, 10 % missing", NORMAL, loadings=STRONG, missing=0.1),
)


@dataclass(frozen=True)
class Truth:
    """Alpha of a very large sample, its standard error, and the shape of an item's answers."""

    alpha: float
    error: float
    skewness: float
    kurtosis: float


def population(case: Case, n: int) -> Truth:
    """Compute alpha of n simulated persons with complete answers."""
    case = Case(case.name, case.cuts, case.loadings)  # couples and missing answers leave it as it is
    rng = np.random.default_rng([SEED, 0])
    total = item_moments_stream(case.form, [])
    alphas = []
    for _ in range(BATCHES):
        part = item_moments_stream(case.form, [case.answers(n // BATCHES, rng)])
        alphas.append(cronbach_alpha(part).estimate)
        total += part
    shares = total.frequencies[0, 1:] / total.n_persons
    points = np.arange(len(shares))
    apart = points - shares @ points
    variance = shares @ apart**2
    return Truth(
        alpha=cronbach_alpha(total).estimate,
        error=float(np.std(alphas, ddof=1)) / BATCHES**0.5,
        skewness=float(shares @ apart**3 / variance**1.5),
        kurtosis=float(shares @ apart**4 / variance**2 - 3),
    )


def counted(way: str, alpha: CronbachAlpha) -> int | None:
    """Return the n that a closed form is to count on, or None for its default."""
    if way == "n = couples":
        return alpha.n_persons // 2
    if way == "n = all rows":
        return alpha.n_persons
    if way == "n = mean of items":
        return int(np.mean(np.diag(alpha.moments.counts)))
    return alpha.moments.n_pairs[0] if way == "n = fewest of a pair" else None


def methods_of(way: str, resampled: bool) -> tuple[str, ...]:
    """Return the methods that a way applies to."""
    from_answers = FROM_ANSWERS if resampled else ("adf",)
    if way == "couples as clusters":
        return from_answers
    return CLOSED if way.startswith("n = ") and way != "n = harmonic mean" else (*CLOSED, *from_answers)


def measure(case: Case, n: int, effort: Effort) -> tuple[Ends, float]:
    """Return the ends of every interval of every replication, and the mean estimate.

    The first replications are resampled too; both bootstraps see the same resamples.
    """
    place = CASES.index(case)
    rng, seeds = (np.random.default_rng([SEED, part, place, n]) for part in (1, 2))
    ends: Ends = {}
    estimates = []
    for number, (sample, couple) in enumerate(case.samples(n, effort.replications, rng)):
        alpha = cronbach_alpha(sample)
        estimates.append(alpha.estimate)
        seed = int(seeds.integers(2**62))
        for way in case.ways:
            for method in methods_of(way, number < effort.resampled):
                low, high = alpha.confidence_interval(
                    LEVEL,
                    method,  # type: ignore[arg-type]  # a plain text
                    n=counted(way, alpha),
                    n_resamples=effort.resamples,
                    rng=seed if method in RESAMPLING else None,
                    clusters=couple if way == "couples as clusters" else None,
                )
                ends.setdefault((way, method), []).append((low, high))
    return ends, float(np.mean(estimates))


@dataclass(frozen=True)
class Coverage:
    """What became of one kind of interval: shares of all that are defined."""

    below: float
    above: float
    width: float
    defined: int
    undefined: int

    @classmethod
    def of(cls, ends: list[tuple[float, float]], alpha: float) -> Coverage:
        """Count the intervals that hold alpha."""
        low, high = np.array(ends).T
        there = ~np.isnan(low)
        low, high = low[there], high[there]
        width = float(np.mean(high - low))
        undefined = int(np.count_nonzero(~there))
        return cls(float(np.mean(alpha < low)), float(np.mean(alpha > high)), width, len(low), undefined)

    def covered(self) -> str:
        """Write the share that holds alpha, in percent, with its Monte Carlo standard error."""
        share = 1 - self.below - self.above
        error = (share * (1 - share) / self.defined) ** 0.5
        return f"{100 * share:.1f} ± {100 * error:.1f}"

    def misses(self) -> str:
        """Write the shares with alpha below and above the interval, in percent."""
        return f"{100 * self.below:.1f} / {100 * self.above:.1f}"

    def wide(self) -> str:
        """Write the mean width."""
        return f"{self.width:.4f}"


Results = dict[tuple[str, int, str], dict[str, Coverage]]


def table(title: str, results: Results, write: Callable[[Coverage], str]) -> str:
    """Write one table, a column for each method."""
    lines = [
        f"### {title}\n",
        f"| answers | n | way | {' | '.join(METHODS)} |",
        "|---|---|---" + "|---" * 7 + "|",
    ]
    for (name, n, way), row in results.items():
        cells = [write(row[method]) if method in row else "-" for method in METHODS]
        lines.append(f"| {name} | {n:,} | {way} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def heading(effort: Effort, results: Results) -> str:
    """Say what was simulated, and which intervals were not defined."""
    undefined = [
        f"{cell.undefined} of {method} ({name}, n = {n:,}{way and ', '}{way})"
        for (name, n, way), row in results.items()
        for method, cell in row.items()
        if cell.undefined
    ]
    return (
        f"Simulated answers, seed {SEED}, {ITEMS} items, {LEVEL:.0%} intervals. {effort.replications:,} "
        f"replications; bootstrap and bca: the first {effort.resampled:,}, with {effort.resamples:,} "
        f"resamples each. Populations of {effort.population:,}.\n\n"
        f"Undefined intervals, left out: {'; '.join(undefined) or 'none'}.\n"
    )


def study(effort: Effort) -> str:
    """Simulate everything; return the tables as Markdown."""
    results: Results = {}
    known: dict[tuple[Any, Any], Truth] = {}
    means = ["### Populations and mean estimates\n"]
    means.append("| answers | alpha | its SE | skewness | excess kurtosis | n: mean estimate |")
    means.append("|---|---|---|---|---|---|")
    for case in CASES:
        model = (case.cuts, case.loadings)
        if model not in known:
            known[model] = population(case, effort.population)
        truth, found = known[model], []
        for n in effort.persons:
            ends, mean = measure(case, n, effort)
            found.append(f"{n:,}: {mean:.4f}")
            for (way, method), pairs in ends.items():
                results.setdefault((case.name, n, way), {})[method] = Coverage.of(pairs, truth.alpha)
        shape = f"{truth.alpha:.5f} | {truth.error:.5f} | {truth.skewness:.2f} | {truth.kurtosis:.2f}"
        means.append(f"| {case.name} | {shape} | {'; '.join(found)} |")
    return "\n".join(
        [
            heading(effort, results),
            *means,
            "",
            table("Coverage, %, ± Monte Carlo standard error", results, Coverage.covered),
            table("Misses, %: alpha below / above the interval", results, Coverage.misses),
            table("Mean width", results, Coverage.wide),
        ]
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--of", choices=("alpha", "others", "agreement", "couples", "schmid-leiman", "all"), default="all"
    )
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the tables to a file")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    started = time.perf_counter()
    texts = []
    if given.of in ("alpha", "all"):
        texts.append(study(SIZES[given.size]))
    if given.of in ("others", "all"):
        texts.append(coefficient_coverage.study(coefficient_coverage.SIZES[given.size]))
    if given.of in ("agreement", "all"):
        texts.append(agreement_coverage.study(agreement_coverage.SIZES[given.size]))
    if given.of in ("couples", "all"):
        texts.append(couple_coverage.study(couple_coverage.SIZES[given.size]))
        texts.append(couple_agreement.study(*couple_agreement.SIZES[given.size]))
    if given.of in ("schmid-leiman", "all"):
        effort = coefficient_coverage.SCHMID_LEIMAN[given.size]
        texts.append(coefficient_coverage.schmid_leiman_study(effort))
    text = "\n".join(texts)
    print(text)
    print(f"{(time.perf_counter() - started) / 60:.1f} minutes")
    if given.write:
        given.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
