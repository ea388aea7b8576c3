"""What a model says, statement by statement, and whether what it computes of labels can be computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from intimacy_scales.errors import suggest
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
        Where the right-hand variable was first written, from 1; not part of what the statement says.
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
    """Two labels that stand for one number, or a label and its number.

    Attributes
    ----------
    left
        A label.
    right
        Another label, or the number.
    line, column
        Where the equality begins, from 1; not part of what it says.
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
        Where the constraint begins, from 1; not part of what it says.
    """

    first: str
    second: str
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.first} == {self.second}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A figure that is computed of labelled parameters, such as ``k := p/a``.

    Attributes
    ----------
    name
        What it is called.
    expression
        What it is.
    line, column
        Where the definition begins, from 1; not part of what it says.
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
    """What cannot be computed: why, in which statement, and at which word of it."""

    message: str
    statement: Calculation
    at: Token | None


def labels_of(statements: Sequence[AnyStatement]) -> dict[str, None]:
    """Return the labels of parameters, in the order of the text."""
    said = (m.label for s in statements if isinstance(s, Statement) for m in s.modifiers)
    return dict.fromkeys(label for label in said if label is not None)


def definitions_of(statements: Sequence[AnyStatement]) -> dict[str, Expression]:
    """Return what is defined, by name."""
    return {s.name: expression_of(s.expression) for s in statements if isinstance(s, Definition)}


def calculation_fault(
    statements: Sequence[AnyStatement], read: Callable[[Calculation], tuple[Expression, ...]]
) -> Fault | None:
    """Return the first definition or constraint that cannot be computed; None where all can.

    Parameters
    ----------
    statements
        Of a model.
    read
        Returns the expressions of a definition or constraint, with where their words stand in the text.
    """
    labels, defined = labels_of(statements), dict[str, Expression]()
    for s in statements:
        if isinstance(s, Definition):
            message = None
            if s.name in labels:
                message = f"{s.name} is the label of a parameter: give what is defined another name"
            elif s.name in defined:
                message = f"{s.name} is defined twice: give one of them another name"
            fault = Fault(message, s, None) if message else _unknown(s, read(s), labels, defined)
            if fault:
                return fault
            defined[s.name] = read(s)[0]
    forms = linear_forms(defined)
    for s in statements:
        if isinstance(s, Constraint):
            fault = _unknown(s, read(s), labels, defined) or _not_linear(s, read(s), forms)
            if fault:
                return fault
    return None


def _unknown(
    statement: Calculation,
    expressions: Sequence[Expression],
    labels: Mapping[str, None],
    defined: Mapping[str, Expression],
) -> Fault | None:
    for name, at in _named(expressions):
        if name not in labels and name not in defined:
            known = (*labels, *defined)
            below = " above" if isinstance(statement, Definition) else ""
            return Fault(
                f"no parameter has the label {name!r}{suggest(name, known)}, and nothing of that name is "
                f"defined{below}; label a parameter before '*', as in y ~ {name}*x",
                statement,
                at,
            )
    return None


def _named(expressions: Sequence[Expression]) -> Iterator[tuple[str, Token | None]]:
    for expression in expressions:
        for label in expression.labels():
            yield label.name, label.at


def _not_linear(
    statement: Constraint, expressions: Sequence[Expression], defined: Mapping[str, Linear | None]
) -> Fault | None:
    try:
        left, right = (linear_form(expression, defined) for expression in expressions)
    except NotLinearError as error:
        return Fault(
            f"{error}: constraints are linear, sums of labels and of numbers times labels, "
            "as in a == 2*b + c; a product or ratio can be defined (k := p/a) and tested by its interval",
            statement,
            error.part.at,
        )
    if left.plus(right, -1.0).weights:
        return None
    return Fault(f"{statement} says nothing of any parameter: write a == b", statement, None)
