"""Names of the caller's in pictures: as they are written, in the room that there is."""

from __future__ import annotations

import unicodedata
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text

_NO_CHARACTERS = "\ufffe\uffff"  # XML has none of these, nor control characters and halves of surrogate pairs


def folded(name: str, *, width: int = 18, most: int = 3) -> str:
    r"""Return a long name in several lines, broken at blanks and underscores where it has some.

    Parameters
    ----------
    name
        The name.
    width
        Letters in a line.
    most
        Lines, of which the last one ends in an ellipsis where the name is longer.

    Examples
    --------
    >>> folded("trust"), folded("relationship_satisfaction").split()
    ('trust', ['relationship_', 'satisfaction'])
    >>> folded("satisfaction with the relationship", width=12, most=2).split("\n")
    ['satisfaction', 'with the …']
    """
    words = printable(name).replace("_", "_ ").split(" ")
    lines = [""]
    for word in words:
        parts = [word[i : i + width] for i in range(0, len(word), width)] or [""]
        for part in parts:
            joint = "" if not lines[-1] or lines[-1].endswith("_") else " "
            if lines[-1] and len(lines[-1]) + len(joint) + len(part) > width:
                lines.append(part)
            else:
                lines[-1] += joint + part
    if len(lines) > most:
        last = lines[most - 1]
        lines[most - 1 :] = [f"{last} …" if len(last) < width - 1 else f"{last[: width - 1]}…"]
    return "\n".join(lines)


def printable(text: str) -> str:
    r"""Return a text on one line, with a sign for each character that no file of a picture can hold.

    Examples
    --------
    >>> printable("love\x00 $x$\nof wife") == "love\ufffd $x$ of wife"
    True
    """
    return "".join(map(_printable_letter, text))


def _printable_letter(letter: str) -> str:
    if letter in _NO_CHARACTERS or unicodedata.category(letter) in ("Cc", "Cs"):
        return " " if letter.isspace() else "\ufffd"
    return letter


def show_as_written(axes: Axes, others: Collection[Artist]) -> None:
    """Make matplotlib show the texts of axes as they are, without its mathematics between dollar signs.

    Parameters
    ----------
    axes
        The axes.
    others
        Texts of the caller's, which stay as they are.
    """
    for artist in axes.findobj(Text):
        if isinstance(artist, Text) and artist not in others:
            artist.set_parse_math(False)
            artist.set_usetex(False)


@contextmanager
def without_glyph_warnings() -> Iterator[None]:
    """Leave out warnings that a font has no sign for a letter, such as an emoji: a box stands for it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font", UserWarning)
        warnings.filterwarnings("ignore", "Matplotlib currently does not support .* natively", UserWarning)
        yield


def folded_apart(names: Sequence[str], *, width: int = 18, most: int = 3) -> list[str]:
    r"""Return names in several lines as `folded` does; those that would look alike keep their ends.

    Examples
    --------
    >>> folded_apart(["trust_of_the_first_week", "trust_of_the_last_week"], width=10, most=1)
    ['trust…week', 'trust…week 2']
    >>> folded_apart(["trust_before", "trust_after"], width=8, most=1)
    ['trus…ore', 'trus…ter']
    """
    texts = [folded(name, width=width, most=most) for name in names]
    seen: Counter[str] = Counter()
    apart = []
    for name, text in zip(names, texts, strict=True):
        if texts.count(text) > 1:
            shown = f"{printable(name)[: width // 2]}…{printable(name)[-(width - width // 2 - 1) :]}"
        else:
            shown = text
        seen[shown] += 1
        apart.append(shown if seen[shown] == 1 else f"{shown} {seen[shown]}")
    return apart
