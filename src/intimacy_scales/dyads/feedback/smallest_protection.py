"""The cheapest set of cells that protects small ones.

A set that protects still does with more cells in it. So each set that does not protect can be enlarged until
every further cell would make it protect; a protecting set then has one of the cells that are left. The
cheapest set that has one of each such group of cells either protects, or shows another group (Moreno-Centeno
& Karp, 2013, The implicit hitting set approach, Operations Research, 61, 453-468).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

Protects = Callable[[set[int]], bool]


def cheapest_protection(prices: Mapping[int, int], protects: Protects) -> set[int]:
    """Return the cheapest set of cells that protects; of equally cheap ones, always the same.

    Parameters
    ----------
    prices
        Candidate → its price, above 0. All candidates together protect.
    protects
        Tells whether a set of candidates protects; each larger set then does too.

    Examples
    --------
    >>> sorted(cheapest_protection({1: 5, 2: 3, 3: 3}, lambda cells: 1 in cells or {2, 3} <= cells))
    [1]
    """
    needed: list[frozenset[int]] = []
    while True:
        chosen = _cheapest_hitting(needed, prices)
        if protects(chosen):
            return chosen
        needed.append(_left_by_largest(chosen, prices, protects))


def pruned_protection(cells: set[int], prices: Mapping[int, int], protects: Protects) -> set[int]:
    """Return a protecting set without the cells that turn out not to be needed, the dearest removed first.

    Examples
    --------
    >>> pruned_protection({1, 2, 3}, {1: 5, 2: 3, 3: 3}, lambda cells: 1 in cells or {2, 3} <= cells)
    {2, 3}
    """
    for place in sorted(cells, key=lambda place: (-prices[place], place)):
        if protects(cells - {place}):
            cells = cells - {place}
    return cells


def _left_by_largest(chosen: set[int], prices: Mapping[int, int], protects: Protects) -> frozenset[int]:
    """Return the candidates outside a largest set that does not protect, the dearest put into it first."""
    without = set(chosen)
    for place in sorted(prices, key=lambda place: (-prices[place], place)):
        if place not in without and not protects(without | {place}):
            without.add(place)
    return frozenset(prices) - without


def _cheapest_hitting(needed: Sequence[frozenset[int]], prices: Mapping[int, int]) -> set[int]:
    """Return the cheapest set that has a cell of each group, by branch and bound."""
    best: tuple[int, set[int]] = sum(prices.values()) + 1, set()

    def branch(cost: int, chosen: set[int], refused: frozenset[int]) -> None:
        """Search the sets that contain some cells and do not contain others."""
        nonlocal best
        missed = [group - refused for group in needed if not group & chosen]
        if cost + _least_more(missed, prices) >= best[0]:
            return
        if not missed:
            best = cost, chosen
            return
        group = min(missed, key=lambda group: (len(group), sorted(group)))
        for place in sorted(group, key=lambda place: (prices[place], place)):
            branch(cost + prices[place], chosen | {place}, refused)
            refused |= {place}

    branch(0, set(), frozenset())
    return best[1]


def _least_more(groups: Sequence[frozenset[int]], prices: Mapping[int, int]) -> int:
    """Return what groups without common cells cost at least; more than everything if one has no cell left."""
    total, seen = 0, set[int]()
    for group in sorted(groups, key=len):
        if not group:
            return sum(prices.values()) + 1
        if not group & seen:
            total += min(prices[place] for place in group)
            seen |= group
    return total
