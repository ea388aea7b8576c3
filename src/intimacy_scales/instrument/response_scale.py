"""The response scale: which answers an item allows."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from operator import itemgetter
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, PrivateAttr, WithJsonSchema, model_validator

from intimacy_scales.instrument.base import Id, Number, Part, Text, kept
from intimacy_scales.instrument.budgets import shown
from intimacy_scales.instrument.numbers import as_number, exact, finite, plain
from intimacy_scales.instrument.numerals import NOT_ANSWERED, spelled
from intimacy_scales.instrument.texts import normalized

MAX_POINTS = 65_535


def _point(key: Any) -> int | float:
    number = as_number(key) if isinstance(key, str) else key
    try:
        return plain(exact("" if number is None else number))
    except ValueError:
        raise ValueError(
            f"{shown(key)} labels no point: a label's key is the number that is stored"
        ) from None


def _pairs(labels: Any) -> Any:
    if isinstance(labels, Mapping):
        labels = labels.items()
    elif not isinstance(labels, list | tuple) or not all(
        isinstance(pair, list | tuple) and len(pair) == len(("value", "text")) for pair in labels
    ):
        raise ValueError("labels are a table of value = text")
    return tuple(sorted(((_point(key), text) for key, text in labels), key=itemgetter(0)))


def _missing_code(code: Any) -> Any:
    if isinstance(code, str) and normalized(code):
        return code
    if isinstance(code, bool) or not isinstance(code, int | float):
        raise ValueError(f"{shown(code)} is not a number or a text")
    return finite(code)


def _mapping(labels: tuple[tuple[int | float, str], ...]) -> dict[str, str]:
    return {str(value): text for value, text in labels}


Labels = Annotated[
    tuple[tuple[Number, Text], ...],
    BeforeValidator(_pairs),
    PlainSerializer(_mapping, return_type=dict[str, str]),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}),
]


MissingCode = Annotated[int | float | str, BeforeValidator(_missing_code)]


class ResponseScale(Part):
    """The points an answer can take, from ``minimum`` to ``maximum`` by ``step``.

    Attributes
    ----------
    id
        The name under which a file declares it, if it has one.
    minimum, maximum, step
        Stored values; the step divides the range exactly (as decimals).
    labels
        ``(value, text)`` for some or all points; in files a table ``value = "text"``.
    missing_codes
        Stored values or texts that mean "no answer"; none of them is a point.
    not_applicable
        Stored values or texts that mean that the question does not apply to the person, such as
        ``"Does not apply"``, which stands first and is shown as an option. They count as no answer, and
        are counted apart.
    translated_from
        Of a translation: the response scale whose options are put in other words.

    Examples
    --------
    >>> agree = ResponseScale(minimum=1, maximum=7, labels={1: "Strongly disagree", 7: "Strongly agree"})
    >>> agree.n_points, agree.values[-1], agree.label(7)
    (7, 7, 'Strongly agree')
    """

    id: Id | None = None
    minimum: Number
    maximum: Number
    step: Number = 1
    labels: Labels = ()
    missing_codes: tuple[MissingCode, ...] = Field(default=(), max_length=1_000)
    not_applicable: tuple[MissingCode, ...] = Field(default=(), max_length=1_000)
    translated_from: ResponseScale | None = None
    _checked: bool = PrivateAttr(default=False)

    @model_validator(mode="after")
    def _consistent(self) -> ResponseScale:
        if self._checked:  # pydantic asks again for each item that shares it
            return self
        self._check_range()
        self._check_labels()
        self._check_codes()
        if self.translated_from is not None and self.translated_from.range != self.range:
            raise ValueError("translated_from: has another range")
        self._checked = True
        return self

    def _check_range(self) -> None:
        low, high, step = exact(self.minimum), exact(self.maximum), exact(self.step)
        if low >= high:
            raise ValueError(f"minimum {self.minimum} is not below maximum {self.maximum}")
        if step <= 0:
            raise ValueError(f"step {self.step} is not above 0")
        if (high - low) % step:
            raise ValueError(f"step {self.step} does not divide the range {self.minimum} to {self.maximum}")
        if (high - low) / step >= MAX_POINTS:
            points = shown(int((high - low) / step) + 1)
            raise ValueError(f"{points} points; at most {MAX_POINTS} are supported")

    def _check_labels(self) -> None:
        seen: dict[str, int | float] = {}
        labelled: set[int | float] = set()
        for value, text in self.labels:
            if not self.holds(value):
                raise ValueError(
                    f"label {text!r} is given to {value}, which is not a point of the response scale"
                )
            if value in labelled:
                raise ValueError(f"point {value} has two labels, one of them {text!r}")
            labelled.add(value)
            key = normalized(text)
            if not key:
                raise ValueError(f"label of point {value} is blank")
            if key in NOT_ANSWERED:
                raise ValueError(f"label {text!r} of point {value} reads as no answer")
            if key in seen:
                raise ValueError(f"label {text!r} is given to {seen[key]} and to {value}")
            seen[key] = value
            number = as_number(key)
            if number is not None and number != value:
                raise ValueError(f"label {text!r} of point {value} reads as another number")

    def _check_codes(self) -> None:
        """Raise where a value that means no answer is one, or means two things."""
        seen: dict[int | float | Fraction | str, str] = {}
        kinds = (("missing code", self.missing_codes), ("not_applicable", self.not_applicable))
        for kind, code in ((kind, code) for kind, codes in kinds for code in codes):
            number = spelled(code) if isinstance(code, str) else code
            is_label = isinstance(code, str) and normalized(code) in self._label_texts
            if is_label or (number is not None and self.holds(number)):
                raise ValueError(f"{kind} {code!r} is also an answer that the response scale allows")
            value = normalized(str(code)) if number is None else number
            if seen.setdefault(value, kind) != kind:
                raise ValueError(f"{code!r} is a missing code, and not_applicable too: it can be one of them")
            if kind == "not_applicable" and value in NOT_ANSWERED:
                raise ValueError(f"not_applicable {code!r} reads as no answer")

    @kept
    def _label_texts(self) -> frozenset[str]:
        return frozenset(normalized(text) for _, text in self.labels)

    @property
    def range(self) -> tuple[int | float, int | float, int | float]:
        """Minimum, maximum and step: which points there are."""
        return self.minimum, self.maximum, self.step

    @kept
    def n_points(self) -> int:
        """Number of points."""
        return int((exact(self.maximum) - exact(self.minimum)) / exact(self.step)) + 1

    def holds(self, number: int | float | Fraction) -> bool:
        """Tell whether a number is a point."""
        if not self.minimum <= number <= self.maximum:
            return False
        if type(number) is type(self.minimum) is type(self.step) is int:
            return (number - self.minimum) % self.step == 0
        low, step = self._start
        position = round((number - self.minimum) / self.step)  # exact: there are few points
        return plain(low + step * position) == number

    @kept
    def _start(self) -> tuple[Fraction, Fraction]:
        return exact(self.minimum), exact(self.step)

    @kept
    def values(self) -> tuple[int | float, ...]:
        """Every point, from lowest to highest."""
        low, step = exact(self.minimum), exact(self.step)
        return tuple(plain(low + step * index) for index in range(self.n_points))

    def label(self, value: int | float) -> str | None:
        """Return the label of a point, or None where it has none."""
        return dict(self.labels).get(value)

    def describe(self) -> str:
        """Say in words which answers are allowed, for messages."""
        by = "" if self.step == 1 else f" in steps of {self.step}"
        return f"{self.minimum} to {self.maximum}{by}" + (" or a label" if self.labels else "")
