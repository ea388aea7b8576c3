"""What messages about couples advise can be done, and then works."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales.dyads import (
    Dyads,
    apim,
    couple_reliability,
    dyadic_invariance,
    reliable_difference,
)
from intimacy_scales.errors import EstimationError, ResponseError
from tests.shared.couples import couples_with_answers, couples_with_scores
from tests.shared.simulated_couples import random_scores

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")


def answers(n_items: int, n: int = 120) -> Any:
    rng = np.random.default_rng(3)
    common = rng.normal(size=(n, 1, 1)) + rng.normal(size=(n, 2, 1))
    return np.clip(np.rint(4 + common + rng.normal(size=(n, 2, n_items))), 1, 7)


def message_of(call: Any, kind: type[Exception] = EstimationError) -> str:
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


def the_call_in(message: str, dyads: Dyads) -> Any:
    """What the call of `couple_reliability` in a message returns."""
    calls = re.findall(r"couple_reliability\(dyads, '\w+', factors='\w+'\)", message)
    assert len(calls) == 1, message
    return eval(calls[0], {"couple_reliability": couple_reliability, "dyads": dyads})


SHARED = {"a": "q1 q2 q3", "b": "q3 q4 q5", "c": {"of": ["a", "b"]}}


@pytest.mark.parametrize("roles", [False, True])
@pytest.mark.parametrize(
    ("n_items", "scales", "scale"), [(2, None, "a"), (5, SHARED, "c")], ids=["two items", "shared item"]
)
def test_another_model_of_reliability_can_be_passed(
    n_items: int, scales: Any, scale: str, roles: bool
) -> None:
    dyads = couples_with_answers(answers(n_items), scales, roles=roles)
    message = message_of(lambda: reliable_difference(dyads, scale))
    assert "; pass one that is defined as reliability=" in message
    other = the_call_in(message, dyads)
    assert other.reason is None
    assert reliable_difference(dyads, scale, reliability=other).standard_error > 0
    assert the_call_in(couple_reliability(dyads, scale).reason or "", dyads) == other


def shared_predictor(x: Any, kinds: list[str] | None = None, **more: Any) -> Dyads:
    """Couples with a score, and a kept column that both partners share."""
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.normal(size=(len(x), 4)), columns=["ya", "yb", "za", "zb"]).assign(x=x)
    options: dict[str, Any] = {"keep": ["x"], **more}
    if kinds is not None:
        table["ra"], table["rb"] = [two[0] for two in kinds], [two[1] for two in kinds]
        options |= {"role": {"a": "ra", "b": "rb"}, "mixed": True}
    return Dyads.of_scores(table, {"y": {"a": "ya", "b": "yb"}, "z": {"a": "za", "b": "zb"}}, **options)


KINDS = ["ff"] * 20 + ["fm"] * 20
NORMAL = np.random.default_rng(6).normal(size=40)


@pytest.mark.parametrize(
    ("x", "kinds", "as_covariate"),
    [
        (NORMAL, None, True),
        (NORMAL, KINDS, True),
        (np.repeat([0.0, 1.0], 20), KINDS, False),
        (np.where(np.arange(40) < 20, 2.0, NORMAL), KINDS, False),
        (np.full(40, 3.0), None, False),
    ],
    ids=["one kind", "mixed", "constant in each", "constant in one", "constant"],
)
def test_a_shared_predictor_is_advised_as_a_covariate_only_where_it_can_be_one(
    x: Any, kinds: list[str] | None, as_covariate: bool
) -> None:
    dyads = shared_predictor(x, kinds)
    alone, with_other = (message_of(lambda p=p: apim(dyads, "y", p)) for p in ("x", ["x", "z"]))
    if not as_covariate:
        assert alone.endswith("leave it out")
        assert "covariate" not in alone + with_other
        with pytest.raises(EstimationError):
            apim(dyads, "y", "z", covariates=["x"])
    else:
        assert alone.endswith("(covariates=['x']), next to a predictor that differs between partners")
        assert with_other.endswith("use it as a covariate (covariates=['x'])")
        assert apim(dyads, "y", "z", covariates=["x"]).covariates == ("x",)
    assert apim(dyads, "y", "z").predictors == ("z",)


def test_a_shared_score_is_not_advised_as_a_covariate() -> None:
    """A covariate is a kept column; a score has both partners' values, even where these are equal."""
    dyads = couples_with_scores(random_scores(1, 40, ("y", "z")) | {"x": np.stack([NORMAL, NORMAL], axis=1)})
    assert message_of(lambda: apim(dyads, "y", ["x", "z"])).endswith("leave it out")


