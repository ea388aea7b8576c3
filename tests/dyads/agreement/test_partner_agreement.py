"""Agreement of partners: properties, exchangeable partners, couples left out, undefined figures."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads, PartnerAgreement, partner_agreement
from intimacy_scales.errors import EstimationError, UnknownNameError
from tests.shared.comparison import close, near
from tests.shared.couples import couples_of

ROLES_ONLY = {
    "pearson_r",
    "icc_agreement",
    "icc_consistency",
    "mean_difference",
    "standardized_difference",
    "variance_ratio",
}
FREE_OF_UNITS = {"pearson_r", "icc", "double_entry_r", "standardized_difference", "variance_ratio"}
SCORES = st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), min_size=5, max_size=30)


def alike(n: int = 40, seed: int = 1) -> np.ndarray:
    """Return scores of partners that correlate (n, 2)."""
    rng = np.random.default_rng(seed)
    couple = rng.normal(size=(n, 1))
    scores: np.ndarray = np.round(4 + couple + rng.normal(size=(n, 2)), 2)
    return scores


# ------------------------------------------------------------------ properties


@settings(max_examples=25)
@given(SCORES, st.data())
def test_swapping_exchangeable_partners_changes_no_bit(scores: list[Any], data: st.DataObject) -> None:
    pairs = np.array(scores) / 3
    swapped = pairs.copy()
    chosen = data.draw(st.lists(st.sampled_from(range(len(pairs))), unique=True))
    swapped[chosen] = swapped[chosen][:, ::-1]
    one, other = partner_agreement(couples_of(pairs)), partner_agreement(couples_of(swapped))
    assert json.dumps(one.to_dict()) == json.dumps(other.to_dict())
    assert one == other
    for method in ("bootstrap", "bca"):
        intervals = [
            result["trust"].confidence_interval(0.9, method, n_resamples=100, rng=3)
            for result in (one, other)
        ]
        assert intervals[0] == intervals[1]


@settings(max_examples=25)
@given(SCORES, st.sampled_from([0.25, 3.0, 100.0]), st.sampled_from([0.0, -7.0, 50.0]))
def test_scaling_and_translating_scores(scores: list[Any], factor: float, shift: float) -> None:
    pairs = np.array(scores, dtype=float)
    one = partner_agreement(couples_of(pairs, roles=True))["trust"]
    other = partner_agreement(couples_of(pairs * factor + shift, roles=True))["trust"]
    for figure, scaled in zip(one, other, strict=True):
        unit = factor if figure.name == "mean_difference" else 1
        near(scaled.estimate, figure.estimate * unit, abs=1e-9)
        near(scaled.statistic, figure.statistic, rel=1e-7)
        close(tuple(scaled.interval), np.array(tuple(figure.interval)) * unit, 1e-6 * factor)
        assert (scaled.reason, scaled.interval.reason is None) == (
            figure.reason,
            figure.interval.reason is None,
        )


@settings(max_examples=20)
@given(SCORES)
def test_couples_that_are_all_there_twice(scores: list[Any]) -> None:
    """Correlations of populations stay; tests gain couples, and mean squares their own divisors."""
    one = partner_agreement(couples_of(scores, roles=True))["trust"]
    twice = partner_agreement(couples_of(scores * 2, roles=True))["trust"]
    for name in ("pearson_r", "double_entry_r", "mean_difference", "variance_ratio"):
        near(twice[name].estimate, one[name].estimate)
    near(twice["double_entry_r"].statistic, math.sqrt(2) * one["double_entry_r"].statistic)
    n = len(scores)
    near(twice.mean_square_between * (2 * n - 1), one.mean_square_between * (n - 1) * 2)
    near(twice.mean_square_within, one.mean_square_within)


@settings(max_examples=20)
@given(SCORES)
def test_exchanging_the_roles(scores: list[Any]) -> None:
    pairs = np.array(scores, dtype=float)
    one = partner_agreement(couples_of(pairs, roles=True))["trust"]
    other = partner_agreement(couples_of(pairs[:, ::-1], roles=True))["trust"]
    for name in ("mean_difference", "standardized_difference"):
        near(other[name].estimate, -one[name].estimate)
        near(tuple(other[name].interval), [-end for end in tuple(one[name].interval)[::-1]], rel=1e-7)
    near(other["variance_ratio"].estimate, 1 / one["variance_ratio"].estimate if one.sds[0] else math.nan)
    for name in ("pearson_r", "icc", "double_entry_r", "icc_couple_mean", "icc_agreement", "icc_consistency"):
        near(other[name].estimate, one[name].estimate, abs=1e-10)
        near(other[name].p_value, one[name].p_value, rel=1e-7)


@settings(max_examples=20)
@given(SCORES)
def test_the_double_entry_r_and_the_icc_have_one_test(scores: list[Any]) -> None:
    """Both are functions of F: ``(n - 1) F / n = (1 + r) / (1 - r)`` (Fisher, 1925)."""
    part = partner_agreement(couples_of(scores))["trust"]
    if part["icc"].reason or part["icc"].test_reason:
        return
    n, f, r = len(scores), part["icc"].statistic, part["double_entry_r"].estimate
    near((n - 1) / n * f, (1 + r) / (1 - r))
    near(part["icc"].estimate, math.tanh(math.log(f) / 2))
    for method in ("F", "fisher-z"):
        ours, other = (
            part.confidence_interval(method=method, of=of)  # type: ignore[arg-type]
            for of in ("icc", "double_entry_r")
        )
        assert tuple(ours) == tuple(other)
    zero_inside = 0 in part["icc"].interval
    assert zero_inside == (part["icc"].p_value > 0.05)


# ------------------------------------------------------------------ what is undefined, and why


def test_exchangeable_partners_have_no_figures_of_roles() -> None:
    part = partner_agreement(couples_of(alike()))["trust"]
    assert {figure.name for figure in part if figure.reason} == ROLES_ONLY
    for name in ROLES_ONLY:
        figure = part[name]
        assert "which of them comes first is arbitrary" in (figure.reason or "")
        assert math.isnan(figure.estimate)
        assert math.isnan(figure.p_value)
        interval = part.confidence_interval(of=name, method="bootstrap", rng=1)
        assert interval.reason == figure.interval.reason == figure.reason
    assert part.main.name == "icc"
    assert np.isnan([*part.means, *part.sds]).all()
    assert "not defined: Pearson r, ICC(A,1), ICC(C,1), Mean difference, d, Variance ratio (" in repr(part)


EQUAL, LINE = [[2, 2], [3, 3], [5, 5], [1, 1]], [[1, 3], [2, 5], [3, 7], [0, 1]]
UNDEFINED: list[tuple[Any, dict[str, str]]] = [
    ([[4, 4]] * 5, {"icc": "all scores are equal", "double_entry_r": "all scores are equal"}),
    (
        [[5, 1], [5, 2], [5, 4], [5, 2]],
        {
            "pearson_r": "all scores of wife are equal",
            "variance_ratio": "all scores of wife are equal",
        },
    ),
    (
        [[5, 2]] * 4,
        {
            "pearson_r": "all scores of wife and of husband are equal",
            "icc_agreement": "all scores of wife and of husband are equal",
            "icc_consistency": "all scores of wife and of husband are equal",
            "standardized_difference": "all scores of wife and of husband are equal",
            "icc_couple_mean": "the mean of both partners is the same in every couple",
        },
    ),
    ([[1, 5], [2, 4], [3, 3]], {"icc_couple_mean": "the mean of both partners is the same in every couple"}),
    ([[1, 2], [2, 4]], {"icc": "2 couples have both scores; at least three", "pearson_r": "2 couples have"}),
    ([[1, 2], [2, math.nan]], {"icc": "1 couple has both scores", "mean_difference": "1 couple has"}),
    ([[1, math.nan], [2, math.nan]], {"icc": "no couple has both scores"}),
]


@pytest.mark.parametrize(("pairs", "reasons"), UNDEFINED)
def test_figures_that_are_undefined_say_why(pairs: Any, reasons: dict[str, str]) -> None:
    part = partner_agreement(couples_of(pairs, roles=True))["trust"]
    for name, reason in reasons.items():
        figure = part[name]
        assert reason in (figure.reason or "")
        assert math.isnan(figure.estimate)
        assert math.isnan(figure.statistic)
        assert figure.interval.reason == figure.reason
        assert "is not defined" in repr(figure)
    for figure in part:  # nothing is nan without a reason
        assert (figure.reason is not None) == math.isnan(figure.estimate)
        assert (figure.interval.reason is not None) == math.isnan(figure.interval.low)
        if figure.statistic_name:
            assert (figure.test_reason is not None) == math.isnan(figure.p_value)


def test_partners_who_agree_perfectly() -> None:
    part = partner_agreement(couples_of(EQUAL, roles=True))["trust"]
    for name in ("pearson_r", "icc", "double_entry_r", "icc_couple_mean", "icc_agreement", "icc_consistency"):
        assert part[name].estimate == 1
        assert part[name].interval.reason is not None
        assert "same in all resamples" in str(part.confidence_interval(of=name, method="bca", rng=1).reason)
    assert math.isnan(part["icc"].statistic)
    assert math.isnan(part["icc"].p_value)
    assert str(part["icc"].test_reason).startswith("no test: both partners of every couple have the same")
    assert part["icc"].interval.reason == (
        "no interval: both partners of every couple have the same score: nothing varies within couples"
    )
    difference = part["mean_difference"]
    assert (difference.estimate, difference.test) == (0, "")
    assert (
        difference.test_reason == "no test: the difference between the partners is the same in every couple"
    )
    assert "in every couple (4 couples)" in partner_agreement(couples_of(EQUAL, roles=True)).sentence()
    assert "nothing varies within couples" in str(partner_agreement(couples_of(EQUAL)).warnings)


def test_scores_on_a_line() -> None:
    part = partner_agreement(couples_of(LINE, roles=True))["trust"]
    assert part["pearson_r"].estimate == 1
    assert part["pearson_r"].test_reason == "no test: the scores lie on a line, r = 1"
    assert "r = 1.00, without a test" in partner_agreement(couples_of(LINE, roles=True)).sentence()
    assert part["pearson_r"].interval.reason == "no interval by Fisher's z: the scores lie on a line, r = 1"
    assert part["variance_ratio"].estimate == pytest.approx(0.25)
    assert part["variance_ratio"].interval.reason is not None


def test_partners_who_differ_more_than_by_chance() -> None:
    """The two-sided p value sees it; the upper tail, which other software gives, does not."""
    icc = partner_agreement(couples_of([[1, 5], [5, 1], [2, 4], [4, 2], [1, 4], [5, 1.5]]))["trust"]["icc"]
    assert icc.estimate < -0.9
    assert icc.p_value < 0.01
    assert icc.p_one_sided > 0.99
    assert 0 not in icc.interval


# ------------------------------------------------------------------ couples, scales, options


def test_couples_with_one_score_are_counted_and_left_out() -> None:
    pairs = alike()
    pairs[3, 0] = pairs[8, 1] = math.nan
    table = pd.DataFrame({"x": pairs[:, 0], "y": pairs[:, 1], "u": 1.0, "v": 2.0})
    table.loc[5, ["x", "y"]] = math.nan
    columns = {"trust": {"wife": "x", "husband": "y"}, "other": {"wife": "u", "husband": "v"}}
    dyads = Dyads.of_scores(table, columns, role=True)
    pairs[5] = math.nan
    part = partner_agreement(dyads)["trust"]
    whole = partner_agreement(couples_of(pairs[~np.isnan(pairs).any(axis=1)], roles=True))["trust"]
    assert (part.n_couples, part.n_left_out) == (37, 3)
    assert part.left_out == {"with the score of one partner": 2, "without scores": 1}
    assert part.figures == whole.figures
    assert (whole.left_out, whole.n_left_out) == ({}, 0)
    assert "left out: 2 couples with" in repr(part)
    sentence = partner_agreement(dyads, ["trust"]).sentence()
    assert sentence.endswith("Not used: 3 couples without both scores.")
    alone = partner_agreement(couples_of(pairs))  # without "other", nothing is known of the third couple
    assert (alone.n_couples, alone["trust"].n_left_out) == (39, 2)
    assert alone.notes == ("1 row without answers of either partner: not counted as couples",)


def test_scales_and_kept_columns() -> None:
    answers = simulate("scii-24", 80, couples=0.5, rng=1).answers
    answers["years"] = np.arange(80) % 7
    dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner", keep=["years"])
    result = partner_agreement(dyads, ["trust", "years"], confidence_level=0.9)
    assert [part.scale for part in result] == ["trust", "years"]
    assert (result["trust"].title, result["years"].title) == ("Trust", "years")
    assert result["trust"]["icc"].interval.confidence_level == 0.9
    assert len(partner_agreement(dyads)) == len(dyads.scale_ids)
    assert "90% CI" in result.to_markdown()
    with pytest.raises(EstimationError, match=r"scales='trust' is not valid; allowed: a list of scales"):
        partner_agreement(dyads, "trust")
    with pytest.raises(EstimationError, match="scales is empty; name some of trust, "):
        partner_agreement(dyads, [])
    with pytest.raises(EstimationError, match="did you mean 'trust'"):
        partner_agreement(dyads, ["Trust"])
    with pytest.raises(EstimationError, match="confidence_level=95 is not valid"):
        partner_agreement(dyads, confidence_level=95)
    with pytest.raises(UnknownNameError, match=r"no scale 'truts' in this result; allowed: .*'trust'"):
        result["truts"]
    with pytest.raises(UnknownNameError, match=r"'r' is not a figure of agreement; allowed: pearson_r"):
        result["trust"]["r"]
    with pytest.raises(UnknownNameError, match=r"use result\['trust'\] without 'f-m'"):
        result["trust", "f-m"]


def test_couples_on_two_occasions_are_refused() -> None:
    table = [
        {"c": couple, "p": person, "t": time, "x": couple + person + time}
        for couple in range(5)
        for person in (1, 2)
        for time in (1, 2)
    ]
    dyads = Dyads.of_scores(table, ["x"], couple="c", person="p", time="t")
    with pytest.raises(EstimationError, match=r"dyads\.at\(1\)"):
        partner_agreement(dyads)
    assert partner_agreement(dyads.at(1))["x"].n_couples == 5


def test_skewed_scores_are_warned_of() -> None:
    pairs = np.exp(alike(60) / 1.2)
    result = partner_agreement(couples_of(pairs, roles=True))
    part = result["trust"]
    assert any("resampling couples is more accurate (method='bootstrap')" in text for text in part.warnings)
    assert any(text.startswith("trust: scores are skewed or peaked") for text in result.warnings)
    for figure in part:
        of_means = figure.name in ("mean_difference", "standardized_difference")
        assert bool(figure.interval.warnings) != of_means
    assert "Pitman-Morgan test assume normality" in part["variance_ratio"].interval.warnings[0]
    assert "Pitman" in str(part.warnings)
    assert "Pitman" not in str(partner_agreement(couples_of(pairs))["trust"].warnings)
    assert part.confidence_interval(method="bootstrap", rng=1).warnings == ()
    assert partner_agreement(couples_of(alike(60)))["trust"].warnings == ()
    assert "n = 8 couples is too small" in str(partner_agreement(couples_of(alike(8)))["trust"].warnings)


# ------------------------------------------------------------------ how it is shown and stored


@pytest.mark.parametrize("roles", [False, True])
def test_documents(roles: bool) -> None:
    result = partner_agreement(couples_of(alike(), roles=roles))
    again = PartnerAgreement.from_json(result.to_json())
    assert again == result
    assert repr(again) == repr(result)
    assert again.to_markdown() == result.to_markdown()
    part = again["trust"]
    assert part.confidence_interval() == result["trust"].confidence_interval()
    assert part.confidence_interval(of="icc", method="F") == result["trust"]["icc"].interval
    with pytest.raises(EstimationError, match="method='z' is not valid"):
        result["trust"].confidence_interval(method="z")  # type: ignore[arg-type]
    for options in ({"confidence_level": 0.9}, {"method": "bootstrap"}):
        with pytest.raises(Exception, match=r"read from its document.*partner_agreement\(dyads\)"):
            part.confidence_interval(**options)


def test_pages_and_tables() -> None:
    roles, without = (partner_agreement(couples_of(alike(), roles=roles)) for roles in (True, False))
    frame = roles.to_frame()
    assert frame.loc["trust", "coefficient"] == "pearson_r"
    assert {"mean_wife", "sd_husband", "mean_difference", "t", "difference_p", "d"} <= set(frame)
    assert frame.loc["trust", "estimate"] == float(roles["trust"]) == roles["trust"]["pearson_r"].estimate
    assert without.to_frame().loc["trust", "coefficient"] == "icc"
    assert "mean_difference" not in without.to_frame()
    assert without.to_csv().startswith("scale,n,left_out,mean,sd,coefficient,estimate,low,high,p\n")
    titles = [[table.title for table in result.page().tables] for result in (roles, without)]
    assert titles == [
        ["Agreement of partners", "Differences, wife minus husband"],
        ["Agreement of partners", "Exchangeable partners"],
    ]
    assert "| Scale | n | M wife | SD wife | M husband | SD husband | r | 95% CI | p |" in roles.to_markdown()
    assert "| Scale | n | M | SD | ICC | 95% CI | p |" in without.to_markdown()
    assert "<table>" in roles.to_html()
    assert "<table>" in without._repr_html_()
    figures = roles["trust"].to_frame()
    assert list(figures.index) == [figure.name for figure in roles["trust"]]
    assert figures.loc["icc", "df"] == "39, 40"
    r = roles["trust"]["pearson_r"]
    assert f"trust, r = {r.estimate:.2f}".replace("0.", ".") in roles.sentence()
    assert "Mean differences, wife minus husband (paired t test" in roles.sentence()
    assert "F(39, 40) = " in without.sentence()


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=5),
    st.booleans(),
    st.sampled_from([1.0, 0.1, 1 / 3]),
)
def test_no_figure_is_infinite_and_each_undefined_one_has_a_reason(
    scores: list[Any], roles: bool, unit: float
) -> None:
    for figure in partner_agreement(couples_of(unit * np.array(scores), roles=roles))["trust"]:
        numbers = (figure.estimate, figure.statistic, figure.p_value, figure.standard_error)
        assert not any(map(math.isinf, numbers))
        assert math.isnan(figure.estimate) == (figure.reason is not None)
        if figure.statistic_name:
            no_test = figure.reason is not None or figure.test_reason is not None
            assert math.isnan(figure.p_value) == math.isnan(figure.statistic) == no_test
