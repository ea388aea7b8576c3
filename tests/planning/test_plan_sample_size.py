"""Planned samples: the smallest that do, as published, and as precise in simulated studies as planned."""

from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from intimacy_scales import (
    EstimationError,
    Instrument,
    NoNormsError,
    Norm,
    SamplePlan,
    Simulation,
    cronbach_alpha,
    encode,
    plan_sample_size,
    score,
    simulate,
)

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.SmallSampleWarning")

Floats = NDArray[np.float64]
RHO, LOADING, ITEMS = 0.6, 0.6, 8
ALPHA = ITEMS * LOADING**2 / (1 + (ITEMS - 1) * LOADING**2)
PARTNERS = RHO * ALPHA  # of the scores, which hold error
plan: Any = plan_sample_size  # wrong calls on purpose, and options made by a table


def z_of(level: float) -> float:
    return float(stats.norm.ppf((1 + level) / 2))


# --- a naive reference: count upwards, formulas written anew ---


def naive_width(method: str, expected: float, n: int, k: int, level: float) -> float:
    if method == "feldt":
        tails = ((1 + level) / 2, (1 - level) / 2)
        high, low = (stats.f.ppf(tail, n - 1, (n - 1) * (k - 1)) for tail in tails)
        return float((1 - expected) * (high - low))
    half = z_of(level) * math.sqrt(2 * k / ((k - 1) * (n - 2)))
    shrink = (n - 1) / n if method == "bonett-wright" else 1.0
    return (1 - expected) * shrink * (math.exp(half) - math.exp(-half))


def naive_fit(
    expected: float, n: int, k: int, width: float, level: float, assurance: float | None, method: str
) -> bool:
    wide = naive_width(method, expected, n, k, level)
    if wide > width or assurance is None:
        return wide <= width
    largest = (1 - expected) * width / wide  # 1 - estimate whose interval is still narrow enough
    return bool(stats.f.sf((1 - expected) / largest, n - 1, (n - 1) * (k - 1)) >= assurance)


def naive_alpha(
    expected: float, k: int, width: float, level: float, assurance: float | None, method: str
) -> int:
    n = 3
    while not naive_fit(expected, n, k, width, level, assurance, method):
        n += 1
    return n


def naive_correlation(rho: float, width: float, level: float) -> int:
    n = 4
    while True:
        z, half = np.arctanh(rho), z_of(level) / math.sqrt(n - 3)
        if np.tanh(z + half) - np.tanh(z - half) <= width:
            return n
        n += 1


@pytest.mark.parametrize("method", ["bonett", "bonett-wright", "feldt"])
@pytest.mark.parametrize(
    ("expected", "k", "width", "level", "assurance"),
    [
        (0.85, 8, 0.10, 0.95, None),
        (0.85, 8, 0.10, 0.95, 0.8),
        (0.95, 40, 0.03, 0.99, 0.9),
        (0.6, 2, 0.3, 0.8, None),
        (0.0, 3, 0.7, 0.9, 0.5),
    ],
)
def test_alpha_equals_counting_upwards(
    method: str, expected: float, k: int, width: float, level: float, assurance: float | None
) -> None:
    found = plan(
        "alpha",
        expected=expected,
        n_items=k,
        width=width,
        confidence_level=level,
        assurance=assurance,
        method=method,
    )
    assert found.n_persons == naive_alpha(expected, k, width, level, assurance, method)
    assert found.width == pytest.approx(naive_width(method, expected, found.n_persons, k, level), rel=1e-9)


@pytest.mark.parametrize("rho", [-0.7, 0.0, 0.1, 0.4, 0.9])
@pytest.mark.parametrize(("width", "level"), [(0.2, 0.95), (0.1, 0.8), (0.45, 0.99)])
def test_a_partner_correlation_equals_counting_upwards(rho: float, width: float, level: float) -> None:
    found = plan_sample_size("partner_correlation", expected=rho, width=width, confidence_level=level)
    assert found.n_couples == naive_correlation(rho, width, level)
    assert found.n_persons == 2 * int(found)


# --- published values ---


