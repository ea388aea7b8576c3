"""Boxes stored as 1 or nothing: what is said, and what helps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from intimacy_scales import Instrument, score, simulate
from intimacy_scales.cli import app
from intimacy_scales.errors import InstrumentError, ResponseError
from intimacy_scales.instrument.loading import load, load_file
from intimacy_scales.jobs import score_file

RUN = CliRunner()
BOXES = Instrument.model_validate({
    "id": "boxes", "version": "1", "title": "All that apply", "evidence": {"status": "published"},
    "response_scale": {"minimum": 0, "maximum": 1}, "items": [{"id": name} for name in "abc"],
    "scales": [
        {"id": "n", "items": ["a", "b", "c"], "method": "sum"},
        {"id": "share", "items": ["a", "b"], "method": "mean"},
    ],
})  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("1,,1\n,1,\n1,1,1\n,,1\n", ("n", "share")),
        ("1,1,\n" * 40 + "1,1,1\n" * 3, ("n",)),
        ("1,,\n", ("n", "share")),
        ("1,,1\n,1,0\n1,1,1\n,,1\n", ()),  # a 0 is there
        ("1,1,1\n" * 5, ()),  # nobody skipped anything
        (",,\n" * 5, ()),
        ("0,,0\n" * 5, ()),
    ],
)
def test_boxes_of_which_no_zero_is_stored_are_told(tmp_path: Path, rows: str, told: tuple[str, ...]) -> None:
    form, file = tmp_path / "boxes.toml", tmp_path / "ticks.csv"
    form.write_text(BOXES.to_toml(), encoding="utf-8")
    file.write_text("a,b,c\n" + rows, encoding="utf-8")
    assert score_file(BOXES, file).only_ticked == told
    said = RUN.invoke(app, ["score", str(file), "-i", str(form)])
    assert said.exit_code == 0, said.output
    text = f"and most persons skipped items of {', '.join(told)}, which are answered 0 or 1."
    assert (f"No 0 occurs in the file, {text}" in said.stdout) == bool(told)


def test_other_instruments_are_not_told(tmp_path: Path) -> None:
    file = tmp_path / "ras.csv"
    simulate("ras", 20, missing=0.6, rng=1).answers.to_csv(file, index=False)
    assert score_file("ras", file).only_ticked == ()


@pytest.mark.parametrize("stored", [None, float("nan"), "", " ", "NA"])
def test_blanks_cannot_be_recoded(stored: Any) -> None:
    table = pd.DataFrame({"a": [1, None], "b": [None, 1], "c": [1, 1]})
    with pytest.raises(ResponseError, match=r"If a blank means 0, .*table\[items\]\.fillna\(0\)"):
        score(BOXES, table, recode={stored: 0})
    items = list(BOXES.item_ids)
    table[items] = table[items].fillna(0)  # the advice
    assert score(BOXES, table)["n"].tolist() == [2, 2]


@pytest.mark.parametrize("pair", ["=0", " =1", "= 0"])
def test_the_command_line_recodes_no_blanks(tmp_path: Path, pair: str) -> None:
    file = tmp_path / "ras.csv"
    simulate("ras", 5, rng=1).answers.to_csv(file, index=False)
    said = RUN.invoke(app, ["score", str(file), "-i", "ras", "--recode", pair])
    assert (said.exit_code, "a blank is a missing answer, and cannot be recoded" in said.stderr) == (2, True)


# ------------------------------------------------------------------ another range, on the command line


@pytest.mark.parametrize("command", ["score", "reliability"])
@pytest.mark.parametrize("source", ["ecr-r", "file"])
def test_the_warning_of_another_range_shows_two_lines_that_help(
    tmp_path: Path, command: str, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if source == "file":
        source = "mine.toml"
        Path(source).write_text(load("ecr-r").to_toml(), encoding="utf-8")
    simulate(load("ecr-r").with_response_scale(1, 5), 100, rng=1).answers.to_csv("few.csv", index=False)
    said = RUN.invoke(app, [command, "few.csv", "-i", source])
    lines = [line.strip() for line in said.stderr.splitlines()]
    start = lines.index("Two lines of Python write a form for it, to be named with --instrument own.toml:")
    names = {"load": load, "load_file": load_file, "Path": Path}
    exec("\n".join(lines[start + 1 : start + 3]), names)
    said = RUN.invoke(app, [command, "few.csv", "-i", "own.toml"])
    assert (said.exit_code, "warning" in said.stderr) == (0, False)


# ------------------------------------------------------------------ what `show` and errors say of sources


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ({"title": "Doe (2020)"}, "Source: Doe (2020)"),
        ({"title": "Doe (2020)", "where": "doi:10.1/x"}, "Source: Doe (2020) (doi:10.1/x)"),
        ({"title": "Doe [2020]", "kind": "article"}, "Source: Doe [2020]"),
    ],
)
def test_a_source_without_a_place_is_shown_without_brackets(tmp_path: Path, source: Any, line: str) -> None:
    form = tmp_path / "boxes.toml"
    evidence = {"status": "published", "sources": [source]}
    form.write_text(BOXES.model_copy(update={"evidence": evidence}).to_toml(), encoding="utf-8")
    said = RUN.invoke(app, ["show", str(form)])
    assert said.stdout.splitlines()[-1] == line


@pytest.mark.parametrize(
    ("field", "value", "example"),
    [
        (
            "evidence",
            {"sources": ["Doe"]},
            "evidence.sources[0]: must be a table of fields, such as { title =",
        ),
        ("citations", ["Doe"], "citations[0]: must be a table of fields, such as { authors ="),
        ("norms", [3.5], "norms[0]: must be a table of fields, such as { scale ="),
        ("cutoffs", ["low"], "cutoffs[0]: must be a table of fields, such as { scale ="),
        ("license", "CC", "license: must be a table of fields, such as { name ="),
        (
            "scales",
            [{"id": "n", "items": ["a"], "missing": 0.5}],
            "missing: must be a table of fields, such as { prop",
        ),
    ],
)
def test_the_example_of_a_table_is_one_of_that_field(
    tmp_path: Path, field: str, value: Any, example: str
) -> None:
    import json

    path = tmp_path / "form.json"
    path.write_text(json.dumps(BOXES.to_dict() | {field: value}), encoding="utf-8")
    with pytest.raises(InstrumentError) as caught:
        load_file(path)
    assert example in str(caught.value)
