"""What a model defines, computed of its solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from intimacy_scales.factor.syntax.expressions import expression_of
from intimacy_scales.factor.syntax.statements import Definition

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
    positions = [{(p.lhs, p.op, p.rhs): j for j, p in enumerate(parameters)} for parameters in table.by_group]
    for key, modifiers in written_in_groups(table.model, table.n_groups).items():
        for group, modifier in enumerate(modifiers):
            if modifier.label is not None:
                where.setdefault(modifier.label, (group, positions[group][key]))
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
    known, found, rows = labelled(solution), list[DefinedParameter](), list[ParameterEstimate]()
    for n, definition in enumerate(model.definitions):
        steps = _steps_to(definition, model.definitions[:n])
        figures = {kind: _figure(steps, known, kind, solution.covariance) for kind in _KINDS}
        found.append(_defined(steps, known, solution, *figures["estimate"]))
        rows.append(_row(definition, figures, solution.problem.n))
    return DefinedParameters(found), rows


def _steps_to(definition: Definition, before: Sequence[Definition]) -> tuple[tuple[str, str], ...]:
    """Return what a figure rests on among those that are defined before it, and itself."""
    wanted, steps = {definition.name}, list[tuple[str, str]]()
    for one in (definition, *reversed(before)):
        if one.name in wanted:
            steps.append((one.name, one.expression))
            wanted |= {label.name for label in expression_of(one.expression).labels()}
    return tuple(reversed(steps))


def _defined(
    steps: Sequence[tuple[str, str]], known: Labelled, solution: Solution, estimate: float, error: float
) -> DefinedParameter:
    """Return a figure with the labels that it speaks of, their estimates, and the covariances of these."""
    *rests_on, (name, expression) = steps
    spoken = {label.name for _, text in steps for label in expression_of(text).labels()}
    own = [n for n, label in enumerate(known.labels) if label in spoken]
    slopes = known.derivatives["estimate"][own]
    covariance = slopes @ solution.covariance @ slopes.T
    return DefinedParameter(
        name=name,
        expression=expression,
        rests_on=tuple(rests_on),
        estimate=estimate,
        se=error,
        n=solution.problem.n,
        labels=tuple(known.labels[n] for n in own),
        values=known.values["estimate"][own],
        covariance=(covariance + covariance.T) / 2,
    )


def _row(definition: Definition, figures: dict[str, tuple[float, float]], n: int) -> ParameterEstimate:
    """Return a figure as a row of the parameters; standardized it is one of standardized parameters."""
    (estimate, error), (std_lv, std_lv_se), (std_all, std_all_se) = (figures[kind] for kind in _KINDS)
    return ParameterEstimate(
        lhs=definition.name,
        op=":=",
        rhs=definition.expression,
        group=None,
        label=definition.name,
        free=True,
        estimate=estimate,
        se=error,
        std_lv=std_lv,
        std_all=std_all,
        std_lv_se=std_lv_se,
        std_all_se=std_all_se,
        n=n,
    )


def _figure(
    steps: Sequence[tuple[str, str]], known: Labelled, kind: str, covariance: Floats
) -> tuple[float, float]:
    """Return a figure and its standard error by the delta method; nan where it is not defined."""
    value, slope = with_derivatives(steps, known.labels, known.values[kind])
    with np.errstate(invalid="ignore", over="ignore"):
        error = float(delta_errors((slope @ known.derivatives[kind])[None], covariance)[0])
    return (value, error) if np.isfinite(value) else (float("nan"), float("nan"))
