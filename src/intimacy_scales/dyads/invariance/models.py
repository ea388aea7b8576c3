"""Models of both partners at once: one factor for each, and the same items' residuals covary."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.syntax.modifiers import Modifier
from intimacy_scales.factor.syntax.statements import Operator, Statement

Kind = Literal["loadings", "intercepts", "residuals", "variances", "means"]
Equal = Collection[Kind]
Released = frozenset[tuple[str, str]]

KINDS: tuple[Kind, ...] = ("loadings", "intercepts", "residuals", "variances", "means")
_FREE = Modifier(free=True)
_LETTERS: dict[str, str] = {"loadings": "l", "intercepts": "t", "residuals": "e"}


@dataclass(frozen=True, kw_only=True)
class PairedItems:
    """The items of a scale, answered by both partners.

    Attributes
    ----------
    scale, items
        The scale, and its items.
    partners
        The two partners.
    """

    scale: str
    items: tuple[str, ...]
    partners: tuple[str, str]

    @cached_property
    def suffixes(self) -> tuple[str, str]:
        """What distinguishes the partners' variables: their names, as far as a model can contain them."""
        first, second = (re.sub(r"[^\w.]", "_", name) for name in self.partners)
        return (first, second) if first != second else ("1", "2")

    def variables(self, place: int) -> tuple[str, ...]:
        """Return the variables of one partner, in the order of the items."""
        return tuple(f"{item}_{self.suffixes[place]}" for item in self.items)

    @cached_property
    def observed(self) -> tuple[str, ...]:
        """The variables of the first partner, then those of the second."""
        return (*self.variables(0), *self.variables(1))

    @cached_property
    def factors(self) -> tuple[str, str]:
        """The factors of both partners."""
        first, second = (f"{self.scale}_{suffix}" for suffix in self.suffixes)
        clash = {first, second} & set(self.observed)
        return (f"{first}_factor", f"{second}_factor") if clash else (first, second)


def ladder_model(pair: PairedItems, equal: Equal, released: Released = frozenset()) -> Model:
    """Return the model in which some kinds of parameters are equal for both partners.

    The variance of the first partner's factor is 1 and its mean 0. The second partner's variance is free once
    a loading is equal, and the mean once an intercept is equal.

    Parameters
    ----------
    pair
        The items of both partners.
    equal
        Kinds of parameters that are equal.
    released
        Kind and item of parameters that are free nevertheless.
    """
    return Model(tuple(_statements(pair, frozenset(equal), released)))


def _statements(pair: PairedItems, equal: frozenset[Kind], released: Released) -> Iterator[Statement]:
    first, second = pair.factors
    sides = (pair.variables(0), pair.variables(1))

    def modifiers(kind: Kind) -> list[Modifier]:
        shared = [kind in equal and (kind, item) not in released for item in pair.items]
        labels = [f"{_LETTERS[kind]}{n}" if share else None for n, share in enumerate(shared, 1)]
        return [Modifier(free=True, label=label) for label in labels]

    for factor, variables in zip(pair.factors, sides, strict=True):
        for name, modifier in zip(variables, modifiers("loadings"), strict=True):
            yield _parameter(factor, "=~", name, modifier)
    for variables in sides:
        for name, modifier in zip(variables, modifiers("intercepts"), strict=True):
            yield _parameter(name, "~1", "", modifier)
    for variables in sides:
        for name, modifier in zip(variables, modifiers("residuals"), strict=True):
            yield _parameter(name, "~~", name, modifier)
    for one, other in zip(*sides, strict=True):
        yield _parameter(one, "~~", other, _FREE)
    variances = _first_and_second(1.0, "v" if "variances" in equal else None, free="loadings" in equal)
    means = _first_and_second(0.0, "m" if "means" in equal else None, free="intercepts" in equal)
    for factor, modifier in zip(pair.factors, variances, strict=True):
        yield _parameter(factor, "~~", factor, modifier)
    yield _parameter(first, "~~", second, _FREE)
    for factor, modifier in zip(pair.factors, means, strict=True):
        yield _parameter(factor, "~1", "", modifier)


def _first_and_second(value: float, label: str | None, *, free: bool) -> tuple[Modifier, Modifier]:
    """Return the modifiers of a figure of both factors, of which the first has a fixed value.

    A label, not a second fixed value, sets the second one equal, so that the equality can be tested.
    """
    if label:
        return Modifier(fixed=value, label=label), Modifier(label=label)
    return Modifier(fixed=value), _FREE if free else Modifier(fixed=value)


def saturated_exchangeable(pair: PairedItems) -> Model:
    """Return the saturated model of exchangeable partners, I-SAT (Olsen & Kenny, 2006).

    Means, variances and covariances are those that partners have if their order is arbitrary; no factor.
    """
    first, second = pair.variables(0), pair.variables(1)
    statements = list(_exchangeable_moments(first, second))
    statements += [_parameter(one, "~~", other, _FREE) for one, other in zip(first, second, strict=True)]
    for j in range(len(first)):
        for i in range(j):
            within, across = Modifier(label=f"w{i}_{j}"), Modifier(label=f"x{i}_{j}")
            statements.append(_parameter(first[i], "~~", first[j], within))
            statements.append(_parameter(second[i], "~~", second[j], within))
            statements.append(_parameter(first[i], "~~", second[j], across))
            statements.append(_parameter(first[j], "~~", second[i], across))
    return Model(tuple(statements))


def independent_exchangeable(pair: PairedItems) -> Model:
    """Return the independence model of exchangeable partners, I-NULL: no variables covary."""
    return Model(tuple(_exchangeable_moments(pair.variables(0), pair.variables(1))))


def _exchangeable_moments(first: Iterable[str], second: Iterable[str]) -> Iterator[Statement]:
    """Yield means and variances that are equal for both partners, in the order of the ladder."""
    for variables in (first, second):
        for n, name in enumerate(variables, 1):
            yield _parameter(name, "~1", "", Modifier(label=f"m{n}"))
            yield _parameter(name, "~~", name, Modifier(label=f"v{n}"))


def _parameter(lhs: str, op: Operator, rhs: str, modifier: Modifier) -> Statement:
    return Statement(lhs=lhs, op=op, rhs=rhs, modifiers=(modifier,))
