"""Answers whose factors are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import hadamard

NAN = np.nan


def good(n: int, k: int, seed: int = 0, gaps: float = 0.0, *, together: float = 1.0, high: int = 7) -> Any:
    """Answers from 1 to 7, or another end, that go together; gaps: the share that is missing."""
    chance = np.random.default_rng(seed)
    x = (1 + high) / 2 + chance.normal(size=(n, k)) + together * chance.normal(size=(n, 1))
    return np.where(chance.random((n, k)) < gaps, NAN, np.clip(np.rint(x), 1, high))


def parts(n: int, sizes: tuple[int, ...], r: float = 0.5, seed: int = 0, *, gaps: float = 0.0) -> Any:
    """Answers from 1 to 7 to several scales whose factors correlate r."""
    chance, m = np.random.default_rng(seed), len(sizes)
    root = np.linalg.cholesky(np.full((m, m), r) + (1 - r) * np.eye(m))
    factors = np.repeat(chance.normal(size=(n, m)) @ root.T, sizes, axis=1)
    x = np.clip(np.rint(4 + 1.2 * factors + chance.normal(size=factors.shape)), 1, 7)
    return np.where(chance.random(x.shape) < gaps, NAN, x)


def exact(weights: Any) -> Any:
    """Whole numbers (64, k) whose covariance matrix is ``weights @ weights.T``, divided by n.

    Weights (k, m) are of unobserved variables that are uncorrelated in these 64 persons, each 1 or -1.
    """
    w = np.array(weights)
    return hadamard(64)[:, 1 : 1 + w.shape[1]] @ w.T


def table(seed: int = 1, n: int = 200, gaps: float = 0.0) -> pd.DataFrame:
    """Numbers x1 to x6, three for each of two factors that correlate."""
    rng = np.random.default_rng(seed)
    true = (rng.normal(size=(n, 1)) + rng.normal(size=(n, 2))).repeat(3, axis=1)
    x = 0.6 * true + rng.normal(size=(n, 6)) * 0.8 + 3
    x[rng.random(x.shape) < gaps] = np.nan
    return pd.DataFrame(x, columns=[f"x{i + 1}" for i in range(6)])
