"""Results in pydantic models and FastAPI, read and written as their documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

from intimacy_scales.errors import DocumentError

if TYPE_CHECKING:
    from intimacy_scales.results.result import Result


def core_schema_of(kind: type[Result]) -> core_schema.CoreSchema:
    """Return how pydantic validates and writes a class of results.

    A result is accepted as it is, a mapping is read by ``from_dict``, and ``to_dict`` is written.
    """

    def validated(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        try:
            return kind.from_dict(value)
        except DocumentError as error:  # pydantic collects ValueErrors and reports them with its own
            raise ValueError(str(error)) from error

    def json_schema(_schema: Any, _handler: Any) -> dict[str, Any]:
        return inlined(kind.json_schema())

    return core_schema.no_info_plain_validator_function(
        validated,
        serialization=core_schema.plain_serializer_function_ser_schema(lambda result: result.to_dict()),
        metadata={"pydantic_js_functions": [json_schema]},
    )


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its definitions inserted where they are used, as a part of another schema.

    The definition of figures refers to itself, as rows can hold rows; it becomes just an array.
    """
    definitions = schema.get("$defs", {})

    def resolved(node: Any) -> Any:
        if isinstance(node, list):
            return [resolved(part) for part in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            return {"type": "array"} if name == "figures" else resolved(definitions[name])
        return {
            name: resolved(part) for name, part in node.items() if name not in ("$defs", "$schema", "$id")
        }

    resolved_schema: dict[str, Any] = resolved(schema)
    return resolved_schema
