"""Several sets of columns of one file: each is scored as it would be alone."""

import csv

import pytest

from intimacy_scales import score, simulate
from intimacy_scales.errors import MissingColumnsError, ResponseError
from intimacy_scales.jobs import score_column_sets, score_file
from tests.shared.commands import run

SETS = {"A": "{item}_A", "B": "{item}_B"}


@pytest.fixture
def answers(tmp_path):
    both = [simulate("ras", 60, rng=seed, missing=0.1).answers for seed in (1, 2)]
    table = both[0].add_suffix("_A").join(both[1].add_suffix("_B"))
    table.insert(0, "id", range(60))
    path = tmp_path / "answers.csv"
    table.to_csv(path, index=False)
    return path, both


def rows_of(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_score_column_sets_gives_the_scores_of_each_set_alone(answers, tmp_path):
    path, both = answers
    output = tmp_path / "scores.csv"
    reports = score_column_sets("ras", path, SETS, output=output, keep=["id"], answered=True)
    rows = rows_of(output)
    assert list(rows[0]) == [
        "row", "id", "total_A", "total_answered_A", "total_prorated_A", "total_B", "total_answered_B",
        "total_prorated_B",
    ]  # fmt: skip
    for name, table in zip("AB", both, strict=True):
        expected = score("ras", table)["total"].tolist()
        assert [float(row[f"total_{name}"]) for row in rows] == expected
        alone = score_file("ras", path, columns=SETS[name])
        assert reports[name].summary == alone.summary
        assert reports[name].mapping.items == alone.mapping.items


def test_a_bad_cell_of_one_set_prevents_all_scores(answers, tmp_path):
    path, _ = answers
    lines = path.read_text().splitlines()
    cells = lines[5].split(",")
    cells[-1] = "9"
    path.write_text("\n".join([*lines[:5], ",".join(cells), *lines[6:]]) + "\n")
    output = tmp_path / "scores.csv"
    reports = score_column_sets("ras", path, SETS, output=output)
    assert [report.n_problems for report in reports.values()] == [0, 1]
    assert not output.exists()
    reports = score_column_sets("ras", path, SETS, output=output, on_invalid="missing")
    assert all(report.written for report in reports.values())


def test_a_column_of_two_sets_is_refused(answers):
    path, _ = answers
    shared = {f"ras_{n}": f"ras_{n}_B" for n in range(1, 7)} | {"ras_7": "ras_7_A"}
    with pytest.raises(ResponseError, match="'ras_7_A' belongs to 'A' and to 'B'"):
        score_column_sets("ras", path, {"A": "{item}_A", "B": shared})
    with pytest.raises(MissingColumnsError):
        score_column_sets("ras", path, {"A": "{item}_A", "C": "{item}_C"})
    with pytest.raises(ResponseError, match="in addition to sets="):
        score_column_sets("ras", path, SETS, columns="{item}_A")


def test_the_command_score_proposes_and_stops(answers, tmp_path):
    path, _ = answers
    result = run("score", path)
    assert result.exit_code == 2
    assert "The answers are to ras 1 in 2 sets of columns (_A, _B)" in result.output
    assert "To go on: --yes, which scores each set, or one set alone: -i ras --columns '{item}_A'" in (
        result.output.replace("\n", " ")
    )


def test_the_command_score_goes_on_with_yes(answers, tmp_path):
    path, both = answers
    output = tmp_path / "scores.csv"
    result = run("score", path, "--yes", "-o", output)
    assert result.exit_code == 0, result.output
    assert [float(row["total_B"]) for row in rows_of(output)] == score("ras", both[1])["total"].tolist()


def test_the_command_score_does_not_go_on_with_what_is_ambiguous(tmp_path):
    path = tmp_path / "answers.csv"
    simulate("scii-24", 20, rng=1).answers.to_csv(path, index=False)
    result = run("score", path, "--yes")
    assert result.exit_code == 2
    assert "the likeliest are scii-24, scii-24-partner" in result.output
    assert "Name the instrument" in result.output
