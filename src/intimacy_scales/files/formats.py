"""Formats of files, recognised by their content, or by their ending if the content does not show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import AnswerFile, FilePath, ScoreFile, as_path
from intimacy_scales.files.delimited import DelimitedFile, DelimitedScores
from intimacy_scales.files.head import Head
from intimacy_scales.files.jsonlines import JsonLinesFile, JsonLinesScores
from intimacy_scales.files.other_formats import OTHERS
from intimacy_scales.files.parquet import ParquetFile, ParquetScores
from intimacy_scales.files.spreadsheet import SpreadsheetFile, SpreadsheetScores

Reader = type[DelimitedFile | JsonLinesFile | ParquetFile | SpreadsheetFile]

_MOST_SKIPPED = 1000
_MARKED: tuple[Reader, ...] = (ParquetFile, SpreadsheetFile, JsonLinesFile)
_READERS: dict[str, Reader] = {
    ".csv": DelimitedFile,
    ".tsv": DelimitedFile,
    ".txt": DelimitedFile,
    ".jsonl": JsonLinesFile,
    ".ndjson": JsonLinesFile,
    ".parquet": ParquetFile,
    ".xlsx": SpreadsheetFile,
}
_WRITERS: dict[str, type[DelimitedScores | JsonLinesScores | ParquetScores | SpreadsheetScores]] = {
    ".csv": DelimitedScores,
    ".tsv": DelimitedScores,
    ".jsonl": JsonLinesScores,
    ".ndjson": JsonLinesScores,
    ".parquet": ParquetScores,
    ".xlsx": SpreadsheetScores,
}


def endings(*, output: bool = False) -> str:
    """Return the endings of files that can be read, or written, for messages.

    Examples
    --------
    >>> endings(output=True)
    '.csv, .tsv, .jsonl, .ndjson, .parquet, .xlsx'
    """
    return ", ".join(_WRITERS if output else _READERS)


def open_answers(
    path: FilePath, *, encoding: str | None = None, sheet: str | None = None, skip_rows: int = 0
) -> AnswerFile:
    r"""Open a file of answers in the format of its content.

    Parameters
    ----------
    path
        A file. Its ending counts only if the content does not show the format, as in an empty file.
    encoding
        Encoding of a text file; None to detect it.
    sheet
        Name of the sheet of a workbook; None for the first that is not hidden, which is an error if several
        have the columns that are read.
    skip_rows
        Number of rows above the header of a text file or a sheet.

    Raises
    ------
    ResponseError
        There is no such file or sheet, it is damaged, or it is not a file of answers (says what it is, and
        what to do).

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "answers.csv"
    ...     _ = path.write_text("ras_1,ras_2\n4,2\n")
    ...     with open_answers(path) as file:
    ...         print(file.names, [len(batch) for batch in file.batches(["ras_1"])])
    ['ras_1', 'ras_2'] [1]
    """
    source = as_path(path, "path")
    if source.is_dir():
        raise ResponseError(f"{source}: is a folder; pass one file of answers in it")
    if not source.is_file():
        raise ResponseError(f"{source}: there is no such file")
    reader = _reader_of(source, Head.of(source))
    _check_options(source, reader, encoding, sheet, skip_rows)
    if issubclass(reader, SpreadsheetFile):
        return reader(source, encoding, sheet, skip_rows)
    if issubclass(reader, DelimitedFile):
        return reader(source, encoding, skip_rows)
    return reader(source, encoding)


def has_own_encoding(path: Path) -> ResponseError:
    """Return the error for an encoding that is given for a file whose format settles it."""
    return ResponseError(f"{path}: its format settles how texts are stored; leave encoding= out")


def _check_options(path: Path, reader: Reader, encoding: Any, sheet: Any, skip_rows: Any) -> None:
    """Raise where an option is not valid, or is for files of another format."""
    if encoding is not None and issubclass(reader, SpreadsheetFile | ParquetFile):
        raise has_own_encoding(path)
    if sheet is not None and not isinstance(sheet, str):
        raise ResponseError(f"sheet={sheet!r} is not valid; pass the name of a sheet, a text")
    if sheet is not None and not issubclass(reader, SpreadsheetFile):
        raise ResponseError(f"{path}: is not a workbook, and has no sheet {sheet!r}; leave sheet= out")
    if isinstance(skip_rows, bool) or not isinstance(skip_rows, int) or not 0 <= skip_rows <= _MOST_SKIPPED:
        raise ResponseError(f"skip_rows={skip_rows!r} is not valid; allowed: 0 to {_MOST_SKIPPED}")
    if skip_rows and not issubclass(reader, DelimitedFile | SpreadsheetFile):
        raise ResponseError(f"{path}: has no rows above a header; leave skip_rows= out")


def _reader_of(path: Path, head: Head) -> Reader:
    """Return the reader for a file, given its beginning."""
    for reader in _MARKED:
        if reader.detect(head):
            return reader
    for other in OTHERS:
        if path.suffix.lower() != other.unless and other.detect(head):
            raise ResponseError(f"{path}: is {other.what}; {other.advice}")
    by_ending = _READERS.get(path.suffix.lower())
    if DelimitedFile.detect(head):  # any text; the reader of JSON lines reports broken ones
        return JsonLinesFile if by_ending is JsonLinesFile else DelimitedFile
    if by_ending is None:
        raise ResponseError(f"{path}: its format is not known; allowed: {endings()}")
    return by_ending


def open_output(path: FilePath) -> ScoreFile:
    """Open a file for scores, which exists only after it is committed.

    Raises
    ------
    ResponseError
        The ending is not known, or there is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from intimacy_scales.reading.frames import ListTable
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "scores.csv"
    ...     with open_output(path) as file:
    ...         file.write(ListTable({"id": ["a"]}, 1), ["id"], {"total": np.array([3.5])})
    ...         file.commit()
    ...     print(path.read_text())
    id,total
    a,3.5
    <BLANKLINE>
    """
    target = as_path(path, "path")
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        raise ResponseError(
            f"{target}: the ending {target.suffix!r} is not valid; allowed: {endings(output=True)}"
        )
    return writer(target)
