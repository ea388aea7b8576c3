"""The commands `list` and `show`: the shipped instruments, and the details of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from intimacy_scales.cli.console import out
from intimacy_scales.cli.options import Wanted, complete_ids, load_named
from intimacy_scales.cli.terminal import errors_as_messages
from intimacy_scales.errors import UnknownInstrumentError
from intimacy_scales.instrument import Instrument, ItemBank, ResponseScale, Scale
from intimacy_scales.instrument.catalogue import (
    MARKS,
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
from intimacy_scales.results.wording import counted, shown
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


def _status(entry: CatalogueEntry) -> str:
    """Return the evidence status, with a star if the key is not confirmed."""
    unsure = entry.confidence not in (None, "verified")
    return (
        f"[yellow]{entry.status}{'*' if unsure else ''}[/]"
        if unsure or entry.status == "draft"
        else entry.status
    )


def _entries(entries: Catalogue, width: int, *, header: bool) -> Table:
    """Return a group of the catalogue as a table whose columns are equally wide in every group."""
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
            f"  {entry.id}", _status(entry), str(entry.n_items), escape(entry.heading), escape(permission)
        )
    return table


def list_instruments(
    words: Annotated[
        str | None,
        typer.Argument(
            metavar="[WORDS]",
            help="List only instruments that measure this, such as trust, or that have these words in their "
            "title, such as 'love scale'.",
        ),
    ] = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="A line for each instrument, under everything that it measures."),
    ] = False,
) -> None:
    """List the shipped instruments by what they measure."""
    with errors_as_messages():
        catalogue = available() if words is None else _found(words)
    if words is None and not full:
        _print_overview(catalogue)
        return
    groups = catalogue.by_construct() if words is None else {words: catalogue}
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
    out.print(f"\n{_KEYS_HINT}")
    if words is None:
        out.print("An instrument that measures several things is listed under each of them.")


def _found(words: str) -> Catalogue:
    """Return the instruments that measure something, then others with these words."""
    catalogue = available()
    try:
        measured = catalogue.measuring(words)
    except UnknownInstrumentError as not_measured:
        try:
            return catalogue.search(words)
        except UnknownInstrumentError:
            raise not_measured from None
    return Catalogue([*measured, *(entry for entry in catalogue.search(words) if entry not in measured)])


def _print_overview(catalogue: Catalogue) -> None:
    """Print the ids of all instruments, each once, on one screen."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for group, entries in catalogue.overview().items():
        table.add_row(group, escape(" ".join(f"{entry.id}{entry.mark}" for entry in entries)))
    for line in in_languages(catalogue):
        table.add_row("in", escape(line))
    out.print(table)
    out.print(
        f"{counted(len(catalogue), 'instrument')}, each under what it measures first. {MARKS.rstrip(';')}. "
        "Details: list trust, list 'love scale', list --full, show ID."
    )


