"""Whether a picture can be read: places of its texts, contrast, grey print, alt text, data, and files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import to_hex, to_rgba
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from numpy.typing import NDArray

from intimacy_scales.plots import PlotAxes
from intimacy_scales.plots.axes import WIDTH
from intimacy_scales.plots.texts import without_glyph_warnings

Floats = NDArray[np.float64]
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
SMALLEST_FONT = 5.9  # points
TALLEST = 10.0  # inches: a page between its margins
_RESOLUTION = 100  # points per inch at which pictures are looked at
_EDGE = 1.0  # pixels by which texts may touch
_SHARE_OF_FAINT = 0.03  # of the pixels behind a text, on which it may be hard to read
_GREYS_APART = 12.0  # of the 100 steps of lightness (CIE 1976 L*)
_NO_MARKERS = (None, "None", "none", "", " ")


@dataclass(frozen=True)
class DrawnText:
    """A text in a picture: its outline in pixels from the lower left, without the margin that may touch."""

    artist: Text
    corners: Floats  # (4, 2)

    @property
    def words(self) -> str:
        """What it says, on one line."""
        return " ".join(self.artist.get_text().split())

    @property
    def middle(self) -> Floats:
        """Its centre."""
        return np.asarray(self.corners.mean(axis=0))

    def meets(self, corners: Floats) -> bool:
        """Return whether a convex outline has a point in common with it (separating axes)."""
        for outline in (self.corners, corners):
            edges = np.roll(outline, -1, axis=0) - outline
            for normal in np.column_stack([-edges[:, 1], edges[:, 0]]):
                first, second = self.corners @ normal, corners @ normal
                if first.max() <= second.min() or second.max() <= first.min():
                    return False
        return True

    def within(self, low: Sequence[float], high: Sequence[float]) -> bool:
        """Return whether it lies in a rectangle."""
        return bool((self.corners >= np.asarray(low)).all() and (self.corners <= np.asarray(high)).all())


def check_picture(axes: PlotAxes, *, files: bool = False, own_figure: bool = True) -> None:
    """Assert that a picture has none of the faults of `faults_of`.

    Parameters
    ----------
    axes
        What a plot returned.
    files
        Whether to write it as .png, .svg and .pdf too, which takes half a second.
    own_figure
        Whether the plot made the figure, whose size is checked then.
    """
    faults = faults_of(axes, own_figure=own_figure)
    if files:
        faults += faults_of_files(axes)
    assert not faults, "\n".join(faults)


def faults_of(axes: PlotAxes, *, own_figure: bool = True) -> list[str]:
    """Return what is wrong with a picture, in words."""
    figure = figure_of(axes)
    with _at_resolution(figure):
        texts = drawn_texts(figure)
        faults = [
            *faults_of_places(figure, texts),
            *faults_of_overlaps(texts),
            *faults_of_marks(figure, texts),
            *faults_of_contrast(figure, texts),
        ]
    faults += [*faults_of_greys(figure), *faults_of_words(axes)]
    if own_figure:
        faults += faults_of_size(figure)
    return faults


def table_of(axes: PlotAxes) -> Any:
    """Return the table of what is drawn, for tests that look into it."""
    return axes.to_frame()


def figure_of(axes: Axes) -> Figure:
    """Return the figure of axes."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return figure


@contextmanager
def _at_resolution(figure: Figure) -> Iterator[None]:
    """Draw a figure at the resolution at which pictures are looked at."""
    before = figure.dpi
    figure.set_dpi(_RESOLUTION)
    with without_glyph_warnings():
        yield
    figure.set_dpi(before)


@contextmanager
def _as_laid_out(figure: Figure) -> Iterator[None]:
    """Keep the layout that was found, which takes longer to find than the picture to draw."""
    engine = figure.get_layout_engine()
    figure.set_layout_engine("none")
    yield
    figure.set_layout_engine(engine)