def test_a_predictor_that_one_composition_shares_can_be_left_out() -> None:
    rng = np.random.default_rng(7)
    pairs = rng.normal(size=(40, 2))
    pairs[20:, 1] = pairs[20:, 0]
    table = pd.DataFrame(rng.normal(size=(40, 4)), columns=["ya", "yb", "za", "zb"])
    table["xa"], table["xb"] = pairs.T
    table["ra"], table["rb"] = [two[0] for two in KINDS], [two[1] for two in KINDS]
    columns = {name: {side: name + side for side in "ab"} for name in "yzx"}
    dyads = Dyads.of_scores(table, columns, role={"a": "ra", "b": "rb"}, mixed=True)
    message = message_of(lambda: apim(dyads, "y", ["x", "z"]))
    assert message.endswith("leave it out, or these couples")
    assert apim(dyads, "y", "z").predictors == ("z",)
    assert apim(dyads.of_composition("f-f"), "y", ["x", "z"]).predictors == ("x", "z")


def rare_composition(n_rare: int, n: int = 40) -> Dyads:
    """A mixed sample with few f-f couples, in which some couples are incomplete."""
    rng = np.random.default_rng(8)
    table = pd.DataFrame(rng.normal(size=(n, 4)), columns=["ya", "yb", "xa", "xb"])
    table.loc[n - 3 :, "xb"] = np.nan
    kinds = ["ff"] * n_rare + ["fm"] * (n - n_rare)
    table["ra"], table["rb"] = [two[0] for two in kinds], [two[1] for two in kinds]
    columns = {name: {side: name + side for side in "ab"} for name in "yx"}
    return Dyads.of_scores(table, columns, role={"a": "ra", "b": "rb"}, mixed=True)


@pytest.mark.parametrize("n_rare", [1, 2, 3, 4])
def test_a_rare_composition_is_counted_in_couples_and_has_two_ways_out(n_rare: int) -> None:
    dyads = rare_composition(n_rare)
    message = message_of(lambda: apim(dyads, "y", "x"))
    couples = f"{n_rare} f-f couple{'s' if n_rare > 1 else ''}"
    assert message == (
        f"{couples} can be used, and a model of 4 variables needs more than 4 couples of each composition; "
        "choose other couples, as by dyads.of_composition('f-m'), or count all partners as exchangeable "
        "(distinguishable=False)"
    )
    assert apim(dyads.of_composition("f-m"), "y", "x").n_couples == 40 - n_rare
    assert apim(dyads, "y", "x", distinguishable=False).n_couples == 40
    assert apim(rare_composition(5), "y", "x").n_couples == 40


@pytest.mark.parametrize("roles", [False, True])
def test_models_count_couples_where_these_are_too_few(roles: bool) -> None:
    scores = random_scores(1, 4, ("y", "x"))
    scores["x"][3, 1] = np.nan
    dyads = couples_with_scores(scores, roles=roles)
    told = "4 couples can be used, and a model of 4 variables needs more than 4; "
    assert told in message_of(lambda: apim(dyads, "y", "x"))
    few = couples_with_answers(answers(3, n=6), roles=roles)
    told = "6 couples can be used, and a model of 6 variables needs more than 6; "
    assert told in message_of(lambda: dyadic_invariance(few, "a", distinguishable=roles))


def test_incomplete_answers_are_advised_where_there_are_enough() -> None:
    x = answers(3, n=30)
    for couple in range(26):
        x[couple, couple % 2, couple % 3] = np.nan
    dyads = couples_with_answers(x, roles=True)
    message = message_of(lambda: dyadic_invariance(dyads, "a"))
    assert "4 couples can be used" in message
    assert "missing='fiml', which uses incomplete answers" in message
    assert dyadic_invariance(dyads, "a", missing="fiml").n_couples == 30
    assert "fiml" not in message_of(lambda: dyadic_invariance(dyads.chosen(np.arange(5)), "a"))


def test_scores_in_columns_that_are_called_by_numbers_or_tuples() -> None:
    values = np.arange(8.0).reshape(4, 2)
    table: Any = pd.DataFrame({"c": [1, 1, 2, 2], "p": [1, 2, 1, 2], 2: values[:, 0], ("w", 1): values[:, 1]})
    dyads = Dyads.of_scores(table, [2, ("w", 1)], couple="c", person="p")
    assert dyads.scale_ids == ("2", "('w', 1)")
    assert dyads.variable("2").tolist() == [[0, 2], [4, 6]]
    assert dyads.variable("('w', 1)").tolist() == [[1, 3], [5, 7]]


@pytest.mark.parametrize("scores", [2, "x", {"x"}.pop(), None, [None], [["x"]], [1.5]])
def test_scores_that_name_no_columns_are_refused(scores: Any) -> None:
    table = [{"c": 1, "p": p, "x": 1.0} for p in (1, 2)]
    with pytest.raises((ResponseError, EstimationError)):
        Dyads.of_scores(table, scores, couple="c", person="p")


def test_two_columns_of_scores_with_one_name_are_refused() -> None:
    table: Any = pd.DataFrame({"c": [1, 1], "p": [1, 2], 2: [1.0, 2.0], "2": [3.0, 4.0]})
    with pytest.raises(ResponseError, match="two columns are called '2'; name each one once"):
        Dyads.of_scores(table, [2, "2"], couple="c", person="p")
