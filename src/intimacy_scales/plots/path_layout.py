"""Places of the variables and labels of a path diagram, in inches, so that no label meets another or a box.

Items stand in a column. Factors stand on their left, those of higher order further left; factors of all items
stand on their right. Covariances, and paths between factors, are arcs on the outer side of a column. A label
lies on its arrow, at the first place where it is free. Where there is no such place, rows move apart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from intimacy_scales.plots.measure import fitted_apart, text_size
from intimacy_scales.plots.path_geometry import Box, Point, arc, point_at
from intimacy_scales.plots.path_model import Arrow, PathModel

_MARGIN = 0.08
_TALLEST_ROW, _LOWEST_ROW, _TWO_LINES = 0.27, 0.178, 0.33  # heights of rows of items
_LARGE, _SMALL = 7.5, 6.0  # sizes of letters in points
_LARGE_FROM = 0.235  # height of a row
_ROOM = 9.2  # for all rows, so that the picture fits on a page
_LOWEST_FACTOR = 0.4  # room of a variable with arcs
_GAP = 0.07  # between the items of two factors
_NAMES = ((1.05, 1.1), (1.05, 0.95), (0.9, 0.75), (0.75, 0.62), (0.6, 0.5))  # widest of items, factors
_NEAREST, _FARTHEST = 0.72, 1.7  # between two columns
_PAD = 0.025  # around a label
_TRACK = 0.185  # between arcs
_HEAD = 0.12  # of an arrow, which no label covers
_ATTEMPTS = 7
_ON_LINES = (0.64, 0.7, 0.58, 0.76, 0.52, 0.82, 0.46, 0.4, 0.87, 0.34, 0.28, 0.22, 0.16, 0.1, 0.91)
_ON_ARCS = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8, 0.15, 0.85)


class Variable(NamedTuple):
    """A variable in its place: its name in lines, the text of its variance, and whether it is a factor."""

    box: Box
    name: str
    variance: str
    is_factor: bool
    cell: float  # width of the part of an item's box that has its residual variance


class Line(NamedTuple):
    """An arrow in its place: its points (2 of a line, 4 of a cubic curve), and where its label is."""

    arrow: Arrow
    points: tuple[Point, ...]
    label: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A diagram in inches.

    Attributes
    ----------
    width, height
        Of all of it, without a title.
    letters
        Size of letters in points.
    variables
        Name → variable.
    lines
        The arrows.
    """

    width: float
    height: float
    letters: float
    variables: Mapping[str, Variable]
    lines: tuple[Line, ...]


@dataclass(slots=True, kw_only=True)
class _Rows:
    """Sizes that all rows share, and what is known of places so far."""

    row: float
    letters: float
    names: dict[str, str]
    sizes: dict[str, tuple[float, float]] = field(default_factory=dict)
    cell: float = 0.0
    heights: dict[str, float] = field(default_factory=dict)  # variable → y
    height: float = 0.0


def path_layout(model: PathModel, width: float) -> Layout:
    """Return the places of everything in a diagram of at least this width in inches."""
    rows = max(len(model.items) + sum(not _items_of(model, name) for name in model.columns[0]), 1)
    gaps = _GAP * len(model.columns[0])
    row = min(_TALLEST_ROW, max(_LOWEST_ROW, (_ROOM - gaps) / rows))
    layout = None
    for attempt in range(_ATTEMPTS):
        layout, is_free = _attempt(model, width, row * 1.15**attempt)
        if is_free:
            break
    assert layout is not None
    return layout


def _items_of(model: PathModel, factor: str | None) -> list[str]:
    return [item for item, owner in model.owners.items() if owner == factor]


def _attempt(model: PathModel, width: float, row: float) -> tuple[Layout, bool]:
    """Return a layout with rows of this height, and whether every label in it is free."""
    for widest in _NAMES:
        rows = _sized(model, row, *widest)
        xs, whole = _columns(model, rows, width)
        if whole <= width:
            break
    _place_rows(model, rows)
    variables = {
        name: Variable(
            box=Box(xs[name], rows.heights[name], *rows.sizes[name]),
            name=rows.names[name],
            variance=_variance(model, name),
            is_factor=name in model.factors,
            cell=0.0 if name in model.factors else rows.cell,
        )
        for name in xs
    }
    lines, is_free = _labelled(_shapes(model, variables, rows.letters), variables, rows.letters)
    layout = Layout(width=whole, height=rows.height, letters=rows.letters, variables=variables, lines=lines)
    return layout, is_free


