"""Checks of keys, facets and order: whether a score measures what its name says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from intimacy_scales.checking.findings import Hit
from intimacy_scales.checking.words import Checked
from intimacy_scales.instrument import Instrument, ItemBank
from intimacy_scales.results.wording import counted

ENOUGH_TO_REVERSE = 4  # scales with fewer items need no reverse-keyed one


def _check_keys(name: str, n_items: int, n_reverse: int, field: str) -> Iterator[Hit]:
    if n_items < ENOUGH_TO_REVERSE:
        return
    if n_reverse == 0:
        yield Hit("key-balance", f"{name}: none of {n_items} items is reverse-keyed", None, field)
    elif 2 * n_reverse > n_items:
        message = (
            f"{name}: {n_reverse} of {n_items} items are reverse-keyed; does its name mean the opposite?"
        )
        yield Hit("key-balance", message, None, field, "note")


def _check_facets(bank: ItemBank) -> Iterator[Hit]:
    counts = Counter({facet.id: 0 for facet in bank.facets})
    counts.update(item.facet for item in bank.items if item.facet is not None)
    for facet, count in counts.items():
        if not count:
            yield Hit("facet-balance", f"facet {facet!r} has no item", None, "facets", "error")
    present = {facet: count for facet, count in counts.items() if count}
    fewest, most = min(present.values()), max(present.values())
    if most >= 2 * fewest and len(present) > 1:
        listed = ", ".join(f"{facet} {count}" for facet, count in present.items())
        message = f"facets have between {fewest} and {counted(most, 'item')} ({listed})"
        yield Hit("facet-balance", message, None, "facets")


def _check_order(form: Instrument) -> Iterator[Hit]:
    scales = {
        s.id: {key.item for key in s.keys} for s in form.scales if s.keys and len(s.keys) < len(form.items)
    }
    if len(scales) < 2:
        return
    for name, members in scales.items():
        rows = [f"{a} {b}" for a, b in pairwise(form.item_ids) if a in members and b in members]
        if rows:
            message = f"scale {name!r} has items in a row: {', '.join(rows)}"
            yield Hit("item-order", message, None, "items")


def _check_scored(form: Instrument) -> Iterator[Hit]:
    scored = {key.item for scale in form.scales for key in scale.keys}
    for item in form.items:
        if item.id not in scored:
            yield Hit("unscored-item", "is in no scale", item.id)


def check_balance(bank: Checked) -> Iterator[Hit]:
    """Yield what is out of balance; nothing for a key without wording, which only its authors can change."""
    if isinstance(bank, ItemBank):
        yield from _check_facets(bank)
    if all(item.text is None for item in bank.items):
        return
    if isinstance(bank, ItemBank):
        reverse = sum(item.keyed == "-" for item in bank.items)
        yield from _check_keys("the bank", len(bank.items), reverse, "items")
        return
    for scale in bank.scales:
        reverse = sum(key.reverse for key in scale.keys)
        yield from _check_keys(f"scale {scale.id!r}", len(scale.keys), reverse, "scales")
    yield from _check_order(bank)
    yield from _check_scored(bank)
