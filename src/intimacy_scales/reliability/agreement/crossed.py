"""Variance components of persons crossed with occasions (or raters), by restricted likelihood.

``y_ij = mean + person_i + occasion_j + rest_ij`` with whichever cells there are, several columns of y
at once. Persons are absorbed in closed form, so all that is factored is a matrix as large as there
are occasions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.numerics.ties import first_lowest

Floats = NDArray[np.float64]
Numbers = NDArray[Any]  # real, or complex for exact derivatives

_TINY = 1e-30
_LEAST = 1e-9  # of the total variance: the residual never quite vanishes
_STARTS = (0.5, 0.1)
_NOWHERE = 1e300
_ONE = 1e-9  # of a deviance: minima that differ by less are one
_APART = 1e-6
_FALL = 0.5


class CrossedData:
    """Cells of persons by occasions, summed up as far as the likelihood allows.

    Parameters
    ----------
    person, occasion
        (n,): positions from 0.
    values
        (n, c): columns with the same structure and variances.
    centred
        Whether to take them around their means, which a fixed intercept makes no difference to but
        rounding does; not where the intercept is random.
    """

    def __init__(
        self,
        person: NDArray[np.intp],
        occasion: NDArray[np.intp],
        values: Floats,
        *,
        centred: bool = True,
    ) -> None:
        self.centre: Floats = values.mean(axis=0) if centred else np.zeros(values.shape[1])
        values = values - self.centre
        if occasion.max(initial=-1) > person.max(initial=-1):  # absorb whichever there are more of
            person, occasion = occasion, person
            self.swapped = True
        else:
            self.swapped = False
        n_persons, n_occasions = int(person.max()) + 1, int(occasion.max()) + 1
        self.n = len(values)
        self.incidence = np.zeros((n_persons, n_occasions))
        np.add.at(self.incidence, (person, occasion), 1.0)
        self.per_person = self.incidence.sum(axis=1)
        self.per_occasion = self.incidence.sum(axis=0)
        self.person_sums = np.zeros((n_persons, values.shape[1]))
        np.add.at(self.person_sums, person, values)
        self.occasion_sums = np.zeros((n_occasions, values.shape[1]))
        np.add.at(self.occasion_sums, occasion, values)
        self.squares = np.square(values).sum(axis=0)

    def _absorbed(self, person: Any, occasion: Any, rest: Any) -> tuple[Any, Any, Any, Numbers, Numbers]:
        """Return log|V|, and 1'V^-1 1, 1'V^-1 y and y'V^-1 y of each column, without an intercept.

        V is ``person ZZ' + occasion WW' + rest I`` with Z, W the indicators of persons and occasions.
        """
        weight = person / (rest + self.per_person * person)
        m = self.incidence
        inner = (np.diag(self.per_occasion) - (m.T * weight) @ m) / rest
        with_one = (self.per_occasion - m.T @ (weight * self.per_person)) / rest
        with_y = (self.occasion_sums - m.T @ (weight[:, None] * self.person_sums)) / rest
        ones = (self.n - np.sum(weight * self.per_person**2)) / rest
        one_y = (self.person_sums.sum(axis=0) - (weight * self.per_person) @ self.person_sums) / rest
        y_y = (self.squares - weight @ np.square(self.person_sums)) / rest
        s = np.eye(len(inner)) + occasion * inner
        solved = np.linalg.solve(s, np.column_stack([with_one, with_y])) * occasion
        ones = ones - with_one @ solved[:, 0]
        one_y = one_y - with_one @ solved[:, 1:]
        y_y = y_y - np.sum(with_y * solved[:, 1:], axis=0)
        sign, log_det = np.linalg.slogdet(s)
        log_v = (self.n - len(self.per_person)) * np.log(rest) + np.sum(
            np.log(rest + self.per_person * person)
        )
        return log_v + log_det + np.log(sign), ones, one_y, y_y, solved

    def restricted(self, person: Any, occasion: Any, rest: Any) -> Any:
        """Return -2 times the restricted log likelihood with a fixed intercept in each column."""
        if self.swapped:
            person, occasion = occasion, person
        log_v, ones, one_y, y_y, _ = self._absorbed(person, occasion, rest)
        columns = len(self.squares)
        constant = columns * (self.n - 1) * np.log(2 * np.pi)
        return constant + columns * (log_v + np.log(ones)) + np.sum(y_y - one_y**2 / ones)

    def with_random_intercept(self, person: Any, occasion: Any, rest: Any, intercept: Any) -> Any:
        """Return -2 times the log likelihood with a random intercept of mean 0 in each column."""
        if self.swapped:
            person, occasion = occasion, person
        log_v, ones, one_y, y_y, _ = self._absorbed(person, occasion, rest)
        columns = len(self.squares)
        grown = 1 + intercept * ones
        return (
            columns * self.n * np.log(2 * np.pi)
            + columns * (log_v + np.log(grown))
            + np.sum(y_y - intercept * one_y**2 / grown)
        )

    def mean(self, person: float, occasion: float, rest: float) -> Floats:
        """Return the generalized least squares mean of each column."""
        if self.swapped:
            person, occasion = occasion, person
        _, ones, one_y, _, _ = self._absorbed(person, occasion, rest)
        means: Floats = self.centre + one_y / ones
        return means


def minimize_over_variances(deviance: Callable[[Numbers], Any], n_variances: int, total: float) -> Floats:
    """Return the variances that minimize a deviance; the last one is the residual's, above zero.

    Parameters
    ----------
    deviance
        A function of the variances (n_variances,), analytic, so that a step in the imaginary
        direction gives its exact derivative.
    n_variances
        How many.
    total
        Their sum, roughly.

    Raises
    ------
    NotConvergedError
        No minimum was found.
    """
    from scipy.optimize import minimize

    def with_gradient(shares: Floats) -> tuple[float, Floats]:
        gradient = np.zeros(n_variances)
        if not np.all(np.isfinite(shares)):
            return _NOWHERE, gradient
        value = float(np.real(deviance((shares * total).astype(np.complex128))))
        if not np.isfinite(value):
            return _NOWHERE, gradient
        for i in range(n_variances):
            stepped = shares.astype(np.complex128)
            stepped[i] += _TINY * 1j
            gradient[i] = float(np.imag(deviance(stepped * total))) / _TINY
        return value, gradient

    # variances, not standard deviations: at a sd of 0 every derivative vanishes, and a search stays
    bounds = [(0.0, None)] * (n_variances - 1) + [(_LEAST, None)]
    reached: list[tuple[Floats, float]] = []
    with one_blas_thread(), np.errstate(all="ignore"):
        for share in _STARTS:
            start = np.full(n_variances, share / max(n_variances - 1, 1))
            start[-1] = 1 - share
            found = minimize(
                with_gradient,
                start,
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options={"maxiter": 2000, "maxcor": 30, "ftol": 1e-15, "gtol": 1e-8},
            )
            if found.fun < _NOWHERE:
                reached.append((np.asarray(found.x, dtype=np.float64), float(found.fun)))
        if not reached:
            raise NotConvergedError("no variance components were found: is there any variation?")
        best = first_lowest([value for _, value in reached], _ONE)
        variances: Floats = _settled(lambda shares: with_gradient(shares)[1], reached[best][0]) * total
    return variances


def _settled(gradient_at: Callable[[Floats], Floats], shares: Floats) -> Floats:
    """Return the minimum that a search came near to.

    The search stops where the deviance no longer falls, which rounding decides. Derivatives are exact: Newton
    steps follow as long as they make these smaller; variances at a bound that holds them stay there.
    """
    least = np.zeros(len(shares))
    least[-1] = _LEAST
    slopes = gradient_at(shares)
    free = np.flatnonzero((shares > least) | (slopes < 0))
    bend = _second_derivatives(gradient_at, shares, slopes, free)
    steepest = np.abs(slopes[free]).max(initial=0)
    while bend is not None and steepest > 0:
        tried = shares.copy()
        tried[free] = np.maximum(shares[free] - np.linalg.solve(bend, slopes[free]), least[free])
        slopes = gradient_at(tried)
        left = np.abs(slopes[(tried > least) | (slopes < 0)]).max(initial=0)
        if not left < _FALL * steepest:
            break
        shares, steepest = tried, left
    return shares


def _second_derivatives(
    gradient_at: Callable[[Floats], Floats], shares: Floats, slopes: Floats, free: NDArray[np.intp]
) -> Floats | None:
    """Return second derivatives by the free variances, or None where the deviance is no bowl there."""
    bend = np.empty((len(free), len(free)))
    for row, i in enumerate(free):
        ahead = shares.copy()
        ahead[i] += _APART * max(float(shares[i]), _LEAST)
        bend[row] = (gradient_at(ahead) - slopes)[free] / (ahead[i] - shares[i])
    bend = (bend + bend.T) / 2
    try:
        np.linalg.cholesky(bend)
    except np.linalg.LinAlgError:
        return None
    return bend


def two_way_components(data: CrossedData, total: float) -> Floats:
    """Return variances of persons, occasions and the rest (3,) by restricted likelihood."""
    return minimize_over_variances(lambda v: data.restricted(v[0], v[1], v[2]), 3, total)


def one_way_components(data: CrossedData, total: float) -> Floats:
    """Return variances between and within persons (2,) by restricted likelihood."""
    return minimize_over_variances(lambda v: data.restricted(v[0], v[0] * 0, v[1]), 2, total)
