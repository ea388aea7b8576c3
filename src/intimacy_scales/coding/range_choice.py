"""Choice of the way in which the options of each response scale were stored.

The stored values decide, and where two ways differ in which values are options, the rest scores of those who
gave them: an option beyond the others belongs to high or low rest scores, a code for "no answer" to mean
ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.believed import Believed, rest_scores
from intimacy_scales.coding.categories import ItemGroup, category_scores, places_of
from intimacy_scales.coding.certainty import SURELY
from intimacy_scales.coding.codings import Hypothesis, StoredOptions, ways_of_storing
from intimacy_scales.coding.joint_counts import Block
from intimacy_scales.coding.orders import item_evidence
from intimacy_scales.coding.range_evidence import RangeFit, range_fits
from intimacy_scales.coding.stored_answers import StoredAnswers

Floats = NDArray[np.float64]
_MADE = ("another scale's answers", "recodes permuted")  # ways made of the values, which therefore always fit
_FEW_ITEMS = 0.25  # share of the items of a group that may be odd ones
_CONCENTRATED = 2.0  # log10 evidence that values which are not options belong to some items only
_COMPARED = 30.0  # log10 by which a way may be worse by values alone, and still be compared by rest scores


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRange:
    """How the options of the items with one response scale were stored.

    Attributes
    ----------
    group
        The items.
    best
        The way that is believed.
    log10
        log10 Bayes factor of the best way over that of the instrument with errors only; 0 if that is the
        best.
    as_printed
        The fit of the instrument's way.
    next_best, margin
        The explanation that comes next, other than that of the instrument with errors only, and the log10
        Bayes factor of the best over it; None and nan without one.
    alike
        Ways that allow the same stored values as the best one nearly as well.
    by_item
        Column → the way in which this item alone was stored, where it differs.
    of_item
        Column → log10 of the probability of its values in the group's way with errors only, for these items.
    """

    group: ItemGroup
    best: RangeFit
    log10: float
    as_printed: RangeFit
    next_best: Hypothesis | None
    margin: float
    alike: tuple[RangeFit, ...]
    by_item: Mapping[int, RangeFit]
    of_item: Mapping[int, float]


def fits_by_values(group: ItemGroup, answers: StoredAnswers) -> list[RangeFit]:
    """Return how each way of storing agrees with the values of a group of items, the instrument's way first.

    Items that alone have many values which are not options are left out: they are judged one by one.
    """
    positions = answers.positions[:, group.columns[~_odd(group, answers)]]
    return range_fits(answers.values, positions, ways_of_storing(group.scale), group.scale)


def _odd(group: ItemGroup, answers: StoredAnswers) -> NDArray[np.bool_]:
    """Return which items have values that are not options, if few of the group have them, not by chance.

    All ``b`` such values are in the same ``m`` of ``k`` items by chance with probability (m / k)^b, for each
    choice of m items.
    """
    counts = answers.counts[group.columns]
    options = set(map(float, group.scale.values))
    strange = np.array([value not in options for value in answers.values.tolist()], dtype=np.bool_)
    strays = counts[:, strange].sum(axis=1)
    odd: NDArray[np.bool_] = strays > 0
    k, m = len(odd), int(odd.sum())
    if not 0 < m <= _FEW_ITEMS * k:
        return np.zeros_like(odd)
    evidence = float(strays.sum()) * math.log10(k / m) - math.log10(math.comb(k, m))
    return odd if evidence >= _CONCENTRATED else np.zeros_like(odd)


def scores_under(group: ItemGroup, fit: RangeFit, answers: StoredAnswers) -> Floats:
    """Return the place of each category's option (C,) under a way of storing; nan for other values.

    Where options have scores, it is the place among these.
    """
    scale, options = group.scale, fit.options
    if scale.scores and max(options.values()) == scale.n_points:
        ranks = {score: rank for rank, score in enumerate(sorted({one for _, one in scale.scores}), start=1)}
        options = {value: ranks[scale.score_of(scale.values[place - 1])] for value, place in options.items()}
    way = StoredOptions(hypothesis=fit.hypothesis, options=options)
    return category_scores(group, places_of(group, answers, way), answers.counts[group.columns].sum(axis=0))


def _n_places(group: ItemGroup, fit: RangeFit) -> int:
    """Return the number of places of `scores_under`."""
    scores = {score for _, score in group.scale.scores}
    n_options = max(fit.options.values())
    return len(scores) if scores and n_options == group.scale.n_points else n_options


def most_probable(fits: Sequence[RangeFit]) -> RangeFit:
    """Return the most probable way; the instrument's unless another is surely better than it with errors."""
    best = max(fits, key=lambda fit: fit.log10)
    return best if best.log10 - fits[0].log10_of_errors >= SURELY else fits[0]


