"""The path diagram of actor-partner models: its arrows, labels and words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch, Rectangle

from intimacy_scales.dyads import Dyads, apim
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots import PlotAxes, actor_partner_diagram
from intimacy_scales.results.wording import apa


def table_of_couples(n: int = 80) -> list[dict[str, Any]]:
    """Return simulated scores: own trust matters, the husband's trust does not matter to the wife."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n, 2)) + 0.5 * rng.normal(size=(n, 1))
    z = rng.normal(size=(n, 2))
    e = rng.normal(size=(n, 2)) + 0.6 * rng.normal(size=(n, 1))
    y = x @ np.array([[0.8, 0.5], [0.0, 0.6]]) + 0.2 * z + e
    names = ("x_w", "x_h", "y_w", "y_h", "z_w", "z_h")
    return [dict(zip(names, map(float, row), strict=True)) for row in np.hstack([x, y, z])]


def model(*, role: bool, predictors: Any = "trust") -> Any:
    scores = {
        name: {"wife": f"{letter}_w", "husband": f"{letter}_h"}
        for name, letter in (("trust", "x"), ("love", "y"), ("passion", "z"))
    }
    return apim(Dyads.of_scores(table_of_couples(), scores, role=role), "love", predictors)


def arrows(axes: PlotAxes) -> list[FancyArrowPatch]:
    return [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]


def test_actor_partner_diagram_has_an_arrow_for_each_path() -> None:
    fitted = model(role=True)
    axes = actor_partner_diagram(fitted)
    assert len(arrows(axes)) == 5 and sum(isinstance(p, Rectangle) for p in axes.patches) == 4
    frame = axes.to_frame().set_index("path")
    assert list(frame.index) == [
        "trust (wife) -> love (wife)",
        "trust (husband) -> love (wife)",
        "trust (husband) -> love (husband)",
        "trust (wife) -> love (husband)",
        "residual correlation",
    ]
    partner = fitted.effect("partner", "trust", cell="husband")  # on the husband's love
    assert frame.loc["trust (wife) -> love (husband)", "estimate"] == partner.estimate
    interval = partner.confidence_interval()
    assert f"{partner.estimate:.2f} [{interval.low:.2f}, {interval.high:.2f}]" in axes.alt_text


def test_paths_whose_interval_contains_0_are_dashed() -> None:
    fitted = model(role=True)
    axes = actor_partner_diagram(fitted)
    dashed = [arrow.get_linestyle() == "--" for arrow in arrows(axes)[:4]]
    undecided = []
    for role in fitted.partners:
        for kind in ("actor", "partner"):
            interval = fitted.effect(kind, "trust", cell=role).confidence_interval()
            undecided.append(interval.low < 0 < interval.high)
    assert sum(dashed) == sum(undecided) == 1
    assert any("dashed" in text.get_text() for text in axes.texts)


def test_exchangeable_partners_have_each_path_twice_and_say_it_once() -> None:
    axes = actor_partner_diagram(model(role=False))
    assert len(arrows(axes)) == 5
    assert axes.to_frame()["path"].tolist() == [
        "trust -> love",
        "trust -> love of the partner",
        "residual correlation",
    ]
    labels = [text.get_text() for text in axes.texts]
    assert sum(label.count("[") for label in labels) == 4


@pytest.mark.parametrize("convention", ["pooled", "cell"])
def test_standardized_effects_have_intervals_in_the_same_unit(convention: Any) -> None:
    fitted = model(role=True)
    axes = actor_partner_diagram(fitted, standardized=convention)
    effect = fitted.effect("actor", "trust", cell="wife")
    estimate = effect.standardized if convention == "pooled" else effect.standardized_in_cell
    interval = effect.confidence_interval()
    unit = estimate / effect.estimate
    label = f"{apa(estimate)} [{apa(interval.low * unit)}, {apa(interval.high * unit)}]"
    assert label in [text.get_text() for text in axes.texts]


def test_labels_do_not_meet() -> None:
    axes = actor_partner_diagram(model(role=True))
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts if text.get_text()]
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "several predictors; choose one; allowed: trust, passion"),
        ({"predictor": "age"}, "no predictor 'age'; allowed: trust, passion"),
        ({"predictor": "trust", "composition": "f-f"}, "no composition 'f-f'; allowed: none"),
        (
            {"predictor": "trust", "standardized": "all"},
            "standardized='all' is not valid; allowed: 'pooled', 'cell'",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        actor_partner_diagram(model(role=True, predictors=["trust", "passion"]), **options)


def test_a_diagram_of_one_composition_counts_its_couples() -> None:
    rng = np.random.default_rng(1)
    roles = [("f", "m"), ("f", "f"), ("f", "f")] * 20
    table = [
        {"x1": x[0], "x2": x[1], "y1": y[0], "y2": y[1], "role_1": first, "role_2": second}
        for x, y, (first, second) in zip(
            rng.normal(size=(60, 2)), rng.normal(size=(60, 2)), roles, strict=True
        )
    ]
    scores = {name: {"a": f"{name}1", "b": f"{name}2"} for name in "xy"}
    dyads = Dyads.of_scores(table, scores, role={"a": "role_1", "b": "role_2"}, mixed=True)
    axes = actor_partner_diagram(apim(dyads, "y", "x"), composition="f-m")
    assert axes.get_title(loc="left") == "Actor and partner effects: 20 f-m couples"
    assert "of y on x, 20 f-m couples," in axes.alt_text


def test_the_table_has_the_ends_that_are_drawn() -> None:
    axes = actor_partner_diagram(model(role=True), standardized="pooled")
    drawn = axes.to_frame()
    for row in drawn.iloc[:4].itertuples():
        assert f"{apa(row.estimate)} [{apa(row.low)}, {apa(row.high)}]" in axes.alt_text


@pytest.mark.parametrize("wrong", [3, None, "trust"])
def test_a_diagram_needs_a_model(wrong: Any) -> None:
    with pytest.raises(EstimationError, match="allowed: what apim returned"):
        actor_partner_diagram(wrong)
    couples = Dyads.of_scores([{"a": 1.0, "b": 2.0}], {"s": {"a": "a", "b": "b"}})
    with pytest.raises(EstimationError, match="model is a Dyads; allowed: what apim returned"):
        actor_partner_diagram(couples)  # type: ignore[arg-type]
