"""Two-level factor models by maximum likelihood: occasions in persons (arrays only)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.numerics.ties import directions, eigenvectors
from intimacy_scales.reliability.diary.two_level.likelihood import ClusterMoments, Floats
from intimacy_scales.reliability.diary.two_level.search import LOWEST, CovarianceModel, maximize
from intimacy_scales.results.frozen import freeze

_VANISHED = 1e-5  # standardized loadings of a factor that explains nothing: what is left of them is rounding


def _by_loading(loadings: Floats) -> Floats:
    """Return the derivatives of ``l l'`` (k, k, k)."""
    half = np.eye(len(loadings))[:, :, None] * loadings
    both: Floats = half + half.transpose(0, 2, 1)
    return both


def _by_residual(k: int) -> Floats:
    eye = np.eye(k)
    squares: Floats = eye[:, :, None] * eye[:, None]
    return squares


def _one_factor(covariances: Floats, least: Floats) -> tuple[Floats, Floats]:
    """Return rough loadings, with a positive sum, and residual variances above a least one."""
    reduced = covariances - np.diag(np.diag(covariances))
    np.fill_diagonal(reduced, np.abs(reduced).max(axis=0))
    values, vectors = eigenvectors(reduced)
    loadings = vectors[:, -1] * math.sqrt(max(values[-1], float(least.mean())))
    loadings *= directions(loadings[:, None])
    return loadings, np.maximum(np.diag(covariances) - loadings**2, least)


class _FactorModel(CovarianceModel):
    """One factor at each level: loadings and residual variances within, then between."""

    def matrices(self, theta: Floats) -> tuple[Floats, Floats]:
        a, u, b, v = np.split(theta, 4)
        return np.outer(a, a) + np.diag(u), np.outer(b, b) + np.diag(v)

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        a, _, b, _ = np.split(theta, 4)
        residual, none = _by_residual(self.k), np.zeros((2 * self.k, self.k, self.k))
        within = np.concatenate([_by_loading(a), residual, none])
        return within, np.concatenate([none, _by_loading(b), residual])

    def starts(self, data: ClusterMoments) -> list[Floats]:
        inside = np.diag(data.within)
        least = 0.1 * np.maximum(np.diag(data.between), 0.1 * inside)
        a, u = _one_factor(data.within, 0.2 * inside)
        b, v = _one_factor(data.between, least)
        like_within = a * math.sqrt(float(b @ b) / float(a @ a))
        other = np.maximum(np.diag(data.between) - like_within**2, least)
        return [np.concatenate([a, u, b, v]), np.concatenate([a, u, like_within, other])]

    def units(self, sds: Floats) -> Floats:
        return np.concatenate([sds, sds**2, sds, sds**2])

    def lowest(self, *, nonnegative: bool) -> Floats:
        of_loadings, of_residuals = np.full(self.k, -np.inf), np.full(self.k, 0.0 if nonnegative else LOWEST)
        return np.concatenate([of_loadings, of_residuals] * 2)


class _EqualLoadingsModel(CovarianceModel):
    """The same loadings at both levels: these, residuals within, the factor's variance between, residuals."""

    def _parts(self, theta: Floats) -> tuple[Floats, Floats, float, Floats]:
        k = self.k
        return theta[:k], theta[k : 2 * k], float(theta[2 * k]), theta[2 * k + 1 :]

    def matrices(self, theta: Floats) -> tuple[Floats, Floats]:
        a, u, variance, v = self._parts(theta)
        return np.outer(a, a) + np.diag(u), variance * np.outer(a, a) + np.diag(v)

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        a, _, variance, _ = self._parts(theta)
        k, loading, residual = self.k, _by_loading(a), _by_residual(self.k)
        within = np.concatenate([loading, residual, np.zeros((k + 1, k, k))])
        between = [variance * loading, np.zeros((k, k, k)), np.outer(a, a)[None], residual]
        return within, np.concatenate(between)

    def starts(self, data: ClusterMoments) -> list[Floats]:
        a, u, b, v = np.split(_FactorModel(self.k).starts(data)[1], 4)
        return [np.concatenate([a, u, [float(b @ b) / float(a @ a)], v])]

    def units(self, sds: Floats) -> Floats:
        return np.concatenate([sds, sds**2, [1.0], sds**2])

    def lowest(self, *, nonnegative: bool) -> Floats:
        lowest = np.full(3 * self.k + 1, -np.inf)
        lowest[self.k :] = 0.0 if nonnegative else LOWEST
        return lowest


