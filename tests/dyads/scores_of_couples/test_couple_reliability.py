"""Reliability of couples' scores: by hand, by `sem`, in a known population; options and reasons."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import reliability_report, sem, simulate
from intimacy_scales.dyads import CoupleReliability, Dyads, couple_reliability, reliable_difference
from intimacy_scales.errors import DocumentError, EstimationError, KeyingWarning, UnknownNameError
from intimacy_scales.moments.scale_items import scale_items
from tests.shared.comparison import assert_close, close, near, roughly
from tests.shared.couples import couples_with_answers, some_of, swapped
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.simulated_couples import item_covariances, normal_answers, normal_couples

K = 4
ANSWERS = normal_answers(200, K, common=0.2)
GAPS = ANSWERS.copy()
_RANDOM = np.random.default_rng(5)
GAPS[_RANDOM.random(GAPS.shape) < 0.05] = np.nan
GAPS[_RANDOM.random(GAPS.shape[:2]) < 0.1] = np.nan


def of(x: Any, *, role: bool = True, scale: Any = None, **options: Any) -> CoupleReliability:
    return couple_reliability(normal_couples(x, scale, roles=role), **options)


def written_out(*, equal: bool) -> str:
    """The model in lavaan's syntax, with the figures as defined parameters, weights 1/4."""
    lines = []
    for p in "wh":
        s = "" if equal else p
        lines.append(f"F{p} =~ NA*y1{p} + " + " + ".join(f"l{s}{i}*y{i}{p}" for i in range(1, K + 1)))
        lines.append(f"F{p} ~~ 1*F{p}")
        for i in range(1, K + 1):
            lines.append(f"y{i}{p} ~~ t{s}{i}*y{i}{p}; y{i}{p} ~ {f'm{i}*' if equal else ''}1")
    lines += [f"y{i}w ~~ c{i}*y{i}h" for i in range(1, K + 1)]
    sums = {
        p: ["+".join(f"{letter}{'' if equal else p}{i}" for i in range(1, K + 1)) for letter in "lt"]
        for p in "wh"
    }
    (lw, tw), (lh, th), shared = sums["w"], sums["h"], "+".join(f"c{i}" for i in range(1, K + 1))
    lines += [
        "Fw ~~ r*Fh",
        f"true := (({lw})^2 + ({lh})^2 - 2*r*({lw})*({lh}))/16",
        f"error := ({tw} + {th} - 2*({shared}))/16",
        "omega := true/(true + error)",
        "sem := sqrt(error)",
        f"m := ((({lw})^2 + ({lh})^2 + 2*r*({lw})*({lh}))/64)/((({lw})^2 + ({lh})^2 + 2*r*({lw})*({lh}))/64 "
        f"+ ({tw} + {th} + 2*({shared}))/64)",
    ]
    return "\n".join(lines)


@pytest.mark.parametrize("role", [True, False], ids=["distinguishable", "exchangeable"])
@pytest.mark.parametrize("missing", ["listwise", "fiml"])
@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_couple_reliability_is_that_of_a_written_model(role: bool, missing: Any, estimator: Any) -> None:
    """Also with its errors: the delta method by our derivatives, and by those of the defined parameters."""
    x = GAPS if missing == "fiml" else ANSWERS
    names = [f"y{i}{p}" for p in "wh" for i in range(1, K + 1)]
    table = pd.DataFrame(x.reshape(len(x), -1), columns=names)
    written = sem(
        written_out(equal=not role), table, missing=missing, estimator=estimator, identification="none"
    )
    result = of(x, role=role, missing=missing, estimator=estimator)
    difference, mean = result["difference"], result["mean"]
    expected = {name: written.defined[name] for name in ("omega", "sem", "m", "true", "error")}
    roughly([difference.omega, difference.sem, mean.omega],
            [expected[name].estimate for name in ("omega", "sem", "m")])  # fmt: skip
    roughly([difference.omega_se, difference.sem_se, mean.omega_se],
            [expected[name].se for name in ("omega", "sem", "m")], rel=1e-5)  # fmt: skip
    roughly([difference.true_variance, difference.error_variance],
            [expected[name].estimate for name in ("true", "error")])  # fmt: skip
    r = written.parameters["Fw ~~ Fh"]
    roughly([result.true_correlation, result.true_correlation_se], [r.estimate, r.se], rel=1e-5)
    assert result.n_couples == written.n


