"""Pairing of good tables: places of partners, roles, mixed samples, one-partner couples, occasions."""

from __future__ import annotations

import math
import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intimacy_scales import encode, score
from intimacy_scales.dyads import Dyads
from intimacy_scales.errors import (
    AnotherRangeWarning,
    EstimationError,
    InvalidResponsesError,
    LikelyMissingCodeWarning,
    MissingColumnsError,
    PairingError,
    ResponseError,
    UnknownNameError,
)
from tests.shared.instruments import form_of

FORM = form_of({"s": "q1 -q2", "t": "q2 q3"}, low=1, high=5)
ROWS = [
    {"couple": "x", "id": "p1", "sex": "m", "years": 3, "age": 40, "q1": 1, "q2": 2, "q3": 3},
    {"couple": "y", "id": "p2", "sex": "f", "years": 5, "age": 41, "q1": 4, "q2": 4, "q3": None},
    {"couple": "x", "id": "p3", "sex": "f", "years": 3, "age": 42, "q1": 5, "q2": 1, "q3": 1},
    {"couple": "z", "id": "p4", "sex": "m", "years": 7, "age": 43, "q1": 2, "q2": 5, "q3": 5},
    {"couple": "y", "id": "p5", "sex": "m", "years": 5, "age": 44, "q1": 3, "q2": 3, "q3": 4},
]


def long(**options: Any) -> Dyads:
    return Dyads.from_long(FORM, ROWS, **({"couple": "couple", "person": "id"} | options))


def test_exchangeable_partners_are_in_the_order_of_their_rows() -> None:
    dyads = long()
    assert dyads.couples == ["x", "y", "z"] and dyads.partners == ("a", "b") and not dyads.has_roles
    assert dyads.pairs.rows.tolist() == [[0, 2], [1, 4], [3, -1]]
    assert dyads.complete.tolist() == [True, True, False]
    assert dyads.compositions is None and dyads.roles is None and dyads.times is None


def test_scores_are_those_of_score() -> None:
    dyads, scores = long(), score(FORM, ROWS)
    for scale in FORM.scale_ids:
        persons = scores[scale]
        expected = [[persons[0], persons[2]], [persons[1], persons[4]], [persons[3], math.nan]]
        np.testing.assert_array_equal(dyads.scores[scale], expected)


def test_items_are_keyed_once() -> None:
    dyads = long()
    assert dyads.item_ids("s") == ("q1", "q2")
    assert dyads.items("s")[0].tolist() == [[1, 4], [5, 5]]  # 6 - q2
    assert np.isnan(dyads.items("s")[2, 1]).all()
    assert dyads.items("t")[0].tolist() == [[2, 3], [1, 1]]


def test_roles_give_the_places() -> None:
    dyads = long(role="sex")
    assert dyads.partners == ("f", "m") and dyads.distinguishable
    assert dyads.pairs.rows.tolist() == [[2, 0], [1, 4], [-1, 3]]  # the single man is second
    assert dyads.roles == [("f", "m"), ("f", "m"), (None, "m")]
    assert dyads.compositions == ["f-m", "f-m", None]


def test_roles_alone_are_enough() -> None:
    dyads = Dyads.from_long(FORM, ROWS, couple="couple", role="sex")
    assert dyads.pairs.rows.tolist() == [[2, 0], [1, 4], [-1, 3]]


def test_two_labels_number_the_partners() -> None:
    rows = [row | {"id": number} for row, number in zip(ROWS, (2, 1, 1, 2, 2), strict=True)]
    dyads = Dyads.from_long(FORM, rows, couple="couple", person="id")
    assert dyads.partners == ("1", "2")
    assert dyads.pairs.rows.tolist() == [[2, 0], [1, 4], [-1, 3]]


def test_mixed_samples_keep_their_composition() -> None:
    sexes = ("m", "f", "m", "f", "m")
    rows = [row | {"sex": sex} for row, sex in zip(ROWS, sexes, strict=True)]
    dyads = Dyads.from_long(FORM, rows, couple="couple", person="id", role="sex", mixed=True)
    assert dyads.compositions == ["m-m", "f-m", None]
    assert dyads.has_roles and not dyads.distinguishable
    assert dyads.partners == ("a", "b")
    assert "1 f-m, 1 m-m, 1 one role known" in repr(dyads)


