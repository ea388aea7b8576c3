"""Correlations of the scores of scales, from the covariances of their items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import Floats, keyed_moments_of
from intimacy_scales.moments.scale_items import scale_items, some_items


def item_correlations(moments: ItemMoments, items: Sequence[str]) -> Floats:
    """Return the correlations of keyed items (k, k), each from all who answered both; nan where undefined."""
    return keyed_moments_of(
        moments, "items", some_items(moments.instrument, items), "pairwise"
    ).correlations()


def scale_correlations(moments: ItemMoments, scales: Sequence[str]) -> Floats:
    """Return the correlations of scales' scores (s, s); nan where undefined.

    Scores are weighted sums of keyed items, ``cov(a, b) = w_a' C w_b``, with each covariance of C from all
    who answered both items. They are those of complete answers where nobody skipped an item.
    """
    of_scales = [scale_items(moments.instrument)[scale] for scale in scales]
    items = list(dict.fromkeys(item for scale in of_scales for item in scale.ids))
    chosen = some_items(moments.instrument, items)
    covariances = keyed_moments_of(moments, "items", chosen, "pairwise").covariances
    weights = np.zeros((len(scales), len(items)))
    for row, scale in enumerate(of_scales):
        columns = [items.index(item) for item in scale.ids]
        # an item that two scales key in different directions counts against its own direction in one of them
        weights[row, columns] = np.where(
            scale.reverse == chosen.reverse[columns], scale.weights, -scale.weights
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        joint = np.array([[_product(a, covariances, b) for b in weights] for a in weights])
        sds = np.sqrt(np.where(joint.diagonal() > 0, joint.diagonal(), np.nan))
        correlations: Floats = joint / np.outer(sds, sds)
    return correlations


def _product(first: Floats, covariances: Floats, second: Floats) -> float:
    """Return ``first' C second`` of the items that count, so that others may be undefined."""
    rows, columns = np.flatnonzero(first), np.flatnonzero(second)
    return float(first[rows] @ covariances[np.ix_(rows, columns)] @ second[columns])
