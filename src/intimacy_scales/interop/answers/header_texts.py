"""Headers that hold texts of questions, matched with the columns that a structure declares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from intimacy_scales.interop.answers.markup import folded_text


class Declared(NamedTuple):
    """A column that a structure declares.

    Attributes
    ----------
    name
        Its name in exports with names in the header.
    texts
        What exports with texts in the header write instead, one for each language.
    """

    name: str
    texts: tuple[str, ...]


def names_of_texts(header: Sequence[str], declared: Sequence[Declared]) -> dict[int, str]:
    """Return position in the header → the name of the column whose text is there.

    Exports keep the order of the structure and may leave out columns. A text that several columns have is
    therefore the next of them in the order of the structure, provided that the header has it as often as the
    structure; otherwise it is left as it is, since it cannot be known which columns were left out.

    Examples
    --------
    >>> texts = {"q1": "Happy?", "a_done": "Done?", "b_done": "Done?"}
    >>> columns = [Declared(name, (text,)) for name, text in texts.items()]
    >>> names_of_texts(["Happy?", "Done?", "x", "Done?"], columns)
    {0: 'q1', 1: 'a_done', 3: 'b_done'}
    >>> names_of_texts(["Happy?", "Done?"], columns)
    {0: 'q1'}
    """
    having: dict[str, list[str]] = {}
    for column in declared:
        for text in dict.fromkeys(map(folded_text, column.texts)):
            having.setdefault(text, []).append(column.name)
    places: dict[str, list[int]] = {}
    for place, text in enumerate(header):
        places.setdefault(folded_text(text), []).append(place)
    named = {
        place: name
        for text, names in having.items()
        if text and len(names) == len(places.get(text, ()))
        for place, name in zip(places[text], names, strict=True)
    }
    return dict(sorted(named.items()))
