"""Tables of groups: small ones are removed, and cannot be computed from totals."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from intimacy_scales.dyads import SuppressedTable, suppress_small_cells
from intimacy_scales.dyads.feedback import cell_suppression
from intimacy_scales.dyads.feedback.cell_suppression import Cell, cells_to_suppress, possible_range
from intimacy_scales.errors import DocumentError, EstimationError, ResponseError

Row = dict[str, Any]


def one_way(counts: Sequence[int], **more: Sequence[Any]) -> list[Row]:
    """Rows of groups g0, g1 … and their total; other columns are given for all rows."""
    labels = [*(f"g{n}" for n in range(len(counts))), "total"]
    rows = [{"group": label, "n": n} for label, n in zip(labels, [*counts, sum(counts)], strict=True)]
    for name, values in more.items():
        for row, value in zip(rows, values, strict=True):
            row[name] = value
    return rows


def two_way(counts: Sequence[Sequence[int]]) -> list[Row]:
    array = np.array(counts)
    full = np.block([[array, array.sum(1)[:, None]], [array.sum(0), array.sum()]])
    names = [
        [*(f"{letter}{n}" for n in range(size)), "total"]
        for letter, size in zip("rc", array.shape, strict=True)
    ]
    return [
        {"row": r, "column": c, "n": int(full[i, j])}
        for (i, r), (j, c) in itertools.product(enumerate(names[0]), enumerate(names[1]))
    ]


def removed(table: SuppressedTable) -> dict[str, list[str]]:
    """Reason → the labels of the rows that were removed for it."""
    return {
        reason: [" ".join(cell.groups) for cell in table.suppressed if cell.reason == reason]
        for reason in ("small", "protects")
    }


def known_range(rows: Sequence[Mapping[str, Any]], groups: Sequence[str], place: int, shown: Sequence[bool]):
    """The lowest and highest count that fits all shown ones and all sums, by linear programming.

    Empty cells are known: a reader may know where nobody can be.
    """
    labels = [tuple(row[name] for name in groups) for row in rows]
    equations = []
    for axis in range(len(groups)):
        others = {(*label[:axis], *label[axis + 1 :]) for label in labels}
        for other in others:
            equations.append(
                [
                    (-1 if label[axis] == "total" else 1)
                    if (*label[:axis], *label[axis + 1 :]) == other
                    else 0
                    for label in labels
                ]
            )
    bounds = [
        (row["n"], row["n"]) if is_shown or (row["n"] == 0 and n != place) else (0, None)
        for n, (row, is_shown) in enumerate(zip(rows, shown, strict=True))
    ]
    target = np.eye(len(rows))[place]
    ends = []
    for sign in (1, -1):
        done = linprog(sign * target, A_eq=np.array(equations), b_eq=np.zeros(len(equations)), bounds=bounds)
        ends.append(math.inf * sign * -1 if done.status == 3 else sign * done.fun)
    return ends[0], ends[1]


def check_protected(rows: list[Row], groups: Sequence[str], minimum: int) -> SuppressedTable:
    table = suppress_small_cells(rows, groups=list(groups), minimum=minimum)
    shown = [not math.isnan(n) for n in table.columns["n"]]
    hidden = {cell.groups for cell in table.suppressed}
    assert [tuple(row[name] for name in groups) not in hidden for row in rows] == shown
    for place, row in enumerate(rows):
        if row["n"] >= minimum:
            continue
        assert not shown[place]
        if row["n"]:
            low, high = known_range(rows, groups, place, shown)
            assert high - low >= minimum - 1e-6, (row, low, high)
    return table


_COUNT = st.one_of(st.integers(0, 12), st.integers(10, 60))


@settings(max_examples=40)
@given(st.lists(_COUNT, min_size=1, max_size=6), st.sampled_from([3, 10]))
def test_small_groups_cannot_be_computed_from_the_total(counts: list[int], minimum: int) -> None:
    check_protected(one_way(counts), ["group"], minimum)


@settings(max_examples=40)
@given(
    st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
        lambda shape: st.lists(
            st.lists(_COUNT, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
        )
    ),
    st.sampled_from([3, 10]),
)
def test_small_cells_cannot_be_computed_from_the_margins(counts: list[list[int]], minimum: int) -> None:
    check_protected(two_way(counts), ["row", "column"], minimum)


@settings(max_examples=25)
@given(st.lists(st.lists(_COUNT, min_size=3, max_size=3), min_size=2, max_size=3), st.data())
def test_ranges_are_those_of_linear_programming(counts: list[list[int]], data: st.DataObject) -> None:
    rows = two_way(counts)
    hidden = data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=1))
    place = data.draw(st.sampled_from(sorted(hidden)))
    labels = [(row["row"], row["column"]) for row in rows]
    nodes = [list(dict.fromkeys(label[axis] for label in labels)) for axis in (0, 1)]
    cells = [
        Cell(
            row=nodes[0].index(r),
            column=nodes[1].index(c),
            sign=1 - 2 * ((r == "total") ^ (c == "total")),
            count=row["n"],
        )
        for (r, c), row in zip(labels, rows, strict=True)
    ]
    low, high = known_range(rows, ["row", "column"], place, [n not in hidden for n in range(len(rows))])
    most = 10**6
    found = possible_range(cells, hidden, place, most)
    assert found[0] == pytest.approx(low, abs=1e-6)
    assert found[1] == (pytest.approx(high, abs=1e-6) if math.isfinite(high) else cells[place].count + most)


def test_one_small_group_takes_the_smallest_other_with_it() -> None:
    table = suppress_small_cells(one_way([4, 60, 25]), groups="group")
    assert removed(table) == {"small": ["g0"], "protects": ["g2"]}
    assert table.columns["n"].tolist()[1::2] == [60, 89]


def test_two_small_groups_can_protect_each_other() -> None:
    assert removed(suppress_small_cells(one_way([6, 7, 50]), groups="group")) == {
        "small": ["g0", "g1"], "protects": []
    }  # fmt: skip
    assert removed(suppress_small_cells(one_way([2, 3, 50, 30]), groups="group")) == {
        "small": ["g0", "g1"], "protects": ["g3"]
    }  # fmt: skip


def test_groups_that_are_large_enough_stay() -> None:
    table = suppress_small_cells(one_way([10, 11, 12]), groups="group")
    assert table.suppressed == ()
    assert table.columns["n"].tolist() == [10, 11, 12, 33]


def test_a_group_alone_takes_the_total_with_it() -> None:
    assert removed(suppress_small_cells(one_way([4]), groups="group")) == {
        "small": ["g0", "total"], "protects": []
    }  # fmt: skip
    assert removed(suppress_small_cells(one_way([4, 3, 2, 2]), groups="group"))["protects"] == []
    assert removed(suppress_small_cells(one_way([9, 1]), groups="group", minimum=10))["protects"] == []
    assert removed(suppress_small_cells(one_way([3, 8]), groups="group", minimum=9))["protects"] == []
    assert removed(suppress_small_cells(one_way([12, 0, 3, 0]), groups="group"))["protects"] == ["g0"]


def test_one_small_cell_takes_a_rectangle_with_it() -> None:
    counts = [[4, 50, 60], [70, 30, 80], [90, 40, 20]]
    table = check_protected(two_way(counts), ["row", "column"], 10)
    assert removed(table)["small"] == ["r0 c0"]
    assert removed(table)["protects"] == ["r0 c1", "r1 c0", "r1 c1"]


def test_empty_groups_are_removed_and_protect_nothing() -> None:
    table = suppress_small_cells(one_way([0, 4, 30, 20]), groups="group")
    assert removed(table) == {"small": ["g0", "g1"], "protects": ["g3"]}


def test_all_figures_of_a_group_are_removed() -> None:
    rows = one_way([4, 60, 25], trust=[5.1, 5.2, 5.3, 5.2], sd=[1.0, None, 1.1, 1.2])
    frame = suppress_small_cells(rows, groups="group").to_frame()
    assert frame.loc[[0, 2], ["n", "trust", "sd"]].isna().all(axis=None)
    assert frame.loc[1, "trust"] == 5.2
    assert math.isnan(frame.loc[1, "sd"])


def test_couples_are_counted_as_couples() -> None:
    """12 persons of 6 couples are 6: a partner knows the other."""
    rows = one_way([12, 60, 30], couples=[6, 30, 16, 52])
    by_couples = suppress_small_cells(rows, groups="group", couples="couples")
    assert removed(by_couples) == {"small": ["g0"], "protects": ["g2"]}
    assert by_couples.counted == "couples"
    assert removed(suppress_small_cells(rows, groups="group")) == {"small": [], "protects": []}


FRAMES: dict[str, Callable[[list[Row]], Any]] = {
    "mappings": lambda rows: rows,
    "pandas": lambda rows: pd.DataFrame(rows, index=list("wxyz")),
    "polars": pl.DataFrame,
    "arrow": pa.Table.from_pylist,
}


@pytest.mark.parametrize("kind", FRAMES)
def test_suppress_small_cells_returns_the_callers_kind_of_table(kind: str) -> None:
    table = FRAMES[kind](one_way([4, 60, 25], trust=[5.1, 5.2, 5.3, 5.2]))
    frame = suppress_small_cells(table, groups="group").to_frame()
    assert type(frame) is (pd.DataFrame if kind == "mappings" else type(table))
    plain = frame if isinstance(frame, pd.DataFrame) else frame.to_pandas()
    assert plain["group"].tolist() == ["g0", "g1", "g2", "total"]
    assert plain["n"].isna().tolist() == [True, False, True, False]
    assert plain["trust"].dropna().tolist() == [5.2, 5.2]
    if kind == "pandas":
        assert frame.index.tolist() == list("wxyz")
    if kind == "polars":
        assert frame["n"].null_count() == 2


def test_suppressed_tables_come_back_from_their_document() -> None:
    table = suppress_small_cells(two_way([[4, 50], [30, 60]]), groups=["row", "column"])
    again = SuppressedTable.from_json(table.to_json())
    assert again == table
    assert again.to_frame().equals(table.to_frame())
    document = json.loads(table.to_json())
    document["labels"]["row"].append("more")
    with pytest.raises(DocumentError, match="different numbers of rows"):
        SuppressedTable.from_dict(document)


def test_the_frame_does_not_say_which_groups_were_small() -> None:
    """The same figures come out when the small group is the one that only protects."""
    frames = [suppress_small_cells(one_way(n), groups="group").to_frame() for n in ([4, 60, 25], [25, 60, 4])]
    assert frames[0].equals(frames[1])


def hide(rows: list[Row], groups: Any = "group", **options: Any) -> SuppressedTable:
    return suppress_small_cells(rows, groups=groups, **options)


TWO = ["row", "column"]

# name → a mistaken call, and words of the message
MISTAKES: dict[str, tuple[Callable[[], Any], str]] = {
    "minimum of 2": (lambda: hide(one_way([4, 5]), minimum=2), "minimum=2 is not valid; .* from 3 on"),
    "minimum of half": (lambda: hide(one_way([4, 5]), minimum=9.5), "minimum=9.5 is not valid"),
    "no total": (lambda: hide(one_way([4, 5])[:-1]), "no row for total; add it"),
    "no margin": (lambda: hide(two_way([[4, 5]])[:-1], TWO), "no row for total / total"),
    "no row": (lambda: hide([]), "group"),
    "a missing cell": (lambda: hide(two_way([[4, 5], [6, 7]])[1:], TWO), "no row for r0 / c0"),
    "twice": (lambda: hide(one_way([4, 5]) * 2), "rows 0 and 3 are both g0"),
    "not the sum": (
        lambda: hide([*one_way([4, 5])[:-1], {"group": "total", "n": 10}]),
        "total has 10, but its groups add up to 9; add a row",
    ),
    "a share": (
        lambda: hide([{"group": "total", "n": 0.5}, {"group": "x", "n": 0.5}]),
        "n: 0.5 in the row of total is not a count",
    ),
    "missing": (
        lambda: hide([{"group": "total", "n": None}, {"group": "x", "n": 3}]),
        "n: nan in the row of total is not a count",
    ),
    "three groups": (lambda: hide(one_way([4]), ["a", "b", "c"]), "one or two columns"),
    "not couples": (
        lambda: hide(one_way([4, 5], m=[9, 9, 18]), couples="m"), "g0 has 9 couples and 4 persons"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_named(name: str) -> None:
    call, message = MISTAKES[name]
    with pytest.raises((EstimationError, ResponseError), match=message):
        call()


def test_columns_that_are_missing_or_texts_are_named() -> None:
    with pytest.raises(ResponseError, match="count: the table has no column 'persons'"):
        suppress_small_cells(one_way([4, 5]), groups="group", count="persons")
    with pytest.raises(ResponseError, match="ci: row 0 holds"):
        suppress_small_cells(one_way([4, 5], ci=["1 to 2", "2 to 3", "1 to 3"]), groups="group")


def test_cells_that_turn_out_not_to_be_needed_are_shown() -> None:
    cells = [Cell(row=0, column=0, sign=1, count=n) for n in (1, 9, 40, 30)]
    cells.append(Cell(row=0, column=0, sign=-1, count=80))
    assert cells_to_suppress(cells, 10) == ([0, 1], [])


def test_the_total_of_all_is_removed_last() -> None:
    # the grand total is the cheapest cell that protects r0 c0; but studies report it, and 54 - 50 = 4
    table = suppress_small_cells(two_way([[4, 0], [0, 50]]), groups=["row", "column"])
    assert "total total" not in removed(table)["protects"]


def test_groups_are_removed_before_totals() -> None:
    rows = two_way([[4, 40, 30], [50, 60, 70]])
    table = suppress_small_cells(rows, groups=["row", "column"])
    assert not any("total" in label for label in removed(table)["protects"])


def cells_of(counts: Sequence[Sequence[int]]) -> list[Cell]:
    """Return the cells of a table by two columns with its totals."""
    n, k = np.shape(counts)
    full = np.block([[np.array(counts), np.sum(counts, 1)[:, None]], [np.sum(counts, 0), np.sum(counts)]])
    return [
        Cell(
            row=i, column=j, count=int(full[i, j]), n_sums=(i == n) + (j == k),
            sign=1 - 2 * ((i == n) ^ (j == k)),
        )
        for i, j in itertools.product(range(n + 1), range(k + 1))
    ]  # fmt: skip


def protects(cells: Sequence[Cell], further: Sequence[int], minimum: int) -> bool:
    """Tell whether every small cell has a range as wide as the minimum."""
    small = [place for place, cell in enumerate(cells) if cell.count < minimum]
    ranges = [possible_range(cells, {*small, *further}, n, minimum) for n in small if cells[n].count]
    return all(high - low >= minimum for low, high in ranges)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(_COUNT, min_size=2, max_size=2), min_size=1, max_size=3))
def test_the_smallest_set_of_cells_is_removed(counts: list[list[int]]) -> None:
    """Of all sets: no total if groups will do, then the fewest cells, then the smallest counts."""
    cells = cells_of(counts)

    def size(further: Sequence[int]) -> tuple[int, int, int, int]:
        kinds = [cells[place].n_sums for place in further]
        return kinds.count(2), kinds.count(1), len(kinds), sum(cells[place].count for place in further)

    small, further = cells_to_suppress(cells, 10)
    others = [place for place in range(len(cells)) if place not in small]
    every = (chosen for n in range(len(others) + 1) for chosen in itertools.combinations(others, n))
    assert size(further) == min(size(chosen) for chosen in every if protects(cells, chosen, 10))


@pytest.mark.parametrize("exact", [36, -1])
def test_no_total_is_removed_where_groups_protect(exact: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in large tables, in which cells are chosen step by step."""
    monkeypatch.setattr(cell_suppression, "_EXACT", exact)
    rng = np.random.default_rng(2)
    for _ in range(60):
        shape = tuple(rng.integers(2, 5, 2))
        counts = np.where(rng.random(shape) < 0.5, rng.integers(0, 13, shape), rng.integers(10, 40, shape))
        cells = cells_of(counts.tolist())
        further = cells_to_suppress(cells, 10)[1]
        assert protects(cells, further, 10)
        for most in (0, 1):
            if protects(cells, [n for n, cell in enumerate(cells) if cell.n_sums <= most], 10):
                assert max([cells[place].n_sums for place in further], default=0) <= most
        assert not any(protects(cells, [n for n in further if n != one], 10) for one in further), (
            "all are needed"
        )


def test_there_is_always_a_column_of_counts() -> None:
    with pytest.raises((EstimationError, ResponseError), match="count"):
        suppress_small_cells(one_way([4, 30]), groups="group", count=None)  # type: ignore[arg-type]
