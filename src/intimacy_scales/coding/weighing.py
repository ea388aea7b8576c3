"""Weighing of the hypotheses on how answers were stored, from their ranges to the order of single options.

Each step takes for granted what the steps before it found surely, so that one fault does not hide another:
ranges first, then directions or an order common to all items (whichever fits better), codes that mean no
answer, and at last single items.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.believed import Believed, relations_of
from intimacy_scales.coding.categories import ItemGroup, item_groups
from intimacy_scales.coding.certainty import PROBABLY, SURELY
from intimacy_scales.coding.common_orders import OrderSearch, common_orders, total_evidence
from intimacy_scales.coding.flips import RunsAgainst, Sides, best_set, sides_of, unclear_set
from intimacy_scales.coding.item_orders import orders_of_items
from intimacy_scales.coding.joint_counts import Block, blocks_of
from intimacy_scales.coding.keyed_items import keyed_items
from intimacy_scales.coding.missing_values import MissingValue, codes_inside, codes_outside
from intimacy_scales.coding.orders import OtherOrder, Untold
from intimacy_scales.coding.published_figures import MOST_BY_PUBLISHED, published_evidence
from intimacy_scales.coding.range_choice import (
    GroupRange,
    added_options,
    choose,
    first_belief,
    fits_by_values,
    with_own_ways,
)
from intimacy_scales.coding.stored_answers import StoredAnswers
from intimacy_scales.instrument import Instrument

Floats = NDArray[np.float64]
_MOST_SETS = 4  # of items that run against the others, found one after another in a scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What was found about the coding of each item.

    Attributes
    ----------
    ranges
        By group of items with one response scale.
    against
        (block, set of its items) that run against the others, in the order in which they were found.
    unclear
        (block, set of its items) that do not go with the others as keyed, and may be reversed.
    orders
        Column of the first item of a group → the order that fits all its items better.
    rising
        Column of the first item of a group whose options have numbers of their own, taken in rising order →
        what about this order is not told.
    item_orders
        Column → the order that fits this item better.
    rivals
        Column of an item that alone runs against the others → an order about as likely as reversal.
    missing
        Values that may mean no answer.
    blocks, believed
        The scales, and the coding that is believed in the end.
    """

    form: Instrument
    answers: StoredAnswers
    ranges: tuple[GroupRange, ...]
    against: tuple[tuple[Block, RunsAgainst], ...]
    unclear: tuple[tuple[Block, RunsAgainst], ...]
    orders: Mapping[int, OtherOrder]
    rising: Mapping[int, Untold]
    item_orders: Mapping[int, OtherOrder]
    rivals: Mapping[int, OtherOrder]
    missing: tuple[MissingValue, ...]
    blocks: tuple[Block, ...]
    believed: Believed

    def range_of(self, column: int) -> GroupRange:
        """Return what was found about the items with an item's response scale."""
        return next(part for part in self.ranges if column in part.group.columns)


def weigh(form: Instrument, answers: StoredAnswers) -> Weighed:
    """Weigh all hypotheses on the coding of stored answers."""
    groups = item_groups(form, answers)
    fits = [fits_by_values(group, answers) for group in groups]
    believed = first_belief(groups, fits, answers)
    blocks = blocks_of(form, answers, groups)
    ranges = tuple(
        choose(group, ways, blocks, believed, answers) for group, ways in zip(groups, fits, strict=True)
    )
    for part in ranges:
        believed = with_own_ways(part, believed, answers)
    outside, believed = codes_outside(ranges, blocks, believed, answers)
    inside, without_codes = codes_inside(groups, blocks, believed, answers)
    new = {int(part.group.columns[0]): added for part in ranges if (added := added_options(part, answers))}
    if inside:
        orders, _ = common_orders(groups, blocks, believed, new=new)
        if max((one.log10 for one in orders.values()), default=0.0) > max(one.odds for one in inside):
            inside = []
        else:
            believed = without_codes
    before = believed
    orders, against, believed = _orders_and_directions(form, groups, blocks, believed, new)
    in_rising_order = {first: new[first] for first in new if first not in orders}
    rising = _rising(groups, blocks, (before, believed), in_rising_order)
    turned = set(alone_against(against))
    by_item = orders_of_items(groups, blocks, believed, turned)
    more, believed = _directions(form, blocks, by_item.believed)
    if turned_later := set(alone_against(more)) - turned:
        by_item = orders_of_items(groups, blocks, believed, turned_later, earlier=by_item)
        believed = by_item.believed
    unclear = _unclear(form, blocks, believed)
    return Weighed(
        form=form,
        answers=answers,
        ranges=ranges,
        against=(*against, *more),
        unclear=unclear,
        orders=orders,
        rising=rising,
        item_orders=by_item.orders,
        rivals=by_item.rivals,
        missing=(*outside, *inside),
        blocks=blocks,
        believed=believed,
    )


