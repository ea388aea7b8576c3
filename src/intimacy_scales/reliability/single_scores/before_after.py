"""What a change is between: two numbers, two columns, or what was scored before and after."""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError, ResponseError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.instrument.pooling import warn_if_languages_differ
from intimacy_scales.moments.keyed import scale_id
from intimacy_scales.reading.frames import DocumentTable, row_labels, same_rows
from intimacy_scales.reading.kept import frame_with_kept
from intimacy_scales.reading.kinds import is_null
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.reliability.agreement.retest import paired
from intimacy_scales.scoring.person import PersonScores
from intimacy_scales.scoring.scores import Scores

_DIGITS = 8  # of a digest, in messages


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BeforeAndAfter:
    """Scores of the same persons on two occasions.

    Attributes
    ----------
    before, after
        (n_persons,), nan where there is no score.
    labels
        The persons' index, of pandas tables and Series; else None.
    one_person
        Whether they were given as two single scores.
    instrument, scale, form
        What was scored afterwards; None of plain numbers.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    labels: Any = None
    one_person: bool = False
    instrument: InstrumentRef | None = None
    scale: str | None = None
    form: Instrument | None = None


def before_and_after(before: Any, after: Any, scale: str | None, on_invalid: OnInvalid) -> BeforeAndAfter:
    """Return scores before and after, however they were given.

    Raises
    ------
    EstimationError
        They are not of one kind, were scored by different keys, or their rows do not match.
    ResponseError
        Not numbers, or numbers that look like codes for missing scores.
    """
    kinds = _kind(before, "before"), _kind(after, "after")
    if kinds[0] != kinds[1]:
        raise EstimationError(
            f"before is {kinds[0]} and after {kinds[1]}; give both in the same way, for example as numbers"
        )
    if isinstance(before, PersonScores | Scores):
        return _of_results(before, after, scale)
    if scale is not None:
        raise EstimationError(f"scale={scale!r} chooses among the scores of score(); numbers need none")
    if kinds[0] == _ONE:
        x, y = paired([before], [after], on_invalid)
        return BeforeAndAfter(before=x, after=y, one_person=True)
    x, y = paired(before, after, on_invalid)
    return BeforeAndAfter(before=x, after=y, labels=row_labels(before))


_ONE = "one score"


def _kind(given: Any, what: str) -> str:
    """Say what scores were given as."""
    if isinstance(given, PersonScores):
        return "the scores of one person (PersonScores)"
    if isinstance(given, Scores):
        return "the scores of a table (Scores)"
    if is_null(given) or (isinstance(given, numbers.Real | Decimal) and not isinstance(given, bool)):
        return _ONE
    if isinstance(given, str | bool):
        kind = type(given).__name__
        raise ResponseError(
            f"{what}: pass a number, a column of numbers, or what score() returned, not {kind}"
        )
    return "a column of scores"


def _of_results(before: Any, after: Any, scale: str | None) -> BeforeAndAfter:
    """Return the scores of one scale; they are what the library made, so no codes are looked for."""
    name = scale_id(after.form, scale)
    _check_same_key(before.form, after.form, name)
    if isinstance(before, PersonScores):
        x, y = (np.array([result.scores[name]], dtype=np.float64) for result in (before, after))
        return BeforeAndAfter(
            before=x, after=y, one_person=True, instrument=after.instrument, scale=name, form=after.form
        )
    if any(isinstance(result.kept, DocumentTable) for result in (before, after)):
        raise EstimationError(
            "scores that were read from a document do not tell whose they are: where you know that rows of "
            f"before and after are the same persons, pass the numbers, before[{name!r}] and after[{name!r}]"
        )
    # in the caller's kind of frame, so that rows are compared as those of other columns are
    columns = [frame_with_kept(result.kept, {name: result[name]}, [])[name] for result in (before, after)]
    if not same_rows(*columns):
        raise EstimationError(
            "before and after were scored from tables with different indexes, so their rows may be different "
            "persons; bring the second table into the order of the first one before scoring it, for example "
            "with second.reindex(first.index)"
        )
    x, y = paired(columns[0], columns[1], "accept")
    return BeforeAndAfter(
        before=x,
        after=y,
        labels=row_labels(columns[0]),
        instrument=after.instrument,
        scale=name,
        form=after.form,
    )


def _check_same_key(before: Instrument, after: Instrument, scale: str) -> None:
    """Raise where scores before and after do not mean the same."""
    if before.key_digest != after.key_digest:
        digests = " and ".join(form.key_digest[:_DIGITS] for form in (before, after))
        what = f"score answers differently (key_digest {digests})"
    elif before.wording != after.wording:  # the same items, asked of someone else or of another time
        what = f"ask different things (wording {before.wording!r} and {after.wording!r})"
    else:
        warn_if_languages_differ(before, after)
        return
    raise EstimationError(
        f"before was scored with {before.ref.told_apart} and after with {after.ref.told_apart}, "
        f"which {what}; score both with one instrument. Where the scores can be compared nevertheless, pass "
        f"the numbers: before.scores[{scale!r}] of one person, before[{scale!r}] of a table"
    )
