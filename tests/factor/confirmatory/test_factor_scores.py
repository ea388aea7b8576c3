"""Factor scores: R's values, the formulas written out, determinacy, who has none, and what is refused."""

import json
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest

from intimacy_scales import EstimationError, cfa, encode, item_moments, load, simulate
from intimacy_scales.errors import DocumentError, InvalidResponsesError, MissingColumnsError, UnknownNameError
from intimacy_scales.factor import CFAResult, FactorScores, covariances_as_sample
from tests.shared.factor_answers import parts
from tests.shared.folders import REFERENCE
from tests.shared.instruments import coded

VALUES = json.loads((REFERENCE / "factor-scores.json").read_text(encoding="utf-8"))[
    "values"
]  # factor_scores.R
WIDE = "f =~ tru01 + tru04 + tru11\ng =~ com01 + com04 + com10"
ITEMS = ["tru01", "tru04", "tru11", "com01", "com04", "com10"]
SECOND = f"{WIDE}\nh =~ car01 + car05 + car10\nall =~ f + g + h"
BIFACTOR = f"all =~ {' + '.join(ITEMS)}\n{WIDE}\nall ~~ 0*f\nall ~~ 0*g\nf ~~ 0*g"
HALVES = ["a"] * 200 + ["b"] * 200


@pytest.fixture(scope="module")
def complete():
    return pd.read_csv(REFERENCE / "simulated-complete.csv")


@pytest.fixture(scope="module")
def gaps():
    table = pd.read_csv(REFERENCE / "simulated-gaps.csv")
    table.loc[0, ["tru01", "tru04", "tru11"]] = np.nan
    return table


@pytest.fixture(scope="module")
def fits(complete, gaps):
    return {
        "complete": (cfa(WIDE, complete), complete, {}),
        "gaps": (cfa(WIDE, gaps, missing="fiml"), gaps, {}),
        "groups": (
            cfa(WIDE, complete, groups=HALVES, equal=["loadings", "intercepts"]),
            complete,
            {"groups": HALVES},
        ),
        "second_order": (cfa(SECOND, complete), complete, {}),
        "gls": (cfa(WIDE, complete, estimator="GLS"), complete, {}),
        "uls": (cfa(WIDE, complete, estimator="ULS"), complete, {}),
        "uls_groups": (
            cfa(WIDE, complete, estimator="ULS", groups=HALVES, equal=["loadings"]),
            complete,
            {"groups": HALVES},
        ),
    }


@pytest.mark.parametrize(("name", "method"), [(name, m) for name, found in VALUES.items() for m in found])
def test_they_are_those_of_lavaan(fits, name, method):
    result, table, options = fits[name]
    ours, theirs = result.factor_scores(table, method=method, **options), VALUES[name][method]
    for group, (scores, errors) in enumerate(zip(theirs["scores"], theirs["errors"], strict=True)):
        first = slice(200 * group, 200 * group + 12)
        assert ours.values[first] == pytest.approx(np.array(scores, dtype=float), abs=5e-6, nan_ok=True)
        expected = np.broadcast_to(np.array(errors, dtype=float), (12, len(ours.factors)))
        assert ours.errors[first] == pytest.approx(expected, abs=5e-6, nan_ok=True)


def naive_factor_scores(result, row, method):
    """One person's scores and errors by Theta, from what was answered."""
    own = ~np.isnan(row)
    loads = np.zeros((6, 2))
    for parameter in result.parameters:
        if parameter.op == "=~":
            loads[ITEMS.index(parameter.rhs), ["f", "g"].index(parameter.lhs)] = parameter.estimate
    v = result.factor_covariances().to_numpy()
    theta = result.implied_covariances().to_numpy() - loads @ v @ loads.T
    loads, theta = loads[own], theta[np.ix_(own, own)]
    mean = np.array(list(result.implied_means().values()))[own]
    precision = loads.T @ np.linalg.inv(theta) @ loads
    if method == "regression":  # Theta^-1 and the prior, instead of Sigma^-1
        precision = precision + np.linalg.inv(v)
    spread = np.linalg.inv(precision)
    return spread @ loads.T @ np.linalg.inv(theta) @ (row[own] - mean), np.sqrt(spread.diagonal())


@pytest.mark.parametrize("method", ["regression", "bartlett"])
def test_they_are_the_formulas_written_out(fits, method):
    result, table, _ = fits["gaps"]
    scores = result.factor_scores(table, method=method)
    for n, row in enumerate(table[ITEMS].to_numpy(dtype=float)[1:80], start=1):
        expected, errors = naive_factor_scores(result, row, method)
        assert scores.values[n] == pytest.approx(expected, abs=1e-9)
        assert scores.errors[n] == pytest.approx(errors, abs=1e-9)


