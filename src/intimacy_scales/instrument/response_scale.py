"""The response scale: which answers an item allows."""

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
MAX_LISTED_POINTS = 1_000  # that are listed or scored one by one
_LISTED = 12  # points that a message names
_GIVEN_BY_POINTS = ("minimum", "maximum", "step")


def _by_point(table: Any, what: str, wrong_key: str) -> Any:
    """Return a table whose keys are points as pairs, from the lowest point to the highest."""
    if isinstance(table, Mapping):
        table = table.items()
    elif not isinstance(table, list | tuple) or not all(
        isinstance(pair, list | tuple) and len(pair) == len(("value", "what")) for pair in table
    ):
        raise ValueError(what)
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
            f"{shown(points)} is no list of the stored values, such as [0, 2, 7, 15]; values that are evenly "
            "spaced have a minimum, a maximum and a step instead"
        )
    return points


def _label_pairs(labels: Any) -> Any:
    wrong_key = "labels no point: a label's key is the number that is stored"
    return _by_point(labels, "labels are a table of value = text", wrong_key)


def _score_pairs(scores: Any) -> Any:
    wrong_key = "is no point: the key of a score is the number that is stored"
    return _by_point(scores, "scores are a table of stored value = what it counts", wrong_key)


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


_OTHER = {
    "range": "another range",
    "points": "other points",
    "scores": "other scores",
    "missing_codes": "other missing codes",
}


class Grid(NamedTuple):
    """What answers count: ``minimum + step * (code - 1)``, for codes from 1 to ``n``.

    Where points are listed or scored one by one, some codes are no answer's.
    """

    minimum: Fraction
    step: Fraction
    n: int

    @property
    def maximum(self) -> Fraction:
        """What the highest code counts."""
        return self.minimum + self.step * (self.n - 1)

    @property
    def values(self) -> tuple[int | float, ...]:
        """What each code counts."""
        return tuple(plain(self.minimum + self.step * index) for index in range(self.n))


