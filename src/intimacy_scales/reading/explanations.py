"""Reasons why a value is not a valid answer to an item: a code for programs, and words."""

from __future__ import annotations

import math
import re
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from intimacy_scales.errors import ProblemCode
from intimacy_scales.instrument import as_number, normalized
from intimacy_scales.instrument.numerals import as_compared, is_endless, is_misspelt, spelled
from intimacy_scales.numerics.tolerances import FLOAT64_SPACING
from intimacy_scales.reading.kinds import DECIMAL_COMMA
from intimacy_scales.reading.misspellings import misspelt_label
from intimacy_scales.reading.numbered_labels import NumberedLabel, numbered_label

if TYPE_CHECKING:
    from intimacy_scales.reading.answers import AnswerKey

_FIRST_YEAR = 1900  # in spreadsheets, where day 1 is the first of January
_PERCENTAGE = re.compile(r"[+-]?\d+([.,]\d+)?\s*%", re.ASCII)
_SHEET_ERRORS = ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")


class Explanation(NamedTuple):
    """Why a value is a problem.

    Attributes
    ----------
    code, reason
        The kind of problem, and what is wrong in words.
    allowed
        What the item allows.
    suggestion
        What was probably meant, as a question.
    meant
        The label of the answer that was probably meant, or its number.
    """

    code: ProblemCode
    reason: str
    allowed: str
    suggestion: str | None = None
    meant: str | int | None = None


def explain(key: AnswerKey, value: Any) -> Explanation:
    """Say why a value is a problem, what is allowed, and what was probably meant."""
    allowed, not_applicable = key.scale.describe(), key.scale.not_applicable_option
    if not_applicable is not None:
        allowed += f" or {not_applicable!r}"
    is_scalar = hasattr(value, "dtype") and value.ndim == 0 and value.dtype.kind not in "mM"
    plain = value.item() if is_scalar else value
    if isinstance(plain, bool):
        return Explanation("boolean", "is a truth value, not an answer", allowed)
    if isinstance(plain, str):
        if is_endless(plain):
            return Explanation(
                "label" if key.scale.labels else "number", "is too long for an answer", allowed
            )
        number = spelled(plain)
        if number is None:
            return _explain_text(key, plain, allowed)
        plain = number
    if isinstance(plain, int | float | Decimal | Fraction):
        return _explain_number(key, plain, allowed)
    several = isinstance(value, list | tuple | dict) or getattr(value, "ndim", 0) > 0
    hint = "one cell holds one answer, and a mapping is one person's answers; for a table, pass a DataFrame"
    reason = f"is of type {type(value).__name__}, not a number or a text"
    if isinstance(plain, date | time | timedelta):
        return Explanation("type", reason, allowed, _date_hint(plain))
    return Explanation("type", reason, allowed, hint if several else None)


def _date_hint(value: date | time | timedelta) -> str:
    """Return how an answer may have become a date."""
    if isinstance(value, date) and value.year == _FIRST_YEAR and value.month <= 2:
        day = value.timetuple().tm_yday
        return f"in a spreadsheet, this is the number {day} in the format of a date: set it to numbers"
    return (
        "spreadsheets turn answers such as 1-5 into dates: set the format of the column to text, and enter "
        "them again"
    )


def _explain_number(key: AnswerKey, value: int | float | Decimal | Fraction, allowed: str) -> Explanation:
    if value in (math.inf, -math.inf):
        return Explanation("infinite", "is infinite", allowed)
    if key.recoded.points and key.point(value, FLOAT64_SPACING) > 0:
        return Explanation("recode", "is not among the values that recode names", allowed)
    hint = "is this the score of an option instead of its number?" if key.scale.is_score(value) else None
    if key.scale.minimum <= value <= key.scale.maximum:
        wrong = "is not one of the answers" if key.scale.points else f"is off the step of {key.scale.step}"
        return Explanation("step", wrong, allowed, hint)
    return Explanation("range", "is outside the range", allowed, hint)


def _sheet_hint(value: str) -> str | None:
    """Return what to do about a text that spreadsheets make; None for other texts."""
    if value.upper() in _SHEET_ERRORS:
        return f"an error in a spreadsheet: correct the formula, or declare it: missing_codes=[{value!r}]"
    if _PERCENTAGE.fullmatch(value):
        return "a percentage: in a spreadsheet, set the column to numbers, which shows what is stored"
    if value.upper() in ("TRUE", "FALSE"):
        return f"say what it stands for: recode={{{value!r}: …}}"
    return None


def _explain_text(key: AnswerKey, value: str, allowed: str) -> Explanation:
    folded = normalized(value)
    if as_compared(value) in key.recoded.labels:
        return Explanation("recode", "is not among the labels that recode names", allowed)
    if DECIMAL_COMMA.fullmatch(value.strip()):
        return Explanation("number", "is not a number", allowed, "is this a decimal comma?")
    if as_number(folded) is not None and is_misspelt(value):
        return Explanation("number", "is not a number in plain digits", allowed)
    texts = [*(text for _, text in key.scale.labels), *key.scale.not_applicable_texts]
    options = {normalized(text): text for text in texts}
    code_and_reason: tuple[ProblemCode, str] = (
        ("label", "is not a label of this item") if key.scale.labels else ("number", "is not a number")
    )
    numbered = numbered_label(value)
    if numbered is not None and (why := _explain_numbered(key, numbered, *code_and_reason, allowed)):
        return why
    near = misspelt_label(folded, options)
    if near is None:
        return Explanation(*code_and_reason, allowed, _sheet_hint(value.strip()))
    meant = options[near]
    return Explanation(*code_and_reason, allowed, f"did you mean {meant!r}?", meant)


def _explain_numbered(
    key: AnswerKey, shown: NumberedLabel, code: ProblemCode, reason: str, allowed: str
) -> Explanation | None:
    """Explain a text that holds a label and its number, which should be the same answer; None if neither is.

    Where they are different answers, none of them is proposed: the user must look up which was meant.
    """
    by_label = {normalized(text): (text, value) for value, text in key.scale.labels}
    near = misspelt_label(normalized(shown.label), by_label) if shown.label else None
    if near is not None:
        label, value = by_label[near]
        if value == shown.number:
            return Explanation(code, reason, allowed, f"did you mean {label!r}?", label)
        differs = f"{label!r} is {value:g} in the instrument, and not {shown.number}"
        return Explanation(code, reason, allowed, f"{differs}: look up which of them was meant")
    has_all_labels = len(by_label) >= len(key.scale.values)
    if key.place(shown.number) > 0 and not (has_all_labels and shown.label):
        return Explanation(code, reason, allowed, f"did you mean {shown.number}?", shown.number)
    return None
