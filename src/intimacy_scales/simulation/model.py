"""The model that answers are simulated from: its parameters, checked and laid out item by item."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError, nearest
from intimacy_scales.instrument import Instrument, ResponseScale, Scale
from intimacy_scales.instrument.counting import counted_items
from intimacy_scales.numerics.normal_draws import bell

Floats = NDArray[np.float64]

_OUTERMOST = 1.8
_ROUNDING = 1e-8  # by which a matrix that was computed may miss its own transpose, and 1 on its diagonal
_NOTHING = 1e-10
_NAMED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerModel:
    """What each answer depends on.

    Attributes
    ----------
    instrument
        Whose items are answered.
    factors
        Ids of the scales that have a factor: those that list an item which no scale before them lists.
    owner
        Item → position of its factor; items of no scale are not there.
    reversed_items
        Items that are reverse-keyed in the first scale that lists them.
    loadings
        Of each item on its factor, in the keyed direction (n_items,).
    correlations
        Of the factors.
    cuts
        Of each item's keyed latent response, ascending, one fewer than its points.
    """

    instrument: Instrument
    factors: tuple[str, ...]
    owner: Mapping[str, int]
    reversed_items: frozenset[str]
    loadings: Floats
    correlations: Floats
    cuts: tuple[Floats, ...]

    def true_scores(self, drawn: Floats) -> dict[str, Floats]:
        """Return the true scores of each scale of items, from factor scores (n_factors, n).

        A scale with a factor has that. One without (a total of items that are in subscales too) has what
        the factors of its items add to its score, standardized: each item counts with its loading and
        with how far its answer follows its latent response, ``sum(step * density(threshold))``.
        """
        found = {}
        for scale in self.instrument.scales:
            if scale.id in self.factors:
                found[scale.id] = drawn[self.factors.index(scale.id)]
            elif scale.items:
                found[scale.id] = self._common_part(scale, drawn)
        return found

    def _common_part(self, scale: Scale, drawn: Floats) -> Floats:
        weights = self._weights(scale)
        phi, k = self.correlations.tolist(), len(weights)
        # fsum, since sum rounds otherwise from Python 3.12
        variance = math.fsum(weights[i] * phi[i][j] * weights[j] for i in range(k) for j in range(k))
        made = np.zeros(drawn.shape[1])
        if variance <= _NOTHING * math.fsum(map(abs, weights)) ** 2:
            return made
        for weight, factor in zip(weights, drawn, strict=True):
            made += weight / math.sqrt(variance) * factor
        return made

    def _weights(self, scale: Scale) -> list[float]:
        """Return how much each factor moves a scale's score."""
        weights = [0.0] * len(self.factors)
        position = {item: n for n, item in enumerate(self.instrument.item_ids)}
        counts = _stretches(self.instrument, scale)
        for key in scale.keys:
            n = position[key.item]
            slope = counts[key.item] * _slope(self.instrument.items[n].response_scale, self.cuts[n])
            sign = 1.0 if key.reverse == (key.item in self.reversed_items) else -1.0
            weights[self.owner[key.item]] += sign * slope * float(self.loadings[n])
        return weights


def by_count(scale: ResponseScale) -> list[int | float]:
    """Return the points of a response scale from the one that counts least to the one that counts most."""
    return sorted(scale.values, key=scale.score_of)


def _slope(scale: ResponseScale, cuts: Floats) -> float:
    """Return how far what an answer counts follows its latent response."""
    if scale.is_plain:
        return float(scale.step) * math.fsum(bell(cuts))
    counted = [float(scale.score_of(value)) for value in by_count(scale)]
    return math.fsum(b * (high - low) for b, low, high in zip(bell(cuts), counted, counted[1:], strict=False))


def _stretches(instrument: Instrument, scale: Scale) -> dict[str, float]:
    """Return by what each answer is multiplied before it is counted in a scale."""
    responses = [instrument.item(key.item).response_scale for key in scale.keys]
    items = counted_items(scale, responses)
    return {
        item.item: float(item.weight * item.step / response.counted.step)
        for item, response in zip(items, responses, strict=True)
    }


