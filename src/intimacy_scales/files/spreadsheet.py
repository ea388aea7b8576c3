"""Excel workbooks, through openpyxl: the first sheet, its first row naming the columns."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import (
    BATCH_ROWS,
    AnswerFile,
    ScoreFile,
    output_columns,
    without_formula,
)
from intimacy_scales.files.formulas import column_index, uncomputed_cells
from intimacy_scales.files.head import Head
from intimacy_scales.reading.frames import Table, needs

_DAMAGED = (zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, OSError, ValueError)
_PARTS = (b"xl/",)
_MOST_ROWS = 1_048_576
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class SpreadsheetFile(AnswerFile):
    """The first sheet of a workbook; formulas count as the values they had when it was saved."""

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Whether a file begins as a packed folder that holds a workbook."""
        return head.data.startswith(b"PK\x03\x04") and any(part in head.data for part in _PARTS)

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        del encoding  # a workbook says what its texts are
        super().__init__(path)
        openpyxl = needs("openpyxl", "io")
        file = self._held.enter_context(path.open("rb"))  # of a path, openpyxl looks at the ending
        try:
            self._book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except _DAMAGED as error:
            self.close()
            raise ResponseError(f"{path}: is not an .xlsx workbook, or damaged: {error}") from None
        self._held.callback(self._book.close)
        try:
            self._sheet = self._first_sheet()
            self.names = self._header()
        except ResponseError:
            self.close()
            raise
        except _DAMAGED as error:
            self.close()
            raise ResponseError(f"{path}: is a damaged workbook: {error}") from None

    def _first_sheet(self) -> Any:
        if not self._book.worksheets:
            raise ResponseError(f"{self.path}: holds charts and no sheet; answers stand on the first sheet")
        sheet = self._book.worksheets[0]
        sheet.reset_dimensions()  # what a workbook says of its own size is often wrong
        return sheet

    def _header(self) -> list[str]:
        header = next(self._sheet.iter_rows(values_only=True), ())
        named = [index for index, name in enumerate(header) if name is not None]
        if not named:
            raise ResponseError(
                f"{self.path}: the first row of sheet {self._sheet.title!r} must name the columns"
            )
        return ["" if name is None else str(name).strip() for name in header[: named[-1] + 1]]

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the wanted columns, some rows at a time."""
        wanted = list(dict.fromkeys([*items, *others]))
        self._check_formulas({str(name) for name in wanted})
        sheet_rows = self._sheet.iter_rows(min_row=2, values_only=True)
        self._held.callback(sheet_rows.close)  # it has the sheet open within the workbook
        rows = (
            self.check_row((*row, *[None] * (len(self.names) - len(row))), line)
            for line, row in enumerate(sheet_rows, start=2)
            if any(cell is not None for cell in row)
        )
        while batch := list(islice(rows, BATCH_ROWS)):
            yield self.table(batch, wanted)
        self.position = self.size
        self.close()

    def _check_formulas(self, wanted: set[str]) -> None:
        """Raise where a wanted cell holds a formula without its value: it would count as empty."""
        with self.path.open("rb") as workbook:
            # the sheet's name within the file is known to openpyxl alone, which keeps it to itself
            for letters, row in uncomputed_cells(workbook, self._sheet._worksheet_path):
                index = column_index(letters)
                if row > 1 and index < len(self.names) and self.names[index] in wanted:
                    raise ResponseError(
                        f"{self.path}: cell {letters}{row} ({self.names[index]}) holds a formula that nobody "
                        "has computed, so its value is not in the file; open it in Excel or LibreOffice and "
                        "save it, or write values"
                    )


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
