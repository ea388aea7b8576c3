"""How often intervals of coefficients other than alpha hold what the population has, on simulated answers.

`benchmarks.coverage` runs it after its tables of alpha, or alone with ``--of others``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales import Instrument, encode, simulate
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability import (
    compare_alphas,
    cronbach_alpha,
    guttman_lambdas,
    hierarchical_omega,
    mcdonald_omega,
    split_half,
    stratified_alpha,
)

SEED = 20_261
LEVEL = 0.95
METHODS = ("delta", "logit", "adf", "bootstrap", "bca", "bonett-wright", "feldt")
RESAMPLING = ("bootstrap", "bca")
FREE = ("delta", "adf", *RESAMPLING)
SYMMETRIC = (-1.5, -0.5, 0.5, 1.5)
SKEWED = (-2.054, -1.555, -1.036, -0.253)  # 2, 4, 9, 25 and 60 % from lowest to highest
LOADINGS = (0.5, 0.6, 0.7, 0.8)
SCALES = "abc"
PARTS = 4  # of the population: each is a table of its own

Ends = tuple[float, float]


@dataclass(frozen=True)
class Effort:
    """Sample sizes, replications (all, with models, with resampling), resamples, population."""

    persons: tuple[int, ...]
    replications: int
    modelled: int
    resampled: int
    resamples: int
    population: int


SIZES = {
    "smallest": Effort((60,), 4, 2, 2, 100, 4_000),
    "full": Effort((100, 400), 600, 600, 300, 300, 400_000),
}


@dataclass(frozen=True)
class SchmidLeimanEffort:
    """Sample sizes, replications, resamples of each, and population."""

    persons: tuple[int, ...]
    replications: int
    resamples: int
    population: int


SCHMID_LEIMAN = {
    "smallest": SchmidLeimanEffort((200,), 2, 100, 2_000),
    "full": SchmidLeimanEffort((200, 600), 100, 150, 200_000),
}


@dataclass(frozen=True)
class Answers:
    """Answers on five points to three scales of four items, which make one total."""

    name: str
    cuts: tuple[float, ...]
    couples: float | None = None

    @cached_property
    def form(self) -> Instrument:
        """The instrument."""
        items = [f"{scale}{number}" for scale in SCALES for number in range(1, len(LOADINGS) + 1)]
        scales: list[dict[str, Any]] = [
            {"id": scale, "items": [item for item in items if item[0] == scale]} for scale in SCALES
        ]
        return Instrument.model_validate(
            {
                "id": "coverage",
                "version": "1",
                "title": "Simulated scales",
                "evidence": {"status": "draft"},
                "response_scale": {"minimum": 1, "maximum": 5},
                "items": [{"id": item} for item in items],
                "scales": [*scales, {"id": "total", "of": list(SCALES)}],
            }
        )

    def table(self, n: int, rng: np.random.Generator) -> Any:
        """Simulate n persons."""
        loadings = {
            item.id: LOADINGS[position % len(LOADINGS)] for position, item in enumerate(self.form.items)
        }
        simulated = simulate(
            self.form, n, loadings=loadings, thresholds=self.cuts, couples=self.couples, rng=rng
        )
        return simulated.answers


CASES = (
    Answers("symmetric", SYMMETRIC),
    Answers("skewed", SKEWED),
    Answers("symmetric, couples", SYMMETRIC, couples=0.6),
    Answers("skewed, couples", SKEWED, couples=0.6),
)


@dataclass(frozen=True)
class Figure:
    """A coefficient, how to make it, which intervals it has, and how many replications it is worth."""

    name: str
    make: Callable[[Any], Any]
    methods: tuple[str, ...] = FREE
    options: tuple[tuple[str, Any], ...] = ()
    value: str = "estimate"
    couples: bool = True  # whether persons in couples are told by clusters=
    modelled: bool = False


def halves(coded: CodedResponses, rows: slice) -> CodedResponses:
    """Return some rows of checked answers."""
    return CodedResponses(instrument=coded.instrument, codes=coded.codes[rows])


def of_partners(coded: CodedResponses) -> Any:
    """Alpha of one partner less that of the other, row by row."""
    one, other = (cronbach_alpha(halves(coded, slice(first, None, 2)), scale="a") for first in (0, 1))
    return compare_alphas(one, other, paired=True)


def of_strangers(coded: CodedResponses) -> Any:
    """Alpha of the first third of persons less that of the others."""
    third = len(coded) // 3
    one, other = (
        cronbach_alpha(halves(coded, rows), scale="a") for rows in (slice(third), slice(third, None))
    )
    return compare_alphas(one, other, paired=False)


def of_scales(coded: CodedResponses) -> Any:
    """Alpha of one scale less that of another."""
    return compare_alphas(cronbach_alpha(coded, scale="a"), cronbach_alpha(coded, scale="b"))


FIGURES = (
    Figure("lambda-2", lambda c: guttman_lambdas(c, scale="a")),
    Figure(
        "lambda-6", lambda c: guttman_lambdas(c, scale="a"), options=(("of", "lambda6"),), value="lambda6"
    ),
    Figure("Spearman-Brown", lambda c: split_half(c, scale="a")),
    Figure("stratified alpha", lambda c: stratified_alpha(c, scale="total")),
    Figure("omega", lambda c: mcdonald_omega(c, scale="a"), ("delta", "logit", "adf"), modelled=True),
    Figure(
        "omega hierarchical",
        lambda c: mcdonald_omega(c, scale="total", model="second_order"),
        ("delta", "logit", "adf"),
        options=(("of", "hierarchical"),),
        value="hierarchical",
        modelled=True,
    ),
    Figure("two scales' alphas", of_scales),
    Figure("partners' alphas", of_partners, couples=False),
    Figure("strangers' alphas", of_strangers, (*FREE, "bonett-wright", "feldt"), couples=False),
)


def figures_of(case: Answers) -> Iterator[Figure]:
    """Yield what is measured of such answers: partners of couples, strangers of independent persons."""
    for figure in FIGURES:
        if figure.name == "partners' alphas" and case.couples is None:
            continue
        if figure.name == "strangers' alphas" and case.couples is not None:
            continue
        yield figure


def truths(case: Answers, n: int) -> dict[str, float]:
    """Return each figure of the population; differences of alike groups are 0."""
    alone = Answers(case.name, case.cuts)
    rng = np.random.default_rng([SEED, 0])
    tables = [encode(alone.form, alone.table(n // PARTS, rng)) for _ in range(PARTS)]
    known = {
        figure.name: float(np.mean([getattr(figure.make(table), figure.value) for table in tables]))
        for figure in FIGURES
        if figure.name not in ("partners' alphas", "strangers' alphas", "two scales' alphas")
    }
    return known | dict.fromkeys(("partners' alphas", "strangers' alphas", "two scales' alphas"), 0.0)


def intervals(
    figure: Figure, coded: CodedResponses, couple: NDArray[Any] | None, effort: Effort, number: int
) -> Iterator[tuple[str, Ends]]:
    """Yield the ends of every interval of one figure in one sample."""
    if figure.modelled and number >= effort.modelled:
        return
    made = figure.make(coded)
    clusters = couple if figure.couples else None
    for method in figure.methods:
        if method in RESAMPLING and number >= effort.resampled:
            continue
        if clusters is not None and method not in ("adf", *RESAMPLING):
            continue
        options: dict[str, Any] = dict(figure.options)
        if method in RESAMPLING:
            options |= {"n_resamples": effort.resamples, "rng": number}
        if clusters is not None:
            options["clusters"] = clusters
        low, high = made.confidence_interval(LEVEL, method, **options)
        yield method, (low, high)


def measure(case: Answers, n: int, effort: Effort) -> dict[tuple[str, str], list[Ends]]:
    """Return the ends of every interval of every figure in every replication."""
    rng = np.random.default_rng([SEED, 1 + CASES.index(case), n])
    ends: dict[tuple[str, str], list[Ends]] = {}
    for number in range(effort.replications):
        table = case.table(n, rng)
        coded = encode(case.form, table)
        couple = None if case.couples is None else table["couple"].to_numpy()
        for figure in figures_of(case):
            for method, pair in intervals(figure, coded, couple, effort, number):
                ends.setdefault((figure.name, method), []).append(pair)
    return ends


def shown(ends: list[Ends] | None, truth: float) -> str:
    """Write the share that holds the truth, in percent, with its Monte Carlo standard error."""
    if ends is None:
        return "-"
    low, high = np.array(ends).T
    there = ~np.isnan(low)
    held = (low[there] <= truth) & (truth <= high[there])
    share = float(held.mean())
    lost = f" ({np.count_nonzero(~there)} undefined)" if not there.all() else ""
    return f"{100 * share:.1f} ± {100 * (share * (1 - share) / len(held)) ** 0.5:.1f}{lost}"


def schmid_leiman_study(effort: SchmidLeimanEffort) -> str:
    """Measure percentiles, and percentiles turned round, of omega hierarchical by Schmid and Leiman."""
    form = "scii-24"
    options: dict[str, Any] = {"scale": "total", "n_factors": 6}
    truth = hierarchical_omega(form, simulate(form, effort.population, rng=SEED).answers, **options).estimate
    lines = [
        f"Simulated answers to {form}, seed {SEED}; population {truth:.4f}, from {effort.population:,} "
        f"persons; {effort.replications} replications with {effort.resamples} resamples each.\n",
        "| n | mean estimate | percentiles | basic |",
        "|---|---|---|---|",
    ]
    for n in effort.persons:
        ends: dict[str, list[Ends]] = {"percentiles": [], "basic": []}
        estimates = []
        for number in range(effort.replications):
            table = simulate(form, n, rng=1_000 * n + number).answers
            found = hierarchical_omega(form, table, **options)
            low, high = found.confidence_interval(LEVEL, n_resamples=effort.resamples, rng=number)
            ends["basic"].append((low, high))
            ends["percentiles"].append((2 * found.estimate - high, 2 * found.estimate - low))
            estimates.append(found.estimate)
        cells = [shown(ends[way], truth) for way in ("percentiles", "basic")]
        lines.append(f"| {n:,} | {np.mean(estimates):.4f} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def study(effort: Effort) -> str:
    """Simulate everything; return the table as Markdown."""
    lines = [
        f"Simulated answers, seed {SEED}, {len(SCALES)} scales of {len(LOADINGS)} items on five points, "
        f"{LEVEL:.0%} intervals. {effort.replications:,} replications; omegas: the first "
        f"{effort.modelled:,}; bootstrap and bca: the first {effort.resampled:,}, with {effort.resamples:,} "
        f"resamples each. Populations of {effort.population:,}.\n",
        "### Coverage of other coefficients, %, ± Monte Carlo standard error\n",
        f"| answers | n | coefficient | population | {' | '.join(METHODS)} |",
        "|---|---|---|---" + "|---" * len(METHODS) + "|",
    ]
    for case in CASES:
        known = truths(case, effort.population)
        for n in effort.persons:
            ends = measure(case, n, effort)
            for figure in figures_of(case):
                truth = known[figure.name]
                cells = [shown(ends.get((figure.name, method)), truth) for method in METHODS]
                lines.append(f"| {case.name} | {n:,} | {figure.name} | {truth:.4f} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
