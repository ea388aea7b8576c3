"""The R script that fits a model with lavaan: data, model, options, and the figures under our names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.discrepancies.named import discrepancy_of
from intimacy_scales.factor.confirmatory.estimation.fit import Fit
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.results.estimates import ParameterEstimate
from intimacy_scales.factor.confirmatory.results.freed import freed_keys
from intimacy_scales.factor.syntax.statements import Constraint, Definition, Equality
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.scale_items import some_items
from intimacy_scales.reading.r_answers import answers_header, answers_lines, group_lines
from intimacy_scales.results.r_text import (
    KEYED,
    SAY,
    comment,
    packages_line,
    r_names,
    r_numbers,
    r_string,
    r_strings,
    renamed_text,
    script,
)

if TYPE_CHECKING:
    from intimacy_scales.factor.confirmatory.comparison import FitChange
    from intimacy_scales.factor.confirmatory.invariance_result import Invariance
    from intimacy_scales.factor.confirmatory.results.result import CFAResult

SAY_FIT = """# robust: where intimacy-scales has the robust indices of lavaan, if there are any.
# After each figure stands its name in lavaan::fitMeasures, such as cfi.robust
say_fit <- function(fit, of = "fit", robust = NULL) {
  measures <- lavaan::fitMeasures(fit)
  names <- c(chi_square = "chisq", df = "df", p_value = "pvalue", cfi = "cfi", tli = "tli", rmsea = "rmsea",
             srmr = "srmr", scaled.chi_square = "chisq.scaled", scaled.p_value = "pvalue.scaled")
  if (!is.null(robust))
    for (index in c("cfi", "tli", "rmsea"))
      names[paste0(robust, ".robust_", index)] <- paste0(index, ".robust")
  names <- names[names %in% names(measures)]
  say(paste0(of, ".", names(names)), measures[names], names)
}"""

_OURS = """# names of variables and factors, where lavaan has others
ours <- function(x) {{
  renamed <- {names}
  ifelse(x %in% names(renamed), renamed[x], x)
}}"""

SAY_PARAMETERS = """say_parameters <- function(fit, of = "parameters", errors = TRUE) {
  table <- lavaan::parameterEstimates(fit, remove.nonfree = TRUE)
  table <- table[!duplicated(table[, intersect(c("lhs", "op", "rhs", "group"), names(table))]), ]
  name <- ifelse(table$op == "~1", paste(ours(table$lhs), "~ 1"),
                 paste(ours(table$lhs), table$op, ours(table$rhs)))
  labels <- lavaan::lavInspect(fit, "group.label")
  where <- if (length(labels)) paste0(", ", labels[table$group]) else ""
  say(paste0(of, "[", name, where, "].estimate"), table$est)
  if (errors) say(paste0(of, "[", name, where, "].se"), table$se)
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitCall:
    """A model, and how it is fitted: what a call of lavaan needs.

    Attributes
    ----------
    model
        The model as text.
    variables
        Observed variables.
    function
        ``cfa``, or ``lavaan`` for a model that names every parameter.
    options
        Arguments of lavaan → their R code.
    """

    model: str
    variables: tuple[str, ...]
    function: str
    options: Mapping[str, str]

    def lines(self, name: str = "fit") -> Iterator[str]:
        """Yield the lines that define the model and fit it, if the columns that it needs are there."""
        for option, named in (("group", "groups"), ("cluster", "clusters")):
            if column := self.options.get(option):
                problem = f"there is no column {column[1:-1]}; name it: to_r({named}=)"
                yield f"if (!{column} %in% names(answers)) stop({r_string(problem)})"
        yield "model <- '"
        yield self.model
        yield "'"
        arguments = [f"{option} = {value}" for option, value in self.options.items()]
        yield f"{name} <- lavaan::{self.function}(model,"
        yield f"  {', '.join([*arguments, 'control = list(rel.tol = 1e-10)'])})"


def cfa_script(result: CFAResult, form: Instrument | None, path: str, *, groups: str, clusters: str) -> str:
    """Return the script of one fitted model."""
    check_no_auxiliary(result.auxiliary)
    call = fit_call(result, groups=groups, clusters=clusters)
    names = model_names(result.model, groups, clusters)
    return script(
        *opening(form, path, result.model, names, _what(result), fit=result.fit, missing=result.missing),
        group_lines(groups, result.groups),
        [*call.lines(), *say_lines(result)],
    )


def check_no_auxiliary(auxiliary: Sequence[str]) -> None:
    """Raise if a model has auxiliary variables."""
    if auxiliary:
        raise EstimationError(
            f"to_r(): the model has auxiliary variables ({', '.join(auxiliary)}), which lavaan has no option "
            "for; use semTools::cfa.auxiliary, or fit the model without auxiliary="
        )


_ULS = (
    "the test and standard errors of ULS are those of lavaan 0.7 (residual-based, Browne, 1984); lavaan 0.6",
    "has others, which depend on the units of the answers. Estimates are the same",
)


def say_lines(result: CFAResult, fit: str = "fit", step: str = "") -> list[str]:
    """Return the lines that print fit and parameters of a fitted model.

    Parameters
    ----------
    result
        The model.
    fit
        Name of the fit in R.
    step
        The beginning of the names of figures, such as ``metric.``.
    """
    if result.estimator == "ULS":
        return [*comment(*_ULS), f'say_parameters({fit}, "{step}parameters", errors = FALSE)']
    return [say_fit_line(result.fit, fit, step), f'say_parameters({fit}, "{step}parameters")']


def say_fit_line(indices: Fit, fit: str = "fit", step: str = "") -> str:
    """Return the line that prints the fit of a model; arguments are as in `say_lines`."""
    robust = "missing_corrected" if indices.missing_corrected is not None else "scaled"
    where = f', robust = "{robust}"' if indices.scaled is not None else ""
    return f'say_fit({fit}, "{step}fit"{where})'


def _what(result: CFAResult) -> str:
    return "Factor model" if result.model.latent else "Model"


def opening(
    form: Instrument | None,
    path: str,
    model: Model,
    names: Mapping[str, str],
    what: str,
    *,
    fit: Fit | None,
    missing: str,
) -> Iterator[str | list[str]]:
    """Yield the parts of a script before its models: comments, packages, data, functions.

    Parameters
    ----------
    form
        The instrument that was answered, whose reverse-keyed items are reversed; None: the file holds the
        numbers that the model was fitted to.
    path
        The file.
    model
        The model, whose observed variables are read.
    names
        Names of the variables and factors of the models → their names in R; see `model_names`.
    what
        What the script computes.
    fit, missing
        Fit of a model, and its missing rule, for comments on the test.
    """
    if form is None:
        yield comment(
            f"{what}, as intimacy-scales computes it",
            "The file has a column of numbers for each variable, as they were passed to the model.",
        )
    else:
        yield answers_header(what, form)
    yield comment(*_about_test(fit, missing))
    yield packages_line("lavaan")
    observed = model.observed
    yield from answers_lines(path, form, observed)
    yield [*([] if form is None else _reversal(form, observed)), *_renaming(names, observed)]
    yield SAY
    yield _OURS.format(names=_changed(names))
    yield SAY_FIT
    yield SAY_PARAMETERS


def _about_test(fit: Fit | None, missing: str) -> Iterator[str]:
    if missing == "pairwise":
        yield "Covariances are those of all who answered both items; n is their harmonic mean."
    if fit is not None and fit.scaled is not None:
        yield f"The test is the {fit.scaled.title}."
    if missing == "fiml" and fit is not None and fit.missing_corrected is not None:
        yield "Robust indices of lavaan are those that are corrected for missing answers too."


def _reversal(form: Instrument, variables: Sequence[str]) -> Iterator[str]:
    known = [name for name in variables if name in form.item_ids]
    items = some_items(form, known)
    ends = {
        item: float(end)
        for item, end, reverse in zip(items.ids, items.ends, items.reverse, strict=True)
        if reverse
    }
    if ends:
        yield KEYED
        yield f"answers[{r_strings(ends)}] <- keyed({r_strings(ends)}, {r_numbers(ends)})"


def _renaming(names: Mapping[str, str], observed: Sequence[str]) -> Iterator[str]:
    for name in observed:
        if names[name] != name:
            yield f"answers${names[name]} <- answers[[{r_string(name)}]]  # a name that lavaan accepts"


def _changed(names: Mapping[str, str]) -> str:
    changed = {new: name for name, new in names.items() if new != name}
    return f"c({', '.join(f'{new} = {r_string(name)}' for new, name in changed.items())})"


def model_names(model: Model, groups: str, clusters: str) -> dict[str, str]:
    """Return the names of variables and factors in R, no two alike, nor like the columns of groups."""
    return r_names([*model.observed, *model.latent], taken=(groups, clusters))


def fit_call(result: CFAResult, *, groups: str, clusters: str) -> FitCall:
    """Return the call of lavaan for a fitted model."""
    variables = result.model.observed
    names = model_names(result.model, groups, clusters)
    options = sample_options([names[name] for name in variables], result.missing, result.n, result.fit)
    options |= estimator_options(result.estimator, result.fit)
    if result.information != discrepancy_of(result.estimator, result.missing).information:
        options["information"] = r_string(result.information)
    if result.n_clusters is not None:
        options["cluster"] = r_string(clusters)
    if result.groups:
        options["group"] = r_string(groups)
        options["group.label"] = r_strings(result.groups)
    options |= _meanstructure(result)
    if result.model.paths or result.identification == "none":
        options["fixed.x"] = "TRUE" if getattr(result, "exogenous", ()) else "FALSE"
        text = "\n".join(_every_parameter(result, names))
        return FitCall(model=text, variables=variables, function="lavaan", options=options)
    if result.identification == "fixed_factor":
        options["std.lv"] = "TRUE"
    if result.equal:
        options["group.equal"] = r_strings(result.equal)
    if partial := _partial(result, names):
        options["group.partial"] = r_strings(partial)
    text = renamed_text(str(result.model), names)
    return FitCall(model=text, variables=variables, function="cfa", options=options)


def sample_options(variables: Sequence[str], missing: str, n: int, fit: Fit) -> dict[str, str]:
    """Return the options of lavaan that name the answers and the missing rule; variables as R names them."""
    if missing == "fiml" and _is_satorra_bentler(fit):  # which is of complete answers, as is this rule then
        return {"data": "answers", "meanstructure": "TRUE"}
    if missing == "pairwise":
        return {
            "sample.cov": f'cov(answers[{r_strings(variables)}], use = "pairwise")',
            "sample.nobs": str(n),
        }
    return {"data": "answers"} | ({"missing": '"fiml"'} if missing == "fiml" else {})


def _is_satorra_bentler(fit: Fit) -> bool:
    return fit.scaled is not None and fit.scaled.scaling == "satorra_bentler"


def estimator_options(estimator: str, fit: Fit) -> dict[str, str]:
    """Return the options of lavaan that name the estimator, its standard errors and its test."""
    if not _is_satorra_bentler(fit):
        return {"estimator": r_string(estimator)}
    return {  # "MLM" has this test with other standard errors
        "estimator": '"ML"',
        "se": '"robust.huber.white"',
        "test": '"satorra.bentler"',
        "information": 'c("observed", "expected")',
    }


def _partial(result: CFAResult, names: Mapping[str, str]) -> list[str]:
    """Return the parameters that differ between groups though parameters of their kind are equal."""
    return [
        f"{names[lhs]} ~ 1" if op == "~1" else f"{names[lhs]} {op} {names[rhs]}"
        for lhs, op, rhs in freed_keys(result)
    ]


def _meanstructure(result: CFAResult) -> dict[str, str]:
    has_means = any(row.op == "~1" for row in result.parameters)
    return {"meanstructure": "TRUE"} if has_means and result.missing != "fiml" else {}


def _every_parameter(result: CFAResult, names: Mapping[str, str]) -> Iterator[str]:
    """Yield a model that names every parameter, in each group, with the constraints that were used."""
    exogenous = getattr(result, "exogenous", ())
    rows: dict[tuple[str, str, str], list[ParameterEstimate]] = {}
    for row in result.parameters:
        if row.op != ":=" and not (row.lhs in exogenous and row.op in ("~1", "~~")):
            rows.setdefault((row.lhs, row.op, row.rhs), []).append(row)
    for (lhs, op, rhs), of_groups in rows.items():
        left, right = names[lhs], "1" if op == "~1" else names[rhs]
        kinds = {"=~": "on", "~~": "with", "~": "of", "~1": "of"}
        equal = f"equal_{left}_{kinds[op]}_{right}"
        terms = [f"{modifier}*{right}" for modifier in _modifiers(of_groups, equal)]
        yield f"{left} {'~' if op == '~1' else op} {' + '.join(terms)}"
    for statement in result.model.statements:
        if isinstance(statement, Equality | Constraint | Definition):
            yield str(statement)


def _modifiers(rows: Sequence[ParameterEstimate], equal: str) -> Iterator[str]:
    """Yield the values of a parameter in all groups, ``NA`` where it is estimated, and its labels.

    Where it is estimated and equal in all groups, it has one estimate there, to the bit, and gets the label
    ``equal``.
    """
    values = ["NA" if row.free else f"{row.estimate:.17g}" for row in rows]
    labels = [row.label or "" for row in rows]
    if len(rows) > 1 and not any(labels) and rows[0].free and len({row.estimate for row in rows}) == 1:
        labels = [equal] * len(rows)
    yield f"c({', '.join(values)})" if len(rows) > 1 else values[0]
    if any(labels):
        yield f"c({', '.join(map(r_string, labels))})" if len(rows) > 1 else labels[0]


def invariance_script(
    tested: Invariance, form: Instrument | None, path: str, *, groups: str, clusters: str
) -> str:
    """Return the script of all steps of invariance and of the tests between them."""
    first = next(iter(tested.models.values()))
    check_no_auxiliary(first.auxiliary)
    names = model_names(first.model, groups, clusters)
    steps = []
    for name, model in tested.models.items():
        call = fit_call(model, groups=groups, clusters=clusters)
        steps.append([*call.lines(f"fit_{name}"), *say_lines(model, f"fit_{name}", f"{name}.")])
    return script(
        *opening(
            form, path, first.model, names, "Measurement invariance", fit=first.fit, missing=first.missing
        ),
        group_lines(groups, first.groups),
        *steps,
        *(_difference(change, scaled=first.fit.scaled is not None) for change in tested.changes),
    )


def _difference(change: FitChange, *, scaled: bool) -> list[str]:
    """Return the lines of the test of a difference; a comment where lavaan has no such test."""
    if change.reason is not None:
        return comment(f"{change.name} against {change.before}: {change.reason}")
    source = change.method.partition("(")[2].rstrip(")")
    methods = {
        "Satorra & Bentler, 2001": "satorra.bentler.2001",
        "Satorra & Bentler, 2010": "satorra.bentler.2010",
    }
    if scaled and source not in methods:
        return comment(f"{change.name}: lavaan's test has another definition than that of {source}")
    method = f', method = "{methods[source]}"' if scaled else ""
    return [
        f"difference <- lavaan::lavTestLRT(fit_{change.before}, fit_{change.name}{method})",
        f'say("{change.name}.chi_square_change", difference[2, "Chisq diff"])',
        f'say("{change.name}.df_change", difference[2, "Df diff"])',
    ]
