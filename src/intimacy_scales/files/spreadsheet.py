"""Excel workbooks, through openpyxl: one sheet, whose first row names the columns."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import zipfile
import zlib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import (
    BATCH_ROWS,
    AnswerFile,
    ScoreFile,
    is_empty,
    output_columns,
)
from intimacy_scales.files.formulas import UncomputedFormulas, column_letters, holds_formulas
from intimacy_scales.files.head import Head
from intimacy_scales.files.sheet_rows import Percentage, SheetLayout, as_shown, sheet_rows
from intimacy_scales.files.unpacking import check_parts, measured
from intimacy_scales.messages import emptied, suggest
from intimacy_scales.reading.frames import ListTable, Table, needs
from intimacy_scales.results.csv_text import without_formula
from intimacy_scales.results.wording import counted

# errors that openpyxl and the libraries below it raise for a damaged workbook, or for other bytes
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,  # of XML: ParseError is one
    ExpatError,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
)
_COMPUTE_ALL = re.compile(rb"""<(?:\w+:)?calcPr\b[^>]*\bfullCalcOnLoad\s*=\s*["'](?:1|true)["']""")
_MOST_COMPARED = 30  # sheets
_SHOWN_SHEETS = 8  # in a message
_FIRST_ROWS = 20  # in which the names of the columns may be
_MOST_ROWS = 1_048_576  # of a sheet, in Excel
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")  # characters that XML cannot contain


class SpreadsheetFile(AnswerFile):
    """A sheet of a workbook; the first that is not hidden, unless one is named.

    The value of a formula is the one stored with it.
    """

    _why_too_long = "name every column in the first row, or delete the cells beyond the last name"

    _platform = "Excel workbook"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether a file begins as a ZIP archive with a workbook of XML."""
        return head.packs("xl/") and not head.packs("xl/workbook.bin")

    def __init__(
        self, path: Path, encoding: str | None = None, sheet: str | None = None, skip_rows: int = 0
    ) -> None:
        del encoding  # a workbook stores it
        self._n_skipped = skip_rows
        super().__init__(path)
        openpyxl = needs("openpyxl", "io")
        file = self._held.enter_context(path.open("rb"))  # openpyxl refuses paths with other endings
        self._is_chosen = sheet is not None
        with self._damage_reported():
            check_parts(path)
            self._book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            self._held.callback(self._book.close)
            for worksheet in self._book.worksheets:
                worksheet.reset_dimensions()  # the size stored in a workbook is often wrong
                worksheet._get_source = partial(measured, worksheet._get_source, path, worksheet.title)
            self._sheet = self._first_sheet() if sheet is None else self._sheet_called(sheet)
            self.names = self._header()
        self._decide(sheet)

    def _decide(self, sheet: str | None) -> None:
        """Record which sheet is read."""
        others = [other.title for other in self._book.worksheets if other is not self._sheet]
        first = "the first that is not hidden" if others else "the only one"
        self.facts.decide("sheet", repr(self._sheet.title), first if sheet is None else "named by you")
        if self._n_skipped:
            self.facts.decide("above the header", counted(self._n_skipped, "row"), "skipped as you said")

    @contextmanager
    def _damage_reported(self) -> Iterator[None]:
        """Close the workbook after any error, and raise a `ResponseError` if it is damaged."""
        try:
            yield
        except Exception as error:
            self.close()
            if isinstance(error, ResponseError) or not isinstance(error, _DAMAGE):
                raise
            with self.path.open("rb") as file:
                what = "is a damaged workbook" if file.read(2) == b"PK" else "is not an .xlsx workbook"
            reason = str(error.args[0] if error.args else "").partition("\n")[0] or type(error).__name__
            if type(error) is ValueError:  # its message contains the value of the cell
                reason = "the value of a cell does not fit its type: a number, a date or an index of a text"
            emptied(error)
            raise ResponseError(
                f"{self.path}: {what}: {reason}; open it in Excel or LibreOffice and save it again, or get "
                "it again from its source"
            ) from None

    def _first_sheet(self) -> Any:
        if not self._book.worksheets:
            raise ResponseError(f"{self.path}: has charts but no sheet; answers must be on a sheet")
        visible = [sheet for sheet in self._book.worksheets if sheet.sheet_state == "visible"]
        if not visible:
            raise ResponseError(f"{self.path}: all its sheets are hidden; show the one with the answers")
        return visible[0]

    def _sheet_called(self, name: str) -> Any:
        """Return the sheet with a name, ignoring case and blanks if no name is equal."""
        titles = [sheet.title for sheet in self._book.worksheets]
        matching = [title for title in titles if title == name] or [
            title for title in titles if title.strip().casefold() == name.strip().casefold()
        ]
        if len(matching) != 1:
            listed = ", ".join(map(repr, titles[:_SHOWN_SHEETS])) + (
                ", …" if len(titles) > _SHOWN_SHEETS else ""
            )
            raise ResponseError(
                f"{self.path}: has no sheet {name!r}{suggest(name, titles)}; it has {listed or 'none'}"
            )
        return self._book[matching[0]]

    def _header(self) -> list[str]:
        """Return the names of the columns; raise if the first row is empty."""
        header = _header_of(self._sheet, self.path, self._n_skipped)
        if not header:
            hint = self.hint()
            row = f"row {self._n_skipped + 1}" if self._n_skipped else "the first row"
            raise ResponseError(
                f"{self.path}: {row} of sheet {self._sheet.title!r} must name the columns"
                + (f"\n{hint}" if hint else "")
            )
        return header

    def _others_with(self, wanted: Sequence[Hashable], state: str = "visible") -> list[str]:
        """Return the names of other sheets, visible or hidden, that have all of these columns."""
        titles = []
        for sheet in self._book.worksheets:
            if sheet is not self._sheet and sheet.sheet_state == state:
                with contextlib.suppress(*_DAMAGE):
                    if set(map(str, wanted)) <= set(_header_of(sheet, self.path, self._n_skipped)):
                        titles.append(sheet.title)
        return titles

    @property
    def sheet_name(self) -> str:
        """Name of the sheet that is read."""
        return str(self._sheet.title)

    def other_headers(self) -> Mapping[str, Sequence[str]]:
        """Return the columns of other visible sheets, if the caller named none."""
        headers = {}
        for sheet in [] if self._is_chosen else self._book.worksheets[:_MOST_COMPARED]:
            if sheet is not self._sheet and sheet.sheet_state == "visible":
                with contextlib.suppress(*_DAMAGE, ResponseError):
                    headers[sheet.title] = _header_of(sheet, self.path, self._n_skipped)
        return headers

    def _check_choice(self, wanted: Sequence[Hashable]) -> None:
        """Raise if several sheets have these columns and the caller named none of them."""
        others = [] if self._is_chosen or not wanted else self._others_with(wanted)
        if others:
            listed = " and ".join(map(repr, [self._sheet.title, *others][:_SHOWN_SHEETS]))
            raise ResponseError(
                f"{self.path}: sheets {listed} all have these columns; choose one of them: "
                f"sheet={self._sheet.title!r}"
            )

    def first_rows(self) -> Iterable[tuple[int, Sequence[Any]]]:
        """Return the first few rows below the names, numbered from 1."""
        with self._damage_reported(), closing(sheet_rows(self._sheet, self.path)) as rows:
            return list(islice(enumerate(rows, start=1), self._n_skipped + 1, self._n_skipped + _FIRST_ROWS))

    def hint(self, wanted: Sequence[Hashable] = ()) -> str:
        """Return a sentence on which sheet was read, and which of the others has the wanted columns."""
        others = [
            repr(sheet.title) + ("" if sheet.sheet_state == "visible" else " (hidden)")
            for sheet in self._book.worksheets
            if sheet is not self._sheet
        ]
        hint_on_header = super().hint(wanted) if self.names else ""
        if hint_on_header or not others:
            return hint_on_header
        n_more_text = [f"{len(others) - _SHOWN_SHEETS} more"] if len(others) > _SHOWN_SHEETS else []
        fitting = self._others_with(wanted) or self._others_with(wanted, "hidden") if wanted else []
        advice = (
            f"Sheet {fitting[0]!r} has all of these columns: sheet={fitting[0]!r}."
            if fitting
            else "If the answers are there, name the sheet: sheet='…'."
        )
        reason = "" if self._is_chosen else ", the first that is not hidden"
        return (
            f"Sheet {self._sheet.title!r} was read{reason}; there {'is' if len(others) == 1 else 'are'} also "
            f"{', '.join([*others[:_SHOWN_SHEETS], *n_more_text])}. {advice}"
        )

    def _uncomputed(self, wanted: Sequence[Hashable]) -> UncomputedFormulas | None:
        """Return the formulas without a value in some columns; None where the sheet has no formulas."""
        with self._sheet._get_source() as xml:
            if not holds_formulas(xml):
                return None
        with zipfile.ZipFile(self.path) as parts:
            workbook_parts = [name for name in parts.namelist() if name.endswith("workbook.xml")]
            compute_all = any(_COMPUTE_ALL.search(parts.read(name)) for name in workbook_parts)
        columns = {column_letters(self.names.index(str(name)) + 1) for name in wanted}
        with self._sheet._get_source() as xml:
            return UncomputedFormulas(xml, columns, zeros_stand_in=compute_all)

    def _check_formulas(self, wanted: Sequence[Hashable]) -> None:
        """Raise if a wanted column has formulas without a value, which would be read as missing answers."""
        uncomputed = self._uncomputed(wanted)
        if uncomputed is not None and uncomputed.count:
            cells = ", ".join(uncomputed.first) + (", …" if uncomputed.count > len(uncomputed.first) else "")
            raise ResponseError(
                f"{self.path}: sheet {self._sheet.title!r} has {counted(uncomputed.count, 'formula')} "
                f"without a value in columns that are read ({cells}): the program that wrote them did not "
                "compute them. Open the workbook in Excel and save it (in LibreOffice, press Ctrl+Shift+F9 "
                "first), or paste values over the formulas."
            )

    def has_values(self, name: str) -> bool:
        """Tell whether a column can be read: no formula in it lacks its value."""
        with self._damage_reported():
            uncomputed = self._uncomputed([name])
        return uncomputed is None or not uncomputed.count

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the wanted columns, some rows at a time."""
        wanted = list(dict.fromkeys([*items, *others]))
        with self._damage_reported():
            self._check_choice(wanted)
            self._check_formulas(wanted)
        layout = SheetLayout()
        rows = sheet_rows(self._sheet, self.path, layout)
        self._held.callback(rows.close)  # it keeps the sheet open in the workbook
        picked = map(self.picker(wanted), self._rows(islice(rows, self._n_skipped + 1, None)))
        while batch := self._some(picked):
            table = self.table(batch, wanted)
            shown = {
                name: list(map(as_shown, table.columns[name]))
                for name in items
                if any(isinstance(cell, bool | Percentage) for cell in table.columns[name])
            }
            yield ListTable({**table.columns, **shown}, len(table)) if shown else table
        self._check_merged(layout, items)
        if layout.n_hidden:
            self.facts.notes.append(f"{counted(layout.n_hidden, 'row')} hidden in the sheet, and read")
        self.position = self.size
        self.close()

    def _check_merged(self, layout: SheetLayout, items: Sequence[Hashable]) -> None:
        """Raise where answers are in merged cells, of which all but the first are empty."""
        places = {place + 1 for place in self.places(items)}
        inside = [
            cells
            for cells in layout.merged
            if cells[1] > self._n_skipped + 1 and places.intersection(range(cells[2], cells[3] + 1))
        ]
        if inside:
            listed = ", ".join(
                f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"
                for top, bottom, left, right in inside[:_SHOWN_SHEETS]
            )
            raise ResponseError(
                f"{self.path}: sheet {self._sheet.title!r} has merged cells in columns of answers "
                f"({listed}), of which only the first has a value: the others would be missing answers. "
                "Unmerge them, and fill in each answer"
            )

    def _rows(self, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        """Yield the rows; empty rows are persons without answers, unless they are the last."""
        n, n_blank, blank = len(self.names), 0, (None,) * len(self.names)
        for line, row in enumerate(rows, start=self._n_skipped + 2):
            if line > _MOST_ROWS:
                raise ResponseError(
                    f"{self.path}: sheet {self._sheet.title!r} has more than {_MOST_ROWS:,} rows, the most "
                    "that a workbook can have; save it as .csv"
                )
            if all(cell is None for cell in row):
                n_blank += 1
                continue
            for _ in self.blank_rows(n_blank):
                yield blank
            n_blank = 0
            yield self.check_row((*row, *blank[len(row) :]) if len(row) < n else row, line)

    def _some(self, rows: Iterator[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        with self._damage_reported():
            return list(islice(rows, BATCH_ROWS))


def _header_of(sheet: Any, path: Path, n_above: int) -> list[str]:
    """Return the names in the row of a sheet below ``n_above`` others; an empty list if the row is empty."""
    with closing(sheet_rows(sheet, path)) as rows:
        header = next(islice(rows, n_above, None), ())
    filled = [index for index, name in enumerate(header) if not is_empty(name)]
    return ["" if name is None else str(name).strip() for name in header[: filled[-1] + 1]] if filled else []


def _cell(value: Any) -> Any:
    """Return a value that a workbook can hold, without formulas, control characters and time zones."""
    if isinstance(value, str):
        return without_formula(_CONTROL.sub("\ufffd", value))
    if value is None or isinstance(value, bool | int | float):
        return value
    plain = isinstance(value, datetime | date) and getattr(value, "tzinfo", None) is None
    return value if plain else str(value)


@contextmanager
def _lxml_errors_as_os_errors() -> Iterator[None]:
    """Raise what the system said, such as that a disk is full, where openpyxl writes through lxml."""
    try:
        yield
    except Exception as error:
        if type(error).__name__ != "SerialisationError":
            raise
        number = getattr(errno, str(error).removeprefix("IO_"), errno.EIO)
        raise OSError(number, os.strerror(number)) from error


class SpreadsheetScores(ScoreFile):
    """A workbook of scores; empty where there is no score."""

    def __init__(self, path: Path) -> None:
        openpyxl = needs("openpyxl", "io")
        super().__init__(path)
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet("scores")
        self._n_rows = 0

    def _write(
        self,
        table: Table,
        keep: Sequence[Hashable],
        columns: Mapping[str, NDArray[Any]],
        first: Mapping[str, NDArray[Any]],
    ) -> None:
        cells = output_columns(table, keep, columns, first)
        if not self._n_rows:
            self._sheet.append([_cell(name) for name in cells])
            self._n_rows = 1
        self._n_rows += len(table)
        if self._n_rows > _MOST_ROWS:
            raise ResponseError(
                f"{self.path}: a sheet holds at most {_MOST_ROWS:,} rows; write Parquet or CSV"
            )
        with _lxml_errors_as_os_errors():
            for row in zip(*cells.values(), strict=True):
                self._sheet.append([_cell(value) for value in row])

    def _finish(self) -> None:
        with _lxml_errors_as_os_errors():
            self._book.save(self.new.file)
        self._book.close()

    def _abandon(self) -> None:
        """Remove the rows that openpyxl keeps in a temporary file."""
        with contextlib.suppress(Exception):  # already closed, or the disk is full
            self._sheet.close()
        if self._sheet._writer is not None:
            self._sheet._writer.cleanup()
