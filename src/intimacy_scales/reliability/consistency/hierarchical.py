"""Omega hierarchical from exploratory factors, by the Schmid-Leiman transformation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Unpack

import numpy as np

from intimacy_scales.errors import EstimationError
from intimacy_scales.factor.exploratory.analysis import EFAResult, efa
from intimacy_scales.factor.exploratory.extraction import minres
from intimacy_scales.factor.reading import of_rows
from intimacy_scales.factor.sample import keyed_as_sample
from intimacy_scales.instrument import Instrument
from intimacy_scales.late import late_module
from intimacy_scales.moments.answers import Answers, answers_given
from intimacy_scales.moments.cluster_sums import ClusterSums, units_of
from intimacy_scales.moments.clusters import Clusters
from intimacy_scales.moments.keyed import Floats, Missing, keyed_moments
from intimacy_scales.numerics.seeds import generator
from intimacy_scales.numerics.ties import directions, first_highest
from intimacy_scales.reading.options import ReadingOptions, reads_answers
from intimacy_scales.reading.table import CodedResponses
from intimacy_scales.reliability.consistency.bootstrap import members_of, refitted
from intimacy_scales.reliability.consistency.conditions import cautions, check_unweighted, undefined_because
from intimacy_scales.reliability.consistency.estimand import (
    Estimand,
    IntervalChoice,
    Resamples,
    Units,
    check_choice,
    interval_of,
)
from intimacy_scales.reliability.consistency.omega_figures import GroupOmega, relative_bias, uncontaminated
from intimacy_scales.results.coefficient import Coefficient
from intimacy_scales.results.document_types import documented
from intimacy_scales.results.documents import made_of
from intimacy_scales.results.interval import Interval, undefined_interval
from intimacy_scales.results.not_kept import AGAIN_ANSWERS, NotKept, needed
from intimacy_scales.results.result import result_class
from intimacy_scales.results.wording import apa, shown

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late_module("pandas")

_FEWEST = 3  # group factors that identify a general factor
_POOR_COVERAGE = (
    "intervals of a Schmid-Leiman solution cover the true value less often than their level says; those of "
    "mcdonald_omega(model='second_order') and 'bifactor' are more accurate"
)


@result_class
class HierarchicalOmega(Coefficient):
    """Omega hierarchical of a scale: the share of the general factor in the variance of the score.

    Attributes
    ----------
    total
        Omega total: the share of all factors.
    asymptotic
        ``hierarchical / total``: the limit for a very long test of this kind.
    ecv
        Explained common variance of the general factor (Sijtsma, 2009; Reise et al., 2013).
    puc
        Percentage of uncontaminated correlations, as a share: those not between items of one group, which
        depend on the general factor only (Reise et al., 2013). An item belongs to the group factor on which
        it loads highest.
    arpb
        Average relative parameter bias: mean relative difference between loadings in a model of one factor
        and those on the general factor, the bias of leaving the group factors out. Up to .10 or .15 is
        considered acceptable (Rodriguez, Reise & Haviland, 2016).
    groups
        Omegas of the items that belong to each group factor; nan where none does.
    general
        (k,): loadings of items on the general factor; ``group_loadings`` (k, m) on the group factors.
    exploratory
        The oblique factors from which it was computed; None where they could not be estimated.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 500, rng=1).answers)
    >>> omega = hierarchical_omega(answers, scale="total", n_factors=6)
    >>> omega.general.shape, omega.group_loadings.shape, omega.estimate < omega.total
    ((24,), (24, 6), True)
    """

    title: ClassVar[str] = "Omega hierarchical"
    _function: ClassVar[str] = "hierarchical_omega"

    _axes: ClassVar[Mapping[str, str]] = {
        "general": "p", "group_loadings": "pm", "groups": "m", "exploratory.names": "p",
    }  # fmt: skip

    total: float = math.nan
    asymptotic: float = math.nan
    ecv: float = math.nan
    puc: float = math.nan
    arpb: float = math.nan
    groups: tuple[GroupOmega, ...] = ()
    general: Floats = field(default_factory=lambda: np.zeros(0))
    group_loadings: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    exploratory: EFAResult | None = None
    answers: Answers = field(repr=False, compare=False)

    def confidence_interval(
        self,
        confidence_level: float = 0.95,
        method: Literal["basic"] = "basic",
        *,
        n_resamples: int = 1000,
        rng: int | np.random.Generator | None = None,
        clusters: Clusters = None,
    ) -> Interval:
        """Return a bootstrap interval, for which factors are extracted and rotated in each resample.

        It is the only method: where two rotations are equally good, or an item changes its sign, the estimate
        jumps and has no derivative. Percentiles are inaccurate too: with few persons the estimate is biased
        downwards, and in resamples even more. So the percentiles are reflected about the estimate, which
        corrects most of that bias; coverage still is below the nominal level (docs/explanation/intervals.md).
        `mcdonald_omega` with a general factor has all methods, and its intervals are more accurate.

        Parameters
        ----------
        confidence_level
            For example 0.95.
        method
            ``basic`` (Davison & Hinkley, 1997).
        n_resamples, rng
            Number of resamples, which take about 10 to 40 ms each, and a seed or Generator. By default each
            call draws other resamples; pass a seed for a result that can be reproduced.
        clusters
            Who answered together, such as couples: whole clusters are drawn.

        Returns
        -------
        Interval
            With a reason, and without ends, where it is not defined.

        Raises
        ------
        EstimationError
            The method is not valid, or it was computed from sums without each person's answers.
        """
        needed(self.answers)
        choice = IntervalChoice(
            confidence_level=confidence_level,
            method=method,
            n_resamples=n_resamples,
            rng=rng,
            clusters=clusters,
        )
        check_choice(choice, ("basic",), self.answers, self._function)
        if self.reason is not None:
            return undefined_interval(confidence_level, method, self.n, self.reason)
        interval = interval_of(_SchmidLeiman(self), choice)
        return (
            interval if interval.reason else replace(interval, warnings=(*interval.warnings, _POOR_COVERAGE))
        )

    def loadings(self) -> pd.DataFrame:
        """Return the transformed loadings as a pandas table: general, group factors, communality."""
        from intimacy_scales.results.frames import pandas_frame

        if self.exploratory is None:
            raise EstimationError(f"omega hierarchical is not defined: {self.reason}")
        columns: dict[str, Any] = {"item": list(self.exploratory.names), "general": self.general.copy()}
        for k in range(self.group_loadings.shape[1]):
            columns[f"group {k + 1}"] = self.group_loadings[:, k].copy()
        columns["communality"] = self.exploratory.communalities.copy()
        return pandas_frame(columns).set_index("item")

    def _extra(self) -> dict[str, Any]:
        groups = [{n: getattr(g, n) for n in ("scale", "total", "general", "group")} for g in self.groups]
        names = ("total", "asymptotic", "ecv", "puc", "arpb", "general", "group_loadings")
        heywood = [] if self.exploratory is None else list(self.exploratory.heywood)
        figures = {name: getattr(self, name) for name in names}
        return figures | {"groups": groups, "heywood": heywood, "exploratory": self.exploratory}

    @classmethod
    def _document(cls) -> Mapping[str, Any]:
        return documented(cls, without=("answers",), coefficient=str, heywood=Sequence[str])

    @classmethod
    def _from_document(cls, values: Mapping[str, Any], instrument: Any) -> HierarchicalOmega:
        behind = NotKept(cls.__name__, "the answers behind them", AGAIN_ANSWERS, {})
        return made_of(cls, values, answers=behind)

    def _lines(self) -> list[str]:
        lines = Coefficient._lines(self)
        if self.reason is None:
            lines.append(
                f"omega total {apa(self.total, 3)}, ECV {apa(self.ecv, 3)}, PUC {apa(self.puc, 3)}, ARPB "
                f"{shown(self.arpb)}, {len(self.groups)} group factors"
            )
            assert self.exploratory is not None
            if self.exploratory.heywood:
                lines.append(f"improper: no unique variance is left of {', '.join(self.exploratory.heywood)}")
        return lines


class _SchmidLeiman(Estimand):
    """Omega hierarchical for an interval."""

    def __init__(self, omega: HierarchicalOmega) -> None:
        super().__init__("omega hierarchical", None, [], omega.estimate, omega.n)
        self.omega = omega

    def units(self, clusters: Any) -> Units:
        """Return the unit of each person, or None where persons are the units."""
        return units_of(self.omega.answers, clusters)

    def resamples(self, units: Units) -> Resamples:
        """Return the resampling of omega hierarchical."""
        assert not isinstance(units, ClusterSums)
        return _Refitted(self.omega, units)


class _Refitted:
    """Omega hierarchical of resamples."""

    def __init__(self, omega: HierarchicalOmega, groups: Any) -> None:
        assert isinstance(omega.answers, CodedResponses)
        assert omega.exploratory is not None
        self.omega, self.answers, self.names = omega, omega.answers, omega.exploratory.names
        self.n_factors = omega.group_loadings.shape[1]
        self.members = members_of(omega.answers, self.names, omega.missing, groups)

    def __len__(self) -> int:
        return len(self.members)

    def resampled(self, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return omega hierarchical of each resample."""
        return refitted(
            self.answers,
            self.omega.scale,
            self.names,
            self.members,
            self._estimate,
            n_resamples,
            rng,
            "omega hierarchical",
        )

    def _estimate(self, rows: Floats) -> float:
        """Return omega hierarchical of keyed answers (n, k); nan where it is not defined."""
        missing: Any = self.omega.missing
        try:
            oblique = efa(of_rows(rows, self.names, missing), self.n_factors, rng=0)
        except EstimationError:
            return math.nan
        return float(_general(oblique).sum()) ** 2 / float(oblique.correlations.sum())

    def jackknifed(self) -> Floats:
        """Raise, as no interval of omega hierarchical needs the jackknife."""
        raise EstimationError("omega hierarchical has no bca interval; use method='basic'")

    def whole(self) -> float:
        """Return the estimate."""
        return self.omega.estimate


