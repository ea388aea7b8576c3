"""Cells of nested JSON: the answers of one person by names that are joined from level to level."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import ColumnFacts
from intimacy_scales.interop.answers.json_source import DEEPEST, GrownColumns
from intimacy_scales.messages import shortened
from intimacy_scales.reading.columns import check_width


def flat_cells(entry: Mapping[str, Any], joint: str) -> dict[str, Any]:
    """Return name → value of an object; names within objects follow those around them.

    Lists stay as they are written, as JSON text; so do true and false.

    Raises
    ------
    ResponseError
        Two values would have the same name, or objects are nested too deeply.

    Examples
    --------
    >>> flat_cells({"id": 1, "m": {"a": 5, "b": {"c": True}}, "many": ["x", "y"]}, ".")
    {'id': 1, 'm.a': 5, 'm.b.c': 'true', 'many': '["x", "y"]'}
    """
    cells: dict[str, Any] = {}
    for name, value in _cells(entry, joint, "", 0):
        if name in cells:
            raise ResponseError(f"two answers of one person have the name {shortened(name)}")
        cells[name] = value
    return cells


def _cells(entry: Mapping[str, Any], joint: str, before: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        raise ResponseError(f"answers are nested too deeply; allowed: at most {DEEPEST} levels")
    for name, value in entry.items():
        if isinstance(value, dict):
            yield from _cells(value, joint, f"{before}{name}{joint}", depth + 1)
        elif isinstance(value, list | bool):
            yield f"{before}{name}", json.dumps(value, ensure_ascii=False)
        else:
            yield f"{before}{name}", value


def nested_columns(path: Path, entries: Iterable[Any], joint: str) -> tuple[dict[str, list[Any]], int]:
    """Return the columns of entries, one row for each, and the number of rows.

    Raises
    ------
    ResponseError
        An entry is not an object, or cannot be a row.
    """
    columns, n_rows = GrownColumns(path), 0
    for entry in entries:
        if not isinstance(entry, dict):
            raise ResponseError(
                f"{path}: entry {n_rows + 1} is not an object {{name: answer}} but a value of type "
                f"{type(entry).__name__}; allowed: one object for each person"
            )
        check_width(len(entry), f"{path}: entry {n_rows + 1} has {{}} names")
        try:
            cells = flat_cells(entry, joint)
        except ResponseError as error:
            raise ResponseError(f"{path}: entry {n_rows + 1}: {error}") from None
        for name, value in cells.items():
            columns.put(name, n_rows, value)
        n_rows += 1
    return columns.filled(n_rows), n_rows


def unambiguous_ends(names: Iterable[str], *joints: str) -> dict[str, str]:
    """Return joined name → its last part, where no other name is it or ends in it.

    Examples
    --------
    >>> unambiguous_ends(["m.happy", "m.sad", "n.sad", "id", "p.id"], ".")
    {'m.happy': 'happy'}
    """
    names = list(names)
    ends = {name: _end(name, joints) for name in names}
    counts = Counter(ends.values())
    return {name: end for name, end in ends.items() if end != name and counts[end] == 1}


def named_within(joined: str, name: str | None) -> ColumnFacts:
    """Return what a joined name says of a column: the name of its question, and the groups around it.

    Examples
    --------
    >>> facts = named_within("self/d1", "d1")
    >>> facts.name, facts.name_within
    ('d1', 'self/')
    """
    return ColumnFacts(name=name, name_within="" if name is None else joined.removesuffix(name))


def _end(name: str, joints: Iterable[str]) -> str:
    """Return what follows the first of the joints that a name has, at its last place."""
    joint = next((joint for joint in joints if joint in name), None)
    return name if joint is None else name.rpartition(joint)[2]
