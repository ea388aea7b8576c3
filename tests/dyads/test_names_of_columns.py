"""Names of columns: of labels, of kept columns, and of the frames of couples; no two are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales.dyads import Dyads, couple_scores
from intimacy_scales.dyads.frame_columns import FrameColumns
from intimacy_scales.errors import IntimacyScalesError, ResponseError
from tests.shared.couples import couples_with_scores, mixed_couples
from tests.shared.instruments import PUBLISHED, form_of

FORM = form_of({"s": "q1 q2"}, low=0, high=4, evidence=PUBLISHED)
COLUMNS = {"a": "{item}_a", "b": "{item}_b"}
IDS = {"a": "id_a", "b": "id_b"}
ROW = {
    "q1_a": 1, "q2_a": 2, "q1_b": 3, "q2_b": 4, "id": "c1", "id_a": "p1", "id_b": "p2", "role": "R",
    "role_a": "f", "role_b": "m", "person": "c2", "person_a": "p3", "person_b": "p4", "years": 7, "age_a": 30,
    "age_b": 40, "s": 9,
}  # fmt: skip


def read(**options: Any) -> Dyads:
    return Dyads.from_wide(FORM, pd.DataFrame([ROW]), columns=COLUMNS, **options)


def test_the_label_of_couples_keeps_its_column() -> None:
    dyads = read(couple="id", person=IDS)
    wide = dyads.to_wide().iloc[0]
    assert (wide["id"], wide["person_a"], wide["person_b"]) == ("c1", "p1", "p2")
    assert couple_scores(dyads).to_frame()["id"].tolist() == ["c1"]
    again = Dyads.from_long(FORM, dyads.to_long(), couple="id", person="person")
    assert again.couples == ["c1"] and again.scores["s"].tolist() == dyads.scores["s"].tolist()
    assert dyads.to_pairwise()[["id", "person_actor", "person_partner"]].to_numpy().tolist() == [
        ["c1", "p1", "p2"],
        ["c1", "p2", "p1"],
    ]


def test_labels_of_persons_have_a_free_name() -> None:
    persons = {"a": "person_a", "b": "person_b"}
    assert read(couple="person", person=persons).label_names == {"couple": "person", "person": "person_2"}
    roles = {"a": "role_a", "b": "role_b"}
    assert read(couple="role", role=roles).label_names["role"] == "role_2"
    assert read(couple="years", person=persons, role=roles).kept_names == ["years", "person", "role"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"couple": "id", "keep": {"id": "years"}},
            r"'id' would be the name of two columns, 'id' and 'years'",
        ),
        (
            {"role": {"a": "role_a", "b": "role_b"}, "keep": ["role"]},
            r"'role' would be .* 'role_a' and 'role_b' and 'role'; .* keep=\{'role_kept': 'role'\}",
        ),
        ({"keep": {1: "years", "1": "age_a"}}, r"'1' would be .* as in keep=\{'1_kept': 'age_a'\}"),
        ({"keep": {"s": "years"}}, r"column 's' has the name of a scale"),
        ({"keep": ["s"]}, r"column 's' has the name of a scale"),
        ({"person": IDS, "keep": {"id": {"a": "age_a", "b": "age_b"}}}, r"\{'a': 'age_a', 'b': 'age_b'\}"),
    ],
)
def test_kept_columns_with_the_name_of_another_one_are_refused(options: Any, message: str) -> None:
    with pytest.raises(ResponseError, match=message):
        read(**options)


def test_the_advice_about_a_kept_column_works() -> None:
    dyads = read(role={"a": "role_a", "b": "role_b"}, keep={"role_kept": "role"})
    assert dyads.to_wide()[["role_f", "role_m", "role_kept"]].to_numpy().tolist() == [["f", "m", "R"]]
    assert read(couple="id", keep=["id"]).to_wide()["id"].tolist() == ["c1"]


def test_a_kept_column_of_persons_cannot_have_the_name_of_a_scale() -> None:
    rows = [{"c": 1, "p": n, "q1": 1, "q2": 2, "s": 9} for n in (1, 2)]
    with pytest.raises(ResponseError, match="keep: column 's' has the name of a scale"):
        Dyads.from_long(FORM, rows, couple="c", person="p", keep=["s"])
    with pytest.raises(ResponseError, match="keep: column 's' has the name of a scale"):
        Dyads.of_scores(rows, ["s"], couple="c", person="p", keep=["s"])


def test_wide_names_that_clash_are_refused_with_what_they_are() -> None:
    dyads = read(keep={"age": {"a": "age_a", "b": "age_b"}, "age_a": "years"})
    assert dyads.variable("age").tolist() == [[30, 40]]
    message = r"'age_a' would be the name of two columns .* 'age' of a and the kept column 'age_a'; pair"
    with pytest.raises(ResponseError, match=message):
        dyads.to_wide()
    assert "age_a" in dyads.to_long().columns


@pytest.mark.parametrize("role", ["lower", "higher", "mean", "difference", "absolute_difference"])
def test_roles_with_the_name_of_a_score_are_refused(role: str) -> None:
    dyads = couples_with_scores({"s": [[13, 11], [5, 9]]}, roles=True, partners=(role, "other"))
    scores = couple_scores(dyads)
    assert scores["s"].first.tolist() == [13, 5]
    with pytest.raises(
        ResponseError, match=f"'s_{role}' would be .* of '{role}' and the figure '{role}'.* a role"
    ):
        scores.to_frame()


NAMES = st.sampled_from(["s", "s_a", "id", "a", "person", "role", "couple", "q1", "x", "x_a", "x_a_actor"])


@given(
    keep=st.dictionaries(NAMES, st.sampled_from(["years", "id", "role", ("age_a", "age_b")]), max_size=3),
    couple=st.sampled_from([None, "id", "person", "role", "years"]),
    person=st.sampled_from([None, ("id_a", "id_b"), ("person_a", "person_b")]),
    role=st.sampled_from([False, True, ("role_a", "role_b")]),
)
@settings(max_examples=60)
def test_no_column_ever_replaces_another_one(keep: Any, couple: Any, person: Any, role: Any) -> None:
    """Frames have every value that was read under the name that says what it is, or are refused."""

    def both(pair: Any) -> Any:
        return dict(zip("ab", pair, strict=True)) if isinstance(pair, tuple) else pair

    try:
        dyads = read(
            couple=couple,
            person=both(person),
            role=both(role),
            keep={name: both(value) for name, value in keep.items()},
        )
        wide, long, pairs = dyads.to_wide().iloc[0], dyads.to_long(), dyads.to_pairwise()
        labels = couple_scores(dyads).to_frame().iloc[0]
    except IntimacyScalesError as error:
        assert "name" in str(error)
        return
    assert wide.index.is_unique and long.columns.is_unique and pairs.columns.is_unique
    if couple is not None:
        assert dyads.couples == [ROW[couple]] == [wide[couple]] == [labels[couple]]
    for name, value in keep.items():
        pair = value if isinstance(value, tuple) else (value, value)
        assert [str(value) for value in long[name]] == [str(ROW[column]) for column in pair]
        for column, side in zip(pair, dyads.partners, strict=True):
            assert wide[name if isinstance(value, str) else f"{name}_{side}"] == ROW[column]
    for pair, option in ((person, "person"), (role, "role")):
        if isinstance(pair, tuple):
            kept = [wide[f"{dyads.label_names[option]}_{side}"] for side in dyads.partners]
            assert sorted(kept) == sorted(ROW[column] for column in pair)
    assert [wide[f"q1_{side}"] for side in dyads.partners] == [1, 3]


def test_frame_columns_name_both_contents() -> None:
    columns = FrameColumns()
    columns.compute("x", np.zeros(1), "one thing")
    with pytest.raises(ResponseError, match="one thing and another thing"):
        columns.take("x", "x", np.zeros(1, dtype=np.intp), "another thing")


def test_compositions_of_roles_with_hyphens_stay_apart() -> None:
    rows = [("x", 1, "a-b"), ("x", 2, "c"), ("y", 3, "a"), ("y", 4, "b-c"), ("z", 5, "a"), ("z", 6, "b-c")]
    table = [{"couple": c, "id": i, "role": r, "s": float(i)} for c, i, r in rows]
    dyads = Dyads.of_scores(table, ["s"], couple="couple", person="id", role="role", mixed=True)
    assert dyads.compositions == ["a-b/c", "a/b-c", "a/b-c"]
    assert dyads.of_composition("a/b-c").couples == ["y", "z"]
    assert mixed_couples([[1, 2]], ["fm"]).compositions == ["f-m"]


ROLE = st.text("ab-/+|' ", min_size=1, max_size=3).map(str.strip).filter(bool)


@given(pairs=st.lists(st.tuples(ROLE, ROLE), min_size=1, max_size=6))
@settings(max_examples=50)
def test_each_composition_has_a_name_of_its_own(pairs: list[tuple[str, str]]) -> None:
    table = [
        {"couple": n, "id": f"{n}.{place}", "role": role, "s": 1.0}
        for n, pair in enumerate(pairs)
        for place, role in enumerate(pair)
    ]
    try:
        dyads = Dyads.of_scores(table, ["s"], couple="couple", person="id", role="role", mixed=True)
    except IntimacyScalesError:
        return
    known = {tuple(sorted(map(str, pair))) for pair in dyads.roles or ()}
    assert len(set(dyads.compositions or ())) == len(known)
