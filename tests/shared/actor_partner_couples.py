"""Couples with known effects as arrays, R's couples, and a direct likelihood of actor-partner models."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from intimacy_scales.dyads.actor_partner.equations import ActorPartnerEquations, actor_partner_equations
from intimacy_scales.dyads.actor_partner.terms import Composition
from tests.shared.folders import REFERENCE

Floats = NDArray[np.float64]

ROLES = (Composition(roles=("first", "second")),)
KINDS = (Composition(name="ff"), Composition(name="fm", roles=("first", "second")), Composition(name="mm"))


def simulated_by_r() -> dict[str, Any]:
    """Return the couples that `tests/reference/actor_partner.R` simulated."""
    table = pd.read_csv(REFERENCE / "couples.csv")
    return {
        "x": table[["x_1", "x_2"]].to_numpy(),
        "y": table[["y_1", "y_2"]].to_numpy(),
        "z": table["z"].to_numpy(),
        "kind": np.array([["ff", "fm", "mm"].index(kind) for kind in table["kind"]]),
    }


def random_couples(seed: int, n: int, *, n_predictors: int = 1, correlation: float = 0.4) -> dict[str, Any]:
    """Return random couples: outcome ``y``, predictors ``x1`` …, and a covariate ``z``.

    The actor effect is .5, the partner effect .2; ``correlation`` is that of residuals.
    """
    rng = np.random.default_rng(seed)
    names = [f"x{number + 1}" for number in range(n_predictors)]
    predictors = {name: rng.normal(3, 1, (n, 2)) + rng.normal(0, 0.5, (n, 1)) for name in names}
    z = rng.normal(10, 2, n)
    root = np.linalg.cholesky(np.array([[1.0, correlation], [correlation, 1.0]]))
    outcome = 1 + rng.normal(size=(n, 2)) @ root.T + 0.1 * z[:, None]
    for scores in predictors.values():
        outcome = outcome + 0.5 * scores + 0.2 * scores[:, ::-1]
    return {"y": outcome, "x": predictors, "z": z}


def model_of(couples: dict[str, Any], **options: Any) -> ActorPartnerEquations:
    """Return the model of random couples."""
    return actor_partner_equations(couples["y"], couples["x"], **options)


def design_of(model: ActorPartnerEquations, couples: dict[str, Any], kinds: Sequence[int]) -> Floats:
    """Return the design matrix (n, 2, p) of a model of uncentred variables, couple by couple."""
    design = np.zeros((len(couples["y"]), 2, len(model.terms)))
    for couple in range(len(design)):
        composition = model.sums[kinds[couple]].composition
        for member in (0, 1):
            cell = composition.cells[0 if composition.exchangeable else member]
            for column, term in enumerate(model.terms):
                if term.cell != cell:
                    continue
                value = 1.0
                if term.predictor is not None:
                    of_whom = member if term.kind == "actor" else 1 - member
                    value *= couples["x"][term.predictor][couple, of_whom]
                if term.covariate is not None:
                    value *= couples["z"][couple]
                design[couple, member, column] = value
    return design


def largest_likelihood(
    design: Floats,
    outcome: Floats,
    covariances: Callable[[Floats], list[Floats]],
    n_parameters: int,
    kinds: Sequence[int],
    *,
    restricted: bool,
) -> tuple[float, Floats]:
    """Maximize the likelihood of stacked couples over the parameters of residual covariances.

    Returns the log-likelihood, and the coefficients of ``design``.
    """

    def minus_log_likelihood(parameters: Floats) -> tuple[float, Floats]:
        matrices = covariances(parameters)
        of_couples = np.array([matrices[kind] for kind in kinds])
        inverses = np.linalg.inv(of_couples)
        weighted = inverses @ design
        information = np.tensordot(design, weighted, ((0, 1), (0, 1)))
        right = np.tensordot(weighted, outcome, ((0, 1), (0, 1)))
        constant = float(np.log(np.linalg.det(of_couples)).sum())
        squares = float(np.einsum("ni,nij,nj->", outcome, inverses, outcome))
        coefficients = np.linalg.solve(information, right)
        n_values = outcome.size
        value = constant + squares - right @ coefficients
        if restricted:
            n_values -= len(coefficients)
            value += np.linalg.slogdet(information)[1]
        return 0.5 * (value + n_values * math.log(2 * math.pi)), coefficients

    search = minimize(
        lambda parameters: minus_log_likelihood(parameters)[0],
        np.zeros(n_parameters),
        method="BFGS",
        options={"gtol": 1e-8},
    )
    value, coefficients = minus_log_likelihood(search.x)
    return -value, coefficients


def two_by_two(log_sd_1: float, log_sd_2: float, angle: float) -> Floats:
    """Return a covariance matrix of free parameters."""
    a, b, r = math.exp(log_sd_1), math.exp(log_sd_2), math.tanh(angle)
    return np.array([[a * a, r * a * b], [r * a * b, b * b]])
