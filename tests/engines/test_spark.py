"""Answers on Spark: the same bits as of one table; partitions that are run again count once."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intimacy_scales import engines, item_moments, score, simulate
from intimacy_scales.errors import InvalidResponsesError, ResponseError
from intimacy_scales.jobs import score_folder
from intimacy_scales.reliability import cluster_sums
from tests.shared.commands import bytes_in
from tests.shared.engine_answers import (
    PARTS,
    N,
    answers,
    collected,
    form,
    in_parts,
    of_one_table,
    same_scores,
)
from tests.shared.folders import DOCS

if shutil.which("java") is None:
    pytest.skip("Spark needs Java, which is not on this machine", allow_module_level=True)
pytest.importorskip("pyspark", reason="Spark is not installed: intimacy-scales[spark]")

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.SingleClustersWarning"),
    # what Spark itself says of the newest pandas, and sockets that it leaves open
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
    ),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    folder = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local[2,2]").appName("tests")  # a task may fail once
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.warehouse.dir": str(folder),
        "spark.local.dir": str(folder),
        "spark.driver.memory": "1g",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def frame_of(spark: Any, table: pa.Table, n: int) -> Any:
    """A Spark frame of so many partitions of shuffled rows, some of them empty."""
    parts = in_parts(table, n)
    numbered = pa.concat_tables(
        [part.append_column("part", pa.array([k] * len(part), pa.int64())) for k, part in enumerate(parts)]
    )
    # of a table in several chunks, PySpark 4.3 takes the first alone
    whole = spark.createDataFrame(numbered.combine_chunks())
    return whole.repartitionByRange(n, "part").drop("part")


@pytest.mark.parametrize("n", PARTS)
def test_scores_are_those_of_one_table(spark: Any, n: int) -> None:
    frame = frame_of(spark, answers(bad=True), n)
    options: dict[str, Any] = {"keep": ["person", "weight"], "on_invalid": "missing"}
    got = engines.score(form(), frame, answered=True, pomp=True, **options)
    assert type(got) is type(frame)
    wanted = score(form(), answers(bad=True), **options).to_frame(answered=True, pomp=True)
    assert same_scores(collected(got), wanted)
    assert [(f.name, f.dataType.simpleString()) for f in got.drop("person", "weight").schema] == [
        tuple(column.replace("`", "").split(" "))
        for column in engines.scores_schema(form(), answered=True, pomp=True).to_spark().split(", ")
    ]


@pytest.mark.parametrize("n", PARTS)
def test_sums_are_those_of_one_table_to_the_bit(spark: Any, n: int) -> None:
    got = engines.summarize(
        form(), frame_of(spark, answers(bad=True), n), person="person", on_invalid="missing"
    )
    assert got == of_one_table(bad=True)
    assert got.to_bytes() == of_one_table(bad=True).to_bytes()


def test_a_partition_that_is_run_again_counts_once(spark: Any, tmp_path: Path) -> None:
    def once(batches: Any) -> Any:
        """Fail each partition the first time, when it is nearly done."""
        from pyspark import TaskContext

        yield from batches
        context = TaskContext.get()
        assert context is not None
        mark = tmp_path / f"partition-{context.partitionId()}"
        if not mark.exists():
            mark.touch()
            raise RuntimeError("lost")

    frame = frame_of(spark, answers(), 5)
    unsure = frame.mapInArrow(once, frame.schema)
    assert engines.item_moments(form(), unsure) == of_one_table().moments
    assert len(list(tmp_path.iterdir())) > 1


def test_one_error_of_all_partitions_stops_a_job_that_sums_up(spark: Any) -> None:
    with pytest.raises(InvalidResponsesError, match="of 1,500 rows are not valid for scii-24") as caught:
        engines.item_moments(form(), frame_of(spark, answers(bad=True), 7), person="person")
    assert caught.value.check == of_one_table(bad=True).check


def test_spark_reports_bad_cells_in_an_error_of_its_own(spark: Any) -> None:
    frame = frame_of(spark, answers(bad=True), 3)
    with pytest.raises(Exception, match="of one part are not valid for scii-24"):
        engines.score(form(), frame, person="person").collect()


def test_nulls_and_nan_are_not_answers_and_names_may_have_dots(spark: Any) -> None:
    table = answers()
    halves = table.slice(0, 750), table.slice(750)
    nulls = pa.table(
        [
            halves[0]["person"],
            *(pa.array(halves[0][i].to_numpy(), from_pandas=True) for i in form().item_ids),
        ],
        ["person", *(f"q.{n}" for n in range(1, 25))],
    )
    nans = halves[1].drop_columns("weight").rename_columns(nulls.column_names)
    frame = spark.createDataFrame(nulls).union(spark.createDataFrame(nans.combine_chunks()))
    got = collected(engines.score(form(), frame, columns="q.{n}", keep=["person"]))
    assert same_scores(got, score(form(), table, keep=["person"]).to_frame())
    assert engines.item_moments(form(), frame, columns="q.{n}") == item_moments(form(), table)


def test_other_types_are_read_as_everywhere(spark: Any) -> None:
    from pyspark.sql import functions as f

    ids = [f"ras_{n}" for n in range(1, 8)]
    frame = spark.createDataFrame(
        [(n, *((n + k) % 5 + 1 for k in range(7))) for n in range(50)], ["id", *ids]
    )
    kinds = ["tinyint", "smallint", "float", "decimal(3,1)", "string", "bigint", "double"]
    cast = frame.select("id", *(f.col(i).cast(kind).alias(i) for i, kind in zip(ids, kinds, strict=True)))
    assert engines.item_moments("ras", cast) == engines.item_moments("ras", frame)
    nested = cast.withColumn("ras_3", f.array("ras_1"))
    found = engines.check("ras", nested, person="id")
    assert [(part.item, part.code, part.n) for part in found.counts] == [("ras_3", "type", 50)]
    truths = cast.withColumn("ras_4", f.col("ras_1") > 3)
    assert [(part.item, part.code) for part in engines.check("ras", truths).counts] == [("ras_4", "boolean")]


def test_an_error_of_spark_itself_is_its_own(spark: Any) -> None:
    from pyspark.sql import functions as f

    frame = frame_of(spark, answers(), 2)
    texts = frame.withColumn("tru01", f.lit("often").cast("int"))  # an error where ANSI mode is on
    with pytest.raises(Exception, match="CAST_INVALID_INPUT"):
        engines.item_moments(form(), texts)


def test_nobody_has_scores_and_sums(spark: Any) -> None:
    nobody = frame_of(spark, answers(), 2).where("weight > 2")
    assert engines.score(form(), nobody, keep=["person"]).count() == 0
    assert engines.summarize(form(), nobody).check.n_persons == 0


def test_a_table_of_pandas_on_spark_is_refused_with_advice(spark: Any) -> None:
    class DataFrame:
        __module__ = "pyspark.pandas.frame"

    with pytest.raises(ResponseError, match=r"pass frame.to_spark\(\)"):
        engines.score(form(), DataFrame())


def test_persons_stay_with_their_scores(spark: Any) -> None:
    order = np.random.default_rng(3).permutation(N)
    frame = spark.createDataFrame(answers().take(order)).repartition(7)
    got = collected(engines.score(form(), frame, keep=["weight", "person"]))
    assert same_scores(got, score(form(), answers(), keep=["weight", "person"]).to_frame())


def test_partners_are_brought_together(spark: Any) -> None:
    table = simulate(form(), 400, couples=0.5, missing=0.05, rng=4).answers.astype({"couple": str})
    columns = pa.Table.from_pandas(table, preserve_index=False)
    frame = spark.createDataFrame(columns).repartition(7)
    assert engines.cluster_sums(form(), frame, clusters="couple") == cluster_sums(
        form(), columns, clusters="couple"
    )


def test_the_block_of_the_page_runs(spark: Any, tmp_path: Path) -> None:
    page = (DOCS / "how-to" / "large-data.md").read_text(encoding="utf-8")
    block = page.partition("\n## Spark\n")[2].partition("```python\n")[2].partition("```")[0]
    assert "mapInArrow" not in block
    for name in ("answers", "scores-of-spark"):  # Spark stays in the folder in which it was started
        assert f'"{name}"' in block
        block = block.replace(f'"{name}"', repr(str(tmp_path / name)))
    (tmp_path / "answers").mkdir()
    table = answers().rename_columns(["id", *answers().column_names[1:]])
    pq.write_table(table, tmp_path / "answers" / "a.parquet")
    names: dict[str, Any] = {"engines": engines}
    exec(block, names)
    assert names["moments"] == of_one_table().moments
    written = (tmp_path / "scores-of-spark").glob("*.parquet")
    assert sum(len(pq.read_table(file)) for file in written) == N


def test_files_are_worked_on_by_spark(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    for n, part in enumerate(in_parts(answers(), 3)):
        pq.write_table(part, tmp_path / "answers" / f"{n}.parquet")
    for engine in (None, "spark"):
        options: Any = {"keep": ["person"], "engine": engine}
        score_folder(form(), tmp_path / "answers", output=tmp_path / str(engine), **options)
    assert bytes_in(tmp_path / "spark") == bytes_in(tmp_path / "None")


def test_labels_that_a_collation_calls_equal_are_those_of_a_table(spark: Any) -> None:
    table = simulate(form(), 200, couples=0.5, rng=4).answers.astype({"couple": str})
    table["couple"] = [f"{'K' if row % 2 else 'k'}{label}" for row, label in enumerate(table["couple"])]
    columns = pa.Table.from_pandas(table, preserve_index=False)
    frame = spark.createDataFrame(columns).selectExpr(
        "* except (couple)", "couple collate UTF8_LCASE as couple"
    )
    size = spark.conf.get("spark.sql.execution.arrow.maxRecordsPerBatch")
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 3)
    try:
        assert engines.cluster_sums(form(), frame, clusters="couple").n_clusters == 200
    finally:
        spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", size)
