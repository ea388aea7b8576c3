"""Functions of files called from Python: paths and instruments in every form, messages in Python's words."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from intimacy_scales import ResponseError, UnknownInstrumentError, load, load_file
from intimacy_scales.files import open_answers, open_output
from intimacy_scales.jobs import reliability_file, score_file, structure_file
from intimacy_scales.reading.frames import ListTable
from tests.shared.answer_files import IDS, NAMES, read_scores, text_file
from tests.shared.commands import run

JOBS: dict[str, tuple[Callable[..., Any], str]] = {
    "scores": (score_file, "o.csv"),
    "reliability": (reliability_file, "o.json"),
    "structure": (structure_file, "o.json"),
}


class Named:
    """A path of another kind, as `os.DirEntry` is."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    """Forty persons, which is enough for every job."""
    path = tmp_path / "a.csv"
    rows = [[1 + (n * (i + 2) + n // 3) % 5 for i in range(7)] for n in range(40)]
    table = pd.DataFrame(rows, columns=IDS)
    table.insert(0, "couple", [n // 2 for n in range(40)])
    table.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("form", ["ras", "RAS", load("ras")], ids=["id", "another case", "instrument"])
@pytest.mark.parametrize("kind", [str, Path, Named])
@pytest.mark.parametrize("job", ["scores", "reliability"])
def test_paths_and_instruments_of_every_form(answers: Path, job: str, kind: Any, form: Any) -> None:
    function, output = JOBS[job]
    output_path, problems = answers.with_name(output), answers.with_name("p.csv")
    report = function(form, kind(answers), output=kind(output_path), problems=kind(problems))
    assert report.n_persons == 40
    assert output_path.exists()
    assert problems.exists()


def test_structure_file_takes_texts(answers: Path) -> None:
    report = structure_file("ras", str(answers), output=str(answers.with_name("o.json")), n_iterations=5)
    assert report.n_persons == 40
    assert answers.with_name("o.json").exists()


def test_an_instrument_in_a_file(answers: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(load("ras").to_toml(), encoding="utf-8")
    expected = score_file("ras", answers).summary.scales[0].mean
    for form in (own, load_file(own), load_file(str(own))):
        assert score_file(form, answers).summary.scales[0].mean == expected


@pytest.mark.parametrize("kind", [str, Path, Named])
def test_open_answers_and_open_output_take_paths_of_every_kind(tmp_path: Path, kind: Any) -> None:
    text_file(",")(tmp_path / "a.csv")
    with open_answers(kind(tmp_path / "a.csv")) as file:
        assert file.names == ["name", *IDS]
    with open_output(kind(tmp_path / "o.csv")) as output:
        output.write(ListTable({"name": NAMES}, 4), ["name"], {})
        output.commit()
    assert [row["name"] for row in read_scores(tmp_path / "o.csv")] == NAMES


NO_PATHS: dict[str, Any] = {
    "a table": pd.DataFrame(),
    "an open file": io.StringIO("a"),
    "bytes": b"a.csv",
    "a number": 3,
    "nothing": None,
}


@pytest.mark.parametrize("case", NO_PATHS)
@pytest.mark.parametrize("job", JOBS)
def test_what_is_not_a_path_is_told(answers: Path, job: str, case: str) -> None:
    given, (function, _) = NO_PATHS[case], JOBS[job]
    words = f"a value of type {type(given).__name__} is not valid; pass the path of a file"
    with pytest.raises(ResponseError, match=f"^source: {words}"):
        function("ras", given)
    for option in ("output", "problems") if given is not None else ():
        with pytest.raises(ResponseError, match=f"^{option}: {words}"):
            function("ras", answers, **{option: given})
    for function in (open_answers, open_output):
        with pytest.raises(ResponseError, match=words):
            function(given)


@pytest.mark.parametrize("job", JOBS)
def test_an_unknown_instrument_is_told_as_everywhere(answers: Path, job: str) -> None:
    with pytest.raises(UnknownInstrumentError, match="did you mean 'ras'"):
        JOBS[job][0]("raz", answers)


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("same", ["output", "problems", "both"])
def test_no_file_is_written_over_another(answers: Path, job: str, same: str) -> None:
    function, output = JOBS[job]
    given: dict[str, Any] = {"output": str(answers.with_name(output)), "problems": answers.with_name("p.csv")}
    if same == "both":
        given["problems"] = Path(os.path.relpath(given["output"]))
    else:
        given[same] = str(answers)
    with pytest.raises(ResponseError, match=f"would overwrite the {'problems' if same == 'both' else 'ans'}"):
        function("ras", answers, **given)
    assert [path.name for path in answers.parent.iterdir()] == ["a.csv"]


OPTIONS = [
    (score_file, "keep", ["nowhere"]),
    (score_file, "person", "nowhere"),
    (reliability_file, "person", "nowhere"),
    (reliability_file, "clusters", "nowhere"),
    (structure_file, "clusters", "nowhere"),
]


@pytest.mark.parametrize(("function", "option", "value"), OPTIONS)
def test_an_option_is_named_as_it_is_called(answers: Path, function: Any, option: str, value: Any) -> None:
    with pytest.raises(ResponseError, match=f"^{option}: the table has no column 'nowhere'"):
        function("ras", answers, **{option: value})


@pytest.mark.parametrize("function", [reliability_file, structure_file])
def test_reliability_file_and_structure_file_name_lost_clusters(answers: Path, function: Any) -> None:
    table = pd.read_csv(answers, dtype=str)
    table.loc[4, "couple"] = ""
    table.to_csv(answers, index=False)
    with pytest.raises(ResponseError, match=r"^clusters: 1 person .* row 5 "):
        function("ras", answers, clusters="couple")


@pytest.mark.parametrize("name", ["folder", "folder.csv", "folder.xlsx"])
def test_a_folder_is_called_one(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(ResponseError, match="is a folder; pass one file of answers in it"):
        open_answers(tmp_path / name)
    result = run("reliability", tmp_path / name, "-i", "ras")
    assert result.exit_code == 2
    assert "is a folder" in result.output
    result = run("score", tmp_path / name, "-i", "ras", "-o", tmp_path / "scores")
    assert result.exit_code == 2
    assert "there are no files of answers" in result.output
