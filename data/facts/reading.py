"""Read what is known of published instruments: ``facts.json`` as it was received, and ``later.toml`` on top.

``later.toml`` mends and completes single facts, and adds instruments in a short form: items by their
numbers, ranges worked out here. Where options count something else than their number, ``counts`` says what.
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
    reverse = short.get("reverse_items", [])
    parts = short.get("subscales", ())
    subscale = {n: part["id"] for part in reversed(parts) for n in part["items"]}  # the first that has it
    items = [
        {"item": n, "subscale": subscale.get(n), "reverse": n in reverse, **_answers(n, short)}
        for n in range(1, short["n_items"] + 1)
    ]
    total = short.get("total")
    low, high = short["response"]
    differing = {str(i["item"]): [i["min"], i["max"]] for i in items if [i["min"], i["max"]] != [low, high]}
    worked_out = {
        "id": name,
        "response": {"min": low, "max": high, "differing_items": differing},
        "items": items,
        "subscales": [_with_range(part, items) for part in parts],
        "reverse_items": reverse,
        "total": _with_range(total, items) if total else None,
    }
    return _EMPTY | short | worked_out


def _answers(number: int, short: Table) -> Table:
    """Return how an item is answered: options that count something else are numbered from 1."""
    counts = short.get("counts", {}).get(str(number))
    if counts is None:
        low, high = short["response"]
        return {"min": low, "max": high}
    return {"min": 1, "max": len(counts), "counts": counts}


def _with_range(part: Table, items: list[Table]) -> Table:
    summed = [item for item in items if part["items"] == "all" or item["item"] in part["items"]]
    ends = [sum(end(item.get("counts", (item["min"], item["max"]))) for item in summed) for end in (min, max)]
    return part | {"range": ends if part["method"] == "sum" else [end / len(summed) for end in ends]}
