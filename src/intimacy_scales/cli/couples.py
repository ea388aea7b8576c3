"""The command `couples`: a report of couples, from a file of answers of both partners."""

from __future__ import annotations

import re
import warnings
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from intimacy_scales.cli.console import BAD_ANSWERS, err, out
from intimacy_scales.cli.couple_faults import print_faults
from intimacy_scales.cli.couple_layout import CoupleLayout, read_keep
from intimacy_scales.cli.file_options import FileOptionsGiven, reads_file
from intimacy_scales.cli.options import AnswersFile, InstrumentName, ProblemsFile
from intimacy_scales.cli.terminal import errors_as_messages, print_blank_rows, print_problems, print_table
from intimacy_scales.cli.terminal import progress as progress_bar
from intimacy_scales.errors import (
    LikelyMissingCodeWarning,
    PairingError,
    ResponseError,
    UnvalidatedInstrumentWarning,
)

if TYPE_CHECKING:
    from intimacy_scales.dyads import CoupleReport
    from intimacy_scales.jobs import CoupleFileReport

_FILES = (".html", ".docx", ".pdf", ".md", ".json", ".csv", ".xlsx")  # endings that no folder has
_MISSING_COLUMNS = (
    "On the command line: --a PATTERN --b PATTERN (a row for each couple), --columns PATTERN (a row for each "
    "person)."
)
_HINTS = {
    "outcome=": "On the command line: --outcome NAME",
    "predictors=": "On the command line: --predictor NAME, once for each.",
    "also=": "On the command line: -o FOLDER",
    "scales=": "On the command line: --scale NAME, once for each.",
    "covariates=": "On the command line: --covariate NAME, once for each.",
    "choose one, as by dyads.at(": "On the command line: --occasion LABEL",
    "(distinguishable=False)": "On the command line: leave out --role, --roles, --a-role, --b-role "
    "and --mixed, so that all partners are exchangeable; or leave these couples out of the file",
    "must be kept when couples are paired (keep=": "On the command line: --keep NAME=COLUMN_A,COLUMN_B, or "
    "--keep COLUMN in a file with a row for each person",
    "if these are roles, by which": "On the command line: --roles with --a and --b; --role COLUMN in a file "
    "with a row for each person",
    "pass missing_codes= when couples are paired": "On the command line: --missing-code VALUE, once for each",
    "which is not a number; ": "On the command line: correct this cell in the file (row 0 is the "
    "first after the header), or leave it empty",
}
_ROW_NAMES = ("Scale", "Couples")
_AGREEMENT, _DIFFERENCE, _OMEGA = "agreement", "difference", "omega"  # tables that a terminal has room for
_FOLDED = re.compile(r"^(M|SD|Omega) ")  # headings with the name of a partner, which is on a line of its own


class OnFaultChoice(StrEnum):
    """The treatment of rows that cannot be paired."""

    RAISE = "raise"
    LEAVE_OUT = "leave_out"


class AlsoChoice(StrEnum):
    """Further files of a report."""

    DOCX = "docx"
    PDF = "pdf"


PartnerColumns = Annotated[
    str | None,
    typer.Option(
        help="A row for each couple: pattern of one partner's columns, such as 'prqc.1_{n}' ({n}: position "
        'in the form, {item}: id), or a .toml or .json file of item = "column".'
    ),
]
OtherColumns = Annotated[
    str | None, typer.Option(help="A row for each couple: the same for the other partner's columns.")
]


