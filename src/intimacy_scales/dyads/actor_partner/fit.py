"""The fit of an actor-partner model: coefficients, residuals, likelihood (arrays only)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args

import numpy as np

from intimacy_scales.dyads.actor_partner.constraints import checked_constraints, free_basis, zero
from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.degrees_of_freedom import VarianceOfVariances
from intimacy_scales.dyads.actor_partner.equations import ActorPartnerEquations
from intimacy_scales.dyads.actor_partner.estimation import Estimates, Method, estimate
from intimacy_scales.dyads.actor_partner.identification import check_enough_couples
from intimacy_scales.dyads.actor_partner.residuals import (
    Structure,
    check_structure,
    of_partners,
    variance_parameters,
)
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of


@dataclass(frozen=True, kw_only=True)
class ActorPartnerFit:
    """A fitted actor-partner model.

    Attributes
    ----------
    model
        The model and its data.
    constraints
        (r, p): weights of coefficients, each row of which sums up to 0.
    residuals
        What the residuals of different cells and compositions have in common.
    method
        ``REML`` or ``ML``.
    coefficients, covariance
        (p,), (p, p): in the order of ``model.terms``, and their sampling covariances ``(X' V^-1 X)^-1``.
    residual_covariances
        (2, 2) for each composition: of the first and the second partner.
    log_likelihood
        Of the method, as `nlme::gls` gives it; restricted ones can be compared only between models with the
        same coefficients.
    n_parameters
        Number of free coefficients, and of variances and covariances.
    """

    model: ActorPartnerEquations
    constraints: Floats
    residuals: Structure
    method: Method
    coefficients: Floats
    covariance: Floats
    residual_covariances: tuple[Floats, ...]
    log_likelihood: float
    n_parameters: int
    estimates: Estimates

    @property
    def standard_errors(self) -> Floats:
        """Standard errors of the coefficients (p,)."""
        errors: Floats = np.sqrt(self.covariance.diagonal().clip(0))
        return errors

    @property
    def residual_sds(self) -> dict[str, float]:
        """Standard deviation of the residuals in each cell."""
        return {
            cell: math.sqrt(float(matrix[partner, partner]))
            for sums, matrix in zip(self.model.sums, self.residual_covariances, strict=True)
            for partner, cell in enumerate(sums.composition.cells)
        }

    @property
    def residual_correlations(self) -> dict[str, float]:
        """Correlation of the residuals of two partners in each composition."""
        return {
            sums.composition.name: float(matrix[0, 1] / np.sqrt(matrix.diagonal().prod()))
            for sums, matrix in zip(self.model.sums, self.residual_covariances, strict=True)
        }

    @cached_property
    def r_squared(self) -> dict[str, float]:
        """Share of the outcome's variance that is explained, in each cell.

        It is ``1 - residual variance / variance in the model without predictors``, both by the method of the
        fit (Kenny, Kashy & Cook, 2006, ch. 7), so that with REML it may be slightly negative.
        """
        slopes = [position for position, term in enumerate(self.model.terms) if term.kind != "intercept"]
        empty = fit(
            self.model, constraints=zero(self.model, slopes), residuals=self.residuals, method=self.method
        )
        return {cell: 1 - (sd / empty.residual_sds[cell]) ** 2 for cell, sd in self.residual_sds.items()}

    @cached_property
    def by_maximum_likelihood(self) -> ActorPartnerFit:
        """The same model fitted by maximum likelihood."""
        if self.method == "ML":
            return self
        return fit(self.model, constraints=self.constraints, residuals=self.residuals, method="ML")

    @cached_property
    def variance_of_variances(self) -> VarianceOfVariances:
        """What degrees of freedom are computed from."""
        return VarianceOfVariances(self.model, self.residuals, self.estimates)

    @property
    def degrees_of_freedom(self) -> Floats:
        """Degrees of freedom (p,) of the t test of each coefficient (Satterthwaite, 1946)."""
        rows = np.eye(len(self.coefficients))
        return np.array([self.variance_of_variances.degrees_of_freedom(row) for row in rows])

    def coefficient(self, kind: Any, predictor: str | None = None, **options: Any) -> float:
        """Return the estimate of one coefficient; arguments are those of `ActorPartnerEquations.position`."""
        return float(self.coefficients[self.model.position(kind, predictor, **options)])


def fit(
    model: ActorPartnerEquations,
    *,
    constraints: Floats | None = None,
    residuals: Structure = "free",
    method: Method = "REML",
) -> ActorPartnerFit:
    """Fit an actor-partner model to complete couples.

    Parameters
    ----------
    model
        The model and its data, of `actor_partner_equations`.
    constraints
        (r, p): weights of coefficients, each row of which must sum up to 0; `constraints.py` has the common
        ones. None: every cell has its own coefficients.
    residuals
        ``free``: variances of each cell, and a correlation of each composition. ``equal_variances``: also the
        two roles of a composition have one variance. ``one_correlation``: variances of each cell, one
        correlation of all couples. ``one_for_all``: one variance and one correlation.
    method
        ``REML``: restricted maximum likelihood, whose variances and standard errors are unbiased where there
        are no constraints. ``ML``: maximum likelihood, which likelihood-ratio tests need.

    Returns
    -------
    ActorPartnerFit

    Raises
    ------
    EstimationError
        Too few couples, outcomes or residuals that do not vary, or options that are not valid.
    NotIdentifiedError
        The couples do not determine the coefficients, for example because a predictor does not differ between
        partners.
    NotConvergedError
        The search for residual covariances did not converge.

    Examples
    --------
    >>> from intimacy_scales.dyads.actor_partner.equations import actor_partner_equations
    >>> outcome = [[4, 5], [2, 3], [3, 3], [5, 4], [4, 2], [1, 2]]
    >>> trust = [[3, 4], [1, 3], [2, 4], [4, 2], [3, 1], [1, 2]]
    >>> fitted = fit(actor_partner_equations(outcome, {"trust": trust}))
    >>> fitted.coefficients.round(3).tolist()
    [3.167, 0.944, 0.389]
    """
    check_structure(residuals)
    if method not in get_args(Method):
        raise EstimationError(not_one_of("method", method, get_args(Method)))
    rows = checked_constraints(model, constraints)
    if not len(rows):
        check_enough_couples(model)
    estimates = estimate(model, rows, residuals, method)
    not_zero = np.any(
        free_basis(rows) != 0, axis=1
    )  # where a constraint says 0, rounding error does not stay
    to_terms = np.where(not_zero[:, None], model.to_coefficients(), 0.0)
    n_variances = len(variance_parameters(residuals, model.sums, estimates.residual_covariances))
    return ActorPartnerFit(
        model=model,
        constraints=rows,
        residuals=residuals,
        method=method,
        coefficients=to_terms @ estimates.working,
        covariance=to_terms @ estimates.working_covariance @ to_terms.T,
        residual_covariances=tuple(
            of_partners(sums, matrix)
            for sums, matrix in zip(model.sums, estimates.residual_covariances, strict=True)
        ),
        log_likelihood=estimates.log_likelihood,
        n_parameters=estimates.n_free + n_variances,
        estimates=estimates,
    )
