"""Places in path diagrams: no label, box or ellipse on another, for every shape that is drawn."""

from __future__ import annotations

from itertools import combinations

import pytest

from intimacy_scales.plots.axes import WIDTH
from intimacy_scales.plots.path_geometry import Box, Point, arc, point_at
from intimacy_scales.plots.path_layout import Layout, path_layout
from intimacy_scales.plots.path_model import Arrow, Kind, PathModel, Variance

LONG = "satisfaction_with_the_relationship_and_all_that_is_in_it_"


def arrow(source: str, target: str, kind: Kind = "loading", text: str = "-.54") -> Arrow:
    return Arrow(source=source, target=target, kind=kind, value=-0.54, se=0.1, p=0.01, text=text)


def model_of(
    n_factors: int, n_items: int, shape: str = "correlated", *, name: str = "", text: str = "-.54"
) -> PathModel:
    """Return a model of this shape, in which everything that can be drawn is there."""
    factors = [f"{name}f{f}" for f in range(n_factors)]
    owners = {f"{name}f{f}_item{i}": factors[f] for f in range(n_factors) for i in range(n_items)}
    arrows = [arrow(factor, item, text=text) for item, factor in owners.items()]
    columns: list[tuple[str, ...]] = [tuple(factors)]
    general: tuple[str, ...] = ()
    if shape == "correlated":
        arrows += [arrow(a, b, "covariance", text) for a, b in combinations(factors, 2)]
    if shape == "second_order":
        columns.append((f"{name}above",))
        arrows += [arrow(f"{name}above", factor, text=text) for factor in factors]
    if shape == "bifactor":
        general = (f"{name}general",)
        arrows += [arrow(f"{name}general", item, text=text) for item in owners]
    if shape == "paths":
        arrows += [arrow(a, b, "path", text) for a, b in combinations(factors, 2)]
        items = list(owners)
        arrows += [
            arrow(a, b, "covariance", text) for a, b in zip(items, items[n_items : n_items + 3], strict=False)
        ]
        arrows.append(arrow(factors[0], items[-1], text=text))  # a second loading of an item
    names = [*factors, *owners, *general, *(c for column in columns[1:] for c in column)]
    variances = {n: Variance(name=n, value=1.0, se=0.1, p=0.0, text=text) for n in names}
    return PathModel(
        items=tuple(owners),
        columns=tuple(columns),
        general=general,
        factors=frozenset(n for n in names if n not in owners),
        owners=owners,
        arrows=tuple(arrows),
        variances=variances,
    )


def overlaps(layout: Layout) -> list[tuple[str, str]]:
    """Return the pairs of labels, boxes and ellipses that have a point in common."""
    boxes = {name: variable.box for name, variable in layout.variables.items()}
    boxes |= {f"{a.source} -> {a.target}": label for a, _, label in layout.lines}
    return [(a, b) for (a, x), (b, y) in combinations(boxes.items(), 2) if x.meets(y)]


SHAPES = ["correlated", "second_order", "bifactor", "paths"]
SIZES = [(1, 3), (1, 8), (2, 2), (3, 1), (3, 4), (4, 8), (6, 3), (6, 8)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_labels_and_boxes_are_apart(size: tuple[int, int], shape: str) -> None:
    layout = path_layout(model_of(*size, shape), WIDTH)
    assert overlaps(layout) == []
    assert layout.width == pytest.approx(WIDTH)
    for variable in layout.variables.values():
        box = variable.box
        assert box.width / 2 < box.x < layout.width - box.width / 2
        assert box.height / 2 < box.y < layout.height - box.height / 2


@pytest.mark.parametrize("shape", SHAPES)
def test_long_names_and_long_figures_are_apart(shape: str) -> None:
    layout = path_layout(model_of(6, 8, shape, name=LONG, text="-1234.56"), WIDTH)
    assert overlaps(layout) == []
    shown = [v.name for v in layout.variables.values() if v.is_factor]
    assert len(set(shown)) == len(shown)  # shortened names keep what tells them apart


def test_a_picture_of_48_items_fits_on_a_page() -> None:
    assert path_layout(model_of(6, 8), WIDTH).height < 9.5


def test_second_order_factors_are_outside_and_general_ones_on_the_other_side() -> None:
    places = {n: v.box.x for n, v in path_layout(model_of(3, 4, "second_order"), WIDTH).variables.items()}
    assert places["above"] < places["f0"] < places["f0_item0"]
    places = {n: v.box.x for n, v in path_layout(model_of(3, 4, "bifactor"), WIDTH).variables.items()}
    assert places["f0"] < places["f0_item0"] < places["general"]


def test_labels_are_on_their_arrows() -> None:
    for _, points, label in path_layout(model_of(6, 8, "paths"), WIDTH).lines:
        nearest = min(abs(p.x - label.x) + abs(p.y - label.y) for p in along(points))
        assert nearest < 0.03


def along(points: tuple[Point, ...]) -> list[Point]:
    return [point_at(points, n / 200) for n in range(201)]


def test_arcs_reach_their_track() -> None:
    curve = arc(Point(1.0, 0.0), Point(1.2, 2.0), 0.4)
    assert point_at(curve, 0.5) == pytest.approx((0.4, 1.0))
    assert point_at(curve, 0.0) == (1.0, 0.0) and point_at(curve, 1.0) == (1.2, 2.0)


def test_boxes_meet_where_they_have_a_point_in_common() -> None:
    box = Box(0, 0, 2, 2)
    assert box.meets(Box(1.5, 0, 2, 2)) and not box.meets(Box(2.1, 0, 2, 2))
    assert box.meets(Box(2.1, 0, 2, 2), 0.2) and not box.meets(Box(0, 5, 9, 1))
