"""Text that Arrow parses is read and written as by the standard library, cell by cell and byte by byte."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intimacy_scales import encode, load
from intimacy_scales.errors import ResponseError
from intimacy_scales.files.delimited import DelimitedFile, DelimitedScores
from intimacy_scales.files.plain_text import PlainText
from intimacy_scales.jobs import reliability_file, score_file
from intimacy_scales.reading.frames import ArrowTable, ListTable

IDS = [f"ras_{n}" for n in range(1, 8)]


def cells_of(path: Path, items: list[str], others: list[str], *, plain: bool, chunk: int = 64) -> Any:
    """Every wanted column, the count of blank rows, and what kinds of tables came; or what is wrong."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intimacy_scales.files.plain_text._LEAST", 0 if plain else 1 << 60)
        patch.setattr("intimacy_scales.files.plain_text.CHUNK", chunk)
        columns: dict[str, list[Any]] = {name: [] for name in [*items, *others]}
        kinds = set()
        try:
            with DelimitedFile(path) as file:
                for table in file.batches(items, others):
                    kinds.add(type(table))
                    for name, cells in columns.items():
                        cells.extend(table.values(name, "keep"))
        except ResponseError as error:
            return str(error), kinds
        return (columns, file.n_blank), kinds


PLAIN = ["3", "", "12", "x", "é", "2.5", "a b", "日本", "=1"]
QUOTED = ['"3"', '""', '"a,b"', '"a""b"', '"a;b"', '"x y"', '""""', '"é"', '"\t"']
ODD = [
    " 3", "  ", '" 3"', 'a"b', '"a"b', ' "x"', '"a\nb"', '"a\r\nb"', '"', "\r", "\0", "\ufeff", "3,5",
    "1,000", '"3,5"', '"\n"', '"\n\n"', '"" ', "a\r",
]  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str]:
    """A separator, and text below a header of three columns: mostly plain, some odd, some rows uneven."""
    separator = draw(st.sampled_from([",", ";", "\t", "|"]))
    fields = st.sampled_from(PLAIN)
    if draw(st.booleans()):
        fields |= st.sampled_from(QUOTED)
    if draw(st.integers(0, 3)) == 0:
        fields |= st.sampled_from(ODD)
    widths = st.just(3) if draw(st.integers(0, 3)) else st.sampled_from([3, 3, 3, 2, 4, 1])
    rows = draw(st.lists(widths.flatmap(lambda n: st.lists(fields, min_size=n, max_size=n)), max_size=12))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    ends = st.just(end) if draw(st.booleans()) else st.sampled_from([end, end, end, "\n\n", "\r\n", " \n"])
    body = "".join(separator.join(row) + draw(ends) for row in rows)
    if draw(st.booleans()):
        body = body.rstrip("\r\n")
    return separator, f"q1{separator}q2{separator}note{end}{body}"


@given(case=texts(), chunk=st.integers(1, 90))
@example(case=(",", 'q1,q2,note\n1,2,"a\nb"\n,,\n,,"\n"\n'), chunk=20)
@example(case=(",", "q1,q2,note\n1,2,a\n\ufeff3,4,b\n"), chunk=6)
@example(case=(",", "q1,q2,note\n1,2,a\n\n\n3,4,b\n\n"), chunk=9)
@example(case=(",", 'q1,q2,note\n"1","2"," a"\n 1, 2, b\n'), chunk=90)
@example(case=(";", "q1;q2;note\n1;2;3,5\n1,000;2;a\n"), chunk=10)
@settings(max_examples=400, deadline=None)
def test_cells_blank_rows_and_messages_are_those_of_the_other_reader(tmp_path_factory, case, chunk):
    _, text = case
    path = tmp_path_factory.mktemp("text") / "a.csv"
    path.write_bytes(text.encode())
    try:
        expected, _ = cells_of(path, ["q1", "q2"], ["note"], plain=False)
    except ResponseError:
        return  # refused before any row
    found, _ = cells_of(path, ["q1", "q2"], ["note"], plain=True, chunk=chunk)
    assert found == expected


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_plain_text_is_parsed_by_arrow_alone(tmp_path: Path, separator: str, end: str) -> None:
    rows = [["q1", "q2", "note"], ["1", '"2"', '"a ""b""' + separator + '"'], ["", "7", "é"], ["", "", ""]]
    path = tmp_path / "a.csv"
    path.write_bytes("".join(separator.join(row) + end for row in rows).encode())
    (columns, n_blank), kinds = cells_of(path, ["q1", "q2"], ["note"], plain=True)
    assert kinds == {ArrowTable}
    assert columns == {"q1": ["1", "", ""], "q2": ["2", "7", ""], "note": [f'a "b"{separator}', "é", ""]}
    assert n_blank == 1


