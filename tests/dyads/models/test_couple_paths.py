"""Common fate and mutual influence models and distinguishability: order of partners, documents, bad input."""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads import (
    CommonFateModel,
    Distinguishability,
    Dyads,
    MutualInfluenceModel,
    apim,
    common_fate,
    distinguishability,
    mutual_influence,
)
from intimacy_scales.dyads.models.adjusted_fit import adjusted_fit
from intimacy_scales.errors import DocumentError, EstimationError
from tests.shared.comparison import roughly
from tests.shared.simulated_couples import in_other_orders, scored_couples, three_compositions


@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_models_of_exchangeable_partners_do_not_depend_on_their_order(gaps: float) -> None:
    dyads = scored_couples(50, gaps=gaps, roles=False)
    for fit in (common_fate, mutual_influence):
        one, other = (fit(d, "love", "trust") for d in (dyads, in_other_orders(dyads, 4)))  # type: ignore[operator]
        assert (one.adjusted.df, other.adjusted.df) == (0, 0)
        for path, same in zip(one.paths, other.paths, strict=True):
            roughly([path.estimate, path.se], [same.estimate, same.se], rel=1e-5)
    one, other = (
        mutual_influence(d, "love", "trust", errors_correlated=False)
        for d in (dyads, in_other_orders(dyads, 4))
    )
    assert one.fit.chi_square == pytest.approx(other.fit.chi_square, rel=1e-6)
    for name in ("chi_square", "cfi", "rmsea"):
        roughly(getattr(one.adjusted, name), getattr(other.adjusted, name), rel=1e-5, abs=1e-6)


def test_distinguishability_without_roles_is_undefined() -> None:
    result = distinguishability(scored_couples(50, roles=False), ["love", "trust"])
    assert (math.isnan(result.chi_square), math.isnan(result.p), result.df) == (True, True, 6)
    assert "not tested: partners have no roles" in result.sentence()
    assert "several compositions" in str(distinguishability(three_compositions(), "love").reason)


def test_distinguishability_is_the_test_of_the_actor_partner_model() -> None:
    dyads = scored_couples(60, gaps=0.1)
    result = distinguishability(dyads, ["love", "trust"])
    free, equal = (apim(dyads, "love", "trust", distinguishable=roles) for roles in (None, False))
    assert equal.fit is not None
    assert equal.fit.chi_square == pytest.approx(result.chi_square, rel=1e-5)
    for model in (free, equal):
        assert model.test("distinguishable").chi_square == pytest.approx(result.chi_square, rel=1e-6)
    assert result.adjusted(equal.fit).df == 0
    shared = distinguishability(dyads, ["love", "trust"], covariates=["years"])
    assert shared.df == 6 + 2


class Chi(NamedTuple):
    chi_square: float
    df: int


def test_adjusted_fit_is_guarded() -> None:
    isat, inull = Chi(17.5, 6), Chi(178.1, 10)
    fit = adjusted_fit(Chi(30.0, 9), isat=isat, inull=inull, n=110)  # by hand, of Olsen and Kenny's formulas
    null = (178.1 - 17.5) / 4
    roughly(
        [fit.cfi, fit.tli, fit.rmsea],
        [1 - 9.5 / (160.6 - 4), (null - 12.5 / 3) / (null - 1), math.sqrt(9.5 / (3 * 110))],
        rel=1e-12,
    )
    better = adjusted_fit(Chi(18.0, 9), isat=isat, inull=inull, n=110)
    assert (better.rmsea, better.cfi) == (0, 1)
    none = adjusted_fit(Chi(18.0, 9), isat=isat, inull=Chi(19.0, 10), n=110)
    assert math.isnan(none.cfi)
    assert none.reason is not None
    assert "hardly related" in none.reason
    worse = adjusted_fit(Chi(300.0, 9), isat=isat, inull=inull, n=110)
    assert worse.cfi == 0
    assert "RMSEA" in worse.sentence()


