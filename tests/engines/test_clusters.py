"""Clusters on engines: partners are brought together wherever they lie, and labels are those of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pytest

from intimacy_scales import cronbach_alpha, engines, simulate
from intimacy_scales.errors import (
    EstimationError,
    InvalidResponsesError,
    ResponseError,
    SingleClustersWarning,
)
from intimacy_scales.reliability import cluster_sums
from tests.shared.engine_answers import FRAMES, form, in_parts


def couples(n: int) -> list[pa.Table]:
    """Simulated partners, in so many parts that do not keep them together; some cells are not valid."""
    table = simulate(form(), 600, couples=0.5, missing=0.05, rng=4).answers.astype({"couple": str})
    table.loc[7, form().item_ids[3]] = 99
    columns = pa.Table.from_pandas(table, preserve_index=False)
    return in_parts(columns, n)


@pytest.mark.parametrize("n", [1, 7])
@pytest.mark.parametrize("name", ["polars", "duckdb", "dask"])
def test_cluster_sums_bring_partners_together(name: str, n: int) -> None:
    whole = cluster_sums(form(), pa.concat_tables(couples(1)), clusters="couple", on_invalid="missing")
    frame = FRAMES[name](couples(n))
    got = engines.cluster_sums(form(), frame, clusters="couple", on_invalid="missing")
    assert got == whole
    assert got.to_bytes() == whole.to_bytes()
    alpha = cronbach_alpha(got.moments, scale="trust")
    assert alpha.confidence_interval(method="adf", clusters=got).n == 300
    with pytest.raises(InvalidResponsesError, match="1 answer of 600 rows is not valid"):
        engines.cluster_sums(form(), FRAMES[name](couples(n)), clusters="couple")


def test_clusters_that_cannot_be_are_refused() -> None:
    options: dict[str, Any] = {"clusters": "couple", "on_invalid": "missing"}
    with pytest.raises(
        ResponseError,
        match=r"Arrow cannot bring the rows of a cluster together; .* duckdb.read_parquet\(path\)",
    ):
        engines.cluster_sums(form(), FRAMES["arrow reader"](couples(1)), **options)
    table = couples(1)[0]
    labels = [None if row in (3, 4) else label for row, label in enumerate(table["couple"].to_pylist())]
    lost = table.set_column(table.column_names.index("couple"), "couple", pa.array(labels))
    with pytest.raises(EstimationError, match="2 persons without a cluster gave answers"):
        engines.cluster_sums(form(), FRAMES["polars"]([lost]), **options)
    alone = table.set_column(table.column_names.index("couple"), "couple", pa.array(range(600)))
    with pytest.warns(SingleClustersWarning, match="all 600 labels are different"):
        engines.cluster_sums(form(), FRAMES["polars"]([alone]), **options)
    with pytest.raises(ResponseError, match="clusters: the table has no column 'pair'"):
        engines.cluster_sums(form(), FRAMES["polars"]([table]), clusters="pair")


def test_labels_that_a_collation_calls_equal_are_those_of_a_table() -> None:
    duckdb = pytest.importorskip("duckdb")
    table = pa.concat_tables(couples(1))
    place = table.column_names.index("couple")
    labels = [f"{'K' if row % 3 else 'k'}{label}" for row, label in enumerate(table["couple"].to_pylist())]
    mixed = pa.concat_tables([table.set_column(place, "couple", pa.array(labels))] * 3)
    connection = duckdb.connect()
    connection.execute("set default_collation = 'nocase'")
    options: dict[str, Any] = {"clusters": "couple", "on_invalid": "missing"}
    got = engines.cluster_sums(form(), connection.from_arrow(mixed).order("random()"), **options)
    assert got.n_clusters == len(set(labels))


def test_labels_of_several_types_are_one_where_python_calls_them_equal() -> None:
    dataframe = pytest.importorskip("dask.dataframe")
    delayed = pytest.importorskip("dask").delayed
    table = pa.concat_tables(couples(1)).to_pandas()
    numbers = np.arange(len(table)) // 2
    table["couple"] = [float(n) if row % 2 else int(n) for row, n in enumerate(numbers)]
    table["couple"] = table["couple"].astype(object)
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(numbers, "D")
    for labels in (table["couple"], pd.Series(days)):
        parts = [table.assign(couple=labels)[n::2] for n in range(2)]
        if labels.dtype.kind == "M":
            parts[1] = parts[1].astype({"couple": "datetime64[ms]"})
        frame = dataframe.from_delayed(
            [delayed(part) for part in parts], meta=parts[0].iloc[:0], verify_meta=False
        )
        got = engines.cluster_sums(form(), frame, clusters="couple", on_invalid="missing")
        assert got.n_clusters == 300
