"""Answers on engines: the same bits as of one table, whatever the parts, and every bad cell counted."""

from __future__ import annotations

import itertools
import math
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import dataset

from intimacy_scales import (
    ItemMoments,
    cronbach_alpha,
    engines,
    item_moments,
    mcdonald_omega,
    reliability_report,
    score,
)
from intimacy_scales.engines import AnswerCheck, DataSummary
from intimacy_scales.errors import (
    AnotherRangeWarning,
    DocumentError,
    InvalidResponsesError,
    MissingColumnsError,
    ResponseError,
)
from intimacy_scales.factor import cfa
from intimacy_scales.scoring.summary import ScoreSummary
from tests.shared.engine_answers import (
    FRAMES,
    PARTS,
    N,
    answers,
    collected,
    form,
    in_parts,
    of_one_table,
    same_scores,
)


@pytest.fixture(params=FRAMES)
def frame_of(request: pytest.FixtureRequest) -> Any:
    """From parts of a table to a frame of an engine."""
    return FRAMES[request.param]


@pytest.mark.parametrize("n", PARTS)
def test_score_gives_the_scores_of_one_table(frame_of: Any, n: int) -> None:
    frame = frame_of(in_parts(answers(), n))
    got = engines.score(form(), frame, keep=["person", "weight"], answered=True, pomp=True)
    assert type(got).__module__.partition(".")[0] == type(frame).__module__.partition(".")[0]
    wanted = score(form(), answers(), keep=["person", "weight"]).to_frame(answered=True, pomp=True)
    assert same_scores(collected(got), wanted)


@pytest.mark.parametrize("n", PARTS)
def test_bad_cells_count_as_missing_where_asked(frame_of: Any, n: int) -> None:
    frame = frame_of(in_parts(answers(bad=True), n))
    got = collected(engines.score(form(), frame, keep="person", on_invalid="missing"))
    wanted = score(form(), answers(bad=True), keep="person", on_invalid="missing").to_frame()
    assert same_scores(got, wanted)


@pytest.mark.parametrize("n", PARTS)
def test_summarize_gives_the_bits_of_one_table(frame_of: Any, n: int) -> None:
    parts = in_parts(answers(bad=True), n)
    got = engines.summarize(form(), frame_of(parts), person="person", on_invalid="missing")
    assert got == of_one_table(bad=True)
    assert got.to_bytes() == of_one_table(bad=True).to_bytes()


def test_item_moments_are_those_of_one_table(frame_of: Any) -> None:
    assert engines.item_moments(form(), frame_of(in_parts(answers(), 7))) == of_one_table().moments


def test_sums_of_one_table_are_those_that_tables_give() -> None:
    summary = of_one_table(bad=True)
    scores = score(form(), answers(bad=True), on_invalid="missing")
    assert summary.moments == item_moments(form(), answers(bad=True), on_invalid="missing")
    assert summary.scores == scores.summary()
    assert summary.check.n_problems == len(scores.problems)
    counted: dict[tuple[str, str], int] = {}
    for problem in scores.problems:
        counted[problem.item, problem.code] = counted.get((problem.item, problem.code), 0) + 1
    assert {(part.item, part.code): part.n for part in summary.check.counts} == counted
    assert len(counted) == 3


def test_reliability_and_factors_follow_from_sums_as_from_a_table() -> None:
    table = answers()
    sums = engines.item_moments(form(), FRAMES["arrow reader"](in_parts(table, 7)))
    alpha, omega = cronbach_alpha(sums, scale="trust"), mcdonald_omega(sums, scale="trust")
    whole = item_moments(form(), table)
    assert alpha.estimate == cronbach_alpha(form(), table, scale="trust").estimate
    assert omega.estimate == mcdonald_omega(whole, scale="trust").estimate
    parts = (" + ".join(key.item for key in form().scale(scale).keys) for scale in ("trust", "caring"))
    model = "trust =~ {}; caring =~ {}".format(*parts)
    one, other = (cfa(model, moments, missing="pairwise") for moments in (sums, whole))
    assert one.to_json() == other.to_json()
    assert reliability_report(form(), sums).to_json() == reliability_report(form(), whole).to_json()


