"""The data of factor models: answers with their instrument, sums of them, or plain numbers, as moments."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError, ResponseError
from intimacy_scales.factor.confirmatory.model.model import Model, is_instrument_id
from intimacy_scales.factor.rows import check_known, check_within, clusters_of, ordered_groups, read_rows
from intimacy_scales.factor.sample import Floats, MissingAnswers, SampleMoments, keyed_as_sample
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.messages import a_type, not_one_of
from intimacy_scales.moments.answers import answers_given, answers_of, needs_answers
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import keyed_moments_of
from intimacy_scales.moments.scale_items import some_items
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reading.frames import Table, is_rows, is_table, open_table
from intimacy_scales.reading.options import ReadingOptions, called_name, reading_of
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reading.undeclared_codes import CHECKED, Accepts, accepts

_RULES: dict[MissingAnswers, str] = {
    "listwise": "persons who answered everything",
    "pairwise": "each covariance from all who answered both items",
    "fiml": "every answer",
}
_EXAMPLE = "'trust =~ a + b + c'"


class Data(NamedTuple):
    """Answers, moments or a table of numbers, and whether such numbers are accepted as they are."""

    data: Any
    accept: Accepts = CHECKED


def data_given(data: Any, responses: Any, options: ReadingOptions, **labels: Any) -> Data:
    """Return the data of an exploratory analysis.

    Parameters
    ----------
    data, responses
        An instrument (or its id or `Path`) and a table of answers to it; or checked answers, moments, or a
        table or array (n_persons, n_items) of numbers alone.
    options
        How the table is read; for a table of numbers only ``on_invalid``.
    **labels
        Options of the analysis, such as ``groups``, that may name columns of the table.
    """
    if isinstance(data, Instrument | str | Path | CodedResponses | ItemMoments) and responses is not None:
        return Data(answers_given(data, responses, options, **labels))
    if isinstance(data, Instrument | str | Path):
        return Data(answers_given(data, responses, options, **labels))
    if responses is not None:
        call = called_name() or "efa"
        raise EstimationError(
            f"the first argument is {a_type(data)}, and the second {a_type(responses)}: pass a table alone, "
            f"as in {call}(table), or an instrument before it, as in {call}('ras', table)"
        )
    return Data(_as_table(data) if isinstance(data, np.ndarray) else data, accepts(options))


def _as_table(array: Any) -> Table:
    """Return an array as a table with columns x1, x2 …, unless the items are named later."""
    if array.ndim != 2:  # persons by items
        raise ResponseError(
            f"an array of shape {array.shape} is not valid; allowed: one of numbers, (n_persons, n_items)"
        )
    n, k = array.shape
    numbers = array.dtype.kind in "iuf"
    if n == k > 1 and numbers and np.allclose(array, array.T, equal_nan=True):
        raise EstimationError(
            "data is a symmetric array; if it holds correlations or covariances, pass "
            "covariances_as_sample(matrix, n=..., names=...)"
        )
    return open_table(array, [f"x{i + 1}" for i in range(k)])


def data_of_model(
    model: Model | str | Instrument,
    data: Any,
    instrument: Instrument | str | Path | None,
    options: ReadingOptions,
    *,
    auxiliary: Sequence[str] = (),
    **labels: Any,
) -> Data:
    """Return the data that a model is fitted to; a table is checked where its instrument is known.

    Parameters
    ----------
    model, data
        As in `cfa`.
    instrument
        Whose answers the table holds, where the model is not the instrument itself.
    options
        How the table is read; for a table of numbers only ``on_invalid``.
    auxiliary
        Items, or other columns of the table.
    **labels
        Options of the analysis, such as ``groups``, that may name columns of the table.
    """
    form = instrument
    if form is None and (
        isinstance(model, Instrument) or (isinstance(model, str) and is_instrument_id(model))
    ):
        form = model
    checked = isinstance(data, CodedResponses | ItemMoments)
    if instrument is not None and not checked and not is_plain_table(data):
        raise EstimationError("instrument= is for tables of answers, and data holds moments; leave it out")
    if form is not None and (is_plain_table(data) or (instrument is not None and checked)):
        answered = as_instrument(form)
        columns = {f"auxiliary {name}": name for name in auxiliary if name not in answered.item_ids}
        reading = reading_of(options)
        answers = answers_of(answered, data, reading, **labels, **columns)
        return Data(answers, Accepts(show_values=reading.show_values))
    return Data(data, accepts(options))


def model_first(function: str, model: Any, data: Any) -> None:
    """Raise where the model or the answers are missing, or in the wrong order.

    Parameters
    ----------
    function
        Name of the function that was called, for the message.
    model, data
        As they were passed; None where one was not.
    """
    answers = isinstance(model, CodedResponses | ItemMoments | SampleMoments)
    if not answers and not is_plain_table(model):
        if data is None:
            raise EstimationError(
                f"{function}: answers are missing (data is None); pass them after the model, as in "
                f"{function}({_EXAMPLE}, table)"
            )
        return
    what = f"{type(model).__name__} holds answers" if answers else "the first argument is a table"
    coded = isinstance(model, CodedResponses | ItemMoments)
    keys = f"its instrument, as in {function}(answers.instrument, answers), or " if coded else ""
    if isinstance(data, Model | Instrument | str):
        keys, problem = "", "and the model comes second"
    else:
        problem = "and the model (which items measure what) is missing"
    raise EstimationError(
        f"{function}: {what}, {problem}; pass {keys}the model before the answers, as in "
        f"{function}({_EXAMPLE}, answers)"
    )


def is_plain_table(data: Any) -> bool:
    """Tell whether data are a table in memory, or a list of mappings."""
    return is_table(data) or is_rows(data)


def check_missing(missing: MissingAnswers) -> None:
    """Raise where the missing rule is not valid."""
    if missing not in tuple(_RULES):
        raise EstimationError(not_one_of("missing", missing, _RULES))


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
        items are keyed as in the first scale that contains them; or `SampleMoments` (several in a list, one
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
        Accept every number of a table as it is, even if it looks like a code for a missing answer.
    auxiliary
        Further variables, after those named: items, or columns kept with checked answers.
    covariates
        Whether variables may also be columns kept with checked answers, not items only.

    Raises
    ------
    MissingColumnsError
        The table has no such column; suggests near names.
    ResponseError
        Numbers that look like codes for missing answers, or a column that looks like ids.
    EstimationError
        An unknown item; sums where each person's answers are needed; labels that do not match the rows.
    """
    check_missing(missing)
    given = _as_samples(data)
    _check_not_a_matrix(data)
    if given is not None or isinstance(data, ItemMoments):
        if groups is not None:
            raise EstimationError(
                "groups= needs each person's answers; pass these, or a list with the moments of each group"
            )
        if clusters is not None:
            raise needs_answers("clusters=")
    if given is not None:
        if missing == "fiml" and any(sample.missing != "fiml" for sample in given):
            raise needs_answers("missing='fiml'")
        every = None if names is None else (*names, *auxiliary)
        return tuple(_some_variables(sample, every) for sample in given)
    if isinstance(data, ItemMoments):
        return (_of_item_moments(data, names, missing),)
    rows, variables, ref, others = read_rows(
        data, names, accept=accept, auxiliary=auxiliary, covariates=covariates
    )
    together = None if clusters is None else clusters_of(others, clusters, len(rows))
    if groups is None:
        return (of_rows(rows, variables, missing, instrument=ref, clusters=together),)
    labels, positions = ordered_groups(others, groups, len(rows))
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
            "data is a table with the same names of rows and columns; if it holds correlations or "
            "covariances, pass covariances_as_sample(matrix, n=..., names=...)"
        )


