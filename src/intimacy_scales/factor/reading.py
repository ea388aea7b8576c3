"""Tables, checked answers or sums of them → the moments of each group."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import (
    EstimationError,
)
from intimacy_scales.factor.rows import check_known, check_within, clusters_of, ordered_groups, read_rows
from intimacy_scales.factor.sample import Floats, MissingAnswers, SampleMoments, keyed_as_sample
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import keyed_moments_of
from intimacy_scales.moments.scale_items import some_items
from intimacy_scales.reading.undeclared_codes import CHECKED, Accepts

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
    auxiliary: Sequence[str] = (),
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
    auxiliary
        More variables, behind those named: of checked answers also columns that were kept beside them.
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
        every = None if names is None else (*names, *auxiliary)
        return tuple(_chosen(sample, every) for sample in given)
    if isinstance(data, ItemMoments):
        return (_of_item_moments(data, names, missing),)
    rows, variables, ref, beside = read_rows(
        data, names, accept=accept, auxiliary=auxiliary, covariates=covariates
    )
    together = None if clusters is None else clusters_of(beside, clusters, len(rows))
    if groups is None:
        return (of_rows(rows, variables, missing, instrument=ref, clusters=together),)
    labels, positions = ordered_groups(beside, groups, len(rows))
    if together is not None:
        check_within(together, positions)
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


def _chosen(sample: SampleMoments, names: Sequence[str] | None) -> SampleMoments:
    if names is None:
        return sample
    check_known(names, sample.names, "the moments")
    return sample.of(names)


def _of_item_moments(
    data: ItemMoments, names: Sequence[str] | None, missing: MissingAnswers
) -> SampleMoments:
    known = data.instrument.item_ids
    chosen = tuple(known if names is None else names)
    check_known(chosen, known, data.instrument.id)
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
