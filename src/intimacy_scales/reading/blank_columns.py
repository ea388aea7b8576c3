"""Blanks that count as 0, in blocks of codes (arrays only); one person's are in `blanks`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.blanks import NOT_CHOSEN, BlankRule
from intimacy_scales.reading.encoding import Codes, ColumnEncoder


class BlankColumns:
    """Lets blanks of boxes count as 0, block by block, and counts them.

    Parameters
    ----------
    rules
        When they do.
    encoders
        Those of the items; None where the table has no column of one.
    absent_is_blank
        Whether an item without a column was left blank, as in mappings that lack it; otherwise its blanks
        are nobody's.
    strays
        Position of an item → rows in which its answer stands under another name: no blanks either.

    Attributes
    ----------
    counts
        Position of an item → how many of its blanks counted as 0 so far.
    """

    def __init__(
        self,
        rules: Sequence[BlankRule],
        encoders: Sequence[ColumnEncoder | None],
        strays: Mapping[int, Sequence[int]],
        *,
        absent_is_blank: bool,
    ) -> None:
        self.rules = rules
        self._encoders = encoders
        self._strays = {place: np.array(rows, dtype=np.intp) for place, rows in strays.items()}
        boxes = (place for rule in rules for place in rule.boxes)
        self.counts = {place: 0 for place in boxes if absent_is_blank or encoders[place] is not None}

    def fill(self, start: int, codes: Codes) -> None:
        """Let blanks of the rows from ``start`` on, whose codes are ``codes`` (rows, n_items), count."""
        seen = [_who_saw(rule, codes) for rule in self.rules]  # before a blank counts as an answer
        for rule, there in zip(self.rules, seen, strict=True):
            for place in rule.boxes:
                if place not in self.counts:
                    continue
                encoder = self._encoders[place]
                column = codes[:, place]
                blank = there & (column == 0)
                if encoder is not None:
                    blank[encoder.refused(start, start + len(codes)) - start] = False
                if place in self._strays:
                    rows = self._strays[place] - start
                    blank[rows[(rows >= 0) & (rows < len(codes))]] = False
                column[blank] = NOT_CHOSEN
                self.counts[place] += int(np.count_nonzero(blank))


def _who_saw(rule: BlankRule, codes: Codes) -> NDArray[np.bool_]:
    """Tell who is known to have seen a question."""
    there = np.zeros(len(codes), dtype=np.bool_)
    for place in rule.witnesses:
        there |= codes[:, place] >= rule.least
    return there
