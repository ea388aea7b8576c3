"""Tests of linear hypotheses about paths: Wald's chi-square, F, and likelihood ratio (arrays only)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from intimacy_scales.dyads.actor_partner.constraints import (
    checked_constraints,
    free_basis,
    zero,
)
from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.equations import ActorPartnerEquations
from intimacy_scales.dyads.actor_partner.fit import ActorPartnerFit, fit
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of
from intimacy_scales.numerics.scaled_matrices import scaled_solve
from intimacy_scales.numerics.tolerances import EQUAL_FITS

Pattern = Literal["actor_only", "partner_only", "couple", "contrast"]

PATTERNS: dict[Pattern, tuple[float, float]] = {
    "actor_only": (0.0, 1.0),
    "partner_only": (1.0, 0.0),
    "couple": (1.0, -1.0),
    "contrast": (1.0, 1.0),
}
"""Weights of the actor and the partner effect whose sum is 0: p = 0, a = 0, a = p, a = -p (Kenny & Ledermann,
2010)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathTest:
    """A test of a hypothesis.

    Attributes
    ----------
    method
        ``Wald``, ``F`` or ``likelihood ratio``.
    statistic, df, p_value
        The statistic, its degrees of freedom, and the probability of a larger one.
    df_denominator
        Of an F; nan for a chi-square.
    """

    method: Literal["Wald", "F", "likelihood ratio"]
    statistic: float
    df: int
    p_value: float
    df_denominator: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class PathTests:
    """The same hypothesis, tested in three ways."""

    wald: PathTest
    f: PathTest
    likelihood_ratio: PathTest


def wald_test(fitted: ActorPartnerFit, weights: Floats, values: Floats | float = 0.0) -> PathTest:
    """Test ``weights @ coefficients = values`` by Wald's chi-square.

    Parameters
    ----------
    fitted
        The fit.
    weights
        (r, p): weights of the coefficients, or (p,) for one hypothesis.
    values
        (r,), or one value for all.

    Raises
    ------
    EstimationError
        Weights are not valid, or the hypotheses follow from each other or from the constraints of the fit.
    """
    statistic, df = _wald(fitted, weights, values)
    return PathTest(method="Wald", statistic=statistic, df=df, p_value=_chi_square_p(statistic, df))


def f_test(fitted: ActorPartnerFit, weights: Floats, values: Floats | float = 0.0) -> PathTest:
    """Test ``weights @ coefficients = values`` by F, ``Wald's chi-square / r``; arguments as in `wald_test`.

    The denominator has Satterthwaite's degrees of freedom (Fai & Cornelius, 1996). With one hypothesis, F is
    the square of its t.
    """
    from scipy.special import fdtrc

    statistic, df = _wald(fitted, weights, values)
    denominator = fitted.variance_of_variances.of_joint_test(checked_constraints(fitted.model, weights))
    return PathTest(
        method="F",
        statistic=statistic / df,
        df=df,
        df_denominator=denominator,
        p_value=float(fdtrc(df, denominator, statistic / df)),
    )


def _wald(fitted: ActorPartnerFit, weights: Floats, values: Floats | float) -> tuple[float, int]:
    """Return ``d' (R V R')^-1 d``, ``d = R b - values``, and the number of hypotheses."""
    rows = checked_constraints(fitted.model, weights)
    n_left = free_basis(np.vstack([fitted.constraints, rows])).shape[1]
    if not len(rows) or free_basis(fitted.constraints).shape[1] - n_left < len(rows):
        raise EstimationError(
            "the hypotheses follow from each other or from constraints of the fit; leave out those that do"
        )
    deviations = rows @ fitted.coefficients - values
    return float(deviations @ scaled_solve(rows @ fitted.covariance @ rows.T, deviations)), len(rows)


def likelihood_ratio_test(constrained: ActorPartnerFit, free: ActorPartnerFit) -> PathTest:
    """Compare two nested fits to the same couples by maximum likelihood.

    Raises
    ------
    EstimationError
        A fit by REML, other data, or fits that are not nested.
    """
    for fitted in (constrained, free):
        if fitted.method != "ML":
            raise EstimationError(
                f"method={fitted.method!r} of a fit is not valid here; allowed: 'ML', since restricted "
                "likelihoods of different coefficients do not compare; fit both with method='ML'"
            )
    df = free.n_parameters - constrained.n_parameters
    statistic = 2 * (free.log_likelihood - constrained.log_likelihood)
    if constrained.model is not free.model or df < 1 or statistic < -EQUAL_FITS:
        raise EstimationError(
            "these fits are not nested; allowed: fits of one model, the first with more constraints "
            "than the second"
        )
    statistic = max(statistic, 0.0)
    return PathTest(
        method="likelihood ratio", statistic=statistic, df=df, p_value=_chi_square_p(statistic, df)
    )


def _chi_square_p(statistic: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, statistic))


def path_tests(fitted: ActorPartnerFit, weights: Floats) -> PathTests:
    """Test ``weights @ coefficients = 0`` in three ways; the likelihood ratio fits both models by ML.

    Examples
    --------
    >>> from intimacy_scales.dyads.actor_partner.equations import actor_partner_equations
    >>> outcome = [[4, 5], [2, 3], [3, 3], [5, 4], [4, 2], [1, 2]]
    >>> model = actor_partner_equations(outcome, {"trust": [[3, 4], [1, 3], [2, 4], [4, 2], [3, 1], [1, 2]]})
    >>> tests = path_tests(fit(model), pattern_weights(model, "trust", "couple"))
    >>> round(tests.f.statistic, 3), tests.likelihood_ratio.df
    (11.364, 1)
    """
    constraints = np.vstack([fitted.constraints, checked_constraints(fitted.model, weights)])
    constrained = fit(fitted.model, constraints=constraints, residuals=fitted.residuals, method="ML")
    return PathTests(
        wald=wald_test(fitted, weights),
        f=f_test(fitted, weights),
        likelihood_ratio=likelihood_ratio_test(constrained, fitted.by_maximum_likelihood),
    )


def pattern_weights(
    model: ActorPartnerEquations, predictor: str, pattern: Pattern, *, cells: Sequence[str] | None = None
) -> Floats:
    """Return the weights (cells, p) of coefficients whose sum is 0 under a pattern.

    Parameters
    ----------
    model
        The model.
    predictor
        Whose effects.
    pattern
        ``actor_only``, ``partner_only``, ``couple`` or ``contrast``.
    cells
        The cells that it is to hold in; None for all.

    Raises
    ------
    EstimationError
        The pattern, predictor or a cell is not known.
    """
    if pattern not in PATTERNS:
        raise EstimationError(not_one_of("pattern", pattern, list(PATTERNS)))
    of_actor, of_partner = PATTERNS[pattern]
    chosen = model.cells if cells is None else cells
    actors = zero(model, [model.position("actor", predictor, cell=cell) for cell in chosen])
    partners = zero(model, [model.position("partner", predictor, cell=cell) for cell in chosen])
    return of_actor * actors + of_partner * partners
