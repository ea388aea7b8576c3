"""Scaled differences of nested models: their three definitions, what may be compared, robust indices."""

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import block_diag
from scipy.stats import multivariate_normal

from intimacy_scales import EstimationError, cfa
from intimacy_scales.factor import compare_models, invariance
from intimacy_scales.factor.confirmatory.estimation.difference import wider_at_narrower
from intimacy_scales.factor.confirmatory.estimation.discrepancies.mlr import first_order_information
from tests.shared.folders import REFERENCE

pytestmark = pytest.mark.long

WIDE = "f =~ tru01 + tru04 + tru11\ng =~ com01 + com04 + com10"
EQUAL = "f =~ tru01 + a*tru04 + a*tru11\ng =~ com01 + com04 + com10"
APART = f"{WIDE}\nf ~~ 0*g"
SINGLE = "f =~ tru01 + tru04 + tru11 + com01 + com04 + com10"
METHODS = ("satorra_bentler_2001", "satorra_bentler_2010", "satorra_2000")
ROBUST = ("robust_cfi", "robust_tli", "robust_rmsea")


@pytest.fixture(scope="module")
def complete():
    return pd.read_csv(REFERENCE / "simulated-complete.csv")


@pytest.fixture(scope="module")
def gaps():
    return pd.read_csv(REFERENCE / "simulated-gaps.csv")


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


def test_satorra_2000_is_that_of_the_restriction(complete):
    """Written out for equal loadings in two groups."""
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
    spread = reach.T @ first_order_information(problem, at) @ reach
    factor = np.trace(np.linalg.solve(restriction @ reach, spread)) / 4
    found = compare_models(wide, narrow, method="satorra_2000").changes[0].chi_square_change
    assert found == pytest.approx((narrow.fit.chi_square - wide.fit.chi_square) / factor, rel=1e-7)


@pytest.mark.parametrize(
    ("scaling", "metric", "scalar"),
    [("yuan_bentler", 0.6743053504, 5.561259019), ("satorra_bentler", 0.6791039164, 5.561053635)],
)
def test_satorra_2000_is_that_of_lavaan_in_groups(complete, scaling, metric, scalar):
    """R corrects the variance too unless it is told not to, and has restrictions of means by "delta" only."""
    halves = ["a"] * 200 + ["b"] * 200
    steps = invariance(WIDE, complete, groups=halves, estimator="MLR", scaling=scaling, method="satorra_2000")
    found = [change.chi_square_change for change in steps.changes[:2]]
    assert found[0] == pytest.approx(metric, rel=1e-6)
    assert found[1] == pytest.approx(scalar, rel=1e-5)  # "delta" takes slopes at both models' estimates


def moments_of(solution, values):
    """Each group's covariances and means in one row, without any derivative."""
    at = solution.problem.evaluate(values)
    order = np.argsort(solution.table.model.observed)
    low = np.tril_indices(len(order))
    return np.concatenate([np.r_[b.covariances[np.ix_(order, order)][low], b.means[order]] for b in at.bases])


def differences(function, values, step=1e-5):
    """Derivatives of a function of a few values, by small steps."""
    steps = step * np.eye(len(values))
    return np.array([(function(values + s) - function(values - s)) / (2 * step) for s in steps]).T


def weights_and_sampling(solution, parts):
    """Normal-theory weights of all moments, and how they vary from sample to sample, both per person."""
    order = np.argsort(solution.table.model.observed)
    i, j = np.tril_indices(len(order))
    n, blocks = sum(map(len, parts)), []
    for rows, basis in zip(parts, solution.at.bases, strict=True):
        sigma, own = basis.covariances[np.ix_(order, order)], rows - rows.mean(axis=0)
        normal = sigma[i][:, i] * sigma[j][:, j] + sigma[i][:, j] * sigma[j][:, i]
        both = np.hstack([own[:, i] * own[:, j], own])
        blocks.append((block_diag(normal, sigma) * n / len(rows), np.cov(both.T, bias=True) * n / len(rows)))
    return np.linalg.inv(block_diag(*[w for w, _ in blocks])), block_diag(*[g for _, g in blocks])


@pytest.mark.parametrize(
    ("narrower", "n_groups", "wider"),
    [
        ({"model": WIDE, "equal": ["loadings"]}, 2, {"model": WIDE}),
        ({"model": WIDE, "equal": ["loadings", "intercepts"]}, 2, {"model": WIDE, "equal": ["loadings"]}),
        ({"model": EQUAL, "means": True}, 1, {"model": WIDE, "means": True}),
        ({"model": APART, "means": True}, 1, {"model": WIDE, "means": True}),
        ({"model": WIDE, "equal": ["loadings", "intercepts", "residuals"]}, 3, {"model": WIDE}),
    ],
)
def test_satorra_2000_is_the_mean_of_the_weights(narrower, n_groups, wider):
    """A second way: tr(U Gamma) of moments, with slopes by small steps; answers are skewed."""
    rng = np.random.default_rng(5)
    names = ["com01", "com04", "com10", "tru01", "tru04", "tru11"]
    shared = np.repeat(rng.standard_normal((500, 2)) @ [[1, 0.4], [0, 0.9]], 3, axis=1)
    data = pd.DataFrame(np.exp(0.5 * (shared + rng.standard_normal((500, 6)))), columns=names)
    groups = np.sort(rng.choice(n_groups, 500, p=np.array([5, 3, 2])[:n_groups] / [5, 8, 10][n_groups - 1]))
    options = {"estimator": "MLR", "scaling": "satorra_bentler"}
    if n_groups > 1:
        options["groups"] = [f"g{k}" for k in groups]
    wide, narrow = (cfa(data=data, **o, **options) for o in (wider, narrower))
    at = wider_at_narrower(wide.solution, narrow.solution)
    own, there = (
        differences(lambda v: moments_of(wide.solution, v), x.values) for x in (wide.solution.at, at)
    )
    narrow_slopes = differences(lambda v: moments_of(narrow.solution, v), narrow.solution.at.values)
    kept = own @ np.linalg.lstsq(there, narrow_slopes, rcond=None)[0]
    rows = data.to_numpy()
    weights, sampling = weights_and_sampling(wide.solution, [rows[groups == g] for g in range(n_groups)])

    def reached(slopes):
        v = weights @ slopes
        return np.trace(np.linalg.solve(slopes.T @ v, v.T @ sampling @ v))

    df = narrow.fit.df - wide.fit.df
    found = compare_models(wide, narrow, method="satorra_2000").changes[0].chi_square_change
    factor = (reached(own) - reached(kept)) / df
    assert found == pytest.approx((narrow.fit.chi_square - wide.fit.chi_square) / factor, rel=1e-5)


