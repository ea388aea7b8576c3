"""JSON lines that are read member by member hold what they hold line by line: values, places and messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intimacy_scales.errors import ResponseError
from intimacy_scales.files.jsonlines import JsonLinesFile
from intimacy_scales.files.plain_objects import PlainObjects
from intimacy_scales.jobs import reliability_file, score_file
from intimacy_scales.reading.frames import ArrowTable, Distinct, ListTable, RepeatedTable

IDS = [f"ras_{n}" for n in range(1, 8)]
NEVER = 1 << 60


def by_member(patch: pytest.MonkeyPatch, chunk: int | None) -> None:
    """Read every file member by member, so many bytes at a time; None: line by line."""
    patch.setattr("intimacy_scales.files.plain_objects._LEAST", NEVER if chunk is None else 0)
    patch.setattr("intimacy_scales.files.plain_objects.CHUNK", chunk or 1)


def read(path: Path, chunk: int | None, *, at_once: bool = True) -> tuple[Any, set[type]]:
    """Every column and name, and the count of blank rows, or what is wrong; and what kinds of tables came."""
    items, others = ["q1", "q2"], ["id"]
    kinds: set[type] = set()
    with pytest.MonkeyPatch.context() as patch:
        by_member(patch, chunk)
        try:
            with JsonLinesFile(path) as file:
                if not at_once:
                    file.look_for([*items, *others])
                columns: dict[str, list[Any]] = {name: [] for name in (*items, *others, "Q_1")}
                n = 0
                for table in file.batches(items, others):
                    kinds.add(type(table))
                    n += len(table)
                    for name, cells in columns.items():
                        there = name in table.names
                        cells.extend(table.values(name, "keep") if there else [None] * len(table))
                return (repr(columns), n, file.n_blank, sorted(file.names)), kinds
        except ResponseError as error:
            return str(error), kinds


# ------------------------------------------------------------------ one reader compared with the other

PLAIN = ["1", "2", "null", '"3"', '"a b"', '"é"', '"日本"', "2.5", "-0", "true"]
ODD = [
    "3.0", "3e0", "1e400", "-1e400", "12345678901234567890123", "9" * 4500, "NaN", "Infinity", "-Infinity",
    "-0.0", "false", "[1, 2]", "[]", '{"a": 1}', "{}", '"a,b"', '"a, \\"q2\\": 1"', '"x}"', '"{"',
    '"\\u0031"', '"\\ud800"', '"\\\\"', '"\\\\,"', '"a\\nb"', '"a\tb"', '"\x0b"', "01", "+1", ".5", "1.",
    "'1'", "1 2", "", '"', '"2024-05-01"', '"2024-05-01T10:00:00"', '"\x7f"', '"\u2028"', '"":1', '"a" "b"',
    "1}{", "tru",
]  # fmt: skip
NAMES = ['"q1"', '"q2"', '"id"', '"note"']
ODD_NAMES = ['"q\\u0031"', '"Q_1"', '"q1 "', "q1", '""', '"a,b"', '"a:b"', '"q1"', '"q\\u00e9"', '"é"', "1"]
ODD_LINES = [
    "", "  ", "\t", "{}", "{ }", "{},", "[1]", "1", '"a"', "null", "\ufeff{}", "{", "}", '{"q1":1},{"q2":2}',
    '{"q1":1}{"q2":2}', '{"q1":1,}', '{,"q1":1}',
    "\x0c", '{"q1":1} x', "{{}}", "\r", '{"q1":12', '{"q1":1,{"q2":2}', '"q1":1}', '{"q1":1',
]  # fmt: skip
EXTRA = [b"\xff", b"\xed\xa0\x80", b"\0", b'{"id": "\xc3"}', b"\xe9"]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Lines of JSON: most plain, each with its names in one order, some odd in one way or another."""
    odd = draw(st.integers(0, 5))
    values = st.sampled_from(PLAIN + (ODD if odd == 1 else []))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    comma, colon, margin = draw(st.sampled_from([(",", ":", ""), (", ", ": ", ""), (" ,\t", " : ", " ")]))
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    lines = []
    for _ in range(draw(st.integers(1, 9))):
        here = names
        if odd == 2:
            here = draw(st.lists(st.sampled_from(NAMES + ODD_NAMES), max_size=5))
        elif odd == 3:
            here = [name for name in draw(st.permutations(names)) if draw(st.integers(0, 3))]
        inner = comma.join(f"{name}{colon}{draw(values)}" for name in here)
        lines.append(f"{margin}{{{margin}{inner}{margin}}}")
        if odd == 4 and not draw(st.integers(0, 3)):
            lines.append(draw(st.sampled_from(ODD_LINES)))
    text = ("\ufeff" if not draw(st.integers(0, 7)) else "") + end.join(lines)
    data = (text + draw(st.sampled_from(["", end, end + end, " "]))).encode()
    if odd == 5:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.sampled_from(EXTRA)) + data[at:]
    return data


