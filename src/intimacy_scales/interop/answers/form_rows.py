"""Rows of exports with one for each event or repeated form: which of them hold the form of some items."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.files.facts import FileFacts
from intimacy_scales.interop.answers.row_choice import some_rows
from intimacy_scales.interop.answers.text_columns import TextColumn, text_column
from intimacy_scales.reading.frames import ArrowTable, Table

Batches = Callable[[Sequence[Hashable], Sequence[Hashable]], Iterator[Table]]
Kind = tuple[str, str]  # an event and a repeated form
_MOST_HELD = 10_000_000  # cells; those of lists of Python values count more
_OF_LISTS = 8
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
    rows in which the form has a status are kept, since it could have been answered. All rows must therefore
    be seen before the first is yielded: a large file is read twice, a small one is held.
    """
    if not items or not rows.layout:
        yield from batches(items, others)
        return
    wanted = [*others, *rows.layout, *rows.statuses]
    answered: set[Kind] = set()
    held: list[tuple[Table, _Kinds]] | None = []
    n_cells = 0
    for table in batches(items, wanted):
        kinds = _kinds(table, rows)
        answered |= _answered_kinds(table, kinds, items, rows, answered)
        n_cells += len(table) * len(table.names) * (1 if isinstance(table, ArrowTable) else _OF_LISTS)
        if held is not None:
            held.append((table, kinds))
        if n_cells > _MOST_HELD:
            held = None
    before = 0
    again = ((table, _kinds(table, rows)) for table in batches(items, wanted)) if held is None else held
    for table, kinds in again:
        unanswered = np.array([kind not in answered for kind in kinds.of], dtype=np.bool_)
        gone = np.flatnonzero(unanswered[kinds.positions])
        for name in rows.statuses if len(gone) else ():
            gone = gone[_are_empty(table, name, gone)]
        for position in np.unique(kinds.positions[gone]).tolist():
            numbers = gone[kinds.positions[gone] == position] + before + 1
            facts.leave_out(_reason(kinds.of[position], facts), numbers.tolist())
        kept = np.ones(len(table), dtype=np.bool_)
        kept[gone] = False
        yield some_rows(table, np.flatnonzero(kept), before)
        before += len(table)


def _answered_kinds(
    table: Table, kinds: _Kinds, items: Sequence[Hashable], rows: FormRows, known: Collection[Kind]
) -> set[Kind]:
    """Return the events and repeated forms in which anybody answered an item, of those not yet known."""
    unknown = np.array([kind not in known for kind in kinds.of], dtype=np.bool_)
    doubtful = np.flatnonzero(unknown[kinds.positions])
    answered = np.zeros(len(doubtful), dtype=np.bool_)
    for item in items if len(doubtful) else ():
        answered |= ~_are_empty(table, item, doubtful, is_box=item in rows.boxes)
    return {kinds.of[position] for position in np.unique(kinds.positions[doubtful[answered]]).tolist()}


def _are_empty(
    table: Table, name: Hashable, some: NDArray[np.intp], *, is_box: bool = False
) -> NDArray[np.bool_]:
    """Tell for some rows whether a column is empty, or has a box that was not ticked."""
    texts, positions = text_column(table, name)
    empty = [text == "" or (is_box and text in _NOT_TICKED) for text in texts]
    by_text: NDArray[np.bool_] = np.array(empty, dtype=np.bool_)
    chosen: NDArray[np.bool_] = by_text[positions[some]]
    return chosen


class _Kinds(NamedTuple):
    """The events and repeated forms of a batch, and (n,) the position of each row's among them."""

    of: list[Kind]
    positions: NDArray[np.intp]


def _kinds(table: Table, rows: FormRows) -> _Kinds:
    nowhere = TextColumn([""], np.zeros(len(table), dtype=np.intp))
    events, repeated = (
        nowhere if name is None else text_column(table, name) for name in (rows.event, rows.repeated)
    )
    n = len(repeated.texts)
    places = events.positions.astype(np.intp) * n + repeated.positions
    present = np.flatnonzero(np.bincount(places)) if len(events.texts) * n < _MOST_HELD else np.unique(places)
    kinds = [(events.texts[place // n], repeated.texts[place % n]) for place in present.tolist()]
    return _Kinds(kinds, np.searchsorted(present, places))


def _reason(kind: Kind, facts: FileFacts) -> str:
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
