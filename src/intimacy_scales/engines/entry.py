"""The public functions that score and sum up answers on an engine."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Hashable
from pathlib import Path
from typing import Any, Unpack

from intimacy_scales.engines.answer_check import AnswerCheck
from intimacy_scales.engines.clusters import ClusterWork
from intimacy_scales.engines.data_summary import DataSummary
from intimacy_scales.engines.opening import engine_of
from intimacy_scales.engines.schema import scores_schema
from intimacy_scales.engines.work import ScoreWork, SummaryWork, columns_of
from intimacy_scales.errors import EstimationError, SingleClustersWarning
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import level_outside, values_as_asked
from intimacy_scales.moments.cluster_sums import ClusterSums, chosen_scales
from intimacy_scales.moments.clusters import no_pairs_of
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import Missing, check_missing
from intimacy_scales.reading.options import Reading, ReadingOptions, reading_of, reads_answers
from intimacy_scales.results.wording import counted
from intimacy_scales.scoring.drafts import warn_if_draft


@reads_answers
def score(
    instrument: Instrument | str | Path,
    frame: Any,
    *,
    answered: bool = False,
    pomp: bool = False,
    connection: Any = None,
    **reading: Unpack[ReadingOptions],
) -> Any:
    """Score answers on an engine: a frame of answers → a frame of scores of the same kind.

    No answer is read before the returned frame is run.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    frame
        A Spark or Dask DataFrame, a polars LazyFrame, a DuckDB relation, a pyarrow Dataset, Scanner or
        RecordBatchReader, or any other object that exports an Arrow stream.
    answered, pomp
        As in `Scores.to_frame`.
    connection
        For DuckDB: connection to the database of the relation of scores; None: the default connection.
    **reading
        How the answers are read, as in `intimacy_scales.score`. Columns named by ``keep`` come before the
        scores; only they identify persons, since engines do not keep the order of rows.

    Returns
    -------
    pyspark.sql.DataFrame, dask.dataframe.DataFrame, polars.LazyFrame, duckdb.DuckDBPyRelation or \
