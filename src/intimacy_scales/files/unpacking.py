"""Limits on the unpacked size of a workbook, because a small file can unpack to hundreds of megabytes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from intimacy_scales.errors import ResponseError

_ALWAYS = 10_000_000  # bytes, allowed for any part
_MOST_TIMES = 150  # unpacked size by packed size, which for answers and texts is rarely above 30
_MOST_AT_ONCE = 100_000_000  # bytes of a part that is read as a whole
_SHEETS = "xl/worksheets/"
_LONGEST_CELL = 1_000_000  # characters; Excel allows 32,767
_MOST_CELLS = 50_000  # in a row; Excel allows 16,384
_MOST_ROWS = 1_048_576  # of a sheet, in Excel
_ADVICE = "save the answers as .csv"


def check_parts(path: Path) -> None:
    """Raise if a part of a workbook is too large, before anything is unpacked.

    Raises
    ------
    ResponseError
        Names the part.
    """
    with zipfile.ZipFile(path) as folder:
        parts = folder.infolist()
    for part in parts:
        size, packed = part.file_size, max(part.compress_size, 1)
        if size <= _ALWAYS:
            continue
        if size > _MOST_TIMES * packed:
            raise ResponseError(
                f"{path}: its part {part.filename} unpacks to {size / 1e6:,.0f} MB, {size // packed:,} times "
                f"its size in the file; allowed: at most {_MOST_TIMES} times; {_ADVICE}"
            )
        if size > _MOST_AT_ONCE and not part.filename.lstrip("/").startswith(_SHEETS):
            raise ResponseError(
                f"{path}: its part {part.filename}, which must be read at once, unpacks to "
                f"{size / 1e6:,.0f} MB; allowed: at most {_MOST_AT_ONCE / 1e6:,.0f} MB; {_ADVICE}"
            )


class _Measured:
    """The XML of a sheet, whose cells and rows are counted while it is read."""

    def __init__(self, source: IO[bytes], path: Path, title: str) -> None:
        self._source, self._path, self._title = source, path, title
        self._rows = self._cells = self._text = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._source.read(size)
        n_rows = chunk.count(b"<row") + chunk.count(b":row")
        self._rows += n_rows
        self._cells = (0 if n_rows else self._cells) + chunk.count(b"<c") + chunk.count(b":c")
        first, last = chunk.find(b"<"), chunk.rfind(b"<")
        longest = self._text + (len(chunk) if first < 0 else first)
        self._text = longest if first < 0 else len(chunk) - last
        if longest > _LONGEST_CELL:
            self._refuse(f"a cell or tag of more than {_LONGEST_CELL:,} characters")
        if self._rows > 2 * _MOST_ROWS:  # closing tags may be counted too
            self._refuse(f"more than {_MOST_ROWS:,} rows")
        if self._cells > 2 * _MOST_CELLS:
            self._refuse(f"a row of more than {_MOST_CELLS:,} cells")
        return chunk

    def _refuse(self, what: str) -> None:
        raise ResponseError(
            f"{self._path}: sheet {self._title!r} has {what}, which no workbook can have; {_ADVICE}"
        )

    def close(self) -> None:
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def measured(source: Callable[[], IO[bytes]], path: Path, title: str) -> Any:
    """Open the XML of a sheet with limits on the size of a cell and of a row, and on the number of rows.

    Raises
    ------
    ResponseError
        A limit is exceeded; raised while the sheet is read.
    """
    return _Measured(source(), path, title)
