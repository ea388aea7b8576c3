"""Answers on engines: the same persons in parts of any number and order, with gaps and bad cells."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from intimacy_scales import Instrument, load, simulate
from intimacy_scales.engines import DataSummary, summarize

N = 1_500
PARTS = (1, 7, 64)
_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []
_OPEN: list[Any] = []  # connections, which older versions of DuckDB close once nobody keeps them


@cache
def form() -> Instrument:
    return load("scii-24")


@cache
def answers(*, bad: bool = False) -> pa.Table:
    """Simulated answers with gaps; of some persons with cells that are not valid."""
    simulated = simulate(form(), N, rng=5).answers
    values = simulated[list(form().item_ids)].to_numpy(dtype=float, copy=True)
    draw = np.random.default_rng(9)
    values[draw.random(values.shape) < 0.05] = np.nan
    values[::97] = np.nan  # who answered nothing
    if bad:
        values[3::50, 2] = 99
        values[11::400, 7] = 2.5
        values[5, 9] = np.inf
    columns = {"person": pa.array([f"p{n:05d}" for n in range(N)]), "weight": pa.array(draw.random(N))}
    return pa.table(columns | {item: pa.array(values[:, i]) for i, item in enumerate(form().item_ids)})


def in_parts(table: pa.Table, n: int) -> list[pa.Table]:
    """Return the rows of a table shuffled, in so many parts of unequal size; some of several are empty."""
    draw = np.random.default_rng(n)
    shuffled = table.take(draw.permutation(len(table)))
    cuts = np.sort(draw.integers(0, len(table) + 1, n - 1))
    if n > 2:
        cuts[1] = cuts[0]
    bounds = [0, *cuts.tolist(), len(table)]
    return [shuffled.slice(a, b - a) for a, b in itertools.pairwise(bounds)]


@cache
def of_one_table(*, bad: bool = False) -> DataSummary:
    return summarize(form(), answers(bad=bad).to_reader(), person="person", on_invalid="missing")


def polars_frame(parts: list[pa.Table]) -> Any:
    pl = pytest.importorskip("polars")
    return pl.concat([pl.from_arrow(part) for part in parts]).lazy()


def duckdb_relation(parts: list[pa.Table]) -> Any:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed: intimacy-scales[duckdb]")
    _OPEN.append(duckdb.connect())
    return _OPEN[-1].from_arrow(pa.concat_tables(parts))


def arrow_reader(parts: list[pa.Table]) -> Any:
    def batches() -> Iterator[Any]:
        for part in parts:
            yield from part.to_batches()

    return pa.RecordBatchReader.from_batches(parts[0].schema, batches())


def arrow_scanner(parts: list[pa.Table]) -> Any:
    from pyarrow import dataset

    return dataset.dataset(pa.concat_tables(parts)).scanner(batch_size=400)


def arrow_dataset(parts: list[pa.Table]) -> Any:
    from pyarrow import dataset

    return dataset.dataset(pa.concat_tables(parts))


def parquet_folder(parts: list[pa.Table]) -> Any:
    from pyarrow import dataset, parquet

    _FOLDERS.append(tempfile.TemporaryDirectory())
    for number, part in enumerate(parts):
        parquet.write_table(part, f"{_FOLDERS[-1].name}/part-{number:03d}.parquet")
    return dataset.dataset(_FOLDERS[-1].name)


def dask_frame(parts: list[pa.Table]) -> Any:
    dataframe = pytest.importorskip("dask.dataframe", reason="Dask is not installed: intimacy-scales[dask]")
    delayed = pytest.importorskip("dask").delayed
    frames = [part.to_pandas() for part in parts]
    return dataframe.from_delayed([delayed(frame) for frame in frames], meta=frames[0].iloc[:0])


FRAMES: dict[str, Callable[[list[pa.Table]], Any]] = {
    "polars": polars_frame,
    "duckdb": duckdb_relation,
    "arrow reader": arrow_reader,
    "arrow scanner": arrow_scanner,
    "arrow dataset": arrow_dataset,
    "folder of Parquet": parquet_folder,
    "dask": dask_frame,
}


def collected(frame: Any) -> pa.Table:
    """Run a frame of an engine."""
    library = type(frame).__module__.partition(".")[0]
    if library == "polars":
        new = hasattr(frame, "collect_batches")
        return frame.collect(**({"engine": "streaming"} if new else {"streaming": True})).to_arrow()
    if library == "dask":
        return pa.Table.from_pandas(frame.compute(), preserve_index=False)
    if library == "pyspark":
        return frame.toArrow()
    return frame.read_all() if hasattr(frame, "read_all") else frame.to_arrow_table()


def same_scores(got: pa.Table, wanted: pa.Table) -> bool:
    """Whether both hold the same bits for each person, in whatever order; nan stands for null in Dask."""
    assert got.column_names == wanted.column_names

    def by_person(table: pa.Table) -> list[np.ndarray]:
        ordered = table.sort_by("person")
        return [ordered[name].to_numpy(zero_copy_only=False) for name in table.column_names]

    pairs = zip(by_person(got), by_person(wanted), strict=True)
    return all(
        np.array_equal(one.astype(float), other.astype(float), equal_nan=True)
        if other.dtype.kind in "fuib"
        else np.array_equal(one, other)
        for one, other in pairs
    )
