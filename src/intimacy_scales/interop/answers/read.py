"""`read_answers`: a file from any tool as a table of answers, with its mapping report."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.files.base import AnswerFile, FilePath, as_path
from intimacy_scales.files.facts import ColumnFacts
from intimacy_scales.files.reading import checked_columns
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.loading import as_instrument
from intimacy_scales.instrument.numerals import as_compared
from intimacy_scales.interop.answers.item_columns import ItemSource, item_sources, reading_with
from intimacy_scales.interop.answers.mapping_report import MappingReport, mapping_report
from intimacy_scales.interop.answers.source_file import SourceFile
from intimacy_scales.late import late_module
from intimacy_scales.reading.answers import stored_value
from intimacy_scales.reading.frames import ListTable
from intimacy_scales.reading.frames.base import listed
from intimacy_scales.reading.options import AS_THEY_ARE, Reading, ReadingOptions, reading_of, reads_answers

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")


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
    said
        How the answers are read, as the caller said; the rest follows from the file.
    columns
        Name of a column → what the file says of it.

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
    said: Reading
    columns: Mapping[str, ColumnFacts] = field(repr=False)

    def answers_read(self, form: Instrument, reading: Reading) -> tuple[ListTable, Reading]:
        """Return the table, and how it is read for an instrument; what ``reading`` says comes first."""
        merged = self._with_said(form, reading)
        sources = item_sources(form, [str(name) for name in self.table.names], self.columns, merged)
        keep = merged.keep or (() if self.report.row_id is None else (self.report.row_id,))
        return self.table, replace(reading_with(sources, merged), keep=keep)

    def _with_said(self, form: Instrument, reading: Reading) -> Reading:
        """Return options with what was said at reading in place of those that are not given."""
        if self.instrument is None or self.instrument.digest != form.digest:
            return reading
        names = [f.name for f in fields(Reading)]
        usual = {name: getattr(AS_THEY_ARE, name) for name in names}
        given = {name: getattr(reading, name) for name in names if getattr(reading, name) != usual[name]}
        return replace(self.said, **given)

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
        """The text of the chosen option in each cell, for columns whose options are known; otherwise null."""
        return self._looked_up(lambda facts: {stored_value(code): label for code, label in facts.labels})

    @cached_property
    def missing_reasons(self) -> pd.DataFrame:
        """Why an answer is missing, in each cell whose code the file declares; otherwise null."""
        return self._looked_up(_reasons)

    def _looked_up(self, texts_of: Any) -> pd.DataFrame:
        columns = {}
        for name, facts in self.columns.items():
            texts = texts_of(facts)
            if texts and name in self.table.names:
                columns[name] = [_text_of(texts, value) for value in listed(self.table, name)]
        return pd.DataFrame(columns, index=pd.Index(self.rows, name="row"))

    @property
    def metadata(self) -> pd.DataFrame:
        """Columns of persons, times, events and status, as they are stored."""
        roles = ("id", "time", "layout")
        names = [name for name in self.table.names if self.columns.get(str(name), _NONE).role in roles]
        return self.to_frame()[[str(name) for name in names]]

    def __repr__(self) -> str:
        return f"<FileAnswers: {self.report.sentence()}>"


_NONE = ColumnFacts()


def _reasons(facts: ColumnFacts) -> dict[Any, str]:
    return {stored_value(code): reason or "declared as missing" for code, reason in facts.missing}


def _text_of(texts: Mapping[Any, str], value: Any) -> str | None:
    if value is None or isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    stored = stored_value(value)
    if stored in texts:
        return texts[stored]
    if not isinstance(value, str):
        return None
    return next((text for text in texts.values() if as_compared(text) == as_compared(value)), None)


@reads_answers
def read_answers(
    path: FilePath,
    instrument: Instrument | str | Path | None = None,
    *,
    structure: FilePath | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    all_rows: bool = False,
    mapping: FilePath | None = None,
    **reading: Unpack[ReadingOptions],
) -> FileAnswers:
    r"""Read a file of answers from any tool, and say how it was read.

    Parameters
    ----------
    path
        The file; its platform is recognised by its content.
    instrument
        The instrument that was answered; None to read all columns without looking for items.
    structure
        A file that describes the questions and options, such as a Qualtrics survey (.qsf).
    sheet, encoding
        As in `open_answers`.
    all_rows
        Keep rows that a platform marks as previews or tests.
    mapping
        A mapping file, as `save_mapping` writes it, which says how every item is read.
    **reading
        How answers are read, as in `intimacy_scales.score`; what is said here comes before what the file
        declares.

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
    said = options = reading_of(reading)
    form = None if instrument is None else options.form(as_instrument(instrument))
    file_options = SourceFile.of(
        encoding=encoding, sheet=sheet, structure=structure, all_rows=all_rows, mapping=mapping
    )
    with file_options.open(as_path(path, "path")) as file:
        sources: tuple[ItemSource, ...] = ()
        if form is not None:
            sources, options = file_options.reading(form, file, options)
            checked_columns(form, file, options, {"person": [options.person], "keep": options.keep})
        table = _whole(file, {source.column for source in sources})
        return FileAnswers(
            instrument=form,
            table=table,
            report=mapping_report(file, form, sources, len(table), options),
            said=said,
            columns=dict(file.facts.columns),
        )


def _whole(file: AnswerFile, items: set[str | None]) -> ListTable:
    """Return all columns of a file as one table."""
    names = list(dict.fromkeys(file.names))
    columns: dict[Hashable, list[Any]] = {name: [] for name in names}
    numbers: list[NDArray[np.intp]] = []
    n = 0
    for batch in file.batches([x for x in names if x in items], [x for x in names if x not in items]):
        for name in names:
            columns[name] += listed(batch, name)
        if batch.row_numbers is not None:
            numbers.append(batch.row_numbers)
        n += len(batch)
    table = ListTable(columns, n)
    table.row_numbers = np.concatenate(numbers) if numbers else None
    return table