@pytest.mark.parametrize(
    "doubtful",
    [
        "1,2\n", "1,2,3,4\n", "1,2,3,\n", "\n1,2,3\n", "1,2,3\rx,4,5\n", '1,2,a"b\n', '1,2,"a"b\n',
        "1,2,\0\n", '1, "2",3\n', '1,2," 3"\n', '1,2,"a\n', "  \n1,2,3\n",
    ],
)  # fmt: skip
def test_at_a_doubt_the_rest_goes_back_to_the_other_reader(tmp_path: Path, doubtful: str) -> None:
    path = tmp_path / "a.csv"
    before = "".join(f"{n % 5},2,a\n" for n in range(40))
    path.write_bytes(f"q1,q2,note\n{before}{doubtful}{before}".encode())
    expected, _ = cells_of(path, ["q1", "q2"], ["note"], plain=False)
    found, kinds = cells_of(path, ["q1", "q2"], ["note"], plain=True)
    assert found == expected
    assert ArrowTable in kinds
    assert isinstance(found, str) or kinds == {ArrowTable, ListTable}


def test_a_record_longer_than_a_chunk_goes_back_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('q1,q2,note\n1,2,a\n1,2,"' + "x\n" * 400 + '"\n3,4,b\n', encoding="utf-8")
    expected, _ = cells_of(path, ["q1", "q2"], ["note"], plain=False)
    assert cells_of(path, ["q1", "q2"], ["note"], plain=True)[0] == expected


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_other_encodings_stay_with_the_other_reader(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("q1,q2,note\n1,2,é\n3,4,ö\n".encode(encoding))
    (columns, _), kinds = cells_of(path, ["q1", "q2"], ["note"], plain=True)
    assert columns == {"q1": ["1", "3"], "q2": ["2", "4"], "note": ["é", "ö"]}
    assert kinds == ({ArrowTable} if encoding == "utf-8-sig" else {ListTable})


def test_a_separator_that_the_file_names_stays_with_the_other_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=;\nq1;q2;note\n1;2;a\n", encoding="utf-8")
    found, kinds = cells_of(path, ["q1", "q2"], ["note"], plain=True)
    assert found == ({"q1": ["1"], "q2": ["2"], "note": ["a"]}, 0)
    assert kinds == {ListTable}


def test_without_arrow_files_are_read_row_by_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("q1,q2\n1,2\n", encoding="utf-8")
    monkeypatch.setattr("intimacy_scales.files.plain_text._LEAST", 0)
    monkeypatch.setattr("intimacy_scales.files.plain_text.find_spec", lambda name: None)
    assert not PlainText.can_read(path, 2)


# ------------------------------------------------------------------ from the file to the scores


def answer_file(path: Path, rng: np.random.Generator) -> None:
    """Simulated answers to the RAS: codes, labels, missing codes, words that are not valid, free texts."""
    cells = rng.choice(["1", "2", "3", "4", "5", "", "NA", "-9", "9x", "2.5", " 4"], (300, 7),
                       p=[0.18, 0.18, 0.18, 0.18, 0.18, 0.03, 0.03, 0.01, 0.01, 0.01, 0.01])  # fmt: skip
    notes = rng.choice(["plain", '"with, comma"', '"say ""hi"""', "=1+1", "", "-5", "é"], 300)
    lines = [",".join(["id", *IDS, "note"])]
    lines += [
        f"P{row},{','.join(part)},{note}" for row, (part, note) in enumerate(zip(cells, notes, strict=True))
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("output", ["o.csv", "o.tsv", "o.parquet", "o.jsonl"])
@pytest.mark.parametrize("seed", [1, 2])
def test_scores_problems_and_the_report_are_those_of_the_other_reader(
    tmp_path: Path, output: str, seed: int
) -> None:
    source = tmp_path / "a.csv"
    answer_file(source, np.random.default_rng(seed))
    kept = {}
    for plain in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("intimacy_scales.files.plain_text._LEAST", 0 if plain else 1 << 60)
            patch.setattr("intimacy_scales.files.plain_text.CHUNK", 2000)
            report = score_file(
                "ras", source, output=tmp_path / output, problems=tmp_path / "p.csv", person="id",
                keep=["note"], answered=True, pomp=True, on_invalid="missing", missing_codes=[-9],
            )  # fmt: skip
            sums = reliability_file("ras", source, on_invalid="missing", missing_codes=[-9], person="id")
        written = [(tmp_path / name).read_bytes() for name in (output, "p.csv")]
        if output == "o.parquet":
            import pyarrow.parquet as pq

            written[0] = pq.read_table(tmp_path / output).to_pylist()
        kept[plain] = (written, repr(report), report.first_problems, report.summary, sums.report)
    assert kept[True] == kept[False]
    assert kept[True][2]


# ------------------------------------------------------------------ writing


NUMBERS = st.lists(
    st.sampled_from([0.0, -0.0, 3.0, 5.75, 1 / 3, 1e-5, 1e22, 123456789.125, math.nan, math.inf, -2.5]),
    min_size=1,
    max_size=8,
)
CELLS = [
    "P1",
    "",
    "a b",
    "é",
    "日",
    "½",
    "x,y",
    "x\ty",
    'q"r',
    "a\nb",
    "a\r",
    "=1",
    "-5",
    " =1",
    "\u200b=1",
    "_x",
]


@given(numbers=NUMBERS, data=st.data(), ending=st.sampled_from([".csv", ".tsv"]))
@settings(max_examples=150, deadline=None)
def test_rows_are_written_as_by_the_other_writer(tmp_path_factory, numbers, data, ending):
    n = len(numbers)
    kept = data.draw(
        st.lists(st.sampled_from(CELLS if data.draw(st.booleans()) else CELLS[:6]), min_size=n, max_size=n)
    )
    columns = {"a": np.array(numbers), "b": np.arange(n, dtype=np.uint8), "c": np.arange(n) % 2 == 0}
    columns = {name: columns[name] for name in data.draw(st.permutations(list(columns)))}
    first = {"row": np.arange(n) + 1}
    written = []
    for table in (ListTable({"id": kept}, n), ArrowTable(pa.table({"id": kept}))):
        path = tmp_path_factory.mktemp("out") / f"o{ending}"
        with DelimitedScores(path) as file:
            file.write(table, ["id"], columns, first)
            file.write(table, ["id"], columns, first)
            file.commit()
        written.append(path.read_bytes())
    assert written[0] == written[1]


# ------------------------------------------------------------------ dictionaries


@given(data=st.data(), cuts=st.lists(st.integers(0, 9), max_size=3))
@settings(max_examples=60, deadline=None)
def test_answers_in_dictionaries_are_those_of_their_values(data, cuts):
    form = load("ras")
    values = st.sampled_from(["1", "5", "3", None, "9x", "", "NA", "6"])
    columns = {name: data.draw(st.lists(values, min_size=9, max_size=9)) for name in IDS}
    whole = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    places = [0, *sorted(cuts), 9]
    parts = [whole.slice(a, b - a) for a, b in pairwise(places) if b > a]
    chunked = pa.table(
        {
            name: pa.chunked_array([p.column(name).combine_chunks().dictionary_encode() for p in parts])
            for name in IDS
        }
    )
    expected = encode(form, whole, on_invalid="missing")
    for table in (chunked, chunked.slice(2, 5)):
        found = encode(form, table, on_invalid="missing")
        rows = slice(0, 9) if len(table) == 9 else slice(2, 7)
        assert found.codes.tolist() == expected.codes[rows].tolist()
    assert list(encode(form, chunked, on_invalid="missing").problems) == list(expected.problems)


def _dictionary(indices: list[int | None], values: Any, kind: Any = None) -> pa.DictionaryArray:
    given = values if isinstance(values, pa.Array) else pa.array(values, kind)
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int8()), given)


