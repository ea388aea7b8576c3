"""Sums over the persons who skipped some items of a scale (arrays only).

What was answered by everyone follows from them: sums over complete answers are those over all
persons less those over the incomplete ones.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.encoding import Codes
from intimacy_scales.reliability.cross_products import Integers, PairSums, pair_sums


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


def complete_sums(codes: Codes, columns: NDArray[np.intp], everyone: PairSums, highest: int) -> PairSums:
    """Return the sums over the persons who answered all of some columns.

    Parameters
    ----------
    codes
        (n_persons, n_items).
    columns
        Which items they are to have answered.
    everyone
        Sums of those columns over all persons.
    highest
        No code is above it.
    """
    whole = n_answered(codes, columns) == len(columns)
    n_whole = int(np.count_nonzero(whole))
    if n_whole == len(codes):
        return everyone
    if 2 * n_whole > len(codes):
        rest = _rows(codes, columns, np.flatnonzero(~whole))
        return everyone - pair_sums(rest, highest, squares=everyone.squares is not None)
    there = _rows(codes, columns, np.flatnonzero(whole))
    return pair_sums(there, highest, squares=everyone.squares is not None)


def answered_sums(
    codes: Codes, columns: NDArray[np.intp], slopes: Integers, offsets: Integers
) -> AnsweredSums:
    """Return the sums over persons who answered some but not all of the columns, by how many.

    Parameters
    ----------
    codes
        (n_persons, n_items).
    columns
        The items of a scale.
    slopes, offsets
        (n_columns,): ``slope * code + offset`` is the keyed answer in units.
    """
    k = len(columns)
    count = n_answered(codes, columns)
    rows = np.flatnonzero((count < k) & (count > 0))
    sums = nobody(k)
    if not len(rows):
        return sums
    answers = _rows(codes, columns, rows).astype(np.int64, order="C")
    there = answers != 0
    values = (slopes * answers + offsets) * there
    m = count[rows]
    for answered in np.unique(m).tolist():
        of = m == answered
        d, a = values[of], there[of].astype(np.int64)
        t = d.sum(axis=1)
        sums.persons[answered] = len(t)
        sums.totals[answered], sums.squares[answered] = t.sum(), t @ t
        sums.item_persons[answered] = a.sum(axis=0)
        sums.item_totals[answered], sums.item_squares[answered] = t @ a, (t * t) @ a
        sums.item_products[answered] = t @ d
    return sums
