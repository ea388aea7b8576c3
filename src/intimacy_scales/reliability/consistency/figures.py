"""Coefficients as functions of covariances, with their derivatives (arrays only).

An interval of a coefficient needs its value for any covariances, and its derivatives with respect to them. A
class of this file has both, and so every interval of `estimand`. Derivatives G are symmetric, as covariances
are: a change ``dC`` of the covariances changes a figure by ``sum(G * dC)`` to first order.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.tolerances import SINGULAR_CORRELATIONS

Floats = NDArray[np.float64]

_STEP = 1e-30  # of complex steps, which have no cancellation


class Figure(ABC):
    """A function of the covariances of one scale, or of several; a subclass must define its value."""

    __slots__ = ()

    @abstractmethod
    def value(self, *covariances: Any) -> Any:
        """Return its values (...) for covariances (..., k, k) of each scale; nan where it is not defined."""

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return its derivatives with respect to the covariances (k, k) of each scale, by complex steps.

        ``f'(x) = Im f(x + ih) / h`` (Squire & Trapp, 1998) is exact to rounding for values that are made of
        sums, products, quotients and roots only. Subclasses with a formula take less time.
        """
        gradients = []
        for position, matrix in enumerate(covariances):
            k = len(matrix)
            rows, columns = np.triu_indices(k)
            stepped = np.repeat(matrix[None].astype(np.complex128), len(rows), axis=0)
            each = np.arange(len(rows))
            stepped[each, rows, columns] += 1j * _STEP
            stepped[each, columns, rows] = stepped[each, rows, columns]
            values = self.value(*covariances[:position], stepped, *covariances[position + 1 :])
            gradient = np.empty((k, k))
            slopes = np.imag(values) / _STEP
            gradient[rows, columns] = np.where(rows == columns, slopes, slopes / 2)
            gradient[columns, rows] = gradient[rows, columns]
            gradients.append(gradient)
        return tuple(gradients)


def _traces(c: Any) -> Any:
    return np.trace(c, axis1=-2, axis2=-1)


def _totals(c: Any) -> Any:
    return c.sum(axis=(-2, -1))


def _where_positive(total: Any, values: Any) -> Any:
    """Return the values where the variance of the total is positive, otherwise nan."""
    return np.where(np.real(total) > 0, values, np.nan)


def alpha_gradient(covariances: Floats) -> Floats:
    """Return ``dalpha/dC = k / (k - 1) (trace / total**2 11' - I / total)``."""
    k = len(covariances)
    total, trace = covariances.sum(), np.trace(covariances)
    gradient: Floats = k / (k - 1) * (np.full((k, k), trace / total**2) - np.eye(k) / total)
    return gradient


