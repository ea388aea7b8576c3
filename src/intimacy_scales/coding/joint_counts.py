"""Joint counts of the stored answers to pairs of items, and what follows of them under any coding.

One pass over the answers counts how often each stored value of an item goes with each of another.
Correlations and rest-score means are then sums over these counts, whatever the values are taken to mean.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.categories import ItemGroup
from intimacy_scales.coding.stored_answers import StoredAnswers
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.scale_items import scale_items

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]
FEWEST_ITEMS = 3  # of a scale, from which a relation of an item to the others can be told
_EXACT = 2**24 - 1  # rows whose counts float32 holds exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The items of one scale, with their joint counts.

    Attributes
    ----------
    scale
        Id of the scale.
    columns
        (m,): positions of its items.
    signs
        (m,): 1, or -1 for a reverse-keyed item.
    judged
        (m,): whether the item is judged by this scale; an item of several scales is judged by one of them.
    joint
        (m, C, m, C): number of persons with each pair of categories of each pair of items.
    own
        (m, C): number of persons in each category of each item.
    kept
        Relations that were computed, by the coding that they belong to.
    """

    scale: str
    columns: Positions
    signs: Floats
    judged: NDArray[np.bool_]
    joint: Floats
    own: Floats = field(init=False, repr=False, compare=False)
    kept: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "own", np.einsum("icic->ic", self.joint))

    def without(self, columns: Positions) -> Block:
        """Return the scale without some of the instrument's items."""
        kept = np.flatnonzero(~np.isin(self.columns, columns))
        return Block(
            scale=self.scale,
            columns=self.columns[kept],
            signs=self.signs[kept],
            judged=self.judged[kept],
            joint=self.joint[kept][:, :, kept],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """Relations between the items of a scale under one coding of each.

    Attributes
    ----------
    correlations
        (m, m): correlations of the keyed items; 0 where they are undefined.
    n
        (m,): harmonic mean number of persons who answered the item and another one.
    rest_means
        (m, C): mean of the standardized rest score in each category of each item, in the keyed direction.
    rest_counts
        (m, C): number of persons in each category, on average over the other items.
    """

    correlations: Floats
    n: Floats
    rest_means: Floats
    rest_counts: Floats


def home_scales(form: Instrument) -> dict[str, NDArray[np.bool_]]:
    """Return scale → which of its items are judged by it.

    An item is judged by the first scale of items that contains it and has three or more; an item without
    such a scale by the first composite that contains it.
    """
    homes: dict[str, NDArray[np.bool_]] = {}
    judged: set[int] = set()
    scales = scale_items(form)
    order = sorted(form.scale_ids, key=lambda name: bool(form.scale(name).of))
    for name in order:
        scale = scales[name]
        if len(scale.ids) < FEWEST_ITEMS or scale.is_difference or scale.keyed_both_ways:
            continue
        new = np.array([int(column) not in judged for column in scale.columns])
        if new.any():
            homes[name] = new
            judged.update(map(int, scale.columns))
    return homes


def blocks_of(form: Instrument, answers: StoredAnswers, groups: tuple[ItemGroup, ...]) -> tuple[Block, ...]:
    """Return the joint counts of the items of each scale by which items are judged."""
    category = np.full(answers.positions.shape, -1, dtype=np.int16, order="F")
    for group in groups:
        of_value = np.append(group.of_value, -1).astype(np.int16)
        category[:, group.columns] = of_value[answers.positions[:, group.columns]]
    width = max(group.n_categories for group in groups)
    scales = scale_items(form)
    blocks = []
    for name, judged in home_scales(form).items():
        scale = scales[name]
        blocks.append(
            Block(
                scale=name,
                columns=scale.columns,
                signs=np.where(scale.reverse, -1.0, 1.0),
                judged=judged,
                joint=joint_counts(category[:, scale.columns], width),
            )
        )
    return tuple(blocks)


def joint_counts(category: NDArray[np.int16], width: int) -> Floats:
    """Count the pairs of categories of each pair of columns: (m, width, m, width).

    Parameters
    ----------
    category
        (n, m): category of each answer from 0; -1 where there is none.
    width
        Number of categories.
    """
    n, m = category.shape
    total = np.zeros((m * width, m * width))
    levels = np.arange(width, dtype=np.int16)
    block = 16_384
    with one_blas_thread():
        for start in range(0, n, min(block, _EXACT)):
            part = category[start : start + block]
            given = (part[:, :, None] == levels).reshape(len(part), m * width).astype(np.float32)
            total += given.T @ given
    return total.reshape(m, width, m, width)


def relations(block: Block, scores: Floats, flips: Floats) -> Relations:
    """Return the relations between the items of a scale.

    Parameters
    ----------
    block
        The scale.
    scores
        (m, C): score of each category of each item; nan where it counts as no answer.
    flips
        (m,): -1 for an item whose key is taken the other way round, otherwise 1.
    """
    coding = (scores.tobytes(), flips.tobytes())
    if coding not in block.kept:
        block.kept[coding] = _relations(block, scores, flips)
    kept: Relations = block.kept[coding]
    return kept


def _relations(block: Block, scores: Floats, flips: Floats) -> Relations:
    """Return the relations between the items of a scale, computed from their joint counts."""
    joint = block.joint
    m = len(joint)
    counted = ~np.isnan(scores)
    weights = block.own * counted
    n_answers = np.maximum(weights.sum(axis=1, keepdims=True), 1.0)
    plain = np.where(counted, scores, 0.0)
    centred = (plain - (weights * plain).sum(axis=1, keepdims=True) / n_answers) * counted
    sds = np.sqrt((weights * centred**2).sum(axis=1, keepdims=True) / n_answers)
    z = np.divide(centred, sds, out=np.zeros_like(centred), where=sds > 0)
    z = z * (block.signs * flips)[:, None]
    sums = np.einsum("icjd,jd->icj", joint, z)  # of z of item j among those in category c of item i
    pairs = np.einsum("icjd,jd->icj", joint, counted.astype(np.float64))
    means = np.divide(sums, pairs, out=np.zeros_like(sums), where=pairs > 0)
    n_pairs = np.einsum("icj,ic->ij", pairs, counted.astype(np.float64))
    r = np.einsum("icj,ic->ij", sums, z)
    r = np.divide(r, n_pairs, out=np.zeros_like(r), where=n_pairs > 0)
    np.fill_diagonal(r, 1.0)
    others = 1.0 - np.eye(m)
    rest = np.einsum("icj,ij->ic", means, others)
    variances = _rest_variances(r)
    harmonic = (m - 1) / np.einsum("ij,ij->i", 1.0 / np.maximum(n_pairs, 1.0), others)
    return Relations(
        correlations=r,
        n=harmonic,
        rest_means=rest / np.sqrt(variances)[:, None],
        rest_counts=np.einsum("icj,ij->ic", pairs, others) / (m - 1),
    )


def _rest_variances(r: Floats) -> Floats:
    """Return the variance of the sum of the other items, for each item; at least that of one of them."""
    total = float(r.sum())
    return np.asarray(np.maximum(total - 2 * r.sum(axis=1) + 1.0, 1.0))
