"""Instrument files: read from disk as data, bounded in size, and validated as models."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar

import tomli
from pydantic import ValidationError

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.base import Part
from intimacy_scales.instrument.faults import instrument_error

MAX_BYTES = 4 * 1024 * 1024
_Model = TypeVar("_Model", bound=Part)


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is not a number in JSON")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a table of JSON; raise a ValueError if a field occurs twice."""
    table = dict(pairs)
    if len(table) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        duplicate = next(name for name, count in counts.items() if count > 1)
        raise ValueError(f"field {duplicate!r} occurs twice in one table")
    return table


def read_document(path: Path) -> dict[str, Any]:
    """Return the content of a TOML or JSON file: one table, in UTF-8, of limited size."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise InstrumentError(f"{path}: cannot be read: {reason}", str(path)) from None
    if len(raw) > MAX_BYTES:
        raise InstrumentError(f"{path}: is larger than 4 MiB, the limit for instrument files", str(path))
    try:
        text = raw.decode("utf-8-sig")
        if path.suffix.casefold() == ".json":
            content = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates)
        else:
            content = tomli.loads(text.replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise InstrumentError(f"{path}: is not UTF-8 text (byte {error.start})", str(path)) from None
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix.casefold() == ".json" else "TOML"
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise InstrumentError(f"{path}: is not valid {kind}: {reason}", str(path)) from None
    if not isinstance(content, dict):
        raise InstrumentError(f"{path}: must have a table of fields at the top level", str(path))
    return content


def build(model: type[_Model], content: dict[str, Any], path: Path) -> _Model:
    """Return the content of a file as a model; an `InstrumentError` lists its faults with file and field."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise instrument_error(error, content, str(path)) from None


def kind_of(content: dict[str, Any]) -> str:
    """Return the kind of a document: the one that it states, or the one that its fields imply."""
    if "kind" in content:
        return str(content.pop("kind"))
    if {"of", "source_digest"} <= content.keys():
        return "translation"
    items = content.get("items")
    keyed = isinstance(items, list) and any(isinstance(item, dict) and "keyed" in item for item in items)
    if "facets" in content or (keyed and "scales" not in content):
        return "bank"
    return "form" if "banks" in content else "instrument"
