"""What lavaan says of confirmatory factor models: fit, parameters, and where its search ended."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from intimacy_scales.factor import CFAResult, cfa, htmt
from intimacy_scales.factor.confirmatory.estimation.discrepancies.uls import ULS
from intimacy_scales.factor.confirmatory.estimation.fit import chi_square_p
from intimacy_scales.factor.confirmatory.results.estimates import Parameters

from .oracles import (
    CHI_SQUARE,
    CLOSED_FORM,
    ESTIMATE,
    ROBUST,
    TEST,
    Block,
    Reference,
    Row,
)

ESTIMATORS: dict[str, dict[str, Any]] = {
    "ml": {"estimator": "ML", "missing": "listwise"},
    "mlr": {"estimator": "MLR", "missing": "listwise"},
    "ml_fiml": {"estimator": "ML", "missing": "fiml"},
    "mlr_fiml": {"estimator": "MLR", "missing": "fiml"},
    "mlm": {"estimator": "MLR", "missing": "listwise", "scaling": "satorra_bentler"},
    "uls": {"estimator": "ULS", "missing": "listwise"},
}
_ESTIMATES = ("est", "std_lv", "std_all")
_NO_TEST = ("npar", "df", "baseline_df", "srmr")  # of fit, what does not rest on a chi-square
_ROUNDING, _NEARLY_FLAT = 1e-12, 1e-8  # of -logL / n
# what the page shows in rows of their own; the rest of a family shares one
LEADING_FIT = (
    "chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr", "logl", "chisq_scaled", "chisq_scaling_factor",
    "cfi_scaled", "cfi_robust", "rmsea_robust",
)  # fmt: skip
LEADING_PARAMETERS = ("est", "se", "std_all")
_SIDES = ("lhs", "rhs")
_Key = tuple[str, str, str, str | None]
Fitted = TypeVar("Fitted", bound=CFAResult)


@dataclass(frozen=True, slots=True)
class _Index:
    """An index of fit: where we have it, and how far it may be from R's."""

    attribute: str
    tolerance: float
    relative: bool = False


FIT = {
    "npar": _Index("n_parameters", CLOSED_FORM),
    "fmin": _Index("chi_square / 2n", ESTIMATE),
    "chisq": _Index("chi_square", CHI_SQUARE),
    "df": _Index("df", CLOSED_FORM),
    "pvalue": _Index("p_value", TEST),
    "baseline_chisq": _Index("baseline_chi_square", CHI_SQUARE),
    "baseline_df": _Index("baseline_df", CLOSED_FORM),
    "cfi": _Index("cfi", ESTIMATE),
    "tli": _Index("tli", ESTIMATE),
    "rmsea": _Index("rmsea", ESTIMATE),
    "rmsea_ci_lower": _Index("rmsea_interval().low", ESTIMATE),
    "rmsea_ci_upper": _Index("rmsea_interval().high", ESTIMATE),
    "rmsea_pvalue": _Index("close_fit_p()", TEST),
    "srmr": _Index("srmr", ESTIMATE),
    "ntotal": _Index("n", CLOSED_FORM),
    "logl": _Index("log_likelihood", ESTIMATE),
    "unrestricted_logl": _Index("saturated_log_likelihood", ESTIMATE),
    "aic": _Index("aic", CHI_SQUARE),
    "bic": _Index("bic", CHI_SQUARE),
    "bic2": _Index("adjusted_bic", CHI_SQUARE),
    "chisq_scaled": _Index("scaled.chi_square", ROBUST, relative=True),
    "df_scaled": _Index("scaled.df", CLOSED_FORM),
    "pvalue_scaled": _Index("scaled.p_value", ESTIMATE),
    "chisq_scaling_factor": _Index("scaled.scaling_factor", ROBUST, relative=True),
    "baseline_chisq_scaled": _Index("scaled.baseline_chi_square", ROBUST, relative=True),
    "cfi_scaled": _Index("scaled.cfi", ROBUST),
    "tli_scaled": _Index("scaled.tli", ROBUST),
    "rmsea_scaled": _Index("scaled.rmsea", ROBUST),
    "cfi_robust": _Index("scaled.robust_cfi", ROBUST),
    "tli_robust": _Index("scaled.robust_tli", ROBUST),
    "rmsea_robust": _Index("scaled.robust_rmsea", ROBUST),
    "baseline_df_scaled": _Index("scaled.baseline_df", CLOSED_FORM),
    "baseline_chisq_scaling_factor": _Index("scaled.baseline_scaling_factor", ROBUST, relative=True),
    "nnfi": _Index("tli", ESTIMATE),
    "nnfi_scaled": _Index("scaled.tli", ROBUST),
    "srmr_bentler": _Index("srmr", ESTIMATE),
    "crmr": _Index("crmr", ESTIMATE),
    "baseline_pvalue": _Index("p of baseline_chi_square", TEST),
    "rmsea_ci_lower_robust": _Index("scaled.rmsea_interval().low * sqrt(scaling_factor)", ROBUST),
    "rmsea_ci_upper_robust": _Index("scaled.rmsea_interval().high * sqrt(scaling_factor)", ROBUST),
}


