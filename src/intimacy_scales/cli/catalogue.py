"""`list` and `show`: what instruments there are, and what is known of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from intimacy_scales.cli.console import out
from intimacy_scales.cli.options import Wanted, load_named
from intimacy_scales.cli.terminal import errors_as_messages
from intimacy_scales.instrument import Instrument, ItemBank, ResponseScale, Scale
from intimacy_scales.instrument.catalogue import (
    Catalogue,
    CatalogueEntry,
    available,
    construct_title,
    in_languages,
)
from intimacy_scales.instrument.counting import counted_items
from intimacy_scales.instrument.languages import shipped_translations, shipped_variants
from intimacy_scales.instrument.loading import load_shipped, shipped_ids
from intimacy_scales.instrument.shipped import released_languages, released_versions
from intimacy_scales.instrument.translation import STATUSES, Translation, TranslationFile
from intimacy_scales.scoring.plan import plan_of

_PERMISSION = 18  # characters
_ENDS = "the ends of its range"
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
            f"  {entry.id}", _standing(entry), str(entry.n_items), escape(entry.heading), escape(permission)
        )
    return table


def list_instruments(
    measures: Annotated[
        str | None, typer.Argument(metavar="[CONSTRUCT]", help="Only what measures this, such as trust.")
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
    if translated := in_languages(catalogue):
        out.print("\n[bold]In other languages[/]")
    for line in translated:
        out.print(f"  {escape(line)}")
    out.print(f"\n{_KEYS_HINT}\nAn instrument that measures several things is listed under each of them.")


def show(
    instrument: Annotated[str, typer.Argument(help="Id or file of an instrument or a bank.")],
    form_version: Annotated[
        str | None, typer.Option("--form-version", help="A version of it, such as 0.2.0.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="A language that it is translated into.")] = None,
    variant: Annotated[str | None, typer.Option(help="Form of gendered words in that language.")] = None,
) -> None:
    """Show an instrument: items, response scale, scales with their keys, evidence, permission."""
    with errors_as_messages():
        form = load_named(instrument, Wanted(form_version, language, variant))
        if isinstance(form, ItemBank):
            out.print(f"[bold]{escape(form.title)}[/]: an item bank, shown as one scale of all its items\n")
            form = form.to_instrument()
    out.print(f"[bold]{escape(form.title)}[/]\n{escape(str(form.ref))}")
    out.print(f"digest {form.digest[:12]}…, of its key alone {form.key_digest[:12]}…")
    told = form.instructions and f"Told: {form.instructions}"
    care = form.safety and f"Take care: {form.safety}"
    for text in (form.description, form.evidence.note, told, care, _counterpart(form), _languages(form)):
        if text:
            out.print(escape(text))
    _print_items(form)
    _print_scales(form)
    _print_one_option(form)
    _print_questions(form)
    _print_codings(form)
    _print_cutoffs(form)
    _print_evidence(form)
    _print_changes(form)
    _print_provenance(form)


def _counterpart(form: Instrument) -> str | None:
    other = form.counterpart
    return (
        other and f"{other} has the same item ids in another wording: its answers cannot be scored as these."
    )


def _languages(form: Instrument) -> str | None:
    """Say what the form is called in its language, or into which it is translated, and how far."""
    if form.translation is not None:
        variant = f", variant {form.translation.variant}" if form.translation.variant else ""
        title = f": {form.translation.title}" if form.translation.title else ""
        return f"In {form.language}{variant}{_revision(form.translation)}{title}"
    if form.id not in shipped_ids():
        return None
    current = load_shipped(form.id).version
    if form.version != current:
        return f"This is an older version, for answers to it; the current one is {current}."
    told = []
    for tag, file in shipped_translations(form.id).items():
        variants = shipped_variants(form.id, tag)
        more = f"; variants {', '.join(variants)}" if variants else ""
        told.append(f"{tag} ({STATUSES[file.status]}{_revision(file)}{more})")
    return f"In other languages: {', '.join(told)}" if told else None


def _revision(translation: Translation | TranslationFile) -> str:
    return f", revision {translation.revision}" if translation.revision > 1 else ""


def _print_one_option(form: Instrument) -> None:
    """Say what agreeing with everything scores, composites first: who answers so tells little."""
    if len(form.items) == 1:
        return
    scales: dict[str, list[str]] = {}
    for scale in sorted(form.scales, key=lambda scale: not scale.of):
        ends = form.one_option_scores[scale.id]
        is_range = ends == form.score_ranges[scale.id] and len(form.scales) > 1
        told = _ENDS if is_range else f"{_number(ends[0])} and {_number(ends[1])}"
        scales.setdefault(told, []).append(scale.id)
    if len(scales) == 1 < len(form.scales):
        scales = {told: ["every scale"] for told in scales}
    listed = "; ".join(
        f"{_and(names)} {told.replace('its', 'their') if len(names) > 1 else told}"
        for told, names in scales.items()
    )
    out.print(escape(f"\nThe lowest, or the highest option everywhere scores: {listed}."))


def _number(value: float) -> str:
    """Write a score with up to three decimals."""
    return f"{round(value, 3) + 0:.3f}".rstrip("0").rstrip(".")


def _and(names: Sequence[str]) -> str:
    """Join names as in a sentence."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _with_languages(name: str, version: str) -> str:
    """Return an older version, with the languages that it is kept in beside its own."""
    kept = released_languages(name, version)
    return f"{version} (also in {', '.join(kept)})" if kept else version


