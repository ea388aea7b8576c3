"""Model of simulated answers: its parameters, checked and arranged by item."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument, ResponseScale, Scale
from intimacy_scales.instrument.counting import counted_items
from intimacy_scales.messages import nearest
from intimacy_scales.numerics.normal_draws import bell
from intimacy_scales.numerics.tolerances import GIVEN_CORRELATION, NO_COMMON_VARIANCE

Floats = NDArray[np.float64]

_OUTERMOST_CUT = 1.8
_NAMES_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerModel:
    """Parameters of a normal factor model of an instrument's answers, cut at thresholds.

    Attributes
    ----------
    instrument
        The instrument that is answered.
    factors
        Ids of the scales that have a factor: those that list an item which no scale before them lists.
    owner
        Item → position of its factor; without items that belong to no scale.
    reversed_items
        Items that are reverse-keyed in the first scale that lists them.
    loadings
        (n_items,): loading of each item on its factor, in the keyed direction.
    correlations
        (n_factors, n_factors): correlations of the factors.
    cuts
        Thresholds of each item's keyed latent response, ascending, one fewer than its response options.
    """

    instrument: Instrument
    factors: tuple[str, ...]
    owner: Mapping[str, int]
    reversed_items: frozenset[str]
    loadings: Floats
    correlations: Floats
    cuts: tuple[Floats, ...]

    def true_scores(self, factor_scores: Floats) -> dict[str, Floats]:
        """Return the true scores of each scale of items, from factor scores (n_factors, n).

        The true score of a scale with a factor is that factor. That of a scale without one (a total of items
        that also belong to subscales) is the contribution of its items' factors to its score, standardized.
        """
        true_scores = {}
        for scale in self.instrument.scales:
            if scale.id in self.factors:
                true_scores[scale.id] = factor_scores[self.factors.index(scale.id)]
            elif scale.items:
                true_scores[scale.id] = self._common_part(scale, factor_scores)
        return true_scores

    def _common_part(self, scale: Scale, factor_scores: Floats) -> Floats:
        """Return the standardized weighted sum of factor scores that a scale's score depends on (n,)."""
        weights = self._weights(scale)
        phi, k = self.correlations.tolist(), len(weights)
        # fsum, since sum rounds differently from Python 3.12 on
        variance = math.fsum(weights[i] * phi[i][j] * weights[j] for i in range(k) for j in range(k))
        common_part = np.zeros(factor_scores.shape[1])
        if variance <= NO_COMMON_VARIANCE * math.fsum(map(abs, weights)) ** 2:
            return common_part
        for weight, factor in zip(weights, factor_scores, strict=True):
            common_part += weight / math.sqrt(variance) * factor
        return common_part

    def _weights(self, scale: Scale) -> list[float]:
        """Return the regression weight of each factor on a scale's score.

        Each item adds ``± loading * slope``, with the slope of its expected answer on its latent response,
        ``sum(step * density(threshold))``, and minus if it is keyed the other way in this scale.
        """
        weights = [0.0] * len(self.factors)
        position = {item: n for n, item in enumerate(self.instrument.item_ids)}
        multipliers = _multipliers(self.instrument, scale)
        for key in scale.keys:
            n = position[key.item]
            slope = multipliers[key.item] * _slope(self.instrument.items[n].response_scale, self.cuts[n])
            sign = 1.0 if key.reverse == (key.item in self.reversed_items) else -1.0
            weights[self.owner[key.item]] += sign * slope * float(self.loadings[n])
        return weights


def by_count(scale: ResponseScale) -> list[int | float]:
    """Return the options of a response scale, from the lowest to the highest score."""
    return sorted(scale.values, key=scale.score_of)


def _slope(scale: ResponseScale, cuts: Floats) -> float:
    """Return the slope of the expected score of an answer on its latent response."""
    if scale.is_plain:
        return float(scale.step) * math.fsum(bell(cuts))
    scores = [float(scale.score_of(value)) for value in by_count(scale)]
    return math.fsum(b * (high - low) for b, low, high in zip(bell(cuts), scores, scores[1:], strict=False))


def _multipliers(instrument: Instrument, scale: Scale) -> dict[str, float]:
    """Return the factor by which each item's answer is multiplied in a scale's score."""
    responses = [instrument.item(key.item).response_scale for key in scale.keys]
    items = counted_items(scale, responses)
    return {
        item.item: float(item.weight * item.step / response.counted.step)
        for item, response in zip(items, responses, strict=True)
    }


