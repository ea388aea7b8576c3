"""From a fitted engine to the result of an actor-partner model."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from intimacy_scales.dyads.actor_partner.terms import Composition, Term, Variables
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.left_out import left_out_cautions
from intimacy_scales.dyads.models.actor_partner_result import ActorPartnerModel, ResidualCorrelation
from intimacy_scales.dyads.models.adjusted_fit import AdjustedFit
from intimacy_scales.dyads.models.couple_table import MissingPartners
from intimacy_scales.dyads.models.distinguishability import (
    adjusted_to_partners,
    distinguishability_test,
    why_not_tested,
)
from intimacy_scales.dyads.models.effects import PartnerActorRatio, PathEffect, partner_actor_ratio
from intimacy_scales.dyads.models.layout import Layout, cell_of
from intimacy_scales.dyads.models.measurement import Loadings, Measured, measurement_cautions
from intimacy_scales.dyads.models.path_tests import PathTest, path_tests
from intimacy_scales.dyads.models.paths import PathEngine, PathEstimates
from intimacy_scales.dyads.models.role_differences import role_differences
from intimacy_scales.factor.confirmatory.results.fit_sentence import improper_sentence
from intimacy_scales.results.wording import counted

_FEW_COUPLES = 30


@dataclass(slots=True, kw_only=True)
class Design:
    """What an actor-partner model is of.

    Attributes
    ----------
    dyads, layout
        The couples, and their kinds.
    outcome, variables
        The variables.
    error, loadings, missing, centred
        Options, as in `apim`.
    centres
        Variable → what was subtracted from it.
    """

    dyads: Dyads
    layout: Layout
    outcome: str
    variables: Variables
    error: str | None
    loadings: Loadings
    missing: MissingPartners
    centred: bool
    centres: dict[str, float] = field(default_factory=dict)


def actor_partner_model_of(design: Design, engine: Any, measured: Measured) -> ActorPartnerModel:
    """Return the result of a fitted actor-partner model."""
    estimates: PathEstimates = engine.estimates
    layout, table, n = design.layout, engine.table, engine.table.n
    names = [composition.name for composition in layout.compositions]
    counts = dict.fromkeys(names, 0) if layout.mixed else {}
    for name in table.composition or ():
        counts[name] += 1
    n_of = counts or dict.fromkeys(names, n)  # couples behind the paths of each composition
    return ActorPartnerModel(
        instrument=design.dyads.instrument,
        outcome=design.outcome,
        predictors=design.variables.predictors,
        covariates=design.variables.covariates,
        interactions=design.variables.interactions,
        partners=design.dyads.partners,
        distinguishable=layout.distinguishable,
        compositions=counts,
        error=design.error,
        estimator=engine.estimator,
        missing=design.missing,
        centres=design.centres,
        n_couples=n,
        n_one_partner=table.n_one_partner,
        n_incomplete=table.n_incomplete,
        n_given=table.n_given,
        left_out=table.left_out,
        effects=tuple(_effect(estimates, design, k, n_of) for k in range(len(estimates.terms))),
        residual_sds=estimates.residual_sds,
        r_squared=estimates.r_squared,
        residual_correlations=tuple(
            ResidualCorrelation(composition=name, estimate=rho.estimate, se=rho.se, n=n_of[name])
            for name, rho in estimates.residual_correlations.items()
        ),
        differences=tuple(role_differences(engine, design.variables, layout.compositions, n_of)),
        ratios=_ratios(estimates, design, n_of),
        tests=(*path_tests(engine, design.variables, layout.compositions), *_apart(design, engine)),
        reliabilities=measured.reliabilities,
        fit=engine.fit,
        adjusted=_adjusted(design, engine),
        improper=engine.improper,
        warnings=(*_cautions(design, engine), *measured.cautions),
        engine=engine,
    )


def _effect(estimates: PathEstimates, design: Design, k: int, n_of: Mapping[str, int]) -> PathEffect:
    """Return one coefficient with its test and its standardized values."""
    term = estimates.terms[k]
    value = float(estimates.values[k])
    composition, place = _place(term.cell, design.layout)
    role, other = composition.roles or ("", "")
    return PathEffect(
        kind=term.kind,
        predictor=term.predictor,
        covariate=term.covariate,
        composition=composition.name,
        role=other if place else role,
        other=role if place else other,
        outcome=design.outcome,
        estimate=value,
        se=float(estimates.errors[k]),
        df=float(estimates.degrees_of_freedom[k]),
        standardized=_standardized(estimates, design, term, value, pooled=True),
        standardized_in_cell=_standardized(estimates, design, term, value, pooled=False),
        n=n_of[composition.name],
    )


def _place(cell: str, layout: Layout) -> tuple[Composition, int]:
    """Return the composition of a cell, and the place of its persons in couples."""
    return next((c, c.cells.index(cell)) for c in layout.compositions if cell in c.cells)


def _standardized(
    estimates: PathEstimates, design: Design, term: Term, value: float, *, pooled: bool
) -> float:
    """Return a coefficient in standard deviations; for a product, in the product of those of its factors."""
    if term.kind == "intercept":
        return math.nan
    cell = source = term.cell
    if term.kind == "partner":
        composition, place = _place(cell, design.layout)
        source = cell_of(composition, 1 - place)

    def sd(variable: str, of_cell: str) -> float:
        return estimates.pooled_sd(variable) if pooled else estimates.sds[variable][of_cell]

    size = sd(term.predictor, source) if term.predictor is not None else 1.0
    if term.covariate is not None:
        size *= sd(term.covariate, cell)
    return value * size / sd(design.outcome, cell)


def _ratios(
    estimates: PathEstimates, design: Design, n_of: Mapping[str, int]
) -> tuple[PartnerActorRatio, ...]:
    """Return the ratio k of each predictor in each cell."""
    ratios = []
    for predictor in design.variables.predictors:
        for cell in design.layout.cells:
            places = [estimates.position(kind, cell, predictor) for kind in ("actor", "partner")]
            actor, partner = (float(estimates.values[place]) for place in places)
            term = estimates.terms[places[0]]
            ratios.append(
                partner_actor_ratio(
                    predictor,
                    cell,
                    (actor, partner),
                    estimates.covariance[places][:, places],
                    standardized=_standardized(estimates, design, term, actor, pooled=True),
                    n=n_of[_place(cell, design.layout)[0].name],
                )
            )
    return tuple(ratios)


def _apart(design: Design, engine: Any) -> tuple[PathTest, ...]:
    """Return the test of whether roles tell partners apart, for a sample with one kind of couples."""
    if design.layout.mixed:
        return ()
    reason = why_not_tested(design.dyads, engine.table)
    options = {"estimator": "MLR" if engine.estimator == "MLR" else "ML", "missing": design.missing}
    table, variables = engine.table, (design.outcome, *design.variables.predictors)
    if design.error != "latent":  # not of products
        table = replace(table, partners={name: table.partners[name] for name in variables})
    return (distinguishability_test(table, options, reason),)


def _adjusted(design: Design, engine: Any) -> AdjustedFit | None:
    """Return the adjusted fit of a model that restricts more than the order of partners; otherwise None."""
    if design.error != "latent" or design.layout.mixed or design.layout.distinguishable:
        return None
    return adjusted_to_partners(engine.table, engine.result, engine.options)


def _cautions(design: Design, engine: PathEngine) -> tuple[str, ...]:
    """Return cautions about using the figures."""
    table = engine.table  # type: ignore[attr-defined]
    cautions = list(engine.notes)
    if engine.improper:
        cautions.append(improper_sentence(engine.improper))
    if table.n < _FEW_COUPLES:
        cautions.append(f"{counted(table.n, 'couple')} are few, so that intervals and tests are rough")
    cautions += left_out_cautions(table.left_out)
    cautions += measurement_cautions(design.error, design.layout, design.loadings)
    if design.variables.interactions and table.has_gaps:
        cautions.append(
            "products are missing where one of their factors is; full information then assumes that they are "
            "normal like other variables, which biases their effects"
        )
    return tuple(cautions)
