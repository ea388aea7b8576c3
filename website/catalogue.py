"""The page of the shipped instruments: keys, ranges, evidence and sources of each."""

from __future__ import annotations

from collections.abc import Iterator

from intimacy_scales import Instrument, ResponseScale, Scale, available
from intimacy_scales.instrument.catalogue import construct_title
from intimacy_scales.instrument.loading import load_shipped
from intimacy_scales.results.markdown import markdown_table, one_line
from intimacy_scales.results.tables import TextTable
from intimacy_scales.scoring.plan import plan_of

_INTRODUCTION = """\
# Catalogue of instruments

Every instrument that the library ships, made from their files. A **draft** is a form of our own that nobody
has validated. Published scales are scoring keys, facts without the wording of items: bring the wording that
you have permission to use. In the lists of items, `-` marks an item that is reverse-keyed.
"""


def catalogue_page() -> str:
    """Return the page as Markdown."""
    parts = [_INTRODUCTION]
    for construct, entries in available().by_construct().items():
        columns = {
            "id": [f"[`{entry.id}`](#{entry.id})" for entry in entries],
            "title": [entry.heading for entry in entries],
            "items": [str(entry.n_items) for entry in entries],
            "evidence": [entry.standing() for entry in entries],
            "permission": [entry.permission for entry in entries],
        }
        title = construct_title(construct)
        parts += [f"## {title[:1].upper()}{title[1:]}", markdown_table(TextTable(title="", columns=columns))]
    parts.append("## Each instrument")
    for name in sorted(available().ids):
        parts += _instrument(load_shipped(name))
    return "\n\n".join(parts) + "\n"


def _instrument(form: Instrument) -> Iterator[str]:
    """Yield the paragraphs of an instrument."""
    yield f"### {one_line(form.title)} {{ #{form.id} }}"
    yield f"`{form.id}`, version {form.version}, {len(form.items)} items. {one_line(form.description or '')}"
    yield _response_scales(form)
    yield markdown_table(_scales(form))
    cutoffs = [] if form.evidence.status == "draft" else form.cutoffs
    facts = [
        f"Cut-off: {cutoff.scale} {cutoff.describe()}: {cutoff.meaning} ({cutoff.source})"
        for cutoff in cutoffs
    ]
    facts += [f"{step.title}: {'; '.join(step.known)}" for step in form.evidence_steps if step.known]
    facts += [f"Cite: {citation}" for citation in form.citations]
    if form.license:
        facts.append(f"Permission: {form.license.name}. {form.license.text or ''}")
    for source in form.evidence.sources:
        where = f" ({source.where})" if source.where else ""
        facts.append(f"Source: {source.title}{where}")
    facts.append(f"Digest `{form.digest[:12]}`, of the key alone `{form.key_digest[:12]}`")
    yield "\n".join(f"- {one_line(fact)}" for fact in facts)


def _response_scales(form: Instrument) -> str:
    """Return how items are answered."""
    scales = dict.fromkeys(item.response_scale for item in form.items)
    lines = []
    for scale in scales:
        ids = [f"`{item.id}`" for item in form.items if item.response_scale == scale]
        of = f" ({', '.join(ids)})" if len(scales) > 1 else ""
        lines.append(f"{_options(scale)}{of}")
    return f"Answers: {one_line('; '.join(lines))}."


def _options(scale: ResponseScale) -> str:
    labels = ", ".join(f"{value} {text}" for value, text in scale.labels)
    return (
        f"{scale.describe()}: {labels}"
        if labels and len(scale.labels) < scale.n_points
        else labels or scale.describe()
    )


def _scales(form: Instrument) -> TextTable:
    planned = dict(zip(form.scales, plan_of(form).scales, strict=True))
    return TextTable(
        title="",
        columns={
            "scale": [f"`{scale.id}`" for scale in planned],
            "score": [scale.describe() for scale in planned],
            "range": [f"{float(plan.low):g} to {float(plan.high):g}" for plan in planned.values()],
            "answers needed": [str(plan.required) for plan in planned.values()],
            "high scores mean": [scale.high_means or "" for scale in planned],
            "of": [_parts(scale) for scale in planned],
        },
    )


def _parts(scale: Scale) -> str:
    return " ".join(f"`{part}`" for part in scale.items or scale.of)
