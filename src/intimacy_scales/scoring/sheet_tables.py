"""Tables of what the sums of one answer sheet mean, made of a plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence

from intimacy_scales.scoring.bounds import is_torn, torn_bounds
from intimacy_scales.scoring.meanings import NOT_YET, CompositeScores, ItemSums, Meaning, with_composites
from intimacy_scales.scoring.plain_sheets import Allowed, not_applicable_reader, plain_reader
from intimacy_scales.scoring.planned import Plan, PlannedComposite, PlannedScale
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
    elsewhere
        Returns items of other versions of the instrument.
    """

    def __init__(
        self,
        plan: Plan,
        keys: Sequence[Allowed],
        names: Sequence[Hashable],
        *,
        gaps_count: bool = False,
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
        self.torn = {
            position: composite.scale
            for position, composite in self.composites.items()
            if is_torn(plan, composite.scale)
        }
        whole_only = bool(self.torn) or gaps_count
        self.not_applicable_in = not_applicable_reader(keys, names, names if items is None else items)
        self.read_plain = plain_reader(
            keys, names, self.sums, self.composites, whole_only=whole_only, elsewhere=elsewhere
        )

    def of_codes(self, codes: Sequence[int]) -> list[ScaleScore]:
        """Return the score of each scale; ``codes`` are those of the items, in order."""
        found: list[Meaning] = [NOT_YET] * len(self.plan.scales)
        for position, sums in self.sums.items():
            found[position] = sums[sum(sums.pack(item, codes[item.index]) for item in sums.scale.items)]
        rows = with_composites(found, list(self.composites.items()))
        for position, scale in self.torn.items():
            bounds = torn_bounds(self.plan, scale, codes)
            if bounds is not None:
                rows[position] = rows[position]._replace(low=bounds[0], high=bounds[1])
        return rows
