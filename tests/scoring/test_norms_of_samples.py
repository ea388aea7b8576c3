"""Norms of one's own sample, and their smoothed percentile ranks."""

from __future__ import annotations

import math
import re
import warnings

import numpy as np
import pytest

from intimacy_scales import (
    NoNormsError,
    Norm,
    Scores,
    SmallSampleWarning,
    score,
    simulate,
)
from intimacy_scales.numerics.smoothing import percentile_ranks
from tests.shared.instruments import PUBLISHED, form_of
from tests.shared.norm_answers import SAMPLE, agreeable_scores, norm, ras

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.SmallSampleWarning")


@pytest.fixture
def simulated() -> Scores:
    return agreeable_scores()


# ---------------------------------------------------------------- norms of one's own sample


def test_norms_of_a_sample_are_its_mean_sd_and_ranks(simulated):
    norms = Norm.from_scores(simulated, sample=SAMPLE, source="a study")
    assert tuple(entry.scale for entry in norms) == simulated.scale_ids
    for entry in norms:
        values = simulated[entry.scale]
        assert (entry.n, entry.mean, entry.sd) == (800, values.mean(), values.std(ddof=1))
        assert (entry.sample, entry.source) == (SAMPLE, "a study")
        # the rank of each score, counted: those below, and half of those at it
        for value in np.quantile(values, (0.05, 0.25, 0.5, 0.75, 0.95)):
            counted = 100 * ((values < value - 1e-9).mean() + (np.abs(values - value) < 1e-9).mean() / 2)
            assert entry.percentile(float(value)) == pytest.approx(counted, abs=4)


def test_a_norm_says_by_which_model_it_was_smoothed(simulated):
    for entry in Norm.from_scores(simulated, sample=SAMPLE):
        low, high = simulated.range(entry.scale)
        model = percentile_ranks(simulated[entry.scale], low, high, simulated.n_possible(entry.scale))
        apart = {
            (): "",
            (0,): ", the lowest score apart",
            (-1,): ", the highest score apart",
            (0, -1): ", the lowest and the highest score apart",
        }
        assert entry.smoothing == f"log-linear, degree {model.degree}{apart[model.ends]}"
        assert repr(entry).endswith(f"percentile ranks, {entry.smoothing}>")
        assert Norm.model_validate_json(entry.model_dump_json()) == entry


def test_a_norm_of_two_neighbouring_scores_is_not_smoothed():
    rows = [ras(*[4] * 6, 4 + n % 2) for n in range(40)]
    (entry,) = Norm.from_scores(score("ras", rows), sample=SAMPLE)
    assert entry.smoothing is None
    assert repr(entry).endswith("percentile ranks>")


def test_smoothed_ranks_follow_a_skewed_scale(simulated):
    (entry,) = Norm.from_scores(simulated, sample=SAMPLE, scales=["trust"])
    values = np.sort(simulated["trust"])
    top = 7.0
    counted = 100 * ((values < top).mean() + (values == top).mean() / 2)
    by_table = abs(entry.percentile(top) - counted)
    by_curve = abs(entry.model_copy(update={"percentiles": ()}).percentile(top) - counted)
    assert by_table < by_curve


def test_smoothing_recovers_the_population_better_than_counting():
    rng = np.random.default_rng(5)
    points = np.arange(29)
    shares = np.exp(-0.5 * ((points - 21) / 4.5) ** 2)
    shares /= shares.sum()
    true = 100 * (np.cumsum(shares) - shares / 2)
    smooth, counted = [], []
    for _ in range(60):
        scores = rng.choice(points, size=150, p=shares).astype(float)
        smooth.append(percentile_ranks(scores, 0, 28, 29).ranks - true)
        counts = np.bincount(scores.astype(int), minlength=29) / 150
        counted.append(100 * (np.cumsum(counts) - counts / 2) - true)
    assert np.sqrt(np.mean(np.square(smooth))) < 0.95 * np.sqrt(np.mean(np.square(counted)))


