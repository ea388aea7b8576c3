"""Coefficients as functions of covariances, with their derivatives (arrays only).

An interval of a coefficient needs two things of it: its value for any covariances, and how it moves with each
of them. Whatever is written here with both has every interval of `estimand`. Covariances are symmetric, and
derivatives are too: a change ``dC`` moves a figure by ``sum(G * dC)``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_STEP = 1e-30  # in the imaginary direction, where nothing cancels
_SINGULAR = 1e-12
_LAMBDA_6 = 6


class Figure(ABC):
    """A figure of the covariances of one scale, or of several; its value is enough to have every interval."""

    __slots__ = ()

    @abstractmethod
    def value(self, *covariances: Any) -> Any:
        """Return it for covariances (..., k, k) of each scale: (...); nan where it is not defined."""

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return its derivative by the covariances (k, k) of each scale; here by a step that is exact.

        ``f'(x) = Im f(x + ih) / h`` (Squire & Trapp, 1998), of a value that is made of sums, products,
        quotients and roots alone. A formula takes less time.
        """
        found = []
        for position, matrix in enumerate(covariances):
            k = len(matrix)
            first, second = np.triu_indices(k)
            moved = np.repeat(matrix[None].astype(np.complex128), len(first), axis=0)
            each = np.arange(len(first))
            moved[each, first, second] += 1j * _STEP
            moved[each, second, first] = moved[each, first, second]
            values = self.value(*covariances[:position], moved, *covariances[position + 1 :])
            gradient = np.empty((k, k))
            slopes = np.imag(values) / _STEP
            gradient[first, second] = np.where(first == second, slopes, slopes / 2)
            gradient[second, first] = gradient[first, second]
            found.append(gradient)
        return tuple(found)


def _traces(c: Any) -> Any:
    return np.trace(c, axis1=-2, axis2=-1)


def _totals(c: Any) -> Any:
    return c.sum(axis=(-2, -1))


def _where_positive(total: Any, values: Any) -> Any:
    """Return values where the total varies, otherwise nan."""
    return np.where(np.real(total) > 0, values, np.nan)


def alpha_gradient(covariances: Floats) -> Floats:
    """Return the derivative of alpha by each covariance."""
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
    """One of Guttman's lower bounds that are smooth functions of covariances: 1, 2, 3, 5 or 6."""

    which: int

    def value(self, *covariances: Any) -> Any:
        """Return the bound."""
        (c,) = covariances
        k, total = c.shape[-1], _totals(c)
        first = 1 - _traces(c) / total
        off = c * (1 - np.eye(k))
        if self.which == 1:
            found = first
        elif self.which == 2:  # lambda-2
            found = first + np.sqrt(k / (k - 1) * np.sum(off**2, axis=(-2, -1))) / total
        elif self.which == 3:  # lambda-3
            found = k / (k - 1) * first
        elif self.which == 5:  # lambda-5
            found = first + 2 * np.sqrt(np.max(np.sum(off**2, axis=-2), axis=-1)) / total
        else:
            found = 1 - _unique_variances(c) / total
        return _where_positive(total, found)

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return the derivative; of lambda-5 as long as the same item has the largest covariances."""
        c = covariances[0]
        k, total, trace = len(c), float(c.sum()), float(np.trace(c))
        first = trace / total**2 - np.eye(k) / total
        off = c * (1 - np.eye(k))
        if self.which == 1:
            return (first,)
        if self.which == 3:  # lambda-3
            return (k / (k - 1) * first,)
        if self.which == _LAMBDA_6:
            p = np.linalg.inv(c)
            own = np.diag(p)
            unique = (p / own**2) @ p  # how the sum of 1 / p_jj, with P = C^-1, moves
            return (float(np.sum(1 / own)) / total**2 - unique / total,)
        if self.which == 2:  # lambda-2
            root = np.sqrt(k / (k - 1) * float(np.sum(off**2)))
            slope = k / (k - 1) * off / root if root > 0 else np.zeros_like(off)
        else:
            sums = np.sum(off**2, axis=0)
            j = int(np.argmax(sums))
            root, slope = 2 * np.sqrt(sums[j]), np.zeros_like(off)
            if root > 0:
                slope[j] = slope[:, j] = 2 * off[j] / root
        return (first + slope / total - root / total**2,)


def _unique_variances(c: Any) -> Any:
    """Return the sum of what each item does not share with the others; nan where covariances are singular.

    ``C_jj (1 - smc_j) = 1 / (C^-1)_jj`` (Guttman, 1945).
    """
    values = np.linalg.eigvalsh(np.real(c))
    regular = values[..., 0] > _SINGULAR * values[..., -1]
    safe = np.where(regular[..., None, None], c, np.eye(c.shape[-1]))
    own = np.diagonal(np.linalg.inv(safe), axis1=-2, axis2=-1)
    return np.where(regular, (1 / own).sum(axis=-1), np.nan)


@dataclass(frozen=True, slots=True)
class Halves(Figure):
    """Reliability of two given halves.

    Attributes
    ----------
    first
        Whether each item is in the first half (k,).
    kind
        ``r`` (their correlation), ``spearman_brown``, ``horst`` or ``flanagan_rulon``.
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
        found = 2 * r / (1 + r)
        if self.kind == "horst":  # as in `halves.horst`
            share = float(np.mean(self.first))
            found = 2 * r / (np.sqrt(r * r + 4 * (1 - r * r) * share * (1 - share)) + r)
            found = np.where(np.real(r) >= 0, found, np.nan)
        return np.where(np.real(r) > -1, found, np.nan)

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return the derivative: those by the three variances, which are exact by complex steps, in turn."""
        c, first = covariances[0], np.array(self.first, dtype=np.float64)
        second = 1 - first
        forms = np.array([first @ c @ first, second @ c @ second, first @ c @ second], dtype=np.complex128)
        slopes = np.imag(self._of_variances(*(forms[:, None] + 1j * _STEP * np.eye(3)))) / _STEP
        across = np.outer(first, second)
        return (
            slopes[0] * np.outer(first, first)
            + slopes[1] * np.outer(second, second)
            + slopes[2] * (across + across.T) / 2,
        )


@dataclass(frozen=True, slots=True)
class OfCorrelations(Figure):
    """A figure of correlations, as a function of the covariances that they are made of."""

    figure: Figure

    def value(self, *covariances: Any) -> Any:
        """Return the figure of the correlations."""
        return self.figure.value(*(_correlations(c) for c in covariances))

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return the derivative by the covariances.

        With H that by the correlations R: ``H_ij / (s_i s_j)`` beside the diagonal, and
        ``-sum_j H_ij R_ij / s_i²`` on it (R is 1 there, whatever the variances are).
        """
        found = []
        correlations = [_correlations(c) for c in covariances]
        for c, r, inner in zip(covariances, correlations, self.figure.gradient(*correlations), strict=True):
            sds = np.sqrt(np.diag(c))
            beside = inner * (1 - np.eye(len(c)))
            gradient = beside / np.outer(sds, sds)
            np.fill_diagonal(gradient, -np.sum(beside * r, axis=1) / sds**2)
            found.append(gradient)
        return tuple(found)


