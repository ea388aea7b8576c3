"""Tables, checked answers or sums of them → the moments of each group."""

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
from intimacy_scales.factor.sample import Floats, MissingAnswers, SampleMoments, keyed_as_sample
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.clusters import Clusters, kept_column, label_positions, warn_of_no_pairs
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import keyed_moments_of
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
from intimacy_scales.reading.plain import CHECKED, Accepts, check_numbers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.results.wording import counted

_TWO = 2
_NOTHING = 1e-12
_RULES = ("listwise", "pairwise", "fiml")


def check_missing(missing: MissingAnswers) -> None:
    """Raise where the missing rule is none of the three there are."""
    if missing not in _RULES:
        raise EstimationError(
            f"missing={missing!r}: 'listwise' (only complete answers), 'pairwise' (each covariance from all "
            "who answered both) or 'fiml' (every answer there is)"
        )


def read_sample(
    data: Any,
    names: Sequence[str] | None = None,
    *,
    missing: MissingAnswers = "listwise",
    accept: Accepts = CHECKED,
) -> SampleMoments:
    """Return the moments of one group; see `read_samples`."""
    return read_samples(data, names, missing=missing, accept=accept)[0]


def read_samples(
    data: Any,
    names: Sequence[str] | None = None,
    *,
    missing: MissingAnswers = "listwise",
    groups: Hashable | Sequence[Any] = None,
    clusters: Clusters = None,
    accept: Accepts = CHECKED,
    covariates: bool = False,
) -> tuple[SampleMoments, ...]:
    """Return the moments of each group.

    Parameters
    ----------
    data
        A table with a column of numbers for each variable; `CodedResponses` or `ItemMoments`, whose
        items are keyed as in the first scale that has them; or `SampleMoments` (several in a list, one
        for each group).
    names
        The variables, in order; all columns or items by default.
    missing
        ``listwise``, ``pairwise`` or ``fiml``.
    groups
        A column of the table, or one label for each row. Groups come in the order that an ordered Categorical
        or an Enum of polars declares, else in that of their first rows, as in lavaan.
    clusters
        Who belongs together, such as couples: a column of the table, or one label for each row.
    accept
        Take every number of a table as it is, also what looks like a code for a missing answer.
    covariates
        Whether variables of checked answers may be columns that were kept beside them, not items alone.

    Raises
    ------
    MissingColumnsError
        The table has no such column; suggests near names.
    ResponseError
        Numbers of a table that look like codes for missing answers, or a column that looks like ids.
    EstimationError
        No such item; sums where each person's answers are needed; labels that do not fit.
    """
    check_missing(missing)
    given = _given(data)
    _check_not_a_matrix(data)
    if given is not None or isinstance(data, ItemMoments):
        if groups is not None:
            raise EstimationError("groups need each person's answers; of moments, pass a list, one for each")
        if clusters is not None:
            raise EstimationError("clusters need each person's answers, and moments are only sums of them")
    if given is not None:
        if missing == "fiml" and any(sample.missing != "fiml" for sample in given):
            raise EstimationError(
                "missing='fiml' needs each person's answers, and moments are only sums of them"
            )
        return tuple(_chosen(sample, names) for sample in given)
    if isinstance(data, ItemMoments):
        return (_of_item_moments(data, names, missing),)
    if isinstance(data, CodedResponses):
        variables = tuple(data.instrument.item_ids if names is None else names)
        with values_as_asked(accept.show_values):
            rows, ref = _rows_of(data, variables, accept, covariates=covariates), data.instrument.ref
        beside = _Beside(data.kept, partial(kept_column, data.kept))
    else:
        ref = None
        with values_as_asked(accept.show_values):
            table = _opened(data, names)
            beside = _Beside(table, table.values)
            variables = tuple(str(name) for name in table.names) if names is None else tuple(names)
            rows = _columns(table, variables)
            if names is None:
                check_no_ids(variables, rows, "name the items, as in items=[…]")
            if not accept:
                check_numbers(variables, rows)
    together = None if clusters is None else _clusters(beside, clusters, len(rows))
    if groups is None:
        return (of_rows(rows, variables, missing, instrument=ref, clusters=together),)
    labels, positions = _labels(beside, groups, len(rows), "groups")
    labels, positions = _in_order(labels, positions, _declared_order(beside.table, groups))
    if together is not None:
        _check_within(together, positions)
    return tuple(
        of_rows(
            rows[positions == g],
            variables,
            missing,
            group=label,
            instrument=ref,
            clusters=None if together is None else together[positions == g],
        )
        for g, label in enumerate(labels)
    )


