"""`intimacy-scales structure`: files in, the same figures as in Python out, all or nothing."""

from __future__ import annotations

import csv
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from intimacy_scales import Instrument, load, simulate
from intimacy_scales.factor import structure_report
from intimacy_scales.files import delimited
from intimacy_scales.jobs.report_file import json_text
from intimacy_scales.results.wording import apa
from tests.shared import commands
from tests.shared.commands import names_in

FORM = load("scii-24")
PERSONS = simulate(FORM, 120, couples=0.4, missing=0.002, rng=1).answers.astype("Int64")
WRITE: dict[str, Any] = {
    "a.csv": lambda frame, path: frame.to_csv(path, index=False),
    "a.txt": lambda frame, path: frame.to_csv(path, index=False, sep=";", encoding="utf-16"),
    "a.parquet": lambda frame, path: frame.to_parquet(path, row_group_size=16),
    "a.xlsx": lambda frame, path: frame.to_excel(path, index=False),
    "a.jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
}
TWO = ("--scale", "trust", "--scale", "caring")
FEW = ("-i", "scii-24", "--iterations", 5)


run = partial(commands.run, "structure", columns=200)


def report(frame: pd.DataFrame = PERSONS, form: Instrument = FORM, **options: Any) -> Any:
    return structure_report(form, frame, **({"n_iterations": 5} | options))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    WRITE["a.csv"](PERSONS, tmp_path / "a.csv")
    return tmp_path / "a.csv"


def written(data: Path, *args: Any) -> Any:
    """Run the command with a report as JSON, and read it."""
    out = data.with_name("o.json")
    result = run(data, *FEW, *args, "-o", out)
    assert result.exit_code == 0, result.output
    assert f"Report written to {out}" in result.output.replace("\n", "")
    return json.loads(out.read_text(encoding="utf-8"))


# ------------------------------------------------------------------ figures


@pytest.mark.parametrize("name", WRITE)
def test_every_format_gives_the_figures_of_python(tmp_path: Path, name: str) -> None:
    WRITE[name](PERSONS, tmp_path / name)
    expected = report(scales=["trust", "caring"])
    result = run(tmp_path / name, *FEW, *TWO, "-o", tmp_path / "o.json")
    assert result.exit_code == 0, result.output
    assert json.loads((tmp_path / "o.json").read_text(encoding="utf-8")) == expected.to_dict()
    assert expected.sentence() in result.output
    assert result.output.startswith(f"{expected.title}\n")
    for item in expected.items:
        line = next(line for line in result.output.splitlines() if line.startswith(f"{item.item} "))
        assert re.sub(" +", " ", line).startswith(
            f"{item.item} {item.scale} {apa(item.loading)} {apa(item.se)} "
        )
    for guide in expected.guides:
        figure = apa(guide.value, 3)
        assert re.search(rf"{re.escape(guide.index)} +{figure} +{guide.wanted}", result.output)


OPTIONS: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "all scales": (("--missing", "listwise"), {"missing": "listwise"}),
    "one scale": (("--scale", "trust"), {"scales": ["trust"]}),
    "a composite": (
        ("--scale", "total", "--missing", "listwise"), {"scales": ["total"], "missing": "listwise"},
    ),
    "one factor": (("--factors", "one", "--estimator", "ML"), {"factors": "one", "estimator": "ML"}),
    "second order": (
        ("--factors", "second_order", "--missing", "pairwise"),
        {"factors": "second_order", "missing": "pairwise"},
    ),
    "bifactor": (
        ("--factors", "bifactor", "--missing", "pairwise"), {"factors": "bifactor", "missing": "pairwise"},
    ),
    "couples": ((*TWO, "--clusters", "couple"), {"scales": ["trust", "caring"], "clusters": "couple"}),
    "seed": ((*TWO, "--seed", 7), {"scales": ["trust", "caring"], "rng": 7}),
}  # fmt: skip


@pytest.mark.parametrize("case", OPTIONS)
def test_options_are_those_of_python(data: Path, case: str) -> None:
    args, options = OPTIONS[case]
    assert written(data, *args) == report(**options).to_dict()


def test_a_seed_gives_the_same_report(data: Path) -> None:
    first, again, other = (written(data, *TWO, "--seed", seed) for seed in (3, 3, 4))
    assert first == again
    assert first["parallel"]["component_means"] != other["parallel"]["component_means"]
    assert first["fit"] == other["fit"]


