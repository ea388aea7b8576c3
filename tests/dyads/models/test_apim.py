"""Actor-partner models: naive references, invariance to the order of partners and to units, and bad input."""

from __future__ import annotations

import json
import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import simulate
from intimacy_scales.dyads import ActorPartnerModel, Dyads, apim
from intimacy_scales.dyads.models.role_differences import RoleDifference
from intimacy_scales.errors import DocumentError, EstimationError, UnknownNameError
from tests.shared.comparison import near, roughly
from tests.shared.simulated_couples import (
    in_other_orders,
    love_trust_and_calm,
    scored_couples,
    table_of_couples,
    table_of_persons,
    three_compositions,
)


def least_squares(outcome: Any, *regressors: Any) -> tuple[Any, Any]:
    """Return coefficients and standard errors of ordinary least squares, with an intercept."""
    x = np.column_stack([np.ones(len(outcome)), *regressors])
    coefficients, *_ = np.linalg.lstsq(x, outcome, rcond=None)
    residuals = outcome - x @ coefficients
    variance = residuals @ residuals / (len(outcome) - x.shape[1])
    return coefficients, np.sqrt(variance * np.linalg.inv(x.T @ x).diagonal())


def figures(model: ActorPartnerModel) -> list[float]:
    """Return what must not depend on who is called the first."""
    values = [x for e in model.effects for x in (e.estimate, e.se, e.standardized, e.standardized_in_cell)]
    values += [x for rho in model.residual_correlations for x in (rho.estimate, rho.se)]
    values += [*model.r_squared.values(), *model.residual_sds.values()]
    return [*values, *(test.chi_square for test in model.tests)]


@pytest.mark.parametrize("role", ["w", "h"])
def test_apim_in_roles_is_two_regressions(role: str) -> None:
    """Without constraints, coefficients are those of least squares for each role (naive check)."""
    dyads, k = scored_couples(80), "hw".index(role)
    model = apim(dyads, "love", ["trust", "calm"], covariates=["years"], centred=False)
    love, trust, calm = (dyads.variable(name) for name in ("love", "trust", "calm"))
    values, errors = least_squares(
        love[:, k], trust[:, k], trust[:, 1 - k], calm[:, k], calm[:, 1 - k], dyads.couple_variable("years")
    )
    effects = [model.effect("intercept", cell=role)]
    effects += [model.effect(kind, x, cell=role) for x in ("trust", "calm") for kind in ("actor", "partner")]
    effects.append(model.effect("covariate", covariate="years", cell=role))
    near([e.estimate for e in effects], values, rel=1e-8)
    near([e.se for e in effects], errors, rel=1e-8)
    near([e.df for e in effects], 80 - 6, rel=1e-6)
    difference = model.differences[0]
    assert (difference.kind, difference.predictor, difference.roles) == ("actor", "trust", ("h", "w"))
    by_role = [model.effect("actor", "trust", cell=cell).estimate for cell in "hw"]
    near(difference.estimate, by_role[0] - by_role[1], rel=1e-9)
    assert difference.effects == tuple(by_role)
    (h, w) = (f"{value:.2f}" for value in by_role)
    word = "stronger" if by_role[0] > by_role[1] else "weaker"
    assert f"is {word} on the h ({h}) than on the w ({w}): difference" in difference.sentence()


def test_apim_of_exchangeable_partners_is_two_regressions() -> None:
    """The slopes of couple means and of differences are actor + partner and actor - partner."""
    dyads = scored_couples(80, roles=False)
    love, trust = dyads.variable("love"), dyads.variable("trust")
    between, _ = least_squares(love.mean(axis=1), trust.mean(axis=1))
    difference = np.diff(love, axis=1)[:, 0], np.diff(trust, axis=1)[:, 0]
    within = difference[0] @ difference[1] / (difference[1] @ difference[1])
    for estimator in ("REML", "ML", "MLR"):
        model = apim(dyads, "love", "trust", estimator=estimator)  # type: ignore[arg-type]
        actor, partner = (model.effect(kind, "trust").estimate for kind in ("actor", "partner"))
        roughly([actor + partner, actor - partner], [between[1], within], rel=1e-5)


