"""What a model defines, computed of its solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.factor.confirmatory.estimation.solution import Solution
from intimacy_scales.factor.confirmatory.model.implied import written_in_groups
from intimacy_scales.factor.confirmatory.model.structure import Floats
from intimacy_scales.factor.confirmatory.results.defined import (
    DefinedParameter,
    DefinedParameters,
    with_derivatives,
)
from intimacy_scales.factor.confirmatory.results.estimates import (
    ParameterEstimate,
    delta_errors,
    free_transform,
)
from intimacy_scales.factor.confirmatory.results.standardized import Standardized
from intimacy_scales.factor.syntax.expressions import Expression
from intimacy_scales.factor.syntax.statements import definitions_of

_KINDS = ("estimate", "std_lv", "std_all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """The parameters that have labels.

    Attributes
    ----------
    labels
        Their labels.
    values
        Their ``estimate``, ``std_lv`` and ``std_all`` (k,).
    derivatives
        Of these by the free parameters (k, n_free).
    """

    labels: tuple[str, ...]
    values: dict[str, Floats]
    derivatives: dict[str, Floats]


def labelled(solution: Solution) -> Labelled:
    """Return the labelled parameters of a solution; of several with one label, the first."""
    table = solution.table
    where: dict[str, tuple[int, int]] = {}
    for key, modifiers in written_in_groups(table.model, table.n_groups).items():
        for group, modifier in enumerate(modifiers):
            if modifier.label is not None:
                keys = [(p.lhs, p.op, p.rhs) for p in table.of_group(group)]
                where.setdefault(modifier.label, (group, keys.index(key)))
    found = [_of_group(solution, group) for group in range(table.n_groups)]
    spots = where.values()
    return Labelled(
        labels=tuple(where),
        values={kind: np.array([found[g][kind][0][j] for g, j in spots]) for kind in _KINDS},
        derivatives={kind: np.array([found[g][kind][1][j] for g, j in spots]) for kind in _KINDS},
    )


def _of_group(solution: Solution, group: int) -> dict[str, tuple[Floats, Floats]]:
    values, spread = free_transform(solution, group)
    structure = solution.problem.groups[group].structure
    standard = Standardized(structure, solution.at.bases[group], values, solution.table.of_group(group))
    found = {"estimate": (values, spread)}
    for name, items in (("std_lv", False), ("std_all", True)):
        standardized, derivatives = standard.values(items=items)
        found[name] = (standardized, derivatives @ spread)
    return found


def defined_parameters(solution: Solution) -> tuple[DefinedParameters, list[ParameterEstimate]]:
    """Return what a model defines, and the same as rows of its parameters."""
    model = solution.table.model
    if not model.definitions:
        return DefinedParameters(()), []
    known, expressions = labelled(solution), definitions_of(model.statements)
    found, rows = [], []
    for s in model.definitions:
        formula = str(_in_labels(expressions[s.name], expressions))
        figures = {kind: _figure(formula, known, kind, solution.covariance) for kind in _KINDS}
        estimate, error = figures["estimate"]
        own = [
            n for n, label in enumerate(known.labels) if label in _labels(expressions[s.name], expressions)
        ]
        slopes = known.derivatives["estimate"][own]
        covariance = slopes @ solution.covariance @ slopes.T
        found.append(
            DefinedParameter(
                name=s.name,
                expression=s.expression,
                formula=formula,
                estimate=estimate,
                se=error,
                n=solution.problem.n,
                labels=tuple(known.labels[n] for n in own),
                values=known.values["estimate"][own],
                covariance=(covariance + covariance.T) / 2,
            )
        )
        rows.append(
            ParameterEstimate(
                lhs=s.name,
                op=":=",
                rhs=s.expression,
                group=None,
                label=s.name,
                free=True,
                estimate=estimate,
                se=error,
                n=solution.problem.n,
                **{kind: figures[kind][0] for kind in _KINDS[1:]},
                **{f"{kind}_se": figures[kind][1] for kind in _KINDS[1:]},
            )
        )
    return DefinedParameters(found), rows


def _figure(formula: str, known: Labelled, kind: str, covariance: Floats) -> tuple[float, float]:
    """Return a figure and its standard error by the delta method; nan where it is not defined."""
    value, slope = with_derivatives(formula, known.labels, known.values[kind])
    with np.errstate(invalid="ignore", over="ignore"):
        error = float(delta_errors((slope @ known.derivatives[kind])[None], covariance)[0])
    return (value, error) if np.isfinite(value) else (float("nan"), float("nan"))


def _in_labels(expression: Expression, defined: dict[str, Expression]) -> Expression:
    """Return an expression with what it speaks of that is defined written out."""
    if expression.kind == "label":
        meant = defined.get(expression.name)
        return expression if meant is None else _in_labels(meant, defined)
    return replace(expression, parts=tuple(_in_labels(part, defined) for part in expression.parts))


def _labels(expression: Expression, defined: dict[str, Expression]) -> Sequence[str]:
    return [label.name for label in _in_labels(expression, defined).labels()]
