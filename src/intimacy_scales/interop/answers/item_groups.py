"""Items whose columns are in different groups of questions, which may be about different persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import shortened

_MOST_LISTED = 60  # columns in a message


class Place(NamedTuple):
    """Where the question of an item is.

    Attributes
    ----------
    column
        Its column.
    group
        The group or grid that it is part of; empty if it is part of none.
    """

    column: str
    group: str


def check_one_group(form: str, places: Mapping[str, Place]) -> None:
    """Raise where the questions of items are in different groups.

    Parameters
    ----------
    form
        The instrument, for the message.
    places
        Item → where its question is.

    Raises
    ------
    ResponseError
        There is more than one group. One may ask about the person, and another about the partner.
    """
    groups: dict[str, str] = {}
    for item, place in places.items():
        groups.setdefault(place.group, item)
    if len(groups) < 2:
        return
    first = list(groups.items())[:3]
    shown = ", ".join(f"{item} in {shortened(group) if group else 'no group'}" for group, item in first)
    listed = ", ".join(f"{item!r}: {place.column!r}" for item, place in list(places.items())[:_MOST_LISTED])
    more = ", …" if len(places) > _MOST_LISTED else ""
    raise ResponseError(
        f"the items of {form} are in different groups of questions: {shown}. A group may be about "
        "somebody else, such as the partner, so they are not put together unless you say so. If these are "
        f"the columns: columns={{{listed}{more}}} (in a .toml file for --columns)"
    )
