"""lavaan's syntax of measurement models → statements.

    closeness =~ clo1 + clo2 + clo3     # a factor and what measures it
    clo1 ~~ clo2                        # a variance or covariance
    clo1 ~ 0*1                          # a mean or intercept
    l1 == l2                            # two labels stand for one number

A text is read from left to right, one token at a time; the first token that cannot go on is the
one that the error points at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from intimacy_scales.errors import ModelSyntaxError
from intimacy_scales.factor.syntax.modifiers import (
    Modifier,
    completed,
    contradiction,
    modifier_follows,
    names_modifier,
    refused_function,
    take_modifier,
)
from intimacy_scales.factor.syntax.tokens import FREE, ONLY, Cursor, Token, seen

__all__ = ["Equality", "Modifier", "Statement", "parse"]

Operator = Literal["=~", "~~", "~1"]
_Key = tuple[str, ...]

_ON_THE_LEFT = "the name of a factor or a variable"
_TERM = "a variable, alone or after one modifier: x, 0.5*x, NA*x, a*x, start(0.5)*x or c(a, b)*x"
_MEAN = "1, alone or after one modifier: x ~ 1, x ~ 0*1 or x ~ a*1"
_OPERATOR = "'+', '=~' (is measured by), '~~' (varies with), '~ 1' (has a mean) or '==' (labels are equal)"
_OPERATORS: dict[str, Operator] = {"=~": "=~", "~~": "~~", "~": "~1"}
_BLOCKS = {
    "group": f"begins the model of one group, and {ONLY}, the same in all groups: pass the groups in the "
    "call; c(a, b)*x has one value for each",
    "level": f"begins a level of a multilevel model, and {ONLY}, of one level: leave this out",
    "block": f"begins a part of a model, and {ONLY}, of one part: leave this out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One parameter of a model.

    Attributes
    ----------
    lhs
        The factor, or the first of two variables.
    op
        ``=~`` loading, ``~~`` variance or covariance, ``~1`` mean or intercept.
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


LONGEST = 200_000  # characters of a model: thousands of items


def parse(text: str) -> tuple[Statement | Equality, ...]:
    """Return what a model in lavaan's syntax says: each parameter once, in the order of the text.

    A parameter may be written several times, each time with one modifier, and these complete each
    other: ``f =~ NA*x1 + l1*x1``, or ``x ~~ y`` and ``y ~~ 0*x``. A loading written twice without
    any is refused: it may stand where another item was meant.

    Raises
    ------
    ModelSyntaxError
        The text is no measurement model, or contradicts itself; says where and what to write.

    Examples
    --------
    >>> [str(statement) for statement in parse("f =~ x1 + x2; f ~~ 1*f; x1 ~ 1")]
    ['f =~ x1', 'f =~ x2', 'f ~~ f', 'x1 ~ 1']
    """
    if not isinstance(text, str):
        raise ModelSyntaxError(f"a model is a text such as 'f =~ x1 + x2', not a {type(text).__name__}")
    if len(text) > LONGEST:
        raise ModelSyntaxError(f"a text of {len(text):,} characters; at most {LONGEST:,} are read as a model")
    return _Parser(text).model()


class _Mention(NamedTuple):
    """One place where a parameter is written."""

    modifiers: tuple[Modifier, ...]
    token: Token


class _Parser:
    """Reads one model; each method reads what it is named after and stops behind it."""

    def __init__(self, text: str) -> None:
        self._cursor = Cursor(text)
        self._found: dict[_Key, Statement | Equality] = {}
        self._mentions: dict[_Key, list[_Mention]] = {}
        self._by_group: _Mention | None = None

    def model(self) -> tuple[Statement | Equality, ...]:
        while not self._cursor.done:
            if self._cursor.here.kind != "end":
                self._statement()
            self._cursor.take()
        if not self._found:
            raise ModelSyntaxError("the model is empty; write for example 'f =~ x1 + x2 + x3'")
        return tuple(self._found.values())

    def _statement(self) -> None:
        cursor = self._cursor
        begin = cursor.here
        if begin.kind == "number" or begin.is_("-"):
            self._equality(begin, cursor.take_number(_ON_THE_LEFT))
            return
        names = self._left()
        operator = cursor.here
        if operator.is_("==") and len(names) == 1:
            self._equality(begin, names[0].text)
        elif operator.is_("=="):
            raise cursor.error(f"{ONLY}, where each side of '==' is one label or number: a == b")
        elif operator.is_("=~", "~~", "~"):
            cursor.take()
            self._right(names, operator)
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
            raise cursor.error("a modifier stands on the right of the operator, f =~ 0.5*x", names[-1])
        return names

    def _right(self, names: Sequence[Token], operator: Token) -> None:
        cursor = self._cursor
        if cursor.here.is_("+"):  # variables below each other, each with its '+'
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
        mention = self._mean(name) if operator.is_("~") else self._term()
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

    def _mean(self, name: Token) -> _Mention:
        """Read the right side of ``x ~ 1`` or ``x ~ a*1``; ``x ~ 0`` is short for ``x ~ 0*1``."""
        cursor = self._cursor
        modifiers: tuple[Modifier, ...] = ()
        begin = cursor.here
        plain = begin.kind == "number" and not cursor.after.is_("*", "?")
        if modifier_follows(cursor) and not plain:
            modifiers = take_modifier(cursor)
            self._refuse_second_modifier(begin, "1")
        token = cursor.here
        if token.kind == "name" and token.text != FREE:
            raise cursor.error(
                f"{name.text} ~ {token.text} is a regression, and {ONLY}: write {name.text} ~~ {token.text} "
                f"to let them covary, {name.text} =~ {token.text} for a loading, {name.text} ~ 1 for a mean"
            )
        if token.kind != "number":
            raise cursor.unexpected(_MEAN)
        value = cursor.take_number(_MEAN)
        if value == 1:
            return _Mention(modifiers, token)
        if value == 0 and not modifiers:
            return _Mention((Modifier(fixed=0.0),), token)
        raise cursor.error(f"saw {seen(token)}, expected {_MEAN}", token)

    def _refuse_second_modifier(self, first: Token, variable: str) -> None:
        cursor = self._cursor
        counted = cursor.here.kind in ("number", "text") and cursor.after.is_("*", "?")
        if counted or names_modifier(cursor):
            raise cursor.error(
                f"a second modifier of one variable, after {seen(first)}: write the variable once for each, "
                f"as in a*{variable} + start(0.5)*{variable}"
            )

    def _equality(self, begin: Token, left: str | float) -> None:
        cursor = self._cursor
        cursor.take_operator("==", "'==' after a number (0.5 == a), or '+' before it to go on from above")
        number = cursor.here.kind == "number" or cursor.here.is_("-", "+")
        right: str | float
        right = cursor.take_number("a number") if number else cursor.take_name("a label or a number").text
        if cursor.here.is_("+", "-", "*", "("):
            raise cursor.error(
                f"saw {seen(cursor.here)} in an equality, and {ONLY}, where each side of '==' is one label "
                "or number: a == b or a == 0.5"
            )
        self._end()
        if not isinstance(left, str):
            left, right = right, left
        if not isinstance(left, str) or left == right:
            raise cursor.error(f"{left} == {right} says nothing of any parameter: write a == b", begin)
        key = ("==", str(begin.line), str(begin.column))
        self._found[key] = Equality(left=left, right=right, line=begin.line, column=begin.column)

    def _end(self) -> None:
        cursor = self._cursor
        if cursor.here.is_("=~", "~~", "~", "=="):
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
        """Raise where two parameters are spoken of in different numbers of groups."""
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
        """Add a parameter, or what is said of one that was written before."""
        token = mention.token
        op = _OPERATORS[operator.text]
        rhs = "" if op == "~1" else token.text
        if op == "=~" and name.text == rhs:
            raise self._cursor.error(f"{rhs} =~ {rhs}: a factor cannot measure itself; name its items", token)
        key = (op, *sorted((name.text, rhs))) if op == "~~" else (op, name.text, rhs)
        known = self._found.get(key)
        if not isinstance(known, Statement):
            known = Statement(
                lhs=name.text, op=op, rhs=rhs, modifiers=(), line=token.line, column=token.column
            )
        earlier = self._mentions.setdefault(key, [])
        self._check_agreement(known, earlier, mention)
        earlier.append(mention)
        if mention.modifiers:
            known = replace(known, modifiers=completed(known.modifiers, mention.modifiers))
        self._found[key] = known

    def _check_agreement(self, statement: Statement, earlier: Sequence[_Mention], now: _Mention) -> None:
        """Raise where a parameter was written before, unless each time adds something to it."""
        for then in earlier:
            if statement.op == "=~" and not then.modifiers and not now.modifiers:
                raise self._cursor.error(
                    f"{statement} is written here and in {_place(then)}: write it once, or the "
                    "variable that was meant",
                    now.token,
                )
            told = contradiction(then.modifiers, now.modifiers)
            if told:
                raise self._cursor.error(
                    f"{statement} is {told[1]} here and {told[0]} in {_place(then)}: say one of them",
                    now.token,
                )


def _place(mention: _Mention) -> str:
    return f"line {mention.token.line}, column {mention.token.column}"
