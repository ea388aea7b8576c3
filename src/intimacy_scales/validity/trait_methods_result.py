"""The result of `mtmm`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.instrument.base import is_id
from intimacy_scales.instrument.evidence import Finding
from intimacy_scales.late import late_module
from intimacy_scales.messages import not_one_of, shortened
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval
from intimacy_scales.results.result import Result, plain, result_class
from intimacy_scales.results.tables import Page, TextTable
from intimacy_scales.results.wording import apa, counted, joined
from intimacy_scales.validity.units import scale_name

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

Kind = Literal["monotrait-heteromethod", "heterotrait-monomethod", "heterotrait-heteromethod"]
Criterion = Literal["other methods", "same method"]
KINDS: tuple[Kind, ...] = ("monotrait-heteromethod", "heterotrait-monomethod", "heterotrait-heteromethod")
CRITERIA: dict[Criterion, str] = {
    "other methods": "validities above correlations with other traits by the other method",
    "same method": "validities above correlations with other traits by the same method",
}
_FEW_PERSONS = 30


def undefined_because(n: int) -> str:
    """Return why a correlation of n persons with both scores is undefined."""
    if n < 2:
        return f"{counted(n, 'person')} with both scores"
    return f"scores of the {n} persons with both do not vary"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodCorrelation:
    """One correlation of the matrix.

    Attributes
    ----------
    kind
        ``monotrait-heteromethod`` (a validity), ``heterotrait-monomethod`` or ``heterotrait-heteromethod``.
    trait, method, other_trait, other_method
        Its two variables.
    r, n
        Pearson correlation, of the persons with both scores.
    interval
        By Fisher's z, or by the bootstrap over couples.
    corrected, corrected_interval
        ``r / sqrt(r_xx r_yy)``, with an interval by the delta method; nan and None without reliabilities.
    """

    kind: Kind
    trait: str
    method: str
    other_trait: str
    other_method: str
    r: float
    n: int
    interval: Interval
    corrected: float
    corrected_interval: Interval | None

    @property
    def name(self) -> str:
        """Both variables in words."""
        return f"{self.trait} by {self.method} with {self.other_trait} by {self.other_method}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodComparison:
    """A validity next to a correlation that it should exceed.

    Attributes
    ----------
    criterion
        ``other methods``: with another trait by the other method. ``same method``: by the same method.
    validity_of
        Trait and both methods, in words.
    other
        The other correlation, in words.
    validity, r
        Both correlations.
    difference
        ``validity - |r|``: another trait must not correlate as much in either direction.
    interval
        Of the difference, by the bootstrap.
    holds
        Whether the difference is above 0.
    """

    criterion: Criterion
    validity_of: str
    other: str
    validity: float
    r: float
    difference: float
    interval: Interval
    holds: bool


@result_class
class MultitraitMultimethod(Result):
    """A multitrait-multimethod matrix, and how many of its comparisons hold.

    Attributes
    ----------
    traits, methods
        Their names.
    n
        Persons with a score by any method.
    n_couples
        Couples that were drawn; None without couples.
    rows
        Method → rows of its table.
    averaged
        Method → persons with several rows, whose scores were averaged.
    without_partner
        Method of reports about partners → reports about persons who are not in the tables, left out.
    correlations
        Each correlation of the matrix, with its interval.
    comparisons
        Each comparison of Campbell and Fiske.
    reliabilities
        (n_methods, n_traits): nan where none was given.
    pattern
        Kendall's W of the order of heterotrait correlations in all blocks; nan below three traits.
    confidence_level
        Of the intervals.
    instrument
        By which all methods were scored; None for several instruments, for plain columns, and in documents
        from before it was recorded.

    Examples
    --------
    >>> from intimacy_scales import mtmm
    >>> own = [{"who": n, "trust": n % 7, "care": (3 * n) % 5} for n in range(40)]
    >>> daily = [{"who": n, "trust": n % 7 + n % 2, "care": (3 * n) % 5 - n % 3} for n in range(40)]
    >>> matrix = mtmm({"self": own, "daily": daily}, person="who", traits=["trust", "care"], rng=1)
    >>> round(matrix.r(("trust", "self"), ("trust", "daily")), 2), matrix.fails
    (0.97, ())
    """

    _gained: ClassVar[Mapping[str, Any]] = {"instrument": None}
    _axes: ClassVar[Mapping[str, str]] = {"methods": "m", "traits": "t", "reliabilities": "mt"}

    traits: tuple[str, ...]
    methods: tuple[str, ...]
    n: int
    n_couples: int | None
    rows: Mapping[str, int]
    averaged: Mapping[str, int]
    without_partner: Mapping[str, int]
    correlations: tuple[MethodCorrelation, ...]
    comparisons: tuple[MethodComparison, ...]
    reliabilities: NDArray[np.float64]
    pattern: float
    confidence_level: float
    instrument: InstrumentRef | None = None

    def of_kind(self, kind: Kind) -> tuple[MethodCorrelation, ...]:
        """Return the correlations of one kind.

        Parameters
        ----------
        kind
            ``monotrait-heteromethod``, ``heterotrait-monomethod`` or ``heterotrait-heteromethod``.
        """
        if kind not in KINDS:
            raise EstimationError(not_one_of("kind", kind, KINDS))
        return tuple(one for one in self.correlations if one.kind == kind)

    def correlation(self, one: tuple[str, str], other: tuple[str, str]) -> MethodCorrelation:
        """Return one correlation with its interval.

        Parameters
        ----------
        one, other
            Trait and method, as in ``("trust", "self")``.
        """
        for candidate in self.correlations:
            first = (candidate.trait, candidate.method)
            second = (candidate.other_trait, candidate.other_method)
            if (first, second) in ((one, other), (other, one)):
                return candidate
        raise EstimationError(
            f"{one!r} and {other!r} are not two variables of the matrix; traits: {', '.join(self.traits)}; "
            f"methods: {', '.join(self.methods)}"
        )

    def r(self, one: tuple[str, str], other: tuple[str, str]) -> float:
        """Return one correlation: of two pairs of trait and method."""
        return self.correlation(one, other).r

    @property
    def mean_r(self) -> dict[str, float]:
        """Mean correlation of each kind, of those that are defined."""
        means: dict[str, float] = {}
        for kind in KINDS:
            values = [one.r for one in self.of_kind(kind) if not math.isnan(one.r)]
            means[kind] = float(np.mean(values)) if values else math.nan
        return means

    @property
    def convergent(self) -> tuple[MethodCorrelation, ...]:
        """The validities whose interval is above 0."""
        return tuple(one for one in self.of_kind(KINDS[0]) if one.interval.low > 0)

    @property
    def fails(self) -> tuple[MethodComparison, ...]:
        """The comparisons that do not hold, with a difference of 0 or below."""
        return tuple(one for one in self.comparisons if not one.holds)

    @property
    def uncertain(self) -> tuple[MethodComparison, ...]:
        """The comparisons that hold, but whose interval includes 0."""
        return tuple(one for one in self.comparisons if one.holds and not one.interval.low > 0)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Cautions about using the matrix."""
        cautions = [
            f"{one.name}: corrected for unreliability it is {apa(one.corrected, 3)}, beyond 1: the "
            "reliabilities are too low for this correlation, or their errors are not independent"
            for one in self.correlations
            if abs(one.corrected) > 1
        ]
        cautions += [
            f"{method}: {counted(n, 'report')} about partners who are not in the tables, left out"
            for method, n in self.without_partner.items()
            if n
        ]
        cautions += [
            f"{one.name}: undefined: {undefined_because(one.n)}"
            for one in self.correlations
            if math.isnan(one.r)
        ]
        few = [one for one in self.correlations if not math.isnan(one.r) and one.n < _FEW_PERSONS]
        if few:
            least = min(few, key=lambda one: one.n)
            cautions.append(
                f"{counted(len(few), 'correlation')} of fewer than {_FEW_PERSONS} persons with both scores, "
                f"such as {least.name} (n = {least.n}): figures of so few are rough"
            )
        return tuple(cautions)

    def findings(
        self, *, sample: str, source: str, scales: Mapping[str, str] | None = None
    ) -> tuple[Finding, ...]:
        """Return validities, and the counts of comparisons that hold, as findings.

        Parameters
        ----------
        sample, source
            Description of the persons, and a reference to the study.
        scales
            Trait → id of its scale in the instrument; None: the same names, where they can be ids.

        Raises
        ------
        EstimationError
            ``scales`` names an unknown trait, or gives it what cannot be an id.
        """
        by_trait = _scales_of(scales, self.traits)
        findings = [
            Finding(
                step="validity",
                statistic=f"correlation of {one.method} and {one.other_method}",
                value=round(one.r, 3),
                scale=by_trait.get(one.trait),
                sample=sample,
                n=one.n,
                source=source,
            )
            for one in self.of_kind(KINDS[0])
            if not math.isnan(one.r)
        ]
        for criterion, words in CRITERIA.items():
            chosen = [one for one in self.comparisons if one.criterion == criterion]
            findings.append(
                Finding(
                    step="validity",
                    statistic=f"{words}: hold, of",
                    value=(sum(one.holds for one in chosen), len(chosen)),
                    of=f"{joined(self.traits)} by {joined(self.methods)}",
                    sample=sample,
                    n=self.n,
                    source=source,
                )
            )
        return tuple(findings)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields and the cautions as plain values."""
        return {name: plain(getattr(self, name)) for name in self.__slots__} | {"warnings": [*self.warnings]}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, warnings=Sequence[str])

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> MultitraitMultimethod:
        return made_of(cls, values)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas table with a row for each correlation."""
        from intimacy_scales.results.frames import pandas_frame

        names = ("kind", "trait", "method", "other_trait", "other_method", "r")
        columns: dict[str, Any] = {name: [getattr(one, name) for one in self.correlations] for name in names}
        columns["low"] = [one.interval.low for one in self.correlations]
        columns["high"] = [one.interval.high for one in self.correlations]
        columns["n"] = [one.n for one in self.correlations]
        columns["corrected"] = [one.corrected for one in self.correlations]
        return pandas_frame(columns)

    def sentence(self) -> str:
        """Return validities and the counts of comparisons as text for a paper."""
        validities = [one.r for one in self.of_kind(KINDS[0]) if not math.isnan(one.r)]
        means = self.mean_r
        couples = "" if self.n_couples is None else f" in {counted(self.n_couples, 'couple')}"
        by_criterion = [
            f"{sum(one.holds for one in chosen)} of {len(chosen)} {words}"
            for criterion, words in CRITERIA.items()
            for chosen in [[one for one in self.comparisons if one.criterion == criterion]]
        ]
        pattern = "" if math.isnan(self.pattern) else f" Kendall's W of the blocks was {apa(self.pattern)}."
        spread = f"{apa(min(validities))} to {apa(max(validities))}" if validities else "undefined"
        return (
            f"{joined(self.traits)} were measured by {joined(self.methods)} ({counted(self.n, 'person')}"
            f"{couples}). Correlations of the same trait by different methods were {spread} (mean "
            f"{apa(means[KINDS[0]])}), {len(self.convergent)} of {len(self.of_kind(KINDS[0]))} above 0; "
            f"different traits correlated {apa(means[KINDS[1]])} on average by the same and "
            f"{apa(means[KINDS[2]])} by different methods. Of the comparisons of Campbell and Fiske (1959), "
            f"{joined(by_criterion)} held.{pattern}"
        )

    def page(self) -> Page:
        """Return the matrix, validities, comparisons that fail, cautions and sentence as data."""
        from intimacy_scales.validity.trait_methods_page import matrix_page

        return matrix_page(self)

    def __repr__(self) -> str:
        means = ", ".join(f"{kind} {apa(value, 3)}" for kind, value in self.mean_r.items())
        cautions = "".join(f"\n ! {text}" for text in self.warnings)
        return (
            f"<MTMM of {joined(self.traits)} by {joined(self.methods)}: mean r {means}; {len(self.fails)} of "
            f"{counted(len(self.comparisons), 'comparison')} fail; n = {self.n}{cautions}>"
        )


