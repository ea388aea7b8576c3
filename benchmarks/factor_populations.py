"""Populations whose factor model is known, and samples of them, for `benchmarks.factor_simulation`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, chndtr

from intimacy_scales.factor.confirmatory.estimation.solution import Solution, solve
from intimacy_scales.factor.confirmatory.model.model import as_model
from intimacy_scales.factor.confirmatory.model.table import parameter_table
from intimacy_scales.factor.confirmatory.results.estimates import free_transform
from intimacy_scales.factor.confirmatory.results.standardized import Standardized
from intimacy_scales.factor.sample import covariances_as_sample

Floats = NDArray[np.float64]

MODEL = as_model("f =~ a1 + a2 + a3 + a4\ng =~ b1 + b2 + b3 + b4")
NAMES = MODEL.observed
TABLES = {
    means: parameter_table(MODEL, identification="fixed_factor", with_means=means) for means in (False, True)
}
DF = 19
CRITICAL = float(chdtri(DF, 0.05))
LOADINGS = np.array([0.8, 0.7, 0.6, 0.5] * 2)
CORRELATION = 0.5
SHARES = (0.02, 0.04, 0.09, 0.25, 0.60)  # of the five answers, lowest to highest
CUTS = np.array([NormalDist().inv_cdf(float(share)) for share in np.cumsum(SHARES)[:-1]])
SPREAD = 0.35  # of the logarithm of what multiplies all parts of a person's answers
PARTS = (slice(0, 8), slice(8, 9), slice(9, 17))  # of what is followed: loadings, r, standardized
SKIPS = (0.45, 0.30, 0.25)  # persons who skip no, one or two of eight items: 10 % of answers


def parts_of_items() -> Floats:
    """Return what items (rows) are made of: a part that factors share, two of their own, eight errors."""
    shared, own = CORRELATION**0.5 * LOADINGS, (1 - CORRELATION) ** 0.5 * LOADINGS
    factors = np.array([own * (np.arange(8) < 4), own * (np.arange(8) >= 4)])
    return np.column_stack([shared, *factors, np.diag(np.sqrt(1 - LOADINGS**2))])


WEIGHTS = parts_of_items()
Draw = Callable[[int, np.random.Generator], Floats]


def normal(n: int, rng: np.random.Generator) -> Floats:
    """Draw answers from normal factors and errors."""
    return np.asarray(rng.standard_normal((n, 11)) @ WEIGHTS.T)


def skewed(n: int, rng: np.random.Generator) -> Floats:
    """Draw answers from exponential parts, all independent."""
    return np.asarray((rng.standard_exponential((n, 11)) - 1) @ WEIGHTS.T)


def heavy(n: int, rng: np.random.Generator) -> Floats:
    """Draw the same, and multiply all answers of a person by one lognormal number of mean square 1."""
    return np.asarray(skewed(n, rng) * np.exp(SPREAD * rng.standard_normal((n, 1)) - SPREAD**2))


def five_points(n: int, rng: np.random.Generator) -> Floats:
    """Draw normal answers and cut them."""
    return np.asarray(np.searchsorted(CUTS, normal(n, rng)) + 1.0, dtype=np.float64)


@dataclass(frozen=True)
class Population:
    """What samples come of.

    Attributes
    ----------
    truth
        (17,): loadings, the factors' correlation, standardized loadings.
    misfit
        Smallest discrepancy of the model in the population.
    skewness, kurtosis
        (8,): of items.
    """

    truth: Floats
    misfit: float
    skewness: Floats
    kurtosis: Floats

    def power(self, n: int) -> float:
        """Return how often chi-square rejects because of the misfit, were answers normal."""
        return 1 - float(chndtr(CRITICAL, DF, n * self.misfit))


def exact(skewness: float, kurtosis: float, spread: float) -> Population:
    """Return the population in which the model holds, from the moments of its parts."""
    return Population(
        truth=np.array([*LOADINGS, CORRELATION, *LOADINGS]),
        misfit=0.0,
        skewness=skewness * (WEIGHTS**3).sum(axis=1) * np.exp(1.5 * spread**2),
        kurtosis=(3 + kurtosis * (WEIGHTS**4).sum(axis=1)) * np.exp(4 * spread**2) - 3,
    )


def covariance_of_cut(correlation: float) -> float:
    """Return the covariance of two cut normal variables.

    The density at each pair of cuts, integrated over the correlation from 0 (Plackett, 1954).
    """
    nodes, weights = np.polynomial.legendre.leggauss(40)
    rho = correlation * (nodes + 1) / 2
    x, y = CUTS[:, None, None], CUTS[None, :, None]
    density = np.exp(-(x**2 - 2 * rho * x * y + y**2) / (2 * (1 - rho**2))) / np.sqrt(1 - rho**2)
    return float((density @ weights).sum() * correlation / 2 / (2 * np.pi))


def followed(solution: Solution) -> tuple[Floats, Floats]:
    """Return the parameters that are followed (17,) and their derivatives by the free ones (17, n_free)."""
    values, spread = free_transform(solution, 0)
    own = solution.table.of_group(0)
    structure = solution.problem.groups[0].structure
    basis = solution.at.bases[0]
    standardized, moves = Standardized(structure, basis, values, own).values(items=True)
    loadings = [j for j, p in enumerate(own) if p.op == "=~"]
    plain = [*loadings, next(j for j, p in enumerate(own) if (p.lhs, p.rhs) == MODEL.latent)]
    return (
        np.concatenate([values[plain], standardized[loadings]]),
        np.vstack([spread[plain], moves[loadings] @ spread]),
    )


def cut_population() -> Population:
    """Fit the model to the exact covariances of items on five points."""
    points, shares = np.arange(5), np.array(SHARES)
    apart = points - points @ shares
    variance = float(shares @ apart**2)
    latent = WEIGHTS @ WEIGHTS.T
    covariances = np.array([[covariance_of_cut(r) for r in row] for row in latent - np.eye(8)])
    np.fill_diagonal(covariances, variance)
    solution = solve(TABLES[False], (covariances_as_sample(covariances, n=10**9, names=NAMES),))
    return Population(
        truth=followed(solution)[0],
        misfit=2 * (solution.at.value - solution.saturated[0].value),
        skewness=np.repeat(shares @ apart**3 / variance**1.5, 8),
        kurtosis=np.repeat(shares @ apart**4 / variance**2 - 3, 8),
    )


@dataclass(frozen=True)
class Case:
    """One kind of answers, and whether they are tried with skipped ones too."""

    name: str
    draw: Draw
    population: Callable[[], Population]
    skips: bool = True


CASES = (
    Case("normal", normal, partial(exact, 0, 0, 0)),
    Case("skewed, parts independent", skewed, partial(exact, 2, 6, 0), skips=False),
    Case("skewed, heavy tails", heavy, partial(exact, 2, 6, SPREAD)),
    Case("five points, skewed", five_points, cut_population),
)


def skipped(n: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which answers are skipped, completely at random: an item, or one and the next."""
    many = rng.choice(3, size=(n, 1), p=SKIPS)
    after = (np.arange(8) - rng.integers(8, size=(n, 1))) % 8  # how far an item is behind the first skipped
    return np.asarray(after < many)
