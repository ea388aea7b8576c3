"""Defined parameters, computed from a solution with errors by the delta method.

A figure ``f(l)`` of labelled parameters l, which depend on the free parameters t, has the variance
``g' V g`` with ``g = (dl/dt)' df/dl`` and V the covariances of the free estimates.
"""

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
    """The labelled parameters of a solution.

    Attributes
    ----------
    labels
        Their labels.
    values
        Their ``estimate``, ``std_lv`` and ``std_all`` (k,).
    derivatives
        Derivatives of these by the free parameters (k, n_free).
    """

    labels: tuple[str, ...]
    values: dict[str, Floats]
    derivatives: dict[str, Floats]


def labelled(solution: Solution) -> Labelled:
    """Return the labelled parameters of a solution; of several with the same label, the first."""
    table = solution.table
    first_position: dict[str, tuple[int, int]] = {}
    positions = [{(p.lhs, p.op, p.rhs): j for j, p in enumerate(parameters)} for parameters in table.by_group]
    for key, modifiers in written_in_groups(table.model, table.n_groups).items():
        for group, modifier in enumerate(modifiers):
            if modifier.label is not None:
                first_position.setdefault(modifier.label, (group, positions[group][key]))
    by_group = [_group_values(solution, group) for group in range(table.n_groups)]
    labelled_positions = first_position.values()
    return Labelled(
        labels=tuple(first_position),
        values={kind: np.array([by_group[g][kind][0][j] for g, j in labelled_positions]) for kind in _KINDS},
        derivatives={
            kind: np.array([by_group[g][kind][1][j] for g, j in labelled_positions]) for kind in _KINDS
        },
    )


def _group_values(solution: Solution, group: int) -> dict[str, tuple[Floats, Floats]]:
    """Return one group's parameters, as estimated and standardized, with derivatives by the free ones."""
    values, transform = free_transform(solution, group)
    structure = solution.problem.groups[group].structure
    standardization = Standardized(
        structure, solution.at.bases[group], values, solution.table.of_group(group)
    )
    estimates = {"estimate": (values, transform)}
    for name, items in (("std_lv", False), ("std_all", True)):
        standardized, derivatives = standardization.values(items=items)
        estimates[name] = (standardized, derivatives @ transform)
    return estimates


def defined_parameters(solution: Solution) -> tuple[DefinedParameters, list[ParameterEstimate]]:
    """Return the defined parameters of a model, and the same as rows of its parameter table."""
    model = solution.table.model
    labels, defined, rows = labelled(solution), list[DefinedParameter](), list[ParameterEstimate]()
    for n, definition in enumerate(model.definitions):
        steps = _figures_used(definition, model.definitions[:n])
        figures = {kind: _value_and_error(steps, labels, kind, solution.covariance) for kind in _KINDS}
        defined.append(_defined_parameter(steps, labels, solution, *figures["estimate"]))
        rows.append(_parameter_row(definition, figures, solution.problem.n))
    return DefinedParameters(defined), rows


def _figures_used(definition: Definition, before: Sequence[Definition]) -> tuple[tuple[str, str], ...]:
    """Return the figures that a figure uses, of those defined before it, and the figure itself."""
    needed, steps = {definition.name}, list[tuple[str, str]]()
    for candidate in (definition, *reversed(before)):
        if candidate.name in needed:
            steps.append((candidate.name, candidate.expression))
            needed |= {label.name for label in expression_of(candidate.expression).labels()}
    return tuple(reversed(steps))


def _defined_parameter(
    steps: Sequence[tuple[str, str]], labels: Labelled, solution: Solution, estimate: float, error: float
) -> DefinedParameter:
    """Return a figure with the labels that it uses, their estimates, and the covariances of these."""
    *rests_on, (name, expression) = steps
    mentioned = {label.name for _, text in steps for label in expression_of(text).labels()}
    used = [n for n, label in enumerate(labels.labels) if label in mentioned]
    slopes = labels.derivatives["estimate"][used]
    covariance = slopes @ solution.covariance @ slopes.T
    return DefinedParameter(
        name=name,
        expression=expression,
        rests_on=tuple(rests_on),
        estimate=estimate,
        se=error,
        n=solution.problem.n,
        labels=tuple(labels.labels[n] for n in used),
        values=labels.values["estimate"][used],
        covariance=(covariance + covariance.T) / 2,
    )


def _parameter_row(
    definition: Definition, figures: dict[str, tuple[float, float]], n: int
) -> ParameterEstimate:
    """Return a figure as a row of the parameter table, also evaluated at standardized parameters."""
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


def _value_and_error(
    steps: Sequence[tuple[str, str]], labels: Labelled, kind: str, covariance: Floats
) -> tuple[float, float]:
    """Return a figure and its standard error by the delta method; nan where it is undefined."""
    value, slope = with_derivatives(steps, labels.labels, labels.values[kind])
    with np.errstate(invalid="ignore", over="ignore"):
        error = float(delta_errors((slope @ labels.derivatives[kind])[None], covariance)[0])
    return (value, error) if np.isfinite(value) else (float("nan"), float("nan"))
