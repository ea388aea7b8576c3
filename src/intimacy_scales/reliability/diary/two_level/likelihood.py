"""The normal likelihood of occasions in persons (arrays only).

The answers of a person at an occasion are ``y = mean + between-person part + within-person part``, with
independent normal parts of covariances B and W. With ``T_s = W + s B`` for persons with s occasions, J
persons, N occasions, and S the pooled covariance within persons, -2 log likelihood is, apart from
``N k log(2 pi)``,
``(N - J) (log|W| + tr(W^-1 S)) + sum over persons of log|T_s| + s (m - mean)' T_s^-1 (m - mean)``
with m the person's mean (McDonald & Goldstein, 1989; Muthén, 1994). One change of axes makes W the identity
matrix and B diagonal, and with them every T_s, so that different numbers of occasions cost almost nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.results.frozen import freeze

Floats = NDArray[np.float64]

_LEAST_VARIANCE = 1e-3  # of T_s along its narrowest axis, relative to W; near 0 the likelihood has no bound


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMoments:
    """Sufficient statistics of answers of persons at several occasions.

    Attributes
    ----------
    n
        Number of rows.
    sizes, counts
        (m,): the different numbers of rows of a person, and the number of persons with each.
    within
        (k, k): S, pooled covariances within persons, divisor ``n - number of persons``.
    means
        (m, k): mean of the persons' means, by size.
    scatter
        (m, k, k): covariances of persons' means, by size; divisor: the number of persons of that size.
    """

    n: int
    sizes: Floats
    counts: Floats
    within: Floats
    means: Floats
    scatter: Floats

    def __post_init__(self) -> None:
        freeze(self)

    @property
    def n_clusters(self) -> int:
        """Number of persons."""
        return int(self.counts.sum())

    @property
    def harmonic_size(self) -> float:
        """Harmonic mean of the persons' numbers of rows."""
        return self.n_clusters / float(np.sum(self.counts / self.sizes))

    @property
    def about_grand_mean(self) -> Floats:
        """Sums of squares and products of persons' means about the mean of all rows, over rows (k, k)."""
        rows = self.counts * self.sizes
        deviation = self.means - rows @ self.means / self.n
        products = self.scatter + deviation[:, :, None] * deviation[:, None]
        total: Floats = np.einsum("s,sij->ij", rows, products)
        return total

    @property
    def between(self) -> Floats:
        """Covariances between persons from mean squares (k, k); they may be indefinite."""
        j = self.n_clusters
        average_size = (self.n - float(self.counts @ self.sizes**2) / self.n) / (j - 1)
        covariances: Floats = (self.about_grand_mean / (j - 1) - self.within) / average_size
        return covariances

    @property
    def sds(self) -> Floats:
        """Standard deviations of all answers (k,)."""
        squares_within = np.diag(self.within) * (self.n - self.n_clusters)
        sds: Floats = np.sqrt((squares_within + np.diag(self.about_grand_mean)) / self.n)
        return sds

    def divided_by(self, units: Floats) -> ClusterMoments:
        """Return the moments of items divided by units (k,)."""
        products = np.outer(units, units)
        return replace(
            self, within=self.within / products, means=self.means / units, scatter=self.scatter / products
        )


def cluster_moments(y: Floats, clusters: NDArray[np.intp]) -> ClusterMoments:
    """Return the moments of answers (n, k), from each row's person, numbered from 0 without gaps (n,).

    Raises
    ------
    EstimationError
        Fewer than two persons, or only one row of each.

    Examples
    --------
    >>> cluster_moments(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1])).within
    array([[2.]])
    """
    per_cluster = np.bincount(clusters)
    n, j = len(y), len(per_cluster)
    if j < 2 or n <= j or not per_cluster.all():
        raise EstimationError(
            f"{n} rows of {j} persons: at least two persons are needed, and more rows than persons"
        )
    means = np.zeros((j, y.shape[1]))
    np.add.at(means, clusters, y)
    means /= per_cluster[:, None]
    within_persons = y - means[clusters]
    sizes, size_of, counts = np.unique(per_cluster, return_inverse=True, return_counts=True)
    means_by_size = np.array([means[size_of == s].mean(axis=0) for s in range(len(sizes))])
    deviations = means - means_by_size[size_of]
    scatter = [deviations[size_of == s].T @ deviations[size_of == s] / counts[s] for s in range(len(sizes))]
    return ClusterMoments(
        n=n,
        sizes=sizes.astype(np.float64),
        counts=counts.astype(np.float64),
        within=within_persons.T @ within_persons / (n - j),
        means=means_by_size,
        scatter=np.array(scatter),
    )


