"""Sheets for experts who judge items: made from a bank, and read when they come back."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from intimacy_scales.errors import InstrumentError, ResponseError
from intimacy_scales.instrument import ItemBank, Wording
from intimacy_scales.instrument.loading import load_bank
from intimacy_scales.messages import not_one_of, shortened, suggest
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.reading.frames import Table
from intimacy_scales.results.csv_text import csv_text
from intimacy_scales.results.frames import pandas_frame
from intimacy_scales.results.wording import counted
from intimacy_scales.validity.expert_files import sheet_of_each, table_of
from intimacy_scales.validity.expert_ratings import Comment, ExpertRatings, checked_scale

RATED = ("relevance", "clarity")
_JUDGED = (*RATED, "essential", "facet")
_YES = {"yes", "y", "true", "1", "essential"}
_NO = {"no", "n", "false", "0", "useful", "useful, not essential", "not necessary"}
_WORDINGS = ("self", "partner", "daily")
_EMPTY = {"", "na", "n/a", "-"}


def expert_sheet(
    bank: ItemBank | str | Path,
    *,
    judge: Sequence[str] = ("relevance", "clarity"),
    wording: Wording = "self",
    rng: int | np.random.Generator | None = 0,
) -> str:
    """Return a sheet for experts as CSV text: the items of a bank, and empty columns for their judgements.

    Save one file for each expert, with `expert_instructions` in the message that goes with it.

    Parameters
    ----------
    bank
        The bank, its id, or the path of its file.
    judge
        What experts judge: ``relevance`` and ``clarity`` from 1 to 4, ``essential`` (yes or no), ``facet``
        (the id of the facet that the item belongs to; the sheet then does not show it).
    wording
        ``self``, ``partner`` or ``daily``.
    rng
        Seed or generator for the order of items, which is random; None: the order of the bank.

    Returns
    -------
    str
        CSV with the columns ``item``, ``text``, ``facet_title`` (unless experts sort the items), those in
        ``judge``, and ``comment``.

    Raises
    ------
    InstrumentError
        The bank has no such wording, or ``judge`` names something else.

    Examples
    --------
    >>> sheet = expert_sheet("trust", judge=["relevance", "essential"], rng=1)
    >>> sheet.splitlines()[0]
    'item,text,facet_title,relevance,essential,comment'
    """
    from_bank = _bank(bank)
    asked = _judged(judge)
    if wording not in _WORDINGS:
        raise InstrumentError(not_one_of("wording", wording, _WORDINGS))
    texts = {item.id: item.worded(wording) for item in from_bank.items}
    without = [name for name, text in texts.items() if text is None]
    if without:
        raise InstrumentError(
            f"{from_bank.id}: {counted(len(without), 'item')} without {wording} wording, such as "
            f"{without[0]}: experts cannot judge an item that they do not see"
        )
    items = [*from_bank.items]
    if rng is not None:
        items = [items[position] for position in generator(rng).permutation(len(items))]
    titles = {facet.id: facet.title for facet in from_bank.facets}
    columns: dict[str, list[Any]] = {
        "item": [item.id for item in items],
        "text": [texts[item.id] for item in items],
    }
    if "facet" not in asked:
        columns["facet_title"] = [titles[item.facet or ""] for item in items]
    empty = [""] * len(items)
    return csv_text(pandas_frame(columns | dict.fromkeys((*asked, "comment"), empty)))


def expert_instructions(
    bank: ItemBank | str | Path, *, judge: Sequence[str] = ("relevance", "clarity")
) -> str:
    """Return what experts need to know before they fill in a sheet: the construct, its facets, the columns.

    Parameters
    ----------
    bank, judge
        As for `expert_sheet`.

    Examples
    --------
    >>> text = expert_instructions("trust", judge=["relevance"])
    >>> "1 = not relevant, 2 = somewhat relevant, 3 = quite relevant, 4 = highly relevant" in text
    True
    """
    from_bank, asked = _bank(bank), _judged(judge)
    explained = {
        "relevance": f"relevance: how well the item fits {from_bank.title!r} as described above. 1 = not "
        "relevant, 2 = somewhat relevant, 3 = quite relevant, 4 = highly relevant.",
        "clarity": "clarity: how clear the item is to the people who will answer it. 1 = not clear, 2 = "
        "needs a major change, 3 = needs a minor change, 4 = clear.",
        "essential": "essential: yes if the item cannot be left out, no if it is useful or not necessary.",
        "facet": "facet: the one facet that the item fits best; write its id from the list above.",
    }
    facets = [
        f"- {facet.id}: {facet.title}{'. ' + facet.description if facet.description else ''}"
        for facet in from_bank.facets
    ]
    lines = [
        f"{from_bank.title}: {' '.join(from_bank.description.split())}",
        "",
        "Facets:",
        *facets,
        "",
        "For each item, fill in these columns. Leave a cell empty if you cannot judge it.",
        *(f"- {explained[name]}" for name in asked),
        "- comment: what you would change, if anything.",
    ]
    return "\n".join(lines) + "\n"


def read_expert_sheets(
    sheets: Mapping[str, Any] | Iterable[Any],
    bank: ItemBank | str | Path,
    *,
    scale: tuple[int, int] = (1, 4),
    sheet: str | Mapping[str, str] | None = None,
) -> ExpertRatings:
    """Read the sheets that experts filled in, and check every cell.

    Parameters
    ----------
    sheets
        Files (CSV, Excel) or tables, one for each expert; or a mapping from the experts' names to them. The
        names of files are taken as names of experts, without their endings.
    bank
        The bank, its id, or the path of its file: its items and facets.
    scale
        Lowest and highest rating of relevance and clarity.
    sheet
        Name of the sheet to read in workbooks; or expert → name, for some of them. None: the only sheet with
        judgements, which is an error if there are several.

    Returns
    -------
    ExpertRatings
        Pass it to `content_validity`.

    Raises
    ------
    ResponseError
        Cells that are not ratings of the scale, items that the bank does not have, an item twice in a sheet,
        or no column of judgements; all are named. Empty cells are missing judgements. ``scale`` is not two
        numbers, or ``sheet`` names no sheet.

    Examples
    --------
    >>> rows = [{"item": "tru01", "relevance": 4}, {"item": "tru02", "relevance": 3}]
    >>> ratings = read_expert_sheets({"A": rows, "B": rows}, "trust")
    >>> ratings.experts, ratings.n_judgements
    (('A', 'B'), 4)
    """
    from_bank = _bank(bank)
    by_expert = _named_sheets(sheets)
    sheets_of = sheet_of_each(sheet, by_expert)
    scale = checked_scale(scale)
    problems: list[str] = []
    comments: list[Comment] = []
    read = {
        name: _sheet(name, table_of(source, sheets_of[name], _JUDGED), from_bank, scale, problems, comments)
        for name, source in by_expert.items()
    }
    if problems:
        more = f"\n… and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise ResponseError("\n".join(problems[:_SHOWN]) + more)
    listed = {item for columns in read.values() for item in columns.pop(_LISTED)}
    items = tuple(item.id for item in from_bank.items if item.id in listed)
    judged = [name for name in _JUDGED if any(name in columns for columns in read.values())]
    given = {
        name: np.array(
            [[read[expert].get(name, {}).get(item, math.nan) for item in items] for expert in read]
        )
        for name in judged
        if name != "facet"
    }
    facets = tuple(tuple(read[expert].get("facet", {}).get(item) for item in items) for expert in read)
    return ExpertRatings(
        of=from_bank.id,
        version=from_bank.version,
        experts=tuple(read),
        items=items,
        scale=scale,
        facet_of={item.id: item.facet or "" for item in from_bank.items if item.id in listed},
        comments=tuple(comments),
        left_out=tuple(item.id for item in from_bank.items if item.id not in listed),
        sorted_into=facets if "facet" in judged else None,
        **{name: given.get(name) for name in (*RATED, "essential")},
    )


_SHOWN = 20  # problems in a message
_LISTED = "item"  # the items of a sheet, judged or not


def _bank(bank: ItemBank | str | Path) -> ItemBank:
    return bank if isinstance(bank, ItemBank) else load_bank(bank)


def _judged(judge: Sequence[str]) -> list[str]:
    """Return what experts judge, in the order of the columns."""
    wrong = [name for name in judge if name not in _JUDGED]
    if isinstance(judge, str) or wrong or not judge:
        raise InstrumentError(not_one_of("judge", judge if isinstance(judge, str) else wrong, _JUDGED))
    return [name for name in _JUDGED if name in judge]


def _named_sheets(sheets: Mapping[str, Any] | Iterable[Any]) -> dict[str, Any]:
    """Return expert → sheet."""
    if isinstance(sheets, str | os.PathLike):
        raise ResponseError(
            f"sheets={shortened(sheets)} is one path; pass a list of the experts' files, such as "
            'sorted(Path("experts").glob("*.csv"))'
        )
    if isinstance(sheets, Mapping):
        named = {str(name): sheet for name, sheet in sheets.items()}
        if len(named) < len(sheets):
            raise ResponseError("sheets: two experts have names that are written alike, such as 1 and '1'")
    else:
        listed = list(sheets)
        names = [
            Path(sheet).stem if isinstance(sheet, str | os.PathLike) else f"expert {number}"
            for number, sheet in enumerate(listed, 1)
        ]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ResponseError(
                f"sheets: two files are called {twice!r}, which would be one expert; pass a mapping from "
                "experts to files"
            )
        named = dict(zip(names, listed, strict=True))
    if not named:
        raise ResponseError("sheets is empty; pass a sheet of each expert")
    return named


def _sheet(
    expert: str,
    table: Table,
    bank: ItemBank,
    scale: tuple[int, int],
    problems: list[str],
    comments: list[Comment],
) -> dict[str, dict[str, Any]]:
    """Return column → item → judgement of one sheet; what is wrong, and comments, are added."""
    names = {str(name).strip().casefold(): name for name in table.names}
    spelled = [str(name).strip().casefold() for name in table.names]
    twice = [name for name in ("item", "comment", *_JUDGED) if spelled.count(name) > 1]
    if twice:
        problems.append(f"{expert}: two columns are called {twice[0]}; leave one out")
        return {_LISTED: {}}
    columns = {name: table.listed(names[name]) for name in _JUDGED if name in names}
    written = table.listed(names["comment"]) if "comment" in names else []
    if "item" not in names or not columns:
        problems.append(
            f"{expert}: needs a column item, and one or more of {', '.join(_JUDGED)}; it has "
            f"{', '.join(map(str, table.names)) or 'no columns'}"
        )
        return {_LISTED: {}}
    ids = [None if cell is None else str(cell).strip() for cell in table.listed(names["item"])]
    judgements: dict[str, dict[str, Any]] = {name: {} for name in columns}
    known = {item.id for item in bank.items}
    seen: set[str] = set()
    for row, item in enumerate(ids):
        cells = {name: cells[row] for name, cells in columns.items()}
        if not item and all(_is_empty(cell) for cell in cells.values()):
            continue
        if item not in known or item in seen:
            why = "comes twice" if item in seen else f"is not an item of {bank.id}{suggest(str(item), known)}"
            problems.append(f"{expert}, row {row}: {item!r} {why}")
            continue
        seen.add(item)
        if written and not _is_empty(written[row]):
            comments.append(Comment(expert, item, str(written[row]).strip()))
        for name, cell in cells.items():
            if not _is_empty(cell):
                _judge(judgements[name], (expert, item, name), cell, bank, scale, problems)
    return judgements | {_LISTED: dict.fromkeys(seen)}


def _is_empty(cell: Any) -> bool:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return True
    return isinstance(cell, str) and cell.strip().casefold() in _EMPTY


def _judge(
    of_column: dict[str, Any],
    place: tuple[str, str, str],
    cell: Any,
    bank: ItemBank,
    scale: tuple[int, int],
    problems: list[str],
) -> None:
    """Add one judgement to those of its column, or say what is wrong with it."""
    expert, item, name = place
    text = str(cell).strip()
    if name == "facet":
        titles = [facet.title.casefold() for facet in bank.facets]
        facets = {title: facet.id for title, facet in zip(titles, bank.facets, strict=True)}
        facets = {title: name for title, name in facets.items() if titles.count(title) == 1}
        facets |= {facet.id.casefold(): facet.id for facet in bank.facets}
        value: Any = facets.get(text.casefold())
        allowed = ", ".join(facet.id for facet in bank.facets)
    elif name == "essential":
        word = text.casefold()
        value = 1.0 if word in _YES else 0.0 if word in _NO else _rating(cell, (0, 1))
        allowed = "yes or no"
    else:
        value = _rating(cell, scale)
        allowed = f"whole numbers from {scale[0]} to {scale[1]}"
    if value is None:
        problems.append(f"{expert}, {item}: {name} is {shortened(text)}; allowed: {allowed}")
    else:
        of_column[item] = value


def _rating(cell: Any, scale: tuple[int, int]) -> float | None:
    """Return a rating, or None if it is not on the scale."""
    if isinstance(cell, bool):
        return None
    try:
        number = float(str(cell).strip())
    except ValueError:
        return None
    return number if number.is_integer() and scale[0] <= number <= scale[1] else None