def _pixels(figure: Figure) -> NDArray[np.uint8]:
    """Return the picture (height, width, 3), its lowest row first."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    return np.array(canvas.buffer_rgba())[::-1, :, :3]  # type: ignore[no-untyped-call]


def drawn_texts(figure: Figure) -> list[DrawnText]:
    """Return the texts that are drawn: those that matplotlib draws, not all that are there."""
    drawn: dict[int, Text] = {}
    draw = Text.draw

    def recording(artist: Text, *args: Any, **options: Any) -> None:
        if artist.get_visible() and artist.get_text().strip():
            drawn[id(artist)] = artist
        draw(artist, *args, **options)

    with mock.patch.object(Text, "draw", recording):
        figure.draw_without_rendering()
    return [DrawnText(artist, _outline(artist)) for artist in drawn.values()]


def _outline(artist: Text) -> Floats:
    """Return the corners of a text, which may be rotated."""
    box = Text.get_window_extent(artist)
    middle = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
    angle = artist.get_rotation()
    if angle % 180:
        artist.set_rotation(0)
        box = Text.get_window_extent(artist)
        artist.set_rotation(angle)
    width, height = max(box.width / 2 - _EDGE, 0.5), max(box.height / 2 - _EDGE, 0.5)
    turned = np.deg2rad(angle)
    axis, across = np.array([np.cos(turned), np.sin(turned)]), np.array([-np.sin(turned), np.cos(turned)])
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return np.array([middle + a * width * axis + b * height * across for a, b in signs])


def faults_of_places(figure: Figure, texts: Sequence[DrawnText]) -> list[str]:
    """Return which texts are not wholly on the canvas, and which are too small to read."""
    ends = (figure.bbox.x1, figure.bbox.y1)
    faults = [f"not on the canvas: {t.words!r}" for t in texts if not t.within((0, 0), ends)]
    return faults + [
        f"too small, {t.artist.get_fontsize():.1f} points: {t.words!r}"
        for t in texts
        if float(t.artist.get_fontsize()) < SMALLEST_FONT
    ]


def faults_of_overlaps(texts: Sequence[DrawnText]) -> list[str]:
    """Return which texts lie on each other."""
    if not texts:
        return []
    low = np.array([t.corners.min(axis=0) for t in texts])
    high = np.array([t.corners.max(axis=0) for t in texts])
    near = (low[:, None] < high).all(axis=2) & (high[:, None] > low).all(axis=2)
    pairs = zip(*np.nonzero(np.triu(near, 1)), strict=True)
    return [
        f"texts overlap: {texts[a].words!r}, {texts[b].words!r}"
        for a, b in pairs
        if texts[a].meets(texts[b].corners)
    ]


def faults_of_marks(figure: Figure, texts: Sequence[DrawnText]) -> list[str]:
    """Return which texts lie on a marker that is not their own, or partly on a bar.

    A text in the middle of a marker, or wholly within a bar, labels it.
    """
    if not texts:
        return []
    low = np.array([t.corners.min(axis=0) for t in texts])
    high = np.array([t.corners.max(axis=0) for t in texts])

    def met(corners: Floats) -> list[DrawnText]:
        near = (low < corners.max(axis=0)).all(axis=1) & (high > corners.min(axis=0)).all(axis=1)
        return [texts[k] for k in np.flatnonzero(near).tolist() if texts[k].meets(corners)]

    faults = []
    for middle, half in _markers(figure):
        square = middle + half * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
        faults += [
            f"on a marker at {middle.round(0).tolist()}: {t.words!r}"
            for t in met(square)
            if np.abs(t.middle - middle).max() > 2 * _EDGE
        ]
    for bar in _bars(figure):
        box = bar.get_window_extent()
        ends = np.array([(box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)])
        inner, outer = (box.x0 - _EDGE, box.y0 - _EDGE), (box.x1 + _EDGE, box.y1 + _EDGE)
        faults += [f"partly on a bar: {t.words!r}" for t in met(ends) if not t.within(inner, outer)]
    return faults


def _markers(figure: Figure) -> Iterator[tuple[Floats, float]]:
    """Yield the middle of each marker of data, and half its width without its edge, in pixels."""
    pixels = figure.dpi / 72
    for axes in figure.axes:
        for line in axes.lines:
            if line.get_visible() and line.get_marker() not in _NO_MARKERS:
                for middle in _on_canvas(axes, line.get_transform().transform(line.get_xydata())):
                    yield middle, 0.4 * line.get_markersize() * pixels
        for collection in axes.collections:
            if isinstance(collection, PathCollection) and collection.get_visible():
                offsets = collection.get_offset_transform().transform(
                    np.ma.filled(collection.get_offsets(), np.nan)
                )
                sizes = np.resize(np.sqrt(collection.get_sizes()), len(offsets))
                for middle, size in zip(offsets, sizes, strict=True):
                    if np.isfinite(middle).all():
                        yield middle, 0.4 * size * pixels


def _on_canvas(axes: Axes, points: Floats) -> Iterator[Floats]:
    """Yield the points of axes that are not cut off."""
    box = axes.bbox
    for point in points:
        if (
            np.isfinite(point).all()
            and box.x0 - 1 <= point[0] <= box.x1 + 1
            and box.y0 - 1 <= point[1] <= box.y1 + 1
        ):
            yield point


def _bars(figure: Figure) -> list[Rectangle]:
    """Return the filled rectangles of data."""
    return [
        patch
        for axes in figure.axes
        for patch in axes.patches
        if isinstance(patch, Rectangle) and patch.get_visible() and _is_filled(patch.get_facecolor())
        and patch.get_width() and patch.get_height()
    ]  # fmt: skip


def _is_filled(color: Any) -> bool:
    red, green, blue, alpha = to_rgba(color)
    return alpha > 0 and min(red, green, blue) < 0.98


def faults_of_contrast(figure: Figure, texts: Sequence[DrawnText]) -> list[str]:
    """Return which texts have too little contrast with what is behind them."""
    colors = [to_rgba(t.artist.get_color(), t.artist.get_alpha()) for t in texts]
    for text, color in zip(texts, colors, strict=True):
        text.artist.set_alpha(None)
        text.artist.set_color((*color[:3], 0.0))
        text.artist.set_visible(text.artist.get_bbox_patch() is not None)
    with _as_laid_out(figure):
        behind = _pixels(figure) / 255
    for text, color in zip(texts, colors, strict=True):
        text.artist.set_visible(True)
        text.artist.set_color(color)
    faults = []
    for text, color in zip(texts, colors, strict=True):
        pixels = _pixels_in(behind, text.corners)
        if not len(pixels):
            continue
        ink = color[3] * np.array(color[:3]) + (1 - color[3]) * pixels
        contrasts = contrast(ink, pixels)
        if np.mean(contrasts < LEAST_CONTRAST) > _SHARE_OF_FAINT:
            worst = float(np.quantile(contrasts, _SHARE_OF_FAINT))
            faults.append(f"contrast {worst:.1f} is below {LEAST_CONTRAST}: {text.words!r}")
    return faults


def _pixels_in(picture: Floats, corners: Floats) -> Floats:
    """Return the colours of the pixels in an outline."""
    height, width = picture.shape[:2]
    x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(corners.max(axis=0)).astype(int), (width, height))
    if x1 <= x0 or y1 <= y0:
        return np.empty((0, 3))
    columns, rows = np.meshgrid(np.arange(x0, x1), np.arange(y0, y1))
    centres = np.column_stack([columns.ravel() + 0.5, rows.ravel() + 0.5])
    inside = Outline(corners).contains_points(centres)
    return np.asarray(picture[y0:y1, x0:x1].reshape(-1, 3)[inside])


def luminance(colors: Any) -> Floats:
    """Return the relative luminance of sRGB colours (..., 3), 0 to 1."""
    values = np.asarray(colors, dtype=float)[..., :3]
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(first: Any, second: Any) -> Floats:
    """Return the contrast of colours, 1 to 21 (WCAG 2.2)."""
    one, other = luminance(first), luminance(second)
    return np.asarray((np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05))


def lightness(color: Any) -> float:
    """Return the lightness of a colour on white paper, 0 to 100 (CIE 1976 L*)."""
    red, green, blue, alpha = to_rgba(color)
    y = float(luminance(alpha * np.array([red, green, blue]) + 1 - alpha))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def faults_of_greys(figure: Figure) -> list[str]:
    """Return what is told apart by colour alone: lines, markers and bars, and cells of heatmaps."""
    faults = []
    for axes in figure.axes:
        styles = {
            *map(_style_of_line, _lines(axes)),
            *(_style_of_bar(bar) for bar in _bars(figure) if bar.axes is axes),
        }
        for (kind, *rest, color), (other_kind, *others, other) in combinations(sorted(styles, key=str), 2):
            alike = kind == other_kind and rest == others and color != other
            if alike and abs(lightness(color) - lightness(other)) < _GREYS_APART:
                faults.append(f"{kind}s differ in colour alone: {color} and {other}")
        faults += _faults_of_heatmaps(axes)
    return faults


def _lines(axes: Axes) -> list[Line2D]:
    """Return the lines of data, without the caps of error bars, which are those of their own line."""
    caps = {
        id(cap)
        for bars in axes.containers
        if isinstance(bars, ErrorbarContainer)
        for cap in bars.lines[1] or ()
    }
    return [line for line in axes.lines if line.get_visible() and id(line) not in caps]


def _hex(color: Any) -> str:
    return to_hex(color, keep_alpha=True)


def _style_of_line(line: Line2D) -> tuple[str, ...]:
    marker = "" if line.get_marker() in _NO_MARKERS else str(line.get_marker())
    filled = str(_is_filled(line.get_markerfacecolor())) if marker else ""
    return "line", str(line.get_linestyle()), marker, filled, _hex(line.get_color())


def _style_of_bar(bar: Rectangle) -> tuple[str, ...]:
    return "bar", str(bar.get_hatch()), str(bar.get_linestyle()), _hex(bar.get_facecolor())


def _faults_of_heatmaps(axes: Axes) -> list[str]:
    """Return which heatmaps show the sign of a value by hue alone: no number or marker is in the cell."""
    faults = []
    for mappable in [*axes.images, *axes.collections]:
        if not isinstance(mappable, AxesImage | QuadMesh) or _is_monotone(mappable):
            continue
        values: Floats = np.ma.filled(np.ma.asarray(mappable.get_array(), dtype=float), np.nan)
        if values.ndim != 2:
            continue
        marked = {(round(x), round(y)) for x, y in _marked_places(axes)}
        rows, columns = np.nonzero(values < _middle(mappable))
        unmarked = [
            (r, c) for r, c in zip(rows.tolist(), columns.tolist(), strict=True) if (c, r) not in marked
        ]
        if unmarked:
            faults.append(f"{len(unmarked)} cells below the middle differ from those above in hue alone")
    return faults


def _middle(mappable: ScalarMappable) -> float:
    low, high = mappable.get_clim()
    assert low is not None and high is not None
    return (low + high) / 2


def _is_monotone(mappable: ScalarMappable) -> bool:
    """Return whether a larger value is always lighter, or always darker."""
    steps = np.diff([lightness(color) for color in mappable.get_cmap()(np.linspace(0, 1, 33))])
    return bool((steps >= -0.5).all() or (steps <= 0.5).all())


def _marked_places(axes: Axes) -> Iterator[tuple[float, float]]:
    """Yield where texts and markers lie, in the units of cells, whose middles are whole numbers."""
    for text in axes.texts:
        if text.get_text().strip():
            x, y = text.get_position()
            yield float(x), float(y)
    for line in axes.lines:
        if line.get_marker() not in _NO_MARKERS:
            yield from ((float(x), float(y)) for x, y in np.asarray(line.get_xydata()))
    for collection in axes.collections:
        if isinstance(collection, PathCollection):
            yield from ((float(x), float(y)) for x, y in np.asarray(collection.get_offsets()))


def faults_of_words(axes: PlotAxes) -> list[str]:
    """Return what is wrong with the alt text and with the table of what is drawn."""
    faults = []
    words = axes.alt_text
    if not words.strip() or words != words.strip() or not words.endswith("."):
        faults.append(f"the alt text is not made of sentences: {words!r}")
    if not re.search(r"\d", words):
        faults.append(f"the alt text has no figures: {words!r}")
    if bad := re.findall(r"\b(?:nan|None|inf)\b|[{}]|  |\n", words):
        faults.append(f"the alt text contains {bad[0]!r}: {words!r}")
    frame = axes.to_frame()
    if frame.empty:
        faults.append("to_frame() is empty")
    return faults


def faults_of_size(figure: Figure) -> list[str]:
    """Return whether a figure is too wide for a column of a journal, or too tall for a page."""
    width, height = figure.get_size_inches()
    faults = [f"{width:.1f} inches wide; allowed: {WIDTH}"] if width > WIDTH + 1e-6 else []
    return faults + ([f"{height:.1f} inches tall; allowed: {TALLEST}"] if height > TALLEST + 1e-6 else [])


def faults_of_files(axes: PlotAxes) -> list[str]:
    """Return which files cannot be written, or do not have the alt text."""
    faults = []
    first = re.escape(axes.alt_text[:20]).encode()
    with TemporaryDirectory() as folder:
        for ending, begin in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
            content = axes.save(Path(folder, f"plot{ending}")).read_bytes()
            if not content.startswith(begin) or len(content) < 1000:
                faults.append(f"{ending} is not such a file")
            if ending == ".svg" and b"&" not in first and not re.search(first, content):
                faults.append(f"{ending} does not have the alt text")
    return faults
