"""Instrument files on disk: read as data, bounded and checked, and made into models."""

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


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is not a number of JSON")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise ValueError(f"field {twice!r} occurs twice in one table")
    return table


def read_document(path: Path) -> dict[str, Any]:
    """Read a TOML or JSON file as data: bounded, UTF-8, one table."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: no path can have that name
        reason = getattr(error, "strerror", None) or error
        raise InstrumentError(f"{path}: cannot be read: {reason}", str(path)) from None
    if len(raw) > MAX_BYTES:
        raise InstrumentError(f"{path}: larger than 4 MiB, which no instrument file is", str(path))
    try:
        text = raw.decode("utf-8-sig")
        if path.suffix.casefold() == ".json":
            content = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
        else:
            content = tomli.loads(text.replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise InstrumentError(f"{path}: is not UTF-8 text (byte {error.start})", str(path)) from None
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix.casefold() == ".json" else "TOML"
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise InstrumentError(f"{path}: is not valid {kind}: {reason}", str(path)) from None
    if not isinstance(content, dict):
        raise InstrumentError(f"{path}: holds no table of fields at its top", str(path))
    return content


def build(model: type[_Model], content: dict[str, Any], path: Path) -> _Model:
    """Make a model of what a file holds, or say what is wrong with it, and in which file."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise instrument_error(error, content, str(path)) from None


def kind_of(content: dict[str, Any]) -> str:
    """Return what a document is: what it says, or what its fields show."""
    if "kind" in content:
        return str(content.pop("kind"))
    if {"of", "source_digest"} <= content.keys():
        return "translation"
    items = content.get("items")
    keyed = isinstance(items, list) and any(isinstance(item, dict) and "keyed" in item for item in items)
    if "facets" in content or (keyed and "scales" not in content):
        return "bank"
    return "form" if "banks" in content else "instrument"
