"""Couples from a file of answers, with one row for each person or for each couple."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack

from intimacy_scales.dyads import Dyads
from intimacy_scales.dyads.dyads import BothPartners
from intimacy_scales.dyads.pairing import OnFault
from intimacy_scales.files.base import AnswerFile, FilePath, as_path
from intimacy_scales.files.formats import open_answers
from intimacy_scales.files.reading import Account, batches_of, checked_columns
from intimacy_scales.instrument import NOT_ANSWERED, Instrument, as_number, normalized
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.jobs.job import Progress
from intimacy_scales.reading.columns import ColumnMap
from intimacy_scales.reading.frames import ListTable
from intimacy_scales.reading.options import CoupleReadingOptions, Reading, reading_of, reads_answers


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


@reads_answers
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
    keep: Sequence[str] | Mapping[str, Any] = (),
    mixed: bool = False,
    on_fault: OnFault = "raise",
    encoding: str | None = None,
    sheet: str | None = None,
    progress: Progress = lambda _done, _all: None,
    **reading: Unpack[CoupleReadingOptions],
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
    couple, person, role, time, keep, mixed, on_fault
        As in `Dyads.from_long` or `Dyads.from_wide`.
    encoding
        Encoding of a text file; None: detected.
    sheet
        Name of the sheet of a workbook, as in `score_file`.
    progress
        Called with the amount done, and the total amount.
    **reading
        How answers are read, as in `encode`.

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
    how = reading_of(reading)
    form = how.form(as_instrument(instrument))
    sides = [columns] if partners is None else list(partners.values())
    labels = [couple, time, *_names(person), *_names(role), *_kept(keep)]
    others = list(dict.fromkeys(str(name) for name in labels if name is not None))
    with open_answers(as_path(source, "source"), encoding=encoding, sheet=sheet) as file:
        items = _items_of(form, file, how, sides, others)
        table = _whole_table(file, items, others, progress)
        table = _with_numbers(table, [str(name) for name in _kept(keep)])
        n_blank = file.n_blank
    options: dict[str, Any] = {**reading, "couple": couple, "person": person, "time": time}
    options |= {"keep": keep, "mixed": mixed, "on_fault": on_fault}
    if partners is None:
        dyads = Dyads.from_long(form, table, columns=columns, role=role, **options)
    else:
        options["role"] = False if role is None else role
        dyads = Dyads.from_wide(form, table, columns=partners, **options)
    account = Account()
    account.add(len(table), dyads.problems)
    account.n_blank_rows = n_blank
    return CouplesFile(dyads=dyads, n_rows=len(table), n_blank_rows=n_blank, account=account)


def _names(labels: Any) -> list[Hashable]:
    """Return the columns that an option names: one, or one for each partner."""
    if isinstance(labels, Mapping):
        return list(labels.values())
    return [] if labels is None or isinstance(labels, bool) else [labels]


def _kept(keep: Sequence[str] | Mapping[str, Any]) -> list[Hashable]:
    """Return the columns to keep, both partners' where an entry names two."""
    given = list(keep.values()) if isinstance(keep, Mapping) else list(keep)
    return [name for entry in given for name in _names(entry)]


def _with_numbers(table: ListTable, names: Sequence[str]) -> ListTable:
    """Return the table with numbers in kept columns, which a text file holds as texts; blanks are missing."""
    numbers: dict[Hashable, list[Any]] = {
        name: list(map(_number, table.columns[name])) for name in names if name in table.columns
    }
    return ListTable({**table.columns, **numbers}, len(table))


def _number(cell: Any) -> Any:
    """Return the number that a text stands for, None for a blank, and any other cell as it is."""
    if not isinstance(cell, str):
        return cell
    if normalized(cell) in NOT_ANSWERED:
        return None
    number = as_number(cell)
    return cell if number is None else number


def _items_of(
    form: Instrument, file: AnswerFile, reading: Reading, sides: Sequence[ColumnMap], others: Sequence[str]
) -> list[Hashable]:
    """Return the columns of items of both partners; raise where the file lacks one."""
    items: dict[Hashable, None] = {}
    for side in sides:
        items |= dict.fromkeys(checked_columns(form, file, replace(reading, columns=side), {"keep": others}))
    return list(items)


def _whole_table(
    file: AnswerFile, items: Sequence[Hashable], others: Sequence[str], progress: Progress
) -> ListTable:
    """Return all rows of a file; pairing needs both partners, who may be far apart."""
    columns: dict[Hashable, list[Any]] = {}
    n = 0
    for batch in batches_of(file, items, others):
        for name in batch.names:
            values = batch.values(name, "columns")
            columns.setdefault(name, []).extend(values.tolist() if hasattr(values, "tolist") else values)
        n += len(batch)
        progress(file.position, file.size)
    return ListTable(columns, n)
