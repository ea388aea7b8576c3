"""Who belongs together: couples, families, sites."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import (
    EstimationError,
    SingleClustersWarning,
    level_outside,
    shortened,
    values_shown,
)
from intimacy_scales.instrument import LOOKALIKES, NOT_ANSWERED, exact, normalized
from intimacy_scales.instrument.numerals import spelled
from intimacy_scales.reading.advice import MARKS
from intimacy_scales.reading.frames import Table, same_rows
from intimacy_scales.reading.kept import names_a_column
from intimacy_scales.reading.kinds import is_null
from intimacy_scales.reading.table import CodedResponses

_PLAIN = re.compile(r"[+-]?[\d.]+")  # 1e5 may be an id
_LONG = 400  # digits: more are text
_NOBODY = NOT_ANSWERED | MARKS  # "none" and "missing" may be groups that somebody named

Clusters = Hashable | Sequence[Any] | NDArray[Any] | None


@dataclass(frozen=True, slots=True, eq=False)
class CheckedClusters:
    """Clusters as `cluster_positions` returned them, to be used again.

    Attributes
    ----------
    positions
        Each person's cluster as a number from 0.
    """

    positions: NDArray[np.intp]


def looks(label: Any) -> Hashable:
    """Return what a label looks like: the number that it is or spells, or its text without what is not seen.

    Examples
    --------
    >>> looks(1) == looks("1") == looks(" 1.0") == looks("01"), looks("c1 ") == looks("c1"), looks("5²")
    (True, True, '5²')
    """
    if isinstance(label, str):
        return _text_looks(label)
    if isinstance(label, tuple):
        return tuple(map(looks, label))
    if isinstance(label, Number) and not isinstance(label, bool):
        return _exactly(label)
    return _text_looks(str(label))


def _text_looks(text: str) -> Hashable:
    if text.isdecimal() and text.isascii() and len(text) < _LONG:
        return int(text)
    seen = text.strip()
    if not text.isascii():
        seen = unicodedata.normalize("NFC", seen.translate(LOOKALIKES))
        # 5² is not 52
        seen = "".join(c if "<su" in unicodedata.decomposition(c) else _plainly(c) for c in seen)
    number = spelled(seen) if _PLAIN.fullmatch(seen) else None
    return " ".join(seen.split()) if number is None else exact(number)


def _plainly(letter: str) -> str:
    """Return a letter as it is seen: none for such as joiners, and full-width ones as the narrow ones."""
    return "" if unicodedata.category(letter) == "Cf" else unicodedata.normalize("NFKC", letter)


def _exactly(number: Any) -> Hashable:
    if isinstance(number, int | Fraction):
        return number
    try:
        return Fraction(number) if isinstance(number, Decimal) else exact(number)
    except (ValueError, OverflowError):
        return repr(number)


def first_alike(labels: Iterable[Any]) -> tuple[Any, Any] | None:
    """Return the first two of different labels that look the same, or None.

    Numbers among numbers are what they are: only where texts or other values stand beside them can
    two look the same.
    """
    different = list(labels)
    if all(type(label) is int or type(label) is float for label in different):
        return None
    seen: dict[Hashable, Any] = {}
    for label in different:
        other = seen.setdefault(looks(label), label)
        if other is not label:
            return other, label
    return None


def _is_missing(label: Any) -> bool:
    """Whether a label says nothing: null, nan of any kind, or text that means none, as a blank or a dot."""
    if isinstance(label, str):
        return normalized(label) in _NOBODY
    return is_null(label) or (isinstance(label, float | Decimal | np.floating) and label != label)  # noqa: PLR0124


def label_positions(labels: Any, option: str = "labels", *, first_row: int = 0) -> NDArray[np.intp]:
    """Return each label as a number from 0 in order of appearance, -1 where there is none (n,).

    Parameters
    ----------
    labels
        One for each row.
    option
        What they were given as.
    first_row
        What messages call the first row.

    Raises
    ------
    EstimationError
        These are no labels, or two of them look the same and would count as different ones.
    """
    for way in ("to_pylist", "tolist", "to_list"):
        if hasattr(labels, way):
            labels = getattr(labels, way)()
            break
    if isinstance(labels, Mapping | Set):
        raise EstimationError(
            f"labels are a {type(labels).__name__}, which has no rows: pass a list, one label for each row"
        )
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise EstimationError(f"{shortened(labels)} is no column of the table, and no list of labels")
    numbers: dict[Any, int] = {}
    try:
        found = [-1 if _is_missing(x) else numbers.setdefault(x, len(numbers)) for x in labels]
    except TypeError:
        raise EstimationError("labels must be texts or numbers") from None
    positions = np.array(found, dtype=np.intp)
    if (alike := first_alike(numbers)) is not None:
        raise _look_the_same(alike, [numbers[label] for label in alike], positions, option, first_row)
    return positions


def _look_the_same(
    alike: Sequence[Any], numbers: Sequence[int], positions: NDArray[np.intp], option: str, first_row: int
) -> EstimationError:
    """Say which two labels look the same, and what to do."""
    rows = [int(np.flatnonzero(positions == number)[0]) + first_row for number in numbers]
    told = [f"{label!a:.80} (row {row})" for label, row in zip(alike, rows, strict=True)]
    if not values_shown():
        told = [f"that of row {row}" for row in rows]
    where = " (row 1 is the first after the header)" if first_row else ""
    texts = sum(isinstance(label, str) for label in alike)
    kinds = "; one is a text and the other is not" if texts == 1 else ""
    return EstimationError(
        f"{option}: two labels look the same and would count as different ones, {' and '.join(told)}"
        f"{where}{kinds}. Write each label in one way in every row. Labels that are different ones must "
        "differ in more than blanks, leading zeros or the type of the value"
    )


def column_positions(answers: CodedResponses, column: Hashable, option: str) -> NDArray[np.intp]:
    """Return the labels in a column of the checked table as `label_positions` does."""
    return label_positions(kept_column(answers.kept, column, option), option)


def kept_column(kept: Table | None, column: Hashable, option: str) -> Any:
    """Return a column that was kept beside checked answers.

    Raises
    ------
    EstimationError
        It was not kept.
    """
    if kept is None or kept.spelled(column) not in kept.names:
        raise EstimationError(
            f"{option}={column!r}: that column was not kept when these answers were checked; check them with "
            f"keep=[{column!r}], or pass the labels themselves, as in {option}=table[{column!r}]"
        )
    return kept.values(column, option)


def person_labels(answers: CodedResponses, labels: Any, option: str) -> NDArray[np.intp]:
    """Return what `label_positions` does of a column of the checked table, or of labels given beside it."""
    if names_a_column(labels, answers.kept):
        return column_positions(answers, labels, option)
    native = getattr(answers.kept, "native", None)
    if not same_rows(labels, native):
        raise EstimationError(
            f"{option}: the labels have another index than the table that was checked, so they may be of "
            "other persons; align them first, or name the column"
        )
    return label_positions(labels, option)


def labelled_rows(answers: CodedResponses, labels: Any, option: str) -> NDArray[np.intp]:
    """Return each row's label as a number from 0, in a column of the checked table or given beside it.

    Raises
    ------
    EstimationError
        Labels for another number of rows, or a row without one.
    """
    positions = person_labels(answers, labels, option)
    if len(positions) != len(answers):
        raise EstimationError(f"{option}: {len(positions)} labels for {len(answers)} rows")
    missing = np.flatnonzero(positions < 0)
    if len(missing):
        raise EstimationError(f"{option}: row {missing[0]} says nothing; leave such rows out")
    return positions


def cluster_positions(answers: CodedResponses, clusters: Clusters) -> NDArray[np.intp] | None:
    """Return each person's cluster as a number from 0, or None where there are no clusters.

    Parameters
    ----------
    answers
        Checked answers.
    clusters
        The name of a column of the table that was checked, or one label for each person.

    Raises
    ------
    EstimationError
        A label for another number of persons, or a person without one.
    ResponseError
        The table has no such column.
    """
    if clusters is None:
        return None
    if isinstance(clusters, CheckedClusters):
        return clusters.positions
    positions = person_labels(answers, clusters, "clusters")
    if len(positions) != len(answers):
        raise EstimationError(f"clusters: {len(positions)} labels for {len(answers)} persons")
    missing = np.flatnonzero(positions < 0)
    if len(missing):
        raise EstimationError(
            f"clusters: {len(missing)} persons belong to none, the first in row {missing[0]}; "
            "leave them out, or give each a label of its own"
        )
    warn_of_no_pairs(positions)
    return positions


def no_pairs(positions: NDArray[np.intp]) -> str | None:
    """Say that no cluster has two members, or return None where one has."""
    return no_pairs_of(len(positions), int(positions.max(initial=-1)) + 1)


def no_pairs_of(n: int, n_clusters: int) -> str | None:
    """Say that no cluster has two members, of so many persons and clusters; None where one has."""
    if n < 2 or n_clusters < n:
        return None
    return (
        f"clusters: all {n} labels are different, so nobody is taken as belonging together and clusters do "
        "not widen any interval. Name the column that partners share, not one of persons' own ids"
    )


def warn_of_no_pairs(positions: NDArray[np.intp]) -> None:
    """Warn where no cluster has two members."""
    if told := no_pairs(positions):
        warnings.warn(told, SingleClustersWarning, stacklevel=level_outside())


def sum_by_cluster(rows: NDArray[np.float64], positions: NDArray[np.intp]) -> NDArray[np.float64]:
    """Add up the rows (n, m) of each cluster: (n_clusters, m)."""
    order = np.argsort(positions, kind="stable")
    starts = np.flatnonzero(np.diff(positions[order], prepend=-1))
    summed: NDArray[np.float64] = np.add.reduceat(rows[order], starts, axis=0)
    return summed
