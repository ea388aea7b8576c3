"""What all REDCap exports share: columns of layout, the status of forms, and notes for reports."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from intimacy_scales.files.facts import FileFacts
from intimacy_scales.interop.answers.form_rows import FormRows
from intimacy_scales.interop.answers.redcap_dictionary import STATUS, Project
from intimacy_scales.messages import first_of

EVENT, REPEATED, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"


def form_rows(
    names: Sequence[str], facts: FileFacts, statuses: Mapping[str, str | None], items: Sequence[Hashable]
) -> FormRows:
    """Return how rows with the forms of some items are told from others."""
    by_item = [statuses.get(str(item)) for item in items]
    known = tuple(dict.fromkeys(status for status in by_item if status is not None))
    return FormRows(
        event=EVENT if EVENT in names else None,
        repeated=REPEATED if REPEATED in names else None,
        statuses=known,
        boxes=frozenset(facts.with_role("choice")),
    )


def add_notes(facts: FileFacts, names: Sequence[str], project: Project | None) -> None:
    """Add what a reader of the report should know of rows, boxes and conditions."""
    if layout := [name for name in (EVENT, REPEATED, INSTANCE) if name in names]:
        facts.decide("rows", "one for each event and repeated form of a record", f"by {', '.join(layout)}")
        facts.notes.append(
            f"rows are not persons: a record ({facts.row_id}) may have several, which are neither merged nor "
            f"lost; keep them apart by keep={layout} (--keep)"
        )
    boxes = list(dict.fromkeys(name.partition("___")[0] for name in facts.with_role("choice")))
    if boxes:
        facts.notes.append(
            f"{first_of(boxes, 4)}: REDCap writes 0 for every box that was not ticked, also where the "
            "question was not answered or not shown; a row of zeros may be no answer"
        )
    if project is not None and project.branched:
        fields = [field.name for field in project.branched]
        facts.notes.append(
            f"{first_of(fields, 4)}: shown on a condition that is not evaluated (branching logic with "
            "functions or other events); an empty cell may mean that the question was not shown"
        )
    calculated = facts.with_role("calculated")
    if calculated:
        facts.notes.append(
            f"{first_of(calculated, 4)}: calculated by REDCap; the formula is shown, and not compared with "
            "the scoring of the instrument"
        )


def statuses_by_column(
    names: Sequence[str], facts: FileFacts, project: Project | None
) -> dict[str, str | None]:
    """Return column → the status of its form: declared, or the next one, since each form ends with it."""
    declared = {} if project is None else project.form_of
    by_column: dict[str, str | None] = {}
    following: str | None = None
    for name in reversed(names):
        if facts.of(name).labels == STATUS:
            following = name
        elif name in declared:
            status = f"{declared[name]}_complete"
            by_column[name] = status if status in names else None
        else:
            by_column[name] = following
    return by_column