# robust indices where answers are missing, which lavaan corrects for that too (Zhang & Savalei, 2023)
_CORRECTED = {
    "cfi_robust": _Index("missing_corrected.robust_cfi", ROBUST),
    "tli_robust": _Index("missing_corrected.robust_tli", ROBUST),
    "rmsea_robust": _Index("missing_corrected.robust_rmsea", ROBUST),
    "rmsea_ci_lower_robust": _Index("missing_corrected.robust_rmsea_interval().low", ROBUST),
    "rmsea_ci_upper_robust": _Index("missing_corrected.robust_rmsea_interval().high", ROBUST),
}
_OF_A_TEST = ("chisq_scaled", "pvalue_scaled", "chisq_scaling_factor", "rmsea_scaled")


def _index(fit: Any, attribute: str) -> float:
    if attribute == "chi_square / 2n":
        return float(fit.chi_square / (2 * fit.n))
    if attribute == "p of baseline_chi_square":
        return chi_square_p(fit.baseline_chi_square, fit.baseline_df)
    if attribute.endswith(" * sqrt(scaling_factor)"):
        return _index(fit, attribute.partition(" ")[0]) * math.sqrt(fit.scaled.scaling_factor)
    for name in attribute.split("."):
        fit = getattr(fit, name[:-2])() if name.endswith("()") else getattr(fit, name)
    return float(fit)


def fit_rows(
    block: Block,
    fit: Any,
    function: str,
    *,
    gaps: bool = False,
    alone: Sequence[str] = (),
    names: Iterable[str] = tuple(FIT),
) -> Iterator[Row]:
    """Compare fitMeasures(), without scaled tests of models that have no degrees of freedom."""
    for name in names:
        of_a_test = name in _OF_A_TEST or (name.endswith("_robust") and not gaps)
        if not block.has(name) or (fit.df == 0 and of_a_test):
            continue
        index = _CORRECTED.get(name, FIT[name]) if gaps else FIT[name]
        if index.attribute.startswith("missing_corrected") and fit.missing_corrected is None:
            continue
        shown = block if name in alone else block.as_family()
        yield shown.row(
            name,
            _index(fit, index.attribute),
            f"{function}.{index.attribute}" if name in alone else function,
            tolerance=index.tolerance,
            relative=index.relative,
        )


def _keys(block: Block) -> list[_Key]:
    """Return what R calls its parameters, groups by their place in its own order."""
    columns = [block.given(name) for name in ("lhs", "op", "rhs")]
    groups = block.given("group") if block.has("group") else [None] * len(columns[0])
    if block.has("label"):
        block.given("label")
    return list(zip(*columns, [None if g is None else str(g) for g in groups], strict=True))


def _by_key(result: CFAResult) -> dict[_Key, Any]:
    """Return our parameters by R's names for them; a covariance by both orders."""
    place = {label: str(n + 1) for n, label in enumerate(result.groups)}
    found: dict[_Key, Any] = {}
    for p in result.parameters:
        group = None if p.group is None else place[p.group]
        rhs = p.rhs.replace(" ", "") if p.op == ":=" else p.rhs  # as lavaan writes what is defined
        found[p.lhs, p.op, "" if p.op == "~1" else rhs, group] = p
        if p.op == "~~":
            found[p.rhs, p.op, p.lhs, group] = p
    return found


