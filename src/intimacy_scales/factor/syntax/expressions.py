"""Arithmetic of labels, as in ``k := p/a`` and ``a1 == 2*a2``: reading, writing, evaluation, linear forms.

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
DEEPEST = 100  # nested operations, as in a sum of that many terms
_DEEPEST_PARTS = 30  # nested parentheses, functions and powers


@dataclass(frozen=True, slots=True)
class Expression:
    """A number, a label, or an operation on other expressions.

    Attributes
    ----------
    kind
        ``number``, ``label``, ``negative``, an operator, or the name of a function.
    parts
        The operands.
    value
        The value of a number.
    name
        The name of a label.
    at
        Where it was written; not compared.
    """

    kind: str
    parts: tuple[Expression, ...] = ()
    value: float = 0.0
    name: str = ""
    at: Token | None = field(default=None, compare=False, repr=False)

    def labels(self) -> Iterator[Expression]:
        """Yield the labels of the expression, in the order of the text."""
        if self.kind == "label":
            yield self
        for part in self.parts:
            yield from part.labels()

    def __str__(self) -> str:
        """Return a text that is read as the same expression."""
        if self.kind == "number":
            return f"{self.value:g}" if float(f"{self.value:g}") == self.value else repr(self.value)
        if self.kind == "label":
            return self.name
        if self.kind in FUNCTIONS:
            return f"{self.kind}({self.parts[0]})"
        if self.kind == "negative":
            return f"-{_enclosed(self.parts[0], _STRENGTH['negative'])}"
        strength, (left, right) = _STRENGTH[self.kind], self.parts
        right_first = self.kind == "^"  # a^b^c is a^(b^c); a-b-c is (a-b)-c
        sides = (
            _enclosed(left, strength + right_first),
            _enclosed(right, strength if right_first else strength + 1),
        )
        return (f" {self.kind} " if self.kind in "+-" else self.kind).join(sides)


def _enclosed(part: Expression, least: int) -> str:
    """Return an operand, in parentheses if it would be read differently without."""
    text = str(part)
    return f"({text})" if _STRENGTH.get(part.kind, _ATOM) < least else text


def take_expression(cursor: Cursor) -> Expression:
    """Read a sum and move past it."""
    begin = cursor.here
    expression = _Reader(cursor).sum()
    if _depth(expression) > DEEPEST:
        raise cursor.error(
            f"more than {DEEPEST} operations in a row: define parts of this under names of their own", begin
        )
    return expression


class _Reader:
    """Reader of one expression; each method reads what it is named after and moves past it."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._nested = 0

    def sum(self) -> Expression:
        cursor = self._cursor
        total = self._product()
        while cursor.here.is_("+", "-"):
            token = cursor.take()
            total = Expression(token.text, (total, self._product()), at=token)
        return total

    def _product(self) -> Expression:
        cursor = self._cursor
        product = self._signed()
        while cursor.here.is_("*", "/"):
            token = cursor.take()
            product = Expression(token.text, (product, self._signed()), at=token)
        return product

    def _signed(self) -> Expression:
        cursor = self._cursor
        signs = []
        while cursor.here.is_("+", "-"):
            signs.append(cursor.take())
        signed = self._power()
        for token in reversed(signs):
            if token.text == "-":
                signed = Expression("negative", (signed,), at=token)
        return signed

    def _power(self) -> Expression:
        base, cursor = self._atom(), self._cursor
        if not cursor.here.is_("^"):
            return base
        token = self._enter()
        power = Expression("^", (base, self._signed()), at=token)
        self._nested -= 1
        return power

    def _atom(self) -> Expression:
        cursor = self._cursor
        here = cursor.here
        if here.kind == "number":
            return Expression("number", value=cursor.take_number(_OPERAND), at=here)
        if here.kind == "name" and cursor.after.is_("("):
            if here.text not in FUNCTIONS:
                allowed = ", ".join(f"{name}()" for name in FUNCTIONS)
                raise cursor.error(f"{here.text}() is not a function here; allowed: {allowed}", here)
            cursor.take()
            return Expression(here.text, (self._enclosed(f"{here.text}("),), at=here)
        if here.is_("("):
            return self._enclosed("(")
        return Expression("label", name=cursor.take_name(_OPERAND).text, at=here)

    def _enclosed(self, opened: str) -> Expression:
        self._enter()
        inner = self.sum()
        self._cursor.take_operator(
            ")", f"')' to close {opened!r}" if opened == "(" else f"')' to close {opened}"
        )
        self._nested -= 1
        return inner

    def _enter(self) -> Token:
        """Move past the token that begins a nested part."""
        self._nested += 1
        if self._nested > _DEEPEST_PARTS:
            raise self._cursor.error(
                f"more than {_DEEPEST_PARTS} nested parts: define some of them under names of their own"
            )
        return self._cursor.take()


