"""Double entry: tables in which each couple has two rows, one with its partners exchanged.

Such a table, read as one with one row for each couple, would have every couple twice.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.faults import PairingFault
from intimacy_scales.dyads.labels import Positions

Keys = NDArray[np.uint64]
_BLOCK = 1 << 14  # rows whose keys stay in the processor's cache
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no two values of a column get one key
_CHANCE = 1e-6  # probability below which rows do not mirror each other by chance
_MOST_OF_CLASS = 2000  # rows of one class whose probabilities are computed
_RATES = 2.0 ** np.arange(-8, 6)


def double_entry_fault(
    columns: Sequence[NDArray[Any]], answered: NDArray[np.bool_], couple: Positions | None
) -> PairingFault | None:
    """Return the fault that most rows of a table mirror another row; None where they do not.

    Parameters
    ----------
    columns
        Answers or scores: first those of all first partners, then those of all second ones (2 n_rows,).
    answered
        (n_rows, 2): whether each partner answered anything.
    couple
        (n_rows,): number of each row's couple (and occasion), -1 where it is missing; None where couples have
        no labels.
    """
    used = np.flatnonzero(answered.any(axis=1))
    n = len(answered)
    if len(used) < 2:
        return None
    keys = row_keys(columns)
    first, second = keys[:n][used], keys[n:][used]
    if not (_labels_say_so(first, second, couple, used) or mirrors_beyond_chance(first, second)):
        return None
    mirrored = _with_mirror(first, second)
    rows = used[mirrored]
    one = mirrored[0]
    other = np.flatnonzero((first == second[one]) & (second == first[one]))
    pair = sorted((int(rows[0]), int(used[other[other != one][0]])))
    return PairingFault(
        code="double entry",
        couple=None,
        rows=tuple(rows.tolist()),
        example=(pair[0], pair[1]),
        explanation=f"{len(rows)} of {n} rows mirror another one: who is the first partner in one is the "
        "second in the other, so that couples are there twice",
    )


def row_keys(columns: Sequence[NDArray[Any]]) -> Keys:
    """Return a number for each row, equal for rows with equal values; missing values (nan) are equal."""
    keys = np.zeros(len(columns[0]), dtype=np.uint64)
    for start in range(0, len(keys), _BLOCK):
        block = keys[start : start + _BLOCK]
        for column in columns:
            values = column[start : start + _BLOCK]
            if values.dtype.kind == "f":
                values = np.where(np.isnan(values), np.inf, values + 0.0).view(np.uint64)  # + 0.0: no -0.0
                values = values ^ (values >> np.uint64(32))  # whole numbers differ in the upper bits only
            block *= _MULTIPLIER
            block ^= block >> np.uint64(29)
            block += values
    return keys


def mirrors_beyond_chance(first: Keys, second: Keys) -> bool:
    """Return whether most rows mirror another one, and more of them than chance would explain.

    Rows are in one class if they hold the same two values, in either order. In a table with one row for each
    couple, the order in a row is no more regular than the toss of a fair coin: of the N rows of a class,
    those in one order are Binomial(N, 1/2) if partners are exchangeable, and still less often one half if
    they are not. Double entry makes them one half of every class. The probability that the differences D_c
    of both orders have so small a sum is bounded by Chernoff (1952)::

        P(sum D_c <= d) <= exp(t d) * prod E[exp(-t D_c)]    for every t > 0

    which holds for scales of few points too, where many rows mirror others by chance. Where every class has
    two rows, that itself is improbable in a table with one row for each couple.
    """
    ordered = first != second  # in the others both partners have the same values
    n = int(np.count_nonzero(ordered))
    low, high = np.minimum(first, second)[ordered], np.maximum(first, second)[ordered]
    classes = (low * _MULTIPLIER) ^ (low >> np.uint64(31))
    classes += high
    classes *= _MULTIPLIER
    classes &= ~np.uint64(1)
    classes |= (first < second)[ordered]
    classes.sort()
    is_new = np.ones(n, dtype=np.bool_)
    np.not_equal(classes[1:] >> np.uint64(1), classes[:-1] >> np.uint64(1), out=is_new[1:])
    starts = np.flatnonzero(is_new)
    if not n or 4 * len(starts) > 3 * n:  # half of the rows have a mirror: at most 3/4 as many classes
        return False
    sizes = np.diff(np.append(starts, n))
    in_one_order = np.add.reduceat((classes & np.uint64(1)).astype(np.intp), starts)
    differences = np.abs(2 * in_one_order - sizes)
    if 2 * int((sizes - differences).sum()) < n:
        return False
    log_chance = _log_chance(sizes, int(differences.sum()))
    if not differences.any() and (sizes == 2).all():
        log_chance += _log_chance_of_twos(len(sizes))
    return log_chance < math.log(_CHANCE)


def _log_chance(sizes: NDArray[np.intp], difference: int) -> float:
    """Return the logarithm of Chernoff's bound for a sum of differences that is so small."""
    capped = np.where(sizes > _MOST_OF_CLASS, _MOST_OF_CLASS + sizes % 2, sizes)
    logs = _RATES * difference
    for size, times in zip(*np.unique(capped, return_counts=True), strict=True):
        logs = logs + times * _log_mean_decay(int(size))
    return min(0.0, float(logs.min()))


