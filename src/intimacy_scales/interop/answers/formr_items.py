"""Item tables of formr (JSON, CSV, .xlsx): question, options and direction of each item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.facts import Code, ColumnFacts, Role
from intimacy_scales.files.head import Head
from intimacy_scales.interop.answers.json_entries import beginning_of
from intimacy_scales.interop.answers.json_source import objects_of, read_json
from intimacy_scales.interop.answers.markup import without_markup
from intimacy_scales.interop.answers.table_heads import (
    as_text,
    sheet_texts,
    sheet_titles,
    structure_rows,
    text_header,
)

_REVERSED = re.compile(r"(?P<stem>.*?)_?\d+R")  # such as religiousness_2R
_NUMBERED = re.compile(r"(?P<stem>.*?)_?\d+")
_CHOICE = re.compile(r"choice_?(\d{1,3})", re.IGNORECASE)
_RATINGS = ("rating_button", "range", "range_ticks", "visual_analog")
_ROLES: dict[str, Role] = {
    "calculate": "calculated", "text": "text", "textarea": "text", "email": "text", "letters": "text",
    "file": "text", "image": "text", "mc_multiple": "choice", "mc_multiple_button": "choice",
    "select_multiple": "choice", "select_or_add_multiple": "choice", "random": "layout", "server": "layout",
    "browser": "layout", "referrer": "layout", "ip": "id", "get": "layout", "hidden": "layout",
}  # fmt: skip
_SHOWN_ONLY = ("note", "submit", "block", "note_iframe")
_OF_TABLE = {"type", "name", "label"}
_OF_FORMR = {"showif", "choice1", "class", "optional", "item_order", "block_order"}


class ItemTable(NamedTuple):
    """What an item table says.

    Attributes
    ----------
    columns
        Name of an item → what is known of its column.
    ends
        Items whose choices are the labels of both ends of a rating, and not its options.
    """

    columns: dict[str, ColumnFacts]
    ends: tuple[str, ...]


def is_item_table(head: Head) -> bool:
    """Tell whether a file is an item table, rather than answers."""
    start = beginning_of(head)
    if start is not None:
        items = start.first.get("items")
        if start.first:
            return not start.is_list and any(_is_item(item) for item in objects_of(items))
        text = (head.text or "")[:10_000]
        return '"items"' in text and '"choice_list"' in text
    if titles := sheet_titles(head):
        if "survey" not in titles:
            return False
        texts = sheet_texts(head)
        return b">showif<" in texts and b">type<" in texts
    names = {name.casefold() for name in text_header(head)}
    return names >= _OF_TABLE and bool(names & _OF_FORMR)


def _is_item(item: Mapping[str, Any]) -> bool:
    return (
        "type" in item and "name" in item and bool({"choice_list", "label_parsed", "choices"} & item.keys())
    )


def read_item_table(path: Path) -> ItemTable:
    """Return what an item table says of each column.

    Raises
    ------
    ResponseError
        It is not an item table, or damaged.
    """
    called = f"structure={str(path)!r}"
    head = Head.of(path)
    if beginning_of(head) is not None:
        document = read_json(path, called)
        items = list(objects_of(document.get("items") if isinstance(document, dict) else document))
        choices = {str(item.get("name")): list(_listed_choices(item.get("choices"))) for item in items}
    else:
        is_book = "survey" in sheet_titles(head)
        items = [_lower(row) for row in structure_rows(path, "survey" if is_book else None)]
        lists = _choice_lists(path) if is_book and "choices" in sheet_titles(head) else {}
        choices = {str(item.get("name")): _choices_of_row(item, lists) for item in items}
    items = [item for item in items if as_text(item.get("name")) and as_text(item.get("type"))]
    if not items:
        raise ResponseError(
            f"{called}: is not an item table of formr; allowed: its JSON, or a table with the columns type, "
            "name and label"
        )
    return _table(items, choices)


def _lower(row: Mapping[str, str]) -> dict[str, str]:
    return {name.strip().casefold(): text for name, text in row.items()}


def _listed_choices(choices: Any) -> Iterator[tuple[Code, str]]:
    """Yield code and text of each choice of JSON; a list has codes from 1."""
    pairs = choices.items() if isinstance(choices, dict) else enumerate(choices or [], start=1)
    for code, text in pairs:
        yield str(code), without_markup(text)


def _choice_lists(path: Path) -> dict[str, list[tuple[Code, str]]]:
    """Return name of a list → its choices, of the sheet "choices"."""
    lists: dict[str, list[tuple[Code, str]]] = {}
    for row in map(_lower, structure_rows(path, "choices")):
        if "name" in row:
            name = row.get("list_name", row.get("list name", ""))
            lists.setdefault(name, []).append((row["name"], without_markup(row.get("label", row["name"]))))
    return lists


def _choices_of_row(
    row: Mapping[str, str], lists: Mapping[str, list[tuple[Code, str]]]
) -> list[tuple[Code, str]]:
    """Return the choices of one row: in its own columns, or of the list that its type names."""
    own_choices: list[tuple[Code, str]] = [
        (match[1], without_markup(text))
        for name, text in row.items()
        if (match := _CHOICE.fullmatch(name)) is not None
    ]
    return own_choices or next((lists[word] for word in row.get("type", "").split()[1:] if word in lists), [])


def _table(items: Iterable[Mapping[str, Any]], choices: Mapping[str, list[tuple[Code, str]]]) -> ItemTable:
    columns: dict[str, ColumnFacts] = {}
    ends: list[str] = []
    for item in items:
        name, (kind, *options) = as_text(item["name"]), as_text(item["type"]).split()
        if kind in _SHOWN_ONLY:
            continue
        labels = choices.get(name, [])
        if kind in _RATINGS and labels:
            ends.append(name)
            labels = _end_labels(labels, [*options, as_text(item.get("type_options"))])
        columns[name] = ColumnFacts(
            question=without_markup(item.get("label") or "") or None,
            role=_ROLES.get(kind, "answer"),
            labels=tuple(labels),
            formula=as_text(item.get("value")) or None if kind == "calculate" else None,
        )
    return ItemTable(columns, tuple(ends))


def _end_labels(labels: list[tuple[Code, str]], options: Iterable[str]) -> list[tuple[Code, str]]:
    """Return the labels of the ends of a rating with their values; none if the ends are not written down."""
    numbers = next((text for text in options if re.fullmatch(r"\s*-?\d+(\s*,\s*-?\d+)*\s*", text)), "")
    values = [number.strip() for number in numbers.split(",") if number.strip()]
    if len(labels) != 2 or not values:
        return []
    low, high = ("1", values[0]) if len(values) == 1 else values[:2]
    return [(low, labels[0][1]), (high, labels[1][1])]


def directions(names: Iterable[str]) -> dict[str, bool]:
    """Return item → whether formr calls it reverse-keyed, for items of scales in which it calls some so.

    Examples
    --------
    >>> directions(["calm_1", "calm_2R", "age", "other_1", "YEAR"])
    {'calm_1': False, 'calm_2R': True}
    """
    names = list(names)
    stems = {match["stem"] for name in names if (match := _REVERSED.fullmatch(name)) is not None}
    keys: dict[str, bool] = {}
    for name in names:
        match = _REVERSED.fullmatch(name) or _NUMBERED.fullmatch(name)
        if match is not None and match["stem"] in stems:
            keys[name] = name.endswith("R")
    return keys
