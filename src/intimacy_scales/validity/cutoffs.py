"""Cut-offs between two known groups: `cutoff_search`."""

from __future__ import annotations

import math
from typing import Any, get_args

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of, shortened
from intimacy_scales.numerics.arguments import is_real
from intimacy_scales.numerics.resampling import check_resamples, failed_because
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.wording import apa
from intimacy_scales.validity.area_interval import area_interval
from intimacy_scales.validity.cutoff_figures import (
    Criterion,
    CutoffTable,
    Resampled,
    best,
    cutoff_table,
    resampled,
    wilson_interval,
)
from intimacy_scales.validity.cutoff_search_result import CutoffFigures, CutoffSearch
from intimacy_scales.validity.group_figures import area_under_curve
from intimacy_scales.validity.two_groups import TwoGroups, label_text, two_groups


def cutoff_search(
    scores: Any,
    groups: Any,
    *,
    higher: Any = None,
    detect: Any = None,
    scale: str | None = None,
    clusters: Any = None,
    criterion: Criterion = "youden",
    least_sensitivity: float | None = None,
    prevalence: float | None = None,
    confidence_level: float = 0.95,
    n_resamples: int = 1000,
    rng: int | np.random.Generator | None = None,
    on_invalid: OnInvalid = "raise",
) -> CutoffSearch:
    """Search the cut-off between two groups, and correct its figures for the search.

    Parameters
    ----------
    scores, groups, higher, scale, clusters, on_invalid
        As in `known_groups`.
    detect
        Label of the group that scores should detect, such as couples in therapy. Sensitivity is the share of
        this group on its side of the cut-off: above it if the group is ``higher``, otherwise below.
    criterion
        ``youden``: largest sensitivity + specificity - 1; ``closest``: closest to sensitivity and specificity
        of 1, which is (0, 1) in a ROC curve; ``sensitivity``: largest specificity of those with a
        sensitivity of ``least_sensitivity`` or more.
    least_sensitivity
        With ``criterion="sensitivity"``, for example 0.9.
    prevalence
        Share (0 to 1) of the group to detect among the people whom the cut-off is for, which predictive
        values need. The share in the sample is no substitute where groups were recruited separately.
    confidence_level
        Of the intervals.
    n_resamples, rng
        How many resamples, and a seed or Generator. By default each call draws other resamples.

    Returns
    -------
    CutoffSearch

    Raises
    ------
    EstimationError
        As in `known_groups`; ``detect`` is missing or not a label; all scores are equal; no cut-off reaches
        the least sensitivity.

    Notes
    -----
    Cut-offs lie half-way between neighbouring possible scores of an instrument, so that no score equals one.
    With plain numbers, or where a prorated score lies between possible ones, they lie half-way between
    neighbouring scores of the sample. Of several that are equally good, those of highest sensitivity
    count, and of these the middle one.

    A cut-off chosen in a sample looks better there than with new persons. With c* the cut-off chosen in a
    resample, the optimism of a figure is its mean over resamples of ``figure in the resample at c* - figure
    in the sample at c*``, and the corrected figure is the apparent one less the optimism (Efron & Gong,
    1983; Harrell, Lee & Mark, 1996). Units (couples, or persons) are drawn separately by the groups of their
    members, so that groups keep their sizes. Nothing in the area under the curve is chosen, as its direction
    is stated; it has no optimism.

    Intervals of sensitivity and specificity are Wilson's (1927); with clusters, the number of persons
    is divided by the design effect of the share.

    Examples
    --------
    >>> from intimacy_scales import cutoff_search
    >>> scores = [12, 15, 11, 14, 18, 13, 16, 20, 17, 21, 19, 14, 22, 18]
    >>> where = ["clinic"] * 7 + ["others"] * 7
    >>> result = cutoff_search(scores, where, higher="others", detect="clinic", prevalence=0.2, rng=1)
    >>> result.cutoff, round(result.apparent.positive_predictive_value(0.2), 3)
    (16.5, 0.6)
    """
    sample = two_groups(scores, groups, higher=higher, scale=scale, clusters=clusters, on_invalid=on_invalid)
    least = _least_sensitivity(criterion, least_sensitivity)
    _check_prevalence(prevalence)
    check_level(confidence_level)
    check_resamples(n_resamples)
    table = cutoff_table(sample, detect_higher=_detects_higher(detect, sample))
    if not len(table.cutoffs):
        raise EstimationError("all scores are equal, so that no cut-off divides them; look for wrong scores")
    sensitivity, specificity = (rate[0] for rate in table.rates())
    chosen, first, last = (
        int(index[0])
        for index in best(sensitivity[None], specificity[None], criterion, least, above=table.above)
    )
    if chosen < 0:
        raise EstimationError(
            f"no cut-off has a sensitivity of {least:g} or more: the largest is "
            f"{apa(float(sensitivity.max()), 3)}; ask for a least_sensitivity of at most that, "
            "or choose criterion='youden'"
        )
    draws = resampled(table, sample, criterion, least, n_resamples, generator(rng))
    optimism, interval = _correction(draws, sample, confidence_level)
    auc, auc_se = area_under_curve(sample)
    intervals = _rate_intervals(table, sample, float(table.cutoffs[chosen]), confidence_level)
    return CutoffSearch(
        detect=sample.higher if table.above else sample.other,
        other=sample.other if table.above else sample.higher,
        detects_above=table.above,
        n_detect=int(table.is_detected.sum()),
        n_other=int((~table.is_detected).sum()),
        n_clusters=sample.n_units if sample.clustered else None,
        left_out=sample.left_out,
        cutoffs=table.cutoffs,
        sensitivity=sensitivity,
        specificity=specificity,
        possible_scores=sample.step is not None,
        criterion=criterion,
        least_sensitivity=least_sensitivity,
        chosen=chosen,
        equal=(first, last),
        optimism=optimism,
        cutoff_interval=interval,
        sensitivity_interval=intervals[0],
        specificity_interval=intervals[1],
        auc=auc,
        auc_interval=area_interval(
            auc, auc_se, confidence_level, n_units=sample.n_units, clustered=sample.clustered
        ),
        prevalence=prevalence,
        n_resamples=n_resamples,
        instrument=sample.instrument,
        scale=sample.scale,
    )


