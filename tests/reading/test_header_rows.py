"""A second header row is named as such, and the advice leads to the scores."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from intimacy_scales import score
from intimacy_scales.errors import InvalidResponsesError
from intimacy_scales.jobs import score_file
from tests.shared.instruments import PUBLISHED, form_of

FORM = form_of({"t": "a b c"}, low=1, high=5, evidence=PUBLISHED)
TEXTS = "I like it.,I want it.,I have it."
ADVICE = "All are texts in the first row, which may be a second header row"


def table(path: Path) -> pd.DataFrame:
    path.write_text(f"a,b,c\n{TEXTS}\n1,2,3\n5,5,5\n")
    return pd.read_csv(path)


def test_of_a_table(tmp_path: Path) -> None:
    frame = table(tmp_path / "x.csv")
    with pytest.raises(InvalidResponsesError, match="The first row holds another text for each item"):
        score(FORM, frame)
    assert score(FORM, frame.iloc[1:])["t"].tolist() == [2.0, 5.0]
    assert score(FORM, pd.read_csv(tmp_path / "x.csv", skiprows=[1]))["t"].tolist() == [2.0, 5.0]


def test_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    table(path)
    remedy = score_file(FORM, path, output=tmp_path / "scores.csv").remedy
    assert remedy is not None
    assert remedy.command.startswith(ADVICE)
    columns = dict(zip("abc", TEXTS.split(","), strict=True))
    report = score_file(FORM, path, output=tmp_path / "scores.csv", skip_rows=1, columns=columns)
    assert (report.n_problems, report.n_persons) == (0, 2)


@pytest.mark.parametrize(
    "rows",
    [
        "1,2,3\nno,no,no\n",  # not in the first row
        "no,no,no\n1,no,3\n",  # not in the first row alone
        "no,2,3\n1,2,3\n",  # one of three items
        "9,8,7\n1,2,3\n",  # numbers
    ],
)
def test_of_other_problems(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"a,b,c\n{rows}")
    remedy = score_file(FORM, path, output=tmp_path / "scores.csv").remedy
    assert remedy is None or not remedy.python.startswith(ADVICE)
