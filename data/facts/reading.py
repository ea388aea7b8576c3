"""Read what is known of published instruments: ``facts.json`` as it was received, and ``later.toml`` on top.

``later.toml`` mends and completes single facts, and adds instruments in a short form: items by their
numbers, ranges worked out here.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
Table = dict[str, Any]

_EMPTY: Table = {
    "variant_of": None,
    "missing_rule": None,
    "alternative_coding": [],
    "other_item_orders": [],
    "reliability": [],
    "descriptives": [],
    "cutoffs": [],
    "ship_key": True,
}


def read_all(folder: Path = HERE) -> Table:
    """Return sources and instruments, all in the layout of ``facts.json``."""
    received = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    later = tomllib.loads((folder / "later.toml").read_text(encoding="utf-8"))
    mended_ids = {fact["id"] for fact in received["instruments"]}
    if unknown := later["mended"].keys() - mended_ids:
        raise ValueError(f"later.toml mends what facts.json does not have: {sorted(unknown)}")
    instruments = [mended(fact, later["mended"].get(fact["id"], {})) for fact in received["instruments"]]
    instruments += [whole(name, short) for name, short in later["instruments"].items()]
    return {"sources": received["sources"] | later["sources"], "instruments": instruments}


def mended(fact: Table, by: Table) -> Table:
    """Return a fact with its lists continued, but for those in ``replaced``, and the rest replaced."""
    replaced = by.get("replaced", ())
    return fact | {
        name: [*fact[name], *content] if isinstance(content, list) and name not in replaced else content
        for name, content in by.items()
        if name != "replaced"
    }


def whole(name: str, short: Table) -> Table:
    """Return an instrument of the short form with its items and the ranges of its scores."""
    low, high = short["response"]
    numbers = range(1, short["n_items"] + 1)
    reverse = short.get("reverse_items", [])
    parts = [_with_range(part, len(part["items"]), low, high) for part in short.get("subscales", ())]
    subscale = {n: part["id"] for part in reversed(parts) for n in part["items"]}  # the first that has it
    total = short.get("total")
    if total:
        n_total = len(numbers) if total["items"] == "all" else len(total["items"])
        total = _with_range(total, n_total, low, high)
    items = [
        {"item": n, "subscale": subscale.get(n), "reverse": n in reverse, "min": low, "max": high}
        for n in numbers
    ]
    worked_out = {
        "id": name,
        "response": {"min": low, "max": high, "differing_items": {}},
        "items": items,
        "subscales": parts,
        "reverse_items": reverse,
        "total": total,
    }
    return _EMPTY | short | worked_out


def _with_range(part: Table, n_items: int, low: int, high: int) -> Table:
    count = n_items if part["method"] == "sum" else 1
    return part | {"range": [count * low, count * high]}
