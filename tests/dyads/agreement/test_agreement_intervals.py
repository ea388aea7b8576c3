"""Intervals of agreement: closed forms by hand, and resampled couples by loops."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from intimacy_scales.dyads import partner_agreement
from intimacy_scales.dyads.agreement.figure_kinds import KINDS
from intimacy_scales.errors import EstimationError
from intimacy_scales.numerics.resampling import draw_counts
from intimacy_scales.reliability import intraclass_corr
from tests.shared.comparison import close, near
from tests.shared.couples import couples_of


def scores(n: int = 35, seed: int = 2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    drawn: np.ndarray = np.round([3.0, 3.4] + rng.normal(size=(n, 1)) + rng.normal(size=(n, 2)) * [1, 0.8], 1)
    return drawn


def double_entry(pairs: np.ndarray) -> float:
    both = np.concatenate([pairs, pairs[:, ::-1]])
    return float(np.corrcoef(both.T)[0, 1])


def form(name: str) -> Callable[[np.ndarray], float]:
    return lambda pairs: float(intraclass_corr(pairs, on_invalid="accept")[name])


def d_av(pairs: np.ndarray) -> float:
    return float((pairs[:, 0] - pairs[:, 1]).mean() / math.sqrt(pairs.var(axis=0, ddof=1).mean()))


NAIVE: dict[str, Callable[[np.ndarray], float]] = {
    "pearson_r": lambda pairs: float(np.corrcoef(pairs.T)[0, 1]),
    "icc": form("ICC(1,1)"),
    "double_entry_r": double_entry,
    "icc_couple_mean": form("ICC(1,k)"),
    "icc_agreement": form("ICC(2,1)"),
    "icc_consistency": form("ICC(3,1)"),
    "mean_difference": lambda pairs: float((pairs[:, 0] - pairs[:, 1]).mean()),
    "standardized_difference": d_av,
    "variance_ratio": lambda pairs: float(np.divide(*pairs.var(axis=0, ddof=1))),
}


def test_every_figure_has_a_naive_twin() -> None:
    assert list(NAIVE) == list(KINDS)


@pytest.mark.parametrize("name", NAIVE)
def test_resampled_couples(name: str) -> None:
    pairs, seed, n_resamples = scores(), 11, 120
    part = partner_agreement(couples_of(pairs, roles=True))["trust"]
    drawn = draw_counts(len(pairs), n_resamples, np.random.default_rng(seed))
    naive = [NAIVE[name](np.repeat(pairs, counts, axis=0)) for counts in drawn]
    near(part[name].estimate, NAIVE[name](pairs))
    interval = part.confidence_interval(0.9, "bootstrap", of=name, n_resamples=n_resamples, rng=seed)
    near(tuple(interval), np.quantile(naive, [0.05, 0.95]))
    assert (interval.method, interval.n) == ("bootstrap", 35)
    bca = part.confidence_interval(0.9, "bca", of=name, n_resamples=n_resamples, rng=seed)
    near(tuple(bca), naive_bca(np.array(naive), NAIVE[name], pairs, 0.9))
    again = part.confidence_interval(0.9, "bca", of=name, n_resamples=n_resamples, rng=seed)
    assert again == bca
    other = part.confidence_interval(0.9, "bca", of=name, n_resamples=n_resamples, rng=seed + 1)
    assert other != bca


def naive_bca(
    resampled: np.ndarray, value: Callable[[np.ndarray], float], pairs: np.ndarray, level: float
) -> list[float]:
    """Return Efron's (1987) interval."""
    left_out = np.array([value(np.delete(pairs, couple, axis=0)) for couple in range(len(pairs))])
    deviations = left_out.mean() - left_out
    acceleration = (deviations**3).sum() / (6 * (deviations**2).sum() ** 1.5)
    bias = stats.norm.ppf(np.mean(resampled < value(pairs)))
    ends = []
    for probability in ((1 - level) / 2, (1 + level) / 2):
        z = bias + stats.norm.ppf(probability)
        ends.append(float(np.quantile(resampled, stats.norm.cdf(bias + z / (1 - acceleration * z)))))
    return ends


def test_resamples_without_a_figure_are_left_out_or_too_many() -> None:
    pairs = np.array([[1, 2], [1, 3], [1, 5], [1, 4], [1, 2], [2, 2.5]])
    part = partner_agreement(couples_of(pairs, roles=True))["trust"]
    interval = part.confidence_interval(method="bootstrap", rng=1)
    assert "Pearson r is not defined in" in str(interval.reason)
    assert "more than 5 %" in str(interval.reason)


