"""Orders of stored values as options: what each costs, how it fits, and what about it is not told."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.category_order import (
    WIDE,
    Tolerance,
    any_order_cost,
    moves_of,
    normal_scores,
    order_evidence,
)

Floats = NDArray[np.float64]
Order = tuple[int, ...]

FEWEST_OPTIONS = 3  # since of two only the direction can be told
_CLEARLY_NEARER = 1 / 3  # share of pairs in another order than printed, up to which the direction is told
_TOLD = 2.0  # log10 by which all other orders must fit worse for the place of an option to be told


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """What about an order is not told, surely.

    Attributes
    ----------
    neighbours
        Neighbours in the order that may as well be the other way round.
    unplaced
        Categories that may as well belong elsewhere.
    either_end
        The categories, if they may as well be in the same order from the other end.
    """

    neighbours: tuple[tuple[int, int], ...] = ()
    unplaced: tuple[int, ...] = ()
    either_end: tuple[int, ...] = ()

    @property
    def categories(self) -> tuple[int, ...]:
        """All categories whose place is not told."""
        listed = {*self.unplaced, *self.either_end, *(at for pair in self.neighbours for at in pair)}
        return tuple(sorted(listed))

    def __or__(self, other: Untold) -> Untold:
        """Return what one or the other does not tell."""
        return Untold(
            neighbours=tuple(dict.fromkeys([*self.neighbours, *other.neighbours])),
            unplaced=tuple(sorted({*self.unplaced, *other.unplaced})),
            either_end=self.either_end or other.either_end,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherOrder:
    """An order of stored values that fits better than that of the instrument.

    Attributes
    ----------
    order
        Categories from the lowest option to the highest.
    log10
        log10 Bayes factor over the order of the instrument, less the log10 of the number of such orders.
    by_item
        (k,): log10 likelihood ratio of each of the items.
    untold
        What about the order is not told.
    is_folded
        Whether the order brings the ends of the printed one together, as answering styles do.
    """

    order: Order
    log10: float
    by_item: Floats
    untold: Untold = field(default_factory=Untold)
    is_folded: bool = False


def as_orders(orders: Sequence[Order], width: int) -> NDArray[np.intp]:
    """Return orders as rows of categories, filled up with -1."""
    rows = np.full((len(orders), width), -1, dtype=np.intp)
    for row, order in zip(rows, orders, strict=True):
        row[: len(order)] = order
    return rows


def item_evidence(
    means: Floats, counts: Floats, orders: Sequence[Order], tolerance: Tolerance = WIDE
) -> Floats:
    """Return the log10 likelihood of each order for each item (H, k), in relation to that of no relation."""
    scores = normal_scores(counts, as_orders(orders, counts.shape[1]))
    return order_evidence(means, counts, scores, tolerance)


def order_cost(base: Order, order: Order, new: Collection[int] = ()) -> float:
    """Return log10 of the number of orders that are as simple: a move or a swap of options, or any order.

    Parameters
    ----------
    base, order
        The order of the instrument, and another one.
    new
        Categories with numbers that the instrument does not have, as survey tools give them to options that
        were added later: these may be anywhere among the others, and such orders are the simplest.
    """
    if order == base:
        return 0.0
    if new and _without(order, new) == _without(base, new):
        return math.log10(math.perm(len(base), len(new)) - 1)
    moves, cost = moves_of(base)
    return cost if order in moves else any_order_cost(len(base))


def _without(order: Order, left_out: Collection[int]) -> Order:
    return tuple(at for at in order if at not in left_out)


def falls(means: Floats, counts: Floats, order: Order) -> Floats:
    """Return the largest fall of mean rest scores from an option to a higher one, in standard errors (k,)."""
    listed, n = means[:, list(order)], counts[:, list(order)]
    given = n >= 1
    errors = np.sqrt(1 / np.maximum(n[:, :, None], 1) + 1 / np.maximum(n[:, None, :], 1))
    z = (listed[:, :, None] - listed[:, None, :]) / errors
    later = np.triu(np.ones((len(order), len(order)), dtype=np.bool_), 1)
    fallen = np.where(given[:, :, None] & given[:, None, :] & later, z, 0.0)
    return np.asarray(fallen.max(axis=(1, 2), initial=0.0))


def is_near(base: Order, order: Order, new: Collection[int] = ()) -> bool:
    """Tell whether an order is clearly nearer to the base than the same order from the other end is.

    Up to a third of its pairs of options are then the other way round; new options, which may be anywhere,
    are not counted. Labels in alphabetical order, from "agree" to "strongly disagree", are not near.

    Examples
    --------
    >>> is_near((1, 2, 3, 4, 6), (6, 1, 2, 3, 4), new=[6]), is_near((1, 2, 3, 4, 5), (5, 2, 3, 1, 4))
    (True, False)
    """
    places = [base.index(at) for at in order if at not in new]
    pairs = list(combinations(places, 2))
    return sum(first > second for first, second in pairs) <= _CLEARLY_NEARER * len(pairs)


def untold_of(order: Order, others: Sequence[Order], behind: Floats) -> Untold:
    """Return what about an order is not told.

    Parameters
    ----------
    order
        The order that fits best.
    others
        Orders it is compared with.
    behind
        (H,): log10 posterior odds of the order over each of these.

    Examples
    --------
    >>> untold_of((0, 1, 2, 3), [(0, 2, 1, 3), (1, 2, 0, 3), (3, 0, 1, 2)], np.array([0.2, 2.0, 1.0]))
    Untold(neighbours=((1, 2),), unplaced=(3,), either_end=())
    """
    neighbours, unplaced = set(), set()
    for other in (one for one, log10 in zip(others, behind.tolist(), strict=True) if log10 < _TOLD):
        differ = [at for at, pair in enumerate(zip(order, other, strict=True)) if pair[0] != pair[1]]
        first, last = differ[0], differ[-1]
        if last == first + 1:
            neighbours.add((order[first], order[last]))
        elif other[first:last] == order[first + 1 : last + 1]:
            unplaced.add(order[first])
        elif other[first + 1 : last + 1] == order[first:last]:
            unplaced.add(order[last])
        else:
            unplaced.update(order[at] for at in differ)
    return Untold(
        neighbours=tuple(sorted(neighbours, key=lambda pair: order.index(pair[0]))),
        unplaced=tuple(sorted(unplaced)),
    )