def _depth(expression: Expression) -> int:
    """Return the number of nested operations."""
    deepest, remaining = 0, [(expression, 0)]
    while remaining:
        part, depth = remaining.pop()
        deepest = max(deepest, depth)
        remaining += [(inner, depth + 1) for inner in part.parts]
    return deepest


@lru_cache(maxsize=1024)
def expression_of(text: str) -> Expression:
    """Return the expression that a text describes.

    Raises
    ------
    ModelSyntaxError
        The text is not an expression; the message says where, and what to write.

    Examples
    --------
    >>> str(expression_of("-(a+b)^2 / exp( c )"))
    '-(a + b)^2/exp(c)'
    """
    cursor = Cursor(text)
    expression = take_expression(cursor)
    if cursor.here.kind != "end" or cursor.after is not cursor.here:
        raise cursor.unexpected("an operator, or the end")
    return expression


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear form: a constant plus multiples of labels.

    Attributes
    ----------
    weights
        Label → its multiplier.
    constant
        The constant.
    """

    weights: dict[str, float]
    constant: float

    def plus(self, other: Linear, times: float = 1.0) -> Linear:
        """Return the sum of this and a multiple of another.

        Examples
        --------
        >>> Linear({"a": 1.0}, 2.0).plus(Linear({"a": 1.0, "b": 3.0}, 0.0), -1.0)
        Linear(weights={'b': -3.0}, constant=2.0)
        """
        weights = dict(self.weights)
        for name, weight in other.weights.items():
            weights[name] = weights.get(name, 0.0) + times * weight
        kept = {name: weight for name, weight in weights.items() if weight != 0}
        return Linear(kept, self.constant + times * other.constant)


class NotLinearError(ValueError):
    """An expression that is not linear in its labels.

    Attributes
    ----------
    part
        The part that is not linear.
    """

    def __init__(self, part: Expression) -> None:
        super().__init__(f"{part} is not linear in its labels")
        self.part = part


def linear_form(expression: Expression, defined: Mapping[str, Linear | None]) -> Linear:
    """Return an expression as a linear form of labels.

    Parameters
    ----------
    expression
        One side of a constraint.
    defined
        Name → linear form of what is defined under it; None if that is not linear.

    Raises
    ------
    NotLinearError
        The expression has a product or quotient of labels, a power or a function of one, or a number that is
        not finite.

    Examples
    --------
    >>> linear_form(expression_of("2*(a - b) + 1"), {})
    Linear(weights={'a': 2.0, 'b': -2.0}, constant=1.0)
    """
    if expression.kind == "number":
        return Linear({}, expression.value)
    if expression.kind == "label":
        if expression.name not in defined:
            return Linear({expression.name: 1.0}, 0.0)
        definition = defined[expression.name]
        if definition is None:
            raise NotLinearError(expression)
        return definition
    parts = [linear_form(part, defined) for part in expression.parts]
    combined = _combined(expression, parts)
    if combined is None or not math.isfinite(combined.constant):
        raise NotLinearError(expression)
    return combined


def linear_forms(definitions: Mapping[str, Expression]) -> dict[str, Linear | None]:
    """Return definitions as linear forms of labels, None for those that are not linear.

    Each may use the definitions before it.
    """
    forms: dict[str, Linear | None] = {}
    for name, expression in definitions.items():
        try:
            forms[name] = linear_form(expression, forms)
        except NotLinearError:
            forms[name] = None
    return forms


def _combined(expression: Expression, parts: list[Linear]) -> Linear | None:
    """Return the linear form of an operation on linear forms; None if it is not linear."""
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
    """Return the value of an expression.

    Parameters
    ----------
    expression
        The expression.
    values
        Label → number, or anything with the operators: arrays, or numbers with their derivatives.
    functions
        Name → function of such values.
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
