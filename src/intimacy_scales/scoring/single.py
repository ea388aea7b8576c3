"""One mapping of answers → scores, in plain Python over tables worked out beforehand."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from intimacy_scales.errors import ResponseError, values_as_asked, values_shown
from intimacy_scales.reading.answers import answer_keys
from intimacy_scales.reading.blanks import blank_rules, count_blanks
from intimacy_scales.reading.columns import as_spelled, column_names
from intimacy_scales.reading.mapping import read_sheet
from intimacy_scales.reading.options import AS_THEY_ARE, Reading
from intimacy_scales.reading.problems import Problems, invalid_responses
from intimacy_scales.scoring.drafts import warn_if_draft
from intimacy_scales.scoring.person import PersonScores, person_scores
from intimacy_scales.scoring.plan import PerInstrument, plan_of
from intimacy_scales.scoring.scale_score import ScaleScore
from intimacy_scales.scoring.sheet_tables import SheetTables

if TYPE_CHECKING:
    from intimacy_scales.instrument import Instrument

_MAX_OPTIONS = 64


class SheetScores(NamedTuple):
    """What was read of one answer sheet.

    Attributes
    ----------
    rows
        The score of each scale.
    problems
        Answers that count as missing for it.
    counted_blanks
        Blanks that count as 0.
    not_applicable
        Items that do not apply to the person, by their answer.
    """

    rows: list[ScaleScore]
    problems: Problems | None
    counted_blanks: tuple[str, ...]
    not_applicable: tuple[str, ...]


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
        self.keys = answer_keys(instrument, reading.missing_codes, reading.recode)
        self.names = column_names(instrument, reading.columns)
        self.blanks = blank_rules(instrument)
        self.tables = SheetTables(
            plan_of(instrument),
            self.keys,
            self.names,
            gaps_count=bool(self.blanks),
            items=instrument.item_ids,
            elsewhere=partial(_elsewhere, instrument.id, instrument.version, instrument.item_ids, self.names),
        )
        self.read_plain = self.tables.read_plain
        self.not_applicable_in = self.tables.not_applicable_in

    def __call__(
        self,
        instrument: Instrument,
        responses: Mapping[Any, Any],
        reading: Reading = AS_THEY_ARE,
    ) -> PersonScores:
        """Score one person's answers to the instrument that this was made for."""
        plain = self.read_plain(responses)
        if plain is not None:  # as of nearly every sheet
            none = self.not_applicable_in
            found = () if none is None else none(responses)
            return person_scores(self.ref, self.ids, plain, (), instrument, (), found)
        rows, problems, *noted = self._read_any(instrument, responses, reading)
        if problems and reading.on_invalid == "raise":
            raise invalid_responses(instrument, problems)
        return person_scores(self.ref, self.ids, rows, problems or (), instrument, *noted)

    def read(self, instrument: Instrument, responses: Mapping[Any, Any], reading: Reading) -> SheetScores:
        """Score one person's answers, whatever is wrong with some of them.

        Raises
        ------
        ResponseError
            The mapping as a whole cannot be read.
        """
        plain = self.read_plain(responses)
        if plain is None:
            return self._read_any(instrument, responses, reading)
        none = self.not_applicable_in
        return SheetScores(plain, None, (), () if none is None else none(responses))

    def _read_any(
        self, instrument: Instrument, responses: Mapping[Any, Any], reading: Reading
    ) -> SheetScores:
        with values_as_asked(reading.show_values):
            codes, cells, not_applicable = read_sheet(instrument, self.keys, self.names, responses)
        problems = None
        if cells:
            person = None if reading.person is None else responses[reading.person]
            problems = Problems.of_sheet(cells, person)
            if not values_shown(reading.show_values):
                problems = problems.without_values()
        blanks: tuple[str, ...] = ()
        if self.blanks:
            refused = {cell.item for cell in cells}
            places = {place for place, item in enumerate(instrument.item_ids) if item in refused}
            counted = count_blanks(self.blanks, codes, places)
            blanks = tuple(instrument.item_ids[place] for place in counted)
        return SheetScores(self.tables.of_codes(codes), problems, blanks, not_applicable)


def _elsewhere(
    name: str, version: str, items: tuple[str, ...], names: Sequence[Hashable]
) -> Collection[Hashable]:
    """Return items of other versions of a form, which nobody looks for where items have other names."""
    if tuple(names) != items:
        return ()
    from intimacy_scales.reading.other_wording import items_of_other_versions

    return items_of_other_versions(name, version, items)


def _usual_scorer(instrument: Instrument) -> SheetScorer:
    warn_if_draft(instrument.ref)
    return SheetScorer(instrument, AS_THEY_ARE)


def with_person_found(reading: Reading, sheet: Mapping[Any, Any]) -> Reading:
    """Return how to read one mapping, with the key that holds the person's id as it is spelled there.

    Raises
    ------
    ResponseError
        There is no such key.
    """
    if reading.person is None or reading.person in sheet:
        return reading
    person = as_spelled((reading.person,), sheet)[0]
    if person not in sheet:
        raise ResponseError(f"person: the mapping has no key {reading.person!r}")
    return replace(reading, person=person)


_usual: PerInstrument[Instrument, SheetScorer] = PerInstrument(_usual_scorer)
_others: PerInstrument[Instrument, dict[Any, SheetScorer]] = PerInstrument(lambda _: {})


def sheet_scorer(instrument: Instrument, reading: Reading) -> SheetScorer:
    """Return the scorer for an instrument and a way of reading it, made at its first use."""
    if reading is AS_THEY_ARE:
        return _usual(instrument)
    kept = _others(instrument)
    if not kept:
        warn_if_draft(instrument.ref)
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
