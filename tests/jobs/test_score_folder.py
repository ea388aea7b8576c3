"""Many files of answers: each to a file of its own, and a run that was stopped goes on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intimacy_scales import load, score, simulate
from intimacy_scales.cli import app
from intimacy_scales.errors import InstrumentError, MissingColumnsError, MissingDependencyError, ResponseError
from intimacy_scales.jobs import FolderReport, executors, score_file, score_folder
from intimacy_scales.jobs.parts import is_several, parts_of
from tests.shared.commands import bytes_in
from tests.shared.folders import ROOT

RAS = load("ras")
N = 30


def table(n: int, *, bad: bool = False) -> pd.DataFrame:
    answers = simulate(RAS, N, rng=n).answers.copy()
    if bad:
        answers.loc[n % N, "ras_3"] = 9
    answers.insert(0, "id", [f"p{n:02d}-{row:02d}" for row in range(N)])
    return answers


def cells_in(folder: Path | str) -> list[str]:
    """The files of bad cells in a folder."""
    return sorted(name for name in bytes_in(Path(folder)) if not name.startswith("_"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Answers in six files of three formats, one of them in a folder below."""
    answers = tmp_path / "answers"
    (answers / "late").mkdir(parents=True)
    for n in range(3):
        table(n).to_csv(answers / f"a{n}.csv", index=False)
    table(3).to_parquet(answers / "b.parquet")
    table(4).to_json(answers / "c.jsonl", orient="records", lines=True)
    table(5).to_csv(answers / "late" / "a0.csv", index=False)
    for name in ("_SUCCESS", ".part-0.crc"):
        (answers / name).write_text("")
    monkeypatch.chdir(tmp_path)
    return answers


def test_a_folder_is_scored_file_by_file(folder: Path) -> None:
    report = score_folder(RAS, "answers", output="scores", keep=["id"])
    names = ["a0.csv", "a1.csv", "a2.csv", "b.parquet", "c.jsonl", "late/a0.csv"]
    assert sorted(name for name in bytes_in(Path("scores")) if not name.startswith("_")) == names
    for name in names:
        score_file(RAS, folder / name, output=f"alone{Path(name).suffix}", keep=["id"])
        assert Path("scores", name).read_bytes() == Path(f"alone{Path(name).suffix}").read_bytes()
    whole = score(RAS, pd.concat([table(n) for n in range(6)])).summary()
    assert report.summary == whole
    assert (report.n_parts, report.n_done_before, report.not_written) == (6, 0, ())
    assert report.check.n_persons == 6 * N
    again = score_folder(RAS, "answers", output="scores", keep=["id"])
    assert (again.n_done_before, again.summary) == (6, whole)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("answers/*.csv", ["a0.csv", "a1.csv", "a2.csv"]),
        ("answers/a[12].csv", ["a1.csv", "a2.csv"]),
        ("answers/**/a0.csv", ["a0.csv", "late/a0.csv"]),
        ("ans*/late/*", ["answers/late/a0.csv"]),
        (["answers/b.parquet", "answers/late/a0.csv"], ["b.parquet", "late/a0.csv"]),
        (["answers/a1.csv"], ["a1.csv"]),
    ],
)
def test_files_are_named_by_a_pattern_or_a_list(folder: Path, source: Any, names: list[str]) -> None:
    assert is_several(source)
    assert sorted(part.name for part in parts_of(source, Path("scores"), None).parts) == names


def test_one_format_for_all(folder: Path) -> None:
    score_folder(RAS, "answers/*.csv", output="scores/*.PARQUET", keep="id")
    assert [file.name for file in sorted(Path("scores").glob("[!_]*"))] == [f"a{n}.parquet" for n in range(3)]
    got = pq.read_table("scores/a1.parquet")
    assert got["total"].to_pylist() == score(RAS, table(1))["total"].tolist()


def test_a_part_that_changed_is_done_again_and_no_other(folder: Path) -> None:
    def run() -> FolderReport:
        return score_folder(RAS, folder, output="scores")

    run()
    stamps = {file: file.stat().st_mtime_ns for file in Path("scores").rglob("*.csv")}
    table(7).to_csv(folder / "a1.csv", index=False)
    Path("scores/a2.csv").write_text("short")
    Path("scores/late/a0.csv").unlink()
    report = run()
    assert report.n_done_before == 3
    assert report.summary == score(RAS, pd.concat([table(n) for n in (0, 7, 2, 3, 4, 5)])).summary()
    changed = {file.name for file in stamps if file.stat().st_mtime_ns != stamps[file]}
    assert changed == {"a1.csv", "a2.csv", "a0.csv"}
    assert Path("scores/a0.csv").stat().st_mtime_ns == stamps[Path("scores/a0.csv")]


