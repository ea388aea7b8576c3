"""Reliability of diaries from a factor model at each level, within and between persons."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, Unpack, get_args

import numpy as np

from intimacy_scales.errors import EstimationError, NotConvergedError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.answers import coded_given
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.clusters import Clusters, labelled_rows
from intimacy_scales.moments.keyed import items_of
from intimacy_scales.numerics.ties import descending, members_of_space
from intimacy_scales.numerics.tolerances import EQUAL_SHARES, SINGULAR
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
from intimacy_scales.results.wording import apa_p, counted

Variances = Literal["free", "nonnegative"]
_Fit = TypeVar("_Fit", bound=TwoLevelFit)

_SIGNIFICANCE_LEVEL = 0.05  # of the test of equal loadings, for a warning


@dataclass(frozen=True, slots=True)
class _Diary:
    """The complete rows of a scale, as moments of persons and occasions."""

    scale: str
    items: tuple[str, ...]
    n_left_out: int
    most_occasions: int
    data: ClusterMoments


def _diary(answers: CodedResponses, person: Clusters, scale: str | None) -> _Diary:
    """Return the moments of complete rows, or raise if they do not suffice."""
    name, items = items_of(answers, scale)
    if items.keyed_both_ways:
        raise EstimationError(
            f"scale {name!r} counts {items.keyed_both_ways[0]} in both directions through its parts"
        )
    if not items.is_unweighted:
        raise EstimationError(
            f"the items of {name!r} do not count equally: they have weights, its parts differ in number of "
            "items, or it is a difference; pass a scale whose items count equally"
        )
    values, complete = keyed_answers(answers, name)
    who = np.unique(labelled_rows(answers, person, "person")[complete], return_inverse=True)[1]
    n_persons = int(who.max(initial=-1)) + 1
    for count, what in ((n_persons, "person"), (len(items.ids), "item")):
        if count < 2:
            raise EstimationError(f"{counted(count, what)} with complete answers: at least two are needed")
    if len(who) <= n_persons:
        raise EstimationError(
            f"{len(who)} complete rows of {n_persons} persons: with one occasion each, differences between "
            "persons and between occasions cannot be separated"
        )
    return _Diary(
        scale=name,
        items=items.ids,
        n_left_out=int(np.count_nonzero(~complete)),
        most_occasions=int(np.bincount(who).max()),
        data=cluster_moments(values[complete], who),
    )


# ------------------------------------------------------------------ fitting


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fits:
    """The models that were fitted, and the reasons why others were not."""

    model: TwoLevelFactor | None = None
    saturated: TwoLevelFit | None = None
    equal: TwoLevelFactor | None = None
    no_model: str = ""
    no_saturated: str = ""
    no_equal: str = ""


def _undefined_because(diary: _Diary) -> str | None:
    """Return why no model can be fitted to these answers, or None if one can."""
    data, k, items = diary.data, len(diary.items), diary.items
    variances = np.diag(data.within)
    if not variances.min() > 0:
        item = items[int(np.argmin(variances))]
        return f"no person's answers to {item} differ between occasions; leave it out"
    if data.n_clusters <= k:
        return f"{data.n_clusters} persons are too few for {k} items: more persons than items are needed"
    if data.n - data.n_clusters < k:
        return f"{data.n} occasions of {data.n_clusters} persons are too few for {k} items"
    sds = np.sqrt(variances)
    values, vectors = np.linalg.eigh(data.within / np.outer(sds, sds))
    if values[0] > SINGULAR * values[-1]:
        return None
    share = members_of_space(vectors[:, values <= SINGULAR * values[-1]])
    dependent = [items[i] for i in descending(share, EQUAL_SHARES) if share[i] > 0.1 * share.max()]
    return f"within persons, {', '.join(dependent)} are linearly dependent; leave one of them out"


def _fits(diary: _Diary, *, nonnegative: bool) -> _Fits:
    """Fit the saturated model, one factor at each level, and one with equal loadings, as far as possible."""
    reason = _undefined_because(diary)
    if reason is not None:
        return _Fits(no_model=reason, no_saturated=reason, no_equal=reason)
    saturated = _attempt(lambda: fit_saturated(diary.data))
    not_converged = "the saturated model did not converge; few persons or occasions are the usual cause"
    no_saturated = "" if saturated else not_converged
    if len(diary.items) < 3:
        reason = (
            "two items have a single covariance at each level, which does not identify two loadings; use "
            "alpha, or diary_reliability(), which assumes equal loadings"
        )
        return _Fits(saturated=saturated, no_saturated=no_saturated, no_model=reason, no_equal=reason)
    model = fit_two_level(diary.data, nonnegative=nonnegative)
    equal = _attempt(lambda: fit_two_level(diary.data, equal_loadings=True, nonnegative=nonnegative))
    no_equal = "" if equal else "a model with equal loadings within and between persons did not converge"
    return _Fits(model=model, saturated=saturated, equal=equal, no_saturated=no_saturated, no_equal=no_equal)


def _attempt(fit: Callable[[], _Fit]) -> _Fit | None:
    """Return a fit, or None if it does not converge."""
    try:
        return fit()
    except NotConvergedError:
        return None


# ------------------------------------------------------------------ results


def _level(level: str, diary: _Diary, fits: _Fits) -> LevelOmega:
    """Return the reliability coefficients at one level."""
    n, model = diary.data.n_clusters, fits.model
    alpha_name, loadings, residuals = f"alpha {level}", {}, {}
    if model is None:
        omega = undefined(f"omega {level}", n, fits.no_model)
    else:
        composite = composite_of(model, n, equal_loadings=False)
        omega = composite.within() if level == "within" else composite.between()
        estimates: list[list[float]] = [
            getattr(model, f"{name}_{level}").tolist() for name in ("loadings", "residuals")
        ]
        loadings, residuals = (dict(zip(diary.items, values, strict=True)) for values in estimates)
        negative = [item for item, value in residuals.items() if value < 0]
        if negative and omega.reason is None:
            omega = replace(omega, warnings=(f"improper: negative residual variance of {negative[0]}",))
    return LevelOmega(
        level=level,
        omega=omega,
        alpha=level_alpha(alpha_name, fits.saturated, n)
        if fits.saturated
        else undefined(alpha_name, n, fits.no_saturated),
        loadings=loadings,
        residual_variances=residuals,
    )


def _equal_loadings(diary: _Diary, fits: _Fits) -> EqualLoadings:
    """Return the test of equal loadings, or an undefined one with the reason."""
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
    """Return cautions about using the figures."""
    cautions = []
    for level in levels:
        for item, value in level.residual_variances.items():
            what = f"the residual variance of {item} {level.level} persons"
            if value < 0:
                cautions.append(f"{what} is negative ({value:.3g}): an improper solution; do not rely on it")
            elif value == 0:
                cautions.append(f"{what} is constrained to 0; standard errors take this value as known")
        for item, value in level.loadings.items():
            if value < 0:
                cautions.append(f"{item} runs against its key {level.level} persons (loading {value:.3g})")
    if equal.improper:
        negative = ", ".join(equal.improper)
        cautions.append(f"with equal loadings, these residual variances are negative: {negative}")
    cautions += few_diarists(diary.data.n_clusters)
    if equal.p_value < _SIGNIFICANCE_LEVEL:
        cautions.append(
            f"items load differently within and between persons ({apa_p(equal.p_value)}): the factors of "
            "the two levels are different variables, which omega overall mixes"
        )
    return tuple(cautions)


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
        person and occasion; or such answers already checked by `encode` alone.
    person
        Name of the column that identifies the person, or a label for each row.
    scale
        As in `cronbach_alpha`. With fewer than three items only alpha is defined.
    variances
        ``free``: residual variances can be estimated as negative; the result then carries a warning.
        ``nonnegative``: they are constrained to be at least 0, with which small diaries converge more often.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    TwoLevelOmega

    Raises
    ------
    EstimationError
        Fewer than two persons or items, only one occasion of each person, or items that do not count equally.
    NotConvergedError
        The model did not converge; the message suggests what to try.

    Notes
    -----
    Maximum likelihood for normal answers ``y = mean + l_b F_b + e_b + l_w F_w + e_w``: one factor and
    residual variances t between persons (b), and one factor and residual variances within persons (w).
    Persons may differ in number of occasions. Occasions are exchangeable: neither trends nor autocorrelation
    are modelled. Rows in which an item was skipped are left out and counted.

    ``omega within = (sum l_w)^2 / ((sum l_w)^2 + sum t_w)``, and ``omega between`` likewise (Geldhof,
    Preacher & Zyphur, 2014). The latter is the reliability of latent means of persons, which are not
    observed: report
    ``omega person means = (sum l_b)^2 / ((sum l_b)^2 + sum t_b + ((sum l_w)^2 + sum t_w) / n)`` of observed
    means over n occasions (Lai, 2021), with n the harmonic mean of the persons' numbers of occasions. Omega
    within is also the reliability of observed deviations from a person's mean, as measures of the true
    deviations from it; as measures of ``F_w`` itself they are ``(n - 1) / n`` times as reliable.
    ``omega overall`` assumes equal loadings at both levels, which ``equal_loadings`` tests.

    Examples
    --------
    >>> from intimacy_scales.simulation import simulate_diary
    >>> days = simulate_diary("scii-daily", 80, 7, rng=1).answers
    >>> result = two_level_omega("scii-daily", days, person="person", scale="trust")
    >>> result.person_means.estimate < result.between.estimate
    True
    >>> interval = result.within.confidence_interval()
    >>> interval.low < result.within.estimate < interval.high
    True
    """
    answers = coded_given(answers, responses, reading, person=person)
    if variances not in get_args(Variances):
        raise EstimationError(not_one_of("variances", variances, get_args(Variances)))
    diary = _diary(answers, person, scale)
    with one_blas_thread():
        fits = _fits(diary, nonnegative=variances == "nonnegative")
    return _result(answers.instrument.ref, diary, fits, variances)