def test_too_few_persons_are_refused_unless_forced():
    few = score("ras", [ras(*(1 + (n + k) % 5 for k in range(7))) for n in range(29)])
    with pytest.raises(
        NoNormsError,
        match=r"'total' need at least 30 persons with a score, but there are 29.*0\.18.*force=True",
    ):
        Norm.from_scores(few, sample=SAMPLE)
    (forced,) = Norm.from_scores(few, sample=SAMPLE, force=True)
    assert forced.n == 29
    one = score("ras", [ras(4, 4, 4, 4, 4, 4, 4)])
    with pytest.raises(NoNormsError, match="with a score, but there are 1:"):
        Norm.from_scores(one, sample=SAMPLE, force=True)
    same = score("ras", [ras(4, 4, 4, 4, 4, 4, 4)] * 40)
    with pytest.raises(NoNormsError, match="all 40 persons have the score"):
        Norm.from_scores(same, sample=SAMPLE)


def test_fewer_than_200_persons_are_said():
    rows = [ras(*(1 + (n + k) % 5 for k in range(7))) for n in range(200)]
    with pytest.warns(SmallSampleWarning, match=r"'total' rest on 199 persons.*3\.5 points") as caught:
        Norm.from_scores(score("ras", rows[:199]), sample=SAMPLE)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Norm.from_scores(score("ras", rows), sample=SAMPLE)


@pytest.mark.parametrize("answer", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("n", [30, 47, 50, 199])
def test_a_sample_without_differences_has_no_norms(answer, n):
    same = score("ras", [ras(*[answer] * 7)] * n)
    with pytest.raises(NoNormsError, match=f"all {n} persons have the score"):
        Norm.from_scores(same, sample=SAMPLE)


@pytest.mark.filterwarnings("ignore::intimacy_scales.errors.AnotherRangeWarning")
def test_equal_totals_of_unequal_parts_do_not_differ():
    """In floats (1.4 + 1.2) / 2 is not (1.6 + 1.0) / 2; added as fractions, as totals are, they are equal."""
    form = form_of(
        {"a": "q1 q2 q3 q4 q5", "b": "q6 q7 q8 q9 q10", "t": {"of": ["a", "b"]}}, high=7, evidence=PUBLISHED
    )
    rows = [[2, 1, 1, 1, 1, 3, 1, 1, 1, 1], [1, 1, 1, 1, 1, 4, 1, 1, 1, 1]] * 20
    scores = score(form, [dict(zip(form.item_ids, row, strict=True)) for row in rows])
    assert (1.4 + 1.2) / 2 != (1.6 + 1.0) / 2
    assert set(scores["t"].tolist()) == {1.3}
    with pytest.raises(NoNormsError, match=r"all 40 persons have the score 1\.3;"):
        Norm.from_scores(scores, sample=SAMPLE, scales="t")


def test_composites_have_the_grid_of_their_parts(simulated):
    assert simulated.n_possible("trust") == 4 * 6 + 1
    assert simulated.n_possible("total") == 6 * 24 + 1
    assert score("resilience", simulate("resilience", 3, rng=1).answers).n_possible("total") == 201
    assert score("qmi", [{f"qmi_{n}": 6 for n in range(1, 7)}]).n_possible("total") == 45 - 6 + 1


def test_many_persons_at_the_top_have_their_own_rank():
    rng = np.random.default_rng(8)
    scores = np.minimum(rng.normal(24, 5, 1000).round(), 28).clip(0, 28)
    ranks = percentile_ranks(scores, 0, 28, 29).ranks
    top = (scores == 28).mean()
    assert top > 0.15
    assert ranks[-1] == pytest.approx(100 * (1 - top / 2), abs=0.5)
    assert ranks[-2] == pytest.approx(100 * ((scores < 27).mean() + (scores == 27).mean() / 2), abs=1.5)


def test_no_score_has_no_rank():
    assert math.isnan(norm().percentile(math.nan))
    assert math.isnan(norm(percentiles=((0, 1), (4, 50))).percentile(math.nan))


def test_a_norm_with_many_ranks_is_shown_in_a_line():
    (entry,) = Norm.from_scores(score("ras", simulate("ras", 60, rng=1).answers), sample=SAMPLE)
    assert re.fullmatch(
        r"<Norm of total: mean \S+, sd \S+ \(simulated persons, n = 60\), 29 percentile ranks, log-linear, "
        r"degree 2>",
        repr(entry),
    )


def test_persons_without_a_score_do_not_count():
    rows = [ras(*(1 + (n * k) % 5 for k in range(1, 8))) for n in range(31)] + [ras(3)] * 10
    (entry,) = Norm.from_scores(score("ras", rows), sample=SAMPLE)
    assert entry.n == 31