def _variance(model: PathModel, name: str) -> str:
    variance = model.variances.get(name)
    return "" if variance is None else variance.text


def _sized(model: PathModel, row: float, widest_name: float, widest_factor: float) -> _Rows:
    """Return names that fit, and the sizes of boxes and ellipses."""
    letters = _LARGE if row >= _LARGE_FROM else _SMALL
    lines = 2 if row >= _TWO_LINES else 1
    factors = [name for column in (*model.columns, model.general) for name in column]
    boxes = [name for name in (*model.items, *factors) if name not in model.factors]
    ellipses = [name for name in factors if name in model.factors]
    names = dict(zip(boxes, fitted_apart(boxes, letters, widest_name, most=lines), strict=True))
    names |= zip(ellipses, fitted_apart(ellipses, letters, widest_factor, most=2), strict=True)
    cell = max((text_size(_variance(model, name), letters)[0] for name in boxes), default=0.0)
    rows = _Rows(row=row, letters=letters, names=names, cell=cell + 0.08 if cell else 0.0)
    widest = max((text_size(names[name], letters)[0] for name in boxes), default=0.0)
    for name in boxes:
        rows.sizes[name] = (max(widest, 0.3) + 0.1 + rows.cell, row - 0.035)
    for name in ellipses:
        text = names[name] + ("\n" + _variance(model, name) if _variance(model, name) else "")
        text_width, text_height = text_size(text, letters)
        rows.sizes[name] = (max(text_width, 0.35) * 1.25 + 0.12, text_height * 1.3 + 0.1)
    return rows


def _place_rows(model: PathModel, rows: _Rows) -> None:
    """Give each variable its height: items below each other, a factor in the middle of its items."""
    downward = 0.0
    places: dict[str, float] = {}
    for factor in [*model.columns[0], None]:
        items = _items_of(model, factor)
        if factor is None and not items:
            continue
        own_height = 0.0
        if factor is not None:
            own_height = max(
                rows.sizes[factor][1] + 0.05, _LOWEST_FACTOR if _tracks(model, model.columns[0]) else 0.0
            )
        block = max(len(items) * rows.row, own_height)
        start = downward + (block - len(items) * rows.row) / 2
        places |= {item: start + (place + 0.5) * rows.row for place, item in enumerate(items)}
        if factor is not None:
            places[factor] = downward + block / 2
        downward += block + _GAP
    height = downward - _GAP
    loadings = [a for a in model.arrows if a.kind == "loading"]
    for column in (*model.columns[1:], model.general):
        _place_column(column, loadings, rows, places)
    lowest = max(places[name] + rows.sizes[name][1] / 2 for name in places)
    highest = min(places[name] - rows.sizes[name][1] / 2 for name in places)
    rows.height = max(height, lowest) - min(0.0, highest) + 2 * _MARGIN
    top = rows.height - _MARGIN + min(0.0, highest)
    rows.heights = {name: top - place for name, place in places.items()}


def _place_column(
    column: Sequence[str], loadings: Sequence[Arrow], rows: _Rows, places: dict[str, float]
) -> None:
    """Place factors in the middle of what measures them, each below the one before."""
    end = -math.inf
    for name in column:
        heights = [places[a.target] for a in loadings if a.source == name and a.target in places]
        middle = (min(heights) + max(heights)) / 2 if heights else 0.0
        half = rows.sizes[name][1] / 2
        places[name] = max(middle, end + half + 0.1)
        end = places[name] + half


