"""The command `inspect`: how a file of answers is read, before anything is computed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from intimacy_scales.cli.console import err, out
from intimacy_scales.cli.options import (
    AllRows,
    CodingName,
    ColumnsText,
    EncodingName,
    FormVersion,
    LanguageName,
    MappingFile,
    MissingCodes,
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
from intimacy_scales.cli.terminal import errors_as_messages


def inspect_file(
    file: Annotated[Path, typer.Argument(help="A file of answers, as any tool exports it.")],
    instrument: Annotated[
        str | None, typer.Option("--instrument", "-i", help="Id or file of the instrument to look for.")
    ] = None,
    columns: ColumnsText = None,
    missing_code: MissingCodes = None,
    recode: RecodePairs = None,
    coding: CodingName = None,
    form_version: FormVersion = None,
    language: LanguageName = None,
    variant: VariantName = None,
    encoding: EncodingName = None,
    sheet: SheetName = None,
    structure: StructureFile = None,
    all_rows: AllRows = False,
    skip_rows: SkipRows = 0,
    mapping: MappingFile = None,
    save_mapping: SaveMapping = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Show how a file of answers is read: platform, columns, options, rows."""
    from intimacy_scales.interop.answers.mapping_file import save_mapping as save
    from intimacy_scales.interop.answers.read import inspect_answers

    hint = "On the command line: --columns PATTERN, or --allow-missing-items."
    with errors_as_messages(hint, {}, instrument or ""):
        form = None
        if instrument is not None:
            form = load_for(instrument, Wanted(form_version, language, variant), coding)
        of_file: dict[str, Any] = {
            "encoding": encoding, "sheet": sheet, "structure": structure, "all_rows": all_rows,
            "skip_rows": skip_rows,
        }  # fmt: skip
        report = inspect_answers(
            file,
            form,
            mapping=mapping,
            columns=read_columns(columns),
            missing_codes=read_missing_codes(missing_code or ()),
            recode=read_recode(recode or ()),
            allow_missing_items=True,
            **of_file,
        )
        if save_mapping is not None:
            save(report, save_mapping, of_file)
            err.print(f"written to {escape(str(save_mapping))}", soft_wrap=True)
    if as_json:
        out.print_json(report.to_json())
        return
    for line in report.lines():
        out.print(escape(line), soft_wrap=True)
