"""A model's parameters in each group: what is fixed, what is free, and what is set equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.model.structure import Floats, Place, Positions, Structure
from intimacy_scales.factor.syntax.grammar import Equality, Modifier, Statement
from intimacy_scales.results.frozen import locked

Identification = Literal["marker", "fixed_factor", "none"]
Equal = Literal["loadings", "intercepts", "residuals"]
Key = tuple[str, str, str]
_NOTHING = Modifier()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a model in one group.

    Attributes
    ----------
    lhs, op, rhs
        As in lavaan: ``=~`` loading, ``~~`` variance or covariance, ``~1`` intercept or mean.
    group
        Position of the group.
    fixed
        Its value where it is fixed, otherwise None.
    label
        What it is called; parameters of one label are equal.
    start
        Where the search begins, if the model says so.
    place
        Matrix, row and column.
    free
        Which free parameter it is; -1 for fixed ones.
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

    @property
    def name(self) -> str:
        """How it is written in a model."""
        return f"{self.lhs} ~ 1" if self.op == "~1" else f"{self.lhs} {self.op} {self.rhs}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """Where one group's parameters stand, as arrays.

    Attributes
    ----------
    structure
        The matrices that they are in.
    fixed
        (n_parameters,): values of fixed ones, 0 for free ones.
    free
        (n_parameters,): which free parameter of the whole model each is; -1 for fixed ones.
    items
        Of each factor: the items that it is behind, ascending.
    """

    structure: Structure
    fixed: Floats
    free: Positions
    items: tuple[Positions, ...]


@dataclass(frozen=True, kw_only=True)
class ParameterTable:
    """All parameters of a model.

    Attributes
    ----------
    model
        Whose they are.
    parameters
        By group, then loadings, variances and covariances, intercepts and means.
    n_groups
        How many groups.
    n_free
        Free parameters, equal ones counted once.
    with_means
        Whether means are part of the model.
    """

    model: Model
    parameters: tuple[Parameter, ...]
    n_groups: int
    n_free: int
    with_means: bool

    def of_group(self, group: int) -> tuple[Parameter, ...]:
        """Return one group's parameters."""
        return self.by_group[group]

    @cached_property
    def by_group(self) -> tuple[tuple[Parameter, ...], ...]:
        """The parameters of each group."""
        return tuple(tuple(p for p in self.parameters if p.group == group) for group in range(self.n_groups))

    @cached_property
    def layouts(self) -> tuple[Layout, ...]:
        """Where the parameters of each group stand, as arrays."""
        p, m = len(self.model.observed), len(self.model.latent)
        return tuple(_layout(own, p, m) for own in self.by_group)

    @cached_property
    def relations(self) -> NDArray[np.bool_]:
        """Which free parameters relate two variables, without a start that the model gives (n_free,)."""
        found = np.zeros(self.n_free, dtype=np.bool_)
        for p in self.parameters:
            kind, row, column = p.place
            between = kind in ("lambda", "beta") or (kind in ("psi", "theta") and row != column)
            if p.free >= 0 and p.start is None and between:
                found[p.free] = True
        return locked(found)

    def free_names(self, groups: Sequence[str | None]) -> list[str]:
        """Return how each free parameter is written, with its group where there are several."""
        names = [""] * self.n_free
        for p in self.parameters:
            if p.free >= 0 and not names[p.free]:
                names[p.free] = p.name if self.n_groups == 1 else f"{p.name} (group {groups[p.group]})"
        return names


def _layout(parameters: Sequence[Parameter], n_observed: int, n_latent: int) -> Layout:
    items: list[list[int]] = [[] for _ in range(n_latent)]
    for p in parameters:
        kind, row, column = p.place
        if kind == "lambda" and p.fixed != 0.0:
            items[column].append(row)
    return Layout(
        structure=Structure(n_observed, n_latent, [p.place for p in parameters]),
        fixed=locked(np.array([p.fixed or 0.0 for p in parameters])),
        free=locked(np.array([p.free for p in parameters], dtype=np.intp)),
        items=tuple(locked(np.array(sorted(own), dtype=np.intp)) for own in items),
    )


