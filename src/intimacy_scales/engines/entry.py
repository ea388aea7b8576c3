"""The public functions: answers on an engine → scores on it, and exact sums."""

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
from intimacy_scales.errors import EstimationError, SingleClustersWarning, level_outside, values_as_asked
from intimacy_scales.instrument import Instrument
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
    """Score answers where they lie: a frame of an engine → scores as a frame of the same kind.

    Nothing is read before the frame that comes back is run.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    frame
        A Spark or Dask DataFrame, a polars LazyFrame, a DuckDB relation, a pyarrow Dataset, Scanner or
        RecordBatchReader, or anything else that gives an Arrow stream.
    answered, pomp
        As in `Scores.to_frame`.
    connection
        Of DuckDB: to whose database the relation of scores belongs; None: the default one.
    **reading
        How the answers are read, as in `intimacy_scales.score`. Columns named by ``keep`` stand before the
        scores: who is who is known by them alone, as engines keep no order of rows.

    Returns
    -------
    pyspark.sql.DataFrame, dask.dataframe.DataFrame, polars.LazyFrame, duckdb.DuckDBPyRelation or \
pyarrow.RecordBatchReader
        Of a Dataset or Scanner a RecordBatchReader. Where there is no score Dask has nan, the others null.

    Raises
    ------
    InstrumentError, MissingColumnsError, ResponseError
        As in `intimacy_scales.score`, at once.
    InvalidResponsesError
        When the frame is run, of the first part that holds answers which are not accepted; Spark puts it into
        an error of its own. `check` counts those of all parts.

    Warns
    -----
    UnvalidatedInstrumentWarning
        Once for each instrument that is a draft, here and on no worker.

    Notes
    -----
    Whether answers use both ends of their ranges is seen by those who look at all of them: `check`,
    `summarize` and `item_moments` warn of it, `score` cannot.

    Examples
    --------
    >>> import pyarrow as pa
    >>> answers = pa.table({"id": [7, 8]} | {f"ras_{n}": [4, 2] for n in range(1, 8)}).to_reader()
    >>> score("ras", answers, keep=["id"]).read_all()["total"].to_pylist()
    [3.4285714285714284, 2.5714285714285716]
    """
    how = reading_of(reading)
    form = how.form(instrument)
    engine = engine_of(frame, "intimacy_scales.score()", connection=connection)
    with values_as_asked(how.show_values):
        columns = columns_of(form, engine.names, how)
    warn_if_draft(form.ref)
    work = ScoreWork(form=form, columns=columns, answered=answered, pomp=pomp)
    return engine.score(work, scores_schema(form, answered=answered, pomp=pomp))


@reads_answers
def summarize(
    instrument: Instrument | str | Path, frame: Any, **reading: Unpack[ReadingOptions]
) -> DataSummary:
    """Sum up answers where they lie, in one pass: scores, moments, and what was not accepted.

    Parameters
    ----------
    instrument, frame
        As in `score`.
    **reading
        As in `score`.

    Returns
    -------
    DataSummary
        Equal, to the bit, to that of one table, whatever the parts and their order.

    Raises
    ------
    InvalidResponsesError
        Answers that are not accepted, of all parts: exactly how many by item and kind, with examples. With
        ``on_invalid="missing"`` they stand in `DataSummary.check`.
    InstrumentError, MissingColumnsError, ResponseError
        As in `score`.

    Warns
    -----
    AnotherRangeWarning
        Of 30 persons or more, nobody used an end of the range on any item, and chance is no explanation.

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
    """Sum up answers where they lie, for reliability, factor models and reports.

    Parameters, errors and warnings are those of `summarize`, whose `DataSummary.moments` these are; they are
    equal, to the bit, to `intimacy_scales.item_moments` of one table.

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
    """Count the answers that are not accepted, in all parts, by item and kind.

    Parameters
    ----------
    instrument, frame
        As in `score`.
    **reading
        As in `score`. With ``person`` examples say whose answers they are.

    Returns
    -------
    AnswerCheck
        Also where every answer is accepted, and whatever ``on_invalid`` says.

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
    how = reading_of(reading)
    return _summed(instrument, frame, how, moments=False, scores=False, stop=False).check


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
    """Sum up answers by clusters where they lie, such as couples; the engine brings their members together.

    Parameters
    ----------
    instrument, frame
        As in `score`; Arrow alone cannot bring rows together, and is refused.
    clusters
        The column that says who belongs together.
    missing, scales
        As in `intimacy_scales.reliability.cluster_sums`.
    **reading
        As in `score`.

    Returns
    -------
    ClusterSums
        Equal, to the bit, to `intimacy_scales.reliability.cluster_sums` of one table.

    Raises
    ------
    EstimationError
        Persons who belong to no cluster, or a scale that is not there or has too many items.
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
    Labels that look alike, such as ``C1`` and ``c1``, count as different ones here: to tell of them, all
    labels would have to be remembered.

    Examples
    --------
    >>> import polars as pl
    >>> from intimacy_scales import simulate
    >>> frame = pl.from_pandas(simulate("scii-24", 300, couples=0.4, rng=1).answers).lazy()
    >>> cluster_sums("scii-24", frame, clusters="couple").n_clusters
    150
    """
    how = reading_of(reading)
    form = how.form(instrument)
    names = chosen_scales(form, scales)
    check_missing(missing)
    engine = engine_of(frame, "intimacy_scales.reliability.cluster_sums()")
    with values_as_asked(how.show_values):
        columns = columns_of(form, engine.names, how, clusters)
    column = columns.reading.keep[-1]
    work = ClusterWork(form=form, columns=columns, clusters=column, missing=missing, scales=names)
    found = engine.sums(work)
    if found.check.n_problems and how.on_invalid == "raise":
        raise found.check.error()
    if found.n_without:
        raise EstimationError(
            f"clusters: {counted(found.n_without, 'person')} who answered belong to none; leave them out, or "
            "give each a label of its own"
        )
    found.check.warn()
    if told := no_pairs_of(found.sums.moments.n_persons, found.sums.n_clusters):
        warnings.warn(told, SingleClustersWarning, stacklevel=level_outside())
    return found.sums


def _summed(
    instrument: Instrument | str | Path,
    frame: Any,
    how: Reading,
    *,
    moments: bool,
    scores: bool,
    stop: bool = True,
) -> DataSummary:
    """Return what one pass gives; ``stop`` where answers that are not accepted may stop it."""
    form = how.form(instrument)
    engine = engine_of(frame, "intimacy_scales.score(), encode() or item_moments()")
    with values_as_asked(how.show_values):
        columns = columns_of(form, engine.names, how)
    if scores:
        warn_if_draft(form.ref)
    found = engine.sums(SummaryWork(form=form, columns=columns, moments=moments, scores=scores))
    if stop and found.check.n_problems and how.on_invalid == "raise":
        raise found.check.error()
    found.check.warn()
    return found
