"""A smooth distribution of scores, for percentile ranks from a sample (arrays only)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_DEGREES = 6
_STEPS = 200
_HALVINGS = 40
_SETTLED = 1e-10


def _basis(n_points: int, degree: int, ends: tuple[int, ...]) -> Floats:
    """Return orthonormal functions of the points, without a constant (n_points, degree + ends)."""
    powers = np.vander(np.linspace(-1.0, 1.0, n_points), degree + 1, increasing=True)
    spikes = np.zeros((n_points, len(ends)))
    spikes[list(ends), range(len(ends))] = 1.0
    basis, _ = np.linalg.qr(np.column_stack([powers, spikes]))
    return basis[:, 1:]


def fit_loglinear(counts: Floats, degree: int, ends: tuple[int, ...] = ()) -> tuple[Floats, float] | None:
    """Fit log-linear frequencies whose exponent is a polynomial of the score.

    The fitted distribution has the sample's mean, variance … up to the moment of that degree
    (Holland & Thayer, 1987), and the sample's own share at each end that is named.

    Parameters
    ----------
    counts
        (n_points,): persons at each possible score.
    degree
        Of the polynomial.
    ends
        Points with a frequency of their own, such as ``(-1,)`` for persons at the ceiling.

    Returns
    -------
    (shares, deviance) or None
        (n_points,) shares that add up to 1, and twice the log-likelihood ratio to the sample;
        None where the likelihood has no maximum, as with persons at one score only.
    """
    n, basis = counts.sum(), _basis(len(counts), degree, ends)
    target = counts @ basis / n
    weights = np.zeros(basis.shape[1])
    shares, value = _shares(basis, weights), _objective(basis, weights, target)
    for _ in range(_STEPS):
        gradient = target - shares @ basis
        if np.abs(gradient).max() < _SETTLED:
            seen = counts > 0
            deviance = 2.0 * (counts[seen] * np.log(counts[seen] / (n * shares[seen]))).sum()
            return shares, float(deviance)
        centred = basis - shares @ basis
        information = (centred * shares[:, None]).T @ centred
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return None
        for _ in range(_HALVINGS):
            tried = _objective(basis, weights + step, target)
            if tried >= value:
                break
            step /= 2.0
        weights, value = weights + step, tried
        shares = _shares(basis, weights)
    return None


def _objective(basis: Floats, weights: Floats, target: Floats) -> float:
    """Return the log-likelihood per person, up to a constant."""
    exponent = basis @ weights
    top = exponent.max()
    return float(target @ weights - top - np.log(np.exp(exponent - top).sum()))


def _shares(basis: Floats, weights: Floats) -> Floats:
    exponent = basis @ weights
    shares: Floats = np.exp(exponent - exponent.max())
    shares /= shares.sum()
    return shares


def smooth_shares(counts: Floats) -> tuple[Floats, int]:
    """Return smooth shares of each possible score, and the degree of the polynomial.

    Degrees from 2 to 6, each with and without a frequency of its own for the lowest and the highest
    score, where many persons may stand; the lowest Akaike criterion chooses among these log-linear
    models, as Moses & Holland (2010) advise. Degree 0, with the sample's own shares, where none can
    be fitted.
    """
    reached = [end for end in (0, -1) if counts[end] > 0]
    best: tuple[float, Floats, int] | None = None
    for ends in {(), *((end,) for end in reached), tuple(reached)}:
        for degree in range(2, min(MOST_DEGREES, len(counts) - 1 - len(ends)) + 1):
            fitted = fit_loglinear(counts, degree, ends)
            if fitted is None:
                continue
            criterion = fitted[1] + 2.0 * (degree + len(ends))
            if best is None or criterion < best[0]:
                best = (criterion, fitted[0], degree)
    return (counts / counts.sum(), 0) if best is None else best[1:]


def percentile_ranks(scores: Floats, low: float, high: float, n_points: int) -> tuple[Floats, Floats, int]:
    """Return possible scores, their smoothed percentile ranks, and the degree of the polynomial.

    The percentile rank of a score is the percentage below it and half of the percentage at it.

    Parameters
    ----------
    scores
        (n_persons,), none missing. One between two possible scores, as skipped answers make them,
        counts as the nearer one.
    low, high
        Lowest and highest possible score.
    n_points
        Number of possible scores, evenly spaced.
    """
    points = np.linspace(low, high, n_points)
    places = np.rint((scores - low) / (high - low) * (n_points - 1)).astype(np.int64)
    counts = np.bincount(places, minlength=n_points).astype(np.float64)
    shares, degree = smooth_shares(counts)
    ranks = 100.0 * np.clip(np.cumsum(shares) - shares / 2.0, 0.0, 1.0)
    return points, ranks, degree
