"""Commands that read a file of answers and print a report."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.markup import escape

from intimacy_scales.cli.console import BAD_ANSWERS, err, out
from intimacy_scales.cli.options import (
    AllowMissingItems,
    AllRows,
    AnswersFile,
    CodingName,
    ColumnsText,
    EncodingName,
    FormVersion,
    InstrumentName,
    LanguageName,
    MappingFile,
    MissingCodes,
    OnInvalidChoice,
    OnInvalidOption,
    PersonColumn,
    ProblemsFile,
    RecodePairs,
    SaveMapping,
    SheetName,
    SkipRows,
    StructureFile,
    VariantName,
    Wanted,
    load_for,
    read_columns,
    read_missing_codes,
    read_recode,
)
from intimacy_scales.cli.terminal import errors_as_messages, print_blank_rows, print_mapping, print_problems
from intimacy_scales.cli.terminal import progress as progress_bar
from intimacy_scales.errors import KeyingWarning, SingleClustersWarning, UnvalidatedInstrumentWarning

ReportT = TypeVar("ReportT")
_HINT = "On the command line: --columns PATTERN"
_KEYWORD_ONLY = inspect.Parameter.KEYWORD_ONLY
_OF_FILE = ("encoding", "sheet", "structure", "all_rows", "skip_rows", "mapping")
_WANTED = ("form_version", "language", "variant")


def report_command(
    *,
    options: Callable[..., dict[str, Any]],
    job: Callable[[], Callable[..., Any]],
    show: Callable[[Any], None],
    hints: Mapping[str, str] | None = None,
    without_output: str | None = None,
) -> Callable[..., None]:
    """Return a command that runs a job and prints its report.

    Parameters
    ----------
    options
        Function of the options that only this command has, which returns arguments of the job. Its docstring
        becomes that of the command.
    job
        Function that returns the job, imported only when the command runs.
    show
        Function that prints a report.
    hints
        Part of an error message of the job → what to do on the command line.
    without_output
        Text to print if the report was not written to a file.
    """

    def command(file: Path, instrument: str, **values: Any) -> None:
        shared = {name: values.pop(name) for name in list(values) if name not in own_options}
        with (
            errors_as_messages(_HINT, hints or {}, instrument),
            warnings.catch_warnings(),
            progress_bar("reading") as bar,
        ):
            for category in (KeyingWarning, SingleClustersWarning, UnvalidatedInstrumentWarning):
                warnings.simplefilter("ignore", category)  # the report contains it
            result = job()(
                load_for(instrument, Wanted(*(shared[name] for name in _WANTED)), shared["coding"]),
                file,
                output=shared["output"],
                problems=shared["problems"],
                columns=read_columns(shared["columns"]),
                person=shared["person"],
                missing_codes=read_missing_codes(shared["missing_code"] or ()),
                recode=read_recode(shared["recode"] or ()),
                on_invalid=shared["on_invalid"].as_option(),
                allow_missing_items=shared["allow_missing_items"],
                **{name: shared[name] for name in _OF_FILE},
                progress=bar,
                **options(**values),
            )
        print_mapping(result.mapping, shared["save_mapping"], {name: shared[name] for name in _OF_FILE})
        if result.n_problems:
            print_problems(result)
        if result.report is None:
            err.print("Nothing was computed. To count them as missing: --on-invalid missing")
            raise typer.Exit(BAD_ANSWERS)
        show(result.report)
        print_blank_rows(result.n_blank_rows, "nobody answered there")
        if shared["output"] is not None:
            out.print(f"\nReport written to {escape(str(shared['output']))}")
        elif without_output is not None:
            out.print(f"\n{without_output}")

    own_options = inspect.signature(options, eval_str=True).parameters
    everything = [*_FIRST, *(p.replace(kind=_KEYWORD_ONLY) for p in own_options.values()), *_LAST]
    command.__signature__ = inspect.Signature(everything)  # type: ignore[attr-defined]  # typer reads it
    command.__annotations__ = {p.name: p.annotation for p in everything}
    command.__doc__, command.__module__ = options.__doc__, options.__module__
    return command


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, _KEYWORD_ONLY, annotation=annotation, default=default)


_Output = Annotated[
    Path | None, typer.Option("-o", "--output", help="Write the report to .json, .csv, .md or .html.")
]
_FIRST = (_parameter("file", AnswersFile), _parameter("instrument", InstrumentName))
_LAST = (
    _parameter("columns", ColumnsText, None),
    _parameter("person", PersonColumn, None),
    _parameter("missing_code", MissingCodes, None),
    _parameter("recode", RecodePairs, None),
    _parameter("on_invalid", OnInvalidOption, OnInvalidChoice.RAISE),
    _parameter("allow_missing_items", AllowMissingItems, default=False),
    _parameter("output", _Output, None),
    _parameter("problems", ProblemsFile, None),
    _parameter("coding", CodingName, None),
    _parameter("form_version", FormVersion, None),
    _parameter("language", LanguageName, None),
    _parameter("variant", VariantName, None),
    _parameter("encoding", EncodingName, None),
    _parameter("sheet", SheetName, None),
    _parameter("structure", StructureFile, None),
    _parameter("all_rows", AllRows, default=False),
    _parameter("skip_rows", SkipRows, 0),
    _parameter("mapping", MappingFile, None),
    _parameter("save_mapping", SaveMapping, None),
)