@pytest.mark.parametrize(
    ("expected", "k", "width", "method", "n"),
    [
        (0.70, 5, 0.10, "bonett-wright", 349),  # R presize::prec_cronb
        (0.85, 5, 0.10, "feldt", 89),  # R statpsych::size.ci.cronbach, whose interval is Feldt's
        (0.75, 5, 0.15, "feldt", 109),
    ],
)
def test_alpha_as_published(expected: float, k: int, width: float, method: str, n: int) -> None:
    assert plan("alpha", expected=expected, n_items=k, width=width, method=method).n_persons == n


@pytest.mark.parametrize(("rho", "width", "n"), [(0.362, 0.25, 188), (0.3, 0.2, 320)])
def test_a_correlation_as_published(rho: float, width: float, n: int) -> None:
    """R statpsych::size.ci.cor, the second stage of Bonett and Wright (2000)."""
    assert int(plan_sample_size("partner_correlation", expected=rho, width=width)) == n


@pytest.mark.parametrize("expected", [0.5, 0.7, 0.85, 0.95])
@pytest.mark.parametrize("k", [2, 5, 20])
@pytest.mark.parametrize("relative", [0.2, 0.5, 0.8])
def test_bonetts_closed_form_comes_near(expected: float, k: int, relative: float) -> None:
    width = relative * (1 - expected)
    first = math.ceil(8 * k / (k - 1) * (1 - expected) ** 2 * (z_of(0.95) / width) ** 2 + 2)
    second = math.ceil((first - 2) * (naive_width("bonett", expected, first, k, 0.95) / width) ** 2 + 2)
    exact = plan_sample_size("alpha", expected=expected, n_items=k, width=width).n_persons
    assert abs(second - exact) <= 1


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6, 0.9])
def test_bonett_and_wrights_closed_form_comes_near(rho: float) -> None:
    first = math.ceil(4 * (1 - rho**2) ** 2 * (z_of(0.95) / 0.1) ** 2 + 3)
    z, half = math.atanh(rho), z_of(0.95) / math.sqrt(first - 3)
    second = math.ceil((first - 3) * ((math.tanh(z + half) - math.tanh(z - half)) / 0.1) ** 2 + 3)
    assert abs(second - int(plan_sample_size("partner_correlation", expected=rho, width=0.1))) <= 1


@pytest.mark.parametrize(("error", "n"), [(0.1, 100), (0.05, 400), (0.02, 2500), (0.01, 10_000)])
def test_the_mean_of_a_norm_needs_one_over_the_squared_error(error: float, n: int) -> None:
    found = plan_sample_size("norm", standard_error=error)
    assert (found.n_persons, found.n_couples) == (n, None)
    assert found.standard_error == pytest.approx(error, rel=1e-12)


@pytest.mark.parametrize(
    ("options", "alone"),
    [
        ({"standard_error": 1, "percentile": 5}, "3 persons"),
        ({"standard_error": 0.2}, "25 persons"),
        ({"standard_error": 0.1, "percentile": 50}, None),
        ({"standard_error": 1 / math.sqrt(30)}, None),
        ({"standard_error": 0.185}, None),
        ({"standard_error": 0.19}, "28 persons"),
        ({"standard_error": 8, "percentile": 30, "of": "percentile_rank"}, None),
        ({"standard_error": 10, "percentile": 30, "of": "percentile_rank"}, "21 persons"),
        ({"standard_error": 0.22, "partner_correlation": 0.4}, None),
        ({"standard_error": 0.3, "partner_correlation": 0.4}, "8 couples"),
        ({"standard_error": 0.8, "partner_correlation": 0.4}, "2 couples"),
    ],
)
def test_norms_are_planned_of_enough_persons(options: dict[str, Any], alone: str | None) -> None:
    found = plan("norm", attrition=0.5, **options)
    assert found.n_persons == 30 if alone else found.n_persons >= 30
    assert found.n_couples in (None, 15) or alone is None
    assert found.invite == 2 * int(found)
    assert found.standard_error <= options["standard_error"]
    assert found.to_dict()["note"] == found.note
    if alone is None:
        assert found.note is None
        return
    said = f"norms need at least 30 persons; this standard error alone needs {alone}"
    unit = "; it is in standard deviations, of which a point of a T score is 0.1"
    assert found.note == said + (unit if options.get("of") is None else "")
    assert repr(found).endswith(f"; {found.note}>")
    assert f"N{found.note[1:]}." in found.sentence()
    assert plan("norm", **found.request) == found


