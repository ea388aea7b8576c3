"""A model in one or several groups, what was observed, and what is minimized, with derivatives (arrays)."""

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
    """One group's model and what was observed.

    Attributes
    ----------
    structure
        Its matrices.
    moments
        What is fitted.
    fixed
        (n_parameters,): values of fixed parameters, 0 for free ones.
    free
        (n_parameters,): which free parameter of the whole model each is; -1 for fixed ones.
    spread
        (n_parameters, n_free): what each is of the free ones, beside ``fixed``, where constraints make some
        follow from others; None where each is one of them or fixed.
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
        """Which free parameter of the whole model each of them is."""
        return self.free[self.chosen]

    @cached_property
    def repeats(self) -> bool:
        """Whether some are set equal within the group."""
        return len(np.unique(self.targets)) < len(self.targets)

    @cached_property
    def whole_model(self) -> bool:
        """Whether the free ones are all of the model's, in order."""
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
        """Add up a vector of all parameters by free parameter."""
        if self.spread is not None:
            return self.spread.T @ vector
        own = vector[self.chosen]
        if self.whole_model and len(own) == n_free:
            return own
        total: Floats = np.bincount(self.targets, weights=own, minlength=n_free).astype(np.float64)
        return total

    def collect_columns(self, matrix: Floats, n_free: int) -> Floats:
        """Add up columns of a matrix (m, n_parameters) by free parameter (m, n_free)."""
        if self.spread is not None:
            found: Floats = matrix @ self.spread
            return found
        total = np.zeros((len(matrix), n_free))
        np.add.at(total.T, self.targets, matrix[:, self.chosen].T)
        return total

    def collect_square(self, matrix: Floats, n_free: int) -> Floats:
        """Add up rows and columns of a matrix of all parameters by free parameter."""
        if self.spread is not None:
            found: Floats = self.spread.T @ matrix @ self.spread
            return found
        own = matrix[np.ix_(self.chosen, self.chosen)]
        if self.whole_model and len(own) == n_free:
            return own
        total = np.zeros((n_free, n_free))
        if not self.repeats:
            total[np.ix_(self.targets, self.targets)] = own
            return total
        np.add.at(total, (self.targets[:, None], self.targets), own)
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A model's discrepancy at some values of its free parameters.

    Attributes
    ----------
    values
        (n_free,).
    value
        Of one person on average; of a likelihood -logL / n without constants.
    gradient
        (n_free,).
    bases, fits
        Of each group.
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
        One for each group.
    n_free
        Number of free parameters.
    discrepancy
        What is minimized.
    """

    groups: tuple[GroupPart, ...]
    n_free: int
    discrepancy: Discrepancy

    @cached_property
    def n(self) -> int:
        """Persons in all groups."""
        return sum(group.moments.n for group in self.groups)

    def under(self, discrepancy: Discrepancy) -> Problem:
        """Return the same model and answers with another discrepancy."""
        return Problem(groups=self.groups, n_free=self.n_free, discrepancy=discrepancy)

    def average(self, by_group: Sequence[float]) -> float:
        """Return the mean over persons of what is known of each group."""
        return sum(g.moments.n / self.n * value for g, value in zip(self.groups, by_group, strict=True))

    def evaluate(self, free_values: Floats) -> Evaluation | None:
        """Return the discrepancy at these values, or None where they imply no covariances."""
        value, gradient = 0.0, np.zeros(self.n_free)
        bases, fits = [], []
        for group in self.groups:
            structure, share = group.structure, group.moments.n / self.n
            try:
                basis = structure.basis(group.values(free_values))
            except np.linalg.LinAlgError:  # paths in a circle that amplify without end
                return None
            fit = self.discrepancy.fitted(group.moments, basis.covariances, basis.means)
            if fit is None:
                return None
            own = structure.covariance_gradient(basis, fit.weights)
            if group.moments.with_means:
                own = own + structure.mean_gradient(basis, fit.mean_weights)
            value += share * fit.value
            gradient += share * group.collect(own, self.n_free)
            bases.append(basis)
            fits.append(fit)
        return Evaluation(
            values=free_values, value=value, gradient=gradient, bases=tuple(bases), fits=tuple(fits)
        )

    def expected_information(self, at: Evaluation) -> Floats:
        """Return the expected information per person (n_free, n_free)."""
        total = np.zeros((self.n_free, self.n_free))
        for group, basis, fit in zip(self.groups, at.bases, at.fits, strict=True):
            own = self.discrepancy.expected_information(group.structure, basis, group.moments, fit)
            total += group.moments.n / self.n * group.collect_square(own, self.n_free)
        return total

    def average_information(self, at: Evaluation) -> Floats:
        """Return what stands for the expected information, for a fraction of its cost (n_free, n_free).

        It is singular where the expected information is, and close to it otherwise.
        """
        total = np.zeros((self.n_free, self.n_free))
        for group, basis, fit in zip(self.groups, at.bases, at.fits, strict=True):
            own = self.discrepancy.average_information(group.structure, basis, group.moments, fit)
            total += group.moments.n / self.n * group.collect_square(own, self.n_free)
        return total

    @cached_property
    def is_stacked(self) -> bool:
        """Whether there are many patterns of missing answers, whose second derivatives take long."""
        return any(group.moments.stack is not None for group in self.groups)

    def observed_information(self, at: Evaluation) -> Floats:
        """Return the Hessian of the discrepancy (n_free, n_free)."""
        total = np.zeros((self.n_free, self.n_free))
        for group, basis, fit in zip(self.groups, at.bases, at.fits, strict=True):
            own = self.discrepancy.observed_information(group.structure, basis, group.moments, fit)
            total += group.moments.n / self.n * group.collect_square(own, self.n_free)
        return total

    def own_shares(self, free_values: Floats, bases: Sequence[Basis] | None = None) -> Floats:
        """Return the share of each item's variance, group by group, that no factor explains.

        From the bases at these values, where they are known.
        """
        given: Sequence[Basis | None] = bases or [None] * len(self.groups)
        parts = []
        for group, known in zip(self.groups, given, strict=True):
            values = group.values(free_values)
            basis = group.structure.basis(values) if known is None else known
            own = group.structure.own_variances(group.structure.matrices(values))
            parts.append(own / basis.covariances.diagonal())
        return np.concatenate(parts)
