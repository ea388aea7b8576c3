"""Weighing of the hypotheses on how answers were stored, from their ranges to the order of single options.

Each step takes for granted what the steps before it found surely, so that one fault does not hide another:
ranges first, then directions or an order common to all items (whichever fits better), codes that mean no
answer, and at last single items.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.answering_style import agrees_as_printed
from intimacy_scales.coding.believed import Believed, base_order, relations_of, rest_scores
from intimacy_scales.coding.categories import ItemGroup, item_groups
from intimacy_scales.coding.certainty import PROBABLY, SURELY
from intimacy_scales.coding.flips import RunsAgainst, Sides, best_set, sides_of, unclear_set
from intimacy_scales.coding.joint_counts import Block, blocks_of
from intimacy_scales.coding.keyed_items import keyed_items
from intimacy_scales.coding.missing_values import MissingValue, codes_inside, codes_outside
from intimacy_scales.coding.orders import (
    OtherOrder,
    common_order_of,
    evidence_without,
    item_evidence,
    order_cost,
    own_orders,
)
from intimacy_scales.coding.published_figures import MOST_BY_PUBLISHED, published_evidence
from intimacy_scales.coding.range_choice import (
    GroupRange,
    choose,
    first_belief,
    fits_by_values,
    with_own_ways,
)
from intimacy_scales.coding.stored_answers import StoredAnswers
from intimacy_scales.instrument import Instrument

Floats = NDArray[np.float64]
_WITH_DOUBTFUL_ITEMS = 7.5  # log10 odds of an order where items that are not reverse-keyed may be reversed
_AGAINST = -0.7  # log10 odds by which the items that show an order least may speak against it
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
    item_orders
        Column → the order that fits this item better.
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
    item_orders: Mapping[int, OtherOrder]
    missing: tuple[MissingValue, ...]
    blocks: tuple[Block, ...]
    believed: Believed


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
    if inside:
        orders, _ = _common_orders(groups, blocks, believed, np.array([], dtype=np.intp))
        if max((one.log10 for one in orders.values()), default=0.0) > max(one.odds for one in inside):
            inside = []
        else:
            believed = without_codes
    orders, against, believed = _orders_and_directions(form, groups, blocks, believed)
    item_orders, believed = _own(groups, blocks, believed)
    more, believed = _directions(form, blocks, believed)
    unclear = _unclear(form, blocks, believed)
    return Weighed(
        form=form,
        answers=answers,
        ranges=ranges,
        against=(*against, *more),
        unclear=unclear,
        orders=orders,
        item_orders=item_orders,
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


def total_evidence(blocks: tuple[Block, ...], groups: tuple[ItemGroup, ...], believed: Believed) -> float:
    """Return the sum of the log10 likelihoods of all items under a coding (a pseudo-likelihood)."""
    rest = rest_scores(blocks, believed)
    total = 0.0
    for group in groups:
        order = base_order(group, believed)
        total += (
            float(item_evidence(rest.means[group.columns], rest.counts[group.columns], [order]).sum()) / 2
        )
    return total


def _orders_and_directions(
    form: Instrument, groups: tuple[ItemGroup, ...], blocks: tuple[Block, ...], believed: Believed
) -> tuple[dict[int, OtherOrder], list[tuple[Block, RunsAgainst]], Believed]:
    """Return orders of options common to groups of items, and sets of items that run against the others.

    Options out of order can make reverse-keyed items run against the others, and items that were reversed can
    make options seem out of order. Both explanations are tried first, and the better one is kept.
    """
    flips, flipped = _directions(form, blocks, believed)
    doubtful = [
        block.columns[one.items]
        for block, one in (*flips, *_unclear(form, blocks, believed, whatever_means=True))
    ]
    orders, ordered = _common_orders(
        groups, blocks, believed, np.concatenate([[], *doubtful]).astype(np.intp)
    )
    if orders and flips:
        if total_evidence(blocks, groups, flipped) >= total_evidence(blocks, groups, ordered):
            orders = {}
        else:
            flips = []
    if orders:
        flips, believed = _directions(form, blocks, ordered)
        return orders, flips, believed
    if flips:
        orders, believed = _common_orders(groups, blocks, flipped, np.array([], dtype=np.intp))
    return orders, flips, believed


def _common_orders(
    groups: tuple[ItemGroup, ...], blocks: tuple[Block, ...], believed: Believed, doubtful: NDArray[np.intp]
) -> tuple[dict[int, OtherOrder], Believed]:
    """Return the orders that surely fit all items of a group better, and the coding with these orders.

    Items of doubtful direction may make options seem out of order, as may options out of order turn the
    reverse-keyed items. The other items must then show the order too, and more surely where doubtful items
    are not reverse-keyed. An order that brings the ends together must explain how items agree as printed.
    """
    orders = {}
    reverse = {int(column) for block in blocks for column in block.columns[block.signs < 0]}
    for group in groups:
        other = common_order_of(group, blocks, believed)
        if other is None or other.log10 < PROBABLY or len(group.columns) < 2:
            continue
        if len(doubtful):
            least = SURELY if set(doubtful.tolist()) <= reverse else _WITH_DOUBTFUL_ITEMS
            if evidence_without(group, blocks, believed, other.order, doubtful) < least:
                continue
        base = base_order(group, believed)
        most = group.columns[np.argsort(-other.by_item, kind="stable")[: len(group.columns) // 3]]
        without = evidence_without(group, blocks, believed, other.order, most)
        if without + order_cost(base, other.order) < _AGAINST:
            continue
        scores = believed.scores[group.columns].copy()
        scores[:, list(other.order)] = believed.scores[group.columns][:, list(base)]
        ordered = believed.with_scores(group.columns, scores)
        if other.is_folded and agrees_as_printed(group, blocks, believed, ordered, other.order):
            continue
        believed = ordered
        orders[int(group.columns[0])] = other
    return orders, believed


def _own(
    groups: tuple[ItemGroup, ...], blocks: tuple[Block, ...], believed: Believed
) -> tuple[dict[int, OtherOrder], Believed]:
    """Return the orders that surely fit single items better, and the coding with these orders."""
    n_judged = sum(int(block.judged.sum()) for block in blocks)
    orders = {}
    for group in groups:
        base = base_order(group, believed)
        for column, other in own_orders(group, blocks, believed, max(n_judged, 1)):
            if other.log10 < SURELY:
                continue
            scores = believed.scores[[column]].copy()
            scores[:, list(other.order)] = believed.scores[[column]][:, list(base)]
            believed = believed.with_scores(np.array([column]), scores)
            orders[column] = other
    return orders, believed
