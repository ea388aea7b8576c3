"""Every bad answer of a table, kept compactly and described when looked at."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from intimacy_scales.errors import InvalidResponsesError, ResponseProblem
from intimacy_scales.instrument.numbers import as_number
from intimacy_scales.reading.answers import Explanation
from intimacy_scales.reading.mapping import BadCell
from intimacy_scales.results.frozen import Frozen

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Cells = Sequence[Any] | NDArray[Any]

_SHOWN = 5
PROBLEM_FIELDS = ("row", "person", "column", "item", "value", "reason", "allowed", "suggestion")


def plain_value(value: Any) -> Any:
    """Return a numpy scalar as the Python value it stands for, anything else as it is."""
    return value.item() if hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0 else value


def found(explanation: Explanation, _: Any) -> Explanation:
    """Explain every value of a column in the same way."""
    return explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class BadColumn(Frozen):
    """The bad answers of one column.

    Attributes
    ----------
    item, column
        Which item, and where its answers stand.
    rows
        Positions of the persons, ascending.
    values
        The values found there.
    explain
        Value → why it is a problem.
    misplaced
        Whether the values themselves may be good, and stand under a wrong name.
    """

    item: str
    column: str
    rows: Cells
    values: Cells
    explain: Callable[[Any], Explanation]
    misplaced: bool = False


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
    shown
        False where values must not be told.
    """

    columns: tuple[BadColumn, ...] = ()
    persons: Mapping[int, Any] | Cells | None = None
    offset: int = 0
    numbered: bool = True
    shown: bool = True

    @classmethod
    def of_sheet(cls, cells: Sequence[BadCell], person: Any = None, *, shown: bool = True) -> Problems:
        """Return the problems of one person's answers."""
        columns = tuple(
            BadColumn(
                item=cell.item,
                column=cell.column,
                rows=(0,),
                values=(cell.value,),
                explain=partial(found, cell.explanation),
                misplaced=cell.misplaced,
            )
            for cell in cells
        )
        return cls(columns, (person,), numbered=False, shown=shown)

    def __len__(self) -> int:
        return sum(len(part.rows) for part in self.columns)

    def __bool__(self) -> bool:
        return bool(self.columns)

    def __iter__(self) -> Iterator[ResponseProblem]:
        def cells(order: int, part: BadColumn) -> Iterator[tuple[int, int, BadColumn, Any]]:
            for row, value in zip(part.rows, part.values, strict=True):
                yield int(row), order, part, value

        streams = [cells(order, part) for order, part in enumerate(self.columns)]
        for row, _, part, value in heapq.merge(*streams, key=lambda cell: cell[:2]):
            why = part.explain(value)
            yield ResponseProblem(
                row=row + self.offset if self.numbered else None,
                person=None if self.persons is None else plain_value(self.persons[row]),
                column=part.column,
                item=part.item,
                value=plain_value(value) if self.shown else None,
                reason=why.reason,
                allowed=why.allowed,
                suggestion=why.suggestion if self.shown or part.misplaced else None,
                shown=self.shown,
            )

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

    def value_counts(self) -> Counter[Any]:
        """Return how often each offending value occurs; nothing where values are not shown."""
        counts: Counter[Any] = Counter()
        for part in self.columns:
            if part.misplaced or not self.shown:
                continue
            values = part.values
            if hasattr(values, "dtype"):
                import numpy as np

                distinct, times = np.unique(values, return_counts=True)
                counts.update(dict(zip(distinct.tolist(), times.tolist(), strict=True)))
            else:
                counts.update(v if isinstance(v, int | float | str) else _Other for v in values)
        return counts

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, one row for each bad cell."""
        from intimacy_scales.results.frames import pandas_frame

        return pandas_frame({name: [getattr(p, name) for p in self] for name in PROBLEM_FIELDS})

    def to_dict(self) -> list[dict[str, Any]]:
        """Return one dictionary for each bad cell, whose values JSON can hold."""
        return [problem_dict(problem) for problem in self]


def not_accepted(problems: Sequence[ResponseProblem]) -> str:
    """Say how many answers were not accepted; nothing where all were."""
    if not problems:
        return ""
    return "; 1 answer not accepted" if len(problems) == 1 else f"; {len(problems)} answers not accepted"


def problem_dict(problem: ResponseProblem) -> dict[str, Any]:
    """Return a problem as a dictionary; what JSON cannot hold is written as text."""
    fields = {name: getattr(problem, name) for name in PROBLEM_FIELDS}
    return fields | {name: _json_value(fields[name]) for name in ("person", "value")}


def _json_value(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else str(value)


class _Other:
    """Stands for every value that cannot be a missing code."""


_USUAL_CODE = 66  # codes for missing answers are negative, or 66, 77, 88, 99, 999 …


class LikelyMissingCode(NamedTuple):
    """A value that makes up most problems, and so probably stands for "no answer"."""

    value: int | float | str
    times: int
    total: int

    def describe(self, advice: str) -> str:
        """Say what it probably is, and what to do then."""
        share = f"{self.value!r} makes up {self.times} of {self.total} problems"
        return f"{share}: if it stands for a missing answer, {advice}."


def likely_missing_code(counts: Counter[Any]) -> LikelyMissingCode | None:
    """Return the value that makes up most problems, if there is one; of a single one, where it is usual."""
    if not counts:
        return None
    total = counts.total()
    value, times = counts.most_common(1)[0]
    if isinstance(value, bool) or not isinstance(value, int | float | str) or 2 * times <= total:
        return None
    number = as_number(value) if isinstance(value, str) else value
    if number is None:
        return LikelyMissingCode(value, times, total) if total > 1 else None
    if (isinstance(number, float) and not math.isfinite(number)) or _on_another_range(number):
        return None
    whole = isinstance(value, float) and value == int(value)
    return LikelyMissingCode(int(value) if whole else value, times, total)


def _on_another_range(number: float) -> bool:
    """Whether a number is an answer on another range more likely than a code: none to be thrown away."""
    return 0 <= number < _USUAL_CODE


def stored_otherwise(counts: Counter[Any]) -> bool:
    """Whether most problems are numbers that could be answers, stored on another range."""
    numbers = {value: as_number(value) if isinstance(value, str) else value for value in counts}
    alike = sum(
        counts[value]
        for value, number in numbers.items()
        if isinstance(number, int | float) and not isinstance(number, bool) and _on_another_range(number)
    )
    return 2 * alike > counts.total()


def describe_problems(
    instrument_id: str, first: Sequence[ResponseProblem], n_problems: int, hint: str | None
) -> str:
    """Say what is wrong: the first few problems, the count, and what to do."""
    head = "1 answer is" if n_problems == 1 else f"{n_problems} answers are"
    lines = [f"{head} not valid for {instrument_id}:", *(f"  {problem}" for problem in first[:_SHOWN])]
    if n_problems > _SHOWN:
        lines.append(f"  … and {n_problems - _SHOWN} more")
    return "\n".join(lines + ([hint] if hint else []))


def invalid_responses(instrument_id: str, problems: Problems) -> InvalidResponsesError:
    """Return the one error for all problems."""
    counts = problems.value_counts()
    code = likely_missing_code(counts)
    hint = code and code.describe(f"pass missing_codes=[{code.value!r}]")
    if stored_otherwise(counts):
        hint = "If they were stored on another range, pass recode={stored: answer, …} with every answer."
    message = describe_problems(instrument_id, list(islice(problems, _SHOWN)), len(problems), hint)
    return InvalidResponsesError(
        message + "\nAll of them: .problems or .to_frame() of this error. "
        'To treat them as missing and keep the list, pass on_invalid="missing".',
        problems,
    )