@given(data=files(), chunk=st.integers(1, 200), at_once=st.booleans())
@example(b'{"q1":1,"q2":2,"q1":3}\n', 40, True)
@example(b'{"q1":1,"q\\u0031":2}\n', 40, True)
@example(b'{"note":"a,b","q1":1}\n{"note":"c","q1":"x\\",1"}\n', 90, True)
@example(b'{"id":"a","q1":1}\n{"id":"b","q1":2}\n{"id":"c","Q_1":3,"new":1}\n', 20, False)
@example(b'{"id":"a","q1":1,"q2":1}\n{"id":"b","q1":2}\n{"Q_1":3}\n\n{"q1":[1],"Q_1":4}\n', 30, False)
@example(b'{}\n{"q1":1}\n{}\n\n', 20, True)
@settings(max_examples=200, deadline=None)
def test_values_names_and_messages_are_those_of_the_other_reader(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, chunk: int, at_once: bool
) -> None:
    path = tmp_path_factory.mktemp("lines") / "a.jsonl"
    path.write_bytes(data)
    assert read(path, chunk, at_once=at_once)[0] == read(path, None)[0]


ODD_FILES = [
    *(f'{{"id":"a","q1":{value},"q2":2}}'.encode() for value in ODD),
    *(f'{{"id":"a",{name}:1,"q2":2}}'.encode() for name in ODD_NAMES),
    *(line.encode() for line in ODD_LINES),
    *(b'{"id":"' + extra + b'","q1":3}' for extra in EXTRA),
]


@pytest.mark.parametrize("chunk", [26, 60, 600])
def test_odd_lines_one_by_one(tmp_path: Path, chunk: int) -> None:
    path = tmp_path / "a.jsonl"
    before = b'{"id":"P0","q1":1,"q2":2}\n' * 4
    for line in ODD_FILES:
        path.write_bytes(before + line + b"\n" + before)
        assert read(path, chunk, at_once=False)[0] == read(path, None)[0], line