def validity_tables(matrix: MultitraitMultimethod) -> tuple[TextTable, ...]:
    """Return tables of validities, and of comparisons that fail."""
    validities = matrix.of_kind(KINDS[0])
    columns: dict[str, Sequence[str]] = {
        "trait": [one.trait for one in validities],
        "methods": [f"{one.method}, {one.other_method}" for one in validities],
        "r": [apa(one.r, 3) for one in validities],
        "interval": [one.interval.ends() for one in validities],
        "n": [str(one.n) for one in validities],
    }
    if not np.isnan(matrix.reliabilities).all():
        columns["corrected"] = [apa(one.corrected, 3) for one in validities]
        columns["interval of the corrected"] = [
            "-" if one.corrected_interval is None else one.corrected_interval.ends() for one in validities
        ]
    tables = [TextTable(title="Same trait, different methods", columns=columns)]
    if matrix.fails:
        tables.append(
            TextTable(
                title="Comparisons that fail",
                columns={
                    "validity": [one.validity_of for one in matrix.fails],
                    "r": [apa(one.validity, 3) for one in matrix.fails],
                    "not above": [one.other for one in matrix.fails],
                    "its r": [apa(one.r, 3) for one in matrix.fails],
                    "interval of the difference": [one.interval.ends() for one in matrix.fails],
                },
            )
        )
    return tuple(tables)


def _scales_of(scales: Mapping[str, str] | None, traits: Sequence[str]) -> dict[str, str | None]:
    """Return trait → id of its scale, None where it has none."""
    if scales is None:
        return {trait: trait if is_id(trait) else None for trait in traits}
    if not isinstance(scales, Mapping):
        raise EstimationError(
            f"scales={shortened(scales)} is not valid; allowed: a mapping from traits to ids of scales, such "
            f"as scales={{{traits[0]!r}: 'total'}}"
        )
    for trait in scales:
        if trait not in traits:
            raise EstimationError(f"scales: {not_one_of('trait', trait, tuple(traits))}")
    return {trait: scale_name(scale, f"scales[{trait!r}]") for trait, scale in scales.items()}
