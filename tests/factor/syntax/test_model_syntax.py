"""lavaan's syntax of measurement models: what is read, and what is refused, where and in which words."""

from __future__ import annotations

import itertools
import json
import pickle
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.errors import EstimationError, ModelSyntaxError, NotIdentifiedError
from intimacy_scales.factor.syntax.grammar import Equality, Modifier, Statement, parse

M = Modifier
FREE = M(free=True)


def fixed(value: float) -> Modifier:
    return M(fixed=value)


def label(name: str) -> Modifier:
    return M(label=name)


def start(value: float) -> Modifier:
    return M(start=value)


def plain(found: Statement | Equality) -> tuple[Any, ...]:
    """What is said, without where."""
    if isinstance(found, Equality):
        return found.left, "==", found.right
    return found.lhs, found.op, found.rhs, *found.modifiers


def read(text: str) -> list[tuple[Any, ...]]:
    return [plain(found) for found in parse(text)]


# ------------------------------------------------------------------ what is read

READ: dict[str, list[tuple[Any, ...]]] = {
    "f =~ x1 + 0.5*x2 + NA*x3 + a*x4 + start(0.7)*x5 + .3?x6": [
        ("f", "=~", "x1"), ("f", "=~", "x2", fixed(0.5)), ("f", "=~", "x3", FREE),
        ("f", "=~", "x4", label("a")), ("f", "=~", "x5", start(0.7)), ("f", "=~", "x6", start(0.3)),
    ],
    # several on the left
    "f1 + f2 =~ x1 + a*x2": [
        ("f1", "=~", "x1"), ("f1", "=~", "x2", label("a")),
        ("f2", "=~", "x1"), ("f2", "=~", "x2", label("a")),
    ],
    "x1 + x2 ~~ y1 + y2": [
        ("x1", "~~", "y1"), ("x1", "~~", "y2"), ("x2", "~~", "y1"), ("x2", "~~", "y2"),
    ],
    "x + y ~~ x + y": [("x", "~~", "x"), ("x", "~~", "y"), ("y", "~~", "y")],
    "x + y ~ 1": [("x", "~1", ""), ("y", "~1", "")],
    # means
    "x ~ 0*1; y ~ a*1; z ~ NA*1": [
        ("x", "~1", "", fixed(0)), ("y", "~1", "", label("a")), ("z", "~1", "", FREE),
    ],
    "x ~ start(.5)*1; y ~ 1*1": [("x", "~1", "", start(0.5)), ("y", "~1", "", fixed(1))],
    "x ~ 0": [("x", "~1", "", fixed(0))],
    "x ~ a*1 + NA*1": [("x", "~1", "", M(free=True, label="a"))],
    "x ~ c(0, NA)*1": [("x", "~1", "", fixed(0), FREE)],
    # numbers
    "f =~ 1*a + .5*b + 5.*c + -0.3*d + 1e-3*e + +2*g + 1E5*h + - 1 * i": [
        ("f", "=~", name, fixed(value))
        for name, value in zip("abcdeghi", [1, 0.5, 5, -0.3, 0.001, 2, 1e5, -1], strict=True)
    ],
    # labels
    "f =~ a*x + 'b'*y + label(\"c\")*z + label(d)*w": [
        ("f", "=~", x, label(name)) for x, name in zip("xyzw", "abcd", strict=True)
    ],
    "f =~ c*x + start*y + label*z + NA.1*w": [
        ("f", "=~", "x", label("c")), ("f", "=~", "y", label("start")), ("f", "=~", "z", label("label")),
        ("f", "=~", "w", label("NA.1")),
    ],
    # groups
    "f =~ c(a, b)*x": [("f", "=~", "x", label("a"), label("b"))],
    "f =~ c(\"a\",'b')*x": [("f", "=~", "x", label("a"), label("b"))],
    "f =~ label(c(a, b))*x": [("f", "=~", "x", label("a"), label("b"))],
    "f =~ c(0, NA)*x": [("f", "=~", "x", fixed(0), FREE)],
    "f =~ c(NA, NA, -1)*x": [("f", "=~", "x", FREE, FREE, fixed(-1))],
    "f =~ c(.5)*x": [("f", "=~", "x", fixed(0.5))],
    "f =~ start(c(.5, .6))*x": [("f", "=~", "x", start(0.5), start(0.6))],
    "f =~ start(c(.5, NA))*x": [("f", "=~", "x", start(0.5), M())],
    "f =~ c(.5, .6)?x": [("f", "=~", "x", start(0.5), start(0.6))],
    'f =~ c("a", NA)*x': [("f", "=~", "x", label("a"), M())],
    'f =~ c("", b)*x': [("f", "=~", "x", M(), label("b"))],
    # one parameter, several times
    "P1 =~ NA*x1 + l1*x1 + l2*x2": [
        ("P1", "=~", "x1", M(free=True, label="l1")), ("P1", "=~", "x2", label("l2")),
    ],
    "f =~ NA*x1 + start(.5)*x1": [("f", "=~", "x1", M(free=True, start=0.5))],
    "f =~ x2 + a*x1 + NA*x1 + .2?x1": [
        ("f", "=~", "x2"), ("f", "=~", "x1", M(free=True, start=0.2, label="a")),
    ],
    "f =~ 0.5*x + a*x": [("f", "=~", "x", M(fixed=0.5, label="a"))],
    "f =~ c(a, a)*x + c(1, NA)*x": [("f", "=~", "x", M(fixed=1, label="a"), M(free=True, label="a"))],
    "f =~ a*x + c(1, NA)*x": [("f", "=~", "x", M(fixed=1, label="a"), M(free=True, label="a"))],
    "f =~ c(1, NA)*x + start(c(NA, 2))*x": [("f", "=~", "x", fixed(1), M(free=True, start=2))],
    "f =~ x\nf =~ a*x": [("f", "=~", "x", label("a"))],
    "x ~~ y\ny ~~ x": [("x", "~~", "y")],
    "x ~~ y\nf =~ x\ny ~~ a*x\nx ~~ a*y + NA*y": [
        ("x", "~~", "y", M(free=True, label="a")), ("f", "=~", "x"),
    ],
    "x ~ 1\nx ~ a*1": [("x", "~1", "", label("a"))],
    # labels that are equal
    "a == b": [("a", "==", "b")],
    "a == 0.5; b == -1e-2; 1 == d": [("a", "==", 0.5), ("b", "==", -0.01), ("d", "==", 1)],
    # names
    "sat.g =~ sat.g.1_1 + prqc.1_3 + _x + .y + x2e + e5": [
        ("sat.g", "=~", name) for name in ("sat.g.1_1", "prqc.1_3", "_x", ".y", "x2e", "e5")
    ],
    "nähe =~ été + 心 + ё1 + e\u0301": [("nähe", "=~", name) for name in ("été", "心", "ё1", "e\u0301")],
    "group =~ level + efa + c": [("group", "=~", name) for name in ("level", "efa", "c")],
    # layout
    "f=~x1+2*x2;x1~~x2;;": [("f", "=~", "x1"), ("f", "=~", "x2", fixed(2)), ("x1", "~~", "x2")],
    "\n\n  f =~ x1 + # one\n# none\n\n   x2\t! two; f =~ x9\n\n": [("f", "=~", "x1"), ("f", "=~", "x2")],
    "f =~ x1\n   + x2\n\n # c\n + x3": [("f", "=~", "x1"), ("f", "=~", "x2"), ("f", "=~", "x3")],
    "f =~\n  + x1\n  + a *\n x2": [("f", "=~", "x1"), ("f", "=~", "x2", label("a"))],
    "f\n=~ x1\nx1\n~\n1": [("f", "=~", "x1"), ("x1", "~1", "")],
    "f =~ c(a,\n b\n)*x": [("f", "=~", "x", label("a"), label("b"))],
    "f =~ x1\r\ng =~ x2\rh =~ x3": [("f", "=~", "x1"), ("g", "=~", "x2"), ("h", "=~", "x3")],
    "f =~\u00a0x1 ; a == b # end": [("f", "=~", "x1"), ("a", "==", "b")],
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_read(text: str) -> None:
    assert read(text) == READ[text]


def test_places_are_those_of_the_right_hand_variable() -> None:
    text = "# c\nf1 + f2 =~ a*x1 +\n   NA*x2\n\nx1 ~ 0*1; x1 ~~ x1 + b*x1\n\n  a == b"
    assert [(str(s), s.line, s.column) for s in parse(text) if isinstance(s, Statement)] == [
        ("f1 =~ x1", 2, 14), ("f1 =~ x2", 3, 7), ("f2 =~ x1", 2, 14), ("f2 =~ x2", 3, 7), ("x1 ~ 1", 5, 8),
        ("x1 ~~ x1", 5, 17),
    ]  # fmt: skip
    assert parse(text)[-1] == Equality(left="a", right="b", line=7, column=3)


# ------------------------------------------------------------------ what is refused

REFUSED: dict[str, tuple[int, int, tuple[str, ...]]] = {
    # other models
    "a > 0": (1, 3, ("'>' bounds a parameter", "models here have no bounds", "fix it (0*x)")),
    "a < b": (1, 3, ("'<' bounds a parameter",)),
    "x | t1 + t2": (1, 3, ("'|' names thresholds", "without thresholds", "leave this out")),
    "x ~*~ 1*x": (1, 3, ("'~*~' scales", "items here are numeric")),
    "f <~ x + y": (1, 3, ("'<~' makes a composite", "do not have", "score the composite")),
    "level: 1\nf =~ x": (1, 1, ("'level:'", "multilevel", "one level")),
    "f =~ y\n  Group : 2": (2, 3, ("'Group:'", "the same in all groups", "c(a, b)*x has one value")),
    "block: 1": (1, 1, ("'block:' begins a part",)),
    "f =~ x:y": (1, 7, ("':' multiplies two variables", "models here have no interactions")),
    'efa("block")*f =~ x': (1, 1, ("efa() is an exploratory block", "each loading is written")),
    'f =~ efa("block")*x': (1, 6, ("efa() is an exploratory block",)),
    "f =~ lower(0)*x": (1, 6, ("lower() bounds a parameter",)),
    'f =~ x1 + equal("f=~x1")*x2': (1, 11, ("equal()", "one label instead, a*x1 + a*x2")),
    'f =~ prior("dnorm(0,1)")*x': (1, 6, ("prior() is a Bayesian prior",)),
    'f =~ rv("s")*x': (1, 6, ("rv() is a random slope",)),
    # operators and characters
    "f -> x": (1, 3, ("'->' is not an operator here: write f =~ x",)),
    "f = ~ x": (1, 3, ("'=' is not an operator: did you mean '=~'",)),
    "f =~ x1\nx1 ~~~ x2": (2, 6, ("saw '~', expected a variable",)),
    "x % y": (1, 3, ("unknown character '%' (U+0025)", "expected '+', '=~' (is measured by)")),
    "f =~ x1 & x2": (1, 9, ("unknown character '&'", "expected '+'")),
    "x1 \u02dc\u02dc x2": (1, 4, ("U+02DC", "did you mean '~'?")),
    "f =~ \u201ca\u201d*x": (1, 6, ("U+201C", "did you mean '\"'?")),
    "f =~ x1 + \ufeffx2": (1, 11, ("unknown character '\\ufeff' (U+FEFF)",)),
    "f =~ x-1": (1, 7, ("saw '-', expected '+'", "no name has '-' in it")),
    "f =~ 2x": (1, 6, ("'2x' is neither a number nor a name",)),
    "f =~ 1.2.3*x": (1, 6, ("'1.2.3' is neither a number nor a name",)),
    "f =~ 0x1F*x": (1, 6, ("'0x1F' is neither",)),
    'f =~ "a*x\nf =~ y"': (1, 6, ('" opens a label that is not closed on this line',)),
    # statements
    "x1 + x2": (1, 8, ("saw the end of the statement, expected '+', '=~'",)),
    "f =~ x1 x2": (1, 9, ("saw 'x2', expected '+' before another variable",)),
    "f =~ x1\nx2\nx1 ~~ x2": (2, 3, ("saw the end of the statement",)),
    "f =~ x1 +  # more": (1, 10, ("saw the end of the statement, expected a variable",)),
    "f =~ x1 +; x2 =~ y": (1, 10, ("saw ';', expected a variable",)),
    "f =~": (1, 5, ("saw the end of the statement, expected a variable",)),
    "=~ x": (1, 1, ("saw '=~', expected the name of a factor",)),
    "f + =~ x": (1, 5, ("saw '=~', expected the name of a factor",)),
    "f =~ x ~~ y": (1, 8, ("'~~' is a second operator in one statement",)),
    "f =~ x1\n0.5*x2": (2, 4, ("expected '==' after a number (0.5 == a), or '+' before it",)),
    "2*f =~ x": (1, 2, ("saw '*'",)),
    "a*f =~ x": (1, 1, ("a modifier belongs on the right of the operator",)),
    "f =~ g + f": (1, 10, ("a factor cannot measure itself",)),
    "'f' =~ x": (1, 1, ("saw \"'f'\", expected the name of a factor",)),
    "f =~ NA": (1, 6, ("NA sets a parameter free", "is not a name")),
    "NA ~~ x": (1, 1, ("NA sets a parameter free",)),
    # modifiers
    "f =~ a*start(.5)*x": (1, 8, ("a second modifier of one variable", "a*x + start(0.5)*x")),
    "f =~ 2*a*x": (1, 8, ("a second modifier of one variable",)),
    "f =~ NA*.5*x": (1, 9, ("a second modifier of one variable",)),
    "x ~ a*NA*1": (1, 7, ("a second modifier of one variable", "a*1 + start(0.5)*1")),
    "f =~ x*0.5": (1, 8, ("saw '0.5', expected a variable: the modifier comes first, 0.5*x",)),
    "f =~ 0.5": (1, 9, ("saw the end of the statement, expected '*' and a variable after a modifier",)),
    "f =~ -x": (1, 7, ("saw 'x', expected a number",)),
    "f =~ 1/2*x": (1, 7, ("'/' is arithmetic", "write the number itself (0.5*x)")),
    "f =~ sqrt(2)*x": (1, 6, ("sqrt() cannot stand here; allowed are start(0.5)*x",)),
    "f =~ c(start(1), 2)*x": (1, 8, ("start() cannot stand here",)),
    "f =~ (1)*x": (1, 6, ("saw '(', expected a variable, alone or after one modifier",)),
    "f =~ Inf*x": (1, 6, ("Inf is not a value that a parameter can have",)),
    "f =~ 1e999*x": (1, 6, ("1e999 is too large",)),
    "f =~ c(a, 0.5)*x": (1, 11, ("saw the number 0.5 among labels", "c(NA, 0.5)*x to fix")),
    "f =~ c(a b)*x": (1, 10, ("saw 'b', expected ',' and the value of the next group, or ')'",)),
    "f =~ c()*x": (1, 8, ("saw ')', expected a number, NA (free) or a label",)),
    "f =~ c(1, 2*x": (1, 12, ("saw '*', expected ','",)),
    "f =~ start(a)*x": (1, 12, ("saw 'a' where the number to start from should be",)),
    "f =~ a?x": (1, 6, ("saw 'a' where the number to start from should be",)),
    "f =~ start(.5 x": (1, 15, ("saw 'x', expected ')' to close start(",)),
    "f =~ start(.5)?x": (1, 15, ("saw '?', expected '*'",)),
    "f =~ start(NA)*x": (1, 6, ("an empty modifier",)),
    "f =~ NA?x": (1, 6, ("an empty modifier",)),
    'f =~ ""*x': (1, 6, ("an empty modifier",)),
    "f =~ label(1)*x": (1, 12, ("saw the number 1 among labels",)),
    'f =~ "a b"*x': (1, 6, ('"a b" is not a label', "letters, digits")),
    'f =~ "NA"*x': (1, 6, ('"NA" is not a label',)),
    'f =~ "item1" + x': (1, 14, ("write variables without quotes",)),
    "x ~ 2": (1, 5, ("saw '2', expected 1, alone or after one modifier", "x ~ 0*1")),
    "x ~ 1*0": (1, 7, ("saw '0', expected 1",)),
    "x ~ NA": (1, 5, ("saw 'NA', expected 1",)),
    "x ~ -1": (1, 7, ("expected '*' and a variable",)),
    "x ~": (1, 4, ("saw the end of the statement, expected 1",)),
    "f =~ c(a, b)*x\ny ~ c(0, 0, NA)*1": (2, 17, ("c() has 3 values for 1 and 2 for x in line 1",)),
    # equalities
    "a == b == c": (1, 8, ("'==' is a second operator",)),
    "a == ": (1, 5, ("saw the end of the statement, expected a number, a label",)),
    "a == a": (1, 1, ("a == a restricts no parameter",)),
    "1 == 1": (1, 1, ("1 == 1 restricts no parameter",)),
    "a == NA": (1, 6, ("NA sets a parameter free",)),
    # the same again, and contradictions
    "f =~ x + y + x": (1, 14, ("f =~ x is written here and in line 1, column 6: write it once, or the",)),
    "f =~ x\nf =~ x": (2, 6, ("f =~ x is written here and in line 1, column 6",)),
    "f =~ a*x + b*x": (1, 14, ("f =~ x is labelled b here and labelled a in line 1, column 8: keep one",)),
    "f =~ 0.5*x\n\nf =~ NA*x": (3, 9, ("f =~ x is free here and fixed at 0.5 in line 1, column 10",)),
    "f =~ NA*x\nf =~ 2*x": (2, 8, ("f =~ x is fixed at 2 here and free in line 1, column 9",)),
    "f =~ 1*x + 2*x": (1, 14, ("fixed at 2 here and fixed at 1",)),
    "f =~ 1*x + 2?x": (1, 14, ("started at 2 here and fixed at 1",)),
    "f =~ 1?x + 2?x": (1, 14, ("started at 2 here and started at 1",)),
    "f =~ x\nf =~ a*x\nf =~ b*x": (3, 8, ("in line 2, column 8",)),
    "x ~~ a*y\ny ~~ b*x": (2, 8, ("x ~~ y is labelled b here and labelled a in line 1, column 8",)),
    "x ~ 0*1\nx ~ NA*1": (2, 8, ("x ~ 1 is free here and fixed at 0 in line 1, column 7",)),
    "f =~ c(0, NA)*x + c(NA, 1)*x": (1, 28, ("free here and fixed at 0",)),
    "f =~ c(NA, a)*x + b*x": (1, 21, ("labelled b here and labelled a",)),
    "x + y ~~ a*x + b*y + c*x": (1, 24, ("x ~~ x is labelled c here and labelled a",)),
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    line, column, words = REFUSED[text]
    with pytest.raises(ModelSyntaxError) as caught:
        parse(text)
    message = str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column), message
    assert message.startswith(f"line {line}, column {column}: ")
    for word in words:
        assert word in message
    shown, caret = message.splitlines()[-2:]
    assert shown == "    " + text.splitlines()[line - 1]
    assert caret == " " * (3 + column) + "^"


def test_the_whole_message() -> None:
    with pytest.raises(ModelSyntaxError) as caught:
        parse("trust =~ tru1 + tru2\ncaring =~ car1 car2")
    assert str(caught.value) == (
        "line 2, column 16: saw 'car2', expected '+' before another variable, or a new line or ';' before a "
        "new statement\n"
        "    caring =~ car1 car2\n"
        "                   ^"
    )


def test_the_caret_stands_below_tabs_wide_letters_and_in_long_lines() -> None:
    def last(text: str) -> list[str]:
        with pytest.raises(ModelSyntaxError) as caught:
            parse(text)
        return str(caught.value).splitlines()[-2:]

    assert last("f =~\t心 + @") == ["    f =~\t心 + @", "        \t     ^"]
    assert last("f =~ e\u0301 + @") == ["    f =~ e\u0301 + @", "             ^"]
    items = " + ".join(f"item_{n}" for n in range(90))
    shown, caret = last(f"f =~ {items} $ {items}")
    assert shown.startswith("    ...") and shown.endswith("...") and len(shown) == 110
    assert shown[len(caret) - 1] == "$"


@pytest.mark.parametrize("text", ["", "  \n\t", "# f =~ x", "!\n;;\n"])
def test_an_empty_model(text: str) -> None:
    with pytest.raises(ModelSyntaxError, match="the model is empty; write for example 'f =~ x1"):
        parse(text)


@pytest.mark.parametrize("model", [None, ["f =~ x"], {"f": ["x"]}, b"f =~ x", Path("m.txt")])
def test_no_text(model: Any) -> None:
    words = "not None" if model is None else rf"not an? {type(model).__name__}"
    with pytest.raises(ModelSyntaxError, match=words):
        parse(model)


def test_errors_survive_pickling() -> None:
    for error in (ModelSyntaxError("no", 2, 3), NotIdentifiedError("no", ["f =~ x", "f ~~ f"])):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), vars(again)) == (type(error), "no", vars(error))
        assert isinstance(error, EstimationError)
    assert (ModelSyntaxError("no").line, ModelSyntaxError("no").column) == (None, None)
    assert NotIdentifiedError("no", ["f =~ x"]).parameters == ("f =~ x",)


