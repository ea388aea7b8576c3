"""Every file of scores says whose they are: the row, and the person where one is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from intimacy_scales import ResponseError, score
from intimacy_scales.interop.answers import read_answers
from intimacy_scales.jobs import score_column_sets, score_file
from tests.shared.answer_files import IDS, INPUTS, NAMES, read_scores
from tests.shared.commands import run

OUTPUTS = ["o.csv", "o.tsv", "o.jsonl", "o.parquet", "o.xlsx"]


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("options", [{}, {"person": "name"}, {"person": "name", "keep": ["name"]}])
def test_the_row_and_the_person_stand_first(
    tmp_path: Path, kind: str, output: str, options: dict[str, Any]
) -> None:
    name, write = INPUTS[kind]
    write(tmp_path / name)
    score_file("ras", tmp_path / name, output=tmp_path / output, **options)
    rows = read_scores(tmp_path / output)
    assert list(rows[0]) == ["row", *(["name"] if options else []), "total"]
    assert [int(row["row"]) for row in rows] == [1, 2, 3, 4]
    if options:
        assert [row["name"] for row in rows] == NAMES


@pytest.mark.parametrize(
    ("kept", "named"),
    [
        (["row"], "row_in_file"),
        (["row", "row_in_file"], "row_in_file_2"),
        (["row_in_file"], "row"),
        (["row", "row_in_file", "row_in_file_2"], "row_in_file_3"),
    ],
)
def test_a_column_of_the_caller_keeps_its_name(tmp_path: Path, kept: list[str], named: str) -> None:
    (tmp_path / "a.csv").write_text(
        ",".join([*kept, *IDS]) + "\n" + ",".join(["x"] * len(kept) + ["3"] * 7) + "\n", encoding="utf-8"
    )
    for output in OUTPUTS:
        score_file("ras", tmp_path / "a.csv", output=tmp_path / output, keep=kept)
        (row,) = read_scores(tmp_path / output)
        assert list(row) == [named, *kept, "total"]
        assert {row[name] for name in kept} == {"x"}
        assert int(row[named]) == 1


def test_a_scale_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "form.toml").write_text(
        'id = "f"\nversion = "1"\ntitle = "Rows"\nresponse_scale = { minimum = 1, maximum = 5 }\n'
        'items = [{ id = "a" }]\nscales = [{ id = "row", items = ["a"] }]\n',
        encoding="utf-8",
    )
    (tmp_path / "a.csv").write_text("a\n4\n", encoding="utf-8")
    score_file(tmp_path / "form.toml", tmp_path / "a.csv", output=tmp_path / "o.jsonl")
    assert read_scores(tmp_path / "o.jsonl") == [{"row_in_file": 1, "row": 4.0}]


@pytest.mark.parametrize(
    ("column", "options"),
    [("total", {}), ("total_answered", {"answered": True}), ("total_pomp", {"pomp": True})],
)
@pytest.mark.parametrize("option", ["keep", "person"])
def test_no_kept_column_is_written_over_by_scores(
    tmp_path: Path, column: str, options: dict[str, Any], option: str
) -> None:
    (tmp_path / "a.csv").write_text(
        ",".join([column, *IDS]) + "\n" + ",".join(["x"] + ["3"] * 7) + "\n", encoding="utf-8"
    )
    asked = {option: [column] if option == "keep" else column}
    with pytest.raises(ResponseError, match=f"column '{column}' has the name of a column of scores"):
        score_file("ras", tmp_path / "a.csv", output=tmp_path / "o.csv", **asked, **options)
    assert not (tmp_path / "o.csv").exists()


def test_the_command_line_writes_them_too(tmp_path: Path) -> None:
    name, write = INPUTS["comma"]
    write(tmp_path / name)
    assert run("score", tmp_path / name, "-i", "ras", "-o", tmp_path / "o.csv").exit_code == 0
    assert [row["row"] for row in read_scores(tmp_path / "o.csv")] == ["1", "2", "3", "4"]
    run("score", tmp_path / name, "-i", "ras", "--person", "name", "-o", tmp_path / "o.parquet")
    assert pq.read_table(tmp_path / "o.parquet").column_names == ["row", "name", "total"]


@pytest.mark.parametrize(
    ("keep", "names"),
    [
        ((), ["row", "id", "total"]),
        (("age",), ["row", "id", "age", "total"]),
        (("age", "id"), ["row", "age", "id", "total"]),
        (("id",), ["row", "id", "total"]),
    ],
)
def test_keep_adds_to_the_column_that_identifies_rows(
    tmp_path: Path, keep: tuple[str, ...], names: list[str]
) -> None:
    path, output = tmp_path / "a.csv", tmp_path / "o.csv"
    path.write_text("id,age,kmss_1,kmss_2,kmss_3\nx,30,1,2,3\ny,31,4,4,4\n")
    score_file("kmss", path, output=output, keep=keep)
    assert output.read_text().splitlines()[0].split(",") == names
    frame = score("kmss", read_answers(path, "kmss"), keep=keep).to_frame()
    assert list(frame) == names[1:]
    assert frame["id"].tolist() == ["x", "y"]
    sets = {"A": "kmss_{n}"}
    score_column_sets("kmss", path, sets, output=output, keep=keep)
    assert output.read_text().splitlines()[0].split(",") == [*names[:-1], "total_A"]
