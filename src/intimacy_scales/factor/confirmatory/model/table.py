"""A model's parameters in each group: which are fixed, free, or set equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.model.constraints import Dependence, solved
from intimacy_scales.factor.confirmatory.model.implied import (
    OBSERVED,
    Equal,
    Identification,
    Key,
    add_defaults,
    add_exogenous_moments,
    in_order,
    written_in_groups,
)
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.model.roles import roles_of
from intimacy_scales.factor.confirmatory.model.structure import Floats, Place, Positions, Structure
from intimacy_scales.factor.syntax.modifiers import Modifier
from intimacy_scales.factor.syntax.statements import Equality, labels_of
from intimacy_scales.messages import suggest
from intimacy_scales.results.frozen import locked


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a model in one group.

    Attributes
    ----------
    lhs, op, rhs
        As in lavaan: ``=~`` loading, ``~`` path, ``~~`` variance or covariance, ``~1`` intercept or mean.
    group
        Position of the group.
    fixed
        Its value if it is fixed, otherwise None.
    label
        Its label; parameters with the same label are equal.
    start
        Its start value, if the model gives one.
    place
        Matrix, row and column.
    free
        Number of the free parameter; -1 if it is fixed, or follows from others.
    exogenous
        Whether it is a moment of exogenous variables, fixed at the observed value.
    follows
        The free parameters from which it follows by constraints; None for all others.
    """

    lhs: str
    op: str
    rhs: str
    group: int
    fixed: float | None
    label: str | None
    start: float | None
    place: tuple[Place, int, int]
    free: int = -1
    exogenous: bool = False
    follows: Dependence | None = None

    @property
    def name(self) -> str:
        """The parameter as it is written in a model."""
        return f"{self.lhs} ~ 1" if self.op == "~1" else f"{self.lhs} {self.op} {self.rhs}"

    @property
    def estimated(self) -> bool:
        """Whether its value is estimated: it is free, or follows from free parameters."""
        return self.free >= 0 or self.follows is not None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """The places and values of one group's parameters, as arrays.

    Attributes
    ----------
    structure
        The matrices of the model.
    fixed
        (n_parameters,): values of fixed ones, 0 for free ones.
    free
        (n_parameters,): which free parameter of the whole model each is; -1 for fixed ones.
    items
        The items that measure each factor, ascending.
    spread
        (n_parameters, n_free): with constraints, parameters are ``fixed + spread @ free values``; else None.
    """

    structure: Structure
    fixed: Floats
    free: Positions
    items: tuple[Positions, ...]
    spread: Floats | None = None


