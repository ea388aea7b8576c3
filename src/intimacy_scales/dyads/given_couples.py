"""The first argument of every statistic of couples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.labels import name_of
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import a_type

_MOST_DIGITS = 40  # of a label that is read as a number
_WHOLE = (int, np.int64)


def check_dyads(option: str, value: object) -> None:
    """Raise where an argument is not couples.

    Raises
    ------
    EstimationError
        Says how couples are made.
    """
    if not isinstance(value, Dyads):
        raise EstimationError(
            f"{option} is {a_type(value)}; allowed: couples, as made by Dyads.from_long, Dyads.from_wide or "
            "Dyads.of_scores"
        )


def couples_once(dyads: Dyads) -> Dyads:
    """Return couples if each is there once.

    Raises
    ------
    EstimationError
        The argument is not couples, or they answered on several occasions.
    """
    check_dyads("dyads", dyads)
    return dyads.one_occasion()


def label_order(dyads: Dyads) -> NDArray[np.intp]:
    """Return the places of couples in the order of their labels: whole numbers by size, others by their text.

    Draws from a seed then concern the same couples in whatever order the rows of a table are, and whether
    labels are numbers or, as in a file, texts of numbers. Couples without labels are in the order of rows.
    """
    return np.argsort(ranks_of_labels(dyads.couple_labels.values)[dyads.pairs.couple], kind="stable")


def ranks_of_labels(labels: Sequence[Any]) -> NDArray[np.intp]:
    """Return the place of each of some different labels in the order of `label_order`."""
    order = _order_of(labels)
    ranks = np.empty(len(order), dtype=np.intp)
    ranks[order] = np.arange(len(order))
    return ranks


def _order_of(labels: Sequence[Any]) -> Sequence[int] | NDArray[np.intp]:
    """Return the places of labels in their order; whole numbers are sorted as an array, which is faster."""
    if len(labels) and type(labels[0]) in _WHOLE:
        numbers = np.array(labels)
        is_whole = numbers.dtype.kind == "i" and numbers.ndim == 1  # not larger than an array can hold
        if is_whole and all(
            type(labels[place]) in _WHOLE for place in np.flatnonzero(numbers >> 1 == 0).tolist()
        ):
            return np.argsort(numbers, kind="stable")  # True and False, which are 1 and 0, are names
    names = [name_of(label) for label in labels]
    return sorted(range(len(names)), key=lambda place: _by_number(names[place]))


def _by_number(name: str) -> tuple[int, int, str]:
    """Return what a label is sorted by."""
    is_whole = name.isascii() and name.removeprefix("-").isdecimal() and len(name) <= _MOST_DIGITS
    return (0, int(name), name) if is_whole else (1, 0, name)


def couples_in_order(dyads: Dyads) -> Dyads:
    """Return couples in the order of their labels, if each is there once; errors as of `couples_once`."""
    dyads = couples_once(dyads)
    order = label_order(dyads)
    return dyads if (np.diff(order) > 0).all() else dyads.chosen(order)
