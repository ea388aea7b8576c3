"""Linear algebra over fractions: what follows from some scores, whatever the answers were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Coefficients = Mapping[str, Fraction]


class Span:
    """Every linear function of the answers that some scores determine; immutable.

    Parameters
    ----------
    rows
        The reduced row echelon form of the scores' coefficients: pivot item → row. It is the same for every
        order of the scores.

    Examples
    --------
    >>> one = Fraction(1)
    >>> span = Span().with_score({"a": one, "b": one, "c": one}).with_score({"a": one, "b": one})
    >>> span.answers, span.determines({"a": one, "b": one, "c": 2 * one}), span.determines({"a": one})
    (('c',), True, False)
    """

    def __init__(self, rows: Mapping[str, Coefficients] | None = None) -> None:
        self._rows = dict(rows or {})

    def _remainder(self, score: Coefficients) -> dict[str, Fraction]:
        """Return a score minus the combination of rows that has the same coefficients at all pivots."""
        rest = dict(score)
        for pivot, row in self._rows.items():
            _subtract(rest, row, rest.get(pivot, Fraction(0)))
        return rest

    def determines(self, score: Coefficients) -> bool:
        """Tell whether a score is a combination of those in the span, apart from a constant."""
        return not self._remainder(score)

    def with_score(self, score: Coefficients) -> Span:
        """Return the span with one more score."""
        rest = self._remainder(score)
        if not rest:
            return self
        pivot = min(rest)
        new_row = {item: value / rest[pivot] for item, value in rest.items()}
        rows = {}
        for name, row in self._rows.items():
            rows[name] = dict(row)
            _subtract(rows[name], new_row, row.get(pivot, Fraction(0)))
        return Span(rows | {pivot: new_row})

    @property
    def rows(self) -> tuple[Coefficients, ...]:
        """A basis of the span, in which each score has an item that no other one has."""
        return tuple(self._rows.values())

    @property
    def is_disjoint(self) -> bool:
        """Whether the span has a basis of scores without common items.

        There is at most one, apart from factors: the reduced rows, as the columns of one of its scores have
        rank 1 and so only one of them is a pivot.
        """
        return sum(map(len, self.rows)) == len(set().union(*self.rows))

    @property
    def answers(self) -> tuple[str, ...]:
        """Items whose answers the scores determine.

        A combination of rows with one coefficient other than 0 has it at a pivot, where it is that row.
        """
        return tuple(sorted(pivot for pivot, row in self._rows.items() if len(row) == 1))


def span_of(scores: Iterable[Coefficients]) -> Span:
    """Return the span of some scores."""
    span = Span()
    for score in scores:
        span = span.with_score(score)
    return span


def _subtract(target: dict[str, Fraction], row: Coefficients, times: Fraction) -> None:
    """Subtract a multiple of a row in place, and remove coefficients that become 0."""
    if not times:
        return
    for item, value in row.items():
        difference = target.get(item, Fraction(0)) - times * value
        if difference:
            target[item] = difference
        else:
            target.pop(item, None)
