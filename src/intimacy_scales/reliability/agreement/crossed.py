"""Variance components of persons crossed with occasions (or raters), by restricted likelihood.

``y_ij = mean + person_i + occasion_j + rest_ij``, with or without empty cells, for several columns of y at
once. Persons are absorbed in closed form, so that only a matrix (n_occasions, n_occasions) is factored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.numerics.ties import first_lowest
from intimacy_scales.numerics.tolerances import SAME_DEVIANCE

Floats = NDArray[np.float64]
Numbers = NDArray[Any]  # real, or complex for exact derivatives

_COMPLEX_STEP = 1e-30
_LEAST_RESIDUAL = 1e-9  # of the total variance: the lower bound of the residual variance
_STARTS = (0.5, 0.1)  # shares of the total variance that are not residual
_UNDEFINED = 1e300  # the deviance where it is not a number
_DIFFERENCE_STEP = 1e-6  # of a variance, for second derivatives
_SUFFICIENT_FALL = 0.5  # of the largest derivative, for a Newton step to be taken


class CrossedData:
    """Sums of cells of persons by occasions that the likelihood depends on.

    Parameters
    ----------
    person, occasion
        (n,): person and occasion of each cell, numbered from 0.
    values
        (n, c): columns with the same structure and variances.
    centred
        Whether to subtract the columns' means. With a fixed intercept this changes nothing but reduces
        rounding error; with a random intercept it must be False.
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
        if occasion.max(initial=-1) > person.max(initial=-1):  # absorb the more numerous of the two
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

    def _products(self, person: Any, occasion: Any, rest: Any) -> tuple[Any, Any, Numbers, Numbers]:
        """Return log|V|, and 1'V^-1 1, 1'V^-1 y and y'V^-1 y of each column, without an intercept.

        ``V = A + occasion WW'`` with ``A = rest I + person ZZ'``, where Z and W are the indicators of persons
        and occasions. By Woodbury's identity, in persons i with n_i cells and then in occasions,
        ``A^-1 = (I - Z diag(w_i) Z') / rest`` with ``w_i = person / (rest + n_i person)``,
        ``V^-1 = A^-1 - occasion A^-1 W S^-1 W'A^-1`` with ``S = I + occasion W'A^-1 W``,
        ``|A| = rest^(n - n_persons) prod(rest + n_i person)`` and ``|V| = |A| |S|``.
        """
        w = person / (rest + self.per_person * person)
        m = self.incidence  # Z'W
        # products with A^-1: W'A^-1 W, W'A^-1 1, W'A^-1 y, 1'A^-1 1, 1'A^-1 y, y'A^-1 y
        wa_w = (np.diag(self.per_occasion) - (m.T * w) @ m) / rest
        wa_one = (self.per_occasion - m.T @ (w * self.per_person)) / rest
        wa_y = (self.occasion_sums - m.T @ (w[:, None] * self.person_sums)) / rest
        one_one = (self.n - np.sum(w * self.per_person**2)) / rest
        one_y = (self.person_sums.sum(axis=0) - (w * self.per_person) @ self.person_sums) / rest
        y_y = (self.squares - w @ np.square(self.person_sums)) / rest
        # the same with V^-1
        s = np.eye(len(wa_w)) + occasion * wa_w
        solved = np.linalg.solve(s, np.column_stack([wa_one, wa_y])) * occasion
        one_one = one_one - wa_one @ solved[:, 0]
        one_y = one_y - wa_one @ solved[:, 1:]
        y_y = y_y - np.sum(wa_y * solved[:, 1:], axis=0)
        sign, log_s = np.linalg.slogdet(s)
        log_a = (self.n - len(self.per_person)) * np.log(rest) + np.sum(
            np.log(rest + self.per_person * person)
        )
        return log_a + log_s + np.log(sign), one_one, one_y, y_y

    def restricted(self, person: Any, occasion: Any, rest: Any) -> Any:
        """Return -2 times the restricted log likelihood with a fixed intercept in each column.

        For each column ``(n - 1) log(2 pi) + log|V| + log(1'V^-1 1) + y'V^-1 y - (1'V^-1 y)^2 / 1'V^-1 1``
        (Patterson & Thompson, 1971).
        """
        if self.swapped:
            person, occasion = occasion, person
        log_v, one_one, one_y, y_y = self._products(person, occasion, rest)
        columns = len(self.squares)
        constant = columns * (self.n - 1) * np.log(2 * np.pi)
        return constant + columns * (log_v + np.log(one_one)) + np.sum(y_y - one_y**2 / one_one)

    def with_random_intercept(self, person: Any, occasion: Any, rest: Any, intercept: Any) -> Any:
        """Return -2 times the log likelihood with a random intercept of mean 0 in each column.

        The covariance matrix is ``V + intercept 11'``. With ``g = 1 + intercept 1'V^-1 1``, its determinant
        is ``|V| g`` and the quadratic form of y is ``y'V^-1 y - intercept (1'V^-1 y)^2 / g`` (Sherman &
        Morrison, 1950).
        """
        if self.swapped:
            person, occasion = occasion, person
        log_v, one_one, one_y, y_y = self._products(person, occasion, rest)
        columns = len(self.squares)
        g = 1 + intercept * one_one
        return (
            columns * self.n * np.log(2 * np.pi)
            + columns * (log_v + np.log(g))
            + np.sum(y_y - intercept * one_y**2 / g)
        )

    def mean(self, person: float, occasion: float, rest: float) -> Floats:
        """Return the generalized least squares mean of each column, ``1'V^-1 y / 1'V^-1 1``."""
        if self.swapped:
            person, occasion = occasion, person
        _, one_one, one_y, _ = self._products(person, occasion, rest)
        means: Floats = self.centre + one_y / one_one
        return means


