"""Tables of numbers without an instrument: which of them look like codes for missing answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError, values_shown
from intimacy_scales.reading.options import DiaryReadingOptions, OnInvalid, ReadingOptions, check_known

Floats = NDArray[np.float64]

_WIDE = 20  # points of the widest response scale whose answers could be told from a code
_FAR, _FAR_AT_LEAST = 3, 10  # times what the answers reach over, or so many points: no answer
_ODD_AT_MOST, _ODD_NEAR = 3, 2  # codes that no one uses, such as 995, 996, 997, and how near they are
_USUAL = re.compile(r"([6-9])\1+|9+[78]")  # 66, 77, 88, 99, 999, 98 …
_USUAL_BELOW = re.compile(r"[1-9]|[6-9]{2,5}")  # -9, -99, -89 … beside answers on a response scale
_USUAL_BELOW_SCORES = re.compile(r"[789]|([6-9])\1+|9+[78]")  # beside scores and sliders
_FEW, _BEYOND, _BEYOND_FEW = 5, 2, 10  # so many times the highest score, or of few scores, is no score
_SOME = 10  # scores from which one below 0 is odd where it is the only one
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Accepts:
    """Whether every number of a table without an instrument is taken as it is; true where it is.

    Attributes
    ----------
    every
        That.
    show_values
        Whether messages may hold numbers; None: as the environment says.
    """

    every: bool = False
    show_values: bool | None = None

    def __bool__(self) -> bool:
        return self.every


CHECKED = Accepts()


def accepts(options: ReadingOptions | DiaryReadingOptions) -> Accepts:
    """Tell whether every number of a table without an instrument is taken as it is.

    Raises
    ------
    ResponseError
        Options of reading that need an instrument.
    """
    check_known(options)
    others = [name for name in options if name not in ("on_invalid", "show_values")]
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
    return Accepts(on_invalid == "accept", options.get("show_values"))


def undeclared_codes(values: Floats, *, scores: bool = False) -> list[float]:
    """Return numbers of a column that look like codes for missing answers.

    Beside answers on a response scale (few whole numbers) that is a usual code (-9, -99, 88, 999 …) that
    stands apart from them, or what is far from all others. Beside anything else (scores, means, sliders)
    it is a usual code below 0 where nothing else is, or one far above everything else.

    Parameters
    ----------
    values
        (n,): nan where missing.
    scores
        Whether these are scores: a sum far from all others may be one.

    Examples
    --------
    >>> undeclared_codes(np.array([1.0, 5.0, 3.0, 999.0])), undeclared_codes(np.array([1.0, 5.0, 7.0, 9.0]))
    ([999.0], [])
    """
    there = values[~np.isnan(values)]
    distinct = np.unique(there)
    answers, odd = _without_usual_codes(distinct, _USUAL_BELOW)
    if not scores and _are_answers(answers, fewest=1):
        found = [value for value in odd if _is_no_answer(value, answers)]
    else:
        answers, odd = _without_usual_codes(distinct, _USUAL_BELOW_SCORES)
        n = int(np.count_nonzero(np.isin(there, answers))) if odd else len(there)
        found = [value for value in odd if n and _is_no_score(value, answers, n)]
    rest = np.setdiff1d(distinct, found) if found else distinct
    return found if scores else sorted(found + _far_from_others(rest))


def _without_usual_codes(distinct: Floats, below: re.Pattern[str]) -> tuple[Floats, list[float]]:
    """Return ascending values without those that are often codes, unless these go on where others end."""
    whole = distinct == np.rint(distinct)
    odd = [value for value in distinct[whole].tolist() if _is_usual_code(value, below)]
    answers = [value for value in distinct.tolist() if value not in odd] if odd else distinct.tolist()
    for value in (*reversed([v for v in odd if v < 0]), *(v for v in odd if v >= 0)):
        if answers and min(answers) - 1 <= value <= max(answers) + 1:  # as -1 beside 0, from -3 to 3
            answers.append(value)
            odd.remove(value)
    return np.array(sorted(answers)), odd


def _is_usual_code(value: float, below: re.Pattern[str]) -> bool:
    """Tell whether a whole number is often a code for no answer."""
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
    """Tell whether a usual code is none of n ascending scores, of which ``scores`` are the distinct ones."""
    low, high = scores[0], scores[-1]
    if code > high:
        times = _BEYOND if len(scores) >= _FEW else _BEYOND_FEW
        return bool(code > high + _BEYOND * (high - low) and code > times * high)
    apart = low - code
    if low < 0 or n < _SOME:
        return bool(apart > (high - low) * (0.5 if low >= 0 and code < -_SOME else 1))
    half = len(scores) // 2
    between = (scores[half] - low) / max(half, 1)  # the lower scores, on average
    return bool(code < -_SOME or apart > max(1.0, _FAR * between))


def _far_from_others(distinct: Floats) -> list[float]:
    """Return the ends of ascending values, at most three near one another, that are far from all others."""
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
    odd = [undeclared_codes(column) for column in rows.T]
    if any(odd) and not values_shown():
        raise ResponseError(
            f"{_hidden(names, list(rows.T), odd)}\nIf these mean no answer, make them missing in the table; "
            'or pass the instrument, which knows its answers. If they are answers, pass on_invalid="accept".'
        )
    if any(odd):
        problem = _described(names, list(rows.T), odd, "the other answers to {} are")
        raise ResponseError(
            f"{problem}\nIf {_either(odd)} means no answer, make it missing in the table, as by "
            f"table.replace({_replaced(names, rows, odd)}, float('nan')) in pandas; or pass the instrument, "
            'which knows its answers. If it is an answer, pass on_invalid="accept".'
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
        Names the cells; or ``on_invalid`` is something else.
    """
    if accepts(ReadingOptions(on_invalid=on_invalid)):
        return
    codes = undeclared_codes(np.concatenate(list(columns.values())), scores=True)
    odd = [[code for code in codes if (column == code).any()] for column in columns.values()]
    if codes and not values_shown():
        raise ResponseError(
            f"{_hidden(list(columns), list(columns.values()), odd)}\nIf these mean that there is no score, "
            'make them missing (None or nan). If they are scores, pass on_invalid="accept".'
        )
    if codes:
        name = next(name for name, found in zip(columns, odd, strict=True) if found)
        problem = _described(list(columns), list(columns.values()), odd, "the other numbers of {} are")
        raise ResponseError(
            f"{problem}\nIf {_either(odd)} means that there is no score, make it missing: None in a list, "
            f"nan in an array, {name}.replace({_written(codes)}, float('nan')) of a pandas Series. If it is "
            'a score, pass on_invalid="accept".'
        )


