"""Pydantic's findings as lines that name the field the way its author wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import InstrumentError

if TYPE_CHECKING:
    from pydantic import ValidationError

_SHOWN = 10
_WORDS = {
    "model_type": "must be a table of fields, such as { proportion = 0.5 }",
    "model_attributes_type": "must be a table of fields, such as { proportion = 0.5 }",
    "dict_type": "must be a table of fields",
    "tuple_type": "must be a list; a list of tables is written [[scales]], with two brackets",
    "string_type": 'must be a text: write it in quotes, as "1"',
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
}


def _path(location: Sequence[int | str], document: Any) -> str:
    """Write a location as ``scales[0] (trust).items``: positions, with the id found there."""
    text = ""
    node = document
    for step in location:
        if isinstance(step, int):
            node = node[step] if isinstance(node, Sequence) and step < len(node) else None
            name = node.get("id") if isinstance(node, Mapping) else None
            text += f"[{step}]" + (f" ({name})" if name else "")
        else:
            node = node.get(step) if isinstance(node, Mapping) else None
            text += ("." if text else "") + step
    return text


def _lines(error: Mapping[str, Any], document: Any, field: str) -> list[str]:
    path = _path(error["loc"], document)
    path = f"{field}.{path}" if field and path else field or path
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = "no such field"
    elif error["type"] == "missing":
        message = "is required and is not there"
    elif error["type"] in _WORDS:
        message = f"{_WORDS[error['type']]} (found {error['input']!r})"
    elif error["type"] != "value_error" and not isinstance(error["input"], Mapping | list | tuple):
        message += f" (found {error['input']!r})"
    return [f"{path}: {message}"] if path else message.split("\n")


def fault_lines(error: ValidationError, document: Any, field: str = "") -> list[str]:
    """Return a line for each fault that pydantic found, beginning with its field.

    Parameters
    ----------
    error
        What pydantic found.
    document
        What it read.
    field
        Where that stands in the file, if not at its top.
    """
    entries = error.errors(include_url=False)
    # a list whose entries are faulty is also reported as empty: that says nothing new
    inner = {entry["loc"][:1] for entry in entries if len(entry["loc"]) > 1}
    kept = [entry for entry in entries if entry["type"] != "too_short" or entry["loc"] not in inner]
    return [line for entry in kept for line in _lines(entry, document, field)]


def instrument_error(error: ValidationError, document: Any, source: str) -> InstrumentError:
    """Return one error that lists every fault of a document, with its file and fields."""
    faults = fault_lines(error, document)
    shown = faults[:_SHOWN] + ([f"… and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else [])
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return InstrumentError(f"{source}: {count}\n" + "\n".join(f"  {line}" for line in shown), source, faults)
