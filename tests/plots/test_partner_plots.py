"""Pictures of couples: the numbers that are drawn, their alt texts, and the files."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from scipy import stats

from intimacy_scales import reliability_report, simulate
from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import EstimationError
from intimacy_scales.plots import PlotAxes, partner_profiles, partner_scatter
from intimacy_scales.reliability import measurement_error
from tests.shared.instruments import form_of

FORM = form_of({"s": "q1 -q2", "t": "q3", "all": "q1 -q2 q3"}, low=1, high=5)
TABLE = [
    {"q1_w": 1, "q2_w": 2, "q3_w": 3, "q1_h": 4, "q2_h": 1, "q3_h": 3},
    {"q1_w": 5, "q2_w": 1, "q3_w": 5, "q1_h": 4, "q2_h": 2, "q3_h": 4},
    {"q1_w": 3, "q2_w": 3, "q3_w": 1, "q1_h": 2, "q2_h": 2, "q3_h": 2},
    {"q1_w": 3, "q2_w": 3, "q3_w": 1, "q1_h": None, "q2_h": None, "q3_h": None},
]
COLUMNS = {"w": "{item}_w", "h": "{item}_h"}
WIFE, HUSBAND = [2.5, 5, 3], [4.5, 4, 3]  # scores of s of the three complete couples


def couples(**options: Any) -> Dyads:
    return Dyads.from_wide(FORM, TABLE, columns=COLUMNS, **options)


def test_partner_profiles_draw_means_of_distinguishable_partners() -> None:
    axes = partner_profiles(couples(role=True))
    assert axes.columns["scale"] == ["s", "t"]  # not the total of both
    assert axes.columns["w"][0] == pytest.approx(np.mean(WIFE))
    interval = stats.t.interval(0.95, 2, np.mean(HUSBAND), stats.sem(HUSBAND))
    assert axes.columns["h, half width of error bar"][0] == pytest.approx((interval[1] - interval[0]) / 2)
    assert axes.alt_text.startswith("Means of 3 couples, score, with 95 % error bars. s: w 3.50 ± ")


def test_partner_profiles_of_exchangeable_partners_do_not_depend_on_their_order() -> None:
    axes = partner_profiles(couples())
    pairs = np.array([WIFE, HUSBAND])
    assert axes.columns["higher partner"][0] == pytest.approx(pairs.max(axis=0).mean())
    assert axes.columns["lower partner"][0] == pytest.approx(pairs.min(axis=0).mean())
    swapped = Dyads.from_wide(FORM, TABLE, columns={"h": COLUMNS["h"], "w": COLUMNS["w"]})
    assert partner_profiles(swapped).columns == axes.columns


def test_partner_profiles_of_one_couple() -> None:
    axes = partner_profiles(couples(role=True), couple=1, sems={"s": 0.5}, confidence_level=0.9)
    assert axes.columns["w"] == [2.5, 3] and axes.columns["h"] == [4.5, 3]
    assert axes.columns["w, half width of error bar"][0] == pytest.approx(0.5 * stats.norm.ppf(0.95))
    assert math.isnan(axes.columns["w, half width of error bar"][1])
    assert axes.alt_text == (
        "Couple 1, score, with 90 % error bars. s: w 2.50 ± 0.82 and h 4.50 ± 0.82; t: w 3.00 and h 3.00."
    )
    alone = partner_profiles(couples(role=True), couple=4)
    assert "h no score" in alone.alt_text and "error bars" not in alone.alt_text


def test_scales_with_different_ranges_are_drawn_in_percent() -> None:
    form = form_of(
        {"s": "q1 -q2", "t": {"items": ["q3"], "method": "sum", "rescale": [0, 10]}}, low=1, high=5
    )
    axes = partner_profiles(Dyads.from_wide(form, TABLE, columns=COLUMNS, role=True), couple=1)
    assert axes.columns["w"] == [pytest.approx(37.5), pytest.approx(50)]
    assert axes.get_xlabel() == "Percent of the maximum possible score"


def test_partners_differ_by_more_than_colour() -> None:
    axes = partner_profiles(couples(role=True))
    lines = [container[0] for container in axes.containers]
    assert len({(line.get_marker(), line.get_linestyle()) for line in lines}) == 2
    assert [text.get_text() for text in axes.texts] == ["w", "h"]


def test_partner_scatter_counts_couples_at_each_point() -> None:
    table = [{"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 3.0}, {"a": 4.0, "b": None}]
    dyads = Dyads.of_scores(table, {"x": {"a": "a", "b": "b"}}, role=True)
    axes = partner_scatter(dyads, "x")
    assert dict(axes.columns) == {"x of a": [1, 3], "x of b": [2, 3], "couples": [2, 1]}
    assert axes.alt_text == (
        "Scatter plot of x of both partners, 3 couples. In 1 both values are equal; partners are 0.67 apart "
        "on average; a is higher in 0, b in 2. Larger circles are more couples with the same values, 1 to 2. "
        "The dashed line marks equal values."
    )
    areas = axes.collections[0].get_sizes()
    assert areas[0] > areas[1]


@pytest.mark.parametrize(("most", "numbers"), [(2, [1, 2]), (3, [1, 2, 3]), (12, [1, 6, 12])])
def test_partner_scatter_has_a_key_of_its_areas(most: int, numbers: list[int]) -> None:
    table = [{"a": float(n), "b": 2.0} for n in (1, *[2] * numbers[-2], *[3] * most)]
    axes = partner_scatter(Dyads.of_scores(table, {"x": {"a": "a", "b": "b"}}, role=True), "x")
    key = axes.get_legend()
    assert key is not None and key.get_title().get_text() == "couples"
    assert [int(text.get_text()) for text in key.get_texts()] == numbers
    areas = dict(zip(axes.columns["couples"], axes.collections[0].get_sizes(), strict=True))
    handles = dict(zip(numbers, key.legend_handles, strict=True))
    for number in (1, numbers[-2], most):
        assert handles[number].get_markersize() ** 2 == pytest.approx(areas[number])
    assert handles[1].get_markerfacecolor() == "none"  # as the markers of the plot
    assert f"Larger circles are more couples with the same values, 1 to {most}." in axes.alt_text
    assert "Larger circles" not in partner_scatter(couples(role=True), "s").alt_text
    assert partner_scatter(couples(role=True), "s").get_legend() is None


def test_partner_scatter_draws_exchangeable_couples_twice() -> None:
    table = [{"a": 1.0, "b": 2.0}, {"a": 3.0, "b": 3.0}]
    axes = partner_scatter(Dyads.of_scores(table, {"x": {"a": "a", "b": "b"}}), "x")
    points = list(zip(*(axes.columns[name] for name in list(axes.columns)[:2]), strict=True))
    assert points == [(1, 2), (2, 1), (3, 3)] and axes.columns["couples"] == [1, 1, 1]
    assert "each drawn with either partner first" in axes.alt_text


def test_plots_are_drawn_on_the_callers_axes() -> None:
    figure, ax = plt.subplots()
    try:
        drawn = partner_scatter(couples(), "s", ax=ax)
        assert drawn is ax and isinstance(drawn, PlotAxes) and isinstance(drawn, Axes)
        assert drawn.to_frame().shape[1] == 3
    finally:
        plt.close(figure)
    assert not plt.get_fignums()  # a plot without ax= leaves no open figure


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_save_writes_the_same_plot_as_the_same_file_with_its_alt_text(tmp_path: Path, ending: str) -> None:
    paths = [partner_scatter(couples(), "s").save(tmp_path / f"{n}.{ending}") for n in (1, 2)]
    first, second = (path.read_bytes() for path in paths)
    assert first == second and len(first) > 1000
    if ending != "pdf":  # compressed there
        assert b"Scatter plot of s of both partners" in first


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda d: partner_profiles(d, couple=99), "there is no couple 99"),
        (lambda d: partner_profiles(d, scales=["u"]), "there is no scale 'u'; allowed: s, t, all"),
        (lambda d: partner_profiles(d, ax=3), "ax is an int"),
        (lambda d: partner_profiles(d.chosen(np.array([3]))), "fewer than two couples"),
        (lambda d: partner_profiles(d, confidence_level=95), "confidence_level=95 is not valid"),
        (lambda d: partner_scatter(d, "u"), "'u' is no variable|there is no"),
        (lambda d: partner_scatter(d.chosen(np.array([3])), "s"), "no couple has both values"),
        (lambda d: partner_scatter(d, "s").save("x.jpg"), "allowed endings: .png, .svg, .pdf"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw: Any, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        draw(couples(role=True))


def test_without_matplotlib_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "try:\n    import intimacy_scales.plots\nexcept ImportError as error:\n    print(error)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "matplotlib is not installed: pip install 'intimacy-scales[plots]'"


def test_titles_count_the_couples_with_both_scores() -> None:
    table = [
        {"a": 1, "b": 2, "c": 3, "d": 4},
        {"a": 2, "b": 2, "c": 1, "d": None},
        {"a": 3, "b": 5, "c": 2, "d": 2},
    ]
    dyads = Dyads.of_scores(table, {"x": {"w": "a", "h": "b"}, "y": {"w": "c", "h": "d"}}, role=True)
    assert partner_profiles(dyads).get_title(loc="left") == "Means of 2 to 3 couples"


@pytest.mark.parametrize("draw", [partner_profiles, lambda dyads: partner_scatter(dyads, "x")])
def test_several_occasions_are_not_drawn_as_couples(draw: Any) -> None:
    rows = [{"c": c, "p": p, "t": t, "x": c + t} for c in range(3) for p in "ab" for t in (1, 2)]
    dyads = Dyads.of_scores(rows, ["x"], couple="c", person="p", time="t")
    with pytest.raises(EstimationError, match="2 occasions"):
        draw(dyads)
    draw(dyads.at(1))


@pytest.mark.parametrize("sems", [0.5, {"tust": 0.5}, {"s": -1}, {"s": math.nan}, {"s": "a"}])
def test_sems_that_cannot_be_drawn_are_refused(sems: Any) -> None:
    with pytest.raises(EstimationError, match="sems"):
        partner_profiles(couples(role=True), couple=1, sems=sems)


def test_the_error_of_another_instrument_or_scale_is_refused() -> None:
    answers = simulate(FORM, 60, rng=1).answers
    own = measurement_error(reliability_report(FORM, answers)["s"].alpha, sd=1)
    axes = partner_profiles(couples(role=True), couple=1, sems={"s": own}, confidence_level=0.9)
    expected = float(own) * stats.norm.ppf(0.95)
    assert axes.columns["w, half width of error bar"][0] == pytest.approx(expected)
    with pytest.raises(EstimationError, match=r"the result for t is of s of .*, and the scores are of t of"):
        partner_profiles(couples(role=True), couple=1, sems={"t": own})
    kmss = reliability_report("kmss", simulate("kmss", 60, rng=1).answers)
    other = measurement_error(kmss["total"].alpha, sd=1)
    with pytest.raises(EstimationError, match=r"the result for s is of total of kmss.*pass the number"):
        partner_profiles(couples(role=True), couple=1, sems={"s": other})
    partner_profiles(couples(role=True), couple=1, sems={"s": float(other)})


def test_no_scales_cannot_be_drawn() -> None:
    with pytest.raises(EstimationError, match="scales is empty; allowed: some of s, t"):
        partner_profiles(couples(role=True), scales=[])


def test_a_notebook_shows_a_plot_with_its_alt_text_once() -> None:
    from matplotlib import pyplot

    dyads = Dyads.of_scores([{"a": 5.5, "b": 6.0}, {"a": 4.0, "b": 4.5}], {"trust": {"a": "a", "b": "b"}})
    html = partner_scatter(dyads, "trust")._repr_html_()
    assert html is not None and "data:image/svg+xml;base64," in html and 'alt="Scatter plot of trust' in html
    figure, ax = pyplot.subplots()
    assert partner_scatter(dyads, "trust", ax=ax)._repr_html_() is None  # pyplot shows it
    pyplot.close(figure)
