"""Means and standard deviations of keyed items under a coding, as shares of their range (arrays only)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.believed import Believed
from intimacy_scales.coding.joint_counts import Block

Floats = NDArray[np.float64]


class KeyedItems(NamedTuple):
    """Keyed items of a scale, from 0 (lowest possible) to 1 (highest possible).

    Attributes
    ----------
    means, sds
        (m,); nan without answers.
    """

    means: Floats
    sds: Floats


def keyed_items(block: Block, believed: Believed) -> KeyedItems:
    """Return means and standard deviations of a scale's keyed items under a coding."""
    scores = believed.scores[block.columns]
    given = np.where(np.isnan(scores), 0.0, block.own)
    places = np.nan_to_num(scores)
    highest = np.maximum(believed.points[block.columns], 2.0)
    shares = (places - 1) / (highest - 1)[:, None]
    total = given.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (given * shares).sum(axis=1) / total
        squares = (given * (shares - means[:, None]) ** 2).sum(axis=1) / (total - 1)
    turned = block.signs * believed.flips[block.columns] < 0
    return KeyedItems(np.where(turned, 1 - means, means), np.sqrt(squares))
