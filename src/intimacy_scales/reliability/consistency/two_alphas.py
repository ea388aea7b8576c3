"""The difference between two coefficients alpha, of the same persons or couples or of different ones."""

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
from intimacy_scales.messages import not_one_of
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
from intimacy_scales.results.tables import Bounded
from intimacy_scales.results.wording import apa, counted

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
        Description in words.
    alphas
        Both coefficients; ``instruments``, ``scales`` and ``n`` are those of each.
    paired
        Whether both are of the same persons or couples, row by row.
    n
        Number of persons that each is based on.
    missing
        Rule for missing answers of each.
    reason
        Why it is not defined; None where it is.
    warnings
        Warnings about either coefficient.

    Examples
    --------
    >>> from intimacy_scales import cronbach_alpha, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> trust, caring = (cronbach_alpha(answers, scale=name) for name in ("trust", "caring"))
    >>> difference = compare_alphas(trust, caring)
    >>> difference.scales, difference.paired, difference.n
    (('trust', 'caring'), True, (300, 300))
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
            ``delta``: assumes normality; ``adf``: for any distribution (Maydeu-Olivares, Coffman & Hartmann,
            2007); ``bootstrap`` and ``bca``. For different persons also ``bonett`` (2002),
            ``bonett-wright`` (2015) and ``feldt`` (1965): the intervals of both alphas, combined by the
            distances of their ends from the estimates (Zou & Donner, 2008).
        n_resamples, rng
            Number of resamples of the bootstrap, and a seed or Generator.
        clusters
            Who belongs together: a column that was kept of both tables, or a pair of lists of labels, one
            label for each row. For the same persons one list is enough. Persons of both tables with the same
            label, such as partners, count as one unit; with ``adf`` and the bootstrap.
        of
            ``difference``, or ``ratio``: ``(1 - alpha)`` of the first over that of the second, by
            ``method="bonett"`` (Bonett, 2003), for different persons.

        Returns
        -------
        Interval
            With a reason, and without ends, where it is not defined. Its ``n`` is the number of persons or
            clusters that it is based on.

        Raises
        ------
        EstimationError
            The method is not valid, or not for these answers.
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
            from_document: Interval = in_document
            return from_document
        n = min(self.n) if self.paired else sum(self.n)
        reason = self.reason
        if reason is None and min(self.n) < FEWEST_PERSONS:
            fewest = min(self.n)
            reason = (
                f"an interval needs at least three persons; there {'is' if fewest == 1 else 'are'} {fewest}"
            )
        if reason is not None:
            return undefined_interval(confidence_level, method, n, reason)
        if method in OF_DIFFERENT_PERSONS:
            low, high = self._closed_form(confidence_level, method, of)
            return Interval(
                low=low, high=high, confidence_level=confidence_level, method=method, n=n, bounded=True
            )
        warnings: tuple[str, ...] = ()
        if method == "delta":
            shapes = (shape_of(alpha.answers, alpha.moments) for alpha in (self.one, self.other))
            warnings = tuple(text for shape in shapes for text in shape.narrows("delta", "method='adf'"))[:1]
        return interval_of(_TwoAlphas(self, n), choice, warnings=warnings)

    def _check(self, choice: IntervalChoice, quantity: str) -> None:
        """Raise where the options are not valid, or not for these answers."""
        for alpha in (self.one, self.other):
            answers = alpha if isinstance(alpha, NotKept) else alpha.answers
            check_choice(choice, METHODS, answers, "cronbach_alpha")
        if quantity not in ("difference", "ratio"):
            raise EstimationError(not_one_of("of", quantity, ("difference", "ratio")))
        if quantity == "ratio" and choice.method != "bonett":
            raise EstimationError(
                f"method={choice.method!r} is not valid with of='ratio'; allowed: 'bonett' (Bonett, 2003)"
            )
        if self.paired and choice.method in OF_DIFFERENT_PERSONS:
            raise EstimationError(
                f"method={choice.method!r} is for different persons, and these are the same; use 'delta', "
                "'adf', 'bootstrap' or 'bca'"
            )

    def _closed_form(self, level: float, method: Any, quantity: str) -> tuple[float, float]:
        alphas = (self.one, self.other)
        if quantity == "ratio":
            first, second = ((alpha.estimate, alpha.n, alpha.n_items) for alpha in alphas)
            return bonett_ratio(first, second, level)
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
        not_kept = NotKept(cls.__name__, "the answers behind them", AGAIN_COEFFICIENT, figures)
        return made_of(cls, values, one=not_kept, other=not_kept)

    def _bounded_columns(self) -> Bounded:
        return ("estimate",)

    def __repr__(self) -> str:
        warnings = "".join(f"\n ! {text}" for text in self.warnings)
        value = f"is not defined: {self.reason}"
        if self.reason is None:
            interval = self.confidence_interval()
            value = f"= {apa(self.estimate, 3)} {interval}, {interval.method}"
        each = " and ".join(
            f"{scale} {apa(alpha, 3)} (n = {n})"
            for scale, alpha, n in zip(self.scales, self.alphas, self.n, strict=True)
        )
        kind = "the same persons" if self.paired else "different persons"
        refs = " and ".join(dict.fromkeys(str(ref) for ref in self.instruments))
        return f"<{self.title} {value}; alpha of {each}; {kind}; {refs}{warnings}>"