pyarrow.RecordBatchReader
        A RecordBatchReader for a Dataset or Scanner. A missing score is nan in Dask, and null elsewhere.

    Raises
    ------
    InstrumentError, MissingColumnsError, ResponseError
        As in `intimacy_scales.score`, when this function is called.
    InvalidResponsesError
        When the frame is run, for the first part with answers that are not valid; Spark wraps it in an error
        of its own. `check` counts those of all parts.

    Warns
    -----
    UnvalidatedInstrumentWarning
        The instrument is a draft; once for each, when this function is called and not on workers.

    Notes
    -----
    Only a pass over all answers shows whether they use both ends of their ranges: `check`, `summarize` and
    `item_moments` warn about it, `score` cannot.

    Examples
    --------
    >>> import pyarrow as pa
    >>> answers = pa.table({"id": [7, 8]} | {f"ras_{n}": [4, 2] for n in range(1, 8)}).to_reader()
    >>> score("ras", answers, keep=["id"]).read_all()["total"].to_pylist()
    [3.4285714285714284, 2.5714285714285716]
    """
    options = reading_of(reading)
    form = options.form(instrument)
    engine = engine_of(frame, "intimacy_scales.score()", connection=connection)
    with values_as_asked(options.show_values):
        columns = columns_of(form, engine.names, options)
    warn_if_draft(form.ref)
    work = ScoreWork(form=form, columns=columns, answered=answered, pomp=pomp)
    return engine.score(work, scores_schema(form, answered=answered, pomp=pomp))


@reads_answers
def summarize(
    instrument: Instrument | str | Path, frame: Any, **reading: Unpack[ReadingOptions]
) -> DataSummary:
    """Sum up answers on an engine in one pass: scores, moments, and answers that are not valid.

    Parameters
    ----------
    instrument, frame
        As in `score`.
    **reading
        As in `score`.

    Returns
    -------
    DataSummary
        Equal, to the bit, to that of a single table, for any parts in any order.

    Raises
    ------
    InvalidResponsesError
        Some answers are not valid; the error counts those of all parts by item and kind, with examples. With
        ``on_invalid="missing"`` they are in `DataSummary.check` instead.
    InstrumentError, MissingColumnsError, ResponseError
        As in `score`.

    Warns
    -----
    AnotherRangeWarning
        Nobody among 30 or more persons used one end of the range on any item, and chance does not explain it.

    Examples
    --------
    >>> import pyarrow as pa
    >>> answers = pa.table({f"ras_{n}": [4, 2] for n in range(1, 8)}).to_reader()
    >>> summary = summarize("ras", answers)
    >>> summary.check.n_persons, summary.scores.scales[0].mean
    (2, 3.0)
    """
    return _summed(instrument, frame, reading_of(reading), moments=True, scores=True)


@reads_answers
def item_moments(
    instrument: Instrument | str | Path, frame: Any, **reading: Unpack[ReadingOptions]
) -> ItemMoments:
    """Sum up answers on an engine, for reliability, factor models and reports.

    Parameters, errors and warnings are those of `summarize`. The result is its `DataSummary.moments`, equal,
    to the bit, to `intimacy_scales.item_moments` of a single table.

    Parameters
    ----------
    instrument, frame
        As in `score`.
    **reading
        As in `score`.

    Returns
    -------
    ItemMoments

    Examples
    --------
    >>> import pyarrow as pa
    >>> from intimacy_scales import cronbach_alpha
    >>> answers = pa.table({f"ras_{n}": [4, 2, 5 - n % 2] for n in range(1, 8)}).to_reader()
    >>> round(cronbach_alpha(item_moments("ras", answers)).estimate, 3)
    0.163
    """
    moments = _summed(instrument, frame, reading_of(reading), moments=True, scores=False).moments
    assert moments is not None
    return moments


@reads_answers
def check(instrument: Instrument | str | Path, frame: Any, **reading: Unpack[ReadingOptions]) -> AnswerCheck:
    """Count the answers that are not valid in all parts, by item and kind.

    Parameters
    ----------
    instrument, frame
        As in `score`.
    **reading
        As in `score`. With ``person=``, examples name the person.

    Returns
    -------
    AnswerCheck
        Also if every answer is valid, and for any ``on_invalid``.

    Raises
    ------
    InstrumentError, MissingColumnsError, ResponseError
        As in `score`.

    Warns
    -----
    AnotherRangeWarning
        As in `summarize`.

    Examples
    --------
    >>> import pyarrow as pa
    >>> answers = pa.table({"id": ["a", "b"]} | {f"ras_{n}": [4, 9] for n in range(1, 8)}).to_reader()
    >>> found = check("ras", answers, person="id")
    >>> found.n_problems, found.examples[0].person, found.examples[0].value
    (7, 'b', 9)
    """
    options = reading_of(reading)
    return _summed(instrument, frame, options, moments=False, scores=False, stop=False).check


@reads_answers
def cluster_sums(
    instrument: Instrument | str | Path,
    frame: Any,
    *,
    clusters: Hashable,
    missing: Missing = "pairwise",
    scales: Collection[str] | None = None,
    **reading: Unpack[ReadingOptions],
) -> ClusterSums:
    """Sum up answers on an engine by clusters such as couples, whose members it brings together.

    Parameters
    ----------
    instrument, frame
        As in `score`, except that pyarrow objects are not allowed: Arrow cannot bring rows together.
    clusters
        The column of cluster labels.
    missing, scales
        As in `intimacy_scales.reliability.cluster_sums`.
    **reading
        As in `score`.

    Returns
    -------
    ClusterSums
        Equal, to the bit, to `intimacy_scales.reliability.cluster_sums` of a single table.

    Raises
    ------
    EstimationError
        A person who answered belongs to no cluster, or a scale is unknown or has too many items.
    InvalidResponsesError, InstrumentError, MissingColumnsError, ResponseError
        As in `summarize`.

    Warns
    -----
    AnotherRangeWarning
        As in `summarize`.
    SingleClustersWarning
        No cluster has two members.

    Notes
    -----
    Labels that look alike, such as ``C1`` and ``c1``, count as different without a warning, which would need
    all labels in memory.

    Examples
    --------
    >>> import polars as pl
    >>> from intimacy_scales import simulate
    >>> frame = pl.from_pandas(simulate("scii-24", 300, couples=0.4, rng=1).answers).lazy()
    >>> cluster_sums("scii-24", frame, clusters="couple").n_clusters
    150
    """
    options = reading_of(reading)
    form = options.form(instrument)
    names = chosen_scales(form, scales)
    check_missing(missing)
    engine = engine_of(frame, "intimacy_scales.reliability.cluster_sums()")
    with values_as_asked(options.show_values):
        columns = columns_of(form, engine.names, options, clusters)
    column = columns.reading.keep[-1]
    work = ClusterWork(form=form, columns=columns, clusters=column, missing=missing, scales=names)
    checked = engine.sums(work)
    if checked.check.n_problems and options.on_invalid == "raise":
        raise checked.check.error()
    if checked.n_without:
        raise EstimationError(
            f"clusters: {counted(checked.n_without, 'person')} without a cluster gave answers; leave them "
            "out, or give each a label of its own"
        )
    checked.check.warn()
    if message := no_pairs_of(checked.sums.moments.n_persons, checked.sums.n_clusters):
        warnings.warn(message, SingleClustersWarning, stacklevel=level_outside())
    return checked.sums


def _summed(
    instrument: Instrument | str | Path,
    frame: Any,
    options: Reading,
    *,
    moments: bool,
    scores: bool,
    stop: bool = True,
) -> DataSummary:
    """Return the result of one pass; ``stop`` says whether answers that are not valid may raise."""
    form = options.form(instrument)
    engine = engine_of(frame, "intimacy_scales.score(), encode() or item_moments()")
    with values_as_asked(options.show_values):
        columns = columns_of(form, engine.names, options)
    if scores:
        warn_if_draft(form.ref)
    summary = engine.sums(SummaryWork(form=form, columns=columns, moments=moments, scores=scores))
    if stop and summary.check.n_problems and options.on_invalid == "raise":
        raise summary.check.error()
    summary.check.warn()
    return summary
