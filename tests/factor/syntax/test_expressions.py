"""Arithmetic of labels: read as R reads it, written so that it reads as the same, differentiated exactly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from intimacy_scales.errors import ModelSyntaxError
from intimacy_scales.factor import Model
from intimacy_scales.factor.confirmatory.results.defined import with_derivatives
from intimacy_scales.factor.syntax.expressions import NotLinearError, expression_of, linear_form, linear_forms

AT = {"a": 1.3, "b": -0.7, "c": 2.1}
PYTHON = {"exp": math.exp, "log": math.log, "sqrt": math.sqrt, "abs": abs}


def value(text: str) -> float:
    return with_derivatives([("it", text)], list(AT), np.array(list(AT.values())))[0]


@pytest.mark.parametrize(
    ("text", "written", "expected"),
    [
        ("a-b-c", "a - b - c", 1.3 + 0.7 - 2.1),
        ("a-(b-c)", "a - (b - c)", 1.3 - (-0.7 - 2.1)),
        ("a/b/c", "a/b/c", 1.3 / -0.7 / 2.1),
        ("a/(b*c)", "a/(b*c)", 1.3 / (-0.7 * 2.1)),
        ("-a^2", "-a^2", -(1.3**2)),
        ("(-a)^2", "(-a)^2", 1.3**2),
        ("2^-1", "2^(-1)", 0.5),
        ("a^b^c", None, None),
        ("2^3^2", "2^3^2", 512.0),
        ("(2^3)^2", "(2^3)^2", 64.0),
        ("-2*-a", "-2*-a", 2.6),
        ("+a", "a", 1.3),
        ("1e-3 + .5*a", "0.001 + 0.5*a", 0.651),
        ("exp(log(c)) * sqrt(c^2)", "exp(log(c))*sqrt(c^2)", 2.1 * 2.1),
        ("abs(b)*(a + b)", "abs(b)*(a + b)", 0.7 * 0.6),
        ("(a)", "a", 1.3),
        ("1/3", "1/3", 1 / 3),
        ("0.30000000000000004", "0.30000000000000004", 0.30000000000000004),
    ],
)
def test_read_as_r_reads_it(text: str, written: str | None, expected: float | None) -> None:
    expression = expression_of(text)
    assert expression_of(str(expression)) == expression
    if written is not None:
        assert str(expression) == written
        assert value(text) == pytest.approx(expected, rel=1e-15)


def expressions() -> st.SearchStrategy[str]:
    """Texts in Python's spelling of the same arithmetic, with ``**`` for ``^``."""
    atoms = st.sampled_from(["a", "b", "c", "2", "0.5", "3"])

    def more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        two = st.builds(lambda x, op, y: f"({x}) {op} ({y})", inner, st.sampled_from("+-*/"), inner)
        power = st.builds(lambda x, n: f"({x}) ** {n}", inner, st.integers(-2, 3))
        grown = st.builds(lambda x: f"abs({x}) ** ({x} / 10)", atoms)
        called = st.builds(lambda f, x: f"{f}(abs({x}) + 0.1)", st.sampled_from(["log", "sqrt"]), inner)
        damped = st.builds(lambda x: f"exp(({x}) / (1 + abs({x})))", inner)
        return st.one_of(two, power, grown, called, damped, inner.map(lambda x: f"-({x})"))

    return st.recursive(atoms, more, max_leaves=8)


def in_python(text: str, values: dict[str, float]) -> float:
    return float(eval(text, {"__builtins__": {}}, PYTHON | values))  # of the texts made above


@settings(max_examples=150, deadline=None)
@given(expressions())
def test_values_are_those_of_python_and_derivatives_those_of_differences(text: str) -> None:
    try:
        expected = in_python(text, AT)
        slopes = [
            (in_python(text, AT | {n: x + 1e-6}) - in_python(text, AT | {n: x - 1e-6})) / 2e-6
            for n, x in AT.items()
        ]
    except (ArithmeticError, ValueError):
        assume(False)
        return
    assume(max(map(abs, [expected, *slopes])) < 1e4)
    ours = text.replace("**", "^")
    found, derivatives = with_derivatives([("it", ours)], list(AT), np.array(list(AT.values())))
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert derivatives == pytest.approx(slopes, rel=1e-4, abs=1e-4)
    again = str(expression_of(ours))
    assert expression_of(again) == expression_of(ours)


@pytest.mark.parametrize("text", ["log(b)", "a/(b - b)", "sqrt(b)", "b^0.5", "exp(1e9*a)", "1/0"])
def test_what_is_not_defined_is_nan_or_without_bound(text: str) -> None:
    assert not math.isfinite(value(text))


@pytest.mark.parametrize(
    ("text", "weights", "constant"),
    [
        ("a + 2*b - c/4 + 1", {"a": 1, "b": 2, "c": -0.25}, 1),
        ("-(a - 3)*2", {"a": -2}, 6),
        ("a - a + b", {"b": 1}, 0),
        ("exp(0)*a - sqrt(4)", {"a": 1}, -2),
        ("k + a", {"a": 3, "b": 1}, 0),
    ],
)
def test_linear_forms(text: str, weights: dict[str, float], constant: float) -> None:
    found = linear_form(expression_of(text), linear_forms({"k": expression_of("2*a + b")}))
    assert (found.weights, found.constant) == (weights, constant)