# ------------------------------------------------------------------ written and read again

NAMES = st.sampled_from(
    ["x1", "prqc.1_3", "sat.g.1_1", "_u", ".v", "é", "心", "c", "start", "label", "group"]
) | (st.text("abzE.é_09", min_size=1, max_size=6).filter(lambda s: re.match(r"[^\d.]|\.\D|\.$", s)))
NUMBERS = st.sampled_from([0.0, 1.0, 0.5, -0.3, 1e-3, 250.0]) | st.floats(-1e6, 1e6).map(lambda x: x + 0.0)
NEEDS_MORE = ("=~", "~~", "~", "==", "+", "*", "?", ",", "(")
COMMENTS = ("", "# c", "! d; f =~ x 'q", "#\t~~", "  ")


@dataclass(frozen=True)
class Parameter:
    """One drawn parameter: what to write before its variable, and what that says."""

    lhs: str
    op: str
    rhs: str
    mentions: tuple[tuple[str, ...], ...]
    modifiers: tuple[Modifier, ...]


def entry(draw: st.DrawFn, value: float | str | None) -> str:
    if value is None or isinstance(value, str):
        return value or "NA"
    return draw(st.sampled_from([repr(value), f"{value:.17g}", f"{value:.17e}"]))


def pieces(draw: st.DrawFn, kind: str, values: list[Any]) -> tuple[str, ...]:
    """Write one modifier, up to and with its ``*``."""
    quote = st.sampled_from(["'{}'", '"{}"'] + ["{}"] * 2)
    texts = [draw(quote).format(v) if isinstance(v, str) else entry(draw, v) for v in values]
    inner = texts if len(texts) == 1 else ["c", "(", *",".join(texts).replace(",", "\0,\0").split("\0"), ")"]
    if kind == "start":
        return draw(st.sampled_from([("start", "(", *inner, ")", "*"), (*inner, "?")]))
    if kind == "label" and draw(st.booleans()):
        return ("label", "(", *inner, ")", "*")
    return (*inner, "*")


