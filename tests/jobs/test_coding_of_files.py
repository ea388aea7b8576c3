"""Scoring a file says which items run against the others, in one warning on all of its answers."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import KeyingWarning, encode
from intimacy_scales.coding import coding_warning
from intimacy_scales.jobs import reliability_file, score_column_sets, score_file, score_folder
from tests.shared.commands import run
from tests.shared.instruments import PUBLISHED
from tests.shared.stored_answers import ITEMS, options_of_ten, ten

FORM = ten(evidence=PUBLISHED)
LINE = "total: q3 runs against the other 9 items (correlation of what both measure "


def table(*, turned: bool, seed: int = 1, n: int = 150) -> pd.DataFrame:
    """Simulated answers, those to q3 stored reversed."""
    stored = options_of_ten(seed, n) + 1
    if turned:
        stored[:, 2] = 6 - stored[:, 2]
    return pd.DataFrame(stored, columns=ITEMS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    table(turned=True).to_csv(tmp_path / "turned.csv", index=False)
    table(turned=False).to_csv(tmp_path / "clean.csv", index=False)
    (tmp_path / "form.toml").write_text(FORM.to_toml(), encoding="utf-8")
    return tmp_path


def test_score_file_warns_as_coding_warning_does(folder: Path) -> None:
    with pytest.warns(KeyingWarning) as caught:
        report = score_file(FORM, folder / "turned.csv", output=folder / "o.csv")
    assert report.coding_warning == coding_warning(FORM, encode(FORM, table(turned=True)))
    assert report.coding_warning is not None and report.coding_warning.startswith(LINE)
    assert [str(one.message) for one in caught] == [report.coding_warning] and report.written
    assert Path(caught[0].filename).name == "test_coding_of_files.py"
    assert score_file(FORM, folder / "clean.csv").coding_warning is None


def test_the_command_line_prints_the_warning_line_on_standard_error(folder: Path) -> None:
    given = ("-i", folder / "form.toml", "-o", folder / "o.csv")
    turned = run("score", folder / "turned.csv", *given)
    assert turned.exit_code == 0 and "Scores written" in turned.stdout
    assert turned.stderr.count("warning:") == 1 and f"warning: {LINE}" in turned.stderr
    assert "Nothing was flipped" in turned.stderr and "q3" not in turned.stdout
    assert run("score", folder / "clean.csv", *given).stderr == ""


def test_the_reliability_report_of_a_file_has_the_same_line(folder: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KeyingWarning)
        report = reliability_file(FORM, folder / "turned.csv").report
        line = score_file(FORM, folder / "turned.csv").coding_warning
    assert report is not None and any("q3" in text for text in report.warnings)
    assert "q3" in run("reliability", folder / "turned.csv", "-i", folder / "form.toml").output
    assert line is not None


def test_a_file_of_many_batches_is_judged_as_a_whole(tmp_path: Path) -> None:
    # reversed answers in the second half of the rows alone: neither clean nor reversed in one batch
    n = 60_000
    stored = np.vstack([table(turned=False, n=n), table(turned=True, seed=2, n=2 * n)])
    frame = pd.DataFrame(stored, columns=ITEMS)
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.warns(KeyingWarning) as caught:
        report = score_file(FORM, tmp_path / "a.csv")
    assert report.coding_warning == coding_warning(FORM, encode(FORM, frame)) and len(caught) == 1


def test_refused_answers_are_no_ground_for_a_warning(folder: Path) -> None:
    frame = table(turned=True).astype(object)
    frame.loc[3, "q5"] = "?!"
    frame.to_csv(folder / "bad.csv", index=False)
    refused = score_file(FORM, folder / "bad.csv")
    assert (refused.n_problems, refused.coding_warning) == (1, None)
    with pytest.warns(KeyingWarning):
        assert score_file(FORM, folder / "bad.csv", on_invalid="missing").coding_warning is not None


def test_each_partner_is_warned_of_by_name(folder: Path) -> None:
    both = pd.concat(
        [table(turned=False).add_suffix("_A"), table(turned=True, seed=2).add_suffix("_B")], axis=1
    )
    both.to_csv(folder / "both.csv", index=False)
    with pytest.warns(KeyingWarning, match="^B: total: q3") as caught:
        reports = score_column_sets(FORM, folder / "both.csv", {"A": "{item}_A", "B": "{item}_B"})
    assert len(caught) == 1 and reports["A"].coding_warning is None
    assert reports["B"].coding_warning is not None


def test_parts_of_a_folder_are_not_judged_one_by_one(folder: Path) -> None:
    (folder / "parts").mkdir()
    table(turned=True).to_csv(folder / "parts" / "a.csv", index=False)
    report = score_folder(FORM, folder / "parts", output=folder / "scores")  # a warning would be an error
    assert report.summary is not None
