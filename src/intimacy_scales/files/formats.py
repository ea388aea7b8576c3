"""Which format a file has, by its ending."""

from __future__ import annotations

from pathlib import Path

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import AnswerFile, ScoreFile
from intimacy_scales.files.delimited import DelimitedFile, DelimitedScores
from intimacy_scales.files.jsonlines import JsonLinesFile, JsonLinesScores
from intimacy_scales.files.parquet import ParquetFile, ParquetScores
from intimacy_scales.files.spreadsheet import SpreadsheetFile, SpreadsheetScores

_READERS: dict[str, type[DelimitedFile | JsonLinesFile | ParquetFile | SpreadsheetFile]] = {
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


def open_answers(path: Path, *, encoding: str | None = None) -> AnswerFile:
    """Open a file of answers.

    Parameters
    ----------
    path
        A file with one of the known endings.
    encoding
        Of text files; detected where None.

    Raises
    ------
    ResponseError
        Another ending, no such file, or not what its ending says.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ResponseError(f"{path}: files of answers end in {endings()}")
    if not path.is_file():
        raise ResponseError(f"{path}: there is no such file")
    return reader(path, encoding)


def open_output(path: Path) -> ScoreFile:
    """Open a file for scores, which comes into being when it is committed.

    Raises
    ------
    ResponseError
        Another ending, or no such folder.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise ResponseError(f"{path}: files of scores end in {endings(output=True)}")
    return writer(path)
