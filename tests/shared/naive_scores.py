"""Scores worked out naively, person by person in fractions, and what tests of scores compare them with."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from intimacy_scales import Instrument, Scale, score
from tests.shared.strategies import (
    Row,
)


@dataclass
class ByHand:
    exact: Fraction | None
    answered: int
    ends: tuple[Fraction, Fraction]
    prorated: bool
    counts: bool  # of boxes, which a blank may have left without a tick

    @property
    def score(self) -> float | None:
        return None if self.exact is None else float(self.exact)

    @property
    def low(self) -> float:
        return float(self.ends[0])

    @property
    def high(self) -> float:
        return float(self.ends[1])

    @property
    def pomp(self) -> float | None:
        return None if self.score is None else (self.score - self.low) / (self.high - self.low) * 100


def needed(scale: Scale, k: int, *, one_range: bool, counts: bool = False) -> int:
    rule = scale.missing
    prorated = None if rule is None else rule.prorated
    if not one_range or (scale.method == "sum" and (not counts if prorated is None else prorated) is False):
        return k
    if rule is None:
        return k if scale.of else math.ceil(Fraction(k, 2))
    return rule.count if rule.count is not None else math.ceil(rule.proportion * k)


def score_items(form: Instrument, scale: Scale, row: Row) -> ByHand:
    lows, highs, keyed = [], [], []
    for entry in scale.items:
        item = form.item(entry.removeprefix("-"))
        low, high = (Fraction(str(x)) for x in (item.response_scale.minimum, item.response_scale.maximum))
        lows.append(low)
        highs.append(high)
        value = row.get(item.id)
        if value is not None:
            exact = Fraction(str(value))
            keyed.append(low + high - exact if entry.startswith("-") else exact)
    k, n = len(lows), len(keyed)
    responses = [form.item(entry.removeprefix("-")).response_scale for entry in scale.items]
    counts = all((r.minimum, r.maximum, r.n_points) == (0, 1, 2) for r in responses)
    least = needed(scale, k, one_range=len(set(zip(lows, highs, strict=True))) == 1, counts=counts)
    times = 1 if scale.method == "mean" else k
    return ByHand(
        exact=sum(keyed) / Fraction(n) * times if n >= least else None,
        answered=n,
        ends=(sum(lows) / Fraction(k) * times, sum(highs) / Fraction(k) * times),
        prorated=least <= n < k,
        counts=counts and scale.method == "sum" and (scale.missing is None or not scale.missing.prorated),
    )


def score_parts(scale: Scale, parts: list[ByHand]) -> ByHand:
    k = len(parts)
    there = [part.exact for part in parts if part.exact is not None]
    low, high = (sum((part.ends[n] for part in parts), Fraction(0)) for n in (0, 1))
    divisor = k if scale.method == "mean" else 1
    one_range = len({part.ends for part in parts}) == 1
    least = needed(scale, k, one_range=one_range, counts=any(part.counts for part in parts))
    value = sum(there, Fraction(0)) / len(there) * k / divisor if len(there) >= least else None
    prorated = value is not None and any(part.exact is None or part.prorated for part in parts)
    counted = any(part.counts for part in parts) and (scale.missing is None or not scale.missing.prorated)
    return ByHand(value, len(there), (low / divisor, high / divisor), prorated, counted)


def by_hand(form: Instrument, row: Row) -> dict[str, ByHand]:
    def visit(name: str) -> ByHand:
        scale = form.scale(name)
        return score_parts(scale, [visit(p) for p in scale.of]) if scale.of else score_items(form, scale, row)

    return {name: visit(name) for name in form.scale_ids}


def bits(values: Any) -> list[list[int]]:
    """Every bit of an array of scores, None and any nan being the same."""
    array = np.array(values, dtype=np.float64)
    return np.where(np.isnan(array), np.nan, array).view(np.uint64).tolist()


def bits_of_singles(form: Instrument, rows: list[Row]) -> list[list[int]]:
    return bits([list(score(form, row).scores.values()) for row in rows])


def leaf_keys(form: Instrument, name: str) -> set[tuple[str, bool]]:
    scale = form.scale(name)
    parts = (leaf_keys(form, part) for part in scale.of)
    return set(scale.keys).union(*parts)


def all_at_one_end(form: Instrument, name: str, *, high: bool) -> Row | None:
    """Answers that put a scale at its end; None where an item is keyed both ways, so that none do."""
    keys = leaf_keys(form, name)
    if len({item for item, _ in keys}) < len(keys):
        return None
    ranges = {item: form.item(item).response_scale for item, _ in keys}
    return {item: ranges[item].maximum if high != reverse else ranges[item].minimum for item, reverse in keys}


def pieces(rows: Any, cuts: list[int]) -> list[Any]:
    """Return rows, or a table, cut into parts."""
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    return [rows[a:b] for a, b in itertools.pairwise(edges)]
