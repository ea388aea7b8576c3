"""Maximum likelihood and restricted maximum likelihood by iterated generalized least squares (arrays only).

Given the covariances of residuals, coefficients are a weighted least-squares solution; given coefficients,
covariances are products of residuals divided by the number of couples. Both steps in turn maximize the
likelihood (Oberhofer & Kmenta, 1974). For the restricted likelihood the second step adds what the error of
the coefficients takes from the residuals, ``sum of X Var(b) X'`` (an EM algorithm; Laird & Ware, 1982).

Without constraints the solution is the first step: coefficients of exchangeable couples are those of the two
regressions of `sum_difference`, those of roles least squares of each equation, whatever the covariances; and
restricted maximum likelihood divides products by the number of couples less the number of regressors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.dyads.actor_partner.constraints import eliminated, free_basis
from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.equations import ActorPartnerEquations
from intimacy_scales.dyads.actor_partner.identification import check_identified, check_residuals
from intimacy_scales.dyads.actor_partner.residuals import Structure, covariances_of
from intimacy_scales.errors import NotConvergedError
from intimacy_scales.numerics.scaled_matrices import scaled_inverse, units_of
from intimacy_scales.numerics.tolerances import SAME_RESIDUALS

Method = Literal["REML", "ML"]

_MOST_ITERATIONS = 2_000  # where the maximum is inside, some tens suffice


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """The solution.

    Attributes
    ----------
    working, working_covariance
        (p,), (p, p): working coefficients of all compositions, and their sampling covariances.
    residual_covariances
        (2, 2) for each composition, in its coordinates.
    log_likelihood
        Of the method: with REML, the restricted log-likelihood.
    n_free
        Number of coefficients that constraints leave free.
    n_iterations
        Number of steps.
    """

    working: Floats
    working_covariance: Floats
    residual_covariances: tuple[Floats, ...]
    log_likelihood: float
    n_free: int
    n_iterations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """Coefficients, their information, and products of residuals, given covariances of residuals."""

    free: Floats
    information: Floats
    covariance: Floats
    products: list[Floats]


class _Problem:
    """A model under constraints, with the residuals that are supposed.

    Working coefficients are ``basis @ free``; columns of the basis are in units of the regressors.
    """

    def __init__(self, model: ActorPartnerEquations, constraints: Floats, structure: Structure) -> None:
        self.model, self.structure, self.constraints = model, structure, constraints
        self.blocks = list(model.blocks())
        units = np.concatenate(
            [units_of(sums.weighted(np.eye(2))) for sums, _ in self.blocks]  # powers of 2: nothing is rounded
        )
        self.basis = free_basis(constraints @ model.to_coefficients() / units) / units[:, None]

        self.sums = [sums for sums, _ in self.blocks]
        self.designs = [sums.design @ self.basis[block] for sums, block in self.blocks]

    def step(self, covariances: Sequence[Floats]) -> _Step:
        """Return the generalized least-squares solution."""
        f = self.basis.shape[1]
        flat = [
            (design.reshape(-1, f), sums.outcome.ravel())
            for design, sums in zip(self.designs, self.sums, strict=True)
        ]
        weighted = [
            (np.linalg.inv(matrix) @ design.reshape(2, -1)).reshape(-1, f)
            for design, matrix in zip(self.designs, covariances, strict=True)
        ]
        information = sum(rows.T @ design for rows, (design, _) in zip(weighted, flat, strict=True))
        check_identified(self.model, self.basis, information)
        covariance, free = scaled_inverse(information), np.zeros(f)
        for _ in range(2):  # once more, for what was lost to rounding
            residuals = [outcome - design @ free for design, outcome in flat]
            free = free + covariance @ sum(
                rows.T @ rest for rows, rest in zip(weighted, residuals, strict=True)
            )
        residuals = [(outcome - design @ free).reshape(2, -1) for design, outcome in flat]
        return _Step(
            free=free,
            information=information,
            covariance=covariance,
            products=[rest @ rest.T for rest in residuals],
        )

    def prediction_products(self, step: _Step) -> list[Floats]:
        """Return ``sum over couples of X Var(b) X'`` (2, 2) of each composition."""
        return [
            (design @ step.covariance).reshape(2, -1) @ design.reshape(2, -1).T for design in self.designs
        ]

    def covariances(self, products: Sequence[Floats]) -> list[Floats]:
        """Return the covariances of residuals that follow from products."""
        covariances = covariances_of(self.structure, self.sums, products)
        check_residuals(self.sums, covariances)
        return covariances


