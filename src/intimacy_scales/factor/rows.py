"""Tables and checked answers → each person's numbers, and who belongs to which group or cluster."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import (
    EstimationError,
    MissingColumnsError,
    ResponseError,
    nearest,
    suggest,
    values_as_asked,
)
from intimacy_scales.factor.sample import Floats
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.moments.clusters import kept_column, label_positions, warn_of_no_pairs
from intimacy_scales.moments.scale_items import some_items
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

_TWO = 2


class Beside(NamedTuple):
    """What stands beside the answers: a table, and how a column of it is named."""

    table: Table | None
    column: Callable[[Hashable, str], Any]


class Rows(NamedTuple):
    """Each person's numbers (n, p), nan where one is missing; whose they are; and what stands beside them."""

    values: Floats
    names: tuple[str, ...]
    instrument: InstrumentRef | None
    beside: Beside


def read_rows(
    data: Any,
    names: Sequence[str] | None = None,
    *,
    accept: Accepts = CHECKED,
    auxiliary: Sequence[str] = (),
    covariates: bool = False,
) -> Rows:
    """Return each person's numbers; parameters and errors as of `read_samples`."""
    if isinstance(data, CodedResponses):
        variables = (*(data.instrument.item_ids if names is None else names), *auxiliary)
        with values_as_asked(accept.show_values):
            values = _with_kept_columns(data, variables, auxiliary, accept, covariates=covariates)
        return Rows(
            values=values,
            names=variables,
            instrument=data.instrument.ref,
            beside=Beside(data.kept, partial(kept_column, data.kept)),
        )
    with values_as_asked(accept.show_values):
        table = _opened(data, names)
        variables = tuple(str(name) for name in table.names) if names is None else (*names, *auxiliary)
        rows = _columns(table, variables)
        if names is None:
            check_no_ids(variables, rows, "name the items, as in items=[…]")
        if not accept:
            check_numbers(variables, rows)
    return Rows(values=rows, names=variables, instrument=None, beside=Beside(table, table.values))


