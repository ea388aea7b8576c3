"""Pydantic's errors as lines that name each field the way its author wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from intimacy_scales.errors import InstrumentError
from intimacy_scales.instrument.budgets import shown
from intimacy_scales.instrument.known_fields import unknown_field_message
from intimacy_scales.late import late_module

if TYPE_CHECKING:
    import pydantic
else:
    pydantic = late_module("pydantic")

_MOST_SHOWN = 10  # faults in the message
_MOST_LISTED = 200  # faults in the error's list
_LONGEST_ID = 100  # characters
_MESSAGES = {  # in place of pydantic's, by the type of its error
    "dict_type": "must be a table of fields",
    "tuple_type": "must be a list; a list of tables is written [[scales]], with two brackets",
    "string_type": 'must be a text: write it in quotes, as "1"',
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
}


_EXAMPLES = {  # by the name of the field
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
    """Return a message that a field must be a table, with an example for that field."""
    names = [step for step in location if isinstance(step, str)]
    example = _EXAMPLES.get(names[-1]) if names else None
    return "must be a table of fields" + (f", such as {example}" if example else "")


def _path(location: Sequence[int | str], document: Any) -> str:
    """Return a location as ``scales[0] (trust).items``: each position with the id of its entry."""
    text = ""
    node = document
    for step in location:
        if isinstance(step, int):
            node = node[step] if isinstance(node, Sequence) and step < len(node) else None
            name = node.get("id") if isinstance(node, Mapping) else None
            text += f"[{step}]" + (f" ({name[:_LONGEST_ID]})" if isinstance(name, str) and name else "")
        else:
            node = node.get(step) if isinstance(node, Mapping) else None
            text += ("." if text else "") + step
    return text


def _lines(error: Mapping[str, Any], document: Any, field: str, title: str) -> list[str]:
    """Return one of pydantic's errors as lines: several where one of our own messages has several."""
    path = _path(error["loc"], document)
    path = f"{field}.{path}" if field and path else field or path
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = unknown_field_message(title, error["loc"])
    elif error["type"] == "missing":
        message = "is required, but missing"
    elif error["type"] in ("model_type", "model_attributes_type"):
        message = f"{_table_needed(error['loc'])} (found {shown(error['input'])})"
    elif error["type"] in _MESSAGES:
        message = f"{_MESSAGES[error['type']]} (found {shown(error['input'])})"
    elif error["type"] != "value_error" and not isinstance(error["input"], Mapping | list | tuple):
        message += f" (found {shown(error['input'])})"
    return [f"{path}: {message}"] if path else message.split("\n")


def fault_lines(error: pydantic.ValidationError, document: Any, field: str = "") -> list[str]:
    """Return a line for each fault that pydantic found, beginning with its field.

    Parameters
    ----------
    error
        Pydantic's error.
    document
        The document that was validated.
    field
        The field of the file that holds the document; empty where the document is the whole file.
    """
    return _counted_lines(error, document, field)[0]


def _counted_lines(error: pydantic.ValidationError, document: Any, field: str = "") -> tuple[list[str], int]:
    """Return a line for each fault, and how many there are; the last of many lines stands for all others."""
    entries = error.errors(include_url=False)
    # pydantic also reports a list whose entries are all faulty as too short; that line adds nothing
    inner = {entry["loc"][:1] for entry in entries if len(entry["loc"]) > 1}
    kept = [entry for entry in entries if entry["type"] != "too_short" or entry["loc"] not in inner]
    lines = [line for entry in kept[:_MOST_LISTED] for line in _lines(entry, document, field, error.title)]
    if len(kept) <= _MOST_LISTED:
        return lines, len(lines)
    return [*lines, f"and {len(kept) - _MOST_LISTED:,} more faults"], len(kept)


def instrument_error(error: pydantic.ValidationError, document: Any, source: str) -> InstrumentError:
    """Return one error that lists every fault of a document, with its file and fields.

    Examples
    --------
    >>> from pydantic import ValidationError
    >>> from intimacy_scales import Instrument
    >>> document = {"id": "mood", "version": "1", "title": "Mood", "items": [], "scales": [{"id": "ease"}]}
    >>> try:
    ...     _ = Instrument.model_validate(document)
    ... except ValidationError as error:
    ...     print(instrument_error(error, document, "mood.toml"))
    mood.toml: 2 faults
      items: Tuple should have at least 1 item after validation, not 0
      scales[0] (ease): a scale has either items or, as a composite, 'of' other scales
    """
    faults, n_faults = _counted_lines(error, document)
    more = [f"… and {n_faults - _MOST_SHOWN:,} more"] if n_faults > _MOST_SHOWN else []
    count = "1 fault" if n_faults == 1 else f"{n_faults:,} faults"
    return InstrumentError(
        f"{source}: {count}\n" + "\n".join(f"  {line}" for line in [*faults[:_MOST_SHOWN], *more]),
        source,
        faults,
    )
