"""Tables of numbers without an instrument: numbers that look like codes for missing answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import values_shown
from intimacy_scales.reading.options import (
    OF_NUMBERS,
    DiaryReadingOptions,
    OnInvalid,
    ReadingOptions,
    check_known,
)

Floats = NDArray[np.float64]

_WIDE = 20  # points of the widest response scale on which a code differs from every answer
_FAR, _FAR_AT_LEAST = 3, 10  # multiple of the span of the answers, and points: a number so far off is a code
_ODD_AT_MOST, _ODD_NEAR = 3, 2  # number of unusual codes, such as 995, 996, 997, and their span
_USUAL = re.compile(r"([6-9])\1+|9+[78]")  # 66, 77, 88, 99, 999, 98 …
_USUAL_BELOW = re.compile(r"[1-9]|[6-9]{2,5}")  # -9, -99, -89 … next to answers on a response scale
_USUAL_BELOW_SCORES = re.compile(r"[789]|([6-9])\1+|9+[78]")  # next to scores and sliders
_FEW, _BEYOND, _BEYOND_FEW = 5, 2, 10  # few scores; multiples of the highest score, of many and of few scores
_SOME = 10  # scores, from which a single one below 0 is odd
_SHOWN = 5  # cells in a message
_BEFOREHAND = {  # what to do to a table of numbers instead of passing an option
    "columns": "rename the columns first, as by table.rename(columns=…) in pandas",
    "missing_codes": "make these values missing first, as by table.replace([-99], float('nan')) in pandas",
    "recode": "replace these values first, as by table.replace({…}) in pandas",
    "keep": "name the columns of the answers (items=…, or in the model)",
}


@dataclass(frozen=True, slots=True)
class Accepts:
    """The choice whether every number of a table without an instrument is accepted; its truth value is that.

    Attributes
    ----------
    every
        Whether every number is accepted.
    show_values
        Whether messages may contain numbers; None: as the environment variable says.
    """

    every: bool = False
    show_values: bool | None = None

    def __bool__(self) -> bool:
        return self.every


CHECKED = Accepts()


def accepts(options: ReadingOptions | DiaryReadingOptions) -> Accepts:
    """Return whether every number of a table without an instrument is accepted, given a function's options.

    Raises
    ------
    ResponseError
        An option needs an instrument.
    """
    check_known(options)
    others = [name for name in options if name not in OF_NUMBERS]
    if others:
        raise ResponseError(
            f"{others[0]}= needs an instrument, by which answers are read: pass the instrument too, or leave "
            f"{others[0]}= out and {_BEFOREHAND.get(others[0], 'pass the table as it is')}"
        )
    on_invalid = options.get("on_invalid", "raise")
    if on_invalid not in ("raise", "accept"):
        raise ResponseError(
            f"on_invalid={on_invalid!r} is not valid without an instrument, which says what answers are "
            "valid; allowed: 'raise', or 'accept' to take every number as it is"
        )
    return Accepts(on_invalid == "accept", options.get("show_values"))


def undeclared_codes(values: Floats, *, scores: bool = False) -> list[float]:
    """Return numbers of a column that look like codes for missing answers.

    Next to answers on a response scale (few whole numbers) these are usual codes (-9, -99, 88, 999 …) apart
    from the answers, or any number far from all others. Next to anything else (scores, means, sliders) they
    are usual codes below 0 where nothing else is, or far above everything else.

    Parameters
    ----------
    values
        (n,): nan where missing.
    scores
        Whether the values are scores; a score may be far from all others.

    Examples
    --------
    >>> undeclared_codes(np.array([1.0, 5.0, 3.0, 999.0])), undeclared_codes(np.array([1.0, 5.0, 7.0, 9.0]))
    ([999.0], [])
    """
    present = values[~np.isnan(values)]
    distinct = np.unique(present)
    answers, odd = _without_usual_codes(distinct, _USUAL_BELOW)
    if not scores and _are_answers(answers, fewest=1):
        codes = [value for value in odd if _is_no_answer(value, answers)]
    else:
        answers, odd = _without_usual_codes(distinct, _USUAL_BELOW_SCORES)
        n = int(np.count_nonzero(np.isin(present, answers))) if odd else len(present)
        codes = [value for value in odd if n and _is_no_score(value, answers, n)]
    others = np.setdiff1d(distinct, codes) if codes else distinct
    return codes if scores else sorted(codes + _far_from_others(others))


def usual_codes_apart(distinct: Floats, *, alone: bool = False) -> list[float]:
    """Return usual codes for missing answers (-9, -99, 99 …) among labels that are numbers.

    Parameters
    ----------
    distinct
        (k,): each number once, ascending.
    alone
        Whether a usual code need not stand apart from other numbers, as where the other labels are texts.

    Examples
    --------
    >>> usual_codes_apart(np.array([1.0, 2.0, 99.0])), usual_codes_apart(np.array([1.0, 2.0, 2026.0]))
    ([99.0], [])
    """
    usual = _without_usual_codes(distinct, _USUAL_BELOW)[1]
    if alone and len(usual) == len(distinct):
        return usual
    codes = undeclared_codes(distinct)
    return [code for code in usual if code in codes]


def _without_usual_codes(distinct: Floats, below: re.Pattern[str]) -> tuple[Floats, list[float]]:
    """Return ascending values without usual codes, and these codes; a code next to an answer is an answer."""
    is_whole = distinct == np.rint(distinct)
    codes = [value for value in distinct[is_whole].tolist() if _is_usual_code(value, below)]
    answers = [value for value in distinct.tolist() if value not in codes] if codes else distinct.tolist()
    for value in (*reversed([v for v in codes if v < 0]), *(v for v in codes if v >= 0)):
        if answers and min(answers) - 1 <= value <= max(answers) + 1:  # as -1 next to 0, on -3 to 3
            answers.append(value)
            codes.remove(value)
    return np.array(sorted(answers)), codes


def _is_usual_code(value: float, below: re.Pattern[str]) -> bool:
    """Tell whether a whole number is a usual code for a missing answer."""
    digits = str(abs(int(value)))
    return bool(below.fullmatch(digits) if value < 0 else value > _WIDE and _USUAL.fullmatch(digits))


def _are_answers(values: Floats, fewest: int) -> bool:
    """Tell whether ascending values could be answers on one response scale."""
    if len(values) < fewest or (values != np.rint(values)).any():
        return False
    return bool(values[-1] - values[0] <= _WIDE and np.abs(values).max() <= _WIDE)


def _is_no_answer(code: float, answers: Floats) -> bool:
    """Tell whether a usual code stands apart from ascending answers on a response scale."""
    reach = answers[-1] - answers[0]
    if code > answers[-1]:
        return bool(code > answers[-1] + reach)
    return bool(answers[0] >= 0 or answers[0] - code > reach / 2)


def _is_no_score(code: float, scores: Floats, n: int) -> bool:
    """Tell whether a usual code is not one of n scores, whose distinct values are ``scores``, ascending."""
    low, high = scores[0], scores[-1]
    if code > high:
        times = _BEYOND if len(scores) >= _FEW else _BEYOND_FEW
        return bool(code > high + _BEYOND * (high - low) and code > times * high)
    apart = low - code
    if low < 0 or n < _SOME:
        return bool(apart > (high - low) * (0.5 if low >= 0 and code < -_SOME else 1))
    half = len(scores) // 2
    between = (scores[half] - low) / max(half, 1)  # mean distance between the lower scores
    return bool(code < -_SOME or apart > max(1.0, _FAR * between))


def _far_from_others(distinct: Floats) -> list[float]:
    """Return the lowest or highest of ascending values, at most three close together, far from all others."""
    for count in range(1, _ODD_AT_MOST + 1):
        for below in range(count, -1, -1):
            last = len(distinct) - count + below
            low, answers, high = distinct[:below], distinct[below:last], distinct[last:]
            if not _are_answers(answers, fewest=2 if count == 1 else count + 1):
                continue
            far = max(_FAR * (answers[-1] - answers[0]), _FAR_AT_LEAST)
            apart = (low <= answers[0] - far).all() and (high >= answers[-1] + far).all()
            if apart and all(np.ptp(end) <= _ODD_NEAR for end in (low, high) if len(end)):
                return [*low.tolist(), *high.tolist()]
    return []


def check_numbers(names: Sequence[str], rows: Floats) -> None:
    """Raise where numbers look like codes for missing answers that were not declared.

    Parameters
    ----------
    names, rows
        Names of columns, and their numbers (n, k), nan where missing.

    Raises
    ------
    ResponseError
        Names the cells.
    """
    found_codes = [undeclared_codes(column) for column in rows.T]
    if any(found_codes) and not values_shown():
        raise ResponseError(
            f"{_hidden(names, list(rows.T), found_codes)}\nIf these mean no answer, make them missing in the "
            "table; or pass the instrument, which knows its answers. If they are answers, pass "
            'on_invalid="accept".'
        )
    if any(found_codes):
        problem = _described(names, list(rows.T), found_codes, "the other answers to {} are")
        raise ResponseError(
            f"{problem}\nIf {_either(found_codes)} means no answer, make it missing in the table, as by "
            f"table.replace({_replaced(names, rows, found_codes)}, float('nan')) in pandas; or pass the "
            'instrument, which knows its answers. If it is an answer, pass on_invalid="accept".'
        )


def check_scores(columns: Mapping[str, Floats], on_invalid: OnInvalid) -> None:
    """Raise where scores look like codes for missing ones.

    Parameters
    ----------
    columns
        Scores of one kind by the name of the argument, each (n,), nan where missing.
    on_invalid
        ``"raise"``, or ``"accept"`` to take every number as it is.

    Raises
    ------
    ResponseError
        Names the cells; or ``on_invalid`` is not valid.
    """
    if accepts(ReadingOptions(on_invalid=on_invalid)):
        return
    codes = undeclared_codes(np.concatenate(list(columns.values())), scores=True)
    found_codes = [[code for code in codes if (column == code).any()] for column in columns.values()]
    if codes and not values_shown():
        raise ResponseError(
            f"{_hidden(list(columns), list(columns.values()), found_codes)}\nIf these mean that there is no "
            'score, make them missing (None or nan). If they are scores, pass on_invalid="accept".'
        )
    if codes:
        name = next(name for name, column_codes in zip(columns, found_codes, strict=True) if column_codes)
        problem = _described(
            list(columns), list(columns.values()), found_codes, "the other numbers of {} are"
        )
        raise ResponseError(
            f"{problem}\nIf {_either(found_codes)} means that there is no score, make it missing: None in a "
            f"list, nan in an array, {name}.replace({_written(codes)}, float('nan')) of a pandas Series. If "
            'it is a score, pass on_invalid="accept".'
        )


def _described(
    names: Sequence[str], columns: Sequence[Floats], odd: Sequence[list[float]], others: str
) -> str:
    """Return a text that lists cells with codes, and the span of the other numbers of the first column."""
    within = ""
    for name, column, codes in zip(names, columns, odd, strict=True):
        others_present = column[~np.isnan(column) & ~np.isin(column, codes)]
        if codes and len(others_present):
            within = f" ({others.format(name)} {others_present.min():g} to {others_present.max():g})"
            break
    cells = _cells(names, columns, odd)
    return _listed(cells, within, [f"  row {row}, {name}: {value:g}" for row, name, value in cells[:_SHOWN]])


def _hidden(names: Sequence[str], columns: Sequence[Floats], odd: Sequence[list[float]]) -> str:
    """Return a text that lists the cells with codes, without any number of the table."""
    cells = _cells(names, columns, odd)
    return _listed(cells, "", [f"  row {row}, {name}" for row, name, _ in cells[:_SHOWN]])


def _cells(
    names: Sequence[str], columns: Sequence[Floats], odd: Sequence[list[float]]
) -> list[tuple[int, str, float]]:
    """Return row, column and number of all cells that look like codes, sorted by row."""
    cells = [
        (int(row), name, float(column[row]))
        for name, column, codes in zip(names, columns, odd, strict=True)
        for row in np.flatnonzero(np.isin(column, codes))
    ]
    return sorted(cells, key=lambda cell: cell[0])


def _listed(cells: Sequence[object], within: str, lines: list[str]) -> str:
    """Return a heading with the number of cells, and the lines of the first few."""
    if len(cells) > _SHOWN:
        lines.append(f"  … and {len(cells) - _SHOWN} more")
    count = "1 number looks" if len(cells) == 1 else f"{len(cells)} numbers look"
    return "\n".join([f"{count} like a code for a missing answer{within}:", *lines])


def _either(odd: Iterable[list[float]]) -> str:
    return " or ".join(f"{code:g}" for code in sorted({code for codes in odd for code in codes}))


def _replaced(names: Sequence[str], rows: Floats, odd: Sequence[list[float]]) -> str:
    """Return the argument of pandas' ``replace``: codes, by column if other columns have them as answers."""
    codes = sorted({code for column_codes in odd for code in column_codes})
    elsewhere = any(
        np.isin(rows[:, j], np.setdiff1d(codes, column_codes)).any() for j, column_codes in enumerate(odd)
    )
    if not elsewhere:
        return _written(codes)
    return "{" + ", ".join(f"{n!r}: {_written(c)}" for n, c in zip(names, odd, strict=True) if c) + "}"


def _written(codes: Sequence[float]) -> str:
    return f"{codes[0]:g}" if len(codes) == 1 else f"[{', '.join(f'{code:g}' for code in codes)}]"
