"""Sums over the persons who skipped some items of a scale (arrays only).

What was answered by everyone follows from them: sums over complete answers are those over all
persons less those over the incomplete ones.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.moments.cross_products import Integers, PairSums, pair_sums
from intimacy_scales.reading.encoding import Codes

_FLOAT64 = 2**53


@dataclass(frozen=True, slots=True)
class AnsweredSums:
    """Sums by the number of answered items, over those who answered some but not all.

    With ``d`` keyed answers in units and ``t`` their sum over a person's answers; row m holds those
    who answered m items.

    Attributes
    ----------
    persons, totals, squares
        (n_items,): how many, and their sums of ``t`` and of ``t**2``.
    item_persons, item_totals, item_squares, item_products
        (n_items, n_items): column i counts those who answered item i, and holds their sums of
        ``t``, of ``t**2`` and of ``d_i * t``.
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


def nobody(n_items: int) -> AnsweredSums:
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
    """Return how many of some columns each person answered (n_persons,)."""
    kind = np.uint8 if len(columns) <= np.iinfo(np.uint8).max else np.uint16
    count: NDArray[Any] = np.zeros(len(codes), dtype=kind)
    for column in columns:
        count += codes[:, column] != 0
    return count


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Who skipped some of a scale's items.

    Attributes
    ----------
    n_persons
        Rows in all.
    rows
        Positions of those who did not answer every item.
    codes
        (n_rows, k): their codes.
    answered
        (n_rows,): how many items they answered.
    """

    n_persons: int
    rows: NDArray[np.intp]
    codes: Codes
    answered: NDArray[Any]


def incomplete_rows(codes: Codes, columns: NDArray[np.intp]) -> Incomplete:
    """Find the persons who did not answer all of some columns."""
    count = n_answered(codes, columns)
    rows = np.flatnonzero(count != len(columns))
    return Incomplete(len(codes), rows, _rows(codes, columns, rows), count[rows])


def complete_sums(incomplete: Incomplete, everyone: PairSums, highest: int) -> PairSums:
    """Return the sums over the persons who answered all of a scale's items.

    Parameters
    ----------
    incomplete
        Who did not.
    everyone
        Sums of the scale's items over all persons.
    highest
        No code is above it.
    """
    all_of = PairSums(everyone.counts, everyone.sums, None, everyone.products)
    if not len(incomplete.rows):
        return all_of
    return all_of - pair_sums(incomplete.codes, highest, squares=False)


def sums_of_rows(codes: Codes, columns: NDArray[np.intp], rows: NDArray[np.intp], highest: int) -> PairSums:
    """Return the sums of some columns over some persons."""
    return pair_sums(_rows(codes, columns, rows), highest, squares=False)


def answered_sums(incomplete: Incomplete, slopes: Integers, offsets: Integers) -> AnsweredSums:
    """Return the sums over persons who answered some but not all items, by how many.

    Parameters
    ----------
    incomplete
        Who they are.
    slopes, offsets
        (n_columns,): ``slope * code + offset`` is the keyed answer in units.
    """
    codes, count = incomplete.codes, incomplete.answered
    k = codes.shape[1]
    sums = nobody(k)
    persons = np.bincount(count, minlength=k)[:k]
    persons[0] = 0  # who answered nothing has no sums
    if not persons.any():
        return sums
    highest = int(codes.max())
    largest = int(np.sum(np.maximum(np.abs(slopes + offsets), np.abs(slopes * highest + offsets))))
    # products of floats are faster, and exact while every sum stays below 2**53
    kind = np.float64 if len(codes) * largest**2 < _FLOAT64 else np.int64
    given: NDArray[Any] = (codes != 0).astype(kind, order="F")
    d = codes.astype(kind, order="F") * slopes.astype(kind)
    d += offsets.astype(kind)
    d *= given
    sums.persons[:] = persons
    most = int(persons.argmax())
    _add_group(sums, most, given, d)
    for m in np.flatnonzero(persons).tolist():
        if m != most:
            rows = np.flatnonzero(count == m)
            _add_group(sums, m, given[rows], d[rows])
            for part in (getattr(sums, f.name) for f in fields(sums)[1:]):
                part[most] -= part[m]  # what is left of all is the largest group
    return sums


def _add_group(sums: AnsweredSums, m: int, given: NDArray[Any], d: NDArray[Any]) -> None:
    """Write the sums of some persons into row m."""
    t = d.sum(axis=1)
    terms = np.stack([np.ones_like(t), t, t * t])
    sums.totals[m], sums.squares[m] = t.sum(), t @ t
    sums.item_persons[m], sums.item_totals[m], sums.item_squares[m] = terms @ given
    sums.item_products[m] = t @ d
