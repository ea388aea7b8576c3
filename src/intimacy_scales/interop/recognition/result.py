"""Result of `recognize`: the instruments that a table may hold, with the evidence for and against each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.messages import first_of, shortened
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Basis = Literal["wording", "ids", "numbered columns"]
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSet:
    """Columns that may hold the answers of one person to all items.

    Attributes
    ----------
    whose
        What is written before and after the items' names, such as ``"_A"``; empty if nothing is.
    pattern
        The pattern for ``columns=``, if one gives these columns.
    columns
        Item → column.
    n_answers, n_invalid
        Values that were looked at, and those that no item allows as answers.
    example
        One of these, with its column; None if there is none.

    Examples
    --------
    >>> from intimacy_scales.interop.recognition import recognize
    >>> row = {f"ras_{n}_{partner}": 4 for partner in "AB" for n in range(1, 8)}
    >>> [(columns.whose, columns.pattern) for columns in recognize([row]).best.sets]
    [('_A', '{item}_A'), ('_B', '{item}_B')]
    """

    whose: str
    pattern: str | None
    columns: Mapping[str, str]
    n_answers: int
    n_invalid: int
    example: str | None


@result_class
class Candidate(Result):
    """An instrument that a table may hold answers to.

    Attributes
    ----------
    instrument
        The instrument.
    basis
        What its columns were found by: the wording of its items, their ids, or columns numbered as its items.
    n_items
        Number of its items.
    sets
        Its columns; several where both partners, or several occasions, are in one row.
    evidence, contradictions
        What speaks for it, and against it.

    Examples
    --------
    >>> from intimacy_scales.interop.recognition import recognize
    >>> best = recognize([{f"ras_{n}": 4 for n in range(1, 8)}]).best
    >>> best.instrument.id, best.basis, best.contradictions
    ('ras', 'ids', ())
    """

    instrument: InstrumentRef
    basis: Basis
    n_items: int
    sets: tuple[ColumnSet, ...]
    evidence: tuple[str, ...]
    contradictions: tuple[str, ...]

    @property
    def n_found(self) -> int:
        """Number of items that have a column, in the set with the most."""
        return max(len(part.columns) for part in self.sets)

    @property
    def all_columns(self) -> frozenset[str]:
        """All columns of its sets."""
        return frozenset(column for part in self.sets for column in part.columns.values())

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    def __repr__(self) -> str:
        against = f"; against it: {'; '.join(self.contradictions)}" if self.contradictions else ""
        return f"<{self.instrument.named}: {'; '.join(self.evidence)}{against}>"


@result_class
class Recognition(Result):
    """Instruments that a table may hold answers to, the likeliest first.

    Attributes
    ----------
    candidates
        The instruments.
    n_columns, n_rows
        Columns of the table, and rows that were looked at.
    n_compared
        Number of instruments that were compared with it.
    other_sheets
        Other sheets of the workbook that may hold answers, by the names of their columns, and to which
        instruments.

    Examples
    --------
    >>> from intimacy_scales.interop.recognition import recognize
    >>> print(recognize([{f"ras_{n}": 9 for n in range(1, 8)}]).sentence())
    No instrument alone fits without contradiction; the likeliest are ras.
    """

    candidates: tuple[Candidate, ...]
    n_columns: int
    n_rows: int
    n_compared: int
    other_sheets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def best(self) -> Candidate | None:
        """The one instrument that fits without contradiction; None if none does, or several do equally.

        A form whose columns are all part of a longer form that fits, too, is not counted.
        """
        fitting = [c for c in self.candidates if not c.contradictions]
        if not fitting:
            return None
        first = fitting[0]
        rivals = [
            c
            for c in fitting[1:]
            if not (c.all_columns < first.all_columns and c.n_items < first.n_items)
            and not (c.basis == "numbered columns" and first.basis != "numbered columns")
        ]
        return None if rivals else first

    def sentence(self) -> str:
        """Return what was recognised, in words."""
        if not self.candidates:
            return (
                f"No instrument fits: none of the {self.n_compared} compared has columns here for at least "
                "half of its items."
            )
        best = self.best
        if best is not None:
            whose = [part.whose for part in best.sets if part.whose]
            sets = f" in {len(best.sets)} sets of columns ({', '.join(whose)})" if len(best.sets) > 1 else ""
            return f"The answers are to {best.instrument.named}{sets}: {'; '.join(best.evidence)}."
        names = ", ".join(candidate.instrument.id for candidate in self.candidates[:_SHOWN])
        return f"No instrument alone fits without contradiction; the likeliest are {names}."

    def lines(self) -> Iterator[str]:
        """Yield the recognition as lines of text."""
        yield self.sentence()
        for candidate in self.candidates[:_SHOWN]:
            n_found_text = f"{candidate.n_found} of {counted(candidate.n_items, 'item')}"
            yield f"  {candidate.instrument.named}: {n_found_text} by {candidate.basis}"
            for text in candidate.evidence:
                yield f"    + {text}"
            for text in candidate.contradictions:
                yield f"    - {text}"
        for sheet, ids in self.other_sheets.items():
            yield (
                f"  ! sheet {shortened(sheet)} may hold answers too ({first_of(ids)}): sheet={sheet!r} "
                "(--sheet) reads it"
            )

    def to_frame(self) -> pd.DataFrame:
        """Return a table with a row for each candidate."""
        return pd.DataFrame(
            {
                "instrument": [c.instrument.id for c in self.candidates],
                "basis": [c.basis for c in self.candidates],
                "items": [c.n_items for c in self.candidates],
                "found": [c.n_found for c in self.candidates],
                "sets": [len(c.sets) for c in self.candidates],
                "evidence": ["; ".join(c.evidence) for c in self.candidates],
                "contradictions": ["; ".join(c.contradictions) for c in self.candidates],
            }
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls)

    def __repr__(self) -> str:
        return "<" + "\n".join(self.lines()) + ">"
