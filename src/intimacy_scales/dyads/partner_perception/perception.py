"""How partners see each other: accuracy, assumed similarity, similarity and bias of their reports."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator
from functools import partial

import numpy as np

from intimacy_scales.dyads.distinguishable import as_distinguishable, check_one_composition
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.estimates import CoupleEstimate
from intimacy_scales.dyads.given_couples import check_dyads
from intimacy_scales.dyads.partner_perception.correlations import (
    Floats,
    correlation,
    is_constant,
    one_way_icc,
    pooled_correlation,
)
from intimacy_scales.dyads.partner_perception.forms import common_scales
from intimacy_scales.dyads.partner_perception.matching import matched_reports
from intimacy_scales.dyads.partner_perception.perception_result import (
    Kind,
    Perception,
    PerceptionCorrelation,
    Statistic,
)
from intimacy_scales.results.wording import counted

_FEWEST = 4  # Fisher's z has the variance 1 / (n - 3)


def perception(
    own: Dyads, partner: Dyads, scales: Collection[str] | None = None, *, distinguishable: bool | None = None
) -> Perception:
    """Compare how partners see each other with how they see themselves.

    Parameters
    ----------
    own
        Reports of both partners about themselves, such as answers to ``scii-24``.
    partner
        Reports of both partners about each other, such as answers to ``scii-24-partner``. Couples are
        matched by their label (without labels, by the row of both tables), and partners by role, id or name.
    scales
        Scales, matched by their ids; None: all that both have.
    distinguishable
        Whether there are figures of each judge, as well as over both. None: if partners have roles.

    Returns
    -------
    Perception

    Raises
    ------
    EstimationError
        Forms that do not belong together, or no couple is in both.
    UnknownNameError
        A scale that one of the reports does not have.
    ResponseError
        Partners who cannot be matched between the reports; each is named.

    Notes
    -----
    Accuracy is the correlation of the judgement of the partner with the partner's own report, assumed
    similarity that with the judge's own report, and similarity that of both own reports (Kenny & Acitelli,
    2001). Of each judge they are Pearson correlations; over both judges, correlations pooled within roles,
    or overall correlations of exchangeable partners, whose intervals allow for the dependence of partners
    (Griffin & Gonzalez, 1995). Similarity of exchangeable partners is the intraclass correlation ICC(1).
    Correlations say nothing about means: the mean of judgement minus own report does. Each figure uses the
    couples who have the scores that it needs. How far a judgement follows the truth given the judge's own
    report, and the reverse: `truth_and_bias`.

    Examples
    --------
    >>> own = Dyads.of_scores(
    ...     [{"w": 4, "h": 5}, {"w": 4, "h": 2}, {"w": 5, "h": 3}, {"w": 2, "h": 2}, {"w": 3, "h": 4}],
    ...     {"trust": {"wife": "w", "husband": "h"}}, role=True,
    ... )
    >>> judged = Dyads.of_scores(
    ...     [{"w": 5, "h": 4}, {"w": 3, "h": 3}, {"w": 4, "h": 5}, {"w": 1, "h": 3}, {"w": 4, "h": 3}],
    ...     {"trust": {"wife": "w", "husband": "h"}}, role=True,
    ... )
    >>> result = perception(own, judged)
    >>> result.correlation("trust", "accuracy", "wife")
    <accuracy of trust (wife): r = .83, n = 5>
    >>> result.bias("trust", "wife")
    <trust (wife): 0.200, SE 0.374, t(4) = 0.53, p = .621>
    """
    check_dyads("own", own)
    check_dyads("partner", partner)
    chosen = common_scales(own, partner, scales)
    matched = matched_reports(own, partner)
    check_one_composition(matched.own, distinguishable)
    by_role = as_distinguishable(matched.own, distinguishable)
    correlations, biases = list[PerceptionCorrelation](), list[CoupleEstimate]()
    for scale in chosen:
        judgements, reports = matched.scores(scale)
        correlations += _correlations(scale, judgements, reports, matched.own.partners if by_role else None)
        biases += _biases(scale, judgements, reports, matched.own.partners if by_role else None)
    return Perception(
        instrument=own.instrument,
        partner_instrument=partner.instrument,
        scales=chosen,
        partners=matched.own.partners,
        distinguishable=by_role,
        n_couples=len(matched.own_places),
        left_out=matched.left_out,
        occasions=matched.occasions,
        correlations=tuple(correlations),
        mean_bias=tuple(biases),
    )


def _correlations(
    scale: str, judgements: Floats, reports: Floats, judges: tuple[str, str] | None
) -> Iterator[PerceptionCorrelation]:
    """Yield the correlations of a scale: over both judges, then of each."""
    of_partner = reports[:, ::-1]
    kinds: tuple[tuple[Kind, Floats], ...] = (("accuracy", of_partner), ("assumed_similarity", reports))
    pooled = partial(pooled_correlation, distinguishable=judges is not None)
    for kind, criterion in kinds:
        both = _complete(judgements, criterion)
        yield _figure(scale, kind, None, "pooled r", both, pooled)
        for number, judge in enumerate(judges or ()):
            one = _complete(judgements[:, [number]], criterion[:, [number]])
            yield _figure(scale, kind, judge, "Pearson r", one, _pearson)
    partners = _complete(reports[:, [0]], reports[:, [1]])
    if judges is not None:
        yield _figure(scale, "similarity", None, "Pearson r", partners, _pearson)
    else:
        yield _figure(scale, "similarity", None, "ICC(1)", partners, _icc)


def _complete(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return two reports (n, k) of the couples for whom both are complete."""
    complete = ~np.isnan(np.hstack([x, y])).any(axis=1)
    return x[complete], y[complete]


