"""Cells, names and patterns that once ended in a traceback, a long wait, or a message without end."""

from __future__ import annotations

import json
import time
import tracemalloc
import warnings
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from intimacy_scales import (
    Instrument,
    InvalidResponsesError,
    MissingColumnsError,
    ResponseError,
    UnvalidatedInstrumentWarning,
    encode,
    load,
    score,
)
from intimacy_scales.messages import shortened
from intimacy_scales.reading import columns
from tests.shared.instruments import PUBLISHED, form_of


def form(**more: Any) -> Instrument:
    return form_of(
        {"s": "a b"}, **{"low": 0, "high": 100, "id": "form", "title": "Form", "evidence": PUBLISHED} | more
    )


FORM = form()
HUGE = [10**5000, -(10**5000), Fraction(10**5000, 3), Decimal(10**5000), 10**400, [10**5000], {1: 10**5000}]


@pytest.mark.parametrize("value", HUGE, ids=range(len(HUGE)))
@pytest.mark.parametrize("kind", ["mapping", "rows", "pandas", "numpy"])
def test_a_number_of_thousands_of_digits_is_a_named_problem(value: Any, kind: str) -> None:
    if kind == "pandas":
        table: Any = pd.DataFrame({"a": pd.Series([value], dtype=object), "b": 1})
    elif kind == "numpy":
        table = np.empty((1, 2), dtype=object)
        table[0, 0], table[0, 1] = value, 1
    else:
        table = {"a": value, "b": 1} if kind == "mapping" else [{"a": value, "b": 1}]
    options: dict[str, Any] = {"columns": ["a", "b"]} if kind == "numpy" else {}
    with pytest.raises(InvalidResponsesError) as caught:
        score(FORM, table, **options)
    assert "item a: " in str(caught.value) and len(str(caught.value)) < 1000
    json.dumps(caught.value.problems.to_dict())
    json.loads(score(FORM, table, on_invalid="missing", **options).to_json())


def test_options_that_are_huge_are_refused_in_words() -> None:
    for options in ({"missing_codes": {10**5000: 1}}, {"recode": {10**5000: 10**5001}}):
        with pytest.raises(ResponseError):
            score(FORM, {"a": 1, "b": 1}, **options)


def test_a_masked_cell_is_not_an_answer() -> None:
    masked = np.ma.masked
    assert score(FORM, {"a": masked, "b": 4}).scores["s"] == 4
    frame = pd.DataFrame({"a": pd.Series([masked, 2], dtype=object), "b": [4, 4]})
    for table in (frame, [{"a": masked, "b": 4}, {"a": 2, "b": 4}]):
        assert score(FORM, table)["s"].tolist() == [4, 3]
    with pytest.raises(InvalidResponsesError, match="is of type list"):
        score(FORM, {"a": [masked], "b": 4})


# the oldest polars has neither
@pytest.mark.parametrize("dtype", [getattr(pl, n) for n in ("Int128", "UInt128") if hasattr(pl, n)])
@pytest.mark.parametrize("values", [[1, None, 3], [None, None, None], [1, 2, 3]])
def test_wide_integers_of_polars_may_be_null(dtype: Any, values: list[Any]) -> None:
    table = pl.DataFrame({"a": pl.Series(values, dtype=dtype), "b": [1, 1, 1]})
    assert encode(FORM, table).codes[:, 0].tolist() == [0 if v is None else v + 1 for v in values]


PATTERNS = ["{n:>50000000}", "{n:0999999999d}", "{item:>1000}", "{n:{n}}", "q{n:*^100}"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_that_fills_much_space_is_refused_at_once(pattern: str) -> None:
    start = time.perf_counter()
    with pytest.raises(ResponseError, match=r"after a colon write the number of digits|is not a pattern"):
        score(FORM, {"a": 1}, columns=pattern)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("pattern", "name"), [("q{n:02d}", "q01"), ("{item:>3}", "  a"), ("{n:_>4}", "___1")]
)
def test_patterns_may_fill_a_place(pattern: str, name: str) -> None:
    with pytest.raises(ResponseError, match="the mapping has no item"):
        score(FORM, {"z": 1}, columns=pattern)
    assert score(FORM, {name: 4}, columns=pattern).scores["s"] == 4


