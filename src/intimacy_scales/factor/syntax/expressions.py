"""Arithmetic of labels, as in ``k := p/a`` and ``a1 == 2*a2``: read, written, and told apart by what it is.

sum     := product (('+' | '-') product)*
product := signed (('*' | '/') signed)*
signed  := ('-' | '+') signed | power
power   := atom ('^' signed)?              # 2^-1; -a^2 is -(a^2)
atom    := number | label | function '(' sum ')' | '(' sum ')'
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from intimacy_scales.factor.syntax.tokens import Cursor, Token

FUNCTIONS = ("exp", "log", "sqrt", "abs")
_OPERAND = "a number, a label, '(' or one of " + ", ".join(f"{name}(...)" for name in FUNCTIONS)
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "negative": 3, "^": 4}
_ATOM = 5
DEEPEST = 100  # operations within each other, as in a sum of that many terms
_DEEPEST_PARTS = 30  # parentheses, functions and powers within each other


@dataclass(frozen=True, slots=True)
class Expression:
    """A number, a label, or what is made of others.

    Attributes
    ----------
    kind
        ``number``, ``label``, ``negative``, an operator, or the name of a function.
    parts
        What it is made of.
    value
        Of a number.
    name
        Of a label.
    at
        Where it was written; not part of what it says.
    """

    kind: str
    parts: tuple[Expression, ...] = ()
    value: float = 0.0
    name: str = ""
    at: Token | None = field(default=None, compare=False, repr=False)

    def labels(self) -> Iterator[Expression]:
        """Yield the labels in it, in the order of the text."""
        if self.kind == "label":
            yield self
        for part in self.parts:
            yield from part.labels()

    def __str__(self) -> str:
        """Return it as a text that reads as the same."""
        if self.kind == "number":
            return f"{self.value:g}" if float(f"{self.value:g}") == self.value else repr(self.value)
        if self.kind == "label":
            return self.name
        if self.kind in FUNCTIONS:
            return f"{self.kind}({self.parts[0]})"
        if self.kind == "negative":
            return f"-{_enclosed(self.parts[0], _STRENGTH['negative'])}"
        strength, (left, right) = _STRENGTH[self.kind], self.parts
        to_the_right = self.kind == "^"  # a^b^c is a^(b^c); a-b-c is (a-b)-c
        sides = (
            _enclosed(left, strength + to_the_right),
            _enclosed(right, strength if to_the_right else strength + 1),
        )
        return (f" {self.kind} " if self.kind in "+-" else self.kind).join(sides)


def _enclosed(part: Expression, least: int) -> str:
    """Return an operand, in parentheses where it would be read otherwise."""
    text = str(part)
    return f"({text})" if _STRENGTH.get(part.kind, _ATOM) < least else text


def take_expression(cursor: Cursor) -> Expression:
    """Read a sum and stop behind it."""
    begin = cursor.here
    found = _Reader(cursor).sum()
    if _depth(found) > DEEPEST:
        raise cursor.error(
            f"more than {DEEPEST} operations in a row: define parts of it by names of their own", begin
        )
    return found


class _Reader:
    """Reads one expression; each method reads what it is named after and stops behind it."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._inside = 0

    def sum(self) -> Expression:
        cursor = self._cursor
        found = self._product()
        while cursor.here.is_("+", "-"):
            token = cursor.take()
            found = Expression(token.text, (found, self._product()), at=token)
        return found

    def _product(self) -> Expression:
        cursor = self._cursor
        found = self._signed()
        while cursor.here.is_("*", "/"):
            token = cursor.take()
            found = Expression(token.text, (found, self._signed()), at=token)
        return found

    def _signed(self) -> Expression:
        cursor = self._cursor
        signs = []
        while cursor.here.is_("+", "-"):
            signs.append(cursor.take())
        found = self._power()
        for token in reversed(signs):
            if token.text == "-":
                found = Expression("negative", (found,), at=token)
        return found

    def _power(self) -> Expression:
        base, cursor = self._atom(), self._cursor
        if not cursor.here.is_("^"):
            return base
        token = self._enter()
        found = Expression("^", (base, self._signed()), at=token)
        self._inside -= 1
        return found

    def _atom(self) -> Expression:
        cursor = self._cursor
        here = cursor.here
        if here.kind == "number":
            return Expression("number", value=cursor.take_number(_OPERAND), at=here)
        if here.kind == "name" and cursor.after.is_("("):
            if here.text not in FUNCTIONS:
                there = ", ".join(f"{name}()" for name in FUNCTIONS)
                raise cursor.error(f"{here.text}() is no function here; there are {there}", here)
            cursor.take()
            return Expression(here.text, (self._enclosed(f"{here.text}("),), at=here)
        if here.is_("("):
            return self._enclosed("(")
        return Expression("label", name=cursor.take_name(_OPERAND).text, at=here)

    def _enclosed(self, opened: str) -> Expression:
        self._enter()
        found = self.sum()
        self._cursor.take_operator(
            ")", f"')' to close {opened!r}" if opened == "(" else f"')' to close {opened}"
        )
        self._inside -= 1
        return found

    def _enter(self) -> Token:
        """Go on over what begins a part of the expression."""
        self._inside += 1
        if self._inside > _DEEPEST_PARTS:
            raise self._cursor.error(
                f"more than {_DEEPEST_PARTS} parts within each other: define some by names of their own"
            )
        return self._cursor.take()