def test_couples_of_one_composition() -> None:
    sexes = ("m", "f", "m", "f", "m")
    rows = [row | {"sex": sex} for row, sex in zip(ROWS, sexes, strict=True)]
    dyads = Dyads.from_long(FORM, rows, couple="couple", person="id", role="sex", mixed=True)
    both = dyads.of_composition("f-m")
    assert both.couples == ["y"] and both.distinguishable and both.partners == ("f", "m")
    np.testing.assert_array_equal(both.scores["s"], dyads.scores["s"][1:2])
    men = dyads.of_composition("m-m")
    assert men.couples == ["x"] and not men.has_roles and not men.mixed
    with pytest.raises(UnknownNameError, match="there is no composition 'f-f'; allowed: f-m, m-m"):
        dyads.of_composition("f-f")
    with pytest.raises(UnknownNameError, match="allowed: none"):
        long().of_composition("f-m")


def test_mixed_samples_need_persons() -> None:
    with pytest.raises(ResponseError, match="mixed=True needs person="):
        Dyads.from_long(FORM, ROWS, couple="couple", role="sex", mixed=True)
    twice = [row | {"sex": "m"} for row in ROWS]
    with pytest.raises(
        PairingError, match="role twice: couple x, rows 0, 2: 2 rows have the role 'm'"
    ) as caught:
        Dyads.from_long(FORM, twice, couple="couple", role="sex")
    assert "mixed=True and the column of persons" in str(caught.value)


def test_more_than_two_roles_in_a_mixed_sample() -> None:
    rows = [row | {"sex": sex} for row, sex in zip(ROWS, ("nb", "f", "m", "f", "nb"), strict=True)]
    dyads = Dyads.from_long(FORM, rows, couple="couple", person="id", role="sex", mixed=True)
    assert dyads.compositions == ["m-nb", "f-nb", None]


def test_kept_columns_are_variables() -> None:
    dyads = long(keep=["years", "age"])
    np.testing.assert_array_equal(dyads.variable("age"), [[40, 42], [41, 44], [43, math.nan]])
    assert dyads.couple_variable("years").tolist() == [3, 5, 7]
    with pytest.raises(EstimationError, match="'age' differs between the partners of 2 couples"):
        dyads.couple_variable("age")
    with pytest.raises(EstimationError, match="did you mean 'years'"):
        dyads.variable("year")
    with pytest.raises(EstimationError, match=r"keep=\['children'\]"):
        dyads.couple_variable("children")
    with pytest.raises(ResponseError, match="not a number"):
        dyads.variable("id")


def test_codes_for_missing_values_in_kept_columns_are_noticed() -> None:
    years = [3.0, 5.0, 3.0, 999.0, 5.0]
    rows = [row | {"years": value} for row, value in zip(ROWS, years, strict=True)]
    dyads = Dyads.from_long(FORM, rows, couple="couple", person="id", keep=["years"])
    with pytest.warns(LikelyMissingCodeWarning, match=r"'years': 1 value \(999\) looks like codes"):
        assert dyads.couple_variable("years").tolist() == [3, 5, 999]
    declared = Dyads.from_long(
        FORM, rows, couple="couple", person="id", keep=["years"], missing_codes=[999, "none"]
    )
    np.testing.assert_array_equal(declared.couple_variable("years"), [3, 5, math.nan])
    scores = {"x": {"a": "x_a", "b": "x_b"}}
    table = pd.DataFrame({"x_a": [1.0, 2.0, 3.0], "x_b": [2.0, 3.0, 1.0], "years": [3.0, 5.0, 999.0]})
    accepted = Dyads.of_scores(table, scores, keep=["years"], on_invalid="accept")
    assert accepted.couple_variable("years").tolist() == [3, 5, 999]
    with pytest.warns(LikelyMissingCodeWarning):
        Dyads.of_scores(table, scores, keep=["years"]).couple_variable("years")


