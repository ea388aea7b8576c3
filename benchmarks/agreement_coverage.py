"""How often intervals of agreement hold the value of the population: ICC, limits of agreement, and HTMT.

`benchmarks.coverage` runs it after its other tables, or alone with ``--of agreement``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.coefficient_coverage import CASES as ANSWERS
from benchmarks.coefficient_coverage import LEVEL, SKEWED, SYMMETRIC, Ends, shown
from intimacy_scales import encode
from intimacy_scales.factor import htmt
from intimacy_scales.reliability import group_icc, intraclass_corr, test_retest

SEED = 20_262
PERSON, RATER, ERROR = 0.6, 0.1, 0.3  # shares of the variance of a latent rating
RATERS = 4
FIXED_RATERS = np.array([-0.4, -0.1, 0.1, 0.4])  # levels of raters whom ICC(3,1) takes as given
DISTRIBUTIONS: dict[str, tuple[float, ...] | None] = {
    "normal": None,
    "symmetric, five points": SYMMETRIC,
    "skewed, five points": SKEWED,
}
MODEL = "a =~ a1 + a2 + a3 + a4\nb =~ b1 + b2 + b3 + b4"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Effort:
    """Sample sizes, replications (of F intervals, of HTMT's bootstrap), resamples, population."""

    persons: tuple[int, ...]
    replications: int
    resampled: int
    resamples: int
    population: int


SIZES = {
    "smallest": Effort((40,), 10, 2, 100, 20_000),
    "full": Effort((30, 100, 400), 2_000, 300, 500, 2_000_000),
}


def observed(latent: Floats, cuts: tuple[float, ...] | None) -> Floats:
    """Return latent values as they are, or as points from 1."""
    return latent if cuts is None else 1.0 + np.searchsorted(np.array(cuts), latent)


def ratings(n: int, raters: Floats, rng: np.random.Generator) -> Floats:
    """Draw latent ratings (n, k) of n persons by raters of these levels: (k,), or (n, k) if each is new."""
    persons = PERSON**0.5 * rng.standard_normal((n, 1))
    return persons + raters + ERROR**0.5 * rng.standard_normal((n, raters.shape[-1]))


def new_raters(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Draw levels of raters."""
    return RATER**0.5 * rng.standard_normal(shape)


def of_icc(number: int) -> Callable[[Floats], Ends]:
    """Return what gives the interval of one of the three single-rating forms."""

    def ends(table: Floats) -> Ends:
        form = list(intraclass_corr(table, on_invalid="accept"))[number - 1]
        low, high = form.confidence_interval(LEVEL)
        return low, high

    return ends


def of_groups(table: Floats) -> Ends:
    """Return the interval of ICC(1) of pairs."""
    labels = np.repeat(np.arange(len(table)), table.shape[1])
    low, high = group_icc(table.ravel(), labels, on_invalid="accept").confidence_interval(LEVEL)
    return low, high


def of_limit(end: str) -> Callable[[Floats], Ends]:
    """Return what gives the interval of one limit of agreement of two occasions."""

    def ends(table: Floats) -> Ends:
        retest = test_retest(table[:, 0], table[:, 1], on_invalid="accept")
        low, high = getattr(retest.limits_of_agreement(confidence_level=LEVEL), f"{end}_interval")
        return low, high

    return ends


@dataclass(frozen=True)
class Figure:
    """An interval, how its samples are drawn, and what it has in the population."""

    name: str
    draw: Callable[[int, np.random.Generator], Floats]
    ends: Callable[[Floats], Ends]
    truth: Callable[[Floats], float]
    pairs: bool = False  # whether the population is one of pairs of ratings by new raters


def correlation(table: Floats) -> float:
    """Return the covariance of two ratings of a person relative to the variance of all ratings."""
    first, second = table[:, 0], table[:, 1]
    mean = table.mean()
    return float(((first - mean) * (second - mean)).mean() / ((table - mean) ** 2).mean())


def consistency(table: Floats) -> float:
    """Return the mean covariance of raters relative to the mean of (variance of a rater's ratings)."""
    covariances = np.cov(table, rowvar=False)
    k = len(covariances)
    variance = float(np.trace(covariances)) / k
    return (float(covariances.sum()) / k - variance) / (k - 1) / variance


def limit(sign: int) -> Callable[[Floats], float]:
    """Return what gives a limit of agreement of the population: mean difference ± 1.96 SD."""
    quantile = 1.959963984540054

    def of(table: Floats) -> float:
        differences = table[:, 1] - table[:, 0]
        return float(differences.mean() + sign * quantile * differences.std())

    return of


def nested(n: int, rng: np.random.Generator) -> Floats:
    """Draw ratings of each person by raters of their own."""
    return ratings(n, new_raters((n, RATERS), rng), rng)


def crossed(n: int, rng: np.random.Generator) -> Floats:
    """Draw ratings of all persons by the same raters, new ones in each sample."""
    return ratings(n, new_raters((RATERS,), rng), rng)


def fixed(n: int, rng: np.random.Generator) -> Floats:
    """Draw ratings by the same raters in every sample."""
    return ratings(n, FIXED_RATERS, rng)


def pairs(n: int, rng: np.random.Generator) -> Floats:
    """Draw two ratings of each person by raters of their own."""
    return ratings(n, new_raters((n, 2), rng), rng)


def occasions(n: int, rng: np.random.Generator) -> Floats:
    """Draw two occasions, the second higher on average."""
    return ratings(n, np.array([0.0, 0.2]), rng)


FIGURES = (
    Figure("ICC(1,1), 4 raters of each person", nested, of_icc(1), correlation, pairs=True),
    Figure("ICC(2,1), 4 raters of all", crossed, of_icc(2), correlation, pairs=True),
    Figure("ICC(3,1), 4 given raters", fixed, of_icc(3), consistency),
    Figure("ICC(1) of couples", pairs, of_groups, correlation, pairs=True),
    Figure("lower limit of agreement", occasions, of_limit("lower"), limit(-1)),
    Figure("upper limit of agreement", occasions, of_limit("upper"), limit(1)),
)


def study(effort: Effort) -> str:
    """Simulate everything; return the tables as Markdown."""
    lines = [
        f"Simulated ratings, seed {SEED}: shares of variance {PERSON} between persons, {RATER} between "
        f"raters, {ERROR} of error, as they are or cut into five points; {LEVEL:.0%} intervals, "
        f"{effort.replications:,} replications. Populations of {effort.population:,}.\n",
        "### Coverage of intervals of agreement, %, ± Monte Carlo standard error\n",
        f"| ratings | interval | population | {' | '.join(f'n = {n:,}' for n in effort.persons)} |",
        "|---|---|---" + "|---" * len(effort.persons) + "|",
    ]
    for position, (name, cuts) in enumerate(DISTRIBUTIONS.items()):
        for place, figure in enumerate(FIGURES):
            rng = np.random.default_rng([SEED, position, place])
            everyone = (pairs if figure.pairs else figure.draw)(effort.population, rng)
            truth = figure.truth(observed(everyone, cuts))
            cells = []
            for n in effort.persons:
                samples = (observed(figure.draw(n, rng), cuts) for _ in range(effort.replications))
                cells.append(shown([figure.ends(sample) for sample in samples], truth))
            lines.append(f"| {name} | {figure.name} | {truth:.4f} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n\n" + htmt_study(effort)


def htmt_study(effort: Effort) -> str:
    """Measure the bootstrap interval of HTMT between two scales of four items on five points."""
    lines = [
        f"HTMT between two scales of four items on five points; {effort.resampled:,} replications with "
        f"{effort.resamples:,} resamples each:\n",
        f"| answers | population | {' | '.join(f'n = {n:,}' for n in effort.persons)} |",
        "|---|---" + "|---" * len(effort.persons) + "|",
    ]
    for position, case in enumerate(case for case in ANSWERS if case.couples is None):
        rng = np.random.default_rng([SEED, 9, position])

        def ratio(n: int, case: Any = case, rng: np.random.Generator = rng) -> Any:
            return htmt(MODEL, encode(case.form, case.table(n, rng)))

        truth = float(np.mean([ratio(effort.population // 10).htmt[0, 1] for _ in range(2)]))
        cells = []
        for n in effort.persons:
            ends = [
                tuple(ratio(n).confidence_interval("a", "b", LEVEL, n_resamples=effort.resamples, rng=number))
                for number in range(effort.resampled)
            ]
            cells.append(shown([(low, high) for low, high in ends], truth))
        lines.append(f"| {case.name} | {truth:.4f} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
