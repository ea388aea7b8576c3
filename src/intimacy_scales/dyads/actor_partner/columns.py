"""Scores of couples as columns of regressors: centred, and for exchangeable partners as means and halves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.actor_partner.couple_sums import CoupleSums
from intimacy_scales.dyads.actor_partner.cross_products import (
    CrossProducts,
    Floats,
    cross_products,
    weighted_cross_products,
    without_rounding,
)
from intimacy_scales.dyads.actor_partner.sum_difference import exchangeable_sums
from intimacy_scales.dyads.actor_partner.terms import Composition, Variables
from intimacy_scales.dyads.actor_partner.two_roles import sums_of_roles
from intimacy_scales.errors import EstimationError
from intimacy_scales.results.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleColumns:
    """The columns of the couples of one composition.

    Attributes
    ----------
    composition, variables
        The composition, and the variables of the model.
    centred
        (c, n): columns that are centred: of exchangeable partners the covariates and couple means, of roles
        all.
    halves
        (e, n): half-differences of exchangeable partners; no rows for roles.
    sizes
        Largest absolute value, before centring, of what is in each row of ``centred`` and of ``halves``.
    """

    composition: Composition
    variables: Variables
    centred: Floats
    halves: Floats
    sizes: tuple[Floats, Floats]

    @property
    def n(self) -> int:
        """Number of couples."""
        return int(self.centred.shape[1])

    def scores_of(self, predictor: str) -> tuple[Floats, Floats]:
        """Return the scores of both partners in a predictor, less its centre."""
        number, first = self.variables.predictors.index(predictor), self.variables.n_couple_terms - 1
        if self.composition.exchangeable:
            mean, half = self.centred[first + number], self.halves[number]
            return mean + half, mean - half
        return self.centred[first + 2 * number], self.centred[first + 2 * number + 1]

    def sums(self) -> CoupleSums:
        """Return the sums over couples."""
        return self._summed(
            cross_products(self.centred, centred=True), cross_products(self.halves, centred=False)
        )

    def weighted_sums(self, weights: Floats) -> CoupleSums:
        """Return the sums if each couple counts as often as its weight says."""
        return self._summed(
            weighted_cross_products(self.centred, weights, centred=True),
            weighted_cross_products(self.halves, weights, centred=False),
        )

    def _summed(self, centred: CrossProducts, halves: CrossProducts) -> CoupleSums:
        centred, halves = without_rounding(centred, self.sizes[0]), without_rounding(halves, self.sizes[1])
        if self.composition.exchangeable:
            return exchangeable_sums(self.composition, self.variables, centred, halves)
        return sums_of_roles(self.composition, self.variables, centred)


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleScores:
    """Complete scores of couples, checked.

    Attributes
    ----------
    outcome
        (n, 2).
    predictors
        (n, 2) each, by name.
    covariates
        (n,) each, by name.
    """

    outcome: Floats
    predictors: Mapping[str, Floats]
    covariates: Mapping[str, Floats]

    def columns_of(
        self,
        composition: Composition,
        variables: Variables,
        couples: NDArray[Any] | slice,
        centres: Mapping[str, float],
    ) -> CoupleColumns:
        """Return the columns of some couples, each variable less its centre."""
        covariates = {name: self.covariates[name][couples] - centres[name] for name in variables.covariates}
        partners = {name: self.predictors[name][couples].T - centres[name] for name in variables.predictors}
        effects = [
            *partners.values(),
            *(partners[predictor] * covariates[covariate] for predictor, covariate in variables.interactions),
        ]
        both = [*effects, self.outcome[couples].T]
        sizes_of_covariates, sizes = self._sizes(variables)
        if composition.exchangeable:
            centred = [*covariates.values(), *((first + second) / 2 for first, second in both)]
            halves = np.array([(first - second) / 2 for first, second in both])
        else:
            centred = [*covariates.values(), *(column for pair in both for column in pair)]
            halves, sizes = np.zeros((0, both[-1].shape[1])), np.repeat(sizes, 2)
        return CoupleColumns(
            composition=composition,
            variables=variables,
            centred=np.array(centred),
            halves=halves,
            sizes=(np.concatenate([sizes_of_covariates, sizes]), sizes[: len(halves)]),
        )

    def _sizes(self, variables: Variables) -> tuple[Floats, Floats]:
        """Return the largest absolute value of each covariate; of effects and the outcome."""
        values = {**self.predictors, **self.covariates}
        largest = {name: max(float(scores.max()), -float(scores.min())) for name, scores in values.items()}
        effects = [
            *(largest[name] for name in variables.predictors),
            *(largest[predictor] * largest[covariate] for predictor, covariate in variables.interactions),
            max(float(self.outcome.max()), -float(self.outcome.min())),
        ]
        return np.array([largest[name] for name in variables.covariates]), np.array(effects)

    def grand_means(self) -> dict[str, float]:
        """Return the mean of each predictor over both partners of all couples, and of each covariate.

        Partners are added first, so that swapping them changes no bit.
        """
        halves = {name: (scores[:, 0] + scores[:, 1]) / 2 for name, scores in self.predictors.items()}
        return {name: float(np.mean(values)) for name, values in (halves | dict(self.covariates)).items()}


def checked_scores(
    outcome: Any, predictors: Mapping[str, Any], covariates: Mapping[str, Any]
) -> CoupleScores:
    """Return scores as arrays of floats.

    Raises
    ------
    EstimationError
        Wrong shapes, another number of couples, or scores that are missing or infinite.
    """
    outcome = _scores("outcome", outcome, 2)
    n = len(outcome)
    if not predictors:
        raise EstimationError("predictors is empty; an actor-partner model needs at least one predictor")
    both = set(predictors) & set(covariates)
    if both:
        raise EstimationError(f"{sorted(both)} are predictors and covariates; each must be one of them")
    scores = CoupleScores(
        outcome=outcome,
        predictors={name: _scores(name, values, 2) for name, values in predictors.items()},
        covariates={name: _scores(name, values, 1) for name, values in covariates.items()},
    )
    for name, values in {**scores.predictors, **scores.covariates}.items():
        if len(values) != n:
            raise EstimationError(
                f"{name} has {counted(len(values), 'couple')} and the outcome has {n}; all need a row "
                "for each couple"
            )
    return scores


def _scores(name: str, values: Any, n_dimensions: int) -> Floats:
    """Return the scores of one variable."""
    scores = np.asarray(values, dtype=np.float64)
    shape = "(n, 2): a column for each partner" if n_dimensions == 2 else "(n,): a value for each couple"
    if scores.ndim != n_dimensions or (n_dimensions == 2 and scores.shape[1] != 2):
        raise EstimationError(f"{name} has the shape {scores.shape}; allowed: {shape}")
    if not np.isfinite(scores).all():
        couples = np.flatnonzero(~np.isfinite(scores.reshape(len(scores), -1)).all(axis=1))
        raise EstimationError(
            f"{name} is missing or infinite in {counted(len(couples), 'couple')} (first: row {couples[0]}); "
            "this model is of complete couples: leave incomplete ones out, or use full information"
        )
    return scores


def couples_by_composition(
    compositions: Sequence[Composition], codes: Any, n: int
) -> list[NDArray[Any] | slice]:
    """Return the rows of the couples of each composition.

    Raises
    ------
    EstimationError
        Codes that are not numbers of compositions, or a composition without couples.
    """
    names = [composition.name for composition in compositions]
    cells = [cell for composition in compositions for cell in composition.cells]
    if not compositions or len(set(names)) < len(names) or len(set(cells)) < len(cells):
        raise EstimationError(
            f"compositions={names} is not valid; allowed: one or more, with different names"
        )
    if codes is None:
        if len(compositions) > 1:
            raise EstimationError(
                f"there are {len(compositions)} compositions; composition_of must say which each couple has"
            )
        return [slice(None)]
    codes = np.asarray(codes)
    if codes.shape != (n,) or not np.isin(codes, np.arange(len(compositions))).all():
        raise EstimationError(
            f"composition_of is not valid; allowed: for each of the {counted(n, 'couple')}, a whole number "
            f"from 0 to {len(compositions) - 1}: the position of its composition"
        )
    rows = [np.flatnonzero(codes == number) for number in range(len(compositions))]
    for composition, couples in zip(compositions, rows, strict=True):
        if not len(couples):
            raise EstimationError(f"no couple has the composition {composition.name!r}; leave it out")
    return [*rows]
