"""Normal answers of persons on occasions, as arrays and as tables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from intimacy_scales.reliability.diary.diary_omega import two_level_omega
from tests.shared.instruments import form_of

LOADINGS = np.array([0.9, 0.7, 1.1, 0.8])


def drawn(n_persons, sizes, within, between, seed=1):
    """Normal answers (n, k) with these covariances, and who gave each."""
    chance = np.random.default_rng(seed)
    who = np.repeat(np.arange(n_persons), np.resize(sizes, n_persons))
    k = len(within)
    roots = [np.linalg.cholesky(matrix) for matrix in (within, between)]
    persons = chance.normal(size=(n_persons, k)) @ roots[1].T
    return chance.normal(size=(len(who), k)) @ roots[0].T + persons[who], who


def one_factor(loadings, residuals):
    return np.outer(loadings, loadings) + np.diag(np.broadcast_to(residuals, len(loadings)))


def sample(n_persons=40, sizes=(1, 3, 5, 8), seed=1, between=LOADINGS):
    return drawn(n_persons, sizes, one_factor(LOADINGS, 0.8), one_factor(between, 0.3), seed)


def two_level_form(keys, low=0, high=1000, **scales):
    """Return a form of scales of these keys, and one of all of them."""
    named = {s: " ".join(k) for s, k in ({"all": keys} | scales).items()}
    return form_of(named, low=low, high=high, id="d", title="D")


def diary(y, who, **more):
    """Whole numbers from 0 to 1000 in a table."""
    values = np.clip(np.rint(500 + 60 * y), 0, 1000)
    return pd.DataFrame(values, columns=[f"q{i}" for i in range(y.shape[1])]).assign(person=who, **more)


def omega(table, keys=None, **options):
    items = keys or [name for name in table.columns if name.startswith("q")]
    return two_level_omega(two_level_form(items), table, **({"person": "person"} | options))


def sums_of(result):
    return [float(c) for c in result.coefficients.values()]