def test_wide_table_equals_the_long_one() -> None:
    dyads = long(keep=["years", "age"])
    wide = dyads.to_wide()
    again = Dyads.from_wide(
        FORM,
        wide,
        columns={"a": "{item}_a", "b": "{item}_b"},
        couple="couple",
        keep={"age": {"a": "age_a", "b": "age_b"}, "years": {"a": "years_a", "b": "years_b"}},
    )
    assert again.couples == dyads.couples and again.complete.tolist() == dyads.complete.tolist()
    for scale in FORM.scale_ids:
        np.testing.assert_array_equal(again.scores[scale], dyads.scores[scale])
    np.testing.assert_array_equal(again.variable("age"), dyads.variable("age"))
    np.testing.assert_array_equal(again.couple_variable("years"), dyads.couple_variable("years"))


WIDE = {
    "q1_w": [1, 2],
    "q2_w": [2, 3],
    "q3_w": [4, None],
    "q1_h": [5, None],
    "q2_h": [4, None],
    "q3_h": [3, None],
}
COLUMNS = {"w": "{item}_w", "h": "{item}_h"}


def test_couples_of_a_wide_table_are_in_the_order_of_its_rows() -> None:
    table = pd.DataFrame({"x_a": [None, 1.0, None], "x_b": [0.0, 2.5, 3.0]})
    dyads = Dyads.of_scores(table, {"x": {"a": "x_a", "b": "x_b"}})
    assert dyads.couples == [1, 2, 3]
    np.testing.assert_array_equal(dyads.scores["x"], [[math.nan, 0], [1, 2.5], [math.nan, 3]])


def test_only_first_partners_answered() -> None:
    table = pd.DataFrame({"x_a": [1.0, 2.0], "x_b": [None, None]})
    assert len(Dyads.of_scores(table, {"x": {"a": "x_a", "b": "x_b"}})) == 2
    rows = [{"couple": c, "partner": 1, "x": 2.0} for c in "uvw"]
    dyads = Dyads.of_scores(rows, ["x"], couple="couple", person="partner")
    assert dyads.couples == ["u", "v", "w"] and not dyads.complete.any()


def test_names_of_a_wide_table_are_roles_on_request() -> None:
    dyads = Dyads.from_wide(FORM, pd.DataFrame(WIDE), columns=COLUMNS, role=True)
    assert dyads.partners == ("w", "h") and dyads.distinguishable  # in the caller's order
    assert dyads.couples == [1, 2] and dyads.present.tolist() == [[True, True], [True, False]]
    assert not Dyads.from_wide(FORM, pd.DataFrame(WIDE), columns=COLUMNS).has_roles


def test_columns_of_roles_give_the_places_of_a_wide_table() -> None:
    table = pd.DataFrame(WIDE).assign(sex_w=["m", "f"], sex_h=["f", "m"], id_w=[11, 12], id_h=[13, 14])
    dyads = Dyads.from_wide(
        FORM,
        table,
        columns=COLUMNS,
        role={"w": "sex_w", "h": "sex_h"},
        person={"w": "id_w", "h": "id_h"},
    )
    assert dyads.partners == ("f", "m")
    assert dyads.scores["s"][0].tolist() == [(5 + 2) / 2, (1 + 4) / 2]
    assert dyads.present.all() and dyads.answered.tolist() == [[True, True], [True, False]]
    assert dyads.to_long()["id"].tolist() == [13, 11, 12, 14]


def test_rows_without_any_answer_are_listed() -> None:
    table = pd.DataFrame({name: [*values, None] for name, values in WIDE.items()})
    dyads = Dyads.from_wide(FORM, table, columns=COLUMNS)
    assert len(dyads) == 2 and dyads.without_answers == (2,)
    assert "1 row without answers" in repr(dyads)


def test_blank_rows_of_a_long_table_are_listed() -> None:
    blank: dict[str, Any] = dict.fromkeys(ROWS[0])
    dyads = Dyads.from_long(FORM, [ROWS[0], blank, *ROWS[1:], blank], couple="couple", person="id")
    assert dyads.without_answers == (1, 6) and len(dyads) == 3 and not dyads.faults
    with pytest.raises(PairingError, match="no couple: row 1"):
        Dyads.from_long(FORM, [ROWS[0], blank | {"q1": 3}, *ROWS[1:]], couple="couple", person="id")


