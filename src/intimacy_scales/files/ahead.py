"""Reading a file part by part, each fetched in a thread while the one before it is being used.

A text file is parsed so as long as there is no doubt what stands in a chunk; the rest is left to another
reader.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO, NamedTuple, TypeVar

from intimacy_scales.reading.frames import Table


class Rest(NamedTuple):
    """Where the part of a file begins that was not read here.

    Attributes
    ----------
    offset
        Its first byte.
    n_lines
        How many lines stand above it.
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
        How long it is.
    n_blank
        Rows in which nothing stands.
    names
        Names that occur in it, where not every chunk has the same.
    """

    table: Table
    n_bytes: int
    n_lines: int
    n_blank: int
    names: Sequence[str] = ()


Parse = Callable[[bytes], Parsed | None]
Part = TypeVar("Part")


def fetched_ahead(parts: Iterator[Part]) -> Generator[Part, None, None]:
    """Yield the parts of something, each while the next one is being fetched."""
    with ThreadPoolExecutor(1) as worker:
        waiting = worker.submit(next, parts, None)
        while (part := waiting.result()) is not None:
            waiting = worker.submit(next, parts, None)
            yield part


def parsed_ahead(parse: Parse, records: Iterator[bytes]) -> Iterator[Parsed]:
    """Yield parsed chunks up to the first doubt, where ``parse`` returns None."""
    parts: Iterator[Parsed | None] = map(parse, records)
    return fetched_ahead(iter(lambda: next(parts, None), None))  # None: a doubt, or the end


def whole_records(file: IO[bytes], size: int, end_of_record: Callable[[bytes], int]) -> Iterator[bytes]:
    """Yield chunks that end where a record does; stops where one is longer than that.

    Parameters
    ----------
    file
        Read from where it stands.
    size
        Bytes that are read at a time.
    end_of_record
        The position after the last whole record in some bytes; 0 where there is none.
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
