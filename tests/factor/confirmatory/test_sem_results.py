"""What results of paths say, what they refuse, intervals of figures that are defined, and covariates."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

from intimacy_scales import cfa, encode, sem, simulate
from intimacy_scales.errors import (
    EstimationError,
    MissingColumnsError,
    ModelSyntaxError,
    NotIdentifiedError,
    ResponseError,
    UnknownNameError,
)
from intimacy_scales.factor import (
    DefinedParameter,
    Model,
    SEMResult,
    covariances_as_sample,
    htmt,
    invariance,
)
from intimacy_scales.factor.confirmatory.model.roles import roles_of
from intimacy_scales.numerics.normal_draws import standard_normal
from tests.shared.path_models import CIRCLE, DATA, DIRECT, FACTOR, MEDIATION, N

# ------------------------------------------------------------------ what is free, and what is said


@pytest.mark.parametrize(
    ("model", "exogenous", "related", "in_paths", "unrelated"),
    [  # as lavaan 0.6-14's sem()
        ("m ~ x1 + x2\ny ~ m + x3", ("x1", "x2", "x3"), (), ("m", "x1", "x2", "y", "x3"), ()),
        ("m ~ x1 + x2\ny ~ m + x3\nx1 ~~ x2", ("x3",), (), ("m", "x1", "x2", "y", "x3"),
         (("x1", "x3"), ("x2", "x3"))),
        ("m ~ x1 + x2\nx1 ~ 1", ("x2",), (), ("m", "x1", "x2"), (("x1", "x2"),)),
        ("f =~ a + b + c\ny ~ f + x", ("x",), (), ("y", "x"), (("f", "x"),)),
        ("f =~ a + b + c\nf ~~ x\ny ~ f + x", (), (), ("x", "y"), ()),
        ("f =~ a + b\ng =~ c + d\nf ~ x\ng ~ x\ny ~ x\nz ~ y", ("x",), (("f", "g"), ("f", "z"), ("g", "z")),
         ("x", "y", "z"), ()),
        ("f =~ a + b + c\nb ~ x\nz ~ x", ("x",), (), ("b", "x", "z"), (("f", "x"),)),
        ("y1 ~ y2 + x1\ny2 ~ y1 + x2", ("x1", "x2"), (), ("y1", "y2", "x1", "x2"), ()),
        ("f =~ a + b\ng =~ c + d", (), (("f", "g"),), (), ()),
        ("x ~~ y", (), (), (), ()),
    ],
)  # fmt: skip
def test_roles(model: str, exogenous: Any, related: Any, in_paths: Any, unrelated: Any) -> None:
    roles = roles_of(Model.from_text(model))
    assert roles.exogenous == exogenous
    assert roles.related == related
    assert sorted(roles.in_paths) == sorted(in_paths)
    assert roles.unrelated == unrelated


def test_what_a_model_forgets_is_told() -> None:
    note = sem("f =~ i1 + i2 + i3 + i4\ny ~ f + x", DATA).notes
    told = "covariances that are 0 because the model does not have them: f ~~ x; write them to let these"
    assert note == (f"{told} variables covary",)
    assert sem("f =~ i1 + i2 + i3 + i4\nf ~~ x\ny ~ f + x", DATA).notes == ()


def test_a_result_says_what_it_is() -> None:
    fitted = sem(FACTOR, DATA)
    text = str(fitted)
    assert text.startswith(
        "SEM of 8 variables, 1 factor, 4 paths; ML, listwise, n = 240\nmoments as observed: x, z, m"
    )
    assert "indirect := a*b" in text
    assert repr(fitted).startswith("<SEM of 8 variables")
    assert "<b>SEM of 8 variables" in fitted._repr_html_()
    assert fitted.to_frame().query("op == ':='").lhs.tolist() == ["indirect"]
    assert fitted.defined.to_frame().shape == (1, 6)
    assert set(fitted.r_squared()) == {"i1", "i2", "i3", "i4", "f", "y"}
    assert list(fitted.factor_correlations().columns) == ["f"]
    assert fitted.residuals().shape == (8, 8)
    again = SEMResult.from_json(fitted.to_json())
    assert again == fitted
    assert again.r_squared() == fitted.r_squared()
    drawn_before, drawn_after = (
        one.defined.confidence_interval(method="monte_carlo", rng=4) for one in (fitted, again)
    )
    assert drawn_before == drawn_after


def test_omega_is_of_items_without_paths() -> None:
    fitted = sem(FACTOR, DATA)
    inside = cfa("f =~ i1 + i2 + i3 + i4", DATA).omega()
    assert fitted.omega() == pytest.approx(inside, abs=0.02)
    with pytest.raises(
        EstimationError, match="omega needs items that only measure factors, and i2 has paths"
    ):
        sem(DIRECT, DATA).omega()
    with pytest.raises(EstimationError, match="the model has no indicators"):
        sem(MEDIATION, DATA).omega()


# ------------------------------------------------------------------ intervals


def test_monte_carlo_intervals_are_those_of_draws() -> None:
    fitted = sem(MEDIATION, DATA)
    figure = fitted.defined["indirect"]
    first = figure.confidence_interval(method="monte_carlo", n_draws=50_000, rng=1)
    a, b = (fitted.parameters[name] for name in ("m ~ x", "y ~ m"))
    rng = np.random.default_rng(9)
    products = rng.normal(a.estimate, a.se, 200_000) * rng.normal(b.estimate, b.se, 200_000)
    low, high = np.quantile(products, [0.025, 0.975])
    assert tuple(first) == pytest.approx((low, high), abs=0.003)
    assert high - figure.estimate > figure.estimate - low  # skewed, which the delta method does not see
    delta = figure.confidence_interval()
    assert delta.high - figure.estimate == pytest.approx(figure.estimate - delta.low)
    assert (first.method, first.n, delta.method) == ("monte_carlo", N, "delta")
    assert (
        fitted.defined.confidence_interval(0.9, "monte_carlo", n_draws=50_000, rng=1)["indirect"].low
        > first.low
    )


def test_the_same_seed_gives_the_same_draws_everywhere() -> None:
    values, covariance = np.array([0.5, -0.25]), np.array([[0.01, 0.002], [0.002, 0.04]])
    figure = DefinedParameter(
        name="k", expression="a*b", rests_on=(), estimate=-0.125, se=0.1, n=100, labels=("a", "b"),
        values=values, covariance=covariance,
    )  # fmt: skip
    draws = figure.draws(1000, np.random.default_rng(7))
    assert draws is not None
    assert draws[:3] == pytest.approx([-0.010831816457512012, 0.004407339156251413, -0.09964160243993335])
    z = standard_normal(np.random.default_rng(7), (2, 1000))
    a, b = 0.5 + 0.1 * z[0], -0.25 + 0.2 * (0.1 * z[0] + math.sqrt(0.99) * z[1])  # they correlate by .1
    assert draws == pytest.approx(a * b, rel=1e-12)


def test_singular_covariances_and_scales_that_are_far_apart() -> None:
    fitted = sem(
        "m ~ a*x + b*z\na == 2*b\nk := a - 2*b\nboth := a + b", DATA.assign(x=1e6 * DATA.x, z=1e6 * DATA.z)
    )
    assert fitted.defined["k"].estimate == pytest.approx(0, abs=1e-12)
    interval = fitted.defined["both"].confidence_interval(method="monte_carlo", rng=2)
    assert tuple(interval) == pytest.approx(tuple(fitted.defined["both"].confidence_interval()), rel=0.1)
    assert fitted.defined["both"].se > 0


def test_figures_that_are_not_defined_say_so() -> None:
    fitted = sem("m ~ a*x + b*z\nk := log(-abs(a))\nroot := sqrt(a - b)\nratio := a/b^2", DATA)
    assert math.isnan(fitted.defined["k"].estimate)
    for method in ("delta", "monte_carlo"):
        interval = fitted.defined["k"].confidence_interval(method=method)  # type: ignore[arg-type]
        assert interval.reason == "k is undefined at the estimates"
    scarce = sem("m ~ a*x\nroot := sqrt(a - 0.28)", DATA).defined["root"]
    found = scarce.confidence_interval(method="monte_carlo", rng=1)
    assert math.isnan(scarce.estimate) or (found.reason and "more than 5 %" in found.reason)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"method": "bootstrap"}, "method='bootstrap' is not valid; allowed: 'delta', 'monte_carlo'"),
        (
            {"method": "monte_carlo", "n_draws": 10},
            "n_draws=10 is not valid; allowed: a whole number, at least 1000",
        ),
        ({"method": "monte_carlo", "rng": -1}, "rng=-1 is not valid"),
        ({"confidence_level": 95}, "confidence_level=95"),
    ],
)
def test_options_of_intervals(options: dict[str, Any], told: str) -> None:
    fitted = sem(MEDIATION, DATA)
    with pytest.raises(EstimationError, match=told):
        fitted.defined["indirect"].confidence_interval(**options)
    with pytest.raises(EstimationError, match=told):
        fitted.defined.confidence_interval(**options)


def test_names_of_figures() -> None:
    fitted = sem(MEDIATION, DATA)
    assert fitted.parameters["indirect"].estimate == fitted.defined[0].estimate
    with pytest.raises(UnknownNameError, match="does not define 'indirct'; did you mean 'indirect'"):
        fitted.defined["indirct"]
    with pytest.raises(UnknownNameError, match="it defines none"):
        sem("m ~ x", DATA).defined["k"]


# ------------------------------------------------------------------ refused


@pytest.mark.parametrize(
    ("model", "error", "told"),
    [
        ("y1 ~ y2 + x\ny2 ~ y1 + x", NotIdentifiedError, "each needs a predictor on which the others"),
        ("y1 ~ y2\ny2 ~ y1", NotIdentifiedError, "4 free parameters for 3"),
        ("f =~ i1\nf ~ x", NotIdentifiedError, "one indicator"),
        ("y ~ 0*x\ny ~~ 1*y", EstimationError, "every parameter of the model is fixed"),
        (
            "y ~ a*x + b*z\na == 2*b\na == 2*b + 1",
            ModelSyntaxError,
            "line 3, column 1: a == 2[*]b [+] 1 cannot hold",
        ),
        (
            "y ~ a*x + b*z\na == 1\na + b == 2\nb == 3",
            ModelSyntaxError,
            "line 3, column 1: a [+] b == 2 cannot hold",
        ),
        ("y ~ a*x\na == b", EstimationError, "line 2: no parameter has the label 'b'"),
        ("y ~ x + nobody", MissingColumnsError, "nobody"),
        ("f =~ i1 + i2\nf ~ f", ModelSyntaxError, "cannot depend on itself"),
    ],
)
def test_models_that_cannot_be_fitted(model: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        sem(model, DATA)


def test_options_that_do_not_go_together() -> None:
    with pytest.raises(EstimationError, match="moments of x, z are fixed; use fixed_x=False"):
        sem(MEDIATION, DATA, estimator="MLR", scaling="satorra_bentler")
    with pytest.raises(
        EstimationError, match=r"equal=.'paths'. is not valid; allowed: a list of .*'regressions'"
    ):
        sem(MEDIATION, DATA, equal=["paths"])  # type: ignore[list-item]
    with pytest.raises(EstimationError, match=r"a list of 'loadings', 'intercepts', 'residuals'$"):
        cfa("f =~ i1 + i2 + i3", DATA, equal=["regressions"])
    with pytest.raises(EstimationError, match="the model has means"):
        sem("y ~ x + 1", covariances_as_sample(DATA[["y", "x"]].cov().to_numpy(), n=N, names=["y", "x"]))


@pytest.mark.parametrize("function", [cfa, htmt, lambda m, d: invariance(m, d, groups=np.arange(N) % 2)])
def test_measurement_models_have_no_paths(function: Any) -> None:
    with pytest.raises(
        ModelSyntaxError, match=r"line 2, column 5: f ~ x is a path .*use sem\(model, data\)"
    ) as caught:
        function("f =~ i1 + i2 + i3\nf ~ x", DATA)
    assert (caught.value.line, caught.value.column) == (2, 5)
    with pytest.raises(ModelSyntaxError, match=r"line 2, column 1: k := a defines a figure.*use sem"):
        function("f =~ i1 + a*i2 + i3\nk := a", DATA)
    with pytest.raises(EstimationError, match="the model has no factor"):
        function("i1 ~~ i2", DATA)


def test_linear_constraints_of_loadings_in_cfa() -> None:
    tied = cfa("f =~ i1 + a*i2 + b*i3 + c*i4\na + b + c == 3", DATA, means=True)
    sums = [tied.parameters[f"f =~ i{k}"].estimate for k in (2, 3, 4)]
    assert sum(sums) == pytest.approx(3, abs=1e-12)
    assert tied.fit.df == 3
    assert all(tied.parameters[f"f =~ i{k}"].se > 0 for k in (2, 3, 4))


# ------------------------------------------------------------------ data


def test_moments_are_enough_where_nothing_is_robust() -> None:
    names = ["m", "y", "x", "z"]
    sample = covariances_as_sample(DATA[names].cov().to_numpy(), n=N, names=names)
    one, other = sem(MEDIATION, sample), sem(MEDIATION, DATA)
    assert one.fit.chi_square == pytest.approx(other.fit.chi_square, abs=1e-8)
    for row in other.parameters:
        assert one.parameters[row.name].estimate == pytest.approx(row.estimate, abs=1e-8)


def test_covariates_are_columns_of_checked_answers() -> None:
    table = simulate("scii-24", 200, rng=1).answers
    table["years"] = np.random.default_rng(1).integers(1, 30, 200)
    model = "trust =~ tru01 + tru04 + tru09 + tru11\ntrust ~ years"
    kept = sem(model, encode("scii-24", table, keep=["years"]))
    assert kept.exogenous == ("years",)
    assert kept.parameters["trust =~ tru09"].estimate > 0  # keyed
    assert sem(model, table, instrument="scii-24").fit == kept.fit
    with pytest.raises(
        EstimationError, match=r"scii-24 has no item 'years', and no column of that name was kept"
    ):
        sem(model, encode("scii-24", table))
    with pytest.raises(ResponseError, match="variable year: the table has no column 'year'"):
        sem(model.replace("years", "year"), table, instrument="scii-24")


def test_partners_in_clusters_and_in_groups() -> None:
    pairs = np.arange(N) // 2
    one = sem(MEDIATION, DATA, estimator="MLR", clusters=pairs, means=True)
    other = sem(MEDIATION, DATA, estimator="MLR", means=True)
    assert one.n_clusters == N // 2
    assert one.parameters["m ~ x"].estimate == pytest.approx(other.parameters["m ~ x"].estimate, abs=1e-9)
    assert one.parameters["m ~ x"].se != other.parameters["m ~ x"].se


def test_no_warning_leaves_a_usual_fit() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for model in (MEDIATION, CIRCLE, FACTOR, DIRECT):
            repr(sem(model, DATA).modification_indices())