def _as_samples(data: Any) -> Sequence[SampleMoments] | None:
    """Return data that are the moments of one or more groups; None for all others."""
    if isinstance(data, SampleMoments):
        return (data,)
    if isinstance(data, list | tuple) and data and all(isinstance(d, SampleMoments) for d in data):
        return data
    return None


def _some_variables(sample: SampleMoments, names: Sequence[str] | None) -> SampleMoments:
    if names is None:
        return sample
    check_known(names, sample.names, "the moments")
    return sample.of(names)


def _of_item_moments(
    data: ItemMoments, names: Sequence[str] | None, missing: MissingAnswers
) -> SampleMoments:
    """Return the moments of some items from exact sums; raise where the sums do not have them."""
    known = data.instrument.item_ids
    chosen = tuple(known if names is None else names)
    check_known(chosen, known, data.instrument.id)
    if missing == "fiml":
        raise needs_answers("missing='fiml'")
    items = some_items(data.instrument, chosen)
    counts = data.pairs.counts[np.ix_(items.columns, items.columns)]
    if missing == "pairwise" or counts.min() == counts.max():
        moments = keyed_moments_of(data, "these items", items, "pairwise")
        sample = keyed_as_sample(moments)
        return sample if missing == "pairwise" else _with_missing_rule(sample, "listwise")
    for scale in data.instrument.scales:
        keys = tuple(key.item for key in scale.keys)
        if set(keys) == set(chosen):
            keyed_items = some_items(data.instrument, keys)
            return keyed_as_sample(keyed_moments_of(data, scale.id, keyed_items, "listwise")).of(chosen)
    raise EstimationError(
        "missing='listwise' needs each person's answers, as these sums are not only of persons who answered "
        "all of these items; use missing='pairwise', or pass encode(instrument, table)"
    )


