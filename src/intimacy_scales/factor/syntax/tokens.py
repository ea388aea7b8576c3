"""Tokens of a model's text (names, numbers, operators), and errors that point at one of them."""

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
_ARROW = "is not an operator here: write f =~ x for a loading, y ~ x for a path and x ~~ y for a covariance"
_BOUND = (
    "bounds a parameter, and models here have no bounds: fix it (0*x), or leave it free and look at its "
    "interval"
)
_ARITHMETIC = (
    "is arithmetic, which is allowed in k := p/a and in a == 2*b only: here write the number itself (0.5*x)"
)
REFUSED = {
    "<~": "makes a composite of its items, which models here do not have: write f =~ x1 + x2 for a factor "
    "that its items reflect, or score the composite as a scale",
    "~*~": "scales the latent response of an ordered item, and items here are numeric: leave this out",
    "|": "names thresholds of an ordered item, and items here are numeric, without thresholds: leave this "
    "out",
    ":": "multiplies two variables, and models here have no interactions: make a column of the product, and "
    "use it as a variable",
    "<=": _BOUND,
    ">=": _BOUND,
    "<": _BOUND,
    ">": _BOUND,
    "<->": _ARROW,
    "<-": _ARROW,
    "->": _ARROW,
    "/": _ARITHMETIC,
    "^": _ARITHMETIC,
    "=": "is not an operator: did you mean '=~' (is measured by), '==' (equals) or ':=' (is defined as)?",
}

_LONGEST_FIRST = sorted((*OPERATORS, *REFUSED), key=len, reverse=True)
_NOT_BEFORE_A_BREAK = (")",)  # after any other operator, a statement goes on in the next line
_NOT_AFTER_A_BREAK = ("(", "-")  # before any other operator, it goes on from the previous line
_DIGITS = "0123456789"
_QUOTES = "\"'"
# look-alikes of characters on a keyboard, as word processors and PDF files write them
_MEANT = {
    "\u02dc": "~", "\u223c": "~", "\uff5e": "~", "\u2212": "-", "\u2013": "-", "\u2014": "-", "\u201c": '"',
    "\u201d": '"', "\u2018": "'", "\u2019": "'", "\u00d7": "*", "\u2217": "*", "\u22c5": "*", "\uff0b": "+",
}  # fmt: skip
_SHOWN = 100  # characters of a long line


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the text.

    Attributes
    ----------
    kind
        ``end`` closes a statement; a ``fault`` is not valid in any model.
    text
        The text as written, with quotes; empty at the end of a line.
    line, column
        Where the token begins, from 1.
    """

    kind: Kind
    text: str
    line: int
    column: int

    def is_(self, *operators: str) -> bool:
        """Return whether it is one of these operators."""
        return self.kind == "operator" and self.text in operators


class Cursor:
    """The tokens of a text and the position of the next one, which errors point at."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokenize(text)
        self._at = 0

    @property
    def here(self) -> Token:
        """The next token; after the last one, the closing ``end``."""
        return self._tokens[min(self._at, len(self._tokens) - 1)]

    @property
    def after(self) -> Token:
        """The token after the next."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    @property
    def done(self) -> bool:
        """Whether all tokens are read."""
        return self._at >= len(self._tokens)

    def take(self) -> Token:
        """Return the next token and move past it."""
        token = self.here
        self._at += 1
        return token

    def next_of(self, *operators: str) -> Token | None:
        """Return the first of these operators in the rest of the statement, or None."""
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
        """Move past an operator, or raise if it is not next."""
        if not self.here.is_(operator):
            raise self.unexpected(expected)
        self.take()

    def take_name(self, expected: str) -> Token:
        """Return a name, or raise if none is next."""
        if self.here.kind != "name":
            raise self.unexpected(expected)
        if self.here.text == FREE:
            raise self.error(
                f"{FREE} sets a parameter free, as in {FREE}*x, and is not a name; expected {expected}"
            )
        return self.take()

    def take_number(self, expected: str) -> float:
        """Return a number with its sign, or raise if none is next."""
        sign = self.take() if self.here.is_("-", "+") else None
        if self.here.kind != "number":
            raise self.unexpected(expected)
        token = self.take()
        value = float(token.text)
        if not math.isfinite(value):
            raise self.error(f"{token.text} is too large for a number; expected {expected}", token)
        return -value if sign is not None and sign.text == "-" else value

    def unexpected(self, expected: str) -> ModelSyntaxError:
        """Return the error that the next token is not what is expected."""
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
        if token is self.here and not token.text and before:  # comments may be in between
            return syntax_error(self._text, message, before.line, before.column + len(before.text))
        return syntax_error(self._text, message, token.line, token.column)


def tokenize(text: str) -> tuple[Token, ...]:
    """Return the tokens of a text; the last is an ``end``.

    A line break is an ``end`` unless there is an operator before or after it.
    """
    tokens: list[Token] = []
    line_end: Token | None = None
    lines = _lines(text)
    for number, line in enumerate(lines, 1):
        for token in _tokens_of(line, number):
            if line_end and tokens and not _goes_on(tokens[-1], token):
                tokens.append(line_end)
            line_end = None
            tokens.append(token)
        line_end = line_end or Token("end", "", number, len(line) + 1)
    return (*tokens, Token("end", "", len(lines), len(lines[-1]) + 1))


def is_name(text: str) -> bool:
    """Return whether a text is one name and nothing else."""
    return bool(text) and _starts_name(text[0]) and _end_of(text, 0, _in_name) == len(text)


def seen(token: Token) -> str:
    """Return a token as an error shows it."""
    return repr(token.text) if token.text else "the end of the statement"


def syntax_error(text: str, message: str, line: int, column: int) -> ModelSyntaxError:
    """Return an error that shows a line of the text with a caret under the column.

    Parameters
    ----------
    text
        The whole model.
    message
        The message.
    line, column
        Position of the fault, from 1.
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
    """Return what is wrong with a token that is not valid in any model."""
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
    """Return space as wide as a character, so that the caret is right below it."""
    if character == "\t":
        return character
    if unicodedata.combining(character):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "


def _goes_on(before: Token, after: Token) -> bool:
    """Return whether a statement goes on across a line break."""
    needs_more = before.kind == "operator" and before.text not in _NOT_BEFORE_A_BREAK
    return needs_more or (after.kind == "operator" and after.text not in _NOT_AFTER_A_BREAK)


def _tokens_of(line: str, number: int) -> Iterator[Token]:
    """Yield the tokens of a line up to a comment, which ``#`` or ``!`` begins."""
    at = 0
    while at < len(line) and line[at] not in "#!":
        if line[at].isspace():
            at += 1
            continue
        kind, end = _kind_and_end(line, at)
        yield Token(kind, line[at:end], number, at + 1)
        at = end


def _kind_and_end(line: str, at: int) -> tuple[Kind, int]:
    """Return the kind of the token that begins at a position, and where it ends."""
    first = line[at]
    if first == ";":
        return "end", at + 1
    if first in _QUOTES:
        closing = line.find(first, at + 1)
        return ("fault", len(line)) if closing < 0 else ("text", closing + 1)
    if first in _DIGITS or (first == "." and line.startswith(tuple(_DIGITS), at + 1)):
        end = _number_end(line, at)
        name_end = _end_of(line, end, _in_name)
        return ("number", end) if name_end == end else ("fault", name_end)
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
        exponent = end + 1 + line.startswith(("+", "-"), end + 1)
        exponent_end = _end_of(line, exponent, _is_digit)
        end = exponent_end if exponent_end > exponent else end
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
