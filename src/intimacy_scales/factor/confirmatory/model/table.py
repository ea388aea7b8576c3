"""A model's parameters in each group: what is fixed, what is free, and what is set equal."""

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
    add_implied,
    add_of_exogenous,
    in_order,
    written_in_groups,
)
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.model.roles import roles_of
from intimacy_scales.factor.confirmatory.model.structure import Floats, Place, Positions, Structure
from intimacy_scales.factor.syntax.modifiers import Modifier
from intimacy_scales.factor.syntax.statements import Equality, labels_of
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
        Its value where it is fixed, otherwise None.
    label
        What it is called; parameters of one label are equal.
    start
        Where the search begins, if the model says so.
    place
        Matrix, row and column.
    free
        Which free parameter it is; -1 for fixed ones, and for what follows from free ones.
    exogenous
        Whether it is a moment of exogenous variables, fixed at what was observed.
    follows
        From which free parameters it follows by constraints; None of all others.
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
        """How it is written in a model."""
        return f"{self.lhs} ~ 1" if self.op == "~1" else f"{self.lhs} {self.op} {self.rhs}"

    @property
    def estimated(self) -> bool:
        """Whether its value is estimated: it is free, or follows from what is."""
        return self.free >= 0 or self.follows is not None


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
    spread
        (n_parameters, n_free): what each is of the free ones, beside ``fixed``; None where each is one of
        them or fixed.
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
        Whose they are.
    parameters
        By group, then loadings, variances and covariances, intercepts and means.
    n_groups
        How many groups.
    n_free
        Free parameters, equal ones counted once.
    with_means
        Whether means are part of the model.
    standing
        Observed variables that stand among the factors, behind these: those of paths.
    exogenous
        Those that only predict, and of whose moments the model does not speak.
    fixed_x
        Whether variances, covariances and means of these are as observed.
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
        """Which observed variables are exogenous, ascending."""
        observed = self.model.observed
        return locked(np.array([observed.index(name) for name in self.exogenous], dtype=np.intp))

    @property
    def n_moments(self) -> int:
        """How many variances, covariances and means are modelled in each group."""
        p, q = len(self.model.observed), len(self.exogenous) if self.fixed_x else 0
        means = p - q if self.with_means else 0
        return (p * (p + 1) - q * (q + 1)) // 2 + means

    @property
    def n_relations(self) -> int:
        """How many covariances are 0 in each group where nothing is related but exogenous variables."""
        p, q = len(self.model.observed), len(self.exogenous)
        return (p * (p - 1) - q * (q - 1)) // 2

    @property
    def is_structural(self) -> bool:
        """Whether observed variables or factors have paths, or observed ones stand among the factors."""
        return bool(self.standing or self.model.paths)

    @property
    def among_factors(self) -> tuple[str, ...]:
        """The factors, and what stands among them, in the order of the matrices."""
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
        """Where the parameters of each group stand, as arrays."""
        return tuple(_layout(self, own) for own in self.by_group)

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
        items=tuple(locked(np.array(sorted(own), dtype=np.intp)) for own in items),
        spread=_spread(parameters, table.n_free),
    )