class _SaturatedModel(CovarianceModel):
    """Two covariance matrices without structure: the lower triangles of W and B, row by row."""

    def matrices(self, theta: Floats) -> tuple[Floats, Floats]:
        lower = np.tril_indices(self.k)
        both = np.zeros((2, self.k, self.k))
        both[:, lower[0], lower[1]] = both[:, lower[1], lower[0]] = theta.reshape(2, -1)
        return both[0], both[1]

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        rows, columns = np.tril_indices(self.k)
        p, which = len(theta), np.arange(len(rows))
        both = np.zeros((2, p, self.k, self.k))
        for level in (0, 1):
            both[level, which + level * len(rows), rows, columns] = 1
            both[level, which + level * len(rows), columns, rows] = 1
        return both[0], both[1]

    def starts(self, data: ClusterMoments) -> list[Floats]:
        values, vectors = np.linalg.eigh(data.between)
        between = vectors * np.maximum(values, 0.01 * np.diag(data.within).mean()) @ vectors.T
        lower = np.tril_indices(self.k)
        return [np.concatenate([data.within[lower], between[lower]])]

    def units(self, sds: Floats) -> Floats:
        square = np.outer(sds, sds)[np.tril_indices(self.k)]
        return np.concatenate([square, square])


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevelFit:
    """A two-level model at its maximum.

    Attributes
    ----------
    within, between
        (k, k): covariances that the model implies.
    mean, mean_covariance
        (k,) and (k, k): of all occasions, and its sampling covariances.
    theta, covariance
        (p,) and (p, p): parameters in the model's order, and their sampling covariances from the expected
        information; nan where the answers do not determine them.
    log_likelihood
        Of all answers.
    n_parameters
        p, and k means.
    n_iterations, method
        Steps, and whether Fisher ``scoring`` was enough or ``newton`` had to follow.
    """

    within: Floats
    between: Floats
    mean: Floats
    mean_covariance: Floats
    theta: Floats
    covariance: Floats
    log_likelihood: float
    n_parameters: int
    n_iterations: int
    method: str

    def __post_init__(self) -> None:
        freeze(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevelFactor(TwoLevelFit):
    """A two-level model of one factor at each level.

    Attributes
    ----------
    loadings_within, residuals_within, loadings_between, residuals_between
        (k,): loadings with positive sum, and residual variances.
    between_variance
        Variance of the factor between persons, with that within persons as 1; 1 where loadings differ.

    Notes
    -----
    ``theta`` holds the first four in this order; with equal loadings these once, the residual variances
    within, the variance between, and the residual variances between.
    """

    loadings_within: Floats
    residuals_within: Floats
    loadings_between: Floats
    residuals_between: Floats
    between_variance: float


def _fit(data: ClusterMoments, model: CovarianceModel, *, nonnegative: bool = False) -> dict[str, Any]:
    """Return the fields of a fit, in the items' own units."""
    sds = data.sds
    found = maximize(data.divided_by(sds), model, nonnegative=nonnegative)
    units, square = model.units(sds), np.outer(sds, sds)
    within, between = (matrix * square for matrix in model.matrices(found.theta))
    axes = np.linalg.inv(found.point.axes) * sds[:, None]
    return {
        "within": within,
        "between": between,
        "mean": found.point.mean * sds,
        "mean_covariance": axes / found.point.mean_weights @ axes.T,
        "theta": found.theta * units,
        "covariance": found.covariance * np.outer(units, units),
        "log_likelihood": -found.point.deviance / 2 - data.n * float(np.log(sds).sum()),
        "n_parameters": len(found.theta) + len(sds),
        "n_iterations": found.n_iterations,
        "method": found.method,
    }


def _turned(fields: dict[str, Any], blocks: list[Floats]) -> None:
    """Turn parameters round whose block of loadings has a negative sum."""
    signs = np.concatenate([np.repeat(directions(b[:, None]), len(b)) for b in blocks])
    fields["theta"] = fields["theta"] * signs
    fields["covariance"] = fields["covariance"] * np.outer(signs, signs)


def fit_saturated(data: ClusterMoments) -> TwoLevelFit:
    """Fit covariance matrices without structure within and between persons.

    Raises
    ------
    NotConvergedError
        The search did not settle.

    Notes
    -----
    The matrix between persons may be one that belongs to no population, as long as the means of persons
    with as many occasions as are there have positive variances; otherwise a factor model with a
    negative residual variance could be more likely than this. (lavaan's keeps within.)

    Examples
    --------
    >>> from intimacy_scales.reliability.diary.two_level.likelihood import cluster_moments
    >>> y = np.random.default_rng(1).normal(size=(60, 2))
    >>> fit_saturated(cluster_moments(y, np.repeat(np.arange(20), 3))).n_parameters
    8
    """
    return TwoLevelFit(**_fit(data, _SaturatedModel(len(data.within))))


def fit_two_level(
    data: ClusterMoments, *, equal_loadings: bool = False, nonnegative: bool = False
) -> TwoLevelFactor:
    """Fit one factor within and one between persons.

    Parameters
    ----------
    data
        From `cluster_moments`; at least three items.
    equal_loadings
        Whether an item has the same loading at both levels, so that the factor is the same variable;
        its variance between persons is then free, that within is 1.
    nonnegative
        Whether residual variances (and the variance of the factor between) are held at 0 or above.

    Raises
    ------
    NotConvergedError
        The search did not settle; the message says what to try.

    Notes
    -----
    ``W = l_w l_w' + diag(t_w)`` and ``B = l_b l_b' + diag(t_b)``. Otherwise residual variances are only
    kept where the likelihood is defined, and may come out negative (Heywood cases).

    Examples
    --------
    >>> from intimacy_scales.reliability.diary.two_level.likelihood import cluster_moments
    >>> rng, who = np.random.default_rng(1), np.repeat(np.arange(100), 6)
    >>> factor = rng.normal(size=(100, 1))[who] + rng.normal(size=(600, 1))
    >>> y = factor + rng.normal(size=(100, 4))[who] / 2 + rng.normal(size=(600, 4))
    >>> bool(np.all(abs(fit_two_level(cluster_moments(y, who)).loadings_within - 1) < 0.2))
    True
    """
    k = len(data.within)
    model = _EqualLoadingsModel(k) if equal_loadings else _FactorModel(k)
    fields = _fit(data, model, nonnegative=nonnegative)
    if equal_loadings:
        _turned(fields, [fields["theta"][:k], np.ones(2 * k + 1)])
        a, u, v = (fields["theta"][part] for part in (slice(k), slice(k, 2 * k), slice(2 * k + 1, None)))
        b, variance = a.copy(), float(fields["theta"][2 * k])
    else:
        a, u, b, v = np.split(fields["theta"], 4)
        for loadings in (a, b):  # parts of theta
            if np.all(np.abs(loadings) <= _VANISHED * data.sds):
                loadings[:] = 0.0
        _turned(fields, [a, np.ones(k), b, np.ones(k)])
        a, u, b, v = (part.copy() for part in np.split(fields["theta"], 4))
        variance = 1.0
    return TwoLevelFactor(
        **fields,
        loadings_within=a,
        residuals_within=u,
        loadings_between=b,
        residuals_between=v,
        between_variance=variance,
    )
