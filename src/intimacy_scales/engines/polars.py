"""polars: a LazyFrame, run by its streaming engine in batches."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from intimacy_scales.engines.schema import ScoresSchema
from intimacy_scales.engines.work import ScoreWork, SumsT, SumWork
from intimacy_scales.reading.frames import batches_from


class PolarsEngine:
    """A polars LazyFrame."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame
        self._schema: Any = frame.collect_schema()

    @property
    def names(self) -> Sequence[Hashable]:
        """The names of its columns."""
        names: list[str] = self._schema.names()
        return names

    def score(self, work: ScoreWork, scores: ScoresSchema) -> Any:
        """Return a LazyFrame of scores.

        Filters and selections of scores cannot be pushed down to the answers; only a limit of rows can.
        """
        kept = {name: self._schema[name] for name in work.columns.reading.keep}
        return self._used(work).map_batches(
            work,
            schema=kept | dict(scores.to_polars()),
            streamable=True,
            predicate_pushdown=False,
            projection_pushdown=False,
        )

    def sums(self, work: SumWork[SumsT]) -> SumsT:
        """Return the sums over all batches of its streaming engine."""
        used = self._used(work)
        rows = used if work.together is None else used.sort(work.together)
        if hasattr(rows, "collect_batches"):
            return work(batches_from(rows, "score()"))
        return work.total(self._parts(rows, work))

    @staticmethod
    def _parts(rows: Any, work: SumWork[Any]) -> list[bytes]:
        """Return the sums of parts with a polars that cannot yield batches: in a column made by its engine.

        If rows must stay together, there is only one part.
        """
        import polars as pl

        summed = rows.map_batches(
            lambda part: pl.DataFrame({"part": [work.packed([part])]}, schema={"part": pl.Binary}),
            schema={"part": pl.Binary},
            streamable=work.together is None,
        )
        parts: list[bytes] = summed.collect(streaming=work.together is None)["part"].to_list()
        return parts

    def _used(self, work: ScoreWork | SumWork[Any]) -> Any:
        return self.frame.select(list(work.columns.used))
