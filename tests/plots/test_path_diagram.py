"""The path diagram of fitted models: estimates, lines, words, and pictures that can be read."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Ellipse, FancyArrowPatch, Rectangle

from intimacy_scales import cfa, sem
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots import path_diagram
from tests.shared.pictures import check_picture

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
TWO = "trust =~ t1 + t2 + t3\ncare =~ c1 + c2 + c3"


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Simulated answers: two factors, an item that loads negatively, and one that hardly loads."""
    rng = np.random.default_rng(4)
    factors = rng.normal(size=(260, 2)) @ np.array([[1.0, 0.5], [0.0, 0.9]])
    columns = {
        f"{name}{n}": factors[:, place] + rng.normal(size=260)
        for place, name in enumerate("tc")
        for n in (1, 2, 3)
    }
    columns["t2"], columns["c3"] = -columns["t2"], rng.normal(size=260)
    return pd.DataFrame(columns | {"age": rng.normal(size=260), "group": np.repeat(["women", "men"], 130)})


@pytest.fixture(scope="module")
def result(table: pd.DataFrame) -> Any:
    return cfa(TWO, table, on_invalid="accept")


def arrows(axes: Any) -> list[FancyArrowPatch]:
    return [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]


@pytest.mark.parametrize("standardized", [True, False])
def test_path_diagram_draws_the_estimates_of_the_result(result: Any, standardized: bool) -> None:
    axes: Any = path_diagram(result, standardized=standardized)
    frame = axes.to_frame()
    drawn = {(row.kind, row[1], row[2]): row for row in frame.itertuples()}
    for parameter in result.parameters:
        kind = {"=~": "loading", "~~": "covariance" if parameter.lhs != parameter.rhs else "variance"}[
            parameter.op
        ]
        row = drawn[kind, parameter.lhs, parameter.rhs]
        assert row.estimate == (parameter.std_all if standardized else parameter.estimate)
        if not standardized:
            assert row.p == pytest.approx(parameter.p, nan_ok=True) and row.se == pytest.approx(
                parameter.se, nan_ok=True
            )
    assert len(frame) == len(result.parameters)
    assert sum(isinstance(p, Ellipse) for p in axes.patches) == 2
    assert sum(type(p) is Rectangle for p in axes.patches) == 6
    assert len(arrows(axes)) == 7
    title = next(t.get_text() for t in axes.texts if "estimates" in t.get_text())
    assert (
        title == f"Factor model, {'standardized' if standardized else 'unstandardized'} estimates (n = 260)"
    )
    assert title in axes.alt_text
    check_picture(axes, files=not standardized)


def test_fixed_and_unclear_arrows_have_other_lines(result: Any) -> None:
    fixed: Any = path_diagram(result, standardized=False)
    lines = [arrow.get_linestyle() for arrow in arrows(fixed)]
    assert lines.count(":") == 2 and lines.count("--") == 1  # two markers, and the loading of c3
    assert lines.count("-") == 4
    assert any("Dashed: p ≥ .05. Dotted: fixed" in t.get_text() for t in fixed.texts)
    assert "1 arrow of 7 not significant" in fixed.alt_text
    assert ":" not in [arrow.get_linestyle() for arrow in arrows(path_diagram(result))]


def test_negative_loadings_are_in_the_words(result: Any) -> None:
    loading = result.parameters["trust =~ t2"].std_all
    assert loading < 0
    assert f"trust: 3 loadings from -{-loading:.2f}".replace("-0.", "-.") in path_diagram(result).alt_text


def test_paths_covariances_of_residuals_and_observed_predictors(table: pd.DataFrame) -> None:
    model = f"{TWO}\ncare ~ trust + age\nt1 ~~ c1"
    fitted = sem(model, table, on_invalid="accept")
    axes: Any = path_diagram(fitted)
    frame = axes.to_frame()
    assert frame.loc[frame["kind"] == "path", ["from", "to"]].values.tolist() == [
        ["trust", "care"],
        ["age", "care"],
    ]
    assert axes.alt_text.startswith("Path diagram. Structural equation model, standardized")
    assert "paths: trust to care" in axes.alt_text and "t1 with c1" in axes.alt_text
    check_picture(axes)


