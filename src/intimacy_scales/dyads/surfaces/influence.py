"""How much each couple moves a surface: leverage, DFFITS and Cook's distance (arrays only)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.couple_regressions import CoupleRegressions, Regression
from intimacy_scales.results.frozen import Frozen

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence(Frozen):
    """Influence of each couple on each surface.

    Attributes
    ----------
    cook, dffits, leverage
        (n, n_surfaces). Of exchangeable partners, a couple counts with its mean and its half-difference.
    n_coefficients
        Of one surface.
    """

    cook: Floats
    dffits: Floats
    leverage: Floats
    n_coefficients: int

    @property
    def limits(self) -> tuple[float, float, float]:
        """Limits of Cook's distance, DFFITS and leverage above which R's ``influence.measures`` marks a row.

        The median of F(p, n - p), ``3 sqrt(p / (n - p))``, and ``3 p / n``.
        """
        from scipy.special import fdtri

        n, p = len(self.cook), self.n_coefficients
        return float(fdtri(p, n - p, 0.5)), 3 * math.sqrt(p / (n - p)), 3 * p / n

    @property
    def marked(self) -> NDArray[np.bool_]:
        """Whether all three exceed their limits (n, n_surfaces), as Bollen and Jackman (1985) recommend."""
        cook, dffits, leverage = self.limits
        return np.asarray((self.cook > cook) & (self.dffits > dffits) & (self.leverage > leverage))


def influence_of(regressions: CoupleRegressions) -> Influence:
    """Return the influence of each couple.

    Of distinguishable partners it is that on each partner's regression. Of exchangeable partners, leaving
    out a couple leaves out a row of two regressions with uncorrelated residuals, whose squared changes add
    up.
    """
    parts = [_changes(part) for part in regressions.parts]
    if regressions.distinguishable:
        squared, studentized, leverage = (np.column_stack(figures) for figures in zip(*parts, strict=True))
    else:
        squared, studentized, leverage = (sum(figures)[:, None] for figures in zip(*parts, strict=True))
    p = regressions.n_terms
    return Influence(cook=squared / p, dffits=np.sqrt(studentized), leverage=leverage, n_coefficients=p)


def _changes(part: Regression) -> tuple[Floats, Floats, Floats]:
    """Return squared changes of coefficients without each row, by the residual variance with and without it.

    ``h e^2 / (s^2 (1 - h)^2)`` (Cook, 1977); with the variance of the other rows, DFFITS squared (Belsley,
    Kuh & Welsch, 1980). Third: the leverages h.
    """
    leverages, squares = np.minimum(part.leverages, 1.0), part.residuals**2
    with np.errstate(divide="ignore", invalid="ignore"):
        left_out = squares / (1 - leverages)
        changes = np.where(leverages < 1, leverages * left_out / (1 - leverages), np.inf)
        variance = squares.sum() / part.df
        others = np.maximum(squares.sum() - left_out, 0) / (part.df - 1) if part.df > 1 else np.nan
        return changes / variance, changes / others, leverages


def without_each(part: Regression) -> Floats:
    """Return the coefficients without each row in turn (n, p)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = part.residuals / (1 - part.leverages)
        coefficients: Floats = part.coefficients - (part.design * weights[:, None]) @ part.inverse
    return coefficients
