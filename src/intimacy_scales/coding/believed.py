"""The coding that is believed while evidence is weighed, and the relations between items under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.categories import ItemGroup
from intimacy_scales.coding.joint_counts import Block, Relations, relations

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """What each category of stored answers is taken to be, and in which direction each item is keyed.

    Attributes
    ----------
    scores
        (n_items, C): place from 1 of each category's option; nan for no answer.
    flips
        (n_items,): -1 where an item counts the other way than its key says.
    points
        (n_items,): number of options of each item.
    """

    scores: Floats
    flips: Floats
    points: Floats

    def with_scores(self, columns: Positions, scores: Floats) -> Believed:
        """Return the same with other scores of some items."""
        changed = self.scores.copy()
        changed[columns] = scores
        return replace(self, scores=changed)

    def in_order(self, columns: Positions, base: Sequence[int], order: Sequence[int]) -> Believed:
        """Return the same with the categories of some items at the places of the options in another order."""
        scores = self.scores[columns].copy()
        scores[:, list(order)] = self.scores[columns][:, list(base)]
        return self.with_scores(columns, scores)

    def flipped(self, columns: Positions) -> Believed:
        """Return the same with some items keyed the other way round."""
        flips = self.flips.copy()
        flips[columns] *= -1
        return replace(self, flips=flips)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestScores:
    """Rest scores of those who gave each stored value, for the items that a scale judges.

    Attributes
    ----------
    means
        (n_items, C): mean standardized rest score, in the direction of the stored values.
    counts
        (n_items, C): persons; 0 for items that no scale judges.
    """

    means: Floats
    counts: Floats


def relations_of(blocks: Sequence[Block], believed: Believed) -> tuple[Relations, ...]:
    """Return the relations between the items of each scale."""
    return tuple(
        relations(block, believed.scores[block.columns], believed.flips[block.columns]) for block in blocks
    )


def rest_scores(blocks: Sequence[Block], believed: Believed) -> RestScores:
    """Return the rest scores by stored value, each item judged by one scale."""
    means, counts = np.zeros_like(believed.scores), np.zeros_like(believed.scores)
    for block, related in zip(blocks, relations_of(blocks, believed), strict=True):
        columns = block.columns[block.judged]
        direction = (block.signs * believed.flips[block.columns])[block.judged]
        means[columns] = related.rest_means[block.judged] * direction[:, None]
        counts[columns] = related.rest_counts[block.judged]
    return RestScores(means=means, counts=counts)


def base_order(group: ItemGroup, believed: Believed) -> tuple[int, ...]:
    """Return the categories that are options of most items of a group, from the lowest to the highest."""
    scores = believed.scores[group.columns]
    if np.array_equal(scores, np.broadcast_to(scores[0], scores.shape), equal_nan=True):
        scores = scores[:1]
    counted = ~np.isnan(scores)
    options = np.flatnonzero(2 * np.count_nonzero(counted, axis=0) > len(scores))
    places = [float(np.median(scores[counted[:, at], at])) for at in options]
    return tuple(int(at) for at in options[np.argsort(places, kind="stable")])
