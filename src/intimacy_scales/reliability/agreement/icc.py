"""Intraclass correlations: agreement and consistency of raters or occasions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np

from intimacy_scales.errors import EstimationError, values_as_asked
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.answer_values import keyed_answers
from intimacy_scales.moments.answers import coded_given
from intimacy_scales.moments.item_moments import ItemMoments
from intimacy_scales.moments.keyed import items_of
from intimacy_scales.reading.frames import number_matrix
from intimacy_scales.reading.ids import check_no_ids
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reading.undeclared_codes import accepts, check_numbers
from intimacy_scales.reliability.agreement.anova import mean_squares
from intimacy_scales.reliability.agreement.crossed import Floats
from intimacy_scales.reliability.agreement.icc_forms import icc_forms, of_incomplete
from intimacy_scales.reliability.agreement.icc_result import IntraclassCorrelations

_WITHOUT_IDS = (
    "leave out what is no rating, as by ratings.drop(columns=…) in pandas; where all columns are ratings, "
    'pass on_invalid="accept"'
)


@reads_answers
def intraclass_corr(
    ratings: Any, responses: Any = None, *, scale: str | None = None, **reading: Unpack[ReadingOptions]
) -> IntraclassCorrelations:
    """Compute the six intraclass correlations of Shrout and Fleiss.

    Parameters
    ----------
    ratings, responses
        A table of numbers, a row for each person and a column for each rater (or occasion, or
        partner): a DataFrame, or an array (n_persons, n_raters). nan or null where there is none. Or an
        instrument (or its id or `Path`) and a table of answers to it, or checked answers alone: the keyed
        items of a scale are then the raters.
    scale
        Of an instrument, as in `cronbach_alpha`.
    **reading
        How answers to an instrument are read, as in `encode`; of ratings only ``on_invalid="accept"``, to
        take every number as it is.

    Returns
    -------
    IntraclassCorrelations

    Raises
    ------
    EstimationError
        Fewer than two persons or raters, or ratings that are all alike.
    ResponseError
        Not a table of numbers; numbers that look like codes for missing answers, or columns that look
        like ids.

    Notes
    -----
    With complete ratings from the mean squares of persons (b), within persons (w), of raters (r) and
    error (e): ``ICC(1,1) = (b - w) / (b + (k - 1) w)``,
    ``ICC(2,1) = (b - e) / (b + (k - 1) e + k (r - e) / n)``, ``ICC(3,1) = (b - e) / (b + (k - 1) e)``
    and their forms for a mean of k (Shrout & Fleiss, 1979; McGraw &
    Wong, 1996). Where ratings are missing, from variance components by restricted likelihood.
    Persons without any rating do not count.

    F tests come from least squares, complete or not: for ICC(1), between persons over within persons, with
    n - 1 and N - n degrees of freedom of N ratings; for the others, ``F = (S_r - S_pr) / (n - c)`` over
    ``S_pr / (N - n - k + c)``, where S_r is the sum of squares that raters leave, S_pr what persons and
    raters leave, and c the number of parts of the design that no rating joins, 1 as a rule (Searle, 1971,
    ch. 7: persons adjusted for raters, "type III"). With complete ratings that is b / e. A ratio of
    components by restricted likelihood would be no F: these stop at 0, and half of all samples without
    differences between persons would have F = 1.

    Where raters agree but for their level, so that nothing is left, F is infinite and p 0; components are
    then the variances of persons' and of raters' effects, from differences within the parts of the design.

    Examples
    --------
    >>> import numpy as np
    >>> ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> [round(float(form), 2) for form in intraclass_corr(np.array(ratings))]
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    """
    matrix, raters = _rated(*_given(ratings, responses, scale, reading))
    n, k = matrix.shape
    n_missing = int(np.count_nonzero(np.isnan(matrix)))
    parts = None
    if n_missing:
        squares, parts = of_incomplete(matrix)
        components = {name: parts[name] for name in ("person", "rater", "residual")}
    else:
        squares = mean_squares(matrix)
        components = {
            "person": (squares.between - squares.error) / k,
            "rater": (squares.raters - squares.error) / n,
            "residual": squares.error,
        }
    return IntraclassCorrelations(
        forms=icc_forms(squares, k, parts),
        n_persons=n,
        n_raters=k,
        raters=raters,
        n_missing=n_missing,
        components=components,
        method="reml" if n_missing else "anova",
    )


def _given(
    ratings: Any, responses: Any, scale: str | None, options: ReadingOptions
) -> tuple[Floats, Sequence[str]]:
    """Return ratings (n_persons, n_raters), nan where there is none, and the raters."""
    if responses is not None or isinstance(ratings, Instrument | str | Path | CodedResponses | ItemMoments):
        answers = coded_given(ratings, responses, options)
        name, items = items_of(answers, scale)
        return keyed_answers(answers, name)[0], items.ids
    if scale is not None:
        raise EstimationError(f"scale={scale!r} is of an instrument: pass it before the table")
    accept = accepts(options)
    with values_as_asked(accept.show_values):
        matrix, names = number_matrix(ratings, "ratings")
        if not accept:
            check_no_ids(names, matrix, _WITHOUT_IDS)
            check_numbers(names, matrix)
    return matrix, names


def _rated(matrix: Floats, names: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
    """Return the ratings of persons and raters with any, and these raters."""
    there = ~np.isnan(matrix)
    kept: Floats = matrix[there.any(axis=1)][:, there.any(axis=0)]
    n, k = kept.shape
    if n < 2 or k < 2:  # one does not vary
        raise EstimationError(f"{n} persons with ratings by {k} raters: at least two of both are needed")
    if np.nanmax(kept) == np.nanmin(kept):
        raise EstimationError("all ratings are alike: there is no variance to divide")
    return kept, tuple(
        name for name, any_of in zip(names, np.any(there, axis=0).tolist(), strict=True) if any_of
    )
