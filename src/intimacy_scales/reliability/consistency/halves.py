"""Split-half reliability, and the Spearman-Brown formula."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Unpack, get_args

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import Instrument
from intimacy_scales.messages import not_one_of
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.cluster_sums import ClusterSums
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.keyed import (
    Floats,
    KeyedMoments,
    Missing,
    Source,
    check_source,
    keyed_moments,
)
from intimacy_scales.numerics.tolerances import ROUNDING
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reliability.consistency.conditions import (
    above_one_because,
    cautions,
    check_unweighted,
    undefined_because,
    varies,
)
from intimacy_scales.reliability.consistency.estimand import (
    CoefficientInterval,
    Estimand,
    IntervalChoice,
    Part,
)
from intimacy_scales.reliability.consistency.figures import Figure, OfCorrelations
from intimacy_scales.reliability.consistency.figures import Halves as HalvesOf
from intimacy_scales.reliability.consistency.interval_coefficient import IntervalCoefficient
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import apa

Halves = tuple[Sequence[str], Sequence[str]]
HalvesFigure = Literal["estimate", "r", "spearman_brown", "horst", "flanagan_rulon"]
FIGURES: tuple[str, ...] = get_args(HalvesFigure)


def spearman_brown(reliability: float, factor: float = 2.0) -> float:
    """Return the reliability of a scale made ``factor`` times as long with parallel items.

    ``k r / (1 + (k - 1) r)`` (Spearman, 1910; Brown, 1910).

    Examples
    --------
    >>> round(spearman_brown(0.7), 4)
    0.8235
    """
    _check_prophecy(reliability, factor)
    return factor * reliability / (1 + (factor - 1) * reliability)


def items_needed(reliability: float, wanted: float, n_items: int = 1) -> float:
    """Return the number of parallel items that a scale needs for the wanted reliability; round it up.

    ``n_items * wanted (1 - r) / (r (1 - wanted))``, the Spearman-Brown formula (1910) solved for the length.

    Examples
    --------
    >>> round(items_needed(0.7, 0.9, n_items=8), 2)
    30.86
    """
    _check_prophecy(reliability, 1.0)
    if not n_items > 0:
        raise EstimationError(f"n_items={n_items!r} is not valid; allowed: a number of items, above 0")
    if not 0 < reliability < 1 or not 0 < wanted < 1:
        raise EstimationError(f"reliability={reliability!r}, wanted={wanted!r}: both must be between 0 and 1")
    return n_items * wanted * (1 - reliability) / (reliability * (1 - wanted))


def _check_prophecy(reliability: float, factor: float) -> None:
    """Raise where the Spearman-Brown formula has no value for these numbers."""
    if not -1 <= reliability <= 1:
        raise EstimationError(f"reliability={reliability!r} is not valid; allowed: a number from -1 to 1")
    if not factor > 0:
        raise EstimationError(f"factor={factor!r} is not valid; allowed: a number above 0")
    if 1 + (factor - 1) * reliability <= 0:
        raise EstimationError(
            f"reliability={reliability!r} with factor={factor!r} is not valid; allowed: above "
            f"{-1 / (factor - 1):.3g}, since no scale with a lower one can be {factor!r} times as long"
        )


def horst(r: float, share: float) -> float:
    """Return the reliability of a scale from the correlation r of parts with shares p and q of its items.

    ``(sqrt(r**4 + 4 r**2 (1 - r**2) p q) - r**2) / (2 (1 - r**2) p q)`` (Horst, 1951); for halves of equal
    length, it is Spearman-Brown. It is not defined for a negative r. It is computed in a form without
    cancellation: ``2 r / (sqrt(r**2 + 4 (1 - r**2) p q) + r)``.
    """
    product = share * (1 - share)
    if r < 0 or r > 1 + ROUNDING:
        return math.nan
    if r >= 1:
        return 1.0
    return 2 * r / (math.sqrt(r * r + 4 * (1 - r * r) * product) + r)


@result_class
class SplitHalf(IntervalCoefficient):
    """Split-half reliability.

    Attributes
    ----------
    matrix
        ``covariances`` or ``correlations``, from which it was computed.
    estimate
        Spearman-Brown for halves of equal length, Horst's correction otherwise.
    r
        Correlation of the halves.
    spearman_brown, horst
        Reliability of the whole scale, for halves of equal length and of any length.
    flanagan_rulon
        ``4 cov(A, B) / V``, which does not require equal variances of the halves.
    halves
        Items of each half.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> result = split_half(answers, scale="trust")
    >>> result.estimate == result.spearman_brown, round(result.r, 2)
    (True, 0.64)
    """

    title: ClassVar[str] = "Split-half reliability"
    _function: ClassVar[str] = "split_half"

    matrix: str = "covariances"
    r: float
    spearman_brown: float
    flanagan_rulon: float
    horst: float
    halves: tuple[tuple[str, ...], tuple[str, ...]]

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: CoefficientInterval = "delta",
        *,
        n_resamples: int = 2000,
        rng: int | np.random.Generator | None = None,
        clusters: Clusters | ClusterSums = None,
        of: HalvesFigure = "estimate",
    ) -> Interval:
        """Return a confidence interval of one of the figures; the halves must have been chosen beforehand.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            ``delta``: symmetric, assumes normality. ``adf``: symmetric, for any distribution; with pairwise
            deletion answers must be missing completely at random. ``bootstrap``: percentiles; ``bca``:
            bias-corrected and accelerated (Efron, 1987).
        n_resamples, rng
            Number of resamples of the bootstrap, and a seed or Generator. By default each call draws other
            resamples; pass a seed for a result that can be reproduced.
        clusters
            Who answered together, such as couples, as in `CronbachAlpha.confidence_interval`; with
            ``adf`` and the bootstrap.
        of
            ``estimate``, ``r``, ``spearman_brown``, ``horst`` or ``flanagan_rulon``.

        Raises
        ------
        EstimationError
            The figure or method is not valid; the method cannot use clusters, or needs each person's answers.

        Examples
        --------
        >>> from intimacy_scales import simulate
        >>> result = split_half("scii-24", simulate("scii-24", 300, rng=1).answers, scale="trust")
        >>> result.confidence_interval(of="flanagan_rulon")
        <95% interval [.733, .832], delta, n = 300>
        """
        if of not in FIGURES:
            raise EstimationError(not_one_of("of", of, FIGURES))
        choice = IntervalChoice(
            confidence_level=confidence_level,
            method=method,
            n_resamples=n_resamples,
            rng=rng,
            clusters=clusters,
        )
        return self._interval(choice, of)

    def _estimand(self, which: str) -> Estimand | str:
        moments, equal = self._moments(), len(self.halves[0]) == len(self.halves[1])
        kind = which if which != "estimate" else "spearman_brown" if equal else "horst"
        first = tuple(item in self.halves[0] for item in moments.items)
        function: Figure = HalvesOf(first, kind)
        if self.matrix == "correlations":
            function = OfCorrelations(function)
        part = Part(answers=self.answers, moments=moments)
        name = {"estimate": "it", "r": "the correlation"}.get(which, which.replace("_", "-"))
        return Estimand(name, function, [part], getattr(self, which), self.n)

    def _figures(self) -> dict[str, Any]:
        names = ("r", "spearman_brown", "flanagan_rulon", "horst", "matrix")
        return {name: getattr(self, name) for name in names} | {"halves": [list(h) for h in self.halves]}

    def _lines(self) -> list[str]:
        lines = Coefficient._lines(self)
        if self.reason:
            return lines
        sizes = " and ".join(str(len(half)) for half in self.halves)
        values = f"Spearman-Brown {apa(self.spearman_brown, 3)}, Flanagan-Rulon {apa(self.flanagan_rulon, 3)}"
        return [lines[0], f"halves of {sizes} items, r = {apa(self.r, 3)}; {values}", lines[1]]


def _positions(moments: KeyedMoments, halves: Halves | str) -> tuple[Floats, tuple[tuple[str, ...], ...]]:
    """Return an indicator of the items of the first half (k,), and the items of both halves."""
    if isinstance(halves, str):
        if halves != "odd-even":
            raise EstimationError(
                f"halves={halves!r} is not valid; allowed: 'odd-even', or two lists of item ids"
            )
        given: tuple[Sequence[str], ...] = (moments.items[::2], moments.items[1::2])
    else:
        given = _two_lists(halves)
    if len(given) != 2 or any(isinstance(half, str) for half in given):
        raise EstimationError(
            f"halves={halves!r} is not valid; allowed: 'odd-even', or two lists of item ids"
        )
    named = [item for half in given for item in half]
    if sorted(named) != sorted(moments.items) or not all(given):
        missing = sorted(set(moments.items) - set(named))
        strange = sorted(set(named) - set(moments.items))
        twice = sorted({item for item in named if named.count(item) > 1})
        faults = [
            f"{fault} {', '.join(items)}"
            for fault, items in (("missing:", missing), ("not of this scale:", strange), ("twice:", twice))
            if items
        ]
        raise EstimationError(
            f"halves of {moments.scale!r}: each of its items must be in exactly one half "
            f"({'; '.join(faults) or 'one half is empty'})"
        )
    first = np.array([item in set(given[0]) for item in moments.items], dtype=np.float64)
    return first, tuple(tuple(half) for half in given)


def _two_lists(halves: Any) -> tuple[Sequence[str], ...]:
    """Return halves as tuples of texts, or raise where they are not lists."""
    try:
        return tuple(half if isinstance(half, str) else tuple(map(str, half)) for half in halves)
    except TypeError:
        raise EstimationError(
            f"halves={halves!r} is not valid; allowed: 'odd-even', or two lists of item ids"
        ) from None


@reads_answers
def split_half(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    halves: Halves | str = "odd-even",
    missing: Missing = "pairwise",
    of: Source = "covariances",
    **reading: Unpack[ReadingOptions],
) -> SplitHalf:
    """Compute the split-half reliability of a scale.

    Parameters
    ----------
    answers, responses, scale, missing
        As in `cronbach_alpha`.
    halves
        ``odd-even``: items 1, 3, 5 … of the key against 2, 4, 6 …; or two lists of item ids. Halves of
        different lengths have Horst's correction.
    of
        ``covariances``, or ``correlations``: as if all items had the same variance.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    SplitHalf

    Raises
    ------
    EstimationError
        The halves leave out an item, or name one twice.

    Notes
    -----
    With two items, alpha underestimates reliability, and Spearman-Brown is the better coefficient
    (Eisinga, te Grotenhuis & Pelzer, 2013). Flanagan-Rulon (Rulon, 1939; Guttman's lambda-4 for this
    split) is ``4 cov(A, B) / V``.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> split_half(answers, scale="trust").halves
    (('tru01', 'tru09'), ('tru04', 'tru11'))
    """
    answers = answers_given(answers, responses, reading)
    moments = keyed_moments(answers, scale, missing, pair_sds=False)
    check_unweighted(moments)
    return split_half_from(moments, answers, halves, of=of, warnings=cautions(moments))


def split_half_from(
    moments: KeyedMoments,
    answers: Answers,
    halves: Halves | str = "odd-even",
    *,
    of: Source = "covariances",
    reason: str | None = None,
    warnings: tuple[str, ...] = (),
) -> SplitHalf:
    """Return the split-half reliability of moments; with a reason, an undefined one."""
    reason = reason or undefined_because(moments, check_source(of))
    r = total = flanagan = corrected = math.nan
    parts: tuple[tuple[str, ...], ...] = ((), ())
    share = 0.5
    if moments.n_items > 1:
        first, parts = _positions(moments, halves)
        share = float(first.mean())
    if reason is None:
        second = 1 - first
        c = moments.matrix(of)
        a, b, both = float(first @ c @ first), float(second @ c @ second), float(first @ c @ second)
        if varies(c, first) and varies(c, second):
            r = both / math.sqrt(a * b)
            r = 0.0 if abs(r) < ROUNDING else r
            total = 2 * r / (1 + r) if -1 < r <= 1 + ROUNDING else math.nan
            corrected = horst(r, share)
        else:
            reason = "one half does not vary"
        flanagan = 4 * both / float(c.sum())
    equal = share == 0.5  # in length
    if reason is None and (r < 0 or math.isnan(total if equal else corrected)):
        reason = f"the halves correlate {apa(r)}, and only a correlation from 0 to 1 can be stepped up"
    reason = reason or above_one_because(total if equal else corrected)
    return SplitHalf(
        **moments.origin(),
        estimate=math.nan if reason else total if equal else corrected,
        definition=f"{'Spearman-Brown' if equal else 'Horst'} of {moments.missing} {of}",
        reason=reason,
        warnings=warnings,
        r=r,
        spearman_brown=total,
        flanagan_rulon=flanagan,
        horst=corrected,
        halves=(parts[0], parts[1]),
        matrix=of,
        answers=answers,
    )
