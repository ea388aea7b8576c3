"""The role of each variable in a model (predictor, outcome, item), and the covariances that follow from it.

The rules are those of lavaan's ``sem`` (Rosseel, 2012): variables that only predict are exogenous, and the
residuals of outcomes that predict nothing covary with each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations

from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.syntax.statements import Statement


@dataclass(frozen=True)
class Roles:
    """The roles of a model's variables.

    Parameters
    ----------
    model
        The model.
    """

    model: Model

    @cached_property
    def dependent(self) -> frozenset[str]:
        """The variables that depend on others by a path."""
        return frozenset(s.lhs for s in self.model.paths)

    @cached_property
    def predicting(self) -> frozenset[str]:
        """The variables on which others depend by a path."""
        return frozenset(s.rhs for s in self.model.paths)

    @cached_property
    def measured(self) -> frozenset[str]:
        """The indicators of factors: items, and the factors that measure higher-order ones."""
        return frozenset(s.rhs for s in self.model.loadings)

    @cached_property
    def in_paths(self) -> tuple[str, ...]:
        """The observed variables that are placed among the factors.

        They are those of paths, and those that covary with these or with factors.
        """
        placed = {name for s in self.model.paths for name in (s.lhs, s.rhs)}
        latent = set(self.model.latent)
        covariances = [(s.lhs, s.rhs) for s in self._statements("~~") if s.lhs != s.rhs]
        while True:
            more = {
                name
                for pair in covariances
                for name, partner in (pair, pair[::-1])
                if name not in latent and name not in placed and (partner in latent or partner in placed)
            }
            if not more:
                return tuple(name for name in self.model.observed if name in placed)
            placed |= more

    @cached_property
    def exogenous(self) -> tuple[str, ...]:
        """Observed variables that only predict, and whose moments do not occur in the model."""
        mentioned = {
            name for s in (*self._statements("~~"), *self._statements("~1")) for name in (s.lhs, s.rhs)
        }
        return tuple(
            name
            for name in self.model.observed
            if name in self.predicting and name not in self.dependent | self.measured | mentioned
        )

    @cached_property
    def in_circles(self) -> bool:
        """Whether paths lead from some variable back to it."""
        remaining = {(s.lhs, s.rhs) for s in self.model.paths} | {(s.rhs, s.lhs) for s in self.model.loadings}
        while remaining:
            ends = {to for to, _ in remaining}
            further = {pair for pair in remaining if pair[1] in ends}
            if further == remaining:
                return True
            remaining = further
        return False

    @cached_property
    def related(self) -> tuple[tuple[str, str], ...]:
        """Pairs whose covariance is free by default, except those of exogenous variables."""
        latent = self.model.latent
        sources = [f for f in latent if f not in self.measured | self.dependent]
        outcomes = [
            name
            for name in (*latent, *self.model.observed)
            if name in self.dependent and name not in self.predicting | self.measured
        ]
        return (*combinations(sources, 2), *combinations(outcomes, 2))

    @cached_property
    def unrelated(self) -> tuple[tuple[str, str], ...]:
        """Pairs of factors and predictors that depend on nothing, whose covariance is 0 as it is not written.

        Leaving out such a covariance is seldom intended.
        """
        free = (*self.model.latent, *(name for name in self.model.observed if name in self.predicting))
        sources = [name for name in free if name not in self.dependent | self.measured]
        written = {frozenset((s.lhs, s.rhs)) for s in self._statements("~~")}
        known = written | set(map(frozenset, (*self.related, *combinations(self.exogenous, 2))))
        return tuple(pair for pair in combinations(sources, 2) if frozenset(pair) not in known)

    def _statements(self, op: str) -> list[Statement]:
        return [s for s in self.model.statements if isinstance(s, Statement) and s.op == op]


@lru_cache(maxsize=256)
def roles_of(model: Model) -> Roles:
    """Return the roles of a model's variables."""
    return Roles(model)
