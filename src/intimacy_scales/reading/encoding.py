"""Columns of answers → columns of codes (arrays only).

Plain whole numbers go through vectorised checks. Every other value is looked up by its `AnswerKey`, once for
each distinct one, so that both ways give the same codes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.answers import NOT_APPLICABLE, PROBLEM, AnswerKey
from intimacy_scales.reading.frames import Column, Distinct, Numbers

_PLAIN = frozenset({str, int, float, NoneType})

Codes = NDArray[np.unsignedinteger[Any]]
Cells = Sequence[Any] | NDArray[Any]
Shift = np.integer[Any] | NDArray[np.integer[Any]]
EncodeNumbers = Callable[[NDArray[Any], Codes], None]


class Bad(NamedTuple):
    """Rows of one column whose values are not valid, and those values."""

    rows: Cells
    values: Cells


def code_dtype(keys: Sequence[AnswerKey]) -> type[np.uint8] | type[np.uint16]:
    """Return the narrowest unsigned type that holds every code of an instrument."""
    return np.uint8 if max(key.highest for key in keys) <= np.iinfo(np.uint8).max else np.uint16


def _is_unit_grid(key: AnswerKey, limit: int) -> bool:
    """Tell whether all answers are whole numbers from 0 to ``limit``, in steps of 1."""
    scale = key.scale
    return (
        scale.is_plain
        and scale.step == 1
        and isinstance(scale.minimum, int)
        and scale.minimum >= 0
        and isinstance(scale.maximum, int)
        and scale.maximum <= limit
    )


def _doubtful(
    values: NDArray[Any], codes: Codes, present: NDArray[np.uint8] | None, highest: int
) -> NDArray[np.intp]:
    """Return positions in a chunk whose value is neither a valid answer nor nan or null."""
    doubtful = (codes == 0) | (codes > highest)
    if values.dtype.kind == "f":
        doubtful &= ~np.isnan(values)
    if present is not None:
        doubtful &= present.view(np.bool_)
    return np.flatnonzero(doubtful)


def _are_nan_at_zeros(values: NDArray[Any], codes: Codes) -> bool:
    """Tell whether the only codes of 0 are those of nan (every nan has the code 0)."""
    if values.dtype.kind != "f":
        return False
    return len(codes) - int(np.count_nonzero(codes)) == int(np.count_nonzero(np.isnan(values)))


def _reinterprets(values: np.dtype[Any], codes: np.dtype[Any], maximum: int) -> bool:
    """Tell whether the bytes of values can be read as unsigned codes; negative values become too large."""
    return (
        values.isnative
        and values.itemsize == codes.itemsize
        and (values.kind == "u" or (values.kind == "i" and maximum <= np.iinfo(values).max))
    )


def _encode_reinterpreted(values: Codes, codes: Codes, shift: Shift) -> None:
    """Write ``value - minimum + 1``; a value below the minimum wraps to 0, or to a number above all codes."""
    np.add(values, shift, out=codes, casting="unsafe")


def _encode_whole(values: NDArray[Any], codes: Codes, shift: Shift) -> None:
    """Write ``value - minimum + 1`` where the value is a whole number that the code type holds, else 0.

    The cast of any other value gives an arbitrary number, which differs from the value.
    """
    np.copyto(codes, values, casting="unsafe")
    fits = np.equal(values, codes)
    codes += shift
    codes *= fits.view(np.uint8)


def _encode_grid(values: NDArray[Any], codes: Codes, key: AnswerKey, grid: NDArray[np.float64]) -> None:
    """Write the code of each value that equals a point of the response scale, else 0.

    Points are compared in the type of the values: 0.3 in float32 equals the float32 nearest to 0.3.
    """
    position = np.rint((values.astype(np.float64) - key.scale.minimum) / key.scale.step)
    inside = (position >= 0) & (position < len(grid))
    index = np.where(inside, position, 0).astype(np.intp)
    points = grid.astype(values.dtype) if values.dtype.kind == "f" else grid
    codes[:] = np.where(inside & (points[index] == values), index + 1, 0)


def _encode_listed(
    values: NDArray[Any], codes: Codes, points: NDArray[np.float64], codes_of: NDArray[np.integer[Any]]
) -> None:
    """Write the code of each value that equals one of the ascending points, else 0.

    ``codes_of`` are the codes of the points.
    """
    points = points.astype(values.dtype) if values.dtype.kind == "f" else points
    index = np.minimum(np.searchsorted(points, values), len(points) - 1)
    codes[:] = np.where(points[index] == values, codes_of[index], 0)


def _encode_distinct(values: NDArray[Any], codes: Codes, key: AnswerKey) -> None:
    """Write the code of each value, looked up once for each distinct one."""
    distinct, inverse = np.unique(values, return_inverse=True)
    decoded = np.array([max(key.decode(value), 0) for value in distinct], dtype=codes.dtype)
    codes[:] = decoded[inverse]


def whole_number_encoder(
    values: np.dtype[Any], keys: Sequence[AnswerKey], codes: np.dtype[Any]
) -> EncodeNumbers | None:
    """Return a function that turns numbers of one type into codes; None unless all answers are whole numbers.

    It writes the code of a value that is a valid answer, and 0 or a number above all codes for other values.

    Parameters
    ----------
    values
        Type of the numbers.
    keys
        The answer key of each column of a tile.
    codes
        The code type.
    """
    limit = int(np.iinfo(codes).max)
    if not all(_is_unit_grid(key, limit) and not key.is_recoded for key in keys):
        return None
    shifts = [(1 - int(key.scale.minimum)) % (limit + 1) for key in keys]
    shift: Shift = codes.type(shifts[0]) if len(set(shifts)) == 1 else np.array(shifts, dtype=codes)
    if all(_reinterprets(values, codes, int(key.scale.maximum)) for key in keys):
        return lambda part, out: _encode_reinterpreted(part.view(codes), out, shift)
    return lambda part, out: _encode_whole(part, out, shift)


def _number_encoder(values: np.dtype[Any], key: AnswerKey, codes: np.dtype[Any]) -> EncodeNumbers:
    """Return the function that turns numbers of one column into codes, as `whole_number_encoder` does."""
    if key.is_recoded:
        return lambda part, out: _encode_distinct(part, out, key)
    whole_numbers = whole_number_encoder(values, (key,), codes)
    if whole_numbers is not None:
        return whole_numbers
    grid = np.array(key.scale.values, dtype=np.float64)
    if not key.scale.is_plain:
        codes_of = np.array(key.scale.codes, dtype=codes)
        return lambda part, out: _encode_listed(part, out, grid, codes_of)
    return lambda part, out: _encode_grid(part, out, key, grid)


class _Known(dict[Any, int]):
    """Texts, plain numbers and None → codes; each distinct one is decoded once.

    Booleans must not be looked up in it, because ``True == 1``.
    """

    def __init__(self, key: AnswerKey) -> None:
        super().__init__(key.known)
        self.key = key

    def __missing__(self, value: str | int | float) -> int:
        code = self.key.decode(value)
        if value == value:  # noqa: PLR0124 - each nan is a key of its own
            self[value] = code
        return code


class ColumnEncoder:
    """An encoder of the answers to one item, some rows at a time.

    Parameters
    ----------
    column
        The answers: numbers, a list of values of any type, or distinct values with their positions.
    key
        The answer key of the item.
    dtype
        The code type.

    Attributes
    ----------
    not_applicable
        Number of persons so far to whom the question does not apply; their codes are 0.
    """

    def __init__(
        self, column: Column | Distinct, key: AnswerKey, dtype: type[np.uint8] | type[np.uint16]
    ) -> None:
        self.column = column
        self.key = key
        self._dtype = np.dtype(dtype)
        self.not_applicable = 0
        self._rows: list[NDArray[np.intp]] = []
        self._values: list[Any] = []
        if isinstance(column, Numbers):
            self._encode_chunk = _number_encoder(column.values.dtype, key, self._dtype)
        else:
            self._known = _Known(key)
        if isinstance(column, Distinct):
            decoded = [self._decode(value) for value in (*column.values, None)]
            self._codes_of = np.array(decoded, dtype=np.int32)
            self._all_decode = min(decoded) >= 0

    def plain_numbers(self) -> NDArray[Any] | None:
        """Return the column if it has numbers without nulls and all answers are whole numbers, else None."""
        column = self.column
        if not isinstance(column, Numbers) or column.validity is not None:
            return None
        is_whole = whole_number_encoder(column.values.dtype, (self.key,), self._dtype) is not None
        return column.values if is_whole else None

    def encode(self, start: int, codes: Codes) -> None:
        """Write the codes of the rows from ``start`` on; cells without a valid answer get 0.

        Parameters
        ----------
        start
            Position of the first row.
        codes
            (rows,) of the code type; written.
        """
        if not len(codes):
            return
        if isinstance(self.column, Numbers):
            self._encode_numbers(self.column, start, codes)
        elif isinstance(self.column, Distinct):
            self._encode_distinct(self.column, start, codes)
        else:
            self._encode_objects(self.column[start : start + len(codes)], start, codes)

    def refused(self, start: int, stop: int) -> NDArray[np.intp]:
        """Return which encoded rows from ``start`` to ``stop`` hold values that are not valid."""
        rows = [part[(part >= start) & (part < stop)] for part in self._rows]
        return np.concatenate(rows) if rows else np.empty(0, dtype=np.intp)

    def bad(self) -> Bad:
        """Return the rows encoded so far whose values are not valid, and those values."""
        if not self._rows:
            return Bad((), ())
        if isinstance(self.column, Numbers):
            return Bad(np.concatenate(self._rows), np.concatenate(self._values))
        return Bad(np.concatenate(self._rows), [value for part in self._values for value in part])

    def _encode_numbers(self, column: Numbers, start: int, codes: Codes) -> None:
        """Encode numbers all at once, with checks from cheap to exact; look doubtful ones up one by one."""
        values = column.values[start : start + len(codes)]
        highest = self.key.highest
        with np.errstate(invalid="ignore", over="ignore"):
            self._encode_chunk(values, codes)
        if column.are_null_at_zeros(start, codes) and codes.max() <= highest:
            return
        if column.validity is None and _are_nan_at_zeros(values, codes) and codes.max() <= highest:
            return
        present = column.present(start, start + len(codes))
        if present is not None:
            codes *= present
        # minus 1 where a value is present, the code of an answer is below the highest code, a missing answer
        # stays 0, and the code 0 of a value that is not valid wraps to the largest number
        offset, spare = 1 if present is None else present, present if codes.dtype == np.uint8 else None
        if np.subtract(codes, offset, out=spare, dtype=codes.dtype).max() < highest:
            return
        present = column.present(start, start + len(codes))
        rows = _doubtful(values, codes, present, highest)
        if not len(rows):
            return
        distinct, inverse = np.unique(values[rows], return_inverse=True)
        decoded = np.array([self.key.decode(value) for value in distinct], dtype=np.int64)[inverse]
        codes[rows] = np.where(decoded > 0, decoded, 0)
        self.not_applicable += int(np.count_nonzero(decoded == NOT_APPLICABLE))
        bad = rows[decoded == PROBLEM]
        if len(bad):
            self._rows.append(bad + start)
            self._values.append(values[bad])

    def _decode(self, value: Any) -> int:
        return self._known[value] if type(value) in _PLAIN else self.key.decode(value)

    def _encode_distinct(self, column: Distinct, start: int, codes: Codes) -> None:
        """Encode a column of recurring values, each of which was decoded once."""
        positions = column.positions[start : start + len(codes)]
        decoded = self._codes_of[positions]  # a null, at -1, is the last
        if not self._all_decode:
            bad = self._without_invalid(decoded)
            if len(bad):
                self._rows.append(bad + start)
                self._values.append([column.values[positions[row]] for row in bad])
        codes[:] = decoded

    def _encode_objects(self, values: list[Any], start: int, codes: Codes) -> None:
        """Encode a list of values of any type."""
        known, decode = self._known, self.key.decode
        decoded = np.array([known[v] if type(v) in _PLAIN else decode(v) for v in values], dtype=np.int64)
        bad = self._without_invalid(decoded)
        codes[:] = decoded
        if len(bad):
            self._rows.append(bad + start)
            self._values.append([values[row] for row in bad])

    def _without_invalid(self, decoded: NDArray[Any]) -> NDArray[np.intp]:
        """Write 0 for every value that is not an answer, and return the positions of the problems."""
        bad = np.flatnonzero(decoded == PROBLEM)
        self.not_applicable += int(np.count_nonzero(decoded == NOT_APPLICABLE))
        np.maximum(decoded, 0, out=decoded)
        return bad
