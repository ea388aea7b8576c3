"""Intraclass correlations: agreement and consistency of raters or occasions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import values_as_asked
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
from intimacy_scales.reliability.agreement.icc_forms import icc_forms, squares_and_variances
from intimacy_scales.reliability.agreement.icc_result import IntraclassCorrelations
from intimacy_scales.reliability.consistency.shape import shape_of_columns
from intimacy_scales.results.wording import counted

_WITHOUT_IDS = (
    "leave out columns that hold no ratings, in pandas with ratings.drop(columns=…); if all are ratings, "
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
        A table of numbers with a row for each person and a column for each rater (or occasion, or
        partner): a DataFrame, or an array (n_persons, n_raters), with nan or null for missing ratings. Or
        an instrument (or its id or `Path`) and a table of answers to it, or checked answers alone: the
        keyed items of a scale are then the raters.
    scale
        A scale of the instrument, as in `cronbach_alpha`.
    **reading
        How answers to an instrument are read, as in `encode`. A table of ratings takes only
        ``on_invalid="accept"``, which uses every number as it is.

    Returns
    -------
    IntraclassCorrelations

    Raises
    ------
    EstimationError
        Fewer than two persons or raters, or ratings that are all equal.
    ResponseError
        Ratings that are not a table of numbers, numbers that look like codes for missing answers, or
        columns that look like ids.

    Notes
    -----
    Complete ratings: from the mean squares between persons (b), within persons (w), of raters (r) and of
    error (e), ``ICC(1,1) = (b - w) / (b + (k - 1) w)``,
    ``ICC(2,1) = (b - e) / (b + (k - 1) e + k (r - e) / n)``, ``ICC(3,1) = (b - e) / (b + (k - 1) e)``,
    and the corresponding forms for a mean of k ratings (Shrout & Fleiss, 1979; McGraw & Wong, 1996).
    Incomplete ratings: from variance components by restricted likelihood. Persons without any rating are
    left out.

    F tests come from least squares, whether ratings are complete or not. For ICC(1), F is the mean square
    between persons over that within persons, with n - 1 and N - n degrees of freedom for N ratings. For the
    other forms it is ``(S_r - S_pr) / (n - c)`` over ``S_pr / (N - n - k + c)``, where S_r is the residual
    sum of squares of a model with raters, S_pr that of a model with persons and raters, and c the number of
    parts of the design that no rating connects, usually 1 (Searle, 1971, ch. 7: persons adjusted for raters,
    "type III"). With complete ratings this is b / e. A ratio of components by restricted likelihood has no F
    distribution: these are bounded at 0, so that F would be 1 in half of all samples if persons do not
    differ.

    Where raters agree perfectly apart from their levels, the error variance is 0, F is infinite and p is 0.
    The components are then the variances of the persons' and of the raters' effects, from differences within
    the parts of the design.

    Examples
    --------
    >>> import numpy as np
    >>> ratings = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> [round(float(form), 2) for form in intraclass_corr(np.array(ratings))]
    [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]
    """
    matrix, raters = _without_empty(*_ratings_table(ratings, responses, scale, reading))
    n, k = matrix.shape
    n_missing = int(np.count_nonzero(np.isnan(matrix)))
    variances = None
    if n_missing:
        squares, variances = squares_and_variances(matrix)
        components = {name: variances[name] for name in ("person", "rater", "residual")}
    else:
        squares = mean_squares(matrix)
        components = {
            "person": (squares.between - squares.error) / k,
            "rater": (squares.raters - squares.error) / n,
            "residual": squares.error,
        }
    return IntraclassCorrelations(
        forms=icc_forms(squares, k, variances, shape_of_columns(matrix).narrows_agreement("ratings")),
        n_persons=n,
        n_raters=k,
        raters=raters,
        n_missing=n_missing,
        components=components,
        method="reml" if n_missing else "anova",
    )


def _ratings_table(
    ratings: Any, responses: Any, scale: str | None, options: ReadingOptions
) -> tuple[Floats, Sequence[str]]:
    """Return ratings (n_persons, n_raters), nan where missing, and the names of the raters."""
    if responses is not None or isinstance(ratings, Instrument | str | Path | CodedResponses | ItemMoments):
        answers = coded_given(ratings, responses, options)
        name, items = items_of(answers, scale)
        return keyed_answers(answers, name)[0], items.ids
    if scale is not None:
        raise EstimationError(f"scale={scale!r} needs an instrument; pass the instrument before the table")
    accept = accepts(options)
    with values_as_asked(accept.show_values):
        matrix, names = number_matrix(ratings, "ratings")
        if not accept:
            check_no_ids(names, matrix, _WITHOUT_IDS)
            check_numbers(names, matrix)
    return matrix, names


def _without_empty(matrix: Floats, names: Sequence[str]) -> tuple[Floats, tuple[str, ...]]:
    """Return the ratings without persons and raters that have none, and the names of the raters kept."""
    rated = ~np.isnan(matrix)
    has_ratings: NDArray[np.bool_] = np.any(rated, axis=0)
    kept: Floats = matrix[rated.any(axis=1)][:, has_ratings]
    n, k = kept.shape
    if n < 2 or k < 2:
        raise EstimationError(
            f"{counted(n, 'person')} with ratings by {counted(k, 'rater')}: at least two of both are needed"
        )
    if np.nanmax(kept) == np.nanmin(kept):
        raise EstimationError("all ratings are equal: there is no variance between persons or raters")
    return kept, tuple(name for name, kept in zip(names, has_ratings.tolist(), strict=True) if kept)