def _with_missing_rule(sample: SampleMoments, missing: MissingAnswers) -> SampleMoments:
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
    answered = ~np.isnan(rows)
    common: dict[str, Any] = {"names": names, "n_rows": len(rows), "group": group, "instrument": instrument}
    complete = answered.all(axis=1)
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
            counts=_pair_counts(answered) if n < 2 else None,
        )
    return _of_incomplete_rows(rows, answered, missing, common, clusters)


def _of_incomplete_rows(
    rows: Floats,
    answered: NDArray[np.bool_],
    missing: MissingAnswers,
    common: dict[str, Any],
    clusters: NDArray[np.intp] | None,
) -> SampleMoments:
    """Return moments with a covariance for each pair, from the persons who answered both items.

    ``s_ij = (sum x_i x_j - sum x_i sum x_j / n_ij) / (n_ij - 1)`` over these n_ij persons.
    """
    seen, counts = answered.astype(np.float64), _pair_counts(answered)
    centre = np.nanmean(rows, axis=0) if answered.any(axis=0).all() else np.zeros(rows.shape[1])
    values = np.where(answered, rows - centre, 0.0)
    sums = values.T @ seen  # entry (i, j): sum of item i over those who answered both
    with np.errstate(invalid="ignore", divide="ignore"):
        products = (values.T @ values - sums * sums.T / counts) / (counts - 1)
        variances = ((values**2).T @ seen - sums**2 / counts) / (counts - 1)
        means = np.diag(sums) / np.diag(counts) + centre
        products[counts < 2] = np.nan
        variances[variances < ROUNDING * np.diag(variances)[:, None]] = 0.0
    # the harmonic mean over pairs; rounding error must not take a whole number below itself
    pairs = counts[~np.eye(len(counts), dtype=np.bool_)] if len(counts) > 1 else counts.ravel()
    used = answered.any(axis=1)
    harmonic = int(len(pairs) / np.sum(1 / pairs) * (1 + ROUNDING)) if pairs.all() else 0
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


def _pair_counts(answered: NDArray[np.bool_]) -> Floats:
    """Return how many persons answered both of two variables (p, p)."""
    seen = answered.astype(np.float64)
    counts: Floats = seen.T @ seen
    return counts


def _correlations(covariances: Floats, variances: Floats | None) -> Floats:
    """Return correlations, where `variances` (i, j) are those of i among persons who answered i and j."""
    diagonal = np.diag(covariances)
    with np.errstate(invalid="ignore", divide="ignore"):
        squared = np.outer(diagonal, diagonal) if variances is None else variances * variances.T
        correlations: Floats = np.where(squared > 0, covariances / np.sqrt(squared), np.nan)
    np.fill_diagonal(correlations, np.where(diagonal > 0, 1.0, np.nan))
    return correlations


def with_answers_to(sample: SampleMoments, names: Sequence[str]) -> SampleMoments:
    """Return the moments of the persons who answered all of these variables.

    Where only sums are known, everyone is assumed to have answered them.
    """
    if sample.rows is None or not names:
        return sample
    complete = ~np.isnan(sample.rows[:, [sample.names.index(name) for name in names]]).any(axis=1)
    if complete.all():
        return sample
    moments = of_rows(
        sample.rows[complete],
        sample.names,
        sample.missing,
        group=sample.group,
        instrument=sample.instrument,
        clusters=None if sample.clusters is None else sample.clusters[complete],
    )
    fields = {name: getattr(moments, name) for name in moments.__slots__}
    return SampleMoments(**(fields | {"n_rows": sample.n_rows}))
