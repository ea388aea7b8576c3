"""Estimates of paths and tests of constraints, as every engine for actor-partner models gives them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.actor_partner.terms import Term
from intimacy_scales.dyads.models.effects import PartnerActorRatio
from intimacy_scales.factor.confirmatory.estimation.fit import Fit, chi_square_p
from intimacy_scales.results.interval import Interval

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Correlation of the residuals of two partners, with its standard error (nan where that is not known)."""

    estimate: float
    se: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PathEstimates:
    """Estimates of an actor-partner model, whichever engine they are from.

    Attributes
    ----------
    terms
        The p coefficients.
    values, covariance
        (p,), (p, p): estimates and their sampling covariances.
    degrees_of_freedom
        (p,): of the t test of each coefficient; infinite for normal tests.
    residual_sds
        Cell → standard deviation of the residuals.
    residual_correlations
        Composition → correlation of both partners' residuals.
    r_squared
        Cell → explained share of the outcome's variance.
    means, sds
        Variable → cell → its mean and standard deviation, as the model estimates them; divisor n.
    shares
        Cell → share of its persons among all.
    """

    terms: tuple[Term, ...]
    values: Floats
    covariance: Floats
    degrees_of_freedom: Floats
    residual_sds: Mapping[str, float]
    residual_correlations: Mapping[str, Correlation]
    r_squared: Mapping[str, float]
    means: Mapping[str, Mapping[str, float]]
    sds: Mapping[str, Mapping[str, float]]
    shares: Mapping[str, float]

    @property
    def errors(self) -> Floats:
        """Standard errors (p,)."""
        errors: Floats = np.sqrt(self.covariance.diagonal().clip(0))
        return errors

    def position(self, kind: Any, cell: str, predictor: str | None, covariate: str | None = None) -> int:
        """Return the position of a coefficient."""
        sought = (kind, cell, predictor, covariate)
        return [(t.kind, t.cell, t.predictor, t.covariate) for t in self.terms].index(sought)

    def pooled_sd(self, variable: str) -> float:
        """Return the standard deviation over all persons, of both partners, around their grand mean."""
        means, sds = self.means[variable], self.sds[variable]
        grand = sum(self.shares[cell] * means[cell] for cell in means)
        variance = sum(self.shares[cell] * (sds[cell] ** 2 + (means[cell] - grand) ** 2) for cell in means)
        return math.sqrt(variance) if variance > 0 else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Test of constraints by the loss of fit.

    Attributes
    ----------
    chi_square, df
        The test; chi_square is nan where it is undefined.
    method
        Name of the test.
    reason
        Why it is undefined; None if it is defined.
    """

    chi_square: float
    df: int
    method: str
    reason: str | None = None

    @property
    def p(self) -> float:
        """P-value of the hypothesis that the constraints hold."""
        return math.nan if math.isnan(self.chi_square) else chi_square_p(self.chi_square, self.df)


class PathEngine(Protocol):
    """A fitted actor-partner model."""

    @property
    def estimates(self) -> PathEstimates:
        """Estimates of paths and residuals."""

    @property
    def estimator(self) -> str:
        """``REML``, ``ML`` or ``MLR``."""

    @property
    def fit(self) -> Fit | None:
        """Tests and indices of fit; None where there is nothing to fit."""

    @property
    def improper(self) -> tuple[str, ...]:
        """What is improper about the solution."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Cautions about standard errors and tests."""

    def degrees_of_freedom(self, weights: Floats) -> float:
        """Return those of the t test of a linear combination (p,) of coefficients; infinite if normal."""

    def difference(self, weights: Floats) -> Difference:
        """Return the test of constraints, rows of weights (r, p) each of which must sum up to 0."""

    def profile_interval(self, ratio: PartnerActorRatio, confidence_level: float) -> Interval:
        """Return the profile-likelihood interval of k."""

    def resampled_effects(
        self, positions: Sequence[int], n_resamples: int, rng: np.random.Generator
    ) -> Floats:
        """Return coefficients in resamples of couples (n_resamples, k); nan where they are not determined."""


def weights_of(n_terms: int, *sums: Mapping[int, float]) -> Floats:
    """Return rows of weights, each given by position.

    Examples
    --------
    >>> weights_of(3, {1: 1.0, 2: -1.0}).tolist()
    [[0.0, 1.0, -1.0]]
    """
    rows = np.zeros((len(sums), n_terms))
    for row, by_position in zip(rows, sums, strict=True):
        for position, weight in by_position.items():
            row[position] = weight
    return rows


def equal_rows(n_terms: int, positions: Sequence[int]) -> Floats:
    """Return the constraints that coefficients equal the first of them.

    Examples
    --------
    >>> equal_rows(3, [0, 2]).tolist()
    [[1.0, 0.0, -1.0]]
    """
    first, *others = positions
    return weights_of(n_terms, *({first: 1.0, other: -1.0} for other in others))
