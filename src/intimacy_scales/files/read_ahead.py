"""Reading of a file in parts, each fetched in a thread while the one before it is used.

A text file is parsed in this way as long as each chunk can be read in only one way; another reader reads the
rest.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO, NamedTuple, TypeVar

from intimacy_scales.reading.frames import Table


class Rest(NamedTuple):
    """The beginning of the part of a file that was not read.

    Attributes
    ----------
    offset
        Position of its first byte.
    n_lines
        Number of lines above it.
    """

    offset: int
    n_lines: int


class Parsed(NamedTuple):
    """A chunk as a table.

    Attributes
    ----------
    table
        Its rows.
    n_bytes, n_lines
        Its length.
    n_blank
        Number of blank rows.
    names
        Names that occur in it, in formats whose chunks may have different names.
    """

    table: Table
    n_bytes: int
    n_lines: int
    n_blank: int
    names: Sequence[str] = ()


Parse = Callable[[bytes], Parsed | None]
Part = TypeVar("Part")


def fetched_ahead(parts: Iterator[Part]) -> Generator[Part, None, None]:
    """Yield parts, each while the next one is being fetched in a thread."""
    with ThreadPoolExecutor(1) as worker:
        waiting = worker.submit(next, parts, None)
        while (part := waiting.result()) is not None:
            waiting = worker.submit(next, parts, None)
            yield part


def parsed_ahead(parse: Parse, records: Iterator[bytes]) -> Iterator[Parsed]:
    """Yield parsed chunks up to the first ambiguous one, for which ``parse`` returns None."""
    parts: Iterator[Parsed | None] = map(parse, records)
    return fetched_ahead(iter(lambda: next(parts, None), None))  # None: an ambiguous chunk, or the end


def whole_records(file: IO[bytes], size: int, end_of_record: Callable[[bytes], int]) -> Iterator[bytes]:
    """Yield chunks that end where a record ends; stop at a record that is longer than a chunk.

    Parameters
    ----------
    file
        Read from its current position.
    size
        Number of bytes that are read at a time.
    end_of_record
        Function from bytes to the position after their last whole record; 0 if it is not whole.
    """
    before = b""
    while True:
        read = file.read(size)
        data = before + read
        end = len(data) if not read else end_of_record(data)
        if not end:
            return
        yield data[:end]
        before = data[end:]
