"""Whether stored answers are coded as their instrument says: `check_coding`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Unpack

from intimacy_scales.coding.findings import check_of
from intimacy_scales.coding.result import CodingCheck
from intimacy_scales.coding.stored_answers import StoredAnswers, read_stored
from intimacy_scales.coding.weighing import weigh
from intimacy_scales.errors import ResponseError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import first_of, values_as_asked
from intimacy_scales.reading.options import ReadingOptions, reading_of, reads_answers

_MOST_UNREADABLE = 0.05  # of all answers


@reads_answers
def check_coding(
    instrument: Instrument | str | Path, answers: Any, **reading: Unpack[ReadingOptions]
) -> CodingCheck:
    """Check whether stored answers are coded as the instrument says.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    answers
        A table of stored answers as in `encode`, which need not be allowed answers; or `CodedResponses`.
    **reading
        How the answers are read, as in `encode`: a recode, missing codes and a coding are taken for granted.
        ``on_invalid`` changes nothing, since no value is refused.

    Returns
    -------
    CodingCheck
        A finding for each item and one for the whole, faults with the recode to paste, and what these answers
        cannot tell. Nothing is flipped or recoded.

    Raises
    ------
    MissingColumnsError
        Items have no column; suggests the columns that were probably meant.
    ResponseError
        The input as a whole cannot be read, or a column has more than 1,000 different values; or more than
        one in twenty answers are texts that stand for nothing.

    Notes
    -----
    The hypotheses are: as printed; the position of an option, or its score, in place of its printed value;
    stored from 0 or from 1; reversed already; recodes permuted; another scale's answers; a missing code
    inside or outside the range. Each is compared with "as printed" by a Bayes factor: from the stored values,
    the correlations between items (Spearman, 1904), the rest scores of those who gave each value (polyserial
    model; Olsson, Drasgow & Dorans, 1982), the means of items, and published figures where the instrument
    records any. docs/explanation/coding.md gives the model and how often it finds each fault.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> answers = simulate("ras", 200, rng=1).answers
    >>> check = check_coding("ras", answers - 1)
    >>> check.whole.hypothesis, check.recode
    ('stored from 0', {0: 1, 1: 2, 2: 3, 3: 4, 4: 5})
    """
    how = reading_of(reading)
    form = how.form(instrument)
    with values_as_asked(how.show_values):
        stored = read_stored(form, answers, how)
        _check_read(stored)
        return check_of(weigh(form, stored))


def _check_read(stored: StoredAnswers) -> None:
    """Raise where so many answers are texts that stand for nothing that the others do not show the coding."""
    n_unreadable = sum(stored.unreadable.values())
    n = n_unreadable + int(stored.counts.sum())
    if n_unreadable > _MOST_UNREADABLE * n:
        raise ResponseError(
            f"{n_unreadable:,} of {n:,} answers are texts that stand for no answer, in "
            f"{first_of(list(stored.unreadable))}; the others alone do not show how answers were stored. Say "
            "what these texts stand for: recode={'TEXT': ANSWER, …}, or missing_codes=['TEXT', …]"
        )
