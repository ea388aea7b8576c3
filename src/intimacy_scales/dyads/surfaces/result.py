"""The result of a dyadic response surface analysis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.distinguishable import place_of
from intimacy_scales.dyads.estimates import cells_of, estimates_frame
from intimacy_scales.dyads.left_out import left_out_cautions
from intimacy_scales.dyads.paged import PagedResult
from intimacy_scales.dyads.surfaces.grid import SurfaceGrid, grid_of
from intimacy_scales.dyads.surfaces.influence import Influence, influence_of
from intimacy_scales.dyads.surfaces.kept import KeptRegressions
from intimacy_scales.dyads.surfaces.surface import PartnerSurface
from intimacy_scales.dyads.surfaces.surface_sentences import surface_sentences
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.not_kept import NotKept, needed
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, apa_p, counted, percent, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_FEW_COUPLES = 100
_FEW_DIFFERENT = 0.1


@result_class
class InfluentialCouple(Result):
    """A couple that moves a surface much.

    Attributes
    ----------
    place
        Its place among the couples that were passed, from 0.
    partner
        Whose surface; None for both alike.
    cook, dffits, leverage
        Cook's distance, DFFITS and leverage, each above its limit.

    Examples
    --------
    >>> InfluentialCouple(place=12, partner=None, cook=1.3, dffits=2.9, leverage=0.4)
    <couple at place 12: Cook's distance 1.30, DFFITS 2.90, leverage .40>
    """

    place: int
    partner: str | None
    cook: float
    dffits: float
    leverage: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        whose = "" if self.partner is None else f", surface of {self.partner}"
        return (
            f"<couple at place {self.place}{whose}: Cook's distance {shown(self.cook, 2)}, DFFITS "
            f"{shown(self.dffits, 2)}, leverage {apa(self.leverage)}>"
        )


@result_class
class ResponseSurface(PagedResult, Result):
    """A dyadic response surface: an outcome as a quadratic function of both partners' scores.

    Attributes
    ----------
    instrument
        What was answered; None for scores without an instrument.
    outcome, predictor
        Names of the variables.
    partners
        Names of both partners.
    distinguishable
        Whether each partner has a surface of their own.
    method
        Rule of the standard errors: ``ML``, ``MLR`` or ``REML``.
    centre
        Score from which own and partner's scores are measured.
    lowest, highest
        Of the observed scores in the predictor.
    n_couples
        Couples used.
    left_out
        Why couples are left out → how many.
    surfaces
        Of each partner, or of both alike.
    residual_correlation
        Correlation of both partners' residuals.
    chisq, df, p
        Likelihood-ratio test that both surfaces, and residual variances, are equal; nan, and 0 degrees of
        freedom, where partners are exchangeable.
    share_different
        Share of couples whose partners differ by more than half a standard deviation in the predictor
        (Shanock et al., 2010).
    outliers
        Couples with Cook's distance, DFFITS and leverage above their limits (Bollen & Jackman, 1985). They
        are used like all others.
    places
        (n_couples,): places of the couples used among those passed; not in documents.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads, response_surface
    >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> result = response_surface(dyads, "caring", "trust")
    >>> result.n_couples, [surface.partner for surface in result.surfaces], len(result.outliers)
    (200, [None], 0)
    """

    title: ClassVar[str] = "Dyadic response surface"
    _not_in_documents: ClassVar[tuple[str, ...]] = ("places",)

    instrument: InstrumentRef | None
    outcome: str
    predictor: str
    partners: tuple[str, str]
    distinguishable: bool
    method: str
    centre: float
    lowest: float
    highest: float
    n_couples: int
    left_out: Mapping[str, int]
    surfaces: tuple[PartnerSurface, ...]
    residual_correlation: float
    chisq: float
    df: int
    p: float
    share_different: float
    outliers: tuple[InfluentialCouple, ...]
    places: NDArray[np.intp] = field(repr=False, compare=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the surfaces."""
        cautions = left_out_cautions(self.left_out)
        if self.n_couples < _FEW_COUPLES:
            cautions.append(
                f"{self.n_couples} couples: curvature is imprecise with fewer than {_FEW_COUPLES}"
            )
        if self.share_different < _FEW_DIFFERENT:
            cautions.append(
                "partners differ by more than half a standard deviation in "
                f"{percent(round(self.share_different, 3))} of the couples: the surface is hardly known "
                "away from the line of congruence"
            )
        n = len({couple.place for couple in self.outliers})
        if n:
            cautions.append(
                f"{counted(n, 'influential couple')} (.outliers), used like all others: report the "
                "analysis without them too"
            )
        return tuple(cautions)

    def surface(self, partner: str | None = None) -> PartnerSurface:
        """Return the surface of one partner; None: of both alike.

        Raises
        ------
        UnknownNameError
            There is no surface of that partner.
        """
        return self.surfaces[place_of("partner", partner, [surface.partner for surface in self.surfaces])]

    def influence(self) -> Influence:
        """Return the influence of each couple that was used (n_couples, n_surfaces), with its limits."""
        kept: KeptRegressions = needed(self.surfaces[0].kept)
        return influence_of(kept.regressions)

    def grid(self, partner: str | None = None, *, n: int = 25) -> SurfaceGrid:
        """Return a surface on a grid of scores, for a plot.

        Parameters
        ----------
        partner
            Whose surface; None: of both alike.
        n
            Number of scores of each partner, from the lowest to the highest observed one.

        Returns
        -------
        SurfaceGrid

        Raises
        ------
        UnknownNameError
            There is no surface of that partner.
        EstimationError
            Fewer than two points.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> from intimacy_scales.dyads import Dyads, response_surface
        >>> answers = simulate("scii-24", 400, couples=0.5, rng=1).answers
        >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
        >>> response_surface(dyads, "caring", "trust").grid(n=9).predicted.shape
        (9, 9)
        """
        return grid_of(self.surface(partner), self.lowest, self.highest, n)

    def sentence(self, confidence_level: float = 0.95) -> str:
        """Return what the surfaces say, for a paper."""
        parts = []
        for surface in self.surfaces:
            whose = "of both partners" if surface.partner is None else f"of {surface.partner}"
            figures = ", ".join(
                f"{e.name} = {shown(e.estimate, e.digits(2))} "
                f"{e.confidence_interval(confidence_level).ends(e.digits(2))}"
                for e in surface.parameters
            )
            parts.append(
                f"The surface {whose} ({self.outcome} on {self.predictor}, "
                f"{counted(self.n_couples, 'couple')}, R² = {apa(surface.r_squared)}, {self.method}, "
                f"{percent(confidence_level)} intervals) has {figures}: "
                f"{surface.congruence(confidence_level).conclusion}."
            )
        if self.distinguishable:
            parts.append(
                f"Equality of both surfaces: chi-square({self.df}) = {shown(self.chisq, 2)}, {apa_p(self.p)}."
            )
        return " ".join(parts)

    def sentences(self, confidence_level: float = 0.95) -> tuple[str, ...]:
        """Return what each figure says, in plain language."""
        return tuple(surface_sentences(self, confidence_level))

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """Return a pandas table with a row for each figure of each surface."""
        rows = tuple(estimate for surface in self.surfaces for estimate in surface.estimates)
        return estimates_frame(rows, confidence_level)

    def page(self, confidence_level: float = 0.95) -> Page:
        """Return the page that `to_markdown` writes, as data."""
        tables = []
        for surface in self.surfaces:
            whose = "Both partners" if surface.partner is None else surface.partner
            names = {"figure": [estimate.name for estimate in surface.estimates]}
            columns = names | cells_of(surface.estimates, confidence_level)
            tables.append(TextTable(title=f"{whose}: surface", columns=columns))
            conditions = surface.congruence(confidence_level).conditions
            tables.append(
                TextTable(
                    title=f"{whose}: congruence",
                    columns={
                        "condition": [f"{c.figure} {c.condition}" for c in conditions],
                        "sense": [c.sense for c in conditions],
                        "estimate": [f"{shown(c.estimate)} {c.interval}" for c in conditions],
                        "met": ["met" if c.met else "not met" for c in conditions],
                        "what it says": [c.meaning for c in conditions],
                    },
                )
            )
        return Page(
            title=f"{self.title}: {self.outcome} on {self.predictor}",
            tables=tuple(tables),
            warnings=self.warnings,
            sentence=self.sentence(confidence_level),
            legend="b1 own, b2 partner, b3 own squared, b4 own x partner, b5 partner squared, of scores less "
            f"{shown(self.centre)}; a1 = b1 + b2, a2 = b3 + b4 + b5, a3 = b1 - b2, a4 = b3 - b4 + b5, a5 = "
            "b3 - b5.",
        )

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> ResponseSurface:
        cells = values["partners"] if values["distinguishable"] else (None,)
        if tuple(surface.partner for surface in values["surfaces"]) != tuple(cells):
            raise ValueError(f"surfaces should be those of {cells}")
        not_kept = NotKept(cls.__name__, "the places of couples", "compute it again from the couples", {})
        return made_of(cls, values, places=not_kept)

    def __repr__(self) -> str:
        lines = [
            f"<Response surface: {self.outcome} on {self.predictor}; {counted(self.n_couples, 'couple')}, "
            f"{self.method}"
        ]
        for surface in self.surfaces:
            whose = "" if surface.partner is None else f"{surface.partner}: "
            figures = ", ".join(f"{e.name} {shown(e.estimate)}" for e in surface.parameters)
            lines.append(f"  {whose}{figures}, R² {apa(surface.r_squared, 3)}")
            lines.append(f"  {whose}{surface.congruence().conclusion}")
        if not math.isnan(self.chisq):
            lines.append(f"  equal surfaces: chi-square({self.df}) = {shown(self.chisq, 2)}, {apa_p(self.p)}")
        lines += [f"  ! {text}" for text in self.warnings]
        return "\n".join(lines) + ">"
