"""The statements of a model, and checks of its definitions and constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from intimacy_scales.factor.syntax.expressions import (
    Expression,
    Linear,
    NotLinearError,
    expression_of,
    linear_form,
    linear_forms,
)
from intimacy_scales.factor.syntax.modifiers import Modifier
from intimacy_scales.factor.syntax.tokens import Token
from intimacy_scales.messages import suggest

Operator = Literal["=~", "~", "~~", "~1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One parameter of a model.

    Attributes
    ----------
    lhs
        The factor, the variable that depends on another, or the first of two variables.
    op
        ``=~`` loading, ``~`` path (regression), ``~~`` variance or covariance, ``~1`` mean or intercept.
    rhs
        The other variable; empty for a mean.
    modifiers
        Empty, one for all groups, or one for each group.
    line, column
        Where the right-hand variable was first written, from 1; not compared.
    """

    lhs: str
    op: Operator
    rhs: str
    modifiers: tuple[Modifier, ...]
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.lhs} ~ 1" if self.op == "~1" else f"{self.lhs} {self.op} {self.rhs}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equality:
    """Two labels that are equal, or a label and its value.

    Attributes
    ----------
    left
        A label.
    right
        Another label, or a number.
    line, column
        Where the equality begins, from 1; not compared.
    """

    left: str
    right: str | float
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.left} == {self.right}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """Two sums of multiples of labels that are equal, such as ``a1 + a2 == 2*b``.

    Attributes
    ----------
    first, second
        The sides, as they are written.
    line, column
        Where the constraint begins, from 1; not compared.
    """

    first: str
    second: str
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.first} == {self.second}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A figure that is computed from labelled parameters, such as ``k := p/a``.

    Attributes
    ----------
    name
        Its name.
    expression
        The expression that defines it.
    line, column
        Where the definition begins, from 1; not compared.
    """

    name: str
    expression: str
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.name} := {self.expression}"


AnyStatement = Statement | Equality | Constraint | Definition
Calculation = Constraint | Definition


class Fault(NamedTuple):
    """A definition or constraint that cannot be computed: the message, the statement, and the token."""

    message: str
    statement: Calculation
    at: Token | None


def labels_of(statements: Sequence[AnyStatement]) -> dict[str, None]:
    """Return the labels of parameters, in the order of the text."""
    labels = (m.label for s in statements if isinstance(s, Statement) for m in s.modifiers)
    return dict.fromkeys(label for label in labels if label is not None)


def definitions_of(statements: Sequence[AnyStatement]) -> dict[str, Expression]:
    """Return the expressions of definitions, by name."""
    return {s.name: expression_of(s.expression) for s in statements if isinstance(s, Definition)}


def calculation_fault(
    statements: Sequence[AnyStatement], read: Callable[[Calculation], tuple[Expression, ...]]
) -> Fault | None:
    """Return the first definition or constraint that cannot be computed, or None.

    Parameters
    ----------
    statements
        The statements of a model.
    read
        Returns the expressions of a definition or constraint, with their tokens in the text.
    """
    labels, defined = labels_of(statements), dict[str, Expression]()
    for s in statements:
        if isinstance(s, Definition):
            message = None
            if s.name in labels:
                message = f"{s.name} is the label of a parameter; give the defined figure another name"
            elif s.name in defined:
                message = f"{s.name} is defined twice; give one of the figures another name"
            elif not any(_labels_with_tokens(read(s))):
                message = (
                    f"{s.name} uses no label of a parameter, so that it is a number and no estimate; put the "
                    f"number where it is used, or a label before '*' as in y ~ a*x; {s.name} := 2*a"
                )
            fault = Fault(message, s, None) if message else _unknown_label(s, read(s), labels, defined)
            if fault:
                return fault
            defined[s.name] = read(s)[0]
    forms = linear_forms(defined)
    for s in statements:
        if isinstance(s, Constraint):
            fault = _unknown_label(s, read(s), labels, defined) or _not_linear(s, read(s), forms)
            if fault:
                return fault
    return None


def _unknown_label(
    statement: Calculation,
    expressions: Sequence[Expression],
    labels: Mapping[str, None],
    defined: Mapping[str, Expression],
) -> Fault | None:
    """Return the first label that no parameter has and no definition makes, as a fault; else None."""
    for name, at in _labels_with_tokens(expressions):
        if name not in labels and name not in defined:
            known = (*labels, *defined)
            below = " above" if isinstance(statement, Definition) else ""
            return Fault(
                f"no parameter has the label {name!r}, and nothing of that name is defined{below}; label a "
                f"parameter before '*', as in y ~ {name}*x{suggest(name, known)}",
                statement,
                at,
            )
    return None


def _labels_with_tokens(expressions: Sequence[Expression]) -> Iterator[tuple[str, Token | None]]:
    for expression in expressions:
        for label in expression.labels():
            yield label.name, label.at


def _not_linear(
    statement: Constraint, expressions: Sequence[Expression], defined: Mapping[str, Linear | None]
) -> Fault | None:
    """Return the first part of a constraint that is not linear, as a fault; else None."""
    try:
        left, right = (linear_form(expression, defined) for expression in expressions)
    except NotLinearError as error:
        return Fault(
            f"{error}: constraints are sums of labels and of numbers times labels, as in a == 2*b + c; a "
            "product or ratio can be defined (k := p/a) and tested by its interval",
            statement,
            error.part.at,
        )
    if left.plus(right, -1.0).weights:
        return None
    return Fault(f"{statement} restricts no parameter; write a == b", statement, None)