def aspect(draw: st.DrawFn, n_groups: int, one: st.SearchStrategy[Any]) -> list[Any]:
    n = draw(st.sampled_from([1, n_groups]))
    return draw(st.lists(one, min_size=n, max_size=n))


def at(values: list[Any], group: int) -> Any:
    return values[group if len(values) > 1 else 0] if values else None


@st.composite
def parameters(draw: st.DrawFn, n_groups: int) -> Parameter:
    op = draw(st.sampled_from(["=~", "~~", "~1"]))
    lhs, rhs = draw(NAMES), "1" if op == "~1" else draw(NAMES)
    values = aspect(draw, n_groups, st.none() | NUMBERS) if draw(st.booleans()) else []
    labels = aspect(draw, n_groups, NAMES) if draw(st.booleans()) else []
    starts = [] if any(v is not None for v in values) else aspect(draw, n_groups, NUMBERS)
    said = {"value": values, "label": labels, "start": starts if draw(st.booleans()) else []}
    mentions = [pieces(draw, kind, what) for kind, what in said.items() if what]
    n = max(len(what) for what in said.values())
    modifiers = tuple(
        Modifier(
            fixed=at(values, g), free=bool(values) and at(values, g) is None, label=at(labels, g),
            start=at(said["start"], g),
        )
        for g in range(n)
    )  # fmt: skip
    return Parameter(lhs, op, rhs, tuple(draw(st.permutations(mentions))) or ((),), modifiers)


