"""Couples' answers, simulated with known error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from intimacy_scales.dyads import Dyads
from tests.shared.instruments import PUBLISHED, form_of

Floats = NDArray[np.float64]


def paired(x: Any, scales: Any = None, *, role: bool = True, low: float = 1, high: float = 7) -> Dyads:
    """Return couples with these answers (n, 2, k) to items q1, q2 …; by default one scale of all of them."""
    answers = np.asarray(x, dtype=float)
    items = [f"q{n + 1}" for n in range(answers.shape[2])]
    form = form_of(scales or {"a": " ".join(items)}, items=items, low=low, high=high, evidence=PUBLISHED)
    table = pd.DataFrame(
        {f"{item}_{p}": answers[:, n, i] for n, p in enumerate("wh") for i, item in enumerate(items)}
    )
    return Dyads.from_wide(form, table, columns={"w": "{item}_w", "h": "{item}_h"}, role=role)


def swapped(x: Floats, seed: int = 0) -> Floats:
    """Return answers (n, 2, k) with the partners of about half of the couples swapped."""
    turned = x.copy()
    chosen = np.random.default_rng(seed).random(len(x)) < 0.5
    turned[chosen] = turned[chosen][:, ::-1]
    return turned


def population(k: int, *, shared: float, correlation: float = 0.6) -> Floats:
    """Return the covariances (2k, 2k) of items with unequal loadings and correlated residuals.

    Loadings fall from 1.2 to 0.8, residual variances rise from 0.6 to 1, and the residuals of the same item
    have the covariance ``shared`` across partners. Both partners have the same parameters.
    """
    loadings, residuals = np.linspace(1.2, 0.8, k), np.linspace(0.6, 1.0, k)
    within = np.outer(loadings, loadings) + np.diag(residuals)
    across = correlation * np.outer(loadings, loadings) + shared * np.eye(k)
    return np.block([[within, across], [across, within]])


def normal_couples(n: int, k: int, *, shared: float, seed: int = 1) -> Floats:
    """Return answers (n, 2, k) drawn from `population`, on a fine grid from 0 to 100."""
    root = np.linalg.cholesky(population(k, shared=shared))
    drawn = np.random.default_rng(seed).standard_normal((n, 2 * k)) @ root.T
    answers: Floats = np.clip(np.rint(50 + 8 * drawn), 0, 100).reshape(n, 2, k)
    return answers
