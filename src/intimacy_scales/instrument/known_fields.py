"""Fields that a table of an instrument file may have, and which one was probably meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from intimacy_scales.instrument.base import Part
from intimacy_scales.messages import nearest

# names that other programs and authors use for one of our fields, by the table that the field belongs to
_SYNONYMS = {
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
_SYNONYMS["Instrument"] = {
    "multiple_answers": "choose_all", "multiple_response": "choose_all", "response_sets": "choose_all",
    "questions": "items", "subscales": "scales",
}  # fmt: skip
_SYNONYMS["BankItem"] = _SYNONYMS["Item"]

_REVERSE = 'reverse-keyed items have a minus in the list of a scale: items = ["a", "-b"]'
_ADVICE = {  # on fields that have no counterpart in our files
    "reverse": _REVERSE, "reversed": _REVERSE, "reverse_items": _REVERSE, "reverse_keyed": _REVERSE,
}  # fmt: skip
PAGE = "docs/reference/instrument-file.md"
_FILE_FIELDS = ("response_scale", "response_scales", "kind")  # resolved before the model is made
_TOP_LEVEL = ("Instrument", "ItemBank", "Form")


def _subclasses(part: type[Part] = Part) -> Iterator[type[Part]]:
    for subclass in part.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _part_in(annotation: Any) -> type[Part] | None:
    """Return the model that an annotation such as ``tuple[Scale, ...]`` or ``Norm | None`` holds."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    parts = (_part_in(inner) for inner in get_args(annotation))
    return next((part for part in parts if part is not None), None)


def _part_at(title: str, location: Sequence[int | str]) -> type[Part] | None:
    """Return the model of the table at a location within the model that is named ``title``."""
    part = next((model for model in _subclasses() if model.__name__ == title), None)
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
        *(f for f in _FILE_FIELDS if part.__name__ in _TOP_LEVEL and f not in part.model_fields),
    ]


def unknown_field_message(title: str, location: Sequence[int | str]) -> str:
    """Return a message that a field is unknown, with the one that was probably meant and all known ones.

    Parameters
    ----------
    title
        Name of the model that was read.
    location
        Path to the field in it; the last step is the field's name.
    """
    name = str(location[-1]).casefold()
    part = _part_at(title, location[:-1])
    if part is None:
        return "no such field"
    known = fields_of(part)
    synonym = _SYNONYMS.get(part.__name__, {}).get(name)
    near = [synonym] if synonym else nearest(name, known)
    hint = _ADVICE.get(name) or (f"did you mean {near[0]!r}?" if near else "")
    return f"no such field{f'; {hint}' if hint else ''} (fields are {', '.join(known)}; see {PAGE})"
