"""Search for options out of order in all items of a response scale together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.answering_style import agrees_as_printed
from intimacy_scales.coding.believed import Believed, base_order, rest_scores
from intimacy_scales.coding.categories import ItemGroup
from intimacy_scales.coding.category_order import (
    COUNTED,
    IN_COMMON,
    common_quantifications,
    is_folded,
    moves_of,
    pair_affinities,
)
from intimacy_scales.coding.certainty import PROBABLY, SURELY
from intimacy_scales.coding.joint_counts import FEWEST_ITEMS, Block
from intimacy_scales.coding.orders import (
    FEWEST_OPTIONS,
    Order,
    OtherOrder,
    Untold,
    is_near,
    item_evidence,
    order_cost,
    untold_of,
)
from intimacy_scales.numerics.ties import descending, first_highest

Floats = NDArray[np.float64]
NO_NEW: Mapping[int, Collection[int]] = MappingProxyType({})

_CLEAR_RISE = 1.0  # standard errors by which means of all items must rise for orders not to be tried
_MOST_STEPS = 6
_WITH_DOUBTFUL_ITEMS = 7.5  # log10 odds of an order where items that are not reverse-keyed may be reversed
_AGAINST = -0.7  # log10 likelihood ratio by which the items that show an order least may speak against it
_OVER_REVERSAL = 6.0  # log10 odds of an order over reversal, from which other items need not show it


class OrderSearch:
    """The orders that the options of a group may have, weighed by what its items have in common.

    Parameters
    ----------
    group
        Items with one response scale.
    blocks
        The scales.
    believed
        The coding that is believed so far.
    new
        Categories with numbers that the instrument does not have (see `order_cost`).
    """

    def __init__(
        self, group: ItemGroup, blocks: Sequence[Block], believed: Believed, new: Collection[int] = ()
    ) -> None:
        self.group, self.blocks, self.believed, self.new = group, blocks, believed, frozenset(new)
        self.base = base_order(group, believed)
        self._by_order: dict[Order, Floats] = {}

    @property
    def is_possible(self) -> bool:
        """Whether other orders can be weighed."""
        judged = {int(column) for block in self.blocks for column in block.columns[block.judged]}
        some_judged = not judged.isdisjoint(map(int, self.group.columns))
        return self.group.has_orders and len(self.base) >= FEWEST_OPTIONS and some_judged

    def ordered(self, order: Order) -> Believed:
        """Return the coding in which the options have another order."""
        return self.believed.in_order(self.group.columns, self.base, order)

    def cost(self, order: Order) -> float:
        """Return log10 of the number of orders that are as simple."""
        return order_cost(self.base, order, self.new)

    def by_item(self, order: Order) -> Floats:
        """Return the log10 likelihood ratio of an order over the base for each item (k,)."""
        for one in (self.base, order):
            if one not in self._by_order:
                means, counts = self._rest_scores(one)
                self._by_order[one] = item_evidence(means, counts, [one], IN_COMMON)[0]
        return self._by_order[order] - self._by_order[self.base]

    def total(self, order: Order) -> float:
        """Return log10 posterior odds of an order over the base."""
        return float(self.by_item(order).sum()) * COUNTED - self.cost(order)

    def best(self) -> OtherOrder | None:
        """Return the order that fits best; None if that is the base."""
        if not self.is_possible:
            return None
        starts = sorted(self._starts() - {self.base})
        if not starts:
            return None
        order = max(starts, key=self.total)
        if self.total(order) < 0 and not self.new:
            return None
        for _ in range(_MOST_STEPS):
            near = self._best_move(order)
            if near == self.base or self.total(near) <= self.total(order):
                break
            order = near
        if self.total(order) <= 0:
            return None
        return OtherOrder(
            order=order,
            log10=self.total(order),
            by_item=self.by_item(order),
            is_folded=is_folded(order, self.base),
        )

    def untold(self, order: Order) -> Untold:
        """Return what is not told about an order, by orders near it, the base, and new options elsewhere."""
        if not self.is_possible:
            return Untold(unplaced=tuple(sorted(self.new)))
        others = sorted({self.base, *moves_of(order)[0], *self._placements()} - {order})
        untold = untold_of(order, others, self.total(order) - np.array([self.total(one) for one in others]))
        return untold if is_near(self.base, order, self.new) else replace(untold, either_end=order)

    def _rest_scores(self, order: Order) -> tuple[Floats, Floats]:
        """Return mean rest scores and numbers of persons by category (k, C) under an order."""
        rest = rest_scores(self.blocks, self.ordered(order))
        return rest.means[self.group.columns], rest.counts[self.group.columns]

    def _starts(self) -> set[Order]:
        """Return orders from which to search: by pairs of items, by pooled rest scores, and near the base."""
        base = self.base
        starts = {_quantified_order(self.group, self.blocks, self.believed, base), *self._placements()}
        means, counts = self._rest_scores(base)
        n = np.maximum(counts[:, list(base)].sum(axis=0), 1)
        pooled = (counts * means)[:, list(base)].sum(axis=0) / n
        if np.any(np.diff(pooled) < _CLEAR_RISE * np.sqrt(1 / n[1:] + 1 / n[:-1])):
            starts.add(tuple(base[int(at)] for at in np.argsort(pooled, kind="stable")))
            starts.add(self._best_move(base))
        return starts

    def _placements(self) -> set[Order]:
        """Return the orders in which one new option is anywhere among the others."""
        placed: set[Order] = set()
        for new in self.new:
            others = tuple(at for at in self.base if at != new)
            placed.update((*others[:at], new, *others[at:]) for at in range(len(self.base)))
        return placed

    def _best_move(self, order: Order) -> Order:
        """Return the order, one move away from ``order``, that fits the rest scores of all items best."""
        means, counts = self._rest_scores(order)
        moves, _ = moves_of(order)
        totals = item_evidence(means, counts, moves, IN_COMMON).sum(axis=1) * COUNTED
        return moves[first_highest(totals - np.array([self.cost(one) for one in moves]))]

    def without(self, order: Order, columns: NDArray[np.intp]) -> float:
        """Return the log10 likelihood ratio of an order by the items that are not among ``columns``."""
        left = [part for one in self.blocks if len((part := one.without(columns)).columns) >= FEWEST_ITEMS]
        of_others = OrderSearch(self.group, left, self.believed, self.new)
        return float(of_others.by_item(order).sum()) * COUNTED if left else 0.0


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


def common_orders(
    groups: Sequence[ItemGroup],
    blocks: Sequence[Block],
    believed: Believed,
    doubtful: Collection[int] = (),
    new: Mapping[int, Collection[int]] = NO_NEW,
) -> tuple[dict[int, OtherOrder], Believed]:
    """Return the orders that surely fit all items of groups better, and the coding with these orders.

    Items of doubtful direction may make options seem out of order, as may options out of order turn the
    reverse-keyed items. The other items must then show the order too, and more surely where doubtful items
    are not reverse-keyed. An order that brings the ends together must explain how items agree as printed.

    Parameters
    ----------
    groups, blocks, believed
        Items with one response scale each, the scales, and the coding that is believed so far.
    doubtful
        Columns of the items of doubtful direction.
    new
        First column of a group → its categories with numbers that the instrument does not have.

    Returns
    -------
    tuple
        First column of a group → its order; the coding.
    """
    orders = {}
    for group in groups:
        first = int(group.columns[0])
        search = OrderSearch(group, blocks, believed, new.get(first, ()))
        other = search.best() if len(group.columns) > 1 else None
        if other is None or not (search.new or other.log10 >= PROBABLY):
            continue
        if len(doubtful) and not _holds_without(search, other, np.unique(np.array(list(doubtful), np.intp))):
            continue
        most = group.columns[np.argsort(-other.by_item, kind="stable")[: len(group.columns) // 3]]
        if not search.new and search.without(other.order, most) < _AGAINST:
            continue
        ordered = search.ordered(other.order)
        if other.is_folded and agrees_as_printed(group, blocks, believed, ordered, other.order):
            continue
        believed = ordered
        orders[first] = replace(other, untold=search.untold(other.order))
    return orders, believed


def _holds_without(search: OrderSearch, other: OtherOrder, doubtful: NDArray[np.intp]) -> bool:
    """Tell whether an order holds where some items are of doubtful direction.

    The other items show it; or they do not speak against it, only reverse-keyed items are doubtful, and the
    order explains the answers far better than that these are reversed.
    """
    reverse = {int(column) for block in search.blocks for column in block.columns[block.signs < 0]}
    all_reverse = reverse.issuperset(doubtful.tolist())
    of_others = search.without(other.order, doubtful)
    if of_others - search.cost(other.order) >= (SURELY if all_reverse else _WITH_DOUBTFUL_ITEMS):
        return True
    if not all_reverse or other.is_folded or of_others < _AGAINST:
        return False
    ordered, turned = search.ordered(other.order), search.believed.flipped(doubtful)
    more = total_evidence(search.blocks, [search.group], ordered)
    return more - total_evidence(search.blocks, [search.group], turned) >= _OVER_REVERSAL


def total_evidence(blocks: Sequence[Block], groups: Sequence[ItemGroup], believed: Believed) -> float:
    """Return the sum of the log10 likelihoods of all items under a coding (a pseudo-likelihood)."""
    rest = rest_scores(blocks, believed)
    total = 0.0
    for group in groups:
        order = base_order(group, believed)
        total += (
            float(item_evidence(rest.means[group.columns], rest.counts[group.columns], [order]).sum()) / 2
        )
    return total