def key(p: Parameter) -> tuple[str, ...]:
    return (p.op, *sorted((p.lhs, p.rhs))) if p.op == "~~" else (p.op, p.lhs, p.rhs)


@st.composite
def models(draw: st.DrawFn) -> tuple[list[list[str]], list[tuple[Any, ...]]]:
    """Draw the pieces of each statement, and what they say."""
    n_groups = draw(st.integers(1, 3))
    drawn = draw(st.lists(parameters(n_groups), max_size=6, unique_by=key))
    drawn = [p for p in drawn if p.op != "=~" or p.lhs != p.rhs]
    written: list[list[str]] = []
    before: Parameter | None = None
    for p in drawn:
        terms = [[*mention, p.rhs] for mention in p.mentions]
        for term in terms:
            if before and (before.lhs, before.op) == (p.lhs, p.op) and draw(st.booleans()):
                written[-1] += ["+", *term]
            else:
                written.append([p.lhs, p.op[:1] if p.op == "~1" else p.op, *term])
            before = p
    expected = [(p.lhs, p.op, "" if p.op == "~1" else p.rhs, *p.modifiers) for p in drawn]
    labels = st.tuples(NAMES, NAMES | NUMBERS).filter(lambda pair: pair[0] != pair[1])
    for left, right in draw(st.lists(labels, min_size=0 if drawn else 1, max_size=3)):
        sides = [left, entry(draw, right)]
        written.append([sides[0], "==", sides[1]] if draw(st.booleans()) else [sides[1], "==", sides[0]])
        swapped = isinstance(right, str) and written[-1][0] != left
        expected.append((right, "==", left) if swapped else (left, "==", right))
    return written, expected