@pytest.mark.parametrize(
    "text", ["a*b", "1/a", "a^2", "exp(a)", "a/(b - b)", "a/0", "log(-1) + a", "a*b - a*b"]
)
def test_what_is_not_linear(text: str) -> None:
    with pytest.raises(NotLinearError, match="is not linear in its labels"):
        linear_form(expression_of(text), {})


@pytest.mark.parametrize(
    ("text", "line", "column", "told"),
    [
        (
            "y ~ a*x\nk := a/q",
            2,
            8,
            "no parameter has the label 'q', and nothing of that name is defined above",
        ),
        ("y ~ loads*x\nk := laods", 2, 6, "did you mean 'loads'"),
        ("y ~ a*x\nk := m + 1\nm := a", 2, 6, "'m', and nothing of that name is defined above"),
        ("y ~ a*x\nk := a\nk := 2*a", 3, 1, "k is defined twice"),
        ("y ~ a*x\nk := 2*1", 2, 1, "k uses no label of a parameter"),
        ("y ~ a*x\na := 2", 2, 1, "a is the label of a parameter"),
        ("y ~ a*x\nk + m := a", 2, 7, "only one name is allowed before ':='"),
        ("y ~ a*x\nk := foo(a)", 2, 6, r"foo\(\) is not a function here; allowed: exp\(\), log\(\)"),
        ("y ~ a*x\nk := (a", 2, 8, r"expected '\)' to close"),
        ("y ~ a*x\nk := a b", 2, 8, "saw 'b', expected"),
        ("y ~ a*x\nk :=", 2, 5, "saw the end of the statement, expected a number, a label"),
        ("y ~ a*x\nk := NA", 2, 6, "NA sets a parameter free"),
        ("y ~ a*x\nk := a == 1", 2, 8, "'==' is a second operator|each statement"),
        ("y ~ a*x + b*z\na*b == 1", 2, 2, r"a\*b is not linear .*can be defined"),
        ("y ~ a*x + b*z\na + exp(b) == 1", 2, 5, r"exp\(b\) is not linear"),
        ("y ~ a*x + b*z\nk := a/b\nk == 2", 3, 1, "k is not linear"),
        ("y ~ a*x + b*z\na + b == b + a", 2, 1, "restricts no parameter"),
        ("y ~ a*x\na + q == 1", 2, 5, "no parameter has the label 'q', and nothing of that name is defined;"),
        ("y ~ a*x\n2*a ~ x", 2, 2, "expected '=='"),
        ("y ~ x + x", 1, 9, "y ~ x is written here and in line 1, column 5"),
        ("y ~ y", 1, 5, "a variable cannot depend on itself"),
        ("y ~ a*x + b*x", 1, 13, "labelled b here and labelled a"),
        ("y ~ 2", 1, 5, "saw '2', expected 1"),
        ("y ~ x*2", 1, 7, "saw '2', expected 1"),
        ("y ~ f(x)", 1, 5, r"f\(\) cannot stand here"),
    ],
)
def test_refused_at_a_place(text: str, line: int, column: int, told: str) -> None:
    with pytest.raises(ModelSyntaxError, match=told) as caught:
        Model.from_text(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_model_is_written_as_it_is_read() -> None:
    text = (
        'f =~ x1 + x2\ny ~ "a"*x\ny ~ 0.5*z\ny ~ 1\nf ~ c("b", "d")*x\na + b == 2*(d - 1)\na == b\n'
        "k := -(a + b)^2/exp(d)"
    )
    model = Model.from_text(text)
    assert str(model) == text
    assert Model.from_text(str(model)) == model
    assert Model(model.statements) == model


def test_a_model_of_statements_is_checked_as_a_text_is() -> None:
    statements: tuple[Any, ...] = Model.from_text("y ~ a*x\nk := 2*a").statements
    with pytest.raises(ModelSyntaxError, match="line 2, column 1: no parameter has the label 'a'"):
        Model((*Model.from_text("y ~ x").statements, *statements[1:]))


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("(" * 5000 + "a" + ")" * 5000, "more than 30 nested parts"),
        ("exp(" * 31 + "a" + ")" * 31, "more than 30 nested parts"),
        ("^".join(["a"] * 5000), "more than 30 nested parts"),
        ("-" * 5000 + "a", "more than 100 operations in a row"),
        ("+".join(["a"] * 5000), "more than 100 operations in a row"),
        ("*".join(["a"] * 102), "more than 100 operations in a row"),
    ],
)
def test_expressions_without_end_are_refused(expression: str, told: str) -> None:
    for statement in (f"k := {expression}", f"{expression} == 1"):
        with pytest.raises(ModelSyntaxError, match=told):
            Model.from_text(f"y ~ a*x\n{statement}")


def test_expressions_of_some_length_are_read() -> None:
    for expression in ("(" * 30 + "a" + ")" * 30, "+".join(["a"] * 100), "exp(" * 30 + "-9*a" + ")" * 30):
        assert Model.from_text(f"y ~ a*x\nk := {expression}").definitions
        value(expression)


def test_figures_that_double_again_and_again_are_worked_out_once() -> None:
    lines = ["y ~ a*x + b*z", "d0 := a", *(f"d{n} := d{n - 1} + d{n - 1}" for n in range(1, 60)), "d59 == b"]
    assert len(Model.from_text("\n".join(lines)).constraints) == 1
    steps = [tuple(line.split(" := ")) for line in lines[1:-1]]
    found, slope = with_derivatives(steps, ["a", "b"], np.array([1.0, 2.0]))
    assert (found, slope.tolist()) == (2.0**59, [2.0**59, 0.0])
