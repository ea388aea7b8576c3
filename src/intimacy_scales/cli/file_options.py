"""The options of every command that reads a file of answers, in one place, and what they are in Python."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer
from rich.markup import escape

from intimacy_scales.cli.console import err, out
from intimacy_scales.cli.options import (
    AllowMissingItems,
    CodingName,
    ColumnsText,
    FormVersion,
    LanguageName,
    MissingCodes,
    OnInvalidChoice,
    OnInvalidOption,
    RecodePairs,
    VariantName,
    Wanted,
    load_for,
    read_columns,
    read_missing_codes,
    read_recode,
)
from intimacy_scales.errors import ResponseError

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument
    from intimacy_scales.interop.answers import MappingReport


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptionsGiven:
    """The options of reading a file of answers, as they were typed; each of them is one of the command."""

    columns: ColumnsText = None
    missing_code: MissingCodes = None
    recode: RecodePairs = None
    on_invalid: OnInvalidOption = OnInvalidChoice.RAISE
    allow_missing_items: AllowMissingItems = False
    coding: CodingName = None
    form_version: FormVersion = None
    language: LanguageName = None
    variant: VariantName = None
    encoding: Annotated[str | None, typer.Option(help="Encoding of a text file, if not detected.")] = None
    sheet: Annotated[
        str | None, typer.Option(help="Sheet of a workbook; by default the first that is not hidden.")
    ] = None
    structure: Annotated[
        Path | None,
        typer.Option(help="File that describes questions and options, such as a Qualtrics survey (.qsf)."),
    ] = None
    all_rows: Annotated[
        bool, typer.Option("--all-rows", help="Also read rows that a platform marks as previews or tests.")
    ] = False
    skip_rows: Annotated[int, typer.Option("--skip-rows", help="Number of rows above the header.")] = 0
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", help="A .toml file of --save-mapping, which says how every item is read."),
    ] = None
    save_mapping: Annotated[
        Path | None, typer.Option("--save-mapping", help="Write how the file was read to this .toml file.")
    ] = None

    def form(self, instrument: str) -> Instrument:
        """Return the instrument in the version, wording and coding of the answers."""
        return load_for(instrument, Wanted(self.form_version, self.language, self.variant), self.coding)

    def opening(self) -> dict[str, Any]:
        """Return the options that open a file, as arguments in Python; only those that were given."""
        names = ("encoding", "sheet", "structure", "all_rows", "skip_rows")
        return {name: value for name in names if (value := getattr(self, name))}

    def arguments(self) -> dict[str, Any]:
        """Return how a file is opened and its answers are read, as arguments in Python."""
        return {
            "columns": read_columns(self.columns),
            "missing_codes": read_missing_codes(self.missing_code or ()),
            "recode": read_recode(self.recode or ()),
            "on_invalid": self.on_invalid.as_option(),
            "allow_missing_items": self.allow_missing_items,
            "mapping": self.mapping,
            **self.opening(),
        }

    def refuse_save_mapping(self, why: str) -> None:
        """Raise where a mapping is to be saved of what has none."""
        if self.save_mapping is not None:
            raise ResponseError(f"--save-mapping {self.save_mapping}: {why}")

    def print_mapping(self, report: MappingReport | None) -> None:
        """Print how the export of a platform was read, and save it where that was asked."""
        if report is None:
            return
        if report.is_export:
            out.print(escape(report.sentence()), soft_wrap=True)
            for caution in (*report.cautions, *report.notes):
                err.print(f"[yellow]warning:[/] {escape(caution)}", soft_wrap=True)
        self.save(report)

    def save(self, report: MappingReport) -> None:
        """Save how a file was read, where that was asked."""
        if self.save_mapping is not None:
            from intimacy_scales.interop.answers import save_mapping

            save_mapping(report, self.save_mapping)
            err.print(f"How the file is read was written to {escape(str(self.save_mapping))}", soft_wrap=True)


def reads_file(*, without: tuple[str, ...] = ()) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that adds the options of reading a file to a command, after its own.

    The command gets them as its argument ``given``, a `FileOptionsGiven`. ``without`` names options that mean
    nothing for it.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        specific = [
            p for p in inspect.signature(function, eval_str=True).parameters.values() if p.name != "given"
        ]
        shared = [parameter for parameter in _PARAMETERS if parameter.name not in without]

        def command(**values: Any) -> None:
            given = FileOptionsGiven(**{p.name: values.pop(p.name) for p in shared})
            function(given=given, **values)

        return with_parameters(command, [*specific, *shared], function)

    return decorate


def with_parameters(
    command: Callable[..., None], parameters: list[inspect.Parameter], of: Callable[..., Any]
) -> Callable[..., None]:
    """Return a command that shows some parameters, and the text and module of a function."""
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    command.__doc__, command.__module__, command.__name__ = of.__doc__, of.__module__, of.__name__
    return command


def _parameters() -> tuple[inspect.Parameter, ...]:
    """Return the parameters of `FileOptionsGiven`, with their annotations evaluated."""
    hints = get_type_hints(FileOptionsGiven, include_extras=True)
    fields = inspect.signature(FileOptionsGiven).parameters.values()
    return tuple(field.replace(annotation=hints[field.name]) for field in fields)


_PARAMETERS = _parameters()
