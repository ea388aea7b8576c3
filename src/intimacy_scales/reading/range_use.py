"""Checks that answers reach both ends of their range; if not, they were probably given on another range.

An answer on 1 to 5 is valid on 1 to 7 too, so no single cell is wrong, and each reverse-keyed item comes out
two points too high. The table as a whole shows it: for many persons 5 is the highest answer, for nobody 6.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import AnotherRangeWarning
from intimacy_scales.instrument import Instrument, ResponseScale
from intimacy_scales.messages import level_outside
from intimacy_scales.reading.advice import AnsweredRanges, Offence, remedy_for
from intimacy_scales.reading.encoding import Codes

FEWEST_PERSONS = 30
_EXPECTED = 15.0  # persons expected beyond the last value used, from which their absence is a warning
_WIDE = 21  # points, above which people prefer round numbers, so that such a range is looked at in tenths
_TENTHS = 10
_FEWEST_POINTS = 3  # fewer points than that are no response scale
_MOST_LISTED = 3  # points; more are shown as a span
_MOST_REFUSED = 1000  # distinct refused values that are remembered
_ROWS = 8192  # rows whose codes stay in the processor's cache

Points = NDArray[np.int64]


class Unused(NamedTuple):
    """The ends of a range that nobody used on any item, as positions of points from 0.

    Attributes
    ----------
    first, last
        The lowest and the highest point that counts as used.
    below, above
        Whether the points below ``first``, and those above ``last``, are unused although many persons used
        the last point before them.
    """

    first: int
    last: int
    below: bool
    above: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeEnds:
    """The ends of a range that the answers to its items use; with `+` for parts of a table.

    Attributes
    ----------
    minimum, maximum, step
        The range.
    low, high
        Whether somebody gave its lowest, its highest answer.
    lowest, highest
        For each point, the number of persons whose lowest, and whose highest, answer it is; empty where
        both ends are used and the counts are not needed.
    """

    minimum: int | float
    maximum: int | float
    step: int | float
    low: bool
    high: bool
    lowest: tuple[int, ...]
    highest: tuple[int, ...]

    def __add__(self, other: RangeEnds) -> RangeEnds:
        """Return the ends that both parts together use."""
        low, high = self.low or other.low, self.high or other.high
        is_settled = low and high
        return RangeEnds(
            minimum=self.minimum,
            maximum=self.maximum,
            step=self.step,
            low=low,
            high=high,
            lowest=() if is_settled else tuple(map(sum, zip(self.lowest, other.lowest, strict=True))),
            highest=() if is_settled else tuple(map(sum, zip(self.highest, other.highest, strict=True))),
        )


def expected_beyond(counts: Sequence[int]) -> float:
    """Return the number of persons that would be expected beyond the last value that anybody used.

    Counts of persons fall towards an end of the range, and ever faster. The expected number is therefore
    the last count, reduced twice by the ratio of the last two (at most 1): ``n_k (n_k / n_(k-1))^2``.

    Parameters
    ----------
    counts
        How many persons have each value as their own extreme; the last is the most extreme that occurs.

    Examples
    --------
    >>> expected_beyond([3, 12, 30]), expected_beyond([60, 40, 20])
    (30.0, 5.0)
    """
    last = counts[-1]
    before = max(counts[-2], last) if len(counts) > 1 else last
    return float(last * (last / before) ** 2)


def _stops_early(counts: Points) -> bool:
    """Tell whether so many persons are expected beyond the last value that chance does not explain zero."""
    return expected_beyond(counts.tolist()) >= _EXPECTED


class _Group:
    """The items with one range, and counts of persons by their lowest and by their highest answer to them."""

    def __init__(self, scale: ResponseScale) -> None:
        self.scale = scale
        self.n_points = scale.n_points
        self.columns: list[int] = []
        self.low = self.high = False  # whether somebody used the lowest, the highest point
        self.lowest: Points = np.zeros(self.n_points, dtype=np.int64)
        self.highest: Points = np.zeros(self.n_points, dtype=np.int64)

    def add(self, codes: Codes) -> None:
        """Add a block of codes; returns early once both ends of the range are used."""
        for column in self.columns:
            part = codes[:, column]
            self.high = self.high or bool((part == self.n_points).any())
            self.low = self.low or bool((part == 1).any())
            if self.low and self.high:
                return
        is_all = len(self.columns) == codes.shape[1]
        for start in range(0, len(codes), _ROWS):
            part = codes[start : start + _ROWS]
            part = part if is_all else part[:, self.columns]
            top = part.max(axis=1)
            low = (part - part.dtype.type(1)).min(axis=1)  # a missing answer (0) wraps to the largest number
            answered = top > 0
            self.highest += np.bincount(top[answered] - 1, minlength=self.n_points)
            self.lowest += np.bincount(low[answered], minlength=self.n_points)

    def ends(self) -> RangeEnds:
        """Return the counts so far, which do not depend on the order of the blocks."""
        is_settled = self.low and self.high
        return RangeEnds(
            minimum=self.scale.minimum,
            maximum=self.scale.maximum,
            step=self.scale.step,
            low=self.low,
            high=self.high,
            lowest=() if is_settled else tuple(self.lowest.tolist()),
            highest=() if is_settled else tuple(self.highest.tolist()),
        )

    def take(self, ends: RangeEnds) -> None:
        """Continue from counts that were made elsewhere."""
        self.low, self.high = ends.low, ends.high
        if not (ends.low and ends.high):
            self.lowest = np.array(ends.lowest, dtype=np.int64)
            self.highest = np.array(ends.highest, dtype=np.int64)

    def unused(self) -> Unused | None:
        """Return the ends of the range that nobody used, if chance does not explain it."""
        if (self.low and self.high) or self.highest.sum() < FEWEST_PERSONS:
            return None
        used = int(np.flatnonzero(self.lowest)[0]), int(np.flatnonzero(self.highest)[-1])
        if used[1] - used[0] + 1 < _FEWEST_POINTS:
            return None
        lowest, highest = self._binned(self.lowest), self._binned(self.highest)
        first, last = int(np.flatnonzero(lowest)[0]), int(np.flatnonzero(highest)[-1])
        # on a wide range, answers that all stay high or in the middle are usual, so only the top is looked at
        wide = self.n_points > _WIDE
        below = first > 0 and not wide and _stops_early(lowest[first : first + 2][::-1])
        above = last < len(highest) - 1 and not (wide and first) and _stops_early(highest[: last + 1][-2:])
        return Unused(*used, below, above) if below or above else None

    def _binned(self, counts: Points) -> Points:
        """Return counts by point; by tenths of the range if it is wide."""
        if self.n_points <= _WIDE:
            return counts
        tenth = np.arange(self.n_points) * _TENTHS // self.n_points
        return np.bincount(tenth, weights=counts, minlength=_TENTHS).astype(np.int64)


class RangeUse:
    """A record of which ends of their ranges the answers of a table, or of all its batches, use.

    Parameters
    ----------
    instrument
        The instrument that was answered.
    """

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        groups: dict[Any, _Group] = {}
        for column, item in enumerate(instrument.items):
            scale = item.response_scale
            if not scale.is_plain:  # answers that are listed one by one cannot be on another range
                continue
            group = groups.get((scale.minimum, scale.maximum, scale.step))
            if group is None:
                group = groups[scale.minimum, scale.maximum, scale.step] = _Group(scale)
            group.columns.append(column)
        self._all = tuple(groups.values())
        self._open = list(self._all)
        self.n_persons = 0
        self._refused: Counter[Offence] = Counter()

    @classmethod
    def of_ends(
        cls, instrument: Instrument, n_persons: int, ends: Sequence[RangeEnds], refused: Counter[Offence]
    ) -> Self:
        """Return a record from counts of parts that were made elsewhere and added up."""
        used = cls(instrument)
        used.n_persons, used._refused = n_persons, refused
        for group, seen in zip(used._all, ends, strict=True):
            group.take(seen)
        used._open = [group for group in used._all if not (group.low and group.high)]
        return used

    def ends(self) -> tuple[RangeEnds, ...]:
        """Return which ends were used so far, for each range of the instrument."""
        return tuple(group.ends() for group in self._all)

    def add(self, codes: Codes) -> None:
        """Add the codes of a block of rows (rows, n_items)."""
        self.n_persons += len(codes)
        for group in self._open:
            group.add(codes)
        self._open = [group for group in self._open if not (group.low and group.high)]

    def note(self, refused: Counter[Offence]) -> None:
        """Add values that were not accepted, which have no code."""
        if len(self._refused) < _MOST_REFUSED:
            self._refused += refused

    @property
    def answered(self) -> AnsweredRanges:
        """The ranges of which both ends were used so far, and the number of answers."""
        whole = frozenset(group.scale.range for group in self._all if group.low and group.high)
        return AnsweredRanges(whole, self.n_persons * len(self.instrument.items))

    @property
    def only_ticked(self) -> bool:
        """Whether the items with answers of 0 and 1 have 1 but never 0, so that blanks may stand for 0."""
        boxes = [group for group in self._all if group.scale.range == (0, 1, 1)]
        return any(group.high for group in boxes) and not any(group.low for group in boxes)

    def warn(self) -> None:
        """Warn of ranges of which nobody used an end, if chance does not explain it."""
        if self.n_persons < FEWEST_PERSONS:
            return
        unread = {offence.scale.range for offence in self._refused if offence.code == "label"}
        unused_ranges = [
            (group, unused)
            for group in self._open
            if group.scale.range not in unread and (unused := group.unused()) is not None
        ]
        if unused_ranges:
            text = _described(self.instrument, unused_ranges, self._beyond(), several=len(self._all) > 1)
            warnings.warn(text, AnotherRangeWarning, stacklevel=level_outside())

    def warn_of_all(self) -> None:
        """Warn of everything that this record looks for."""
        self.warn()

    def _beyond(self) -> dict[Any, tuple[int, str]]:
        """Return range → how many refused numbers lay beyond it, and what to do about them."""
        counts: dict[Any, Counter[Offence]] = {}
        for offence, times in self._refused.items():
            if offence.code == "range":
                counts.setdefault(offence.scale.range, Counter())[offence] += times
        scales = list(dict.fromkeys(item.response_scale for item in self.instrument.items))
        remedies = {
            range_: remedy_for(offences, scales, self.answered) for range_, offences in counts.items()
        }
        return {
            range_: (counts[range_].total(), remedy.python if remedy else "")
            for range_, remedy in remedies.items()
        }


def _described(
    form: Instrument,
    unused_ranges: Sequence[tuple[_Group, Unused]],
    refused: Mapping[Any, tuple[int, str]],
    *,
    several: bool,
) -> str:
    """Say which ends of ranges nobody used, what that does to scores, and what to do.

    Parameters
    ----------
    form, unused_ranges
        The instrument, and its groups of items with an unused end.
    refused
        Range → how many numbers lay beyond it, and what to do about them.
    several
        Whether the instrument has several ranges.
    """
    lines, not_refused = [], []
    for group, unused in unused_ranges:
        scale, values = group.scale, group.scale.values
        beyond = [
            *([_span(values[: unused.first])] if unused.below else []),
            *([_span(values[unused.last + 1 :])] if unused.above else []),
        ]
        n, k = int(group.highest.sum()), len(group.columns)
        items = f"item {form.item_ids[group.columns[0]]}" if k == 1 else f"any of {k} items"
        values_seen = f"{values[unused.first]} to {values[unused.last]}"
        lines.append(
            f"{form.ref.called}: none of {n:,} persons answered {' or '.join(beyond)} to {items} on "
            f"{scale.minimum} to {scale.maximum}; the values seen are {values_seen}, and so many persons "
            "gave the last of them that this is hardly chance."
        )
        if scale.range in refused:
            number, remedy = refused[scale.range]
            lines.append(
                f"In addition, {number:,} answers beyond that range were not accepted. {remedy}".rstrip()
            )
        else:
            not_refused.append((group, unused))
    unused_ranges = not_refused
    shifted = [group for group, unused in unused_ranges if _stored_from_one(group, unused)]
    if shifted:
        lines.append(
            f"If the options were stored from 1, every answer is 1 too high: {_shifted_back(form, shifted)}."
        )
    for group, unused in unused_ranges:
        low, high = _given(group, unused)
        items_option = (
            f", items=[{', '.join(repr(form.item_ids[c]) for c in group.columns)}]" if several else ""
        )
        lines.append(
            f"If they were given on {low} to {high}, {_effect_of_reversal(form, group, low, high)}norms and "
            f"cut-offs do not hold: score with instrument.with_response_scale({low}, {high}{items_option})."
        )
    return "\n".join([*lines, "If the range is right, nothing is wrong."])


def _stored_from_one(group: _Group, unused: Unused) -> bool:
    """Tell whether options numbered from 0 may have been stored from 1."""
    one_higher = group.scale.minimum == 0 and group.scale.step == 1 and unused.below and unused.first == 1
    return one_higher and not unused.above


def _shifted_back(form: Instrument, groups: Sequence[_Group]) -> str:
    """Say how to subtract 1 from the answers to some groups of items, and to no others."""
    ids = [form.item_ids[column] for group in groups for column in group.columns]
    if all(item.response_scale.minimum == 0 and item.response_scale.step == 1 for item in form.items):
        highest = max(item.response_scale.maximum for item in form.items)
        return f"pass recode={{n + 1: n for n in range({highest + 1})}}"
    return f"table[[{', '.join(map(repr, ids))}]] -= 1, and leave the other items as they are"


def _given(group: _Group, unused: Unused) -> tuple[int | float, int | float]:
    """Return the range on which answers were probably given, if not on the declared one."""
    values, wide = group.scale.values, group.n_points > _WIDE
    low = unused.first if unused.below or wide else 0
    return values[low], values[unused.last if unused.above or wide else -1]


def _span(values: Sequence[int | float]) -> str:
    if len(values) <= _MOST_LISTED:
        return " or ".join(map(str, values))
    return f"{values[0]} to {values[-1]}"


def _effect_of_reversal(form: Instrument, group: _Group, low: int | float, high: int | float) -> str:
    """Say by how much reverse-keyed items come out wrong; an empty text if none are, or by 0 points."""
    ids = {form.item_ids[column] for column in group.columns}
    reverse = {key.item for scale in form.scales for key in scale.keys if key.reverse} & ids
    off = group.scale.minimum + group.scale.maximum - low - high
    if not reverse or not off:
        return ""
    points = "1 point" if abs(off) == 1 else f"{abs(off)} points"
    count = "the reverse-keyed item comes"
    if len(reverse) > 1:
        count = f"each of {len(reverse)} reverse-keyed items comes"
    return f"{count} out {points} too {'high' if off > 0 else 'low'}, and "