def show(
    instrument: Annotated[
        str, typer.Argument(help="Id or file of an instrument or a bank.", autocompletion=complete_ids)
    ],
    form_version: Annotated[
        str | None, typer.Option("--form-version", help="Version of the instrument, such as 0.2.0.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language of a translation, such as de.")] = None,
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
    instructions = form.instructions and f"Instructions: {form.instructions}"
    safety = form.safety and f"Take care: {form.safety}"
    description = (form.description, form.evidence.note)
    for text in (*description, instructions, safety, _counterpart(form), _languages(form)):
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
    """Return a caution about the instrument with the same item ids, if there is one."""
    other = form.counterpart
    return other and (
        f"{other} has the same item ids in another wording: do not score its answers with this instrument."
    )


def _languages(form: Instrument) -> str | None:
    """Describe the translation of the instrument, or into which languages it is translated, and how far."""
    if form.translation is not None:
        variant = f", variant {form.translation.variant}" if form.translation.variant else ""
        title = f": {form.translation.title}" if form.translation.title else ""
        return f"In {form.language}{variant}{_revision(form.translation)}{title}"
    if form.id not in shipped_ids():
        return None
    current = load_shipped(form.id).version
    if form.version != current:
        return f"This is an older version, for answers given to it; the current version is {current}."
    languages = []
    for tag, file in shipped_translations(form.id).items():
        variants = shipped_variants(form.id, tag)
        more = f"; variants {', '.join(variants)}" if variants else ""
        languages.append(f"{tag} ({STATUSES[file.status]}{_revision(file)}{more})")
    return f"In other languages: {', '.join(languages)}" if languages else None


def _revision(translation: Translation | TranslationFile) -> str:
    return f", revision {translation.revision}" if translation.revision > 1 else ""


def _print_one_option(form: Instrument) -> None:
    """Print the scores of respondents who choose the same end for every item, composites first."""
    if len(form.items) == 1:
        return
    scales: dict[str, list[str]] = {}
    for scale in sorted(form.scales, key=lambda scale: not scale.of):
        ends = form.one_option_scores[scale.id]
        is_range = ends == form.score_ranges[scale.id] and len(form.scales) > 1
        scores = _ENDS if is_range else f"{_number(ends[0])} and {_number(ends[1])}"
        scales.setdefault(scores, []).append(scale.id)
    if len(scales) == 1 < len(form.scales):
        scales = {scores: ["every scale"] for scores in scales}
    listed = "; ".join(
        f"{_and(names)} {scores.replace('its', 'their') if len(names) > 1 else scores}"
        for scores, names in scales.items()
    )
    out.print(escape(f"\nChoosing the lowest, or the highest, option for every item scores: {listed}."))


def _number(value: float) -> str:
    """Return a score with up to three decimals."""
    return shown(value).rstrip("0").rstrip(".")


def _and(names: Sequence[str]) -> str:
    """Return names joined as in a sentence."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _with_languages(name: str, version: str) -> str:
    """Return an older version with the languages of its released translations."""
    languages = released_languages(name, version)
    return f"{version} (also in {', '.join(languages)})" if languages else version


def _print_changes(form: Instrument) -> None:
    versions = released_versions(form.id) if form.id in shipped_ids() else ()
    older = [
        _with_languages(form.id, version) for version in versions if version != load_shipped(form.id).version
    ]
    if older:
        listed = f"{', '.join(older)} (--form-version {older[-1].split(' ')[0]})"
        out.print(escape(f"\nOlder versions, for answers given to them: {listed}"))
    for change in form.changes:
        note = f"{change.note} " if change.note else ""
        kinds = ("reworded", "answered", "added", "dropped", "rekeyed")
        parts = [f"{kind} {', '.join(getattr(change, kind))}" for kind in kinds if getattr(change, kind)]
        listed = "; ".join(parts)
        out.print(escape(f"Changed in {change.version}: {note}{listed[:1].upper()}{listed[1:]}"))


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
    """Describe the options of a response scale, with the one that says that the question does not apply."""
    labels = ", ".join(f"{value} {text}" for value, text in scale.labels)
    if labels and len(scale.labels) < scale.n_points:
        labels = f"{scale.describe()}: {labels}"
    option = scale.not_applicable_option
    not_applicable = f", or {option}" if option is not None else ""
    return f"{labels or scale.describe()}{_counted_values(scale)}{not_applicable}"


def _counted_values(scale: ResponseScale) -> str:
    """Describe what stored answers count as, if that differs from their values."""
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
            condition = f"{question.shown} says that the question was shown"
        else:
            condition = "another of them was ticked"
            condition += f", or {' or '.join(question.answered)} answered" if question.answered else ""
        out.print(
            escape(f"\nChoose all that apply: a blank of {boxes} counts as 0 (not chosen) if {condition}.")
        )


def _needed(form: Instrument, scale: Scale, required: int) -> str:
    """Describe how many answers a score needs, which may be more than its missing rule requires."""
    parts = len(scale.items or scale.of)
    if required < parts:
        return f"{required} of {parts}"
    if required > scale.required:
        counted = counted_items(scale, [form.item(key.item).response_scale for key in scale.keys])
        ranges_differ = len({item.ends for item in counted}) > 1
        if scale.of:
            ranges_differ = scale.method == "mean" or form.prorates(scale)
        return f"all {parts}, as {'their ranges differ' if ranges_differ else 'it counts answers of 0 and 1'}"
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
            "The number of answers needed is the library's default rule: half of the items if all have the "
            "same range, and all of them if answers of 0 and 1 are counted."
        )


def _print_codings(form: Instrument) -> None:
    for coding in form.codings:
        sure = "" if coding.confidence in (None, "verified") else f" ({coding.confidence})"
        use = f"score with --coding {coding.id}" if coding.complete else "answers in it cannot be scored"
        items = f"Items {', '.join(coding.flip)} then run against the printed values; {use}."
        out.print(escape(f"\nOther coding, {coding.id}{sure}: {coding.description} {items}"))


def _print_cutoffs(form: Instrument) -> None:
    if form.evidence.status == "draft":
        return  # scores of a draft are not interpreted, even if its file has cut-offs
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
