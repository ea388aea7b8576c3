"""Tables, checked answers or sums of them → the moments of each group."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.codes import CodedResponses
from intimacy_scales.errors import EstimationError, MissingColumnsError
from intimacy_scales.factor.sample import Floats, MissingAnswers, SampleMoments, keyed_as_sample
from intimacy_scales.frames import Table, number_column, open_table
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.moments.clusters import label_positions, person_labels
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import keyed_moments_of
from intimacy_scales.moments.scale_items import some_items
from intimacy_scales.results import counted

_TWO = 2
_RULES = ("listwise", "pairwise", "fiml")


def check_missing(missing: MissingAnswers) -> None:
    """Raise where the missing rule is none of the three there are."""
    if missing not in _RULES:
        raise EstimationError(
            f"missing={missing!r}: 'listwise' (only complete answers), 'pairwise' (each covariance from all "
            "who answered both) or 'fiml' (every answer there is)"
        )


def read_sample(
    data: Any, names: Sequence[str] | None = None, *, missing: MissingAnswers = "listwise"
) -> SampleMoments:
    """Return the moments of one group; see `read_samples`."""
    return read_samples(data, names, missing=missing)[0]


def read_samples(
    data: Any,
    names: Sequence[str] | None = None,
    *,
    missing: MissingAnswers = "listwise",
    groups: Hashable | Sequence[Any] = None,
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
        A column of the table, or one label for each row. Groups come in the order of their labels.

    Raises
    ------
    MissingColumnsError
        The table has no such column; suggests near names.
    EstimationError
        No such item; sums where each person's answers are needed; labels that do not fit.
    """
    check_missing(missing)
    given = _given(data)
    if given is not None:
        if groups is not None:
            raise EstimationError("groups: moments are of one group; pass a list of them, one for each")
        return tuple(_chosen(sample, names) for sample in given)
    if isinstance(data, ItemMoments):
        if groups is not None:
            raise EstimationError("groups need each person's answers, and moments are only sums of them")
        return (_of_item_moments(data, names, missing),)
    if isinstance(data, CodedResponses):
        return _of_codes(data, names, missing, groups)
    table = open_table(data)
    variables = tuple(str(name) for name in table.names) if names is None else tuple(names)
    rows = _columns(table, variables)
    if groups is None:
        return (of_rows(rows, variables, missing),)
    labels, positions = _groups(table, groups, len(rows))
    return tuple(
        of_rows(rows[positions == g], variables, missing, group=label) for g, label in enumerate(labels)
    )


def _given(data: Any) -> Sequence[SampleMoments] | None:
    if isinstance(data, SampleMoments):
        return (data,)
    if isinstance(data, list | tuple) and data and all(isinstance(d, SampleMoments) for d in data):
        return data
    return None


