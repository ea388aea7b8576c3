"""Rows of a text file, joined by Arrow to the same bytes as the standard library writes."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from intimacy_scales.reading.frames import ArrowTable, arrow_numbers, arrow_texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ALNUM = np.array([chr(byte).isascii() and chr(byte).isalnum() for byte in range(256)])
_MOST_KNOWN = 100_000  # texts of numbers


class NumberTexts(dict[int, str]):
    """The texts of floats by their bits, empty for nan; not by value, as 0.0 equals -0.0, and nan nothing."""

    def __missing__(self, bits: int) -> str:
        value = float(np.int64(bits).view(np.float64))
        text = "" if math.isnan(value) else repr(value)
        if len(self) < _MOST_KNOWN:
            self[bits] = text
        return text


def row_texts(
    table: ArrowTable,
    keep: Sequence[Hashable],
    columns: Mapping[str, NDArray[Any]],
    first: Mapping[str, NDArray[Any]],
    *,
    separator: str,
    known: NumberTexts,
) -> memoryview | None:
    """Return the rows as UTF-8, each ending in a newline; other arguments are those of `ScoreFile.write`.

    Returns
    -------
    memoryview or None
        None if a kept column has anything but texts that need no quotes or apostrophe.
    """
    from pyarrow import compute

    kept = [_plain_texts(table.native.column(str(name)), separator) for name in keep]
    if any(texts is None for texts in kept):
        return None
    *numbers, last = columns.values()
    before, after = ([_number_texts(x, known) for x in some] for some in (first.values(), numbers))
    ended = _number_texts(last, known, end="\n")
    between = arrow_texts([separator])[0]  # pyarrow would import pandas for a plain str
    joined = compute.binary_join_element_wise(*before, *kept, *after, ended, between)
    _, ends, text = joined.buffers()
    end = int(np.frombuffer(ends, np.int32)[len(joined)]) if len(joined) else 0
    return memoryview(text)[:end] if end else memoryview(b"")


def _plain_texts(column: Any, separator: str) -> Any:
    """Return a column of texts if none of them needs quotes or an apostrophe, else None."""
    import pyarrow as pa
    from pyarrow import compute

    if not pa.types.is_string(column.type) or column.null_count:
        return None
    texts = column.combine_chunks()
    texts = pa.concat_arrays(texts.chunks) if isinstance(texts, pa.ChunkedArray) else texts
    if _is_plain_ascii(texts, separator):
        return texts
    plain = rf'^(?:[\pL\pN][^"\r\n{separator}]*)?$'
    return texts if compute.all(compute.match_substring_regex(texts, plain)).as_py() in (True, None) else None


def _is_plain_ascii(texts: Any, separator: str) -> bool:
    """Tell whether every text begins with an ASCII letter or digit and needs no quotes; False if unsure."""
    _, ends, data_buffer = texts.buffers()
    if data_buffer is None or texts.offset:
        return False
    starts = np.frombuffer(ends, np.int32)[: len(texts) + 1]
    if (np.diff(starts) == 0).any():
        return False
    data = data_buffer.to_pybytes()[: starts[-1]]
    if any(special in data for special in (b'"', b"\r", b"\n", separator.encode())):
        return False
    return bool(_ALNUM[np.frombuffer(data, np.uint8)[starts[:-1]]].all())


def _number_texts(values: NDArray[Any], known: NumberTexts, *, end: str = "") -> Any:
    """Return numbers as Python writes them; a number that recurs is converted to text once."""
    import pyarrow as pa

    if values.dtype == np.bool_:
        values = values.astype(np.uint8)  # every program reads 1 and 0; True is Python's
    if values.dtype == np.float64:
        distinct = arrow_numbers(np.ascontiguousarray(values).view(np.int64)).dictionary_encode()
        texts = [known[bits] + end for bits in distinct.dictionary.to_pylist()]
    elif not end:
        return arrow_numbers(values).cast(pa.string())
    else:
        distinct = arrow_numbers(values.astype(np.int64)).dictionary_encode()
        texts = [f"{number}{end}" for number in distinct.dictionary.to_pylist()]
    return arrow_texts(texts).take(distinct.indices)