def _correlations(c: Any) -> Any:
    variances = np.diagonal(c, axis1=-2, axis2=-1)
    return c / np.sqrt(variances[..., :, None] * variances[..., None, :])


@dataclass(frozen=True, slots=True)
class Difference(Figure):
    """The difference of one figure of each of two scales."""

    one: Figure
    other: Figure

    def value(self, *covariances: Any) -> Any:
        """Return the first less the second."""
        first, second = covariances
        return self.one.value(first) - self.other.value(second)

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return the derivatives."""
        first, second = covariances
        return (*self.one.gradient(first), *(-slope for slope in self.other.gradient(second)))


@dataclass(frozen=True, slots=True)
class Known(Figure):
    """A reliability that is known, and rests on no covariances."""

    reliability: float

    def value(self, *covariances: Any) -> Any:
        """Return it."""
        return self.reliability

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return that it moves with nothing."""
        return ()


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of a composite.

    Attributes
    ----------
    weights
        What each item of the composite adds to the score through this part (k,).
    reliability
        Of the part, and of how many scales' covariances it is a figure.
    n_scales
        See there.
    """

    weights: tuple[float, ...]
    reliability: Figure
    n_scales: int


@dataclass(frozen=True, slots=True)
class Stratified(Figure):
    """Stratified alpha: ``1 - sum_i var_i (1 - r_i) / var_total``.

    Its first covariances are those of the composite's items; those that the reliabilities of its parts are
    made of follow.

    Attributes
    ----------
    weights
        How much each item counts in the total (k,).
    strata
        The parts.
    """

    weights: tuple[float, ...]
    strata: tuple[Stratum, ...]

    def _of_parts(self, covariances: tuple[Any, ...]) -> list[tuple[Stratum, Any]]:
        found, start = [], 1
        for stratum in self.strata:
            found.append((stratum, covariances[start : start + stratum.n_scales]))
            start += stratum.n_scales
        return found

    def value(self, *covariances: Any) -> Any:
        """Return the coefficient."""
        c, unreliable = covariances[0], 0.0
        for stratum, own in self._of_parts(covariances):
            w = np.array(stratum.weights)
            unreliable = unreliable + ((c @ w) @ w) * (1 - stratum.reliability.value(*own))
        total = (c @ np.array(self.weights)) @ np.array(self.weights)
        return _where_positive(total, 1 - unreliable / total)

    def gradient(self, *covariances: Floats) -> tuple[Floats, ...]:
        """Return the derivatives."""
        c, whole = covariances[0], np.array(self.weights)
        total, unreliable = float(whole @ c @ whole), 0.0
        direct, through = np.zeros_like(c), []
        for stratum, own in self._of_parts(covariances):
            w, lacking = np.array(stratum.weights), 1 - float(stratum.reliability.value(*own))
            variance = float(w @ c @ w)
            unreliable += variance * lacking
            direct -= lacking * np.outer(w, w) / total
            through += [variance / total * slope for slope in stratum.reliability.gradient(*own)]
        return (direct + unreliable / total**2 * np.outer(whole, whole), *through)
