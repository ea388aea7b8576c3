"""Rows of exports with one for each event or repeated form: which of them hold the form of some items."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from intimacy_scales.files.base import is_empty
from intimacy_scales.files.facts import FileFacts
from intimacy_scales.interop.answers.row_choice import some_rows
from intimacy_scales.reading.frames import Table
from intimacy_scales.reading.frames.base import listed

Batches = Callable[[Sequence[Hashable], Sequence[Hashable]], Iterator[Table]]
_MOST_KINDS = 100  # of rows that are named in reports
_NOT_TICKED = ("0", "Unchecked", "unchecked")


class FormRows(NamedTuple):
    """How rows with the form of some items are told from rows of other events and repeated forms.

    Attributes
    ----------
    event, repeated
        The columns that name the event and the repeated form; None without one.
    statuses
        Columns with the status of the items' forms, which is empty where there is no such form.
    boxes
        Columns in which 0 also stands for a question that was not answered.
    """

    event: str | None
    repeated: str | None
    statuses: tuple[str, ...]
    boxes: frozenset[str]

    @property
    def layout(self) -> tuple[str, ...]:
        """Return the columns that tell what a row is."""
        return tuple(name for name in (self.event, self.repeated) if name is not None)


def rows_with_form(
    batches: Batches, items: Sequence[Hashable], others: Sequence[Hashable], rows: FormRows, facts: FileFacts
) -> Iterator[Table]:
    """Yield the rows that hold the form of some items; others are left out, and counted by their event.

    Rows of an event and repeated form are left out only if nobody answered any of the items there; of these,
    rows in which the form has a status are kept, since it could have been answered. The file is read twice.
    """
    if not items or not rows.layout:
        yield from batches(items, others)
        return
    answered = _answered_kinds(batches, items, rows)
    before = 0
    for table in batches(items, [*others, *rows.layout, *rows.statuses]):
        kinds = _kinds(table, rows)
        statuses = [listed(table, name) for name in rows.statuses]
        kept = np.ones(len(table), dtype=np.bool_)
        left_out: dict[tuple[str, str], list[int]] = {}
        for n, kind in enumerate(kinds):
            if kind not in answered and all(is_empty(status[n]) for status in statuses):
                kept[n] = False
                left_out.setdefault(kind, []).append(before + n + 1)
        for kind, numbers in left_out.items():
            facts.leave_out(_reason(kind, facts), numbers)
        yield some_rows(table, np.flatnonzero(kept), before)
        before += len(table)


def _answered_kinds(batches: Batches, items: Sequence[Hashable], rows: FormRows) -> set[tuple[str, str]]:
    """Return the events and repeated forms in which anybody answered an item."""
    answered: set[tuple[str, str]] = set()
    for table in batches(items, rows.layout):
        kinds = _kinds(table, rows)
        doubtful = [n for n, kind in enumerate(kinds) if kind not in answered]
        for item in items:
            if not doubtful:
                break
            cells, is_box = listed(table, item), item in rows.boxes
            answered.update(kinds[n] for n in doubtful if _is_answer(cells[n], is_box))
            doubtful = [n for n in doubtful if kinds[n] not in answered]
    return answered


def _is_answer(cell: object, is_box: bool) -> bool:
    return not is_empty(cell) and not (is_box and str(cell).strip() in _NOT_TICKED)


def _kinds(table: Table, rows: FormRows) -> list[tuple[str, str]]:
    """Return the event and the repeated form of each row."""
    nothing = [""] * len(table)
    events, repeated = (
        nothing if name is None else ["" if is_empty(cell) else str(cell) for cell in listed(table, name)]
        for name in (rows.event, rows.repeated)
    )
    return list(zip(events, repeated, strict=True))


def _reason(kind: tuple[str, str], facts: FileFacts) -> str:
    """Return why the rows of an event and repeated form are left out; one reason for very many of these."""
    event, repeated = kind
    if repeated:
        place = f"repeated form {repeated}" + (f" of event {event}" if event else "")
    else:
        place = f"event {event}" if event else "rows of no repeated form"
    why = f"{place}: nobody answered these items there"
    if why not in facts.left_out and len(facts.left_out) >= _MOST_KINDS:
        return "other events and repeated forms: nobody answered these items there"
    return why