def parameter_rows(
    block: Block,
    result: CFAResult,
    function: str,
    *,
    alone: Sequence[str] = (),
    only: Sequence[str] | None = None,
    within: tuple[Any, float] | None = None,
) -> Iterator[Row]:
    """Compare parameterEstimates(standardized = TRUE), or only some of its columns.

    ``within`` are tolerances of estimates and of standard errors, where they are not the usual ones.
    """
    keys, found = _keys(block), _by_key(result)
    ours = [found[key] for key in keys]
    assert len(ours) == len(result.parameters), block.key
    ends = [p.confidence_interval() for p in ours]
    values = {
        "est": [p.estimate for p in ours],
        "se": [p.se if p.free else 0.0 for p in ours],  # lavaan's of what is fixed
        "z": [p.z for p in ours],
        "pvalue": [p.p for p in ours],
        "ci_lower": [end.low if p.free else p.estimate for p, end in zip(ours, ends, strict=True)],
        "ci_upper": [end.high if p.free else p.estimate for p, end in zip(ours, ends, strict=True)],
        "std_lv": [p.std_lv for p in ours],
        "std_all": [p.std_all for p in ours],
        "std_se": [p.std_all_se if p.std_all_se > 0 else 0.0 for p in ours],
    }
    tolerances = dict.fromkeys(values, (ESTIMATE, False)) | {"z": (ROBUST, True)}
    if result.estimator == "MLR":
        tolerances |= {"se": (ROBUST, True), "ci_lower": (ROBUST, False), "ci_upper": (ROBUST, False)}
    if within is not None:
        tolerances |= dict.fromkeys(("est", "std_all"), (within[0], False))
        tolerances |= dict.fromkeys(("se", "std_se"), (within[1], False))
    names = [" ".join(filter(None, key[:3])) + (f" in group {key[3]}" if key[3] else "") for key in keys]
    for name, (tolerance, relative) in tolerances.items():
        if not block.has(name) or (only is not None and name not in only):
            continue
        shown = block if name in alone else block.as_family()
        attribute = "estimate" if name == "est" else name
        yield shown.row(
            name,
            values[name],
            f"{function}.parameters[].{attribute}" if name in alone else f"{function}.parameters",
            elements=names,
            tolerance=tolerance,
            relative=relative,
        )


def as_in_r(
    result: Fitted, names: Mapping[str, str], figures: Mapping[tuple[str, str, str], Any] | None = None
) -> Fitted:
    """Return a result whose parameters have R's names of variables, and what another function said of some.

    ``figures`` are fields of parameters, by what R calls them.
    """

    def renamed(row: Any) -> Any:
        row = replace(row, lhs=names.get(row.lhs, row.lhs), rhs=names.get(row.rhs, row.rhs))
        rhs = row.rhs.replace(" ", "") if row.op == ":=" else "" if row.op == "~1" else row.rhs
        return replace(row, **((figures or {}).get((row.lhs, row.op, rhs), {})))

    def named(parameter: Any) -> Any:
        changed = {side: names.get(getattr(parameter, side), getattr(parameter, side)) for side in _SIDES}
        return replace(parameter, **changed)

    table = result.solution.table
    return replace(
        result,
        parameters=Parameters([renamed(row) for row in result.parameters]),
        solution=replace(
            result.solution, table=replace(table, parameters=tuple(map(named, table.parameters)))
        ),
    )