def test_figures_follow_from_loadings_and_residuals() -> None:
    """By hand, with unequal weights of the items in the score."""
    scale = [{"id": "a", "items": ["q1", "q2", "q3", "q4"], "weights": {"q2": 3, "q4": 2}}]
    dyads = normal_couples(ANSWERS, scale)
    result = couple_reliability(dyads)
    assert dyads.form is not None
    w = scale_items(dyads.form)["a"].weights
    near(w, np.array([1, 3, 1, 2]) / 7)
    (l1, l2), (t1, t2) = (np.array(list(x.values())).T for x in (result.loadings, result.residual_variances))
    shared = w**2 @ np.array(list(result.residual_covariances.values()))
    e1, e2, v1, v2, r = w**2 @ t1, w**2 @ t2, (w @ l1) ** 2, (w @ l2) ** 2, result.true_correlation
    cov = r * math.sqrt(v1 * v2)
    expected = {
        "first": (v1, e1), "second": (v2, e2),
        "mean": ((v1 + v2 + 2 * cov) / 4, (e1 + e2 + 2 * shared) / 4),
        "difference": (v1 + v2 - 2 * cov, e1 + e2 - 2 * shared),
    }  # fmt: skip
    scores = dyads.scores["a"]
    observed = {"first": scores[:, 0], "second": scores[:, 1], "mean": scores.mean(axis=1)}
    observed["difference"] = scores[:, 0] - scores[:, 1]
    for name, (true, error) in expected.items():
        row = result[name]
        near([row.true_variance, row.error_variance, row.sem], [true, error, math.sqrt(error)])
        near(row.omega, true / (true + error))
        near(row.observed_variance, observed[name].var())
        near(row.omega_observed, true / observed[name].var())
    near(result.error_correlation, shared / math.sqrt(e1 * e2))
    near(
        result["mean"].omega_ignoring_covariances, expected["mean"][0] / (expected["mean"][0] + (e1 + e2) / 4)
    )


def test_standard_errors_are_in_units_of_the_score() -> None:
    """Of sums they are k times as large as of means; omega is the same."""
    summed = [{"id": "a", "items": ["q1", "q2", "q3", "q4"], "method": "sum"}]
    mean, total = of(ANSWERS), of(ANSWERS, scale=summed)
    for one, other in zip(mean.scores, total.scores, strict=True):
        near([other.omega, other.omega_se, other.sem, other.sem_se],
             [one.omega, one.omega_se, K * one.sem, K * one.sem_se])  # fmt: skip


def test_couple_reliability_finds_the_population() -> None:
    """With correlated residuals, which a formula from two reliabilities and a correlation takes for truth."""
    sigma, x = item_covariances(K, common=0.3), normal_answers(20_000, K, common=0.3, seed=7)
    loadings = np.linspace(1.2, 0.8, K).sum()
    true = 2 * loadings**2 * (1 - 0.6)
    w = np.concatenate([np.ones(K), -np.ones(K)])
    total = w @ sigma @ w
    result = of(x, role=False)
    close(result["difference"].omega, true / total, 0.01)
    close(result.true_correlation, 0.6, 0.02)
    close(result["difference"].sem, 8 * math.sqrt(total - true) / K, 0.05)
    assert result["difference"].omega_ignoring_covariances < true / total - 0.05
    assert result["mean"].omega_ignoring_covariances > result["mean"].omega + 0.02
    assert result.fit is not None
    assert result.fit.p_value > 0.001


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_swapping_exchangeable_partners_changes_nothing(missing: Any, estimator: Any) -> None:
    options = {"role": False, "missing": missing, "estimator": estimator}
    for seed in (0, 1):
        one, other = of(GAPS, **options), of(swapped(GAPS, some_of(200, seed)), **options)
        assert_close(one.to_dict(), other.to_dict())


