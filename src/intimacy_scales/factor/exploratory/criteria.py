"""Rotation criteria, and their minimization by gradient projection from many starts (arrays only).

A criterion takes a stack of loadings (starts, p, m) and returns its values (starts,) and derivatives by
the loadings (starts, p, m). Criteria that are usually maximized have a minus sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.exploratory.rotation_saddle import off_saddle
from intimacy_scales.factor.sample import Floats
from intimacy_scales.numerics.normal_draws import standard_normal
from intimacy_scales.numerics.tolerances import (
    CRITERION_ROUNDING,
    EQUAL_CRITERIA,
    NO_CURVATURE,
    VALUE_ROUNDING,
)

Valued = tuple[Floats, Floats]
Criterion = Callable[[Floats], Valued]

_LOOSE, _TIGHT = 3e-5, 1e-10  # tolerances of the gradient's length, relative to 1 plus the criterion
_STEPS, _POLISHING = 1000, 3000
_CHECK_EVERY = 3  # steps between checks of convergence
_NEWTON, _APART = 20, 1e-6  # Newton steps, and the step of their differences
_FIRST = 0.3  # length of the first step
_SUFFICIENT = 1e-4  # share of the linearly expected fall that a step must reach
_MEMORY = 0.85
_SHORTER = 4
_MIN_CURVATURE = 1e-2  # of the slope: limits the next step where the criterion is not convex
_TINY = 1e-300
_COLLAPSED = "two factors became the same during rotation; extract fewer factors, or use gamma=0"


def _products(a: Floats, b: Floats) -> Floats:
    """Return the sum of products of loadings for each start."""
    sums: Floats = np.einsum("spm,spm->s", a, b)
    return sums


def orthomax(loadings: Floats, gamma: float) -> Valued:
    """Return ``-1/4 sum_j [sum_i l_ij**4 - gamma/p (sum_i l_ij**2)**2]``.

    Parameters
    ----------
    loadings
        (starts, p, m).
    gamma
        0: quartimax (Neuhaus & Wrigley, 1954; Carroll, 1953). 1: varimax (Kaiser, 1958). Others: Harman
        (1960); ``m / 2`` is equamax (Saunders, 1962).

    Returns
    -------
    tuple
        Values (starts,) and gradients (starts, p, m).

    Examples
    --------
    >>> values, gradients = orthomax(np.array([[[1.0, 0.0], [0.0, 1.0]]]), 0)
    >>> float(values[0])
    -0.5
    """
    squares = loadings * loadings
    if gamma:
        squares = squares - gamma * squares.mean(axis=1, keepdims=True)
    slopes = -loadings * squares
    return _products(loadings, slopes) / 4, slopes


def oblimin(loadings: Floats, gamma: float = 0.0) -> Valued:
    """Return ``1/4 sum_{j != k} [sum_i l_ij**2 l_ik**2 - gamma/p sum_i l_ij**2 sum_i l_ik**2]``.

    Parameters
    ----------
    loadings
        (starts, p, m).
    gamma
        0: quartimin (Carroll, 1953), the usual choice. Negative: factors correlate less (Jennrich &
        Sampson, 1966: direct oblimin).

    Returns
    -------
    tuple
        Values (starts,) and gradients (starts, p, m).

    Examples
    --------
    >>> values, gradients = oblimin(np.array([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, 1.0]]]))
    >>> values.tolist()
    [0.0, 0.5]
    """
    squares = loadings * loadings
    others = squares.sum(axis=-1, keepdims=True) - squares
    if gamma:
        others -= gamma * others.mean(axis=1, keepdims=True)
    return _products(squares, others) / 4, loadings * others


def geomin(loadings: Floats, epsilon: float = 0.01) -> Valued:
    """Return ``sum_i [prod_j (l_ij**2 + epsilon)]**(1/m)``.

    Parameters
    ----------
    loadings
        (starts, p, m).
    epsilon
        Keeps the criterion smooth where a loading is 0 (Yates, 1987; Browne, 2001). The smaller, the
        more local minima.

    Returns
    -------
    tuple
        Values (starts,) and gradients (starts, p, m).

    Examples
    --------
    >>> values, gradients = geomin(np.array([[[1.0, 0.0], [0.0, 1.0]]]))
    >>> round(float(values[0]), 6)
    0.200998
    """
    m = loadings.shape[-1]
    squares = loadings * loadings + epsilon
    means = np.exp(np.log(squares).mean(axis=-1, keepdims=True))
    values: Floats = means.sum(axis=(1, 2))
    return values, (2 / m) * loadings / squares * means


def target(loadings: Floats, wanted: Floats, weights: Floats | None = None) -> Valued:
    """Return ``sum w_ij (l_ij - t_ij)**2`` over the specified loadings of the target.

    Parameters
    ----------
    loadings
        (starts, p, m).
    wanted
        (p, m): the target T; nan where a loading is free (Browne, 1972, 2001).
    weights
        (p, m): the weights w; 1 by default.

    Returns
    -------
    tuple
        Values (starts,) and gradients (starts, p, m).

    Examples
    --------
    >>> loadings = np.array([[[0.8, 0.1], [0.2, 0.7]]])
    >>> values, gradients = target(loadings, np.array([[np.nan, 0.0], [0.0, np.nan]]))
    >>> round(float(values[0]), 6)
    0.05
    """
    named = ~np.isnan(wanted)
    counts = named if weights is None else np.where(named, weights, 0.0)
    apart = loadings - np.where(named, wanted, 0.0)
    slopes = counts * apart
    return _products(apart, slopes), 2 * slopes


def _unit_steps(free: tuple[NDArray[np.intp], ...], m: int) -> Floats:
    """Return matrices (directions, m, m) with a single 1, each at another of these positions."""
    steps = np.zeros((len(free[0]), m, m))
    steps[np.arange(len(steps)), free[0], free[1]] = 1
    return steps


class Orthogonal:
    """Rotations ``L = A T`` of unrotated loadings A with ``T'T = I``; steps X are skew-symmetric.

    A step leads to ``T (I - X/2)^-1 (I + X/2)`` (Cayley's transform). The gradient is the skew-symmetric part
    of ``L' df/dL`` (Jennrich, 2001). ``free`` are the positions of free elements of a step, and
    ``directions`` a unit step along each.
    """

    def __init__(self, unrotated: Floats, criterion: Criterion) -> None:
        self.unrotated, self.criterion = unrotated, criterion
        self.identity = np.eye(unrotated.shape[1])
        self.free = np.nonzero(np.tril(1 - self.identity))
        half = _unit_steps(self.free, len(self.identity))
        self.directions = half - half.swapaxes(1, 2)

    def matrices(self, turns: Floats) -> Floats:
        """Return the matrices by which unrotated loadings are multiplied."""
        return turns

    def valued(self, turns: Floats) -> Valued:
        """Return criteria (starts,) and their gradients by steps (starts, m, m)."""
        loadings = self.unrotated @ turns
        values, slopes = self.criterion(loadings)
        crossed = loadings.swapaxes(1, 2) @ slopes
        return values, (crossed - crossed.swapaxes(1, 2)) / 2

    def moved(self, turns: Floats, steps: Floats) -> Floats:
        """Return the matrices after steps, by Cayley's transform."""
        half = steps / 2
        return turns @ np.linalg.solve(self.identity - half, self.identity + half)


class Oblique:
    """Rotations ``L = A inv(T)'`` of unrotated loadings A, with columns of T of length 1; ``phi = T'T``.

    A step X leads to ``T (I + X)`` with columns scaled to length 1. The gradient is ``-(df/dL)' L``, less the
    component along T that scaling removes (Jennrich, 2002).
    """

    def __init__(self, unrotated: Floats, criterion: Criterion) -> None:
        self.unrotated, self.criterion = unrotated, criterion
        self.free = np.nonzero(1 - np.eye(unrotated.shape[1]))
        self.directions = _unit_steps(self.free, unrotated.shape[1])

    def matrices(self, turns: Floats) -> Floats:
        """Return the matrices by which unrotated loadings are multiplied."""
        inverses: NDArray[Any] = np.linalg.inv(turns)
        return inverses.swapaxes(1, 2)

    def valued(self, turns: Floats) -> Valued:
        """Return criteria (starts,) and their gradients by steps (starts, m, m)."""
        loadings = self.unrotated @ self.matrices(turns)
        values, slopes = self.criterion(loadings)
        crossed = slopes.swapaxes(1, 2) @ loadings
        along = np.einsum("sjj->sj", crossed)[:, None, :]
        return values, turns.swapaxes(1, 2) @ turns * along - crossed

    def moved(self, turns: Floats, steps: Floats) -> Floats:
        """Return the matrices after steps."""
        moved = turns + turns @ steps
        squares: Floats = np.einsum("skj,skj->sj", moved, moved)
        return moved / np.sqrt(squares)[:, None, :]


Family = Orthogonal | Oblique


def _dots(a: Floats, b: Floats) -> Floats:
    sums: Floats = np.einsum("skj,skj->s", a, b)
    return sums


@dataclass(slots=True)
class _Front:
    """The current points of all starts; the first axis of every array is the start.

    Step lengths are those of Barzilai and Borwein (1988), ``s's / s'y`` for the last step s and change y of
    the gradient. A step must not exceed ``reference``, a weighted mean of earlier criteria, by the
    nonmonotone rule of Zhang and Hager (2004); ``weight`` is the sum of its weights.
    """

    turns: Floats
    values: Floats
    slopes: Floats
    squares: Floats
    lengths: Floats
    reference: Floats
    slack: float
    weight: float = 1.0

    @classmethod
    def at(cls, family: Family, turns: Floats) -> _Front:
        """Return the points before the first step."""
        values, slopes = family.valued(turns)
        squares = _dots(slopes, slopes)
        slack = VALUE_ROUNDING * (1 + float(np.abs(values).max()))
        return cls(turns, values, slopes, squares, _FIRST / np.sqrt(squares + _TINY), values, slack)

    def only(self, which: NDArray[np.bool_]) -> _Front:
        """Return the points of some starts."""
        arrays = {name: getattr(self, name)[which] for name in _ARRAYS}
        return _Front(**arrays, slack=self.slack, weight=self.weight)

    def advance(self, family: Family) -> None:
        """Take one step from each point, or shorten the next one where the criterion rises too much."""
        tried = family.moved(self.turns, -self.lengths[:, None, None] * self.slopes)
        values, slopes = family.valued(tried)
        fall = self.lengths * self.squares
        up = ~(values <= self.reference + (self.slack - _SUFFICIENT * fall))
        bend = np.maximum(self.squares - _dots(self.slopes, slopes), _MIN_CURVATURE * self.squares)
        lengths = fall / bend
        if up.any():
            tried[up], values[up], slopes[up] = self.turns[up], self.values[up], self.slopes[up]
            lengths[up] = self.lengths[up] / _SHORTER
        self.turns, self.values, self.slopes, self.lengths = tried, values, slopes, lengths
        self.squares = _dots(slopes, slopes)
        self.weight = _MEMORY * self.weight + 1
        self.reference = self.reference + (values - self.reference) / self.weight


_ARRAYS = ("turns", "values", "slopes", "squares", "lengths", "reference")


def _small(squares: Floats, values: Floats, tolerance: float) -> NDArray[np.bool_]:
    """Return for each start whether its gradient is small relative to the criterion."""
    small: NDArray[np.bool_] = squares <= (tolerance * (1 + np.abs(values))) ** 2
    return small


def _descend(
    family: Family, turns: Floats, tolerance: float, limit: int
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Descend from all starts at once; starts that have converged leave the batch.

    Returns
    -------
    tuple
        (starts, m, m) matrices, (starts,) criteria, and whether each start converged.
    """
    matrices, values, converged = (
        np.empty_like(turns),
        np.empty(len(turns)),
        np.zeros(len(turns), dtype=np.bool_),
    )
    active, front = np.arange(len(turns)), _Front.at(family, turns)
    for step in range(limit):
        if step % _CHECK_EVERY == 0:
            small = _small(front.squares, front.values, tolerance)
            if small.any():
                matrices[active], values[active], converged[active] = front.turns, front.values, small
                active, front = active[~small], front.only(~small)
                if not len(active):
                    break
        front.advance(family)
    matrices[active], values[active] = front.turns, front.values
    return matrices, values, converged


def _polished(family: Family, turns: Floats) -> tuple[Floats, float, bool]:
    """Return the precise minimum near one start (1, m, m): matrix, criterion, and whether it converged.

    Newton's method with a Hessian of gradient differences along all directions at once; where the gradient
    does not shrink, gradient projection continues.
    """
    rows, columns = family.free
    values, slopes = family.valued(turns)
    for _ in range(_NEWTON):
        squares = _dots(slopes, slopes)
        if _small(squares, values, _TIGHT)[0]:
            return turns[0], float(values[0]), True
        ahead = family.valued(family.moved(turns, _APART * family.directions))[1]
        hessian = (ahead - slopes)[:, rows, columns].T / _APART
        step = np.linalg.lstsq(hessian, -slopes[0, rows, columns], rcond=NO_CURVATURE)[0]
        tried = family.moved(turns, np.tensordot(step, family.directions, 1)[None])
        new_values, new_slopes = family.valued(tried)
        if not (_dots(new_slopes, new_slopes) < squares / _SHORTER)[0]:
            break
        turns, values, slopes = tried, new_values, new_slopes
    turns, values, settled = _descend(family, turns, _TIGHT, _POLISHING)
    return turns[0], float(values[0]), bool(settled[0])


def _best(family: Family, turns: Floats, values: Floats) -> tuple[Floats, float, bool]:
    """Return the precise minimum of the start with the lowest criterion; of equal ones, the first."""
    equal = np.flatnonzero(values <= values.min() + EQUAL_CRITERIA * (1 + abs(float(values.min()))))
    best = _polished(family, turns[equal[:1]])
    for other in equal[1:]:
        if values[other] < best[1] - CRITERION_ROUNDING * (1 + abs(best[1])):  # another minimum
            lower = _polished(family, turns[other][None])
            best = min(best, lower, key=lambda minimum: minimum[1])
    return best


@dataclass(frozen=True, slots=True)
class Lowest:
    """The best of all starts.

    Attributes
    ----------
    turns
        (m, m): the matrix T.
    criterion
        The criterion at it.
    agreement
        The share of starts that reached the same criterion.
    converged
        Whether the search converged.
    n_starts
        The number of starts.
    """

    turns: Floats
    criterion: float
    agreement: float
    converged: bool
    n_starts: int


def lowest(family: Family, n_starts: int, rng: np.random.Generator, first: Floats | None = None) -> Lowest:
    """Minimize a criterion from no rotation and from random ones, and return the lowest minimum.

    Gradient projection (Jennrich, 2001, 2002; Bernaards & Jennrich, 2005), here of all starts as one
    stack of matrices.

    Parameters
    ----------
    family
        The loadings, the kind of rotation, and the criterion.
    n_starts
        The number of starts, of which the first is no rotation.
    rng
        Generator of the others.
    first
        (m, m): a matrix to start from instead of no rotation.

    Raises
    ------
    NotConvergedError
        Two factors became the same.
    """
    m = family.unrotated.shape[1]
    starts = np.linalg.qr(standard_normal(rng, (n_starts, m, m)))[0]
    starts[0] = np.eye(m) if first is None else first
    with np.errstate(all="ignore"):  # a step may overflow; then it is shortened
        try:
            turns, values, _ = _descend(family, starts, _LOOSE, _STEPS)
            turn, criterion, settled = _best(family, turns, values)
            while settled and (below := off_saddle(family, turn)) is not None:
                # the starts that reached the saddle point lead to the minimum below it
                at_saddle = values <= criterion + EQUAL_CRITERIA * (1 + abs(criterion))
                turn, criterion, settled = _polished(family, below[None])
                values[at_saddle] = criterion
        except np.linalg.LinAlgError:
            raise NotConvergedError(_COLLAPSED) from None
    agreeing = values <= criterion + EQUAL_CRITERIA * (1 + abs(criterion))
    return Lowest(turn, criterion, float(agreeing.mean()), settled, n_starts)
