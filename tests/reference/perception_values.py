"""What R says of partners who judge each other, and of response surfaces of both partners' scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from intimacy_scales.dyads import (
    Dyads,
    ResponseSurface,
    TruthAndBias,
    perception,
    response_surface,
    truth_and_bias,
)
from intimacy_scales.factor import SEMResult, sem

from .actor_partner_values import LEADING_FIT, LEADING_PARAMETERS, SECOND_SET
from .couple_model_values import text_of
from .factor_values import as_in_r, fit_rows, objective_row, parameter_rows
from .gls_values import Fitted, gls_rows
from .oracles import CLOSED_FORM, ESTIMATE, P_VALUE, SURFACE, TEST, Block, Reference, Row

_PATHS = {"db": "directional_bias", "t": "truth", "b": "bias"}
_TRUTH = "truth and bias"
_COEFFICIENTS = ("b1", "b2", "b3", "b4", "b5")
_PARAMETERS = ("a1", "a2", "a3", "a4", "a5")


def _labelled(parameters: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[Any, Any]:
    """Return figures by the lines of R's table that have their labels."""
    columns = [parameters[name] for name in ("lhs", "op", "rhs", "label")]
    return {
        (lhs, op, rhs): figures[label]
        for lhs, op, rhs, label in zip(*columns, strict=True)
        if label in figures
    }


def _estimate(value: Any) -> dict[str, float]:
    return {"estimate": value.estimate, "se": value.se}


def _sem_rows(
    block: Block, result: SEMResult, figures: Mapping[str, Any], function: str, within: Any, n: int
) -> Iterator[Row]:
    """Compare a model: figures of a function of couples in their lines, all else by sem()."""
    parameters = block.reference.at((*block.key, "params"))
    block.given("n_patterns")
    yield block.row("nobs", n, f"{function}.n_couples")
    label = "objective at R's estimates"
    yield objective_row(block, "converged", result, block.part("params"), label, "sem()")
    yield from fit_rows(block.part("fit"), result.fit, "sem().fit", alone=LEADING_FIT)
    merged = as_in_r(result, {}, _labelled(parameters, figures))
    call = f"{function}, sem()"
    yield from parameter_rows(block.part("params"), merged, call, alone=LEADING_PARAMETERS, within=within)


def _of_truth(result: TruthAndBias) -> dict[str, Any]:
    """Return paths and residual variances by R's labels."""
    judges: list[tuple[str, str | None]]
    judges = (
        [("1", result.partners[0]), ("2", result.partners[1])] if result.distinguishable else [("", None)]
    )
    figures: dict[str, Any] = {
        f"{label}{place}": _estimate(result.path(name, judge))
        for label, name in _PATHS.items()
        for place, judge in judges
    }
    if result.distinguishable:
        names = ("dir_diff", "truth_diff", "bias_diff")
        return figures | {n: _estimate(d) for n, d in zip(names, result.differences, strict=True)}
    return figures | {"v": {"estimate": result.residual_sds[0] ** 2}}


def truth_rows(ref: Reference, name: str, table: pd.DataFrame, couples: tuple[Dyads, Dyads]) -> Iterator[Row]:
    """Compare the truth and bias model of judgements of the partner (``oth``) by own reports (``slf``)."""
    block = ref.block(name, table=_TRUTH, column="distinguishable, ML")
    dyads, alike = couples
    by_method = {
        (method, role): truth_and_bias(
            dyads if role else alike, judgement="oth", truth="slf", estimator=method, missing="listwise"
        )
        for method in ("ML", "REML")
        for role in (True, False)
    }
    result = by_method["ML", True]
    yield block.row("centre", result.centre, "truth_and_bias().centre")
    centred = {
        f"{letter}{place}": table[f"{short}_{partner}"] - result.centre
        for letter, short in (("J", "oth"), ("S", "slf"))
        for place, partner in enumerate(dyads.partners, 1)
    }
    answers = pd.DataFrame(centred)
    texts = {"sem_distinguishable": block.given("model")}
    texts["sem_equal"] = text_of(ref.at((name, "sem_equal", "params")))
    for key, role in (("sem_distinguishable", True), ("sem_equal", False)):
        column = f"{'distinguishable' if role else 'exchangeable'}, ML"
        fitted = sem(texts[key], answers, fixed_x=False, means=True)
        model, part = by_method["ML", role], ref.block(name, key, table=_TRUTH, column=column)
        figures = _of_truth(model)
        yield from _sem_rows(part, fitted, figures, "truth_and_bias()", SECOND_SET, model.n_couples)
    for key, role in (("gls_by_role", True), ("gls_exchangeable", False)):
        for method in ("ML", "REML"):
            column = f"{'distinguishable' if role else 'exchangeable'}, {method}"
            part = ref.block(name, key, method, table=_TRUTH, column=column, prefix="gls.")
            yield from _truth_gls_rows(part, by_method[method, role])
    yield from _perception_rows(ref, name, table)


