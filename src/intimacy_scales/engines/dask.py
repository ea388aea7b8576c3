"""Dask: a DataFrame, scored and summed up partition by partition."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from fractions import Fraction
from numbers import Number
from typing import Any

from intimacy_scales.engines.schema import ScoresSchema
from intimacy_scales.engines.work import ScoreWork, SumsT, SumWork
from intimacy_scales.reading.frames import needs

_KEY = "\0cluster"
_AT_ONCE = 16  # parts that one task adds up


class DaskEngine:
    """A Dask DataFrame."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame

    @property
    def names(self) -> Sequence[Hashable]:
        """The names of its columns."""
        return list(self.frame.columns)

    def score(self, work: ScoreWork, scores: ScoresSchema) -> Any:
        """Return a Dask DataFrame of scores, with the index of the answers."""
        no_rows = needs("dask.dataframe.utils", "dask").make_meta(self.frame)
        kept = no_rows[list(work.columns.reading.keep)]
        meta = scores.to_pandas().set_index(no_rows.index)
        return self._used(work).map_partitions(work, meta=kept.join(meta))

    def sums(self, work: SumWork[SumsT]) -> SumsT:
        """Return the sums over all partitions, added up in groups on the workers."""
        delayed = needs("dask", "dask").delayed
        summed, added = delayed(_summed), delayed(_added)
        rows = self._used(work)
        if work.together is not None:
            rows = rows.map_partitions(_with_keys, work.together).shuffle(on=_KEY)
        parts = [summed(work, part) for part in rows.to_delayed()]
        while len(parts) > _AT_ONCE:
            parts = [added(work, parts[start : start + _AT_ONCE]) for start in range(0, len(parts), _AT_ONCE)]
        return work.total(needs("dask", "dask").compute(*parts))

    def _used(self, work: ScoreWork | SumWork[Any]) -> Any:
        return self.frame[list(work.columns.used)]


def _summed(work: SumWork[Any], table: Any) -> bytes:
    return work.packed([table])


def _added(work: SumWork[Any], parts: Sequence[bytes]) -> bytes:
    return work.add(parts)


def _with_keys(table: Any, name: Hashable) -> Any:
    """Return a partition with a column of texts that are equal if labels are, such as 1 and 1.0."""
    import pandas as pd

    return table.assign(**{_KEY: pd.Series([_key(x) for x in table[name]], index=table.index, dtype=object)})


def _key(label: Any) -> str:
    is_number = isinstance(label, Number) and not isinstance(label, complex) and label == label  # noqa: PLR0124 - nan
    return str(Fraction(label)) if is_number and abs(label) != math.inf else str(label)
