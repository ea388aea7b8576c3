"""Regressions of both partners' outcomes on what both reported, of complete couples (arrays only).

For partner i with the other partner j, ``y_i = b0 + c z_ij + a x_i + p x_j + e_i``, where z (such as the
product ``x_i x_j``) is the same for both partners and each x has an own and a partner coefficient.

Each kind of couples has two regressions, of one row for each couple, whose solutions are ordinary least
squares:

- Distinguishable partners: one regression for each partner, with the same regressors, so that least
  squares is maximum likelihood whatever the covariance of the residuals (Zellner, 1962).
- Exchangeable partners: one of couple means, ``mean y = b0 + c z + (a + p) mean x``, and one of
  half-differences, ``(y1 - y2) / 2 = (a - p) (x1 - x2) / 2``, without an intercept. Their residuals are
  uncorrelated, and both of their variances are free, so that partners may also be less alike than strangers
  (Griffin & Gonzalez, 1995; Kenny, Kashy & Cook, 2006, ch. 7). Swapping partners only changes signs of
  half-differences.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.numerics.tolerances import NO_VARIANCE, ROUNDING, SINGULAR
from intimacy_scales.results.frozen import Frozen
from intimacy_scales.results.wording import counted

Floats = NDArray[np.float64]
ErrorRule = Literal["ML", "MLR", "REML"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regressors:
    """What both partners' outcomes are regressed on.

    Attributes
    ----------
    shared
        (n, r): regressors that are the same for both partners, apart from the intercept.
    paired
        (n, 2, q): each partner's value of the regressors with an own and a partner coefficient.
    shared_names, paired_names
        Their names, for messages.
    """

    shared: Floats
    paired: Floats
    shared_names: Sequence[str]
    paired_names: Sequence[str]

    @property
    def n_terms(self) -> int:
        """Number of coefficients of one partner: intercept, shared, own, partner."""
        return int(1 + self.shared.shape[1] + 2 * self.paired.shape[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression(Frozen):
    """One ordinary regression with a row for each couple.

    Attributes
    ----------
    design
        (n, p).
    coefficients
        (p,).
    residuals
        (n,).
    inverse
        (p, p): the inverse of ``X'X``.
    """

    design: Floats
    coefficients: Floats
    residuals: Floats
    inverse: Floats

    @property
    def df(self) -> int:
        """Residual degrees of freedom."""
        return len(self.design) - len(self.inverse)

    @property
    def leverages(self) -> Floats:
        """Diagonal of the hat matrix (n,)."""
        leverages: Floats = np.einsum("ij,jk,ik->i", self.design, self.inverse, self.design)
        return leverages


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleRegressions(Frozen):
    """The regressions of couples, and the coefficients that follow from them.

    Attributes
    ----------
    parts
        Of distinguishable partners, each partner's regression; otherwise that of couple means and that of
        half-differences.
    distinguishable
        Which of these.
    to_terms
        (n_cells, n_terms, n_working): coefficients of each cell (each partner, or both alike) as linear
        forms of the coefficients of both regressions. The order is intercept, shared, own, partner.
    """

    parts: tuple[Regression, Regression]
    distinguishable: bool
    to_terms: Floats

    @property
    def n(self) -> int:
        """Number of couples."""
        return len(self.parts[0].residuals)

    @property
    def n_terms(self) -> int:
        """Number of coefficients of a cell."""
        return int(self.to_terms.shape[1])

    @property
    def coefficients(self) -> Floats:
        """Coefficients of each cell (n_cells, n_terms)."""
        working = np.concatenate([part.coefficients for part in self.parts])
        coefficients: Floats = self.to_terms @ working
        return coefficients

    def residual_covariances(self, rule: ErrorRule) -> Floats:
        """Return the covariances (2, 2) of the residuals of both regressions.

        The divisor is n, with ``REML`` the residual degrees of freedom. Those of exchangeable partners do
        not covary: swapping partners in half of the couples would change the sign.
        """
        residuals = np.array([part.residuals for part in self.parts])
        divisors = [math.sqrt(part.df if rule == "REML" else self.n) for part in self.parts]
        covariances: Floats = residuals @ residuals.T / np.outer(divisors, divisors)
        return covariances if self.distinguishable else np.diag(covariances.diagonal())

    def partner_covariances(self, rule: ErrorRule) -> Floats:
        """Return the residual covariances (2, 2) of the two partners."""
        covariances = self.residual_covariances(rule)
        if self.distinguishable:
            return covariances
        of_means, of_halves = covariances.diagonal()
        both, between = of_means + of_halves, of_means - of_halves
        return np.array([[both, between], [between, both]])

    def covariance(self, rule: ErrorRule) -> Floats:
        """Return the covariance matrix of the coefficients of all cells, one after another.

        ``ML`` and ``REML`` assume normality: ``sigma_st (X_s'X_s)^-1 X_s'X_t (X_t'X_t)^-1`` for regressions
        s and t. ``MLR`` is the sandwich of Huber and White: ``sum x_si e_si e_ti x_ti'`` over couples in
        the middle.
        """
        sigma = self.residual_covariances(rule)
        blocks = [
            [first.inverse @ self._middle(first, second, sigma[s, t], rule) @ second.inverse
             for t, second in enumerate(self.parts)]
            for s, first in enumerate(self.parts)
        ]  # fmt: skip
        terms = self.to_terms.reshape(-1, self.to_terms.shape[2])
        covariance: Floats = terms @ np.block(blocks) @ terms.T
        return covariance

    def standard_error(self, weights: Floats, rule: ErrorRule) -> float:
        """Return the standard error of a linear form of coefficients of all cells.

        A robust one is 0, and of no use, where the form follows from couples that have no residual because
        they alone determine a coefficient.
        """
        variance = float(weights @ self.covariance(rule) @ weights)
        if rule == "MLR" and variance <= ROUNDING * float(weights @ self.covariance("ML") @ weights):
            return 0.0
        return math.sqrt(max(variance, 0.0))

    @staticmethod
    def _middle(first: Regression, second: Regression, sigma: float, rule: ErrorRule) -> Floats:
        """Return the middle of one block of the sandwich."""
        if rule != "MLR":
            return np.asarray(sigma * (first.design.T @ second.design))
        products = first.residuals * second.residuals
        return np.asarray((first.design * products[:, None]).T @ second.design)

    def degrees_of_freedom(self, weights: Floats, rule: ErrorRule) -> float:
        """Return the degrees of freedom of a linear form of coefficients of all cells.

        Infinite for ``ML`` and ``MLR``. With ``REML``, those of the regressions; of exchangeable partners,
        whose coefficients are sums over both regressions, by Satterthwaite's (1946) approximation.
        """
        if rule != "REML":
            return math.inf
        if self.distinguishable:
            return float(min(part.df for part in self.parts))
        working = weights @ self.to_terms.reshape(-1, self.to_terms.shape[2])
        sigma, start, variances = self.residual_covariances(rule).diagonal(), 0, []
        for part, variance in zip(self.parts, sigma, strict=True):
            chosen = working[start : start + len(part.coefficients)]
            variances.append(float(variance * (chosen @ part.inverse @ chosen)))
            start += len(part.coefficients)
        below = sum(v**2 / part.df for v, part in zip(variances, self.parts, strict=True))
        return float(sum(variances) ** 2 / below) if below > 0 else math.inf

    @property
    def log_likelihood(self) -> float:
        """Maximum of the log-likelihood of both partners' outcomes, given the regressors."""
        covariances = self.partner_covariances("ML")
        determinant = covariances[0, 0] * covariances[1, 1] - covariances[0, 1] ** 2
        return -self.n * (math.log(2 * math.pi) + 1) - self.n / 2 * math.log(determinant)

    @property
    def n_parameters(self) -> int:
        """Number of coefficients and residual variances and covariances."""
        return sum(len(part.coefficients) for part in self.parts) + (3 if self.distinguishable else 2)


def couple_regressions(
    outcome: Floats, regressors: Regressors, *, distinguishable: bool
) -> CoupleRegressions:
    """Return the regressions of couples by least squares, which is maximum likelihood.

    Parameters
    ----------
    outcome
        (n, 2), complete.
    regressors
        What it is regressed on.
    distinguishable
        Whether each partner has coefficients of their own.

    Raises
    ------
    EstimationError
        Too few couples, regressors that depend on each other, or an outcome without residuals.
    """
    needed = regressors.n_terms + (2 if distinguishable else 1)  # two, as partners' residuals must differ
    if len(outcome) < needed:
        raise EstimationError(
            f"{counted(len(outcome), 'complete couple')} and {regressors.n_terms} coefficients: at least "
            f"{needed} couples are needed"
        )
    fit = _of_partners if distinguishable else _of_means_and_halves
    parts, to_terms = fit(outcome, regressors)
    regressions = CoupleRegressions(parts=parts, distinguishable=distinguishable, to_terms=to_terms)
    _check_residuals(regressions, outcome)
    return regressions


def _of_partners(outcome: Floats, regressors: Regressors) -> tuple[tuple[Regression, Regression], Floats]:
    """Return a regression for each partner, and the coefficients as linear forms of theirs."""
    names = [
        "the intercept", *regressors.shared_names,
        *(f"own {name}" for name in regressors.paired_names),
        *(f"the partner's {name}" for name in regressors.paired_names),
    ]  # fmt: skip
    parts = []
    for partner in (0, 1):
        these, others = regressors.paired[:, partner], regressors.paired[:, 1 - partner]
        design = np.column_stack([np.ones(len(outcome)), regressors.shared, these, others])
        parts.append(_least_squares(design, outcome[:, partner], names))
    terms = np.eye(2 * regressors.n_terms).reshape(2, regressors.n_terms, -1)
    return (parts[0], parts[1]), terms


def _of_means_and_halves(
    outcome: Floats, regressors: Regressors
) -> tuple[tuple[Regression, Regression], Floats]:
    """Return the regressions of couple means and half-differences, and coefficients as forms of theirs."""
    paired = regressors.paired
    means = np.column_stack([np.ones(len(outcome)), regressors.shared, (paired[:, 0] + paired[:, 1]) / 2])
    halves = (paired[:, 0] - paired[:, 1]) / 2
    mean_names = [
        "the intercept",
        *regressors.shared_names,
        *(f"{x} of a couple" for x in regressors.paired_names),
    ]
    half_names = [f"the difference between partners in {name}" for name in regressors.paired_names]
    of_means = _least_squares(means, (outcome[:, 0] + outcome[:, 1]) / 2, mean_names)
    of_halves = _least_squares(halves, (outcome[:, 0] - outcome[:, 1]) / 2, half_names)
    n_shared, q = 1 + regressors.shared.shape[1], paired.shape[2]
    terms = np.zeros((regressors.n_terms, n_shared + 2 * q))
    terms[:n_shared, :n_shared] = np.eye(n_shared)
    half = np.eye(q) / 2
    terms[n_shared:, n_shared:] = np.block([[half, half], [half, -half]])
    return (of_means, of_halves), terms[None]


def _least_squares(design: Floats, outcome: Floats, names: Sequence[str]) -> Regression:
    """Return a regression from its normal equations, with one step that removes their rounding error.

    Sums of products do not change by a bit where the signs of a whole row do.
    """
    inverse = _inverse(design.T @ design, names)
    coefficients = inverse @ (design.T @ outcome)
    coefficients = coefficients + inverse @ (design.T @ (outcome - design @ coefficients))
    return Regression(
        design=design,
        coefficients=coefficients,
        residuals=outcome - design @ coefficients,
        inverse=inverse,
    )


def _inverse(products: Floats, names: Sequence[str]) -> Floats:
    """Return the inverse of sums of products, taken at unit length.

    Raises
    ------
    EstimationError
        A regressor is 0 in all couples, or follows from others; the message names them.
    """
    lengths = np.sqrt(products.diagonal())
    if not lengths.all():
        zero = ", ".join(name for name, length in zip(names, lengths, strict=True) if length == 0)
        raise EstimationError(f"coefficients are not identified: {zero} is 0 in all couples")
    values, vectors = np.linalg.eigh(products / np.outer(lengths, lengths))
    if values[0] <= SINGULAR * values[-1]:
        shares = np.abs(vectors[:, 0])
        involved = [name for name, share in zip(names, shares, strict=True) if share > math.sqrt(SINGULAR)]
        raise EstimationError(
            f"coefficients are not identified: {', '.join(involved)} depend on each other in these couples "
            "(scores with few different values, or one variable computed from another)"
        )
    inverse: Floats = (vectors / values) @ vectors.T / np.outer(lengths, lengths)
    return inverse


def _check_residuals(regressions: CoupleRegressions, outcome: Floats) -> None:
    """Raise where the outcome does not vary, or residuals are 0 or depend on each other completely."""
    columns = outcome.T if regressions.distinguishable else [outcome]
    for scores in columns:
        if scores.var() <= NO_VARIANCE * float((scores**2).mean()):
            whose = "of one partner" if regressions.distinguishable else "of both partners"
            raise EstimationError(f"the outcome {whose} is the same in all couples; it must vary")
    covariances = regressions.partner_covariances("ML")
    if np.linalg.eigvalsh(covariances)[0] <= ROUNDING * float(outcome.var()):
        raise EstimationError(
            "the outcome is predicted without any error, in both partners or in a difference or sum of "
            "theirs, so that errors of estimates are undefined; check whether the outcome was computed "
            "from the predictors"
        )