def model_of(instrument: Instrument, loadings: Any, scale_correlations: Any, thresholds: Any) -> AnswerModel:
    """Return the model of an instrument's answers, or raise an EstimationError that says what is wrong."""
    owner: dict[str, int] = {}
    factors: list[str] = []
    turned: set[str] = set()
    for scale in instrument.scales:
        own = [key for key in scale.keys if key.item not in owner]
        owner.update(dict.fromkeys((key.item for key in own), len(factors)))
        turned.update(key.item for key in own if key.reverse)
        factors += [scale.id] if own else []
    return AnswerModel(
        instrument=instrument,
        factors=tuple(factors),
        owner=owner,
        reversed_items=frozenset(turned),
        loadings=_loadings(instrument, owner, loadings),
        correlations=_correlations(factors, scale_correlations),
        cuts=_thresholds(instrument, thresholds),
    )


# --- numbers ---


def number(value: Any) -> float | None:
    """Return a finite number as float; None for whatever is none: nan, True, a text."""
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        size = float(value)
    except OverflowError:
        return None
    return size if math.isfinite(size) else None


def _array(values: Any) -> Floats | None:
    """Return numbers as an array, or None where they are texts, truth values or rows of unequal length."""
    try:
        given = np.asarray(values)
    except (TypeError, ValueError):
        return None
    if given.dtype.kind not in "iuf" and any(number(value) is None for value in given.flat):
        return None
    return given.astype(np.float64)


def share(name: str, value: Any) -> float:
    """Return a share from 0 to 1, or raise."""
    size = number(value)
    if size is None or not 0 <= size <= 1:
        raise EstimationError(f"{name}={value!r} is not a share between 0 and 1; write 2 % as 0.02")
    return size