def _spread(parameters: Sequence[Parameter], n_free: int) -> Floats | None:
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
    """Return a model's parameters, with what is implied as well as what is written.

    As lavaan's ``cfa``: residual and factor variances are free, factors that are not themselves
    measured by others' loadings correlate, intercepts are free and factor means 0. With paths as its
    ``sem``, see `roles`.

    Parameters
    ----------
    model
        What measures what, and what depends on what.
    n_groups
        Number of groups.
    identification
        ``marker``: the first loading of each factor is 1. ``fixed_factor``: factor variances are 1.
        ``none``: only what the model says.
    with_means
        Whether means are part of the model.
    equal
        What is set equal across groups: ``loadings``, ``intercepts``, ``residuals``, ``regressions``. With
        equal loadings factor variances, with equal intercepts factor means are free in all groups but the
        first.
    partial
        Parameters that are not set equal all the same, as they are written.
    structural
        Whether observed variables may stand among the factors: in paths, and related to factors.
    fixed_x
        Whether variances, covariances and means of exogenous variables are as observed.
    """
    standing = roles_of(model).in_paths if structural else ()
    exogenous = roles_of(model).exogenous if structural else ()
    held = exogenous if fixed_x else ()
    written = written_in_groups(model, n_groups)
    uses_means = with_means or any(op == "~1" for _, op, _ in written)
    aliases = _aliases(model)
    found: list[Parameter] = []
    for group in range(n_groups):
        said = {key: modifiers[group] for key, modifiers in written.items()}
        add_implied(said, model, group, identification, frozenset(equal), with_means=uses_means)
        add_of_exogenous(said, model, held, with_means=uses_means)
        found += [
            _parameter(model, key, said[key], group, aliases, standing) for key in in_order(said, model)
        ]
    shared = _shared_labels(found, frozenset(equal), frozenset(_named(partial, found)), model.latent)
    numbered, n_free = _numbered([replace(p, label=label) for p, label in zip(found, shared, strict=True)])
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
    said: Modifier,
    group: int,
    aliases: dict[str, str | float],
    standing: Sequence[str],
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
        place=place_of(model, standing, lhs, op, rhs),
        exogenous=said is OBSERVED,
    )


def place_of(model: Model, standing: Sequence[str], lhs: str, op: str, rhs: str) -> tuple[Place, int, int]:
    """Return matrix, row and column of a parameter; ``standing`` are observed variables among the factors."""
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

    labels = labels_of(model.statements)
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
    found: list[Parameter], equal: frozenset[Equal], partial: frozenset[str], latent: Sequence[str]
) -> list[str | None]:
    """Return each parameter's label, with those that make groups equal."""
    kinds: dict[str, Equal] = {"=~": "loadings", "~": "regressions"}
    labels: list[str | None] = []
    for p in found:
        kind = kinds.get(p.op)
        if p.lhs not in latent and (p.op == "~1" or (p.op == "~~" and p.lhs == p.rhs)):
            kind = "intercepts" if p.op == "~1" else "residuals"
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


def _constrained(
    model: Model, found: Sequence[Parameter], n_free: int, aliases: dict[str, str | float]
) -> tuple[tuple[Parameter, ...], int]:
    """Return the parameters where linear constraints hold, and how many are left free."""
    numbers = {p.label: p.free for p in found if p.label is not None and p.free >= 0}
    values = {p.label: p.fixed for p in found if p.label is not None and p.fixed is not None}
    for label, meant in aliases.items():
        if isinstance(meant, float):
            values[label] = meant
        elif meant in numbers:
            numbers[label] = numbers[meant]
        else:
            values[label] = values[meant]
    renumbered, followers = solved(model.constraints, model.statements, numbers, values, n_free)
    made = []
    for p in found:
        follows = followers.get(p.free)
        if follows is not None and not follows.weights:
            made.append(replace(p, fixed=follows.constant, free=-1))
        else:
            made.append(p if p.free < 0 else replace(p, free=renumbered[p.free], follows=follows))
    return tuple(made), n_free - len(followers)


def with_observed(table: ParameterTable, moments: Sequence[tuple[Floats, Floats]]) -> ParameterTable:
    """Return the table with moments of exogenous variables as they were observed.

    Parameters
    ----------
    table
        The parameters.
    moments
        Of each group: covariances (p, p), divisor n, and means (p,), in the order of the model's variables.
    """
    if not table.exogenous or not table.fixed_x:
        return table
    position = {name: n for n, name in enumerate(table.model.observed)}
    made = []
    for p in table.parameters:
        if p.exogenous:
            covariances, means = moments[p.group]
            i = position[p.lhs]
            p = replace(p, fixed=float(means[i] if p.op == "~1" else covariances[i, position[p.rhs]]))  # noqa: PLW2901 - the same one
        made.append(p)
    return replace(table, parameters=tuple(made))
