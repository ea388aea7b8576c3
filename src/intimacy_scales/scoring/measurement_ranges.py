"""Ranges of measurement error around scores, and whether they reach across a cut-off; plain Python."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from statistics import NormalDist
from typing import Any, Protocol

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Cutoff, InstrumentRef
from intimacy_scales.instrument.cutoff import following_band, is_gap
from intimacy_scales.messages import not_one_of, shortened
from intimacy_scales.results.interval import check_level


class HasSem(Protocol):
    """A result with a standard error of measurement, as of `measurement_error`."""

    @property
    def sem(self) -> float:
        """The standard error of measurement."""


Sems = Mapping[str, float | HasSem]


def check_sems(sems: Any, known: Sequence[str], instrument: InstrumentRef | None = None) -> dict[str, float]:
    """Return the standard error of measurement of each scale as a number.

    Parameters
    ----------
    sems, known
        What was passed, and the ids of the scales.
    instrument
        That of the scores, with which results are compared that know theirs.

    Raises
    ------
    EstimationError
        They are not a mapping from scales to positive numbers or results of `measurement_error`; a result is
        of another instrument or scale.
    """
    if sems is None:
        return {}
    if not isinstance(sems, Mapping):
        raise EstimationError(
            f"sems={shortened(sems)} is not valid; allowed: scale → SEM, {{{known[0]!r}: 0.4}}"
        )
    errors = {}
    for name, sem in sems.items():
        if name not in known:
            raise EstimationError(f"sems: {not_one_of('scale', name, known)}")
        value: Any = getattr(sem, "sem", sem)
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        if not is_number or not 0 <= float(value) < math.inf:
            raise EstimationError(
                f"sems: {shortened(sem)} of {name} is not valid; allowed: numbers from 0 on, or results of "
                "measurement_error"
            )
        _check_same(name, sem, instrument)
        errors[name] = float(value)
    return errors


def _check_same(name: str, sem: Any, instrument: InstrumentRef | None) -> None:
    """Raise where a result says that it is of another instrument or scale."""
    ref, scale = getattr(sem, "instrument", None), getattr(sem, "scale", None)
    if not isinstance(ref, InstrumentRef):
        return
    if (instrument is not None and not ref.scores_alike(instrument)) or scale not in (None, name):
        scores = "" if instrument is None else f" of {instrument.told_apart}"
        raise EstimationError(
            f"sems: the result for {name} is of {scale or 'scores'} of {ref.told_apart}, and the scores are "
            f"of {name}{scores}. Compute it from these scores; if the error of measurement is the same, "
            f"pass the number: {{{name!r}: float(result)}}"
        )


def half_widths(
    sems: Any, known: Sequence[str], confidence_level: float, instrument: InstrumentRef | None = None
) -> dict[str, float]:
    """Return scale → half the width of the range around a score, ``z SEM``, for scales with a SEM.

    Examples
    --------
    >>> round(half_widths({"total": 3.6}, ["total"], 0.95)["total"], 2)
    7.06
    """
    z = NormalDist().inv_cdf((1 + check_level(confidence_level)) / 2)
    return {name: z * sem for name, sem in check_sems(sems, known, instrument).items()}


def range_around(score: float, half_width: float, ends: tuple[float, float]) -> tuple[float, float]:
    """Return the range around a score, within the possible scores."""
    return max(score - half_width, ends[0]), min(score + half_width, ends[1])


def straddles(cutoff: Cutoff, cutoffs: Sequence[Cutoff], around: tuple[float, float], step: float) -> bool:
    """Return whether a range of scores lies on both sides of a cut-off.

    Parameters
    ----------
    cutoff, cutoffs
        The cut-off, and all cut-offs of the instrument.
    around
        Lowest and highest score of the range.
    step
        Difference between neighbouring scores of complete answers: a band includes what lies between it and
        the next one, as in `interpretation.applies`.

    Examples
    --------
    >>> below = Cutoff(scale="total", below=51.5, meaning="dissatisfied", source="x")
    >>> straddles(below, [below], (47.0, 55.0), 1.0), straddles(below, [below], (40.0, 51.0), 1.0)
    (True, False)
    """
    low, high = around
    if cutoff.band is None:
        return cutoff.applies(low) != cutoff.applies(high)
    first, last = cutoff.band
    begin = following_band(cutoff, cutoffs)
    if begin is None or is_gap(last, begin, step):
        return high >= first and low <= last and not (first <= low and high <= last)
    return high >= first and low < begin and not (first <= low and high < begin)
