"""Agreement of exploratory factors with scales: items elsewhere, scales spread or with a shared factor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from intimacy_scales.factor.exploratory.analysis import EFAResult
from intimacy_scales.numerics.ties import first_highest
from intimacy_scales.results.wording import apa, counted

Flag = Literal["elsewhere", "spread", "shared"]
CLEAR = 0.3  # smallest absolute loading that assigns an item to a factor


class Place(NamedTuple):
    """The exploratory factor on which an item loads most, the loading, and how it disagrees with the keys."""

    factor: str | None
    loading: float
    flag: Flag | None


def places(keys: Mapping[str, Sequence[str]], exploratory: EFAResult | None) -> dict[str, Place]:
    """Return the place of each item.

    Parameters
    ----------
    keys
        Scale → items.
    exploratory
        Exploratory factors; None if they could not be extracted.
    """
    if exploratory is None:
        return {item: Place(None, np.nan, None) for items in keys.values() for item in items}
    strongest: dict[str, tuple[str, float]] = {}
    for i, item in enumerate(exploratory.names):
        k = first_highest(np.abs(exploratory.loadings[i]))
        strongest[item] = (exploratory.factors[k], float(exploratory.loadings[i, k]))
    home = {scale: _common_factor([strongest[item] for item in items]) for scale, items in keys.items()}
    homes = Counter(factor for factor in home.values() if factor is not None)
    placed = {}
    for scale, items in keys.items():
        for item in items:
            factor, loading = strongest[item]
            flag: Flag | None = None
            if len(keys) == 1:
                pass  # one scale has one factor
            elif home[scale] is None:
                flag = "spread"
            elif factor != home[scale] and abs(loading) >= CLEAR:
                flag = "elsewhere"
            elif homes[str(home[scale])] > 1:
                flag = "shared"
            placed[item] = Place(factor, loading, flag)
    return placed


def _common_factor(strongest: Sequence[tuple[str, float]]) -> str | None:
    """Return the factor with clear loadings of more than half of a scale's items; None without one."""
    clear = Counter(factor for factor, loading in strongest if abs(loading) >= CLEAR)
    factor, count = clear.most_common(1)[0] if clear else ("", 0)
    return factor if 2 * count > len(strongest) else None


def place_warnings(keys: Mapping[str, Sequence[str]], placed: Mapping[str, Place]) -> list[str]:
    """Return warnings about scales whose items spread, and scales that share a factor."""
    cautions, homes = [], dict[str, list[str]]()
    for scale, items in keys.items():
        scale_places = [placed[item] for item in items]
        if all(place.flag == "spread" for place in scale_places):
            cautions.append(_spread_warning(scale, items, scale_places))
            continue
        home = _common_factor([(str(place.factor), place.loading) for place in scale_places])
        if home is not None and any(place.flag == "shared" for place in scale_places):
            homes.setdefault(home, []).append(scale)
    for factor, scales in homes.items():
        named = f"{', '.join(scales[:-1])} and {scales[-1]}"
        cautions.append(
            f"{named} share one exploratory factor: most items of each load on {factor}, so that these "
            "answers hardly distinguish the scales"
        )
    return cautions


def _spread_warning(scale: str, items: Sequence[str], scale_places: Sequence[Place]) -> str:
    """Return the warning about a scale whose items do not have a common exploratory factor."""
    by_factor: dict[str, list[str]] = {}
    for item, place in zip(items, scale_places, strict=True):
        by_factor.setdefault(str(place.factor) if abs(place.loading) >= CLEAR else "", []).append(item)
    clear = [f"{', '.join(names)} on {factor}" for factor, names in sorted(by_factor.items()) if factor]
    weak = by_factor.get("", [])
    rest = [f"{', '.join(weak)} on none (largest loading below {apa(CLEAR)})"] if weak else []
    return (
        f"the items of {scale} spread: no exploratory factor has clear loadings of more than half of its "
        f"{counted(len(items), 'item')}: {'; '.join([*clear, *rest])}"
    )
