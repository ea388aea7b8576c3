"""The entrance of every statistic: checked answers, from a table and its instrument or checked before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import a_type
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.reading.options import (
    DiaryReadingOptions,
    Reading,
    ReadingOptions,
    called_name,
    reading_of,
    refuse_reading,
)
from intimacy_scales.reading.table import CodedResponses, check_belongs, checked

Answers = CodedResponses | ItemMoments
AnyReadingOptions = ReadingOptions | DiaryReadingOptions


def answers_of(
    instrument: Instrument | str | Path, responses: Any, reading: Reading, **labels: Any
) -> Answers:
    """Return checked answers to an instrument, or sums of them.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    responses
        A table of answers as in `encode`; or `CodedResponses` or `ItemMoments` of this instrument.
    reading
        How the table is read.
    **labels
        Options of the statistic that may name columns of the table, such as ``clusters``.

    Raises
    ------
    InvalidResponsesError, MissingColumnsError, ResponseError
        As `encode` does; also where options of reading are given for answers that were checked before.
    """
    form = reading.form(instrument)
    if not isinstance(responses, CodedResponses | ItemMoments):
        return checked(form, responses, reading, **labels)
    refuse_reading(reading)
    check_belongs(form, responses.instrument, "codes" if isinstance(responses, CodedResponses) else "moments")
    return responses


def answers_given(answers: Any, responses: Any, options: AnyReadingOptions, **labels: Any) -> Answers:
    """Return checked answers, given alone or as an instrument and its table.

    Parameters
    ----------
    answers
        `CodedResponses` or `ItemMoments`; or an `Instrument`, or the id or `Path` of one.
    responses
        A table of answers to that instrument; None if `answers` are checked answers.
    options
        How the table is read.
    **labels
        As in `answers_of`.

    Raises
    ------
    EstimationError
        A table without its instrument, or an instrument without a table.
    """
    if isinstance(answers, Instrument | str | Path):
        if responses is None:
            name = answers.id if isinstance(answers, Instrument) else str(answers)
            raise EstimationError(
                f"{name!r} is an instrument: pass its table of answers too, as the second argument"
            )
        return answers_of(answers, responses, reading_of(options), **labels)
    if not isinstance(answers, CodedResponses | ItemMoments):
        raise EstimationError(
            f"the first argument is {a_type(answers)}: pass the instrument before the table, as in "
            f"{called_name() or 'cronbach_alpha'}('ras', table), so that every answer is checked"
        )
    if responses is not None:
        raise EstimationError(
            f"the second argument is {a_type(responses)}, but the first, {answers!r}, holds answers that "
            "were checked before: pass it alone, or an instrument and a table of answers to it"
        )
    reading = reading_of(options)
    refuse_reading(reading)
    if reading.coding is not None:
        raise EstimationError(
            f"coding={reading.coding!r}: these answers were checked before; pass the coding to encode()"
        )
    return answers


def coded_given(answers: Any, responses: Any, options: AnyReadingOptions, **labels: Any) -> CodedResponses:
    """Return the checked answers of each person; arguments as of `answers_given`.

    Raises
    ------
    EstimationError
        They are moments, which hold only sums of the answers.
    """
    checked_answers = answers_given(answers, responses, options, **labels)
    if isinstance(checked_answers, ItemMoments):
        raise needs_answers("this")
    return checked_answers


def needs_answers(what: str) -> EstimationError:
    """Return the error for a statistic that needs each person's answers, named by `what`."""
    return EstimationError(
        f"{what} needs each person's answers, and moments are only sums of them: pass the instrument and its "
        "table, or encode(instrument, table)"
    )
