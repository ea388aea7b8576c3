"""Norms of one's own sample, and their smoothed percentile ranks."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intimacy_scales import (
    NoNormsError,
    Norm,
    Scores,
    score,
    simulate,
)
from intimacy_scales.smoothing import fit_loglinear, percentile_ranks, smooth_shares
from norm_answers import SAMPLE, agreeable_scores, norm, ras


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


def test_smoothed_ranks_follow_a_skewed_scale_where_a_normal_curve_does_not(simulated):
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
        smooth.append(percentile_ranks(scores, 0, 28, 29)[1] - true)
        counts = np.bincount(scores.astype(int), minlength=29) / 150
        counted.append(100 * (np.cumsum(counts) - counts / 2) - true)
    assert np.sqrt(np.mean(np.square(smooth))) < 0.95 * np.sqrt(np.mean(np.square(counted)))


def test_too_few_persons_are_refused_unless_forced():
    few = score("ras", [ras(*(1 + (n + k) % 5 for k in range(7))) for n in range(29)])
    with pytest.raises(
        NoNormsError, match=r"'total' would rest on 29 persons, and at least 30.*0\.18.*force=True"
    ):
        Norm.from_scores(few, sample=SAMPLE)
    (forced,) = Norm.from_scores(few, sample=SAMPLE, force=True)
    assert forced.n == 29
    one = score("ras", [ras(4, 4, 4, 4, 4, 4, 4)])
    with pytest.raises(NoNormsError, match="rest on 1 persons"):
        Norm.from_scores(one, sample=SAMPLE, force=True)
    same = score("ras", [ras(4, 4, 4, 4, 4, 4, 4)] * 40)
    with pytest.raises(NoNormsError, match="all 40 persons have the score"):
        Norm.from_scores(same, sample=SAMPLE)


@pytest.mark.parametrize("answer", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("n", [30, 47, 50, 199])
def test_a_sample_without_differences_has_no_norms(answer, n):
    same = score("ras", [ras(*[answer] * 7)] * n)
    with pytest.raises(NoNormsError, match=f"all {n} persons have the score"):
        Norm.from_scores(same, sample=SAMPLE)


def test_composites_have_the_grid_of_their_parts(simulated):
    assert simulated.n_possible("trust") == 4 * 6 + 1
    assert simulated.n_possible("total") == 6 * 24 + 1
    assert score("resilience", simulate("resilience", 3, rng=1).answers).n_possible("total") == 201
    assert score("qmi", [{f"qmi_{n}": 6 for n in range(1, 7)}]).n_possible("total") == 45 - 6 + 1


def test_many_persons_at_the_top_have_their_own_rank():
    rng = np.random.default_rng(8)
    scores = np.minimum(rng.normal(24, 5, 1000).round(), 28).clip(0, 28)
    _, ranks, _ = percentile_ranks(scores, 0, 28, 29)
    top = (scores == 28).mean()
    assert top > 0.15
    assert ranks[-1] == pytest.approx(100 * (1 - top / 2), abs=0.5)
    assert ranks[-2] == pytest.approx(100 * ((scores < 27).mean() + (scores == 27).mean() / 2), abs=1.5)


def test_no_score_has_no_rank():
    assert math.isnan(norm().percentile(math.nan))
    assert math.isnan(norm(percentiles=((0, 1), (2, 50))).percentile(math.nan))


def test_a_norm_with_many_ranks_is_shown_in_a_line():
    (entry,) = Norm.from_scores(score("ras", simulate("ras", 60, rng=1).answers), sample=SAMPLE)
    assert re.fullmatch(
        r"<Norm of total: mean \S+, sd \S+ \(simulated persons, n = 60\), 29 percentile ranks>", repr(entry)
    )


def test_persons_without_a_score_do_not_count():
    rows = [ras(*(1 + (n * k) % 5 for k in range(1, 8))) for n in range(31)] + [ras(3)] * 10
    (entry,) = Norm.from_scores(score("ras", rows), sample=SAMPLE)
    assert entry.n == 31


# ---------------------------------------------------------------- smoothing, checked a second way


@settings(deadline=None, max_examples=40)
@given(
    counts=st.lists(st.integers(0, 30), min_size=8, max_size=40).filter(lambda c: sum(x > 0 for x in c) > 4),
    degree=st.integers(2, 4),
)
def test_loglinear_smoothing_keeps_the_moments(counts, degree):
    counts = np.array(counts, dtype=float)
    fitted = fit_loglinear(counts, degree)
    assert fitted is not None
    shares, deviance = fitted
    points = np.linspace(-1, 1, len(counts))
    assert shares.sum() == pytest.approx(1)
    assert deviance >= -1e-9
    for power in range(1, degree + 1):
        assert shares @ points**power == pytest.approx(counts @ points**power / counts.sum(), abs=1e-7)


@pytest.mark.parametrize("ends", [(), (-1,), (0, -1)])
def test_loglinear_smoothing_is_the_poisson_regression_of_the_counts(ends):
    counts = np.array([4, 3, 2, 8, 9, 15, 12, 6, 7, 2, 21], dtype=float)
    shares, _ = fit_loglinear(counts, 3, ends)
    x = np.vander(np.linspace(-1, 1, 11), 4)
    x = np.column_stack([x, *(np.eye(11)[end] for end in ends)])
    beta = np.zeros(x.shape[1])
    beta[3] = math.log(counts.mean())
    for _ in range(100):  # iteratively reweighted least squares, written out
        mean = np.exp(x @ beta)
        working = x @ beta + (counts - mean) / mean
        beta = np.linalg.solve((x.T * mean) @ x, (x.T * mean) @ working)
    np.testing.assert_allclose(shares, np.exp(x @ beta) / counts.sum(), rtol=1e-8)
    for end in ends:
        assert shares[end] == pytest.approx(counts[end] / counts.sum())


def test_where_nothing_can_be_fitted_the_counts_stand_for_themselves():
    counts = np.array([0, 0, 5, 0, 5, 0, 0], dtype=float)
    shares, degree = smooth_shares(counts)
    assert shares.sum() == pytest.approx(1)
    assert degree in (0, 2, 3, 4, 5, 6)
    assert shares @ np.arange(7) == pytest.approx(3)  # fitted or counted, the mean is kept
    shares, degree = smooth_shares(np.array([3.0, 7.0]))
    assert (shares.tolist(), degree) == ([0.3, 0.7], 0)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 20), min_size=30, max_size=120).filter(lambda s: len(set(s)) > 2))
def test_ranks_rise_and_stay_within_bounds(scores):
    _, ranks, _ = percentile_ranks(np.array(scores, dtype=float), 0, 20, 21)
    assert (np.diff(ranks) >= -1e-9).all()
    assert (ranks >= 0).all()
    assert (ranks <= 100).all()
