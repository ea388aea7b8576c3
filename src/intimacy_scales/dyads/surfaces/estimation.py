"""Surfaces from regressions of couples: estimates with their errors, tests, and the explained variance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, fdtrc

from intimacy_scales.dyads.couple_regressions import CoupleRegressions, ErrorRule
from intimacy_scales.dyads.estimates import CoupleEstimate
from intimacy_scales.dyads.surfaces.kept import KeptRegressions
from intimacy_scales.dyads.surfaces.polynomial import (
    COEFFICIENTS,
    GEOMETRY,
    PARAMETERS,
    WEIGHTS,
    geometry,
    geometry_slopes,
    in_order,
    shape_of,
    undefined_because,
)
from intimacy_scales.dyads.surfaces.surface import PartnerSurface, SurfaceTest
from intimacy_scales.numerics.tolerances import ROUNDING

Floats = NDArray[np.float64]
_SINGULAR = (
    "too few couples have residuals for robust errors of so many coefficients; use estimator='ML' or 'REML'"
)


def surfaces_of(
    regressions: CoupleRegressions,
    outcome: Floats,
    partners: Sequence[str | None],
    rule: ErrorRule,
    centre: float,
) -> tuple[PartnerSurface, ...]:
    """Return the surface of each cell.

    Parameters
    ----------
    regressions
        Of the polynomial.
    outcome
        (n, 2), for the explained variance.
    partners
        Names of the cells; None for both partners alike.
    rule
        Of the standard errors.
    centre
        Score from which scores are measured.
    """
    covariance = regressions.covariance(rule)
    shares = _r_squared(regressions, outcome)
    surfaces = []
    for cell, partner in enumerate(partners):
        forms = in_order(regressions)[cell]
        estimates = _Estimates(regressions, forms, covariance, partner, rule)
        surfaces.append(
            PartnerSurface(
                partner=partner,
                coefficients=estimates.linear(COEFFICIENTS, np.eye(6)),
                parameters=estimates.linear(PARAMETERS, WEIGHTS),
                axes=estimates.axes(),
                shape=shape_of(estimates.b),  # type: ignore[arg-type]
                r_squared=shares[cell],
                model_test=estimates.test(range(1, 6), "b1 to b5 are 0"),
                quadratic_test=estimates.test(range(3, 6), "b3, b4 and b5 are 0"),
                centre=centre,
                kept=KeptRegressions(regressions=regressions, cell=cell),
            )
        )
    return tuple(surfaces)


class _Estimates:
    """Estimates of one surface."""

    def __init__(
        self,
        regressions: CoupleRegressions,
        forms: Floats,
        covariance: Floats,
        partner: str | None,
        rule: ErrorRule,
    ) -> None:
        """Take b0 to b5 as linear forms (6, p) of all coefficients, whose covariance matrix is (p, p)."""
        self.regressions, self.forms, self.partner, self.rule = regressions, forms, partner, rule
        self.b: Floats = forms @ regressions.coefficients.ravel()
        self.covariance: Floats = forms @ covariance @ forms.T

    def linear(self, names: Sequence[str], weights: Floats) -> tuple[CoupleEstimate, ...]:
        """Return linear forms of b0 to b5."""
        return tuple(
            self._estimate(name, float(row @ self.b), row, self.rule)
            for name, row in zip(names, weights, strict=True)
        )

    def axes(self) -> tuple[CoupleEstimate, ...]:
        """Return stationary point and axes, with errors by the delta method."""
        reasons, figures = undefined_because(self.b), geometry(self.b)
        defined = [name not in reasons for name in GEOMETRY]
        slopes = geometry_slopes(self.b) if any(defined) else np.zeros((6, 6))
        return tuple(
            self._estimate(name, float(figures[k]), slopes[k], f"delta, {self.rule}", reasons.get(name))
            for k, name in enumerate(GEOMETRY)
        )

    def _estimate(
        self, name: str, value: float, weights: Floats, method: str, reason: str | None = None
    ) -> CoupleEstimate:
        """Return one estimate, whose error follows from the weights of b0 to b5."""
        return CoupleEstimate(
            name=name,
            partner=self.partner,
            estimate=value if reason is None else math.nan,
            se=self.regressions.standard_error(weights @ self.forms, self.rule)
            if reason is None
            else math.nan,
            df=self.regressions.degrees_of_freedom(weights @ self.forms, self.rule)
            if reason is None
            else math.inf,
            n=self.regressions.n,
            method=method,
            reason=reason,
        )

    def test(self, positions: range, hypothesis: str) -> SurfaceTest:
        """Return the Wald test that some of the coefficients are 0."""
        chosen, count = list(positions), len(positions)
        b, covariance = self.b[chosen], self.covariance[np.ix_(chosen, chosen)]
        if _is_singular(covariance):
            return SurfaceTest(
                hypothesis=hypothesis, statistic=math.nan, df=count, df_residual=math.inf, p=math.nan,
                reason=_SINGULAR,
            )  # fmt: skip
        wald = float(b @ np.linalg.solve(covariance, b))
        if self.rule != "REML":
            return SurfaceTest(
                hypothesis=hypothesis,
                statistic=wald,
                df=count,
                df_residual=math.inf,
                p=float(chdtrc(count, wald)),
            )
        df = float(min(part.df for part in self.regressions.parts))
        return SurfaceTest(
            hypothesis=hypothesis, statistic=wald / count, df=count, df_residual=df,
            p=float(fdtrc(count, df, wald / count)),
        )  # fmt: skip


def _is_singular(covariance: Floats) -> bool:
    """Return whether errors of coefficients depend on each other, as robust ones of very few couples can."""
    sds = np.sqrt(np.maximum(covariance.diagonal(), 0.0))
    if not sds.all():
        return True
    values = np.linalg.eigvalsh(covariance / np.outer(sds, sds))
    return bool(values[0] <= ROUNDING * values[-1])


def _r_squared(regressions: CoupleRegressions, outcome: Floats) -> list[float]:
    """Return the explained share of each cell's variance; of both partners alike, about their common mean."""
    residual = regressions.partner_covariances("ML").diagonal()
    if regressions.distinguishable:
        return [1 - float(left / all_) for left, all_ in zip(residual, outcome.var(axis=0), strict=True)]
    sums = (outcome[:, 0] + outcome[:, 1]) / 2
    variance = float((((outcome - sums.mean()) ** 2).sum(axis=1)).mean()) / 2
    return [1 - float(residual[0]) / variance]