class ResponseScale(Part):
    """The points an answer can take: from ``minimum`` to ``maximum`` by ``step``, or listed one by one.

    Attributes
    ----------
    id
        The name under which a file declares it, if it has one.
    minimum, maximum, step
        Stored values; the step divides the range exactly (as decimals). Of listed points, the ends and
        the largest step that leads to all of them; a file leaves them out.
    points
        The stored values, rising, where there are gaps between them: ``[0, 2, 7, 15]``.
    scores
        ``(value, score)`` for every point, where an answer counts something else than the value that is
        stored; in files a table ``value = score``.
    labels
        ``(value, text)`` for some or all points; in files a table ``value = "text"``.
    missing_codes
        Stored values or texts that mean "no answer"; none of them is a point.
    not_applicable
        Stored values or texts that mean that the question does not apply to the person, such as
        ``"Does not apply"``; the first text is shown as an option. They count as no answer, and are
        counted apart.
    translated_from
        Of a translation: the response scale whose options are put in other words.

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
        """Give listed points their ends and their step."""
        points = data.get("points") if isinstance(data, Mapping) else None
        if not points:
            return data
        try:
            numbers = [exact(finite(point)) for point in points]
            ends = min(numbers), max(numbers), common_step(numbers)
        except (TypeError, ValueError):
            ends = Fraction(0), Fraction(1), Fraction(1)  # what is wrong with the points will be said
        return dict(zip(_GIVEN_BY_POINTS, map(plain, ends), strict=True)) | dict(data)

    @model_serializer(mode="wrap")
    def _without_what_points_give(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written: dict[str, Any] = write(self)
        if self.points:
            for name in _GIVEN_BY_POINTS:
                written.pop(name, None)
        return written

    @model_validator(mode="after")
    def _consistent(self) -> ResponseScale:
        if self._checked:  # pydantic asks again for each item that shares it
            return self
        if self.points:
            self._check_points()
        self._check_range()
        if self.scores:
            self._check_scores()
        self._check_labels()
        self._check_codes()
        if self.translated_from is not None:
            for name in ("range", "points", "scores", "missing_codes"):
                if getattr(self.translated_from, name) != getattr(self, name):
                    raise ValueError(f"translated_from: has {_OTHER[name]}; only words are translated")
        self._checked = True
        return self

    def _check_points(self) -> None:
        for before, after in zip(self.points, self.points[1:], strict=False):
            if exact(before) >= exact(after):
                raise ValueError(f"points: {after} stands after {before}; list each point once, rising")
        if len(self.points) == 1:
            raise ValueError(f"points: {self.points[0]} is the only one; an answer needs two or more")
        numbers = [exact(point) for point in self.points]
        ends = plain(numbers[0]), plain(numbers[-1]), plain(common_step(numbers))
        for name, given, found in zip(_GIVEN_BY_POINTS, self.range, ends, strict=True):
            if given != found:
                raise ValueError(
                    f"{name} {given} does not agree with the points {self.describe()}: leave it out, as they "
                    "say all"
                )

    def _check_range(self) -> None:
        low, high, step = exact(self.minimum), exact(self.maximum), exact(self.step)
        if low >= high:
            raise ValueError(f"minimum {self.minimum} is not below maximum {self.maximum}")
        if step <= 0:
            raise ValueError(f"step {self.step} is not above 0")
        if (high - low) % step:
            raise ValueError(f"step {self.step} does not divide the range {self.minimum} to {self.maximum}")
        _check_many(int((high - low) / step) + 1)

    def _check_scores(self) -> None:
        seen: set[int | float] = set()
        for value, _ in self.scores:
            if not self.holds(value):
                raise ValueError(f"scores: {value} is not a point of the response scale ({self.describe()})")
            if value in seen:
                raise ValueError(f"scores: point {value} has two scores")
            seen.add(value)
        bare = [value for value in self.values if value not in seen]
        if bare:
            raise ValueError(f"scores: no score for {_listed(bare, 'and')}; every point needs one")
        if len({score for _, score in self.scores}) == 1:
            raise ValueError(f"scores: every answer counts {self.scores[0][1]}, which tells nothing")
        _check_many(self.counted.n)

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
        """Minimum, maximum and step."""
        return self.minimum, self.maximum, self.step

    @kept
    def n_points(self) -> int:
        """Number of points."""
        return len(self.points) or int((exact(self.maximum) - exact(self.minimum)) / exact(self.step)) + 1

    def holds(self, number: int | float | Fraction) -> bool:
        """Tell whether a number is a point."""
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
        """Return the position of the point that is nearest to a number, which may lie beyond the ends."""
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
        """What answers count: a grid that holds all points, or all scores."""
        if not self.scores:
            low, high, step = map(exact, self.range)
            return Grid(low, step, int((high - low) / step) + 1)
        numbers = [exact(score) for _, score in self.scores]
        step = common_step(numbers)
        return Grid(min(numbers), step, int((max(numbers) - min(numbers)) / step) + 1)

    @property
    def is_plain(self) -> bool:
        """Whether it has a point for each code, which counts what is stored."""
        return not self.scores and self.n_points == self.counted.n

    @kept
    def codes(self) -> tuple[int, ...]:
        """The code of each point, whose place on the grid says what it counts."""
        if self.is_plain:
            return tuple(range(1, self.n_points + 1))
        low, step, _ = self.counted
        return tuple(int((exact(self.score_of(value)) - low) / step) + 1 for value in self.values)

    def score_of(self, value: int | float) -> int | float:
        """Return what a point counts: its score, or itself."""
        return self._scores[value] if self.scores else value

    @kept
    def _scores(self) -> dict[int | float, int | float]:
        return dict(self.scores)

    def is_score(self, value: Any) -> bool:
        """Tell whether some option has this score, where options have scores."""
        return any(score == value for _, score in self.scores)

    def not_mirrored(self) -> int | float | None:
        """Return a point, or a score, for which ``minimum + maximum - it`` is none; None without any.

        Answers that have such a one cannot be reverse-keyed.
        """
        last = self.counted.n + 1
        there = set(self.codes)
        missing = (code for code in self.codes if last - code not in there)
        code = None if self.is_plain else next(missing, None)
        return None if code is None else plain(self.counted.minimum + self.counted.step * (code - 1))

    def label(self, value: int | float) -> str | None:
        """Return the label of a point, or None where it has none."""
        return dict(self.labels).get(value)

    @property
    def not_applicable_texts(self) -> list[str]:
        """Values of `not_applicable` that are words, and so are put in other words by a translation."""
        return [code for code in self.not_applicable if isinstance(code, str) and spelled(code) is None]

    @property
    def not_applicable_option(self) -> int | float | str | None:
        """What is shown as the option that the question does not apply; None where there is none."""
        return next(iter((*self.not_applicable_texts, *self.not_applicable)), None)

    def describe(self) -> str:
        """Say in words which answers are allowed, for messages."""
        if self.points:
            told = _listed(self.points, "or")
        else:
            by = "" if self.step == 1 else f" in steps of {self.step}"
            told = f"{self.minimum} to {self.maximum}{by}"
        return told + (" or a label" if self.labels else "")


def _check_many(n_points: int) -> None:
    if n_points > MAX_POINTS:
        raise ValueError(f"{shown(n_points)} points; at most {MAX_POINTS} are supported")


def _listed(values: tuple[int | float, ...] | list[int | float], word: str) -> str:
    """Name values, those in the middle left out where there are many."""
    texts = [str(value) for value in values]
    if len(texts) > _LISTED:
        texts = [*texts[: _LISTED - 2], "…", texts[-1]]
    return ", ".join(texts[:-1]) + f" {word} {texts[-1]}" if len(texts) > 1 else texts[0]
