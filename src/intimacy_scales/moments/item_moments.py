"""Exact, mergeable sums of the answers to an instrument, from which reliability is computed.

Everything is a whole number: counts of answers and of pairs of answers, sums of codes, of their squares and
of their products. Sums of parts add up to the sums of the whole, so that one table, a stream, and the workers
of a cluster give the same bits. A coefficient needs nothing else, and the answers need not be kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError, ResponseError
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.pooling import only_languages_differ, pool_languages
from intimacy_scales.instrument.reference import hint_of_wordings
from intimacy_scales.moments.blas import one_blas_thread
from intimacy_scales.moments.cross_products import (
    Integers,
    PairSums,
    code_frequencies,
    no_pair_sums,
    pair_sums,
)
from intimacy_scales.moments.incomplete import (
    AnsweredSums,
    answered_sums,
    complete_sums,
    incomplete_rows,
    no_answered_sums,
    sums_of_rows,
)
from intimacy_scales.moments.scale_items import scale_items
from intimacy_scales.reading.encoding import Codes
from intimacy_scales.reading.frames import batches_from
from intimacy_scales.reading.options import (
    Reading,
    ReadingOptions,
    reading_of,
    reads_answers,
    refuse_reading,
)
from intimacy_scales.reading.range_use import RangeUse
from intimacy_scales.reading.table import AnswerReader, CodedResponses, check_belongs
from intimacy_scales.results.frozen import Frozen, freeze
from intimacy_scales.results.sums import Sums
from intimacy_scales.results.wording import counted

_LARGEST = 2**60


def highest_code(instrument: Instrument) -> int:
    """Return the highest code of any item."""
    return max(item.response_scale.counted.n for item in instrument.items)


class Kept(dict[Any, Any]):
    """Results computed from moments and cached with them, which is safe because moments never change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMoments(Frozen, Sums):
    """Exact sums of coded answers; sums of parts add up with ``+`` and ``sum()``.

    Attributes
    ----------
    instrument
        The instrument that was answered.
    n_persons
        Number of rows, with or without answers.
    pairs
        Sums over the persons who answered both items of each pair.
    n_complete
        By scale: the number of persons who answered all of its items.
    complete
        By scale: sums of pairs over these persons.
    answered
        By scale, except composites: sums over the persons who answered some of its items but not all.
    frequencies
        (n_items, highest code + 1): how often each code was given; code 0 stands for a missing answer.
    kept
        Cached results.

    Notes
    -----
    All entries are int64 and exact. `item_moments` makes them from a table, `item_moments_stream`
    from batches.

    Examples
    --------
    >>> answers = [{f"ras_{n}": 1 + (n + row) % 5 for n in range(1, 8)} for row in range(4)]
    >>> whole = item_moments("ras", answers)
    >>> whole == item_moments("ras", answers[:1]) + item_moments("ras", answers[1:])
    True
    """

    instrument: Instrument
    n_persons: int
    pairs: PairSums
    n_complete: Mapping[str, int]
    complete: Mapping[str, PairSums]
    answered: Mapping[str, AnsweredSums]
    frequencies: Integers
    kept: Kept = field(default_factory=Kept, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for part in (self, self.pairs, *self.complete.values(), *self.answered.values()):
            freeze(part)

    def __add__(self, other: ItemMoments) -> ItemMoments:
        """Return the moments of both groups of persons together.

        Raises
        ------
        EstimationError
            They belong to different instruments.

        Warns
        -----
        LanguagesPooledWarning
            They belong to one instrument in two languages, and it was not tested that answers mean the same
            in both. The sum belongs to the instrument that `pool_languages` returns.
        """
        if not isinstance(other, ItemMoments):
            return NotImplemented
        instrument = self.instrument
        if only_languages_differ(instrument, other.instrument):
            instrument = pool_languages(instrument, other.instrument)
        elif self.instrument is not other.instrument and self.instrument.digest != other.instrument.digest:
            ours, theirs = self.instrument.ref, other.instrument.ref
            why = hint_of_wordings(ours, theirs) or (
                f": the instruments differ (digests {ours.digest[:12]} and {theirs.digest[:12]})"
            )
            raise EstimationError(
                f"moments of {ours.told_apart} and of {theirs.told_apart} do not add up{why}"
            )
        n = self.n_persons + other.n_persons
        check_capacity(self.instrument, n)
        return ItemMoments(
            instrument=instrument,
            n_persons=n,
            pairs=self.pairs + other.pairs,
            n_complete={name: m + other.n_complete[name] for name, m in self.n_complete.items()},
            complete={name: part + other.complete[name] for name, part in self.complete.items()},
            answered={name: part + other.answered[name] for name, part in self.answered.items()},
            frequencies=self.frequencies + other.frequencies,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ItemMoments):
            return NotImplemented
        return self.instrument.digest == other.instrument.digest and self._bytes() == other._bytes()

    def __hash__(self) -> int:
        return hash((self.instrument.digest, self.n_persons))

    def _bytes(self) -> tuple[Any, ...]:
        """Return all sums in a form that can be compared."""
        parts: list[PairSums | AnsweredSums] = [self.pairs, *self.complete.values(), *self.answered.values()]
        arrays = [getattr(part, name) for part in parts for name in part.__slots__]
        return (
            self.n_persons,
            *self.n_complete.items(),
            *(a.tobytes() for a in (self.frequencies, *arrays) if a is not None),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return instrument, n, all sums and frequencies, ready for JSON."""
        from intimacy_scales.moments.stored import document_of

        return document_of(self)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return `to_dict` as JSON; ``indent`` as of `json.dumps`."""
        return json.dumps(self.to_dict(), indent=indent)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], *, instrument: Instrument | None = None) -> ItemMoments:
        """Return the moments that `to_dict` wrote: equal to the bit, and they add up as before.

        Parameters
        ----------
        document
            What `to_dict` returned, also after a round trip through JSON.
        instrument
            The instrument that was answered; None: the shipped instrument with this id, if its digest is
            the same.

        Raises
        ------
        DocumentError
            A field is missing, unknown or of another type, or the instrument is a different one.

        Examples
        --------
        >>> moments = item_moments("ras", [{f"ras_{n}": 4 for n in range(1, 8)}])
        >>> ItemMoments.from_json(moments.to_json()) == moments
        True
        """
        from intimacy_scales.moments.stored import moments_of

        return moments_of(document, instrument)

    @classmethod
    def from_json(cls, text: str | bytes, *, instrument: Instrument | None = None) -> ItemMoments:
        """Return the moments that `to_json` wrote; arguments and errors as of `from_dict`."""
        from intimacy_scales.results.documents import parsed

        return cls.from_dict(parsed(text, "ItemMoments"), instrument=instrument)

    def __len__(self) -> int:
        return self.n_persons

    def __repr__(self) -> str:
        persons, items = counted(self.n_persons, "person"), counted(len(self.instrument.items), "item")
        return f"<ItemMoments of {self.instrument.ref}: {persons}, {items}>"


