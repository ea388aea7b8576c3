"""The tables from which one answer sheet is scored, made from a plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence

from intimacy_scales.scoring.bounds import both_ways_bounds, is_keyed_both_ways
from intimacy_scales.scoring.plain_sheets import Allowed, not_applicable_reader, plain_reader
from intimacy_scales.scoring.planned import Plan, PlannedComposite, PlannedScale
from intimacy_scales.scoring.scale_score import ScaleScore
from intimacy_scales.scoring.sum_scores import (
    PLACEHOLDER,
    CompositeScores,
    ItemSums,
    SumScore,
    with_composites,
)


class SheetTables:
    """The tables of one instrument: `read_plain` scores sheets of plain values, `of_codes` any codes.

    Parameters
    ----------
    plan
        The plan of an instrument.
    keys, names
        What each item allows, and the key of its answer in a mapping.
    blanks_count
        Whether a blank may count as an answer, so that `read_plain` must leave sheets with blanks alone.
    items
        Ids of the items; None: the same as ``names``.
    elsewhere
        Returns items of other versions of the instrument.
    """

    def __init__(
        self,
        plan: Plan,
        keys: Sequence[Allowed],
        names: Sequence[Hashable],
        *,
        blanks_count: bool = False,
        items: Sequence[str] | None = None,
        elsewhere: Callable[[], Collection[Hashable]] = tuple,
    ) -> None:
        self.plan = plan
        self.sums = {
            position: ItemSums(scale)
            for position, scale in enumerate(plan.scales)
            if isinstance(scale, PlannedScale)
        }
        self.composites = {
            position: CompositeScores(scale)
            for position in plan.order
            if isinstance(scale := plan.scales[position], PlannedComposite)
        }
        self.both_ways = {
            position: composite.scale
            for position, composite in self.composites.items()
            if is_keyed_both_ways(plan, composite.scale)
        }
        complete_only = bool(self.both_ways) or blanks_count
        self.not_applicable_in = not_applicable_reader(keys, names, names if items is None else items)
        self.read_plain = plain_reader(
            keys, names, self.sums, self.composites, complete_only=complete_only, elsewhere=elsewhere
        )

    def of_codes(self, codes: Sequence[int]) -> list[ScaleScore]:
        """Return the score of each scale; ``codes`` are those of the items, in order."""
        sum_scores: list[SumScore] = [PLACEHOLDER] * len(self.plan.scales)
        for position, sums in self.sums.items():
            packed = sum(sums.pack(item, codes[item.index]) for item in sums.scale.items)
            sum_scores[position] = sums[packed]
        rows = with_composites(sum_scores, list(self.composites.items()))
        for position, scale in self.both_ways.items():
            bounds = both_ways_bounds(self.plan, scale, codes)
            if bounds is not None:
                rows[position] = rows[position]._replace(low=bounds[0], high=bounds[1])
        return rows