@dataclass(frozen=True, kw_only=True)
class ParameterTable:
    """All parameters of a model.

    Attributes
    ----------
    model
        The model.
    parameters
        By group, then loadings, variances and covariances, intercepts and means.
    n_groups
        Number of groups.
    n_free
        Number of free parameters, equal ones counted once.
    with_means
        Whether means are part of the model.
    standing
        Observed variables that are placed among the factors, after them: those of paths.
    exogenous
        Observed variables that only predict, and whose moments do not occur in the model.
    fixed_x
        Whether variances, covariances and means of these are fixed at the observed values.
    """

    model: Model
    parameters: tuple[Parameter, ...]
    n_groups: int
    n_free: int
    with_means: bool
    standing: tuple[str, ...] = ()
    exogenous: tuple[str, ...] = ()
    fixed_x: bool = True

    @cached_property
    def exogenous_positions(self) -> Positions:
        """Positions of the exogenous variables among the observed ones, ascending."""
        observed = self.model.observed
        return locked(np.array([observed.index(name) for name in self.exogenous], dtype=np.intp))

    @property
    def n_moments(self) -> int:
        """Number of variances, covariances and means that are modelled in each group."""
        p, q = len(self.model.observed), len(self.exogenous) if self.fixed_x else 0
        means = p - q if self.with_means else 0
        return (p * (p + 1) - q * (q + 1)) // 2 + means

    @property
    def n_relations(self) -> int:
        """Number of covariances that the independence model fixes at 0 in each group."""
        p, q = len(self.model.observed), len(self.exogenous)
        return (p * (p - 1) - q * (q - 1)) // 2

    @property
    def is_structural(self) -> bool:
        """Whether there are paths, or observed variables placed among the factors."""
        return bool(self.standing or self.model.paths)

    @property
    def among_factors(self) -> tuple[str, ...]:
        """The factors and the observed variables placed among them, in the order of the matrices."""
        return (*self.model.latent, *self.standing)

    def of_group(self, group: int) -> tuple[Parameter, ...]:
        """Return one group's parameters."""
        return self.by_group[group]

    @cached_property
    def by_group(self) -> tuple[tuple[Parameter, ...], ...]:
        """The parameters of each group."""
        return tuple(tuple(p for p in self.parameters if p.group == group) for group in range(self.n_groups))

    @cached_property
    def layouts(self) -> tuple[Layout, ...]:
        """The parameters of each group as arrays."""
        return tuple(_layout(self, parameters) for parameters in self.by_group)

    @cached_property
    def relations(self) -> NDArray[np.bool_]:
        """Which free parameters relate two variables and have no start value in the model (n_free,)."""
        relations = np.zeros(self.n_free, dtype=np.bool_)
        for p in self.parameters:
            kind, row, column = p.place
            between = kind in ("lambda", "beta") or (kind in ("psi", "theta") and row != column)
            if p.free >= 0 and p.start is None and between:
                relations[p.free] = True
        return locked(relations)

    def free_names(self, groups: Sequence[str | None]) -> list[str]:
        """Return each free parameter as it is written, with its group if there are several."""
        names = [""] * self.n_free
        for p in self.parameters:
            if p.free >= 0 and not names[p.free]:
                names[p.free] = p.name if self.n_groups == 1 else f"{p.name} (group {groups[p.group]})"
        return names


def _layout(table: ParameterTable, parameters: Sequence[Parameter]) -> Layout:
    latent, observed = table.model.latent, table.model.observed
    items: list[list[int]] = [[] for _ in latent]
    for p in parameters:
        if p.op == "=~" and p.rhs not in latent and p.fixed != 0.0:
            items[latent.index(p.lhs)].append(observed.index(p.rhs))
    standing = [(observed.index(name), len(latent) + n) for n, name in enumerate(table.standing)]
    places = [p.place for p in parameters]
    return Layout(
        structure=Structure(len(observed), len(table.among_factors), places, standing),
        fixed=locked(np.array([p.follows.constant if p.follows else p.fixed or 0.0 for p in parameters])),
        free=locked(np.array([p.free for p in parameters], dtype=np.intp)),
        items=tuple(locked(np.array(sorted(positions), dtype=np.intp)) for positions in items),
        spread=_spread(parameters, table.n_free),
    )


def _spread(parameters: Sequence[Parameter], n_free: int) -> Floats | None:
    """Return `Layout.spread`."""
    if not any(p.follows for p in parameters):
        return None
    spread = np.zeros((len(parameters), n_free))
    for row, p in zip(spread, parameters, strict=True):
        if p.free >= 0:
            row[p.free] = 1.0
        for number, weight in p.follows.weights if p.follows else ():
            row[number] = weight
    return locked(spread)


