"""Mapping report: every decision about a file of answers, from its encoding to the meaning of each option."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from intimacy_scales.files.base import AnswerFile
from intimacy_scales.files.facts import ColumnFacts, Decision, FileFacts
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.interop.answers.declared_keys import score_notes, title_notes
from intimacy_scales.interop.answers.declared_options import unlisted_notes
from intimacy_scales.interop.answers.item_columns import ItemSource, item_sources
from intimacy_scales.late import late_module
from intimacy_scales.messages import first_of
from intimacy_scales.reading.answer_keys import Meaning, whole_meaning
from intimacy_scales.reading.answers import stored_value
from intimacy_scales.reading.options import AS_THEY_ARE, Reading
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_SHOWN = 6
PLAIN = ("delimited text", "JSON", "JSON lines", "Parquet", "Excel workbook")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Rows of a file that were not read as persons.

    Attributes
    ----------
    why
        The reason.
    n
        Their number.
    first
        The first 20 of them, counted from 1 below the header.
    """

    why: str
    n: int
    first: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredOptions:
    """What a file says of the options of a column, by which another file of a mapping is compared with it.

    Attributes
    ----------
    options
        Pairs of a stored code and the text of its option.
    missing
        Pairs of a code that means no answer and the reason; None without reason.
    missing_ranges
        Lowest and highest of numbers that mean no answer.
    numbers
        Pairs of a stored code and the number that the file counts for it.
    """

    options: tuple[tuple[Any, str], ...] = ()
    missing: tuple[tuple[Any, str | None], ...] = ()
    missing_ranges: tuple[tuple[float, float], ...] = ()
    numbers: tuple[tuple[Any, int | float], ...] = ()

    @classmethod
    def of(cls, facts: ColumnFacts) -> Self:
        """Return what is known of a column."""
        return cls(
            options=facts.labels,
            missing=facts.missing,
            missing_ranges=facts.missing_ranges,
            numbers=facts.numbers,
        )


NOTHING_DECLARED = DeclaredOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMapping:
    """The column of one item, and how its values are read.

    Attributes
    ----------
    item, column, why
        The item, its column (None if it has none), and the reason.
    how
        How values are read.
    missing, missing_ranges
        Values, and ranges of numbers, that mean no answer, apart from those of the instrument.
    recode
        Pairs of a stored value and the answer it stands for.
    cautions
        What should be checked.
    declared
        What the file says of the column.
    """

    item: str
    column: str | None
    why: str
    how: str
    missing: tuple[Any, ...]
    missing_ranges: tuple[tuple[float, float], ...]
    recode: tuple[tuple[Any, Any], ...]
    cautions: tuple[str, ...]
    declared: DeclaredOptions = NOTHING_DECLARED


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherColumn:
    """A column that holds no item.

    Attributes
    ----------
    column
        Its name.
    role
        What it holds; ``"unknown"`` for columns that were left alone.
    """

    column: str
    role: str


