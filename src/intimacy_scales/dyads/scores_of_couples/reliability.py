"""Reliability of couples' scores, from the covariances of both partners' items."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.given_couples import couples_in_order
from intimacy_scales.dyads.left_out import left_out_of_models
from intimacy_scales.dyads.scores_of_couples.couple_intervals import Resampling
from intimacy_scales.dyads.scores_of_couples.joint_indices import indices_of, poor_fit_text
from intimacy_scales.dyads.scores_of_couples.joint_model import (
    CoupleEstimator,
    CoupleFactors,
    CoupleMissing,
    JointFit,
    JointModel,
    fit_jointly,
    joint_sample,
)
from intimacy_scales.dyads.scores_of_couples.keying import miskeyed_in_couples
from intimacy_scales.dyads.scores_of_couples.reliability_result import CoupleReliability
from intimacy_scales.dyads.scores_of_couples.score_reliability import ScoreOfCouple, ScoreReliability
from intimacy_scales.dyads.scores_of_couples.variances import CoupleScore, Variances, variances_of
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.estimation.fit import FitIndices, ScaledFit
from intimacy_scales.factor.confirmatory.model.model import parts_of_total
from intimacy_scales.factor.confirmatory.results.improper import improper_parts
from intimacy_scales.factor.sample import SampleMoments
from intimacy_scales.factor.unanswered import few_together
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.keyed import scale_id
from intimacy_scales.moments.scale_items import ScaleItems, scale_items
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reliability.consistency.conditions import few_persons
from intimacy_scales.reliability.items.keying import KeyingFinding
from intimacy_scales.results.wording import apa, counted, shown

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """A scale whose reliability is asked for: its items, their weights, and both partners' answers."""

    form: Instrument
    id: str
    items: ScaleItems
    answers: Floats  # (n_couples, 2, k), keyed


def couple_reliability(
    dyads: Dyads,
    scale: str | None = None,
    *,
    factors: CoupleFactors | None = None,
    estimator: CoupleEstimator = "ML",
    missing: CoupleMissing = "listwise",
) -> CoupleReliability:
    """Estimate the reliability of both partners' scores, of the couple mean and of the difference.

    Parameters
    ----------
    dyads
        The couples, with their answers.
    scale
        The scale's id; may be left out where there is only one.
    factors
        ``one_factor``: a factor for each partner; the default for a scale of items, which needs three items.
        ``tau_equivalent``: the same with equal loadings of all items, as coefficient alpha assumes; two items
        are enough. ``correlated``: a factor for each part of a total and each partner, all of which
        correlate; the default for a total of several scales.
    estimator
        ``ML``; or ``MLR``, with standard errors and a test that do not assume normality.
    missing
        ``listwise``: couples in which both partners answered every item. ``fiml``: full information maximum
        likelihood, which uses every answer, also those of a couple's only partner.

    Returns
    -------
    CoupleReliability
        With omega and standard error of measurement (SEM) of each score; or the reason why it is undefined.

    Raises
    ------
    EstimationError
        These couples are made of scores, which have no items; they answered on several occasions; or an
        option is not valid.
    UnknownInstrumentError
        There is no such scale.

    Notes
    -----
    The model is fitted to both partners' items at once: each partner has a factor, the factors correlate, and
    so do the residuals of the two partners' answers to the same item. With weights w of the items in the
    score, the error variance of a partner's score is ``w' Theta w``; residual covariances add to the error of
    the mean and are subtracted from that of the difference, which a formula based on both partners'
    reliabilities and their correlation cannot know. Omega is the share of the true variance in the variance
    that the model implies (McDonald, 1999), over both partners' items for the mean and the difference.

    If partners are exchangeable, all parameters are equal across them (Olsen & Kenny, 2006), and it makes no
    difference who is listed first.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads
    >>> answers = simulate("scii-24", 600, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> result = couple_reliability(dyads, "trust")
    >>> [(row.score, round(row.omega, 2), round(row.sem, 2)) for row in result.scores]
    [('partner', 0.78, 0.5), ('mean', 0.84, 0.35), ('difference', 0.63, 0.71)]
    """
    _check_options(factors, estimator, missing)
    chosen = _scale_of(couples_in_order(dyads), scale)
    parts = parts_of_total(chosen.form, chosen.id)
    factors = factors or ("correlated" if parts else "one_factor")
    if factors == "correlated" and not parts:
        raise EstimationError(
            f"factors='correlated': {chosen.id!r} is a scale of items, not of scales; use 'one_factor'"
        )
    rows = chosen.answers.reshape(len(chosen.answers), 2 * len(chosen.items.ids))
    answered = ~np.isnan(rows)
    rows = rows[answered.all(axis=1) if missing == "listwise" else answered.any(axis=1)]
    common: dict[str, Any] = {
        "instrument": chosen.form.ref,
        "scale": chosen.id,
        "partners": dyads.partners,
        "distinguishable": dyads.distinguishable,
        "factors": factors,
        "estimator": estimator,
        "missing": missing,
        "n_couples": len(rows),
        "left_out": left_out_of_models(len(chosen.answers) - len(rows), missing),
        "n_items": len(chosen.items.ids),
    }
    keying = miskeyed_in_couples(chosen.form, chosen.id, chosen.items, chosen.answers)
    about_keys = () if keying is None else (str(keying),)
    reason = _undefined_because(chosen, factors, len(rows), exchangeable=not dyads.distinguishable)
    if factors == "correlated":
        reason = reason or _shared_because(chosen, parts)
    if reason is None:
        model = JointModel(
            items=chosen.items.ids,
            parts=_parts(chosen, parts if factors == "correlated" else []),
            partners=dyads.partners,
            exchangeable=not dyads.distinguishable,
            factors=factors,
            estimator=estimator,
            missing=missing,
        )
        try:
            estimates = _estimates(model, rows, chosen.items.weights, keying)
        except EstimationError as error:
            reason = str(error)
        else:
            warnings = (*about_keys, *estimates.pop("warnings"))
            return CoupleReliability(**common, **estimates, warnings=warnings)
    return CoupleReliability(**common, reason=reason, warnings=about_keys)


