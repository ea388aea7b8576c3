"""DuckDB: a relation, read as Arrow streams; scores come as a relation over such a stream."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from intimacy_scales.engines.arrow import scored_batches
from intimacy_scales.engines.engine import ROWS
from intimacy_scales.engines.schema import ScoresSchema
from intimacy_scales.engines.work import ScoreWork, SumsT, SumWork
from intimacy_scales.reading.frames import needs


class DuckDBEngine:
    """A DuckDB relation.

    Parameters
    ----------
    relation
        The relation.
    connection
        Connection to the database of the relation of scores; None: the default connection.
    """

    def __init__(self, relation: Any, connection: Any = None) -> None:
        self.relation, self.connection = relation, connection

    @property
    def names(self) -> Sequence[Hashable]:
        """The names of its columns."""
        names: list[str] = self.relation.columns
        return names

    def score(self, work: ScoreWork, scores: ScoresSchema) -> Any:
        """Return a relation of scores, which reads the answers again each time it is run."""
        arrow = needs("pyarrow", "io")
        keep = work.columns.reading.keep
        kept = self._selected(keep).limit(0).to_arrow_table().schema if keep else []
        schema = arrow.schema([*kept, *scores.to_arrow()])
        # a query cannot read from the connection that runs it, so that the scores get their own cursor
        owner = needs("duckdb", "duckdb").default_connection() if self.connection is None else self.connection
        cursor = owner.cursor()
        return cursor.from_arrow(_Scored(self, work, schema, cursor))

    def sums(self, work: SumWork[SumsT]) -> SumsT:
        """Return the sums over all batches."""
        together = work.together
        rows = self.relation if together is None else self.relation.order(self._order(together))
        return work(DuckDBEngine(rows).batches(work))

    def batches(self, work: ScoreWork | SumWork[Any]) -> Iterator[Any]:
        """Yield the columns that are read, batch by batch."""
        yield from self._selected(work.columns.used).to_arrow_reader(ROWS)

    def _order(self, name: Hashable) -> str:
        """Return the sort expression of rows: texts by bytes, since collations equate different texts."""
        kinds = dict(zip(self.relation.columns, map(str, self.relation.types), strict=True))
        return f"encode({_quoted(name)})" if kinds[str(name)] == "VARCHAR" else _quoted(name)

    def _selected(self, names: Sequence[Hashable]) -> Any:
        return self.relation.project(", ".join(map(_quoted, names)))


def _quoted(name: Hashable) -> str:
    return '"' + str(name).replace('"', '""') + '"'


class _Scored:
    """An Arrow stream of scores that DuckDB can scan repeatedly: each scan starts at the first row.

    It holds the connection, which some versions close when no other reference is left.
    """

    def __init__(self, engine: DuckDBEngine, work: ScoreWork, schema: Any, connection: Any) -> None:
        self._engine, self._work, self._schema, self._connection = engine, work, schema, connection

    def __arrow_c_schema__(self) -> Any:
        return self._schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        batches = scored_batches(self._engine.batches(self._work), self._work, self._schema)
        reader = needs("pyarrow", "io").RecordBatchReader.from_batches(self._schema, batches)
        return reader.__arrow_c_stream__(requested_schema)
