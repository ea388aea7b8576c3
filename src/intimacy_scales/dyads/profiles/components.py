"""Profiles of both partners of each couple: their scores on several scales, or their answers to items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.confirmatory.model.model import parts_of
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.keyed import items_of
from intimacy_scales.moments.scale_items import ScaleItems
from intimacy_scales.numerics.arguments import as_different_names
from intimacy_scales.results.wording import counted

Floats = NDArray[np.float64]
Over = Literal["scales", "items"]

_FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Values of both partners of each couple on the components of their profiles.

    Attributes
    ----------
    over
        Whether the components are scales or items.
    names
        Ids of the k components.
    values
        (n_couples, 2, k): nan where missing.
    warnings
        Why the components may not be comparable with each other.
    """

    over: Over
    names: tuple[str, ...]
    values: Floats
    warnings: tuple[str, ...]

    @property
    def missing(self) -> NDArray[np.int64]:
        """Number of missing values of each partner (n_couples, 2)."""
        n_missing: NDArray[np.int64] = np.isnan(self.values).sum(axis=2)
        return n_missing


def components_of(dyads: Dyads, over: Over, scales: Sequence[str] | None, keyed: bool) -> Components:
    """Return the components of profiles; arguments as of `profile_similarity`.

    Raises
    ------
    EstimationError
        An option is not valid, or there are fewer than three components.
    """
    if over not in get_args(Over):
        raise EstimationError(not_one_of("over", over, get_args(Over)))
    if not isinstance(keyed, bool):
        raise EstimationError(f"keyed={keyed!r} is not valid; allowed: True, False")
    chosen = _chosen_scales(dyads, scales)
    if over == "scales":
        _check_number(chosen, over)
        values = np.stack([dyads.scores[name] for name in chosen], axis=2)
        return Components(over=over, names=chosen, values=values, warnings=_scale_cautions(dyads, chosen))
    names, values, cautions = _items(dyads, chosen, keyed)
    _check_number(names, over)
    return Components(over=over, names=names, values=values, warnings=cautions)


def _chosen_scales(dyads: Dyads, scales: Any) -> tuple[str, ...]:
    """Return the scales that were asked for; by default all but composites and totals of others."""
    if scales is None:
        parts = dyads.scale_ids if dyads.form is None else parts_of(dyads.form, None)
        return tuple(name for name in dyads.scale_ids if name in parts)
    names = as_different_names("scales", scales, f"scales: {', '.join(dyads.scale_ids)}")
    for name in names:
        if name not in dyads.scale_ids:
            raise EstimationError(not_one_of("scales", name, dyads.scale_ids))
    return names


def _check_number(names: Sequence[str], over: Over) -> None:
    """Raise where there are too few components for a profile to have a shape."""
    if len(names) < _FEWEST:
        listed = f" ({', '.join(names)})" if names else ""
        other = "scales" if over == "items" else "items"
        raise EstimationError(
            f"a profile over {counted(len(names), over[:-1])}{listed} has no shape; at least {_FEWEST} are "
            f"needed, since two values always correlate at 1 or -1: name other scales, scales=[...], or use "
            f"over={other!r}"
        )


def _items(
    dyads: Dyads, scales: Sequence[str], keyed: bool
) -> tuple[tuple[str, ...], Floats, tuple[str, ...]]:
    """Return each item of some scales once, its values (n_couples, 2, k), and cautions."""
    columns: dict[str, tuple[str, Floats]] = {}  # item → the first scale that has it, and its values there
    blocks = [np.empty((len(dyads), 2, 0))]
    ranges: set[tuple[float, float]] = set()
    for scale in scales:
        values, items = _items_of_scale(dyads, scale, keyed)
        ranges.update(zip(items.minima.tolist(), items.ends.tolist(), strict=True))
        new = []
        for place, item in enumerate(items.ids):
            first, earlier = columns.setdefault(item, (scale, values[:, :, place]))
            if first == scale:
                new.append(place)
            elif not np.array_equal(earlier, values[:, :, place], equal_nan=True):
                raise EstimationError(
                    f"item {item} counts differently in scale {first!r} and in {scale!r}; name one of them, "
                    "scales=[...], or compare the answers as they were given, keyed=False"
                )
        blocks.append(values if len(new) == values.shape[2] else values[:, :, new])
    cautions = ("the items differ in range, which gives all profiles the same ups and downs",)
    return tuple(columns), np.concatenate(blocks, axis=2), cautions if len(ranges) > 1 else ()


def _items_of_scale(dyads: Dyads, scale: str, keyed: bool) -> tuple[Floats, ScaleItems]:
    """Return the values (n_couples, 2, k) of a scale's items, keyed or as they were given, and the items."""
    values = dyads.items(scale)
    assert dyads.answers is not None
    _, items = items_of(dyads.answers, scale)
    if items.keyed_both_ways:
        raise EstimationError(
            f"scale {scale!r} counts {items.keyed_both_ways[0]} in both directions; name scales that it is "
            "composed of instead, scales=[...]"
        )
    return values if keyed else np.where(items.reverse, items.ends - values, values), items


def _scale_cautions(dyads: Dyads, scales: Sequence[str]) -> tuple[str, ...]:
    """Return cautions about scales that cannot be compared with each other."""
    cautions = []
    if len({dyads.ranges[name] for name in scales if name in dyads.ranges}) > 1:
        cautions.append("the scales differ in range, which gives all profiles the same ups and downs")
    away = _away_from_closeness(dyads.form, scales)
    if away and len(away) < len(scales):
        cautions.append(
            f"high scores mean less closeness on {counted(len(away), 'scale')} ({', '.join(away)}) and more "
            "on the others, which gives all profiles the same ups and downs: judge the distinctive similarity"
        )
    return tuple(cautions)


def _away_from_closeness(form: Instrument | None, scales: Sequence[str]) -> list[str]:
    """Return the scales on which high scores mean less closeness."""
    return [] if form is None else [name for name in scales if form.scale(name).against_closeness]