@result_class
class MappingReport(Result):
    r"""How a file of answers is read.

    Attributes
    ----------
    file
        Its name.
    platform, version
        The tool that wrote it, or its format.
    instrument
        The instrument whose items were looked for; None without one.
    key_digest
        Its `Instrument.key_digest`.
    n_rows
        Number of rows that were read.
    decisions
        What was settled about its layout, each with the reason.
    left_out
        Rows that are not persons, by the first row of each reason; complete when the file was read.
    items
        The column of each item.
    others
        Other columns, in the order of the file.
    row_id
        The column that identifies a row, kept with the scores; None if none was recognised.
    notes
        What else the reader should know.
    opening
        Options with which the file was opened, such as ``sheet``, apart from those with their usual values.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from intimacy_scales.interop.answers import read_answers
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "answers.csv")
    ...     _ = path.write_text("kmss_1;kmss_2;kmss_3\n6;5;6\n7;7;\n")
    ...     report = read_answers(path, "kmss").report
    >>> report.platform, [(d.what, d.value) for d in report.decisions], report.items[0].column
    ('delimited text', [('encoding', 'UTF-8'), ('separator', 'semicolon')], 'kmss_1')
    """

    file: str
    platform: str
    version: str | None
    instrument: InstrumentRef | None
    key_digest: str | None
    n_rows: int
    decisions: tuple[Decision, ...]
    left_out: tuple[LeftOut, ...]
    items: tuple[ItemMapping, ...]
    others: tuple[OtherColumn, ...]
    row_id: str | None
    notes: tuple[str, ...]
    opening: Mapping[str, Any]

    @property
    def n_mapped(self) -> int:
        """Number of items that have a column."""
        return sum(item.column is not None for item in self.items)

    @property
    def is_export(self) -> bool:
        """Whether a platform wrote the file, so that more was decided than how a plain table is read."""
        return self.platform not in PLAIN

    @property
    def cautions(self) -> tuple[str, ...]:
        """What should be checked, each with the items it concerns."""
        items: dict[str, list[str]] = {}
        for item in self.items:
            for caution in item.cautions:
                items.setdefault(caution, []).append(item.item)
        return tuple(f"{first_of(ids)}: {caution}" for caution, ids in items.items())

    def sentence(self) -> str:
        """Return what was read, in one sentence."""
        version = f", {self.version}" if self.version else ""
        mapped = (
            f"{self.n_mapped} of {counted(len(self.items), 'item')} of {self.instrument.named} have a column"
            if self.instrument is not None
            else f"{counted(len(self.others), 'column')}"
        )
        rows = counted(self.n_rows, "row")
        left = "".join(f"; {counted(part.n, 'row')} left out: {part.why}" for part in self.left_out)
        return f"{self.file} is {self.platform}{version}; {rows}; {mapped}{left}."

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each item."""
        return pd.DataFrame(
            {
                "item": [item.item for item in self.items],
                "column": [item.column for item in self.items],
                "why": [item.why for item in self.items],
                "how": [item.how for item in self.items],
            }
        )

    def lines(self) -> Iterator[str]:
        """Yield the report as lines of text."""
        yield self.sentence()
        for decision in self.decisions:
            yield f"  {decision.what}: {decision.value} ({decision.why})"
        for part in self.left_out:
            rows = ", ".join(map(str, part.first[:_SHOWN])) + (", …" if part.n > _SHOWN else "")
            yield f"  left out: {counted(part.n, 'row')} ({rows}): {part.why}"
        for (why, how), ids in self._alike().items():
            yield f"  {first_of(ids)}: {why}; {how}" if how else f"  {first_of(ids)}: {why}"
        for role, names in self._others_by_role().items():
            yield f"  {role}: {first_of(names)}"
        for caution in (*self.cautions, *self.notes):
            yield f"  ! {caution}"

    def _alike(self) -> dict[tuple[str, str], list[str]]:
        items: dict[tuple[str, str], list[str]] = {}
        for item in self.items:
            items.setdefault((item.why, item.how), []).append(item.item)
        return items

    def _others_by_role(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for other in self.others:
            names.setdefault("left alone" if other.role == "unknown" else other.role, []).append(other.column)
        return names

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        return "<" + "\n".join(self.lines()) + ">"


def mapping_report(
    file: AnswerFile,
    form: Instrument | None,
    sources: Sequence[ItemSource],
    n_rows: int,
    reading: Reading = AS_THEY_ARE,
) -> MappingReport:
    """Return how a file of ``n_rows`` rows was read."""
    facts = file.facts
    if form is not None and not sources:  # a plain table
        sources = item_sources(form, file.names, {}, reading)
    notes = list(facts.notes)
    if facts.left_out and not n_rows:
        notes.append("every row was left out; all_rows=True (--all-rows) keeps them")
    if form is not None:
        items = {source.column: source.item for source in sources if source.column is not None}
        notes += [*title_notes(form, facts.titles), *score_notes(form, facts.scores, items)]
    used = {source.column for source in sources}
    meaning_options = reading.missing_codes, reading.recode, reading.by_item
    meanings = {} if form is None else {item.id: whole_meaning(item, *meaning_options) for item in form.items}
    explained = {
        source.column: _explained(meanings.get(source.item, Meaning()))
        for source in sources
        if source.column is not None
    }
    notes += unlisted_notes(facts, explained)
    return MappingReport(
        file=file.path.name,
        platform=facts.platform,
        version=facts.version,
        instrument=None if form is None else form.ref,
        key_digest=None if form is None else form.key_digest,
        n_rows=n_rows,
        decisions=tuple(facts.decisions),
        left_out=tuple(
            LeftOut(why=part.why, n=part.n, first=tuple(part.first))
            for part in sorted(facts.left_out.values(), key=lambda part: part.first)  # not by batches
        ),
        items=tuple(_item_mapping(source, meanings.get(source.item, Meaning()), facts) for source in sources),
        others=tuple(
            OtherColumn(column=name, role=facts.of(name).role)
            for name in dict.fromkeys(file.names)
            if name not in used
        ),
        row_id=facts.row_id,
        notes=tuple(notes),
        opening=dict(facts.opening),
    )


def _explained(meaning: Meaning) -> set[Any]:
    """Return the values that are recoded or missing, as they are compared."""
    return {
        stored_value(value) for value in (*meaning.missing_codes, *(stored for stored, _ in meaning.recode))
    }


def _item_mapping(source: ItemSource, meaning: Meaning, facts: FileFacts) -> ItemMapping:
    return ItemMapping(
        item=source.item,
        column=source.column,
        why=source.why,
        how=source.how,
        missing=meaning.missing_codes,
        missing_ranges=meaning.missing_ranges,
        recode=meaning.recode,
        cautions=source.cautions,
        declared=DeclaredOptions.of(facts.of(source.column or "")),
    )
