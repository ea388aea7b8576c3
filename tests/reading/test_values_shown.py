"""Errors, problems and warnings without values hold no answer and no person's id, wherever one looks."""

from __future__ import annotations

import json
import pickle
import traceback
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from intimacy_scales import (
    Instrument,
    InvalidResponsesError,
    ResponseError,
    encode,
    load,
    score,
    score_stream,
)
from intimacy_scales.cli import app
from intimacy_scales.factor import efa
from intimacy_scales.jobs import score_file
from intimacy_scales.messages import SHOW_VALUES, values_shown

FORM = Instrument.model_validate(
    {
        "id": "form",
        "version": "1",
        "title": "Form",
        "evidence": {"status": "published"},
        "response_scale": {
            "minimum": 1,
            "maximum": 3,
            "labels": {"1": "Never", "2": "Seldom", "3": "Always"},
        },
        "items": [{"id": "a"}, {"id": "b"}],
        "scales": [{"id": "s", "items": ["a", "b"]}],
    }
)
WHO = "anna-4711@example.org"
# a value, and what of it must be nowhere
BAD: dict[str, tuple[Any, tuple[str, ...]]] = {
    "a text": ("my husband hits me", ("husband", "hits")),
    "nearly a label": ("Neverr", ("Neverr", "'Never'", "did you mean")),
    "a number": (48151, ("48151",)),
    "a number as text": ("48151", ("48151",)),
    "off the step": (2.4815, ("2.4815",)),
    "a usual code": (-9999, ("9999",)),
    "a decimal comma": ("2,4815", ("4815",)),
    "infinite": (float("inf"), ("inf,", "inf ")),
    "huge": (10**5000, ("4300 digits", "00000")),
    "a list": (["secretly"], ("secretly",)),
    "a date": (pd.Timestamp("1999-07-23"), ("1999", "07-23")),
    "bytes": (b"secretly", ("secretly",)),
    "a raised digit": ("2\u00b2", ("2\u00b2", "\u00b2")),
}
TABLES: dict[str, Any] = {
    "mapping": lambda v: {"a": v, "b": 1, "who": WHO},
    "rows": lambda v: [{"a": v, "b": 1, "who": WHO}, {"a": v, "b": 2, "who": WHO}],
    "pandas": lambda v: pd.DataFrame({"a": pd.Series([v, v], dtype=object), "b": 1, "who": WHO}),
    "stray name": lambda v: {"A": v, "b": 1, "who": WHO},
}
NUMBERS: dict[str, Any] = {
    "polars": lambda v: pl.DataFrame({"a": [v, v], "b": [1, 1], "who": [WHO, WHO]}),
    "arrow": lambda v: pa.table({"a": [v, v], "b": [1, 1], "who": [WHO, WHO]}),
    "numpy": lambda v: pd.DataFrame({"a": np.array([v, v]), "b": 1, "who": WHO}),
}
CASES = [(kind, name) for kind in TABLES for name in BAD] + [
    (kind, name)
    for kind in NUMBERS
    for name in ("a text", "nearly a label", "a number", "off the step", "a usual code")
]


def everything(error: BaseException) -> list[str]:
    """All that a log, a crash report or a pickle of an error could hold."""
    told = [str(error), repr(error), repr(error.args), "".join(traceback.format_exception_only(error))]
    told.append(pickle.dumps(error).decode("latin-1"))
    told.append(repr(pickle.loads(pickle.dumps(error)).args))
    if isinstance(error, InvalidResponsesError):
        problems = error.problems
        told += [repr(list(problems)), repr(problems), repr(problems.columns), repr(problems.persons)]
        told += [json.dumps(problems.to_dict()), error.to_frame().to_csv(), *map(str, problems)]
        told += [repr(vars(error)), repr(problems.offences())]
    return told


