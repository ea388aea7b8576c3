"""Velicer's minimum average partial test of the number of components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Unpack

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.exploratory.adequacy import read_correlations
from intimacy_scales.factor.exploratory.retention import RetentionFigures, sample_fields
from intimacy_scales.factor.reading import data_given
from intimacy_scales.factor.sample import Floats, MissingAnswers
from intimacy_scales.numerics.ties import eigenvectors, first_lowest
from intimacy_scales.numerics.tolerances import NO_COMPONENT
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import counted


@result_class
class MinimumAveragePartial(RetentionFigures):
    """Velicer's minimum average partial test.

    Attributes
    ----------
    n_factors
        The number of components with the smallest mean squared partial correlation given them (Velicer,
        1976).
    n_factors_fourth
        The same with fourth powers (Velicer, Eaton & Fava, 2000).
    squared, fourth
        (max_factors + 1,): mean squared and fourth-power partial correlation after 0, 1, … components;
        nan where an item has no variance left.
    n, n_items, missing, instrument
        Persons, items, the missing rule, and what was answered.

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> map_test("scii-24", simulate("scii-24", 500, rng=1).answers)
    <MAP of 24 items: 6 factors; by fourth powers 5; n = 500, pairwise>
    """

    _axes: ClassVar[Mapping[str, str]] = {"squared": "p", "fourth": "p"}

    n_factors: int
    n_factors_fourth: int
    squared: Floats
    fourth: Floats

    def _columns(self) -> dict[str, Any]:
        return {"number": np.arange(len(self.squared)), "squared": self.squared, "fourth": self.fourth}

    def __repr__(self) -> str:
        return (
            f"<MAP of {counted(self.n_items, 'item')}: {counted(self.n_factors, 'factor')}; by fourth powers "
            f"{self.n_factors_fourth}; n = {self.n}, {self.missing}>"
        )


@reads_answers
def map_test(
    data: Any,
    responses: Any = None,
    max_factors: int | None = None,
    *,
    items: Sequence[str] | None = None,
    missing: MissingAnswers = "pairwise",
    **reading: Unpack[ReadingOptions],
) -> MinimumAveragePartial:
    """Find the number of components given which partial correlations are smallest.

    Parameters
    ----------
    data, responses, items, missing
        As in `efa`.
    max_factors
        The largest number to try; by default the number of items minus 1.
    **reading
        How the table is read, as in `encode`; of a table of numbers without an instrument only
        ``on_invalid="accept"``, to take every number as it is.

    Returns
    -------
    MinimumAveragePartial

    Notes
    -----
    With A the loadings on the first m components, ``C = R - A A'`` scaled to a diagonal of 1 holds partial
    correlations; the criterion is the mean of their squares (Velicer, 1976) or fourth powers (Velicer, Eaton
    & Fava, 2000).

    Examples
    --------
    >>> from intimacy_scales import simulate
    >>> answers = simulate("scii-24", 500, rng=1).answers
    >>> map_test("scii-24", answers, items=["tru01", "tru04", "tru09", "tru11"]).n_factors
    1
    """
    if isinstance(responses, int | float | np.number) and max_factors is None:  # map_test(data, 5)
        responses, max_factors = None, responses
    sample = read_correlations(data_given(data, responses, reading), items, missing)
    p = len(sample.names)
    highest = p - 1 if max_factors is None else max_factors
    if isinstance(highest, bool) or not isinstance(highest, int | np.integer) or not 1 <= highest < p:
        raise EstimationError(
            f"max_factors={max_factors!r} is not valid for {p} items; allowed: a whole number from 1 to "
            f"{p - 1}"
        )
    values, vectors = eigenvectors(sample.correlations)
    series = np.full((2, highest + 1), np.nan)
    for m in range(1 + min(highest, int((values > NO_COMPONENT).sum()))):
        # the residual is summed over the other components: subtraction from R would cancel digits
        residual_vectors = vectors[:, : p - m]
        partial = (residual_vectors * values[: p - m]) @ residual_vectors.T
        variances = partial.diagonal()
        if variances.min() <= NO_COMPONENT:
            break
        squares = partial**2 / np.outer(variances, variances)
        series[:, m] = [(part.sum() - p) / (p * (p - 1)) for part in (squares, squares**2)]
    return MinimumAveragePartial(
        n_factors=first_lowest(series[0]),
        n_factors_fourth=first_lowest(series[1]),
        squared=series[0],
        fourth=series[1],
        **sample_fields(sample),
    )
