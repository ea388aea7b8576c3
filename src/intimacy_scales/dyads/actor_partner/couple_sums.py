"""What a model needs to know of the couples of one composition: condensed rows of two independent shares.

Outcomes of a couple are written in two coordinates. For partners in roles these are the two outcomes. For
exchangeable partners they are ``(y1 + y2) / sqrt(2)`` and ``(y1 - y2) / sqrt(2)``: residuals of these two are
uncorrelated whichever partner comes first, and so is every figure (sums and differences: Griffin & Gonzalez,
1995; Kenny, Kashy & Cook, 2006, ch. 7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from intimacy_scales.dyads.actor_partner.cross_products import CrossProducts, Floats
from intimacy_scales.dyads.actor_partner.terms import Composition


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleSums:
    """The couples of one composition, summed up.

    The model has working coefficients, which are estimated, and from which the coefficients of the terms
    follow: intercepts at the means of this composition, and for exchangeable partners the sum and the
    difference of the actor and the partner effect.

    Attributes
    ----------
    composition
        Its name and roles.
    n
        Number of couples.
    design
        (2, r, q): condensed rows of the regressors of both coordinates, for q working coefficients.
    outcome
        (2, r): condensed rows of the outcome in both coordinates.
    spread
        (2, 2): products of the outcome's deviations from its means, in both coordinates.
    to_coefficients
        (q, q): coefficients of the terms, cell after cell, of working coefficients.
    n_slopes
        (2,): regressors of each coordinate, without the intercept.
    means, squares
        (cells, 1 + J): mean of the outcome and of each predictor in each cell, and sums of their squared
        deviations from it.
    """

    composition: Composition
    n: int
    design: Floats
    outcome: Floats
    spread: Floats
    to_coefficients: Floats
    n_slopes: tuple[int, int]
    means: Floats
    squares: Floats

    @property
    def persons_per_cell(self) -> int:
        """Number of persons in each of its cells."""
        return self.n * (2 if self.composition.exchangeable else 1)

    def weighted(self, weights: Floats) -> Floats:
        """Return ``sum over couples of X' W X`` (q, q) for a matrix of weights (2, 2) of the coordinates."""
        q = self.design.shape[2]
        weighted_rows = (weights @ self.design.reshape(2, -1)).reshape(-1, q)
        result: Floats = self.design.reshape(-1, q).T @ weighted_rows
        return result


def with_intercept(sums: CrossProducts, rows: Floats, weight: float) -> tuple[Floats, Floats]:
    """Return condensed rows of regressors with the intercept first, and those of the last column.

    Parameters
    ----------
    sums
        Means and products of regressors and the outcome, which is last.
    rows
        Condensed rows of their products.
    weight
        How many times a couple counts.
    """
    size = np.sqrt(sums.n * weight)
    n_rows, n_columns = rows.shape
    design, outcome = np.zeros((n_rows + 1, n_columns)), np.zeros(n_rows + 1)
    design[0, 0], outcome[0] = size, size * sums.means[-1]
    design[1:, 1:], outcome[1:] = rows[:, :-1], rows[:, -1]
    return design, outcome