def test_so_many_persons_as_are_planned_make_a_norm() -> None:
    n = plan_sample_size("norm", standard_error=1, percentile=5).n_persons
    scores = score("ras", simulate("ras", n, rng=1).answers)
    assert Norm.from_scores(scores, sample="a plan")[0].n == n
    with pytest.raises(NoNormsError):
        Norm.from_scores(score("ras", simulate("ras", n - 1, rng=1).answers), sample="one less")


# --- what the library reports is what was planned ---


@pytest.mark.parametrize("method", ["bonett", "bonett-wright", "feldt"])
def test_plan_and_report_agree_to_the_digit(method: Any) -> None:
    alpha = cronbach_alpha(encode("scii-24", simulate("scii-24", 120, rng=3).answers), scale="trust")
    found = plan_sample_size("alpha", expected=alpha.estimate, n_items=4, width=0.13, method=method)
    assert alpha.confidence_interval(method=method, n=found.n_persons) == found.interval


# --- properties ---

WIDTHS = st.floats(0.05, 0.5)


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0.3, 0.95), st.integers(2, 40), st.floats(0.05, 0.9), st.sampled_from([None, 0.5, 0.8, 0.95])
)
def test_a_wider_interval_and_less_assurance_need_fewer(
    expected: float, k: int, relative: float, assurance: float | None
) -> None:
    def persons(wished: float, sure: float | None) -> int:
        return plan_sample_size("alpha", expected=expected, n_items=k, width=wished, assurance=sure).n_persons

    width = relative * (1 - expected)
    n = persons(width, assurance)
    assert persons(width * 1.1, assurance) <= n
    assert persons(width, None) <= n <= persons(width, 0.99)
    assert naive_fit(expected, n, k, width, 0.95, assurance, "bonett")
    assert not naive_fit(expected, n - 1, k, width, 0.95, assurance, "bonett")


@settings(max_examples=60, deadline=None)
@given(st.floats(-0.95, 0.95), WIDTHS, st.sampled_from([0.5, 0.8, 0.95]))
def test_correlations_either_way_need_the_same_and_assurance_needs_more(
    rho: float, width: float, assurance: float
) -> None:
    wish = {"width": width, "confidence_level": 0.9}
    plain = plan("partner_correlation", expected=rho, **wish)
    assert int(plan("partner_correlation", expected=-rho, **wish)) == int(plain)
    sure = plan("partner_correlation", expected=rho, assurance=assurance, **wish)
    assert int(sure) >= int(plain)
    assert sure.probability >= assurance
    assert int(plan("partner_correlation", expected=0, **wish)) >= int(plain)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.01, 0.2), st.floats(-0.5, 0.95), st.floats(1, 99))
def test_norms_need_every_planned_couple(error: float, r: float, percentile: float) -> None:
    wishes: tuple[dict[str, Any], ...] = (
        {"standard_error": error},
        {"standard_error": error, "percentile": percentile},
        {"standard_error": 10 * error, "percentile": percentile, "of": "percentile_rank"},
    )
    for options in wishes:
        found = plan("norm", partner_correlation=r, **options)
        n = found.n_couples
        assert found.n_persons == 2 * n
        assert found.standard_error <= options["standard_error"] * (1 + 1e-9)
        alone = plan("norm", **options)
        if found.note is None:
            assert found.standard_error * math.sqrt(n / (n - 1)) > options["standard_error"]
        else:
            assert found.n_persons == 30
        if found.note is alone.note is None:
            assert found.n_persons == pytest.approx(alone.n_persons * found.design_effect, abs=4)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 0.95), st.floats(0.02, 0.2))
