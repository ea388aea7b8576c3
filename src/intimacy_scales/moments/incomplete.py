"""Sums over the persons who skipped some items of a scale (arrays only).

Sums over the persons with complete answers follow from them: the sums over everyone less the sums over the
persons with incomplete answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.cross_products import Integers, PairSums, pair_sums
from intimacy_scales.reading.encoding import Codes

_FLOAT64 = 2**53
_ROWS = 2**15  # persons in a block


@dataclass(frozen=True, slots=True)
class AnsweredSums:
    """Sums by the number of answered items, over the persons who answered some but not all.

    With ``d_i`` a person's keyed answers in units and ``t`` the sum of these; row m is over the persons who
    answered m items.

    Attributes
    ----------
    persons, totals, squares
        (n_items,): number of persons, and their sums of ``t`` and of ``t**2``.
    item_persons, item_totals, item_squares, item_products
        (n_items, n_items): column i is over those of them who answered item i: their number, and their
        sums of ``t``, of ``t**2`` and of ``d_i * t``.
    """

    persons: Integers
    totals: Integers
    squares: Integers
    item_persons: Integers
    item_totals: Integers
    item_squares: Integers
    item_products: Integers

    def __add__(self, other: AnsweredSums) -> AnsweredSums:
        """Return the sums over both groups of persons."""
        return AnsweredSums(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


def no_answered_sums(n_items: int) -> AnsweredSums:
    """Return the sums over no persons."""
    flat, square = (n_items,), (n_items, n_items)
    return AnsweredSums(*(np.zeros(s, dtype=np.int64) for s in (flat,) * 3 + (square,) * 4))


def _rows(codes: Codes, columns: NDArray[np.intp], rows: NDArray[np.intp]) -> Codes:
    """Return some rows of some columns, column-contiguous."""
    taken: Codes = np.empty((len(rows), len(columns)), dtype=codes.dtype, order="F")
    for position, column in enumerate(columns):
        np.take(codes[:, column], rows, out=taken[:, position])
    return taken


def n_answered(codes: Codes, columns: NDArray[np.intp]) -> NDArray[Any]:
    """Return the number of the columns that each person answered (n_persons,)."""
    dtype = np.uint8 if len(columns) <= np.iinfo(np.uint8).max else np.uint16
    count: NDArray[Any] = np.zeros(len(codes), dtype=dtype)
    for column in columns:
        count += codes[:, column] != 0
    return count


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The persons who skipped some of a scale's items.

    Attributes
    ----------
    n_persons
        Number of all rows.
    rows
        Positions of the persons who did not answer every item.
    codes
        (n_rows, k): their codes.
    answered
        (n_rows,): number of items that they answered.
    """

    n_persons: int
    rows: NDArray[np.intp]
    codes: Codes
    answered: NDArray[Any]


def incomplete_rows(codes: Codes, columns: NDArray[np.intp]) -> Incomplete:
    """Return the persons who did not answer all of the columns."""
    count = n_answered(codes, columns)
    rows = np.flatnonzero(count != len(columns))
    return Incomplete(len(codes), rows, _rows(codes, columns, rows), count[rows])


def complete_sums(incomplete: Incomplete, everyone: PairSums, highest: int) -> PairSums:
    """Return the sums over the persons who answered all of a scale's items.

    Parameters
    ----------
    incomplete
        The persons who did not.
    everyone
        Sums of the scale's items over all persons.
    highest
        The highest code that is possible.
    """
    over_everyone = PairSums(everyone.counts, everyone.sums, None, everyone.products)
    if not len(incomplete.rows):
        return over_everyone
    return over_everyone - pair_sums(incomplete.codes, highest, squares=False)


def sums_of_rows(codes: Codes, columns: NDArray[np.intp], rows: NDArray[np.intp], highest: int) -> PairSums:
    """Return the sums of pairs of columns over some of the persons."""
    return pair_sums(_rows(codes, columns, rows), highest, squares=False)


def answered_sums(incomplete: Incomplete, slopes: Integers, offsets: Integers) -> AnsweredSums:
    """Return the sums over persons who answered some but not all items, by the number answered.

    Parameters
    ----------
    incomplete
        The persons who did not answer every item.
    slopes, offsets
        (n_columns,): ``slope * code + offset`` is the keyed answer in units.
    """
    codes, count = incomplete.codes, incomplete.answered
    k = codes.shape[1]
    sums = no_answered_sums(k)
    persons = np.bincount(count, minlength=k)[:k]
    persons[0] = 0  # persons who answered nothing are left out
    if not persons.any():
        return sums
    sums.persons[:] = persons
    largest = int(persons.argmax())
    others = np.flatnonzero(persons)
    others = others[others != largest]
    _add_groups(sums, [largest], codes, np.ones((1, len(codes)), dtype=np.bool_), slopes, offsets)
    if len(others):
        rows = np.flatnonzero((count != largest) & (count != 0))
        _add_groups(
            sums,
            others,
            _rows(codes, np.arange(k), rows),
            count[rows] == others[:, None],
            slopes,
            offsets,
        )
        for part in (getattr(sums, f.name) for f in fields(sums)[1:]):
            part[largest] -= part[others].sum(axis=0)  # the sums over everyone, less those of the others
    return sums


def _add_groups(
    sums: AnsweredSums,
    groups: Sequence[int] | NDArray[np.intp],
    codes: Codes,
    belongs: NDArray[np.bool_],
    slopes: Integers,
    offsets: Integers,
) -> None:
    """Add the sums over persons to the rows of their groups; `belongs` is (n_groups, n_persons)."""
    n, k = codes.shape
    highest = int(codes.max(initial=0))
    largest = int(np.sum(np.maximum(np.abs(slopes + offsets), np.abs(slopes * highest + offsets))))
    # products of floats are faster, and exact while every sum stays below 2**53
    dtype = np.float64 if n * max(largest, highest) ** 2 < _FLOAT64 else np.int64
    units = np.concatenate([slopes, offsets]).astype(dtype)
    columns = np.empty((min(n, _ROWS), 2 * k), dtype=dtype, order="F")
    for start in range(0, n, _ROWS):
        part = codes[start : start + _ROWS]
        given, answered = columns[: len(part), :k], columns[: len(part), k:]
        np.copyto(given, part)
        np.copyto(answered, part != 0)
        t = columns[: len(part)] @ units
        members = belongs[:, start : start + _ROWS].astype(dtype)
        total = members * t
        square = total * t
        item_totals = (total @ answered).astype(np.int64)
        sums.totals[groups] += total.sum(axis=1).astype(np.int64)
        sums.squares[groups] += square.sum(axis=1).astype(np.int64)
        sums.item_persons[groups] += (members @ answered).astype(np.int64)
        sums.item_totals[groups] += item_totals
        sums.item_squares[groups] += (square @ answered).astype(np.int64)
        sums.item_products[groups] += slopes * (total @ given).astype(np.int64) + offsets * item_totals