def _depth(expression: Expression) -> int:
    """Return how many operations stand within each other."""
    deepest, left = 0, [(expression, 0)]
    while left:
        part, depth = left.pop()
        deepest = max(deepest, depth)
        left += [(inner, depth + 1) for inner in part.parts]
    return deepest


@lru_cache(maxsize=1024)
def expression_of(text: str) -> Expression:
    """Return the expression that a text is.

    Raises
    ------
    ModelSyntaxError
        It is none; says where and what to write.

    Examples
    --------
    >>> str(expression_of("-(a+b)^2 / exp( c )"))
    '-(a + b)^2/exp(c)'
    """
    cursor = Cursor(text)
    found = take_expression(cursor)
    if cursor.here.kind != "end" or cursor.after is not cursor.here:
        raise cursor.unexpected("an operator, or the end")
    return found


@dataclass(frozen=True, slots=True)
class Linear:
    """``constant`` plus multiples of labels.

    Attributes
    ----------
    weights
        Label → what it is multiplied by.
    constant
        The rest.
    """

    weights: dict[str, float]
    constant: float

    def plus(self, other: Linear, times: float = 1.0) -> Linear:
        """Return this and a multiple of another."""
        weights = dict(self.weights)
        for name, weight in other.weights.items():
            weights[name] = weights.get(name, 0.0) + times * weight
        kept = {name: weight for name, weight in weights.items() if weight != 0}
        return Linear(kept, self.constant + times * other.constant)


class NotLinearError(ValueError):
    """An expression is not linear in its labels; `part` is the piece that is not."""

    def __init__(self, part: Expression) -> None:
        super().__init__(f"{part} is not linear in its labels")
        self.part = part


def linear_form(expression: Expression, defined: Mapping[str, Linear | None]) -> Linear:
    """Return an expression as multiples of labels.

    Parameters
    ----------
    expression
        What stands on one side of a constraint.
    defined
        What is defined, as multiples of labels; None where it is not linear.

    Raises
    ------
    NotLinearError
        A product or quotient of labels, a power or a function of one, or a number that is not finite.
    """
    if expression.kind == "number":
        return Linear({}, expression.value)
    if expression.kind == "label":
        if expression.name not in defined:
            return Linear({expression.name: 1.0}, 0.0)
        meant = defined[expression.name]
        if meant is None:
            raise NotLinearError(expression)
        return meant
    parts = [linear_form(part, defined) for part in expression.parts]
    found = _combined(expression, parts)
    if found is None or not math.isfinite(found.constant):
        raise NotLinearError(expression)
    return found


def linear_forms(definitions: Mapping[str, Expression]) -> dict[str, Linear | None]:
    """Return what is defined as multiples of labels, each by what is defined before; None of the others."""
    found: dict[str, Linear | None] = {}
    for name, expression in definitions.items():
        try:
            found[name] = linear_form(expression, found)
        except NotLinearError:
            found[name] = None
    return found


def _combined(expression: Expression, parts: list[Linear]) -> Linear | None:
    """Return what an operator or function makes of linear parts; None where that is not linear."""
    kind, first, last = expression.kind, parts[0], parts[-1]
    if kind in ("+", "-"):
        return first.plus(last, 1.0 if kind == "+" else -1.0)
    times = {"negative": -1.0, "*": last.constant, "/": 1 / last.constant if last.constant else math.nan}
    if kind in times and (kind == "negative" or not last.weights):
        return Linear({}, 0.0).plus(first, times[kind])
    if kind == "*" and not first.weights:
        return Linear({}, 0.0).plus(last, first.constant)
    if any(part.weights for part in parts):
        return None
    with np.errstate(all="ignore"):
        return Linear({}, float(evaluate(expression, {}, _PLAIN)))


def evaluate(
    expression: Expression, values: Mapping[str, Any], functions: Mapping[str, Callable[[Any], Any]]
) -> Any:
    """Return what an expression is worth.

    Parameters
    ----------
    expression
        What to work out.
    values
        Label → number, or whatever has the operators: arrays, or numbers with their derivatives.
    functions
        Name → function of such numbers.
    """
    if expression.kind == "number":
        return np.float64(expression.value)
    if expression.kind == "label":
        return values[expression.name]
    parts = [evaluate(part, values, functions) for part in expression.parts]
    return (_OPERATORS.get(expression.kind) or functions[expression.kind])(*parts)


_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow,
    "negative": operator.neg,
}  # fmt: skip
_PLAIN: dict[str, Callable[[Any], Any]] = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "abs": np.abs}