def estimate(
    model: ActorPartnerEquations, constraints: Floats, structure: Structure, method: Method
) -> Estimates:
    """Fit a model.

    Parameters
    ----------
    model
        The model and its data.
    constraints
        (r, p): weights of coefficients, each row of which must sum up to 0.
    structure
        What the residuals of different cells and compositions have in common.
    method
        ``REML`` or ``ML``.

    Raises
    ------
    EstimationError
        The couples do not determine the coefficients, or the residuals are 0.
    NotConvergedError
        The steps did not converge.
    """
    problem = _Problem(model, constraints, structure)
    covariances = _start(problem, method)
    for iteration in range(1, _MOST_ITERATIONS):
        step = problem.step(covariances)
        products = step.products
        if method == "REML":
            errors = problem.prediction_products(step)
            products = [product + error for product, error in zip(products, errors, strict=True)]
        previous, covariances = covariances, problem.covariances(products)
        if _same(covariances, previous):
            return _estimates(problem, covariances, method, iteration)
    raise NotConvergedError(
        f"residual covariances of the actor-partner model did not converge in {_MOST_ITERATIONS} steps; "
        "there are probably too few couples for its coefficients: leave predictors out, or constrain them"
    )


def _start(problem: _Problem, method: Method) -> list[Floats]:
    """Return residual covariances after the first step, which weighs both coordinates by their own variance.

    With REML they are divided by the number of couples less that of regressors, ``sum of X Var(b) X'`` in
    units of the variance: without constraints, this is the solution.
    """
    sums = problem.sums
    weights = [np.diag(couples.spread.diagonal() / couples.n) for couples in sums]
    check_residuals(sums, weights)
    step = problem.step(weights)
    if method == "ML":
        return problem.covariances(step.products)
    scaled = []
    for couples, product, error, weight in zip(
        sums, step.products, problem.prediction_products(step), weights, strict=True
    ):
        left = 1 - error.diagonal() / weight.diagonal() / couples.n
        root = 1 / np.sqrt(np.maximum(left, 1 / (10 * couples.n)))
        scaled.append(product * np.outer(root, root))
    return problem.covariances(scaled)


def _same(one: Sequence[Floats], other: Sequence[Floats]) -> bool:
    """Return whether covariances are equal but for rounding error."""
    for matrix, previous in zip(one, other, strict=True):
        sds = np.sqrt(matrix.diagonal())
        if (np.abs(matrix - previous) > SAME_RESIDUALS * np.outer(sds, sds)).any():
            return False
    return True


def _estimates(
    problem: _Problem, covariances: Sequence[Floats], method: Method, n_iterations: int
) -> Estimates:
    step = problem.step(covariances)
    return Estimates(
        working=problem.basis @ step.free,
        working_covariance=problem.basis @ step.covariance @ problem.basis.T,
        residual_covariances=tuple(covariances),
        log_likelihood=_log_likelihood(problem, step, covariances, method),
        n_free=len(step.free),
        n_iterations=n_iterations,
    )


def _log_likelihood(problem: _Problem, step: _Step, covariances: Sequence[Floats], method: Method) -> float:
    """Return the log-likelihood of all outcomes, or with REML that of contrasts without coefficients.

    ``-(2 n - f) / 2 log(2 pi) - sum n log|V| / 2 - sum tr(V^-1 S) / 2 - log|X' V^-1 X| / 2``, f = 0 and
    without the last term for ML. The last term depends on the units of coefficients; it is that of the
    coefficients of the terms, as in `nlme` (Pinheiro & Bates, 2000).
    """
    sums = problem.sums
    n_values = 2 * sum(couples.n for couples in sums)
    value = 0.0
    for couples, product, matrix in zip(sums, step.products, covariances, strict=True):
        value -= couples.n * float(np.linalg.slogdet(matrix)[1])
        value -= float(np.trace(np.linalg.solve(matrix, product)))
    if method == "REML":
        n_values -= len(step.free)
        rows = eliminated(problem.constraints)[1]
        to_terms = (problem.model.to_coefficients() @ problem.basis)[rows]
        value -= float(np.linalg.slogdet(step.information)[1]) - 2 * float(np.linalg.slogdet(to_terms)[1])
    return (value - n_values * math.log(2 * math.pi)) / 2