@dataclass(frozen=True, slots=True)
class Point:
    """The likelihood and its derivatives at one pair of matrices, in axes in which W is 1 and B diagonal.

    Attributes
    ----------
    deviance
        -2 log likelihood.
    mean
        (k,): the mean, in the original axes.
    axes
        (k, k): A with ``A W A' = I`` and ``A B A'`` diagonal.
    by_within, by_between
        (k, k): gradient of the deviance by W and by B.
    products
        (k, k) each: weights of products of derivatives by W and W, W and B, B and B in the expected
        information, ``sum_s n_s s^p / (t_a t_b)`` with p = 0, 1, 2.
    mean_weights
        (k,): information on the mean along each axis.
    """

    deviance: float
    mean: Floats
    axes: Floats
    by_within: Floats
    by_between: Floats
    products: tuple[Floats, Floats, Floats]
    mean_weights: Floats


def likelihood_at(
    data: ClusterMoments, within: Floats, between: Floats, mean: Floats | None = None
) -> Point | None:
    """Return the likelihood, at its maximum by the mean unless one is given; None outside its domain."""
    try:
        inverse_root = np.linalg.inv(np.linalg.cholesky(within))
    except np.linalg.LinAlgError:
        return None
    d, rotation = np.linalg.eigh(inverse_root @ between @ inverse_root.T)
    t = 1 + data.sizes[:, None] * d  # (m, k): the diagonals of T_s, for each size s
    if not t.min() > _LEAST_VARIANCE:
        return None
    axes = rotation.T @ inverse_root
    rows, df = data.counts * data.sizes, data.n - data.n_clusters
    centres, weights = data.means @ axes.T, rows[:, None] / t
    centre = np.sum(weights * centres, axis=0) / weights.sum(axis=0) if mean is None else axes @ mean
    deviation = centres - centre
    spread = axes @ data.scatter @ axes.T + deviation[:, :, None] * deviation[:, None]  # of (m - mean)
    s_within, log_within = axes @ data.within @ axes.T, -2 * float(np.log(np.diag(inverse_root)).sum())
    deviance = data.n * (log_within + len(d) * math.log(2 * math.pi)) + df * float(np.trace(s_within))
    deviance += float(data.counts @ np.log(t).sum(axis=1))
    deviance += float(np.sum(weights * np.diagonal(spread, axis1=1, axis2=2)))
    # derivative of log|T| + s tr(T^-1 spread) by T_s: T^-1 - s T^-1 spread T^-1; dT/dW = 1 and dT/dB = s
    inverse = 1 / t
    outer = inverse[:, :, None] * inverse[:, None]
    by_total = np.eye(len(d)) * inverse[:, :, None] - data.sizes[:, None, None] * outer * spread
    flat_outer, flat_by_total = outer.reshape(len(t), -1), by_total.reshape(len(t), -1)
    powers = [(data.counts * data.sizes**p @ flat_outer).reshape(len(d), -1) for p in (0, 1, 2)]
    return Point(
        deviance=deviance,
        mean=np.linalg.solve(axes, centre),
        axes=axes,
        by_within=df * (np.eye(len(d)) - s_within) + (data.counts @ flat_by_total).reshape(len(d), -1),
        by_between=(rows @ flat_by_total).reshape(len(d), -1),
        products=(df + powers[0], powers[1], powers[2]),
        mean_weights=weights.sum(axis=0),
    )


def two_level_deviance(
    data: ClusterMoments, within: Floats, between: Floats, mean: Floats | None = None
) -> float:
    """Return -2 log likelihood of two covariance matrices (k, k); infinite outside the likelihood's domain.

    Parameters
    ----------
    data
        From `cluster_moments`.
    within, between
        Covariances of occasions within persons, and between persons.
    mean
        (k,); by default the maximum likelihood estimate, given the covariances.

    Examples
    --------
    >>> data = cluster_moments(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1]))
    >>> round(two_level_deviance(data, np.eye(1), np.eye(1)), 3)
    11.877
    """
    point = likelihood_at(data, within, between, mean)
    return math.inf if point is None else point.deviance
