"""What all plots share: axes with an alt text and their data, colours that everyone can tell apart, files."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from intimacy_scales.errors import EstimationError
from intimacy_scales.late import late_module
from intimacy_scales.messages import a_type
from intimacy_scales.plots.texts import printable, show_as_written, without_glyph_warnings
from intimacy_scales.results.html import html_picture
from intimacy_scales.results.pictures import Picture
from intimacy_scales.results.wording import without_zero

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

# Okabe & Ito (2008): told apart with every common kind of colour blindness, and dark enough in grey
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#595959"
ORANGE_INK = "#B34700"  # of texts about what is orange: a contrast of 5.5 to white, which orange has not


class Style(NamedTuple):
    """How one partner or one coefficient is drawn: not by colour alone; ``ink`` is for its texts."""

    color: str
    marker: str
    line: Literal["-", "--"]
    ink: str


FIRST, SECOND = Style(BLUE, "o", "-", BLUE), Style(ORANGE, "s", "--", ORANGE_INK)
WIDTH = 5.2  # inches: readable at one column of a journal
_RESOLUTION = 200  # points per inch


class PlotAxes(Axes):
    """Axes of a plot with its alt text and its data.

    Attributes
    ----------
    alt_text
        What the plot shows, in words, for readers who do not see it.
    columns
        The numbers that are drawn, as columns.
    callers_texts
        Texts that were on the caller's axes before.

    Examples
    --------
    >>> from intimacy_scales.dyads import Dyads
    >>> pairs = {"trust": {"a": "a", "b": "b"}}
    >>> dyads = Dyads.of_scores([{"a": 5.5, "b": 6.0}, {"a": 4.0, "b": 4.5}], pairs)
    >>> from intimacy_scales.plots import partner_scatter
    >>> axes = partner_scatter(dyads, "trust")
    >>> isinstance(axes, PlotAxes), len(axes.columns["trust of partner"])
    (True, 4)
    """

    name = "intimacy_scales"
    alt_text: str
    columns: Mapping[str, Sequence[Any]]
    callers_texts: Collection[Artist] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return the numbers that are drawn as a pandas table."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame(self.columns)

    def save(self, path: str | Path) -> Path:
        """Write the plot to a file, and return its path; the ending says the format: .png, .svg or .pdf.

        The alt text is stored in the file too.
        """
        return save_plot(self, path)

    def _repr_html_(self) -> str | None:
        """Return the picture for a notebook; None if pyplot shows it anyway."""
        figure = self.get_figure(root=True)
        pyplot = sys.modules.get("matplotlib.pyplot")
        if figure is None or (pyplot is not None and getattr(figure, "number", None) in pyplot.get_fignums()):
            return None
        return html_picture(Picture(content=_written(self, ".svg"), alt_text=self.alt_text, caption=""))


def axes_for(ax: Axes | None, height: float) -> PlotAxes:
    """Return the caller's axes, or new ones of their own figure.

    Raises
    ------
    EstimationError
        ``ax`` is not axes of matplotlib.
    """
    if ax is None:
        # a Figure of its own, not one of pyplot, which would keep it in memory until it is closed;
        # compressed: nothing is cut off next to axes whose sides are equal
        figure = Figure(figsize=(WIDTH, height), layout="compressed")
        return cast(PlotAxes, figure.add_subplot(axes_class=PlotAxes))
    if not isinstance(ax, Axes):
        raise EstimationError(f"ax is {a_type(ax)}; pass axes, as those of matplotlib.pyplot.subplots()")
    if type(ax) is Axes:
        ax.__class__ = PlotAxes  # a subclass without fields of its own: the caller's axes get its methods
    axes = cast(PlotAxes, ax)
    axes.callers_texts = tuple(axes.texts)
    return axes


def described(axes: PlotAxes, alt_text: str, columns: Mapping[str, Sequence[Any]]) -> PlotAxes:
    """Return axes with their alt text and data, without the frame that no plot needs."""
    axes.alt_text, axes.columns = alt_text, columns
    show_as_written(axes, axes.callers_texts)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


class _WithoutZero(ScalarFormatter):
    """Numbers of an axis with equally many decimals, and no zero before the decimal point."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return without_zero(super().__call__(x, pos))


def without_zeros(axes: PlotAxes) -> None:
    """Write the numbers of the horizontal axis as figures that cannot exceed 1."""
    axes.xaxis.set_major_formatter(_WithoutZero())


def save_plot(axes: PlotAxes, path: str | Path) -> Path:
    """Write a plot to a file; arguments as of `PlotAxes.save`."""
    target = Path(path)
    target.write_bytes(_written(axes, target.suffix.lower(), target.name))
    return target


def _written(axes: PlotAxes, ending: str, name: str = "") -> bytes:
    """Return the content of a picture's file of the format that an ending names."""
    from matplotlib import rc_context

    alt_text = printable(axes.alt_text)
    metadata = {
        ".png": {"Description": alt_text},
        ".svg": {"Description": alt_text, "Date": None},
        ".pdf": {"Subject": alt_text, "CreationDate": None},
    }.get(ending)
    if metadata is None:
        raise EstimationError(f"{name!r} is not valid; allowed endings: .png, .svg, .pdf")
    figure = axes.get_figure(root=True)
    assert figure is not None
    content = BytesIO()
    with (
        rc_context({"svg.hashsalt": "intimacy-scales", "svg.fonttype": "none"}),
        without_glyph_warnings(),
    ):
        figure.savefig(content, format=ending[1:], dpi=_RESOLUTION, metadata=metadata)
    return content.getvalue()
