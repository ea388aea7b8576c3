"""The surface of one partner, or of both alike: its coefficients, parameters and geometry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.estimates import CoupleEstimate, estimates_frame
from intimacy_scales.dyads.surfaces.bootstrap import jackknifed_coefficients, resampled_coefficients
from intimacy_scales.dyads.surfaces.congruence import CongruenceChecklist, checklist_of
from intimacy_scales.dyads.surfaces.kept import KeptRegressions
from intimacy_scales.dyads.surfaces.polynomial import COEFFICIENTS, GEOMETRY, PARAMETERS, polynomial
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of, shortened
from intimacy_scales.numerics.resampling import (
    bca_interval,
    check_resamples,
    percentile_interval,
)
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.not_kept import NotKept, needed
from intimacy_scales.results.resampled_interval import interval_of_resamples
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, apa_p, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

IntervalMethod = Literal["delta", "percentile", "bca"]
Shape = Literal["maximum", "minimum", "saddle", "none"]
_METHODS = ("delta", "percentile", "bca")
Floats = NDArray[np.float64]


@result_class
class SurfaceTest(Result):
    """A test of several coefficients at once.

    Attributes
    ----------
    hypothesis
        What it tests.
    statistic, df, df_residual, p
        F with both degrees of freedom; chi-square where `df_residual` is infinite.
    reason
        Why it is undefined; None if it is defined.

    Examples
    --------
    >>> SurfaceTest(hypothesis="b3, b4 and b5 are 0", statistic=4.3, df=3, df_residual=107.0, p=0.0066)
    <b3, b4 and b5 are 0: F(3, 107) = 4.30, p = .007>
    """

    hypothesis: str
    statistic: float
    df: int
    df_residual: float
    p: float
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        if self.reason is not None:
            return f"<{self.hypothesis}: not tested, {self.reason}>"
        degrees = f"{self.df}" if math.isinf(self.df_residual) else f"{self.df}, {self.df_residual:.4g}"
        kind = "chi-square" if math.isinf(self.df_residual) else "F"
        return f"<{self.hypothesis}: {kind}({degrees}) = {shown(self.statistic, 2)}, {apa_p(self.p)}>"


@result_class
class PartnerSurface(Result):
    """The response surface of one partner's outcome, or of both partners' alike.

    Attributes
    ----------
    partner
        Whose outcome; None for both partners alike.
    coefficients
        ``b0`` to ``b5``.
    parameters
        ``a1`` to ``a5``.
    axes
        ``x0`` and ``y0``, own and partner's score at the stationary point; ``p10`` and ``p11``, intercept
        and slope of the first principal axis; ``p20`` and ``p21``, those of the second one. All on centred
        scores.
    shape
        What the stationary point is: ``maximum``, ``minimum``, ``saddle``, or ``none``.
    r_squared
        Explained share of the variance of the outcome.
    model_test, quadratic_test
        Tests that b1 to b5 are 0, and that b3 to b5 are 0 (Wald; with ``REML`` F).
    centre
        Score from which own and partner's scores are measured.
    kept
        The regressions behind it; not in documents.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, response_surface
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> surface = response_surface(dyads, "caring", "trust").surface()
    >>> surface.estimate("a1")
    <a1: 0.427, SE 0.066, z = 6.47, p < .001>
    """

    partner: str | None
    coefficients: tuple[CoupleEstimate, ...]
    parameters: tuple[CoupleEstimate, ...]
    axes: tuple[CoupleEstimate, ...]
    shape: Shape
    r_squared: float
    model_test: SurfaceTest
    quadratic_test: SurfaceTest
    centre: float
    kept: KeptRegressions = field(repr=False, compare=False)

    @property
    def estimates(self) -> tuple[CoupleEstimate, ...]:
        """Coefficients, parameters and axes."""
        return (*self.coefficients, *self.parameters, *self.axes)

    def estimate(self, name: str) -> CoupleEstimate:
        """Return a coefficient (``b0`` to ``b5``), a parameter (``a1`` to ``a5``), or a figure of the axes.

        Raises
        ------
        UnknownNameError
            There is no such figure.
        """
        by_name = {estimate.name: estimate for estimate in self.estimates}
        if name not in by_name:
            raise UnknownNameError(not_one_of("name", name, list(by_name)))
        return by_name[name]

    def confidence_interval(
        self,
        name: str,
        confidence_level: float = 0.95,
        *,
        method: IntervalMethod = "delta",
        n_resamples: int = 2000,
        rng: int | np.random.Generator | None = None,
    ) -> Interval:
        """Return the interval of a figure.

        Parameters
        ----------
        name
            As in `estimate`.
        confidence_level
            For example 0.95.
        method
            ``delta``: estimate ± quantile x standard error. ``percentile`` and ``bca``: from resamples of
            couples; they suit the stationary point and the axes better, as these are ratios.
        n_resamples, rng
            Number of resamples, and a seed or Generator.

        Raises
        ------
        EstimationError
            An option is not valid.
        DocumentError
            A bootstrap interval of a surface that was read from its document.
        """
        estimate = self.estimate(name)
        if method not in _METHODS:
            raise EstimationError(not_one_of("method", method, _METHODS))
        if method == "delta":
            return estimate.confidence_interval(confidence_level)
        level = check_level(confidence_level)
        check_resamples(n_resamples)
        if estimate.reason is not None:
            return undefined_interval(level, method, estimate.n, estimate.reason)
        kept = needed(self.kept)
        resampled = kept.figures(name, resampled_coefficients(kept.regressions, n_resamples, generator(rng)))

        def corrected(figures: NDArray[np.float64], level: float) -> tuple[float, float]:
            jackknifed = kept.figures(name, jackknifed_coefficients(kept.regressions))
            return bca_interval(figures, jackknifed, estimate.estimate, level)

        ends = percentile_interval if method == "percentile" else corrected
        failing = f"{name} is undefined in"
        return interval_of_resamples(
            resampled, level, n=estimate.n, failing=failing, method=method, ends=ends
        )

    def congruence(
        self,
        confidence_level: float = 0.95,
        *,
        method: IntervalMethod = "delta",
        n_resamples: int = 2000,
        rng: int | np.random.Generator | None = None,
    ) -> CongruenceChecklist:
        """Return which conditions of a congruence effect are met (Humberg, Nestler & Back, 2019).

        Parameters
        ----------
        confidence_level, method, n_resamples, rng
            Of the intervals, as in `confidence_interval`.

        Returns
        -------
        CongruenceChecklist

        Notes
        -----
        Four of the six conditions are met where an interval *includes* a value, which a small sample does
        easily: check that intervals are narrow before you conclude that there is congruence.
        """
        seed = generator(rng).integers(2**32) if method != "delta" else None
        return checklist_of(
            self.partner,
            {estimate.name: estimate for estimate in self.estimates},
            lambda name: self.confidence_interval(
                name, confidence_level, method=method, n_resamples=n_resamples,
                rng=None if seed is None else int(seed),
            ),
        )  # fmt: skip

    def predict(self, own: Any, partner: Any) -> Floats:
        """Return the predicted outcome at scores of both partners, on the scale of the scores.

        Parameters
        ----------
        own, partner
            Scores, of one shape or shapes that fit together.

        Returns
        -------
        numpy.ndarray

        Raises
        ------
        EstimationError
            They are not numbers, or their shapes do not fit together.
        """
        b = np.array([estimate.estimate for estimate in self.coefficients])
        try:
            x, y = (np.asarray(scores, dtype=np.float64) - self.centre for scores in (own, partner))
            np.broadcast_shapes(x.shape, y.shape)
        except (TypeError, ValueError):
            raise EstimationError(
                f"own={shortened(own)} and partner={shortened(partner)} are not valid; allowed: numbers, or "
                "arrays of numbers whose shapes fit together"
            ) from None
        return np.asarray(polynomial(b, x, y))

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Return a pandas table of all figures."""
        return estimates_frame(self.estimates, confidence_level)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures with the checklist at 95 %, as plain values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__ if name != "kept"}
        return fields | {"congruence": self.congruence().to_dict()}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("kept",), congruence=CongruenceChecklist)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> PartnerSurface:
        for part, names in (("coefficients", COEFFICIENTS), ("parameters", PARAMETERS), ("axes", GEOMETRY)):
            if tuple(estimate.name for estimate in values[part]) != names:
                raise ValueError(f"{part} should be {', '.join(names)}")
        not_kept = NotKept(cls.__name__, "the scores behind them", "compute it again from the couples", {})
        return made_of(cls, values, kept=not_kept)

    def __repr__(self) -> str:
        whose = "both partners" if self.partner is None else self.partner
        lines = [f"<Surface of {whose}: R² = {apa(self.r_squared, 3)}, stationary point: {self.shape}"]
        lines += [f"  {repr(estimate)[1:-1]}" for estimate in self.parameters]
        lines.append(f"  congruence: {self.congruence().conclusion}")
        return "\n".join(lines) + ">"
