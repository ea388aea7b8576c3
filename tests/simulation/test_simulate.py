"""Simulated answers recover what they were made from, and say that they are simulated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from intimacy_scales import Instrument, Simulation, available, load, score, simulate
from intimacy_scales.simulation import simulate_diary
from tests.shared.instruments import form_of

N = 40_000
SCALES = ("trust", "knowledge", "mutuality", "commitment", "caring", "interdependence")


@pytest.fixture(scope="module")
def simulated() -> Simulation:
    return simulate("scii-24", N, loadings=0.8, scale_correlations=0.4, rng=11)


def keyed(form: Instrument, answers: pd.DataFrame) -> pd.DataFrame:
    minus = [key.item for scale in form.scales for key in scale.keys if key.reverse]
    return answers[list(form.item_ids)].assign(**{item: 8 - answers[item] for item in minus})


def test_the_same_seed_gives_the_same_answers() -> None:
    first, second, third = (simulate("scii-12", 50, missing=0.1, rng=seed).answers for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first, second)
    assert not first.equals(third)


def test_answers_are_valid_whole_numbers_by_item_id(simulated: Simulation) -> None:
    form = load("scii-24")
    assert list(simulated.answers.columns) == list(form.item_ids)
    assert all(kind.kind == "i" for kind in simulated.answers.dtypes)
    scores = score(form, simulated.answers)
    assert len(scores.problems) == 0
    assert not np.isnan(scores.values).any()


def test_it_says_that_it_is_simulated(simulated: Simulation) -> None:
    assert "simulated" in simulated.answers.attrs["simulated"]
    assert "simulated" in repr(simulated)
    assert simulated.instrument.id == "scii-24"


def test_scores_follow_the_true_scores(simulated: Simulation) -> None:
    scores = score("scii-24", simulated.answers)
    for scale in SCALES:
        r = np.corrcoef(scores[scale], simulated.true_scores[scale])[0, 1]
        # four items of loading .8: reliability of their sum .877, its root .936; coarse points cost a little
        assert 0.90 < r < 0.94


def test_true_scores_are_standardized_and_correlated_as_asked(simulated: Simulation) -> None:
    truth = simulated.true_scores[list(SCALES)]
    assert truth.mean().abs().max() < 0.03
    assert (truth.std() - 1).abs().max() < 0.03
    expected = np.where(np.eye(6, dtype=bool), 1, 0.4)
    assert np.abs(truth.corr().to_numpy() - expected).max() < 0.03


def test_item_correlations_are_those_of_the_model(simulated: Simulation) -> None:
    form = load("scii-24")
    answers = keyed(form, simulated.answers)
    correlations = answers.corr()
    within = [
        correlations.loc[a.item, b.item]
        for scale in form.scales
        for a in scale.keys
        for b in scale.keys
        if a.item < b.item
    ]
    # .8 * .8 between latent responses; cut into seven points, a little less
    assert min(within) > 0.57
    assert max(within) < 0.64


def test_thresholds_set_the_share_of_each_answer() -> None:
    cuts = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
    form = load("scii-12")
    result = simulate(form, N, thresholds=cuts, rng=5)
    shares = np.diff(norm.cdf([-np.inf, *cuts, np.inf]))
    found = keyed(form, result.answers)["tru01"].value_counts(normalize=True).sort_index()
    assert np.abs(found.to_numpy() - shares).max() < 0.012


def test_thresholds_are_keyed_so_reverse_keyed_items_are_mirrored() -> None:
    form = load("scii-24")
    result = simulate(form, N, thresholds=(-3, -2.5, -2, -1.5, -1, -0.5), rng=5)
    assert result.answers["tru01"].mean() > 6
    assert result.answers["tru09"].mean() < 2


def test_partners_correlate_scale_by_scale() -> None:
    wanted = {"trust": 0.6, "caring": 0.3}
    result = simulate("scii-12", N, couples=wanted, rng=8)
    assert list(result.answers.columns[:2]) == ["couple", "partner"]
    truth = result.true_scores
    first, second = (truth[truth["partner"] == p].reset_index() for p in (1, 2))
    assert (first["couple"] == second["couple"]).all()
    for scale in SCALES:
        assert np.corrcoef(first[scale], second[scale])[0, 1] == pytest.approx(wanted.get(scale, 0), abs=0.03)
    crossed = np.corrcoef(first["trust"], second["caring"])[0, 1]
    assert crossed == pytest.approx(0.5 * (1 - np.sqrt(0.4 * 0.7)), abs=0.03)
    assert np.corrcoef(truth["trust"], truth["caring"])[0, 1] == pytest.approx(0.5, abs=0.03)


def test_missing_and_careless_shares() -> None:
    result = simulate("scii-24", N, missing=0.05, careless=0.2, loadings=0.9, rng=9)
    assert result.answers.isna().to_numpy().mean() == pytest.approx(0.05, abs=0.003)
    guessing = result.true_scores["careless"].to_numpy()
    assert guessing.mean() == pytest.approx(0.2, abs=0.01)
    random = result.answers[guessing].corr().to_numpy()
    assert np.abs(random[~np.eye(24, dtype=bool)]).max() < 0.06
    assert abs(result.answers[~guessing].corr().loc["tru01", "tru04"]) > 0.7


def test_loadings_by_item_and_items_of_no_scale() -> None:
    form = Instrument.model_validate(
        {
            "id": "x",
            "version": "1",
            "title": "X",
            "response_scale": {"minimum": 1, "maximum": 5},
            "items": [{"id": "a"}, {"id": "b"}, {"id": "alone"}],
            "scales": [{"id": "s", "items": ["a", "-b"]}],
        }
    )
    result = simulate(form, N, loadings={"a": 0.9, "b": 0.5, "alone": 0.0}, rng=2)
    r = result.answers.assign(s=result.true_scores["s"]).corr()["s"]
    assert r["a"] > 0.8
    assert -0.52 < r["b"] < -0.42
    assert abs(r["alone"]) < 0.02


def test_wide_and_fractional_response_scales() -> None:
    assert simulate("scii-daily", 500, rng=1).answers.max().max() <= 100
    form = load("scii-daily")
    half = form.model_copy(
        update={
            "items": [
                {"id": i.id, "response_scale": {"minimum": 0, "maximum": 1, "step": 0.1}} for i in form.items
            ]
        }
    )
    answers = simulate(half, 500, rng=1).answers
    assert set(np.unique(answers)) <= {n / 10 for n in range(11)}
    assert len(score(half, answers).problems) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n": 0}, "at least 1 person"),
        ({"n": 3, "couples": 0.5}, "even number"),
        ({"missing": 1.5}, "missing=1.5 is not a share"),
        ({"careless": -0.1}, "careless=-0.1 is not a share"),
        ({"loadings": 1.2}, "allowed: a number between -1 and 1"),
        ({"loadings": {"zzz": 0.5}}, "'zzz', which is not an item"),
        ({"scale_correlations": -0.9}, "not positive semidefinite"),
        ({"scale_correlations": [[1, 0], [0, 1]]}, "symmetric (6, 6) matrix"),
        ({"couples": {"total": 0.5}}, "couples names 'total'"),
        ({"couples": 1.5}, "the partner correlation 1.5 is not between 0 and 1"),
        ({"thresholds": (0, 1)}, "allowed: 6 ascending finite numbers"),
        ({"thresholds": (0, 1, 2, 3, 5, 4)}, "allowed: 6 ascending finite numbers"),
    ],
)
def test_parameters_that_make_no_sense(options: dict[str, object], words: str) -> None:
    arguments = {"n": 10, "rng": 1, **options}
    with pytest.raises(ValueError, match=words.replace("(", r"\(").replace(")", r"\)")):
        simulate("scii-12", **arguments)  # type: ignore[arg-type]  # wrong on purpose


def test_parameters_make_the_same_answers_again() -> None:
    first = simulate("scii-12", 40, couples=0.3, missing=0.1, careless=0.1, rng=6)
    p = first.parameters
    again = simulate(
        "scii-12",
        p["n"],
        loadings=p["loadings"],
        scale_correlations=p["scale_correlations"],
        thresholds=p["thresholds"],
        missing=p["missing"],
        careless=p["careless"],
        couples=p["couples"],
        rng=p["rng"],
    )
    pd.testing.assert_frame_equal(first.answers, again.answers)


@pytest.mark.parametrize("seed", [np.int64(6), np.uint8(6)])
def test_a_seed_of_numpy_is_kept_as_a_number(seed: int) -> None:
    made = simulate("ras", 5, rng=seed)
    assert made.parameters["rng"] == 6
    assert type(made.parameters["rng"]) is int
    pd.testing.assert_frame_equal(made.answers, simulate("ras", 5, rng=6).answers)
    assert simulate("ras", 5, rng=np.random.default_rng(6)).parameters["rng"] is None


# --- thresholds cut the keyed latent response, whatever the loading ---

CUTS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5)


def expected_mean(cuts: tuple[float, ...], *, reverse: bool) -> float:
    mean = 1 + sum(norm.sf(cut) for cut in cuts)
    return float(8 - mean if reverse else mean)


@pytest.mark.parametrize("loading", [0.9, 0.3, 0.0, -0.0, -0.3, -1.0])
@pytest.mark.parametrize("cuts", [CUTS, (-0.3, 0.1, 0.2, 1.0, 1.0, 2.5)])
def test_a_loading_has_no_say_in_the_share_of_each_answer(loading: float, cuts: tuple[float, ...]) -> None:
    form = load("scii-24")
    minus = {key.item for scale in form.scales for key in scale.keys if key.reverse}
    made = simulate(form, N, loadings=loading, thresholds=cuts, rng=4).answers
    for item in ("tru01", "tru09", "car13"):
        assert made[item].mean() == pytest.approx(expected_mean(cuts, reverse=item in minus), abs=0.04)


def test_negative_loadings_run_against_the_factor() -> None:
    form = load("scii-24")
    against = dict.fromkeys(form.item_ids, 0.8) | {"tru01": -0.8, "tru09": -0.8}
    made = simulate(form, N, loadings=against, thresholds=CUTS, rng=4)
    r = keyed(form, made.answers).corrwith(made.true_scores["trust"])
    assert r["tru01"] == pytest.approx(r["tru09"], abs=0.02)
    assert r["tru01"] == pytest.approx(-r["tru04"], abs=0.02)
    assert r["tru01"] < -0.7
    again = simulate(form, N, loadings=made.parameters["loadings"], thresholds=CUTS, rng=4)
    pd.testing.assert_frame_equal(made.answers, again.answers)


# --- scales whose items belong to scales before them ---


def small_form(*scales: dict[str, object], items: str = "abcdef") -> Instrument:
    return form_of(scales, items=items, id="o", title="O")


def without_factor(form: Instrument) -> list[str]:
    seen: set[str] = set()
    found = []
    for scale in form.scales:
        items = {key.item for key in scale.keys}
        found += [scale.id] if items and items <= seen else []
        seen |= items
    return found


TOTALS = ("das", "dci", "pprs-12", "pprs-18", "prqc", "prqc-interleaved", "rdas", "tls-15", "trust-17")


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
def test_only_totals_of_shipped_instruments_have_no_factor() -> None:
    found = {name: without_factor(load(name)) for name in available().ids}
    totals = {name: ["total"] for name in TOTALS} | {"cpq-sf": ["demand_withdraw"]}
    assert {name: scales for name, scales in found.items() if scales} == totals


def best_of_factors(factors: pd.DataFrame, scores: np.ndarray) -> float:
    """Return how well the best sum of the factors, found by least squares, goes with scores."""
    x = np.column_stack([factors, np.ones(len(factors))])
    return float(np.corrcoef(x @ np.linalg.lstsq(x, scores, rcond=None)[0], scores)[0, 1])


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.UnverifiedKeyWarning")
@pytest.mark.parametrize("name", TOTALS)
@pytest.mark.parametrize("phi", [0.0, 0.6])
def test_the_true_score_of_a_total_is_the_best_prediction(name: str, phi: float) -> None:
    made = simulate(name, 20_000, rng=1, loadings=0.8, scale_correlations=phi)
    truth, scores = made.true_scores, score(name, made.answers)
    factors = [scale for scale in truth if scale not in ("total", "careless")]
    assert len(made.parameters["scale_correlations"]) == len(factors)
    best = best_of_factors(truth[factors], scores["total"])
    assert best > 0.9
    assert np.corrcoef(truth["total"], scores["total"])[0, 1] == pytest.approx(best, abs=0.002)
    assert truth["total"].std() == pytest.approx(1, abs=0.02)


def test_partners_who_agree_on_each_scale_agree_on_the_total() -> None:
    truth = simulate("rdas", 20_000, couples=0.8, rng=1).true_scores
    first, second = (truth.loc[truth["partner"] == p, "total"].to_numpy() for p in (1, 2))
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0.8, abs=0.02)


def test_a_diary_has_true_totals_too() -> None:
    truth = simulate_diary("tls-15", 400, 6, between=0.3, rng=1).true_scores
    parts = truth[["intimacy", "passion", "commitment"]].sum(axis=1)
    assert np.corrcoef(truth["total"], parts)[0, 1] == pytest.approx(1, abs=1e-9)
    assert truth["total"].var() == pytest.approx(1, abs=0.1)


def test_items_that_a_total_keys_the_other_way_count_against_it() -> None:
    form = small_form(
        {"id": "p", "items": ["a", "-b"]},
        {"id": "q", "items": ["c", "d"]},
        {"id": "apart", "items": ["a", "-b", "-c", "-d"]},
        {"id": "nothing", "items": ["a", "b"]},
    )
    made = simulate(form, N, loadings=0.9, scale_correlations=0.0, rng=2)
    truth, scores = made.true_scores, score(form, made.answers)
    assert np.corrcoef(truth["apart"], truth["p"] - truth["q"])[0, 1] == pytest.approx(1)
    assert np.corrcoef(truth["apart"], scores["apart"])[0, 1] > 0.9
    assert (truth["nothing"] == 0).all()
    assert abs(np.corrcoef(truth["p"], scores["nothing"])[0, 1]) < 0.03


def test_items_count_with_their_loadings_and_ranges() -> None:
    wide = {"id": "a", "response_scale": {"minimum": 0, "maximum": 30}}
    form = small_form(
        {"id": "p", "items": ["a"]}, {"id": "q", "items": ["b"]}, {"id": "t", "items": ["a", "b"]}
    )
    form = form.model_copy(update={"items": (type(form.items[0])(**wide), *form.items[1:])})
    made = simulate(form, N, loadings={"a": 0.5, "b": 0.9}, scale_correlations=0.2, rng=3)
    truth, found = made.true_scores, score(form, made.answers)["t"]
    assert np.corrcoef(truth["t"], truth["p"])[0, 1] > 0.95
    best = best_of_factors(truth[["p", "q"]], found)
    assert np.corrcoef(truth["t"], found)[0, 1] == pytest.approx(best, abs=0.001)


def test_scales_with_items_of_their_own_have_a_factor() -> None:
    form = small_form({"id": "p", "items": ["a", "b", "c"]}, {"id": "q", "items": ["-c", "d", "e"]})
    made = simulate(form, N, loadings=0.8, scale_correlations=0.3, couples={"q": 0.5}, rng=3)
    truth, r = made.true_scores, made.answers.assign(**made.true_scores).corr()
    assert np.corrcoef(truth["p"], truth["q"])[0, 1] == pytest.approx(0.3, abs=0.03)
    assert r.loc["c", "p"] == pytest.approx(r.loc["a", "p"], abs=0.02)  # c is p's, and keyed as there
    assert r.loc["d", "q"] == pytest.approx(r.loc["a", "p"], abs=0.02)
    assert r.loc["c", "q"] == pytest.approx(0.3 * r.loc["c", "p"], abs=0.03)


# --- what a simulation says of itself ---


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda: simulate("ras", 1, rng=1), "ras 1: 1 simulated person, no real answers>"),
        (lambda: simulate("ras", 8, couples=0.4, rng=1), "ras 1: 8 simulated persons, no real answers>"),
        (lambda: simulate_diary("ras", 5, 3, rng=1), "5 simulated persons, 15 rows, no real answers>"),
        (lambda: simulate_diary("ras", 1, 1, rng=1), "1 simulated person, 1 row, no real answers>"),
        (
            lambda: simulate_diary("ras", 4, 3, missed=1, rng=1),
            "4 simulated persons, 0 rows, no real answers>",
        ),
    ],
)
def test_persons_are_persons_and_rows_are_rows(made: Callable[[], Simulation], words: str) -> None:
    assert repr(made()).endswith(words)