@lru_cache(maxsize=256)
def parameter_table(
    model: Model,
    *,
    n_groups: int = 1,
    identification: Identification = "marker",
    with_means: bool = False,
    equal: tuple[Equal, ...] = (),
    partial: tuple[str, ...] = (),
    structural: bool = False,
    fixed_x: bool = True,
) -> ParameterTable:
    """Return a model's parameters, both those that are written and those it has by default.

    Defaults are those of lavaan's ``cfa``: residual and factor variances are free, factors that do not
    measure others correlate, intercepts are free, and factor means are 0. With paths they are those of
    ``sem``, see `roles`.

    Parameters
    ----------
    model
        The model.
    n_groups
        Number of groups.
    identification
        ``marker``: the first loading of each factor is 1. ``fixed_factor``: factor variances are 1.
        ``none``: nothing is fixed by default.
    with_means
        Whether means are part of the model.
    equal
        Parameters set equal across groups: ``loadings``, ``intercepts``, ``residuals``, ``regressions``. With
        equal loadings factor variances, with equal intercepts factor means are free in all groups but the
        first.
    partial
        Exceptions from ``equal``, as they are written in a model.
    structural
        Whether observed variables may be placed among the factors: in paths, and covarying with factors.
    fixed_x
        Whether variances, covariances and means of exogenous variables are fixed at the observed values.
    """
    standing = roles_of(model).in_paths if structural else ()
    exogenous = roles_of(model).exogenous if structural else ()
    written = written_in_groups(model, n_groups)
    uses_means = with_means or any(op == "~1" for _, op, _ in written)
    aliases = _aliases(model)
    parameters: list[Parameter] = []
    for group in range(n_groups):
        modifiers = {key: by_group[group] for key, by_group in written.items()}
        add_defaults(modifiers, model, group, identification, frozenset(equal), with_means=uses_means)
        add_exogenous_moments(modifiers, model, exogenous if fixed_x else (), with_means=uses_means)
        parameters += [
            _parameter(model, key, modifiers[key], group, aliases, standing)
            for key in in_order(modifiers, model)
        ]
    exceptions = frozenset(_names_of(partial, parameters))
    labels = _labels_across_groups(parameters, frozenset(equal), exceptions, model.latent)
    labelled = [replace(p, label=label) for p, label in zip(parameters, labels, strict=True)]
    numbered, n_free = _numbered(labelled)
    if model.constraints:
        numbered, n_free = _constrained(model, numbered, n_free, aliases)
    return ParameterTable(
        model=model,
        parameters=numbered,
        n_groups=n_groups,
        n_free=n_free,
        with_means=uses_means,
        standing=standing,
        exogenous=exogenous,
        fixed_x=fixed_x,
    )


def _parameter(
    model: Model,
    key: Key,
    modifier: Modifier,
    group: int,
    aliases: dict[str, str | float],
    standing: Sequence[str],
) -> Parameter:
    """Return one parameter as its modifier describes it, not numbered yet."""
    lhs, op, rhs = key
    fixed = modifier.fixed
    label = aliases.get(modifier.label, modifier.label) if modifier.label else None
    if isinstance(label, float):
        fixed, label = label, None
    return Parameter(
        lhs=lhs,
        op=op,
        rhs=rhs,
        group=group,
        fixed=fixed,
        label=label,
        start=modifier.start,
        place=place_of(model, standing, lhs, op, rhs),
        exogenous=modifier is OBSERVED,
    )


def place_of(model: Model, standing: Sequence[str], lhs: str, op: str, rhs: str) -> tuple[Place, int, int]:
    """Return matrix, row and column of a parameter; see `ParameterTable` for ``standing``."""
    latent, observed = (*model.latent, *standing), model.observed
    if op in ("=~", "~"):
        to, by = (rhs, lhs) if op == "=~" else (lhs, rhs)
        if to in latent:
            return "beta", latent.index(to), latent.index(by)
        return "lambda", observed.index(to), latent.index(by)
    if op == "~1":
        return ("alpha", latent.index(lhs), 0) if lhs in latent else ("nu", observed.index(lhs), 0)
    if (lhs in latent) != (rhs in latent):
        item, factor = (rhs, lhs) if lhs in latent else (lhs, rhs)
        raise EstimationError(
            f"{lhs} ~~ {rhs} is not valid: {factor} is a factor and {item} an item; relate them by a "
            f"loading, {factor} =~ {item}"
        )
    if lhs in latent:
        return "psi", latent.index(lhs), latent.index(rhs)
    return "theta", observed.index(lhs), observed.index(rhs)


def _aliases(model: Model) -> dict[str, str | float]:
    """Return the label or value that equalities put in place of each label."""
    replaced: dict[str, str | float] = {}

    def final(label: str | float) -> str | float:
        while isinstance(label, str) and label in replaced:
            label = replaced[label]
        return label

    labels = labels_of(model.statements)
    for s in model.statements:
        if not isinstance(s, Equality):
            continue
        for side in (s.left, s.right):
            if isinstance(side, str) and side not in labels:
                raise EstimationError(
                    f"line {s.line}: no parameter has the label {side!r}; label one as in f =~ {side}*x"
                )
        left, right = final(s.left), final(s.right)
        if isinstance(left, str) and left != right:
            replaced[left] = right
        elif left != right:
            raise EstimationError(
                f"line {s.line}: {s.left} == {s.right} contradicts an earlier line; remove one of them"
            )
    return {label: final(label) for label in replaced}


