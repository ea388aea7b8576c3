"""What a model says of each parameter: what is written, and what is taken for granted."""

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
OBSERVED = Modifier(fixed=0.0)  # of exogenous variables: the moment that was observed stands there later


def _key(statement: Statement, model: Model) -> Key:
    if statement.op == "~~":
        return _ordered(model, statement.lhs, statement.rhs)
    return (statement.lhs, statement.op, statement.rhs)


def _ordered(model: Model, one: str, other: str) -> Key:
    """Return a covariance, the variable first that comes first in the model, observed before factors."""
    order = {name: n for n, name in enumerate([*model.observed, *model.latent])}
    lhs, rhs = sorted((one, other), key=order.__getitem__)
    return (lhs, "~~", rhs)


def written_in_groups(model: Model, n_groups: int) -> dict[Key, list[Modifier]]:
    """Return what the model says of each parameter, in each group."""
    found: dict[Key, list[Modifier]] = {}
    for s in model.statements:
        if not isinstance(s, Statement):
            continue
        if len(s.modifiers) not in (0, 1, n_groups):
            raise EstimationError(
                f"line {s.line}: {len(s.modifiers)} values for {s.lhs} {s.op} {s.rhs} in {n_groups} "
                f"group{'s' if n_groups > 1 else ''}"
            )
        modifiers = list(s.modifiers) or [_NOTHING]
        found[_key(s, model)] = modifiers * (n_groups if len(modifiers) == 1 else 1)
    return found


def add_implied(
    said: dict[Key, Modifier],
    model: Model,
    group: int,
    identification: Identification,
    equal: frozenset[Equal],
    *,
    with_means: bool,
) -> None:
    """Add what a model takes for granted to what is said of one group."""
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
    roles = roles_of(model)
    for one, other in (*roles.related, *combinations(roles.exogenous, 2)):
        said.setdefault(_ordered(model, one, other), _NOTHING)
    if not with_means:
        return
    for name in model.observed:
        said.setdefault((name, "~1", ""), _NOTHING)
    for name in model.latent:
        direct = any(rhs not in model.latent for rhs in model.indicators(name))
        released = later and "intercepts" in equal and direct
        said.setdefault((name, "~1", ""), _NOTHING if released else Modifier(fixed=0.0))


def add_of_exogenous(
    said: dict[Key, Modifier], model: Model, exogenous: Sequence[str], *, with_means: bool
) -> None:
    """Hold the moments of exogenous variables, of which nothing is said, at what is observed."""
    for n, one in enumerate(exogenous):
        for other in exogenous[n:]:
            said[_ordered(model, one, other)] = OBSERVED
        if with_means:
            said[one, "~1", ""] = OBSERVED


def in_order(said: dict[Key, Modifier], model: Model) -> list[Key]:
    """Return loadings, paths, residual variances, covariances, factor variances, intercepts, means."""
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

    return sorted(said, key=rank)
