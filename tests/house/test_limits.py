"""What is beyond all measure is refused by name, soon, and without much memory; what is large is not."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from intimacy_scales import InvalidResponsesError, ModelSyntaxError, ResponseError, encode, load, score
from intimacy_scales.factor import cfa
from intimacy_scales.jobs import score_file
from intimacy_scales.messages import shortened
from tests.shared.folders import DOCS

IDS = load("ras").item_ids
SHEET = dict.fromkeys(IDS, 3)


def nested(depth: int, kind: Callable[[Any], Any]) -> Any:
    made: Any = kind(None)
    for _ in range(depth):
        made = kind(made)
    return made


class Unwritten:
    def __repr__(self) -> str:
        raise RuntimeError("no text")


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "keys": (lambda: score("ras", SHEET | {f"k{n}": 1 for n in range(100_000)}), "mapping has 100,007 keys"),
    "keys alone": (lambda: score("ras", {f"k{n}": 1 for n in range(100_001)}), "mapping has 100,001 keys"),
    "columns": (
        lambda: score("ras", pd.DataFrame(np.ones((1, 100_001)), columns=[f"c{n}" for n in range(100_001)])),
        "the table has 100,001 columns",
    ),
    "columns of an export": (
        lambda: encode("ras", pl.DataFrame({f"c{n}": [1] for n in range(100_001)}), allow_missing_items=True),
        "the table has 100,001 columns",
    ),
    "missing codes": (lambda: score("ras", SHEET, missing_codes=range(10, 20_000)), "at most 10,000"),
    "missing codes of an array": (
        lambda: score("ras", [SHEET], missing_codes=np.arange(10, 20_000)), "at most 10,000"),
    "a recode": (lambda: score("ras", SHEET, recode=dict.fromkeys(range(9, 20_000), 1)), "at most 10,000"),
    "a pattern": (lambda: score("ras", SHEET, columns="{n}" * 100_000), r"the items are 1+… \(100,000 char"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_more_than_anybody_has_is_refused_by_name(name: str) -> None:
    call, words = REFUSED[name]
    with pytest.raises(ResponseError, match=words) as caught:
        call()
    assert len(str(caught.value)) < 2000


def test_as_many_as_are_allowed_are_read() -> None:
    many = {f"k{n}": 1 for n in range(99_000)}
    assert score("ras", SHEET | many) == score("ras", SHEET)
    assert score("ras", SHEET, missing_codes=range(10, 10_010)) == score("ras", SHEET)
    recode = dict.fromkeys([*range(3, 4), *range(9, 9_999)], 3)
    assert score("ras", SHEET | {"ras_1": 9_998}, recode=recode) == score("ras", SHEET)


LONG: dict[str, tuple[Any, str]] = {
    "letters": ("x" * 3_000_000, "is too long for an answer"),
    "digits": ("9" * 3_000_000, "is too long for an answer"),
    "letters that unfold": ("\ufdfa" * 200_000, "is too long for an answer"),
    "words": ("so many times " * 200_000, "is too long for an answer"),
    "blanks within": ("1" + " " * 3_000_000 + "2", "is too long for an answer"),
    "a long text that is not a number": ("y" * 19_000, "is not a number"),
    "a deep list": (nested(50_000, lambda inner: [inner]), "is of type list"),
    "a deep tuple": (nested(50_000, lambda inner: (inner,)), "is of type tuple"),
    "a deep mapping": (nested(50_000, lambda inner: {"a": inner}), "is of type dict"),
    "a long list": ([7] * 1_000_000, "is of type list"),
    "a value without a text": (Unwritten(), "a value of type Unwritten that cannot be shown is of type"),
}


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("kind", ["mapping", "rows", "pandas"])
def test_an_answer_beyond_all_measure_is_told_shortly(name: str, kind: str) -> None:
    value, words = LONG[name]
    sheet: Any = SHEET | {"ras_2": value}
    rows: Any = {"mapping": sheet, "rows": [sheet]}.get(kind)
    if rows is None:
        rows = pd.DataFrame({item: pd.Series([cell], dtype=object) for item, cell in sheet.items()})
    tracemalloc.start()
    begin = time.process_time()
    with pytest.raises(InvalidResponsesError, match=words) as caught:
        score("ras", rows)
    seconds, (_, peak) = time.process_time() - begin, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 1.5 and peak < 60e6
    assert len(str(caught.value)) < 1000
    if not name.startswith("a deep"):
        assert len(str(caught.value.problems.to_dict()[0]["reason"])) < 200


@pytest.mark.parametrize("blank", [" " * 2_000_000, "\u00a0" * 100_000, "\t\n" * 100_000])
def test_however_many_blanks_are_a_missing_answer(blank: str) -> None:
    assert score("ras", SHEET | {"ras_2": blank}).answered["total"] == 6


@pytest.mark.parametrize("value", [[1, 2], (1,), {"b": 1, "a": [2]}, [], {"x"}, ["a" * 30]])
def test_what_is_short_is_shown_whole(value: Any) -> None:
    assert sorted(shortened(value)) == sorted(repr(value))


# ------------------------------------------------------------------ files and models


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
@pytest.mark.parametrize("encoding", [None, "latin-1"])
def test_a_line_beyond_all_measure_is_refused(tmp_path: Path, ending: str, encoding: str | None) -> None:
    path = tmp_path / f"a.{ending}"
    with path.open("w", encoding="ascii") as file:
        file.write('{"ras_1": 3, "note": "' if ending == "jsonl" else ",".join(IDS) + "\n3,3,3,3,3,3,3")
        for _ in range(34):
            file.write("x" * (1 << 20))
    with pytest.raises(ResponseError, match="has a line of more than 32 MB"):
        score_file("ras", path, encoding=encoding)


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("n", [100_001, 300_000])
def test_blank_rows_without_end_are_not_persons(tmp_path: Path, ending: str, n: int) -> None:
    path = tmp_path / f"a.{ending}"
    row = ",".join("3" * 7) + "\n" if ending == "csv" else '{"ras_1": 3}\n'
    head = ",".join(IDS) + "\n" if ending == "csv" else '{"ras_1": 3, "ras_2": 1}\n'
    path.write_text(head + "\n" * n + row, encoding="utf-8")
    with pytest.raises(ResponseError, match=f"{n:,} consecutive rows are blank, and others follow"):
        score_file("ras", path, allow_missing_items=True)
    path.write_text(head + row + "\n" * n, encoding="utf-8")  # nothing follows them
    assert score_file("ras", path, allow_missing_items=True).n_persons == (1 if ending == "csv" else 2)


@pytest.mark.parametrize(
    "text", ["f =~ a" + " + b" * 60_000, "f =~ a + b\n" * 20_000, "f =~ " + "a" * 200_000, "x" * 300_000]
)
def test_a_model_beyond_all_measure_is_refused(text: str) -> None:
    table = pd.DataFrame(np.random.default_rng(1).normal(size=(50, 3)), columns=list("abc"))
    with pytest.raises(ModelSyntaxError, match=r"a text of [\d,]+ characters; at most 200,000 are read"):
        cfa(text, table)


@pytest.mark.parametrize(
    ("begin", "most_seconds", "most_megabytes"),
    [("benchmarks/hostile", 2, 300), ("files of platforms", 10, 500)],
)
def test_the_page_of_hostile_inputs_tells_every_cost(
    begin: str, most_seconds: float, most_megabytes: float
) -> None:
    page = DOCS / "explanation" / "hostile-inputs.md"
    table = (
        page.read_text(encoding="utf-8").split(f"<!-- table: {begin} -->")[1].split("<!-- end of table")[0]
    )
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")][1:]
    assert len({name for name, *_ in rows}) == len(rows) >= 40
    for name, seconds, megabytes, ends in rows:
        assert float(seconds) <= most_seconds and float(megabytes) <= most_megabytes, name
        assert ends == "scores" or ends.partition(":")[0].endswith("Error"), name