def minimize_over_variances(deviance: Callable[[Numbers], Any], n_variances: int, total: float) -> Floats:
    """Return the variances that minimize a deviance; the last one is the residual variance, above 0.

    Parameters
    ----------
    deviance
        An analytic function of the variances (n_variances,). Its derivatives are exact: the imaginary part
        after a tiny imaginary step, divided by the step (Squire & Trapp, 1998).
    n_variances
        Number of variances.
    total
        Approximate sum of the variances.

    Raises
    ------
    NotConvergedError
        No minimum was found.
    """
    from scipy.optimize import minimize

    def with_gradient(shares: Floats) -> tuple[float, Floats]:
        gradient = np.zeros(n_variances)
        if not np.all(np.isfinite(shares)):
            return _UNDEFINED, gradient
        value = float(np.real(deviance((shares * total).astype(np.complex128))))
        if not np.isfinite(value):
            return _UNDEFINED, gradient
        for i in range(n_variances):
            stepped = shares.astype(np.complex128)
            stepped[i] += _COMPLEX_STEP * 1j
            gradient[i] = float(np.imag(deviance(stepped * total))) / _COMPLEX_STEP
        return value, gradient

    # the parameters are variances: by a standard deviation, the derivative at 0 is always 0
    bounds = [(0.0, None)] * (n_variances - 1) + [(_LEAST_RESIDUAL, None)]
    minima: list[tuple[Floats, float]] = []
    with one_blas_thread(), np.errstate(all="ignore"):
        for share in _STARTS:
            start = np.full(n_variances, share / max(n_variances - 1, 1))
            start[-1] = 1 - share
            search = minimize(
                with_gradient,
                start,
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options={"maxiter": 2000, "maxcor": 30, "ftol": 1e-15, "gtol": 1e-8},
            )
            if search.fun < _UNDEFINED:
                minima.append((np.asarray(search.x, dtype=np.float64), float(search.fun)))
        if not minima:
            raise NotConvergedError(
                "the search for variance components did not converge from any start; check that the values "
                "vary and that none is extremely large"
            )
        best = first_lowest([value for _, value in minima], SAME_DEVIANCE)
        variances: Floats = _refined(lambda shares: with_gradient(shares)[1], minima[best][0]) * total
    return variances


def _refined(gradient_at: Callable[[Floats], Floats], shares: Floats) -> Floats:
    """Return the minimum close to where a search stopped.

    The search stops when the deviance no longer decreases, which rounding error decides. As derivatives are
    exact, Newton steps are taken as long as they reduce these; variances held at a bound stay there.
    """
    least = np.zeros(len(shares))
    least[-1] = _LEAST_RESIDUAL
    gradient = gradient_at(shares)
    free = np.flatnonzero((shares > least) | (gradient < 0))
    hessian = _free_hessian(gradient_at, shares, gradient, free)
    steepest = np.abs(gradient[free]).max(initial=0)
    while hessian is not None and steepest > 0:
        candidate = shares.copy()
        candidate[free] = np.maximum(shares[free] - np.linalg.solve(hessian, gradient[free]), least[free])
        gradient = gradient_at(candidate)
        steepest_now = np.abs(gradient[(candidate > least) | (gradient < 0)]).max(initial=0)
        if not steepest_now < _SUFFICIENT_FALL * steepest:
            break
        shares, steepest = candidate, steepest_now
    return shares


def _free_hessian(
    gradient_at: Callable[[Floats], Floats], shares: Floats, gradient: Floats, free: NDArray[np.intp]
) -> Floats | None:
    """Return second derivatives by the free variances, or None if they are not positive definite."""
    hessian = np.empty((len(free), len(free)))
    for row, i in enumerate(free):
        ahead = shares.copy()
        ahead[i] += _DIFFERENCE_STEP * max(float(shares[i]), _LEAST_RESIDUAL)
        hessian[row] = (gradient_at(ahead) - gradient)[free] / (ahead[i] - shares[i])
    hessian = (hessian + hessian.T) / 2
    try:
        np.linalg.cholesky(hessian)
    except np.linalg.LinAlgError:
        return None
    return hessian


def two_way_components(data: CrossedData, total: float) -> Floats:
    """Return the variances of persons, occasions and the residual (3,) by restricted likelihood."""
    return minimize_over_variances(lambda v: data.restricted(v[0], v[1], v[2]), 3, total)


def one_way_components(data: CrossedData, total: float) -> Floats:
    """Return the variances between and within persons (2,) by restricted likelihood."""
    return minimize_over_variances(lambda v: data.restricted(v[0], v[0] * 0, v[1]), 2, total)