def test_determinacy_is_the_correlation_of_scores_with_the_factor(fits):
    result, table, _ = fits["complete"]
    v = result.factor_covariances().to_numpy()
    for method in ("regression", "bartlett"):
        scores = result.factor_scores(table, method=method)
        own = np.cov(scores.values.T)
        for j, row in enumerate(scores.determinacy):
            # of regression scores the variance is their covariance with the factor; of the others V is it
            n = len(table)
            share = own[j, j] * (n - 1) / n
            valid = np.sqrt(share / v[j, j]) if method == "regression" else np.sqrt(v[j, j] / share)
            assert row.validity == pytest.approx(valid, abs=0.03)
            assert row.rho_squared == pytest.approx(row.rho**2)
            assert row.minimal_correlation == pytest.approx(2 * row.rho**2 - 1)
            assert row.validity <= row.rho
        assert scores.determinacy == result.factor_determinacy(method)
    assert result.factor_determinacy()[0].validity == result.factor_determinacy()[0].rho
    frame = scores.determinacy_frame()
    assert frame.columns.tolist() == ["factor", "rho", "rho_squared", "minimal_correlation", "validity"]


def test_determinacy_of_one_factor_follows_from_its_loadings(complete):
    result = cfa("f =~ tru01 + tru04 + tru11", complete)
    squares = np.array([row.std_all**2 for row in result.parameters if row.op == "=~"])
    told = float(np.sum(squares / (1 - squares)))
    assert result.factor_determinacy()[0].rho_squared == pytest.approx(told / (1 + told))
    # Bartlett scores of one factor rank persons alike
    assert result.factor_determinacy("bartlett")[0].validity == pytest.approx(
        result.factor_determinacy()[0].rho
    )


def test_one_factor_with_one_item_measured_without_error_is_that_item(complete):
    model = "f =~ tru01 + tru04 + tru11\ng =~ com01\ncom01 ~~ 0*com01"
    result = cfa(model, complete)
    for method in ("regression", "bartlett"):  # Theta is singular
        scores = result.factor_scores(complete, method=method)
        assert scores["g"] == pytest.approx(complete["com01"] - complete["com01"].mean(), abs=1e-9)
        assert scores.standard_errors("g") == pytest.approx(0, abs=1e-6)
        assert scores.determinacy[1].rho == pytest.approx(1)


def test_factor_scores_are_unbiased_or_shrunken(fits):
    result, _, _ = fits["complete"]
    loads = np.zeros((6, 2))
    for parameter in result.parameters:
        if parameter.op == "=~":
            loads[ITEMS.index(parameter.rhs), ["f", "g"].index(parameter.lhs)] = parameter.estimate
    means, true = np.array(list(result.implied_means().values())), np.array([[0.5, -0.3]])
    person = pd.DataFrame(means + true @ loads.T, columns=ITEMS)
    assert result.factor_scores(person, method="bartlett").values == pytest.approx(true)
    assert (np.abs(result.factor_scores(person).values) < np.abs(true)).all()


def test_who_skipped_an_item_has_a_score_with_full_information_only(gaps, fits):
    listwise = cfa(WIDE, gaps).factor_scores(gaps)
    there = gaps[ITEMS].notna().all(axis=1).to_numpy()
    assert (~np.isnan(listwise.values)).all(axis=1).tolist() == there.tolist()
    assert f"{(~there).sum()} persons who skipped items" in listwise.notes[0]
    some = gaps.copy()
    some.loc[3, ITEMS] = np.nan
    scores = fits["gaps"][0].factor_scores(some)
    assert np.isnan(scores.values[3]).all()
    assert scores.notes == ("no scores of 1 person who answered none of the items",)
    assert scores.errors[0, 0] > scores.errors[scores.answered == 6].max()


def test_what_a_bartlett_score_needs(complete, fits):
    with pytest.raises(EstimationError, match=r"do not determine all.*use method='regression'"):
        fits["second_order"][0].factor_scores(complete, method="bartlett")
    assert np.isfinite(fits["second_order"][0].factor_scores(complete)["all"]).all()
    result, table, _ = fits["gaps"]
    scores = result.factor_scores(table, method="bartlett")
    assert np.isnan(scores["f"][0])
    assert np.isfinite(scores["g"][0])
    assert "no Bartlett scores of 1 person" in scores.notes[0]


def test_an_improper_solution_has_none():
    table = pd.DataFrame(parts(80, (3, 3)), columns=list("abcdef"))
    table["b"] = table["a"] + table["b"] * 0.01 + np.random.default_rng(1).normal(size=80) * 0.05
    result = cfa("x =~ a + b + c; y =~ d + e + f", table)
    assert result.improper
    with pytest.raises(EstimationError, match=r"improper.*negative.*Change the model"):
        result.factor_scores(table)


def test_they_come_back_in_the_callers_kind(complete, fits):
    result = fits["complete"][0]
    table = complete.set_index(pd.Index([f"p{n}" for n in range(400)]))
    frame = result.factor_scores(table).to_frame(errors=True)
    assert frame.columns.tolist() == ["f", "g", "f_se", "g_se"]
    assert frame.index.tolist() == table.index.tolist()
    other = result.factor_scores(pl.DataFrame(complete)).to_frame()
    assert isinstance(other, pl.DataFrame)
    assert other["f"].to_numpy() == pytest.approx(frame["f"].to_numpy())
    assert result.factor_scores(complete.to_dict("records")[:3]).to_frame()["f"].tolist() == pytest.approx(
        frame["f"].tolist()[:3]
    )
    named = complete.assign(half=HALVES)
    grouped = cfa(WIDE, named, groups="half")
    some = named.iloc[150:250]
    scores = grouped.factor_scores(some, groups="half")
    assert scores.to_frame().columns.tolist() == ["half", "f", "g"]
    assert scores.group.tolist() == [0] * 50 + [1] * 50
    whole = grouped.factor_scores(complete, groups=HALVES)
    assert scores.values == pytest.approx(whole.values[150:250])
    one = grouped.factor_scores(some[:20], groups="half")
    assert one.values == pytest.approx(whole.values[150:170])


