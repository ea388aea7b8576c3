"""Omega: what it is a share of, R's values, and what has none."""

from __future__ import annotations

import json
import math
import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import EstimationError, item_moments
from intimacy_scales.factor import Model, cfa
from intimacy_scales.reliability import cronbach_alpha, mcdonald_omega
from intimacy_scales.results.wording import apa
from tests.reference.simulated import simulated_answers
from tests.shared.comparison import roughly
from tests.shared.factor_answers import NAN, exact, good, parts
from tests.shared.instruments import coded
from tests.shared.omegas import SHARED, THREE, WHOLE, naive_omega

pytestmark = [
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.KeyingWarning"),
    pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning"),  # made up, at random
]
RULES = ("pairwise", "listwise", "fiml")
_INTS = st.integers(1, 4)


def presentable(omega):
    """Return a result after showing it in every way."""
    plain = json.loads(json.dumps(omega.to_dict(), allow_nan=False))
    assert plain["model"] in ("one_factor", "correlated", "second_order", "bifactor")
    assert math.isnan(omega.estimate) == (omega.reason is not None), "an estimate or a reason"
    assert (plain["estimate"] is None) == (plain["interval"]["low"] is None)
    assert omega._repr_html_().startswith("<div>")
    assert float(omega.to_frame()["estimate"].iloc[0]) == pytest.approx(omega.estimate, nan_ok=True)
    for text in (omega.reason or "", *omega.improper):
        assert text in repr(omega)
    return omega


# ------------------------------------------------------------------ what it is


@given(st.integers(0, 2**32 - 1), st.integers(3, 6), st.sampled_from([0.0, 0.1]), st.sampled_from(RULES))
@settings(max_examples=12, deadline=None)
def test_omega_is_the_share_that_loadings_make(seed, k, gaps, missing):
    answers = coded(good(90, k, seed, gaps=gaps))
    omega = mcdonald_omega(answers, missing=missing)
    fitted = cfa(Model.one_factor(omega.sample.names), answers, missing=missing)  # marker: another metric
    roughly(omega.estimate, naive_omega(fitted))
    loadings, errors = (np.array(list(v.values())) for v in (omega.loadings, omega.residual_variances))
    roughly(omega.estimate, loadings.sum() ** 2 / (loadings.sum() ** 2 + errors.sum()))
    roughly(omega.ave, (loadings @ loadings) / (loadings @ loadings + errors.sum()))
    standard = np.array(list(omega.std_loadings.values()))
    roughly(omega.ave_standardized, np.mean(standard**2))
    roughly(omega.standardized, standard.sum() ** 2 / (standard.sum() ** 2 + (1 - standard**2).sum()))
    ratios = standard**2 / (1 - standard**2)
    if not omega.improper:
        roughly(omega.construct_reliability_h, ratios.sum() / (1 + ratios.sum()))
        assert omega.construct_reliability_h >= omega.standardized - 1e-9
    assert omega.fit.chi_square == pytest.approx(fitted.fit.chi_square, abs=1e-5)


@given(st.lists(st.tuples(_INTS, _INTS), min_size=3, max_size=6))
@settings(max_examples=15, deadline=None)
def test_one_factor_population_fits_both_denominators(rows):
    loadings, errors = np.array(rows).T
    x = exact(np.column_stack([loadings, np.diag(errors)]))
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + (errors**2).sum())
    for answers in (coded(x, **WHOLE), item_moments(coded(x, **WHOLE).instrument, coded(x, **WHOLE))):
        omega = mcdonald_omega(answers)
        roughly([omega.model_implied, omega.observed], truth)
        roughly(list(omega.loadings.values()), loadings)  # the likelihood divides by n


@given(_INTS, st.lists(_INTS, min_size=3, max_size=6))
@settings(max_examples=15, deadline=None)
def test_omega_is_alpha_where_loadings_are_equal(loading, errors):
    answers = coded(exact(np.column_stack([[loading] * len(errors), np.diag(errors)])), **WHOLE)
    roughly(mcdonald_omega(answers).estimate, cronbach_alpha(answers).estimate)


@given(st.lists(st.tuples(_INTS, _INTS), min_size=3, max_size=6))
@settings(max_examples=10, deadline=None)
def test_alpha_of_one_factor_is_no_larger_than_omega(rows):
    loadings, errors = np.array(rows).T
    answers = coded(exact(np.column_stack([loadings, np.diag(errors)])), **WHOLE)
    assert cronbach_alpha(answers).estimate <= mcdonald_omega(answers).estimate + 1e-8


