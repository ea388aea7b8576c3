"""Cells of answer sheets: a value as it may be stored, and what it means by construction."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import pandas as pd

from benchmarks.fuzz.forms import Points, number

Family = Literal["any", "text", "number", "whole"]
_FULL_WIDTH = {ord(digit): chr(0xFF10 + int(digit)) for digit in "0123456789"}
_DISPUTED = ("yes", "4,0", "1-5", "**", "Agre", "strongly", "½", "4?", "1_0", "0x1", "٣", "four", "5²", "1₀")


class Meaning(Enum):
    """What a cell may mean other than a point of the response scale."""

    MISSING = "no answer"
    BAD = "not accepted"


@dataclass(frozen=True)
class Cell:
    """A value and what it means."""

    value: Any
    meaning: Fraction | Meaning


@dataclass(frozen=True)
class Given:
    """What is passed with the table: more missing codes."""

    codes: tuple[int | str, ...]


def random_given(rng: random.Random, forms_points: list[Points]) -> Given:
    """Return missing codes that are not valid answers to any item."""
    wanted: list[int | str] = [-77, 12345, "skip it", "weiß nicht"]
    known = {str(number(point)) for points in forms_points for point in points.points}
    return Given(tuple(code for code in rng.sample(wanted, rng.randrange(3)) if str(code) not in known))


def cell(rng: random.Random, points: Points, given: Given, family: Family) -> Cell:
    """Return a cell that a table of this family can hold."""
    if family == "text":
        made = _text(rng, points, given)
    elif family == "number":
        made = _number(rng, points, given)
    elif family == "whole":
        made = _whole(rng, points, given)
    else:
        made = rng.choice((_text, _number, _whole, _object))(rng, points, given)
    return made


def _some_point(rng: random.Random, points: Points) -> Fraction:
    ends = (points.low, points.high)
    return rng.choice(ends) if rng.random() < 0.2 else rng.choice(points.points)


def _no_point(rng: random.Random, points: Points, given: Given) -> Fraction:
    """Return a number that is neither a point nor a code for a missing answer."""
    codes = {str(code) for code in given.codes} | set(points.codes)
    while True:
        off = rng.choice(
            (
                points.high + points.step, points.low - points.step, points.low + points.step / 2,
                Fraction(rng.randint(-2000, 2000)), Fraction(rng.randint(-200, 200), 8), points.high * 10 + 7,
            )
        )  # fmt: skip
        if off not in points.points and not {str(number(off)), str(float(off))} & codes:
            return off


def _codes(points: Points, given: Given, *, texts: bool) -> list[Any]:
    """Return declared and given codes that are texts, or numbers."""
    found: list[Any] = [code for code in given.codes if isinstance(code, str) == texts]
    for code in points.codes:
        is_text = code[-1].isalpha() or code[-1] == "."
        if is_text == texts:
            found.append(code if texts else number(Fraction(code)))
    return found


def _whole(rng: random.Random, points: Points, given: Given) -> Cell:
    kind = rng.random()
    whole = [point for point in points.points if point.denominator == 1]
    if kind < 0.9 and whole:
        point = rng.choice(whole)
        return Cell(int(point), point)
    codes = [code for code in _codes(points, given, texts=False) if isinstance(code, int)]
    if kind < 0.95 and codes:
        return Cell(rng.choice(codes), Meaning.MISSING)
    while True:
        off = _no_point(rng, points, given)
        if off.denominator == 1:
            return Cell(int(off), Meaning.BAD)


def _number(rng: random.Random, points: Points, given: Given) -> Cell:
    kind = rng.random()
    if kind < 0.82:
        point = _some_point(rng, points)
        return Cell(float(point), point)
    if kind < 0.9:
        return Cell(float("nan"), Meaning.MISSING)
    codes = _codes(points, given, texts=False)
    if kind < 0.95 and codes:
        return Cell(float(rng.choice(codes)), Meaning.MISSING)
    if kind > 0.995:
        return Cell(rng.choice((float("inf"), float("-inf"))), Meaning.BAD)
    return Cell(float(_no_point(rng, points, given)), Meaning.BAD)


def _dressed(rng: random.Random, text: str) -> str:
    """Return a text with blanks, or another case, that change nothing."""
    return rng.choice((text, text, f" {text} ", f"{text}\t", text.upper(), text.lower(), f"\ufeff{text}"))


def _text(rng: random.Random, points: Points, given: Given) -> Cell:
    kind = rng.random()
    if kind < 0.55:
        point = _some_point(rng, points)
        shown = str(number(point))
        more = [f" {shown}", f"{shown} "] + ([f"{shown}.0", f"{shown}.00"] if point.denominator == 1 else [])
        return Cell(rng.choice((shown, shown, *more, shown.translate(_FULL_WIDTH))), point)
    if kind < 0.75 and points.labels:
        point = rng.choice(list(points.labels))
        return Cell(_dressed(rng, points.labels[point]), point)
    if kind < 0.85:
        return Cell(rng.choice(("", " ", "NA", "nan", "NaN", None)), Meaning.MISSING)
    codes = [str(code) for texts in (True, False) for code in _codes(points, given, texts=texts)]
    if kind < 0.92 and codes:
        return Cell(_dressed(rng, rng.choice(codes)), Meaning.MISSING)
    if rng.random() < 0.5:
        return Cell(str(number(_no_point(rng, points, given))), Meaning.BAD)
    return Cell(rng.choice(_DISPUTED), Meaning.BAD)


def _object(rng: random.Random, points: Points, given: Given) -> Cell:
    kind = rng.random()
    point = _some_point(rng, points)
    if kind < 0.6:
        makers = [Fraction, lambda p: Decimal(str(number(p))), lambda p: np.float64(float(p))]
        if point.denominator == 1:
            makers += [int, np.int8 if abs(point) < 100 else np.int64, np.float32]
        return Cell(rng.choice(makers)(point), point)
    if kind < 0.8:
        missing: list[Any] = [None, float("nan"), pd.NA, pd.NaT, Decimal("NaN"), np.float32("nan")]
        return Cell(rng.choice(missing), Meaning.MISSING)
    bad = (
        True, False, np.True_, datetime.date(2026, 1, 5), datetime.timedelta(1), complex(1, 0), 10**30, b"3",
        Decimal("Infinity"), float("inf"), np.datetime64("2026-01-05"), Fraction(10**6, 7),
    )  # fmt: skip
    return Cell(rng.choice(bad), Meaning.BAD)