def first_belief(
    groups: Sequence[ItemGroup], fits: Sequence[Sequence[RangeFit]], answers: StoredAnswers
) -> Believed:
    """Return the coding that follows from the values alone."""
    width = max(group.n_categories for group in groups)
    scores, points = np.full((len(answers.counts), width), np.nan), np.ones(len(answers.counts))
    for group, ways in zip(groups, fits, strict=True):
        best = most_probable(ways)
        scores[group.columns, : group.n_categories] = scores_under(group, best, answers)
        points[group.columns] = _n_places(group, best)
    return Believed(scores=scores, flips=np.ones(len(scores)), points=points)


def choose(
    group: ItemGroup,
    fits: Sequence[RangeFit],
    blocks: Sequence[Block],
    believed: Believed,
    answers: StoredAnswers,
) -> GroupRange:
    """Choose the way in which a group of items was stored."""
    totals = np.array([fit.log10 for fit in fits])
    if any(
        not fit.n_strays and not fit.codes and not fit.unused for fit in fits if fit.hypothesis not in _MADE
    ):
        totals[[bool(fit.codes) for fit in fits]] = -np.inf  # no value needs to be a code
    compared = [at for at in range(len(fits)) if totals[at] >= totals.max() - _COMPARED]
    by_rest = np.zeros(len(fits))
    if len(compared) > 1:
        by_rest[compared] = _by_rest_scores(group, [fits[at] for at in compared], blocks, believed, answers)
    totals = totals + by_rest
    at = int(np.argmax(totals))
    errors = fits[0].log10_of_errors + float(by_rest[0])
    if totals[at] - errors < SURELY:
        at = 0
    others = [other for other in range(len(fits)) if other != at]
    ranked = sorted(others, key=lambda other: -totals[other])
    best = fits[at]
    item_ways = _own_ways(group, best, answers)
    return GroupRange(
        group=group,
        best=best,
        log10=float(totals[at] - errors) if at or best.codes else 0.0,
        as_printed=fits[0],
        next_best=_name(fits[ranked[0]]) if ranked else None,
        margin=float(totals[at] - totals[ranked[0]]) if ranked else math.nan,
        alike=tuple(
            fits[other]
            for other in others
            if not fits[other].n_strays
            and not fits[other].codes
            and not best.n_strays
            and abs(totals[at] - totals[other]) < SURELY
        ),
        by_item={column: fit for column, (fit, _) in item_ways.items()},
        of_item={column: usual for column, (_, usual) in item_ways.items()},
    )


def _name(fit: RangeFit) -> Hypothesis:
    if fit.hypothesis == "as printed" and fit.codes:
        return "missing code outside the range"
    return fit.hypothesis


def _by_rest_scores(
    group: ItemGroup,
    fits: Sequence[RangeFit],
    blocks: Sequence[Block],
    believed: Believed,
    answers: StoredAnswers,
) -> Floats:
    """Return log10 likelihoods of ways of storing by rest scores, which do not count values in dispute."""
    scores = np.array([scores_under(group, fit, answers) for fit in fits])
    options = ~np.isnan(scores)
    disputed = options.any(axis=0) & ~options.all(axis=0)
    if not disputed.any() or np.count_nonzero(options.all(axis=0)) < 2:
        return np.zeros(len(fits))
    undisputed = believed.scores[group.columns].copy()
    undisputed[:, np.flatnonzero(disputed)] = np.nan
    rest = rest_scores(blocks, believed.with_scores(group.columns, undisputed))
    orders = []
    for row in scores:
        listed = np.flatnonzero(~np.isnan(row))
        orders.append(tuple(int(at) for at in listed[np.argsort(row[listed], kind="stable")]))
    means, counts = rest.means[group.columns], rest.counts[group.columns]
    totals = item_evidence(means, counts, orders).sum(axis=1)
    for at, fit in enumerate(fits):
        if fit.hypothesis == "recodes permuted":
            totals[at] = _with_options_anywhere(means, counts, orders[at], np.flatnonzero(disputed))
    return np.asarray(totals)