def test_adjusted_refuses_other_models() -> None:
    dyads = scored_couples(60)
    result = distinguishability(dyads, ["love", "trust"])
    with pytest.raises(EstimationError, match="not one of them"):
        result.adjusted(common_fate(dyads, "love", "trust").fit)
    with pytest.raises(EstimationError, match="use the same couples"):
        result.adjusted(common_fate(scored_couples(50), "love", "trust", distinguishable=False).fit)


def test_mutual_influence_recovers_its_paths() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4000, 2)) + 0.5 * rng.normal(size=(4000, 1))
    noise = rng.normal(size=(4000, 2))
    right = x * [0.5, 0.7] + noise
    y = right @ np.linalg.inv(np.eye(2) - np.array([[0, 0.3], [0.2, 0]])).T
    columns = {f"{n}_{p}": v[:, k] for n, v in (("x", x), ("y", y)) for k, p in enumerate("ab")}
    table = pd.DataFrame(columns).assign(role_a="a", role_b="b")
    names = {n: {p: f"{n}_{p}" for p in "ab"} for n in "xy"}
    dyads = Dyads.of_scores(table, names, role={"a": "role_a", "b": "role_b"})
    model = mutual_influence(dyads, "y", "x")
    for path, true in zip(model.paths, (0.5, 0.3, 0.7, 0.2), strict=True):
        assert abs(path.estimate - true) < 3.5 * path.se
    assert model.stability == pytest.approx(model.paths[1].estimate * model.paths[3].estimate)
    assert "Where the b's y is 1 higher, the a's y is" in model.paths[1].sentence()
    assert {test.name for test in model.tests} == {"no_influence", "equal_influence"}


def test_common_fate_shares() -> None:
    model = common_fate(scored_couples(200), "love", "trust")
    both = scored_couples(200).variable("trust")
    assert model.shared["trust"] == pytest.approx(np.corrcoef(both.T)[0, 1], abs=0.05)
    assert model.effect.sentence().startswith("Where what both partners share in trust is 1 higher")
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(size=(100, 4)), columns=["x_a", "x_b", "y_a", "y_b"])
    unrelated = common_fate(
        Dyads.of_scores(table, {n: {p: f"{n}_{p}" for p in "ab"} for n in "xy"}), "y", "x"
    )
    assert any("hardly defined" in text for text in unrelated.warnings) or unrelated.improper


@pytest.mark.parametrize(
    "result",
    [
        lambda: common_fate(scored_couples(60), "love", "trust"),
        lambda: mutual_influence(scored_couples(60, roles=False), "love", "trust", errors_correlated=False),
        lambda: distinguishability(scored_couples(60), ["love", "trust"]),
    ],
)
def test_document(result: Any) -> None:
    model = result()
    again = type(model).from_dict(json.loads(model.to_json()))
    assert isinstance(again, CommonFateModel | MutualInfluenceModel | Distinguishability)
    assert again == model
    assert repr(again) == repr(model)
    assert len(again.to_frame()) >= 2
    if isinstance(again, CommonFateModel | MutualInfluenceModel):
        assert again.sentences() == model.sentences()
        with pytest.raises(DocumentError, match="fit the model again"):
            again.to_lavaan()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: common_fate(scored_couples(60), "love", "love"), "name another predictor"),
        (lambda: common_fate(three_compositions(), "love", "trust"), "several compositions"),
        (
            lambda: mutual_influence(scored_couples(60), "love", "trust", estimator="WLS"),
            "allowed: 'ML', 'MLR'",
        ),  # type: ignore[arg-type]
        (lambda: distinguishability(scored_couples(60), "lov"), "did you mean 'love'"),
        (lambda: distinguishability(scored_couples(60), "love", estimator="ml"), "did you mean 'ML'"),  # type: ignore[arg-type]
        (
            lambda: distinguishability(scored_couples(60), "love", missing="pairwise"),
            "allowed: 'fiml', 'listwise'",
        ),  # type: ignore[arg-type]
    ],
)
def test_what_is_wrong_is_said(call: Any, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        call()