def most_persons(instrument: Instrument) -> int:
    """Return the number of persons up to which sums are exact whole numbers."""
    totals = [
        int(np.sum(np.maximum(np.abs(s.slopes * s.points + s.offsets), np.abs(s.slopes + s.offsets))))
        for s in scale_items(instrument).values()
    ]
    return (_LARGEST - 1) // max(highest_code(instrument), *totals) ** 2


def check_capacity(instrument: Instrument, n_persons: int) -> None:
    """Raise where sums over so many persons might not be exact whole numbers."""
    if n_persons > most_persons(instrument):
        raise EstimationError(
            f"{n_persons} persons are too many for exact sums of {instrument.id}, whose answers have "
            f"{highest_code(instrument)} points; analyse fewer persons, or declare a coarser step"
        )


def no_moments(instrument: Instrument) -> ItemMoments:
    """Return the moments of no persons."""
    scales, k = scale_items(instrument), len(instrument.items)
    return ItemMoments(
        instrument=instrument,
        n_persons=0,
        pairs=no_pair_sums(k, squares=True),
        n_complete=dict.fromkeys(scales, 0),
        complete={name: no_pair_sums(len(scale.columns), squares=False) for name, scale in scales.items()},
        answered={name: no_answered_sums(len(s.columns)) for name, s in scales.items() if not s.is_composite},
        frequencies=np.zeros((k, highest_code(instrument) + 1), dtype=np.int64),
    )


def moments_of_codes(
    instrument: Instrument, codes: Codes, *, squares: bool = True, composites: bool = True
) -> ItemMoments:
    """Return the moments of checked answers (n_persons, n_items).

    Parameters
    ----------
    instrument, codes
        Checked answers.
    squares
        Whether to compute the squares of each pair, which only correlations with ``sds="pairs"`` need.
    composites
        Whether to compute sums of complete answers to composites, which only listwise deletion needs.
    """
    check_capacity(instrument, len(codes))
    with one_blas_thread():
        return _moments(instrument, codes, squares=squares, composites=composites)


