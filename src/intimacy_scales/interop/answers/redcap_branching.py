"""REDCap's branching logic: whether a field was shown, for conditions that compare fields with values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from intimacy_scales.instrument.numbers import as_number

_LONGEST, _DEEPEST = 2000, 20
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<field>\[[a-zA-Z]\w*(?:\(-?\w+\))?\](?!\s*\[))
      | (?P<value>"[^"]*" | '[^']*' | -?\d+(?:\.\d+)?)
      | (?P<sign><> | != | <= | >= | = | < | >)
      | (?P<word>and\b | or\b)
      | (?P<bracket>[()])
    )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field compared with a value.

    Attributes
    ----------
    column, sign, value
        Such as the column ``sex``, ``=`` and ``"0"``.
    """

    column: str
    sign: str
    value: str

    def holds(self, row: Mapping[str, Any]) -> bool | None:
        """Tell whether it holds for a row; None if the file lacks the column, or a text is to be ordered."""
        if self.column not in row:
            return None
        stored = "" if row[self.column] is None else str(row[self.column]).strip()
        numbers = as_number(stored), as_number(self.value)
        if self.sign in ("=", "<>", "!="):
            are_equal = stored == self.value if None in numbers else numbers[0] == numbers[1]
            return are_equal == (self.sign == "=")
        first, second = numbers
        if first is None or second is None:
            return None
        order = {"<": first < second, ">": first > second, "<=": first <= second, ">=": first >= second}
        return order[self.sign]


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions of which all must hold, or one.

    Attributes
    ----------
    word
        ``"and"`` or ``"or"``.
    parts
        The conditions.
    """

    word: str
    parts: tuple[Condition, ...]

    def holds(self, row: Mapping[str, Any]) -> bool | None:
        """Tell whether they hold for a row; None if this is not known."""
        values = [part.holds(row) for part in self.parts]
        decisive = self.word == "or"
        if decisive in values:
            return decisive
        return None if None in values else not decisive


Condition = Comparison | Joined


@dataclass(frozen=True, slots=True)
class InForm:
    """The condition of a field, in rows of its form alone.

    Attributes
    ----------
    condition
        The field's own condition.
    status
        The column with the status of the form, which is empty in rows of other events and instruments.
    """

    condition: Condition
    status: str

    def holds(self, row: Mapping[str, Any]) -> bool | None:
        """Tell whether the field was shown; None in rows of other forms, and if it is not known."""
        if self.status in row and str(row[self.status] or "").strip() == "":
            return None
        return self.condition.holds(row)


def condition_of(logic: str) -> Condition | None:
    """Return branching logic as a condition; None if it uses more than comparisons with values.

    Functions, other events and arithmetic are not evaluated.

    Examples
    --------
    >>> condition = condition_of("[sex] = '0' and ([age] >= 18 or [pets(2)] = '1')")
    >>> condition.holds({"sex": "0", "age": "17", "pets___2": "0"})
    False
    >>> print(condition_of("datediff([dob], 'today', 'y') > 17"))
    None
    """
    tokens = _tokens(logic)
    return None if tokens is None else _Parser(tokens).whole()


def _tokens(logic: str) -> list[tuple[str, str]] | None:
    """Return the kind and the text of each token; None if there is anything else."""
    if len(logic) > _LONGEST:
        return None
    tokens, place, text = [], 0, logic.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            return None
        tokens.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return tokens


class _Parser:
    """A parser of tokens, in which `and` binds closer than `or`."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._place, self._depth = tokens, 0, 0

    def whole(self) -> Condition | None:
        """Return the condition that all tokens make; None if they make none."""
        condition = self._joined("or")
        return condition if self._place == len(self._tokens) else None

    def _next(self, kind: str, text: str | None = None) -> str | None:
        """Take the next token if it is of a kind, and return it."""
        if self._place < len(self._tokens):
            next_kind, next_text = self._tokens[self._place]
            if next_kind == kind and text in (None, next_text.lower()):
                self._place += 1
                return next_text
        return None

    def _joined(self, word: str) -> Condition | None:
        parts = []
        while True:
            part = self._joined("and") if word == "or" else self._single()
            if part is None:
                return None
            parts.append(part)
            if self._next("word", word) is None:
                return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _single(self) -> Condition | None:
        if self._next("bracket", "("):
            self._depth += 1
            inner = self._joined("or") if self._depth <= _DEEPEST else None
            self._depth -= 1
            return inner if inner is not None and self._next("bracket", ")") else None
        field, sign, value = self._next("field"), self._next("sign"), self._next("value")
        if field is None or sign is None or value is None:
            return None
        return Comparison(_column(field), sign, value.strip("\"'"))


def _column(field: str) -> str:
    """Return the column of a field in brackets: ``[sex]`` → ``sex``, ``[pets(2)]`` → ``pets___2``."""
    name, _, code = field.strip("[]").partition("(")
    return f"{name}___{code_in_name(code.rstrip(')'))}" if code else name


def code_in_name(code: str) -> str:
    """Return the code of a checkbox option as it stands in the names of columns.

    Examples
    --------
    >>> code_in_name("-99"), code_in_name("A"), code_in_name("b.1")
    ('_99', 'a', 'b_1')
    """
    return re.sub(r"[^a-z0-9_]", "_", code.lower())
