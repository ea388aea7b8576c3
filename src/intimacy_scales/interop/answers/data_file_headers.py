"""Headers of Stata and SAS files, and limits on data files, which are checked before anything is read.

The time that pyreadstat needs grows with the square of the number of variables, and its memory with texts.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Literal, NamedTuple

from intimacy_scales.errors import ResponseError

MOST_COLUMNS = 20_000  # pyreadstat compares each name with all before it: 2.5 s for so many
_ALWAYS = 100_000_000  # bytes of rows, allowed for any file
_MOST_TIMES = 400  # bytes of rows by bytes of the file: 20 for answers at random, 1 without compression
_MOST_TEXTS = 1_000_000  # that are walked through
_OF_TEXTS = 10  # place of the long texts in the map of a Stata file, from 0
_SAS_SIZES = b"\xf6" * 4  # the mark of the record with the number of columns

ByteOrder = Literal["big", "little"]


def check_n_columns(n: int, path: Path) -> None:
    """Raise where a data file has more columns than can be read."""
    if n > MOST_COLUMNS:
        raise ResponseError(
            f"{path}: has more than {MOST_COLUMNS:,} variables, the most that are read; save those that are "
            "needed in a file of their own"
        )


def weighted_by(variable: str) -> str:
    """Return the note on a file that is weighted."""
    return f"the file is weighted by {variable}; each row is read as one person"


class StataHeader(NamedTuple):
    """What a Stata file says before its data.

    Attributes
    ----------
    version
        Of the format; 0 where it is damaged.
    n_variables
        Number of variables; 0 where the file is cut off.
    longest_text
        Bytes of the longest text that is stored apart from the rows.
    """

    version: int
    n_variables: int
    longest_text: int = 0


def is_early_stata(data: bytes) -> bool:
    """Tell whether a file begins like one of Stata 4 to 12: version, byte order, type, and zeros."""
    is_version = data[:1] in (b"\x68", b"\x69", b"\x6c", b"\x6e", b"\x6f", b"\x71", b"\x72", b"\x73")
    return is_version and data[1:2] in (b"\x01", b"\x02") and data[2:3] == b"\x01" and b"\0" in data[:60]


def stata_header(path: Path) -> StataHeader:
    """Read the header of a Stata file; what is damaged is left to the reader.

    Raises
    ------
    ResponseError
        There are more variables than can be read, or more rows than bytes.
    """
    with path.open("rb") as file:
        data = file.read(1000)
        order: ByteOrder = "big" if data[1:2] == b"\x01" or b"<byteorder>MSF" in data else "little"
        if not data.startswith(b"<stata_dta>"):
            header = StataHeader(data[0], int.from_bytes(data[4:6], order))
        else:
            release = data.partition(b"<release>")[2][:3]
            version = int(release) if release.isdigit() else 0
            stored = data.partition(b"<K>")[2][: 4 if version == 119 else 2]
            longest = _longest_text(file, data, version, order)
            header = StataHeader(version, int.from_bytes(stored, order), longest)
            stored = data.partition(b"<N>")[2][: 4 if version == 117 else 8]
            n_rows, size = int.from_bytes(stored, order), path.stat().st_size
            if n_rows > size:  # a row has a byte or more, and the library reads part of the number only
                raise ResponseError(
                    f"{path}: is a damaged Stata file: it declares {n_rows:,} rows, and has {size:,} bytes; "
                    "copy or export it again"
                )
    check_n_columns(header.n_variables, path)
    return header


def _longest_text(file: IO[bytes], data: bytes, version: int, order: ByteOrder) -> int:
    """Return the length of the longest of the texts that are stored after the rows."""
    entry = data.partition(b"<map>")[2][8 * _OF_TEXTS :][:8]
    longest, size = 0, file.seek(0, 2)
    file.seek(min(int.from_bytes(entry, order), size))
    if file.read(7) == b"<strls>":
        for _ in range(_MOST_TEXTS):
            head = file.read(16 if version == 117 else 20)
            if not head.startswith(b"GSO"):
                break
            length = int.from_bytes(head[-4:], order)
            longest = max(longest, length)
            file.seek(length, 1)
    return longest


def check_sas_columns(path: Path) -> None:
    """Raise where a SAS data set declares more columns than can be read."""
    with path.open("rb") as file:
        data = file.read(1 << 20)
    place = data.find(_SAS_SIZES)
    if place >= 0:
        width = 8 if data[32:33] == b"3" else 4
        stored = data[place - place % width + width :][:width]
        check_n_columns(int.from_bytes(stored, "little" if data[37:38] == b"\x01" else "big"), path)


def check_unpacked(path: Path, n_rows: int, row_bytes: int) -> None:
    """Raise where the rows of a small file would fill much more memory than the file is large.

    Raises
    ------
    ResponseError
        Says how large they are.
    """
    size, unpacked = path.stat().st_size, n_rows * row_bytes
    if unpacked > max(_ALWAYS, _MOST_TIMES * size):
        raise ResponseError(
            f"{path}: unpacks to more than {unpacked / 1e6:,.0f} MB, {unpacked // max(size, 1):,} times its "
            f"size; allowed: at most {_MOST_TIMES} times; save the answers as .csv"
        )
