"""What a file says of itself: its layout, the questions and options of its columns, and rows left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from intimacy_scales.reading.answers import stored_value

Code = int | float | str
Role = Literal[
    "answer",  # to a question
    "id",  # of a person, couple or response
    "time",  # of the start or end, or of a page
    "layout",  # event, repeat, status, language: how and when the row was made
    "choice",  # one option of several that can be chosen
    "calculated",  # by the platform, from other columns
    "text",  # written by the person
    "unknown",
]
_KEPT_ROWS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One thing that was settled about a file before its answers were read.

    Attributes
    ----------
    what
        Such as ``"separator"``.
    value
        What it is, such as ``"semicolon"``.
    why
        The reason, such as ``"splits every line into 54 fields"``.
    """

    what: str
    value: str
    why: str


class ShownIf(Protocol):
    """The condition under which a question was shown."""

    def holds(self, row: Mapping[str, Any]) -> bool | None:
        """Tell whether the question was shown, given the stored values of a row; None if it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFacts:
    """What a file, or its structure, says of one column.

    Attributes
    ----------
    question
        The text that persons read; None if the file does not have it.
    group
        The question above several columns, as of a matrix.
    role
        What the column holds.
    labels
        Pairs of a stored code and the text of its option, in the order of the file. A code occurs once for
        each language.
    missing
        Pairs of a code that means no answer and the reason, such as ``(99, "refused")``; None without reason.
    missing_ranges
        Lowest and highest of numbers that mean no answer, both included; infinite where open.
    holds_labels
        Whether the cells hold the texts of options instead of codes; None if this is not known.
    formula
        How the platform computes the column.
    shown_if
        The condition under which the question was shown; None if there is none, or it cannot be evaluated.
    numbers
        Pairs of a stored code and the number that the file counts for it in scores.
    is_reversed
        Whether the authors of the file reverse the answers before they count them; None if the file does not
        say.
    name
        Name of the question in the file's structure, where the column has another name.
    name_within
        Names of the groups around the question, as they are written before its name.
    allowed
        Lowest and highest number that the question allows; None if the file does not say.
    holds_positions
        Whether numbers are the positions of options, counted from 0, whatever values the options have.
    """

    question: str | None = None
    group: str | None = None
    role: Role = "unknown"
    labels: tuple[tuple[Code, str], ...] = ()
    missing: tuple[tuple[Code, str | None], ...] = ()
    missing_ranges: tuple[tuple[float, float], ...] = ()
    holds_labels: bool | None = None
    formula: str | None = None
    shown_if: ShownIf | None = None
    numbers: tuple[tuple[Code, int | float], ...] = ()
    is_reversed: bool | None = None
    name: str | None = None
    name_within: str = ""
    allowed: tuple[int | float, int | float] | None = None
    holds_positions: bool = False

    def declares_missing(self, value: Any) -> bool:
        """Tell whether a stored value, as it is compared, means no answer."""
        if any(stored_value(code) == value for code, _ in self.missing):
            return True
        is_number = isinstance(value, int | float)
        return is_number and any(low <= value <= high for low, high in self.missing_ranges)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredScore:
    """A score as a file defines it, which is compared with the instrument's key and never computed.

    Attributes
    ----------
    name
        Its name, such as that of the column that holds it.
    columns
        The columns that it is computed from.
    reversed_columns
        Those of them that are reversed before they are counted.
    method
        Whether they are added or averaged; None if the file does not say.
    formula
        The definition as it is written.
    """

    name: str
    columns: tuple[str, ...]
    reversed_columns: tuple[str, ...] = ()
    method: Literal["sum", "mean"] | None = None
    formula: str


@dataclass(slots=True)
class RowsLeftOut:
    """Rows of a file that are not persons' answers.

    Attributes
    ----------
    why
        The reason.
    n
        Their number so far.
    first
        The first of them, counted from 1 below the header.
    """

    why: str
    n: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, rows: Sequence[int]) -> None:
        """Count rows, numbered from 1."""
        self.n += len(rows)
        self.first += rows[: max(0, _KEPT_ROWS - len(self.first))]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistedValues:
    """Values of a column that are not among the options which the file lists for it.

    Attributes
    ----------
    values
        Value → how often it was given.
    options
        The codes of its options.
    shown
        Whether messages may contain the values.
    """

    values: Mapping[Any, int]
    options: tuple[Code, ...]
    shown: bool


@dataclass(slots=True)
class FileFacts:
    """What is known of a file of answers; rows left out are counted while it is read.

    Attributes
    ----------
    platform
        The tool that wrote it, such as ``"Qualtrics"``, or its format, such as ``"delimited text"``.
    version
        Version of the platform or of its format, if the file tells.
    decisions
        What was settled about its layout.
    columns
        Name of a column → what is known of it; columns of which nothing is known are left out.
    left_out
        Rows left out, by reason.
    notes
        What the reader should know that is not a decision.
    unlisted
        Name of a column → its values that are not among its options; complete when the file was read.
    row_id
        The column that identifies each row, by which scores can be joined to the file; None if there is none.
    titles
        Names of the questionnaire in the file, which may be in several languages.
    scores
        Scores that the file defines.
    opening
        Options with which the file was opened, apart from those with their usual values.
    """

    platform: str
    version: str | None = None
    decisions: list[Decision] = field(default_factory=list)
    columns: dict[str, ColumnFacts] = field(default_factory=dict)
    left_out: dict[str, RowsLeftOut] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unlisted: dict[str, UnlistedValues] = field(default_factory=dict)
    row_id: str | None = None
    titles: list[str] = field(default_factory=list)
    scores: list[DeclaredScore] = field(default_factory=list)
    opening: dict[str, Any] = field(default_factory=dict)

    def decide(self, what: str, value: str, why: str) -> None:
        """Record a decision."""
        self.decisions.append(Decision(what=what, value=value, why=why))

    def leave_out(self, why: str, rows: Sequence[int]) -> None:
        """Count rows that are left out, numbered from 1."""
        if rows:
            self.left_out.setdefault(why, RowsLeftOut(why)).add(rows)

    def of(self, name: str) -> ColumnFacts:
        """Return what is known of a column."""
        return self.columns.get(name, NOTHING)

    def with_role(self, *roles: Role) -> list[str]:
        """Return the columns that hold one of some things, in the order of the file."""
        return [name for name, facts in self.columns.items() if facts.role in roles]

    def add(self, columns: Mapping[str, ColumnFacts]) -> None:
        """Add what is known of more columns."""
        self.columns.update(columns)


NOTHING = ColumnFacts()
