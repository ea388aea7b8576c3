"""Answers, columns and names that nobody would give by mistake."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales import Instrument, encode, load, score
from intimacy_scales.factor import cfa
from intimacy_scales.reliability import reliability_report

SHEET = {f"ras_{n}": 3 for n in range(1, 8)}
LABELLED = {
    "id": "x",
    "version": "1",
    "title": "X",
    "evidence": {"status": "published"},
    "response_scale": {
        "minimum": 1,
        "maximum": 60,
        "labels": {str(k): f"so many times as {k}" for k in range(1, 61)},
    },
    "items": [{"id": "a"}],
    "scales": [{"id": "s", "items": ["a"]}],
}


class Unwritten:
    """A value whose text cannot be made."""

    def __repr__(self) -> str:
        raise RuntimeError("no text")


def _nested(depth: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(depth):
        made = [made]
    return made


def _columns(table: Any, **options: Any) -> Callable[[], Any]:
    return partial(score, "ras", table, **options)


def _many_labels(n: int) -> Callable[[], Any]:
    form = Instrument.model_validate(LABELLED)
    table = pd.DataFrame({"a": [f"so many times as {k} or {k + 1}" for k in range(n)]})
    return partial(encode, form, table)


def _label(text: str) -> Callable[[], Any]:
    return partial(score, Instrument.model_validate(LABELLED), {"a": text})


def _strangers(n: int, length: int) -> None:
    for k in range(n):
        score("ras", SHEET | {f"{k}" + "x" * length: 1})


def _answer(value: Any, **options: Any) -> Callable[[], Any]:
    return partial(score, "ras", SHEET | {"ras_1": value}, **options)


def _model(text: str) -> Callable[[], Any]:
    table = pd.DataFrame(np.random.default_rng(1).normal(size=(50, 4)), columns=list("abcd"))
    return partial(cfa, text, table)


def _grouped(labels: list[Any]) -> Callable[[], Any]:
    answers = np.random.default_rng(1).integers(1, 6, size=(len(labels), 7))
    table = pd.DataFrame(answers, columns=list(SHEET)).assign(couple=labels)
    return partial(reliability_report, "ras", table, clusters="couple")


def inputs() -> dict[str, Callable[[], Callable[[], Any]]]:
    """Return what makes each input, by its name, and gives back what is to be tried."""
    many = [f"column {n}" for n in range(20_000)]
    return {
        "a whole number of 5,000 digits": lambda: _answer(10**5000),
        "a fraction of 5,000 digits": lambda: _answer(Fraction(10**5000, 3)),
        "the same in a table": lambda: _columns(pd.DataFrame([SHEET | {"ras_1": 10**5000}])),
        "a decimal with an exponent of 999,999,999": lambda: _answer(Decimal("1e999999999")),
        "a text with an exponent of 999,999,999": lambda: _answer("1e999999999"),
        "a text of 10 MB of digits": lambda: _answer("9" * 10_000_000),
        "a text of 10 MB": lambda: _answer("x" * 10_000_000),
        "a text of 10 MB of blanks": lambda: _answer(" " * 10_000_000),
        "a label of 14 MB next to 60 labels": lambda: _label("so many times " * 1_000_000),
        "a letter that unfolds to 18, 500,000 times": lambda: _label("\ufdfa" * 500_000),
        "20,000 different texts that are not labels": lambda: _many_labels(20_000),
        "a list nested 100,000 deep": lambda: _answer(_nested(100_000)),
        "an answer whose text cannot be made": lambda: _answer(Unwritten()),
        "a pattern that fills 50 MB": lambda: _columns(SHEET, columns="{n:>50000000}"),
        "a pattern of 100,000 places": lambda: _columns(SHEET, columns="{n}" * 100_000),
        "a pattern nested in a pattern": lambda: _columns(SHEET, columns="{n:{n:{n}}}"),
        "300 unknown keys of 1 MB": lambda: partial(_strangers, 300, 1_000_000),
        "a mapping of 1,000,000 keys": lambda: _columns(SHEET | {f"k{n}": 1 for n in range(1_000_000)}),
        "a mapping of 300,000 keys, none of which is an item": lambda: _columns(
            {f"ras {n}": 1 for n in range(1_000, 301_000)}
        ),
        "1,000,000 missing codes": lambda: _columns(SHEET, missing_codes=list(range(10, 1_000_010))),
        "a recode of 1,000,000 values": lambda: _columns(SHEET, recode=dict.fromkeys(range(10, 1000010), 1)),
        "ids of 1 MB in messages": lambda: _columns(
            [SHEET | {"ras_1": 9, "who": "x" * 1_000_000}] * 20, person="who"
        ),
        "20,000 columns none of which is an item": lambda: _columns(
            pd.DataFrame(np.ones((2, 20_000)), columns=many)
        ),
        "1,000,000 bad cells": lambda: _columns(pd.DataFrame(np.full((143_000, 7), 9), columns=list(SHEET))),
        "100,000 different bad texts": lambda: _columns(
            pd.DataFrame({item: [f"{item} {n}" for n in range(14_286)] for item in SHEET})
        ),
        "labels of couples of 100 kB": lambda: _grouped([f"{n // 2}" + "x" * 100_000 for n in range(400)]),
        "a name of 10 MB": lambda: partial(load, "x" * 10_000_000),
        "a name that is a path": lambda: partial(load, "../../../../etc/passwd"),
        "a name that is a path to JSON": lambda: partial(score, "/etc/secret.json", SHEET),
        "a model of 1,000,000 terms": lambda: _model("f =~ a" + " + a" * 1_000_000),
        "a model of 200,000 lines": lambda: _model("f =~ a + b\n" * 200_000),
        "a model of 100,000 brackets": lambda: _model("f =~ " + "(" * 100_000),
        "a model of one word of 10 MB": lambda: _model("f =~ " + "a" * 10_000_000),
    }
