"""How often intervals of alpha and omega hold the truth, by skewness and kurtosis of the answers.

Run from the root of a checkout: python -m benchmarks.shapes [--samples 1000]

Nothing is judged: the table is what docs/explanation/improper-figures.md speaks of. Eight items of one normal
factor, loadings of .6; answers are the factor's cut into so many shares.
"""

from __future__ import annotations

import argparse
import warnings
from statistics import NormalDist

import numpy as np

from intimacy_scales import Instrument, encode, simulate
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability import cronbach_alpha, mcdonald_omega

SEED = 20_262
ITEMS = [f"q{number}" for number in range(1, 9)]
LOADINGS = dict.fromkeys(ITEMS, 0.6)
POPULATION = 400_000
SHAPES = {  # shares of the answers, lowest to highest
    "flat": (0.2, 0.2, 0.2, 0.2, 0.2),
    "symmetric": (0.05, 0.25, 0.40, 0.25, 0.05),
    "yes of 70 %": (0.30, 0.70),
    "yes of 80 %": (0.20, 0.80),
    "skewed": (0.03, 0.07, 0.15, 0.30, 0.45),
    "more skewed": (0.025, 0.055, 0.12, 0.27, 0.53),
    "yes of 85 %": (0.15, 0.85),
    "much skewed": (0.02, 0.04, 0.09, 0.25, 0.60),
    "peaked": (0.03, 0.10, 0.74, 0.10, 0.03),
}
WAYS = (("alpha", "bonett"), ("alpha", "adf"), ("omega", "logit"), ("omega", "adf"))


def form_of(points: int) -> Instrument:
    """Return an instrument of one scale with so many points."""
    return Instrument.model_validate(
        {
            "id": "shapes",
            "version": "1",
            "title": "Simulated scale",
            "evidence": {"status": "draft"},
            "response_scale": {"minimum": 1, "maximum": points},
            "items": [{"id": item} for item in ITEMS],
            "scales": [{"id": "scale", "items": ITEMS}],
        }
    )


def answers_of(shares: tuple[float, ...], n: int, rng: np.random.Generator) -> CodedResponses:
    """Simulate the answers of n persons."""
    form = form_of(len(shares))
    cuts = [NormalDist().inv_cdf(float(share)) for share in np.cumsum(shares)[:-1]]
    table = simulate(form, n, loadings=LOADINGS, thresholds=cuts, rng=rng).answers
    return encode(form, table)


def shape_of(shares: tuple[float, ...]) -> tuple[float, float]:
    """Return skewness and excess kurtosis of an answer."""
    p, points = np.array(shares), np.arange(len(shares))
    apart = points - p @ points
    variance = p @ apart**2
    return float(p @ apart**3 / variance**1.5), float(p @ apart**4 / variance**2 - 3)


def coverage(shares: tuple[float, ...], n: int, samples: int) -> dict[tuple[str, str], float]:
    """Return the share of samples whose interval holds the population's value, by coefficient and method."""
    rng = np.random.default_rng([SEED, n, *(int(1000 * share) for share in shares)])
    whole = answers_of(shares, POPULATION, rng)
    truth = {"alpha": cronbach_alpha(whole).estimate, "omega": mcdonald_omega(whole).estimate}
    dealt = answers_of(shares, n * samples, rng)
    held = dict.fromkeys(WAYS, 0)
    for start in range(0, n * samples, n):
        sample = CodedResponses(instrument=dealt.instrument, codes=dealt.codes[start : start + n])
        found = {"alpha": cronbach_alpha(sample), "omega": mcdonald_omega(sample)}
        for name, method in WAYS:
            interval = found[name].confidence_interval(method=method)  # type: ignore[attr-defined]  # both have one
            held[name, method] += truth[name] in interval
    return {way: count / samples for way, count in held.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    samples = parser.parse_args().samples
    warnings.simplefilter("ignore")  # of drafts, and of samples without an end of the range
    print("| answers | skewness | excess kurtosis | n | " + " | ".join(" ".join(way) for way in WAYS) + " |")
    print("|---|---:|---:|---:|" + "---:|" * len(WAYS))
    for name, shares in SHAPES.items():
        skewness, kurtosis = shape_of(shares)
        for n in (60, 300):
            found = coverage(shares, n, samples)
            cells = " | ".join(f"{found[way]:.3f}" for way in WAYS)
            print(f"| {name} | {skewness:.2f} | {kurtosis:.2f} | {n} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
