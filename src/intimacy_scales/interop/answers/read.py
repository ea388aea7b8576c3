"""`read_answers`: a file from any tool as a table of answers, with its mapping report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.files.base import AnswerFile, FilePath, as_path, is_empty
from intimacy_scales.files.facts import Code, ColumnFacts, ShownIf
from intimacy_scales.files.reading import checked_columns
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.instrument.numerals import as_compared
from intimacy_scales.interop.answers.item_columns import ItemSource, item_sources, reading_with
from intimacy_scales.interop.answers.mapping_report import MappingReport, mapping_report
from intimacy_scales.interop.answers.source_file import FileOptions, reads_files, split_options
from intimacy_scales.late import late_module
from intimacy_scales.reading.answer_keys import Meaning
from intimacy_scales.reading.answers import Recode, stored_value
from intimacy_scales.reading.columns import check_width
from intimacy_scales.reading.frames import ListTable, Table
from intimacy_scales.reading.frames.base import listed
from intimacy_scales.reading.options import AS_THEY_ARE, Reading, reading_of

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_NO_REASON = "declared as missing"
_TextOf = Callable[[Any], str | None]


@dataclass(frozen=True, slots=False, kw_only=True, eq=False)
class FileAnswers:
    r"""The answers of a file, as they are stored, and how they are read.

    It can be passed to every function that takes answers, such as `score`; nothing more needs to be said of
    columns, recoding and missing codes.

    Attributes
    ----------
    instrument
        The instrument whose items were looked for; None without one.
    table
        All columns of the file, with their values as they are stored.
    report
        The mapping report.
    reading
        How the answers are read: what the caller or a mapping file said, and what follows from the file.
    given_reading
        What the caller said.
    columns
        Name of a column → what the file says of it.
    is_settled
        Whether a mapping file says all of how answers are read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales import score
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     _ = path.write_text("kmss_1;kmss_2;kmss_3\n6;5;6\n7;7;7\n")
    ...     answers = read_answers(path, "kmss")
    >>> score("kmss", answers)["total"].tolist()
    [17.0, 21.0]
    """

    instrument: Instrument | None
    table: ListTable
    report: MappingReport
    reading: Reading
    given_reading: Reading
    columns: Mapping[str, ColumnFacts] = field(repr=False)
    is_settled: bool = field(default=False, repr=False)

    def answers_read(self, form: Instrument, reading: Reading) -> tuple[ListTable, Reading]:
        """Return the table, and how it is read for an instrument; what ``reading`` says comes first."""
        names = [f.name for f in fields(Reading)]
        given = {
            name: getattr(reading, name)
            for name in names
            if getattr(reading, name) != getattr(AS_THEY_ARE, name)
        }
        row_id = self.report.row_id
        of_file = () if row_id is None or row_id not in self.table.names else (row_id,)
        is_same = self.instrument is not None and self.instrument.digest == form.digest
        if self.is_settled:
            how = _said_too(self.reading, given)
        elif is_same and not given.keys() & {"columns", "missing_codes", "recode", "by_item"}:
            how = replace(self.reading, **given)
        else:
            how = self._reading(form, _said_too(self.given_reading, given))
        return self.table, replace(how, keep=how.keep or of_file)

    def _reading(self, form: Instrument, reading: Reading) -> Reading:
        """Return how the table is read for an instrument by what the file says of its columns."""
        sources = item_sources(form, [str(name) for name in self.table.names], self.columns, reading)
        return reading_with(sources, reading)

    def __len__(self) -> int:
        return len(self.table)

    @property
    def rows(self) -> NDArray[np.intp]:
        """Number of each row in the file, from 1 below the header."""
        numbers = self.table.row_numbers
        return (np.arange(len(self)) if numbers is None else numbers) + 1

    def to_frame(self) -> pd.DataFrame:
        """Return the values as they are stored, in a pandas DataFrame whose index is the row in the file."""
        frame = pd.DataFrame({str(name): listed(self.table, name) for name in self.table.names})
        frame.index = pd.Index(self.rows, name="row")
        return frame

    @cached_property
    def labels(self) -> pd.DataFrame:
        """The text of the chosen option in each cell, for columns whose options are known; otherwise null.

        Where a file has several languages, the text is in the first of them.
        """
        return self._looked_up(
            lambda _, facts: partial(_text_of, _by_code(reversed(facts.labels))) if facts.labels else None
        )

    @cached_property
    def missing_reasons(self) -> pd.DataFrame:
        """Why an answer is missing, in each cell whose code the file declares; otherwise null.

        It is null too where ``recode=`` makes an answer of the code.

        The reason of an empty cell is given where the file says under which condition its question was shown.
        """
        answers = {
            item.column: {stored_value(stored) for stored, answer in item.recode if answer is not None}
            for item in self.report.items
        }
        reasons = self._looked_up(lambda name, facts: _reasons(facts, answers.get(name, set())))
        cells = _Cells(self.table)
        for name, facts in self.columns.items():
            if facts.shown_if is not None and name in self.table.columns:
                known = reasons[name].tolist() if name in reasons else [None] * len(self)
                reasons[name] = [
                    _NOT_SHOWN if is_empty(cell) and cells.hold(facts.shown_if, row) is False else reason
                    for row, (cell, reason) in enumerate(zip(cells.column(name), known, strict=True))
                ]
        return reasons

    def _looked_up(self, text_for: Callable[[str, ColumnFacts], _TextOf | None]) -> pd.DataFrame:
        columns = {}
        for name, facts in self.columns.items():
            text_of = text_for(name, facts)
            if text_of is not None and name in self.table.names:
                columns[name] = [text_of(value) for value in listed(self.table, name)]
        return pd.DataFrame(columns, index=pd.Index(self.rows, name="row"))

    @property
    def metadata(self) -> pd.DataFrame:
        """Columns of persons, times, events and status, as they are stored."""
        roles = ("id", "time", "layout")
        names = [name for name in self.table.names if self.columns.get(str(name), _NONE).role in roles]
        return self.to_frame()[[str(name) for name in names]]

    def __repr__(self) -> str:
        return f"<FileAnswers: {self.report.sentence()}>"


class _Cells(Mapping[str, Any]):
    """One row of a table at a time, whose columns are listed when they are asked for."""

    def __init__(self, table: ListTable) -> None:
        self._table, self._row = table, 0
        self._columns: dict[str, list[Any]] = {}

    def hold(self, condition: ShownIf, row: int) -> bool | None:
        """Tell whether a condition holds for a row."""
        self._row = row
        return condition.holds(self)

    def column(self, name: str) -> list[Any]:
        """Return a column."""
        if name not in self._columns:
            self._columns[name] = listed(self._table, name)
        return self._columns[name]

    def __getitem__(self, name: str) -> Any:
        return self.column(name)[self._row]

    def __contains__(self, name: object) -> bool:
        return name in self._table.columns

    def __iter__(self) -> Iterator[str]:
        return map(str, self._table.columns)

    def __len__(self) -> int:
        return len(self._table.columns)


_NONE = ColumnFacts()
_NOT_SHOWN = "not shown (branching)"


def _by_code(texts: Iterable[tuple[Code, str | None]]) -> dict[Any, str]:
    return {stored_value(code): text or _NO_REASON for code, text in texts}


def _reasons(facts: ColumnFacts, answers: Collection[Any]) -> _TextOf | None:
    """Return a function from a value to why it means no answer; None if the file declares no such value.

    ``answers`` are values that the user recoded to answers.
    """
    if not facts.missing and not facts.missing_ranges:
        return None
    reasons = _by_code(facts.missing)

    def reason_of(value: Any) -> str | None:
        if isinstance(value, int | float | str) and stored_value(value) in answers:
            return None
        reason = _text_of(reasons, value)
        if reason is None and isinstance(value, int | float):
            return _NO_REASON if any(low <= value <= high for low, high in facts.missing_ranges) else None
        return reason

    return reason_of


def _text_of(texts: Mapping[Any, str], value: Any) -> str | None:
    if value is None or isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    stored = stored_value(value)
    if stored in texts:
        return texts[stored]
    if not isinstance(value, str):
        return None
    return next((text for text in texts.values() if as_compared(text) == as_compared(value)), None)


def _said_too(reading: Reading, given: Mapping[str, Any]) -> Reading:
    """Return how answers are read where more is said of them later, which comes first."""
    by_item = dict(reading.by_item)
    for item, meaning in given.get("by_item", ()):
        earlier = by_item.get(item, Meaning())
        by_item[item] = Meaning(
            tuple(dict.fromkeys([*meaning.missing_codes, *earlier.missing_codes])),
            tuple(dict.fromkeys([*meaning.missing_ranges, *earlier.missing_ranges])),
            _first_said(meaning.recode, earlier.recode),
        )
    codes = tuple(dict.fromkeys([*given.get("missing_codes", ()), *reading.missing_codes]))
    recode = _first_said(given.get("recode", ()), reading.recode)
    merged = {"missing_codes": codes, "recode": recode, "by_item": tuple(by_item.items())}
    return replace(reading, **{**given, **merged})


def _first_said(first: Recode, second: Recode) -> Recode:
    """Return the pairs of two recodings; of a value in both, what the first one says."""
    named = {stored_value(stored) for stored, _ in first}
    return (*first, *(pair for pair in second if stored_value(pair[0]) not in named))


@reads_files
def read_answers(
    path: FilePath,
    instrument: Instrument | str | Path | None = None,
    **reading: Unpack[FileOptions],
) -> FileAnswers:
    r"""Read a file of answers from any tool, and say how it was read.

    Parameters
    ----------
    path
        The file; its platform is recognised by its content.
    instrument
        The instrument that was answered; None to read all columns without looking for items.
    **reading
        How the file is opened: `encoding`, `sheet`, `structure`, `all_rows`, `skip_rows`, `mapping`, see
        `SourceFile`. How answers are read, as in `intimacy_scales.score`; what is said here comes before what
        the file declares.

    Returns
    -------
    FileAnswers

    Raises
    ------
    ResponseError
        The file cannot be read, columns are missing, or its options contradict the instrument.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     _ = path.write_text("id;kmss_1;kmss_2;kmss_3\na;6;5;6\nb;7;7;7\n")
    ...     answers = read_answers(path, "kmss")
    >>> print(answers.report.sentence())
    answers.csv is delimited text; 2 rows; 3 of 3 items of kmss 2 have a column.
    """
    with _opened(path, instrument, reading) as opened:
        table = _whole(opened.file, opened.items)
        return FileAnswers(
            instrument=opened.form,
            table=table,
            report=opened.report(len(table)),
            reading=opened.reading,
            given_reading=opened.given_reading,
            columns=dict(opened.file.facts.columns),
            is_settled=opened.is_settled,
        )


@reads_files
def inspect_answers(
    path: FilePath,
    instrument: Instrument | str | Path | None = None,
    **reading: Unpack[FileOptions],
) -> MappingReport:
    r"""Say how a file of answers is read, in constant memory.

    Parameters
    ----------
    path, instrument, **reading
        As in `read_answers`.

    Returns
    -------
    MappingReport
        That of `read_answers`.

    Raises
    ------
    ResponseError
        As in `read_answers`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     _ = path.write_text("id;kmss_1;kmss_2;kmss_3\na;6;5;6\nb;7;7;7\n")
    ...     print(inspect_answers(path, "kmss").sentence())
    answers.csv is delimited text; 2 rows; 3 of 3 items of kmss 2 have a column.
    """
    with _opened(path, instrument, reading) as opened:
        return opened.report(sum(map(len, _batches(opened.file, opened.items))))


class _Opened(NamedTuple):
    """An opened file, and how it is read for an instrument."""

    file: AnswerFile
    form: Instrument | None
    items: Collection[Hashable]
    sources: tuple[ItemSource, ...]
    reading: Reading
    given_reading: Reading
    is_settled: bool

    def report(self, n_rows: int) -> MappingReport:
        """Return the mapping report; all rows must have been read, as they may show more."""
        return mapping_report(self.file, self.form, self.sources, n_rows, self.reading)


@contextmanager
def _opened(
    path: FilePath, instrument: Instrument | str | Path | None, options: FileOptions
) -> Iterator[_Opened]:
    """Open a file, and say how it is read."""
    source_file, how = split_options(options)
    of_caller = reading_of(how)
    form = None if instrument is None else of_caller.form(as_instrument(instrument))
    given = reading = source_file.said(form, of_caller)
    with source_file.open(as_path(path, "path")) as file:
        sources: tuple[ItemSource, ...] = ()
        items: set[Hashable] = set()
        if form is not None:
            sources, reading = source_file.reading(form, file, of_caller)
            others = {"person": [reading.person], "keep": reading.keep}
            items |= set(checked_columns(form, file, reading, others))
        yield _Opened(file, form, items, sources, reading, given, source_file.is_settled)


def _batches(file: AnswerFile, items: Collection[Hashable]) -> Iterator[Table]:
    """Yield all columns of a file, some rows at a time."""
    names = list(dict.fromkeys(file.names))
    check_width(len(names))
    yield from file.batches([x for x in names if x in items], [x for x in names if x not in items])


def _whole(file: AnswerFile, items: Collection[Hashable]) -> ListTable:
    """Return all columns of a file as one table."""
    names = list(dict.fromkeys(file.names))
    columns: dict[Hashable, list[Any]] = {name: [] for name in names}
    numbers: list[NDArray[np.intp]] = []
    n = 0
    for batch in _batches(file, items):
        for name in names:
            columns[name] += listed(batch, name)
        if batch.row_numbers is not None:
            numbers.append(batch.row_numbers)
        n += len(batch)
    table = ListTable(columns, n)
    table.row_numbers = np.concatenate(numbers) if numbers else None
    return table