def test_parts_with_bad_cells_are_done_once_mended(folder: Path) -> None:
    def run(**options: Any) -> FolderReport:
        return score_folder(RAS, folder, output="scores", problems="bad", person="id", **options)

    for n in (0, 2):
        table(n, bad=True).to_csv(folder / f"a{n}.csv", index=False)
    report = run()
    assert report.not_written == ("a0.csv", "a2.csv")
    assert report.check.n_problems == 2
    assert [example.person for example in report.check.examples] == ["p00-00", "p02-02"]
    assert cells_in("bad") == ["a0.csv", "a2.csv"]
    assert "p02-02" in Path("bad/a2.csv").read_text()
    assert not Path("scores/a0.csv").exists()
    table(2).to_csv(folder / "a2.csv", index=False)
    report = run()
    assert (report.n_done_before, report.not_written) == (4, ("a0.csv",))
    assert cells_in("bad") == ["a0.csv"]
    with pytest.raises(ResponseError, match="holds the scores of another run, which differs in on_invalid "):
        run(on_invalid="missing")


def test_nothing_about_a_person_is_stored_with_the_scores(folder: Path) -> None:
    for n in range(3):
        table(n, bad=True).to_csv(folder / f"a{n}.csv", index=False)
    report = score_folder(RAS, folder, output="scores", person="id", on_invalid="missing")
    assert report.check.n_problems == 3
    stored = "".join(file.read_text() for file in Path("scores/_parts").rglob("*.json"))
    assert "p01-01" not in stored
    assert '"value": 9' not in stored
    assert json.loads(Path("scores/_parts/a1.csv.json").read_text())["summary"]["check"]["counts"] == [
        {"item": "ras_3", "code": "range", "n": 1}
    ]
    again = score_folder(RAS, folder, output="scores", person="id", on_invalid="missing")
    assert [(part.item, part.n) for part in again.check.counts] == [("ras_3", 3)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: {"keep": ["id"]}, "holds the scores of another run, which differs in keep "),
        (lambda: {"form": load("ras").with_response_scale(1, 5)}, None),
        (lambda: {"form": load("kmss")}, "differs in instrument "),
        (lambda: {"output": "scores/*.csv"}, r"differs in ending \(None, now .csv\)"),
        (lambda: {"source": "answers/late"}, "differs in answers "),
        (lambda: {"output": "scores/*.xls"}, "files of scores end in .csv"),
        (lambda: {"output": "scores.csv"}, r"a pattern such as 'scores/\*.csv'"),
        (lambda: {"output": "answers/a0.csv"}, "written to a folder"),
        (lambda: {"output": "answers"}, "answers: the scores would be written among the answers"),
        (lambda: {"output": "."}, ".: is not empty"),
        (
            lambda: {"source": "none/*.csv"},
            r"none/\*.csv: there are no files of answers; allowed endings: .csv, ",
        ),
        (lambda: {"source": []}, "there are no files of answers"),
        (lambda: {"source": ["answers/z.csv"]}, "z.csv: is a folder, or does not exist"),
        (lambda: {"source": 5}, "pass the path of a file"),
        (lambda: {"engine": "ray"}, "engine='ray' is not valid; allowed: 'dask', 'spark', 'duckdb'"),
    ],
)
def test_what_cannot_be_is_refused_with_advice(
    folder: Path, change: Callable[[], dict[str, Any]], told: str | None
) -> None:
    asked: dict[str, Any] = {"form": RAS, "source": "answers", "output": "scores"}
    score_folder(**asked)
    before = bytes_in(Path("scores"))
    if told is None:
        score_folder(**(asked | change()))
    else:
        with pytest.raises((ResponseError, TypeError), match=told):
            score_folder(**(asked | change()))
    assert bytes_in(Path("scores")) == before


def test_other_files_and_two_of_one_name_are_refused(folder: Path) -> None:
    (folder / "notes.docx").write_text("x")
    with pytest.raises(
        ResponseError, match=r"notes\.docx: is not a file of answers by its name; .* 'answers/\*.csv'"
    ):
        score_folder(RAS, "answers", output="scores")
    (folder / "notes.docx").rename(folder / "a0.TXT")
    with pytest.raises(ResponseError, match=r"would both be written to a0\.csv"):
        score_folder(RAS, "answers", output="scores/*.csv")