@reads_file()
def couples(
    given: FileOptionsGiven,
    file: AnswersFile,
    instrument: InstrumentName,
    a: PartnerColumns = None,
    b: OtherColumns = None,
    a_name: Annotated[
        str | None, typer.Option(help="Name of the partner of --a, such as wife; by default a.")
    ] = None,
    b_name: Annotated[
        str | None, typer.Option(help="Name of the partner of --b, such as husband; by default b.")
    ] = None,
    roles: Annotated[
        bool, typer.Option("--roles", help="These names are roles, and partners are distinguished by them.")
    ] = False,
    a_role: Annotated[
        str | None, typer.Option(help="Column of the role of the partner of --a, if roles differ by couple.")
    ] = None,
    b_role: Annotated[
        str | None, typer.Option(help="Column of the role of the partner of --b, if roles differ by couple.")
    ] = None,
    couple: Annotated[
        str | None,
        typer.Option(help="Column of couples' labels; needed in a file with a row for each person."),
    ] = None,
    person: Annotated[
        str | None, typer.Option(help="A row for each person: column of persons' ids, or numbers 1 and 2.")
    ] = None,
    role: Annotated[
        str | None,
        typer.Option(help="A row for each person: column of roles, by which partners are distinguished."),
    ] = None,
    role_order: Annotated[
        str | None,
        typer.Option(
            help="The roles with commas between, the first partner's first, as woman,man; by default in "
            "alphabetical order."
        ),
    ] = None,
    mixed: Annotated[
        bool,
        typer.Option("--mixed", help="Both partners may have the same role, as in f-f, f-m and m-m couples."),
    ] = False,
    time: Annotated[str | None, typer.Option(help="Column of occasions, if couples answered often.")] = None,
    occasion: Annotated[str | None, typer.Option(help="The occasion to report, with --time.")] = None,
    scale: Annotated[
        list[str] | None, typer.Option(help="Scale to report; may be repeated. By default all of them.")
    ] = None,
    outcome: Annotated[
        str | None, typer.Option(help="Outcome of an actor-partner model: a scale or a column of numbers.")
    ] = None,
    predictor: Annotated[
        list[str] | None, typer.Option(help="Predictor of the outcome; may be repeated.")
    ] = None,
    covariate: Annotated[
        list[str] | None,
        typer.Option(
            help="Column with one number for each couple, such as years together, for which effects are "
            "adjusted; may be repeated."
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(help="Numbers for the model: COLUMN; a row for each couple: NAME=COLUMN_A,COLUMN_B."),
    ] = None,
    confidence_level: Annotated[float, typer.Option(help="Confidence level of all intervals.")] = 0.95,
    invariance: Annotated[
        bool | None,
        typer.Option(
            "--invariance/--no-invariance",
            help="Test that scales measure the same in both partners; by default where they have roles.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the random re-pairings of strangers.")] = 0,
    on_fault: Annotated[
        OnFaultChoice,
        typer.Option(help="Rows that cannot be paired: stop, or leave these couples out."),
    ] = OnFaultChoice.RAISE,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write the report, tables, scores and pictures to this folder."),
    ] = None,
    also: Annotated[
        list[AlsoChoice] | None,
        typer.Option(help="Write the report to report.docx or report.pdf too; may be repeated."),
    ] = None,
    problems: ProblemsFile = None,
    faults: Annotated[
        Path | None, typer.Option(help="Write every fault of pairing to this .csv file.")
    ] = None,
) -> None:
    """Compute a report of couples: agreement, reliability, similarity, actor and partner effects.

    Exit status: 0 done, 1 bad answers or rows that cannot be paired (nothing is computed), 2 wrong use.
    """
    with (
        errors_as_messages(_MISSING_COLUMNS, _HINTS, instrument),
        warnings.catch_warnings(),
        progress_bar("reading") as bar,
    ):
        for contained in (UnvalidatedInstrumentWarning, LikelyMissingCodeWarning):
            warnings.simplefilter("ignore", contained)  # the report contains it
        layout = CoupleLayout(
            a=a, b=b, a_name=a_name, b_name=b_name, a_role=a_role, b_role=b_role, roles=roles,
            person=person, role=role, columns=given.columns, couple=couple, time=time, occasion=occasion,
            mixed=mixed, role_order=role_order,
        )  # fmt: skip
        options = layout.arguments()
        names = (a_name or "a", b_name or "b")
        options["keep"] = read_keep(keep or (), of_couples="partners" in options, names=names)
        _check_model(outcome, predictor, covariate)
        _check_folder(output)
        if "partners" in options:
            given.refuse_save_mapping(
                "a mapping names one column for each item, and a file with a row for each couple has two; "
                "leave it out"
            )
        form = given.form(instrument)
        draw, no_pictures = _drawing() if output is not None else (None, None)
        try:
            result = _job()(
                form,
                file,
                output=output,
                problems=problems,
                faults=faults,
                on_fault=on_fault.value,
                outcome=outcome,
                predictors=predictor or (),
                covariates=covariate or (),
                scales=scale,
                confidence_level=confidence_level,
                invariance=invariance,
                rng=seed,
                draw=draw,
                also=[choice.value for choice in also or ()],
                progress=bar,
                **{**given.arguments(), **options},
            )
        except PairingError as error:
            print_faults(error.faults, faults)
            raise typer.Exit(BAD_ANSWERS) from None
        given.print_mapping(result.mapping)
    _print_result(result, output, no_pictures)


