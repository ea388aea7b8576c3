"""Couples from a table with one row for each couple."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.double_entry import double_entry_fault
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.faults import PairingFaults, pairing_error
from intimacy_scales.dyads.kept_columns import KeptColumns
from intimacy_scales.dyads.labels import Labels, Positions, read_labels
from intimacy_scales.dyads.long_tables import dyads_of, ranges_of
from intimacy_scales.dyads.pairing import OnFault, PairingOptions, Pairs, pair_rows
from intimacy_scales.dyads.partner_columns import by_partner, missing_of_partners, partners_of
from intimacy_scales.dyads.row_labels import RowLabels
from intimacy_scales.dyads.wide_labels import WideLabels, columns_of_both, wide_labels
from intimacy_scales.errors import MissingColumnsError, ResponseError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import shortened, values_as_asked
from intimacy_scales.reading.columns import check_sets
from intimacy_scales.reading.frames import Table, open_table
from intimacy_scales.reading.options import CoupleReadingOptions, Reading, as_keep, reading_of
from intimacy_scales.reading.problems import Problems, invalid_responses
from intimacy_scales.reading.range_use import RangeUse
from intimacy_scales.reading.table import AnswerReader, CodedResponses


def dyads_from_wide(
    instrument: Instrument | str | Path,
    table: Any,
    columns: Any,
    names: Mapping[str, Any],
    keep: Any,
    how: PairingOptions,
    options: CoupleReadingOptions,
) -> Dyads:
    """Return the couples of a table; arguments as of `Dyads.from_wide`."""
    sides = by_partner(columns, "columns")
    reading = reading_of(options)
    form = reading.form(instrument)
    opened = table.table if hasattr(table, "answers_read") else open_table(table)
    answers = _answers_of_both(form, table, opened, reading, sides)
    with values_as_asked(reading.show_values):
        labels = wide_labels(opened, names, partners_of(sides), how)
        answered = (answers.codes != 0).any(axis=1).reshape(2, -1).T
        kept = kept_of_wide(opened, keep, labels, missing_codes=reading.missing_codes)
        parts = wide_parts(opened, labels, kept, how, answered, list(answers.codes.T))
        return dyads_of(
            **parts,
            form=form,
            answers=answers,
            scale_ids=form.scale_ids,
            ranges=ranges_of(form),
            show_values=reading.show_values,
        )


def _answers_of_both(
    form: Instrument, answers: Any, table: Table, reading: Reading, sides: Mapping[str, Any]
) -> CodedResponses:
    """Return the checked answers of the first partners, then those of the second ones.

    Raises
    ------
    InvalidResponsesError, MissingColumnsError
        Name the bad cells, or the missing columns, of both partners at once.
    """
    used = RangeUse(form)
    check_sets(form, sides, table.names)
    readers: list[AnswerReader] = []
    missing: dict[str, MissingColumnsError] = {}
    for partner, side in sides.items():
        try:
            of_side = replace(reading, columns=side, on_invalid="missing", keep=())
            readers.append(AnswerReader(form, answers, of_side, used=used))
        except MissingColumnsError as error:
            missing[partner] = error
    if missing:
        raise missing_of_partners(missing, sides, form, table.names, "columns")
    n = len(table)
    present = set(table.names)  # a column that does not exist is nobody's
    refuse_shared("columns", [[c for c in r.names if c in present] for r in readers], partners_of(sides))
    codes = np.empty((2 * n, len(readers[0].keys)), dtype=readers[0].dtype, order="F")
    problems = []
    for number, reader in enumerate(readers):
        codes[number * n : (number + 1) * n] = reader.read_all()
        problems.append(reader.finish())
    columns = tuple(part for one in problems for part in one.columns)
    bad = Problems(columns, problems[0].persons, row_numbers=problems[0].row_numbers)
    if bad and reading.on_invalid == "raise":
        raise invalid_responses(form, bad, used.answered)
    used.warn()
    not_applicable: dict[str, int] = {}
    blanks: dict[str, int] = {}
    for reader in readers:
        for item, count in reader.not_applicable().items():
            not_applicable[item] = not_applicable.get(item, 0) + count
        for item, count in reader.counted_blanks.items():
            blanks[item] = blanks.get(item, 0) + count
    return CodedResponses(
        instrument=form, codes=codes, problems=bad, not_applicable=not_applicable, counted_blanks=blanks
    )


def refuse_shared(option: str, columns: Sequence[Sequence[Hashable]], partners: tuple[str, str]) -> None:
    """Raise where both partners have their values in one column: they would seem to agree perfectly."""
    first, second = columns
    shared = [name for name in dict.fromkeys(first) if name in set(second)]
    if shared:
        raise ResponseError(
            f"{option}: {shortened(shared[0])} is named for {partners[0]} and for {partners[1]}; each "
            "partner has columns of their own"
        )


def paired_in_rows(
    table: Table,
    labels: WideLabels,
    on_fault: OnFault,
    answered: NDArray[np.bool_],
    described: NDArray[np.bool_],
    values: Sequence[NDArray[Any]],
) -> tuple[RowLabels, Pairs, NDArray[np.intp]]:
    """Return labels and pairs of a table with one row for each couple, and rows in which nobody took part.

    Rows of pairs are those of a table with all first partners, then all second partners.

    Parameters
    ----------
    answered
        (n_rows, 2): whether each partner answered anything, or has a score.
    described
        (n_rows, 2): whether each partner has a value in a kept column.
    values
        Columns of answers or scores, those of all first partners before those of all second ones.

    Raises
    ------
    PairingError
        Rows that cannot be paired, or couples that have two rows, one with the partners exchanged.
    """
    n = len(table)
    sides = np.repeat([0, 1], n)
    names = Labels(sides, labels.partners)
    persons = None if labels.person is None else _read_both(table, labels.person, "person")
    role = names if labels.has_roles else None
    if labels.role is not None:
        role = _read_both(table, labels.role, "role")
    takes_part = _take_part(answered, described, persons, None if labels.role is None else role)
    # row by row, the first partner before the second
    used = np.flatnonzero(takes_part.reshape(2, n).T.ravel())
    used = used // 2 + n * (used % 2)
    numbers = np.arange(n) if table.row_numbers is None else table.row_numbers
    couple = Labels(np.tile(np.arange(n), 2), (numbers + 1).tolist())
    if labels.couple is not None:
        couple = _read_both(table, (labels.couple, labels.couple), "couple")
    time = None if labels.time is None else _read_both(table, (labels.time, labels.time), "time")
    of_rows = None if labels.couple is None else _units(couple, time, n)
    _refuse_double_entry(values, answered, of_rows, numbers)
    rows = RowLabels(
        couple=_some(couple, used),
        person=_some(names if persons is None else persons, used),
        role=None if role is None else _some(role, used),
        time=None if time is None else _some(time, used),
        mixed=labels.mixed,
        role_order=labels.role_order,
        places=sides[used] if labels.role is None else None,
        names=labels.partners,
        table_rows=numbers[used % n],
        sides=sides[used],
    )
    pairs = pair_rows(rows, on_fault)
    in_stack = np.append(used, -1)  # the last for partners who are absent
    nobody = np.flatnonzero(~takes_part.reshape(2, n).any(axis=0))
    return rows, replace(pairs, rows=in_stack[pairs.rows]), nobody


def _take_part(
    answered: NDArray[np.bool_], described: NDArray[np.bool_], persons: Labels | None, roles: Labels | None
) -> NDArray[np.bool_]:
    """Return whether each partner took part (2 n_rows,), first partners before second ones.

    Who answered took part. Who did not is known by an id, where there are ids; otherwise by a role or,
    without a column of roles, by a kept value. A role alone makes no couple: many tables
    have the same two roles in all rows, also in those that are blank.

    Parameters
    ----------
    answered, described
        As in `paired_in_rows`.
    persons, roles
        Ids and roles in columns, -1 where missing; None where there are no such columns.
    """
    answers = answered.T.ravel()
    if persons is not None:  # answers without an id are a fault, not nobody's
        return np.asarray(answers | (persons.positions >= 0))
    any_of_row = np.tile((answered | described).any(axis=1), 2)
    known = described.T.ravel() if roles is None else (roles.positions >= 0) & any_of_row
    return np.asarray(answers | known)


def _refuse_double_entry(
    values: Sequence[NDArray[Any]], answered: NDArray[np.bool_], couple: Positions | None, numbers: Positions
) -> None:
    """Raise where couples have two rows, one with the partners exchanged.

    ``numbers`` are those of the rows in the caller's table; other arguments as of `paired_in_rows`.
    """
    if fault := double_entry_fault(values, answered, couple):
        rows, example = (tuple(numbers[list(some)].tolist()) for some in (fault.rows, fault.example))
        raise pairing_error(PairingFaults([replace(fault, rows=rows, example=example)]))


def _units(couple: Labels, time: Labels | None, n: int) -> Positions:
    """Return the number of the couple and occasion of each of the first n rows, -1 where one is missing."""
    number = couple.positions[:n]
    if time is None:
        return number
    on = time.positions[:n]
    return np.where((number < 0) | (on < 0), -1, number * max(len(time), 1) + on)


def _read_both(table: Table, columns: tuple[Hashable, Hashable], option: str) -> Labels:
    """Return the labels of the first partners, then those of the second ones."""
    first, second = columns
    if first == second:
        labels = read_labels(table.values(first, option), option)
        return Labels(np.tile(labels.positions, 2), labels.values)
    both = table.stacked({option: columns})
    return read_labels(both.values(option, option), option)


def _some(labels: Labels, rows: NDArray[np.intp]) -> Labels:
    """Return the labels of some rows."""
    return Labels(labels.positions[rows], labels.values)


def kept_of_wide(table: Table, keep: Any, labels: WideLabels, **reading: Any) -> KeptColumns:
    """Return the kept columns, labels first, with a row for each partner of each row of the table.

    Rows are those of all first partners, then those of all second ones; ``reading`` are `missing_codes` and
    `on_invalid` of `KeptColumns`.

    Raises
    ------
    ResponseError
        A column does not exist, two would have one name, or ``keep`` is not a list of names or a mapping.
    """
    columns = labels.columns
    for name, pair in _asked_to_keep(table, keep, labels.partners):
        if columns.setdefault(name, pair) != pair:
            both = " and ".join(dict.fromkeys(map(repr, map(str, columns[name]))))
            raise ResponseError(
                f"keep: {name!r} would be the name of two columns, {both} and {shortened(pair[0])}; keep one "
                f"of them by another name, as in keep={{{f'{name}_kept'!r}: {_entry(pair, labels.partners)}}}"
            )
    of_couples = frozenset(name for name, (first, second) in columns.items() if first == second)
    n = len(table)
    rows = np.column_stack([np.arange(n), np.arange(n, 2 * n)])
    return KeptColumns(
        table=table.stacked(columns),
        rows=rows,
        of_couples=of_couples,
        labels=frozenset(labels.names.values()),
        **reading,
    )


def _asked_to_keep(
    table: Table, keep: Any, partners: tuple[str, str]
) -> Iterator[tuple[str, tuple[Hashable, Hashable]]]:
    """Yield the name and both partners' columns of each column that ``keep`` names."""
    if not isinstance(keep, Mapping):
        for name in as_keep(keep):
            column = table.check(name, "keep")
            yield str(name), (column, column)
        return
    for name, given in keep.items():
        if isinstance(given, Mapping):
            yield str(name), columns_of_both(table, given, f"keep[{name!r}]", partners)
        else:
            column = table.check(given, "keep")
            yield str(name), (column, column)


def _entry(pair: tuple[Hashable, Hashable], partners: tuple[str, str]) -> str:
    """Return an entry of ``keep`` as its caller writes it."""
    return repr(pair[0] if pair[0] == pair[1] else dict(zip(partners, pair, strict=True)))


def wide_parts(
    table: Table,
    labels: WideLabels,
    kept: KeptColumns,
    how: PairingOptions,
    answered: NDArray[np.bool_],
    values: Sequence[NDArray[Any]],
) -> dict[str, Any]:
    """Return the parts of `Dyads` that labels and kept columns of a wide table give."""
    described = kept.known_of_partners()
    rows, pairs, nobody = paired_in_rows(table, labels, how.on_fault, answered, described, values)
    n = len(table)
    # a row names both partners: what it says of one who did not take part is kept too
    of_both = np.where(pairs.rows < 0, (pairs.rows[:, ::-1] + n) % (2 * n), pairs.rows) if n else pairs.rows
    return {
        "labels": rows,
        "pairs": pairs,
        "columns": labels.names,
        "kept": replace(kept, rows=of_both),
        "without_answers": tuple(nobody.tolist()),
    }
