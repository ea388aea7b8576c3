"""What lavaan says of actor-partner models as structural equations, with and without missing partners."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.dyads import ActorPartnerModel, PathEffect, apim
from intimacy_scales.factor import SEMResult, sem

from .couples import scored
from .factor_values import as_in_r, fit_rows, objective_row, parameter_rows
from .oracles import COUPLE_ESTIMATE, ESTIMATE, Block, Reference, Row

LEADING_FIT = ("chisq", "df", "pvalue", "logl", "chisq_scaled", "chisq_scaling_factor")
LEADING_PARAMETERS = ("est", "se")
SECOND_SET = (COUPLE_ESTIMATE, ESTIMATE)  # of estimates, and of standard errors
_KINDS = ("distinguishable", "indistinguishable")
_Line = tuple[str, str, str]


def _lines_of(model: ActorPartnerModel, effect: PathEffect) -> Iterator[_Line]:
    """Yield the lines of R's table that an effect is in: two where partners are exchangeable."""
    for place, role in enumerate(model.partners):
        if effect.role in ("", role):
            other = model.partners[1 - place]
            source = {
                "actor": f"{effect.predictor}_{role}",
                "partner": f"{effect.predictor}_{other}",
                "covariate": str(effect.covariate),
            }
            outcome = f"{model.outcome}_{role}"
            yield (outcome, "~1", "") if effect.kind == "intercept" else (outcome, "~", source[effect.kind])


def _of_effects(model: ActorPartnerModel) -> dict[_Line, Any]:
    """Return what apim() says of paths, by the lines of R's table."""
    figures: dict[_Line, Any] = {}
    for effect in model.effects:
        for line in _lines_of(model, effect):
            figures[line] = {"estimate": effect.estimate, "se": effect.se}
            if effect.kind in ("actor", "partner"):
                figures[line]["std_all"] = effect.standardized_in_cell
    return figures


def _of_residuals(model: ActorPartnerModel) -> dict[_Line, Any]:
    """Return what apim() says of residuals, by the lines of R's table."""
    first, second = (f"{model.outcome}_{role}" for role in model.partners)
    cells = model.cells if len(model.cells) == 2 else model.cells * 2
    sds, (rho,) = [model.residual_sds[cell] for cell in cells], model.residual_correlations
    shared = {"estimate": rho.estimate * sds[0] * sds[1], "std_all": rho.estimate, "std_all_se": rho.se}
    figures: dict[_Line, Any] = {(first, "~~", second): shared}
    for name, cell, sd in zip((first, second), cells, sds, strict=True):
        figures[name, "~~", name] = {"estimate": sd**2, "std_all": 1 - model.r_squared[cell]}
    return figures


def _of_defined(model: ActorPartnerModel, parameters: Mapping[str, Any]) -> dict[_Line, Any]:
    """Return what apim() says of k, partner / actor effect, and of differences, first less second partner."""
    columns = [parameters[name] for name in ("lhs", "op", "rhs", "label")]
    labelled = {label: line for *line, label in zip(*columns, strict=True) if label}
    effects = {line: effect for effect in model.effects for line in _lines_of(model, effect)}
    figures = {}
    for lhs, op, rhs in zip(*columns[:3], strict=True):
        if op == ":=" and "/" in rhs:
            actor = effects[tuple(labelled[rhs.partition("/")[2]])]
            # the figure is there where k is not given, as the actor effect is near 0
            figure = model.ratio(actor.predictor, cell=actor.cell).figure
            figures[lhs, op, rhs] = {"estimate": figure.estimate, "se": figure.se}
        elif op == ":=":
            first = effects[tuple(labelled[rhs.partition("-")[0]])]
            difference = next(
                d for d in model.differences if (d.kind, d.predictor) == (first.kind, first.predictor)
            )
            sign = 1 if difference.roles[0] == first.role else -1
            figures[lhs, op, rhs] = {"estimate": sign * difference.estimate, "se": difference.se}
    return figures


def as_apim_says(result: SEMResult, model: ActorPartnerModel, parameters: Mapping[str, Any]) -> SEMResult:
    """Return a fitted model with the figures that apim() reports in place of those of sem()."""
    figures = _of_effects(model) | _of_residuals(model) | _of_defined(model, parameters)
    changed = as_in_r(result, {}, figures)
    lines = {(p.lhs, p.op, "" if p.op == "~1" else p.rhs.replace(" ", "")) for p in result.parameters}
    assert figures.keys() <= lines, figures.keys() - lines
    return changed