def _columns(model: PathModel, rows: _Rows, width: float) -> tuple[dict[str, float], float]:
    """Return the middle of each variable's column, and the width of all."""
    left_arcs = [_depth(model, column, rows.letters) for column in model.columns]
    item_arcs = _depth(model, model.items, rows.letters)
    columns: list[tuple[Sequence[str], float]] = [  # from left to right, with the room on the left of each
        (column, room) for column, room in zip(model.columns[::-1], left_arcs[::-1], strict=True)
    ]
    if model.items:
        columns.append((model.items, 0.0))
    if model.general:
        columns.append((model.general, item_arcs))
    widths = [max(rows.sizes[name][0] for name in column) for column, _ in columns]
    gaps = len(columns) - 1
    fixed = sum(widths) + sum(room for _, room in columns) + 2 * _MARGIN
    last = item_arcs if not model.general else 0.0
    free = (width - fixed - last) / gaps if gaps else 0.0
    gap = min(max(free, _NEAREST), _FARTHEST)
    whole = fixed + last + gap * gaps
    x = _MARGIN + max(width - whole, 0.0) / 2
    middles: dict[str, float] = {}
    for place, ((column, room), column_width) in enumerate(zip(columns, widths, strict=True)):
        x += room + (gap if place else 0.0)
        for name in column:
            # ellipses of different widths end at the same side, next to what they point to
            middles[name] = x + column_width / 2
        x += column_width
    return middles, max(width, whole)


def _tracks(model: PathModel, column: Sequence[str]) -> list[tuple[Arrow, int]]:
    """Return the arrows within a column, with the track of each: 1 is next to the column.

    Arcs that enclose or cross each other have different tracks, the longer one further out.
    """
    places = {name: place for place, name in enumerate(column)}
    arrows = [a for a in model.arrows if a.kind != "loading" and a.source in places and a.target in places]
    ends = [tuple(sorted((places[a.source], places[a.target]))) for a in arrows]
    order = sorted(range(len(arrows)), key=lambda n: (ends[n][1] - ends[n][0], ends[n]))
    used: list[list[tuple[int, ...]]] = []
    tracks = {}
    for n in order:
        low, high = ends[n]
        lowest = max(
            (t for t, others in enumerate(used, 1) if any(a >= low and b <= high for a, b in others)),
            default=0,
        )
        free = (
            t for t in range(lowest, len(used))
            if not any(a < high and b > low for a, b in used[t])
        )  # fmt: skip
        track = next(free, len(used))
        if track == len(used):
            used.append([])
        used[track].append(ends[n])
        tracks[n] = track + 1
    return [(arrow, tracks[n]) for n, arrow in enumerate(arrows)]


def _outwards(tracks: Sequence[tuple[Arrow, int]], track: int, letters: float) -> float:
    """Return how far a track is from its column: the first one so far that its labels do not reach it."""
    widest = max((text_size(arrow.text, letters)[0] for arrow, _ in tracks), default=0.0)
    return max(_TRACK, widest / 2 + 2 * _PAD) + (track - 1) * _TRACK


def _depth(model: PathModel, column: Sequence[str], letters: float) -> float:
    """Return the room that the arcs of a column need on one side, with half a label."""
    tracks = _tracks(model, column)
    if not tracks:
        return 0.0
    first = _outwards(tracks, 1, letters)
    return _outwards(tracks, max(track for _, track in tracks), letters) + first


def _shapes(
    model: PathModel, variables: Mapping[str, Variable], letters: float
) -> Iterator[tuple[Arrow, tuple[Point, ...]]]:
    """Yield each arrow with its points."""
    within: set[int] = set()  # drawn as arcs
    for column in (*model.columns, model.items):
        tracks = _tracks(model, column)
        if not tracks:
            continue
        side = 1 if column == model.items else -1
        boxes = [variables[name].box for name in column]
        edge = max(side * box.x + box.width / 2 for box in boxes)
        ends = _ends_of_arcs([a for a, _ in tracks], column, variables, side)
        for (arrow, track), (start, end) in zip(tracks, ends, strict=True):
            within.add(id(arrow))
            yield arrow, arc(start, end, side * (edge + _outwards(tracks, track, letters)))
    for arrow in model.arrows:
        if id(arrow) not in within:
            source, target = variables[arrow.source], variables[arrow.target]
            yield arrow, (_border(source, target), _border(target, source))