@pytest.mark.parametrize(
    "chunk",
    [
        pytest.param(_dictionary([0, 1], ["1", None]), id="a null among the values"),
        pytest.param(_dictionary([0, 1, 0], _dictionary([0, 1], ["1", "2"])), id="of dictionaries"),
        pytest.param(_dictionary([None], pa.nulls(0)), id="of nothing"),
        pytest.param(_dictionary([0, 1, None], [1, 2], pa.int16()), id="of whole numbers"),
        pytest.param(_dictionary([0, 1, None], [1, 2], pa.float32()), id="of float32"),
        pytest.param(_dictionary([0, 1, None], np.array([1, 2], np.float16)), id="of float16"),
        pytest.param(_dictionary([0, 1, None], [True, False]), id="of booleans"),
        pytest.param(_dictionary([0, 1, 1], ["1", "1"]), id="of the same value twice"),
        pytest.param(_dictionary([0, 1, 2], ["1", "9x", "2"], pa.large_string()), id="of large texts"),
        pytest.param(_dictionary([0] * 120, [f"{n % 5}" for n in range(1, 120)]), id="of many"),
    ],
)
@pytest.mark.parametrize("n_chunks", [1, 2, 3])
def test_dictionaries_of_every_kind_are_read_as_their_values(
    chunk: pa.DictionaryArray, n_chunks: int
) -> None:
    form = load("ras")
    decoded = chunk.dictionary.take(chunk.indices)
    if pa.types.is_dictionary(decoded.type):
        decoded = decoded.dictionary.take(decoded.indices)
    column, plain = pa.chunked_array([chunk] * n_chunks), pa.chunked_array([decoded] * n_chunks)
    found = encode(form, pa.table(dict.fromkeys(IDS, column)), on_invalid="missing")
    expected = encode(form, pa.table(dict.fromkeys(IDS, plain)), on_invalid="missing")
    assert found.codes.tolist() == expected.codes.tolist()
    assert list(found.problems) == list(expected.problems)


def test_points_of_float32_in_a_dictionary_are_those_of_float32() -> None:
    form = load("ras").with_response_scale(0.1, 0.5, step=0.1)
    plain = pa.array([0.1, 0.3, 0.2, 0.3], pa.float32())
    found = encode(form, pa.table(dict.fromkeys(IDS, plain.dictionary_encode())))
    assert found.codes[:, 0].tolist() == [1, 3, 2, 3]


@pytest.mark.parametrize("last", ['"note', '"n"ote', '"note" ', '"a\nb"', "note,"])
@pytest.mark.parametrize("n", [1, 50])
def test_header_errors_are_those_of_a_small_file(tmp_path: Path, last: str, n: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"q1,q2,{last}\n" + "1,2,a\n" * n, encoding="utf-8")
    try:
        expected: Any = cells_of(path, ["q1", "q2"], [], plain=False)[0]
    except ResponseError as error:
        expected = str(error)
    try:
        found: Any = cells_of(path, ["q1", "q2"], [], plain=True)[0]
    except ResponseError as error:
        found = str(error)
    assert found == expected
