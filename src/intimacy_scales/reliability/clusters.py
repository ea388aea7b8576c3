"""Who belongs together: couples, families, sites."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.codes import CodedResponses
from intimacy_scales.errors import EstimationError

Clusters = Hashable | Sequence[Any] | NDArray[Any] | None


def _is_missing(label: Any) -> bool:
    return label is None or bool(label != label)  # noqa: PLR0124 - nan


def cluster_positions(answers: CodedResponses, clusters: Clusters) -> NDArray[np.intp] | None:
    """Return each person's cluster as a number from 0, or None where there are no clusters.

    Parameters
    ----------
    answers
        Checked answers.
    clusters
        The name of a column of the table that was checked, or one label for each person.

    Raises
    ------
    EstimationError
        A label for another number of persons, or a person without one.
    ResponseError
        The table has no such column.
    """
    if clusters is None:
        return None
    if isinstance(clusters, str):
        if answers.table is None:
            raise EstimationError(
                f"clusters={clusters!r}: these answers came without a table; pass the labels"
            )
        labels: Any = answers.table.values(clusters, "clusters")
    else:
        labels = clusters
    labels = list(labels.tolist() if hasattr(labels, "tolist") else labels)
    if len(labels) != len(answers):
        raise EstimationError(f"clusters: {len(labels)} labels for {len(answers)} persons")
    missing = [row for row, label in enumerate(labels) if _is_missing(label)]
    if missing:
        raise EstimationError(
            f"clusters: {len(missing)} persons belong to none, the first in row {missing[0]}; "
            "leave them out, or give each a label of its own"
        )
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(label, len(numbers)) for label in labels], dtype=np.intp)


def sum_by_cluster(rows: NDArray[np.float64], positions: NDArray[np.intp]) -> NDArray[np.float64]:
    """Add up the rows (n, m) of each cluster: (n_clusters, m)."""
    order = np.argsort(positions, kind="stable")
    starts = np.flatnonzero(np.diff(positions[order], prepend=-1))
    summed: NDArray[np.float64] = np.add.reduceat(rows[order], starts, axis=0)
    return summed