def _check_options(factors: str | None, estimator: str, missing: str) -> None:
    options = {"factors": (factors, CoupleFactors), "estimator": (estimator, CoupleEstimator)}
    options["missing"] = (missing, CoupleMissing)
    for option, (value, allowed) in options.items():
        if value not in get_args(allowed) and not (option == "factors" and value is None):
            raise EstimationError(not_one_of(option, value, get_args(allowed)))


def _scale_of(dyads: Dyads, scale: str | None) -> _Scale:
    """Return the scale with both partners' answers; raise if couples are made of scores."""
    if dyads.form is None or dyads.answers is None:
        raise EstimationError(
            "these couples are made of scores, and their reliability is estimated from answers: pair the "
            "answers, with Dyads.from_long or Dyads.from_wide; or pass what another study found, by "
            "reliable_difference(dyads, standard_error=...)"
        )
    name = scale_id(dyads.form, scale)
    return _Scale(form=dyads.form, id=name, items=scale_items(dyads.form)[name], answers=dyads.items(name))


def _parts(scale: _Scale, parts: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the parts of a total with their items, or the scale with all of its items."""
    if not parts:
        return ((scale.id, scale.items.ids),)
    return tuple((part, tuple(key.item for key in scale.form.scale(part).keys)) for part in parts)


def _undefined_because(scale: _Scale, factors: str, n: int, *, exchangeable: bool) -> str | None:
    """Return why the model cannot be fitted, or None; the search may still find a reason."""
    k = len(scale.items.ids)
    reason = _no_total_because(scale)
    if reason is None and k < 2:
        reason = "one item does not show which part of its variance is error"
    elif reason is None and k < 3 and factors == "one_factor":
        reason = (
            "two items do not identify a factor for each partner unless their loadings are equal, as by "
            f"couple_reliability(dyads, {scale.id!r}, factors='tau_equivalent')"
        )
    needed = k if exchangeable else 2 * k
    if reason is None and n <= needed:
        reason = (
            f"{counted(n, 'couple')} with enough answers, and more than {needed} are needed for {k} items of "
            "two partners"
        )
    return reason


def _no_total_because(scale: _Scale) -> str | None:
    """Return why a score is not a total of its items, or None where it is."""
    if scale.items.keyed_both_ways:
        return (
            f"scale {scale.id!r} counts {scale.items.keyed_both_ways[0]} in both directions through its "
            "parts, so that the covariances of its items do not determine its reliability"
        )
    if scale.items.is_difference:
        return f"{scale.id!r} is a difference of scales, whose items do not form one scale"
    return None


def _shared_because(scale: _Scale, parts: list[str]) -> str | None:
    """Return why a part cannot have a factor of its own: parts share items; None where they do not."""
    of_parts = [key.item for part in parts for key in scale.form.scale(part).keys]
    if len(of_parts) == len(set(of_parts)):
        return None
    return (
        "its parts share items, so that their factors could not be told apart; use one factor, as by "
        f"couple_reliability(dyads, {scale.id!r}, factors='one_factor')"
    )


def _estimates(
    model: JointModel, rows: Floats, weights: Floats, keying: KeyingFinding | None
) -> dict[str, Any]:
    """Fit the model and return the fields of the result."""
    if model.factors == "tau_equivalent":  # equal loadings of items as they count in the score
        units = weights / weights.mean()
        rows, weights = rows * np.tile(units, 2), weights / units
    else:
        units = np.ones(len(weights))
    sample = joint_sample(model, rows)
    sample.check_usable(apart=True)
    fitted = fit_jointly(model, sample)
    variances = variances_of(fitted, weights)
    tested, scaled = indices_of(fitted)
    correlation = variances.true_correlation()
    improper = _improper(fitted)
    reported = _reported(fitted, units)
    known = () if keying is None else keying.items
    against = {
        item: min(pair)
        for (item, pair), weight in zip(reported["loadings"].items(), weights.tolist(), strict=True)
        if min(pair) * weight < 0 and item not in known
    }
    return {
        "scores": _score_rows(fitted, variances, improper),
        "true_correlation": correlation.value,
        "true_correlation_se": correlation.standard_error(fitted.covariance),
        "error_correlation": variances.error_correlation(),
        "fit": tested,
        "scaled_fit": scaled,
        "improper": improper,
        "warnings": (*_cautions(fitted, sample, against), *_about_fit(tested, scaled)),
        "resampling": Resampling(fitted=fitted, rows=rows, weights=weights),
        **reported,
    }


def _score_rows(
    fitted: JointFit, variances: Variances, improper: tuple[str, ...]
) -> tuple[ScoreReliability, ...]:
    """Return the figures of each score; of exchangeable partners only once."""
    first, second = fitted.model.partners
    rows: list[tuple[CoupleScore, ScoreOfCouple, str]] = [
        ("first", "first", first),
        ("second", "second", second),
    ]
    if fitted.model.exchangeable:
        rows = [("first", "partner", "either partner")]
    rows += [("mean", "mean", "mean"), ("difference", "difference", "difference")]
    return tuple(_score_row(fitted, variances, improper, *row) for row in rows)


def _score_row(
    fitted: JointFit,
    variances: Variances,
    improper: tuple[str, ...],
    which: CoupleScore,
    score: ScoreOfCouple,
    name: str,
) -> ScoreReliability:
    omega, sem = variances.omega(which), variances.sem(which)
    parts, reason = variances.parts[which], None
    if not 0 <= omega.value <= 1 + ROUNDING:
        why = f": {improper[0]}" if improper else ""
        reason = f"omega comes out as {apa(omega.value, 3)}, and a share lies between 0 and 1{why}"
    n_shares = math.nan if reason else 1.0
    return ScoreReliability(
        score=score,
        name=name,
        omega=omega.value * n_shares,
        omega_se=omega.standard_error(fitted.covariance) * n_shares,
        omega_observed=variances.omega_observed(which) * n_shares,
        omega_ignoring_covariances=variances.omega_ignoring_covariances(which) * n_shares,
        true_variance=parts.common,
        error_variance=parts.unique,
        observed_variance=variances.observed[which],
        sem=sem.value,
        sem_se=sem.standard_error(fitted.covariance),
        reason=reason,
    )


def _reported(fitted: JointFit, units: Floats) -> dict[str, Any]:
    """Return loadings, residual variances and covariances, in units of the answers."""
    table, solution, model = fitted.solution.table, fitted.solution, fitted.model
    values = solution.problem.groups[0].values(solution.at.values)
    k = len(model.items)
    place = {name: number for number, name in enumerate(model.variables)}
    loadings, residuals = np.zeros(2 * k), np.zeros((2 * k, 2 * k))
    for parameter, value in zip(table.parameters, values.tolist(), strict=True):
        if parameter.op == "=~":
            loadings[place[parameter.rhs]] = value
        elif parameter.op == "~~" and parameter.lhs in place:
            residuals[place[parameter.lhs], place[parameter.rhs]] = value
            residuals[place[parameter.rhs], place[parameter.lhs]] = value
    both = np.tile(units, 2)
    loadings, residuals = loadings / both, residuals / np.outer(both, both)
    signs = [1.0 if loadings[side].sum() >= 0 else -1.0 for side in (slice(k), slice(k, None))]
    return {
        "loadings": {
            item: (signs[0] * float(loadings[n]), signs[1] * float(loadings[n + k]))
            for n, item in enumerate(model.items)
        },
        "residual_variances": {
            item: (float(residuals[n, n]), float(residuals[n + k, n + k]))
            for n, item in enumerate(model.items)
        },
        "residual_covariances": {item: float(residuals[n, n + k]) for n, item in enumerate(model.items)},
    }


def _improper(fitted: JointFit) -> tuple[str, ...]:
    """Return what is improper about the solution; of exchangeable partners, each phrase once."""
    phrases = improper_parts(fitted.solution, [None])
    if not fitted.model.exchangeable:
        return phrases
    for partner in fitted.model.partners:
        phrases = tuple(phrase.replace(f" ({partner})", "") for phrase in phrases)
    return tuple(dict.fromkeys(phrases))


def _about_fit(fit: FitIndices, scaled: ScaledFit | None) -> tuple[str, ...]:
    """Return a caution where the model fits poorly."""
    poor = poor_fit_text(fit, scaled)
    if poor is None:
        return ()
    return (
        f"the model of both partners' items fits poorly ({poor}); omega, standard errors of measurement and "
        "reliable differences rest on it",
    )


def _cautions(fitted: JointFit, sample: SampleMoments, against: Mapping[str, float]) -> tuple[str, ...]:
    """Return cautions about few couples, negative loadings, and items that were not answered together."""
    cautions = few_persons(fitted.n, "couples")
    if against:
        listed = ", ".join(f"{item} ({shown(loading)})" for item, loading in against.items())
        cautions.append(
            f"items with a negative loading, which run against their keys or do not belong to the scale: "
            f"{listed}"
        )
    if fitted.model.missing == "fiml" and sample.never_together:
        cautions.append(few_together(sample.never_together))
    return tuple(cautions)
