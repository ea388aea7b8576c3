"""Tables whose layout hides the wanted columns: a row for each answer, or one column that holds all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

ROW_NAMES = (
    " (if every line has one more, R wrote names of rows before the first column: name that column in the "
    "header (write.csv does so, write.table with col.names=NA))"
)


def layout_hint(
    names: Sequence[str], rows: Iterable[tuple[int, Sequence[Any]]], wanted: Sequence[str]
) -> str:
    """Return what to do where wanted names are in the cells of a column, or all in one name; "" elsewhere.

    Examples
    --------
    >>> layout_hint(["id", "item", "resp"], [(2, ["1", "a", "4"]), (3, ["1", "b", "5"])], ["a", "b"])[:56]
    "Column 'item' holds the names of items: the table has a "
    >>> layout_hint(["a b"], [], ["a", "b"])[:50]
    'The header is a single name with blanks between th'
    """
    if len(names) == 1 and set(names[0].split()).issuperset(wanted) and len(wanted) > 1:
        return (
            "The header is a single name with blanks between the columns: save the table with commas, "
            "semicolons or tabs between them."
        )
    cells = [[str(cell).strip() for cell in row] for _, row in rows]
    for name, column in zip(names, zip(*cells, strict=False), strict=False):
        if len(set(wanted).intersection(column)) > 1:
            return (
                f"Column {name!r} holds the names of items: the table has a row for each answer. Make it one "
                f"row for each person, as table.pivot(index=…, columns={name!r}, values=…) of pandas does."
            )
    return ""
