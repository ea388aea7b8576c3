"""Least squares in groups, comparisons and reports, and where they have no solution."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from intimacy_scales import encode, item_moments, structure_report
from intimacy_scales.errors import EstimationError, NotConvergedError, NotIdentifiedError
from intimacy_scales.factor import CFAResult, cfa, compare_models, covariances_as_sample, invariance
from intimacy_scales.factor.confirmatory.estimation.discrepancies.ml import ML
from tests.reference.simulated import SHORT_FORM
from tests.shared.least_squares_values import CASES, TWO, Array, column, complete, each_estimator

EQUAL = "f =~ tru01 + a*tru04 + a*tru11\ng =~ com01 + com04 + com10"


@each_estimator
def test_groups_without_anything_equal_are_each_fitted_alone(estimator: Any) -> None:
    together = cfa(TWO, complete(), estimator=estimator, groups="part", means=True)
    alone = [
        cfa(TWO, complete()[complete()["part"] == part], estimator=estimator, means=True)
        for part in together.groups
    ]
    for name in ("estimate", "se"):
        expected = np.concatenate([column(one, name) for one in alone])
        np.testing.assert_allclose(column(together, name), expected, rtol=1e-5, atol=1e-6)
    assert together.fit.chi_square == pytest.approx(sum(one.fit.chi_square for one in alone), rel=1e-7)
    assert together.fit.n_in_test == together.n - 2


def test_differences_of_chi_squares() -> None:
    wide, narrow = (cfa(m, complete(), estimator="GLS") for m in (TWO, EQUAL))
    (change,) = compare_models(wide, narrow, names=["free", "equal"]).changes
    assert change.chi_square_change == pytest.approx(narrow.fit.chi_square - wide.fit.chi_square)
    assert (change.df_change, change.method, change.scaled) == (1, "difference of chi-squares", False)
    assert change.sentence().startswith("equal against free: chi-square difference(1) = ")
    robust = cfa(EQUAL, complete(), estimator="MLR")
    with pytest.raises(EstimationError, match="estimator is 'GLS' and 'MLR'"):
        compare_models(wide, robust)
    other = cfa(EQUAL, complete().head(399), estimator="GLS")
    with pytest.raises(EstimationError, match="n is 400 and 399"):
        compare_models(wide, other)
    turned = complete().assign(tru01=complete()["tru01"].to_numpy()[::-1])
    with pytest.raises(EstimationError, match="fitted to different answers"):
        compare_models(wide, cfa(EQUAL, turned, estimator="GLS"))
    with pytest.raises(EstimationError, match="fit both with estimator='ML' and compare AIC"):
        compare_models(
            narrow, cfa(EQUAL.replace("a*tru04 + a*tru11", "tru04 + 1*tru11"), complete(), estimator="GLS")
        )
    with pytest.raises(EstimationError, match="scaled tests; fit the models with estimator='MLR'"):
        compare_models(wide, narrow, method="satorra_2000")


@each_estimator
def test_steps_of_invariance(estimator: Any) -> None:
    steps = invariance(TWO, complete(), groups="half", estimator=estimator)
    name = "groups of one size, equal loadings"
    for step, case in (("metric", name), ("scalar", f"{name} and intercepts")):
        theirs = CASES[case][estimator]
        expected = theirs["fit"]["chisq"] if estimator == "GLS" else theirs["chisq"]
        assert steps.models[step].fit.chi_square == pytest.approx(expected, rel=1e-7)
    title = {"GLS": "by generalized least squares:", "ULS": "by unweighted least squares (residual-based"}
    assert title[estimator] in steps.sentence()


def test_a_residual_based_chi_square_that_falls_gives_no_difference() -> None:
    wide, narrow = (cfa(m, complete(), estimator="ULS") for m in (TWO, EQUAL))
    from intimacy_scales.factor.confirmatory.comparison import _reason_below_zero

    assert "so that there is no test" in _reason_below_zero(wide.solution.discrepancy, "free", "equal")
    assert "not nested" in _reason_below_zero(ML(), "free", "equal")
    (change,) = compare_models(wide, narrow).changes
    assert change.chi_square_change == pytest.approx(narrow.fit.chi_square - wide.fit.chi_square)


@each_estimator
def test_complete_answers_are_used_and_others_are_refused(estimator: Any) -> None:
    gaps = complete()[[*["tru01", "tru04", "tru11", "com01", "com04", "com10"]]].astype(float)
    gaps.iloc[::7, 1] = np.nan
    left, whole = cfa(TWO, gaps, estimator=estimator), cfa(TWO, gaps.dropna(), estimator=estimator)
    assert (left.n, left.n_rows, left.missing) == (whole.n, 400, "listwise")
    np.testing.assert_allclose(column(left, "estimate"), column(whole, "estimate"), atol=1e-10)
    for rule in ("fiml", "pairwise"):
        with pytest.raises(
            EstimationError,
            match=f"'{estimator}' needs complete answers: use missing='listwise'.*'ML' with missing='fiml'",
        ):
            cfa(TWO, gaps, estimator=estimator, missing=rule)  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match="assumes independent persons; with clusters use 'MLR'"):
        cfa(TWO, complete(), estimator=estimator, clusters=[n // 2 for n in range(400)])
    with pytest.raises(EstimationError, match="scaling='satorra_bentler' is for the robust test"):
        cfa(TWO, complete(), estimator=estimator, scaling="satorra_bentler")


@each_estimator
def test_what_has_no_solution_says_so(estimator: Any) -> None:
    with pytest.raises(NotIdentifiedError, match="4 free parameters for 3 variances"):
        cfa("f =~ tru01 + tru04", complete(), estimator=estimator)
    with pytest.raises(NotConvergedError, match="no minimum of the discrepancy within 1 steps"):
        cfa(TWO, complete(), estimator=estimator, max_iterations=1)
    s = [[1, 0.3, 0.3], [0.3, 1, -0.3], [0.3, -0.3, 1]]
    with pytest.raises(NotConvergedError, match=r"no minimum of the discrepancy.*negative product"):
        cfa(
            "f =~ a + b + c",
            covariances_as_sample(s, n=100, names=["a", "b", "c"]),
            estimator=estimator,
            identification="fixed_factor",
        )


ODD = [("GLS", 9, 12, 5), ("ULS", 29, 8, 4)]


@pytest.mark.parametrize(("estimator", "seed", "n", "p"), ODD)
def test_the_lowest_of_several_minima_is_found_and_told(estimator: Any, seed: int, n: int, p: int) -> None:
    """Answers of few persons that one factor hardly explains; scipy begins in eight places."""
    rng = np.random.default_rng(seed)
    rows = np.clip(np.round(3 + rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1))), 1, 5)
    names = [f"x{i + 1}" for i in range(p)]
    result = cfa(f"f =~ {' + '.join(names)}", pd.DataFrame(rows, columns=names), estimator=estimator)
    assert any("the discrepancy has several minima, and this is the lowest" in note for note in result.notes)
    s, (i, j) = np.cov(rows.T), np.tril_indices(p)
    root = np.linalg.cholesky(np.linalg.inv(s))

    def residuals(values: Array) -> Array:
        loadings = np.concatenate([[1.0], values[: p - 1]])
        left = s - values[p - 1] * np.outer(loadings, loadings) - np.diag(values[p:])
        return left[i, j] if estimator == "ULS" else (root.T @ left @ root).ravel() / math.sqrt(2)

    starts = rng.normal(size=(8, 2 * p))
    least = min(optimize.least_squares(residuals, start, max_nfev=60).cost for start in starts)
    unit = result.solution.discrepancy.unit**2 if estimator == "ULS" else 1.0
    ours = result.solution.at.value * unit * n / (n - 1)
    assert ours <= least + 1e-9


@each_estimator
def test_a_report_and_moments_take_them_too(estimator: Any) -> None:
    answers = encode(SHORT_FORM, complete()[list(SHORT_FORM.item_ids)])
    from_moments = cfa(
        "trust =~ tru01 + tru04 + tru09", item_moments(SHORT_FORM, answers), estimator=estimator
    )
    whole = cfa("trust =~ tru01 + tru04 + tru09", answers, estimator=estimator)
    np.testing.assert_allclose(column(from_moments, "se"), column(whole, "se"), rtol=1e-7)
    report = structure_report(answers, scales=["trust", "caring"], estimator=estimator, n_iterations=3)
    assert (report.estimator, report.missing) == (estimator, "listwise")
    assert f"by {whole.solution.discrepancy.title} (n = 400" in report.sentence()
    with pytest.raises(EstimationError, match="needs complete answers: use missing='listwise'"):
        structure_report(answers, estimator=estimator, missing="fiml", n_iterations=3)


@each_estimator
def test_results_travel_without_a_likelihood(estimator: Any) -> None:
    result = cfa(TWO, complete(), estimator=estimator)
    assert math.isnan(result.fit.log_likelihood) and math.isnan(result.fit.aic)
    again = CFAResult.from_json(result.to_json())
    assert again.fit == result.fit and again.estimator == estimator
    assert again.fit.rmsea_interval() == result.fit.rmsea_interval()
    assert json.loads(result.to_json())["fit"]["n_in_test"] == 399
    assert f"{estimator}, listwise, n = 400" in repr(result)
    residuals = result.residuals(standardized=False).to_numpy()
    covariances = np.cov(complete()[list(result.model.observed)].to_numpy(dtype=float).T)
    np.testing.assert_allclose(residuals + result.implied_covariances().to_numpy(), covariances, atol=1e-10)