@pytest.mark.parametrize("missing", RULES)
def test_the_observed_variance_is_that_of_the_total(missing):
    x = good(120, 5, 3, gaps=0.1)
    omega = mcdonald_omega(coded(x), denominator="observed", missing=missing)
    rows = x[~np.isnan(x).any(axis=1)] if missing == "listwise" else x
    both = [[~np.isnan(rows[:, i] + rows[:, j]) for j in range(5)] for i in range(5)]
    s = np.array([[np.cov(rows[both[i][j]][:, [i, j]].T)[0, 1] for j in range(5)] for i in range(5)])
    s *= 1 - 1 / omega.n  # maximum likelihood divides by n
    if missing == "fiml":
        s = omega.solution.saturated[0].covariances
    roughly(
        omega.estimate,
        naive_omega(cfa(Model.one_factor(omega.sample.names), coded(x), missing=missing), observed=s),
    )


def test_the_estimate_has_the_denominator_asked_for():
    by = {d: mcdonald_omega(coded(good(60, 4)), denominator=d) for d in ("model", "observed")}
    assert by["model"].estimate == by["model"].model_implied == by["observed"].model_implied
    assert by["observed"].estimate == by["observed"].observed != by["model"].estimate
    for name, omega in by.items():
        assert ("model-implied" if name == "model" else "observed") in omega.definition


def test_a_total_of_unequal_parts_weighs_items_as_its_score_does():
    scales = {"a": "q1 q2 q3 q4", "b": "q5 q6 q7", "t": {"of": ["a", "b"]}}
    answers = coded(parts(200, (4, 3)), scales)
    fitted = cfa(Model.from_instrument(answers.instrument), answers)
    omega = mcdonald_omega(answers, scale="t")
    assert omega.loadings == {}
    roughly(omega.estimate, naive_omega(fitted, [1 / 4] * 4 + [1 / 3] * 3))
    assert abs(omega.estimate - naive_omega(fitted)) > 1e-5
    sums = {name: {"items": keys.split(), "method": "sum"} for name, keys in list(scales.items())[:2]}
    answers = coded(parts(200, (4, 3)), sums | {"t": {"of": ["a", "b"], "method": "sum"}})
    roughly(mcdonald_omega(answers, scale="t").estimate, naive_omega(fitted))


def test_correlated_factors_population_has_its_true_share():
    # g in all items, s in those of one part: factors 2 g + s and g + 3 s
    w = np.array([[2, 1, 0]] * 3 + [[1, 0, 3]] * 3) * np.array([[1], [2], [3], [1], [1], [2]])
    errors = np.diag([2, 1, 3, 2, 2, 1])
    answers = coded(exact(np.hstack([w, errors])), {k: THREE[k] for k in "ab"} | {"t": {"of": ["a", "b"]}},
                    **WHOLE)  # fmt: skip
    omega, common = mcdonald_omega(answers, scale="t"), np.sum(w.sum(axis=0) ** 2)
    roughly([omega.estimate, omega.observed], common / (common + np.sum(errors**2)))


@pytest.mark.parametrize("model", ["second_order", "bifactor"])
def test_general_factor_population_has_its_true_shares(model):
    a = np.array([3, 2, 1, 2, 1, 1, 1, 2, 3])
    own = np.repeat([2, 1, 3], 3) * a if model == "second_order" else np.array([1, 2, 1, 3, 1, 2, 2, 1, 1])
    general = np.repeat([1, 2, 1], 3) * a if model == "second_order" else a
    groups, errors = np.kron(np.eye(3, dtype=int), np.ones((3, 1), dtype=int)), np.diag([1, 2, 3] * 3)
    x = exact(np.column_stack([general, groups * own[:, None], errors]))
    omega = presentable(mcdonald_omega(coded(x, THREE, **WHOLE), scale="t", model=model))
    variances = general**2 + own**2 + np.diag(errors) ** 2
    whole = general.sum() ** 2 + sum(own[i : i + 3].sum() ** 2 for i in (0, 3, 6)) + (errors**2).sum()
    roughly(omega.estimate, 1 - (errors**2).sum() / whole)
    roughly(omega.hierarchical, general.sum() ** 2 / whole)
    roughly(omega.ecv, np.sum(general**2 / variances) / np.sum(1 - np.diag(errors) ** 2 / variances))
    for part, i in zip(omega.groups, (0, 3, 6), strict=True):
        g, s = general[i : i + 3].sum() ** 2, own[i : i + 3].sum() ** 2
        inner = g + s + (errors[i : i + 3] ** 2).sum()
        roughly([part.total, part.general, part.group], [(g + s) / inner, g / inner, s / inner])
    assert [part.scale for part in omega.groups] == ["a", "b", "c"]
    assert f"hierarchical {apa(omega.hierarchical, 3)}, ECV {apa(omega.ecv, 3)}" in repr(omega)


