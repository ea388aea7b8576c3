"""Which role is the first partner's: alphabetical unless the caller says so, in every form of table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import score
from intimacy_scales.dyads import Dyads, partner_agreement
from intimacy_scales.errors import PairingError, ResponseError
from tests.shared.instruments import form_of

FORM = form_of({"s": "q1 q2"}, low=1, high=7)
ROLES = ["woman", "man", "man", "woman", "woman", "man", "man"]
TABLE = pd.DataFrame(
    {
        "couple": [1, 1, 2, 2, 3, 3, 4],
        "id": list("abcdefg"),
        "role": ROLES,
        "q1": [1, 2, 3, 4, 5, 6, 7],
        "q2": [2, 3, 1, 5, 5, 7, 4],
    }
)
SCORES = TABLE[["q1", "q2"]].mean(axis=1)


def from_long(**options: Any) -> Dyads:
    return Dyads.from_long(FORM, TABLE, couple="couple", person="id", **({"role": "role"} | options))


def of_table(**options: Any) -> Dyads:
    table = TABLE.assign(s=SCORES)
    return Dyads.of_scores(table, ["s"], couple="couple", person="id", **({"role": "role"} | options))


def of_result(**options: Any) -> Dyads:
    scores = score(FORM, TABLE, keep=["couple", "id", "role"])
    return Dyads.of_scores(scores, couple="couple", person="id", **({"role": "role"} | options))


@pytest.mark.parametrize("read", [from_long, of_table, of_result])
def test_roles_are_in_the_order_that_was_asked_for(read: Any) -> None:
    default, asked = read(), read(roles=["woman", "man"])
    assert (default.partners, asked.partners) == (("man", "woman"), ("woman", "man"))
    assert asked.couples == default.couples and asked.roles[3] == (None, "man")
    np.testing.assert_array_equal(asked.scores["s"], default.scores["s"][:, ::-1])
    assert asked.scores["s"][0].tolist() == [SCORES[0], SCORES[1]]
    by_default, by_order = (partner_agreement(d)["s"]["mean_difference"].estimate for d in (default, asked))
    assert by_order == pytest.approx(-by_default, rel=1e-14)
    assert read(roles=("man", "woman")).partners == default.partners


def test_roles_as_numbers_and_in_a_mixed_sample() -> None:
    numbers = TABLE.assign(role=[1.0 if role == "man" else 2.0 for role in ROLES])
    assert Dyads.from_long(FORM, numbers, couple="couple", role="role", roles=[2, 1]).partners == ("2", "1")
    mixed = from_long(mixed=True, roles=["woman", "man"])
    assert set(mixed.compositions or []) == {"woman-man", None}
    assert mixed.of_composition("woman-man").partners == ("woman", "man")


def test_columns_of_roles_in_a_table_of_couples() -> None:
    table = pd.DataFrame({"x_a": [1.0, 2.0], "x_b": [3.0, 4.0], "r_a": ["m", "f"], "r_b": ["f", "m"]})
    scores = {"x": {"a": "x_a", "b": "x_b"}}
    role = {"a": "r_a", "b": "r_b"}
    assert Dyads.of_scores(table, scores, role=role).scores["x"].tolist() == [[3, 1], [2, 4]]
    asked = Dyads.of_scores(table, scores, role=role, roles=["m", "f"])
    assert asked.partners == ("m", "f") and asked.scores["x"].tolist() == [[1, 3], [4, 2]]
    with pytest.raises(ResponseError, match="leave it out"):
        Dyads.of_scores(table, scores, role=True, roles=["a", "b"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"roles": ["women", "men"]}, "the table has 'man', 'woman': name each of them once"),
        ({"roles": ["woman", "man", "other"]}, "the table has 'man', 'woman'"),
        ({"roles": "woman"}, "allowed: a list of different roles"),
        ({"roles": ["man", "man"]}, "allowed: a list of different roles"),
        ({"roles": ["man"]}, "allowed: a list of different roles"),
        ({"roles": ["man", "woman"], "role": None}, "roles= needs role="),
    ],
)
def test_other_roles_than_those_of_the_table_are_refused(options: Any, message: str) -> None:
    with pytest.raises(ResponseError, match=message):
        from_long(**options)


def test_faults_of_roles_come_first() -> None:
    table = TABLE.assign(role=["Woman", *ROLES[1:]])
    with pytest.raises(PairingError, match="written in two ways"):
        Dyads.from_long(FORM, table, couple="couple", role="role", roles=["woman", "man"])
    assert not Dyads.from_long(FORM, TABLE[:0], couple="couple", role="role", roles=["woman", "man"]).couples
