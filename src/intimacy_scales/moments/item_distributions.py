"""How often each option of each item was chosen, and the item's mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from intimacy_scales.moments.answers import Answers
from intimacy_scales.moments.cross_products import Integers, code_frequencies
from intimacy_scales.moments.item_moments import ItemMoments, highest_code
from intimacy_scales.moments.keyed import Floats, item_means
from intimacy_scales.moments.scale_items import some_items


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDistribution:
    """The answers to one item.

    Attributes
    ----------
    item
        The item's id.
    reverse
        Whether options and mean are of the reverse-keyed item.
    options
        (m,): what each option counts, rising.
    counts
        (m,): number of persons who chose it.
    mean
        Mean of the answers; nan where nobody answered.
    n_missing
        Number of persons who did not answer.
    """

    item: str
    reverse: bool
    options: tuple[int | float, ...]
    counts: Integers
    mean: float
    n_missing: int

    @property
    def n(self) -> int:
        """Number of persons who answered."""
        return int(self.counts.sum())

    @property
    def percents(self) -> Floats:
        """(m,): percentage of the answers that each option has; 0 where nobody answered."""
        return 100 * self.counts / max(self.n, 1)

    @property
    def missing_percent(self) -> float:
        """Percentage of all persons who did not answer; 0 of nobody."""
        return 100 * self.n_missing / max(self.n + self.n_missing, 1)


def item_distributions(
    answers: Answers, items: Sequence[str], *, keyed: bool = False
) -> tuple[ItemDistribution, ...]:
    """Return the distributions of the answers to items, in the order of these.

    Parameters
    ----------
    answers
        Checked answers or their sums.
    items
        Ids of items.
    keyed
        Whether to turn the options of reverse-keyed items round, as scoring does.
    """
    form = answers.instrument
    if isinstance(answers, ItemMoments):
        frequencies = answers.frequencies
    else:
        frequencies = code_frequencies(answers.codes, highest_code(form))
    chosen = some_items(form, items)
    if not keyed:
        chosen = replace(chosen, reverse=np.zeros(len(chosen.ids), dtype=np.bool_))
    given = frequencies[chosen.columns]
    means = item_means(chosen, given[:, 1:] @ np.arange(1, given.shape[1]), given[:, 1:].sum(axis=1))
    distributions = []
    for place, (item, reverse) in enumerate(zip(chosen.ids, chosen.reverse.tolist(), strict=True)):
        scale = form.item(item).response_scale
        places = sorted({code - 1 for code in scale.codes})
        values = scale.counted.values
        options, counts = [values[code] for code in places], given[place, 1:][places]
        if reverse:
            options = [values[0] + values[-1] - option for option in reversed(options)]
            counts = counts[::-1]
        distributions.append(
            ItemDistribution(
                item=item,
                reverse=reverse,
                options=tuple(options),
                counts=counts,
                mean=float(means[place]),
                n_missing=int(given[place, 0]),
            )
        )
    return tuple(distributions)
