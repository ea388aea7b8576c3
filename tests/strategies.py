"""Random instruments, and random answers to them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from intimacy_scales import Instrument, ResponseScale

Value = int | float
Row = dict[str, Value | None]

_SOME = st.integers(2, 9)
# 101: 0 to 100; 254 to 256: where codes outgrow one byte; 1001: 0 to 1000
_MANY = st.sampled_from([101, 254, 255, 256, 1001])


@dataclass(frozen=True)
class Grid:
    """Which response scales are drawn: minima and steps as decimals, and how many points."""

    minima: tuple[str, ...]
    steps: tuple[str, ...]
    points: st.SearchStrategy[int]


ANY = Grid(("1", "0", "-3", "-1", "5", "0.5", "-0.3"), ("1", "2", "0.5", "0.1"), _SOME | _SOME | _MANY)
WHOLE = Grid(("1", "0", "-3", "5", "100"), ("1", "2"), _SOME | _SOME | _MANY)
BYTES = Grid(("1", "0", "2", "60"), ("1", "2"), st.integers(2, 30))
TINY = Grid(("1", "0", "-1", "0.5"), ("1", "0.5", "0.1"), st.integers(2, 3))


def number(value: Fraction) -> Value:
    """Return a fraction as people would type it: an int where it is whole."""
    return int(value) if value.denominator == 1 else float(value)


@st.composite
def response_scales(draw: st.DrawFn, grid: Grid = ANY) -> ResponseScale:
    """Draw a response scale of a grid, some with labels at the ends."""
    low, step = (Fraction(draw(st.sampled_from(choices))) for choices in (grid.minima, grid.steps))
    high = low + step * (draw(grid.points) - 1)
    labels = {number(low): "Not at all", number(high): "Very much"} if draw(st.booleans()) else {}
    return ResponseScale(minimum=number(low), maximum=number(high), step=number(step), labels=labels)


@st.composite
def missing_rules(draw: st.DrawFn, n_parts: int) -> dict[str, Any] | None:
    """Draw a missing rule for a scale of so many parts; None is the library's default."""
    if draw(st.booleans()):
        return None
    rule: dict[str, Any] = {"prorated": draw(st.booleans())}
    if draw(st.booleans()):
        return rule | {"count": draw(st.integers(1, n_parts))}
    return rule | {"proportion": draw(st.sampled_from(["1/3", 0.5, "2/3", 0.75, 1]))}


@st.composite
def _scale(draw: st.DrawFn, name: str, parts: list[str], *, composite: bool) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(parts), min_size=1, max_size=12, unique=True))
    if not composite:
        chosen = [draw(st.sampled_from(["", "-"])) + part for part in chosen]
    return {
        "id": name,
        "of" if composite else "items": chosen,
        "method": draw(st.sampled_from(["mean", "sum"])),
        "missing": draw(missing_rules(len(chosen))),
    }


@st.composite
def instruments(
    draw: st.DrawFn, grid: Grid = ANY, *, max_items: int = 12, composites: bool = True
) -> Instrument:
    """Draw an instrument.

    Its items have one response scale or several; serve one scale, several with different keys, or
    none; its scales are means or sums with all kinds of missing rules, and some are composed of
    others, in any order and depth.
    """
    pool = draw(st.lists(response_scales(grid), min_size=1, max_size=draw(st.sampled_from([1, 1, 3]))))
    items = [f"q{n}" for n in range(1, draw(st.integers(1, max_items)) + 1)]
    names = [f"s{n}" for n in range(1, draw(st.integers(1, 4)) + 1)]
    scales = [draw(_scale(name, items, composite=False)) for name in names]
    for name in ("total", "index")[: draw(st.integers(0, 2)) if composites else 0]:
        scales.append(draw(_scale(name, names, composite=True)))
        names.append(name)
    return Instrument.model_validate(
        {
            "id": "drawn",
            "version": "1",
            "title": "Drawn at random",
            "items": [{"id": item, "response_scale": draw(st.sampled_from(pool))} for item in items],
            "scales": draw(st.permutations(scales)),
        }
    )


def answers(form: Instrument, *, missing: bool = True) -> st.SearchStrategy[Row]:
    """Draw one person's answers: a valid value for each item, or None where it was skipped."""
    cells = {}
    for item in form.items:
        value = st.sampled_from(item.response_scale.values)
        cells[item.id] = st.one_of(value, value, st.none()) if missing else value
    return st.fixed_dictionaries(cells)


@st.composite
def answered(
    draw: st.DrawFn,
    grid: Grid = ANY,
    *,
    min_rows: int = 1,
    max_rows: int = 8,
    max_items: int = 12,
    missing: bool = True,
) -> tuple[Instrument, list[Row]]:
    """Draw an instrument and a table of answers to it, as rows."""
    form = draw(instruments(grid, max_items=max_items))
    rows = st.lists(answers(form, missing=missing), min_size=min_rows, max_size=max_rows)
    return form, draw(rows)
