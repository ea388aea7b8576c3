"""Clusters: the labels of persons who belong together, such as couples, families or sites."""

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

from intimacy_scales.errors import EstimationError, SingleClustersWarning
from intimacy_scales.instrument import LOOKALIKES, NOT_ANSWERED, exact, normalized
from intimacy_scales.instrument.numerals import spelled
from intimacy_scales.messages import a_type, level_outside, shortened, values_shown
from intimacy_scales.reading.advice import MARKS
from intimacy_scales.reading.frames import Table, same_rows
from intimacy_scales.reading.kept import names_a_column
from intimacy_scales.reading.kinds import is_null
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.results.wording import counted

_PLAIN = re.compile(r"[+-]?[\d.]+")  # without exponents, as 1e5 may be an id
_LONG = 400  # a longer row of digits is text
_NOBODY = NOT_ANSWERED | MARKS  # "none" and "missing" may be groups that somebody named

Clusters = Hashable | Sequence[Any] | NDArray[Any] | None


@dataclass(frozen=True, slots=True, eq=False)
class CheckedClusters:
    """Clusters that were already checked, as `cluster_positions` returned them.

    Attributes
    ----------
    positions
        Each person's cluster as a number from 0.
    """

    positions: NDArray[np.intp]


def appearance(label: Any) -> Hashable:
    """Return the number that a label is or spells, or else its text without characters that cannot be seen.

    Examples
    --------
    >>> appearance(1) == appearance("1") == appearance(" 1.0") == appearance("01")
    True
    >>> appearance("c1 "), appearance("5²")
    ('c1', '5²')
    """
    if isinstance(label, str):
        return _appearance_of_text(label)
    if isinstance(label, tuple):
        return tuple(map(appearance, label))
    if isinstance(label, Number) and not isinstance(label, bool):
        return _exactly(label)
    return _appearance_of_text(str(label))


def _appearance_of_text(text: str) -> Hashable:
    """Return the number that a text spells, or else the text without characters that cannot be seen."""
    if text.isdecimal() and text.isascii() and len(text) < _LONG:
        return int(text)
    visible = text.strip()
    if not text.isascii():
        visible = unicodedata.normalize("NFC", visible.translate(LOOKALIKES))
        # 5² is not 52
        visible = "".join(c if "<su" in unicodedata.decomposition(c) else _plainly(c) for c in visible)
    number = spelled(visible) if _PLAIN.fullmatch(visible) else None
    return " ".join(visible.split()) if number is None else exact(number)


def _plainly(letter: str) -> str:
    """Return a letter as it is seen: nothing for joiners and the like, normal letters for full-width ones."""
    return "" if unicodedata.category(letter) == "Cf" else unicodedata.normalize("NFKC", letter)


def _exactly(number: Any) -> Hashable:
    """Return a number as an exact fraction; nan and infinity as texts."""
    if isinstance(number, int | Fraction):
        return number
    try:
        return Fraction(number) if isinstance(number, Decimal) else exact(number)
    except (ValueError, OverflowError):
        return repr(number)


def first_alike(labels: Iterable[Any]) -> tuple[Any, Any] | None:
    """Return the first two different labels that look the same, or None.

    Two can look the same only where some of them are not plain numbers.
    """
    different = list(labels)
    if all(type(label) is int or type(label) is float for label in different):
        return None
    first_by_appearance: dict[Hashable, Any] = {}
    for label in different:
        earlier = first_by_appearance.setdefault(appearance(label), label)
        if earlier is not label:
            return earlier, label
    return None


def is_missing_label(label: Any) -> bool:
    """Return whether a label is missing: null, nan of any kind, or a text such as a blank or a dot."""
    if isinstance(label, str):
        return normalized(label) in _NOBODY
    return is_null(label) or (isinstance(label, float | Decimal | np.floating) and label != label)  # noqa: PLR0124 - nan


def row_in_file(table: Table | None, row: int) -> int:
    """Return the number of a row in the file that a table was read from, from 0; its position otherwise."""
    numbers = None if table is None else table.row_numbers
    return row if numbers is None else int(numbers[row])


def label_positions(
    labels: Any, option: str = "labels", *, rows: NDArray[np.intp] | None = None, first_row: int = 0
) -> NDArray[np.intp]:
    """Return each label as a number from 0 in order of appearance, -1 where it is missing (n,).

    Parameters
    ----------
    labels
        One for each row.
    option
        Name of the option, for messages.
    rows
        Number of each row in its file, from 0, where others were left out.
    first_row
        What is added to numbers of rows in messages.

    Raises
    ------
    EstimationError
        The labels are not a list of texts or numbers, or two of them look the same and would count as
        different ones.
    """
    for method in ("to_pylist", "tolist", "to_list"):
        if hasattr(labels, method):
            labels = getattr(labels, method)()
            break
    if isinstance(labels, Mapping | Set):
        raise EstimationError(
            f"{option} is {a_type(labels)}, which has no rows: pass a list, one label for each row"
        )
    if isinstance(labels, str) or not isinstance(labels, Iterable):
        raise EstimationError(
            f"{option}: {shortened(labels)} is neither a column of the table nor a list of labels; pass one "
            "label for each row"
        )
    numbers: dict[Any, int] = {}
    try:
        positions_of_rows = [
            -1 if is_missing_label(x) else numbers.setdefault(x, len(numbers)) for x in labels
        ]
    except TypeError:
        raise EstimationError("labels must be texts or numbers; one of them is a list, dict or set") from None
    positions = np.array(positions_of_rows, dtype=np.intp)
    if (alike := first_alike(numbers)) is not None:
        in_table = [int(np.flatnonzero(positions == numbers[label])[0]) for label in alike]
        in_file = in_table if rows is None else rows[in_table].tolist()
        raise _look_the_same(alike, [row + first_row for row in in_file], option, from_one=first_row == 1)
    return positions


