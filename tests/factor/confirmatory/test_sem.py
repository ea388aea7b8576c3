"""Paths among observed variables and factors, compared with least squares and differences."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import cfa, sem
from intimacy_scales.factor import (
    ModelComparison,
    SEMResult,
    compare_models,
)
from intimacy_scales.factor.sample import Floats
from tests.shared.path_models import CIRCLE, DATA, DIRECT, FACTOR, MEDIATION, N


def least_squares(y: str, predictors: list[str], data: pd.DataFrame) -> tuple[Floats, Floats, float]:
    """Slopes and intercept, their errors with divisor n, and the residual variance with divisor n."""
    design = np.column_stack([*(data[name] for name in predictors), np.ones(len(data))])
    slopes, *_ = np.linalg.lstsq(design, data[y].to_numpy(), rcond=None)
    left = float(np.mean((data[y] - design @ slopes) ** 2))
    return slopes, np.sqrt(left * np.diag(np.linalg.inv(design.T @ design))), left


# ------------------------------------------------------------------ other ways to the same figures


@pytest.mark.parametrize("fixed_x", [True, False])
def test_recursive_paths_are_least_squares(fixed_x: bool) -> None:
    fitted = sem(MEDIATION, DATA, fixed_x=fixed_x, means=True)
    value = 0.0
    for outcome, predictors in (("m", ["x", "z"]), ("y", ["m", "x"])):
        slopes, errors, left = least_squares(outcome, predictors, DATA)
        for name, slope, error in zip([*predictors, "1"], slopes, errors, strict=True):
            row = fitted.parameters[f"{outcome} ~ {name}"]
            assert row.estimate == pytest.approx(slope, abs=1e-9)
            assert row.se == pytest.approx(error, rel=1e-7)
        assert fitted.parameters[f"{outcome} ~~ {outcome}"].estimate == pytest.approx(left, rel=1e-9)
        assert fitted.r_squared()[outcome] == pytest.approx(1 - left / DATA[outcome].var(ddof=0), abs=2e-2)
        value -= len(DATA) / 2 * (math.log(2 * math.pi * left) + 1)
    if fixed_x:  # the likelihood is of outcomes given predictors
        assert fitted.fit.log_likelihood == pytest.approx(value, rel=1e-12)
        assert fitted.fit.n_parameters == 8
    else:
        assert fitted.fit.n_parameters == 13
    assert fitted.fit.df == 1
    a, b = (fitted.parameters[name] for name in ("m ~ x", "y ~ m"))
    sobel = math.hypot(a.estimate * b.se, b.estimate * a.se)  # Sobel (1982); a and b are independent
    assert fitted.defined["indirect"].se == pytest.approx(sobel, rel=1e-7)


def test_fixing_predictors_changes_no_path_and_no_test() -> None:
    for model in (MEDIATION, CIRCLE, FACTOR, DIRECT):
        fixed, random = (sem(model, DATA, fixed_x=on, estimator="MLR", means=True) for on in (True, False))
        assert fixed.fit.chi_square == pytest.approx(random.fit.chi_square, abs=1e-6)
        assert (fixed.fit.df, fixed.fit.baseline_df) == (random.fit.df, random.fit.baseline_df)
        assert fixed.fit.scaled is not None and random.fit.scaled is not None
        assert fixed.fit.scaled.scaling_factor == pytest.approx(random.fit.scaled.scaling_factor, rel=1e-6)
        for row in fixed.parameters:
            other = random.parameters[row.name]
            assert row.estimate == pytest.approx(other.estimate, abs=1e-6)
            assert row.std_all == pytest.approx(other.std_all, abs=1e-6)
            if row.free and row.op in ("~", "=~"):
                assert row.se == pytest.approx(other.se, rel=1e-4)


def test_a_measurement_model_is_that_of_cfa() -> None:
    model = "f =~ i1 + i2 + i3 + i4\ni1 ~~ i2"
    for options in (
        {},
        {"estimator": "MLR"},
        {"groups": np.arange(N) % 2, "equal": ["loadings", "intercepts"]},
    ):
        one: Any = cfa(model, DATA, **options)  # type: ignore[arg-type]
        other: Any = sem(model, DATA, **options)  # type: ignore[arg-type]
        assert (one.fit, one.parameters) == (other.fit, other.parameters)
        assert (type(one).__name__, type(other).__name__) == ("CFAResult", "SEMResult")


def moved(problem: Any, values: Floats, k: int, step: float) -> Any:
    shifted = values.copy()
    shifted[k] += step
    return problem.evaluate(shifted)


@pytest.mark.parametrize("model", [MEDIATION, CIRCLE, FACTOR, DIRECT, CIRCLE + "\nm1 == 2*m2 + 0.1"])
@pytest.mark.parametrize("gaps", [False, True])
def test_derivatives_are_those_of_differences(model: str, gaps: bool) -> None:
    table = DATA.copy()
    if gaps:
        rng = np.random.default_rng(8)
        for name in ("y1", "y", "i2", "m"):
            table.loc[rng.random(N) < 0.15, name] = np.nan
    fitted = sem(model, table, missing="fiml" if gaps else "listwise", means=True, fixed_x=False)
    problem = fitted.solution.problem
    rng = np.random.default_rng(5)
    values = fitted.solution.at.values * (1 + 0.05 * rng.normal(size=problem.n_free))
    at = problem.evaluate(values)
    assert at is not None
    hessian = problem.observed_information(at)
    for k in range(problem.n_free):
        step = 1e-5 * max(1.0, abs(values[k]))
        up, down = moved(problem, values, k, step), moved(problem, values, k, -step)
        assert (up.value - down.value) / (2 * step) == pytest.approx(at.gradient[k], rel=1e-5, abs=1e-7)
        assert (up.gradient - down.gradient) / (2 * step) == pytest.approx(hessian[k], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("kind", ["std_lv", "std_all"])
def test_errors_of_standardized_and_defined_figures_are_those_of_differences(kind: str) -> None:
    """The delta method by a sum over free parameters, each moved a little."""
    from dataclasses import replace

    from intimacy_scales.factor.confirmatory.results.definitions import labelled

    fitted = sem(FACTOR, DATA, means=True, fixed_x=False)
    solution = fitted.solution
    whole = labelled(solution)
    slopes = np.zeros_like(whole.derivatives[kind])
    for k in range(solution.table.n_free):
        ends = []
        for step in (1e-5, -1e-5):
            at = moved(solution.problem, solution.at.values, k, step)
            there = replace(solution, optimum=replace(solution.optimum, at=at))
            ends.append(labelled(there).values[kind])
        slopes[:, k] = (ends[0] - ends[1]) / 2e-5
    assert whole.derivatives[kind] == pytest.approx(slopes, rel=1e-4, abs=1e-7)


def test_paths_in_a_circle_are_two_stage_least_squares() -> None:
    fitted = sem(CIRCLE, DATA)
    for outcome, other, own, instrument in (("y1", "y2", "x", "z"), ("y2", "y1", "z", "x")):
        first = np.column_stack([DATA[own], DATA[instrument], np.ones(N)])
        predicted = first @ np.linalg.lstsq(first, DATA[other].to_numpy(), rcond=None)[0]
        second = np.column_stack([predicted, DATA[own], np.ones(N)])
        slopes = np.linalg.lstsq(second, DATA[outcome].to_numpy(), rcond=None)[0]
        assert fitted.parameters[f"{outcome} ~ {other}"].estimate == pytest.approx(slopes[0], abs=1e-7)
        assert fitted.parameters[f"{outcome} ~ {own}"].estimate == pytest.approx(slopes[1], abs=1e-7)


@pytest.mark.parametrize(
    ("constrained", "written_out"),
    [
        ("m ~ a*x + b*z\na == 2*b", "w"),
        ("m ~ a*x + b*z\nhalf := a/2\nhalf == b", "w"),
        ("m ~ a*x + b*z\n2*(a - b) == a", "w"),
        ("m ~ a*x + b*z\na - 2*b == 0\n2*a == 4*b", "w"),
    ],
)
def test_constraints_are_what_they_are_written_out(constrained: str, written_out: str) -> None:
    ours = sem(constrained, DATA, estimator="MLR")
    theirs = sem(f"m ~ b*{written_out}", DATA.assign(w=2 * DATA.x + DATA.z), estimator="MLR")
    assert ours.parameters["m ~ z"].estimate == pytest.approx(theirs.parameters["m ~ w"].estimate, abs=1e-8)
    assert ours.parameters["m ~ z"].se == pytest.approx(theirs.parameters["m ~ w"].se, rel=1e-6)
    assert ours.parameters["m ~ x"].estimate == pytest.approx(
        2 * ours.parameters["m ~ z"].estimate, abs=1e-12
    )
    assert ours.parameters["m ~ x"].se == pytest.approx(2 * ours.parameters["m ~ z"].se, rel=1e-12)
    assert (ours.fit.df, ours.fit.n_parameters) == (1, 2)
    assert all(row.free for row in ours.parameters if row.op == "~")


def test_a_constraint_is_released_by_its_score_test() -> None:
    tied = sem("m ~ a*x + b*z\na == 2*b", DATA)
    free = sem("m ~ x + z", DATA)
    released = [row for row in tied.modification_indices() if row.released]
    assert {row.name for row in released} == {"m ~ x", "m ~ z"}
    n, gained = tied.n, tied.fit.chi_square - free.fit.chi_square
    for row in released:  # the score test of one regression, exactly
        assert row.index == pytest.approx(n * -math.expm1(-gained / n), rel=1e-6)
    change = compare_models(free, tied, names=["free", "tied"]).changes[0]
    assert (change.df_change, change.chi_square_change) == (1, pytest.approx(gained))


@pytest.mark.parametrize("method", ["satorra_bentler_2001", "satorra_2000", "satorra_bentler_2010"])
def test_scaled_differences_of_models_with_constraints(method: Any) -> None:
    free, tied = (
        sem(FACTOR + extra, DATA, estimator="MLR", keep_answers=True) for extra in ("", "\na + b == 0.8")
    )
    change = compare_models(free, tied, method=method).changes[0]
    wald = (free.parameters["f ~ x"].estimate + free.parameters["y ~ f"].estimate - 0.8) ** 2
    covariance = free.defined  # of a and b, by which the sum varies
    spread = float(covariance["indirect"].covariance.sum())
    assert change.chi_square_change == pytest.approx(wald / spread, rel=0.3)


def test_comparisons_of_models_with_paths_are_read_again() -> None:
    free, tied = sem(MEDIATION, DATA), sem(MEDIATION.replace("c*x", "0*x").split("\ntotal")[0], DATA)
    compared = compare_models(free, tied, names=["partial", "full"])
    assert "full against partial" in compared.sentence()
    again = ModelComparison.from_json(compared.to_json())
    assert again == compared
    assert [type(model) for model in again.models.values()] == [SEMResult, SEMResult]


def test_groups_are_models_of_their_own_until_something_is_equal() -> None:
    halves = np.repeat(["u", "v"], N // 2)
    together = sem(MEDIATION.replace("a*x", "c(a, d)*x") + "\napart := a - d", DATA, groups=halves)
    total = 0.0
    for label in ("u", "v"):
        alone = sem(MEDIATION, DATA[halves == label], means=True)
        total += alone.fit.chi_square
        own = together.parameters["m ~ x", label]
        assert own.estimate == pytest.approx(alone.parameters["m ~ x"].estimate, abs=1e-8)
    equal = sem(MEDIATION.replace("b*", "").replace("a*", "").split("\nind")[0].replace("c*", ""), DATA,
                groups=halves, equal=["regressions"])  # fmt: skip
    free = sem(MEDIATION.replace("b*", "").replace("a*", "").split("\nind")[0].replace("c*", ""), DATA,
               groups=halves)  # fmt: skip
    assert equal.fit.df - free.fit.df == 4
    assert free.fit.chi_square == pytest.approx(total, abs=1e-6)
    assert equal.parameters["m ~ x", "u"].estimate == equal.parameters["m ~ x", "v"].estimate


def test_the_order_of_a_model_s_lines_does_not_matter() -> None:
    lines = FACTOR.split("\n")
    one, other = (
        sem(FACTOR, DATA, means=True),
        sem("\n".join([lines[0], *lines[:0:-1][1:], lines[-1]]), DATA, means=True),
    )
    for row in one.parameters:
        assert other.parameters[row.name].estimate == pytest.approx(row.estimate, abs=1e-7)


# ------------------------------------------------------------------ missing predictors


def test_full_information_leaves_out_rows_without_a_fixed_predictor() -> None:
    gaps = DATA.copy()
    gaps.loc[:9, "x"], gaps.loc[5:19, "y"] = np.nan, np.nan
    fixed, random = (sem(MEDIATION, gaps, missing="fiml", fixed_x=on) for on in (True, False))
    assert (fixed.n, fixed.n_rows, fixed.left_out) == (N - 10, N, 10)
    assert (random.n, random.left_out) == (N, 0)
    assert "10 rows without x or z left out" in fixed.notes[0]
    assert "10 rows" in repr(fixed)
    assert not random.notes
    alone = sem(MEDIATION, gaps[10:], missing="fiml")
    assert alone.fit.log_likelihood == pytest.approx(fixed.fit.log_likelihood, rel=1e-12)
    clustered = sem(
        MEDIATION, gaps.assign(pair=np.arange(N) // 2), missing="fiml", estimator="MLR", clusters="pair"
    )
    assert (clustered.n, clustered.n_clusters) == (N - 10, N // 2 - 5)