def test_the_same_error_stops_a_job_that_sums_up(frame_of: Any) -> None:
    with pytest.raises(InvalidResponsesError) as caught:
        engines.item_moments(form(), frame_of(in_parts(answers(bad=True), 7)), person="person")
    check = caught.value.check
    assert check == of_one_table(bad=True).check
    text = str(caught.value)
    assert text.startswith(f"{check.n_problems} answers of 1,500 rows are not valid for scii-24:")
    for told in ("such as person p00", "99 makes up", "pass missing_codes=[99]"):
        assert told in text
    assert len(caught.value.problems) == len(check.examples)
    back = pickle.loads(pickle.dumps(caught.value))
    assert (str(back), back.check) == (text, check)


def test_advice_of_the_error_helps(frame_of: Any) -> None:
    table = answers(bad=True)
    found = engines.check(form(), frame_of([table]), missing_codes=[99])
    assert {part.code for part in found.counts} == {"step", "infinite"}


def test_a_part_with_bad_cells_stops_scoring(frame_of: Any) -> None:
    frame = frame_of(in_parts(answers(bad=True), 7))
    with pytest.raises(Exception, match="of one part are not valid for scii-24") as caught:
        collected(engines.score(form(), frame, person="person"))
    assert "All counts: engines.check(instrument, frame)" in str(caught.value)


def test_hidden_values_stay_hidden(frame_of: Any) -> None:
    frame = frame_of(in_parts(answers(bad=True), 7))
    found = engines.check(form(), frame, person="person", show_values=False)
    assert [(part.item, part.n) for part in found.counts] == [
        (part.item, part.n) for part in of_one_table(bad=True).check.counts
    ]
    text = found.to_json() + str(found.error()) + repr(found)
    assert "p00" not in text
    assert "99" not in text
    assert found.values == ()


def test_wrong_columns_are_refused_before_anything_is_read(frame_of: Any) -> None:
    table = answers()
    frame = frame_of([table.rename_columns(["person", "weight", "TRU-01", *table.column_names[3:]])])
    with pytest.raises(MissingColumnsError, match="did you mean 'TRU-01'"):
        engines.score(form(), frame)
    with pytest.raises(MissingColumnsError, match="did you mean 'TRU-01'"):
        engines.check(form(), frame)
    for call in (engines.score, engines.summarize, engines.item_moments, engines.check):
        with pytest.raises(ResponseError, match="keep: the table has no column 'id'"):
            call(form(), frame_of([table]), keep=["id"])
        with pytest.raises(ResponseError, match="person: the table has no column 'id'"):
            call(form(), frame_of([table]), person="id")


def test_columns_may_have_any_name(frame_of: Any) -> None:
    table = answers()
    names = [f'q.`{n}"' for n in range(1, 25)]
    frame = frame_of(in_parts(table.rename_columns(["person", "we.ight", *names]), 2))
    got = collected(engines.score(form(), frame, columns='q.`{n}"', keep=["person", "we.ight"]))
    wanted = score(form(), table, keep=["person"]).to_frame()
    assert got.column_names[1] == "we.ight"
    assert same_scores(got.drop_columns("we.ight"), wanted)


def test_texts_and_labels_are_answers_too(frame_of: Any) -> None:
    table = answers()
    texts = [
        pa.array([None if np.isnan(v) else str(int(v)) for v in table[item].to_numpy()])
        for item in form().item_ids
    ]
    frame = frame_of(in_parts(pa.table([table["person"], *texts], ["person", *form().item_ids]), 3))
    got = collected(engines.score(form(), frame, keep=["person"]))
    assert same_scores(got, score(form(), table, keep=["person"]).to_frame())


def test_nobody_has_scores_and_sums(frame_of: Any) -> None:
    nobody = answers().slice(0, 0)
    got = collected(engines.score(form(), frame_of([nobody]), keep=["person"], answered=True))
    assert got.num_rows == 0
    assert got.column_names[:2] == ["person", "trust"]
    assert engines.summarize(form(), frame_of([nobody])).check.n_persons == 0


