"""People who choose the ends of a range, whatever it means, are not options out of order."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from intimacy_scales import check_coding
from intimacy_scales.coding.answering_style import agrees_as_printed
from intimacy_scales.coding.believed import Believed
from intimacy_scales.coding.categories import item_groups
from intimacy_scales.coding.category_order import is_folded, normal_scores
from intimacy_scales.coding.joint_counts import blocks_of
from intimacy_scales.coding.stored_answers import read_stored
from intimacy_scales.reading.options import Reading
from tests.shared.instruments import form_of

K, OPTIONS = 5, 6
FORM = form_of({"scale": "a b c d e"}, high=OPTIONS)
FOLDED = (2, 3, 1, 4, 0, 5)  # 3, 4, 2, 5, 1, 6
SCRAMBLED = (2, 0, 3, 1, 5, 4)


def answers_of(seed: int, style: float, shift: float = 1.0, n: int = 150) -> np.ndarray:
    """Return simulated answers of people who differ in how far from the middle they answer."""
    rng = np.random.default_rng(seed)
    trait, error, extreme = rng.normal(size=(n, 1)), rng.normal(size=(n, K)), rng.normal(size=(n, 1))
    latent = (0.6 * trait + 0.8 * error + shift) * np.exp(style * extreme)
    return np.searchsorted(np.linspace(-1.6, 1.6, OPTIONS - 1), latent) + 1.0


def checked(answers: np.ndarray):
    return check_coding(FORM, answers, columns=list(FORM.item_ids))


def tells(answers: np.ndarray, order: tuple[int, ...]) -> bool:
    """Return whether the answers agree more as printed than in an order."""
    stored = read_stored(FORM, answers, Reading(columns=list(FORM.item_ids)))
    groups = item_groups(FORM, stored)
    blocks = blocks_of(FORM, stored, groups)
    scores = np.tile(np.arange(1.0, OPTIONS + 1), (K, 1))
    printed = Believed(scores=scores, flips=np.ones(K), points=np.full(K, OPTIONS))
    other = scores.copy()
    other[:, list(order)] = scores
    return agrees_as_printed(groups[0], blocks, printed, printed.with_scores(np.arange(K), other), order)


def told_naively(answers: np.ndarray, order: tuple[int, ...]) -> bool:
    """Return the same from the answers themselves, pair by pair."""
    places = np.empty(OPTIONS)
    places[list(order)] = np.arange(OPTIONS)
    other = places[answers.astype(int) - 1]
    printed, after = np.corrcoef(answers.T), np.corrcoef(other.T)
    alike = [abs(np.corrcoef(answers[:, item], other[:, item])[0, 1]) for item in range(K)]
    told = []
    for item in range(K):
        counts = np.bincount(answers[:, item].astype(int) - 1, minlength=OPTIONS).astype(float)
        z = normal_scores(counts[None], np.array([order]))[0, 0]
        told.append(counts @ z**2 / counts.sum())
    pairs = [(i, j) for i in range(K) for j in range(i)]
    r_b, r_a = (np.mean([table[pair] for pair in pairs]) for table in (printed, after))
    rho2 = np.mean([alike[i] * alike[j] for i, j in pairs])
    s = np.mean([np.sqrt(told[i] * told[j]) for i, j in pairs])
    return bool(r_b > min(r_a * rho2 + min(r_a / s, 1) ** 2 * (1 - s * rho2), r_a / 1.25))


@pytest.mark.parametrize("style", [0.0, 0.4, 0.8])
@pytest.mark.parametrize("order", [FOLDED, SCRAMBLED])
def test_agreement_as_printed_is_that_of_the_answers(style: float, order: tuple[int, ...]) -> None:
    told = set()
    for seed in range(12):
        answers = answers_of(seed, style)
        told.add(tells(answers, order))
        assert tells(answers, order) == told_naively(answers, order)
        scrambled = np.array(order)[answers.astype(int) - 1] + 1.0  # stored in that order
        assert tells(scrambled, order) == told_naively(scrambled, order)
        told.add(tells(scrambled, order))
    assert told == {True, False}


def folded_from(apex: int, n: int) -> set[tuple[int, ...]]:
    """Return the orders that begin at an option and take the next one from its left or its right."""
    orders = {(apex,)}
    for _ in range(n - 1):
        orders = {(*order, at) for order in orders for at in (min(order) - 1, max(order) + 1) if 0 <= at < n}
    return orders


def test_folded_orders_take_options_from_either_side() -> None:
    folded = set().union(*(folded_from(apex, 5) for apex in range(5)))
    folded |= {order[::-1] for order in folded}
    expected = {order for order in folded if sum(at != place for place, at in enumerate(order)) > 2}
    assert {order for order in permutations(range(5)) if is_folded(order, range(5))} == expected
    assert len(expected) == 25 and (1, 0, 2, 3, 4) in folded - expected
    assert is_folded("bca", "abc") and not is_folded("abc", "abc")


def test_people_who_choose_the_ends_are_seldom_taken_for_options_out_of_order() -> None:
    flagged = [bool(checked(answers_of(seed, 0.4)).faults) for seed in range(60)]
    assert sum(flagged) <= 6  # 9 before


def test_options_that_are_out_of_order_are_named_though_people_choose_the_ends() -> None:
    for order in (FOLDED, SCRAMBLED):
        stored = [np.array(order)[answers_of(seed, 0.3, 0.0).astype(int) - 1] + 1.0 for seed in range(20)]
        assert sum(bool(checked(answers).faults) for answers in stored) >= 18


def test_the_text_names_both_explanations() -> None:
    stored = np.array(FOLDED)[answers_of(1, 0.0, 0.0, n=400).astype(int) - 1] + 1.0
    check = checked(stored)
    assert {fault.hypothesis for fault in check.faults} == {"recodes permuted"}
    assert (
        "as do people who choose the ends whatever they mean: compare it with the codebook"
        in check.warnings[0]
    )
    other = checked(np.array(SCRAMBLED)[answers_of(1, 0.0, 0.0, n=400).astype(int) - 1] + 1.0)
    assert other.faults and "choose the ends" not in other.warnings[0]
