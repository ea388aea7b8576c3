"""What the library makes of sheets, compared with what they mean."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from benchmarks.fuzz.reference import Expected, Reference, Rules
from benchmarks.fuzz.sheets import Sheets
from benchmarks.fuzz.tables import Kind
from intimacy_scales import Instrument, encode, score, score_stream
from intimacy_scales.errors import InvalidResponsesError

WAYS = ("a table", "checked before", "a stream", "one by one")
_NEAR = 1e-12


def _options(sheets: Sheets, *, is_array: bool) -> dict[str, Any]:
    option: Any = list(sheets.columns) if is_array else sheets.option
    return {"columns": option, "missing_codes": list(sheets.given.codes), "coding": sheets.coding}


def found_by(
    way: str, form: Instrument, kind: Kind, sheets: Sheets, rng: random.Random
) -> tuple[list[dict[str, Expected]], set[tuple[int, str]]]:
    """Return scores of every person, and the cells that were not accepted, as the library sees them."""
    options = _options(sheets, is_array=kind.is_array)
    rows = sheets.values(with_strangers=True)
    if way == "one by one":
        return _singly(form, rows, options)
    if way == "a stream":
        size = rng.randint(1, len(rows))
        parts = [kind.make(rows[i : i + size]) for i in range(0, len(rows), size)]
        scored = list(score_stream(form, parts, on_invalid="missing", **options))
    else:
        table = kind.make(rows)
        if way == "checked before":
            checked = encode(form, table, on_invalid="missing", **options)
            scored = [score(form, checked, coding=sheets.coding)]
        else:
            scored = [score(form, table, on_invalid="missing", **options)]
    found: list[dict[str, Expected]] = []
    for scores in scored:
        found += [
            {
                name: _as_expected(float(scores.values[i, j]), int(scores.answered[i, j]))
                for j, name in enumerate(scores.scale_ids)
            }
            for i in range(len(scores))
        ]
    bad = {(problem.row or 0, problem.item) for scores in scored for problem in scores.problems}
    return found, bad


def _as_expected(score: float, answered: int) -> Expected:
    exact = None if math.isnan(score) else Fraction(score)
    return Expected(exact, answered, Fraction(0), Fraction(0), None)


def _singly(
    form: Instrument, rows: list[dict[str, Any]], options: dict[str, Any]
) -> tuple[list[dict[str, Expected]], set[tuple[int, str]]]:
    found, bad = [], set()
    for i, row in enumerate(rows):
        one = score(form, row, on_invalid="missing", **options)
        bad |= {(i, problem.item) for problem in one.problems}
        found.append(
            {
                name: Expected(
                    None if value is None else Fraction(value),
                    one.answered[name],
                    *map(Fraction, one.bounds[name]),
                    None if one.pomp[name] is None else Fraction(one.pomp[name]),
                )
                for name, value in one.scores.items()
            }
        )
    return found, bad


def misplaced(persons: list[tuple[int, str]], rules: Rules) -> str | None:
    """Return in words where rows or persons of a file are not what they should be."""
    right = [(n + rules.first_row, f"p{n}") for n in range(len(persons))]
    if not rules.persons_in_order:
        right = [(row, name) for (row, _), (_, name) in zip(right, reversed(right), strict=True)]
    return None if persons == right else f"rows and persons are {persons[:3]} …"


def differences(
    reference: Reference,
    sheets: Sheets,
    found: list[dict[str, Expected]],
    bad: set[tuple[int, str]],
    *,
    with_bounds: bool,
) -> Iterator[str]:
    """Yield in words what differs between the library and the reference."""
    if len(found) != len(sheets.rows):
        yield f"{len(sheets.rows)} persons are {len(found)}"
        return
    for cell in sorted(bad ^ sheets.bad(reference.rules)):
        answer = sheets.rows[cell[0]][cell[1]]
        yield f"{cell}: {answer.value!r} ({answer.meaning}) is {'not ' if cell in bad else ''}accepted"
    for i, there in enumerate(found):
        expected = reference.scores(sheets.answers(i, reference.rules))
        if there.keys() != expected.keys():
            yield f"row {i}: scales {sorted(there)} instead of {sorted(expected)}"
            continue
        for name, right in expected.items():
            if not _same(there[name], right, with_bounds=with_bounds):
                yield f"row {i}, {name}: {_shown(there[name])} instead of {_shown(right)}"


def _same(found: Expected, right: Expected, *, with_bounds: bool) -> bool:
    """Tell whether scores are equal, to the nearest float, and bounds and percentages to rounding."""
    if found.answered != right.answered or (found.score is None) != (right.score is None):
        return False
    if found.score is not None and right.score is not None and float(found.score) != float(right.score):
        return False
    if not with_bounds:
        return True
    if (found.pomp is None) != (right.pomp is None):
        return False
    pairs = [(found.low, right.low), (found.high, right.high)]
    if found.pomp is not None and right.pomp is not None:
        pairs.append((found.pomp, right.pomp))
    return all(_near(a, b) for a, b in pairs)


def _near(a: Fraction, b: Fraction) -> bool:
    return abs(float(a - b)) <= _NEAR * max(1.0, abs(float(b)))


def _shown(expected: Expected) -> str:
    score = None if expected.score is None else float(expected.score)
    return f"{score} of {expected.answered} answers, {float(expected.low)} to {float(expected.high)}"


def refusal(form: Instrument, kind: Kind, sheets: Sheets) -> str | None:
    """Return in words what differs where bad cells are to raise; None where it is as it should be."""
    options = _options(sheets, is_array=kind.is_array)
    rows = sheets.values(with_strangers=True)
    try:
        score(form, kind.make(rows), **options)
    except InvalidResponsesError as error:
        named = {(problem.row, problem.item) for problem in error.problems}
        return None if named == sheets.bad() else f"{len(named)} cells are named, not {len(sheets.bad())}"
    return "no error" if sheets.bad() else None
