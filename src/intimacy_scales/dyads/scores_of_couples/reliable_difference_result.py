"""Whether the differences between partners are larger than error of measurement."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.dyads.scores_of_couples.couple_labels import CoupleLabels, ListedCouples
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.results.document_types import documented, many
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import apa, counted, digits_for, percent, shown

Floats = NDArray[np.float64]
DifferenceCategory = Literal["reliable", "within error", "no scores"]
DIFFERENCE_CATEGORIES: tuple[DifferenceCategory, ...] = get_args(DifferenceCategory)


@result_class
class ReliableDifferences(Result):
    """The difference between the partners of each couple, and whether it is larger than error of measurement.

    Attributes
    ----------
    instrument, scale
        Of the scores; the instrument is None for scores without one.
    partners, distinguishable
        As in `CoupleScores`.
    difference
        (n_couples,): first partner's score less the second one's; without its sign if partners are
        exchangeable; nan without both scores.
    index
        (n_couples,): the difference divided by its standard error.
    low, high
        (n_couples,): interval of the couple's true difference.
    category
        (n_couples,): ``reliable``, ``within error``, or ``no scores`` without both.
    standard_error
        Standard error of measurement of a difference.
    difference_needed
        The smallest difference that counts as reliable.
    confidence_level
        With 0.95, an index beyond 1.96 counts.
    omega
        Reliability of the difference; nan where only its standard error is known.
    source
        What the standard error comes from.
    warnings
        Cautions about using the categories.

    Examples
    --------
    >>> from intimacy_scales.dyads import Dyads, reliable_difference
    >>> table = [{"w": 5.5, "h": 6.0}, {"w": 6.5, "h": 3.0}, {"w": 4.0, "h": None}]
    >>> dyads = Dyads.of_scores(table, {"trust": {"wife": "w", "husband": "h"}}, role=True)
    >>> result = reliable_difference(dyads, standard_error=0.67)
    >>> result.category, [round(float(end), 2) for end in (result.low[1], result.high[1])]
    (('within error', 'reliable', 'no scores'), [2.19, 4.81])
    """

    _axes: ClassVar[Mapping[str, str]] = {
        "difference": "n", "index": "n", "low": "n", "high": "n", "category": "n", "couples": "n",
        "times": "n",
    }  # fmt: skip

    instrument: InstrumentRef | None
    scale: str
    partners: tuple[str, str]
    distinguishable: bool
    difference: Floats
    index: Floats
    low: Floats
    high: Floats
    category: tuple[DifferenceCategory, ...]
    standard_error: float
    difference_needed: float
    confidence_level: float
    omega: float
    source: str
    warnings: tuple[str, ...] = ()
    labels: CoupleLabels | ListedCouples = field(repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.difference)

    @property
    def couples(self) -> list[Any]:
        """The label of each couple (n_couples,)."""
        return self.labels.couples

    @property
    def times(self) -> list[Any] | None:
        """The occasion of each row (n_couples,); None where there is one."""
        return self.labels.times

    @property
    def reliable(self) -> NDArray[np.bool_]:
        """Whether each couple has a reliable difference (n_couples,); False without both scores."""
        return np.array([name == "reliable" for name in self.category], dtype=np.bool_)

    @property
    def counts(self) -> dict[DifferenceCategory, int]:
        """Number of couples in each category."""
        counts = Counter(self.category)
        return {name: counts[name] for name in DIFFERENCE_CATEGORIES}

    @property
    def definition(self) -> str:
        """The definition of a reliable difference, in one sentence."""
        needed, error = self._shown()
        return (
            f"a difference is reliable if it is larger than {needed}, the normal "
            f"quantile of a {percent(self.confidence_level)} interval times the standard error of "
            f"measurement of a difference, {error} (after Jacobson & Truax, 1991); "
            f"{self.source}"
        )

    def _shown(self) -> tuple[str, str]:
        """Return the difference needed and the standard error as texts."""
        digits = digits_for(self.standard_error, least=3)
        return shown(self.difference_needed, digits), shown(self.standard_error, digits)

    def to_frame(self) -> Any:
        """Return one row for each couple, in the caller's own kind of frame.

        Returns
        -------
        pandas.DataFrame, polars.DataFrame or pyarrow.Table
            Labels of couples, ``difference`` (or ``absolute_difference``), ``index``, ``low``, ``high`` and
            ``category``.

        Raises
        ------
        ResponseError
            The column of labels has the name of a new column.
        """
        name = "difference" if self.distinguishable else "absolute_difference"
        columns = {name: self.difference, "index": self.index, "low": self.low, "high": self.high}
        return self.labels.frame({**columns, "category": np.array(self.category)})

    def to_dict(self) -> dict[str, Any]:
        """Return the figures and the labels of couples as plain values."""
        fields: dict[str, Any] = {n: plain(getattr(self, n)) for n in self.__slots__ if n != "labels"}
        return fields | {
            "definition": self.definition,
            "couples": self.labels.texts(self.couples),
            "times": None if self.times is None else self.labels.texts(self.times),
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("labels",), definition=str, couples=many(Any), times=many(Any) | None)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> ReliableDifferences:
        times = None if values["times"] is None else list(values["times"])
        labels = ListedCouples(couples=list(values["couples"]), times=times)
        result: ReliableDifferences = made_of(cls, values, labels=labels)
        return result

    def __repr__(self) -> str:
        counts = self.counts
        n = counts["reliable"] + counts["within error"]
        missing = f", {counts['no scores']} without both scores" if counts["no scores"] else ""
        omega = "" if math.isnan(self.omega) else f", omega of the difference {apa(self.omega, 3)}"
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        needed, error = self._shown()
        return (
            f"<Reliable differences in {self.scale}: {counts['reliable']} of {counted(n, 'couple')}{missing}"
            f"; larger than {needed} (SEM {error}{omega}); "
            f"{self.source}{cautions}>"
        )
