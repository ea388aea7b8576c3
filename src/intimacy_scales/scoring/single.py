"""One mapping of answers → scores, in plain Python over tables worked out beforehand."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any

from intimacy_scales.answers import AnswerKey, MissingCode, answer_keys
from intimacy_scales.columns import ColumnMap, column_names, loose
from intimacy_scales.instrument import Instrument
from intimacy_scales.problems import Problems, invalid_responses
from intimacy_scales.scoring.person import PersonScores, ScaleScore
from intimacy_scales.scoring.plan import (
    PerInstrument,
    Plan,
    PlannedComposite,
    PlannedItem,
    PlannedScale,
    plan_of,
)
from intimacy_scales.sheet import read_sheet

_PLAIN = frozenset({int, float, str, NoneType})
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
        )
        if len(self) >= _MAX_KEPT:
            self.clear()
        self[packed] = result
        return result


def _composite(scale: PlannedComposite, rows: Sequence[ScaleScore | None]) -> ScaleScore:
    total, low, high, n = 0.0, 0.0, 0.0, 0
    for part in scale.parts:
        row = rows[part]
        assert row is not None
        low += row.low
        high += row.high
        if row.score is not None:
            total += row.score
            n += 1
    score = scale.combine(total, n) if n >= scale.required else None
    k = len(scale.parts)
    return ScaleScore(
        score,
        pomp(score, scale.low, scale.high),
        n,
        low / k if scale.mean else low,
        high / k if scale.mean else high,
    )


@dataclass(frozen=True, slots=True)
class _Lookup:
    """A scale of items: where each answer stands, and what it adds to the packed sum."""

    position: int
    entries: tuple[tuple[Hashable, dict[Any, int]], ...]
    sums: _Sums


class SheetScorer:
    """Scores mappings of one instrument, read in one way; does not keep the instrument alive.

    Parameters
    ----------
    instrument
        The instrument.
    columns, missing_codes
        How to read its answers.
    """

    def __init__(
        self, instrument: Instrument, columns: ColumnMap, missing_codes: tuple[MissingCode, ...]
    ) -> None:
        self.ref = instrument.ref
        self.ids = instrument.scale_ids
        self.plan: Plan = plan_of(instrument)
        self.keys = answer_keys(instrument, missing_codes)
        self.names = column_names(instrument, columns)
        self.known_names = frozenset(self.names)
        self.by_loose_name = {loose(str(name)): name for name in self.names}
        self.lookups = tuple(
            self._lookup(position, scale)
            for position, scale in enumerate(self.plan.scales)
            if isinstance(scale, PlannedScale)
        )
        self.composites = tuple(
            (position, scale)
            for position in self.plan.order
            if isinstance(scale := self.plan.scales[position], PlannedComposite)
        )
        scored = {item.index for s in self.plan.scales if isinstance(s, PlannedScale) for item in s.items}
        self.unscored = tuple(
            (name, key.known)
            for index, (name, key) in enumerate(zip(self.names, self.keys, strict=True))
            if index not in scored
        )

    def _lookup(self, position: int, scale: PlannedScale) -> _Lookup:
        sums = _Sums(scale)
        tables: dict[tuple[AnswerKey, bool], dict[Any, int]] = {}
        entries = []
        for item in scale.items:
            key = self.keys[item.index]
            table = tables.get((key, item.reverse))
            if table is None:
                packed = [sums.pack(item, code) for code in range(len(item.units))]
                table = {value: packed[code] for value, code in key.known.items()}
                tables[key, item.reverse] = table
            entries.append((self.names[item.index], table))
        return _Lookup(position, tuple(entries), sums)

    def __call__(
        self,
        instrument: Instrument,
        responses: Mapping[Any, Any],
        *,
        on_invalid: str = "raise",
        person: Any = None,  # noqa: ANN401 - any id
    ) -> PersonScores:
        """Score one person's answers to the instrument that this was made for."""
        rows = self._quick(responses)
        problems: Sequence[Any] = ()
        if rows is None:
            codes, cells = read_sheet(instrument, self.keys, self.names, responses)
            if cells:
                problems = Problems.of_sheet(cells, person)
                if on_invalid == "raise":
                    raise invalid_responses(self.ref.id, problems)
            rows = self._from_codes(codes)
        scores = dict(zip(self.ids, [row[0] for row in rows], strict=True))
        return PersonScores(instrument=self.ref, scores=scores, rows=rows, problems=problems)

    def _quick(self, responses: Mapping[Any, Any]) -> list[ScaleScore] | None:
        """Score answers that are all plainly valid; None where a closer look is needed."""
        names = self.known_names
        if not names.issuperset(responses) and self._has_stray(responses):
            return None
        if not _PLAIN.issuperset(map(type, responses.values())) or names.isdisjoint(responses):
            return None
        rows: list[ScaleScore | None] = [None] * len(self.ids)
        get = responses.get
        try:
            for lookup in self.lookups:
                packed = 0
                for name, table in lookup.entries:
                    packed += table[get(name)]
                rows[lookup.position] = lookup.sums[packed]
            for name, known in self.unscored:
                known[get(name)]
        except KeyError:
            return None
        return self._add_composites(rows)

    def _has_stray(self, responses: Mapping[Any, Any]) -> bool:
        """Tell whether a key that is no item's looks like that of an absent item."""
        for name in responses.keys() - self.known_names:
            meant = self.by_loose_name.get(loose(name)) if isinstance(name, str) else None
            if meant is not None and meant not in responses:
                return True
        return False

    def _from_codes(self, codes: Sequence[int]) -> list[ScaleScore]:
        rows: list[ScaleScore | None] = [None] * len(self.ids)
        for lookup in self.lookups:
            packed = sum(lookup.sums.pack(item, codes[item.index]) for item in lookup.sums.scale.items)
            rows[lookup.position] = lookup.sums[packed]
        return self._add_composites(rows)

    def _add_composites(self, rows: list[ScaleScore | None]) -> list[ScaleScore]:
        for position, scale in self.composites:
            rows[position] = _composite(scale, rows)
        return rows  # type: ignore[return-value]  # every position is filled now


_scorers: PerInstrument[dict[Any, SheetScorer]] = PerInstrument(lambda _: {})


def sheet_scorer(
    instrument: Instrument, columns: ColumnMap, missing_codes: tuple[MissingCode, ...]
) -> SheetScorer:
    """Return the scorer for an instrument and a way of reading it, made at its first use."""
    kept = _scorers(instrument)
    options = (tuple(columns.items()) if isinstance(columns, Mapping) else columns, missing_codes)
    if isinstance(columns, list):
        return SheetScorer(instrument, columns, missing_codes)
    scorer = kept.get(options)
    if scorer is None:
        if len(kept) >= _MAX_OPTIONS:
            kept.clear()
        scorer = kept[options] = SheetScorer(instrument, columns, missing_codes)
    return scorer
