"""`list` and `show`: what instruments there are, and what is known of each."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from intimacy_scales.banks import load
from intimacy_scales.catalogue import Catalogue, CatalogueEntry, available, construct_title
from intimacy_scales.cli.terminal import errors_as_messages, out
from intimacy_scales.instrument import Instrument, Scale

_PERMISSION = 18  # characters
_KEYS_HINT = (
    "[yellow]draft[/]: nobody has shown yet that its scores mean what they say. "
    "[yellow]*[/]: its scoring key was not confirmed by a second source; compare it with the article."
)


def _table(*columns: str, title: str | None = None) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _standing(entry: CatalogueEntry) -> str:
    unsure = entry.confidence not in (None, "verified")
    return (
        f"[yellow]{entry.status}{'*' if unsure else ''}[/]"
        if unsure or entry.status == "draft"
        else entry.status
    )


def _entries(entries: Catalogue, width: int, *, header: bool) -> Table:
    """Return a group of the catalogue; columns are as wide in every group."""
    table = Table(box=None, show_header=header, header_style="bold", pad_edge=False, expand=True)
    table.add_column("  id", width=width + 2)
    table.add_column("status", width=10)
    table.add_column("items", width=5, justify="right")
    table.add_column("title", ratio=1)
    table.add_column("permission", width=_PERMISSION)
    for entry in entries:
        permission = entry.permission
        if len(permission) > _PERMISSION:
            permission = permission.replace("-", " ")  # so that it can be wrapped
        table.add_row(
            f"  {entry.id}", _standing(entry), str(entry.n_items), escape(entry.title), escape(permission)
        )
    return table


def list_instruments(
    measures: Annotated[
        str | None, typer.Option(help="Only what measures this construct, such as trust.")
    ] = None,
) -> None:
    """List the instruments that are shipped, by what they measure."""
    with errors_as_messages():
        catalogue = available() if measures is None else available().measuring(measures)
    groups = catalogue.by_construct() if measures is None else {measures: catalogue}
    width = max(len(entry.id) for entry in catalogue)
    for number, (construct, entries) in enumerate(groups.items()):
        out.print(f"{chr(10) if number else ''}[bold]{escape(construct)}[/]")
        out.print(_entries(entries, width, header=number == 0))
    covered = [construct_title(name) for name in groups if construct_title(name) != name]
    if covered:
        out.print("\n[bold]What they cover[/]")
    for line in covered:
        out.print(f"  {escape(line)}")
    out.print(f"\n{_KEYS_HINT}\nAn instrument that measures several things is listed under each of them.")


def _scale_line(scale: Scale) -> tuple[str, str, str]:
    if scale.of:
        return scale.id, f"{scale.method} of scales", ", ".join(scale.of)
    return scale.id, scale.method, " ".join(scale.items)


def show(instrument: Annotated[str, typer.Argument(help="Id or file of an instrument.")]) -> None:
    """Show an instrument: items, response scale, scales with their keys, evidence, permission."""
    with errors_as_messages():
        form = load(instrument)
    out.print(f"[bold]{escape(form.title)}[/]\n{escape(str(form.ref))}  digest {form.digest[:12]}…")
    for text in (form.description, form.evidence.note):
        if text:
            out.print(escape(text))
    for response_scale in dict.fromkeys(item.response_scale for item in form.items):
        labels = ", ".join(f"{value} {text}" for value, text in response_scale.labels)
        out.print(escape(f"Answers: {labels or response_scale.describe()}"))
    _print_items(form)
    _print_scales(form)
    _print_cutoffs(form)
    _print_evidence(form)
    _print_provenance(form)


def _print_items(form: Instrument) -> None:
    if not any(item.text for item in form.items):
        out.print("\n[bold]Items[/] (key only: bring the wording that you have permission to use)")
        for scale in dict.fromkeys(item.response_scale for item in form.items):
            ids = " ".join(item.id for item in form.items if item.response_scale == scale)
            out.print(escape(f"  {scale.describe()}: {ids}"))
        return
    items = _table("id", "facet", "answers", "text", title="\nItems")
    for item in form.items:
        items.add_row(
            *map(escape, (item.id, item.facet or "", item.response_scale.describe(), item.text or ""))
        )
    out.print(items)


def _print_scales(form: Instrument) -> None:
    scales = _table("id", "score", "of (- is reverse-keyed)", "scored when", "high means", title="\nScales")
    for scale in form.scales:
        default = "" if scale.missing else " (the library's default)"
        rule = scale.missing_rule.describe() + default
        scales.add_row(*map(escape, (*_scale_line(scale), rule, scale.high_means or "")))
    out.print(scales)
    for coding in form.codings:
        which = f"items {', '.join(coding.flip)} run against the printed values"
        use = f"--coding {coding.id}" if coding.complete else "known only in part: cannot be scored"
        out.print(escape(f"Answers stored by {coding.id}: {which}; {use}"))


def _print_cutoffs(form: Instrument) -> None:
    for cutoff in form.cutoffs:
        sure = "" if cutoff.confidence in (None, "verified") else f", {cutoff.confidence}"
        where = f"{cutoff.scale} {cutoff.describe()}"
        out.print(escape(f"Cut-off: {where}: {cutoff.meaning} ({cutoff.source}{sure})"))


def _print_evidence(form: Instrument) -> None:
    out.print("\n[bold]Evidence[/], in the order of a validation study")
    for step in form.evidence_steps:
        known = "\n    ".join(map(escape, step.known)) or "[dim]nothing recorded[/]"
        out.print(f"  {escape(step.title)}: " + ("\n    " if len(step.known) > 1 else "") + known)


def _print_provenance(form: Instrument) -> None:
    out.print()
    for citation in form.citations:
        out.print(f"Cite: {escape(str(citation))}")
    if form.license:
        out.print(f"Permission: {escape(form.license.name)}. {escape(form.license.text or '')}")
    for source in form.evidence.sources:
        out.print(f"[dim]Source: {escape(source.title)} ({escape(source.where or '')})[/]")
