"""Checks of keys, facets and order: whether a score measures what its name says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from intimacy_scales.checking.expressions import asks_how_often
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


def _items_of(form: Instrument, name: str) -> list[tuple[str, bool]]:
    """Return the items of a scale, or of those that it is made of, and whether they are reverse-keyed."""
    scale = form.scale(name)
    keyed_items = [(key.item, key.reverse) for key in scale.keys]
    return keyed_items + [item for part in scale.of for item in _items_of(form, part)]


def _check_acquiescence(form: Instrument) -> Iterator[Hit]:
    """Yield composites in which agreeing with everything gives the highest score, and nothing shows it."""
    if all(asks_how_often(item.response_scale) for item in form.items):
        return
    for scale in form.scales:
        items = _items_of(form, scale.id) if scale.of else []
        if len(items) >= ENOUGH_TO_REVERSE and not any(reverse for _, reverse in items):
            message = (
                f"score {scale.id!r}: none of its {len(items)} items is reverse-keyed, so it cannot be told "
                "from agreeing with everything"
            )
            yield Hit("acquiescence", message, None, "scales")


def _check_facet_keying(name: str, keyed: Iterable[tuple[str | None, bool]], field: str) -> Iterator[Hit]:
    """Yield facets of which a scale that is keyed both ways has reverse-keyed items only."""
    directions: dict[str, list[bool]] = {}
    for facet, reverse in keyed:
        if facet is not None:
            directions.setdefault(facet, []).append(reverse)
    both = {reverse for several in directions.values() for reverse in several}
    if len(both) < 2 or len(directions) < 2:
        return
    alone = [facet for facet, several in directions.items() if all(several)]
    if alone:
        listed = ", ".join(f"{facet!r} ({counted(len(directions[facet]), 'item')})" for facet in alone)
        message = f"{name}: only reverse-keyed items are of facet {listed}: facet and wording are mixed up"
        yield Hit("facet-keying", message, None, field)


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
        keyed = [(item.facet, item.keyed == "-") for item in bank.items]
        yield from _check_facet_keying("the bank", keyed, "items")
        return
    facets = {item.id: item.facet for item in bank.items}
    for scale in bank.scales:
        reverse = sum(key.reverse for key in scale.keys)
        yield from _check_keys(f"scale {scale.id!r}", len(scale.keys), reverse, "scales")
        keyed = [(facets[key.item], key.reverse) for key in scale.keys]
        yield from _check_facet_keying(f"scale {scale.id!r}", keyed, "scales")
    yield from _check_acquiescence(bank)
    yield from _check_order(bank)
    yield from _check_scored(bank)
