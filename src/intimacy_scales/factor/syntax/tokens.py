"""The text of a model → its words, numbers and operators, and errors that point at one of them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from intimacy_scales.errors import ModelSyntaxError

Kind = Literal["name", "number", "text", "operator", "end", "fault"]

FREE = "NA"
OPERATORS = ("=~", "~~", "~", "==", ":=", "+", "-", "*", "?", ",", "(", ")")
_ARROW = "is no operator here: write f =~ x for a loading, y ~ x for a path and x ~~ y for a covariance"
_BOUND = (
    "bounds a parameter, and models are without bounds: fix it (0*x), or leave it free and see its interval"
)
_ARITHMETIC = (
    "is arithmetic, which stands in k := p/a and in a == 2*b alone: here write the number itself (0.5*x)"
)
REFUSED = {
    "<~": "makes a composite of its items, which models here do not have: write f =~ x1 + x2 for a factor "
    "that its items reflect, or score the composite as a scale",
    "~*~": "scales the response behind an ordered item, and models here are of numbers: leave this out",
    "|": "names thresholds of an ordered item, and models here are of numbers, without thresholds: leave "
    "this out",
    ":": "multiplies two variables, and models have no interactions: make a column of the product, and use "
    "it as a variable",
    "<=": _BOUND,
    ">=": _BOUND,
    "<": _BOUND,
    ">": _BOUND,
    "<->": _ARROW,
    "<-": _ARROW,
    "->": _ARROW,
    "/": _ARITHMETIC,
    "^": _ARITHMETIC,
    "=": "is no operator: did you mean '=~' (is measured by), '==' (equals) or ':=' (is defined as)?",
}

_LONGEST_FIRST = sorted((*OPERATORS, *REFUSED), key=len, reverse=True)
_NOT_BEFORE_A_BREAK = (")",)  # every other operator at the end of a line needs the next one
_NOT_AFTER_A_BREAK = ("(", "-")
_DIGITS = "0123456789"
_QUOTES = "\"'"
# what word processors and PDF files make of the characters on a keyboard
_MEANT = {
    "\u02dc": "~", "\u223c": "~", "\uff5e": "~", "\u2212": "-", "\u2013": "-", "\u2014": "-", "\u201c": '"',
    "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u00d7": "*", "\u2217": "*", "\u22c5": "*", "\uff0b": "+",
}  # fmt: skip
_SHOWN = 100  # characters of a long line


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text.

    Attributes
    ----------
    kind
        ``end`` closes a statement; ``fault`` is no piece of any model.
    text
        As written, with quotes; empty at the end of a line.
    line, column
        Where it begins, from 1.
    """

    kind: Kind
    text: str
    line: int
    column: int

    def is_(self, *operators: str) -> bool:
        """Return whether it is one of these operators."""
        return self.kind == "operator" and self.text in operators


class Cursor:
    """The tokens of a text and which is next; every error is told from here."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self._at = 0

    @property
    def here(self) -> Token:
        """The next token; the closing ``end`` behind the last."""
        return self._tokens[min(self._at, len(self._tokens) - 1)]

    @property
    def after(self) -> Token:
        """The token behind the next."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    @property
    def done(self) -> bool:
        """Whether all tokens are read."""
        return self._at >= len(self._tokens)

    def take(self) -> Token:
        """Return the next token and go on."""
        token = self.here
        self._at += 1
        return token

    def next_of(self, *operators: str) -> Token | None:
        """Return the first of these operators in what is left of the statement, or None."""
        for token in self._tokens[self._at :]:
            if token.kind == "end":
                return None
            if token.is_(*operators):
                return token
        return None

    @property
    def last_of_term(self) -> Token:
        """The last token before the next '+', or before the end of the statement."""
        last = self.here
        for token in self._tokens[self._at :]:
            if token.kind == "end" or token.is_("+"):
                break
            last = token
        return last

    def take_operator(self, operator: str, expected: str) -> None:
        """Go on over an operator that must be here."""
        if not self.here.is_(operator):
            raise self.unexpected(expected)
        self.take()

    def take_name(self, expected: str) -> Token:
        """Return the name that must be here."""
        if self.here.kind != "name":
            raise self.unexpected(expected)
        if self.here.text == FREE:
            raise self.error(f"{FREE} sets a parameter free, {FREE}*x: it is no name; expected {expected}")
        return self.take()

    def take_number(self, expected: str) -> float:
        """Return the number that must be here, with its sign."""
        sign = self.take() if self.here.is_("-", "+") else None
        if self.here.kind != "number":
            raise self.unexpected(expected)
        token = self.take()
        value = float(token.text)
        if not math.isfinite(value):
            raise self.error(f"{token.text} is too large for a number; expected {expected}", token)
        return -value if sign is not None and sign.text == "-" else value

    def unexpected(self, expected: str) -> ModelSyntaxError:
        """Return the error that the next token is not what should be here."""
        token = self.here
        if token.kind == "fault":
            return self.error(f"{_fault(token)}; expected {expected}")
        if token.is_(*REFUSED):
            return self.error(f"{token.text!r} {REFUSED[token.text]}")
        return self.error(f"saw {seen(token)}, expected {expected}")

    def error(self, message: str, token: Token | None = None) -> ModelSyntaxError:
        """Return an error that points at a token, by default at the next."""
        token = token or self.here
        before = self._tokens[self._at - 1] if self._at else None
        if token is self.here and not token.text and before:  # comments may stand between
            return syntax_error(self._text, message, before.line, before.column + len(before.text))
        return syntax_error(self._text, message, token.line, token.column)


