"""Which format a file has: by what stands in it, and by its ending where that tells nothing."""

from __future__ import annotations

from pathlib import Path

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import AnswerFile, FilePath, ScoreFile, as_path
from intimacy_scales.files.delimited import DelimitedFile, DelimitedScores
from intimacy_scales.files.exports import QualtricsFile
from intimacy_scales.files.head import Head
from intimacy_scales.files.jsonlines import JsonLinesFile, JsonLinesScores
from intimacy_scales.files.others import OTHERS
from intimacy_scales.files.parquet import ParquetFile, ParquetScores
from intimacy_scales.files.spreadsheet import SpreadsheetFile, SpreadsheetScores

Reader = type[DelimitedFile | JsonLinesFile | ParquetFile | SpreadsheetFile]

_MARKED: tuple[Reader, ...] = (ParquetFile, SpreadsheetFile, QualtricsFile, JsonLinesFile)
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
    """Return the endings of files that can be read, or written, for messages."""
    return ", ".join(_WRITERS if output else _READERS)


def open_answers(path: FilePath, *, encoding: str | None = None, sheet: str | None = None) -> AnswerFile:
    """Open a file of answers in the format that its content has.

    Parameters
    ----------
    path
        A file. Its ending counts only where the content tells nothing, as of an empty file.
    encoding
        Of text files; detected where None.
    sheet
        Name of the sheet of a workbook; None: the first that is not hidden, unless several have the columns
        that are read.

    Raises
    ------
    ResponseError
        No such file or sheet, one that holds no answers (says what it is, and what to do), or a damaged one.
    """
    source = as_path(path, "path")
    if source.is_dir():
        raise ResponseError(f"{source}: is a folder; name one file of answers in it")
    if not source.is_file():
        raise ResponseError(f"{source}: there is no such file")
    reader = _reader_of(source, Head.of(source))
    if sheet is None:
        return reader(source, encoding)
    if not isinstance(sheet, str):
        raise ResponseError(f"sheet: a sheet is given by its name, a text, not as {sheet!r}")
    if not issubclass(reader, SpreadsheetFile):
        raise ResponseError(f"{source}: is no workbook, and has no sheet {sheet!r}; leave sheet= out")
    return reader(source, encoding, sheet)


def _reader_of(path: Path, head: Head) -> Reader:
    """Return the reader of the format that a file begins as."""
    for reader in _MARKED:
        if reader.detect(head):
            return reader
    for other in OTHERS:
        if path.suffix.lower() != other.unless and other.detect(head):
            raise ResponseError(f"{path}: is {other.what}; {other.advice}")
    by_ending = _READERS.get(path.suffix.lower())
    if DelimitedFile.detect(head):  # any text; broken JSON lines are to be told as such
        return JsonLinesFile if by_ending is JsonLinesFile else DelimitedFile
    if by_ending is None:
        raise ResponseError(f"{path}: is of no known format; files of answers end in {endings()}")
    return by_ending


def open_output(path: FilePath) -> ScoreFile:
    """Open a file for scores, which comes into being when it is committed.

    Raises
    ------
    ResponseError
        Another ending, or no such folder.
    """
    target = as_path(path, "path")
    writer = _WRITERS.get(target.suffix.lower())
    if writer is None:
        raise ResponseError(f"{target}: files of scores end in {endings(output=True)}")
    return writer(target)
