"""Scoring of one mapping of answers, in plain Python over precomputed tables."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from intimacy_scales.errors import ResponseError
from intimacy_scales.messages import values_as_asked, values_shown
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
    """The scores of one answer sheet, with what was noticed in reading it.

    Attributes
    ----------
    rows
        The score of each scale.
    problems
        Answers that are not valid and count as missing.
    counted_blanks
        Items that were left blank and count as 0.
    not_applicable
        Items that the person answered with "does not apply".
    """

    rows: list[ScaleScore]
    problems: Problems | None
    counted_blanks: tuple[str, ...]
    not_applicable: tuple[str, ...]


class SheetScorer:
    """A scorer of mappings for one instrument and one way of reading; does not keep the instrument alive.

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
        self.keys = reading.keys(instrument)
        self.names = column_names(instrument, reading.columns)
        self.blanks = blank_rules(instrument)
        self.tables = SheetTables(
            plan_of(instrument),
            self.keys,
            self.names,
            blanks_count=bool(self.blanks),
            items=instrument.item_ids,
            elsewhere=partial(
                _items_of_other_versions, instrument.id, instrument.version, instrument.item_ids, self.names
            ),
        )
        self.read_plain = self.tables.read_plain
        self.not_applicable_in = self.tables.not_applicable_in

    def __call__(
        self,
        instrument: Instrument,
        responses: Mapping[Any, Any],
        reading: Reading = AS_THEY_ARE,
    ) -> PersonScores:
        """Score one person's answers to the instrument of this scorer."""
        rows = self.read_plain(responses)
        if rows is not None:  # true for nearly every sheet
            find = self.not_applicable_in
            not_applicable = () if find is None else find(responses)
            return person_scores(self.ref, self.ids, rows, (), instrument, (), not_applicable)
        rows, problems, *blanks_and_not_applicable = self._read_any(instrument, responses, reading)
        if problems and reading.on_invalid == "raise":
            raise invalid_responses(instrument, problems)
        return person_scores(self.ref, self.ids, rows, problems or (), instrument, *blanks_and_not_applicable)

    def read(self, instrument: Instrument, responses: Mapping[Any, Any], reading: Reading) -> SheetScores:
        """Score one person's answers; those that are not valid are returned as problems.

        Raises
        ------
        ResponseError
            The mapping as a whole cannot be read.
        """
        rows = self.read_plain(responses)
        if rows is None:
            return self._read_any(instrument, responses, reading)
        find = self.not_applicable_in
        return SheetScores(rows, None, (), () if find is None else find(responses))

    def _read_any(
        self, instrument: Instrument, responses: Mapping[Any, Any], reading: Reading
    ) -> SheetScores:
        """Score a sheet of any values, decoding each answer."""
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


def _items_of_other_versions(
    name: str, version: str, items: tuple[str, ...], names: Sequence[Hashable]
) -> Collection[Hashable]:
    """Return items of other versions of an instrument; none if its items have other names in the mapping."""
    if tuple(names) != items:
        return ()
    from intimacy_scales.reading.other_wording import items_of_other_versions

    return items_of_other_versions(name, version, items)


def _usual_scorer(instrument: Instrument) -> SheetScorer:
    warn_if_draft(instrument.ref)
    return SheetScorer(instrument, AS_THEY_ARE)


def with_person_key(reading: Reading, sheet: Mapping[Any, Any]) -> Reading:
    """Return the reading for one mapping, with the key of the person's id as the mapping spells it.

    Raises
    ------
    ResponseError
        The mapping has no such key.
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
    """Return the scorer for an instrument and a way of reading, made at its first use."""
    if reading is AS_THEY_ARE:
        return _usual(instrument)
    scorers = _others(instrument)
    if not scorers:
        warn_if_draft(instrument.ref)
    columns: Any = reading.columns
    if columns is not None and not isinstance(columns, str):
        if not isinstance(columns, Mapping):
            return SheetScorer(instrument, reading)  # raises: such columns are for arrays
        columns = tuple(columns.items())
    options = (columns, reading.missing_codes, reading.recode, reading.by_item)
    try:
        scorer = scorers.get(options)
    except TypeError:  # a column name that cannot be hashed: the scorer raises
        return SheetScorer(instrument, reading)
    if scorer is None:
        if len(scorers) >= _MAX_OPTIONS:
            scorers.clear()
        scorer = scorers[options] = SheetScorer(instrument, reading)
    return scorer
