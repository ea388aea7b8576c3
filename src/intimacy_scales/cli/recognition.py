"""The instrument of a file of answers where the command line names none."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape

from intimacy_scales.cli.console import WRONG_USE, err, out
from intimacy_scales.errors import ResponseError, UnverifiedKeyWarning

if TYPE_CHECKING:
    from intimacy_scales.cli.file_options import FileOptionsGiven
    from intimacy_scales.interop.recognition import Candidate


def recognized(file: Path, given: FileOptionsGiven, *, go_on: bool) -> Candidate:
    """Print which instrument a file holds answers to, and return it if the command may go on with it.

    Raises
    ------
    ResponseError
        A mapping is given, which names columns of items and not their instrument.
    typer.Exit
        No instrument alone fits without contradiction, or the user did not say to go on (``--yes``).
    """
    from intimacy_scales.interop.recognition import recognize

    if given.mapping is not None:
        raise ResponseError(
            f"--mapping {given.mapping} says how items are read, and not of which instrument; name it: -i ID"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedKeyWarning)  # it comes when the instrument is used
        recognition = recognize(file, **given.opening())
    for line in recognition.lines():
        out.print(escape(line), soft_wrap=True)
    best = recognition.best
    if best is None:
        err.print("Name the instrument: -i ID, and --columns PATTERN if its columns have other names")
        raise typer.Exit(WRONG_USE)
    if not go_on:
        patterns = [part.pattern for part in best.sets if part.pattern not in (None, "{item}")]
        columns = f" --columns '{patterns[0]}'" if patterns else ""
        or_else = "or name it" if len(best.sets) == 1 else "which scores each set, or one set alone"
        named = (
            f": -i {escape(best.instrument.id)}{escape(columns)}" if columns or len(best.sets) == 1 else ""
        )
        err.print(f"To go on: --yes{f', {or_else}{named}' if named else ''}", soft_wrap=True)
        raise typer.Exit(WRONG_USE)
    return best


def named_sets(best: Candidate) -> dict[str, Any]:
    """Return the sets of columns of an instrument, named by what tells them apart."""
    names = [part.whose.strip("_.- …") or "1" for part in best.sets]
    if len(set(names)) < len(names):
        names = [str(number) for number in range(1, len(names) + 1)]
    return {name: dict(part.columns) for name, part in zip(names, best.sets, strict=True)}
