"""Common factors of a correlation matrix, before they are rotated (arrays only).

Both methods search over the uniquenesses alone: given these, the best loadings follow from the
eigenvectors of a matrix. First and second derivatives follow from them too, so a search takes a
handful of Newton steps. `likely_loadings` makes plain searches for several matrices at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.exploratory.minimum import SUFFICIENT, TOLERANCE, Point, Rest, minimum
from intimacy_scales.factor.sample import Floats
from intimacy_scales.numerics.ties import descending, directed, eigenvectors_either_way

LOWEST = 0.005
_ROUNDING = 1e-14
GAP = 1e-12
_TINY = float(np.finfo(np.float64).tiny)
_RIDGE = 1e-3
_SEED = 1
_MORE = 3  # times as many starts where they do not agree
_LEAST = 0.05  # of uniquenesses to start with
_STEPS = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Extraction:
    """Factors before rotation.

    Attributes
    ----------
    loadings
        (p, m), by descending sum of squares.
    uniquenesses
        (p,), from .005 to 1.
    objective
        What was minimized.
    gradient
        The largest derivative by a uniqueness (maximum likelihood: by its logarithm), leaving out
        those that a bound holds.
    iterations
        Newton steps.
    n_starts, agreement
        Starts, and the share of them that came to this minimum.
    """

    loadings: Floats
    uniquenesses: Floats
    objective: float
    gradient: float
    iterations: int
    n_starts: int
    agreement: float


def _crossed(point: Point, weights: Floats) -> Floats:
    """Return ``sum w_kl (v_k * v_l)(v_k * v_l)'`` over vectors k that are left over and l of factors."""
    k = len(weights)
    products = point.vectors[:, :k, None] * point.vectors[:, None, k:]
    flat = products.reshape(len(products), -1)
    total: Floats = (flat * weights.ravel()) @ flat.T
    return total


class LeastSquares:
    """``1/2 sum_{k>m} l_k**2`` over eigenvalues l, descending, of ``R - diag(psi)`` (Harman & Jones, 1966).

    Parameters
    ----------
    correlations
        (p, p).
    m
        Factors.
    """

    bounds = (LOWEST, 1.0)

    def __init__(self, correlations: Floats, m: int) -> None:
        self.correlations, self.m = correlations, m

    def point(self, at: Floats) -> Point:
        """Return value and gradient ``-sum_{k>m} l_k v_ik**2``."""
        values, vectors = eigenvectors_either_way(self.correlations - np.diag(at))
        rest = values[: -self.m]
        gradient = vectors[:, : -self.m] ** 2 @ -rest
        value = float(rest @ rest) / 2
        return Point(at, value, _ROUNDING * (1 + value), gradient, values, vectors)

    def curvature(self, point: Point) -> tuple[Floats, Floats]:
        """Return the second derivatives (p, p), and the part of them that is never negative."""
        rest, factors = point.values[: -self.m, None], point.values[-self.m :]
        left = point.vectors[:, : -self.m]
        within = (left @ left.T) ** 2
        weights = 2 * rest / np.minimum(rest - factors, -GAP)
        return within + _crossed(point, weights), within

    def solution(self, point: Point) -> tuple[Floats, Floats]:
        """Return loadings and uniquenesses."""
        lengths = np.sqrt(np.maximum(point.values[-self.m :], 0))
        return (directed(point.vectors[:, -self.m :]) * lengths)[:, ::-1], point.at


class Likelihood:
    """``sum_{k>m} (l_k - ln l_k - 1)`` over eigenvalues l of ``psi^-1/2 R psi^-1/2`` (Jöreskog, 1967).

    Searched over the logarithms of the uniquenesses, in which it is much closer to a parabola.

    Parameters
    ----------
    correlations
        (p, p), positive definite.
    m
        Factors.
    """

    bounds = (float(np.log(LOWEST)), 0.0)

    def __init__(self, correlations: Floats, m: int) -> None:
        self.correlations, self.m = correlations, m

    def point(self, at: Floats) -> Point:
        """Return value and gradient ``sum_{k>m} (1 - l_k) v_ik**2``."""
        scale = np.exp(-at / 2)
        values, vectors = eigenvectors_either_way(self.correlations * scale[:, None] * scale)
        rest = np.maximum(values[: -self.m], _TINY)
        more = rest - 1
        value = float((more - np.log(rest)).sum())
        rounding = _ROUNDING * float(1 + values[-1] * np.abs(more / rest).sum())
        return Point(at, value, rounding, vectors[:, : -self.m] ** 2 @ -more, values, vectors)

    def curvature(self, point: Point) -> tuple[Floats, Floats]:
        """Return the second derivatives (p, p), and the part of them that is never negative."""
        rest, factors = point.values[: -self.m, None], point.values[-self.m :]
        left = point.vectors[:, : -self.m]
        within = (left * rest.T) @ left.T * (left @ left.T)
        weights = (rest - 1) * (rest + factors) / np.minimum(rest - factors, -GAP)
        return within + _crossed(point, weights), within

    def solution(self, point: Point) -> tuple[Floats, Floats]:
        """Return loadings and uniquenesses."""
        lengths = np.sqrt(np.maximum(point.values[-self.m :] - 1, 0))
        loadings = np.exp(point.at / 2)[:, None] * directed(point.vectors[:, -self.m :]) * lengths
        return loadings[:, ::-1], np.exp(point.at)