@dataclass(frozen=True, slots=True)
class Alpha(Figure):
    """Coefficient alpha."""

    def value(self, *covariances: Any) -> Any:
        """Return ``k / (k - 1) (1 - trace / total)``."""
        (c,) = covariances
        k, total = c.shape[-1], _totals(c)
        return _where_positive(total, k / (k - 1) * (1 - _traces(c) / total))

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return the derivative."""
        return (alpha_gradient(covariances[0]),)


@dataclass(frozen=True, slots=True)
class Lambda(Figure):
    """One of Guttman's (1945) lower bounds that are smooth functions of covariances: 1, 2, 3, 5 or 6."""

    which: int

    def value(self, *covariances: Any) -> Any:
        """Return the bound; its formula is in `guttman_lambdas`."""
        (c,) = covariances
        k, total = c.shape[-1], _totals(c)
        lambda_1 = 1 - _traces(c) / total
        off = c * (1 - np.eye(k))
        if self.which == 1:
            bound = lambda_1
        elif self.which == 2:
            bound = lambda_1 + np.sqrt(k / (k - 1) * np.sum(off**2, axis=(-2, -1))) / total
        elif self.which == 3:
            bound = k / (k - 1) * lambda_1
        elif self.which == 5:
            bound = lambda_1 + 2 * np.sqrt(np.max(np.sum(off**2, axis=-2), axis=-1)) / total
        else:
            bound = 1 - _unique_variances(c) / total
        return _where_positive(total, bound)

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return the derivative; that of lambda-5 holds while the same item has the largest covariances."""
        c = covariances[0]
        k, total, trace = len(c), float(c.sum()), float(np.trace(c))
        lambda_1_gradient = trace / total**2 - np.eye(k) / total
        off = c * (1 - np.eye(k))
        if self.which == 1:
            return (lambda_1_gradient,)
        if self.which == 3:
            return (k / (k - 1) * lambda_1_gradient,)
        if self.which == 6:
            p = np.linalg.inv(c)
            diagonal = np.diag(p)
            unique = (p / diagonal**2) @ p  # derivative of sum_j 1 / P_jj with P = C^-1, as dP = -P dC P
            return (float(np.sum(1 / diagonal)) / total**2 - unique / total,)
        if self.which == 2:
            root = np.sqrt(k / (k - 1) * float(np.sum(off**2)))
            slope = k / (k - 1) * off / root if root > 0 else np.zeros_like(off)
        else:
            sums = np.sum(off**2, axis=0)
            j = int(np.argmax(sums))
            root, slope = 2 * np.sqrt(sums[j]), np.zeros_like(off)
            if root > 0:
                slope[j] = slope[:, j] = 2 * off[j] / root
        return (lambda_1_gradient + slope / total - root / total**2,)


def _unique_variances(c: Any) -> Any:
    """Return the sum of ``C_jj (1 - smc_j) = 1 / (C^-1)_jj`` (Guttman, 1945); nan where C is singular."""
    values = np.linalg.eigvalsh(np.real(c))
    regular = values[..., 0] > SINGULAR_CORRELATIONS * values[..., -1]
    safe = np.where(regular[..., None, None], c, np.eye(c.shape[-1]))
    diagonal = np.diagonal(np.linalg.inv(safe), axis1=-2, axis2=-1)
    return np.where(regular, (1 / diagonal).sum(axis=-1), np.nan)


@dataclass(frozen=True, slots=True)
class Halves(Figure):
    """Reliability of two given halves.

    Attributes
    ----------
    first
        Whether each item is in the first half (k,).
    kind
        ``r`` (the correlation of the halves), ``spearman_brown``, ``horst`` or ``flanagan_rulon``.
    """

    first: tuple[bool, ...]
    kind: str

    def value(self, *covariances: Any) -> Any:
        """Return the coefficient."""
        (c,) = covariances
        first = np.array(self.first, dtype=np.float64)
        second = 1 - first
        across = c @ second
        return self._of_variances((c @ first) @ first, across @ second, across @ first)

    def _of_variances(self, a: Any, b: Any, both: Any) -> Any:
        """Return the coefficient from the variances of the halves and their covariance."""
        if self.kind == "flanagan_rulon":
            total = a + b + 2 * both
            return _where_positive(total, 4 * both / total)
        r = both / np.sqrt(a * b)
        if self.kind == "r":
            return r
        stepped_up = 2 * r / (1 + r)
        if self.kind == "horst":  # as in `halves.horst`
            share = float(np.mean(self.first))
            stepped_up = 2 * r / (np.sqrt(r * r + 4 * (1 - r * r) * share * (1 - share)) + r)
            stepped_up = np.where(np.real(r) >= 0, stepped_up, np.nan)
        return np.where(np.real(r) > -1, stepped_up, np.nan)

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return the derivative, by the chain rule over the variances of the halves and their covariance."""
        c, first = covariances[0], np.array(self.first, dtype=np.float64)
        second = 1 - first
        variances = np.array(
            [first @ c @ first, second @ c @ second, first @ c @ second], dtype=np.complex128
        )
        slopes = np.imag(self._of_variances(*(variances[:, None] + 1j * _STEP * np.eye(3)))) / _STEP
        across = np.outer(first, second)
        return (
            slopes[0] * np.outer(first, first)
            + slopes[1] * np.outer(second, second)
            + slopes[2] * (across + across.T) / 2,
        )


