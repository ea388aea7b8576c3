"""Couples from a file of answers, with one row for each person or for each couple."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads import Dyads
from intimacy_scales.dyads.dyads import BothPartners
from intimacy_scales.dyads.pairing import OnFault
from intimacy_scales.dyads.partner_columns import by_partner, missing_of_partners
from intimacy_scales.errors import MissingColumnsError, ResponseError
from intimacy_scales.files.base import AnswerFile, FilePath, as_path
from intimacy_scales.files.reading import Account, batches_of, checked_columns, row_numbers
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.interop.answers import FileAnswers, MappingReport
from intimacy_scales.interop.answers.item_columns import ItemSource
from intimacy_scales.interop.answers.mapping_report import mapping_report
from intimacy_scales.interop.answers.source_file import (
    CoupleFileOptions,
    SourceFile,
    reads_files,
    split_options,
)
from intimacy_scales.jobs.job import Progress
from intimacy_scales.messages import first_of, values_shown
from intimacy_scales.moments.clusters import is_missing_label
from intimacy_scales.reading.columns import ColumnMap
from intimacy_scales.reading.frames import ListTable
from intimacy_scales.reading.options import (
    Reading,
    as_keep,
    reading_of,
)

# 007 is a text, and so is 1e3, which may be a code: programs write 1e+05, with a sign
_NUMBER = re.compile(r"[+-]?(0|[1-9]\d*)?([.,]\d+)?(?<=\d)([eE][+-]\d{1,3})?", re.ASCII)
_WITH_COMMA, _WITH_POINT = (
    re.compile(rf"[+-]?\d*{mark}\d+([eE][+-]\d+)?", re.ASCII) for mark in (",", r"\.")
)
_LIKE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)  # a decimal comma, or thousands


@dataclass(frozen=True, slots=True, kw_only=True)
class CouplesFile:
    r"""Couples that were read from a file.

    Attributes
    ----------
    dyads
        The couples.
    n_rows, n_blank_rows
        Number of rows, and of blank ones among them.
    account
        Bad cells of the file, and advice about them.
    mapping
        How the file was read. Items are listed for a file with one row for each person; in one with a row for
        each couple, every item has two columns.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "couples.csv")
    ...     _ = path.write_text("w1,w2,w3,h1,h2,h3\n6,5,6,7,7,7\n5,5,5,,,\n")
    ...     read = read_couples("kmss", path, partners={"w": "w{n}", "h": "h{n}"})
    >>> read.n_rows, read.dyads.complete.tolist()
    (2, [True, False])
    """

    dyads: Dyads
    n_rows: int
    n_blank_rows: int
    account: Account
    mapping: MappingReport | None = None


@reads_files
def read_couples(
    instrument: Instrument | str | Path,
    source: FilePath,
    *,
    partners: BothPartners | None = None,
    columns: ColumnMap = None,
    couple: str | None = None,
    person: str | BothPartners | None = None,
    role: str | BothPartners | bool | None = None,
    time: str | None = None,
    keep: str | Sequence[str] | Mapping[str, Any] = (),
    roles: Sequence[Any] | None = None,
    mixed: bool = False,
    on_fault: OnFault = "raise",
    progress: Progress = lambda _done, _all: None,
    **reading: Unpack[CoupleFileOptions],
) -> CouplesFile:
    """Read a file of answers, and pair the partners.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one, that both partners answered.
    source
        A file of answers with a known format, such as .csv.
    partners
        For a file with one row for each couple: two partners → where their answers are, as ``columns=`` of
        `Dyads.from_wide`. None: the file has one row for each person, as for `Dyads.from_long`.
    columns
        Where the answers are, in a file with one row for each person.
    couple, person, role, time, keep, roles, mixed, on_fault
        As in `Dyads.from_long` or `Dyads.from_wide`. Texts in a column to keep count as numbers if most are
        numbers or blank (``1e+05`` too), and none has leading zeros; all have one decimal mark.
    progress
        Called with the amount done, and the total amount.
    **reading
        How the file is opened, as in `score_file`, and how answers are read, as in `encode`. ``mapping=`` is
        for files with one row for each person: it names one column for each item.

    Returns
    -------
    CouplesFile

    Raises
    ------
    PairingError
        Rows that cannot be paired; holds every fault.
    InvalidResponsesError, MissingColumnsError, ResponseError
        As `encode` does, or the file cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales import simulate
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     simulate("kmss", 100, couples=0.5, rng=1).answers.to_csv(path, index=False)
    ...     read = read_couples("kmss", path, couple="couple", person="partner")
    >>> len(read.dyads), read.dyads.partners
    (50, ('1', '2'))
    """
    source_file, answer_options = split_options(reading)
    how = reading_of(answer_options)
    form = how.form(as_instrument(instrument))
    sides, kept = _sides(partners, columns), _kept(keep)
    others: dict[str, Sequence[Hashable]] = {
        "couple": _names(couple), "time": _names(time), "person": _names(person), "role": _names(role),
    }  # fmt: skip
    labels = {name for names in others.values() for name in names}
    others["keep"] = kept
    if partners is not None:
        _refuse_mapping(source_file)
    with source_file.open(as_path(source, "source")) as file:
        read_by_side = _read_by_side(form, file, source_file, how, sides, others)
        every = dict.fromkeys(str(name) for names in others.values() for name in names)
        items = list(dict.fromkeys(name for side in read_by_side for name in side.columns))
        table = _whole_table(file, items, list(every), progress)
        n_blank = file.n_blank
        report, facts = _report(form, file, read_by_side, len(table)), dict(file.facts.columns)
    table = _with_numbers(table, [name for name in kept if name not in labels], how.show_values)
    answers = FileAnswers(
        instrument=form,
        table=table,
        report=report,
        reading=replace(read_by_side[0].reading, keep=()),
        given_reading=replace(how, columns=columns),
        columns=facts,
    )
    options: dict[str, Any] = {**answer_options, "couple": couple, "person": person, "time": time}
    options |= {
        "keep": keep if isinstance(keep, Mapping) else list(kept),
        "roles": roles,
        "mixed": mixed,
        "on_fault": on_fault,
    }
    if partners is None:
        dyads = Dyads.from_long(form, answers, columns=columns, role=role, **options)
    else:
        options["role"] = False if role is None else role
        dyads = Dyads.from_wide(form, answers, columns=partners, **options)
    account = Account()
    account.add(len(table), dyads.problems)
    account.n_blank_rows = n_blank
    return CouplesFile(dyads=dyads, n_rows=len(table), n_blank_rows=n_blank, account=account, mapping=report)


def _sides(partners: BothPartners | None, columns: ColumnMap) -> dict[str, ColumnMap]:
    """Return where the answers are: of all persons, or by the name of each partner."""
    if partners is None:
        return {"": columns}
    sides: dict[str, ColumnMap] = by_partner(partners, "partners")
    if columns is not None:
        raise ResponseError(
            "columns= is for a file with one row for each person, and partners= for one with a row for each "
            "couple; leave one of them out"
        )
    return sides


def _names(labels: Any) -> list[Hashable]:
    """Return the columns that an option names: one, or one for each partner."""
    if isinstance(labels, Mapping):
        return list(labels.values())
    return [] if labels is None or isinstance(labels, bool) else [labels]


def _kept(keep: Any) -> tuple[Hashable, ...]:
    """Return the columns to keep, both partners' where an entry names two."""
    if isinstance(keep, Mapping):
        return tuple(dict.fromkeys(name for entry in keep.values() for name in _names(entry)))
    return as_keep(keep)


