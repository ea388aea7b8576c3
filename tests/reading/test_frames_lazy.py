"""Answers that are not in memory yet give, batch by batch, the bits of one table."""

from __future__ import annotations

from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from intimacy_scales import (
    ResponseError,
    encode,
    item_moments,
    item_moments_stream,
    score,
    score_stream,
    simulate,
)
from intimacy_scales.errors import IntimacyScalesError

ANSWERS = simulate("ras", 500, missing=0.05, rng=1).answers
TABLE = pa.Table.from_pandas(ANSWERS)


class Query:
    """Gives an Arrow stream, and nothing else, as a DuckDB relation does; has columns too."""

    columns = TABLE.column_names

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return TABLE.__arrow_c_stream__(requested_schema)


def parquet(folder):
    for part in range(3):
        pq.write_table(TABLE.slice(part * 170, 170), folder / f"part-{part}.parquet")
    return folder


SOURCES = {
    "lazy frame": lambda _: pl.from_pandas(ANSWERS).lazy(),
    "lazy file": lambda folder: pl.scan_parquet(parquet(folder)),
    "reader": lambda _: pa.RecordBatchReader.from_batches(TABLE.schema, TABLE.to_batches(max_chunksize=99)),
    "dataset": lambda folder: ds.dataset(parquet(folder)),
    "scanner": lambda _: ds.dataset(TABLE).scanner(batch_size=123),
    "query": lambda _: Query(),
    "batches": lambda _: iter(TABLE.to_batches(max_chunksize=99)),
}
LAZY = [name for name in SOURCES if name != "batches"]


def needs_batches(name):
    if name.startswith("lazy") and not hasattr(pl.LazyFrame, "collect_batches"):
        pytest.skip("this polars cannot give a LazyFrame in batches")


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_has_the_bits_of_one_table(tmp_path, name):
    needs_batches(name)
    parts = list(score_stream("ras", SOURCES[name](tmp_path)))
    total = parts[0].summary()
    for part in parts[1:]:
        total += part.summary()
    assert total.to_dict() == score("ras", ANSWERS).summary().to_dict()
    (tmp_path / "again").mkdir()
    assert item_moments_stream("ras", SOURCES[name](tmp_path / "again")) == item_moments("ras", ANSWERS)


@pytest.mark.parametrize("name", LAZY)
def test_as_one_table_it_is_refused_with_the_call_to_make(tmp_path, name):
    source = SOURCES[name](tmp_path)
    for read in (score, encode, item_moments):
        with pytest.raises(ResponseError, match=r"holds no answers yet: pass .* to score_stream\(\)"):
            read("ras", source)


def test_lazy_frames_of_older_polars_are_refused(monkeypatch):
    monkeypatch.delattr(pl.LazyFrame, "collect_batches", raising=False)
    with pytest.raises(ResponseError, match=r"pass \[frame.collect\(\)\]"):
        list(score_stream("ras", pl.from_pandas(ANSWERS).lazy()))
    parts = list(score_stream("ras", [pl.from_pandas(ANSWERS).lazy().collect()]))  # the advice helps
    assert len(parts[0]) == 500


@pytest.mark.parametrize("table", [ANSWERS, TABLE, TABLE.to_batches()[0], {"ras_1": 3}, ANSWERS.to_numpy()])
def test_one_table_is_not_a_stream(table):
    with pytest.raises(ResponseError, match=r"batches is one table: pass it to score\(\), or \[table\] here"):
        list(score_stream("ras", table))
    with pytest.raises(ResponseError, match=r"batches is one table: pass it to item_moments\(\)"):
        item_moments_stream("ras", table)


@pytest.mark.parametrize("wrong", [3, "answers.csv", None])
def test_what_holds_no_tables_is_refused(wrong):
    with pytest.raises(IntimacyScalesError, match="pass a list or generator of tables"):
        list(score_stream("ras", wrong))
