"""`read_answers`: a file from any tool as a table of answers, with its mapping report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.watch import CodingWatch
from intimacy_scales.files.base import AnswerFile, FilePath, as_path, is_empty
from intimacy_scales.files.facts import ColumnFacts
from intimacy_scales.files.reading import checked_columns
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.interop.answers.cell_texts import NOT_SHOWN, Cells, TextOf, labels_for, reasons_for
from intimacy_scales.interop.answers.item_columns import ItemSource, item_sources, reading_with
from intimacy_scales.interop.answers.mapping_comparison import compared_with_mapping
from intimacy_scales.interop.answers.mapping_file import SavedMapping
from intimacy_scales.interop.answers.mapping_report import MappingReport, mapping_report
from intimacy_scales.interop.answers.said_later import said_too
from intimacy_scales.interop.answers.source_file import FileOptions, reads_files, split_options
from intimacy_scales.late import late_module
from intimacy_scales.reading.answers import stored_value
from intimacy_scales.reading.columns import as_spelled, check_width
from intimacy_scales.reading.frames import ListTable, Table
from intimacy_scales.reading.frames.base import listed
from intimacy_scales.reading.options import AS_THEY_ARE, Reading, reading_of

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_NONE = ColumnFacts()


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
    mapping
        The mapping file that says how answers are read; None: it follows from the file.

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
    mapping: SavedMapping | None = field(default=None, repr=False)

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
        if self.mapping is not None:
            compared_with_mapping(self.mapping, form, self.columns)
        if self.mapping is not None and self.mapping.columns:
            how = said_too(self.reading, given)
        elif is_same and not given.keys() & {"columns", "missing_codes", "recode", "by_item"}:
            how = replace(self.reading, **given)
        else:
            how = self._reading(form, said_too(self.given_reading, given))
        kept = as_spelled(how.keep, self.table.names)
        return self.table, replace(how, keep=(*(name for name in of_file if name not in kept), *how.keep))

    def watch_of(self, form: Instrument) -> CodingWatch:
        """Return a record of what to warn of where the answers are scored, as `score_file` does."""
        return CodingWatch(form)

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
        return self._looked_up(lambda _, facts: labels_for(facts))

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
        reasons = self._looked_up(lambda name, facts: reasons_for(facts, answers.get(name, set())))
        cells = Cells(self.table)
        for name, facts in self.columns.items():
            if facts.shown_if is not None and name in self.table.columns:
                known = reasons[name].tolist() if name in reasons else [None] * len(self)
                reasons[name] = [
                    NOT_SHOWN if is_empty(cell) and cells.hold(facts.shown_if, row) is False else reason
                    for row, (cell, reason) in enumerate(zip(cells.column(name), known, strict=True))
                ]
        return reasons

    def _looked_up(self, text_for: Callable[[str, ColumnFacts], TextOf | None]) -> pd.DataFrame:
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
            mapping=opened.mapping,
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
    mapping: SavedMapping | None

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
        yield _Opened(file, form, items, sources, reading, given, source_file.mapping)


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