def test_satorra_2000_with_gaps_from_each_persons_likelihood(gaps):
    """R 4.2.2 with lavaan 0.6-14 prints 2.845, of weights under which normal answers would need no 1."""
    wide, narrow = (cfa(m, gaps, estimator="MLR", missing="fiml") for m in (WIDE, EQUAL))
    found = compare_models(wide, narrow, method="satorra_2000").changes[0].chi_square_change
    solution, answers = wide.solution, gaps[list(wide.solution.table.model.observed)].to_numpy(float)
    answers = answers[~np.isnan(answers).all(axis=1)]
    there = ~np.isnan(answers)
    shapes = [(s, (there == s).all(axis=1)) for s in np.unique(there, axis=0)]

    def likelihoods(values):
        basis, total = solution.problem.evaluate(values).bases[0], np.empty(len(answers))
        for s, who in shapes:
            total[who] = multivariate_normal(basis.means[s], basis.covariances[np.ix_(s, s)]).logpdf(
                answers[who][:, s]
            )
        return total

    values = solution.at.values
    scores = differences(likelihoods, values, 1e-4)
    information = differences(lambda v: solution.problem.evaluate(v).gradient, values)
    labels = solution.table.free_names(wide.groups)
    restriction = np.zeros(len(values))
    restriction[[labels.index("f =~ tru04"), labels.index("f =~ tru11")]] = 1, -1
    reach = np.linalg.solve(information, restriction)
    factor = reach @ (scores.T @ scores / len(answers)) @ reach / (restriction @ reach)
    assert found == pytest.approx((narrow.fit.chi_square - wide.fit.chi_square) / factor, rel=1e-4)
    assert found == pytest.approx(2.188304, rel=1e-5)


@pytest.mark.parametrize("missing", [0.1, 0.25, 0.4])
def test_with_gaps_normal_answers_need_no_correction(missing):
    """R's is .49 where a quarter is missing."""
    rng = np.random.default_rng(3)
    names, factors = ["tru01", "tru04", "tru11", "com01", "com04", "com10"], []
    for _ in range(6):
        shared = np.repeat(rng.standard_normal((400, 2)) @ [[1, 0.4], [0, 0.9]], 3, axis=1)
        rows = shared + 0.7 * rng.standard_normal((400, 6))
        rows[rng.random(rows.shape) < missing] = np.nan
        data = pd.DataFrame(rows[~np.isnan(rows).all(axis=1)], columns=names)
        fits = [cfa(m, data, estimator="MLR", missing="fiml") for m in (WIDE, EQUAL)]
        scaled = compare_models(*fits, method="satorra_2000").changes[0].chi_square_change
        factors.append((fits[1].fit.chi_square - fits[0].fit.chi_square) / scaled)
    assert np.mean(factors) == pytest.approx(1, abs=0.1)


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


def test_robust_indices_change_as_well_as_the_others(complete):
    fits = [cfa(m, complete, estimator="MLR") for m in (WIDE, APART)]
    compared = compare_models(*fits)
    for name in ROBUST:
        apart = getattr(fits[1].fit.scaled, name) - getattr(fits[0].fit.scaled, name)
        assert getattr(compared.changes[0], f"{name}_change") == pytest.approx(apart, abs=1e-12)
        assert compared.to_frame()[f"{name}_change"].iloc[1] == pytest.approx(apart, abs=1e-12)
    change = f"{compared.changes[0].robust_cfi_change:+.3f}".replace("0.", ".")
    assert f"robust CFI {change}, " in repr(compared.changes[0])
    plain = compare_models(cfa(WIDE, complete), cfa(APART, complete))
    assert plain.changes[0].to_dict()["robust_cfi_change"] is None
    assert "robust" not in repr(plain) + " ".join(plain.to_frame().columns)


def test_the_sentence_of_invariance_has_the_robust_change(complete):
    halves = ["a"] * 200 + ["b"] * 200
    robust = invariance(WIDE, complete, groups=halves, estimator="MLR", scaling="satorra_bentler")
    fall = f"{robust.changes[1].robust_cfi_change:+.3f}".replace("0.", ".")
    fall = ".000" if fall in ("+.000", "-.000") else fall
    assert f"robust CFI difference = {fall}" in robust.sentence()
    assert "robust" not in invariance(WIDE, complete, groups=halves).sentence()