def _sides(block: Block, believed: Believed) -> Sides | None:
    """Return the evidence on sets of items of a scale that may run against the others; it is kept."""
    scores, flips = believed.scores[block.columns], believed.flips[block.columns]
    coding = ("sides", scores.tobytes(), flips.tobytes())
    if coding not in block.kept:
        related, means = relations_of([block], believed)[0], keyed_items(block, believed).means
        block.kept[coding] = sides_of(related.correlations, related.n, means, block.signs < 0)
    kept: Sides | None = block.kept[coding]
    return kept


def _directions(
    form: Instrument, blocks: tuple[Block, ...], believed: Believed
) -> tuple[list[tuple[Block, RunsAgainst]], Believed]:
    """Return the sets of items that surely run against the others, and the coding without these faults."""
    against = []
    for block in blocks:
        for _ in range(_MOST_SETS):
            sides = _sides(block, believed)
            best = None if sides is None else best_set(sides)
            if best is None or best.log10 < SURELY - MOST_BY_PUBLISHED:
                break
            turned = believed.flipped(block.columns[best.items])
            best = replace(best, published=published_evidence(form, block, believed, turned))
            if best.log10 < SURELY:
                break
            believed = turned
            against.append((block, best))
    return against, believed


def _unclear(
    form: Instrument, blocks: tuple[Block, ...], believed: Believed, *, whatever_means: bool = False
) -> tuple[tuple[Block, RunsAgainst], ...]:
    """Return sets of items that probably do not go with the others, and may be reversed.

    With ``whatever_means``, sets for which this is at least as probable as not, whatever their means.
    """
    unclear = []
    least = 0.0 if whatever_means else PROBABLY
    for block in blocks:
        sides = _sides(block, believed)
        one = None if sides is None else unclear_set(sides, whatever_means=whatever_means)
        if one is None or one.misfit < least - MOST_BY_PUBLISHED:
            continue
        turned = believed.flipped(block.columns[one.items])
        one = replace(one, published=published_evidence(form, block, believed, turned))
        if one.misfit >= least:
            unclear.append((block, one))
    return tuple(unclear)


def _orders_and_directions(
    form: Instrument,
    groups: tuple[ItemGroup, ...],
    blocks: tuple[Block, ...],
    believed: Believed,
    new: Mapping[int, Collection[int]],
) -> tuple[dict[int, OtherOrder], list[tuple[Block, RunsAgainst]], Believed]:
    """Return orders of options common to groups of items, and sets of items that run against the others.

    Options out of order can make reverse-keyed items run against the others, and items that were reversed can
    make options seem out of order. Both explanations are tried first, and the better one is kept.
    """
    flips, flipped = _directions(form, blocks, believed)
    doubtful = {
        column
        for block, one in (*flips, *_unclear(form, blocks, believed, whatever_means=True))
        for column in block.columns[one.items].tolist()
    }
    orders, ordered = common_orders(groups, blocks, believed, doubtful, new)
    if orders and flips:
        if total_evidence(blocks, groups, flipped) >= total_evidence(blocks, groups, ordered):
            orders = {}
        else:
            flips = []
    if orders:
        flips, believed = _directions(form, blocks, ordered)
        return orders, flips, believed
    if flips:
        orders, believed = common_orders(groups, blocks, flipped, new=new)
    return orders, flips, believed


def _rising(
    groups: tuple[ItemGroup, ...],
    blocks: tuple[Block, ...],
    codings: Sequence[Believed],
    new: Mapping[int, Collection[int]],
) -> dict[int, Untold]:
    """Return what is not told about options with numbers of their own that are taken in rising order.

    All of it must be told by each of the codings: with items as keyed, and with those reversed that run
    against the others, which options out of order may bring about.
    """
    untold: dict[int, Untold] = {}
    for group in (group for group in groups if int(group.columns[0]) in new):
        first = int(group.columns[0])
        for believed in codings:
            search = OrderSearch(group, blocks, believed, new[first])
            untold[first] = untold.get(first, Untold()) | search.untold(search.base)
    return untold


def alone_against(against: Iterable[tuple[Block, RunsAgainst]]) -> dict[int, RunsAgainst]:
    """Return the items, by column, that alone run against the others of their scale."""
    return {
        int(block.columns[one.items][0]): one for block, one in against if np.count_nonzero(one.items) == 1
    }