@settings(max_examples=8)
@given(seed=st.integers(0, 2**16))
def test_apim_does_not_depend_on_the_order_of_exchangeable_partners(seed: int) -> None:
    dyads = scored_couples(40, roles=False)
    one, other = (
        apim(d, "love", "trust", interactions=[("trust", "years")])
        for d in (dyads, in_other_orders(dyads, seed))
    )
    near(figures(one), figures(other), rel=1e-8, abs=1e-8)


def test_incomplete_couples_do_not_depend_on_the_order_of_exchangeable_partners() -> None:
    dyads = scored_couples(40, gaps=0.1, roles=False)
    one, other = (
        apim(d, "love", "trust", interactions=[("trust", "years")])
        for d in (dyads, in_other_orders(dyads, 3))
    )
    roughly(figures(one), figures(other), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_apim_does_not_depend_on_units(gaps: float) -> None:
    table = table_of_couples(60, gaps=gaps)
    rescaled = table.copy()
    for role in "wh":
        rescaled[f"love_{role}"] = 10 * table[f"love_{role}"] - 3
        rescaled[f"trust_{role}"] = table[f"trust_{role}"] / 1000 + 7
    names = {name: {role: f"{name}_{role}" for role in "wh"} for name in ("love", "trust")}
    options: dict[str, Any] = {"role": {"w": "role_w", "h": "role_h"}}
    one, other = (apim(Dyads.of_scores(t, names, **options), "love", "trust") for t in (table, rescaled))
    for e, scaled in zip(one.effects, other.effects, strict=True):
        if e.kind != "intercept":
            roughly(scaled.estimate, e.estimate * 10_000, rel=1e-5)
            roughly([scaled.standardized, scaled.p], [e.standardized, e.p], rel=1e-4)
    roughly([t.chi_square for t in one.tests], [t.chi_square for t in other.tests], rel=1e-4, abs=1e-6)
    assert [k.reason is None for k in one.ratios] == [k.reason is None for k in other.ratios]


def test_standardized_effects_in_both_conventions() -> None:
    dyads = scored_couples(80)
    model = apim(dyads, "love", "trust")
    love, trust = dyads.variable("love"), dyads.variable("trust")
    actor, partner = (model.effect(kind, "trust", cell="h") for kind in ("actor", "partner"))
    assert actor.standardized == pytest.approx(actor.estimate * trust.std() / love.std())
    assert actor.standardized_in_cell == pytest.approx(actor.estimate * trust[:, 0].std() / love[:, 0].std())
    assert partner.standardized_in_cell == pytest.approx(
        partner.estimate * trust[:, 1].std() / love[:, 0].std()
    )
    by_sem = apim(dyads, "love", "trust", estimator="MLR")
    for one, other in zip(model.effects, by_sem.effects, strict=True):
        roughly(
            [one.standardized, one.standardized_in_cell],
            [other.standardized, other.standardized_in_cell] if one.kind != "intercept" else [np.nan] * 2,
            rel=1e-5,
        )


def test_interactions_are_products_of_centred_variables() -> None:
    dyads = scored_couples(80)
    model = apim(dyads, "love", "trust", interactions=[("trust", "years")])
    assert model.covariates == ("years",)
    trust = dyads.variable("trust") - dyads.variable("trust").mean()
    years = dyads.couple_variable("years") - dyads.couple_variable("years").mean()
    values, _ = least_squares(
        dyads.variable("love")[:, 0],
        trust[:, 0],
        trust[:, 1],
        years,
        trust[:, 0] * years,
        trust[:, 1] * years,
    )
    near(model.effect("actor", "trust", "years", cell="h").estimate, values[4], rel=1e-8)
    near(model.effect("partner", "trust", "years", cell="h").estimate, values[5], rel=1e-8)
    assert "where years is 1 higher" in model.effect("actor", "trust", "years", cell="h").sentence()
    assert "on the h changes by " in model.effect("actor", "trust", "years", cell="h").sentence()
    by_sem = apim(dyads, "love", "trust", interactions=[("trust", "years")], estimator="MLR")
    near(by_sem.effect("partner", "trust", "years", cell="h").estimate, values[5], rel=1e-4)


@pytest.mark.parametrize(
    ("effects", "words"),
    [
        ((0.5, 0.3), "is stronger on the husband (0.50) than on the wife (0.30): difference 0.20, 95% CI"),
        ((0.3, 0.5), "is weaker on the husband (0.30) than on the wife (0.50): difference -0.20, 95% CI"),
        ((-0.5, -0.3), "is more negative on the husband (-0.50) than on the wife (-0.30): difference -0.20"),
        ((-0.3, -0.5), "is less negative on the husband (-0.30) than on the wife (-0.50): difference 0.20"),
        ((-0.3, 0.1), "is -0.30 on the husband and 0.10 on the wife: difference -0.40"),
        ((0.0004, 0.0001), "(0.00040) than on the wife (0.00010): difference 0.00030, 95% CI [-0.0"),
        ((0.0, 0.0), "is 0.00 on the husband and 0.00 on the wife: difference 0.00"),
    ],
)  # fmt: skip
def test_a_difference_of_effects_says_which_is_stronger(effects: tuple[float, float], words: str) -> None:
    difference = RoleDifference(
        kind="actor", predictor="trust", covariate=None, composition="", roles=("husband", "wife"),
        effects=effects, estimate=effects[0] - effects[1], se=max(map(abs, effects)) / 2 or 0.1, df=math.inf,
        n=90,
    )  # fmt: skip
    assert words in difference.sentence()


def test_figures_of_small_units_have_significant_digits() -> None:
    """An income in cents instead of thousands: the figures of its effects are 100,000 times smaller."""
    rng = np.random.default_rng(3)
    income = rng.normal(40, 9, (90, 2))
    love = 0.04 * income + 0.02 * income[:, ::-1] + rng.normal(4, 0.5, (90, 2))
    pairs = {name: {"h": f"{name}_h", "w": f"{name}_w"} for name in ("income", "love")}

    def fitted(factor: float) -> ActorPartnerModel:
        columns = {"income": income * factor, "love": love}
        table = [
            {f"{x}_{r}": values[n, k] for x, values in columns.items() for k, r in enumerate("hw")}
            for n in range(90)
        ]
        return apim(Dyads.of_scores(table, pairs, role=True), "love", "income")

    small, plain = (
        fitted(1e5).effect("actor", "income", cell="h"),
        fitted(1).effect("actor", "income", cell="h"),
    )
    digits = f"{plain.estimate * 1e-5:.8f}"
    assert f"love is {digits[:-1]}" in small.sentence() or f"love is {digits}" in small.sentence()
    assert "CI [0.00, 0.00]" not in small.sentence()
    assert (
        small.sentence().partition("), ")[2].partition(", all")[0]
        == plain.sentence().partition("), ")[2].partition(", all")[0]
    )
    assert f"{small.estimate:.8f}"[:9] in repr(small)
    (effects, _) = fitted(1e5).tables()
    shown_estimates = dict(zip(effects.columns["effect"], effects.columns["estimate"], strict=True))
    assert shown_estimates[small.name].startswith(f"{small.estimate:.8f}"[:9])
    assert repr(fitted(1).differences[0].test_text()) == repr(fitted(1e5).differences[0].test_text())


def test_every_p_value_of_a_model_names_its_test() -> None:
    """That a partner effect is 0 has a test of the coefficient and one that compares models."""
    model = apim(scored_couples(60), "love", "trust")
    effect, test = model.effect("partner", "trust", cell="h"), model.test("actor_only", cell="h")
    assert effect.p != test.p
    assert f"{effect.test_text()}, all else" in effect.sentence()
    assert effect.test_text().startswith("t(")
    assert test.sentence().endswith("(likelihood ratio).")
    effects, tests = model.tables()
    assert "p (t test)" in effects.columns
    assert tests.columns["test"] == [t.method for t in model.tests]
    by_ml = apim(scored_couples(60), "love", "trust", estimator="MLR")
    assert by_ml.effect("actor", "trust", cell="h").test_text().startswith("z = ")
    assert "p (Wald)" in by_ml.tables()[0].columns


def test_corrected_effects_are_those_of_true_scores() -> None:
    values, rng = love_trust_and_calm(3000, 7), np.random.default_rng(8)
    spread = 0.8 * values["trust"].std()
    trust = values["trust"] + spread * rng.normal(size=(3000, 2))
    columns = {
        f"{name}_{p}": x[:, k]
        for name, x in (("love", values["love"]), ("trust", trust))
        for k, p in enumerate("ab")
    }
    columns |= {f"true_{p}": values["trust"][:, k] for k, p in enumerate("ab")}
    dyads = Dyads.of_scores(
        pd.DataFrame(columns), {name: {p: f"{name}_{p}" for p in "ab"} for name in ("love", "trust", "true")}
    )
    reliability = values["trust"].var() / (values["trust"].var() + spread**2)
    plain, truth = apim(dyads, "love", "trust"), apim(dyads, "love", "true")
    corrected = apim(dyads, "love", "trust", error="corrected", reliability={"trust": reliability, "love": 1})
    actor = [m.effect("actor", m.predictors[0]).estimate for m in (plain, truth, corrected)]
    assert actor[0] < 0.75 * actor[1]
    assert abs(actor[2] - actor[1]) < 2 * corrected.effect("actor", "trust").se
    assert corrected.reliabilities == {"love": {"": 1.0}, "trust": {"": reliability}}
    assert any("count as known" in text for text in corrected.warnings)


def answered(n: int, role: str | None = None, seed: int = 1) -> Dyads:
    table = simulate("scii-24", 2 * n, couples=0.5, rng=seed).answers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dyads = Dyads.from_long("scii-24", table, couple="couple", person="partner", role=role)
        _ = dyads.scores
    return dyads


@pytest.mark.parametrize("role", [None, "partner"])
def test_measurement_error_by_items(role: str | None) -> None:
    """Omega of items as reliability, and factors of items, lead to nearly the same effects."""
    dyads = answered(300, role)
    corrected = apim(dyads, "commitment", "trust", error="corrected")
    latent = apim(dyads, "commitment", "trust", error="latent")
    for one, other in zip(corrected.effects, latent.effects, strict=True):
        if one.kind != "intercept":
            assert abs(one.standardized - other.standardized) < 0.1
    for by_cell in corrected.reliabilities.values():
        assert set(by_cell) == set(corrected.cells)
        assert all(0.6 < value < 0.9 for value in by_cell.values())
    assert corrected.fit is not None
    assert corrected.fit.df == (0 if role else 6)
    assert (corrected.adjusted, latent.adjusted is None) == (None, role is not None)
    if latent.adjusted is not None:  # 8 items of each partner
        assert latent.fit is not None
        assert latent.adjusted.df == latent.fit.df - 8 * 9
        assert latent.adjusted.rmsea >= 0
        assert latent.adjusted.sentence() in latent.sentences()
    if role:
        free = apim(dyads, "commitment", "trust", error="latent", loadings="free")
        assert free.fit.df == latent.fit.df - 6  # type: ignore[union-attr]
        assert any("different units" in text for text in free.warnings)


def test_mixed_samples() -> None:
    model = apim(three_compositions(), "love", "trust")
    assert model.cells == ("f-f", "f-m f", "f-m m", "m-m")
    assert model.compositions == {"f-f": 30, "f-m": 60, "m-m": 30}
    assert [
        model.test(name).df for name in ("equal_actor_effects", "equal_partner_effects", "equal_paths")
    ] == [3, 3, 6]
    alone = three_compositions().chosen(
        np.flatnonzero([c == "m-m" for c in three_compositions().compositions or []])
    )
    same = apim(alone, "love", "trust", centred=False, distinguishable=False)
    near(
        model.effect("actor", "trust", cell="m-m").estimate, same.effect("actor", "trust").estimate, rel=1e-8
    )
    assert "In f-m couples, where the m's trust" in model.effect("partner", "trust", cell="f-m f").sentence()
    for cell in model.cells:
        n = model.compositions[cell[:3]]
        assert model.effect("partner", "trust", cell=cell).n == n
        assert model.ratio(cell=cell).confidence_interval().n == n
        assert model.ratio_interval(cell=cell).n == n
        assert model.ratio_interval(cell=cell, method="bootstrap", n_resamples=100, rng=1).n == n
    assert {difference.n for difference in model.differences} == {60}
    ignored = apim(three_compositions(), "love", "trust", distinguishable=False)
    assert "several compositions" in str(ignored.test("distinguishable").reason)


def test_mixed_couples_in_a_wide_table() -> None:
    """Which partner stands in which column does not matter where roles are given."""
    table = table_of_persons()
    halves = [table.iloc[k::2].reset_index(drop=True) for k in (0, 1)]
    wide = pd.DataFrame(
        {
            f"{name}_{p}": half[name]
            for half, p in zip(halves, "ab", strict=True)
            for name in ("love", "trust")
        }
        | {f"gender_{p}": half["gender"] for half, p in zip(halves, "ab", strict=True)}
    )
    names = {name: {p: f"{name}_{p}" for p in "ab"} for name in ("love", "trust")}
    dyads = Dyads.of_scores(wide, names, role={p: f"gender_{p}" for p in "ab"}, mixed=True)
    one, other = (apim(couples, "love", "trust") for couples in (dyads, three_compositions()))
    near(figures(one), figures(other), rel=1e-8, abs=1e-8)


@pytest.mark.parametrize(
    "model",
    [
        lambda: apim(scored_couples(60), "love", ["trust", "calm"], covariates=["years"]),
        lambda: apim(scored_couples(60, gaps=0.1, roles=False), "love", "trust", estimator="MLR"),
        lambda: apim(three_compositions(), "love", "trust"),
    ],
)
def test_document(model: Any) -> None:
    result = model()
    again = ActorPartnerModel.from_dict(json.loads(result.to_json()))
    assert again == result
    assert repr(again) == repr(result)
    assert again.sentences() == result.sentences()
    assert [table.rows for table in again.tables()] == [table.rows for table in result.tables()]
    assert len(again.to_frame()) == len(result.effects)
    with pytest.raises(DocumentError, match="fit the model again by apim"):
        again.to_lavaan()
    with pytest.raises(DocumentError, match="fit the model again by apim"):
        again.ratio_interval(result.predictors[0], cell=result.cells[0])


def constant() -> Dyads:
    table = table_of_couples(20).assign(calm_w=2.0, calm_h=2.0)
    table["trust_h"] = table["trust_w"]
    names = {name: {role: f"{name}_{role}" for role in "wh"} for name in ("love", "trust", "calm")}
    return Dyads.of_scores(table, names, keep=["years"])


WRONG: list[tuple[Any, str]] = [
    (lambda: apim(scored_couples(60), "love", "tust"), "did you mean 'trust'"),
    (lambda: apim(scored_couples(60), "love", ["trust", "love"]), "'love' is the outcome"),
    (lambda: apim(scored_couples(60), "love", []), "name at least one"),
    (
        lambda: apim(scored_couples(60), "love", ["trust"], covariates=["trust"]),
        "among the predictors and the",
    ),
    (lambda: apim(scored_couples(60), "love", ["trust"], covariates=["yeers"]), "did you mean 'years'"),
    (lambda: apim(scored_couples(60), "love", "trust", interactions=["trust"]), "pairs of a predictor"),
    (
        lambda: apim(scored_couples(60), "love", "trust", interactions=[("calm", "years")]),
        "predictor of an inter",
    ),
    (lambda: apim(constant(), "love", "trust"), "trust is equal for both partners in all of .* leave it out"),
    (lambda: apim(constant(), "love", "calm"), "calm does not vary between couples"),
    (lambda: apim(scored_couples(60, roles=False), "love", "trust", distinguishable=True), "needs roles"),
    (lambda: apim(scored_couples(60), "love", "trust", error="latent"), "pair the answers"),
    (lambda: apim(scored_couples(60), "love", "trust", error="corrected"), r"reliability=\{'love': 0.85\}"),
    (lambda: apim(scored_couples(60), "love", "trust", reliability={"love": 0.9}), "error='corrected'"),
    (
        lambda: apim(
            scored_couples(60), "love", "trust", error="corrected", reliability={"love": 1.2, "trust": 1}
        ),
        "above 0, at most 1",
    ),
    (
        lambda: apim(scored_couples(60), "love", "trust", error="corrected", reliability={"lov": 0.9}),
        "did you mean 'love'",
    ),
    (lambda: apim(scored_couples(60, gaps=0.1), "love", "trust", estimator="REML"), "missing='listwise'"),
    (lambda: apim(scored_couples(60), "love", "trust", estimator="mlr"), "did you mean 'MLR'"),  # type: ignore[arg-type]
    (lambda: apim(scored_couples(60), "love", "trust", missing="fimll"), "did you mean 'fiml'"),  # type: ignore[arg-type]
    (lambda: apim(scored_couples(60), "love", "trust", error="laten"), "did you mean 'latent'"),  # type: ignore[arg-type]
    (
        lambda: apim(answered(30), "trust", "total", error="latent"),
        "belong to several of the scales",
    ),
    (lambda: apim(scored_couples(60).chosen(np.arange(2)), "love", "trust"), "at least three"),
]


@pytest.mark.parametrize(("call", "message"), WRONG)
def test_what_is_wrong_is_said(call: Any, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        call()


def test_names_of_effects_that_are_not_there() -> None:
    model = apim(scored_couples(60), "love", "trust")
    with pytest.raises(UnknownNameError, match="name the predictor"):
        model.effect("actor", "trust")
    with pytest.raises(UnknownNameError, match="has no actor effect of calm"):
        model.effect("actor", "calm", cell="w")
    with pytest.raises(UnknownNameError, match="equal_paths"):
        model.test("equal_path")
    with pytest.raises(EstimationError, match="did you mean 'profile'"):
        model.ratio_interval(cell="w", method="profil")  # type: ignore[arg-type]


def test_apim_of_a_covariate_called_composition_is_that_of_another_name() -> None:
    """The column of groups of a mixed sample once was replaced by a covariate of this name."""
    table = table_of_persons().assign(years=lambda t: t["couple"] // 4 % 2)
    table.loc[0, "love"] = np.nan
    options: dict[str, Any] = {"couple": "couple", "person": "id", "role": "gender", "mixed": True}
    models = [
        apim(
            Dyads.of_scores(table.rename(columns={"years": name}), ["love", "trust"], **options, keep=[name]),
            "love",
            "trust",
            covariates=[name],
        )
        for name in ("years", "composition")
    ]
    near(figures(models[0]), figures(models[1]))
    assert models[0].compositions == models[1].compositions


def test_apim_is_given_where_roles_cannot_be_tested() -> None:
    """Five couples are enough for the effects of exchangeable partners, and too few for the I-SAT test."""
    table = table_of_couples(5)
    pairs = {name: {role: f"{name}_{role}" for role in "wh"} for name in ("love", "trust", "calm")}
    models = [
        apim(Dyads.of_scores(table, pairs, role=role), "love", ["trust", "calm"], distinguishable=False)
        for role in (None, {"w": "role_w", "h": "role_h"})
    ]
    near([e.estimate for e in models[0].effects], [e.estimate for e in models[1].effects])
    untested = models[1].tests[-1]
    assert untested.name == "distinguishable" and np.isnan(untested.p)
    assert untested.reason is not None and "a model of 6 variables needs more than 6" in untested.reason
