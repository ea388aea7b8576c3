"""Parquet files, through pyarrow."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.base import AnswerFile, ScoreFile, output_columns
from intimacy_scales.files.head import Head
from intimacy_scales.files.read_ahead import fetched_ahead
from intimacy_scales.reading.frames import ArrowTable, Table, arrow_numbers, needs

_BATCH_ROWS = 131_072


class ParquetFile(AnswerFile):
    """A Parquet file."""

    _platform = "Parquet"

    @classmethod
    def detect(cls, head: Head) -> bool:
        """Tell whether a file begins with the mark of Parquet."""
        return head.data.startswith(b"PAR1")

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        del encoding  # Parquet stores it
        super().__init__(path)
        parquet, pa = needs("pyarrow.parquet", "io"), needs("pyarrow", "io")
        try:
            # no pre-buffering, which keeps all that was read, so that memory would grow with the file
            self._file = parquet.ParquetFile(path, pre_buffer=False)
        except pa.ArrowException as error:
            raise ResponseError(f"{path}: is not a Parquet file: {error}") from None
        self._held.callback(self._file.close)
        self.names = self._file.schema_arrow.names
        self.size = self._file.metadata.num_rows

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the wanted columns, some rows at a time."""
        wanted = [str(name) for name in dict.fromkeys([*items, *others])]
        try:
            batches = fetched_ahead(self._file.iter_batches(batch_size=_BATCH_ROWS, columns=wanted))
            self._held.callback(batches.close)  # so that the thread stops before the file is closed
            for batch in batches:
                self.position += len(batch)
                yield ArrowTable(batch, is_own=True)
        except OSError as error:
            raise ResponseError(f"{self.path}: is damaged: {error}") from None


class ParquetScores(ScoreFile):
    """A Parquet file of scores; null where there is no score.

    Kept columns from Parquet keep their type; from other formats they are text. A batch is compressed in a
    thread while the next one is being scored; the next call raises its errors.
    """

    def __init__(self, path: Path) -> None:
        self._pa, self._parquet = needs("pyarrow", "io"), needs("pyarrow.parquet", "io")
        super().__init__(path)
        self._writer: Any = None
        self._worker = ThreadPoolExecutor(1)
        self._written: Future[None] | None = None

    def _frame(
        self,
        table: Table,
        keep: Sequence[Hashable],
        columns: Mapping[str, NDArray[Any]],
        first: Mapping[str, NDArray[Any]],
    ) -> Any:
        if isinstance(table, ArrowTable):
            order = [*first, *map(str, keep), *columns]
            return table.frame({**first, **columns}, keep).select(order)
        kept = {str(name): output_columns(table, [name], {}, {})[str(name)] for name in keep}
        texts = {
            name: self._pa.array([None if v is None else _text(v) for v in values], self._pa.string())
            for name, values in kept.items()
        }
        before, after = (
            {name: arrow_numbers(values) for name, values in some.items()} for some in (first, columns)
        )
        arrays = before | texts | after
        return self._pa.table(list(arrays.values()), names=[_text(name) for name in arrays])

    def _write(
        self,
        table: Table,
        keep: Sequence[Hashable],
        columns: Mapping[str, NDArray[Any]],
        first: Mapping[str, NDArray[Any]],
    ) -> None:
        frame = self._frame(table, keep, columns, first)
        if self._writer is None:
            # scores recur, and row numbers increase by one; kept texts do neither
            numbers = [name for name, values in first.items() if values.dtype.kind in "iu"]
            self._writer = self._parquet.ParquetWriter(
                self.new.file,
                frame.schema,
                compression="zstd",
                use_dictionary=[str(name) for name in columns],
                column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
            )
        self._wait()
        self._written = self._worker.submit(self._writer.write_table, frame)

    def _wait(self) -> None:
        """Wait until the previous batch is written."""
        if self._written is not None:
            self._written.result()

    def _finish(self) -> None:
        try:
            self._wait()
        finally:
            self._worker.shutdown()
            if self._writer is not None:
                self._writer.close()


def _text(value: Any) -> str:
    """Return a value as text, with half surrogate pairs, which UTF-8 cannot encode, escaped."""
    return str(value).encode("utf-8", "backslashreplace").decode()
