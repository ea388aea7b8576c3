"""Plots of a reliability report and of factor results: their values are those of the results."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest
from matplotlib.lines import Line2D

from intimacy_scales import (
    CodedResponses,
    EstimationError,
    UnknownNameError,
    cfa,
    efa,
    encode,
    item_analysis,
    item_moments,
    parallel_analysis,
    reliability_report,
    simulate,
)
from intimacy_scales.factor import EFAResult, ParallelAnalysis, scree
from intimacy_scales.moments.scale_correlations import item_correlations, scale_correlations
from intimacy_scales.plots import (
    alpha_if_dropped_lollipop,
    correlation_heatmap,
    item_total_lollipop,
    loadings_heatmap,
    reliability_forest,
    scree_plot,
)
from intimacy_scales.reliability import ReliabilityReport
from tests.shared.picture_answers import LONG_NAMES, rated
from tests.shared.pictures import check_picture, table_of

OF_REPORTS = [alpha_if_dropped_lollipop, correlation_heatmap, item_total_lollipop, reliability_forest]


def xs(line: Line2D) -> list[float]:
    return [float(value) for value in np.asarray(line.get_xdata())]


def quietly(answers: CodedResponses) -> ReliabilityReport:
    with warnings.catch_warnings(action="ignore"):
        return reliability_report(answers)


@pytest.fixture(scope="module")
def scii() -> CodedResponses:
    return encode("scii-24", simulate("scii-24", 200, missing=0.02, rng=1).answers)


@pytest.fixture(scope="module")
def report(scii: CodedResponses) -> ReliabilityReport:
    return reliability_report(scii)


@pytest.fixture(scope="module")
def explored(scii: CodedResponses) -> EFAResult:
    return efa(scii, 3, items=scii.item_ids[:12], n_starts=1)


@pytest.fixture(scope="module")
def parallel(scii: CodedResponses) -> ParallelAnalysis:
    return parallel_analysis(scii, n_iterations=5)


@pytest.fixture(scope="module")
def hard() -> dict[str, ReliabilityReport]:
    return {
        "long names": quietly(rated(16, 60, names=LONG_NAMES[:16], missing=0.02)),
        "two items": quietly(rated(2, 30)),
        "few persons": quietly(rated(5, 3)),
        "nobody answered one": quietly(rated(5, 30, unanswered=[2])),
        "all missing": quietly(rated(4, 12, missing=1.0)),
    }


@pytest.mark.parametrize("plot", OF_REPORTS)
@pytest.mark.parametrize(
    "case", ["long names", "two items", "few persons", "nobody answered one", "all missing"]
)
def test_hard_reports_can_be_read(plot: Any, case: str, hard: dict[str, ReliabilityReport]) -> None:
    axes = plot(hard[case])
    check_picture(axes)
    if case == "all missing":
        assert "undefined" in axes.alt_text.lower()


@pytest.mark.parametrize("plot", OF_REPORTS)
def test_plots_of_reports_refuse_other_results(plot: Any, scii: CodedResponses) -> None:
    with pytest.raises(EstimationError, match=r"CodedResponses; pass what reliability_report\(\)"):
        plot(scii)
    with pytest.raises(UnknownNameError, match="no scale 'trst'"):
        name = "scales" if plot in (correlation_heatmap, reliability_forest) else "scale"
        plot(reliability_report(scii), **{name: ["trst"] if name == "scales" else "trst"})


def test_reliability_forest_has_the_figures_of_the_report(report: ReliabilityReport) -> None:
    axes = reliability_forest(report)
    frame = table_of(axes).set_index(["coefficient", "scale"])
    for scale in report:
        for name, interval in (("alpha", scale.interval), ("omega", scale.omega_interval)):
            row = frame.loc[(name, scale.scale)]
            assert row.tolist() == [getattr(scale, name).estimate, interval.low, interval.high]
    points = {tuple(xs(line)) for line in axes.lines if line.get_marker() in ("o", "s")}
    assert points == {tuple(frame.loc[name, "estimate"]) for name in ("alpha", "omega")}
    check_picture(axes, files=True)
    alone = reliability_forest(report, coefficient="omega", scales=["total", "trust"])
    assert table_of(alone)["scale"].tolist() == ["total", "trust"]


def test_item_total_lollipop_has_r_drop(report: ReliabilityReport, scii: CodedResponses) -> None:
    axes = item_total_lollipop(report)
    expected = [value for analysis in report.items.values() for value in analysis.r_drop.tolist()]
    assert table_of(axes)["r_drop"].tolist() == expected
    markers = np.concatenate([xs(line) for line in axes.lines if line.get_marker() == "o"])
    assert markers.tolist() == expected
    check_picture(axes)
    one = item_total_lollipop(item_analysis(scii, scale="trust"), wording=True)
    assert table_of(one)["r_drop"].tolist() == report["trust"].items.r_drop.tolist()  # type: ignore[union-attr]
    check_picture(one)


def test_alpha_if_dropped_lollipop_marks_items_without_which_alpha_is_higher() -> None:
    x = rated(5, 80, seed=3)
    report = quietly(x)
    rng = np.random.default_rng(1)
    noisy = x.to_frame().assign(q5=rng.integers(1, 6, size=80))
    worse = reliability_report(x.instrument, noisy)
    axes = alpha_if_dropped_lollipop(worse)
    items, alpha = worse["s1"].items, worse["s1"].alpha.estimate
    assert items is not None
    frame = table_of(axes)
    assert frame["alpha_if_dropped"].tolist() == items.alpha_if_dropped.tolist()
    assert set(frame["alpha"]) == {alpha}
    diamonds = [line for line in axes.lines if line.get_marker() == "D"]
    assert [value for line in diamonds for value in xs(line)] == [v for v in frame.iloc[:, 2] if v > alpha]
    assert "higher without q5." in axes.alt_text
    assert "never higher" in alpha_if_dropped_lollipop(report).alt_text
    check_picture(axes)


def test_correlation_heatmap_of_items_and_scales(report: ReliabilityReport, scii: CodedResponses) -> None:
    moments = item_moments(scii.instrument, scii)
    frame = table_of(correlation_heatmap(report, scales=["trust", "caring"]))
    ids = [name.removeprefix("-") for name in dict.fromkeys([*frame["column"], *frame["row"]])]
    expected = item_correlations(moments, ids)
    assert frame["value"].tolist() == [expected[r, c] for c in range(8) for r in range(c + 1, 8)]
    axes = correlation_heatmap(report, of="scales", coefficient="omega")
    names = list(dict.fromkeys(table_of(axes)["column"]))
    assert names == [scale.scale for scale in report if scale.scale != "total"]
    between = scale_correlations(moments, names)
    for row, column, value in table_of(axes).itertuples(index=False):
        places = names.index(row), names.index(column)
        assert value == (report[row].omega.estimate if row == column else between[places])
    check_picture(axes)
    check_picture(correlation_heatmap(report))


def test_correlation_heatmap_of_an_efa(explored: EFAResult) -> None:
    axes = correlation_heatmap(explored, wording=True)
    r = explored.correlations
    assert table_of(axes)["value"].tolist() == [r[i, j] for j in range(12) for i in range(j + 1, 12)]
    check_picture(axes)


def test_negative_cells_without_numbers_have_a_marker() -> None:
    report = quietly(rated(20, 40, seed=5))
    axes = correlation_heatmap(report)
    marked = sum(len(xs(line)) for line in axes.lines if line.get_marker() == "_")
    assert marked == (table_of(axes)["value"] < 0).sum()


@pytest.mark.parametrize("of", ["components", "factors"])
def test_scree_plot_draws_parallel_analysis(parallel: ParallelAnalysis, of: Any) -> None:
    axes = scree_plot(parallel, of=of)
    kind = of.removesuffix("s")
    frame = table_of(axes)
    for column, part in (("eigenvalue", "values"), ("mean_unrelated", "means")):
        assert frame[column].tolist() == getattr(parallel, f"{kind}_{part}").tolist()
    assert frame["quantile_unrelated"].tolist() == getattr(parallel, f"{kind}_quantiles").tolist()
    assert frame["retained"].sum() == getattr(parallel, f"n_{of}")
    filled = [
        line for line in axes.lines if line.get_marker() == "o" and line.get_markerfacecolor() != "white"
    ]
    assert sum(len(xs(line)) for line in filled) == getattr(parallel, f"n_{of}")
    check_picture(axes)


def test_scree_plot_without_parallel_analysis(scii: CodedResponses) -> None:
    figures = scree(scii, items=scii.item_ids[:3])
    axes = scree_plot(figures, of="factors")
    assert table_of(axes)["eigenvalue"].tolist() == figures.reduced.tolist()
    check_picture(axes)
    with pytest.raises(EstimationError, match="of='items' is not valid; allowed: 'components', 'factors'"):
        scree_plot(figures, of="items")  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match=r"pass what parallel_analysis\(\) or scree\(\) returned"):
        scree_plot(scii)  # type: ignore[arg-type]


def test_loadings_heatmap_of_an_efa(explored: EFAResult) -> None:
    frame = table_of(loadings_heatmap(explored))
    assert frame[["F1", "F2", "F3"]].to_numpy().tolist() == explored.loadings.tolist()
    assert frame["communality"].tolist() == explored.communalities.tolist()
    axes = loadings_heatmap(explored, sort=True)
    ordered = table_of(axes)[["F1", "F2", "F3"]].abs().to_numpy()
    assert (np.diff(ordered.argmax(axis=1)) >= 0).all()
    assert sorted(table_of(axes)["item"]) == sorted(explored.names)
    bold = [text for text in axes.texts if text.get_fontweight() == "bold"]
    assert len(bold) == 12
    check_picture(axes)


def test_loadings_heatmap_of_a_cfa_with_groups_leaves_other_cells_empty(scii: CodedResponses) -> None:
    model = "trust =~ tru01 + tru04 + tru09 + tru11\nrespect_and_care =~ car05 + car09 + car13 + car15"
    groups = ["first", "second"] * 100
    result = cfa(model, scii, groups=groups, missing="listwise")
    axes = loadings_heatmap(result, group="second")
    frame = table_of(axes).set_index("item")
    for parameter in result.parameters:
        if parameter.op == "=~" and parameter.group == "second":
            assert frame.loc[parameter.rhs, parameter.lhs] == parameter.std_all
    assert math.isnan(frame.loc["car05", "trust"])
    assert len(axes.texts) == 8 and "group second" in axes.alt_text
    check_picture(axes)
    with pytest.raises(EstimationError, match="group"):
        loadings_heatmap(result)


@pytest.mark.parametrize(
    ("plot", "options", "message"),
    [
        (correlation_heatmap, {"of": "persons"}, "of='persons' is not valid"),
        (correlation_heatmap, {"coefficient": "beta"}, "coefficient='beta' is not valid"),
        (correlation_heatmap, {"scales": []}, "scales is empty"),
        (correlation_heatmap, {"wording": "yes"}, "wording is a str; allowed: True, False"),
        (reliability_forest, {"coefficient": "beta"}, "allowed: 'both', 'alpha', 'omega'"),
        (reliability_forest, {"scales": []}, "scales is empty"),
        (item_total_lollipop, {"scale": "total"}, "total is a score of scales"),
        (loadings_heatmap, {}, r"pass what efa\(\) or cfa\(\) returned"),
    ],
)
def test_what_plots_of_reports_refuse(
    plot: Any, options: dict[str, Any], message: str, report: ReliabilityReport
) -> None:
    with pytest.raises(EstimationError, match=message):
        plot(report, **options)


def test_what_plots_of_other_results_refuse(explored: EFAResult, report: ReliabilityReport) -> None:
    with pytest.raises(EstimationError, match="an EFA has no scales"):
        correlation_heatmap(explored, of="scales")
    with pytest.raises(EstimationError, match="an EFA has one group"):
        loadings_heatmap(explored, group="a")
    items: Any = report["trust"].items
    with pytest.raises(EstimationError, match="leave scale='caring' out"):
        item_total_lollipop(items, scale="caring")
    with pytest.raises(EstimationError, match="pass what reliability_report"):
        alpha_if_dropped_lollipop(items)


def test_more_items_than_fit_on_a_page_are_refused() -> None:
    report = quietly(rated(70, 20))
    with pytest.raises(EstimationError, match="70 items do not fit on a page"):
        correlation_heatmap(report)
    with pytest.raises(EstimationError, match="71 rows do not fit on a page"):
        item_total_lollipop(report)
    with pytest.raises(EstimationError, match=r"small is not shipped .* pass the instrument"):
        item_total_lollipop(report, wording=True)


def test_the_wording_of_an_instrument_that_is_not_shipped_is_taken_from_it() -> None:
    answers = rated(3, 20)
    worded = answers.instrument.model_copy(
        update={
            "items": tuple(
                item.model_copy(update={"text": f"A made-up sentence {item.id}."})
                for item in answers.instrument.items
            )
        }
    )
    axes = item_total_lollipop(quietly(answers), wording=worded)
    labels = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    assert "q1: A made-up sentence q1." in labels
