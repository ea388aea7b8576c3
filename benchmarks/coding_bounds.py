"""The best test of a planted fault: one that knows the loadings, the fault, and where it was planted."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr, ndtri

from benchmarks.coding_samples import ITEMS, Codes, Floats, Sample

LOADINGS = np.linspace(0.04, 0.92, 12)  # of an item whose loading is not known


def option_shares(counts: NDArray[Any], loading: float, nodes: Floats) -> Floats:
    """Return the share of each option at each value of the factor: (…, nodes, options)."""
    shares = (counts + 1e-9) / (counts + 1e-9).sum(axis=-1, keepdims=True)
    cuts = ndtri(np.clip(np.cumsum(shares, axis=-1), 0, 1))
    below = ndtr((cuts[..., None, :] - loading * nodes[:, None]) / np.sqrt(1 - loading**2))
    below[..., -1] = 1.0
    return np.diff(below, axis=-1, prepend=0.0)


def log_likelihood(codes: Codes, loadings: Floats, counts: Floats, missing: Floats | None = None) -> float:
    """Return the log likelihood of answers under the normal factor model, integrated over the factor.

    Parameters
    ----------
    codes
        (n, k) options from 0.
    loadings
        (k,).
    counts
        (k, options): counts from which thresholds follow.
    missing
        (k, options): share of answers that are a code for no answer, which is stored as that option.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    total = np.zeros((len(codes), len(nodes)))
    for item, loading in enumerate(loadings):
        options = option_shares(counts[item], loading, nodes)
        if missing is not None:
            options = options * (1 - missing[item].sum()) + missing[item]
        total += np.log(np.maximum(options, 1e-12)).T[codes[:, item]]
    return float(np.log(np.exp(total) @ (weights / weights.sum())).sum())


def counts_of(codes: Codes, n_options: int) -> Floats:
    """Return how often each option was given (k, options)."""
    return np.array([np.bincount(column, minlength=n_options) for column in codes.T], dtype=np.float64)


def odds_of_order(sample: Sample, stored: Codes) -> float:
    """Return log10 of the likelihood of the answers as given over that of the answers as stored."""
    k = sample.n_options
    pair = [log_likelihood(x, sample.loadings, counts_of(x, k)) for x in (sample.codes, stored)]
    return (pair[0] - pair[1]) / np.log(10)


def odds_of_any_order(sample: Sample, stored: Codes, item: int) -> float:
    """Return log10 odds of another order of an item's options, for one who knows the other loadings.

    The item's own loading is anywhere from 0 to 1, under each order; one in ten items is the one, and all
    orders are alike before the answers are seen.
    """
    k, sign = sample.n_options, np.sign(sample.loadings[item])
    others = [column for column in range(ITEMS) if column != item]
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    factor = np.log(weights)[None, :].repeat(len(stored), axis=0)
    for column in others:
        counts = np.bincount(stored[:, column], minlength=k)[None]
        shares = option_shares(counts, sample.loadings[column], nodes)[0]
        factor += np.log(np.maximum(shares, 1e-12)).T[stored[:, column]]
    factor = np.exp(factor - factor.max(axis=1, keepdims=True))
    factor /= factor.sum(axis=1, keepdims=True)  # of each person, by the other items
    persons = [factor[stored[:, item] == option].T for option in range(k)]
    orders = np.array(list(permutations(range(k))))  # the first is the printed one
    counts = np.bincount(stored[:, item], minlength=k)
    logs = np.zeros((len(LOADINGS), len(orders)))
    for at, loading in enumerate(LOADINGS):
        for part in np.array_split(np.arange(len(orders)), 1 + len(orders) // 1000):
            shares = option_shares(counts[orders[part]], sign * loading, nodes)
            of_value = np.take_along_axis(shares, np.argsort(orders[part], axis=1)[:, None, :], axis=2)
            for option, those in enumerate(persons):
                logs[at, part] += np.log(np.maximum(of_value[:, :, option] @ those, 1e-12)).sum(axis=1)
    by_order = logsumexp(logs, axis=0)
    mean = logsumexp(by_order[1:]) - np.log(len(orders) - 1)
    return float((mean - by_order[0]) / np.log(10) - np.log10(ITEMS))


def odds_of_missing(stored: Codes, loadings: Floats, n_options: int, code: int, share: float) -> float:
    """Return log10 of the likelihood of a missing code over that of answers like others."""
    counts = counts_of(stored, n_options)
    answered, missing = counts.copy(), np.zeros_like(counts)
    answered[:, code] = np.maximum(answered[:, code] - share * len(stored), 0.5)
    missing[:, code] = share
    with_code = log_likelihood(stored, loadings, answered, missing)
    return (with_code - log_likelihood(stored, loadings, counts)) / np.log(10)
