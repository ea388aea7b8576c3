"""Couples as tables: a row for each person or couple, or for each person with the partner's values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.moments.keyed import items_of
from intimacy_scales.reading.frames import Taken

if TYPE_CHECKING:
    from intimacy_scales.dyads.dyads import Dyads

Rows = NDArray[np.intp]
Columns = dict[str, NDArray[Any]]


def long_frame(dyads: Dyads, *, keyed: bool, scale: str | None) -> Any:
    """Return one row for each person; arguments as of `Dyads.to_long`."""
    couple, place = np.nonzero(dyads.present)
    rows = dyads.pairs.rows[couple, place]
    taken = {name: (name, rows) for name in dyads.kept_names}
    new: Columns = {}
    if "couple" not in dyads.label_names:
        new["couple"] = np.array(dyads.couples)[couple]
    if "person" not in dyads.label_names and not _is_named_by_role(dyads):
        new["partner"] = np.array(dyads.partners)[place]
    if dyads.has_roles and "role" not in dyads.label_names:
        new["role"] = np.array(dyads.partners)[place]
    new |= dict(_values(dyads, rows, keyed, scale))
    return _frame(dyads, taken, new)


def wide_frame(dyads: Dyads, *, keyed: bool, scale: str | None) -> Any:
    """Return one row for each couple; arguments as of `Dyads.to_wide`."""
    rows, kept = dyads.pairs.rows, dyads.kept
    of_couples = kept.of_couples | {
        str(dyads.label_names[option]) for option in ("couple", "time") if option in dyads.label_names
    }
    either = np.where(rows[:, 0] >= 0, rows[:, 0], rows[:, 1])
    taken: dict[str, Taken] = {}
    for name in dyads.kept_names:
        if name in of_couples:
            taken[name] = (name, either)
        else:
            taken |= {
                f"{name}_{partner}": (name, rows[:, place]) for place, partner in enumerate(dyads.partners)
            }
    new: Columns = {} if "couple" in dyads.label_names else {"couple": np.array(dyads.couples)}
    sides = [dict(_values(dyads, rows[:, place], keyed, scale)) for place in (0, 1)]
    for side, partner in zip(sides, dyads.partners, strict=True):
        new |= {f"{name}_{partner}": values for name, values in side.items()}
    return _frame(dyads, taken, new)


def pairwise_frame(dyads: Dyads, *, keyed: bool, scale: str | None) -> Any:
    """Return two rows for each couple, with the values of both; arguments as of `Dyads.to_pairwise`."""
    actor = dyads.pairs.rows.ravel()
    partner = dyads.pairs.rows[:, ::-1].ravel()
    couple_names = dyads.kept.of_couples | {
        str(dyads.label_names[option]) for option in ("couple", "time") if option in dyads.label_names
    }
    either = np.where(actor >= 0, actor, partner)
    taken: dict[str, Taken] = {}
    for name in dyads.kept_names:
        if name in couple_names:
            taken[name] = (name, either)
        else:
            taken |= {f"{name}_actor": (name, actor), f"{name}_partner": (name, partner)}
    new: Columns = {}
    if "couple" not in dyads.label_names:
        new["couple"] = np.repeat(np.array(dyads.couples), 2)
    if "person" not in dyads.label_names:
        new["actor"] = np.tile(np.array(dyads.partners), len(dyads))
    of_actor, of_partner = (dict(_values(dyads, rows, keyed, scale)) for rows in (actor, partner))
    for name in of_actor:
        new |= {f"{name}_actor": of_actor[name], f"{name}_partner": of_partner[name]}
    return _frame(dyads, taken, new)


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


def _frame(dyads: Dyads, taken: Mapping[str, Taken], new: Columns) -> Any:
    """Return a frame of the caller's library.

    Raises
    ------
    ResponseError
        A kept column has the name of another column.
    """
    clashes = taken.keys() & new.keys()
    if clashes:
        raise ResponseError(
            f"column {sorted(clashes)[0]!r} was kept and is also the name of a new column; rename it first"
        )
    in_table = {name: (dyads.kept.column(str(column)), rows) for name, (column, rows) in taken.items()}
    return dyads.kept.table.arranged(in_table, new)
