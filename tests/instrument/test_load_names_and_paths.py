"""A text names what is shipped; a file is a path. Nobody who may choose a name can have a file read."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from intimacy_scales import (
    UnknownInstrumentError,
    cfa,
    check_bank,
    cronbach_alpha,
    encode,
    item_analysis,
    item_moments,
    load,
    load_bank,
    load_file,
    reliability_report,
    score,
    score_stream,
    simulate,
)
from intimacy_scales.cli import app
from intimacy_scales.errors import InstrumentError
from intimacy_scales.jobs import score_file

FORM = """
id = "mood"
version = "1"
title = "Mood"
response_scale = { minimum = 1, maximum = 5 }
items = [{ id = "a" }, { id = "b" }, { id = "c" }]
evidence = { status = "published" }
scales = [{ id = "ease", items = ["a", "b", "-c"] }]
"""
ANSWERS = pd.DataFrame({"a": [1, 2, 5, 4, 3], "b": [2, 2, 4, 5, 1], "c": [4, 5, 1, 2, 3]})
TAKES_AN_INSTRUMENT = {
    "load": load,
    "load_bank": load_bank,
    "check_bank": check_bank,
    "score": lambda form: score(form, {"a": 1}),
    "score, a table": lambda form: score(form, ANSWERS),
    "score_stream": lambda form: list(score_stream(form, [ANSWERS])),
    "encode": lambda form: encode(form, ANSWERS),
    "item_moments": lambda form: item_moments(form, ANSWERS),
    "cronbach_alpha": lambda form: cronbach_alpha(form, ANSWERS),
    "item_analysis": lambda form: item_analysis(form, ANSWERS),
    "reliability_report": lambda form: reliability_report(form, ANSWERS),
    "cfa": lambda form: cfa("f =~ a + b + c", ANSWERS, instrument=form),
    "simulate": lambda form: simulate(form, 10, rng=1),
}
PATHS = ["secret.json", "./secret.json", "secret.TOML", "../../etc/passwd", "/etc/passwd", "C:\\secret.json"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "secret.json").write_text('{"db_password": "hunter2"}', encoding="utf-8")
    (tmp_path / "mood.toml").write_text(FORM, encoding="utf-8")
    (tmp_path / "ras").write_text(FORM, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("text", PATHS)
@pytest.mark.parametrize("name", TAKES_AN_INSTRUMENT)
def test_a_text_is_never_opened(name, text, folder, monkeypatch):
    real = Path.open
    opened: list[Path] = []
    monkeypatch.setattr(Path, "open", lambda path, *a, **k: (opened.append(path), real(path, *a, **k))[1])
    with pytest.raises(UnknownInstrumentError, match=r"looks like a path.*pathlib\.Path") as caught:
        TAKES_AN_INSTRUMENT[name](text)
    assert "db_password" not in str(caught.value)
    assert [path for path in opened if path.name.startswith(("secret", "passwd"))] == []


@pytest.mark.parametrize("exists", ["mood.toml", "missing.toml"])
def test_whether_a_file_is_there_cannot_be_told(exists, folder):
    with pytest.raises(UnknownInstrumentError) as caught:
        load(exists)
    assert str(caught.value).replace(exists, "") == (
        "'' looks like a path, but a text is only read as the id of a shipped instrument or bank. "
        "For a file of your own, pass pathlib.Path(…), or what load_file(…) returns."
    )


def test_a_file_that_is_called_like_an_id_is_not_read(folder):
    assert load("ras").id == "ras"
    with pytest.raises(InstrumentError, match=r"is not valid; allowed: '\.toml', '\.json'"):
        load(Path("ras"))


@pytest.mark.parametrize("name", [name for name in TAKES_AN_INSTRUMENT if name != "load_bank"])
def test_a_path_is_a_file_everywhere(name, folder):
    if name == "score":
        assert score(Path("mood.toml"), {"a": 1, "b": 2, "c": 4}).scores == {"ease": 5 / 3}
    else:
        TAKES_AN_INSTRUMENT[name](Path("mood.toml"))


def test_load_file_takes_texts_and_paths_and_reads_files_only(folder):
    assert load_file("mood.toml") == load_file(Path("mood.toml")) == load(folder / "mood.toml")
    assert load_file(os.fspath(folder / "mood.toml")).id == "mood"
    with pytest.raises(
        InstrumentError, match=r"scii-24: the ending '' is not valid; allowed: '\.toml', '\.json'"
    ):
        load_file("scii-24")
    with pytest.raises(InstrumentError, match=r"none\.toml: cannot be read"):
        load_file("none.toml")


def test_score_file_reads_its_form_from_a_path_only(folder):
    ANSWERS.to_csv("answers.csv", index=False)
    with pytest.raises(UnknownInstrumentError, match="looks like a path"):
        score_file("mood.toml", "answers.csv", output="o.csv")
    assert score_file(Path("mood.toml"), "answers.csv", output="o.csv").n_persons == 5


@pytest.mark.parametrize("text", ["mood.toml", "./mood.toml", "{folder}/mood.toml"])
def test_the_command_line_takes_paths_as_they_are_typed(text, folder):
    ANSWERS.to_csv("answers.csv", index=False)
    typed = text.format(folder=folder)
    for command in (
        ["show", typed], ["check", typed], ["check", typed, "--against", typed],
        ["score", "answers.csv", "-i", typed, "-o", "o.csv"], ["reliability", "answers.csv", "-i", typed],
    ):  # fmt: skip
        done = CliRunner().invoke(app, command)
        assert done.exit_code in (0, 1) and "error:" not in done.output, done.output


def test_a_name_of_any_length_is_told_in_short(folder):
    with pytest.raises(UnknownInstrumentError) as caught:
        load("x" * 5_000)
    assert len(str(caught.value)) < 1_000
