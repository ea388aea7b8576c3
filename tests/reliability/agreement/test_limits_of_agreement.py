"""Limits of agreement of two occasions (Bland and Altman, 1986): R's quantiles, by hand, and warnings."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from intimacy_scales.reliability import test_retest as retest
from intimacy_scales.reliability.agreement.limits import exact_limit
from tests.shared.folders import REFERENCE

pytestmark = pytest.mark.filterwarnings("ignore::intimacy_scales.errors.IntimacyScalesWarning")


R = json.loads((REFERENCE / "interval_values.json").read_text())
Z = 1.959963984540054


@pytest.mark.parametrize(("n", "ends"), [*zip((10, 50, 300), R["limits"], strict=True)])
def test_limits_of_agreement_have_the_quantiles_of_r(n: int, ends: list[float]) -> None:
    """To 1e-6, as old versions of SciPy have quantiles of the noncentral t to 4e-7."""
    assert exact_limit(n, Z, 0.95) == pytest.approx(ends, rel=1e-6)


def test_limits_of_agreement_are_worked_by_hand() -> None:
    before, after = np.array([3, 5, 2, 4, 6, 1.0]), np.array([3, 4, 2, 5, 6, 2.0])
    found = retest(before, after).limits_of_agreement()
    change = after - before
    sd = change.std(ddof=1)
    assert (found.bias, found.sd) == pytest.approx((change.mean(), sd))
    assert [found.lower, found.upper] == pytest.approx([change.mean() - Z * sd, change.mean() + Z * sd])
    assert list(found.bias_interval) == pytest.approx(
        list(retest(before, after).confidence_interval(of="mean_change"))
    )
    assert found.lower in found.lower_interval
    assert found.upper in found.upper_interval
    assert found.upper_interval.high - found.bias == pytest.approx(found.bias - found.lower_interval.low)
    assert found.r_with_mean == pytest.approx(np.corrcoef(change, (before + after) / 2)[0, 1])
    assert "6 is too small" in found.warnings[0]
    assert found.to_frame().loc["upper", "high"] == found.upper_interval.high
    assert "Limits of agreement, 95%" in repr(found)


def test_differences_that_go_with_the_mean_are_told() -> None:
    rng = np.random.default_rng(1)
    before = rng.normal(size=100)
    found = retest(before, 2 * before + 0.1 * rng.normal(size=100)).limits_of_agreement()
    assert "one pair of limits does not suit" in found.warnings[0]
    normal = stats.norm.ppf((rng.permutation(100) + 0.5) / 100)
    steady = retest(before, before + normal * 0.1).limits_of_agreement(0.9, 0.8)
    assert steady.warnings == ()
    assert (steady.level, steady.lower_interval.confidence_level) == (0.9, 0.8)
