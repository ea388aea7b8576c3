"""How tables fit on paper: upright or turned, in which size, and in how many parts.

Widths are in ems, the size of a text. They are made of numbers of characters, since a page is written without
knowing which font the reader has; a character counts as wide as in the widest common fonts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from intimacy_scales.results.html_style import PAPER_MARGIN, PAPER_SIZES
from intimacy_scales.results.tables import TextTable

_CHARACTER = 0.62  # ems, of a figure in a wide font such as DejaVu Sans
_PADDING = 0.85  # ems, on both sides of a cell
_BROKEN = 26  # characters, from which words of a cell are broken into lines
_MARGINS = 2 * PAPER_MARGIN * 72 / 25.4  # points
_UPRIGHT = 595 - _MARGINS  # points: A4, which is narrower than Letter
_TURNED = 792 - _MARGINS  # points: Letter, which is less long than A4


class Layout(NamedTuple):
    """How tables fit on paper.

    Attributes
    ----------
    landscape
        Whether pages are turned.
    parts
        For each table its parts, which are tables with the same first column and some of the others, and the
        size of their texts in points.
    """

    landscape: bool
    parts: tuple[tuple[tuple[TextTable, ...], float], ...]


def paper_layout(tables: Sequence[TextTable]) -> Layout:
    """Return how tables fit on A4 and on Letter, with nothing cut off.

    Pages are turned if a table does not fit on an upright one in the second size. A table that does not fit
    in the smallest size is split into parts.

    Examples
    --------
    >>> loadings = {f"factor {n}": [".12"] for n in range(60)}
    >>> table = TextTable(title="Items", columns={"item": ["a"], **loadings})
    >>> layout = paper_layout([table])
    >>> layout.landscape, len(layout.parts[0][0]), layout.parts[0][1]
    (True, 3, 6.5)
    """
    landscape = any(sum(column_widths(table)) * PAPER_SIZES[1] > _UPRIGHT for table in tables)
    width = _TURNED if landscape else _UPRIGHT
    return Layout(landscape, tuple(_fitted(table, width) for table in tables))


def _fitted(table: TextTable, width: float) -> tuple[tuple[TextTable, ...], float]:
    """Return a table in the largest size that fits, or its parts in the smallest size."""
    needed = sum(column_widths(table))
    for size in PAPER_SIZES:
        if needed * size <= width:
            return (table,), size
    return _split(table, width / PAPER_SIZES[-1]), PAPER_SIZES[-1]


def _split(table: TextTable, ems: float) -> tuple[TextTable, ...]:
    """Return parts of a table that are no wider than ``ems``, each with its first column."""
    names, widths = list(table.columns), column_widths(table)
    parts: list[list[str]] = []
    left = 0.0
    for name, width in zip(names[1:], widths[1:], strict=True):
        if not parts or width > left:
            parts.append([])
            left = ems - widths[0]
        parts[-1].append(name)
        left -= width
    return tuple(
        TextTable(
            title=f"{table.title} ({place} of {len(parts)})",
            columns={name: table.columns[name] for name in (names[0], *part)},
            note=table.note if place == len(parts) else "",
            number=table.number,
            above={name: text for name, text in table.above.items() if name in part or name == names[0]},
            headings=table.headings,
        )
        for place, part in enumerate(parts, start=1)
    )


def column_widths(table: TextTable) -> list[float]:
    """Return the least width of each column in ems: figures are never broken, words are.

    Examples
    --------
    >>> table = TextTable(title="", columns={"scale": ["trust"], "n": ["300"]})
    >>> [round(width, 2) for width in column_widths(table)]
    [3.95, 2.71]
    """
    widths = []
    for heading, texts in zip(table.shown_headings, table.columns.values(), strict=True):
        words = max(map(len, heading.split()), default=0)
        cells = max((min(len(text), _BROKEN) for text in texts), default=0)
        widths.append(max(words, cells) * _CHARACTER + _PADDING)
    return widths


def is_broken(table: TextTable) -> list[bool]:
    """Return whether the words of each column are broken into lines.

    Examples
    --------
    >>> is_broken(TextTable(title="", columns={"item": ["a"], "note": ["as long as half a line or so"]}))
    [False, True]
    """
    return [any(len(text) > _BROKEN for text in texts) for texts in table.columns.values()]
