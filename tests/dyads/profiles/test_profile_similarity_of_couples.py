"""Similarity of both partners' profiles, against naive formulas, R, and what must not change it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import EstimationError
from intimacy_scales.dyads import Dyads, profile_similarity
from tests.shared.comparison import close, near
from tests.shared.couples import PARTNERS, couples_with_answers, couples_with_scores, swapped
from tests.shared.simulated_couples import some_profiles

FIGURES = ("overall", "distinctive", "double_entry", "d2", "elevation", "scatter", "shape")


def naive_r(x: Any, y: Any) -> float:
    x, y = list(map(float, x)), list(map(float, y))
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    sxx = sum((a - mean_x) ** 2 for a in x)
    syy = sum((b - mean_y) ** 2 for b in y)
    if sxx < 1e-15 or syy < 1e-15:
        return float("nan")
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / (sxx * syy) ** 0.5


def naive(profiles: Any, *, by_role: bool) -> dict[str, list[float]]:
    """Every figure of each couple, by the formulas as they are in print."""
    means = profiles.mean(axis=0) if by_role else np.repeat(profiles.mean(axis=(0, 1))[None], 2, axis=0)
    rows: dict[str, list[float]] = {name: [] for name in FIGURES}
    for x, y in profiles:
        sx, sy = (np.sqrt(np.mean((side - side.mean()) ** 2)) for side in (x, y))
        r = naive_r(x, y)
        rows["overall"].append(r)
        rows["distinctive"].append(naive_r(x - means[0], y - means[1]))
        rows["double_entry"].append(naive_r([*x, *y], [*y, *x]))
        rows["d2"].append(float(np.mean((x - y) ** 2)))
        rows["elevation"].append(float((x.mean() - y.mean()) ** 2))
        rows["scatter"].append(float((sx - sy) ** 2))
        rows["shape"].append(float(2 * sx * sy * (1 - (0 if np.isnan(r) else r))))
    return rows


@settings(max_examples=40)
@given(profiles=some_profiles(), roles=st.booleans())
def test_profile_similarity_is_that_of_naive_formulas(profiles: Any, roles: bool) -> None:
    result = profile_similarity(couples_with_answers(profiles, roles=roles), "items")
    for name, expected in naive(profiles, by_role=roles).items():
        close(result.of_couples(name), expected, within=1e-9)
        defined = [value for value in expected if not np.isnan(value)]
        assert result[name].n == len(defined)
        assert result[name].n_undefined == len(profiles) - len(defined)
        if defined:
            near(float(result[name]), np.mean(defined), abs=1e-9)
        else:
            assert result[name].reason


@settings(max_examples=12)
@given(profiles=some_profiles(), data=st.data())
def test_exchangeable_partners_can_be_listed_in_either_order(profiles: Any, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.booleans(), min_size=len(profiles), max_size=len(profiles)))
    both = (profiles, swapped(profiles, chosen))
    one, other = (profile_similarity(couples_with_answers(p), "items") for p in both)
    for name in one.means:
        close(one.of_couples(name), other.of_couples(name))
        close(one[name].mean, other[name].mean)
    options: Any = {"of": "distinctive", "method": "bootstrap", "n_resamples": 100, "rng": 1}
    close(list(one.confidence_interval(**options)), list(other.confidence_interval(**options)))
    # the same pseudo-couples are drawn, whichever partner is first
    one_p, other_p = (result.pseudo_couples(99, rng=1) for result in (one, other))
    for name in FIGURES:
        a, b = one_p[name], other_p[name]
        close([a.expected, a.sd, a.low, a.high, a.p_value], [b.expected, b.sd, b.low, b.high, b.p_value])


def by_scale(profiles: Any) -> dict[str, Any]:
    """Return the scores of each scale (n, 2)."""
    return {f"s{n + 1}": profiles[:, :, n] for n in range(profiles.shape[2])}


@settings(max_examples=25)
@given(profiles=some_profiles(), added=st.integers(1, 3), times=st.sampled_from([0.5, 2.0]))
def test_levels_and_spreads_change_only_their_parts(profiles: Any, added: int, times: float) -> None:
    one = profile_similarity(couples_with_scores(by_scale(profiles)))
    close(sum(one.of_couples(name) for name in ("elevation", "scatter", "shape")), one.of_couples("d2"))
    higher = profiles.copy()
    higher[:, 0] += added
    raised = profile_similarity(couples_with_scores(by_scale(higher)))
    for name in ("overall", "scatter", "shape"):
        close(raised.of_couples(name), one.of_couples(name), within=1e-8)
    level = profiles[:, 0].mean(axis=1) - profiles[:, 1].mean(axis=1)
    close(raised.of_couples("elevation"), (level + added) ** 2, within=1e-8)
    # one partner's profile stretched about its level
    middle = profiles[:, 0].mean(axis=1, keepdims=True)
    wider = profiles.copy()
    wider[:, 0] = middle + times * (profiles[:, 0] - middle)
    stretched = profile_similarity(couples_with_scores(by_scale(wider)))
    for name in ("overall", "elevation"):
        close(stretched.of_couples(name), one.of_couples(name), within=1e-8)
    close(stretched.of_couples("shape"), times * one.of_couples("shape"), within=1e-8)


def test_identical_and_opposite_profiles() -> None:
    profiles = [[[1, 2, 4, 7], [1, 2, 4, 7]], [[1, 2, 4, 7], [7, 6, 4, 1]], [[2, 5, 3, 3], [3, 6, 4, 4]]]
    result = profile_similarity(couples_with_answers(profiles), "items")
    close(result.of_couples("overall"), [1, -1, 1])
    close(result.of_couples("double_entry")[:2], [1, -1])
    close(result.of_couples("d2")[[0, 2]], [0, 1])
    close(result.of_couples("elevation")[[0, 2]], [0, 1])
    close(result.of_couples("shape")[[0, 2]], [0, 0])
    assert result["overall"].n_by_fisher_z == 0
    assert np.isnan(result["overall"].mean_by_fisher_z)  # each r is 1 or -1


def test_flat_profiles_are_undefined_with_the_reason() -> None:
    flat, other = [3, 3, 3, 3], [1, 4, 2, 6]
    result = profile_similarity(
        couples_with_answers(
            [[flat, other], [flat, flat], [other, flat], [other, other], [other, [2, 1, 5, 1]]]
        ),
        "items",
    )
    assert np.isnan(result.of_couples("overall")).tolist() == [True, True, True, False, False]
    assert np.isnan(result.of_couples("double_entry")).tolist() == [False, True, False, False, False]
    assert (result.n_flat, result["overall"].n, result["overall"].n_undefined) == (3, 2, 3)
    close(result.of_couples("shape")[:3], 0)
    assert result.to_frame()["reason"].tolist() == [
        "wife: all 4 items equal, no correlation",
        "wife: all 4 items equal, no correlation; husband: all 4 items equal, no correlation; both partners "
        "at the same level, no double-entry correlation",
        "husband: all 4 items equal, no correlation",
        "",
        "",
    ]
    assert any(text.startswith("in 3 of 5 couples a partner has a flat profile") for text in result.warnings)
    assert "In 3 of 5 couples a partner's profile was flat" in result.sentence()
    all_flat = profile_similarity(couples_with_answers([[flat, flat], [flat, [4] * 4]]), "items")
    assert all_flat["overall"].reason == "in each couple a partner has a flat profile, all values equal"
    assert all_flat.confidence_interval().reason == all_flat["overall"].reason
    assert "similarity is undefined" in all_flat.sentence()
    assert all_flat.pseudo_couples(99, rng=1)["overall"].reason == "it is undefined in each couple"


def test_one_couple_has_no_distinctive_similarity() -> None:
    result = profile_similarity(couples_with_answers([[[1, 2, 4], [2, 2, 6]]]), "items")
    assert result["distinctive"].reason == "one couple has no mean profile but its own"
    assert result["normative"].reason == "one couple has no mean profile but its own"
    near(result["overall"].mean, naive_r([1, 2, 4], [2, 2, 6]))
    assert result.confidence_interval().reason == "it is defined in 1 couple, and two are needed"
    assert result.to_frame()["reason"][0] == "one couple has no mean profile but its own"
    with pytest.raises(EstimationError, match="pseudo-couples need at least two couples"):
        result.pseudo_couples()


def test_couples_without_two_complete_profiles_are_left_out() -> None:
    nan = np.nan
    profiles = [
        [[1, 2, 4], [2, 2, 6]],
        [[1, nan, 4], [2, 2, 6]],
        [[nan] * 3, [1, 4, 6]],
        [[1, 2, 2], [3, 3, 1]],
    ]
    result = profile_similarity(couples_with_answers(profiles), "items")
    assert (result.n_couples, result.n_left_out) == (2, 2)
    assert result.left_out == {"of which a partner has no answers": 1, "with missing answers": 1}
    frame = result.to_frame().set_index("couple")
    assert frame["reason"][[2, 3]].tolist() == [
        "left out; wife: 1 of 3 items missing",
        "left out; wife: 3 of 3 items missing",
    ]
    assert frame["d2"].isna()[[1, 2, 3, 4]].tolist() == [False, True, True, False]
    same = profile_similarity(couples_with_answers(np.array(profiles)[[0, 3]]), "items")
    assert same.means == result.means
    with pytest.raises(
        EstimationError, match="none of 2 couples has the values of both partners on all 3 items"
    ):
        profile_similarity(couples_with_answers(profiles[1:3]), "items")


def test_normative_similarity_of_each_role() -> None:
    profiles = np.random.default_rng(3).integers(1, 8, size=(20, 2, 5)).astype(float)
    means = profiles.mean(axis=0)
    by_role = profile_similarity(couples_with_answers(profiles, roles=True), "items")
    for place, partner in enumerate(PARTNERS):
        own = [naive_r(couple[place], means[place]) for couple in profiles]
        other = [naive_r(couple[place], means[1 - place]) for couple in profiles]
        close(by_role.of_couples(f"normative_{partner}"), own)
        close(by_role.of_couples(f"cross_normative_{partner}"), other)
        close(by_role.mean_profiles[partner], means[place])
    near(by_role.r_of_mean_profiles, naive_r(*means))
    common = profile_similarity(couples_with_answers(profiles, roles=True), "items", mean_profile="common")
    assert "cross_normative_wife" not in common.means
    exchangeable = profile_similarity(couples_with_answers(profiles), "items")
    assert np.isnan(exchangeable.r_of_mean_profiles)
    close(exchangeable.mean_profiles["all"], means.mean(axis=0))
    both = np.mean([common.of_couples(f"normative_{partner}") for partner in PARTNERS], axis=0)
    close(exchangeable.of_couples("normative"), both)
    close(common.of_couples("distinctive"), exchangeable.of_couples("distinctive"))


def test_partners_of_mixed_samples_are_exchangeable() -> None:
    profiles = np.random.default_rng(6).integers(1, 6, size=(12, 2, 4)).astype(int)
    rows = [
        {"c": couple, "p": f"{couple}{place}", "r": "fm"[place if couple % 3 else couple // 3 % 2]}
        | {f"csi4_{n + 1}": profiles[couple, place, n] for n in range(4)}
        for couple in range(12)
        for place in (0, 1)
    ]
    labels: Any = {"couple": "c", "person": "p"}
    mixed = Dyads.from_long("csi-4", rows, role="r", mixed=True, **labels)
    exchangeable = Dyads.from_long("csi-4", rows, **labels)
    first, second = (profile_similarity(dyads, "items") for dyads in (mixed, exchangeable))
    assert (first.mean_profile, first.distinguishable) == ("common", False)
    assert list(first.means) == list(second.means)
    for name in first.means:
        close(first[name].mean, second[name].mean)
    one, other = (result.pseudo_couples(99, rng=1)["overall"] for result in (first, second))
    close([one.expected, one.p_value], [other.expected, other.p_value])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mean_profile": "role"}, "mean_profile='role' is not valid for exchangeable partners"),
        ({"mean_profile": "Common"}, "did you mean 'common'"),
    ],
)
def test_mean_profiles_that_are_not_valid(options: Any, message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        profile_similarity(couples_with_answers([[[1, 2, 4], [2, 2, 6]]] * 3), "items", **options)


def test_couples_on_several_occasions_are_refused() -> None:
    rows = [
        {"c": couple, "p": person, "t": time} | {f"csi4_{n}": n for n in range(1, 5)}
        for couple in (1, 2)
        for person in ("x", "y")
        for time in (1, 2)
    ]
    dyads = Dyads.from_long("csi-4", rows, couple="c", person="p", time="t")
    with pytest.raises(EstimationError, match="2 occasions"):
        profile_similarity(dyads, "items")


def test_a_mean_profile_that_is_flat_but_for_rounding_gives_no_similarity() -> None:
    """In some resamples all profiles add up to a flat one, and only rounding error is left of it."""
    profiles = np.full((5, 2, 3), 5.0)
    profiles[[0, 1, 3], 0, 0], profiles[4, 0, 0] = 1.0, 7.0
    options: Any = {"of": "distinctive", "method": "bootstrap", "n_resamples": 100, "rng": 1}
    both = (profiles, swapped(profiles, [False, False, False, False, True]))
    one, other = (profile_similarity(couples_with_answers(p), "items") for p in both)
    close(list(one.confidence_interval(**options)), list(other.confidence_interval(**options)))
