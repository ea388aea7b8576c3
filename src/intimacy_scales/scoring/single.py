"""One mapping of answers → scores, in plain Python over tables worked out beforehand."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from operator import getitem, itemgetter
from types import NoneType
from typing import Any, NamedTuple

from intimacy_scales.errors import values_as_asked, values_shown
from intimacy_scales.instrument import Instrument
from intimacy_scales.reading.answers import AnswerKey, answer_keys
from intimacy_scales.reading.columns import check_width, column_names, loose, name_text
from intimacy_scales.reading.mapping import read_sheet
from intimacy_scales.reading.options import AS_THEY_ARE, Reading
from intimacy_scales.reading.problems import Problems, invalid_responses
from intimacy_scales.results.frozen import FrozenMapping
from intimacy_scales.scoring.bounds import composite_weights, is_torn, torn_bounds
from intimacy_scales.scoring.drafts import warn_if_draft
from intimacy_scales.scoring.person import PersonScores, ScaleScore
from intimacy_scales.scoring.plan import (
    PerInstrument,
    Plan,
    PlannedComposite,
    PlannedItem,
    PlannedScale,
    plan_of,
)

_SCORE = itemgetter(0)  # of a `ScaleScore`
_PLAIN = frozenset({int, float, str, NoneType})
_NOT_YET = ScaleScore(None, None, 0, 0.0, 0.0, False)
_MAX_KEPT = 65_536
_MAX_OPTIONS = 64


def pomp(score: float | None, low: float, high: float) -> float | None:
    """Return a score as percent of the maximum possible."""
    return None if score is None else (score - low) / (high - low) * 100


class _Sums(dict[int, ScaleScore]):
    """What a scale's packed sum of answers means; worked out once for each sum.

    The packed sum holds, from the lowest bits: keyed units, spans of the answered items (only
    where ranges differ), and the number of answers.
    """

    def __init__(self, scale: PlannedScale) -> None:
        super().__init__()
        self.scale = scale
        self.bits = max(1, scale.span.bit_length())

    def pack(self, item: PlannedItem, code: int) -> int:
        """Return what one answer adds to the packed sum."""
        if not code:
            return 0
        spans = 0 if self.scale.minimum is not None else item.span
        return (1 << 2 * self.bits) | (spans << self.bits) | item.units[code]

    def __missing__(self, packed: int) -> ScaleScore:
        scale, bits = self.scale, self.bits
        mask = (1 << bits) - 1
        answered, spans, units = packed >> 2 * bits, packed >> bits & mask, packed & mask
        if scale.minimum is not None:
            spans = answered * scale.items[0].span
        score = None
        if answered >= scale.required:
            numerator, denominator = scale.fraction(answered, units)
            score = numerator / denominator
        divisor = scale.unit * (len(scale.items) if scale.mean else 1)
        lowest = units + scale.base
        result = ScaleScore(
            score,
            pomp(score, scale.low, scale.high),
            answered,
            lowest / divisor,
            (lowest + scale.span - spans) / divisor,
            score is not None and answered < len(scale.items),
        )
        if len(self) >= _MAX_KEPT:
            self.clear()
        self[packed] = result
        return result


def _composite(scale: PlannedComposite, rows: Sequence[ScaleScore]) -> ScaleScore:
    total, low, high, n, partly = 0.0, 0.0, 0.0, 0, False
    for part in scale.parts:
        score, _, _, part_low, part_high, part_prorated = rows[part]
        low += part_low
        high += part_high
        if part_prorated:
            partly = True
        if score is not None:
            total += score
            n += 1
    combined = scale.combine(total, n) if n >= scale.required else None
    if combined is not None and scale.ends is not None:
        there = {rows[part].score for part in scale.parts} - {None}
        for end, own in zip(scale.ends, (scale.low, scale.high), strict=True):
            combined = own if there == {end} else combined
    if scale.mean:
        low, high = low / len(scale.parts), high / len(scale.parts)
    prorated = combined is not None and (partly or n < len(scale.parts))
    return ScaleScore(combined, pomp(combined, scale.low, scale.high), n, low, high, prorated)


class _Part(NamedTuple):
    """A scale of items: which stretch of all look-ups is its own, and what their sum means."""

    position: int
    stretch: slice
    sums: _Sums


class SheetScorer:
    """Scores mappings of one instrument, read in one way; does not keep the instrument alive.

    Parameters
    ----------
    instrument
        The instrument.
    reading
        How to read its answers.
    """

    def __init__(self, instrument: Instrument, reading: Reading) -> None:
        self.ref = instrument.ref
        self.ids = instrument.scale_ids
        self.plan: Plan = plan_of(instrument)
        self.keys = answer_keys(instrument, reading.missing_codes, reading.recode)
        self.names = column_names(instrument, reading.columns)
        self.known_names = frozenset(self.names)
        self.by_loose_name = frozenset(loose(str(name)) for name in self.names) - {""}
        # one look-up for each item of each scale: where the answer stands, what it adds to the sum
        self.places: list[Hashable] = []
        self.tables: list[dict[Any, int]] = []
        self.parts = tuple(
            self._part(position, scale)
            for position, scale in enumerate(self.plan.scales)
            if isinstance(scale, PlannedScale)
        )
        self.composites = tuple(
            (position, scale)
            for position in self.plan.order
            if isinstance(scale := self.plan.scales[position], PlannedComposite)
        )
        self.torn = {
            position: weights
            for position, _ in self.composites
            if is_torn(self.plan, weights := composite_weights(self.plan, position))
        }
        scored = {item.index for part in self.parts for item in part.sums.scale.items}
        for index in set(range(len(self.names))) - scored:  # these are checked, and add to nothing
            self.places.append(self.names[index])
            self.tables.append(self.keys[index].known)

    def _part(self, position: int, scale: PlannedScale) -> _Part:
        sums = _Sums(scale)
        tables: dict[tuple[AnswerKey, bool], dict[Any, int]] = {}
        begin = len(self.places)
        for item in scale.items:
            key = self.keys[item.index]
            if (key, item.reverse) not in tables:
                packed = [sums.pack(item, code) for code in range(len(item.units))]
                tables[key, item.reverse] = {value: packed[code] for value, code in key.known.items()}
            self.places.append(self.names[item.index])
            self.tables.append(tables[key, item.reverse])
        return _Part(position, slice(begin, len(self.places)), sums)

    def __call__(
        self,
        instrument: Instrument,
        responses: Mapping[Any, Any],
        reading: Reading = AS_THEY_ARE,
    ) -> PersonScores:
        """Score one person's answers to the instrument that this was made for."""
        rows = self._quick(responses)
        problems: Sequence[Any] = ()
        if rows is None:
            with values_as_asked(reading.show_values):
                codes, cells = read_sheet(instrument, self.keys, self.names, responses)
            if cells:
                person = None if reading.person is None else responses[reading.person]
                problems = Problems.of_sheet(cells, person)
                if not values_shown(reading.show_values):
                    problems = problems.without_values()
                if reading.on_invalid == "raise":
                    raise invalid_responses(instrument, problems)
            rows = self._from_codes(codes)
        scores = FrozenMapping(zip(self.ids, map(_SCORE, rows), strict=True))
        return PersonScores(
            instrument=self.ref, scores=scores, rows=tuple(rows), problems=problems, form=instrument
        )

    def _quick(self, responses: Mapping[Any, Any]) -> list[ScaleScore] | None:
        """Score answers that are all plainly valid; None where a closer look is needed."""
        names = self.known_names
        if self.torn:
            return None
        if not names.issuperset(responses) and self._has_stray(responses):
            return None
        if not set(map(type, responses.values())) <= _PLAIN or names.isdisjoint(responses):
            return None
        try:
            added = list(map(getitem, self.tables, map(responses.get, self.places)))
        except KeyError:
            return None
        rows = [_NOT_YET] * len(self.ids)
        for position, stretch, sums in self.parts:
            rows[position] = sums[sum(added[stretch])]
        return self._add_composites(rows)

    def _has_stray(self, responses: Mapping[Any, Any]) -> bool:
        """Tell whether a key that is no item's looks like one."""
        check_width(len(responses), "the mapping has {} keys")
        return any(
            loose(name if isinstance(name, str) else name_text(name) or "") in self.by_loose_name
            for name in responses.keys() - self.known_names
        )

    def _from_codes(self, codes: Sequence[int]) -> list[ScaleScore]:
        rows = [_NOT_YET] * len(self.ids)
        for part in self.parts:
            packed = sum(part.sums.pack(item, codes[item.index]) for item in part.sums.scale.items)
            rows[part.position] = part.sums[packed]
        self._add_composites(rows)
        for position, weights in self.torn.items():
            bounds = torn_bounds(self.plan, weights, codes)
            if bounds is not None:
                rows[position] = rows[position]._replace(low=bounds[0], high=bounds[1])
        return rows

    def _add_composites(self, rows: list[ScaleScore]) -> list[ScaleScore]:
        for position, scale in self.composites:
            rows[position] = _composite(scale, rows)
        return rows


_scorers: PerInstrument[dict[Any, SheetScorer]] = PerInstrument(lambda _: {})


def sheet_scorer(instrument: Instrument, reading: Reading) -> SheetScorer:
    """Return the scorer for an instrument and a way of reading it, made at its first use."""
    kept = _scorers(instrument)
    if not kept:
        warn_if_draft(instrument)
    named: Any = reading.columns
    if named is not None and not isinstance(named, str):
        if not isinstance(named, Mapping):
            return SheetScorer(instrument, reading)  # says that this is for arrays
        named = tuple(named.items())
    options = (named, reading.missing_codes, reading.recode)
    try:
        scorer = kept.get(options)
    except TypeError:  # a column that is no name: the scorer says so
        return SheetScorer(instrument, reading)
    if scorer is None:
        if len(kept) >= _MAX_OPTIONS:
            kept.clear()
        scorer = kept[options] = SheetScorer(instrument, reading)
    return scorer
