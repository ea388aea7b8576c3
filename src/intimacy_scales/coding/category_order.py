"""Evidence on the order of stored values: the rest scores of those who gave each of them (arrays only).

The model is that of the polyserial correlation (Olsson, Drasgow & Dorans, 1982). Answers cut a normal
variable at thresholds, and the standardized rest score is its multiple ``b`` with a normal error. Those who
gave the option between the thresholds ``t_(c-1)`` and ``t_c`` then have the mean rest score

    b z_c,    z_c = (phi(t_(c-1)) - phi(t_c)) / p_c

and thresholds follow from the shares ``p_c``, in the order of the options. Another order has other ``z``.
Their means are normal around ``b z_c`` with variance ``(1 - b^2) / n_c + (l b)^2``, the second term for
the lack of fit of a normal variable. Their relation to ``z`` may also be bent, ``+ a u_c``, with ``u`` the
standardized squares of ``z`` and ``a`` normal around 0: people differ in how readily they choose the ends of
a range, whatever it means, and this must not pass for options out of order. `Tolerance` says how large
``l`` and the standard deviation of ``a`` may be.
``b`` is anywhere between 0 and 1, so each order has one likelihood, averaged over ``b``; it is given in
relation to that of no relation (``b = 0``), which does not depend on the rest scores, so that orders can be
compared which give other rest scores. The ratio of two orders is a Bayes factor. Where few persons gave a
value, one careless respondent moves their mean, so ``n_c`` persons count as ``n_c^2 / (n_c + k)``.

The sum over items counts each pair of items twice (a pseudo-likelihood; Besag, 1975). Evidence that is summed
over the items of a scale therefore counts three quarters, which is less than the likelihood of a factor model
gives where that is known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from intimacy_scales.numerics.ties import eigenvectors

Floats = NDArray[np.float64]
Orders = NDArray[np.intp]

_SLOPES = np.linspace(0.04, 0.92, 12)
_OF_A_SWAP = 2  # options that have another place
COUNTED = 0.75  # of evidence that is summed over the items of a scale
LN10 = math.log(10)


class Tolerance(NamedTuple):
    """How far mean rest scores may lie from those of the model.

    Attributes
    ----------
    bend
        Standard deviation of the bend.
    lack_of_fit
        Standard deviation of means around their line, as a share of its slope.
    aberrant
        Persons whose variance is added once to the sum of rest scores in a category.
    """

    bend: float
    lack_of_fit: float
    aberrant: float


WIDE = Tolerance(0.35, 0.2, 2.0)
"""For anything that people who choose the ends of a range may bring about."""
IN_COMMON = Tolerance(0.15, 0.2, 2.0)
"""For orders that all items share, as they share what does not fit."""
ALONE = Tolerance(0.06, 0.06, 1.0)
"""For the order of a single item: as in published scales, by docs/explanation/coding.md."""


def normal_scores(counts: Floats, orders: Orders) -> Floats:
    """Return the mean of the normal variable in each category, under each order: (H, k, C).

    Parameters
    ----------
    counts
        (k, C): persons in each category of each item.
    orders
        (H, C): categories from the lowest to the highest; -1 in the last places for those left out, which
        have the score 0.
    """
    n_orders, width = orders.shape
    padded = np.concatenate([counts, np.zeros((len(counts), 1))], axis=1)
    ordered = padded[:, np.where(orders < 0, width, orders)].transpose(1, 0, 2)
    shares = ordered / np.maximum(ordered.sum(axis=2, keepdims=True), 1e-300)
    cuts = ndtri(np.clip(np.cumsum(shares, axis=2), 0.0, 1.0))
    heights = np.exp(-0.5 * np.minimum(np.abs(cuts), 40.0) ** 2) / math.sqrt(2 * math.pi)
    below = np.concatenate([np.zeros_like(heights[..., :1]), heights[..., :-1]], axis=2)
    means = np.divide(below - heights, shares, out=np.zeros_like(shares), where=shares > 0)
    scores = np.zeros((n_orders, len(counts), width + 1))
    index = np.where(orders < 0, width, orders)[:, None, :]
    np.put_along_axis(scores, np.broadcast_to(index, means.shape), means, axis=2)
    scores[..., width] = 0.0
    return np.asarray(scores[..., :width])


def order_evidence(rest_means: Floats, counts: Floats, scores: Floats, tolerance: Tolerance = WIDE) -> Floats:
    """Return the log10 likelihood of each order for each item (H, k), in relation to that of no relation.

    Parameters
    ----------
    rest_means
        (k, C): mean rest score in each category, in the direction of the stored values.
    counts
        (k, C): persons in each category; categories without persons say nothing.
    scores
        (H, k, C): what `normal_scores` returns.
    tolerance
        How far means may lie from those of the model.
    """
    bend, lack_of_fit, aberrant = tolerance
    given = counts > 0
    n = np.where(given, counts**2 / (counts + aberrant), 1.0)
    slopes = _SLOPES[:, None, None, None]
    variances = (1 - slopes**2) / n + (lack_of_fit * slopes) ** 2 * (scores != 0)
    weights = np.where(given, 1 / variances, 0.0)
    errors = rest_means - slopes * scores
    terms = np.where(given, -0.5 * np.log(variances * n) + 0.5 * rest_means**2 * n, 0.0)
    curves = _curves(scores, counts)
    # covariance diag(variances) + bend^2 curve curve', by the determinant and the inverse of such a sum
    along = 1 + bend**2 * np.einsum("bhkc,hkc->bhk", weights, curves**2)
    across = np.einsum("bhkc,hkc->bhk", weights * errors, curves)
    squares = np.einsum("bhkc,bhkc->bhk", weights, errors**2) - bend**2 * across**2 / along
    logs = terms.sum(axis=3) - 0.5 * (squares + np.log(along))
    top = logs.max(axis=0)
    return np.asarray((top + np.log(np.exp(logs - top).mean(axis=0))) / LN10)


def _curves(scores: Floats, counts: Floats) -> Floats:
    """Return the squares of the scores of each category, standardized over persons (H, k, C)."""
    n = np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    squares = scores**2
    centred = squares - (counts * squares).sum(axis=2, keepdims=True) / n
    sds = np.sqrt((counts * centred**2).sum(axis=2, keepdims=True) / n)
    return np.asarray(np.divide(centred, sds, out=np.zeros_like(centred), where=sds > 0))


@lru_cache(maxsize=256)
def moves_of(order: tuple[int, ...]) -> tuple[tuple[tuple[int, ...], ...], float]:
    """Return the orders in which one option was moved, or two were swapped, and the log10 of their number.

    Examples
    --------
    >>> orders, cost = moves_of((0, 1, 2))
    >>> len(orders), (2, 0, 1) in orders, round(cost, 2)
    (5, True, 0.7)
    """
    moved: set[tuple[int, ...]] = set()
    for place in range(len(order)):
        rest = order[:place] + order[place + 1 :]
        moved.update((*rest[:to], order[place], *rest[to:]) for to in range(len(order)))
    for one, other in combinations(range(len(order)), 2):
        swapped = list(order)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        moved.add(tuple(swapped))
    moved.discard(order)
    return tuple(sorted(moved)), math.log10(max(len(moved), 1))


def any_order_cost(n: int) -> float:
    """Return log10 of the number of orders of n options."""
    return math.lgamma(n + 1) / LN10


def pair_affinities(joint: Floats, signs: Floats) -> tuple[Floats, Floats]:
    """Return how much more often pairs of categories go together than by chance (C, C), and the masses (C,).

    Sums of both over scales lead to `common_quantifications`. Pairs of an item with a reverse-keyed one count
    in the other direction.

    Parameters
    ----------
    joint, signs
        Joint counts (m, C, m, C) and keys (m,) of the items of a scale that have these categories.
    """
    n_pairs = np.maximum(np.einsum("icjd->ij", joint), 1.0)
    shares = joint / n_pairs[:, None, :, None]
    left, right = shares.sum(axis=3), shares.sum(axis=1)
    apart = 1.0 - np.eye(len(joint))
    keyed = np.outer(signs, signs) * apart
    expected = np.einsum("ij,icj,ijd->cd", keyed, left, right)
    centred = np.einsum("ij,icjd->cd", keyed, shares) - expected
    return (centred + centred.T) / 2, np.einsum("ij,icj->c", apart, left)


def common_quantifications(affinities: Floats, masses: Floats) -> Floats:
    """Return quantifications of the categories (C,) that make items with the same categories most alike.

    These are the first non-trivial quantifications of the joint counts of all pairs of items (correspondence
    analysis; Guttman, 1941), one for all items. They do not depend on the values that were stored.
    """
    roots = np.sqrt(np.where(masses > 0, masses, 1.0))
    values = eigenvectors(affinities / np.outer(roots, roots))[1][:, -1]
    return np.asarray(values / roots)


def is_folded(order: Sequence[int], printed: Sequence[int]) -> bool:
    """Tell whether an order is the printed one folded at some option: its ends come together.

    A swap of the first or the last two options is not counted.

    Examples
    --------
    >>> is_folded((2, 1, 3, 0, 4), range(5)), is_folded((1, 4, 0, 2, 3), range(5))
    (True, False)
    """
    places = [list(printed).index(at) for at in order]
    n = len(places)
    if sum(place != at for at, place in enumerate(places)) <= _OF_A_SWAP:
        return False
    return any(
        all(max(one[: m + 1]) - min(one[: m + 1]) == m for m in range(n)) for one in (places, places[::-1])
    )
