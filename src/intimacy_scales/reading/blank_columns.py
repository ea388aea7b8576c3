"""Blanks that count as 0, in blocks of codes (arrays only); `blanks` does this for one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.reading.blanks import NOT_CHOSEN, BlankRule
from intimacy_scales.reading.encoding import Codes, ColumnEncoder


class BlankColumns:
    """A filter that writes the code of 0 for blanks of boxes, block by block, and counts them.

    Parameters
    ----------
    rules
        When a blank counts as 0.
    encoders
        Those of the items; None for an item without a column.
    strays
        Position of an item → rows in which its answer is under another name, and so is not blank.
    absent_is_blank
        Whether an item without a column was left blank by everyone, as in mappings without its key;
        otherwise it has no blanks.

    Attributes
    ----------
    counts
        Position of an item → number of its blanks that counted as 0 so far.
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
        """Write 0's code for blanks into the ``codes`` (rows, n_items) of the rows from ``start`` on."""
        saw_questions = [_who_saw(rule, codes) for rule in self.rules]  # before any blank becomes an answer
        for rule, saw_question in zip(self.rules, saw_questions, strict=True):
            for place in rule.boxes:
                if place not in self.counts:
                    continue
                encoder = self._encoders[place]
                column = codes[:, place]
                blank = saw_question & (column == 0)
                if encoder is not None:
                    blank[encoder.refused(start, start + len(codes)) - start] = False
                if place in self._strays:
                    rows = self._strays[place] - start
                    blank[rows[(rows >= 0) & (rows < len(codes))]] = False
                column[blank] = NOT_CHOSEN
                self.counts[place] += int(np.count_nonzero(blank))


def _who_saw(rule: BlankRule, codes: Codes) -> NDArray[np.bool_]:
    """Return which persons (rows,) are known to have seen a question."""
    saw = np.zeros(len(codes), dtype=np.bool_)
    for place in rule.witnesses:
        saw |= codes[:, place] >= rule.least
    return saw
