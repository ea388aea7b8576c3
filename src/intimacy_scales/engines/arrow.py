"""Arrow: datasets of files, scanners, and readers of record batches; scores come as a reader."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

from intimacy_scales.engines.engine import ROWS
from intimacy_scales.engines.schema import ScoresSchema
from intimacy_scales.engines.work import ScoreWork, SumsT, SumWork
from intimacy_scales.errors import ResponseError
from intimacy_scales.reading.frames import needs
from intimacy_scales.reading.kinds import is_of
from intimacy_scales.results.wording import counted

_SHOWN = 5
_TYPED = ("ParquetFileFormat", "IpcFileFormat", "OrcFileFormat", "NoneType")


class ArrowEngine:
    """A pyarrow Dataset, Scanner or RecordBatchReader, or another source of an Arrow stream.

    Parameters
    ----------
    source
        One of these. A dataset can be scored many times, a reader only once.
    """

    def __init__(self, source: Any) -> None:
        dataset = is_of(source, "pyarrow", "Dataset")
        known = dataset or any(is_of(source, "pyarrow", kind) for kind in ("Scanner", "RecordBatchReader"))
        self.source = source if known else needs("pyarrow", "io").RecordBatchReader.from_stream(source)
        schema = self.source.projected_schema if is_of(source, "pyarrow", "Scanner") else self.source.schema
        self._schema: Any = schema
        self._files = dataset

    @property
    def names(self) -> Sequence[Hashable]:
        """The names of its columns."""
        names: list[str] = self._schema.names
        return names

    def score(self, work: ScoreWork, scores: ScoresSchema) -> Any:
        """Return a RecordBatchReader of scores, which are computed as they are read."""
        arrow = needs("pyarrow", "io")
        kept = [self._schema.field(name) for name in work.columns.reading.keep]
        schema = arrow.schema([*kept, *scores.to_arrow()])
        return arrow.RecordBatchReader.from_batches(schema, scored_batches(self.batches(work), work, schema))

    def sums(self, work: SumWork[SumsT]) -> SumsT:
        """Return the sums over all batches."""
        if work.together is not None:
            raise ResponseError(
                "clusters: Arrow cannot bring the rows of a cluster together; read the files with an engine "
                "that can, such as polars.scan_parquet(path) or duckdb.read_parquet(path)"
            )
        return work(self.batches(work))

    def batches(self, work: ScoreWork | SumWork[Any]) -> Iterator[Any]:
        """Yield the columns that are read, batch by batch."""
        wanted = list(work.columns.used)
        if self._files:
            for fragment in self._fragments():
                self._check_items(fragment, work)
                yield from fragment.to_batches(
                    schema=self._of_file(fragment, work), columns=wanted, batch_size=ROWS, batch_readahead=1
                )
        elif is_of(self.source, "pyarrow", "Scanner"):
            yield from (batch.select(wanted) for batch in self.source.to_batches())
        else:
            yield from (batch.select(wanted) for batch in self.source)

    @staticmethod
    def _check_items(fragment: Any, work: ScoreWork | SumWork[Any]) -> None:
        """Raise if items are missing from one of several files, where Arrow would fill them with nulls."""
        reading = work.columns.reading
        if reading.allow_missing_items or not isinstance(reading.columns, Mapping):
            return
        from pyarrow.dataset import get_partition_keys

        names = {*fragment.physical_schema.names, *get_partition_keys(fragment.partition_expression)}
        missing = [item for item, name in reading.columns.items() if name not in names]
        if missing:
            more = ", …" if len(missing) > _SHOWN else ""
            raise ResponseError(
                f"{getattr(fragment, 'path', 'a part')}: {counted(len(missing), 'item')} of "
                f"{work.form.ref.called} {'has' if len(missing) == 1 else 'have'} no column in this file, "
                f"though other files have them: {', '.join(missing[:_SHOWN])}{more}. If everyone in this "
                "file skipped them, pass allow_missing_items=True"
            )

    def _fragments(self) -> Iterator[Any]:
        """Yield the files of a dataset; a filtered one does not list its files, and is read as a whole."""
        try:
            fragments = list(self.source.get_fragments())
        except ValueError:
            yield _Filtered(self.source)
        else:
            yield from fragments

    def _of_file(self, fragment: Any, work: ScoreWork | SumWork[Any]) -> Any:
        """Return the schema of one file of a dataset: answers in its own types, all else in the dataset's.

        Texts in one of many files thus stay texts. Text formats have no types of their own: what Arrow
        guesses from one file would drop the zeros of ids such as 007.
        """
        if type(getattr(fragment, "format", None)).__name__ not in _TYPED:
            return self._schema
        schema = fragment.physical_schema
        others = {*work.columns.reading.keep, work.columns.reading.person}
        return needs("pyarrow", "io").schema(
            [
                schema.field(field.name) if field.name in schema.names and field.name not in others else field
                for field in self._schema
            ]
        )


class _Filtered:
    """A filtered dataset, read as one file."""

    format = None

    def __init__(self, dataset: Any) -> None:
        self._dataset, self.physical_schema = dataset, dataset.schema
        self.partition_expression = needs("pyarrow.dataset", "io").scalar(True)

    def to_batches(
        self, *, columns: Any, batch_size: int, batch_readahead: int, schema: Any
    ) -> Iterator[Any]:
        """Yield its rows in batches."""
        del schema
        yield from self._dataset.to_batches(
            columns=columns, batch_size=batch_size, batch_readahead=batch_readahead
        )


def scored_batches(batches: Iterator[Any], work: ScoreWork, schema: Any) -> Iterator[Any]:
    """Yield the scores of each batch in the types of a schema."""
    for batch in batches:
        if batch.num_rows:
            yield from work(batch).cast(schema).to_batches()