@reads_answers
def hierarchical_omega(
    answers: Answers | Instrument | str | Path,
    responses: Any = None,
    *,
    scale: str | None = None,
    n_factors: int = 3,
    missing: Missing = "pairwise",
    rng: int | np.random.Generator | None = 0,
    **reading: Unpack[ReadingOptions],
) -> HierarchicalOmega:
    """Compute omega hierarchical from exploratory factors.

    Parameters
    ----------
    answers, responses, scale, missing
        As in `cronbach_alpha`.
    n_factors
        Number of group factors, at least 3: fewer do not identify a general factor.
    rng
        For the random starts of the rotation: a seed or Generator. By default seed 0, so that each call uses
        the same starts.
    **reading
        How the table is read, as in `encode`.

    Returns
    -------
    HierarchicalOmega
        With a reason where it is not defined: too few group factors, or too few items for them.

    Raises
    ------
    EstimationError
        There are several scales and none is named; the table was not checked; the items of a composite
        have unequal weights.

    Notes
    -----
    Minimum residual factors of the correlations R are rotated by oblimin, one factor is extracted from the
    correlations of these factors, and both are transformed to orthogonal loadings (Schmid & Leiman, 1957).
    ``omega_h = (sum g)² / sum R`` and ``omega_t = 1 - sum u² / sum R``, with the loadings g on the general
    factor and the unique variances u² of standardized items (McDonald, 1999; Zinbarg, Revelle, Yovel & Li,
    2005). With `mcdonald_omega(model="bifactor")`, the group factors are the scales of the keys instead.

    Examples
    --------
    >>> from intimacy_scales import encode, simulate
    >>> answers = encode("scii-24", simulate("scii-24", 500, rng=1).answers)
    >>> omega = hierarchical_omega(answers, scale="total", n_factors=6)
    >>> 0.6 < omega.estimate < omega.total
    True
    """
    answers = answers_given(answers, responses, reading)
    if isinstance(n_factors, bool) or not isinstance(n_factors, int):
        raise EstimationError(
            f"n_factors={n_factors!r} is not valid; allowed: a whole number of group factors, at least 3"
        )
    generator_of_starts = generator(rng)
    moments = keyed_moments(answers, scale, missing, pair_sds=True)
    check_unweighted(moments)
    common = moments.origin() | {
        "answers": answers,
        "warnings": cautions(moments),
        "definition": f"(sum g)² / sum R, Schmid-Leiman of {n_factors} minres oblimin factors, {missing}",
    }
    reason = undefined_because(moments, "correlations", "pairs")
    if reason is None and n_factors < _FEWEST:
        reason = f"{n_factors} group factors do not identify a general factor; use at least three"
    sample = keyed_as_sample(moments)
    if reason is None and moments.n <= moments.n_items:
        reason = f"{moments.n} persons are too few for {moments.n_items} items"
    try:
        if reason is None:
            oblique = efa(sample, n_factors, rng=generator_of_starts)
            return HierarchicalOmega(**_figures(oblique), exploratory=oblique, **common)
    except EstimationError as error:
        reason = str(error)
    return HierarchicalOmega(estimate=math.nan, reason=reason, **common)