def _log_mean_decay(size: int) -> NDArray[np.float64]:
    """Return log E[exp(-t |2 X - size|)] for each rate t, with X from Binomial(size, 1/2)."""
    x = np.arange(size + 1)
    log_factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size + 1)))])
    log_p = log_factorials[size] - log_factorials - log_factorials[::-1] - size * math.log(2)
    exponents = log_p - np.outer(_RATES, np.abs(2 * x - size))
    highest = exponents.max(axis=1)
    decay: NDArray[np.float64] = highest + np.log(np.exp(exponents - highest[:, None]).sum(axis=1))
    return decay


def _log_chance_of_twos(k: int) -> float:
    """Return the highest probability, as a logarithm, that 2 k draws from even classes give k classes twice.

    With V classes it is C(V, k) (2 k)! / (2^k V^(2 k)), which is highest for a V between k and 2 k.
    """
    start = math.lgamma(2 * k + 1) - k * math.log(2)

    def of(v: int) -> float:
        chosen = math.lgamma(v + 1) - math.lgamma(k + 1) - math.lgamma(v - k + 1)
        return start + chosen - 2 * k * math.log(v)

    return min(0.0, max(map(of, np.unique(np.linspace(k, 2 * k, min(k, 100) + 1).astype(int)).tolist())))


def _labels_say_so(first: Keys, second: Keys, couple: Positions | None, used: Positions) -> bool:
    """Return whether most couples have two rows by their labels, and these mirror each other."""
    if couple is None:
        return False
    labels = couple[used]
    known = np.flatnonzero(labels >= 0)
    counts = np.bincount(labels[known]) if len(known) else np.zeros(0, dtype=np.intp)
    twice = known[counts[labels[known]] == 2]
    if len(twice) <= len(known) // 2:
        return False
    pairs = twice[np.argsort(labels[twice], kind="stable")].reshape(-1, 2)
    one, other = pairs.T
    mirrored = (first[one] == second[other]) & (second[one] == first[other])
    return bool(2 * np.count_nonzero(mirrored) > len(pairs))


def _with_mirror(first: Keys, second: Keys) -> Positions:
    """Return the rows that another row mirrors."""
    pairs = np.stack([first, second], axis=1)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    numbers = np.unique(both, axis=0, return_inverse=True)[1].reshape(2, -1)
    counts = np.bincount(numbers[0], minlength=int(numbers.max()) + 1)
    needed = np.where(first == second, 2, 1)  # such a row is its own image
    return np.flatnonzero(counts[numbers[1]] >= needed)
