"""The meaning of one answer: a value → its code, "no answer", or a problem with its explanation.

This is the definition. Columns of plain whole numbers are encoded by a faster method that gives the same
codes; every other value is looked up here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.instrument import NOT_ANSWERED
from intimacy_scales.instrument.numerals import as_compared, is_endless, spelled
from intimacy_scales.messages import shortened
from intimacy_scales.numerics.tolerances import FLOAT64_SPACING, STORED_SPACINGS
from intimacy_scales.reading.explanations import Explanation, explain
from intimacy_scales.reading.kinds import is_null

if TYPE_CHECKING:
    from intimacy_scales.instrument import ResponseScale

MISSING = 0
PROBLEM = -1
NOT_APPLICABLE = -2

MissingCode = int | float | str
Recode = tuple[tuple[MissingCode, MissingCode | None], ...]

_FILL_IN = (
    "recode only values that were stored. If a blank means 0, as where people choose all that apply, declare "
    "it under choose_all of the instrument, or fill it in before scoring, in rows of persons who saw the "
    "question: table[items] = table[items].fillna(0)"
)
FEW_POINTS = 1_000  # whose codes are kept ready; keys of scales with more points are not shared
MAX_CODES = 10_000  # missing codes, or recoded values
_PLAIN_CODES = frozenset({int, float, str})
_SPACINGS = {"float16": 2.0**-10, "float32": 2.0**-23}  # next to 1, of types less precise than float64


class AnswerKey:
    """The answers that one response scale allows, with their codes.

    Parameters
    ----------
    scale
        The response scale.
    missing_codes
        Values that mean "no answer", in addition to those that the scale declares.
    recode
        Pairs of a value as it was stored and what it stands for: an answer, or None for no answer.
    missing_ranges
        Ranges of numbers that mean "no answer".

    Attributes
    ----------
    places
        Point → its place among the points, from 1.
    points
        Point → its code: its place, except for points with gaps or scores, whose code depends on the score.
    highest
        The highest code.
    known
        Common values → their codes: labels, missing codes, and the first thousand points as numbers and as
        decimal texts. Booleans must not be looked up in it, because ``True == 1``.
    """

    def __init__(
        self,
        scale: ResponseScale,
        missing_codes: Iterable[MissingCode] = (),
        recode: Recode = (),
        missing_ranges: tuple[tuple[float, float], ...] = (),
    ) -> None:
        self.scale = scale
        self.missing_ranges: tuple[tuple[float, float], ...] = ()
        self.minimum = scale.minimum
        self.recoded = _Recoded({}, {}, {})
        self.places: dict[Any, int] = {v: place for place, v in enumerate(scale.values, start=1)}
        self.points = self.places
        if not scale.is_plain:
            self.points = dict(zip(scale.values, scale.codes, strict=True))
        self.highest = scale.counted.n
        self.texts: dict[str, int] = dict.fromkeys(NOT_ANSWERED, MISSING)
        self.missing_numbers: dict[int | float | Fraction, int] = {}  # → MISSING or NOT_APPLICABLE
        missing = dict.fromkeys((*scale.missing_codes, *missing_codes), MISSING)
        codes = missing | dict.fromkeys(scale.not_applicable, NOT_APPLICABLE)
        for code, kind in codes.items():
            number = spelled(code) if isinstance(code, str) else code
            if number is not None:
                self.missing_numbers[number] = kind
            if isinstance(code, str):
                self.texts[as_compared(code)] = kind
        self.texts |= {as_compared(text): self.places[value] for value, text in scale.labels}
        if recode:
            self.recoded = _recoded(self, recode)
            self.texts |= self.recoded.labels
        self.missing_ranges = missing_ranges  # after the recoding, since a value that it names comes first
        texts = [text for _, text in scale.labels]
        first_points = [*islice(self.places, FEW_POINTS)]  # others are decoded when they occur
        candidates = (
            None,
            "",
            "NA",
            *codes,
            *self.missing_numbers,
            *map(str, first_points),
            *texts,
            *first_points,
            *(stored for stored, _ in recode),
        )
        codes_of = {value: self.decode(value) for value in candidates}
        self.known: dict[Any, int] = {value: code for value, code in codes_of.items() if code != PROBLEM}

    @property
    def is_recoded(self) -> bool:
        """Whether a number may stand for another one."""
        return bool(self.recoded.points or self.recoded.others)

    def decode(self, value: Any) -> int:
        """Return the code of a value from 1, `MISSING`, `NOT_APPLICABLE`, or `PROBLEM`."""
        place = self.place(value)
        return self.scale.codes[place - 1] if place > 0 else place

    def place(self, value: Any) -> int:
        """Return the place of a value among the points from 1, `MISSING`, `NOT_APPLICABLE`, or `PROBLEM`."""
        if isinstance(value, bool):
            return PROBLEM
        if isinstance(value, str):
            return self._decode_text(value)
        if isinstance(value, int | float | Decimal | Fraction):
            return self._decode_number(value, FLOAT64_SPACING)
        if is_null(value):
            return MISSING
        return self._decode_numpy(value) if type(value).__module__ == "numpy" else PROBLEM

    def _decode_numpy(self, value: Any) -> int:
        """Return the place of a numpy scalar, compared with the precision of its type."""
        if getattr(value, "ndim", 1) or value.dtype.kind in "mM":  # dates may turn into plain numbers
            return MISSING if not getattr(value, "ndim", 1) and value != value else PROBLEM  # noqa: PLR0124 - not a time
        plain = value.item()
        if type(plain).__module__ == "numpy" and getattr(plain, "ndim", 1) == 0 and value.dtype.kind == "f":
            plain = float(plain)  # numpy returns a long double from `item` as it is
        if isinstance(plain, int | float) and not isinstance(plain, bool):
            return self._decode_number(plain, _SPACINGS.get(type(value).__name__, FLOAT64_SPACING))
        return PROBLEM if type(plain).__module__ == "numpy" else self.place(plain)

    def _decode_text(self, value: str) -> int:
        """Return the place of a text: a number in digits, a label, or a missing code."""
        if is_endless(value):
            return PROBLEM
        number, text = spelled(value), as_compared(value)
        if number is None:
            return self.recoded.others.get(text, self.texts.get(text, PROBLEM))
        if isinstance(number, Fraction):  # nearer to a point than a float can show, and not equal to it
            return self.recoded.others.get(number, self.texts.get(text, PROBLEM))
        # a recoded number is recoded however it is written, even if a label is written in the same way
        code = self._recoded_number(number, FLOAT64_SPACING)
        if code is None:
            code = self.texts.get(text)
        return self._decode_number(number, FLOAT64_SPACING) if code is None else code

    def _decode_number(self, value: int | float | Decimal | Fraction, spacing: float) -> int:
        """Return the place of a number: recoded, a missing code unless it is a point, or a point."""
        if value.is_nan() if isinstance(value, Decimal) else value != value:  # noqa: PLR0124 - nan
            return MISSING
        code = self._recoded_number(value, spacing)
        if code is not None:
            return code
        if value in self.missing_numbers and value not in self.places:
            return self.missing_numbers[value]  # type: ignore[index]  # equal numbers of any type hash alike
        point = self.point(value, spacing)
        if point == PROBLEM and any(low <= value <= high for low, high in self.missing_ranges):
            return MISSING
        return point

    def _recoded_number(self, value: int | float | Decimal | Fraction, spacing: float) -> int | None:
        """Return the place to which a number is recoded, however it is written; None if it is not recoded."""
        others, points, _ = self.recoded
        if value in others:
            return others[value]
        return points.get(self.point(value, spacing)) if points else None

    def point(self, value: int | float | Decimal | Fraction, spacing: float) -> int:
        """Return the place of the point that a number is, or `PROBLEM`."""
        place = self.places.get(value)  # equal numbers of any type hash alike
        if place is not None:
            return place
        try:
            number = float(value)
            position = self.scale.nearest(number)
        except (OverflowError, ValueError):
            return PROBLEM
        point = self.scale.values[position]
        # equal up to rounding error in the type that the value was stored in: 0.30000000000000004 is 0.3
        is_equal = abs(number - point) <= STORED_SPACINGS * spacing * max(abs(point), abs(self.scale.step))
        return position + 1 if is_equal else PROBLEM

    def explain(self, value: Any) -> Explanation:
        """Say why a value is a problem, what is allowed, and what was probably meant."""
        return explain(self, value)


def as_missing_codes(missing_codes: Any) -> tuple[MissingCode, ...]:
    """Return missing codes as a tuple; a single code need not be in a list."""
    if missing_codes is None:
        return ()
    if type(missing_codes) in (list, tuple) and _PLAIN_CODES.issuperset(map(type, missing_codes)):
        _check_count("missing_codes", missing_codes)
        return tuple(
            missing_codes
        )  # the usual case, without the checks below, which take longer than scoring
    if not (isinstance(missing_codes, int | float | str | Iterable) or hasattr(missing_codes, "ndim")):
        raise ResponseError(
            f"missing_codes={shortened(missing_codes)} is not valid; pass a list of numbers and texts, or a "
            "mapping from item to such a list, as in {'tru01': [-99]}"
        )
    alone = isinstance(missing_codes, int | float | str) or getattr(missing_codes, "ndim", 1) == 0
    codes = (missing_codes,) if alone else tuple(islice(missing_codes, MAX_CODES + 1))
    _check_count("missing_codes", codes)
    plain = tuple(code.item() if hasattr(code, "dtype") else code for code in codes)
    for code in plain:
        if isinstance(code, bool) or not isinstance(code, int | float | str):
            raise ResponseError(f"missing code {shortened(code)} is neither a number nor a text")
    return plain


def _check_count(option: str, given: Any) -> None:
    if len(given) > MAX_CODES:
        raise ResponseError(f"{option}: too many values; allowed: at most {MAX_CODES:,}")


def as_recode(recode: Any) -> Recode:
    """Return a mapping from stored values to answers as pairs.

    Raises
    ------
    ResponseError
        ``recode`` is not a mapping, or it has a value that is neither a number nor a text.
    """
    if recode is None:
        return ()
    if not isinstance(recode, Mapping):
        raise ResponseError(
            f"recode={shortened(recode)} is not valid; pass a mapping from stored value to answer, as in "
            "{'6': 5}"
        )
    _check_count("recode", recode)
    plain = [
        tuple(value.item() if hasattr(value, "dtype") else value for value in pair) for pair in recode.items()
    ]
    by_stored: dict[Any, tuple[MissingCode, Any]] = {}
    for stored, answer in plain:
        for value in (stored, answer):
            if isinstance(value, bool) or not isinstance(value, int | float | str | NoneType):
                raise ResponseError(f"recode: {shortened(value)} is neither a number nor a text")
        if stored is None or stored != stored:  # noqa: PLR0124 - nan
            raise ResponseError(f"recode: a missing answer cannot be recoded; {_FILL_IN}")
        meant = None if answer is None else stored_value(answer)
        earlier = by_stored.setdefault(stored_value(stored), (stored, meant))
        if earlier[1] != meant:
            raise _recoded_twice(earlier[0], stored)
    return tuple((stored, answer) for stored, answer in plain)


def stored_value(value: MissingCode) -> int | float | Fraction | str:
    """Return a stored value as it is compared: as a number, however it is written, or as a folded text.

    Examples
    --------
    >>> stored_value("6.0") == stored_value(6), stored_value("OFT")
    (True, 'oft')
    """
    if not isinstance(value, str) or is_endless(value):
        return value
    number = spelled(value)
    return as_compared(value) if number is None else number


def _recoded_twice(first: MissingCode, second: MissingCode) -> ResponseError:
    variants = "" if first is second else f" and {shortened(second)}, which are the same value,"
    return ResponseError(
        f"recode: {shortened(first)}{variants} cannot stand for two different answers; leave one of them out"
    )


def _no_answer_already(key: AnswerKey, stored: MissingCode, answer: MissingCode | None) -> ResponseError:
    """Return the error for a recoded value that means "no answer" already: why it does, and what to do."""
    if isinstance(stored, str) and as_compared(stored) in NOT_ANSWERED:
        reason, advice = "already means no answer; leave it out", f"; {_FILL_IN}"
    elif key.decode(stored) == NOT_APPLICABLE:
        reason = (
            "already means that the question does not apply, as the instrument declares (not_applicable): it "
            "counts as no answer, and is counted separately. Leave it out"
        )
        advice = ". If it is an answer in these data, take it out of not_applicable of the instrument"
    else:
        reason = "already means no answer, as it is declared (missing_codes). Leave it out"
        advice = ". If it is an answer in these data, take it out of missing_codes"
    return ResponseError(f"recode: {shortened(stored)} {reason}{'' if answer is None else advice}")


class _Recoded(NamedTuple):
    """The answers that stored values stand for, as places among the points.

    If a number that is itself an answer is recoded, the pairs are a whole code book: no other number is then
    an answer. The same holds for labels. A number is the same however it is written, and a label that is
    written as a number is that number.

    Attributes
    ----------
    others
        By value, for values that are not answers themselves: numbers, and texts that are not numbers.
    points, labels
        By the place of an answer, and by label; empty if no answer or no label is recoded.
    """

    others: dict[Any, int]
    points: dict[int, int]
    labels: dict[str, int]


def _recoded(key: AnswerKey, recode: Recode) -> _Recoded:
    """Return what the pairs mean for one response scale, given its key without them.

    Raises
    ------
    ResponseError
        A stored value already means no answer, or two stored values are the same to this response scale.
    """
    recoded = _Recoded({}, {}, {})
    labels = {as_compared(text): spelled(text) for _, text in key.scale.labels}
    entries: dict[tuple[int, Any], tuple[MissingCode, int]] = {}
    for stored, answer in recode:
        code = MISSING if answer is None else key.place(answer)
        if code == PROBLEM:
            continue  # an answer to items with another response scale
        if key.decode(stored) in (MISSING, NOT_APPLICABLE):
            raise _no_answer_already(key, stored, answer)
        value = stored_value(stored)
        point = PROBLEM if isinstance(value, str | Fraction) else key.place(value)
        book: dict[Any, int] = recoded.labels if value in labels else recoded.others
        name: Any = value
        if point > 0:
            book, name = recoded.points, point
        earlier = entries.setdefault((id(book), name), (stored, code))
        if earlier[1] != code:  # two numbers that differ only by rounding error
            raise _recoded_twice(earlier[0], stored)
        book[name] = code
    if recoded.points:
        recoded.points.update({c: PROBLEM for c in key.places.values() if c not in recoded.points})
    if recoded.labels:
        numbers = {key.places[number] for number in labels.values() if number in key.places}
        recoded.points.update({c: PROBLEM for c in numbers if c not in recoded.points})
        recoded.labels.update({text: PROBLEM for text in labels if text not in recoded.labels})
    return recoded
