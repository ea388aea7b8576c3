"""Types of the values in documents of results, and the JSON Schema that follows from them.

`Result._document` gives the names that `to_dict` writes and the types of their values; by default these are
the fields. From these types follow the schema, in this module, and the reading of documents, in `documents`.
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
    "description": "a number; null if it is undefined; as text if it is infinite",
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
    """A part of a document that has no class of its own: it is read as a mapping."""

    def __init__(self, **types_by_name: Any) -> None:
        self.types = types_by_name


class Unless:
    """A name that documents may leave out.

    Parameters
    ----------
    kind
        Type of its value.
    nothing
        The value if a document does not have the name.
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
    """Return the names and types in a class's documents: its fields, apart from some, and derived figures.

    Parameters
    ----------
    kind
        The class.
    without
        Fields that documents do not hold, such as the answers behind a figure; `_from_document` puts a
        placeholder into a result that is read.
    **derived
        Names that `to_dict` writes in addition to the fields, and their types.
    """
    fields_kept = {name: field for name, field in types_of(kind).items() if name not in without}
    return fields_kept | derived


def document_types(kind: Any) -> Mapping[str, Any]:
    """Return the names and types of a part of a document: a result, a dataclass or a named tuple.

    For a dataclass that is not a result, they are the fields by which two instances are compared.
    """
    if isinstance(kind, Object):
        return kind.types
    if kind is InstrumentRef:
        return _with_gained(kind, types_of(InstrumentRef) | {"high_means": dict[str, str]})
    own_types: Callable[[], Mapping[str, Any]] | None = getattr(kind, "_document", None)
    if own_types is not None:
        return _with_gained(kind, own_types())
    names = compared_names(cast(Any, kind)) if is_dataclass(kind) else kind._fields
    kinds = {name: types_of(kind)[name] for name in names}
    defaults: Mapping[str, Any] = getattr(kind, "_field_defaults", {})  # of a named tuple
    return kinds | {name: Unless(kinds[name], nothing=value) for name, value in defaults.items()}


def _with_gained(kind: Any, types_by_name: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return types in which the names that a class gained after its first documents may be left out."""
    gained: Mapping[str, Any] = getattr(kind, "_gained", {})
    return {
        name: Unless(value_kind, nothing=gained[name]) if name in gained else value_kind
        for name, value_kind in types_by_name.items()
    }


def sort_of(kind: Any) -> Sort:
    """Return the sort of a type, which decides how it is read and described."""
    origin = get_origin(kind)
    sort: Sort = "part"
    if kind is Any:
        sort = "any"
    elif isinstance(kind, Object):
        sort = "object"
    elif origin in (Union, types.UnionType):
        sort = "either"
    elif origin is Literal:
        sort = "literal"
    elif kind in _SINGLE:
        sort = "single"
    elif getattr(origin, "__name__", "") in ("ndarray", "NDArray"):  # NDArray from numpy 2.5 on
        sort = "array"
    elif origin is tuple and get_args(kind)[-1] is not Ellipsis:
        sort = "pair"
    elif origin is not None:
        sort = "mapping" if issubclass(origin, Mapping) else "sequence"
    return sort


def schema_of(kind: type[Result]) -> Schema:
    """Return the JSON Schema (2020-12) of a class's documents."""
    parts: dict[str, Schema] = {}
    document = _object(document_types(kind), parts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS + kind.__name__,
        "title": kind.__name__,
        "description": (kind.__doc__ or "").strip().partition("\n")[0],
        **document,
        "$defs": {"figure": _FIGURE, "figures": _FIGURES, **parts},
    }


def _object(types_by_name: Mapping[str, Any], parts: dict[str, Schema]) -> Schema:
    """Return the schema of an object with these names, and no others."""
    return {
        "type": "object",
        "properties": {name: _schema(_kind_of(kind), parts) for name, kind in types_by_name.items()},
        "required": [name for name, kind in types_by_name.items() if not isinstance(kind, Unless)],
        "additionalProperties": False,
    }


def _kind_of(kind: Any) -> Any:
    return kind.kind if isinstance(kind, Unless) else kind


def _schema(kind: Any, parts: dict[str, Schema]) -> Schema:
    """Return the schema of one type; those of classes are added to ``parts`` and referred to."""
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
    """Return the schema of a union of types."""
    kinds = get_args(kind)
    if {int, float} <= set(kinds):  # as written in an instrument: never infinite
        return {"type": ["number", "null"] if type(None) in kinds else "number"}
    return {"anyOf": [_schema(option, parts) for option in kinds]}


def _pair(kind: Any, parts: dict[str, Schema]) -> Schema:
    items = [_schema(part_kind, parts) for part_kind in get_args(kind)]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def _named(kind: Any, parts: dict[str, Schema]) -> Schema:
    """Return a reference to the schema of a class, which is added to ``parts``."""
    name = kind.__name__
    if name not in parts:
        parts[name] = {}  # so that a class with parts of the same class ends
        parts[name] = _object(document_types(kind), parts)
    return {"$ref": f"#/$defs/{name}"}
