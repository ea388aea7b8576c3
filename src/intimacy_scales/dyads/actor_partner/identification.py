"""Why couples do not determine the coefficients of a model, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from intimacy_scales.dyads.actor_partner.couple_sums import CoupleSums
from intimacy_scales.dyads.actor_partner.cross_products import Floats
from intimacy_scales.dyads.actor_partner.equations import ActorPartnerEquations
from intimacy_scales.errors import EstimationError, NotIdentifiedError
from intimacy_scales.numerics.tolerances import EQUAL_SHARES, PERFECT_PREDICTION, SINGULAR
from intimacy_scales.results.wording import counted


def check_enough_couples(model: ActorPartnerEquations) -> None:
    """Raise where a composition has too few couples for its own coefficients and residual covariances."""
    for sums in model.sums:
        exchangeable = sums.composition.exchangeable
        needed = max(sums.n_slopes[0] + 2, sums.n_slopes[1] + 1) if exchangeable else sums.n_slopes[0] + 3
        if sums.n < needed:
            alike = ", or count all partners as exchangeable (distinguishable=False)"
            alike = "" if exchangeable and len(model.sums) == 1 else alike
            raise EstimationError(
                f"{_sample(sums)} has {counted(sums.n, 'couple')}, and this model needs at least {needed}: "
                f"{'couple means have' if exchangeable else 'each role has'} {sums.n_slopes[0] + 1} "
                f"coefficients; leave predictors or covariates out{alike}"
            )


def check_identified(model: ActorPartnerEquations, basis: Floats, information: Floats) -> None:
    """Raise where the information about free coefficients is singular; say which terms are not determined."""
    sizes = np.sqrt(information.diagonal())
    sizes[~(sizes > 0)] = 1.0
    eigenvalues, eigenvectors = np.linalg.eigh(information / np.outer(sizes, sizes))
    singular = eigenvalues <= SINGULAR * eigenvalues[-1]
    if not singular.any():
        return
    directions = model.to_coefficients() @ (basis @ (eigenvectors[:, singular] / sizes[:, None]))
    slopes = np.array([term.kind != "intercept" for term in model.terms])
    shares = np.abs(directions).max(axis=1) * _sizes_of_terms(model)
    undetermined = [
        term
        for term, share, slope in zip(model.terms, shares, slopes, strict=True)
        if slope and share > EQUAL_SHARES * shares[slopes].max()
    ]
    names = tuple(str(term) for term in undetermined)
    reason = _reason(model, dict.fromkeys(term.predictor for term in undetermined if term.predictor))
    raise NotIdentifiedError(
        f"the couples do not determine {', '.join(names[:6])}{' …' if len(names) > 6 else ''}: {reason}",
        names,
    )


def _sizes_of_terms(model: ActorPartnerEquations) -> Floats:
    """Return how large a regressor is, for each term, so that coefficients of different units compare.

    It is 1 for a regressor that is always 0: nothing limits its coefficient.
    """
    sizes = []
    for sums, _ in model.blocks():
        back = np.linalg.inv(sums.to_coefficients)
        sizes.append(np.sqrt((back.T @ sums.weighted(np.eye(2)) @ back).diagonal().clip(0)))
    result = np.concatenate(sizes)
    return np.where(result > 0, result, 1.0)


def _reason(model: ActorPartnerEquations, predictors: Iterable[str]) -> str:
    """Return what is wrong with the predictors of terms that are not determined."""
    for columns in model.columns:
        sample = _sample_name(columns.composition.name)
        for name in predictors:
            first, second = columns.scores_of(name)
            size = max(float(np.abs(first).max()), float(np.abs(second).max())) or 1.0
            within, means = float(np.abs(first - second).max()), float(np.ptp(first + second))
            if within <= PERFECT_PREDICTION * size and means <= PERFECT_PREDICTION * size:
                return f"{name} does not vary in {sample}; leave it out"
            if within <= PERFECT_PREDICTION * size:
                others = ", or these couples" if len(model.columns) > 1 else ""
                return (
                    f"{name} is the same for both partners of every couple of {sample}, so that actor and "
                    f"partner effects cannot be told apart; leave it out{others}"
                )
            if means <= PERFECT_PREDICTION * size:
                return (
                    f"the sum of {name} over both partners is the same for every couple of {sample}, so "
                    "that actor and partner effects cannot be told apart: only the actor minus the partner "
                    "effect is determined, the slope of partners' differences on each other; leave it out"
                )
    return "these variables depend linearly on each other; leave one of them out"


def check_residuals(sums: Sequence[CoupleSums], covariances: Sequence[Floats]) -> None:
    """Raise where a covariance matrix of residuals is singular."""
    for couples, matrix in zip(sums, covariances, strict=True):
        total = couples.spread.diagonal()
        if not total.min() > 0:
            raise EstimationError(
                f"the outcome {_constant(couples)} in {_sample(couples)}, so there is nothing to explain"
            )
        variances = matrix.diagonal()
        left = 1 - matrix[0, 1] ** 2 / variances.prod() if variances.min() > 0 else 0.0
        if (variances * couples.n <= PERFECT_PREDICTION * total).any() or left <= PERFECT_PREDICTION:
            raise EstimationError(
                f"the residuals of {_sample(couples)} are 0, or those of one partner are a multiple of the "
                f"other's; {counted(couples.n, 'couple')} are too few for this model, or the outcome is made "
                "of the predictors"
            )


def _constant(couples: CoupleSums) -> str:
    total = couples.spread.diagonal()
    if couples.composition.exchangeable:
        return (
            "has the same sum for every couple"
            if not total[0] > 0
            else "is the same for both partners of every couple"
        )
    assert couples.composition.roles is not None
    return f"of {couples.composition.roles[int(np.argmin(total))]} does not vary"


def _sample(sums: CoupleSums) -> str:
    return _sample_name(sums.composition.name)


def _sample_name(name: str) -> str:
    return f"composition {name!r}" if name else "the sample"