class _TwoAlphas(Estimand):
    """The difference for an interval."""

    def __init__(self, difference: AlphaDifference, n: int) -> None:
        alphas = (difference.one, difference.other)
        parts = [Part(answers=alpha.answers, moments=alpha.moments) for alpha in alphas]
        super().__init__("the difference", Difference(Alpha(), Alpha()), parts, difference.estimate, n)
        self.paired = difference.paired
        self.numbers: list[NDArray[np.intp]] | None = (
            None  # cluster of each row of either table, if there are clusters
        )

    def normal_variance(self) -> float:
        """Return the normal-theory variance."""
        return (
            super().normal_variance()
            if self.paired
            else sum(estimand.normal_variance() for estimand in self._each())
        )

    def _each(self) -> list[Estimand]:
        """Return both coefficients alone; the sign of the second does not change its variance."""
        return [Estimand("alpha", Alpha(), [part], math.nan, part.moments.n) for part in self.parts]

    def units(self, clusters: Any) -> Units:
        """Return the cluster of each row of both tables, one table after the other."""
        if clusters is None:
            return None
        first, second = (part.answers for part in self.parts)
        assert isinstance(first, CodedResponses)
        assert isinstance(second, CodedResponses)
        labels = _labels_of_both(first, second, clusters, paired=self.paired)
        joined = label_positions([*labels[0], *labels[1]], "clusters")
        if np.any(joined < 0):
            raise EstimationError(
                "clusters: some persons belong to none; leave them out, or give each a label of their own"
            )
        self.numbers = [joined[: len(first)], joined[len(first) :]]
        warn_of_no_pairs(joined)
        return joined

    def free_variance(self, units: Units) -> tuple[float, int]:
        """Return the variance for any distribution of answers, and the number of units it is based on."""
        if self.paired or units is not None:
            return super().free_variance(units)
        variance, counted = 0.0, 0
        for part, gradient in zip(self.parts, self.gradients(), strict=True):
            variance_of_part, n = distribution_free_variance(part.answers, part.moments, gradient, None)
            variance, counted = variance + variance_of_part, counted + n
        return variance, counted

    def resamples(self, units: Units) -> Resamples:
        """Return the resampling of the difference."""
        return (
            super().resamples(units) if self.paired or units is not None else _SeparateResamples(self.parts)
        )

    def _positions(self, units: Units) -> list[NDArray[np.intp]]:
        return super()._positions(units) if self.numbers is None else self.numbers


class _SeparateResamples:
    """The difference in separate resamples of two tables of different persons."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.terms = []
        for part in parts:
            steps, answered = counted_steps(part)
            used = answered.any(axis=1)
            self.terms.append(AlphaTerms(steps[used], answered[used], None))

    def __len__(self) -> int:
        return sum(map(len, self.terms))

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return the difference in each pair of resamples."""
        first, second = (terms.resampled(n_resamples, rng) for terms in self.terms)
        return first - second

    def jackknifed(self) -> Floats:
        """Return the change of the difference without each person in turn, centred within each table."""
        first, second = (terms.jackknifed() for terms in self.terms)
        return np.concatenate([first - np.nanmean(first), np.nanmean(second) - second])

    def whole(self) -> float:
        """Return the difference of all persons."""
        return self.terms[0].whole() - self.terms[1].whole()


