"""Random instruments, as the dictionaries that their authors would write."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

# lowest point, highest point, step
_RANGES = (
    ("1", "5", "1"), ("1", "7", "1"), ("0", "1", "1"), ("0", "100", "1"), ("0", "10", "0.5"),
    ("-3", "3", "1"), ("0", "1", "0.1"), ("1", "4", "1"), ("0", "6", "2"), ("1", "10", "1"),
)  # fmt: skip
_LABELS = (
    "Strongly disagree", "Disagree", "Partly", "Agree", "Strongly agree", "trifft zu", "Straße",
    "don't know yet", "Ça dépend", "more than once a week",
)  # fmt: skip
_CODES = ("-9", "-99", "999", "k. A.", "refused", "-7.5")
_MOST_LABELLED = 7


@dataclass(frozen=True)
class Points:
    """A response scale: its points and what is written for them."""

    low: Fraction
    high: Fraction
    step: Fraction
    labels: dict[Fraction, str] = field(default_factory=dict)
    codes: tuple[str, ...] = ()

    @property
    def points(self) -> list[Fraction]:
        """All points, from the lowest."""
        return [self.low + n * self.step for n in range(int((self.high - self.low) / self.step) + 1)]


@dataclass(frozen=True)
class Scale:
    """A scale: items with their signs, or other scales; and its rule for skipped answers."""

    id: str
    keys: tuple[tuple[str, int], ...]
    of: tuple[str, ...]
    method: str
    count: int | None
    share: Fraction | None
    prorated: bool


@dataclass(frozen=True)
class Form:
    """An instrument as its author knows it."""

    items: dict[str, Points]
    scales: tuple[Scale, ...]
    flipped: tuple[str, ...]  # items whose stored values run against the printed ones, with the coding

    def document(self) -> dict[str, Any]:
        """Return the instrument as a file would hold it."""
        coding = {"id": "turned", "description": "some items the other way", "flip": list(self.flipped)}
        return {
            "id": "fuzz",
            "version": "1",
            "title": "Made up at random",
            "evidence": {"status": "published"},
            "items": [{"id": name, "response_scale": _written(p)} for name, p in self.items.items()],
            "scales": [_scale_written(scale) for scale in self.scales],
            "codings": [coding] if self.flipped else [],
        }


def number(value: Fraction) -> int | float:
    """Return a decimal fraction as it is usually stored."""
    return int(value) if value.denominator == 1 else float(value)


def _written(points: Points) -> dict[str, Any]:
    coded = [code if code[-1].isalpha() or code[-1] == "." else float(code) for code in points.codes]
    return {
        "minimum": number(points.low), "maximum": number(points.high), "step": number(points.step),
        "labels": {str(number(value)): text for value, text in points.labels.items()}, "missing_codes": coded,
    }  # fmt: skip


def _scale_written(scale: Scale) -> dict[str, Any]:
    made: dict[str, Any] = {"id": scale.id, "method": scale.method}
    if scale.of:
        made["of"] = list(scale.of)
    else:
        made["items"] = [("-" if sign < 0 else "") + name for name, sign in scale.keys]
    if scale.count is not None:
        made["missing"] = {"count": scale.count, "prorated": scale.prorated}
    elif scale.share is not None:
        made["missing"] = {"proportion": str(scale.share), "prorated": scale.prorated}
    return made


def _points(rng: random.Random) -> Points:
    low, high, step = (Fraction(text) for text in rng.choice(_RANGES))
    plain = Points(low, high, step)
    labels: dict[Fraction, str] = {}
    if len(plain.points) <= _MOST_LABELLED and rng.random() < 0.6:
        some = plain.points if rng.random() < 0.7 else [low, high]
        labels = dict(zip(some, rng.sample(_LABELS, len(some)), strict=True))
    codes = rng.sample(_CODES, rng.randrange(3))
    return Points(low, high, step, labels, tuple(codes))


def _rule(rng: random.Random, n: int) -> tuple[int | None, Fraction | None, bool]:
    kind = rng.randrange(4)
    prorated = rng.random() < 0.7
    if kind == 0:
        return rng.randint(1, n), None, prorated
    if kind == 1:
        return None, Fraction(rng.choice(("1/3", "1/2", "2/3", "3/4", "4/5", "1"))), prorated
    return None, None, True


def random_form(rng: random.Random) -> Form:
    """Return an instrument of 1 to 14 items, 1 to 4 scales of them, and up to two scales of scales."""
    style = rng.choice(("q{}", "tru{:02d}", "Item.{}", "a-{}", "x_{}_r"))
    kinds = [_points(rng) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
    items = {style.format(n): rng.choice(kinds) for n in range(1, rng.randint(1, 14) + 1)}
    scales: list[Scale] = []
    for number_of_scale in range(rng.randint(1, 4)):
        chosen = rng.sample(list(items), rng.randint(1, len(items)))
        keys = tuple((name, rng.choice((1, 1, -1))) for name in chosen)
        method = rng.choice(("mean", "sum"))
        scales.append(Scale(f"s{number_of_scale}", keys, (), method, *_rule(rng, len(keys))))
    for number_of_scale in range(rng.randrange(3)):
        of = tuple(rng.sample([scale.id for scale in scales], rng.randint(1, len(scales))))
        method = rng.choice(("mean", "sum"))
        scales.append(Scale(f"t{number_of_scale}", (), of, method, *_rule(rng, len(of))))
    rng.shuffle(scales)
    flipped = tuple(name for name in items if rng.random() < 0.3) if rng.random() < 0.3 else ()
    return Form(items, tuple(scales), flipped)
