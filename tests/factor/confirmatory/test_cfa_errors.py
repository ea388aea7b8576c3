"""What cannot be fitted is refused with words that say why; what is odd is said of the result."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import encode, item_moments, load, simulate
from intimacy_scales.errors import (
    EstimationError,
    IntimacyScalesError,
    MissingColumnsError,
    ModelSyntaxError,
    NotConvergedError,
    NotIdentifiedError,
    ResponseError,
)
from intimacy_scales.factor import cfa, compare_models, covariances_as_sample, invariance
from tests.shared.factor_answers import table

ITEMS = [f"x{n}" for n in range(1, 7)]
TWO = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6"
HALVES = ["a"] * 100 + ["b"] * 100


def sums(x: pd.DataFrame, **options: Any) -> Any:
    return covariances_as_sample(x.cov(), n=len(x), names=list(x.columns), **options)


X = table()
FIRST = np.arange(200) < 100


def says(expected: type[Exception], *words: str, run: Callable[..., Any], **options: Any) -> Any:
    with pytest.raises(expected) as caught:
        run(**options)
    for word in words:
        assert word in str(caught.value), str(caught.value)
    return caught.value


def refuses(expected: type[Exception], words: tuple[str, ...], model: Any, data: Any, **options: Any) -> Any:
    return says(expected, *words, run=cfa, model=model, data=data, **options)


# ------------------------------------------------------------------ models that say too little


@pytest.mark.parametrize("identification", ["marker", "fixed_factor"])
def test_two_indicators_alone(identification: Any) -> None:
    error = refuses(
        NotIdentifiedError,
        ("4 free parameters for 3 variances and covariances", "f has 2", "a*x1 + a*x2"),
        "f =~ x1 + x2",
        X,
        identification=identification,
    )
    assert "x1 ~~ x1" in error.parameters
    assert cfa("f =~ a*x1 + a*x2", X).fit.df == 0


def test_two_factors_of_one() -> None:
    """Enough moments, but the loadings of two factors on the same items turn into each other."""
    text = "f =~ x1 + x2 + x3 + x4 + x5 + x6; g =~ x1 + x2 + x3 + x4 + x5 + x6"
    error = refuses(NotIdentifiedError, ("cannot be told apart",), text, X)
    assert any("=~" in name for name in error.parameters)
    refuses(NotIdentifiedError, ("not identified",), text, X, missing="fiml", estimator="MLR")


def test_factors_without_a_unit() -> None:
    free = cfa("f =~ 1*x1 + x2 + x3; g =~ 1*x4 + x5 + x6", X, identification="none")
    assert free.fit.chi_square == pytest.approx(cfa(TWO, X).fit.chi_square)
    error = refuses(NotIdentifiedError, ("f ~~ f",), TWO, X, identification="none")
    assert {"f =~ x1", "g =~ x4"} <= set(error.parameters)


def test_means_of_items_and_factor_at_once() -> None:
    refuses(NotIdentifiedError, ("f ~ 1",), f"{TWO}; f ~ 1", X)


def test_one_indicator() -> None:
    refuses(NotIdentifiedError, ("(f)", "x1 ~~ x1"), "f =~ x1; g =~ x4 + x5 + x6", X)
    assert cfa("f =~ x1; x1 ~~ 0*x1; g =~ x4 + x5 + x6", X).fit.df == 2


@pytest.mark.parametrize("identification", ["marker", "fixed_factor"])
def test_not_identified_in_these_answers(identification: Any) -> None:
    """Two pairs of items are enough only where their factors correlate."""
    apart = np.kron(np.eye(2), [[1, 0.5], [0.5, 1]])
    sample = covariances_as_sample(apart, n=300, names=ITEMS[:4])
    text = "f =~ x1 + x2; g =~ x3 + x4"
    error = refuses(NotIdentifiedError, ("at the estimates",), text, sample, identification=identification)
    assert set(error.parameters) & {"f =~ x2", "x2 ~~ x2"}


@pytest.mark.parametrize("identification", ["marker", "fixed_factor"])
def test_items_that_share_nothing(identification: Any) -> None:
    """A factor of no variance has no loadings: better no figure than standard errors of 1e11."""
    sample = covariances_as_sample(np.eye(4), n=300, names=ITEMS[:4])
    refuses(
        NotIdentifiedError,
        ("at the estimates",),
        "f =~ x1 + x2 + x3 + x4",
        sample,
        identification=identification,
    )


def test_models_that_are_not_valid() -> None:
    refuses(EstimationError, ("no factor",), "x1 ~~ x2", X)
    refuses(EstimationError, ("circle",), "f =~ g + x1 + x2; g =~ f + x4 + x5", X)
    refuses(EstimationError, ("f is a factor and x4 an item",), "f =~ x1 + x2 + x3; f ~~ x4", X)
    refuses(EstimationError, ("label 'z'",), f"{TWO}; z == 1", X)
    refuses(ModelSyntaxError, ("empty",), "", X)
    refuses(EstimationError, ("a Model",), 3, X)  # type: ignore[arg-type]  # wrong on purpose


# ------------------------------------------------------------------ answers that do not do


@pytest.mark.parametrize("value", [3.0, 0.1, 1 / 3, 123456.7])
@pytest.mark.parametrize("missing", ["listwise", "pairwise", "fiml"])
def test_a_constant_item(value: float, missing: Any) -> None:
    x = X.assign(x1=value)
    if missing != "listwise":
        x.loc[:20, "x5"] = np.nan
    refuses(EstimationError, ("x1", "same answer"), TWO, x, missing=missing)


def test_constant_in_one_group() -> None:
    x = X.assign(x1=X["x1"].where(FIRST, 3.0))
    refuses(EstimationError, ("x1", "group 'b'"), TWO, x, groups=HALVES)


def test_too_few_persons() -> None:
    for n in (2, 5, 6):
        refuses(EstimationError, (f"{n} complete persons", "6 variables"), TWO, X[:n])
    refuses(EstimationError, ("0 usable persons", "no rows"), TWO, X[:0])
    refuses(EstimationError, ("1 usable person", "one row"), TWO, X[:1])
    refuses(EstimationError, ("3 complete persons in group 'b'",), TWO, X, groups=[*"a" * 197, *"bbb"])
    error = refuses(EstimationError, (), TWO, X[:5], missing="fiml")
    assert any(word in str(error) for word in ("too few persons", "few for 6 variables", "do not determine"))


def test_items_made_of_others() -> None:
    copy, total = X.assign(x2=X["x1"] * 2 - 1), X.assign(x6=X["x1"] + X["x2"] - X["x4"])
    for missing in ("listwise", "pairwise"):
        refuses(EstimationError, ("x1", "x2", "copy"), TWO, copy, missing=missing)
        refuses(EstimationError, ("x6", "sum"), TWO, total, missing=missing)


@pytest.mark.parametrize("gaps", [False, True], ids=["complete", "gaps"])
def test_items_made_of_others_with_fiml(gaps: bool) -> None:
    """The words are about the answers, not about start values."""
    copy, total = X.assign(x2=X["x1"] * 2 - 1), X.assign(x6=X["x1"] + X["x2"] - X["x4"])
    for x in (copy, total):
        if gaps:
            x.loc[:20, "x5"] = np.nan
        error = refuses(EstimationError, (), TWO, x, missing="fiml")
        assert not isinstance(error, NotIdentifiedError)
        assert any(word in str(error) for word in ("determine each other", "made up of others")), str(error)


def test_missing_answers_that_leave_nothing() -> None:
    none = X.assign(x1=np.nan)
    refuses(EstimationError, ("0 usable persons", "nobody answered x1", "leave it out"), TWO, none)
    refuses(EstimationError, ("answered x1",), TWO, none, missing="fiml")
    half = X.assign(x1=X["x1"].where(FIRST))
    refuses(EstimationError, ("0 usable persons in group 'b'",), TWO, half, groups=HALVES)
    refuses(EstimationError, ("x1 in group 'b'",), TWO, half, groups=HALVES, missing="fiml")


def test_items_that_nobody_answered_together() -> None:
    apart = X.assign(x1=X["x1"].where(FIRST), x2=X["x2"].where(~FIRST))
    refuses(EstimationError, ("both x1 and x2",), TWO, apart, missing="pairwise")


def test_more_gaps_than_answers_allow() -> None:
    """So few answers that the likelihood without a model has no maximum: no chi-square of it."""
    rng = np.random.default_rng(2)
    true = rng.normal(size=(30, 1))
    x = pd.DataFrame(true + rng.normal(size=(30, 12)), columns=[f"y{n}" for n in range(12)])
    x = x.mask(rng.random(x.shape) < 0.4)
    text = f"f =~ {' + '.join(x.columns)}"
    for estimator in ("ML", "MLR"):
        refuses(NotConvergedError, ("do not determine",), text, x, missing="fiml", estimator=estimator)


def test_columns() -> None:
    error = refuses(MissingColumnsError, ("'xx3'", "did you mean 'x3'?"), "f =~ x1 + x2 + xx3", X)
    assert error.missing == ("xx3",)
    refuses(ResponseError, ("column x1", "often"), TWO, X.assign(x1="often"))
    refuses(ResponseError, ("column x1", "infinite"), TWO, X.assign(x1=X["x1"].where(FIRST, np.inf)))
    large = X.assign(x1=pd.Series([10**400, *X["x1"][1:]], index=X.index, dtype=object))
    refuses(ResponseError, ("column x1", "a number is too large"), TWO, large)
    refuses(EstimationError, ("answers are missing (data is None)",), TWO, None)
    answers = encode("scii-24", simulate("scii-24", 100, rng=1).answers)
    refuses(EstimationError, ("did you mean 'tru11'",), "f =~ tru1 + tru04 + tru09", answers)


def test_labels_of_groups() -> None:
    refuses(EstimationError, ("199 labels for 200 rows",), TWO, X, groups=HALVES[1:])
    refuses(EstimationError, ("only one",), TWO, X, groups=["a"] * 200)
    says(EstimationError, "only one", run=lambda: invariance(TWO, X, groups=["a"] * 200))
    for empty in (None, np.nan):
        refuses(EstimationError, ("1 row without a group", "row 199"), TWO, X, groups=[*HALVES[1:], empty])
    refuses(ResponseError, ("no column 'gender'",), TWO, X, groups="gender")
    refuses(EstimationError, ("2 values", "1 group"), "f =~ x1 + c(a, b)*x2 + x3", X)
    refuses(EstimationError, ("3 values", "2 groups"), "f =~ x1 + c(a, b, d)*x2 + x3", X, groups=HALVES)
    says(EstimationError, "groups is missing", run=lambda: invariance(TWO, X, groups=None))
    result = cfa(TWO, X, groups=HALVES)
    says(EstimationError, "'a', 'b'", run=lambda: result.residuals("z"))
    says(KeyError, "2 groups", run=lambda: result.parameters["f =~ x1"])
    says(KeyError, "no parameter", run=lambda: result.parameters["f =~ x5"])


def test_labels_that_look_alike() -> None:
    refuses(EstimationError, ("groups: two labels look the same",), TWO, X, groups=[1] * 100 + ["1"] * 100)


def test_options() -> None:
    cases: list[tuple[str, dict[str, Any]]] = [
        ("'MLR' (robust maximum likelihood), 'GLS' (generalized", {"estimator": "WLS"}),
        ("'marker'", {"identification": "std"}),
        ("'listwise'", {"missing": "drop"}),
        ("'loadings'", {"equal": "loadings"}),
        ("'loadings'", {"equal": ["means"], "groups": HALVES}),
        ("groups", {"equal": ["loadings"]}),
        ("is not valid; allowed: 'expected', 'observed'", {"information": "first"}),
    ]
    for words, options in cases:
        says(EstimationError, words, run=lambda o=options: cfa(TWO, X, **o))
    says(EstimationError, "two or more of", run=lambda: invariance(TWO, X, groups=HALVES, steps=["metric"]))
    says(EstimationError, "configural", run=lambda: invariance(TWO, X, groups=HALVES).misfits("exact"))


@pytest.mark.parametrize("steps", [0, -1, "many"])
def test_numbers_of_steps(steps: Any) -> None:
    refuses(EstimationError, ("max_iterations",), TWO, X, max_iterations=steps)


def test_sums_that_do_not_do() -> None:
    sample = sums(X)
    refuses(EstimationError, ("MLR", "each person's answers"), TWO, sample, estimator="MLR")
    refuses(EstimationError, ("fiml",), TWO, sample, missing="fiml")
    refuses(EstimationError, ("groups",), TWO, sample, groups=HALVES)
    refuses(EstimationError, ("x6",), TWO, sums(X[ITEMS[:5]]))
    moments = item_moments("scii-24", simulate("scii-24", 100, missing=0.1, rng=1).answers)
    text = "f =~ tru01 + tru04 + kno06"
    refuses(EstimationError, ("each person's answers",), text, moments, missing="fiml")
    refuses(EstimationError, ("pairwise",), text, moments)
    refuses(EstimationError, ("MLR",), text, moments, missing="pairwise", estimator="MLR")


@pytest.mark.parametrize("means", [[1.0, 2.0], [np.nan] * 6, 3.0])
def test_means_that_are_not_valid(means: Any) -> None:
    says(EstimationError, "means", run=lambda: sums(X, means=means))


def test_means_that_nobody_gave() -> None:
    """Equal intercepts are a statement about means, not about zeros."""
    unknown = [sums(X[FIRST]), sums(X[~FIRST])]
    assert cfa(TWO, unknown).fit.df == 16
    refuses(EstimationError, ("means",), TWO, unknown, equal=["loadings", "intercepts"])


def test_matrices() -> None:
    for matrix in ([[1, 0.5], [0.2, 1]], [[1, np.nan], [np.nan, 1]], [[1, 0.5], [0.5, -1]], [[1, 0.5]]):
        says(
            EstimationError,
            "covariances",
            run=lambda m=matrix: covariances_as_sample(m, n=9, names=["a", "b"]),
        )
    indefinite = covariances_as_sample(
        [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], n=99, names=list("abc")
    )
    error = refuses(EstimationError, ("positive semidefinite",), "f =~ a + b + c", indefinite)
    assert "pairwise" not in str(error)
    n = np.int64(200)
    assert covariances_as_sample(X.cov(), n=n, names=ITEMS).n == 200  # type: ignore[arg-type]  # n of any type


def test_comparisons() -> None:
    wide, narrow = cfa(TWO, X), cfa(f"{TWO}; f ~~ 0*g", X)
    says(EstimationError, "two or more fitted models", run=lambda: compare_models(wide))
    says(EstimationError, "2 different names", run=lambda: compare_models(wide, narrow, names=["a", "a"]))
    says(EstimationError, "degrees of freedom", run=lambda: compare_models(wide, wide))
    says(
        EstimationError,
        "estimator",
        run=lambda: compare_models(wide, cfa(f"{TWO}; f ~~ 0*g", X, estimator="MLR")),
    )
    says(
        EstimationError,
        "different answers",
        run=lambda: compare_models(wide, cfa(f"{TWO}; f ~~ 0*g", table(5))),
    )
    says(EstimationError, " n ", run=lambda: compare_models(wide, cfa(f"{TWO}; f ~~ 0*g", X[:150])))


# ------------------------------------------------------------------ searches that fail, results that are odd


def test_a_search_that_may_not_go_on() -> None:
    error = refuses(NotConvergedError, ("within 1 step",), TWO, X, max_iterations=1)
    assert isinstance(error, IntimacyScalesError)
    refuses(NotConvergedError, ("start(...)",), f"{TWO}; x1 ~~ start(-5)*x1", X)
    refuses(NotConvergedError, (), f"{TWO}; f ~~ -1*f; x1 ~~ -1*x1", X)


def test_improper_solutions_are_said_to_be() -> None:
    heywood = [[1, 0.6, 0.6], [0.6, 1, 0.3], [0.6, 0.3, 1]]
    one = cfa("f =~ a + b + c", covariances_as_sample(heywood, n=200, names=list("abc")))
    assert one.parameters["a ~~ a"].estimate == pytest.approx(-0.2 * 199 / 200, abs=1e-6)
    (text,) = one.improper
    assert "residual variance of a" in text
    assert "-20.0%" in text
    assert "Heywood" in text
    assert text in repr(one)
    assert text in str(one)
    assert "Heywood" in one._repr_html_()
    assert one.to_dict()["improper"] == [text]
    r = np.full((4, 4), 0.7)
    r[:2, :2] = r[2:, 2:] = 0.5
    np.fill_diagonal(r, 1)
    beyond = cfa("f =~ a + b; g =~ c + d", covariances_as_sample(r, n=200, names=list("abcd")))
    assert beyond.improper == (
        "the correlation of the factors f and g is 1.400, so that the latent covariance matrix is not "
        "positive definite",
    )
    assert "improper" in repr(beyond)
    negative = cfa(
        "f =~ 1*a + 1*b + 1*c", covariances_as_sample(1.2 * np.eye(3) - 0.2, n=200, names=list("abc"))
    )
    assert "variance of f is negative" in negative.improper[0]
    assert np.isnan(negative.parameters["f =~ a"].std_all)
    json.dumps(negative.to_dict(), allow_nan=False)
    assert np.isnan(negative.factor_correlations().loc["f", "f"])
    assert cfa(TWO, X).improper == ()


def test_estimates_stand_where_the_robust_test_is_not_defined() -> None:
    """lavaan gives NA for the scaled test of these 500 persons, and keeps estimates and robust errors."""
    rng = np.random.default_rng(26)
    x = rng.gumbel(size=(500, 4)) + 0.25 * rng.normal(size=(500, 1))
    result = cfa("f =~ x1 + x2 + x3 + x4", pd.DataFrame(x, columns=ITEMS[:4]), estimator="MLR")
    assert result.fit.chi_square == pytest.approx(2.937, abs=1e-3)
    assert result.parameters["x1 ~~ x1"].se == pytest.approx(0.686, abs=1e-3)
    assert result.fit.scaled is None or np.isnan(result.fit.scaled.chi_square)
    json.dumps(result.to_dict(), allow_nan=False)


def test_long_questionnaires_and_extreme_answers() -> None:
    answers = encode("scii-48", simulate("scii-48", 300, rng=2).answers)
    result = cfa(load("scii-48"), answers)
    assert (result.fit.df, len(result.model.observed)) == (1065, 48)
    assert result.fit.rmsea < 0.03
    assert result.iterations < 20
    near = X.assign(x2=X["x1"] + 0.01 * X["x3"])
    assert np.isfinite(cfa("f =~ x1 + x2 + x4 + x5", near).fit.chi_square)
