"""Couples from a table of answers with one row for each person."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.kept_columns import KeptColumns
from intimacy_scales.dyads.labels import Labels, read_labels
from intimacy_scales.dyads.pairing import PairingOptions, Pairs, pair_rows
from intimacy_scales.dyads.row_labels import RowLabels
from intimacy_scales.errors import ResponseError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import values_as_asked
from intimacy_scales.reading.frames import ListTable, Table
from intimacy_scales.reading.options import DiaryReadingOptions, reading_of, refuse_reading
from intimacy_scales.reading.table import AnswerReader, CodedResponses, check_belongs
from intimacy_scales.scoring.plan import plan_of


def dyads_from_long(
    instrument: Instrument | str | Path,
    table: Any,
    names: Mapping[str, Any],
    how: PairingOptions,
    options: DiaryReadingOptions,
) -> Dyads:
    """Return the couples of a table; arguments as of `Dyads.from_long`."""
    check_pairing_options(names, how)
    reading = reading_of(options)
    form = reading.form(instrument)
    columns = {option: name for option, name in names.items() if name is not None}
    with values_as_asked(reading.show_values):
        if isinstance(table, CodedResponses):
            refuse_reading(reading)
            check_belongs(form, table.instrument)
            answers, kept = table, _kept_with(table, columns)
        else:
            reader = AnswerReader(form, table, replace(reading, person=names["person"]), labels=columns)
            answers, kept = reader.answers(), reader.kept
        labels = labels_of_rows(kept, columns, how)
        blank = blank_rows(labels, (answers.codes != 0).any(axis=1))
        pairs = pair_rows(labels.without(blank), how.on_fault)
        columns_kept = kept_of_rows(kept, columns, pairs, missing_codes=reading.missing_codes)
        return dyads_of(
            labels, pairs, columns, columns_kept, form=form, answers=answers, scale_ids=form.scale_ids,
            ranges=ranges_of(form), without_answers=tuple(blank.tolist()), show_values=reading.show_values,
        )  # fmt: skip


def kept_of_rows(table: Table, columns: Mapping[str, Hashable], pairs: Pairs, **reading: Any) -> KeptColumns:
    """Return the kept columns of a table with one row for each person; ``columns`` are those of labels."""
    labels = frozenset(str(table.spelled(name)) for name in columns.values())
    return KeptColumns(table=table, rows=pairs.rows, labels=labels, **reading)


def blank_rows(labels: RowLabels, answered: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the rows without any label and any answer or score, which files often have at their end."""
    return np.flatnonzero(labels.unlabelled & ~answered)


def _kept_with(answers: CodedResponses, columns: Mapping[str, Hashable]) -> Table:
    """Return the columns that were kept with checked answers; raise where a label was not kept."""
    kept = ListTable({}, len(answers)) if answers.kept is None else answers.kept
    for option, name in columns.items():
        if kept.spelled(name) not in kept.names:
            raise ResponseError(
                f"{option}={name!r}: that column was not kept when these answers were checked: "
                f"encode(..., keep=[{name!r}])"
            )
    return kept


def check_pairing_options(names: Mapping[str, Any], how: PairingOptions) -> None:
    """Raise where labels cannot tell partners apart, or an option is not valid."""
    for option, name in names.items():
        if isinstance(name, Mapping):
            raise ResponseError(
                f"{option}= is a mapping of partners, which is for a table with one row for each couple; "
                "this one has a row for each person: pass the name of the column"
            )
    if names["couple"] is None:
        raise ResponseError("couple=None is not valid; pass the name of the column with the couple's label")
    if how.mixed and names["person"] is None:
        raise ResponseError(
            "mixed=True needs person=, the name of the column with persons' ids or numbers such as 1 and 2: "
            "where both partners may have one role, the role does not tell them apart"
        )
    if names["person"] is None and names["role"] is None:
        raise ResponseError(
            "person= or role= is needed, so that the same person twice is not taken for two partners: pass "
            "the name of the column with persons' ids, or with numbers of partners such as 1 and 2"
        )


def labels_of_rows(table: Table, columns: Mapping[str, Hashable], how: PairingOptions) -> RowLabels:
    """Return the labels in columns of a table."""
    read: dict[Hashable, Labels] = {}
    by_option: dict[str, Labels] = {}
    for option, name in columns.items():
        spelled = table.check(name, option)
        if spelled not in read:
            read[spelled] = read_labels(table.values(spelled, option), option)
        by_option[option] = read[spelled]
    return RowLabels(
        couple=by_option["couple"],
        person=by_option.get("person"),
        role=by_option.get("role"),
        time=by_option.get("time"),
        mixed=how.mixed,
        role_order=how.role_order(has_column="role" in by_option),
        table_rows=table.row_numbers,
    )


def dyads_of(
    labels: RowLabels, pairs: Pairs, columns: Mapping[str, Hashable], kept: KeptColumns, **parts: Any
) -> Dyads:
    """Return couples from their parts.

    Raises
    ------
    ResponseError
        A kept column has the name of a scale.
    """
    for name in kept.names:
        if name in parts["scale_ids"] and name not in kept.labels:
            raise ResponseError(
                f"keep: column {name!r} has the name of a scale, and both are variables of couples; rename "
                "the column first, or keep it by another name where keep= is a mapping"
            )
    names = {option: kept.table.spelled(name) for option, name in columns.items()}
    defaults: dict[str, Any] = {"form": None, "answers": None, "person_scores": None}
    return Dyads(
        **(defaults | parts),
        pairs=pairs,
        couple_labels=labels.couple,
        role_labels=labels.role,
        time_labels=labels.time,
        label_names=names,
        mixed=labels.mixed,
        kept=kept,
    )


def ranges_of(form: Instrument) -> dict[str, tuple[float, float]]:
    """Return the lowest and highest possible score of each scale."""
    return {scale.id: (float(scale.low), float(scale.high)) for scale in plan_of(form).scales}
