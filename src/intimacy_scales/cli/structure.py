"""The command `structure`: whether the answers in a file support the instrument's scales."""

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
    from intimacy_scales.factor.report.result import StructureReport


class FactorsChoice(StrEnum):
    """The arrangements of factors."""

    CORRELATED = "correlated"
    ONE_FACTOR = "one"
    SECOND_ORDER = "second_order"
    BIFACTOR = "bifactor"


class EstimatorChoice(StrEnum):
    """The estimators."""

    ML = "ML"
    MLR = "MLR"
    GLS = "GLS"
    ULS = "ULS"


class MissingAnswersChoice(StrEnum):
    """The treatment of skipped items."""

    FIML = "fiml"
    LISTWISE = "listwise"
    PAIRWISE = "pairwise"


def _print_report(report: StructureReport) -> None:
    out.print(f"{escape(report.title)}\n", soft_wrap=True)
    from intimacy_scales.factor.report.wording import IMPROVEMENTS

    for table in report.page().tables:
        out.print(f"[bold]{escape(table.title)}[/]")
        if table.title != IMPROVEMENTS:
            print_table(table.columns)
    for index in report.modifications:
        out.print(f"- {escape(index.meaning)}", soft_wrap=True)
    if report.modifications:
        out.print()
    for text in report.warnings:
        out.print(f"[yellow]![/] {escape(text)}", soft_wrap=True)
    out.print(escape(report.sentence()), soft_wrap=True)


def _options(
    scale: Annotated[
        list[str] | None, typer.Option(help="Scale to test; may be repeated. By default all of them.")
    ] = None,
    factors: Annotated[
        FactorsChoice, typer.Option(help="Arrangement of the scales' factors.")
    ] = FactorsChoice.CORRELATED,
    estimator: Annotated[
        EstimatorChoice | None,
        typer.Option(help="MLR, the default, does not assume normality; GLS and ULS need complete answers."),
    ] = None,
    missing: Annotated[
        MissingAnswersChoice | None,
        typer.Option(help="Skipped items: use all answers (fiml, the default), or fewer."),
    ] = None,
    clusters: Annotated[str | None, typer.Option(help="Column of cluster labels, such as couples.")] = None,
    iterations: Annotated[int, typer.Option(help="Number of data sets of the parallel analysis.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the parallel analysis.")] = 0,
) -> dict[str, Any]:
    """Test whether the pattern of answers in a file supports the instrument's scales.

    Exit status: 0 done, 1 bad answers (nothing is computed), 2 wrong use.
    """
    return {
        "scales": scale,
        "factors": factors.value,
        "estimator": None if estimator is None else estimator.value,
        "missing": None if missing is None else missing.value,
        "clusters": clusters,
        "n_iterations": iterations,
        "rng": seed,
    }


def _job() -> Callable[..., Any]:
    from intimacy_scales.jobs import structure_file

    return structure_file


structure = report_command(
    options=_options,
    job=_job,
    show=_print_report,
    pictures="structure_pictures",
    hints={"scales=[": "On the command line: --scale NAME, once for each."},
)