# ------------------------------------------------------------------ R's values

# R 4.2.2, lavaan 0.6-14, semTools 0.5-6, printed by reference/simulated.R from the answers there
TRUST = {"model": 0.7888307843, "observed": 0.7887982673, "ave": 0.483212053}
GAPS = {"fiml": (0.7974372115, 0.7979477415), "listwise": (0.8023711, None)}
TOTAL = {  # omega total of both denominators, then hierarchical and ECV
    "correlated": (0.92385219342, 0.923187795237),
    "second_order": (0.923853046253, None, 0.7832192257, 0.482484197818),
    "bifactor": (0.924277215848, None, 0.783399541002, 0.481031423081),
}
OBSERVED = {"second_order": 0.7825947415, "bifactor": 0.7831227039}  # hierarchical over the observed variance
GROUPS = {  # total and general of two parts
    "second_order": ((0.789168389646, 0.37911001947), (0.783712300041, 0.333780351387)),
    "bifactor": ((0.789393207762, 0.374542403507), (0.78595955631, 0.340832846969)),
}


@pytest.fixture(scope="module")
def full():
    return simulated_answers("complete")


def test_omega_of_one_factor_is_semtools(full):
    omega = mcdonald_omega(full, scale="trust")
    roughly([omega.model_implied, omega.observed, omega.ave], list(TRUST.values()), rel=1e-6)


@pytest.mark.parametrize("missing", GAPS)
def test_omega_with_gaps_is_semtools(missing):
    omega = mcdonald_omega(simulated_answers("gaps"), scale="trust", missing=missing)
    implied, observed = GAPS[missing]
    roughly([omega.estimate, omega.observed], [implied, observed or omega.observed])


@pytest.mark.parametrize("model", TOTAL)
def test_omega_of_a_total_is_semtools(full, model):
    omega = mcdonald_omega(full, scale="total", model=model)
    implied, observed, *general = TOTAL[model]
    roughly([omega.estimate, omega.observed], [implied, observed or omega.observed], rel=3e-6)
    if general:
        roughly([omega.hierarchical, omega.ecv], general, rel=3e-6)
        ends = [(part.total, part.general) for part in (omega.groups[0], omega.groups[-1])]
        roughly(ends, GROUPS[model], rel=2e-5)


@pytest.mark.parametrize("model", OBSERVED)
def test_omega_hierarchical_has_the_denominator_that_was_asked_for(full, model):
    omega = mcdonald_omega(full, scale="total", model=model, denominator="observed")
    roughly(omega.hierarchical, OBSERVED[model], rel=5e-6)


# ------------------------------------------------------------------ what changes nothing


@pytest.mark.parametrize("denominator", ["model", "observed"])
def test_complete_answers_give_one_omega_under_every_rule(denominator):
    answers, options = coded(good(80, 4)), {"denominator": denominator}
    found = [mcdonald_omega(answers, missing=rule, **options) for rule in RULES]
    found.append(mcdonald_omega(item_moments(answers.instrument, answers), **options))
    roughly([o.estimate for o in found], found[0].estimate, rel=1e-8)
    roughly([o.standard_error for o in found[:2]], found[0].standard_error, rel=1e-8)
    assert {o.n for o in found} == {80}


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_sums_tell_what_answers_do(missing):
    answers = coded(good(80, 5, gaps=0.1))
    moments = item_moments(answers.instrument, answers)
    both = [mcdonald_omega(given, missing=missing) for given in (answers, moments)]
    assert both[0].to_dict() == both[1].to_dict()


