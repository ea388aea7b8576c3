"""Common factors of a correlation matrix, before they are rotated (arrays only).

Both methods search over the uniquenesses alone: given these, the best loadings follow from the eigenvectors
of a matrix (Jöreskog, 1967, 1977), and so do first and second derivatives, so that a search takes a handful
of Newton steps. `likely_loadings` searches for one factor behind each of several matrices at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.exploratory.minimum import SUFFICIENT, TOLERANCE, Point, SearchEnd, minimum
from intimacy_scales.factor.sample import Floats
from intimacy_scales.numerics.ties import descending, directed, eigenvectors_either_way
from intimacy_scales.numerics.tolerances import VALUE_ROUNDING, ZERO_EIGENVALUE

LOWEST = 0.005  # lower bound of uniquenesses
_TINY = float(np.finfo(np.float64).tiny)
_RIDGE = 1e-3
_SEED = 1
_MORE = 3  # times as many starts where they do not agree
_LEAST = 0.05  # smallest uniqueness of a random start
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
        The minimum of the objective.
    gradient
        The largest derivative by a uniqueness (maximum likelihood: by its logarithm) that is not at a
        bound.
    iterations
        Newton steps.
    n_starts, agreement
        Starts, and the share of them that reached this minimum.
    """

    loadings: Floats
    uniquenesses: Floats
    objective: float
    gradient: float
    iterations: int
    n_starts: int
    agreement: float


def _crossed(point: Point, weights: Floats) -> Floats:
    """Return ``sum_kl w_kl (v_k * v_l)(v_k * v_l)'`` over residual vectors k and vectors l of factors."""
    k = len(weights)
    products = point.vectors[:, :k, None] * point.vectors[:, None, k:]
    flat = products.reshape(len(products), -1)
    total: Floats = (flat * weights.ravel()) @ flat.T
    return total


class LeastSquares:
    """``f = 1/2 sum_{k>m} l_k**2`` over descending eigenvalues l of ``R - diag(psi)`` (Harman & Jones, 1966).

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
        """Return value and gradient ``df/dpsi_i = -sum_{k>m} l_k v_ik**2``."""
        values, vectors = eigenvectors_either_way(self.correlations - np.diag(at))
        rest = values[: -self.m]
        gradient = vectors[:, : -self.m] ** 2 @ -rest
        value = float(rest @ rest) / 2
        return Point(at, value, VALUE_ROUNDING * (1 + value), gradient, values, vectors)

    def curvature(self, point: Point) -> tuple[Floats, Floats]:
        """Return the second derivatives (p, p), and their positive semidefinite part."""
        rest, factors = point.values[: -self.m, None], point.values[-self.m :]
        # d2f/dpsi_i dpsi_j = (sum_k v_ik v_jk)**2 + sum_{k>m, l<=m} 2 l_k / (l_k - l_l) v_ik v_jk v_il v_jl
        residual_vectors = point.vectors[:, : -self.m]
        within = (residual_vectors @ residual_vectors.T) ** 2
        weights = 2 * rest / np.minimum(rest - factors, -ZERO_EIGENVALUE)
        return within + _crossed(point, weights), within

    def solution(self, point: Point) -> tuple[Floats, Floats]:
        """Return loadings and uniquenesses."""
        lengths = np.sqrt(np.maximum(point.values[-self.m :], 0))
        return (directed(point.vectors[:, -self.m :]) * lengths)[:, ::-1], point.at


class Likelihood:
    """``f = sum_{k>m} (l_k - ln l_k - 1)`` over eigenvalues l of ``psi^-1/2 R psi^-1/2`` (Jöreskog, 1967).

    It is a function of log uniquenesses ``t = ln psi``, in which it is nearly quadratic (Clarke, 1970).

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
        """Return value and gradient ``df/dt_i = sum_{k>m} (1 - l_k) v_ik**2``."""
        scale = np.exp(-at / 2)
        values, vectors = eigenvectors_either_way(self.correlations * scale[:, None] * scale)
        rest = np.maximum(values[: -self.m], _TINY)
        more = rest - 1
        value = float((more - np.log(rest)).sum())
        rounding = VALUE_ROUNDING * float(1 + values[-1] * np.abs(more / rest).sum())
        return Point(at, value, rounding, vectors[:, : -self.m] ** 2 @ -more, values, vectors)

    def curvature(self, point: Point) -> tuple[Floats, Floats]:
        """Return the second derivatives (p, p), and their positive semidefinite part."""
        rest, factors = point.values[: -self.m, None], point.values[-self.m :]
        # d2f/dt_i dt_j = (sum_k l_k v_ik v_jk) (sum_k v_ik v_jk)
        #   + sum_{k>m, l<=m} (l_k - 1) (l_k + l_l) / (l_k - l_l) v_ik v_jk v_il v_jl
        residual_vectors = point.vectors[:, : -self.m]
        within = (residual_vectors * rest.T) @ residual_vectors.T * (residual_vectors @ residual_vectors.T)
        weights = (rest - 1) * (rest + factors) / np.minimum(rest - factors, -ZERO_EIGENVALUE)
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
        The largest derivative allowed at a minimum.
    n_starts
        Number of starts; three times as many where not all of these reach one minimum. The lowest minimum
        is returned.

    Returns
    -------
    Extraction

    Raises
    ------
    NotConvergedError
        The search did not converge from any start.

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
    end, n, agreement = minimum(objective, _starts(correlations, m, n_starts), tolerance, n_starts)
    return _extracted(objective.solution(end.point), end, n, agreement)


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
        The search did not converge from any start.

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
    if not smallest > ZERO_EIGENVALUE:
        raise EstimationError(
            f"the correlations are not positive definite (smallest eigenvalue {smallest:.3g}), so that they "
            "have no likelihood; use method='minres', leave out items that repeat others, or use "
            "missing='listwise'"
        )
    objective = Likelihood(correlations, m)
    starts = np.log(_starts(correlations, m, n_starts))
    end, n, agreement = minimum(objective, starts, tolerance, n_starts)
    return _extracted(objective.solution(end.point), end, n, agreement)


