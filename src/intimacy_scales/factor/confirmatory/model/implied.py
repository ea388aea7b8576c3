"""The modifiers of each parameter of a model: as written, and by default."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.confirmatory.model.roles import roles_of
from intimacy_scales.factor.syntax.modifiers import Modifier
from intimacy_scales.factor.syntax.statements import Statement

Identification = Literal["marker", "fixed_factor", "none"]
Equal = Literal["loadings", "intercepts", "residuals", "regressions"]
Key = tuple[str, str, str]
_NOTHING = Modifier()
OBSERVED = Modifier(fixed=0.0)  # moments of exogenous variables, later replaced by the observed values


def _key(statement: Statement, model: Model) -> Key:
    if statement.op == "~~":
        return _ordered(model, statement.lhs, statement.rhs)
    return (statement.lhs, statement.op, statement.rhs)


def _ordered(model: Model, first: str, second: str) -> Key:
    """Return the key of a covariance, with variables in the order of the model, observed before latent."""
    order = {name: n for n, name in enumerate([*model.observed, *model.latent])}
    lhs, rhs = sorted((first, second), key=order.__getitem__)
    return (lhs, "~~", rhs)


def written_in_groups(model: Model, n_groups: int) -> dict[Key, list[Modifier]]:
    """Return the modifiers of each parameter in each group, as they are written in the model."""
    by_key: dict[Key, list[Modifier]] = {}
    for s in model.statements:
        if not isinstance(s, Statement):
            continue
        if len(s.modifiers) not in (0, 1, n_groups):
            raise EstimationError(
                f"line {s.line}: {len(s.modifiers)} values for {s.lhs} {s.op} {s.rhs} in {n_groups} "
                f"group{'s' if n_groups > 1 else ''}; write one for each group, or one for all"
            )
        modifiers = list(s.modifiers) or [_NOTHING]
        by_key[_key(s, model)] = modifiers * (n_groups if len(modifiers) == 1 else 1)
    return by_key


def add_defaults(
    modifiers: dict[Key, Modifier],
    model: Model,
    group: int,
    identification: Identification,
    equal: frozenset[Equal],
    *,
    with_means: bool,
) -> None:
    """Add the parameters and fixed values that a model has by default to the modifiers of one group."""
    later = group > 0
    if identification == "marker":
        for factor in model.latent:
            key = (factor, "=~", model.indicators(factor)[0])
            if modifiers[key].fixed is None and not modifiers[key].free:
                modifiers[key] = Modifier(fixed=1.0, label=modifiers[key].label)
    for name in (*model.observed, *model.latent):
        fixed = identification == "fixed_factor" and name in model.latent
        released = later and "loadings" in equal
        modifiers.setdefault((name, "~~", name), Modifier(fixed=1.0) if fixed and not released else _NOTHING)
    roles = roles_of(model)
    for first, second in (*roles.related, *combinations(roles.exogenous, 2)):
        modifiers.setdefault(_ordered(model, first, second), _NOTHING)
    if not with_means:
        return
    for name in model.observed:
        modifiers.setdefault((name, "~1", ""), _NOTHING)
    for name in model.latent:
        has_items = any(rhs not in model.latent for rhs in model.indicators(name))
        released = later and "intercepts" in equal and has_items
        modifiers.setdefault((name, "~1", ""), _NOTHING if released else Modifier(fixed=0.0))


def add_exogenous_moments(
    modifiers: dict[Key, Modifier], model: Model, exogenous: Sequence[str], *, with_means: bool
) -> None:
    """Add variances, covariances and means of exogenous variables, fixed at the observed values."""
    for n, first in enumerate(exogenous):
        for second in exogenous[n:]:
            modifiers[_ordered(model, first, second)] = OBSERVED
        if with_means:
            modifiers[first, "~1", ""] = OBSERVED


def in_order(modifiers: dict[Key, Modifier], model: Model) -> list[Key]:
    """Return the keys in the order of parameters.

    Loadings, paths, residual variances and covariances, factor variances and covariances, intercepts, means.
    """
    latent = {name: n for n, name in enumerate(model.latent)}
    observed = {name: n for n, name in enumerate(model.observed)}

    def rank(key: Key) -> tuple[int, int, int]:
        lhs, op, rhs = key
        if op == "=~":
            return (0, latent[lhs], 0)
        if op == "~":
            return (1, 0, 0)  # as written
        if op == "~1":
            return (6, observed[lhs], 0) if lhs in observed else (7, latent[lhs], 0)
        if lhs in observed:
            return (2 if lhs == rhs else 3, observed[lhs], observed.get(rhs, 0))
        return (4 if lhs == rhs else 5, latent[lhs], latent[rhs])

    return sorted(modifiers, key=rank)
