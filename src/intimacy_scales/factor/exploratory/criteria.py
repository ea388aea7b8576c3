"""What a rotation makes small, and how it changes as factors are turned (arrays only).

A criterion takes a stack of loadings (starts, p, m) and returns its values (starts,) and derivatives by
the loadings (starts, p, m). Criteria that are usually maximized stand with a minus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.exploratory.turned_off import off_saddle
from intimacy_scales.factor.sample import Floats
from intimacy_scales.numerics.normal_draws import standard_normal

Valued = tuple[Floats, Floats]
Criterion = Callable[[Floats], Valued]

_LOOSE, _TIGHT = 3e-5, 1e-10  # of the derivatives' length, relative to the criterion
_SAME = 1e-5  # two criteria that differ by less are one minimum
_STEPS, _POLISHING = 1000, 3000
_LOOKS = 3  # how many steps between looks who has settled
_NEWTON, _APART = 20, 1e-6
_FIRST = 0.3
_SUFFICIENT = 1e-4
_MEMORY = 0.85
_SHORTER = 4
_FLAT = 1e-2  # where the criterion is no parabola, a step may grow so much
_ROUNDING = 1e-14
_EXACT = 1e-11  # a criterion that settled is as exact as that
_FLAT_WAY = 1e-8  # of the steepest: along ways less bent than their own rounding, no step is taken
_TINY = 1e-300
_COLLAPSED = "the factors fell together while they were rotated; extract fewer factors, or use gamma=0"


def _products(one: Floats, other: Floats) -> Floats:
    """Return each start's sum of products."""
    sums: Floats = np.einsum("spm,spm->s", one, other)
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
    """Return ``sum w_ij (l_ij - t_ij)**2`` over the loadings that the target names.

    Parameters
    ----------
    loadings
        (starts, p, m).
    wanted
        (p, m): the target; nan where a loading may be anything (Browne, 1972, 2001).
    weights
        (p, m): how much each counts; 1 by default.

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


def _ways(free: tuple[NDArray[np.intp], ...], m: int) -> Floats:
    """Return matrices (ways, m, m) that hold a single 1, each at another of these positions."""
    ways = np.zeros((len(free[0]), m, m))
    ways[np.arange(len(ways)), free[0], free[1]] = 1
    return ways


class Orthogonal:
    """Rotations of ``loadings = unrotated @ T`` with ``T'T = I``; steps are skew matrices.

    ``free`` are the positions in a step that may be chosen, and ``ways`` a step along each.
    """

    def __init__(self, unrotated: Floats, criterion: Criterion) -> None:
        self.unrotated, self.criterion = unrotated, criterion
        self.one = np.eye(unrotated.shape[1])
        self.free = np.nonzero(np.tril(1 - self.one))
        half = _ways(self.free, len(self.one))
        self.ways = half - half.swapaxes(1, 2)

    def matrices(self, turns: Floats) -> Floats:
        """Return what the unrotated loadings are multiplied by."""
        return turns

    def valued(self, turns: Floats) -> Valued:
        """Return criteria (starts,) and their derivatives by steps (starts, m, m)."""
        loadings = self.unrotated @ turns
        values, slopes = self.criterion(loadings)
        crossed = loadings.swapaxes(1, 2) @ slopes
        return values, (crossed - crossed.swapaxes(1, 2)) / 2

    def moved(self, turns: Floats, steps: Floats) -> Floats:
        """Return the matrices after steps, by Cayley's transform."""
        half = steps / 2
        return turns @ np.linalg.solve(self.one - half, self.one + half)


class Oblique:
    """Rotations of ``loadings = unrotated @ inv(T)'`` with columns of T of length 1; ``phi = T'T``.

    A step X leads to ``T (I + X)``, columns brought to length 1 again.
    """

    def __init__(self, unrotated: Floats, criterion: Criterion) -> None:
        self.unrotated, self.criterion = unrotated, criterion
        self.free = np.nonzero(1 - np.eye(unrotated.shape[1]))
        self.ways = _ways(self.free, unrotated.shape[1])

    def matrices(self, turns: Floats) -> Floats:
        """Return what the unrotated loadings are multiplied by."""
        inverses: NDArray[Any] = np.linalg.inv(turns)
        return inverses.swapaxes(1, 2)

    def valued(self, turns: Floats) -> Valued:
        """Return criteria (starts,) and their derivatives by steps (starts, m, m)."""
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


def _dots(one: Floats, other: Floats) -> Floats:
    sums: Floats = np.einsum("skj,skj->s", one, other)
    return sums


