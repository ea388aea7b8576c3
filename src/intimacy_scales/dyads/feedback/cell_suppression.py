"""The choice of cells to suppress in a table with margins, so that small cells cannot be computed.

Each cell is in one row sum and one column sum: a table is a bipartite graph in which rows and columns are
nodes and cells are edges. With a minus sign at margins, all sums are 0, and readers know every cell that is
not suppressed. A suppressed cell can have another value only if others on a cycle through it change too
(Gusfield, 1988, A graph theoretic approach to data security, SIAM Journal on Computing, 17, 552-571); how far
it can go, with no count below 0, is a maximum flow. A one-way table has one sum: all its cells are edges
between that sum and a node without one.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from intimacy_scales.dyads.feedback.smallest_protection import cheapest_protection, pruned_protection

_EXACT = 36  # cells that could be suppressed, up to which the smallest set is found


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a table.

    Attributes
    ----------
    row, column
        Nodes of the sums that it is in.
    sign
        1; for the margin of a row or a column, -1.
    count
        Its count.
    n_sums
        How many of its labels are those of a total: 0 for a group, 2 for the total of a table by two columns.
    """

    row: int
    column: int
    sign: int
    count: int
    n_sums: int = 0


def cells_to_suppress(cells: Sequence[Cell], minimum: int) -> tuple[list[int], list[int]]:
    """Return positions of cells below the minimum, and of further cells that must be suppressed with them.

    For each small cell that is not empty, readers who know all other cells, and that counts are not
    negative, then find a range of possible counts whose ends are at least ``minimum`` apart. Empty cells
    are counted as known, for readers may know where nobody can be. No total is suppressed where groups
    protect, and that of all only where nothing else does, for readers often find totals elsewhere. In
    tables with up to 36 cells to choose from, the set is the smallest one, and of these the one with the
    smallest sum of counts. In larger tables it is found step by step: few cells, not always the fewest.

    Examples
    --------
    >>> counts = [4, 60, 25, 89]  # the last is the total
    >>> row = [Cell(row=0, column=0, sign=-1 if n == 89 else 1, count=n) for n in counts]
    >>> cells_to_suppress(row, 10)
    ([0], [2])
    """
    small = [place for place, cell in enumerate(cells) if cell.count < minimum]
    occupied, prices = [place for place in small if cells[place].count], _prices(cells)
    others = {place: prices[place] for place, cell in enumerate(cells) if cell.count >= minimum}

    def protects(further: set[int]) -> bool:
        suppressed = further.union(small)
        return all(_is_wide(cells, suppressed, place, minimum) for place in occupied)

    if len(others) <= _EXACT:
        return small, sorted(cheapest_protection(others, protects))
    further = pruned_protection(_along_cycles(cells, small, minimum), others, protects)
    for most in range(max((cells[place].n_sums for place in further), default=0)):
        without_totals = {place for place in others if cells[place].n_sums <= most}
        if protects(without_totals):
            return small, sorted(pruned_protection(without_totals, others, protects))
    return small, sorted(further)


def _along_cycles(cells: Sequence[Cell], small: Sequence[int], minimum: int) -> set[int]:
    """Return cells that protect small ones: for each in turn, those of the cheapest cycle through it."""
    suppressed = set(small)
    for place in small:
        if cells[place].count and not _is_wide(cells, suppressed, place, minimum):
            suppressed |= set(_cheapest_cycle(cells, suppressed, place, minimum))
    return suppressed.difference(small)


def possible_range(cells: Sequence[Cell], suppressed: set[int], place: int, most: int) -> tuple[int, int]:
    """Return the lowest and highest count that a suppressed cell can have, up to ``most`` away from its own.

    Examples
    --------
    >>> row = [Cell(row=0, column=0, sign=-1 if n == 89 else 1, count=n) for n in (4, 60, 25, 89)]
    >>> possible_range(row, {0, 2}, 0, most=100), possible_range(row, {0}, 0, most=100)
    ((0, 29), (4, 4))
    """
    count = cells[place].count
    below, above = (_movable(cells, suppressed, place, direction, most) for direction in (-1, 1))
    return max(0, count - below), count + above


