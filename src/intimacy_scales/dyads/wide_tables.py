"""Couples from a table with one row for each couple."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from intimacy_scales.dyads.partner_columns import missing_of_partners
from intimacy_scales.dyads.row_labels import RowLabels
from intimacy_scales.errors import MissingColumnsError, ResponseError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import a_type, shortened, values_as_asked
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
    partners = both_partners(columns, "columns")
    reading = reading_of(options)
    form = reading.form(instrument)
    opened = open_table(table)
    answers = _answers_of_both(form, opened, reading, [columns[name] for name in partners], partners)
    with values_as_asked(reading.show_values):
        labels = wide_labels(opened, names, partners, how)
        answered = (answers.codes != 0).any(axis=1).reshape(2, -1).T
        parts = wide_parts(opened, labels, keep, how, answered, list(answers.codes.T))
    parts["kept"] = replace(parts["kept"], missing_codes=reading.missing_codes)
    return dyads_of(**parts, form=form, answers=answers, scale_ids=form.scale_ids, ranges=ranges_of(form))


def both_partners(value: Any, option: str) -> tuple[str, str]:
    """Return the names of the two partners in a mapping.

    Raises
    ------
    ResponseError
        It is not a mapping of two partners.
    """
    if not isinstance(value, Mapping) or len(value) != 2:
        raise ResponseError(
            f"{option} is {a_type(value)}{f' of {len(value)}' if isinstance(value, Mapping) else ''}; pass a "
            f'mapping of two partners, as in {option}={{"a": "q{{n}}_a", "b": "q{{n}}_b"}}'
        )
    first, second = (str(name) for name in value)
    return first, second


def _answers_of_both(
    form: Instrument, table: Table, reading: Reading, columns: Sequence[Any], partners: tuple[str, str]
) -> CodedResponses:
    """Return the checked answers of the first partners, then those of the second ones.

    Raises
    ------
    InvalidResponsesError, MissingColumnsError
        Name the bad cells, or the missing columns, of both partners at once.
    """
    used = RangeUse(form)
    readers: list[AnswerReader] = []
    missing: dict[str, MissingColumnsError] = {}
    for side, partner in zip(columns, partners, strict=True):
        try:
            of_side = replace(reading, columns=side, on_invalid="missing", keep=())
            readers.append(AnswerReader(form, table, of_side, used=used))
        except MissingColumnsError as error:
            missing[partner] = error
    if missing:
        sides = dict(zip(partners, columns, strict=True))
        raise missing_of_partners(missing, sides, len(form.items), "columns")
    n = len(table)
    refuse_shared("columns", [reader.names for reader in readers], partners)
    codes = np.empty((2 * n, len(readers[0].keys)), dtype=readers[0].dtype, order="F")
    problems = []
    for number, reader in enumerate(readers):
        codes[number * n : (number + 1) * n] = reader.read_all()
        problems.append(reader.finish())
    bad = Problems(tuple(part for one in problems for part in one.columns), problems[0].persons)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class WideLabels:
    """What a table with one row for each couple says of couples and partners.

    Attributes
    ----------
    partners
        Names of the two partners.
    couple, time
        Columns of the couple's label and the occasion; None where there is none.
    person, role
        Columns of both partners' ids and roles; None where there are none.
    has_roles
        Whether the names of the partners are their roles.
    mixed, role_order
        As in `RowLabels`.
    """

    partners: tuple[str, str]
    couple: Hashable
    time: Hashable
    person: tuple[Hashable, Hashable] | None
    role: tuple[Hashable, Hashable] | None
    has_roles: bool
    mixed: bool
    role_order: tuple[str, ...] | None

    @property
    def columns(self) -> dict[str, tuple[Hashable, Hashable]]:
        """Name of each kept label → its columns for both partners."""
        columns: dict[str, tuple[Hashable, Hashable]] = {}
        for name in (self.couple, self.time):
            if name is not None:
                columns[str(name)] = (name, name)
        for option, pair in (("person", self.person), ("role", self.role)):
            if pair is not None:
                columns[stem_of(pair, self.partners) or option] = pair
        return columns


def wide_labels(
    table: Table, names: Mapping[str, Any], partners: tuple[str, str], how: PairingOptions
) -> WideLabels:
    """Return where the labels are; ``names`` are the options of `Dyads.from_wide`."""
    of_couples = {
        option: None if names[option] is None else table.check(names[option], option)
        for option in ("couple", "time")
    }
    is_role = isinstance(names["role"], bool) or names["role"] is None
    if how.roles is not None and names["role"] is True:
        raise ResponseError(
            "roles= is for columns of roles; the partners are named by their roles already (role=True), and "
            "have their places in the order of these names: leave it out"
        )
    role = None if is_role else _columns_of_both(table, names["role"], "role", partners)
    person = None
    if names["person"] is not None:
        person = _columns_of_both(table, names["person"], "person", partners)
    return WideLabels(
        **of_couples,
        partners=partners,
        person=person,
        role=role,
        has_roles=names["role"] is True,
        mixed=how.mixed,
        role_order=how.role_order(has_column=not is_role),
    )


def _columns_of_both(
    table: Table, given: Any, option: str, partners: tuple[str, str]
) -> tuple[Hashable, Hashable]:
    """Return the columns that an option names for the two partners, in their order."""
    by_name = {} if not isinstance(given, Mapping) else {str(name): column for name, column in given.items()}
    if set(by_name) != set(partners):
        example = {partner: f"{option}_{partner}" for partner in partners}
        raise ResponseError(
            f"{option}={shortened(given)} is not valid; pass the column of each partner, as in "
            f"{option}={example}"
        )
    first, second = (table.check(by_name[partner], option) for partner in partners)
    return first, second


def stem_of(columns: tuple[Hashable, Hashable], partners: tuple[str, str]) -> str | None:
    """Return what two columns' names share, apart from the partner: ``age_a``, ``age_b`` → ``age``; or None.

    Examples
    --------
    >>> stem_of(("age_a", "age_b"), ("a", "b")), stem_of(("x", "y"), ("a", "b"))
    ('age', None)
    """
    stems = set()
    for column, partner in zip(map(str, columns), partners, strict=True):
        if not column.endswith(partner) or len(column) <= len(partner) + 1:
            return None
        stem = column[: -len(partner)]
        if stem[-1] not in "_.-":
            return None
        stems.add(stem[:-1])
    return stems.pop() if len(stems) == 1 else None


def paired_in_rows(
    table: Table,
    labels: WideLabels,
    on_fault: OnFault,
    answered: NDArray[np.bool_],
    values: Sequence[NDArray[Any]],
) -> tuple[RowLabels, Pairs, NDArray[np.intp]]:
    """Return labels and pairs of a table with one row for each couple, and rows in which nobody took part.

    Rows of pairs are those of a table with all first partners, then all second partners.

    Parameters
    ----------
    answered
        (n_rows, 2): whether each partner answered anything, or has a score.
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
    takes_part = answered.T.ravel()
    if persons is not None:  # answers without an id are a fault, not nobody's
        takes_part = takes_part | (persons.positions >= 0)
    # row by row, the first partner before the second
    used = np.flatnonzero(takes_part.reshape(2, n).T.ravel())
    used = used // 2 + n * (used % 2)
    role = names if labels.has_roles else None
    if labels.role is not None:
        role = _read_both(table, labels.role, "role")
    couple = Labels(np.tile(np.arange(n), 2), range(1, n + 1))
    if labels.couple is not None:
        couple = _read_both(table, (labels.couple, labels.couple), "couple")
    time = None if labels.time is None else _read_both(table, (labels.time, labels.time), "time")
    _refuse_double_entry(values, answered, None if labels.couple is None else _units(couple, time, n))
    rows = RowLabels(
        couple=_some(couple, used),
        person=_some(names if persons is None else persons, used),
        role=None if role is None else _some(role, used),
        time=None if time is None else _some(time, used),
        mixed=labels.mixed,
        role_order=labels.role_order,
        places=sides[used] if labels.role is None else None,
        names=labels.partners,
        table_rows=used % n,
        sides=sides[used],
    )
    pairs = pair_rows(rows, on_fault)
    in_stack = np.append(used, -1)  # the last for partners who are absent
    nobody = np.flatnonzero(~takes_part.reshape(2, n).any(axis=0))
    return rows, replace(pairs, rows=in_stack[pairs.rows]), nobody


