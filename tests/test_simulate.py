"""Simulated answers recover what they were made from, and say that they are simulated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from intimacy_scales import Instrument, Simulation, load, score, simulate

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
    from scipy.stats import norm

    shares = np.diff(norm.cdf([-np.inf, *cuts, np.inf]))
    found = keyed(form, result.answers)["tru01"].value_counts(normalize=True).sort_index()
    assert np.abs(found.to_numpy() - shares).max() < 0.012


def test_thresholds_are_keyed_so_reversed_items_are_mirrored() -> None:
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
        ({"loadings": 1.2}, "not between -1 and 1"),
        ({"loadings": {"zzz": 0.5}}, "'zzz', which is no item"),
        ({"scale_correlations": -0.9}, "cannot exist together"),
        ({"scale_correlations": [[1, 0], [0, 1]]}, "symmetric (6, 6) matrix"),
        ({"couples": {"total": 0.5}}, "couples names 'total'"),
        ({"couples": 1.5}, "not all between 0 and 1"),
        ({"thresholds": (0, 1)}, "must be 6 ascending numbers"),
        ({"thresholds": (0, 1, 2, 3, 5, 4)}, "must be 6 ascending numbers"),
    ],
)
def test_parameters_that_make_no_sense(options: dict[str, object], words: str) -> None:
    arguments = {"n": 10, "rng": 1, **options}
    with pytest.raises(ValueError, match=words.replace("(", r"\(").replace(")", r"\)")):
        simulate("scii-12", **arguments)  # type: ignore[arg-type]


def test_parameters_make_the_same_answers_again() -> None:
    first = simulate("scii-12", 40, couples=0.3, missing=0.1, careless=0.1, rng=6)
    p = first.parameters
    again = simulate(
        "scii-12",
        p["n"],
        loadings={item: abs(size) for item, size in p["loadings"].items()},
        scale_correlations=p["scale_correlations"],
        thresholds=p["thresholds"],
        missing=p["missing"],
        careless=p["careless"],
        couples=p["couples"],
        rng=p["rng"],
    )
    pd.testing.assert_frame_equal(first.answers, again.answers)
