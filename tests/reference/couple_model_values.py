"""What lavaan says of exchangeable partners (I-SAT), common fate, and mutual influence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from intimacy_scales.dyads import Dyads, common_fate, distinguishability, mutual_influence
from intimacy_scales.factor import sem

from .actor_partner_values import LEADING_FIT, LEADING_PARAMETERS, SECOND_SET
from .couples import couples_of_variables, scored
from .factor_values import as_in_r, fit_rows, parameter_rows
from .oracles import CHI_SQUARE, CLOSED_FORM, ESTIMATE, ROBUST, TEST, Block, Reference, Row

_DISTINGUISHED = "distinguishable or not (I-SAT)"
_FIT = {
    "chisq": ("chi_square", CHI_SQUARE),
    "df": ("df", CLOSED_FORM),
    "p": ("p_value", TEST),
    "rmsea": ("rmsea", ESTIMATE),
    "logl": ("log_likelihood", ESTIMATE),
}
_INFLUENCE: dict[str, dict[str, bool]] = {
    "errors_correlated": {},
    "errors_uncorrelated": {"errors_correlated": False},
    "errors_uncorrelated_equal_influence": {"errors_correlated": False, "equal_influence": True},
    "errors_correlated_equal_influence": {"equal_influence": True},
    "indistinguishable_errors_uncorrelated": {"errors_correlated": False, "distinguishable": False},
}


def text_of(parameters: Any) -> str:
    """Return the model of a table of R's parameters, without those of fixed variables, which have no error.

    Labels are equality constraints.
    """
    columns = [parameters[name] for name in ("lhs", "op", "rhs", "label", "se")]
    lines = []
    for lhs, op, rhs, label, se in zip(*columns, strict=True):
        if se == 0:
            continue
        prefix = f"{label}*" if label and op != ":=" else ""
        lines.append(f"{lhs} ~ {prefix}1" if op == "~1" else f"{lhs} {op} {prefix}{rhs}")
    return "\n".join(lines)


def _variables_of(ref: Reference, key: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the columns of both partners' variables, from the means in R's table."""
    lines = ref.at((*key, "estimates"))
    means = [lhs for lhs, op in zip(lines["lhs"], lines["op"], strict=True) if op == "~1"]
    half = len(means) // 2
    return means[:half], means[half:]


def isat_rows(ref: Reference, *key: str, table: pd.DataFrame) -> Iterator[Row]:
    """Compare the I-SAT and I-NULL models of complete couples, and the parameters of the first."""
    block = ref.block(*key, table=_DISTINGUISHED, column=".".join(key))
    dyads = couples_of_variables(table, *_variables_of(ref, key))
    result = distinguishability(dyads, list(dyads.scale_ids), missing="listwise")
    function = "distinguishability()"
    yield block.row("n", result.n_couples, f"{function}.n_couples")
    yield block.row("n_variables_per_partner", len(result.variables), f"{function}.variables")
    yield block.row("df_formula_k_times_k_plus_1", result.df, f"{function}.df")
    for name in ("isat", "inull"):
        part, fit = block.part(name), getattr(result, name)
        for index, (attribute, tolerance) in _FIT.items():
            call = f"{function}.{name}.{attribute}"
            yield part.row(index, getattr(fit, attribute), call, tolerance=tolerance)
    model = sem(text_of(ref.at((*key, "estimates"))), table, means=True)
    function = "sem() of the I-SAT model"
    yield from parameter_rows(block.part("estimates"), model, function, alone=LEADING_PARAMETERS)


def isat_rows_of_items(ref: Reference, name: str, table: pd.DataFrame) -> Iterator[Row]:
    """Compare the I-SAT models of single items."""
    for construct in ref.at((name,)):
        yield from isat_rows(ref, name, construct, table=table)


def isat_rows_with_gaps(ref: Reference, name: str, dyads: Dyads) -> Iterator[Row]:
    """Compare the I-SAT and I-NULL models where partners are missing, listwise and by full information."""
    for missing in ("listwise", "fiml"):
        block = ref.block(name, missing, table=_DISTINGUISHED, column=missing)
        assert block.given("missing") == missing
        for estimator in ("ML", "MLR"):
            options: Any = {"estimator": estimator, "missing": missing}
            result = distinguishability(dyads, list(dyads.scale_ids), **options)
            models = {f"ISAT_{estimator}": result.isat}
            if estimator == "ML":
                models["INULL_ML"] = result.inull
            for key, fit in models.items():
                function = f"distinguishability(estimator={estimator!r})"
                yield from _gaps_rows(block.part(key), fit, result.n_couples, function)


def _gaps_rows(block: Block, fit: Any, n: int, function: str) -> Iterator[Row]:
    yield block.row("nobs", n, f"{function}.n_couples")
    for index, (attribute, tolerance) in _FIT.items():
        if block.has(index):
            yield block.row(index, getattr(fit, attribute), f"{function}: fit", tolerance=tolerance)
    if fit.scaled is not None:
        scaled: Any = {"tolerance": ROBUST, "relative": True}
        yield block.row("chisq_scaled", fit.scaled.chi_square, f"{function}: fit.scaled", **scaled)
        yield block.row("scaling_factor", fit.scaled.scaling_factor, f"{function}: fit.scaled", **scaled)


def _path_model_rows(block: Block, model: Any, names: Any, function: str, within: Any) -> Iterator[Row]:
    """Compare all of a model that sem() fitted for a function of couples."""
    block.given("model")
    if block.has("n_patterns"):
        block.given("n_patterns")
    result = as_in_r(model.engine.result, names)
    parameters = block.part("params")
    assert block.given("converged")
    yield block.row("nobs", model.n_couples, f"{function}.n_couples")
    gaps = model.missing == "fiml"
    yield from fit_rows(block.part("fit"), model.fit, f"{function}.fit", gaps=gaps, alone=LEADING_FIT)
    call = f"{function}.engine.result"
    yield from parameter_rows(parameters, result, call, alone=LEADING_PARAMETERS, within=within)


def common_fate_rows(
    ref: Reference, name: str, table: pd.DataFrame, variables: Sequence[str]
) -> Iterator[Row]:
    """Compare a common fate model of the outcome and the predictor."""
    outcome, predictor = variables
    title = "common fate models"
    missing: Any = "fiml" if name.endswith("_fiml") else "listwise"
    for kind in ("distinguishable", "indistinguishable"):
        column = f"{name.removeprefix('common_fate_')}, {kind}"
        model = common_fate(
            scored(table), outcome, predictor, distinguishable=kind == "distinguishable", missing=missing
        )
        names = {f"common_{predictor}": "XF", f"common_{outcome}": "YF"}
        block = ref.block(name, kind, table=title, column=column)
        yield from _path_model_rows(block, model, names, "common_fate()", (ESTIMATE, ESTIMATE))


def mutual_influence_rows(
    ref: Reference, name: str, table: pd.DataFrame, variables: Sequence[str]
) -> Iterator[Row]:
    """Compare the mutual influence models of the outcome and the predictor."""
    title = f"mutual influence: {name.removeprefix('mutual_influence_')}"
    for kind, options in _INFLUENCE.items():
        model = mutual_influence(scored(table), *variables, missing="listwise", **options)
        block = ref.block(name, kind, table=title, column=kind.replace("_", " "))
        yield from _path_model_rows(block, model, {}, "mutual_influence()", SECOND_SET)
