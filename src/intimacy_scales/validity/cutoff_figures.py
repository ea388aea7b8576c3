"""Sensitivity and specificity of cut-offs, and the choice among them (arrays only)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.numerics.progress import steps
from intimacy_scales.numerics.resampling import draw_counts
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.validity.two_groups import TwoGroups

Floats = NDArray[np.float64]
Criterion = Literal["youden", "closest", "sensitivity"]

_AT_ONCE = 2_000_000  # numbers of a table of resamples


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CutoffTable:
    """Persons of two groups by their place between cut-offs.

    Attributes
    ----------
    cutoffs
        (k,) ascending, each between two possible scores.
    place
        (n,) how many cut-offs are below each person's score.
    is_detected
        (n,) whether a person belongs to the group that should be detected.
    units
        (n,) unit of each person, ascending from 0.
    above
        Whether scores above a cut-off are detected.
    """

    cutoffs: Floats
    place: NDArray[np.intp]
    is_detected: NDArray[np.bool_]
    units: NDArray[np.intp]
    above: bool

    def rates(self, drawn: Floats | None = None) -> tuple[Floats, Floats]:
        """Return sensitivity and specificity of each cut-off, (b, k) each; nan for a group without persons.

        Parameters
        ----------
        drawn
            (b, n_units) how often each unit counts; None: once, b = 1.
        """
        weights = np.ones((1, len(self.units))) if drawn is None else drawn[:, self.units]
        detected = self._shares_above(weights, self.is_detected)
        others = self._shares_above(weights, ~self.is_detected)
        return (detected, 1 - others) if self.above else (1 - detected, others)

    def _shares_above(self, weights: Floats, members: NDArray[np.bool_]) -> Floats:
        """Return the share of some persons who score above each cut-off, (b, k)."""
        place, counts = self.place[members], weights[:, members]
        order = np.argsort(place, kind="stable")
        below = np.cumsum(counts[:, order], axis=1)
        padded = np.concatenate([np.zeros((len(weights), 1)), below], axis=1)
        ends = np.searchsorted(place[order], np.arange(1, len(self.cutoffs) + 1), "left")
        total = padded[:, -1:]
        with np.errstate(invalid="ignore", divide="ignore"):
            shares: Floats = (total - padded[:, ends]) / total
        return shares


def cutoff_table(sample: TwoGroups, *, detect_higher: bool) -> CutoffTable:
    """Return all cut-offs that divide the sample, and the places of its persons.

    A cut-off is half-way between neighbouring possible scores, or, where these are not known, between
    neighbouring scores of the sample.
    """
    reached = np.unique(sample.values)
    if sample.step is None:
        cutoffs = (reached[:-1] + reached[1:]) / 2
    else:
        n_steps = round((reached[-1] - reached[0]) / sample.step)
        cutoffs = reached[0] + sample.step * (np.arange(n_steps) + 0.5)
    return CutoffTable(
        cutoffs=cutoffs,
        place=np.searchsorted(cutoffs, sample.values).astype(np.intp),
        is_detected=sample.is_higher if detect_higher else ~sample.is_higher,
        units=sample.units,
        above=detect_higher,
    )


def merit(sensitivity: Floats, specificity: Floats, criterion: Criterion, least: float) -> Floats:
    """Return what is maximized over cut-offs (b, k); minus infinity where a cut-off is not allowed."""
    if criterion == "youden":
        return sensitivity + specificity - 1
    if criterion == "closest":
        return -np.hypot(1 - sensitivity, 1 - specificity)
    return np.where(sensitivity >= least - ROUNDING, specificity, -math.inf)


def best(
    sensitivity: Floats, specificity: Floats, criterion: Criterion, least: float, *, above: bool
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return the chosen cut-off of each row (b,), and the first and last of those that divide equally.

    Of equally good cut-offs those with the highest sensitivity count, and of these the middle one; of two in
    the middle the one that detects more scores. -1 where no cut-off is allowed.
    """
    merits = merit(sensitivity, specificity, criterion, least)
    highest = merits.max(axis=1, keepdims=True)
    good = merits >= highest - ROUNDING
    good &= sensitivity >= np.where(good, sensitivity, -1.0).max(axis=1, keepdims=True) - ROUNDING
    first = np.argmax(good, axis=1)
    last = good.shape[1] - 1 - np.argmax(good[:, ::-1], axis=1)
    chosen = (first + last) // 2 if above else (first + last + 1) // 2
    allowed = np.isfinite(highest[:, 0])
    # a tuple of a generator has no length for mypy
    return tuple(np.where(allowed, index, -1) for index in (chosen, first, last))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resampled:
    """Choices in resamples, (b,) each; nan where no cut-off was allowed.

    Attributes
    ----------
    cutoff
        The cut-off chosen in the resample.
    sensitivity, specificity
        Its optimism: rates in the resample less those of the same cut-off in the sample.
    """

    cutoff: Floats
    sensitivity: Floats
    specificity: Floats


