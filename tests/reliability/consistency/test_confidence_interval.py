"""Every coefficient has its intervals from one place: values, derivatives, clusters, and what is refused."""

from __future__ import annotations

import json
import math
import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import encode, simulate
from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.factor import Model, cfa, efa
from intimacy_scales.numerics.resampling import draw_counts
from intimacy_scales.reliability import (
    HierarchicalOmega,
    cluster_sums,
    compare_alphas,
    cronbach_alpha,
    guttman_lambdas,
    hierarchical_omega,
    item_moments,
    mcdonald_omega,
    split_half,
    stratified_alpha,
)
from intimacy_scales.reliability.consistency.figures import (
    Alpha,
    Difference,
    Figure,
    Halves,
    Known,
    Lambda,
    OfCorrelations,
    Stratified,
    Stratum,
)
from tests.shared.factor_answers import parts
from tests.shared.folders import REFERENCE
from tests.shared.instruments import coded
from tests.shared.interval_answers import SCALES, answers, half

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")
BEFORE = json.loads((REFERENCE / "intervals_before.json").read_text())
FORMULAS = [
    Alpha(),
    *(Lambda(which) for which in (1, 2, 3, 5, 6)),
    *(Halves((True, False, True, False), kind) for kind in ("r", "spearman_brown", "flanagan_rulon")),
    Halves((True, False, False, False), "horst"),
]


def keyed(gaps: float = 0.0, n: int = 90) -> Any:
    x = parts(n, (4, 3), gaps=gaps).astype(float)
    x[x == 0] = np.nan
    return x


def covariances(k: int) -> Any:
    rng = np.random.default_rng(k)
    return np.cov((rng.normal(size=(60, k)) * rng.uniform(0.5, 2, k) + rng.normal(size=(60, 1))).T)


def by_differences(figure: Any, *matrices: Any) -> list[Any]:
    """Derivatives by small steps up and down."""
    found = []
    for at, matrix in enumerate(matrices):
        gradient = np.empty_like(matrix)
        for i, j in np.ndindex(*matrix.shape):
            moved = []
            for sign in (1, -1):
                given = [m.copy() for m in matrices]
                given[at][i, j] += sign * 1e-5
                if i != j:
                    given[at][j, i] += sign * 1e-5
                moved.append(float(figure.value(*given)))
            gradient[i, j] = (moved[0] - moved[1]) / (2e-5 if i == j else 4e-5)
        found.append(gradient)
    return found


@pytest.mark.parametrize("standardized", [False, True])
@pytest.mark.parametrize("figure", FORMULAS, ids=str)
def test_derivatives_are_those_of_small_steps(figure: Any, standardized: bool) -> None:
    figure = OfCorrelations(figure) if standardized else figure
    matrix = covariances(4)
    (gradient,) = figure.gradient(matrix)
    np.testing.assert_allclose(gradient, by_differences(figure, matrix)[0], atol=2e-9)
    np.testing.assert_allclose(gradient, gradient.T, atol=1e-15)
    if "which=5" not in str(figure) and "which=6" not in str(figure):  # a maximum, and eigenvalues
        np.testing.assert_allclose(gradient, Figure.gradient(figure, matrix)[0], atol=1e-13)
    stack = np.stack([matrix, 2 * matrix, covariances(4) + np.eye(4)])
    np.testing.assert_allclose(figure.value(stack), [figure.value(m) for m in stack], rtol=1e-13)


def test_derivatives_of_figures_of_several_scales_are_those_of_small_steps() -> None:
    inner = Stratified(
        (1.0,) * 3, (Stratum((1.0, 1.0, 0.0), Alpha(), 1), Stratum((0.0, 0.0, 1.0), Known(0.4), 0))
    )
    figure = Stratified(
        (1.0, 0.5, 2.0, 1.0),
        (Stratum((1.0, 0.5, 0.0, 0.0), Alpha(), 1), Stratum((0.0, 0.0, 2.0, 1.0), inner, 2)),
    )
    matrices = [covariances(4), covariances(2), covariances(3), covariances(2) + 0.1]
    for got, wanted in zip(figure.gradient(*matrices), by_differences(figure, *matrices), strict=True):
        np.testing.assert_allclose(got, wanted, atol=2e-9)
    pair = Difference(Alpha(), Lambda(2))
    for got, wanted in zip(pair.gradient(*matrices[:2]), by_differences(pair, *matrices[:2]), strict=True):
        np.testing.assert_allclose(got, wanted, atol=2e-9)


