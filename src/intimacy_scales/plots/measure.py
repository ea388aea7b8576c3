"""Sizes of texts in inches, before they are drawn, and names that fit into a given width."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from intimacy_scales.plots.texts import folded, printable, without_glyph_warnings

_POINTS = 72.0  # in an inch
_HINTED = 1.05  # letters on a screen may be wider by so much
_LEADING = 1.2  # height of a line, in sizes of its letters


def text_size(text: str, points: float) -> tuple[float, float]:
    r"""Return width and height of a text in inches.

    Parameters
    ----------
    text
        One line or several.
    points
        Size of its letters.

    Examples
    --------
    >>> one, two = text_size("trust", 8), text_size("trust\ntrust", 8)
    >>> one[0] == two[0], two[1] == 2 * one[1]
    (True, True)
    """
    lines = text.split("\n")
    widths = [_width(line, points) for line in lines]
    return _HINTED * max(widths) / _POINTS, len(lines) * points * _LEADING / _POINTS


@lru_cache(maxsize=4096)
def _width(line: str, points: float) -> float:
    """Return the width of a line in points."""
    with without_glyph_warnings():
        font = FontProperties(size=points)
        return float(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0])


def fitted(name: str, points: float, width: float, *, most: int = 1) -> str:
    """Return a name in at most so many lines, each as wide as given or narrower.

    Parameters
    ----------
    name
        The name.
    points
        Size of its letters.
    width
        Of a line, in inches.
    most
        Lines, broken at blanks and underscores; the last one ends in an ellipsis where the name is longer.

    Examples
    --------
    >>> fitted("trust", 8, 1.0), fitted("satisfaction with everything in it", 8, 1.0)[-1]
    ('trust', '…')
    """
    if not set(name) & {" ", "_"}:
        most = 1  # a word is shortened, not broken
    sizes = range(2, max(len(name), 2) + 1)
    first_too_wide = bisect_left(
        sizes, width, key=lambda n: text_size(folded(name, width=n, most=most), points)[0]
    )
    return folded(name, width=sizes[max(first_too_wide - 1, 0)], most=most)


def fitted_apart(names: Sequence[str], points: float, width: float, *, most: int = 1) -> list[str]:
    """Return names that fit into a width; those that would look the same keep their ends.

    Parameters
    ----------
    names
        The names.
    points, width, most
        As of `fitted`.

    Examples
    --------
    >>> fitted_apart(["satisfaction_with_it_1", "satisfaction_with_it_2", "trust"], 8, 0.8)[1][-4:]
    'it_2'
    """
    return [*_fitted_apart(tuple(names), points, width, most)]


@lru_cache(maxsize=256)
def _fitted_apart(names: tuple[str, ...], points: float, width: float, most: int) -> tuple[str, ...]:
    texts = [fitted(name, points, width, most=most) for name in names]
    counts = Counter(texts)
    return tuple(
        text if counts[text] == 1 else _with_its_end(printable(name), points, width)
        for name, text in zip(names, texts, strict=True)
    )


def _with_its_end(name: str, points: float, width: float) -> str:
    """Return the beginning and the end of a name, as much as fits into one line."""

    def shortened_to(letters: int) -> str:
        end = letters // 2
        return name if letters >= len(name) else f"{name[: letters - end]}…{name[-end:]}"

    sizes = range(2, len(name) + 1)
    first_too_wide = bisect_left(sizes, width, key=lambda n: text_size(shortened_to(n), points)[0])
    return shortened_to(max(2, sizes[first_too_wide - 1]))


def apart(places: Sequence[float], least: float) -> list[float]:
    """Return places that are moved as little as needed to be at least so far apart, in the same order.

    Parameters
    ----------
    places
        Where texts would be on an axis, in any order.
    least
        The least distance of two neighbours.

    Examples
    --------
    >>> apart([0.0, 3.0, 3.5], 1.0), apart([2.0, 2.0], 1.0)
    ([0.0, 2.75, 3.75], [1.5, 2.5])
    """
    order = sorted(range(len(places)), key=lambda n: places[n])
    groups: list[tuple[list[int], float]] = []  # neighbours that touch, and the middle of their places
    for n in order:
        group, middle = [n], places[n]
        while groups and _start(group, middle, least) - _end(*groups[-1], least) < least * (1 - 1e-9):
            before, _ = groups.pop()
            group = before + group
            middle = sum(places[member] for member in group) / len(group)
        groups.append((group, middle))
    moved = {
        member: _start(group, middle, least) + place * least
        for group, middle in groups
        for place, member in enumerate(group)
    }
    return [moved[n] for n in range(len(places))]


def _start(group: Sequence[int], middle: float, least: float) -> float:
    return middle - (len(group) - 1) / 2 * least


def _end(group: Sequence[int], middle: float, least: float) -> float:
    return middle + (len(group) - 1) / 2 * least
