"""Regression of a mean and of the logarithm of a standard deviation, by maximum likelihood (arrays only).

``y = X beta + sd e`` with ``log sd = Z gamma``. The information of both parts is independent, so that beta is
found by weighted least squares and gamma by Fisher scoring, in turn (Aitkin, 1987; Smyth, 1989).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError, NotConvergedError
from intimacy_scales.numerics.tolerances import LOG_LIKELIHOOD, NO_VARIANCE

Floats = NDArray[np.float64]

_MOST_STEPS, _MOST_HALVINGS = 500, 40
_VANISHED = 12.0  # of log sd: one that is lower than the common one by more goes to 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A fitted model.

    Attributes
    ----------
    beta, gamma
        Coefficients of the mean (p,) and of the log sd (q,).
    mean, sd
        (n,): of each person.
    log_likelihood
        Of the normal distribution, with all constants.
    """

    beta: Floats
    gamma: Floats
    mean: Floats
    sd: Floats
    log_likelihood: float


def powers(standardized: Floats, degrees: tuple[int, ...]) -> Floats:
    """Return a constant and the powers of each covariate (n, 1 + sum of degrees).

    Parameters
    ----------
    standardized
        (n, k): covariates with mean 0 and standard deviation 1.
    degrees
        Highest power of each.
    """
    columns = [np.ones(len(standardized))]
    for column, degree in zip(standardized.T, degrees, strict=True):
        columns += [column**power for power in range(1, degree + 1)]
    return np.column_stack(columns)


def fit(y: Floats, x: Floats, z: Floats) -> Fitted:
    """Return the estimates of maximum likelihood.

    Parameters
    ----------
    y
        (n,): scores.
    x, z
        (n, p) and (n, q): predictors of the mean and of the log sd, each with a constant first.

    Raises
    ------
    EstimationError
        All persons lie on the curve.
    NotConvergedError
        The search does not end, as where some persons lie exactly on the curve.
    """
    gamma = np.zeros(z.shape[1])
    beta = _weighted(y, x, np.ones(len(y)))
    square = float(np.mean((y - x @ beta) ** 2))
    if square <= NO_VARIANCE * float(np.mean((y - y.mean()) ** 2)):
        raise EstimationError("the covariates determine the scores exactly, so that nothing is left to norm")
    gamma[0] = start = 0.5 * math.log(square)
    reached = _log_likelihood(y - x @ beta, z @ gamma)
    cross = z.T @ z
    for _ in range(_MOST_STEPS):
        ratio = ((y - x @ beta) / np.exp(z @ gamma)) ** 2
        step = np.linalg.solve(cross, z.T @ (ratio - 1)) / 2
        for _ in range(_MOST_HALVINGS):
            new_gamma = gamma + step
            new_beta = _weighted(y, x, np.exp(-z @ new_gamma))
            new = _log_likelihood(y - x @ new_beta, z @ new_gamma)
            if new >= reached - LOG_LIKELIHOOD * len(y):
                break
            step = step / 2
        beta, gamma, reached = new_beta, new_gamma, new
        if float((z @ gamma).min()) < start - _VANISHED:
            break
        if np.abs(step).max() < 1e-10:
            return Fitted(beta=beta, gamma=gamma, mean=x @ beta, sd=np.exp(z @ gamma), log_likelihood=reached)
    raise NotConvergedError(
        "the regression of the standard deviation did not converge: it goes to 0 or grows without bound for "
        "some persons; leave covariates out of spread=, or choose a lower degree"
    )


def _weighted(y: Floats, x: Floats, root_weight: Floats) -> Floats:
    """Return least squares with the square roots of weights (n,)."""
    beta = np.linalg.lstsq(x * root_weight[:, None], y * root_weight, rcond=None)[0]
    return np.asarray(beta, dtype=np.float64)


