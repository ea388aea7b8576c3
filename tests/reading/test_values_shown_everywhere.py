"""However answers come in, and whatever is wrong with them, hidden values are in no error and no warning."""

from __future__ import annotations

import json
import pickle
import traceback
import warnings
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intimacy_scales import (
    Instrument,
    IntimacyScalesError,
    ResponseError,
    encode,
    engines,
    load,
    score,
    score_many,
    score_stream,
)
from intimacy_scales.errors import InvalidResponsesError
from intimacy_scales.factor import cfa, efa, invariance, sem
from intimacy_scales.jobs import reliability_file, score_file
from intimacy_scales.messages import SHOW_VALUES
from intimacy_scales.reliability import (
    cronbach_alpha,
    group_icc,
    intraclass_corr,
    reliability_report,
    test_retest,
)
from tests.shared.factor_answers import good

test_retest.__test__ = False
IDS = load("ras").item_ids
WHO = "anna-4711@example.org"
NUMBER = 48151  # no part of it may be told
SECRETS = ("48151", "9999", "4.815", "hits me", "1999-07", "anna-4711", WHO)
TEXTS = [
    "my husband hits me", "hits me²", "48151", "=48151", "4,8151", "4.8151", "４８151", "hits me " * 9_000,
    "['48151']", "\ud83dhits me",
]  # fmt: skip
OTHERS: list[Any] = [
    NUMBER, 4.8151, -48151.0, NUMBER * 10**5000, Decimal("48151"), ["hits me"], {"hits me": 1}, ("48151",),
    b"hits me", pd.Timestamp("1999-07-23"), np.array([NUMBER]), {"48151"}, complex(48151, 1),
    frozenset({48151}),
]  # fmt: skip


def rows_of(value: Any) -> list[dict[str, Any]]:
    return [{"who": WHO, **dict.fromkeys(IDS, 3), "ras_2": value} for _ in range(2)]


def columns_of(value: Any) -> dict[str, list[Any]]:
    rows = rows_of(value)
    return {name: [row[name] for row in rows] for name in rows[0]}


def objects(value: Any) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns_of(value).items()})


def array(value: Any) -> np.ndarray[Any, Any]:
    made = np.empty((2, 7), dtype=object)
    for place in np.ndindex(2, 7):
        made[place] = value if place[1] == 1 else 3
    return made


def arrow(value: Any) -> pa.RecordBatchReader:
    columns = columns_of(value)
    try:
        pa.array(columns["ras_2"])
    except (pa.ArrowException, ValueError, OverflowError, TypeError):  # there is no such value in Arrow
        columns["ras_2"] = [ascii(str(type(value))) + " 48151"] * 2
    return pa.table(columns).to_reader()


HIDDEN: dict[str, Any] = {"show_values": False, "person": "who"}
ENTRANCES: dict[str, Callable[[Any], Any]] = {
    "a mapping": lambda v: score("ras", rows_of(v)[0], **HIDDEN),
    "a Series": lambda v: score("ras", pd.Series(rows_of(v)[0], dtype=object), **HIDDEN),
    "many sheets": lambda v: score_many("ras", rows_of(v), on_invalid="raise", **HIDDEN),
    "sheets by person": lambda v: score_many(
        "ras", {WHO: rows_of(v)[0]}, on_invalid="raise", show_values=False
    ),
    "a list": lambda v: score("ras", rows_of(v), **HIDDEN),
    "pandas": lambda v: encode("ras", objects(v), **HIDDEN),
    "numpy": lambda v: score("ras", array(v), columns=IDS, show_values=False),
    "an engine": lambda v: engines.item_moments("ras", arrow(v), **HIDDEN),
    "scores of an engine": lambda v: engines.score("ras", arrow(v), **HIDDEN).read_all(),
    "a stream": lambda v: list(score_stream("ras", [rows_of(3), rows_of(v)], **HIDDEN)),
    "a statistic": lambda v: cronbach_alpha("ras", objects(v), **HIDDEN),
    "a report": lambda v: reliability_report("ras", objects(v), clusters="who", **HIDDEN),
    "an auxiliary variable": lambda v: cfa(
        "f =~ ras_1 + ras_3 + ras_4",
        objects(3).assign(ras_8=pd.Series([v, 1], dtype=object)),
        instrument="ras",
        missing="fiml",
        auxiliary=["ras_8"],
        **HIDDEN,
    ),
    "a model": lambda v: cfa("f =~ ras_1 + ras_2 + ras_3", objects(v), instrument="ras", **HIDDEN),
}
TEXT_ENTRANCES: dict[str, Callable[[Any], Any]] = {
    "polars": lambda v: score("ras", pl.DataFrame(columns_of(v), strict=False), **HIDDEN),
    "pyarrow": lambda v: score(
        "ras", pa.table({name: [*map(str, cells)] for name, cells in columns_of(v).items()}), **HIDDEN
    ),
    "pandas text": lambda v: score("ras", objects(v).astype("string"), **HIDDEN),
    "categories": lambda v: score("ras", objects(v).astype(str).astype("category"), **HIDDEN),
}  # fmt: skip


