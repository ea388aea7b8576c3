"""Random instruments, random answers to them, and every kind of table that can hold them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from hypothesis import strategies as st

from intimacy_scales import Instrument, ResponseScale

Value = int | float
Row = dict[str, Value | None]
Make = Callable[[Instrument, list[Row]], tuple[Any, dict[str, Any]]]

NO_ANSWER = -99

# strategies that are drawn from for every item: made once, since making one costs as much as drawing
_SIGN = st.sampled_from(["", "-"])
_METHOD = st.sampled_from(["mean", "sum"])
_PRORATED = st.sampled_from([True, False, None])
_YES = st.booleans()
_UP_TO_2, _UP_TO_4 = st.integers(0, 2), st.integers(0, 4)
_N_POOLS = st.sampled_from([1, 1, 3])
_SHARE = st.sampled_from(["1/3", 0.5, "2/3", 0.75, 1])
_one_of = cache(st.sampled_from)
_from_1 = cache(partial(st.integers, 1))


@cache
def _some_of(parts: tuple[Any, ...], least: int, most: int) -> st.SearchStrategy[list[Any]]:
    """Some of the parts, none twice."""
    return st.lists(st.sampled_from(parts), min_size=least, max_size=most, unique=True)


@cache
def _cell(values: tuple[Value, ...]) -> st.SearchStrategy[Value | None]:
    """A valid value, or None in a third of the draws."""
    return st.sampled_from((*values, *values, *[None] * len(values)))


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
    low, step = (Fraction(draw(_one_of(choices))) for choices in (grid.minima, grid.steps))
    return draw(_labelled(low, low + step * (draw(grid.points) - 1), step))


@st.composite
def _labelled(draw: st.DrawFn, low: Fraction, high: Fraction, step: Fraction) -> ResponseScale:
    labels = {number(low): "Not at all", number(high): "Very much"} if draw(_YES) else {}
    return ResponseScale(minimum=number(low), maximum=number(high), step=number(step), labels=labels)


@st.composite
def scales_of_one_range(draw: st.DrawFn, grid: Grid = ANY) -> list[ResponseScale]:
    """Draw response scales that go from one minimum to one maximum in different steps."""
    low, steps = Fraction(draw(_one_of(grid.minima))), sorted(map(Fraction, grid.steps))
    # what all steps divide: the least common multiple of fractions
    common = Fraction(math.lcm(*(s.numerator for s in steps)), math.gcd(*(s.denominator for s in steps)))
    high = low + common * draw(_from_1(1 if grid is TINY else 4))
    chosen = draw(_some_of(tuple(steps), 2, 3))
    return [draw(_labelled(low, high, step)) for step in chosen]


@st.composite
def missing_rules(draw: st.DrawFn, n_parts: int) -> dict[str, Any] | None:
    """Draw a missing rule for a scale of so many parts; None is the library's default."""
    if draw(_UP_TO_2) == 0:
        return None
    rule: dict[str, Any] = {"prorated": draw(_PRORATED)}
    if draw(_YES):
        return rule | {"count": draw(_from_1(n_parts))}
    return rule | {"proportion": draw(_SHARE)}


@st.composite
def _scale(draw: st.DrawFn, name: str, parts: list[str], most: int, *, of: bool = False) -> dict[str, Any]:
    chosen = draw(_some_of(tuple(parts), 1, most))
    if not of:
        chosen = [draw(_SIGN) + part for part in chosen]
    return {
        "id": name,
        "of" if of else "items": chosen,
        "method": draw(_METHOD),
        "missing": draw(missing_rules(len(chosen))),
    }


@st.composite
def _pools(draw: st.DrawFn, grid: Grid, *, one_range: bool) -> list[ResponseScale]:
    """Draw the response scales of an instrument: one, several, or several of one range."""
    if one_range or draw(_UP_TO_4) == 0:
        return draw(scales_of_one_range(grid))
    return draw(st.lists(response_scales(grid), min_size=1, max_size=draw(_N_POOLS)))