def _described(
    names: Sequence[str], columns: Sequence[Floats], odd: Sequence[list[float]], others: str
) -> str:
    """Return which cells hold codes, and what stands beside the first."""
    within = ""
    for name, column, codes in zip(names, columns, odd, strict=True):
        there = column[~np.isnan(column) & ~np.isin(column, codes)]
        if codes and len(there):
            within = f" ({others.format(name)} {there.min():g} to {there.max():g})"
            break
    cells = _cells(names, columns, odd)
    return _listed(cells, within, [f"  row {row}, {name}: {value:g}" for row, name, value in cells[:_SHOWN]])


def _hidden(names: Sequence[str], columns: Sequence[Floats], odd: Sequence[list[float]]) -> str:
    """Return which cells hold codes, without any number of the table."""
    cells = _cells(names, columns, odd)
    return _listed(cells, "", [f"  row {row}, {name}" for row, name, _ in cells[:_SHOWN]])


def _cells(
    names: Sequence[str], columns: Sequence[Floats], odd: Sequence[list[float]]
) -> list[tuple[int, str, float]]:
    """Return row, column and number of all that look like codes, by row."""
    found = [
        (int(row), name, float(column[row]))
        for name, column, codes in zip(names, columns, odd, strict=True)
        for row in np.flatnonzero(np.isin(column, codes))
    ]
    return sorted(found, key=lambda cell: cell[0])


def _listed(cells: Sequence[object], within: str, lines: list[str]) -> str:
    if len(cells) > _SHOWN:
        lines.append(f"  … and {len(cells) - _SHOWN} more")
    count = "1 number looks" if len(cells) == 1 else f"{len(cells)} numbers look"
    return "\n".join([f"{count} like a code for a missing answer{within}:", *lines])


def _either(odd: Iterable[list[float]]) -> str:
    return " or ".join(f"{code:g}" for code in sorted({code for codes in odd for code in codes}))


def _replaced(names: Sequence[str], rows: Floats, odd: Sequence[list[float]]) -> str:
    """Return what pandas is to replace: codes, or codes of some columns where others hold them as answers."""
    codes = sorted({code for found in odd for code in found})
    elsewhere = any(np.isin(rows[:, j], np.setdiff1d(codes, found)).any() for j, found in enumerate(odd))
    if not elsewhere:
        return _written(codes)
    return "{" + ", ".join(f"{n!r}: {_written(c)}" for n, c in zip(names, odd, strict=True) if c) + "}"


def _written(codes: Sequence[float]) -> str:
    return f"{codes[0]:g}" if len(codes) == 1 else f"[{', '.join(f'{code:g}' for code in codes)}]"
