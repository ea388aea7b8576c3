"""Couples from files: every format gives the same couples, and kept columns of texts that are numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import ResponseError
from intimacy_scales.jobs.couples import read_couples

TABLE = pd.DataFrame(
    {
        "couple": ["01", "01", "02"],
        "id": ["a", "b", "c"],
        "age": [30.5, np.nan, 41],
        "code": ["007", "1", "2"],
    }
    | {f"csi4_{n}": [n, 5 - n, 3] for n in range(1, 5)}
)
OPTIONS: dict[str, Any] = {"couple": "couple", "person": "id", "keep": ["age", "code"]}
WIDE = "q1,q2,q3,q4,r1,r2,r3,r4\n1,2,3,4,4,3,2,1\n"


def written(folder: Path, name: str) -> Path:
    path = folder / name
    if path.suffix == ".parquet":
        TABLE.to_parquet(path)
    elif path.suffix == ".xlsx":
        TABLE.to_excel(path, index=False)
    elif path.suffix == ".jsonl":
        TABLE.to_json(path, orient="records", lines=True)
    elif name.startswith("comma"):
        TABLE.to_csv(path, index=False, sep=";", decimal=",", encoding="utf-8-sig")
    else:
        TABLE.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["a.csv", "comma.csv", "a.jsonl", "a.parquet", "a.xlsx"])
def test_read_couples_gives_the_couples_of_the_table_in_every_format(name: str, tmp_path: Path) -> None:
    expected = Dyads.from_long("csi-4", TABLE, **OPTIONS)
    dyads = read_couples("csi-4", written(tmp_path, name), **OPTIONS).dyads
    assert dyads.couples == expected.couples == ["01", "02"]
    np.testing.assert_array_equal(dyads.scores["total"], expected.scores["total"])
    np.testing.assert_array_equal(dyads.variable("age"), [[30.5, np.nan], [41, np.nan]])
    with pytest.raises(ResponseError, match="007"):
        dyads.variable("code")


@pytest.mark.parametrize(
    "ages", [["1,500", "2", "3"], ["thirty", "2", "3"], ["1e3", "2", "3"], ["5²", "2", "3"]]
)
def test_read_couples_does_not_guess_at_texts(ages: list[str], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    TABLE.assign(age=ages).to_csv(path, index=False)
    with pytest.raises(ResponseError, match="age: row 0"):
        read_couples("csi-4", path, **OPTIONS).dyads.variable("age")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"partners": ["q{n}", "r{n}"]}, "partners is a list; pass a mapping of two partners"),
        ({"partners": {"a": "q{n}", "b": "r{n}"}, "columns": "q{n}"}, "leave one of them out"),
        ({"partners": {"a": "q{n}", "b": "q{n}"}}, "'q1' is named for a and for b"),
        (
            {"partners": {"a": "q{n}", "b": "r{n}"}, "couple": "pair"},
            "couple: the table has no column 'pair'",
        ),
        ({"columns": "q{n}", "couple": "q1", "person": {"a": "q1"}}, "person= is a mapping of partners"),
    ],
)
def test_read_couples_says_which_option_is_wrong(
    options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(WIDE)
    with pytest.raises(ResponseError, match=message):
        read_couples("csi-4", path, **options)
