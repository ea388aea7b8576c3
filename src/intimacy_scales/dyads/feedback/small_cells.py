"""Tables of groups without the figures of small groups."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.feedback.cell_suppression import Cell, cells_to_suppress
from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import shortened
from intimacy_scales.numerics.arguments import as_names
from intimacy_scales.reading.frames import ListTable, Table, number_column, open_table
from intimacy_scales.results.document_types import by_name, documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    Labels = tuple[Hashable, ...]
    Columns = Mapping[str, NDArray[Any]]

_DEFAULT, _LOWEST = 10, 3  # a minimum below 3 hides nothing: in a group of two, each knows who the other is
_SHOWN = 5  # faults in a message


class SuppressedCell(NamedTuple):
    """A row of a table whose figures were removed.

    Attributes
    ----------
    groups
        Its labels, as texts.
    reason
        ``small`` if its count is below the minimum; ``protects`` if it is removed so that small ones cannot
        be computed from totals.

    Examples
    --------
    >>> rows = [{"site": site, "n": n} for site, n in (("A", 4), ("B", 31), ("total", 35))]
    >>> suppress_small_cells(rows, groups="site").suppressed[0]
    SuppressedCell(groups=('A',), reason='small')
    """

    groups: tuple[str, ...]
    reason: Literal["small", "protects"]


@result_class
class SuppressedTable(Result):
    """A table of groups without the figures of small groups, from `suppress_small_cells`.

    Publish `to_frame()` alone. The reasons are for the analyst: they say on which side of the minimum each
    count lies.

    Attributes
    ----------
    minimum
        The smallest count that is shown.
    counted
        The column that it applies to.
    groups
        Columns of labels.
    total
        The label of margins.
    suppressed
        The rows whose figures were removed, and why.
    columns
        Name → figures (n_rows,), nan where removed.
    labels
        The columns of labels, in the caller's kind of table.

    Examples
    --------
    >>> rows = [{"site": "A", "n": 4, "trust": 5.1}, {"site": "B", "n": 31, "trust": 5.6},
    ...         {"site": "C", "n": 25, "trust": 5.4}, {"site": "total", "n": 60, "trust": 5.48}]
    >>> table = suppress_small_cells(rows, groups="site")
    >>> table
    <SuppressedTable of 4 rows: 2 without figures, 1 with n below 10 (A), 1 to protect them (C)>
    """

    minimum: int
    counted: str
    groups: tuple[str, ...]
    total: str
    suppressed: tuple[SuppressedCell, ...]
    columns: dict[str, NDArray[np.float64]]
    labels: Table = field(repr=False)

    def to_frame(self) -> Any:
        """Return the table without the removed figures, in the caller's kind of frame.

        Figures are missing there (nan or null) in every column but those of labels, which come first. It does
        not say which of them were small.
        """
        return self.labels.frame(self.columns, list(self.labels.names))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, None where figures were removed."""
        return {
            "minimum": self.minimum,
            "counted": self.counted,
            "groups": list(self.groups),
            "total": self.total,
            "suppressed": [plain(cell._asdict()) for cell in self.suppressed],
            "columns": {name: plain(values) for name, values in self.columns.items()},
            "labels": {str(name): _values(self.labels, name) for name in self.labels.names},
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("labels",), labels=by_name(Sequence[Any]))

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> SuppressedTable:
        lengths = {len(column) for part in ("labels", "columns") for column in values[part].values()}
        if len(lengths) != 1:
            raise ValueError(f"columns have different numbers of rows: {sorted(lengths)}")
        labels = {name: list(column) for name, column in values["labels"].items()}
        return cls(**{**values, "labels": ListTable(labels, lengths.pop())})

    def __repr__(self) -> str:
        by_reason = {
            reason: [" / ".join(cell.groups) for cell in self.suppressed if cell.reason == reason]
            for reason in ("small", "protects")
        }
        small, protecting = by_reason["small"], by_reason["protects"]
        end = f", {len(small)} with {self.counted} below {self.minimum} ({', '.join(small)})" if small else ""
        end += f", {len(protecting)} to protect them ({', '.join(protecting)})" if protecting else ""
        rows = counted(len(self.labels), "row")
        return f"<SuppressedTable of {rows}: {len(self.suppressed)} without figures{end}>"


