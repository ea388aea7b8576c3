"""Auxiliary variables: R's values, what they leave as it is, where they come from, and what is refused."""

import json

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import EstimationError, cfa, encode, simulate
from intimacy_scales.errors import MissingColumnsError, ResponseError
from intimacy_scales.factor import CFAResult, compare_models, invariance
from intimacy_scales.factor.confirmatory.estimation.fit import crmr_of, srmr_of
from tests.shared.folders import REFERENCE

STORED = json.loads((REFERENCE / "auxiliary.json").read_text(encoding="utf-8"))  # auxiliary.R
VALUES, INVARIANCE = STORED["values"], STORED["invariance"]
WIDE = "f =~ tru01 + tru04 + tru11\ng =~ com01 + com04 + com10"
TWO = ["car01", "car05"]
HALVES = ["a"] * 150 + ["b"] * 150
OPTIONS = {
    "one": {"auxiliary": TWO[:1]},
    "two": {"auxiliary": TWO},
    "robust": {"auxiliary": TWO, "estimator": "MLR"},
    "groups": {"auxiliary": TWO, "groups": HALVES, "equal": ["loadings", "intercepts", "residuals"]},
}


@pytest.fixture(scope="module")
def gaps():
    table = pd.read_csv(REFERENCE / "simulated-gaps.csv")
    table.loc[table["car01"] > 5, "tru01"] = np.nan
    return table


@pytest.fixture(scope="module")
def fits(gaps):
    return {name: cfa(WIDE, gaps, missing="fiml", **more) for name, more in OPTIONS.items()}


@pytest.mark.parametrize("name", VALUES)
def test_fit_is_that_of_semtools(fits, name):
    fit, theirs = fits[name].fit, VALUES[name]["fit"]
    counts = (theirs["df"], theirs["baseline.df"], theirs["npar"])
    assert (fit.df, fit.baseline_df, fit.n_parameters) == counts
    for ours, value in (
        (fit.chi_square, theirs["chisq"]),
        (fit.baseline_chi_square, theirs["baseline.chisq"]),
        (fit.cfi, theirs["cfi"]),
        (fit.tli, theirs["tli"]),
        (fit.rmsea, theirs["rmsea"]),
        (fit.log_likelihood, theirs["logl"]),
        (fit.saturated_log_likelihood, theirs["unrestricted.logl"]),
        (fit.bic, theirs["bic"]),
    ):
        assert ours == pytest.approx(value, rel=1e-6)


def test_the_scaled_test_is_that_of_semtools(fits):
    scaled, theirs = fits["robust"].fit.scaled, VALUES["robust"]["fit"]
    assert scaled.scaling_factor == pytest.approx(theirs["chisq.scaling.factor"], rel=1e-5)
    assert scaled.baseline_scaling_factor == pytest.approx(theirs["baseline.chisq.scaling.factor"], rel=1e-5)
    assert (scaled.cfi, scaled.tli) == pytest.approx((theirs["cfi.scaled"], theirs["tli.scaled"]), abs=1e-5)


@pytest.mark.parametrize("name", VALUES)
def test_estimates_are_those_of_semtools(fits, name):
    result = fits[name]
    for ours, theirs in (
        (result.parameters, VALUES[name]["parameters"]),
        (result.auxiliary_parameters, VALUES[name]["auxiliary"]),
    ):
        assert len(ours) == len(theirs)
        for row in ours:
            names = [row.name, f"{row.rhs} ~~ {row.lhs}"]
            if row.group:
                names = [f"{n}{blank}{'ab'.index(row.group) + 1}" for n in names for blank in (" ", "  ")]
            estimate, error = next(theirs[n] for n in names if n in theirs)
            assert row.estimate == pytest.approx(estimate, abs=2e-5)
            assert (row.se if row.free else 0) == pytest.approx(error, abs=1e-5)


def test_residuals_count_those_of_items_alone(fits):
    """R counts those of auxiliary variables too, which are next to nothing."""
    result, theirs = fits["two"], VALUES["two"]["fit"]
    whole, basis = result.solution.saturated[0], result.solution.at.bases[0]
    moments = (whole.covariances, basis.covariances, whole.means, basis.means)
    assert (srmr_of(*moments), crmr_of(*moments)) == pytest.approx((theirs["srmr"], theirs["crmr"]), abs=1e-6)
    items = (moments[0][:6, :6], moments[1][:6, :6], moments[2][:6], moments[3][:6])
    assert (result.fit.srmr, result.fit.crmr) == (srmr_of(*items), crmr_of(*items))
    assert result.fit.srmr > theirs["srmr"]