def _print_changes(form: Instrument) -> None:
    versions = released_versions(form.id) if form.id in shipped_ids() else ()
    older = [_with_languages(form.id, one) for one in versions if one != load_shipped(form.id).version]
    if older:
        told = f"{', '.join(older)} (--form-version {older[-1].split(' ')[0]})"
        out.print(escape(f"\nOlder versions, for answers to them: {told}"))
    for change in form.changes:
        told = f"{change.note} " if change.note else ""
        kinds = ("reworded", "answered", "added", "dropped", "rekeyed")
        parts = [f"{kind} {', '.join(getattr(change, kind))}" for kind in kinds if getattr(change, kind)]
        listed = "; ".join(parts)
        out.print(escape(f"Changed in {change.version}: {told}{listed[:1].upper()}{listed[1:]}"))


def _print_items(form: Instrument) -> None:
    if not any(item.text for item in form.items):
        out.print("\n[bold]Items[/] (key only: bring the wording that you have permission to use)")
        for scale in dict.fromkeys(item.response_scale for item in form.items):
            ids = [item.id for item in form.items if item.response_scale == scale]
            out.print(escape(f"  {_options(scale)}: {' '.join(ids)}"))
        return
    scales = dict.fromkeys(item.response_scale for item in form.items)
    for scale in scales:
        ids = [item.id for item in form.items if item.response_scale == scale]
        where = f" ({', '.join(ids)})" if len(scales) > 1 and 2 * len(ids) <= len(form.items) else ""
        out.print(escape(f"Answers: {_options(scale)}{where}"))
    items = _table("id", "facet", "text", title="\nItems")
    for item in form.items:
        items.add_row(*map(escape, (item.id, item.facet or "", item.text or "")))
    out.print(items)


def _options(scale: ResponseScale) -> str:
    """Say which options there are, with what says that the question does not apply."""
    labels = ", ".join(f"{value} {text}" for value, text in scale.labels)
    if labels and len(scale.labels) < scale.n_points:
        labels = f"{scale.describe()}: {labels}"
    none = scale.not_applicable_option
    told = f", or {none}" if none is not None else ""
    return f"{labels or scale.describe()}{_what_options_count(scale)}{told}"


def _what_options_count(scale: ResponseScale) -> str:
    """Say what stored answers count, where that is something else."""
    if not scale.scores:
        return ""
    return f" ({', '.join(f'{value} counts {score}' for value, score in scale.scores)})"


def _parts(scale: Scale) -> list[str]:
    """Return the items of a scale with their weights, or the scales of a composite."""
    weights = {item: f" ({float(weight):g} times)" for item, weight in scale.weights if weight != 1}
    return [entry + weights.get(entry.removeprefix("-"), "") for entry in scale.items or scale.of]


def _print_questions(form: Instrument) -> None:
    for question in form.choose_all:
        boxes = " ".join(question.items)
        if question.shown is not None:
            seen = f"{question.shown} says that the question was shown"
        else:
            seen = "another of them was ticked"
            seen += f", or {' or '.join(question.answered)} answered" if question.answered else ""
        out.print(
            escape(f"\nChoose all that apply: a blank of {boxes} counts as 0 (not chosen) where {seen}.")
        )


def _needed(form: Instrument, scale: Scale, required: int) -> str:
    """Say how many answers a score needs, which may be more than its rule asks for."""
    parts = len(scale.items or scale.of)
    if required < parts:
        return f"{required} of {parts}"
    if required > scale.required:
        counted = counted_items(scale, [form.item(key.item).response_scale for key in scale.keys])
        unlike = len({item.ends for item in counted}) > 1
        if scale.of:
            unlike = scale.method == "mean" or form.prorates(scale)
        return f"all {parts}, as {'their ranges differ' if unlike else 'it counts answers of 0 and 1'}"
    return "all" if parts > 1 else "answered"


def _print_scales(form: Instrument) -> None:
    scales = Table(box=None, header_style="bold", pad_edge=False, title="\nScales", title_justify="left")
    scales.add_column("id", no_wrap=True)
    for column in ("score", "range", "needs", "of (- is reverse-keyed)"):
        scales.add_column(column, overflow="fold")
    for scale, planned in zip(form.scales, plan_of(form).scales, strict=True):
        scales.add_row(
            escape(scale.id),
            scale.describe(),
            f"{_number(planned.low)} to {_number(planned.high)}",
            _needed(form, scale, planned.required),
            escape(" ".join(_parts(scale))),
        )
    out.print(scales)
    if any(scale.missing is None and scale.items for scale in form.scales):
        out.print(
            "How many answers are needed is the library's own rule: half of them, where all have one range, "
            "and all where answers of 0 and 1 are counted."
        )


def _print_codings(form: Instrument) -> None:
    for coding in form.codings:
        sure = "" if coding.confidence in (None, "verified") else f" ({coding.confidence})"
        use = f"score with --coding {coding.id}" if coding.complete else "cannot be scored so"
        items = f"Items {', '.join(coding.flip)} then run against the printed values; {use}."
        out.print(escape(f"\nOther coding, {coding.id}{sure}: {coding.description} {items}"))


def _print_cutoffs(form: Instrument) -> None:
    if form.evidence.status == "draft":
        return  # whatever its file says: nobody has shown what its scores mean
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
        text = f". {form.license.text}" if form.license.text else ""
        out.print(escape(f"Permission: {form.license.name}{text}"))
    for source in form.evidence.sources:
        where = f" ({source.where})" if source.where else ""
        out.print(f"[dim]Source: {escape(source.title + where)}[/]")
