"""Reliable differences: whether the partners of a couple differ by more than error of measurement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.given_couples import check_dyads
from intimacy_scales.dyads.scores_of_couples.couple_labels import CoupleLabels
from intimacy_scales.dyads.scores_of_couples.reliability import couple_reliability
from intimacy_scales.dyads.scores_of_couples.reliability_result import CoupleReliability
from intimacy_scales.dyads.scores_of_couples.reliable_difference_result import (
    DIFFERENCE_CATEGORIES,
    ReliableDifferences,
)
from intimacy_scales.errors import EstimationError, UnknownNameError
from intimacy_scales.messages import a_type, shortened, suggest
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.results.interval import check_level
from intimacy_scales.results.wording import apa, counted

_LOW = 0.5  # reliability of a difference, below which most of what differs is error


class _Error(NamedTuple):
    """The standard error of a difference, with its source and cautions."""

    sem: float
    omega: float
    source: str
    warnings: tuple[str, ...]


def reliable_difference(
    dyads: Dyads,
    scale: str | None = None,
    *,
    reliability: CoupleReliability | None = None,
    standard_error: float | Sequence[float] | None = None,
    confidence_level: float = 0.95,
) -> ReliableDifferences:
    """Tell for each couple whether its partners differ by more than error of measurement.

    Parameters
    ----------
    dyads
        The couples.
    scale
        The scale's id; may be left out where there is only one.
    reliability
        What `couple_reliability` returned, for these couples or for those of another study (also from its
        document). None: it is estimated from these couples, by its default options.
    standard_error
        Instead, the standard error of measurement of a difference, in units of the score. Or two numbers, the
        standard errors of both partners' scores: their errors then count as independent, and the standard
        error of the difference is the root of the sum of their squares.
    confidence_level
        With 0.95, a difference beyond 1.96 standard errors is reliable.

    Returns
    -------
    ReliableDifferences

    Raises
    ------
    EstimationError
        The reliability is undefined, or of another scale or instrument; both `reliability` and
        `standard_error` were passed; or the standard error is not a positive number.
    UnknownNameError
        There is no such scale.

    Notes
    -----
    The index is ``(x1 - x2) / SE`` with ``SE² = w' (Theta11 + Theta22 - 2 Theta12) w``: the error variances
    of both scores less twice the covariance of their errors. It is the reliable change index of Jacobson and
    Truax (1991) for two partners instead of two occasions, without their assumption that both scores have
    equal and independent errors. The interval ``x1 - x2 ± z SE`` covers a couple's true difference; it does
    not regress to the mean, and the error with which SE is estimated is left out.

    A difference that is within error is not evidence that partners agree.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> from intimacy_scales.dyads import Dyads
    >>> answers = simulate("scii-24", 600, couples=0.5, rng=1).answers
    >>> dyads = Dyads.from_long("scii-24", answers, couple="couple", person="partner")
    >>> reliable_difference(dyads, "trust").counts
    {'reliable': 78, 'within error': 222, 'no scores': 0}
    """
    check_dyads("dyads", dyads)
    z = normal_quantile(check_level(confidence_level))
    name = _scale_id(dyads, scale)
    error = _error_of(dyads, name, reliability, standard_error)
    both = dyads.scores[name]
    difference = both[:, 0] - both[:, 1]
    if not dyads.distinguishable:
        difference = np.abs(difference)
    needed = z * error.sem
    place = np.where(np.isnan(difference), 2, np.where(np.abs(difference) > needed, 0, 1))
    return ReliableDifferences(
        instrument=dyads.instrument,
        scale=name,
        partners=dyads.partners,
        distinguishable=dyads.distinguishable,
        difference=difference,
        index=difference / error.sem,
        low=difference - needed,
        high=difference + needed,
        category=tuple(DIFFERENCE_CATEGORIES[n] for n in place.tolist()),
        standard_error=error.sem,
        difference_needed=needed,
        confidence_level=confidence_level,
        omega=error.omega,
        source=error.source,
        warnings=error.warnings,
        labels=CoupleLabels(dyads=replace(dyads, answers=None, person_scores=None)),
    )


def _scale_id(dyads: Dyads, scale: str | None) -> str:
    listed = ", ".join(dyads.scale_ids)
    if scale is None and len(dyads.scale_ids) == 1:
        return dyads.scale_ids[0]
    if scale is None:
        raise EstimationError(
            f"there are {len(dyads.scale_ids)} scales; name one, as in scale={dyads.scale_ids[0]!r}; "
            f"allowed: {listed}"
        )
    if scale not in dyads.scale_ids:
        raise UnknownNameError(
            f"there is no scale {shortened(scale)}; allowed: {listed}{suggest(scale, dyads.scale_ids)}"
        )
    return scale


def _error_of(dyads: Dyads, scale: str, reliability: Any, standard_error: Any) -> _Error:
    """Return the standard error of a difference, as passed or estimated."""
    if reliability is not None and standard_error is not None:
        raise EstimationError("reliability and standard_error were both passed; pass one of them")
    if standard_error is not None:
        return _as_passed(standard_error)
    if reliability is None:
        if dyads.answers is None:
            raise EstimationError(
                "these couples are made of scores, from which the error of measurement cannot be estimated: "
                "pass standard_error=, that of a difference in another study, or reliability=, what "
                "couple_reliability returned for answers to the same scale"
            )
        reliability = couple_reliability(dyads, scale)
        source = "estimated from these couples"
    else:
        _check_same(dyads, scale, reliability)
        source = f"estimated from {counted(reliability.n_couples, 'couple')}"
    if reliability.reason is not None:
        raise EstimationError(
            f"the reliability of {scale} is undefined: {reliability.reason}; pass one that is defined as "
            "reliability=, or standard_error=, that of a difference in another study"
        )
    row = reliability["difference"]
    if not row.sem > 0:
        raise EstimationError(
            f"the error variance of the difference in {scale} is estimated as {row.error_variance:.3g}, not "
            "above 0; pass standard_error=, that of a difference in another study"
        )
    return _Error(row.sem, row.omega, source, _cautions(reliability, row.omega))


def _as_passed(standard_error: Any) -> _Error:
    """Return the standard error that was passed, for a difference or for both partners' scores."""
    is_pair = isinstance(standard_error, Sequence | np.ndarray) and not isinstance(standard_error, str)
    values = list(standard_error) if is_pair else [standard_error]
    is_valid = [
        isinstance(v, int | float | np.number) and not isinstance(v, bool) and 0 < v < math.inf
        for v in values
    ]
    if len(values) not in (1, 2) or not all(is_valid):
        raise EstimationError(
            f"standard_error={shortened(standard_error)} is not valid; allowed: a number above 0, that of a "
            "difference, or two numbers, those of both partners' scores"
        )
    if len(values) == 1:
        return _Error(float(values[0]), math.nan, "standard error of a difference as passed", ())
    caution = (
        "errors of both partners are taken as independent; if partners share what an item means to them, a "
        "difference has less error"
    )
    sem = math.hypot(float(values[0]), float(values[1]))
    return _Error(sem, math.nan, "standard errors of both partners' scores as passed", (caution,))


def _check_same(dyads: Dyads, scale: str, reliability: Any) -> None:
    """Raise if the reliability is of another scale or instrument."""
    if not isinstance(reliability, CoupleReliability):
        raise EstimationError(
            f"reliability is {a_type(reliability)}; pass what couple_reliability returned, or "
            "standard_error=, the standard error of measurement of a difference"
        )
    if reliability.scale != scale:
        raise EstimationError(f"reliability is that of {reliability.scale!r}, and the scale is {scale!r}")
    if dyads.instrument is not None and dyads.instrument.digest != reliability.instrument.digest:
        raise EstimationError(
            f"reliability is that of {reliability.instrument}, and these couples answered {dyads.instrument}"
            " (their digests differ); pass standard_error= if you know that scores have the same units"
        )


def _cautions(reliability: CoupleReliability, omega: float) -> tuple[str, ...]:
    """Return cautions of the reliability, and one if most of what differs is error."""
    cautions = list(reliability.warnings)
    cautions += [f"the model is improper: {text}" for text in reliability.improper]
    if omega < _LOW:
        cautions.append(
            f"the difference has a reliability of {apa(omega, 3)}: most of what differs between couples is "
            "error"
        )
    return tuple(cautions)
