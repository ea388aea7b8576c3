"""Rows that are no couples: each kind of fault is refused with its rows, or left out and listed."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pandas as pd
import pytest

from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import PairingError, ResponseError

GOOD = [("c1", "ann", "f"), ("c1", "bob", "m"), ("c2", "eve", "f"), ("c2", "dan", "m")]


class Bad(NamedTuple):
    """Rows in addition to two good couples (rows 0 to 3), and the faults that they are."""

    name: str
    rows: list[tuple[Any, Any, Any]]
    faults: list[tuple[str, tuple[int, ...]]]
    of_column: bool = False


BAD = [
    Bad(
        "three rows in a couple",
        [("c3", "x", "f"), ("c3", "y", "m"), ("c3", "z", "f")],
        [("three in a couple", (4, 5, 6)), ("role twice", ())],
    ),
    Bad("empty label", [("", "x", "f"), ("", "y", "m")], [("no couple", (4,)), ("no couple", (5,))]),
    Bad("blank label", [(" ", "x", "f"), ("\t", "y", "m")], [("no couple", (4,)), ("no couple", (5,))]),
    Bad(
        "nan label",
        [(math.nan, "x", "f"), (math.nan, "y", "m")],
        [("no couple", (4,)), ("no couple", (5,))],
    ),
    Bad("None label", [(None, "x", "f")], [("no couple", (4,))]),
    Bad(
        "a mark for no label", [("NA", "x", "f"), (".", "y", "m")], [("no couple", (4,)), ("no couple", (5,))]
    ),
    Bad("no person", [("c3", "", "f"), ("c3", "y", "m")], [("no person", (4,))]),
    Bad("no role", [("c3", "x", None), ("c3", "y", "m")], [("no role", (4,))]),
    Bad("same person twice", [("c3", "x", "f"), ("c3", "x", "f")], [("person twice", (4, 5))]),
    Bad(
        "same person twice, and the partner",
        [("c3", "x", "f"), ("c3", "y", "m"), ("c3", "x", "f")],
        [("person twice", (4, 6))],
    ),
    Bad(
        "a person in two couples",
        [("c3", "x", "f"), ("c3", "y", "m"), ("c4", "x", "f"), ("c4", "z", "m")],
        [("person in two couples", (4, 6))],
    ),
    Bad("one role twice", [("c3", "x", "f"), ("c3", "y", "f")], [("role twice", (4, 5))]),
    Bad(
        "a person with two roles",
        [("c3", "x", "f"), ("c3", "x", "m")],
        [("person twice", (4, 5)), ("role changes", (4, 5))],
    ),
    Bad(
        "roles with capital letters in some rows",
        [("c3", "x", "F"), ("c3", "y", "m")],
        [("written in two ways", (0, 4))],
        of_column=True,
    ),
    Bad(
        "roles as numbers in some rows",
        [("c3", "x", 1), ("c3", "y", 2)],
        [("roles coded in two ways", (4, 5))],
        of_column=True,
    ),
    Bad(
        "roles in full", [("c3", "x", "female"), ("c3", "y", "m")], [("too many roles", (4,))], of_column=True
    ),
    Bad(
        "a third role, and partners of one role",
        [("c3", "x", "f"), ("c3", "y", "f"), ("c4", "z", "d"), ("c4", "w", "m")],
        [("role twice", (4, 5)), ("too many roles", (6,))],
        of_column=True,
    ),
    Bad(
        "numbers for one of both partners",
        [("c3", "x", 1), ("c3", "y", "m"), ("c4", "z", "f"), ("c4", "w", 2)],
        [("roles coded in two ways", (4, 7))],
        of_column=True,
    ),
    Bad(
        "a blank after a couple's label",
        [("c3", "x", "f"), ("c3 ", "y", "m")],
        [("written in two ways", (4, 5))],
        of_column=True,
    ),
    Bad(
        "capitals in a couple's label", [("C1", "x", "f")], [("written in two ways", (0, 4))], of_column=True
    ),
    Bad(
        "couple as number and as text",
        [(7, "x", "f"), ("7", "y", "m")],
        [("written in two ways", (4, 5))],
        of_column=True,
    ),
    Bad(
        "couple with a leading zero",
        [("7", "x", "f"), ("07", "y", "m")],
        [("written in two ways", (4, 5))],
        of_column=True,
    ),
    Bad(
        "person with a blank",
        [("c3", "x", "f"), ("c3", "x ", "m")],
        [("written in two ways", (4, 5))],
        of_column=True,
    ),
    Bad(
        "several at once",
        [("", "x", "f"), ("c3", "y", "f"), ("c3", "z", "f"), ("c4", "w", "m"), ("c4", "w", "m")],
        [("no couple", (4,)), ("person twice", (7, 8)), ("role twice", (5, 6))],
    ),
]


def table_of(rows: list[tuple[Any, Any, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["couple", "person", "role"], dtype=object)
    return frame.assign(trust=[float(n % 5 + 1) for n in range(len(rows))])


def pair(table: Any, **options: Any) -> Dyads:
    return Dyads.of_scores(table, ["trust"], couple="couple", person="person", role="role", **options)


@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
def test_each_fault_is_refused_with_its_rows(bad: Bad) -> None:
    with pytest.raises(PairingError) as caught:
        pair(table_of(GOOD + bad.rows))
    expected = [(code, rows) for code, rows in bad.faults if rows]
    assert [(fault.code, fault.rows) for fault in caught.value.faults] == expected
    frame = caught.value.to_frame()
    assert frame["row"].tolist() == [row for _, rows in expected for row in rows]
    message = str(caught.value)
    for fault in caught.value.faults:
        assert fault.advice in message and fault.code in message


@pytest.mark.parametrize(
    "bad", [b for b in BAD if not b.of_column], ids=[b.name for b in BAD if not b.of_column]
)
def test_couples_with_a_fault_are_left_out_on_request(bad: Bad) -> None:
    dyads = pair(table_of(GOOD + bad.rows), on_fault="leave_out")
    assert dyads.couples == ["c1", "c2"]
    assert [(fault.code, fault.rows) for fault in dyads.faults] == [f for f in bad.faults if f[1]]
    assert dyads.scores["trust"].tolist() == [[1, 2], [3, 4]]
    assert dyads.faults.to_frame()["row"].tolist() == [row for fault in dyads.faults for row in fault.rows]
    assert "left out" in repr(dyads)


@pytest.mark.parametrize("bad", [b for b in BAD if b.of_column], ids=[b.name for b in BAD if b.of_column])
def test_faults_of_a_column_cannot_be_left_out(bad: Bad) -> None:
    with pytest.raises(PairingError) as caught:
        pair(table_of(GOOD + bad.rows), on_fault="leave_out")
    assert "leave_out" not in str(caught.value)


def test_mixed_is_advised_only_where_compositions_make_sense() -> None:
    coded = [("c3", "x", 1), ("c3", "y", 2), ("c4", "z", 1), ("c4", "w", 2)]
    with pytest.raises(PairingError) as caught:
        pair(table_of(GOOD + coded))
    assert "mixed" not in str(caught.value)
    assert "1 with 2 (2 couples)" in str(caught.value) and "'f' with 'm' (2 couples)" in str(caught.value)
    for rows in ([("c3", "x", "f"), ("c3", "y", "d")], [("c3", "x", "d"), ("c3", "y", "d")]):
        with pytest.raises(PairingError, match="mixed=True"):
            pair(table_of(GOOD + rows))
        assert len(pair(table_of(GOOD + rows), mixed=True)) == 3


def test_a_row_without_a_couple_says_who_may_be_alone_now() -> None:
    table = table_of([*GOOD, ("c3", "x", "f"), (None, "y", "m"), ("c4", "", "f"), ("c4", "z", "m")])
    dyads = pair(table, on_fault="leave_out")
    assert dyads.couples == ["c1", "c2", "c3"] and dyads.complete.tolist() == [True, True, False]
    of_nobody, of_c4 = dyads.faults
    assert of_nobody.explanation == (
        "the label is missing or blank; without this row its couple may have one partner only "
        "(1 couple has one: 'c3')"
    )
    assert of_c4.couple == "c4" and of_c4.explanation == "the label is missing or blank"
    assert "2 faults of pairing left out, of these 1 row without a couple" in repr(dyads)
    whole = pair(table_of([*GOOD, (None, "y", "m")]), on_fault="leave_out")
    assert whole.faults[0].explanation == "the label is missing or blank"  # nobody is alone


@pytest.mark.parametrize("form", ["long", "wide"])
def test_decimal_commas_are_named_with_advice_that_works(form: str) -> None:
    table = pd.DataFrame({"c": [1, 1, 2], "p": [1, 2, 1], "x": ["2", "3,5", "4,0"], "y": ["1", None, "2,5"]})
    options: dict[str, Any] = {"scores": {"s": {"a": "x", "b": "y"}}}
    if form == "long":
        options = {"scores": ["x"], "couple": "c", "person": "p"}
    with pytest.raises(
        ResponseError, match=r"x: row 1 holds '3,5', which is not a number \(1 other row like"
    ) as e:
        Dyads.of_scores(table, **options)
    assert "is this a decimal comma?" in str(e.value) and "pandas.to_numeric(column)" in str(e.value)
    table = table.replace(",", ".", regex=True)
    for name in ("x", "y"):
        table[name] = pd.to_numeric(table[name])
    assert Dyads.of_scores(table, **options).scores[next(iter(options["scores"]))][0, 0] == 2


def test_occasions_without_a_named_time_are_refused_with_advice() -> None:
    rows = [(c, p, t) for t in (1, 2) for c, p, _ in GOOD]
    table = pd.DataFrame(rows, columns=["couple", "person", "day"]).assign(trust=4.0)
    with pytest.raises(PairingError, match="name their column with time=") as caught:
        Dyads.of_scores(table, ["trust"], couple="couple", person="person")
    assert [(f.code, f.rows) for f in caught.value.faults] == [("person twice", (n, n + 4)) for n in range(4)]
    dyads = Dyads.of_scores(table, ["trust"], couple="couple", person="person", time="day")
    assert len(dyads) == 4 and dyads.times == [1, 1, 2, 2]
    assert len(dyads.at(2)) == 2 and dyads.at(2).one_occasion().times == [2, 2]


def test_a_couple_in_two_rows_of_a_wide_table_is_refused() -> None:
    table = pd.DataFrame({"couple": [1, 2, 1], "x_a": [4.0, 3.0, 2.0], "x_b": [1.0, 2.0, 3.0]})
    scores = {"x": {"a": "x_a", "b": "x_b"}}
    with pytest.raises(PairingError, match="the couple has 2 rows") as caught:
        Dyads.of_scores(table, scores, couple="couple")
    assert [(fault.code, fault.couple, fault.rows) for fault in caught.value.faults] == [
        ("couple twice", 1, (0, 2))
    ]
    dyads = Dyads.of_scores(table, scores, couple="couple", on_fault="leave_out")
    assert dyads.couples == [2]


def test_a_person_who_is_both_partners_is_refused() -> None:
    table = pd.DataFrame({"id_a": ["p", "q"], "id_b": ["p", "r"], "x_a": [4.0, 3.0], "x_b": [1.0, 2.0]})
    with pytest.raises(PairingError) as caught:
        Dyads.of_scores(table, {"x": {"a": "x_a", "b": "x_b"}}, person={"a": "id_a", "b": "id_b"})
    assert [(fault.code, fault.rows) for fault in caught.value.faults] == [("person twice", (0,))]


def test_faults_of_a_table_of_couples_speak_of_partners_and_not_of_rows_of_persons() -> None:
    table = pd.DataFrame({"x_a": [4.0, 3.0, 2.0], "x_b": [1.0, 2.0, 3.0]})
    scores = {"x": {"a": "x_a", "b": "x_b"}}
    table = table.assign(
        id_a=["p", "q", "r"], id_b=["p", None, "s"], r_a=["f", "f", "d"], r_b=["m", None, "m"]
    )
    with pytest.raises(PairingError) as caught:
        Dyads.of_scores(table, scores, person={"a": "id_a", "b": "id_b"})
    message = str(caught.value)
    assert "no person: couple 2, row 1: the label of b is missing or blank" in message
    assert "person twice: couple 1, row 0: both partners have the same id" in message
    assert "each partner needs an id of their own" in message and "each row" not in message
    with pytest.raises(PairingError) as caught:
        Dyads.of_scores(table, scores, role={"a": "r_a", "b": "r_b"})
    message = str(caught.value)
    assert "no role: couple 2, row 1: the label of b is missing or blank" in message
    assert "3 roles: 'f' (2 persons), 'd' (1 person), 'm' (2 persons)" in message


def test_labels_are_hidden_where_values_must_not_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTIMACY_SCALES_SHOW_VALUES", "0")
    rows = [
        ("secret1", "ann", "f"),
        ("secret1", "ann", "f"),
        ("secret2", "ann", "x9"),
        ("", "b", "f"),
        ("Secret1", "q", "m"),
    ]
    with pytest.raises(PairingError) as caught:
        pair(table_of(rows))
    shown = str(caught.value) + caught.value.to_frame().to_string()
    assert not any(secret in shown.lower() for secret in ("secret", "ann", "x9"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"couple": None}, "couple=None is not valid"),
        ({"person": None, "role": None}, "person= or role= is needed"),
        ({"on_fault": "skip"}, "on_fault='skip' is not valid; allowed: 'raise', 'leave_out'"),
        ({"couple": "coupel"}, "the table has no column 'coupel'"),
        ({"keep": ["age"]}, "the table has no column 'age'"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    given = {"couple": "couple", "person": "person", "role": "role"} | options
    with pytest.raises(ResponseError, match=message):
        Dyads.of_scores(table_of(GOOD), ["trust"], **given)