def _look_the_same(
    alike: Sequence[Any], rows: Sequence[int], option: str, *, from_one: bool
) -> EstimationError:
    """Return the error that names two labels that look the same, and their rows."""
    named = [f"{label!a:.80} (row {row})" for label, row in zip(alike, rows, strict=True)]
    if not values_shown():
        named = [f"that of row {row}" for row in rows]
    row_hint = " (row 1 is the first after the header)" if from_one else ""
    texts = sum(isinstance(label, str) for label in alike)
    kinds = "; one is a text and the other is not" if texts == 1 else ""
    return EstimationError(
        f"{option}: two labels look the same and would count as different ones, {' and '.join(named)}"
        f"{row_hint}{kinds}. Write each label in the same way in every row. Different labels must differ in "
        "more than blanks, leading zeros or the type of the value"
    )


def column_positions(answers: CodedResponses, column: Hashable, option: str) -> NDArray[np.intp]:
    """Return the labels in a column of the checked table as `label_positions` does."""
    kept = answers.kept
    return label_positions(
        kept_column(kept, column, option), option, rows=None if kept is None else kept.row_numbers
    )


def kept_column(kept: Table | None, column: Hashable, option: str) -> Any:
    """Return a column of the table that was kept with checked answers.

    Raises
    ------
    EstimationError
        The column was not kept.
    """
    if kept is None or kept.spelled(column) not in kept.names:
        raise EstimationError(
            f"{option}={column!r}: that column was not kept when these answers were checked; check them with "
            f"keep=[{column!r}], or pass the labels themselves, as in {option}=table[{column!r}]"
        )
    return kept.values(column, option)


def person_labels(answers: CodedResponses, labels: Any, option: str) -> NDArray[np.intp]:
    """Return `label_positions` of a column of the checked table, or of labels passed separately."""
    if names_a_column(labels, answers.kept):
        return column_positions(answers, labels, option)
    native = getattr(answers.kept, "native", None)
    if not same_rows(labels, native):
        raise EstimationError(
            f"{option}: the index of the labels is not that of the checked table, so they may belong to "
            "other persons; align them first, or name the column"
        )
    return label_positions(labels, option)


def labelled_rows(answers: CodedResponses, labels: Any, option: str) -> NDArray[np.intp]:
    """Return each row's label as a number from 0: of a column of the checked table, or passed separately.

    Raises
    ------
    EstimationError
        The number of labels is not that of rows, or a label is missing.
    """
    positions = person_labels(answers, labels, option)
    if len(positions) != len(answers):
        raise EstimationError(
            f"{option}: {counted(len(positions), 'label')} for {counted(len(answers), 'row')}"
        )
    missing = np.flatnonzero(positions < 0)
    if len(missing):
        row = row_in_file(answers.kept, int(missing[0]))
        raise EstimationError(f"{option}: row {row} has no label; leave such rows out")
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
        The number of labels is not that of persons, or a person has no label.
    ResponseError
        The table has no such column.
    """
    if clusters is None:
        return None
    if isinstance(clusters, CheckedClusters):
        return clusters.positions
    positions = person_labels(answers, clusters, "clusters")
    if len(positions) != len(answers):
        raise EstimationError(
            f"clusters: {counted(len(positions), 'label')} for {counted(len(answers), 'person')}"
        )
    missing = np.flatnonzero(positions < 0)
    if len(missing):
        raise EstimationError(
            f"clusters: {len(missing)} persons belong to none, the first in row "
            f"{row_in_file(answers.kept, int(missing[0]))}; leave them out, or give each a label of their own"
        )
    warn_of_no_pairs(positions)
    return positions


def no_pairs(positions: NDArray[np.intp]) -> str | None:
    """Return a warning that no cluster has two members, or None where one has."""
    return no_pairs_of(len(positions), int(positions.max(initial=-1)) + 1)


def no_pairs_of(n: int, n_clusters: int) -> str | None:
    """Return the same warning for n persons in `n_clusters` clusters, or None."""
    if n < 2 or n_clusters < n:
        return None
    return (
        f"clusters: all {n} labels are different, so that every person counts as independent and clusters "
        "widen no interval. Name the column that partners share, not a column of persons' ids"
    )


def warn_of_no_pairs(positions: NDArray[np.intp]) -> None:
    """Warn where no cluster has two members."""
    if warning := no_pairs(positions):
        warnings.warn(warning, SingleClustersWarning, stacklevel=level_outside())


def sum_by_cluster(rows: NDArray[np.float64], positions: NDArray[np.intp]) -> NDArray[np.float64]:
    """Add up the rows (n, m) of each cluster: (n_clusters, m)."""
    order = np.argsort(positions, kind="stable")
    starts = np.flatnonzero(np.diff(positions[order], prepend=-1))
    summed: NDArray[np.float64] = np.add.reduceat(rows[order], starts, axis=0)
    return summed
