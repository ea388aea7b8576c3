"""Any table of answers → checked codes, with every bad cell named.

A code is an unsigned integer: 0 for no answer, otherwise ``1 + (value - minimum) / step``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import DocumentError, ResponseError
from intimacy_scales.instrument import Instrument, InstrumentRef
from intimacy_scales.messages import counted, shortened, values_as_asked, values_shown
from intimacy_scales.reading.answer_keys import answer_keys
from intimacy_scales.reading.blank_columns import BlankColumns
from intimacy_scales.reading.blanks import blank_rules, counted_blanks_text
from intimacy_scales.reading.columns import as_spelled, check_columns, column_names, look_alikes
from intimacy_scales.reading.encoding import Codes, ColumnEncoder, code_dtype
from intimacy_scales.reading.frames import DocumentTable, ListTable, Table, check_unique, open_table
from intimacy_scales.reading.kept import frame_with_kept, keep_columns
from intimacy_scales.reading.mapping import as_sheet, is_stray, read_sheet, stray_explanation
from intimacy_scales.reading.options import Reading, ReadingOptions, reading_of, reads_answers
from intimacy_scales.reading.problems import (
    BadColumn,
    Problems,
    invalid_responses,
    problem_type,
    same_explanation,
)
from intimacy_scales.reading.range_use import FEWEST_PERSONS, RangeUse
from intimacy_scales.reading.tiles import tile_encoders
from intimacy_scales.results.document_checks import check_same_names
from intimacy_scales.results.document_types import Unless, by_name, many
from intimacy_scales.results.documents import instrument_for
from intimacy_scales.results.result import Result, result_class

BLOCK = 262_144  # rows whose codes stay in the processor's cache from reading to scoring


@result_class
class CodedResponses(Result):
    """Checked answers as codes.

    Attributes
    ----------
    instrument
        The instrument that was answered.
    codes
        (n_persons, n_items), unsigned, column-contiguous, read-only; columns in the order of the
        instrument's items.
    problems
        Cells that were not accepted and count as missing (with ``on_invalid="missing"``).
    not_applicable
        Item → number of persons who answered that it does not apply to them; these answers count as missing.
        Items without such answers are left out.
    kept
        Columns of the caller's table that were kept (``keep=``).
    counted_blanks
        Item → number of its blanks that count as 0, for items that allow it.

    Examples
    --------
    >>> coded = encode("ras", [{"ras_1": 4, "ras_2": 2}], allow_missing_items=True)
    >>> coded.n_persons, coded.codes.tolist()
    (1, [[4, 2, 0, 0, 0, 0, 0]])
    """

    instrument: Instrument
    codes: Codes
    problems: Problems = field(default_factory=Problems)
    not_applicable: Mapping[str, int] = field(default_factory=dict)
    kept: Table | None = field(default=None, repr=False)
    counted_blanks: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_persons(self) -> int:
        """Number of persons."""
        return int(self.codes.shape[0])

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Ids of the items, in the order of the columns."""
        return self.instrument.item_ids

    def to_frame(self) -> Any:
        """Return the accepted answers as numbers by item, in a frame of the caller's library.

        Columns that were kept come first. Where a response scale has ``scores``, the numbers are these
        scores, not the values that were stored.
        """
        columns = {}
        for index, item in enumerate(self.instrument.items):
            values = np.array([np.nan, *item.response_scale.counted.values])
            columns[item.id] = values[self.codes[:, index]]
        return frame_with_kept(
            ListTable({}, self.n_persons) if self.kept is None else self.kept, columns, None
        )

    def to_dict(self) -> dict[str, Any]:
        """Return instrument, codes by item, and problems, ready for JSON."""
        codes = {item: self.codes[:, i].tolist() for i, item in enumerate(self.item_ids)}
        return {
            "instrument": self.instrument.ref.to_dict(),
            "codes": codes,
            "problems": self.problems.to_dict(),
            **({"not_applicable": dict(self.not_applicable)} if self.not_applicable else {}),
            **({"counted_blanks": dict(self.counted_blanks)} if self.counted_blanks else {}),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return {
            "instrument": InstrumentRef,
            "codes": by_name(NDArray[np.int64]),
            "problems": many(problem_type(table=True)),
            "not_applicable": Unless(by_name(int), nothing={}),
            "counted_blanks": Unless(by_name(int), nothing={}),
        }

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> CodedResponses:
        form = instrument_for(values["instrument"], instrument)
        check_same_names({"codes": values["codes"]}, form.item_ids)
        columns = [values["codes"][item] for item in form.item_ids]
        for item, column in zip(form.items, columns, strict=True):
            highest = item.response_scale.counted.n
            if len(column) and not 0 <= column.min() <= column.max() <= highest:
                raise DocumentError(
                    f"codes of {item.id}: {column.min()} to {column.max()} are not valid; allowed: 1 to "
                    f"{highest}, and 0 for a missing answer"
                )
            known = {0, *item.response_scale.codes}
            unknown = set() if item.response_scale.is_plain else {*column.tolist()} - known
            if unknown:
                raise DocumentError(
                    f"codes of {item.id}: {min(unknown)} is not valid; allowed: {shortened(sorted(known))}"
                )
        codes: Any = np.array(columns, dtype=code_dtype(answer_keys(form)))
        problems = Problems.of_documents(values["problems"])
        return cls(
            instrument=form,
            codes=codes.T,
            problems=problems,
            not_applicable=checked_counts(form, values["not_applicable"], len(codes.T)),
            kept=DocumentTable(codes.shape[1]),
            counted_blanks=values["counted_blanks"],
        )

    def __len__(self) -> int:
        return self.n_persons

    def __repr__(self) -> str:
        missing = np.count_nonzero(self.codes == 0) / max(self.codes.size, 1)
        return (
            f"<CodedResponses of {self.instrument.ref}: {counted(self.n_persons, 'person')}, "
            f"{counted(len(self.item_ids), 'item')}, {missing:.1%} missing, "
            f"{counted(len(self.problems), 'problem')}"
            f"{counted_blanks_text(self.counted_blanks)}>"
        )


def checked_counts(form: Instrument, counts: Mapping[str, int], n_persons: int) -> Mapping[str, int]:
    """Check the counts in a document of how often items do not apply, and return them.

    Raises
    ------
    DocumentError
        The instrument has no such item, the item has no such answer, or the count exceeds the persons.
    """
    for item, n in counts.items():
        if item not in form.item_ids or not form.item(item).response_scale.not_applicable:
            raise DocumentError(
                f"not_applicable: {form.ref.named} has no item {shortened(item)} with that answer"
            )
        if not 0 < n <= n_persons:
            raise DocumentError(f"not_applicable: {n} for {item} is not valid; allowed: 1 to {n_persons}")
    return counts


def check_belongs(
    form: Instrument, belongs_to: Instrument, what: str = "codes", *, same_items: bool = False
) -> None:
    """Raise where codes, or sums of codes, belong to another instrument.

    With ``same_items`` the instruments may differ in keys, norms and wording, which codes do not depend on.

    Raises
    ------
    ResponseError
        Names both instruments.
    """
    if belongs_to is form or belongs_to.digest == form.digest:
        return
    if same_items and _answered_alike(belongs_to, form):
        return
    theirs, ours = belongs_to.ref, form.ref
    digests = f" ({theirs.digest[:8]}…, {ours.digest[:8]}…)" if theirs.told_apart == ours.told_apart else ""
    raise ResponseError(f"these {what} belong to {theirs.told_apart}, not to {ours.told_apart}{digests}")


def _worded_alike(answered: Instrument, form: Instrument) -> bool:
    """Tell whether answers to one wording are answers to a form in its language or in those it pools.

    A wording in the original language may be changed; a translation with other words is another translation.
    """
    if not any(one.translation is not None or one.pooled for one in (answered, form)):
        return answered.language == form.language
    given, known = (
        {part.text_digest for part in one.pooled} or {one.text_digest} for one in (answered, form)
    )
    return given <= known


def _answered_alike(one: Instrument, other: Instrument) -> bool:
    """Tell whether two instruments are the same version, apart from keys, norms and wording.

    A coding defines what the stored answers mean: codes of one coding cannot be scored by another.
    """
    if not _worded_alike(one, other):
        return False
    definitions = []
    for form in (one, other):
        scales = ((i.id, i.response_scale) for i in form.items)
        values = [(item, *scale.range, scale.points, scale.scores) for item, scale in scales]
        definitions.append((form.id, form.version, form.coding, form.choose_all, values))
    return definitions[0] == definitions[1]


@reads_answers
def encode(
    instrument: Instrument | str | Path, responses: Any, **reading: Unpack[ReadingOptions]
) -> CodedResponses:
    """Check every answer against the instrument and turn it into a code.

    Parameters
    ----------
    instrument
        An `Instrument`, or the id or `Path` of one.
    responses
        One person's answers as a mapping; or a list of mappings, a pandas or polars DataFrame, a
        pyarrow Table or RecordBatch, or a numpy array (n_persons, n_items). Other columns than those
        of items are ignored.
    **reading
        How the answers are read: `columns`, `missing_codes`, `recode`, `on_invalid`, `person`,
        `allow_missing_items`, `coding`, `show_values`, `keep`; see `Reading`.

    Returns
    -------
    CodedResponses

    Raises
    ------
    InvalidResponsesError
        Answers outside the range, off the step, infinite, boolean, or unknown as labels.
    MissingColumnsError
        Items have no column; suggests the columns that were probably meant.
    ResponseError
        The input as a whole cannot be read.

    Warns
    -----
    AnotherRangeWarning
        No answer of 30 persons or more uses one end of the range on any item, and chance does not explain it.

    Notes
    -----
    Answers may be numbers, texts of numbers, or labels (compared without regard to case, blanks,
    BOM and typographic quotes). Null, NaN, ``NA`` and blank text are missing. Nothing is clipped,
    rounded, imputed or dropped.

    Examples
    --------
    >>> answers = [{"ras_1": 5, "ras_2": "4", "ras_3": None}, {"ras_1": 2, "ras_2": 3, "ras_3": 1}]
    >>> encode("ras", answers, allow_missing_items=True).codes[:, :3]
    array([[5, 4, 0],
           [2, 3, 1]], dtype=uint8)
    """
    how = reading_of(reading)
    return checked(how.form(instrument), responses, how)


def checked(form: Instrument, responses: Any, reading: Reading, **labels: Any) -> CodedResponses:
    """Return checked answers, as `encode` does, with its options in one value.

    ``labels`` are options of the calling function that may name columns, such as ``clusters``; these
    columns are kept too.
    """
    return AnswerReader(form, responses, reading, labels=labels).answers()


class AnswerReader:
    """A reader of a table of answers, block by block.

    Parameters
    ----------
    instrument, responses
        As in `encode`; the instrument with the coding in which the answers were stored (`Reading.form`).
    reading
        How they are read.
    offset
        Number of rows in earlier batches of a stream.
    labels
        Option → its value, which may be the name of a column to keep.
    used
        Collects the ends of ranges used in several tables, and the caller warns; None: this reader looks at
        its own table and warns.
    """

    def __init__(
        self,
        instrument: Instrument,
        responses: Any,
        reading: Reading,
        *,
        offset: int = 0,
        labels: Mapping[str, Any] | None = None,
        used: RangeUse | None = None,
    ) -> None:
        if hasattr(responses, "answers_read"):
            responses, reading = responses.answers_read(instrument, reading)
        self.instrument = instrument
        self.reading = reading
        self.offset = offset
        self.keys = reading.keys(instrument)
        self.dtype = code_dtype(self.keys)
        with values_as_asked(reading.show_values):
            self._open(responses, labels)
        present = set(self.table.names)
        self._warns = used is None and len(self.table) >= FEWEST_PERSONS
        self._used = RangeUse(instrument) if used is None else used
        self._encoders: list[ColumnEncoder | None] = [
            ColumnEncoder(self.table.answers(name), key, self.dtype) if name in present else None
            for name, key in zip(self.names, self.keys, strict=True)
        ]
        self._parts = tile_encoders(self._encoders, self.dtype)
        rules = blank_rules(instrument)
        self._blanks = None
        if rules:
            mappings = self.table.from_mappings
            strays = self._stray_rows()
            self._blanks = BlankColumns(rules, self._encoders, strays, absent_is_blank=mappings)

    def _stray_rows(self) -> dict[int, list[int]]:
        """Return position of an item → rows in which its answer is under another name."""
        rows_by_item: dict[int, list[int]] = {}
        for bad in _stray_answers(self, self.table) if self.table.from_mappings else ():
            rows_by_item.setdefault(self.instrument.item_ids.index(bad.item), []).extend(map(int, bad.rows))
        return rows_by_item

    def _open(self, responses: Any, labels: Mapping[str, Any] | None) -> None:
        """Open the caller's table, or a mapping as a table of one row; find columns of items and persons."""
        columns, person = self.reading.columns, self.reading.person
        sheet = as_sheet(responses)
        # for an array, `columns` gives the items in the order of its columns, which have no other names
        self.names = column_names(self.instrument, None if isinstance(responses, np.ndarray) else columns)
        if sheet is None:
            self.table = open_table(responses, columns)
            self.names = as_spelled(self.names, self.table.names)
            self._check_columns(allow_missing_items=self.reading.allow_missing_items)
        else:
            self.names = as_spelled(self.names, sheet)
            read_sheet(self.instrument, self.keys, self.names, sheet)  # raises for a mapping without any item
            self.table = ListTable.from_rows([sheet])
        self._numbered = sheet is None
        is_empty = not len(self.table) and not len(self.table.names)
        self._person = None if person is None or is_empty else self.table.check(person, "person")
        self.kept = self.table if is_empty else keep_columns(self.table, self.reading.keep, labels)
        self.kept.row_numbers = self.table.row_numbers

    def _check_columns(self, *, allow_missing_items: bool) -> None:
        names, present = self.names, self.table.names
        if present or len(self.table):
            check_columns(
                self.instrument,
                names,
                present,
                allow_missing=allow_missing_items,
                from_mappings=self.table.from_mappings,
                columns=self.reading.columns,
            )
        check_unique(present, [name for name in names if name in set(present)])

    def read(self, start: int, codes: Codes) -> None:
        """Write the codes of the rows from ``start`` on into ``codes`` (rows, n_items)."""
        for part in self._parts:
            part.encode(start, codes)
        if self._blanks is not None:
            self._blanks.fill(start, codes)
        self._used.add(codes)

    @property
    def counted_blanks(self) -> dict[str, int]:
        """Item → number of its blanks that counted as 0 so far, for items that allow it."""
        counts = {} if self._blanks is None else self._blanks.counts
        return {self.instrument.item_ids[place]: n for place, n in sorted(counts.items())}

    def read_all(self) -> Codes:
        """Return the codes of the whole table (n_persons, n_items), column-contiguous."""
        codes: Codes = np.empty((len(self.table), len(self.keys)), dtype=self.dtype, order="F")
        for start in range(0, len(codes), BLOCK):
            self.read(start, codes[start : start + BLOCK])
        return codes

    def answers(self) -> CodedResponses:
        """Return the checked answers of the whole table; raises as `finish` does."""
        codes = self.read_all()
        return CodedResponses(
            instrument=self.instrument,
            codes=codes,
            problems=self.finish(),
            not_applicable=self.not_applicable(),
            kept=self.kept,
            counted_blanks=self.counted_blanks,
        )

    def blocks(self) -> Iterator[tuple[int, Codes]]:
        """Yield the position of a block's first row and its codes, in a buffer that the next block reuses."""
        n = len(self.table)
        buffer: Codes = np.empty((min(n, BLOCK), len(self.keys)), dtype=self.dtype, order="F")
        for start in range(0, n, BLOCK):
            codes = buffer[: min(BLOCK, n - start)]
            self.read(start, codes)
            yield start, codes

    def finish(self) -> Problems:
        """Return the values that were not accepted, or raise an error with them if ``on_invalid="raise"``."""
        bad = []
        for item, name, key, encoder in zip(
            self.instrument.item_ids, self.names, self.keys, self._encoders, strict=True
        ):
            rows, values = encoder.bad() if encoder else ((), ())
            if len(rows):
                bad.append(
                    BadColumn(
                        item=item,
                        column=str(name),
                        rows=rows,
                        values=values,
                        explain=key.explain,
                        scale=key.scale,
                    )
                )
        if self.table.from_mappings:
            bad.extend(_stray_answers(self, self.table))
        problems = Problems(
            tuple(bad),
            self._persons_in(bad),
            self.offset,
            numbered=self._numbered,
            row_numbers=self.table.row_numbers,
        )
        if problems and not values_shown(self.reading.show_values):
            problems = problems.without_values()
        if problems and self.reading.on_invalid == "raise":
            raise invalid_responses(self.instrument, problems, self._used.answered)
        if problems:
            self._used.note(problems.offences())
        if self._warns:
            self._used.warn()
        return problems

    def not_applicable(self) -> dict[str, int]:
        """Return item → number of persons so far to whom it does not apply, where there are any."""
        items = zip(self.instrument.item_ids, self._encoders, strict=True)
        return {item: e.not_applicable for item, e in items if e is not None and e.not_applicable}

    def _persons_in(self, bad: Sequence[BadColumn]) -> dict[int, Any] | None:
        """Return row → the id of each person with an answer that was not accepted."""
        if self._person is None or not bad:
            return None
        persons = self.table.values(self._person, "person")
        return {int(row): persons[row] for part in bad for row in part.rows}


def _stray_answers(reader: AnswerReader, table: Table) -> Iterator[BadColumn]:
    """Yield answers under a name that resembles an item's, in rows where that item has no answer."""
    ids = reader.instrument.item_ids
    for stray, item in look_alikes(reader.names, ids, table.names).items():
        index = ids.index(item)
        key, wanted, values = reader.keys[index], reader.names[index], table.values(stray, "columns")
        in_place = table.values(wanted, "columns") if wanted in table.names else [None] * len(table)
        rows = [row for row in range(len(table)) if is_stray(key, values[row], in_place[row])]
        if rows:
            yield BadColumn(
                item=item,
                column=str(stray),
                rows=rows,
                values=[values[row] for row in rows],
                explain=partial(same_explanation, stray_explanation(stray, wanted)),
                misplaced=True,
            )