def test_enough_are_left_of_those_invited(attrition: float, error: float) -> None:
    found = plan_sample_size("norm", standard_error=error, attrition=attrition)
    assert found.invite * (1 - attrition) >= found.n_persons - 1e-6
    assert (found.invite - 1) * (1 - attrition) < found.n_persons


@pytest.mark.parametrize("r", [-0.5, 0.0, 0.3, 0.8])
@pytest.mark.parametrize("percentile", [2, 50, 84])
def test_partners_below_one_score_are_dependent_as_normal_scores_are(r: float, percentile: float) -> None:
    p = percentile / 100
    z = stats.norm.ppf(p)
    both = stats.multivariate_normal.cdf([z, z], mean=[0, 0], cov=[[1, r], [r, 1]])
    found = plan_sample_size(
        "norm", standard_error=1, percentile=percentile, of="percentile_rank", partner_correlation=r
    )
    assert found.design_effect == pytest.approx(1 + (both - p**2) / (p * (1 - p)), abs=1e-5)


def test_uncorrelated_partners_count_as_two_persons() -> None:
    for goal, options in (
        ("alpha", {"expected": 0.8, "n_items": 6, "width": 0.1}),
        ("norm", {"standard_error": 0.07}),
        ("norm", {"standard_error": 0.07, "percentile": 10}),
        ("norm", {"standard_error": 1.3, "percentile": 10, "of": "percentile_rank"}),
    ):
        alone, paired = plan(goal, **options), plan(goal, partner_correlation=0, **options)
        assert paired.n_couples == math.ceil(alone.n_persons / 2)
        assert paired.design_effect == pytest.approx(1)


# --- checked by simulate ---

FORM = Instrument.model_validate(
    {
        "id": "fine",
        "version": "1",
        "title": "Nearly continuous answers",
        "evidence": {"status": "published"},
        "response_scale": {"minimum": 0, "maximum": 100},
        "items": [{"id": f"f{n}"} for n in range(ITEMS)],
        "scales": [{"id": "f", "items": [f"f{n}" for n in range(ITEMS)]}],
    }
)


@pytest.fixture(scope="module")
def couples() -> Simulation:
    """150,000 couples, to be cut into studies; one factor, equal loadings, nearly continuous answers."""
    cuts = np.linspace(-3.5, 3.5, 100).tolist()
    return simulate(FORM, 300_000, loadings=LOADING, thresholds=cuts, couples=RHO, rng=20)


def studies(values: Floats, size: int) -> Floats:
    """Cut rows into studies of this many."""
    n = len(values) // size
    return values[: n * size].reshape(n, size, *values.shape[1:])


def alphas(answers: Floats) -> Floats:
    """Return alpha of each study (n_studies, n_persons, n_items)."""
    single = answers.var(axis=1, ddof=1).sum(axis=1)
    return np.asarray(ITEMS / (ITEMS - 1) * (1 - single / answers.sum(axis=2).var(axis=1, ddof=1)))


def agrees(values: Floats, expected: float, standard_errors: float = 4) -> None:
    error = values.std(ddof=1) / math.sqrt(len(values))
    assert abs(values.mean() - expected) < standard_errors * error
    assert error < 0.03 * abs(expected)  # or the check would say little


@pytest.mark.parametrize("method", ["bonett", "feldt"])
def test_simulated_alphas_have_intervals_of_the_planned_width(couples: Simulation, method: Any) -> None:
    found = plan_sample_size("alpha", expected=ALPHA, n_items=ITEMS, width=0.12, method=method)
    n, first = found.n_persons, couples.answers[list(FORM.item_ids)].to_numpy()[::2]
    estimates = alphas(studies(first.astype(np.float64), n))
    assert found.width is not None
    assert found.interval is not None
    assert found.probability is not None
    widths = found.width * (1 - estimates) / (1 - ALPHA)
    agrees(widths, found.width * (n - 1) / (n - 3))
    agrees((widths <= 0.12).astype(np.float64), found.probability)
    for i in range(5):  # the figures of the table are those of the library
        rows = couples.answers.iloc[::2].iloc[i * n : (i + 1) * n]
        interval = cronbach_alpha(encode(FORM, rows), scale="f").confidence_interval(method=method)
        assert interval.high - interval.low == pytest.approx(widths[i])