def test_it_is_the_model_with_all_covariances_written_out(gaps, fits):
    plain = cfa(f"{WIDE}\ncar01 ~~ tru01 + tru04 + tru11 + com01 + com04 + com10", gaps, missing="fiml")
    result = fits["one"]
    assert result.fit.chi_square == pytest.approx(plain.fit.chi_square)
    assert result.parameters["f ~~ g"].estimate == pytest.approx(plain.parameters["f ~~ g"].estimate)
    assert result.fit.baseline_df < plain.fit.baseline_df


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_they_change_nothing_of_complete_answers(estimator):
    complete = pd.read_csv(REFERENCE / "simulated-complete.csv")
    options = {"missing": "fiml", "estimator": estimator}
    without, result = cfa(WIDE, complete, **options), cfa(WIDE, complete, auxiliary=TWO, **options)
    for index in ("chi_square", "df", "baseline_chi_square", "baseline_df", "cfi", "rmsea", "srmr", "crmr"):
        assert getattr(result.fit, index) == pytest.approx(getattr(without.fit, index), abs=1e-6), index
    for row, other in zip(result.parameters, without.parameters, strict=True):
        assert (row.estimate, row.std_all) == pytest.approx((other.estimate, other.std_all), abs=1e-6)


def test_they_correct_what_depends_on_them():
    table = simulate("scii-24", 2000, rng=5).answers[["tru01", "tru04", "tru11"]].astype(float)
    true, model = table["tru01"].mean(), "f =~ tru01 + tru04 + tru11"
    table["extra"] = table["tru01"] + np.random.default_rng(1).normal(size=2000)
    table.loc[table["extra"] > 4.5, "tru01"] = np.nan
    means = [
        cfa(model, table, missing="fiml", auxiliary=more).implied_means()["tru01"] for more in ((), ["extra"])
    ]
    assert abs(means[1] - true) < 0.1 < abs(means[0] - true)


def test_the_result_is_about_the_model(gaps, fits):
    result = fits["one"]
    assert result.model == cfa(WIDE, gaps, missing="fiml").model
    assert result.auxiliary == ("car01",)
    assert "auxiliary: car01" in repr(result)
    items = list(result.model.observed)
    assert result.implied_covariances().columns.tolist() == items
    assert result.residuals().index.tolist() == items
    assert list(result.implied_means()) == items
    assert 0.6 < result.omega(items[:3]) < 0.9
    assert not any("car01" in row.name for row in result.modification_indices())
    assert len(result.auxiliary_parameters) == 8
    scores = result.factor_scores(gaps)
    assert scores.n_items == 6
    assert np.isfinite(scores.values).all()


def test_its_document_holds_them(fits):
    for name in ("one", "groups"):
        back = CFAResult.from_dict(fits[name].to_dict())
        assert back == fits[name]
        assert back.auxiliary_parameters == fits[name].auxiliary_parameters
    assert "auxiliary" not in cfa(WIDE, pd.read_csv(REFERENCE / "simulated-complete.csv")).to_dict()


def test_nested_models_with_the_same_ones_compare(gaps, fits):
    equal = "f =~ tru01 + a*tru04 + a*tru11\ng =~ com01 + com04 + com10"
    options = {"missing": "fiml", "estimator": "MLR"}
    narrow = cfa(equal, gaps, auxiliary=TWO[::-1], **options)
    for method in ("satorra_bentler_2001", "satorra_2000"):
        change = compare_models(fits["robust"], narrow, method=method).changes[0]
        assert change.df_change == 1
        assert change.p_value > 0.05
    with pytest.raises(EstimationError, match="different answers"):
        compare_models(fits["robust"], cfa(equal, gaps, auxiliary=TWO[:1], **options))


def test_they_may_be_items_or_other_columns():
    table = simulate("scii-24", 300, missing=0.05, rng=2).answers
    table["age"] = np.random.default_rng(1).integers(20, 60, 300)
    model, options = (
        "trust =~ tru01 + tru04 + tru09 + tru11",
        {"missing": "fiml", "auxiliary": ["car09", "age"]},
    )
    result = cfa(model, table, instrument="scii-24", **options)
    assert cfa(model, encode("scii-24", table, keep=["age"]), **options).fit == result.fit
    keyed = cfa(model, table.assign(tru09=8 - table["tru09"], car09=8 - table["car09"]), **options)
    assert keyed.fit.chi_square == pytest.approx(result.fit.chi_square)
    for name in ("car09 ~~ tru01", "age ~~ car09", "age ~ 1"):
        ours, theirs = (one.auxiliary_parameters[name].estimate for one in (result, keyed))
        assert ours == pytest.approx(theirs, abs=1e-5)


def test_columns_next_to_answers_are_checked():
    table = simulate("scii-24", 300, missing=0.05, rng=2).answers
    model, options = "trust =~ tru01 + tru04 + tru09 + tru11", {"missing": "fiml", "auxiliary": ["age"]}
    with pytest.raises(ResponseError, match="no column 'age'"):
        cfa(model, table, instrument="scii-24", **options)
    with pytest.raises(MissingColumnsError, match="no column 'age'"):
        cfa(model, table, **options)
    table["age"] = np.random.default_rng(1).integers(20, 60, 300)
    with pytest.raises(EstimationError, match=r"auxiliary='age': that column was not kept"):
        cfa(model, encode("scii-24", table), **options)
    table.loc[:10, "age"] = -99
    with pytest.raises(ResponseError, match="-99"):
        cfa(model, table, instrument="scii-24", **options)


