"""What a change is measured by: the change to be expected without any, and its standard error."""

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

ChangeMethod = Literal["jacobson-truax", "chelune", "iverson", "hageman-arrindell", "published"]
METHODS: tuple[str, ...] = get_args(ChangeMethod)
_STATISTIC = "reliable change"
_LEVEL = 0.95  # of published changes
_FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorOfChange:
    """The change that is to be expected without any, the standard error around it, and where they come from.

    Attributes
    ----------
    expected, standard_error
        An index is the change less the expected one, over the standard error.
    sem
        Error of one score before.
    reliability, sd, source
        What they were worked out of; nan where they were published.
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
    """Return what a change is measured by, by one of the methods that start from a reliability.

    Parameters
    ----------
    method
        See `reliable_change`.
    before, after
        Scores of persons who have both.
    reliability, sd, sd_after, practice
        As given; None for what is to be taken from the persons.
    one_person
        Whether these are scores of one person, who tells no standard deviation.
    """
    if reliability is None:
        raise EstimationError("reliability: pass a coefficient, or method='published' where a form has one")
    _check_practice(method, practice)
    r, sd = check_reliability(reliability), _sd_of(before, sd, "sd", one_person=one_person)
    sem = sd * math.sqrt(1 - r)
    if not sem > 0:
        raise EstimationError("reliability=1: without error, every change counts")
    common: dict[str, Any] = {"sem": sem, "reliability": r, "sd": sd, "source": source_of(reliability)}
    expected = 0.0 if practice is None else check_number(practice, "practice")
    if method == "hageman-arrindell":
        expected, error = _of_differences(before, after, sem, one_person=one_person)
        return ErrorOfChange(**common, expected=expected, standard_error=error)
    if method == "iverson":
        later = _sd_of(after, sd_after, "sd_after", one_person=one_person) * math.sqrt(1 - r)
        return ErrorOfChange(**common, expected=expected, standard_error=math.hypot(sem, later))
    if sd_after is not None:
        raise EstimationError(f"sd_after is of method='iverson'; method={method!r} takes sd for both")
    return ErrorOfChange(**common, expected=expected, standard_error=math.sqrt(2) * sem)


def _check_practice(method: str, practice: float | None) -> None:
    if method in ("chelune", "iverson") and practice is None:
        raise EstimationError(
            f"method={method!r}: pass practice=, the mean change of persons whom nothing happened to between "
            "the two occasions"
        )
    if method not in ("chelune", "iverson") and practice is not None:
        raise EstimationError(f"practice is of method='chelune' or 'iverson', not of {method!r}")


def _sd_of(scores: NDArray[np.float64], sd: float | None, what: str, *, one_person: bool) -> float:
    """Return the standard deviation that was given, or that of these persons."""
    if sd is None:
        if one_person:
            raise EstimationError(
                f"{what}: the scores of one person do not vary; pass the standard deviation of a norm or a "
                "sample"
            )
        if len(scores) < 2:  # one score does not vary
            raise EstimationError(f"{what}: fewer than two persons have both scores; pass a norm's sd")
        sd = float(scores.std(ddof=1))
    return check_sd(sd, what)


def _of_differences(
    before: NDArray[np.float64], after: NDArray[np.float64], sem: float, *, one_person: bool
) -> tuple[float, float]:
    """Return the expected change and its error by the reliability of differences.

    Hageman and Arrindell (1999): ``(d r_D + M (1 - r_D)) / (sqrt(r_D) sqrt(2) SEM)``, with d a person's
    change, M the mean change, and ``r_D = (s1² r1 + s2² r2 - 2 s1 s2 r12) / (s1² + s2² - 2 s1 s2 r12)``. The
    error of measurement is the same on both occasions, ``r_i = 1 - SEM² / s_i²``, so that r_D is
    ``1 - 2 SEM² / s_D²``. With r_D taken out above and below, it is a change less an expected one.
    """
    if one_person or len(before) < _FEWEST:
        raise EstimationError(
            "method='hageman-arrindell' takes the mean change and the correlation of a group: pass the "
            "scores of at least three persons"
        )
    spread = float(np.var(after - before, ddof=1))
    reliability = 1 - 2 * sem**2 / spread if spread > 0 else 0.0
    if not reliability > 0:
        raise EstimationError(
            f"method='hageman-arrindell': differences have a reliability of {reliability:.2f}, so persons do "
            "not differ in their change by more than error; use method='jacobson-truax'"
        )
    mean = float(np.mean(after - before))
    return -mean * (1 - reliability) / reliability, math.sqrt(2) * sem / math.sqrt(reliability)


def published_change(form: Instrument | None, scale: str | None, confidence_level: float) -> ErrorOfChange:
    """Return the smallest change that counts, as a study of an instrument gives it.

    Raises
    ------
    EstimationError
        Plain numbers, an instrument without such a finding, or another level than that of the finding.
    """
    if form is None:
        raise EstimationError(
            "method='published' looks into the instrument's file: pass what score() returned, not numbers"
        )
    found = [f for f in form.evidence.findings if f.statistic == _STATISTIC and f.scale == scale]
    if not found:
        raise EstimationError(
            f"{form.id}: its file has no reliable change of {scale!r} from any study; pass a reliability"
        )
    if confidence_level != _LEVEL:
        raise EstimationError(
            f"confidence_level={confidence_level!r}: published changes are of 0.95; pass a reliability"
        )
    value = found[0].value
    change = check_number(value[0] if isinstance(value, tuple) else value, "the published change")
    error = change / normal_quantile(_LEVEL)
    return ErrorOfChange(
        standard_error=error,
        sem=error / math.sqrt(2),
        reliability=math.nan,
        sd=math.nan,
        source=found[0].source,
    )
