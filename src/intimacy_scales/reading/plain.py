"""Tables of numbers without an instrument: what looks like no answer, and which columns like no item."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.reading.options import DiaryReadingOptions, ReadingOptions, check_known

Floats = NDArray[np.float64]

_WIDE = 20  # points of the widest response scale whose answers could be told from a code
_FAR, _FAR_AT_LEAST = 3, 10  # times what the answers reach over, or so many points: no answer
_SHOWN = 5
_MANY = 20  # rows from which a count of persons is no accident
_PERSONS_NAMES = re.compile(
    r"(.*[._ ])?(id|ids|nr|case|row|index|person|participant|respondent|subject|couple|dyad|pair|household)"
    r"([._ ]?(id|nr))?"
)


def accepts(options: ReadingOptions | DiaryReadingOptions) -> bool:
    """Tell whether every number of a table without an instrument is taken as it is.

    Raises
    ------
    ResponseError
        Options of reading that need an instrument.
    """
    check_known(options)
    others = [name for name in options if name != "on_invalid"]
    if others:
        raise ResponseError(
            f"{others[0]}= says how answers to an instrument are read: pass the instrument too, or leave it "
            "out"
        )
    on_invalid = options.get("on_invalid", "raise")
    if on_invalid not in ("raise", "accept"):
        raise ResponseError(
            f"on_invalid={on_invalid!r}: without an instrument nothing says which answers are valid; "
            "'raise', or 'accept' to take every number as it is"
        )
    return on_invalid == "accept"


def undeclared_codes(values: Floats) -> list[float]:
    """Return numbers of a column that look like codes for missing answers.

    A column of few whole numbers has them where a usual code (-9, -99, 88, 999 …) stands apart from the
    others, or where one value is far from all others.

    Parameters
    ----------
    values
        (n,): nan where missing.

    Examples
    --------
    >>> undeclared_codes(np.array([1.0, 5.0, 3.0, 999.0])), undeclared_codes(np.array([1.0, 5.0, 7.0, 9.0]))
    ([999.0], [])
    """
    distinct = np.unique(values[~np.isnan(values)])
    answers, odd = _without_usual_codes(distinct)
    if len(odd) and _are_answers(answers, fewest=1):
        reach = answers[-1] - answers[0]
        return [float(v) for v in odd if v < answers[0] or v > answers[-1] + reach]
    for end in (0, -1):
        answers = np.delete(distinct, end) if len(distinct) else distinct
        if not _are_answers(answers, fewest=2):
            continue
        far = max(_FAR * (answers[-1] - answers[0]), _FAR_AT_LEAST)
        if not answers[0] - far < distinct[end] < answers[-1] + far:
            return [float(distinct[end])]
    return []


def _without_usual_codes(distinct: Floats) -> tuple[Floats, list[float]]:
    """Return ascending values without those that are often codes, unless these go on where others end."""
    answers = [value for value in distinct.tolist() if not _is_usual_code(value)]
    odd = [value for value in distinct.tolist() if _is_usual_code(value)]
    for value in (*reversed([v for v in odd if v < 0]), *(v for v in odd if v >= 0)):
        if answers and min(answers) - 1 <= value <= max(answers) + 1:  # as -1 beside 0, from -3 to 3
            answers.append(value)
            odd.remove(value)
    return np.array(sorted(answers)), odd


def _is_usual_code(value: float) -> bool:
    if value != np.rint(value):
        return False
    digits = str(abs(int(value)))
    if value < 0:
        return bool(re.fullmatch(r"[1-9]|[6-9]{2,5}", digits))
    return value > _WIDE and bool(re.fullmatch(r"([6-9])\1+|9+[78]", digits))


def _are_answers(values: Floats, fewest: int) -> bool:
    """Tell whether ascending values could be answers on one response scale."""
    whole = bool((values == np.rint(values)).all())
    return len(values) >= fewest and whole and bool(values[-1] - values[0] <= _WIDE)


def check_numbers(names: Sequence[str], rows: Floats) -> None:
    """Raise where numbers look like codes for missing answers that nobody declared.

    Parameters
    ----------
    names, rows
        Columns, and their numbers (n, k), nan where missing.

    Raises
    ------
    ResponseError
        Names the cells.
    """
    cells, codes, within = [], set(), ""
    for j, name in enumerate(names):
        odd = undeclared_codes(rows[:, j])
        if not odd:
            continue
        codes.update(odd)
        there = rows[:, j][~np.isnan(rows[:, j]) & ~np.isin(rows[:, j], odd)]
        within = within or f"the other answers to {name} are {there.min():g} to {there.max():g}"
        cells += [(int(row), name, rows[row, j]) for row in np.flatnonzero(np.isin(rows[:, j], odd))]
    if not cells:
        return
    cells.sort(key=lambda cell: cell[0])
    lines = [f"  row {row}, {name}: {value:g}" for row, name, value in cells[:_SHOWN]]
    if len(cells) > _SHOWN:
        lines.append(f"  … and {len(cells) - _SHOWN} more")
    count = "1 number looks" if len(cells) == 1 else f"{len(cells)} numbers look"
    shown = " or ".join(f"{code:g}" for code in sorted(codes))
    advice = (
        f"If {shown} means no answer, make it missing in the table, as by table.replace({min(codes):g}, "
        "float('nan')) in pandas; or pass the instrument, which knows its answers. If it is an answer, "
        'pass on_invalid="accept".'
    )
    raise ResponseError("\n".join([f"{count} like a code for a missing answer ({within}):", *lines, advice]))


def check_no_ids(names: Sequence[Hashable], rows: Floats, advice: str) -> None:
    """Raise where a column seems to hold ids of persons or couples, though nobody named the columns.

    A column does by its name, or because it counts the rows, every whole number of a stretch once, which
    other columns do not.

    Parameters
    ----------
    names, rows
        All columns of a table, and their numbers (n, k).
    advice
        What to do about it.

    Raises
    ------
    ResponseError
        Names the first such column.
    """
    counting = [_counts_rows(rows[:, j]) for j in range(len(names))]
    if all(counting):  # rankings, each of all persons
        counting = [False] * len(names)
    for name, counts in zip(names, counting, strict=True):
        if counts or (isinstance(name, str) and _PERSONS_NAMES.fullmatch(name.casefold())):
            raise ResponseError(f"column {name!r} looks like ids of persons, not like answers; {advice}")


def _counts_rows(values: Floats) -> bool:
    if len(values) < _MANY or np.isnan(values).any() or (values != np.rint(values)).any():
        return False
    return bool(values.max() - values.min() == len(values) - 1 and len(np.unique(values)) == len(values))
