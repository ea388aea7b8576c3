"""Results of `reliable_change`, for one person and for several."""

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
from intimacy_scales.results.wording import apa, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Category = Literal["recovered", "improved", "unchanged", "deteriorated", "no score"]
CATEGORIES: tuple[Category, ...] = get_args(Category)
_OF_ONE_PERSON = ("before", "after", "index", "category")


def _needed_text(result: ReliableChange | PersonChange) -> str:
    """Return the change that counts as reliable and its source, for displays."""
    beyond = f" beyond {result.expected:.4g}" if result.expected else ""
    needed = f"a change of {shown(result.change_needed)}{beyond} counts"
    if result.method == "published":
        return f"{needed} ({result.source})"
    method = "" if result.method == "jacobson-truax" else f", {result.method}"
    return f"{needed} ({result.source} {apa(result.reliability, 3)}, sd {shown(result.sd)}{method})"


@result_class
class ReliableChange(Result):
    """The reliable change index of each person.

    Attributes
    ----------
    index
        (n_persons,): change minus the expected change, divided by its standard error; nan without both
        scores.
    category
        (n_persons,): one of `CATEGORIES`.
    before, after
        (n_persons,): the scores.
    labels
        The persons' index, if scores were pandas Series.
    sem, standard_error
        Standard error of one score, and of a difference between two.
    change_needed
        The smallest change beyond the expected one that counts as reliable.
    method, expected
        The method (see `reliable_change`), and the change expected of a person who has not truly changed: a
        practice effect, or with ``hageman-arrindell`` the effect of regression on the mean change.
    threshold
        The index beyond which a change counts as reliable.
    reliability, source, sd
        What the standard error was computed from; for a published change nan, and the study.
    cutoff
        The score that recovered persons must have crossed; None if none was passed.
    instrument, scale
        Of the scores; None for plain numbers.

    Examples
    --------
    >>> from intimacy_scales.reliability import reliable_change
    >>> reliable_change([32.5, 40], [47.5, 41], reliability=0.8, sd=7.5).category
    ('improved', 'unchanged')
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
        """Number of persons in each category."""
        return {name: self.category.count(name) for name in CATEGORIES}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("labels",), counts=Mapping[str, int])

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> ReliableChange:
        return cls(**{name: values[name] for name in values if name != "counts"})

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each person."""
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
        """Return all fields as plain values; None for undefined values."""
        names = [name for name in self.__slots__ if name != "labels"]
        fields: dict[str, Any] = {name: plain(getattr(self, name)) for name in names}
        return fields | {"counts": self.counts}

    def __repr__(self) -> str:
        counts = ", ".join(f"{n} {name}" for name, n in self.counts.items() if n)
        scale = "" if self.instrument is None else f" {self.scale} of {self.instrument}"
        return f"<ReliableChange{scale}: {counts}; {_needed_text(self)}>"


@result_class
class PersonChange(Result):
    """The reliable change index of one person.

    Attributes
    ----------
    before, after
        The scores; None if missing.
    index
        Change minus the expected change, divided by its standard error; None without both scores.
    category
        One of `CATEGORIES`.
    sem, standard_error
        Standard error of one score, and of a difference between two.
    change_needed
        The smallest change beyond the expected one that counts as reliable.
    method, expected
        The method (see `reliable_change`), and the change expected of a person who has not truly changed: a
        practice effect, or with ``hageman-arrindell`` the effect of regression on the mean change.
    threshold
        The index beyond which a change counts as reliable.
    reliability, source, sd
        What the standard error was computed from; for a published change nan, and the study.
    cutoff
        The score that a recovered person must have crossed; None if none was passed.
    instrument, scale
        Of the scores; None for plain numbers.

    Examples
    --------
    >>> from intimacy_scales.reliability import reliable_change
    >>> change = reliable_change(32.5, 47.5, reliability=0.8, sd=7.5)
    >>> change.category, change.change, round(change.index, 2)
    ('improved', 15.0, 3.16)
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
    def only_one_of(cls, changes: ReliableChange) -> Self:
        """Return the result of the only person in a result for several."""
        common: dict[str, Any] = {
            name: getattr(changes, name) for name in cls.__slots__ if name not in _OF_ONE_PERSON
        }
        return cls(
            before=plain(float(changes.before[0])),
            after=plain(float(changes.after[0])),
            index=plain(float(changes.index[0])),
            category=changes.category[0],
            **common,
        )

    @property
    def change(self) -> float | None:
        """The score after minus the score before; None without both."""
        return None if self.before is None or self.after is None else self.after - self.before

    def to_dict(self) -> dict[str, Any]:
        """Return all fields and the change as plain values; None for missing values."""
        return {name: plain(getattr(self, name)) for name in (*self.__slots__, "change")}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, change=float | None)

    def __repr__(self) -> str:
        scale = "" if self.instrument is None else f" {self.scale} of {self.instrument}"
        scores = " to ".join("none" if x is None else f"{x:.4g}" for x in (self.before, self.after))
        index = "" if self.index is None else f"index {shown(self.index)}, "
        return f"<PersonChange{scale}: {scores}, {self.category}; {index}{_needed_text(self)}>"