def test_files_that_are_gone_are_named_and_may_be_kept(folder: Path) -> None:
    score_folder(RAS, folder, output="scores")
    (folder / "a1.csv").unlink()
    with pytest.raises(
        ResponseError, match=r"the files of answers of a1\.csv no longer exist. .* gone='keep'"
    ):
        score_folder(RAS, folder, output="scores")
    kept = score_folder(RAS, folder, output="scores", gone="keep")
    assert (kept.n_parts, kept.n_done_before) == (6, 6)
    assert kept.summary == score(RAS, pd.concat([table(n) for n in range(6)])).summary()
    code, _, err = command("score", folder, "-i", "ras", "-o", "scores")
    assert (code, "--keep-gone" in err) == (2, True)
    assert command("score", folder, "-i", "ras", "-o", "scores", "--keep-gone")[0] == 0
    Path("scores/a1.csv").unlink()  # the other advice
    left = score_folder(RAS, folder, output="scores")
    assert (left.n_parts, left.n_done_before) == (5, 5)


def test_a_narrower_pattern_leaves_the_others_as_they_are(folder: Path) -> None:
    score_folder(RAS, folder, output="scores")
    before = bytes_in(Path("scores"))
    report = score_folder(RAS, [f"{folder}/a[12].csv", "answers/b.parquet"], output="scores")
    assert (report.n_parts, report.n_done_before) == (3, 3)
    assert bytes_in(Path("scores")) == before


def test_a_failed_first_call_binds_no_other(folder: Path) -> None:
    with pytest.raises(ResponseError, match="no column 'idd'"):
        score_folder(RAS, folder, output="scores", keep=["idd"])
    assert score_folder(RAS, folder, output="scores", keep=["id"]).n_done_before == 0


def test_scores_of_a_file_that_is_bad_now_do_not_stay(folder: Path) -> None:
    score_folder(RAS, folder, output="scores")
    table(1, bad=True).to_csv(folder / "a1.csv", index=False)
    report = score_folder(RAS, folder, output="scores")
    assert report.not_written == ("a1.csv",)
    assert not Path("scores/a1.csv").exists()
    assert report.summary == score(RAS, pd.concat([table(n) for n in (0, 2, 3, 4, 5)])).summary()
    assert report.check.n_persons == 6 * N


def test_nobody_elses_files_are_touched(folder: Path) -> None:
    Path("notes").mkdir()
    Path("notes/b.parquet.csv").write_text("mine")
    before = bytes_in(folder)
    for problems, told in (
        ("notes", "notes: is not empty"),
        ("answers", "answers: files of bad cells would be among the answers"),
        ("answers/bad", "bad cells would be among the answers"),
        ("scores/bad", "bad cells would be among the scores"),
    ):
        with pytest.raises(ResponseError, match=told):
            score_folder(RAS, "answers/*.parquet", output="scores", problems=problems)
    assert bytes_in(folder) == before
    assert Path("notes/b.parquet.csv").read_text() == "mine"


def test_scores_without_an_account_are_reported(folder: Path) -> None:
    """As a run leaves them that is killed between the two, before their answers get another name."""
    score_folder(RAS, folder, output="scores")
    Path("scores/_parts/a1.csv.json").unlink()
    (folder / "a1.csv").rename(folder / "z.csv")
    with pytest.raises(ResponseError, match=r"scores/a1\.csv: belongs to no known file .*; delete it"):
        score_folder(RAS, folder, output="scores")
    Path("scores/a1.csv").unlink()
    assert score_folder(RAS, folder, output="scores").check.n_persons == 6 * N


def test_scores_of_unreadable_files_do_not_stay(folder: Path) -> None:
    score_folder(RAS, folder, output="scores")
    table(1).drop(columns="ras_3").to_csv(folder / "a1.csv", index=False)
    with pytest.raises(ResponseError, match="ras_3"):
        score_folder(RAS, folder, output="scores")
    assert not Path("scores/a1.csv").exists()


def test_files_of_one_size_and_time_are_told_apart(folder: Path) -> None:
    one, other = folder / "a0.csv", folder / "a1.csv"
    other.write_bytes(one.read_bytes().replace(b"p00", b"p99"))
    for file in (one, other):
        os.utime(file, ns=(10**18, 10**18))
    score_folder(RAS, folder, output="scores", keep=["id"])
    one.rename("spare")
    other.rename(one)
    Path("spare").rename(other)
    assert score_folder(RAS, folder, output="scores", keep=["id"]).n_done_before == 4
    assert "p99" in Path("scores/a0.csv").read_text()
    changed = Path("scores/a2.csv")
    changed.write_text(changed.read_text().replace("p02-01", "p02-99"))
    assert score_folder(RAS, folder, output="scores", keep=["id"]).n_done_before == 5


