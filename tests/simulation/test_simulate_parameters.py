"""What cannot be simulated is refused by an error of the library that says what was given and what may be."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import EstimationError, Instrument, Simulation, simulate
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.simulation import simulate_diary

NAN, INF = math.nan, math.inf
SIX = "trust, knowledge, mutuality, commitment, caring, interdependence"
EVEN = np.full((6, 6), 0.5) + 0.5 * np.eye(6)


def with_cell(i: int, j: int, value: float) -> np.ndarray:
    matrix = EVEN.copy()
    matrix[i, j] = value
    return matrix


def once(**options: Any) -> Simulation:
    return simulate("scii-12", options.pop("n", 4), **({"rng": 1} | options))


def daily(**options: Any) -> Simulation:
    given = {"n_persons": 2, "n_occasions": 3, "rng": 1} | options
    return simulate_diary("scii-daily", given.pop("n_persons"), given.pop("n_occasions"), **given)


# --- numbers ---

SHARES = [NAN, INF, -0.01, 1.01, "2%", "0.5", None, True, False, {"tru01": 0.1}, [0.1], 1j, pd.NA, 10**400]


@pytest.mark.parametrize("value", SHARES)
@pytest.mark.parametrize(
    ("call", "name"),
    [(once, "missing"), (once, "careless"), (daily, "missing"), (daily, "missed"), (daily, "between")],
)
def test_a_share_is_a_number_from_0_to_1(call: Callable[..., Any], name: str, value: Any) -> None:
    with pytest.raises(EstimationError) as caught:
        call(**{name: value})
    assert str(caught.value) == f"{name}={value!r} is not a share between 0 and 1; write 2 % as 0.02"


@pytest.mark.parametrize("value", [NAN, -1, "4", None, True, 4.0, [4], 0])
@pytest.mark.parametrize(("call", "name"), [(once, "n"), (daily, "n_persons"), (daily, "n_occasions")])
def test_a_number_of_persons_is_a_whole_number(call: Callable[..., Any], name: str, value: Any) -> None:
    with pytest.raises(EstimationError) as caught:
        call(**{name: value})
    assert str(caught.value).startswith(
        f"{name}={value!r} is not valid; allowed: a whole number, at least 1 "
    )


@pytest.mark.parametrize("call", [once, daily])
@pytest.mark.parametrize("value", [NAN, INF, "high", None, True, [0.5] * 12, 1.0001j])
def test_a_loading_for_all_is_a_number(call: Callable[..., Any], value: Any) -> None:
    with pytest.raises(EstimationError) as caught:
        call(loadings=value)
    assert str(caught.value) == (
        f"loadings={value!r} is not valid; allowed: one number between -1 and 1 for all items, such as 0.7, "
        "or a mapping from each scored item to its loading"
    )


@pytest.mark.parametrize("value", [NAN, -INF, "high", None, True, 1.2, [0.5]])
def test_a_loading_of_an_item_is_a_number(value: Any) -> None:
    loadings = once().parameters["loadings"] | {"car13": value}
    with pytest.raises(EstimationError) as caught:
        once(loadings=loadings)
    allowed = "a number between -1 and 1, such as 0.7"
    assert str(caught.value) == f"the loading {value!r} of car13 is not valid; allowed: {allowed}"


@pytest.mark.parametrize("value", [NAN, INF, -0.1, 1.1, "yes", True, False, [0.4] * 6, 1j])
@pytest.mark.parametrize("scale", [None, "caring"])
def test_a_correlation_of_partners_is_a_number(scale: str | None, value: Any) -> None:
    with pytest.raises(EstimationError) as caught:
        once(couples=value if scale is None else {"trust": 0.3, scale: value})
    of = "" if scale is None else " of caring"
    assert str(caught.value) == (
        f"couples: the partner correlation {value!r}{of} is not between 0 and 1; pass one for all scales, "
        "such as 0.4, a mapping from scales to theirs, or None if persons do not form couples"
    )


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (NAN, "=nan is not valid;"),
        (1.5, "=1.5 is not valid;"),
        ("high", "='high' is not valid;"),
        (None, "=None is not valid;"),
        (True, "=True is not valid;"),
        ({"trust": 0.3}, "={'trust': 0.3} is not valid;"),
        ([[1, 0.5], [0.5]], "=[[1, 0.5], [0.5]] is not valid;"),
        ([["1", "0"], ["0", "1"]], "=[['1', '0'], ['0', '1']] is not valid;"),
        (np.eye(7), " has the shape (7, 7);"),
        ([0.5] * 6, " has the shape (6,);"),
        (with_cell(0, 1, NAN), "[0, 1] = nan is not valid;"),
        (with_cell(3, 2, -INF), "[3, 2] = -inf is not valid;"),
        (with_cell(5, 0, 1.5), "[5, 0] = 1.5 is not valid;"),
        (with_cell(2, 2, 0.9), "[2, 2] = 0.9 is not valid;"),
        (with_cell(4, 4, NAN), "[4, 4] = nan is not valid;"),
        (with_cell(1, 4, 0.4), "[1, 4] = 0.4, but [4, 1] = 0.5;"),
    ],
)
@pytest.mark.parametrize("call", [once, daily])
def test_correlations_of_factors_are_one_number_or_a_matrix(
    call: Callable[..., Any], value: Any, fault: str
) -> None:
    with pytest.raises(EstimationError) as caught:
        call(scale_correlations=value)
    assert str(caught.value) == (
        f"scale_correlations{fault} allowed: one number from -1 to 1, or a symmetric (6, 6) matrix of "
        f"such numbers with 1 on its diagonal, in the order {SIX}"
    )


def test_correlations_that_cannot_be_together() -> None:
    with pytest.raises(
        EstimationError, match=r"not positive semidefinite.* is -0\.5, .*more similar, or smaller"
    ):
        once(scale_correlations=-0.3)


BAD_CUTS: list[list[Any]] = [
    [NAN] * 6, [-2, -1, NAN, 0, 1, 2], [INF] * 6, [-INF, -1, 0, 1, 2, 3], ["a"] * 6, [[0] * 6],
    [2, 1, 0, -1, -2, -3], [0, 1], [None] * 6, [0, 1, 2, [3]],
]  # fmt: skip


@pytest.mark.parametrize("cuts", BAD_CUTS)
@pytest.mark.parametrize("by_item", [False, True])
def test_thresholds_are_ascending_numbers(cuts: list[Any], by_item: bool) -> None:
    with pytest.raises(EstimationError) as caught:
        once(thresholds={"kno07": cuts} if by_item else cuts)
    assert str(caught.value) == (
        f"thresholds of {'kno07' if by_item else 'tru01'}: {cuts!r} is not valid; allowed: 6 ascending "
        "finite numbers, for its 7 options"
    )


@pytest.mark.parametrize("value", ["low", 3, NAN, True])
@pytest.mark.parametrize("call", [once, daily])
def test_thresholds_are_several(call: Callable[..., Any], value: Any) -> None:
    with pytest.raises(EstimationError) as caught:
        call(thresholds=value)
    assert str(caught.value) == (
        f"thresholds={value!r} is not valid; allowed: ascending numbers for all items, one fewer than "
        "options, or a mapping from items to theirs"
    )


def test_numbers_may_come_as_other_kinds_of_numbers() -> None:
    plain = once(loadings=0.5, missing=0.25, careless=0.5, couples=0.5, scale_correlations=0.5)
    cuts = (-1.5, -1, -0.5, 0, 0.5, 1)
    for half in (Fraction(1, 2), np.float32(0.5), np.array(0.5)):
        made = once(loadings=half, missing=half / 2, careless=half, couples=half, scale_correlations=half)
        pd.testing.assert_frame_equal(made.answers, plain.answers)
        assert made.parameters == plain.parameters
    for given in (np.array(cuts), pd.Series(cuts), [Fraction(cut) for cut in cuts]):
        assert once(thresholds=given).answers.equals(once(thresholds=cuts).answers)
    with pytest.raises(EstimationError, match="missing=Decimal"):
        once(missing=Decimal("0.5"))


# --- seeds ---


@pytest.mark.parametrize(
    "rng", [-1, 1.5, 1.0, "1", True, False, [1, 2], np.random.RandomState(1), NAN, {}, -(10**30)]
)
@pytest.mark.parametrize("call", [once, daily, lambda rng: generator(rng)])
def test_a_seed_is_a_whole_number_or_a_generator(call: Callable[..., Any], rng: Any) -> None:
    with pytest.raises(EstimationError) as caught:
        call(rng=rng)
    allowed = "a whole number from 0, a numpy Generator, or None"
    assert str(caught.value) == f"rng={rng!r} is not valid; allowed: {allowed}"


@pytest.mark.parametrize("rng", [0, 10**30, np.int64(3), np.uint8(3), np.random.default_rng(3), None])
def test_seeds_that_are_taken(rng: Any) -> None:
    assert len(once(rng=rng).answers) == 4
    assert len(daily(rng=rng).answers) == 6


# --- names ---

ITEMS = "tru01, kno06, mut04, com09, car13, int08 and 6 more"


@pytest.mark.parametrize("what", ["loadings", "thresholds"])
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("tru1", "did you mean 'tru01'?"),
        ("TRU01", "did you mean 'tru01'?"),
        ("zzz", f"its items are {ITEMS}"),
        (5, f"its items are {ITEMS}"),
        (None, f"its items are {ITEMS}"),
        ("trust", f"it is a scale, and {{what}} are by item: {ITEMS}"),
        ("total", f"it is a scale, and {{what}} are by item: {ITEMS}"),
    ],
)
def test_a_name_of_no_item_is_not_passed_over(what: str, name: Any, hint: str) -> None:
    value = 0.7 if what == "loadings" else [-2, -1, 0, 1, 2, 3]
    given = once().parameters[what] | {name: value}
    with pytest.raises(EstimationError) as caught:
        once(**{what: given})
    assert str(caught.value) == (
        f"{what} names {name!r}, which is not an item of scii-12; {hint.format(what=what)}"
    )


@pytest.mark.parametrize(
    ("form", "name", "why"),
    [
        (
            "scii-12",
            "trsut",
            f"which is not a scale of scii-12 (did you mean 'trust'?); scales with a factor: {SIX}",
        ),
        ("scii-12", 3, f"which is not a scale of scii-12; scales with a factor: {SIX}"),
        (
            "scii-12",
            "total",
            f"which has no factor of its own: it is composed of {SIX}; scales with a factor: {SIX}",
        ),
        (
            "tls-15",
            "total",
            "which has no factor of its own: its items belong to intimacy, passion, commitment, listed "
            "before it; scales with a factor: intimacy, passion, commitment",
        ),
    ],
)
def test_couples_name_scales_that_have_a_factor(form: str, name: Any, why: str) -> None:
    with pytest.raises(EstimationError) as caught:
        simulate(form, 4, couples={name: 0.4}, rng=1)
    assert str(caught.value) == f"couples names {name!r}, {why}"


def test_a_total_of_items_is_not_counted_in_the_matrix() -> None:
    assert simulate("tls-15", 4, scale_correlations=np.eye(3), rng=1).true_scores.shape == (4, 5)
    with pytest.raises(EstimationError, match=r"has the shape \(4, 4\); .*a symmetric \(3, 3\) matrix"):
        simulate("tls-15", 4, scale_correlations=np.eye(4), rng=1)


def test_what_a_mapping_leaves_out() -> None:
    """Loadings must all be named; thresholds are then the default ones, and partners independent."""
    with pytest.raises(
        EstimationError, match="loadings has no loading of 'kno06'; give one for each item that is scored"
    ):
        once(loadings={"tru01": 0.5, "tru04": 0.5})
    cuts = once(thresholds={"tru01": [-2, -1, 0, 1, 2, 3]}).parameters["thresholds"]
    assert cuts["tru01"] == [-2, -1, 0, 1, 2, 3]
    assert cuts["tru04"] == once().parameters["thresholds"]["tru04"]
    r = once(couples={"trust": 0.4}).parameters["couples"]
    assert r == dict.fromkeys(SIX.split(", "), 0.0) | {"trust": 0.4}


def test_unscored_items_have_no_factor() -> None:
    form = Instrument.model_validate(
        {"id": "x", "version": "1", "title": "X", "response_scale": {"minimum": 1, "maximum": 5}}
        | {"items": [{"id": i} for i in ("a", "b", "alone")], "scales": [{"id": "s", "items": ["a", "-b"]}]}
    )
    with pytest.raises(
        EstimationError, match=r"loadings gives alone 0.5, but no scale scores it.* leave it out"
    ):
        simulate(form, 4, loadings={"a": 0.5, "b": 0.5, "alone": 0.5}, rng=1)
    made = simulate(form, 4, loadings={"a": 0.5, "b": 0.5}, rng=1)
    assert made.parameters["loadings"] == {"a": 0.5, "b": 0.5, "alone": 0.0}