def check_silent(texts: list[str], secrets: tuple[str, ...]) -> None:
    for text in texts:
        for secret in (*secrets, WHO, "anna-4711"):
            assert secret not in text, (secret, text[:2000])


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_no_bad_answer_and_no_id_is_in_an_error(kind: str, name: str) -> None:
    value, secrets = BAD[name]
    table = (TABLES | NUMBERS)[kind](value)
    if kind == "stray name":
        secrets = tuple(secret for secret in secrets if "did you mean" not in secret and secret != "'Never'")
    with pytest.raises(InvalidResponsesError) as caught:
        score(FORM, table, person="who", show_values=False)
    check_silent(everything(caught.value), secrets)
    first = caught.value.problems[0]
    assert (first.item, first.shown, first.value, first.person) == ("a", False, None, None)
    assert first.reason and first.code and first.allowed
    assert "item a" in str(caught.value) and "a value" in str(caught.value)


@pytest.mark.parametrize("name", BAD)
def test_results_hold_no_bad_answer_counted_as_missing(name: str) -> None:
    value, secrets = BAD[name]
    options: dict[str, Any] = {"person": "who", "show_values": False, "on_invalid": "missing"}
    for result in (
        score(FORM, TABLES["mapping"](value), **options),
        score(FORM, TABLES["rows"](value), **options),
        encode(FORM, TABLES["pandas"](value), **options),
    ):
        texts = [repr(result), result.to_json(), repr(list(result.problems)), repr(result.problems.columns)]
        texts.append(pickle.dumps(result.problems).decode("latin-1"))
        check_silent(texts, secrets)


def test_streams_and_files_keep_them_out_too(tmp_path: Any) -> None:
    value, secrets = BAD["a text"]
    with pytest.raises(InvalidResponsesError) as caught:
        list(score_stream(FORM, [TABLES["rows"](value)], show_values=False, person="who"))
    check_silent(everything(caught.value), secrets)
    TABLES["pandas"](value).to_csv(tmp_path / "a.csv", index=False)
    report = score_file(
        FORM, tmp_path / "a.csv", problems=tmp_path / "p.csv", person="who", show_values=False
    )
    check_silent([repr(report), (tmp_path / "p.csv").read_text()], secrets)
    assert report.n_problems == 2


@pytest.mark.parametrize("off", ["0", "false", "No", " OFF "])
def test_a_server_says_it_once_for_all(monkeypatch: Any, off: str) -> None:
    monkeypatch.setenv(SHOW_VALUES, off)
    value, secrets = BAD["a text"]
    for table in (TABLES["mapping"](value), TABLES["pandas"](value)):
        with pytest.raises(InvalidResponsesError) as caught:
            score(FORM, table, person="who")
        check_silent(everything(caught.value), secrets)
    with pytest.raises(InvalidResponsesError, match="husband"):
        score(FORM, TABLES["mapping"](value), show_values=True)  # said for this call
    with pytest.raises(ResponseError, match=r"row 1, .*holds a value|row 1 holds a value"):
        efa(pd.DataFrame({"x": ["1", "husband"], "y": [1, 2]}, dtype=object).assign(x=[1, "husband"]), 1)
    monkeypatch.setenv(SHOW_VALUES, "1")
    assert values_shown() and not values_shown(asked=False)


def test_the_command_line_obeys_it(tmp_path: Any, monkeypatch: Any) -> None:
    TABLES["pandas"]("my husband hits me").to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "f.toml").write_text(FORM.to_toml(), encoding="utf-8")
    monkeypatch.setenv(SHOW_VALUES, "0")
    call = ["score", str(tmp_path / "a.csv"), "-i", str(tmp_path / "f.toml"), "--person", "who"]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 1
    check_silent([result.output], ("husband",))
    assert "column a: a value is not a label of this item" in " ".join(result.output.split())


def test_warnings_hold_sums_and_no_ones_answers() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.integers(1, 4, size=(40, 7)), columns=load("ras").item_ids).assign(who=WHO)
    table.loc[0, "ras_1"] = 48151
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        score("ras", table, person="who", on_invalid="missing", show_values=False)
    assert caught
    check_silent([str(w.message) for w in caught], ("48151",))
