"""The normal likelihood of occasions in persons (arrays only).

An answer is ``y = mean + between part of the person + within part of the occasion``, both normal. With
``T_s = W + s B`` for persons of s occasions, J persons, N occasions, and S the pooled covariance within
persons, minus two log likelihoods are, but for ``N k log(2 pi)``,
``(N - J) (log|W| + tr(S / W)) + sum over persons of log|T_s| + s (m - mean)' T_s**-1 (m - mean)``
with m the person's mean (McDonald & Goldstein, 1989; Muthén, 1994). One rotation makes W the unit matrix and
B diagonal, and every T_s with them, so that persons of all sizes cost no more than one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.results.frozen import freeze

Floats = NDArray[np.float64]

_INSIDE = 1e-3  # T_s along its narrowest axis, with W as 1: nearer to 0 lie maxima that are infinite


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMoments:
    """What the likelihood needs to know of answers in persons.

    Attributes
    ----------
    n
        Rows.
    sizes, counts
        (m,): the different numbers of rows of a person, and how many persons have each.
    within
        (k, k): pooled covariances within persons, divisor ``n - number of persons``.
    means
        (m, k): mean of the persons' means, by size.
    scatter
        (m, k, k): covariances of persons' means, by size; divisor their number.
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
        """Persons."""
        return int(self.counts.sum())

    @property
    def harmonic_size(self) -> float:
        """Harmonic mean of the persons' numbers of rows."""
        return self.n_clusters / float(np.sum(self.counts / self.sizes))

    @property
    def about_grand_mean(self) -> Floats:
        """Sum of squares and products of persons' means about the mean of all rows, by row (k, k)."""
        rows = self.counts * self.sizes
        gap = self.means - rows @ self.means / self.n
        summed: Floats = np.einsum("s,sij->ij", rows, self.scatter + gap[:, :, None] * gap[:, None])
        return summed

    @property
    def between(self) -> Floats:
        """Covariances between persons from mean squares (k, k); may belong to no population."""
        j = self.n_clusters
        average = (self.n - float(self.counts @ self.sizes**2) / self.n) / (j - 1)
        covariances: Floats = (self.about_grand_mean / (j - 1) - self.within) / average
        return covariances

    @property
    def sds(self) -> Floats:
        """Standard deviations of all answers (k,)."""
        inside = np.diag(self.within) * (self.n - self.n_clusters)
        sds: Floats = np.sqrt((inside + np.diag(self.about_grand_mean)) / self.n)
        return sds

    def divided_by(self, units: Floats) -> ClusterMoments:
        """Return the moments of items in other units (k,)."""
        square = np.outer(units, units)
        return replace(
            self, within=self.within / square, means=self.means / units, scatter=self.scatter / square
        )


def cluster_moments(y: Floats, clusters: NDArray[np.intp]) -> ClusterMoments:
    """Sum up answers (n, k) of persons, numbered from 0 without gaps (n,).

    Raises
    ------
    EstimationError
        Fewer than two persons, or one row of each.

    Examples
    --------
    >>> cluster_moments(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1])).within
    array([[2.]])
    """
    per_cluster = np.bincount(clusters)
    n, j = len(y), len(per_cluster)
    if j < 2 or n <= j or not per_cluster.all():  # nothing varies with one
        raise EstimationError(f"{n} rows of {j} persons: two persons, and more rows than persons, are needed")
    means = np.zeros((j, y.shape[1]))
    np.add.at(means, clusters, y)
    means /= per_cluster[:, None]
    inside = y - means[clusters]
    sizes, which, counts = np.unique(per_cluster, return_inverse=True, return_counts=True)
    by_size = np.array([means[which == s].mean(axis=0) for s in range(len(sizes))])
    gap = means - by_size[which]
    scatter = [gap[which == s].T @ gap[which == s] / counts[s] for s in range(len(sizes))]
    return ClusterMoments(
        n=n,
        sizes=sizes.astype(np.float64),
        counts=counts.astype(np.float64),
        within=inside.T @ inside / (n - j),
        means=by_size,
        scatter=np.array(scatter),
    )


@dataclass(frozen=True, slots=True)
class Point:
    """The likelihood at one pair of matrices, in axes in which W is 1 and B diagonal.

    Gradients are those of the deviance; ``products`` are the weights of products of derivatives by
    W and W, W and B, B and B in the expected information, ``sum_s n_s s**p / (t_a t_b)``.
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
    """Return the likelihood, at the most likely mean unless one is given; None outside of its domain."""
    try:
        half = np.linalg.inv(np.linalg.cholesky(within))
    except np.linalg.LinAlgError:
        return None
    d, rotation = np.linalg.eigh(half @ between @ half.T)
    t = 1 + data.sizes[:, None] * d
    if not t.min() > _INSIDE:
        return None
    axes = rotation.T @ half
    rows, df = data.counts * data.sizes, data.n - data.n_clusters
    centres, weights = data.means @ axes.T, rows[:, None] / t
    middle = np.sum(weights * centres, axis=0) / weights.sum(axis=0) if mean is None else axes @ mean
    gap = centres - middle
    spread = axes @ data.scatter @ axes.T + gap[:, :, None] * gap[:, None]
    inside, log_within = axes @ data.within @ axes.T, -2 * float(np.log(np.diag(half)).sum())
    deviance = data.n * (log_within + len(d) * math.log(2 * math.pi)) + df * float(np.trace(inside))
    deviance += float(data.counts @ np.log(t).sum(axis=1))
    deviance += float(np.sum(weights * np.diagonal(spread, axis1=1, axis2=2)))
    inverse = 1 / t
    outer = inverse[:, :, None] * inverse[:, None]
    slope = np.eye(len(d)) * inverse[:, :, None] - data.sizes[:, None, None] * outer * spread
    flat, summed = outer.reshape(len(t), -1), slope.reshape(len(t), -1)
    powers = [(data.counts * data.sizes**p @ flat).reshape(len(d), -1) for p in (0, 1, 2)]
    return Point(
        deviance=deviance,
        mean=np.linalg.solve(axes, middle),
        axes=axes,
        by_within=df * (np.eye(len(d)) - inside) + (data.counts @ summed).reshape(len(d), -1),
        by_between=(rows @ summed).reshape(len(d), -1),
        products=(df + powers[0], powers[1], powers[2]),
        mean_weights=weights.sum(axis=0),
    )


def two_level_deviance(
    data: ClusterMoments, within: Floats, between: Floats, mean: Floats | None = None
) -> float:
    """Return minus two log likelihoods of two covariance matrices (k, k), infinite where there is none.

    Parameters
    ----------
    data
        From `cluster_moments`.
    within, between
        Covariances of occasions within persons, and between persons.
    mean
        (k,); by default the most likely one.

    Examples
    --------
    >>> data = cluster_moments(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1]))
    >>> round(two_level_deviance(data, np.eye(1), np.eye(1)), 3)
    11.877
    """
    point = likelihood_at(data, within, between, mean)
    return math.inf if point is None else point.deviance
