"""The command `reliability`: the reliability of scores, from a file of answers."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from intimacy_scales.cli.console import out
from intimacy_scales.cli.report_command import report_command
from intimacy_scales.cli.terminal import print_table

if TYPE_CHECKING:
    from intimacy_scales.reliability.report.report import ReliabilityReport

# columns that begin so are printed in a second table
_SECOND_TABLE = ("Omega", "Lambda-2", "Split-half", "Mean r", "Stratified alpha")


class MissingChoice(StrEnum):
    """The treatment of skipped items."""

    PAIRWISE = "pairwise"
    LISTWISE = "listwise"


class IntervalChoice(StrEnum):
    """The kinds of intervals of alpha."""

    BONETT = "bonett"
    BONETT_WRIGHT = "bonett-wright"
    FELDT = "feldt"
    DUHACHEK = "duhachek"
    ADF = "adf"
    BOOTSTRAP = "bootstrap"
    BCA = "bca"


def _print_report(report: ReliabilityReport) -> None:
    cells = report.page().tables[0].columns
    scale = next(iter(cells))
    methods = f"{report.interval_method}, of omega {report.omega_interval_method}"
    out.print(f"{escape(report.title)}; intervals: {methods}\n", soft_wrap=True)
    second = [name for name in cells if name.startswith(_SECOND_TABLE)]
    for names in ([name for name in cells if name not in second], [scale, *second]):
        print_table({name: cells[name] for name in names})
    for text in report.warnings:
        out.print(f"[yellow]![/] {escape(text)}", soft_wrap=True)
    out.print(escape(report.sentence()), soft_wrap=True)


def _options(
    missing: Annotated[
        MissingChoice,
        typer.Option(help="Skipped items: use persons who answered both items of a pair, or all items."),
    ] = MissingChoice.PAIRWISE,
    confidence_level: Annotated[
        float, typer.Option(help="Confidence level of the intervals of alpha and omega.")
    ] = 0.95,
    interval: Annotated[
        IntervalChoice | None,
        typer.Option(
            help="Kind of interval of alpha; by default bonett, or adf with --clusters. Omega's is adf if "
            "this is adf or a bootstrap, otherwise logit."
        ),
    ] = None,
    clusters: Annotated[str | None, typer.Option(help="Column of cluster labels, such as couples.")] = None,
    resamples: Annotated[int, typer.Option(help="Number of resamples of a bootstrap interval.")] = 2000,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of a bootstrap interval.")] = None,
) -> dict[str, Any]:
    """Compute the reliability of every scale from a file of answers.

    Exit status: 0 done, 1 bad answers (nothing is computed), 2 wrong use.
    """
    return {
        "missing": missing.value,
        "confidence_level": confidence_level,
        "interval": None if interval is None else interval.value,
        "clusters": clusters,
        "n_resamples": resamples,
        "rng": seed,
    }


def _job() -> Callable[..., Any]:
    from intimacy_scales.jobs import reliability_file

    return reliability_file


reliability = report_command(
    options=_options,
    job=_job,
    show=_print_report,
    pictures="reliability_pictures",
    without_output="For items too: -o report.html, .pdf, .docx, .md or .json; for a table: -o report.csv",
)
