"""Estimates in standard deviations of factors and items (arrays only).

A standardized parameter is the estimate times powers of variances, ``s = t prod_k v_k**(a_k / 2)``: of a
loading ``l * sd(factor) / sd(item)``, of a path ``b * sd(predictor) / sd(outcome)``. So its derivatives are
``ds = dt prod_k v_k**(a_k / 2) + s sum_k (a_k / 2) dv_k / v_k``, from which errors follow by the delta
method.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.factor.confirmatory.model.structure import Basis, Floats, Structure
from intimacy_scales.factor.confirmatory.model.table import Parameter


class Standardized:
    """Standardized parameters of one group, with their derivatives by all parameters.

    Parameters
    ----------
    structure, basis, values, parameters
        Of the group, at the estimates.
    """

    def __init__(
        self, structure: Structure, basis: Basis, values: Floats, parameters: Sequence[Parameter]
    ) -> None:
        self._values = values
        p, m, n = structure.p, structure.m, len(values)
        self._items = basis.covariances.diagonal()
        self._factors = basis.latent_covariances.diagonal()
        matrices = structure.matrices(values)
        self._residuals, self._disturbances = matrices["theta"].diagonal(), matrices["psi"].diagonal()
        self._n_factors = m - len(structure.standing)
        z, c = basis.columns, basis.coefficients
        latent = np.hstack([np.zeros((m, p)), basis.effects, basis.latent_covariances])
        # derivatives dv by each parameter: the diagonal of dSigma = c (x y' + y x') is 2 c x * y
        self._slopes = {
            "item": 2 * c * z[:, structure.x] * z[:, structure.y],
            "factor": 2 * c * latent[:, structure.x] * latent[:, structure.y],
            "residual": np.zeros((p, n)),
            "disturbance": np.zeros((m, n)),
        }
        for j, (kind, row, column) in enumerate(structure.places):
            if row == column and kind in ("theta", "psi"):
                self._slopes["residual" if kind == "theta" else "disturbance"][row, j] = 1.0
        self._variances = {
            "item": self._items,
            "factor": self._factors,
            "residual": self._residuals,
            "disturbance": self._disturbances,
        }
        self._parameters = parameters

    def values(self, *, items: bool) -> tuple[Floats, Floats]:
        """Return standardized parameters (n,) and their derivatives by all parameters (n, n).

        Parameters
        ----------
        items
            Whether items are standardized too (``std.all``), or factors only (``std.lv``).
        """
        n = len(self._values)
        factors, relative_slopes = np.ones(n), np.zeros((n, n))
        for j, parameter in enumerate(self._parameters):
            for kind, index, power in self._scales(parameter, items=items):
                variance = self._variances[kind][index]
                if not variance > 0:  # an improper solution has no standardized estimates
                    factors[j] = np.nan
                    continue
                factors[j] *= variance ** (power / 2)
                relative_slopes[j] += power / 2 * self._slopes[kind][index] / variance
        standardized = self._values * factors
        derivatives = standardized[:, None] * relative_slopes
        derivatives[np.diag_indices(n)] += factors
        return standardized, derivatives

    def unit(self, parameter: Parameter) -> float:
        """Return the standardized value of a change of 1 in a parameter."""
        unit = 1.0
        for kind, index, power in self._scales(parameter, items=True):
            variance = float(self._variances[kind][index])
            unit *= variance ** (power / 2) if variance > 0 else np.nan
        return unit

    def _scales(self, parameter: Parameter, *, items: bool) -> list[tuple[str, int, int]]:
        """Return the standard deviations that a parameter is multiplied by, each with its power."""
        kind, row, column = parameter.place
        positions = {"row": row, "column": column}
        among = [
            (name, positions[at], power)
            for name, at, power in _AMONG_FACTORS.get(kind, ())
            if items or positions[at] < self._n_factors  # observed variables of paths come after the factors
        ]
        of_items = [(name, positions[at], power) for name, at, power in _OF_ITEMS.get(kind, ()) if items]
        scales = among + of_items
        if kind in ("psi", "theta") and row == column:  # a share of the total variance
            total = {"disturbance": "factor", "residual": "item"}
            return [(total[name], position, power) for name, position, power in scales]
        return scales


_AMONG_FACTORS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "lambda": (("factor", "column", 1),),
    "beta": (("factor", "column", 1), ("factor", "row", -1)),
    "psi": (("disturbance", "row", -1), ("disturbance", "column", -1)),
    "alpha": (("factor", "row", -1),),
}
_OF_ITEMS: dict[str, tuple[tuple[str, str, int], ...]] = {
    "lambda": (("item", "row", -1),),
    "nu": (("item", "row", -1),),
    "theta": (("residual", "row", -1), ("residual", "column", -1)),
}