def test_an_assured_width_is_met_as_often(couples: Simulation) -> None:
    found = plan_sample_size("alpha", expected=ALPHA, n_items=ITEMS, width=0.12, assurance=0.9)
    first = couples.answers[list(FORM.item_ids)].to_numpy()[::2]
    estimates = alphas(studies(first.astype(np.float64), found.n_persons))
    assert found.width is not None
    met = found.width * (1 - estimates) / (1 - ALPHA) <= 0.12
    assert found.probability is not None
    assert found.probability >= 0.9
    agrees(met.astype(np.float64), found.probability)


def test_alphas_of_couples_have_intervals_of_the_planned_width(couples: Simulation) -> None:
    wish = {"expected": ALPHA, "n_items": ITEMS, "width": 0.1}
    found = plan("alpha", partner_correlation=PARTNERS, **wish)
    assert found.n_persons > plan("alpha", **wish).n_persons * 1.15
    answers = couples.answers[list(FORM.item_ids)].to_numpy().astype(np.float64)
    spread = np.log1p(-alphas(studies(answers, found.n_persons))).std(ddof=1)
    low, high = found.interval
    assert spread == pytest.approx(math.log((1 - low) / (1 - high)) / (2 * z_of(0.95)), rel=0.06)
    widths = []
    for i in range(150):
        rows = couples.answers.iloc[i * found.n_persons : (i + 1) * found.n_persons]
        alpha = cronbach_alpha(encode(FORM, rows), scale="f")
        widths.append(np.ptp(list(alpha.confidence_interval(method="adf", clusters=rows["couple"].tolist()))))
    assert np.mean(widths) == pytest.approx(found.width, rel=0.04)


def test_simulated_partners_have_intervals_that_cover_and_are_as_wide(couples: Simulation) -> None:
    found = plan_sample_size("partner_correlation", expected=PARTNERS, width=0.25, assurance=0.8)
    total = couples.answers[list(FORM.item_ids)].to_numpy().mean(axis=1).reshape(-1, 2)
    pairs = studies(total, int(found))
    centred = pairs - pairs.mean(axis=1, keepdims=True)
    r = (centred[..., 0] * centred[..., 1]).sum(axis=1) / np.sqrt((centred**2).sum(axis=1).prod(axis=1))
    half = z_of(0.95) / math.sqrt(int(found) - 3)
    low, high = np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half)
    agrees(((low <= PARTNERS) & (high >= PARTNERS)).astype(np.float64), 0.95)
    assert found.probability is not None
    agrees((high - low <= 0.25).astype(np.float64), found.probability)
    assert np.median(high - low) == pytest.approx(found.width, rel=0.01)


def test_simulated_norms_vary_as_planned(couples: Simulation) -> None:
    scores = score(FORM, couples.answers)["f"]
    scores = (scores - scores.mean()) / scores.std()
    z = stats.norm.ppf(0.1)
    figures: list[tuple[dict[str, Any], Any]] = [
        ({"standard_error": 0.1}, lambda x: x.mean(axis=1)),
        (
            {"standard_error": 0.1, "percentile": 10},
            lambda x: x.mean(axis=1) + z * x.std(axis=1, ddof=1),
        ),
        (
            {"standard_error": 2.5, "percentile": 10, "of": "percentile_rank"},
            lambda x: 100 * (x < z).mean(axis=1),
        ),
    ]
    for options, figure in figures:
        both = plan("norm", partner_correlation=PARTNERS, **options)
        drawn = figure(studies(scores, both.n_persons))
        assert drawn.std(ddof=1) == pytest.approx(both.standard_error, rel=4 / math.sqrt(2 * len(drawn)))
        alone = plan("norm", **options)
        drawn = figure(studies(scores[::2], alone.n_persons))
        assert drawn.std(ddof=1) == pytest.approx(alone.standard_error, rel=4 / math.sqrt(2 * len(drawn)))