def _result(instrument: InstrumentRef, diary: _Diary, fits: _Fits, variances: str) -> TwoLevelOmega:
    """Return the result with all coefficients that the fitted models give."""
    data, k, n = diary.data, len(diary.items), diary.data.n_clusters
    log_likelihood = fits.model.log_likelihood if fits.model else math.nan
    saturated = fits.saturated.log_likelihood if fits.saturated else math.nan
    df = max(k * (k - 3), 0)  # k (k + 1) covariances at both levels less 4 k parameters
    chi_square, p = likelihood_ratio(log_likelihood, saturated, df)
    within, between = (_level(level, diary, fits) for level in ("within", "between"))
    equal = _equal_loadings(diary, fits)
    composite = composite_of(fits.model, n, equal_loadings=False) if fits.model else None
    equal_composite = composite_of(fits.equal, n, equal_loadings=True) if fits.equal else None
    return TwoLevelOmega(
        instrument=instrument,
        scale=diary.scale,
        n_persons=n,
        n_occasions=diary.most_occasions,
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
        overall=equal_composite.overall()
        if equal_composite
        else undefined("omega overall", n, fits.no_equal),
        equal_loadings=equal,
        composite=composite,
        warnings=_warnings(diary, (within, between), equal),
        reason=fits.no_model or None,
    )