def test_an_unused_end_of_a_range_is_warned_of_once(frame_of: Any) -> None:
    short = pa.table({item: np.random.default_rng(2).integers(1, 6, 400) for item in form().item_ids})
    frame = frame_of(in_parts(short, 7))
    with pytest.warns(AnotherRangeWarning, match="none of 400 persons answered 6 or 7") as caught:
        engines.item_moments(form(), frame)
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_a_draft_warns_whoever_asks_for_scores(frame_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from intimacy_scales.scoring import drafts

    monkeypatch.setattr(drafts, "_warned", set())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        scores = engines.score(form(), frame_of(in_parts(answers(), 7)))
        assert [str(w.message)[:18] for w in caught] == ["scii-24 is a draft"]
        collected(scores)
    assert len(caught) == 1


def test_nothing_is_read_before_the_frame_is_run() -> None:
    def never() -> Any:
        raise AssertionError("read")
        yield

    reader = pa.RecordBatchReader.from_batches(answers().schema, never())
    scores = engines.score(form(), reader)
    with pytest.raises(AssertionError, match="read"):
        scores.read_all()


def test_a_relation_and_a_lazy_frame_can_be_run_again() -> None:
    for name in ("polars", "duckdb", "dask"):
        scores = engines.score(form(), FRAMES[name]([answers()]), keep=["person"])
        assert same_scores(collected(scores), collected(scores))


def test_relations_stay_with_the_database_that_is_named() -> None:
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    table = answers()
    relation = connection.from_arrow(table)
    scores = engines.score(form(), relation, keep=["person"], connection=connection)
    scores.create("scores")
    joined = connection.sql("select count(*), count(trust) from scores")
    wanted = score(form(), table).summary().scales[0]
    assert joined.fetchall() == [(N, wanted.n)]
    with pytest.raises(ResponseError, match="connection: allowed for DuckDB relations only"):
        engines.score(form(), FRAMES["polars"]([table]), connection=connection)


def test_files_of_a_dataset_may_differ_in_their_types(tmp_path: Path) -> None:
    table = answers()
    items = list(form().item_ids)
    parts = [table.slice(0, 500), table.slice(500, 500), table.slice(1000)]
    texts = [
        pa.array([None if np.isnan(v) else f"{v:g}" for v in parts[1][name].to_numpy()]) for name in items
    ]
    parts[1] = pa.table([parts[1]["person"], *texts], ["person", *items])
    parts[2] = pa.table(
        [
            parts[2]["person"],
            *(pa.array(parts[2][i].to_numpy(), pa.float32(), from_pandas=True) for i in items),
        ],
        ["person", *items],
    )
    for n, part in enumerate(parts):
        pq.write_table(part, tmp_path / f"part-{n}.parquet")
    files = dataset.dataset(tmp_path, schema=parts[0].schema)
    assert engines.item_moments(form(), files) == item_moments(form(), table)
    got = engines.score(form(), files, keep=["person"]).read_all()
    assert same_scores(got, score(form(), table, keep=["person"]).to_frame())


def test_a_dataset_file_without_an_item_is_named(tmp_path: Path) -> None:
    table = answers()
    items = form().item_ids
    pq.write_table(table.slice(0, 700), tmp_path / "a.parquet")
    pq.write_table(table.slice(700).drop_columns(items[4]), tmp_path / "b.parquet")
    files = dataset.dataset(tmp_path, schema=table.schema)
    with pytest.raises(
        ResponseError, match=rf"b\.parquet: 1 item of scii-24 has no column in this file, .*: {items[4]}\. If"
    ):
        engines.item_moments(form(), files)
    got = engines.item_moments(form(), files, allow_missing_items=True)
    assert got.frequencies[4, 0] >= N - 700


def test_relations_read_by_a_cursor_may_be_used_in_sql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    pq.write_table(answers(), "answers.parquet")
    relation = duckdb.cursor().read_parquet("answers.parquet")
    scores = engines.score(form(), relation, keep=["person"])
    wanted = score(form(), answers()).summary().scales[0]
    assert len(scores.columns) == 8
    assert duckdb.sql("select count(trust) from scores").fetchall() == [(wanted.n,)]
    joined = "select count(*) from scores join 'answers.parquet' using (person)"
    assert duckdb.sql(joined).fetchall() == [(N,)]


def test_a_folder_names_a_column_that_is_kept(tmp_path: Path) -> None:
    dataset.write_dataset(
        answers().append_column("wave", pa.array([n % 3 for n in range(N)])),
        tmp_path, format="parquet", partitioning=["wave"], partitioning_flavor="hive",
    )  # fmt: skip
    files = dataset.dataset(tmp_path, partitioning="hive")
    got = engines.score(form(), files, keep=["person", "wave"]).read_all()
    assert sorted(got["wave"].to_pylist()) == sorted(n % 3 for n in range(N))
    assert same_scores(got.drop_columns("wave"), score(form(), answers(), keep=["person"]).to_frame())


def test_dask_runs_in_two_processes() -> None:
    dask = pytest.importorskip("dask")
    frame = FRAMES["dask"](in_parts(answers(bad=True), 7))
    with dask.config.set(scheduler="processes", num_workers=2):
        got = engines.summarize(form(), frame, person="person", on_invalid="missing")
        with pytest.raises(InvalidResponsesError, match="of one part"):
            engines.score(form(), frame).compute()
    assert got == of_one_table(bad=True)


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (answers(), "frame is a table in memory"),
        ([{"tru01": 1}], "frame is a table in memory"),
        (5, "frame of type builtins.int is not valid; allowed: "),
    ],
)
def test_what_is_not_a_frame_of_an_engine_is_refused(frame: Any, told: str) -> None:
    for call in (engines.score, engines.check, engines.item_moments, engines.summarize):
        with pytest.raises(ResponseError, match=told):
            call(form(), frame)