class _Side(NamedTuple):
    """How the answers of one partner, or of all persons, are read, and their columns in the file."""

    partner: str
    sources: tuple[ItemSource, ...]
    reading: Reading
    columns: tuple[Hashable, ...]


def _refuse_mapping(source_file: SourceFile) -> None:
    """Raise where a mapping is given for a file with a row for each couple."""
    if source_file.mapping is not None:
        raise ResponseError(
            f"mapping={str(source_file.mapping.source)!r} names one column for each item, and a file with a "
            "row for each couple has two of them, which partners= names: leave the mapping out, and pass "
            "what else it says as options, such as sheet= and missing_codes="
        )


def _read_by_side(
    form: Instrument,
    file: AnswerFile,
    source_file: SourceFile,
    reading: Reading,
    sides: Mapping[str, ColumnMap],
    others: Mapping[str, Sequence[Hashable]],
) -> list[_Side]:
    """Return how the answers of each partner are read; raise where the file lacks a column."""
    read: list[_Side] = []
    missing: dict[str, MissingColumnsError] = {}
    for partner, side in sides.items():
        sources, of_side = source_file.reading(form, file, replace(reading, columns=side))
        try:
            read.append(_Side(partner, sources, of_side, tuple(checked_columns(form, file, of_side, others))))
        except MissingColumnsError as error:
            missing[partner] = error
    if missing:
        if len(sides) == 1:
            raise missing[""]
        raise missing_of_partners(missing, sides, form, file.names, "partners")
    return read


