"""Sums over clusters such as couples, whose members an engine brings together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.engines.answer_check import AnswerCheck, check_of
from intimacy_scales.engines.work import SumWork
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.cluster_sums import ClusterSums, no_cluster_sums, sums_of_clusters
from intimacy_scales.moments.clusters import label_positions
from intimacy_scales.moments.keyed import Missing
from intimacy_scales.reading.encoding import Codes
from intimacy_scales.results.document_types import Object
from intimacy_scales.results.documents import read
from intimacy_scales.results.frozen import Frozen
from intimacy_scales.results.sums import Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedClusterSums(Frozen, Sums):
    """Sums over clusters, with the check of the answers.

    Attributes
    ----------
    sums, check
        The sums, and the answers that are not valid.
    n_without
        Persons who answered something but belong to no cluster; sums over clusters leave them out.
    """

    sums: ClusterSums
    check: AnswerCheck
    n_without: int

    def __add__(self, other: CheckedClusterSums) -> CheckedClusterSums:
        """Return the sums over both parts; no cluster may have members in both."""
        return CheckedClusterSums(
            sums=self.sums + other.sums,
            check=self.check + other.check,
            n_without=self.n_without + other.n_without,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the sums as plain values."""
        return {"sums": self.sums.to_dict(), "check": self.check.to_dict(), "n_without": self.n_without}

    @classmethod
    def from_dict(
        cls, document: Mapping[str, Any], *, instrument: Instrument | None = None
    ) -> CheckedClusterSums:
        """Return the sums that `to_dict` wrote."""
        values = read(Object(sums=Any, check=Any, n_without=int), document, cls.__name__)
        return cls(
            sums=ClusterSums.from_dict(values["sums"], instrument=instrument),
            check=AnswerCheck.from_dict(values["check"], instrument=instrument),
            n_without=values["n_without"],
        )


class _Members(NamedTuple):
    """The persons of a table who belong to a cluster, with sums that hold only the check of all persons."""

    codes: Codes
    labels: list[Any]
    positions: NDArray[np.intp]
    checked: CheckedClusterSums


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterWork(SumWork[CheckedClusterSums]):
    """The sums over clusters of a part that holds whole clusters.

    Attributes
    ----------
    clusters
        The column of cluster labels; it is kept.
    missing, scales
        As in `ClusterSums`, with the names of the scales.
    """

    clusters: Hashable
    missing: Missing
    scales: tuple[str, ...]

    @property
    def together(self) -> Hashable:
        """The column of cluster labels."""
        return self.clusters

    def __call__(self, tables: Iterable[Any]) -> CheckedClusterSums:
        """Return the sums over all tables of a part.

        A cluster may continue in the next table. The cluster of the last row is therefore held back until
        that table has been read.
        """
        total = self._read(self.no_rows()).checked
        waiting: tuple[Codes, Any] | None = None
        for table in tables:
            codes, labels, positions, checked = self._read(table)
            total += checked
            if not labels:
                continue
            if waiting is not None and waiting[1] == labels[0]:
                codes = np.concatenate([waiting[0], codes])
                positions = np.concatenate([np.repeat(positions[:1], len(waiting[0])), positions])
            elif waiting is not None:
                total += self._summed(waiting[0], np.zeros(len(waiting[0]), dtype=np.intp))
            last = positions == positions[-1]
            total += self._summed(codes[~last], positions[~last])
            waiting = codes[last], labels[-1]
        if waiting is not None:
            total += self._summed(waiting[0], np.zeros(len(waiting[0]), dtype=np.intp))
        return total

    def unpacked(self, part: bytes) -> CheckedClusterSums:
        """Return the sums from bytes."""
        return CheckedClusterSums.from_bytes(part, instrument=self.form)

    def _read(self, table: Any) -> _Members:
        """Read a table, and leave out persons who belong to no cluster."""
        reader, used = self.read(table)
        codes, n_rows = reader.read_all(), len(reader.table)
        check = check_of(self.form, n_rows, reader.finish(), used)
        labels: Any = reader.table.values(self.clusters, "clusters") if n_rows else []
        listed = labels.tolist() if hasattr(labels, "tolist") else list(labels)
        positions = label_positions(listed, "clusters")
        in_cluster = positions >= 0
        checked = CheckedClusterSums(
            sums=no_cluster_sums(self.form, self.missing, self.scales),
            check=check,
            n_without=int(np.count_nonzero(codes[~in_cluster].any(axis=1))),
        )
        if not in_cluster.all():
            codes, positions = codes[in_cluster], positions[in_cluster]
            listed = [label for label, is_in in zip(listed, in_cluster.tolist(), strict=True) if is_in]
        return _Members(codes, listed, positions, checked)

    def _summed(self, codes: Codes, positions: NDArray[np.intp]) -> CheckedClusterSums:
        numbers = np.unique(positions, return_inverse=True)[1]
        sums = sums_of_clusters(self.form, np.asfortranarray(codes), numbers, self.missing, self.scales)
        return replace(self._read(self.no_rows()).checked, sums=sums)
