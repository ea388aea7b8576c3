"""A recode is given only where the answers tell it: otherwise a check names the values to look up."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import CodingCheck, score
from intimacy_scales.coding.orders import order_cost, untold_of
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.stored_answers import ITEMS, check_of, faults_of, options_of_ten, ten

FORM = ten(evidence=PUBLISHED)


def reads_as(check: CodingCheck, stored: np.ndarray, options: np.ndarray) -> bool:
    """Tell whether the recode of a check gives the options back, or all of them from the other end."""
    recode = check.recode
    by_item = [recode.get(item, recode) for item in ITEMS]
    assert all(isinstance(one, Mapping) for one in by_item)
    columns = zip(by_item, stored.T.tolist(), strict=True)
    read = np.array([[one.get(value, value) for value in column] for one, column in columns])
    return any(np.array_equal(read.T, numbers[options]) for numbers in (np.arange(1, 6), np.arange(5, 0, -1)))


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("loading", [0.3, 0.4, 0.6])
def test_an_added_option_is_placed_or_to_be_looked_up(place: int, loading: float) -> None:
    """Survey tools give an option that was added later the next number, wherever it stands."""
    numbers = np.insert(np.arange(1, 5), place, 6)
    given = 0
    for seed in range(12):
        options = options_of_ten(seed, loading=loading)
        stored = numbers[options]
        check = check_of(FORM, stored)
        assert "recodes permuted" in faults_of(check)
        if check.recode:
            given += 1
            assert reads_as(check, stored, options)
            assert all(not finding.look_up for finding in check.items)
        else:
            assert check.whole.look_up and "Look up the numbers of the options" in check.whole.text
    assert given >= (12 if loading == 0.6 else 3)


def test_added_options_of_a_weak_scale_are_not_said_to_rise() -> None:
    stored = np.array([1, 6, 2, 3, 4])[options_of_ten(1, loading=0.4)]
    check = check_of(FORM, stored)
    (fault,) = check.faults
    assert (fault.hypothesis, fault.certainty, check.recode) == ("recodes permuted", "surely", {})
    assert "options look stored as 1, 2, 3, 4, 6: " in fault.text
    assert "Their order is not told. Look up the numbers of the options." in fault.text
    assert fault.text.endswith("If they rise with their numbers: recode={1: 1, 2: 2, 3: 3, 4: 4, 6: 5}.")
    assert CodingCheck.from_json(json.dumps(check.to_dict())) == check
    hidden = check_of(FORM, stored, show_values=False).whole.text
    assert "The places of some options are not told" in hidden and "stored as 5 values" in hidden


def test_other_numbers_in_equal_steps_rise() -> None:
    for numbers in (np.arange(2, 7), np.arange(23, 28)):
        options = options_of_ten(3, loading=0.4)
        check = check_of(FORM, numbers[options])
        assert faults_of(check) == {"another scale's answers": set(ITEMS)}
        assert check.recode == {int(number): n for n, number in enumerate(numbers, start=1)}


def test_a_few_numbers_of_one_item_are_not_those_of_another_scale() -> None:
    """Four 6s are all in one item: by chance, among ten items, in 1 of 1,000 samples."""
    stored = options_of_ten(4) + 1
    stored[[3, 50, 77, 120], 2] = 6
    check = check_of(FORM, stored)
    assert {item for fault in check.faults for item in fault.items} <= {"q3"}
    spread = options_of_ten(4) + 1
    spread[[3, 50, 77, 120], [0, 2, 5, 8]] = 6
    assert check_of(FORM, spread)["q3"].hypothesis == check_of(FORM, spread)["q1"].hypothesis


def test_a_usual_code_far_from_the_options_is_not_an_option() -> None:
    for seed in range(10):
        stored = options_of_ten(seed) + 1
        stored[np.random.default_rng(seed).random(stored.shape) < 0.08] = 9
        assert faults_of(check_of(FORM, stored)) == {"missing code outside the range": set(ITEMS)}


@pytest.mark.parametrize("numbers", [[3, 5, 1, 4, 2], [5, 2, 4, 1, 3]])
def test_an_item_against_the_others_may_be_out_of_order_instead_of_reversed(numbers: list[int]) -> None:
    given = 0
    for seed in range(20):
        options = options_of_ten(seed, loading=0.7)
        stored = options + 1
        stored[:, 0] = np.array(numbers)[options[:, 0]]
        check = check_of(FORM, stored)
        (fault,) = check.faults
        assert (fault.items, fault.hypothesis) == (("q1",), "recodes permuted")
        assert fault.log10_odds == pytest.approx(sum(log10 for _, log10 in fault.evidence))
        assert fault.next_best in (None, "reversed already")
        if check.recode:
            given += 1
            order = fault.text.partition("from lowest to highest is ")[2].partition(";")[0]
            assert reads_as(check, stored, options) and order == ", ".join(map(str, numbers))
        else:
            assert fault.look_up and "Look up the numbers of the options" in fault.text
    assert given


def test_an_item_about_as_likely_reversed_as_out_of_order_is_looked_up() -> None:
    texts = []
    for seed in range(30):
        options = options_of_ten(seed, loading=0.7)
        stored = options + 1
        stored[:, 0] = np.array([4, 5, 3, 1, 2])[options[:, 0]]
        check = check_of(FORM, stored)
        texts += [one.text for one in check.faults if one.look_up and one.hypothesis == "reversed already"]
        assert not (texts and check["q1"].look_up and check.recode)
    assert texts and all("as well be in another order: look up their numbers" in text for text in texts)
    assert all("If it was reversed: recode={'q1': {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}}" in text for text in texts)


def test_a_reversed_item_is_not_taken_for_one_out_of_order() -> None:
    for seed in range(20):
        options = options_of_ten(seed)
        stored = options + 1
        stored[:, 3] = 6 - stored[:, 3]
        check = check_of(FORM, stored)
        assert faults_of(check) == {"reversed already": {"q4"}} and reads_as(check, stored, options)


def test_orders_of_more_options_than_are_all_weighed() -> None:
    """Eight options and more: only orders near the printed one are tried, each of them once."""
    form = ten(0, 11, evidence=PUBLISHED)
    for seed in (0, 1, 3):
        options = options_of_ten(seed, n_options=11, loading=0.8)
        stored = options.copy()
        stored[:, 0] = np.array([0, 1, 8, 3, 4, 5, 6, 7, 2, 9, 10])[options[:, 0]]
        fault = next(one for one in check_of(form, stored).faults if one.items == ("q1",))
        assert fault.hypothesis == "recodes permuted"


def test_a_given_recode_gives_the_scores_back() -> None:
    options = options_of_ten(2, loading=0.5)
    stored = pd.DataFrame(np.array([1, 2, 6, 3, 4])[options], columns=ITEMS)
    check = check_of(FORM, stored)
    read, true = (
        score(FORM, stored, recode=check.recode),
        score(FORM, pd.DataFrame(options + 1, columns=ITEMS)),
    )
    assert np.array_equal(read["total"], true["total"])


def test_cost_of_an_order_is_the_number_of_orders_that_are_as_simple() -> None:
    base = (0, 1, 2, 3, 4)
    assert order_cost(base, base) == 0
    assert order_cost(base, (0, 4, 1, 2, 3), new=[4]) == pytest.approx(math.log10(4))
    assert order_cost(base, (3, 4, 0, 1, 2), new=[3, 4]) == pytest.approx(math.log10(19))
    moved = order_cost(base, (0, 4, 1, 2, 3))
    assert moved == order_cost(base, (1, 0, 2, 3, 4), new=[4]) == pytest.approx(math.log10(22))
    assert order_cost(base, (1, 3, 0, 4, 2)) == pytest.approx(math.log10(120))


def test_what_is_not_told_is_named_by_what_differs() -> None:
    order, near = (4, 2, 0, 1, 3), np.zeros(1)
    assert untold_of(order, [(4, 0, 2, 1, 3)], near).neighbours == ((2, 0),)
    assert untold_of(order, [(2, 0, 1, 4, 3)], near).unplaced == (4,)
    assert untold_of(order, [(4, 3, 2, 0, 1)], near).unplaced == (3,)
    assert untold_of(order, [(4, 1, 0, 2, 3)], near).unplaced == (1, 2)
    assert untold_of(order, [(4, 0, 2, 1, 3)], near + 5).categories == ()


def test_a_recode_of_all_faults_names_the_items_that_are_left_out() -> None:
    options = options_of_ten(2, loading=0.7)
    stored = options + 1
    stored[:, 7] = 6 - stored[:, 7]
    stored[:, 0] = np.array([1, 6, 2, 3, 4])[options[:, 0]]
    check = check_of(FORM, stored)
    assert 6 in check["q1"].look_up and check.recode == {"q8": {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}}
    assert "All together, without q1: recode={'q8': {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}}" in repr(check)


def test_labels_numbered_by_their_alphabet_are_not_told_from_which_end() -> None:
    """Agree, disagree, neutral, strongly agree, strongly disagree: 5, 2, 3, 1, 4 from low to high."""
    for seed in range(5):
        options = options_of_ten(seed, loading=0.7)
        check = check_of(FORM, np.array([5, 2, 3, 1, 4])[options])
        assert faults_of(check) == {"recodes permuted": set(ITEMS)}
        assert (check.recode, check.whole.look_up) == ({}, (1, 2, 3, 4, 5))
        assert "It is not told from which end they rise. Look up the numbers" in check.whole.text
        assert reads_as_likeliest(check, np.array([5, 2, 3, 1, 4])[options], options)


def reads_as_likeliest(check: CodingCheck, stored: np.ndarray, options: np.ndarray) -> bool:
    likeliest = check.whole.as_recode()
    read = np.vectorize(likeliest.__getitem__)(stored)
    return np.array_equal(read, options + 1) or np.array_equal(read, 5 - options)


@pytest.mark.parametrize(("code", "certainty"), [(12, "probably"), (99, "surely"), (-9, "surely")])
def test_a_number_that_nothing_can_be_compared_with_is_said_to_be_so(code: int, certainty: str) -> None:
    """Two items are in no scale in which rest scores could be compared."""
    stored = options_of_ten(1)[:, :2] + 1
    stored[:12, 0] = code
    form = form_of({"pair": "q1 q2"}, evidence=PUBLISHED)
    (fault,) = check_of(form, stored).faults
    assert (fault.hypothesis, fault.certainty) == ("missing code outside the range", certainty)
    assert "is not an option, and no answers to other items tell what it stands for" in fault.text
    assert f"If it means no answer: missing_codes=[{code}]" in fault.text


def test_a_number_that_is_chosen_often_is_no_code_without_other_items() -> None:
    form = form_of({"alone": "q1"}, low=0, high=10, evidence=PUBLISHED)
    stored = np.repeat(np.arange(11), [1, 1, 2, 3, 4, 6, 8, 10, 6, 40, 9])[:, None]
    assert check_of(form, stored).faults == ()


def test_one_item_of_which_nobody_chose_an_option_is_as_printed() -> None:
    form = form_of({"alone": "q1"}, high=3, evidence=PUBLISHED)
    assert check_of(form, np.repeat([2, 3], [27, 3])[:, None]).faults == ()


def test_two_far_numbers_of_options_are_looked_up() -> None:
    form = ten(n_options=4, evidence=PUBLISHED)
    stored = np.array([7, 2, 3, 6])[options_of_ten(5, n_options=4, loading=0.6)]
    check = check_of(form, stored)
    assert check.faults and check.recode == {}
    assert {value for fault in check.faults for value in fault.look_up} >= {6, 7}


def test_a_code_on_a_slider_stands_out_without_other_items() -> None:
    form = form_of({"alone": "q1"}, low=0, high=100, evidence=PUBLISHED)
    rng = np.random.default_rng(1)
    stored = rng.integers(0, 101, size=(200, 1))
    stored[:30] = 99
    (fault,) = check_of(form, stored).faults
    assert fault.hypothesis == "missing code inside the range"
    assert "99, given 32 times, is an option, but it was given far more often than its n" in fault.text
