"""Parquet files read by DuckDB, which decodes them on all processors in parallel."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from glob import has_magic
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.formats import open_answers
from intimacy_scales.files.parquet import ParquetFile
from intimacy_scales.reading.frames import ArrowTable, Table, needs

_ROWS = 131_072  # at a time, as without DuckDB, so that scores are written in the same groups

_TEXTS = {"string", "large_string", "string_view"}


class DuckDBParquetFile(ParquetFile):
    """A Parquet file whose rows come from DuckDB, in the order of the file."""

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the wanted columns, some rows at a time."""
        duckdb = needs("duckdb", "duckdb")
        wanted = [str(name) for name in dict.fromkeys([*items, *others])]
        with duckdb.connect() as connection:
            try:
                columns = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in wanted)
                rows = connection.read_parquet(str(self.path)).project(columns)
                for batch in rows.to_arrow_reader(_ROWS):
                    self.position += len(batch)
                    yield ArrowTable(self._as_in_the_file(batch))
            except duckdb.Error as error:
                raise ResponseError(f"{self.path}: is damaged: {error}") from None

    def _as_in_the_file(self, batch: Any) -> Any:
        """Return a batch in the types of the file, since DuckDB uses other types of texts.

        Raises
        ------
        ResponseError
            DuckDB returns a column in another type, which would change answers or kept columns.
        """
        arrow = needs("pyarrow", "io")
        in_file = [self._file.schema_arrow.field(field.name) for field in batch.schema]
        for field, wanted in zip(batch.schema, in_file, strict=True):
            if field.type != wanted.type and not {str(field.type), str(wanted.type)} <= _TEXTS:
                raise ResponseError(
                    f"{self.path}: DuckDB reads column {field.name!r} as {field.type}, but the file has "
                    f"{wanted.type}; leave the engine out, or choose dask or spark"
                )
        return arrow.Table.from_batches([batch]).cast(arrow.schema(in_file))


def open_by_duckdb(path: Path) -> ParquetFile:
    """Open a Parquet file to be read by DuckDB; errors as of `open_answers`.

    Raises
    ------
    ResponseError
        The file has another format, whose types DuckDB would guess, or its name is a pattern to DuckDB.
    """
    with open_answers(path) as file:
        if not isinstance(file, ParquetFile):
            raise ResponseError(
                f"{path}: engine='duckdb' is for Parquet files only, as DuckDB guesses the types of texts; "
                "leave the engine out, or choose dask or spark"
            )
    if has_magic(str(path)):
        raise ResponseError(f"{path}: DuckDB takes a name with *, ? or [ for a pattern; rename the file")
    return DuckDBParquetFile(path)