def bound_of(x: Any, of: str) -> float:
    """A bound of keyed answers, from its definition."""
    c = np.cov(x.T)
    off, total, k = c - np.diag(np.diag(c)), c.sum(), len(c)
    first = 1 - np.trace(c) / total
    if of == "lambda6":
        return float(1 - sum(c[i, i] * (1 - r_squared(x, i)) for i in range(k)) / total)
    return float(
        {
            "lambda1": first,
            "lambda2": first + math.sqrt(k / (k - 1) * (off**2).sum()) / total,
            "lambda3": k / (k - 1) * first,
            "lambda5": first + 2 * math.sqrt((off**2).sum(axis=0).max()) / total,
        }[of]
    )


def r_squared(x: Any, i: int) -> float:
    others = np.column_stack([np.ones(len(x)), np.delete(x, i, axis=1)])
    rest = x[:, i] - others @ np.linalg.lstsq(others, x[:, i], rcond=None)[0]
    return float(1 - rest.var() / x[:, i].var())


@pytest.mark.parametrize("of", ["lambda1", "lambda2", "lambda3", "lambda5", "lambda6"])
def test_a_bootstrap_is_the_bound_of_each_resample(of: Any) -> None:
    x = keyed()[:, :4]
    drawn = []
    for counts in draw_counts(90, 100, np.random.default_rng(4)):
        drawn.append(bound_of(x[np.repeat(np.arange(90), counts)], of))
    bounds = guttman_lambdas(answers(), scale="a")
    made = bounds.confidence_interval(0.9, "bootstrap", of=of, n_resamples=100, rng=4)
    np.testing.assert_allclose(list(made), np.quantile(drawn, [0.05, 0.95]), rtol=1e-9)
    assert getattr(bounds, of) == pytest.approx(bound_of(x, of), rel=1e-12)


def jackknifed_error(x: Any, groups: Any, figure: Any) -> float:
    """Standard error by leaving each unit out, with the same answers for any smooth figure."""
    units = np.unique(groups)
    values = np.array([figure(x[groups != unit]) for unit in units])
    return float(np.sqrt((len(units) - 1) / len(units) * ((values - values.mean()) ** 2).sum()))


