"""Instruments made of another one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import TypeVar

from pydantic import ValidationError

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.choose_all import without_boxes
from intimacy_scales.instrument.content import InstrumentContent
from intimacy_scales.instrument.evidence import Evidence
from intimacy_scales.instrument.response_scale import ResponseScale
from intimacy_scales.instrument.scale import MissingRule, Scale

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
    """Return an instrument some of whose items were answered on another range.

    Arguments are those of `Instrument.with_response_scale`.
    """
    chosen = list(form.item_ids) if items is None else [items] if isinstance(items, str) else list(items)
    ranges = [form.item(name).response_scale for name in chosen]
    for name, scale in zip(chosen, ranges, strict=True):
        if not scale.is_plain:
            raise InstrumentError(
                f"{form.id}: the answers to {name} are listed or scored one by one, and no other range says "
                "what its options would count; change its response scale in the file"
            )
    boxes = {name for question in form.choose_all for name in question.items} & set(chosen)
    if boxes:
        raise InstrumentError(
            f"{form.id}: a blank of {min(boxes)} counts as 0, which another range may not have; answers to "
            "boxes are 0 and 1 (choose_all)"
        )
    there = list(dict.fromkeys((scale.minimum, scale.maximum) for scale in ranges))
    if len(there) != 1:
        several = ", ".join(f"{low} to {high}" for low, high in there) or "none"
        raise InstrumentError(
            f"{form.id}: these items have several ranges ({several}); name those that were answered on "
            f"{minimum} to {maximum} with items=[...]"
        )
    kept = dict.fromkeys(code for scale in ranges for code in scale.missing_codes)
    none = dict.fromkeys(code for scale in ranges for code in scale.not_applicable)
    codes = tuple(kept) if missing_codes is None else tuple(missing_codes)
    try:
        new = ResponseScale(
            minimum=minimum, maximum=maximum, step=step, missing_codes=codes, not_applicable=tuple(none)
        )
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        if missing_codes is None and why.startswith("missing code"):
            why += _without_the_code(minimum, maximum, step, codes)
        raise InstrumentError(
            f"{form.id}: {minimum} to {maximum} is no range for its answers: {why}"
        ) from None
    if all(scale.values == new.values and scale.missing_codes == codes for scale in ranges):
        return form
    given = f"{new.minimum} to {new.maximum}" + ("" if new.step == 1 else f" in steps of {new.step}")
    note = f"Answered on {given}; published for {there[0][0]} to {there[0][1]}."
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
            "evidence": _of_another_range(form.evidence, note),
            "norms": (),
            "cutoffs": (),
        }
    )


def _of_another_range(evidence: Evidence, note: str) -> Evidence:
    """Return what is known of a form that was answered on another range than the one it was studied on."""
    return evidence.model_copy(
        update={
            "findings": (),
            "status": "published" if evidence.status == "validated" else evidence.status,
            "note": note if evidence.note is None else f"{note} {evidence.note}",
        }
    )


def _without_the_code(
    minimum: int | float, maximum: int | float, step: int | float, codes: Iterable[int | float | str]
) -> str:
    """Say how a range is taken that holds a code declared for no answer."""
    left = []
    for code in codes:
        try:
            ResponseScale(minimum=minimum, maximum=maximum, step=step, missing_codes=(code,))
        except ValidationError:
            continue
        left.append(code)
    return (
        f". If it is an answer there, say which codes still stand for no answer: missing_codes={left!r}"
        + (" (none does)" if not left else "")
    )


def _id_of(form: InstrumentContent, new: ResponseScale, changed: Collection[str]) -> str:
    """Name a variant by its range, its step, and where that is of some items only, a digest of those."""
    name = f"{form.id}-{new.minimum}-to-{new.maximum}" + ("" if new.step == 1 else f"-by-{new.step}")
    if set(form.item_ids) == set(changed):
        return name
    listed = "\n".join(sorted(changed))
    return f"{name}-items-{hashlib.sha256(listed.encode()).hexdigest()[:8]}"


def check_count(scale: Scale, rule: MissingRule, n: int) -> None:
    """Raise where a rule asks for more answers than a scale of n items has."""
    if rule.count is not None and rule.count > n:
        raise InstrumentError(
            f"missing: scale {scale.id!r} has {n} items, and count = {rule.count} answers are asked for: "
            "give a count that it has, or a proportion (with_missing_rule)"
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
        raise InstrumentError(f"new_id={new_id!r} is what the whole is called: give another")

    emptied = [s.id for s in form.scales if s.keys and all(key.item in items for key in s.keys)]
    if emptied:
        raise InstrumentError(
            f"{form.id}: without {', '.join(items)}, no item is left of {', '.join(emptied)}: leave one in, "
            "or make an instrument without that scale by model_copy(update={'scales': …})"
        )

    def kept(scale: Scale) -> Scale:
        left = tuple(entry for entry in scale.items if entry.removeprefix("-") not in items)
        if scale.missing is not None and scale.items:
            check_count(scale, scale.missing, len(left))
        weights = tuple(pair for pair in scale.weights if pair[0] not in items)
        return scale if left == scale.items else scale.model_copy(update={"items": left, "weights": weights})

    said = f"{form.id} {form.version} without {', '.join(items)}"
    flips = {c.id: tuple(i for i in c.flip if i not in items) for c in form.codings}
    return form.model_copy(
        update={
            "id": new_id,
            "version": version,
            "title": f"{form.title}, shortened",
            "description": f"This is {said}.",
            "items": [item for item in form.items if item.id not in items],
            "scales": [kept(scale) for scale in form.scales],
            "choose_all": without_boxes(form.choose_all, items),
            "codings": [c.model_copy(update={"flip": flips[c.id]}) for c in form.codings if flips[c.id]],
            "accepted": [entry for entry in form.accepted if entry.item not in items],
            "evidence": Evidence(note=f"Shortened: {said}. Nothing is known of its scores."),
            "norms": (),
            "cutoffs": (),
        }
    )
