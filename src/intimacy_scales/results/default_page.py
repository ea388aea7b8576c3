"""The page of a result that does not define one: the lines of its display, and the table of its frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from intimacy_scales.results.figure_texts import column_texts, end_of, error_of, heading_of, is_bounded
from intimacy_scales.results.tables import Bounded, Page, TextTable

_NOT_ESTIMATES = ("se", "z", "t", "p", "df", "statistic", "standard_error")  # between it and its interval
MOST_ROWS = 100  # of a table of persons or couples, which no paper prints


def default_page(result: Any) -> Page:
    """Return the page of a result: its lines, the table of ``to_frame``, its cautions and sentence."""
    warnings = tuple(str(text) for text in getattr(result, "warnings", ()))
    title, facts = lines_of(result)
    sentence = getattr(result, "sentence", None)
    tables: tuple[TextTable, ...] = ()
    if hasattr(result, "to_frame"):
        tables = (frame_table(result.to_frame(), bounded=result._bounded_columns()),)
    return Page(
        title=title,
        facts=tuple(fact for fact in facts if fact.removeprefix("! ") not in warnings),
        tables=tables,
        warnings=warnings,
        sentence=sentence() if callable(sentence) else "",
    )


def lines_of(result: Any) -> tuple[str, list[str]]:
    """Return the first line of a result's display, and the others; without the lines of a table."""
    lines = getattr(result, "_lines", None)
    if callable(lines):
        first, *rest = lines() or [type(result).__name__]
        return first, rest
    shown = repr(result)
    if "__repr__" not in {name for kind in type(result).__mro__[:-1] for name in vars(kind)}:
        return type(result).__name__, []
    text = shown.partition("\n")[0] if hasattr(result, "to_frame") else shown.replace("\n", "; ")
    first, *rest = (part.strip() for part in text.removeprefix("<").removesuffix(">").split("; "))
    return first, rest


def frame_table(
    frame: Any,
    title: str = "",
    *,
    note: str = "",
    bounded: Bounded = (),
    headings: dict[str, str] | None = None,
    most_rows: int = MOST_ROWS,
) -> TextTable:
    """Return the table of a pandas frame: each column by the rule of its name.

    Parameters
    ----------
    frame
        The figures; a named index becomes the first column.
    title, note
        Title, and text under the table.
    bounded
        Names of columns whose figures cannot exceed 1, in addition to those known by name; or name → whether
        the figure of each row cannot.
    headings
        Name → heading, where it is not the usual one.
    most_rows
        Number of rows that are written; a note says if there are more.
    """
    n_rows = len(frame)
    part = frame.head(most_rows)
    part = part if part.index.name is None else part.reset_index()
    names = [str(name) for name in part.columns]
    columns: dict[str, list[str]] = {}
    for position, name in enumerate(names):
        texts = _texts(part, names, position, bounded)
        columns[_new_heading((headings or {}).get(name, heading_of(name)), columns)] = texts
    rows_left = f"The first {most_rows} of {n_rows} rows." if n_rows > most_rows else ""
    return TextTable(title=title, columns=columns, note=" ".join(filter(None, [note, rows_left])))


def frame_text(frame: Any, *, bounded: Bounded = ()) -> str:
    """Return a pandas frame as text for a terminal: each column by the rule of its name.

    Parameters
    ----------
    frame
        The figures, with the names of its columns as headings.
    bounded
        As of `frame_table`.
    """
    names = [str(name) for name in frame.columns]
    texts = frame.astype(object)
    for position in range(len(names)):
        texts.isetitem(position, _texts(frame, names, position, bounded))
    text: str = texts.to_string()
    return text


def _texts(frame: Any, names: Sequence[str], position: int, bounded: Bounded) -> list[str]:
    """Return the texts of one column of a frame."""
    name, values = names[position], frame.iloc[:, position].tolist()
    if list(names) == ["index", "value"] and name == "value":  # a row for each figure
        rows = zip(frame["index"], values, strict=True)
        return [column_texts(end_of(figure) or figure, [value])[0] for figure, value in rows]
    for known in (name, _followed(name, names, position)):
        if known is not None and (known in bounded or is_bounded(known)):
            of_rows = bounded[known] if isinstance(bounded, Mapping) and known in bounded else True
            return column_texts(name, values, bounded=of_rows)
    return column_texts(name, values)


def _followed(name: str, names: Sequence[str], position: int) -> str | None:
    """Return the estimate that a column is of, or whose standard error or end of an interval it holds."""
    named = end_of(name) if error_of(name) is None else error_of(name)
    if named is None:
        return None
    if not named and "estimate" in names:
        return "estimate"
    before = [other for other in names[:position] if end_of(other) is None and other not in _NOT_ESTIMATES]
    return named or (before[-1] if before else "")


def _new_heading(heading: str, columns: dict[str, list[str]]) -> str:
    number = 2
    new = heading
    while new in columns:
        new, number = f"{heading} {number}", number + 1
    return new
