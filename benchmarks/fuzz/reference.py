"""What scores are, worked out person by person in fractions; and faults that can be planted in that.

Nothing here uses the library: a fault of it cannot repeat itself here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from benchmarks.fuzz.forms import Form, Points, Scale

Answers = Mapping[str, Fraction | None]  # by item; None: no answer


@dataclass(frozen=True)
class Rules:
    """How scores are worked out. Any value but the usual one is a planted fault."""

    reversal: bool = True
    reversal_by: int = 0
    half_up: bool = True
    composites_need_all: bool = True
    unlike_ranges_need_all: bool = True
    unprorated_sums_need_all: bool = True
    prorating: bool = True
    relative_error: float = 0.0
    last_item_reversed: bool = True
    bounds_turn: bool = True
    coding: bool = True
    highest_accepted: bool = True
    gaps_are_lowest: bool = False
    columns_named: bool = True
    given_codes: bool = True
    declared_codes: bool = True
    own_columns: bool = True
    first_row: int = 1
    persons_in_order: bool = True


RIGHT = Rules()


@dataclass(frozen=True)
class Expected:
    """One person's score on one scale."""

    score: Fraction | None
    answered: int
    low: Fraction
    high: Fraction
    pomp: Fraction | None


@dataclass(frozen=True)
class _Linear:
    """A score as a linear function of all items: ``constant + sum of weights x answers``."""

    constant: Fraction
    weights: dict[str, Fraction]


class Reference:
    """Works out scores of one instrument."""

    def __init__(self, form: Form, rules: Rules = RIGHT) -> None:
        self.form = form
        self.rules = rules
        self.scales = {scale.id: scale for scale in form.scales}

    def scores(self, answers: Answers) -> dict[str, Expected]:
        """Return what a person scores on every scale."""
        return {name: self._expected(name, answers) for name in self.scales}

    def _expected(self, name: str, answers: Answers) -> Expected:
        score, answered = self._score(self.scales[name], answers)
        low, high = self._bounds(name, answers)
        least, most = self._possible(name)
        pomp = None if score is None else (score - least) / (most - least) * 100
        return Expected(score, answered, low, high, pomp)

    # ------------------------------------------------------------ scores

    def _score(self, scale: Scale, answers: Answers) -> tuple[Fraction | None, int]:
        if scale.of:
            found = [self._score(self.scales[part], answers)[0] for part in scale.of]
            there = [score for score in found if score is not None]
            ranges = {self._possible(part) for part in scale.of}
            least = self._least(scale, len(scale.of), unlike=len(ranges) > 1)
        else:
            there = [
                self._keyed(scale, name, sign, answer)
                for name, sign in scale.keys
                if (answer := answers.get(name)) is not None
            ]
            ends = {(points.low, points.high) for points in (self.form.items[name] for name, _ in scale.keys)}
            least = self._least(scale, len(scale.keys), unlike=len(ends) > 1)
        if len(there) < least:
            return None, len(there)
        score = sum(there, Fraction(0)) / len(there)
        if scale.method == "sum":
            score *= len(scale.of or scale.keys) if self.rules.prorating else len(there)
        return score * (1 + Fraction(self.rules.relative_error)), len(there)

    def _keyed(self, scale: Scale, name: str, sign: int, answer: Fraction) -> Fraction:
        points = self.form.items[name]
        is_last = name == scale.keys[-1][0] and not self.rules.last_item_reversed
        if sign > 0 or not self.rules.reversal or is_last:
            return answer
        return points.low + points.high - answer + self.rules.reversal_by

    def _least(self, scale: Scale, n: int, *, unlike: bool) -> int:
        """Return how many answers, or scores of parts, a score needs."""
        ruled = scale.count is not None or scale.share is not None
        boxes = bool(scale.keys) and all(_is_box(self.form.items[name]) for name, _ in scale.keys)
        unprorated = scale.method == "sum" and (not scale.prorated if ruled else boxes)
        if (unlike and self.rules.unlike_ranges_need_all) or (
            unprorated and self.rules.unprorated_sums_need_all
        ):
            return n
        if scale.count is not None:
            return scale.count
        if scale.share is not None:
            return math.ceil(scale.share * n)
        if scale.of and self.rules.composites_need_all:
            return n
        return math.ceil(Fraction(n, 2)) if self.rules.half_up else max(1, n // 2)

    # ------------------------------------------------------------ ranges and bounds

    def _possible(self, name: str) -> tuple[Fraction, Fraction]:
        """Return the ends of a scale: all items at their keyed ends; of a composite, all parts at theirs.

        Where parts key an item both ways, no answers reach these.
        """
        scale = self.scales[name]
        ends = [self._possible(part) for part in scale.of] or [
            (self.form.items[item].low, self.form.items[item].high) for item, _ in scale.keys
        ]
        by = len(ends) if scale.method == "mean" else 1
        return sum((low for low, _ in ends), Fraction(0)) / by, sum(
            (high for _, high in ends), Fraction(0)
        ) / by

    def _bounds(self, name: str, answers: Answers) -> tuple[Fraction, Fraction]:
        """Return the lowest and highest score attainable, had the skipped items been answered."""
        linear = self._linear(name)
        low = high = linear.constant
        for item, weight in linear.weights.items():
            points, answer = self.form.items[item], answers.get(item)
            ends = [points.low, points.high] if answer is None else [answer]
            products = [weight * end for end in ends]
            if self.rules.bounds_turn:
                low, high = low + min(products), high + max(products)
            else:
                low, high = low + products[0], high + products[-1]
        return low, high

    def _linear(self, name: str) -> _Linear:
        scale = self.scales[name]
        constant, weights = Fraction(0), dict[str, Fraction]()
        parts = [self._linear(part) for part in scale.of] or [
            _item(self.form.items[item], item, sign) for item, sign in scale.keys
        ]
        for part in parts:
            constant += part.constant
            for item, weight in part.weights.items():
                weights[item] = weights.get(item, Fraction(0)) + weight
        by = len(parts) if scale.method == "mean" else 1
        return _Linear(constant / by, {item: weight / by for item, weight in weights.items()})


def _is_box(points: Points) -> bool:
    """Tell whether an item is ticked or not: such sums count, and a skipped box is not half a tick."""
    return (points.low, points.high, points.step) == (0, 1, 1)


def _item(points: Points, item: str, sign: int) -> _Linear:
    if sign > 0:
        return _Linear(Fraction(0), {item: Fraction(1)})
    return _Linear(points.low + points.high, {item: Fraction(-1)})