def _pearson(x: Floats, y: Floats) -> tuple[float, float]:
    """Return the correlation of two columns (n, 1), and the number of couples."""
    return correlation(x[:, 0], y[:, 0]), float(len(x))


def _icc(x: Floats, y: Floats) -> tuple[float, float]:
    """Return the intraclass correlation of two columns (n, 1), and the number of couples."""
    return one_way_icc(np.hstack([x, y])), float(len(x))


def _figure(
    scale: str,
    kind: Kind,
    judge: str | None,
    statistic: Statistic,
    scores: tuple[Floats, Floats],
    compute: Callable[[Floats, Floats], tuple[float, float]],
) -> PerceptionCorrelation:
    """Return a correlation, or why it is undefined."""
    x, y = scores
    reason, r, n_effective = None, math.nan, math.nan
    if len(x) < _FEWEST:
        reason = f"{counted(len(x), 'couple')} with both reports, and at least {_FEWEST} are needed"
    else:
        r, n_effective = compute(x, y)
        if math.isnan(r):
            constant = is_constant(x) or is_constant(y)
            reason = "all reports are the same" if constant else "reports do not differ within roles"
        elif math.isnan(n_effective) and abs(r) < 1:
            reason = "couples differ in one pattern only, so that nothing shows how precise it is"
        elif n_effective <= _FEWEST - 1:
            reason = f"they are worth {n_effective:.1f} independent persons, and more than 3 are needed"
    return PerceptionCorrelation(
        scale=scale, kind=kind, judge=judge, statistic=statistic, estimate=r if reason is None else math.nan,
        n=len(x), n_effective=float(n_effective), reason=reason,
    )  # fmt: skip


def _biases(
    scale: str, judgements: Floats, reports: Floats, judges: tuple[str, str] | None
) -> Iterator[CoupleEstimate]:
    """Yield the mean of judgement minus the partner's own report: over both judges, then of each."""
    differences = judgements - reports[:, ::-1]
    yield _mean(scale, None, (differences[:, 0] + differences[:, 1]) / 2)
    for number, judge in enumerate(judges or ()):
        yield _mean(scale, judge, differences[:, number])


def _mean(scale: str, judge: str | None, differences: Floats) -> CoupleEstimate:
    """Return a mean over couples, with its t test."""
    present = differences[~np.isnan(differences)]
    n = len(present)
    reason = None if n > 1 else f"{counted(n, 'couple')} with both reports, and at least 2 are needed"
    return CoupleEstimate(
        name=scale,
        partner=judge,
        estimate=float(present.mean()) if n else math.nan,
        se=_error_of_mean(present) if n > 1 else math.nan,
        df=float(max(n - 1, 0)),
        n=n,
        method="paired t",
        reason=reason,
    )


def _error_of_mean(values: Floats) -> float:
    """Return the standard error of a mean of two or more values; 0 where they differ by rounding only."""
    return 0.0 if is_constant(values) else float(values.std(ddof=1)) / math.sqrt(len(values))