def _log_likelihood(residual: Floats, log_sd: Floats) -> float:
    """Return the normal log-likelihood."""
    squares = (residual * np.exp(-log_sd)) ** 2
    return float(-0.5 * len(residual) * math.log(2 * math.pi) - np.sum(log_sd) - 0.5 * np.sum(squares))


def bread(x: Floats, z: Floats, sd: Floats) -> Floats:
    """Return the inverse of the information of all coefficients (p + q, p + q)."""
    scaled = x / sd[:, None]
    p, q = x.shape[1], z.shape[1]
    inverse = np.zeros((p + q, p + q))
    inverse[:p, :p] = np.linalg.inv(scaled.T @ scaled)
    inverse[p:, p:] = np.linalg.inv(2 * z.T @ z)
    return inverse


def influences(y: Floats, x: Floats, z: Floats, fitted: Fitted) -> Floats:
    """Return each person's influence on the coefficients (n, p + q): the bread times their score.

    The sum of outer products, of persons or of sums over couples, is the robust covariance matrix of the
    coefficients (White, 1980; Liang & Zeger, 1986), which assumes neither normal residuals nor independent
    partners.
    """
    e = (y - fitted.mean) / fitted.sd
    scores = np.hstack([x * (e / fitted.sd)[:, None], z * (e**2 - 1)[:, None]])
    result: Floats = scores @ bread(x, z, fitted.sd)
    return result


def gradient(x: Floats, z: Floats, sd: Floats, standardized: Floats) -> Floats:
    """Return the derivatives of standardized residuals by all coefficients (n, p + q)."""
    result: Floats = np.hstack([-x / sd[:, None], -z * standardized[:, None]])
    return result


def mid_rank(value: float, residuals: Floats) -> float:
    """Return the share of residuals below a value, between two of them interpolated; persons at it half.

    Parameters
    ----------
    value
        A standardized residual.
    residuals
        (n,): rising.
    """
    distinct, first, counts = np.unique(residuals, return_index=True, return_counts=True)
    shares = (first + counts / 2) / len(residuals)
    return float(np.interp(value, distinct, shares))


def density(value: float, residuals: Floats) -> float:
    """Return a kernel estimate of the density of residuals at a value (Silverman, 1986, equation 3.31)."""
    quarters = np.quantile(residuals, [0.25, 0.75])
    spread = min(float(residuals.std(ddof=1)), float(quarters[1] - quarters[0]) / 1.34)
    width = 0.9 * (spread if spread > 0 else float(residuals.std(ddof=1))) * len(residuals) ** -0.2
    kernels = np.exp(-0.5 * ((value - residuals) / width) ** 2)
    return float(np.mean(kernels)) / float(width) / math.sqrt(2 * math.pi)


def rank_variance(
    z_value: float,
    at: Floats,
    residuals: Floats,
    of_sample: Floats,
    influence: Floats,
    units: NDArray[np.intp],
) -> float:
    """Return the variance of an empirical percentile rank, as a share.

    By the delta method: the rank of a person is the share of residuals below theirs, both of which move with
    the coefficients; ``influence = 1(e_i <= z) - rank + f(z) (g - mean of g_i)' influence_i n`` with g the
    derivatives of the person's residual and g_i those of a residual of z at each person's covariates.

    Parameters
    ----------
    z_value, at
        The standardized residual, and its derivatives by the coefficients (p + q,).
    residuals, of_sample
        (n,): standardized residuals; (p + q,): mean of their derivatives at ``z_value``.
    influence, units
        (n, p + q): of each person on the coefficients; (n,): the couple of each, as a number from 0.
    """
    n = len(residuals)
    share = float(np.mean(residuals <= z_value))
    parts = (residuals <= z_value) - share
    parts = parts / n + density(z_value, np.sort(residuals)) * (influence @ (at - of_sample))
    sums = np.bincount(units, weights=parts)
    return float(np.sum(sums**2)) * len(sums) / max(1, len(sums) - 1)
