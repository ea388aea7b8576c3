"""Scaled differences of nested models: their three definitions, what may be compared, robust indices."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import EstimationError, cfa
from intimacy_scales.factor import compare_models, invariance

HERE = Path(__file__).parent / "reference"
WIDE = "f =~ tru01 + tru04 + tru11\ng =~ com01 + com04 + com10"
EQUAL = "f =~ tru01 + a*tru04 + a*tru11\ng =~ com01 + com04 + com10"
APART = f"{WIDE}\nf ~~ 0*g"
SINGLE = "f =~ tru01 + tru04 + tru11 + com01 + com04 + com10"
METHODS = ("satorra_bentler_2001", "satorra_bentler_2010", "satorra_2000")
ROBUST = ("robust_cfi", "robust_tli", "robust_rmsea")


@pytest.fixture(scope="module")
def complete():
    return pd.read_csv(HERE / "simulated-complete.csv")


@pytest.fixture(scope="module")
def gaps():
    return pd.read_csv(HERE / "simulated-gaps.csv")


def change(narrower, data, method, wider=WIDE, **options):
    fits = [cfa(m, data, estimator="MLR", keep_answers=True, **options) for m in (wider, narrower)]
    return compare_models(*fits, names=["wide", "narrow"], method=method).changes[0]


@pytest.mark.parametrize(
    ("scaling", "model", "expected"),
    [  # tests/reference/differences.R
        ("yuan_bentler", EQUAL, (1.11715469565, 1.12297102437, 1.10517987627)),
        ("yuan_bentler", APART, (86.8151093835, None, 89.0064136478)),
        ("satorra_bentler", EQUAL, (1.11433776377, 1.13292034508, 1.09643928622)),
        ("satorra_bentler", APART, (78.1312200183, 78.363816628, 89.3155734486)),
    ],
)
def test_they_are_those_of_lavaan(complete, scaling, model, expected):
    for method, theirs in zip(METHODS, expected, strict=True):
        ours = change(model, complete, method, scaling=scaling)
        if theirs is None:  # lavaan prints a negative chi-square
            assert np.isnan(ours.chi_square_change)
            assert "not positive" in ours.reason
        else:
            assert ours.chi_square_change == pytest.approx(theirs, rel=2e-5)
            assert ours.reason is None


def test_with_gaps_and_in_groups_too(complete, gaps):
    found = [change(EQUAL, gaps, method, missing="fiml").chi_square_change for method in METHODS[:2]]
    assert found == pytest.approx([2.41189307084, 2.26338009429], rel=1e-4)
    halves = ["a"] * 200 + ["b"] * 200
    for method, theirs in zip(METHODS[:2], (0.679212955235, 0.672849652867), strict=True):
        steps = invariance(WIDE, complete, groups=halves, estimator="MLR", method=method)
        assert steps.changes[0].chi_square_change == pytest.approx(theirs, rel=1e-4)
        assert not any(model.solution.keeps_answers for model in steps.models.values())


def test_that_of_2000_is_that_of_the_restriction(complete):
    """Written out for equal loadings in two groups, where R's is of other weights."""
    halves = ["a"] * 200 + ["b"] * 200
    options = {"groups": halves, "estimator": "MLR"}
    wide = cfa(WIDE, complete, keep_answers=True, **options)
    narrow = cfa(WIDE, complete, equal=["loadings"], **options)
    names = wide.solution.table.free_names(wide.groups)
    first = [names.index(n) for n in names if "=~" in n and "group a" in n]
    second = [names.index(n.replace("group a", "group b")) for n in names if "=~" in n and "group a" in n]
    restriction = np.zeros((4, len(names)))
    restriction[range(4), first], restriction[range(4), second] = 1, -1
    problem, at = wide.solution.problem, wide.solution.at
    reach = np.linalg.solve(problem.observed_information(at), restriction.T)
    spread = reach.T @ problem.first_order_information(at) @ reach
    factor = np.trace(np.linalg.solve(restriction @ reach, spread)) / 4
    found = compare_models(wide, narrow, method="satorra_2000").changes[0].chi_square_change
    assert found == pytest.approx((narrow.fit.chi_square - wide.fit.chi_square) / factor, rel=1e-7)


NARROW = [EQUAL, SINGLE, f"{WIDE}\ntru04 ~~ 1.5*tru04"]


@pytest.mark.parametrize("narrow", NARROW)
def test_the_order_of_items_and_factors_changes_nothing(complete, narrow):
    wide = "g =~ com01 + com10 + com04\nf =~ tru01 + tru11 + tru04"
    one, other = (change(narrow, complete, "satorra_2000", wider=w) for w in (WIDE, wide))
    assert other.chi_square_change == pytest.approx(one.chi_square_change, rel=1e-6)