def _ends_of_arcs(
    arrows: Sequence[Arrow],
    column: Sequence[str],
    variables: Mapping[str, Variable],
    side: int,
) -> list[tuple[Point, Point]]:
    """Return where arcs begin and end, so that those of one variable do not have the same place."""
    places = {name: place for place, name in enumerate(column)}
    ends: dict[tuple[int, str], Point] = {}
    for name in column:
        of_name = [
            (number, places[a.target if a.source == name else a.source])
            for number, a in enumerate(arrows)
            if name in (a.source, a.target)
        ]
        # from above to below: to the nearest above, to the farthest above, to the farthest below …
        above = sorted((p, n) for n, p in of_name if p < places[name])
        below = sorted((p, n) for n, p in of_name if p >= places[name])
        order = [n for _, n in above[::-1]] + [n for _, n in below[::-1]]
        box, is_factor = variables[name].box, variables[name].is_factor
        for rank, number in enumerate(order):
            share = ((rank + 0.5) / len(order) - 0.5) * 1.3  # of half the height
            dx = math.sqrt(1 - share * share) if is_factor else 1.0
            ends[number, name] = Point(box.x + side * dx * box.width / 2, box.y - share * box.height / 2)
    return [(ends[number, a.source], ends[number, a.target]) for number, a in enumerate(arrows)]


def _border(variable: Variable, towards: Variable) -> Point:
    """Return where the line from the middle of a variable to another one leaves its shape."""
    box, other = variable.box, towards.box
    dx, dy = other.x - box.x, other.y - box.y
    if variable.is_factor:
        scale = 1 / math.hypot(dx / (box.width / 2), dy / (box.height / 2))
        return Point(box.x + scale * dx, box.y + scale * dy)
    side = 1 if dx > 0 else -1
    return Point(box.x + side * box.width / 2, box.y)


def _labelled(
    shapes: Iterator[tuple[Arrow, tuple[Point, ...]]],
    variables: Mapping[str, Variable],
    letters: float,
) -> tuple[tuple[Line, ...], bool]:
    """Return arrows with their labels, and whether every label is free."""
    boxes = [variable.box for variable in variables.values()]
    labels: list[Box] = []
    lines, all_free = [], True
    drawn = list(shapes)
    steep = _steep_fans(drawn)
    for arrow, points in sorted(drawn, key=lambda shape: len(shape[1])):
        width, height = text_size(arrow.text, letters)
        size = Box(0, 0, width + _PAD, height * 0.85)
        is_steep = arrow.source in steep or (len(points) == 2 and _is_steep(*points))
        near_end = is_steep and not variables[arrow.target].is_factor
        candidates = [
            size._replace(x=place.x, y=place.y)
            for place in _candidates(points, size.width if near_end else 0)
        ]
        free = [
            c for c in candidates
            if not any(c.meets(b, 0.01) for b in boxes) and not any(c.meets(b, 0.008) for b in labels)
        ]  # fmt: skip
        all_free = all_free and bool(free)
        label = free[0] if free else candidates[0]
        labels.append(label)
        lines.append(Line(arrow, points, label))
    return tuple(lines), all_free


def _steep_fans(drawn: Sequence[tuple[Arrow, tuple[Point, ...]]]) -> set[str]:
    """Return the factors of whose lines a third or more are steep."""
    lines = [(arrow.source, _is_steep(*points)) for arrow, points in drawn if len(points) == 2]
    counts = Counter(name for name, _ in lines)
    return {
        name
        for name, n in Counter(name for name, is_steep in lines if is_steep).items()
        if 3 * n >= counts[name]
    }


def _is_steep(start: Point, end: Point) -> bool:
    return abs(end.y - start.y) > abs(end.x - start.x)


def _candidates(points: Sequence[Point], near_end: float) -> list[Point]:
    """Return where a label may be, the best place first; near the end, where steep lines are apart."""
    if len(points) > 2:
        return [point_at(points, share) for share in _ON_ARCS]
    first: tuple[float, ...] = ()
    if near_end:
        first = (1 - (near_end / 2 + _HEAD) / abs(points[1].x - points[0].x),)
    return [point_at(points, share) for share in (*first, *_ON_LINES)]