@dataclass(frozen=True, slots=True)
class OfCorrelations(Figure):
    """A figure of correlations, as a function of the covariances."""

    figure: Figure

    def value(self, *covariances: Any) -> Any:
        """Return the figure of the correlations."""
        return self.figure.value(*(_correlations(c) for c in covariances))

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return the derivative with respect to the covariances.

        With H the derivative with respect to the correlations R and s the standard deviations, it is
        ``H_ij / (s_i s_j)`` off the diagonal, and ``-sum_(j != i) H_ij R_ij / s_i²`` on it.
        """
        gradients = []
        correlations = [_correlations(c) for c in covariances]
        for c, r, by_correlation in zip(
            covariances, correlations, self.figure.gradient(*correlations), strict=True
        ):
            sds = np.sqrt(np.diag(c))
            off_diagonal = by_correlation * (1 - np.eye(len(c)))
            gradient = off_diagonal / np.outer(sds, sds)
            np.fill_diagonal(gradient, -np.sum(off_diagonal * r, axis=1) / sds**2)
            gradients.append(gradient)
        return tuple(gradients)


def _correlations(c: Any) -> Any:
    """Return the correlations of covariances (..., k, k)."""
    variances = np.diagonal(c, axis1=-2, axis2=-1)
    return c / np.sqrt(variances[..., :, None] * variances[..., None, :])


@dataclass(frozen=True, slots=True)
class Difference(Figure):
    """The difference between the figures of two scales."""

    first: Figure
    second: Figure

    def value(self, *covariances: Any) -> Any:
        """Return the first figure less the second."""
        c, d = covariances
        return self.first.value(c) - self.second.value(d)

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return the derivatives."""
        c, d = covariances
        return (*self.first.gradient(c), *(-slope for slope in self.second.gradient(d)))


@dataclass(frozen=True, slots=True)
class Known(Figure):
    """A known reliability, which depends on no covariances."""

    reliability: float

    def value(self, *covariances: Any) -> Any:
        """Return the reliability."""
        return self.reliability

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return no derivatives."""
        return ()


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of a composite.

    Attributes
    ----------
    weights
        Weight of each item of the composite in the score through this part (k,).
    reliability
        Reliability of the part.
    n_scales
        Number of scales whose covariances it is a function of.
    """

    weights: tuple[float, ...]
    reliability: Figure
    n_scales: int


@dataclass(frozen=True, slots=True)
class Stratified(Figure):
    """Stratified alpha: ``1 - sum_i var_i (1 - r_i) / var_total``.

    Its first covariances are those of the composite's items; the covariances follow from which the
    reliabilities of the parts are computed.

    Attributes
    ----------
    weights
        Weight of each item in the total (k,).
    strata
        The parts.
    """

    weights: tuple[float, ...]
    strata: tuple[Stratum, ...]

    def _by_stratum(self, covariances: tuple[Any, ...]) -> list[tuple[Stratum, Any]]:
        """Return each part with the covariances of its reliability."""
        pairs, start = [], 1
        for stratum in self.strata:
            pairs.append((stratum, covariances[start : start + stratum.n_scales]))
            start += stratum.n_scales
        return pairs

    def value(self, *covariances: Any) -> Any:
        """Return the coefficient."""
        c, unreliable = covariances[0], 0.0
        for stratum, inner in self._by_stratum(covariances):
            w = np.array(stratum.weights)
            unreliable = unreliable + ((c @ w) @ w) * (1 - stratum.reliability.value(*inner))
        total = (c @ np.array(self.weights)) @ np.array(self.weights)
        return _where_positive(total, 1 - unreliable / total)

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return the derivatives."""
        c, weights = covariances[0], np.array(self.weights)
        total, unreliable = float(weights @ c @ weights), 0.0
        direct, by_part = np.zeros_like(c), []
        for stratum, inner in self._by_stratum(covariances):
            w, unreliability = np.array(stratum.weights), 1 - float(stratum.reliability.value(*inner))
            variance = float(w @ c @ w)
            unreliable += variance * unreliability
            direct -= unreliability * np.outer(w, w) / total
            by_part += [variance / total * slope for slope in stratum.reliability.gradient(*inner)]
        return (direct + unreliable / total**2 * np.outer(weights, weights), *by_part)
