"""Plots of answers: Likert bars, histograms, and what is missing, in ordinary and in hard cases."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from intimacy_scales import (
    CodedResponses,
    EstimationError,
    UnknownNameError,
    encode,
    item_analysis,
    item_moments,
    simulate,
)
from intimacy_scales.moments.item_distributions import item_distributions
from intimacy_scales.plots import PlotAxes, item_histograms, likert_bars, missing_map, missing_patterns
from tests.shared.instruments import coded, form_of
from tests.shared.picture_answers import LONG_NAMES, rated
from tests.shared.pictures import check_picture, figure_of, table_of

PLOTS = [likert_bars, item_histograms, missing_map, missing_patterns]
HARD = {
    "one item": rated(1, 20),
    "two options": rated(3, 10, high=2),
    "eleven options": rated(4, 60, low=0, high=10),
    "long names": rated(12, 30, names=LONG_NAMES[:12], high=4, missing=0.03),
    "few persons": rated(6, 1),
    "nobody answered one": rated(5, 30, unanswered=[2], missing=0.1),
    "all missing": rated(4, 12, missing=1.0),
}


@pytest.fixture(scope="module")
def scii() -> CodedResponses:
    return encode("scii-24", simulate("scii-24", 120, missing=0.05, rng=1).answers)


def bars_of(axes: PlotAxes) -> dict[float, float]:
    """Return where each bar begins, and its length."""
    return {bar.get_x(): bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)}


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("case", HARD)
def test_hard_answers_can_be_read(plot: Any, case: str) -> None:
    check_picture(plot(HARD[case]))


@pytest.mark.parametrize("plot", PLOTS)
def test_plots_of_answers_are_drawn_from_tables_and_on_the_callers_axes(plot: Any) -> None:
    answers = simulate("scii-12", 60, missing=0.1, rng=2).answers
    figure, ax = plt.subplots()
    plt.close(figure)
    axes = plot("scii-12", answers, scale="total", ax=ax)
    assert axes is ax and isinstance(axes, PlotAxes)
    whole = plot(encode("scii-12", answers), items=list(encode("scii-12", answers).item_ids))
    assert sorted(table_of(axes).columns) == sorted(table_of(whole).columns)


@pytest.mark.parametrize("plot", PLOTS)
def test_wording_is_shown_where_it_is_asked_for(plot: Any, scii: CodedResponses) -> None:
    axes = plot(scii, scale="trust", wording=True)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    text = scii.instrument.item("tru01").text
    assert text is not None
    assert any(f"tru01: {text}".startswith(label.replace("\n", " ")) for label in labels)
    check_picture(axes)
    with pytest.raises(EstimationError, match="has no wording"):
        plot(rated(3, 5), wording=True)


def test_likert_bars_draw_the_percentages_of_each_item(scii: CodedResponses) -> None:
    axes = likert_bars(scii)
    frame = table_of(axes).set_index("item")
    rows = {row.item: row for row in item_distributions(scii, scii.item_ids)}
    widths = [bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)]
    by_option = np.array([rows[item].percents for item in frame.index]).T
    assert widths == pytest.approx([width for width in by_option.ravel().tolist() if width], rel=1e-12)
    for item, row in rows.items():
        assert frame.loc[item, [f"% {v}" for v in range(1, 8)]].tolist() == row.percents.tolist()
        assert (frame.loc[item, "mean"], frame.loc[item, "n"]) == (row.mean, row.n)
    assert frame["mean"].is_monotonic_decreasing
    assert "as answered" in axes.alt_text and f"Highest mean: {frame.index[0]}" in axes.alt_text


def test_keyed_likert_bars_have_the_means_of_the_item_analysis(scii: CodedResponses) -> None:
    frame = table_of(likert_bars(scii, scale="trust", keyed=True)).set_index("item")
    analysis = item_analysis(scii, scale="trust")
    for item, mean in zip(analysis.items, analysis.mean.tolist(), strict=True):
        assert frame.loc[item.removeprefix("-"), "mean"] == mean
        assert frame.loc[item.removeprefix("-"), "reverse_keyed"] == item.startswith("-")
    labels = [label.get_text() for label in likert_bars(scii, keyed=True).get_yticklabels()]
    assert "-tru09" in labels


def test_the_middle_option_is_split_or_apart() -> None:
    answers = coded([[1, 3], [2, 3], [3, 3], [4, 3], [5, 2]], high=5)
    split = bars_of(likert_bars(answers, items=["q1"]))
    assert split == pytest.approx({-50.0: 20, -30: 20, -10: 20, 10: 20, 30: 20})
    apart = bars_of(likert_bars(answers, items=["q1"], neutral="apart"))
    assert apart == pytest.approx({-40.0: 20, -20: 20, 0: 20, 20: 20, 46: 20})
    check_picture(likert_bars(answers, neutral="apart"))


def test_histograms_have_a_bar_for_each_option(scii: CodedResponses) -> None:
    axes = item_histograms(scii, scale="trust")
    frame = table_of(axes)
    rows = item_distributions(scii, ["tru01", "tru04", "tru09", "tru11"])
    assert frame["persons"].tolist() == [n for row in rows for n in row.counts.tolist()]
    assert frame["percent"].tolist() == [p for row in rows for p in row.percents.tolist()]
    heights = np.array([-p.get_height() for p in axes.patches if isinstance(p, Rectangle)])
    np.testing.assert_allclose(heights / heights.max(), frame["percent"] / frame["percent"].max())
    check_picture(item_histograms(rated(3, 40, low=0, high=100)))


def test_histograms_of_items_with_different_options_have_their_ends() -> None:
    items: list[dict[str, Any]] = [
        {"id": "q1"},
        {"id": "q2", "response_scale": {"minimum": 0, "maximum": 10}},
    ]
    answers = encode(form_of({"a": "q1"}, items=items), [{"q1": 2, "q2": 10}, {"q1": 5, "q2": 0}])
    axes = item_histograms(answers)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["lowest option", "highest option"]
    with pytest.raises(EstimationError, match=r"q1 has the options 1 to 5, q2 0 to 10.*item_histograms"):
        likert_bars(answers)


def test_missing_map_shows_each_missing_answer(scii: CodedResponses) -> None:
    axes = missing_map(scii)
    image = np.asarray(axes.images[0].get_array())
    assert image.T.tolist() == (scii.codes == 0).tolist()
    frame = table_of(axes)
    assert (frame.drop(columns="row").to_numpy() == (scii.codes == 0)).all()
    assert f"{int((scii.codes == 0).sum())} of {scii.codes.size} answers are missing" in axes.alt_text
    ordered = table_of(missing_map(scii, order="missing"))
    assert ordered.drop(columns="row").sum(axis=1).is_monotonic_increasing
    assert sorted(ordered["row"]) == list(range(1, 121))


def test_missing_patterns_count_persons(scii: CodedResponses) -> None:
    axes = missing_patterns(scii, most=5)
    frame = table_of(axes)
    is_missing = scii.codes == 0
    for row in frame.to_numpy():
        assert row[0] == (is_missing == row[1:].astype(bool)).all(axis=1).sum()
    assert frame["persons"].is_monotonic_decreasing and len(frame) == 5
    heights = [-bar.get_height() for bar in axes.patches if isinstance(bar, Rectangle)]
    np.testing.assert_allclose(np.array(heights) / heights[0], frame["persons"] / frame["persons"][0])
    texts = {text.get_text() for text in axes.texts}
    assert {str(n) for n in frame["persons"]} <= texts


@pytest.mark.parametrize("plot", PLOTS)
def test_sixty_items_fit_on_a_page_and_more_are_refused(plot: Any) -> None:
    n = 54 if plot in (likert_bars, missing_patterns) else 60
    axes = plot(rated(n, 6, missing=0.5))
    assert figure_of(axes).get_figheight() <= 10
    if plot is not likert_bars:
        check_picture(axes)
    more = rated(70, 6, missing=0.5)
    with pytest.raises(
        EstimationError, match=r"do not fit on a page; allowed: up to .*; choose some by scale="
    ):
        plot(more)
    assert table_of(plot(more, items=more.item_ids[:3])).size


MORE: dict[str, CodedResponses] = {
    "twelve": rated(2, 5, high=12),
    "fine": rated(2, 5, high=300),
    "nobody": rated(2, 0),
}


@pytest.mark.parametrize(
    ("plot", "options", "message"),
    [
        (likert_bars, {"neutral": "middle"}, "neutral='middle' is not valid; allowed: 'split', 'apart'"),
        (likert_bars, {"items": ["q9"]}, "'q9' is not an item of small"),
        (likert_bars, {"items": ["q1", "q1"]}, "'q1' is named twice"),
        (likert_bars, {"items": []}, "items is empty"),
        (likert_bars, {"items": "q1"}, "items='q1' is not valid; allowed: a list of items"),
        (likert_bars, {"items": ["q1"], "scale": "s1"}, "exclude each other"),
        (likert_bars, {"answers": MORE["twelve"]}, "items have 12 options; allowed: up to 11"),
        (item_histograms, {"answers": MORE["fine"]}, "q1 has 300 options; allowed: up to 201"),
        (missing_map, {"order": "name"}, "order='name' is not valid; allowed: 'rows', 'missing'"),
        (missing_map, {"answers": MORE["nobody"]}, "there are no persons"),
        (missing_patterns, {"answers": MORE["nobody"]}, "there are no persons"),
        (missing_patterns, {"most": 21}, "most=21 is not valid; allowed: a whole number from 1 to 20"),
    ],
)
def test_what_plots_of_answers_refuse(plot: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        plot(**{"answers": rated(3, 10)} | options)


@pytest.mark.parametrize("plot", PLOTS)
def test_unknown_scales_and_moments_without_answers_are_refused(plot: Any) -> None:
    answers = rated(3, 10)
    with pytest.raises(UnknownNameError, match="s9"):
        plot(answers, scale="s9")
    moments = item_moments(answers.instrument, answers)
    if plot in (likert_bars, item_histograms):
        assert plot(moments).columns == plot(answers).columns
    else:
        with pytest.raises(EstimationError, match="needs each person's answers"):
            plot(moments)
