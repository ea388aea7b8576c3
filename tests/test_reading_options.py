"""Every function that reads answers is as strict as the others unless it is told otherwise."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import intimacy_scales
from intimacy_scales import (
    InvalidResponsesError,
    MissingColumnsError,
    encode,
    load,
    reliability_report,
    score,
    score_stream,
    structure_report,
)
from intimacy_scales.interop import reliability_file, score_file, structure_file
from intimacy_scales.reliability import item_moments, item_moments_stream

FORM = load("ras")
IDS = list(FORM.item_ids)
TRUE = np.random.default_rng(1).normal(size=(60, 1))
GOOD = pd.DataFrame(
    np.clip(np.rint(3 + TRUE + np.random.default_rng(2).normal(size=(60, 7))), 1, 5).astype(int),
    columns=IDS,
)
GOOD[["ras_4", "ras_7"]] = 6 - GOOD[["ras_4", "ras_7"]]
SHORT = GOOD.drop(columns="ras_7")
BAD = GOOD.astype(object)
BAD.loc[3, "ras_2"] = 9

Read = Callable[..., Any]


def in_batches(read: Read) -> Read:
    def run(table: pd.DataFrame, **options: Any) -> Any:
        return read(FORM, [table[:25], table[25:]], **options)

    return run


def at_once(read: Read) -> Read:
    return lambda table, **options: read(FORM, table, **options)


TABLES: dict[str, Read] = {
    "score": at_once(score),
    "score_stream": in_batches(lambda *a, **o: list(score_stream(*a, **o))),
    "encode": at_once(encode),
    "item_moments": at_once(item_moments),
    "item_moments_stream": in_batches(item_moments_stream),
    "reliability_report": at_once(reliability_report),
    "structure_report": at_once(lambda *a, **o: structure_report(*a, n_iterations=1, **o)),
}
FILES: dict[str, tuple[Read, dict[str, Any]]] = {
    "score_file": (score_file, {}),
    "reliability_file": (reliability_file, {}),
    "structure_file": (structure_file, {"n_iterations": 1}),
}


def readers() -> dict[str, Any]:
    """Every function of the library that has the options of reading, by name, with their defaults."""
    found: dict[str, Any] = {}
    for module in pkgutil.walk_packages(intimacy_scales.__path__, "intimacy_scales."):
        if module.name.endswith("__main__"):
            continue
        for name, function in vars(importlib.import_module(module.name)).items():
            if inspect.isfunction(function) and function.__module__ == module.name:
                options = inspect.signature(function).parameters
                defaults = {
                    o: options[o].default for o in ("allow_missing_items", "on_invalid") if o in options
                }
                if len(defaults) == 2 and inspect.Parameter.empty not in defaults.values():
                    found[f"{'cli.' if '.cli.' in module.name else ''}{name}"] = defaults
    return found


def test_no_reader_is_left_out_here_and_none_is_lenient_unasked() -> None:
    found = readers()
    assert set(found) == {*TABLES, *FILES, "cli.score", "cli.reliability", "cli.structure"}
    for name, defaults in found.items():
        assert (defaults["allow_missing_items"], defaults["on_invalid"]) == (False, "raise"), name


@pytest.mark.parametrize("name", TABLES)
def test_a_table_without_an_item_is_refused_unless_that_is_allowed(name: str) -> None:
    with pytest.raises(MissingColumnsError, match=r"1 of 7 items of ras have no column:\n  ras_7\n"):
        TABLES[name](SHORT)
    TABLES[name](SHORT, allow_missing_items=True)


@pytest.mark.parametrize("name", TABLES)
def test_a_bad_answer_is_refused_unless_it_may_count_as_missing(name: str) -> None:
    with pytest.raises(InvalidResponsesError, match="row 3, item ras_2: 9 is outside the range"):
        TABLES[name](BAD)
    TABLES[name](BAD, on_invalid="missing")


@pytest.mark.parametrize("name", FILES)
def test_files_are_read_as_strictly(tmp_path: Path, name: str) -> None:
    read, options = FILES[name]
    for file, table in (("short.csv", SHORT), ("bad.csv", BAD)):
        table.to_csv(tmp_path / file, index=False)
    with pytest.raises(MissingColumnsError, match="1 of 7 items of ras have no column"):
        read(FORM, tmp_path / "short.csv", **options)
    assert read(FORM, tmp_path / "short.csv", allow_missing_items=True, **options).n_persons == 60
    output = tmp_path / ("o.csv" if name == "score_file" else "o.json")
    report = read(FORM, tmp_path / "bad.csv", output=output, **options)
    assert (report.n_problems, output.exists()) == (1, False)
    report = read(FORM, tmp_path / "bad.csv", output=output, on_invalid="missing", **options)
    assert (report.n_problems, output.exists()) == (1, True)
