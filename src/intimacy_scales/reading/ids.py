"""Tables of numbers without an instrument: columns that hold ids, days or occasions instead of answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError

Floats = NDArray[np.float64]

_WIDE = 20  # distinct values; an item hardly has more
_FEW, _BEYOND = 5, 2  # distinct ids at least; multiple of the span of other columns
_MANY = 20  # rows, from which an order is hardly chance
_OFTEN = 12  # rises without a fall, which are hardly chance
_ROWS_LEFT_OUT = 1.1  # span of a running number, per row: up to a tenth of the rows may have been removed
_FAR_IDS, _FAR_IDS_AT_LEAST = 10, 100  # multiple of the span of other columns; span at least
_MOST, _NEARLY_ALL = 0.6, 0.9  # shares
_PERSONS = (
    "case couple dyad household index pair participant person proband respondent row subj subject vp vpn"
)
_ONLY_OF_IDS = "family lfd part partner record resp response study user worker"
_IDS = re.compile(
    rf"(.* )?(id|ids|uid|uuid|guid|pid)|({_PERSONS.replace(' ', '|')}) ?(id|nr|no|num|number|code)?|"
    rf"({_ONLY_OF_IDS.replace(' ', '|')}) ?(id|nr|no|num|number)|nr|token|lfdn|row ?names?|unnamed( .*)?"
)
_ROW_IDS = re.compile(
    r"((case|participant|person|proband|record|respondent|response|subject|subj|vp) )?(id|uid|uuid|guid|pid)|"
    r"(participant|person|proband|respondent|subject|vp|vpn) ?(nr|no|num|number|code)?|lfdn"
)
_TIMES = re.compile(
    r"(beep|day|occasion|prompt|session|timepoint|trial|visit|wave) ?(id|nr|no|num|number|index|count)?"
)
_NUMBERED = re.compile(r"(.*?) ?\d+")
_PARTNERS = 2


def check_no_ids(names: Sequence[Hashable], rows: Floats, advice: str) -> None:
    """Raise where columns of a table, all of which would be used as items, seem to hold ids or days.

    A column is taken for one if its name says so; if it numbers the rows; if it never falls from row to row,
    like sorted ids; if its span is far beyond that of all others and its values do not recur; or if it rises
    repeatedly within the rows of a person or couple, and never falls there.

    Parameters
    ----------
    names, rows
        All columns of a table, and their numbers (n, k).
    advice
        What to do about it.

    Raises
    ------
    ResponseError
        Names the columns.
    """
    ids, counts = _named(names, rows)
    if len(rows) >= _MANY:
        whole_columns = [j for j, x in enumerate(rows.T) if not np.isnan(x).any() and (x == np.rint(x)).all()]
        counting = {j for j in whole_columns if _counts_rows(rows[:, j])}
        if 2 * len(counting) <= len(names):  # otherwise they are rankings of all persons
            ids |= counting | {j for j in whole_columns if _are_sorted_ids(j, rows) or _are_far_ids(j, rows)}
        unsorted = _unsorted(set(whole_columns) - ids, rows)
        counts |= {j for j in whole_columns if _starts_again(np.diff(rows[:, j])[unsorted])}
        counts |= _counted_within(ids, counts, whole_columns, rows)
    named = [names[j] for j in sorted(ids | counts)]
    if not named:
        return
    columns, look = ("column", "looks") if len(named) == 1 else ("columns", "look")
    like = "ids of persons" if not counts - ids else "counted days, occasions or partners"
    if ids and counts - ids:
        like = "ids of persons or counted days, occasions or partners"
    listed = ", ".join(repr(name) for name in named)
    raise ResponseError(f"{columns} {listed} {look} like {like}, not like answers; {advice}")


def _named(names: Sequence[Hashable], rows: Floats) -> tuple[set[int], set[int]]:
    """Return columns with names of ids, and columns with names of days or occasions."""
    ids, counts = set(), set()
    words = [_words(name) if isinstance(name, str) else "" for name in names]
    stems = [match[1] if (match := _NUMBERED.fullmatch(word)) else None for word in words]
    for j, (word, stem) in enumerate(zip(words, stems, strict=True)):
        if _IDS.fullmatch(word):
            ids.add(j)
        elif _TIMES.fullmatch(word):
            counts.add(j)
        elif stem is not None and stem.split()[-1:] == ["id"] and stems.count(stem) <= _PARTNERS:
            ids |= (
                {j} if len(np.unique(rows[:, j])) > _WIDE else set()
            )  # ID1; an item of a scale named ID has few values
    return ids, counts


def _words(name: str) -> str:
    """Return a name as lower-case words: ``ResponseId`` and ``Response.ID`` become ``response id``."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    parted = re.sub(r"(?<=[A-Za-z])(?=\d)", " ", parted)
    return " ".join(re.findall(r"[^\W_]+", parted.casefold()))


