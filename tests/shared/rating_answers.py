"""Ratings of persons by raters, their intraclass correlations by loops, and dense likelihoods."""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy import stats

NO = math.nan
FORMS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")


def ratings(n, k, seed, sds=(1.5, 0.7, 1), gaps=0.0):
    chance = np.random.default_rng(seed)
    person, rater, rest = (
        sd * chance.normal(size=size) for sd, size in zip(sds, ((n, 1), (1, k), (n, k)), strict=True)
    )
    return np.where(chance.random((n, k)) < gaps, NO, 3 + person + rater + rest)


def naive_icc(x, level=0.95):
    """Estimate, p and interval of each form by loops over the formulas of Shrout and Fleiss (1979)."""
    (n, k), grand = x.shape, sum(map(sum, x)) / x.size
    rows, columns = [sum(row) / k for row in x], [sum(column) / n for column in x.T]
    b = k * sum((m - grand) ** 2 for m in rows) / (n - 1)
    w = sum((x[i, j] - rows[i]) ** 2 for i in range(n) for j in range(k)) / (n * (k - 1))
    r = n * sum((m - grand) ** 2 for m in columns) / (k - 1)
    e = sum((x[i, j] - rows[i] - columns[j] + grand) ** 2 for i in range(n) for j in range(k))
    e /= (n - 1) * (k - 1)
    single = [(b - w) / (b + (k - 1) * w), (b - e) / (b + (k - 1) * e + k * (r - e) / n)]
    values = [*single, (b - e) / (b + (k - 1) * e), (b - w) / b, (b - e) / (b + (r - e) / n), (b - e) / b]
    df_within, df_error = n * (k - 1), (n - 1) * (k - 1)
    ends = intervals((b, w, r, e), n, k, k, (n - 1, k - 1, df_within, df_error), values[1], level)
    p = [stats.f.sf(b / w, n - 1, df_within), *[stats.f.sf(b / e, n - 1, df_error)] * 2] * 2
    return {name: (values[i], p[i], *ends[i]) for i, name in enumerate(FORMS)}


def dense_reml(x, person, rater, residual):
    """-2 times the restricted log likelihood of ratings with gaps, with V written out."""
    p, r = np.nonzero(~np.isnan(x))
    y, one = x[p, r], np.ones(len(p))
    v = person * (p[:, None] == p) + rater * (r[:, None] == r) + residual * np.eye(len(p))
    inverse = np.linalg.inv(v)
    weight = one @ inverse @ one
    rest = y - one @ inverse @ y / weight
    constant = (len(y) - 1) * math.log(2 * math.pi)
    return np.linalg.slogdet(v)[1] + math.log(weight) + rest @ inverse @ rest + constant


def assert_at_a_maximum(deviance, found, total):
    """No step along any axis or anywhere else lowers the deviance."""
    best, chance = deviance(*found), np.random.default_rng(1)
    steps = [*np.eye(len(found)), *-np.eye(len(found)), *chance.normal(size=(12, len(found)))]
    for size, step in itertools.product((1e-4, 1e-2, 0.2), steps):
        moved = np.maximum(found + size * total * step, [0] * (len(found) - 1) + [1e-3 * total])
        assert deviance(*moved) >= best - 1e-7, (found, moved)


def intervals(squares, n, k, n_raters, df, agreement, level):
    """Intervals of the six forms from mean squares, n ratings by each rater and k of each person."""
    (b, w, r, e), (df_between, df_raters, df_within, df_error) = squares, df
    quantile = lambda *df: stats.f.ppf((1 + level) / 2, *df)
    one_way = lambda f, df: [
        (end - 1) / (end + k - 1) for end in (f / quantile(df_between, df), f * quantile(df, df_between))
    ]
    mine, theirs = k * agreement * r / e, n * (1 + (k - 1) * agreement) - k * agreement
    v = (mine + theirs) ** 2 / (mine**2 / df_raters + theirs**2 / df_error)
    low, high, rest = quantile(df_between, v), quantile(v, df_between), k * r + (k * n - k - n) * e
    two = [n * (b - low * e) / (low * rest + n * b), n * (high * b - e) / (rest + n * high * b)]
    single = [one_way(b / w, df_within), two, one_way(b / e, df_error)]
    return single + [[n_raters * end / (1 + (n_raters - 1) * end) for end in pair] for pair in single]