def _check_not_a_matrix(data: Any) -> None:
    """Raise where a table is a matrix of correlations or covariances, not of answers."""
    index, columns = getattr(data, "index", None), getattr(data, "columns", None)
    if index is None or columns is None or callable(index) or len(index) != len(columns):
        return
    if len(index) > 1 and list(index) == list(columns):
        raise EstimationError(
            "data is a table whose rows are named as its columns: of correlations or covariances make "
            "covariances_as_sample(matrix, n=..., names=...)"
        )


def _given(data: Any) -> Sequence[SampleMoments] | None:
    if isinstance(data, SampleMoments):
        return (data,)
    if isinstance(data, list | tuple) and data and all(isinstance(d, SampleMoments) for d in data):
        return data
    return None


def _check_known(names: Sequence[str], known: Sequence[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise EstimationError(f"{what} has no item {name!r}{suggest(name, known)}")


def _chosen(sample: SampleMoments, names: Sequence[str] | None) -> SampleMoments:
    if names is None:
        return sample
    _check_known(names, sample.names, "the moments")
    return sample.of(names)


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


class _Beside(NamedTuple):
    """What stands beside the answers: a table, and how a column of it is named."""

    table: Table | None
    column: Callable[[Hashable, str], Any]


def _labels(beside: _Beside, labels: Any, n: int, option: str) -> tuple[Sequence[Any], NDArray[np.intp]]:
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


def _check_within(clusters: NDArray[np.intp], groups: NDArray[np.intp]) -> None:
    """Raise where members of a cluster are in different groups, which are taken as independent."""
    pairs = np.unique(np.column_stack([clusters, groups]), axis=0)
    torn = len(pairs) - len(np.unique(clusters))
    if torn:
        raise EstimationError(
            f"clusters: {counted(torn, 'cluster')} have members in several groups, and groups are taken as "
            "independent; put partners in one row and model both (docs/how-to/partners-in-one-model.md)"
        )


def _clusters(beside: _Beside, labels: Any, n: int) -> NDArray[np.intp]:
    _, found = _labels(beside, labels, n, "clusters")
    without = np.flatnonzero(found < 0)
    if len(without):
        raise EstimationError(
            f"clusters: {counted(len(without), 'row')} without one, the first is row {without[0]}; leave "
            "them out, or give each a label of its own"
        )
    warn_of_no_pairs(found)
    return found


def _declared_order(table: Table | None, labels: Any) -> Sequence[Any] | None:
    """Return the order that labels were declared to have, as by an ordered Categorical."""
    if table is not None and names_a_column(labels, table):
        return table.declared_order(table.spelled(labels))
    kind = getattr(labels, "dtype", labels)
    categories = getattr(kind, "categories", None)
    declared = getattr(kind, "ordered", None) is True or type(kind).__name__ == "Enum"
    return list(categories) if declared and categories is not None else None


def _in_order(
    plain: Sequence[Any], found: NDArray[np.intp], declared: Sequence[Any] | None
) -> tuple[list[str], NDArray[np.intp]]:
    """Return the labels of groups in their declared order, else as they appear; and each row's position."""
    without = np.flatnonzero(found < 0)
    if len(without):
        raise EstimationError(
            f"groups: {counted(len(without), 'row')} without a group, the first is row {without[0]}; leave "
            "them out first"
        )
    first = [plain[int(np.flatnonzero(found == g)[0])] for g in range(found.max(initial=-1) + 1)]
    if len(first) < _TWO:
        raise EstimationError(f"groups: there is only one, {first}; leave groups out")
    order = list(range(len(first)))
    if declared:
        order.sort(key=lambda g: declared.index(first[g]))
    rank = np.argsort(np.array(order))
    labels = [str(int(x)) if isinstance(x, float) and x.is_integer() else str(x) for x in first]
    return [labels[g] for g in order], rank[found].astype(np.intp)


def _of_item_moments(
    data: ItemMoments, names: Sequence[str] | None, missing: MissingAnswers
) -> SampleMoments:
    known = data.instrument.item_ids
    chosen = tuple(known if names is None else names)
    _check_known(chosen, known, data.instrument.id)
    if missing == "fiml":
        raise EstimationError(
            "missing='fiml' needs each person's answers, and moments are only sums of them; pass "
            "encode(instrument, table)"
        )
    items = some_items(data.instrument, chosen)
    counts = data.pairs.counts[np.ix_(items.columns, items.columns)]
    if missing == "pairwise" or counts.min() == counts.max():
        moments = keyed_moments_of(data, "these items", items, "pairwise")
        sample = keyed_as_sample(moments)
        return sample if missing == "pairwise" else _relabelled(sample, "listwise")
    for scale in data.instrument.scales:
        keys = tuple(key.item for key in scale.keys)
        if set(keys) == set(chosen):
            own = some_items(data.instrument, keys)
            return keyed_as_sample(keyed_moments_of(data, scale.id, own, "listwise")).of(chosen)
    raise EstimationError(
        "missing='listwise': these sums do not tell who answered all of these items; use "
        "missing='pairwise', or pass encode(instrument, table)"
    )


def _relabelled(sample: SampleMoments, missing: MissingAnswers) -> SampleMoments:
    fields = {name: getattr(sample, name) for name in sample.__slots__}
    return SampleMoments(**(fields | {"missing": missing}))


def _rows_of(data: CodedResponses, names: tuple[str, ...], accept: Accepts, *, covariates: bool) -> Floats:
    """Return keyed answers, and numbers of columns kept beside them, in the order of their names (n, p)."""
    items = tuple(name for name in names if name in data.instrument.item_ids) if covariates else names
    beside = [name for name in names if name not in items]
    if not beside:
        return _keyed_rows(data, names)
    kept = [str(name) for name in data.kept.names] if data.kept is not None else []
    absent = [name for name in beside if name not in kept]
    if absent:
        raise EstimationError(
            f"{data.instrument.id} has no item {absent[0]!r}{suggest(absent[0], data.instrument.item_ids)}; "
            f"nor was such a column kept beside the answers, as by encode(..., keep=[{absent[0]!r}])"
        )
    found = np.empty((len(data.codes), len(names)))
    found[:, [names.index(name) for name in items]] = _keyed_rows(data, items) if items else 0.0
    columns = [number_column(kept_column(data.kept, name, "model"), f"column {name}") for name in beside]
    if not accept:
        check_numbers(beside, np.column_stack(columns))
    found[:, [names.index(name) for name in beside]] = np.column_stack(columns)
    return found


def _keyed_rows(data: CodedResponses, names: tuple[str, ...]) -> Floats:
    """Return keyed answers (n_persons, p), nan where there is none."""
    _check_known(names, data.instrument.item_ids, data.instrument.id)
    items = some_items(data.instrument, names)
    codes = data.codes[:, items.columns].astype(np.int64)
    rows: Floats = (items.slopes * codes + items.offsets) / items.unit
    rows[codes == 0] = np.nan
    return rows


@one_blas_thread()
def of_rows(
    rows: Floats,
    names: tuple[str, ...],
    missing: MissingAnswers,
    *,
    group: str | None = None,
    instrument: InstrumentRef | None = None,
    clusters: NDArray[np.intp] | None = None,
) -> SampleMoments:
    """Return the moments of rows of numbers (n, p), nan where one is missing."""
    there = ~np.isnan(rows)
    common: dict[str, Any] = {"names": names, "n_rows": len(rows), "group": group, "instrument": instrument}
    complete = there.all(axis=1)
    if missing == "listwise" or complete.all():
        used = rows[complete]
        n = len(used)
        means = used.mean(axis=0) if n else np.full(len(names), np.nan)
        centred = used - means
        with np.errstate(invalid="ignore", divide="ignore"):
            covariances = centred.T @ centred / (n - 1) if n > 1 else np.full((len(names),) * 2, np.nan)
        return SampleMoments(
            **common,
            n=n,
            means=means,
            covariances=covariances,
            correlations=_correlations(covariances, None),
            missing=missing,
            rows=used,
            clusters=None if clusters is None else clusters[complete],
            counts=_together(there) if n < _TWO else None,
        )
    return _of_incomplete_rows(rows, there, missing, common, clusters)


def _of_incomplete_rows(
    rows: Floats,
    there: NDArray[np.bool_],
    missing: MissingAnswers,
    common: dict[str, Any],
    clusters: NDArray[np.intp] | None,
) -> SampleMoments:
    seen, counts = there.astype(np.float64), _together(there)
    centre = np.nanmean(rows, axis=0) if there.any(axis=0).all() else np.zeros(rows.shape[1])
    values = np.where(there, rows - centre, 0.0)
    sums = values.T @ seen  # entry (i, j): sum of i among those who answered both
    with np.errstate(invalid="ignore", divide="ignore"):
        products = (values.T @ values - sums * sums.T / counts) / (counts - 1)
        variances = ((values**2).T @ seen - sums**2 / counts) / (counts - 1)
        means = np.diag(sums) / np.diag(counts) + centre
        products[counts < _TWO] = np.nan
        variances[variances < _NOTHING * np.diag(variances)[:, None]] = 0.0  # what rounding leaves of none
    pairs = counts[~np.eye(len(counts), dtype=np.bool_)] if len(counts) > 1 else counts.ravel()
    used = there.any(axis=1)
    harmonic = int(len(pairs) / np.sum(1 / pairs) * (1 + 1e-12)) if pairs.all() else 0
    return SampleMoments(
        **common,
        n=int(used.sum()) if missing == "fiml" else harmonic,
        means=means,
        covariances=products,
        correlations=_correlations(products, variances),
        missing=missing,
        rows=rows[used],
        clusters=None if clusters is None else clusters[used],
        counts=counts,
    )


def _together(there: NDArray[np.bool_]) -> Floats:
    """Return how many persons answered both of two variables (p, p)."""
    seen = there.astype(np.float64)
    found: Floats = seen.T @ seen
    return found


def _correlations(covariances: Floats, variances: Floats | None) -> Floats:
    own = np.diag(covariances)
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = np.outer(own, own) if variances is None else variances * variances.T
        correlations: Floats = np.where(squared > 0, covariances / np.sqrt(squared), np.nan)
    np.fill_diagonal(correlations, np.where(own > 0, 1.0, np.nan))
    return correlations


def with_answers_to(sample: SampleMoments, names: Sequence[str]) -> SampleMoments:
    """Return the moments of the persons who answered all of these variables; the same where all did.

    Full information about the others needs their rows; where these are not known, everyone is taken to have.
    """
    if sample.rows is None or not names:
        return sample
    complete = ~np.isnan(sample.rows[:, [sample.names.index(name) for name in names]]).any(axis=1)
    if complete.all():
        return sample
    found = of_rows(
        sample.rows[complete],
        sample.names,
        sample.missing,
        group=sample.group,
        instrument=sample.instrument,
        clusters=None if sample.clusters is None else sample.clusters[complete],
    )
    fields = {name: getattr(found, name) for name in found.__slots__}
    return SampleMoments(**(fields | {"n_rows": sample.n_rows}))
