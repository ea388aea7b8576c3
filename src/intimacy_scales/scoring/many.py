"""Many answer sheets, each scored by itself: a bad one has problems, and the others their scores."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any, Literal, TypeVar, Unpack, overload

import intimacy_scales.instrument as models
from intimacy_scales.errors import ResponseError, shortened_text, values_shown
from intimacy_scales.reading.mapping import as_sheet
from intimacy_scales.reading.options import Reading, SheetReadingOptions, reading_of_sheets, reads_sheets
from intimacy_scales.reading.problems import Problems, invalid_responses, problems_text
from intimacy_scales.scoring.person import PersonScores, person_scores
from intimacy_scales.scoring.sheet_problems import SheetProblems
from intimacy_scales.scoring.single import SheetScorer, sheet_scorer, with_person_found

Key = TypeVar("Key", bound=Hashable)
OnInvalidSheet = Literal["return", "missing", "raise"]

_ON_INVALID = ("return", "missing", "raise")
_OF_TABLES = ("__array__", "__dataframe__", "__arrow_c_stream__")


@overload
def score_many(  # type: ignore[overload-overlap]  # a mapping could be a key of another, and never is
    instrument: models.Instrument | str | Path,
    sheets: Mapping[Key, Mapping[Any, Any]],
    *,
    on_invalid: Literal["raise"],
    **reading: Unpack[SheetReadingOptions],
) -> dict[Key, PersonScores]: ...
@overload
def score_many(  # type: ignore[overload-overlap]  # a mapping could be a key of another, and never is
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
    """Score many answer sheets, each by itself: one outcome for each, whatever is wrong with another.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    sheets
        Mappings of item → answer, in any iterable, which is read once; or a mapping of id → sheet.
    on_invalid
        What becomes of a sheet with answers that the instrument does not allow. ``"return"``: its outcome
        is a `SheetProblems`. ``"missing"``: it is scored without them, and they are in its ``problems``.
        ``"raise"``: one error that names all of all sheets.
    **reading
        How the answers are read: `columns`, `missing_codes`, `recode`, `person`, `coding`, `show_values`;
        see `Reading`.

    Returns
    -------
    list of PersonScores or SheetProblems
        In the order of the sheets. ``outcome.ok`` tells which it is, and so does `isinstance`. Of a mapping
        of sheets: a dictionary of id → outcome. A sheet that cannot be read at all, such as one without any
        item, is a `SheetProblems` too, unless errors are raised.

    Raises
    ------
    InstrumentError
        The coding is not known of this instrument, or known only in part.
    InvalidResponsesError
        With ``on_invalid="raise"``: answers that the instrument does not allow.
    ResponseError
        There are no sheets: a table, one person's answers, or something else was given. With
        ``on_invalid="raise"`` also: a sheet cannot be read.

    Warns
    -----
    UnvalidatedInstrumentWarning
        Once for each instrument that is a draft.

    Notes
    -----
    Scores are those of `score`, to the bit. Of a table `score` makes scores sooner than of its rows.

    Examples
    --------
    >>> sheets = {"anna": {"kmss_1": 7, "kmss_2": 6, "kmss_3": 7}, "ben": {"kmss_1": "often"}}
    >>> for person, outcome in score_many("kmss", sheets).items():
    ...     print(person, outcome.scores["total"] if outcome.ok else outcome.problems[0].reason)
    anna 20.0
    ben is not a number
    """
    if on_invalid not in _ON_INVALID:
        raise ResponseError(f"on_invalid={on_invalid!r}: it is 'return', 'missing' or 'raise'")
    how = reading_of_sheets(reading)
    form = how.form(instrument)
    named = _checked(sheets, how)
    scorer = sheet_scorer(form, how)
    accept_missing, is_quick = on_invalid == "missing", how.person is None
    none = scorer.not_applicable_in
    pairs = zip(repeat(None), sheets, strict=False) if named is None else named.items()
    outcomes: list[PersonScores | SheetProblems] = []
    for person, sheet in pairs:
        rows = scorer.read_plain(sheet) if is_quick and type(sheet) is dict else None
        if rows is None:
            found = _outcome(scorer, form, how, sheet, (len(outcomes), person), accept_missing=accept_missing)
        else:
            skipped = () if none is None else none(sheet)
            found = person_scores(scorer.ref, scorer.ids, rows, (), form, (), skipped)
        outcomes.append(found)
    if on_invalid == "raise":
        _raise_if_any(form, outcomes)
    return outcomes if named is None else dict(zip(named, outcomes, strict=True))


def _checked(sheets: Any, how: Reading) -> Mapping[Any, Any] | None:
    """Return sheets that have names, or None where they have none.

    Raises
    ------
    ResponseError
        These are no sheets; says what to call instead.
    """
    if isinstance(sheets, Mapping):
        if sheets and not any(as_sheet(sheet, how.show_values) is not None for sheet in sheets.values()):
            raise ResponseError(
                "none of the values of this mapping is an answer sheet: for one person's answers call "
                "score(instrument, answers); for many give a list of mappings, or {id: mapping}"
            )
        return sheets
    if any(hasattr(type(sheets), name) for name in _OF_TABLES):
        raise ResponseError(
            f"this {type(sheets).__name__} is a table: score(instrument, table) scores it at once; for an "
            "outcome of each row give its rows, such as table.to_dict('records')"
        )
    if isinstance(sheets, str | bytes) or not isinstance(sheets, Iterable):
        raise ResponseError(
            f"a value of type {type(sheets).__name__} holds no answer sheets: give mappings of item → "
            "answer; of the text of a request, what json.loads(text) returns"
        )
    return None


def _outcome(
    scorer: SheetScorer,
    form: models.Instrument,
    how: Reading,
    sheet: Any,
    which: tuple[int, Any],
    *,
    accept_missing: bool,
) -> PersonScores | SheetProblems:
    """Score one sheet, or say why that cannot be; ``which`` is its position, and its id if it has one."""
    position, person = which
    shown = values_shown(how.show_values)
    problems: Problems | None = None
    try:
        answers = as_sheet(sheet, how.show_values)
        if answers is None:
            raise ResponseError(f"the sheet is of type {type(sheet).__name__}, no mapping of item → answer")
        how = with_person_found(how, answers)
        if how.person is not None:
            person = answers[how.person]
        rows, problems, *noted = scorer.read(form, answers, how)
    except ResponseError as error:
        message = str(error)
    else:
        if problems is None or accept_missing:
            return person_scores(scorer.ref, scorer.ids, rows, problems or (), form, *noted)
        problems = replace(problems, persons=None)  # who it is, is said once
        message, _ = problems_text(form, problems)
    return SheetProblems(
        instrument=scorer.ref,
        position=position,
        person=person if shown else None,
        message=message,
        problems=problems or (),
    )


def _raise_if_any(form: models.Instrument, outcomes: Iterable[PersonScores | SheetProblems]) -> None:
    """Raise one error for all sheets without scores, or for the first of them that cannot be read."""
    bad = [outcome for outcome in outcomes if isinstance(outcome, SheetProblems)]
    for outcome in bad:
        if not outcome.problems:
            person = "" if outcome.person is None else f" of person {shortened_text(outcome.person)}"
            raise ResponseError(f"sheet {outcome.position}{person}: {outcome.message}")
    found = [(outcome, outcome.problems) for outcome in bad if isinstance(outcome.problems, Problems)]
    if found:
        columns = [replace(part, rows=(o.position,)) for o, problems in found for part in problems.columns]
        persons = {outcome.position: outcome.person for outcome in bad}
        shown = all(problems.shown for _, problems in found)
        raise invalid_responses(form, Problems(tuple(columns), persons, shown=shown))
