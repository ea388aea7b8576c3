"""Spark: a DataFrame, scored and summed up partition by partition through ``mapInArrow``."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from intimacy_scales.engines.schema import ScoresSchema
from intimacy_scales.engines.work import ScoreWork, SumsT, SumWork
from intimacy_scales.reading.frames import needs

_WIDE = 8  # tasks that add up parts, before one task adds up their sums
_PART = "part binary"
# Spark has no unsigned types: the next wider signed ones hold all values
_KINDS = {
    "float64": "DoubleType", "uint8": "ShortType", "uint16": "IntegerType", "uint32": "LongType",
    "bool": "BooleanType",
}  # fmt: skip
_WIDER = {"uint8": "int16", "uint16": "int32", "uint32": "int64"}


class SparkEngine:
    """A Spark DataFrame."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame

    @property
    def names(self) -> Sequence[Hashable]:
        """The names of its columns."""
        names: list[str] = self.frame.columns
        return names

    def score(self, work: ScoreWork, scores: ScoresSchema) -> Any:
        """Return a Spark DataFrame of scores."""
        kinds = needs("pyspark.sql.types", "spark")
        fields = dict(zip(self.names, self.frame.schema.fields, strict=True))
        kept = [
            kinds.StructField(name, fields[name].dataType, fields[name].nullable)
            for name in work.columns.reading.keep
        ]
        new = [
            kinds.StructField(name, getattr(kinds, _KINDS[kind])(), nullable=True)
            for name, kind in scores.columns.items()
        ]
        return self._used(work).mapInArrow(_Scored(work), kinds.StructType([*kept, *new]))

    def sums(self, work: SumWork[SumsT]) -> SumsT:
        """Return the sums over all partitions, added up on the workers.

        The sums travel as rows, not in an accumulator: a partition that Spark runs twice counts once.
        """
        rows = self._used(work)
        if work.together is not None:
            column = f"c{list(self.names).index(work.together)}"
            kind = rows.schema[column].dataType.typeName()
            if kind in ("string", "char", "varchar"):  # by bytes: collations equate different texts
                key = rows[column].cast("string").cast("binary")
            else:
                key = rows[column]
            rows = rows.repartition(key).sortWithinPartitions(key)
        parts = rows.mapInArrow(_Summed(work), _PART)
        for n_tasks in (_WIDE, 1):
            parts = parts.repartition(n_tasks).mapInArrow(_Added(work), _PART)
        return work.total(bytes(row.part) for row in parts.collect())

    def _used(self, work: ScoreWork | SumWork[Any]) -> Any:
        """Return the used columns, named by position: Spark takes a name with a dot for a path."""
        places = self._places(work)
        renamed = self.frame.toDF(*(f"c{place}" for place in range(len(self.names))))
        return renamed.select(*(f"c{place}" for place in places))

    def _places(self, work: ScoreWork | SumWork[Any]) -> tuple[int, ...]:
        return tuple(list(self.names).index(name) for name in work.columns.used)


@dataclass(frozen=True, slots=True)
class _Scored:
    """The function that scores a partition, batch by batch."""

    work: ScoreWork

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        for batch in _named(self.work, batches):
            if batch.num_rows:
                yield from _signed(self.work(batch)).to_batches()


@dataclass(frozen=True, slots=True)
class _Summed:
    """The function that sums up a partition, also an empty one."""

    work: SumWork[Any]

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        yield _row_of(self.work.packed(_named(self.work, batches)))


@dataclass(frozen=True, slots=True)
class _Added:
    """The function that adds up the sums of partitions."""

    work: SumWork[Any]

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        yield _row_of(self.work.add(part for batch in batches for part in batch.column(0).to_pylist()))


def _named(work: ScoreWork | SumWork[Any], batches: Iterable[Any]) -> Iterator[Any]:
    """Yield batches with the column names of the frame."""
    import pyarrow as pa

    names = [str(name) for name in work.columns.used]
    for batch in batches:
        yield pa.RecordBatch.from_arrays(batch.columns, names=names)


def _signed(scores: Any) -> Any:
    """Return a table with unsigned columns cast to the next wider signed type."""
    import pyarrow as pa

    wider = {kind: getattr(pa, name)() for kind, name in _WIDER.items()}
    fields = [field.with_type(wider.get(str(field.type), field.type)) for field in scores.schema]
    return scores.cast(pa.schema(fields))


def _row_of(part: bytes) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([pa.array([part], pa.binary())], names=["part"])
