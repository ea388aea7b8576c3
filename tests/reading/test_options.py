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
import polars as pl
import pyarrow as pa
import pytest

import intimacy_scales
from intimacy_scales import (
    Instrument,
    InvalidResponsesError,
    MissingColumnsError,
    encode,
    engines,
    load,
    reliability_report,
    score,
    score_many,
    score_stream,
    structure_report,
)
from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import EstimationError, ResponseError
from intimacy_scales.factor import (
    bartlett,
    cfa,
    efa,
    htmt,
    invariance,
    kmo,
    little_mcar,
    map_test,
    parallel_analysis,
    scree,
    sem,
)
from intimacy_scales.jobs import reliability_file, score_file, structure_file
from intimacy_scales.reliability import (
    cluster_sums,
    conditional_error,
    cronbach_alpha,
    diary_reliability,
    greatest_lower_bound,
    guttman_lambdas,
    hierarchical_omega,
    intraclass_corr,
    item_analysis,
    item_moments,
    item_moments_stream,
    mcdonald_omega,
    split_half,
    split_halves,
    stratified_alpha,
    two_level_omega,
)

FORM = load("ras")
IDS = list(FORM.item_ids)
# 20 persons on three days
TRUE = np.repeat(np.random.default_rng(1).normal(size=(20, 1)), 3, axis=0) + np.random.default_rng(7).normal(
    size=(60, 1)
)
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


def in_groups(*args: Any, **options: Any) -> Any:
    return invariance(*args, groups=[f"g{row % 2}" for row in range(60)], **options)


def skipped(table: pd.DataFrame) -> pd.DataFrame:
    """Some persons without an answer to the first item."""
    return table.astype(object).where(
        np.arange(60)[:, None] + 60 * (np.arange(table.shape[1]) > 0) >= 6, None
    )


PEOPLE = [f"p{row // 3}" for row in range(60)]
PARTED = Instrument.model_validate(
    {
        "id": "ras",
        "version": "1",
        "title": "Parts of the items, for what compares scales",
        "response_scale": {"minimum": 1, "maximum": 5},
        "items": [{"id": item} for item in IDS],
        "scales": [
            {"id": "one", "items": ["ras_1", "ras_2", "ras_3"]},
            {"id": "other", "items": ["-ras_4", "ras_5", "ras_6", "-ras_7"]},
            {"id": "both", "of": ["one", "other"]},
        ],
    }
)
TABLES: dict[str, Read] = {
    "score": at_once(score),
    "score_stream": in_batches(lambda *a, **o: list(score_stream(*a, **o))),
    "encode": at_once(encode),
    "item_moments": at_once(item_moments),
    "item_moments_stream": in_batches(item_moments_stream),
    "reliability_report": at_once(reliability_report),
    "structure_report": at_once(lambda *a, **o: structure_report(*a, n_iterations=1, **o)),
    "cronbach_alpha": at_once(cronbach_alpha),
    "guttman_lambdas": at_once(guttman_lambdas),
    "split_half": at_once(split_half),
    "split_halves": at_once(split_halves),
    "greatest_lower_bound": at_once(greatest_lower_bound),
    "item_analysis": at_once(item_analysis),
    "conditional_error": at_once(conditional_error),
    "cluster_sums": at_once(lambda *a, **o: cluster_sums(*a, clusters=PEOPLE, **o)),
    "mcdonald_omega": at_once(mcdonald_omega),
    "hierarchical_omega": at_once(lambda *a, **o: hierarchical_omega(*a, n_factors=1, **o)),
    "stratified_alpha": lambda table, **o: stratified_alpha(PARTED, table, scale="both", **o),
    "diary_reliability": at_once(lambda *a, **o: diary_reliability(*a, person=PEOPLE, **o)),
    "two_level_omega": at_once(lambda *a, **o: two_level_omega(*a, person=PEOPLE, **o)),
    "intraclass_corr": at_once(intraclass_corr),
    "cfa": at_once(cfa),
    "sem": at_once(sem),
    "invariance": at_once(in_groups),
    "htmt": lambda table, **o: htmt(PARTED, table, **o),
    "efa": at_once(lambda *a, **o: efa(*a, 1, **o)),
    "parallel_analysis": at_once(lambda *a, **o: parallel_analysis(*a, n_iterations=1, **o)),
    "map_test": at_once(map_test),
    "scree": at_once(scree),
    "kmo": at_once(kmo),
    "bartlett": at_once(bartlett),
    "little_mcar": lambda table, **o: little_mcar(FORM, skipped(table), **o),
}


