"""Answering style as the rival of options out of order: how far items agree in the printed order.

Some people choose the ends of every range, others its middle. Items then correlate by how far an answer is
from the middle, and an order in which the two ends are neighbours may fit their rest scores well, though all
options are as printed. What tells the two apart is how much the items agree in the printed order.

Let options in the order ``a`` cut a normal variable, correlated ``r`` between two items. Scores ``b`` of the
printed order are functions of it; with their coefficients ``c_k`` in Hermite polynomials (squares sum to 1)

    cor(b, b') = sum c_k^2 r^k <= c_1^2 r + (1 - c_1^2) r^2

(Mehler's formula; Kendall, 1941). With ``rho`` the correlation of an item's scores in both orders, ``r_a``
the correlation of items in the order ``a``, and ``s`` the share of the normal variable's variance that the
options tell, ``c_1^2 r = rho^2 r_a`` and ``r = r_a / s``. Items that correlate more than that in the printed
order have a relation in it that options out of order do not explain. Nor is there much to explain where they
correlate hardly more in the order ``a``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.believed import Believed, relations_of
from intimacy_scales.coding.categories import ItemGroup
from intimacy_scales.coding.category_order import normal_scores
from intimacy_scales.coding.joint_counts import Block

Floats = NDArray[np.float64]
_LEAST_GAIN = (
    1.25  # times that items must correlate in an order that brings the ends together; chance makes it 1.1
)


def agrees_as_printed(
    group: ItemGroup, blocks: Sequence[Block], printed: Believed, ordered: Believed, order: Sequence[int]
) -> bool:
    """Tell whether items agree in the printed order more than options in another order would let them.

    Parameters
    ----------
    group
        Items with one response scale.
    blocks
        The scales.
    printed, ordered
        The coding with the options as printed, and with those of the group in the other order.
    order
        Categories from the lowest option to the highest in the other order.
    """
    as_printed, in_order, shared, spread, pairs = 0.0, 0.0, 0.0, 0.0, 0
    before, after = relations_of(blocks, printed), relations_of(blocks, ordered)
    for block, one, other in zip(blocks, before, after, strict=True):
        inside = np.flatnonzero(np.isin(block.columns, group.columns))
        columns = block.columns[inside]
        counts = np.where(np.isnan(printed.scores[columns]), 0.0, block.own[inside])
        alike = np.abs(_correlations(counts, printed.scores[columns], ordered.scores[columns]))
        variance = _variances(counts, order)
        first, second = np.triu_indices(len(inside), 1)
        as_printed += float(one.correlations[inside[first], inside[second]].sum())
        in_order += float(other.correlations[inside[first], inside[second]].sum())
        shared += float((alike[first] * alike[second]).sum())
        spread += float(np.sqrt(variance[first] * variance[second]).sum())
        pairs += len(first)
    if not pairs or in_order <= 0 or spread <= 0:
        return False
    r, rho2, s = in_order / pairs, shared / pairs, spread / pairs
    most = r * rho2 + min(r / s, 1.0) ** 2 * (1 - s * rho2)
    return as_printed / pairs > min(most, r / _LEAST_GAIN)


def _correlations(counts: Floats, one: Floats, other: Floats) -> Floats:
    """Return the correlation of two scores of the categories of each item over persons (k,)."""
    n = np.maximum(counts.sum(axis=1, keepdims=True), 1.0)

    def centred(scores: Floats) -> Floats:
        plain = np.where(counts > 0, np.nan_to_num(scores), 0.0)
        return np.asarray(plain - (counts * plain).sum(axis=1, keepdims=True) / n)

    a, b = centred(one), centred(other)
    products = np.sqrt((counts * a**2).sum(axis=1) * (counts * b**2).sum(axis=1))
    sums = (counts * a * b).sum(axis=1)
    return np.asarray(np.divide(sums, products, out=np.zeros_like(products), where=products > 0))


def _variances(counts: Floats, order: Sequence[int]) -> Floats:
    """Return the share of the normal variable's variance that the options of each item tell (k,)."""
    scores = normal_scores(counts, np.array([order], dtype=np.intp))[0]
    n = np.maximum(counts.sum(axis=1), 1.0)
    return np.asarray((counts * scores**2).sum(axis=1) / n)
