"""What is done to a part of the answers, on whichever worker of an engine it lies.

Both kinds of work are plain values that travel to the worker: the instrument, and how answers are read, with
the columns found and checked before. Neither warns, and neither remembers a part it has seen, so that an
engine may run a part again.
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
from intimacy_scales.reading.problems import Problems
from intimacy_scales.reading.range_use import RangeUse
from intimacy_scales.reading.table import AnswerReader
from intimacy_scales.scoring.kernel import Kernel
from intimacy_scales.scoring.plan import plan_of
from intimacy_scales.scoring.scores import Scores
from intimacy_scales.scoring.tables import check_keep, score_answers, scores_of_kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where answers stand in a frame.

    Attributes
    ----------
    reading
        How they are read, with the column of each item named.
    used
        The columns that are read, each once: items, persons, and those to keep.
    """

    reading: Reading
    used: tuple[Hashable, ...]


def columns_of(
    form: Instrument, names: Sequence[Hashable], reading: Reading, clusters: Hashable = None
) -> Columns:
    """Find and check the columns of a frame before any of its answers is read.

    The column of ``clusters``, where it is named, is the last of those that are kept.

    Raises
    ------
    MissingColumnsError
        Items without a column; the likely columns are proposed.
    ResponseError
        Another column is not there, stands there twice, or has the name of a score.
    """
    wanted = as_spelled(column_names(form, reading.columns), names)
    check_columns(form, wanted, names, allow_missing=reading.allow_missing_items)
    there = ListTable({name: [] for name in names}, 0)
    person = None if reading.person is None else there.check(reading.person, "person")
    keep = tuple(there.check(name, "keep") for name in reading.keep)
    if clusters is not None:
        keep = (*keep, there.check(clusters, "clusters"))
    check_keep(keep, form.scale_ids)
    items = [name for name in wanted if name in set(names)]
    check_unique(names, items)
    used = dict.fromkeys([*items, *keep, *([] if person is None else [person])])
    placed = dict(zip(form.item_ids, wanted, strict=True))
    placed_reading = replace(reading, columns=placed, person=person, keep=keep, coding=None)
    return Columns(reading=placed_reading, used=tuple(used))


def _scores(form: Instrument, kernel: Kernel, problems: Problems, reader: AnswerReader) -> Scores:
    counts = reader.not_applicable(), reader.counted_blanks
    return scores_of_kernel(form, kernel, problems, reader.kept, *counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWork:
    """Score a part.

    Attributes
    ----------
    form, columns
        What was answered, and where the answers stand.
    answered, pomp
        As in `Scores.to_frame`.
    """

    form: Instrument
    columns: Columns
    answered: bool
    pomp: bool

    def __call__(self, table: Any) -> Any:
        """Return the scores of a part in its own kind of frame.

        Raises
        ------
        InvalidResponsesError
            Of a part with answers that are not accepted, where that was asked for.
        """
        reading, used = self.columns.reading, RangeUse(self.form)
        scores = score_answers(self.form, table, batch_reading(reading), used=used)
        if scores.problems and reading.on_invalid == "raise":
            raise check_of(self.form, len(scores), scores.problems, used).error(of_a_part=True) from None
        return scores.to_frame(answered=self.answered, pomp=self.pomp)


class Summable(Protocol):
    """What adds up, and travels as bytes."""

    def __add__(self, other: Self) -> Self:
        """Return the sums of both."""
        ...

    def to_bytes(self) -> bytes:
        """Return the sums as bytes."""
        ...


SumsT = TypeVar("SumsT", bound=Summable)


@dataclass(frozen=True, slots=True, kw_only=True)
class SumWork(ABC, Generic[SumsT]):
    """Sum up a part.

    Attributes
    ----------
    form, columns
        What was answered, and where the answers stand.
    """

    form: Instrument
    columns: Columns

    @property
    def together(self) -> Hashable:
        """The column whose equal values must come to one part, one after another; None: none."""
        return None

    @abstractmethod
    def __call__(self, tables: Iterable[Any]) -> SumsT:
        """Return the sums over all tables of a part."""

    @abstractmethod
    def unpacked(self, part: bytes) -> SumsT:
        """Return sums that came as bytes."""

    def packed(self, tables: Iterable[Any]) -> bytes:
        """Return the sums over a part as bytes, as they travel from worker to worker."""
        return self(tables).to_bytes()

    def add(self, parts: Iterable[bytes]) -> bytes:
        """Return the sums over several parts, each as bytes."""
        return self.total(parts).to_bytes()

    def total(self, parts: Iterable[bytes]) -> SumsT:
        """Return the sums over all parts, each as bytes."""
        whole = self(())
        for part in parts:
            whole += self.unpacked(part)
        return whole

    def read(self, table: Any) -> tuple[AnswerReader, RangeUse]:
        """Return what reads a table, and what watches its ends of ranges."""
        used = RangeUse(self.form)
        return AnswerReader(self.form, table, batch_reading(self.columns.reading), used=used), used

    def nobody(self) -> ListTable:
        """Return a table without rows."""
        return ListTable({name: [] for name in self.columns.used}, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryWork(SumWork[DataSummary]):
    """Sum up a part, whoever its persons are.

    Attributes
    ----------
    moments, scores
        Which sums are wanted beside the account of bad answers.
    """

    moments: bool
    scores: bool

    def __call__(self, tables: Iterable[Any]) -> DataSummary:
        """Return the sums over all tables of a part."""
        total = self._of(self.nobody())
        for table in tables:
            total += self._of(table)
        return total

    def unpacked(self, part: bytes) -> DataSummary:
        """Return sums that came as bytes."""
        return DataSummary.from_bytes(part, instrument=self.form)

    def _of(self, table: Any) -> DataSummary:
        reader, used = self.read(table)
        kernel = Kernel(plan_of(self.form), len(reader.table)) if self.scores else None
        moments = no_moments(self.form) if self.moments else None
        for start, codes in reader.blocks():
            if kernel is not None:
                kernel.score(start, codes)
            if moments is not None:
                moments += moments_of_codes(self.form, codes)
        problems = reader.finish()
        scores = None if kernel is None else _scores(self.form, kernel, problems, reader)
        return DataSummary(
            instrument=self.form.ref,
            check=check_of(self.form, len(reader.table), problems, used),
            moments=moments,
            scores=None if scores is None else scores.summary(),
        )
