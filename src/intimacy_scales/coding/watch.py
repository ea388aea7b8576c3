"""The warning line on answers that are read block by block, from sums over their pairs of items."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.coding.joint_counts import home_scales
from intimacy_scales.coding.warning import faults_of_scale
from intimacy_scales.errors import KeyingWarning
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import level_outside
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.cross_products import PairSums, no_pair_sums, pair_sums
from intimacy_scales.moments.item_moments import highest_code, most_persons
from intimacy_scales.moments.keyed import keyed_moments_of_sums
from intimacy_scales.moments.scale_items import scale_items
from intimacy_scales.reading.encoding import Codes
from intimacy_scales.reading.range_use import FEWEST_PERSONS, RangeUse

Columns = NDArray[np.intp]
_TOGETHER = 32  # items whose pairs are summed at once: small scales one by one would take longer


class _Group:
    """Scales whose items are summed together."""

    def __init__(self, scales: dict[str, Columns]) -> None:
        self.scales = tuple(scales)
        self._columns: Columns = np.unique(np.concatenate(list(scales.values())))
        self._sums = no_pair_sums(len(self._columns), squares=False)

    def add(self, codes: Codes, highest: int) -> None:
        """Add the codes of a block of rows."""
        k = len(self._columns)
        adjacent = self._columns[-1] - self._columns[0] + 1 == k
        part = codes[:, self._columns[0] : self._columns[-1] + 1] if adjacent else codes[:, self._columns]
        self._sums += pair_sums(np.asfortranarray(part), highest, squares=False)

    def of(self, columns: Columns) -> PairSums:
        """Return the sums of some columns of the instrument."""
        return self._sums.of(np.searchsorted(self._columns, columns), squares=False)


class CodingWatch(RangeUse):
    """A record of used ends of ranges that also looks for items that run against the others of their scale.

    Attributes
    ----------
    name
        Name of these answers in warnings, such as a partner's; None for the only ones.
    """

    def __init__(self, instrument: Instrument, name: str | None = None) -> None:
        super().__init__(instrument)
        self.name = name
        self._highest = highest_code(instrument)
        self._groups = _groups_of(instrument)
        self._most_persons = most_persons(instrument)  # fewer on response scales of very many points

    def add(self, codes: Codes) -> None:
        """Add the codes of a block of rows (rows, n_items)."""
        super().add(codes)
        if self.n_persons > self._most_persons:
            self._groups = ()
        with one_blas_thread():
            for group in self._groups:
                group.add(codes, self._highest)

    def coding_warning(self) -> str | None:
        """Return what `intimacy_scales.coding.coding_warning` says of all answers so far, if they are enough.

        Of fewer than 30 persons nothing is said: a few who gave the same answer to everything would do.
        """
        if self.n_persons < FEWEST_PERSONS:
            return None
        form, scales, lines = self.instrument, scale_items(self.instrument), {}
        for group in self._groups:
            for name in group.scales:
                items = scales[name]
                moments = keyed_moments_of_sums(
                    form.ref, self.n_persons, name, items, "pairwise", group.of(items.columns)
                )
                lines[name] = [fault.line(len(items.ids)) for fault in faults_of_scale(moments, form)]
        in_order = [line for name in home_scales(form) for line in lines.get(name, ())]
        return "\n".join(in_order) or None

    def warn_of_all(self) -> None:
        """Warn of ranges of which nobody used an end, and of items that run against the others."""
        self.warn()
        self.warn_of_coding()

    def warn_of_coding(self) -> str | None:
        """Warn of what `coding_warning` returns, and return it."""
        line = self.coding_warning()
        if line is not None:
            named = line if self.name is None else f"{self.name}: {line}"
            warnings.warn(named, KeyingWarning, stacklevel=level_outside())
        return line


def _groups_of(form: Instrument) -> tuple[_Group, ...]:
    """Return the scales by which items are judged, small ones together."""
    scales, groups = scale_items(form), []
    together: dict[str, Columns] = {}
    for name in home_scales(form):
        columns = scales[name].columns
        if together and sum(map(len, together.values())) + len(columns) > _TOGETHER:
            groups.append(_Group(together))
            together = {}
        together[name] = columns
    return (*groups, *([_Group(together)] if together else ()))
