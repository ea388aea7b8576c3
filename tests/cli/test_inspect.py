"""The command `inspect`, and mapping files on the command line."""

import json

from tests.shared.commands import run


def test_inspect_shows_how_a_file_is_read(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("x;kmss_1;kmss_2;kmss_3\n1;6;5;6\n2;7;7;\n")
    result = run("inspect", path, "-i", "kmss", "--save-mapping", tmp_path / "map.toml")
    assert result.exit_code == 0, result.output
    for words in (
        "answers.csv is delimited text; 2 rows; 3 of 3 items of kmss 2 have a column.",
        "separator: semicolon (splits the header into 4 columns)",
        "kmss_1, kmss_2, kmss_3: named like the item; values as they are",
        "left alone: x",
        "written to",
    ):
        assert words in result.output
    again = run(
        "score", path, "-i", "kmss", "--mapping", tmp_path / "map.toml", "-o", tmp_path / "scores.csv"
    )
    assert again.exit_code == 0, again.output
    assert (tmp_path / "scores.csv").read_text().splitlines() == ["row,total", "1,17.0", "2,21.0"]


def test_inspect_as_json(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("kmss_1,kmss_2\n1,2\n")
    result = run("inspect", path, "-i", "kmss", "--json")
    report = json.loads(result.stdout)
    assert (report["platform"], report["n_rows"]) == ("delimited text", 2 - 1)
    assert [item["column"] for item in report["items"]] == ["kmss_1", "kmss_2", None]


def test_rows_above_the_header(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("Study of 2026\nWave 1\nkmss_1,kmss_2,kmss_3\n1,2,3\n")
    result = run("score", path, "-i", "kmss")
    assert result.exit_code == 2
    assert "--skip-rows 2" in result.output
    assert run("score", path, "-i", "kmss", "--skip-rows", "2").exit_code == 0
