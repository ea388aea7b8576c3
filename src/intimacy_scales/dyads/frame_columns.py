"""Columns of a frame of couples: kept ones and computed ones, each with a name of its own."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.reading.frames import Table, Taken

if TYPE_CHECKING:
    from intimacy_scales.dyads.dyads import Dyads


@dataclass(frozen=True, slots=True)
class FrameColumns:
    """Columns of a frame by their names, in order: those of the caller's table, then computed ones.

    Attributes
    ----------
    taken
        Name → a column of the caller's table, and its rows in the new order.
    computed
        Name → values.

    Examples
    --------
    >>> columns = FrameColumns()
    >>> columns.compute("trust_a", np.array([4.0]), "the score trust of partner a")
    >>> columns.compute("trust_a", np.array([5.0]), "the score trust_a")
    Traceback (most recent call last):
    intimacy_scales.errors.ResponseError: 'trust_a' would be the name of two columns of this table, the \
score trust of partner a and the score trust_a; ...
    """

    taken: dict[str, Taken] = field(default_factory=dict)
    computed: dict[str, NDArray[Any]] = field(default_factory=dict)
    _contents: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, column: Hashable, rows: NDArray[np.intp], content: str) -> None:
        """Add a column of the caller's table; ``content`` says in messages what it is."""
        self._name(name, content)
        self.taken[name] = (column, rows)

    def compute(self, name: str, values: NDArray[Any], content: str) -> None:
        """Add a computed column."""
        self._name(name, content)
        self.computed[name] = values

    def _name(self, name: str, content: str) -> None:
        """Give a column its name.

        Raises
        ------
        ResponseError
            Another column has this name.
        """
        if name in self._contents:
            raise ResponseError(
                f"{name!r} would be the name of two columns of this table, {self._contents[name]} and "
                f"{content}; pair the couples with another name for one of them: rename a column or a role, "
                "or keep a column by another name, as in keep={'another name': 'column'}"
            )
        self._contents[name] = content

    def frame(self, table: Table) -> Any:
        """Return the columns in a frame of the caller's library."""
        return table.arranged(self.taken, self.computed)


def frame_of_couples(
    dyads: Dyads, figures: Mapping[str, NDArray[Any]], labels: Sequence[str] = ("couple", "time")
) -> Any:
    """Return a row for each couple in the caller's kind of frame: labels, then figures.

    Raises
    ------
    ResponseError
        A column of labels has the name of a figure.
    """
    rows, kept, names = dyads.pairs.rows, dyads.kept, dyads.label_names
    either = np.where(rows[:, 0] >= 0, rows[:, 0], rows[:, 1])
    columns = FrameColumns()
    for option in labels:
        if option in names:
            name = str(names[option])
            columns.take(name, kept.column(name), either, f"the column of labels (option {option}=)")
    if "couple" not in names:
        columns.compute("couple", np.array(dyads.couples), "the number of the couple")
    for name, values in figures.items():
        columns.compute(name, values, f"the figure {name!r}")
    return columns.frame(kept.table)
