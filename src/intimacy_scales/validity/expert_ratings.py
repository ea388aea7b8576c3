"""What experts judged about the items of a bank."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import DocumentError, EstimationError
from intimacy_scales.late import late_module
from intimacy_scales.messages import shortened
from intimacy_scales.numerics.arguments import is_real
from intimacy_scales.results.default_page import frame_table
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import counted

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Floats = NDArray[np.float64]
_OF_FOUR = (1, 4)


def checked_scale(scale: Any) -> tuple[int, int]:
    """Return the lowest and the highest rating; 1 and 4 for None.

    Raises
    ------
    EstimationError
        It is not two whole numbers, the lower one first.

    Examples
    --------
    >>> checked_scale(None), checked_scale([1, 5])
    ((1, 4), (1, 5))
    """
    if scale is None:
        return _OF_FOUR
    ends = tuple(scale) if isinstance(scale, list | tuple) else ()
    if len(ends) == 2 and all(is_real(end) and float(end).is_integer() for end in ends) and ends[0] < ends[1]:
        return int(ends[0]), int(ends[1])
    raise EstimationError(
        f"scale={shortened(scale)} is not valid; allowed: lowest and highest rating, two whole numbers such "
        "as (1, 4)"
    )


class Comment(NamedTuple):
    """What an expert wrote about an item.

    Attributes
    ----------
    expert, item, text
        Who, about which item, and what.
    """

    expert: str
    item: str
    text: str


@result_class
class ExpertRatings(Result):
    """Experts' judgements of items; make it with `read_expert_sheets`.

    Attributes
    ----------
    of, version
        Id and version of the bank; empty for judgements that belong to none.
    experts, items
        In order.
    scale
        Lowest and highest rating of relevance and clarity.
    facet_of
        Item → its facet in the bank; empty without a bank.
    relevance, clarity
        (n_experts, n_items): ratings, nan where missing; None where experts did not judge it.
    essential
        (n_experts, n_items): 1 essential, 0 not, nan missing; None where experts did not judge it.
    sorted_into
        For each expert, the facet that each item was sorted into, None where missing; None where experts did
        not sort.
    left_out
        Items of the bank that no sheet has.
    comments
        What experts wrote about items.

    Examples
    --------
    >>> from intimacy_scales.validity import read_expert_sheets
    >>> read_expert_sheets([[{"item": "tru01", "relevance": 4}]], "trust")
    <ExpertRatings of trust: 1 expert, 1 item, relevance; 1 judgement>
    """

    _axes: ClassVar[Mapping[str, str]] = {
        "experts": "e", "items": "i", "relevance": "ei", "clarity": "ei", "essential": "ei",
        "sorted_into": "e",
    }  # fmt: skip

    of: str
    version: str
    experts: tuple[str, ...]
    items: tuple[str, ...]
    scale: tuple[int, int]
    facet_of: Mapping[str, str]
    relevance: Floats | None = None
    clarity: Floats | None = None
    essential: Floats | None = None
    sorted_into: tuple[tuple[str | None, ...], ...] | None = None
    left_out: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()

    @property
    def judged(self) -> tuple[str, ...]:
        """What experts judged: some of ``relevance``, ``clarity``, ``essential``, ``facet``."""
        numbers = tuple(n for n in ("relevance", "clarity", "essential") if getattr(self, n) is not None)
        return numbers if self.sorted_into is None else (*numbers, "facet")

    @property
    def without_judgement(self) -> tuple[str, ...]:
        """The experts who judged nothing."""
        given = np.zeros(len(self.experts), dtype=np.bool_)
        for name in self.judged:
            if name != "facet":
                given |= (~np.isnan(getattr(self, name))).any(axis=1)
        for number, row in enumerate(self.sorted_into or ()):
            given[number] |= any(facet is not None for facet in row)
        return tuple(expert for expert, any_given in zip(self.experts, given, strict=True) if not any_given)

    @property
    def n_judgements(self) -> int:
        """Number of judgements that were given."""
        given = sum(int((~np.isnan(getattr(self, name))).sum()) for name in self.judged if name != "facet")
        return given + sum(facet is not None for row in self.sorted_into or () for facet in row)

    @property
    def n_missing(self) -> int:
        """Number of judgements that were left out."""
        return len(self.judged) * len(self.experts) * len(self.items) - self.n_judgements

    def to_dict(self) -> dict[str, Any]:
        """Return the judgements as plain values."""
        fields = {name: plain(getattr(self, name)) for name in self.__slots__}
        return fields | {"comments": [comment._asdict() for comment in self.comments]}

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> ExpertRatings:
        if any(len(row) != len(values["items"]) for row in values["sorted_into"] or ()):
            raise DocumentError(f"{cls.__name__}.sorted_into: must have an entry for each item")
        return made_of(cls, values)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each expert and item."""
        from intimacy_scales.results.frames import pandas_frame

        n_experts, n_items = len(self.experts), len(self.items)
        columns: dict[str, Any] = {
            "expert": np.repeat(np.array(self.experts, dtype=object), n_items),
            "item": np.tile(np.array(self.items, dtype=object), n_experts),
        }
        columns |= {name: getattr(self, name).ravel() for name in self.judged if name != "facet"}
        if self.sorted_into is not None:
            columns["facet"] = [facet for row in self.sorted_into for facet in row]
        return pandas_frame(columns)

    def page(self) -> Page:
        """Return what is displayed as data: the judgements, and the comments."""
        tables = [frame_table(self.to_frame(), "Judgements")]
        if self.comments:
            columns = {name: [getattr(one, name) for one in self.comments] for name in Comment._fields}
            tables.append(TextTable(title="Comments", columns=columns))
        return Page(title=repr(self)[1:-1], tables=tuple(tables))

    def __repr__(self) -> str:
        bank = f" of {self.of}" if self.of else ""
        missing = f", {self.n_missing} missing" if self.n_missing else ""
        missing += f", {counted(len(self.comments), 'comment')}" if self.comments else ""
        size = f"{counted(len(self.experts), 'expert')}, {counted(len(self.items), 'item')}"
        return (
            f"<ExpertRatings{bank}: {size}, "
            f"{', '.join(self.judged)}; {counted(self.n_judgements, 'judgement')}{missing}>"
        )