@pytest.mark.parametrize("clustered", [False, True])
@pytest.mark.parametrize("name", ["lambda-2", "lambda-6", "half", "stratified", "scales", "partners"])
def test_adf_errors_are_those_of_the_jackknife(name: str, clustered: bool) -> None:
    """The infinitesimal jackknife and the one that leaves persons out differ by terms of order 1 / n."""
    n = 400
    x, whole = keyed(n=n), answers(n=n)
    groups = np.arange(n) // 2 if clustered else np.arange(n)
    first, second = x[: n // 2], x[n // 2 :]
    made = {
        "lambda-2": (guttman_lambdas(whole, scale="a"), lambda y: bound_of(y[:, :4], "lambda2")),
        "lambda-6": (guttman_lambdas(whole, scale="a"), lambda y: bound_of(y[:, :4], "lambda6")),
        "half": (split_half(whole, scale="a"), lambda y: spearman_brown_of(y[:, :4])),
        "stratified": (stratified_alpha(whole, scale="c"), stratified_of),
        "scales": (
            compare_alphas(*(cronbach_alpha(whole, scale=scale) for scale in "ab")),
            lambda y: alpha_of(y[:, :4]) - alpha_of(y[:, 4:]),
        ),
        "partners": (
            compare_alphas(*(cronbach_alpha(half(whole, at), scale="a") for at in (0, 1)), paired=True),
            lambda y: alpha_of(y[:, :4]) - alpha_of(y[:, 7:11]),
        ),
    }
    coefficient, figure = made[name]
    if name == "partners":
        x, groups = np.column_stack([first, second]), groups[: n // 2]
    options: Any = {"of": "lambda6"} if name == "lambda-6" else {}
    interval = coefficient.confidence_interval(
        0.95, "adf", clusters=groups.tolist() if clustered else None, **options
    )
    from scipy.stats import t

    units = len(np.unique(groups))
    quantile = t.ppf(0.975, units - 1) if clustered else 1.959964
    error = (interval.high - interval.low) / 2 / quantile
    assert error == pytest.approx(jackknifed_error(x, groups, figure), rel=0.03)
    assert interval.n == units


def alpha_of(x: Any) -> float:
    c = np.cov(x.T)
    return float(len(c) / (len(c) - 1) * (1 - np.trace(c) / c.sum()))


def spearman_brown_of(x: Any) -> float:
    r = np.corrcoef(x[:, ::2].sum(axis=1), x[:, 1::2].sum(axis=1))[0, 1]
    return float(2 * r / (1 + r))


def stratified_of(x: Any) -> float:
    a, b = x[:, :4].mean(axis=1), x[:, 4:].mean(axis=1)
    lacking = a.var() * (1 - alpha_of(x[:, :4])) + b.var() * (1 - alpha_of(x[:, 4:]))
    return float(1 - lacking / (a + b).var())


@pytest.mark.parametrize("gaps", [0.0, 0.06])
@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_delta_is_two_traces_over_n(gaps: float, missing: Any) -> None:
    """From the definition: covariances of covariances of normal answers, summed over all pairs of pairs."""
    bounds = guttman_lambdas(answers(gaps), scale="a", missing=missing)
    moments = cronbach_alpha(answers(gaps), scale="a", missing=missing).moments
    s, g = moments.covariances, Lambda(2).gradient(moments.covariances)[0]
    variance = 0.0
    for i, j, k, m in np.ndindex(4, 4, 4, 4):
        variance += g[i, j] * g[k, m] * (s[i, k] * s[j, m] + s[i, m] * s[j, k]) / moments.n
    made = bounds.confidence_interval()
    assert (made.high - made.low) / 2 == pytest.approx(1.9599639845 * math.sqrt(variance), rel=1e-9)
    sums = guttman_lambdas(item_moments(answers(gaps).instrument, answers(gaps)), scale="a", missing=missing)
    np.testing.assert_allclose(list(sums.confidence_interval()), list(made), rtol=1e-12)
    third = bounds.confidence_interval(of="lambda3")
    duhachek = cronbach_alpha(answers(gaps), scale="a", missing=missing).confidence_interval(
        method="duhachek"
    )
    np.testing.assert_allclose(list(third), list(duhachek), rtol=1e-12)


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_compare_alphas_counts_on_who_answered_both(missing: Any) -> None:
    whole, sums = answers(0.06), item_moments(answers().instrument, answers(0.06))
    of_answers, of_sums = (
        compare_alphas(*(cronbach_alpha(a, scale=s, missing=missing) for s in "ab")) for a in (whole, sums)
    )
    made = of_answers.confidence_interval()
    assert made.low < of_answers.estimate < made.high
    if missing == "pairwise":
        np.testing.assert_allclose(list(of_sums.confidence_interval()), list(made), rtol=1e-9)
    else:
        assert "sums do not show who answered both scales" in str(of_sums.confidence_interval().reason)
    itself = compare_alphas(*(cronbach_alpha(whole, scale="a", missing=missing) for _ in "aa"))
    np.testing.assert_allclose([*itself.confidence_interval()], 0, atol=1e-8)
    np.testing.assert_allclose([*itself.confidence_interval(method="adf")], 0, atol=1e-8)


def test_asymptotic_errors_are_near_those_of_the_bootstrap() -> None:
    whole = encode("scii-24", simulate("scii-24", 500, rng=3).answers)
    bifactor = mcdonald_omega(whole, scale="total", model="second_order")
    made: list[tuple[Any, dict[str, Any]]] = [
        (guttman_lambdas(whole, scale="trust"), {}),
        (guttman_lambdas(whole, scale="trust"), {"of": "lambda6"}),
        (split_half(whole, scale="total", of="correlations"), {}),
        (stratified_alpha(whole, scale="total"), {}),
        (compare_alphas(*(cronbach_alpha(whole, scale=s) for s in ("trust", "caring"))), {}),
        (bifactor, {"of": "hierarchical"}),
    ]
    for result, options in made:
        delta, adf = (result.confidence_interval(method=m, **options) for m in ("delta", "adf"))
        resamples = 100 if result is bifactor else 400
        drawn = result.confidence_interval(method="bootstrap", rng=1, n_resamples=resamples, **options)
        width = drawn.high - drawn.low
        tolerance = 0.3 if result is bifactor else 0.15
        assert delta.high - delta.low == pytest.approx(width, rel=tolerance)
        assert adf.high - adf.low == pytest.approx(width, rel=tolerance)


@pytest.mark.parametrize("name", sorted(BEFORE))
def test_intervals_of_alpha_and_omega_are_as_before(name: str) -> None:
    coefficient, table, missing, method, unit = name.split()
    result = _result(coefficient, table, missing)
    seed: Any = {"n_resamples": 100, "rng": 3} if method in ("bootstrap", "bca") else {}
    made = result.confidence_interval(0.9, method, clusters="couple" if unit == "couple" else None, **seed)
    assert [made.low, made.high] == pytest.approx(BEFORE[name][:2], rel=1e-8)
    assert made.n == BEFORE[name][2]


@cache
def _result(coefficient: str, table: str, missing: Any) -> Any:
    gaps: Any = {"missing": 0.08} if table == "gaps" else {}
    simulated = simulate("scii-24", 120, couples=0.5, rng=7, **gaps).answers
    whole = encode("scii-24", simulated, keep=["couple"])
    if coefficient == "alpha":
        return cronbach_alpha(whole, scale="trust", missing=missing)
    return mcdonald_omega(
        whole, scale="trust", missing=missing, denominator=coefficient.removeprefix("omega-")
    )


def test_compare_alphas_of_different_persons_has_closed_forms() -> None:
    """Worked by hand from the formulas of Bonett (2003) and of Zou and Donner (2008)."""
    one, other = (cronbach_alpha(half(answers(n=200), at), scale="a") for at in (0, 1))
    found = compare_alphas(one, other, paired=False)
    a, b, each = one.estimate, other.estimate, 2 * 4 / (3 * 98)
    log, se = math.log((1 - a) / (1 - b)), math.sqrt(2 * each)
    ratio = found.confidence_interval(method="bonett", of="ratio")
    assert list(ratio) == pytest.approx(
        [math.exp(log - 1.9599639845 * se), math.exp(log + 1.9599639845 * se)]
    )
    for method in ("bonett", "bonett-wright", "feldt"):
        (l1, u1), (l2, u2) = (alpha.confidence_interval(method=method) for alpha in (one, other))  # type: ignore[arg-type]
        ends = [a - b - math.hypot(a - l1, u2 - b), a - b + math.hypot(u1 - a, b - l2)]
        assert list(found.confidence_interval(method=method)) == pytest.approx(ends)  # type: ignore[arg-type]
    errors = [alpha.confidence_interval(method="adf").high - alpha.estimate for alpha in (one, other)]
    adf = found.confidence_interval(method="adf")
    assert adf.high - found.estimate == pytest.approx(math.hypot(*errors), rel=1e-9)
    for method in ("bootstrap", "bca"):
        made = found.confidence_interval(method=method, rng=2)  # type: ignore[arg-type]
        assert made.high - made.low == pytest.approx(adf.high - adf.low, rel=0.15)
        assert made.n == 200


def test_compare_alphas_tells_partners_by_their_couple() -> None:
    """Rows of one table and labels of two say the same: partners count as one unit."""
    table = simulate("scii-24", 200, couples=0.6, rng=5).answers
    shuffled = table[table["partner"] == 2].sample(frac=1, random_state=1)
    alphas = [
        cronbach_alpha(encode("scii-24", rows, keep=["couple"]), scale="trust")
        for rows in (table[table["partner"] == 1], shuffled)
    ]
    ordered = [
        cronbach_alpha(encode("scii-24", rows.reset_index(drop=True)), scale="trust")
        for rows in (table[table["partner"] == 1], table[table["partner"] == 2])
    ]
    by_label = compare_alphas(*alphas, paired=False).confidence_interval(method="adf", clusters="couple")
    by_row = compare_alphas(*ordered, paired=True).confidence_interval(method="adf")
    assert by_label.n == by_row.n == 100
    assert by_label.low < by_row.low  # t instead of z
    centre = compare_alphas(*ordered, paired=True).estimate
    assert (by_label.high - centre) / (by_row.high - centre) == pytest.approx(1.98422 / 1.95996, rel=1e-5)
    apart = compare_alphas(*ordered, paired=False).confidence_interval(method="adf")
    assert apart.n == 200


def test_schmid_leiman_omega_has_a_bootstrap_that_warns() -> None:
    whole = encode("scii-24", simulate("scii-24", 300, rng=3).answers)
    found = hierarchical_omega(whole, scale="total", n_factors=6)
    made = found.confidence_interval(n_resamples=100, rng=1)
    assert made.low < made.high
    assert (made.method, made.n, made.reason) == ("basic", 300, None)
    assert "less often than their level says" in made.warnings[-1]
    with pytest.raises(EstimationError, match="method='delta' is not valid; allowed: 'basic'"):
        found.confidence_interval(method="delta")  # type: ignore[arg-type]
    read = HierarchicalOmega.from_json(found.to_json())
    with pytest.raises(DocumentError, match="this HierarchicalOmega was read from its document"):
        read.confidence_interval()


def test_puc_and_arpb_are_those_of_their_definitions() -> None:
    """24 items in six groups of four: 36 of 276 correlations are between items of one group."""
    whole = encode("scii-24", simulate("scii-24", 400, rng=2).answers)
    found = mcdonald_omega(whole, scale="total", model="bifactor")
    assert found.puc == pytest.approx(1 - 36 / 276)
    of = whole.instrument.scale("total").of
    written = Model.from_instrument(whole.instrument, scales=of, factors="bifactor", general="general")
    general = cfa(written, whole).loadings["general"].to_dict()
    alone = mcdonald_omega(whole, scale="total", model="one_factor").std_loadings
    bias = [abs(alone[item] - g) / abs(g) for item, g in general.items()]
    assert found.arpb == pytest.approx(np.mean(bias), rel=1e-5)
    explored = hierarchical_omega(whole, scale="total", n_factors=6)
    one = efa(whole, 1, items=explored.exploratory.names).loadings[:, 0]  # type: ignore[union-attr]
    biases = np.abs(np.abs(one) - explored.general) / explored.general
    assert explored.arpb == pytest.approx(biases.mean(), rel=1e-6)
    groups = np.bincount(np.argmax(np.abs(explored.group_loadings), axis=1))
    assert explored.puc == pytest.approx(1 - (groups * (groups - 1)).sum() / (24 * 23))
    for result in (found, explored):
        assert "PUC" in repr(result)
        assert result.to_dict()["puc"] == result.puc


def test_a_general_factor_with_a_negative_variance_is_a_reason() -> None:
    """Parts that correlate negatively, and not through one factor; it ended in a square root."""
    rng = np.random.default_rng(39)
    factors = rng.normal(size=(60, 3))
    factors[:, 1:] -= 0.5 * factors[:, :1]
    x = np.clip(np.rint(4 + factors.repeat(3, axis=1) + 0.8 * rng.normal(size=(60, 9))), 1, 7)
    scales = {"a": "q1 q2 q3", "b": "q4 q5 q6", "c": "q7 q8 q9", "d": {"of": ["a", "b", "c"]}}
    found = mcdonald_omega(coded(x, scales), scale="d", model="second_order")
    assert "has an estimated variance of -0.1" in str(found.reason)
    assert found.confidence_interval(of="hierarchical").reason == found.reason


def test_figures_that_are_not_defined_have_no_interval_and_say_why() -> None:
    constant = pd.DataFrame(keyed()[:, :7], columns=[f"q{i}" for i in range(1, 8)]).assign(q1=4.0)
    whole = coded(constant.to_numpy(), SCALES)
    bounds = guttman_lambdas(whole, scale="a")
    assert bounds.confidence_interval(of="lambda6").reason == "q1 is constant"
    assert bounds.confidence_interval().reason is None
    few = guttman_lambdas(half(answers(n=4), 0), scale="a")
    assert "at least three persons" in str(few.confidence_interval().reason)
    pairs = guttman_lambdas(answers(0.06), scale="a", of="correlations", sds="pairs")
    assert "use sds='items'" in str(pairs.confidence_interval().reason)
    given = stratified_alpha(answers(), scale="c", reliabilities={"a": 0.8, "b": 0.7})
    known, estimated = (
        r.confidence_interval(method="adf") for r in (given, stratified_alpha(answers(), scale="c"))
    )
    assert known.high - known.low < estimated.high - estimated.low


def test_sums_over_couples_give_stratified_alpha_its_interval() -> None:
    whole, couple = answers(0.06), (np.arange(90) // 2).tolist()
    table = pd.DataFrame(whole.to_frame()).assign(couple=couple)
    sums = cluster_sums(whole.instrument, table, clusters="couple")
    made = stratified_alpha(sums.moments, scale="c").confidence_interval(method="adf", clusters=sums)
    same = stratified_alpha(whole, scale="c").confidence_interval(method="adf", clusters=couple)
    np.testing.assert_allclose(list(made), list(same), rtol=1e-6)


def test_skewed_answers_are_told_with_normal_theory_intervals() -> None:
    skewed = simulate("scii-24", 300, thresholds=[-2.5, -2.2, -2.0, -1.8, -1.5, -1.2], rng=1).answers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = guttman_lambdas("scii-24", skewed, scale="trust")
    assert "method='adf' is more accurate" in made.confidence_interval().warnings[0]
    assert made.confidence_interval(method="adf").warnings == ()