def model_of(instrument: Instrument, loadings: Any, scale_correlations: Any, thresholds: Any) -> AnswerModel:
    """Return the model of an instrument's answers, or raise an `EstimationError` if it is not valid."""
    owner: dict[str, int] = {}
    factors: list[str] = []
    reverse_keyed: set[str] = set()
    for scale in instrument.scales:
        new_keys = [key for key in scale.keys if key.item not in owner]
        owner.update(dict.fromkeys((key.item for key in new_keys), len(factors)))
        reverse_keyed.update(key.item for key in new_keys if key.reverse)
        factors += [scale.id] if new_keys else []
    return AnswerModel(
        instrument=instrument,
        factors=tuple(factors),
        owner=owner,
        reversed_items=frozenset(reverse_keyed),
        loadings=_loadings(instrument, owner, loadings),
        correlations=_correlations(factors, scale_correlations),
        cuts=_thresholds(instrument, thresholds),
    )


# --- numbers ---


def number(value: Any) -> float | None:
    """Return a finite number as float; None for other values, such as nan, True or a text."""
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        as_float = float(value)
    except OverflowError:
        return None
    return as_float if math.isfinite(as_float) else None


def _array(values: Any) -> Floats | None:
    """Return numbers as an array, or None for texts, truth values or rows of unequal length."""
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):
        return None
    if array.dtype.kind not in "iuf" and any(number(value) is None for value in array.flat):
        return None
    return array.astype(np.float64)


def share(name: str, value: Any) -> float:
    """Return a share from 0 to 1, or raise."""
    checked = number(value)
    if checked is None or not 0 <= checked <= 1:
        raise EstimationError(f"{name}={value!r} is not a share between 0 and 1; write 2 % as 0.02")
    return checked


