"""Answers as they were stored, before an instrument decides whether they are allowed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.instrument import Instrument
from intimacy_scales.instrument.numerals import spelled
from intimacy_scales.messages import shortened, values_as_asked
from intimacy_scales.reading.answers import PROBLEM, AnswerKey
from intimacy_scales.reading.columns import as_spelled, check_columns, column_names
from intimacy_scales.reading.frames import ListTable, Numbers, Table, check_unique, open_table
from intimacy_scales.reading.frames.base import Distinct
from intimacy_scales.reading.mapping import as_sheet
from intimacy_scales.reading.options import Reading
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.results.frozen import Frozen

Floats = NDArray[np.float64]
MOST_VALUES = 1_000  # distinct values of a column, beyond which it does not hold answers to an item
_NARROW = 512  # span of whole numbers that are counted without being sorted


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswers(Frozen):
    """Stored answers to the items of an instrument.

    Attributes
    ----------
    values
        (V,): every number that occurs, from the lowest to the highest.
    positions
        (n_persons, n_items): position of each answer among the values; -1 where nothing was answered.
    counts
        (n_items, V): how often each value was given.
    unreadable
        Item → number of its answers that are neither numbers nor labels of its options.

    Examples
    --------
    >>> from intimacy_scales import load
    >>> answers = read_stored(load("kmss"), [{"kmss_1": 0, "kmss_2": 6, "kmss_3": 9}], Reading())
    >>> answers.values.tolist(), answers.counts.tolist()
    ([0.0, 6.0, 9.0], [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    """

    values: Floats
    positions: NDArray[np.int32]
    counts: NDArray[np.int64]
    unreadable: Mapping[str, int]

    @property
    def n_persons(self) -> int:
        """Number of rows."""
        return len(self.positions)


def read_stored(form: Instrument, answers: Any, reading: Reading) -> StoredAnswers:
    """Return the stored answers to an instrument; nothing is refused for its value.

    Parameters
    ----------
    form
        The instrument, with the coding in which the answers are said to be stored.
    answers
        As in `encode`, also what `read_answers` returns; or `CodedResponses`, which hold only answers that
        were allowed.
    reading
        Columns, missing codes and recodes. A recoded value is read as the answer that it stands for.

    Raises
    ------
    MissingColumnsError, ResponseError
        The table has no columns of these items, or is not a table of answers.
    """
    if isinstance(answers, CodedResponses):
        return _of_codes(form, answers)
    if hasattr(answers, "answers_read"):
        answers, reading = answers.answers_read(form, reading)
    keys = reading.keys(form)
    with values_as_asked(reading.show_values):
        table, names = _opened(form, answers, reading)
        present = set(table.names)
        columns, unreadable = [], {}
        for item, name, key in zip(form.item_ids, names, keys, strict=True):
            if name not in present:
                columns.append((np.zeros(0), np.full(len(table), -1)))
                continue
            values, positions = _distinct(table.answers(name), len(table), name)
            meanings, n_unreadable = _meanings(values, positions, key)
            columns.append(_sorted(meanings, positions))
            if n_unreadable:
                unreadable[item] = n_unreadable
    return _together(columns, unreadable, len(table))


def _opened(form: Instrument, answers: Any, reading: Reading) -> tuple[Table, tuple[Hashable, ...]]:
    """Return the caller's table and the column of each item; raises where items have no column."""
    columns = reading.columns
    names = column_names(form, None if isinstance(answers, np.ndarray) else columns)
    sheet = as_sheet(answers)
    table = open_table(answers, columns) if sheet is None else ListTable.from_rows([sheet])
    names = as_spelled(names, table.names)
    check_columns(
        form,
        names,
        table.names,
        allow_missing=reading.allow_missing_items or sheet is not None,
        from_mappings=table.from_mappings,
    )
    check_unique(table.names, [name for name in names if name in set(table.names)])
    return table, names


def _distinct(column: Any, n: int, name: Hashable) -> tuple[list[Any], NDArray[np.int64]]:
    """Return the different values of a column, and the position of each row's value among them, or -1."""
    if isinstance(column, Distinct):
        return list(column.values), np.asarray(column.positions, dtype=np.int64)
    if isinstance(column, Numbers):
        values, positions = _distinct_numbers(column.values)
        present = column.present(0, n)
        if present is not None:
            positions = np.where(present != 0, positions, -1)
    else:
        places: dict[Any, int] = {}
        kinds = [(type(value), value) if isinstance(value, Hashable) else (str, "") for value in column]
        positions = np.array([places.setdefault(kind, len(places)) for kind in kinds], dtype=np.int64)
        values = [value for _, value in places]
    if len(values) > MOST_VALUES:
        raise ResponseError(
            f"column {shortened(name)} has {len(values):,} different values; allowed: at most "
            f"{MOST_VALUES:,}. Answers to an item have few: pass the column that holds them in columns="
        )
    return values, positions


def _distinct_numbers(numbers: NDArray[Any]) -> tuple[list[Any], NDArray[np.int64]]:
    """Return the different numbers of a column; of whole numbers in a narrow span without sorting them."""
    if numbers.dtype.kind in "iu" and len(numbers):
        low, high = int(numbers.min()), int(numbers.max())
        if high - low < _NARROW:
            shifted = numbers.astype(np.int64) - low
            used = np.bincount(shifted, minlength=high - low + 1) > 0
            return (np.flatnonzero(used) + low).tolist(), (np.cumsum(used) - 1)[shifted]
    values, positions = np.unique(numbers, return_inverse=True)
    return values.tolist(), positions.reshape(-1).astype(np.int64)


def _meanings(values: list[Any], positions: NDArray[np.int64], key: AnswerKey) -> tuple[Floats, int]:
    """Return the number that each value stands for, nan for no answer, and how many are unreadable."""
    meanings = np.full(len(values), np.nan)
    unreadable = []
    for place, value in enumerate(values):
        point = key.place(value)
        if point > 0:
            meanings[place] = key.scale.values[point - 1]
        elif point == PROBLEM:
            number = spelled(value) if isinstance(value, str) else value
            try:
                meanings[place] = float(number)  # type: ignore[arg-type]  # texts are refused by float
            except (TypeError, ValueError, OverflowError):
                unreadable.append(place)
    meanings[np.isinf(meanings)] = np.nan
    n_unreadable = int(np.isin(positions, unreadable).sum()) if unreadable else 0
    return meanings, n_unreadable


def _sorted(meanings: Floats, positions: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Return the different meanings in rising order, and each row's position among them, or -1."""
    numbers, inverse = np.unique(meanings, return_inverse=True)  # nan comes last
    numbers = numbers[~np.isnan(numbers)]
    places = np.append(np.where(inverse.reshape(-1) < len(numbers), inverse.reshape(-1), -1), -1)
    return numbers, places[positions]


def _together(
    columns: list[tuple[Floats, NDArray[np.int64]]], unreadable: Mapping[str, int], n: int
) -> StoredAnswers:
    """Return the answers of all items, with one list of values."""
    values = np.unique(np.concatenate([numbers for numbers, _ in columns]))
    counts = np.zeros((len(columns), len(values)), dtype=np.int64)
    positions = np.empty((n, len(columns)), dtype=np.int32, order="F")
    for item, (numbers, places) in enumerate(columns):
        at = np.searchsorted(values, numbers)
        positions[:, item] = np.append(at, -1)[places]
        counts[item, at] = np.bincount(places[places >= 0], minlength=len(numbers))
    return StoredAnswers(values=values, positions=positions, counts=counts, unreadable=unreadable)


def _of_codes(form: Instrument, answers: CodedResponses) -> StoredAnswers:
    """Return the printed values of answers that were checked before."""
    columns: list[tuple[Floats, NDArray[np.int64]]] = []
    for item, code in zip(form.items, answers.codes.T, strict=True):
        scale = item.response_scale
        of_code = np.full(scale.counted.n + 1, np.nan)
        of_code[list(scale.codes)] = scale.values
        columns.append(_sorted(of_code, code.astype(np.int64)))
    return _together(columns, {}, len(answers.codes))
