"""Couples compared with strangers: exact means, random re-pairing, and its p values."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import EstimationError, UnknownNameError
from intimacy_scales.dyads import profile_similarity
from intimacy_scales.dyads.profiles.couple_figures import COMPARED, figures_of_couples
from intimacy_scales.dyads.profiles.expected_similarity import expected_similarity
from intimacy_scales.dyads.profiles.repairing import p_value
from intimacy_scales.dyads.profiles.stranger_pairs import figures_of_pairs, pool_of
from tests.shared.comparison import close
from tests.shared.couples import couples_with_answers
from tests.shared.simulated_couples import some_profiles

ALIKE = np.random.default_rng(2).integers(1, 8, size=(30, 1, 6)).repeat(2, axis=1).astype(float)
ALIKE[:, 1, 0] = 8 - ALIKE[:, 1, 0]
UNRELATED = np.random.default_rng(4).integers(1, 8, size=(40, 2, 6)).astype(float)


def stranger_pairs(profiles: Any, *, by_role: bool) -> list[tuple[Any, Any]]:
    """Every pseudo-couple's two profiles, each with the mean profile that is removed from it."""
    n, places = len(profiles), (0, 1)
    if by_role:
        return [((i, 0), (j, 1)) for i in range(n) for j in range(n) if i != j]
    persons = [(couple, place) for couple in range(n) for place in places]
    return [(p, q) for p, q in combinations(persons, 2) if p[0] != q[0]]


@settings(max_examples=25)
@given(profiles=some_profiles(2, 5), roles=st.booleans())
def test_expected_similarity_is_the_mean_of_all_pseudo_couples(profiles: Any, roles: bool) -> None:
    pairs = stranger_pairs(profiles, by_role=roles)
    pool = pool_of(figures_of_couples(profiles, roles), roles)
    expected = expected_similarity(pool)
    assert pool.n_pairs == len(pairs)
    means = profiles.mean(axis=0) if roles else np.repeat(profiles.mean(axis=(0, 1))[None], 2, axis=0)
    of_pairs: dict[str, list[float]] = {name: [] for name in COMPARED}
    for (i, a), (j, b) in pairs:
        x, y = profiles[i, a], profiles[j, b]
        two = np.array([[x, y]])
        figures = figures_of_couples(two, False)
        for name in ("overall", "d2", "elevation", "scatter", "shape"):
            of_pairs[name].append(float(getattr(figures, name)[0]))
        deviations = figures_of_couples(np.array([[x - means[a], y - means[b]]]), False)
        of_pairs["distinctive"].append(float(deviations.overall[0]))
    for name, values in of_pairs.items():
        defined = [value for value in values if not np.isnan(value)]
        if name != "double_entry":
            close(expected[name], np.mean(defined) if defined else np.nan, within=1e-9)


@pytest.mark.parametrize("roles", [True, False])
def test_what_is_expected_is_exact_or_the_mean_of_drawn_pairs(roles: bool) -> None:
    result = profile_similarity(couples_with_answers(UNRELATED[:20], roles=roles), "items")
    strangers = result.pseudo_couples(999, rng=1)
    kinds = {name: comparison.expected_from for name, comparison in strangers.comparisons.items()}
    assert [name for name, kind in kinds.items() if kind == "drawn pairs"] == ["double_entry"]
    of_pairs = []
    for (i, a), (j, b) in stranger_pairs(UNRELATED[:20], by_role=roles):
        pair = figures_of_couples(np.array([[UNRELATED[i, a], UNRELATED[j, b]]]), False)
        of_pairs.append(float(pair.double_entry[0]))
    close(strangers["double_entry"].expected, np.mean(of_pairs), within=0.015)
    close(strangers["double_entry"].sd, np.std(of_pairs), within=0.015)