def _opened(data: Any, names: Sequence[str] | None) -> Table:
    """Return a table; columns of an array are called as the items are that were named for it."""
    if isinstance(data, np.ndarray):
        named = [f"x{i + 1}" for i in range(data.shape[1])] if data.ndim == _TWO else []
        wanted = f"[{', '.join(map(repr, names))}]" if names and len(names) == len(named) else "[…]"
        raise ResponseError(
            "an array does not name its columns, and the model names its items: make a table of it, "
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


def _columns(table: Table, names: Sequence[str]) -> Floats:
    known = {str(name): name for name in table.names}
    for name in table.names:
        if str(name) in names and known[str(name)] != name:
            raise ResponseError(
                f"the table has columns {name!r} and {known[str(name)]!r}, which read alike; rename or drop "
                "one of them"
            )
    names = [str(name) for name in as_spelled(names, known)]
    absent = [name for name in names if name not in known]
    if absent:
        hints = {n: near[0] for n in absent if (near := nearest(n, known))}
        told = ", ".join(f"{n!r} (did you mean {hints[n]!r}?)" if n in hints else repr(n) for n in absent)
        raise MissingColumnsError(f"the table has no column {told}", absent, hints)
    check_unique(table.names, [known[n] for n in names])
    return np.column_stack([number_column(table.column(known[n]), f"column {n}") for n in names])


def _with_kept_columns(
    data: CodedResponses,
    names: tuple[str, ...],
    auxiliary: Sequence[str],
    accept: Accepts,
    *,
    covariates: bool,
) -> Floats:
    """Return keyed answers, and what stands in columns beside them: auxiliary variables, and covariates."""
    known = data.instrument.item_ids
    beside = [name for name in (names if covariates else auxiliary) if name not in known]
    if not beside:
        return _keyed_rows(data, names)
    kept = data.kept
    there = [] if kept is None else [str(name) for name in kept.names]
    for name in beside:
        if name in auxiliary:
            kept_column(kept, name, "auxiliary")  # raises where it was not kept
        elif name not in there:
            raise EstimationError(
                f"{data.instrument.id} has no item {name!r}{suggest(name, known)}; nor was such a column "
                f"kept beside the answers, as by encode(..., keep=[{name!r}])"
            )
    assert kept is not None
    columns = {name: number_column(kept.column(kept.spelled(name)), f"column {name}") for name in beside}
    if not accept:
        check_numbers(beside, np.column_stack(list(columns.values())))
    items = tuple(name for name in names if name not in columns)
    answers = dict(zip(items, _keyed_rows(data, items).T, strict=True)) if items else {}
    return np.column_stack([(answers | columns)[name] for name in names])


def _keyed_rows(data: CodedResponses, names: tuple[str, ...]) -> Floats:
    """Return keyed answers (n_persons, p), nan where there is none."""
    check_known(names, data.instrument.item_ids, data.instrument.id)
    items = some_items(data.instrument, names)
    codes = data.codes[:, items.columns].astype(np.int64)
    rows: Floats = (items.slopes * codes + items.offsets) / items.unit
    rows[codes == 0] = np.nan
    return rows


def check_known(names: Sequence[str], known: Sequence[str], what: str) -> None:
    """Raise where some name is none of those that are known."""
    for name in names:
        if name not in known:
            raise EstimationError(f"{what} has no item {name!r}{suggest(name, known)}")


def groups_of_rows(read: Rows, groups: Hashable | Sequence[Any]) -> list[str]:
    """Return what each row's group is called, from a column beside the answers or one label for each row."""
    labels, positions = _labels(read.beside, groups, len(read.values), "groups")
    first = _first_labels(labels, positions)
    return [_called(first[g]) for g in positions]


def ordered_groups(beside: Beside, groups: Any, n: int) -> tuple[list[str], NDArray[np.intp]]:
    """Return the labels of groups in their declared order, else as they appear; and each row's position."""
    labels, positions = _labels(beside, groups, n, "groups")
    return _in_order(labels, positions, _declared_order(beside.table, groups))


def _labels(beside: Beside, labels: Any, n: int, option: str) -> tuple[Sequence[Any], NDArray[np.intp]]:
    """Return labels as they are, and as numbers in order of appearance, -1 where there is none."""
    values = list(labels) if isinstance(labels, Iterator) else labels
    if names_a_column(labels, beside.table):
        values = beside.column(labels, option)
    elif not same_rows(labels, getattr(beside.table, "native", None)):
        raise EstimationError(
            f"{option}: the labels have another index than the table, so they may be of other persons; align "
            "them first, or name the column"
        )
    found = label_positions(values, option)
    if len(found) != n:
        raise EstimationError(f"{option}: {len(found)} labels for {n} rows")
    return values.tolist() if hasattr(values, "tolist") else list(values), found


def _first_labels(plain: Sequence[Any], found: NDArray[np.intp]) -> list[Any]:
    """Return each group's label as it is in the first of its rows; raise where a row has none."""
    without = np.flatnonzero(found < 0)
    if len(without):
        raise EstimationError(
            f"groups: {counted(len(without), 'row')} without a group, the first is row {without[0]}; leave "
            "them out first"
        )
    return [plain[int(np.flatnonzero(found == g)[0])] for g in range(found.max(initial=-1) + 1)]


def _called(label: Any) -> str:
    """Return what a group is called: a whole number without a point."""
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def _in_order(
    plain: Sequence[Any], found: NDArray[np.intp], declared: Sequence[Any] | None
) -> tuple[list[str], NDArray[np.intp]]:
    first = _first_labels(plain, found)
    if len(first) < _TWO:
        raise EstimationError(f"groups: there is only one, {first}; leave groups out")
    order = list(range(len(first)))
    if declared:
        order.sort(key=lambda g: declared.index(first[g]))
    rank = np.argsort(np.array(order))
    return [_called(first[g]) for g in order], rank[found].astype(np.intp)


def _declared_order(table: Table | None, labels: Any) -> Sequence[Any] | None:
    """Return the order that labels were declared to have, as by an ordered Categorical."""
    if table is not None and names_a_column(labels, table):
        return table.declared_order(table.spelled(labels))
    kind = getattr(labels, "dtype", labels)
    categories = getattr(kind, "categories", None)
    declared = getattr(kind, "ordered", None) is True or type(kind).__name__ == "Enum"
    return list(categories) if declared and categories is not None else None


def clusters_of(beside: Beside, labels: Any, n: int) -> NDArray[np.intp]:
    """Return which cluster each row is of, as numbers from 0."""
    _, found = _labels(beside, labels, n, "clusters")
    without = np.flatnonzero(found < 0)
    if len(without):
        raise EstimationError(
            f"clusters: {counted(len(without), 'row')} without one, the first is row {without[0]}; leave "
            "them out, or give each a label of its own"
        )
    warn_of_no_pairs(found)
    return found


def check_within(clusters: NDArray[np.intp], groups: NDArray[np.intp]) -> None:
    """Raise where members of a cluster are in different groups, which are taken as independent."""
    pairs = np.unique(np.column_stack([clusters, groups]), axis=0)
    torn = len(pairs) - len(np.unique(clusters))
    if torn:
        raise EstimationError(
            f"clusters: {counted(torn, 'cluster')} have members in several groups, and groups are taken as "
            "independent; put partners in one row and model both (docs/how-to/partners-in-one-model.md)"
        )