def id_column(names: Sequence[Hashable]) -> str | None:
    """Return the first column whose name says that it holds ids of persons or rows, and that no other has.

    Examples
    --------
    >>> id_column(["day", "ParticipantID", "q1"]), id_column(["q1", "q2"])
    ('ParticipantID', None)
    """
    counts = Counter(names)
    return next(
        (n for n in names if isinstance(n, str) and counts[n] == 1 and _ROW_IDS.fullmatch(_words(n))), None
    )


def _counts_rows(values: Floats) -> bool:
    """Tell whether whole numbers occur once each, in any order, and cover their span with few left out."""
    span = values.max() - values.min()
    return bool(span <= _ROWS_LEFT_OUT * (len(values) - 1) and len(np.unique(values)) == len(values))


def _are_sorted_ids(j: int, rows: Floats) -> bool:
    """Tell whether a column never falls and is not just an item by which the table was sorted.

    Ids occur equally often and follow one another, or their span exceeds that of other columns.
    """
    steps = np.diff(rows[:, j])
    rises = int(np.count_nonzero(steps))
    if (steps < 0).any() or rises < _FEW - 1:
        return False
    lengths = np.diff(np.flatnonzero(np.concatenate([[True], steps > 0, [True]])))
    usual_length = int(np.bincount(lengths).argmax())
    if np.mean(lengths == usual_length) >= _NEARLY_ALL and (usual_length > 1 or np.mean(steps == 1) >= _MOST):
        return True
    others = [x for x in np.delete(rows, j, axis=1).T if (np.diff(x) < 0).any()]
    return rises >= _OFTEN and bool(steps.sum() > _BEYOND * _reach(others))


def _are_far_ids(j: int, rows: Floats) -> bool:
    """Tell whether a column's span is far beyond that of all others, and its values do not recur."""
    values, others = rows[:, j], np.delete(rows, j, axis=1).T
    if np.ptp(values) < max(_FAR_IDS * _reach(others), _FAR_IDS_AT_LEAST):
        return False
    distinct, runs = len(np.unique(values)), 1 + int(np.count_nonzero(np.diff(values)))
    in_runs = runs == distinct >= _FEW and _BEYOND * distinct <= len(values)
    return in_runs or distinct == len(values)


def _reach(columns: Iterable[Floats]) -> float:
    """Return the largest span (maximum minus minimum) of some columns."""
    present = [x[~np.isnan(x)] for x in columns]
    return max((float(np.ptp(x)) for x in present if len(x)), default=np.inf)


def _unsorted(items: set[int], rows: Floats) -> NDArray[np.bool_]:
    """Return which steps from row to row (n - 1,) are not explained by sorting by nested items."""
    unsorted, left = np.ones(len(rows) - 1, dtype=np.bool_), set(items)
    while True:
        keys = {j for j in left if not (np.diff(rows[:, j])[unsorted] < 0).any()}
        if not keys:
            return unsorted
        left -= keys
        unsorted &= (np.diff(rows[:, sorted(keys)], axis=0) == 0).all(axis=1)


def _starts_again(steps: Floats) -> bool:
    """Tell whether steps count up and start again some times, like the days of one person after another.

    In unordered rows, rises and falls are equally frequent.
    """
    rises, falls = int(np.count_nonzero(steps > 0)), int(np.count_nonzero(steps < 0))
    counted = np.count_nonzero(steps == 1) >= _MOST * rises
    return bool(falls > _PARTNERS and rises >= max(_OFTEN, 2 * _PARTNERS * falls) and counted)


def _counted_within(ids: set[int], counts: set[int], whole_columns: Sequence[int], rows: Floats) -> set[int]:
    """Return columns that rise often, and never fall, while ids (and columns counted before) stay equal."""
    keys, counted, is_growing = ids | counts, set[int](), bool(ids)
    while is_growing:
        unchanged = (np.diff(rows[:, sorted(keys)], axis=0) == 0).all(axis=1)
        is_growing = False
        for j in set(whole_columns) - keys:
            steps = np.diff(rows[:, j])[unchanged]
            if not (steps < 0).any() and np.count_nonzero(steps) >= _OFTEN:
                counted.add(j)
                is_growing = True
        keys = keys | counted
    return counted
