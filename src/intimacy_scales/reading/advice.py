"""Advice on what to do about answers that were not accepted; it never discards answers.

A number near the range, or a text that is nearly a label, is probably an answer that was stored in another
way, and should be recoded. Only values that are usual for missing answers are proposed as missing codes.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from intimacy_scales.errors import ProblemCode
from intimacy_scales.instrument import as_number, normalized
from intimacy_scales.instrument.numerals import is_endless, is_misspelt
from intimacy_scales.messages import shortened
from intimacy_scales.reading.explanations import Explanation
from intimacy_scales.reading.kinds import DECIMAL_COMMA

if TYPE_CHECKING:
    from intimacy_scales.instrument import ResponseScale

_USUAL_CODE = re.compile(r"([6-9])\1+|9+[78]")  # 66, 77, 88, 99, 999, 98 …
_BEYOND_ANSWERS = 1000  # larger numbers that are not a usual code are not an answer on a usual range either
MARKS = frozenset([".", "-", "--", "?", "*", "n/a", "n.a.", "n.a", "#n/a", "#na", "#null!", "null", "<na>"])
"""Marks that programs write for a missing value."""
_MISSING_TEXTS = MARKS | {"none", "nil", "missing", "system-missing", "sysmiss"}
_BOOLEANS = {"true": 1, "false": 0}
_SHOWN = 3  # values in a sentence
_LISTED = 20  # values in an option
_SEVERAL = 3  # distinct numbers near the range, next to which a usual code may be an answer too
_LONG_TEXT = 80  # characters, of a text that is not worth recoding
_PLAIN_ANSWERS = 20  # the highest answer of usual ranges, far from codes such as 66 or 99
_BEYOND_ALL = 10**9
_MOST_BELOW = 5  # how far below 1 answers on a signed range reach
_FEW_CELLS = 0.05  # of all answers: slips and codes are fewer, answers on another range are more


class Offence(NamedTuple):
    """A value that was not accepted, with what the advice on it depends on.

    Attributes
    ----------
    value
        A number or a text; None for a value of any other type.
    code
        What is wrong with it.
    meant
        The label that was probably meant, or the number.
    scale
        The response scale of the item.
    """

    value: int | float | str | None
    code: ProblemCode
    meant: str | int | None
    scale: ResponseScale


class AnsweredRanges(NamedTuple):
    """What the accepted answers show about their ranges.

    Attributes
    ----------
    whole
        Ranges (minimum, maximum, step) of which both ends were used.
    n_cells
        Number of cells: persons times items.
    """

    whole: frozenset[tuple[int | float, int | float, int | float]]
    n_cells: int


class LikelyMissingCode(NamedTuple):
    """A value that makes up most problems, and so probably means "no answer".

    Examples
    --------
    >>> likely = LikelyMissingCode(99, times=2, total=3)
    >>> f"{likely.value} makes up {likely.times} of {likely.total} problems"
    '99 makes up 2 of 3 problems'
    """

    value: int | float | str
    times: int
    total: int


class Remedy(NamedTuple):
    """The advice on most of the answers that were not accepted.

    Attributes
    ----------
    python, command
        The advice in words, with options of Python functions and of the command line.
    are_answers
        Whether the values are probably answers, which must not be lost.
    """

    python: str
    command: str
    are_answers: bool


def offence_of(value: Any, why: Explanation, scale: ResponseScale) -> Offence:
    """Return a value that was not accepted as an `Offence`, so that equal values can be counted."""
    plain = value.item() if hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0 else value
    if isinstance(plain, bool) or not isinstance(plain, int | float | str):
        plain = None
    if isinstance(plain, str) and is_endless(plain):
        plain = None
    if isinstance(plain, float) and math.isfinite(plain) and plain == int(plain):
        plain = int(plain)
    label = why.meant
    if isinstance(plain, str) and normalized(plain) in _BOOLEANS and {0, 1} <= set(scale.values):
        label = str(_BOOLEANS[normalized(plain)])
    return Offence(plain, why.code, label, scale)


def _kind(offence: Offence) -> str | None:
    """Return the kind of an offence, a key of `_REMEDIES`; None if no advice is possible."""
    value, scale = offence.value, offence.scale
    if offence.code == "boolean":
        return "booleans" if {0, 1} <= set(scale.values) else None
    if isinstance(value, str):
        return _kind_of_text(value, offence)
    return _kind_of_number(value, scale) if value is not None and offence.code == "range" else None


def _kind_of_text(value: str, offence: Offence) -> str | None:
    """Return the kind of a text, a key of `_REMEDIES`."""
    number = as_number(value)
    if number is not None:
        return _kind_of_number(number, offence.scale) if offence.code == "range" else None
    if DECIMAL_COMMA.fullmatch(value.strip()):
        return "commas"
    if normalized(value) in _MISSING_TEXTS:
        return "missing codes"
    if offence.code == "recode" or is_misspelt(value):
        return None
    return "texts" if offence.meant is None else "misspelt"


def _kind_of_number(number: int | float, scale: ResponseScale) -> str | None:
    """Return the kind of a number outside the range, a key of `_REMEDIES`."""
    if scale.is_score(number) and number > scale.maximum:
        return "scores"
    is_whole = abs(number) < _BEYOND_ALL and number == int(number)
    if is_whole and scale.step == 1 and not scale.points:
        if scale.minimum == 0 and number == scale.maximum + 1:
            return "from one"
        if scale.minimum == 1 and number == 0:
            return "from zero"
    if is_whole and _is_usual(number) and not _is_near(number, scale):
        return "missing codes"
    return "another range" if abs(number) < _BEYOND_ANSWERS else None


def _is_usual(number: int | float) -> bool:
    """Tell whether a whole number is a usual code for a missing answer."""
    return number < 0 or (number > _PLAIN_ANSWERS and _USUAL_CODE.fullmatch(str(int(number))) is not None)


def _is_near(number: int | float, scale: ResponseScale) -> bool:
    """Tell whether a number is so near the range that it may be an answer on another range, as 66 on 0 to 60.

    A single number below a range without negative answers may be a code; `_negative_answers` handles several.
    """
    if number > scale.maximum:
        return number - scale.maximum < scale.maximum - scale.minimum
    return scale.minimum < 0 and scale.minimum - number < scale.maximum - scale.minimum


def _negative_answers(codes: Counter[Offence], zeros: Counter[Offence]) -> Counter[Offence]:
    """Return numbers below 0 that are rather answers on a range such as -2 to 2 than codes.

    They are if they differ, or 0 occurs too, and they are no further below the range than half its points.
    """

    def is_near(offence: Offence) -> bool:
        number = _number(offence)
        half = min((offence.scale.n_points + 1) // 2, _MOST_BELOW)
        return number is not None and number < 0 and offence.scale.minimum - number <= half

    below_zero = Counter({offence: times for offence, times in codes.items() if is_near(offence)})
    return below_zero if len({o.value for o in below_zero}) > 1 or (below_zero and zeros) else Counter()


def remedy_for(
    offences: Counter[Offence], scales: Sequence[ResponseScale], answered: AnsweredRanges | None = None
) -> Remedy | None:
    """Return what to do about the answers that were not accepted, if most are of one kind.

    Parameters
    ----------
    offences
        How often each occurs.
    scales
        The response scales of the instrument.
    answered
        What the accepted answers show about their ranges; None if that is not known.
    """
    by_kind = _by_kind(offences, answered)
    total = offences.total()
    numbers = by_kind.get("another range", Counter())
    if answered is not None and _are_few(numbers, total, answered):
        return _few_exceptions(numbers, total, scales)
    for kind, offences_of_kind in by_kind.items():
        if kind is not None and 2 * offences_of_kind.total() > total:
            return _REMEDIES[kind](offences_of_kind, total, scales)
    return None


def _by_kind(
    offences: Counter[Offence], answered: AnsweredRanges | None
) -> dict[str | None, Counter[Offence]]:
    """Return offences by kind, where the kind of a number depends on which others occur."""
    by_kind: dict[str | None, Counter[Offence]] = {}
    for offence, times in offences.items():
        by_kind.setdefault(_kind(offence), Counter())[offence] += times
    if "scores" in by_kind:
        _move_low_scores(by_kind)
    if answered is not None:
        _drop_shifts(by_kind, answered)
    negative = _negative_answers(by_kind.get("missing codes", Counter()), by_kind.get("from zero", Counter()))
    for offence in negative:
        del by_kind["missing codes"][offence]
    by_kind.setdefault("another range", Counter()).update(negative)
    numbers = by_kind.get("another range", Counter())
    if len({o.value for o in numbers}) >= _SEVERAL:  # next to 20, 50 and 70, a 99 is not a code
        codes = by_kind.pop("missing codes", Counter())
        numbers += Counter({o: n for o, n in codes.items() if _is_above_zero(o)})
    # a single 6, or a 6 next to 7 and 8, is not an option stored from 1
    for start in ("from one", "from zero"):
        if start in by_kind and (numbers or by_kind[start].total() == 1):
            numbers += by_kind.pop(start)
    if numbers:
        by_kind["another range"] = numbers
    return by_kind


def _move_low_scores(by_kind: dict[str | None, Counter[Offence]]) -> None:
    """Move a 0 next to 10 and 15, which are scores of options, to the scores too.

    Alone it may be an option of a scale that was stored from 0.
    """
    for kind in [kind for kind in by_kind if kind != "scores"]:
        low = [offence for offence in by_kind[kind] if offence.scale.is_score(_number(offence))]
        for offence in low:
            by_kind["scores"][offence] += by_kind[kind].pop(offence)


def _drop_shifts(by_kind: dict[str | None, Counter[Offence]], answered: AnsweredRanges) -> None:
    """Keep the kinds "stored from 0" and "from 1" only where the other end of the range was not used.

    Answers on 1 to 7 that were stored as 0 to 6 contain no 7.
    """
    for start in ("from one", "from zero"):
        offences_from = by_kind.pop(start, Counter())
        for offence, times in offences_from.items():
            shifted = offence.scale.range not in answered.whole
            by_kind.setdefault(start if shifted else "another range", Counter())[offence] += times


def _are_few(numbers: Counter[Offence], total: int, answered: AnsweredRanges) -> bool:
    """Tell whether numbers are few exceptions among answers that use the whole range."""
    on_whole = all(offence.scale.range in answered.whole for offence in numbers)
    return 2 * numbers.total() > total and on_whole and numbers.total() < _FEW_CELLS * answered.n_cells


def _is_above_zero(offence: Offence) -> bool:
    number = _number(offence)
    return number is not None and number > 0


def _number(offence: Offence) -> int | float | None:
    return as_number(offence.value) if isinstance(offence.value, str) else offence.value


def likely_missing_code(offences: Counter[Offence]) -> LikelyMissingCode | None:
    """Return the value that makes up most problems, if it is a usual code for missing answers."""
    values: Counter[Any] = Counter()
    for offence, times in offences.items():
        if _kind(offence) == "missing codes":
            values[offence.value] += times
    total = offences.total()
    if not values or 2 * values.most_common(1)[0][1] <= total:
        return None
    return LikelyMissingCode(*values.most_common(1)[0], total)


def _values(offences: Counter[Offence]) -> list[Any]:
    """Return the distinct values, the most frequent first."""
    counts: Counter[Any] = Counter()
    for offence, times in offences.items():
        counts[offence.value] += times
    return [value for value, _ in counts.most_common()]


# Each of the following functions returns the remedy for one kind of offences, given these, the number of all
# problems, and the response scales; `_REMEDIES` lists them by kind.


def _share(values: Sequence[Any], offences: Counter[Offence], total: int) -> tuple[str, str]:
    listed = " and ".join(map(shortened, values[:_SHOWN])) + (" …" if len(values) > _SHOWN else "")
    is_single = len(values) == 1
    share = f"{listed} {'makes' if is_single else 'make'} up {offences.total()} of {total} problems"
    return share, "it stands" if is_single else "they stand"


def _missing_codes(offences: Counter[Offence], total: int, _: Sequence[ResponseScale]) -> Remedy:
    values = _values(offences)
    share, stand = _share(values, offences, total)
    listed = ", ".join(map(repr, values))
    options = " ".join(f"--missing-code {value!r}" for value in values)
    advice = f"{share}: if {stand} for a missing answer, pass "
    return Remedy(f"{advice}missing_codes=[{listed}].", f"{advice}{options}", are_answers=False)


def _texts(offences: Counter[Offence], total: int, _: Sequence[ResponseScale]) -> Remedy | None:
    values = _values(offences)
    most_frequent = Counter({o: n for o, n in offences.items() if o.value == values[0]})
    if total == 1 or 2 * most_frequent.total() <= total:
        return None
    share, stand = _share(values[:1], most_frequent, total)
    value = values[0]
    if len(value) > _LONG_TEXT:
        return None
    options = (o.scale.not_applicable_option for o in most_frequent)
    option = next((option for option in options if option is not None), None)
    pair = f"{value}={option}"
    not_applicable = "" if option is None else "; if it says that the question does not apply, {}"
    return Remedy(
        f"{share}: if {stand} for an answer, pass recode={{{value!r}: ANSWER}}; if for no answer, "
        f"missing_codes=[{value!r}]{not_applicable.format(f'recode={{{value!r}: {option!r}}}')}.",
        f"{share}: if {stand} for an answer, pass --recode {value + '=ANSWER'!r}; if for no answer, "
        f"--missing-code {value!r}{not_applicable.format(f'--recode {pair!r}')}",
        are_answers=True,
    )


def _misspelt(offences: Counter[Offence], *_: Any) -> Remedy:
    label_by_value = {o.value: o.meant for o, _ in offences.most_common() if o.meant is not None}
    pairs = {
        stored: int(answer) if answer in ("0", "1") else answer for stored, answer in label_by_value.items()
    }
    pairs = dict(list(pairs.items())[:_LISTED])
    options = " ".join(f"--recode {f'{stored}={answer}'!r}" for stored, answer in pairs.items())
    advice = "If these were meant, pass "
    return Remedy(f"{advice}recode={pairs!r}.", f"{advice}{options}", are_answers=True)


def _commas(*_: Any) -> Remedy:
    advice = "Write decimal commas as points"
    return Remedy(
        f"{advice}: pandas.read_csv(..., decimal=','), or table.replace(',', '.', regex=True).",
        f"{advice} in the file",
        are_answers=True,
    )


def _booleans(*_: Any) -> Remedy:
    advice = "If True stands for 1 and False for 0, store them as numbers"
    return Remedy(
        f"{advice}: table.astype(int) in pandas, or with columns of other types "
        "table.astype(dict.fromkeys(table.select_dtypes('bool'), int)); int(answer) for a single person.",
        advice,
        are_answers=True,
    )


def _scores(offences: Counter[Offence], total: int, _: Sequence[ResponseScale]) -> Remedy:
    share, stand = _share(_values(offences), offences, total)
    advice = (
        f"{share}: if {stand} for the score of an option, so do answers within the range, which would then "
        "be scored wrongly. Store the numbers of the options instead"
    )
    return Remedy(f"{advice}.", advice, are_answers=True)


def _few_exceptions(offences: Counter[Offence], total: int, _: Sequence[ResponseScale]) -> Remedy:
    values = _values(offences)[:_LISTED]
    share, stand = _share(values, offences, total)
    ranges = {(o.scale.minimum, o.scale.maximum) for o in offences}
    ranges_text = " and ".join(f"{low} to {high}" for low, high in sorted(ranges))
    codes = ", ".join(map(repr, values))
    options = " ".join(f"--missing-code {value!r}" for value in values)
    advice = (
        f"{share}, and the other answers use the whole range from {ranges_text}: look up what "
        f"{stand.split()[0]} stand{'s' if len(values) == 1 else ''} for. For an answer, pass "
    )
    return Remedy(
        f"{advice}recode={{{values[0]!r}: ANSWER}}; for no answer, missing_codes=[{codes}].",
        f"{advice}--recode {values[0]}=ANSWER; for no answer, {options}",
        are_answers=True,
    )


def _another_range(offences: Counter[Offence], *_: Any) -> Remedy:
    advice = "If they were stored on another range, pass "
    if options := _as_many_options(offences):
        advice = f"If they are the {len(options)} options in their order, pass "
        listed = " ".join(f"--recode {stored}={answer}" for stored, answer in options.items())
        return Remedy(f"{advice}recode={options!r}.", f"{advice}{listed}", are_answers=True)
    other_range = "If they were given on another range: instrument.with_response_scale(LOWEST, HIGHEST)"
    return Remedy(
        f"{advice}recode={{stored: answer, …}} with every answer. {other_range}.",
        f"{advice}--recode STORED=ANSWER for each, as --recode 0=1 …. If they were given on another range, "
        "score by a form for it; instrument.with_response_scale(LOWEST, HIGHEST) makes one in Python",
        are_answers=True,
    )


def _as_many_options(offences: Counter[Offence]) -> dict[int, int]:
    """Return consecutive numbers → options, if there are as many as the only response scale has options.

    Numbers next to the range, such as 6 to 10 after 1 to 5, are rather answers on a longer one.
    """
    stored = sorted({int(number) for offence in offences if (number := _number(offence)) is not None})
    scales = {offence.scale for offence in offences}
    if len(scales) > 1 or not stored or stored[-1] - stored[0] != len(stored) - 1 or len(stored) > _LISTED:
        return {}
    (scale,) = scales
    if scale.step != 1 or scale.points or len(stored) != scale.n_points:
        return {}
    if not (stored[0] > scale.maximum + 1 or stored[-1] < scale.minimum - 1):
        return {}
    return dict(zip(stored, map(int, scale.values), strict=True))


def _stored_from(first: int) -> Callable[..., Remedy]:
    """Return the function that advises on options stored from 1 instead of 0, or from 0 instead of 1."""
    lowest = 1 - first

    def remedy(offences: Counter[Offence], _: int, scales: Sequence[ResponseScale]) -> Remedy:
        plain = (scale for scale in scales if scale.step == 1 and not scale.points)
        alike = [scale for scale in plain if scale.minimum == lowest]
        points = sorted({int(value) for scale in alike for value in scale.values})
        not_scores = ", and not their scores" if any(o.scale.is_score(first) for o in offences) else ""
        advice = f"Were the options stored from {first}{not_scores}? Then "
        if len(alike) < len(scales):  # recode would change the answers on the other ranges too
            ranges_text = " and ".join(sorted({f"{s.minimum} to {s.maximum}" for s in alike}))
            change = "subtract" if first else "add"
            advice += f"{change} 1 in the columns of the items on {ranges_text} alone: "
            return Remedy(
                f"{advice}table[columns] {'-' if first else '+'}= 1.",
                f"{advice}in the file",
                are_answers=True,
            )
        advice += "pass "
        span = f"range({points[-1] + 1})" if lowest == 0 else f"range({lowest}, {points[-1] + 1})"
        options = " ".join(f"--recode {v + first - lowest}={v}" for v in points[:_LISTED])
        more = " …" if len(points) > _LISTED else ""
        stored = "n + 1" if first else "n - 1"
        return Remedy(
            f"{advice}recode={{{stored}: n for n in {span}}}.", f"{advice}{options}{more}", are_answers=True
        )

    return remedy


_REMEDIES: dict[str, Callable[[Counter[Offence], int, Sequence[ResponseScale]], Remedy | None]] = {
    "missing codes": _missing_codes,
    "texts": _texts,
    "misspelt": _misspelt,
    "commas": _commas,
    "booleans": _booleans,
    "scores": _scores,
    "another range": _another_range,
    "from one": _stored_from(1),
    "from zero": _stored_from(0),
}