def whole_number(name: str, value: Any, what: str) -> int:
    """Return a whole number from 1, or raise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise EstimationError(f"{name}={value!r}: a whole number, at least 1 {what}")
    return int(value)


# --- names ---


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _unknown(names: Iterable[Any], known: Iterable[str]) -> list[Any]:
    there = set(known)
    return [name for name in names if name not in there]


def _scale_of(instrument: Instrument, name: Any) -> Scale | None:
    return next((scale for scale in instrument.scales if scale.id == name), None)


def _check_items(instrument: Instrument, what: str, names: Iterable[Any]) -> None:
    unknown = _unknown(names, instrument.item_ids)
    if not unknown:
        return
    name = unknown[0]
    near = next(iter(nearest(name, instrument.item_ids)), None)
    hint = f"did you mean {near!r}?" if near else f"its items are {_some(instrument.item_ids)}"
    if _scale_of(instrument, name) is not None:
        hint = f"that is a scale, and {what} are by item: {_some(instrument.item_ids)}"
    raise EstimationError(f"{what} names {name!r}, which is no item of {instrument.id}; {hint}")


def _check_factors(model: AnswerModel, what: str, names: Iterable[Any]) -> None:
    unknown = _unknown(names, model.factors)
    if not unknown:
        return
    name = unknown[0]
    scale, near = _scale_of(model.instrument, name), next(iter(nearest(name, model.factors)), None)
    if scale is None:
        why = f"which is no scale of {model.instrument.id}" + (f" (did you mean {near!r}?)" if near else "")
    elif scale.of:
        why = f"which has no factor of its own: it is composed of {', '.join(scale.of)}"
    else:
        owners = dict.fromkeys(model.factors[model.owner[key.item]] for key in scale.keys)
        why = f"which has no factor of its own: its items belong to {', '.join(owners)}, listed before it"
    there = ", ".join(model.factors)
    raise EstimationError(f"{what} names {name!r}, {why}; the scales with a factor: {there}")


# --- parameters ---


def _loadings(instrument: Instrument, scored: Mapping[str, int], loadings: Any) -> Floats:
    if isinstance(loadings, Mapping):
        _check_items(instrument, "loadings", loadings)
        left_out = _unknown(scored, loadings)
        if left_out:
            raise EstimationError(f"loadings names no loading for {left_out[0]!r}; name every scored item")
        given = {item: loadings.get(item, 0.0) for item in instrument.item_ids}
    elif number(loadings) is None:
        raise EstimationError(
            f"loadings={loadings!r}: one number between -1 and 1 for all items, such as 0.7, or a mapping "
            "from every scored item to its own"
        )
    else:
        given = {item: loadings if item in scored else 0.0 for item in instrument.item_ids}
    for item, value in given.items():
        size = number(value)
        if size is None or not -1 <= size <= 1:
            raise EstimationError(f"the loading {value!r} of {item} is not between -1 and 1, such as 0.7")
        if size and item not in scored:
            raise EstimationError(
                f"loadings gives {item} {value!r}, but no scale scores it, so there is no factor that it "
                "could load on; leave it out"
            )
    return np.array([float(value) for value in given.values()])


def _correlations(factors: Sequence[str], scale_correlations: Any) -> Floats:
    k, given = len(factors), _array(scale_correlations)
    if given is not None and not given.ndim and abs(given) <= 1:
        given = np.where(np.eye(k, dtype=bool), 1.0, given)
    if given is None or not given.ndim:
        fault = f"={scale_correlations!r}"
    else:
        fault = _fault(given) if given.shape == (k, k) else f": got shape {given.shape}"
        if not fault:
            phi: Floats = (given + given.T) / 2
            np.fill_diagonal(phi, 1.0)
            return phi
    raise EstimationError(
        f"scale_correlations{fault}; allowed are one number from -1 to 1, or a symmetric ({k}, {k}) matrix "
        f"of such numbers with 1 on its diagonal, in the order {', '.join(factors)}"
    )


def _fault(given: Floats) -> str:
    """Return what keeps a square matrix from being one of correlations, or nothing."""
    wrong = ~(np.abs(given) <= 1 + _ROUNDING)  # nan is
    wrong |= np.eye(len(given), dtype=bool) & ~(np.abs(given - 1) <= _ROUNDING)
    for i, j in np.argwhere(wrong).tolist():
        return f"[{i}, {j}] = {given[i, j]:.10g}"
    for i, j in np.argwhere(np.abs(given - given.T) > _ROUNDING).tolist():
        return f"[{i}, {j}] = {given[i, j]:.10g}, but [{j}, {i}] = {given[j, i]:.10g}"
    return ""


def _thresholds(instrument: Instrument, thresholds: Any) -> tuple[Floats, ...]:
    if isinstance(thresholds, Mapping):
        _check_items(instrument, "thresholds", thresholds)
    elif thresholds is not None and (isinstance(thresholds, str) or not np.iterable(thresholds)):
        raise EstimationError(
            f"thresholds={thresholds!r}: ascending numbers, one fewer than points, for all items, or a "
            "mapping from items to theirs"
        )
    cuts = []
    for item in instrument.items:
        n = item.response_scale.n_points
        given = thresholds.get(item.id) if isinstance(thresholds, Mapping) else thresholds
        cut = _even_cuts(n) if given is None else _array(given)
        if cut is None or cut.shape != (n - 1,) or not np.isfinite(cut).all() or np.any(np.diff(cut) < 0):
            raise EstimationError(
                f"thresholds of {item.id} must be {n - 1} ascending numbers for its {n} points, none of them "
                f"nan or infinite; got {given!r}"
            )
        cuts.append(cut)
    return tuple(cuts)


def _even_cuts(n_points: int) -> Floats:
    """Return cuts evenly spaced from -1.8 to 1.8; of two points, in the middle."""
    middle = n_points - 2
    return np.array([_OUTERMOST * (2 * n - middle) / max(middle, 1) for n in range(n_points - 1)])


def partner_correlations(model: AnswerModel, couples: Any) -> Floats:
    """Return the correlation of partners on each factor, 0 for those that a mapping leaves out."""
    by_scale = isinstance(couples, Mapping)
    if by_scale:
        _check_factors(model, "couples", couples)
    for name, value in couples.items() if by_scale else [("", couples)]:
        size = number(value)
        if size is None or not 0 <= size <= 1:
            of = f" of {name}" if by_scale else ""
            raise EstimationError(
                f"couples: the partner correlation {value!r}{of} is not between 0 and 1; give one for all "
                "scales, such as 0.4, a mapping from scales to theirs, or None where persons form no couples"
            )
    return np.array([float(couples.get(name, 0.0) if by_scale else couples) for name in model.factors])