@pytest.mark.parametrize("missing", RULES)
@pytest.mark.parametrize("change", ["order", "keys", "units", "rows"])
def test_what_is_not_a_change_of_the_score_changes_nothing(missing, change):
    x, order = good(90, 5, 8, gaps=0.08), [3, 0, 4, 1, 2]
    before = mcdonald_omega(coded(x), missing=missing)
    after = {
        "order": lambda: coded(x, " ".join(f"q{i + 1}" for i in order)),
        "keys": lambda: coded(np.where([0, 1, 0, 0, 1], 8 - x, x), "q1 -q2 q3 q4 -q5"),
        "units": lambda: coded(10 + (x - 1) / 2, low=10, high=13, step=0.5),
        "rows": lambda: coded(x[np.random.default_rng(1).permutation(90)]),
    }[change]()
    after = mcdonald_omega(after, missing=missing)
    roughly([after.estimate, after.observed], [before.estimate, before.observed], rel=1e-7)
    roughly(after.standard_error, before.standard_error, rel=1e-6)
    roughly([after.standardized, after.ave_standardized], [before.standardized, before.ave_standardized],
         rel=1e-6)  # fmt: skip
    assert after.fit.chi_square == pytest.approx(before.fit.chi_square, abs=1e-6)


@pytest.mark.parametrize("missing", RULES)
def test_omega_without_an_item_is_that_of_a_form_without_it(missing):
    x = good(90, 5, gaps=0.06)
    found = mcdonald_omega(coded(x), missing=missing).if_dropped()
    assert list(found) == [f"q{i + 1}" for i in range(5)]
    for i, item in enumerate(found):
        rest = " ".join(name for name in found if name != item)
        if missing == "listwise" and np.isnan(x[:, i]).any():
            continue  # a form without it has more complete persons
        roughly(found[item], mcdonald_omega(coded(x, rest), missing=missing).estimate, rel=1e-5)
    assert np.isnan(list(mcdonald_omega(coded(x[:, :3])).if_dropped().values())).all()


def test_omega_without_an_item_of_a_total():
    scales = {"a": "q1 q2 q3 q4", "b": "q5 q6 q7", "t": {"of": ["a", "b"]}}
    x = parts(200, (4, 3), 0.7)
    total = mcdonald_omega(coded(x, scales), scale="t", model="one_factor")
    try:
        found = total.if_dropped()["q7"]
    except EstimationError:
        return
    without = coded(x, scales | {"b": "q5 q6"})
    roughly(found, mcdonald_omega(without, scale="t", model="one_factor").estimate, rel=1e-5)


# ------------------------------------------------------------------ not defined, or with a warning

