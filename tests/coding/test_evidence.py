"""The figures behind a check, against naive references."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import betaln

from intimacy_scales.coding.categories import item_groups
from intimacy_scales.coding.category_order import normal_scores, order_evidence
from intimacy_scales.coding.codings import ways_of_storing
from intimacy_scales.coding.direction import direction_evidence
from intimacy_scales.coding.joint_counts import blocks_of, relations
from intimacy_scales.coding.missing_inside import spike_evidence
from intimacy_scales.coding.range_evidence import range_fits
from intimacy_scales.coding.stored_answers import read_stored
from intimacy_scales.instrument import ResponseScale
from intimacy_scales.reading.options import Reading
from tests.shared.comparison import close
from tests.shared.stored_answers import ITEMS, options_of_ten, ten


def block_of_ten(gaps: bool = False):
    form, stored = ten(), (options_of_ten(1) + 1).astype(float)
    if gaps:
        stored[np.random.default_rng(0).random(stored.shape) < 0.1] = np.nan
    answers = read_stored(form, stored, Reading(columns=ITEMS))
    groups = item_groups(form, answers)
    (block,) = blocks_of(form, answers, groups)
    return stored, block


def test_relations_are_those_of_the_keyed_answers() -> None:
    stored, block = block_of_ten()
    scores = np.tile(np.arange(1.0, 6.0), (10, 1))
    related = relations(block, scores, np.ones(10))
    keyed = np.where(np.arange(10) >= 6, 6 - stored, stored)
    close(related.correlations, np.corrcoef(keyed.T), 1e-12)
    z = (keyed - keyed.mean(0)) / keyed.std(0)
    for item in (0, 7):
        rest = z.sum(1) - z[:, item]
        rest /= rest.std()
        for option in range(1, 6):
            who = stored[:, item] == option
            close(related.rest_means[item, option - 1], rest[who].mean(), 1e-12)
            assert related.rest_counts[item, option - 1] == who.sum()


def test_relations_with_missing_answers_use_all_who_answered_both() -> None:
    stored, block = block_of_ten(gaps=True)
    related = relations(block, np.tile(np.arange(1.0, 6.0), (10, 1)), np.ones(10))
    both = ~np.isnan(stored[:, 0]) & ~np.isnan(stored[:, 1])
    x, y = (
        (stored[both, item] - np.nanmean(stored[:, item])) / np.nanstd(stored[:, item]) for item in (0, 1)
    )
    close(related.correlations[0, 1], np.mean(x * y), 1e-12)


def test_direction_evidence_of_one_item_is_the_ratio_of_two_integrals() -> None:
    _, block = block_of_ten()
    related = relations(block, np.tile(np.arange(1.0, 6.0), (10, 1)), np.ones(10))
    sets = np.eye(10, dtype=bool)[:1]
    evidence = direction_evidence(related.correlations, related.n, np.full(10, np.nan), sets)
    rho, se = float(evidence.rho[0]), float(evidence.se[0])

    def likelihood(sign: int) -> float:
        return integrate.quad(lambda x: (1 + sign * x) ** 8 * stats.norm.pdf(rho, x, se), -1, 1)[0]

    assert evidence.relation[0] == pytest.approx(math.log10(likelihood(-1) / likelihood(1)), abs=0.02)
    assert evidence.means[0] == 0


def test_direction_evidence_changes_sides_with_the_sign() -> None:
    _, block = block_of_ten()
    scores, sets = np.tile(np.arange(1.0, 6.0), (10, 1)), np.eye(10, dtype=bool)[:1]
    means = np.linspace(0.5, 0.8, 10)
    ratios = []
    for sign in (1.0, -1.0):
        flips = np.ones(10)
        flips[0] = sign
        related = relations(block, scores, flips)
        turned = means.copy()
        turned[0] = means[0] if sign > 0 else 1 - means[0]
        ratios.append(direction_evidence(related.correlations, related.n, turned, sets))
    close(ratios[0].relation, -ratios[1].relation, 1e-9)
    close(ratios[0].means, -ratios[1].means, 1e-9)


def test_direction_evidence_of_correlations_that_no_persons_have_is_finite() -> None:
    """Pairs of answers of other persons each: items of a set can sum to less than nothing."""
    correlations = np.full((6, 6), 0.1)
    correlations[:3, :3] = -0.7
    np.fill_diagonal(correlations, 1.0)
    sets = np.array([[True] * 3 + [False] * 3])
    evidence = direction_evidence(correlations, np.full(6, 40.0), np.full(6, np.nan), sets)
    for figure in (evidence.rho, evidence.se, evidence.relation, evidence.unrelated):
        assert np.all(np.isfinite(figure))


def test_normal_scores_are_means_of_a_cut_normal_variable() -> None:
    counts = np.array([[10.0, 30.0, 40.0, 20.0]])
    scores = normal_scores(counts, np.array([[0, 1, 2, 3], [3, 1, 2, 0]]))
    cuts = stats.norm.ppf([0, 0.1, 0.4, 0.8, 1])
    for option in range(4):
        low, high = cuts[option], cuts[option + 1]
        mean = integrate.quad(lambda x: x * stats.norm.pdf(x), low, high)[0] / counts[0, option] * 100
        assert scores[0, 0, option] == pytest.approx(mean, abs=1e-9)
    assert scores[1, 0, 3] < scores[1, 0, 1] < scores[1, 0, 2] < scores[1, 0, 0]
    close(np.einsum("hkc,kc->hk", scores, counts), np.zeros((2, 1)), 1e-9)


def test_order_evidence_is_an_average_of_normal_likelihoods() -> None:
    counts, means = np.array([[15.0, 40.0, 35.0]]), np.array([[-0.7, 0.1, 0.4]])
    scores = normal_scores(counts, np.array([[0, 1, 2]]))
    n = counts[0] ** 2 / (counts[0] + 2)  # as by WIDE, with its figures below
    squares = scores[0, 0] ** 2
    curve = squares - np.average(squares, weights=counts[0])
    curve /= math.sqrt(np.average(curve**2, weights=counts[0]))
    likelihoods = []
    for slope in np.linspace(0.04, 0.92, 12):
        covariance = np.diag((1 - slope**2) / n + (0.2 * slope) ** 2) + 0.35**2 * np.outer(curve, curve)
        likelihoods.append(stats.multivariate_normal.pdf(means[0], slope * scores[0, 0], covariance))
    reference = np.prod(stats.norm.pdf(means[0], 0, np.sqrt(1 / n)))
    expected = math.log10(np.mean(likelihoods) / reference)
    assert order_evidence(means, counts, scores)[0, 0] == pytest.approx(expected, abs=1e-9)


def test_range_evidence_of_strays_is_beta_binomial() -> None:
    scale = ResponseScale(minimum=1, maximum=5)
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 7.0])
    positions = np.array([[0, 1, 2, 3, 4]] * 20 + [[0, 1, 2, 3, 5]])
    printed = range_fits(values, positions, ways_of_storing(scale), scale)[0]
    expected = (betaln(1 + 1, 199 + 104) - betaln(1, 199)) / math.log(10)
    assert printed.log10 == printed.log10_of_errors == pytest.approx(expected)
    assert (printed.n_strays, printed.codes, printed.unused) == (1, (), ())


def test_ways_of_storing_drop_what_is_the_same() -> None:
    names = [way.hypothesis for way in ways_of_storing(ResponseScale(minimum=0, maximum=4))]
    assert names == ["as printed", "stored from 1"]
    scored = ResponseScale(minimum=1, maximum=3, scores={1: 0, 2: 8, 3: 4})
    assert ways_of_storing(scored)[-1].options == {0: 1, 8: 2, 4: 3}


def test_spike_evidence_rises_with_the_count() -> None:
    ratios = [spike_evidence(count, [20, 20]) for count in (20, 40, 80, 300)]
    assert ratios == sorted(ratios) and ratios[0] <= 0 < ratios[-1] <= 2