def test_the_texts_of_unknown_keys_are_not_kept() -> None:
    score(FORM, {"a": 1, "b": 1})
    tracemalloc.start()
    for n in range(30):
        score(FORM, {"a": 1, "b": 1, f"{n}" + "x" * 300_000: 1})
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 1_000_000
    assert columns.loose("Tru_01") == "tru1" and columns.loose("X" * 300) == "X" * 300


LONG = "n" * 20_000
ECHOED: dict[str, Any] = {
    "keys of a mapping": lambda: score(FORM, {LONG: 1}),
    "columns of a table": lambda: score(FORM, pd.DataFrame({LONG: [1]})),
    "a pattern": lambda: score(FORM, {"a": 1}, columns=LONG),
    "a mapping of columns": lambda: score(FORM, {"a": 1}, columns={LONG: "a"}),
    "twice the same column": lambda: score(FORM, {"a": 1}, columns={"a": LONG, "b": LONG}),
    "a column of persons": lambda: score(FORM, pd.DataFrame({"a": [1], "b": [1]}), person=LONG),
    "an answer": lambda: score(FORM, {"a": LONG, "b": 1}),
    "an id": lambda: score(FORM, {"a": 999, "who": LONG}, person="who"),
    "a missing code": lambda: score(FORM, {"a": 1}, missing_codes=[[LONG]]),
    "a recode": lambda: score(FORM, {"a": 1}, recode={LONG: LONG}),
}


@pytest.mark.parametrize("name", ECHOED)
def test_a_long_text_is_shortened_in_messages(name: str) -> None:
    with pytest.raises((ResponseError, MissingColumnsError)) as caught:
        ECHOED[name]()
    assert "nnnnn" in str(caught.value) and len(str(caught.value)) < 1500


@pytest.mark.parametrize("number", [np.int64(-99), np.float64(2.5), np.bool_(True), np.array(3)])
def test_numbers_of_numpy_are_shown_as_numbers(number: Any) -> None:
    assert shortened(number) == repr(number.item())
    assert shortened(np.str_("happy")) == "'happy'" and shortened(np.str_("x" * 81)).startswith("'xxx")
    assert shortened(np.array([1, 2])) == repr(np.array([1, 2]))


def test_a_shortened_value_says_how_long_it_is() -> None:
    assert shortened("x" * 81) == f"{'x' * 80!r}… (81 characters)"
    assert shortened("x" * 80) == repr("x" * 80)
    assert shortened(list(range(100))).endswith("…")


@pytest.mark.parametrize("cell", [[1, 2], (1,), {"v": 1}, np.array([1, 2]), {1, 2}])
def test_a_cell_that_holds_several_values_is_a_problem(cell: Any) -> None:
    with pytest.raises(InvalidResponsesError) as caught:
        score(FORM, [{"a": cell, "b": 1}])
    (problem,) = caught.value.problems
    assert problem.code == "type"
    assert isinstance(cell, set) or "one cell holds one answer" in str(problem.suggestion)


# ------------------------------------------------------------------ drafts


def test_every_draft_is_told_once() -> None:
    def warned(instrument: Any, table: Any) -> list[str]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            score(instrument, table)
        assert all(w.filename == __file__ for w in caught)
        return [
            str(w.message).partition(" ")[0] for w in caught if w.category is UnvalidatedInstrumentWarning
        ]

    drafts = [form(id=f"draft-{n}", evidence={}) for n in range(4)]
    one, table = {"a": 1, "b": 2}, [{"a": 1, "b": 2}]
    assert warned(drafts[0], one) == ["draft-0"] and warned(drafts[0], table) == []
    assert warned(drafts[1], table) == ["draft-1"] and warned(drafts[1], one) == []
    again = Instrument.model_validate(drafts[0].to_dict())  # another object, the same content
    assert warned(again, one) == [] and warned(again.model_copy(update={"version": "2"}), one) == ["draft-0"]
    assert warned(load("ras"), {"ras_1": 1}) == []
