"""The command line: arguments → public functions, results → tables on a terminal."""

from __future__ import annotations

from typing import Annotated

import typer

from intimacy_scales import __version__
from intimacy_scales.cli.catalogue import list_instruments, show
from intimacy_scales.cli.check import check
from intimacy_scales.cli.demo import demo
from intimacy_scales.cli.reliability import reliability
from intimacy_scales.cli.score import score
from intimacy_scales.cli.structure import structure
from intimacy_scales.cli.terminal import out, print_what_can_be_printed

__all__ = ["app"]

app = typer.Typer(
    name="intimacy-scales",
    help="Score questionnaires about close relationships, and tell how far to trust the scores.",
    no_args_is_help=True,
    add_completion=False,
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
    print_what_can_be_printed()


app.command("list")(list_instruments)
app.command()(show)
app.command()(score)
app.command("reliability")(reliability)
app.command("structure")(structure)
app.command()(check)
app.command()(demo)
