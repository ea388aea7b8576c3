"""Sums over clusters, such as couples, whose members an engine brings together."""

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
    """Sums over clusters, with what was wrong with the answers.

    Attributes
    ----------
    sums, check
        The sums, and the account of bad answers.
    n_without
        Persons who answered something and belong to no cluster; they are in no sum over clusters.
    """

    sums: ClusterSums
    check: AnswerCheck
    n_without: int

    def __add__(self, other: CheckedClusterSums) -> CheckedClusterSums:
        """Return the sums over both parts, no cluster of which has members in both."""
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
        found = read(Object(sums=Any, check=Any, n_without=int), document, cls.__name__)
        return cls(
            sums=ClusterSums.from_dict(found["sums"], instrument=instrument),
            check=AnswerCheck.from_dict(found["check"], instrument=instrument),
            n_without=found["n_without"],
        )


class _Read(NamedTuple):
    """What was read of a table: persons who belong to a cluster, and what there is to tell of all."""

    codes: Codes
    labels: list[Any]
    positions: NDArray[np.intp]
    told: CheckedClusterSums


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterWork(SumWork[CheckedClusterSums]):
    """Sum up a part that holds whole clusters.

    Attributes
    ----------
    clusters
        The column that says who belongs together; it is kept.
    missing, scales
        As in `ClusterSums`; the names of scales.
    """

    clusters: Hashable
    missing: Missing
    scales: tuple[str, ...]

    @property
    def together(self) -> Hashable:
        """The column of clusters."""
        return self.clusters

    def __call__(self, tables: Iterable[Any]) -> CheckedClusterSums:
        """Return the sums over all tables of a part.

        A cluster may go on in the next table, so that of the last row waits until that is there.
        """
        total = self._read(self.nobody()).told
        waiting: tuple[Codes, Any] | None = None
        for table in tables:
            codes, labels, positions, told = self._read(table)
            total += told
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
        """Return sums that came as bytes."""
        return CheckedClusterSums.from_bytes(part, instrument=self.form)

    def _read(self, table: Any) -> _Read:
        """Read a table, and take out who belongs to no cluster."""
        reader, used = self.read(table)
        codes, n_rows = reader.read_all(), len(reader.table)
        check = check_of(self.form, n_rows, reader.finish(), used)
        labels: Any = reader.table.values(self.clusters, "clusters") if n_rows else []
        listed = labels.tolist() if hasattr(labels, "tolist") else list(labels)
        positions = label_positions(listed, "clusters")
        theirs = positions >= 0
        told = CheckedClusterSums(
            sums=no_cluster_sums(self.form, self.missing, self.scales),
            check=check,
            n_without=int(np.count_nonzero(codes[~theirs].any(axis=1))),
        )
        if not theirs.all():
            codes, positions = codes[theirs], positions[theirs]
            listed = [label for label, stays in zip(listed, theirs.tolist(), strict=True) if stays]
        return _Read(codes, listed, positions, told)

    def _summed(self, codes: Codes, positions: NDArray[np.intp]) -> CheckedClusterSums:
        numbers = np.unique(positions, return_inverse=True)[1]
        sums = sums_of_clusters(self.form, np.asfortranarray(codes), numbers, self.missing, self.scales)
        return replace(self._read(self.nobody()).told, sums=sums)