def test_paths_between_observed_variables_alone(table: pd.DataFrame) -> None:
    axes: Any = path_diagram(sem("c1 ~ t1 + age; c2 ~ c1", table, on_invalid="accept"))
    assert not any(isinstance(p, Ellipse) for p in axes.patches) and len(arrows(axes)) == 4
    check_picture(axes)


def test_second_order_and_bifactor_models_can_be_read() -> None:
    rng = np.random.default_rng(2)
    above = rng.normal(size=(300, 1))
    lower = 0.8 * above + 0.6 * rng.normal(size=(300, 3))
    answers = pd.DataFrame(
        {f"{a}{n}": lower[:, p] + rng.normal(size=300) for p, a in enumerate("abc") for n in range(3)}
    )
    measured = "\n".join(f"a_factor_{a} =~ {a}0 + {a}1 + {a}2" for a in "abc")
    second = cfa(f"{measured}\ngeneral =~ a_factor_a + a_factor_b + a_factor_c", answers, on_invalid="accept")
    axes: Any = path_diagram(second)
    assert "general: 3 loadings" in axes.alt_text
    check_picture(axes)
    items = " + ".join(answers.columns)
    names = ("g", *(f"a_factor_{a}" for a in "abc"))
    zero = "\n".join(f"{x} ~~ 0*{y}" for x, y in combinations(names, 2))
    bifactor = path_diagram(cfa(f"g =~ {items}\n{measured}\n{zero}", answers, on_invalid="accept"))
    assert len(arrows(bifactor)) == 18  # covariances that are fixed to 0 are not drawn
    check_picture(bifactor)


def test_a_heywood_case_is_said_and_its_variance_marked() -> None:
    rng = np.random.default_rng(11)
    true = rng.normal(size=90)
    table = pd.DataFrame(
        {
            f"i{n}": w * true + rng.normal(size=90) * e
            for n, (w, e) in enumerate([(1.2, 0.05), (0.5, 1), (0.3, 1.2)])
        }
    )
    table["i0"] = table["i1"] + table["i2"] + 0.1 * rng.normal(size=90)
    fitted = cfa("f =~ i0 + i1 + i2", table, on_invalid="accept")
    assert fitted.improper
    axes: Any = path_diagram(fitted)
    assert "improper solution" in axes.alt_text and "negative variances of i0" in axes.alt_text
    assert [t for t in axes.texts if t.get_fontweight() == "bold" and t.get_text().startswith("-")]
    check_picture(axes)


def test_one_group_of_several_must_be_named(table: pd.DataFrame) -> None:
    fitted = cfa("trust =~ t1 + t2 + t3", table, groups="group", on_invalid="accept")
    with pytest.raises(EstimationError, match="group is missing; name one: 'women', 'men'"):
        path_diagram(fitted)
    axes: Any = path_diagram(fitted, group="men", standardized=False)
    estimate = fitted.parameters["trust =~ t2", "men"].estimate
    assert estimate in axes.to_frame()["estimate"].tolist()
    assert "group men, n = 130" in axes.alt_text


def test_labels_stay_apart_on_small_axes_of_the_caller(result: Any) -> None:
    figure, (left, _) = plt.subplots(1, 2, figsize=(6.4, 2.4))
    try:
        axes = path_diagram(result, ax=left)
        assert axes is left
        sizes = {text.get_fontsize() for text in axes.texts}
        assert max(sizes) < 6
        figure.draw_without_rendering()
        boxes = [text.get_window_extent() for text in axes.texts]
        assert not [1 for n, a in enumerate(boxes) for b in boxes[:n] if a.overlaps(b)]
    finally:
        plt.close(figure)


def test_what_is_not_a_fitted_model_is_refused() -> None:
    with pytest.raises(EstimationError, match="result is a str; allowed: what cfa or sem returned"):
        path_diagram("trust =~ t1 + t2")  # type: ignore[arg-type]
