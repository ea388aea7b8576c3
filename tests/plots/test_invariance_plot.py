"""Loadings and intercepts by group: those of the free model, and what equal ones imply."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import invariance, simulate
from intimacy_scales.dyads import Dyads, dyadic_invariance
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots import invariance_plot
from tests.shared.pictures import check_picture

MODEL = "f =~ i1 + i2 + i3 + i4"


@pytest.fixture(scope="module")
def tested() -> Any:
    """Two simulated groups that differ in the mean of the factor and in the intercept of i3."""
    rng = np.random.default_rng(1)
    factor = rng.normal(size=400) + np.repeat([0.0, 0.8], 200)
    table = pd.DataFrame({f"i{n}": 0.8 * factor + 0.6 * rng.normal(size=400) for n in (1, 2, 3, 4)})
    table.loc[200:, "i3"] += 1.0
    groups = ["women"] * 200 + ["people with a rather long name of their group"] * 200
    return invariance(MODEL, table, groups=groups, on_invalid="accept")


def test_invariance_plot_draws_loadings_with_intervals(tested: Any) -> None:
    axes: Any = invariance_plot(tested)
    frame = axes.to_frame()
    model = tested.models["configural"]
    for row in frame.itertuples():
        parameter = model.parameters[row.parameter, row.group]
        assert row.estimate == parameter.estimate
        if parameter.free:
            interval = parameter.confidence_interval()
            assert (row.low, row.high) == (interval.low, interval.high)
    metric = tested.models["metric"].parameters["f =~ i2", "women"].estimate
    assert frame.loc[frame["parameter"] == "f =~ i2", "implied by metric model"].tolist() == [metric, metric]
    assert "f =~ i1: women 1.00 fixed" in axes.alt_text
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == "white"]
    assert len(hollow) == 2  # i1 identifies the model
    check_picture(axes)


def test_intercepts_are_compared_with_the_means_of_the_scalar_model(tested: Any) -> None:
    axes: Any = invariance_plot(tested, "intercepts")
    frame = axes.to_frame()
    scalar = tested.models["scalar"]
    for group in tested.groups:
        implied = frame.loc[frame["group"] == group, "implied by scalar model"].tolist()
        assert implied == list(scalar.implied_means(group).values())
    away = (frame["estimate"] - frame["implied by scalar model"]).abs().groupby(frame["parameter"]).max()
    assert away.idxmax() == "i3 ~ 1"  # the one that differs by more than the mean of the factor
    check_picture(axes)


def test_five_groups_without_a_model_of_equal_intercepts() -> None:
    rng = np.random.default_rng(3)
    factor = rng.normal(size=500)
    table = pd.DataFrame({f"a_long_name_of_an_item_{n}": factor + rng.normal(size=500) for n in range(3)})
    model = "f =~ " + " + ".join(table.columns)
    tested = invariance(
        model, table, groups=list("abcde") * 100, steps=["configural", "metric"], on_invalid="accept"
    )
    axes: Any = invariance_plot(tested, "intercepts")
    assert not [name for name in axes.columns if name.startswith("implied")]
    check_picture(axes)


def test_what_is_not_tested_is_refused(tested: Any) -> None:
    with pytest.raises(EstimationError, match="allowed: 'loadings', 'intercepts'"):
        invariance_plot(tested, "loading")  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match="allowed: what invariance or dyadic_invariance returned"):
        invariance_plot(tested.models["metric"])
    only_equal = type(tested)(
        models={name: tested.models[name] for name in ("metric", "scalar")}, changes=tested.changes[1:2],
        groups=tested.groups,
    )  # fmt: skip
    with pytest.raises(EstimationError, match="every step sets loadings equal"):
        invariance_plot(only_equal)


@pytest.fixture(scope="module")
def partners() -> Any:
    """Simulated couples, of whom husbands answer one item lower; its intercept is free."""
    table = simulate("scii-24", 300, couples=0.5, rng=2).answers
    table["role"] = table["partner"].map({1: "wife", 2: "husband"})
    husbands = table["role"] == "husband"
    table.loc[husbands, "tru04"] = (table.loc[husbands, "tru04"] - 1).clip(lower=1)
    dyads = Dyads.from_long("scii-24", table, couple="couple", role="role")
    return dyadic_invariance(dyads, "trust", steps=["configural", "metric", "scalar"], partial=["tru04 ~ 1"])


def test_loadings_of_partners_are_those_of_factors_with_variance_1(partners: Any) -> None:
    axes: Any = invariance_plot(partners)
    frame = axes.to_frame()
    assert frame["parameter"].unique().tolist() == [f"trust =~ {item}" for item in partners.items]
    assert frame["partner"].tolist() == [*partners.partners] * 4
    for row in frame.itertuples():
        item = row.parameter.split()[-1]
        name = f"trust_{row.partner} =~ {item}_{row.partner}"
        free, equal = (partners.models[step].parameters[name] for step in ("configural", "metric"))
        assert (row.estimate, row[-1]) == (free.estimate, equal.std_lv)
        assert free.estimate == pytest.approx(free.std_lv, rel=1e-9)  # so that both are in the same unit
    assert "per SD of the partner's factor" in axes.get_xlabel()
    assert f"wife n = {partners.n_couples}" in axes.alt_text
    check_picture(axes)


def test_a_released_intercept_of_partners_has_no_ticks(partners: Any) -> None:
    axes: Any = invariance_plot(partners, "intercepts")
    frame = axes.to_frame().set_index("parameter")
    assert frame["implied by scalar model"].isna().groupby("parameter").all().to_dict() == {
        f"{item} ~ 1": item == "tru04" for item in partners.items
    }
    lower = frame.loc["tru04 ~ 1"].set_index("partner")["estimate"]
    assert lower["wife"] - lower["husband"] > 0.5
    implied = frame.loc["tru01 ~ 1"].set_index("partner")["implied by scalar model"]
    assert implied["wife"] == partners.models["scalar"].implied_means()["tru01_wife"]
    assert any("free for each partner" in text.get_text() for text in axes.texts)
    check_picture(axes)


def test_exchangeable_partners_have_no_parameters_to_compare() -> None:
    table = simulate("kmss", 120, couples=0.5, rng=2).answers
    dyads = Dyads.from_long("kmss", table, couple="couple", person="partner")
    with pytest.raises(EstimationError, match=r"exchangeable.*role='role'"):
        invariance_plot(dyadic_invariance(dyads, "total"))
