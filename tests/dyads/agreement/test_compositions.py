"""Mixed samples: each composition by itself, and whether correlations differ between them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from intimacy_scales.dyads import Dyads, PartnerAgreement, partner_agreement
from intimacy_scales.errors import EstimationError, UnknownNameError
from tests.shared.comparison import close, near
from tests.shared.couples import couples_of, mixed_couples

KINDS = ["ff"] * 20 + ["fm"] * 30 + ["mm"] * 15


def scores(n: int = 65, seed: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    drawn: np.ndarray = np.round(rng.normal(size=(n, 1)) + rng.normal(size=(n, 2)), 2)
    return drawn


def test_each_composition_is_what_it_is_alone() -> None:
    pairs = scores()
    result = partner_agreement(mixed_couples(pairs, KINDS))
    assert [part.composition for part in result] == ["f-f", "f-m", "m-m"]
    for name, rows, roles in (("f-f", pairs[:20], False), ("f-m", pairs[20:50], True)):
        part, alone = result["trust", name], partner_agreement(couples_of(rows, roles=roles))["trust"]
        for figure, expected in zip(part, alone, strict=True):
            assert (figure.estimate, figure.p_value) == pytest.approx(
                (expected.estimate, expected.p_value), nan_ok=True
            )
        assert part.n_couples == len(rows)
    assert result["trust", "f-m"].partners == ("f", "m")
    assert result["trust", "f-m"].distinguishable
    assert not result["trust", "m-m"].distinguishable


def test_couples_of_two_roles_come_in_one_order() -> None:
    """The partner who is named first may have either role."""
    pairs, kinds = scores(), list(KINDS)
    turned = pairs.copy()
    for place in (21, 30, 44):
        turned[place], kinds[place] = pairs[place][::-1], "mf"
    assert partner_agreement(mixed_couples(turned, kinds)) == partner_agreement(mixed_couples(pairs, KINDS))


def test_the_test_of_compositions_by_hand() -> None:
    result = partner_agreement(mixed_couples(scores(), KINDS))
    (comparison,) = result.comparisons
    ff, fm, mm = (result["trust", name] for name in ("f-f", "f-m", "m-m"))
    z = np.arctanh([ff["icc"].estimate, fm["pearson_r"].estimate, mm["icc"].estimate])
    weights = np.array([20 - 1.5, 30 - 3, 15 - 1.5])
    chi_square = float(weights @ (z - weights @ z / weights.sum()) ** 2)
    close((comparison.chi_square, comparison.df), (chi_square, 2))
    close(comparison.p_value, stats.chi2.sf(chi_square, 2))
    assert comparison.coefficients == ("icc", "pearson_r", "icc")
    assert comparison.n_couples == (20, 30, 15)
    first = comparison.differences[0]
    one, other = ff.confidence_interval(method="fisher-z"), fm.confidence_interval(method="fisher-z")
    difference = float(ff) - float(fm)
    near(first.difference, difference)
    low = difference - math.hypot(float(ff) - one.low, other.high - float(fm))
    high = difference + math.hypot(one.high - float(ff), float(fm) - other.low)
    near(tuple(first.interval), (low, high))
    assert [(d.first, d.second) for d in comparison.differences] == [
        ("f-f", "f-m"),
        ("f-f", "m-m"),
        ("f-m", "m-m"),
    ]
    assert f"trust, chi-square(2) = {chi_square:.2f}" in result.sentence()


def test_two_compositions_have_the_z_test() -> None:
    """With two, chi-square is the square of the z test of two independent correlations."""
    comparison = partner_agreement(mixed_couples(scores(50), KINDS[:50])).comparisons[0]
    z = np.arctanh(comparison.correlations)
    assert comparison.chi_square == pytest.approx((z[0] - z[1]) ** 2 / (1 / 18.5 + 1 / 27))


def test_compositions_without_a_correlation_are_named() -> None:
    pairs = scores(54)
    result = partner_agreement(mixed_couples(pairs, ["ff"] * 22 + ["fm"] * 30 + ["mm"] * 2))
    assert result["trust", "m-m"].main.reason == "2 couples have both scores; at least three are needed"
    comparison = result.comparisons[0]
    assert comparison.compositions == ("f-f", "f-m")
    assert comparison.left_out == {"m-m": "2 couples have both scores; at least three are needed"}
    assert any("m-m couples are not compared: 2 couples have" in text for text in result.warnings)
    assert "For trust in m-m couples, ICC is not defined: 2 couples have" in result.sentence()
    alone = partner_agreement(mixed_couples(pairs, ["ff"] * 54))
    assert "fewer than two compositions" in str(alone.comparisons[0].reason)
    assert math.isnan(alone.comparisons[0].chi_square)
    equal = pairs.copy()
    equal[:22, 1] = equal[:22, 0]
    left = partner_agreement(mixed_couples(equal, ["ff"] * 22 + ["fm"] * 32)).comparisons[0].left_out
    assert left == {"f-f": "its correlation is 1, of which Fisher's z is infinite"}


def test_mixed_results_are_shown_and_stored() -> None:
    result = partner_agreement(mixed_couples(scores(), KINDS))
    assert PartnerAgreement.from_json(result.to_json()) == result
    assert result.to_frame().loc[("trust", "f-m"), "coefficient"] == "pearson_r"
    page = result.page()
    assert [table.title for table in page.tables] == [
        "Agreement of partners",
        "Differences, f minus m",
        "Exchangeable partners",
        "Compositions compared",
    ]
    assert page.tables[0].columns["Couples"] == ["f-f", "f-m", "m-m"]
    assert page.tables[0].columns["Coefficient"] == ["ICC", "r", "ICC"]
    assert "in f-f couples (n = 20 couples; intervals from F)" in result.sentence()
    with pytest.raises(UnknownNameError, match=r"mixed.*use result\['trust', 'f-f'\] or "):
        result["trust"]


def test_couples_whose_roles_are_not_known() -> None:
    dyads = mixed_couples(scores(), KINDS)
    single = dyads.chosen(np.arange(10))
    assert partner_agreement(single).n_couples == 10
    assert dyads.roles is not None
    table = [{"c": n // 2, "id": n, "role": "fm"[n % 2], "x": float(n % 5 + n % 3)} for n in range(41)]
    from intimacy_scales.dyads import Dyads

    result = partner_agreement(
        Dyads.of_scores(table, ["x"], couple="c", person="id", role="role", mixed=True)
    )
    assert result.notes == ("1 couple with the role of one partner or none: in no composition",)
    assert result.warnings[0] == result.notes[0]
    assert (result.n_couples, result["x", "f-m"].n_couples) == (21, 20)
    one_partner = Dyads.of_scores(table[::2], ["x"], couple="c", person="id", role="role", mixed=True)
    with pytest.raises(EstimationError, match=r"are known in 0 of 21 couples.*without role= and mixed="):
        partner_agreement(one_partner)


ROLES = {"a": "role_a", "b": "role_b"}


def test_a_scale_cannot_be_listed_twice() -> None:
    table = [
        {"a": x, "b": (3 * x + n) % 7, "role_a": "f", "role_b": "fm"[n % 2]} for n, x in enumerate(range(12))
    ]
    dyads = Dyads.of_scores(table, {"trust": {"a": "a", "b": "b"}}, role=ROLES, mixed=True)
    with pytest.raises(
        EstimationError, match="lists 'trust' twice"
    ):  # each composition would be compared twice
        partner_agreement(dyads, ["trust", "trust"])


def test_compositions_of_roles_with_hyphens_stay_apart() -> None:
    roles = (("a-b", "c"), ("a", "b-c"))
    table = [
        {"a": x, "b": (3 * x + n) % 7, "role_a": roles[n % 2][0], "role_b": roles[n % 2][1]}
        for n, x in enumerate(range(12))
    ]
    dyads = Dyads.of_scores(table, {"trust": {"a": "a", "b": "b"}}, role=ROLES, mixed=True)
    result = partner_agreement(dyads)
    assert [part.composition for part in result.scales] == ["a/b-c", "a-b/c"]
    assert result["trust", "a/b-c"].n_couples == 6
