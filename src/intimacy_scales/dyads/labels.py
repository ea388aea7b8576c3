"""Labels of rows (couples, persons, roles, occasions) as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.faults import PairingFault, label_text
from intimacy_scales.errors import ResponseError
from intimacy_scales.moments.clusters import appearance, is_missing_label

Positions = NDArray[np.intp]
_SPARSE = 8  # highest key, as a multiple of the number of rows, up to which a table of all keys is used
_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class Labels:
    """One label of each row.

    Attributes
    ----------
    positions
        (n,): each row's label as a number from 0 in order of first appearance; -1 where it is missing.
    values
        The different labels, in that order.
    """

    positions: Positions
    values: Sequence[Any]

    def __len__(self) -> int:
        return len(self.values)

    def ranks(self) -> Positions:
        """Return the rank of each different label: numbers by size, others by their text."""
        order = sorted(range(len(self.values)), key=lambda place: _sort_key(self.values[place]))
        ranks = np.empty(len(order), dtype=np.intp)
        ranks[order] = np.arange(len(order))
        return ranks

    def text(self, position: int) -> str:
        """Return a label as the name of a partner or role."""
        return name_of(self.values[position])


def name_of(label: Any) -> str:
    """Return a label as a name: a whole number without a decimal point, a text without blanks around it.

    Examples
    --------
    >>> name_of(1.0), name_of(" wife "), name_of(2)
    ('1', 'wife', '2')
    """
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(label))
    return str(label).strip()


def read_labels(values: Any, option: str) -> Labels:
    """Return labels as numbers.

    Parameters
    ----------
    values
        One for each row: an array of numbers, or a list.
    option
        Name of the option, for messages.

    Raises
    ------
    ResponseError
        A label is a list, dict or set, or a float that may have been several whole numbers.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        _refuse_rounded(values, option)
        return _of_numbers(values)
    numbers: dict[Any, int] = {}
    try:
        read = [numbers.setdefault(label, len(numbers)) for label in values]
    except TypeError:
        raise ResponseError(
            f"{option}: a label is a list, dict or set; allowed: texts, numbers and dates"
        ) from None
    present = np.array([not is_missing_label(label) for label in numbers], dtype=np.bool_)
    renumbered = np.where(present, np.cumsum(present) - 1, -1)
    different = [label for label, is_label in zip(numbers, present.tolist(), strict=True) if is_label]
    return Labels(renumbered[np.array(read, dtype=np.intp)], different)


def _refuse_rounded(values: NDArray[Any], option: str) -> None:
    """Raise where labels are floats too large to tell whole numbers apart.

    A column of whole numbers becomes one of floats where a label is missing; 9007199254740992 and
    9007199254740993 are then one couple.
    """
    if values.dtype.kind != "f":
        return
    large = np.flatnonzero(
        np.isfinite(values) & (np.abs(values) >= 2.0 ** (np.finfo(values.dtype).nmant + 1))
    )
    if len(large):
        shown_label = label_text(values[large[0]].item())
        raise ResponseError(
            f"{option}: row {large[0]} holds {shown_label}, a float so large that different whole numbers "
            "are the same float; read the labels as texts, or as whole numbers (Int64 in pandas)"
        )


def _of_numbers(values: NDArray[Any]) -> Labels:
    """Return labels that are numbers, nan where missing."""
    present = np.flatnonzero(~np.isnan(values)) if values.dtype.kind == "f" else np.arange(len(values))
    labels = values[present]
    numbers, firsts = numbered(_small_keys(labels))
    positions = np.full(len(values), -1, dtype=np.intp)
    positions[present] = numbers
    return Labels(positions, labels[firsts].tolist())


def _small_keys(labels: NDArray[Any]) -> Positions:
    """Return different whole numbers from 0 for different labels."""
    if len(labels) and labels.dtype.kind in "iu":
        low, high = int(labels.min()), int(labels.max())
        if high - low <= _SPARSE * len(labels) and high < _LARGEST and low > -_LARGEST:
            return labels.astype(np.intp) - low
    return np.unique(labels, return_inverse=True)[1].reshape(-1)


def numbered(keys: Positions) -> tuple[Positions, Positions]:
    """Return a number for each key, equal for equal keys, in order of their first appearance.

    Parameters
    ----------
    keys
        (n,): whole numbers from 0.

    Returns
    -------
    tuple
        (n,) number of each key; and (n_different,) the position of each one's first appearance.

    Examples
    --------
    >>> numbered(np.array([7, 3, 7, 0]))
    (array([0, 1, 0, 2]), array([0, 1, 3]))
    """
    n = len(keys)
    if n and int(keys.max()) > _SPARSE * n:
        keys = np.unique(keys, return_inverse=True)[1].reshape(-1)
    first = np.empty(int(keys.max()) + 1 if n else 0, dtype=np.intp)
    first[keys[::-1]] = np.arange(n - 1, -1, -1)  # of equal keys, the last assignment stays: the first row
    firsts = np.flatnonzero(first[keys] == np.arange(n))
    first[keys[firsts]] = np.arange(len(firsts))
    return first[keys], firsts


def spelling_faults(labels: Labels, option: str) -> list[PairingFault]:
    """Return a fault for each label that looks like another one but is written differently.

    Labels look alike where they differ in case, blanks, leading zeros or the type of the value only: as two
    labels they would be two couples with one partner each, or two roles.
    """
    if all(type(label) in (int, float) for label in labels.values):
        return []
    firsts: dict[Any, int] = {}
    faults = []
    for number, label in enumerate(labels.values):
        first = firsts.setdefault(_seen(label), number)
        if first != number:
            rows = [int(np.flatnonzero(labels.positions == place)[0]) for place in (first, number)]
            both = f"{label_text(labels.values[first])} and {label_text(label)}"
            faults.append(
                PairingFault(
                    code="written in two ways",
                    couple=None,
                    rows=tuple(rows),
                    explanation=f"{option} {both} look the same and would count as different",
                )
            )
    return faults


def _seen(label: Any) -> Any:
    """Return what a reader sees of a label, whatever its case."""
    if isinstance(label, str) and label.isascii() and label.isidentifier():
        return label.casefold()  # letters, digits and underscores: nothing that cannot be seen
    seen = appearance(label)
    return seen.casefold() if isinstance(seen, str) else seen


def _sort_key(label: Any) -> tuple[int, Any, str]:
    if isinstance(label, int | float) and not isinstance(label, bool):
        return (0, label, "")  # not as a float, which large whole numbers share
    return (1, 0.0, str(label))