def test_fishers_z_of_couples_by_hand() -> None:
    pairs = scores()
    part, n = partner_agreement(couples_of(pairs))["trust"], len(pairs)
    z = math.atanh(part["icc"].estimate)
    half = stats.norm.ppf(0.975) / math.sqrt(n - 1.5)
    expected = math.tanh(z - half), math.tanh(z + half)
    close(tuple(part.confidence_interval(method="fisher-z")), expected)
    assert part["double_entry_r"].interval.method == "fisher-z"
    close(tuple(part["double_entry_r"].interval), expected)
    # the exact interval from F is nearly the same
    close(tuple(part["icc"].interval), expected, 0.01)


def test_pitmans_interval_holds_the_ratios_that_the_test_does_not_reject() -> None:
    pairs = scores()
    part = partner_agreement(couples_of(pairs, roles=True))["trust"]
    for end in part["variance_ratio"].interval:
        x, y = pairs[:, 0] / math.sqrt(end), pairs[:, 1]
        assert stats.pearsonr(x + y, x - y).pvalue == pytest.approx(0.05, rel=1e-6)


def test_lins_interval_by_hand() -> None:
    """Lin's (1989) formula as printed, with the correction of 2000."""
    pairs = scores()
    part, n = partner_agreement(couples_of(pairs, roles=True))["trust"], len(pairs)
    r, (m1, m2), (s1, s2) = part["pearson_r"].estimate, pairs.mean(axis=0), pairs.std(axis=0)
    u2 = (m1 - m2) ** 2 / (s1 * s2)
    c = 2 * r * s1 * s2 / (s1**2 + s2**2 + (m1 - m2) ** 2)
    assert c == pytest.approx(part["icc_agreement"].estimate, abs=0.02)  # a difference of order 1 / n
    b = c / r
    variance = (
        (1 - r**2) * b**2 / (1 - c**2)
        + 2 * b**3 * r**2 * (1 - c) * u2 / (1 - c**2) ** 2
        - b**4 * r**2 * u2**2 / (2 * (1 - c**2) ** 2)
    ) / (n - 2)
    half = stats.norm.ppf(0.975) * math.sqrt(variance)
    expected = math.tanh(math.atanh(c) - half), math.tanh(math.atanh(c) + half)
    close(tuple(part["icc_agreement"].interval), expected)


def test_bonetts_interval_of_d_by_hand() -> None:
    pairs = scores()
    part, df = partner_agreement(couples_of(pairs, roles=True))["trust"], len(pairs) - 1
    d, (v1, v2) = part["standardized_difference"].estimate, pairs.var(axis=0, ddof=1)
    r, s2 = np.corrcoef(pairs.T)[0, 1], (v1 + v2) / 2
    of_differences = v1 + v2 - 2 * r * math.sqrt(v1 * v2)
    variance = d**2 * (v1**2 + v2**2 + 2 * r**2 * v1 * v2) / (8 * df * s2**2) + of_differences / (df * s2)
    half = stats.norm.ppf(0.975) * math.sqrt(variance)
    close(tuple(part["standardized_difference"].interval), (d - half, d + half))
    assert part["standardized_difference"].standard_error == pytest.approx(math.sqrt(variance))


def test_options_of_intervals() -> None:
    part = partner_agreement(couples_of(scores(), roles=True))["trust"]
    for name, kind in KINDS.items():
        assert part[name].interval.method == kind.closed_forms[0]
        for method in kind.closed_forms:
            interval = part.confidence_interval(0.8, method, of=name)
            wider = part.confidence_interval(0.99, method, of=name)
            assert wider.low < interval.low < part[name].estimate < interval.high < wider.high
    with pytest.raises(EstimationError, match=r"method='Fisher-z' is not valid.*did you mean 'fisher-z'"):
        part.confidence_interval(method="Fisher-z")  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match="method='F' is not valid; allowed: 't', 'bootstrap', 'bca'"):
        part.confidence_interval(of="mean_difference", method="F")
    with pytest.raises(EstimationError, match="n_resamples=10 is not valid"):
        part.confidence_interval(method="bootstrap", n_resamples=10)
    with pytest.raises(EstimationError, match="rng='a' is not valid"):
        part.confidence_interval(method="bootstrap", rng="a")  # type: ignore[arg-type]
    three = partner_agreement(couples_of([[1, 2], [3, 3], [4, 6]], roles=True))["trust"]
    assert three["pearson_r"].interval.reason == "Fisher's z needs at least four couples"