def test_nothing_is_written_outside_the_folder_of_scores(folder: Path) -> None:
    Path("other").mkdir()
    table(9).to_csv("other/b.csv", index=False)
    score_folder(RAS, ["answers/a0.csv", "answers/../other/b.csv"], output="w/scores")
    assert sorted(name for name in bytes_in(Path("w")) if "_" not in name) == [
        "scores/answers/a0.csv",
        "scores/other/b.csv",
    ]


def test_a_link_to_a_folder_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (folder / "more").symlink_to(tmp_path / "more")
    with pytest.raises(ResponseError, match="more: is a link to a folder, which is not followed"):
        score_folder(RAS, folder, output="scores")


def test_bad_cells_that_are_asked_for_later_are_written(folder: Path) -> None:
    table(1, bad=True).to_csv(folder / "a1.csv", index=False)
    score_folder(RAS, folder, output="scores", on_invalid="missing")
    report = score_folder(RAS, folder, output="scores", on_invalid="missing", problems="bad")
    assert report.n_done_before == 5
    assert cells_in("bad") == ["a1.csv"]


def test_duckdb_may_not_change_a_type(folder: Path) -> None:
    pytest.importorskip("duckdb", reason="DuckDB is not installed: intimacy-scales[duckdb]")
    pq.write_table(
        pq.read_table(folder / "b.parquet").append_column("took", pa.array([5] * N, pa.duration("us"))),
        folder / "b.parquet",
    )
    with pytest.raises(ResponseError, match=r"DuckDB reads column 'took' as .*; leave"):
        score_folder(RAS, "answers/*.parquet", output="scores", keep=["took"], engine="duckdb")


def test_bad_cells_of_like_named_files_are_kept_apart(folder: Path) -> None:
    table(1, bad=True).to_csv(folder / "a0.csv", index=False)
    table(2, bad=True).to_parquet(folder / "a0.parquet")
    report = score_folder(RAS, folder, output="scores", problems="bad", person="id")
    assert report.not_written == ("a0.csv", "a0.parquet")
    assert cells_in("bad") == ["a0.csv", "a0.parquet.csv"]
    assert "p01-01" in Path("bad/a0.csv").read_text()
    assert "p02-02" in Path("bad/a0.parquet.csv").read_text()


def test_unreadable_files_are_named_and_earlier_ones_stay(folder: Path) -> None:
    table(1).drop(columns="ras_4").to_csv(folder / "a1.csv", index=False)
    with pytest.raises(ResponseError, match=r"a1.csv: 1 of 7 items of ras has no column"):
        score_folder(RAS, folder, output="scores")
    table(1).to_csv(folder / "a1.csv", index=False)
    assert score_folder(RAS, folder, output="scores").n_done_before == 1


def test_a_folder_of_scores_within_that_of_answers_holds_no_answers(folder: Path) -> None:
    report = score_folder(RAS, "answers", output="answers/scores")
    assert score_folder(RAS, "answers", output="answers/scores").n_parts == report.n_parts == 6


