"""Odd tables, which could pair strangers or drop a person: each is refused, or read as it is meant."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import PairingError, ResponseError

ANSWERS = {f"q{n}_{side}": n for n in range(1, 5) for side in ("w", "h")}
COLUMNS = {"w": "q{n}_w", "h": "q{n}_h"}
IDS = {"w": "id_w", "h": "id_h"}


def scored(**columns: Any) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    return pd.DataFrame({"person": list("abcdef")[:n], "x": np.arange(1.0, n + 1), **columns})


def test_answers_without_an_id_are_a_fault_and_no_answers_are_an_absent_partner() -> None:
    blank = dict.fromkeys([f"q{n}_w" for n in range(1, 5)])
    table = [
        {"couple": 1, **ANSWERS, "id_w": "ann", "id_h": "bob"},
        {"couple": 2, **ANSWERS, **blank, "id_w": None, "id_h": "dan"},
        {"couple": 3, **ANSWERS, "id_w": None, "id_h": "tom"},
        {"couple": 4, **ANSWERS, "id_w": None, "id_h": None},
    ]
    options: dict[str, Any] = {"columns": COLUMNS, "couple": "couple", "person": IDS}
    with pytest.raises(PairingError) as caught:
        Dyads.from_wide("csi-4", table, **options)
    assert [(fault.code, fault.rows) for fault in caught.value.faults] == [
        ("no person", (2,)),
        ("no person", (3,)),  # of the one partner
        ("no person", (3,)),  # of the other one
    ]
    kept = Dyads.from_wide("csi-4", table, **options, on_fault="leave_out")
    assert kept.couples == [1, 2] and kept.without_answers == ()
    assert kept.present.tolist() == [[True, True], [False, True]]


def test_one_column_cannot_be_that_of_both_partners() -> None:
    with pytest.raises(ResponseError, match="'q1_w' is named for a and for b"):
        Dyads.from_wide("csi-4", [ANSWERS], columns={"a": "q{n}_w", "b": "q{n}_w"})
    with pytest.raises(ResponseError, match=r"scores\['x'\]: 'x' is named for a and for b"):
        Dyads.of_scores([{"x": 1.0}], {"x": {"a": "x", "b": "x"}})


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_labels_that_floats_cannot_tell_apart_are_refused(dtype: str) -> None:
    largest = 2 ** (np.finfo(dtype).nmant + 1)
    table = scored(couple=pd.array([largest, largest + 1, None], dtype="Int64"))
    assert Dyads.of_scores(table[:2], ["x"], couple="couple", person="person").couples == [
        largest,
        largest + 1,
    ]
    rounded = table.assign(couple=table["couple"].astype("Float64").to_numpy(dtype, na_value=np.nan))
    assert rounded["couple"].nunique() == 1
    with pytest.raises(ResponseError, match=r"row 0 holds .* read the labels as texts"):
        Dyads.of_scores(rounded, ["x"], couple="couple", person="person", on_fault="leave_out")
    below = scored(couple=np.array([largest - 1, largest - 1], dtype=dtype))
    assert Dyads.of_scores(below, ["x"], couple="couple", person="person").complete.all()


def test_large_numbers_of_partners_are_ordered_exactly() -> None:
    low, high = 2**53, 2**53 + 1
    for persons in ([low, high, low, high], [high, low, low, high]):
        table = scored(couple=[1, 1, 2, 2]).assign(person=persons)
        dyads = Dyads.of_scores(table, ["x"], couple="couple", person="person")
        assert dyads.partners == (str(low), str(high))
        first = table.loc[table["person"] == low, "x"].tolist()
        assert dyads.scores["x"][:, 0].tolist() == first


def test_columns_whose_names_are_numbers_are_kept() -> None:
    table = pd.DataFrame({0: [1, 1], 1: ["a", "b"], "x": [1.0, 2.0], 2020: [3.0, 4.0]})
    dyads = Dyads.of_scores(table, ["x"], couple=0, person=1, keep=[2020])
    assert dyads.variable("2020").tolist() == [[3, 4]]
    assert dyads.to_long()["2020"].tolist() == [3, 4]
    assert dyads.to_wide()[["2020_a", "2020_b"]].to_numpy().tolist() == [[3, 4]]
    assert dyads.to_pairwise()["2020_partner"].tolist() == [4, 3]


def test_options_of_the_other_form_of_table_are_refused() -> None:
    with pytest.raises(ResponseError, match="scores is empty"):
        Dyads.of_scores(scored(couple=[1, 1]), [], couple="couple", person="person")
    with pytest.raises(ResponseError, match="person= is a mapping of partners"):
        Dyads.of_scores(scored(couple=[1, 1]), ["x"], couple="couple", person=IDS)
