"""Tables and checked answers → each person's numbers, and who belongs to which group or cluster."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError, MissingColumnsError, ResponseError
from intimacy_scales.factor.sample import Floats
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.messages import nearest, suggest, values_as_asked
from intimacy_scales.moments.clusters import kept_column, label_positions, warn_of_no_pairs
from intimacy_scales.moments.scale_items import some_items
from intimacy_scales.numerics.magnitudes import within_range
from intimacy_scales.reading.columns import as_spelled
from intimacy_scales.reading.frames import (
    ArrayTable,
    Table,
    check_unique,
    number_column,
    open_table,
    same_rows,
)
from intimacy_scales.reading.ids import check_no_ids
from intimacy_scales.reading.kept import names_a_column
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reading.undeclared_codes import CHECKED, Accepts, check_numbers
from intimacy_scales.results.wording import counted


class OtherColumns(NamedTuple):
    """The columns of a table other than the answers, and how to fetch one of them."""

    table: Table | None
    column: Callable[[Hashable, str], Any]


class Rows(NamedTuple):
    """Each person's numbers (n, p), nan where one is missing, with their names and the other columns."""

    values: Floats
    names: tuple[str, ...]
    instrument: InstrumentRef | None
    others: OtherColumns


def read_rows(
    data: Any,
    names: Sequence[str] | None = None,
    *,
    accept: Accepts = CHECKED,
    auxiliary: Sequence[str] = (),
    covariates: bool = False,
) -> Rows:
    """Return each person's numbers; parameters and errors are those of `read_samples`."""
    if isinstance(data, CodedResponses):
        variables = (*(data.instrument.item_ids if names is None else names), *auxiliary)
        with values_as_asked(accept.show_values):
            values = _with_kept_columns(data, variables, auxiliary, accept, covariates=covariates)
        return Rows(
            values=values,
            names=variables,
            instrument=data.instrument.ref,
            others=OtherColumns(data.kept, partial(kept_column, data.kept)),
        )
    with values_as_asked(accept.show_values):
        table = _open_named(data, names)
        variables = tuple(str(name) for name in table.names) if names is None else (*names, *auxiliary)
        rows = _numbers_of(table, variables)
        if names is None:
            check_no_ids(variables, rows, "name the items, as in items=[…]")
        if not accept:
            check_numbers(variables, rows)
    return Rows(values=rows, names=variables, instrument=None, others=OtherColumns(table, table.values))


def _open_named(data: Any, names: Sequence[str] | None) -> Table:
    """Return a table; the columns of an array have the names given for its items, in order."""
    if isinstance(data, np.ndarray):
        default_names = [f"x{i + 1}" for i in range(data.shape[1])] if data.ndim == 2 else []
        wanted = f"[{', '.join(map(repr, names))}]" if names and len(names) == len(default_names) else "[…]"
        raise ResponseError(
            "the columns of an array have no names, and the model names its items; make it a table, "
            f"pandas.DataFrame(array, columns={wanted}), with a name for each of its columns in order"
        )
    if not isinstance(data, ArrayTable) or names is None or set(names) <= set(data.names):
        return open_table(data)
    if len(names) != len(data.names):
        raise ResponseError(
            f"items: {counted(len(names), 'name')} for an array of {counted(len(data.names), 'column')}; "
            f"name each column in order, or choose among {', '.join(map(str, data.names))}"
        )
    return ArrayTable(data.array, names)


def _numbers_of(table: Table, names: Sequence[str]) -> Floats:
    """Return the numbers in some columns of a table (n, p); raise where one is missing or ambiguous."""
    known = {str(name): name for name in table.names}
    for name in table.names:
        if str(name) in names and known[str(name)] != name:
            raise ResponseError(
                f"the table has columns {name!r} and {known[str(name)]!r}, which have the same name as text; "
                "rename or drop one of them"
            )
    names = [str(name) for name in as_spelled(names, known)]
    absent = [name for name in names if name not in known]
    if absent:
        hints = {n: near[0] for n in absent if (near := nearest(n, known))}
        listed = ", ".join(f"{n!r} (did you mean {hints[n]!r}?)" if n in hints else repr(n) for n in absent)
        what = "column" if len(absent) == 1 else "columns"
        raise MissingColumnsError(f"the table has no {what} {listed}", absent, hints)
    check_unique(table.names, [known[n] for n in names])
    columns = (number_column(table.column(known[n]), f"column {n}") for n in names)
    return np.column_stack([within_range(n, numbers) for n, numbers in zip(names, columns, strict=True)])


def _with_kept_columns(
    data: CodedResponses,
    names: tuple[str, ...],
    auxiliary: Sequence[str],
    accept: Accepts,
    *,
    covariates: bool,
) -> Floats:
    """Return keyed answers together with kept columns: auxiliary variables and covariates."""
    known = data.instrument.item_ids
    wanted = [name for name in (names if covariates else auxiliary) if name not in known]
    if not wanted:
        return _keyed_rows(data, names)
    kept = data.kept
    kept_names = [] if kept is None else [str(name) for name in kept.names]
    for name in wanted:
        if name in auxiliary:
            kept_column(kept, name, "auxiliary")  # raises where it was not kept
        elif name not in kept_names:
            raise EstimationError(
                f"{data.instrument.id} has no item {name!r}{suggest(name, known)}, and no column of that "
                f"name was kept; keep it by encode(..., keep=[{name!r}])"
            )
    assert kept is not None
    columns = {
        name: within_range(name, number_column(kept.column(kept.spelled(name)), f"column {name}"))
        for name in wanted
    }
    if not accept:
        check_numbers(wanted, np.column_stack(list(columns.values())))
    items = tuple(name for name in names if name not in columns)
    answers = dict(zip(items, _keyed_rows(data, items).T, strict=True)) if items else {}
    return np.column_stack([(answers | columns)[name] for name in names])


