"""The base of data files of statistics programs: variables with labels, read in parts."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from numpy.typing import NDArray

from intimacy_scales.errors import ResponseError
from intimacy_scales.interop.answers.number_columns import NumberColumns, listed_numbers
from intimacy_scales.interop.answers.platform import Platform
from intimacy_scales.interop.answers.variables import Calendar, Variable
from intimacy_scales.reading.frames import Table

PART_BYTES = 64_000_000  # of the columns of a part, as they are stored
SAS_TAGS = (*(f".{letter}" for letter in ascii_uppercase), "._")

Cells = NDArray[Any] | list[Any]


class DataFile(Platform):
    """A file of a statistics program: variables with labels, missing values and formats.

    Subclasses describe the variables when they are opened, and yield columns in parts. The system-missing
    value is nan in an array and None in a list.
    """

    variables: dict[str, Variable]

    @abstractmethod
    def parts(self, names: Sequence[str]) -> Iterator[Mapping[str, Cells]]:
        """Yield some columns as they are stored, some rows at a time."""

    def describe(self, variables: Sequence[Variable], groups: Mapping[str, str] | None = None) -> None:
        """Record what the file says of its variables; ``groups`` are sets of multiple responses.

        Raises
        ------
        ResponseError
            There is no variable, or two have the same name.
        """
        if not variables:
            raise ResponseError(f"{self.path}: has no variables, and so no answers")
        name, n = Counter(variable.name for variable in variables).most_common(1)[0]
        if n > 1:
            raise ResponseError(f"{self.path}: has {n} variables named {name!r}; rename all but one of them")
        self.names = [variable.name for variable in variables]
        self.variables = {variable.name: variable for variable in variables}
        for variable in variables:
            self.facts.columns[variable.name] = variable.facts((groups or {}).get(variable.name))
        ids = self.facts.with_role("id")
        self.facts.row_id = ids[0] if ids else None

    def batches(self, items: Sequence[Hashable], others: Sequence[Hashable] = ()) -> Iterator[Table]:
        """Yield the wanted columns, some rows at a time."""
        listed = set(map(str, others))
        wanted = list(dict.fromkeys(map(str, [*items, *others])))
        for part in self.parts(wanted or self.names[:1]):
            n_rows = len(next(iter(part.values())))
            numbers: dict[str, NDArray[Any]] = {}
            lists: dict[str, list[Any]] = {}
            for name in wanted:
                cells = part[name]
                calendar = self.variables[name].calendar
                if isinstance(cells, list):
                    lists[name] = cells
                elif name in listed or calendar is not None:
                    lists[name] = listed_numbers(cells)
                else:
                    numbers[name] = cells
                if calendar is not None:
                    lists[name] = _moments(lists[name], self.variables[name], calendar)
            yield NumberColumns(numbers, lists, n_rows)


def _moments(cells: list[Any], variable: Variable, calendar: Calendar) -> list[Any]:
    """Return stored numbers as days or moments; codes that mean no answer stay as they are."""
    return [
        value
        if value is None or isinstance(value, str) or variable.is_missing(value)
        else calendar.moment(value)
        for value in cells
    ]
