"""Whether a person changed by more than error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, SupportsFloat, overload

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
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
        Two standard deviations from the clinical mean, towards the functional one.
    b
        Two standard deviations from the functional mean, towards the clinical one; nan without it.
    c
        As many standard deviations from one mean as from the other (with equal sds, half-way, where
        both populations are equally likely); nan without both. The one to take where both norms
        exist and overlap; b where they do not overlap, a without a functional norm.
    """

    a: float
    b: float
    c: float

    def to_dict(self) -> dict[str, Any]:
        """Return the fields; None for what is not defined."""
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
        Which way improvement points.

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
        raise EstimationError("pass clinical=(mean, sd), functional=(mean, sd), or both")
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
                f"the functional mean {functional[0]:g} is not better than the clinical mean "
                f"{clinical[0]:g}, where {better} is better; check the order, or higher_is_better"
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
    """Tell of one person, or of each of several, whether the change is more than error.

    Parameters
    ----------
    before, after
        Of one person: two numbers (None where there is no score), or what `score` returned on both
        occasions. Of several: columns (n_persons,), nan or null where there is no score, or what `score`
        returned for two tables; row by row of the same persons.
    reliability
        A coefficient, or a number from 0 to 1.
    method
        ``jacobson-truax``; ``chelune``: less a practice effect; ``iverson``: less a practice effect, with an
        error for each occasion; ``hageman-arrindell``: by how reliably persons of this group differ in their
        change; ``published``: the smallest change that a study of the instrument found to count, from its
        file, of results of `score`.
    scale
        Which scale is compared, where `score` returned the scores of several; numbers need none.
    sd
        Standard deviation of the scores before; by default of the persons with both scores. A
        norm's is better where there is one, and one person's scores need it.
    sd_after
        With ``iverson``: of the scores after; by default of the persons.
    practice
        With ``chelune`` and ``iverson``: mean change of persons whom nothing happened to in between.
    confidence_level
        0.95 takes an index beyond 1.96 as change.
    higher_is_better
        Which way improvement points.
    cutoff
        A score between the two populations, for example ``jacobson_truax_cutoffs(...).c``; who
        improved and crossed it counts as recovered.
    on_invalid
        ``"raise"`` where numbers look like codes for missing scores (-99, 999 …); ``"accept"`` takes every
        number as it is.

    Returns
    -------
    PersonChange
        Of one person: plain numbers, and one category.
    ReliableChange
        Of several: arrays.

    Raises
    ------
    EstimationError
        No such reliability or standard deviation, rows that do not match, or results of `score` that
        differ in their key or in whom the items are about.
    UnknownInstrumentError
        No such scale.
    ResponseError
        Not numbers, or numbers that look like codes for missing scores.

    Notes
    -----
    ``RCI = (after - before) / (sqrt(2) sd sqrt(1 - r))`` (Jacobson & Truax, 1991; Christensen & Mendoza,
    1986). It supposes the same error before and after, and no regression to the mean. Less ``practice`` above
    the line it is that of Chelune et al. (1993); with ``sqrt(SEM1² + SEM2²)`` below, that of Iverson (2001).
    With the reliability r_D of differences and the mean change M,
    ``(d r_D + M (1 - r_D)) / (sqrt(r_D) sqrt(2) SEM)`` is Hageman and Arrindell's (1999).

    Examples
    --------
    >>> result = reliable_change([32.5], [47.5], reliability=0.8, sd=7.5)
    >>> round(float(result.index[0]), 3), result.category
    (3.162, ('improved',))
    >>> reliable_change(32.5, 47.5, reliability=0.8, sd=7.5)
    <PersonChange: 32.5 to 47.5, improved; index 3.162, a change of 9.297 counts (reliability 0.800, \
sd 7.500)>

    Of two results of `score`:

    >>> from intimacy_scales import score
    >>> then, now = (score("ras", {f"ras_{n}": answer for n in range(1, 8)}) for answer in (2, 3))
    >>> reliable_change(then, now, reliability=0.86, sd=0.8).category
    'unchanged'

    By the change that a study found to count:

    >>> then, now = (score("rdas", {f"rdas_{n}": answer for n in range(1, 15)}) for answer in (2, 3))
    >>> found = reliable_change(then, now, method="published", scale="total")
    >>> round(found.change_needed, 2), found.category, found.source
    (11.58, 'improved', 'Anderson et al. (2014), doi 10.1111/jmft.12095')
    """
    if method not in METHODS:
        raise EstimationError(f"method={method!r}: there are {', '.join(METHODS)}")
    pair = before_and_after(before, after, scale, on_invalid)
    x, y = pair.before, pair.after
    both = ~(np.isnan(x) | np.isnan(y))
    if cutoff is not None:
        cutoff = check_number(cutoff, "cutoff")
    if method == "published":
        if not reliability is sd is sd_after is practice is None:
            raise EstimationError(
                "method='published' takes no reliability, sd or practice: a study worked it out"
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
    found = ReliableChange(
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
    return PersonChange.only_one_of(found) if pair.one_person else found


def _categories(
    index: NDArray[np.float64],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    threshold: float,
    sign: int,
    cutoff: float | None,
) -> tuple[Category, ...]:
    towards = sign * index
    names = np.full(len(index), "unchanged", dtype=object)
    names[towards > threshold] = "improved"
    names[towards < -threshold] = "deteriorated"
    if cutoff is not None:
        crossed = (sign * before <= sign * cutoff) & (sign * after > sign * cutoff)
        names[(towards > threshold) & crossed] = "recovered"
    names[np.isnan(index)] = "no score"
    return tuple(names.tolist())
