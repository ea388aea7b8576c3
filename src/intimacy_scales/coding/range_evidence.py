"""Evidence of the stored values themselves: which way of storing the options allows them (arrays only).

Stray answers, which a way of storing does not allow, are typing errors at an unknown rate with the density
Beta(1, 199), so 1 in 200 on average: ``b`` of ``n`` have probability B(1 + b, 199 + n - b) / B(1, 199). A
value that recurs may instead be one undeclared code, which costs 1.7 (log10, 1 in 50) however often it was
given.

Options that nobody chose count against a way of storing if the counts before them lead one to expect some:
``n_k (n_k / n_(k-1))^2`` beyond the last option used, where ``n_k`` persons have this option as the most
extreme of all their answers; the geometric mean of its neighbours' counts for an option between others. A
number that is expected to be E is 0 with probability ``(1 + E / a)^-a`` (negative binomial, since E is itself
uncertain), with ``a = 6``, or half of one more than the number of items if these are fewer than 11: what a
single item says may be why nobody chose an option.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.codings import Hypothesis, StoredOptions
from intimacy_scales.instrument import ResponseScale

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Positions = NDArray[np.signedinteger[Any]]

_ERRORS = (1.0, 199.0)
_CODE_COST = 1.7
_FEWEST_OF_A_CODE = 3
_COSTS: dict[Hypothesis, float] = {"another scale's answers": 1.0, "recodes permuted": 2.0}
_OTHER_COST = 0.5
_SHAPE = 6.0
_FAR_BELOW = (
    2  # times the span of the values, the distance from the beginning of a scale to the lowest of them
)
_WIDE = 21  # points, above which people prefer round numbers, so that unused options say little


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeFit:
    """How well one way of storing the options agrees with the stored values.

    Attributes
    ----------
    hypothesis
        Its name.
    options
        Stored value → the option's place from 1.
    log10
        log10 of the probability of strays, codes and unused options, and of the hypothesis beforehand.
    log10_of_errors
        The same if no value is a code, so that all strays are errors.
    n_strays
        Answers that are neither options nor codes.
    codes
        Positions of values that recur and are not options.
    unused
        Stored values of the ends of the range that nobody gave.
    """

    hypothesis: Hypothesis
    options: dict[float, int]
    log10: float
    log10_of_errors: float
    n_strays: int
    codes: tuple[int, ...]
    unused: tuple[float, ...]


def range_fits(
    values: Floats,
    positions: Positions,
    ways: Sequence[StoredOptions],
    scale: ResponseScale,
    cost: float = 0.0,
) -> list[RangeFit]:
    """Return how each way of storing agrees with the stored values, that of the instrument first.

    Parameters
    ----------
    values
        (V,): stored values.
    positions
        (n, k): position of each answer among them; -1 where there is none.
    ways
        Ways of storing the options.
    scale
        The response scale.
    cost
        log10 by which every other way than the first is less likely beforehand.
    """
    counts = np.bincount(positions.reshape(-1) + 1, minlength=len(values) + 1)[1:]
    used = values[counts > 0]
    others = (another_scale(used, scale), other_recodes(used, scale))
    tried = list(ways)
    for way in others:
        if way is not None and all(way.options != other.options for other in tried):
            tried.append(way)
    fits = []
    for number, way in enumerate(tried):
        prior = _COSTS.get(way.hypothesis, _OTHER_COST) + cost if number else 0.0
        fits.append(_fit(values, counts, positions, way, prior))
    return fits


def _fit(values: Floats, counts: Counts, positions: Positions, way: StoredOptions, prior: float) -> RangeFit:
    """Return how one way of storing agrees with the stored values."""
    options = {float(value): place for value, place in way.options.items()}
    places = np.array([options.get(value, 0) for value in values.tolist()], dtype=np.int64)
    n = int(counts.sum())
    strays = np.flatnonzero((places == 0) & (counts > 0))
    n_strays, codes = int(counts[strays].sum()), []
    errors_only = _log10_strays(n_strays, n)
    with_codes = errors_only
    for at in strays[np.argsort(-counts[strays], kind="stable")].tolist():
        if counts[at] < _FEWEST_OF_A_CODE:
            break
        rest = n_strays - int(counts[at])
        gain = _log10_strays(rest, n) - _log10_strays(n_strays, n) - _CODE_COST
        if gain > 0:
            codes.append(at)
            n_strays, with_codes = rest, with_codes + gain
    by_place = np.zeros(max(options.values()))
    np.add.at(by_place, places[places > 0] - 1, counts[places > 0])
    at_place = {place: value for value, place in options.items()}
    chosen = np.flatnonzero(by_place)
    unused: tuple[float, ...] = ()
    if len(chosen):
        ends = [*range(int(chosen[0])), *range(int(chosen[-1]) + 1, len(by_place))]
        unused = tuple(at_place[place + 1] for place in ends)
    extremes = _extremes(places, positions, len(by_place), unused)
    common = log10_unused(by_place, *extremes, n_items=positions.shape[1]) - prior
    return RangeFit(
        hypothesis=way.hypothesis,
        options=options,
        log10=with_codes + common,
        log10_of_errors=errors_only + common,
        n_strays=n_strays,
        codes=tuple(sorted(codes)),
        unused=unused,
    )


def _extremes(
    places: Counts, positions: Positions, k: int, unused: tuple[float, ...]
) -> tuple[Floats, Floats]:
    """Return the numbers of persons whose lowest, and whose highest, answer is at each place (k,)."""
    if not unused or k > _WIDE:
        return np.zeros(k), np.zeros(k)
    placed = np.append(places, 0)[positions]
    highest = placed.max(axis=1)
    lowest = np.where(placed > 0, placed, k + 1).min(axis=1)
    answered = highest > 0
    return (
        np.bincount(lowest[answered], minlength=k + 1)[1:].astype(np.float64),
        np.bincount(highest[answered], minlength=k + 1)[1:].astype(np.float64),
    )


def _log10_strays(b: int, n: int) -> float:
    """Return log10 of the probability of ``b`` typing errors among ``n`` answers."""
    errors, right = _ERRORS

    def log_beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    return (log_beta(errors + b, right + n - b) - log_beta(errors, right)) / math.log(10)


def log10_unused(by_place: Floats, lowest: Floats, highest: Floats, n_items: int = 11) -> float:
    """Return log10 of the probability that the options without answers have none.

    Parameters
    ----------
    by_place
        (k,): number of answers at each option.
    lowest, highest
        (k,): numbers of persons whose lowest, and whose highest, answer it is.
    n_items
        Number of items.

    Examples
    --------
    >>> counts = np.array([20.0, 60.0, 80.0, 40.0, 0.0])
    >>> round(log10_unused(counts, counts, counts), 2), round(log10_unused(counts, counts, counts, 1), 2)
    (-2.56, -1.04)
    """
    shape = min(_SHAPE, (n_items + 1) / 2)
    chosen = np.flatnonzero(by_place)
    if len(chosen) < 2 or len(by_place) > _WIDE:
        return 0.0
    expected = []
    if chosen[-1] < len(by_place) - 1:
        expected.append(_beyond(highest[chosen[-1]], highest[chosen[-2]]))
    if chosen[0] > 0:
        expected.append(_beyond(lowest[chosen[0]], lowest[chosen[1]]))
    for left, right in pairwise(chosen.tolist()):
        if right - left > 1:
            expected.append(math.sqrt(by_place[left] * by_place[right]))
    return -shape * sum(math.log10(1 + e / shape) for e in expected) + 0.0


def _beyond(last: float, before: float) -> float:
    """Return the number that is expected beyond the last option used: ``last`` reduced twice by the ratio."""
    return last * (last / max(before, last, 1.0)) ** 2


def another_scale(used: Floats, scale: ResponseScale) -> StoredOptions | None:
    """Return the response scale that the stored values look like, if that is not the instrument's.

    It begins at 0 or 1, or below 0 at minus its highest value, ends at the highest value that was given, and
    its step divides all values. Where all values are far from such a beginning, they are codes: it begins at
    the lowest. None where there are fewer than three values, values are not whole, there are as many of such
    codes as options, or more than half of the range is free of values between two of them.
    """
    if len(used) < 3 or not np.all(used == np.floor(used)):
        return None
    numbers = [int(value) for value in used]
    lowest, highest = numbers[0], numbers[-1]
    start = 0 if lowest == 0 else 1 if lowest > 0 else -max(highest, -lowest)
    highest = max(highest, -start)
    if lowest - start >= _FAR_BELOW * (highest - lowest + 1):
        if len(used) >= scale.n_points:
            return None
        start = lowest
    step = reduce(math.gcd, [number - start for number in numbers])
    if step == 0 or (highest - start) // step < 2 or (highest - start) // step > 1000:
        return None
    if (start, highest, step) == tuple(scale.range) or 2 * max(np.diff(used)) > highest - start:
        return None
    points = range(start, highest + 1, step)
    return StoredOptions(
        hypothesis="another scale's answers",
        options={value: place for place, value in enumerate(points, start=1)},
    )


def other_recodes(used: Floats, scale: ResponseScale) -> StoredOptions | None:
    """Return the stored values as options in rising order, if there are as many as options, but other ones.

    Whole numbers only, and none further from the next one than twice the usual step, as a missing code is.
    """
    if len(used) != scale.n_points or len(used) < 3 or not np.all(used == np.floor(used)):
        return None
    gaps = np.diff(used)
    if gaps.max() > 2 * float(np.median(gaps)) or tuple(used.tolist()) == tuple(map(float, scale.values)):
        return None
    return StoredOptions(
        hypothesis="recodes permuted",
        options={int(value): place for place, value in enumerate(used.tolist(), start=1)},
    )
