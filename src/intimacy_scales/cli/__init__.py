"""The command line: arguments become calls of public functions, results become tables on a terminal."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from intimacy_scales import __version__
from intimacy_scales.cli.commands import Commands
from intimacy_scales.cli.console import out, replace_unprintable

__all__ = ["app"]
_COMPLETE = "_INTIMACY_SCALES_COMPLETE"  # set by a shell that asks for completions


def _completion_wanted() -> bool:
    """Return whether typer's completion is needed, which a third of the time of a start would go to."""
    arguments = sys.argv[1:]
    return _COMPLETE in os.environ or arguments in ([], ["--help"]) or "completion" in "".join(arguments[:1])


app = typer.Typer(
    cls=Commands,
    name="intimacy-scales",
    help="Score questionnaires about close relationships, and tell how far to trust the scores.",
    no_args_is_help=True,
    add_completion=_completion_wanted(),
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"intimacy-scales {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Score questionnaires about close relationships, and tell how far to trust the scores."""
    replace_unprintable()