CONSTANT, COPY = good(40, 4), good(40, 4)
CONSTANT[:, 2], COPY[:, 1] = 3, COPY[:, 0]
APART = np.where([[0, 0, 1, 1]] * 20 + [[1, 1, 0, 0]] * 20, NAN, good(40, 4))
UNDEFINED = {
    "two items": (good(40, 2), None, {}, r"two items do not identify a factor; use Spearman-Brown"),
    "one item": (good(40, 1), None, {}, "one item has no internal consistency"),
    "constant": (CONSTANT, None, {}, "everyone gave q3 the same answer"),
    "few": (good(5, 8), None, {}, "too few"),
    "few, listwise": (good(5, 8), None, {"missing": "listwise"}, "5 complete persons are too few for 8"),
    "few, fiml": (good(5, 8), None, {"missing": "fiml"}, "too few"),
    "copy": (COPY, None, {}, "q1, q2 determine each other"),
    "copy, fiml": (COPY, None, {"missing": "fiml"}, "q1, q2 determine each other"),
    "nobody": (np.empty((0, 4)), None, {}, "fewer than two persons answered q1"),
    "one person": ([[1, 2, 3, 4]], None, {"missing": "fiml"}, "fewer than two persons answered q1"),
    "never both": (APART, None, {"missing": "fiml"}, "fewer than two persons answered both q1 and q3"),
    "shared": (good(90, 5), SHARED, {"scale": "t"}, "a and b of small share q3"),
    "keyed both ways": (good(90, 5), SHARED | {"b": "-q3 q4 q5"}, {"scale": "t"}, "q3"),
    "keyed both ways, one factor": (
        good(90, 5), SHARED | {"b": "-q3 q4 q5"}, {"scale": "t", "model": "one_factor"},
        "counts q3 in both directions",
    ),
    "two parts": (
        parts(90, (3, 3)), {"a": "q1 q2 q3", "b": "q4 q5 q6", "t": {"of": ["a", "b"]}},
        {"scale": "t", "model": "second_order"}, "needs three scales to identify the factor",
    ),
    "parts of one": (
        parts(90, (1, 3)), {"a": "q1", "b": "q2 q3 q4", "t": {"of": ["a", "b"]}}, {"scale": "t"},
        "not identified",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNDEFINED)
def test_what_has_no_omega_says_why(case):
    x, scales, options, words = UNDEFINED[case]
    omega = presentable(mcdonald_omega(coded(x, scales), **options))
    assert omega.reason is not None, f"a plausible number: {omega!r}"
    assert words in omega.reason
    assert math.isnan(omega.standard_error)
    interval = omega.confidence_interval()
    assert np.isnan(list(interval)).all()
    assert interval.reason == omega.reason
    assert omega.if_dropped() == {} if omega.model == "one_factor" else True


def test_a_heywood_case_is_named():
    # covariances 2, 2 and 1 of items with variance 3: loadings 2, 1, 1, residual variances -1, 2, 2
    x = exact([[1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [0, 1, 1, 0, 1]])
    omega = presentable(mcdonald_omega(coded(x, **WHOLE)))
    roughly(omega.estimate, 16 / 19)
    words = "the residual variance of q1 is negative (-1.000, -33.3% of its variance): a Heywood case"
    assert omega.improper == (words,)
    assert math.isnan(omega.construct_reliability_h)
    assert words in omega.to_dict()["improper"]


def test_a_part_explained_more_than_wholly_is_named():
    # lavaan's cfa(m, d) has c ~~ c = -0.033; with std.lv = TRUE it cannot be reached
    omega = presentable(mcdonald_omega(coded(parts(60, (3, 3, 3)), THREE), scale="t", model="second_order"))
    assert any("the variance of c is negative" in text for text in omega.improper)


def test_items_against_their_key_have_negative_loadings():
    x = good(200, 4)
    x[:, 1] = 8 - x[:, 1]
    omega, turned = mcdonald_omega(coded(x)), mcdonald_omega(coded(x, "q1 -q2 q3 q4"))
    loadings = list(omega.loadings.values())
    assert [value < 0 for value in loadings] == [False, True, False, False]
    roughly(loadings, np.array([1, -1, 1, 1]) * list(turned.loadings.values()), rel=1e-5)
    assert turned.estimate > omega.estimate + 0.2


WRONG = {
    "a table": (lambda a: mcdonald_omega(good(9, 3)), r"pass|encode\(instrument, table\)"),
    "several scales": (lambda a: mcdonald_omega(a), "name one, for example scale='a'"),
    "model": (
        lambda a: mcdonald_omega(a, scale="t", model="two"),
        "model='two' is not valid; allowed: 'one_",
    ),
    "items": (lambda a: mcdonald_omega(a, scale="a", model="bifactor"), "is a scale of items"),
    "denominator": (lambda a: mcdonald_omega(a, scale="a", denominator="x"), "allowed: 'model', 'observed'"),
    "missing": (lambda a: mcdonald_omega(a, scale="a", missing="em"), "'fiml'"),
    "sums": (lambda a: mcdonald_omega(item_moments(a.instrument, a), scale="a", missing="fiml"), "only sums"),
    "dropped": (lambda a: mcdonald_omega(a, scale="t").if_dropped(), r"of one factor; .*omega of correlated"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_asked_says_what_can(case):
    call, words = WRONG[case]
    with pytest.raises(EstimationError, match=words):
        call(coded(parts(60, (3, 3, 3)), THREE))


@pytest.mark.parametrize("missing", RULES)
def test_results_are_frozen_and_can_be_kept(missing):
    answers = coded(parts(200, (3, 3, 3)), THREE)
    omega = mcdonald_omega(answers, scale="t", model="second_order", missing=missing)
    kept = pickle.loads(pickle.dumps(omega))
    assert kept.to_json() == omega.to_json()
    assert list(kept.confidence_interval()) == list(omega.confidence_interval())
    assert float(omega) == omega.estimate
    with pytest.raises(FrozenInstanceError):
        omega.estimate = 1.0
    with pytest.raises(TypeError, match="cannot be changed"):
        omega.residual_variances["q1"] = 0.0
    with pytest.raises(ValueError, match="read-only"):
        omega.weights[0] = 1.0
