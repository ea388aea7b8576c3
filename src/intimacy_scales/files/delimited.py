"""Delimited text: comma, semicolon, tab or bar; UTF-8, -16, -32 or Windows-1252; decimal point or comma."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import (
    BATCH_CHARACTERS,
    BATCH_ROWS,
    AnswerFile,
    ScoreFile,
    is_empty,
    output_columns,
    python_values,
)
from intimacy_scales.files.decimal_marks import DecimalMarks, is_unclear, may_be_thousands, with_point
from intimacy_scales.files.head import UTF_8, Head, chunks, marked_encoding, unknown_encoding, wrong_encoding
from intimacy_scales.files.plain_text import PlainText
from intimacy_scales.files.read_ahead import Rest
from intimacy_scales.files.row_texts import NumberTexts, row_texts
from intimacy_scales.messages import emptied, values_shown
from intimacy_scales.reading.frames import ArrowTable, ListTable, Table
from intimacy_scales.results.csv_text import without_formula
from intimacy_scales.results.wording import counted

_SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_ENCODING_NAMES = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252", "utf-16": "UTF-16", "utf-32": "UTF-32"}
_WHY_ENCODING = {"utf-8-sig": "every byte of it is valid UTF-8", "cp1252": "it is not valid UTF-8"}
_SAMPLE_LINES, _SAMPLE_CHARACTERS = 20, 1 << 20
_LONGEST_FIELD = 10_000_000  # characters
_DIGIT_COMMA_DIGIT = re.compile(rb"\d,\d")
_DECLARED_SEPARATOR = re.compile(r'"?sep=(.)"?\s*')  # Excel's own first line
_BLANK = re.compile(r'(?:[\s,;|]|"")*')  # a line without any name


def detect_encoding(path: Path) -> str:
    """Return the encoding of a text file: UTF-16 or -32 by byte-order mark, UTF-8 if valid, else cp1252."""
    decoder, marked, is_utf8 = codecs.getincrementaldecoder("utf-8")(), None, True
    for number, chunk in enumerate(chunks(path)):
        marked = marked_encoding(chunk) if number == 0 else marked
        if marked is None and is_utf8:
            is_utf8 = _decodes(decoder, chunk)
    if marked is not None:
        return marked
    return "utf-8-sig" if is_utf8 and _decodes(decoder, b"", final=True) else "cp1252"


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    """Tell whether a chunk continues the decoded text validly."""
    try:
        decoder.decode(chunk, final=final)
    except UnicodeDecodeError:
        return False
    return True


def detect_separator(lines: Sequence[str]) -> str:
    """Return the separator that splits the first lines into the most columns, equally many in each line."""
    best, n_columns = ",", 1
    for separator in _SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        if widths and widths[0] > n_columns and min(widths) == max(widths):
            best, n_columns = separator, widths[0]
    if n_columns > 1:
        return best
    # rows of unequal width: use the header alone; the reader will name the line that differs
    return max(_SEPARATORS, key=lambda separator: len(next(csv.reader(lines[:1], delimiter=separator), [])))


def _sample(line: str, following: Iterator[str]) -> list[str]:
    """Return a line and some that follow, of limited length together."""
    lines, length = [line], len(line)
    for more in islice(following, _SAMPLE_LINES - 1):
        if length > _SAMPLE_CHARACTERS:
            break
        lines.append(more)
        length += len(more)
    return lines


def _likely_wide_encoding(line: str) -> str:
    """Describe text without a byte-order mark whose zeros show that it is UTF-16 or UTF-32, not UTF-8."""
    n_bits, order = ("32" if "\0\0" in line else "16"), ("be" if line.startswith("\0") else "le")
    return f"UTF-{n_bits} text; try encoding='utf-{n_bits}-{order}'"


class DelimitedFile(AnswerFile):
    """A delimited text file.

    Parameters
    ----------
    path
        The file.
    encoding
        Its encoding; None to detect it.
    skip_rows
        Number of lines above the header.

    Attributes
    ----------
    encoding, separator
        Those given or detected. Unless the separator is a comma, ``3,5`` is read as 3.5.
    """

    _platform = "delimited text"
    _n_header_rows = 1  # the names, and rows below them that hold no answers

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether a file begins with text."""
        return bool(head.lines)

    def __init__(self, path: Path, encoding: str | None = None, skip_rows: int = 0) -> None:
        super().__init__(path)
        csv.field_size_limit(_LONGEST_FIELD)
        detected = detect_encoding(path)
        self.encoding, self._has_guessed = encoding or detected, encoding is None and detected == "cp1252"
        self._is_utf8 = detected == "utf-8-sig" and self.encoding.lower() in UTF_8
        self._n_characters = 0
        self._n_skipped, declared_separator, sample = self._beginning(skip_rows)
        self._is_usual = declared_separator is None
        if not sample:
            below = f" below the {counted(skip_rows, 'line')} that you skip" if skip_rows else ""
            raise ResponseError(f"{path}: is empty{below}; its first line must name the columns")
        if "\0" in sample[0]:
            raise ResponseError(f"{path}: looks like {_likely_wide_encoding(sample[0])}")
        records = self._whole_records(sample)
        try:
            self.separator = declared_separator or self._separator(records)
            rows = list(csv.reader(records, delimiter=self.separator, skipinitialspace=True))
        except csv.Error as error:
            n = self._n_skipped + len(records)
            raise ResponseError(f"{path}: among the first {n} lines: {error}") from None
        self.names = [name.strip() for name in rows[0]]
        self._sample = sample
        self._decide(encoding, declared_separator, skip_rows)

    def _decide(self, encoding: str | None, declared_separator: str | None, skip_rows: int) -> None:
        """Record what was settled about the layout."""
        why = "passed by you" if encoding else _WHY_ENCODING.get(self.encoding, "its byte-order mark")
        self.facts.decide("encoding", _ENCODING_NAMES.get(self.encoding, self.encoding), why)
        splits = f"splits the header into {counted(len(self.names), 'column')}"
        why = "the file's first line declares it" if declared_separator else splits
        self.facts.decide("separator", _SEPARATOR_NAMES.get(self.separator, repr(self.separator)), why)
        if self._n_skipped:
            n = counted(self._n_skipped, "line")
            why = "skipped as you said" if skip_rows else "blank, or a declaration of the separator"
            self.facts.decide("above the header", n, why)

    def _beginning(self, skip_rows: int) -> tuple[int, str | None, list[str]]:
        """Return the number of lines above the header, the separator if one declares it, and a sample."""
        separator = None
        with self._open() as file:
            for number, line in enumerate(file):
                declared = _DECLARED_SEPARATOR.fullmatch(line) if number == 0 else None
                if declared:
                    separator = declared[1]
                elif number >= skip_rows and not _BLANK.fullmatch(line):
                    return number, separator, _sample(line, file)
        return 0, separator, []

    def _separator(self, lines: Sequence[str]) -> str:
        """Return the separator; in a .tsv file a tab, if the header has one."""
        is_tsv = self.path.suffix.lower() == ".tsv"
        if is_tsv and len(next(csv.reader(lines, delimiter="\t"))) > 1:
            return "\t"
        return detect_separator(lines)

    def first_rows(self) -> Iterable[tuple[int, Sequence[Any]]]:
        """Return the first few lines below the names, numbered from 1, each split into the most fields."""
        parted = [csv.reader(self._sample, delimiter=separator) for separator in _SEPARATORS]
        with suppress(csv.Error):
            for number, rows in enumerate(zip(*parted, strict=False), start=self._n_skipped + 1):
                if number > self._n_skipped + 1:
                    yield number, max(rows, key=len)

    def hint(self, wanted: Sequence[Hashable] = ()) -> str:
        """Return a sentence on why wanted columns may be missing, also by an encoding that was guessed."""
        hint_on_header = super().hint(wanted)
        if hint_on_header or not self._has_guessed or "".join(self.names).isascii():
            return hint_on_header
        return (
            "It is not UTF-8, and was read as Windows-1252, a guess. If these names look wrong, name the "
            "encoding (encoding='cp1251' for Cyrillic, 'cp1250' for Polish or Czech)."
        )

    @contextmanager
    def _open(self, offset: int = 0) -> Iterator[IO[str]]:
        """Open the file as text, at a position; raise a `ResponseError` if it has another encoding."""
        # a byte-order mark is only at the beginning of a file
        encoding = self.encoding if not offset else "utf-8"
        try:
            with self.path.open(encoding=encoding, newline="") as file:
                self._held.callback(file.close)
                if offset:
                    file.seek(offset)
                yield file
        except LookupError:
            raise unknown_encoding(self.encoding) from None
        except UnicodeDecodeError as error:
            place = error.start
            emptied(error)
            raise wrong_encoding(self.path, self.encoding, f" (byte {place})") from None

    @staticmethod
    def _whole_records(lines: list[str]) -> list[str]:
        """Remove a last record that the sample cuts off within quotes."""
        while len(lines) > 1 and "".join(lines).count('"') % 2:
            lines = lines[:-1]
        return lines

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the columns as text, some rows at a time; decimal commas in items become points."""
        plain, n_rows = self._plain_text(items, others), 0
        if plain is None:
            yield from self._row_by_row(items, others, None, 0)
            return
        for table, self.position in plain.tables():
            n_rows += len(table)
            yield table
        self.n_blank += plain.n_blank
        yield from self._row_by_row(items, others, plain.rest, n_rows)

    def _plain_text(self, items: Sequence[Hashable], others: Sequence[Hashable]) -> PlainText | None:
        """Return a fast reader for unambiguous text; None if it cannot be used, or would not be faster."""
        is_readable = self._is_utf8 and self._is_usual and self.separator in _SEPARATORS
        if not is_readable or not PlainText.can_read(self.path, len(self.names)):
            return None
        with self._open() as file:
            for _ in range(self._n_skipped):
                next(file)
            reader = self._reader_of(file)
            try:
                for _ in range(self._n_header_rows):
                    next(reader)
            except (csv.Error, StopIteration):
                return None  # the other reader reports what is wrong with the header
        kept = list(dict.fromkeys(others))
        only_answers = [name for name in dict.fromkeys(items) if name not in kept]
        return PlainText(
            self.path,
            self.separator,
            n_above=self._n_skipped + reader.line_num,
            n_columns=len(self.names),
            items=dict(zip(self.places(only_answers), only_answers, strict=True)),
            others=dict(zip(self.places(kept), kept, strict=True)),
            is_ambiguous=self._is_ambiguous,
        )

    def _is_ambiguous(self, cell: str) -> bool:
        """Tell whether the fast reader cannot read a cell of an item: what its comma or point means."""
        if self.separator == ",":
            return False
        return "," in cell or (may_be_thousands(cell) and self._marks.has_comma)

    def _row_by_row(
        self, items: Sequence[Hashable], others: Sequence[Hashable], rest: Rest | None, n_rows: int
    ) -> Iterator[Table]:
        """Yield the file as read by the standard library, or its rest after ``n_rows`` rows."""
        wanted = list(dict.fromkeys([*items, *others]))
        pick, points = self.picker(wanted), set(items) - set(others)
        with self._open(0 if rest is None else rest.offset) as file:
            if rest is None:
                for _ in range(self._n_skipped):
                    next(file)
            n_above = self._n_skipped if rest is None else rest.n_lines
            reader = self._reader_of(file)
            try:
                for _ in range(self._n_header_rows if rest is None else 0):
                    next(reader, None)
                rows = self._rows(reader, n_above)
                while batch := self._some(rows, pick):
                    self.position = file.buffer.tell()  # type: ignore[attr-defined]  # a text file has one
                    yield self._with_points(self.table(batch, wanted), points, n_rows)
                    n_rows += len(batch)
            except csv.Error as error:
                line = n_above + reader.line_num
                raise ResponseError(f"{self.path}: line {line}: {error}") from None

    def _reader_of(self, file: IO[str]) -> Any:
        return csv.reader(self._lines(file), delimiter=self.separator, strict=True, skipinitialspace=True)

    def _lines(self, file: IO[str]) -> Iterator[str]:
        """Yield the lines of a file; an end written as two carriage returns and a newline is one end."""
        before = ""
        for line in file:
            if line != "\r\n" or before[-1:] != "\r":
                self._n_characters += len(line)
                yield line
            before = line

    def _rows(self, reader: Any, n_above: int) -> Iterator[Sequence[str]]:
        """Yield the rows; blank lines are persons without answers, unless they are the last."""
        n, n_blank, blank = len(self.names), 0, [""] * len(self.names)
        for row in reader:
            if not row or (len(row) == 1 < n and is_empty(row[0])):
                n_blank += 1
                continue
            for _ in self.blank_rows(n_blank):
                yield blank
            n_blank = 0
            if not any(row):  # only separators
                self.n_blank += 1
            yield row if len(row) == n else self.check_row(row, n_above + reader.line_num)

    def _some(
        self, rows: Iterator[Sequence[str]], pick: Callable[[Sequence[str]], tuple[str, ...]]
    ) -> list[tuple[str, ...]]:
        """Return the wanted fields of the rows of the next batch."""
        batch: list[tuple[str, ...]] = []
        most = self._n_characters + BATCH_CHARACTERS
        for row in rows:
            batch.append(pick(row))
            if len(batch) >= BATCH_ROWS or self._n_characters > most:
                break
        return batch

    def _with_points(self, table: ListTable, names: Collection[Hashable], n_before: int) -> ListTable:
        """Return a table with decimal points for decimal commas in some columns."""
        if self.separator == ",":
            return table
        columns = dict(table.columns)
        for name in names:
            cells, columns[name] = columns[name], list(map(with_point, columns[name]))
            is_allowed = self.allowed.get(name)
            marked = [(row, x) for row, x in enumerate(cells, start=n_before + 1) if "," in x or "." in x]
            for row, cell in marked:
                if may_be_thousands(cell) and is_unclear(cell, lambda: self._marks, is_allowed):
                    self._refuse_unclear(cell, str(name), row)
        return ListTable(columns, len(table))

    @cached_property
    def _marks(self) -> DecimalMarks:
        """The decimal marks of all cells of the file."""
        if self._is_utf8 and not self._has_digits_around_commas():
            return DecimalMarks(has_comma=False, has_point=True, has_certain_point=True)
        with self._open() as file, suppress(csv.Error):
            rows = csv.reader(file, delimiter=self.separator, skipinitialspace=True)
            return DecimalMarks.of(chain.from_iterable(rows))
        return DecimalMarks(has_comma=True, has_point=True, has_certain_point=False)  # damaged further down

    def _has_digits_around_commas(self) -> bool:
        before = b""
        for chunk in chunks(self.path):
            if _DIGIT_COMMA_DIGIT.search(before + chunk):
                return True
            before = chunk[-2:]
        return False

    def _refuse_unclear(self, cell: str, column: str, row: int) -> None:
        mark = "comma" if "," in cell else "point"
        value = (
            repr(cell.strip())
            if values_shown(self.show_values)
            else f"a number with a {mark} before three digits"
        )
        others = "do not show which" if mark == "comma" else "have a decimal comma"
        raise ResponseError(
            f"{self.path}: row {row}, column {column!r}: {value} may have a decimal {mark} or be in "
            f"thousands, and other numbers of the file {others}: write thousands without a mark, as 1000, "
            "and decimals with a point and one digit more, as 1.0000"
        )


class DelimitedScores(ScoreFile):
    """A delimited text file of scores: UTF-8, decimal points, empty for no score, truth values as 1 and 0."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        # half a surrogate pair, which JSON can contain, cannot be encoded
        self._file = io.TextIOWrapper(self.new.file, "utf-8", errors="backslashreplace", newline="")
        self._separator = "\t" if path.suffix.lower() == ".tsv" else ","
        self._writer = csv.writer(self._file, delimiter=self._separator, lineterminator="\n")
        self._begun = False
        self._known = NumberTexts()

    def _write(
        self,
        table: Table,
        keep: Sequence[Hashable],
        columns: Mapping[str, NDArray[Any]],
        first: Mapping[str, NDArray[Any]],
    ) -> None:
        if not self._begun:
            self._writer.writerow(map(without_formula, (*first, *map(str, keep), *columns)))
            self._begun = True
        if isinstance(table, ArrowTable):
            separator, known = self._separator, self._known
            rows = row_texts(table, keep, columns, first, separator=separator, known=known)
            if rows is not None:
                self._file.flush()
                self.new.file.write(rows)
                return
        kept = {
            name: list(map(without_formula, x)) for name, x in output_columns(table, keep, {}, {}).items()
        }
        before, after = ({name: self._texts(x) for name, x in some.items()} for some in (first, columns))
        cells = before | kept | after
        self._writer.writerows(zip(*cells.values(), strict=True))

    def _texts(self, values: NDArray[Any]) -> list[Any]:
        """Return a column as it is written; a number that recurs is converted to text once."""
        if values.dtype == np.bool_:
            return python_values(values.astype(np.uint8))  # every program reads 1; True is Python's
        if values.dtype != np.float64:
            return python_values(values)
        return list(map(self._known.__getitem__, values.view(np.int64).tolist()))

    def _finish(self) -> None:
        self._file.detach()
