"""Couples from files: every format gives the same couples, and kept columns of texts that are numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import ResponseError
from intimacy_scales.jobs.couples import read_couples
from tests.shared.instruments import PUBLISHED, form_of

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


HEAD = "couple;id;csi4_1;csi4_2;csi4_3;csi4_4;age;code"


def read_kept(folder: Path, ages: list[str], codes: list[str] | None = None, **options: Any) -> Dyads:
    path = folder / "kept.csv"
    rows = zip("0011", "1212", ages, codes or ["1"] * 4, strict=True)
    path.write_text("\n".join([HEAD, *(f"{c};{p};1;2;3;3;{age};{code}" for c, p, age, code in rows)]))
    return read_couples("csi-4", path, **OPTIONS, **options).dyads


@pytest.mark.parametrize(
    ("ages", "codes"),
    [
        (["950,50", "1.234", "2.100", "880,00"], None),
        (["1.5", "2,5", "3", "4"], None),
        (["-1.234", "2", "3", "+0,5"], None),
        (["1e+05", "1.5e+05", "2,5e-01", "3"], None),
        (["1.234", "2.100", "3", "4"], ["1,5", "2,5", "3", "4"]),
        (["1,5", "2,5", "3", "4"], ["", "2.100", "3", "4"]),
    ],
)
def test_read_couples_refuses_two_decimal_marks(
    ages: list[str], codes: list[str] | None, tmp_path: Path
) -> None:
    """Where one mark is decimal the other separates thousands: 1.234 is read as 1234 in German."""
    with pytest.raises(ResponseError, match="one of the marks may separate thousands; write decimals"):
        read_kept(tmp_path, ages, codes)


def test_read_couples_names_the_cells_with_two_decimal_marks(tmp_path: Path) -> None:
    ages = ["950,50", "1.234", "2.100", "880,00"]
    with pytest.raises(ResponseError, match=r"'age': row 1 .* holds 1\.234, and row 0 of 'age' 950,50: "):
        read_kept(tmp_path, ages)
    with pytest.raises(
        ResponseError, match="holds a number with a point, and row 0 of 'age' one with a"
    ) as e:
        read_kept(tmp_path, ages, show_values=False)
    assert "950" not in str(e.value) and "234" not in str(e.value)


@pytest.mark.parametrize(
    ("ages", "codes", "expected"),
    [
        (["1e+05", "2.5E+02", "-1e-02", "0"], None, [100_000, 250, -0.01, 0]),
        (["2,5e+01", "1,5", "", "4"], None, [25, 1.5, np.nan, 4]),
        (["1.234", "2.100", "3", "4"], None, [1.234, 2.1, 3, 4]),
        (["1.5", "2.100", "3", "4"], ["1,5", "2,5", "3", "4"], [1.5, 2.1, 3, 4]),
        (["1,5", "2,50", "3", "4"], ["a.1", "b", "c", "d"], [1.5, 2.5, 3, 4]),
        (["1,5", "2,50", "3", "4"], ["1.2.3", "1.2.4", "1.2.5", "1.2.6"], [1.5, 2.5, 3, 4]),
    ],
)
def test_read_couples_reads_numbers_with_one_decimal_mark(
    ages: list[str], codes: list[str] | None, expected: list[float], tmp_path: Path
) -> None:
    dyads = read_kept(tmp_path, ages, codes)
    np.testing.assert_array_equal(dyads.variable("age").ravel(), expected)


@pytest.mark.parametrize("first", ["1e5", "1E5", "1e+9999", "e+05", "1e+"])
def test_read_couples_takes_no_codes_for_powers_of_ten(first: str, tmp_path: Path) -> None:
    with pytest.raises(ResponseError, match="age: row 0"):
        read_kept(tmp_path, [first, "2", "3", "4"]).variable("age")


def test_a_report_of_couples_says_whose_codes_are_recoded(tmp_path: Path) -> None:
    texts = ["never", "seldom", "often", "always"]
    scale = {"minimum": 1, "maximum": 4, "labels": dict(enumerate(texts, start=1))}
    form = form_of({"t": "a b"}, response_scale=scale, evidence=PUBLISHED)
    path = tmp_path / "couples.tsv"
    path.write_text("w_a\tw_b\th_a\th_b\n1\t2\t0\t1\n4\t3\t3\t2\n")
    levels = [{str(code): text for code, text in enumerate(texts, start=first)} for first in (1, 0)]
    columns = {name: {"Levels": levels[name.startswith("h")]} for name in ("w_a", "w_b", "h_a", "h_b")}
    path.with_suffix(".json").write_text(json.dumps(columns))
    read = read_couples(form, path, partners={"w": "w_{item}", "h": "h_{item}"})
    notes = [note for note in read.mapping.notes if "recoded" in note]
    assert notes == ["h: recoded by label: 0 → 1, 1 → 2, 2 → 3 (h_a, h_b)"]
