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
        The name of its column in tables of answers.
    text
        The wording that is shown, or None where only the key is known.
    facet
        The facet of the construct that it belongs to.
    response_scale
        The answers that it allows; a file may name it or leave it to the default.
    partner_text, daily_text
        The same item worded about the partner, and for a diary.

    Examples
    --------
    >>> item = Item(id="calm", text="I feel calm.", response_scale=ResponseScale(minimum=0, maximum=10))
    >>> item.worded("self"), item.worded("partner")
    ('I feel calm.', None)
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
    """A way in which answers may have been stored, other than as the value printed next to the option.

    Attributes
    ----------
    id
        For example ``position``: the first option on the form is stored as the lowest value.
    description
        A description for people.
    flip
        Items that are stored in reverse: printed = minimum + maximum - stored.
    complete
        Whether all such items are known. If not, answers stored in this way cannot be scored.
    source, confidence
        Where it was read, and how surely it is known.

    Examples
    --------
    >>> Coding(id="position", description="Position of the option on the form.", flip=("calm",)).complete
    True
    """

    id: Id
    description: Text
    flip: tuple[Id, ...]
    complete: StrictBool = True
    source: Text | None = None
    confidence: Confidence | None = None


def plain_item(item: Any) -> Any:
    """Return a bank's item as a plain item, without the fields that only banks have."""
    if isinstance(item, Item) and type(item) is not Item:
        return Item(**{name: getattr(item, name) for name in Item.model_fields})
    return item


def unique(field: str, ids: Iterable[str]) -> None:
    """Raise a ValueError if an id occurs twice; the message names the field and the id."""
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise ValueError(f"{field}: {field[:-1]} id {name!r} occurs more than once")
        seen.add(name)


def no_twins(field: str, ids: Iterable[str]) -> None:
    """Raise a ValueError if two different ids look the same, for example with a Latin and a Cyrillic a."""
    seen: dict[str, str] = {}
    for name in ids:
        shape = as_it_looks(name)
        earlier = seen.setdefault(shape, name)
        if earlier != name:
            twins = " and ".join(f"{twin!r} ({letters(twin)})" for twin in (earlier, name))
            raise ValueError(f"{field}: ids {twins} look the same: give one of them another name")