@lru_cache(maxsize=256)
def parameter_table(
    model: Model,
    *,
    n_groups: int = 1,
    identification: Identification = "marker",
    with_means: bool = False,
    equal: tuple[Equal, ...] = (),
    partial: tuple[str, ...] = (),
) -> ParameterTable:
    """Return a model's parameters, with what is implied as well as what is written.

    As lavaan's ``cfa``: residual and factor variances are free, factors that are not themselves
    measured by others' loadings correlate, intercepts are free and factor means 0.

    Parameters
    ----------
    model
        What measures what.
    n_groups
        Number of groups.
    identification
        ``marker``: the first loading of each factor is 1. ``fixed_factor``: factor variances are 1.
        ``none``: only what the model says.
    with_means
        Whether means are part of the model.
    equal
        What is set equal across groups: ``loadings``, ``intercepts``, ``residuals``. With equal
        loadings factor variances, with equal intercepts factor means are free in all groups but the
        first.
    partial
        Parameters that are not set equal all the same, as they are written.
    """
    written = _written(model, n_groups)
    uses_means = with_means or any(op == "~1" for _, op, _ in written)
    aliases = _aliases(model)
    found: list[Parameter] = []
    for group in range(n_groups):
        said = {key: modifiers[group] for key, modifiers in written.items()}
        _add_implied(said, model, group, identification, frozenset(equal), with_means=uses_means)
        found += [_parameter(model, key, said[key], group, aliases) for key in _in_order(said, model)]
    shared = _shared_labels(found, frozenset(equal), frozenset(_named(partial, found)))
    numbered, n_free = _numbered([replace(p, label=label) for p, label in zip(found, shared, strict=True)])
    return ParameterTable(
        model=model, parameters=numbered, n_groups=n_groups, n_free=n_free, with_means=uses_means
    )


def _key(statement: Statement, latent: Sequence[str], observed: Sequence[str]) -> Key:
    lhs, rhs = statement.lhs, statement.rhs
    if statement.op == "~~":
        order = {name: n for n, name in enumerate([*observed, *latent])}
        lhs, rhs = sorted((lhs, rhs), key=order.__getitem__)
    return (lhs, statement.op, rhs)


def _written(model: Model, n_groups: int) -> dict[Key, list[Modifier]]:
    """Return what the model says of each parameter, in each group."""
    found: dict[Key, list[Modifier]] = {}
    for s in model.statements:
        if isinstance(s, Equality):
            continue
        if len(s.modifiers) not in (0, 1, n_groups):
            raise EstimationError(
                f"line {s.line}: {len(s.modifiers)} values for {s.lhs} {s.op} {s.rhs} in {n_groups} "
                f"group{'s' if n_groups > 1 else ''}"
            )
        modifiers = list(s.modifiers) or [_NOTHING]
        found[_key(s, model.latent, model.observed)] = modifiers * (n_groups if len(modifiers) == 1 else 1)
    return found


def _add_implied(
    said: dict[Key, Modifier],
    model: Model,
    group: int,
    identification: Identification,
    equal: frozenset[Equal],
    *,
    with_means: bool,
) -> None:
    """Add what a measurement model takes for granted to what is said of one group."""
    later = group > 0
    if identification == "marker":
        for factor in model.latent:
            key = (factor, "=~", model.indicators(factor)[0])
            own = said[key]
            if own.fixed is None and not own.free:
                said[key] = Modifier(fixed=1.0, label=own.label)
    for name in (*model.observed, *model.latent):
        fixed = identification == "fixed_factor" and name in model.latent
        released = later and "loadings" in equal
        said.setdefault((name, "~~", name), Modifier(fixed=1.0) if fixed and not released else _NOTHING)
    measured = {s.rhs for s in model.loadings}
    outer = [factor for factor in model.latent if factor not in measured]
    for n, one in enumerate(outer):
        for other in outer[n + 1 :]:
            said.setdefault((one, "~~", other), _NOTHING)
    if not with_means:
        return
    for name in model.observed:
        said.setdefault((name, "~1", ""), _NOTHING)
    for name in model.latent:
        direct = any(rhs not in model.latent for rhs in model.indicators(name))
        released = later and "intercepts" in equal and direct
        said.setdefault((name, "~1", ""), _NOTHING if released else Modifier(fixed=0.0))


def _in_order(said: dict[Key, Modifier], model: Model) -> list[Key]:
    """Return loadings, residual variances, covariances, factor variances, intercepts, means."""
    latent = {name: n for n, name in enumerate(model.latent)}
    observed = {name: n for n, name in enumerate(model.observed)}

    def rank(key: Key) -> tuple[int, int, int]:
        lhs, op, rhs = key
        if op == "=~":
            return (0, latent[lhs], 0)
        if op == "~1":
            return (5, observed[lhs], 0) if lhs in observed else (6, latent[lhs], 0)
        if lhs in observed:
            return (1 if lhs == rhs else 2, observed[lhs], observed.get(rhs, 0))
        return (3 if lhs == rhs else 4, latent[lhs], latent[rhs])

    return sorted(said, key=rank)


