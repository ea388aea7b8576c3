"""Reading of a file of answers in batches, with an account of its persons and problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import MissingColumnsError, ResponseProblem
from intimacy_scales.files.base import AnswerFile
from intimacy_scales.files.delimited import DelimitedScores
from intimacy_scales.files.jsonlines import JsonLinesFile
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import values_as_asked
from intimacy_scales.reading.advice import (
    AnsweredRanges,
    LikelyMissingCode,
    Offence,
    Remedy,
    likely_missing_code,
)
from intimacy_scales.reading.answers import PROBLEM, AnswerKey
from intimacy_scales.reading.columns import as_spelled, check_columns, column_names
from intimacy_scales.reading.frames import ListTable, Table, check_unique
from intimacy_scales.reading.header_rows import second_header
from intimacy_scales.reading.options import Reading
from intimacy_scales.reading.other_wording import find_remedy
from intimacy_scales.reading.problems import PROBLEM_FIELDS, Problems, problem_dict

_KEPT_PROBLEMS = 20
_KEPT_VALUES = 1000  # distinct refused values


class Account:
    """An account of all batches: the number of persons and problems, and the first problems.

    Attributes
    ----------
    n_persons, n_problems
        Number of rows, and of cells that were not accepted.
    n_blank_rows
        Number of blank rows; set after all rows were read.
    first
        The first 20 problems.
    answered
        What the accepted answers show about their ranges; set after all rows were read.
    """

    def __init__(self) -> None:
        self.n_persons = self.n_problems = self.n_blank_rows = 0
        self.first: list[ResponseProblem] = []
        self.answered: AnsweredRanges | None = None
        self._offences: Counter[Offence] = Counter()
        self._n_in_first_row = 0

    def add(self, n_persons: int, problems: Problems) -> None:
        """Count a batch."""
        self.n_persons += n_persons
        self.n_problems += len(problems)
        self._n_in_first_row += problems.n_in_first_row
        self.first += islice(problems, max(0, _KEPT_PROBLEMS - len(self.first)))
        if len(self._offences) < _KEPT_VALUES:
            self._offences += problems.offences()

    @property
    def likely_missing_code(self) -> LikelyMissingCode | None:
        """The value that is probably a missing code, or None."""
        return likely_missing_code(self._offences)

    def remedy(self, form: Instrument) -> Remedy | None:
        """Return what to do about the problems, if most are of one kind."""
        header = second_header(form, self._offences, self._n_in_first_row)
        return header or find_remedy(form, self._offences, self.answered)


class ProblemFile:
    """A CSV file of problems, written batch by batch; row 1 is the first after the header.

    Parameters
    ----------
    path
        The file to write; None for no file.
    if_any
        Write a file only if there are problems.
    """

    def __init__(self, path: Path | None, *, if_any: bool = False) -> None:
        self._output = None if path is None else DelimitedScores(path)
        self._wanted = not if_any

    def write(self, problems: Problems) -> None:
        """Append problems."""
        if self._output is None:
            return
        fields = [problem_dict(problem) for problem in problems]
        self._wanted = self._wanted or bool(fields)
        columns: dict[Hashable, list[Any]] = {
            name: [row[name] + 1 if name == "row" else row[name] for row in fields] for name in PROBLEM_FIELDS
        }
        self._output.write(ListTable(columns, len(fields)), PROBLEM_FIELDS, {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self._output is not None and kind is None and self._wanted:
            self._output.commit()
        elif self._output is not None:
            self._output.discard()


def batch_reading(reading: Reading) -> Reading:
    """Return the options for batches of a file: its columns were checked, and bad cells are counted."""
    return replace(reading, on_invalid="missing", allow_missing_items=True)


def checked_columns(
    form: Instrument, file: AnswerFile, reading: Reading, others: Mapping[str, Sequence[Hashable]]
) -> list[Hashable]:
    """Return the columns of items in a file; raise if one is missing, or if a wanted column occurs twice."""
    with values_as_asked(reading.show_values):
        return _checked_columns(form, file, reading, others)


def _checked_columns(
    form: Instrument, file: AnswerFile, reading: Reading, others: Mapping[str, Sequence[Hashable]]
) -> list[Hashable]:
    names = column_names(form, reading.columns)
    file.look_for([*names, *(name for some in others.values() for name in some if name is not None)])
    names = as_spelled(names, file.names)
    mappings, allow_missing = isinstance(file, JsonLinesFile), reading.allow_missing_items
    try:
        check_columns(
            form,
            names,
            file.names,
            allow_missing=allow_missing,
            from_mappings=mappings,
            columns=reading.columns,
        )
    except MissingColumnsError as error:
        if not (hint := file.hint(names)):
            raise
        raise MissingColumnsError(
            f"{error}\n{hint}", error.missing, error.suggestions, error.patterns
        ) from None
    columns_table = ListTable({name: [] for name in file.names}, 0)
    named_columns = [(option, name) for option, names in others.items() for name in names if name is not None]
    spelled = [columns_table.check(name, option) for option, name in named_columns]
    items: list[Hashable] = [name for name in names if name in columns_table.columns]
    check_unique(file.names, [*items, *spelled])
    file.looked_for, file.show_values = names, reading.show_values
    keys = reading.keys(form)
    file.allowed = {name: partial(_is_allowed, key) for name, key in zip(names, keys, strict=True)}
    return items


def _is_allowed(key: AnswerKey, text: str) -> bool:
    return key.decode(text) != PROBLEM


def row_numbers(table: Table, before: int) -> NDArray[np.intp]:
    """Return the number of each row in its file, from 0; ``before`` rows of the file came before it."""
    return np.arange(before, before + len(table)) if table.row_numbers is None else table.row_numbers


def batches_of(file: AnswerFile, items: Sequence[Hashable], others: Sequence[str]) -> Iterator[Table]:
    """Yield the batches of a file; an empty batch if it has no rows."""
    n = 0
    others = [str(name) for name in as_spelled(others, file.names)]
    for batch in file.batches(items, others):
        n += len(batch)
        yield batch
    if not n:
        yield ListTable({name: [] for name in [*items, *others]}, 0)
