"""Scoring of many answer sheets, each by itself: bad answers in one do not affect the others."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any, Literal, TypeVar, Unpack, overload

import intimacy_scales.instrument as models
from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import not_one_of, shortened_text, values_shown
from intimacy_scales.reading.mapping import as_sheet
from intimacy_scales.reading.options import Reading, SheetReadingOptions, reading_of_sheets, reads_sheets
from intimacy_scales.reading.problems import Problems, invalid_responses, problems_text
from intimacy_scales.scoring.person import PersonScores, person_scores
from intimacy_scales.scoring.sheet_problems import SheetProblems
from intimacy_scales.scoring.single import SheetScorer, sheet_scorer, with_person_key

Key = TypeVar("Key", bound=Hashable)
OnInvalidSheet = Literal["return", "missing", "raise"]

_ON_INVALID = ("return", "missing", "raise")
_TABLE_PROTOCOLS = ("__array__", "__dataframe__", "__arrow_c_stream__")


@overload
def score_many(  # type: ignore[overload-overlap]  # a mapping could be a key of another, but never is
    instrument: models.Instrument | str | Path,
    sheets: Mapping[Key, Mapping[Any, Any]],
    *,
    on_invalid: Literal["raise"],
    **reading: Unpack[SheetReadingOptions],
) -> dict[Key, PersonScores]: ...
@overload
def score_many(  # type: ignore[overload-overlap]  # a mapping could be a key of another, but never is
    instrument: models.Instrument | str | Path,
    sheets: Mapping[Key, Mapping[Any, Any]],
    *,
    on_invalid: Literal["return", "missing"] = "return",
    **reading: Unpack[SheetReadingOptions],
) -> dict[Key, PersonScores | SheetProblems]: ...
@overload
def score_many(
    instrument: models.Instrument | str | Path,
    sheets: Iterable[Mapping[Any, Any]],
    *,
    on_invalid: Literal["raise"],
    **reading: Unpack[SheetReadingOptions],
) -> list[PersonScores]: ...
@overload
def score_many(
    instrument: models.Instrument | str | Path,
    sheets: Iterable[Mapping[Any, Any]],
    *,
    on_invalid: Literal["return", "missing"] = "return",
    **reading: Unpack[SheetReadingOptions],
) -> list[PersonScores | SheetProblems]: ...
@reads_sheets
def score_many(
    instrument: models.Instrument | str | Path,
    sheets: Mapping[Any, Mapping[Any, Any]] | Iterable[Mapping[Any, Any]],
    *,
    on_invalid: OnInvalidSheet = "return",
    **reading: Unpack[SheetReadingOptions],
) -> Any:
    """Score many answer sheets, each by itself: one outcome for each, whatever is wrong with the others.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    sheets
        Mappings of item → answer, in any iterable, which is read once; or a mapping of id → sheet.
    on_invalid
        What to do with a sheet that has answers which are not valid. ``"return"``: its outcome is a
        `SheetProblems`. ``"missing"``: it is scored without them, and they are in its ``problems``.
        ``"raise"``: raise one error that lists those of all sheets.
    **reading
        How the answers are read: `columns`, `missing_codes`, `recode`, `person`, `coding`, `show_values`;
        see `Reading`.

    Returns
    -------
    list of PersonScores or SheetProblems
        In the order of the sheets; a dictionary of id → outcome if ``sheets`` is a mapping. ``outcome.ok``
        says which of the two it is, and so does `isinstance`. A sheet that cannot be read at all, such as
        one without any item, gives a `SheetProblems` too, unless errors are raised.

    Raises
    ------
    InstrumentError
        The instrument has no such coding, or the coding is known only in part.
    InvalidResponsesError
        With ``on_invalid="raise"``: some answers are not valid.
    ResponseError
        ``sheets`` is a table, one person's answers, or something else that is not a collection of sheets.
        With ``on_invalid="raise"`` also: a sheet cannot be read.

    Warns
    -----
    UnvalidatedInstrumentWarning
        The instrument is a draft; once for each.

    Notes
    -----
    Scores equal those of `score`, to the bit. For a table, call `score`, which is faster than scoring its
    rows.

    Examples
    --------
    >>> sheets = {"anna": {"kmss_1": 7, "kmss_2": 6, "kmss_3": 7}, "ben": {"kmss_1": "often"}}
    >>> for person, outcome in score_many("kmss", sheets).items():
    ...     print(person, outcome.scores["total"] if outcome.ok else outcome.problems[0].reason)
    anna 20.0
    ben is not a number
    """
    if on_invalid not in _ON_INVALID:
        raise ResponseError(not_one_of("on_invalid", on_invalid, _ON_INVALID))
    options = reading_of_sheets(reading)
    form = options.form(instrument)
    by_id = _sheets_by_id(sheets, options)
    scorer = sheet_scorer(form, options)
    accept_missing, is_quick = on_invalid == "missing", options.person is None
    find_not_applicable = scorer.not_applicable_in
    pairs = zip(repeat(None), sheets, strict=False) if by_id is None else by_id.items()
    outcomes: list[PersonScores | SheetProblems] = []
    for person, sheet in pairs:
        rows = scorer.read_plain(sheet) if is_quick and type(sheet) is dict else None
        if rows is None:
            place = len(outcomes), person
            outcome = _outcome(scorer, form, options, sheet, place, accept_missing=accept_missing)
        else:
            not_applicable = () if find_not_applicable is None else find_not_applicable(sheet)
            outcome = person_scores(scorer.ref, scorer.ids, rows, (), form, (), not_applicable)
        outcomes.append(outcome)
    if on_invalid == "raise":
        _raise_if_any(form, outcomes)
    return outcomes if by_id is None else dict(zip(by_id, outcomes, strict=True))


def _sheets_by_id(sheets: Any, options: Reading) -> Mapping[Any, Any] | None:
    """Return the sheets if they are a mapping of id → sheet, or None if they have no ids.

    Raises
    ------
    ResponseError
        The values are not answer sheets; the message says what to call instead.
    """
    if isinstance(sheets, Mapping):
        if sheets and not any(as_sheet(sheet, options.show_values) is not None for sheet in sheets.values()):
            raise ResponseError(
                "no value of this mapping is an answer sheet: for one person's answers call "
                "score(instrument, answers); for many persons pass a list of mappings, or {id: mapping}"
            )
        return sheets
    if any(hasattr(type(sheets), name) for name in _TABLE_PROTOCOLS):
        raise ResponseError(
            f"sheets is a table ({type(sheets).__name__}): score(instrument, table) scores all rows at once; "
            "for one outcome per row pass its rows, such as table.to_dict('records')"
        )
    if isinstance(sheets, str | bytes) or not isinstance(sheets, Iterable):
        raise ResponseError(
            f"sheets of type {type(sheets).__name__} cannot be scored: pass mappings of item → answer; for "
            "JSON text, pass what json.loads(text) returns"
        )
    return None


def _outcome(
    scorer: SheetScorer,
    form: models.Instrument,
    options: Reading,
    sheet: Any,
    place: tuple[int, Any],
    *,
    accept_missing: bool,
) -> PersonScores | SheetProblems:
    """Score one sheet, or explain why it has no scores; ``place`` is its position, and its id or None."""
    position, person = place
    shown = values_shown(options.show_values)
    problems: Problems | None = None
    try:
        answers = as_sheet(sheet, options.show_values)
        if answers is None:
            raise ResponseError(
                f"the sheet is of type {type(sheet).__name__}; it must be a mapping of item → answer"
            )
        options = with_person_key(options, answers)
        if options.person is not None:
            person = answers[options.person]
        rows, problems, *blanks_and_not_applicable = scorer.read(form, answers, options)
    except ResponseError as error:
        message = str(error)
    else:
        if problems is None or accept_missing:
            return person_scores(
                scorer.ref, scorer.ids, rows, problems or (), form, *blanks_and_not_applicable
            )
        problems = replace(problems, persons=None)  # the outcome itself names the person
        message, _ = problems_text(form, problems)
    return SheetProblems(
        instrument=scorer.ref,
        position=position,
        person=person if shown else None,
        message=message,
        problems=problems or (),
    )


def _raise_if_any(form: models.Instrument, outcomes: Iterable[PersonScores | SheetProblems]) -> None:
    """Raise one error for all sheets without scores, or for the first one that cannot be read."""
    bad = [outcome for outcome in outcomes if isinstance(outcome, SheetProblems)]
    for outcome in bad:
        if not outcome.problems:
            person = "" if outcome.person is None else f" of person {shortened_text(outcome.person)}"
            raise ResponseError(f"sheet {outcome.position}{person}: {outcome.message}")
    with_problems = [(outcome, outcome.problems) for outcome in bad if isinstance(outcome.problems, Problems)]
    if with_problems:
        columns = [
            replace(part, rows=(outcome.position,))
            for outcome, problems in with_problems
            for part in problems.columns
        ]
        persons = {outcome.position: outcome.person for outcome in bad}
        shown = all(problems.shown for _, problems in with_problems)
        raise invalid_responses(form, Problems(tuple(columns), persons, shown=shown))