def _moments(instrument: Instrument, codes: Codes, *, squares: bool, composites: bool) -> ItemMoments:
    """Return the moments of checked answers, whose number was checked."""
    highest = highest_code(instrument)
    pairs = pair_sums(codes, highest, squares=squares)
    incomplete_persons: dict[str, NDArray[np.intp]] = {}
    complete: dict[str, PairSums] = {}
    answered: dict[str, AnsweredSums] = {}
    scales = scale_items(instrument)
    for name in instrument.scale_order:  # parts before composites
        scale, parts = scales[name], instrument.scale(name).of
        if parts:
            is_incomplete = np.zeros(len(codes), dtype=np.bool_)
            for part in parts:
                is_incomplete[incomplete_persons[part]] = True
            incomplete_persons[name] = np.flatnonzero(is_incomplete)
            if composites:  # summed directly, as few persons answer all of so many items
                complete[name] = sums_of_rows(codes, scale.columns, np.flatnonzero(~is_incomplete), highest)
            continue
        incomplete = incomplete_rows(codes, scale.columns)
        incomplete_persons[name] = incomplete.rows
        complete[name] = complete_sums(incomplete, pairs.of(scale.columns), highest)
        answered[name] = answered_sums(incomplete, scale.slopes, scale.offsets)
    return ItemMoments(
        instrument=instrument,
        n_persons=len(codes),
        pairs=pairs,
        n_complete={name: len(codes) - len(incomplete_persons[name]) for name in scales},
        complete={name: complete[name] for name in scales if name in complete},
        answered={name: answered[name] for name in scales if name in answered},
        frequencies=code_frequencies(codes, highest),
    )


@reads_answers
def item_moments(
    instrument: Instrument | str | Path, responses: Any, **reading: Unpack[ReadingOptions]
) -> ItemMoments:
    """Check a table of answers and return its sums, from which reliability can be computed.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    responses
        A table of answers as in `encode`, or `CodedResponses`.
    **reading
        As in `encode`.

    Returns
    -------
    ItemMoments
        Moments of parts add up with ``+``.

    Raises
    ------
    InvalidResponsesError, MissingColumnsError, ResponseError
        As `encode` does.
    EstimationError
        There are so many persons, on such a fine response scale, that sums might not be exact.

    Examples
    --------
    >>> item_moments("ras", [{f"ras_{n}": 4 for n in range(1, 8)}]).n_persons
    1
    """
    options = reading_of(reading)
    form = options.form(instrument)
    if isinstance(responses, CodedResponses):
        refuse_reading(options)
        check_belongs(form, responses.instrument)
        return moments_of_codes(form, responses.codes)
    return read_moments(form, responses, options)


def read_moments(
    form: Instrument, responses: Any, reading: Reading, *, offset: int = 0, used: RangeUse | None = None
) -> ItemMoments:
    """Check a table and return its sums, block by block; arguments as of `AnswerReader`."""
    reader = AnswerReader(form, responses, reading, offset=offset, used=used)
    total: ItemMoments | None = None
    for _, codes in reader.blocks():
        part = moments_of_codes(form, codes)
        total = part if total is None else total + part
    reader.finish()
    return no_moments(form) if total is None else total


@reads_answers
def item_moments_stream(
    instrument: Instrument | str | Path, batches: Any, **reading: Unpack[ReadingOptions]
) -> ItemMoments:
    """Check tables one after another and return their sums, in constant memory.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    batches
        As in `score_stream`: any iterable of tables, a LazyFrame, RecordBatchReader, Dataset …
    **reading
        As in `encode`.

    Returns
    -------
    ItemMoments
        The same, to the bit, as that of one table.

    Raises
    ------
    InvalidResponsesError, MissingColumnsError, ResponseError
        As `encode` does; rows are counted from the first batch on.

    Examples
    --------
    >>> batches = ([{f"ras_{n}": answer for n in range(1, 8)}] for answer in (2, 5))
    >>> item_moments_stream("ras", batches).n_persons
    2
    """
    options = reading_of(reading)
    form = options.form(instrument)
    if isinstance(batches, CodedResponses):
        raise ResponseError("batches is one table: pass it to item_moments(), or [table] here")
    total, used = no_moments(form), RangeUse(form)
    for batch in batches_from(batches, "item_moments()"):
        if isinstance(batch, CodedResponses):
            refuse_reading(options)
            total += item_moments(form, batch)
        else:
            total += read_moments(form, batch, options, offset=total.n_persons, used=used)
    used.warn()
    return total
