"""What a file says of itself: labels, instructions, evidence, permission."""

from __future__ import annotations

from collections.abc import Iterator

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.words import Checked
from intimacy_scales.instrument import Instrument, ResponseScale

EASILY_LABELLED = 7


def _check_response_scale(scale: ResponseScale) -> Iterator[Hit]:
    name = f"response scale {scale.id!r}" if scale.id else f"response scale {scale.describe()}"
    labelled = {value for value, _ in scale.labels}
    ends = [end for end in (scale.minimum, scale.maximum) if end not in labelled]
    if ends:
        told = " and ".join(map(str, ends))
        yield Hit("labels", f"{name}: {told} has no label", None, "response_scale", "error")
    elif scale.n_points <= EASILY_LABELLED and len(labelled) < scale.n_points:
        bare = ", ".join(str(value) for value in scale.values if value not in labelled)
        yield Hit("labels", f"{name}: no label for {bare}", None, "response_scale")


def _check_labels(bank: Checked) -> Iterator[Hit]:
    worded = (item.response_scale for item in bank.items if item.text is not None)
    for scale in dict.fromkeys(worded):
        yield from _check_response_scale(scale)


def _check_evidence(bank: Checked) -> Iterator[Hit]:
    evidence = bank.evidence
    citations = bank.citations if isinstance(bank, Instrument) else ()
    if evidence.status == "draft":
        if evidence.note is None:
            yield Hit("evidence", "is a draft, and no note says what that means", None, "evidence.note")
    elif not evidence.sources and not citations:
        message = f"status {evidence.status!r} without a source or a citation"
        yield Hit("evidence", message, None, "evidence.sources", "error")
    elif isinstance(bank, Instrument) and not citations:
        yield Hit("citation", f"status {evidence.status!r}, and no publication to cite", None, "citations")
    for norm in bank.norms if isinstance(bank, Instrument) else ():
        if norm.source is None:
            yield Hit("evidence", f"norms of {norm.scale!r} ({norm.sample}) have no source", None, "norms")


def check_declared(bank: Checked) -> Iterator[Hit]:
    """Yield what a file should say of itself and does not."""
    worded = [item for item in bank.items if item.text is not None]
    if worded:
        for item in bank.items:
            if item.text is None:
                yield Hit("no-wording", "has no text, though others have", item.id, "text")
    yield from _check_labels(bank)
    if isinstance(bank, Instrument) and worded and not bank.instructions:
        yield Hit("instructions", "people are not told what to do", None, "instructions")
    yield from _check_evidence(bank)
    if bank.license is None:
        yield Hit("license", "says nothing about permission", None, "license")
