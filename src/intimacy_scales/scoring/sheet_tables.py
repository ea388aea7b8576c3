"""Tables of what the sums of one answer sheet mean, made of a plan."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from intimacy_scales.scoring.bounds import is_torn, made_of_items, torn_bounds
from intimacy_scales.scoring.meanings import ItemSums, composite_scores
from intimacy_scales.scoring.plain_sheets import NOT_YET, Allowed, not_applicable_reader, plain_reader
from intimacy_scales.scoring.plan import Plan, PlannedComposite, PlannedScale
from intimacy_scales.scoring.scale_score import ScaleScore


class SheetTables:
    """Scores one sheet: of plain values by `read_plain`, of the codes of any answers by `of_codes`.

    Parameters
    ----------
    plan
        The plan of an instrument.
    keys, names
        What each item allows, and the key of a mapping under which its answer stands.
    gaps_count
        Whether a blank may count as an answer, so that gaps need a closer look.
    items
        Ids of the items; None: they are the names.
    """

    def __init__(
        self,
        plan: Plan,
        keys: Sequence[Allowed],
        names: Sequence[Hashable],
        *,
        gaps_count: bool = False,
        items: Sequence[str] | None = None,
    ) -> None:
        self.plan = plan
        self.sums = {
            position: ItemSums(scale)
            for position, scale in enumerate(plan.scales)
            if isinstance(scale, PlannedScale)
        }
        self.composites = {
            position: composite_scores(scale)
            for position in plan.order
            if isinstance(scale := plan.scales[position], PlannedComposite)
        }
        self.torn = {
            position: made_of
            for position in self.composites
            if is_torn(plan, made_of := made_of_items(plan, position))
        }
        whole_only = bool(self.torn) or gaps_count
        self.not_applicable_in = not_applicable_reader(keys, names, names if items is None else items)
        self.read_plain = plain_reader(keys, names, self.sums, self.composites, whole_only=whole_only)

    def of_codes(self, codes: Sequence[int]) -> list[ScaleScore]:
        """Return the score of each scale; ``codes`` are those of the items, in order."""
        rows = [NOT_YET] * len(self.plan.scales)
        for position, sums in self.sums.items():
            rows[position] = sums[sum(sums.pack(item, codes[item.index]) for item in sums.scale.items)]
        for position, composite in self.composites.items():
            rows[position] = composite.of(rows)
        for position, made_of in self.torn.items():
            bounds = torn_bounds(self.plan, made_of, codes)
            if bounds is not None:
                rows[position] = rows[position]._replace(low=bounds[0], high=bounds[1])
        return rows
