"""Of which types the documents of results are, and their JSON Schema.

A class says in `Result._document` which names its `to_dict` writes and of which types they are; without
more, those are its fields. The schema follows from it here, and the way back in `documents`.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.results.frozen import compared_names

if TYPE_CHECKING:
    from intimacy_scales.results.result import Result

    Schema = dict[str, Any]

ADDRESS = "urn:intimacy-scales:result:1:"
_FIGURE = {
    "description": "a number; null where it is not defined; as text where it has no bound",
    "anyOf": [{"type": ["number", "null"]}, {"enum": ["Infinity", "-Infinity"]}],
}
_FIGURES = {
    "description": "figures, or rows of figures",
    "type": "array",
    "items": {"anyOf": [{"$ref": "#/$defs/figure"}, {"$ref": "#/$defs/figures"}, {"type": "boolean"}]},
}
_SINGLE: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    float: {"$ref": "#/$defs/figure"},
    type(None): {"type": "null"},
}

Sort = Literal[
    "any", "object", "either", "literal", "single", "array", "mapping", "pair", "sequence", "part"
]  # fmt: skip


class Object:
    """A part of a document that is no class of its own: read and kept as a mapping."""

    def __init__(self, **types_by_name: Any) -> None:
        self.types = types_by_name


class Unless:
    """A name that documents leave out where it stands for nothing.

    Parameters
    ----------
    kind
        Of which type its value is.
    nothing
        The value of results whose documents do not have it.
    """

    def __init__(self, kind: Any, *, nothing: Any) -> None:
        self.kind = kind
        self.nothing = nothing


def many(kind: Any) -> Any:
    """Return the type of a list of parts."""
    return types.GenericAlias(list, (kind,))


def by_name(kind: Any) -> Any:
    """Return the type of a mapping from names to parts."""
    return types.GenericAlias(dict, (str, kind))


@cache
def types_of(kind: Any) -> dict[str, Any]:
    """Return the fields of a dataclass or named tuple with their types."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else kind._fields
    return {name: hints[name] for name in names}


def documented(kind: Any, *, without: Collection[str] = (), **derived: Any) -> dict[str, Any]:
    """Return what a class's documents hold: its fields, but for some, and what it works out of them.

    Parameters
    ----------
    kind
        The class.
    without
        Fields that no document holds, such as the answers behind a figure: `_from_document` says what
        stands for them in a result that was read.
    **derived
        Names that `to_dict` has beside the fields, and their types.
    """
    return {name: of for name, of in types_of(kind).items() if name not in without} | derived


def document_types(kind: Any) -> Mapping[str, Any]:
    """Return the names and types of a part of a document: a result, a dataclass or a named tuple.

    Of a dataclass that is no result, they are the fields by which two are compared.
    """
    if isinstance(kind, Object):
        return kind.types
    if kind is InstrumentRef:
        return _with_gained(kind, types_of(InstrumentRef) | {"high_means": dict[str, str]})
    told: Callable[[], Mapping[str, Any]] | None = getattr(kind, "_document", None)
    if told is not None:
        return _with_gained(kind, told())
    names = compared_names(cast(Any, kind)) if is_dataclass(kind) else kind._fields
    return {name: types_of(kind)[name] for name in names}


def _with_gained(kind: Any, types_by_name: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return types where what a class gained after documents were written may be left out."""
    gained: Mapping[str, Any] = getattr(kind, "_gained", {})
    return {
        name: Unless(of, nothing=gained[name]) if name in gained else of for name, of in types_by_name.items()
    }


def sort_of(kind: Any) -> Sort:
    """Return what sort of type one is."""
    origin = get_origin(kind)
    found: Sort = "part"
    if kind is Any:
        found = "any"
    elif isinstance(kind, Object):
        found = "object"
    elif origin in (Union, types.UnionType):
        found = "either"
    elif origin is Literal:
        found = "literal"
    elif kind in _SINGLE:
        found = "single"
    elif getattr(origin, "__name__", "") in ("ndarray", "NDArray"):  # its own name from numpy 2.5 on
        found = "array"
    elif origin is tuple and get_args(kind)[-1] is not Ellipsis:
        found = "pair"
    elif origin is not None:
        found = "mapping" if issubclass(origin, Mapping) else "sequence"
    return found


def schema_of(kind: type[Result]) -> Schema:
    """Return the JSON Schema (2020-12) of a class's documents."""
    parts: dict[str, Schema] = {}
    whole = _object(document_types(kind), parts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS + kind.__name__,
        "title": kind.__name__,
        "description": (kind.__doc__ or "").strip().partition("\n")[0],
        **whole,
        "$defs": {"figure": _FIGURE, "figures": _FIGURES, **parts},
    }


def _object(types_by_name: Mapping[str, Any], parts: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": {name: _schema(_kind_of(kind), parts) for name, kind in types_by_name.items()},
        "required": [name for name, kind in types_by_name.items() if not isinstance(kind, Unless)],
        "additionalProperties": False,
    }


def _kind_of(kind: Any) -> Any:
    return kind.kind if isinstance(kind, Unless) else kind


def _schema(kind: Any, parts: dict[str, Schema]) -> Schema:
    """Return the schema of one type; what has a name goes to ``parts``."""
    writers: dict[Sort, Callable[[Any, dict[str, Schema]], Schema]] = {
        "any": lambda _kind, _parts: {},
        "object": lambda kind, parts: _object(kind.types, parts),
        "either": _either,
        "literal": lambda kind, _: {"enum": list(get_args(kind))},
        "single": lambda kind, _: dict(_SINGLE[kind]),
        "array": lambda _kind, _parts: {"$ref": "#/$defs/figures"},
        "mapping": lambda kind, parts: {
            "type": "object",
            "additionalProperties": _schema(get_args(kind)[1], parts),
        },
        "pair": _pair,
        "sequence": lambda kind, parts: {"type": "array", "items": _schema(get_args(kind)[0], parts)},
        "part": _named,
    }
    return writers[sort_of(kind)](kind, parts)


def _either(kind: Any, parts: dict[str, Schema]) -> Schema:
    kinds = get_args(kind)
    if {int, float} <= set(kinds):  # as it was written in an instrument, never without bound
        return {"type": ["number", "null"] if type(None) in kinds else "number"}
    return {"anyOf": [_schema(one, parts) for one in kinds]}


def _pair(kind: Any, parts: dict[str, Schema]) -> Schema:
    inner = get_args(kind)
    items = [_schema(one, parts) for one in inner]
    return {"type": "array", "prefixItems": items, "minItems": len(inner), "maxItems": len(inner)}


def _named(kind: Any, parts: dict[str, Schema]) -> Schema:
    name = kind.__name__
    if name not in parts:
        parts[name] = {}  # so that a class which holds its like ends
        parts[name] = _object(document_types(kind), parts)
    return {"$ref": f"#/$defs/{name}"}
