"""Sheets of experts as tables: files, of which a sheet is read, or tables in memory."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files import open_answers
from intimacy_scales.files.base import AnswerFile
from intimacy_scales.messages import shortened, suggest
from intimacy_scales.reading.frames import Table, open_table


def sheet_of_each(
    sheet: str | Mapping[str, str] | None, by_expert: Mapping[str, Any]
) -> dict[str, str | None]:
    """Return expert → the sheet of their workbook to read, None where none is named.

    Raises
    ------
    ResponseError
        ``sheet`` is not a name or a mapping from experts to names, or there is no file with sheets.
    """
    files = [name for name, source in by_expert.items() if isinstance(source, str | os.PathLike)]
    if sheet is None:
        return dict.fromkeys(by_expert)
    if not isinstance(sheet, str | Mapping):
        raise ResponseError(
            f"sheet={shortened(sheet)} is not valid; allowed: the name of a sheet, or a mapping from experts "
            'to names, such as sheet={"A": "Ratings"}'
        )
    named = dict(sheet) if isinstance(sheet, Mapping) else dict.fromkeys(files, sheet)
    if not named:
        raise ResponseError(
            f"sheet={shortened(sheet)} names a sheet of workbooks, and no file was passed; leave sheet= out"
        )
    for expert in named:
        if expert not in by_expert:
            raise ResponseError(
                f"sheet: {expert!r} is not one of the experts{suggest(str(expert), by_expert)}; they are "
                f"{', '.join(by_expert)}"
            )
        if expert not in files:
            raise ResponseError(
                f"sheet: what was passed for {expert!r} is a table, not a workbook; leave {expert!r} out"
            )
    return {name: named.get(name) for name in by_expert}


def table_of(source: Any, sheet: str | None, judged: Sequence[str]) -> Table:
    """Return what an expert sent as a table.

    Parameters
    ----------
    source
        A file, or a table in memory.
    sheet
        Name of the sheet of a workbook; None: the only one with such columns.
    judged
        Columns of judgements, of which a sheet has one or more.

    Raises
    ------
    ResponseError
        Several sheets of a workbook have judgements, and none is named; or the file cannot be read.
    """
    if not isinstance(source, str | os.PathLike):
        return open_table(source)
    with open_answers(source, sheet=sheet) as file:
        file.look_for(())
        fitting = _sheets_with_judgements(file, judged) if sheet is None else []
        if not fitting:
            return _whole(file)
    if len(fitting) > 1:
        listed = " and ".join(map(repr, fitting[:_SHOWN])) + (" and more" if len(fitting) > _SHOWN else "")
        raise ResponseError(
            f"{source}: sheets {listed} have judgements; choose one of them by sheet={fitting[0]!r}. If each "
            'is of another expert, pass the file for each: read_expert_sheets({"A": path, "B": path}, bank, '
            f'sheet={{"A": {fitting[0]!r}, "B": {fitting[1]!r}}})'
        )
    with open_answers(source, sheet=fitting[0]) as file:
        file.look_for(())
        return _whole(file)


_SHOWN = 4  # sheets in a message


def _sheets_with_judgements(file: AnswerFile, judged: Sequence[str]) -> list[str]:
    """Return the visible sheets of a workbook that have judgements; empty if it has one sheet only."""
    others = file.other_headers()
    if file.sheet_name is None or not others:
        return []
    headers = {file.sheet_name: file.names, **others}
    return [name for name, header in headers.items() if _has_judgements(header, judged)]


def _has_judgements(header: Iterable[Hashable], judged: Sequence[str]) -> bool:
    names = {str(name).strip().casefold() for name in header}
    return "item" in names and not names.isdisjoint(judged)


def _whole(file: AnswerFile) -> Table:
    """Return all rows of a file as one table."""
    names: Sequence[Hashable] = list(file.names)
    parts = list(file.batches([], names))
    if len(parts) == 1:
        return parts[0]
    return open_table([dict(zip(names, row, strict=True)) for part in parts for row in _rows(part, names)])


def _rows(part: Table, names: Sequence[Hashable]) -> Iterable[tuple[Any, ...]]:
    return zip(*(part.listed(name) for name in names), strict=True)
