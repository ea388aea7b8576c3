"""Pictures of a report as files: each plot that can be drawn, with its caption."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from intimacy_scales.errors import EstimationError
from intimacy_scales.plots.axes import PlotAxes
from intimacy_scales.results.csv_text import csv_text
from intimacy_scales.results.pictures import PictureFiles


class ToDraw(NamedTuple):
    """A plot to draw.

    Attributes
    ----------
    name
        Name of its files, without an ending.
    caption
        What stands under it.
    draw
        Function that draws it.
    """

    name: str
    caption: str
    draw: Callable[[], PlotAxes]


def drawn(plots: Iterable[ToDraw]) -> Iterator[PictureFiles]:
    """Yield the pictures of those plots that can be drawn; figures may be undefined, or not enough.

    Examples
    --------
    >>> list(drawn([]))
    []
    """
    for name, caption, draw in plots:
        try:
            axes = draw()
        except EstimationError:
            continue
        yield picture_files(axes, name, caption)


def picture_files(axes: PlotAxes, name: str, caption: str) -> PictureFiles:
    """Return the files of a picture.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> from intimacy_scales.plots import person_profile
    >>> axes = person_profile(score("kmss", {"kmss_1": 6, "kmss_2": 5}))
    >>> files = picture_files(axes, "profile", "One person.")
    >>> files.name, files.picture.kind, files.png_picture.kind
    ('profile', 'svg', 'png')
    """
    with TemporaryDirectory() as folder:
        png, svg = (axes.save(Path(folder, f"plot{ending}")).read_bytes() for ending in (".png", ".svg"))
    return PictureFiles(
        name=name, png=png, svg=svg, data=csv_text(axes.to_frame()), alt_text=axes.alt_text, caption=caption
    )
