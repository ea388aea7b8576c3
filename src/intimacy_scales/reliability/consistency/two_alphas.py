"""The difference of two coefficients alpha: of the same persons or couples, or of different ones."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.late import late_module
from intimacy_scales.moments.clusters import Clusters, kept_column, label_positions, warn_of_no_pairs
from intimacy_scales.moments.keyed import Floats
from intimacy_scales.reading.frames import same_rows
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.alpha import CronbachAlpha
from intimacy_scales.reliability.consistency.bootstrap import AlphaTerms
from intimacy_scales.reliability.consistency.estimand import (
    FEWEST_PERSONS,
    Estimand,
    IntervalChoice,
    Part,
    Resamples,
    Units,
    check_choice,
    counted_steps,
    interval_of,
)
from intimacy_scales.reliability.consistency.figures import Alpha, Difference
from intimacy_scales.reliability.consistency.influence import distribution_free_variance
from intimacy_scales.reliability.consistency.intervals import bonett_ratio, difference_interval
from intimacy_scales.reliability.consistency.shape import shape_of
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, undefined_interval
from intimacy_scales.results.not_kept import AGAIN_COEFFICIENT, NotKept, needed, stored
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.wording import shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

DifferenceInterval = Literal["delta", "adf", "bootstrap", "bca", "bonett", "bonett-wright", "feldt"]
METHODS: tuple[str, ...] = get_args(DifferenceInterval)
OF_DIFFERENT_PERSONS = ("bonett", "bonett-wright", "feldt")


@result_class
class AlphaDifference(Result):
    """Coefficient alpha of one scale less that of another; ``float(result)`` gives the difference.

    Attributes
    ----------
    estimate
        The difference; nan where one of them is not defined.
    definition
        What it is of.
    alphas
        Both coefficients, and ``instruments``, ``scales``, ``n`` of each.
    paired
        Whether both are of the same persons or couples, row by row.
    n
        Persons that each counts on.
    missing
        Rule of each.
    reason
        Why it is not defined; None where it is.
    warnings
        What to know of the two.
    """

    title: ClassVar[str] = "Difference of alphas"

    estimate: float
    definition: str
    alphas: tuple[float, float]
    instruments: tuple[InstrumentRef, InstrumentRef]
    scales: tuple[str, str]
    paired: bool
    n: tuple[int, int]
    missing: tuple[str, str]
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    one: CronbachAlpha = field(repr=False, compare=False)
    other: CronbachAlpha = field(repr=False, compare=False)

    def __float__(self) -> float:
        return float(self.estimate)

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: DifferenceInterval = "delta",
        *,
        n_resamples: int = 2000,
        rng: int | np.random.Generator | None = None,
        clusters: Clusters = None,
        of: Literal["difference", "ratio"] = "difference",
    ) -> Interval:
        """Return a confidence interval.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            ``delta``: normal answers; ``adf``: any distribution (Maydeu-Olivares, Coffman & Hartmann,
            2007); ``bootstrap`` and ``bca``. Of different persons also ``bonett`` (2002),
            ``bonett-wright`` (2015) and ``feldt`` (1965): the intervals of both alphas, put together by
            the distances of their ends from the estimates (Zou & Donner, 2008).
        n_resamples, rng
            Of the bootstrap: how many, and a seed or Generator.
        clusters
            Who belongs together: a column that was kept of both tables, or a pair of lists of labels, one
            for each row of each. Of the same persons one list is enough. Persons of the two tables with one
            label, such as partners, then count as one unit; with ``adf`` and the bootstrap.
        of
            ``difference``, or ``ratio``: of ``(1 - alpha)`` of the first over that of the second, by
            ``method="bonett"`` (Bonett, 2003), of different persons.

        Returns
        -------
        Interval
            With the reason in place of ends where it is not defined. Its ``n`` are all persons or clusters
            that it counts on.

        Raises
        ------
        EstimationError
            No such method, or one that these answers cannot have.
        """
        choice = IntervalChoice(
            confidence_level=confidence_level,
            method=method,
            n_resamples=n_resamples,
            rng=rng,
            clusters=clusters,
        )
        self._check(choice, of)
        in_document = stored(self.one, "interval")
        if in_document is not None and (confidence_level, method, of) == (0.95, "delta", "difference"):
            made: Interval = in_document
            return made
        n = min(self.n) if self.paired else sum(self.n)
        reason = self.reason
        if reason is None and min(self.n) < FEWEST_PERSONS:
            reason = f"too few: {min(self.n)} persons, three are needed"
        if reason is not None:
            return undefined_interval(confidence_level, method, n, reason)
        if method in OF_DIFFERENT_PERSONS:
            low, high = self._closed_form(confidence_level, method, of)
            return Interval(low=low, high=high, confidence_level=confidence_level, method=method, n=n)
        told: tuple[str, ...] = ()
        if method == "delta":
            shapes = (shape_of(alpha.answers, alpha.moments) for alpha in (self.one, self.other))
            told = tuple(text for shape in shapes for text in shape.narrows("delta", "method='adf'"))[:1]
        return interval_of(_TwoAlphas(self, n), choice, warnings=told)

    def _check(self, choice: IntervalChoice, of: str) -> None:
        for alpha in (self.one, self.other):
            answers = alpha if isinstance(alpha, NotKept) else alpha.answers
            check_choice(choice, METHODS, answers, "cronbach_alpha")
        if of not in ("difference", "ratio"):
            raise EstimationError(f"of={of!r}: 'difference' or 'ratio'")
        if of == "ratio" and choice.method != "bonett":
            raise EstimationError("of='ratio' has one interval, method='bonett' (Bonett, 2003)")
        if self.paired and choice.method in OF_DIFFERENT_PERSONS:
            raise EstimationError(
                f"method={choice.method!r} is of different persons, and these are the same; use 'delta', "
                "'adf', 'bootstrap' or 'bca'"
            )

    def _closed_form(self, level: float, method: Any, of: str) -> tuple[float, float]:
        alphas = (self.one, self.other)
        if of == "ratio":
            one, other = ((alpha.estimate, alpha.n, alpha.n_items) for alpha in alphas)
            return bonett_ratio(one, other, level)
        ends = [tuple(alpha.confidence_interval(level, method)) for alpha in alphas]
        return difference_interval(self.alphas, ends)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and a 95 % interval, as plain values."""
        names = [name for name in self.__slots__ if name not in ("one", "other")]
        fields: dict[str, Any] = {name: plain(getattr(self, name)) for name in names}
        return fields | {
            "instruments": [ref.to_dict() for ref in self.instruments],
            "interval": self.confidence_interval().to_dict(),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table of one row, with the 95 % interval."""
        from intimacy_scales.results.frames import pandas_frame

        low, high = self.confidence_interval()
        row: dict[str, Any] = {"scale": " - ".join(self.scales), "estimate": self.estimate}
        row |= {"low": low, "high": high, "alpha_one": self.alphas[0], "alpha_other": self.alphas[1]}
        row |= {"n_one": self.n[0], "n_other": self.n[1], "paired": self.paired}
        return pandas_frame({name: [value] for name, value in row.items()}).set_index("scale")

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("one", "other"), interval=Interval)

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> AlphaDifference:
        figures = {"interval": values["interval"]}
        behind = NotKept(cls.__name__, "the answers behind them", AGAIN_COEFFICIENT, figures)
        return made_of(cls, values, one=behind, other=behind)

    def __repr__(self) -> str:
        told = "".join(f"\n ! {text}" for text in self.warnings)
        value = f"is not defined: {self.reason}"
        if self.reason is None:
            made = self.confidence_interval()
            value = f"= {shown(self.estimate)} {made}, {made.method}"
        each = " and ".join(
            f"{scale} {shown(alpha)} (n = {n})"
            for scale, alpha, n in zip(self.scales, self.alphas, self.n, strict=True)
        )
        kind = "the same persons" if self.paired else "different persons"
        refs = " and ".join(dict.fromkeys(str(ref) for ref in self.instruments))
        return f"<{self.title} {value}; alpha of {each}; {kind}; {refs}{told}>"


class _TwoAlphas(Estimand):
    """The difference as what an interval is of."""

    def __init__(self, difference: AlphaDifference, n: int) -> None:
        alphas = (difference.one, difference.other)
        parts = [Part(answers=alpha.answers, moments=alpha.moments) for alpha in alphas]
        super().__init__("the difference", Difference(Alpha(), Alpha()), parts, difference.estimate, n)
        self.paired = difference.paired
        self.numbers: list[NDArray[np.intp]] | None = None  # cluster of each row, where there are any

    def normal_variance(self) -> float:
        """Return the variance for normal answers."""
        return (
            super().normal_variance() if self.paired else sum(one.normal_variance() for one in self._each())
        )

    def _each(self) -> list[Estimand]:
        """Return both as they are alone; the sign of a derivative does not matter to a variance."""
        return [Estimand("alpha", Alpha(), [part], math.nan, part.moments.n) for part in self.parts]

    def units(self, clusters: Any) -> Units:
        """Return the cluster of each row of both, one after the other."""
        if clusters is None:
            return None
        one, other = (part.answers for part in self.parts)
        assert isinstance(one, CodedResponses)
        assert isinstance(other, CodedResponses)
        labels = _labels(one, other, clusters, paired=self.paired)
        joined = label_positions([*labels[0], *labels[1]], "clusters")
        if np.any(joined < 0):
            raise EstimationError(
                "clusters: some persons belong to none; leave them out, or label each alone"
            )
        self.numbers = [joined[: len(one)], joined[len(one) :]]
        warn_of_no_pairs(joined)
        return joined

    def free_variance(self, units: Units) -> tuple[float, int]:
        """Return the variance for any distribution of answers, and on how many units it counts."""
        if self.paired or units is not None:
            return super().free_variance(units)
        variance, counted = 0.0, 0
        for part, gradient in zip(self.parts, self.gradients(), strict=True):
            own, n = distribution_free_variance(part.answers, part.moments, gradient, None)
            variance, counted = variance + own, counted + n
        return variance, counted

    def resamples(self, units: Units) -> Resamples:
        """Return what is drawn from."""
        return super().resamples(units) if self.paired or units is not None else _Apart(self.parts)

    def _positions(self, units: Units) -> list[NDArray[np.intp]]:
        return super()._positions(units) if self.numbers is None else self.numbers


class _Apart:
    """The difference in resamples of two tables of different persons."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.terms = []
        for part in parts:
            steps, there = counted_steps(part)
            used = there.any(axis=1)
            self.terms.append(AlphaTerms(steps[used], there[used], None))

    def __len__(self) -> int:
        return sum(map(len, self.terms))

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return the difference of each of many pairs of resamples."""
        one, other = (terms.resampled(n_resamples, rng) for terms in self.terms)
        return one - other

    def jackknifed(self) -> Floats:
        """Return the difference without each person in turn, around the mean of those of each table."""
        one, other = (terms.jackknifed() for terms in self.terms)
        return np.concatenate([one - np.nanmean(one), np.nanmean(other) - other])

    def whole(self) -> float:
        """Return the difference of all."""
        return self.terms[0].whole() - self.terms[1].whole()


def _labels(
    one: CodedResponses, other: CodedResponses, clusters: Any, *, paired: bool
) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return the label of each row of both tables.

    Raises
    ------
    EstimationError
        A column that was not kept of both, or lists of other lengths.
    """
    if isinstance(clusters, Hashable) and not isinstance(clusters, tuple):
        given = [_listed(kept_column(answers.kept, clusters, "clusters")) for answers in (one, other)]
    elif isinstance(clusters, tuple | list) and len(clusters) == 2 and not isinstance(clusters[0], str):
        given = [_listed(labels) for labels in clusters]
    elif paired:
        given = [_listed(clusters)] * 2
    else:
        raise EstimationError(
            "clusters: name a column that was kept of both tables, or pass two lists of labels, one for each"
        )
    for labels, answers in zip(given, (one, other), strict=True):
        if len(labels) != len(answers):
            raise EstimationError(f"clusters: {len(labels)} labels for {len(answers)} persons")
    if paired and given[0] != given[1]:
        raise EstimationError("clusters: the same persons have other labels in the second table")
    return given[0], given[1]


def _listed(labels: Any) -> list[Any]:
    for way in ("to_pylist", "tolist", "to_list"):
        if hasattr(labels, way):
            return list(getattr(labels, way)())
    return list(labels)


def compare_alphas(
    one: CronbachAlpha, other: CronbachAlpha, *, paired: bool | None = None
) -> AlphaDifference:
    """Compare two coefficients alpha: of two scales, two forms, partners or groups.

    Parameters
    ----------
    one, other
        What `cronbach_alpha` returned, not standardized.
    paired
        Whether row i of both is the same person or couple; not needed where both are of the same checked
        answers, which are.

    Returns
    -------
    AlphaDifference
        With `confidence_interval`.

    Raises
    ------
    EstimationError
        Standardized coefficients, or nobody says whether persons are the same; rows that do not match.

    Notes
    -----
    Alphas of the same persons are dependent, and are compared through what each person moves both by
    (Maydeu-Olivares, Coffman & Hartmann, 2007); tests for such cases go back to Feldt (1980). Of different
    persons, intervals of both are put together (Bonett, 2003; Zou & Donner, 2008).

    Examples
    --------
    >>> from intimacy_scales import cronbach_alpha, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> trust, caring = (cronbach_alpha(answers, scale=name) for name in ("trust", "caring"))
    >>> found = compare_alphas(trust, caring)
    >>> round(found.estimate, 3), found.confidence_interval(method="adf")
    (0.001, <95% interval [-0.052, 0.054], adf, n = 300>)
    """
    for alpha in (one, other):
        if not isinstance(alpha, CronbachAlpha):
            raise EstimationError(f"a {type(alpha).__name__}: pass what cronbach_alpha() returned")
        if alpha.standardized:
            raise EstimationError(
                "standardized alphas have no interval; compare raw ones, cronbach_alpha(standardized=False)"
            )
    same = _check_pairing(one, other, paired)
    reasons = [f"{a.scale}: alpha is not defined: {a.reason}" for a in (one, other) if a.reason]
    kind = "of the same persons" if same else "of different persons"
    return AlphaDifference(
        estimate=math.nan if reasons else one.estimate - other.estimate,
        definition=f"alpha of {one.scale} less alpha of {other.scale}, {kind}",
        alphas=(one.estimate, other.estimate),
        instruments=(one.instrument, other.instrument),
        scales=(one.scale, other.scale),
        paired=same,
        n=(one.n, other.n),
        missing=(one.missing, other.missing),
        reason="; ".join(reasons) or None,
        warnings=tuple(dict.fromkeys(f"{a.scale}: {text}" for a in (one, other) for text in a.warnings)),
        one=one,
        other=other,
    )


def _check_pairing(one: CronbachAlpha, other: CronbachAlpha, paired: bool | None) -> bool:
    """Return whether persons are the same, or raise where that is not known or cannot be."""
    first, second = needed(one.answers), needed(other.answers)
    if first is second:
        if paired is False:
            raise EstimationError("paired=False: both are of the same answers, so persons are the same")
        return True
    if paired is None:
        raise EstimationError(
            "paired: say whether row i of both is the same person or couple (paired=True) or persons are "
            "different ones (paired=False); of two scales of one table, encode() it once"
        )
    if paired:
        if not isinstance(first, CodedResponses) or not isinstance(second, CodedResponses):
            raise EstimationError(
                "paired=True needs each person's answers to both; pass encode(instrument, table) to "
                "cronbach_alpha()"
            )
        if len(first) != len(second):
            raise EstimationError(f"paired=True: {len(first)} rows and {len(second)} rows")
        natives = [getattr(answers.kept, "native", None) for answers in (first, second)]
        if not same_rows(*natives):
            raise EstimationError(
                "paired=True: the tables have different indexes, so rows may be different persons; align them"
            )
    return bool(paired)