# --- results ---


@pytest.fixture
def plans() -> list[SamplePlan]:
    return [
        plan_sample_size("alpha", expected=0.85, n_items=8, width=0.1, assurance=0.8, attrition=0.2),
        plan_sample_size("alpha", expected=0.85, n_items=8, width=0.1, partner_correlation=0.4),
        plan_sample_size("partner_correlation", expected=0.4, width=0.2, attrition=0.1),
        plan_sample_size("norm", standard_error=0.1, partner_correlation=0.4),
        plan_sample_size("norm", standard_error=1, percentile=5, of="percentile_rank"),
    ]


def test_a_plan_can_be_made_again_from_its_request(plans: list[SamplePlan]) -> None:
    for made in plans:
        assert plan(made.goal, **made.request) == made


def test_a_plan_is_frozen_and_plain(plans: list[SamplePlan]) -> None:
    for made in plans:
        fields = json.loads(made.to_json())
        assert fields["n_persons"] == made.n_persons
        assert fields["unit"] == ("person" if made.n_couples is None else "couple")
        assert len(fields["assumptions"]) >= 2
        frame = made.to_frame()
        assert frame.shape[0] == 1
        assert frame.loc[made.goal, "invite"] == made.invite >= int(made)
        assert made._repr_html_().startswith("<div><b>Plan for ")
        with pytest.raises(FrozenInstanceError):
            made.n_persons = 1  # type: ignore[misc]  # frozen, which is tested
        with pytest.raises(TypeError):
            made.request["width"] = 1  # type: ignore[index]  # read-only, which is tested


def test_sentences(plans: list[SamplePlan]) -> None:
    assert plans[0].sentence() == (
        "With 108 persons, an estimate of .85 for coefficient alpha of 8 items has the 95% interval "
        "[.80, .89] (bonett), .088 wide (target: at most .1); the probability that the interval of a "
        "sample is this narrow is .80 (target: at least .80). With an expected attrition of 20%, 135 persons "
        "are invited."
    )
    assert plans[3].sentence() == (
        "With 70 couples (140 persons), the standard error of the mean is 0.100 standard deviations "
        "(target: at most 0.1). Partners' scores are expected to correlate .40 (design effect 1.40)."
    )
    assert "273 couples, an estimate of .40 for the correlation between partners" in plans[2].sentence()
    assert "304 couples are invited" in plans[2].sentence()
    assert "of the percentile rank at percentile 5 is 1.000 percentile points" in plans[4].sentence()


def test_short_forms(plans: list[SamplePlan]) -> None:
    assert repr(plans[2]) == (
        "<Plan for partner_correlation: 273 couples; 95% interval [.295, .495], Fisher z; "
        "invite 304 couples, 10% lost>"
    )
    assert repr(plans[4]) == (
        "<Plan for norm: 475 persons; standard error 1.000 of the percentile rank at percentile 5>"
    )


# --- wishes that cannot be granted ---

GOOD: dict[str, dict[str, Any]] = {
    "alpha": {"expected": 0.85, "n_items": 8, "width": 0.1},
    "partner_correlation": {"expected": 0.4, "width": 0.2},
    "norm": {"standard_error": 0.1},
}


