"""What is known of a change: of one person, and of each of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Category = Literal["recovered", "improved", "unchanged", "deteriorated", "no score"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
_OF_ONE_PERSON = ("before", "after", "index", "category")


def _needed(found: ReliableChange | PersonChange) -> str:
    """Say which change counts, and why."""
    beyond = f" beyond {found.expected:.4g}" if found.expected else ""
    said = f"a change of {shown(found.change_needed)}{beyond} counts"
    if found.method == "published":
        return f"{said} ({found.source})"
    how = "" if found.method == "jacobson-truax" else f", {found.method}"
    return f"{said} ({found.source} {shown(found.reliability)}, sd {shown(found.sd)}{how})"


@result_class
class ReliableChange(Result):
    """The reliable change index of each person.

    Attributes
    ----------
    index
        (n_persons,): change divided by its standard error; nan without both scores.
    category
        (n_persons,): one of `CATEGORIES`.
    before, after
        (n_persons,): the scores.
    labels
        The persons' index, where scores came as pandas Series.
    sem, standard_error
        Error of one score, and of a difference of two.
    change_needed
        The smallest change beyond the expected one that counts.
    method, expected
        How it was measured (see `reliable_change`), and which change is to be expected without any: a
        practice effect, or with ``hageman-arrindell`` what regression makes of the mean change.
    threshold
        The index beyond which a change counts.
    reliability, source, sd
        What the error came from; of a published change nan, and the study.
    cutoff
        The score that recovered persons must have crossed; None where none was given.
    instrument, scale
        What was scored; None of plain numbers.
    """

    _axes: ClassVar[Mapping[str, str]] = {"index": "n", "category": "n", "before": "n", "after": "n"}

    index: NDArray[np.float64]
    category: tuple[Category, ...]
    before: NDArray[np.float64] = field(repr=False)
    after: NDArray[np.float64] = field(repr=False)
    sem: float
    standard_error: float
    change_needed: float
    threshold: float
    reliability: float
    source: str
    sd: float
    cutoff: float | None
    method: str = "jacobson-truax"
    expected: float = 0.0
    instrument: InstrumentRef | None = None
    scale: str | None = None
    labels: Any = field(default=None, repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """How many persons are in each category."""
        return {name: self.category.count(name) for name in CATEGORIES}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("labels",), counts=Mapping[str, int])

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> ReliableChange:
        return cls(**{name: values[name] for name in values if name != "counts"})

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table, a row for each person."""
        from intimacy_scales.results.frames import pandas_frame

        table = pandas_frame(
            {
                "before": self.before,
                "after": self.after,
                "change": self.after - self.before,
                "rci": self.index,
                "category": list(self.category),
            }
        )
        return table if self.labels is None else table.set_index(self.labels)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; None for what is not defined."""
        names = [name for name in self.__slots__ if name != "labels"]
        fields: dict[str, Any] = {name: plain(getattr(self, name)) for name in names}
        return fields | {"counts": self.counts}

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {name}" for name, n in self.counts.items() if n)
        of = "" if self.instrument is None else f" {self.scale} of {self.instrument}"
        return f"<ReliableChange{of}: {counts}; {_needed(self)}>"


@result_class
class PersonChange(Result):
    """The reliable change index of one person.

    Attributes
    ----------
    before, after
        The scores; None where there is none.
    index
        The change divided by its standard error; None without both scores.
    category
        One of `CATEGORIES`.
    sem, standard_error
        Error of one score, and of a difference of two.
    change_needed
        The smallest change beyond the expected one that counts.
    method, expected
        How it was measured (see `reliable_change`), and which change is to be expected without any: a
        practice effect, or with ``hageman-arrindell`` what regression makes of the mean change.
    threshold
        The index beyond which a change counts.
    reliability, source, sd
        What the error came from; of a published change nan, and the study.
    cutoff
        The score that a recovered person must have crossed; None where none was given.
    instrument, scale
        What was scored; None of plain numbers.
    """

    before: float | None
    after: float | None
    index: float | None
    category: Category
    sem: float
    standard_error: float
    change_needed: float
    threshold: float
    reliability: float
    source: str
    sd: float
    cutoff: float | None
    method: str = "jacobson-truax"
    expected: float = 0.0
    instrument: InstrumentRef | None = None
    scale: str | None = None

    @classmethod
    def only_one_of(cls, found: ReliableChange) -> Self:
        """Return what was found of the first person, who is the only one."""
        of_everybody: dict[str, Any] = {
            name: getattr(found, name) for name in cls.__slots__ if name not in _OF_ONE_PERSON
        }
        return cls(
            before=plain(float(found.before[0])),
            after=plain(float(found.after[0])),
            index=plain(float(found.index[0])),
            category=found.category[0],
            **of_everybody,
        )

    @property
    def change(self) -> float | None:
        """The score after less the score before; None without both."""
        return None if self.before is None or self.after is None else self.after - self.before

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; None for what is not there."""
        return {name: plain(getattr(self, name)) for name in (*self.__slots__, "change")}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, change=float | None)

    def __repr__(self) -> str:
        of = "" if self.instrument is None else f" {self.scale} of {self.instrument}"
        scores = " to ".join("none" if x is None else f"{x:.4g}" for x in (self.before, self.after))
        index = "" if self.index is None else f"index {shown(self.index)}, "
        return f"<PersonChange{of}: {scores}, {self.category}; {index}{_needed(self)}>"