def _model_rows(
    block: Block, text: str, table: pd.DataFrame, model: ActorPartnerModel, *, fine: bool, **options: Any
) -> Iterator[Row]:
    """Compare one actor-partner model: paths, residuals and k by apim(), other parameters by sem().

    Only means of covariates are then not compared with the finer tolerance: R's search stops some way off the
    mean of years, whose standard deviation is 8, which is in closed form.
    """
    result = sem(text, table, fixed_x=False, means=True, on_invalid="accept", **options)
    assert not result.improper
    yield block.row("nobs", model.n_couples, "apim().n_couples")
    if block.has("n_patterns"):
        block.given("n_patterns")
    parameters = block.reference.at((*block.key, "params"))
    label = "objective at R's estimates"
    yield objective_row(block, "converged", result, block.part("params"), label, "sem()")
    source, fit = ("sem().fit", result.fit) if model.fit is None else ("apim().fit", model.fit)
    gaps = options.get("missing") == "fiml"
    yield from fit_rows(block.part("fit"), fit, source, gaps=gaps, alone=LEADING_FIT)
    merged = as_apim_says(result, model, parameters)
    function, within = "apim(), sem()", None
    if fine:
        means = [(name, "~1") for name in model.covariates]
        lines = zip(parameters["lhs"], parameters["op"], strict=True)
        within = (np.array([ESTIMATE if line in means else COUPLE_ESTIMATE for line in lines]), ESTIMATE)
    yield from parameter_rows(block.part("params"), merged, function, alone=LEADING_PARAMETERS, within=within)


def actor_partner_rows(ref: Reference, table: pd.DataFrame) -> Iterator[Row]:
    """Compare each actor-partner model of the first set that was fitted as a structural equation model."""
    for name in ref.values:
        if not name.startswith("apim_sem_"):
            continue
        block = ref.block(name, table="actor-partner models", column=name.removeprefix("apim_sem_"))
        text = block.given("model")
        outcome, predictor = (part.split("_")[0] for part in text.split("\n")[0].split(" ~ "))
        predictor = predictor.rpartition("*")[2]
        model = apim(
            scored(table), outcome, predictor, estimator="ML", missing="listwise", centred=False,
            distinguishable=not name.endswith("indistinguishable"),
        )  # fmt: skip
        yield from _model_rows(block, text, table, model, fine=False)


def path_model_rows(
    ref: Reference,
    name: str,
    table: pd.DataFrame,
    title: str,
    variables: tuple[str, list[str], list[str]],
) -> Iterator[Row]:
    """Compare an actor-partner model of the second set: roles and exchangeable partners, ML and MLR."""
    outcome, predictors, covariates = variables
    gaps = name.endswith("_fiml")
    dyads = scored(table)
    for kind in _KINDS:
        text = ref.block(name, kind, table=title).given("model")
        for estimator in ("ML", "MLR"):
            if estimator not in ref.at((name, kind)):
                continue
            what = "missing partners" if gaps else "complete"
            column = f"{kind}, {what}, {estimator}"
            block = ref.block(name, kind, estimator, table=title, column=column)
            options: Any = {"estimator": estimator, "missing": "fiml" if gaps else "listwise"}
            model = apim(
                dyads, outcome, predictors, covariates=covariates, distinguishable=kind == _KINDS[0],
                centred=False, **options,
            )  # fmt: skip
            yield from _model_rows(block, text, table, model, fine=True, **options)
        if gaps:
            yield from _expected_rows(ref, (name, kind), table, title, text)


def _expected_rows(
    ref: Reference, key: tuple[str, ...], table: pd.DataFrame, title: str, text: str
) -> Iterator[Row]:
    """Compare standard errors from the expected information."""
    block = ref.block(
        *key, "ML_expected_information", table=title, column=f"{key[-1]}, missing partners, ML",
        prefix="expected information.",
    )  # fmt: skip
    options: Any = {"fixed_x": False, "means": True, "missing": "fiml", "on_invalid": "accept"}
    result = sem(text, table, information="expected", **options)
    function = 'sem(information="expected")'
    yield from parameter_rows(block, result, function, within=SECOND_SET)


def saturated_rows_of_couples(
    ref: Reference, name: str, title: str, model: ActorPartnerModel
) -> Iterator[Row]:
    """Compare with moments by another algorithm (EM), which a saturated actor-partner model implies."""
    block = ref.block(name, table=title, column="distinguishable, missing partners, ML", prefix="EM.")
    block = block.as_family("by the EM algorithm")
    result, fit = model.engine.result, model.fit
    assert fit is not None and fit.df == 0
    yield block.row("logl", fit.log_likelihood, "apim().fit", tolerance=ESTIMATE)
    means, names = result.implied_means(), list(ref.at((name, "mean")))
    covariances = result.implied_covariances().loc[names, names].to_numpy()
    function = "apim(): implied moments"
    yield block.row("mean", [means[n] for n in names], function, tolerance=ESTIMATE)
    yield block.row("cov", covariances, function, tolerance=ESTIMATE)
    slopes = ref.at((name, "slopes"))
    paths = {line: effect.estimate for effect in model.effects for line in _lines_of(model, effect)}
    ours = [[paths[outcome, "~", column] for outcome in slopes["cols"]] for column in slopes["rows"]]
    yield block.row("slopes", np.array(ours), "apim()", tolerance=ESTIMATE)