def test_tau_equivalent_items_of_two_partners() -> None:
    """With two items, and equal figures of both partners, the couple's figures follow from covariances."""
    x = ANSWERS[:, :, :2]
    result = of(x, role=False, factors="tau_equivalent")
    both = np.concatenate([x.reshape(-1, 4), x[:, ::-1].reshape(-1, 4)])
    s = np.cov(both, rowvar=False, bias=True)
    near(result["partner"].true_variance, s[0, 1], rel=1e-6)  # tau-equivalent: the covariance is the variance
    near(result.true_correlation, s[0, 3] / s[0, 1], rel=1e-5)
    near(result["partner"].omega, s[0, 1] / s[:2, :2].sum() * 4, rel=1e-6)  # coefficient alpha
    assert result.fit is not None
    assert result.fit.df == 0


def test_tau_equivalent_items_count_as_in_the_score() -> None:
    """Equal loadings of 2 q1 and q2 are those of q1 and q2 after q1 was doubled."""
    x = np.clip(ANSWERS[:, :, :3], 1, 100)
    weighted = [{"id": "a", "items": ["q1", "q2", "q3"], "weights": {"q1": 2}}]
    doubled = x * np.array([2, 1, 1])
    one = couple_reliability(
        couples_with_answers(x, weighted, roles=True, low=0, high=200), factors="tau_equivalent"
    )
    other = couple_reliability(
        couples_with_answers(doubled, roles=True, low=0, high=200), factors="tau_equivalent"
    )
    roughly([one[s].omega for s in ("wife", "husband", "mean", "difference")],
            [other[s].omega for s in ("wife", "husband", "mean", "difference")])  # fmt: skip
    roughly(one["difference"].sem * 4, other["difference"].sem * 3)
    roughly([2 * pair[0] for pair in one.loadings.values()][1], one.loadings["q1"][0] * 4)


def test_a_total_has_a_factor_for_each_part_of_each_partner() -> None:
    x = np.concatenate([ANSWERS, normal_answers(200, K, common=0.1, seed=9)], axis=2)
    scales = {"a": "q1 q2 q3 q4", "b": "q5 q6 q7 q8", "total": {"of": ["a", "b"]}}
    dyads = normal_couples(x, scales, roles=False)
    total, single = (couple_reliability(dyads, "total", factors=f) for f in (None, "one_factor"))
    assert (total.factors, single.factors) == ("correlated", "one_factor")
    assert total.fit is not None
    assert single.fit is not None
    assert total.fit.df == 8 * 9 + 8 - (8 * 4 + 2 + 2)  # 4 for each item; a-a, b-b, a-b within and across
    assert total["mean"].omega > single["mean"].omega + 0.05
    other = couple_reliability(normal_couples(swapped(x, some_of(200, 0)), scales, roles=False), "total")
    assert_close(total.to_dict(), other.to_dict())


def test_intervals_of_couple_reliability() -> None:
    result = of(ANSWERS)
    plain, transformed, drawn = (
        result.to_frame(method=method, n_resamples=150, rng=3)
        for method in ("delta", "transformed", "bootstrap")
    )
    for figure in ("omega", "sem"):
        low, high = f"{figure}_low", f"{figure}_high"
        width = plain[high] - plain[low]
        for end in (low, high):
            assert (abs(transformed[end] - plain[end]) < 0.15 * width).all()
            assert (abs(drawn[end] - plain[end]) < 0.35 * width).all()
    r, z = (result.confidence_interval(method=m, of="true_correlation") for m in ("delta", "transformed"))
    close(tuple(z), tuple(r), within=0.15 * (r.high - r.low))
    wide, narrow = (result.confidence_interval(level) for level in (0.99, 0.5))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_seeds_of_bootstrap_intervals() -> None:
    result = of(ANSWERS[:60, :, :3])
    interval = result.confidence_interval(method="bootstrap", of="sem", n_resamples=100, rng=3)
    frame = result.to_frame(method="bootstrap", n_resamples=100, rng=3)
    assert (interval.low, interval.high) == tuple(frame[["sem_low", "sem_high"]].iloc[-1])