def minres(correlations: Floats, m: int, *, tolerance: float = TOLERANCE, n_starts: int = 1) -> Extraction:
    """Extract factors by minimum residuals: unweighted least squares.

    Parameters
    ----------
    correlations
        (p, p); need not be positive definite.
    m
        Factors, fewer than variables.
    tolerance
        How small the projected gradient must become.
    n_starts
        How often to start; three times as often where not all of these come to one minimum. The lowest
        is taken.

    Returns
    -------
    Extraction

    Raises
    ------
    NotConvergedError
        The search did not settle from any start.

    Notes
    -----
    Minimizes the sum of squared residual correlations (Harman & Jones, 1966) in the form of Jöreskog
    (1977), with uniquenesses from .005 to 1: half the sum of squares of the p - m smallest eigenvalues
    of ``R - diag(psi)``.

    Examples
    --------
    >>> loadings = np.array([0.9, 0.8, 0.7, 0.6])
    >>> matrix = np.outer(loadings, loadings)
    >>> np.fill_diagonal(matrix, 1)
    >>> minres(matrix, 1).uniquenesses.round(6)
    array([0.19, 0.36, 0.51, 0.64])
    """
    objective = LeastSquares(correlations, m)
    rest, n, agreement = minimum(objective, _starts(correlations, m, n_starts), tolerance, n_starts)
    return _extracted(objective.solution(rest.point), rest, n, agreement)


def ml(correlations: Floats, m: int, *, tolerance: float = TOLERANCE, n_starts: int = 1) -> Extraction:
    """Extract factors by maximum likelihood.

    Parameters
    ----------
    correlations
        (p, p), positive definite.
    m, tolerance, n_starts
        As in `minres`.

    Returns
    -------
    Extraction

    Raises
    ------
    EstimationError
        The correlations are not positive definite.
    NotConvergedError
        The search did not settle from any start.

    Notes
    -----
    Minimizes ``tr(S^-1 R) - ln det(S^-1 R) - p`` with ``S = L L' + diag(psi)`` (Lawley, 1940), reduced to
    the uniquenesses as by Jöreskog (1967), with exact second derivatives (Clarke, 1970), here of log
    uniquenesses.

    Examples
    --------
    >>> loadings = np.array([0.9, 0.8, 0.7, 0.6])
    >>> matrix = np.outer(loadings, loadings)
    >>> np.fill_diagonal(matrix, 1)
    >>> ml(matrix, 1).uniquenesses.round(6)
    array([0.19, 0.36, 0.51, 0.64])
    """
    smallest = float(np.linalg.eigvalsh(correlations)[0])
    if not smallest > GAP:
        raise EstimationError(
            f"the correlations are not positive definite (smallest eigenvalue {smallest:.3g}), and have no "
            "likelihood; use method='minres', leave out items that repeat each other, or use "
            "missing='listwise'"
        )
    objective = Likelihood(correlations, m)
    starts = np.log(_starts(correlations, m, n_starts))
    rest, n, agreement = minimum(objective, starts, tolerance, n_starts)
    return _extracted(objective.solution(rest.point), rest, n, agreement)


def _extracted(solution: tuple[Floats, Floats], rest: Rest, n_starts: int, agreement: float) -> Extraction:
    loadings, uniquenesses = solution
    order = descending((loadings**2).sum(axis=0))
    return Extraction(
        loadings=loadings[:, order],
        uniquenesses=uniquenesses,
        objective=rest.point.value,
        gradient=rest.largest,
        iterations=rest.steps,
        n_starts=n_starts,
        agreement=agreement,
    )


def _starts(correlations: Floats, m: int, n_starts: int) -> Floats:
    """Return uniquenesses to start with (starts, p): those of Jöreskog (1967), and random ones.

    Random ones are always the same, and go to the items by what these have in common with others, not by
    their order: that of the items is to change nothing.
    """
    starts = np.empty((_MORE * n_starts if n_starts > 1 else 1, len(correlations)))
    starts[0] = first_start(correlations, m)
    if len(starts) > 1:
        inverse = _inverse_diagonal(correlations)
        order = descending(np.column_stack([inverse, np.abs(correlations).sum(axis=0)]))
        drawn = np.random.default_rng(_SEED).random((len(starts) - 1, len(correlations)))
        starts[1:, order] = _LEAST + (1 - 2 * _LEAST) * drawn
    return starts