@st.composite
def instruments(
    draw: st.DrawFn,
    grid: Grid = ANY,
    *,
    max_items: int = 12,
    composed: bool = False,
    one_range: bool = False,
) -> Instrument:
    """Draw an instrument.

    Its items have one response scale or several; serve one scale, several with different keys, or
    none; its scales are means or sums with all kinds of missing rules, and some are composed of
    others, in any order and depth. With ``composed``, short scales and more that are composed of
    them; with ``one_range``, items that have the same ends and other steps between them.
    """
    pool = draw(_pools(grid, one_range=one_range))
    items = [f"q{n}" for n in range(1, draw(st.integers(4 if composed else 1, max_items)) + 1)]
    names = [f"s{n}" for n in range(1, draw(st.integers(3 if composed else 1, 4)) + 1)]
    scales = [draw(_scale(name, items, 2 if composed else max_items)) for name in names]
    for name in ("total", "index")[: 2 if composed else draw(_UP_TO_2)]:
        scales.append(draw(_scale(name, names, 4, of=True)))
        names.append(name)
    return draw(_instrument_of(items, pool, scales))


@st.composite
def _instrument_of(
    draw: st.DrawFn, items: list[str], pool: list[ResponseScale], scales: list[dict[str, Any]]
) -> Instrument:
    return Instrument.model_validate(
        {
            "id": "drawn",
            "version": "1",
            "title": "Drawn at random",
            "items": [{"id": item, "response_scale": draw(st.sampled_from(pool))} for item in items],
            "scales": draw(st.permutations(scales)),
        }
    )


@st.composite
def torn_instruments(draw: st.DrawFn, grid: Grid = TINY) -> Instrument:
    """Draw an instrument whose composites count two items or more in both directions.

    One part keys them one way and the other the other way; parts may hold more items, keyed alike.
    """
    pool = draw(_pools(grid, one_range=False))
    items = [f"q{n}" for n in range(1, draw(st.integers(2, 4)) + 1)]
    one = [draw(_SIGN) + item for item in draw(st.permutations(items))]
    n_torn = draw(st.integers(2, len(items)))
    other = [key[1:] if key.startswith("-") else f"-{key}" for key in one[:n_torn]]
    other += draw(st.lists(st.sampled_from(one[n_torn:]), unique=True)) if one[n_torn:] else []
    scales: list[dict[str, Any]] = [{"id": "a", "items": one}, {"id": "b", "items": other}]
    scales.append(draw(_scale("c", items, 2)))
    for name, parts in (("total", ["b", "a"]), ("index", draw(st.permutations(["total", "a", "c"])))):
        scales.append({"id": name, "of": parts, "missing": draw(missing_rules(len(parts)))})
    for scale in scales:
        scale["method"] = draw(_METHOD)
    return draw(_instrument_of(items, pool, scales))


def answers(form: Instrument) -> st.SearchStrategy[Row]:
    """Draw one person's answers: a valid value for each item, or None where it was skipped."""
    cells = {item.id: _cell(item.response_scale.values) for item in form.items}
    return st.fixed_dictionaries(cells).map(lambda row: {item: row[item] for item in form.item_ids})


@st.composite
def answered(
    draw: st.DrawFn,
    grid: Grid = ANY,
    *,
    min_rows: int = 1,
    max_rows: int = 8,
    composed: bool = False,
    one_range: bool = False,
) -> tuple[Instrument, list[Row]]:
    """Draw an instrument and a table of answers to it, as rows."""
    form = draw(instruments(grid, composed=composed, one_range=one_range))
    return form, draw(st.lists(answers(form), min_size=min_rows, max_size=max_rows))


# ------------------------------------------------------------------ every kind of table


def text(form: Instrument, item: str, value: Value | None) -> str | None:
    """An answer as a survey exports it: the label of a point that has one, else the number."""
    return None if value is None else form.item(item).response_scale.label(value) or str(value)


def floats(rows: list[Row]) -> np.ndarray:
    """Rows as numbers, nan where it is missing."""
    return np.array([list(row.values()) for row in rows], dtype=np.float64)


