"""The dictionary of an SPSS file, walked through before it is read: how many variables, and the weights."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import IO, NamedTuple

from intimacy_scales.errors import ResponseError

MOST_COLUMNS = 20_000  # pyreadstat compares each name with all before it: 2.5 s for so many
_HEADER = 176  # bytes
_LAYOUT, _WEIGHT = (
    64,
    76,
)  # where the header stores the number 2 or 3, by which byte order is told, and the weight
_VARIABLE, _CONTINUED = 2, -1
_RECORD = 28  # bytes of a record of a variable after its type


class Dictionary(NamedTuple):
    """What the records of an SPSS file say before its data.

    Attributes
    ----------
    n_variables
        Number of records of variables; long texts have several.
    weight
        Short name of the variable by which the file is weighted; None without weights.
    """

    n_variables: int
    weight: str | None


def read_dictionary(path: Path) -> Dictionary:
    """Walk through the variables of an SPSS file; what is damaged is left to the reader.

    Raises
    ------
    ResponseError
        There are more variables than can be read.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER)
        if len(header) < _HEADER:
            return Dictionary(0, None)
        order = "<" if int.from_bytes(header[_LAYOUT : _LAYOUT + 4], "little") in (2, 3) else ">"
        (weight,) = struct.unpack_from(f"{order}i", header, _WEIGHT)
        return _walk(file, order, weight, path)


def _walk(file: IO[bytes], order: str, weight: int, path: Path) -> Dictionary:
    """Count the variables; ``weight`` is the place of the one by which persons are weighted, from 1."""
    n_variables, place, weighted_by = 0, 0, None
    while len(kind := file.read(4)) == 4 and struct.unpack(f"{order}i", kind)[0] == _VARIABLE:
        record = file.read(_RECORD)
        if len(record) < _RECORD:
            break
        width, has_label, n_missing = struct.unpack_from(f"{order}3i", record)
        place += 1
        n_variables += width != _CONTINUED
        check_n_columns(n_variables, path)
        if place == weight:
            weighted_by = record[20:28].decode("latin-1").strip()
        if has_label == 1:
            length = int.from_bytes(file.read(4), "little" if order == "<" else "big")
            file.seek((length + 3) // 4 * 4, 1)
        file.seek(8 * min(abs(n_missing), 3), 1)
    return Dictionary(n_variables, weighted_by)


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