def _refuse_double_entry(
    values: Sequence[NDArray[Any]], answered: NDArray[np.bool_], couple: Positions | None
) -> None:
    """Raise where couples have two rows, one with the partners exchanged; arguments as `paired_in_rows`."""
    if fault := double_entry_fault(values, answered, couple):
        raise pairing_error(PairingFaults([fault]))


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


def kept_of_wide(table: Table, keep: Any, labels: WideLabels, pairs: Pairs) -> KeptColumns:
    """Return the kept columns: labels, then those that ``keep`` names.

    Raises
    ------
    ResponseError
        A column does not exist, or ``keep`` is not a list of names or a mapping.
    """
    columns = labels.columns
    if isinstance(keep, Mapping):
        for name, given in keep.items():
            if isinstance(given, Mapping):
                columns[str(name)] = _columns_of_both(table, given, f"keep[{name!r}]", labels.partners)
            else:
                columns[str(name)] = (table.check(given, "keep"),) * 2
    else:
        for name in as_keep(keep):
            columns[str(name)] = (table.check(name, "keep"),) * 2
    of_couples = frozenset(name for name, (first, second) in columns.items() if first == second)
    return KeptColumns(table=table.stacked(columns), rows=pairs.rows, of_couples=of_couples)


def wide_parts(
    table: Table,
    labels: WideLabels,
    keep: Any,
    how: PairingOptions,
    answered: NDArray[np.bool_],
    values: Sequence[NDArray[Any]],
) -> dict[str, Any]:
    """Return the parts of `Dyads` that labels and kept columns of a wide table give."""
    rows, pairs, nobody = paired_in_rows(table, labels, how.on_fault, answered, values)
    kept = kept_of_wide(table, keep, labels, pairs)
    names = {"couple": labels.couple, "time": labels.time}
    for option, pair in (("person", labels.person), ("role", labels.role)):
        if pair is not None:
            names[option] = stem_of(pair, labels.partners) or option
    return {
        "labels": rows,
        "pairs": pairs,
        "columns": {option: name for option, name in names.items() if name is not None},
        "kept": kept,
        "without_answers": tuple(nobody.tolist()),
    }
