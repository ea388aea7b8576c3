"""Couples as tables: a row for each person or couple, or for each person with the partner's values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.frame_columns import FrameColumns
from intimacy_scales.errors import ResponseError
from intimacy_scales.moments.keyed import items_of

if TYPE_CHECKING:
    from intimacy_scales.dyads.dyads import Dyads

Rows = NDArray[np.intp]


def long_frame(dyads: Dyads, *, keyed: bool, scale: str | None) -> Any:
    """Return one row for each person; arguments as of `Dyads.to_long`."""
    couple, place = np.nonzero(dyads.present)
    rows = dyads.pairs.rows[couple, place]
    columns = FrameColumns()
    for name in dyads.kept_names:
        columns.take(name, dyads.kept.column(name), rows, f"the kept column {name!r}")
    if "couple" not in dyads.label_names:
        columns.compute("couple", np.array(dyads.couples)[couple], "the number of the couple")
    names = np.array(dyads.partners)[place]
    if "person" not in dyads.label_names and not _is_named_by_role(dyads):
        columns.compute("partner", names, "the name of the partner")
    if dyads.has_roles and "role" not in dyads.label_names:
        columns.compute("role", names, "the role")
    for name, values in _values(dyads, rows, keyed, scale):
        columns.compute(name, values, _content(dyads, name))
    return columns.frame(dyads.kept.table)


def wide_frame(dyads: Dyads, *, keyed: bool, scale: str | None) -> Any:
    """Return one row for each couple; arguments as of `Dyads.to_wide`."""
    rows, kept = dyads.pairs.rows, dyads.kept.rows
    columns = FrameColumns()
    either = np.where(rows[:, 0] >= 0, rows[:, 0], rows[:, 1])
    _take_both(columns, dyads, either, (kept[:, 0], kept[:, 1]), dyads.partners)
    if "couple" not in dyads.label_names:
        columns.compute("couple", np.array(dyads.couples), "the number of the couple")
    for place, partner in enumerate(dyads.partners):
        for name, values in _values(dyads, rows[:, place], keyed, scale):
            columns.compute(f"{name}_{partner}", values, f"{_content(dyads, name)} of {partner}")
    return columns.frame(dyads.kept.table)


def pairwise_frame(dyads: Dyads, *, keyed: bool, scale: str | None) -> Any:
    """Return two rows for each couple, with the values of both; arguments as of `Dyads.to_pairwise`."""
    rows, kept = dyads.pairs.rows, dyads.kept.rows
    columns = FrameColumns()
    either = np.repeat(np.where(rows[:, 0] >= 0, rows[:, 0], rows[:, 1]), 2)
    sides = ("actor", "partner")
    _take_both(columns, dyads, either, (kept.ravel(), kept[:, ::-1].ravel()), sides)
    if "couple" not in dyads.label_names:
        columns.compute("couple", np.repeat(np.array(dyads.couples), 2), "the number of the couple")
    if "person" not in dyads.label_names:
        names = np.tile(np.array(dyads.partners), len(dyads))
        columns.compute("actor", names, "the name of the actor")
    of_both = [_values(dyads, side.ravel(), keyed, scale) for side in (rows, rows[:, ::-1])]
    for pair in zip(*of_both, strict=True):
        for (name, values), side in zip(pair, sides, strict=True):
            columns.compute(f"{name}_{side}", values, f"{_content(dyads, name)} of the {side}")
    return columns.frame(dyads.kept.table)


def _take_both(
    columns: FrameColumns, dyads: Dyads, either: Rows, both: tuple[Rows, Rows], sides: tuple[str, str]
) -> None:
    """Add the kept columns: those of couples once, and those of partners once for each side."""
    of_couples = dyads.kept.of_couples | {
        str(dyads.label_names[option]) for option in ("couple", "time") if option in dyads.label_names
    }
    for name in dyads.kept_names:
        column = dyads.kept.column(name)
        if name in of_couples:
            columns.take(name, column, either, f"the kept column {name!r}")
            continue
        for rows, side in zip(both, sides, strict=True):
            columns.take(f"{name}_{side}", column, rows, f"the kept column {name!r} of {side}")


def _content(dyads: Dyads, name: str) -> str:
    """Return what a column of answers or scores is, for messages."""
    return f"the {'score' if dyads.answers is None else 'item'} {name!r}"


def _is_named_by_role(dyads: Dyads) -> bool:
    """Return whether a column of roles tells partners apart."""
    return dyads.distinguishable and "role" in dyads.label_names


def _values(dyads: Dyads, rows: Rows, keyed: bool, scale: str | None) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield the name and values of each item (or score) of some persons; missing where a row is -1."""
    if dyads.answers is None or dyads.form is None:
        for name, persons in (dyads.person_scores or {}).items():
            yield name, np.where(rows < 0, np.nan, persons[rows])
        return
    codes = dyads.answers.codes
    for column, table in _value_tables(dyads, keyed, scale).items():
        chosen = codes[:, column][rows]
        yield dyads.form.item_ids[column], _of_codes(np.where(rows < 0, 0, chosen), table)


def _of_codes(codes: NDArray[Any], values: NDArray[np.float64]) -> NDArray[Any]:
    """Return the value of each code: whole numbers if all are, otherwise floats with nan where missing."""
    is_whole = bool((values[1:] == np.rint(values[1:])).all())
    is_complete = bool((codes != 0).all())
    read = values[1:].astype(np.int64)[codes - 1] if is_whole and is_complete else values[codes]
    return np.asarray(read)


def _value_tables(dyads: Dyads, keyed: bool, scale: str | None) -> Mapping[int, NDArray[np.float64]]:
    """Return column of an item → the value of each code, nan for code 0."""
    form = dyads.form
    assert form is not None
    if not keyed:
        chosen = form.item_ids if scale is None else dyads.item_ids(scale)
        tables = {}
        for column, item in enumerate(form.items):
            if item.id in chosen:
                response = item.response_scale
                table = np.full(max(response.codes) + 1, np.nan)
                # several points may count the same and have one code: the first one stands for them
                for code, value in reversed(list(zip(response.codes, response.values, strict=True))):
                    table[code] = value
                tables[column] = table
        return tables
    tables = {}
    for name in form.scale_ids if scale is None else (scale,):
        for column, table in _keyed_tables(dyads, name).items():
            known = tables.setdefault(column, table)
            if not np.array_equal(known, table, equal_nan=True):
                raise ResponseError(
                    f"item {form.item_ids[column]} counts differently in scale {name!r} and in another one; "
                    f"choose the scale, as by scale={name!r}"
                )
    return tables


def _keyed_tables(dyads: Dyads, scale: str) -> dict[int, NDArray[np.float64]]:
    """Return column of each item of a scale → the keyed value of each code."""
    assert dyads.answers is not None
    items = items_of(dyads.answers, scale)[1]
    tables = {}
    for column, slope, offset, n in zip(
        items.columns.tolist(),
        items.slopes.tolist(),
        items.offsets.tolist(),
        items.points.tolist(),
        strict=True,
    ):
        table = (slope * np.arange(n + 1) + offset) / items.unit
        table[0] = np.nan
        tables[column] = table
    return tables