def test_batches_change_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = written(data, *TWO, "--clusters", "couple")
    monkeypatch.setattr(delimited, "BATCH_ROWS", 7)
    assert written(data, *TWO, "--clusters", "couple") == whole


@pytest.mark.parametrize("ending", [".json", ".csv", ".md", ".html", ".HTML"])
def test_reports_can_be_read_back(data: Path, ending: str) -> None:
    out, expected = data.with_name(f"o{ending}"), report(scales=["trust", "caring"])
    assert run(data, *FEW, *TWO, "--no-pictures", "-o", out).exit_code == 0
    text = out.read_text(encoding="utf-8")
    if ending == ".csv":
        rows = list(csv.DictReader(text.splitlines()))
        assert [float(row["loading"]) for row in rows] == [item.loading for item in expected.items]
    made = {"json": partial(json_text, expected), "csv": expected.to_csv, "md": expected.to_markdown}
    assert text == made.get(ending[1:], expected.to_html)()


@pytest.mark.parametrize("columns", [60, 80, 100, 120])
def test_figures_are_whole_on_a_narrow_terminal(data: Path, columns: int) -> None:
    shown = run(data, *FEW, "--missing", "listwise", columns=columns).output
    expected = report(missing="listwise")
    assert "…" not in shown
    for item in expected.items:
        assert re.search(rf"^{item.item} .*{apa(item.loading)}", shown, re.M)
    for guide in expected.guides:
        assert apa(guide.value, 3) in shown


def test_long_names_cost_no_figures_on_80_columns(tmp_path: Path) -> None:
    document = FORM.model_dump(mode="json", exclude_defaults=True)
    long = {
        "trust": "trust_in_the_partner_as_it_is_felt_today",
        "caring": "caring_for_each_other_in_daily_life",
    }
    scales = [s for s in document["scales"] if s["id"] in long]
    document["scales"] = [s | {"id": long[s["id"]]} for s in scales]
    (tmp_path / "t.json").write_text(json.dumps(document), encoding="utf-8")
    WRITE["a.csv"](PERSONS, tmp_path / "a.csv")
    shown = run(tmp_path / "a.csv", "-i", tmp_path / "t.json", "--iterations", 5, columns=80).output
    expected = report(form=load(tmp_path / "t.json"))
    for item in expected.items:
        assert re.search(rf"^{item.item} .*{apa(item.loading)}.*{apa(item.explained)}", shown, re.M), shown
    assert apa(expected.factor_correlations[1, 0]) in shown


def test_items_on_a_wrong_key_are_named_on_the_terminal(tmp_path: Path) -> None:
    made = simulate(FORM, 300, rng=1).answers.rename(columns={"tru01": "car13", "car13": "tru01"})
    WRITE["a.csv"](made, tmp_path / "a.csv")
    shown = run(tmp_path / "a.csv", *FEW).output
    assert "! tru01 is keyed to trust, but loads on" in shown
    assert "- tru01 also goes with caring (cross-loading): chi-square would fall by about" in shown
    assert re.search(r"robust CFI .* no$", shown, re.M)


# ------------------------------------------------------------------ bad answers


@pytest.fixture
def with_99(data: Path) -> Path:
    WRITE["a.csv"](PERSONS.fillna(99), data)
    return data


def test_bad_answers_exit_with_1_and_write_nothing(with_99: Path) -> None:
    count = int(PERSONS[list(FORM.item_ids)].isna().sum().sum())
    result = run(with_99, *FEW, "-o", with_99.with_name("o.json"))
    assert result.exit_code == 1
    assert f"{count} answers are not valid" in result.output
    assert "'99' is outside the range; allowed: 1 to 7" in result.output
    assert "Nothing was computed. To count them as missing: --on-invalid missing" in result.output
    assert "chi-square" not in result.output
    assert names_in(with_99.parent) == ["a.csv"]


@pytest.mark.parametrize("option", [["--on-invalid", "missing"], ["--missing-code", "99"]])
def test_bad_answers_as_missing(with_99: Path, option: list[str]) -> None:
    assert written(with_99, *TWO, *option) == report(scales=["trust", "caring"]).to_dict()


def test_every_bad_answer_goes_into_a_file(with_99: Path) -> None:
    out = with_99.with_name("bad.csv")
    assert run(with_99, *FEW, "--problems", out).exit_code == 1
    count = int(PERSONS[list(FORM.item_ids)].isna().sum().sum())
    assert len(list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))) == count


