"""Where exploratory factors put items: apart from their scale, spread, or several scales in one place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from intimacy_scales.factor.exploratory.analysis import EFAResult
from intimacy_scales.numerics.ties import first_highest
from intimacy_scales.results.wording import counted

Flag = Literal["elsewhere", "spread", "shared"]
CLEAR = 0.3  # a loading below it places an item nowhere


class Place(NamedTuple):
    """The exploratory factor an item goes with most, how, and what is odd about that."""

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
        Exploratory factors; None where there are none.
    """
    if exploratory is None:
        return {item: Place(None, np.nan, None) for items in keys.values() for item in items}
    found: dict[str, tuple[str, float]] = {}
    for i, item in enumerate(exploratory.names):
        k = first_highest(np.abs(exploratory.loadings[i]))
        found[item] = (exploratory.factors[k], float(exploratory.loadings[i, k]))
    home = {scale: _majority([found[item] for item in items]) for scale, items in keys.items()}
    homes = Counter(factor for factor in home.values() if factor is not None)
    placed = {}
    for scale, items in keys.items():
        for item in items:
            factor, loading = found[item]
            flag: Flag | None = None
            if len(keys) == 1:
                pass  # one scale has one factor, and nothing to be told apart from
            elif home[scale] is None:
                flag = "spread"
            elif factor != home[scale] and abs(loading) >= CLEAR:
                flag = "elsewhere"
            elif homes[str(home[scale])] > 1:
                flag = "shared"
            placed[item] = Place(factor, loading, flag)
    return placed


def _majority(found: Sequence[tuple[str, float]]) -> str | None:
    """Return the factor that more than half of a scale's items clearly go with; None where there is none."""
    clear = Counter(factor for factor, loading in found if abs(loading) >= CLEAR)
    factor, count = clear.most_common(1)[0] if clear else ("", 0)
    return factor if 2 * count > len(found) else None


def place_warnings(keys: Mapping[str, Sequence[str]], placed: Mapping[str, Place]) -> list[str]:
    """Say which scales' items spread, and which scales share a factor."""
    told, homes = [], dict[str, list[str]]()
    for scale, items in keys.items():
        own = [placed[item] for item in items]
        if all(place.flag == "spread" for place in own):
            told.append(_spread(scale, items, own))
            continue
        home = _majority([(str(place.factor), place.loading) for place in own])
        if home is not None and any(place.flag == "shared" for place in own):
            homes.setdefault(home, []).append(scale)
    for factor, scales in homes.items():
        named = f"{', '.join(scales[:-1])} and {scales[-1]}"
        told.append(
            f"{named} share one exploratory factor: most items of each go with {factor}, so that these "
            "answers hardly tell the scales apart"
        )
    return told


def _spread(scale: str, items: Sequence[str], own: Sequence[Place]) -> str:
    """Say where the items of a scale are that no factor holds together."""
    by_factor: dict[str, list[str]] = {}
    for item, place in zip(items, own, strict=True):
        by_factor.setdefault(str(place.factor) if abs(place.loading) >= CLEAR else "", []).append(item)
    clear = [f"{', '.join(names)} with {factor}" for factor, names in sorted(by_factor.items()) if factor]
    weak = by_factor.get("", [])
    rest = [f"{', '.join(weak)} with none (largest loading below {CLEAR:.2f})"] if weak else []
    return (
        f"the items of {scale} spread, and no exploratory factor holds more than half of its "
        f"{counted(len(items), 'item')}: {'; '.join([*clear, *rest])}"
    )
