"""Models of a predictor and an outcome of both partners that `sem` fits: the steps that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from intimacy_scales.dyads.distinguishable import pooled_or_chosen, which_compositions
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.given_couples import couples_once
from intimacy_scales.dyads.left_out import left_out_cautions
from intimacy_scales.dyads.models.couple_paths import CouplePath
from intimacy_scales.dyads.models.couple_table import (
    CoupleTable,
    MissingPartners,
    Pair,
    TableBuilder,
    check_varies,
    in_one_order,
)
from intimacy_scales.dyads.models.dependent_partners import check_partners_apart
from intimacy_scales.dyads.models.distinguishability import LikelihoodEstimator, adjusted_to_partners
from intimacy_scales.dyads.models.layout import Layout, layout_of
from intimacy_scales.dyads.models.measurement import (
    ErrorModel,
    Loadings,
    Measured,
    Reliability,
    add_items,
    check_measurement,
    corrected,
    latent,
    measurement_cautions,
    observed,
    strongest_first,
    unit_cautions,
)
from intimacy_scales.dyads.models.sem_engine import fitted
from intimacy_scales.errors import EstimationError, NotConvergedError
from intimacy_scales.factor.confirmatory.results.fit_sentence import improper_sentence
from intimacy_scales.factor.confirmatory.results.sem_result import SEMResult
from intimacy_scales.messages import not_one_of


@dataclass(slots=True, kw_only=True)
class CoupleEngine:
    """A model of couples with what it is fitted to.

    Attributes
    ----------
    dyads, layout, table
        The couples.
    outcome, predictor
        The variables.
    options
        Options of `sem`.
    measured
        What stands for the variables: columns, or factors of these.
    items
        Scale → its items, where these are modelled.
    error, loadings
        How measurement error is modelled.
    text, result
        The model, and its fit.
    """

    dyads: Dyads
    layout: Layout
    table: CoupleTable
    outcome: str
    predictor: str
    options: Mapping[str, Any]
    measured: Measured
    items: Mapping[str, Sequence[str]]
    error: ErrorModel | None
    loadings: Loadings
    text: str = ""
    result: SEMResult = field(init=False)

    @property
    def pairs(self) -> tuple[Pair, Pair]:
        """What stands for predictor and outcome of both partners."""
        return self.measured.partners[self.predictor], self.measured.partners[self.outcome]

    def whole_text(self, lines: Sequence[str]) -> str:
        """Return the whole model: how variables are measured, the lines given, means and variances."""
        moments = []
        for letter, pair in zip("xy", self.pairs, strict=True):
            for column in pair:
                mean, spread = ("", "") if self.layout.distinguishable else (f"m{letter}*", f"v{letter}*")
                moments += [f"{column} ~ {mean}1", f"{column} ~~ {spread}{column}"]
        return "\n".join([*self.measured.lines, *lines, *moments])

    def fit(self, lines: Sequence[str]) -> None:
        """Fit the model, in the unit of each scale's first item; of another one if that does not converge."""
        self.text = self.whole_text(lines)
        try:
            self.result = fitted(self.text, self.table, self.options)
        except NotConvergedError:
            others = strongest_first(self.table, self.items)
            if others == self.items:
                raise
            self.measured = latent(self.layout, self.table, others, self.loadings)
            self.measured.cautions += unit_cautions(self.items, others)
            self.text = self.whole_text(lines)
            self.result = fitted(self.text, self.table, self.options)


def couple_engine(
    dyads: Dyads,
    outcome: str,
    predictor: str,
    *,
    distinguishable: bool | None,
    error: ErrorModel | None,
    reliability: Reliability | None,
    loadings: Loadings,
    estimator: LikelihoodEstimator,
    missing: MissingPartners,
) -> CoupleEngine:
    """Return the couples and numbers of a model that is still to be fitted, checked.

    Raises
    ------
    EstimationError
        A mixed sample, the same variable twice, or options that are not valid.
    """
    dyads = couples_once(dyads)
    if estimator not in ("ML", "MLR"):
        raise EstimationError(not_one_of("estimator", estimator, ("ML", "MLR")))
    check_measurement(error, reliability, loadings)
    if outcome == predictor:
        raise EstimationError(
            f"{outcome!r} is the outcome, and cannot predict itself; name another predictor"
        )
    layout = layout_of(dyads, distinguishable)
    if layout.mixed:
        raise EstimationError(
            f"this model is for one kind of couples, and {which_compositions(dyads)}: "
            f"{pooled_or_chosen(dyads)}"
        )
    builder = TableBuilder(dyads=dyads, layout=layout)
    items = add_items(builder, (predictor, outcome)) if error == "latent" else {}
    for name in () if items else (predictor, outcome):
        builder.add_partners(name, dyads.variable(name))
    table = builder.made(missing)
    check_varies(table, list(builder.pairs), layout.compositions)
    if not items:
        check_partners_apart(table, layout, outcome, [predictor], paths=False)
    table = in_one_order(table, layout)
    measured = observed(table)
    if error == "latent":
        measured = latent(layout, table, items, loadings)
    elif error == "corrected":
        measured = corrected(dyads, layout, table, (predictor, outcome), reliability)
    return CoupleEngine(
        dyads=dyads, layout=layout, table=table, outcome=outcome, predictor=predictor,
        options={"estimator": estimator, "missing": missing}, measured=measured, items=items,
        error=error, loadings=loadings,
    )  # fmt: skip


def fields_of(engine: CoupleEngine, paths: Sequence[CouplePath], cautions: Sequence[str]) -> dict[str, Any]:
    """Return the fields of the result that all such models have."""
    result, table = engine.result, engine.table
    warnings = [*result.notes, *cautions]
    if result.improper:
        warnings.append(improper_sentence(result.improper))
    warnings += left_out_cautions(table.left_out)
    warnings += measurement_cautions(engine.error, engine.layout, engine.loadings)
    warnings += engine.measured.cautions
    return {
        "instrument": engine.dyads.instrument,
        "outcome": engine.outcome,
        "predictor": engine.predictor,
        "partners": engine.dyads.partners,
        "distinguishable": engine.layout.distinguishable,
        "estimator": result.estimator,
        "missing": result.missing,
        "n_couples": table.n,
        "n_one_partner": table.n_one_partner,
        "n_given": table.n_given,
        "left_out": table.left_out,
        "error": engine.error,
        "reliabilities": engine.measured.reliabilities,
        "paths": tuple(paths),
        "fit": result.fit,
        "adjusted": None
        if engine.layout.distinguishable
        else adjusted_to_partners(table, result, engine.options),
        "improper": result.improper,
        "warnings": tuple(warnings),
        "engine": engine,
    }