def resampled(
    table: CutoffTable,
    sample: TwoGroups,
    criterion: Criterion,
    least: float,
    n_resamples: int,
    rng: np.random.Generator,
) -> Resampled:
    """Return the choices in resamples of units, drawn separately by the groups of their members."""
    kinds = _kinds(sample)
    rates = [part[0] for part in table.rates()]
    at_once = max(1, _AT_ONCE // max(len(sample.values), len(table.cutoffs)))
    parts: list[list[Floats]] = []
    for start in steps(
        range(0, n_resamples, at_once), "resampling the cut-off", math.ceil(n_resamples / at_once)
    ):
        n = min(at_once, n_resamples - start)
        drawn = np.concatenate([draw_counts(size, n, rng) for size in kinds], axis=1).astype(np.float64)
        here = table.rates(drawn)
        chosen, _, _ = best(*here, criterion, least, above=table.above)
        row = np.arange(n)
        undefined = chosen < 0
        figures = [
            table.cutoffs[chosen],
            *(now[row, chosen] - rate[chosen] for now, rate in zip(here, rates, strict=True)),
        ]
        parts.append([np.where(undefined, math.nan, figure) for figure in figures])
    cutoff, sensitivity, specificity = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Resampled(cutoff=cutoff, sensitivity=sensitivity, specificity=specificity)


def _kinds(sample: TwoGroups) -> list[int]:
    """Return how many units there are of each kind, in the order of units, which are sorted by kind."""
    one, two = sample.members()
    kinds = (one > 0) * 2 + (two > 0) * 1
    starts = np.flatnonzero(np.diff(kinds, prepend=-1))
    return [int(size) for size in np.diff([*starts.tolist(), len(kinds)])]


def wilson_interval(
    correct: NDArray[np.bool_], units: NDArray[np.intp], confidence_level: float
) -> tuple[float, float]:
    """Return Wilson's (1927) interval of a share, with an effective number of persons by their units.

    The effective number is ``p (1 - p) / variance``, the variance of the share from sums of units, and at
    most the number of persons; where the share is 0 or 1, it is the number of units.
    """
    n, share = len(correct), float(np.mean(correct))
    numbers = np.unique(units, return_inverse=True)[1]
    n_units = int(numbers.max()) + 1
    effective = float(n_units)
    if 0 < share < 1 and n_units < n:
        sums = np.bincount(numbers, weights=correct - share)
        variance = n_units / (n_units - 1) * math.fsum((sums**2).tolist()) / n**2 if n_units > 1 else math.inf
        effective = min(float(n), share * (1 - share) / variance) if variance > 0 else float(n)
    z = normal_quantile(confidence_level)
    middle = (share + z**2 / (2 * effective)) / (1 + z**2 / effective)
    half = z / (1 + z**2 / effective) * math.sqrt(share * (1 - share) / effective + z**2 / (4 * effective**2))
    return max(0.0, middle - half), min(1.0, middle + half)