def _truth_gls_rows(block: Block, result: TruthAndBias) -> Iterator[Row]:
    """Compare the model by gls, as far as truth_and_bias() reports it."""
    judges = result.partners if result.distinguishable else (None,)
    paths = [result.path(path, judge) for path in _PATHS.values() for judge in judges]
    names = [*dict.fromkeys(result.partners)]
    sds = (
        dict(zip(("Wife", "Husband"), result.residual_sds, strict=True))
        if len(judges) == 2
        else {"": result.residual_sds[0]}
    )
    ours = Fitted(
        function=f'truth_and_bias(estimator="{result.method}")',
        estimates=np.array([path.estimate for path in paths]),
        covariance=np.diag([path.se**2 for path in paths]),
        log_likelihood=float("nan"),
        n_parameters=0,
        sds=sds,
        rho=result.residual_correlation,
        n=len(names) * result.n_couples,
    )
    yield from gls_rows(block, ours, parts=("residuals", "errors"))


def _perception_rows(ref: Reference, name: str, table: pd.DataFrame) -> Iterator[Row]:
    """Compare correlations of judgements with reports, and the bias of their level."""
    reports, judgements = (
        Dyads.of_scores(
            table, {"positivity": {p: f"{short}_{p}" for p in "wh"}}, role=True, on_invalid="accept"
        )
        for short in ("slf", "oth")
    )
    result = perception(reports, judgements)
    for key, figure in (("tracking_r", "accuracy"), ("assumed_similarity_r", "assumed_similarity")):
        block = ref.block(name, key, table="judgements of the partner", column="", prefix=f"{key}.")
        for judge, partner in (("judge1", "w"), ("judge2", "h")):
            block = ref.block(name, key, table="judgements of the partner", column=judge, prefix="")
            ours = result.correlation("positivity", figure, partner)  # type: ignore[arg-type]
            yield block.row(judge, float(ours), f"perception().correlation(..., {figure!r})", label=key)
    for judge, partner in (("judge1", "w"), ("judge2", "h")):
        key = (name, "mean_level_bias_paired", judge)
        block = ref.block(*key, table="judgements of the partner", column=judge, prefix="mean_level_bias.")
        bias = result.bias("positivity", partner)
        for label, what in (("diff", "estimate"), ("t", "statistic"), ("df", "df"), ("p", "p")):
            p = {"tolerance": P_VALUE, "relative": True} if label == "p" else {}
            yield block.row(label, getattr(bias, what), f"perception().bias().{what}", **p)


