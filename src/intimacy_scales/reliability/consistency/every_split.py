"""Split-half reliability of every split of a scale into two halves."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, Unpack

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.keyed import Floats, Missing, Source, check_source, keyed_moments
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reliability.consistency.conditions import (
    above_one_because,
    cautions,
    check_unweighted,
    undefined_because,
)
from intimacy_scales.reliability.consistency.splits import equal_splits, sampled_splits
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.not_kept import AGAIN_COEFFICIENT, NotKept, stored
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import apa

_ALL_SPLITS = 24  # items; with more, splits are sampled


@result_class
class SplitHalves(Coefficient):
    """The distribution of split-half reliability over splits; the estimate is the mean.

    Attributes
    ----------
    values
        (n_splits,): ``4 cov(A, B) / V`` of each split, ascending.
    every_split
        Whether these are all splits, or a sample of them.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> splits = split_halves(answers, scale="trust")
    >>> splits.n_splits, splits.every_split, splits.min <= splits.quantile(0.5) <= splits.max
    (3, True, True)
    """

    title: ClassVar[str] = "Mean split-half reliability"

    values: Floats = field(repr=False, compare=False)
    every_split: bool

    @property
    def min(self) -> float:
        """Lowest value of a split."""
        return self._figure("min", lambda: float(self.values[0]))

    @property
    def max(self) -> float:
        """Highest value of a split: lambda-4 for halves of equal length, if every split was made."""
        return self._figure("max", lambda: float(self.values[-1]))

    def quantile(self, share: float) -> float:
        """Return a quantile of the values."""
        name = "median" if share == 0.5 else ""
        return self._figure(name, lambda: float(np.quantile(self.values, share)))

    @property
    def n_splits(self) -> int:
        """Number of splits."""
        from_document: int | None = stored(self.values, "n_splits")
        return len(self.values) if from_document is None else from_document

    def _figure(self, name: str, compute: Callable[[], float]) -> float:
        """Return a figure of the values, read from the document where that does not hold the values."""
        from_document: float | None = stored(self.values, name)
        if from_document is not None:
            return from_document
        return compute() if self.n_splits else math.nan

    def _extra(self) -> dict[str, Any]:
        return {
            "n_splits": self.n_splits,
            "every_split": self.every_split,
            "min": self.min,
            "median": self.quantile(0.5),
            "max": self.max,
        }

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(
            cls, without=("values",), coefficient=str, n_splits=int, min=float, median=float, max=float
        )

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> SplitHalves:
        figures = {name: values[name] for name in ("n_splits", "min", "median", "max")}
        behind = NotKept(cls.__name__, "that of each split", AGAIN_COEFFICIENT, figures)
        return made_of(cls, values, values=behind)

    def _lines(self) -> list[str]:
        lines = Coefficient._lines(self)
        if self.reason:
            return lines
        kind = "all" if self.every_split else "a sample of"
        spread = f"from {apa(self.min, 3)} to {apa(self.max, 3)}, median {apa(self.quantile(0.5), 3)}"
        return [lines[0], f"{kind} {self.n_splits} splits: {spread}", lines[1]]


@reads_answers
def split_halves(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    missing: Missing = "pairwise",
    of: Source = "covariances",
    n_splits: int = 10_000,
    rng: int | np.random.Generator | None = None,
    **reading: Unpack[ReadingOptions],
) -> SplitHalves:
    """Compute split-half reliability of every split of a scale, or of a sample of splits.

    Parameters
    ----------
    answers, responses, scale, missing
        As in `cronbach_alpha`.
    of
        As in `split_half`.
    n_splits, rng
        With more than 24 items, splits are sampled: their number, and a seed or Generator. By default each
        call samples other splits; pass a seed for a result that can be reproduced.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    SplitHalves

    Notes
    -----
    A split of k items has halves of floor(k/2) and ceiling(k/2) items; its value is Flanagan-Rulon's
    ``4 cov(A, B) / V``. For an even k, the mean over all splits is coefficient alpha (Cronbach, 1951).

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> len(split_halves(answers, scale="trust").values)
    3
    """
    answers = answers_given(answers, responses, reading)
    moments = keyed_moments(answers, scale, missing, pair_sds=False)
    check_unweighted(moments)
    reason = undefined_because(moments, check_source(of))
    if isinstance(n_splits, bool) or not isinstance(n_splits, int | np.integer) or n_splits < 1:
        raise EstimationError(f"n_splits={n_splits!r} is not valid; allowed: a whole number, at least 1")
    every_split = moments.n_items <= _ALL_SPLITS
    values = np.empty(0)
    if reason is None:
        c = moments.matrix(of)
        values = np.sort(equal_splits(c) if every_split else sampled_splits(c, n_splits, generator(rng)))
    warnings, mean = cautions(moments), float(values.mean()) if len(values) else math.nan
    if len(values) and (why := above_one_because(float(values[-1]))):
        warnings += (f"the highest split is improper: {why}",)
    reason = reason or above_one_because(mean)
    return SplitHalves(
        **moments.origin(),
        warnings=warnings,
        estimate=math.nan if reason else mean,
        definition=f"mean of 4 cov(A, B) / V over splits, of {missing} {of}",
        reason=reason,
        values=values,
        every_split=every_split,
    )