def _general(oblique: EFAResult) -> Floats:
    """Return loadings on the general factor: ``Lambda gamma``, gamma the loadings of the oblique factors."""
    general: Floats = oblique.loadings @ _second_order_loadings(oblique)
    return general * directions(general[:, None])


def _second_order_loadings(oblique: EFAResult) -> Floats:
    """Return gamma, the loadings of the oblique factors on the second-order factor."""
    loadings: Floats = minres(oblique.phi, 1).loadings[:, 0]
    return loadings


def _figures(oblique: EFAResult) -> dict[str, Any]:
    """Return the fields of the result.

    Loadings are ``Lambda gamma`` on the general factor and ``Lambda diag(1 - gamma²)^(1/2)`` on the group
    factors (Schmid & Leiman, 1957).
    """
    general = _general(oblique)
    group = oblique.loadings * np.sqrt(np.maximum(1 - _second_order_loadings(oblique) ** 2, 0.0))
    communalities = oblique.communalities
    r = oblique.correlations
    total_variance = float(r.sum())
    total = 1 - float(np.sum(1 - communalities)) / total_variance
    hierarchical = float(general.sum()) ** 2 / total_variance
    group_of_item = np.array([first_highest(np.abs(loadings)) for loadings in group])
    groups = [_group_omega(k, group_of_item == k, general, group[:, k], r) for k in range(group.shape[1])]
    one_factor = minres(r, 1).loadings[:, 0]
    return {
        "estimate": hierarchical,
        "total": total,
        "asymptotic": hierarchical / total,
        "ecv": float(general @ general) / float(communalities.sum()),
        "puc": uncontaminated(np.bincount(group_of_item)),
        "arpb": relative_bias(one_factor * directions(one_factor[:, None]), general),
        "groups": tuple(groups),
        "general": general,
        "group_loadings": group,
    }


def _group_omega(
    k: int, members: np.ndarray[Any, Any], general: Floats, group: Floats, r: Floats
) -> GroupOmega:
    """Return the omegas of the items of group k: shares of the variance of their sum."""
    name = f"group {k + 1}"
    if not members.any():
        return GroupOmega(scale=name, total=math.nan, general=math.nan, group=math.nan)
    variance = float(r[np.ix_(members, members)].sum())
    shares = [float(loadings[members].sum()) ** 2 / variance for loadings in (general, group)]
    return GroupOmega(scale=name, total=sum(shares), general=shares[0], group=shares[1])