def _with_options_anywhere(
    means: Floats, counts: Floats, order: tuple[int, ...], disputed: NDArray[np.intp]
) -> float:
    """Return the log10 likelihood of an order with its disputed options where they fit best, one by one."""
    for option in disputed.tolist():
        if option not in order:
            continue
        rest = tuple(at for at in order if at != option)
        placed = [(*rest[:to], option, *rest[to:]) for to in range(len(rest) + 1)]
        totals = item_evidence(means, counts, placed).sum(axis=1)
        order = placed[int(np.argmax(totals))]
    return float(item_evidence(means, counts, [order]).sum()) - math.log10(len(order))


def _own_ways(group: ItemGroup, best: RangeFit, answers: StoredAnswers) -> dict[int, tuple[RangeFit, float]]:
    """Return the ways in which single items were stored, by column, where they differ from the group's.

    Another way must make options of values that the other items do not have. With each comes the log10 of the
    probability of its values in the group's way with errors only.
    """
    if len(group.columns) < 2:
        return {}
    cost = math.log10(len(group.columns))
    ways = [StoredOptions(hypothesis=best.hypothesis, options=best.options)]
    ways += [way for way in ways_of_storing(group.scale) if way.options != best.options]
    usual = {*best.options, *answers.values[list(best.codes)].tolist()}
    item_ways: dict[int, tuple[RangeFit, float]] = {}
    for column in map(int, group.columns):
        unusual = set(answers.values[answers.counts[column] > 0].tolist()) - usual
        if not unusual:
            continue
        fits = range_fits(answers.values, answers.positions[:, [column]], ways, group.scale, cost)
        chosen = most_probable([fits[0], *(fit for fit in fits[1:] if unusual & fit.options.keys())])
        if chosen is not fits[0] or chosen.log10 - fits[0].log10_of_errors >= SURELY:
            item_ways[column] = (chosen, fits[0].log10_of_errors)
    return item_ways


def explains_no_stray(part: GroupRange, answers: StoredAnswers) -> bool:
    """Tell whether values recur that are not options, and the believed way makes options of none of them."""
    printed = {float(value) for value in part.group.scale.values}
    given = answers.values[answers.counts[part.group.columns].sum(axis=0) > 0].tolist()
    is_other = part.best is not part.as_printed
    return is_other and bool(part.best.codes) and not (set(given) - printed) & part.best.options.keys()


def added_options(part: GroupRange, answers: StoredAnswers) -> frozenset[int]:
    """Return the categories whose numbers the instrument does not have, where its options have others.

    Survey tools number an option that is added later on from the highest number so far, wherever it is shown,
    so that numbers which do not rise by equal steps do not tell its place. Empty for equal steps.
    """
    if part.best is part.as_printed or part.best.hypothesis != "recodes permuted":
        return frozenset()
    stored = sorted(part.best.options)
    if len(set(np.diff(stored).tolist())) == 1:
        return frozenset()
    new = set(stored) - {float(value) for value in part.group.scale.values}
    at = {float(answers.values[members[0]]): n for n, members in enumerate(part.group.values)}
    return frozenset(at[value] for value in new if value in at)


def with_own_ways(part: GroupRange, believed: Believed, answers: StoredAnswers) -> Believed:
    """Return the coding with the way of a group, and the ways of its items that differ."""
    group = part.group
    scores, points = believed.scores.copy(), believed.points.copy()
    for column in map(int, group.columns):
        fit = part.by_item.get(column, part.best)
        scores[column] = np.nan
        scores[column, : group.n_categories] = scores_under(group, fit, answers)
        points[column] = _n_places(part.group, fit)
    return replace(believed, scores=scores, points=points)
