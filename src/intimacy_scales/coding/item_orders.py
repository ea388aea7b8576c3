"""Search for options out of order in single items."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.believed import Believed, base_order, rest_scores
from intimacy_scales.coding.categories import ItemGroup
from intimacy_scales.coding.category_order import ALONE, WIDE, is_folded, moves_of
from intimacy_scales.coding.certainty import PROBABLY, SURELY
from intimacy_scales.coding.joint_counts import Block
from intimacy_scales.coding.orders import (
    FEWEST_OPTIONS,
    Order,
    OtherOrder,
    Untold,
    falls,
    item_evidence,
    order_cost,
    untold_of,
)
from intimacy_scales.numerics.ties import first_highest

Floats = NDArray[np.float64]

_NOTABLE = 1.5  # standard errors by which a mean rest score must fall for orders to be tried
_NOTABLE_GAIN = 1.5  # log10 by which another order must fit an item better, for all orders to be weighed
_RARER = 1.0  # log10 by which an item with its options in another order is rarer than a reversed one
_MOST_PERMUTED = 7  # options of which all orders are weighed


class ItemOrders(NamedTuple):
    """Orders of the options of single items.

    Attributes
    ----------
    orders
        Column → the order that fits this item better, surely.
    rivals
        Column of an item that alone runs against the others → an order about as likely as reversal.
    believed
        The coding with the orders.
    """

    orders: dict[int, OtherOrder]
    rivals: dict[int, OtherOrder]
    believed: Believed


def orders_of_items(
    groups: Sequence[ItemGroup],
    blocks: Sequence[Block],
    believed: Believed,
    turned: Collection[int],
    *,
    earlier: ItemOrders | None = None,
) -> ItemOrders:
    """Return the orders that fit single items better than those of their groups.

    An item that alone runs against the others is surely not as printed: it is reversed, or its options are
    in another order.

    Parameters
    ----------
    groups, blocks, believed
        Items with one response scale each, the scales, and the coding that is believed so far.
    turned
        Columns of items that alone run against the others.
    earlier
        Orders that were found before these items were; only the orders of ``turned`` are then looked for.
    """
    cost = math.log10(max(sum(int(block.judged.sum()) for block in blocks), 1))
    orders, rivals = ({}, {}) if earlier is None else (dict(earlier.orders), dict(earlier.rivals))
    for group in groups:
        base = base_order(group, believed)
        for column, other in _own_orders(group, blocks, believed):
            is_turned = column in turned
            odds = other.log10 - (_RARER if is_turned else cost)
            if odds >= (PROBABLY if is_turned else SURELY) and (is_turned or earlier is None):
                orders[column] = replace(other, log10=odds)
                believed = believed.in_order(np.array([column]), base, other.order)
            elif is_turned:
                rivals[column] = other
    return ItemOrders(orders, rivals, believed)


def _own_orders(
    group: ItemGroup, blocks: Sequence[Block], believed: Believed
) -> Iterable[tuple[int, OtherOrder]]:
    """Yield single items, by their column, and the order that fits them better than that of their group.

    Their log10 odds, above 0, do not count in how many items such an order was looked for.
    """
    base = base_order(group, believed)
    if not group.has_orders or len(base) < FEWEST_OPTIONS:
        return
    rest = rest_scores(blocks, believed)
    means, counts = rest.means[group.columns], rest.counts[group.columns]
    for row in np.flatnonzero(falls(means, counts, base) > _NOTABLE):
        other = _own_order(base, means[[row]], counts[[row]])
        if other is not None and other.log10 > 0:
            yield int(group.columns[row]), other


def _own_order(base: Order, means: Floats, counts: Floats) -> OtherOrder | None:
    """Return the order that fits one item (1, C) better than that of its group, if there is one.

    Its log10 odds are those of this order, or of "some other order" if these are higher.
    """
    given = [at for at in base if counts[0, at] >= 1]
    by_mean = [given[int(at)] for at in np.argsort(means[0, given], kind="stable")]
    orders: list[Order] = list(dict.fromkeys([base, *moves_of(base)[0], _filled(base, by_mean)]))
    evidence = item_evidence(means, counts, orders, ALONE)[:, 0]
    costs = np.array([order_cost(base, one) for one in orders])
    best = first_highest(evidence - costs)
    if not best or (evidence - evidence[0]).max() < _NOTABLE_GAIN:
        return None
    tolerance = WIDE if is_folded(orders[best], base) else ALONE
    weighs_all = len(base) <= _MOST_PERMUTED
    if weighs_all:
        orders = [tuple(base[at] for at in one) for one in permutations(range(len(base)))]
    else:
        orders = list(dict.fromkeys([*orders, *moves_of(orders[best])[0]]))
    evidence = item_evidence(means, counts, orders, tolerance)[:, 0]
    odds = evidence - evidence[0] - np.array([order_cost(base, one) for one in orders])
    best = 1 + first_highest(odds[1:])
    others = [*orders[:best], *orders[best + 1 :]]
    untold = untold_of(orders[best], others, odds[best] - np.delete(odds, best))
    if not weighs_all:  # orders that were not weighed may fit as well
        moved = [at for at, one in zip(orders[best], base, strict=True) if at != one]
        untold |= Untold(unplaced=tuple(sorted(moved)))
    return OtherOrder(
        order=orders[best],
        log10=max(float(odds[best]), _some_other(base, orders, evidence) if weighs_all else -math.inf),
        by_item=(evidence - evidence[0])[[best]],
        untold=untold,
        is_folded=is_folded(orders[best], base),
    )


def _some_other(base: Order, every: Sequence[Order], evidence: Floats) -> float:
    """Return the log10 Bayes factor of "some other order" over the first one for an item.

    Half of the prior probability is that of orders one move or swap away, half that of any order, each equal.
    """
    moves = set(moves_of(base)[0])
    is_move = np.array([one in moves for one in every])
    mean = _log10_mean(np.array([_log10_mean(evidence[is_move]), _log10_mean(evidence[1:])]))
    return mean - float(evidence[0])


def _log10_mean(logs: Floats) -> float:
    """Return log10 of the mean of likelihoods that are given by their log10."""
    top = float(logs.max())
    return top + math.log10(float(np.mean(10 ** (logs - top))))


def _filled(base: Order, given: Sequence[int]) -> Order:
    """Return an order of some categories with the others at the places that they have in the base."""
    left = iter(given)
    chosen = set(given)
    return tuple(next(left) if at in chosen else at for at in base)
