"""The parser of lavaan's model syntax: a text → statements.

    closeness =~ clo1 + clo2 + clo3     # a factor and its items
    satisfaction ~ a*closeness + age    # paths (a regression)
    clo1 ~~ clo2                        # a variance or covariance
    clo1 ~ 0*1                          # a mean or intercept
    l1 == l2                            # two equal labels
    a1 + a2 == 2*b                      # a linear constraint
    k := p/a                            # a figure computed from labels

A text is read from left to right, one token at a time. An error points at the first token that does not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from intimacy_scales.errors import ModelSyntaxError
from intimacy_scales.factor.syntax.expressions import Expression, take_expression
from intimacy_scales.factor.syntax.modifiers import (
    Modifier,
    completed,
    contradiction,
    modifier_follows,
    names_modifier,
    refused_function,
    take_modifier,
)
from intimacy_scales.factor.syntax.statements import (
    AnyStatement,
    Calculation,
    Constraint,
    Definition,
    Equality,
    Operator,
    Statement,
    calculation_fault,
)
from intimacy_scales.factor.syntax.tokens import FREE, Cursor, Token, seen
from intimacy_scales.messages import a_type

__all__ = ["AnyStatement", "Constraint", "Definition", "Equality", "Modifier", "Statement", "parse"]

_Key = tuple[str, ...]

_ON_THE_LEFT = "the name of a factor or a variable"
_TERM = "a variable, alone or after one modifier: x, 0.5*x, NA*x, a*x, start(0.5)*x or c(a, b)*x"
_PATH = f"1 or {_TERM}"
_MEAN = "1, alone or after one modifier: x ~ 1, x ~ 0*1 or x ~ a*1"
_OPERATOR = (
    "'+', '=~' (is measured by), '~' (depends on), '~~' (varies with), '~ 1' (has a mean), '==' (labels are "
    "equal) or ':=' (is defined as)"
)
_RELATIONS = ("=~", "~~", "~", "==", ":=")
_BLOCKS = {
    "group": "begins the model of one group, and models are the same in all groups: pass the groups in the "
    "call; c(a, b)*x has one value for each",
    "level": "begins a level of a multilevel model, and models here have one level: leave this out",
    "block": "begins a part of a model, and models here have one part: leave this out",
}


LONGEST = 200_000  # characters of a model: thousands of items


def parse(text: str) -> tuple[AnyStatement, ...]:
    """Return the statements of a model in lavaan's syntax: each parameter once, in the order of the text.

    A parameter may be written several times with one modifier each time, and these are combined:
    ``f =~ NA*x1 + l1*x1``, or ``x ~~ y`` and ``y ~~ 0*x``. A loading or path written twice without any is an
    error, as another variable may have been intended.

    Raises
    ------
    ModelSyntaxError
        The text is not a model, or contradicts itself; the message says where, and what to write.

    Examples
    --------
    >>> [str(statement) for statement in parse("f =~ x1 + x2; f ~~ 1*f; x1 ~ 1")]
    ['f =~ x1', 'f =~ x2', 'f ~~ f', 'x1 ~ 1']
    """
    if not isinstance(text, str):
        raise ModelSyntaxError(f"a model must be a text such as 'f =~ x1 + x2', not {a_type(text)}")
    if len(text) > LONGEST:
        raise ModelSyntaxError(f"a text of {len(text):,} characters; at most {LONGEST:,} are read as a model")
    return _Parser(text).model()


class _Mention(NamedTuple):
    """One place where a parameter is written."""

    modifiers: tuple[Modifier, ...]
    token: Token


class _Parser:
    """Reader of one model; each method reads what it is named after and moves past it."""

    def __init__(self, text: str) -> None:
        self._cursor = Cursor(text)
        self._statements: dict[_Key, AnyStatement] = {}
        self._expressions: dict[tuple[int, int], tuple[Expression, ...]] = {}
        self._mentions: dict[_Key, list[_Mention]] = {}
        self._by_group: _Mention | None = None

    def model(self) -> tuple[AnyStatement, ...]:
        while not self._cursor.done:
            if self._cursor.here.kind != "end":
                self._statement()
            self._cursor.take()
        if not self._statements:
            raise ModelSyntaxError("the model is empty; write for example 'f =~ x1 + x2 + x3'")
        self._refer_to_definitions()
        statements = tuple(self._statements.values())
        if self._expressions:
            self._check_calculations(statements)
        return statements

    def _check_calculations(self, statements: Sequence[AnyStatement]) -> None:
        """Raise if a definition or constraint cannot be computed."""
        fault = calculation_fault(statements, self._read)
        if fault:
            start = Token("fault", "-", fault.statement.line, fault.statement.column)
            raise self._cursor.error(fault.message, fault.at or start)

    def _read(self, calculation: Calculation) -> tuple[Expression, ...]:
        return self._expressions[calculation.line, calculation.column]

    def _statement(self) -> None:
        cursor = self._cursor
        begin = cursor.here
        relation = cursor.next_of(*_RELATIONS)
        if relation is not None and relation.is_("=="):
            self._equality(begin)
            return
        if begin.kind == "number" or begin.is_("-"):
            cursor.take_number(_ON_THE_LEFT)
            raise cursor.unexpected(
                "'==' after a number (0.5 == a), or '+' before it to continue a statement"
            )
        if cursor.after.is_(":="):
            self._definition()
            return
        names = self._left()
        operator = cursor.here
        if operator.is_("=~", "~~", "~"):
            cursor.take()
            self._right(names, operator)
        elif operator.is_(":=") and len(names) > 1:
            raise cursor.error("only one name is allowed before ':=', as in k := p/a")
        elif operator.is_(":") and names[-1].text.lower() in _BLOCKS:
            raise cursor.error(f"'{names[-1].text}:' {_BLOCKS[names[-1].text.lower()]}", names[-1])
        else:
            raise cursor.unexpected(_OPERATOR)

    def _left(self) -> list[Token]:
        cursor = self._cursor
        names = [cursor.take_name(_ON_THE_LEFT)]
        while cursor.here.is_("+"):
            cursor.take()
            names.append(cursor.take_name(_ON_THE_LEFT))
        if cursor.here.is_("("):
            raise cursor.error(refused_function(names[-1]), names[-1])
        if cursor.here.is_("*", "?"):
            raise cursor.error("a modifier belongs on the right of the operator, f =~ 0.5*x", names[-1])
        return names

    def _right(self, names: Sequence[Token], operator: Token) -> None:
        cursor = self._cursor
        if cursor.here.is_("+"):  # one variable in each line, each with a '+' before it
            cursor.take()
        terms = [self._mention(names[0], operator)]
        while cursor.here.is_("+"):
            cursor.take()
            terms.append(self._mention(names[0], operator))
        self._end()
        for name in names:
            for term in terms:
                self._add(name, operator, term)

    def _mention(self, name: Token, operator: Token) -> _Mention:
        mention = self._path(name) if operator.is_("~") else self._term()
        self._check_groups(mention)
        return mention

    def _term(self) -> _Mention:
        cursor = self._cursor
        if not modifier_follows(cursor):
            return _Mention((), cursor.take_name(_TERM))
        begin = cursor.here
        modifiers = take_modifier(cursor)
        self._refuse_second_modifier(begin, "x")
        if cursor.here.kind == "number":
            raise cursor.error(
                f"saw {seen(cursor.here)}, expected a variable: the modifier comes first, 0.5*x"
            )
        return _Mention(modifiers, cursor.take_name("a variable after '*'"))

    def _path(self, name: Token) -> _Mention:
        """Read a term of ``y ~ a*x + 1``: a variable or the mean; ``x ~ 0`` is short for ``x ~ 0*1``."""
        cursor = self._cursor
        modifiers: tuple[Modifier, ...] = ()
        begin = cursor.here
        plain = begin.kind == "number" and not cursor.after.is_("*", "?")
        if modifier_follows(cursor) and not plain:
            modifiers = take_modifier(cursor)
            self._refuse_second_modifier(begin, "1" if cursor.last_of_term.kind == "number" else "x")
        token = cursor.here
        if token.kind == "name" and token.text != FREE:
            cursor.take()
            if token.text == name.text:
                raise cursor.error(
                    f"{name.text} ~ {token.text}: a variable cannot depend on itself; write {name.text} ~~ "
                    f"{token.text} for its variance",
                    token,
                )
            return _Mention(modifiers, token)
        if token.kind != "number":
            raise cursor.unexpected(_PATH)
        value = cursor.take_number(_MEAN)
        if value == 1:
            return _Mention(modifiers, token)
        if value == 0 and not modifiers:
            return _Mention((Modifier(fixed=0.0),), token)
        raise cursor.error(f"saw {seen(token)}, expected {_MEAN}", token)

    def _refuse_second_modifier(self, first: Token, variable: str) -> None:
        """Raise if another modifier follows the first."""
        cursor = self._cursor
        value_follows = cursor.here.kind in ("number", "text") and cursor.after.is_("*", "?")
        if value_follows or names_modifier(cursor):
            raise cursor.error(
                f"a second modifier of one variable, after {seen(first)}: write the variable once for each, "
                f"as in a*{variable} + start(0.5)*{variable}"
            )

    def _equality(self, begin: Token) -> None:
        """Read ``a == b``, ``a == 0.5`` or ``a == 2*b + c``."""
        cursor = self._cursor
        left = take_expression(cursor)
        cursor.take_operator("==", "'=='")
        right = take_expression(cursor)
        self._end()
        if left == right or (_number(left) is not None and _number(right) is not None):
            raise cursor.error(f"{left} == {right} restricts no parameter; write a == b", begin)
        label, other = (right, left) if _number(left) is not None else (left, right)
        value = other.name if other.kind == "label" else _number(other)
        key = ("==", str(begin.line), str(begin.column))
        if label.kind == "label" and value is not None:
            self._statements[key] = Equality(
                left=label.name, right=value, line=begin.line, column=begin.column
            )
        else:
            self._statements[key] = Constraint(
                first=str(left), second=str(right), line=begin.line, column=begin.column
            )
        self._expressions[begin.line, begin.column] = (left, right)

    def _definition(self) -> None:
        """Read ``k := p/a``."""
        cursor = self._cursor
        name = cursor.take_name(_ON_THE_LEFT)
        cursor.take()
        expression = take_expression(cursor)
        self._end()
        self._expressions[name.line, name.column] = (expression,)
        self._statements[":=", str(name.line), str(name.column)] = Definition(
            name=name.text, expression=str(expression), line=name.line, column=name.column
        )

    def _refer_to_definitions(self) -> None:
        """Replace equalities by constraints if a side is a defined name, not the label of a parameter."""
        defined = {s.name for s in self._statements.values() if isinstance(s, Definition)}
        for key, s in self._statements.items():
            if isinstance(s, Equality) and (s.left in defined or s.right in defined):
                left, right = map(str, self._expressions[s.line, s.column])
                self._statements[key] = Constraint(first=left, second=right, line=s.line, column=s.column)

    def _end(self) -> None:
        """Raise unless the statement ends here."""
        cursor = self._cursor
        if cursor.here.is_(*_RELATIONS):
            raise cursor.error(
                f"{seen(cursor.here)} is a second operator in one statement: put each statement on its own "
                "line, or ';' between them"
            )
        if cursor.here.is_("-"):
            raise cursor.error("saw '-', expected '+': terms are added, + -0.5*x, and no name has '-' in it")
        if cursor.here.kind != "end":
            raise cursor.unexpected(
                "'+' before another variable, or a new line or ';' before a new statement"
            )

    def _check_groups(self, mention: _Mention) -> None:
        """Raise if two parameters have modifiers for different numbers of groups."""
        n = len(mention.modifiers)
        if n <= 1:
            return
        first = self._by_group = self._by_group or mention
        if n != len(first.modifiers):
            raise self._cursor.error(
                f"c() has {n} values for {mention.token.text} and {len(first.modifiers)} for "
                f"{first.token.text} in {_place(first)}: write one for each group, or one for all",
                mention.token,
            )

    def _add(self, name: Token, operator: Token, mention: _Mention) -> None:
        """Add a parameter, or a modifier of one that was written before."""
        token = mention.token
        op = _operator(operator, token)
        rhs = "" if op == "~1" else token.text
        if op == "=~" and name.text == rhs:
            raise self._cursor.error(f"{rhs} =~ {rhs}: a factor cannot measure itself; name its items", token)
        key = (op, *sorted((name.text, rhs))) if op == "~~" else (op, name.text, rhs)
        statement = self._statements.get(key)
        if not isinstance(statement, Statement):
            statement = Statement(
                lhs=name.text, op=op, rhs=rhs, modifiers=(), line=token.line, column=token.column
            )
        earlier = self._mentions.setdefault(key, [])
        self._check_agreement(statement, earlier, mention)
        earlier.append(mention)
        if mention.modifiers:
            statement = replace(statement, modifiers=completed(statement.modifiers, mention.modifiers))
        self._statements[key] = statement

    def _check_agreement(self, statement: Statement, earlier: Sequence[_Mention], now: _Mention) -> None:
        """Raise if a parameter was written before, unless its modifiers can be combined."""
        for then in earlier:
            if statement.op in ("=~", "~") and not then.modifiers and not now.modifiers:
                raise self._cursor.error(
                    f"{statement} is written here and in {_place(then)}: write it once, or the variable that "
                    "you meant",
                    now.token,
                )
            contradicting = contradiction(then.modifiers, now.modifiers)
            if contradicting:
                old, new = contradicting
                raise self._cursor.error(
                    f"{statement} is {new} here and {old} in {_place(then)}: keep one of them",
                    now.token,
                )


def _place(mention: _Mention) -> str:
    return f"line {mention.token.line}, column {mention.token.column}"


def _operator(written: Token, term: Token) -> Operator:
    if written.is_("~"):
        return "~1" if term.kind == "number" else "~"
    return "=~" if written.is_("=~") else "~~"


def _number(expression: Expression) -> float | None:
    """Return the value of a number with its sign; None for any other expression."""
    if expression.kind == "negative" and expression.parts[0].kind == "number":
        return -expression.parts[0].value
    return expression.value if expression.kind == "number" else None