def whole_number(name: str, value: Any, what: str) -> int:
    """Return a whole number of at least 1, or raise."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise EstimationError(f"{name}={value!r} is not valid; allowed: a whole number, at least 1 {what}")
    return int(value)


# --- names ---


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _unknown(names: Iterable[Any], known: Iterable[str]) -> list[Any]:
    known_names = set(known)
    return [name for name in names if name not in known_names]


def _scale_of(instrument: Instrument, name: Any) -> Scale | None:
    return next((scale for scale in instrument.scales if scale.id == name), None)


def _check_items(instrument: Instrument, what: str, names: Iterable[Any]) -> None:
    """Raise if a name is not an item of the instrument."""
    unknown = _unknown(names, instrument.item_ids)
    if not unknown:
        return
    name = unknown[0]
    near = next(iter(nearest(name, instrument.item_ids)), None)
    hint = f"did you mean {near!r}?" if near else f"its items are {_some(instrument.item_ids)}"
    if _scale_of(instrument, name) is not None:
        hint = f"it is a scale, and {what} are by item: {_some(instrument.item_ids)}"
    raise EstimationError(f"{what} names {name!r}, which is not an item of {instrument.id}; {hint}")


def _check_factors(model: AnswerModel, what: str, names: Iterable[Any]) -> None:
    """Raise if a name is not a scale with a factor."""
    unknown = _unknown(names, model.factors)
    if not unknown:
        return
    name = unknown[0]
    scale, near = _scale_of(model.instrument, name), next(iter(nearest(name, model.factors)), None)
    if scale is None:
        why = f"which is not a scale of {model.instrument.id}" + (
            f" (did you mean {near!r}?)" if near else ""
        )
    elif scale.of:
        why = f"which has no factor of its own: it is composed of {', '.join(scale.of)}"
    else:
        owners = dict.fromkeys(model.factors[model.owner[key.item]] for key in scale.keys)
        why = f"which has no factor of its own: its items belong to {', '.join(owners)}, listed before it"
    raise EstimationError(f"{what} names {name!r}, {why}; scales with a factor: {', '.join(model.factors)}")


# --- parameters ---


def _loadings(instrument: Instrument, scored: Mapping[str, int], loadings: Any) -> Floats:
    """Return the loading of each item (n_items,), 0 for items that no scale scores."""
    if isinstance(loadings, Mapping):
        _check_items(instrument, "loadings", loadings)
        left_out = _unknown(scored, loadings)
        if left_out:
            raise EstimationError(
                f"loadings has no loading of {left_out[0]!r}; give one for each item that is scored"
            )
        given = {item: loadings.get(item, 0.0) for item in instrument.item_ids}
    elif number(loadings) is None:
        raise EstimationError(
            f"loadings={loadings!r} is not valid; allowed: one number between -1 and 1 for all items, such "
            "as 0.7, or a mapping from each scored item to its loading"
        )
    else:
        given = {item: loadings if item in scored else 0.0 for item in instrument.item_ids}
    for item, value in given.items():
        loading = number(value)
        if loading is None or not -1 <= loading <= 1:
            raise EstimationError(
                f"the loading {value!r} of {item} is not valid; allowed: a number between -1 and 1, such as "
                "0.7"
            )
        if loading and item not in scored:
            raise EstimationError(
                f"loadings gives {item} {value!r}, but no scale scores it, so it has no factor to load on; "
                "leave it out"
            )
    return np.array([float(value) for value in given.values()])


def _correlations(factors: Sequence[str], scale_correlations: Any) -> Floats:
    """Return the correlations of the factors (k, k), exactly symmetric and with 1 on the diagonal."""
    k, matrix = len(factors), _array(scale_correlations)
    if matrix is not None and not matrix.ndim and abs(matrix) <= 1:
        matrix = np.where(np.eye(k, dtype=bool), 1.0, matrix)
    if matrix is None or not matrix.ndim:
        fault = f"={scale_correlations!r} is not valid"
    else:
        fault = _fault(matrix) if matrix.shape == (k, k) else f" has the shape {matrix.shape}"
        if not fault:
            phi: Floats = (matrix + matrix.T) / 2
            np.fill_diagonal(phi, 1.0)
            return phi
    raise EstimationError(
        f"scale_correlations{fault}; allowed: one number from -1 to 1, or a symmetric ({k}, {k}) matrix of "
        f"such numbers with 1 on its diagonal, in the order {', '.join(factors)}"
    )


def _fault(matrix: Floats) -> str:
    """Return the first element that a matrix of correlations cannot have, or an empty text."""
    is_wrong = ~(np.abs(matrix) <= 1 + GIVEN_CORRELATION)  # true for nan
    is_wrong |= np.eye(len(matrix), dtype=bool) & ~(np.abs(matrix - 1) <= GIVEN_CORRELATION)
    for i, j in np.argwhere(is_wrong).tolist():
        return f"[{i}, {j}] = {matrix[i, j]:.10g} is not valid"
    for i, j in np.argwhere(np.abs(matrix - matrix.T) > GIVEN_CORRELATION).tolist():
        return f"[{i}, {j}] = {matrix[i, j]:.10g}, but [{j}, {i}] = {matrix[j, i]:.10g}"
    return ""


def _thresholds(instrument: Instrument, thresholds: Any) -> tuple[Floats, ...]:
    """Return the thresholds of each item, by default evenly spaced."""
    if isinstance(thresholds, Mapping):
        _check_items(instrument, "thresholds", thresholds)
    elif thresholds is not None and (isinstance(thresholds, str) or not np.iterable(thresholds)):
        raise EstimationError(
            f"thresholds={thresholds!r} is not valid; allowed: ascending numbers for all items, one fewer "
            "than options, or a mapping from items to theirs"
        )
    cuts = []
    for item in instrument.items:
        n = item.response_scale.n_points
        given = thresholds.get(item.id) if isinstance(thresholds, Mapping) else thresholds
        cut = _even_cuts(n) if given is None else _array(given)
        if cut is None or cut.shape != (n - 1,) or not np.isfinite(cut).all() or np.any(np.diff(cut) < 0):
            raise EstimationError(
                f"thresholds of {item.id}: {given!r} is not valid; allowed: {n - 1} ascending finite "
                f"numbers, for its {n} options"
            )
        cuts.append(cut)
    return tuple(cuts)


def _even_cuts(n_points: int) -> Floats:
    """Return cuts evenly spaced from -1.8 to 1.8; for two options, one cut at 0."""
    last = n_points - 2
    return np.array([_OUTERMOST_CUT * (2 * n - last) / max(last, 1) for n in range(n_points - 1)])


def partner_correlations(model: AnswerModel, couples: Any) -> Floats:
    """Return the correlation of partners on each factor (n_factors,), 0 where a mapping leaves it out."""
    by_scale = isinstance(couples, Mapping)
    if by_scale:
        _check_factors(model, "couples", couples)
    for name, value in couples.items() if by_scale else [("", couples)]:
        r = number(value)
        if r is None or not 0 <= r <= 1:
            where = f" of {name}" if by_scale else ""
            raise EstimationError(
                f"couples: the partner correlation {value!r}{where} is not between 0 and 1; pass one for all "
                "scales, such as 0.4, a mapping from scales to theirs, or None if persons do not form couples"
            )
    return np.array([float(couples.get(name, 0.0) if by_scale else couples) for name in model.factors])
