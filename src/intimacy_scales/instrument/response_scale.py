"""The response scale: the answers that an item allows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from fractions import Fraction
from operator import itemgetter
from typing import Annotated, Any, NamedTuple

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from intimacy_scales.instrument.base import Id, Number, Part, Text, kept
from intimacy_scales.instrument.budgets import shown
from intimacy_scales.instrument.numbers import as_number, common_step, exact, finite, plain
from intimacy_scales.instrument.numerals import NOT_ANSWERED, spelled
from intimacy_scales.instrument.texts import normalized

MAX_POINTS = 65_535
MAX_LISTED_POINTS = 1_000  # points that are listed or scored one by one
_MOST_NAMED = 12  # points that a message names
_RANGE_FIELDS = ("minimum", "maximum", "step")  # listed points imply them


def _by_point(table: Any, wrong_table: str, wrong_key: str) -> Any:
    """Return a table whose keys are points as pairs, from the lowest point to the highest.

    ``wrong_table`` and ``wrong_key`` are messages: the value is not such a table, or a key is not a point.
    """
    if isinstance(table, Mapping):
        table = table.items()
    elif not isinstance(table, list | tuple) or not all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in table
    ):
        raise ValueError(wrong_table)
    pairs = []
    for key, entry in table:
        number = as_number(key) if isinstance(key, str) else key
        try:
            pairs.append((plain(exact("" if number is None else number)), entry))
        except ValueError:
            raise ValueError(f"{shown(key)} {wrong_key}") from None
    return tuple(sorted(pairs, key=itemgetter(0)))


def _point_list(points: Any) -> Any:
    if not isinstance(points, list | tuple):
        raise ValueError(
            f"{shown(points)} is not a list of the stored values, such as [0, 2, 7, 15]; evenly spaced "
            "values are given by minimum, maximum and step instead"
        )
    return points


def _label_pairs(labels: Any) -> Any:
    wrong_key = "is not a point: the key of a label is the number that is stored"
    return _by_point(labels, "labels must be a table of value = text", wrong_key)


def _score_pairs(scores: Any) -> Any:
    wrong_key = "is not a point: the key of a score is the number that is stored"
    return _by_point(scores, "scores must be a table of stored value = score", wrong_key)


def _missing_code(code: Any) -> Any:
    if isinstance(code, str) and normalized(code):
        return code
    if isinstance(code, bool) or not isinstance(code, int | float):
        raise ValueError(f"{shown(code)} is not a number or a text")
    return finite(code)


def _mapping(pairs: tuple[tuple[int | float, Any], ...]) -> dict[str, Any]:
    return {str(value): entry for value, entry in pairs}


Labels = Annotated[
    tuple[tuple[Number, Text], ...],
    BeforeValidator(_label_pairs),
    PlainSerializer(_mapping, return_type=dict[str, str]),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}),
]


OptionScores = Annotated[
    tuple[tuple[Number, Number], ...],
    BeforeValidator(_score_pairs),
    PlainSerializer(_mapping, return_type=dict[str, int | float]),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "number"}}),
]


MissingCode = Annotated[int | float | str, BeforeValidator(_missing_code)]


_KEPT_BY_TRANSLATION = {  # fields that a translation must not change, and what to call a change
    "range": "another range",
    "points": "other points",
    "scores": "other scores",
    "missing_codes": "other missing codes",
}


class Grid(NamedTuple):
    """The values that answers count: ``minimum + step * (code - 1)``, for codes from 1 to ``n``.

    Where points are listed or scored one by one, some codes belong to no answer.
    """

    minimum: Fraction
    step: Fraction
    n: int

    @property
    def maximum(self) -> Fraction:
        """Value of the highest code."""
        return self.minimum + self.step * (self.n - 1)

    @property
    def values(self) -> tuple[int | float, ...]:
        """Value of each code."""
        return tuple(plain(self.minimum + self.step * index) for index in range(self.n))


class ResponseScale(Part):
    """The points that an answer can have: from ``minimum`` to ``maximum`` by ``step``, or listed one by one.

    Attributes
    ----------
    id
        The name under which a file declares it, if it has one.
    minimum, maximum, step
        Stored values; the step divides the range exactly (as decimals). For listed points, they are the ends
        and the largest step that reaches all points; a file leaves them out.
    points
        The stored values, rising, where they are not evenly spaced: ``[0, 2, 7, 15]``.
    scores
        ``(value, score)`` for every point, where an answer counts something other than its stored value; in
        files a table ``value = score``.
    labels
        ``(value, text)`` for some or all points; in files a table ``value = "text"``.
    missing_codes
        Stored values or texts that mean "no answer"; they must not be points.
    not_applicable
        Stored values or texts that mean that the question does not apply to the respondent, such as
        ``"Does not apply"``; the first text is shown as an option. They are missing answers that results
        count separately.
    translated_from
        The response scale whose options a translation puts in other words; None for the original.

    Examples
    --------
    >>> agree = ResponseScale(minimum=1, maximum=7, labels={1: "Strongly disagree", 7: "Strongly agree"})
    >>> agree.n_points, agree.values[-1], agree.label(7)
    (7, 7, 'Strongly agree')
    >>> uneven = ResponseScale(points=[0, 2, 7, 15])
    >>> uneven.maximum, uneven.holds(7), uneven.holds(13)
    (15, True, False)
    >>> ResponseScale(minimum=1, maximum=3, scores={1: 0, 2: 8, 3: 3}).score_of(2)
    8
    """

    id: Id | None = None
    minimum: Number
    maximum: Number
    step: Number = 1
    points: Annotated[tuple[Number, ...], BeforeValidator(_point_list)] = Field(
        default=(), max_length=MAX_LISTED_POINTS
    )
    scores: OptionScores = Field(default=(), max_length=MAX_LISTED_POINTS)
    labels: Labels = ()
    missing_codes: tuple[MissingCode, ...] = Field(default=(), max_length=1_000)
    not_applicable: tuple[MissingCode, ...] = Field(default=(), max_length=1_000)
    translated_from: ResponseScale | None = None
    _checked: bool = PrivateAttr(default=False)

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        """Return the fields with minimum, maximum and step of listed points filled in."""
        points = data.get("points") if isinstance(data, Mapping) else None
        if not points:
            return data
        try:
            numbers = [exact(finite(point)) for point in points]
            ends = min(numbers), max(numbers), common_step(numbers)
        except (TypeError, ValueError):
            ends = Fraction(0), Fraction(1), Fraction(1)  # the validation of the points reports the fault
        return dict(zip(_RANGE_FIELDS, map(plain, ends), strict=True)) | dict(data)

    @model_serializer(mode="wrap")
    def _without_implied_fields(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = write(self)
        if self.points:
            for name in _RANGE_FIELDS:
                written.pop(name, None)
        return written

    @model_validator(mode="after")
    def _consistent(self) -> ResponseScale:
        if self._checked:  # pydantic validates it again for each item that shares it
            return self
        if self.points:
            self._check_points()
        self._check_range()
        if self.scores:
            self._check_scores()
        self._check_labels()
        self._check_codes()
        if self.translated_from is not None:
            for name, difference in _KEPT_BY_TRANSLATION.items():
                if getattr(self.translated_from, name) != getattr(self, name):
                    raise ValueError(
                        f"translated_from: has {difference}; a translation may change words only"
                    )
        self._checked = True
        return self

    def _check_points(self) -> None:
        for before, after in zip(self.points, self.points[1:], strict=False):
            if exact(before) >= exact(after):
                raise ValueError(f"points: {after} follows {before}; list each point once, in rising order")
        if len(self.points) == 1:
            raise ValueError(f"points: {self.points[0]} is the only one; an item needs two or more")
        numbers = [exact(point) for point in self.points]
        implied = plain(numbers[0]), plain(numbers[-1]), plain(common_step(numbers))
        for name, given, value in zip(_RANGE_FIELDS, self.range, implied, strict=True):
            if given != value:
                raise ValueError(
                    f"{name} {given} does not agree with the points {self.describe()}: leave it out, as the "
                    "points imply it"
                )

    def _check_range(self) -> None:
        low, high, step = exact(self.minimum), exact(self.maximum), exact(self.step)
        if low >= high:
            raise ValueError(f"minimum {self.minimum} is not below maximum {self.maximum}")
        if step <= 0:
            raise ValueError(f"step {self.step} is not above 0")
        if (high - low) % step:
            raise ValueError(f"step {self.step} does not divide the range {self.minimum} to {self.maximum}")
        _check_number_of_points(int((high - low) / step) + 1)

    def _check_scores(self) -> None:
        seen: set[int | float] = set()
        for value, _ in self.scores:
            if not self.holds(value):
                raise ValueError(f"scores: {value} is not a point of the response scale ({self.describe()})")
            if value in seen:
                raise ValueError(f"scores: point {value} has two scores")
            seen.add(value)
        without_score = [value for value in self.values if value not in seen]
        if without_score:
            raise ValueError(f"scores: no score for {_listed(without_score, 'and')}; every point needs one")
        if len({score for _, score in self.scores}) == 1:
            raise ValueError(
                f"scores: every answer counts {self.scores[0][1]}; at least two scores must differ"
            )
        _check_number_of_points(self.counted.n)

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
                raise ValueError(f"label {text!r} of point {value} would be read as a missing answer")
            if key in seen:
                raise ValueError(f"label {text!r} is given to {seen[key]} and to {value}")
            seen[key] = value
            number = as_number(key)
            if number is not None and number != value:
                raise ValueError(f"label {text!r} of point {value} would be read as another number")

    def _check_codes(self) -> None:
        """Raise a ValueError if a code for a missing answer is an allowed answer, or has two meanings."""
        seen: dict[int | float | Fraction | str, str] = {}
        kinds = (("missing code", self.missing_codes), ("not_applicable", self.not_applicable))
        for kind, code in ((kind, code) for kind, codes in kinds for code in codes):
            number = spelled(code) if isinstance(code, str) else code
            is_label = isinstance(code, str) and normalized(code) in self._label_texts
            if is_label or (number is not None and self.holds(number)):
                raise ValueError(f"{kind} {code!r} is also an answer that the response scale allows")
            value = normalized(str(code)) if number is None else number
            if seen.setdefault(value, kind) != kind:
                raise ValueError(f"{code!r} is both a missing code and not_applicable; choose one of them")
            if kind == "not_applicable" and value in NOT_ANSWERED:
                raise ValueError(f"not_applicable {code!r} would be read as a missing answer")

    @kept
    def _label_texts(self) -> frozenset[str]:
        return frozenset(normalized(text) for _, text in self.labels)

    @property
    def range(self) -> tuple[int | float, int | float, int | float]:
        """Minimum, maximum and step."""
        return self.minimum, self.maximum, self.step

    @kept
    def n_points(self) -> int:
        """Number of points."""
        return len(self.points) or int((exact(self.maximum) - exact(self.minimum)) / exact(self.step)) + 1

    def holds(self, number: int | float | Fraction) -> bool:
        """Return whether a number is a point."""
        if not self.minimum <= number <= self.maximum:
            return False
        if self.points:
            return number in self._listed
        if type(number) is type(self.minimum) is type(self.step) is int:
            return (number - self.minimum) % self.step == 0
        low, step = self._start
        return plain(low + step * self.nearest(number)) == number

    @kept
    def _listed(self) -> frozenset[int | float]:
        return frozenset(self.points)

    @kept
    def _start(self) -> tuple[Fraction, Fraction]:
        return exact(self.minimum), exact(self.step)

    def nearest(self, number: int | float | Fraction) -> int:
        """Return the position of the point nearest to a number, which may be beyond the ends."""
        if not self.points:
            position = round((number - self.minimum) / self.step)  # exact: there are few points
            return min(max(position, 0), self.n_points - 1)
        above = min(bisect_left(self.points, number), len(self.points) - 1)
        below = max(above - 1, 0)
        return below if number - self.points[below] < self.points[above] - number else above

    @kept
    def values(self) -> tuple[int | float, ...]:
        """Every point, from lowest to highest."""
        return self.points or Grid(exact(self.minimum), exact(self.step), self.n_points).values

    @kept
    def counted(self) -> Grid:
        """The grid of the values that answers count: it contains all points, or all scores."""
        if not self.scores:
            low, high, step = map(exact, self.range)
            return Grid(low, step, int((high - low) / step) + 1)
        numbers = [exact(score) for _, score in self.scores]
        step = common_step(numbers)
        return Grid(min(numbers), step, int((max(numbers) - min(numbers)) / step) + 1)

    @property
    def is_plain(self) -> bool:
        """Whether each code has a point, and each point counts its stored value."""
        return not self.scores and self.n_points == self.counted.n

    @kept
    def codes(self) -> tuple[int, ...]:
        """The code of each point: the place on the grid of the value that it counts."""
        if self.is_plain:
            return tuple(range(1, self.n_points + 1))
        low, step, _ = self.counted
        return tuple(int((exact(self.score_of(value)) - low) / step) + 1 for value in self.values)

    def score_of(self, value: int | float) -> int | float:
        """Return the value that a point counts: its score, or the point itself."""
        return self._scores[value] if self.scores else value

    @kept
    def _scores(self) -> dict[int | float, int | float]:
        return dict(self.scores)

    def is_score(self, value: Any) -> bool:
        """Return whether an option has this score; False where options have no scores."""
        return any(score == value for _, score in self.scores)

    def not_mirrored(self) -> int | float | None:
        """Return a value that answers count, but whose mirror image ``lowest + highest - value`` none counts.

        None if there is no such value. If there is one, items cannot be reverse-keyed.
        """
        ends = self.counted.n + 1  # lowest and highest code added up
        codes = set(self.codes)
        unmirrored = (code for code in self.codes if ends - code not in codes)
        code = None if self.is_plain else next(unmirrored, None)
        return None if code is None else plain(self.counted.minimum + self.counted.step * (code - 1))

    def label(self, value: int | float) -> str | None:
        """Return the label of a point, or None where it has none."""
        return dict(self.labels).get(value)

    @property
    def not_applicable_texts(self) -> list[str]:
        """Values of `not_applicable` that are words, which a translation replaces."""
        return [code for code in self.not_applicable if isinstance(code, str) and spelled(code) is None]

    @property
    def not_applicable_option(self) -> int | float | str | None:
        """The option "does not apply" as it is shown; None if there is no such option."""
        return next(iter((*self.not_applicable_texts, *self.not_applicable)), None)

    def describe(self) -> str:
        """Return in words which answers are allowed, for messages."""
        if self.points:
            numbers = _listed(self.points, "or")
        else:
            by = "" if self.step == 1 else f" in steps of {self.step}"
            numbers = f"{self.minimum} to {self.maximum}{by}"
        return numbers + (" or a label" if self.labels else "")


def _check_number_of_points(n_points: int) -> None:
    if n_points > MAX_POINTS:
        raise ValueError(f"{shown(n_points)} points; at most {MAX_POINTS} are supported")


def _listed(values: tuple[int | float, ...] | list[int | float], word: str) -> str:
    """Return values as a list in words; of many, the last one and those at the beginning."""
    texts = [str(value) for value in values]
    if len(texts) > _MOST_NAMED:
        texts = [*texts[: _MOST_NAMED - 2], "…", texts[-1]]
    return ", ".join(texts[:-1]) + f" {word} {texts[-1]}" if len(texts) > 1 else texts[0]