@dataclass(slots=True)
class _Front:
    """Where each start has come to; the first axis of every array is the start.

    Step lengths are those of Barzilai and Borwein (1988), kept from leading up by the rule of Zhang and
    Hager (2004): ``reference`` is a mean of the last criteria, and ``weight`` how many it rests on.
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
        """Return where the starts begin."""
        values, slopes = family.valued(turns)
        squares = _dots(slopes, slopes)
        slack = _ROUNDING * (1 + float(np.abs(values).max()))
        return cls(turns, values, slopes, squares, _FIRST / np.sqrt(squares + _TINY), values, slack)

    def only(self, which: NDArray[np.bool_]) -> _Front:
        """Return some of the starts."""
        arrays = {name: getattr(self, name)[which] for name in _ARRAYS}
        return _Front(**arrays, slack=self.slack, weight=self.weight)

    def advance(self, family: Family) -> None:
        """Take one step from each start, or shorten it where it leads up."""
        tried = family.moved(self.turns, -self.lengths[:, None, None] * self.slopes)
        values, slopes = family.valued(tried)
        fall = self.lengths * self.squares
        up = ~(values <= self.reference + (self.slack - _SUFFICIENT * fall))
        bend = np.maximum(self.squares - _dots(self.slopes, slopes), _FLAT * self.squares)
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
    """Return where derivatives are small beside the criterion."""
    small: NDArray[np.bool_] = squares <= (tolerance * (1 + np.abs(values))) ** 2
    return small


def _settled(
    family: Family, turns: Floats, tolerance: float, limit: int
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Go down from all starts at once; those that have settled leave the batch.

    Returns
    -------
    tuple
        (starts, m, m) matrices, (starts,) criteria, and which starts settled.
    """
    found, values, done = np.empty_like(turns), np.empty(len(turns)), np.zeros(len(turns), dtype=np.bool_)
    left, front = np.arange(len(turns)), _Front.at(family, turns)
    for step in range(limit):
        if step % _LOOKS == 0:
            small = _small(front.squares, front.values, tolerance)
            if small.any():
                found[left], values[left], done[left] = front.turns, front.values, small
                left, front = left[~small], front.only(~small)
                if not len(left):
                    break
        front.advance(family)
    found[left], values[left] = front.turns, front.values
    return found, values, done


def _polished(family: Family, turns: Floats) -> tuple[Floats, float, bool]:
    """Take one start (1, m, m) to its exact place: matrix, criterion, and whether it settled.

    By Newton's method, with second derivatives as differences of first ones along all ways at once;
    where that leads nowhere, further down as before.
    """
    rows, columns = family.free
    values, slopes = family.valued(turns)
    for _ in range(_NEWTON):
        squares = _dots(slopes, slopes)
        if _small(squares, values, _TIGHT)[0]:
            return turns[0], float(values[0]), True
        ahead = family.valued(family.moved(turns, _APART * family.ways))[1]
        bends = (ahead - slopes)[:, rows, columns].T / _APART
        step = np.linalg.lstsq(bends, -slopes[0, rows, columns], rcond=_FLAT_WAY)[0]
        tried = family.moved(turns, np.tensordot(step, family.ways, 1)[None])
        new_values, new_slopes = family.valued(tried)
        if not (_dots(new_slopes, new_slopes) < squares / _SHORTER)[0]:
            break
        turns, values, slopes = tried, new_values, new_slopes
    turns, values, settled = _settled(family, turns, _TIGHT, _POLISHING)
    return turns[0], float(values[0]), bool(settled[0])


def _best(family: Family, turns: Floats, values: Floats) -> tuple[Floats, float, bool]:
    """Take the start with the lowest criterion to its exact place; of those with the same one, the first."""
    alike = np.flatnonzero(values <= values.min() + _SAME * (1 + abs(float(values.min()))))
    best = _polished(family, turns[alike[:1]])
    for other in alike[1:]:
        if values[other] < best[1] - _EXACT * (1 + abs(best[1])):  # another minimum, a little lower
            lower = _polished(family, turns[other][None])
            best = min(best, lower, key=lambda found: found[1])
    return best


@dataclass(frozen=True, slots=True)
class Lowest:
    """The best of all starts.

    Attributes
    ----------
    turns
        (m, m): where it came to.
    criterion
        Its value there.
    agreement
        The share of starts that came to the same value.
    converged
        Whether it settled.
    n_starts
        How many there were.
    """

    turns: Floats
    criterion: float
    agreement: float
    converged: bool
    n_starts: int


def lowest(family: Family, n_starts: int, rng: np.random.Generator, first: Floats | None = None) -> Lowest:
    """Start from no rotation and from random ones, and take the best to its exact place.

    Gradient projection (Jennrich, 2001, 2002; Bernaards & Jennrich, 2005), here of all starts as one
    stack of matrices.

    Parameters
    ----------
    family
        What is rotated, how, and by which criterion.
    n_starts
        How many starts, the first of them no rotation.
    rng
        For the others.
    first
        (m, m): a matrix to start with in place of no rotation.

    Raises
    ------
    NotConvergedError
        Factors became one and the same.
    """
    m = family.unrotated.shape[1]
    starts = np.linalg.qr(standard_normal(rng, (n_starts, m, m)))[0]
    starts[0] = np.eye(m) if first is None else first
    with np.errstate(all="ignore"):  # a step may lead too far; then it is shortened
        try:
            turns, values, _ = _settled(family, starts, _LOOSE, _STEPS)
            turn, criterion, settled = _best(family, turns, values)
            while settled and (below := off_saddle(family, turn)) is not None:
                # the starts that came to the saddle lead to what lies below it
                on_it = values <= criterion + _SAME * (1 + abs(criterion))
                turn, criterion, settled = _polished(family, below[None])
                values[on_it] = criterion
        except np.linalg.LinAlgError:
            raise NotConvergedError(_COLLAPSED) from None
    agreeing = values <= criterion + _SAME * (1 + abs(criterion))
    return Lowest(turn, criterion, float(agreeing.mean()), settled, n_starts)