def _job() -> Any:
    from intimacy_scales.jobs import couple_report_file

    return couple_report_file


def _drawing() -> tuple[Any, str | None]:
    """Return the function that draws pictures, or None and why there is none."""
    try:
        from intimacy_scales.plots import couple_pictures
    except ImportError as error:
        return None, str(error)
    return couple_pictures, None


def _check_model(outcome: str | None, predictor: list[str] | None, covariate: list[str] | None) -> None:
    """Raise where outcome, predictors and covariates do not make a model."""
    if (outcome is None) == bool(predictor) or (covariate and not predictor):
        given = "--outcome" if outcome is not None else "--predictor" if predictor else "--covariate"
        missing = "--predictor" if outcome is not None else "--outcome"
        raise ResponseError(f"{given} without {missing}: an actor-partner model needs both of them")


def _check_folder(output: Path | None) -> None:
    """Raise if the name of the folder is that of a file, as other commands write."""
    if output is None or output.exists() or output.suffix.lower() not in _FILES:
        return
    also = {".docx": " --also docx", ".pdf": " --also pdf"}.get(output.suffix.lower(), "")
    raise ResponseError(
        f"-o {output} is the name of a file; this command writes a folder, with report.html, tables and "
        f"pictures: -o {output.with_suffix('')}{also}"
    )


def _print_result(result: CoupleFileReport, output: Path | None, no_pictures: str | None) -> None:
    """Print the main table, cautions, the paragraph, and where files are.

    Raises
    ------
    typer.Exit
        Bad cells prevented the report.
    """
    if result.n_problems:
        print_problems(result)
    if result.report is None:
        err.print("Nothing was computed. To count them as missing: --on-invalid missing")
        raise typer.Exit(BAD_ANSWERS)
    _print_report(result.report)
    print_blank_rows(result.n_blank_rows, "nobody answered there")
    if output is None:
        out.print("\nTo write all tables, each couple's scores and pictures: -o FOLDER")
        return
    if no_pictures is not None:
        out.print(f"\nThere are no pictures: {escape(no_pictures)}", soft_wrap=True)
    out.print(
        f"\nReport written to {escape(str(output / 'report.html'))}, with {len(result.files) - 1} other files"
    )


def _kind_of(heading: str) -> str:
    """Return in which of the printed tables a column of the main table is."""
    if heading.startswith("Omega"):
        return _OMEGA
    return _DIFFERENCE if heading == "Difference" or heading.endswith(" of it") else _AGREEMENT


def _print_report(report: CoupleReport) -> None:
    out.print(f"{escape(report.title)}\n", soft_wrap=True)
    cells = report.page().tables[0].columns
    names = [name for name in cells if name in _ROW_NAMES]
    for kind in (_AGREEMENT, _DIFFERENCE, _OMEGA):
        chosen = [name for name in cells if name not in names and _kind_of(name) == kind]
        if chosen:
            print_table({_FOLDED.sub(r"\1\n", name): cells[name] for name in [*names, *chosen]})
    for text in report.warnings:
        out.print(f"[yellow]![/] {escape(text)}", soft_wrap=True)
        _print_hints(text)
    for part, reason in report.not_computed.items():
        out.print(f"- not computed: {escape(part)}: {escape(reason)}", soft_wrap=True)
        _print_hints(reason)
    out.print(f"\n{escape(report.sentence())}", soft_wrap=True)


def _print_hints(text: str) -> None:
    """Print what a text that is for Python means on the command line."""
    for words, advice in _HINTS.items():
        if words in text:
            out.print(f"  {escape(advice)}", soft_wrap=True)
