"""Pydantic's findings as lines that name the field the way its author wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import InstrumentError

if TYPE_CHECKING:
    from pydantic import ValidationError

_SHOWN = 10


def _path(location: Sequence[int | str], document: Any) -> str:  # noqa: ANN401 - any parsed file
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


def _line(error: Mapping[str, Any], document: Any) -> str:  # noqa: ANN401 - any parsed file
    path = _path(error["loc"], document)
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = "no such field"
    elif error["type"] == "missing":
        message = "is required and is not there"
    elif error["type"] != "value_error" and not isinstance(error["input"], Mapping | list | tuple):
        message += f" (found {error['input']!r})"
    return f"{path}: {message}" if path else message


def instrument_error(error: ValidationError, document: Any, source: str) -> InstrumentError:  # noqa: ANN401
    """Return one error that lists every fault of a document, with its file and fields."""
    entries = error.errors(include_url=False)
    # a list whose entries are faulty is also reported as empty: that says nothing new
    inner = {entry["loc"][:1] for entry in entries if len(entry["loc"]) > 1}
    faults = [
        _line(entry, document)
        for entry in entries
        if entry["type"] != "too_short" or entry["loc"] not in inner
    ]
    shown = faults[:_SHOWN] + ([f"… and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else [])
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return InstrumentError(f"{source}: {count}\n" + "\n".join(f"  {line}" for line in shown), source, faults)