def tokenize(text: str) -> tuple[Token, ...]:
    """Return the pieces of a text; the last is an ``end``.

    A line break is an ``end`` unless an operator stands before or after it.
    """
    tokens: list[Token] = []
    broken: Token | None = None
    lines = _lines(text)
    for number, line in enumerate(lines, 1):
        for token in _pieces(line, number):
            if broken and tokens and not _goes_on(tokens[-1], token):
                tokens.append(broken)
            broken = None
            tokens.append(token)
        broken = broken or Token("end", "", number, len(line) + 1)
    return (*tokens, Token("end", "", len(lines), len(lines[-1]) + 1))


def is_name(text: str) -> bool:
    """Return whether a text is one name and nothing else."""
    return bool(text) and _starts_name(text[0]) and _end_of(text, 0, _in_name) == len(text)


def seen(token: Token) -> str:
    """Return a token in words, for an error."""
    return repr(token.text) if token.text else "the end of the statement"


def syntax_error(text: str, message: str, line: int, column: int) -> ModelSyntaxError:
    """Return an error that shows a line of the text with a caret under the column.

    Parameters
    ----------
    text
        The whole model.
    message
        What is wrong, what was seen, what is allowed.
    line, column
        Where, from 1.
    """
    source = _lines(text)[line - 1]
    start = max(0, min(column - 1 - _SHOWN // 2, len(source) - _SHOWN))
    shown = source[start : start + _SHOWN]
    before = "..." if start else ""
    after = "..." if start + _SHOWN < len(source) else ""
    indent = " " * len(before) + "".join(map(_blank, source[start : column - 1]))
    return ModelSyntaxError(
        f"line {line}, column {column}: {message}\n    {before}{shown}{after}\n    {indent}^", line, column
    )


def _fault(token: Token) -> str:
    """Return what is wrong with a piece that is no piece of any model."""
    first = token.text[0]
    if first in _QUOTES:
        return f"{first} opens a label that is not closed on this line"
    if first in _DIGITS or first == ".":
        return f"{token.text!r} is neither a number nor a name, which begins with a letter, '_' or '.'"
    if first in _MEANT:
        return f"unknown character {first!r} (U+{ord(first):04X}); did you mean {_MEANT[first]!r}?"
    return f"unknown character {first!r} (U+{ord(first):04X}); names have letters, digits, '.' and '_'"


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _blank(character: str) -> str:
    """Return space as wide as a character, so that a caret stands right below it."""
    if character == "\t":
        return character
    if unicodedata.combining(character):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "


def _goes_on(before: Token, after: Token) -> bool:
    """Return whether a statement goes on across a line break."""
    asks = before.kind == "operator" and before.text not in _NOT_BEFORE_A_BREAK
    return asks or (after.kind == "operator" and after.text not in _NOT_AFTER_A_BREAK)


def _pieces(line: str, number: int) -> Iterator[Token]:
    at = 0
    while at < len(line) and line[at] not in "#!":
        if line[at].isspace():
            at += 1
            continue
        kind, end = _piece(line, at)
        yield Token(kind, line[at:end], number, at + 1)
        at = end


def _piece(line: str, at: int) -> tuple[Kind, int]:
    """Return what begins at a place, and where it ends."""
    first = line[at]
    if first == ";":
        return "end", at + 1
    if first in _QUOTES:
        closing = line.find(first, at + 1)
        return ("fault", len(line)) if closing < 0 else ("text", closing + 1)
    if first in _DIGITS or (first == "." and line.startswith(tuple(_DIGITS), at + 1)):
        end = _number_end(line, at)
        beyond = _end_of(line, end, _in_name)
        return ("number", end) if beyond == end else ("fault", beyond)
    if _starts_name(first):
        return "name", _end_of(line, at, _in_name)
    for operator in _LONGEST_FIRST:
        if line.startswith(operator, at):
            return "operator", at + len(operator)
    return "fault", at + 1


def _number_end(line: str, at: int) -> int:
    end = _end_of(line, at, _is_digit)
    if line.startswith(".", end):
        end = _end_of(line, end + 1, _is_digit)
    if line.startswith(("e", "E"), end):
        power = end + 1 + line.startswith(("+", "-"), end + 1)
        beyond = _end_of(line, power, _is_digit)
        end = beyond if beyond > power else end
    return end


def _end_of(line: str, at: int, belongs: Callable[[str], bool]) -> int:
    while at < len(line) and belongs(line[at]):
        at += 1
    return at


def _is_digit(character: str) -> bool:
    return character in _DIGITS


def _starts_name(character: str) -> bool:
    return character == "." or character.isidentifier()


def _in_name(character: str) -> bool:
    return character == "." or ("a" + character).isidentifier()
