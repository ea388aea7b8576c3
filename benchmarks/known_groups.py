"""Whether intervals of known groups contain the true difference, and what correction a cut-off needs.

Run from the root of a checkout: python -m benchmarks.known_groups [--size smallest|full]

Scores are simulated: normal, with a correlation between partners. Nothing is judged: the tables are in
docs/explanation/known-groups.md. One version makes the same tables on every run; ``full`` takes some minutes.
"""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Iterator
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.validity import CutoffSearch, KnownGroups, cutoff_search, known_groups

Floats = NDArray[np.float64]

SEED = 20_263
SIZES = {"smallest": (20, 4), "full": (2000, 500)}  # samples for intervals, and for cut-offs
PARTNERS = 0.5  # correlation of their scores
DIFFERENCES = (0.5, 1.5)  # in standard deviations
COUPLES = (20, 50)
DESIGNS = ("same group", "different groups", "half of both")
RESAMPLES = 200
# standard deviation of scores, which are rounded to whole numbers, and mean of the group not to detect
SD, MEAN = 4.0, 20.0

normal = NormalDist().cdf


def couples(n: int, rng: np.random.Generator) -> Floats:
    """Return standard normal scores of both partners, (n, 2)."""
    shared, own = rng.standard_normal((n, 1)), rng.standard_normal((n, 2))
    return math.sqrt(PARTNERS) * shared + math.sqrt(1 - PARTNERS) * own


def memberships(design: str, n: int) -> NDArray[np.bool_]:
    """Return whether each partner is in the group that scores higher, (n, 2)."""
    same = np.repeat(np.arange(n) % 2 == 0, 2).reshape(n, 2)
    different = np.tile([True, False], (n, 1))
    if design == "same group":
        return same
    return (
        different
        if design == "different groups"
        else np.where(np.arange(n)[:, None] % 4 < 2, same, different)
    )


def intervals(result: KnownGroups, clustered: bool) -> dict[str, tuple[float, float]]:
    """Return the ends of each interval by its name."""
    ends = {
        "difference": result.confidence_interval(of="difference"),
        "g": result.confidence_interval(of="g"),
        "AUC, logit": result.confidence_interval(of="auc"),
        "AUC, symmetric": result.confidence_interval(of="auc", method="symmetric"),
    }
    kind = "couples" if clustered else "persons"
    return {f"{name} ({kind})": (interval.low, interval.high) for name, interval in ends.items()}


def coverage(
    design: str, n: int, difference: float, samples: int, rng: np.random.Generator
) -> dict[str, float]:
    """Return the share of samples whose intervals contain the true value; undefined ones do not."""
    member = memberships(design, n)
    labels = np.where(member, "high", "low").ravel()
    couple = np.repeat(np.arange(n), 2)
    true = {"difference": difference, "g": difference, "AUC": normal(difference / math.sqrt(2))}
    hits: dict[str, int] = {}
    for _ in range(samples):
        scores = (couples(n, rng) + difference * member).ravel()
        for clusters in (couple, None):
            result = known_groups(scores, labels, higher="high", clusters=clusters)
            for name, (low, high) in intervals(result, clusters is not None).items():
                value = true[name.split(" (")[0].split(",")[0]]
                hits[name] = hits.get(name, 0) + (low <= value <= high)
    return {name: count / samples for name, count in hits.items()}


def interval_lines(samples: int, rng: np.random.Generator) -> Iterator[str]:
    """Yield the table of coverage, in percent."""
    head: list[str] = []
    for design in DESIGNS:
        for n in COUPLES:
            for difference in DIFFERENCES:
                found = coverage(design, n, difference, samples, rng)
                if not head:
                    head = sorted(found, key=lambda name: name.endswith("(persons)"))
                    yield f"| partners | couples | difference | {' | '.join(head)} |"
                    yield "|---" * (len(head) + 3) + "|"
                figures = " | ".join(f"{100 * found[name]:.1f}" for name in head)
                yield f"| {design} | {n} | {difference} | {figures} |"


def true_rates(cutoff: float, difference: float) -> tuple[float, float]:
    """Return sensitivity and specificity of a cut-off in the population, scores below it detected."""
    return normal((cutoff - MEAN) / SD + difference), 1 - normal((cutoff - MEAN) / SD)


def searched(n: int, difference: float, paired: bool, rng: np.random.Generator) -> CutoffSearch:
    """Return a search among n couples of each group, or 2 n single persons of each."""
    z = couples(2 * n, rng) if paired else rng.standard_normal((2 * n, 2))
    detect = np.repeat(np.arange(2 * n) < n, 2)
    scores = np.rint(MEAN + SD * (z.ravel() - difference * detect))
    clusters: Any = np.repeat(np.arange(2 * n), 2) if paired else None
    return cutoff_search(
        scores, np.where(detect, "clinic", "others"), higher="others", detect="clinic", clusters=clusters,
        n_resamples=RESAMPLES, rng=rng,
    )  # fmt: skip


def cutoff_lines(samples: int, rng: np.random.Generator) -> Iterator[str]:
    """Yield the table of Youden's J: apparent, corrected, and true at the cut-offs that were chosen."""
    yield (
        "| scores of | persons in each group | difference | J apparent | corrected | true "
        "| sensitivity apparent | corrected | true | best cut-off in interval |"
    )
    yield "|---" * 10 + "|"
    for paired in (False, True):
        for n in (15, 50):
            for difference in DIFFERENCES:
                best = MEAN - SD * difference / 2
                rows = []
                for _ in range(samples):
                    result = searched(n, difference, paired, rng)
                    rates = true_rates(result.cutoff, difference)
                    low, high = result.cutoff_interval
                    rows.append(
                        [
                            result.apparent.youden, result.corrected.youden, sum(rates) - 1,
                            result.apparent.sensitivity, result.corrected.sensitivity, rates[0],
                            100 * (low - 0.5 <= best <= high + 0.5),
                        ]
                    )  # fmt: skip
                *figures, inside = np.mean(rows, axis=0).tolist()
                cells = " | ".join(f"{figure:.3f}" for figure in figures)
                who = "couples" if paired else "persons"
                yield f"| {who} | {2 * n} | {difference} | {cells} | {inside:.1f} |"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    samples, searches = SIZES[parser.parse_args().size]
    rng = np.random.default_rng(SEED)
    warnings.simplefilter("ignore")
    print(f"Seed {SEED}; {samples} samples of each kind; partners correlate {PARTNERS}.\n")
    for line in interval_lines(samples, rng):
        print(line, flush=True)
    print(f"\n{searches} samples of each kind, {RESAMPLES} resamples in each.\n")
    for line in cutoff_lines(searches, rng):
        print(line, flush=True)


if __name__ == "__main__":
    main()