def _detects_higher(detect: Any, sample: TwoGroups) -> bool:
    """Return whether the group to detect is the one that should score higher."""
    labels = (sample.higher, sample.other)
    if detect is None:
        raise EstimationError(
            "detect is missing: name the group that scores should detect, whose share on its side of the "
            "cut-off is the sensitivity"
        )
    if label_text(detect) not in labels:
        raise EstimationError(not_one_of("detect", detect, labels))
    return label_text(detect) == sample.higher


def _least_sensitivity(criterion: Criterion, least: float | None) -> float:
    """Return the least sensitivity, 0 where the criterion has none."""
    if criterion not in get_args(Criterion):
        raise EstimationError(not_one_of("criterion", criterion, get_args(Criterion)))
    if criterion != "sensitivity":
        if least is not None:
            raise EstimationError(
                f"least_sensitivity={shortened(least)} is used with criterion='sensitivity' only; leave it "
                "out, or choose that criterion"
            )
        return 0.0
    if not is_real(least) or not 0 < float(least or 0) <= 1:
        raise EstimationError(
            f"least_sensitivity={shortened(least)} is not valid; criterion='sensitivity' needs a number "
            "above 0 and at most 1, for example 0.9"
        )
    return float(least or 0)


def _check_prevalence(prevalence: float | None) -> None:
    """Raise where the prevalence is not a share."""
    if prevalence is not None and not (is_real(prevalence) and 0 < prevalence < 1):
        raise EstimationError(
            f"prevalence={shortened(prevalence)} is not valid; allowed: a number above 0 and below 1, or None"
        )


def _correction(
    draws: Resampled, sample: TwoGroups, confidence_level: float
) -> tuple[CutoffFigures, Interval]:
    """Return the optimism of both rates, and the interval of the cut-off."""
    method = "bootstrap percentile"
    text, too_many = failed_because(draws.cutoff, "no cut-off reached the least sensitivity in")
    if too_many:
        undefined = undefined_interval(confidence_level, method, sample.n_units, text)
        return CutoffFigures(sensitivity=math.nan, specificity=math.nan), undefined
    defined = ~np.isnan(draws.cutoff)
    n = int(defined.sum())
    tail = (1 - confidence_level) / 2
    ordered = np.sort(draws.cutoff[defined])
    # ends are cut-offs themselves, not values between two of them
    interval = Interval(
        low=float(ordered[math.floor(tail * (n - 1))]),
        high=float(ordered[math.ceil((1 - tail) * (n - 1))]),
        confidence_level=confidence_level,
        method=method,
        n=sample.n_units,
        n_failed=len(draws.cutoff) - n,
        warnings=(f"{text}, which were left out",) if text else (),
    )
    optimism = (math.fsum(figure[defined].tolist()) / n for figure in (draws.sensitivity, draws.specificity))
    return CutoffFigures(sensitivity=next(optimism), specificity=next(optimism)), interval


def _rate_intervals(
    table: CutoffTable, sample: TwoGroups, cutoff: float, confidence_level: float
) -> tuple[Interval, Interval]:
    """Return Wilson's intervals of sensitivity and specificity at a cut-off."""
    on_side = (sample.values > cutoff) == table.above
    intervals = []
    for members, correct in ((table.is_detected, on_side), (~table.is_detected, ~on_side)):
        units = sample.units[members]
        low, high = wilson_interval(correct[members], units, confidence_level)
        n = len(set(units.tolist()))
        method = "Wilson, design effect of clusters" if sample.clustered else "Wilson"
        intervals.append(
            Interval(low=low, high=high, confidence_level=confidence_level, method=method, n=n, bounded=True)
        )
    return intervals[0], intervals[1]
