"""The public functions that score one person's answers, a table, or a stream of tables."""

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
from intimacy_scales.scoring.single import sheet_scorer, with_person_key

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
        The instrument has no such coding, or the coding is known only in part.
    InvalidResponsesError
        Some answers are not valid; the error lists all of them.
    MissingColumnsError
        Items have no column; the message suggests likely columns.
    ResponseError
        The input as a whole cannot be read.

    Warns
    -----
    UnvalidatedInstrumentWarning
        The instrument is a draft; once for each.
    AnotherRangeWarning
        Nobody among 30 or more persons used one end of the range on any item, and chance does not explain it:
        the answers were probably given on another range.

    Notes
    -----
    A mean score is the mean of the answered items, if at least as many are answered as the scale's
    missing rule requires; a sum is that mean times the number of items. Scores based on fewer answers
    than the scale has items are marked as `prorated`. All items must be answered where the items of a
    scale differ in range, since the mean of some then does not estimate the others, and in a sum of
    answers of 0 and 1, unless its missing rule says otherwise.

    Examples
    --------
    >>> score("ras", {f"ras_{n}": 4 for n in range(1, 8)}).scores["total"]
    3.4285714285714284
    """
    options = reading_of(reading)
    if type(instrument) is str and type(responses) is dict and options.is_usual:
        prepared = prepared_form(instrument)
        rows = None if prepared is None else prepared.read_plain(responses)
        if prepared is not None and rows is not None:
            prepared.warn()
            find = prepared.not_applicable_in
            not_applicable = () if find is None else find(responses)
            return person_scores(prepared.ref, prepared.scale_ids, rows, (), prepared, (), not_applicable)
    form = options.form(instrument)
    sheet = as_sheet(responses, options.show_values)
    if sheet is not None:
        if options.keep:
            raise ResponseError(
                "keep: allowed for tables only; for one person, take the values from the mapping itself"
            )
        scorer = sheet_scorer(form, options)
        return scorer(form, sheet, with_person_key(options, sheet))
    from intimacy_scales.reading.table import CodedResponses, check_belongs
    from intimacy_scales.scoring.tables import score_answers, score_coded

    warn_if_draft(form.ref)
    if isinstance(responses, CodedResponses):
        refuse_reading(options)
        check_belongs(form, responses.instrument, same_items=True)
        return score_coded(responses, form)
    return score_answers(form, responses, options)


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
        LazyFrame; a pyarrow RecordBatchReader, Dataset or Scanner; or any other object that exports an
        Arrow stream, such as a DuckDB relation.
        For Parquet, use ``pyarrow.parquet.ParquetFile(path, pre_buffer=False).iter_batches()``: with
        read-ahead, pyarrow keeps everything it has read in memory.
    **reading
        As in `score`.

    Yields
    ------
    Scores
        The scores of each batch. Row numbers of problems count from the first batch on, and summaries
        added up with ``+`` equal that of the whole, to the bit.

    Examples
    --------
    >>> batches = ([{f"ras_{n}": answer for n in range(1, 8)}] for answer in (2, 5))
    >>> [scores["total"].tolist() for scores in score_stream("ras", batches)]
    [[2.5714285714285716], [3.857142857142857]]
    """
    from intimacy_scales.reading.frames import batches_from

    options = reading_of(reading)
    form = options.form(instrument)
    warn_if_draft(form.ref)
    yield from stream_scores(form, batches_from(batches, "score()"), options)


def stream_scores(
    form: models.Instrument, batches: Iterable[Any], reading: Reading, used: RangeUse | None = None
) -> Iterator[of_tables.Scores]:
    """Yield the scores of each batch, as `score_stream` does, with the options in one value.

    ``used`` records which ends of the ranges were used, for callers that need it afterwards.
    """
    from intimacy_scales.reading import range_use
    from intimacy_scales.scoring.tables import score_answers

    rows, used = 0, range_use.RangeUse(form) if used is None else used
    for batch in batches:
        scores = score_answers(form, batch, reading, offset=rows, used=used)
        rows += len(scores)
        yield scores
    used.warn()
