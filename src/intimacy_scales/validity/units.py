"""Units that are drawn and counted together: couples, or single persons (arrays only, apart from labels)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument.base import is_id
from intimacy_scales.messages import shortened
from intimacy_scales.moments.clusters import label_positions, warn_of_no_pairs
from intimacy_scales.reading.frames import same_rows
from intimacy_scales.results.wording import counted

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]


def check_lengths(columns: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Raise where columns do not have one value for each of the same persons.

    Parameters
    ----------
    columns
        Name of an argument → its values (n,).
    given
        Name of an argument → what the caller passed, whose index is compared.
    """
    check_indexes(given)
    (first, values), *others = columns.items()
    for name, column in others:
        if len(column) != len(values):
            raise EstimationError(
                f"{first} has {counted(len(values), 'value')} and {name} has {len(column)}; both need one "
                "for each person, in the same order"
            )


def check_indexes(given: Mapping[str, Any]) -> None:
    """Raise where two columns have different indexes; those without one are taken as they are.

    Every two columns are compared, as the first may be a list, which has no index.

    Parameters
    ----------
    given
        Name of an argument → what the caller passed.
    """
    for (first, one), (second, other) in itertools.combinations(given.items(), 2):
        if not same_rows(one, other):
            raise EstimationError(
                f"{first} and {second} have different indexes, so their rows may be different persons; align "
                f"them first, for example with {first}.align({second}, join='inner')"
            )


def scale_name(scale: Any, option: str = "scale") -> str | None:
    """Return the id that a caller gives to a scale whose scores are plain numbers.

    Raises
    ------
    EstimationError
        It cannot be an id.
    """
    if scale is None or (isinstance(scale, str) and is_id(scale)):
        return scale
    raise EstimationError(
        f"{option}={shortened(scale)} is not the id of a scale: use letters, digits, '_', '.' or '-', as the "
        f"instrument does; leave {option} out where the figures belong to no scale"
    )


def units_of(clusters: Any, n: int, given: Mapping[str, Any]) -> Positions | None:
    """Return each person's cluster as a number from 0 (n,), or None without clusters.

    Parameters
    ----------
    clusters
        A label for each person, or None.
    n
        Number of persons.
    given
        Name of another argument → what the caller passed, whose index is compared.

    Raises
    ------
    EstimationError
        The labels are not one for each person, or a person has none.
    """
    if clusters is None:
        return None
    for name, column in given.items():
        if not same_rows(clusters, column):
            raise EstimationError(
                f"clusters: the index of the labels is not that of {name}, so they may be those of other "
                "persons; align them first"
            )
    positions = label_positions(clusters, "clusters")
    if len(positions) != n:
        raise EstimationError(f"clusters: {counted(len(positions), 'label')} for {counted(n, 'person')}")
    missing = np.flatnonzero(positions < 0)
    if len(missing):
        raise EstimationError(
            f"clusters: {counted(len(missing), 'person')} without a label, the first in row {missing[0]}; "
            "leave them out, or give each a label of their own"
        )
    warn_of_no_pairs(positions)
    return positions


def in_order(values: Floats, units: Positions | None) -> tuple[NDArray[np.intp], Positions]:
    """Return an order of persons (n,) that does not depend on the order of rows, and units in that order.

    Persons are ordered by their values within a unit, and units by the values of their members; units are
    numbered from 0 in that order, so that draws of units from a seed are the same for any order of rows.

    Parameters
    ----------
    values
        (n, k): the figures of each person; nan sorts last.
    units
        Unit of each person (n,); None: each person is a unit.
    """
    n = len(values)
    rows = [tuple((np.isnan(v), 0.0 if np.isnan(v) else v) for v in row) for row in values.tolist()]
    members: dict[int, list[int]] = {}
    for person, unit in enumerate(range(n) if units is None else units.tolist()):
        members.setdefault(unit, []).append(person)
    ordered = [sorted(persons, key=rows.__getitem__) for persons in members.values()]
    ordered.sort(key=lambda persons: [rows[person] for person in persons])
    order = np.array([person for persons in ordered for person in persons], dtype=np.intp)
    numbers = np.repeat(np.arange(len(ordered)), [len(persons) for persons in ordered])
    return order, numbers
