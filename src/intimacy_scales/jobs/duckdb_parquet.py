"""Parquet files read by DuckDB, which decodes them on all processors."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from glob import has_magic
from pathlib import Path
from typing import Any

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.formats import open_answers
from intimacy_scales.files.parquet import ParquetFile
from intimacy_scales.reading.frames import ArrowTable, Table, needs

_ROWS = 131_072  # at a time, as without DuckDB: the scores are written in groups of as many

_TEXTS = {"string", "large_string", "string_view"}


class DuckDBParquetFile(ParquetFile):
    """A Parquet file whose rows come from DuckDB, in their order."""

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
        """Return a batch in the types of the file: DuckDB has texts of its own.

        Raises
        ------
        ResponseError
            DuckDB gives a column in another type, so that answers or what is kept would be others.
        """
        arrow = needs("pyarrow", "io")
        own = [self._file.schema_arrow.field(field.name) for field in batch.schema]
        for field, wanted in zip(batch.schema, own, strict=True):
            if field.type != wanted.type and not {str(field.type), str(wanted.type)} <= _TEXTS:
                raise ResponseError(
                    f"{self.path}: DuckDB gives column {field.name!r} as {field.type}, and the file has "
                    f"{wanted.type}; leave the engine out, or choose dask or spark"
                )
        return arrow.Table.from_batches([batch]).cast(arrow.schema(own))


def open_by_duckdb(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> ParquetFile:
    """Open a Parquet file so that DuckDB reads it; arguments and errors as in `open_answers`.

    Raises
    ------
    ResponseError
        It is of another format, whose types DuckDB would guess; or its name would be a pattern.
    """
    with open_answers(path, encoding=encoding, sheet=sheet) as file:
        if not isinstance(file, ParquetFile):
            raise ResponseError(
                f"{path}: DuckDB would guess what its texts are, and reads Parquet files only; leave the "
                "engine out, or choose dask or spark"
            )
    if has_magic(str(path)):
        raise ResponseError(f"{path}: DuckDB would take *, ? and [ in its name for a pattern; rename it")
    return DuckDBParquetFile(path)
