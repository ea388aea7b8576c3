"""The public functions: one person's answers, a table, or a stream of tables → scores."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from intimacy_scales.errors import ResponseError, UnvalidatedInstrumentWarning
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.reading.answers import MissingCode, as_missing_codes
from intimacy_scales.reading.columns import ColumnMap
from intimacy_scales.reading.mapping import OnInvalid, as_sheet, check_on_invalid
from intimacy_scales.scoring.person import PersonScores
from intimacy_scales.scoring.single import sheet_scorer

if TYPE_CHECKING:
    from intimacy_scales.scoring.scores import Scores

_NONE: tuple[MissingCode, ...] = ()  # the one empty tuple
_warned = False


def _warn_if_draft(instrument: Instrument) -> None:
    """Warn once in a process that drafts are drafts."""
    global _warned  # noqa: PLW0603 - once in a process is what is promised
    if instrument.evidence.status != "draft":
        return
    _warned = True
    warnings.warn(
        f"{instrument.id} is a draft: nobody has shown yet that its scores mean what they say. "
        "Use them to try things out, not to judge a person or a relationship.",
        UnvalidatedInstrumentWarning,
        stacklevel=3,
    )


@overload
def score(
    instrument: Instrument | str,
    responses: Mapping[Any, Any],
    *,
    columns: ColumnMap = None,
    missing_codes: MissingCode | Sequence[MissingCode] = (),
    on_invalid: OnInvalid = "raise",
    person: Hashable = None,
    allow_missing_items: bool = False,
    coding: str | None = None,
) -> PersonScores: ...
@overload
def score(
    instrument: Instrument | str,
    responses: Any,
    *,
    columns: ColumnMap = None,
    missing_codes: MissingCode | Sequence[MissingCode] = (),
    on_invalid: OnInvalid = "raise",
    person: Hashable = None,
    allow_missing_items: bool = False,
    coding: str | None = None,
) -> Scores: ...
def score(
    instrument: Instrument | str,
    responses: Any,
    *,
    columns: ColumnMap = None,
    missing_codes: MissingCode | Sequence[MissingCode] = (),
    on_invalid: OnInvalid = "raise",
    person: Hashable = None,
    allow_missing_items: bool = False,
    coding: str | None = None,
) -> PersonScores | Scores:
    """Score one person's answers, or a table of them.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or path of one.
    responses
        One person's answers as a mapping; or a list of mappings, a pandas or polars DataFrame, a
        pyarrow Table or RecordBatch, a numpy array (n_persons, n_items), or `CodedResponses`.
    columns
        Where the answers stand: item id → column, or a pattern such as ``"q{n}"`` (``{n}``: the
        item's position from 1; ``{item}``: its id). For an array: the item ids in its order.
    missing_codes
        Values or texts that mean "no answer", beside those that the instrument declares.
    on_invalid
        ``"raise"``: one error that names every bad answer. ``"missing"``: the same list in
        ``problems``, and those answers count as missing.
    person
        The column (or key) that holds persons' ids, for messages.
    allow_missing_items
        For tables: treat items without a column as skipped by everyone.
    coding
        How the answers were stored, where not as the value printed beside the chosen option: the id of
        one of the instrument's `codings`, such as ``"position"``.

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
        Once in a process, when the instrument is a draft.

    Notes
    -----
    A mean score is the mean of the answered items, where at least as many as the scale's missing
    rule asks for are answered; a sum is that mean times the number of items. Where the items of a
    scale differ in range, skipped ones cannot stand for others, and all must be answered.

    Examples
    --------
    >>> score("ras", {f"ras_{n}": 4 for n in range(1, 8)}).scores["total"]
    3.4285714285714284
    """
    form = as_instrument(instrument)
    if coding is not None:
        form = form.with_coding(coding)
    if not _warned:
        _warn_if_draft(form)
    sheet = as_sheet(responses)
    if sheet is not None:
        check_on_invalid(on_invalid)
        codes = () if missing_codes is _NONE else as_missing_codes(missing_codes)
        scorer = sheet_scorer(form, columns, codes)
        if person is not None and person not in sheet:
            raise ResponseError(f"person: the mapping has no key {person!r}")
        return scorer(form, sheet, on_invalid=on_invalid, person=None if person is None else sheet[person])
    from intimacy_scales.reading.table import CodedResponses, check_belongs, refuse_reading_options
    from intimacy_scales.scoring.tables import score_answers, score_coded

    if isinstance(responses, CodedResponses):
        refuse_reading_options(
            columns, missing_codes, on_invalid, person, allow_missing_items=allow_missing_items
        )
        check_belongs(form, responses.instrument, same_items=True)
        return score_coded(responses, form)
    return score_answers(
        form,
        responses,
        columns=columns,
        missing_codes=missing_codes,
        on_invalid=on_invalid,
        person=person,
        allow_missing_items=allow_missing_items,
    )


def score_stream(
    instrument: Instrument | str,
    batches: Iterable[Any],
    *,
    columns: ColumnMap = None,
    missing_codes: MissingCode | Sequence[MissingCode] = (),
    on_invalid: OnInvalid = "raise",
    person: Hashable = None,
    allow_missing_items: bool = False,
    coding: str | None = None,
) -> Iterator[Scores]:
    """Score tables one after another, in constant memory.

    Parameters
    ----------
    instrument, columns, missing_codes, on_invalid, person, allow_missing_items, coding
        As in `score`.
    batches
        Any iterable of tables: Arrow record batches, chunks of a CSV file, lists of mappings …
        From Parquet, ``pyarrow.parquet.ParquetFile(path, pre_buffer=False).iter_batches()``: with
        its read-ahead, pyarrow keeps all that it has read.

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
    from intimacy_scales.scoring.tables import score_answers

    form = as_instrument(instrument)
    if coding is not None:
        form = form.with_coding(coding)
    if not _warned:
        _warn_if_draft(form)
    if as_sheet(batches) is not None or hasattr(batches, "columns"):
        raise ResponseError("batches is one table: pass it to score(), or [table] here")
    rows = 0
    for batch in batches:
        scores = score_answers(
            form,
            batch,
            columns=columns,
            missing_codes=missing_codes,
            on_invalid=on_invalid,
            person=person,
            allow_missing_items=allow_missing_items,
            offset=rows,
        )
        rows += len(scores)
        yield scores
