"""Findings in words: what was weighed, as statements on items and on all of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding import wording
from intimacy_scales.coding.believed import relations_of
from intimacy_scales.coding.categories import ItemGroup
from intimacy_scales.coding.certainty import PROBABLY, SURELY
from intimacy_scales.coding.codings import Hypothesis
from intimacy_scales.coding.direction import direction_evidence
from intimacy_scales.coding.flips import RunsAgainst
from intimacy_scales.coding.item_recodes import Pairs, item_recodes, turned_pairs
from intimacy_scales.coding.joint_counts import Block
from intimacy_scales.coding.keyed_items import keyed_items
from intimacy_scales.coding.orders import Untold
from intimacy_scales.coding.range_choice import GroupRange, explains_no_stray
from intimacy_scales.coding.result import Certainty, CodingCheck, CodingFinding
from intimacy_scales.coding.weighing import Weighed, alone_against

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRelations:
    """Relations of each item to the others of its scale under the coding that is believed; nan where untold.

    Attributes
    ----------
    r, se
        (n_items,): correlation with the sum of the others, as stored and keyed, and its standard error.
    keyed
        (n_items,): log10 Bayes factor of the believed direction over the other one.
    scale
        Id of the scale that judges each item; None without one.
    n_others
        (n_items,): number of other items of that scale.
    """

    r: Floats
    se: Floats
    keyed: Floats
    scale: tuple[str | None, ...]
    n_others: NDArray[np.int64]


def certainty_of(log10_odds: float) -> Certainty:
    """Return how surely a hypothesis with these log10 posterior odds holds."""
    if log10_odds >= SURELY:
        return "surely"
    return "probably" if log10_odds >= PROBABLY else "not told"


def item_relations(weighed: Weighed) -> ItemRelations:
    """Return the relations of items to the others of their scales."""
    k = len(weighed.form.items)
    r, se, keyed = (np.full(k, np.nan) for _ in range(3))
    n_others, scales = np.zeros(k, dtype=np.int64), [None] * k
    for block, related in zip(weighed.blocks, relations_of(weighed.blocks, weighed.believed), strict=True):
        m = len(block.columns)
        judged = np.flatnonzero(block.judged)
        totals = related.correlations.sum(axis=1) - 1
        variances = related.correlations.sum() - 2 * totals - 1
        rest = totals / np.sqrt(np.maximum(variances, 1.0))
        means = keyed_items(block, weighed.believed).means
        singles = direction_evidence(related.correlations, related.n, means, np.eye(m, dtype=np.bool_))
        for at in judged.tolist():
            column = int(block.columns[at])
            r[column] = rest[at] * weighed.believed.flips[column]
            se[column] = (1 - rest[at] ** 2) / math.sqrt(max(related.n[at], 1.0))
            keyed[column] = -singles.reversed[at]
            scales[column], n_others[column] = block.scale, m - 1  # type: ignore[call-overload]
    return ItemRelations(r=r, se=se, keyed=keyed, scale=tuple(scales), n_others=n_others)


def check_of(weighed: Weighed) -> CodingCheck:
    """Return the findings on all items."""
    related, recodes = item_relations(weighed), item_recodes(weighed)
    faults = tuple(sorted(_faults(weighed, related, recodes), key=lambda fault: -len(fault.items)))
    items = tuple(
        _item(weighed, related, recodes, column, faults) for column in range(len(weighed.form.items))
    )
    return CodingCheck(
        instrument=weighed.form.ref,
        n_persons=weighed.answers.n_persons,
        whole=_whole(weighed, items, faults),
        items=items,
        faults=faults,
        not_told=tuple(_not_told(weighed, related)),
    )


def _faults(weighed: Weighed, related: ItemRelations, recodes: list[Pairs]) -> Iterator[CodingFinding]:
    """Yield what is surely or probably not as the instrument says, in the order in which it was found."""
    for part in weighed.ranges:
        yield from _range_faults(weighed, part, recodes)
    for one in weighed.missing:
        columns = list(one.columns)
        part = weighed.range_of(columns[0])
        text, pairs = wording.of_missing(weighed, part, one, recodes[columns[0]])
        yield _finding(
            weighed,
            columns,
            one.hypothesis,
            one.odds,
            pairs,
            text,
            evidence=one.evidence,
            next_best=one.next_best,
            margin=one.margin,
            look_up=_values_of(weighed, part.group, one.untold) if one.order is not None else (),
        )
    for group in (part.group for part in weighed.ranges):
        order = weighed.orders.get(int(group.columns[0]))
        if order is not None:
            columns = group.columns.tolist()
            text = wording.of_common_order(weighed, group, order, recodes[columns[0]])
            yield _finding(
                weighed,
                columns,
                "recodes permuted",
                order.log10,
                recodes[columns[0]],
                text,
                evidence=(("order of options", order.log10),),
                look_up=_values_of(weighed, group, order.untold),
            )
    yield from _own_orders(weighed, recodes)
    for block, against in weighed.against:
        if weighed.item_orders.keys().isdisjoint(alone_against([(block, against)])):
            yield _against(weighed, related, recodes, block, against)
    for block, unclear in weighed.unclear:
        yield _unclear(weighed, recodes, block, unclear)


def _own_orders(weighed: Weighed, recodes: list[Pairs]) -> Iterator[CodingFinding]:
    """Yield the orders of options in single items, whether or not these run against the others."""
    against = alone_against(weighed.against)
    for column, order in weighed.item_orders.items():
        group = weighed.range_of(column).group
        turned, evidence = against.get(column), [("order of options", order.log10)]
        if turned is not None:
            evidence.insert(0, ("relation to the other items", turned.log10))
        log10 = sum(one for _, one in evidence)
        yield _finding(
            weighed,
            [column],
            "recodes permuted",
            log10,
            recodes[column],
            wording.of_own_order(weighed, column, order, log10, recodes[column]),
            evidence=tuple(evidence),
            next_best=None if turned is None else "reversed already",
            margin=math.nan if turned is None else order.log10,
            look_up=_values_of(weighed, group, order.untold),
        )


def _range_faults(weighed: Weighed, part: GroupRange, recodes: list[Pairs]) -> Iterator[CodingFinding]:
    """Yield the faults that stored values show: of all items of a response scale, and of single ones."""
    columns = [int(column) for column in part.group.columns if column not in part.by_item]
    permuted = weighed.orders.get(int(part.group.columns[0])) is not None
    in_order = part.best.hypothesis == "recodes permuted" and permuted
    if columns and part.best is not part.as_printed and not in_order:
        yield _range_fault(weighed, part, columns, recodes[columns[0]])
    for column, fit in part.by_item.items():
        if fit.options == part.best.options:  # only codes are unusual, which are findings of their own
            continue
        hypothesis: Hypothesis = fit.hypothesis
        log10 = fit.log10 - part.of_item[column]
        text = wording.of_own_range(weighed, part, column, hypothesis, log10, recodes[column])
        yield _finding(
            weighed,
            [column],
            hypothesis,
            log10,
            recodes[column],
            text,
            evidence=(("stored values", log10),),
            look_up=_strange(weighed, part, column) if hypothesis == "recodes permuted" else (),
        )


def _range_fault(weighed: Weighed, part: GroupRange, columns: list[int], pairs: Pairs) -> CodingFinding:
    """Return the finding that all items of a response scale but some were stored in another way."""
    hypothesis: Hypothesis = part.best.hypothesis
    untold = weighed.rising.get(int(part.group.columns[0]))
    if hypothesis == "recodes permuted" and untold is None:  # in equal steps
        hypothesis = "another scale's answers"
    placed = [one for one in weighed.missing if one.untold.categories and set(one.columns) & set(columns)]
    unsure = (untold, *(one.untold for one in placed))
    look_up = {value for one in unsure for value in _values_of(weighed, part.group, one)}
    if explains_no_stray(part, weighed.answers):
        look_up |= {float(weighed.answers.values[at]) for at in part.best.codes}
    if placed:
        pairs = ()  # their own finding gives the recode
    return _finding(
        weighed,
        columns,
        hypothesis,
        part.log10,
        pairs,
        wording.of_range(weighed, part, columns, hypothesis, pairs),
        evidence=(("stored values", part.log10),),
        next_best=part.next_best,
        margin=part.margin,
        look_up=tuple(sorted(look_up)),
    )


def _against(
    weighed: Weighed, related: ItemRelations, recodes: list[Pairs], block: Block, one: RunsAgainst
) -> CodingFinding:
    """Return the finding that a set of items was stored in reverse."""
    columns = block.columns[one.items].tolist()
    single = len(columns) == 1
    r = float(related.r[columns[0]]) if single else one.rho
    se = float(related.se[columns[0]]) if single else one.se
    rival = weighed.rivals.get(columns[0]) if single else None
    look_up: tuple[float, ...] = ()
    if rival is not None:
        group = weighed.range_of(columns[0]).group
        look_up = _values_of(weighed, group, Untold(unplaced=rival.order))
    text = wording.of_reversed(weighed, block, one, r, se, [recodes[c] for c in columns])
    return _finding(
        weighed,
        columns,
        "reversed already",
        one.log10,
        recodes[columns[0]],
        text,
        evidence=one.evidence,
        r=r,
        se=se,
        look_up=look_up,
    )


def _unclear(weighed: Weighed, recodes: list[Pairs], block: Block, one: RunsAgainst) -> CodingFinding:
    """Return the finding that a set of items does not go with the others and may be reversed."""
    columns = block.columns[one.items].tolist()
    pairs = [turned_pairs(weighed.form.items[c].response_scale, recodes[c]) for c in columns]
    return replace(
        _finding(
            weighed,
            columns,
            "reversed already",
            one.misfit,
            (),
            wording.of_unclear(weighed, block, one, pairs),
            evidence=one.unclear_evidence,
            r=one.rho,
            se=one.se,
        ),
        certainty="probably",
    )


def _finding(
    weighed: Weighed,
    columns: list[int],
    hypothesis: Hypothesis,
    log10_odds: float,
    recode: Pairs,
    text: str,
    *,
    evidence: tuple[tuple[str, float], ...] = (),
    next_best: Hypothesis | None = None,
    margin: float = math.nan,
    r: float = math.nan,
    se: float = math.nan,
    look_up: tuple[float, ...] = (),
) -> CodingFinding:
    return CodingFinding(
        items=tuple(weighed.form.item_ids[column] for column in columns),
        n=int(weighed.answers.counts[columns].sum()),
        hypothesis=hypothesis,
        certainty=certainty_of(log10_odds if math.isnan(margin) else min(log10_odds, margin)),
        log10_odds=log10_odds,
        evidence=evidence,
        next_best=next_best,
        margin=margin,
        r=r,
        se=se,
        recode=recode,
        look_up=look_up,
        text=text,
    )


def _values_of(weighed: Weighed, group: ItemGroup, untold: Untold | None) -> tuple[float, ...]:
    """Return the stored values of which an order does not tell the place."""
    categories = () if untold is None else untold.categories
    return tuple(sorted(float(weighed.answers.values[group.values[at][0]]) for at in categories))


def _strange(weighed: Weighed, part: GroupRange, column: int) -> tuple[float, ...]:
    """Return the stored values of an item that the others with its response scale do not have."""
    given = weighed.answers.values[weighed.answers.counts[column] > 0]
    return tuple(float(value) for value in given if value not in part.best.options)


def _item(
    weighed: Weighed,
    related: ItemRelations,
    recodes: list[Pairs],
    column: int,
    faults: tuple[CodingFinding, ...],
) -> CodingFinding:
    """Return the finding on one item: its most certain fault, or that it is as printed."""
    item = weighed.form.item_ids[column]
    of_item = [fault for fault in faults if item in fault.items]
    r, se = float(related.r[column]), float(related.se[column])
    if of_item:
        fault = max(of_item, key=lambda one: one.log10_odds)
        n = int(weighed.answers.counts[column].sum())
        look_up = tuple(sorted({value for one in of_item for value in one.look_up}))
        return replace(fault, items=(item,), n=n, r=r, se=se, recode=recodes[column], look_up=look_up)
    keyed = float(related.keyed[column])
    certainty = certainty_of(keyed) if not math.isnan(keyed) else "not told"
    text = wording.of_item_as_printed(
        item, related.scale[column], int(related.n_others[column]), r, se, keyed
    )
    return replace(
        _finding(weighed, [column], "as printed", keyed, recodes[column], text, r=r, se=se),
        certainty=certainty,
        evidence=() if math.isnan(keyed) else (("relation to the other items", keyed),),
        next_best="reversed already",
        margin=keyed,
    )


def _whole(
    weighed: Weighed, items: tuple[CodingFinding, ...], faults: tuple[CodingFinding, ...]
) -> CodingFinding:
    """Return the finding on all items: the fault that most of them have, or that they are as printed."""
    reverse = {key.item for scale in weighed.form.scales for key in scale.keys if key.reverse}
    turned = {item for fault in faults if fault.hypothesis == "reversed already" for item in fault.items}
    wide = [fault for fault in faults if 2 * len(fault.items) >= len(items)]
    if wide:
        return max(wide, key=lambda fault: fault.log10_odds)
    columns = list(range(len(items)))
    if reverse and turned >= reverse:
        parts = [fault for fault in faults if turned & set(fault.items)]
        weakest = min(parts, key=lambda fault: fault.log10_odds)
        text = wording.of_all_reversed(sorted(turned), len(reverse))
        listed = [column for column in columns if weighed.form.item_ids[column] in turned]
        return _finding(
            weighed, listed, "reversed already", weakest.log10_odds, (), text, evidence=weakest.evidence
        )
    odds = [finding.log10_odds for finding in items if finding.hypothesis == "as printed"]
    odds = [log10 for log10 in odds if not math.isnan(log10)]
    log10 = float(np.median(odds)) if odds else math.nan
    text = wording.of_whole_as_printed(len(items), faults)
    certainty = certainty_of(log10) if odds else "not told"
    return replace(
        _finding(weighed, columns, "as printed", log10, (), text, next_best="reversed already"),
        certainty=certainty,
    )


def _not_told(weighed: Weighed, related: ItemRelations) -> Iterator[str]:
    """Yield what these answers cannot tell."""
    for part in weighed.ranges:
        for other in part.alike:
            yield wording.of_alike(weighed, part, other)
        if part.best.n_strays and not part.by_item:
            yield wording.of_strays(weighed, part)
    alone = [item for item, scale in zip(weighed.form.item_ids, related.scale, strict=True) if scale is None]
    if alone:
        yield wording.of_items_without_scale(alone)
    for item, n in weighed.answers.unreadable.items():
        yield wording.of_unreadable(item, n)