def test_names_at_the_beginning_can_be_enough(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id":"a","q1":1,"q2":2}\n' * 9 + '{"id":"b","new":1}\n', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        by_member(patch, 30)
        file = JsonLinesFile(path)
        file.look_for(["q1", "q2"])
        assert file.names == ["id", "q1", "q2"]
        other = JsonLinesFile(path)
        other.look_for(["q1", "later"])
        assert other.names == ["id", "q1", "q2", "new"]
        assert JsonLinesFile(path).names == ["id", "q1", "q2", "new"]


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "P1", "q1": 3, "q2": null}', '{"id":"P1","q2":"3"}', "{}",
        '{"note":"a, b","id":"é","q1":2.5}',
        '{"q1":1,"id":"\\"x\\", y","q2":true}', '{"id":17,"q1":NaN}\r', '{"q1":1,"new":1}',
        '{"id":"\\\\","note":"a,b"}',
    ],
)  # fmt: skip
def test_plain_lines_are_read_member_by_member_alone(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(('\ufeff{"id":"P0","q1":1,"q2":2}\n' + f"{line}\n" * 3).encode())
    found, kinds = read(path, 60)
    assert kinds == {RepeatedTable}
    assert found == read(path, None)[0]


@pytest.mark.parametrize(
    "doubtful",
    [
        "",
        '{"q1":[1]}',
        '{"q1":{"a":1}}',
        '{"q1":1,"q1":2}',
        '{"q1":1}{"q2":2}',
        "\ufeff{}",
        "[1]",
        '{"q1":1,}',
    ],
)
def test_at_a_doubt_the_rest_goes_back_to_the_other_reader(tmp_path: Path, doubtful: str) -> None:
    path = tmp_path / "a.jsonl"
    before = '{"id":"P0","q1":1,"q2":2}\n' * 9
    path.write_text(f"{before}{doubtful}\n{before}", encoding="utf-8")
    found, kinds = read(path, 60, at_once=False)
    assert found == read(path, None)[0]
    assert RepeatedTable in kinds
    assert isinstance(found, str) or kinds == {RepeatedTable, ListTable}


def test_a_line_longer_than_a_chunk_goes_back_too(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"q1":1,"id":"a"}\n{"q1":2,"id":"' + "x" * 400 + '"}\n{"q1":3}\n', encoding="utf-8")
    assert read(path, 50)[0] == read(path, None)[0]


def test_ids_and_notes_that_never_stand_twice(tmp_path: Path) -> None:
    """Once there are many of a name, texts are cut out of their members; what is no plain text is parsed."""
    special = ['"a\\"b"', '"a,b"', "null", "7", '"é"', '"\\u00e9"', '""']
    ids = [f'"P{n:04d}"' if n % 97 else special[n % 7] for n in range(2000)]
    path = tmp_path / "a.jsonl"
    lines = [f'{{"id":{one},"q1":{n % 5},"note":"n{n}, m"}}\n' for n, one in enumerate(ids)]
    path.write_text("".join(lines), encoding="utf-8")
    found, kinds = read(path, 5000)
    assert found == read(path, None)[0]
    assert kinds == {RepeatedTable}
    path.write_text("".join(line for n, line in enumerate(lines) if n % 97), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        by_member(patch, 5000)
        kept = [type(table.only(["id"])) for table in JsonLinesFile(path).batches(["q1"], ["id"])]
    assert kept[0] is ListTable  # it is not known yet how they are written
    assert set(kept[1:]) == {ArrowTable}


@pytest.mark.parametrize("odd", ['"', "\\", "\\u0031", "\x01", "\x7f", "}", "é"])
def test_ids_that_are_not_plain_texts_are_left_to_the_parser(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "a.jsonl"
    lines = [f'{{"id":"P{n:04d}","q1":3}}\n' for n in range(300)]
    path.write_text("".join([*lines, f'{{"id":"P{odd}1","q1":3}}\n', *lines]), encoding="utf-8")
    assert read(path, 2500)[0] == read(path, None)[0]


def test_what_was_met_is_forgotten_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intimacy_scales.files.json_members._MOST_KNOWN", 20)
    path = tmp_path / "a.jsonl"
    lines = [f'{{"id":{n},"q1":{n % 5},"q2":{n / 7}}}\n' for n in range(200)]
    path.write_text("".join(lines), encoding="utf-8")
    found, kinds = read(path, 300)
    assert found == read(path, None)[0]
    assert kinds == {RepeatedTable}


def test_a_column_holds_the_values_alone_that_occur_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [f'{{"id":{n},"q1":{n / 7}}}\n' if n % 9 else '{"q2":null}\n' for n in range(300)]
    path.write_text("".join(lines), encoding="utf-8")
    assert read(path, 300)[0] == read(path, None)[0]
    with pytest.MonkeyPatch.context() as patch:
        by_member(patch, 300)
        for table in JsonLinesFile(path).batches(["q1"], ["id"]):
            column = table.answers("q1")
            assert isinstance(column, Distinct)
            assert len(column.values) <= len(table)


def test_names_that_hardly_ever_occur_take_no_room(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"q1":1,"k{n}":2}}\n' for n in range(300)), encoding="utf-8")
    found, kinds = read(path, 4000)
    assert found == read(path, None)[0]
    assert kinds == {ListTable}


def test_without_arrow_files_are_read_line_by_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"q1": 1}\n', encoding="utf-8")
    monkeypatch.setattr("intimacy_scales.files.plain_objects._LEAST", 0)
    assert PlainObjects.can_read(path)
    monkeypatch.setattr("intimacy_scales.files.plain_objects.find_spec", lambda name: None)
    assert not PlainObjects.can_read(path)


# ------------------------------------------------------------------ from the file to the scores


def answer_file(path: Path, rng: np.random.Generator) -> None:
    """Simulated answers to the RAS: numbers, texts, labels, gaps, what is not valid, and look-alikes."""
    cells: list[Any] = [1, 2, 3, 4, 5, None, "4", "NA", -9, "9x", 2.5, 3.0, True]
    places = rng.choice(
        len(cells), (400, 7), p=[0.18] * 5 + [0.04, 0.01, 0.01, 0.01, 0.01, 0.01, 0.005, 0.005]
    )
    lines = []
    for n, row in enumerate(places):
        answers = {name: cells[place] for name, place in zip(IDS, row, strict=True) if rng.random() > 0.02}
        note = ["plain", "with, comma", 'say "hi"', "=1+1", None, 7][n % 6]
        stray = {"RAS-1": 5} if n > 300 and n % 50 == 0 else {}
        lines.append(json.dumps({"id": f"P{n}", **answers, "note": note, **stray}, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("output", ["o.csv", "o.parquet", "o.jsonl"])
@pytest.mark.parametrize("doubt", ["", '{"id": "Q", "ras_1": [1]}\n'])
def test_scores_problems_and_the_report_are_those_of_the_other_reader(
    tmp_path: Path, output: str, doubt: str
) -> None:
    source = tmp_path / "a.jsonl"
    answer_file(source, np.random.default_rng(1))
    source.write_text(source.read_text(encoding="utf-8") + doubt, encoding="utf-8")
    kept = {}
    for chunk in (None, 4000):
        with pytest.MonkeyPatch.context() as patch:
            by_member(patch, chunk)
            report = score_file(
                "ras", source, output=tmp_path / output, problems=tmp_path / "p.csv", person="id",
                keep=["note"], answered=True, on_invalid="missing", missing_codes=[-9],
            )  # fmt: skip
            sums = reliability_file("ras", source, on_invalid="missing", missing_codes=[-9], person="id")
        written: list[Any] = [(tmp_path / name).read_bytes() for name in (output, "p.csv")]
        if output == "o.parquet":
            import pyarrow.parquet as pq

            written[0] = pq.read_table(tmp_path / output).to_pylist()
        kept[chunk] = (written, repr(report), report.first_problems, report.summary, sums.report)
    assert kept[None] == kept[4000]
    assert kept[None][2]
