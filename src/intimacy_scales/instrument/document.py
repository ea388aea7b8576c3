"""The layout of instrument files: response scales are declared once by name, and items refer to them.

In memory every item holds its own `ResponseScale`; in a file it may be named. `resolve_response_scales` puts
the response scales in place of the names, and `name_response_scales` is its inverse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from intimacy_scales.instrument.faults import fault_lines
from intimacy_scales.instrument.response_scale import ResponseScale

Document = dict[str, Any]


def _declared(document: Mapping[str, Any]) -> dict[str, ResponseScale]:
    """Return the response scales that a document declares; a ValueError has a line for each fault."""
    table = document.get("response_scales", {})
    if not isinstance(table, Mapping):
        raise ValueError("response_scales: must be a table of named response scales")
    declared, faults = {}, []
    for name, fields in table.items():
        if not isinstance(fields, Mapping):
            faults.append(f"response_scales.{name}: must be a table with minimum and maximum")
            continue
        try:
            declared[name] = _response_scale({**fields, "id": name}, f"response_scales.{name}")
        except ValueError as error:
            faults.append(str(error))
        if fields.get("id", name) != name:
            faults.append(f"response_scales.{name}.id: {fields['id']!r} is not its name; leave the id out")
    if faults:
        raise ValueError("\n".join(faults))
    return declared


def _response_scale(fields: Mapping[str, Any], field: str) -> ResponseScale:
    """Return one response scale; a ValueError has one line for each fault, with its field."""
    try:
        return ResponseScale.model_validate(fields)
    except ValidationError as error:
        raise ValueError("\n".join(fault_lines(error, fields, field))) from None


class _References:
    """The response scales that a document declares by name, and which of the names it uses."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.declared = _declared(document)
        self.used: set[str] = set()

    def look_up(self, reference: Any) -> Any:
        if not isinstance(reference, str):
            return reference
        if reference not in self.declared:
            known = ", ".join(sorted(self.declared)) or "none"
            raise ValueError(
                f"response_scale {reference!r} is not declared under response_scales; declared: {known}"
            )
        self.used.add(reference)
        return self.declared[reference]

    def default(self, document: Mapping[str, Any]) -> Any:
        """Return the response scale for items without one of their own."""
        if "response_scale" not in document and len(self.declared) == 1:
            return self.look_up(next(iter(self.declared)))
        default = self.look_up(document.get("response_scale"))
        return _response_scale(default, "response_scale") if isinstance(default, Mapping) else default

    def check_used(self) -> None:
        for name in sorted(self.declared.keys() - self.used):
            raise ValueError(f"response_scales.{name}: no item uses it; remove it, or name it in an item")


def _without_scales(document: Mapping[str, Any]) -> Document:
    return {k: v for k, v in document.items() if k not in {"response_scales", "response_scale"}}


def resolve_response_scales(document: Any) -> Any:
    """Return a document in which every item holds its response scale: the one it names, or the default."""
    if not isinstance(document, Mapping):
        return document
    if not isinstance(document.get("items"), list | tuple):
        return _without_scales(document)  # the model's own validation reports the items
    references = _References(document)
    default = references.default(document)
    items: list[Any] = []
    for item in document["items"]:
        if not isinstance(item, Mapping):
            items.append(item)
            continue
        scale = references.look_up(item["response_scale"]) if "response_scale" in item else default
        items.append({**item, **({} if scale is None else {"response_scale": scale})})
    references.check_used()
    return {**_without_scales(document), "items": items}


def resolve_default(document: Any) -> Any:
    """Return a form's document with its response scale in place of the name."""
    if not isinstance(document, Mapping):
        return document
    references = _References(document)
    default = references.default(document)
    references.check_used()
    return {**_without_scales(document), **({} if default is None else {"response_scale": default})}


def name_response_scales(content: Document) -> Document:
    """Return a document with each response scale once: the commonest as the default, others by name."""
    scales = [item.pop("response_scale") for item in content["items"]]
    keys = [repr(scale) for scale in scales]
    default = Counter(keys).most_common(1)[0][0]
    named: Document = {}
    references: dict[str, Any] = {}
    for key, scale in zip(keys, scales, strict=True):
        name = scale.get("id")
        if name is not None:
            named[name] = {k: v for k, v in scale.items() if k != "id"}
        references[key] = scale if name is None else name
    for key, item in zip(keys, content["items"], strict=True):
        if key != default:
            item["response_scale"] = references[key]
    rest = {k: v for k, v in content.items() if k not in {"items", "scales"}}
    tables: Document = {k: content[k] for k in ("items", "scales") if k in content}
    return {
        **rest,
        "response_scale": references[default],
        **({"response_scales": named} if named else {}),
        **tables,
    }


def file_schema(schema: Document) -> Document:
    """Return the JSON Schema of files from that of their model: response scales may be named."""
    definitions = schema["$defs"]
    response_scale = definitions["ResponseScale"]
    response_scale.pop("required", None)
    response_scale["anyOf"] = [{"required": ["minimum", "maximum"]}, {"required": ["points"]}]
    reference = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/ResponseScale"}]}
    for name, definition in definitions.items():
        if name.endswith("Item"):
            definition["properties"]["response_scale"] = reference
            definition["required"] = [f for f in definition["required"] if f != "response_scale"]
    schema["properties"]["kind"] = {"const": "instrument"}
    schema["properties"]["response_scale"] = reference
    schema["properties"]["response_scales"] = {
        "type": "object",
        "additionalProperties": {"$ref": "#/$defs/ResponseScale"},
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
