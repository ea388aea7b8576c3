"""The equations of an actor-partner model of complete couples, and the sums that they are fitted to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from intimacy_scales.dyads.actor_partner.columns import (
    CoupleColumns,
    checked_scores,
    couples_by_composition,
)
from intimacy_scales.dyads.actor_partner.couple_sums import CoupleSums
from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.terms import Composition, Kind, Term, Variables, position_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorPartnerEquations:
    """The equations of a model, with its data.

    Attributes
    ----------
    variables
        Names of predictors, covariates and interactions.
    terms
        The p coefficients, cell after cell.
    sums
        What the couples of each composition contribute.
    columns
        The couples of each composition, for resampling.
    means
        Mean of each predictor over both partners of all couples, and of each covariate over couples.
    centred
        Whether the coefficients are of variables less these means.
    """

    variables: Variables
    terms: tuple[Term, ...]
    sums: tuple[CoupleSums, ...]
    columns: tuple[CoupleColumns, ...]
    means: Mapping[str, float]
    centred: bool

    @property
    def n(self) -> int:
        """Number of couples."""
        return sum(sums.n for sums in self.sums)

    @property
    def cells(self) -> tuple[str, ...]:
        """Names of all cells, composition after composition."""
        return tuple(cell for sums in self.sums for cell in sums.composition.cells)

    def position(
        self,
        kind: Kind,
        predictor: str | None = None,
        covariate: str | None = None,
        *,
        cell: str | None = None,
    ) -> int:
        """Return the position of a coefficient; the cell can be left out where there is one only."""
        if cell is None and len(self.cells) == 1:
            cell = self.cells[0]
        return position_of(self.terms, kind, cell or "", predictor, covariate)

    def blocks(self) -> Iterator[tuple[CoupleSums, slice]]:
        """Yield the sums of each composition with the positions of its coefficients."""
        begin = 0
        for sums in self.sums:
            end = begin + len(sums.to_coefficients)
            yield sums, slice(begin, end)
            begin = end

    def to_coefficients(self) -> Floats:
        """Return the coefficients of the terms (p, p) as linear forms of all working coefficients."""
        matrix = np.zeros((len(self.terms), len(self.terms)))
        for sums, block in self.blocks():
            matrix[block, block] = sums.to_coefficients
        if self.centred:
            return matrix
        result: Floats = np.kron(np.eye(len(self.cells)), _uncentred(self.variables, self.means)) @ matrix
        return result

    def resampled(self, weights: Sequence[Floats]) -> ActorPartnerEquations:
        """Return the model of couples that count as often as their weights say, by composition."""
        sums = (
            columns.weighted_sums(couples) for columns, couples in zip(self.columns, weights, strict=True)
        )
        return replace(self, sums=tuple(sums))


def actor_partner_equations(
    outcome: Any,
    predictors: Mapping[str, Any],
    *,
    covariates: Mapping[str, Any] | None = None,
    interactions: Sequence[tuple[str, str]] = (),
    compositions: Sequence[Composition] = (Composition(),),
    composition_of: Any = None,
    centred: bool = True,
) -> ActorPartnerEquations:
    """Return the equations of an actor-partner model, with the sums over complete couples.

    Parameters
    ----------
    outcome
        (n, 2): scores of both partners. The columns of couples in roles are in the order of the roles; in
        which order exchangeable partners stand does not matter.
    predictors
        (n, 2) each, by name.
    covariates
        (n,) each, by name: variables of couples.
    interactions
        Pairs of a predictor and a covariate that moderates its actor and its partner effect.
    compositions
        The kinds of couples, with their own coefficients. By default there is one kind, with exchangeable
        partners.
    composition_of
        (n,): position in ``compositions`` for each couple; can be left out if there is one only.
    centred
        Whether predictors are centred on their grand mean over both partners of all couples, and covariates
        on their mean over couples. It changes intercepts and, where there are interactions, what the other
        effects are the effects at: at the means, or where the other variable is 0.

    Returns
    -------
    ActorPartnerEquations

    Raises
    ------
    EstimationError
        Scores of the wrong shape, missing scores, or unknown names.

    Examples
    --------
    >>> trust = [[3, 4], [1, 3], [2, 4], [4, 2]]
    >>> model = actor_partner_equations([[4, 5], [2, 3], [3, 3], [5, 4]], {"trust": trust})
    >>> [str(term) for term in model.terms], model.means
    (['intercept', 'actor effect of trust', 'partner effect of trust'], {'trust': 2.875})
    """
    scores = checked_scores(outcome, predictors, covariates or {})
    variables = Variables(
        predictors=tuple(scores.predictors),
        covariates=tuple(scores.covariates),
        interactions=tuple((predictor, covariate) for predictor, covariate in interactions),
    )
    rows = couples_by_composition(compositions, composition_of, len(scores.outcome))
    means = scores.grand_means()
    columns = tuple(
        scores.columns_of(composition, variables, couples, means)
        for composition, couples in zip(compositions, rows, strict=True)
    )
    return ActorPartnerEquations(
        variables=variables,
        terms=tuple(
            term
            for composition in compositions
            for cell in composition.cells
            for term in variables.terms_of(cell)
        ),
        sums=tuple(couples.sums() for couples in columns),
        columns=columns,
        means=means,
        centred=centred,
    )


def _uncentred(variables: Variables, means: Mapping[str, float]) -> Floats:
    """Return the coefficients of a cell for variables as they are, of those for variables less their means.

    ``(x - m) (z - h) = x z - h x - m z + m h``, so that the coefficient of an interaction also counts in
    those of x, of z, and in the intercept.
    """
    terms = variables.terms_of("")
    matrix = np.eye(len(terms))
    for column, term in enumerate(terms):
        names = [name for name in (term.predictor, term.covariate) if name is not None]
        matrix[0, column] = math.prod(-means[name] for name in names)
        if len(names) == 2:
            predictor, covariate = names
            matrix[position_of(terms, term.kind, "", predictor), column] = -means[covariate]
            matrix[position_of(terms, "covariate", "", None, covariate), column] = -means[predictor]
    return matrix
