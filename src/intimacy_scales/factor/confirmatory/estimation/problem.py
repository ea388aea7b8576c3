"""A model, the observed moments of its groups, and the discrepancy with its derivatives (arrays only)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.mean_covariance import Fitted, MeanCovariance
from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Positions, Structure

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.estimation.discrepancy import Discrepancy


@dataclass(frozen=True, kw_only=True)
class GroupPart:
    """One group's model and observed moments.

    Attributes
    ----------
    structure
        Its matrices.
    moments
        The observed moments.
    fixed
        (n_parameters,): values of fixed parameters, 0 for free ones.
    free
        (n_parameters,): which free parameter of the whole model each is; -1 for fixed ones.
    spread
        (n_parameters, n_free): with linear constraints, parameters are ``fixed + spread @ free values``; None
        without constraints, where each parameter is fixed or one of the free ones.
    """

    structure: Structure
    moments: MeanCovariance
    fixed: Floats
    free: Positions
    spread: Floats | None = None

    @cached_property
    def chosen(self) -> Positions:
        """Positions of the free parameters."""
        return np.flatnonzero(self.free >= 0)

    @cached_property
    def targets(self) -> Positions:
        """Which free parameter of the whole model each `chosen` one is."""
        return self.free[self.chosen]

    @cached_property
    def repeats(self) -> bool:
        """Whether some free parameters are set equal within the group."""
        return len(np.unique(self.targets)) < len(self.targets)

    @cached_property
    def whole_model(self) -> bool:
        """Whether the group's free parameters are all those of the model, in their order."""
        return bool(np.array_equal(self.targets, np.arange(len(self.targets))))

    def values(self, free_values: Floats) -> Floats:
        """Return the values of all parameters."""
        values = self.fixed.astype(free_values.dtype)
        if self.spread is not None:
            return values + self.spread @ free_values
        values[self.chosen] = free_values[self.targets]
        return values

    def derivatives(self, n_free: int) -> Floats:
        """Return the derivatives of all parameters by the free ones (n_parameters, n_free)."""
        if self.spread is not None:
            return self.spread
        spread = np.zeros((len(self.free), n_free))
        spread[self.chosen, self.targets] = 1.0
        return spread

    def collect(self, vector: Floats, n_free: int) -> Floats:
        """Return the sums of a vector (n_parameters,) by free parameter (n_free,): the chain rule."""
        if self.spread is not None:
            return self.spread.T @ vector
        free = vector[self.chosen]
        if self.whole_model and len(free) == n_free:
            return free
        total: Floats = np.bincount(self.targets, weights=free, minlength=n_free).astype(np.float64)
        return total

    def collect_columns(self, matrix: Floats, n_free: int) -> Floats:
        """Return the sums of columns of a matrix (m, n_parameters) by free parameter (m, n_free)."""
        if self.spread is not None:
            product: Floats = matrix @ self.spread
            return product
        total = np.zeros((len(matrix), n_free))
        np.add.at(total.T, self.targets, matrix[:, self.chosen].T)
        return total

    def collect_square(self, matrix: Floats, n_free: int) -> Floats:
        """Return the sums of rows and columns of a matrix of all parameters by free parameter."""
        if self.spread is not None:
            product: Floats = self.spread.T @ matrix @ self.spread
            return product
        free = matrix[np.ix_(self.chosen, self.chosen)]
        if self.whole_model and len(free) == n_free:
            return free
        total = np.zeros((n_free, n_free))
        if not self.repeats:
            total[np.ix_(self.targets, self.targets)] = free
            return total
        np.add.at(total, (self.targets[:, None], self.targets), free)
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A model's discrepancy at some values of its free parameters.

    Attributes
    ----------
    values
        (n_free,): of the free parameters.
    value
        The discrepancy, averaged over persons; of a likelihood -logL / n without constants.
    gradient
        (n_free,): its derivatives.
    bases, fits
        The basis of derivatives and the fitted moments of each group.
    """

    values: Floats
    value: float
    gradient: Floats
    bases: tuple[Basis, ...]
    fits: tuple[Fitted, ...]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A model in one or several groups, ready to be estimated.

    Attributes
    ----------
    groups
        The model and observed moments of each group.
    n_free
        Number of free parameters.
    discrepancy
        The discrepancy to minimize.
    """

    groups: tuple[GroupPart, ...]
    n_free: int
    discrepancy: Discrepancy

    @cached_property
    def n(self) -> int:
        """Persons in all groups."""
        return sum(group.moments.n for group in self.groups)

    def under(self, discrepancy: Discrepancy) -> Problem:
        """Return the same model and moments with another discrepancy."""
        return Problem(groups=self.groups, n_free=self.n_free, discrepancy=discrepancy)

    def average(self, by_group: Sequence[float]) -> float:
        """Return the mean of one value for each group, weighted by persons."""
        return sum(g.moments.n / self.n * value for g, value in zip(self.groups, by_group, strict=True))

    def evaluate(self, free_values: Floats) -> Evaluation | None:
        """Return the discrepancy at these values, or None if they imply no positive definite covariances."""
        value, gradient = 0.0, np.zeros(self.n_free)
        bases, fits = [], []
        for group in self.groups:
            structure, share = group.structure, group.moments.n / self.n
            try:
                basis = structure.basis(group.values(free_values))
            except np.linalg.LinAlgError:  # I - B is singular: paths in a circle
                return None
            fit = self.discrepancy.fitted(group.moments, basis.covariances, basis.means)
            if fit is None:
                return None
            of_group = structure.covariance_gradient(basis, fit.weights)
            if group.moments.with_means:
                of_group = of_group + structure.mean_gradient(basis, fit.mean_weights)
            value += share * fit.value
            gradient += share * group.collect(of_group, self.n_free)
            bases.append(basis)
            fits.append(fit)
        return Evaluation(
            values=free_values, value=value, gradient=gradient, bases=tuple(bases), fits=tuple(fits)
        )

    def expected_information(self, at: Evaluation) -> Floats:
        """Return the expected information per person (n_free, n_free)."""
        total = np.zeros((self.n_free, self.n_free))
        for group, basis, fit in zip(self.groups, at.bases, at.fits, strict=True):
            of_group = self.discrepancy.expected_information(group.structure, basis, group.moments, fit)
            total += group.moments.n / self.n * group.collect_square(of_group, self.n_free)
        return total

    def average_information(self, at: Evaluation) -> Floats:
        """Return a substitute for the expected information at a fraction of its cost (n_free, n_free).

        It is singular where the expected information is, and close to it otherwise.
        """
        total = np.zeros((self.n_free, self.n_free))
        for group, basis, fit in zip(self.groups, at.bases, at.fits, strict=True):
            of_group = self.discrepancy.average_information(group.structure, basis, group.moments, fit)
            total += group.moments.n / self.n * group.collect_square(of_group, self.n_free)
        return total

    @cached_property
    def is_stacked(self) -> bool:
        """Whether there are many patterns of missing answers, so that second derivatives are costly."""
        return any(group.moments.stack is not None for group in self.groups)

    def observed_information(self, at: Evaluation) -> Floats:
        """Return the Hessian of the discrepancy (n_free, n_free)."""
        total = np.zeros((self.n_free, self.n_free))
        for group, basis, fit in zip(self.groups, at.bases, at.fits, strict=True):
            of_group = self.discrepancy.observed_information(group.structure, basis, group.moments, fit)
            total += group.moments.n / self.n * group.collect_square(of_group, self.n_free)
        return total

    def residual_shares(self, free_values: Floats, bases: Sequence[Basis] | None = None) -> Floats:
        """Return the share of each item's variance that no factor explains, group by group.

        ``bases`` are those at these values, if they are known.
        """
        given: Sequence[Basis | None] = bases or [None] * len(self.groups)
        parts = []
        for group, known in zip(self.groups, given, strict=True):
            values = group.values(free_values)
            basis = group.structure.basis(values) if known is None else known
            residuals = group.structure.residual_variances(group.structure.matrices(values))
            parts.append(residuals / basis.covariances.diagonal())
        return np.concatenate(parts)
