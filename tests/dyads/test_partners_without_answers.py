"""Partners who answered nothing: what a table says of them is kept, and they are not counted as answering."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.dyads import Dyads, apim, couple_report, partner_agreement
from intimacy_scales.errors import PairingError
from tests.shared.comparison import close
from tests.shared.instruments import PUBLISHED, form_of

FORM = form_of({"s": "q1 q2"}, low=0, high=4, evidence=PUBLISHED)
COLUMNS = {"a": "{item}_a", "b": "{item}_b"}
X = {"x": {"a": "x_a", "b": "x_b"}}
KINDS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda table: table,
    "polars": pl.from_pandas,
    "pyarrow": lambda table: pa.Table.from_pandas(table, preserve_index=False),
    "rows": lambda table: table.to_dict("records"),
}
PERSON = st.tuples(st.sampled_from([None, 0, 3, 4]), st.sampled_from([None, -1.5, 2.0]))
ROLES = st.tuples(st.sampled_from("fm"), st.sampled_from("fm"))


def wide_and_long(persons: list[Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a table of couples, and one of their persons of whom anything is known."""
    wide, long = [], []
    for couple, ((pair, roles), years) in enumerate(persons):
        row: dict[str, Any] = {"couple": couple, "years": years}
        for side, (answer, x), role in zip("ab", pair, roles, strict=True):
            answers = {"q1": answer, "q2": answer}
            row |= {f"{name}_{side}": value for name, value in (answers | {"x": x, "role": role}).items()}
            person = {"person": f"{couple}{side}", "x": x, "role": role, "years": years}
            long.append({"couple": couple} | person | answers)
        wide.append(row)
    frames = [pd.DataFrame(rows) for rows in (wide, long)]
    for frame in frames:
        numbers = [name for name in frame.columns if name[0] in "qxy"]
        frame[numbers] = frame[numbers].astype(float)
    return frames[0], frames[1]


COUPLES = st.lists(
    st.tuples(st.tuples(st.tuples(PERSON, PERSON), ROLES), st.sampled_from([None, 5.0])),
    min_size=1, max_size=8,
)  # fmt: skip


@pytest.mark.parametrize("kind", list(KINDS))
@given(persons=COUPLES)
@settings(max_examples=12)
def test_wide_tables_keep_what_long_ones_keep(kind: str, persons: list[Any]) -> None:
    wide, long = wide_and_long(persons)
    described = long[["q1", "x"]].notna().any(axis=1)
    long = long[described.groupby(long["couple"]).transform("any")]
    table = KINDS[kind](wide)
    dyads = Dyads.from_wide(FORM, table, columns=COLUMNS, couple="couple", keep=X | {"years": "years"})
    assert dyads.couples == long["couple"].drop_duplicates().tolist()
    close(dyads.variable("x"), long["x"].to_numpy().reshape(-1, 2), 0)
    close(dyads.scores["s"], long["q1"].to_numpy().reshape(-1, 2), 0)
    assert dyads.answered.ravel().tolist() == long["q1"].notna().tolist()
    assert dyads.present.ravel().tolist() == described[long.index].tolist()
    again = Dyads.from_long(FORM, dyads.to_long(), couple="couple", person="partner", keep=["x", "years"])
    # where one partner of all couples is known, a table of persons does not say which place they had
    close(np.sort(again.variable("x")), np.sort(dyads.variable("x")), 0)
    close(again.couple_variable("years"), dyads.couple_variable("years"), 0)


@given(persons=COUPLES)
@settings(max_examples=12)
def test_roles_of_partners_without_answers_are_known(persons: list[Any]) -> None:
    wide, _ = wide_and_long(persons)
    used = wide[["q1_a", "q1_b", "x_a", "x_b"]].notna().any(axis=1)
    role = {"a": "role_a", "b": "role_b"}
    dyads = Dyads.from_wide(FORM, wide, columns=COLUMNS, couple="couple", role=role, mixed=True, keep=X)
    right = ["-".join(sorted(pair)) for pair in wide.loc[used, ["role_a", "role_b"]].to_numpy().tolist()]
    assert dyads.compositions == right
    assert dyads.couples == wide.loc[used, "couple"].tolist()


def answers(n: int = 120, blank: int = 30) -> pd.DataFrame:
    """Return couples of whom some husbands answered no item; what predicts their answers is known."""
    rng = np.random.default_rng(8)
    x = rng.normal(size=(n, 2)) + rng.normal(size=(n, 1))
    table = pd.DataFrame(x, columns=["x_a", "x_b"])
    for place, side in enumerate("ab"):
        for item in ("q1", "q2"):
            table[f"{item}_{side}"] = np.clip(np.round(2 + x[:, place] + rng.normal(size=n)), 0, 4)
        table[f"id_{side}"] = [f"{side}{couple}" for couple in range(n)]
    table.loc[: blank - 1, ["q1_a", "q2_a"]] = math.nan
    return table