@given(st.lists(st.integers(0, N), max_size=6), st.randoms(use_true_random=False))
def test_check_adds_up_in_any_order(cuts: list[int], random: Any) -> None:
    table = answers(bad=True).take(np.random.default_rng(len(cuts)).permutation(N))
    bounds = [0, *sorted(cuts), N]
    parts = [table.slice(a, b - a) for a, b in itertools.pairwise(bounds)]
    found = [engines.check(form(), part.to_reader(), person="person") for part in parts]
    random.shuffle(found)
    assert sum(found[1:], found[0]) == of_one_table(bad=True).check
    packed = [AnswerCheck.from_bytes(part.to_bytes()) for part in found]
    assert sum(packed) == of_one_table(bad=True).check


def test_values_are_counted_while_there_are_not_too_many() -> None:
    def found(values: list[str]) -> AnswerCheck:
        table = pa.table({item: pa.array(values) for item in form().item_ids})
        return engines.check(form(), table.to_reader())

    few, many = found(["x", "y"] * 20), found([f"x{n}" for n in range(50)])
    assert few.values is not None
    assert sum(value.n for value in few.values) == 40 * 24
    assert many.values is None
    assert (few + many).values is None
    assert (few + many).n_problems == 90 * 24
    assert many.advice is None


@pytest.mark.parametrize("kind", [DataSummary, AnswerCheck, ItemMoments, ScoreSummary])
def test_sums_travel_as_bytes_without_pickle(kind: Any) -> None:
    summary = of_one_table(bad=True)
    one = {DataSummary: summary, AnswerCheck: summary.check, ItemMoments: summary.moments}.get(
        kind, summary.scores
    )
    data = one.to_bytes()
    assert kind.from_bytes(data) == one
    assert kind.from_bytes(memoryview(data)) == one
    assert sum([kind.from_bytes(data), one]) == one + one
    assert b"scii-24" in data.partition(b"\n")[0]
    other = DataSummary if kind is not DataSummary else AnswerCheck
    with pytest.raises(
        DocumentError, match=f"these bytes hold {kind.__name__} of .*; read them with {kind.__name__}.from"
    ):
        other.from_bytes(data)
    for spoilt, told in (
        (data[:-4], "are cut off"),
        (data + b"x", "are followed by others"),
        (data[:200] + b"\0" + data[201:], "damaged"),
        (b"", "bytes are not sums"),
        (data[40:], "bytes are not sums"),
        ("text", "is not bytes"),
        (data.replace(b"{", b"(", 1), "first line of these bytes is damaged"),
    ):
        with pytest.raises(DocumentError, match=told):
            kind.from_bytes(spoilt)


def test_summaries_with_different_sums_do_not_add_up() -> None:
    one = of_one_table()
    other = DataSummary(instrument=one.instrument, check=one.check, moments=None, scores=one.scores)
    with pytest.raises(ValueError, match="one holds moments and scores, the other scores"):
        one + other
    with pytest.raises(ValueError, match="cannot be added"):
        one.check + engines.check("ras", pa.table({f"ras_{n}": [4] for n in range(1, 8)}).to_reader())