def breaks(random: Random) -> str:
    ends = ("\n", "\r\n", "\n \n")
    return "".join(random.choice(COMMENTS) + random.choice(ends) for _ in range(random.randint(1, 2)))


def layout(random: Random, statement: list[str]) -> Iterator[str]:
    """Yield the pieces of a statement with random space between them, broken only where that is allowed."""
    yield statement[0]
    for before, piece in itertools.pairwise(statement):
        may_break = before in NEEDS_MORE or piece in {*NEEDS_MORE, ")"} - {"("}
        yield random.choice(["", " ", "\t", "  "])
        yield breaks(random) if may_break and random.random() < 1 / 6 else ""
        yield piece


@settings(max_examples=100, deadline=None)
@given(models(), st.integers(0, 2**32).map(Random))
def test_written_and_read_again(model: tuple[list[list[str]], list[tuple[Any, ...]]], random: Random) -> None:
    written, expected = model
    text = ""
    for statement in written:
        text += "".join(layout(random, statement))
        text += random.choice([";", "; ; ", "; " + breaks(random), breaks(random), " " + breaks(random)])
    found = parse(text)
    assert [plain(s) for s in found] == expected
    lines = re.split(r"\r?\n", text)
    for s in found:
        first = (s.rhs or "1") if isinstance(s, Statement) else ""
        assert lines[s.line - 1].startswith(first, s.column - 1)