def objective_row(
    block: Block, name: str, result: CFAResult, parameters: Block, label: str, call: str = "cfa()"
) -> Row:
    """Compare our -logL / n with what it is at R's estimates: it must not be lower there."""
    given = parameters.reference.at(parameters.key)
    groups = given.get("group", [None] * len(given["lhs"]))
    keys = zip(given["lhs"], given["op"], given["rhs"], groups, strict=True)
    estimates = dict(zip([(a, b, c, g and str(g)) for a, b, c, g in keys], given["est"], strict=True))
    table, labels = result.solution.table, result.groups or (None,)
    at_r = np.full(table.n_free, np.nan)
    for group, _ in enumerate(labels):
        for p in table.of_group(group):
            where = str(group + 1) if result.groups else None
            rhs = "" if p.op == "~1" else p.rhs
            key = next(k for k in ((p.lhs, p.op, rhs, where), (p.rhs, p.op, p.lhs, where)) if k in estimates)
            if p.free >= 0:
                at_r[p.free] = estimates[key]
    there, ours = result.solution.problem.evaluate(at_r), result.solution.at.value
    assert there is not None
    assert there.value - ours < _NEARLY_FLAT, "these are not R's estimates"
    function = f"{call}.solution: -logL / n"
    how: Any = {"theirs": there.value, "rule": "at most", "tolerance": _ROUNDING}
    return block.row(name, ours, function, label=label, **how)


def cfa_rows(
    ref: Reference, name: str, table: pd.DataFrame, title: str, *, proper: bool = True
) -> Iterator[Row]:
    """Compare a model with each estimator; of an improper solution only where it lies and how it fits."""
    block = ref.block(name, table=title)
    model = block.given("model")
    block.check_labels("identification", "first loading 1")
    for which, options in ESTIMATORS.items():
        if not block.has(which):
            continue
        column = ref.block(name, which, table=title, column=which)
        result = cfa(model, table, **options)
        assert bool(result.improper) is not proper, result.improper
        yield column.row("nobs", result.n, "cfa().n")
        yield objective_row(column, "converged", result, column.part("params"), "objective at R's estimates")
        if which == "uls":
            yield from uls_rows(column, result, tested=False)
            continue
        gaps = options["missing"] == "fiml"
        yield from fit_rows(column.part("fit"), result.fit, "cfa().fit", gaps=gaps, alone=LEADING_FIT)
        if proper and which != "mlm":  # whose standard errors are of another kind
            parameters = column.part("params")
            yield from parameter_rows(parameters, result, "cfa()", alone=LEADING_PARAMETERS)


def uls_rows(block: Block, result: CFAResult, *, tested: bool) -> Iterator[Row]:
    """Compare unweighted least squares; only with lavaan 0.7 its test and standard errors too."""
    problem, least = result.solution.problem, result.solution.at.value
    assert isinstance(problem.discrepancy, ULS)
    fit, parameters = block.part("fit"), block.part("params")
    minimum = least * problem.discrepancy.unit**2
    yield fit.as_family().row("fmin", minimum, "cfa().fit", tolerance=ESTIMATE)
    names = [name for name in (FIT if tested else _NO_TEST) if name != "fmin"]
    yield from fit_rows(fit, result.fit, "cfa().fit", alone=LEADING_FIT, names=names)
    only = None if tested else _ESTIMATES
    yield from parameter_rows(parameters, result, "cfa()", alone=LEADING_PARAMETERS, only=only)


def htmt_rows(block: Block, model: str, table: pd.DataFrame) -> Iterator[Row]:
    """Compare semTools::htmt()."""
    if block.has("items"):
        block.given("items")
    result = htmt(model, table)
    for name in ("htmt", "htmt2"):
        assert block.reference.at((*block.key, name))["rows"] == list(result.names)
        yield block.row(name, getattr(result, name), f"htmt().{name}")


def saturated_rows(block: Block, table: pd.DataFrame) -> Iterator[Row]:
    """Compare means and covariances by full information, without any model."""
    names = list(block.reference.at((*block.key, "mean")))
    result = cfa(f"all =~ {' + '.join(names)}", table, missing="fiml")
    whole = result.solution.saturated[0]
    function = 'cfa(missing="fiml").solution.saturated'
    exact: Mapping[str, Any] = {"tolerance": ESTIMATE, "relative": True}
    yield block.row("mean", whole.means, f"{function}.means", **exact)
    yield block.row("cov", whole.covariances, f"{function}.covariances", **exact)
    logl = result.fit.saturated_log_likelihood
    yield block.row("logl", logl, "cfa().fit.saturated_log_likelihood", tolerance=ESTIMATE)
