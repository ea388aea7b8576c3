"""Which fields a table of an instrument file may have, and which one was probably meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from intimacy_scales.errors import nearest
from intimacy_scales.instrument.base import Part

# what other programs and authors call a field of ours, by the table that it stands in
_CALLED = {
    "Scale": {
        "score": "method", "scoring": "method", "type": "method", "formula": "method", "function": "method",
        "subscales": "of", "parts": "of", "components": "of", "scales": "of",
        "name": "title", "label": "title",
        "required": "missing", "min_items": "missing", "prorated": "missing", "proportion": "missing",
        "weight": "weights", "item_weights": "weights",
        "factor": "multiply", "multiplier": "multiply", "times": "multiply", "scale_by": "multiply",
        "constant": "offset", "add": "offset", "plus": "offset", "intercept": "offset",
        "range": "rescale", "common_range": "rescale", "rescale_to": "rescale", "stretch": "rescale",
        "difference": "method", "minus": "method",
    },
    "ResponseScale": {
        "low": "minimum", "lowest": "minimum", "min": "minimum", "from": "minimum", "start": "minimum",
        "high": "maximum", "highest": "maximum", "max": "maximum", "to": "maximum", "end": "maximum",
        "options": "labels", "choices": "labels", "anchors": "labels",
        "values": "points", "allowed": "points", "answers": "points", "codes": "points",
        "weights": "scores", "weight": "scores", "score": "scores", "keys": "scores", "counts": "scores",
        "missing": "missing_codes", "missing_values": "missing_codes", "na": "missing_codes",
        "increment": "step", "by": "step", "n_points": "maximum",
    },
    "Item": {
        "question": "text", "wording": "text", "label": "text", "stem": "text", "name": "id",
        "scale": "response_scale", "range": "response_scale", "options": "response_scale",
    },
    "Cutoff": {
        "under": "below", "less_than": "below", "max": "at_most", "over": "above", "greater_than": "above",
        "min": "at_least", "range": "band", "between": "band", "label": "meaning", "name": "meaning",
    },
    "Norm": {
        "m": "mean", "average": "mean", "std": "sd", "s": "sd", "ranks": "percentiles", "group": "sample",
    },
}  # fmt: skip
_CALLED["Instrument"] = {
    "multiple_answers": "choose_all", "multiple_response": "choose_all", "response_sets": "choose_all",
    "questions": "items", "subscales": "scales",
}  # fmt: skip
_CALLED["BankItem"] = _CALLED["Item"]

_REVERSE = 'reverse-keyed items have a minus in the list of a scale: items = ["a", "-b"]'
_WITHOUT = {
    "reverse": _REVERSE, "reversed": _REVERSE, "reverse_items": _REVERSE, "reverse_keyed": _REVERSE,
}  # fmt: skip
PAGE = "docs/reference/instrument-file.md"
_OF_FILES = ("response_scale", "response_scales", "kind")  # resolved before a model is made of the rest
_WHOLE = ("Instrument", "ItemBank", "Form")


def _parts(part: type[Part] = Part) -> Iterator[type[Part]]:
    for kind in part.__subclasses__():
        yield kind
        yield from _parts(kind)


def _part_in(annotation: Any) -> type[Part] | None:
    """Return the model that an annotation such as ``tuple[Scale, ...]`` or ``Norm | None`` holds."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    found = (_part_in(inner) for inner in get_args(annotation))
    return next((part for part in found if part is not None), None)


def _part_at(title: str, location: Sequence[int | str]) -> type[Part] | None:
    """Return the model of the table that a location leads to, from the model of that name."""
    part = next((kind for kind in _parts() if kind.__name__ == title), None)
    for step in location:
        if part is None:
            return None
        if isinstance(step, str):
            field = part.model_fields.get(step)
            part = None if field is None else _part_in(field.annotation)
    return part


def fields_of(part: type[Part]) -> list[str]:
    """Return the fields that a table of a file may have."""
    return [
        *part.model_fields,
        *(f for f in _OF_FILES if part.__name__ in _WHOLE and f not in part.model_fields),
    ]


def no_such_field(title: str, location: Sequence[int | str]) -> str:
    """Say that a field is not known, which was probably meant, and which there are.

    Parameters
    ----------
    title
        Name of the model that was read.
    location
        Where the field stands in it; its last step is the field.
    """
    name = str(location[-1]).casefold()
    part = _part_at(title, location[:-1])
    if part is None:
        return "no such field"
    known = fields_of(part)
    called = _CALLED.get(part.__name__, {}).get(name)
    near = [called] if called else nearest(name, known)
    hint = _WITHOUT.get(name) or (f"did you mean {near[0]!r}?" if near else "")
    return f"no such field{f'; {hint}' if hint else ''} (fields are {', '.join(known)}; see {PAGE})"