def _labels_of_both(
    first: CodedResponses, second: CodedResponses, clusters: Any, *, paired: bool
) -> tuple[Sequence[Any], Sequence[Any]]:
    """Return the label of each row of both tables.

    Raises
    ------
    EstimationError
        The column was not kept of both tables, or lists have another length.
    """
    if isinstance(clusters, Hashable) and not isinstance(clusters, tuple):
        by_table = [_listed(kept_column(answers.kept, clusters, "clusters")) for answers in (first, second)]
    elif isinstance(clusters, tuple | list) and len(clusters) == 2 and not isinstance(clusters[0], str):
        by_table = [_listed(labels) for labels in clusters]
    elif paired:
        by_table = [_listed(clusters)] * 2
    else:
        raise EstimationError(
            "clusters: name a column that was kept of both tables, or pass two lists of labels, one for each "
            "table"
        )
    for labels, answers in zip(by_table, (first, second), strict=True):
        if len(labels) != len(answers):
            raise EstimationError(
                f"clusters: {counted(len(labels), 'label')} for {counted(len(answers), 'person')}"
            )
    if paired and by_table[0] != by_table[1]:
        raise EstimationError("clusters: the labels of the same persons differ between the two tables")
    return by_table[0], by_table[1]


def _listed(labels: Any) -> list[Any]:
    """Return labels of any kind of column as a list."""
    for method in ("to_pylist", "tolist", "to_list"):
        if hasattr(labels, method):
            return list(getattr(labels, method)())
    return list(labels)


def compare_alphas(
    one: CronbachAlpha, other: CronbachAlpha, *, paired: bool | None = None
) -> AlphaDifference:
    """Compare two coefficients alpha: of two scales, two forms, partners or groups.

    Parameters
    ----------
    one, other
        Coefficients from `cronbach_alpha`, not standardized.
    paired
        Whether row i of both is the same person or couple; not needed where both are of the same checked
        answers.

    Returns
    -------
    AlphaDifference
        With `confidence_interval`.

    Raises
    ------
    EstimationError
        A coefficient is standardized; `paired` is missing; or rows of the same persons do not match.

    Notes
    -----
    Alphas of the same persons are dependent, and are compared by the influence of each person on both
    (Maydeu-Olivares, Coffman & Hartmann, 2007); tests for such cases go back to Feldt (1980). For different
    persons, the intervals of both are combined (Bonett, 2003; Zou & Donner, 2008).

    Examples
    --------
    >>> from intimacy_scales import cronbach_alpha, encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 300, rng=1).answers)
    >>> trust, caring = (cronbach_alpha(answers, scale=name) for name in ("trust", "caring"))
    >>> difference = compare_alphas(trust, caring)
    >>> round(difference.estimate, 3), difference.confidence_interval(method="adf")
    (0.001, <95% interval [-.052, .054], adf, n = 300>)
    """
    for alpha in (one, other):
        if not isinstance(alpha, CronbachAlpha):
            raise EstimationError(
                f"{type(alpha).__name__} is not a CronbachAlpha; pass what cronbach_alpha() returned"
            )
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
    """Return whether persons are the same, or raise where that is unknown or impossible."""
    first, second = needed(one.answers), needed(other.answers)
    if first is second:
        if paired is False:
            raise EstimationError("paired=False: both are of the same answers, so persons are the same")
        return True
    if paired is None:
        raise EstimationError(
            "paired: pass paired=True if row i of both is the same person or couple, and paired=False if the "
            "persons are different; with two scales of one table, encode() it once"
        )
    if paired:
        if not isinstance(first, CodedResponses) or not isinstance(second, CodedResponses):
            raise EstimationError(
                "paired=True needs each person's answers to both; pass encode(instrument, table) to "
                "cronbach_alpha()"
            )
        if len(first) != len(second):
            raise EstimationError(
                f"paired=True: the tables have {len(first)} and {len(second)} rows; pass the same persons"
            )
        natives = [getattr(answers.kept, "native", None) for answers in (first, second)]
        if not same_rows(*natives):
            raise EstimationError(
                "paired=True: the tables have different indexes, so rows may be different persons; align them"
            )
    return bool(paired)