def test_effects_are_the_same_with_and_without_ids() -> None:
    table = answers()
    options: dict[str, Any] = {"columns": COLUMNS, "role": True, "keep": X}
    plain = Dyads.from_wide(FORM, table, **options)
    with_ids = Dyads.from_wide(FORM, table, person={"a": "id_a", "b": "id_b"}, **options)
    assert np.isfinite(plain.variable("x")).sum(axis=0).tolist() == [120, 120]
    assert partner_agreement(plain, ["x"])["x"].n_couples == 120
    left, right = (apim(dyads, "s", "x", missing="fiml") for dyads in (plain, with_ids))
    close([e.estimate for e in left.effects], [e.estimate for e in right.effects], 1e-10)


def test_a_partner_without_an_id_did_not_take_part_and_keeps_values() -> None:
    table = answers(6, 2)
    table.loc[0, "id_a"] = None
    dyads = Dyads.from_wide(FORM, table, columns=COLUMNS, person={"a": "id_a", "b": "id_b"}, keep=X)
    assert dyads.present[:3].tolist() == [[False, True], [True, True], [True, True]]
    close(dyads.variable("x"), table[["x_a", "x_b"]].to_numpy(), 0)
    close(dyads.to_wide()["x_a"], table["x_a"], 0)
    assert len(dyads.to_long()) == 11


def test_scores_of_partners_without_scores_keep_values_too() -> None:
    rows = [{"t_a": 1.0, "t_b": None, "x_a": 3, "x_b": 4}, {"t_a": None, "t_b": None, "x_a": 5, "x_b": None}]
    dyads = Dyads.of_scores(rows, {"t": {"a": "t_a", "b": "t_b"}}, keep=X)
    close(dyads.variable("x"), [[3, 4], [5, math.nan]], 0)
    assert dyads.answered.tolist() == [[True, False], [False, False]]


def test_one_partner_couples_are_counted_by_answers() -> None:
    table = answers(40, 10)
    dyads = Dyads.from_wide(FORM, table, columns=COLUMNS, role=True, keep=X)
    assert "10 with answers of one partner or none" in repr(dyads)
    report = couple_report(dyads)
    assert (report.n_couples, report.n_complete, report.n_one_partner) == (40, 30, 10)
    assert partner_agreement(dyads)["s"].n_couples == 30


@pytest.mark.parametrize("blank", [math.nan, None, "", -99])
def test_blank_values_are_nobodys(blank: Any) -> None:
    rows = [{"q1_a": 1, "q2_a": 2, "q1_b": None, "q2_b": None, "x_a": 3, "x_b": blank, "role_a": "f"}]
    dyads = Dyads.from_wide(FORM, rows, columns=COLUMNS, keep=X, missing_codes=-99)
    assert dyads.present.tolist() == [[True, False]]


def test_roles_alone_make_no_couple() -> None:
    rows = [
        {"q1_a": 1, "q2_a": 2, "q1_b": None, "q2_b": None, "role_a": "f", "role_b": "m"},
        {"q1_a": None, "q2_a": None, "q1_b": None, "q2_b": None, "role_a": "f", "role_b": "m"},
    ]
    dyads = Dyads.from_wide(FORM, rows, columns=COLUMNS, role={"a": "role_a", "b": "role_b"})
    assert (dyads.couples, dyads.roles, dyads.without_answers) == ([1], [("f", "m")], (1,))


def test_a_role_that_both_partners_have_is_a_fault_whoever_answered() -> None:
    rows = [
        {"q1_a": 1, "q2_a": 2, "q1_b": None, "q2_b": None, "role_a": "f", "role_b": other} for other in "fm"
    ]
    with pytest.raises(PairingError, match="both partners are 'f'"):
        Dyads.from_wide(FORM, rows, columns=COLUMNS, role={"a": "role_a", "b": "role_b"})


def test_blank_rows_at_the_end_of_scores_are_nobodys() -> None:
    rows: list[dict[str, Any]] = [{"c": 1, "p": n, "t": 1.0} for n in (1, 2)]
    rows += [{"c": None, "p": None, "t": None}, {"c": "", "p": math.nan, "t": None}]
    dyads = Dyads.of_scores(rows, ["t"], couple="c", person="p")
    assert (len(dyads), dyads.without_answers) == (1, (2, 3))
    with pytest.raises(PairingError, match="no couple"):
        Dyads.of_scores([*rows, {"c": None, "p": None, "t": 2.0}], ["t"], couple="c", person="p")
    with pytest.raises(PairingError, match="no couple"):
        Dyads.of_scores([*rows, {"c": None, "p": 2, "t": None}], ["t"], couple="c", person="p")
