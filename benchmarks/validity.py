"""Whether minimal important changes, regression norms and traits by methods recover what data were made from.

Run from the root of a checkout: python -m benchmarks.validity [--size smallest|full] [--of mic|norms|mtmm]

Nothing is judged: the tables are what docs/explanation/changes-norms-methods.md speaks of. All persons are
simulated, in couples whose partners are alike. One version makes the same tables on every run; ``full`` takes
some minutes.
"""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales import SmallSampleWarning, minimal_important_change, mtmm, regression_norm

Floats = NDArray[np.float64]

SEED = 20_263
SIZES = {  # samples, and resamples of each
    "smallest": dict.fromkeys(("mic", "norms", "mtmm"), (4, 100)),
    "full": {"mic": (60, 100), "norms": (200, 200), "mtmm": (200, 200)},
}
ALIKE = 0.4  # correlation of partners in whatever is drawn

# --- minimal important change: a person calls a true change above their own threshold an improvement

THRESHOLD, THRESHOLD_SD, RELIABILITY_OF_CHANGE, COUPLES = 0.5, 0.2, 0.7, 200
MEAN_CHANGES = (-0.3, 0.1, 0.5, 0.9, 1.3)
ANCHOR_ERRORS = (0.0, 0.5)  # standard deviations of a rating's own error


def in_couples(rng: np.random.Generator, n_couples: int) -> Floats:
    """Draw standard normal numbers (2 n_couples,), correlated within couples."""
    common = np.repeat(rng.normal(size=n_couples), 2)
    return math.sqrt(ALIKE) * common + math.sqrt(1 - ALIKE) * rng.normal(size=2 * n_couples)


