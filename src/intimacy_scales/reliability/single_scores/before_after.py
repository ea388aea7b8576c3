"""Scores before and after of the same persons: two numbers, two columns, or two results of `score`."""

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
_SINGLE_SCORE = "one score"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BeforeAndAfter:
    """Scores of the same persons on two occasions.

    Attributes
    ----------
    before, after
        (n_persons,), nan for missing scores.
    labels
        The persons' index of pandas tables and Series; otherwise None.
    one_person
        Whether the scores of a single person were passed.
    instrument, scale, form
        Of the scores after; None for plain numbers.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    labels: Any = None
    one_person: bool = False
    instrument: InstrumentRef | None = None
    scale: str | None = None
    form: Instrument | None = None


def before_and_after(before: Any, after: Any, scale: str | None, on_invalid: OnInvalid) -> BeforeAndAfter:
    """Return scores before and after, in whichever form both were passed.

    Raises
    ------
    EstimationError
        The two are of different kinds, were scored by different keys, or their rows do not match.
    ResponseError
        Scores that are not numbers, or that look like codes for missing scores.
    """
    kinds = _kind(before, "before"), _kind(after, "after")
    if kinds[0] != kinds[1]:
        raise EstimationError(
            f"before is {kinds[0]} and after is {kinds[1]}; pass both in one form, for example as numbers"
        )
    if isinstance(before, PersonScores | Scores):
        return _from_results(before, after, scale)
    if scale is not None:
        raise EstimationError(
            f"scale={scale!r} chooses a scale in results of score(); leave it out with plain numbers"
        )
    if kinds[0] == _SINGLE_SCORE:
        x, y = paired([before], [after], on_invalid)
        return BeforeAndAfter(before=x, after=y, one_person=True)
    x, y = paired(before, after, on_invalid)
    return BeforeAndAfter(before=x, after=y, labels=row_labels(before))


def _kind(scores: Any, what: str) -> str:
    """Return the form in which scores were passed, for messages."""
    if isinstance(scores, PersonScores):
        return "the scores of one person (PersonScores)"
    if isinstance(scores, Scores):
        return "the scores of a table (Scores)"
    if is_null(scores) or (isinstance(scores, numbers.Real | Decimal) and not isinstance(scores, bool)):
        return _SINGLE_SCORE
    if isinstance(scores, str | bool):
        kind = type(scores).__name__
        raise ResponseError(
            f"{what} is a value of type {kind}; allowed: a number, a column of numbers, or a result of "
            "score()"
        )
    return "a column of scores"


def _from_results(before: Any, after: Any, scale: str | None) -> BeforeAndAfter:
    """Return the scores of one scale from results of `score`, which need no check for missing codes."""
    name = scale_id(after.form, scale)
    _check_same_key(before.form, after.form, name)
    if isinstance(before, PersonScores):
        x, y = (np.array([result.scores[name]], dtype=np.float64) for result in (before, after))
        return BeforeAndAfter(
            before=x, after=y, one_person=True, instrument=after.instrument, scale=name, form=after.form
        )
    if any(isinstance(result.kept, DocumentTable) for result in (before, after)):
        raise EstimationError(
            "scores that were read from a document do not identify their persons: if you know that the rows "
            "of before and after are the same persons, pass the numbers, "
            f"before[{name!r}] and after[{name!r}]"
        )
    # in the caller's kind of table, so that rows are compared as for other columns
    columns = [frame_with_kept(result.kept, {name: result[name]}, [])[name] for result in (before, after)]
    if not same_rows(*columns):
        raise EstimationError(
            "before and after were scored from tables with different indexes, so their rows may be different "
            "persons; sort the second table as the first before scoring it, for example with "
            "second.reindex(first.index)"
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
    """Raise if the scores before and after come from different keys or wordings."""
    if before.key_digest != after.key_digest:
        digests = " and ".join(form.key_digest[:_DIGITS] for form in (before, after))
        what = f"score answers differently (key_digest {digests})"
    elif before.wording != after.wording:  # the same items about another person or another time
        what = f"ask different things (wording {before.wording!r} and {after.wording!r})"
    else:
        warn_if_languages_differ(before, after)
        return
    raise EstimationError(
        f"before was scored with {before.ref.told_apart} and after with {after.ref.told_apart}, "
        f"which {what}; score both with the same instrument. If the scores are comparable nevertheless, pass "
        f"the numbers: before.scores[{scale!r}] of one person, before[{scale!r}] of a table"
    )
