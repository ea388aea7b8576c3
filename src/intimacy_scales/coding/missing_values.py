"""Values that may mean "no answer": among the options, and beyond them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.believed import Believed, base_order, rest_scores
from intimacy_scales.coding.categories import USUAL_MISSING_CODES, ItemGroup
from intimacy_scales.coding.certainty import PROBABLY
from intimacy_scales.coding.codings import Hypothesis
from intimacy_scales.coding.joint_counts import Block
from intimacy_scales.coding.missing_inside import missing_evidence, neighbours_of, spike_evidence
from intimacy_scales.coding.orders import Untold, as_orders, item_evidence, untold_of
from intimacy_scales.coding.range_choice import GroupRange
from intimacy_scales.coding.stored_answers import StoredAnswers

Floats = NDArray[np.float64]

_BEYOND_COST = 0.5  # log10: a single option more than the instrument has is rarer than a code
_BY_COUNT = 3.0  # times the evidence of rest scores that a count may add: some values are chosen often
_MOST_MISSING = 0.25  # share of answers, beyond which rest scores without them tell little


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingValue:
    """A stored value that may mean no answer, or be an option out of its place.

    Attributes
    ----------
    columns
        Items that have it.
    value, n
        The value, and how often it was given.
    hypothesis
        The best-supported explanation.
    odds
        log10 posterior odds over that it is an answer like the others, or for a value beyond the options over
        that these are errors.
    evidence
        What the odds are the sum of.
    margin
        log10 Bayes factor over the next best explanation; nan where there is none.
    order
        Categories from the lowest option to the highest, with this one among them, if it is an option.
    untold
        What about this order is not told.
    is_compared
        Whether answers to other items of a scale tell what it stands for.
    next_best
        The explanation that comes next; None if there is no other.
    """

    columns: tuple[int, ...]
    value: float
    n: int
    hypothesis: Hypothesis
    odds: float
    evidence: tuple[tuple[str, float], ...]
    margin: float = math.nan
    order: tuple[int, ...] | None = None
    untold: Untold = field(default_factory=Untold)
    next_best: Hypothesis | None = None
    is_compared: bool = True


def codes_inside(
    groups: Sequence[ItemGroup], blocks: Sequence[Block], believed: Believed, answers: StoredAnswers
) -> tuple[list[MissingValue], Believed]:
    """Return values among the options that surely mean no answer, and the coding without them."""
    missing = []
    for group in groups:
        candidates = _candidates(group, believed, answers)
        pooled = answers.counts[group.columns].sum(axis=0)
        for category in candidates:
            at = int(group.values[category][0])
            if pooled[at] > _MOST_MISSING * pooled.sum():
                continue
            order = base_order(group, believed)
            scores = believed.scores[group.columns].copy()
            scores[:, category] = np.nan
            without = believed.with_scores(group.columns, scores)
            rest = rest_scores(blocks, without)
            means, counts = rest.means[group.columns], rest.counts[group.columns]
            by_rest = missing_evidence(means, counts, as_orders([order], counts.shape[1]), category)
            near = neighbours_of(answers.values, pooled, at, float(group.scale.step), wide=group.is_binned)
            cost = math.log10(len(candidates))
            by_count = spike_evidence(float(pooled[at]), near)
            if not group.is_binned:  # on a wide range, hardly anybody chooses 99 rather than 100
                by_count = min(by_count, _BY_COUNT * max(by_rest, 0.0))
            if by_rest + by_count - cost >= PROBABLY:
                believed = without
                missing.append(
                    MissingValue(
                        columns=tuple(map(int, group.columns)),
                        value=float(answers.values[at]),
                        n=int(pooled[at]),
                        hypothesis="missing code inside the range",
                        odds=by_rest + by_count - cost,
                        evidence=(("rest scores", by_rest), ("count", by_count), ("codes tried", -cost)),
                        is_compared=bool(counts.any()),
                    )
                )
    return missing, believed


def _candidates(group: ItemGroup, believed: Believed, answers: StoredAnswers) -> list[int]:
    """Return the categories between the end options that are a usual code for no answer."""
    if group.scale.scores:
        return []
    inner = base_order(group, believed)[1:-1]
    alone = [category for category in inner if len(group.values[category]) == 1]
    return [c for c in alone if float(answers.values[group.values[c][0]]) in USUAL_MISSING_CODES]


def codes_outside(
    ranges: Sequence[GroupRange], blocks: Sequence[Block], believed: Believed, answers: StoredAnswers
) -> tuple[list[MissingValue], Believed]:
    """Return what the values that recur beyond the options are, and the coding with them in their places."""
    missing = []
    for part in ranges:
        group = part.group
        if not any(answers.counts[group.columns, at].any() for at in _option_positions(part, answers)):
            continue  # nobody gave an option, with which others could be compared
        usual = [int(column) for column in group.columns if column not in part.by_item]
        targets = [(usual, at, part.log10) for at in part.best.codes]
        for column, fit in part.by_item.items():
            if fit.options == part.best.options:
                targets += [([column], at, fit.log10 - part.of_item[column]) for at in fit.codes]
        for columns, at, odds in targets:
            having = tuple(column for column in columns if answers.counts[column, at])
            one = MissingValue(
                columns=having,
                value=float(answers.values[at]),
                n=int(answers.counts[columns, at].sum()),
                hypothesis="missing code outside the range",
                odds=odds,
                evidence=(("stored values", odds),),
            )
            category = int(group.of_value[at])
            one = _explained(one, part, category, blocks, believed)
            missing.append(one)
            if one.order is not None:
                scores = believed.scores[columns].copy()
                scores[:, list(one.order)] = np.arange(1.0, len(one.order) + 1)
                believed = believed.with_scores(np.array(columns), scores)
    return missing, believed


def _option_positions(part: GroupRange, answers: StoredAnswers) -> list[int]:
    """Return the positions of stored values that are options."""
    return [at for at, value in enumerate(answers.values.tolist()) if value in part.best.options]


def _explained(
    one: MissingValue, part: GroupRange, category: int, blocks: Sequence[Block], believed: Believed
) -> MissingValue:
    """Return a value beyond the options with its best explanation: no answer, an option, or another scale's.

    They differ in the rest scores of those who gave it. Before, a usual missing code and a value far from the
    options are likelier to mean no answer, and an option out of order is less likely if all others were used.
    """
    group, columns, rest = part.group, list(one.columns), rest_scores(blocks, believed)
    given = rest.counts[columns].sum(axis=0)
    base = tuple(at for at in base_order(group, believed) if given[at])
    is_compared = len(base) > 1 and len(group.values[category]) == 1 and not group.scale.scores
    placed = [(*base[:at], category, *base[at:]) for at in range(len(base) + 1)]
    totals = np.zeros(len(placed) + 1)
    if is_compared:
        totals = item_evidence(rest.means[columns], rest.counts[columns], [base, *placed]).sum(axis=1)
    lowest, highest = min(part.best.options), max(part.best.options)
    end = len(placed) - 1 if one.value > highest else 0
    is_near = lowest - 1 <= one.value <= highest + 1 and one.value >= 0
    unlikely = float(not is_near) + (abs(one.value) in USUAL_MISSING_CODES)
    full = len(base) >= group.scale.n_points
    inner = [at for at in range(len(placed)) if at != end] or [end]
    best_inner = max(inner, key=lambda at: totals[1 + at])
    by_name: dict[Hypothesis, float] = {
        "missing code outside the range": float(totals[0]),
        "another scale's answers": float(totals[1 + end]) - _BEYOND_COST - 2 * unlikely,
        "recodes permuted": float(totals[1 + best_inner]) - math.log10(len(inner)) - unlikely - full,
    }
    if not is_compared:
        by_name = {"missing code outside the range": unlikely, "another scale's answers": 0.0}
    first, second, *_ = sorted(by_name, key=lambda name: -by_name[name])
    is_option = first == "recodes permuted"
    others = [at for at in range(len(placed)) if at != best_inner]
    untold = untold_of(
        placed[best_inner], [placed[at] for at in others], totals[1 + best_inner] - totals[1:][others]
    )
    if len(placed) < group.scale.n_points:  # nobody gave some option, which may be below it or above
        untold = Untold(unplaced=(category,))
    return replace(
        one,
        hypothesis=first,
        margin=by_name[first] - by_name[second],
        order=placed[best_inner] if is_option else None,
        untold=untold if is_option else Untold(),
        next_best=second,
        is_compared=is_compared,
    )
