"""Traits by several methods, such as oneself, the partner and a diary: `mtmm`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intimacy_scales.errors import EstimationError
from intimacy_scales.instrument import InstrumentRef
from intimacy_scales.messages import a_type, not_one_of, shortened
from intimacy_scales.moments.clusters import warn_of_no_pairs
from intimacy_scales.numerics.resampling import check_resamples
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.reading.options import OnInvalid
from intimacy_scales.reliability import ReliabilityReport
from intimacy_scales.reliability.consistency.intervals import fisher_z, normal_quantile
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.interval import Interval, check_level, undefined_interval
from intimacy_scales.results.resampled_interval import interval_of_resamples
from intimacy_scales.scoring import Scores
from intimacy_scales.validity.method_correlations import (
    corrected_error,
    pair_sums,
    pattern_agreement,
    resampled_correlations,
    validity_comparisons,
)
from intimacy_scales.validity.method_rows import JoinedMethods, joined_methods
from intimacy_scales.validity.trait_methods_result import (
    KINDS,
    Criterion,
    Kind,
    MethodComparison,
    MethodCorrelation,
    MultitraitMultimethod,
    undefined_because,
)
from intimacy_scales.validity.units import in_order

Floats = NDArray[np.float64]

_FEWEST_PAIRS = 4  # Fisher's z needs n - 3 above 0


def mtmm(
    methods: Mapping[str, Any],
    *,
    person: Hashable,
    couple: Hashable = None,
    traits: Sequence[str] | None = None,
    about_partner: Collection[str] | None = None,
    averaged: Collection[str] = (),
    reliabilities: Mapping[str, Any] | None = None,
    confidence_level: float = 0.95,
    n_resamples: int = 1000,
    rng: int | np.random.Generator | None = None,
    on_invalid: OnInvalid = "raise",
) -> MultitraitMultimethod:
    """Correlate traits that were measured by several methods, and count Campbell and Fiske's comparisons.

    Parameters
    ----------
    methods
        Method → the result of `score` for a table that kept the columns of person and couple, or a table
        with these columns and one column of scores for each trait.
    person
        Column of the respondent's label; within a couple if ``couple`` is given.
    couple
        Column of the couple's label; partners are then drawn together. Needed for reports about partners.
    traits
        Names that the scores have in all methods; None: all that are common to all.
    about_partner
        Methods whose respondents describe their partner: these scores belong to the partner. Those whose
        instrument has partner wording are recognised, and need not be named.
    averaged
        Methods with several rows for a person, such as days, whose scores are averaged.
    reliabilities
        Method → trait → reliability: a number, or a coefficient such as `cronbach_alpha` returns; or method →
        the result of `reliability_report`, whose alphas are used. Correlations are then also corrected.
    confidence_level
        For example 0.95.
    n_resamples, rng
        How many resamples, and a seed or Generator. By default each call draws other resamples.
    on_invalid
        ``"raise"``: an error if scores look like codes for missing scores (-99, 999 …). ``"accept"``: every
        number is taken as it is.

    Returns
    -------
    MultitraitMultimethod

    Raises
    ------
    EstimationError
        Fewer than two methods or two common traits; a person with several rows by a method that is not
        averaged; a column that is missing; couples of three; a reliability outside 0 to 1.

    Notes
    -----
    Each correlation is of the persons with both scores. Validities (the same trait by different methods)
    should be above 0, above the correlations of different traits by different methods, and above those of
    different traits by the same method; and the order of the latter should be the same in all blocks
    (Campbell & Fiske, 1959). A validity is compared with the absolute value of another correlation. Intervals
    are by Fisher's z, or with couples by the percentile bootstrap over couples; those of differences are
    always bootstrapped.

    Corrected correlations are ``r / sqrt(r_xx r_yy)`` (Spearman, 1904). Their intervals are by the delta
    method with independent errors of r and of both reliabilities; plain numbers count as known.

    Examples
    --------
    >>> own = [{"pair": n // 2, "who": n % 2, "trust": n % 7, "care": (3 * n) % 5} for n in range(60)]
    >>> partner = [{**row, "who": 1 - row["who"]} for row in own]  # each partner sees the other exactly
    >>> matrix = mtmm(
    ...     {"self": own, "partner": partner}, person="who", couple="pair", traits=["trust", "care"],
    ...     about_partner=["partner"], rng=1)
    >>> matrix.r(("trust", "self"), ("trust", "partner")), matrix.n_couples
    (1.0, 30)
    """
    if not isinstance(methods, Mapping) or len(methods) < 2:
        raise EstimationError(
            f"methods is {a_type(methods)}: pass a mapping of two methods or more, as in "
            '{"self": scores, "daily": daily_scores}'
        )
    level = check_level(confidence_level)
    check_resamples(n_resamples)
    rows = joined_methods(
        methods, person=person, couple=couple, traits=traits, about_partner=about_partner,
        averaged=[averaged] if isinstance(averaged, str) else averaged, on_invalid=on_invalid,
    )  # fmt: skip
    names = tuple(methods)
    known, errors = _reliabilities(reliabilities, methods, rows.traits)
    order, units = in_order(rows.values, rows.couples)
    values = rows.values[order]
    if rows.couples is not None:
        warn_of_no_pairs(rows.couples)
    r, n = (part[0] for part in pair_sums(values, np.ones((1, len(values)))))
    resampled = resampled_correlations(values, units, n_resamples, generator(rng))
    figures = _Figures(
        rows, names, r, n.astype(np.intp), resampled, known.ravel(), errors.ravel(), level, int(units[-1]) + 1
    )
    return MultitraitMultimethod(
        traits=rows.traits,
        methods=names,
        n=len(values),
        n_couples=None if rows.couples is None else figures.n_units,
        rows=rows.rows,
        averaged=rows.averaged,
        without_partner=rows.without_partner,
        correlations=figures.correlations(),
        comparisons=figures.comparisons(),
        reliabilities=known,
        pattern=pattern_agreement(r, len(names), len(rows.traits)),
        confidence_level=level,
        instrument=_instrument_of(methods),
    )


def _instrument_of(methods: Mapping[str, Any]) -> InstrumentRef | None:
    """Return the instrument by which all methods were scored; None for several, or for plain columns."""
    refs = [source.instrument for source in methods.values() if isinstance(source, Scores)]
    return refs[0] if len(refs) == len(methods) and all(ref == refs[0] for ref in refs) else None


class _Figures:
    """The matrix and its resamples, from which the rows of the result are made."""

    def __init__(
        self, rows: JoinedMethods, methods: tuple[str, ...], r: Floats, n: NDArray[np.intp],
        resampled: Floats, reliabilities: Floats, errors: Floats, level: float, n_units: int,
    ) -> None:  # fmt: skip
        self.variables = [(trait, method) for method in methods for trait in rows.traits]
        self.n_traits, self.n_methods = len(rows.traits), len(methods)
        self.r, self.n, self.resampled = r, n, resampled
        self.reliabilities, self.errors, self.level, self.n_units = reliabilities, errors, level, n_units
        self.clustered = rows.couples is not None

    def correlations(self) -> tuple[MethodCorrelation, ...]:
        """Return each correlation below the diagonal, by columns."""
        return tuple(
            self._correlation(i, j) for j, i in itertools.combinations(range(len(self.variables)), 2)
        )

    def _correlation(self, i: int, j: int) -> MethodCorrelation:
        (trait, method), (other_trait, other_method) = self.variables[j], self.variables[i]
        corrected, interval = self._corrected(i, j)
        return MethodCorrelation(
            kind=_kind(trait == other_trait, method == other_method),
            trait=trait, method=method, other_trait=other_trait, other_method=other_method,
            r=float(self.r[i, j]), n=int(self.n[i, j]), interval=self._interval(i, j),
            corrected=corrected, corrected_interval=interval,
        )  # fmt: skip

    def _interval(self, i: int, j: int) -> Interval:
        """Return the interval of a correlation."""
        r, n = float(self.r[i, j]), int(self.n[i, j])
        method = "bootstrap over couples" if self.clustered else "Fisher z"
        if math.isnan(r):
            return undefined_interval(self.level, method, n, undefined_because(n))
        if self.clustered:
            return interval_of_resamples(
                self.resampled[:, i, j], self.level, n=self.n_units, method=method,
                failing="the correlation is undefined in", bounded=True,
            )  # fmt: skip
        if n < _FEWEST_PAIRS:
            return undefined_interval(self.level, method, n, f"only {n} persons have both scores")
        low, high = fisher_z(r, n, self.level)
        return Interval(low=low, high=high, confidence_level=self.level, method=method, n=n, bounded=True)

    def _corrected(self, i: int, j: int) -> tuple[float, Interval | None]:
        """Return a correlation corrected for unreliability, and its interval; nan and None without both."""
        both = (float(self.reliabilities[i]), float(self.reliabilities[j]))
        r, n = float(self.r[i, j]), int(self.n[i, j])
        if any(math.isnan(value) for value in (*both, r)) or n < _FEWEST_PAIRS:
            return math.nan, None
        drawn = self.resampled[:, i, j]
        normal_theory = (1 - r**2) ** 2 / (n - 1)
        variance = float(np.nanvar(drawn, ddof=1)) if self.clustered else normal_theory
        errors = (float(self.errors[i]), float(self.errors[j]))
        half = normal_quantile(self.level) * corrected_error(r, variance, both, errors)
        corrected = r / math.sqrt(both[0] * both[1])
        return corrected, Interval(
            low=corrected - half, high=corrected + half, confidence_level=self.level,
            method="delta" if min(errors) > 0 else "delta, reliabilities as known",
            n=self.n_units if self.clustered else n, bounded=True,
        )  # fmt: skip

    def comparisons(self) -> tuple[MethodComparison, ...]:
        """Return each comparison whose correlations are both defined."""
        made = []
        for criterion, validity, other in validity_comparisons(self.n_methods, self.n_traits):
            value, r = float(self.r[validity]), float(self.r[other])
            if math.isnan(value) or math.isnan(r):
                continue
            differences = self.resampled[:, *validity] - np.abs(self.resampled[:, *other])
            (trait, method), (_, other_method) = (self.variables[place] for place in validity)
            (one_trait, one_method), (two_trait, two_method) = (self.variables[place] for place in other)
            made.append(
                MethodComparison(
                    criterion=_criterion(criterion),
                    validity_of=f"{trait} by {method} and {other_method}",
                    other=f"{one_trait} by {one_method} with {two_trait} by {two_method}",
                    validity=value,
                    r=r,
                    difference=value - abs(r),
                    interval=interval_of_resamples(
                        differences, self.level, n=self.n_units, failing="a correlation is undefined in",
                        method="bootstrap over couples" if self.clustered else "bootstrap",
                    ),
                    holds=value > abs(r),
                )
            )  # fmt: skip
        return tuple(made)


def _kind(same_trait: bool, same_method: bool) -> Kind:
    """Return the kind of a correlation."""
    if same_trait:
        return KINDS[0]
    return KINDS[1] if same_method else KINDS[2]


def _criterion(name: str) -> Criterion:
    return "other methods" if name == "other methods" else "same method"


def _reliabilities(
    given: Mapping[str, Any] | None, sources: Mapping[str, Any], traits: Sequence[str]
) -> tuple[Floats, Floats]:
    """Return reliabilities and their standard errors, 0 where they count as known (n_methods, n_traits)."""
    methods = tuple(sources)
    values, errors = np.full((len(methods), len(traits)), np.nan), np.zeros((len(methods), len(traits)))
    if given is not None and not isinstance(given, Mapping):
        raise EstimationError(
            f"reliabilities={shortened(given)} is not valid; allowed: method → trait → reliability, such as "
            f"{{{methods[0]!r}: {{{traits[0]!r}: 0.8}}}}, or method → the result of reliability_report"
        )
    for method, of_method in (given or {}).items():
        if method not in methods:
            raise EstimationError(f"reliabilities: {not_one_of('method', method, methods)}")
        place = methods.index(method)
        for trait, one in _by_trait(method, of_method, traits, sources[method]).items():
            t = traits.index(trait)
            if isinstance(one, bool | str) or not hasattr(one, "__float__"):
                raise EstimationError(
                    f"reliabilities: {shortened(one)} of {trait} by {method} is not valid; allowed: a "
                    "number, or a coefficient such as of cronbach_alpha"
                )
            value = float(one)
            if math.isnan(value) and isinstance(one, Coefficient):
                continue  # its report says why
            if not 0 < value <= 1:
                raise EstimationError(
                    f"reliabilities: {value:g} of {trait} by {method} is not valid; allowed: above 0, up to 1"
                )
            values[place, t] = value
            interval = getattr(one, "confidence_interval", None)
            if interval is not None:
                low, high = interval(0.95)
                errors[place, t] = (high - low) / (2 * normal_quantile(0.95))
    return values, errors


def _by_trait(method: str, given: Any, traits: Sequence[str], source: Any) -> dict[str, Any]:
    """Return trait → reliability by one method, of the traits that it has."""
    if isinstance(given, ReliabilityReport):
        if isinstance(source, Scores) and given.instrument != source.instrument:
            raise EstimationError(
                f"reliabilities of {method}: the report is of {given.instrument.told_apart}, and the scores "
                f"are of {source.instrument.told_apart}; pass a report of the same instrument, or the "
                f"numbers, as in {{{method!r}: {{{traits[0]!r}: 0.8}}}}"
            )
        known = {row.scale for row in given}
        return {trait: given[trait].alpha for trait in traits if trait in known}
    if not isinstance(given, Mapping):
        raise EstimationError(
            f"reliabilities: {shortened(given)} of {method} is not valid; allowed: trait → reliability, or "
            "the result of reliability_report"
        )
    for trait in given:
        if trait not in traits:
            raise EstimationError(f"reliabilities of {method}: {not_one_of('trait', trait, tuple(traits))}")
    return dict(given)
