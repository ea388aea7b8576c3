"""Excel workbooks, through openpyxl: the first sheet that is shown, its first row naming the columns."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
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
    without_formula,
)
from intimacy_scales.files.formulas import UncomputedFormulas, column_letters, holds_formulas
from intimacy_scales.files.head import Head
from intimacy_scales.reading.frames import Table, needs
from intimacy_scales.results.wording import counted

# what openpyxl and the libraries below it raise of bytes that are no workbook, or of one that is cut off
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
_SHOWN_SHEETS = 8
_MOST_ROWS = 1_048_576
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class SpreadsheetFile(AnswerFile):
    """The first sheet of a workbook that is not hidden; formulas count as the values stored with them."""

    _why_too_long = "name every column in the first row, or delete what stands beyond the last name"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Whether a file begins as a packed folder that holds a workbook of XML."""
        return head.packs("xl/") and not head.packs("xl/workbook.bin")

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        del encoding  # a workbook says what its texts are
        super().__init__(path)
        openpyxl = needs("openpyxl", "io")
        file = self._held.enter_context(path.open("rb"))  # of a path, openpyxl looks at the ending
        with self._damage_told():
            self._book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            self._held.callback(self._book.close)
            self._sheet = self._first_sheet()
            self.names = self._header()

    @contextmanager
    def _damage_told(self) -> Iterator[None]:
        """Close the workbook whatever is wrong, and say so where it cannot be read."""
        try:
            yield
        except Exception as error:
            self.close()
            if isinstance(error, ResponseError) or not isinstance(error, _DAMAGE):
                raise
            with self.path.open("rb") as file:
                what = "is a damaged workbook" if file.read(2) == b"PK" else "is not an .xlsx workbook"
            reason = str(error.args[0] if error.args else "").partition("\n")[0] or type(error).__name__
            raise ResponseError(
                f"{self.path}: {what}: {reason}; open it in Excel or LibreOffice and save it anew, or get it "
                "again from where it came"
            ) from None

    def _first_sheet(self) -> Any:
        if not self._book.worksheets:
            raise ResponseError(f"{self.path}: holds charts and no sheet; answers stand on the first sheet")
        shown = [sheet for sheet in self._book.worksheets if sheet.sheet_state == "visible"]
        if not shown:
            raise ResponseError(f"{self.path}: all its sheets are hidden; show the one with the answers")
        shown[0].reset_dimensions()  # what a workbook says of its own size is often wrong
        return shown[0]

    def _header(self) -> list[str]:
        header = next(self._sheet.iter_rows(values_only=True), ())
        named = [index for index, name in enumerate(header) if not is_empty(name)]
        if not named:
            hint = self.hint()
            raise ResponseError(
                f"{self.path}: the first row of sheet {self._sheet.title!r} must name the columns"
                + (f"\n{hint}" if hint else "")
            )
        return ["" if name is None else str(name).strip() for name in header[: named[-1] + 1]]

    def hint(self) -> str:
        """Say which sheet was read, where there are others."""
        others = [
            repr(sheet.title) + ("" if sheet.sheet_state == "visible" else " (hidden)")
            for sheet in self._book.worksheets
            if sheet is not self._sheet
        ]
        if not others:
            return ""
        more = [f"{len(others) - _SHOWN_SHEETS} more"] if len(others) > _SHOWN_SHEETS else []
        return (
            f"Sheet {self._sheet.title!r} was read, the first that is not hidden; there "
            f"{'is' if len(others) == 1 else 'are'} also {', '.join([*others[:_SHOWN_SHEETS], *more])}. "
            "If the answers stand there, show that sheet and move it to the front, or save it as .csv."
        )

    def _check_formulas(self, wanted: Sequence[Hashable]) -> None:
        """Raise where a wanted column holds formulas without a value: they would be taken for no answer."""
        with self._sheet._get_source() as xml:
            if not holds_formulas(xml):
                return
        with zipfile.ZipFile(self.path) as parts:
            named = [name for name in parts.namelist() if name.endswith("workbook.xml")]
            compute_all = any(_COMPUTE_ALL.search(parts.read(name)) for name in named)
        columns = {column_letters(self.names.index(str(name)) + 1) for name in wanted}
        with self._sheet._get_source() as xml:
            found = UncomputedFormulas(xml, columns, zeros_stand_in=compute_all)
        if found.count:
            cells = ", ".join(found.first) + (", …" if found.count > len(found.first) else "")
            raise ResponseError(
                f"{self.path}: sheet {self._sheet.title!r} has {counted(found.count, 'formula')} without "
                f"a value in columns that are read ({cells}): a program wrote them and computed "
                "nothing. Open the workbook in Excel and save it (in LibreOffice, press Ctrl+Shift+F9 "
                "first), or paste values over the formulas."
            )

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the wanted columns, some rows at a time."""
        wanted = list(dict.fromkeys([*items, *others]))
        with self._damage_told():
            self._check_formulas(wanted)
        sheet_rows = self._sheet.iter_rows(min_row=2, values_only=True)
        self._held.callback(sheet_rows.close)  # it has the sheet open within the workbook
        rows = (
            self.check_row((*row, *[None] * (len(self.names) - len(row))), line)
            for line, row in enumerate(sheet_rows, start=2)
            if any(cell is not None for cell in row)
        )
        while batch := self._some(rows):
            yield self.table(batch, wanted)
        self.position = self.size
        self.close()

    def _some(self, rows: Iterator[Sequence[Any]]) -> list[Sequence[Any]]:
        with self._damage_told():
            return list(islice(rows, BATCH_ROWS))


def _cell(value: Any) -> Any:
    """Return a value as a workbook can hold it: no formula, no control characters, no time zone."""
    if isinstance(value, str):
        return without_formula(_CONTROL.sub("\ufffd", value))
    if value is None or isinstance(value, bool | int | float):
        return value
    plain = isinstance(value, datetime | date) and getattr(value, "tzinfo", None) is None
    return value if plain else str(value)


class SpreadsheetScores(ScoreFile):
    """A workbook of scores; empty where there is none."""

    def __init__(self, path: Path) -> None:
        openpyxl = needs("openpyxl", "io")
        super().__init__(path)
        self._book = openpyxl.Workbook(write_only=True)
        self._sheet = self._book.create_sheet("scores")
        self._n_rows = 0

    def write(self, table: Table, keep: Sequence[Hashable], columns: Mapping[str, NDArray[Any]]) -> None:
        """Append a batch."""
        cells = output_columns(table, keep, columns)
        if not self._n_rows:
            self._sheet.append([without_formula(name) for name in cells])
            self._n_rows = 1
        self._n_rows += len(table)
        if self._n_rows > _MOST_ROWS:
            raise ResponseError(
                f"{self.path}: a sheet holds at most {_MOST_ROWS:,} rows; write Parquet or CSV"
            )
        for row in zip(*cells.values(), strict=True):
            self._sheet.append([_cell(value) for value in row])

    def close(self) -> None:
        """Save the workbook."""
        if self._book is not None:
            self._book.save(self.partial)
            self._book.close()
            self._book = None
