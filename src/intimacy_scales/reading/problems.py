"""Every bad answer of a table, stored compactly and described on demand."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, overload

from intimacy_scales.errors import InvalidResponsesError, ProblemCode, ResponseProblem
from intimacy_scales.late import late_module
from intimacy_scales.messages import shortened_text
from intimacy_scales.reading.advice import AnsweredRanges, Offence, Remedy, offence_of
from intimacy_scales.reading.explanations import Explanation
from intimacy_scales.reading.header_rows import header_rows_advice
from intimacy_scales.reading.mapping import BadCell
from intimacy_scales.reading.other_wording import find_remedy
from intimacy_scales.results.document_types import Object
from intimacy_scales.results.frozen import Frozen

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from intimacy_scales.instrument import Instrument, ResponseScale

    Cells = Sequence[Any] | NDArray[Any]
else:
    pd = late_module("pandas")

_SHOWN = 5  # problems in a message
_MOST_VALUES = 50  # distinct values of a column on which the advice is based
_LONG_NUMBER = 10_000  # bits of a number that JSON can still hold
_LONG_TEXT = 1_000  # characters of a value written as text because JSON cannot hold it
PROBLEM_FIELDS = ("row", "person", "column", "item", "value", "code", "reason", "allowed", "suggestion")


def plain_value(value: Any) -> Any:
    """Return a numpy scalar as the Python value it stands for, anything else as it is."""
    return value.item() if hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0 else value


def same_explanation(explanation: Explanation, _: Any) -> Explanation:
    """Return one explanation for every value of a column."""
    return explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class BadColumn(Frozen):
    """The bad answers of one column.

    Attributes
    ----------
    item, column
        The item, and the column of its answers.
    rows
        Positions of the persons, ascending.
    values
        The values in these rows.
    explain
        Value → why it is a problem.
    misplaced
        Whether the values may be valid, but are in a column with a wrong name.
    scale
        The response scale of the item; None where values are left out.
    """

    item: str
    column: str
    rows: Cells
    values: Cells
    explain: Callable[[Any], Explanation]
    misplaced: bool = False
    scale: ResponseScale | None = None


def _most_common(values: Cells) -> list[tuple[Any, int]]:
    """Return the most frequent values of a column, and how often each occurs."""
    if hasattr(values, "dtype"):
        import numpy as np

        distinct, times = np.unique(values, return_counts=True)
        most = np.argsort(-times, kind="stable")[:_MOST_VALUES]
        return list(zip(distinct[most].tolist(), times[most].tolist(), strict=True))
    counts: Counter[Any] = Counter()
    others: list[tuple[Any, int]] = []
    for value in values:
        if isinstance(value, int | float | str):
            counts[(type(value), value)] += 1  # so that True does not count as 1
        elif len(others) < _MOST_VALUES:
            others.append((value, 1))
    return [(value, times) for (_, value), times in counts.most_common(_MOST_VALUES)] + others


def _itself(explanation: Explanation) -> Explanation:
    """Return an explanation, of a column that has explanations in place of values."""
    return explanation


def _without_values(part: BadColumn) -> BadColumn:
    """Return the bad answers of one column with explanations in place of the values."""

    def explain_hidden(value: Any) -> Explanation:
        why = part.explain(value)
        return why if part.misplaced else why._replace(suggestion=None, meant=None)

    known: dict[Any, Explanation] = {}
    explanations = []
    for value in part.values:
        name = (type(value), value) if isinstance(value, int | float | str) else None
        if name is None:
            explanations.append(explain_hidden(value))
            continue
        if name not in known:
            known[name] = explain_hidden(value)
        explanations.append(known[name])
    return replace(part, values=explanations, explain=_itself, scale=None)


@dataclass(frozen=True)
class Problems(Sequence[ResponseProblem]):
    """All bad answers of one reading, ordered by row and item.

    Attributes
    ----------
    columns
        The bad answers by column.
    persons
        Row → the person's id, where known.
    offset
        Rows that came before, in earlier batches of a stream.
    numbered
        False for a single mapping, which has no row.
    row_numbers
        Position of each row in the file that it was read from, where rows of the file were left out.
    shown
        False where values must not be shown.

    Examples
    --------
    >>> from intimacy_scales import score
    >>> from intimacy_scales.errors import InvalidResponsesError
    >>> answers = [{"kmss_1": 6, "kmss_2": 9, "kmss_3": 99}, {"kmss_1": 6, "kmss_2": 5, "kmss_3": 99}]
    >>> try:
    ...     score("kmss", answers)
    ... except InvalidResponsesError as error:
    ...     problems = error.problems
    >>> len(problems), str(problems[0])
    (3, 'row 0, item kmss_2: 9 is outside the range; allowed: 1 to 7')
    """

    columns: tuple[BadColumn, ...] = ()
    persons: Mapping[int, Any] | Cells | None = None
    offset: int = 0
    numbered: bool = True
    shown: bool = True
    row_numbers: NDArray[np.intp] | None = None

    @classmethod
    def of_sheet(cls, cells: Sequence[BadCell], person: Any = None) -> Problems:
        """Return the problems of one person's answers."""
        columns = tuple(
            BadColumn(
                item=cell.item,
                column=cell.column,
                rows=(0,),
                values=(cell.value,),
                explain=partial(same_explanation, cell.explanation),
                misplaced=cell.misplaced,
                scale=cell.scale,
            )
            for cell in cells
        )
        return cls(columns, (person,), numbered=False)

    @classmethod
    def of_documents(cls, documents: Sequence[Mapping[str, Any]]) -> Problems:
        """Return the problems that `to_dict` wrote; those of a single mapping have no row and person."""
        columns = tuple(
            BadColumn(
                item=document["item"],
                column=document["column"],
                rows=(document.get("row") or 0,),
                values=(document["value"],),
                explain=partial(
                    same_explanation, Explanation(*(document[name] for name in Explanation._fields[:4]))
                ),
            )
            for document in documents
        )
        persons = {
            document["row"]: document["person"]
            for document in documents
            if document.get("person") is not None
        }
        return cls(
            columns,
            defaultdict(lambda: None, persons) if persons else None,
            numbered=any("row" in document for document in documents),
            # a refused value is never null, so null means that it was left out
            shown=all(document["value"] is not None for document in documents),
        )

    def __len__(self) -> int:
        return sum(len(part.rows) for part in self.columns)

    def __bool__(self) -> bool:
        return bool(self.columns)

    @property
    def n_in_first_row(self) -> int:
        """Number of bad answers in the first row of a table."""
        if self.offset or not self.numbered:
            return 0
        return sum(len(part.rows) > 0 and int(part.rows[0]) == 0 for part in self.columns)

    def __iter__(self) -> Iterator[ResponseProblem]:
        def cells(order: int, part: BadColumn) -> Iterator[tuple[int, int, BadColumn, Any]]:
            for row, value in zip(part.rows, part.values, strict=True):
                yield int(row), order, part, value

        streams = [cells(order, part) for order, part in enumerate(self.columns)]
        for row, _, part, value in heapq.merge(*streams, key=lambda cell: cell[:2]):
            explanation = part.explain(value)
            yield ResponseProblem(
                row=self._row(row),
                person=None if self.persons is None else plain_value(self.persons[row]),
                column=part.column,
                item=part.item,
                value=plain_value(value) if self.shown else None,
                code=explanation.code,
                reason=explanation.reason,
                allowed=explanation.allowed,
                suggestion=explanation.suggestion,
                shown=self.shown,
            )

    def _row(self, row: int) -> int | None:
        """Return the number of a row for messages, from 0; None for a single mapping."""
        if self.row_numbers is not None:
            return int(self.row_numbers[row])
        return row + self.offset if self.numbered else None

    @overload
    def __getitem__(self, index: int) -> ResponseProblem: ...
    @overload
    def __getitem__(self, index: slice) -> list[ResponseProblem]: ...
    def __getitem__(self, index: int | slice) -> ResponseProblem | list[ResponseProblem]:
        if isinstance(index, slice):
            return list(self)[index]
        position = index + len(self) if index < 0 else index
        if not 0 <= position < len(self):
            raise IndexError(f"problem {index} of {len(self)}")
        return next(islice(self, position, None))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(len(self))

    def __repr__(self) -> str:
        count = "1 problem" if len(self) == 1 else f"{len(self)} problems"
        return f"<{count}{''.join(f'; {problem}' for problem in islice(self, 1))}>"

    def offences(self) -> Counter[Offence]:
        """Return how often each refused value occurs; empty where values are not shown."""
        counts: Counter[Offence] = Counter()
        for part in self.columns:
            if part.misplaced or part.scale is None:
                continue
            for value, times in _most_common(part.values):
                counts[offence_of(value, part.explain(value), part.scale)] += times
        return counts

    def without_values(self) -> Problems:
        """Return the same problems without values and persons' ids: only where, and what is wrong."""
        return replace(self, columns=tuple(map(_without_values, self.columns)), persons=None, shown=False)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, one row for each bad cell."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame({name: [getattr(p, name) for p in self] for name in PROBLEM_FIELDS})

    def to_dict(self) -> list[dict[str, Any]]:
        """Return one dictionary for each bad cell, ready for JSON."""
        return [problem_dict(problem) for problem in self]


