"""Results of factor models: where their answers come from, and what can be done with them."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from intimacy_scales import CodedResponses, Instrument, ResponseScale, encode, item_moments
from intimacy_scales.factor import CFAResult, Model, cfa, covariances_as_sample, invariance
from intimacy_scales.factor.confirmatory.results.modification import ModificationIndex
from intimacy_scales.reliability import cronbach_alpha
from tests.shared.factor_answers import table

ITEMS = [f"x{n}" for n in range(1, 7)]
TWO = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6"
HALVES = ["a"] * 100 + ["b"] * 100


def check_same(one: CFAResult, other: CFAResult) -> None:
    """The same fit, estimates and errors."""
    for name in ("chi_square", "df", "cfi", "rmsea", "srmr", "baseline_chi_square", "n"):
        assert getattr(other.fit, name) == pytest.approx(getattr(one.fit, name), rel=1e-8, abs=1e-8), name
    for p in one.parameters:
        if p.op == "~1":
            continue
        q = other.parameters[p.name if p.group is None else (p.name, p.group)]
        expected = [p.estimate, p.se, p.std_all]
        assert [q.estimate, q.se, q.std_all] == pytest.approx(expected, abs=1e-6, nan_ok=True)


# ------------------------------------------------------------------ where the answers come from


def keyed_form() -> Instrument:
    points = ResponseScale(minimum=1, maximum=5)
    return Instrument.model_validate(
        {
            "id": "small",
            "version": "1",
            "title": "Small",
            "items": [{"id": item, "response_scale": points} for item in ITEMS],
            "scales": [{"id": "f", "items": ["x1", "-x2", "x3"]}, {"id": "g", "items": ["x4", "x5", "-x6"]}],
        }
    )


def coded(gaps: float = 0.0) -> tuple[CodedResponses, pd.DataFrame]:
    """Answers to a form with keys, and the same as a table of keyed numbers."""
    raw = table(11, n=300).round().clip(1, 5)
    raw[["x2", "x6"]] = 6 - raw[["x2", "x6"]]
    raw = raw.mask(np.random.default_rng(1).random(raw.shape) < gaps)
    form = keyed_form()
    keyed = raw.assign(x2=6 - raw["x2"], x6=6 - raw["x6"])
    return encode(form, raw), keyed


@pytest.mark.parametrize("missing", ["listwise", "pairwise", "fiml"])
@pytest.mark.parametrize("gaps", [0.0, 0.06])
def test_coded_answers_are_keyed(missing: Any, gaps: float) -> None:
    answers, keyed = coded(gaps)
    check_same(cfa(TWO, keyed, missing=missing), cfa(TWO, answers, missing=missing))
    labels = np.arange(300) % 3
    one, other = (cfa(TWO, data, missing=missing, groups=labels) for data in (keyed, answers))
    check_same(one, other)
    assert other.instrument is not None
    assert other.to_dict()["instrument"]["id"] == "small"


@pytest.mark.parametrize("gaps", [0.0, 0.06])
def test_sums_of_answers_are_enough(gaps: float) -> None:
    answers, keyed = coded(gaps)
    moments = item_moments(answers.instrument, answers)
    pairwise = cfa(TWO, keyed, missing="pairwise", means=True)
    check_same(pairwise, cfa(TWO, moments, missing="pairwise", means=True))
    scale = "f =~ x1 + x2 + x3"
    check_same(cfa(scale, keyed), cfa(scale, moments))
    if not gaps:
        check_same(cfa(TWO, keyed), cfa(TWO, moments))


def test_covariances_as_sample_are_enough() -> None:
    x = table(12)
    sample = covariances_as_sample(np.cov(x.T), n=len(x), names=ITEMS, means=x.mean())
    shuffled = covariances_as_sample(np.cov(x[ITEMS[::-1]].T), n=len(x), names=ITEMS[::-1])
    for means in (False, True):
        whole, ours = cfa(TWO, x, means=means), cfa(TWO, sample, means=means)
        check_same(whole, ours)
    check_same(cfa(TWO, x), cfa(TWO, shuffled))
    correlations = covariances_as_sample(x.corr(), n=len(x), names=ITEMS)
    check_same(cfa(TWO, x / x.std()), cfa(TWO, correlations))


def test_covariances_as_sample_in_groups() -> None:
    """Several samples without labels are groups all the same."""
    x = table(12)
    labels = np.arange(len(x)) % 2
    parts = [x[labels == g] for g in (0, 1)]
    samples = [covariances_as_sample(p.cov(), n=len(p), names=ITEMS, means=p.mean()) for p in parts]
    whole = cfa(TWO, x, groups=labels, equal=["loadings"])
    ours = cfa(TWO, samples, equal=["loadings"])
    assert ours.fit.chi_square == pytest.approx(whole.fit.chi_square, abs=1e-8)
    assert len(set(ours.groups)) == 2
    last = ours.factor_covariances(ours.groups[1]).loc["f", "f"]
    assert last == pytest.approx(whole.factor_covariances("1").loc["f", "f"], abs=1e-6)


def test_omega_of_equal_loadings_and_errors_is_alpha() -> None:
    """With all items parallel, omega of the model is alpha of the covariances it implies."""
    answers, _ = coded()
    parallel = "f =~ a*x1 + a*x2 + a*x3; f ~~ 1*f; x1 ~~ e*x1; x2 ~~ e*x2; x3 ~~ e*x3"
    result = cfa(parallel, answers, identification="none")
    loading, error = (result.parameters[name].estimate for name in ("f =~ x1", "x1 ~~ x1"))
    omega = 9 * loading**2 / (9 * loading**2 + 3 * error)
    implied = result.implied_covariances().to_numpy()
    assert omega == pytest.approx(1.5 * (1 - np.trace(implied) / implied.sum()), abs=1e-9)
    # the model keeps the sum of variances and the variance of the sum, all that alpha is made of
    assert omega == pytest.approx(float(cronbach_alpha(answers, scale="f")), abs=1e-7)


# ------------------------------------------------------------------ results


@pytest.mark.parametrize("options", [{}, {"groups": HALVES, "estimator": "MLR"}, {"missing": "fiml"}])
def test_results_are_frozen_and_copied(options: dict[str, Any]) -> None:
    x = table(3, gaps=0.02)
    result = cfa(TWO, x, **options)
    group = result.groups[0] if result.groups else None
    before = json.dumps(result.to_dict(), allow_nan=False)
    with pytest.raises(FrozenInstanceError):
        result.n = 3  # type: ignore[misc]  # frozen, which is tested
    with pytest.raises((FrozenInstanceError, TypeError)):
        result.fit.cfi = 1.0  # type: ignore[misc]  # frozen, which is tested
    makers: list[Callable[[], pd.DataFrame]] = [
        result.to_frame,
        result.fit.to_frame,
        lambda: result.residuals(group),
        lambda: result.implied_covariances(group),
        lambda: result.factor_covariances(group),
        lambda: result.factor_correlations(group),
        lambda: result.modification_indices().to_frame(),
    ]
    for make in makers:
        first = make()
        kept = first.copy(deep=True)
        first.iloc[:, -1] = 99
        pd.testing.assert_frame_equal(make(), kept)
    x.loc[:] = 0.0
    assert json.dumps(result.to_dict(), allow_nan=False) == before
    again = pickle.loads(pickle.dumps(result))
    assert again.to_dict() == result.to_dict()
    pd.testing.assert_frame_equal(again.residuals(group), result.residuals(group))
    assert result.to_json()
    assert "chi-square" in repr(result)
    assert "<table>" in result._repr_html_()


def test_comparisons_can_be_written_and_pickled() -> None:
    found = invariance(TWO, table(), groups=HALVES, estimator="MLR")
    json.dumps(found.to_dict(), allow_nan=False)
    assert pickle.loads(pickle.dumps(found)).to_dict() == found.to_dict()
    assert list(found.to_frame().index) == ["configural", "metric", "scalar", "strict"]
    with pytest.raises(TypeError):
        found.models["metric"] = found.models["strict"]
    assert "scalar against metric" in found.sentence()


def test_loadings_are_a_table_of_ones_own() -> None:
    result = cfa(TWO, table())
    kept = result.loadings.copy(deep=True)
    given = result.loadings
    given.iloc[:, -1] = 99
    pd.testing.assert_frame_equal(result.loadings, kept)


EQUAL = "the value it is set equal to"
MEANINGS: dict[tuple[str, str, str, bool], tuple[str, str]] = {
    ("f", "=~", "x4", False): (
        "x4 also goes with f (cross-loading)", "x4 also goes against f (negative cross-loading)",
    ),
    ("x1", "~1", "", False): (
        "the mean of x1 is higher than its factor implies", "the mean of x1 is lower than its factor implies",
    ),
    ("x1", "~~", "x1", False): ("the variance of x1 is higher", "the variance of x1 is lower"),
    ("x1", "~~", "x2", False): (
        "x1 and x2 share more than their factors imply", "x1 and x2 share less than their factors imply",
    ),
    **{(lhs, op, rhs, True): (f"the {what} is higher than {EQUAL}", f"the {what} is lower than {EQUAL}")
       for lhs, op, rhs, what in (
           ("f", "=~", "x4", "loading f =~ x4"), ("x1", "~1", "", "intercept x1 ~ 1"),
           ("x1", "~~", "x1", "variance x1 ~~ x1"), ("x1", "~~", "x2", "covariance x1 ~~ x2"),
       )},
}  # fmt: skip


@pytest.mark.parametrize("group", [None, "b"])
@pytest.mark.parametrize("spot", MEANINGS, ids=str)
def test_a_modification_index_says_which_way_the_parameter_would_move(spot: Any, group: str | None) -> None:
    lhs, op, rhs, released = spot
    where = "" if group is None else " (group b)"
    for sign, words in zip((1, -1), MEANINGS[spot], strict=True):
        index = ModificationIndex(
            lhs=lhs, op=op, rhs=rhs, group=group, index=12.34, expected_change=sign * 0.02,
            std_all=sign * 0.126, released=released,
        )  # fmt: skip
        fall = "chi-square would fall by about 12.34, standardized change"
        assert index.meaning == f"{words}{where}: {fall} {'' if sign > 0 else '-'}.13"
        assert repr(index) == f"<{index.name}: {index.meaning}>"
        assert index.p == pytest.approx(stats.chi2.sf(12.34, 1))


# ------------------------------------------------------------------ models without degrees of freedom

THREE = "f =~ x1 + x2 + x3"
SATURATED: dict[str, tuple[str, dict[str, Any], float]] = {
    "one factor of three": (THREE, {}, 0.0),
    "equal loadings of two": ("f =~ a*x1 + a*x2", {}, 0.0),
    "in groups": (THREE, {"groups": HALVES}, 0.0),
    "with means": (THREE, {"means": True}, 0.0),
    "robust": (THREE, {"estimator": "MLR"}, 0.0),
    "robust in groups": (THREE, {"estimator": "MLR", "groups": HALVES}, 0.0),
    "Satorra and Bentler": (THREE, {"estimator": "MLR", "scaling": "satorra_bentler"}, 0.0),
    "missing answers": (THREE, {"missing": "fiml"}, 0.05),
    "missing answers, robust": (THREE, {"missing": "fiml", "estimator": "MLR"}, 0.05),
    "pairwise": (THREE, {"missing": "pairwise"}, 0.05),
}
TESTED = {"one factor of six": ("f =~ x1 + x2 + x3 + x4 + x5 + x6", {}, 0.0),
          "robust, tested": (TWO, {"estimator": "MLR"}, 0.0)}  # fmt: skip


def flat(fit: Any) -> dict[str, Any]:
    """All indices of a fit by the names they have in its table."""
    found = {
        name: value for name, value in fit.to_dict().items() if name not in ("scaled", "missing_corrected")
    }
    for name, value in ({} if fit.scaled is None else fit.scaled.to_dict()).items():
        if name not in ("n", "n_groups", "n_in_test", "rmsea_confidence_level", "scaling"):
            found[name if "scaling" in name or "robust" in name else f"{name}_scaled"] = value
    for name, value in fit.to_dict().get("missing_corrected", {}).items():
        if name in ("robust_cfi", "robust_tli", "robust_rmsea"):
            found[f"{name}_missing_corrected"] = value
    return found


@pytest.mark.parametrize("case", SATURATED | TESTED)
def test_the_table_of_fit_holds_every_index_or_nan(case: str) -> None:
    text, options, gaps = (SATURATED | TESTED)[case]
    fit = cfa(text, table(4, gaps=gaps), **options).fit
    shown, expected = fit.to_frame()["value"].to_dict(), flat(fit)
    assert list(shown) == list(expected)
    for name, value in expected.items():
        assert shown[name] == pytest.approx(np.nan if value is None else value, nan_ok=True), name
    json.dumps(fit.to_dict(), allow_nan=False)


@pytest.mark.parametrize("case", SATURATED)
def test_a_saturated_model_is_not_tested(case: str) -> None:
    text, options, gaps = SATURATED[case]
    result = cfa(text, table(4, gaps=gaps), **options)
    for fit in (result.fit, *([] if result.fit.scaled is None else [result.fit.scaled])):
        assert (fit.df, fit.rmsea, fit.tli) == (0, 0, 1)
        assert (fit.chi_square, fit.cfi) == pytest.approx((0, 1), abs=1e-6)
        assert np.isnan([fit.p_value, fit.close_fit_p(), fit.close_fit_p(0.08)]).all()
        for level in (0.9, 0.5):
            interval = fit.rmsea_interval(level)
            assert (interval.low, interval.high, interval.confidence_level) == (0, 0, level)
        said = fit.to_dict()
        assert (said["p_value"], said["rmsea_close_p"]) == (None, None)
        assert (said["rmsea"], said["rmsea_low"], said["rmsea_high"]) == (0, 0, 0)
        assert "chi-square(0) = 0.00: as many parameters as moments, so that nothing is tested" in repr(fit)
    assert (result.fit.scaled is not None) == (options.get("estimator") == "MLR")
    if result.fit.scaled is not None:
        scaled = result.fit.scaled
        assert (scaled.robust_rmsea, scaled.robust_tli) == (0, 1)
        assert scaled.robust_cfi == pytest.approx(1, abs=1e-6)
        assert tuple(scaled.robust_rmsea_interval()) == (0, 0)
    assert result.fit.srmr == pytest.approx(0, abs=1e-6 if not gaps else 0.05)
    assert "nothing is tested" in repr(result)
    assert result.to_frame()["estimate"].notna().all()


def test_a_factor_may_be_called_item() -> None:
    odd = cfa(Model.one_factor(ITEMS, factor="item"), table())
    assert list(odd.loadings.index) == ITEMS
    assert list(odd.loadings.columns) == ["item"]
