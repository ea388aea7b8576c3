"""Variants of an instrument: on another range, for another coding, without some items, and others."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Collection, Iterable
from typing import TypeVar

from pydantic import ValidationError

from intimacy_scales.errors import InstrumentError, UnknownInstrumentError, UnverifiedKeyWarning
from intimacy_scales.instrument.choose_all import without_boxes
from intimacy_scales.instrument.content import InstrumentContent
from intimacy_scales.instrument.evidence import Evidence
from intimacy_scales.instrument.provenance import CONFIDENCES
from intimacy_scales.instrument.response_scale import ResponseScale
from intimacy_scales.instrument.scale import MissingRule, Scale
from intimacy_scales.messages import level_outside, suggest

Form = TypeVar("Form", bound=InstrumentContent)


def on_another_range(
    form: Form,
    minimum: int | float,
    maximum: int | float,
    *,
    step: int | float,
    items: str | Collection[str] | None,
    missing_codes: Iterable[int | float | str] | None,
    new_id: str | None,
    version: str | None,
) -> Form:
    """Return an instrument with items that were answered on another range.

    Arguments are those of `Instrument.with_response_scale`.
    """
    chosen = list(form.item_ids) if items is None else [items] if isinstance(items, str) else list(items)
    ranges = [form.item(name).response_scale for name in chosen]
    for name, scale in zip(chosen, ranges, strict=True):
        if not scale.is_plain:
            raise InstrumentError(
                f"{form.id}: the answers to {name} are listed or scored one by one, so another range does "
                "not say what its options count; change its response scale in the file"
            )
    boxes = {name for question in form.choose_all for name in question.items} & set(chosen)
    if boxes:
        raise InstrumentError(
            f"{form.id}: {min(boxes)} is a box of a choose-all question (choose_all), whose answers are 0 "
            "and 1; omit it from items"
        )
    published = list(dict.fromkeys((scale.minimum, scale.maximum) for scale in ranges))
    if len(published) != 1:
        several = ", ".join(f"{low} to {high}" for low, high in published) or "none"
        raise InstrumentError(
            f"{form.id}: these items have several ranges ({several}); name those that were answered on "
            f"{minimum} to {maximum} with items=[...]"
        )
    declared = dict.fromkeys(code for scale in ranges for code in scale.missing_codes)
    not_applicable = dict.fromkeys(code for scale in ranges for code in scale.not_applicable)
    codes = tuple(declared) if missing_codes is None else tuple(missing_codes)
    try:
        new = ResponseScale(
            minimum=minimum,
            maximum=maximum,
            step=step,
            missing_codes=codes,
            not_applicable=tuple(not_applicable),
        )
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        if missing_codes is None and reason.startswith("missing code"):
            reason += _advice_on_codes(minimum, maximum, step, codes)
        raise InstrumentError(
            f"{form.id}: the range {minimum} to {maximum} is not valid for its answers: {reason}"
        ) from None
    if all(scale.values == new.values and scale.missing_codes == codes for scale in ranges):
        return form
    given = f"{new.minimum} to {new.maximum}" + ("" if new.step == 1 else f" in steps of {new.step}")
    note = f"Answered on {given}; published for {published[0][0]} to {published[0][1]}."
    where = "" if items is None else f" in {len(chosen)} of {len(form.items)} items"
    changed = set(chosen)
    return form.model_copy(
        update={
            "id": new_id or _id_of(form, new, changed),
            "version": version or form.version,
            "title": f"{form.title}, answered on {given}{where}",
            "items": [
                item.model_copy(update={"response_scale": new}) if item.id in changed else item
                for item in form.items
            ],
            "evidence": _evidence_on_another_range(form.evidence, note),
            "norms": (),
            "cutoffs": (),
        }
    )


def _evidence_on_another_range(evidence: Evidence, note: str) -> Evidence:
    """Return the evidence that remains if a form is answered on a range on which it was not studied."""
    return evidence.model_copy(
        update={
            "findings": (),
            "status": "published" if evidence.status == "validated" else evidence.status,
            "note": note if evidence.note is None else f"{note} {evidence.note}",
        }
    )


def _advice_on_codes(
    minimum: int | float, maximum: int | float, step: int | float, codes: Iterable[int | float | str]
) -> str:
    """Return what to do if a declared code for missing answers is an answer on the new range."""
    remaining = []
    for code in codes:
        try:
            ResponseScale(minimum=minimum, maximum=maximum, step=step, missing_codes=(code,))
        except ValidationError:
            continue
        remaining.append(code)
    return (
        f". If it is an answer there, pass the codes that still mean no answer: missing_codes={remaining!r}"
    )


def _id_of(form: InstrumentContent, new: ResponseScale, changed: Collection[str]) -> str:
    """Return an id for a variant: with its range and step, and a digest of the items if only some changed."""
    name = f"{form.id}-{new.minimum}-to-{new.maximum}" + ("" if new.step == 1 else f"-by-{new.step}")
    if set(form.item_ids) == set(changed):
        return name
    listed = "\n".join(sorted(changed))
    return f"{name}-items-{hashlib.sha256(listed.encode()).hexdigest()[:8]}"


def with_coding(form: Form, coding: str) -> Form:
    """Return an instrument for answers stored by a coding; see `Instrument.with_coding`."""
    if form.coding is not None:
        raise InstrumentError(f"{form.id} already reads answers coded by {form.coding!r}")
    known = {entry.id: entry for entry in form.codings}
    if coding not in known:
        raise UnknownInstrumentError(
            f"{form.id} has no coding {coding!r}; allowed: {', '.join(map(repr, known)) or 'none'}"
            f"{suggest(coding, known)}"
        )
    chosen = known[coding]
    if not chosen.complete:
        raise InstrumentError(
            f"{form.id}: answers coded by {coding!r} cannot be scored, as only some of the items stored in "
            f"reverse are known ({', '.join(chosen.flip)}). Store the value printed next to the option"
        )
    if chosen.confidence not in (None, "verified"):
        warnings.warn(
            f"{form.id}: which items are stored in reverse by the coding {coding!r} was read in one source "
            "only. Compare it with the form",
            UnverifiedKeyWarning,
            stacklevel=level_outside(),
        )
    confidences = [c for c in (form.evidence.confidence, chosen.confidence) if c is not None]
    least = max(confidences, key=CONFIDENCES.index, default=None)
    return form.model_copy(
        update={
            "scales": [scale.turned(chosen.flip) for scale in form.scales],
            "coding": coding,
            "evidence": form.evidence.model_copy(update={"confidence": least}),
        }
    )


def check_count(scale: Scale, rule: MissingRule, n: int) -> None:
    """Raise an InstrumentError if a rule requires more answers than a scale of ``n`` items has."""
    if rule.count is not None and rule.count > n:
        raise InstrumentError(
            f"missing: scale {scale.id!r} has {n} {'item' if n == 1 else 'items'}, but count = {rule.count} "
            "answers are required: "
            f"pass a count of at most {n}, or a proportion (with_missing_rule)"
        )


def with_missing_rule(form: Form, rule: MissingRule) -> Form:
    """Return an instrument with another missing rule on each scale of items."""
    for scale in form.scales:
        if scale.items:
            check_count(scale, rule, len(scale.items))
    scales = [s if s.of else s.model_copy(update={"missing": rule}) for s in form.scales]
    return form.model_copy(update={"scales": scales})


def without(form: Form, items: str | Collection[str], *, new_id: str, version: str) -> Form:
    """Return an instrument without some items; arguments are those of `Instrument.without_items`."""
    items = (items,) if isinstance(items, str) else items
    for name in items:
        form.item(name)
    if new_id == form.id:
        raise InstrumentError(f"new_id={new_id!r} is the id of the whole instrument: pass another one")

    emptied = [s.id for s in form.scales if s.keys and all(key.item in items for key in s.keys)]
    if emptied:
        raise InstrumentError(
            f"{form.id}: without {', '.join(items)}, no item of {', '.join(emptied)} is left: keep one, "
            "or make an instrument without that scale by model_copy(update={'scales': …})"
        )

    def shortened(scale: Scale) -> Scale:
        entries = tuple(entry for entry in scale.items if entry.removeprefix("-") not in items)
        if entries == scale.items:
            return scale
        if scale.missing is not None:
            check_count(scale, scale.missing, len(entries))
        weights = tuple(pair for pair in scale.weights if pair[0] not in items)
        return scale.model_copy(update={"items": entries, "weights": weights})

    origin = f"{form.id} {form.version} without {', '.join(items)}"
    flips = {c.id: tuple(i for i in c.flip if i not in items) for c in form.codings}
    return form.model_copy(
        update={
            "id": new_id,
            "version": version,
            "title": f"{form.title}, shortened",
            "description": f"This is {origin}.",
            "items": [item for item in form.items if item.id not in items],
            "scales": [shortened(scale) for scale in form.scales],
            "choose_all": without_boxes(form.choose_all, items),
            "codings": [c.model_copy(update={"flip": flips[c.id]}) for c in form.codings if flips[c.id]],
            "accepted": [entry for entry in form.accepted if entry.item not in items],
            "evidence": Evidence(note=f"Shortened: {origin}. Nothing is known of its scores."),
            "norms": (),
            "cutoffs": (),
        }
    )