def test_scores_schema_is_that_of_the_scores() -> None:
    kept = answers().select(["person", "weight"])
    schema = engines.scores_schema(form(), keep=kept.schema, answered=True, pomp=True)
    scores = score(form(), answers(), keep=["person", "weight"]).to_frame(answered=True, pomp=True)
    assert schema.to_arrow() == scores.schema
    frame = score(form(), answers().to_pandas(), keep=["weight"]).to_frame(answered=True)
    meta = engines.scores_schema(form(), keep={"weight": pa.float64()}, answered=True).to_pandas()
    assert meta.dtypes.to_dict() == frame.dtypes.to_dict()
    pl = pytest.importorskip("polars")
    polars = score(form(), pl.from_arrow(answers()), keep=["weight"]).to_frame(answered=True)
    assert (
        engines.scores_schema(form(), keep={"weight": pa.float64()}, answered=True).to_polars()
        == polars.schema
    )
    assert engines.scores_schema("kmss", keep={"a`b": pa.decimal128(5, 2)}, pomp=True).to_spark() == (
        "`a``b` decimal(5, 2), `total` double, `total_pomp` double"
    )
    with pytest.raises(ResponseError, match="keep: column 'total' has the name of a column of scores"):
        engines.scores_schema("ras", keep={"total": pa.int64()})
    with pytest.raises(
        ResponseError, match="Arrow type list<item: int64>, which has no simple name in Spark"
    ):
        engines.scores_schema("ras", keep={"x": pa.list_(pa.int64())}).to_spark()


def test_check_reads_well() -> None:
    found = of_one_table(bad=True).check
    assert (
        repr(found) == f"<AnswerCheck {form().ref}: 1,500 persons; {found.n_problems} answers not accepted>"
    )
    assert list(found.to_frame().columns) == ["item", "code", "n", "what"]
    assert math.isclose(found.to_frame()["n"].sum(), found.n_problems)
    assert "every answer accepted" in repr(of_one_table().check)
    assert "moments and scores" in repr(of_one_table())


@pytest.mark.parametrize("name", [name for name in FRAMES if name != "arrow reader"])
def test_functions_for_tables_say_where_frames_of_engines_belong(name: str) -> None:
    frame = FRAMES[name]([answers()])
    for call in (score, item_moments):
        with pytest.raises(ResponseError, match=r"engines.score\(\)"):
            call(form(), frame)


def test_ids_in_text_files_of_a_dataset_keep_their_zeros(tmp_path: Path) -> None:
    rows = "".join(f"{n:03d},{','.join(['4'] * 7)}\n" for n in range(3))
    header = f"id,{','.join(f'ras_{n}' for n in range(1, 8))}\n"
    (tmp_path / "a.csv").write_text(header + rows)
    kinds = pa.schema([("id", pa.string()), *((f"ras_{n}", pa.int64()) for n in range(1, 8))])
    files = dataset.dataset(tmp_path, format="csv", schema=kinds)
    assert engines.score("ras", files, keep=["id"]).read_all()["id"].to_pylist() == ["000", "001", "002"]
    bad = header + rows.replace("001,4", "001,9")
    (tmp_path / "a.csv").write_text(bad)
    assert engines.check("ras", files, person="id").examples[0].person == "001"


def test_a_kept_column_has_the_type_of_the_dataset(tmp_path: Path) -> None:
    table = answers().select(["person", *form().item_ids])
    for n, kind in enumerate((pa.int32(), pa.int64())):
        part = table.slice(700 * n, 700).append_column("wave", pa.array([n] * 700, kind))
        pq.write_table(part, tmp_path / f"{n}.parquet")
    files = dataset.dataset(tmp_path, schema=table.schema.append(pa.field("wave", pa.int64())))
    assert engines.score(form(), files, keep=["wave"]).read_all()["wave"].type == pa.int64()


def test_a_dataset_that_was_filtered_is_read(tmp_path: Path) -> None:
    pq.write_table(answers(), tmp_path / "a.parquet")
    files = dataset.dataset(tmp_path).filter(dataset.field("weight") < 0.5)
    wanted = answers().filter(pa.compute.less(answers()["weight"], 0.5))
    assert engines.item_moments(form(), files) == item_moments(form(), wanted)