def test_each_must_have_been_answered_together_with_everything(gaps):
    apart = gaps.assign(car01=gaps["car01"].where(gaps["com04"].isna()))
    with pytest.raises(EstimationError, match="both com04 and car01, so that their covariance cannot be"):
        cfa(WIDE, apart, missing="fiml", auxiliary=["car01"])


def test_a_strong_auxiliary_variable_is_not_improper():
    """Its covariances with residuals leave the matrix of all of these indefinite, and the model as proper."""
    rng = np.random.default_rng(3)
    f = rng.normal(size=(300, 1))
    table = pd.DataFrame(0.8 * f + 0.6 * rng.normal(size=(300, 4)), columns=list("wxyz"))
    table["aux"] = 0.97 * f[:, 0] + 0.24 * rng.normal(size=300)
    result = cfa(
        "f =~ w + x + y + z", table.mask(rng.random(table.shape) < 0.15), missing="fiml", auxiliary=["aux"]
    )
    part = result.solution.problem.groups[0]
    theta = part.structure.matrices(part.values(result.solution.at.values))["theta"]
    assert np.linalg.eigvalsh(theta)[0] < -0.1
    assert result.improper == ()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"auxiliary": "car01"}, "a list of items or columns"),
        ({"auxiliary": ["car01", "car01"]}, "'car01' is named twice"),
        ({"auxiliary": ["tru01"]}, "'tru01' is part of the model"),
        ({"auxiliary": ["f"]}, "'f' is part of the model"),
        ({"auxiliary": ["car01"], "missing": "listwise"}, "use missing='fiml'"),
        (
            {"auxiliary": ["car01"], "estimator": "GLS"},
            "'GLS' needs complete answers; use estimator='ML' or 'MLR' with missing='fiml', or leave",
        ),
        (
            {"auxiliary": ["car01"], "estimator": "ULS", "missing": "listwise"},
            "'ULS' needs complete answers; use estimator='ML' or 'MLR' with missing='fiml', or leave",
        ),
        ({"auxiliary": ["car01"], "estimator": "MRL"}, "estimator='MRL' is not valid; allowed: 'ML'"),
        (
            {"auxiliary": ["car01"], "estimator": "MLR", "scaling": "satorra_bentler"},
            "add nothing; leave one of the two out",
        ),
    ],
)
def test_what_is_refused(gaps, options, told):
    with pytest.raises(EstimationError, match=told):
        cfa(WIDE, gaps, **({"missing": "fiml"} | options))


# ------------------------------------------------------------------ invariance


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_steps_of_invariance_are_those_of_semtools(gaps, estimator):
    options = {"groups": HALVES, "missing": "fiml", "estimator": estimator, "auxiliary": TWO}
    tested = invariance(WIDE, gaps, steps=["configural", "metric", "scalar"], **options)
    for step, theirs in INVARIANCE[estimator].items():
        fit = tested[step].fit
        assert fit.df == theirs["df"]
        assert (fit.chi_square, fit.cfi, fit.rmsea) == pytest.approx(
            (theirs["chisq"], theirs["cfi"], theirs["rmsea"]), rel=1e-5
        )
        if estimator == "MLR":
            assert fit.scaled.chi_square == pytest.approx(theirs["chisq.scaled"], rel=1e-5)
        assert tested[step].auxiliary == ("car01", "car05")
    assert [change.df_change for change in tested.changes] == [4, 4]
    assert {test.parameters[0] for test in tested.constraint_tests("scalar")} == {
        f"{item} ~ 1" for item in ("tru01", "tru04", "tru11", "com01", "com04", "com10")
    }


@pytest.mark.parametrize("method", ["satorra_bentler_2001", "satorra_bentler_2010", "satorra_2000"])
def test_differences_of_steps_have_every_test(gaps, method):
    options = {"groups": HALVES, "missing": "fiml", "estimator": "MLR", "auxiliary": TWO[:1]}
    tested = invariance(WIDE, gaps, steps=["configural", "metric"], method=method, **options)
    assert tested.changes[0].chi_square_change > 0
    without = invariance(WIDE, gaps, steps=["configural", "metric"], **{**options, "auxiliary": ()})
    assert tested.changes[0].df_change == without.changes[0].df_change == 4
    assert not tested["metric"].solution.keeps_answers


def test_auxiliary_variables_of_invariance_are_checked(gaps):
    with pytest.raises(EstimationError, match="auxiliary= helps where answers are missing, and missing='l"):
        invariance(WIDE, gaps, groups=HALVES, auxiliary=TWO)
    with pytest.raises(EstimationError, match="auxiliary: 'tru01' is part of the model already"):
        invariance(WIDE, gaps, groups=HALVES, missing="fiml", auxiliary=["tru01"])