def _extracted(
    solution: tuple[Floats, Floats], end: SearchEnd, n_starts: int, agreement: float
) -> Extraction:
    loadings, uniquenesses = solution
    order = descending((loadings**2).sum(axis=0))
    return Extraction(
        loadings=loadings[:, order],
        uniquenesses=uniquenesses,
        objective=end.point.value,
        gradient=end.largest,
        iterations=end.steps,
        n_starts=n_starts,
        agreement=agreement,
    )


def _starts(correlations: Floats, m: int, n_starts: int) -> Floats:
    """Return starting uniquenesses (starts, p): those of Jöreskog (1967), and random ones.

    The random ones are always the same, and are assigned to items by how much these correlate with others,
    so that the order of items does not change the result.
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
    """Return ``(1 - m / 2p) / r^ii`` (Jöreskog, 1967), for one matrix (p, p) or each of several (k, p, p)."""
    share = 1 - m / (2 * correlations.shape[-1])
    uniquenesses: Floats = np.clip(share / _inverse_diagonal(correlations), LOWEST, 1)
    return uniquenesses


def _inverse_diagonal(correlations: Floats) -> Floats:
    """Return the diagonal of the inverse, with small eigenvalues raised so that a singular matrix has one."""
    values, vectors = np.linalg.eigh(correlations)
    diagonal: Floats = (vectors**2 @ (1 / np.maximum(values, _RIDGE))[..., None])[..., 0]
    return diagonal


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """`Likelihood` at points (k, p): values and rounding errors (k,), derivatives (k, p) and (k, p, p).

    With the largest eigenvalues (k,) and their vectors (k, p), which determine the loadings.
    """

    values: Floats
    rounding: Floats
    gradients: Floats
    hessians: Floats
    largest: Floats
    axes: Floats


def likely_loadings(correlations: Floats) -> Floats:
    """Return the one-factor loadings (k, p) of `ml` up to their sign, for several matrices at once.

    Only plain searches are made so: full Newton steps that decrease the objective inside the bounds, where
    the Hessian is positive definite throughout. Loadings of all others are nan, and are left to `ml`. One
    call for all matrices saves time, as a step is some dozens of operations on small matrices.

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
    plain = np.linalg.eigvalsh(correlations)[:, 0] > ZERO_EIGENVALUE
    correlations = np.where(plain[:, None, None], correlations, np.eye(correlations.shape[-1]))
    at = np.log(first_start(correlations, 1))
    converged, fall, before = np.zeros(len(at), dtype=np.bool_), np.zeros(len(at)), np.full(len(at), np.inf)
    for _ in range(_STEPS):
        points = _points(correlations, at)
        plain &= ((at > low) & (at < high)).all(axis=1) & (np.linalg.eigvalsh(points.hessians)[:, 0] > 0)
        plain &= converged | (points.values <= before + SUFFICIENT * fall + points.rounding)
        converged = plain & (np.abs(points.gradients).max(axis=1) <= TOLERANCE)
        moving = np.flatnonzero(plain & ~converged)
        if not len(moving):
            break
        slopes, before = points.gradients[moving], points.values
        steps = np.linalg.solve(points.hessians[moving], -slopes[:, :, None])[:, :, 0]
        fall = np.zeros(len(at))
        fall[moving] = np.minimum(np.sum(steps * slopes, axis=1), 0.0)
        at[moving] = np.clip(at[moving] + steps, low, high)  # a search that reaches a bound is not plain
    lengths = np.sqrt(np.maximum(points.largest - 1, 0))
    loadings = np.exp(at / 2) * directed(points.axes.T).T * lengths[:, None]
    return np.where(converged[:, None], loadings, np.nan)


def _points(correlations: Floats, at: Floats) -> _Points:
    """Return the likelihoods and their derivatives at log uniquenesses (k, p); see `Likelihood`."""
    scale = np.exp(-at / 2)
    values, vectors = np.linalg.eigh(correlations * scale[:, :, None] * scale[:, None, :])
    left, axes, largest = vectors[:, :, :-1], vectors[:, :, -1], values[:, -1]
    rest = np.maximum(values[:, :-1], np.finfo(np.float64).tiny)
    more = rest - 1
    across = left.transpose(0, 2, 1)
    weights = more * (rest + largest[:, None]) / np.minimum(rest - largest[:, None], -ZERO_EIGENVALUE)
    crossed = left * axes[:, :, None]
    return _Points(
        values=np.sum(more - np.log(rest), axis=1),
        rounding=VALUE_ROUNDING * (1 + largest * np.sum(np.abs(more / rest), axis=1)),
        gradients=(left**2 @ -more[:, :, None])[:, :, 0],
        hessians=(left * rest[:, None, :]) @ across * (left @ across)
        + (crossed * weights[:, None, :]) @ crossed.transpose(0, 2, 1),
        largest=largest,
        axes=axes,
    )
