"""Search for recodes out of order: for all items of a response scale together, and for single items."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.believed import Believed, base_order, rest_scores
from intimacy_scales.coding.categories import ItemGroup
from intimacy_scales.coding.category_order import (
    ALONE,
    COUNTED,
    IN_COMMON,
    WIDE,
    Tolerance,
    any_order_cost,
    common_quantifications,
    is_folded,
    moves_of,
    normal_scores,
    order_evidence,
    pair_affinities,
)
from intimacy_scales.coding.joint_counts import FEWEST_ITEMS, Block
from intimacy_scales.numerics.ties import descending, first_highest

Floats = NDArray[np.float64]
Order = tuple[int, ...]

_FEWEST = 3  # options, since of two only the direction can be told
_NOTABLE = 1.5  # standard errors by which a mean rest score must fall for orders to be tried
_NOTABLE_IN_COMMON = 1.0  # the same of all items of a response scale together
_MOST_STEPS = 6
_TOLD = 1.5  # log10 by which neighbours in an order must fit worse the other way round
_NOTABLE_GAIN = 1.5  # log10 by which another order must fit an item better, for all orders to be weighed
_MOST_PERMUTED = 7  # options of which all orders are weighed


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
        Neighbours in the order that may as well be the other way round.
    is_folded
        Whether the order brings the ends of the printed one together, as answering styles do.
    """

    order: Order
    log10: float
    by_item: Floats
    untold: tuple[tuple[int, int], ...] = ()
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


def _with_order(believed: Believed, group: ItemGroup, base: Order, order: Order) -> Believed:
    """Return the coding in which the categories have the places of the options in another order."""
    scores = believed.scores[group.columns].copy()
    scores[:, list(order)] = believed.scores[group.columns][:, list(base)]
    return believed.with_scores(group.columns, scores)


def order_cost(base: Order, order: Order) -> float:
    """Return log10 of the number of orders that are as simple: a move or a swap of options, or any order."""
    if order == base:
        return 0.0
    moves, cost = moves_of(base)
    return cost if order in moves else any_order_cost(len(base))


def falls(means: Floats, counts: Floats, order: Order) -> Floats:
    """Return the largest fall of mean rest scores from an option to a higher one, in standard errors (k,)."""
    listed, n = means[:, list(order)], counts[:, list(order)]
    given = n >= 1
    errors = np.sqrt(1 / np.maximum(n[:, :, None], 1) + 1 / np.maximum(n[:, None, :], 1))
    z = (listed[:, :, None] - listed[:, None, :]) / errors
    later = np.triu(np.ones((len(order), len(order)), dtype=np.bool_), 1)
    fallen = np.where(given[:, :, None] & given[:, None, :] & later, z, 0.0)
    return np.asarray(fallen.max(axis=(1, 2), initial=0.0))


def common_order_of(group: ItemGroup, blocks: Sequence[Block], believed: Believed) -> OtherOrder | None:
    """Return the order that fits all items of a group best, if it is not that of the instrument."""
    base = base_order(group, believed)
    if not group.has_orders or len(base) < _FEWEST or not _judged(group, blocks):
        return None
    columns = group.columns

    def evidence_of(order: Order) -> Floats:
        rest = rest_scores(blocks, _with_order(believed, group, base, order))
        by_item: Floats = item_evidence(rest.means[columns], rest.counts[columns], [order], IN_COMMON)[0]
        return by_item

    starts = {_quantified_order(group, blocks, believed, base)} - {base}
    rest = rest_scores(blocks, believed)
    pooled_counts = rest.counts[columns].sum(axis=0, keepdims=True)
    pooled = (rest.counts[columns] * rest.means[columns]).sum(axis=0, keepdims=True) / np.maximum(
        pooled_counts, 1
    )
    if falls(pooled, pooled_counts, base)[0] > _NOTABLE_IN_COMMON:
        starts.add(tuple(int(at) for at in np.array(base)[np.argsort(pooled[0, list(base)], kind="stable")]))
        starts.add(_best_move(rest.means[columns], rest.counts[columns], base, base))
    starts.discard(base)
    if not starts:
        return None
    at_base = evidence_of(base)

    def total(order: Order) -> tuple[float, Floats]:
        by_item = evidence_of(order) - at_base
        return float(by_item.sum()) * COUNTED - order_cost(base, order), by_item

    order, (log10, by_item) = max(((one, total(one)) for one in sorted(starts)), key=lambda pair: pair[1][0])
    for _ in range(_MOST_STEPS):
        rest = rest_scores(blocks, _with_order(believed, group, base, order))
        near = _best_move(rest.means[columns], rest.counts[columns], order, base)
        value, values = total(near)
        if near in (order, base) or value <= log10:
            break
        order, log10, by_item = near, value, values
    rest = rest_scores(blocks, _with_order(believed, group, base, order))
    untold = _untold(rest.means[columns], rest.counts[columns], order, IN_COMMON)
    folded = is_folded(order, base)
    return OtherOrder(order=order, log10=log10, by_item=by_item, untold=untold, is_folded=folded)


def _untold(means: Floats, counts: Floats, order: Order, tolerance: Tolerance) -> tuple[tuple[int, int], ...]:
    """Return the neighbours in an order of which it is not told, surely, which comes first."""
    pairs = tuple(pairwise(order))
    swapped = [(*order[:at], second, first, *order[at + 2 :]) for at, (first, second) in enumerate(pairs)]
    totals = item_evidence(means, counts, [order, *swapped], tolerance).sum(axis=1)
    counted = COUNTED if len(means) > 1 else 1.0
    return tuple(
        pair for pair, total in zip(pairs, totals[1:], strict=True) if (totals[0] - total) * counted < _TOLD
    )