def _keyed_rows(data: CodedResponses, names: tuple[str, ...]) -> Floats:
    """Return keyed answers (n_persons, p), nan where one is missing."""
    check_known(names, data.instrument.item_ids, data.instrument.id)
    items = some_items(data.instrument, names)
    codes = data.codes[:, items.columns].astype(np.int64)
    rows: Floats = (items.slopes * codes + items.offsets) / items.unit
    rows[codes == 0] = np.nan
    return rows


def check_known(names: Sequence[str], known: Sequence[str], what: str) -> None:
    """Raise where a name is not among those that are known."""
    for name in names:
        if name not in known:
            raise EstimationError(f"{what} has no item {name!r}{suggest(name, known)}")


def groups_of_rows(read: Rows, groups: Hashable | Sequence[Any]) -> list[str]:
    """Return the label of each row's group, from another column of the table or from a label for each row."""
    labels, positions = _labels(read.others, groups, len(read.values), "groups")
    first = _first_labels(labels, positions)
    return [_label_text(first[g]) for g in positions]


def ordered_groups(others: OtherColumns, groups: Any, n: int) -> tuple[list[str], NDArray[np.intp]]:
    """Return the labels of groups in their declared order, else as they appear; and each row's position."""
    labels, positions = _labels(others, groups, n, "groups")
    return _ordered(labels, positions, _declared_order(others.table, groups))


def _labels(others: OtherColumns, labels: Any, n: int, option: str) -> tuple[Sequence[Any], NDArray[np.intp]]:
    """Return labels as they are, and as numbers in order of appearance, -1 where one is missing."""
    values = list(labels) if isinstance(labels, Iterator) else labels
    if names_a_column(labels, others.table):
        values = others.column(labels, option)
    elif not same_rows(labels, getattr(others.table, "native", None)):
        raise EstimationError(
            f"{option}: the labels have another index than the table, so they may belong to other persons; "
            "align them first, or name the column"
        )
    positions = label_positions(values, option)
    if len(positions) != n:
        raise EstimationError(f"{option}: {counted(len(positions), 'label')} for {counted(n, 'row')}")
    return values.tolist() if hasattr(values, "tolist") else list(values), positions


def _first_labels(labels: Sequence[Any], positions: NDArray[np.intp]) -> list[Any]:
    """Return each group's label as it is in the first of its rows; raise where a row has none."""
    without = np.flatnonzero(positions < 0)
    if len(without):
        raise EstimationError(
            f"groups: {counted(len(without), 'row')} without a group, the first is row {without[0]}; leave "
            "them out"
        )
    return [labels[int(np.flatnonzero(positions == g)[0])] for g in range(positions.max(initial=-1) + 1)]


def _label_text(label: Any) -> str:
    """Return the label of a group as text, a whole number without a decimal point."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def _ordered(
    labels: Sequence[Any], positions: NDArray[np.intp], declared: Sequence[Any] | None
) -> tuple[list[str], NDArray[np.intp]]:
    """Return labels and positions of groups in their declared order, or else as they appear."""
    first = _first_labels(labels, positions)
    if len(first) < 2:
        raise EstimationError(
            f"groups: there is only one, {_label_text(first[0])!r}; name a column with two or more, or fit "
            "one model to everyone, by cfa() or sem() without groups="
            if first
            else "groups: the table has no rows"
        )
    order = list(range(len(first)))
    if declared:
        order.sort(key=lambda g: declared.index(first[g]))
    rank = np.argsort(np.array(order))
    return [_label_text(first[g]) for g in order], rank[positions].astype(np.intp)


def _declared_order(table: Table | None, labels: Any) -> Sequence[Any] | None:
    """Return the order that labels were declared to have, as by an ordered Categorical."""
    if table is not None and names_a_column(labels, table):
        return table.declared_order(table.spelled(labels))
    kind = getattr(labels, "dtype", labels)
    categories = getattr(kind, "categories", None)
    declared = getattr(kind, "ordered", None) is True or type(kind).__name__ == "Enum"
    return list(categories) if declared and categories is not None else None


def clusters_of(others: OtherColumns, labels: Any, n: int) -> NDArray[np.intp]:
    """Return the cluster of each row, as numbers from 0."""
    _, positions = _labels(others, labels, n, "clusters")
    without = np.flatnonzero(positions < 0)
    if len(without):
        raise EstimationError(
            f"clusters: {counted(len(without), 'row')} without one, the first is row {without[0]}; leave "
            "them out, or give each a label of its own"
        )
    warn_of_no_pairs(positions)
    return positions


def check_within(clusters: NDArray[np.intp], groups: NDArray[np.intp]) -> None:
    """Raise where a cluster has members in several groups, which are assumed to be independent."""
    pairs = np.unique(np.column_stack([clusters, groups]), axis=0)
    n_split = len(pairs) - len(np.unique(clusters))
    if n_split:
        raise EstimationError(
            f"clusters: {counted(n_split, 'cluster')} have members in several groups, but groups are "
            "assumed to be independent; put partners in one row and model both "
            "(docs/how-to/partners-in-one-model.md)"
        )
