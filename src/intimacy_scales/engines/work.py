"""The functions that engines apply to each part of the answers, on any worker.

They are plain values that can be sent to a worker: the instrument, and how answers are read, with columns
that were found and checked before. They do not warn, and keep no state, so that an engine may run a part
twice.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, Self, TypeVar

from intimacy_scales.engines.answer_check import check_of
from intimacy_scales.engines.data_summary import DataSummary
from intimacy_scales.files.reading import batch_reading
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.item_moments import moments_of_codes, no_moments
from intimacy_scales.reading.columns import as_spelled, check_columns, column_names
from intimacy_scales.reading.frames import ListTable, check_unique
from intimacy_scales.reading.options import Reading
from intimacy_scales.reading.range_use import RangeUse
from intimacy_scales.reading.table import AnswerReader
from intimacy_scales.scoring.kernel import Kernel
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.tables import check_keep, score_answers, scores_of_kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a frame that are read.

    Attributes
    ----------
    reading
        How answers are read, with the column of each item.
    used
        The columns that are read, each once: items, persons' ids, and kept columns.
    """

    reading: Reading
    used: tuple[Hashable, ...]


def columns_of(
    form: Instrument, names: Sequence[Hashable], reading: Reading, clusters: Hashable = None
) -> Columns:
    """Find and check the columns of a frame before any of its answers is read.

    The column of ``clusters``, if given, is the last of the kept columns.

    Raises
    ------
    MissingColumnsError
        Items have no column; the message suggests likely columns.
    ResponseError
        Another column is missing or duplicated, or has the name of a column of scores.
    """
    item_columns = as_spelled(column_names(form, reading.columns), names)
    check_columns(
        form, item_columns, names, allow_missing=reading.allow_missing_items, columns=reading.columns
    )
    no_rows = ListTable({name: [] for name in names}, 0)
    person = None if reading.person is None else no_rows.check(reading.person, "person")
    keep = tuple(no_rows.check(name, "keep") for name in reading.keep)
    if clusters is not None:
        keep = (*keep, no_rows.check(clusters, "clusters"))
    check_keep(keep, form.scale_ids)
    items = [name for name in item_columns if name in set(names)]
    check_unique(names, items)
    used = dict.fromkeys([*items, *keep, *([] if person is None else [person])])
    by_item = dict(zip(form.item_ids, item_columns, strict=True))
    resolved = replace(reading, columns=by_item, person=person, keep=keep, coding=None)
    return Columns(reading=resolved, used=tuple(used))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWork:
    """The function that scores a part.

    Attributes
    ----------
    form, columns
        The instrument, and the columns of its answers.
    answered, pomp
        As in `Scores.to_frame`.
    """

    form: Instrument
    columns: Columns
    answered: bool
    pomp: bool

    def __call__(self, table: Any) -> Any:
        """Return the scores of a part in the same kind of frame.

        Raises
        ------
        InvalidResponsesError
            The part holds answers that are not valid, and ``on_invalid`` is ``"raise"``.
        """
        reading, used = self.columns.reading, RangeUse(self.form)
        scores = score_answers(self.form, table, batch_reading(reading), used=used)
        if scores.problems and reading.on_invalid == "raise":
            raise check_of(self.form, len(scores), scores.problems, used).error(of_a_part=True) from None
        return scores.to_frame(answered=self.answered, pomp=self.pomp)


class Summable(Protocol):
    """Sums that can be added, and converted to bytes."""

    def __add__(self, other: Self) -> Self:
        """Return both sums combined."""
        ...

    def to_bytes(self) -> bytes:
        """Return the sums as bytes."""
        ...


SumsT = TypeVar("SumsT", bound=Summable)


@dataclass(frozen=True, slots=True, kw_only=True)
class SumWork(ABC, Generic[SumsT]):
    """The function that sums up a part.

    Attributes
    ----------
    form, columns
        The instrument, and the columns of its answers.
    """

    form: Instrument
    columns: Columns

    @property
    def together(self) -> Hashable:
        """The column whose equal values must be in one part, next to each other, or None."""
        return None

    @abstractmethod
    def __call__(self, tables: Iterable[Any]) -> SumsT:
        """Return the sums over all tables of a part."""

    @abstractmethod
    def unpacked(self, part: bytes) -> SumsT:
        """Return the sums from bytes."""

    def packed(self, tables: Iterable[Any]) -> bytes:
        """Return the sums over a part as bytes, which workers exchange."""
        return self(tables).to_bytes()

    def add(self, parts: Iterable[bytes]) -> bytes:
        """Return the sums over several parts, given and returned as bytes."""
        return self.total(parts).to_bytes()

    def total(self, parts: Iterable[bytes]) -> SumsT:
        """Return the sums over all parts, given as bytes."""
        sums = self(())
        for part in parts:
            sums += self.unpacked(part)
        return sums

    def read(self, table: Any) -> tuple[AnswerReader, RangeUse]:
        """Return the reader of a table, and the record of used ends of ranges that it keeps."""
        used = RangeUse(self.form)
        return AnswerReader(self.form, table, batch_reading(self.columns.reading), used=used), used

    def no_rows(self) -> ListTable:
        """Return a table without rows."""
        return ListTable({name: [] for name in self.columns.used}, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryWork(SumWork[DataSummary]):
    """The function that sums up a part with any rows.

    Attributes
    ----------
    moments, scores
        Which sums to compute in addition to the check of the answers.
    """

    moments: bool
    scores: bool

    def __call__(self, tables: Iterable[Any]) -> DataSummary:
        """Return the sums over all tables of a part."""
        total = self._summary_of(self.no_rows())
        for table in tables:
            total += self._summary_of(table)
        return total

    def unpacked(self, part: bytes) -> DataSummary:
        """Return the sums from bytes."""
        return DataSummary.from_bytes(part, instrument=self.form)

    def _summary_of(self, table: Any) -> DataSummary:
        reader, used = self.read(table)
        kernel = Kernel(plan_of(self.form), len(reader.table)) if self.scores else None
        moments = no_moments(self.form) if self.moments else None
        for start, codes in reader.blocks():
            if kernel is not None:
                kernel.score(start, codes)
            if moments is not None:
                moments += moments_of_codes(self.form, codes)
        problems = reader.finish()
        scores = None
        if kernel is not None:
            counts = reader.not_applicable(), reader.counted_blanks
            scores = scores_of_kernel(self.form, kernel, problems, reader.kept, *counts)
        return DataSummary(
            instrument=self.form.ref,
            check=check_of(self.form, len(reader.table), problems, used),
            moments=moments,
            scores=None if scores is None else scores.summary(),
        )
