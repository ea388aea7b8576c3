"""Which part each variable of a model has: predictor, outcome, item; and what follows without being written.

The rules are those of lavaan's ``sem`` (Rosseel, 2012): what only predicts is exogenous, and what depends on
others without predicting any keeps its residual's covariances with its like.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations

from intimacy_scales.factor.confirmatory.model.model import Model
from intimacy_scales.factor.syntax.statements import Statement


@dataclass(frozen=True)
class Roles:
    """The parts that a model's variables have.

    Parameters
    ----------
    model
        Whose they are.
    """

    model: Model

    @cached_property
    def dependent(self) -> frozenset[str]:
        """What depends on other variables by a path."""
        return frozenset(s.lhs for s in self.model.paths)

    @cached_property
    def predicting(self) -> frozenset[str]:
        """What other variables depend on by a path."""
        return frozenset(s.rhs for s in self.model.paths)

    @cached_property
    def measured(self) -> frozenset[str]:
        """What factors are measured by: items, and factors of a higher order's."""
        return frozenset(s.rhs for s in self.model.loadings)

    @cached_property
    def in_paths(self) -> tuple[str, ...]:
        """The observed variables that stand among the factors: of paths, and tied to these or to factors."""
        found = {name for s in self.model.paths for name in (s.lhs, s.rhs)}
        latent = set(self.model.latent)
        ties = [(s.lhs, s.rhs) for s in self._said("~~") if s.lhs != s.rhs]
        while True:
            more = {
                name
                for one, other in ties
                for name, beside in ((one, other), (other, one))
                if name not in latent and name not in found and (beside in latent or beside in found)
            }
            if not more:
                return tuple(name for name in self.model.observed if name in found)
            found |= more

    @cached_property
    def exogenous(self) -> tuple[str, ...]:
        """Observed variables that only predict, and of whose moments the model does not speak."""
        spoken = {name for s in (*self._said("~~"), *self._said("~1")) for name in (s.lhs, s.rhs)}
        return tuple(
            name
            for name in self.model.observed
            if name in self.predicting and name not in self.dependent | self.measured | spoken
        )

    @cached_property
    def in_circles(self) -> bool:
        """Whether paths lead from some variable back to it."""
        left = {(s.lhs, s.rhs) for s in self.model.paths} | {(s.rhs, s.lhs) for s in self.model.loadings}
        while left:
            ends = {to for to, _ in left}
            further = {pair for pair in left if pair[1] in ends}
            if further == left:
                return True
            left = further
        return False

    @cached_property
    def related(self) -> tuple[tuple[str, str], ...]:
        """Pairs whose covariance is free although nobody wrote it, but for those of exogenous variables."""
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
        """Pairs of variables that depend on nothing, of which one predicts, and that are unrelated unwritten.

        A model that forgets such a covariance makes it 0, which is seldom meant.
        """
        free = (*self.model.latent, *(name for name in self.model.observed if name in self.predicting))
        sources = [name for name in free if name not in self.dependent | self.measured]
        written = {frozenset((s.lhs, s.rhs)) for s in self._said("~~")}
        known = written | set(map(frozenset, (*self.related, *combinations(self.exogenous, 2))))
        return tuple(pair for pair in combinations(sources, 2) if frozenset(pair) not in known)

    def _said(self, op: str) -> list[Statement]:
        return [s for s in self.model.statements if isinstance(s, Statement) and s.op == op]


@lru_cache(maxsize=256)
def roles_of(model: Model) -> Roles:
    """Return the parts of a model's variables."""
    return Roles(model)
