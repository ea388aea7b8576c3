"""Two-level factor models by maximum likelihood: occasions in persons (arrays only)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from intimacy_scales.numerics.ties import directions, eigenvectors
from intimacy_scales.numerics.tolerances import NO_LOADING
from intimacy_scales.reliability.diary.two_level.likelihood import ClusterMoments, Floats
from intimacy_scales.reliability.diary.two_level.search import LOWEST_RESIDUAL, CovarianceModel, maximize
from intimacy_scales.results.frozen import freeze


def _by_loading(loadings: Floats) -> Floats:
    """Return the derivatives of ``l l'`` by each loading, ``e_i l' + l e_i'`` (k, k, k)."""
    half = np.eye(len(loadings))[:, :, None] * loadings
    derivatives: Floats = half + half.transpose(0, 2, 1)
    return derivatives


def _by_residual(k: int) -> Floats:
    """Return the derivatives of ``diag(t)`` by each residual variance, ``e_i e_i'`` (k, k, k)."""
    eye = np.eye(k)
    derivatives: Floats = eye[:, :, None] * eye[:, None]
    return derivatives


def _principal_factor(covariances: Floats, least: Floats) -> tuple[Floats, Floats]:
    """Return rough loadings with a positive sum, and residual variances (k,) of at least ``least``.

    One principal factor, with each item's largest absolute covariance as its communality.
    """
    reduced = covariances - np.diag(np.diag(covariances))
    np.fill_diagonal(reduced, np.abs(reduced).max(axis=0))
    values, vectors = eigenvectors(reduced)
    loadings = vectors[:, -1] * math.sqrt(max(values[-1], float(least.mean())))
    loadings *= directions(loadings[:, None])
    return loadings, np.maximum(np.diag(covariances) - loadings**2, least)


class _FactorModel(CovarianceModel):
    """One factor at each level; parameters: loadings and residual variances within, then between."""

    def matrices(self, theta: Floats) -> tuple[Floats, Floats]:
        a, u, b, v = np.split(theta, 4)
        return np.outer(a, a) + np.diag(u), np.outer(b, b) + np.diag(v)

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        a, _, b, _ = np.split(theta, 4)
        residual, zeros = _by_residual(self.k), np.zeros((2 * self.k, self.k, self.k))
        within = np.concatenate([_by_loading(a), residual, zeros])
        return within, np.concatenate([zeros, _by_loading(b), residual])

    def starts(self, data: ClusterMoments) -> list[Floats]:
        """Return two starts: loadings from each level's covariances, and loadings between as within."""
        variances_within = np.diag(data.within)
        least = 0.1 * np.maximum(np.diag(data.between), 0.1 * variances_within)
        a, u = _principal_factor(data.within, 0.2 * variances_within)
        b, v = _principal_factor(data.between, least)
        proportional = a * math.sqrt(float(b @ b) / float(a @ a))
        its_residuals = np.maximum(np.diag(data.between) - proportional**2, least)
        return [np.concatenate([a, u, b, v]), np.concatenate([a, u, proportional, its_residuals])]

    def units(self, sds: Floats) -> Floats:
        return np.concatenate([sds, sds**2, sds, sds**2])

    def lowest(self, *, nonnegative: bool) -> Floats:
        loadings, residuals = (
            np.full(self.k, -np.inf),
            np.full(self.k, 0.0 if nonnegative else LOWEST_RESIDUAL),
        )
        return np.concatenate([loadings, residuals] * 2)


class _EqualLoadingsModel(CovarianceModel):
    """The same loadings at both levels.

    Parameters: loadings, residual variances within, the factor's variance between, and residual variances
    between.
    """

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
        lowest[self.k :] = 0.0 if nonnegative else LOWEST_RESIDUAL
        return lowest


