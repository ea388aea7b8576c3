"""Pydantic's findings as lines that name the field the way its author wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.known_fields import no_such_field
from intimacy_scales.instrument.budgets import shown
from intimacy_scales.late import late_module

if TYPE_CHECKING:
    import pydantic
else:
    pydantic = late_module("pydantic")

_SHOWN, _LISTED, _NAME = 10, 200, 100
_WORDS = {
    "dict_type": "must be a table of fields",
    "tuple_type": "must be a list; a list of tables is written [[scales]], with two brackets",
    "string_type": 'must be a text: write it in quotes, as "1"',
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
}


_EXAMPLES = {  # by the field, so that a list of tables is not shown as if it were a rule
    "missing": "{ proportion = 0.5 }",
    "response_scale": "{ minimum = 1, maximum = 5 }",
    "response_scales": "{ minimum = 1, maximum = 5 }",
    "license": '{ name = "CC-BY-4.0" }',
    "evidence": '{ status = "draft" }',
    "sources": '{ title = "Author (2020)" }',
    "citations": '{ authors = "Author, A.", year = 2020 }',
    "findings": '{ step = "reliability", statistic = "alpha", sample = "who", source = "where" }',
    "items": '{ id = "calm" }',
    "scales": '{ id = "ease", items = ["calm"] }',
    "norms": '{ scale = "ease", sample = "who", mean = 11, sd = 2.5 }',
    "cutoffs": '{ scale = "ease", below = 9, meaning = "what", source = "where" }',
    "codings": '{ id = "position", description = "what", flip = ["calm"] }',
    "choose_all": '{ items = ["walk", "talk"] }',
    "accepted": '{ rule = "negation", because = "why" }',
    "facets": '{ id = "warm", title = "Warm" }',
}


def _table_needed(location: Sequence[int | str]) -> str:
    """Say that a table is needed, with an example of that field's."""
    names = [step for step in location if isinstance(step, str)]
    example = _EXAMPLES.get(names[-1]) if names else None
    return "must be a table of fields" + (f", such as {example}" if example else "")


def _path(location: Sequence[int | str], document: Any) -> str:
    """Write a location as ``scales[0] (trust).items``: positions, with the id found there."""
    text = ""
    node = document
    for step in location:
        if isinstance(step, int):
            node = node[step] if isinstance(node, Sequence) and step < len(node) else None
            name = node.get("id") if isinstance(node, Mapping) else None
            text += f"[{step}]" + (f" ({name[:_NAME]})" if isinstance(name, str) and name else "")
        else:
            node = node.get(step) if isinstance(node, Mapping) else None
            text += ("." if text else "") + step
    return text


def _lines(error: Mapping[str, Any], document: Any, field: str, title: str) -> list[str]:
    path = _path(error["loc"], document)
    path = f"{field}.{path}" if field and path else field or path
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = no_such_field(title, error["loc"])
    elif error["type"] == "missing":
        message = "is required and is not there"
    elif error["type"] in ("model_type", "model_attributes_type"):
        message = f"{_table_needed(error['loc'])} (found {shown(error['input'])})"
    elif error["type"] in _WORDS:
        message = f"{_WORDS[error['type']]} (found {shown(error['input'])})"
    elif error["type"] != "value_error" and not isinstance(error["input"], Mapping | list | tuple):
        message += f" (found {shown(error['input'])})"
    return [f"{path}: {message}"] if path else message.split("\n")


def fault_lines(error: pydantic.ValidationError, document: Any, field: str = "") -> list[str]:
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
    return _found(error, document, field)[0]


def _found(error: pydantic.ValidationError, document: Any, field: str = "") -> tuple[list[str], int]:
    """Return a line for each fault, the last of very many for all others, and how many there are."""
    entries = error.errors(include_url=False)
    # a list whose entries are faulty is also reported as empty: that says nothing new
    inner = {entry["loc"][:1] for entry in entries if len(entry["loc"]) > 1}
    kept = [entry for entry in entries if entry["type"] != "too_short" or entry["loc"] not in inner]
    lines = [line for entry in kept[:_LISTED] for line in _lines(entry, document, field, error.title)]
    if len(kept) <= _LISTED:
        return lines, len(lines)
    return [*lines, f"and {len(kept) - _LISTED:,} more faults"], len(kept)


def instrument_error(error: pydantic.ValidationError, document: Any, source: str) -> InstrumentError:
    """Return one error that lists every fault of a document, with its file and fields."""
    faults, many = _found(error, document)
    listed = faults[:_SHOWN] + ([f"… and {many - _SHOWN:,} more"] if many > _SHOWN else [])
    count = "1 fault" if many == 1 else f"{many:,} faults"
    return InstrumentError(f"{source}: {count}\n" + "\n".join(f"  {line}" for line in listed), source, faults)