@pytest.mark.parametrize(
    ("goal", "options", "words"),
    [
        ("omega", {}, "goal='omega' is not valid; allowed: 'alpha', 'partner_correlation', 'norm'"),
        (["alpha"], {}, "is not valid; allowed: 'alpha'"),
        ("alpha", {"width": None}, "goal='alpha' needs width; required: expected, n_items, width"),
        ("norm", {"width": 0.1}, "goal='norm' does not take width; required: standard_error"),
        ("partner_correlation", {"n_items": 8}, "does not take n_items"),
        (
            "alpha",
            {"width": 0},
            "width=0 is not valid; allowed: a number above 0, the full width of the interval",
        ),
        ("alpha", {"width": -0.1}, "a number above 0"),
        ("alpha", {"width": math.nan}, "a number above 0"),
        ("alpha", {"width": math.inf}, "a number above 0"),
        ("alpha", {"width": "wide"}, "width='wide' is not valid; allowed: a number"),
        ("alpha", {"width": 5}, "width=5 is reached with any sample, even with 3 persons"),
        ("alpha", {"width": 1e-6}, "needs more than 10,000,000 persons"),
        ("alpha", {"expected": 1}, "expected=1 is not valid; allowed: an alpha from 0 to below 1"),
        ("alpha", {"expected": 85}, "expected=85"),
        ("alpha", {"expected": -0.1}, "from 0 to below 1"),
        ("alpha", {"n_items": 1}, "n_items=1 is not valid; allowed: a whole number of at least 2"),
        ("alpha", {"n_items": 8.0}, "n_items=8.0 is not valid; allowed: a whole number"),
        ("alpha", {"n_items": True}, "n_items=True is not valid; allowed: a whole number"),
        (
            "alpha",
            {"confidence_level": 95},
            "confidence_level=95 is not valid; allowed: a share between 0 and 1",
        ),
        ("alpha", {"assurance": 0.4}, "assurance=0.4 is not valid; allowed: the probability"),
        ("alpha", {"assurance": 1}, "from 0.5 to below 1"),
        (
            "alpha",
            {"attrition": 1},
            "attrition=1 is not valid; allowed: the share of those invited who are lost, from 0 to below 1",
        ),
        ("alpha", {"attrition": -0.1}, "from 0 to below 1"),
        (
            "alpha",
            {"method": "adf"},
            "method='adf' is not valid; allowed: 'bonett', 'bonett-wright', 'feldt'",
        ),
        (
            "alpha",
            {"partner_correlation": 1},
            "partner_correlation=1 is not valid; allowed: a correlation between -1 and 1",
        ),
        (
            "partner_correlation",
            {"expected": 1.0},
            "expected=1.0 is not valid; allowed: a correlation between -1 and 1",
        ),
        (
            "partner_correlation",
            {"width": 1.99},
            "width=1.99 is reached with any sample, even with 4 couples",
        ),
        (
            "partner_correlation",
            {"width": 1e-5, "assurance": 0.8},
            "width=1e-05 with assurance=0.8 needs more than 10,000,000 couples",
        ),
        ("norm", {"standard_error": 0}, "standard_error=0 is not valid; allowed: a number above 0"),
        ("norm", {"standard_error": 1}, "standard_error=1 is reached with any sample, even with 2 persons"),
        (
            "norm",
            {"standard_error": 1},
            "(it is in standard deviations, of which a point of a T score is 0.1)",
        ),
        (
            "norm",
            {"standard_error": 40, "percentile": 9, "of": "percentile_rank"},
            "pass a smaller value",
        ),
        ("norm", {"standard_error": 1, "partner_correlation": 0.4}, "even with 1 couple"),
        ("norm", {"standard_error": 1e-9}, "needs more than 10,000,000 persons"),
        (
            "norm",
            {"percentile": 100},
            "percentile=100 is not valid; allowed: a number between 0 and 100, such as 5",
        ),
        (
            "norm",
            {"of": "median"},
            "of='median' is not valid; allowed: 'mean', 'norm_score', 'percentile_rank'",
        ),
        ("norm", {"of": "percentile_rank"}, "depends on the percentile; pass percentile="),
        ("norm", {"of": "mean", "percentile": 5}, "percentile=5 is not valid with of='mean'"),
        ("norm", {"of": "norm_score"}, "of='norm_score' depends on the percentile"),
    ],
)
def test_wishes_that_make_no_sense(goal: Any, options: dict[str, Any], words: str) -> None:
    base = GOOD.get(goal, {}) if isinstance(goal, str) else {}
    with pytest.raises(EstimationError) as caught:
        plan(goal, **(base | options))
    assert words in str(caught.value)


def test_numbers_of_numpy_are_numbers() -> None:
    found = plan("alpha", expected=np.float64(0.85), n_items=np.int64(8), width=np.float32(0.125))
    assert found == plan_sample_size("alpha", expected=0.85, n_items=8, width=0.125)
    json.loads(found.to_json())