def test_bad_cells_of_both_partners_are_named_at_once() -> None:
    table = pd.DataFrame(WIDE).assign(q1_w=[9, 2], q3_h=[3, 0])
    with pytest.raises(InvalidResponsesError) as caught:
        Dyads.from_wide(FORM, table, columns=COLUMNS)
    assert [(p.row, p.column, p.item) for p in caught.value.problems] == [
        (0, "q1_w", "q1"),
        (1, "q3_h", "q3"),
    ]
    dyads = Dyads.from_wide(FORM, table, columns=COLUMNS, on_invalid="missing")
    assert [p.column for p in dyads.problems] == ["q1_w", "q3_h"]
    assert math.isnan(dyads.items("s")[0, 0, 0])


def test_missing_columns_of_both_partners_are_named_at_once() -> None:
    with pytest.raises(MissingColumnsError) as caught:
        Dyads.from_wide(FORM, pd.DataFrame(WIDE), columns={"w": "w_{item}", "h": "h_{item}"})
    assert "partner w" in str(caught.value) and "partner h" in str(caught.value)
    assert caught.value.missing == ("q1", "q2", "q3")


def test_another_range_is_noticed_over_both_partners() -> None:
    rng = np.random.default_rng(1)
    columns = {f"q{n}_{p}": rng.integers(1, 5, 60) for n in (1, 2, 3) for p in "wh"}  # nobody gave a 5
    with pytest.warns(AnotherRangeWarning):
        Dyads.from_wide(FORM, pd.DataFrame(columns), columns=COLUMNS)
    columns["q1_h"][0] = 5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Dyads.from_wide(FORM, pd.DataFrame(columns), columns=COLUMNS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": "q{n}"}, "columns is a str; pass a mapping of two partners"),
        ({"columns": {"a": "q{n}"}}, "columns is a dict of 1"),
        ({"person": {"a": "id_w", "b": "id_h"}}, "pass the column of each partner"),
        ({"person": "id"}, "pass the column of each partner"),
        ({"couple": "cupel"}, "the table has no column 'cupel'"),
        ({"keep": ["age"]}, "the table has no column 'age'"),
        ({"on_fault": 1}, "on_fault=1 is not valid"),
    ],
)
def test_wrong_options_of_wide_tables(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ResponseError, match=message):
        Dyads.from_wide(FORM, pd.DataFrame(WIDE), **({"columns": COLUMNS} | options))


def test_unknown_options_are_named() -> None:
    with pytest.raises(TypeError, match="'missing_code' is not an option of from_wide"):
        Dyads.from_wide(FORM, pd.DataFrame(WIDE), columns=COLUMNS, missing_code=-9)  # type: ignore[call-arg]


def test_unknown_scales_and_occasions_are_refused() -> None:
    dyads = long()
    with pytest.raises(UnknownNameError, match="there is no scale 'u'; allowed: s, t"):
        dyads.items("u")
    with pytest.raises(UnknownNameError, match="there is no occasion 3; allowed: none"):
        dyads.at(3)
    scores = Dyads.of_scores([{"x_a": 1.0, "x_b": 2.0}], {"x": {"a": "x_a", "b": "x_b"}})
    with pytest.raises(EstimationError, match="made of scores, which have no items"):
        scores.items("x")


def test_scores_of_score_are_paired_with_their_ranges() -> None:
    scores = score(FORM, ROWS, keep=["couple", "id"])
    dyads = Dyads.of_scores(scores, couple="couple", person="id")
    np.testing.assert_array_equal(dyads.scores["t"], long().scores["t"])
    assert dyads.ranges == {"s": (1.0, 5.0), "t": (1.0, 5.0)} and dyads.instrument == FORM.ref
    with pytest.raises(ResponseError, match=r"score\(\.\.\., keep=\['couple'\]\)"):
        Dyads.of_scores(score(FORM, ROWS), couple="couple", person="id")
    with pytest.raises(ResponseError, match="scores=None is not valid for a table"):
        Dyads.of_scores(ROWS, couple="couple", person="id")


