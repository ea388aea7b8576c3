"""Two-level omega: R's values, what each coefficient means, and what is refused."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import Instrument, encode
from intimacy_scales.errors import EstimationError, NotConvergedError, ResponseError
from intimacy_scales.reliability.diary import diary_omega
from intimacy_scales.reliability.diary.diary_omega import two_level_omega
from intimacy_scales.reliability.diary.level_coefficients import Composite
from intimacy_scales.reliability.diary.two_level.fitting import fit_saturated, fit_two_level
from intimacy_scales.reliability.diary.two_level.likelihood import cluster_moments
from intimacy_scales.simulation import simulate_diary
from tests.shared.two_level_answers import (
    LOADINGS,
    diary,
    drawn,
    omega,
    one_factor,
    sample,
    sums_of,
    two_level_form,
)

pytestmark = pytest.mark.long


# ------------------------------------------------------------------ R's values


def gratitude(shared):
    table = pd.read_csv(shared / "oracles/data/gratitude_a.csv").dropna()
    scales = {s: [f"{s.lower()}_{i}" for i in (1, 2, 3)] for s in ("PA", "NA")}
    return encode(two_level_form([*scales["PA"], *scales["NA"]], 1, 7, **scales), table, keep=["subjnr"])


@pytest.mark.parametrize(("scale", "tolerance"), [("NA", 1e-5), ("PA", 1e-4)])
def test_a_diary_of_affect_is_as_in_lavaan(shared, scale, tolerance):
    values = json.loads((shared / "oracles/gratitude_a.json").read_text(encoding="utf-8"))
    r, close = values[scale]["twolevel_cfa"], {"abs": tolerance}
    result = two_level_omega(gratitude(shared), person="subjnr", scale=scale)
    assert (result.n_rows, result.n_persons, result.df) == (r["n"], r["n_clusters"], 0)
    assert result.log_likelihood == pytest.approx(r["logl"], abs=1e-6)
    for level in (result.within, result.between):
        theirs = r[level.level]
        assert level.estimate == pytest.approx(theirs["omega"], **close)
        assert level.loadings == pytest.approx(theirs["loadings"], **close)
        assert level.residual_variances == pytest.approx(theirs["residual_variances"], **close)
        assert level.alpha.estimate == pytest.approx(r[f"alpha_{level.level}_from_implied"], **close)
    assert math.isnan(result.chi_square)
    assert result.saturated_log_likelihood == pytest.approx(result.log_likelihood, abs=1e-8)


def test_improper_solutions_are_named_and_can_be_held(shared):
    answers = gratitude(shared)
    free = two_level_omega(answers, person="subjnr", scale="PA")
    assert (free.within.improper, free.between.improper) == ((), ("pa_2",))
    assert "the residual variance of pa_2 between persons is negative (-0.016)" in repr(free)
    assert "negative: pa_2 between persons" in repr(free)
    held = two_level_omega(answers, person="subjnr", scale="PA", variances="nonnegative")
    assert held.between.residual_variances["pa_2"] == 0
    assert held.between.improper == held.equal_loadings.improper == ()
    assert "pa_2 between persons is constrained to 0" in repr(held)
    assert held.log_likelihood < free.log_likelihood
    assert two_level_omega(answers, person="subjnr", scale="NA").warnings == ()


def test_lais_coefficients_are_those_of_semtools(shared):
    """lavaan 0.6-14, semTools 0.5-6, R 4.2.2: compRelSEM(obs.var = FALSE), rel.tol = 1e-10."""
    result = two_level_omega(gratitude(shared), person="subjnr", scale="NA")
    assert result.person_means.estimate == pytest.approx(0.9397929, abs=1e-5)
    assert result.icc2 == pytest.approx(0.9833034, abs=1e-5)
    assert result.overall.estimate == pytest.approx(0.8052482, abs=1e-5)
    assert result.equal_loadings.chi_square == pytest.approx(1.957, abs=1e-3)


ANXIETY = {
    "loadings within": [(0.4033240, 0.0346268), (0.2940849, 0.0273066), (0.3574842, 0.0282364),
                        (0.3559260, 0.0365375), (0.2630863, 0.0383250)],
    "residuals within": [(0.1307553, 0.0172201), (0.0897942, 0.0108948), (0.0751966, 0.0113826),
                         (0.1765564, 0.0200693), (0.2301341, 0.0236903)],
    "loadings between": [(0.4390683, 0.0719757), (0.3352103, 0.0537917), (0.2596090, 0.0479542),
                         (0.3431347, 0.0714358), (0.1758936, 0.0664947)],
    "residuals between": [(0.1072073, 0.0337091), (0.0531021, 0.0190918), (0.0401822, 0.0137235),
                          (0.1358433, 0.0348172), (0.1330311, 0.0333886)],
}  # fmt: skip


def test_estimates_standard_errors_and_fit_of_unequal_diaries_are_lavaans(shared):
    """The same versions: cfa(cluster = "id", std.lv = TRUE, information = "expected")."""
    items = ["anxious", "jittery", "nervous", "tense", "upset"]
    table = pd.read_csv(shared / "oracles/data/sai_vale.csv").dropna(subset=items)
    fit = fit_two_level(cluster_moments(table[items].to_numpy(), pd.factorize(table["id"])[0]))
    estimates, errors = (np.array(list(ANXIETY.values()))[:, :, i].ravel() for i in (0, 1))
    assert fit.theta == pytest.approx(estimates, abs=5e-6)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(errors, abs=1e-6)
    result = two_level_omega(two_level_form(items, 1, 4), table, person="id")
    assert (result.df, result.n_rows, result.n_persons) == (10, 291, 77)
    assert result.chi_square == pytest.approx(50.812, abs=1e-3)
    assert result.log_likelihood == pytest.approx(-1080.498, abs=1e-3)
    assert result.saturated_log_likelihood == pytest.approx(-1055.092, abs=1e-3)
    assert result.person_means.estimate == pytest.approx(0.6260787, abs=1e-5)
    assert result.overall.estimate == pytest.approx(0.8122021, abs=1e-5)
    assert result.equal_loadings.chi_square == pytest.approx(56.148 - 50.812, abs=1e-3)
    assert result.equal_loadings.df == 4


# ------------------------------------------------------------------ what coefficients mean


def test_each_coefficient_is_the_squared_correlation_with_a_true_score():
    """In a large population, of persons with 2 to 9 occasions."""
    chance, n_persons = np.random.default_rng(4), 40_000
    sizes = chance.integers(2, 10, n_persons)
    who = np.repeat(np.arange(n_persons), sizes)
    l_w, l_b, t_w, t_b = LOADINGS, LOADINGS[::-1] * 1.2, 0.8, 0.2
    lasting, passing = chance.normal(size=n_persons), chance.normal(size=len(who))
    scores = l_b.sum() * lasting[who] + l_w.sum() * passing
    scores += math.sqrt(4 * t_b) * chance.normal(size=n_persons)[who]
    scores += math.sqrt(4 * t_w) * chance.normal(size=len(who))

    def of_persons(x):
        return np.bincount(who, x) / sizes

    def r2(x, y):
        return np.corrcoef(x, y)[0, 1] ** 2

    def model(third):
        return Composite(
            sums=np.array([l_w.sum(), 4 * t_w, third, 4 * t_b]), covariance=np.zeros((4, 4)), n=n_persons
        )

    composite, harmonic = model(l_b.sum()), 1 / np.mean(1 / sizes)
    means = of_persons(scores)
    assert r2(means, lasting) == pytest.approx(composite.person_means(harmonic).estimate, abs=0.01)
    assert r2(scores - means[who], passing - of_persons(passing)[who]) == pytest.approx(
        composite.within().estimate, abs=0.01
    )
    endless = means - l_w.sum() * of_persons(passing)
    endless -= of_persons(scores - l_b.sum() * lasting[who] - l_w.sum() * passing)
    endless += math.sqrt(4 * t_b) * chance.normal(size=n_persons)
    assert r2(endless, lasting) == pytest.approx(composite.between().estimate, abs=0.01)
    same = model((l_b.sum() / l_w.sum()) ** 2)
    true = l_b.sum() * lasting[who] + l_w.sum() * passing
    assert r2(scores, true) == pytest.approx(same.overall().estimate, abs=0.01)


def test_deviations_tell_less_of_the_state_itself():
    """The factor (n - 1) / n of the documentation."""
    chance, n = np.random.default_rng(5), 3
    state = chance.normal(size=(30_000, n))
    scores = 2 * state + chance.normal(size=(30_000, n))
    deviations = scores - scores.mean(axis=1, keepdims=True)
    r2 = np.corrcoef(deviations.ravel(), state.ravel())[0, 1] ** 2
    assert r2 == pytest.approx((n - 1) / n * 4 / 5, abs=0.01)


@pytest.mark.parametrize("between", [0.3, 0.7])
def test_a_large_simulated_diary_gives_back_what_it_was_made_of(between):
    """Latent answers: 0.49 of factors, half of which all six items share; cut into five points."""
    days = simulate_diary("scii-daily-quick", 300, 10, between=between, missed=0.2, rng=3).answers
    result = two_level_omega("scii-daily-quick", days, person="person", scale="total")
    shared_part, own, rest = 36 * 0.245, 6 * 0.245, 6 * 0.51
    within = [shared_part * (1 - between), own * (1 - between) + rest]
    persons = [shared_part * between, own * between]
    assert result.within.estimate == pytest.approx(within[0] / sum(within), abs=0.05)
    assert result.between.estimate == pytest.approx(persons[0] / sum(persons), abs=0.05)
    mean = persons[0] / (sum(persons) + sum(within) / result.occasions_per_person)
    assert result.person_means.estimate == pytest.approx(mean, abs=0.05)
    overall = shared_part / (sum(within) + sum(persons))
    assert result.overall.estimate == pytest.approx(overall, abs=0.05)
    assert result.p_value > 0.001
    assert result.equal_loadings.between_variance == pytest.approx(between / (1 - between), rel=0.3)


def test_coefficients_by_hand():
    y, who = sample()
    table = diary(y, who)
    result = omega(table)
    a, u = (sum(v.values()) for v in (result.within.loadings, result.within.residual_variances))
    b, v = (sum(x.values()) for x in (result.between.loadings, result.between.residual_variances))
    m = result.occasions_per_person
    assert m == pytest.approx(4 / (1 + 1 / 3 + 1 / 5 + 1 / 8))
    assert result.within.estimate == pytest.approx(a**2 / (a**2 + u))
    assert result.between.estimate == pytest.approx(b**2 / (b**2 + v))
    for n, found in ((m, result.person_means), (9, result.person_means_over(9))):
        assert found.estimate == pytest.approx(b**2 / (b**2 + v + (a**2 + u) / n))
    assert result.icc1 == pytest.approx((b**2 + v) / (b**2 + v + a**2 + u))
    assert result.person_means.estimate == pytest.approx(result.icc2 * result.between.estimate)
    equal = fit_two_level(cluster_moments(table.iloc[:, :4].to_numpy(), who), equal_loadings=True)
    true = equal.loadings_within.sum() ** 2 * (1 + equal.between_variance)
    error = equal.residuals_within.sum() + equal.residuals_between.sum()
    assert result.overall.estimate == pytest.approx(true / (true + error))
    difference = 2 * (result.log_likelihood - equal.log_likelihood)
    assert result.equal_loadings.chi_square == pytest.approx(difference)
    for n in (0, True, math.inf, "3"):
        with pytest.raises(EstimationError, match=r"n_occasions=.*at least 1"):
            result.person_means_over(n)


# ------------------------------------------------------------------ properties


def test_what_does_not_matter_does_not_matter():
    y, who = sample()
    table = diary(y, who)
    expected = omega(table)
    same = {
        "order of items": omega(table, [f"q{i}" for i in (2, 0, 3, 1)]),
        "order of rows": omega(table.sample(frac=1, random_state=1)),
        "names of persons": omega(table.assign(person=[f"p{97 * p % 40}" for p in who])),
        "labels apart from the table": omega(table.drop(columns="person"), person=list(who)),
        "a constant": omega(table.assign(q1=table["q1"] - 50)),
        "keys": omega(table.assign(q2=1000 - table["q2"]), ["q0", "q1", "-q2", "q3"]),
    }
    for what, result in same.items():
        assert sums_of(result) == pytest.approx(sums_of(expected), abs=1e-6), what
        assert result.log_likelihood == pytest.approx(expected.log_likelihood, abs=1e-6), what
        assert result.between.loadings == pytest.approx(expected.between.loadings, rel=1e-4), what


def test_rows_with_skipped_items_are_counted_and_left_out():
    table = diary(*sample())
    table.loc[[2, 9, 30], ["q0", "q2", "q1"]] = np.nan
    result, without = omega(table), omega(table.drop([2, 9, 30]))
    assert (result.n_left_out, without.n_left_out, result.n_rows) == (3, 0, len(table) - 3)
    assert sums_of(result) == pytest.approx(sums_of(without), rel=1e-6)
    assert "3 incomplete rows left out" in repr(result)


# ------------------------------------------------------------------ results, and what is refused


def test_what_a_result_shows():
    result = omega(diary(*sample()))
    assert [round(v, 9) for v in result.to_frame()["estimate"]] == [round(v, 9) for v in sums_of(result)]
    low, high = result.between.confidence_interval(0.9)
    assert 0 < low < float(result.between) == result.between.estimate < high < 1
    assert result.between.confidence_interval().method == "delta method, logit"
    assert (result.n_persons, result.n_occasions, result.n_items, result.df) == (40, 8, 4, 4)
    assert next(iter(result.items_frame())) == "loading within"
    fields = json.loads(result.to_json())
    assert fields["within"]["omega"]["estimate"] == result.within.estimate
    assert fields["person_means"]["interval"]["low"] == result.person_means.confidence_interval().low
    assert list(result.definitions) == list(result.coefficients)
    assert "Lai, 2021" in result.definitions["omega person means"]
    assert "n = 40 persons is too small" in repr(result)
    assert "chi-square(4)" in repr(result)
    assert "<table" in result._repr_html_()
    with pytest.raises(TypeError, match="cannot be changed"):
        result.within.loadings["q0"] = 1.0
    with pytest.raises(EstimationError, match="confidence_level=2"):
        result.overall.confidence_interval(2)


def test_two_items_have_alpha_but_no_omega():
    y, who = sample(60)
    result = omega(diary(y[:, :2], who))
    covariances = fit_saturated(cluster_moments(diary(y[:, :2], who)[["q0", "q1"]].to_numpy(), who))
    assert "two items have a single covariance at each level" in result.reason
    for name, coefficient in result.coefficients.items():
        assert math.isnan(coefficient.estimate) == name.startswith("omega")
        assert (coefficient.reason is None) == name.startswith("alpha")
    matrix = covariances.between
    assert result.between.alpha.estimate == pytest.approx(4 * matrix[0, 1] / matrix.sum(), abs=1e-6)
    assert result.person_means_over(9).reason == result.reason
    assert math.isnan(result.person_means.confidence_interval().low)
    assert json.loads(result.to_json())["log_likelihood"] is None
    assert "omega is not defined: two items" in repr(result)
    assert "two items" in result._repr_html_()


def test_items_that_load_differently_at_the_levels_are_warned_of():
    table = diary(*sample(80, between=np.array([1.2, 0.1, 1.0, 0.2])))
    result = omega(table)
    assert result.equal_loadings.p_value < 1e-6
    assert "items load differently within and between persons" in repr(result)
    against = omega(table.assign(q0=1000 - table["q0"]))
    assert "q0 runs against its key within persons" in repr(against)


UNDEFINED = {
    "constant": (lambda t: t.assign(q1=5), "no person's answers to q1 differ between occasions"),
    "constant in persons": (lambda t: t.assign(q1=t["person"]), "no person's answers to q1 differ"),
    "few persons": (lambda t: t[t["person"] < 4], "4 persons are too few for 4 items"),
    "few occasions": (
        lambda t: pd.concat([t.drop_duplicates("person"), t[1:4]]),
        "43 occasions of 40 persons are too few for 4 items",
    ),
    "a copy": (lambda t: t.assign(q1=t["q3"]), "within persons, q[13], q[13] are linearly dependent"),
}


@pytest.mark.parametrize("case", UNDEFINED)
def test_diaries_of_which_nothing_can_be_said(case):
    change, words = UNDEFINED[case]
    result = omega(change(diary(*sample())))
    assert all(math.isnan(value) for value in sums_of(result))
    assert pytest.approx(math.nan, nan_ok=True) == result.log_likelihood
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(result.reason)
    assert json.dumps(result.to_dict(), allow_nan=False)


def unsettled():
    """Of three items the first goes with both others, which go against each other: no loadings do that."""
    signs = np.array([[1, 0.4, 0.4], [0.4, 1, -0.4], [0.4, -0.4, 1]])
    return diary(*drawn(80, (5, 6), one_factor(LOADINGS[:3], 0.8), signs))


def test_a_model_that_does_not_settle_says_what_to_try():
    with pytest.raises(
        NotConvergedError, match=r"did not converge.*variances='nonnegative'.*diary_reliability"
    ):
        omega(unsettled())
    held = omega(unsettled(), variances="nonnegative")
    assert min(held.between.residual_variances.values()) == 0


def test_models_that_do_not_converge_are_left_out(monkeypatch):
    def never(data, *, equal_loadings=True, **options):
        if equal_loadings:
            raise NotConvergedError("no")
        return fit_two_level(data, **options)

    def unless_equal(data, *, equal_loadings=False, **options):
        return never(data, equal_loadings=equal_loadings, **options)

    table = diary(*sample())
    expected = omega(table)
    monkeypatch.setattr(diary_omega, "fit_saturated", never)
    monkeypatch.setattr(diary_omega, "fit_two_level", unless_equal)
    result = omega(table)
    assert result.within.estimate == expected.within.estimate
    assert math.isnan(result.chi_square)
    assert "the saturated model did not converge" in result.between.alpha.reason
    assert "with equal loadings within and between persons did not converge" in result.overall.reason
    assert result.reason is None
    assert "not defined" in repr(result)


REFUSED = {
    "one person": (lambda t: omega(t[t["person"] == 3]), "1 person with complete answers"),
    "one item": (lambda t: omega(t, ["q0"]), "1 item with complete answers"),
    "one row a person": (lambda t: omega(t.drop_duplicates("person")), "cannot be separated"),
    "nobody": (lambda t: omega(t[:0]), "0 persons"),
    "no such column": (lambda t: omega(t, person="who"), "person: the table has no column 'who'"),
    "no such option": (lambda t: omega(t, variances="positive"), "allowed: 'free', 'nonnegative'"),
    "no name": (lambda t: omega(t.assign(person=[None, *[1] * (len(t) - 1)])), "person: row 0 has no label"),
    "labels of others": (lambda t: omega(t, person=[1, 2]), "person: 2 labels for 170 rows"),
    "not checked": (lambda t: two_level_omega(t, person="person"), "pass the instrument before the table"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_calls_that_cannot_work(case):
    call, words = REFUSED[case]
    with pytest.raises((EstimationError, ResponseError), match=words):
        call(diary(*sample()))


@pytest.mark.parametrize(
    ("second", "words"),
    [(["q3"], "do not count equally"), (["-q0", "q1", "q2"], "counts q0 in both directions")],
)
def test_composites_that_are_not_a_sum_of_items(second, words):
    scales = [{"id": "a", "items": ["q0", "q1", "q2"]}, {"id": "b", "items": second}]
    form = Instrument.model_validate(
        {"id": "d", "version": "1", "title": "D", "response_scale": {"minimum": 0, "maximum": 1000}}
        | {"items": [{"id": f"q{i}"} for i in range(4)], "scales": [*scales, {"id": "c", "of": ["a", "b"]}]}
    )
    with pytest.raises(EstimationError, match=words):
        two_level_omega(form, diary(*sample()), person="person", scale="c")