def _is_wide(cells: Sequence[Cell], suppressed: set[int], place: int, minimum: int) -> bool:
    low, high = possible_range(cells, suppressed, place, minimum)
    return high - low >= minimum


def _movable(cells: Sequence[Cell], suppressed: set[int], place: int, direction: int, most: int) -> int:
    """Return how far a cell can move up or down if other suppressed cells move with it.

    It moves along one path from its row to its column after another, each found by breadth-first search,
    until no path is left (Edmonds & Karp, 1972).
    """
    cell = cells[place]
    counts = {n: cells[n].count for n in suppressed if n != place and cells[n].count}
    limit = min(most, cell.count) if direction < 0 else most
    moved = 0
    while moved < limit:
        path = _path(cells, counts, cell, direction)
        if path is None:
            break
        room = [counts[n] for n, change in path if change < 0]
        step = min([limit - moved, *room])
        for n, change in path:
            counts[n] += change * step
        moved += step
    return moved


def _path(
    cells: Sequence[Cell], counts: dict[int, int], cell: Cell, direction: int
) -> list[tuple[int, int]] | None:
    """Return a path from a cell's row to its column, as positions of cells with their changes of 1 or -1."""
    start, goal = ("row", cell.row), ("column", cell.column)
    reached: dict[tuple[str, int], tuple[tuple[str, int], int, int] | None] = {start: None}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for n, count in counts.items():
            neighbour, change = _step(cells[n], node, cell.sign * direction)
            if neighbour is None or neighbour in reached or (change < 0 and count == 0):
                continue
            reached[neighbour] = node, n, change
            if neighbour == goal:
                return list(_traced(reached, goal))
            queue.append(neighbour)
    return None


def _traced(
    reached: dict[tuple[str, int], tuple[tuple[str, int], int, int] | None], goal: tuple[str, int]
) -> Iterator[tuple[int, int]]:
    """Yield the steps that led to a node, from the last to the first."""
    step = reached[goal]
    while step is not None:
        node, n, change = step
        yield n, change
        step = reached[node]


def _step(cell: Cell, node: tuple[str, int], gained: int) -> tuple[tuple[str, int] | None, int]:
    """Return the other end of an edge, and the change of its cell that passes the change of a sum on.

    The row of the moved cell has gained 1 or -1. A cell by which the path leaves a row takes that away from
    the row and from its column; a cell by which it leaves a column gives it to the column and to its row.
    """
    if node == ("row", cell.row):
        return ("column", cell.column), -gained * cell.sign
    if node == ("column", cell.column):
        return ("row", cell.row), gained * cell.sign
    return None, 0


def _prices(cells: Sequence[Cell]) -> list[int]:
    """Return what it costs to suppress each cell.

    The total of all costs more than all other cells, the total of a row or column more than all groups, and a
    group more than the counts of all cells: fewer groups are cheaper, and of as many the smaller ones.
    """
    persons, many = 1 + sum(cell.count for cell in cells), 1 + len(cells)
    return [cell.count + persons * many**cell.n_sums for cell in cells]


def _cheapest_cycle(cells: Sequence[Cell], suppressed: set[int], place: int, minimum: int) -> list[int]:
    """Return the cells of the cheapest path on which a cell can grow by the minimum (Dijkstra, 1959).

    A cell costs its price unless it is suppressed already, and cells that would have to become smaller must
    have at least the minimum. There always is a path: the margins of the row and the column, and the total,
    which can all grow.
    """
    cell, prices = cells[place], _prices(cells)
    goal = ("column", cell.column)
    queue: list[tuple[int, tuple[str, int], tuple[int, ...]]] = [(0, ("row", cell.row), ())]
    done: set[tuple[str, int]] = set()
    while queue:
        cost, node, path = heapq.heappop(queue)
        if node == goal:
            return list(path)
        if node in done:
            continue
        done.add(node)
        for n, other in enumerate(cells):
            neighbour, change = _step(other, node, cell.sign)
            if n == place or neighbour is None or other.count == 0 or (change < 0 and other.count < minimum):
                continue
            price = 0 if n in suppressed else prices[n]
            heapq.heappush(queue, (cost + price, neighbour, (*path, n)))
    raise AssertionError("margins and total always make a path")
