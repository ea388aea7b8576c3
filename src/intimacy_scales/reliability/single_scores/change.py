"""Reliable change: changes of persons that measurement error does not explain, and clinical cut-offs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, SupportsFloat, overload

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.messages import not_one_of
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.reliability.consistency.intervals import normal_quantile
from intimacy_scales.reliability.single_scores.before_after import before_and_after
from intimacy_scales.reliability.single_scores.change_errors import (
    METHODS,
    ChangeMethod,
    error_of_change,
    published_change,
)
from intimacy_scales.reliability.single_scores.change_result import (
    Category,
    PersonChange,
    ReliableChange,
)
from intimacy_scales.reliability.single_scores.sem import check_number, check_sd
from intimacy_scales.results.interval import check_level
from intimacy_scales.results.result import Result, plain
from intimacy_scales.scoring.person import PersonScores

Score = float | Decimal | Fraction | np.floating[Any] | np.integer[Any] | None  # of one person


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cutoffs(Result):
    """Cut-offs between a clinical and a functional population (Jacobson & Truax, 1991).

    Attributes
    ----------
    a
        Two standard deviations from the clinical mean, towards the functional one; nan without it.
    b
        Two standard deviations from the functional mean, towards the clinical one; nan without it.
    c
        The point that is equally many standard deviations from both means (with equal sds, half-way, where
        both populations are equally likely); nan without both. Recommended if both norms exist and overlap;
        use b if they do not overlap, and a without a functional norm.

    Examples
    --------
    >>> jacobson_truax_cutoffs(clinical=(40, 7.5), functional=(60, 7.5)).c
    50.0
    """

    a: float
    b: float
    c: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as plain values; None for undefined values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__}


def jacobson_truax_cutoffs(
    *,
    clinical: tuple[float, float] | None = None,
    functional: tuple[float, float] | None = None,
    higher_is_better: bool = True,
) -> Cutoffs:
    """Compute the cut-offs a, b and c of Jacobson and Truax (1991).

    Parameters
    ----------
    clinical, functional
        Mean and standard deviation of each population's scores.
    higher_is_better
        Whether higher scores mean improvement.

    Returns
    -------
    Cutoffs

    Raises
    ------
    EstimationError
        Neither population is given, a standard deviation is not above 0, or the means are in the wrong order.

    Notes
    -----
    ``a = M_clin ± 2 sd_clin``, ``b = M_func ∓ 2 sd_func``,
    ``c = (sd_func M_clin + sd_clin M_func) / (sd_func + sd_clin)``.

    Examples
    --------
    >>> jacobson_truax_cutoffs(clinical=(40, 7.5), functional=(60, 7.5))
    Cutoffs(a=55.0, b=45.0, c=50.0)
    """
    if clinical is None and functional is None:
        raise EstimationError(
            "clinical and functional are missing: pass clinical=(mean, sd), functional=(mean, sd), or both"
        )
    sign = 1 if higher_is_better else -1
    a = b = c = math.nan
    if clinical is not None:
        a = clinical[0] + sign * 2 * check_sd(clinical[1], "clinical sd")
    if functional is not None:
        b = functional[0] - sign * 2 * check_sd(functional[1], "functional sd")
    if clinical is not None and functional is not None:
        if sign * (functional[0] - clinical[0]) <= 0:
            better = "higher" if higher_is_better else "lower"
            raise EstimationError(
                f"the functional mean {functional[0]:g} is not better than the clinical mean {clinical[0]:g} "
                f"although {better} scores are better; check which is which, and higher_is_better"
            )
        c = (functional[1] * clinical[0] + clinical[1] * functional[0]) / (functional[1] + clinical[1])
    return Cutoffs(a=float(a), b=float(b), c=float(c))


@overload
def reliable_change(
    before: Score | PersonScores,
    after: Score | PersonScores,
    *,
    reliability: SupportsFloat | None = None,
    method: ChangeMethod = "jacobson-truax",
    scale: str | None = None,
    sd: float | None = None,
    sd_after: float | None = None,
    practice: float | None = None,
    confidence_level: float = 0.95,
    higher_is_better: bool = True,
    cutoff: float | None = None,
    on_invalid: OnInvalid = "raise",
) -> PersonChange: ...
@overload
def reliable_change(
    before: Any,
    after: Any,
    *,
    reliability: SupportsFloat | None = None,
    method: ChangeMethod = "jacobson-truax",
    scale: str | None = None,
    sd: float | None = None,
    sd_after: float | None = None,
    practice: float | None = None,
    confidence_level: float = 0.95,
    higher_is_better: bool = True,
    cutoff: float | None = None,
    on_invalid: OnInvalid = "raise",
) -> ReliableChange: ...
def reliable_change(
    before: Any,
    after: Any,
    *,
    reliability: SupportsFloat | None = None,
    method: ChangeMethod = "jacobson-truax",
    scale: str | None = None,
    sd: float | None = None,
    sd_after: float | None = None,
    practice: float | None = None,
    confidence_level: float = 0.95,
    higher_is_better: bool = True,
    cutoff: float | None = None,
    on_invalid: OnInvalid = "raise",
) -> ReliableChange | PersonChange:
    """Compute the reliable change index of one person, or of each of several.

    Parameters
    ----------
    before, after
        Of one person: two numbers (None for a missing score), or the results of `score` on both occasions.
        Of several: columns (n_persons,), with nan or null for missing scores, or the results of `score` for
        two tables; rows must be the same persons in the same order.
    reliability
        A coefficient, or a number from 0 to 1.
    method
        ``jacobson-truax``; ``chelune``: subtracts a practice effect; ``iverson``: subtracts a practice effect
        and has a standard error for each occasion; ``hageman-arrindell``: takes account of the reliability of
        differences in this group; ``published``: uses the smallest reliable change that a study reports,
        from the instrument's file, with results of `score`.
    scale
        The scale to compare, in results of `score` with several scales; None with plain numbers.
    sd
        Standard deviation of the scores before; by default that of the persons with both scores. That of a
        norm is preferable, and needed for the scores of one person.
    sd_after
        With ``iverson``: standard deviation of the scores after; by default that of the persons.
    practice
        With ``chelune`` and ``iverson``: mean change of persons without treatment in between.
    confidence_level
        With 0.95, an index beyond 1.96 counts as change.
    higher_is_better
        Whether higher scores mean improvement.
    cutoff
        A score between the two populations, for example ``jacobson_truax_cutoffs(...).c``; persons who
        improved and crossed it count as recovered.
    on_invalid
        ``"raise"``: an error if scores look like codes for missing scores (-99, 999 …). ``"accept"``: every
        number is taken as it is.

    Returns
    -------
    PersonChange
        For one person: plain numbers, and one category.
    ReliableChange
        For several: arrays.

    Raises
    ------
    EstimationError
        The reliability or a standard deviation is missing or not valid, rows do not match, or results of
        `score` differ in their key or in the person that items are about.
    UnknownInstrumentError
        The instrument has no such scale.
    ResponseError
        Scores that are not numbers, or that look like codes for missing scores.

    Notes
    -----
    ``RCI = (after - before) / (sqrt(2) sd sqrt(1 - r))`` (Jacobson & Truax, 1991; Christensen & Mendoza,
    1986), which assumes the same error on both occasions and no regression to the mean. Chelune et al. (1993)
    subtract ``practice`` from the numerator; Iverson (2001) does so with the denominator
    ``sqrt(SEM1² + SEM2²)``. Hageman and Arrindell (1999) use
    ``(d r_D + M (1 - r_D)) / (sqrt(r_D) sqrt(2) SEM)``, with d a person's change, M the mean change and r_D
    the reliability of differences.

    Examples
    --------
    >>> result = reliable_change([32.5], [47.5], reliability=0.8, sd=7.5)
    >>> round(float(result.index[0]), 3), result.category
    (3.162, ('improved',))
    >>> reliable_change(32.5, 47.5, reliability=0.8, sd=7.5)
    <PersonChange: 32.5 to 47.5, improved; index 3.162, a change of 9.297 counts (reliability .800, \
sd 7.500)>

    With two results of `score`:

    >>> from intimacy_scales import score
    >>> then, now = (score("ras", {f"ras_{n}": answer for n in range(1, 8)}) for answer in (2, 3))
    >>> reliable_change(then, now, reliability=0.86, sd=0.8).category
    'unchanged'

    With the reliable change that a study reports:

    >>> then, now = (score("rdas", {f"rdas_{n}": answer for n in range(1, 15)}) for answer in (2, 3))
    >>> change = reliable_change(then, now, method="published", scale="total")
    >>> round(change.change_needed, 2), change.category, change.source
    (11.58, 'improved', 'Anderson et al. (2014), doi 10.1111/jmft.12095')
    """
    if method not in METHODS:
        raise EstimationError(not_one_of("method", method, METHODS))
    pair = before_and_after(before, after, scale, on_invalid)
    x, y = pair.before, pair.after
    both = ~(np.isnan(x) | np.isnan(y))
    if cutoff is not None:
        cutoff = check_number(cutoff, "cutoff")
    if method == "published":
        if not reliability is sd is sd_after is practice is None:
            raise EstimationError(
                "method='published' takes no reliability, sd, sd_after or practice: the change needed comes "
                "from the instrument's file; leave them out, or choose another method"
            )
        error = published_change(pair.form, pair.scale, check_level(confidence_level))
    else:
        error = error_of_change(
            method, x[both], y[both], reliability=reliability, sd=sd, sd_after=sd_after, practice=practice,
            one_person=pair.one_person,
        )  # fmt: skip
    threshold = normal_quantile(check_level(confidence_level))
    index = (y - x - error.expected) / error.standard_error
    category = _categories(index, x, y, threshold, 1 if higher_is_better else -1, cutoff)
    changes = ReliableChange(
        index=index,
        category=category,
        before=x,
        after=y,
        method=method,
        expected=error.expected,
        sem=error.sem,
        standard_error=error.standard_error,
        change_needed=threshold * error.standard_error,
        threshold=threshold,
        reliability=error.reliability,
        source=error.source,
        sd=error.sd,
        cutoff=cutoff,
        instrument=pair.instrument,
        scale=pair.scale,
        labels=pair.labels,
    )
    return PersonChange.only_one_of(changes) if pair.one_person else changes


def _categories(
    index: NDArray[np.float64],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    threshold: float,
    sign: int,
    cutoff: float | None,
) -> tuple[Category, ...]:
    """Return the category of each change; ``sign`` is 1 if higher is better, otherwise -1."""
    improvement = sign * index
    names = np.full(len(index), "unchanged", dtype=object)
    names[improvement > threshold] = "improved"
    names[improvement < -threshold] = "deteriorated"
    if cutoff is not None:
        crossed = (sign * before <= sign * cutoff) & (sign * after > sign * cutoff)
        names[(improvement > threshold) & crossed] = "recovered"
    names[np.isnan(index)] = "no score"
    return tuple(names.tolist())