def test_answers_to_an_instrument_are_checked_and_keyed():
    table = simulate("scii-24", 200, missing=0.05, rng=4).answers.assign(pair=np.arange(200) // 2)
    model = "trust =~ tru01 + tru04 + tru09 + tru11"  # tru09 is reverse-keyed
    result = cfa(model, table, instrument="scii-24", missing="fiml")
    scores = result.factor_scores(table, keep=["pair"])
    assert scores.to_frame().columns.tolist() == ["pair", "trust"]
    answers = encode("scii-24", table)
    assert result.factor_scores(answers).values == pytest.approx(scores.values)
    assert np.corrcoef(scores["trust"], table["tru09"].fillna(4))[0, 1] < -0.5
    bad = table.astype({"tru01": float})
    bad.loc[3, "tru01"] = 99
    with pytest.raises(InvalidResponsesError, match="row 3, item tru01: 99"):
        result.factor_scores(bad)
    assert np.isfinite(result.factor_scores(bad, on_invalid="missing")["trust"][3])
    with pytest.raises(
        TypeError, match=r"'colums' is not an option of factor_scores\(\); allowed: responses, method"
    ):
        result.factor_scores(table, colums="Q{n}")
    other = cfa(model, table[["tru01", "tru04", "tru09", "tru11"]], missing="fiml")
    with pytest.raises(EstimationError, match="may be keyed differently"):
        other.factor_scores(answers)


def test_an_instrument_that_is_not_shipped_is_passed_along():
    answers = coded(parts(90, (3, 3)), {"a": "q1 q2 q3", "b": "q4 q5 q6"})
    result = cfa(answers.instrument, answers)
    table = answers.to_frame()
    with pytest.raises(EstimationError, match="pass it as instrument="):
        result.factor_scores(table)
    scores = result.factor_scores(table, instrument=answers.instrument)
    assert scores == result.factor_scores(table, instrument=answers.instrument)
    assert scores.values == pytest.approx(result.factor_scores(answers).values)
    with pytest.raises(EstimationError, match="these are answers to kmss"):
        result.factor_scores([dict.fromkeys(load("kmss").item_ids, 3)] * 3, instrument="kmss")


def test_what_is_refused(complete, fits):
    result, grouped = fits["complete"][0], fits["groups"][0]
    with pytest.raises(EstimationError, match="did you mean 'bartlett'"):
        result.factor_scores(complete, method="Bartlet")
    with pytest.raises(MissingColumnsError, match="no column 'com10'"):
        result.factor_scores(complete.drop(columns="com10"))
    with pytest.raises(EstimationError, match="one group; leave groups out"):
        result.factor_scores(complete, groups=HALVES)
    with pytest.raises(EstimationError, match=r"has groups \('a', 'b'\)"):
        grouped.factor_scores(complete)
    with pytest.raises(EstimationError, match="no group 'c'; it has 'a', 'b'"):
        grouped.factor_scores(complete, groups=["c", *HALVES[1:]])
    with pytest.raises(EstimationError, match="1 row without a group"):
        grouped.factor_scores(complete, groups=[None, *HALVES[1:]])
    answers = encode("scii-24", simulate("scii-24", 60, rng=1).answers)
    with pytest.raises(EstimationError, match="a factor score needs each person's answers"):
        result.factor_scores(item_moments("scii-24", answers))
    bare = cfa("f =~ a + b + c", covariances_as_sample(np.eye(3) + 0.5, n=90, names=list("abc")))
    with pytest.raises(EstimationError, match="without means"):
        bare.factor_scores(complete.set_axis(list("abc") + list(complete)[3:], axis=1))
    assert 0.5 < bare.factor_determinacy()[0].rho < 1
    with pytest.raises(UnknownNameError, match="no factor 'h'; it has f, g"):
        result.factor_scores(complete)["h"]


def test_a_document_holds_them_and_a_stored_model_makes_none(complete, fits):
    scores = fits["groups"][0].factor_scores(complete, groups=HALVES)
    back = FactorScores.from_json(scores.to_json())
    assert back.values == pytest.approx(scores.values)
    assert (back.factors, back.groups, back.determinacy) == (
        scores.factors,
        scores.groups,
        scores.determinacy,
    )
    assert pickle.loads(pickle.dumps(scores)) == scores
    stored = CFAResult.from_dict(fits["complete"][0].to_dict())
    with pytest.raises(DocumentError, match="fit the model again"):
        stored.factor_scores(complete)
