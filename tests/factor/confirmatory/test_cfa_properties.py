"""What must hold of factor models whatever was answered: units, orders, signs, equivalent models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import encode, simulate
from intimacy_scales.factor import (
    CFAResult,
    Model,
    cfa,
    compare_models,
    invariance,
)

pytestmark = pytest.mark.long

ITEMS = [f"x{n}" for n in range(1, 7)]
TWO = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6"
SECOND = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6; h =~ x7 + x8 + x9; t =~ f + g + h"
WAYS: list[dict[str, Any]] = [{}, {"estimator": "MLR"}, {"missing": "fiml"}]


def table(seed: int = 1, n: int = 250, *, factors: int = 2, gaps: float = 0.0) -> pd.DataFrame:
    """Skewed answers: three items for each of a few factors that correlate."""
    rng = np.random.default_rng(seed)
    true = (rng.normal(size=(n, 1)) + rng.normal(size=(n, factors))).repeat(3, axis=1)
    x = 0.6 * true * np.linspace(0.8, 1.2, 3 * factors) + rng.gumbel(size=true.shape) * 0.7 + 3
    x[rng.random(x.shape) < gaps] = np.nan
    return pd.DataFrame(x, columns=[f"x{i + 1}" for i in range(3 * factors)])


def figures(result: CFAResult) -> list[float]:
    fit = result.fit
    found = [fit.chi_square, fit.df, fit.cfi, fit.tli, fit.rmsea, fit.srmr, fit.baseline_chi_square]
    if fit.scaled is not None:
        found += [fit.scaled.chi_square, fit.scaled.robust_cfi, fit.scaled.robust_rmsea]
    return found


def standardized(result: CFAResult) -> dict[Any, float]:
    """By name; a covariance is the same in both orders."""
    return {
        (frozenset((p.lhs, p.rhs)) if p.op == "~~" else (p.lhs, p.rhs), p.op, p.group): p.std_all
        for p in result.parameters
        if p.op != "~1"
    }


def check_same(one: CFAResult, other: CFAResult, *, tolerance: float = 1e-6) -> None:
    assert figures(other) == pytest.approx(figures(one), rel=tolerance, abs=tolerance)
    assert standardized(other) == pytest.approx(standardized(one), rel=tolerance, abs=tolerance)


def unit_free(result: CFAResult) -> list[float]:
    return [*figures(result), *(abs(p.z) for p in result.parameters if p.free and p.op == "=~")]


# ------------------------------------------------------------------ orders and units


@pytest.mark.parametrize("options", WAYS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_rows_columns_and_factors_may_come_in_any_order(options: dict[str, Any], seed: int) -> None:
    x = table(seed, gaps=0.05)
    fit = cfa(TWO, x, **options)
    rng = np.random.default_rng(seed)
    check_same(fit, cfa(TWO, x.iloc[rng.permutation(len(x))], **options))
    check_same(fit, cfa(TWO, x[list(rng.permutation(x.columns))], **options))
    fixed = {"identification": "fixed_factor", **options}
    check_same(fit, cfa("g =~ x6 + x4 + x5; f =~ x2 + x3 + x1", x, **fixed))


@pytest.mark.parametrize("options", WAYS)
@pytest.mark.parametrize("unit", [1e-6, 1e-3, 1e3, 1e6])
def test_units_of_items_do_not_matter(options: dict[str, Any], unit: float) -> None:
    x = table(3, gaps=0.05)
    fit = cfa(TWO, x, **options)
    check_same(fit, cfa(TWO, x * unit, **options))
    mixed = (x + np.array([0, 5, -100, 0, 1, 0])) * np.array([1, unit, 1, 1 / unit, 1, unit])
    check_same(fit, cfa(TWO, mixed, **options))
    fixed = cfa(TWO, x * unit, identification="fixed_factor", **options)
    again = cfa(TWO, x, identification="fixed_factor", **options)
    assert unit_free(fixed) == pytest.approx(unit_free(again), rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("offset", [1e4, 1e6, 1e8])
def test_far_from_zero(offset: float) -> None:
    x = table(3)
    fit = cfa(TWO, x)
    far = cfa(TWO, x + offset, means=True)
    assert figures(far)[:2] == pytest.approx(figures(fit)[:2], rel=1e-4)
    assert far.fit.cfi == pytest.approx(fit.fit.cfi, abs=1e-4)
    assert far.parameters["f =~ x2"].std_all == pytest.approx(fit.parameters["f =~ x2"].std_all, abs=1e-4)


@given(seed=st.integers(0, 10_000), turned=st.sets(st.sampled_from(ITEMS), min_size=1, max_size=5))
@settings(max_examples=10, deadline=None)
def test_a_reversed_scale_of_an_item_only_changes_its_sign(seed: int, turned: set[str]) -> None:
    x = table(seed)
    fit = cfa(TWO, x, identification="fixed_factor")
    other = cfa(TWO, x.assign(**{name: 7 - x[name] for name in turned}), identification="fixed_factor")
    assert figures(other) == pytest.approx(figures(fit), rel=1e-6, abs=1e-6)
    for factor in ("f", "g"):
        own = [p for p in fit.parameters if p.op == "=~" and p.lhs == factor]
        again = [other.parameters[p.name] for p in own]
        assert sum(p.std_all for p in again) > 0
        sign = [
            b.std_all / a.std_all * (-1 if a.rhs in turned else 1) for a, b in zip(own, again, strict=True)
        ]
        assert sign == pytest.approx([sign[0]] * 3, abs=1e-5)
        assert abs(sign[0]) == pytest.approx(1, abs=1e-5)


# ------------------------------------------------------------------ equivalent models


@pytest.mark.parametrize("options", WAYS)
@pytest.mark.parametrize(
    "text",
    [TWO, f"{TWO}; f =~ x6; x1 ~~ x4", f"{TWO}; x1 ~ 1", SECOND],
    ids=["two", "crossed", "means", "second order"],
)
def test_marker_and_fixed_factors_are_one_model(text: str, options: dict[str, Any]) -> None:
    x = table(5, factors=3, gaps=0.03)
    marker = cfa(text, x, **options)
    fixed = cfa(text, x, identification="fixed_factor", **options)
    check_same(marker, fixed, tolerance=1e-5)
    errors = [
        [p.std_all_se for p in r.parameters if p.op == "=~" or (p.lhs == p.rhs)] for r in (marker, fixed)
    ]
    assert errors[1] == pytest.approx(errors[0], rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("signs", [(1, 1, 1), (1, -1, 1), (1, -1, -1), (-1, 1, 1), (-1, -1, 1)])
@pytest.mark.parametrize("identification", ["marker", "fixed_factor"])
def test_second_order_factors_may_run_either_way(signs: Any, identification: Any) -> None:
    """Turning all items of a factor turns its loading on the factor behind it."""
    x = table(6, n=400, factors=3)
    for text in (SECOND, SECOND.replace("x2 + x3", "a*x2 + a*x3")):
        fit = cfa(text, x, identification=identification)
        turned = x * np.repeat(signs, 3) + 7
        other = cfa(text, turned, identification=identification)
        assert figures(other) == pytest.approx(figures(fit), rel=1e-6, abs=1e-6)
        sizes = [[abs(r.parameters[f"t =~ {f}"].std_all) for f in "fgh"] for r in (fit, other)]
        assert sizes[1] == pytest.approx(sizes[0], abs=1e-5)


def test_a_saturated_second_order_is_three_correlated_factors() -> None:
    x = table(6, n=400, factors=3)
    first = cfa(SECOND.rsplit(";", 1)[0], x)
    assert cfa(SECOND, x).fit.chi_square == pytest.approx(first.fit.chi_square, abs=1e-6)


def test_complete_answers_are_the_same_under_every_missing_rule() -> None:
    x = table(2)
    listwise = cfa(TWO, x, means=True)
    fiml = cfa(TWO, x, missing="fiml", information="expected")
    pairwise = cfa(TWO, x, missing="pairwise", means=True)
    for other in (fiml, pairwise):
        check_same(listwise, other, tolerance=1e-8)
        for p, q in zip(listwise.parameters, other.parameters, strict=True):
            expected = (p.estimate, p.se)
            assert (q.estimate, q.se) == pytest.approx(expected, rel=1e-8, abs=1e-10, nan_ok=True)
    observed = cfa(TWO, x, missing="fiml")
    theirs = cfa(TWO, x, means=True, information="observed")
    errors = [p.se for p in theirs.parameters]
    assert [p.se for p in observed.parameters] == pytest.approx(errors, rel=1e-8, nan_ok=True)
    robust = [cfa(TWO, x, estimator="MLR", missing=m, means=True) for m in ("listwise", "fiml")]
    assert unit_free(robust[0]) == pytest.approx(unit_free(robust[1]), rel=1e-8)


def test_means_that_are_free_cost_nothing() -> None:
    x = table(2)
    assert cfa(TWO, x, means=True).fit.chi_square == pytest.approx(cfa(TWO, x).fit.chi_square, abs=1e-8)


def test_persons_who_answered_nothing_do_not_count() -> None:
    x = table(2, gaps=0.1)
    empty = pd.DataFrame(np.nan, index=range(7), columns=x.columns)
    with_them = cfa(TWO, pd.concat([x, empty], ignore_index=True), missing="fiml")
    assert (with_them.n, with_them.n_rows) == (250, 257)
    check_same(cfa(TWO, x, missing="fiml"), with_them, tolerance=1e-9)


def test_start_values_do_not_matter() -> None:
    x = table(4)
    plain = cfa(TWO, x)
    begun = "f =~ x1 + start(3)*x2 + start(0.1)*x3; g =~ x4 + x5 + x6; f ~~ start(0)*g; x1 ~~ start(9)*x1"
    check_same(plain, cfa(begun, x), tolerance=1e-7)


def test_labels_equalities_and_values_say_the_same() -> None:
    x = table(4)
    shared = cfa("f =~ x1 + a*x2 + a*x3; g =~ x4 + x5 + x6", x)
    equal = cfa("f =~ x1 + a*x2 + b*x3; g =~ x4 + x5 + x6; a == b", x)
    check_same(shared, equal, tolerance=1e-9)
    assert shared.fit.df == cfa(TWO, x).fit.df + 1
    loadings = [shared.parameters[f"f =~ {name}"] for name in ("x2", "x3")]
    assert loadings[0].estimate == loadings[1].estimate
    assert loadings[0].se == loadings[1].se
    assert loadings[0].label == "a"
    value = loadings[0].estimate
    fixed = cfa(f"f =~ x1 + {value!r}*x2 + a*x3; g =~ x4 + x5 + x6; a == {value!r}", x)
    assert fixed.fit.chi_square == pytest.approx(shared.fit.chi_square, abs=1e-7)
    assert fixed.fit.df == shared.fit.df + 1
    assert not fixed.parameters["f =~ x2"].free
    assert np.isnan(fixed.parameters["f =~ x2"].se)


@pytest.mark.parametrize(
    "more", ["", "; f ~~ 4*f", "; f ~~ 0.1*f; x1 ~~ 0.05*x1", "; f ~~ 0.01*g", "; x1 ~~ x2; f ~~ 0.2*f"]
)
def test_fixed_values_are_fine_to_begin_with(more: str) -> None:
    """Values that the data contradict are fitted as badly as they deserve."""
    x = table(4) * 3
    result = cfa(f"{TWO}{more}", x)
    assert result.fit.chi_square >= cfa(f"{TWO}{'; x1 ~~ x2' * ('x2' in more)}", x).fit.chi_square - 1e-8
    assert np.abs(result.solution.at.gradient).max() < 1e-6


def test_a_models_text_gives_the_model_again() -> None:
    text = (
        "f =~ 1*x1 + a*x2 + a*x3; g =~ NA*x4 + x5 + 0.8*x6; g ~~ 1*g; x1 ~~ x4; x1 ~ m*1; x2 ~ m*1"
        "; f =~ start(0.2)*x6; x5 ~~ 0.125*x5"
    )
    x, model = table(4), Model.from_text(text)
    fit = cfa(model, x)
    check_same(fit, cfa(str(model), x), tolerance=1e-9)
    check_same(fit, cfa(fit.to_dict()["model"], x), tolerance=1e-9)
    groups = np.arange(250) % 2
    several = Model.from_text("f =~ x1 + c(a, b)*x2 + c(1, NA)*x3 + x4; x1 ~ c(0, NA)*1")
    check_same(cfa(several, x, groups=groups), cfa(str(several), x, groups=groups), tolerance=1e-9)


# ------------------------------------------------------------------ groups


@pytest.mark.parametrize("options", WAYS)
def test_two_groups_alike_are_one(options: dict[str, Any]) -> None:
    x = table(7, gaps=0.05)
    twice = pd.concat([x, x], ignore_index=True)
    labels = ["one"] * 250 + ["two"] * 250
    single = cfa(TWO, x, means=True, **options)
    found = invariance(TWO, twice, groups=labels, **options)
    for step, result in found.models.items():
        assert result.fit.chi_square == pytest.approx(2 * single.fit.chi_square, rel=1e-8), step
        assert result.fit.srmr == pytest.approx(single.fit.srmr, abs=1e-7)
        for p in single.parameters:
            for group in ("one", "two"):
                ours = result.parameters[p.name, group]
                assert ours.estimate == pytest.approx(p.estimate, abs=1e-5), (step, p.name)
    assert [c.chi_square_change for c in found.changes] == pytest.approx([0, 0, 0], abs=1e-6)


@pytest.mark.parametrize("identification", ["marker", "fixed_factor"])
def test_the_order_of_groups_does_not_matter(identification: Any) -> None:
    x = table(8)
    x.loc[:100] = x.loc[:100] * 1.3 + 0.4
    labels = np.where(np.arange(250) <= 100, "a", "b")
    turned = pd.Categorical(labels, ["b", "a"], ordered=True)
    first, second = (invariance(TWO, x, groups=g, identification=identification) for g in (labels, turned))
    for step in ("configural", "metric", "scalar", "strict"):
        one, other = first[step], second[step]
        assert (one.groups, other.groups) == (("a", "b"), ("b", "a"))
        assert figures(other) == pytest.approx(figures(one), rel=1e-6, abs=1e-6)
        values = one.factor_correlations("a").loc["f", "g"]
        assert other.factor_correlations("a").loc["f", "g"] == pytest.approx(values, abs=1e-6)


def test_steps_are_the_same_under_both_identifications() -> None:
    x = table(8)
    labels = np.arange(250) % 2
    marker, fixed = (
        invariance(TWO, x, groups=labels, identification=how)  # type: ignore[arg-type]  # a plain text
        for how in ("marker", "fixed_factor")
    )
    for step in marker.models:
        assert figures(fixed[step]) == pytest.approx(figures(marker[step]), rel=1e-6, abs=1e-6)
    assert [c.df_change for c in marker.changes] == [4, 4, 6]


def test_as_many_groups_as_one_likes() -> None:
    x = table(9, n=600)
    found = invariance(TWO, x, groups=np.arange(600) % 12)
    assert found.groups == {str(g): 50 for g in range(12)}
    assert [m.fit.df for m in found.models.values()] == [96, 140, 184, 250]


# ------------------------------------------------------------------ models from instruments


def test_models_of_an_instrument_are_nested() -> None:
    answers = encode("scii-24", simulate("scii-24", 500, rng=3).answers)
    fits = {
        name: cfa(Model.from_instrument("scii-24", factors=name), answers)  # type: ignore[arg-type]  # a plain text
        for name in ("one", "second_order", "correlated", "bifactor")
    }
    assert {name: fit.fit.df for name, fit in fits.items()} == {
        "one": 252, "second_order": 246, "correlated": 237, "bifactor": 228,
    }  # fmt: skip
    found = compare_models(fits["one"], fits["correlated"], fits["second_order"])
    assert all(change.chi_square_change > -1e-8 for change in found.changes)
    assert fits["bifactor"].fit.chi_square < fits["second_order"].fit.chi_square
    apart = fits["bifactor"].factor_correlations()
    assert np.abs(apart.to_numpy() - np.eye(7)).max() < 1e-12
    check_same(fits["correlated"], cfa(answers.instrument, answers), tolerance=1e-9)
