"""Terms of an actor-partner model: which coefficients it has, for which cells of which compositions.

For partner i of a couple with the other partner j, predictors x, and covariates z of the couple:

``y_i = intercept + c z + actor x_i + partner x_j + (actor x z) x_i z + (partner x z) x_j z + residual``

A cell is a group of persons that share these coefficients: both partners of exchangeable couples, or the
partners in one role (Kenny, Kashy & Cook, 2006, ch. 7). Which roles a path differs by is then a question of
constraints: an interaction with a role is the difference of the coefficients of two cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import nearest, not_one_of

Kind = Literal["intercept", "covariate", "actor", "partner"]
KINDS: tuple[Kind, ...] = ("intercept", "covariate", "actor", "partner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """A kind of couple: exchangeable partners, or one partner in each of two roles.

    Attributes
    ----------
    name
        For example ``"f-m"``; of a sample with one kind of couple it may be empty.
    roles
        The roles of the first and the second column of scores; None where partners are exchangeable.

    Examples
    --------
    >>> Composition(name="f-m", roles=("female", "male")).cells
    ('f-m female', 'f-m male')
    >>> Composition(name="f-f").cells
    ('f-f',)
    """

    name: str = ""
    roles: tuple[str, str] | None = None

    @property
    def exchangeable(self) -> bool:
        """Whether the partners have no roles."""
        return self.roles is None

    @property
    def cells(self) -> tuple[str, ...]:
        """Names of its cells: groups of persons that share coefficients."""
        if self.roles is None:
            return (self.name,)
        return tuple(f"{self.name} {role}".strip() for role in self.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One coefficient of the model.

    Attributes
    ----------
    kind
        What it is the coefficient of.
    cell
        Whose outcome it acts on.
    predictor
        The predictor of an actor or a partner effect.
    covariate
        The covariate; of an actor or a partner effect, the covariate that it is multiplied by.

    Examples
    --------
    >>> str(Term(kind="actor", cell="female", predictor="trust", covariate="years"))
    'actor effect of trust x years (female)'
    """

    kind: Kind
    cell: str
    predictor: str | None = None
    covariate: str | None = None

    def __str__(self) -> str:
        names = " x ".join(name for name in (self.predictor, self.covariate) if name is not None)
        what = self.kind if self.kind in ("intercept", "covariate") else f"{self.kind} effect of"
        return f"{what} {names}".strip() + (f" ({self.cell})" if self.cell else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """The variables on the right-hand side, by name.

    Attributes
    ----------
    predictors
        Scores of both partners, with an actor and a partner effect each.
    covariates
        One value for each couple.
    interactions
        Pairs of a predictor and the covariate that moderates both of its effects.
    """

    predictors: tuple[str, ...]
    covariates: tuple[str, ...] = ()
    interactions: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for predictor, covariate in self.interactions:
            if predictor not in self.predictors:
                raise EstimationError(not_one_of("predictor of an interaction", predictor, self.predictors))
            if covariate not in self.covariates:
                raise EstimationError(not_one_of("covariate of an interaction", covariate, self.covariates))
        for names in (self.predictors, self.covariates, self.interactions):
            if len(set(names)) < len(names):
                raise EstimationError(f"{list(names)} has a name twice; each variable must be named once")

    @property
    def n_couple_terms(self) -> int:
        """Number of terms that are the same for both partners: the intercept and covariates."""
        return 1 + len(self.covariates)

    @property
    def n_effects(self) -> int:
        """Number of actor effects (as many as partner effects) of a cell, with those of interactions."""
        return len(self.predictors) + len(self.interactions)

    @property
    def n_terms(self) -> int:
        """Number of coefficients of a cell."""
        return self.n_couple_terms + 2 * self.n_effects

    def terms_of(self, cell: str) -> tuple[Term, ...]:
        """Return the terms of one cell: intercept, covariates, then actor and partner effect in turn."""
        effects = [*((name, None) for name in self.predictors), *self.interactions]
        kinds: tuple[Literal["actor", "partner"], ...] = ("actor", "partner")
        return (
            Term(kind="intercept", cell=cell),
            *(Term(kind="covariate", cell=cell, covariate=name) for name in self.covariates),
            *(
                Term(kind=kind, cell=cell, predictor=predictor, covariate=covariate)
                for predictor, covariate in effects
                for kind in kinds
            ),
        )


def position_of(
    terms: Sequence[Term], kind: Kind, cell: str, predictor: str | None = None, covariate: str | None = None
) -> int:
    """Return the position of a coefficient.

    Raises
    ------
    EstimationError
        The model has no such coefficient; the message names those that are near.

    Examples
    --------
    >>> terms = Variables(predictors=("trust",)).terms_of("")
    >>> position_of(terms, "partner", "", "trust")
    2
    """
    sought = Term(kind=kind, cell=cell, predictor=predictor, covariate=covariate)
    if sought in terms:
        return list(terms).index(sought)
    names = [str(term) for term in terms]
    near = nearest(str(sought), names, most=3) or names[:6]
    raise EstimationError(f"the model has no {sought}; did you mean {' or '.join(map(repr, near))}?")
