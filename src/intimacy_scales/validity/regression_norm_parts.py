"""Parts of a norm that depends on covariates: what it is computed from, and what was compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Behind(NamedTuple):
    """What percentile ranks and their intervals are computed from.

    Attributes
    ----------
    x, z
        Predictors of the mean and of the log sd.
    residuals
        (n,): standardized, in the order of persons.
    influence, units
        (n, p + q): of each person on the coefficients; (n,): their couple.
    """

    x: Floats
    z: Floats
    residuals: Floats
    influence: Floats
    units: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class DegreeFit:
    """A polynomial that was compared.

    Attributes
    ----------
    degrees
        Highest power of each covariate.
    n_parameters
        Coefficients of mean and log sd.
    log_likelihood, aic, bic
        Akaike's and Schwarz's criterion: the lower, the better.
    """

    degrees: tuple[int, ...]
    n_parameters: int
    log_likelihood: float
    aic: float
    bic: float
