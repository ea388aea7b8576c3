"""Columns of both partners' items: one message for those that a table with one row for each couple lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intimacy_scales.errors import MissingColumnsError
from intimacy_scales.messages import shortened
from intimacy_scales.reading.column_patterns import of_partners

_SHOWN = 4  # patterns in a message


def missing_of_partners(
    missing: Mapping[str, MissingColumnsError], sides: Mapping[str, Any], n_items: int, option: str
) -> MissingColumnsError:
    """Return one error for the missing columns of both partners.

    Parameters
    ----------
    missing
        Partner → the error about their columns.
    sides
        Partner → where their answers were said to be.
    n_items
        Number of items.
    option
        The option that said so.
    """
    items = tuple(dict.fromkeys(item for error in missing.values() for item in error.missing))
    patterns = {name: side for name, side in sides.items() if isinstance(side, str)}
    right = [pattern for name, pattern in patterns.items() if name not in missing]
    fitting = dict.fromkeys(one for error in missing.values() for one in error.patterns if one not in right)
    if fitting and len(patterns) == len(sides):
        lines = [
            f"partner {name}: {len(error.missing)} of {n_items} items have no column by the pattern "
            f"{shortened(patterns[name])}"
            for name, error in missing.items()
        ]
        lines.append(_advice(list(fitting), patterns, list(missing), option))
        return MissingColumnsError("\n".join(lines), items, {}, tuple(fitting))
    text = "\n".join(f"partner {name}: {error.args[0]}" for name, error in missing.items())
    near: dict[str, str] = {}
    if len(missing) == 1:  # an item has a column for each partner, and a suggestion names one
        near = next(iter(missing.values())).suggestions
    return MissingColumnsError(text, items, near)


def _advice(fitting: list[str], given: Mapping[str, str], wrong: list[str], option: str) -> str:
    """Say which patterns the table has columns for, and which of them are whose, as far as that shows."""
    listed = " and ".join(map(repr, fitting[:_SHOWN])) + (" …" if len(fitting) > _SHOWN else "")
    fits = f"The table has columns of all items for {listed}"
    meant = of_partners(fitting, {name: given[name] for name in wrong})
    if not meant and len(fitting) == len(wrong):
        meant = dict(zip(wrong, fitting, strict=True))
        check = "whose answers they are, the table does not say: look it up, and exchange them if need be"
        if len(wrong) == 1:
            check = "make sure that they are this partner's"
    else:
        check = "make sure that they are these partners'"
    if not meant:
        return f"{fits}; give each partner one of them, with the answers of that partner."
    both = {**given, **meant}
    return f"{fits}: pass {option}={both}; {check}."