class _SaturatedModel(CovarianceModel):
    """Two covariance matrices without structure; parameters: lower triangles of W and B, row by row."""

    def matrices(self, theta: Floats) -> tuple[Floats, Floats]:
        rows, columns = np.tril_indices(self.k)
        levels = np.zeros((2, self.k, self.k))
        levels[:, rows, columns] = levels[:, columns, rows] = theta.reshape(2, -1)
        return levels[0], levels[1]

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        rows, columns = np.tril_indices(self.k)
        p, element = len(theta), np.arange(len(rows))
        levels = np.zeros((2, p, self.k, self.k))
        for level in (0, 1):
            levels[level, element + level * len(rows), rows, columns] = 1
            levels[level, element + level * len(rows), columns, rows] = 1
        return levels[0], levels[1]

    def starts(self, data: ClusterMoments) -> list[Floats]:
        values, vectors = np.linalg.eigh(data.between)
        between = vectors * np.maximum(values, 0.01 * np.diag(data.within).mean()) @ vectors.T
        lower = np.tril_indices(self.k)
        return [np.concatenate([data.within[lower], between[lower]])]

    def units(self, sds: Floats) -> Floats:
        products = np.outer(sds, sds)[np.tril_indices(self.k)]
        return np.concatenate([products, products])


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevelFit:
    """Maximum likelihood estimates of a two-level model.

    Attributes
    ----------
    within, between
        (k, k): covariances that the model implies.
    mean, mean_covariance
        (k,) and (k, k): means of the items, and their sampling covariances.
    theta, covariance
        (p,) and (p, p): parameters in the model's order, and their sampling covariances from the expected
        information; nan if the answers do not determine them.
    log_likelihood
        Of all answers.
    n_parameters
        p + k, as the k means are parameters too.
    n_iterations, method
        Number of steps, and the method of the last ones: Fisher ``scoring``, or ``newton`` after it.
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
        (k,): loadings with a positive sum, and residual variances.
    between_variance
        With equal loadings, variance of the factor between persons, where that within is 1; otherwise 1.

    Notes
    -----
    ``theta`` holds the first four in this order. With equal loadings it holds the loadings, the residual
    variances within, the factor's variance between, and the residual variances between.
    """

    loadings_within: Floats
    residuals_within: Floats
    loadings_between: Floats
    residuals_between: Floats
    between_variance: float


def _fit(data: ClusterMoments, model: CovarianceModel, *, nonnegative: bool = False) -> dict[str, Any]:
    """Return the fields of a `TwoLevelFit`, in the items' units; the search uses standardized items."""
    sds = data.sds
    maximum = maximize(data.divided_by(sds), model, nonnegative=nonnegative)
    units, products = model.units(sds), np.outer(sds, sds)
    within, between = (matrix * products for matrix in model.matrices(maximum.theta))
    inverse_axes = np.linalg.inv(maximum.point.axes) * sds[:, None]
    return {
        "within": within,
        "between": between,
        "mean": maximum.point.mean * sds,
        "mean_covariance": inverse_axes / maximum.point.mean_weights @ inverse_axes.T,
        "theta": maximum.theta * units,
        "covariance": maximum.covariance * np.outer(units, units),
        "log_likelihood": -maximum.point.deviance / 2 - data.n * float(np.log(sds).sum()),
        "n_parameters": len(maximum.theta) + len(sds),
        "n_iterations": maximum.n_iterations,
        "method": maximum.method,
    }


def _reflect(fields: dict[str, Any], blocks: list[Floats]) -> None:
    """Change the signs of each block of parameters with a negative sum."""
    signs = np.concatenate([np.repeat(directions(b[:, None]), len(b)) for b in blocks])
    fields["theta"] = fields["theta"] * signs
    fields["covariance"] = fields["covariance"] * np.outer(signs, signs)


def fit_saturated(data: ClusterMoments) -> TwoLevelFit:
    """Fit the saturated model: covariance matrices without structure within and between persons.

    Raises
    ------
    NotConvergedError
        The search did not converge.

    Notes
    -----
    The matrix between persons may be indefinite, as long as the covariance matrix of persons' means is
    positive definite for every observed number of occasions. Otherwise a factor model with a negative
    residual variance could have a higher likelihood than the saturated model. (lavaan keeps it positive
    semidefinite.)

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
    """Fit one factor within and one factor between persons.

    Parameters
    ----------
    data
        From `cluster_moments`; at least three items.
    equal_loadings
        Whether each item has the same loading at both levels, so that the factor is the same variable. Its
        variance within persons is then 1, and that between persons is free.
    nonnegative
        Whether residual variances (and the variance of the factor between) are constrained to be at least 0.

    Raises
    ------
    NotConvergedError
        The search did not converge; the message suggests what to try.

    Notes
    -----
    ``W = l_w l_w' + diag(t_w)`` and ``B = l_b l_b' + diag(t_b)``. Without ``nonnegative``, residual variances
    are free wherever the likelihood is defined, and their estimates can be negative (Heywood cases).

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
        _reflect(fields, [fields["theta"][:k], np.ones(2 * k + 1)])
        a, u, v = (fields["theta"][block] for block in (slice(k), slice(k, 2 * k), slice(2 * k + 1, None)))
        b, variance = a.copy(), float(fields["theta"][2 * k])
    else:
        a, u, b, v = np.split(fields["theta"], 4)
        for loadings in (a, b):  # views of theta; a factor that explains nothing has loadings of 0
            if np.all(np.abs(loadings) <= NO_LOADING * data.sds):
                loadings[:] = 0.0
        _reflect(fields, [a, np.ones(k), b, np.ones(k)])
        a, u, b, v = (block.copy() for block in np.split(fields["theta"], 4))
        variance = 1.0
    return TwoLevelFactor(
        **fields,
        loadings_within=a,
        residuals_within=u,
        loadings_between=b,
        residuals_between=v,
        between_variance=variance,
    )
