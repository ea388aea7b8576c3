"""Answers, columns and names that nobody would give by mistake."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales import Instrument, encode, load, score
from intimacy_scales.factor import cfa

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


def _nested(depth: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(depth):
        made = [made]
    return made


def _many_labels(n: int) -> None:
    form = Instrument.model_validate(LABELLED)
    encode(form, pd.DataFrame({"a": [f"so many times as {k} or {k + 1}" for k in range(n)]}))


def _long_label() -> None:
    score(Instrument.model_validate(LABELLED), {"a": "so many times " * 1_000_000})


def _strangers(n: int, length: int) -> None:
    for k in range(n):
        score("ras", SHEET | {f"{k}" + "x" * length: 1})


def _model(n: int) -> Any:
    table = pd.DataFrame(np.random.default_rng(1).normal(size=(50, 4)), columns=list("abcd"))
    return lambda text: cfa(text * n, table)


def cases() -> dict[str, Callable[[], Any]]:
    """Return what is tried, by its name."""
    return {
        "a whole number of 5,000 digits": lambda: score("ras", SHEET | {"ras_1": 10**5000}),
        "a fraction of 5,000 digits": lambda: score("ras", SHEET | {"ras_1": Fraction(10**5000, 3)}),
        "the same in a table": lambda: score("ras", pd.DataFrame([SHEET | {"ras_1": 10**5000}])),
        "a text of 10 MB of digits": lambda: score("ras", SHEET | {"ras_1": "9" * 10_000_000}),
        "a text of 10 MB": lambda: score("ras", SHEET | {"ras_1": "x" * 10_000_000}),
        "a label of 14 MB beside 60 labels": _long_label,
        "20,000 different labels that are none": lambda: _many_labels(20_000),
        "a list nested 100,000 deep": lambda: score("ras", SHEET | {"ras_1": _nested(100_000)}),
        "a pattern that fills 50 MB": lambda: score("ras", SHEET, columns="{n:>50000000}"),
        "a pattern of 100,000 places": lambda: score("ras", SHEET, columns="{n}" * 100_000),
        "300 unknown keys of 1 MB": lambda: _strangers(300, 1_000_000),
        "a mapping of 1,000,000 keys": lambda: score("ras", SHEET | {f"k{n}": 1 for n in range(1_000_000)}),
        "1,000,000 missing codes": lambda: score("ras", SHEET, missing_codes=list(range(10, 1_000_010))),
        "a recode of 1,000,000 values": lambda: score(
            "ras", SHEET, recode=dict.fromkeys(range(10, 1000010), 1)
        ),
        "ids of 1 MB in messages": lambda: score(
            "ras", [SHEET | {"ras_1": 9, "who": "x" * 1_000_000}] * 20, person="who"
        ),
        "20,000 columns none of which is an item": lambda: score(
            "ras", pd.DataFrame(np.ones((2, 20_000)), columns=[f"column {n}" for n in range(20_000)])
        ),
        "a name of 10 MB": lambda: load("x" * 10_000_000),
        "a name that is a path": lambda: load("../../../../etc/passwd"),
        "a name that is a path to JSON": lambda: score("/etc/secret.json", SHEET),
        "a model of 1,000,000 terms": lambda: _model(1)("f =~ a" + " + a" * 1_000_000),
        "a model of 200,000 lines": lambda: _model(200_000)("f =~ a + b\n"),
        "a model of 100,000 brackets": lambda: _model(1)("f =~ " + "(" * 100_000),
    }
