"""Items whose answers lie in one array are encoded together: as every item alone, wherever they lie."""

from __future__ import annotations

import gc
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import Instrument, Item, ResponseScale, Scale, encode
from intimacy_scales.reading.answer_keys import answer_keys
from intimacy_scales.reading.encoding import ColumnEncoder
from intimacy_scales.reading.frames import Numbers, open_table
from intimacy_scales.reading.tiles import tile_encoders

NAMES = ("a", "b", "c", "d", "e")
RANGES = [(1, 5), (0, 4), (3, 250), (1, 7), (0, 300)]
TYPES = ["f8", "f4", "i8", "i4", "i2", "u1", "i1", "u8"]
BEYOND = [math.nan, math.inf, 2.5, -1, 6, 251, 256, 261, 999, -(2.0**31), 2.0**53, 1e30]


def form_of_ranges(ranges: list[tuple[int, int]]) -> Instrument:
    items = tuple(
        Item(id=name, response_scale=ResponseScale(minimum=low, maximum=high))
        for name, (low, high) in zip(NAMES, ranges, strict=True)
    )
    return Instrument(
        id="form", version="1", title="Form", items=items, scales=(Scale(id="all", items=NAMES),)
    )


def placed(values: np.ndarray[Any, Any], way: str) -> pd.DataFrame:
    """The same table, its columns in one array in some order, or apart."""
    n = len(values)
    names = list(NAMES)
    if way == "rows":
        table = pd.DataFrame(np.ascontiguousarray(values), columns=names, copy=False)
    elif way == "columns":
        table = pd.DataFrame(np.asfortranarray(values), columns=names, copy=False)
    elif way == "every second":
        wide = np.repeat(values, 2, axis=1)
        wide[:, 1::2] = 1
        table = pd.DataFrame(wide, columns=[f"{i}{j}" for i in names for j in "xy"], copy=False)
        table = table.rename(columns={f"{i}x": i for i in names})
    elif way == "another order":
        table = pd.DataFrame(np.ascontiguousarray(values[:, ::-1]), columns=names[::-1], copy=False)
    elif way == "some rows":
        longer = np.concatenate([values[:1], values, values[-1:]])
        table = pd.DataFrame(longer, columns=names, copy=False).iloc[1 : n + 1]
    elif way == "backwards":
        table = pd.DataFrame(values[::-1].copy()[::-1], columns=names, copy=False)
    elif way == "another between":
        wide = np.insert(values, 2, 1, axis=1)
        table = pd.DataFrame(wide, columns=["a", "b", "id", "c", "d", "e"], copy=False)
    else:
        table = pd.DataFrame({name: values[:, j].copy() for j, name in enumerate(names)}, copy=False)
    return table


WAYS = [
    "rows",
    "columns",
    "every second",
    "another order",
    "some rows",
    "backwards",
    "another between",
    "apart",
]


@st.composite
def tables(draw: st.DrawFn) -> tuple[Instrument, np.ndarray[Any, Any]]:
    """A form, and numbers of one type in one array: mostly answers, some beyond, some missing."""
    ranges = draw(st.sampled_from([RANGES, [RANGES[0]] * 5, [RANGES[1]] * 5, RANGES[::-1], [RANGES[4]] * 5]))
    kind = np.dtype(draw(st.sampled_from(TYPES)))
    n = draw(st.integers(1, 12))
    odd = draw(st.booleans())
    limits = np.iinfo(kind) if kind.kind != "f" else None
    cells = np.empty((n, 5), dtype=kind)
    for j, (low, high) in enumerate(ranges):
        most = high if limits is None else min(high, int(limits.max))
        good = st.integers(low, most)
        bad = st.sampled_from(
            [x for x in BEYOND if limits is None or (not math.isnan(x) and limits.min <= x <= limits.max)]
            or [low]
        )
        missing = st.just(math.nan) if limits is None else good
        for i in range(n):
            cells[i, j] = draw(st.one_of(good, good, good, missing, bad if odd else good))
    return form_of_ranges(ranges), cells


@pytest.mark.parametrize("way", WAYS)
@given(case=tables(), tile=st.integers(1, 40), block=st.integers(1, 7))
@settings(max_examples=25, deadline=None)
def test_codes_and_problems_are_those_of_every_item_alone(way, case, tile, block):
    form, cells = case
    rows = [dict(zip(NAMES, row, strict=True)) for row in cells.astype(object).tolist()]
    expected = encode(form, rows, on_invalid="missing")
    table = placed(cells, way)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intimacy_scales.reading.tiles._TILE", tile)
        patch.setattr("intimacy_scales.reading.table.BLOCK", block)
        found = encode(form, table, on_invalid="missing")
    assert found.codes.tolist() == expected.codes.tolist()
    where = [(p.row, p.item, p.code) for p in found.problems]
    assert where == [(p.row, p.item, p.code) for p in expected.problems]
    np.testing.assert_array_equal(
        [float(p.value) for p in found.problems], [float(p.value) for p in expected.problems]
    )


def parts(table: pd.DataFrame, form: Instrument) -> list[str]:
    """What kind of encoder each part of a table gets."""
    opened = open_table(table)
    encoders = [
        ColumnEncoder(opened.column(name), key, np.uint8)
        for name, key in zip(NAMES, answer_keys(form), strict=True)
    ]
    return [type(part).__name__ for part in tile_encoders(encoders, np.uint8)]


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("rows", ["_Tiles"]),
        ("columns", ["_Tiles"]),
        ("every second", ["_Tiles"]),
        ("another order", ["_Tiles"]),
        ("some rows", ["_Tiles"]),
        ("another between", ["_Tiles", "_Tiles"]),
        ("apart", ["_OneColumn"] * 5),
    ],
)
@pytest.mark.parametrize("n", [3, 60_000])  # small frames are opened in another way
def test_items_of_one_array_are_encoded_together(way, expected, n):
    cells = np.full((n, 5), 3.0)
    table = placed(cells, way)
    found = parts(table, form_of_ranges([RANGES[0]] * 5))
    if n == 3 and way == "apart":
        expected = ["_Tiles"]
    column = open_table(table).column(NAMES[0])
    assert isinstance(column, Numbers)
    if n > 3 and column.values.strides == (8,):  # long runs of one item's answers are read by themselves
        expected = ["_OneColumn"] * 5
    assert way != "columns" or n == 3 or expected == ["_OneColumn"] * 5
    assert found == expected


def test_columns_of_other_allocations_are_never_taken_for_one_array():
    # numpy would take all memory between two of them for theirs, and copy it to tell them from the result
    for n in (1, 2, 1000, 100_000):
        columns = [np.full(n, 3.0) for _ in NAMES]
        form = form_of_ranges([RANGES[0]] * 5)

        encoders = [
            ColumnEncoder(Numbers(column), key, np.uint8)
            for column, key in zip(columns, answer_keys(form), strict=True)
        ]
        assert {type(part).__name__ for part in tile_encoders(encoders, np.uint8)} == {"_OneColumn"}


def test_a_table_may_be_let_go_while_it_is_read():
    form = form_of_ranges([RANGES[0]] * 5)
    encoders = []

    cells = np.full((50_000, 5), 4.0)
    for j, key in enumerate(answer_keys(form)):
        encoders.append(ColumnEncoder(Numbers(cells[:, j]), key, np.uint8))
    [part] = tile_encoders(encoders, np.uint8)
    del cells, encoders
    gc.collect()
    codes = np.empty((50_000, 5), np.uint8, order="F")
    part.encode(0, codes)
    assert (codes == 4).all()
