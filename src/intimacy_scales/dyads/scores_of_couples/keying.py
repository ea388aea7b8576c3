"""Items that run against their key in the answers of couples: the check of `reliability_report`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.keyed import KeyedMoments
from intimacy_scales.moments.scale_items import ScaleItems
from intimacy_scales.reliability.items.keying import KeyingFinding, find_miskeyed

Floats = NDArray[np.float64]


def miskeyed_in_couples(
    form: Instrument, scale: str, items: ScaleItems, answers: Floats
) -> KeyingFinding | None:
    """Return the items that run against their key, or None if no item does.

    Correlations are those of persons, both partners together. Their number is that of couples, since partners
    answer alike: a correlation must be further below 0 before an item is named.

    Parameters
    ----------
    form, scale, items
        The instrument, and the scale with its items.
    answers
        (n_couples, 2, k): keyed answers of both partners, nan where missing.
    """
    answered = ~np.isnan(answers)
    persons = answers.reshape(-1, answers.shape[-1])
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(answered, answers, 0.0).sum(axis=(0, 1)) / answered.sum(axis=(0, 1))
        covariances = _covariances(persons - means)
    moments = KeyedMoments(
        instrument=form.ref,
        scale=scale,
        items=items.ids,
        reverse=items.reverse,
        missing="pairwise",
        n_persons=len(persons),
        counts=_couples_behind(answered),
        means=means,
        covariances=covariances,
        pair_variances=None,
        weights=items.weights,
        keyed_both_ways=items.keyed_both_ways,
        constant=items.constant,
        is_composite=items.is_composite,
        is_difference=items.is_difference,
    )
    return find_miskeyed(moments)


def _couples_behind(answered: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each two items in how many couples a partner answered both (k, k)."""
    first, second = answered.astype(np.float64).swapaxes(0, 1)
    both_partners = first * second
    pairs = first.T @ first + second.T @ second - both_partners.T @ both_partners
    return np.asarray(pairs, dtype=np.int64)


def _covariances(centred: Floats) -> Floats:
    """Return covariances of columns, each of the rows that have both (k, k); nan with fewer than two."""
    seen = (~np.isnan(centred)).astype(np.float64)
    values = np.where(np.isnan(centred), 0.0, centred)
    counts, sums = seen.T @ seen, values.T @ seen  # sums[i, j]: of column i over the rows that have j
    covariances: Floats = (values.T @ values - sums * sums.T / counts) / (counts - 1)
    return np.where(counts > 1, covariances, np.nan)