def changes_and_ratings(
    mean: float, error: float, n_couples: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return observed changes and ratings (2: improved, 1: not) of persons in couples."""
    true = mean + in_couples(rng, n_couples)
    noise = math.sqrt((1 - RELIABILITY_OF_CHANGE) / RELIABILITY_OF_CHANGE)
    felt = true + error * rng.normal(size=len(true))
    own = THRESHOLD + THRESHOLD_SD * rng.normal(size=len(true))
    return true + noise * rng.normal(size=len(true)), np.where(felt > own, 2.0, 1.0)


def mic_lines(samples: int, resamples: int) -> Iterator[str]:
    """Yield a table: mean estimates by method, and coverage of the interval of the adjusted one."""
    yield f"True threshold {THRESHOLD}; {samples} samples of {COUPLES} couples each, {resamples} resamples."
    yield ""
    yield "| rating error | improved | predicted | adjusted | ROC | mean change | sd of adjusted | covered |"
    yield "|---|---|---|---|---|---|---|---|"
    couple = np.repeat(np.arange(COUPLES), 2)
    for error in ANCHOR_ERRORS:
        for mean in MEAN_CHANGES:
            rng = np.random.default_rng([SEED, round(10 * error), round(10 * mean) + 100])
            rows = []
            for _ in range(samples):
                change, rating = changes_and_ratings(mean, error, COUPLES, rng)
                made = minimal_important_change(
                    changes=change,
                    anchor=rating,
                    improved=[2],
                    clusters=couple,
                    n_resamples=resamples,
                    rng=rng,
                )
                values = [float(made[name]) for name in ("predicted", "adjusted", "roc", "mean change")]
                rows.append([made.share_improved, *values, THRESHOLD in made["adjusted"].interval])
            table = np.array(rows, dtype=float)
            share, *means, covered = table.mean(axis=0)
            spread = table[:, 2].std(ddof=1)
            figures = " | ".join(f"{value:.2f}" for value in means)
            yield f"| {error:g} | {share:.0%} | {figures} | {spread:.2f} | {covered:.1%} |"


# --- norms: mean 5 + 0.06 x - 0.001 x², sd exp(-0.5 + 0.03 x), x years from 0 to 30

POINTS = ((3.0, 5.9), (15.0, 6.5), (27.0, 7.5))  # years, score
DISTRIBUTIONS: dict[str, tuple[Callable[[Floats], Floats], Callable[[float], float]]] = {
    "normal": (lambda e: e, lambda z: 0.5 * math.erfc(-z / math.sqrt(2))),
    "skewed": (
        lambda e: -np.log(0.5 * np.array([math.erfc(v / math.sqrt(2)) for v in e])) - 1,
        lambda z: 1 - math.exp(-(z + 1)) if z > -1 else 0.0,
    ),
}


def norm_lines(samples: int, resamples: int) -> Iterator[str]:
    """Yield a table: percentile ranks and coverage, with one sd for all as well."""
    yield f"{samples} samples of each size."
    yield ""
    yield (
        "| residuals | couples | years | score | true rank | mean rank | RMSE | covered: rank | covered: z | "
        "with one sd: mean rank | RMSE |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|---|"
    for name, (shaped, distribution) in DISTRIBUTIONS.items():
        for couples in (100, 300):
            rng = np.random.default_rng([SEED, couples, len(name)])
            rows = [_standings(shaped, couples, rng) for _ in range(samples)]
            for point, (years, score) in enumerate(POINTS):
                z = (score - 5 - 0.06 * years + 0.001 * years**2) / math.exp(-0.5 + 0.03 * years)
                true = 100 * distribution(z)
                at = [row[point] for row in rows]
                ranks, equal = np.array([one.percentile for one, _ in at]), np.array([rank for _, rank in at])
                covered = [
                    np.mean([truth in getattr(one, which) for one, _ in at])
                    for truth, which in ((true, "percentile_interval"), (z, "z_interval"))
                ]
                yield (
                    f"| {name} | {couples} | {years:g} | {score:g} | {true:.1f} | {ranks.mean():.1f} | "
                    f"{rmse(ranks, true):.1f} | {covered[0]:.1%} | {covered[1]:.1%} | {equal.mean():.1f} | "
                    f"{rmse(equal, true):.1f} |"
                )


def rmse(values: Floats, true: float) -> float:
    """Return the root of the mean squared error."""
    return math.sqrt(float(np.mean((values - true) ** 2)))


def _standings(
    shaped: Callable[[Floats], Floats], couples: int, rng: np.random.Generator
) -> list[tuple[Any, float]]:
    """Return the standing at each point, and the rank with one standard deviation for all."""
    years = np.repeat(rng.uniform(0, 30, couples), 2)
    scores = (
        5 + 0.06 * years - 0.001 * years**2 + np.exp(-0.5 + 0.03 * years) * shaped(in_couples(rng, couples))
    )
    couple = np.repeat(np.arange(couples), 2)
    options: dict[str, Any] = {"sample": "simulated", "clusters": couple, "on_invalid": "accept"}
    norm = regression_norm(scores, {"years": years}, degree=2, **options)
    equal = regression_norm(scores, {"years": years}, degree=2, spread=[], **options)
    return [
        (
            norm.standing(score, years=year, outside="mark"),
            equal.standing(score, years=year, outside="mark").percentile,
        )
        for year, score in POINTS
    ]


# --- traits by methods: trait + method + error

TRAIT_VARIANCE, TRAIT_CORRELATION, METHOD_VARIANCES = 0.5, 0.4, (0.0, 0.15, 0.35)
TRAITS, METHODS = ("trust", "care", "bond"), ("self", "partner", "daily")


def method_tables(method_variance: float, rng: np.random.Generator) -> dict[str, list[dict[str, Any]]]:
    """Return a table for each method; reports about the partner are under the name of who reports."""
    n = 2 * COUPLES
    common = in_couples(rng, COUPLES)
    traits = [
        math.sqrt(TRAIT_CORRELATION) * common + math.sqrt(1 - TRAIT_CORRELATION) * in_couples(rng, COUPLES)
        for _ in TRAITS
    ]
    tables = {}
    for name in METHODS:
        method = math.sqrt(method_variance) * rng.normal(size=n)
        error = math.sqrt(1 - TRAIT_VARIANCE - method_variance)
        scores = {
            trait: math.sqrt(TRAIT_VARIANCE) * values + method + error * rng.normal(size=n)
            for trait, values in zip(TRAITS, traits, strict=True)
        }
        tables[name] = [
            {"pair": i // 2, "who": (i + (name == "partner")) % 2} | {t: float(scores[t][i]) for t in TRAITS}
            for i in range(n)
        ]
    return tables


def mtmm_lines(samples: int, resamples: int) -> Iterator[str]:
    """Yield a table: mean correlations by kind, variances, coverage, and comparisons that hold."""
    yield (
        f"Trait variance {TRAIT_VARIANCE}, traits correlate {TRAIT_CORRELATION}; {samples} samples of "
        f"{COUPLES} couples each, {resamples} resamples."
    )
    yield ""
    yield (
        "| method variance | same trait, other method | other trait, same method | both other | "
        "trait variance found | method variance found | intervals that cover | hold: other methods | "
        "hold: same method |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for method_variance in METHOD_VARIANCES:
        rng = np.random.default_rng([SEED, round(100 * method_variance)])
        heterotrait = TRAIT_VARIANCE * TRAIT_CORRELATION
        truths = (TRAIT_VARIANCE, heterotrait + method_variance, heterotrait)
        rows: list[list[float]] = []
        for _ in range(samples):
            matrix = mtmm(
                method_tables(method_variance, rng), person="who", couple="pair", traits=TRAITS,
                about_partner=["partner"], n_resamples=resamples, rng=rng, on_invalid="accept",
            )  # fmt: skip
            means = list(matrix.mean_r.values())
            by_kind: dict[str, float] = dict(zip(matrix.mean_r, truths, strict=True))
            covered = float(np.mean([by_kind[one.kind] in one.interval for one in matrix.correlations]))
            held = [
                float(np.mean([one.holds for one in matrix.comparisons if one.criterion == criterion]))
                for criterion in ("other methods", "same method")
            ]
            rows.append([*means, means[0], means[1] - means[2], covered, *held])
        mean = np.mean(rows, axis=0)
        figures = " | ".join(f"{value:.3f}" for value in mean[:5])
        yield (
            f"| {method_variance:g} | {figures} | " + " | ".join(f"{share:.1%}" for share in mean[5:]) + " |"
        )


STUDIES = {"mic": mic_lines, "norms": norm_lines, "mtmm": mtmm_lines}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--of", choices=STUDIES, default=None)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore", SmallSampleWarning)
    for name in STUDIES if chosen.of is None else (chosen.of,):
        print(f"\n{name}: seed {SEED}", flush=True)
        for line in STUDIES[name](*SIZES[chosen.size][name]):
            print(line, flush=True)


if __name__ == "__main__":
    main()
