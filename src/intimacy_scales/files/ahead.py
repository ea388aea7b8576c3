"""Reading a text file chunk by chunk, each parsed in a thread while the one before it is being used.

It goes on as long as there is no doubt what stands in a chunk; the rest of the file is left to another
reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, NamedTuple

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
Waiting = Future[Parsed | None]


def parsed_ahead(parse: Parse, records: Iterator[bytes]) -> Iterator[Parsed]:
    """Yield parsed chunks up to the first doubt, where ``parse`` returns None."""
    with ThreadPoolExecutor(1) as worker:
        waiting = _next_of(worker, parse, records)
        while waiting is not None:
            part = waiting.result()
            if part is None:
                return
            waiting = _next_of(worker, parse, records)
            yield part


def _next_of(worker: ThreadPoolExecutor, parse: Parse, records: Iterator[bytes]) -> Waiting | None:
    """Have the next chunk parsed; None where there is none."""
    data = next(records, None)
    return None if data is None else worker.submit(parse, data)


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
