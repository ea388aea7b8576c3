"""Figures and differences of a fit are of one kind, named, and written in one style, in every display."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import structure_report
from intimacy_scales.factor import cfa, compare_models, invariance
from intimacy_scales.results.tables import cell
from intimacy_scales.results.wording import apa, apa_p, p_shown, shown, signed
from tests.shared.factor_answers import good, parts
from tests.shared.instruments import coded

TWO = "f =~ q1 + q2 + q3; g =~ q4 + q5 + q6"
ONE = "f =~ q1 + q2 + q3 + q4 + q5 + q6"
NARROW = "f =~ q1 + a*q2 + a*q3; g =~ q4 + q5 + q6"  # of it every scaled difference is defined
KEYS = {"f": "q1 q2 q3", "g": "q4 q5 q6"}
HALVES = ["a"] * 150 + ["b"] * 150


def skewed(gaps: float = 0.0) -> pd.DataFrame:
    """Answers far from normal, so that corrected figures differ from the others."""
    x = parts(300, (3, 3), seed=5, gaps=gaps)
    return pd.DataFrame(np.where(x < 5, np.ceil(x / 2), x), columns=[f"q{n + 1}" for n in range(6)])


ROBUST = {
    "Yuan-Bentler": {"estimator": "MLR"},
    "Satorra-Bentler": {"estimator": "MLR", "scaling": "satorra_bentler"},
    "Yuan-Bentler, FIML": {"estimator": "MLR", "missing": "fiml"},
}


def fitted(how, *models):
    data = skewed(0.05 if "FIML" in how else 0.0)
    return [cfa(model, data, **ROBUST[how]) for model in models]


def plain_figures(fit):
    """Figures that must not stand next to corrected ones without being named."""
    return [f"= {fit.chi_square:.2f}", f"CFI = {apa(fit.cfi, 3)}", f"RMSEA = {apa(fit.rmsea, 3)}"]


@pytest.mark.parametrize("how", ROBUST)
def test_a_robust_fit_shows_corrected_figures_first_and_names_the_others(how):
    result = fitted(how, ONE)[0]
    scaled, plain = result.fit.scaled, result.fit
    name = f"{how.partition(',')[0]} scaled chi-square({plain.df}) = {scaled.chi_square:.2f}"
    for display in (repr(plain), repr(result), str(result), repr(compare_models(*fitted(how, TWO, ONE)))):
        corrected, word, rest = display[display.index(name) :].partition("uncorrected")
        assert word
        assert f"robust CFI {apa(scaled.robust_cfi, 3)}" in corrected
        assert f"robust RMSEA {apa(scaled.robust_rmsea, 3)}" in corrected
        assert f"chi-square({plain.df}) = {plain.chi_square:.2f}" in rest
        assert f"CFI {apa(plain.cfi, 3)}" in rest
    assert name in repr(scaled)
    assert "uncorrected" not in repr(cfa(ONE, skewed()))


def test_a_structure_report_shows_the_same_figures_as_its_sentence():
    for gaps, name in ((0.0, "Satorra-Bentler"), (0.04, "Yuan-Bentler")):
        report = structure_report(coded(skewed(gaps), KEYS), n_iterations=20)
        figure = f"{name} scaled chi-square(8) = {report.fit.scaled.chi_square:.2f}"
        assert figure in report.sentence()
        assert figure in repr(report).split("\n")[1]


@pytest.mark.parametrize("method", ["satorra_bentler_2001", "satorra_bentler_2010", "satorra_2000"])
@pytest.mark.parametrize("how", ["Yuan-Bentler", "Satorra-Bentler"])
def test_sentences_of_invariance_have_figures_of_one_kind_and_name_them(how, method):
    found = invariance(TWO, skewed(), groups=HALVES, method=method, **ROBUST[how])
    said, fit = found.sentence(), found.models["configural"].fit
    whose = re.search(r"\(.*\)", found.changes[0].method)
    assert "robust maximum likelihood" in said
    assert f"{how} scaled chi-square({fit.df}) = {fit.scaled.chi_square:.2f}, p" in said
    assert f"robust CFI = {apa(fit.scaled.robust_cfi, 3)}" in said
    assert whose
    assert said.count(f"{whose[0]}, p") == said.count("scaled chi-square difference(") == 3
    assert said.count("robust CFI difference = ") == said.count(" CFI difference = ") == 3
    assert "fall of the robust CFI" in said
    for figure in plain_figures(fit)[:1]:
        assert figure not in said
    assert [f.statistic for f in found.findings(sample="s", source="t")] == ["change of robust CFI"] * 3


def test_invariance_says_how_well_its_first_model_fits():
    data = skewed()
    one = f"f =~ {' + '.join(column for column in data.columns if column.startswith('q'))}"
    poor = invariance(one, data, groups=HALVES).sentence()
    assert "The configural model does not fit well, so that this says little." in poor
    assert "not fit" not in invariance(TWO, data, groups=HALVES).sentence()


def test_a_ladder_that_begins_with_equal_loadings_does_not_say_that_they_are_supported():
    data = skewed()
    given = "Metric invariance, with which the models begin, was not tested."
    held = invariance(TWO, data, groups=HALVES, steps=["metric", "scalar"]).sentence()
    assert held.endswith(f"scalar invariance was supported. {given}")
    data.loc[150:, "q2"] = np.clip(data.loc[150:, "q2"] + 2, 1, 7)
    fell = invariance(TWO, data, groups=HALVES, steps=["metric", "scalar"]).sentence()
    assert f"scalar invariance was not supported. {given}" in fell
    assert "configural" not in held + fell


def test_the_verdict_on_invariance_goes_by_the_figures_it_shows():
    data = skewed()
    data.loc[150:, "q2"] = np.clip(data.loc[150:, "q2"] + 2, 1, 7)
    found = invariance(TWO, data, groups=HALVES, estimator="MLR")
    falls = [change.robust_cfi_change for change in found.changes]
    assert falls[0] > -0.01 > falls[1]
    assert "metric invariance was supported" in found.sentence()
    plain = invariance(TWO, data, groups=HALVES)
    assert "robust" not in plain.sentence()
    assert "scaled" not in plain.sentence()
    assert "by maximum likelihood" in plain.sentence()
    few = invariance(
        TWO, data[:90], groups=HALVES[:45] + ["b"] * 45, estimator="MLR", steps=["metric", "strict"]
    )
    assert "metric model had" in few.sentence()


@pytest.mark.parametrize("how", ROBUST)
def test_a_frame_of_compared_models_has_a_name_for_each_figure(how):
    models = fitted(how, TWO, NARROW)
    compared = compare_models(*models, names=["two", "narrow"])
    frame, change = compared.to_frame(), compared.changes[0]
    for name, model in zip(("two", "narrow"), models, strict=True):
        row = frame.loc[name]
        assert (row.chi_square, row.chi_square_p) == (model.fit.chi_square, model.fit.p_value)
        scaled = model.fit.scaled
        assert (row.chi_square_scaled, row.chi_square_scaled_p) == (scaled.chi_square, scaled.p_value)
        assert (row.scaling, row.robust_cfi) == (scaled.scaling, scaled.robust_cfi)
    assert frame.chi_square_change_p["narrow"] == change.p_value
    assert (
        frame.difference_test["narrow"]
        == change.method
        == "scaled likelihood ratio (Satorra & Bentler, 2001)"
    )
    assert "p_value" not in frame
    plain = compare_models(*(cfa(m, skewed()) for m in (TWO, ONE))).to_frame()
    assert not [name for name in plain if "scaled" in name or "robust" in name]
    assert plain.difference_test.iloc[1] == "likelihood ratio"


@pytest.mark.parametrize("how", ROBUST)
def test_sentences_of_compared_models_have_figures_of_one_kind(how):
    compared = compare_models(*fitted(how, TWO, NARROW), names=["two", "narrow"])
    said, change = compared.sentence(), compared.changes[0]
    for name, model in compared.models.items():
        assert f"{name} had {how.partition(',')[0]} scaled chi-square({model.fit.df})" in said
        assert plain_figures(model.fit)[0] not in said
    difference = (
        f"scaled chi-square difference(1) = {change.chi_square_change:.2f} (Satorra & Bentler, 2001), p"
    )
    assert f"narrow against two: {difference}" in said
    assert "improper" not in said
    assert compared.to_dict()["sentence"] == said


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_comparison_says_which_model_is_improper(estimator, order):
    x = np.random.default_rng(1).normal(size=(300, 1)) + np.random.default_rng(2).normal(size=(300, 6))
    data = pd.DataFrame(np.clip(np.rint(4 + x), 1, 7), columns=[f"q{n + 1}" for n in range(6)])
    models = [cfa(model, data, estimator=estimator) for model in (TWO, ONE)]
    assert models[0].improper
    names = ["two", "one"]
    compared = compare_models(*(models[n] for n in order), names=[names[n] for n in order])
    assert compared.improper == {"two": models[0].improper}
    assert "! two is improper: the correlation of the factors" in repr(compared)
    assert dict(compared.to_frame().improper) == {"two": True, "one": False}
    assert compared.to_dict()["improper"] == {"two": [*models[0].improper]}
    said = "The solution of two is improper (the correlation of the factors f and g is "
    assert said in compared.sentence()
    assert "must not be interpreted" in compared.sentence()
    assert "not positive definite" in compared.sentence()


def test_improper_steps_of_invariance_are_said_to_be():
    x = np.random.default_rng(1).normal(size=(300, 1)) + np.random.default_rng(2).normal(size=(300, 6))
    data = pd.DataFrame(np.clip(np.rint(4 + x), 1, 7), columns=[f"q{n + 1}" for n in range(6)])
    found = invariance(TWO, data, groups=HALVES)
    assert found.improper
    for step in found.improper:
        assert f"The solution of {step} is improper" in found.sentence()


@pytest.mark.parametrize("identification", ["marker", "fixed_factor", "none"])
def test_what_is_fixed_has_no_standard_error_in_any_display(identification):
    text = TWO if identification != "none" else "f =~ 0.8*q1 + q2 + q3; g =~ 1*q4 + q5 + q6"
    result = cfa(text, skewed(), identification=identification)
    fixed = [p for p in result.parameters if not p.free]
    assert fixed
    frame = result.to_frame()
    for p in fixed:
        assert math.isnan(p.se)
        assert p.to_dict()["se"] is None
        assert "fixed" in repr(p)
        interval = p.confidence_interval()
        assert np.isnan(tuple(interval)).all()
        assert "is fixed, not estimated" in interval.reason
        row = frame[(frame.lhs == p.lhs) & (frame.op == p.op) & (frame.rhs == p.rhs)].iloc[0]
        assert np.isnan([row.se, row.z, row.p]).all()
        line = next(t for t in str(result.parameters).split("\n") if t.startswith(p.name))
        assert line.split()[-5:-2] == ["-", "-", "-"]
    assert not frame.se[frame.se == 0].any()
    assert not (result.parameters.standardized().se == 0).any()


def test_no_table_says_that_a_probability_is_0_nor_minus_0():
    assert [p_shown(p) for p in (0.0, 0.0009, 0.001, 1.0)] == ["< .001", "< .001", ".001", "1.000"]
    assert [apa_p(p) for p in (0.0, 0.00099, 0.0312)] == ["p < .001", "p < .001", "p = .031"]
    assert [f(-0.0004) for f in (shown, signed, cell)] == ["0.000"] * 3
    assert [signed(v) for v in (0.0004, 0.0005001, -1.0)] == ["0.000", "+0.001", "-1.000"]
    data = pd.DataFrame(good(400, 6, seed=3, together=2.0), columns=[f"q{n + 1}" for n in range(6)])
    two, one = (cfa(model, data, estimator="MLR") for model in (TWO, ONE))
    shown_p = {line.split()[-3] for line in str(two.parameters).replace("< ", "<").split("\n")[1:]}
    assert "<.001" in shown_p
    assert not shown_p & {"0.000", ".000"}
    for page in (two._repr_html_(), compare_models(two, one)._repr_html_(), repr(compare_models(two, one))):
        assert "-0.000" not in page
        assert "p 0.000" not in page
    compared = compare_models(two, one)
    assert compared.page().tables[1].columns["p"] == [p_shown(compared.changes[0].p_value)]


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_figures_of_one_sentence_are_in_one_style(estimator):
    data, halves = skewed(), HALVES
    models = [cfa(model, data, estimator=estimator) for model in (TWO, ONE)]
    for said in (
        structure_report(coded(data, KEYS), estimator=estimator, n_iterations=20).sentence(),
        compare_models(*models).sentence(),
        invariance(TWO, data, groups=halves, estimator=estimator).sentence(),
    ):
        assert not re.search(r"\b0\.\d{3}", said), said
        assert re.search(r"CFI = (\.\d{3}|1\.000)", said)
        assert re.search(r"p (= |< )\.\d{3}", said)