def _suggested(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def _check_known(names: Sequence[str], known: Sequence[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise EstimationError(f"{what} has no item {name!r}{_suggested(name, known)}")


def _chosen(sample: SampleMoments, names: Sequence[str] | None) -> SampleMoments:
    if names is None:
        return sample
    _check_known(names, sample.names, "the moments")
    return sample.of(names)


def _columns(table: Table, names: Sequence[str]) -> Floats:
    known = {str(name): name for name in table.names}
    absent = [name for name in names if name not in known]
    if absent:
        near = {n: difflib.get_close_matches(n, known, n=1, cutoff=0.6) for n in absent}
        hints = {n: found[0] for n, found in near.items() if found}
        told = ", ".join(f"{n!r} (did you mean {hints[n]!r}?)" if n in hints else repr(n) for n in absent)
        raise MissingColumnsError(f"the table has no column {told}", absent, hints)
    return np.column_stack([number_column(table.column(known[n]), f"column {n}") for n in names])


def _groups(table: Any, groups: Any, n: int) -> tuple[list[str], NDArray[np.intp]]:
    """Return the labels in order, and the position of each row's among them."""
    named = isinstance(groups, str | int)
    values = table.values(groups, "groups") if named else groups
    plain = values.tolist() if hasattr(values, "tolist") else list(values)
    found = label_positions(values)
    if len(found) != n:
        raise EstimationError(f"groups: {len(found)} labels for {n} rows")
    return _in_order(plain, found)


def _in_order(plain: Sequence[Any], found: NDArray[np.intp]) -> tuple[list[str], NDArray[np.intp]]:
    without = np.flatnonzero(found < 0)
    if len(without):
        raise EstimationError(
            f"groups: {counted(len(without), 'row')} without a group, the first is row {without[0]}; leave "
            "them out first"
        )
    first = [plain[int(np.flatnonzero(found == g)[0])] for g in range(found.max(initial=-1) + 1)]
    if len(first) < _TWO:
        raise EstimationError(f"groups: there is only one, {first}; leave groups out")
    try:
        order = sorted(range(len(first)), key=lambda g: first[g])
    except TypeError:
        order = sorted(range(len(first)), key=lambda g: str(first[g]))
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


def _of_codes(
    data: CodedResponses, names: Sequence[str] | None, missing: MissingAnswers, groups: Any
) -> tuple[SampleMoments, ...]:
    known = data.instrument.item_ids
    chosen = tuple(known if names is None else names)
    _check_known(chosen, known, data.instrument.id)
    items = some_items(data.instrument, chosen)
    codes = data.codes[:, items.columns].astype(np.int64)
    rows = (items.slopes * codes + items.offsets) / items.unit
    rows[codes == 0] = np.nan
    ref = data.instrument.ref
    if groups is None:
        return (of_rows(rows, chosen, missing, instrument=ref),)
    if isinstance(groups, str | int):
        if data.table is None:
            raise EstimationError(f"groups={groups!r}: these answers came without a table; pass the labels")
        values: Any = data.table.values(groups, "groups")
    else:
        values = groups
    found = person_labels(data, groups, "groups")
    if len(found) != len(rows):
        raise EstimationError(f"groups: {len(found)} labels for {len(rows)} persons")
    plain = values.tolist() if hasattr(values, "tolist") else list(values)
    labels, positions = _in_order(plain, found)
    return tuple(
        of_rows(rows[positions == g], chosen, missing, group=label, instrument=ref)
        for g, label in enumerate(labels)
    )


def of_rows(
    rows: Floats,
    names: tuple[str, ...],
    missing: MissingAnswers,
    *,
    group: str | None = None,
    instrument: InstrumentRef | None = None,
) -> SampleMoments:
    """Return the moments of rows of numbers (n, p), nan where one is missing."""
    there = ~np.isnan(rows)
    common = {"names": names, "n_rows": len(rows), "group": group, "instrument": instrument}
    complete = there.all(axis=1)
    if missing == "listwise" or complete.all():
        used = rows[complete]
        n = len(used)
        means = used.mean(axis=0) if n else np.full(len(names), np.nan)
        centred = used - means
        with np.errstate(invalid="ignore", divide="ignore"):
            covariances = centred.T @ centred / (n - 1) if n > 1 else np.full((len(names),) * 2, np.nan)
        return SampleMoments(
            **common,  # type: ignore[arg-type]
            n=n,
            means=means,
            covariances=covariances,
            correlations=_correlations(covariances, None),
            missing=missing,
            rows=used,
        )
    return _of_incomplete_rows(rows, there, missing, common)


def _of_incomplete_rows(
    rows: Floats, there: NDArray[np.bool_], missing: MissingAnswers, common: dict[str, Any]
) -> SampleMoments:
    seen = there.astype(np.float64)
    counts = seen.T @ seen
    centre = np.nanmean(rows, axis=0) if there.any(axis=0).all() else np.zeros(rows.shape[1])
    values = np.where(there, rows - centre, 0.0)
    sums = values.T @ seen  # entry (i, j): sum of i among those who answered both
    with np.errstate(invalid="ignore", divide="ignore"):
        products = (values.T @ values - sums * sums.T / counts) / (counts - 1)
        variances = ((values**2).T @ seen - sums**2 / counts) / (counts - 1)
        means = np.diag(sums) / np.diag(counts) + centre
        products[counts < _TWO] = np.nan
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
    )


def _correlations(covariances: Floats, variances: Floats | None) -> Floats:
    own = np.diag(covariances)
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = np.outer(own, own) if variances is None else variances * variances.T
        correlations: Floats = covariances / np.sqrt(squared)
    np.fill_diagonal(correlations, np.where(own > 0, 1.0, np.nan))
    return correlations