def test_undefined_intervals_have_a_reason() -> None:
    result = of(ANSWERS)
    observed = result.confidence_interval(of="omega_observed")
    assert observed.reason == "over the observed variance there is no closed form; use method='bootstrap'"
    undefined = of(ANSWERS[:, :, :2]).confidence_interval()
    assert undefined.reason is not None
    assert "two items do not identify" in undefined.reason


REASONS = {
    "two items": (ANSWERS[:, :, :2], None, "factors='tau_equivalent'"),
    "one item": (ANSWERS[:, :, :1], None, "one item does not show"),
    "few couples": (ANSWERS[:8], None, "8 couples with enough answers, and more than 8 are needed"),
    "constant item": (np.where(np.arange(K) == 1, 50, ANSWERS), None, "everyone gave q2"),
    "difference": (
        ANSWERS,
        {"b": "q1 q2", "c": "q3 q4", "a": {"of": ["b", "c"], "method": "difference"}},
        "difference of scales",
    ),
}


@pytest.mark.parametrize("case", REASONS)
def test_couple_reliability_says_why_it_is_undefined(case: str) -> None:
    x, scales, reason = REASONS[case]
    result = couple_reliability(normal_couples(x, scales), "a")
    assert result.reason is not None
    assert reason in result.reason
    assert result.scores == ()
    assert "undefined" in repr(result)
    assert "undefined" in result.sentence
    assert CoupleReliability.from_json(result.to_json()) == result
    assert math.isnan(result.true_correlation)
    with pytest.raises(EstimationError, match="is undefined"):
        result["mean"]


def test_advice_for_two_items_works() -> None:
    assert of(ANSWERS[:, :, :2], factors="tau_equivalent").reason is None


def test_improper_solutions_are_marked() -> None:
    """An item that is nearly the factor has a negative residual variance; it is named once."""
    rng = np.random.default_rng(4)
    factor = rng.normal(size=(60, 2, 1)) + rng.normal(size=(60, 1, 1))
    x = np.concatenate([factor, factor + rng.normal(size=(60, 2, 2))], axis=2)
    x[:, :, 0] += 0.05 * rng.normal(size=(60, 2))
    result = of(np.clip(np.rint(50 + 10 * x), 0, 100), role=False)
    assert len(result.improper) == 1
    assert result.improper[0].startswith("the residual variance of q1 is negative")
    assert "(improper)" in repr(result)


def test_few_couples_and_items_against_their_keys_are_cautioned() -> None:
    turned = ANSWERS.copy()
    turned[:, :, 3] = 100 - turned[:, :, 3]
    assert of(turned).warnings[0].startswith("a: q4 (r = -")
    assert not [text for text in of(turned).warnings if "negative loading" in text], "it is said once"
    assert of(ANSWERS).warnings == ()
    assert "n = 25 couples is too small" in of(ANSWERS[:25]).warnings[0]


@pytest.mark.parametrize("role", [True, False])
def test_answers_reversed_before_reading_are_noticed_as_in_a_reliability_report(role: bool) -> None:
    form = form_of({"a": "q1 q2 -q3 -q4"}, high=100, evidence=PUBLISHED)
    rows = pd.DataFrame(ANSWERS.reshape(-1, K), columns=[f"q{n}" for n in range(1, K + 1)])
    rows = rows.assign(couple=np.repeat(np.arange(len(ANSWERS)), 2), place=["w", "h"] * len(ANSWERS))
    pairing = {"couple": "couple", ("role" if role else "person"): "place"}
    with pytest.warns(KeyingWarning):
        persons = reliability_report(form, rows).scales[0].keying
    for missing in (False, True):
        table = rows.copy()
        if missing:
            table.loc[::7, "q2"] = np.nan
        result = couple_reliability(
            Dyads.from_long(form, table, **pairing), missing="fiml" if missing else "listwise"
        )
        noticed = [text for text in result.warnings if "probably reversed already" in text]
        assert len(noticed) == 1
        if not missing:
            assert noticed == [str(persons)]
    assert couple_reliability(Dyads.from_long(form, table.head(6), **pairing)).warnings == (), "few couples"
    turned = rows.assign(q3=100 - rows["q3"], q4=100 - rows["q4"])
    assert couple_reliability(Dyads.from_long(form, turned, **pairing)).warnings == ()


