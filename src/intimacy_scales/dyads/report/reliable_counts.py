"""How many couples differ by more than error of measurement."""

from __future__ import annotations

from typing import Any

from intimacy_scales.dyads.scores_of_couples.reliable_difference_result import ReliableDifferences
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted, shown


@result_class
class ReliableCount(Result):
    """The number of couples whose partners differ by more than error of measurement on one scale.

    Attributes
    ----------
    scale
        The scale's id.
    n_reliable, n
        Couples with a reliable difference, and couples with both scores.
    difference_needed
        The smallest difference that counts as reliable.
    standard_error
        Standard error of measurement of a difference.
    confidence_level
        With 0.95, a difference beyond 1.96 standard errors is reliable.

    Examples
    --------
    >>> from intimacy_scales.dyads import Dyads, reliable_difference
    >>> table = [{"w": 5.5, "h": 6.0}, {"w": 6.5, "h": 3.0}, {"w": 4.0, "h": None}]
    >>> dyads = Dyads.of_scores(table, {"trust": {"wife": "w", "husband": "h"}}, role=True)
    >>> reliable_count(reliable_difference(dyads, standard_error=0.67))
    <reliable differences in trust: 1 of 2 couples, larger than 1.313>
    """

    scale: str
    n_reliable: int
    n: int
    difference_needed: float
    standard_error: float
    confidence_level: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        return (
            f"<reliable differences in {self.scale}: {self.n_reliable} of {counted(self.n, 'couple')}, "
            f"larger than {shown(self.difference_needed)}>"
        )


def reliable_count(result: ReliableDifferences) -> ReliableCount:
    """Return the counts of couples, without the couples."""
    counts = result.counts
    return ReliableCount(
        scale=result.scale,
        n_reliable=counts["reliable"],
        n=counts["reliable"] + counts["within error"],
        difference_needed=result.difference_needed,
        standard_error=result.standard_error,
        confidence_level=result.confidence_level,
    )
