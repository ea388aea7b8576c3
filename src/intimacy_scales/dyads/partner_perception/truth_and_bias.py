"""The truth and bias model of partners' judgements of each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import numpy as np

from intimacy_scales.dyads.distinguishable import as_distinguishable, check_one_composition
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.partner_perception.judgements import Floats, Judgements, judgements_of
from intimacy_scales.dyads.partner_perception.truth_models import (
    Estimator,
    TruthModel,
    of_all_couples,
    of_complete_couples,
)
from intimacy_scales.dyads.partner_perception.truth_result import TruthAndBias
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of
from intimacy_scales.numerics.tolerances import NO_VARIANCE
from intimacy_scales.results.wording import counted

Missing = Literal["listwise", "fiml"]
_FEWEST_COMPLETE = 5  # without such couples, judgements and truth are never seen together


def truth_and_bias(
    own: Dyads,
    partner: Dyads | None = None,
    scale: str | None = None,
    *,
    judgement: str | None = None,
    truth: str | None = None,
    distinguishable: bool | None = None,
    estimator: Estimator = "ML",
    missing: Missing = "listwise",
) -> TruthAndBias:
    """Estimate how far judgements of the partner follow the truth, and how far the judge's own report.

    Parameters
    ----------
    own
        Couples with reports of both partners about themselves; or with judgements too, named by
        ``judgement`` and ``truth``.
    partner
        The same couples with reports of both partners about each other, such as answers to
        ``scii-24-partner``, matched as in `perception`.
    scale
        The scale, which both have.
    judgement, truth
        Variables of ``own``, in place of ``partner`` and ``scale``: the judgement of the partner, and the
        report about oneself.
    distinguishable
        Whether each judge has paths of their own. None: if partners have roles.
    estimator
        ``ML``: maximum likelihood. ``MLR``: the same with robust standard errors. ``REML``: restricted
        maximum likelihood, with t tests.
    missing
        ``listwise``: couples with all four scores. ``fiml``: full information, also of couples in which
        only one partner took part; not with ``REML``.

    Returns
    -------
    TruthAndBias

    Raises
    ------
    EstimationError
        Too few couples, reports that do not vary, forms that do not belong together, or options that
        exclude each other.
    UnknownNameError
        A scale that one of the reports does not have.
    ResponseError
        Partners who cannot be matched between the reports.

    Notes
    -----
    ``judgement_i = directional bias + truth force * own_j + bias force * own_i + e_i`` for judge i with
    partner j, with all variables measured from the mean of the truth, that is of both partners' own reports
    (West & Kenny, 2011). The truth force is accuracy, the bias force assumed similarity, each given the
    other; the directional bias is how far judgements are too high or too low for an average truth. The
    residuals of both judges covary. Without missing scores the estimates are of closed form; with ``fiml``
    they are those of `sem` with both partners in one row and ``fixed_x=False``.

    Examples
    --------
    >>> table = [
    ...     {"w_says": 5, "h_says": 4, "w": 4, "h": 5}, {"w_says": 3, "h_says": 3, "w": 4, "h": 2},
    ...     {"w_says": 4, "h_says": 5, "w": 5, "h": 3}, {"w_says": 2, "h_says": 3, "w": 2, "h": 2},
    ...     {"w_says": 5, "h_says": 2, "w": 3, "h": 5}, {"w_says": 4, "h_says": 4, "w": 5, "h": 4},
    ... ]
    >>> scores = {"says": {"wife": "w_says", "husband": "h_says"}, "own": {"wife": "w", "husband": "h"}}
    >>> dyads = Dyads.of_scores(table, scores)
    >>> result = truth_and_bias(dyads, judgement="says", truth="own")
    >>> result.path("truth")
    <truth: 0.692, SE 0.156, z = 4.44, p < .001>
    """
    _check_options(estimator, missing)
    data = judgements_of(own, partner, scale, judgement, truth)
    check_one_composition(data.dyads, distinguishable)
    by_role = as_distinguishable(data.dyads, distinguishable)
    judgements, reports, left_out = _usable(data, missing)
    centre = _grand_mean(reports)
    fit = (
        of_all_couples if missing == "fiml" and np.isnan([judgements, reports]).any() else of_complete_couples
    )
    cells: Sequence[str | None] = data.dyads.partners if by_role else (None,)
    model = fit(judgements - centre, reports - centre, cells, estimator)
    return _result(data, model, by_role, centre, estimator, missing, left_out)


def _check_options(estimator: Estimator, missing: Missing) -> None:
    """Raise where an option is not valid, or options exclude each other."""
    if estimator not in get_args(Estimator):
        raise EstimationError(not_one_of("estimator", estimator, get_args(Estimator)))
    if missing not in get_args(Missing):
        raise EstimationError(not_one_of("missing", missing, get_args(Missing)))
    if missing == "fiml" and estimator == "REML":
        raise EstimationError(
            "estimator='REML' is not possible with missing='fiml'; use estimator='ML', or missing='listwise'"
        )


def _usable(data: Judgements, missing: Missing) -> tuple[Floats, Floats, dict[str, int]]:
    """Return the scores of couples that are used, and why and how many others are not."""
    both = np.hstack([data.judgement, data.own])
    present = ~np.isnan(both)
    used = present.any(axis=1) if missing == "fiml" else present.all(axis=1)
    n_others = int(np.count_nonzero(~used))
    left_out = dict(data.left_out)
    if n_others:
        what = "any of the scores" if missing == "fiml" else "all four scores"
        left_out[f"without {what}"] = n_others
    if missing == "fiml" and np.count_nonzero(present.all(axis=1)) < _FEWEST_COMPLETE:
        raise EstimationError(
            f"{counted(int(present.all(axis=1).sum()), 'couple')} with all four scores; missing='fiml' "
            f"needs at least {_FEWEST_COMPLETE}, to know how both partners' reports go together"
        )
    judgements, reports = data.judgement[used], data.own[used]
    for name, scores in ((data.judgement_name, judgements), (data.truth_name, reports)):
        values = scores[~np.isnan(scores)]
        if len(values) and values.var() <= NO_VARIANCE * float((values**2).mean()):
            raise EstimationError(
                f"{name} is {values[0]:g} for everybody; truth and bias need reports that differ between "
                "persons"
            )
    return judgements, reports, left_out


def _grand_mean(scores: Floats) -> float:
    """Return the mean over both partners; partners are added first, so that swapping them changes no bit."""
    if np.isnan(scores).any():
        both, n = np.nansum(scores, axis=1), int((~np.isnan(scores)).sum())
        return float(both.sum() / n) if n else math.nan
    return float(((scores[:, 0] + scores[:, 1]) / 2).mean()) if len(scores) else math.nan


def _result(
    data: Judgements,
    model: TruthModel,
    by_role: bool,
    centre: float,
    estimator: Estimator,
    missing: Missing,
    left_out: Mapping[str, int],
) -> TruthAndBias:
    """Return the result of a fitted model."""
    sds = np.sqrt(model.residuals.diagonal())
    return TruthAndBias(
        instrument=data.instrument,
        partner_instrument=data.partner_instrument,
        judgement=data.judgement_name,
        truth=data.truth_name,
        partners=data.dyads.partners,
        distinguishable=by_role,
        method=estimator,
        missing=missing,
        centre=centre,
        n_couples=model.n,
        left_out=left_out,
        occasions=data.occasions,
        estimates=model.estimates,
        differences=model.differences,
        residual_sds=(float(sds[0]), float(sds[1])),
        residual_correlation=float(model.residuals[0, 1] / (sds[0] * sds[1])),
        chisq=model.test[0],
        df=model.test[1],
        p=model.test[2],
    )