def on_an_engine(read: Read) -> Read:
    def run(table: pd.DataFrame, **options: Any) -> Any:
        found = read(FORM, pa.Table.from_pandas(table).to_reader(), **options)
        if isinstance(found, engines.AnswerCheck) and found.n_problems and "on_invalid" not in options:
            raise found.error()  # it counts what the others refuse
        return found.read_all() if isinstance(found, pa.RecordBatchReader) else found

    return run


def by_day(table: pd.DataFrame, **options: Any) -> Any:
    rows = pa.Table.from_pandas(table.assign(who=PEOPLE))
    frame = pl.DataFrame(pl.from_arrow(rows)).lazy()
    return engines.cluster_sums(FORM, frame, clusters="who", **options)


ENGINES: dict[str, Read] = {
    f"engines.{read.__name__}": on_an_engine(read)
    for read in (engines.score, engines.summarize, engines.item_moments, engines.check)
} | {"engines.cluster_sums": by_day}
# what is computed of the items that there are cannot do without one
NEED_ALL = {
    "cfa", "sem", "invariance", "htmt", "efa", "parallel_analysis", "map_test", "scree", "kmo", "bartlett",
    "little_mcar", "diary_reliability", "two_level_omega",
}  # fmt: skip


def of_couples(table: pd.DataFrame, **options: Any) -> Dyads:
    """Pair the rows two by two."""
    rows = np.arange(len(table))
    paired = table.assign(couple=rows // 2, partner=rows % 2)
    return Dyads.from_long(FORM, paired, couple="couple", person="partner", **options)


def of_two_sides(table: pd.DataFrame, **options: Any) -> Dyads:
    """Take each row as both partners' answers, under two names."""
    wide = pd.concat([table.add_suffix("_a"), table.add_suffix("_b")], axis=1)
    return Dyads.from_wide(FORM, wide, columns={"a": "{item}_a", "b": "{item}_b"}, **options)


COUPLES: dict[str, Read] = {"Dyads.from_long": of_couples, "Dyads.from_wide": of_two_sides}
EVERY = TABLES | ENGINES | COUPLES
FILES: dict[str, tuple[Read, dict[str, Any]]] = {
    "score_file": (score_file, {}),
    "reliability_file": (reliability_file, {}),
    "structure_file": (structure_file, {"n_iterations": 1}),
}


def readers(*options: str) -> dict[str, Any]:
    """Every function of the library that has options of reading, by name, with their defaults."""
    found: dict[str, Any] = {}
    for module in pkgutil.walk_packages(intimacy_scales.__path__, "intimacy_scales."):
        if module.name.endswith("__main__"):
            continue
        for name, function in vars(importlib.import_module(module.name)).items():
            if inspect.isfunction(function) and function.__module__ == module.name:
                known = inspect.signature(function).parameters
                defaults = {o: known[o].default for o in options if o in known}
                if len(defaults) == len(options) and inspect.Parameter.empty not in defaults.values():
                    room = next((f"{r}." for r in ("cli", "engines") if f".{r}." in module.name), "")
                    found[f"{room}{name}"] = defaults
    return found


def test_no_reader_is_left_out_here_and_none_is_lenient_unasked() -> None:
    found = readers("allow_missing_items", "on_invalid")
    commands = {"cli.score", "cli.reliability", "cli.structure", "cli.couples"}
    # many files are read by what reads one, and files of couples as tables of couples are:
    # tests/jobs/test_score_folder.py, test_couples_of_files.py, test_column_sets.py, tests/interop/answers
    of_files = {
        "score_folder",
        "read_couples",
        "couple_report_file",
        "score_column_sets",
        "read_answers",
        "inspect_answers",
    }
    of_files.add("check_coding")  # which reads what others refuse: tests/coding
    pictures = {"item_histograms", "likert_bars", "missing_map", "missing_patterns"}  # tests/plots
    assert set(found) == {*TABLES, *ENGINES, *FILES, *of_files, *commands, *pictures}
    for name, defaults in found.items():
        assert (defaults["allow_missing_items"], defaults["on_invalid"]) == (False, "raise"), name
    # a sheet may lack items, as one mapping may in `score`; a bad one gets no scores
    others = {
        name: of["on_invalid"] for name, of in readers("on_invalid", "columns").items() if name not in found
    }
    assert others == {"score_many": "return"}


@pytest.mark.parametrize("name", EVERY)
def test_a_table_without_an_item_is_refused_unless_that_is_allowed(name: str) -> None:
    with pytest.raises(MissingColumnsError, match=r"1 of 7 items of ras has no column:\n  ras_7\b"):
        EVERY[name](SHORT)
    if name in NEED_ALL:
        with pytest.raises(EstimationError):
            TABLES[name](SHORT, allow_missing_items=True)
    else:
        EVERY[name](SHORT, allow_missing_items=True)


@pytest.mark.parametrize("code", [9, 999])
@pytest.mark.parametrize("name", EVERY)
def test_a_bad_answer_is_refused_unless_it_may_count_as_missing(name: str, code: int) -> None:
    bad = BAD.copy()
    bad.loc[3, "ras_2"] = code
    read = EVERY[name]
    place = {
        "Dyads.from_long": "row 3, person 1, item ras_2",
        "Dyads.from_wide": r"item ras_2 \('ras_2_a'\)",
    }.get(name, "item ras_2" if name in ENGINES else "row 3, item ras_2")
    with pytest.raises(InvalidResponsesError, match=f"{place}: {code} is outside the range"):
        read(bad)
    read(bad, on_invalid="missing")


@pytest.mark.parametrize("name", [*TABLES, *ENGINES, "Dyads.from_long"])
def test_every_option_has_the_same_meaning_everywhere(name: str) -> None:
    read = EVERY[name]
    odd = BAD.rename(columns={item: f"Q{n}" for n, item in enumerate(IDS, start=1)})
    named = {"columns": "Q{n}"}
    read(odd, missing_codes=9, **named)
    read(odd, recode={"9": 5}, **named)
    with pytest.raises(
        InvalidResponsesError, match=r"item ras_2 \('Q2'\): a value is outside the range"
    ) as hidden:
        read(odd, show_values=False, **named)
    assert "9" not in str(hidden.value).split(";")[0]
    with pytest.raises(ResponseError, match="'accept' is for tables of numbers without an instrument"):
        read(odd, on_invalid="accept", **named)
    with pytest.raises(TypeError, match=r"'column' is not an option of \w+\(\); allowed: .*mean 'columns'"):
        read(odd, column="Q{n}")


def test_the_options_of_many_sheets_mean_what_they_mean_elsewhere() -> None:
    sheets = [
        {f"Q{n}": value for n, value in enumerate(row.values(), start=1)} for row in BAD.to_dict("records")
    ]
    named: dict[str, Any] = {"columns": "Q{n}", "on_invalid": "raise"}
    score_many(FORM, sheets, missing_codes=9, **named)
    score_many(FORM, sheets, recode={"9": 5, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5}, **named)
    with pytest.raises(
        InvalidResponsesError, match=r"row 3, item ras_2 \('Q2'\): a value is outside"
    ) as hidden:
        score_many(FORM, sheets, show_values=False, **named)
    assert "9" not in str(hidden.value).split(";")[0]
    with pytest.raises(ResponseError, match="'accept' is not valid; allowed: 'return', 'missing', 'raise'"):
        score_many(FORM, sheets, on_invalid="accept")  # type: ignore[call-overload]
    for option in ("column", "keep", "allow_missing_items"):
        with pytest.raises(
            TypeError, match=rf"'{option}' is not an option of score_many\(\); allowed: instrument,"
        ):
            score_many(FORM, sheets, **{option: "Q{n}"})  # type: ignore[call-overload]


@pytest.mark.parametrize("name", FILES)
def test_files_are_read_as_strictly(tmp_path: Path, name: str) -> None:
    read, options = FILES[name]
    for file, table in (("short.csv", SHORT), ("bad.csv", BAD)):
        table.to_csv(tmp_path / file, index=False)
    with pytest.raises(MissingColumnsError, match="1 of 7 items of ras has no column"):
        read(FORM, tmp_path / "short.csv", **options)
    assert read(FORM, tmp_path / "short.csv", allow_missing_items=True, **options).n_persons == 60
    output = tmp_path / ("o.csv" if name == "score_file" else "o.json")
    report = read(FORM, tmp_path / "bad.csv", output=output, **options)
    assert (report.n_problems, output.exists()) == (1, False)
    report = read(FORM, tmp_path / "bad.csv", output=output, on_invalid="missing", **options)
    assert (report.n_problems, output.exists()) == (1, True)
