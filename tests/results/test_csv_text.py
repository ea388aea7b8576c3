"""CSV text of tables: no name and no cell of it is a formula, whoever writes it."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import intimacy_scales
from intimacy_scales.dyads import Dyads, couple_report, partner_agreement
from intimacy_scales.jobs.couple_report import report_files
from intimacy_scales.results.csv_text import csv_text, without_formula
from tests.shared.one_of_each_result import result_classes
from tests.shared.result_examples import examples

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
LINK = '=HYPERLINK("http://x")'
HOSTILE = (LINK, "@SUM(1)", "+cmd", "-1+1", "\t=1", "\uff1d1")


def cells(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


def may_run(text: str) -> list[str]:
    return [cell for cell in cells(text) if without_formula(cell) != cell]


@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize("text", HOSTILE)
def test_csv_text_has_no_formula_in_names_cells_and_index(text: str, index: bool) -> None:
    table = pd.DataFrame(
        {text: [text, "b"], "n": [1, -2], "x": [-0.5, np.nan], "either": [text, 3]},
        index=pd.Index([text, "b"], name=text),
    )
    found = cells(csv_text(table, index=index))
    assert found.count("'" + text) == 3 + 2 * index
    assert not may_run(csv_text(table, index=index))
    double = table.set_axis(pd.MultiIndex.from_tuples([(text, 1), ("b", 2)], names=[text, "k"]))
    assert not may_run(csv_text(double, index=index))


@pytest.mark.parametrize("index", [False, True])
def test_csv_text_of_other_tables_is_as_pandas_writes_it(index: bool) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(
        {
            "name": ["Kim", None, "-3.5"],
            "n": [1, -2, 3],
            "x": [*rng.normal(size=2), np.nan],
            "large": [1e300, -1e-300, np.inf],
            "yes": [True, False, True],
            "mixed": [1, 2.5, "a"],
            "word": pd.Categorical(["a", "b", "a"]),
        },
        index=pd.Index(["a", "b", "c"], name="scale"),
    )
    assert csv_text(table, index=index) == table.to_csv(index=index, lineterminator="\n")
    for other in (table.rename_axis(None), table.iloc[:0], table[[]]):
        assert csv_text(other, index=index) == other.to_csv(index=index, lineterminator="\n")


def test_only_one_module_writes_csv_of_tables() -> None:
    """A table that another module writes by itself could hold a formula."""
    root = Path(intimacy_scales.__file__).parent
    writers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr in ("to_csv", "write_csv") and (node.args or node.keywords))
    }
    assert writers == {"results/csv_text.py"}


def spoilt(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with a formula for each text, and in each name."""
    by_text = frame.astype(object).map(lambda cell: LINK if isinstance(cell, str) else cell)
    return by_text.set_axis([LINK] * len(frame)).set_axis([f"@{name}" for name in frame.columns], axis=1)


WITH_CSV = sorted({kind.__name__ for kind in result_classes() if hasattr(kind, "to_csv")})


@pytest.mark.parametrize("name", WITH_CSV)
def test_every_to_csv_of_a_result_is_without_formulas(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    result: Any = next(result for kind, result in examples().items() if kind.__name__ == name)
    source = type(result.tables()[0]) if hasattr(result, "tables") else type(result)
    frame_of = source.to_frame
    assert not may_run(result.to_csv())
    monkeypatch.setattr(source, "to_frame", lambda self: spoilt(frame_of(self)))
    found = cells(result.to_csv())
    assert "'" + LINK in found
    assert "'@" in {cell[:2] for cell in found}
    assert not may_run(result.to_csv())


def test_hostile_names_are_no_formulas_in_the_folder_of_a_couple_report() -> None:
    from intimacy_scales.plots import couple_pictures

    rng = np.random.default_rng(0)
    table: dict[str, Any] = {name: rng.normal(size=40) for name in ("a", "b", "c", "d")}
    table["pair"] = [f"@{row}" for row in range(40)]
    names = {"+love()": {LINK: "a", "-m": "b"}, "@trust": {LINK: "c", "-m": "d"}}
    dyads = Dyads.of_scores(pd.DataFrame(table), names, couple="pair", role=True)
    report = couple_report(dyads, outcome="+love()", predictors=["@trust"], invariance=False)
    files = report_files(dyads, report, tuple(couple_pictures(dyads, report)))
    texts = {name: content.decode() for name, content in files.items() if name.endswith(".csv")}
    assert len(texts) > 8
    assert [name for name, text in texts.items() if may_run(text)] == []
    assert any("'" + LINK in cells(text) for text in texts.values())
    agreement = partner_agreement(dyads).to_csv()
    assert "'@trust" in cells(agreement)
    assert not may_run(agreement)
