"""Reliability of diaries from a factor model at each level: within persons and between them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, Unpack

import numpy as np

from intimacy_scales.errors import EstimationError, NotConvergedError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.answers import coded_given
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.clusters import Clusters, labelled_rows
from intimacy_scales.moments.keyed import items_of
from intimacy_scales.numerics.ties import descending, members_of_space
from intimacy_scales.reading.options import DiaryReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.conditions import few_diarists
from intimacy_scales.reliability.diary.level_coefficients import (
    LevelOmega,
    composite_of,
    level_alpha,
    undefined,
)
from intimacy_scales.reliability.diary.two_level.fitting import (
    TwoLevelFactor,
    TwoLevelFit,
    fit_saturated,
    fit_two_level,
)
from intimacy_scales.reliability.diary.two_level.likelihood import ClusterMoments, cluster_moments
from intimacy_scales.reliability.diary.two_level_result import EqualLoadings, TwoLevelOmega, likelihood_ratio
from intimacy_scales.results.wording import counted

Variances = Literal["free", "nonnegative"]
_Fit = TypeVar("_Fit", bound=TwoLevelFit)

_IDENTIFIED = 3  # items
_SINGULAR = 1e-10
_ALIKE = 1e-4  # shares in what determines each other
_DOUBTFUL = 0.05


@dataclass(frozen=True, slots=True)
class _Diary:
    scale: str
    items: tuple[str, ...]
    n_left_out: int
    most: int
    data: ClusterMoments


def _read(answers: CodedResponses, person: Clusters, scale: str | None) -> _Diary:
    name, items = items_of(answers, scale)
    if items.keyed_both_ways:
        raise EstimationError(
            f"scale {name!r} counts {items.keyed_both_ways[0]} in both directions through its parts"
        )
    if not items.is_unweighted:
        raise EstimationError(
            f"the items of {name!r} do not count alike: they have weights, its parts differ in number of "
            "items, or it is a difference"
        )
    values, complete = keyed_answers(answers, name)
    who = np.unique(labelled_rows(answers, person, "person")[complete], return_inverse=True)[1]
    n_persons = int(who.max(initial=-1)) + 1
    for count, what in ((n_persons, "person"), (len(items.ids), "item")):
        if count < 2:  # nothing varies with one
            raise EstimationError(f"{counted(count, what)} with complete answers: at least two are needed")
    if len(who) <= n_persons:
        raise EstimationError(
            f"{len(who)} complete rows of {n_persons} persons: with one occasion each, persons and occasions "
            "cannot be told apart"
        )
    return _Diary(
        scale=name,
        items=items.ids,
        n_left_out=int(np.count_nonzero(~complete)),
        most=int(np.bincount(who).max()),
        data=cluster_moments(values[complete], who),
    )


# ------------------------------------------------------------------ fitting


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fits:
    """The models that could be fitted, and why the others could not."""

    model: TwoLevelFactor | None = None
    saturated: TwoLevelFit | None = None
    equal: TwoLevelFactor | None = None
    no_model: str = ""
    no_saturated: str = ""
    no_equal: str = ""


def _undefined_because(diary: _Diary) -> str | None:
    """Return why nothing can be said of these answers, or None where something can."""
    data, k, items = diary.data, len(diary.items), diary.items
    variances = np.diag(data.within)
    if not variances.min() > 0:
        item = items[int(np.argmin(variances))]
        return f"nobody's answers to {item} differ between occasions; leave it out"
    if data.n_clusters <= k:
        return f"{data.n_clusters} persons are too few for {k} items: more persons than items are needed"
    if data.n - data.n_clusters < k:
        return f"{data.n} occasions of {data.n_clusters} persons are too few for {k} items"
    sds = np.sqrt(variances)
    values, vectors = np.linalg.eigh(data.within / np.outer(sds, sds))
    if values[0] > _SINGULAR * values[-1]:
        return None
    share = members_of_space(vectors[:, values <= _SINGULAR * values[-1]])
    tied = [items[i] for i in descending(share, _ALIKE) if share[i] > 0.1 * share.max()]
    return f"within persons {', '.join(tied)} determine each other; leave one of them out"


def _fits(diary: _Diary, *, nonnegative: bool) -> _Fits:
    """Fit every model that can be."""
    reason = _undefined_because(diary)
    if reason is not None:
        return _Fits(no_model=reason, no_saturated=reason, no_equal=reason)
    saturated = _attempt(lambda: fit_saturated(diary.data))
    unsettled = "covariances without structure did not settle; few persons or occasions are the usual cause"
    no_saturated = "" if saturated else unsettled
    if len(diary.items) < _IDENTIFIED:
        reason = (
            "two items have one covariance at each level, which does not tell two loadings; see alpha, or "
            "use diary_reliability(), which takes loadings for equal"
        )
        return _Fits(saturated=saturated, no_saturated=no_saturated, no_model=reason, no_equal=reason)
    model = fit_two_level(diary.data, nonnegative=nonnegative)
    equal = _attempt(lambda: fit_two_level(diary.data, equal_loadings=True, nonnegative=nonnegative))
    no_equal = "" if equal else "a model with equal loadings within and between persons did not settle"
    return _Fits(model=model, saturated=saturated, equal=equal, no_saturated=no_saturated, no_equal=no_equal)


def _attempt(fit: Callable[[], _Fit]) -> _Fit | None:
    try:
        return fit()
    except NotConvergedError:
        return None


# ------------------------------------------------------------------ what follows


def _level(level: str, diary: _Diary, fits: _Fits) -> LevelOmega:
    """Return the reliability at one level."""
    n, model = diary.data.n_clusters, fits.model
    alpha, loadings, residuals = f"alpha {level}", {}, {}
    if model is None:
        omega = undefined(f"omega {level}", n, fits.no_model)
    else:
        composite = composite_of(model, n, equal_loadings=False)
        omega = composite.within() if level == "within" else composite.between()
        of_level: dict[str, list[float]] = {
            name: getattr(model, f"{name}_{level}").tolist() for name in ("loadings", "residuals")
        }
        loadings, residuals = (dict(zip(diary.items, v, strict=True)) for v in of_level.values())
        negative = [item for item, value in residuals.items() if value < 0]
        if negative and omega.reason is None:
            omega = replace(omega, warnings=(f"improper: negative residual variance of {negative[0]}",))
    return LevelOmega(
        level=level,
        omega=omega,
        alpha=level_alpha(alpha, fits.saturated, n)
        if fits.saturated
        else undefined(alpha, n, fits.no_saturated),
        loadings=loadings,
        residual_variances=residuals,
    )


def _equal_loadings(diary: _Diary, fits: _Fits) -> EqualLoadings:
    equal, df = fits.equal, len(diary.items) - 1
    if equal is None or fits.model is None:
        return EqualLoadings(
            loadings={},
            between_variance=math.nan,
            chi_square=math.nan,
            df=df,
            p_value=math.nan,
            reason=fits.no_equal,
        )
    chi_square, p = likelihood_ratio(equal.log_likelihood, fits.model.log_likelihood, df)
    return EqualLoadings(
        loadings=dict(zip(diary.items, equal.loadings_within.tolist(), strict=True)),
        between_variance=equal.between_variance,
        chi_square=chi_square,
        df=df,
        p_value=p,
        improper=tuple(
            f"{item} {level} persons"
            for level, values in (("within", equal.residuals_within), ("between", equal.residuals_between))
            for item, value in zip(diary.items, values, strict=True)
            if value < 0
        ),
    )


def _warnings(diary: _Diary, levels: tuple[LevelOmega, ...], equal: EqualLoadings) -> tuple[str, ...]:
    """Return what to know before the figures are used."""
    found = []
    for level in levels:
        for item, value in level.residual_variances.items():
            what = f"the residual variance of {item} {level.level} persons"
            if value < 0:
                found.append(f"{what} is negative ({value:.3g}): an improper solution; do not rely on it")
            elif value == 0:
                found.append(f"{what} is held at 0; standard errors take that as given")
        for item, value in level.loadings.items():
            if value < 0:
                found.append(f"{item} runs against its key {level.level} persons (loading {value:.3g})")
    if equal.improper:
        negative = ", ".join(equal.improper)
        found.append(f"with equal loadings, these residual variances are negative: {negative}")
    found += few_diarists(diary.data.n_clusters)
    if equal.p_value < _DOUBTFUL:
        found.append(
            f"items load differently within and between persons (p = {equal.p_value:.3g}): what they share "
            "is not the same at both levels, and omega overall mixes the two"
        )
    return tuple(found)


@reads_answers
def two_level_omega(
    answers: CodedResponses | Instrument | str | Path,
    responses: Any = None,
    *,
    person: Clusters,
    scale: str | None = None,
    variances: Variances = "free",
    **reading: Unpack[DiaryReadingOptions],
) -> TwoLevelOmega:
    """Compute omega within and between persons from repeated answers.

    Parameters
    ----------
    answers, responses
        An instrument (or its id or `Path`) and a table of answers to it, as in `encode`, with a row for each
        person and occasion; or such answers that were checked before (`encode`) alone.
    person
        Column that says who answered, or a label for each row.
    scale
        As in `cronbach_alpha`; at least three items, or only alpha is defined.
    variances
        ``free``: residual variances may come out negative, which the result then says. ``nonnegative``:
        they are held at 0 or above, with which small diaries settle more often.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    TwoLevelOmega

    Raises
    ------
    EstimationError
        Fewer than two persons or items, one occasion of each person, or items that do not count alike.
    NotConvergedError
        The model did not settle; the message says what to try.

    Notes
    -----
    Maximum likelihood of normal answers ``y = mean + l_b F_b + e_b + l_w F_w + e_w``: one factor and residual
    variances t of persons (b), and of their occasions (w). Persons may differ in number of occasions, which
    count as exchangeable: a trend or what lingers from day to day is not modelled. Rows in which an item
    was skipped are left out and counted.

    ``omega within = (sum l_w)^2 / ((sum l_w)^2 + sum t_w)`` and ``omega between`` alike (Geldhof, Preacher &
    Zyphur, 2014). The second is about latent means of persons, which nobody observes: report
    ``omega person means = (sum l_b)^2 / ((sum l_b)^2 + sum t_b + ((sum l_w)^2 + sum t_w) / n)`` of observed
    means over n occasions (Lai, 2021), n the harmonic mean of the persons' numbers. Omega within is also
    that of observed deviations from a person's own mean, as measures of the true deviations from it; as
    measures of ``F_w`` itself they are ``(n - 1) / n`` times as reliable. ``omega overall`` supposes that
    each item loads alike at both levels, which ``equal_loadings`` tests.

    Examples
    --------
    >>> from intimacy_scales.simulation import simulate_diary
    >>> days = simulate_diary("scii-daily", 80, 7, rng=1).answers
    >>> result = two_level_omega("scii-daily", days, person="person", scale="total")
    >>> result.person_means.estimate < result.between.estimate
    True
    >>> interval = result.within.confidence_interval()
    >>> interval.low < result.within.estimate < interval.high
    True
    """
    answers = coded_given(answers, responses, reading, person=person)
    if variances not in ("free", "nonnegative"):
        raise EstimationError(f"variances={variances!r}: 'free' or 'nonnegative'")
    diary = _read(answers, person, scale)
    with one_blas_thread():
        fits = _fits(diary, nonnegative=variances == "nonnegative")
    return _result(answers.instrument.ref, diary, fits, variances)


def _result(instrument: InstrumentRef, diary: _Diary, fits: _Fits, variances: str) -> TwoLevelOmega:
    data, k, n = diary.data, len(diary.items), diary.data.n_clusters
    log_likelihood = fits.model.log_likelihood if fits.model else math.nan
    saturated = fits.saturated.log_likelihood if fits.saturated else math.nan
    df = max(k * (k - 3), 0)
    chi_square, p = likelihood_ratio(log_likelihood, saturated, df)
    within, between = (_level(level, diary, fits) for level in ("within", "between"))
    equal = _equal_loadings(diary, fits)
    composite = composite_of(fits.model, n, equal_loadings=False) if fits.model else None
    same = composite_of(fits.equal, n, equal_loadings=True) if fits.equal else None
    return TwoLevelOmega(
        instrument=instrument,
        scale=diary.scale,
        n_persons=n,
        n_occasions=diary.most,
        n_items=k,
        n_rows=data.n,
        n_left_out=diary.n_left_out,
        occasions_per_person=data.harmonic_size,
        variances=variances,
        log_likelihood=log_likelihood,
        saturated_log_likelihood=saturated,
        chi_square=chi_square,
        df=df,
        p_value=p,
        within=within,
        between=between,
        person_means=composite.person_means(data.harmonic_size)
        if composite
        else undefined("omega person means", n, fits.no_model),
        overall=same.overall() if same else undefined("omega overall", n, fits.no_equal),
        equal_loadings=equal,
        composite=composite,
        warnings=_warnings(diary, (within, between), equal),
        reason=fits.no_model or None,
    )
