"""Expected change and standard error of a change, by each method of `reliable_change`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.reliability.single_scores.sem import check_number, check_reliability, check_sd, source_of
from intimacy_scales.results.wording import apa

ChangeMethod = Literal["jacobson-truax", "chelune", "iverson", "hageman-arrindell", "published"]
METHODS: tuple[str, ...] = get_args(ChangeMethod)
_STATISTIC = "reliable change"
_PUBLISHED_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorOfChange:
    """The change expected of a person who has not truly changed, its standard error, and their source.

    Attributes
    ----------
    expected, standard_error
        The index of a change is ``(change - expected) / standard_error``.
    sem
        Standard error of measurement of a score before.
    reliability, sd, source
        What both were computed from; reliability and sd are nan for published changes.
    """

    expected: float = 0.0
    standard_error: float
    sem: float
    reliability: float
    sd: float
    source: str


def error_of_change(
    method: str,
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    *,
    reliability: Any,
    sd: float | None,
    sd_after: float | None,
    practice: float | None,
    one_person: bool,
) -> ErrorOfChange:
    """Return the expected change and its standard error, by a method that is based on a reliability.

    Parameters
    ----------
    method
        See `reliable_change`.
    before, after
        Scores of the persons with both.
    reliability, sd, sd_after, practice
        As passed to `reliable_change`; None for a standard deviation that the persons' scores give.
    one_person
        Whether these are scores of one person, which have no standard deviation.
    """
    if reliability is None:
        raise EstimationError(
            "reliability is missing: pass a coefficient, or method='published' if the instrument has a "
            "published change"
        )
    _check_practice(method, practice)
    r, sd = check_reliability(reliability), _sd_of(before, sd, "sd", one_person=one_person)
    sem = sd * math.sqrt(1 - r)
    if not sem > 0:
        raise EstimationError(
            "reliability=1 leaves no error of measurement, so that every change would count; pass a "
            "reliability below 1"
        )
    common: dict[str, Any] = {"sem": sem, "reliability": r, "sd": sd, "source": source_of(reliability)}
    expected = 0.0 if practice is None else check_number(practice, "practice")
    if method == "hageman-arrindell":
        expected, error = _hageman_arrindell(before, after, sem, one_person=one_person)
        return ErrorOfChange(**common, expected=expected, standard_error=error)
    if method == "iverson":
        sem_after = _sd_of(after, sd_after, "sd_after", one_person=one_person) * math.sqrt(1 - r)
        return ErrorOfChange(**common, expected=expected, standard_error=math.hypot(sem, sem_after))
    if sd_after is not None:
        raise EstimationError(
            f"sd_after is only for method='iverson'; method={method!r} uses sd for both occasions"
        )
    return ErrorOfChange(**common, expected=expected, standard_error=math.sqrt(2) * sem)


def _check_practice(method: str, practice: float | None) -> None:
    """Raise if a practice effect is missing, or is given to a method without one."""
    if method in ("chelune", "iverson") and practice is None:
        raise EstimationError(
            f"method={method!r} needs practice=, the mean change of persons without treatment between the "
            "two occasions"
        )
    if method not in ("chelune", "iverson") and practice is not None:
        raise EstimationError(f"practice is only for method='chelune' or 'iverson', not for {method!r}")


def _sd_of(scores: NDArray[np.float64], sd: float | None, what: str, *, one_person: bool) -> float:
    """Return the standard deviation that was passed, or that of these persons."""
    if sd is None:
        if one_person:
            raise EstimationError(
                f"{what} is missing: the score of one person has no standard deviation; pass that of a norm "
                "or a sample"
            )
        if len(scores) < 2:
            raise EstimationError(
                f"{what} is missing: fewer than two persons have both scores; pass a norm's sd"
            )
        sd = float(scores.std(ddof=1))
    return check_sd(sd, what)


def _hageman_arrindell(
    before: NDArray[np.float64], after: NDArray[np.float64], sem: float, *, one_person: bool
) -> tuple[float, float]:
    """Return the expected change and its standard error from the reliability of differences.

    Hageman and Arrindell (1999): ``(d r_D + M (1 - r_D)) / (sqrt(r_D) sqrt(2) SEM)``, with d a person's
    change, M the mean change, and ``r_D = (s1² r1 + s2² r2 - 2 s1 s2 r12) / (s1² + s2² - 2 s1 s2 r12)``. The
    error of measurement is the same on both occasions, ``r_i = 1 - SEM² / s_i²``, so that
    ``r_D = 1 - 2 SEM² / s_D²``. Divided by r_D above and below, the index is
    ``(d - expected) / standard_error`` with ``expected = -M (1 - r_D) / r_D`` and
    ``standard_error = sqrt(2) SEM / sqrt(r_D)``.
    """
    if one_person or len(before) < 3:
        raise EstimationError(
            "method='hageman-arrindell' uses the mean change and the correlation of a group: pass the scores "
            "of at least three persons"
        )
    variance = float(np.var(after - before, ddof=1))
    reliability = 1 - 2 * sem**2 / variance if variance > 0 else 0.0
    if not reliability > 0:
        raise EstimationError(
            f"method='hageman-arrindell': the reliability of differences is {apa(reliability)}, so persons "
            "do not differ in their change by more than error; use method='jacobson-truax'"
        )
    mean = float(np.mean(after - before))
    return -mean * (1 - reliability) / reliability, math.sqrt(2) * sem / math.sqrt(reliability)


def published_change(form: Instrument | None, scale: str | None, confidence_level: float) -> ErrorOfChange:
    """Return the standard error behind the smallest reliable change that a study of an instrument reports.

    Raises
    ------
    EstimationError
        Plain numbers were passed, the instrument has no such finding, or its confidence level is another.
    """
    if form is None:
        raise EstimationError(
            "method='published' reads the instrument's file: pass the results of score(), not numbers"
        )
    findings = [f for f in form.evidence.findings if f.statistic == _STATISTIC and f.scale == scale]
    if not findings:
        raise EstimationError(
            f"the file of {form.id} has no published reliable change of {scale!r}; pass a reliability instead"
        )
    if confidence_level != _PUBLISHED_LEVEL:
        raise EstimationError(
            f"confidence_level={confidence_level!r} is not valid with method='published'; allowed: 0.95; for "
            "another level pass a reliability"
        )
    value = findings[0].value
    change = check_number(value[0] if isinstance(value, tuple) else value, "the published change")
    error = change / normal_quantile(_PUBLISHED_LEVEL)
    return ErrorOfChange(
        standard_error=error,
        sem=error / math.sqrt(2),
        reliability=math.nan,
        sd=math.nan,
        source=findings[0].source,
    )
