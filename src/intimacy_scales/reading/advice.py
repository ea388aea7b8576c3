"""What to do about answers that were not accepted: never what would throw answers away.

A number near others that people answer with, and a text that is nearly a label, are answers that were stored
in another way: they are recoded. Only what is usual for missing answers is proposed as a missing code.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from intimacy_scales.errors import ProblemCode, shortened
from intimacy_scales.instrument import as_number, normalized
from intimacy_scales.instrument.numerals import is_endless, is_misspelt
from intimacy_scales.reading.explanations import DECIMAL_COMMA, Explanation

if TYPE_CHECKING:
    from intimacy_scales.instrument import ResponseScale

_USUAL_CODE = re.compile(r"([6-9])\1+|9+[78]")  # 66, 77, 88, 99, 999, 98 …
_BEYOND_ANSWERS = 1000  # no usual code, and no answer on a usual range either
MARKS = frozenset([".", "-", "--", "?", "*", "n/a", "n.a.", "n.a", "#n/a", "#na", "#null!", "null", "<na>"])
"""How programs write that there is nothing."""
_WORDS = MARKS | {"none", "nil", "missing", "system-missing", "sysmiss"}
_TRUTHS = {"true": 1, "false": 0}
_SHOWN = 3
_LISTED = 20
_LONG_TEXT = 80
_PLAIN_ANSWERS = 20  # a range up to here has no answer that looks like 66 or 99
_BEYOND_ALL = 10**9
_MOST_BELOW = 5  # how far below 1 answers on a signed range reach
_FEW_CELLS = 0.05  # of all answers: more than slips and codes come to, fewer than the steps of another range


class Offence(NamedTuple):
    """One value that was not accepted, with what its kind depends on.

    Attributes
    ----------
    value
        A number or a text; None of any other type.
    code
        What is wrong with it.
    meant
        The label that was probably meant.
    scale
        The response scale of the item.
    """

    value: int | float | str | None
    code: ProblemCode
    meant: str | None
    scale: ResponseScale


class AnsweredRanges(NamedTuple):
    """What the answers that were accepted say of their ranges.

    Attributes
    ----------
    whole
        Ranges (minimum, maximum, step) of which both ends were answered.
    n_cells
        Answers asked for: persons times items.
    """

    whole: frozenset[tuple[int | float, int | float, int | float]]
    n_cells: int


class LikelyMissingCode(NamedTuple):
    """A value that makes up most problems, and so probably stands for "no answer"."""

    value: int | float | str
    times: int
    total: int


class Remedy(NamedTuple):
    """What to do about most of the answers that were not accepted.

    Attributes
    ----------
    python, command
        In words, with options of functions, and of the command line.
    are_answers
        Whether they are probably answers, which must not be lost.
    """

    python: str
    command: str
    are_answers: bool


def offence_of(value: Any, why: Explanation, scale: ResponseScale) -> Offence:
    """Return a value that was not accepted as something that can be counted."""
    plain = value.item() if hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0 else value
    if isinstance(plain, bool) or not isinstance(plain, int | float | str):
        plain = None
    if isinstance(plain, str) and is_endless(plain):
        plain = None
    if isinstance(plain, float) and math.isfinite(plain) and plain == int(plain):
        plain = int(plain)
    meant = why.meant
    if isinstance(plain, str) and normalized(plain) in _TRUTHS and {0, 1} <= set(scale.values):
        meant = str(_TRUTHS[normalized(plain)])
    return Offence(plain, why.code, meant, scale)


def _kind(offence: Offence) -> str | None:
    """Return what should be done about an offence; None where nobody can say."""
    value, scale = offence.value, offence.scale
    if offence.code == "boolean":
        return "truths" if {0, 1} <= set(scale.values) else None
    if isinstance(value, str):
        return _kind_of_text(value, offence)
    return _kind_of_number(value, scale) if value is not None and offence.code == "range" else None


def _kind_of_text(value: str, offence: Offence) -> str | None:
    number = as_number(value)
    if number is not None:
        return _kind_of_number(number, offence.scale) if offence.code == "range" else None
    if DECIMAL_COMMA.fullmatch(value.strip()):
        return "commas"
    if normalized(value) in _WORDS:
        return "codes"
    if offence.code == "recode" or is_misspelt(value):
        return None
    return "texts" if offence.meant is None else "slips"


def _kind_of_number(number: int | float, scale: ResponseScale) -> str | None:
    """Return what should be done about a number outside the range."""
    if scale.is_score(number) and number > scale.maximum:
        return "counts"
    whole = abs(number) < _BEYOND_ALL and number == int(number)
    if whole and scale.step == 1 and not scale.points:
        if scale.minimum == 0 and number == scale.maximum + 1:
            return "from one"
        if scale.minimum == 1 and number == 0:
            return "from zero"
    if whole and _is_usual(number) and not _is_near(number, scale):
        return "codes"
    return "elsewhere" if abs(number) < _BEYOND_ANSWERS else None


def _is_usual(number: int | float) -> bool:
    """Tell whether a whole number is one that often stands for no answer."""
    return number < 0 or (number > _PLAIN_ANSWERS and _USUAL_CODE.fullmatch(str(int(number))) is not None)


def _is_near(number: int | float, scale: ResponseScale) -> bool:
    """Tell whether a number is so near the range that it may be an answer on another: 66 on 0 to 60.

    Below a range without negative answers a single number may be a code; `_signed` looks at several.
    """
    if number > scale.maximum:
        return number - scale.maximum < scale.maximum - scale.minimum
    return scale.minimum < 0 and scale.minimum - number < scale.maximum - scale.minimum


def _signed(codes: Counter[Offence], zeros: Counter[Offence]) -> Counter[Offence]:
    """Return numbers below 0 that are answers on -2 to 2 or the like, rather than codes.

    They are several different ones, or 0 is beside them, and as near the range as half of its points.
    """

    def reached(offence: Offence) -> bool:
        number = _number(offence)
        half = min((offence.scale.n_points + 1) // 2, _MOST_BELOW)
        return number is not None and number < 0 and offence.scale.minimum - number <= half

    found = Counter({offence: times for offence, times in codes.items() if reached(offence)})
    return found if len({o.value for o in found}) > 1 or (found and zeros) else Counter()


def remedy_for(
    offences: Counter[Offence], scales: Sequence[ResponseScale], answered: AnsweredRanges | None = None
) -> Remedy | None:
    """Return what to do about most of the answers that were not accepted, if most are of one kind.

    Parameters
    ----------
    offences
        How often each occurs.
    scales
        The response scales of the instrument.
    answered
        What the accepted answers say of their ranges; None where nobody looked.
    """
    by_kind: dict[str | None, Counter[Offence]] = {}
    for offence, times in offences.items():
        by_kind.setdefault(_kind(offence), Counter())[offence] += times
    if "counts" in by_kind:
        _with_low_counts(by_kind)
    if answered is not None:
        _without_shifts(by_kind, answered)
    signed = _signed(by_kind.get("codes", Counter()), by_kind.get("from zero", Counter()))
    for offence in signed:
        del by_kind["codes"][offence]
    by_kind.setdefault("elsewhere", Counter()).update(signed)
    numbers = by_kind.get("elsewhere", Counter())
    if len({o.value for o in numbers}) >= _SHOWN:  # 99 beside 20, 50 and 70 is no code
        numbers += Counter({o: n for o, n in by_kind.pop("codes", Counter()).items() if _is_above_zero(o)})
    for start in ("from one", "from zero"):  # beside 7 and 8, or alone, 6 is no option stored from 1
        if start in by_kind and (numbers or by_kind[start].total() == 1):
            numbers += by_kind.pop(start)
    if numbers:
        by_kind["elsewhere"] = numbers
    total = offences.total()
    if answered is not None and _are_few(numbers, total, answered):
        return _few(numbers, total, scales)
    for kind, found in by_kind.items():
        if kind is not None and 2 * found.total() > total:
            return _REMEDIES[kind](found, total, scales)
    return None


def _with_low_counts(by_kind: dict[str | None, Counter[Offence]]) -> None:
    """Take a 0 beside 10 and 15, which are what options count, for such a count too.

    Alone it may be an option that was stored from 0.
    """
    for kind in [kind for kind in by_kind if kind != "counts"]:
        low = [offence for offence in by_kind[kind] if offence.scale.is_score(_number(offence))]
        for offence in low:
            by_kind["counts"][offence] += by_kind[kind].pop(offence)


def _without_shifts(by_kind: dict[str | None, Counter[Offence]], answered: AnsweredRanges) -> None:
    """Take options for stored from 0 or 1 only where the other end of the range was not answered.

    Of answers on 1 to 7 that were stored as 0 to 6 none is a 7.
    """
    for start in ("from one", "from zero"):
        found = by_kind.pop(start, Counter())
        for offence, times in found.items():
            shifted = offence.scale.range not in answered.whole
            by_kind.setdefault(start if shifted else "elsewhere", Counter())[offence] += times


def _are_few(numbers: Counter[Offence], total: int, answered: AnsweredRanges) -> bool:
    """Tell whether numbers are odd ones among answers that use the whole range."""
    on_whole = all(offence.scale.range in answered.whole for offence in numbers)
    return 2 * numbers.total() > total and on_whole and numbers.total() < _FEW_CELLS * answered.n_cells


def _is_above_zero(offence: Offence) -> bool:
    number = _number(offence)
    return number is not None and number > 0


def _number(offence: Offence) -> int | float | None:
    return as_number(offence.value) if isinstance(offence.value, str) else offence.value


def likely_missing_code(offences: Counter[Offence]) -> LikelyMissingCode | None:
    """Return the value that makes up most problems, where it is usual for missing answers."""
    values: Counter[Any] = Counter()
    for offence, times in offences.items():
        if _kind(offence) == "codes":
            values[offence.value] += times
    total = offences.total()
    if not values or 2 * values.most_common(1)[0][1] <= total:
        return None
    return LikelyMissingCode(*values.most_common(1)[0], total)


def _values(found: Counter[Offence]) -> list[Any]:
    """Return the distinct values, the most frequent first."""
    counts: Counter[Any] = Counter()
    for offence, times in found.items():
        counts[offence.value] += times
    return [value for value, _ in counts.most_common()]


def _share(values: Sequence[Any], found: Counter[Offence], total: int) -> tuple[str, str]:
    shown = " and ".join(map(shortened, values[:_SHOWN])) + (" …" if len(values) > _SHOWN else "")
    one = len(values) == 1
    share = f"{shown} {'makes' if one else 'make'} up {found.total()} of {total} problems"
    return share, "it stands" if one else "they stand"


def _codes(found: Counter[Offence], total: int, _: Sequence[ResponseScale]) -> Remedy:
    values = _values(found)
    share, stand = _share(values, found, total)
    listed = ", ".join(map(repr, values))
    options = " ".join(f"--missing-code {value!r}" for value in values)
    said = f"{share}: if {stand} for a missing answer, pass "
    return Remedy(f"{said}missing_codes=[{listed}].", f"{said}{options}", are_answers=False)


def _texts(found: Counter[Offence], total: int, _: Sequence[ResponseScale]) -> Remedy | None:
    values = _values(found)
    most = Counter({o: n for o, n in found.items() if o.value == values[0]})
    if total == 1 or 2 * most.total() <= total:
        return None
    share, stand = _share(values[:1], most, total)
    value = values[0]
    if len(value) > _LONG_TEXT:
        return None
    options = (o.scale.not_applicable_option for o in most)
    option = next((option for option in options if option is not None), None)
    pair = f"{value}={option}"
    none = "" if option is None else "; if it says that the question does not apply, {}"
    return Remedy(
        f"{share}: if {stand} for an answer, pass recode={{{value!r}: ANSWER}}; if for none, "
        f"missing_codes=[{value!r}]{none.format(f'recode={{{value!r}: {option!r}}}')}.",
        f"{share}: if {stand} for an answer, pass --recode {value + '=ANSWER'!r}; if for none, "
        f"--missing-code {value!r}{none.format(f'--recode {pair!r}')}",
        are_answers=True,
    )


def _slips(found: Counter[Offence], *_: Any) -> Remedy:
    meant = {o.value: o.meant for o, _ in found.most_common() if o.meant is not None}
    pairs = {stored: int(answer) if answer in ("0", "1") else answer for stored, answer in meant.items()}
    pairs = dict(list(pairs.items())[:_LISTED])
    options = " ".join(f"--recode {f'{stored}={answer}'!r}" for stored, answer in pairs.items())
    said = "If these were meant, pass "
    return Remedy(f"{said}recode={pairs!r}.", f"{said}{options}", are_answers=True)


def _commas(*_: Any) -> Remedy:
    said = "Write decimal commas as points"
    return Remedy(
        f"{said}: pandas.read_csv(..., decimal=','), or table.replace(',', '.', regex=True).",
        f"{said} in the file",
        are_answers=True,
    )


def _truths(*_: Any) -> Remedy:
    said = "If True stands for 1 and False for 0, store them as numbers"
    return Remedy(
        f"{said}: table.astype(int) in pandas, or beside columns of other types "
        "table.astype(dict.fromkeys(table.select_dtypes('bool'), int)); int(answer) of one person's.",
        said,
        are_answers=True,
    )


def _counts(found: Counter[Offence], total: int, _: Sequence[ResponseScale]) -> Remedy:
    share, stand = _share(_values(found), found, total)
    said = (
        f"{share}: if {stand} for what an option counts, answers that are in the range do so too, and would "
        "be scored wrongly. Store the numbers of the options instead"
    )
    return Remedy(f"{said}.", said, are_answers=True)


def _few(found: Counter[Offence], total: int, _: Sequence[ResponseScale]) -> Remedy:
    values = _values(found)[:_LISTED]
    share, stand = _share(values, found, total)
    ranges = {(o.scale.minimum, o.scale.maximum) for o in found}
    those = " and ".join(f"{low} to {high}" for low, high in sorted(ranges))
    codes = ", ".join(map(repr, values))
    options = " ".join(f"--missing-code {value!r}" for value in values)
    said = (
        f"{share}, and the other answers use the whole range from {those}: look up what {stand.split()[0]} "
        f"stand{'s' if len(values) == 1 else ''} for. For an answer, pass "
    )
    return Remedy(
        f"{said}recode={{{values[0]!r}: ANSWER}}; for no answer, missing_codes=[{codes}].",
        f"{said}--recode {values[0]}=ANSWER; for no answer, {options}",
        are_answers=True,
    )


def _elsewhere(*_: Any) -> Remedy:
    said = "If they were stored on another range, pass "
    given = "If they were given on another range: instrument.with_response_scale(LOWEST, HIGHEST)"
    return Remedy(
        f"{said}recode={{stored: answer, …}} with every answer. {given}.",
        f"{said}--recode STORED=ANSWER for each, as --recode 0=1 …. If they were given on another range, "
        "score by a form for it; instrument.with_response_scale(LOWEST, HIGHEST) makes one in Python",
        are_answers=True,
    )


def _stored_from(first: int) -> Callable[..., Remedy]:
    """Return what to do where options were counted from 1 instead of 0, or from 0 instead of 1."""
    lowest = 1 - first

    def remedy(found: Counter[Offence], _: int, scales: Sequence[ResponseScale]) -> Remedy:
        plain = (scale for scale in scales if scale.step == 1 and not scale.points)
        alike = [scale for scale in plain if scale.minimum == lowest]
        points = sorted({int(value) for scale in alike for value in scale.values})
        asked = ", and not as what they count" if any(o.scale.is_score(first) for o in found) else ""
        said = f"Were the options stored from {first}{asked}? Then "
        if len(alike) < len(scales):  # recode would change the answers on the other ranges too
            those = " and ".join(sorted({f"{s.minimum} to {s.maximum}" for s in alike}))
            moved = f"{said}{'subtract' if first else 'add'} 1 in the columns of the items on {those} alone: "
            return Remedy(
                f"{moved}table[columns] {'-' if first else '+'}= 1.", f"{moved}in the file", are_answers=True
            )
        said += "pass "
        span = f"range({points[-1] + 1})" if lowest == 0 else f"range({lowest}, {points[-1] + 1})"
        options = " ".join(f"--recode {v + first - lowest}={v}" for v in points[:_LISTED])
        more = " …" if len(points) > _LISTED else ""
        stored = "n + 1" if first else "n - 1"
        return Remedy(
            f"{said}recode={{{stored}: n for n in {span}}}.", f"{said}{options}{more}", are_answers=True
        )

    return remedy


_REMEDIES: dict[str, Callable[[Counter[Offence], int, Sequence[ResponseScale]], Remedy | None]] = {
    "codes": _codes,
    "texts": _texts,
    "slips": _slips,
    "commas": _commas,
    "truths": _truths,
    "counts": _counts,
    "elsewhere": _elsewhere,
    "from one": _stored_from(1),
    "from zero": _stored_from(0),
}
