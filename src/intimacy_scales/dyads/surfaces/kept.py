"""The regressions behind a surface, which it keeps for the bootstrap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.couple_regressions import CoupleRegressions
from intimacy_scales.dyads.surfaces.polynomial import COEFFICIENTS, GEOMETRY, PARAMETERS, WEIGHTS, geometry
from intimacy_scales.results.frozen import Frozen

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRegressions(Frozen):
    """Regressions of couples, and which of their surfaces is meant.

    Attributes
    ----------
    regressions
        Of all surfaces.
    cell
        Position of this one.
    """

    regressions: CoupleRegressions
    cell: int

    def figures(self, name: str, coefficients: Floats) -> Floats:
        """Return a figure of this surface from coefficients of all surfaces (n, n_cells, 6)."""
        b = coefficients[:, self.cell]
        if name in COEFFICIENTS:
            return b[:, COEFFICIENTS.index(name)]
        if name in PARAMETERS:
            return np.asarray(b @ WEIGHTS[PARAMETERS.index(name)])
        figures = geometry(b)[:, GEOMETRY.index(name)]
        return np.where(np.isfinite(figures), figures, np.nan)
