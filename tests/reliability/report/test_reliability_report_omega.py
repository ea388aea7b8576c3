"""Omega's interval in reports: which, where it stands, and where it is undefined."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import EstimationError, KeyingWarning, encode, item_moments, load, simulate
from intimacy_scales.reliability import mcdonald_omega, reliability_report
from intimacy_scales.results.wording import apa
from tests.shared.comparison import roughly
from tests.shared.factor_answers import exact, good, parts
from tests.shared.instruments import coded
from tests.shared.omegas import SHARED, WHOLE

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning")

FORM = load("scii-24")
COUPLES = simulate(FORM, 160, couples=0.5, missing=0.03, rng=7).answers
SKEWED = simulate(FORM, 150, thresholds=[-2.3, -2.0, -1.7, -1.4, -1.1, -0.8], couples=0.5, rng=2).answers


@pytest.mark.parametrize(
    ("options", "method"),
    [
        ({}, "logit"),
        ({"interval": "duhachek", "missing": "listwise", "confidence_level": 0.9}, "logit"),
        ({"interval": "adf", "missing": "listwise"}, "adf"),
        ({"interval": "bootstrap", "n_resamples": 100, "rng": 1}, "adf"),
        ({"clusters": "couple"}, "adf"),
    ],
)
def test_the_interval_is_that_of_omega_alone(options, method):
    report = reliability_report(FORM, COUPLES, **options)
    assert report.omega_interval_method == method
    level, clusters = report.confidence_level, options.get("clusters")
    answers = encode(FORM, COUPLES, keep=["couple"])
    for scale in ("caring", "total"):
        alone = mcdonald_omega(answers, scale=scale, missing=report.missing)
        expected = alone.confidence_interval(level, method, clusters=clusters)
        assert list(report[scale].omega_interval) == pytest.approx(list(expected), rel=1e-9)
        assert report[scale].omega_interval.method == method


def test_it_stands_in_frame_tables_csv_json_and_sentence():
    report = reliability_report(FORM, COUPLES)
    result = report["mutuality"]
    low, high = result.omega_interval
    assert low < result.omega.estimate < high
    row = report.to_frame().loc["mutuality"]
    assert (row["omega_low"], row["omega_high"]) == (low, high)
    for page in (report.to_markdown(), report.to_html(), report._repr_html_()):
        assert "Omega 95% CI" in re.sub("</?span[^>]*>", "", page)
        assert f"[{apa(low, 3)}, {apa(high, 3)}]" in page
    assert f"[{apa(low, 3)}, {apa(high, 3)}], logit" in repr(result)
    written = json.loads(report.to_json())
    assert written["omega_interval_method"] == "logit"
    told = next(s for s in written["scales"] if s["scale"] == "mutuality")
    assert (told["omega_low"], told["omega_high"]) == (low, high)
    assert told["omega_interval"]["method"] == "logit"
    csv = report.to_csv()
    assert "omega_low,omega_high" in csv
    assert "omega_interval_method" in csv.splitlines()[0]
    said = report.sentence()
    assert f"omega total = {apa(result.omega.estimate)}, 95% CI [{apa(low)}, {apa(high)}]" in said
    assert "(intervals: Bonett, 2002; of omega: logit, Raykov & Marcoulides, 2011)" in said


@pytest.mark.parametrize("level", [0.8, 0.975])
def test_it_has_the_level_that_was_asked_for(level):
    report = reliability_report(FORM, COUPLES, confidence_level=level)
    assert f"Omega {100 * level:g}% CI" in report.to_markdown()
    assert report["trust"].omega_interval.confidence_level == level


def test_a_stream_has_the_interval_of_the_table():
    table, sums = reliability_report(FORM, COUPLES), reliability_report(item_moments(FORM, COUPLES))
    pd.testing.assert_frame_equal(table.to_frame(), sums.to_frame(), rtol=1e-12)
    assert table.sentence() == sums.sentence()


def test_one_distribution_free_method_is_named_once_with_its_units():
    said = reliability_report(FORM, COUPLES, clusters="couple").sentence()
    assert said.count("distribution-free") == 1
    assert "taking 80 clusters as units" in said


def test_the_method_is_named_once():
    assert reliability_report(FORM, COUPLES).sentence().count("Raykov & Marcoulides") == 1
    pairs = coded(
        parts(150, (2, 2, 2)), {"a": "q1 q2", "b": "q3 q4", "c": "q5 q6", "t": {"of": ["a", "b", "c"]}}
    )
    said = reliability_report(pairs).sentence()
    assert said.count("Raykov & Marcoulides") == 1
    assert "model-implied variance; interval: logit, Raykov & Marcoulides, 2011)" in said


@pytest.mark.parametrize("interval", ["bonett", "adf"])
def test_an_improper_omega_has_none(shared, interval):
    form = load(shared / "cases" / "form_abcd_1_5.toml")
    report = reliability_report(
        form, pd.read_csv(shared / "cases" / "omega_heywood_n100.csv"), interval=interval
    )
    made = report["s"].omega_interval
    assert math.isnan(made.low)
    assert made.reason.startswith("omega is improper: the residual variance of a is negative")
    assert np.isnan(report.to_frame().loc["s", ["omega_low", "omega_high"]].astype(float)).all()
    assert json.loads(report.to_json())["scales"][0]["omega_low"] is None
    assert "of omega" not in report.sentence()
    assert "| improper | - |" in report.to_markdown()


@pytest.mark.parametrize("n_items", [1, 2])
def test_an_omega_that_is_not_defined_has_none(n_items):
    report = reliability_report(coded(good(40, n_items)))
    assert report["a"].omega_interval.reason == report["a"].omega.reason
    assert not any("no interval of omega" in text for text in report.warnings)


@pytest.mark.parametrize(("n", "seed"), [(14, 30), (10, 27), (10, 29)])
def test_an_interval_that_is_not_defined_says_why(n, seed):
    x = np.random.default_rng(seed).integers(1, 8, (n, 4)).astype(float)
    report = reliability_report(coded(x))
    result = report["a"]
    assert result.omega.reason is None
    assert not result.omega.improper
    assert math.isnan(result.omega_interval.low)
    assert f"a: no interval of omega: {result.omega_interval.reason}" in report.warnings
    assert f"omega total = {apa(result.omega.estimate)}." in report.sentence()


@pytest.mark.parametrize("scale", ["commitment", "total"])
def test_skewed_answers_are_told_for_both_coefficients_with_one_remedy(scale):
    told = [text for text in reliability_report(FORM, SKEWED)[scale].warnings if "skewed or peaked" in text]
    assert len(told) == 1
    assert "bonett and logit intervals are too narrow; from about 200" in told[0]
    assert "interval='adf' is more accurate" in told[0]
    better = reliability_report(FORM, SKEWED, interval="adf")[scale]
    assert not any("skewed or peaked" in text for text in better.warnings)
    assert better.omega_interval.method == "adf"


def test_sums_alone_have_no_distribution_free_interval():
    with pytest.raises(EstimationError, match="needs each person's answers"):
        reliability_report(item_moments(FORM, COUPLES), interval="adf")


def omega_report(x, scales=None, **options):
    answers = coded(x, scales, **(WHOLE if np.nanmin(x) < 1 else {}))
    return reliability_report(answers.instrument, answers, **options)


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_a_report_has_the_omega_of_every_scale(missing):
    answers = encode("scii-24", simulate("scii-24", 200, missing=0.02, rng=1).answers)
    found = reliability_report(load("scii-24"), answers, missing=missing)
    frame = found.to_frame()
    for result in found:
        omega = mcdonald_omega(answers, scale=result.scale, missing=missing)
        roughly([result.omega.estimate, frame.loc[result.scale, "omega"]], omega.estimate)
        assert result.omega.model == ("correlated" if result.scale == "total" else "one_factor")
        plain = result.to_dict()["omega_detail"]
        assert (plain["estimate"], plain["fit"]["df"]) == (result.omega.estimate, omega.fit.df)
        assert list(result.omega.confidence_interval()) == list(omega.confidence_interval())
    said = found.sentence()
    assert "McDonald's omega total of one factor, maximum likelihood, model-implied variance" in said
    assert f"omega total = {found['trust'].omega.estimate:.2f}".replace("0.", ".") in said
    ends = ", ".join(f"{end:.2f}" for end in found["total"].omega_interval)
    total = f"{found['total'].omega.estimate:.2f}, 95% CI [{ends}] (omega total of correlated factors, model"
    assert total.replace("0.", ".") in said
    for text in (found.to_markdown(), found.to_html()):
        assert apa(found["trust"].omega.estimate, 3) in text


def test_a_heywood_case_is_among_the_warnings():
    found = omega_report(exact([[1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [0, 1, 1, 0, 1]]))
    words = (
        "a: omega: the residual variance of q1 is negative (-1.000, -33.3% of its variance): a Heywood case"
    )
    assert words in found.warnings
    assert words in found.to_markdown()


UNDEFINED = {
    "two items": (good(40, 2), None, "two items do not identify a factor"),
    "constant": (np.where(np.arange(4) == 2, 4, good(40, 4)), None, "everyone gave q3 the same answer"),
    "few": (good(5, 8), None, "too few"),
    "shared": (good(90, 5), SHARED, "share q3"),
}


@pytest.mark.parametrize("case", UNDEFINED)
def test_a_report_says_why_omega_is_undefined(case):
    x, scales, words = UNDEFINED[case]
    found = omega_report(x, scales)
    result = found["t" if scales else "a"]
    assert math.isnan(result.omega.estimate)
    assert words in result.omega.reason
    assert json.loads(found.to_json())["scales"][-1]["omega"] is None
    if case != "two items":  # there the sentence gives Spearman-Brown
        assert any("omega is not defined" in text for text in found.warnings), found.warnings
    assert "omega total = nan" not in found.sentence()


def test_a_mixed_report_says_omega_only_where_there_is_one():
    x = np.hstack([parts(90, (3, 3)), good(90, 2, 5)])
    found = omega_report(x, {"a": "q1 q2 q3", "b": "q4 q5 q6", "c": "q7 q8"})
    assert found.sentence().count("omega total = ") == 2
    assert "c, 2 items, Spearman-Brown = " in found.sentence()


def test_items_against_their_key_are_named_with_omega():
    x = good(200, 4)
    x[:, 1] = 8 - x[:, 1]
    with pytest.warns(KeyingWarning, match="q2 .* runs against its key"):
        found = omega_report(x)
    assert found["a"].omega.loadings["q2"] < 0