# ------------------------------------------------------------------ what cannot be done


WRONG: dict[str, tuple[list[Any], str]] = {
    "no such file": (["{dir}/b.csv", "-i", "scii-24"], "no such file"),
    "no such instrument": (["{data}", "-i", "scii-25"], "scii-24"),
    "no such scale": (["{data}", *FEW, "--scale", "trus"], "no scale 'trus'; it has trust"),
    "arrangement": (["{data}", *FEW, "--factors", "two"], "is not one of"),
    "estimator": (["{data}", *FEW, "--estimator", "WLSMV"], "is not one of"),
    "missing": (["{data}", *FEW, "--missing", "em"], "is not one of"),
    "pairwise": (["{data}", *FEW, "--estimator", "MLR", "--missing", "pairwise"], "'fiml' or 'listwise'"),
    "second order of two": (["{data}", *FEW, *TWO, "--factors", "second_order"], "needs three scales"),
    "seed": (["{data}", *FEW, "--seed", "-1"], "greater than or equal to 0|x>=0"),
    "iterations": (["{data}", "-i", "scii-24", "--iterations", "0"], "at least 1|greater than or equal to 1"),
    "clusters": (["{data}", *FEW, "--clusters", "family"], "family"),
    "couples with ML": (["{data}", *FEW, "--clusters", "couple", "--estimator", "ML"], "use 'MLR'"),
    "other items": (["{data}", "-i", "prqc"], "--columns PATTERN"),
    "no such option": (["{data}", *FEW, "--factor", "one"], "No such option"),
    "ending": (["{data}", *FEW, "-o", "{dir}/o.odt"], "allowed for reports: .json, .csv, .md, .html"),
    "itself": (["{data}", *FEW, "-o", "{data}"], "would overwrite the answers"),
    "no folder": (["{data}", *FEW, "-o", "{dir}/none/o.json"], "there is no folder"),
    "no instrument": (["{data}"], "Missing option"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_use_exits_with_2_and_writes_nothing(data: Path, case: str) -> None:
    args, words = WRONG[case]
    result = run(*(str(arg).format(data=data, dir=data.parent) for arg in args))
    assert result.exit_code == 2, result.output
    assert re.search(words, result.output.replace("\n", " ")), result.output
    assert names_in(data.parent) == ["a.csv"]


def test_scales_that_share_items_name_the_option(tmp_path: Path) -> None:
    document = FORM.model_dump(mode="json", exclude_defaults=True)
    document["scales"] = [s for s in document["scales"] if s["id"] in ("trust", "caring")]
    document["scales"].append({"id": "mixed", "items": ["tru01", "car13", "com01"]})
    (tmp_path / "t.json").write_text(json.dumps(document), encoding="utf-8")
    WRITE["a.csv"](PERSONS, tmp_path / "a.csv")
    result = run(tmp_path / "a.csv", "-i", tmp_path / "t.json", "--iterations", 5)
    assert result.exit_code == 2
    assert "share tru01" in result.output
    assert "--scale" in result.output, "what to do on the command line"


@pytest.mark.parametrize("n", [0, 1])
def test_hardly_anybody_in_the_file(tmp_path: Path, n: int) -> None:
    WRITE["a.csv"](PERSONS.head(n), tmp_path / "a.csv")
    result = run(tmp_path / "a.csv", *FEW, "-o", tmp_path / "o.html")
    assert result.exit_code == 0, result.output
    assert "could not be estimated" in result.output
    assert "could not be estimated" in (tmp_path / "o.html").read_text(encoding="utf-8")


def test_hostile_names_are_not_markup(tmp_path: Path) -> None:
    document = FORM.model_dump(mode="json", exclude_defaults=True)
    document["scales"] = document["scales"][:2]
    document["title"] = "[red]<b>T</b>[/]"
    (tmp_path / "t.json").write_text(json.dumps(document), encoding="utf-8")
    WRITE["a.csv"](PERSONS, tmp_path / "a.csv")
    out = tmp_path / "[b]o.html"
    result = run(tmp_path / "a.csv", "-i", tmp_path / "t.json", "--iterations", 5, "-o", out)
    assert result.exit_code == 0
    assert "[b]o.html" in result.output.replace("\n", "")
    assert "<b>T</b>" not in out.read_text(encoding="utf-8")