def not_accepted(problems: Sequence[ResponseProblem]) -> str:
    """Say how many answers were not accepted; an empty text where all were."""
    if not problems:
        return ""
    return "; 1 answer not accepted" if len(problems) == 1 else f"; {len(problems)} answers not accepted"


def problem_type(*, table: bool) -> Object:
    """Return the fields of a problem's document; that of a single mapping has neither row nor person."""
    place = {"row": int | None, "person": Any} if table else {}
    cell = {"column": str, "item": str, "value": Any, "code": ProblemCode, "reason": str, "allowed": str}
    return Object(**place, **cell, suggestion=str | None)


def problem_dict(problem: ResponseProblem) -> dict[str, Any]:
    """Return a problem as a dictionary; what JSON cannot hold is written as text."""
    fields = {name: getattr(problem, name) for name in PROBLEM_FIELDS}
    return fields | {name: json_value(fields[name]) for name in ("person", "value")}


def json_value(value: Any) -> Any:
    """Return a value as it is if JSON can hold it, otherwise as text."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= _LONG_NUMBER else _text(value)
    return value if isinstance(value, float) and math.isfinite(value) else _text(value)


def _text(value: Any) -> str:
    return shortened_text(value, _LONG_TEXT)


def describe_problems(
    instrument: str, first: Sequence[ResponseProblem], n_problems: int, hint: str | None
) -> str:
    """Describe problems: their number, the first few, and what to do."""
    head = "1 answer is" if n_problems == 1 else f"{n_problems} answers are"
    lines = [f"{head} not valid for {instrument}:", *(f"  {problem}" for problem in first[:_SHOWN])]
    if n_problems > _SHOWN:
        lines.append(f"  … and {n_problems - _SHOWN} more")
    return "\n".join(lines + ([hint] if hint else []))


def problems_text(
    form: Instrument, problems: Problems, answered: AnsweredRanges | None = None
) -> tuple[str, Remedy | None]:
    """Return a text that describes the problems and what to do, and the remedy that it mentions.

    ``answered`` is that of `remedy_for`.
    """
    offences = problems.offences()
    remedy = find_remedy(form, offences, answered)
    first = list(islice(problems, _SHOWN))
    advice = header_rows_advice(problems, len(form.items)) or (remedy and remedy.python)
    return describe_problems(form.ref.called, first, len(problems), advice), remedy


def invalid_responses(
    form: Instrument, problems: Problems, answered: AnsweredRanges | None = None
) -> InvalidResponsesError:
    """Return one error for all problems; ``answered`` is that of `remedy_for`."""
    message, remedy = problems_text(form, problems, answered)
    message += "\nAll of them: .problems or .to_frame() of this error. "
    if remedy is not None and remedy.are_answers:
        message += 'on_invalid="missing" would score without them.'
    else:
        message += 'To treat them as missing and keep the list, pass on_invalid="missing".'
    return InvalidResponsesError(message, problems)
