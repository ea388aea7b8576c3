"""Plots with a row for each item, scale or pattern: their height, their labels, and the items to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.messages import a_type, suggest
from intimacy_scales.moments.scale_items import scale_items
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.plots.axes import PlotAxes
from intimacy_scales.plots.texts import folded, printable
from intimacy_scales.results.documents import instrument_for

ROW = 0.15  # inches: one line of small print
TALLEST = 9.9  # inches: a page between its margins
SMALL = "x-small"  # size of labels of rows
_ID_LETTERS = 22
_WORDING_LETTERS = 34
_LINES = 2  # of a label with the wording


def height_of(n_rows: int, *, rest: float, row: float = ROW, what: str = "items", advice: str) -> float:
    """Return the height of a plot in inches.

    Parameters
    ----------
    n_rows
        Number of rows.
    rest
        Height of title, axis and key.
    row
        Height of a row.
    what, advice
        What the rows are, and what to do where they do not fit on a page.

    Raises
    ------
    EstimationError
        The plot would be taller than a page.
    """
    most = int((TALLEST - rest) / row + 1e-9)
    if n_rows > most:
        raise EstimationError(f"{n_rows} {what} do not fit on a page; allowed: up to {most}; {advice}")
    return rest + row * max(n_rows, 2)


def shortened_id(name: str, letters: int = _ID_LETTERS) -> str:
    """Return an id on one line; a long one without its middle, as ends tell ids apart.

    Examples
    --------
    >>> shortened_id("tru01"), shortened_id("satisfaction_with_the_relationship_07")
    ('tru01', 'satisfactio…tionship_07')
    """
    seen = printable(name)
    return seen if len(seen) <= letters else f"{seen[: letters // 2]}…{seen[-(letters // 2) :]}"


def item_labels(items: Sequence[str], texts: Mapping[str, str]) -> list[str]:
    """Return the labels of items: ids, with their wording where it is given; a minus stays where it is."""
    labels = []
    for item in items:
        text = texts.get(item.removeprefix("-"))
        if text is None:
            labels.append(shortened_id(item))
        else:
            labels.append(folded(f"{item}: {text}", width=_WORDING_LETTERS, most=_LINES))
    return labels


def row_of(labels: Sequence[str]) -> float:
    """Return the height of a row with these labels, in inches."""
    return ROW * 1.75 if any("\n" in label for label in labels) else ROW


def wording_of(form: Instrument, wording: bool) -> dict[str, str]:
    """Return item → its wording, where it is asked for.

    Raises
    ------
    EstimationError
        It is asked for, and no item has any.
    """
    if not wording:
        return {}
    texts = {item.id: item.text for item in form.items if item.text is not None}
    if not texts:
        raise EstimationError(
            f"{form.id} has no wording, only its key is known; leave wording= out, or add the texts that you "
            "may show by with_texts()"
        )
    return texts


def wording_of_result(reference: InstrumentRef | None, wording: bool | Instrument) -> dict[str, str]:
    """Return item → its wording for a result, which names its instrument only.

    Raises
    ------
    EstimationError
        The instrument is not known, not the one that was answered, or has no wording.
    """
    if isinstance(wording, Instrument):
        return wording_of(wording, True)
    if not isinstance(wording, bool):
        raise EstimationError(f"wording is {a_type(wording)}; allowed: True, False, or the instrument")
    if not wording:
        return {}
    if reference is None:
        raise EstimationError("the result names no instrument; pass it as wording=load_file(path)")
    try:
        return wording_of(instrument_for(reference, None), True)
    except DocumentError as error:
        raise EstimationError(
            f"{reference.id} is not shipped as it was answered; pass the instrument, as in "
            "wording=load_file(path)"
        ) from error


def items_to_draw(form: Instrument, scale: str | None, items: Sequence[str] | None) -> tuple[str, ...]:
    """Return the ids of the items of a scale, or of those named, or of all, in their order.

    Raises
    ------
    EstimationError
        Both are given, an item is unknown or named twice, or none is left.
    UnknownNameError
        There is no such scale.
    """
    if scale is not None and items is not None:
        raise EstimationError("scale= and items= exclude each other; pass one of them")
    if scale is not None:
        form.scale(scale)  # raises where there is none
        return scale_items(form)[scale].ids
    if items is None:
        return form.item_ids
    names = tuple(as_names("items", items))
    if not names:
        raise EstimationError("items is empty; name items, or leave it out for all")
    for place, name in enumerate(names):
        if name not in form.item_ids:
            raise EstimationError(f"{name!r} is not an item of {form.id}{suggest(name, form.item_ids)}")
        if name in names[:place]:
            raise EstimationError(f"items: {name!r} is named twice; name it once")
    return names


def set_heading(axes: PlotAxes, text: str, labels: Sequence[str], *, pad: float = 16) -> None:
    """Set the title, folded to the width that labels of rows leave."""
    longest = max((len(line) for label in labels for line in label.split("\n")), default=0)
    width = 34 if longest > 16 else 46
    axes.set_title(folded(text, width=width), loc="left", fontsize="medium", pad=pad)


def set_rows(axes: PlotAxes, labels: Sequence[str], *, above: float = 0.5) -> None:
    """Label the rows 0, 1 …, the first at the top."""
    axes.set_yticks(range(len(labels)), labels, fontsize=SMALL)
    axes.set_ylim(len(labels) - 0.5, -above)
    axes.tick_params(axis="y", length=0)


def next_to_rows(
    axes: PlotAxes,
    texts: Sequence[str],
    heading: str,
    *,
    after: float = 6,
    rows: Sequence[float] | None = None,
) -> None:
    """Write a text to the right of each row, and a heading above them.

    Parameters
    ----------
    axes
        Axes with rows.
    texts, heading
        The texts.
    after
        Points between the axes and the texts.
    rows
        Where the texts are; by default on rows 0, 1 …
    """
    sideways: dict[str, Any] = {
        "textcoords": "offset points",
        "ha": "left",
        "fontsize": SMALL,
        "annotation_clip": False,
    }
    place = axes.get_yaxis_transform()
    for row, text in zip(range(len(texts)) if rows is None else rows, texts, strict=True):
        axes.annotate(text, (1, row), xycoords=place, xytext=(after, 0), va="center", **sideways)
    if heading:
        axes.annotate(heading, (1, 1), xycoords="axes fraction", xytext=(after, 2), va="bottom", **sideways)
