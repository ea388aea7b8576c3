"""Items, and the ways in which their answers may have been stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import StrictBool

from intimacy_scales.instrument.base import Id, Part, Text
from intimacy_scales.instrument.provenance import Confidence
from intimacy_scales.instrument.response_scale import ResponseScale
from intimacy_scales.instrument.texts import as_it_looks, letters

Wording = Literal["self", "partner", "daily"]


class Item(Part):
    """One question or statement.

    Attributes
    ----------
    id
        The name of its answers in data.
    text
        The wording shown, or None where only the key is known.
    facet
        The facet of the construct that it belongs to.
    response_scale
        Which answers it allows; in files it may be named, or left to the default.
    partner_text, daily_text
        The same item worded about the partner, and for a diary.
    """

    id: Id
    text: Text | None = None
    facet: Id | None = None
    response_scale: ResponseScale
    partner_text: Text | None = None
    daily_text: Text | None = None

    def worded(self, wording: Wording) -> str | None:
        """Return the text in one wording."""
        return {"self": self.text, "partner": self.partner_text, "daily": self.daily_text}[wording]


class Coding(Part):
    """Another way in which answers may have been stored than as the value printed beside the option.

    Attributes
    ----------
    id
        Such as ``position``: the first option on the form is stored as the lowest value.
    description
        What it is, in words.
    flip
        Items whose stored values run against the printed ones: printed = minimum + maximum - stored.
    complete
        Whether all such items are known. Otherwise answers stored so cannot be scored.
    source, confidence
        Where it was read, and how surely it is known.
    """

    id: Id
    description: Text
    flip: tuple[Id, ...]
    complete: StrictBool = True
    source: Text | None = None
    confidence: Confidence | None = None


def plain_item(item: Any) -> Any:
    """Return an item of a bank as an item, without what only a bank says of it."""
    if isinstance(item, Item) and type(item) is not Item:
        return Item(**{name: getattr(item, name) for name in Item.model_fields})
    return item


def unique(field: str, ids: Iterable[str]) -> None:
    """Raise a ValueError that names the field and the first id that occurs twice in it."""
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise ValueError(f"{field}: {field[:-1]} id {name!r} occurs more than once")
        seen.add(name)


def no_twins(field: str, ids: Iterable[str]) -> None:
    """Raise a ValueError that names two ids which nobody can tell apart, such as Latin and Cyrillic a."""
    seen: dict[str, str] = {}
    for name in ids:
        shape = as_it_looks(name)
        other = seen.setdefault(shape, name)
        if other != name:
            told = " and ".join(f"{one!r} ({letters(one)})" for one in (other, name))
            raise ValueError(f"{field}: ids {told} look the same: give one another name")
