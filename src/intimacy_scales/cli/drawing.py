"""Pictures of reports on the command line: drawn where matplotlib is installed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

_WITH_PICTURES = (".html", ".docx", ".pdf")


def drawing(name: str, output: Path | None, *, wanted: bool = True) -> tuple[Any, str | None]:
    """Return a function of `intimacy_scales.plots` that draws the pictures of a report.

    Parameters
    ----------
    name
        Its name.
    output
        The file of the report; only some have pictures.
    wanted
        Whether pictures are wanted.

    Returns
    -------
    draw, no_pictures
        The function, or None; and what to install where it is None for want of matplotlib.
    """
    if not wanted or output is None or output.suffix.lower() not in _WITH_PICTURES:
        return None, None
    try:
        plots = import_module("intimacy_scales.plots")
    except ImportError as error:
        return None, str(error)
    return getattr(plots, name), None
