"""`list` and `show`: what instruments there are."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from intimacy_scales.banks import available, load
from intimacy_scales.cli.terminal import errors_as_messages, out
from intimacy_scales.instrument import Instrument, Scale


def list_instruments() -> None:
    """List the instruments that are shipped."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("id", no_wrap=True)
    table.add_column("items", justify="right")
    table.add_column("status", no_wrap=True)
    table.add_column("title")
    for entry in available():
        status = "[yellow]draft[/]" if entry.status == "draft" else entry.status
        table.add_row(entry.id, str(entry.n_items), status, escape(entry.title))
    out.print(table)
    out.print("\n[yellow]draft[/]: nobody has shown yet that its scores mean what they say.")


def _scale_line(scale: Scale) -> tuple[str, str, str]:
    if scale.of:
        return scale.id, f"{scale.method} of scales", ", ".join(scale.of)
    return scale.id, scale.method, " ".join(scale.items)


def show(instrument: Annotated[str, typer.Argument(help="Id or file of an instrument.")]) -> None:
    """Show an instrument: items, response scale, scales with their keys, evidence, permission."""
    with errors_as_messages():
        form = load(instrument)
    out.print(f"[bold]{escape(form.title)}[/]\n{escape(str(form.ref))}  digest {form.digest[:12]}…")
    if form.description:
        out.print(escape(form.description))
    _print_provenance(form)
    for response_scale in dict.fromkeys(item.response_scale for item in form.items):
        labels = ", ".join(f"{value} {text}" for value, text in response_scale.labels)
        out.print(escape(f"Answers: {labels or response_scale.describe()}"))
    table = Table(box=None, header_style="bold", pad_edge=False, title="\nItems", title_justify="left")
    for column in ("id", "facet", "answers", "text"):
        table.add_column(column, overflow="fold")
    for item in form.items:
        text = escape(item.text) if item.text else "[dim]key only, no wording[/]"
        table.add_row(escape(item.id), escape(item.facet or ""), item.response_scale.describe(), text)
    out.print(table)
    scales = Table(box=None, header_style="bold", pad_edge=False, title="\nScales", title_justify="left")
    for column in ("id", "score", "of (- is reverse-keyed)", "scored when"):
        scales.add_column(column, overflow="fold")
    for scale in form.scales:
        default = "" if scale.missing else " (the library's default)"
        scales.add_row(*map(escape, _scale_line(scale)), scale.missing_rule.describe() + default)
    out.print(scales)


def _print_provenance(form: Instrument) -> None:
    if form.evidence.note:
        out.print(escape(form.evidence.note))
    for citation in form.citations:
        out.print(f"Cite: {escape(str(citation))}")
    if form.license:
        out.print(f"Permission: {escape(form.license.name)}. {escape(form.license.text or '')}")
    for source in form.evidence.sources:
        out.print(f"[dim]Source: {escape(source.title)} ({escape(source.where or '')})[/]")
