"""Means and covariances of incomplete answers: estimated where they are determined, soon given up if not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.factor.confirmatory.estimation import likelihood, reference_models
from intimacy_scales.factor.confirmatory.estimation.mean_covariance import MeanCovariance, mean_covariance_of
from intimacy_scales.factor.reading import of_rows
from intimacy_scales.factor.sample import Floats


def moments_of_rows(rows: Floats) -> MeanCovariance:
    """Return the moments of rows of four variables."""
    return mean_covariance_of(of_rows(rows, ("a", "b", "c", "d"), "fiml"), with_means=True)


def incomplete(n: int, missing: float, seed: int) -> Floats:
    """Return correlated answers to four variables (n, 4), a share of them missing at random."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, 1)) + 0.5 * rng.normal(size=(n, 4))
    rows[rng.random(rows.shape) < missing] = np.nan
    return rows[~np.isnan(rows).all(axis=1)]


def test_covariances_that_are_not_determined_are_soon_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The likelihood of these answers has no maximum; each step gains as much as the one before."""
    calls = 0

    def counted(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        return likelihood.fitted(*arguments)

    monkeypatch.setattr(reference_models, "fitted", counted)
    refused = 0
    for seed in range(20):
        rows = incomplete(9, 0.25, seed)
        calls = 0
        try:
            reference_models.saturated(moments_of_rows(rows))
        except NotConvergedError:
            refused += 1
            assert calls < 2600
    assert refused > 5


@pytest.mark.parametrize("missing", [0.3, 0.6, 0.75])
def test_covariances_of_many_missing_answers_are_estimated_all_the_same(missing: float) -> None:
    for seed in range(4):
        moments = moments_of_rows(incomplete(400, missing, seed))
        saturated = reference_models.saturated(moments)
        fit = likelihood.fitted(moments, saturated.covariances, saturated.means)
        assert fit is not None
        assert np.abs(fit.weights).max() < 1e-5  # derivatives are 0 at a maximum