def evidence_without(
    group: ItemGroup, blocks: Sequence[Block], believed: Believed, order: Order, columns: NDArray[np.intp]
) -> float:
    """Return the log10 evidence for an order, less its cost, from the items not among ``columns``."""
    left = [part for block in blocks if len((part := block.without(columns)).columns) >= FEWEST_ITEMS]
    if not left:
        return 0.0
    base = base_order(group, believed)
    total = 0.0
    for sign, one in ((1, order), (-1, base)):
        rest = rest_scores(left, _with_order(believed, group, base, one))
        total += sign * float(
            item_evidence(rest.means[group.columns], rest.counts[group.columns], [one], IN_COMMON).sum()
        )
    return total * COUNTED - order_cost(base, order)


def _judged(group: ItemGroup, blocks: Sequence[Block]) -> bool:
    judged = {int(column) for block in blocks for column in block.columns[block.judged]}
    return not judged.isdisjoint(map(int, group.columns))


def _best_move(means: Floats, counts: Floats, order: Order, base: Order) -> Order:
    """Return the order, one move away from ``order``, that fits the given rest scores of all items best."""
    moves, _ = moves_of(order)
    totals = item_evidence(means, counts, moves, IN_COMMON).sum(axis=1) * COUNTED
    costs = np.array([order_cost(base, one) for one in moves])
    return moves[first_highest(totals - costs)]


def _quantified_order(group: ItemGroup, blocks: Sequence[Block], believed: Believed, base: Order) -> Order:
    """Return the order of the common quantifications of a group, in the direction of the base."""
    affinities, masses = np.zeros(2), np.zeros(1)
    for block in blocks:
        inside = np.isin(block.columns, group.columns)
        if np.count_nonzero(inside) < 2:
            continue
        part = block.joint[inside][:, list(base)][:, :, inside][:, :, :, list(base)]
        added, mass = pair_affinities(part, (block.signs * believed.flips[block.columns])[inside])
        affinities, masses = affinities + added if affinities.ndim == 2 else added, masses + mass
    if affinities.ndim != 2:
        return base
    values = common_quantifications(affinities, masses)
    places = np.arange(len(base)) - (len(base) - 1) / 2
    values = values if float(np.argsort(np.argsort(values)) @ places) >= 0 else -values
    return tuple(base[int(at)] for at in descending(-values))


def own_orders(
    group: ItemGroup, blocks: Sequence[Block], believed: Believed, n_judged: int
) -> Iterable[tuple[int, OtherOrder]]:
    """Yield single items, by their column, and the order that fits them better than that of their group."""
    base = base_order(group, believed)
    if not group.has_orders or len(base) < _FEWEST:
        return
    rest = rest_scores(blocks, believed)
    means, counts = rest.means[group.columns], rest.counts[group.columns]
    for row in np.flatnonzero(falls(means, counts, base) > _NOTABLE):
        given = [at for at in base if counts[row, at] >= 1]
        by_mean = [given[int(at)] for at in np.argsort(means[row, given], kind="stable")]
        moves, _ = moves_of(base)
        orders = [base, *moves, _filled(base, by_mean)]
        evidence = item_evidence(means[[row]], counts[[row]], orders, ALONE)[:, 0]
        costs = np.array([order_cost(base, one) for one in orders])
        best = first_highest(evidence - costs)
        gain = evidence - evidence[0]
        if best and gain.max() >= _NOTABLE_GAIN:
            folded = is_folded(orders[best], base)
            tolerance = WIDE if folded else ALONE
            pair = item_evidence(means[[row]], counts[[row]], [base, orders[best]], tolerance)[:, 0]
            by_all = _over_all_orders(base, means[[row]], counts[[row]], tolerance)
            log10 = max(float(pair[1] - pair[0] - costs[best]), by_all) - math.log10(n_judged)
            untold = _untold(means[[row]], counts[[row]], orders[best], tolerance)
            yield (
                int(group.columns[row]),
                OtherOrder(
                    order=orders[best], log10=log10, by_item=gain[[best]], untold=untold, is_folded=folded
                ),
            )


def _over_all_orders(base: Order, means: Floats, counts: Floats, tolerance: Tolerance) -> float:
    """Return the log10 Bayes factor of "some other order" over the given one for an item.

    Half of the prior probability is that of orders one move or swap away, half that of any order, each equal.
    """
    if len(base) > _MOST_PERMUTED:
        return -math.inf
    moves, _ = moves_of(base)
    every = [tuple(base[at] for at in one) for one in permutations(range(len(base)))]  # the first is the base
    by_move = item_evidence(means, counts, moves, tolerance)[:, 0]
    by_any = item_evidence(means, counts, every, tolerance)[:, 0]
    mean = _log10_mean(np.array([_log10_mean(by_move), _log10_mean(by_any[1:])]))
    return mean - float(by_any[0])


def _log10_mean(logs: Floats) -> float:
    """Return log10 of the mean of likelihoods that are given by their log10."""
    top = float(logs.max())
    return top + math.log10(float(np.mean(10 ** (logs - top))))


def _filled(base: Order, given: Sequence[int]) -> Order:
    """Return an order of some categories with the others at the places that they have in the base."""
    left = iter(given)
    chosen = set(given)
    return tuple(next(left) if at in chosen else at for at in base)