def everything(error: BaseException) -> list[str]:
    """All that a log, a crash report or a pickle could hold of an error."""
    told = [str(error), repr(error), repr(error.args), repr(vars(error))]
    told += ["".join(traceback.format_exception_only(error)), pickle.dumps(error).decode("latin-1")]
    led_to_it = error.__cause__ or error.__context__
    while led_to_it is not None:  # some programs send them along
        told += [pickle.dumps(led_to_it).decode("latin-1"), repr(vars(led_to_it))]
        led_to_it = led_to_it.__cause__ or led_to_it.__context__
    if isinstance(error, InvalidResponsesError):
        problems = error.problems
        told += [json.dumps(problems.to_dict()), problems.to_frame().to_csv(), repr(list(problems))]
    return told


def check(texts: list[str]) -> None:
    for text in texts:
        for secret in SECRETS:
            assert secret not in text, (secret, text[:1000])


def failing(call: Callable[[], Any]) -> IntimacyScalesError:
    """Return the error that a call ends in, with the warnings it gave checked."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(IntimacyScalesError) as raised:
            call()
    check([str(warning.message) for warning in caught])
    return raised.value


@pytest.mark.parametrize("entrance", ENTRANCES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.sampled_from([*TEXTS, *OTHERS]))
def test_no_bad_cell_is_told_however_it_came_in(entrance: str, value: Any) -> None:
    check(everything(failing(lambda: ENTRANCES[entrance](value))))


@given(
    value=st.sampled_from([*TEXTS, *OTHERS]),
    by_person=st.booleans(),
    on_invalid=st.sampled_from(["return", "missing"]),
)
@settings(max_examples=40, deadline=None)
def test_no_outcome_of_a_sheet_tells_what_stood_in_it(value: Any, by_person: bool, on_invalid: Any) -> None:
    sheets: list[Any] = [rows_of(value)[0], {"hits me": NUMBER, WHO: 1}, WHO, [NUMBER], {"who": WHO}]
    options: Any = {"show_values": False, "on_invalid": on_invalid}
    if by_person:
        outcomes = list(score_many("ras", {f"{WHO}{n}": s for n, s in enumerate(sheets)}, **options).values())
    else:
        outcomes = score_many("ras", sheets, person="who", **options)
    assert [outcome.ok for outcome in outcomes] == [on_invalid == "missing", False, False, False, False]
    for outcome in outcomes:
        check(
            [repr(outcome), outcome._repr_html_(), outcome.to_json(), pickle.dumps(outcome).decode("latin-1")]
        )
        check(list(map(repr, outcome.problems)))


@pytest.mark.parametrize("entrance", TEXT_ENTRANCES)
@pytest.mark.parametrize("value", [text for text in TEXTS if text.isprintable()])
def test_no_bad_text_is_told_however_it_came_in(entrance: str, value: str) -> None:
    check(everything(failing(lambda: TEXT_ENTRANCES[entrance](value))))


# ------------------------------------------------------------------ where answers or persons are names


@pytest.mark.parametrize("how", ["once for all", "for a call"])
@pytest.mark.parametrize(
    "call",
    [
        lambda **o: score("ras", {WHO: {"ras_1": 3}, "hits me": 1}, **o),  # a mapping of persons
        lambda **o: score("ras", pd.DataFrame([[WHO, NUMBER]], columns=[WHO, str(NUMBER)]), **o),  # no header
        lambda **o: score("ras", pl.DataFrame({WHO: [1], "hits me": [2]}), **o),
        lambda **o: encode("ras", [{WHO: 1, "hits me": 2}], **o),
        lambda **o: score("ras", [dict.fromkeys([*IDS, WHO], 3)], person="id", **o),
        lambda **o: score("ras", [dict.fromkeys([*IDS, "hits me"], 3)], keep=["id"], **o),
        lambda **o: score("ras", pd.Series([1, 2], index=[WHO, WHO]), **o),
    ],
)
def test_names_that_may_be_answers_or_persons_are_not_told(call: Any, how: str, monkeypatch: Any) -> None:
    options = {} if how == "once for all" else {"show_values": False}
    if how == "once for all":
        monkeypatch.setenv(SHOW_VALUES, "0")
    check(everything(failing(lambda: call(**options))))
    monkeypatch.delenv(SHOW_VALUES, raising=False)
    shown = str(failing_aloud(call))
    assert any(secret in shown for secret in SECRETS)  # so that the test can fail


def failing_aloud(call: Any) -> IntimacyScalesError:
    with pytest.raises(IntimacyScalesError) as raised:
        call()
    return raised.value


# ------------------------------------------------------------------ numbers without an instrument


def numbers() -> pd.DataFrame:
    table = pd.DataFrame(np.random.default_rng(1).integers(1, 6, size=(40, 4)), columns=list("abcd"))
    table.loc[3, "a"] = NUMBER
    return table


def in_groups(*names: str) -> pd.DataFrame:
    return pd.DataFrame(good(80, 3, 1), columns=list("abc")).assign(who=[*names] * 40)


FEW = Instrument.model_validate(
    {
        "id": "few", "version": "1", "title": "Two items", "items": [{"id": "b"}, {"id": "c"}],
        "response_scale": {"minimum": 1, "maximum": 5}, "scales": [{"id": "s", "items": ["b", "c"]}],
    }
)  # fmt: skip
PLAIN: dict[str, Callable[..., Any]] = {
    "efa": lambda **o: efa(numbers(), 1, **o),
    "cfa": lambda **o: cfa("f =~ a + b + c", numbers(), **o),
    "sem": lambda **o: sem("b ~ c + a", numbers(), **o),
    "a covariate": lambda **o: sem("b ~ c + a", numbers(), instrument=FEW, **o),
    "a covariate of texts": lambda **o: sem(
        "b ~ c + a",
        numbers().map(lambda value: "hits me" if value == NUMBER else value),
        instrument=FEW,
        **o,
    ),
    "icc": lambda **o: intraclass_corr(numbers(), **o),
    "icc of texts": lambda **o: intraclass_corr(numbers().astype(object).replace(5, "hits me"), **o),
    "efa of polars": lambda **o: efa(pl.DataFrame(numbers()), 1, **o),
    "efa of an array": lambda **o: efa(numbers().to_numpy(), 1, **o),
}  # fmt: skip
SCORES: dict[str, Callable[[], Any]] = {
    "values": lambda: group_icc([*range(1, 12), 9999], ["a", "b"] * 6),
    "before": lambda: test_retest([1.0, 2, 3, 4, 9999], [1.0, 2, 3, 4, 5]),
    "after, a text": lambda: test_retest([1.0, 2, 3, 4, 5], [1.0, 2, 3, 4, "hits me"]),
    "a group of one person": lambda: cfa(
        "f =~ a + b + c", numbers().assign(a=1, who=[WHO, *["x"] * 39]), groups="who"
    ),
    "scores of a group that the model does not have": lambda: cfa(
        "f =~ a + b + c", in_groups("x", "y"), groups="who"
    ).factor_scores(in_groups(WHO, "y"), groups="who"),
    "scores without the groups of the model": lambda: cfa(
        "f =~ a + b + c", in_groups("x", WHO), groups="who"
    ).factor_scores(in_groups("x", WHO)),
    "groups of one person": lambda: invariance(
        "f =~ a + b + c", numbers().assign(a=[*range(1, 5)] * 10, who=[WHO, *["x"] * 39]), groups="who"
    ),
}


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("how", ["once for all", "for a call"])
def test_numbers_without_an_instrument_are_not_told(name: str, how: str, monkeypatch: Any) -> None:
    options = {} if how == "once for all" else {"show_values": False}
    if how == "once for all":
        monkeypatch.setenv(SHOW_VALUES, "0")
    error = failing(lambda: PLAIN[name](**options))
    check(everything(error))
    assert (
        "row 3, " in str(error)
        or "row" in str(error)
        or "other names" in str(error)
        or "column" in str(error)
    )
    monkeypatch.delenv(SHOW_VALUES, raising=False)
    assert any(secret in str(failing_aloud(PLAIN[name])) for secret in SECRETS)


@pytest.mark.parametrize("name", SCORES)
def test_scores_and_groups_are_not_told(name: str, monkeypatch: Any) -> None:
    assert any(secret in str(failing_aloud(SCORES[name])) for secret in SECRETS)
    monkeypatch.setenv(SHOW_VALUES, "0")
    check(everything(failing(SCORES[name])))


# ------------------------------------------------------------------ files


def as_csv(path: Path, value: Any) -> Path:
    objects(value).to_csv(path.with_suffix(".csv"), index=False)
    return path.with_suffix(".csv")


def as_workbook(path: Path, value: Any) -> Path:
    book = openpyxl.Workbook()
    book.active.append([*columns_of(value)])
    for row in rows_of(value):
        book.active.append([*row.values()])
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def as_lines(path: Path, value: Any) -> Path:
    path.with_suffix(".jsonl").write_text("\n".join(map(json.dumps, rows_of(value))), encoding="utf-8")
    return path.with_suffix(".jsonl")


def as_parquet(path: Path, value: Any) -> Path:
    pq.write_table(pa.table(columns_of(value) | {"ras_2": [str(value)] * 2}), path.with_suffix(".parquet"))
    return path.with_suffix(".parquet")


FILES = {"CSV": as_csv, "XLSX": as_workbook, "JSON lines": as_lines, "Parquet": as_parquet}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("value", ["my husband hits me", "48151", "48151+1", NUMBER, "4.8151"])
def test_files_do_not_tell_either(tmp_path: Path, kind: str, value: Any) -> None:
    source = FILES[kind](tmp_path / "a", value)
    report = score_file(
        "ras", source, output=tmp_path / "o.jsonl", problems=tmp_path / "p.csv",
        on_invalid="missing", **HIDDEN
    )  # fmt: skip
    assert report.n_problems == 2
    check([repr(report), (tmp_path / "p.csv").read_text(), *map(str, report.first_problems)])
    check([repr(reliability_file("ras", source, show_values=False))])


@pytest.mark.parametrize(
    "text",
    [
        f"{WHO},48151,3,3,3,3,3,3\n",  # no header: the first person's answers stand there
        f"who,{','.join(IDS)}\n{WHO},48151,3\n",  # fields are missing
        f"who,{','.join(IDS)}\n{WHO},48151,3,3,3,3,3,3,hits me\n",  # a field too many
        f'who,{",".join(IDS)}\n"{WHO},48151,3,3,3,3,3,3\n',  # a quote that is not closed
        f'{{"who": "{WHO}", "ras_1": 48151, "ras_1": 3}}\n',
        f'{{"who": "{WHO}", "ras_1": 48151,\n',
        f'{{"who": "{WHO}", "hits me": 48151}}\n',
    ],
)
def test_damaged_files_do_not_tell(tmp_path: Path, text: str, monkeypatch: Any) -> None:
    path = tmp_path / ("a.jsonl" if text.startswith("{") else "a.csv")
    path.write_text(text, encoding="utf-8")
    options: dict[str, Any] = {"show_values": False}
    check(everything(failing(lambda: score_file("ras", path, person="who", **options))))
    check(everything(failing(lambda: reliability_file("ras", path, **options))))
    monkeypatch.setenv(SHOW_VALUES, "0")
    check(everything(failing(lambda: score_file("ras", path))))


@pytest.mark.parametrize("text", ['{"tru01": "I hit her"}', "I hit her", "[1, 2, 3]"])
@pytest.mark.parametrize("how", ["argument", "environment"])
def test_a_body_that_was_not_parsed_is_not_echoed(
    text: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual slip of a service: the text of the request in place of what it holds."""
    options: dict[str, Any] = {"show_values": False} if how == "argument" else {}
    if how == "environment":
        monkeypatch.setenv("INTIMACY_SCALES_SHOW_VALUES", "0")
    for read in (score, encode):
        with pytest.raises(ResponseError, match=r"this is a text, not answers: .*json\.loads") as caught:
            read("ras", text, **options)
        assert text not in str(caught.value) + repr(caught.value.args)