def test_two_runs_do_not_write_to_one_folder(folder: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    score_folder(RAS, folder, output="scores")
    with Path("scores/_job.json").open("rb") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        with pytest.raises(ResponseError, match="scores: another run is writing to it; wait for it"):
            score_folder(RAS, folder, output="scores")


@pytest.mark.parametrize("engine", ["dask", "duckdb"])
def test_engines_write_the_same(folder: Path, engine: str) -> None:
    pytest.importorskip(engine, reason=f"{engine} is not installed: intimacy-scales[{engine}]")
    source = "answers/*.parquet" if engine == "duckdb" else "answers"
    alone = score_folder(RAS, source, output="alone", keep=["id"])
    report = score_folder(RAS, source, output="scores", keep=["id"], engine=engine)
    assert report == alone
    assert bytes_in(Path("scores")) == bytes_in(Path("alone"))
    if engine == "duckdb":
        with pytest.raises(ResponseError, match="DuckDB guesses the types of texts"):
            score_folder(RAS, "answers", output="texts", engine=engine)


def test_an_engine_that_is_not_installed_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(MissingDependencyError, match=r"pip install 'intimacy-scales\[dask\]'"):
        score_folder(RAS, folder, output="scores", engine="dask")
    assert executors.executor_of(None) is not None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_killed_runs_go_on_to_the_same_bytes(tmp_path: Path) -> None:
    answers = tmp_path / "answers"
    answers.mkdir()
    for n in range(64):
        table(n, bad=n % 5 == 0).to_csv(answers / f"part-{n:02d}.csv", index=False)
    script = ROOT / "tests" / "shared" / "killed_runs.py"
    done = subprocess.run(
        [sys.executable, script, tmp_path, "20", "7"], capture_output=True, text=True, check=True
    )
    before, _, after = done.stdout.partition("then ")
    counts = [int(count) for count in before.split()]
    assert counts == sorted(counts)
    assert 0 < counts[9] < counts[-1]
    assert after.split() == [str(counts[-1]), "whole", "0"]
    scores, whole = bytes_in(tmp_path / "scores"), bytes_in(tmp_path / "whole")
    assert scores == whole
    assert len(scores) == 1 + 2 * 64
    assert len(cells_in(tmp_path / "problems")) == 13


def command(*arguments: Any) -> tuple[int, str, str]:
    from typer.testing import CliRunner

    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_line_takes_folders_patterns_and_several_files(folder: Path) -> None:
    for source in (["answers"], ["answers/*.csv"], ["answers/a0.csv", "answers/b.parquet"]):
        shutil.rmtree("scores", ignore_errors=True)
        code, out, _ = command("score", *source, "-i", "ras", "-o", "scores/")
        assert code == 0
        assert "files written to scores" in out
        code, out, _ = command("score", *source, "-i", "ras", "-o", "scores/")
        assert "of them by an earlier run" in out
    code, _, err = command("score", "answers", "-i", "ras")
    assert (code, "-o FOLDER" in err) == (2, True)
    code, _, err = command("score", "answers/a0.csv", "-i", "ras", "--engine", "dask")
    assert (code, "--engine dask: allowed for several files only" in err) == (2, True)


def test_the_command_line_names_parts_that_were_left(folder: Path) -> None:
    table(2, bad=True).to_csv(folder / "a2.csv", index=False)
    code, out, err = command("score", "answers", "-i", "ras", "-o", "scores", "--person", "id")
    assert code == 1
    assert "1 answer of 180 rows is not valid for ras:" in err
    assert "such as person p02-02, item ras_3: '9' is outside the range" in err
    assert "Not written: a2.csv. After these files are corrected" in err
    assert "--problems FOLDER writes all of them" in err
    assert "150 persons" in out
    assert "Scores of 5 files written to scores" in out
    with pytest.raises((MissingColumnsError, InstrumentError, ResponseError)):
        score_folder("ras", "answers", output="other", keep=["nobody"])


@pytest.mark.parametrize("within", ["", "week/"])
@pytest.mark.parametrize("problems", [None, "bad"])
@pytest.mark.parametrize(
    ("cells", "said"),
    [("x1,x2,x3\n6,5,6\n", {"columns": "x{n}"}), ("kmss_1,kmss_2,kmss_3\n6,5,99\n", {"missing_codes": [99]})],
)
def test_a_run_that_finished_nothing_leaves_the_folder_to_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, within: str, problems: str | None, cells: str, said: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        path = Path(f"answers/{within}{name}.csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(cells)
    with suppress(ResponseError):
        score_folder("kmss", "answers", output="scores", problems=problems)
    report = score_folder("kmss", "answers", output="scores", problems=problems, **said)
    assert (report.n_parts, report.not_written, report.n_done_before) == (2, (), 0)
    assert problems is None or [path.name for path in Path(problems).rglob("*.csv")] == []
    with pytest.raises(ResponseError, match="holds the scores of another run"):
        score_folder("kmss", "answers", output="scores", problems=problems, pomp=True)


def test_files_of_others_are_not_taken_for_those_of_a_failed_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("answers").mkdir()
    Path("answers/a.csv").write_text("kmss_1,kmss_2,kmss_3\n6,5,99\n")
    score_folder("kmss", "answers", output="scores", problems="bad")
    Path("bad/mine.csv").write_text("x")
    with pytest.raises(ResponseError, match="bad: holds the scores of another run"):
        score_folder("kmss", "answers", output="scores", problems="bad", missing_codes=[99])
    assert Path("bad/mine.csv").exists() and Path("bad/a.csv").exists()
