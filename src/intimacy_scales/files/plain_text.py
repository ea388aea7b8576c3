"""Fast reading, by Arrow, of delimited text that can be read in only one way.

The standard library's reader (`files.delimited`) defines the result. Here a chunk is parsed only if both must
agree; from the first ambiguous chunk on, that reader reads the rest of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.files.read_ahead import Parsed, Rest, parsed_ahead, whole_records
from intimacy_scales.reading.frames import ArrowTable, Table, arrow_texts

CHUNK = 1 << 20  # bytes that are parsed at a time
_LEAST = 1 << 19  # bytes; importing Arrow takes longer than reading a smaller file
_WIDEST = 5_000  # columns; of more, Arrow takes longer than the other reader, and ten times the memory
_QUOTE, _NEWLINE, _RETURN, _BLANK = map(ord, '"\n\r ')


class PlainText:
    """A reader of UTF-8 text from below its header, up to the first ambiguous chunk.

    Parameters
    ----------
    path, separator
        The file, and the separator of its fields.
    n_above
        Number of lines above the first row.
    n_columns
        Number of fields in a row.
    items, others
        Position of a column in the file → its name. Items are read as a few recurring texts, others as texts.
    is_ambiguous
        Tells whether a text in a column of an item may be a number with a decimal comma or thousands.

    Attributes
    ----------
    rest
        The part that was not read; None if nothing was read.
    n_blank
        Number of blank rows.
    """

    def __init__(
        self,
        path: Path,
        separator: str,
        *,
        n_above: int,
        n_columns: int,
        items: dict[int, Any],
        others: dict[int, Any],
        is_ambiguous: Callable[[str], bool],
    ) -> None:
        self.path = path
        self.rest: Rest | None = None
        self.n_blank = 0
        self._separator, self._n_above, self._n_columns = separator, n_above, n_columns
        self._items, self._others, self._is_ambiguous = items, others, is_ambiguous
        blank = rb'(?: *|"")'
        mark = re.escape(separator.encode())
        self._blank_row = re.compile(rb"(?m)^%b(?:%b%b)+\r?$" % (blank, mark, blank))

    @classmethod
    def can_read(cls, path: Path, n_columns: int) -> bool:
        """Tell whether this reader can be used and is faster; with one column, a row may be a blank line."""
        return 1 < n_columns <= _WIDEST and path.stat().st_size >= _LEAST and find_spec("pyarrow") is not None

    def tables(self) -> Iterator[tuple[Table, int]]:
        """Yield some rows at a time, and the position in the file after them."""
        with self.path.open("rb") as file:
            above = b"".join(file.readline() for _ in range(self._n_above))
            if above.count(b"\r") != above.count(b"\r\n") or b"\r\r" in above:
                return  # the other reader may count lines differently
            self.rest = rest = Rest(len(above), self._n_above)
            for part in parsed_ahead(self._parsed, whole_records(file, CHUNK, _end_of_record)):
                self.n_blank += part.n_blank
                self.rest = rest = Rest(rest.offset + part.n_bytes, rest.n_lines + part.n_lines)
                yield part.table, rest.offset

    def _parsed(self, data: bytes) -> Parsed | None:
        """Return the wanted columns of a chunk; None if it is ambiguous."""
        newlines = self._quoted_newlines(data)
        firsts = _first_bytes(data)
        if newlines is None or firsts is None:
            return None
        n_blank = self._blank_rows(data, firsts)
        if n_blank and newlines:
            return None
        parsed = self._arrow_table(data, newlines_in_values=newlines)
        table = None if parsed is None else self._named(parsed, data)
        return None if table is None else Parsed(table, len(data), data.count(b"\n"), n_blank)

    def _quoted_newlines(self, data: bytes) -> bool | None:
        """Tell whether newlines occur within quotes; None if quotes do not enclose whole fields.

        An opening quote follows a separator, a newline, or another quote that it doubles; a closing quote is
        followed by one of these.
        """
        if b'"' not in data:
            return False
        mark = self._separator.encode()
        cells = np.frombuffer(data, np.uint8)
        at = np.flatnonzero(cells == _QUOTE)
        if len(at) % 2 or mark + b'" ' in data or b'\n" ' in data or data.startswith(b'" '):
            return None  # blanks within quotes belong to the field, those before quotes do not
        opens, closes = at[::2], at[1::2]
        before = np.where(opens > 0, cells[opens - 1], _NEWLINE)
        after = np.where(closes + 1 < len(cells), cells[np.minimum(closes + 1, len(cells) - 1)], _NEWLINE)
        ends = np.array([mark[0], _NEWLINE, _QUOTE], np.uint8)
        if not np.isin(before, ends).all() or not np.isin(after, [*ends, ord("\r")]).all():
            return None
        newlines = np.flatnonzero(cells == _NEWLINE)
        return bool((np.searchsorted(at, newlines) % 2).any())

    def _blank_rows(self, data: bytes, firsts: NDArray[np.uint8]) -> int:
        """Return the number of blank rows, given the first byte of every line."""
        if not any((firsts == byte).any() for byte in (*self._separator.encode(), _BLANK, _QUOTE)):
            return 0
        return len(self._blank_row.findall(data))

    def _arrow_table(self, data: bytes, *, newlines_in_values: bool) -> Any:
        """Return the columns of a chunk by position; None if a row has another width than the header."""
        import pyarrow as pa
        from pyarrow import csv

        dictionary = pa.dictionary(pa.int32(), pa.string())
        places = [*self._items, *self._others]
        types = {str(place): dictionary for place in self._items} | {
            str(place): pa.string() for place in self._others
        }
        try:
            return csv.read_csv(
                pa.BufferReader(data),
                read_options=csv.ReadOptions(column_names=[str(place) for place in range(self._n_columns)]),
                parse_options=csv.ParseOptions(
                    delimiter=self._separator, newlines_in_values=newlines_in_values
                ),
                convert_options=csv.ConvertOptions(
                    include_columns=list(map(str, places)),
                    column_types=types,
                    strings_can_be_null=False,
                    null_values=[],
                ),
            )
        except pa.ArrowException:
            return None

    def _named(self, parsed: Any, data: bytes) -> ArrowTable | None:
        """Return columns by name, without blanks before fields, which the other reader removes too."""
        import pyarrow as pa
        from pyarrow import compute

        columns: dict[Any, Any] = {}
        for place, name in self._items.items():
            chunks = []
            for chunk in parsed.column(str(place)).chunks:
                texts = chunk.dictionary.to_pylist()
                if any(map(self._is_ambiguous, texts)):
                    return None
                without_blanks = arrow_texts([text.lstrip(" ") for text in texts])
                chunks.append(pa.DictionaryArray.from_arrays(chunk.indices, without_blanks))
            columns[name] = pa.chunked_array(chunks)
        has_blanks = b" " in data
        for place, name in self._others.items():
            texts = parsed.column(str(place)).combine_chunks()
            columns[name] = compute.utf8_ltrim(texts, characters=" ") if has_blanks else texts
        return ArrowTable(pa.table(list(columns.values()), names=list(map(str, columns))), is_own=True)


def _end_of_record(data: bytes) -> int:
    """Return the position after the last newline that is not within quotes; 0 without a newline."""
    if b'"' not in data:
        return data.rfind(b"\n") + 1
    cells = np.frombuffer(data, np.uint8)
    quotes, newlines = np.flatnonzero(cells == _QUOTE), np.flatnonzero(cells == _NEWLINE)
    outside = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
    return int(outside[-1]) + 1 if len(outside) else 0


def _first_bytes(data: bytes) -> NDArray[np.uint8] | None:
    """Return the first byte of every line; None if one is blank, is not text, or ends differently."""
    if b"\0" in data or data.startswith(b"\xef\xbb\xbf"):
        return None
    if b"\r" in data and (data.count(b"\r") != data.count(b"\r\n") or b"\r\r" in data):
        return None
    cells = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(cells[:-1] == _NEWLINE)
    firsts = np.concatenate([cells[:1], cells[ends + 1]])
    return None if ((firsts == _NEWLINE) | (firsts == _RETURN)).any() else firsts
