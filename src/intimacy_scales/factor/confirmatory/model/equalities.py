"""The equality constraints of a model, one by one, as rows of a matrix.

`ParameterTable` holds constraints in solved form: parameters that are equal are one free parameter. To test
one constraint, it must be stated by itself, as in lavaan's parameter table: the first parameter with a label
equals each other one with this label, the first group's parameter that of each other group, and each line
with ``==`` is a constraint of the first parameters with its labels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from intimacy_scales.factor.confirmatory.model.implied import Key, written_in_groups
from intimacy_scales.factor.confirmatory.model.structure import Floats, Positions
from intimacy_scales.factor.confirmatory.model.table import Parameter, ParameterTable
from intimacy_scales.factor.syntax.expressions import expression_of, linear_form, linear_forms
from intimacy_scales.factor.syntax.modifiers import Modifier
from intimacy_scales.factor.syntax.statements import Constraint, Equality, definitions_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualityConstraint:
    """One constraint: a weighted sum of parameters that is constant.

    Attributes
    ----------
    text
        The constraint, as it is written, or the two parameters that a label or ``equal=`` sets equal.
    weights
        Position of a parameter in the table → its weight: those of the left side less those of the right one.
    kind
        ``label``, ``equal`` (across groups) or ``written`` (a line with ``==``).
    """

    text: str
    weights: Mapping[int, float]
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Equalities:
    """The constraints of a model, and the parameters that would be free without them.

    Attributes
    ----------
    constraints
        The constraints, in the order of the text; those of ``equal=`` last.
    positions
        Positions in the table of the parameters that would be free, ascending.
    matrix
        (n_constraints, n_positions): the weights of these parameters in each constraint.
    """

    constraints: tuple[EqualityConstraint, ...]
    positions: Positions
    matrix: Floats


def equalities_of(table: ParameterTable, groups: Sequence[str | None]) -> Equalities:
    """Return the equality constraints of a model.

    Parameters
    ----------
    table
        Its parameters.
    groups
        Labels of the groups.
    """
    written = written_in_groups(table.model, table.n_groups)
    released = [n for n, p in enumerate(table.parameters) if p.estimated or _is_constrained(p, written)]
    constraints = tuple(
        constraint
        for constraint in _constraints(table, written, groups)
        if any(position in released for position in constraint.weights)
    )
    column = {position: k for k, position in enumerate(released)}
    matrix = np.zeros((len(constraints), len(released)))
    for row, constraint in zip(matrix, constraints, strict=True):
        for position, weight in constraint.weights.items():
            if position in column:  # the others have fixed values
                row[column[position]] = weight
    return Equalities(constraints=constraints, positions=np.array(released, dtype=np.intp), matrix=matrix)


def _is_constrained(p: Parameter, written: Mapping[Key, Sequence[Modifier]]) -> bool:
    """Return whether a parameter has its value only because of its label."""
    modifier = _modifier(p, written)
    return modifier is not None and modifier.label is not None and modifier.fixed is None


def _modifier(p: Parameter, written: Mapping[Key, Sequence[Modifier]]) -> Modifier | None:
    by_group = written.get((p.lhs, p.op, p.rhs))
    return None if by_group is None else by_group[p.group]


def _constraints(
    table: ParameterTable, written: Mapping[Key, Sequence[Modifier]], groups: Sequence[str | None]
) -> Iterator[EqualityConstraint]:
    """Yield the constraints of labels, of lines with ``==``, and of ``equal=``."""
    labelled: dict[str, list[int]] = {}
    across: dict[str, list[int]] = {}
    for position, p in enumerate(table.parameters):
        modifier = _modifier(p, written)
        if modifier is not None and modifier.label is not None:
            labelled.setdefault(modifier.label, []).append(position)
        elif p.label is not None:  # of `equal`
            across.setdefault(p.label, []).append(position)
    yield from _equal_to_first(table, labelled, groups, "label")
    firsts = {label: positions[0] for label, positions in labelled.items()}
    defined = linear_forms(definitions_of(table.model.statements))
    for s in table.model.statements:
        text = str(s)
        if isinstance(s, Equality):
            if isinstance(s.right, float):
                text = f"{s.left} == {s.right:g}"
            weights = {firsts[s.left]: 1.0}
            if isinstance(s.right, str):
                weights[firsts[s.right]] = -1.0
        elif isinstance(s, Constraint):
            left, right = (linear_form(expression_of(side), defined) for side in (s.first, s.second))
            form = left.plus(right, -1.0)
            weights = {firsts[label]: weight for label, weight in form.weights.items()}
        else:
            continue
        yield EqualityConstraint(text=text, weights=weights, kind="written")
    yield from _equal_to_first(table, across, groups, "equal")


def _equal_to_first(
    table: ParameterTable, members: Mapping[str, Sequence[int]], groups: Sequence[str | None], kind: str
) -> Iterator[EqualityConstraint]:
    """Yield that the first parameter with each label equals each other one."""
    for first, *others in members.values():
        for other in others:
            yield EqualityConstraint(
                text=_pair(table.parameters[first], table.parameters[other], groups),
                weights={first: 1.0, other: -1.0},
                kind=kind,
            )


def _pair(first: Parameter, other: Parameter, groups: Sequence[str | None]) -> str:
    """Return two equal parameters in words: ``f =~ x: a == b`` where they differ only in their groups."""
    if first.name == other.name:
        return f"{first.name}: {groups[first.group]} == {groups[other.group]}"
    if len(groups) == 1:
        return f"{first.name} == {other.name}"
    return f"{first.name} ({groups[first.group]}) == {other.name} ({groups[other.group]})"
