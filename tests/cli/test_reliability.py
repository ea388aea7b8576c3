"""`intimacy-scales reliability`: files in, the same figures as in Python out, all or nothing."""

from __future__ import annotations

import csv
import json
import re
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intimacy_scales import KeyingWarning, load, simulate
from intimacy_scales.files import delimited, jsonlines, parquet
from intimacy_scales.reliability import ReliabilityReport, reliability_report
from intimacy_scales.results.wording import apa
from tests.shared import commands
from tests.shared.commands import names_in

FORM = load("scii-24")
PERSONS = simulate(FORM, 90, missing=0.03, couples=0.4, rng=1).answers.astype("Int64")
SCALES = list(FORM.scale_ids)


run = partial(commands.run, "reliability", columns=200)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False)


def write_semicolons(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, sep=";", encoding="utf-16")


def write_jsonl(frame: pd.DataFrame, path: Path) -> None:
    frame.to_json(path, orient="records", lines=True)


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, row_group_size=16)


def write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    frame.to_excel(path, index=False)


INPUTS: dict[str, Any] = {
    "a.csv": write_csv,
    "a.txt": write_semicolons,
    "a.jsonl": write_jsonl,
    "a.parquet": write_parquet,
    "a.xlsx": write_xlsx,
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_csv(PERSONS, tmp_path / "a.csv")
    return tmp_path / "a.csv"


def ends(interval: Any) -> str:
    """An interval as pages write it."""
    return f"[{apa(interval.low, 3)}, {apa(interval.high, 3)}]"


def read_report(path: Path) -> dict[str, dict[str, float | None]]:
    """Figures by scale: n, items, alpha with its ends, sem."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        return {scale["scale"]: scale for scale in json.loads(text)["scales"]}
    if path.suffix == ".csv":
        rows = csv.DictReader(text.splitlines())
        figures = ("n", "items", "alpha", "low", "high", "sem")
        return {row["scale"]: {name: float(row[name]) for name in figures} for row in rows}
    if path.suffix == ".md":
        cells = [[c.strip() for c in line.split("|")[1:-1]] for line in text.splitlines() if line[:1] == "|"]
        cells = [row for row in cells if len(row) == len(cells[0])][: len(SCALES) + 2]
        table = pd.DataFrame(cells[2:], columns=cells[0])
    else:
        plain = re.sub("</?(?:i|span)[^>]*>", "", text)
        head, *body = (
            re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>.*?</tr>", plain)
        )
        table = pd.DataFrame([row for row in body if row[0] in SCALES], columns=head)
    both = table["95% CI"].str.strip("[]").str.split(", ", expand=True)
    named = table.assign(low=both[0], high=both[1]).rename(columns=str.lower).set_index("scale")
    return named[["n", "items", "alpha", "low", "high", "sem"]].astype(float).to_dict("index")


# ------------------------------------------------------------------ figures


@cache
def expected(missing: str = "pairwise") -> ReliabilityReport:
    return reliability_report(FORM, PERSONS, missing=missing)


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_every_format_gives_the_figures_of_python(tmp_path: Path, name: str, missing: str) -> None:
    INPUTS[name](PERSONS, tmp_path / name)
    out = tmp_path / "o.json"
    result = run(tmp_path / name, "-i", "scii-24", "--missing", missing, "-o", out)
    assert result.exit_code == 0, result.output
    report = expected(missing)
    assert json.loads(out.read_text(encoding="utf-8")) == report.to_dict()
    assert report.sentence() in result.output
    for scale in report:
        line = next(line for line in result.output.splitlines() if line.startswith(f"{scale.scale} "))
        assert f"{apa(scale.alpha.estimate, 3)} {ends(scale.interval)}" in re.sub(" +", " ", line)
    assert f"Report written to {out}" in result.output.replace("\n", "")


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_figures_are_whole_on_a_narrow_terminal(data: Path, columns: int) -> None:
    shown = run(data, "-i", "scii-24", columns=columns).output
    assert "…" not in shown
    for result in expected():
        assert apa(result.alpha.estimate, 3) in shown
        assert result.scale in shown


@pytest.mark.parametrize("ending", [".json", ".csv", ".md", ".html", ".HTML"])
def test_reports_can_be_read_back(data: Path, ending: str) -> None:
    out = data.with_name(f"o{ending}")
    assert run(data, "-i", "scii-24", "-o", out).exit_code == 0
    if ending == ".HTML":
        out = out.rename(data.with_name("o.html"))
    found, frame = read_report(out), expected().to_frame()
    assert list(found) == SCALES
    for scale in SCALES:
        for name in ("n", "items", "alpha", "low", "high", "sem"):
            close = 6e-3 if name == "sem" and ending in (".md", ".html", ".HTML") else 6e-4
            assert found[scale][name] == pytest.approx(frame.loc[scale, name], abs=close)


@pytest.mark.parametrize(
    "options", [[], ["--missing", "listwise"], ["--clusters", "couple"], ["--interval", "bca"]]
)
def test_batches_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    write = {"csv": delimited, "jsonl": jsonlines, "parquet": parquet}
    reports = []
    for size, endings in ((None, ["csv"]), (7, write)):
        for ending in endings:
            module = write[ending]
            INPUTS[f"a.{ending}"](PERSONS, tmp_path / f"a.{ending}")
            if size:
                name = "_BATCH_ROWS" if ending == "parquet" else "BATCH_ROWS"
                monkeypatch.setattr(module, name, size)
            out = tmp_path / "o.json"
            result = run(
                tmp_path / f"a.{ending}",
                "-i",
                "scii-24",
                "--resamples",
                100,
                "--seed",
                1,
                "-o",
                out,
                *options,
            )
            assert result.exit_code == 0, result.output
            reports.append(out.read_bytes())
    assert len(set(reports)) == 1


def test_clusters_are_those_of_python(data: Path) -> None:
    result = run(data, "-i", "scii-24", "--clusters", "couple", "-o", data.with_name("o.json"))
    report = reliability_report(FORM, PERSONS, clusters="couple")
    assert json.loads(data.with_name("o.json").read_text(encoding="utf-8")) == report.to_dict()
    assert "90 persons in 45 clusters" in result.output
    assert "taking 45 clusters as units" in result.output


@pytest.mark.parametrize("kind", ["bca", "bootstrap"])
def test_a_seed_gives_the_same_interval(data: Path, kind: str) -> None:
    shown = [
        run(data, "-i", "scii-24", "--interval", kind, "--seed", seed, "--resamples", 200).output
        for seed in (3, 3, 4)
    ]
    assert shown[0] == shown[1] != shown[2]
    expected = reliability_report(FORM, PERSONS, interval=kind, n_resamples=200, rng=3)["trust"].interval
    assert ends(expected) in shown[0]


@pytest.mark.parametrize("level", ["0.9", "0.999"])
def test_the_confidence_level_is_said(data: Path, level: str) -> None:
    shown = run(data, "-i", "scii-24", "--confidence-level", level).output
    expected = reliability_report(FORM, PERSONS, confidence_level=float(level))["trust"].interval
    assert ends(expected) in shown
    assert f"{100 * float(level):g}% CI" in shown


def test_items_against_their_key_are_named_on_the_terminal(data: Path) -> None:
    turned = PERSONS.assign(tru09=8 - PERSONS["tru09"])
    write_csv(turned, data)
    shown = run(data, "-i", "scii-24").output
    with pytest.warns(KeyingWarning) as told:
        reliability_report(FORM, turned)
    assert str(told[0].message).splitlines()[0] in shown
    assert "Nothing was flipped" in shown


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("options", [[], ["--clusters", "couple"], ["--interval", "bca"]])
def test_nobody_in_the_file(tmp_path: Path, name: str, options: list[str]) -> None:
    INPUTS[name](PERSONS.head(0), tmp_path / name)
    result = run(tmp_path / name, "-i", "scii-24", "-o", tmp_path / "o.html", *options)
    if name == "a.jsonl":  # its columns are known from its rows
        assert result.exit_code == 2
        return
    assert result.exit_code == 0, result.output
    assert "0 persons" in result.output
    assert "alpha is not defined" in (tmp_path / "o.html").read_text(encoding="utf-8")


# ------------------------------------------------------------------ bad answers


@pytest.fixture
def with_99(data: Path) -> Path:
    write_csv(PERSONS.fillna(99), data)
    return data


def test_bad_answers_exit_with_1_and_write_nothing(with_99: Path) -> None:
    count = int(PERSONS.isna().sum().sum())
    result = run(with_99, "-i", "scii-24", "--person", "couple", "-o", with_99.with_name("o.json"))
    assert result.exit_code == 1
    assert f"{count} answers are not valid" in result.output
    assert "'99' is outside the range; allowed: 1 to 7" in result.output
    assert f"'99' makes up {count} of {count} problems" in result.output
    assert "pass --missing-code '99'" in result.output
    assert "Nothing was computed. To count them as missing: --on-invalid missing" in result.output
    assert "alpha" not in result.output
    assert names_in(with_99.parent) == ["a.csv"]


@pytest.mark.parametrize("option", [["--on-invalid", "missing"], ["--missing-code", "99"]])
def test_bad_answers_as_missing(with_99: Path, option: list[str]) -> None:
    out = with_99.with_name("o.json")
    result = run(with_99, "-i", "scii-24", "-o", out, *option)
    assert result.exit_code == 0
    assert ("answers are not valid" in result.output) == (option[0] == "--on-invalid")
    assert json.loads(out.read_text(encoding="utf-8")) == reliability_report(FORM, PERSONS).to_dict()


def test_every_bad_answer_goes_into_a_file(with_99: Path) -> None:
    out = with_99.with_name("bad.csv")
    assert run(with_99, "-i", "scii-24", "--problems", out).exit_code == 1
    rows = pd.read_csv(out)
    where = np.argwhere(PERSONS[list(FORM.item_ids)].isna().to_numpy())
    assert sorted(zip(rows["row"], rows["item"], strict=True)) == sorted(
        (int(row) + 1, FORM.item_ids[column]) for row, column in where
    )
    assert names_in(with_99.parent) == ["a.csv", "bad.csv"]


def write_as_r_does(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, na_rep="NA")


@pytest.mark.parametrize("name", [*INPUTS, "r.csv"])
def test_a_person_of_no_cluster_is_refused_in_every_format(tmp_path: Path, name: str) -> None:
    frame = PERSONS.copy()
    frame.loc[[3, 8], "couple"] = pd.NA
    INPUTS.get(name, write_as_r_does)(frame, tmp_path / name)
    result = run(tmp_path / name, "-i", "scii-24", "--clusters", "couple")
    assert result.exit_code == 2, result.output.splitlines()[0]
    assert "2 persons without a cluster" in result.output
    assert "row 4" in result.output


# ------------------------------------------------------------------ wrong use

WRONG_USE: dict[str, tuple[list[str], str]] = {
    "no such instrument": (["-i", "scii-25"], "did you mean 'scii-24'"),
    "another instrument": (["-i", "ras"], "7 of 7 items of ras have no column"),
    "a hint to the option": (["-i", "ras"], "--columns PATTERN"),
    "unknown ending": (["-i", "scii-24", "-o", "o.odt"], "allowed for reports: .json, .csv, .md, .html"),
    "no ending": (["-i", "scii-24", "-o", "{dir}"], "allowed for reports: .json, .csv, .md, .html"),
    "a folder": (["-i", "scii-24", "-o", "{dir}/f.json"], "f.json"),
    "no folder": (["-i", "scii-24", "-o", "{dir}/x/o.json"], "there is no folder"),
    "over the answers": (["-i", "scii-24", "-o", "{data}"], "would overwrite the answers"),
    "problems over the answers": (["-i", "scii-24", "--problems", "{data}"], "would overwrite the answers"),
    "report over problems": (["-i", "scii-24", "--problems", "{dir}/o.csv", "-o", "{dir}/o.csv"], "o.csv"),
    "no such clusters": (
        ["-i", "scii-24", "--clusters", "site"],
        "clusters: the table has no column 'site'",
    ),
    "no such person": (["-i", "scii-24", "--person", "id"], "no column 'id'"),
    "closed form and clusters": (["-i", "scii-24", "--clusters", "couple", "--interval", "feldt"], "'adf'"),
    "unknown interval": (["-i", "scii-24", "--interval", "wald"], "'bonett-wright'"),
    "unknown rule": (["-i", "scii-24", "--missing", "fiml"], "'listwise'"),
    "unknown way": (["-i", "scii-24", "--on-invalid", "drop"], "'missing'"),
    "no such level": (["-i", "scii-24", "--confidence-level", "95"], "a share between 0 and 1"),
    "few resamples": (["-i", "scii-24", "--interval", "bca", "--resamples", "5"], "at least 100"),
    "no such seed": (["-i", "scii-24", "--interval", "bca", "--seed", "-1"], "--seed"),
    "missing code that is an answer": (["-i", "scii-24", "--missing-code", "5"], "is an answer that item"),
    "unknown encoding": (
        ["-i", "scii-24", "--encoding", "klingon"],
        "not valid; allowed: one that Python knows",
    ),
    "no instrument": ([], "--instrument"),
}


@pytest.mark.parametrize("case", WRONG_USE)
def test_wrong_use_exits_with_2_and_writes_nothing(data: Path, case: str) -> None:
    args, words = WRONG_USE[case]
    data.with_name("f.json").mkdir()
    result = run(data, *(arg.format(data=data, dir=data.parent) for arg in args))
    assert result.exit_code == 2, result.output
    assert words in result.output.replace("\n", " ")
    assert names_in(data.parent) == ["a.csv", "f.json"]


def test_one_cluster_has_no_interval_and_no_traceback(data: Path) -> None:
    write_csv(PERSONS.assign(site="Wien"), data)
    result = run(data, "-i", "scii-24", "--clusters", "site")
    assert result.exit_code == 0
    assert "90 persons in 1 cluster" in result.output
    assert "no interval" in result.output


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("couple,tru01\n1,2,3\n", encoding="utf-8")
    (tmp_path / "a.parquet").write_bytes(b"PAR0\0")
    (tmp_path / "a.sav").write_bytes(b"$FL2@(#) SPSS DATA FILE")
    for name, words in (
        ("b.csv", "no such file"),
        ("a.sav", "is a damaged or cut-off SPSS file"),
        ("a.parquet", "not a Parquet"),
    ):
        result = run(tmp_path / name, "-i", "scii-24", "-o", tmp_path / "o.json")
        assert (result.exit_code, words in result.output) == (2, True), result.output
    write_csv(PERSONS, tmp_path / "a.csv")
    text = (tmp_path / "a.csv").read_text(encoding="utf-8")
    (tmp_path / "a.csv").write_text(text + "1,2\n", encoding="utf-8")
    result = run(
        tmp_path / "a.csv", "-i", "scii-24", "--problems", tmp_path / "p.csv", "-o", tmp_path / "o.json"
    )
    assert (result.exit_code, "line 92 has 2 fields" in result.output) == (2, True), result.output
    assert names_in(tmp_path) == ["a.csv", "a.parquet", "a.sav"]


@pytest.mark.parametrize("older", [None, "of last week\n"])
def test_a_report_that_cannot_be_written_leaves_things_as_they_were(data: Path, older: str | None) -> None:
    out = data.with_name("o.json")
    if older is not None:
        out.write_text(older, encoding="utf-8")
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, limits[1]))  # as on a full disk
    try:
        result = run(data, "-i", "scii-24", "-o", out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert result.exit_code == 2, result.output
    assert "error:" in result.output
    assert (out.read_text(encoding="utf-8") if out.exists() else None) == older
    assert names_in(data.parent) == ["a.csv", "o.json"][: 1 + (older is not None)]


def test_parquet_keeps_its_columns_in_any_order_and_of_any_type(tmp_path: Path) -> None:
    table = pa.table({name: pa.array(PERSONS[name], pa.float32()) for name in reversed(PERSONS.columns)})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=10)
    result = run(tmp_path / "a.parquet", "-i", "scii-24", "-o", tmp_path / "o.json")
    assert result.exit_code == 0, result.output
    assert (
        json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
        == reliability_report(FORM, PERSONS).to_dict()
    )


def test_hostile_titles_and_paths_are_not_markup(data: Path) -> None:
    points, title = {"minimum": 1, "maximum": 7}, "[red]Trust[/] [link=file:///]x"
    items = [{"id": "tru01"}, {"id": "tru04"}, {"id": "tru11"}]
    form = {"id": "t", "version": "1", "title": "T", "response_scale": points, "items": items}
    form |= {"scales": [{"id": "s", "title": title, "items": ["tru01", "tru04", "tru11"]}]}
    data.with_name("t.json").write_text(json.dumps(form), encoding="utf-8")
    out = data.with_name("[b]o.md")
    result = run(data, "-i", data.with_name("t.json"), "-o", out)
    assert result.exit_code == 0
    assert title in result.output
    assert "[b]o.md" in result.output
    assert title in out.read_text(encoding="utf-8")