@pytest.mark.parametrize("narrow", NARROW)
def test_how_factors_have_their_units_changes_nothing(complete, narrow):
    """With other units the wider model's place is found by a search, not by names."""
    wide = "g =~ com10 + com04 + com01\nf =~ tru11 + tru01 + tru04"
    scaled = {"estimator": "MLR", "scaling": "satorra_bentler", "keep_answers": True}
    other = cfa(wide, complete, identification="fixed_factor", **scaled)
    found = [
        compare_models(w, cfa(narrow, complete, **scaled), method="satorra_bentler_2010").changes[0]
        for w in (cfa(WIDE, complete, **scaled), other)
    ]
    assert found[1].chi_square_change == pytest.approx(found[0].chi_square_change, rel=1e-6)


def test_where_one_is_not_defined_the_others_are():
    rng = np.random.default_rng(8)
    source = rng.exponential(size=(4000, 1)) + rng.exponential(size=(4000, 6)) ** 1.5
    undefined = 0
    for seed in (1, 2, 4, 6, 19):
        rows = source[np.random.default_rng(seed).integers(0, len(source), 40)]
        data = pd.DataFrame(rows, columns=["tru01", "tru04", "tru11", "com01", "com04", "com10"])
        try:
            fits = [cfa(m, data, estimator="MLR") for m in (SINGLE, SINGLE.replace("+ tru04", "+ 1*tru04"))]
        except EstimationError:
            continue
        if fits[1].fit.chi_square < fits[0].fit.chi_square:  # the wider one's is a lower maximum
            continue
        usual, strict = (compare_models(*fits, method=m).changes[0] for m in (METHODS[0], METHODS[2]))
        assert strict.chi_square_change >= 0
        if np.isnan(usual.chi_square_change):
            undefined += 1
            assert "method='satorra_2000'" in usual.reason
    assert undefined == 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"scaling": "satorra_bentler"}, "scaling 'yuan_bentler' and 'satorra_bentler'.*same scaling="),
        ({"clusters": [n // 2 for n in range(400)]}, "no clusters and 200 clusters.*same clusters="),
        ({"information": "expected"}, "information 'observed' and 'expected'.*same information="),
    ],
)
def test_corrections_are_not_mixed(complete, options, words):
    wide = cfa(WIDE, complete, estimator="MLR", means=True)
    narrow = cfa(EQUAL, complete, estimator="MLR", means=True, **options)
    for method in METHODS:
        with pytest.raises(EstimationError, match=words):
            compare_models(wide, narrow, method=method)
    same = cfa(WIDE, complete, estimator="MLR", means=True, **options)
    assert compare_models(same, narrow).changes[0].reason is None


def test_other_clusters_are_another_correction(complete):
    pairs, triples = ([n // size for n in range(400)] for size in (2, 3))
    wide = cfa(WIDE, complete, estimator="MLR", clusters=pairs)
    with pytest.raises(EstimationError, match="200 clusters and 134 clusters"):
        compare_models(wide, cfa(EQUAL, complete, estimator="MLR", clusters=triples))


def test_what_a_method_needs_is_said(complete):
    fits = [cfa(m, complete, estimator="MLR") for m in (WIDE, EQUAL)]
    with pytest.raises(EstimationError, match=r"keep_answers=True.*method='satorra_2000'"):
        compare_models(*fits, method="satorra_bentler_2010")
    with pytest.raises(EstimationError, match="did you mean 'satorra_2000'"):
        compare_models(*fits, method="satorra2000")
    with pytest.raises(EstimationError, match="estimator='MLR'"):
        compare_models(cfa(WIDE, complete), cfa(EQUAL, complete), method="satorra_2000")
    assert compare_models(*fits, method="satorra_2000").changes[0].method.endswith("(Satorra, 2000)")


@pytest.mark.parametrize("method", METHODS[1:])
def test_models_that_are_not_nested_have_no_difference(complete, method):
    crossed = "f =~ tru01 + tru04 + com01\ng =~ tru11 + com04 + com10\nf ~~ 0*g"
    found = change(crossed, complete, method)
    assert np.isnan(found.chi_square_change)
    assert "not nested" in found.reason


def test_robust_indices_change_beside_the_others(complete):
    fits = [cfa(m, complete, estimator="MLR") for m in (WIDE, APART)]
    compared = compare_models(*fits)
    for name in ROBUST:
        apart = getattr(fits[1].fit.scaled, name) - getattr(fits[0].fit.scaled, name)
        assert getattr(compared.changes[0], f"{name}_change") == pytest.approx(apart, abs=1e-12)
        assert compared.to_frame()[f"{name}_change"].iloc[1] == pytest.approx(apart, abs=1e-12)
    assert f"(robust {compared.changes[0].robust_cfi_change:+.3f})" in repr(compared.changes[0])
    plain = compare_models(cfa(WIDE, complete), cfa(APART, complete))
    assert plain.changes[0].to_dict()["robust_cfi_change"] is None
    assert "robust" not in repr(plain) + " ".join(plain.to_frame().columns)


def test_the_sentence_of_invariance_has_the_robust_change(complete):
    halves = ["a"] * 200 + ["b"] * 200
    robust = invariance(WIDE, complete, groups=halves, estimator="MLR", scaling="satorra_bentler")
    assert f"(robust {robust.changes[0].robust_cfi_change:+.3f})" in robust.sentence()
    assert "robust" not in invariance(WIDE, complete, groups=halves).sentence()