def test_a_poor_fit_is_cautioned_with_its_figures_and_limits() -> None:
    """Two pairs of items that have more in common than one factor says."""
    rng = np.random.default_rng(1)
    factors = rng.normal(size=(300, 2, 2)) + rng.normal(size=(300, 1, 2))
    x = np.repeat(factors, 2, axis=2) + 0.5 * rng.normal(size=(300, 2, 4)) + rng.normal(size=(300, 2, 1))
    x = np.clip(np.rint(50 + 8 * x), 0, 100)
    for role in (True, False):
        for estimator in ("ML", "MLR"):
            result = of(x, role=role, estimator=estimator)
            assert result.fit is not None
            kind = "robust " if estimator == "MLR" else ""
            cfi = result.fit.cfi if result.scaled_fit is None else result.scaled_fit.robust_cfi
            (caution,) = [text for text in result.warnings if "fits poorly" in text]
            assert f"({kind}CFI = {cfi:.3f}, {kind}RMSEA = ".replace("0.", ".") in caution
            assert (
                "CFI below .90, Bentler & Bonett, 1980, or RMSEA above .10, Browne & Cudeck, 1993" in caution
            )
            assert result.fit.cfi < 0.9 or result.fit.rmsea > 0.1
            categories = reliable_difference(normal_couples(x, roles=role), reliability=result)
            assert caution in categories.warnings
    assert not [text for text in of(ANSWERS).warnings if "fits poorly" in text]


def test_results_of_couple_reliability_are_read_back() -> None:
    result = of(GAPS, missing="fiml", estimator="MLR")
    again = CoupleReliability.from_json(result.to_json())
    assert again == result
    assert again.to_dict() == result.to_dict()
    assert repr(again) == repr(result)
    with pytest.raises(DocumentError, match="the answers behind them"):
        again.confidence_interval(method="bootstrap")
    frame = result.to_frame()
    assert frame["score"].tolist() == ["first", "second", "mean", "difference"]
    assert (frame["omega_low"] < frame["omega"]).all()
    assert result.table().rows[0][0] == "wife"
    assert "couple mean" in result.sentence
    assert float(result["husband"]) == result["second"].omega


def test_options_of_couple_reliability_are_checked() -> None:
    dyads = normal_couples(ANSWERS)
    for options, message in (
        ({"factors": "one factor"}, "factors='one factor' is not valid; allowed: 'one_factor'"),
        ({"factors": "correlated"}, "'a' is a scale of items, not of scales; use 'one_factor'"),
        ({"estimator": "GLS"}, "estimator='GLS' is not valid; allowed: 'ML', 'MLR'"),
        ({"missing": "pairwise"}, "missing='pairwise' is not valid; allowed: 'listwise', 'fiml'"),
    ):
        with pytest.raises(EstimationError, match=message):
            couple_reliability(dyads, **options)  # type: ignore[arg-type]
    result = couple_reliability(dyads)
    with pytest.raises(UnknownNameError, match="no score 'median'; allowed: 'first'"):
        result["median"]
    with pytest.raises(EstimationError, match="method='logit' is not valid"):
        result.confidence_interval(method="logit")  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match="of='alpha' is not valid"):
        result.confidence_interval(of="alpha")  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match="n_resamples=3 is not valid"):
        result.confidence_interval(method="bootstrap", n_resamples=3)


def test_couple_reliability_needs_answers_on_one_occasion() -> None:
    scores = Dyads.of_scores([{"w": 3.0, "h": 4.0}], {"a": {"w": "w", "h": "h"}})
    with pytest.raises(EstimationError, match=r"made of scores.*standard_error"):
        couple_reliability(scores, "a")
    answers = simulate("scii-24", 8, couples=0.5, rng=1).answers
    twice = pd.concat([answers.assign(day=day) for day in (1, 2)])
    dyads = Dyads.from_long("scii-24", twice, couple="couple", person="partner", time="day")
    with pytest.raises(EstimationError, match="2 occasions"):
        couple_reliability(dyads, "trust")