def surface_rows(
    ref: Reference, name: str, table: pd.DataFrame, couples: tuple[Dyads, Dyads], variables: tuple[str, str]
) -> Iterator[Row]:
    """Compare the response surfaces of both partners' outcome over both partners' scores."""
    title = f"response surface: {name.removeprefix('drsa_')}"
    block = ref.block(name, table=title, column="distinguishable, ML")
    outcome, predictor = variables
    complete = table.dropna()
    first = response_surface(couples[0], outcome, predictor)
    yield block.row("centre", first.centre, "response_surface().centre")
    y1, y2, x1, x2 = (complete[f"{v}_{p}"] for v in (outcome, predictor) for p in couples[0].partners)
    a, b = x1 - first.centre, x2 - first.centre
    data = pd.DataFrame({"Y1": y1, "Y2": y2, "A": a, "B": b, "A2": a * a, "AB": a * b, "B2": b * b})
    surfaces = {}
    for kind, dyads in zip(("distinguishable", "indistinguishable"), couples, strict=True):
        for estimator in ("ML", "MLR"):
            result = response_surface(dyads, outcome, predictor, estimator=estimator)
            surfaces[kind, estimator] = result
            part = ref.block(name, f"{kind}_{estimator}", table=title, column=f"{kind}, {estimator}")
            text = block.given("model")
            if kind == "indistinguishable":
                text = text_of(ref.at((*part.key, "params")))
            options: Any = {"fixed_x": True, "estimator": estimator, "means": True}
            fitted = sem(text, data, **options)
            within = (SURFACE, ESTIMATE)
            n = result.n_couples
            yield from _sem_rows(part, fitted, _of_surface(result), "response_surface()", within, n)
    regressions = response_surface(couples[0], outcome, predictor, estimator="REML")
    yield from _lm_rows(ref, name, title, regressions)
    yield from _axes_rows(ref, name, title, surfaces["distinguishable", "MLR"])


def _of_surface(result: ResponseSurface) -> dict[str, Any]:
    """Return coefficients and parameters of surfaces by R's labels."""
    ends = ("_1", "_2") if result.distinguishable else ("",)
    figures = {
        f"{figure}{end}": _estimate(surface.estimate(figure))
        for surface, end in zip(result.surfaces, ends, strict=True)
        for figure in (*_COEFFICIENTS, *_PARAMETERS)
    }
    if not result.distinguishable:
        figures["i"] = _estimate(result.surface().estimate("b0"))
    return figures


def _lm_rows(ref: Reference, name: str, title: str, result: ResponseSurface) -> Iterator[Row]:
    """Compare ordinary least squares of each partner."""
    function = 'response_surface(estimator="REML")'
    for surface, partner in zip(result.surfaces, ("partner1", "partner2"), strict=True):
        block = ref.block(name, "lm", partner, table=f"{title}, lm and RSA", column=partner, prefix="lm.")
        figures = [surface.estimate(b) for b in _COEFFICIENTS]
        errors: Any = {"tolerance": ESTIMATE}
        yield block.row("b", [f.estimate for f in figures], function, tolerance=SURFACE)
        yield block.row("se_b_n_minus_k", [f.se for f in figures], function, **errors)
        for key, what, tolerance in (("a", "estimate", SURFACE), ("se_a", "se", ESTIMATE)):
            part = block.part(key).as_family()
            for a in _PARAMETERS:
                yield part.row(a, getattr(surface.estimate(a), what), function, tolerance=tolerance)
        yield block.row("R2", surface.r_squared, f"{function}: r_squared", tolerance=CLOSED_FORM)
        p = surface.quadratic_test.p
        yield block.row("F_p_quadratic_vs_linear", p, f"{function}: quadratic_test", tolerance=TEST)
        point = [surface.estimate(x).estimate for x in ("x0", "y0")]
        yield block.row("stationary_point", point, function, tolerance=SURFACE)


def _axes_rows(ref: Reference, name: str, title: str, result: ResponseSurface) -> Iterator[Row]:
    """Compare the axes that the RSA package reports, with robust standard errors."""
    function = 'response_surface(estimator="MLR")'
    for surface, partner in zip(result.surfaces, ("partner1", "partner2"), strict=True):
        block = ref.block(
            name, "RSA_package", partner, table=f"{title}, lm and RSA", column=partner, prefix="RSA."
        )
        labels = block.given("label")
        block.given("row")  # numbers of lines
        ours = [surface.estimate(label.lower()) for label in labels]
        how: Any = {"elements": labels, "tolerance": ESTIMATE}
        yield block.row("est", [f.estimate for f in ours], function, **how)
        yield block.row("se", [f.se for f in ours], function, **how)
        tests = block.as_family()
        yield tests.row("z", [f.estimate / f.se for f in ours], function, **how)
        yield tests.row("pvalue", [f.p for f in ours], function, **how)
