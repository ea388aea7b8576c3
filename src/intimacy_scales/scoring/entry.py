"""The public functions: one person's answers, a table, or a stream of tables → scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, overload

import intimacy_scales.instrument as models
from intimacy_scales.errors import ResponseError
from intimacy_scales.late import late_module
from intimacy_scales.reading.mapping import as_sheet
from intimacy_scales.reading.options import Reading, ReadingOptions, reading_of, reads_answers, refuse_reading
from intimacy_scales.scoring.drafts import warn_if_draft
from intimacy_scales.scoring.person import PersonScores, person_scores
from intimacy_scales.scoring.prepared import prepared_form
from intimacy_scales.scoring.single import sheet_scorer, with_person_found

if TYPE_CHECKING:
    from intimacy_scales.reading.range_use import RangeUse
    from intimacy_scales.scoring import scores as of_tables
else:
    of_tables = late_module("intimacy_scales.scoring.scores")


@overload
def score(
    instrument: models.Instrument | str | Path,
    responses: Mapping[Any, Any],
    **reading: Unpack[ReadingOptions],
) -> PersonScores: ...
@overload
def score(
    instrument: models.Instrument | str | Path, responses: Any, **reading: Unpack[ReadingOptions]
) -> of_tables.Scores: ...
@reads_answers
def score(
    instrument: models.Instrument | str | Path, responses: Any, **reading: Unpack[ReadingOptions]
) -> PersonScores | of_tables.Scores:
    """Score one person's answers, or a table of them.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    responses
        One person's answers as a mapping; or a list of mappings, a pandas or polars DataFrame, a
        pyarrow Table or RecordBatch, a numpy array (n_persons, n_items), or `CodedResponses`.
    **reading
        How the answers are read: `columns`, `missing_codes`, `recode`, `on_invalid`, `person`,
        `allow_missing_items`, `coding`, `show_values`, `keep`; see `Reading`.

    Returns
    -------
    PersonScores
        For one mapping; plain Python, without loading numpy or pandas.
    Scores
        For a table.

    Raises
    ------
    InstrumentError
        The coding is not known of this instrument, or known only in part.
    InvalidResponsesError
        Answers that the instrument does not allow; all of them are named.
    MissingColumnsError
        Items without a column; the likely columns are proposed.
    ResponseError
        The input as a whole cannot be read.

    Warns
    -----
    UnvalidatedInstrumentWarning
        Once for each instrument that is a draft.
    AnotherRangeWarning
        Of a table of 30 persons or more, nobody used an end of the range on any item, and chance is no
        explanation: the answers were probably given on another range.

    Notes
    -----
    A mean score is the mean of the answered items, where at least as many as the scale's missing
    rule asks for are answered; a sum is that mean times the number of items. Scores of fewer answers
    than there are items are marked as `prorated`. Where the items of a scale differ in range, skipped
    ones cannot stand for others, and all must be answered; so must all of a sum of answers of 0 and 1,
    unless its rule says otherwise.

    Examples
    --------
    >>> score("ras", {f"ras_{n}": 4 for n in range(1, 8)}).scores["total"]
    3.4285714285714284
    """
    how = reading_of(reading)
    if type(instrument) is str and type(responses) is dict and how.is_usual:
        prepared = prepared_form(instrument)
        rows = None if prepared is None else prepared.read_plain(responses)
        if prepared is not None and rows is not None:
            prepared.warn()
            none = prepared.not_applicable_in
            found = () if none is None else none(responses)
            return person_scores(prepared.ref, prepared.scale_ids, rows, (), prepared, (), found)
    form = how.form(instrument)
    sheet = as_sheet(responses, how.show_values)
    if sheet is not None:
        if how.keep:
            raise ResponseError("keep: is for tables; one mapping's own values stand in the mapping")
        scorer = sheet_scorer(form, how)
        return scorer(form, sheet, with_person_found(how, sheet))
    from intimacy_scales.reading.table import CodedResponses, check_belongs
    from intimacy_scales.scoring.tables import score_answers, score_coded

    warn_if_draft(form.ref)
    if isinstance(responses, CodedResponses):
        refuse_reading(how)
        check_belongs(form, responses.instrument, same_items=True)
        return score_coded(responses, form)
    return score_answers(form, responses, how)


@reads_answers
def score_stream(
    instrument: models.Instrument | str | Path, batches: Any, **reading: Unpack[ReadingOptions]
) -> Iterator[of_tables.Scores]:
    """Score tables one after another, in constant memory.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    batches
        Any iterable of tables: Arrow record batches, chunks of a CSV file, lists of mappings …; a polars
        LazyFrame; a pyarrow RecordBatchReader, Dataset or Scanner; or what else gives Arrow streams, such
        as a DuckDB relation.
        From Parquet, ``pyarrow.parquet.ParquetFile(path, pre_buffer=False).iter_batches()``: with
        its read-ahead, pyarrow keeps all that it has read.
    **reading
        As in `score`.

    Yields
    ------
    Scores
        Of each batch. Problems count rows from the first batch on, and summaries add up with
        ``+`` to that of the whole, to the bit.

    Examples
    --------
    >>> batches = ([{f"ras_{n}": answer for n in range(1, 8)}] for answer in (2, 5))
    >>> [scores["total"].tolist() for scores in score_stream("ras", batches)]
    [[2.5714285714285716], [3.857142857142857]]
    """
    from intimacy_scales.reading.frames import batches_from

    how = reading_of(reading)
    form = how.form(instrument)
    warn_if_draft(form.ref)
    yield from stream_scores(form, batches_from(batches, "score()"), how)


def stream_scores(
    form: models.Instrument, batches: Iterable[Any], reading: Reading, used: RangeUse | None = None
) -> Iterator[of_tables.Scores]:
    """Yield the scores of each batch; `score_stream` with its options in one value.

    ``used`` watches the ends of ranges for whoever wants to know of them afterwards.
    """
    from intimacy_scales.reading import range_use
    from intimacy_scales.scoring.tables import score_answers

    rows, used = 0, range_use.RangeUse(form) if used is None else used
    for batch in batches:
        scores = score_answers(form, batch, reading, offset=rows, used=used)
        rows += len(scores)
        yield scores
    used.warn()