def _report(form: Instrument, file: AnswerFile, sides: Sequence[_Side], n_rows: int) -> MappingReport:
    """Return how the file was read.

    Items of both partners are not listed, but how their values are recoded is, and what to check of them.
    """
    if len(sides) == 1:
        return mapping_report(file, form, sides[0].sources, n_rows, sides[0].reading)
    report = mapping_report(file, None, (), n_rows)
    cautions = [text for side in sides for source in side.sources for text in source.cautions]
    recoded: dict[str, list[str]] = {}
    for side in sides:
        for source in side.sources:
            if source.is_recoded:
                recoded.setdefault(f"{side.partner}: {source.how}", []).append(str(source.column))
    notes = [f"{how} ({first_of(names)})" for how, names in recoded.items()]
    return replace(report, notes=(*report.notes, *notes, *dict.fromkeys(cautions)))


def _whole_table(
    file: AnswerFile, items: Sequence[Hashable], others: Sequence[str], progress: Progress
) -> ListTable:
    """Return all rows of a file; pairing needs both partners, who may be far apart."""
    columns: dict[Hashable, list[Any]] = {}
    numbers: list[NDArray[np.intp]] = []
    n = 0
    for batch in batches_of(file, items, others):
        for name in batch.names:
            values = batch.values(name, "columns")
            columns.setdefault(name, []).extend(values.tolist() if hasattr(values, "tolist") else values)
        if batch.row_numbers is not None:
            numbers.append(batch.row_numbers)
        n += len(batch)
        progress(file.position, file.size)
    table = ListTable(columns, n)
    table.row_numbers = np.concatenate(numbers) if numbers else None
    return table


def _with_numbers(table: ListTable, names: Sequence[Hashable], show_values: bool | None) -> ListTable:
    """Return a table in which columns of texts that are mostly numbers are columns of numbers.

    Raises
    ------
    ResponseError
        Numbers of one column have decimal points and commas; or a column has points before three digits,
        which may be thousands since another one has decimal commas.
    """
    columns = dict(table.columns)
    numbers: dict[Hashable, list[Any]] = {}
    for name in map(table.spelled, names):
        read = _numbers_in(columns[name])
        if read is not None:
            numbers[name] = read
    _check_one_mark({name: columns[name] for name in numbers}, row_numbers(table, 0), show_values)
    converted = ListTable(columns | numbers, len(table))
    converted.row_numbers = table.row_numbers
    return converted


def _check_one_mark(
    columns: Mapping[Hashable, Sequence[Any]], rows: NDArray[np.intp], show_values: bool | None
) -> None:
    """Raise where points and commas are in numbers, and one of the marks may separate thousands.

    ``rows`` are the numbers of the rows in the file.
    """
    places = {name: _rows_with(_WITH_COMMA, texts) for name, texts in columns.items()}
    commas = {name: rows_with[0] for name, rows_with in places.items() if rows_with}
    for name, texts in columns.items() if commas else ():
        points = _rows_with(_WITH_POINT, texts)
        decimal = any(not _LIKE_THOUSANDS.fullmatch(texts[row].strip()) for row in points)
        if not points or (decimal and name not in commas):
            continue
        other = name if name in commas else next(iter(commas))
        with_point, with_comma = "a number with a point", "one with a comma"
        if values_shown(show_values):
            with_point, with_comma = texts[points[0]].strip(), columns[other][commas[other]].strip()
        raise ResponseError(
            f"column {name!r}: row {rows[points[0]]} (from 0) holds {with_point}, and row "
            f"{rows[commas[other]]} of {other!r} {with_comma}: one of the marks may separate thousands; "
            "write decimals with one mark in the whole file, and thousands without any"
        )


def _rows_with(mark: re.Pattern[str], texts: Sequence[Any]) -> list[int]:
    """Return the rows with a number that has a decimal mark."""
    return [row for row, text in enumerate(texts) if isinstance(text, str) and mark.fullmatch(text.strip())]


def _numbers_in(texts: Sequence[Any]) -> list[Any] | None:
    """Return a column in which most texts write numbers with these numbers, None for blanks; otherwise None.

    Other texts stay, so that they are named where the column is used. A comma is taken for a decimal one if
    no text of the column could have thousands instead.
    """
    numbers: dict[Any, Any] = {}
    n_others = 0
    for value in dict.fromkeys(texts):
        text = value.strip() if isinstance(value, str) else value
        if text is None or (isinstance(text, str) and is_missing_label(text)):
            numbers[value] = None
        elif isinstance(text, str) and _GROUPED.fullmatch(text):
            return None
        elif isinstance(text, str) and _NUMBER.fullmatch(text):
            numbers[value] = float(text.replace(",", "."))
        elif isinstance(text, str):
            numbers[value], n_others = value, n_others + 1
        else:
            return None
    return None if 2 * n_others > len(numbers) else [numbers[value] for value in texts]