def _parameter(
    model: Model, key: Key, said: Modifier, group: int, aliases: dict[str, str | float]
) -> Parameter:
    lhs, op, rhs = key
    fixed, label = said.fixed, said.label
    meant = aliases.get(label, label) if label else None
    if isinstance(meant, float):
        fixed, meant = meant, None
    return Parameter(
        lhs=lhs,
        op=op,
        rhs=rhs,
        group=group,
        fixed=fixed,
        label=meant,
        start=said.start,
        place=_place(model, lhs, op, rhs),
    )


def _place(model: Model, lhs: str, op: str, rhs: str) -> tuple[Place, int, int]:
    latent, observed = model.latent, model.observed
    if op == "=~":
        if rhs in latent:
            return "beta", latent.index(rhs), latent.index(lhs)
        return "lambda", observed.index(rhs), latent.index(lhs)
    if op == "~1":
        return ("nu", observed.index(lhs), 0) if lhs in observed else ("alpha", latent.index(lhs), 0)
    if (lhs in latent) != (rhs in latent):
        item, factor = (rhs, lhs) if lhs in latent else (lhs, rhs)
        raise EstimationError(
            f"{lhs} ~~ {rhs}: {factor} is a factor and {item} an item; an item is tied to a factor by a "
            f"loading, {factor} =~ {item}"
        )
    if lhs in latent:
        return "psi", latent.index(lhs), latent.index(rhs)
    return "theta", observed.index(lhs), observed.index(rhs)


def _aliases(model: Model) -> dict[str, str | float]:
    """Return what each label stands for after equalities."""
    found: dict[str, str | float] = {}

    def meant(label: str | float) -> str | float:
        while isinstance(label, str) and label in found:
            label = found[label]
        return label

    labels = {m.label for s in model.statements if isinstance(s, Statement) for m in s.modifiers if m.label}
    for s in model.statements:
        if not isinstance(s, Equality):
            continue
        for side in (s.left, s.right):
            if isinstance(side, str) and side not in labels:
                raise EstimationError(f"line {s.line}: no parameter has the label {side!r}")
        left, right = meant(s.left), meant(s.right)
        if isinstance(left, str) and left != right:
            found[left] = right
        elif left != right:
            raise EstimationError(f"line {s.line}: {s.left} == {s.right} contradicts an earlier line")
    return {label: meant(label) for label in found}


def _named(partial: Sequence[str], found: list[Parameter]) -> list[str]:
    """Return the names of the parameters that are meant."""
    known = {"".join(p.name.split()): p.name for p in found}
    unknown = [name for name in partial if "".join(name.split()) not in known]
    if unknown:
        raise EstimationError(
            f"partial: the model has no parameter {unknown[0]!r}; write it as 'f =~ x', 'x ~ 1' or 'x ~~ x'"
        )
    return [known["".join(name.split())] for name in partial]


def _shared_labels(
    found: list[Parameter], equal: frozenset[Equal], partial: frozenset[str]
) -> list[str | None]:
    """Return each parameter's label, with those that make groups equal."""
    kinds: dict[str, Equal] = {"lambda": "loadings", "beta": "loadings", "nu": "intercepts"}
    labels: list[str | None] = []
    for p in found:
        kind = kinds.get(p.place[0])
        if p.place[0] == "theta" and p.lhs == p.rhs:
            kind = "residuals"
        shared = kind in equal and p.fixed is None and p.label is None and p.name not in partial
        labels.append(f".{p.name}" if shared else p.label)
    return labels


def _numbered(found: list[Parameter]) -> tuple[tuple[Parameter, ...], int]:
    numbers: dict[str, int] = {}
    fixed_labels = {p.label: p.fixed for p in found if p.label is not None and p.fixed is not None}
    numbered: list[Parameter] = []
    n_free = 0
    for p in found:
        if p.fixed is None and p.label in fixed_labels:
            p = replace(p, fixed=fixed_labels[p.label])  # noqa: PLW2901 - equal to a fixed one: fixed too
        if p.fixed is not None:
            numbered.append(p)
            continue
        free = n_free if p.label is None else numbers.setdefault(p.label, n_free)
        n_free = max(n_free, free + 1)
        numbered.append(replace(p, free=free))
    return tuple(numbered), n_free