def _names_of(partial: Sequence[str], parameters: list[Parameter]) -> list[str]:
    """Return the names of parameters that may be written with other spaces."""
    known = {"".join(p.name.split()): p.name for p in parameters}
    unknown = [name for name in partial if "".join(name.split()) not in known]
    if unknown:
        raise EstimationError(
            f"partial: the model has no parameter {unknown[0]!r}; write it as 'f =~ x', 'x ~ 1' or 'x ~~ x'"
            f"{suggest(unknown[0], known.values())}"
        )
    return [known["".join(name.split())] for name in partial]


def _labels_across_groups(
    parameters: list[Parameter], equal: frozenset[Equal], exceptions: frozenset[str], latent: Sequence[str]
) -> list[str | None]:
    """Return each parameter's label; those set equal across groups have their name as a label."""
    kinds: dict[str, Equal] = {"=~": "loadings", "~": "regressions"}
    labels: list[str | None] = []
    for p in parameters:
        kind = kinds.get(p.op)
        if p.lhs not in latent and (p.op == "~1" or (p.op == "~~" and p.lhs == p.rhs)):
            kind = "intercepts" if p.op == "~1" else "residuals"
        shared = kind in equal and p.fixed is None and p.label is None and p.name not in exceptions
        labels.append(f".{p.name}" if shared else p.label)
    return labels


def _numbered(parameters: list[Parameter]) -> tuple[tuple[Parameter, ...], int]:
    """Return the parameters with numbers of free ones, and how many are free.

    Parameters with the label of a fixed one are fixed too.
    """
    numbers: dict[str, int] = {}
    fixed_labels = {p.label: p.fixed for p in parameters if p.label is not None and p.fixed is not None}
    numbered: list[Parameter] = []
    n_free = 0
    for p in parameters:
        if p.fixed is None and p.label in fixed_labels:
            numbered.append(replace(p, fixed=fixed_labels[p.label]))
            continue
        if p.fixed is not None:
            numbered.append(p)
            continue
        free = n_free if p.label is None else numbers.setdefault(p.label, n_free)
        n_free = max(n_free, free + 1)
        numbered.append(replace(p, free=free))
    return tuple(numbered), n_free


def _constrained(
    model: Model, parameters: Sequence[Parameter], n_free: int, aliases: dict[str, str | float]
) -> tuple[tuple[Parameter, ...], int]:
    """Return the parameters under the model's linear constraints, and how many remain free."""
    numbers = {p.label: p.free for p in parameters if p.label is not None and p.free >= 0}
    values = {p.label: p.fixed for p in parameters if p.label is not None and p.fixed is not None}
    for label, alias in aliases.items():
        if isinstance(alias, float):
            values[label] = alias
        elif alias in numbers:
            numbers[label] = numbers[alias]
        else:
            values[label] = values[alias]
    renumbered, dependences = solved(model.constraints, model.statements, numbers, values, n_free)
    constrained = []
    for p in parameters:
        follows = dependences.get(p.free)
        if follows is not None and not follows.weights:
            constrained.append(replace(p, fixed=follows.constant, free=-1))
        else:
            constrained.append(p if p.free < 0 else replace(p, free=renumbered[p.free], follows=follows))
    return tuple(constrained), n_free - len(dependences)


def with_observed(table: ParameterTable, moments: Sequence[tuple[Floats, Floats]]) -> ParameterTable:
    """Return the table with moments of exogenous variables fixed at the observed values.

    Parameters
    ----------
    table
        The parameters.
    moments
        Covariances (p, p) and means (p,) of each group, in the order of the model's variables.
    """
    if not table.exogenous or not table.fixed_x:
        return table
    position = {name: n for n, name in enumerate(table.model.observed)}

    def fixed_at_observed(p: Parameter) -> Parameter:
        covariances, means = moments[p.group]
        i = position[p.lhs]
        value = means[i] if p.op == "~1" else covariances[i, position[p.rhs]]
        return replace(p, fixed=float(value))

    return replace(
        table, parameters=tuple(fixed_at_observed(p) if p.exogenous else p for p in table.parameters)
    )
