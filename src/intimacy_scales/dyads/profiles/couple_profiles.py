"""Couples with two complete profiles, and those that are left out, each with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.dyads import Dyads
from intimacy_scales.dyads.frame_columns import frame_of_couples
from intimacy_scales.dyads.profiles.components import Over
from intimacy_scales.dyads.profiles.couple_figures import COMPARED, CoupleFigures
from intimacy_scales.results.frozen import Frozen

_ABSENT = "of which a partner has no answers"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoupleProfiles(Frozen):
    """All couples, and the figures of those with two complete profiles.

    Attributes
    ----------
    dyads
        The couples.
    over, n_components
        What the components of a profile are, and their number.
    missing
        (n_couples, 2): number of missing values of each partner.
    places
        (n,): places of the couples with two complete profiles.
    figures
        Their figures (n,).
    by_role
        Whether a mean profile of each role is removed.
    """

    dyads: Dyads
    over: Over
    n_components: int
    missing: NDArray[np.int64]
    places: NDArray[np.intp]
    figures: CoupleFigures
    by_role: bool

    @property
    def left_out(self) -> dict[str, int]:
        """Why couples were left out → the number of couples."""
        incomplete = "with missing answers" if self.over == "items" else "with missing scores"
        absent = (self.missing == self.n_components).any(axis=1)
        reasons = [
            _ABSENT if is_absent else incomplete for is_absent in absent[self.missing.any(axis=1)].tolist()
        ]
        return dict(sorted(Counter(reasons).items()))

    def reasons(self) -> list[str]:
        """Return why each couple was left out, or why figures of it are undefined; "" where they are not."""
        partners, k, what = self.dyads.partners, self.n_components, self.over
        reasons = [""] * len(self.dyads)
        for couple in np.flatnonzero(self.missing.any(axis=1)).tolist():
            texts = [
                f"{partner}: {n} of {k} {what} missing"
                for partner, n in zip(partners, self.missing[couple].tolist(), strict=True)
                if n
            ]
            reasons[couple] = f"left out; {'; '.join(texts)}"
        undefined = self.figures.flat.any(axis=1) | np.isnan(self.figures.distinctive)
        for place in np.flatnonzero(undefined).tolist():
            reasons[int(self.places[place])] = "; ".join(self._undefined(place))
        return reasons

    def _undefined(self, place: int) -> Iterator[str]:
        """Yield why figures of a couple are undefined."""
        for partner, is_flat in zip(self.dyads.partners, self.figures.flat[place].tolist(), strict=True):
            if is_flat:
                yield f"{partner}: all {self.n_components} {self.over} equal, no correlation"
        if np.isnan(self.figures.double_entry[place]):
            yield "both partners at the same level, no double-entry correlation"
        if np.isnan(self.figures.distinctive[place]):
            equally = "a partner differs equally from the mean profile in all components"
            yield "one couple has no mean profile but its own" if len(self.figures) < 2 else equally

    def frame(self) -> Any:
        """Return a table of all couples in the caller's kind of frame."""
        columns = {name: self._of_all(getattr(self.figures, name)) for name in COMPARED}
        for kind in ("normative", "cross_normative") if self.by_role else ("normative",):
            both = getattr(self.figures, kind)
            for place, partner in enumerate(self.dyads.partners):
                columns[f"{kind}_{partner}"] = self._of_all(both[:, place])
        columns["reason"] = np.array(self.reasons())
        return frame_of_couples(self.dyads, columns, labels=["couple"])

    def _of_all(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a figure of all couples, nan where they were left out."""
        every = np.full(len(self.dyads), np.nan)
        every[self.places] = values
        return every