def suppress_small_cells(
    table: Any,
    *,
    groups: Hashable | Sequence[Hashable],
    count: Hashable = "n",
    minimum: int = _DEFAULT,
    total: str = "total",
    couples: Hashable | None = None,
) -> SuppressedTable:
    """Remove the figures of small groups from a table, and those from which they could be computed.

    The table has a row for each group, with its labels, its count and other figures such as means, and a
    row for each total: for one column of labels the row of the total; for two columns a row for each margin
    and for the total of all. All figures of a group whose count is below the minimum are removed, and so are
    those of further groups, so that readers of the table still find a range of possible counts at least as
    wide as the minimum. The same then holds for sums and means: they add up over the same groups. The figures
    of empty groups are removed too, but readers may find out that nobody is in them. Totals are removed only
    where they are small, or where no groups protect a small one, as in a row with one group: then do not
    publish these totals elsewhere.

    Parameters
    ----------
    table
        A pandas or polars DataFrame, a pyarrow Table, or a list of mappings.
    groups
        The column of labels, or a list of one or two.
    count
        The column of counts of persons.
    minimum
        The smallest count that is shown; not below 3. The default, 10, is the threshold by which research
        data centres release tables: the Office for National Statistics (UK) for its Longitudinal Study, and
        the UK Longitudinal Linkage Collaboration, which counts empty cells as below it, as here. The method
        is described by Hundepool et al. (2012, Statistical disclosure control).
    total
        The label of totals.
    couples
        The column of counts of couples. The minimum then applies to couples, because partners know each
        other: 12 persons of 6 couples are 6.

    Raises
    ------
    EstimationError
        The table has no row for a total or a group, or two of them; counts are not whole numbers, or do not
        add up to the totals.
    ResponseError
        A column is missing, or does not hold numbers.

    Notes
    -----
    Of the sets of further groups that protect, the one with the fewest groups is removed, and of these the
    one with the smallest counts. If more than 36 groups and totals could be removed, the set is found step by
    step; it may have more groups than are needed, but none that could be shown while the others are not.

    It protects one table. Another table of the same persons, for example with one more group or a week later,
    can be subtracted from it. Readers who know how cells are chosen can sometimes narrow the range a little.

    Examples
    --------
    >>> rows = [{"site": "A", "n": 4, "trust": 5.1}, {"site": "B", "n": 31, "trust": 5.6},
    ...         {"site": "C", "n": 25, "trust": 5.4}, {"site": "total", "n": 60, "trust": 5.48}]
    >>> suppress_small_cells(rows, groups="site").to_frame()
        site     n  trust
    0      A   NaN    NaN
    1      B  31.0   5.60
    2      C   NaN    NaN
    3  total  60.0   5.48
    """
    _check_minimum(minimum)
    opened = open_table(table)
    listed = [groups] if isinstance(groups, str | int) else as_names("groups", groups, "columns", texts=False)
    if len(listed) not in (1, 2):
        raise EstimationError(
            f"groups={shortened(groups)} is not valid; allowed: one or two columns of labels"
        )
    names = [opened.check(name, "groups") for name in listed]
    figures = {
        name: number_column(opened.column(name), str(name)) for name in opened.names if name not in names
    }
    counts = [opened.check(count, "count")]
    counts += [opened.check(couples, "couples")] if couples is not None else []
    labels = list(zip(*(_values(opened, name) for name in names), strict=True))
    places = _places(labels, total)
    for name in counts:
        _check_counts(str(name), figures[name], labels, places, total)
    if len(counts) == 2:
        _check_couples(*(figures[name] for name in counts), labels=labels)
    counted = figures[counts[-1]]
    small, protecting = cells_to_suppress(_cells(labels, counted, total), minimum)
    removed = np.zeros(len(labels), dtype=bool)
    removed[small + protecting] = True
    reasons: dict[int, Literal["small", "protects"]] = dict.fromkeys(small, "small")
    reasons |= dict.fromkeys(protecting, "protects")
    return SuppressedTable(
        minimum=minimum,
        counted=str(counts[-1]),
        groups=tuple(map(str, names)),
        total=total,
        suppressed=tuple(
            SuppressedCell(tuple(map(str, labels[place])), reason) for place, reason in reasons.items()
        ),
        columns={str(name): np.where(removed, math.nan, values) for name, values in figures.items()},
        labels=opened.only(names),
    )


