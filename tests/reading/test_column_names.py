"""Names of columns in every form that a person takes for one: other alphabets, numbers, composed letters."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intimacy_scales import (
    Instrument,
    InvalidResponsesError,
    MissingColumnsError,
    ResponseError,
    encode,
    reliability_report,
    score,
)
from intimacy_scales.factor import cfa
from intimacy_scales.jobs import reliability_file, score_file
from intimacy_scales.reliability import diary_reliability
from tests.shared.instruments import form_of

ONE, TWO = (unicodedata.normalize(form, "Zoë") for form in ("NFC", "NFD"))


def form(*ids: str) -> Instrument:
    return form_of([{"id": "s", "items": list(ids)}], high=7, id="form", title="Form")


AP = form("ap", "bp", "cp")
NUMBERED = form("a", "b", "c", "d")
STRAY: dict[str, tuple[Instrument, dict[Any, int], str | None]] = {
    "a Cyrillic letter": (AP, {"\u0430p": 7, "bp": 1, "cp": 1}, None),
    "two of them": (AP, {"\u0430\u0440": 7, "bp": 1, "cp": 1}, None),
    "a Cyrillic capital": (AP, {"ap": 1, "\u0412p": 7, "cp": 1}, None),
    "a Greek capital": (AP, {"\u0391P": 7, "bp": 1, "cp": 1}, None),
    "a Cyrillic es": (AP, {"ap": 1, "bp": 1, "\u0441_p": 7}, None),
    "bytes": (AP, {b"ap": 7, "bp": 1, "cp": 1}, None),
    "a number": (NUMBERED, {1: 1, "2": 1, "3": 7, "4": 1}, "{n}"),
    "numbers": (NUMBERED, {1: 1, 2: 1, 3: 7, "4": 1}, "{n}"),
    "numpy's number": (NUMBERED, {np.int64(1): 1, "2": 1, "3": 7, "4": 1}, "{n}"),
    "a whole float": (NUMBERED, {"01": 1, "02": 1, 3.0: 7, "04": 1}, "{n:02d}"),
}


@pytest.mark.parametrize("name", STRAY)
def test_answers_under_look_alike_keys_are_never_lost(name: str) -> None:
    one, answers, columns = STRAY[name]
    item_ids = one.item_ids
    good = {key if columns is None else columns.format(n=n): 1 for n, key in enumerate(item_ids, start=1)}
    for responses in (answers, [good, answers], [answers, good], pd.Series(answers, dtype=object)):
        for partial in (False, True):
            with pytest.raises(
                InvalidResponsesError, match="is under a name that is not an item: "
            ) as caught:
                score(one, responses, columns=columns, allow_missing_items=partial)
            n_stray = len(set(answers) - set(good))
            assert [p.code for p in caught.value.problems] == ["name"] * n_stray


@pytest.mark.parametrize("stray", ["\u0430p", "\u0410\u0420", "\uff41p"])
def test_json_answers_under_look_alikes_are_never_lost(tmp_path: Path, stray: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"ap":1,"bp":1,"cp":1}}\n{{"{stray}":7,"bp":1,"cp":1}}\n', encoding="utf-8")
    report = score_file(AP, path)
    assert [(p.row, p.item, p.code) for p in report.first_problems] == [(1, "ap", "name")]


def test_numbers_that_look_like_no_item_pass_by() -> None:
    answers = {"ap": 1, "bp": 1, "cp": 1, 0: 9, 1.5: 9, True: 9, ("ap", "x"): 9, float("nan"): 9, 10**30: 9}
    assert score(AP, answers).scores["s"] == 1.0
    assert score(form("1", "15", "2"), {"1": 1, "15": 1, "2": 1, 1: 5, 1.5: 9}).scores["s"] == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [(ONE, TWO), ("\u00e4", "a\u0308"), ("\u212b", "\u00c5"), ("q_\u1e69", "q_s\u0307\u0323")],
)
def test_one_column_cannot_hold_two_items(one: str, other: str) -> None:
    short = form("a", "b")
    for responses in (pd.DataFrame({one: [1, 2]}), {one: 1}, [{other: 1}], pl.DataFrame({other: [1]})):
        with pytest.raises(ResponseError, match="for two items, a and b"):
            score(short, responses, columns={"a": one, "b": other})


def answers(n: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    level = rng.integers(2, 6, n // 2).repeat(2)[:, None]
    return pd.DataFrame(np.clip(level + rng.integers(-1, 2, (n, 4)), 1, 7), columns=list("abcd"))


LABELS = [f"k{i // 2}" for i in range(12)]


@pytest.mark.parametrize(("there", "asked"), [(ONE, TWO), (TWO, ONE), ("a\u0308\u0323", "\u1ea1\u0308")])
@pytest.mark.parametrize("ending", ["csv", "xlsx", "parquet", "jsonl"])
def test_a_column_of_a_file_is_found_in_either_form(
    tmp_path: Path, there: str, asked: str, ending: str
) -> None:
    table = answers().assign(**{there: LABELS})
    path = tmp_path / f"a.{ending}"
    if ending == "csv":
        table.to_csv(path, index=False)
    elif ending == "jsonl":
        table.to_json(path, orient="records", lines=True, force_ascii=False)
    elif ending == "parquet":
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False), path)
    else:
        book = openpyxl.Workbook()
        for row in [list(table), *table.values.tolist()]:
            book.active.append(row)
        book.save(path)
    for given in ({"person": asked}, {"keep": [asked]}, {"person": asked, "keep": [there, asked]}):
        for output in ("o.csv", "o.parquet"):
            score_file(NUMBERED, path, output=tmp_path / output, **given)
            read = pd.read_csv if output.endswith("csv") else pd.read_parquet
            written = read(tmp_path / output)
            assert list(written) == ["row", there, "s"]
            assert written[there].tolist() == LABELS
    by_name = reliability_file(NUMBERED, path, clusters=asked).report
    assert by_name == reliability_file(NUMBERED, path, clusters=there).report


@pytest.mark.parametrize(("there", "asked"), [(ONE, TWO), (TWO, ONE), ("e\u0301", "\u00e9")])
def test_a_column_of_a_table_is_found_in_either_form(there: str, asked: str) -> None:
    table = answers().assign(**{there: LABELS})
    arrow = pa.table(table.to_dict("list"))
    for kind in (table, pl.DataFrame(table.to_dict("list")), arrow, table.to_dict("records")):
        coded = encode(NUMBERED, kind, keep=[asked, there])
        assert coded.kept is not None
        assert list(coded.kept.names) == [there]
        frame = score(NUMBERED, kind, keep=[asked]).to_frame(keep=[asked])
        assert (frame.column_names if kind is arrow else list(frame.columns)) == [there, "s"]
        expected = reliability_report(NUMBERED, kind, clusters=there)["s"].alpha
        assert reliability_report(NUMBERED, kind, clusters=asked)["s"].alpha == expected
    with pytest.raises(InvalidResponsesError, match="person k0"):
        score(NUMBERED, table.assign(a=99), person=asked)
    with pytest.raises(InvalidResponsesError, match="person Kim"):
        score(NUMBERED, {"a": 99, there: "Kim"}, person=asked)
    diary = [diary_reliability(NUMBERED, table, person=name) for name in (there, asked)]
    assert diary[0] == diary[1]
    rng = np.random.default_rng(1)
    normal = pd.DataFrame(rng.normal(size=(80, 1)) + 0.5 * rng.normal(size=(80, 3)), columns=list("abc"))
    normal[there] = ["x", "y"] * 40
    found = [cfa("f =~ a + b + c", normal, groups=name).groups for name in (there, asked)]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "names", [[1, 2, 3, 4], np.array([1, 2, 3, 4]), pd.RangeIndex(1, 5), [1.0, 2.0, 3.0, 4.0]]
)
def test_columns_with_numbers_as_names_get_advice_that_helps(names: Any) -> None:
    table = pd.DataFrame([[1, 2, 3, 4]], columns=names)
    with pytest.raises(MissingColumnsError) as caught:
        score(NUMBERED, table, columns="{n}")
    advice = "table.columns = table.columns.map(str)"
    assert advice in str(caught.value)
    assert "columns= which" not in str(caught.value)
    if not isinstance(names[0], float):
        exec(advice, {"table": table})  # the advice is tried
        assert score(NUMBERED, table, columns="{n}")["s"].tolist() == [2.5]


def test_rows_with_numbers_as_keys_get_advice_that_helps() -> None:
    rows = [{1: 1, 2: 2, 3: 3, 4: 4}]
    with pytest.raises(MissingColumnsError) as caught:
        score(NUMBERED, rows, columns="{n}")
    advice = "[{str(key): value for key, value in row.items()} for row in rows]"
    assert advice in str(caught.value)
    assert score(NUMBERED, eval(advice, {"rows": rows}), columns="{n}")["s"].tolist() == [2.5]  # tried
