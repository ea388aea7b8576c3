"""`couple_report_file`: from a file of answers to a report, and its folder."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from intimacy_scales import simulate
from intimacy_scales.dyads import Dyads, couple_report, couple_scores, reliable_difference
from intimacy_scales.errors import EstimationError, PairingError, ResponseError
from intimacy_scales.jobs import CoupleFileReport, couple_report_file
from intimacy_scales.results.pictures import PictureFiles
from tests.shared.commands import bytes_in

LONG = simulate("kmss", 120, couples=0.5, rng=1).answers
ITEMS = ["kmss_1", "kmss_2", "kmss_3"]
KEYS = {"couple": "couple", "person": "partner"}


def wide() -> pd.DataFrame:
    """Return the same couples in a row each, with the age of both partners, and years together."""
    sides = [LONG[LONG["partner"] == p].reset_index(drop=True) for p in (1, 2)]
    columns = {
        f"{name}{n}": side[item] for name, side in zip("wh", sides, strict=True)
        for n, item in enumerate(ITEMS, start=1)
    }  # fmt: skip
    n = len(sides[0])
    return pd.DataFrame(columns).assign(age_w=range(20, 20 + n), age_h=[(37 * k) % 40 + 20 for k in range(n)])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    LONG.to_csv(tmp_path / "a.csv", index=False)
    return tmp_path / "a.csv"


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_couple_report_file_is_the_report_of_its_couples(data: Path) -> None:
    result = couple_report_file("kmss", data, **KEYS)
    assert isinstance(result, CoupleFileReport)
    assert result.report == couple_report(Dyads.from_long("kmss", LONG, **KEYS))
    assert (result.n_rows, result.n_problems, result.files) == (120, 0, ())


def test_both_layouts_give_the_same_figures(data: Path, tmp_path: Path) -> None:
    wide().to_csv(tmp_path / "w.csv", index=False)
    from_wide = couple_report_file("kmss", tmp_path / "w.csv", partners={"1": "w{n}", "2": "h{n}"}).report
    from_long = couple_report_file("kmss", data, **KEYS).report
    assert from_wide is not None
    assert from_long is not None
    assert from_wide.to_csv() == from_long.to_csv()


def test_numbers_of_both_partners_are_predictors(tmp_path: Path) -> None:
    table = wide()
    table.to_csv(tmp_path / "w.csv", index=False)
    keep = {"age": {"w": "age_w", "h": "age_h"}}
    result = couple_report_file(
        "kmss", tmp_path / "w.csv", partners={"w": "w{n}", "h": "h{n}"}, role=True, keep=keep,
        outcome="total", predictors="age",
    )  # fmt: skip
    dyads = Dyads.from_wide("kmss", table, columns={"w": "w{n}", "h": "h{n}"}, role=True, keep=keep)
    assert result.report == couple_report(dyads, outcome="total", predictors="age")


def test_columns_of_the_model_are_kept_and_blank_cells_are_missing(tmp_path: Path) -> None:
    table = LONG.assign(age=[str((37 * k) % 40 + 20) for k in range(120)])
    table.loc[3, "age"] = " "
    table.to_csv(tmp_path / "a.csv", index=False)
    result = couple_report_file("kmss", tmp_path / "a.csv", **KEYS, outcome="total", predictors=["age"])
    assert result.report is not None
    assert result.report.model is not None
    assert result.report.model.n_couples == 60
    assert result.report.model.predictors == ("age",)
    table.loc[3, "age"] = "old"
    table.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(ResponseError, match="row 3 holds 'old', which is not a number"):
        couple_report_file("kmss", tmp_path / "a.csv", **KEYS, outcome="total", predictors=["age"])


def test_bad_cells_prevent_the_report_and_are_listed(data: Path, tmp_path: Path) -> None:
    bad = LONG.astype(object)
    bad.loc[[2, 5], "kmss_2"] = [9, "often"]
    bad.to_csv(data, index=False)
    result = couple_report_file("kmss", data, **KEYS, output=tmp_path / "out", problems=tmp_path / "p.csv")
    assert (result.report, result.n_problems, result.files) == (None, 2, ())
    assert [problem.value for problem in result.first_problems] == ["9", "often"]
    assert not (tmp_path / "out").exists()
    assert [row["row"] for row in rows_of(tmp_path / "p.csv")] == ["3", "6"]
    result = couple_report_file("kmss", data, **KEYS, on_invalid="missing", problems=tmp_path / "p.csv")
    assert result.report is not None
    assert result.report.n_problems == result.n_problems == 2
    assert "2 answers not accepted: they count as missing" in result.report.warnings
    assert len(rows_of(tmp_path / "p.csv")) == 2


def test_faults_of_pairing_are_listed_and_may_be_left_out(data: Path, tmp_path: Path) -> None:
    LONG.assign(couple=["=1+1" if k in (4, 5, 6) else f"c{k // 2}" for k in range(120)]).to_csv(
        data, index=False
    )
    with pytest.raises(PairingError):
        couple_report_file("kmss", data, **KEYS, faults=tmp_path / "f.csv")
    rows = rows_of(tmp_path / "f.csv")
    assert [row["row"] for row in rows] == ["5", "7"]
    assert rows[0]["couple"] == "'=1+1", "a label is not a formula"
    result = couple_report_file("kmss", data, **KEYS, on_fault="leave_out", faults=tmp_path / "f.csv")
    assert result.report is not None
    assert len(result.faults) == result.report.n_faults == 1
    assert "1 fault of pairing: these couples or rows are left out" in result.report.warnings
    assert rows_of(tmp_path / "f.csv") == rows


def test_one_of_several_occasions_is_reported(tmp_path: Path) -> None:
    both = pd.concat([LONG.assign(day=day) for day in (1, 2)])
    both.to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(EstimationError, match="2 occasions"):
        couple_report_file("kmss", tmp_path / "a.csv", **KEYS, time="day")
    out = tmp_path / "out"
    result = couple_report_file("kmss", tmp_path / "a.csv", **KEYS, time="day", occasion=2, output=out)
    for file in (out / "couple_scores.csv", *(out / "tables").iterdir()):
        assert {row["occasion"] for row in rows_of(file)} == {"2"}, file
    assert result.report is not None
    assert "occasion" not in result.report.tables()[0].text_table().columns
    assert result.report is not None
    assert result.report.n_couples == 60
    for options, words in (({"time": "day"}, "no occasion '3'; allowed: '1', '2'"), ({}, "allowed: none")):
        table = both if options else LONG
        table.to_csv(tmp_path / "a.csv", index=False)
        with pytest.raises(ResponseError, match=words):
            couple_report_file("kmss", tmp_path / "a.csv", **KEYS, **options, occasion="3")


# ------------------------------------------------------------------ the folder


def drawn(*_: Any) -> tuple[PictureFiles, ...]:
    png = b"\x89PNG\r\n\x1a\n"
    return (PictureFiles(name="p", png=png, svg=b"<svg/>", data="a\n1\n", alt_text="A.", caption="C."),)


def test_the_folder_has_the_report_in_every_form(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = couple_report_file("kmss", data, **KEYS, output=out, draw=drawn)
    report = result.report
    assert report is not None
    written = bytes_in(out)
    assert {path.relative_to(out).as_posix() for path in result.files} == set(written) - {"contents.txt"}
    assert json.loads(written["report.json"]) == report.to_dict()
    assert written["report.md"].decode() == report.to_markdown()
    assert written["report.html"].decode() == report.to_html([("<svg/>", "A.", "C.")])
    tables = {name.removeprefix("tables/"): text for name, text in written.items() if "tables/" in name}
    assert tables == {f"{table.name}.csv": table.to_csv().encode() for table in report.tables()}
    pictures = [name for name in written if name.startswith("pictures/")]
    assert pictures == ["pictures/p.csv", "pictures/p.png", "pictures/p.svg", "pictures/p.txt"]


def test_the_scores_of_each_couple_are_a_file_of_their_own(data: Path, tmp_path: Path) -> None:
    couple_report_file("kmss", data, **KEYS, output=tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "couple_scores.csv")
    dyads = Dyads.from_long("kmss", LONG, **KEYS)
    scores, reliable = couple_scores(dyads)["total"], reliable_difference(dyads)
    assert list(rows[0]) == [
        "couple", "scale", "score_1", "score_2", "mean", "absolute_difference",
        "difference_low", "difference_high", "reliable",
    ]  # fmt: skip
    assert [int(row["couple"]) for row in rows] == dyads.couples
    for name, values in (("score_1", scores.first), ("mean", scores.mean), ("difference_low", reliable.low)):
        assert [float(row[name]) for row in rows] == values.tolist()
    assert tuple(row["reliable"] for row in rows) == reliable.category


def test_a_second_run_replaces_the_report_and_nothing_else(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    couple_report_file("kmss", data, **KEYS, output=out, draw=drawn)
    first = bytes_in(out)
    couple_report_file("kmss", data, **KEYS, output=out, draw=drawn)
    assert bytes_in(out) == first, "the same answers give the same bytes"
    couple_report_file("kmss", data, **KEYS, output=out, confidence_level=0.9)
    second = bytes_in(out)
    assert not [name for name in second if name.startswith("pictures/")]
    assert second["report.html"] != first["report.html"]


def test_the_answers_are_never_overwritten(data: Path, tmp_path: Path) -> None:
    before = bytes_in(tmp_path)
    for output in (tmp_path, data):
        with pytest.raises(ResponseError, match=r"lies in this folder|is a file"):
            couple_report_file("kmss", data, **KEYS, output=output)
    for option in ("problems", "faults"):
        with pytest.raises(ResponseError, match="would overwrite the answers"):
            couple_report_file("kmss", data, **KEYS, **{option: data})
    with pytest.raises(ResponseError, match="would overwrite the problems"):
        couple_report_file("kmss", data, **KEYS, problems=tmp_path / "p.csv", faults=tmp_path / "p.csv")
    assert bytes_in(tmp_path) == before