@settings(max_examples=300, deadline=None)
@given(st.text("fx1.5 \n\t=~+*?(),;:#'\"-ca<|/NA@é心", max_size=30))
def test_any_text_is_read_or_refused_at_a_place_in_it(text: str) -> None:
    try:
        assert parse(text)
    except ModelSyntaxError as error:
        if error.line is None or error.column is None:
            assert "the model is empty" in str(error)
        else:
            assert 1 <= error.column <= len(text.split("\n")[error.line - 1]) + 1


# ------------------------------------------------------------------ models that R has fitted


def model_texts(value: Any) -> Iterator[str]:
    """Yield the texts under the keys ``model`` and ``models``, at any depth."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        if name == "model" and isinstance(inner, str):
            yield inner
        elif name == "models" and isinstance(inner, dict):
            yield from (text for text in inner.values() if isinstance(text, str))
        else:
            yield from model_texts(inner)


def by_line(text: str) -> set[tuple[str, str, str]]:
    """Read a tidy model, one statement a line, in the simplest way there is."""
    found = set()
    for line in text.splitlines():
        lhs, op, rhs = line.split(" ", 2)
        for term in rhs.split(" + "):
            variable = term.split("*")[-1]
            found.add((lhs, "~1", "") if (op, variable) == ("~", "1") else (lhs, op, variable))
    return found


def test_models_that_r_has_fitted(shared: Path) -> None:
    texts = {
        text
        for path in sorted((shared / "oracles").glob("*.json"))
        for text in model_texts(json.loads(path.read_text(encoding="utf-8")))
    }
    readings = {text: by_line(text) for text in texts}
    others = {text for text, said in readings.items() if any(op in ("~", ":=") for _, op, _ in said)}
    for text in texts - others:
        found = [s for s in parse(text) if isinstance(s, Statement)]
        assert {(s.lhs, s.op, s.rhs) for s in found} == readings[text]
    for text in others:  # paths and what is defined
        found = [s for s in parse(text) if isinstance(s, Statement)]
        assert {(s.lhs, s.op, s.rhs) for s in found} == {key for key in readings[text] if key[1] != ":="}
    assert len(texts - others) > 20
    assert others
