"""Everything about couples in one call: `couple_report`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from intimacy_scales.dyads.agreement.agreement import partner_agreement
from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.given_couples import couples_once
from intimacy_scales.dyads.report.model_variables import asked_model
from intimacy_scales.dyads.report.odd_data import cautions_about_data
from intimacy_scales.dyads.report.paragraph import UNKNOWN
from intimacy_scales.dyads.report.parts import Parts
from intimacy_scales.dyads.report.result import CoupleReport
from intimacy_scales.dyads.report.scoring_words import scoring_words
from intimacy_scales.dyads.scores_of_couples.score_summary import summary_of
from intimacy_scales.dyads.scores_of_couples.scores import couple_scores
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.results.interval import check_level

_STRANGERS_SEED = 0


def couple_report(
    dyads: Dyads,
    *,
    outcome: str | None = None,
    predictors: str | Sequence[str] = (),
    covariates: str | Sequence[str] = (),
    scales: Sequence[str] | None = None,
    confidence_level: float = 0.95,
    invariance: bool | None = None,
    rng: int | np.random.Generator | None = _STRANGERS_SEED,
) -> CoupleReport:
    """Compute everything about couples: agreement, reliability, similarity, and tests of equality.

    Parameters
    ----------
    dyads
        The couples, on one occasion.
    outcome, predictors
        For an actor-partner model: a scale or a kept column of numbers, and one or several others.
    covariates
        For the same model: kept columns with one number for each couple, such as years together. All effects
        are then adjusted for them.
    scales
        The scales to report; None: all.
    confidence_level
        Of all intervals.
    invariance
        Whether to test that each scale measures the same in both partners. None: where partners have roles.
        True: of exchangeable partners, the report then has the fit of their measurement models.
    rng
        Seed or Generator of the random re-pairings (999) that show the similarity of strangers. The default
        is a fixed seed, so that the same answers give the same report, in whatever order the rows are where
        couples have labels.

    Returns
    -------
    CoupleReport
        With `tables`, `sentence`, `to_html` and others; ``not_computed`` says what is missing, and why.

    Raises
    ------
    EstimationError
        An option is not valid, or couples answered on several occasions.
    UnknownNameError
        There is no such scale.

    Notes
    -----
    Each part is what its own function returns: `partner_agreement`, `couple_scores`, `couple_reliability`,
    `reliable_difference`, `profile_similarity`, `distinguishability`, `dyadic_invariance` and `apim`, with
    their default options.

    Composites and totals have agreement, scores and reliability (from a model in which their parts
    correlate). They are not part of profiles and of the test of distinguishability, since they follow from
    other scales, and their invariance is not tested, since one factor is not their model.

    In mixed samples, such as f-f, f-m and m-m couples, agreement is reported by composition and the
    actor-partner model has the composition as a group. Reliability and similarity are those of all couples
    with exchangeable partners.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads
    >>> answers = simulate("kmss", 300, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("kmss", answers, couple="couple", person="partner")
    >>> report = couple_report(dyads)
    >>> report.to_frame().columns.tolist()[:4]
    ['n', 'mean', 'sd', 'icc']
    >>> print(report.not_computed["distinguishability"])
    partners have no roles, so that nothing says who is the first
    """
    level = check_level(confidence_level)
    if invariance not in (None, True, False):
        raise EstimationError(f"invariance={invariance!r} is not valid; allowed: None, True, False")
    dyads = couples_once(dyads)
    names = _chosen_scales(dyads, scales)
    asked = asked_model(dyads, outcome, predictors, covariates)
    draws = generator(rng)
    parts = Parts(dyads, names, level)
    with one_blas_thread():
        agreement = partner_agreement(dyads, names, confidence_level=level)
        reliability = parts.reliabilities()
        similarity = parts.similarity()
        computed: dict[str, Any] = {
            **_counts(dyads),
            "agreement": agreement,
            "reliability": reliability,
            "reliable_differences": parts.reliable_counts(reliability),
            "similarity": similarity,
            "strangers": parts.strangers(similarity, draws),
            "distinguishability": parts.distinguishability(),
            "invariance": parts.invariance(invariance),
            "model": None if asked is None else parts.model(asked),
        }
    scores = couple_scores(dyads)
    ends = {} if similarity is None else {
        name: similarity.confidence_interval(level, of=name) for name in similarity.means
    }  # fmt: skip
    return CoupleReport(
        instrument=dyads.instrument,
        titles={name: _title(dyads, name) for name in names},
        data_cautions=cautions_about_data(dyads, names, () if asked is None else asked.names),
        scoring=scoring_words(dyads, names),
        occasion=_occasion(dyads),
        partners=dyads.partners,
        distinguishable=dyads.distinguishable,
        mixed=dyads.mixed,
        compositions=_compositions(dyads),
        confidence_level=level,
        scores=summary_of(dyads.instrument, dyads.partners, [scores[name] for name in names]),
        similarity_intervals=ends,
        not_computed=parts.not_computed,
        **computed,
    )


def _chosen_scales(dyads: Dyads, scales: Sequence[str] | None) -> tuple[str, ...]:
    """Return the scales to report; raise where there is no such scale."""
    if scales is None:
        return tuple(dyads.scale_ids)
    names = as_names("scales", scales, f"scales: {', '.join(dyads.scale_ids)}")
    for name in names:
        if name not in dyads.scale_ids:
            raise EstimationError(not_one_of("scales", name, dyads.scale_ids))
    if not names:
        raise EstimationError(
            f"scales is empty; name some of {', '.join(dyads.scale_ids)}, or leave it out for all of them"
        )
    return tuple(dict.fromkeys(names))


def _title(dyads: Dyads, name: str) -> str:
    return name if dyads.form is None else dyads.form.scale(name).title or name


def _occasion(dyads: Dyads) -> str | None:
    """Return the one occasion of these couples; None where they have no occasions."""
    return dyads.time_labels.text(0) if dyads.time_labels is not None and len(dyads.time_labels) else None


def _counts(dyads: Dyads) -> dict[str, int]:
    """Return numbers of couples, of couples left out, and of answers that were not accepted."""
    return {
        "n_couples": len(dyads),
        "n_complete": int(np.count_nonzero(dyads.complete)),
        "n_one_partner": int(np.count_nonzero(dyads.answered.sum(axis=1) == 1)),
        "n_faults": len(dyads.faults),
        "n_left_out": dyads.pairs.n_left_out,
        "n_without_answers": len(dyads.without_answers),
        "n_problems": len(dyads.problems),
    }


def _compositions(dyads: Dyads) -> dict[str, int]:
    """Return the number of couples of each composition, in a mixed sample."""
    if not dyads.mixed:
        return {}
    counts = Counter(name or UNKNOWN for name in dyads.compositions or ())
    return dict(sorted(counts.items()))
