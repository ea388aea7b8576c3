"""The greatest lower bound of reliability."""

from __future__ import annotations

import math
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, Unpack

import numpy as np

from intimacy_scales.errors import NotConvergedError
from intimacy_scales.instrument import Instrument
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.keyed import Floats, Missing, keyed_moments
from intimacy_scales.numerics.tolerances import SINGULAR
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reliability.consistency.conditions import (
    above_one_because,
    cautions,
    check_unweighted,
    undefined_because,
)
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.result import result_class

_GAP = 1e-10  # by which the sum may fall short of the largest one, with a mean variance of 1
_STEPS = 500
_SMALL_SAMPLE = 1000
_FEW_ITEMS = 10


def most_error(covariances: Floats) -> tuple[Floats, float]:
    """Return the error variances with the largest sum that leave a covariance matrix of true scores.

    Maximizes ``sum(e)`` subject to ``0 <= e`` and ``C - diag(e)`` positive semidefinite, by Newton
    steps along the central path of ``sum(e) + m (ln det(C - diag e) + sum ln e)`` with m decreasing to 0.
    Divided by m, the gradient is ``1/m - diag(P) + 1/e``, and minus the Hessian ``P * P + diag(1/e**2)``,
    with ``P = (C - diag e)^-1``. On the path, the sum falls short of the maximum by at most 2 k m.

    Returns
    -------
    tuple
        (k,) error variances, and the most by which their sum may fall short of the largest possible.

    Raises
    ------
    NotConvergedError
        The covariances are not positive definite.
    """
    k = len(covariances)
    scale = float(np.trace(covariances)) / k
    c = covariances / scale
    smallest = float(np.linalg.eigvalsh(c)[0])
    if smallest <= SINGULAR:  # of a mean variance of 1
        raise NotConvergedError("the covariances are not positive definite")
    e = np.full(k, smallest / 2)
    barrier = 1.0
    for _ in range(_STEPS):
        inverse = np.linalg.inv(c - np.diag(e))
        gradient = 1 / barrier - np.diag(inverse) + 1 / e
        hessian = inverse**2 + np.diag(1 / e**2)
        step = np.linalg.solve(hessian, gradient)
        decrement = float(gradient @ step)
        e = _inside(c, e, step)
        if decrement < 0.25:  # close enough to the path to reduce m
            if 2 * k * barrier < _GAP:
                return e * scale, 2 * k * barrier * scale
            barrier *= 0.3
    raise NotConvergedError(f"the search did not converge within {_STEPS} steps")


def _inside(c: Floats, e: Floats, step: Floats) -> Floats:
    """Return the error variances after the step, shortened until they are in the interior."""
    length = 1.0
    while True:
        moved = e + length * step
        if np.all(moved > 0) and np.linalg.eigvalsh(c - np.diag(moved))[0] > 0:
            return moved
        length /= 2


@result_class
class GreatestLowerBound(Coefficient):
    """The greatest lower bound of reliability.

    Attributes
    ----------
    error_variances
        (k,): the error variance of each item, with the largest sum that the covariances allow.
    caution
        Its sampling bias.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> bound = greatest_lower_bound(answers, scale="trust")
    >>> bound.error_variances.shape, bound.caution
    ((4,), 'biased upwards in samples')
    """

    title: ClassVar[str] = "Greatest lower bound"

    error_variances: Floats = field(compare=False)
    caution: str

    def _extra(self) -> dict[str, Any]:
        return {"error_variances": self.error_variances, "caution": self.caution}

    def _lines(self) -> list[str]:
        return [*Coefficient._lines(self), self.caution]


@reads_answers
def greatest_lower_bound(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    missing: Missing = "pairwise",
    **reading: Unpack[ReadingOptions],
) -> GreatestLowerBound:
    """Compute the greatest lower bound of reliability.

    Parameters
    ----------
    answers, responses, scale, missing
        As in `cronbach_alpha`.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    GreatestLowerBound

    Notes
    -----
    ``1 - max sum(e) / V`` over error variances e >= 0 that leave the covariances of true scores
    positive semidefinite (Bentler, 1972; Jackson & Agunwamba, 1977; Woodhouse & Jackson, 1977). In samples it
    is biased upwards, the more so the more items and the fewer persons there are; with fewer than 1,000
    persons and more than ten items it is not to be relied on as a bound (Shapiro & ten Berge, 2000; ten Berge
    & Sočan, 2004). The search along the central path is the library's own.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> 0.75 < float(greatest_lower_bound(answers, scale="trust")) < 0.85
    True
    """
    answers = answers_given(answers, responses, reading)
    moments = keyed_moments(answers, scale, missing, pair_sds=False)
    check_unweighted(moments)
    reason, errors, estimate = undefined_because(moments), np.full(moments.n_items, np.nan), math.nan
    if reason is None and moments.constant_items:
        reason = f"everyone gave {moments.constant_items[0]} the same answer"
    if reason is None:
        try:
            errors, _ = most_error(moments.covariances)
        except NotConvergedError as error:
            reason = f"{error}: there are too few persons for so many items, or answers are missing"
        else:
            estimate = 1 - float(errors.sum()) / moments.total_variance
            reason = above_one_because(estimate)
    few = moments.n < _SMALL_SAMPLE and moments.n_items > _FEW_ITEMS
    return GreatestLowerBound(
        **moments.origin(),
        warnings=cautions(moments),
        estimate=math.nan if reason else estimate,
        definition=f"1 - max sum(e) / V of {missing} covariances",
        reason=reason,
        error_variances=errors,
        caution="biased upwards in samples"
        + (f"; {moments.n} persons are few for {moments.n_items} items" if few else ""),
    )