def _filled(rows: list[Row], fill: Value) -> list[Row]:
    return [{item: fill if value is None else value for item, value in row.items()} for row in rows]


def _columns(form: Instrument, rows: list[Row], *, texts: bool = False) -> Iterator[tuple[str, list[Any]]]:
    for item in reversed(form.item_ids):  # the order of columns says nothing
        yield item, [text(form, item, row[item]) if texts else row[item] for row in rows]


def in_pandas(dtype: Any, *, texts: bool = False, fill: Value | None = None) -> Make:
    def make(form: Instrument, rows: list[Row]) -> tuple[pd.DataFrame, dict[str, Any]]:
        given_rows = rows if fill is None else _filled(rows, fill)
        columns = _columns(form, given_rows, texts=texts)
        frame = pd.DataFrame({item: pd.Series(values, dtype=dtype) for item, values in columns})
        return frame.assign(note="other columns pass by"), {} if fill is None else {"missing_codes": fill}

    return make


def in_polars(dtype: Any, *, texts: bool = False, then: Callable[[pl.DataFrame], pl.DataFrame]) -> Make:
    def make(form: Instrument, rows: list[Row]) -> tuple[pl.DataFrame, dict[str, Any]]:
        columns = _columns(form, rows, texts=texts)
        return then(pl.DataFrame([pl.Series(item, values, dtype=dtype) for item, values in columns])), {}

    return make


def in_arrow(dtype: Any, *, texts: bool = False, then: Callable[[pa.Table], Any]) -> Make:
    def make(form: Instrument, rows: list[Row]) -> tuple[Any, dict[str, Any]]:
        columns = _columns(form, rows, texts=texts)
        return then(pa.table({item: pa.array(values, dtype) for item, values in columns})), {}

    return make


def in_numpy(then: Callable[[np.ndarray], np.ndarray]) -> Make:
    return lambda form, rows: (then(floats(rows)), {"columns": form.item_ids})


def every_second(array: np.ndarray) -> np.ndarray:
    """The same numbers with others between them in memory."""
    return np.repeat(np.repeat(array, 2, axis=0), 2, axis=1)[::2, ::2]


def as_given(table: Any) -> Any:
    return table


def nulls_over_garbage(frame: pl.DataFrame) -> pl.DataFrame:
    """Nulls whose slots in memory hold some number."""
    full = frame.fill_null(7777)
    return full.select(pl.when(pl.col(name) != 7777).then(pl.col(name)).alias(name) for name in full.columns)


def arrow_nulls_over_garbage(table: pa.Table) -> pa.Table:
    masks = [column.is_null().to_numpy() for column in table.columns]
    values = [column.fill_null(111).to_numpy() for column in table.columns]
    arrays = [pa.array(v, mask=mask) for v, mask in zip(values, masks, strict=True)]
    return pa.table(dict(zip(table.column_names, arrays, strict=True)))