def _check_minimum(minimum: Any) -> None:
    """Raise if the minimum is not a whole number that protects somebody."""
    if isinstance(minimum, bool) or not isinstance(minimum, int | np.integer) or minimum < _LOWEST:
        raise EstimationError(
            f"minimum={shortened(minimum)} is not valid; allowed: whole numbers from {_LOWEST} on, as in a "
            f"group of two each knows the other; data centres ask for {_DEFAULT}"
        )


def _values(table: Table, name: Hashable) -> list[Any]:
    """Return a column of labels as Python values."""
    values = table.values(name, "groups")
    return list(values.tolist() if isinstance(values, np.ndarray) else values)


def _places(labels: Sequence[Labels], total: str) -> dict[Labels, int]:
    """Return the row of each combination of labels, or raise if one is missing or occurs twice."""
    places: dict[Labels, int] = {}
    for place, label in enumerate(labels):
        if places.setdefault(label, place) != place:
            raise EstimationError(
                f"groups: rows {places[label]} and {place} are both {_named(label)}; keep one"
            )
    by_column = [list(dict.fromkeys((*column, total))) for column in zip(*labels, strict=True)]
    missing = [label for label in itertools.product(*by_column) if label not in places]
    if missing or not labels:
        shown = ", ".join(map(_named, missing[:_SHOWN])) + (" …" if len(missing) > _SHOWN else "")
        raise EstimationError(
            f"groups: the table has no row for {shown or 'any group'}; add it, with its count (0 where "
            f"nobody is in it). Rows of totals have the label total={total!r}; they are needed, as readers "
            "often find totals elsewhere, and small groups are protected against those that are shown"
        )
    return places


def _named(label: Labels) -> str:
    """Return the labels of a row for messages."""
    return " / ".join(str(part) for part in label)


def _check_counts(
    name: str, counts: NDArray[np.float64], labels: Sequence[Labels], places: Mapping[Labels, int], total: str
) -> None:
    """Raise if counts are not whole numbers, or do not add up to the totals."""
    for place in np.flatnonzero(~((counts >= 0) & (counts == np.floor(counts)))).tolist():
        raise EstimationError(
            f"{name}: {counts[place]:g} in the row of {_named(labels[place])} is not a count; allowed: whole "
            "numbers from 0 on"
        )
    for axis in range(len(labels[0])):
        sums: dict[Labels, float] = {}
        for label, place in places.items():
            if label[axis] != total:
                margin = (*label[:axis], total, *label[axis + 1 :])
                sums[margin] = sums.get(margin, 0.0) + counts[place]
        for margin, added in sums.items():
            if added != counts[places[margin]]:
                raise EstimationError(
                    f"{name}: {_named(margin)} has {counts[places[margin]]:g}, but its groups add up to "
                    f"{added:g}; add a row for those who are in none of the groups, or correct the total"
                )


def _check_couples(
    persons: NDArray[np.float64], couples: NDArray[np.float64], *, labels: Sequence[Labels]
) -> None:
    """Raise if there are more couples than persons, or more than two persons for each couple."""
    for place in np.flatnonzero((couples > persons) | (persons > 2 * couples)).tolist():
        raise EstimationError(
            f"couples: {_named(labels[place])} has {couples[place]:g} couples and {persons[place]:g} "
            "persons; a couple has one or two persons who answered. If count= already counts couples, leave "
            "couples= out"
        )


def _cells(labels: Sequence[Labels], counts: NDArray[np.float64], total: str) -> list[Cell]:
    """Return the rows of a table as cells: labels of the first column are rows, of the second columns."""
    nodes: list[dict[Hashable, int]] = [{} for _ in range(2)]
    cells = []
    for label, count in zip(labels, counts.tolist(), strict=True):
        ends = label if len(label) == 2 else (None, None)
        row, column = (known.setdefault(end, len(known)) for known, end in zip(nodes, ends, strict=True))
        n_sums = sum(part == total for part in label)
        cells.append(
            Cell(row=row, column=column, sign=-1 if n_sums % 2 else 1, count=int(count), n_sums=n_sums)
        )
    return cells
