"""Checks of what a file declares: labels, instructions, evidence, permission."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.words import Checked
from intimacy_scales.instrument import Instrument, ResponseScale
from intimacy_scales.instrument.counting import counted_items
from intimacy_scales.instrument.cutoff import between_bands, overlapping

EASILY_LABELLED = 7  # points: all of so many can be labelled
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


def _check_response_scale(scale: ResponseScale) -> Iterator[Hit]:
    name = f"response scale {scale.id!r}" if scale.id else f"response scale {scale.describe()}"
    labelled = {value for value, _ in scale.labels}
    ends = [end for end in (scale.minimum, scale.maximum) if end not in labelled]
    if ends:
        unlabelled = " and ".join(map(str, ends))
        yield Hit("labels", f"{name}: no label for {unlabelled}", None, "response_scale", "error")
    elif scale.n_points <= EASILY_LABELLED and len(labelled) < scale.n_points:
        unlabelled = ", ".join(str(value) for value in scale.values if value not in labelled)
        yield Hit("labels", f"{name}: no label for {unlabelled}", None, "response_scale")


def _check_labels(bank: Checked) -> Iterator[Hit]:
    worded = (item.response_scale for item in bank.items if item.text is not None)
    for scale in dict.fromkeys(worded):
        yield from _check_response_scale(scale)


def _check_evidence(bank: Checked) -> Iterator[Hit]:
    evidence = bank.evidence
    citations = bank.citations if isinstance(bank, Instrument) else ()
    if evidence.status == "draft":
        if evidence.note is None:
            yield Hit("evidence", "is a draft without a note that explains this", None, "evidence.note")
    elif not evidence.sources and not citations:
        message = f"status {evidence.status!r} without a source or a citation"
        yield Hit("evidence", message, None, "evidence.sources", "error")
    elif isinstance(bank, Instrument) and not citations:
        yield Hit("citation", f"status {evidence.status!r} without a publication to cite", None, "citations")
    for norm in bank.norms if isinstance(bank, Instrument) else ():
        if norm.source is None:
            yield Hit("evidence", f"norms of {norm.scale!r} ({norm.sample}) have no source", None, "norms")


def _check_bands(form: Instrument) -> Iterator[Hit]:
    """Yield overlaps of bands of one scale and source, and gaps between them."""
    for _, _, overlap in overlapping(form.cutoffs):
        yield Hit("bands", overlap, None, "cutoffs")
    for gap in between_bands(form.cutoffs, form.score_steps):
        yield Hit("band-gaps", gap, None, "cutoffs")


def _check_ranges(form: Instrument) -> Iterator[Hit]:
    """Yield means of items, or of scales, whose ranges differ: a wider range has more weight."""
    spans: dict[str, tuple[float, float]] = {}
    for name in form.scale_order:
        scale = form.scale(name)
        counted = counted_items(scale, [form.item(key.item).response_scale for key in scale.keys])
        parts = [(float(item.minimum), float(item.maximum)) for item in counted]
        parts = parts or [spans[part] for part in scale.of]
        low, high = form.score_ranges[name]
        spans[name] = round(low, 9), round(high, 9)  # so that ranges equal but for rounding error are equal
        if scale.method == "mean" and len(set(parts)) > 1:
            ranges = ", ".join(f"{low:g} to {high:g}" for low, high in sorted(set(parts)))
            message = f"the mean {name!r} combines {'items' if scale.items else 'scales'} on {ranges}"
            yield Hit("unequal-ranges", message, None, "scales")


def _check_ids(bank: Checked) -> Iterator[Hit]:
    """Yield ids of items that differ only in case or in leading zeros."""
    first: dict[str, str] = {}
    for item in bank.items:
        alike = _LEADING_ZEROS.sub("", item.id.casefold())
        if first.setdefault(alike, item.id) != item.id:
            yield Hit("look-alike-ids", f"looks like {first[alike]!r}", item.id, "id")


def check_declared(bank: Checked) -> Iterator[Hit]:
    """Yield what a file should declare and does not, and what it declares wrongly."""
    worded = [item for item in bank.items if item.text is not None]
    if worded:
        for item in bank.items:
            if item.text is None:
                yield Hit("no-wording", "has no text, though other items have", item.id, "text")
    yield from _check_labels(bank)
    if isinstance(bank, Instrument) and worded and not bank.instructions:
        yield Hit("instructions", "there are no instructions for respondents", None, "instructions")
    yield from _check_evidence(bank)
    yield from _check_ids(bank)
    if isinstance(bank, Instrument):
        yield from _check_bands(bank)
        yield from _check_ranges(bank)
    if bank.license is None:
        yield Hit("license", "states nothing about permission", None, "license")