def polars_slice(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows, cut from between others that are null."""
    around = frame.clear(n=3)
    return pl.concat([around, frame, around]).rechunk().slice(3, len(frame))


def arrow_slice(table: pa.Table) -> pa.Table:
    """The same rows, cut from between others that are null."""
    around = pa.table(
        {
            name: pa.nulls(3, column.type)
            for name, column in zip(table.column_names, table.columns, strict=True)
        }
    )
    return pa.concat_tables([around, table, around]).combine_chunks().slice(3, len(table))


def in_pieces(frame: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([frame[:1], frame[1:3], frame[3:]], rechunk=False)


def _dictionaries(table: pa.Table) -> pa.Schema:
    return pa.schema([(name, pa.dictionary(pa.int32(), pa.string())) for name in table.column_names])


# each with the response scales that it can hold
KINDS: dict[str, tuple[Grid, Make]] = {
    "pandas float64": (ANY, in_pandas("float64")),
    "pandas float32": (ANY, in_pandas("float32")),
    "pandas float64 by rows": (ANY, lambda f, rows: (pd.DataFrame(floats(rows), columns=f.item_ids), {})),
    "pandas float64 strided": (
        ANY,
        lambda f, rows: (pd.DataFrame(every_second(floats(rows)), columns=f.item_ids, copy=False), {}),
    ),
    "pandas int64": (WHOLE, in_pandas("int64", fill=NO_ANSWER)),
    "pandas int16": (WHOLE, in_pandas("int16", fill=NO_ANSWER)),
    "pandas uint16": (BYTES, in_pandas("uint16", fill=999)),
    "pandas int8": (BYTES, in_pandas("int8", fill=NO_ANSWER)),
    "pandas uint8": (BYTES, in_pandas("uint8", fill=255)),
    "pandas Float64": (ANY, in_pandas("Float64")),
    "pandas Float32": (ANY, in_pandas("Float32")),
    "pandas Int64": (WHOLE, in_pandas("Int64")),
    "pandas Int8": (BYTES, in_pandas("Int8")),
    "pandas double[pyarrow]": (ANY, in_pandas("double[pyarrow]")),
    "pandas int64[pyarrow]": (WHOLE, in_pandas("int64[pyarrow]")),
    "pandas uint8[pyarrow]": (BYTES, in_pandas("uint8[pyarrow]")),
    "pandas object": (ANY, in_pandas("object")),
    "pandas object of texts": (ANY, in_pandas("object", texts=True)),
    "pandas str": (ANY, in_pandas("str", texts=True)),
    "pandas string[pyarrow]": (ANY, in_pandas(pd.ArrowDtype(pa.string()), texts=True)),
    "pandas categorical": (ANY, in_pandas("category", texts=True)),
    "polars Float64": (ANY, in_polars(pl.Float64, then=as_given)),
    "polars Float32": (ANY, in_polars(pl.Float32, then=as_given)),
    "polars Int16": (WHOLE, in_polars(pl.Int16, then=as_given)),
    "polars UInt8": (BYTES, in_polars(pl.UInt8, then=as_given)),
    "polars in chunks": (WHOLE, in_polars(pl.Int16, then=in_pieces)),
    "polars floats in chunks": (ANY, in_polars(pl.Float64, then=in_pieces)),
    "polars sliced": (WHOLE, in_polars(pl.Int16, then=polars_slice)),
    "polars nulls over garbage": (WHOLE, in_polars(pl.Int64, then=nulls_over_garbage)),
    "polars String": (ANY, in_polars(pl.String, texts=True, then=as_given)),
    "polars Categorical": (ANY, in_polars(pl.Categorical, texts=True, then=as_given)),
    "arrow double": (ANY, in_arrow(pa.float64(), then=as_given)),
    "arrow int16": (WHOLE, in_arrow(pa.int16(), then=as_given)),
    "arrow int8": (BYTES, in_arrow(pa.int8(), then=as_given)),
    "arrow record batch": (WHOLE, in_arrow(pa.int32(), then=lambda t: t.to_batches()[0])),
    "arrow sliced": (WHOLE, in_arrow(pa.int16(), then=arrow_slice)),
    "arrow record batch sliced": (BYTES, in_arrow(pa.uint8(), then=lambda t: arrow_slice(t).to_batches()[0])),
    "arrow in chunks": (WHOLE, in_arrow(pa.int16(), then=lambda t: pa.concat_tables([t[:1], t[1:2], t[2:]]))),
    "arrow nulls over garbage": (BYTES, in_arrow(pa.uint8(), then=arrow_nulls_over_garbage)),
    "arrow dictionary": (ANY, in_arrow(pa.string(), texts=True, then=lambda t: t.cast(_dictionaries(t)))),
    "numpy by rows": (ANY, in_numpy(np.ascontiguousarray)),
    "numpy by columns": (ANY, in_numpy(np.asfortranarray)),
    "numpy strided": (ANY, in_numpy(every_second)),
    "numpy other byte order": (ANY, in_numpy(lambda a: a.astype(">f8"))),
    "numpy object": (ANY, in_numpy(lambda a: a.astype(object))),
    "rows of texts": (ANY, lambda f, rows: ([{i: text(f, i, v) for i, v in r.items()} for r in rows], {})),
}