def first_start(correlations: Floats, m: int) -> Floats:
    """Return the uniquenesses of Jöreskog (1967), of one matrix (p, p) or of each of several (k, p, p)."""
    share = 1 - m / (2 * correlations.shape[-1])
    found: Floats = np.clip(share / _inverse_diagonal(correlations), LOWEST, 1)
    return found


def _inverse_diagonal(correlations: Floats) -> Floats:
    """Return the diagonal of the inverse, of what is near to singular of something less so."""
    values, vectors = np.linalg.eigh(correlations)
    found: Floats = (vectors**2 @ (1 / np.maximum(values, _RIDGE))[..., None])[..., 0]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """What `Likelihood` says at places (k, p): values and rounding (k,), derivatives (k, p) and (k, p, p).

    With the largest eigenvalues (k,) and their vectors (k, p), of which the loadings come.
    """

    values: Floats
    rounding: Floats
    gradients: Floats
    hessians: Floats
    largest: Floats
    axes: Floats


def likely_loadings(correlations: Floats) -> Floats:
    """Return the loadings (k, p) that `ml` finds, up to their side; nan where the search is not a plain one.

    Parameters
    ----------
    correlations
        (k, p, p), finite.

    Examples
    --------
    >>> loadings = np.array([[0.9, 0.8, 0.7, 0.6], [0.5, 0.5, 0.4, -0.4]])
    >>> matrices = loadings[:, :, None] * loadings[:, None, :]
    >>> matrices[:, range(4), range(4)] = 1
    >>> likely_loadings(matrices).round(6).tolist()
    [[0.9, 0.8, 0.7, 0.6], [0.5, 0.5, 0.4, -0.4]]
    """
    low, high = Likelihood.bounds
    plain = np.linalg.eigvalsh(correlations)[:, 0] > GAP
    correlations = np.where(plain[:, None, None], correlations, np.eye(correlations.shape[-1]))
    at = np.log(first_start(correlations, 1))
    settled, fall, before = np.zeros(len(at), dtype=np.bool_), np.zeros(len(at)), np.full(len(at), np.inf)
    for _ in range(_STEPS):
        places = _places(correlations, at)
        plain &= ((at > low) & (at < high)).all(axis=1) & (np.linalg.eigvalsh(places.hessians)[:, 0] > 0)
        plain &= settled | (places.values <= before + SUFFICIENT * fall + places.rounding)
        settled = plain & (np.abs(places.gradients).max(axis=1) <= TOLERANCE)
        moving = np.flatnonzero(plain & ~settled)
        if not len(moving):
            break
        slopes, before = places.gradients[moving], places.values
        steps = np.linalg.solve(places.hessians[moving], -slopes[:, :, None])[:, :, 0]
        fall = np.zeros(len(at))
        fall[moving] = np.minimum(np.sum(steps * slopes, axis=1), 0.0)
        at[moving] = np.clip(at[moving] + steps, low, high)  # a search that comes to a bound is none of these
    lengths = np.sqrt(np.maximum(places.largest - 1, 0))
    loadings = np.exp(at / 2) * directed(places.axes.T).T * lengths[:, None]
    return np.where(settled[:, None], loadings, np.nan)


def _places(correlations: Floats, at: Floats) -> _Places:
    """Return what the likelihoods are at logarithms of uniquenesses (k, p)."""
    scale = np.exp(-at / 2)
    values, vectors = np.linalg.eigh(correlations * scale[:, :, None] * scale[:, None, :])
    left, axes, largest = vectors[:, :, :-1], vectors[:, :, -1], values[:, -1]
    rest = np.maximum(values[:, :-1], np.finfo(np.float64).tiny)
    more = rest - 1
    across = left.transpose(0, 2, 1)
    weights = more * (rest + largest[:, None]) / np.minimum(rest - largest[:, None], -GAP)
    crossed = left * axes[:, :, None]
    return _Places(
        values=np.sum(more - np.log(rest), axis=1),
        rounding=1e-14 * (1 + largest * np.sum(np.abs(more / rest), axis=1)),
        gradients=(left**2 @ -more[:, :, None])[:, :, 0],
        hessians=(left * rest[:, None, :]) @ across * (left @ across)
        + (crossed * weights[:, None, :]) @ crossed.transpose(0, 2, 1),
        largest=largest,
        axes=axes,
    )
