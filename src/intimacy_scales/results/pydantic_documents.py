"""Results in pydantic models and FastAPI: their documents, not their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic_core import core_schema

from intimacy_scales.errors import DocumentError

if TYPE_CHECKING:
    from intimacy_scales.results.result import Result


def core_schema_of(kind: type[Result]) -> core_schema.CoreSchema:
    """Return how pydantic validates and writes a class of results.

    A result passes as it is; a mapping is read by ``from_dict``; written is what ``to_dict`` returns.
    """

    def validated(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        try:
            return kind.from_dict(value)
        except DocumentError as error:  # a ValueError: pydantic tells it with its own
            raise ValueError(str(error)) from error

    def json_schema(_schema: Any, _handler: Any) -> dict[str, Any]:
        return inlined(kind.json_schema())

    return core_schema.no_info_plain_validator_function(
        validated,
        serialization=core_schema.plain_serializer_function_ser_schema(lambda result: result.to_dict()),
        metadata={"pydantic_js_functions": [json_schema]},
    )


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without definitions, for a place inside of another document.

    Rows of figures may hold rows; inside of another document one says only that they are arrays.
    """
    parts = schema.get("$defs", {})

    def put(node: Any) -> Any:
        if isinstance(node, list):
            return [put(one) for one in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            return {"type": "array"} if name == "figures" else put(parts[name])
        return {name: put(one) for name, one in node.items() if name not in ("$defs", "$schema", "$id")}

    whole: dict[str, Any] = put(schema)
    return whole