def test_codes_for_missing_scores_are_refused() -> None:
    rows = [{"c": n // 2, "p": n % 2, "x": 3.5 if n else -99.0} for n in range(40)]
    with pytest.raises(ResponseError, match="-99"):
        Dyads.of_scores(rows, ["x"], couple="c", person="p")
    assert len(Dyads.of_scores(rows, ["x"], couple="c", person="p", on_invalid="accept")) == 20


@given(st.permutations(range(len(ROWS))))
def test_the_order_of_rows_changes_only_that_of_couples_and_exchangeable_partners(order: list[int]) -> None:
    expected = dict(zip(long().couples, long().scores["s"].tolist(), strict=True))
    rows = [ROWS[i] for i in order]
    dyads = Dyads.from_long(FORM, rows, couple="couple", person="id")
    for couple, pair in zip(dyads.couples, dyads.scores["s"].tolist(), strict=True):
        assert sorted(map(str, pair)) == sorted(map(str, expected[couple]))
    by_role = Dyads.from_long(FORM, rows, couple="couple", person="id", role="sex")
    of_couple = dict(zip(by_role.couples, by_role.scores["s"].tolist(), strict=True))
    assert of_couple["x"] == [5.0, 2.5] and of_couple["y"] == [3.0, 3.0]


def test_couples_can_be_pickled_and_not_changed() -> None:
    dyads = long()
    again = pickle.loads(pickle.dumps(dyads))
    np.testing.assert_array_equal(again.scores["s"], dyads.scores["s"])
    with pytest.raises(ValueError, match="read-only"):
        dyads.scores["s"][0, 0] = 9


def test_no_couples() -> None:
    empty = pd.DataFrame({"couple": [], "id": [], "q1": [], "q2": [], "q3": []})
    dyads = Dyads.from_long(FORM, empty, couple="couple", person="id")
    assert len(dyads) == 0 and dyads.scores["s"].shape == (0, 2)
    assert len(dyads.to_wide()) == len(dyads.to_long()) == len(dyads.to_pairwise()) == 0


def test_checked_answers_are_paired_if_their_labels_were_kept() -> None:
    coded = encode(FORM, ROWS, keep=["couple", "id"])
    dyads = Dyads.from_long(FORM, coded, couple="couple", person="id")
    np.testing.assert_array_equal(dyads.scores["s"], long().scores["s"])
    with pytest.raises(ResponseError, match=r"encode\(\.\.\., keep=\['couple'\]\)"):
        Dyads.from_long(FORM, encode(FORM, ROWS), couple="couple", person="id")
    with pytest.raises(ResponseError, match="checked before: pass missing_codes="):
        Dyads.from_long(FORM, coded, couple="couple", person="id", missing_codes=-9)
    other = form_of({"s": "q1 q2", "t": "q2 q3"}, low=1, high=5)
    with pytest.raises(ResponseError, match="these codes belong to"):
        Dyads.from_long(other, coded, couple="couple", person="id")


def on_two_occasions(n: int, n_once: int) -> list[dict[str, Any]]:
    """Rows of n couples on two occasions, and of others on the first one only."""
    rows = []
    for couple in range(n + n_once):
        for wave in (1, 2)[: 2 if couple < n else 1]:
            rows += [{"couple": couple, "role": role, "wave": wave, "s": couple + wave} for role in "fm"]
    return rows


@pytest.mark.parametrize("n_once", [0, 3])
def test_roles_that_are_repeated_look_like_occasions(n_once: int) -> None:
    rows, labels = on_two_occasions(4, n_once), {"couple": "couple", "role": "role"}
    with pytest.raises(PairingError) as caught:
        Dyads.of_scores(rows, ["s"], **labels)
    assert [fault.code for fault in caught.value.faults] == ["roles repeated"] * 4
    assert caught.value.faults[1].rows == (4, 5, 6, 7)
    assert "each role has 2 rows, as on several occasions" in str(caught.value)
    assert "name their column with time=" in str(caught.value) and "mixed" not in str(caught.value)
    dyads = Dyads.of_scores(rows, ["s"], **labels, time="wave")
    assert len(dyads) == 8 + n_once and not dyads.pairs.n_left_out
    left = Dyads.of_scores(rows, ["s"], **labels, on_fault="leave_out")
    assert (len(left), left.pairs.n_left_out) == (n_once, 4)


def test_a_role_that_one_partner_has_more_often_may_be_an_occasion_too() -> None:
    rows = on_two_occasions(4, 3)[1:]
    with pytest.raises(PairingError) as caught:
        Dyads.of_scores(rows, ["s"], couple="couple", role="role")
    assert [fault.code for fault in caught.value.faults] == ["roles repeated"] * 3 + ["role twice"]
    assert caught.value.faults[-1].advice.startswith("correct the roles; if the rows are occasions, name")