@settings(max_examples=25)
@given(profiles=some_profiles(2, 6), roles=st.booleans(), seed=st.integers(0, 99))
def test_figures_of_drawn_pairs_are_those_of_couples(profiles: Any, roles: bool, seed: int) -> None:
    """Re-paired persons have the figures that they would have as couples, with the same mean profiles."""
    couples = figures_of_couples(profiles, roles)
    pool = pool_of(couples, roles)
    rows = pool.drawn(np.random.default_rng(seed))
    persons = np.concatenate([rows[0], rows[1] + (len(profiles) if roles else 0)])
    assert sorted(persons) == list(range(2 * len(profiles)))  # everyone once
    x = pool.first.profiles.centred + pool.first.profiles.level[:, None]
    y = pool.second.profiles.centred + pool.second.profiles.level[:, None]
    as_couples = figures_of_couples(np.stack([x[rows[0]], y[rows[1]]], axis=1), roles)
    found = figures_of_pairs(pool, rows)
    for number, name in enumerate(COMPARED):
        close(found[number], getattr(as_couples, name), within=1e-8)


def test_strangers_who_pair_again_are_not_pseudo_couples() -> None:
    pool = pool_of(figures_of_couples(UNRELATED[:3], False), False)
    assert pool.are_strangers((np.array([0, 0, 1]), np.array([3, 4, 2]))).tolist() == [False, True, True]
    assert pool.are_strangers(pool.couples()).tolist() == [False] * 3


def test_partners_who_are_alike_are_more_similar_than_strangers() -> None:
    alike = profile_similarity(couples_with_answers(ALIKE), "items").pseudo_couples(199, rng=1)
    for name in COMPARED:
        if name != "elevation":
            assert alike[name].p_value == 1 / 200, name
    assert alike["overall"].difference > 0.4
    assert alike["d2"].difference < 0
    assert alike["overall"].low < alike["overall"].expected < alike["overall"].high
    unrelated = profile_similarity(couples_with_answers(UNRELATED), "items").pseudo_couples(199, rng=1)
    assert 0.02 < unrelated["overall"].p_value < 0.98
    assert abs(unrelated["overall"].difference) < 0.15


def test_pseudo_couples_of_a_seed_are_always_the_same() -> None:
    result = profile_similarity(couples_with_answers(UNRELATED), "items")
    first, again, other = (result.pseudo_couples(99, rng=seed) for seed in (1, 1, 2))
    assert first == again
    assert (first.repaired_means == again.repaired_means).all()
    assert first != other
    assert [first[name].p_value for name in ("overall", "d2", "shape")] == [0.75, 0.84, 0.74]


def test_p_values_count_ties_and_the_couples_themselves() -> None:
    means = np.array([0.1, 0.3, 0.3 + 1e-15, 0.3 - 1e-15, 0.5, np.nan])
    assert p_value("overall", 0.3, means) == 5 / 6
    assert p_value("d2", 0.3, means) == 5 / 6
    assert p_value("overall", 0.9, means) == 1 / 6
    assert np.isnan(p_value("overall", np.nan, means))
    # two couples: each pairing is at least as similar as the one that there is, or ties with it
    profiles = np.array([[[1, 2, 4], [1, 2, 4]], [[5, 2, 3], [5, 2, 3]]], dtype=float)
    strangers = profile_similarity(couples_with_answers(profiles, roles=True), "items").pseudo_couples(
        999, rng=1
    )
    assert 0.4 < strangers["d2"].p_value < 0.6  # half of the pairings are the couples


@pytest.mark.parametrize("n", [98, True, "many", 200.0])
def test_numbers_of_re_pairings_that_are_not_valid(n: Any) -> None:
    result = profile_similarity(couples_with_answers(UNRELATED), "items")
    with pytest.raises(
        EstimationError, match=r"n_repairings=.* is not valid; allowed: a whole number, at least 99"
    ):
        result.pseudo_couples(n)


def test_pseudo_couples_as_tables_and_text() -> None:
    strangers = profile_similarity(couples_with_answers(UNRELATED, roles=True), "items").pseudo_couples(
        99, rng=1
    )
    frame = strangers.to_frame()
    assert list(frame.index) == list(COMPARED)
    close(frame["difference"], frame["mean"] - frame["expected"])
    assert repr(strangers).startswith(
        "<40 couples and 1560 pseudo-couples (wife with husband of another couple), 99 random re-pairings"
    )
    with pytest.raises(UnknownNameError, match="did you mean 'overall'"):
        strangers["Overall"]
